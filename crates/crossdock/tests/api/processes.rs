//! Processes, drafts of them, instances and decisions.

use serde_json::{Value, json};

use crate::common::{Ask, until};
use crate::described::{Api, text};
use crate::identity::Browser;
use crate::workers::{people, workers};

pub(crate) fn processes(api: &mut Api<'_>) {
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
    forms(api, &xml.replace("greeting", "filling"));
}

/// A form for whoever starts an instance by hand, and one that the process keeps beside its diagram.
fn forms(api: &mut Api<'_>, xml: &str) {
    let start = r#"<bpmn:startEvent id="s"><bpmn:extensionElements><zeebe:formDefinition formId="ask" bindingType="deployment"/></bpmn:extensionElements>"#;
    let task = r#"targetRef="t"/><bpmn:userTask id="t"><bpmn:extensionElements><zeebe:formDefinition formKey="camunda-forms:bpmn:own"/>
        </bpmn:extensionElements></bpmn:userTask><bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/>"#;
    let own = r#"{ "components": [{ "type": "number", "key": "qty", "validate": { "required": true } }] }"#;
    let beside = format!(
        r#"isExecutable="true"><bpmn:extensionElements><zeebe:userTaskForm id="own">{own}</zeebe:userTaskForm></bpmn:extensionElements>"#
    );
    let xml = xml.replace(r#"<bpmn:startEvent id="s">"#, start).replace(r#"targetRef="e"/>"#, task);
    let process = json!({ "name": "filling.bpmn", "xml": xml.replace(r#"isExecutable="true">"#, &beside) });
    let form =
        |version: u32| json!({ "name": "ask.form", "xml": format!(r#"{{ "id": "ask", "schemaVersion": {version} }}"#) });
    api.post("/v1/processes", &json!({ "resources": [process, form(1)] }));
    api.post("/v1/processes", &json!({ "resources": [form(2)] }));
    let shown = api.show("/v1/processes/filling/versions/1");
    assert_eq!((&shown["starts_by_hand"], &shown["start_form"]), (&json!(true), &json!({ "id": "ask", "version": 1 })));
    let form = api.show("/v1/processes/form:ask/versions/1");
    assert_eq!((&form["starts_by_hand"], &form["start_form"]), (&json!(false), &Value::Null));
    api.post("/v1/processes/filling/instances", &json!({}));
    let newest = api.get("/v1/tasks").json()["items"][0].clone();
    assert_eq!(newest["details"]["form"], json!({ "id": "camunda-forms:bpmn:own" }), "what is in it is not in lists");
    let task = format!("/v1/tasks/{}", text(&newest["task"]));
    assert_eq!(api.get(&task).json()["form"]["schema"], own, "{newest}");
    let completion = format!("{task}/completion");
    let empty = api.ask(&Ask::new("POST", &completion).header("idempotency-key", "empty").json(&json!({})));
    empty.problem(422, "not_filled_in");
    assert_eq!(empty.json()["errors"][0]["pointer"], "/variables/qty", "{empty:?}");
    api.post(&completion, &json!({ "variables": { "qty": 2 } }));
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
pub(crate) fn instances(api: &mut Api<'_>, xml: &str) {
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

/// How often each element was come to adds up with what runs and what has ended.
pub(crate) fn heat(api: &mut Api<'_>) {
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
