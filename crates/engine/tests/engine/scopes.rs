//! Scopes end when nothing is left in them, and not before.

use crate::play::{Play, flow, model, path, task};
use engine::{Input, Modification, Refusal};
use feel::Context;

const START: &str = r#"<bpmn:startEvent id="s"/>"#;
const END: &str = r#"<bpmn:endEvent id="e"/>"#;

fn set(play: &mut Play<'_>, variables: &str) {
    play.input(Input::SetVariables { scope: 1, variables: serde_json::from_str(variables).unwrap() }).unwrap();
}

fn resolve(play: &mut Play<'_>, element: &str) {
    let incident = play.open()[&format!("incident {element}")];
    play.input(Input::ResolveIncident { incident }).unwrap();
}

fn complete_task(play: &mut Play<'_>, id: &str) {
    let task = play.open()[id];
    play.input(Input::CompleteTask { task, variables: Context::default() }).unwrap();
}

#[test]
fn resolving_an_undecided_ad_hoc_sub_process_asks_again_and_ends_nothing_that_is_active() {
    let ad_hoc = r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:adHoc activeElementsCollection="=[&quot;a&quot;,&quot;b&quot;]"/></bpmn:extensionElements><bpmn:userTask id="a"/><bpmn:userTask id="b"/><bpmn:completionCondition>=done</bpmn:completionCondition></bpmn:adHocSubProcess>"#;
    let process = model(&[START, ad_hoc, &task("after"), END, &path(&["s", "ah", "after", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    complete_task(&mut play, "a");
    assert_eq!(play.names(), ["b", "incident ah"]);
    let mut enough = play.clone();
    set(&mut play, r#"{"done":false}"#);
    resolve(&mut play, "ah");
    assert_eq!(play.names(), ["ah", "b"], "not enough: what is active goes on");
    set(&mut enough, r#"{"done":true}"#);
    resolve(&mut enough, "ah");
    assert_eq!(enough.names(), ["after"], "enough: what is active ends with it");
    complete_task(&mut play, "b");
    assert_eq!(play.names(), ["ah"], "not enough yet");
}

#[test]
fn a_scope_that_a_modification_begins_watches_once_the_incident_is_resolved() {
    let sub = format!(
        r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/>{}{}</bpmn:subProcess>
        <bpmn:boundaryEvent id="t" attachedToRef="sub"><bpmn:timerEventDefinition><bpmn:timeDuration>=wait</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#,
        task("a"),
        flow("s2", "a")
    );
    let body = [START, &task("first"), &sub, &task("late"), END, &path(&["s", "first", "sub", "e"]), &flow("t", "late")];
    let process = model(&body.concat());
    let mut play = Play::new(&process, "{}");
    let first = play.instance.live_elements().find(|(key, _)| *key != 1).unwrap().0;
    let (start, end) = (vec![process.find("a").unwrap()], vec![first]);
    play.input(Input::Modify(Modification { start, end, ..Modification::default() })).unwrap();
    assert_eq!(play.names(), ["a", "incident sub"]);
    set(&mut play, r#"{"wait":"PT1H"}"#);
    let mut ended_first = play.clone();
    resolve(&mut play, "sub");
    assert_eq!(play.names(), ["a", "t"]);
    play.fire("t");
    assert_eq!(play.names(), ["late"]);
    ended_first.complete("a", "{}");
    assert_eq!(ended_first.names(), ["incident sub"]);
    resolve(&mut ended_first, "sub");
    assert!(ended_first.ended());
}

/// A sub-process whose end listener has a job open, beside an event sub-process for the message `go`.
fn ending() -> String {
    let listener = r#"<bpmn:extensionElements><zeebe:executionListeners><zeebe:executionListener eventType="end" type="over"/></zeebe:executionListeners></bpmn:extensionElements>"#;
    let event = r#"<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="m" isInterrupting="false"><bpmn:messageEventDefinition messageRef="go"/></bpmn:startEvent><bpmn:userTask id="u"/><bpmn:sequenceFlow id="m-u" sourceRef="m" targetRef="u"/></bpmn:subProcess>"#;
    let sub = format!(
        r#"<bpmn:subProcess id="sub">{listener}<bpmn:startEvent id="s2"/>{}{}{event}</bpmn:subProcess>"#,
        task("a"),
        flow("s2", "a")
    );
    [START, &sub, END, &path(&["s", "sub", "e"])].concat()
}

#[test]
fn nothing_begins_in_a_scope_while_its_end_listeners_run() {
    let process = model(&ending());
    let mut play = Play::new(&process, r#"{"id":"7"}"#);
    assert_eq!(play.names(), ["a", "m"]);
    play.complete("a", "{}");
    assert_eq!(play.names(), ["sub"], "the message is not waited for any more");
    let start = vec![process.find("a").unwrap()];
    let refused = play.input(Input::Modify(Modification { start, ..Modification::default() })).unwrap_err();
    assert!(matches!(refused, Refusal::NoPlace { .. }), "{refused}");
    play.complete("sub", "{}");
    assert!(play.ended());
}

#[test]
fn an_error_out_of_an_event_sub_process_of_an_item_ends_all_items() {
    let items = r#"<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2]"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"#;
    let event = r#"<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="g" isInterrupting="false"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:startEvent><bpmn:endEvent id="x"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:endEvent><bpmn:sequenceFlow id="g-x" sourceRef="g" targetRef="x"/></bpmn:subProcess>"#;
    let sub = format!(
        r#"<bpmn:subProcess id="sub">{items}<bpmn:startEvent id="s2"/>{}{}{event}</bpmn:subProcess>
        <bpmn:boundaryEvent id="b" attachedToRef="sub"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>"#,
        task("a"),
        flow("s2", "a")
    );
    let process = model(&[START, &sub, &task("mend"), END, &path(&["s", "sub", "e"]), &flow("b", "mend")].concat());
    let mut play = Play::new(&process, "{}");
    assert_eq!(play.names(), ["a", "a#2", "sub", "sub#2"]);
    play.message("sub", "{}");
    assert_eq!(play.names(), ["mend"]);
    let outside = play.instance.live_elements().last().unwrap().0;
    assert_eq!(play.instance.scope_of(outside), Some(1), "the boundary's path runs around the sub-process");
}

#[test]
fn an_interrupting_event_sub_process_of_an_item_leaves_the_boundary_to_all_items() {
    let items = r#"<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1]"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"#;
    let event = r#"<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:startEvent><bpmn:userTask id="u"/><bpmn:sequenceFlow id="m-u" sourceRef="m" targetRef="u"/></bpmn:subProcess>"#;
    let sub = format!(
        r#"<bpmn:subProcess id="sub">{items}<bpmn:startEvent id="s2"/>{}{}{event}</bpmn:subProcess>
        <bpmn:boundaryEvent id="stopped" attachedToRef="sub"><bpmn:messageEventDefinition messageRef="stop"/></bpmn:boundaryEvent>"#,
        task("a"),
        flow("s2", "a")
    );
    let process = model(&[START, &sub, END, &path(&["s", "sub", "e"]), &flow("stopped", "e")].concat());
    let mut play = Play::new(&process, r#"{"id":"7"}"#);
    let boundary = play.open()["stopped"];
    play.message("m", "{}");
    assert_eq!(play.names(), ["stopped", "u"], "there is one subscription of the boundary");
    assert_eq!(play.open()["stopped"], boundary, "it went on without a gap");
    play.message("stopped", "{}");
    assert!(play.ended());
}
