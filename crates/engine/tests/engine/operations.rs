//! What people may do to a running instance.

use crate::play::{Play, condition, flow, model, path, task};
use engine::{Event, Input, Migration, Modification, Obstacle, Refusal, WaitsFor, migrate, preview};
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
    let modification = Modification { variables, start, end: vec![live], ..Modification::default() };
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
fn a_token_that_is_moved_out_of_a_scope_is_one_and_not_two() {
    let items = sub("b").replace(
        r#"<bpmn:startEvent id="s2"/>"#,
        r#"<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1, 2]"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics><bpmn:startEvent id="s2"/>"#,
    );
    for scope in [sub("b"), items] {
        let process = model(&[START, &scope, &task("c"), END, &path(&["s", "sub", "c", "e"])].concat());
        let mut play = Play::new(&process, "{}");
        let inside = |(_, element): &(_, bpmn::ElementIndex)| process.element(*element).id() == "b";
        let end = play.instance.live_elements().filter(inside).map(|(key, _)| key).collect();
        let start = vec![process.find("c").unwrap()];
        play.input(Input::Modify(Modification { start, end, ..Modification::default() })).unwrap();
        assert_eq!(play.names(), ["c"], "{scope}");
        play.complete("c", "{}");
        assert!(play.ended());
    }
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
    let against = migrate(&old, &new, &mut play.instance.clone(), &unmapped, &play.cx(), &mut Vec::new()).unwrap_err();
    assert_eq!(against, [Obstacle::NoCounterpart { element: "a".into() }]);
    let wrong = Migration { version: 2, elements: vec![("a".into(), "before".into())] };
    let against = migrate(&old, &new, &mut play.instance.clone(), &wrong, &play.cx(), &mut Vec::new()).unwrap_err();
    assert!(against[0].to_string().contains("another kind of element"), "{against:?}");
    let mapped = Migration { version: 2, elements: vec![("a".into(), "a2".into())] };
    let cx = play.cx();
    let mut folded = play.instance.clone();
    let mut events = Vec::new();
    migrate(&old, &new, &mut play.instance, &mapped, &cx, &mut events).unwrap();
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

#[test]
fn tokens_that_wait_at_a_join_can_be_ended() {
    let gateways = r#"<bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/>"#;
    let flows = [path(&["s", "f", "a", "j", "e"]), path(&["f", "b", "j"])].concat();
    let process = model(&[START, gateways, &task("a"), &task("b"), END, &flows].concat());
    let mut play = Play::new(&process, "{}");
    let join = process.find("j").unwrap();
    let end = |scope| Input::Modify(Modification { end_waiting: vec![(scope, join)], ..Modification::default() });
    let refused = play.input(end(1)).unwrap_err();
    assert_eq!(refused, Refusal::NoToken { gateway: "j".into(), scope: 1 });
    play.complete("a", "{}");
    play.input(end(1)).unwrap();
    assert_eq!(play.names(), ["b"]);
    play.complete("b", "{}");
    assert_eq!(play.names(), ["incident p", "j"], "it waits for the token that was ended");
}

#[test]
fn what_waits_since_later_than_its_element_says_since_when() {
    let cycle = r#"<bpmn:boundaryEvent id="r" attachedToRef="a" cancelActivity="false"><bpmn:timerEventDefinition><bpmn:timeCycle>R/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#;
    let listened = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/><zeebe:executionListeners><zeebe:executionListener eventType="start" type="before"/></zeebe:executionListeners></bpmn:extensionElements></bpmn:serviceTask>"#;
    let process = model(&[START, listened, cycle, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    let began = play.now;
    play.now = began.plus_millis(5);
    play.complete("a", "{}");
    let since = |play: &Play<'_>| -> Vec<i64> {
        play.instance.waiting(&process).iter().map(|waiting| waiting.since.0 - began.0).collect()
    };
    assert_eq!(since(&play), [5, 5], "the job of the task and its reminder, not those of the listener");
    play.fire("r");
    assert_eq!(since(&play), [5, 3_600_005], "the next reminder is waited for since the last one");
}

#[test]
fn everything_that_waits_says_for_what_since_when_and_who_can() {
    let user = r#"<bpmn:userTask id="u"><bpmn:extensionElements><zeebe:userTask/><zeebe:assignmentDefinition candidateGroups="sales" candidateUsers="ann, bob"/><zeebe:taskSchedule dueDate="2026-12-01T00:00:00Z"/></bpmn:extensionElements></bpmn:userTask>"#;
    let items = r#"<bpmn:serviceTask id="i"><bpmn:extensionElements><zeebe:taskDefinition type="pick"/></bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2]"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>"#;
    let catch = r#"<bpmn:intermediateCatchEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:intermediateCatchEvent>
        <bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
        <bpmn:intermediateCatchEvent id="g"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:intermediateCatchEvent>"#;
    let call = r#"<bpmn:callActivity id="c"><bpmn:extensionElements><zeebe:calledElement processId="child"/></bpmn:extensionElements></bpmn:callActivity>"#;
    let stuck = r#"<bpmn:scriptTask id="x"><bpmn:extensionElements><zeebe:script expression="=1" resultVariable="y"/><zeebe:executionListeners><zeebe:executionListener eventType="start" type="=nobody"/></zeebe:executionListeners></bpmn:extensionElements></bpmn:scriptTask>"#;
    let fork = r#"<bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/><bpmn:task id="done"/>"#;
    let ends = ["u", "i", "m", "t", "g", "c", "x", "done"];
    let flows: String = ends.iter().map(|id| [flow("f", id), flow(id, "j")].concat()).collect();
    let process =
        model(&[START, user, items, catch, call, stuck, fork, END, &path(&["s", "f"]), &flow("j", "e"), &flows].concat());
    let mut play = Play::new(&process, r#"{"id":"7"}"#);
    play.input(Input::Suspend).unwrap();
    let told: Vec<String> = play
        .instance
        .waiting(&process)
        .into_iter()
        .map(|waiting| {
            assert_eq!(waiting.since, play.now);
            format!("{}: {} ({})", process.element(waiting.element).id(), waiting.release, waiting.who)
        })
        .collect();
    for expected in [
        "u: the task is completed (anybody of sales, ann, bob)",
        "i: the job pick is completed, or throws an error (a worker for jobs of type pick)",
        "i: all 2 items are done, or enough of them; 0 are (whoever works on the items)",
        "m: the message go with the key 7 (whoever sends the message)",
        "g: the signal alarm (whoever throws the signal)",
        "c: the called process begins (whoever works on the called process)",
        "x: the cause is mended and the incident resolved (whoever may operate the process)",
        "p: the instance is resumed (whoever may operate the process)",
    ] {
        assert!(told.iter().any(|line| line == expected), "{expected}\n{told:#?}");
    }
    assert!(told.iter().any(|line| line.starts_with("t: t is due at ") && line.ends_with("(the clock)")), "{told:#?}");
    let join = told.iter().find(|line| line.starts_with("j: ")).unwrap();
    assert!(join.starts_with("j: a token that comes from ") && join.contains("u, i") && !join.contains("done"), "{join}");
    let due = play.instance.waiting(&process).into_iter().find_map(|waiting| match waiting.what {
        WaitsFor::Task { candidate_users, .. } => Some((candidate_users.len(), waiting.until.is_some())),
        _ => None,
    });
    assert_eq!(due, Some((2, true)));
}

#[test]
fn ten_thousand_items_take_turns_and_no_turn_is_long() {
    let multi = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/></bpmn:extensionElements>
        <bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=for i in 1..10000 return i" inputElement="item" outputCollection="results" outputElement="=item"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>"#;
    let process = model(&[START, multi, END, &path(&["s", "a", "e"])].concat());
    let mut instance = engine::Instance::new(engine::InstanceId(1), "p".into(), 1, None);
    let cx = engine::Cx::new(crate::play::NOW, &crate::play::Rules);
    let mut jobs = Vec::new();
    let mut input = Input::Start { variables: Context::default() };
    loop {
        let mut events = Vec::new();
        engine::step(&process, &mut instance, input, &cx, &mut events).unwrap();
        assert!(events.len() < 5_000, "a turn of {} events", events.len());
        jobs.extend(events.iter().filter_map(|event| match event {
            Event::JobCreated { job, .. } => Some(*job),
            _ => None,
        }));
        if !instance.wants_to_go_on() {
            break;
        }
        input = Input::Continue;
    }
    assert_eq!(jobs.len(), 10_000);
    for job in jobs {
        let done = Input::CompleteJob { job, variables: Context::default() };
        engine::step(&process, &mut instance, done, &cx, &mut Vec::new()).unwrap();
    }
    assert!(instance.is_completed());
    let results = instance.root_variables().get("results").and_then(|list| list.as_list().map(<[feel::Value]>::len));
    assert_eq!(results, Some(10_000));
}

#[test]
fn what_is_stuck_is_taken_as_done_with_the_results_of_somebody() {
    let mapped = r#"<bpmn:userTask id="a"><bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=assert(x, x != null, &quot;x is needed&quot;)" target="y"/><zeebe:output source="=r" target="kept"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:userTask>"#;
    let process = model(&[START, mapped, &task("b"), END, &path(&["s", "a", "b", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    let incident = play.open()["incident a"];
    play.input(Input::SkipIncident { incident, variables: Context::from_iter([("r", 7)]) }).unwrap();
    assert_eq!((play.names(), play.variables()), (vec!["b".to_owned()], r#"{"kept":7}"#.to_owned()));
    assert!(play.input(Input::SkipIncident { incident, variables: Context::default() }).is_err(), "it is gone");
}

#[test]
fn outputs_that_cannot_be_computed_are_left_out_when_they_are_skipped() {
    let mapped = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/><zeebe:ioMapping><zeebe:output source="=assert(r, r != null)" target="kept"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"#;
    let process = model(&[START, mapped, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    play.complete("a", "{}");
    let incident = play.open()["incident a"];
    play.input(Input::SkipIncident { incident, variables: Context::from_iter([("kept", 7)]) }).unwrap();
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"kept":7}"#);
}

#[test]
fn where_nothing_says_how_to_go_on_nothing_is_skipped() {
    let gateway = r#"<bpmn:exclusiveGateway id="g"/>"#;
    let ways = [condition("g", "a", "=x > 1"), condition("g", "b", "=x > 2"), path(&["a", "e"]), path(&["b", "e"])].concat();
    let process = model(&[START, gateway, &task("a"), &task("b"), END, &path(&["s", "g"]), &ways].concat());
    let mut play = Play::new(&process, r#"{"x":0}"#);
    let incident = play.open()["incident g"];
    let refused = play.input(Input::SkipIncident { incident, variables: Context::default() }).unwrap_err().to_string();
    assert!(refused.contains("nothing says which way it goes: move its token"), "{refused}");
    assert_eq!(play.names(), ["incident g"]);
}
