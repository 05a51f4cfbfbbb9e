//! The API against its own description: every operation is called on the real binary, every answer is one that the description
//! knows, and every change holds what is promised of all changes: an idempotency key, the same answer again, a conflict otherwise.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use boon::{Compiler, SchemaIndex, Schemas};
use common::provider::TestProvider;
use common::{Answer, Ask, LabProcess, Site, order, sample, until};
use serde_json::{Value, json};

/// An answer that is described: path, method, status, media type.
type Described = (String, String, u16, String);

/// The API with its description, which every answer is held against.
struct Api<'a> {
    site: &'a Site,
    schemas: Schemas,
    answers: BTreeMap<Described, SchemaIndex>,
    operations: BTreeSet<(String, String)>,
    /// Bodies of requests, by path.
    bodies: BTreeMap<String, SchemaIndex>,
    succeeded: BTreeSet<(String, String)>,
    key: u32,
}

const DOCUMENT: &str = "http://crossdock/api.json";

impl<'a> Api<'a> {
    fn of(site: &'a Site) -> Self {
        let description = site.get("/openapi.json").json();
        assert_eq!(description["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
        // one document of schemas: the components, and one for each answer and body
        let mut definitions = description["components"]["schemas"].as_object().unwrap().clone();
        let mut described: Vec<(Described, String)> = Vec::new();
        let mut bodies: Vec<(String, String)> = Vec::new();
        let mut operations = BTreeSet::new();
        for (path, item) in description["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method = method.to_uppercase();
                operations.insert((path.clone(), method.clone()));
                if let Some(schema) = operation["requestBody"]["content"]["application/json"].get("schema") {
                    let name = format!("body{}", definitions.len());
                    definitions.insert(name.clone(), schema.clone());
                    bodies.push((path.clone(), name));
                }
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    let answer = match answer["$ref"].as_str() {
                        Some(reference) => &description["components"]["responses"][reference.rsplit('/').next().unwrap()],
                        None => answer,
                    };
                    assert!(answer["description"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path} {status}");
                    let status: u16 = status.parse().unwrap();
                    for (media_type, content) in answer["content"].as_object().into_iter().flatten() {
                        let name = format!("answer{}", definitions.len());
                        definitions.insert(name.clone(), content["schema"].clone());
                        described.push(((path.clone(), method.clone(), status, media_type.clone()), name));
                    }
                }
            }
        }
        let text = json!({ "$defs": definitions }).to_string().replace("#/components/schemas/", "#/$defs/");
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.add_resource(DOCUMENT, serde_json::from_str(&text).unwrap()).unwrap();
        let mut compile = |name: &str| {
            compiler
                .compile(&format!("{DOCUMENT}#/$defs/{name}"), &mut schemas)
                .unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let answers = described.into_iter().map(|(described, name)| (described, compile(&name))).collect();
        let bodies = bodies.into_iter().map(|(path, name)| (path, compile(&name))).collect();
        Self { site, schemas, answers, operations, bodies, succeeded: BTreeSet::new(), key: 0 }
    }

    /// The operation that a path belongs to.
    fn template(&self, method: &str, path: &str) -> String {
        let path = path.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |template: &str| {
            let known: Vec<&str> = template.split('/').collect();
            known.len() == parts.len()
                && known.iter().zip(&parts).all(|(known, part)| known == part || known.starts_with('{'))
        };
        // what is written out goes before what is a parameter
        let found = self.operations.iter().filter(|(template, of)| of == method && fits(template));
        let found = found.min_by_key(|(template, _)| template.matches('{').count());
        found.unwrap_or_else(|| panic!("{method} {path} is not described")).0.clone()
    }

    /// Asks, and holds the answer against the description.
    #[track_caller]
    fn ask(&mut self, ask: &Ask) -> Answer {
        let answer = self.site.ask(ask.clone());
        let template = self.template(ask.method, &ask.path);
        let media_type = answer.header("content-type").unwrap_or_default().split(';').next().unwrap().to_owned();
        let described = (template.clone(), ask.method.to_owned(), answer.status, media_type.clone());
        // an original is given back as it came, whatever it is
        let as_it_came = (template.clone(), ask.method.to_owned(), answer.status, "*/*".to_owned());
        if !matches!(answer.status, 204 | 303 | 304) && !self.answers.contains_key(&as_it_came) {
            let schema =
                self.answers.get(&described).unwrap_or_else(|| panic!("{described:?} is not described: {answer:?}"));
            if media_type.ends_with("json") {
                let body = answer.json();
                if let Err(error) = self.schemas.validate(&body, *schema) {
                    panic!("{described:?} is not what is described: {error:#}\n{body:#}");
                }
            }
        }
        if answer.status < 304 {
            self.succeeded.insert((template, ask.method.to_owned()));
        }
        answer
    }

    #[track_caller]
    fn get(&mut self, path: &str) -> Answer {
        let answer = self.ask(&Ask::new("GET", path));
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer
    }

    /// A change: carried out once, answered the same again, and refused without key, under a key of something else, and by If-Match.
    #[track_caller]
    fn change(&mut self, ask: Ask, body: &[u8]) -> Value {
        self.key += 1;
        let key = format!("change-{}", self.key);
        let keyed = ask.clone().header("idempotency-key", &key).body(body);
        self.ask(&ask.clone().body(body)).problem(400, "idempotency_key_missing");
        let answer = self.ask(&keyed);
        assert!(matches!(answer.status, 200 | 201), "{}: {answer:?}", ask.path);
        let again = self.ask(&keyed);
        assert_eq!((again.status, again.json()), (answer.status, answer.json()), "{}: another answer to the same", ask.path);
        let other = [body, b" "].concat();
        self.ask(&keyed.clone().body(&other)).problem(422, "idempotency_key_reused");
        let stale =
            self.ask(&keyed.header("idempotency-key", &format!("{key}-stale")).header("if-match", "\"0000000000000000\""));
        assert!(matches!(stale.status, 412 | 400), "{}: {stale:?}", ask.path);
        answer.json()
    }

    #[track_caller]
    fn post(&mut self, path: &str, body: &Value) -> Value {
        let template = self.template("POST", path);
        let schema = self.bodies.get(&template).unwrap_or_else(|| panic!("{template} has no described body"));
        if let Err(error) = self.schemas.validate(body, *schema) {
            panic!("{template}: {error:#}\n{body:#}");
        }
        self.ask(&Ask::new("POST", path).header("idempotency-key", "form").header("content-type", "text/plain").body(b"{}"))
            .problem(415, "unsupported_media_type");
        self.change(Ask::new("POST", path).header("content-type", "application/json"), body.to_string().as_bytes())
    }

    #[track_caller]
    fn file(&mut self, path: &str, body: &[u8]) -> Value {
        self.ask(
            &Ask::new("POST", path)
                .header("idempotency-key", "form")
                .header("content-type", "multipart/form-data; boundary=x")
                .body(b"--x--"),
        )
        .problem(415, "unsupported_media_type");
        self.ask(&Ask::new("POST", path).header("idempotency-key", "gzip").header("content-encoding", "gzip").body(b"x"))
            .problem(415, "unsupported_media_type");
        self.change(Ask::new("POST", path), body)
    }

    /// A list: pages of one follow each other by cursor and by `Link`, and make up the whole.
    #[track_caller]
    fn list(&mut self, path: &str) -> Vec<Value> {
        let all = self.get(&format!("{path}?limit=500")).json()["items"].as_array().unwrap().clone();
        let (mut paged, mut next) = (Vec::new(), Some(format!("{path}?limit=3")));
        while let Some(address) = next {
            let page = self.get(&address);
            paged.extend(page.json()["items"].as_array().unwrap().iter().cloned());
            let link = page.header("link").map(|link| link.trim_start_matches('<').split_once('>').unwrap().0.to_owned());
            let cursor = page.json()["next"].as_str().map(|cursor| format!("{path}?limit=3&after={cursor}"));
            assert_eq!(link, cursor);
            next = link;
        }
        // lists that are counted say so on their first page, and no more than a thousand
        let first = self.get(&format!("{path}?limit=3")).json();
        if let Some(total) = first.get("total") {
            assert_eq!(total, &json!({ "count": all.len(), "is_capped": false }), "{path}");
        }
        let ids = |items: &[Value]| items.iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(&paged), ids(&all), "{path}");
        for wrong in ["limit=0", "limit=501", "after=zz", "limit=x", "no_such_filter=1"] {
            let status = self.ask(&Ask::new("GET", &format!("{path}?{wrong}"))).status;
            assert!(matches!(status, 400 | 422), "{path}?{wrong}: {status}");
        }
        all
    }

    /// Something that is shown: with a version, and not sent again to whoever has it.
    #[track_caller]
    fn show(&mut self, path: &str) -> Value {
        let shown = self.get(path);
        let tag = shown.header("etag").unwrap_or_else(|| panic!("{path} has no version: {shown:?}")).to_owned();
        let known = self.ask(&Ask::new("GET", path).header("if-none-match", &tag));
        assert!(
            known.body.is_empty() && (known.status, known.header("etag")) == (304, Some(tag.as_str())),
            "{path}: {known:?}"
        );
        assert_eq!(self.ask(&Ask::new("GET", path).header("if-none-match", "\"0000000000000000\"")).status, 200);
        shown.json()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// East is served by the lab; West is ours to play: it accepts everything, and reports nothing by itself.
#[test]
fn the_console_is_made_for_the_api_as_it_is() {
    let committed = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console/src/api/openapi.json");
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(committed).unwrap()).unwrap();
    let served = Site::start().get("/openapi.json").json();
    // its types are made from what is committed
    assert!(
        committed == served,
        "console/src/api/openapi.json is stale: run `npm run types` in the console as its README says"
    );
}

#[test]
fn every_operation_does_what_its_description_says() {
    let mut lab = LabProcess::new();
    let mut systems = lab.systems();
    systems.retain(|(name, _)| name != "wms-west");
    systems.push(("wms-west".to_owned(), common::accepts_everything()));
    let provider = TestProvider::start();
    let mut site = Site::with_more(&systems, &provider.configuration());
    lab.up(&site);
    let mut api = Api::of(&site);
    for path in [
        "/v1/orders",
        "/v1/availability",
        "/v1/exceptions",
        "/v1/tasks",
        "/v1/shipments",
        "/v1/invoices",
        "/v1/payments",
        "/v1/stock",
        "/v1/events",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
    ] {
        assert!(api.operations.contains(&(path.to_owned(), "GET".to_owned())), "{path} is missing");
    }
    // how long things take is counted from the first time that somebody asks
    api.get("/metrics");
    master_data(&mut api);
    stock(&mut api);
    let shipped = fulfilment(&mut api);
    orders(&mut api);
    exceptions(&mut api);
    finance(&mut api, &shipped);
    returns(&mut api);
    processes(&mut api);
    identity(&mut api);
    identity_provider(&mut api);
    rest(&mut api);
    let missing: Vec<_> = api.operations.difference(&api.succeeded).collect();
    assert!(missing.is_empty(), "never called with success: {missing:?}");
    drop(api);
    assert!(site.down().success());
    site.is_sound();
}

fn master_data(api: &mut Api<'_>) {
    for (kind, file) in
        [("company", "company.json"), ("items", "items.csv"), ("customers", "accounts.csv"), ("prices", "prices.csv")]
    {
        let report = api.file(&format!("/v1/imports/master/{kind}"), &std::fs::read(sample(file)).unwrap());
        assert_eq!((&report["findings"], &report["imported"]), (&json!([]), &report["understood"]), "{kind}");
    }
    api.file("/v1/imports/master/limits", b"account,credit_limit\n10001,100000000\n");
    assert_eq!(api.show("/v1/company")["currency"], "GBP");
    let limit = json!({ "limit": { "amount": "900000.00", "currency": "GBP" } });
    api.post("/v1/accounts/10001/credit-limit", &limit);
    assert_eq!(api.show("/v1/accounts/10001")["credit_limit"], limit["limit"]);
    api.ask(&Ask::new("GET", "/v1/accounts/NOBODY")).problem(404, "not_found");
    let accounts = api.get("/v1/accounts?limit=500").json();
    let listed = accounts["items"].as_array().unwrap().iter().find(|account| account["id"] == "10001");
    assert_eq!(listed, Some(&api.show("/v1/accounts/10001")), "a list says of an account what its page says");
    api.ask(&Ask::new("POST", "/v1/imports/master/gadgets").header("idempotency-key", "g").body(b"id\n"))
        .problem(404, "not_found");
}

fn stock(api: &mut Api<'_>) {
    for (item, node, quantity) in
        [("BRK-100", "EAST", 500), ("LMP-300", "WEST", 500), ("ANC-200", "EAST", 500), ("PNT-010", "WEST", 9)]
    {
        let receipt = json!({ "item": item, "node": node, "quantity": quantity, "receipt": format!("R-{item}") });
        assert_eq!(api.post("/v1/stock/receipts", &receipt)["result"], "done");
    }
    api.post("/v1/stock/counts", &json!({ "item": "PNT-010", "node": "WEST", "on_hand": 8, "document": "C-1" }));
    api.post(
        "/v1/stock/adjustments",
        &json!({ "item": "PNT-010", "node": "WEST", "on_hand": 2, "document": "A-1", "reason": "found" }),
    );
    let inbound = json!({ "item": "PNT-010", "node": "WEST", "document": "PO-S", "quantity": 40, "eta": "2099-01-01" });
    api.post("/v1/stock/inbound", &inbound);
    api.post("/v1/stock/safety", &json!({ "item": "PNT-010", "node": "WEST", "quantity": 1 }));
    let stocks = api.get("/v1/stock?item=PNT-010").json();
    let paint = &stocks["items"][0];
    assert_eq!(
        (&paint["on_hand"], &paint["available"], &paint["inbound"][0]["quantity"]),
        (&json!(10), &json!(9), &json!(40))
    );
    assert_eq!(api.get("/v1/availability?item=PNT-010&quantity=5").json()["available"], 9);
    api.ask(&Ask::new("GET", "/v1/availability?item=NONE")).problem(404, "not_found");
    api.ask(&Ask::new("GET", "/v1/availability")).problem(400, "malformed");

    let reserved = api.post("/v1/availability/reservations", &json!({ "lines": [{ "item": "PNT-010", "quantity": 9 }] }));
    let reservation = text(&reserved["reservations"][0]["reservation"]);
    let more = json!({ "lines": [{ "item": "PNT-010", "quantity": 1 }] });
    let refused = Ask::new("POST", "/v1/availability/reservations").header("idempotency-key", "more").json(&more);
    api.ask(&refused).problem(409, "not_enough_stock");
    let place = json!({ "item": "PNT-010", "node": "WEST" });
    api.post(&format!("/v1/availability/reservations/{reservation}/release"), &place);
    api.list("/v1/stock");
    let run = json!({ "item": "PNT-010", "node": "WEST", "segments": [{ "strategy": "win", "tiers": [1] }] });
    let planned = api.post("/v1/backorders/runs", &run);
    assert_eq!((&planned["committed"], &planned["lines"]), (&json!(false), &json!([])));
    let keep = |change: Value| json!({ "item": "PNT-010", "change": change });
    let kept = api.post("/v1/stock/quotas", &keep(json!({ "allocate": { "group": "web", "quantity": 4 } })));
    let quota = json!({ "node": "WEST", "group": "web", "quota": 4, "reserved": 0, "left": 4 });
    assert_eq!(kept["quotas"], json!([quota]));
    assert_eq!(api.get("/v1/stock/quotas?item=PNT-010").json()["quotas"], json!([quota]));
    let available = |api: &mut Api<'_>, group: &str| {
        api.get(&format!("/v1/availability?item=PNT-010{group}")).json()["available"].clone()
    };
    assert_eq!((available(api, ""), available(api, "&group=web")), (json!(5), json!(9)));
    let refused = Ask::new("POST", "/v1/stock/quotas").header("idempotency-key", "no-such-group");
    let unknown = keep(json!({ "unallocate": { "group": "fax" } }));
    api.ask(&refused.json(&unknown)).problem(422, "invalid");
    api.post("/v1/stock/quotas", &keep(json!({ "unallocate": { "group": "web" } })));
    let nothing = json!({ "item": "PNT-010", "node": "WEST", "segments": [] });
    let refused = Ask::new("POST", "/v1/backorders/runs").header("idempotency-key", "no-segments").json(&nothing);
    api.ask(&refused).problem(422, "invalid");
}

/// Orders that West ships, refuses and cancels; gives the order that it shipped.
fn fulfilment(api: &mut Api<'_>) -> String {
    let released = |api: &mut Api<'_>, name: &str| {
        let id = text(&api.post("/v1/orders", &order(name, "LMP-300", 4))["id"]);
        let work = until("the warehouse order in West", || {
            let page = api.get(&format!("/v1/warehouse-orders?order={id}")).json();
            page["items"].as_array().unwrap().first().map(|work| text(&work["id"]))
        });
        (id, work)
    };
    let (shipped, work) = released(api, "W-1");
    api.post(&format!("/v1/warehouse-orders/{work}/acknowledgements"), &json!({}));
    let picked = json!({ "lines": [{ "line": 1, "picked": 4 }], "complete": true });
    api.post(&format!("/v1/warehouse-orders/{work}/picks"), &picked);
    let shipment = json!({ "reference": "S-1", "shipped_at": "2026-11-24T08:00:00Z", "carrier": "van", "tracking": "T-1",
        "complete": true, "lines": [{ "line": 1, "quantity": 4 }] });
    let id = text(&api.post(&format!("/v1/warehouse-orders/{work}/shipments"), &shipment)["id"]);
    assert_eq!(api.show(&format!("/v1/shipments/{id}"))["tracking"], "T-1");
    // under another key, as from a warehouse that has restarted
    let again = api.post(&format!("/v1/warehouse-orders/{work}/shipments"), &shipment);
    assert_eq!(again["id"], id.as_str(), "one that comes twice is the one that is known");
    let delivered = json!({ "at": "2026-11-24T15:00:00Z", "receiver": "Mr Doe" });
    api.post(&format!("/v1/shipments/{id}/deliveries"), &delivered);
    assert_eq!(api.show(&format!("/v1/shipments/{id}"))["delivered_at"], "2026-11-24T15:00:00.000Z");
    assert_eq!(api.show(&format!("/v1/warehouse-orders/{work}"))["lines"][0]["shipped"], 4);

    let (_, work) = released(api, "W-2");
    api.post(&format!("/v1/warehouse-orders/{work}/rejections"), &json!({ "reason": "no room" }));

    let (order, work) = released(api, "W-3");
    api.post(&format!("/v1/warehouse-orders/{work}/acknowledgements"), &json!({}));
    let address = json!({ "street": "New Street 2", "postcode": "LS1", "city": "Leeds", "country": "GB" });
    let changed = api.post(&format!("/v1/orders/{order}/changes"), &json!({ "ship_to": address }));
    assert_eq!(changed["redirected"], json!([work]), "{changed}");
    api.post(&format!("/v1/warehouse-orders/{work}/redirect-answers"), &json!({}));
    assert_eq!(api.show(&format!("/v1/warehouse-orders/{work}"))["redirect"], "agreed");
    let cancelled = api.post(&format!("/v1/orders/{order}/cancellations"), &json!({ "reason": "too late" }));
    assert_eq!(cancelled["asked"], json!([work]), "{cancelled}");
    api.post(&format!("/v1/warehouse-orders/{work}/cancel-answers"), &json!({ "lines": [{ "line": 1, "ships": 0 }] }));
    api.list("/v1/warehouse-orders");
    api.list("/v1/shipments");
    api.ask(&Ask::new("GET", "/v1/warehouse-orders/WO-999")).problem(404, "not_found");
    shipped
}

/// An order of the clerk's: whoever places an order does not release its holds.
fn placed(api: &mut Api<'_>, name: &str, item: &str, quantity: i64) -> String {
    let ask = Ask::new("POST", "/v1/orders").header("authorization", &format!("Bearer {}", common::CLERK));
    text(
        &api.change(ask.header("content-type", "application/json"), order(name, item, quantity).to_string().as_bytes())["id"],
    )
}

fn orders(api: &mut Api<'_>) {
    // paint is short, so this one stays where it can be changed
    let id = placed(api, "O-1", "PNT-010", 30);
    let path = format!("/v1/orders/{id}");
    until("the paint to be backordered", || (api.get(&path).json()["lines"][0]["backordered"] != 0).then_some(()));
    let before = api.get(&path);
    let tag = before.header("etag").unwrap().to_owned();
    let held = api.post(&format!("{path}/holds"), &json!({ "reason": "the customer asked to wait" }));
    assert_eq!(held["id"], id.as_str());
    // the version from before the hold is not the present one any more
    let change = json!({ "quantities": [{ "line": 1, "quantity": 25 }], "added": [{ "item": "ANC-200", "quantity": "2" }] });
    let changes = Ask::new("POST", &format!("{path}/changes")).json(&change);
    let stale = api.ask(&changes.clone().header("idempotency-key", "stale").header("if-match", &tag));
    stale.problem(412, "changed");
    let present = api.get(&path).header("etag").unwrap().to_owned();
    assert_eq!(stale.header("etag"), Some(present.as_str()));
    let fresh = api.ask(&changes.header("idempotency-key", "fresh").header("if-match", &present));
    assert_eq!(fresh.status, 200, "{fresh:?}");
    api.post(&format!("{path}/changes"), &json!({ "requested": "2099-02-01" }));
    let shown = api.show(&path);
    assert_eq!((&shown["lines"][0]["cancelled"], &shown["lines"][1]["item"]), (&json!(5), &json!("ANC-200")), "{shown}");
    let kind = text(&shown["holds"][0]["kind"]);
    api.post(&format!("{path}/holds/{kind}/release"), &json!({ "reason": "goes on" }));
    let timeline = api.get(&format!("{path}/timeline")).json();
    assert!(timeline["events"].as_array().unwrap().iter().any(|event| event["type"] == "com.crossdock.order.received.v1"));
    let original = api.get(&format!("{path}/original"));
    assert_eq!(original.json()["purchase_order"], "O-1");

    // there is none of this one, and the customer is asked about what there is instead
    let row = "id,base_uom,list_price,tax_category,substitutes\nANC-300,EA,2.20,standard,ANC-200 ask keep_original\n";
    let report = api.file("/v1/imports/master/items", row.as_bytes());
    assert_eq!(report["findings"], json!([]), "{report}");
    let id = placed(api, "O-3", "ANC-300", 2);
    let path = format!("/v1/orders/{id}");
    until("the anchors to be backordered", || (api.get(&path).json()["lines"][0]["backordered"] == 2).then_some(()));
    api.post(&format!("{path}/substitutions"), &json!({ "item": "ANC-300" }));
    let shown = api.show(&path);
    assert_eq!((&shown["lines"][0]["item"], &shown["lines"][0]["backordered"]), (&json!("ANC-200"), &json!(0)), "{shown}");

    let mut by_milestone = order("O-5", "BRK-100", 1);
    by_milestone["billing"] = json!("milestones=reported:10");
    let id = text(&api.post("/v1/orders", &by_milestone)["id"]);
    let path = format!("/v1/orders/{id}");
    until("it to be approved", || {
        (!["received", "validating", "on_hold"].contains(&api.get(&path).json()["status"].as_str()?)).then_some(())
    });
    api.post(&format!("{path}/milestones"), &json!({ "what": "the fitting is done" }));

    for (file, name) in [("orders.json", "json"), ("orders.csv", "csv"), ("orders-850.edi", "x12")] {
        let report =
            api.file(&format!("/v1/imports/orders?format={name}&name={file}"), &std::fs::read(sample(file)).unwrap());
        assert!(report["imported"].as_u64().unwrap() > 0, "{report}");
        assert_eq!(report["acknowledgements"].as_array().unwrap().len(), usize::from(name == "x12"), "{report}");
        let first = text(&report["ids"][0]);
        assert_eq!(api.get(&format!("/v1/orders/{first}/original")).body, std::fs::read(sample(file)).unwrap());
    }
    // the samples are what the description says an order is
    let samples: Value = serde_json::from_slice(&std::fs::read(sample("orders.json")).unwrap()).unwrap();
    let schema = api.bodies["/v1/orders"];
    for order in samples.as_array().cloned().unwrap_or_else(|| vec![samples.clone()]) {
        api.schemas.validate(&order, schema).unwrap_or_else(|error| panic!("{error:#}\n{order:#}"));
    }
    api.list("/v1/orders");
    api.ask(&Ask::new("GET", "/v1/orders?status=sleeping")).problem(422, "invalid");
    api.ask(&Ask::new("GET", "/v1/orders/SO-9999")).problem(404, "not_found");
    api.ask(&Ask::new("GET", "/v1/orders/nonsense")).problem(404, "not_found");
    let unknown = Ask::new("POST", "/v1/orders").header("idempotency-key", "unknown").json(&json!({ "acount": "x" }));
    let problem = api.ask(&unknown).problem(422, "invalid");
    assert!(problem["errors"].as_array().unwrap().len() >= 3, "everything wrong is told at once: {problem}");
}

fn exceptions(api: &mut Api<'_>) {
    let held = |api: &mut Api<'_>, name: &str, item: &str| {
        let id = placed(api, name, item, 2);
        until("the exception of the unknown item", || {
            let page = api.get(&format!("/v1/exceptions?status=open&order={id}")).json();
            page["items"].as_array().unwrap().first().filter(|found| found["task"].is_string()).cloned()
        })
    };
    let exception = held(api, "E-1", "NO-SUCH-1");
    let order = text(&exception["order"]);
    api.post(&format!("/v1/orders/{order}/lines/1/correction"), &json!({ "item": "BRK-100", "quantity": 2 }));

    let exception = held(api, "E-2", "NO-SUCH-2");
    let id = text(&exception["id"]);
    api.post(&format!("/v1/exceptions/{id}/assignment"), &json!({ "to": "alice" }));
    assert_eq!(api.show(&format!("/v1/exceptions/{id}"))["assignee"], "alice");
    let not_offered = json!({ "action": "write_off", "reason": "x" });
    let ask = Ask::new("POST", &format!("/v1/exceptions/{id}/resolution")).header("idempotency-key", "not-offered");
    api.ask(&ask.json(&not_offered)).problem(409, "action_not_offered");
    let action = text(exception["actions"].as_array().unwrap().last().unwrap());
    let resolution = json!({ "action": action, "reason": "no such thing" });
    api.post(&format!("/v1/exceptions/{id}/resolution"), &resolution);

    let exception = held(api, "E-3", "NO-SUCH-3");
    let task = text(&exception["task"]);
    assert!(api.list("/v1/tasks").iter().any(|known| known["task"] == task.as_str()));
    let variables = json!({ "variables": { "action": action, "reason": "same" } });
    let ask = Ask::new("POST", &format!("/v1/tasks/{task}/completion")).header("idempotency-key", "an-exception");
    api.ask(&ask.json(&variables)).problem(409, "conflict");
    plain_task(api);
    api.list("/v1/exceptions");
    // exceptions without a task take no place on a page of tasks
    let mut next = Some("/v1/tasks?limit=1".to_owned());
    while let Some(address) = next {
        let page = api.get(&address).json();
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{page}");
        next = page["next"].as_str().map(|cursor| format!("/v1/tasks?limit=1&after={cursor}"));
    }
}

/// A task that is no exception is completed.
fn plain_task(api: &mut Api<'_>) {
    let xml = r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="x">
        <bpmn:process id="reading" isExecutable="true"><bpmn:startEvent id="s"/>
        <bpmn:userTask id="read" name="Read the letter"><bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements></bpmn:userTask>
        <bpmn:endEvent id="e"/><bpmn:sequenceFlow id="a" sourceRef="s" targetRef="read"/><bpmn:sequenceFlow id="b" sourceRef="read" targetRef="e"/>
        </bpmn:process></bpmn:definitions>"#;
    api.post("/v1/processes", &json!({ "resources": [{ "name": "reading.bpmn", "xml": xml }] }));
    api.post("/v1/processes/reading/instances", &json!({ "variables": {} }));
    let task = until("the task of the process", || {
        let page = api.get("/v1/tasks").json();
        let found = page["items"].as_array().unwrap().iter().find(|found| found["reason"] == "Read the letter").cloned();
        found.map(|found| text(&found["task"]))
    });
    api.post(&format!("/v1/tasks/{task}/completion"), &json!({ "variables": { "read": true } }));
}

fn finance(api: &mut Api<'_>, shipped: &str) {
    let invoice = until("the invoice of what West has shipped", || {
        let page = api.get(&format!("/v1/invoices?order={shipped}")).json();
        page["items"].as_array().unwrap().first().cloned()
    });
    let id = text(&invoice["id"]);
    assert_eq!(api.show(&format!("/v1/invoices/{id}"))["order"], shipped);
    assert_eq!(api.get(&format!("/v1/invoices?number={}", text(&invoice["number"]))).json()["items"][0]["id"], id.as_str());
    assert!(api.get(&format!("/v1/invoices/{id}/pdf")).body.starts_with(b"%PDF"));
    assert!(api.get(&format!("/v1/invoices/{id}/ubl")).text().contains(&text(&invoice["number"])));

    let csv = "statement,bank_account,currency,bank_reference,value_date,amount,payer_name,remittance\n\
        ST-1,GB94BARC10201530093459,GBP,B-1,2026-11-24,7.77,Somebody,no idea\n\
        ST-1,GB94BARC10201530093459,GBP,B-2,2026-11-24,5.00,Somebody else,none\n";
    let report = api.file("/v1/bank-statements?name=bank.csv", csv.as_bytes());
    assert_eq!((&report["imported"], &report["findings"]), (&json!(2), &json!([])), "{report}");
    assert!(report["came_before"].is_null(), "{report}");
    let again = api.file("/v1/bank-statements?name=copy.csv", csv.as_bytes());
    assert_eq!((&again["imported"], &again["repeated"]), (&json!(0), &json!(2)), "{again}");
    assert!(again["came_before"].is_string(), "the same file under another key: {again}");
    let payment = text(&report["ids"][0]);
    assert_eq!(api.show(&format!("/v1/payments/{payment}"))["bank_reference"], "B-1");
    api.post(&format!("/v1/payments/{payment}/on-account"), &json!({ "account": "10001" }));
    let payment = text(&report["ids"][1]);
    let money = json!({ "amount": "5.00", "currency": "GBP" });
    api.post(&format!("/v1/payments/{payment}/matches"), &json!({ "items": [{ "invoice": id, "amount": money }] }));
    assert_eq!(api.show(&format!("/v1/payments/{payment}"))["allocations"][0]["amount"], money);
    api.post(&format!("/v1/payments/{payment}/unapplications"), &json!({ "invoice": id, "reason": "the wrong one" }));
    let too_much = json!({ "items": [{ "invoice": id, "amount": { "amount": "99999.00", "currency": "GBP" } }] });
    let ask =
        Ask::new("POST", &format!("/v1/payments/{payment}/matches")).header("idempotency-key", "too-much").json(&too_much);
    assert!((400..500).contains(&api.ask(&ask).status));
    let pence = |amount: &str| json!({ "amount": amount, "currency": "GBP" });
    let dispute = json!({ "amount": pence("0.05"), "code": "PRC", "reason": "the contract says less" });
    // whoever opens a dispute gives nothing away for it
    let ask = Ask::new("POST", &format!("/v1/invoices/{id}/disputes"));
    let ask = ask.header("authorization", &format!("Bearer {}", common::CLERK)).header("content-type", "application/json");
    api.change(ask, dispute.to_string().as_bytes());
    assert_eq!(api.show(&format!("/v1/invoices/{id}"))["dispute_code"], "PRC");
    let settlement = json!({ "written_off": pence("0.02"), "reason": "not worth a letter" });
    let settled = api.post(&format!("/v1/invoices/{id}/disputes/settlement"), &settlement);
    let parts = ["granted_minor", "written_off_minor", "refused_minor"].map(|part| settled[part].as_i64().unwrap());
    assert_eq!((parts, settled["credit_note"].is_null()), ([0, 2, 3], true), "{settled}");
    let credit = json!({ "reason": "one was broken", "lines": [{ "line": 1, "quantity": 1 }] });
    api.post(&format!("/v1/invoices/{id}/credit-notes"), &credit);
    let credit = json!({ "reason": "contract", "prices": [{ "line": 1, "price": "0.01" }] });
    api.post(&format!("/v1/invoices/{id}/credit-notes"), &credit);
    let credit = json!({ "reason": "late", "amount": { "amount": "0.01", "currency": "GBP" } });
    api.post(&format!("/v1/invoices/{id}/credit-notes"), &credit);
    api.list("/v1/payments");
    api.list("/v1/invoices");
}

fn returns(api: &mut Api<'_>) {
    let csv = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
        C536391,BRK-100,BRACKET,-1,2010-12-01 10:24:00,4.50,10001,United Kingdom\n";
    let report = api.file("/v1/imports/orders?format=online-retail&name=returns.csv", csv.as_bytes());
    let id = text(&report["ids"][0]);
    assert_eq!(api.show(&format!("/v1/returns/{id}"))["id"], id.as_str());
    assert_eq!(api.list("/v1/returns").len(), 1);
}

fn processes(api: &mut Api<'_>) {
    let xml = r#"<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t"><bpmn:process id="greeting" isExecutable="true">
        <bpmn:startEvent id="s"><bpmn:outgoing>f</bpmn:outgoing></bpmn:startEvent><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/>
        <bpmn:endEvent id="e"><bpmn:incoming>f</bpmn:incoming></bpmn:endEvent></bpmn:process></bpmn:definitions>"#;
    let deployed = api.post("/v1/processes", &json!({ "resources": [{ "name": "greeting.bpmn", "xml": xml }] }));
    assert_eq!((&deployed[0]["id"], &deployed[0]["version"]), (&json!("greeting"), &json!(1)), "{deployed}");
    let started = api.post("/v1/processes/greeting/instances", &json!({ "variables": { "name": "Ada" } }));
    assert!(text(&started["id"]).starts_with("PI-"));
    assert!(api.list("/v1/processes").len() >= 8);
    let broken = json!({ "resources": [{ "name": "broken.bpmn", "xml": "<a" }] });
    let answer = api.ask(&Ask::new("POST", "/v1/processes").header("idempotency-key", "broken").json(&broken));
    answer.problem(422, "not_deployable");
    assert_eq!(answer.json()["errors"][0]["pointer"], "broken.bpmn, line 1", "{answer:?}");
    assert_eq!(api.get("/v1/processes/greeting/versions").json().as_array().unwrap().len(), 1);
    assert_eq!(api.show("/v1/processes/greeting/versions/1")["xml"], xml);
    api.ask(&Ask::new("GET", "/v1/processes/greeting/versions/2")).problem(404, "not_found");
    drafts(api, xml);
    instances(api, &xml.replace("greeting", "visit"));
    decisions(api);
    workers(api, &xml.replace("greeting", "packing"));
    people(api, &xml.replace("greeting", "asking"));
}

/// A draft is begun by one and approved by another; what was in force before comes back.
fn drafts(api: &mut Api<'_>, xml: &str) {
    let named = |name: &str| xml.replace("id=\"greeting\"", &format!("id=\"greeting\" name=\"{name}\""));
    let begun = api.post("/v1/drafts", &json!({ "title": "Greet by name", "definition": "greeting" }));
    let path = format!("/v1/drafts/{}", text(&begun["id"]));
    api.post(&format!("{path}/content"), &json!({ "content": "<half", "revision": 1 }));
    assert_eq!(api.show(&path)["findings"][0]["severity"], "error");
    let submission = Ask::new("POST", &format!("{path}/submission")).header("idempotency-key", "half");
    api.ask(&submission.json(&json!({}))).problem(422, "not_deployable");
    api.post(&format!("{path}/content"), &json!({ "content": named("Greeting"), "revision": 2 }));
    api.post(&format!("{path}/submission"), &json!({ "note": "the name was missing" }));
    let approval = json!({ "revision": 3, "note": "mine" });
    let own = Ask::new("POST", &format!("{path}/approval")).header("idempotency-key", "own").json(&approval);
    api.ask(&own).problem(403, "not_allowed");
    api.post(&format!("{path}/withdrawal"), &json!({}));
    api.post(&format!("{path}/rebase"), &json!({}));
    api.post(&format!("{path}/discard"), &json!({ "note": "another one is better" }));
    assert_eq!(api.show(&path)["status"], "discarded");

    // another person writes, so that the caller of this test may judge
    let ann = json!({ "id": "olga", "name": "Olga", "roles": ["operations"] });
    api.post("/v1/users", &ann);
    api.post("/v1/users/olga/password", &json!({ "password": "correct horse battery" }));
    let olga = Browser::sign_in(api, "olga", "correct horse battery");
    let theirs = |api: &mut Api<'_>, path: &str, body: &Value| {
        let ask = olga.ask("POST", path).header("x-csrf-token", &olga.csrf).header("idempotency-key", path);
        let answer = api.ask(&ask.json(body));
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        answer.json()
    };
    let content = named("Hello");
    let begun = theirs(api, "/v1/drafts", &json!({ "title": "Hello", "definition": "greeting", "content": content }));
    let path = format!("/v1/drafts/{}", text(&begun["id"]));
    theirs(api, &format!("{path}/submission"), &json!({}));
    api.post(&format!("{path}/return"), &json!({ "note": "say why" }));
    theirs(api, &format!("{path}/submission?"), &json!({ "note": "people are greeted" }));
    api.post(&format!("{path}/approval"), &json!({ "revision": 1 }));
    let shown = api.show(&path);
    assert_eq!((&shown["status"], &shown["deployed"], &shown["authors"]), (&json!("deployed"), &json!(2), &json!(["olga"])));
    let back = api.post("/v1/processes/greeting/rollback", &json!({ "version": 1, "reason": "nobody was greeted" }));
    assert_eq!(api.show(&format!("/v1/drafts/{}", text(&back["id"])))["deployed"], 3);
    assert_eq!(api.show("/v1/processes/greeting/versions/3")["xml"], xml);
    assert_eq!(api.list("/v1/drafts").len(), 3);
    api.ask(&Ask::new("GET", "/v1/drafts?status=asleep")).problem(422, "invalid");

    let view = json!({ "name": "Held", "page": "orders", "query": "status=on_hold" });
    api.post("/v1/views", &view);
    assert_eq!(api.get("/v1/views").json()["items"], json!([view]));
    api.post("/v1/views/Held/remove", &json!({}));
    assert_eq!(api.get("/v1/views").json()["items"], json!([]));
}

/// Instances that wait for a person, and what can be done to them.
fn instances(api: &mut Api<'_>, xml: &str) {
    let xml = xml.replace(
        r#"targetRef="e"/>"#,
        r#"targetRef="t"/><bpmn:userTask id="t"/><bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/>"#,
    );
    api.post("/v1/processes", &json!({ "resources": [{ "name": "visit.bpmn", "xml": xml }] }));
    let mut begin =
        || text(&api.post("/v1/processes/visit/instances", &json!({ "variables": { "businessKey": "V" } }))["id"]);
    let (one, _) = (begin(), begin());
    let listed = |api: &mut Api<'_>, query: &str| api.get(&format!("/v1/instances?{query}")).json();
    let both = listed(api, "process=visit&element=t&business_key=V&limit=1");
    let next = text(&both["next"]);
    let other = listed(api, &format!("process=visit&element=t&business_key=V&limit=1&after={next}"));
    assert_eq!((&other["items"][0]["id"], &other["next"]), (&json!(one), &Value::Null), "{both}{other}");
    for wrong in ["limit=0", "limit=501", "after=zz", "limit=x", "no_such_filter=1", "state=asleep", "started_after=noon"] {
        let status = api.ask(&Ask::new("GET", &format!("/v1/instances?{wrong}"))).status;
        assert!(matches!(status, 400 | 422), "{wrong}: {status}");
    }
    let shown = api.show(&format!("/v1/instances/{one}"));
    assert_eq!((&shown["state"], &shown["waiting"][0]["waits_for"]), (&json!("running"), &json!("task")), "{shown}");
    let waiting = api.get(&format!("/v1/instances/{one}/waiting")).json();
    assert!(waiting["waiting"][0]["exception"]["owner"].is_string(), "{waiting}");
    let operations = format!("/v1/instances/{one}/operations");
    let dry = Ask::new("POST", &operations).header("idempotency-key", "dry");
    let dry = api.ask(&dry.json(&json!({ "operation": { "type": "cancel" }, "dry_run": true }))).json();
    assert_eq!(dry["result"], "would be done", "{dry}");
    assert!(dry["changes"].as_array().is_some_and(|changes| changes.iter().any(|change| change["element"] == "t")), "{dry}");
    // what is ended a slice at a time is told to its end
    let crowd = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
        <message id="m" name="m"><extensionElements><zeebe:subscription correlationKey="=string(i)"/></extensionElements></message>
        <process id="crowd" isExecutable="true"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="r"/><receiveTask id="r" messageRef="m">
        <multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputCollection="=for i in 1..2500 return i" inputElement="i"/></extensionElements></multiInstanceLoopCharacteristics></receiveTask></process></definitions>"#;
    api.post("/v1/processes", &json!({ "resources": [{ "name": "crowd.bpmn", "xml": crowd }] }));
    let crowd = text(&api.post("/v1/processes/crowd/instances", &json!({ "variables": {} }))["id"]);
    let dry = Ask::new("POST", &format!("/v1/instances/{crowd}/operations")).header("idempotency-key", "dry-crowd");
    let dry = api.ask(&dry.json(&json!({ "operation": { "type": "cancel" }, "dry_run": true }))).json();
    let last = dry["changes"].as_array().and_then(|changes| changes.last());
    assert_eq!(last, Some(&json!({ "instance": crowd, "what": "is ended" })), "{dry}");
    api.post(&format!("/v1/instances/{crowd}/operations"), &json!({ "operation": { "type": "cancel" } }));
    api.post(&operations, &json!({ "operation": { "type": "suspend" }, "reason": "holidays" }));
    assert_eq!(listed(api, "state=suspended")["items"].as_array().unwrap().len(), 1);
    let migrate = json!({ "operation": { "type": "migrate", "version": 7 } });
    api.ask(&Ask::new("POST", &operations).header("idempotency-key", "to-7").json(&migrate)).problem(422, "invalid");
    let batch = api.post("/v1/batches", &json!({ "operation": { "type": "cancel" }, "filter": { "process": "visit" } }));
    assert_eq!(batch["matched"], 2, "{batch}");
    let path = format!("/v1/batches/{}", text(&batch["id"]));
    until("the batch to end", || (api.get(&path).json()["status"] == "done").then_some(()));
    assert_eq!(api.show(&path)["failed"], 0);
    assert_eq!(api.list("/v1/batches").len(), 1);
    api.post(&format!("{path}/stop"), &json!({}));
    let sent = api.post("/v1/messages", &json!({ "name": "nobody-waits", "correlation_key": "K", "time_to_live_ms": 1000 }));
    assert_eq!(sent, json!({ "receivers": [], "begun": [], "waits": true }));
    assert_eq!(api.post("/v1/signals", &json!({ "name": "nobody-waits" }))["waits"], false);
    let order = text(&api.list("/v1/orders")[0]["id"]);
    assert_eq!(api.get(&format!("/v1/orders/{order}/waiting")).json()["order"], order.as_str());
}

/// A decision that ships is tried, and says why.
fn decisions(api: &mut Api<'_>) {
    let path = "/v1/decisions/exception-routing/evaluate";
    let ask = |body: Value| Ask::new("POST", path).json(&body);
    let plain = api.ask(&ask(json!({ "variables": {} }))).json();
    assert!(plain["explained"].is_null() && plain["version"] == 1, "{plain}");
    let explained = api.ask(&ask(json!({ "variables": { "exception": "CREDIT" }, "explain": true }))).json();
    assert!(!explained["explained"][0]["inputs"].as_array().unwrap().is_empty(), "{explained}");
    let begun = api.post("/v1/drafts", &json!({ "title": "Try it", "definition": plain["model"] }));
    let tried = format!("/v1/drafts/{}/decisions/exception-routing/evaluate", text(&begun["id"]));
    let given = json!({ "variables": { "exception": "CREDIT" }, "explain": true });
    assert_eq!(api.ask(&Ask::new("POST", &tried).json(&given)).json()["value"], explained["value"]);
    let wrong = json!({ "name": "a.bpmn", "content": "<half" });
    let lint = api.ask(&Ask::new("POST", "/v1/lint").json(&wrong)).json();
    assert_eq!(lint["findings"][0]["severity"], "error", "{lint}");
    api.ask(&ask(json!({ "version": 9 }))).problem(404, "not_found");
    api.ask(&Ask::new("POST", "/v1/decisions/nothing/evaluate").json(&json!({}))).problem(404, "not_found");
}

/// Jobs that a program does.
fn workers(api: &mut Api<'_>, xml: &str) {
    let task = r#"targetRef="t"/><bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="pack" retries="3"/>
        <zeebe:taskHeaders><zeebe:header key="box" value="small"/></zeebe:taskHeaders></bpmn:extensionElements></bpmn:serviceTask>
        <bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/>"#;
    let xml = xml.replace(r#"targetRef="e"/>"#, task);
    api.post("/v1/processes", &json!({ "resources": [{ "name": "packing.bpmn", "xml": xml }] }));
    let start = |api: &mut Api<'_>, number: u32| {
        let variables = json!({ "variables": { "businessKey": format!("P-{number}"), "secret": 1 } });
        text(&api.post("/v1/processes/packing/instances", &variables)["id"])
    };
    let first = start(api, 1);
    start(api, 2);
    start(api, 3);
    let ask = json!({ "type": "pack", "worker": "bench-1", "limit": 3, "wait_ms": 0, "variables": ["businessKey"] });
    let jobs = api.post("/v1/jobs/activate", &ask)["jobs"].as_array().unwrap().clone();
    assert_eq!(jobs.len(), 3, "{jobs:?}");
    let job = &jobs[0];
    assert_eq!((&job["instance"], &job["headers"]), (&json!(first), &json!({ "box": "small" })), "{job}");
    assert_eq!(
        (&job["variables"], &job["retries"], &job["lease"]),
        (&json!({ "businessKey": "P-1" }), &json!(3), &json!(1))
    );
    let waiting = api.get(&format!("/v1/instances/{first}/waiting")).json();
    assert_eq!(waiting["waiting"][0]["job"]["worker"], "bench-1", "{waiting}");
    assert_eq!(api.list("/v1/jobs").len(), 3);
    assert_eq!(api.get(&format!("/v1/jobs?type=pack&status=leased&instance={first}")).json()["items"][0]["id"], job["id"]);
    let path = |job: &Value, what: &str| format!("/v1/jobs/{}/{what}", text(&job["id"]));
    let extended = api.post(&path(job, "lease"), &json!({ "lease": 1, "lease_ms": 60_000 }));
    assert_eq!(extended["lease"], 1, "{extended}");
    api.post(&path(job, "completion"), &json!({ "lease": 1, "variables": { "boxes": 2 } }));
    api.post(&path(&jobs[1], "failure"), &json!({ "lease": 1, "message": "no tape", "backoff_ms": 60_000 }));
    assert_eq!(api.get("/v1/jobs?status=resting").json()["items"][0]["id"], jobs[1]["id"]);
    api.post(&path(&jobs[2], "error"), &json!({ "lease": 1, "code": "TORN", "message": "the box is torn" }));
    assert_eq!(api.list("/v1/jobs").len(), 1);
    let late = Ask::new("POST", &path(job, "completion")).header("idempotency-key", "late").json(&json!({ "lease": 1 }));
    api.ask(&late).problem(409, "conflict");
    for wrong in [
        json!({ "type": "", "worker": "w" }),
        json!({ "type": "pack", "worker": " " }),
        json!({ "type": "pack", "worker": "w", "limit": 0 }),
        json!({ "type": "pack", "worker": "w", "lease_ms": 1 }),
        json!({ "type": "pack", "worker": "w", "wait_ms": 60_001 }),
    ] {
        // a worker's name and the time of its lease are the partition's to judge, once there is a job
        start(api, 4);
        let ask = Ask::new("POST", "/v1/jobs/activate").header("idempotency-key", &wrong.to_string()).json(&wrong);
        api.ask(&ask).problem(422, "invalid");
    }
}

/// Tasks of people that are no exceptions.
fn people(api: &mut Api<'_>, xml: &str) {
    let task = r#"targetRef="t"/><bpmn:userTask id="t" name="Call back"><bpmn:extensionElements><zeebe:userTask/>
        <zeebe:assignmentDefinition candidateGroups="sales"/><zeebe:priorityDefinition priority="70"/>
        <zeebe:formDefinition formId="call"/></bpmn:extensionElements></bpmn:userTask>
        <bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/>"#;
    let xml = xml.replace(r#"targetRef="e"/>"#, task);
    let deployed = api.post("/v1/processes", &json!({ "resources": [{ "name": "asking.bpmn", "xml": xml }] }));
    assert_eq!(deployed[0]["warnings"][0]["cause"], "there is no form `call`", "{deployed}");
    api.post("/v1/processes/asking/instances", &json!({ "variables": { "phone": "1" } }));
    let tasks = api.get("/v1/tasks?sort=priority&candidate_group=sales").json();
    let details = tasks["items"][0]["details"].clone();
    assert_eq!((&details["name"], &details["priority"]), (&json!("Call back"), &json!(70)), "{tasks}");
    assert_eq!((&details["form"]["id"], &details["candidate_groups"]), (&json!("call"), &json!(["sales"])));
    let path = format!("/v1/tasks/{}", text(&tasks["items"][0]["task"]));
    assert_eq!(api.get(&path).json()["variables"], json!({ "phone": "1" }));
    api.post(&format!("{path}/assignment"), &json!({ "to": "eve" }));
    let of_eve = api.get("/v1/tasks?assignee=eve").json();
    assert_eq!(of_eve["items"][0]["details"]["assignee"], "eve", "{of_eve}");
    api.post(&format!("{path}/changes"), &json!({ "priority": 90, "due": "2099-01-01T00:00:00Z", "follow_up": null }));
    let changed = api.get(&path).json();
    assert_eq!((&changed["priority"], &changed["due"]), (&json!(90), &json!("2099-01-01T00:00:00.000Z")), "{changed}");
    let all = |api: &mut Api<'_>, sort: &str| {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = api.get(&format!("/v1/tasks?sort={sort}&limit=1{after}")).json();
            found.extend(page["items"].as_array().unwrap().iter().map(|task| text(&task["id"])));
            let Some(next) = page["next"].as_str() else { return found };
            after = format!("&after={next}");
        }
    };
    let (by_priority, by_due) = (all(api, "priority"), all(api, "due"));
    assert_eq!(by_priority.first(), by_due.last(), "the most urgent is due last");
    assert_eq!(by_priority.len(), by_due.len());
    api.ask(&Ask::new("GET", "/v1/tasks?sort=priority&after=n1")).problem(422, "invalid");
    let done = format!("{path}/completion");
    api.post(&done, &json!({ "variables": { "called": true } }));
    api.ask(&Ask::new("GET", &path)).problem(404, "not_found");
}

/// A request of the browser in which somebody has signed in.
struct Browser {
    cookie: String,
    csrf: String,
}

impl Browser {
    fn sign_in(api: &mut Api<'_>, user: &str, password: &str) -> Self {
        let ask = Ask::new("PUT", "/v1/session").without("authorization");
        let answer = api.ask(&ask.json(&json!({ "user": user, "password": password })));
        assert_eq!(answer.status, 200, "{answer:?}");
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Self { cookie, csrf: text(&answer.json()["csrf_token"]) }
    }

    fn ask(&self, method: &'static str, path: &str) -> Ask {
        Ask::new(method, path).without("authorization").header("cookie", &self.cookie)
    }
}

fn identity(api: &mut Api<'_>) {
    let ann =
        json!({ "id": "ann", "name": "Ann Lee", "roles": ["sales"], "limit": { "amount": "5000.00", "currency": "GBP" } });
    assert_eq!(api.post("/v1/users", &ann)["result"], "done");
    api.post("/v1/users/ann/password", &json!({ "password": "correct horse battery" }));
    assert_eq!(api.show("/v1/users/ann")["limit"]["amount"], "5000.00");
    assert_eq!(api.get("/v1/users").json()["items"][0]["roles"], json!(["sales"]));
    let browser = Browser::sign_in(api, "ann", "correct horse battery");
    assert_eq!(api.ask(&browser.ask("GET", "/v1/session")).json()["name"], "Ann Lee");
    let other = json!({ "password": "correct horse battery", "new_password": "another horse battery" });
    let change = browser.ask("POST", "/v1/session/password").header("x-csrf-token", &browser.csrf);
    let changed = api.ask(&change.header("idempotency-key", "own").json(&other));
    assert_eq!(changed.status, 200, "{changed:?}");
    api.ask(&browser.ask("GET", "/v1/session")).problem(401, "unauthorised");
    let browser = Browser::sign_in(api, "ann", "another horse battery");
    second_factor(api, &browser);
    let out = api.ask(&browser.ask("DELETE", "/v1/session").header("x-csrf-token", &browser.csrf));
    assert!(out.status == 204 && out.header("set-cookie").unwrap().contains("Max-Age=0"), "{out:?}");
    api.ask(&browser.ask("GET", "/v1/session")).problem(401, "unauthorised");
    for what in ["disable", "enable", "end-sessions"] {
        api.post(&format!("/v1/users/ann/{what}"), &json!({}));
    }
    api.post("/v1/clients", &json!({ "id": "shop", "name": "Web shop", "roles": ["sales"] }));
    let made = api.post("/v1/clients/shop/keys", &json!({ "expires": "2099-01-01T00:00:00Z" }));
    let prefix = text(&made["prefix"]);
    assert_eq!(api.show("/v1/clients/shop")["keys"][0]["prefix"], prefix.as_str());
    assert_eq!(api.get("/v1/clients").json()["items"][0]["keys"][0]["valid"], true);
    api.post("/v1/clients/shop/rights", &json!({ "name": "Shop", "roles": ["sales"] }));
    api.post("/v1/clients/shop/quota", &json!({ "quota": { "per_second": 50, "burst": 500 } }));
    assert_eq!(api.show("/v1/clients/shop")["quota"]["burst"], 500);
    for path in ["disable", "enable", &format!("keys/{prefix}/revoke")] {
        api.post(&format!("/v1/clients/shop/{path}"), &json!({}));
    }
}

/// A browser is sent there, and taken back with the reason why nobody was signed in.
fn identity_provider(api: &mut Api<'_>) {
    assert_eq!(api.get("/v1/session/provider").json()["name"], "Acme account");
    let sent = api.ask(&Ask::new("GET", "/v1/session/provider/sign-in?return_to=/orders"));
    assert!(sent.status == 303 && sent.header("location").unwrap().contains("code_challenge_method=S256"), "{sent:?}");
    api.ask(&Ask::new("GET", "/v1/session/provider/sign-in?to=/orders")).problem(400, "malformed");
    let back = api.ask(&Ask::new("GET", "/v1/session/provider/callback?code=x&state=y"));
    assert_eq!((back.status, back.header("location")), (303, Some("/?sign_in=expired")));
}

fn second_factor(api: &mut Api<'_>, browser: &Browser) {
    let shown = api.ask(&browser.ask("GET", "/v1/session/second-factor")).json();
    let code = common::code_of(&text(&shown["setup"]["secret"]), common::step_now());
    let mut change = |path: &str, body: &Value| {
        let path = format!("/v1/session/second-factor/{path}");
        let ask = browser.ask("POST", &path).header("x-csrf-token", &browser.csrf);
        api.ask(&ask.header("idempotency-key", &path).json(body))
    };
    let confirmed = change("confirmation", &json!({ "code": code }));
    assert_eq!(confirmed.json()["recovery_codes"].as_array().map(Vec::len), Some(10), "{confirmed:?}");
    change("removal", &json!({ "password": "wrong horse battery" })).problem(401, "unauthorised");
    let removed = api.ask(
        &browser
            .ask("POST", "/v1/session/second-factor/removal")
            .header("x-csrf-token", &browser.csrf)
            .header("idempotency-key", "off")
            .json(&json!({ "password": "another horse battery" })),
    );
    assert_eq!(removed.status, 200, "{removed:?}");
    api.post("/v1/users/ann/second-factor/removal", &json!({}));
    let only = json!([{ "role": "sales", "companies": ["UK"] }]);
    api.post("/v1/users/ann/rights", &json!({ "name": "Ann Lee", "roles": ["sales"], "companies": only }));
    assert_eq!(api.show("/v1/users/ann")["companies"], only);
}

fn rest(api: &mut Api<'_>) {
    api.post("/v1/dead-letters/replay", &json!({ "ids": [] }));
    let unknown = Ask::new("POST", "/v1/dead-letters/replay").header("idempotency-key", "replay");
    api.ask(&unknown.json(&json!({ "ids": ["E-999999"], "dry_run": true }))).problem(404, "not_found");
    api.list("/v1/dead-letters");
    let compared = api.post("/v1/reconciliations", &json!({}));
    assert_eq!(compared["open"], json!([]));
    assert_eq!(api.get("/v1/reconciliations").json()["compared_at"], compared["compared_at"]);
    let hook = json!({ "id": "till", "url": common::accepts_everything(), "types": ["webhook."] });
    assert!(text(&api.post("/v1/webhooks", &hook)["secret"]).starts_with("whsec_"));
    assert_eq!(api.show("/v1/webhooks/till")["types"], json!(["webhook."]));
    assert_eq!(api.get("/v1/webhooks").json()["items"][0]["id"], "till");
    assert!(text(&api.post("/v1/webhooks/till/secret", &json!({}))["secret"]).starts_with("whsec_"));
    let sent = until("a delivery", || api.get("/v1/webhooks/till/deliveries").json()["items"].get(0).cloned());
    let again = api.post("/v1/webhooks/till/redeliveries", &json!({ "event": sent["event"] }));
    assert_eq!((&again["taken"], &again["status"]), (&json!(true), &json!(202)));
    for what in ["disable", "enable", "remove"] {
        api.post(&format!("/v1/webhooks/till/{what}"), &json!({}));
    }
    for path in ["/asyncapi.json", "/schemas/events/order.received", "/schemas/documents/order", "/v1/audit/chain"] {
        api.get(path);
    }
    api.ask(&Ask::new("GET", "/schemas/events/order.eaten")).problem(404, "not_found");
    api.ask(&Ask::new("GET", "/schemas/documents/menu")).problem(404, "not_found");
    calls(api);
    for path in ["/catalogue", "/docs", "/v1/systems", "/v1/progress", "/healthz", "/readyz", "/metrics", "/openapi.json"] {
        api.get(path);
    }
    // the feed goes on from where it was read to, and misses nothing
    let all = api.get("/v1/events?limit=1000").json();
    let first = api.get("/v1/events?limit=5");
    let next = text(&first.json()["next"]);
    assert_eq!(first.header("link"), Some(format!("</v1/events?limit=5&after={next}>; rel=\"next\"").as_str()));
    let count = first.json()["events"].as_array().unwrap().len();
    let shipped = all["events"].as_array().unwrap().iter().find(|event| event["type"] == "com.crossdock.pick.confirmed.v1");
    let shipped = shipped.expect("a warehouse has picked");
    assert!(text(&shipped["correlationid"]).starts_with("SO-"), "{shipped}");
    assert!(text(&shipped["causationid"]).starts_with("command "), "{shipped}");
    assert!(!text(&shipped["company"]).is_empty(), "{shipped}");
    assert_eq!(shipped["dataschema"], "urn:crossdock:event:pick.confirmed:v1");
    // money and quantities say what they are counted in, and the events of a record are numbered without gaps (domain §1.5.2)
    let of_order: Vec<&Value> =
        all["events"].as_array().unwrap().iter().filter(|event| event["subject"] == "order SO-1").collect();
    let numbers: Vec<u64> = of_order.iter().map(|event| event["sequence"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let moved = of_order.iter().find(|event| event["type"] == "com.crossdock.order.moved.v1").expect("units have moved");
    assert_eq!(moved["data"]["quantity"]["uom"], "EA", "{moved}");
    let approved =
        of_order.iter().find(|event| event["type"] == "com.crossdock.order.approved.v1").expect("it was approved");
    assert!(text(&approved["data"]["exposed"]["amount"]).contains('.'), "{approved}");
    // the rest of this test has done each of them at least once
    let metrics = until("latencies of all kinds", || {
        let metrics = api.get("/metrics").text();
        let is_counted = |name: &str| metrics.lines().any(|line| line.starts_with(name) && !line.ends_with(" 0"));
        let names = ["order_promise_latency", "order_release_latency", "shipment_invoice_latency", "payment_match_latency"];
        let all = names.map(|name| format!("crossdock_{name}_seconds_count"));
        let ended = "crossdock_exception_age_seconds_count{outcome=\"resolved\"}";
        (all.iter().all(|name| is_counted(name)) && is_counted(ended)).then_some(metrics)
    });
    assert!(metrics.contains("crossdock_orders{status=\""), "{metrics}");
    figures(&metrics);
    let second = api.get(&format!("/v1/events?limit=1000&after={next}")).json();
    assert_eq!(all["events"][count]["id"], second["events"][0]["id"]);
    filters(api, all["events"].as_array().unwrap());
}

/// The dashboard asks for figures that there are; the reference names every figure, and no other.
fn figures(metrics: &str) {
    let types = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let given: BTreeMap<&str, &str> = types.collect();
    let names = |text: &str| -> BTreeSet<String> {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let words = text.split(|letter| !is_name(letter)).filter(|word| word.starts_with("crossdock_"));
        words.map(str::to_owned).collect()
    };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dashboard: Value =
        serde_json::from_str(&std::fs::read_to_string(root.join("deploy/grafana/crossdock.json")).unwrap()).unwrap();
    let targets = dashboard["panels"].as_array().unwrap().iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let asked: BTreeSet<String> = targets.flat_map(|target| names(&text(&target["expr"]))).collect();
    assert!(asked.len() > 15, "{asked:?}");
    let suffixes = |kind: &str| match kind {
        "counter" => ["_total"].as_slice(),
        "histogram" => ["_bucket", "_sum", "_count"].as_slice(),
        _ => [""].as_slice(),
    };
    let series: BTreeSet<String> =
        given.iter().flat_map(|(name, kind)| suffixes(kind).iter().map(move |suffix| format!("{name}{suffix}"))).collect();
    // these are there once a system was away, and none was
    let after_an_outage = ["last_outage", "last_recovery", "mean_time_to_recovery"];
    let mut series = series;
    series.extend(after_an_outage.map(|name| format!("crossdock_system_{name}_seconds")));
    let unknown: Vec<_> = asked.difference(&series).collect();
    assert!(unknown.is_empty(), "the dashboard asks for figures that /metrics does not give: {unknown:?}");
    let page = std::fs::read_to_string(root.join("docs/src/reference/metrics.md")).unwrap();
    assert_eq!(names(&page), series.into_iter().map(|name| plain(&name)).collect::<BTreeSet<_>>());
}

/// The series of a histogram are told by its name.
fn plain(series: &str) -> String {
    ["_bucket", "_sum", "_count"].iter().find_map(|suffix| series.strip_suffix(suffix)).unwrap_or(series).to_owned()
}

/// Each call of a system is kept with request and answer, and none of it is a secret.
fn calls(api: &mut Api<'_>) {
    let of_east = api.get("/v1/systems/wms-east/calls").json();
    let release = of_east["items"].as_array().unwrap().iter().find(|call| call["capability"] == "wms.release").cloned();
    let release = release.expect("east was asked to ship");
    assert_eq!((&release["outcome"], &release["request"]["method"]), (&json!("done"), &json!("POST")), "{release}");
    assert!(text(&release["request"]["body"]["text"]).contains("\"warehouse_order\":\"WO-"), "{release}");
    let same = api.get(&format!("/v1/systems/wms-east/calls?effect={}", text(&release["effect"]))).json();
    assert!(same["items"].as_array().unwrap().iter().all(|call| call["effect"] == release["effect"]), "{same}");
    assert!(of_east["total"].as_u64() >= Some(1));
    assert!(api.get("/v1/systems/bank/calls").json()["items"][0]["response"]["status"] == 200);
    api.ask(&Ask::new("GET", "/v1/systems/moon/calls")).problem(404, "not_found");
    api.ask(&Ask::new("GET", "/v1/systems/bank/calls?outcome=nice")).problem(422, "invalid");
    let systems = api.get("/v1/systems").json();
    let east = systems["systems"].as_array().unwrap().iter().find(|system| system["name"] == "wms-east").cloned().unwrap();
    assert!(east["calls_total"].as_u64() >= Some(1) && east["last_call_at"].is_string(), "{east}");
}

/// The feed by subject, actor, type and time.
fn filters(api: &mut Api<'_>, all: &[Value]) {
    let ids = |events: &[Value]| events.iter().map(|event| text(&event["id"])).collect::<Vec<_>>();
    let mut ask = |query: &str| {
        let page = api.get(&format!("/v1/events?limit=1000&{query}")).json();
        assert_eq!(page["complete"], true, "{query}");
        page["events"].as_array().unwrap().clone()
    };
    let expected = |fits: &dyn Fn(&Value) -> bool| ids(&all.iter().filter(|event| fits(event)).cloned().collect::<Vec<_>>());
    // the product goes on meanwhile
    let within = |events: Vec<Value>| {
        let known: BTreeSet<String> = ids(all).into_iter().collect();
        ids(&events).into_iter().filter(|id| known.contains(id)).collect::<Vec<_>>()
    };
    let is_first = |event: &Value| event["subject"] == "order SO-1" || event["correlationid"] == "SO-1";
    assert_eq!(within(ask("subject=SO-1")), expected(&is_first));
    assert_eq!(within(ask("subject=order%20SO-1")), expected(&is_first));
    let is_hold = |event: &Value| event["type"] == "com.crossdock.order.hold_placed.v1";
    assert!(all.iter().any(is_hold));
    let last = all.last().unwrap();
    assert_eq!(within(ask("type=order.hold_placed")), expected(&is_hold));
    assert_eq!(within(ask("type=order.")), expected(&|event| text(&event["type"]).starts_with("com.crossdock.order.")));
    assert_eq!(within(ask("actor=clerk")), expected(&|event| event["actor"] == "clerk"));
    let middle = text(&all[all.len() / 2]["time"]);
    assert_eq!(within(ask(&format!("from={middle}"))), expected(&|event| text(&event["time"]) >= middle));
    assert_eq!(within(ask(&format!("to={middle}"))), expected(&|event| text(&event["time"]) <= middle));
    assert_eq!(ask("subject=SO-999999"), Vec::<Value>::new());
    // what is asked for in parts is the whole
    let (mut parts, mut after) = (Vec::new(), "0".to_owned());
    loop {
        let page = api.get(&format!("/v1/events?subject=SO-1&limit=2&after={after}")).json();
        parts.extend(page["events"].as_array().unwrap().iter().cloned());
        after = text(&page["next"]);
        if page["complete"] == true {
            break;
        }
    }
    assert_eq!(within(parts), expected(&is_first));
    assert!(text(&last["time"]) >= middle);
    api.ask(&Ask::new("GET", "/v1/events?from=yesterday")).problem(400, "malformed");
    // the chain in parts, and from the middle
    let chain = api.get("/v1/audit/chain").json();
    assert_eq!((&chain["intact"], chain["next"].is_null()), (&json!(true), true), "{chain}");
    let first = api.get("/v1/audit/chain?limit=10").json();
    assert_eq!((&first["entries"], &first["next"], &first["sound"]["position"]), (&json!(10), &json!(10), &json!(10)));
    let rest = api.get("/v1/audit/chain?after=10").json();
    assert_eq!((&rest["intact"], &rest["sound"]), (&json!(true), &rest["head"]), "{rest}");
    api.ask(&Ask::new("GET", "/v1/audit/chain?after=99999999")).problem(404, "not_found");
    api.ask(&Ask::new("GET", "/v1/audit/chain?limit=0")).problem(422, "invalid");
    heat(api);
    let settings = api.get("/v1/settings").json();
    let of = |key: &str| settings["items"].as_array().unwrap().iter().find(|setting| setting["key"] == key).cloned();
    assert_eq!(of("server.readers").map(|setting| setting["from"].clone()), Some(json!("default")), "{settings}");
    contracts(api, all);
}

/// How often each element was come to adds up with what runs and what has ended.
fn heat(api: &mut Api<'_>) {
    let path = "/v1/processes/order-to-cash/versions/1/passages";
    let found = api.get(&format!("{path}?entries=50000")).json();
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let elements = found["elements"].as_array().unwrap();
    assert!(number(&found["instances"]) > 0 && !elements.is_empty(), "{found}");
    for element in elements {
        let over = number(&element["completed"]) + number(&element["terminated"]);
        assert!(number(&element["entered"]) >= over && number(&element["entered"]) > 0, "{element}");
        assert!(element["median_ms"].as_i64() <= element["longest_ms"].as_i64(), "{element}");
    }
    assert_eq!(api.get(&format!("{path}?entries=1")).json()["entries"], 1);
    let map = api.get("/v1/process-map?entries=50000").json();
    let received = map["steps"].as_array().unwrap().iter().find(|step| step["id"] == "order.received");
    assert_eq!(received.map(|step| &step["count"]), Some(&map["orders"]), "every order begins with its receipt: {map}");
    assert!(!map["ways"].as_array().unwrap().is_empty(), "{map}");
    api.ask(&Ask::new("GET", "/v1/process-map?entries=50001")).problem(422, "invalid");
    api.ask(&Ask::new("GET", &format!("{path}?entries=0"))).problem(422, "invalid");
    api.ask(&Ask::new("GET", "/v1/processes/order-to-cash/versions/99/passages")).problem(404, "not_found");
}

/// Every event of the run is what its schema says, with no field that the schema does not know; so are the documents.
fn contracts(api: &mut Api<'_>, all: &[Value]) {
    let catalogue = api.get("/catalogue").json();
    let mut seen: BTreeMap<String, Value> = BTreeMap::new();
    for event in all {
        let name = text(&event["type"]).trim_start_matches("com.crossdock.").trim_end_matches(".v1").to_owned();
        let schema = seen.entry(name.clone()).or_insert_with(|| api.get(&format!("/schemas/events/{name}")).json());
        assert_eq!(event["dataschema"], schema["$id"]);
        assert_eq!(violation(schema, &event["data"]), None, "{name}: {event:#}");
    }
    assert!(seen.len() > 40, "a run tells more than {:?}", seen.keys());
    let listed: BTreeSet<String> =
        catalogue["events"].as_array().unwrap().iter().map(|event| text(&event["name"])).collect();
    assert!(seen.keys().all(|name| listed.contains(name)));
    for (document, path) in [("order", "/v1/orders/SO-1"), ("account", "/v1/accounts/10001"), ("company", "/v1/company")] {
        let schema = api.get(&format!("/schemas/documents/{document}")).json();
        let shown = api.get(path).json();
        assert_eq!(violation(&schema, &shown), None, "{document}: {shown:#}");
    }
    let release = api.get("/schemas/documents/release").json();
    let of_east = api.get("/v1/systems/wms-east/calls").json();
    for call in of_east["items"].as_array().unwrap().iter().filter(|call| text(&call["capability"]).starts_with("wms.")) {
        let sent: Value = serde_json::from_str(&text(&call["request"]["body"]["text"])).unwrap();
        assert_eq!(violation(&release, &sent), None, "{sent:#}");
    }
    let described = catalogue["documents"].as_array().unwrap().iter().find(|document| document["name"] == "release");
    assert!(described.unwrap()["systems"].as_array().unwrap().contains(&json!("wms-east")));
}

/// Why a value is not what a schema says; fields that the schema does not name count as wrong.
fn violation(schema: &Value, value: &Value) -> Option<String> {
    let mut closed = schema.clone();
    close(&mut closed);
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("http://crossdock/one.json", closed).unwrap();
    let index = compiler.compile("http://crossdock/one.json", &mut schemas).unwrap();
    schemas.validate(value, index).err().map(|error| format!("{error:#}"))
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.remove("$id");
            fields.values_mut().for_each(close);
            if fields.get("properties").is_some_and(Value::is_object) && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn the_committed_contracts_are_those_that_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let said = common::run(&["describe", "--out", folder.path().to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (name, committed) in [
        ("openapi.json", "console/src/api/openapi.json"),
        ("asyncapi.json", "docs/api/asyncapi.json"),
        ("schemas.json", "docs/api/schemas.json"),
    ] {
        let read = |path: std::path::PathBuf| {
            serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap_or_default()).unwrap_or_default()
        };
        let is_fresh = read(folder.path().join(name)) == read(root.join(committed));
        assert!(is_fresh, "{committed} is stale: run `cargo xtask schema write`");
    }
}

#[test]
fn a_key_that_is_being_worked_on_is_told_to_wait_and_then_gets_the_stored_answer() {
    let site = Site::start();
    site.fill();
    let ask = Ask::new("POST", "/v1/orders").header("idempotency-key", "slow").json(&order("PO-1", "BRK-100", 1));
    // another caller's key of the same name is another key
    let other = ask.clone().header("authorization", &format!("Bearer {}", common::CLERK)).json(&order("PO-2", "BRK-100", 1));
    let (waiting, other, done) = until("the key to be taken", || {
        // the first request holds the key as soon as its head is there, unless the second one came before
        let begun = ask.begin(site.address);
        let second = || site.ask(Ask::new("POST", "/v1/orders").header("idempotency-key", "slow").body(b"{"));
        let waiting = (0..100).map(|_| second()).find(|answer| answer.status == 409);
        let (other, done) = (site.ask(other.clone()), begun.end());
        waiting.filter(|_| done.status == 201).map(|waiting| (waiting, other, done))
    });
    waiting.problem(409, "in_progress");
    assert_eq!(waiting.header("retry-after"), Some("1"));
    assert_eq!(other.status, 201, "{other:?}");
    assert_eq!(site.ask(ask).json(), done.json());
    assert_ne!(other.json(), done.json());
    assert_eq!(site.get("/v1/orders").json()["items"].as_array().unwrap().len(), 2);
}

#[test]
fn a_hundred_requests_at_once_under_one_key_make_one_order() {
    let site = Site::start();
    site.fill();
    let body = order("PO-1", "BRK-100", 1);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..100).map(|_| scope.spawn(|| site.post("/v1/orders", "same", &body))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    let made: BTreeSet<String> =
        answers.iter().filter(|answer| answer.status == 201).map(|answer| text(&answer.json()["id"])).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "in_progress");
    }
    assert_eq!(site.get("/v1/orders").json()["items"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_not_there_is_told_as_a_problem() {
    let site = Site::start();
    site.get("/v1/nothing").problem(404, "unknown_path");
    site.get("/").problem(404, "unknown_path");
    for (method, path) in
        [("DELETE", "/v1/orders"), ("PUT", "/v1/orders/SO-1"), ("POST", "/healthz"), ("PATCH", "/v1/stock")]
    {
        let answer = site.ask(Ask::new(method, path));
        answer.problem(405, "unknown_method");
        assert!(answer.header("allow").is_some_and(|allowed| allowed.contains("GET")), "{answer:?}");
    }
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let given = Ask::new("GET", "/v1/orders/SO-1").header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
    assert_eq!(site.ask(given).problem(404, "not_found")["trace_id"], trace);
}
