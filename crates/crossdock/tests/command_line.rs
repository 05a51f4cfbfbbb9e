//! Every command that looks or imports, both ways: over the API of a running server, and on the store when none runs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::Path;

use common::{KEY, LabProcess, Said, Site, crossdock, run, sample, until};
use serde_json::{Value, json};

fn path(name: &str) -> String {
    sample(name).to_str().unwrap().to_owned()
}

/// The store is read only, so every command that only looks says the same on it as over the API.
#[track_caller]
fn same_both_ways(site: &Site, arguments: &[&str], over_api: &Said) {
    let on_store = site.cli_on_store(arguments);
    assert_eq!((on_store.code, &on_store.out), (over_api.code, &over_api.out), "{arguments:?}: {on_store:?}");
}

#[test]
fn what_a_newcomer_does_works_as_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let here = |arguments: &[&str]| Said::of(crossdock().current_dir(folder.path()).args(arguments).output().unwrap());
    let made = here(&["init"]);
    assert_eq!(made.code, 0, "{made:?}");
    let key = made.out.split_once("CROSSDOCK_API_KEY=").unwrap().1.lines().next().unwrap().to_owned();
    assert!(made.out.contains("crossdock serve --config crossdock.toml"), "{made:?}");
    here(&["init"]).fails(2, &["crossdock.toml", "move that one away"]);

    // the configuration serves as it is; only the port is another, because tests run side by side
    let file = folder.path().join("crossdock.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(&key), "only the hash is kept");
    let mut site = Site::prepare(&text.replace("127.0.0.1:7410", "127.0.0.1:0"));
    std::fs::copy(folder.path().join("crossdock.secret"), site.folder().join("crossdock.secret")).unwrap();
    site.up();
    let said = Said::of(crossdock().args(["order", "list", "--url", &site.url(), "--key", &key]).output().unwrap());
    assert_eq!((said.code, said.out.lines().last()), (0, Some("(none)")), "{said:?}");
    assert!(site.down().success());
}

#[test]
fn the_doctor_names_what_is_wrong_and_what_to_do_and_the_environment_counts_above_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = |arguments: &[&str]| {
        let mut command = crossdock();
        command.current_dir(folder.path()).args(arguments);
        command
    };
    let said = |mut command: std::process::Command| Said::of(command.output().unwrap());
    let finds = |parts: &[&str]| {
        let said = said(here(&["doctor"]));
        assert_eq!(said.code, 1, "{said:?}");
        parts.iter().for_each(|part| assert!(said.out.contains(part), "`{part}` is not in: {}", said.out));
    };
    finds(&["WRONG  configuration", "crossdock init"]);
    assert_eq!(said(here(&["init"])).code, 0);
    let mut lonely = here(&["doctor", "--json"]);
    lonely.env("CROSSDOCK_LISTEN", "127.0.0.1:0");
    let checks = said(lonely);
    assert_eq!(checks.code, 0, "a product that was never started is nothing wrong: {checks:?}");
    let of = |what: &str| checks.json().as_array().unwrap().iter().find(|check| check["what"] == what).unwrap().clone();
    assert_eq!(of("configuration")["state"], "good");
    assert_eq!(
        (of("store")["state"].as_str(), of("store")["mend"].as_str()),
        (Some("note"), Some("`crossdock serve` makes it"))
    );
    assert_eq!(of("address")["found"], "nobody listens at 127.0.0.1:0");

    let file = folder.path().join("crossdock.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("base_url = \"http://127.0.0.1:8101\"", "base_url = \"bank\"")).unwrap();
    finds(&["WRONG  systems", "bank"]);

    let mut above = here(&["config", "show", "--json", "--data", "/here", "--listen", "127.0.0.1:1"]);
    above.env("CROSSDOCK_DATA", "/elsewhere");
    let above = said(above).json();
    let of = |key: &str| above.as_array().unwrap().iter().find(|value| value["key"] == key).unwrap().clone();
    assert_eq!((&of("data")["value"], &of("data")["from"]), (&"/here".into(), &"flag: --data".into()));
    assert_eq!(
        (&of("server.listen")["value"], &of("server.listen")["from"]),
        (&"127.0.0.1:1".into(), &"flag: --listen".into())
    );
    let mut shown = here(&["config", "show", "--json"]);
    shown.env("CROSSDOCK_DATA", "/elsewhere");
    let shown = said(shown).json();
    let of = |key: &str| shown.as_array().unwrap().iter().find(|value| value["key"] == key).unwrap().clone();
    assert_eq!((&of("data")["value"], &of("data")["from"]), (&"/elsewhere".into(), &"environment: CROSSDOCK_DATA".into()));
    assert_eq!(of("server.readers")["from"], "file");
    assert_eq!(of("systems[erp].retry.max_attempts")["from"], "default");
}

#[test]
fn a_server_that_runs_is_healthy_to_the_doctor_but_for_systems_that_are_away() {
    let site = Site::start();
    let mut command = crossdock();
    command.args(["doctor", "--json", "--key", KEY, "--url", &site.url(), "--config"]).arg(site.config());
    let checks = Said::of(command.output().unwrap());
    let all = checks.json();
    let of = |what: &str| all.as_array().unwrap().iter().find(|check| check["what"] == what).unwrap();
    assert_eq!((checks.code, &of("store")["state"], &of("server")["state"]), (0, &"good".into(), &"good".into()), "{all}");
    assert!(of("command line")["found"].as_str().unwrap().contains("as all: "), "{all}");
    assert_eq!(of("systems")["state"], "note", "nobody is where the systems should be");
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let said = run(&["completions", shell]);
        assert!(said.code == 0 && said.out.contains("dead-letter"), "{shell}: {said:?}");
    }
}

#[test]
fn each_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(&["manual", "--out", folder.path().to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    for (page, part) in
        [("crossdock.1", "Exit codes"), ("crossdock-user-put.1", "--role"), ("crossdock-dead-letter.1", "replay")]
    {
        let text = std::fs::read_to_string(folder.path().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.replace("\\-", "-").contains(part), "`{part}` is not in {page}: {text}");
    }
}

#[test]
fn help_and_errors_say_what_to_do() {
    for command in [
        &["--help"][..],
        &["order", "--help"],
        &["order", "list", "--help"],
        &["exception", "resolve", "--help"],
        &["task", "complete", "--help"],
        &["stock", "show", "--help"],
        &["invoice", "show", "--help"],
        &["bank", "import", "--help"],
        &["import", "orders", "--help"],
        &["import", "master", "--help"],
        &["system", "list", "--help"],
        &["serve", "--help"],
        &["lab", "--help"],
        &["simulate", "--help"],
    ] {
        let said = run(command);
        assert!(said.code == 0 && said.out.contains("Usage:"), "{command:?}: {said:?}");
    }
    run(&["order", "list"]).fails(2, &["--key", "CROSSDOCK_API_KEY", "--data"]);
    run(&["order", "list", "--key", "x", "--url", "http://127.0.0.1:9"])
        .fails(3, &["127.0.0.1:9", "is `crossdock serve` running there?"]);
    run(&["order", "list", "--data", "/nowhere/at/all"]).fails(2, &["/nowhere/at/all", "the folder cannot be used"]);
    run(&["import", "orders", "/nowhere.csv", "--key", "x"]).fails(2, &["/nowhere.csv", "No such file"]);
    run(&["import", "master", "gadgets", "x.csv"]).fails(2, &["gadgets", "warehouses"]);
    run(&["task", "complete", "17", "--key", "x"]).fails(2, &["`17` is not a task", "PI-17/4"]);
    run(&["exception", "resolve", "EX-1", "--action", "release", "--reason", "r", "--details", "{", "--key", "x"])
        .fails(2, &["--details"]);

    let site = Site::start();
    let wrong = Said::of(crossdock().args(["order", "list", "--url", &site.url(), "--key", "wrong"]).output().unwrap());
    wrong.fails(2, &["nobody who is known (401)"]);
    site.cli(&["order", "show", "SO-99"]).fails(1, &["there is no order SO-99"]);
    site.cli(&["order", "show", "99"]).fails(1, &["99"]);
    site.cli(&["exception", "show", "EX-99"]).fails(1, &["there is no exception EX-99"]);
    site.cli(&["invoice", "show", "2026-1"]).fails(1, &["there is no invoice with the number 2026-1"]);
    site.cli(&["stock", "show", "NO-SUCH"]).fails(1, &["NO-SUCH"]);
    site.cli(&["order", "list", "--status", "sleeping"]).fails(1, &["`sleeping`", "on_hold"]);
    site.cli(&["system", "show", "moon"]).fails(1, &["there is no system moon", "wms-east"]);
}

#[test]
fn every_kind_of_master_data_comes_in_by_file() {
    let mut site = Site::start();
    let folder = site.folder().to_owned();
    let import = |kind: &str, name: &str, text: &str| -> Said {
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        site.cli(&["import", "master", kind, file.to_str().unwrap(), "--json"])
    };
    // parts of the company need a company
    let said = import("warehouses", "w.csv", "id\nEAST\n");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.json()["findings"][0]["cause"].as_str().unwrap().contains("there is no company yet"), "{said:?}");
    for (kind, file) in
        [("company", "company.json"), ("items", "items.csv"), ("customers", "accounts.csv"), ("prices", "prices.csv")]
    {
        let said = site.cli(&["import", "master", kind, &path(file), "--json"]);
        let report = said.json();
        assert_eq!((said.code, &report["understood"]), (0, &report["imported"]), "{kind}: {said:?}");
        assert!(report["imported"].as_u64().unwrap() > 0, "{kind}: {said:?}");
    }
    for (kind, name, text, count) in [
        (
            "warehouses",
            "w.csv",
            "id,name,tier,cut_off,transit_days\nNORTH,Leeds,3,15:30,GB=1|*=4\nEAST,Felixstowe New,1,15:00,GB=1\n",
            2,
        ),
        (
            "calendars",
            "c.csv",
            "warehouse,carrier,week,opens,closes,holidays\n,,mon-fri,08:00,18:00,2026-12-25\nNORTH,,mon-sat,06:00,22:00,\nNORTH,yes,mon-fri,,,2026-12-25\n",
            3,
        ),
        ("taxes", "t.csv", "jurisdiction,category,rate,from\nFR,standard,20,\nGB,standard,21,2027-01-01\n", 2),
        ("terms", "terms.csv", "account,net_days,discount_percent,discount_days\n10001,45,3,14\n", 1),
        ("limits", "l.csv", "account,credit_limit\n10001,123400\n10002,\n", 2),
        ("items", "i.json", r#"[{"id":"NEW-1","list_price":"1.50"}]"#, 1),
        ("warehouses", "w.json", r#"[{"id":"SOUTH","name":"Brighton"},{"id":"NORTH","name":"Leeds"}]"#, 2),
        ("calendars", "c.json", r#"{"warehouse":"SOUTH","week":[true,true,true,true,false,false,false]}"#, 1),
        ("taxes", "t.json", r#"[{"jurisdiction":"ES","category":"standard","rate":"21"}]"#, 1),
        ("terms", "terms.json", r#"{"account":"10002","net_days":14}"#, 1),
        ("limits", "l.json", r#"{"account":"10003","credit_limit":5000}"#, 1),
    ] {
        let said = import(kind, name, text);
        assert_eq!((said.code, &said.json()["imported"]), (0, &json!(count)), "{kind}: {said:?}");
    }
    // the samples of these kinds are sound as well
    for kind in ["warehouses", "calendars", "taxes", "terms", "limits"] {
        let said = site.cli(&["import", "master", kind, &path(&format!("{kind}.csv"))]);
        assert_eq!(said.code, 0, "{kind}: {said:?}");
    }
    let said = site.cli(&["import", "master", "stock", &path("stock.csv"), "--json"]);
    assert_eq!((said.code, &said.json()["imported"]), (0, &json!(6)), "{said:?}");
    let shown = site.cli(&["stock", "show", "BRK-100", "--json"]).json();
    let on_hand: Vec<&Value> = shown["stock"].as_array().unwrap().iter().map(|stock| &stock["on_hand"]).collect();
    assert_eq!(on_hand, [&json!(600), &json!(200)], "{shown}");
    let said = import(
        "stock",
        "s.json",
        r#"[{"item":"BRK-100","warehouse":"EAST","on_hand":550},{"item":"GHOST","warehouse":"EAST","on_hand":1}]"#,
    );
    assert_eq!((said.code, &said.json()["imported"]), (1, &json!(1)), "{said:?}");
    assert!(said.json()["findings"][0]["pointer"].as_str().unwrap().contains("s.json, /1"), "{said:?}");
    assert_eq!(site.cli(&["stock", "show", "BRK-100", "--json"]).json()["stock"][0]["on_hand"], 550);
    let said = import("limits", "l.csv", "account,credit_limit\n10001,123400\n10002,\n");
    assert_eq!(said.code, 0, "{said:?}");
    let account = site.get("/v1/accounts/10001").json();
    assert_eq!(account["credit_limit"], json!({ "amount": "1234.00", "currency": "GBP" }));
    assert_eq!(site.get("/v1/accounts/10002").json()["credit_limit"], Value::Null);
    assert_eq!(
        (&account["terms"]["net_days"], &account["terms"]["discount_percent"]),
        (&json!(45), &json!("2")),
        "{account}"
    );
    let company = site.get("/v1/company").json();
    let node = |id: &str| company["warehouses"].as_array().unwrap().iter().find(|node| node["id"] == id).unwrap().clone();
    assert_eq!((&node("EAST")["name"], &node("EAST")["cut_off"]), (&json!("Felixstowe New"), &json!("15:00")), "{company}");
    assert_eq!(
        node("EAST")["calendar"]["opens"],
        "06:00",
        "a warehouse that is imported again keeps its calendar: {company}"
    );
    assert_eq!(node("NORTH")["calendar"]["week"], "mon|tue|wed|thu|fri|sat", "{company}");
    assert_eq!(node("NORTH")["carrier_calendar"]["week"], "mon|tue|wed|thu|fri", "it stays, too: {company}");
    assert_eq!(node("SOUTH")["calendar"]["week"], "mon|tue|wed|thu", "{company}");
    assert_eq!(node("SOUTH")["carrier_calendar"], Value::Null, "{company}");
    assert_eq!(company["calendar"]["closes"], "18:00", "{company}");
    let taxes = company["taxes"].as_array().unwrap();
    assert!(taxes.iter().any(|tax| tax["jurisdiction"] == "ES" && tax["rate"] == "21"), "{company}");
    assert_eq!(taxes.iter().filter(|tax| tax["jurisdiction"] == "GB" && tax["category"] == "standard").count(), 2);

    // what is wrong is told with file, row, column, cause and mend, and does not stop what is right
    let said = import("limits", "bad.csv", "account,credit_limit\n10001,-5\nNOBODY,100\n10003,700\n");
    assert_eq!((said.code, &said.json()["imported"]), (1, &json!(1)), "{said:?}");
    let findings = said.json()["findings"].as_array().unwrap().clone();
    assert_eq!(findings.len(), 2, "{said:?}");
    assert!(findings[0]["pointer"].as_str().unwrap().contains("bad.csv, row 2, column credit_limit"), "{said:?}");
    assert!(findings[1]["pointer"].as_str().unwrap().contains("bad.csv, row 3"), "{said:?}");
    assert!(findings.iter().all(|finding| finding["mend"].as_str().is_some_and(|mend| !mend.is_empty())), "{said:?}");
    let said = import("calendars", "bad-c.csv", "warehouse,week\nMOON,mon-fri\n");
    assert!(said.out.contains("there is no warehouse MOON"), "{said:?}");
    let said = import("items", "bad-i.json", r#"[{"id":"OK-1"},{"id":"BAD-1","list_price":"-3"}]"#);
    assert_eq!((said.code, &said.json()["imported"]), (1, &json!(1)), "{said:?}");
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn a_key_asks_the_server_whatever_folder_the_environment_names() {
    let site = Site::start();
    let ask = |arguments: &[&str]| {
        let mut command = common::crossdock();
        command.env("CROSSDOCK_DATA", "no-such-folder").args(["order", "list", "--url", &site.url()]).args(arguments);
        Said::of(command.output().unwrap())
    };
    assert_eq!(ask(&["--key", common::KEY]).code, 0);
    ask(&[]).fails(2, &["no-such-folder"]);
    ask(&["--key", common::KEY, "--data", "another-folder"]).fails(2, &["another-folder"]);
    assert_eq!(ask(&["--data", &site.data()]).code, 0);
}

#[test]
fn orders_of_every_format_are_imported_once_and_x12_is_acknowledged() {
    let mut site = Site::start();
    site.fill();
    for file in ["orders.csv", "orders.json"] {
        let dry = site.cli(&["import", "orders", &path(file), "--dry-run", "--json"]).json();
        assert!(dry["understood"].as_u64().unwrap() > 0 && dry["imported"] == 0, "{dry}");
        let first = site.cli(&["import", "orders", &path(file), "--json"]);
        assert_eq!((first.code, &first.json()["imported"]), (0, &dry["understood"]), "{first:?}");
        let again = site.cli(&["import", "orders", &path(file), "--json"]);
        assert_eq!(again.json(), first.json(), "a file that is sent twice is imported once");
        let told = site.cli(&["import", "orders", &path(file)]).out;
        assert!(told.contains("this file was imported before"), "{told}");
    }
    let answer = site.folder().join("997.edi");
    let said =
        site.cli(&["import", "orders", &path("orders-850.edi"), "--json", "--acknowledgement", answer.to_str().unwrap()]);
    let report = said.json();
    assert!(report["imported"].as_u64().unwrap() > 0, "{said:?}");
    let acknowledged = std::fs::read_to_string(&answer).unwrap();
    assert_eq!(report["acknowledgements"][0], acknowledged.as_str());
    let sent = std::fs::read_to_string(sample("orders-850.edi")).unwrap();
    let control = |text: &str| text.split('*').nth(13).unwrap().to_owned();
    assert_eq!(control(&acknowledged), control(&sent));
    let accepted = acknowledged.matches("AK5*A").count();
    assert_eq!(accepted as u64, report["imported"].as_u64().unwrap(), "{acknowledged}");
    assert_eq!(acknowledged.matches("AK2*850").count(), sent.matches("ST*850").count(), "{acknowledged}");

    // an order that is understood and then refused is rejected in the 997 as well
    let refused = sent.replace("PO1*1*", "PO1*1*99999999999999");
    let file = site.folder().join("too-much.edi");
    std::fs::write(&file, refused).unwrap();
    let report = site.cli(&["import", "orders", file.to_str().unwrap(), "--json"]).json();
    let acknowledged = report["acknowledgements"][0].as_str().unwrap();
    assert_eq!(acknowledged.matches("AK5*A").count() as u64, report["imported"].as_u64().unwrap(), "{report}");
    assert!(acknowledged.contains("AK5*R") && !report["findings"].as_array().unwrap().is_empty(), "{report}");
    let orders = site.cli(&["order", "list", "--limit", "500", "--json"]).json();
    let names: std::collections::BTreeSet<&str> =
        orders.as_array().unwrap().iter().filter_map(|order| order["purchase_order"].as_str()).collect();
    assert_eq!(names.len(), orders.as_array().unwrap().len(), "no order came twice");
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn a_demo_of_a_file_without_orders_is_wrong_use_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (file, data) = (folder.path().join("input.csv"), folder.path().join("data"));
    let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    let demo = |content: &[u8]| {
        std::fs::write(&file, content).unwrap();
        let (file, data) = (file.to_str().unwrap(), data.to_str().unwrap());
        run(&["demo", "--exit", "--input", file, "--data", data])
    };
    let no_column = ["input.csv, row 1", "the column invoiceno is missing", "give the columns"];
    demo(b"number,item\n1,A\n").fails(2, &no_column);
    demo(b"\x89PNG\r\n\x1a\n\0\0\xff\xfe").fails(2, &no_column);
    demo(b"").fails(2, &no_column);
    demo(header.as_bytes()).fails(2, &["input.csv", "no row of it", "give rows"]);
    let many = format!("{header}1,A,Thing,many,2010-12-01 08:26:00,1.00,1,EIRE\n");
    demo(many.as_bytes()).fails(2, &["input.csv, row 2, column quantity", "`many` cannot be read"]);
    assert!(!data.exists());
}

/// A demo that has run to its end has something of everything.
#[test]
fn every_command_that_looks_says_the_same_over_the_api_and_on_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let demo = crossdock()
        .args(["demo", "--orders", "60", "--exit", "--json", "--faults", "some", "--speed", "200000", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
    let mut site = on(&data.join("store"));
    site.up();

    let orders = site.cli(&["order", "list", "--limit", "500", "--json"]);
    assert_eq!(orders.json().as_array().unwrap().len(), 60);
    let invoiced = orders.json().as_array().unwrap().iter().find(|order| !order["invoices"][0].is_null()).unwrap().clone();
    let id = invoiced["id"].as_str().unwrap();
    let invoice = invoiced["invoices"][0].as_str().unwrap();
    let item = invoiced["lines"][0]["item"].as_str().unwrap();
    let number = site.cli(&["invoice", "show", invoice, "--json"]).json()["number"].as_str().unwrap().to_owned();
    let exceptions = site.cli(&["exception", "list", "--limit", "500", "--json"]).json();
    let exception = exceptions[0]["id"].as_str().unwrap();
    let commands: &[&[&str]] = &[
        &["order", "list", "--limit", "500"],
        &["order", "list", "--status", "closed"],
        &["order", "show", id],
        &["order", "timeline", id],
        &["exception", "list"],
        &["exception", "list", "--status", "resolved"],
        &["exception", "show", exception],
        &["task", "list"],
        &["stock", "show", item],
        &["invoice", "show", invoice],
        &["invoice", "show", &number],
    ];
    let mut said = Vec::new();
    for command in commands {
        let plain = site.cli(command);
        assert!(plain.code == 0 && plain.out.lines().count() > 1, "{command:?}: {plain:?}");
        let json: Vec<&str> = command.iter().copied().chain(["--json"]).collect();
        let printed = site.cli(&json);
        assert!(printed.json().is_array() || printed.json().is_object(), "{command:?}");
        said.push((command.to_vec(), plain));
        said.push((json, printed));
    }
    // while the server runs the store can be read beside it, and after it has stopped
    for (command, before) in &said {
        same_both_ways(&site, command, before);
    }
    // what changes something needs the server
    let refused = site.cli_on_store(&["exception", "resolve", exception, "--action", "acknowledge", "--reason", "seen"]);
    refused.fails(3, &["no server runs on this store", "start `crossdock serve` and use --key"]);
    site.cli_on_store(&["task", "complete", "PI-1/1"]).fails(3, &["no server runs on this store"]);
    site.cli_on_store(&["import", "orders", &path("orders.csv")]).fails(3, &["no server runs on this store"]);
    site.cli_on_store(&["bank", "import", &path("statement-camt053.xml")]).fails(3, &["no server runs on this store"]);
    site.cli_on_store(&["system", "list"]).fails(2, &["known to a running server alone"]);

    // one unit comes back of what has shipped
    site.cli(&["return", "request", id, "--line", "1", "--reason", "damaged"]).fails(2, &["such as 1=5"]);
    let asked = site.cli(&["return", "request", id, "--line", "1=1", "--reason", "damaged"]);
    assert_eq!(asked.code, 0, "{asked:?}");
    let shown = site.cli(&["return", "show", asked.out.trim(), "--json"]).json();
    assert_eq!((&shown["order"], &shown["lines"][0]["quantity"]), (&json!(id), &json!(1)), "{shown}");
    let listed = site.cli(&["return", "list", "--json"]).json();
    assert_eq!(listed[0]["id"], asked.out.trim(), "the newest first: {listed}");

    let statement = site.cli(&["bank", "import", &path("statement-camt053.xml"), "--json"]);
    assert!(statement.json()["imported"].as_u64().unwrap() > 0, "{statement:?}");
    let again = site.cli(&["bank", "import", &path("statement-camt053.xml"), "--json"]);
    assert_eq!(again.json(), statement.json());
    assert!(site.down().success());
    site.is_sound();
}

/// A site on a store that another one has made.
fn on(store: &Path) -> Site {
    let site = Site::prepare(&common::configuration("127.0.0.1:0", &common::nobody()));
    copy(store, Path::new(&site.data()));
    site
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A process of one task for a person that is no exception.
const READING: &str = r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="x">
    <bpmn:process id="reading" isExecutable="true"><bpmn:startEvent id="s"/>
    <bpmn:userTask id="read" name="Read the letter"><bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements></bpmn:userTask>
    <bpmn:endEvent id="e"/><bpmn:sequenceFlow id="a" sourceRef="s" targetRef="read"/><bpmn:sequenceFlow id="b" sourceRef="read" targetRef="e"/>
    </bpmn:process></bpmn:definitions>"#;

#[test]
fn an_exception_is_resolved_and_a_task_completed_from_the_command_line() {
    let mut lab = LabProcess::new();
    let mut site = Site::with(&lab.systems());
    lab.up(&site);
    site.fill();
    let order = site.order("PO-1", "NO-SUCH", 2);
    let exception = until("the exception of the unknown item", || {
        let page = site.cli(&["exception", "list", "--status", "open", "--json"]).json();
        page.as_array().unwrap().iter().find(|exception| exception["order"] == order.as_str()).cloned()
    });
    let id = exception["id"].as_str().unwrap();
    let shown = site.cli(&["exception", "show", id]);
    assert!(shown.out.contains("NO-SUCH") && shown.out.contains("cancel   sales, director"), "{shown:?}");
    let wrong = site.cli(&["exception", "resolve", id, "--action", "write_off", "--reason", "no"]);
    wrong.fails(1, &["(409)"]);
    let unknown = site.cli(&["exception", "resolve", id, "--action", "dance", "--reason", "no"]);
    unknown.fails(1, &["dance", "acknowledge"]);
    let task = exception["task"].as_str().unwrap();
    let listed = site.cli(&["task", "list", "--json"]).json();
    assert!(listed.as_array().unwrap().iter().any(|known| known["task"] == task), "{listed}");
    let action = exception["actions"].as_array().unwrap().iter().find(|action| *action == "reject" || *action == "cancel");
    let action = action.or(exception["actions"].as_array().unwrap().last()).unwrap().as_str().unwrap();
    let done = site.cli(&["exception", "resolve", id, "--action", action, "--reason", "no such thing"]);
    assert_eq!((done.code, done.out.trim()), (0, "done"), "{done:?}");
    let after = site.cli(&["exception", "show", id, "--json"]).json();
    assert_eq!((&after["status"], &after["resolution"]["reason"]), (&json!("resolved"), &json!("no such thing")));

    // a second one is not decided on by way of its task
    let order = site.order("PO-2", "NO-SUCH", 2);
    let listed = |name: &str, value: &str| {
        let page = site.cli(&["task", "list", "--json"]).json();
        let found = page.as_array().unwrap().iter().find(|task| task[name] == value)?.clone();
        Some(found["task"].as_str().unwrap().to_owned())
    };
    let task = until("the task of the second order", || listed("order", &order));
    site.cli(&["task", "complete", &task]).fails(1, &["(409)", "decide on it"]);
    // a task that is no exception is completed
    let file = site.folder().join("reading.bpmn");
    std::fs::write(&file, READING).unwrap();
    assert_eq!(site.cli(&["deploy", file.to_str().unwrap()]).code, 0);
    site.post("/v1/processes/reading/instances", "reading-1", &json!({ "variables": {} }));
    let task = until("the task of the process", || listed("reason", "Read the letter"));
    let done = site.cli(&["task", "complete", &task, "--variables", &json!({ "read": true }).to_string()]);
    assert_eq!((done.code, done.out.trim()), (0, "done"), "{done:?}");
    let again = site.cli(&["task", "complete", &task]);
    assert_eq!(again.code, 1, "{again:?}");
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn a_simulated_world_is_told_step_by_step() {
    let said = run(&["simulate", "--seed", "3", "--orders", "8"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("CRASH") && said.out.contains("shop: order PO-0"), "{said:?}");
    assert!(said.out.lines().last().unwrap().starts_with("seed 3: 8 orders"), "{said:?}");
    assert_eq!(run(&["simulate", "--seed", "3", "--orders", "8"]).out, said.out);
    let many = run(&["simulate", "--seed", "0..4", "--orders", "5", "--json"]).json();
    assert_eq!((many["worlds"].as_array().unwrap().len(), &many["failures"]), (4, &json!([])));
    run(&["simulate", "--seed", "x"]).fails(2, &["--seed x", "0..100"]);
}
