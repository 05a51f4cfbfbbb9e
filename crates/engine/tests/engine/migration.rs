//! Migration: what goes along, what ends, what begins, and what stands against it.

use crate::play::{Play, flow, model, path, task};
use bpmn::Process;
use engine::{Input, Migration, Obstacle, migrate};

const START: &str = r#"<bpmn:startEvent id="s"/>"#;
const END: &str = r#"<bpmn:endEvent id="e"/>"#;

/// Migrates without a mapping: the instance in the new version, or what stands against it.
fn moved<'a>(play: &Play<'_>, to: &'a Process) -> Result<Play<'a>, Vec<String>> {
    let mut instance = play.instance.clone();
    let mut events = Vec::new();
    let migration = Migration { version: 2, elements: Vec::new() };
    let outcome = migrate(play.process, to, &mut instance, &migration, &play.cx(), &mut events);
    outcome.map_err(|against| {
        assert_eq!(instance, play.instance, "a refused migration changes nothing");
        against.iter().map(Obstacle::to_string).collect::<Vec<_>>()
    })?;
    let mut folded = play.instance.clone();
    events.iter().for_each(|event| engine::apply(to, &mut folded, event));
    assert_eq!(folded, instance, "the fold differs from the migration");
    engine::check(to, &instance).unwrap();
    Ok(Play { process: to, instance, events, now: play.now, limits: play.limits })
}

#[test]
fn tokens_at_a_join_go_on_when_the_flow_that_they_wait_for_is_gone() {
    let gateways = r#"<bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/>"#;
    let two = [path(&["s", "f", "a", "j", "c", "e"]), path(&["f", "b", "j"])].concat();
    let three = format!("{two}{}", path(&["f", "x", "j"]));
    let tasks = [task("a"), task("b"), task("c")].concat();
    let old = model(&[START, gateways, &tasks, &task("x"), END, &three].concat());
    let new = model(&[START, gateways, &tasks, END, &two].concat());
    let mut play = Play::new(&old, "{}");
    play.complete("a", "{}");
    play.complete("b", "{}");
    assert_eq!(
        moved(&play, &new).err().unwrap(),
        ["`x` is in use and is not in the new version; map it to another element"]
    );
    let x = play.instance.live_elements().find(|(_, index)| old.element(*index).id() == "x").unwrap().0;
    let end = engine::Modification { end: vec![x], ..engine::Modification::default() };
    play.input(Input::Modify(end)).unwrap();
    assert_eq!(play.names(), ["incident p", "j", "j#2"]);
    let mut suspended = play.clone();
    let mut play = moved(&play, &new).unwrap();
    assert_eq!(play.names(), ["c"]);
    play.complete("c", "{}");
    assert!(play.ended());
    suspended.input(Input::Suspend).unwrap();
    let mut suspended = moved(&suspended, &new).unwrap();
    assert_eq!(suspended.names(), ["j"], "it waits for its turn");
    suspended.input(Input::Resume).unwrap();
    assert_eq!(suspended.names(), ["c"]);
}

fn with_boundary(event: &str) -> Process {
    let boundary =
        format!(r#"<bpmn:boundaryEvent id="b" attachedToRef="a">{event}</bpmn:boundaryEvent>{}"#, flow("b", "late"));
    model(&[START, &task("a"), &boundary, &task("late"), END, &path(&["s", "a", "e"])].concat())
}

fn hour() -> Process {
    with_boundary("<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>")
}

fn go() -> Process {
    with_boundary(r#"<bpmn:messageEventDefinition messageRef="go"/>"#)
}

fn without_boundary() -> Process {
    model(&[START, &task("a"), END, &path(&["s", "a", "e"])].concat())
}

#[test]
fn an_event_does_not_become_another_kind_of_event() {
    let (old, new) = (hour(), go());
    let against = moved(&Play::new(&old, r#"{"id":"7"}"#), &new).err().unwrap();
    assert_eq!(against, ["`b` is in use, and `b` in the new version is set off by another kind of event"]);
}

#[test]
fn boundary_events_that_the_new_version_does_not_have_are_waited_for_no_more() {
    let new = without_boundary();
    for old in [hour(), go()] {
        let mut play = moved(&Play::new(&old, r#"{"id":"7"}"#), &new).unwrap();
        assert_eq!(play.names(), ["a"]);
        play.complete("a", "{}");
        assert!(play.ended());
    }
}

#[test]
fn boundary_events_that_only_the_new_version_has_are_waited_for() {
    let old = without_boundary();
    let new = hour();
    let mut play = moved(&Play::new(&old, "{}"), &new).unwrap();
    assert_eq!(play.names(), ["a", "b"]);
    play.fire("b");
    assert_eq!(play.names(), ["late"]);
    let new = go();
    let against = moved(&Play::new(&old, "{}"), &new).err().unwrap();
    assert!(against[0].starts_with("`b` is new and cannot be waited for: the correlation key"), "{against:?}");
    assert_eq!(moved(&Play::new(&old, r#"{"id":"7"}"#), &new).unwrap().names(), ["a", "b"]);
}

#[test]
fn event_sub_processes_come_and_go_with_the_version() {
    let event = r#"<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:startEvent><bpmn:userTask id="u"/><bpmn:sequenceFlow id="m-u" sourceRef="m" targetRef="u"/></bpmn:subProcess>"#;
    let old = without_boundary();
    let new = model(&[START, &task("a"), event, END, &path(&["s", "a", "e"])].concat());
    let mut play = moved(&Play::new(&old, r#"{"id":"7"}"#), &new).unwrap();
    assert_eq!(play.names(), ["a", "m"]);
    assert_eq!(moved(&play, &old).unwrap().names(), ["a"]);
    play.message("m", "{}");
    assert_eq!(play.names(), ["u"]);
}

#[test]
fn a_start_event_that_has_been_passed_may_have_another_name() {
    let old = without_boundary();
    let new = model(&[r#"<bpmn:startEvent id="begin"/>"#, &task("a"), END, &path(&["begin", "a", "e"])].concat());
    let mut play = moved(&Play::new(&old, "{}"), &new).unwrap();
    play.complete("a", "{}");
    assert!(play.ended());
}

#[test]
fn a_listener_that_is_asked_keeps_its_place() {
    let listened = |listeners: &str| {
        let script = format!(
            r#"<bpmn:task id="a"><bpmn:extensionElements><zeebe:executionListeners>{listeners}</zeebe:executionListeners></bpmn:extensionElements></bpmn:task>"#
        );
        model(&[START, &script, END, &path(&["s", "a", "e"])].concat())
    };
    let old = listened(r#"<zeebe:executionListener eventType="start" type="=nobody"/>"#);
    let play = Play::new(&old, "{}");
    assert_eq!(play.names(), ["incident a"]);
    let new = listened(r#"<zeebe:executionListener eventType="end" type="b"/>"#);
    let against = moved(&play, &new).err().unwrap();
    assert!(against[0].starts_with("a listener of `a` has not answered"), "{against:?}");
    let mended = listened(r#"<zeebe:executionListener eventType="start" type="b"/>"#);
    assert!(moved(&play, &mended).is_ok());
}

#[test]
fn what_can_be_undone_keeps_what_undoes_it() {
    let undo = r#"<bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>
        <bpmn:userTask id="undo" isForCompensation="true"/><bpmn:association id="as" sourceRef="b" targetRef="undo"/>"#;
    let body = |undo: &str| model(&[START, &task("a"), undo, &task("c"), END, &path(&["s", "a", "c", "e"])].concat());
    let (old, new) = (body(undo), body(""));
    let mut play = Play::new(&old, "{}");
    assert!(moved(&play, &new).is_ok(), "nothing is done yet");
    play.complete("a", "{}");
    let against = moved(&play, &new).err().unwrap();
    assert!(against[0].starts_with("`a` was completed and can be undone"), "{against:?}");
}
