//! Playing models by a script, and cases beside them.

use crate::play::{NOW, Rules, flow, model, path, task};
use engine::play::{Action, Case, Happening, World};
use feel::Context;

const START: &str = r#"<bpmn:startEvent id="s"/>"#;
const END: &str = r#"<bpmn:endEvent id="e"/>"#;

fn timer(id: &str, time: &str) -> String {
    format!(
        r#"<bpmn:intermediateCatchEvent id="{id}"><bpmn:timerEventDefinition>{time}</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#
    )
}

/// Plays steps, written as in a script, and gives the world after them.
fn played<'a>(process: &'a bpmn::Process, steps: &str) -> World<'a> {
    let mut world = World::new(vec![process], &Rules, NOW);
    world.start(None, Context::default()).unwrap();
    let steps: Vec<Action> = serde_json::from_str(steps).unwrap();
    steps.iter().for_each(|step| world.act(step).unwrap_or_else(|error| panic!("{step:?}: {error}")));
    world
}

fn waiting(world: &World<'_>) -> Vec<String> {
    let mut ids: Vec<String> = world.waiting().iter().map(|(element, _)| element.id().to_owned()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn what_is_due_already_goes_off_at_once() {
    let first = timer("t", "<bpmn:timeDate>2020-01-01T00:00:00Z</bpmn:timeDate>");
    let second = timer("u", "<bpmn:timeDuration>PT0S</bpmn:timeDuration>");
    let process = model(&[START, &first, &task("a"), &second, END, &path(&["s", "t", "a", "u", "e"])].concat());
    assert_eq!(waiting(&played(&process, "[]")), ["a"]);
    let world = played(&process, r#"[{"complete":{"element":"a"}}]"#);
    assert!(world.first().unwrap().is_ended());
    assert_eq!(world.now(), NOW, "no time has passed");
}

#[test]
fn a_timer_that_comes_each_minute_comes_all_through_a_long_wait() {
    let boundary = r#"<bpmn:boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><bpmn:timerEventDefinition><bpmn:timeCycle>R/PT10M</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:endEvent id="be"/>"#;
    let process = model(&[START, &task("a"), boundary, END, &path(&["s", "a", "e"]), &flow("b", "be")].concat());
    let world = played(&process, r#"[{"wait":"P30D"}]"#);
    let passed = world.trace().iter().filter(|line| line.element == "be" && line.happening == Happening::Passed).count();
    assert_eq!(passed, 30 * 24 * 6);
}

#[test]
fn a_certain_item_is_answered() {
    let items = r#"<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2,3]" outputCollection="r" outputElement="=x"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"#;
    let sub = format!(
        r#"<bpmn:subProcess id="sub">{items}<bpmn:startEvent id="s2"/>{}{}</bpmn:subProcess>"#,
        task("a"),
        path(&["s2", "a"])
    );
    let process = model(&[START, &sub, END, &path(&["s", "sub", "e"])].concat());
    let steps = r#"[{"complete":{"element":"a","item":3,"variables":{"x":3}}},{"complete":{"element":"a","item":1,"variables":{"x":1}}},{"complete":{"element":"a","variables":{"x":2}}}]"#;
    let world = played(&process, steps);
    assert_eq!(world.first().unwrap().root_variables().to_json().to_string(), r#"{"r":[1,2,3]}"#);
    let mut world = played(&process, "[]");
    let fourth: Action = serde_json::from_str(r#"{"complete":{"element":"a","item":4}}"#).unwrap();
    assert!(world.act(&fourth).is_err());
}

#[test]
fn tokens_are_moved_and_the_instance_is_suspended_and_resumed() {
    let sub = format!(
        r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/>{}{}</bpmn:subProcess>"#,
        task("a"),
        path(&["s2", "a"])
    );
    let process = model(&[START, &sub, &task("b"), &task("c"), END, &path(&["s", "sub", "b", "c", "e"])].concat());
    let moved = played(&process, r#"[{"modify":{"start":["b"],"end":["sub","a"],"variables":{"x":1}}}]"#);
    assert_eq!(waiting(&moved), ["b"]);
    assert_eq!(moved.first().unwrap().root_variables().to_json().to_string(), r#"{"x":1}"#);
    let suspended = played(&process, r#"["suspend",{"complete":{"element":"a"}}]"#);
    assert!(!waiting(&suspended).contains(&"b".to_owned()), "no token moves");
    assert_eq!(waiting(&played(&process, r#"["suspend",{"complete":{"element":"a"}},"resume"]"#)), ["b"]);
    let mut world = played(&process, "[]");
    let wrong: Action = serde_json::from_str(r#"{"modify":{"start":["nowhere"]}}"#).unwrap();
    assert_eq!(world.act(&wrong).unwrap_err().to_string(), "there is no element nowhere");
}

#[test]
fn what_happens_to_a_task_is_in_the_trace() {
    let process = model(&[START, r#"<bpmn:userTask id="u"/>"#, &task("a"), END, &path(&["s", "u", "a", "e"])].concat());
    let steps = r#"[{"assign":{"element":"u","to":"ann"}},{"update":{"element":"u","changes":{"priority":80}}},{"complete":{"element":"u"}},{"fail":{"element":"a","message":"no","retries":2}}]"#;
    let world = played(&process, steps);
    let told = |happening| {
        world
            .trace()
            .iter()
            .find(|line| line.happening == happening)
            .map(|line| (line.element.to_string(), line.detail.to_string()))
    };
    assert_eq!(told(Happening::TaskAssigned), Some(("u".to_owned(), "ann".to_owned())));
    assert_eq!(told(Happening::TaskUpdated), Some(("u".to_owned(), String::new())));
    assert_eq!(told(Happening::JobFailed), Some(("a".to_owned(), "2 retries left, the next one at once".to_owned())));
}

#[test]
fn who_throws_a_signal_is_named() {
    let throw = r#"<bpmn:intermediateThrowEvent id="th"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:intermediateThrowEvent>"#;
    let process = model(&[START, throw, END, &path(&["s", "th", "e"])].concat());
    let world = played(&process, "[]");
    let thrown: Vec<_> = world.trace().iter().filter(|line| line.happening == Happening::Thrown).collect();
    assert_eq!((thrown.len(), thrown[0].element.as_str(), thrown[0].detail.as_str()), (1, "th", "alarm"));
}

#[test]
fn a_case_that_names_an_element_which_is_not_there_fails() {
    let process = model(&[START, r#"<bpmn:userTask id="u"/>"#, END, &path(&["s", "u", "e"])].concat());
    let check = |then: &str| {
        let case: Case = serde_json::from_str(&format!(r#"{{"name":"c","then":{then}}}"#)).unwrap();
        case.check(vec![&process], &Rules, NOW)
    };
    assert_eq!(check(r#"{"not_visited":["e"],"waiting":["u"],"tasks":{"u":{"priority":50}}}"#), [""; 0]);
    let against = check(r#"{"not_visited":["tyypo"]}"#);
    assert_eq!(against[0], "there is no element `tyypo` in the processes at play");
    assert_eq!(check(r#"{"tasks":{"u":{"priority":60}}}"#)[0], "u should have the priority 60 and has 50");
}

#[test]
fn an_instance_goes_on_with_another_version_and_behind_what_is_stuck() {
    let strict = |id: &str| {
        format!(
            r#"<bpmn:userTask id="{id}"><bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=assert(x, x != null)" target="y"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:userTask>"#
        )
    };
    let person = |id: &str| format!(r#"<bpmn:userTask id="{id}"/>"#);
    let old = model(&[START, &person("a"), END, &path(&["s", "a", "e"])].concat());
    let new = model(&[START, &person("checked"), &strict("b"), END, &path(&["s", "checked", "b", "e"])].concat());
    let mut world = World::new(vec![&old, &new], &Rules, NOW);
    world.start(None, Context::default()).unwrap();
    let act = |world: &mut World<'_>, step: &str| world.act(&serde_json::from_str(step).unwrap());
    let unmapped = act(&mut world, r#"{"migrate":{}}"#).unwrap_err().to_string();
    assert!(unmapped.contains("`a` is in use and is not in the new version"), "{unmapped}");
    act(&mut world, r#"{"migrate":{"elements":{"a":"checked"}}}"#).unwrap();
    assert_eq!(waiting(&world), ["checked"]);
    assert!(world.trace().iter().any(|line| line.happening == Happening::Migrated));
    act(&mut world, r#"{"complete":{"element":"checked"}}"#).unwrap();
    act(&mut world, r#"{"skip":{"element":"b","variables":{"done":true}}}"#).unwrap();
    let first = world.first().unwrap();
    assert!(first.is_ended());
    assert_eq!(first.root_variables().to_json().to_string(), r#"{"done":true}"#);
    let nowhere = act(&mut world, r#"{"migrate":{"to":"elsewhere"}}"#).unwrap_err().to_string();
    assert!(nowhere.contains("no other process elsewhere is at play"), "{nowhere}");
}
