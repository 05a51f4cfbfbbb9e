//! The feed by filters, and the contracts of events.

use std::collections::{BTreeMap, BTreeSet};

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use crate::common::Ask;
use crate::described::{Api, text};
use crate::processes::heat;

/// The feed by subject, actor, type and time.
pub(crate) fn filters(api: &mut Api<'_>, all: &[Value]) {
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
