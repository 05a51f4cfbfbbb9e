//! Workers: who has a job, for how long, and what becomes of what they answer.

use feel::Context as Variables;
use partition::{AnyKey, AnyState, Body, JobAnswer, JobId, Operation, Reply, WorkerJob};
use trade::{Actor, Refusal, Role};

use crate::world::{World, check, line, task_of, user_task, variables_of};

/// Half a minute.
const LEASE: u64 = 30_000;

impl World {
    fn acts(&mut self, id: &str, roles: &[Role]) {
        self.actor = Actor { id: id.into(), roles: roles.to_vec(), limit: None };
    }

    /// Open jobs of workers, in the order in which they are leased.
    fn jobs(&self) -> Vec<WorkerJob> {
        let mut jobs: Vec<WorkerJob> = self
            .states()
            .filter_map(|(_, state)| match state {
                AnyState::Job(job) => Some((**job).clone()),
                _ => None,
            })
            .collect();
        jobs.sort_by_key(WorkerJob::turn);
        jobs
    }

    fn job(&self, id: JobId) -> Option<&WorkerJob> {
        match self.state(&AnyKey::Job(id))? {
            AnyState::Job(job) => Some(job),
            _ => None,
        }
    }

    /// Asks for all jobs there are; gives those that it got with the numbers of the leases.
    #[track_caller]
    fn lease(&mut self) -> Vec<(JobId, u32)> {
        let jobs = self.jobs().iter().map(|job| job.id).collect();
        match self.done(Body::LeaseJobs { jobs, worker: "picker".into(), lease_ms: LEASE }) {
            Reply::Leased(leased) => leased.iter().map(|leased| (leased.job, leased.lease)).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn answers(&mut self, (job, lease): (JobId, u32), answer: JobAnswer) -> Result<Reply, Refusal> {
        self.ask(Body::AnswerJob { job, lease, answer })
    }
}

fn completed(json: &str) -> JobAnswer {
    JobAnswer::Completed { variables: variables_of(json), result: None }
}

fn with_result(json: &str) -> JobAnswer {
    JobAnswer::Completed { variables: Variables::default(), result: Some(variables_of(json)) }
}

fn failed(retries: Option<u32>, rest_ms: Option<u64>) -> JobAnswer {
    JobAnswer::Failed { retries, message: "the scale is broken".into(), rest_ms }
}

/// One task for a worker, then one for a person.
fn picking(more: &str) -> World {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &[task_of("pick", "pick", more), user_task("t")].concat(), &["pick", "t"]))]);
    world.acts("robot", &[Role::Worker]);
    world
}

#[test]
fn a_job_that_nobody_else_does_is_leased_done_and_gone() {
    let mut world = picking("");
    let id = world.start("a", r#"{"item": "A"}"#);
    assert!(world.effects.is_empty() && world.exceptions().is_empty());
    let leased = world.lease();
    assert_eq!(leased.len(), 1);
    assert_eq!(world.lease(), [], "one has it");
    world.answers(leased[0], completed(r#"{"picked": 3}"#)).unwrap();
    check(&world, id, "v1 t");
    assert_eq!(world.instance(id).unwrap().root_variables().get("picked"), Some(&feel::Value::from(3)));
    assert!(world.jobs().is_empty() && world.timers() == 1, "the clock of the person's task is left");
    let again = world.answers(leased[0], completed("{}")).unwrap_err();
    assert!(again.to_string().contains("is not open"), "{again}");
}

#[test]
fn a_lease_that_ends_leaves_the_job_to_others_and_a_late_answer_counts_until_somebody_has_it() {
    let mut world = picking("");
    let id = world.start("a", "{}");
    let first = world.lease()[0];
    world.pass(29_999);
    assert_eq!(world.lease(), []);
    world.crash(&[]);
    world.pass(1);
    let second = world.lease()[0];
    assert_eq!((second.0, first.1, second.1), (first.0, 1, 2));
    let late = world.answers(first, completed("{}")).unwrap_err();
    assert!(late.to_string().contains("lease 1 does not count: picker (robot) has lease 2"), "{late}");
    world.pass(30_000);
    world.answers(second, completed("{}")).unwrap();
    check(&world, id, "v1 t");
}

#[test]
fn a_lease_is_extended_and_belongs_to_who_asked_for_it() {
    let mut world = picking("");
    world.start("a", "{}");
    let (job, lease) = world.lease()[0];
    world.pass(20_000);
    world.done(Body::ExtendLease { job, lease, lease_ms: 60_000 });
    world.pass(59_999);
    assert_eq!(world.job(job).unwrap().status(), "leased");
    world.acts("mallory", &[Role::Worker]);
    assert!(world.answers((job, lease), completed("{}")).is_err());
    assert!(world.ask(Body::ExtendLease { job, lease, lease_ms: 60_000 }).is_err());
    world.acts("clerk", &[Role::Sales]);
    assert!(matches!(world.answers((job, lease), completed("{}")), Err(Refusal::NotAllowed { .. })));
    let lease_ms = |lease_ms| Body::LeaseJobs { jobs: Vec::new(), worker: "picker".into(), lease_ms };
    assert!(matches!(world.ask(lease_ms(LEASE)), Err(Refusal::NotAllowed { .. })));
    world.acts("robot", &[Role::Worker]);
    assert_eq!(world.ask(lease_ms(99)).unwrap_err().code(), "invalid");
    assert_eq!(world.ask(lease_ms(86_400_001)).unwrap_err().code(), "invalid");
    world.pass(1);
    assert_eq!(world.job(job).unwrap().status(), "available");
}

#[test]
fn a_failed_job_rests_is_tried_again_and_ends_as_an_incident() {
    let mut world = picking(r#"retries="2""#);
    let id = world.start("a", "{}");
    let first = world.lease()[0];
    world.answers(first, failed(None, Some(5_000))).unwrap();
    assert_eq!(world.lease(), [], "it rests");
    assert!(world.answers(first, completed("{}")).unwrap_err().to_string().contains("leased by nobody"));
    world.pass(5_000);
    let second = world.lease()[0];
    assert_eq!(second.1, 2);
    world.answers(second, failed(None, None)).unwrap();
    assert_eq!(world.jobs(), []);
    assert_eq!(world.exceptions(), ["a, step “pick”: the scale is broken"]);
    world.acts("olivia", &[Role::Operations]);
    world.operate(id, Operation::Retry { incident: None, variables: Variables::default(), scope: None }).unwrap();
    let third = world.lease()[0];
    assert!(third.0 > first.0, "it is another job");
    world.answers(third, failed(Some(7), None)).unwrap();
    let fourth = world.lease()[0];
    assert_eq!((fourth.0, fourth.1), (third.0, 2), "without a pause it is there at once");
    assert_eq!(world.answers(fourth, failed(None, Some(u64::MAX))).unwrap_err().code(), "invalid");
}

#[test]
fn an_error_of_a_worker_goes_where_the_model_says() {
    let boundary = r#"<bpmn:boundaryEvent id="b" attachedToRef="pick"><bpmn:errorEventDefinition errorRef="err"/></bpmn:boundaryEvent>"#;
    let flow = r#"<bpmn:sequenceFlow id="f-b" sourceRef="b" targetRef="t"/></bpmn:process>"#;
    let model = line("a", &[&task_of("pick", "pick", ""), boundary, &user_task("t")].concat(), &["pick", "t"]);
    let model = model
        .replace("</bpmn:process>", flow)
        .replace(r#"<bpmn:signal id="s-stop""#, r#"<bpmn:error id="err" errorCode="EMPTY"/><bpmn:signal id="s-stop""#);
    let mut world = World::new();
    world.deploy(&[("a.bpmn", model)]);
    world.acts("robot", &[Role::Worker]);
    let throw =
        |code: &str| JobAnswer::Error { code: code.into(), message: "no stock".into(), variables: Variables::default() };
    let id = world.start("a", "{}");
    let leased = world.lease()[0];
    assert_eq!(world.answers(leased, throw("")).unwrap_err().code(), "invalid");
    world.answers(leased, throw("EMPTY")).unwrap();
    check(&world, id, "v1 t");
    world.start("a", "{}");
    let leased = world.lease()[0];
    world.answers(leased, throw("OTHER")).unwrap();
    assert!(world.exceptions().iter().any(|reason| reason.contains("nobody catches the error OTHER")));
    assert_eq!(world.jobs(), []);
}

#[test]
fn the_jobs_of_a_suspended_instance_wait_and_those_of_a_cancelled_one_are_gone() {
    let mut world = picking("");
    let id = world.start("a", "{}");
    let leased = world.lease()[0];
    world.acts("olivia", &[Role::Operations]);
    world.operate(id, Operation::Suspend).unwrap();
    world.pass(30_000);
    assert_eq!(world.lease(), []);
    world.operate(id, Operation::Resume).unwrap();
    assert_eq!(world.lease(), [(leased.0, 2)]);
    world.operate(id, Operation::Cancel).unwrap();
    assert_eq!(world.jobs(), []);
    let late = world.answers((leased.0, 2), completed("{}")).unwrap_err();
    assert!(late.to_string().contains("nobody needs it any more"), "{late}");
}

#[test]
fn a_result_does_not_point_a_process_at_another_order() {
    let mut world = picking("");
    world.start("a", r#"{"orderId": "SO-1"}"#);
    let leased = world.lease()[0];
    let refused = world.answers(leased, completed(r#"{"orderId": "SO-2"}"#)).unwrap_err();
    assert!(refused.to_string().contains("variables.orderId"), "{refused}");
    world.answers(leased, completed(r#"{"orderId": "SO-1", "invoiceId": "IN-1"}"#)).unwrap();
}

/// A user task with a listener, which a worker carries out.
fn listened(on: &str) -> String {
    format!(
        r#"<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:userTask/><zeebe:taskListeners><zeebe:taskListener eventType="{on}" type="guard"/></zeebe:taskListeners></bpmn:extensionElements></bpmn:userTask>"#
    )
}

#[test]
fn a_listener_of_a_task_denies_and_corrects_its_assignment() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &listened("assigning"), &["t"]))]);
    let id = world.start("a", "{}");
    let task = world.instance(id).unwrap().tasks().next().unwrap();
    let to = |name: &str| Body::AssignTask { instance: id, task, to: Some(name.into()) };
    let assignee = |world: &World| world.instance(id).unwrap().task(task).unwrap().assignee.clone();
    world.done(to("eve"));
    assert_eq!(assignee(&world), None, "the listener is asked first");
    assert!(world.ask(to("adam")).unwrap_err().to_string().contains("a listener has not answered yet"));
    let leased = world.lease()[0];
    let odd =
        JobAnswer::Completed { variables: variables_of(r#"{"x": 1}"#), result: Some(variables_of(r#"{"denied": true}"#)) };
    assert_eq!(world.answers(leased, odd).unwrap_err().code(), "invalid");
    world.answers(leased, with_result(r#"{"denied": true, "deniedReason": "on leave"}"#)).unwrap();
    assert_eq!(assignee(&world), None);
    world.done(to("eve"));
    let leased = world.lease()[0];
    world.answers(leased, with_result(r#"{"corrections": {"assignee": "adam", "priority": 90}}"#)).unwrap();
    assert_eq!(assignee(&world).as_deref(), Some("adam"));
    assert_eq!(world.instance(id).unwrap().task(task).unwrap().priority, 90);
}

#[test]
fn execution_listeners_of_any_type_are_jobs_of_workers() {
    let around = r#"<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:userTask/><zeebe:executionListeners><zeebe:executionListener eventType="start" type="audit"/></zeebe:executionListeners></bpmn:extensionElements></bpmn:userTask>"#;
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", around, &["t"]))]);
    let id = world.start("a", "{}");
    assert_eq!(world.jobs()[0].kind, "audit");
    let leased = world.lease()[0];
    assert_eq!(world.answers(leased, with_result(r#"{"denied": true}"#)).unwrap_err().code(), "invalid");
    world.answers(leased, completed("{}")).unwrap();
    assert_eq!(world.instance(id).unwrap().tasks().count(), 1);
}

#[test]
fn a_worker_leads_an_ad_hoc_sub_process_and_without_one_people_activate_its_elements() {
    let ad_hoc = |inside: &str| {
        format!(
            r#"<bpmn:adHocSubProcess id="x"><bpmn:extensionElements>{inside}</bpmn:extensionElements>{}{}</bpmn:adHocSubProcess>"#,
            user_task("p"),
            user_task("q")
        )
    };
    let led = line("led", &ad_hoc(r#"<zeebe:taskDefinition type="lead"/>"#), &["x"]);
    let free = line("free", &ad_hoc(""), &["x"]);
    let mut world = World::new();
    world.deploy(&[("led.bpmn", led), ("free.bpmn", free)]);
    let id = world.start("led", "{}");
    let leased = world.lease()[0];
    let wrong = with_result(r#"{"activateElements": [{"elementId": "nothing"}]}"#);
    assert!(world.answers(leased, wrong).unwrap_err().to_string().contains("nothing cannot begin"));
    world.answers(leased, with_result(r#"{"activateElements": [{"elementId": "q", "variables": {"x": 1}}]}"#)).unwrap();
    check(&world, id, "v1 x q");
    let free = world.start("free", "{}");
    check(&world, free, "v1 x");
    let activate = |elements: &[&str]| Operation::Activate {
        ad_hoc: "x".into(),
        elements: elements.iter().map(|id| (*id).into()).collect(),
    };
    assert_eq!(world.operate(free, activate(&[])).unwrap_err().code(), "invalid");
    assert!(world.operate(free, activate(&["e"])).is_err());
    world.operate(free, activate(&["p"])).unwrap();
    check(&world, free, "v1 x p");
    let inside_of_a_task = Operation::Activate { ad_hoc: "p".into(), elements: vec!["q".into()] };
    let refused = world.operate(free, inside_of_a_task).unwrap_err().to_string();
    assert!(refused.contains("only in an ad-hoc sub-process"), "{refused}");
}

#[test]
fn a_system_gets_the_task_headers_of_the_model_beside_the_variables() {
    let task = r#"<bpmn:serviceTask id="do"><bpmn:extensionElements><zeebe:taskDefinition type="test.do"/><zeebe:taskHeaders><zeebe:header key="method" value="POST"/></zeebe:taskHeaders></bpmn:extensionElements></bpmn:serviceTask>"#;
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", task, &["do"]))]);
    let mut sent = |variables: &str| {
        world.start("a", variables);
        serde_json::from_str::<serde_json::Value>(&world.effects.last().unwrap().document).unwrap()
    };
    assert_eq!(sent(r#"{"x": 1}"#), serde_json::json!({ "x": 1, "headers": { "method": "POST" } }));
    assert_eq!(sent(r#"{"headers": 2}"#), serde_json::json!({ "headers": 2 }), "a variable is what the process says");
}

#[test]
fn what_a_system_offers_by_now_leaves_the_workers_with_another_try() {
    let mut world = picking("");
    let id = world.start("a", "{}");
    world.acts("olivia", &[Role::Operations]);
    let retry = || Operation::Retry { incident: None, variables: Variables::default(), scope: None };
    assert!(world.operate(id, retry()).unwrap_err().to_string().contains("nothing of"));
    world.crash(&["pick"]);
    let leased = world.lease()[0];
    assert!(world.operate(id, retry()).is_err(), "a worker has it");
    world.pass(30_000);
    world.operate(id, retry()).unwrap();
    assert!(world.answers(leased, completed("{}")).unwrap_err().to_string().contains("is not open"));
    assert_eq!(world.jobs(), []);
    world.answer(Ok("{}"));
    check(&world, id, "v1 t");
    // and what failed goes there by itself
    world.crash(&[]);
    let other = world.start("a", "{}");
    let leased = world.lease()[0];
    world.crash(&["pick"]);
    world.answers(leased, failed(None, Some(1_000))).unwrap();
    world.pass(1_000);
    assert_eq!(world.jobs(), []);
    world.answer(Ok("{}"));
    check(&world, other, "v1 t");
}
