//! Every order in which what is open can be answered: each ends, and leaves nothing behind.

use crate::play::{Play, condition, flow, model, path, task};
use engine::Input;
use feel::Context;

/// Answers what is open in every possible order; checks that cancelling ends the instance at every point.
fn explore(play: &Play<'_>, depth: u32, ends: &mut u32) {
    assert!(depth < 40, "this does not end: {:?}", play.names());
    if play.ended() {
        *ends += 1;
        assert!(play.names().is_empty(), "left behind: {:?}", play.names());
        return;
    }
    // held and taken up again, it is as if nothing had been
    let mut suspended = play.clone();
    suspended.input(Input::Suspend).unwrap();
    suspended.input(Input::Resume).unwrap();
    assert_eq!(suspended.instance, play.instance);
    let mut cancelled = play.clone();
    cancelled.input(Input::Cancel).unwrap();
    assert!(cancelled.ended());
    assert!(cancelled.names().is_empty(), "left behind: {:?}", cancelled.names());
    assert!(!play.names().is_empty(), "nothing is open, but it has not ended");
    for key in play.open().into_values() {
        let variables = Context::default;
        for input in [
            Input::CompleteJob { job: key, variables: variables() },
            Input::ThrowError { job: key, code: "bad".into(), message: "bad".into(), variables: variables() },
            Input::FireTimer { timer: key },
            Input::Correlate { subscription: key, variables: variables() },
            Input::CompleteTask { task: key, variables: variables() },
            Input::CompleteChild { element: key, variables: variables() },
        ] {
            let mut next = play.clone();
            if next.input(input).is_ok() {
                explore(&next, depth + 1, ends);
            }
        }
    }
}

#[test]
fn all_orders_of_a_model_with_every_kind_of_wait_end_and_leave_nothing_behind() {
    let sub = format!(
        r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/>{}{}{}{}</bpmn:subProcess>"#,
        task("a"),
        task("b"),
        path(&["s2", "f", "a", "j"]),
        path(&["f", "b", "j"])
    );
    let boundaries = r#"<bpmn:boundaryEvent id="t" attachedToRef="sub"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
        <bpmn:boundaryEvent id="x" attachedToRef="sub"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:boundaryEvent>
        <bpmn:boundaryEvent id="x2" attachedToRef="mend"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:boundaryEvent>"#;
    let event = format!(
        r#"<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="m"><bpmn:messageEventDefinition messageRef="stop"/></bpmn:startEvent><bpmn:endEvent id="e2"/>{}</bpmn:subProcess>"#,
        flow("m", "e2")
    );
    let body = [
        r#"<bpmn:startEvent id="s"/>"#,
        &sub,
        boundaries,
        &task("mend"),
        r#"<bpmn:endEvent id="e"/>"#,
        &event,
        &path(&["s", "sub", "e"]),
        &flow("t", "mend"),
        &flow("x", "mend"),
        &flow("mend", "e"),
        &flow("x2", "e"),
    ];
    let process = model(&body.concat());
    let mut ends = 0;
    explore(&Play::new(&process, r#"{"id":"7"}"#), 0, &mut ends);
    assert!(ends > 20, "{ends}");
}

/// Every order of a model with this inside, and how many there are.
fn orders(body: &[&str]) -> u32 {
    let process = model(&body.concat());
    let mut ends = 0;
    explore(&Play::new(&process, r#"{"id":"7","x":3}"#), 0, &mut ends);
    ends
}

const START: &str = r#"<bpmn:startEvent id="s"/>"#;
const END: &str = r#"<bpmn:endEvent id="e"/>"#;

#[test]
fn no_order_leaves_a_token_behind_at_an_inclusive_join() {
    let gateways = r#"<bpmn:inclusiveGateway id="f"/><bpmn:inclusiveGateway id="j"/>"#;
    let late = r#"<bpmn:boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
        <bpmn:boundaryEvent id="xa" attachedToRef="a"><bpmn:errorEventDefinition/></bpmn:boundaryEvent><bpmn:boundaryEvent id="xb" attachedToRef="b"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>"#;
    let conditions =
        [condition("f", "a", "=x &gt; 1"), condition("f", "b", "=x &gt; 2"), condition("f", "c", "=x &gt; 9")].concat();
    let manual = r#"<bpmn:task id="c"/><bpmn:task id="l"/>"#;
    let flows =
        [path(&["s", "f"]), path(&["a", "j", "e"]), path(&["b", "j"]), path(&["c", "j"]), path(&["t", "l", "j"])].concat();
    let ends = orders(&[
        START,
        gateways,
        &task("a"),
        &task("b"),
        manual,
        late,
        END,
        &conditions,
        &flows,
        &flow("xa", "j"),
        &flow("xb", "e"),
    ]);
    assert!(ends > 5, "{ends}");
}

#[test]
fn no_order_leaves_a_token_behind_where_work_is_undone() {
    let undoable = |id: &str| {
        format!(
            r#"<bpmn:userTask id="{id}"/><bpmn:boundaryEvent id="b{id}" attachedToRef="{id}"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>
            <bpmn:userTask id="undo-{id}" isForCompensation="true"/><bpmn:association id="as-{id}" sourceRef="b{id}" targetRef="undo-{id}"/>"#
        )
    };
    let gateways = r#"<bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/>"#;
    let throw = r#"<bpmn:endEvent id="t"><bpmn:compensateEventDefinition/></bpmn:endEvent>"#;
    let flows = [path(&["s", "f", "a", "j", "t"]), path(&["f", "b", "j"])].concat();
    let ends = orders(&[START, gateways, &undoable("a"), &undoable("b"), throw, &flows]);
    assert_eq!(ends, 4, "two orders of doing, and two of undoing");
}

#[test]
fn no_order_leaves_a_token_behind_around_items_signals_and_events() {
    let multi = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/></bpmn:extensionElements>
        <bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2,3]" inputElement="i"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>
        <bpmn:boundaryEvent id="x" attachedToRef="a"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>
        <bpmn:boundaryEvent id="g" attachedToRef="a"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:boundaryEvent>"#;
    let gateway = r#"<bpmn:eventBasedGateway id="w"/><bpmn:intermediateCatchEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:intermediateCatchEvent>
        <bpmn:intermediateCatchEvent id="h"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:intermediateCatchEvent>"#;
    let flows = [path(&["s", "a", "w", "m", "e"]), path(&["w", "h", "e"]), path(&["x", "e"]), path(&["g", "w"])].concat();
    let ends = orders(&[START, multi, gateway, END, &flows]);
    assert!(ends > 15, "{ends}");
}
