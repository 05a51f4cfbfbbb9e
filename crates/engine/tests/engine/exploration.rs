//! Every order in which what is open can be answered: each ends, and leaves nothing behind.

use crate::play::{Play, condition, flow, model, path, task};
use engine::{AdHocLead, Event, Input, Limits, Migration, Modification, Obstacle, TaskAnswer, migrate};
use feel::Context;

/// Answers what is open in every possible order. At every state that is reached, what always holds holds (each step of
/// [`Play`] looks at that), and every operation leaves it so: cancelling ends the instance, suspending and resuming changes
/// nothing, ending any element and beginning any other keeps the tokens, migrating to the same model changes nothing.
fn explore(play: &Play<'_>, depth: u32, ends: &mut u32) {
    assert!(depth < 40, "this does not end: {:?}", play.names());
    if play.ended() {
        *ends += 1;
        assert!(play.names().is_empty(), "left behind: {:?}", play.names());
        return;
    }
    operate(play);
    assert!(!play.names().is_empty(), "nothing is open, but it has not ended");
    for key in play.open().into_values() {
        let variables = Context::default;
        for input in [
            Input::CompleteJob { job: key, variables: variables() },
            Input::ThrowError { job: key, code: "bad".into(), message: "bad".into(), variables: variables() },
            Input::FireTimer { timer: key },
            Input::Correlate { subscription: key, variables: variables() },
            Input::CompleteTask { task: key, variables: variables() },
            Input::AnswerTaskListener { job: key, answer: TaskAnswer::Deny("no".into()) },
            lead(key, &[], true),
            lead(key, &[], false),
            lead(key, &["led"], false),
            Input::Continue,
            Input::CompleteChild { element: key, variables: variables() },
            Input::FailChild { element: key, code: "bad".into(), message: "bad".into() },
        ] {
            let mut next = play.clone();
            if !goes_on_for_ever(play, &input) && next.input(input).is_ok() {
                explore(&next, depth + 1, ends);
            }
        }
    }
}

/// A worker that leads decides: more begins, or it is enough.
fn lead(job: engine::Key, begin: &[&str], cancel_remaining: bool) -> Input {
    let activate: Vec<_> = begin.iter().map(|id| ((*id).into(), Context::default())).collect();
    let lead = AdHocLead { fulfilled: activate.is_empty(), activate, cancel_remaining };
    Input::LeadAdHoc { job, variables: Context::default(), lead }
}

/// Whether an input could be repeated without end: denying a change and asking for more are explored once, and a worker that
/// decides nothing leaves it to others.
fn goes_on_for_ever(play: &Play<'_>, input: &Input) -> bool {
    let led = |id: &str| play.process.find(id).is_some_and(|index| play.begun(index));
    match input {
        Input::Continue => !play.instance.wants_to_go_on(),
        Input::AnswerTaskListener { .. } => play.events.iter().any(|event| matches!(event, Event::TaskKept { .. })),
        Input::LeadAdHoc { lead, .. } => !lead.fulfilled && led("led"),
        Input::CompleteJob { job, .. } => play
            .instance
            .element_of(*job)
            .is_some_and(|index| matches!(&play.process.element(index).kind, bpmn::Kind::AdHoc(_))),
        _ => false,
    }
}

/// What people may do at a state, each on a copy of it.
fn operate(play: &Play<'_>) {
    // held and taken up again, it is as if nothing had been
    let mut suspended = play.clone();
    suspended.input(Input::Suspend).unwrap();
    suspended.input(Input::Resume).unwrap();
    if !play.instance.wants_to_go_on() {
        assert_eq!(suspended.instance, play.instance);
    }
    cancel(play);
    let mut migrated = play.instance.clone();
    let same = Migration { version: play.instance.version(), elements: Vec::new() };
    match migrate(play.process, play.process, &mut migrated, &same, &play.cx(), &mut Vec::new()) {
        Ok(()) => {}
        Err(against) => assert!(against.iter().all(|why| matches!(why, Obstacle::Interrupted { .. })), "{against:?}"),
    }
    assert_eq!(migrated, play.instance);
    for (key, _) in play.instance.live_elements().filter(|(key, _)| *key != 1) {
        let mut ended = play.clone();
        ended.input(Input::Modify(Modification { end: vec![key], ..Modification::default() })).unwrap();
        cancel(&ended);
        let mut failed = play.clone();
        // an error that nobody sees coming, at every job
        if failed.input(Input::FailJob { job: key, retries: 0, message: "broken".into(), retry_at: None }).is_ok() {
            cancel(&failed);
            let incident = failed.instance.incidents().last().unwrap();
            failed.input(Input::SkipIncident { incident, variables: Context::default() }).unwrap();
            cancel(&failed);
            work_off(failed);
        }
    }
    for (index, _) in play.process.elements() {
        let mut begun = play.clone();
        if begun.input(Input::Modify(Modification { start: vec![index], ..Modification::default() })).is_ok() {
            cancel(&begun);
            work_off(begun);
        }
    }
}

/// Answers what is open, always the first that can be answered, for a while: what always holds has to hold after each.
fn work_off(mut play: Play<'_>) {
    for _ in 0..20 {
        let variables = Context::default;
        let answers = play.open().into_values().flat_map(|key| {
            [
                Input::CompleteJob { job: key, variables: variables() },
                Input::CompleteTask { task: key, variables: variables() },
                Input::Correlate { subscription: key, variables: variables() },
                Input::ResolveIncident { incident: key },
            ]
        });
        let taken = answers.into_iter().any(|input| play.input(input).is_ok());
        if !taken || play.ended() {
            return;
        }
    }
}

fn cancel(play: &Play<'_>) {
    if play.ended() {
        return;
    }
    let mut cancelled = play.clone();
    cancelled.input(Input::Cancel).unwrap();
    go_on(&mut cancelled);
    // listeners of its tasks are asked before, and asked again it ends without them
    let mut again = cancelled.clone();
    if !again.ended() {
        again.input(Input::Cancel).unwrap();
        go_on(&mut again);
    }
    while !cancelled.ended() {
        let job = *cancelled.open().values().next().expect("it has not ended, and nothing is open");
        cancelled.input(Input::CompleteJob { job, variables: Context::default() }).expect("only listeners are asked");
        go_on(&mut cancelled);
    }
    for ended in [cancelled, again] {
        assert!(ended.ended());
        assert!(ended.names().is_empty(), "left behind: {:?}", ended.names());
    }
}

fn go_on(play: &mut Play<'_>) {
    while play.instance.wants_to_go_on() {
        play.input(Input::Continue).unwrap();
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
fn no_order_leaves_a_token_behind_where_a_path_of_an_ad_hoc_sub_process_undoes_what_the_others_did() {
    let undoable = |id: &str| {
        format!(
            r#"<bpmn:userTask id="{id}"/><bpmn:boundaryEvent id="b{id}" attachedToRef="{id}"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>
            <bpmn:userTask id="undo-{id}" isForCompensation="true"/><bpmn:association id="as-{id}" sourceRef="b{id}" targetRef="undo-{id}"/>"#
        )
    };
    let throw = r#"<bpmn:intermediateThrowEvent id="t"><bpmn:compensateEventDefinition/></bpmn:intermediateThrowEvent>"#;
    let ad_hoc = format!(
        r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:adHoc activeElementsCollection="=[&quot;a&quot;,&quot;b&quot;]"/></bpmn:extensionElements>{}{}{throw}<bpmn:userTask id="after"/>{}</bpmn:adHocSubProcess>
        <bpmn:boundaryEvent id="x" attachedToRef="ah"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#,
        undoable("a"),
        undoable("b"),
        path(&["a", "t", "after"])
    );
    let ends = orders(&[START, &ad_hoc, END, &path(&["s", "ah", "e"]), &flow("x", "e")]);
    assert!(ends > 10, "{ends}");
}

#[test]
fn no_order_leaves_a_token_behind_around_jobs_of_every_kind_of_task_and_event() {
    let job = |element: &str, id: &str| {
        format!(
            r#"<bpmn:{element} id="{id}"><bpmn:extensionElements><zeebe:taskDefinition type="{id}"/><zeebe:executionListeners><zeebe:executionListener eventType="start" type="l"/></zeebe:executionListeners></bpmn:extensionElements></bpmn:{element}>"#
        )
    };
    let kinds = ["serviceTask", "sendTask", "scriptTask", "businessRuleTask", "intermediateThrowEvent", "endEvent"];
    let jobs: String = kinds.iter().map(|kind| job(kind, kind)).collect();
    let manual = r#"<bpmn:manualTask id="manual"/>"#;
    let flows = path(&[
        "s",
        "serviceTask",
        "sendTask",
        "scriptTask",
        "manual",
        "businessRuleTask",
        "intermediateThrowEvent",
        "endEvent",
    ]);
    assert_eq!(orders(&[START, &jobs, manual, &flows]), 1, "one after the other");
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

#[test]
fn no_order_leaves_a_token_behind_between_the_slices_of_a_wide_scope() {
    let multi = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/></bpmn:extensionElements>
        <bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2,3]" inputElement="i"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>
        <bpmn:boundaryEvent id="x" attachedToRef="a"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>
        <bpmn:boundaryEvent id="g" attachedToRef="a"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:boundaryEvent>"#;
    let flows = [path(&["s", "a", "e"]), path(&["x", "late", "e"]), path(&["g", "late"])].concat();
    let process = model(&[START, multi, &task("late"), END, &flows].concat());
    let mut ends = 0;
    let limits = Limits { slice: 2, ..Limits::default() };
    explore(&Play::limited(&process, "{}", limits), 0, &mut ends);
    assert!(ends > 15, "{ends}");
}

#[test]
fn no_order_leaves_a_token_behind_in_paths_of_an_ad_hoc_sub_process() {
    let ad_hoc = r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:adHoc activeElementsCollection="=[&quot;a&quot;,&quot;b&quot;]" outputCollection="out" outputElement="=r"/></bpmn:extensionElements>
        <bpmn:userTask id="a"/><bpmn:parallelGateway id="f"/><bpmn:userTask id="a2"/><bpmn:task id="a3"/><bpmn:parallelGateway id="j"/><bpmn:userTask id="b"/>
        <bpmn:boundaryEvent id="x" attachedToRef="b"><bpmn:errorEventDefinition/></bpmn:boundaryEvent><bpmn:task id="mend"/>"#;
    let inside = [path(&["a", "f", "a2", "j"]), path(&["f", "a3", "j"]), flow("x", "mend")].concat();
    let around = r#"</bpmn:adHocSubProcess><bpmn:boundaryEvent id="t" attachedToRef="ah"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#;
    let ends = orders(&[START, ad_hoc, &inside, around, END, &path(&["s", "ah", "e"]), &flow("t", "e")]);
    assert!(ends > 8, "{ends}");
}

#[test]
fn no_order_leaves_a_token_behind_along_tasks_links_and_calls() {
    let user = r#"<bpmn:userTask id="u"><bpmn:extensionElements><zeebe:userTask/><zeebe:taskListeners><zeebe:taskListener eventType="creating" type="l1"/><zeebe:taskListener eventType="completing" type="l2"/></zeebe:taskListeners></bpmn:extensionElements></bpmn:userTask>"#;
    let rest = r#"<bpmn:intermediateThrowEvent id="l"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateThrowEvent><bpmn:intermediateCatchEvent id="k"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateCatchEvent>
        <bpmn:callActivity id="c"><bpmn:extensionElements><zeebe:calledElement processId="child"/></bpmn:extensionElements></bpmn:callActivity>
        <bpmn:boundaryEvent id="x" attachedToRef="c"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:boundaryEvent>
        <bpmn:scriptTask id="sc"><bpmn:extensionElements><zeebe:script expression="=x + 1" resultVariable="x"/></bpmn:extensionElements></bpmn:scriptTask>
        <bpmn:businessRuleTask id="d"><bpmn:extensionElements><zeebe:calledDecision decisionId="double" resultVariable="y"/></bpmn:extensionElements></bpmn:businessRuleTask>
        <bpmn:exclusiveGateway id="g" default="g-d"/><bpmn:receiveTask id="r" messageRef="go"/><bpmn:endEvent id="m"><bpmn:messageEventDefinition messageRef="stop"/></bpmn:endEvent>"#;
    let flows = [
        path(&["s", "u", "l"]),
        path(&["k", "c", "sc", "g"]),
        condition("g", "r", "=x &gt; 100"),
        path(&["g", "d", "r", "m"]),
        flow("x", "d"),
    ]
    .concat();
    let ends = orders(&[START, user, rest, &flows]);
    assert_eq!(ends, 4, "denied once or never, and the call ends well or badly");
}

/// A user task that wants to know when it ends without being done.
fn heard(id: &str, more: &str) -> String {
    format!(
        r#"<bpmn:userTask id="{id}"><bpmn:extensionElements><zeebe:userTask/><zeebe:taskListeners><zeebe:taskListener eventType="canceling" type="bye"/></zeebe:taskListeners></bpmn:extensionElements>{more}</bpmn:userTask>"#
    )
}

#[test]
fn no_order_leaves_a_token_behind_where_listeners_are_asked_before_an_interruption() {
    let sub = format!(
        r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:parallelGateway id="f"/><bpmn:endEvent id="term"><bpmn:terminateEventDefinition/></bpmn:endEvent>
        <bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="m"><bpmn:messageEventDefinition messageRef="stop"/></bpmn:startEvent><bpmn:endEvent id="e2"/><bpmn:sequenceFlow id="m-e2" sourceRef="m" targetRef="e2"/></bpmn:subProcess>
        <bpmn:boundaryEvent id="tu" attachedToRef="u"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
        {}{}{}{}</bpmn:subProcess>"#,
        heard("u", ""),
        task("b"),
        path(&["s2", "f", "u"]),
        path(&["f", "b", "term"])
    );
    let edge = r#"<bpmn:boundaryEvent id="x" attachedToRef="sub"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>"#;
    let ends = orders(&[START, &sub, edge, END, &path(&["s", "sub", "e"]), &flow("x", "e")]);
    assert!(ends > 10, "{ends}");
}

#[test]
fn no_order_leaves_a_token_behind_where_listeners_are_asked_before_enough_is_enough() {
    let items = r#"<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2]"/></bpmn:extensionElements><bpmn:completionCondition>=numberOfCompletedInstances = 1</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>"#;
    let ad_hoc = format!(
        r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:adHoc activeElementsCollection="=[&quot;a&quot;,&quot;b&quot;]"/></bpmn:extensionElements>{}<bpmn:userTask id="b"/><bpmn:completionCondition>=true</bpmn:completionCondition></bpmn:adHocSubProcess>"#,
        heard("a", "")
    );
    for limits in [Limits::default(), Limits { slice: 1, ..Limits::default() }] {
        let process = model(&[START, &ad_hoc, &heard("i", items), END, &path(&["s", "ah", "i", "e"])].concat());
        let mut ends = 0;
        explore(&Play::limited(&process, "{}", limits), 0, &mut ends);
        assert!(ends >= 4, "either of two, twice: {ends}");
    }
}

#[test]
fn no_order_leaves_a_token_behind_around_escalations_errors_and_terminations() {
    let sub = r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:parallelGateway id="f"/>
        <bpmn:intermediateThrowEvent id="esc"><bpmn:escalationEventDefinition escalationRef="late"/></bpmn:intermediateThrowEvent>
        <bpmn:userTask id="a"/><bpmn:userTask id="b"/><bpmn:endEvent id="err"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:endEvent>
        <bpmn:endEvent id="term"><bpmn:terminateEventDefinition/></bpmn:endEvent>
        <bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="es"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:startEvent><bpmn:userTask id="mend"/><bpmn:sequenceFlow id="es-mend" sourceRef="es" targetRef="mend"/></bpmn:subProcess>"#;
    let flows = [path(&["s2", "f", "a", "err"]), path(&["f", "esc", "b", "term"])].concat();
    let late = r#"</bpmn:subProcess><bpmn:boundaryEvent id="late-b" attachedToRef="sub" cancelActivity="false"><bpmn:escalationEventDefinition escalationRef="late"/></bpmn:boundaryEvent>
        <bpmn:intermediateThrowEvent id="sig-t"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:intermediateThrowEvent><bpmn:userTask id="chase"/>"#;
    let around = [path(&["s", "sub", "e"]), path(&["late-b", "sig-t", "chase"])].concat();
    let ends = orders(&[START, sub, &flows, late, END, &around]);
    assert_eq!(ends, 5, "mend and chase in either order, chase after the end, and chase before either");
}

#[test]
fn a_token_on_its_way_does_not_outlive_the_scope_that_an_escalation_interrupts() {
    let interrupt = r#"<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="es"><bpmn:escalationEventDefinition escalationRef="late"/></bpmn:startEvent><bpmn:userTask id="only"/><bpmn:sequenceFlow id="es-only" sourceRef="es" targetRef="only"/></bpmn:subProcess>"#;
    let body = r#"<bpmn:parallelGateway id="f"/><bpmn:endEvent id="t"><bpmn:escalationEventDefinition escalationRef="late"/></bpmn:endEvent><bpmn:userTask id="a"/>"#;
    let process = model(&[START, body, interrupt, &path(&["s", "f", "t"]), &flow("f", "a")].concat());
    assert_eq!(Play::new(&process, "{}").names(), ["only"]);
    assert_eq!(orders(&[START, body, interrupt, &path(&["s", "f", "t"]), &flow("f", "a")]), 1);
}

#[test]
fn no_order_leaves_a_token_behind_in_ad_hoc_sub_processes_and_nested_items() {
    let ad_hoc = r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:adHoc activeElementsCollection="=[&quot;a&quot;,&quot;b&quot;]" outputCollection="out" outputElement="=1"/></bpmn:extensionElements><bpmn:userTask id="a"/><bpmn:userTask id="b"/><bpmn:task id="after"/><bpmn:sequenceFlow id="b-after" sourceRef="b" targetRef="after"/><bpmn:completionCondition>=count(out) = 1</bpmn:completionCondition></bpmn:adHocSubProcess>"#;
    let nested = r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:userTask id="i"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2]" inputElement="y" outputCollection="inner" outputElement="=x * y"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask><bpmn:sequenceFlow id="s2-i" sourceRef="s2" targetRef="i"/>
        <bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2]" inputElement="x" outputCollection="outer" outputElement="=inner"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:subProcess>"#;
    let ends = orders(&[START, ad_hoc, nested, END, &path(&["s", "ah", "sub", "e"])]);
    assert_eq!(ends, 2 * 2 * 2, "either of the two, then two orders in each of two turns");
}

#[test]
fn no_order_leaves_a_token_behind_where_a_worker_leads() {
    let led = r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:taskDefinition type="lead"/></bpmn:extensionElements><bpmn:userTask id="led"/></bpmn:adHocSubProcess>
        <bpmn:boundaryEvent id="x" attachedToRef="ah"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>"#;
    let ends = orders(&[START, led, END, &path(&["s", "ah", "e"]), &flow("x", "e")]);
    assert_eq!(ends, 6, "enough now or later or an error, and the same after one task");
}

#[test]
fn no_order_leaves_a_token_behind_where_scopes_have_end_listeners_and_events() {
    let over = r#"<bpmn:extensionElements><zeebe:executionListeners><zeebe:executionListener eventType="end" type="over"/></zeebe:executionListeners></bpmn:extensionElements>"#;
    let event = r#"<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="m" isInterrupting="false"><bpmn:messageEventDefinition messageRef="go"/></bpmn:startEvent><bpmn:userTask id="u"/><bpmn:sequenceFlow id="m-u" sourceRef="m" targetRef="u"/></bpmn:subProcess>"#;
    let sub = format!(
        r#"<bpmn:subProcess id="sub">{over}<bpmn:startEvent id="s2"/><bpmn:userTask id="a"/><bpmn:sequenceFlow id="s2-a" sourceRef="s2" targetRef="a"/>{event}</bpmn:subProcess>
        <bpmn:boundaryEvent id="t" attachedToRef="sub"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#
    );
    // a message may come any number of times: it comes while the listener runs, or never
    let process = model(&[START, &sub, END, &path(&["s", "sub", "e"]), &flow("t", "e")].concat());
    let mut play = Play::new(&process, r#"{"id":"7"}"#);
    operate(&play);
    let task = play.open()["a"];
    play.input(Input::CompleteTask { task, variables: Context::default() }).unwrap();
    let mut ends = 0;
    explore(&play, 0, &mut ends);
    assert_eq!(ends, 1, "the listener's job is all that is left");
}

#[test]
fn no_order_leaves_a_token_behind_in_events_of_items() {
    let items = r#"<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2]"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"#;
    let event = r#"<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:startEvent><bpmn:serviceTask id="u"><bpmn:extensionElements><zeebe:taskDefinition type="u"/></bpmn:extensionElements></bpmn:serviceTask><bpmn:sequenceFlow id="m-u" sourceRef="m" targetRef="u"/></bpmn:subProcess>"#;
    let sub = format!(
        r#"<bpmn:subProcess id="sub">{items}<bpmn:startEvent id="s2"/>{}{}{event}</bpmn:subProcess>
        <bpmn:boundaryEvent id="x" attachedToRef="sub"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>
        <bpmn:boundaryEvent id="stopped" attachedToRef="sub"><bpmn:messageEventDefinition messageRef="stop"/></bpmn:boundaryEvent>"#,
        task("a"),
        flow("s2", "a")
    );
    let ends = orders(&[START, &sub, END, &path(&["s", "sub", "e"]), &flow("x", "e"), &flow("stopped", "e")]);
    assert!(ends > 10, "{ends}");
}

#[test]
fn no_resolved_incident_leaves_a_token_behind_in_an_ad_hoc_sub_process() {
    let ad_hoc = r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:adHoc activeElementsCollection="=[&quot;a&quot;,&quot;b&quot;]"/></bpmn:extensionElements><bpmn:userTask id="a"/><bpmn:userTask id="b"/><bpmn:completionCondition>=done</bpmn:completionCondition></bpmn:adHocSubProcess>"#;
    let process = model(&[START, ad_hoc, END, &path(&["s", "ah", "e"])].concat());
    for done in [true, false] {
        for id in ["a", "b"] {
            let mut play = Play::new(&process, "{}");
            let task = play.open()[id];
            play.input(Input::CompleteTask { task, variables: Context::default() }).unwrap();
            operate(&play);
            let mend = Context::from_iter([("done", done)]);
            play.input(Input::SetVariables { scope: 1, variables: mend }).unwrap();
            let incident = play.open()["incident ah"];
            play.input(Input::ResolveIncident { incident }).unwrap();
            assert_eq!(play.ended(), done);
            if !done {
                operate(&play);
            }
        }
    }
}

#[test]
fn no_modification_leaves_a_token_behind_where_a_boundary_event_cannot_be_waited_for() {
    let sub = format!(
        r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/>{}{}</bpmn:subProcess>
        <bpmn:boundaryEvent id="x" attachedToRef="sub"><bpmn:messageEventDefinition messageRef="stop"/></bpmn:boundaryEvent>"#,
        task("b"),
        flow("s2", "b")
    );
    let process = model(&[START, &task("a"), &sub, END, &path(&["s", "a", "sub", "e"]), &flow("x", "e")].concat());
    // nothing gives the key of the message
    let mut play = Play::new(&process, "{}");
    let mut ends = 0;
    explore(&play, 0, &mut ends);
    assert_eq!(ends, 0, "every way leads to the incident");
    let start = vec![process.find("b").unwrap()];
    play.input(Input::Modify(Modification { start, ..Modification::default() })).unwrap();
    assert_eq!(play.names(), ["a", "b", "incident sub"]);
    operate(&play);
    play.input(Input::SetVariables { scope: 1, variables: Context::from_iter([("id", "SO-1")]) }).unwrap();
    let incident = play.open()["incident sub"];
    play.input(Input::ResolveIncident { incident }).unwrap();
    assert_eq!(play.names(), ["a", "b", "x"]);
    explore(&play, 0, &mut ends);
    assert!(ends > 5, "{ends}");
}

#[test]
fn every_kind_of_element_is_explored() {
    // the names stand in the models of this file behind this mark, and here without it
    let mark = "<bpmn:";
    let elements = "startEvent endEvent boundaryEvent intermediateCatchEvent intermediateThrowEvent userTask scriptTask \
        businessRuleTask receiveTask manualTask serviceTask task callActivity subProcess adHocSubProcess exclusiveGateway inclusiveGateway \
        parallelGateway eventBasedGateway multiInstanceLoopCharacteristics messageEventDefinition timerEventDefinition \
        signalEventDefinition errorEventDefinition escalationEventDefinition compensateEventDefinition \
        terminateEventDefinition linkEventDefinition";
    let missing = |element: &&str| !include_str!("exploration.rs").contains(&format!("{mark}{element}"));
    assert_eq!(elements.split_whitespace().filter(missing).collect::<Vec<_>>(), Vec::<&str>::new());
}
