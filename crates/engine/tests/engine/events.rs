//! Signals, escalations, compensation, listeners, ad-hoc sub-processes and inclusive gateways, by playing small models.

use crate::play::{Play, condition, flow, model, path, task};
use engine::{Event, Input, Limits};
use feel::{Context, Value};

const START: &str = r#"<bpmn:startEvent id="s"/>"#;
const END: &str = r#"<bpmn:endEvent id="e"/>"#;

#[test]
fn inclusive_gateways_take_every_way_that_holds_and_wait_for_what_can_still_come() {
    let gateways = r#"<bpmn:inclusiveGateway id="f" default="f-c"/><bpmn:inclusiveGateway id="j"/>"#;
    let body = [
        START,
        gateways,
        &task("a"),
        &task("b"),
        &task("c"),
        &task("after"),
        END,
        &flow("s", "f"),
        &condition("f", "a", "=x &gt; 1"),
        &condition("f", "b", "=x &gt; 2"),
        &flow("f", "c"),
        &flow("a", "j"),
        &flow("b", "j"),
        &flow("c", "j"),
        &path(&["j", "after", "e"]),
    ];
    let process = model(&body.concat());
    let mut both = Play::new(&process, r#"{"x":3}"#);
    assert_eq!(both.names(), ["a", "b"]);
    both.complete("b", "{}");
    assert_eq!(both.names(), ["a", "j"]);
    both.complete("a", "{}");
    assert_eq!(both.names(), ["after"]);
    let mut one = Play::new(&process, r#"{"x":2}"#);
    assert_eq!(one.names(), ["a"]);
    one.complete("a", "{}");
    assert_eq!(one.names(), ["after"], "nothing comes by the other ways");
    assert_eq!(Play::new(&process, r#"{"x":0}"#).names(), ["c"], "the default");
}

#[test]
fn signals_are_thrown_and_caught() {
    let body = r#"<bpmn:intermediateThrowEvent id="t"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:intermediateThrowEvent>
        <bpmn:intermediateCatchEvent id="c"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:intermediateCatchEvent>"#;
    let process = model(&[START, body, END, &path(&["s", "t", "c", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    assert!(play.events.iter().any(|event| matches!(event, Event::SignalThrown { name, .. } if name == "alarm")));
    assert_eq!(play.names(), ["c"], "a signal that went out before is not heard");
    play.message("c", r#"{"level":2}"#);
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"level":2}"#);
}

#[test]
fn escalations_run_beside_or_interrupt_and_uncaught_ones_do_nothing() {
    let sub = |code: &str| {
        format!(
            r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:intermediateThrowEvent id="t"><bpmn:escalationEventDefinition escalationRef="{code}"/></bpmn:intermediateThrowEvent>{}{}</bpmn:subProcess>"#,
            task("a"),
            path(&["s2", "t", "a"])
        )
    };
    let boundary = |interrupting: bool| {
        format!(
            r#"<bpmn:boundaryEvent id="b" attachedToRef="sub" cancelActivity="{interrupting}"><bpmn:escalationEventDefinition escalationRef="late"/></bpmn:boundaryEvent>"#
        )
    };
    let played = |code: &str, interrupting: bool| {
        let body = [START, &sub(code), &boundary(interrupting), &task("chase"), &flow("s", "sub"), &flow("b", "chase")];
        let process = model(&body.concat());
        Play::new(&process, "{}").names()
    };
    assert_eq!(played("late", false), ["a", "chase"]);
    assert_eq!(played("late", true), ["chase"]);
    assert_eq!(played("other", true), ["a"]);
}

#[test]
fn compensation_undoes_what_was_completed_and_waits_for_it() {
    let undoable = |id: &str| {
        format!(
            r#"{}<bpmn:boundaryEvent id="b{id}" attachedToRef="{id}"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>
            <bpmn:serviceTask id="undo-{id}" isForCompensation="true"><bpmn:extensionElements><zeebe:taskDefinition type="undo"/></bpmn:extensionElements></bpmn:serviceTask>
            <bpmn:association id="as-{id}" sourceRef="b{id}" targetRef="undo-{id}"/>"#,
            task(id)
        )
    };
    let throw = r#"<bpmn:intermediateThrowEvent id="t"><bpmn:compensateEventDefinition/></bpmn:intermediateThrowEvent>"#;
    let sub = format!(
        r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/>{}{}</bpmn:subProcess>"#,
        undoable("b"),
        flow("s2", "b")
    );
    let body = [START, &undoable("a"), &sub, throw, &undoable("c"), END, &path(&["s", "a", "sub", "t", "c", "e"])];
    let process = model(&body.concat());
    let mut play = Play::new(&process, "{}");
    play.complete("a", "{}");
    play.complete("b", "{}");
    assert_eq!(
        play.names(),
        ["t", "undo-a", "undo-b"],
        "what is inside of a completed sub-process too, and c is not done yet"
    );
    play.complete("undo-b", "{}");
    assert_eq!(play.names(), ["t", "undo-a"]);
    play.complete("undo-a", "{}");
    assert_eq!(play.names(), ["c"], "the event has waited");
    play.complete("c", "{}");
    assert!(play.ended());
}

#[test]
fn a_path_of_an_ad_hoc_sub_process_undoes_what_was_done_in_the_others() {
    let undoable = |id: &str| {
        format!(
            r#"{}<bpmn:boundaryEvent id="b{id}" attachedToRef="{id}"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>
            <bpmn:serviceTask id="undo-{id}" isForCompensation="true"><bpmn:extensionElements><zeebe:taskDefinition type="undo"/></bpmn:extensionElements></bpmn:serviceTask>
            <bpmn:association id="as-{id}" sourceRef="b{id}" targetRef="undo-{id}"/>"#,
            task(id)
        )
    };
    let throw = r#"<bpmn:intermediateThrowEvent id="t"><bpmn:compensateEventDefinition/></bpmn:intermediateThrowEvent>"#;
    let ad_hoc = format!(
        r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:adHoc activeElementsCollection="=[&quot;a&quot;,&quot;b&quot;,&quot;c&quot;]"/></bpmn:extensionElements>{}{}{}{throw}{}</bpmn:adHocSubProcess>"#,
        undoable("a"),
        undoable("b"),
        undoable("c"),
        flow("a", "t")
    );
    let process = model(&[START, &ad_hoc, END, &path(&["s", "ah", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    play.complete("b", "{}");
    play.complete("a", "{}");
    let open = |play: &Play<'_>| play.names().into_iter().filter(|name| name != "ah").collect::<Vec<_>>();
    assert_eq!(open(&play), ["c", "t", "undo-a", "undo-b"], "c is not done yet");
    play.complete("undo-b", "{}");
    play.complete("undo-a", "{}");
    assert_eq!(open(&play), ["c"], "its path has ended, and that of c goes on");
    play.complete("c", "{}");
    assert!(play.ended());
}

#[test]
fn listeners_run_before_and_after_and_hold_the_element_up() {
    let listened = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/>
        <zeebe:executionListeners><zeebe:executionListener eventType="start" type="first"/><zeebe:executionListener eventType="start" type="second"/><zeebe:executionListener eventType="end" type="last" retries="1"/></zeebe:executionListeners></bpmn:extensionElements></bpmn:serviceTask>"#;
    let process = model(&[START, listened, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    let mut seen = Vec::new();
    for results in [r#"{"x":1}"#, "{}", "{}"] {
        seen.push(play.job_type("a"));
        play.complete("a", results);
    }
    assert_eq!(seen, ["first", "second", "a"]);
    let job = play.open()["a"];
    play.input(Input::FailJob { job, retries: 0, message: "broken".into(), retry_at: None }).unwrap();
    assert_eq!(play.names(), ["incident a"]);
    let incident = play.open()["incident a"];
    play.input(Input::ResolveIncident { incident }).unwrap();
    assert_eq!(play.job_type("a"), "last", "the listener is tried again, not the work");
    play.complete("a", "{}");
    assert!(play.ended());
}

#[test]
fn user_tasks_carry_people_dates_priority_and_form_and_can_be_assigned() {
    let user = r#"<bpmn:userTask id="u"><bpmn:extensionElements><zeebe:userTask/><zeebe:formDefinition formId="approve"/>
        <zeebe:assignmentDefinition candidateGroups="=[&quot;sales&quot;]" candidateUsers="ann, bob"/><zeebe:priorityDefinition priority="=p"/>
        <zeebe:taskSchedule dueDate="2026-12-01T00:00:00Z" followUpDate="2026-11-30T00:00:00Z"/>
        <zeebe:taskListeners><zeebe:taskListener eventType="completing" type="audit"/></zeebe:taskListeners></bpmn:extensionElements></bpmn:userTask>"#;
    let process = model(&[START, user, END, &path(&["s", "u", "e"])].concat());
    let mut play = Play::new(&process, r#"{"p":80}"#);
    let created = play.events.iter().find_map(|event| match event {
        Event::TaskCreated { details, .. } => {
            Some((details.priority, details.candidate_users.len(), details.form.clone(), details.follow_up.is_some()))
        }
        _ => None,
    });
    assert_eq!(created, Some((80, 2, Some("approve".into()), true)));
    let task = play.open()["u"];
    play.input(Input::AssignTask { task, assignee: Some("ann".into()) }).unwrap();
    play.input(Input::CompleteTask { task, variables: Context::from_iter([("ok", true)]) }).unwrap();
    assert_eq!(play.job_type("u"), "audit");
    play.complete("u", "{}");
    assert!(play.ended());
    assert_eq!(Play::new(&process, r#"{"p":101}"#).names(), ["incident u"]);
}

#[test]
fn ad_hoc_sub_processes_run_what_is_asked_for_until_it_is_enough() {
    let ad_hoc = |condition: &str| {
        format!(
            r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:adHoc activeElementsCollection="=begin" outputCollection="results" outputElement="=r"/></bpmn:extensionElements>{}{}{}{}{condition}</bpmn:adHocSubProcess>"#,
            task("a"),
            task("b"),
            task("c"),
            flow("b", "c")
        )
    };
    let process = model(&[START, &ad_hoc(""), END, &path(&["s", "ah", "e"])].concat());
    let mut play = Play::new(&process, r#"{"begin":["a","b"]}"#);
    assert_eq!(play.names(), ["a", "ah", "b"]);
    play.complete("a", r#"{"r":1}"#);
    play.complete("b", r#"{"r":2}"#);
    assert_eq!(play.names(), ["ah", "c"]);
    play.complete("c", r#"{"r":3}"#);
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"begin":["a","b"],"results":[1,3]}"#);

    let enough = ad_hoc("<bpmn:completionCondition>=list contains(results, 2)</bpmn:completionCondition>");
    let process = model(&[START, &enough, END, &path(&["s", "ah", "e"])].concat());
    let mut play = Play::new(&process, r#"{"begin":[]}"#);
    let scope = play.open()["ah"];
    let activate = |element: &str| Input::Activate { scope, elements: vec![element.into()] };
    play.input(activate("a")).unwrap();
    play.complete("a", r#"{"r":1}"#);
    assert_eq!(play.names(), ["ah"], "not enough yet");
    assert!(play.input(activate("c")).is_err(), "something leads to it");
    play.input(activate("a")).unwrap();
    play.input(activate("b")).unwrap();
    play.complete("a", r#"{"r":2}"#);
    assert!(play.ended(), "what is still active is ended");
}

#[test]
fn a_long_list_is_worked_off_in_slices_and_others_may_step_in_between() {
    let multi = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/></bpmn:extensionElements>
        <bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=for i in 1..250 return i" inputElement="item"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>"#;
    let process = model(&[START, multi, END, &path(&["s", "a", "e"])].concat());
    let limits = Limits { slice: 100, ..Limits::default() };
    let mut play = Play::limited(&process, "{}", limits);
    assert!(play.instance.wants_to_go_on());
    assert!(play.names().len() <= 100, "{}", play.names().len());
    let mut steps = 1;
    while play.instance.wants_to_go_on() {
        play.input(Input::Continue).unwrap();
        steps += 1;
    }
    assert_eq!((steps, play.names().len()), (3, 250));
    let mut cancelled = Play::limited(&process, "{}", limits);
    cancelled.input(Input::Cancel).unwrap();
    assert!(cancelled.ended() && cancelled.names().is_empty());
}

#[test]
fn a_failed_job_rests_as_long_as_the_model_says() {
    let job = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a" retries="=r"/>
        <zeebe:properties><zeebe:property name="crossdock:backoff" value="=duration(&quot;PT5M&quot;)"/><zeebe:property name="crossdock:priority" value="=r * 10"/></zeebe:properties></bpmn:extensionElements></bpmn:serviceTask>"#;
    let process = model(&[START, job, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, r#"{"r":4}"#);
    let job = play.open()["a"];
    assert_eq!(play.instance.job_priority(job), Some(40));
    play.input(Input::FailJob { job, retries: 3, message: "busy".into(), retry_at: None }).unwrap();
    assert_eq!(play.instance.timer_due(job), Some(play.now.plus(units::Minutes(5))));
}

#[test]
fn a_failed_job_rests_as_long_as_the_template_of_a_connector_says() {
    let job = |more: &str| {
        format!(
            r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="io.camunda:http-json:1" retries="=tries"/>
            <zeebe:taskHeaders><zeebe:header key="retryBackoff" value="PT30S"/></zeebe:taskHeaders>{more}</bpmn:extensionElements></bpmn:serviceTask>"#
        )
    };
    let own = r#"<zeebe:properties><zeebe:property name="crossdock:backoff" value="PT5M"/></zeebe:properties>"#;
    for (more, millis) in [("", 30_000), (own, 300_000)] {
        let process = model(&[START, &job(more), END, &path(&["s", "a", "e"])].concat());
        let mut play = Play::new(&process, r#"{"tries":2}"#);
        let job = play.open()["a"];
        assert_eq!(play.instance.job_retries(job), Some(2));
        play.input(Input::FailJob { job, retries: 1, message: "busy".into(), retry_at: None }).unwrap();
        assert_eq!(play.instance.timer_due(job), Some(play.now.plus_millis(millis)));
    }
}

#[test]
fn a_worker_can_lead_an_ad_hoc_sub_process() {
    let led = format!(
        r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:taskDefinition type="lead"/><zeebe:adHoc outputCollection="results" outputElement="=r"/></bpmn:extensionElements>{}{}{}{}</bpmn:adHocSubProcess>"#,
        task("a"),
        task("b"),
        task("c"),
        flow("b", "c")
    );
    let process = model(&[START, &led, END, &path(&["s", "ah", "e"])].concat());
    let lead = |play: &mut Play<'_>, activate: &[&str], fulfilled: bool, cancel_remaining: bool| {
        let own = |id: &&str| ((*id).into(), Context::from_iter([("of", *id)]));
        let lead = engine::AdHocLead { activate: activate.iter().map(own).collect(), fulfilled, cancel_remaining };
        let job = play.open()["ah"];
        play.input(Input::LeadAdHoc { job, variables: Context::default(), lead })
    };
    let mut play = Play::new(&process, "{}");
    assert_eq!(play.job_type("ah"), "lead");
    let known = play.instance.job_variables(play.open()["ah"]).to_json().to_string();
    assert!(known.contains(r#""elementId":"a""#) && !known.contains(r#""elementId":"c""#), "c follows b: {known}");
    assert!(lead(&mut play, &["c"], false, false).unwrap_err().to_string().contains("c cannot begin"));
    assert!(lead(&mut play, &["a"], true, false).unwrap_err().to_string().contains("not both"));
    lead(&mut play, &["a", "b"], false, false).unwrap();
    assert_eq!(play.names(), ["a", "ah", "b"]);
    assert_eq!(play.instance.job_variables(play.open()["b"]).get("of"), Some(&"b".into()));
    let waits = play.instance.waiting(&process).iter().any(|waiting| matches!(waiting.what, engine::WaitsFor::AdHoc));
    assert!(waits, "no job is open while the worker has decided and nothing has ended");
    play.complete("a", r#"{"r":1}"#);
    assert_eq!(play.job_type("ah"), "lead", "a path has ended: it is asked again");
    let mut gentle = play.clone();
    lead(&mut gentle, &[], true, false).unwrap();
    assert_eq!(gentle.names(), ["ah", "b"], "what is active goes on");
    gentle.complete("b", "{}");
    gentle.complete("c", r#"{"r":3}"#);
    assert!(gentle.ended());
    assert_eq!(gentle.variables(), r#"{"results":[1,3]}"#);
    lead(&mut play, &[], true, true).unwrap();
    assert!(play.ended(), "what is active is ended");
}

/// An ad-hoc sub-process of two paths, each of two tasks, that collects `result`.
fn two_paths(definition: &str, condition: &str) -> String {
    let inside = [task("a"), task("a2"), flow("a", "a2"), task("b"), task("b2"), flow("b", "b2")].concat();
    let ad_hoc = format!(
        r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements>{definition}</bpmn:extensionElements>{inside}{condition}</bpmn:adHocSubProcess>"#
    );
    [START, &ad_hoc, END, &path(&["s", "ah", "e"])].concat()
}

const BOTH: &str = r#"<zeebe:adHoc activeElementsCollection="=[&quot;a&quot;,&quot;b&quot;]" outputCollection="results" outputElement="=result"/>"#;

#[test]
fn each_path_of_an_ad_hoc_sub_process_has_a_result_of_its_own() {
    let process = model(&two_paths(BOTH, ""));
    let mut play = Play::new(&process, "{}");
    play.complete("a", r#"{"result":"A"}"#);
    let mut silent = play.clone();
    play.complete("b", r#"{"result":"B"}"#);
    play.complete("a2", "{}");
    play.complete("b2", "{}");
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"results":["A","B"]}"#, "and none of them is a variable around");
    silent.complete("b", "{}");
    silent.complete("a2", "{}");
    silent.complete("b2", "{}");
    assert_eq!(silent.variables(), r#"{"results":["A",null]}"#, "not that of another path");
}

#[test]
fn what_a_leader_gives_an_element_is_there_for_its_whole_path() {
    let led = r#"<zeebe:taskDefinition type="lead"/><zeebe:adHoc outputCollection="results" outputElement="={id: toolCall.id, result: result}"/>"#;
    let process = model(&two_paths(led, ""));
    let mut play = Play::new(&process, "{}");
    let own = |id: i64| Context::from_iter([("toolCall", Value::Context(Context::from_iter([("id", id)])))]);
    let activate = vec![("a".into(), own(1)), ("a".into(), own(2))];
    let lead = engine::AdHocLead { activate, ..engine::AdHocLead::default() };
    play.input(Input::LeadAdHoc { job: play.open()["ah"], variables: Context::default(), lead }).unwrap();
    play.complete("a", "{}");
    assert_eq!(play.instance.job_variables(play.open()["a2"]).get("toolCall"), own(1).get("toolCall"));
    play.complete("a2", "{}");
    assert_eq!(play.job_type("ah"), "lead", "a path has ended: the leader is asked");
    let results = play.instance.job_variables(play.open()["ah"]).get("results").map(ToString::to_string);
    assert_eq!(results.unwrap(), "[{id: 1, result: null}]");
}

#[test]
fn an_element_says_what_it_asks_its_leader_for() {
    let inside = r#"<bpmn:userTask id="a" name="Look up"><bpmn:documentation>finds an order</bpmn:documentation><bpmn:extensionElements><zeebe:ioMapping>
        <zeebe:input source="=fromAi(toolCall.orderId, &quot;the order&quot;, &quot;string&quot;, {minLength: 3}, {required: false})" target="order"/>
        <zeebe:input source="=[fromAi(value: toolCall.limit, type: &quot;number&quot;), 1]" target="limits"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:userTask>"#;
    let ad_hoc = format!(
        r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:taskDefinition type="lead"/></bpmn:extensionElements>{inside}</bpmn:adHocSubProcess>"#
    );
    let process = model(&[START, &ad_hoc, END, &path(&["s", "ah", "e"])].concat());
    let play = Play::new(&process, "{}");
    let known = play.instance.job_variables(play.open()["ah"]);
    assert_eq!(
        known.get("adHocSubProcessElements").unwrap().to_json().to_string(),
        r#"[{"elementId":"a","elementName":"Look up","documentation":"finds an order","properties":{},"parameters":[{"name":"toolCall.orderId","description":"the order","type":"string","schema":{"minLength":3},"options":{"required":false}},{"name":"toolCall.limit","type":"number"}]}]"#
    );
}

#[test]
fn a_path_whose_result_cannot_be_computed_waits_for_somebody_to_mend_it() {
    let strict = BOTH.replace("=result", "=assert(result, result != null, &quot;no result&quot;)");
    let process = model(&two_paths(&strict, ""));
    let mut play = Play::new(&process, "{}");
    play.complete("a", "{}");
    play.complete("a2", "{}");
    let incident = play.open()["incident ah"];
    play.input(Input::SetVariables { scope: 1, variables: Context::from_iter([("result", 7)]) }).unwrap();
    play.input(Input::ResolveIncident { incident }).unwrap();
    play.complete("b", "{}");
    play.complete("b2", "{}");
    assert_eq!(play.variables(), r#"{"result":7,"results":[7,7]}"#);
}

#[test]
fn a_path_that_was_ended_by_hand_gives_no_result() {
    let process = model(&two_paths(BOTH, ""));
    let mut play = Play::new(&process, "{}");
    let live = |play: &Play<'_>, id: &str| {
        let index = process.find(id).unwrap();
        play.instance.live_elements().find(|(_, element)| *element == index).map(|(key, _)| key).unwrap()
    };
    let moved = engine::Modification {
        start: vec![process.find("a2").unwrap()],
        end: vec![live(&play, "a")],
        ..engine::Modification::default()
    };
    play.input(Input::Modify(moved)).unwrap();
    assert_eq!(play.names(), ["a2", "ah", "b"]);
    play.complete("a2", r#"{"result":"moved"}"#);
    play.complete("b", "{}");
    play.complete("b2", "{}");
    assert_eq!(play.variables(), r#"{"results":["moved",null]}"#);
}

#[test]
fn a_failed_lead_is_an_incident_and_is_asked_again_when_resolved() {
    let led = format!(
        r#"<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:taskDefinition type="lead"/></bpmn:extensionElements>{}</bpmn:adHocSubProcess>"#,
        task("a")
    );
    let process = model(&[START, &led, END, &path(&["s", "ah", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    let job = play.open()["ah"];
    play.input(Input::FailJob { job, retries: 0, message: "broken".into(), retry_at: None }).unwrap();
    let incident = play.open()["incident ah"];
    play.input(Input::ResolveIncident { incident }).unwrap();
    assert_eq!(play.job_type("ah"), "lead");
    play.complete("ah", "{}");
    assert!(!play.ended(), "the worker has not said that it is enough");
}

#[test]
fn listeners_at_the_end_of_events_on_an_edge_hold_the_path_up() {
    let event = r#"<bpmn:boundaryEvent id="t" attachedToRef="a"><bpmn:extensionElements><zeebe:executionListeners><zeebe:executionListener eventType="end" type="note"><zeebe:taskHeaders><zeebe:header key="k" value="v"/></zeebe:taskHeaders></zeebe:executionListener></zeebe:executionListeners></bpmn:extensionElements><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#;
    let process = model(&[START, &task("a"), event, &task("late"), &path(&["s", "a"]), &flow("t", "late")].concat());
    let mut play = Play::new(&process, "{}");
    play.fire("t");
    assert_eq!((play.names(), play.job_type("t")), (vec!["t".to_owned()], "note".to_owned()));
    play.complete("t", r#"{"seen":true}"#);
    assert_eq!(play.names(), ["late"]);
    assert_eq!(play.variables(), r#"{"seen":true}"#);
    let headers = &process.element(process.find("t").unwrap()).listeners[0].job.headers;
    assert_eq!(headers, &[("k".into(), "v".into())]);
}

#[test]
fn an_error_that_is_thrown_may_compute_its_code() {
    let sub = r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:endEvent id="x"><bpmn:errorEventDefinition errorRef="computed"/></bpmn:endEvent><bpmn:sequenceFlow id="s2-x" sourceRef="s2" targetRef="x"/></bpmn:subProcess>
        <bpmn:boundaryEvent id="b" attachedToRef="sub"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:boundaryEvent>"#;
    let process = model(&[START, sub, &task("mend"), &path(&["s", "sub"]), &flow("b", "mend")].concat());
    assert_eq!(Play::new(&process, r#"{"code":"bad"}"#).names(), ["mend"]);
    assert_eq!(Play::new(&process, r#"{"code":"other"}"#).names(), ["incident x"]);
    assert_eq!(Play::new(&process, r#"{"code":7}"#).names(), ["incident x"]);
}

#[test]
fn a_completion_condition_that_is_neither_true_nor_false_is_an_incident_and_not_a_silent_no() {
    let multi = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/></bpmn:extensionElements>
        <bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=[1,2]"/></bpmn:extensionElements><bpmn:completionCondition>=enough</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>"#;
    let process = model(&[START, multi, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    play.complete("a", "{}");
    assert_eq!(play.names(), ["a", "incident a"]);
    play.input(Input::SetVariables { scope: 1, variables: Context::from_iter([("enough", true)]) }).unwrap();
    let incident = play.open()["incident a"];
    play.input(Input::ResolveIncident { incident }).unwrap();
    assert!(play.ended());
}
