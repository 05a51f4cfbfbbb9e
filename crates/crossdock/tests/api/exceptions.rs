//! Exceptions and tasks.

use serde_json::json;

use crate::common::{Ask, until};
use crate::described::{Api, text};
use crate::orders::placed;

pub(crate) fn exceptions(api: &mut Api<'_>) {
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
