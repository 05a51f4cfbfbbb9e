//! Jobs, messages and user tasks of programs and people.

use serde_json::{Value, json};

use crate::common::Ask;
use crate::described::{Api, text};

/// Jobs that a program does.
pub(crate) fn workers(api: &mut Api<'_>, xml: &str) {
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
pub(crate) fn people(api: &mut Api<'_>, xml: &str) {
    let task = r#"targetRef="t"/><bpmn:userTask id="t" name="Call back"><bpmn:extensionElements><zeebe:userTask/>
        <zeebe:assignmentDefinition candidateGroups="sales"/><zeebe:priorityDefinition priority="70"/>
        <zeebe:formDefinition formId="call"/><zeebe:taskHeaders><zeebe:header key="queue" value="calls"/></zeebe:taskHeaders>
        </bpmn:extensionElements></bpmn:userTask>
        <bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/>"#;
    let xml = xml.replace(r#"targetRef="e"/>"#, task);
    let deployed = api.post("/v1/processes", &json!({ "resources": [{ "name": "asking.bpmn", "xml": xml }] }));
    assert_eq!(deployed[0]["warnings"][0]["cause"], "there is no form `call`", "{deployed}");
    api.post("/v1/processes/asking/instances", &json!({ "variables": { "phone": "1" } }));
    let tasks = api.get("/v1/tasks?sort=priority&candidate_group=sales").json();
    let details = tasks["items"][0]["details"].clone();
    assert_eq!((&details["name"], &details["priority"]), (&json!("Call back"), &json!(70)), "{tasks}");
    assert_eq!((&details["form"]["id"], &details["candidate_groups"]), (&json!("call"), &json!(["sales"])));
    assert_eq!(details["headers"], json!({ "queue": "calls" }));
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
