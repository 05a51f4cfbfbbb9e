//! Messages and signals: what they begin, whom they reach, and how long they wait.

use feel::Context;
use partition::{Body, Reply};
use trade::{Actor, Role};

use crate::world::{World, catch, check, line, process, user_task};

/// Begun by the message `order`, then a person.
fn begun_by_message(id: &str) -> String {
    let start = r#"<bpmn:startEvent id="s"><bpmn:messageEventDefinition messageRef="m-order"/></bpmn:startEvent><bpmn:endEvent id="e"/>"#;
    process(id, &[start, &user_task("t")].concat(), &["s", "t", "e"])
}

#[test]
fn a_message_begins_one_instance_at_a_time_for_each_key_and_the_next_waits_for_its_end() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", begun_by_message("a"))]);
    let first = world.message("order", "K1", 0).1[0];
    let other = world.message("order", "K2", 0).1[0];
    assert_eq!(world.message("order", "K1", 0), (vec![], vec![], false), "it is lost: it has no time to wait");
    assert_eq!(world.message("order", "K1", 60_000), (vec![], vec![], true));
    assert_eq!(world.message("order", "K1", 600_000), (vec![], vec![], true));
    assert_eq!(world.instances(), [first, other]);
    world.pass(120_000);
    world.operate(first, partition::Operation::Cancel).unwrap();
    let [_, second] = world.instances()[..] else { panic!("the message that still waits begins one") };
    check(&world, second, "v1 t");
    assert_eq!(world.timers(), world.exceptions().len(), "nothing else waits");
    // without a key there is no limit
    let (a, b) = (world.message("order", "", 0).1[0], world.message("order", "", 0).1[0]);
    assert_ne!(a, b);
}

#[test]
fn a_message_with_time_to_live_waits_for_its_receiver_and_then_lapses() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &catch("c"), &["c"]))]);
    assert_eq!(world.message("go", "K1", 60_000), (vec![], vec![], true));
    let late = world.start("a", r#"{"key": "K1"}"#);
    check(&world, late, "ended");
    world.message("go", "K2", 60_000);
    world.pass(61_000);
    let too_late = world.start("a", r#"{"key": "K2"}"#);
    check(&world, too_late, "v1 c");
    assert_eq!(world.message("go", "K2", 60_000), (vec![too_late], vec![], false));
    check(&world, too_late, "ended");
}

#[test]
fn of_two_messages_that_wait_for_the_same_gateway_the_one_that_is_not_passed_waits_on() {
    let mut world = World::new();
    let caught = |id: &str, message: &str| {
        format!(
            r#"<bpmn:intermediateCatchEvent id="{id}"><bpmn:messageEventDefinition messageRef="{message}"/></bpmn:intermediateCatchEvent>"#
        )
    };
    let flow =
        |from: &str, to: &str| format!(r#"<bpmn:sequenceFlow id="g-{from}-{to}" sourceRef="{from}" targetRef="{to}"/>"#);
    let elements = [
        r#"<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:eventBasedGateway id="g"/>"#,
        &user_task("t"),
        &caught("went", "m-go"),
        &caught("stopped", "m-other"),
        &flow("g", "stopped"),
        &flow("stopped", "t"),
    ]
    .concat();
    let model = process("a", &elements, &["s", "g", "went", "t", "e"]);
    let other = r#"<bpmn:message id="m-other" name="other"><bpmn:extensionElements><zeebe:subscription correlationKey="=key"/></bpmn:extensionElements></bpmn:message><bpmn:process "#;
    world.deploy(&[("a.bpmn", model.replacen("<bpmn:process ", other, 1)), ("b.bpmn", line("b", &catch("c"), &["c"]))]);
    for name in ["go", "other"] {
        assert_eq!(world.message(name, "K", 60_000), (vec![], vec![], true));
    }
    let first = world.start("a", r#"{"key": "K"}"#);
    check(&world, first, "v1 t");
    let second = world.start("a", r#"{"key": "K"}"#);
    check(&world, second, "v1 t");
    assert_eq!(world.timers(), world.exceptions().len(), "both messages were taken");
}

#[test]
fn what_may_go_off_again_and_again_takes_every_message_that_waits() {
    let mut world = World::new();
    let boundary = r#"<bpmn:boundaryEvent id="b" attachedToRef="t" cancelActivity="false"><bpmn:messageEventDefinition messageRef="m-go"/></bpmn:boundaryEvent><bpmn:endEvent id="f"/><bpmn:sequenceFlow id="b-u" sourceRef="b" targetRef="u"/><bpmn:sequenceFlow id="u-f" sourceRef="u" targetRef="f"/>"#;
    world.deploy(&[("a.bpmn", line("a", &[&user_task("t"), &user_task("u"), boundary].concat(), &["t"]))]);
    for _ in 0..3 {
        assert_eq!(world.message("go", "K", 60_000), (vec![], vec![], true));
    }
    let instance = world.start("a", r#"{"key": "K"}"#);
    check(&world, instance, "v1 t u u u");
}

#[test]
fn a_message_goes_once_to_every_process_that_waits_for_it() {
    let mut world = World::new();
    let begun = begun_by_message("c").replace(r#"messageRef="m-order""#, r#"messageRef="m-go""#);
    world.deploy(&[
        ("a.bpmn", line("a", &catch("w"), &["w"])),
        ("b.bpmn", line("b", &catch("w"), &["w"])),
        ("c.bpmn", begun),
    ]);
    let (first, other) = (world.start("a", r#"{"key": "K"}"#), world.start("b", r#"{"key": "K"}"#));
    let second = world.start("a", r#"{"key": "K"}"#);
    let (receivers, begun, waits) = world.message("go", "K", 0);
    assert_eq!((receivers, begun.len(), waits), (vec![first, other], 1, false));
    check(&world, second, "v1 w");
    check(&world, begun[0], "v1 t");
}

#[test]
fn a_message_begins_every_process_that_it_begins_each_once_at_a_time_for_a_key() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", begun_by_message("a")), ("b.bpmn", begun_by_message("b"))]);
    let (_, begun, waits) = world.message("order", "K", 0);
    assert_eq!((begun.len(), waits), (2, false));
    let processes: Vec<_> = begun.iter().map(|id| world.instance(*id).unwrap().process_id().to_string()).collect();
    assert_eq!(processes, ["a", "b"]);
    assert_eq!(world.message("order", "K", 600_000), (vec![], vec![], true));
    world.operate(begun[0], partition::Operation::Cancel).unwrap();
    let next = world.instances();
    assert_eq!(next.len(), 2, "the process that has ended begins again, the other one does not");
    assert_eq!(world.instance(next[1]).unwrap().process_id(), "a");
    // a later version is begun by something else
    world.deploy(&[("b.bpmn", line("b", &user_task("t"), &["t"]))]);
    assert_eq!(world.message("order", "K2", 0).1.len(), 1);
}

#[test]
fn a_message_is_no_signal_and_no_start_whatever_it_is_called() {
    let mut world = World::new();
    let caught = r#"<bpmn:intermediateCatchEvent id="c"><bpmn:signalEventDefinition signalRef="s-stop"/></bpmn:intermediateCatchEvent>"#;
    world.deploy(&[("a.bpmn", line("a", caught, &["c"])), ("b.bpmn", begun_by_message("b"))]);
    let waits = world.start("a", "{}");
    let begun = world.message("order", "K", 0).1[0];
    for (name, key) in [("signal:stop", ""), ("stop", ""), ("start:order", "K"), ("b", "K")] {
        assert_eq!(world.message(name, key, 0), (vec![], vec![], false), "{name}");
    }
    check(&world, waits, "v1 c");
    check(&world, begun, "v1 t");
}

#[test]
fn the_message_goes_to_the_instance_that_has_waited_longest() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &catch("c"), &["c"]))]);
    let (first, second) = (world.start("a", r#"{"key": 7}"#), world.start("a", r#"{"key": 7}"#));
    assert_eq!(world.message("go", "7", 0).0, [first]);
    check(&world, first, "ended");
    check(&world, second, "v1 c");
}

#[test]
fn a_signal_reaches_all_that_wait_for_it_and_begins_all_processes_that_it_begins() {
    let mut world = World::new();
    let caught = r#"<bpmn:intermediateCatchEvent id="c"><bpmn:signalEventDefinition signalRef="s-stop"/></bpmn:intermediateCatchEvent>"#;
    let start = r#"<bpmn:startEvent id="s"><bpmn:signalEventDefinition signalRef="s-stop"/></bpmn:startEvent><bpmn:endEvent id="e"/>"#;
    world.deploy(&[
        ("waits.bpmn", line("waits", caught, &["c"])),
        ("begins.bpmn", process("begins", &[start, &user_task("t")].concat(), &["s", "t", "e"])),
        ("too.bpmn", process("too", &[start, &user_task("t")].concat(), &["s", "t", "e"])),
    ]);
    let waiting = [world.start("waits", "{}"), world.start("waits", "{}")];
    let signal = || Body::BroadcastSignal { name: "stop".into(), variables: Context::default() };
    let Reply::Received { receivers, begun, waits, .. } = world.done(signal()) else { panic!() };
    assert_eq!((receivers.as_slice(), waits), (&waiting[..], false));
    check(&world, waiting[0], "ended");
    assert_eq!(begun.len(), 2, "a signal begins all that it begins");
    check(&world, begun[0], "v1 t");
    world.actor = Actor { id: "sam".into(), roles: vec![Role::Sales], limit: None };
    assert_eq!(world.ask(signal()).unwrap_err().code(), "not_allowed");
}

#[test]
fn a_signal_that_many_wait_for_reaches_them_a_slice_at_a_time_and_nobody_who_came_later() {
    let mut world = World::new();
    let caught = r#"<bpmn:intermediateCatchEvent id="c"><bpmn:signalEventDefinition signalRef="s-stop"/></bpmn:intermediateCatchEvent>"#;
    world.deploy(&[("waits.bpmn", line("waits", &[caught, &user_task("t")].concat(), &["c", "t"]))]);
    let waiting: Vec<_> = (0..150).map(|_| world.start("waits", "{}")).collect();
    world.pass(10);
    let signal = Body::BroadcastSignal { name: "stop".into(), variables: Context::default() };
    let Reply::Received { receivers, batch: Some(batch), .. } = world.done(signal) else { panic!("not a slice at a time") };
    assert_eq!(receivers, []);
    check(&world, waiting[0], "v1 c");
    let late = world.start("waits", "{}");
    world.operate(waiting[1], partition::Operation::Cancel).unwrap();
    world.crash(&[]);
    world.pass(1_000);
    for id in waiting.iter().filter(|id| **id != waiting[1]) {
        check(&world, *id, "v1 t");
    }
    check(&world, late, "v1 c");
    let Some(partition::AnyState::Batch(batch)) = world.state(&partition::AnyKey::Batch(batch)) else { panic!() };
    assert_eq!((batch.status(), batch.done, batch.failed), ("done", 150, 0));
}

#[test]
fn a_message_without_a_name_or_with_an_endless_life_is_refused() {
    let mut world = World::new();
    let publish = |name: &str, lives_ms| Body::PublishMessage {
        name: name.into(),
        key: "K".into(),
        variables: Context::default(),
        lives_ms,
    };
    assert_eq!(world.ask(publish("", 0)).unwrap_err().code(), "invalid");
    assert_eq!(world.ask(publish("go", u64::MAX)).unwrap_err().code(), "invalid");
    assert!(world.ask(publish("go", 1)).is_ok());
}
