//! What people do to running instances.

use partition::{Body, Modification, Operation, Reply};
use trade::{Actor, Role};

use crate::world::{World, call, catch, check, line, process, task, task_of, user_task, variables_of, wait};

fn modify(start: &[&str], end: &[&str], moves: &[(&str, &str)]) -> Operation {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).into()).collect();
    Operation::Modify(Box::new(Modification {
        start: ids(start),
        end: ids(end),
        moves: moves.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect(),
        ..Modification::default()
    }))
}

fn retry() -> Operation {
    Operation::Retry { incident: None, variables: variables_of("{}"), scope: None }
}

fn migrate(version: Option<u32>, elements: &[(&str, &str)]) -> Operation {
    let elements = elements.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect();
    Operation::Migrate { version, elements }
}

#[test]
fn cancelling_ends_what_was_called_and_takes_back_what_was_asked_of_systems_and_people() {
    let mut world = World::new();
    world.deploy(&[
        ("outer.bpmn", line("outer", &call("sub", "inner", ""), &["sub"])),
        ("inner.bpmn", line("inner", &[user_task("ask"), task("do")].concat(), &["ask", "do"])),
    ]);
    let outer = world.start("outer", "{}");
    let inner = world.instances()[1];
    check(&world, outer, "v1 sub");
    check(&world, inner, "v1 ask");
    assert_eq!(world.exceptions(), ["ask"]);
    let refused = world.operate(inner, Operation::Cancel).unwrap_err().to_string();
    assert!(refused.contains(&format!("{outer} has called {inner}")), "{refused}");
    world.operate(outer, Operation::Cancel).unwrap();
    check(&world, outer, "ended");
    check(&world, inner, "ended");
    assert_eq!(world.exceptions(), [""; 0]);
    let refused = world.operate(outer, Operation::Cancel).unwrap_err().to_string();
    assert!(refused.contains("has ended or never was"), "{refused}");
}

/// A process that throws the error `bad` after a task.
fn failing(id: &str) -> String {
    let end = r#"<bpmn:endEvent id="x"><bpmn:errorEventDefinition errorRef="e-bad"/></bpmn:endEvent>"#;
    let body = [r#"<bpmn:startEvent id="s"/>"#, &user_task("ask"), end].concat();
    process(id, &body, &["s", "ask", "x"])
        .replace("</bpmn:definitions>", r#"<bpmn:error id="e-bad" errorCode="bad"/></bpmn:definitions>"#)
}

#[test]
fn an_error_that_no_caller_catches_is_an_incident_where_it_was_thrown() {
    let mut world = World::new();
    world.deploy(&[("outer.bpmn", line("outer", &call("sub", "inner", ""), &["sub"])), ("inner.bpmn", failing("inner"))]);
    let outer = world.start("outer", "{}");
    let inner = world.instances()[1];
    world.complete(inner, 3);
    check(&world, outer, "v1 sub");
    check(&world, inner, "v1 x");
    assert_eq!(world.instance(inner).unwrap().incidents().count(), 1);
    assert_eq!(world.instance(outer).unwrap().incidents().count(), 0);
    // asked of the caller, what it called is tried again; here it fails again
    let before: Vec<_> = world.instance(inner).unwrap().incidents().collect();
    world.operate(outer, retry()).unwrap();
    check(&world, inner, "v1 x");
    assert_ne!(world.instance(inner).unwrap().incidents().collect::<Vec<_>>(), before);
}

#[test]
fn an_error_that_no_caller_catches_ends_nothing_that_a_listener_would_have_to_answer_for() {
    let heard = r#"<bpmn:userTask id="heard"><bpmn:extensionElements><zeebe:userTask/><zeebe:taskListeners><zeebe:taskListener eventType="canceling" type="bye"/></zeebe:taskListeners></bpmn:extensionElements></bpmn:userTask><bpmn:sequenceFlow id="s-heard" sourceRef="s" targetRef="heard"/></bpmn:process>"#;
    let mut world = World::new();
    world.deploy(&[
        ("outer.bpmn", line("outer", &call("sub", "inner", ""), &["sub"])),
        ("inner.bpmn", failing("inner").replace("</bpmn:process>", heard)),
    ]);
    let outer = world.start("outer", "{}");
    let inner = world.instances()[1];
    world.complete(inner, 3);
    check(&world, outer, "v1 sub");
    check(&world, inner, "v1 heard x");
    assert_eq!(world.instance(inner).unwrap().incidents().count(), 1);
}

#[test]
fn an_error_that_a_caller_further_out_catches_leaves_all_that_were_called() {
    let boundary = r#"<bpmn:boundaryEvent id="b" attachedToRef="sub"><bpmn:errorEventDefinition/></bpmn:boundaryEvent><bpmn:sequenceFlow id="b-mend" sourceRef="b" targetRef="mend"/>"#;
    let body = [&call("sub", "middle", ""), boundary, &user_task("mend")].concat();
    let mut world = World::new();
    world.deploy(&[
        ("outer.bpmn", line("outer", &body, &["sub", "mend"])),
        ("middle.bpmn", line("middle", &call("deeper", "inner", ""), &["deeper"])),
        ("inner.bpmn", failing("inner")),
    ]);
    let outer = world.start("outer", "{}");
    let inner = world.instances()[2];
    world.complete(inner, 3);
    check(&world, inner, "ended");
    check(&world, outer, "v1 mend");
}

#[test]
fn only_operations_directors_and_administrators_operate_instances() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &user_task("t"), &["t"]))]);
    let id = world.start("a", "{}");
    world.actor = Actor { id: "sam".into(), roles: vec![Role::Sales, Role::Warehouse], limit: None };
    for operation in [Operation::Cancel, Operation::Suspend, retry(), modify(&[], &["t"], &[]), migrate(None, &[])] {
        assert_eq!(world.operate(id, operation.clone()).unwrap_err().code(), "not_allowed", "{operation:?}");
        let (instances, filter, reason) = (vec![id], "all".into(), "r".into());
        let many = Body::OperateMany { instances, filter, operation, reason };
        assert_eq!(world.ask(many).unwrap_err().code(), "not_allowed");
    }
    check(&world, id, "v1 t");
    for role in [Role::Operations, Role::Director, Role::Admin] {
        world.actor.roles = vec![role];
        let id = world.start("a", "{}");
        world.operate(id, Operation::Cancel).unwrap();
        check(&world, id, "ended");
    }
}

#[test]
fn a_suspended_instance_keeps_what_comes_in_and_its_timers_and_goes_on_when_it_is_resumed() {
    let mut world = World::new();
    world.deploy(&[
        ("outer.bpmn", line("outer", &call("sub", "inner", ""), &["sub"])),
        ("inner.bpmn", line("inner", &[wait("w", "PT1H"), task("do")].concat(), &["w", "do"])),
    ]);
    let outer = world.start("outer", "{}");
    let inner = world.instances()[1];
    world.operate(outer, Operation::Suspend).unwrap();
    assert!(world.instance(inner).unwrap().is_suspended(), "what it called is suspended with it");
    assert_eq!(world.operate(outer, Operation::Suspend).unwrap_err().code(), "conflict");
    world.pass(2 * 3_600_000);
    check(&world, inner, "v1 w");
    assert_eq!(world.effects.len(), 0, "the time has come, and its token is held");
    assert_eq!(world.timers(), 0);
    world.operate(outer, Operation::Resume).unwrap();
    check(&world, inner, "v1 do");
    world.operate(outer, Operation::Suspend).unwrap();
    world.answer(Ok("{}"));
    check(&world, inner, "v1 do");
    world.operate(outer, Operation::Resume).unwrap();
    check(&world, outer, "ended");
}

#[test]
fn tokens_are_moved_by_the_ids_of_the_model_and_variables_are_set_before() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &[user_task("t"), catch("c"), task("do")].concat(), &["t", "c", "do"]))]);
    let id = world.start("a", "{}");
    let refused = world.operate(id, modify(&[], &["do"], &[])).unwrap_err().to_string();
    assert!(refused.contains("element `do` is not active") && refused.contains("active are: t"), "{refused}");
    assert_eq!(world.operate(id, modify(&["ghost"], &[], &[])).unwrap_err().code(), "invalid");
    assert_eq!(world.operate(id, modify(&[], &[], &[])).unwrap_err().code(), "invalid");
    assert_eq!(world.operate(id, modify(&["s"], &[], &[])).unwrap_err().code(), "conflict");
    check(&world, id, "v1 t");
    let Operation::Modify(mut moved) = modify(&[], &[], &[("t", "c")]) else { unreachable!() };
    moved.variables = variables_of(r#"{"key":"K1"}"#);
    world.operate(id, Operation::Modify(moved)).unwrap();
    check(&world, id, "v1 c");
    assert_eq!(world.exceptions(), [""; 0], "the task that was left asks nobody any more");
    assert_eq!(world.message("go", "K1", 0).0, [id]);
    check(&world, id, "v1 do");
    world.operate(id, modify(&["t"], &["do"], &[])).unwrap();
    check(&world, id, "v1 t");
    world.operate(id, modify(&[], &["t"], &[])).unwrap();
    check(&world, id, "ended");
}

#[test]
fn a_token_that_waits_at_a_gateway_is_ended_or_moved_by_the_id_of_the_gateway() {
    let mut world = World::new();
    let fork =
        [r#"<bpmn:parallelGateway id="fork"/>"#, &user_task("a"), &user_task("b"), r#"<bpmn:parallelGateway id="join"/>"#];
    let flows = r#"<bpmn:sequenceFlow id="f-fork-b" sourceRef="fork" targetRef="b"/><bpmn:sequenceFlow id="f-b-join" sourceRef="b" targetRef="join"/>"#;
    world.deploy(&[("p.bpmn", line("p", &[&fork.concat(), flows].concat(), &["fork", "a", "join"]))]);
    let id = world.start("p", "{}");
    let task = world.instance(id).unwrap().live_elements().nth(1).unwrap().0 + 1;
    world.complete(id, task);
    check(&world, id, "v1 a");
    world.operate(id, modify(&[], &[], &[("join", "b")])).unwrap();
    check(&world, id, "v1 a b");
    assert!(world.operate(id, modify(&[], &["join"], &[])).is_err(), "no token waits there any more");
}

#[test]
fn an_instance_goes_on_with_another_version_or_hears_everything_that_stands_in_the_way() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &[user_task("t"), task("do")].concat(), &["t", "do"]))]);
    let id = world.start("a", "{}");
    let refused = world.operate(id, migrate(None, &[])).unwrap_err();
    assert!(refused.to_string().contains("runs on version 1 already"), "{refused}");
    world.deploy(&[("a.bpmn", line("a", &[user_task("t2"), task("do"), task("more")].concat(), &["t2", "do", "more"]))]);
    check(&world, id, "v1 t");
    let refused = world.operate(id, migrate(None, &[])).unwrap_err();
    assert_eq!(refused.code(), "in_the_way");
    assert!(refused.findings()[0].cause.contains("`t` is in use"), "{refused}");
    assert_eq!(world.operate(id, migrate(Some(9), &[])).unwrap_err().code(), "invalid");
    world.operate(id, migrate(None, &[("t", "t2")])).unwrap();
    check(&world, id, "v2 t2");
    world.crash(&[crate::world::CAPABILITY]);
    let task = world.instance(id).unwrap().live_elements().last().unwrap().0 + 1;
    world.complete(id, task);
    world.answer(Ok("{}"));
    check(&world, id, "v2 more");
}

#[test]
fn what_no_system_offers_is_an_incident_in_the_queue_if_no_worker_can_do_it() {
    let mut world = World::offering(&["test.do", "wms.cancel"]);
    world.deploy(&[("a.bpmn", line("a", &task_of("do", "wms.cancel", ""), &["do"]))]);
    world.crash(&["test.do"]);
    let id = world.start("a", "{}");
    assert_eq!(world.exceptions(), ["a, step “do”: no configured system offers wms.cancel"]);
    world.operate(id, retry()).unwrap();
    assert_eq!(world.exceptions().len(), 1, "it is no better yet, and there is one exception for it");
    world.crash(&["test.do", "wms.cancel"]);
    world.operate(id, retry()).unwrap();
    assert_eq!(world.exceptions(), [""; 0]);
    world.answer(Ok("{}"));
    check(&world, id, "ended");
    let other = world.start("a", "{}");
    assert!(world.operate(other, retry()).unwrap_err().to_string().contains("nothing of"), "nothing has failed");
}

#[test]
fn an_incident_is_mended_by_variables_and_another_try() {
    let mut world = World::new();
    let script = r#"<bpmn:scriptTask id="sum"><bpmn:extensionElements><zeebe:script expression="=amount" resultVariable="x"/></bpmn:extensionElements></bpmn:scriptTask><bpmn:exclusiveGateway id="g"/>"#;
    let condition = line("a", &[script, &user_task("t")].concat(), &["sum", "g"]).replace(
        "</bpmn:process>",
        r#"<bpmn:sequenceFlow id="yes" sourceRef="g" targetRef="t"><bpmn:conditionExpression>=amount &gt; 0</bpmn:conditionExpression></bpmn:sequenceFlow><bpmn:sequenceFlow id="end" sourceRef="t" targetRef="e"/></bpmn:process>"#,
    );
    let condition = condition.replace(
        r#"<bpmn:sequenceFlow id="f-g-e" sourceRef="g" targetRef="e"/>"#,
        r#"<bpmn:sequenceFlow id="no" sourceRef="g" targetRef="e"><bpmn:conditionExpression>=amount &lt; 0</bpmn:conditionExpression></bpmn:sequenceFlow>"#,
    );
    world.deploy(&[("a.bpmn", condition)]);
    let id = world.start("a", "{}");
    check(&world, id, "v1 g");
    assert_eq!(world.exceptions().len(), 1, "{:?}", world.exceptions());
    assert_eq!(partition::instance::state(world.instance(id).unwrap()), partition::instance::State::Incident);
    let incident = world.instance(id).unwrap().incidents().next().unwrap();
    let with = |incident, json: &str| Operation::Retry { incident, variables: variables_of(json), scope: None };
    assert!(world.operate(id, with(Some(incident + 1), "{}")).is_err());
    world.operate(id, with(Some(incident), r#"{"amount": 5}"#)).unwrap();
    check(&world, id, "v1 t");
    assert_eq!(world.exceptions(), ["t"]);
}

#[test]
fn a_dead_letter_is_sent_again_by_a_retry_of_its_instance_and_void_with_it() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &task("do"), &["do"]))]);
    let id = world.start("a", "{}");
    world.answer(Err(("rejected", "no such customer")));
    assert_eq!(world.exceptions(), ["test.do could not be delivered (rejected): no such customer"]);
    world.operate(id, retry()).unwrap();
    assert_eq!(world.exceptions(), [""; 0]);
    assert_eq!(world.effects.len(), 2);
    assert_eq!(world.effects[0].id, world.effects[1].id, "the same effect, under the same key");
    world.answer(Err(("rejected", "still not")));
    world.operate(id, Operation::Cancel).unwrap();
    assert_eq!(world.exceptions(), [""; 0]);
    check(&world, id, "ended");
}

#[test]
fn what_could_not_be_delivered_is_tried_as_often_and_as_far_apart_as_the_model_says() {
    let mut world = World::new();
    let patient = r#"<bpmn:serviceTask id="do"><bpmn:extensionElements><zeebe:taskDefinition type="test.do" retries="=tries"/><zeebe:properties><zeebe:property name="crossdock:backoff" value="=duration(pause)"/></zeebe:properties></bpmn:extensionElements></bpmn:serviceTask>"#;
    world.deploy(&[("a.bpmn", line("a", patient, &["do"]))]);
    let id = world.start("a", r#"{"tries": 3, "pause": "PT10M"}"#);
    world.answer(Err(("unavailable", "time-out")));
    assert_eq!((world.exceptions().len(), world.effects.len()), (0, 1), "it rests first");
    // what the task sends is of other variables by now
    let variables = crate::world::variables_of(r#"{"note": "changed"}"#);
    world.operate(id, Operation::Modify(Box::new(Modification { variables, ..Modification::default() }))).unwrap();
    world.pass(9 * 60_000);
    assert_eq!(world.effects.len(), 1);
    world.crash(&[crate::world::CAPABILITY]);
    world.pass(60_000);
    assert_eq!(world.effects.len(), 2);
    let [first, second] = world.effects.as_slice() else { panic!() };
    assert_eq!(first.id, second.id, "another try of the same thing");
    assert_eq!(first.document, second.document, "under a key goes the document that went first");
    world.answer(Err(("unavailable", "time-out")));
    world.pass(10 * 60_000);
    world.answer(Err(("unavailable", "time-out")));
    assert_eq!((world.exceptions().len(), world.effects.len()), (1, 3), "that was the last try");
    check(&world, id, "v1 do");
    world.operate(id, retry()).unwrap();
    world.answer(Ok("{}"));
    check(&world, id, "ended");
    // what a system refuses is not better for being said again
    let id = world.start("a", r#"{"tries": 3, "pause": "PT10M"}"#);
    world.answer(Err(("rejected", "no such customer")));
    assert_eq!(world.exceptions().len(), 1);
    check(&world, id, "v1 do");
}

#[test]
fn ten_thousand_items_are_begun_a_slice_at_a_time_and_others_go_on_meanwhile() {
    let mut world = World::new();
    let many = r#"<bpmn:userTask id="t"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=for i in 1..10000 return i" inputElement="i"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"#;
    world.deploy(&[
        ("many.bpmn", line("many", &many.replace("userTask", "manualTask"), &["t"])),
        (
            "held.bpmn",
            line(
                "held",
                &many
                    .replace(r#"<bpmn:userTask id="t">"#, r#"<bpmn:receiveTask id="t" messageRef="m-go">"#)
                    .replace("</bpmn:userTask>", "</bpmn:receiveTask>"),
                &["t"],
            ),
        ),
        ("one.bpmn", line("one", &task("do"), &["do"])),
    ]);
    let held = world.start("held", r#"{"key": "K"}"#);
    let begun = world.active(held).len();
    assert!(begun < 2_000, "{begun} elements began in one step");
    let mut slices = 0;
    while world.active(held).len() < 10_001 {
        // another instance has its turn between any two slices
        let one = world.start("one", "{}");
        world.answer(Ok("{}"));
        check(&world, one, "ended");
        world.pass(1);
        slices += 1;
        assert!(slices < 100, "it goes on: {}", world.active(held).len());
    }
    assert!(slices >= 9, "{slices}");
    let many = world.start("many", "{}");
    world.pass(100);
    check(&world, many, "ended");
    // and ended a slice at a time too
    assert!(matches!(world.operate(held, Operation::Cancel), Ok(Reply::Done)));
    assert_eq!(world.message("go", "K", 60_000), (vec![], vec![], true), "what is ending takes no message any more");
    let mut slices = 0;
    while world.instance(held).is_some() {
        let one = world.start("one", "{}");
        world.answer(Ok("{}"));
        check(&world, one, "ended");
        world.pass(1);
        slices += 1;
        assert!(slices < 100, "it ends");
    }
    assert!(slices >= 9, "{slices}");
}

#[test]
fn what_is_stuck_is_taken_as_done_and_what_was_raised_for_it_is_cleared() {
    let mut world = World::new();
    let strict = r#"<bpmn:scriptTask id="sum"><bpmn:extensionElements><zeebe:script expression="=assert(amount, amount != null)" resultVariable="sum"/></bpmn:extensionElements></bpmn:scriptTask>"#;
    world.deploy(&[("a.bpmn", line("a", &[strict, &user_task("t")].concat(), &["sum", "t"]))]);
    let id = world.start("a", "{}");
    check(&world, id, "v1 sum");
    let incident = world.instance(id).unwrap().incidents().next().unwrap();
    let skip = |incident| Operation::Skip { incident, variables: variables_of(r#"{"sum": 7}"#) };
    assert!(world.operate(id, skip(Some(incident + 1))).is_err());
    world.operate(id, skip(Some(incident))).unwrap();
    check(&world, id, "v1 t");
    assert_eq!(world.exceptions(), ["t"], "the incident is nobody's any more");
    assert_eq!(world.instance(id).unwrap().root_variable("sum"), Some(&7.into()));
    assert!(world.operate(id, skip(None)).is_err(), "nothing is stuck");
}

#[test]
fn a_decision_tells_its_rules_and_inputs_and_stands_in_the_timeline_of_its_order() {
    let model = r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="sizes" name="S" namespace="http://camunda.org/schema/1.0/dmn"><decision id="size" name="Size">
        <decisionTable><input label="Total"><inputExpression typeRef="number"><text>total</text></inputExpression></input><output name="size"/>
        <rule id="small"><inputEntry><text>&lt; 10</text></inputEntry><outputEntry><text>"small"</text></outputEntry></rule>
        <rule id="big"><inputEntry><text>&gt;= 10</text></inputEntry><outputEntry><text>"big"</text></outputEntry></rule></decisionTable></decision></definitions>"#;
    let decide = r#"<bpmn:businessRuleTask id="d"><bpmn:extensionElements><zeebe:calledDecision decisionId="size" resultVariable="s"/></bpmn:extensionElements></bpmn:businessRuleTask>"#;
    let mut world = World::new();
    let process = line("a", &[decide, &user_task("t")].concat(), &["d", "t"]);
    world.deploy(&[("sizes.dmn", model.to_owned()), ("a.bpmn", process)]);
    let id = world.start("a", r#"{"orderId": "SO-17", "total": 12}"#);
    assert!(world.subjects.contains(&partition::Subject::Order("SO-17".parse().unwrap())));
    let [made] = world.instance(id).unwrap().decisions() else { panic!("one decision was made") };
    assert_eq!((made.element.as_str(), made.decision.as_str(), made.result.as_str()), ("d", "size", "\"big\""));
    assert_eq!((made.explained.version, made.at), (Some(1), world.now));
    let [table] = made.explained.decisions.as_slice() else { panic!("one decision in the graph") };
    assert_eq!(table.inputs, [("Total".into(), "12".into())]);
    assert_eq!(table.rules, [(2, "big".into())]);
}
