//! Scopes end when nothing is left in them, and not before.

use crate::play::{Play, condition, flow, model, path, task};
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

/// Two jobs behind an inclusive gateway and one beside it, joined by a parallel gateway: one of the three never comes.
fn three_to_join() -> bpmn::Process {
    let body = [
        START,
        r#"<bpmn:inclusiveGateway id="x" default="x-b"/><bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="j"/>"#,
        &task("a"),
        &task("b"),
        &task("c"),
        END,
        &path(&["s", "fork", "x", "b", "j", "e"]),
        &path(&["fork", "a", "j"]),
        &condition("x", "c", "=false"),
        &flow("c", "j"),
    ];
    model(&body.concat())
}

#[test]
fn tokens_that_wait_for_one_which_cannot_come_are_an_incident_that_names_it() {
    let process = three_to_join();
    let mut play = Play::new(&process, "{}");
    let why = |play: &Play<'_>| {
        let waiting = play.instance.waiting(&process).into_iter();
        waiting
            .filter(|waiting| process.element(waiting.element).id() == "j")
            .map(|waiting| (waiting.release.to_string(), waiting.who.to_string()))
            .collect::<Vec<_>>()
    };
    play.complete("a", "{}");
    assert_eq!(why(&play), [("a token that comes from b, c".to_owned(), "the process itself".to_owned())]);
    play.complete("b", "{}");
    assert_eq!(why(&play)[0].1, "whoever may operate the process");
    assert!(why(&play)[0].0.starts_with("no token can come from c any more"));
    let told = play.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("`j` waits for a token from c, and none can come any more"), "{told:?}");

    let mut asked = play.clone();
    let incident = asked.open()["incident p"];
    asked.input(Input::ResolveIncident { incident }).unwrap();
    assert_eq!(asked.instance.incidents().count(), 1, "nothing was mended");

    let start = vec![process.find("c").unwrap()];
    play.input(Input::Modify(Modification { start, ..Modification::default() })).unwrap();
    play.complete("c", "{}");
    assert!(play.ended(), "what was missing came, and the incident is past: {:?}", play.names());
}

#[test]
fn inclusive_joins_go_on_beside_what_can_bring_them_nothing() {
    let watch = r#"<bpmn:subProcess id="watch" triggeredByEvent="true"><bpmn:startEvent id="ws" isInterrupting="false"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:startEvent><bpmn:userTask id="seen"/><bpmn:sequenceFlow id="ws-seen" sourceRef="ws" targetRef="seen"/></bpmn:subProcess>"#;
    // i waits for j, which waits for c, to which nobody goes
    let body = [
        START,
        watch,
        r#"<bpmn:parallelGateway id="fork"/><bpmn:inclusiveGateway id="x" default="x-b"/><bpmn:parallelGateway id="j"/><bpmn:inclusiveGateway id="i"/>"#,
        &task("a"),
        &task("b"),
        &task("c"),
        &task("after"),
        END,
        &path(&["s", "fork", "x", "b", "j", "i", "after", "e"]),
        &path(&["fork", "a", "i"]),
        &condition("x", "c", "=false"),
        &flow("c", "j"),
    ];
    let process = model(&body.concat());
    let mut play = Play::new(&process, "{}");
    let signal = play
        .instance
        .waiting(&process)
        .into_iter()
        .find(|waiting| matches!(waiting.what, engine::WaitsFor::Signal { .. }))
        .unwrap()
        .key;
    play.input(Input::Correlate { subscription: signal, variables: Context::default() }).unwrap();
    play.complete("a", "{}");
    assert!(!play.names().contains(&"after".to_owned()), "b may still come");
    play.complete("b", "{}");
    assert!(play.names().contains(&"after".to_owned()), "{:?}", play.names());
}
