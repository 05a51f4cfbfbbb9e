//! Two versions of a contract: which operations, messages and schemas a program relies on, and what became of them.

use serde_json::{Map, Value};

use super::Breaking;
use super::shape::{Direction, Pair};

const KEEP: &str = "leave it as it was, and add another one beside it";
const VERSION: &str = "keep it until its sunset has passed, and say so with `Deprecation` and `Sunset`";
const OPTIONAL: &str = "make it optional";

/// What of a contract breaks whoever was made for the released version.
pub(super) fn contract(name: &str, released: &Value, present: &Value) -> Vec<Breaking> {
    let mut found = Vec::new();
    match name {
        "openapi.json" => operations(released, present, &mut found),
        "asyncapi.json" => channels(released, present, &mut found),
        _ => schemas(released, present, &mut found),
    }
    for breaking in &mut found {
        breaking.place = format!("{name} {}", breaking.place);
    }
    found
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn gone(place: String, what: &str, mend: &'static str) -> Breaking {
    Breaking { place, cause: format!("{what} is gone"), mend }
}

fn operations(released: &Value, present: &Value, found: &mut Vec<Breaking>) {
    for (path, methods) in object(&released["paths"]) {
        for (method, before) in object(methods) {
            let place = format!("{} {path}", method.to_uppercase());
            match present["paths"][path].get(method) {
                None => found.push(gone(place, "the operation", VERSION)),
                Some(now) => operation(&place, (released, before), (present, now), found),
            }
        }
    }
}

/// An operation, in its document.
type In<'v> = (&'v Value, &'v Value);

fn operation(place: &str, released: In<'_>, present: In<'_>, found: &mut Vec<Breaking>) {
    parameters(place, released, present, found);
    let (before, now) = (&released.1["requestBody"], &present.1["requestBody"]);
    let is_required = |body: &Value| body["required"].as_bool().unwrap_or(false);
    if is_required(now) && !is_required(before) {
        let cause = "a body has to be sent".to_owned();
        found.push(Breaking { place: place.to_owned(), cause, mend: OPTIONAL });
    }
    content(&format!("{place} request"), Direction::Taken, (released.0, before), (present.0, now), found);
    for (status, before) in object(&released.1["responses"]).filter(|(status, _)| status.starts_with('2')) {
        let place = format!("{place} {status}");
        match present.1["responses"].get(status) {
            None => found.push(gone(place, "the answer", KEEP)),
            Some(now) => content(&place, Direction::Given, (released.0, before), (present.0, now), found),
        }
    }
}

fn content(place: &str, direction: Direction, released: In<'_>, present: In<'_>, found: &mut Vec<Breaking>) {
    for (media_type, before) in object(&released.1["content"]) {
        match present.1["content"].get(media_type) {
            None => found.push(gone(place.to_owned(), media_type, KEEP)),
            Some(now) => {
                let pair = Pair::new(direction, released.0, present.0);
                found.extend(pair.compare(place, &before["schema"], &now["schema"]));
            }
        }
    }
}

fn parameters(place: &str, released: In<'_>, present: In<'_>, found: &mut Vec<Breaking>) {
    let all = |operation: &Value| operation["parameters"].as_array().cloned().unwrap_or_default();
    let same = |one: &Value, other: &Value| one["name"] == other["name"] && one["in"] == other["in"];
    let (before, now) = (all(released.1), all(present.1));
    let name = |parameter: &Value| format!("{place} parameter {}", parameter["name"].as_str().unwrap_or_default());
    for known in &before {
        match now.iter().find(|other| same(known, other)) {
            // parameters that are not known are refused
            None => found.push(gone(name(known), "the parameter", KEEP)),
            Some(other) => {
                let pair = Pair::new(Direction::Taken, released.0, present.0);
                found.extend(pair.compare(&name(known), &known["schema"], &other["schema"]));
            }
        }
    }
    for parameter in &now {
        let was_required = before.iter().find(|other| same(parameter, other)).map(|known| known["required"] == true);
        if parameter["required"] == true && was_required != Some(true) {
            let cause = "the parameter has to be given".to_owned();
            found.push(Breaking { place: name(parameter), cause, mend: OPTIONAL });
        }
    }
}

fn channels(released: &Value, present: &Value, found: &mut Vec<Breaking>) {
    for (name, before) in object(&released["channels"]) {
        let now = &present["channels"][name];
        if now.is_null() {
            found.push(gone(format!("channel {name}"), "the channel", KEEP));
            continue;
        }
        if before["address"] != now["address"] {
            let cause = format!("the address was {} and is {}", before["address"], now["address"]);
            found.push(Breaking { place: format!("channel {name}"), cause, mend: KEEP });
        }
        for (message, _) in object(&before["messages"]).filter(|(message, _)| now["messages"].get(*message).is_none()) {
            found.push(gone(format!("channel {name}, message {message}"), "the message", KEEP));
        }
    }
    for (name, before) in object(&released["components"]["messages"]) {
        if let Some(now) = present["components"]["messages"].get(name) {
            let pair = Pair::new(Direction::Given, released, present);
            found.extend(pair.compare(&format!("message {name}"), &before["payload"], &now["payload"]));
        }
    }
}

fn schemas(released: &Value, present: &Value, found: &mut Vec<Breaking>) {
    for (family, all) in object(released) {
        for (name, before) in object(all) {
            let place = format!("{family} {name}");
            match present[family].get(name) {
                None => found.push(gone(place, "the schema", KEEP)),
                Some(now) => {
                    let taken = before["x-way"] == "taken";
                    let direction = if taken { Direction::Taken } else { Direction::Given };
                    found.extend(Pair::new(direction, before, now).compare(&place, before, now));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// An API with one operation that takes and gives an order.
    fn api() -> Value {
        json!({
            "paths": { "/v1/orders": { "post": {
                "parameters": [{ "name": "Idempotency-Key", "in": "header", "required": true, "schema": { "type": "string" } }],
                "requestBody": { "required": true, "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Request" } } } },
                "responses": { "201": { "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/View" } } } } },
            } } },
            "components": { "schemas": {
                "Request": { "type": "object", "required": ["item"], "properties": {
                    "item": { "type": "string" }, "way": { "type": "string", "enum": ["road", "sea"] } } },
                "View": { "type": "object", "required": ["id"], "properties": {
                    "id": { "type": "string" }, "note": { "type": ["string", "null"] } } },
            } },
        })
    }

    /// What a change of that API breaks.
    fn breaks(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut present = api();
        change(&mut present);
        contract("openapi.json", &api(), &present).iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn one(found: &[String], parts: &[&str]) {
        let [finding] = found else { panic!("not one finding: {found:?}") };
        for part in parts {
            assert!(finding.contains(part), "`{part}` is not in: {finding}");
        }
    }

    fn parameters(api: &mut Value) -> &mut Vec<Value> {
        api["paths"]["/v1/orders"]["post"]["parameters"].as_array_mut().unwrap()
    }

    #[test]
    fn what_is_added_breaks_nobody() {
        let found = breaks(|api| {
            let schemas = &mut api["components"]["schemas"];
            schemas["View"]["properties"]["new"] = json!({ "type": "string" });
            schemas["View"]["required"] = json!(["id", "note", "new"]);
            schemas["Request"]["properties"]["new"] = json!({ "type": "string" });
            schemas["Request"]["properties"]["way"]["enum"] = json!(["road", "sea", "air"]);
            schemas["Request"]["required"] = json!([]);
            api["paths"]["/v1/other"] = json!({ "get": {} });
            parameters(api).push(json!({ "name": "x", "in": "query", "schema": {} }));
        });
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn an_operation_that_is_gone_breaks_whoever_calls_it() {
        let found = breaks(|api| api["paths"] = json!({}));
        one(&found, &["openapi.json POST /v1/orders", "the operation is gone", "sunset"]);
    }

    #[test]
    fn what_programs_send_must_go_on_being_taken() {
        let request = "/components/schemas/Request";
        let found = breaks(|api| api.pointer_mut(request).unwrap()["required"] = json!(["item", "way"]));
        one(&found, &["POST /v1/orders request", "way", "has to be given"]);
        let found = breaks(|api| api.pointer_mut(request).unwrap()["properties"]["way"]["enum"] = json!(["road"]));
        one(&found, &["request/way", "\"sea\""]);
        let found = breaks(|api| api.pointer_mut(request).unwrap()["properties"]["item"]["type"] = json!("integer"));
        one(&found, &["request/item", "string"]);
        let found = breaks(|api| {
            api.pointer_mut(request).unwrap()["properties"].as_object_mut().unwrap().remove("way");
        });
        one(&found, &["request/way", "is gone"]);
        let found = breaks(|api| {
            parameters(api).push(json!({ "name": "x", "in": "query", "required": true, "schema": {} }));
        });
        one(&found, &["parameter x", "has to be given", "optional"]);
    }

    #[test]
    fn what_programs_read_must_go_on_being_there() {
        let view = "/components/schemas/View";
        let found = breaks(|api| api.pointer_mut(view).unwrap()["required"] = json!([]));
        one(&found, &["201/id", "may be missing"]);
        let found = breaks(|api| api.pointer_mut(view).unwrap()["properties"]["id"]["type"] = json!(["string", "null"]));
        one(&found, &["201/id", "null"]);
        let found = breaks(|api| {
            api.pointer_mut(view).unwrap()["properties"].as_object_mut().unwrap().remove("note");
        });
        one(&found, &["201/note", "is gone"]);
    }

    #[test]
    fn an_event_that_is_gone_or_has_another_field_breaks_whoever_listens() {
        let api = |fields: Value| {
            json!({ "channels": { "feed": { "address": "/v1/events", "messages": { "a": {} } } },
                "components": { "messages": { "a": { "payload": { "type": "object", "properties": fields } } } } })
        };
        let before = api(json!({ "id": { "type": "string" } }));
        let found = contract("asyncapi.json", &before, &json!({ "channels": { "feed": { "address": "/v1/events" } } }));
        assert_eq!(found.len(), 1);
        assert!(found[0].place.ends_with("message a"), "{found:?}");
        let found = contract("asyncapi.json", &before, &api(json!({})));
        assert_eq!(found[0].place, "asyncapi.json message a/id");
    }

    #[test]
    fn a_document_that_is_taken_is_compared_as_what_programs_send() {
        let with = |required: Value| {
            json!({ "documents": { "pick": { "x-way": "taken", "type": "object", "required": required,
                "properties": { "a": { "$ref": "#/$defs/A" } }, "$defs": { "A": { "type": "string" } } } } })
        };
        let found = contract("schemas.json", &with(json!([])), &with(json!(["a"])));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(contract("schemas.json", &with(json!(["a"])), &with(json!([]))), Vec::new());
    }
}
