//! What bad luck and bad input get: a clear error each, nothing lost, no panic. The real binary, over real HTTP.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::io::{Read, Seek, SeekFrom, Write};

use common::{Ask, KEY, LabProcess, Said, Site, configuration, nobody, order, run, sample, until};
use serde_json::{Value, json};

/// A disk that is full: files of the server may not grow any further. It says so, answers reads, acknowledges nothing, and after a
/// restart with room everything that was acknowledged is there.
#[test]
#[cfg(unix)]
fn a_full_disk_refuses_changes_and_loses_nothing_that_was_acknowledged() {
    let mut site = Site::start();
    site.fill();
    let first = site.order("PO-before", "BRK-100", 2);
    assert!(site.down().success());
    // a little more than the store has now, so that some orders still fit. The signal is ignored as an ordinary full disk sends none
    let store = std::fs::metadata(site.folder().join("store/crossdock.db")).unwrap().len();
    let mut shell = std::process::Command::new("bash");
    let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", store / 1024 + 400);
    let serve = site.serve();
    shell.args(["-c", &limit, "serve"]).arg(serve.get_program()).args(serve.get_args());
    site.up_as(shell);
    let mut acknowledged = vec![first];
    let refused = (0..5_000).find_map(|number| {
        let name = format!("PO-{number}");
        let answer = site.post("/v1/orders", &name, &order(&name, "BRK-100", 1));
        match answer.status {
            201 => {
                acknowledged.push(answer.json()["id"].as_str().unwrap().to_owned());
                None
            }
            _ => Some((name, answer)),
        }
    });
    let (name, answer) = refused.expect("the disk is never full");
    assert!(acknowledged.len() > 1, "the limit left no room at all");
    let problem = answer.problem(503, "unavailable");
    assert!(problem["detail"].as_str().unwrap().contains("could not be"), "{problem}");
    assert_eq!(answer.header("retry-after"), Some("1"));
    // it still reads, and says what is the matter
    assert_eq!(site.get(&format!("/v1/orders/{}", acknowledged[0])).status, 200);
    let ready = site.get("/readyz").json();
    assert!(ready["store"].as_str().unwrap().contains("could not be written"), "{ready}");
    assert!(site.get("/metrics").text().contains("crossdock_store_cannot_write 1"));
    site.kill();

    site.up();
    for id in &acknowledged {
        assert_eq!(site.get(&format!("/v1/orders/{id}")).status, 200, "{id} was acknowledged and is lost");
    }
    // what was refused can be sent again under the same key, and is done once
    let again = site.post("/v1/orders", &name, &order(&name, "BRK-100", 1));
    assert_eq!(again.status, 201, "{again:?}");
    assert_eq!(again.json(), site.post("/v1/orders", &name, &order(&name, "BRK-100", 1)).json());
    assert_eq!(site.get("/readyz").json()["store"], "ok");
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn a_store_that_another_process_has_is_left_alone() {
    let site = Site::start();
    // another port, the same folder
    let config = site.folder().join("second.toml");
    std::fs::write(&config, configuration("127.0.0.1:0", &nobody())).unwrap();
    let said = run(&["serve", "--config", config.to_str().unwrap()]);
    said.fails(3, &["crossdock.lock", &format!("(id {})", site.id()), "stop it, or give this one a folder of its own"]);
    // the first one does not notice
    assert_eq!(site.get("/readyz").status, 200);
}

#[test]
fn a_damaged_store_is_told_and_not_written_to() {
    let mut site = Site::start();
    site.fill();
    for number in 0..20 {
        site.order(&format!("PO-{number}"), "BRK-100", 1);
    }
    assert!(site.down().success());
    let file = site.folder().join("store/crossdock.db");
    let whole = std::fs::read(&file).unwrap();

    // another file altogether
    std::fs::write(&file, b"this was a letter to a friend, and is no database at all; somebody has copied it here").unwrap();
    let said = Said::of(site.serve().output().unwrap());
    said.fails(1, &["crossdock.db", "damaged", "restore the last backup"]);
    assert!(std::fs::read(&file).unwrap().starts_with(b"this was a letter"));

    // cut off in the middle
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let said = run(&["verify", "--data", &site.data()]);
    said.fails(1, &["damaged"]);

    // pages in the middle are rubbish: whoever reads them is told, and nobody is told that all is well
    let mut damaged = std::fs::File::options().write(true).open(&file).unwrap();
    damaged.write_all(&whole).unwrap();
    let pages = whole.len() / 4096;
    for page in (pages / 4)..pages {
        damaged.seek(SeekFrom::Start(page as u64 * 4096)).unwrap();
        damaged.write_all(&[0xa5; 4096]).unwrap();
    }
    drop(damaged);
    let said = run(&["verify", "--data", &site.data()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("damaged") || said.out.contains("first difference"), "{said:?}");

    // the backup is as good as before
    std::fs::write(&file, &whole).unwrap();
    site.is_sound();
}

#[test]
fn one_bit_that_was_turned_in_the_journal_is_found() {
    let mut site = Site::start();
    site.fill();
    site.order("PO-77-turned", "BRK-100", 1);
    assert!(site.down().success());
    let file = site.folder().join("store/crossdock.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let places: Vec<usize> =
        bytes.windows(12).enumerate().filter(|(_, window)| *window == b"PO-77-turned").map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at + 3] ^= 1;
    }
    std::fs::write(&file, &bytes).unwrap();
    let said = run(&["verify", "--data", &site.data()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("first difference"), "{said:?}");
    let said = run(&["verify", "--data", &site.data(), "--json"]);
    assert_eq!(said.json()["verify"], "different");
}

#[test]
fn an_original_document_that_was_altered_is_found() {
    let mut site = Site::start();
    site.fill();
    let written = r#"{ "account" :  "10001", "purchase_order": "PO-1", "lines": [{ "item": "BRK-100", "quantity": 1 }] }"#;
    assert_eq!(site.send("/v1/orders", "PO-1", written.as_bytes()).status, 201);
    assert!(site.down().success());
    let file = site.folder().join("store/crossdock.db");
    let mut bytes = std::fs::read(&file).unwrap();
    // the two blanks are nowhere but in the document itself
    let at = bytes.windows(12).position(|window| window == b"\"account\" : ").unwrap();
    bytes[at + 11] = b'\t';
    std::fs::write(&file, &bytes).unwrap();
    let said = run(&["verify", "--data", &site.data()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("SO-1: the original document") && said.out.contains("was altered"), "{said:?}");
}

#[test]
fn a_port_in_use_is_named() {
    let site = Site::start();
    let other = Site::prepare(&configuration(&site.address.to_string(), &nobody()));
    let said = Said::of(other.serve().output().unwrap());
    said.fails(2, &[&site.address.to_string(), "is another crossdock running there?", "change server.listen"]);
    assert!(!other.folder().join("store").exists(), "nothing is made before it is known that it can be served");
}

#[test]
fn a_wrong_configuration_is_told_with_place_and_mend() {
    let good = configuration("127.0.0.1:0", &nobody());
    let cases: &[(&str, String, &[&str])] = &[
        ("a key that does not exist", good.replace("listen =", "lisden ="), &["crossdock.toml", "lisden", "line 4"]),
        ("no TOML", good.replace("[server]", "[server"), &["crossdock.toml", "line 3"]),
        ("a wrong type", good.replace("timeout_ms = 5000", "timeout_ms = \"long\""), &["crossdock.toml", "long"]),
        ("no address", good.replace("127.0.0.1:0", "nowhere"), &["crossdock.toml", "listen", "line 4"]),
        ("no folder", good.replace("data = \"store\"", ""), &["`data` is missing", "name the folder"]),
        ("no hash", good.replace(&hash_in(&good), "123"), &["server.keys, key all", "crossdock key hash"]),
        ("no web address", good.replace("http://127.0.0.1:9", "ftp://x"), &["system erp", "base_url", "http://"]),
        (
            "an adapter that does not exist",
            good.replace("name = \"erp\"", "name = \"erp\"\nadapter = \"fax\""),
            &["fax", "use http"],
        ),
        (
            "a secret that is not there",
            good.replace("name = \"erp\"", "name = \"erp\"\nheaders = { authorization = \"env:NOT_THERE_AT_ALL\" }"),
            &["system erp, header authorization", "NOT_THERE_AT_ALL"],
        ),
    ];
    for (what, text, parts) in cases {
        assert_ne!(*text, good, "{what}");
        let site = Site::prepare(text);
        let said = Said::of(site.serve().output().unwrap());
        assert_eq!(said.code, 2, "{what}: {said:?}");
        said.fails(2, parts);
    }
    run(&["serve", "--config", "/nowhere/crossdock.toml"]).fails(2, &["/nowhere/crossdock.toml", "crossdock init"]);
    run(&["serve", "--comfig", "x"]).fails(2, &["--comfig"]);
}

#[test]
fn a_product_without_its_systems_starts_and_puts_what_it_cannot_send_before_people() {
    let mut site = Site::with(&[]);
    site.fill();
    let order = site.order("PO-1", "BRK-100", 2);
    let asked = until("the question to a person", || {
        let open = site.get(&format!("/v1/exceptions?order={order}")).json();
        open["items"].as_array().and_then(|items| items.iter().find(|item| item["kind"] == "WMS-REJECT")).cloned()
    });
    assert_eq!(asked["status"], "open", "{asked}");
    site.kill();
}

fn hash_in(configuration: &str) -> String {
    configuration.split_once("sha256 = \"").unwrap().1.split_once('"').unwrap().0.to_owned()
}

#[test]
fn an_unknown_item_holds_its_line_and_a_negative_quantity_is_refused_with_its_place() {
    let mut lab = LabProcess::new();
    let mut site = Site::with(&lab.systems());
    lab.up(&site);
    site.fill();
    let known = site.order("PO-1", "BRK-100", 2);
    let unknown = site.order("PO-2", "NO-SUCH", 2);
    let held = until("the hold of the unknown item", || {
        let order = site.get(&format!("/v1/orders/{unknown}")).json();
        (order["status"] == "on_hold" && order["holds"][0]["exception"].is_string()).then_some(order)
    });
    let hold = &held["holds"][0];
    assert!(hold["reason"].as_str().unwrap().contains("NO-SUCH"), "{hold}");
    let exception = site.get(&format!("/v1/exceptions/{}", hold["exception"].as_str().unwrap())).json();
    for field in ["owner", "respond_by", "resolve_by"] {
        assert!(exception[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {exception}");
    }
    assert!(!exception["actions"].as_array().unwrap().is_empty());

    let negative = site.post("/v1/orders", "PO-3", &order("PO-3", "BRK-100", -5)).problem(422, "invalid");
    assert_eq!(negative["errors"][0]["pointer"], "/lines/0/quantity", "{negative}");
    let zero = site.post("/v1/orders", "PO-4", &order("PO-4", "BRK-100", 0)).problem(422, "invalid");
    assert_eq!(zero["errors"][0]["pointer"], "/lines/0/quantity", "{zero}");
    let unreadable = json!({ "item": "BRK-100", "node": "EAST", "quantity": "many", "receipt": "R-1" });
    let unreadable = site.post("/v1/stock/receipts", "R-many", &unreadable).problem(422, "invalid");
    assert_eq!(unreadable["errors"][0]["pointer"], "/quantity", "{unreadable}");
    for (path, body) in [
        ("/v1/stock/receipts", json!({ "item": "BRK-100", "node": "EAST", "quantity": -1, "receipt": "R-1" })),
        ("/v1/stock/counts", json!({ "item": "BRK-100", "node": "EAST", "on_hand": -1, "document": "C-1" })),
        ("/v1/availability/reservations", json!({ "lines": [{ "item": "BRK-100", "quantity": -1 }] })),
    ] {
        let problem = site.post(path, path, &body).problem(422, "invalid");
        assert!(problem["detail"].as_str().unwrap().contains("-1"), "{problem}");
    }
    // the same in a file: the good order comes in, the bad one is told with its row
    let csv = "account,purchase_order,item,quantity\n10001,F-1,BRK-100,3\n10001,F-2,BRK-100,-3\n";
    let report = site.send("/v1/imports/orders?name=two.csv", "two", csv.as_bytes()).json();
    assert_eq!((&report["imported"], &report["findings"].as_array().unwrap().len()), (&json!(1), &1), "{report}");
    let pointer = report["findings"][0]["pointer"].as_str().unwrap();
    assert!(pointer.contains("two.csv") && pointer.contains("row 3"), "{report}");
    // mended and sent again: the good order is there, and two that are equal are two; a dry run tells the same beforehand
    let csv = csv.replace("F-2,BRK-100,-3", "F-2,BRK-100,3\n10001,F-3,BRK-100,1\n10001,F-3,LMP-300,1\nNOBODY,F-4,BRK-100,1");
    let dry = site.send("/v1/imports/orders?dry_run=true&name=two.csv", "dry", csv.as_bytes()).json();
    let report = site.send("/v1/imports/orders?name=two.csv", "mended", csv.as_bytes()).json();
    assert_eq!((&report["imported"], &report["repeated"]), (&json!(2), &json!(1)), "{report}");
    assert_eq!((&dry["imported"], &dry["repeated"], &dry["findings"]), (&json!(0), &json!(1), &report["findings"]), "{dry}");
    assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report}");
    let twice = json!([order("F-9", "BRK-100", 2), order("F-9", "BRK-100", 2)]).to_string();
    for (name, taken, there) in [("equal", 2, 0), ("again", 0, 2)] {
        let report = site.send("/v1/imports/orders?format=json&name=equal.json", name, twice.as_bytes()).json();
        assert_eq!((&report["imported"], &report["repeated"]), (&json!(taken), &json!(there)), "{report}");
    }
    site.kill();
    site.up();
    assert_eq!(site.get(&format!("/v1/orders/{known}")).status, 200);
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn values_at_the_edge_of_what_can_be_are_told_and_none_is_taken_for_another() {
    let mut site = Site::start();
    site.fill();
    for path in [
        "/v1/orders/SO-18446744073709551615",
        "/v1/orders/SO-99999999999999999999",
        "/v1/orders/%00",
        "/v1/invoices/IN-9223372036854775808",
    ] {
        site.get(path).problem(404, "not_found");
    }
    site.get("/v1/orders?after=n18446744073709551615").problem(422, "invalid");
    site.get("/v1/events?after=18446744073709551616").problem(400, "malformed");
    let limit = |amount: &str, currency: &str| json!({ "limit": { "amount": amount, "currency": currency } });
    for (name, limit) in [("usd", limit("100.00", "USD")), ("huge", limit("1e30", "GBP")), ("below", limit("-1.00", "GBP"))]
    {
        site.post("/v1/accounts/10001/credit-limit", name, &limit).problem(422, "invalid");
    }
    let quantity = |quantity: Value| json!({ "item": "BRK-100", "node": "EAST", "quantity": quantity, "receipt": "edge" });
    for (name, body) in [("max", quantity(json!(i64::MAX))), ("half", quantity(json!(0.5))), ("text", quantity(json!("5")))]
    {
        site.post("/v1/stock/receipts", name, &body).problem(422, "invalid");
    }
    let infinite = r#"{ "item": "BRK-100", "node": "EAST", "quantity": 1e400, "receipt": "edge" }"#;
    site.send("/v1/stock/receipts", "infinite", infinite.as_bytes()).problem(400, "malformed");
    for quantity in ["99999999999999999999999999999999999999", "1e300"] {
        let body = json!({ "account": "10001", "lines": [{ "item": "BRK-100", "quantity": quantity }] });
        site.post("/v1/orders", quantity, &body).problem(422, "invalid");
    }
    let late = json!({ "item": "BRK-100", "node": "EAST", "document": "late", "quantity": 7, "eta": "9999-12-31" });
    assert_eq!(site.post("/v1/stock/inbound", "late", &late).status, 200);
    let shown = site.get("/v1/availability?item=BRK-100&until=9999-12-31").json();
    let steps = shown["nodes"].as_array().unwrap().iter().flat_map(|node| node["steps"].as_array().unwrap());
    assert!(steps.into_iter().any(|step| step["from"] == "9999-12-31"), "{shown}");
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn an_order_of_ten_thousand_lines_is_taken_whole() {
    let mut site = Site::start();
    site.fill();
    let items = ["BRK-100", "ANC-200", "LMP-300", "PNT-010"];
    let lines: Vec<Value> = items.iter().cycle().take(10_000).map(|item| json!({ "item": item, "quantity": 1 })).collect();
    let body = json!({ "account": "10001", "purchase_order": "PO-long", "ship_to": "MAIN", "lines": lines });
    let answer = site.post("/v1/orders", "long", &body);
    assert_eq!(answer.status, 201, "{answer:?}");
    let path = format!("/v1/orders/{}", answer.json()["id"].as_str().unwrap());
    let order = site.get(&path).json();
    assert_eq!(order["lines"].as_array().unwrap().len(), 10_000);
    site.kill();
    site.up();
    assert_eq!(site.get(&path).json()["lines"].as_array().unwrap().len(), 10_000);
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn a_page_of_events_ends_early_where_entries_have_many_and_goes_on_without_a_gap() {
    let mut site = Site::start();
    site.fill();
    let items: String = (0..2_500).map(|item| format!("BULK-{item},Bulk item,EA\n")).collect();
    let csv = format!("id,description,base_uom\n{items}");
    let report = site.send("/v1/imports/master/items", "bulk", csv.as_bytes()).json();
    assert_eq!(report["findings"], json!([]), "{report}");
    let (mut after, mut told) = ("0".to_owned(), Vec::new());
    loop {
        let page = site.get(&format!("/v1/events?limit=1000&after={after}")).json();
        let events = page["events"].as_array().unwrap();
        assert!(events.len() < 2_000, "{} events on a page", events.len());
        let subjects = events.iter().map(|event| event["subject"].as_str().unwrap().to_owned());
        told.extend(subjects.filter(|subject| subject.starts_with("item BULK-")));
        let next = page["next"].as_str().unwrap().to_owned();
        if next == after {
            break;
        }
        after = next;
    }
    assert_eq!(told, (0..2_500).map(|item| format!("item BULK-{item}")).collect::<Vec<_>>());
    assert!(site.down().success());
}

#[test]
fn a_body_of_twenty_megabytes_is_refused_with_an_answer_that_arrives() {
    let site = Site::start();
    site.fill();
    let large = vec![b' '; 20 * 1024 * 1024];
    for path in ["/v1/orders", "/v1/imports/orders", "/v1/bank-statements", "/v1/imports/master/items", "/v1/stock/receipts"]
    {
        let problem = site.send(path, "large", &large).problem(413, "too_large");
        assert!(problem["detail"].as_str().unwrap().contains("16 MiB"), "{problem}");
    }
    // one that does not say how long it is
    let chunked = Ask::new("POST", "/v1/imports/orders").header("idempotency-key", "chunked");
    let answer = send_chunked(&site, &chunked, 20);
    assert!(answer.contains(" 413 ") && answer.contains("too_large"), "{answer}");
    // just below the limit is fine, and the server goes on
    let below = vec![b' '; 15 * 1024 * 1024];
    assert_eq!(site.send("/v1/imports/orders", "below", &below).status, 200);
    assert_eq!(site.order("PO-after", "BRK-100", 1), "SO-1");
}

/// Sends so many megabytes in pieces without saying how much it will be.
fn send_chunked(site: &Site, ask: &Ask, megabytes: usize) -> String {
    let mut stream = std::net::TcpStream::connect(site.address).unwrap();
    let head = format!(
        "{} {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\nidempotency-key: chunked\r\nconnection: close\r\n\
         transfer-encoding: chunked\r\n\r\n",
        ask.method, ask.path
    );
    stream.write_all(head.as_bytes()).unwrap();
    let piece = vec![b' '; 1024 * 1024];
    for _ in 0..megabytes {
        stream.write_all(b"100000\r\n").unwrap();
        stream.write_all(&piece).unwrap();
        stream.write_all(b"\r\n").unwrap();
    }
    stream.write_all(b"0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let site = Site::start();
    site.fill();
    let json = site.send("/v1/orders", "utf-1", b"{\"account\": \"\xff\xfe\"}").problem(422, "invalid");
    assert!(json["errors"][0]["cause"].as_str().unwrap().contains("UTF-8"), "{json}");
    let json = site.send("/v1/stock/receipts", "utf-2", b"{\"item\": \"\xff\"}").problem(400, "malformed");
    assert!(json["errors"][0]["pointer"].as_str().unwrap().contains("line 1"), "{json}");
    for (path, key) in [
        ("/v1/imports/orders?name=latin.csv", "utf-3"),
        ("/v1/imports/master/items?name=latin.csv", "utf-4"),
        ("/v1/bank-statements?name=latin.csv", "utf-5"),
    ] {
        let report = site.send(path, key, b"account,item,quantity\n10001,Gr\xfcn,1\n").json();
        assert_eq!(report["imported"], 0, "{report}");
        let finding = &report["findings"][0];
        assert!(finding["pointer"].as_str().unwrap().contains("latin.csv, byte"), "{report}");
        assert_eq!((&finding["cause"], &finding["mend"]), (&json!("this is not UTF-8"), &json!("save the file as UTF-8")));
    }
    let file = site.folder().join("latin.csv");
    std::fs::write(&file, b"account,item,quantity\n10001,Gr\xfcn,1\n").unwrap();
    let said = site.cli(&["import", "orders", file.to_str().unwrap()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("latin.csv, byte 30: this is not UTF-8; save the file as UTF-8"), "{said:?}");
}

#[test]
fn an_xml_bomb_is_refused_before_it_goes_off() {
    let site = Site::start();
    site.fill();
    let mut bomb = String::from("<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a0 \"boom\">");
    for level in 1..20 {
        let before = format!("&a{};", level - 1).repeat(10);
        bomb.push_str(&format!("<!ENTITY a{level} \"{before}\">"));
    }
    bomb.push_str("]><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>&a19;</BkToCstmrStmt></Document>");
    let report = site.send("/v1/bank-statements?name=bomb.xml", "bomb", bomb.as_bytes()).json();
    assert_eq!(report["imported"], 0, "{report}");
    let finding = &report["findings"][0];
    assert!(finding["pointer"].as_str().unwrap().starts_with("bomb.xml"), "{report}");
    assert!(finding["cause"].as_str().is_some_and(|cause| !cause.is_empty()), "{report}");
    assert!(finding["mend"].as_str().is_some_and(|mend| !mend.is_empty()), "{report}");
    // the same as a process to deploy
    let deployment = json!({ "resources": [{ "name": "bomb.bpmn", "xml": bomb }] });
    let problem = site.post("/v1/processes", "bomb-2", &deployment);
    assert!((400..500).contains(&problem.status), "{problem:?}");
    let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
    let report = site.send("/v1/bank-statements?name=deep.xml", "deep", deep.as_bytes()).json();
    assert_eq!((&report["imported"], report["findings"].as_array().unwrap().is_empty()), (&json!(0), false), "{report}");
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    site.send("/v1/orders", "deep-2", deep.as_bytes()).problem(422, "invalid");
    // a good one is taken afterwards
    let statement = std::fs::read(sample("statement-camt053.xml")).unwrap();
    let report = site.send("/v1/bank-statements", "good", &statement).json();
    assert!(report["imported"].as_u64().unwrap() > 0, "{report}");
}

#[test]
fn nobody_gets_in_without_a_key_and_health_needs_none() {
    let site = Site::start();
    for path in ["/v1/orders", "/openapi.json", "/metrics", "/no/such/path"] {
        site.ask(Ask::new("GET", path).without("authorization")).problem(401, "unauthorised");
        site.ask(Ask::new("GET", path).header("authorization", "Bearer wrong")).problem(401, "unauthorised");
        let answer = site.ask(Ask::new("GET", path).without("authorization"));
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(site.ask(Ask::new("GET", path).without("authorization")).status, 200);
    }
    let problem = site.ask(Ask::new("GET", "/v1/orders").without("authorization")).problem(401, "unauthorised");
    let page = site.ask(Ask::new("GET", problem["type"].as_str().unwrap()).without("authorization"));
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/markdown; charset=utf-8")));
    site.ask(Ask::new("GET", "/docs/problems/nonsense").without("authorization")).problem(404, "not_found");
    let body = order("PO-1", "BRK-100", 1);
    let other = Ask::new("POST", "/v1/stock/receipts").header("authorization", &format!("Bearer {}", common::CLERK));
    let receipt = json!({ "item": "BRK-100", "node": "EAST", "quantity": 1, "receipt": "R" });
    site.ask(other.header("idempotency-key", "k").json(&receipt)).problem(403, "not_allowed");
    site.ask(Ask::new("POST", "/v1/orders").json(&body)).problem(400, "idempotency_key_missing");
}

/// The lines that a stream has sent until all of these were among them.
fn heard(stream: std::net::TcpStream, wanted: &[&str]) -> Vec<String> {
    use std::io::BufRead;
    let mut heard: Vec<String> = Vec::new();
    for line in std::io::BufReader::new(stream).lines() {
        heard.push(line.expect("the stream ends, or nothing comes for too long"));
        if wanted.iter().all(|wanted| heard.iter().any(|line| line.contains(wanted))) {
            return heard;
        }
    }
    panic!("the stream has ended without {wanted:?}: {heard:?}");
}

#[test]
fn whoever_listens_hears_what_happens_and_goes_on_where_it_stopped() {
    let mut site = Site::start();
    site.fill();
    let listen = |header: Option<(&str, &str)>| {
        let mut ask = Ask::new("GET", "/v1/events").header("accept", "text/event-stream");
        if let Some((name, value)) = header {
            ask = ask.header(name, value);
        }
        ask.open(site.address)
    };
    let stream = listen(None);
    // once the head of the answer is there, nothing that happens is missed
    let first = site.order("PO-1", "BRK-100", 2);
    let lines = heard(stream, &["event: com.crossdock.order.received.v1", &format!("order {first}")]);
    assert!(lines[0].contains("200") && lines.iter().any(|line| line.contains("text/event-stream")), "{lines:?}");
    let received = lines.iter().position(|line| line == "event: com.crossdock.order.received.v1").unwrap();
    let id = lines[..received].iter().rev().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    // another order, and somebody who was away meanwhile
    let second = site.order("PO-2", "BRK-100", 1);
    let lines = heard(listen(Some(("last-event-id", &id))), &[&format!("order {second}")]);
    let ids: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("id: ")).collect();
    assert!(!ids.contains(&id.as_str()), "the last one that is known is not sent again");
    let (position, index) = id.split_once('.').unwrap();
    assert_eq!(ids[0], format!("{position}.{}", index.parse::<u64>().unwrap() + 1), "the next one comes first");
    site.ask(Ask::new("GET", "/v1/events").header("accept", "text/event-stream").header("last-event-id", "x"))
        .problem(400, "malformed");
    // somebody who listens does not keep the server from stopping
    let open = listen(None);
    assert!(site.down().success());
    drop(open);
}
