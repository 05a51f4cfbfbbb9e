//! What each element does, by playing small models.

use crate::play::{Play, condition, flow, model, path, task};
use engine::{Input, Instance, InstanceId, Parent};
use feel::Context;

const START: &str = r#"<bpmn:startEvent id="s"/>"#;
const END: &str = r#"<bpmn:endEvent id="e"/>"#;

#[test]
fn tasks_run_one_after_the_other_and_pass_their_results_on() {
    let process = model(&[START, &task("a"), &task("b"), END, &path(&["s", "a", "b", "e"])].concat());
    let mut play = Play::new(&process, r#"{"x":1}"#);
    play.complete("a", r#"{"y":2}"#);
    assert_eq!(play.names(), ["b"]);
    play.complete("b", r#"{"x":3}"#);
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"x":3,"y":2}"#);
}

#[test]
fn exclusive_gateways_take_the_first_condition_that_holds_or_the_default() {
    let gateway = r#"<bpmn:exclusiveGateway id="g" default="g-c"/>"#;
    let body = [
        START,
        gateway,
        &task("a"),
        &task("b"),
        &task("c"),
        &flow("s", "g"),
        &condition("g", "a", "=x &gt; 10"),
        &condition("g", "b", "=x &gt; 5"),
        &flow("g", "c"),
    ];
    let process = model(&body.concat());
    for (x, expected) in [(11, "a"), (6, "b"), (1, "c")] {
        assert_eq!(Play::new(&process, &format!("{{\"x\":{x}}}")).names(), [expected]);
    }
    let stuck = Play::new(&process, "{}");
    assert_eq!(stuck.names(), ["incident g"]);
    let mut mended = stuck;
    mended.input(Input::SetVariables { scope: 1, variables: Context::from_iter([("x", 7)]) }).unwrap();
    let incident = mended.open()["incident g"];
    mended.input(Input::ResolveIncident { incident }).unwrap();
    assert_eq!(mended.names(), ["b"]);
}

#[test]
fn parallel_gateways_wait_for_one_token_on_every_flow() {
    let gateways = r#"<bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/>"#;
    let body = [
        START,
        gateways,
        &task("a"),
        &task("b"),
        &task("c"),
        END,
        &path(&["s", "f", "a", "j", "c", "e"]),
        &path(&["f", "b", "j"]),
    ];
    let process = model(&body.concat());
    let mut play = Play::new(&process, "{}");
    assert_eq!(play.names(), ["a", "b"]);
    play.complete("b", "{}");
    assert_eq!(play.names(), ["a", "j"]);
    play.complete("a", "{}");
    assert_eq!(play.names(), ["c"]);
    play.complete("c", "{}");
    assert!(play.ended());
}

#[test]
fn interrupting_boundary_events_end_the_activity_and_others_do_not() {
    let boundary = |interrupting: bool| {
        format!(
            r#"<bpmn:boundaryEvent id="t" attachedToRef="a" cancelActivity="{interrupting}"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#
        )
    };
    for interrupting in [true, false] {
        let process = model(
            &[START, &task("a"), &boundary(interrupting), &task("late"), END, &path(&["s", "a", "e"]), &flow("t", "late")]
                .concat(),
        );
        let mut play = Play::new(&process, "{}");
        assert_eq!(play.names(), ["a", "t"]);
        play.fire("t");
        assert_eq!(play.names(), if interrupting { vec!["late"] } else { vec!["a", "late"] });
        let mut quick = Play::new(&process, "{}");
        quick.complete("a", "{}");
        assert!(quick.ended(), "the timer goes with the activity");
    }
}

#[test]
fn cycles_repeat_as_often_as_they_say() {
    let timer = r#"<bpmn:boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><bpmn:timerEventDefinition><bpmn:timeCycle>R2/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#;
    let process = model(&[START, &task("a"), timer, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    play.fire("t");
    play.fire("t");
    assert_eq!(play.names(), ["a"]);
}

#[test]
fn errors_go_outwards_until_somebody_catches_them() {
    let sub =
        format!(r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/>{}{}</bpmn:subProcess>"#, task("a"), flow("s2", "a"));
    let boundary =
        r#"<bpmn:boundaryEvent id="b" attachedToRef="sub"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:boundaryEvent>"#;
    let process = model(&[START, &sub, boundary, &task("mend"), &flow("s", "sub"), &flow("b", "mend")].concat());
    let mut play = Play::new(&process, "{}");
    let mut other = play.clone();
    play.throw("a", "bad");
    assert_eq!(play.names(), ["mend"]);
    assert_eq!(play.variables(), "{}");
    other.throw("a", "worse");
    assert_eq!(other.names(), ["incident a"]);
    let incident = other.open()["incident a"];
    other.input(Input::ResolveIncident { incident }).unwrap();
    assert_eq!(other.names(), ["a"], "the work is done again");
}

#[test]
fn an_uncaught_error_ends_a_called_instance() {
    let process = model(&[START, &task("a"), &flow("s", "a")].concat());
    let parent = Some(Parent { instance: InstanceId(9), element: 5 });
    let mut play = Play::new(&process, "{}");
    play.instance = Instance::new(InstanceId(2), "p".into(), 1, parent);
    play.input(Input::Start { variables: Context::default() }).unwrap();
    play.throw("a", "bad");
    assert!(play.ended());
    assert!(matches!(play.events.last(), Some(engine::Event::InstanceFailed { code, .. }) if code == "bad"));
}

#[test]
fn event_sub_processes_interrupt_or_run_beside() {
    let event = |interrupting: bool| {
        format!(
            r#"<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="m" isInterrupting="{interrupting}"><bpmn:messageEventDefinition messageRef="go"/></bpmn:startEvent>{}{}</bpmn:subProcess>"#,
            task("extra"),
            flow("m", "extra")
        )
    };
    let process = model(&[START, &task("a"), END, &path(&["s", "a", "e"]), &event(false)].concat());
    let mut play = Play::new(&process, r#"{"id":"7"}"#);
    play.message("m", r#"{"n":1}"#);
    play.message("m", r#"{"n":2}"#);
    assert_eq!(play.names(), ["a", "extra", "extra#2", "m"]);
    play.complete("a", "{}");
    play.complete("extra", "{}");
    play.complete("extra", "{}");
    assert!(play.ended());
    let process = model(&[START, &task("a"), END, &path(&["s", "a", "e"]), &event(true)].concat());
    let mut play = Play::new(&process, r#"{"id":"7"}"#);
    play.message("m", "{}");
    assert_eq!(play.names(), ["extra"]);
    play.complete("extra", "{}");
    assert!(play.ended());
}

#[test]
fn event_based_gateways_follow_the_first_event() {
    let events = r#"<bpmn:eventBasedGateway id="g"/>
        <bpmn:intermediateCatchEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:intermediateCatchEvent>
        <bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDuration>=duration("P1D")</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#;
    let process = model(
        &[START, events, &task("a"), &task("b"), &flow("s", "g"), &path(&["g", "m", "a"]), &path(&["g", "t", "b"])].concat(),
    );
    let mut play = Play::new(&process, r#"{"id":"7"}"#);
    assert_eq!(play.names(), ["m", "t"]);
    let mut other = play.clone();
    play.message("m", "{}");
    assert_eq!(play.names(), ["a"]);
    other.fire("t");
    assert_eq!(other.names(), ["b"]);
}

#[test]
fn mappings_decide_what_goes_in_and_out() {
    let mapped = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/><zeebe:ioMapping>
        <zeebe:input source="=x + 1" target="y"/><zeebe:output source="=r * 2" target="out.r"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"#;
    let process = model(&[START, mapped, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, r#"{"x":1}"#);
    let job = play.open()["a"];
    assert_eq!(play.instance.job_variables(job).to_json().to_string(), r#"{"x":1,"y":2}"#);
    play.complete("a", r#"{"r":5,"secret":1}"#);
    assert_eq!(play.variables(), r#"{"x":1,"out":{"r":10}}"#);
}

#[test]
fn scripts_and_decisions_set_their_variable() {
    let body = r#"<bpmn:scriptTask id="a"><bpmn:extensionElements><zeebe:script expression="=x + 1" resultVariable="x"/></bpmn:extensionElements></bpmn:scriptTask>
        <bpmn:businessRuleTask id="b"><bpmn:extensionElements><zeebe:calledDecision decisionId="double" resultVariable="y"/></bpmn:extensionElements></bpmn:businessRuleTask>"#;
    let process = model(&[START, body, END, &path(&["s", "a", "b", "e"])].concat());
    let play = Play::new(&process, r#"{"x":20}"#);
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"x":21,"y":42}"#);
}

fn multi(sequential: bool, completion: &str) -> String {
    format!(
        r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/></bpmn:extensionElements>
        <bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}"><bpmn:extensionElements>
        <zeebe:loopCharacteristics inputCollection="=items" inputElement="item" outputCollection="results" outputElement="=r"/></bpmn:extensionElements>{completion}</bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>"#
    )
}

#[test]
fn items_are_done_all_at_once_or_one_after_the_other() {
    let process = model(&[START, &multi(false, ""), END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, r#"{"items":[1,2,3]}"#);
    assert_eq!(play.names().len(), 3);
    play.complete("a#3", r#"{"r":"third"}"#);
    play.complete("a", r#"{"r":"first"}"#);
    play.complete("a", r#"{"r":"second"}"#);
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"items":[1,2,3],"results":["first","second","third"]}"#);
    assert!(Play::new(&process, r#"{"items":[]}"#).ended());
    assert_eq!(Play::new(&process, r#"{"items":1}"#).names(), ["incident a"]);

    let process = model(&[START, &multi(true, ""), END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, r#"{"items":["x","y"]}"#);
    assert_eq!(play.names(), ["a"]);
    play.complete("a", r#"{"r":1}"#);
    let job = play.open()["a"];
    assert_eq!(play.instance.job_variables(job).get("item"), Some(&"y".into()));
    play.complete("a", r#"{"r":2}"#);
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"items":["x","y"],"results":[1,2]}"#);
}

#[test]
fn enough_items_end_the_rest() {
    let enough = "<bpmn:completionCondition>=r = \"enough\"</bpmn:completionCondition>";
    let process = model(&[START, &multi(false, enough), END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, r#"{"items":[1,2,3]}"#);
    play.complete("a#2", r#"{"r":"enough"}"#);
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"items":[1,2,3],"results":[null,"enough",null]}"#);
}

#[test]
fn a_terminate_end_event_ends_its_scope_only() {
    let sub = format!(
        r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:parallelGateway id="f"/>{}<bpmn:endEvent id="t"><bpmn:terminateEventDefinition/></bpmn:endEvent>{}{}</bpmn:subProcess>"#,
        task("a"),
        path(&["s2", "f", "a"]),
        flow("f", "t")
    );
    let process = model(&[START, &sub, &task("after"), &path(&["s", "sub", "after"])].concat());
    assert_eq!(Play::new(&process, "{}").names(), ["after"]);
}

#[test]
fn links_go_on_elsewhere() {
    let links = r#"<bpmn:intermediateThrowEvent id="l1"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateThrowEvent>
        <bpmn:intermediateCatchEvent id="l2"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateCatchEvent>"#;
    let process = model(&[START, links, &task("a"), &flow("s", "l1"), &flow("l2", "a")].concat());
    assert_eq!(Play::new(&process, "{}").names(), ["a"]);
}

#[test]
fn calls_give_and_take_variables_and_end_with_their_caller() {
    let call = r#"<bpmn:callActivity id="c"><bpmn:extensionElements><zeebe:calledElement processId="child" propagateAllParentVariables="false"/><zeebe:ioMapping><zeebe:input source="=x" target="y"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:callActivity>"#;
    let process = model(&[START, call, END, &path(&["s", "c", "e"])].concat());
    let mut play = Play::new(&process, r#"{"x":1}"#);
    let element = play.open()["c"];
    assert_eq!(play.instance.child_variables(&process, element).to_json().to_string(), r#"{"y":1}"#);
    play.instance.child_started(element, InstanceId(8));
    let mut cancelled = play.clone();
    cancelled.input(Input::Cancel).unwrap();
    assert!(
        cancelled
            .events
            .iter()
            .any(|event| matches!(event, engine::Event::ChildCancelled { child, .. } if *child == InstanceId(8)))
    );
    play.input(Input::CompleteChild { element, variables: Context::from_iter([("z", 3)]) }).unwrap();
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"x":1,"z":3}"#);
}

#[test]
fn an_error_tells_its_code_to_the_mappings_of_whoever_catches_it() {
    let boundary = r#"<bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:extensionElements><zeebe:ioMapping><zeebe:output source="=errorCode + &quot;: &quot; + errorMessage" target="why"/></zeebe:ioMapping></bpmn:extensionElements><bpmn:errorEventDefinition errorRef="bad"/></bpmn:boundaryEvent>"#;
    let process = model(&[START, &task("a"), boundary, &task("mend"), &path(&["s", "a"]), &flow("b", "mend")].concat());
    let mut play = Play::new(&process, r#"{"errorCode":"mine"}"#);
    play.throw("a", "bad");
    assert_eq!(play.variables(), r#"{"errorCode":"mine","why":"bad: broken"}"#);
}

#[test]
fn a_circle_that_splits_is_one_incident() {
    let fork = r#"<bpmn:exclusiveGateway id="m"/><bpmn:parallelGateway id="g"/><bpmn:task id="x"/>"#;
    let process = model(&[START, fork, &path(&["s", "m", "g", "m"]), &path(&["g", "x", "m"])].concat());
    let mut play = Play::new(&process, "{}");
    while play.instance.wants_to_go_on() {
        play.input(Input::Continue).unwrap();
    }
    assert_eq!(play.instance.incidents().count(), 1);
    assert!(play.instance.is_suspended());
    play.input(Input::Cancel).unwrap();
    assert!(play.ended());
}

#[test]
fn a_call_that_cannot_begin_is_an_incident_and_tries_again() {
    let call = r#"<bpmn:callActivity id="c"><bpmn:extensionElements><zeebe:calledElement processId="other"/></bpmn:extensionElements></bpmn:callActivity>"#;
    let all = r#"<bpmn:boundaryEvent id="b" attachedToRef="c"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>"#;
    let process = model(&[START, call, all, END, &path(&["s", "c", "e"]), &task("mend"), &flow("b", "mend")].concat());
    let mut play = Play::new(&process, "{}");
    let element = play.open()["c"];
    play.input(Input::FailCall { element, message: "no process other is deployed".into() }).unwrap();
    assert_eq!(play.names(), ["incident c"], "no business error that a catch-all would take");
    let incident = play.open()["incident c"];
    play.input(Input::ResolveIncident { incident }).unwrap();
    let requested = play.events.iter().filter(|event| matches!(event, engine::Event::ChildRequested { .. })).count();
    assert_eq!(requested, 2);
}

#[test]
fn an_inclusive_join_in_a_loop_does_not_wait_for_a_token_that_only_comes_round_again() {
    let gateways = [
        r#"<bpmn:exclusiveGateway id="m"/><bpmn:parallelGateway id="fork"/><bpmn:inclusiveGateway id="split" default="split-c"/>"#,
        r#"<bpmn:inclusiveGateway id="merge"/><bpmn:parallelGateway id="join"/><bpmn:exclusiveGateway id="again" default="again-e"/>"#,
    ];
    let flows = [
        path(&["s", "m", "fork", "a", "join", "again", "e"]),
        path(&["fork", "split"]),
        condition("split", "b", "=true"),
        path(&["split", "c", "merge", "join"]),
        path(&["b", "merge"]),
        condition("again", "m", "=more = true"),
    ];
    let tasks = [task("a"), task("b"), task("c")].concat();
    let process = model(&[START, &gateways.concat(), &tasks, END, &flows.concat()].concat());
    for order in [["a", "b"], ["b", "a"]] {
        let mut play = Play::new(&process, "{}");
        order.iter().for_each(|job| play.complete(job, "{}"));
        assert!(play.ended(), "{order:?}: {:?}", play.names());
    }
}

#[test]
fn a_circle_without_a_wait_is_an_incident_and_not_a_hang() {
    let circle = r#"<bpmn:task id="a"/><bpmn:task id="b"/>"#;
    let process = model(&[START, circle, &path(&["s", "a", "b", "a"])].concat());
    let mut play = Play::new(&process, "{}");
    while play.instance.wants_to_go_on() {
        play.input(Input::Continue).unwrap();
    }
    assert_eq!(play.names().iter().filter(|name| name.starts_with("incident")).count(), 1);
    assert!(play.instance.is_suspended());
}

#[test]
fn what_is_not_open_is_refused() {
    let process = model(&[START, &task("a"), END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    let job = play.open()["a"];
    play.complete("a", "{}");
    let again = play.input(Input::CompleteJob { job, variables: Context::default() });
    assert_eq!(again.unwrap_err().to_string(), "the process instance has ended");
}
