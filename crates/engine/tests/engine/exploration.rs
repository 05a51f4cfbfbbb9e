//! Every order in which what is open can be answered: each ends, and leaves nothing behind.

use crate::play::{Play, flow, model, path, task};
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
