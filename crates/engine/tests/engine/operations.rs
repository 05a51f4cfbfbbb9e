//! What people may do to a running instance.

use crate::play::{Play, flow, model, path, task};
use engine::{Event, Input, Migration, Modification, migrate, preview};
use feel::Context;

const START: &str = r#"<bpmn:startEvent id="s"/>"#;
const END: &str = r#"<bpmn:endEvent id="e"/>"#;

fn sub(inside: &str) -> String {
    format!(
        r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/>{}{}</bpmn:subProcess>"#,
        task(inside),
        flow("s2", inside)
    )
}

#[test]
fn tokens_can_be_moved_into_scopes_that_are_not_live_and_the_instance_goes_on() {
    let process = model(&[START, &task("a"), &sub("b"), END, &path(&["s", "a", "sub", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    let live = play.instance.live_elements().find(|(_, element)| process.element(*element).id() == "a").unwrap().0;
    let start = vec![process.find("b").unwrap()];
    let variables = vec![(1, Context::from_iter([("x", 1)]))];
    let modification = Modification { variables, start, end: vec![live] };
    let dry = preview(&process, &play.instance, Input::Modify(modification.clone()), &play.cx()).unwrap();
    assert!(dry.iter().any(|event| matches!(event, Event::JobCancelled { .. })));
    assert_eq!(play.names(), ["a"], "a dry run changes nothing");
    play.input(Input::Modify(modification)).unwrap();
    assert_eq!(play.names(), ["b"]);
    assert_eq!(play.variables(), r#"{"x":1}"#);
    play.complete("b", "{}");
    assert!(play.ended());
}

#[test]
fn the_last_token_that_is_ended_ends_the_instance_and_what_cannot_begin_is_refused() {
    let process = model(&[START, &task("a"), END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    let modify = |start, end| Input::Modify(Modification { start, end, ..Modification::default() });
    let refused = play.input(modify(vec![process.find("s").unwrap()], Vec::new())).unwrap_err();
    assert_eq!(refused.to_string(), "s cannot begin: it is a start event: begin what follows it");
    assert!(play.input(modify(Vec::new(), vec![99])).is_err());
    let live = play.instance.live_elements().find(|(key, _)| *key != 1).unwrap().0;
    play.input(modify(Vec::new(), vec![live])).unwrap();
    assert!(play.ended());
}

#[test]
fn a_suspended_instance_takes_what_comes_in_and_moves_when_it_is_resumed() {
    let process = model(&[START, &task("a"), &task("b"), END, &path(&["s", "a", "b", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    play.input(Input::Suspend).unwrap();
    assert!(play.input(Input::Suspend).is_err());
    play.complete("a", r#"{"x":1}"#);
    assert_eq!(play.names(), ["a"], "its token is held");
    assert!(!play.instance.wants_to_go_on());
    play.input(Input::Resume).unwrap();
    assert_eq!(play.names(), ["b"]);
    assert!(play.input(Input::Resume).is_err());
    play.input(Input::Suspend).unwrap();
    play.input(Input::Cancel).unwrap();
    assert!(play.ended());
}

#[test]
fn an_instance_migrates_if_everything_in_use_has_a_place_in_the_new_version() {
    let old = model(&[START, &task("a"), END, &path(&["s", "a", "e"])].concat());
    let renamed = format!(
        r#"{START}<bpmn:task id="before"/><bpmn:serviceTask id="a2"><bpmn:extensionElements><zeebe:taskDefinition type="a"/></bpmn:extensionElements></bpmn:serviceTask>{}{END}{}"#,
        task("more"),
        path(&["s", "before", "a2", "more", "e"])
    );
    let new = model(&renamed);
    let mut play = Play::new(&old, "{}");
    let unmapped = Migration { version: 2, elements: Vec::new() };
    let against = migrate(&old, &new, &mut play.instance.clone(), &unmapped, &mut Vec::new()).unwrap_err();
    assert_eq!(against, ["`a` is in use and is not in the new version; map it to another element"]);
    let wrong = Migration { version: 2, elements: vec![("a".into(), "before".into())] };
    let against = migrate(&old, &new, &mut play.instance.clone(), &wrong, &mut Vec::new()).unwrap_err();
    assert!(against[0].contains("another kind of element"), "{against:?}");
    let mapped = Migration { version: 2, elements: vec![("a".into(), "a2".into())] };
    let mut folded = play.instance.clone();
    let mut events = Vec::new();
    migrate(&old, &new, &mut play.instance, &mapped, &mut events).unwrap();
    for event in &events {
        engine::apply(&new, &mut folded, event);
    }
    assert_eq!(folded, play.instance);
    assert_eq!(play.instance.version(), 2);
    let mut moved = Play { process: &new, ..play };
    assert_eq!(moved.names(), ["a2"]);
    moved.complete("a2", "{}");
    assert_eq!(moved.names(), ["more"]);
}
