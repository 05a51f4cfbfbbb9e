//! Today and its lists, lists in an order, master data as it is kept, and what instances went through.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::common::{Ask, CLERK, order, until};
use crate::described::{Api, text};

pub(crate) fn lists(api: &mut Api<'_>, shipped: &str) {
    today(api);
    sorted(api);
    master(api);
    instances(api, shipped);
    authority(api);
}

/// What somebody may do is told to them beforehand, and it is what they are told when they try.
fn authority(api: &mut Api<'_>) {
    let body = order("A-1", "NO-SUCH-9", 1).to_string();
    let clerk = ("authorization", format!("Bearer {CLERK}"));
    let placed = Ask::new("POST", "/v1/orders").header(clerk.0, &clerk.1).header("content-type", "application/json");
    let id = text(&api.change(placed, body.as_bytes())["id"]);
    let exception = until("its exception", || {
        let page = api.get(&format!("/v1/exceptions?status=open&order={id}")).json();
        page["items"].as_array().unwrap().first().cloned()
    });
    let kind =
        until("its hold", || api.get(&format!("/v1/orders/{id}")).json()["holds"][0]["kind"].as_str().map(str::to_owned));
    let path = format!("/v1/orders/{id}/holds");
    let of = |answer: &Value| answer["items"].as_array().unwrap().iter().find(|one| one["what"] == kind.as_str()).cloned();
    let all = of(&api.get(&path).json()).unwrap();
    assert_eq!(all["why_not"], Value::Null, "{all}");
    let theirs = of(&api.ask(&Ask::new("GET", &path).header(clerk.0, &clerk.1)).json()).unwrap();
    let why = text(&theirs["why_not"]);
    assert!(why.contains("whoever created an order"), "{why}");
    let release = Ask::new("POST", &format!("{path}/{kind}/release")).header(clerk.0, &clerk.1);
    let told = api.ask(&release.header("idempotency-key", "not-mine").json(&json!({ "reason": "x" })));
    assert_eq!(text(&told.problem(403, "not_allowed")["detail"]), why);
    let actions = api.get(&format!("/v1/exceptions/{}/actions", text(&exception["id"]))).json();
    let names: Vec<_> = actions["items"].as_array().unwrap().iter().map(|one| one["what"].clone()).collect();
    assert_eq!(&json!(names), &exception["actions"]);
    assert_eq!(api.get(&format!("/v1/orders/{id}")).json()["holds"][0]["kind"], kind.as_str(), "nothing came of it");
}

/// Every page of a list.
fn all(api: &mut Api<'_>, path: &str) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{path}&limit=2{after}")).json();
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else { return found };
        after = format!("&after={next}");
    }
}

fn ids(items: &[Value]) -> BTreeSet<String> {
    items.iter().map(|item| text(&item["id"])).collect()
}

/// Each figure of the day is the length of its list.
fn today(api: &mut Api<'_>) {
    for step in ["received", "promised", "released", "shipped", "invoiced", "matched"] {
        let path = if step == "matched" { "/v1/payments" } else { "/v1/orders" };
        // something may happen, and the day may end, between the two
        let listed = until("the figure and its list to be the same", || {
            let day = api.get("/v1/day").json();
            assert_eq!(day["is_complete"], true, "{day}");
            let listed = all(api, &format!("{path}?today={step}"));
            (day[step] == listed.len()).then_some(listed)
        });
        assert!(!listed.is_empty(), "nothing was {step}");
        assert_eq!(ids(&listed).len(), listed.len(), "{step}: none comes twice");
    }
    let day = api.get("/v1/day").json();
    let since = text(&day["since"]);
    let came = ids(&all(api, &format!("/v1/orders?received_after={since}")));
    assert!(ids(&all(api, "/v1/orders?today=received")).is_superset(&came));
    let account = text(&all(api, "/v1/orders?today=shipped")[0]["account"]);
    let of_account = all(api, &format!("/v1/orders?today=shipped&account={account}"));
    assert!(!of_account.is_empty() && of_account.iter().all(|order| order["account"] == account.as_str()));
    // what is wanted today and cannot be promised, as nobody knows the item
    let mut wanted = order("R-1", "NO-SUCH-7", 1);
    wanted["requested"] = day["day"].clone();
    let id = text(&api.post("/v1/orders", &wanted)["id"]);
    let risky = until("the order to be at risk", || {
        let risky = all(api, "/v1/orders?promise=at_risk");
        ids(&risky).contains(&id).then_some(risky)
    });
    assert!(api.get("/v1/day").json()["promises_at_risk"].as_u64() >= Some(1));
    assert!(!ids(&all(api, "/v1/orders?promise=missed")).contains(&id));
    for order in risky.iter().chain(&all(api, "/v1/orders?promise=missed")) {
        assert!(!["closed", "cancelled", "rejected", "fulfilled", "settled"].contains(&order["status"].as_str().unwrap()));
    }
    for wrong in ["today=eaten", "promise=kept", "today=received&sort=-value", "today=received&after=n1"] {
        api.ask(&Ask::new("GET", &format!("/v1/orders?{wrong}"))).problem(422, "invalid");
    }
    api.ask(&Ask::new("GET", "/v1/payments?today=received")).problem(422, "invalid");
}

/// An order is one of all rows: pages follow each other in it.
fn sorted(api: &mut Api<'_>) {
    let minor = |money: &Value| text(&money["amount"]).replace('.', "").parse::<i64>().unwrap();
    let orders = all(api, "/v1/orders?sort=-value");
    let plain = api.get("/v1/orders?limit=500").json();
    assert_eq!(ids(&orders), ids(plain["items"].as_array().unwrap()));
    assert!(orders.windows(2).all(|pair| minor(&pair[0]["net"]) >= minor(&pair[1]["net"])));
    assert_eq!(api.get("/v1/orders?sort=-value&limit=2").json()["total"], plain["total"]);
    let by_channel = all(api, "/v1/orders?sort=value&channel=edi");
    assert!(!by_channel.is_empty() && by_channel.iter().all(|order| order["channel"] == "edi"));
    let invoices = all(api, "/v1/invoices?sort=value");
    assert!(invoices.len() > 1 && invoices.windows(2).all(|pair| minor(&pair[0]["gross"]) <= minor(&pair[1]["gross"])));
    let cases = all(api, "/v1/exceptions?sort=-due");
    assert!(cases.len() > 1 && cases.windows(2).all(|pair| text(&pair[0]["resolve_by"]) >= text(&pair[1]["resolve_by"])));
    let kind = text(&cases[0]["kind"]);
    let of_kind = all(api, &format!("/v1/exceptions?sort=value&kind={kind}"));
    assert_eq!(of_kind.len(), cases.iter().filter(|case| case["kind"] == kind.as_str()).count());
    let [booked, unbooked] = [true, false].map(|booked| all(api, &format!("/v1/invoices?booked={booked}")));
    assert!(booked.iter().all(|invoice| invoice["erp_reference"].is_string()));
    assert!(unbooked.iter().all(|invoice| invoice["erp_reference"].is_null()));
    assert_eq!(booked.len() + unbooked.len(), invoices.len());
    for wrong in [
        "/v1/orders?sort=account",
        "/v1/exceptions?sort=-",
        "/v1/exceptions?kind=MOOD",
        "/v1/invoices?sort=value&order=SO-1",
    ] {
        api.ask(&Ask::new("GET", wrong)).problem(422, "invalid");
    }
    // a place in one order is none in another
    let next = text(&api.get("/v1/orders?sort=-value&limit=1").json()["next"]);
    api.ask(&Ask::new("GET", &format!("/v1/orders?sort=value&after={next}"))).problem(422, "invalid");
    api.ask(&Ask::new("GET", &format!("/v1/orders?after={next}"))).problem(422, "invalid");
}

/// What was imported is shown as it is kept.
fn master(api: &mut Api<'_>) {
    assert!(api.list("/v1/items").len() > 3);
    assert_eq!(api.show("/v1/items/BRK-100")["base_uom"], "EA");
    api.ask(&Ask::new("GET", "/v1/items/NOTHING")).problem(404, "not_found");
    let (item, account) = (api.show("/v1/items/BRK-100"), api.list("/v1/accounts")[0].clone());
    let id = text(&account["id"]);
    let named = api.get(&format!("/v1/names?items=BRK-100,NOTHING&accounts={id}")).json();
    let wanted = json!({ "items": { "BRK-100": item["description"] }, "accounts": { id: account["name"] } });
    assert_eq!(named, wanted);
    let many = vec!["X"; 201].join(",");
    api.ask(&Ask::new("GET", &format!("/v1/names?items={many}"))).problem(422, "invalid");
    let book = text(&api.list("/v1/price-books")[0]["code"]);
    let shown = api.show(&format!("/v1/price-books/{}", book.replace('/', "%2F")));
    assert!(shown["items"].as_u64() > Some(0) && shown["prices"].as_array().unwrap().len() as u64 >= 1, "{shown}");
    api.ask(&Ask::new("GET", "/v1/price-books/none")).problem(404, "not_found");
    let rows = "currency,day,rate,source\nUSD,2026-11-01,0.78,ECB\nUSD,2026-11-02,0.79,ECB\nEUR,2026-11-01,0.86,ECB\nCHF,2026-11-01,0.9,ECB\n";
    let report = api.file("/v1/imports/master/rates", rows.as_bytes());
    assert_eq!(report["findings"], json!([]), "{report}");
    let rates = api.list("/v1/rates");
    let found = |day: &str| rates.iter().find(|rate| rate["currency"] == "USD" && rate["day"] == day).cloned();
    assert_eq!(found("2026-11-02").unwrap()["rate"], "0.79");
    assert!(rates.len() >= 4, "{rates:?}");
}

/// What has ended is not forgotten.
fn instances(api: &mut Api<'_>, shipped: &str) {
    let ended = api.get("/v1/ended-instances?process=greeting&end=completed").json();
    let one = ended["items"][0].clone();
    assert_eq!((&one["process"], &one["end"]), (&json!("greeting"), &json!("completed")), "{ended}");
    api.ask(&Ask::new("GET", "/v1/ended-instances?end=happily")).problem(422, "invalid");
    let id = text(&one["id"]);
    api.ask(&Ask::new("GET", &format!("/v1/instances/{id}"))).problem(404, "not_found");
    let history = api.get(&format!("/v1/instances/{id}/history")).json();
    assert_eq!((&history["end"], &history["is_complete"]), (&json!("completed"), &json!(true)));
    assert_eq!((&history["began_at"], &history["ended_at"]), (&one["began_at"], &one["ended_at"]));
    let elements: Vec<_> = history["elements"].as_array().unwrap().iter().map(|element| text(&element["element"])).collect();
    assert_eq!(elements, ["e", "s"], "{history}");
    api.ask(&Ask::new("GET", "/v1/instances/PI-1/history")).problem(404, "not_found");
    // those of an order, whether they run or not
    let of_order = api.get(&format!("/v1/orders/{shipped}/instances")).json();
    let first = of_order["instances"].as_array().unwrap().last().cloned().expect("a process carried it");
    assert_eq!(first["process"], "order-to-cash", "{of_order}");
    let history = api.get(&format!("/v1/instances/{}/history", text(&first["id"]))).json();
    assert!(history["elements"].as_array().unwrap().len() > 3, "{history}");
    // tokens of all instances, not of a page
    let running = api.get("/v1/instances?process=order-to-cash&limit=500").json()["items"].as_array().unwrap().clone();
    let version = running[0]["version"].clone();
    let expected = |running: &[Value]| running.iter().filter(|each| each["version"] == version).count();
    let tokens = until("the count to be that of the list", || {
        let tokens = api.get(&format!("/v1/processes/order-to-cash/versions/{version}/tokens")).json();
        let list = api.get("/v1/instances?process=order-to-cash&limit=500").json();
        (tokens["instances"] == expected(list["items"].as_array().unwrap())).then_some(tokens)
    });
    assert!(!tokens["elements"].as_array().unwrap().is_empty(), "{tokens}");
    // what an order's commands led to is in its timeline
    let timeline = api.get(&format!("/v1/orders/{shipped}/timeline")).json();
    let subjects: BTreeSet<String> =
        timeline["events"].as_array().unwrap().iter().map(|event| text(&event["subject"])).collect();
    for kind in ["warehouse_order ", "shipment ", "invoice "] {
        assert!(subjects.iter().any(|subject| subject.starts_with(kind)), "{kind}: {subjects:?}");
    }
}
