//! What is done once per item: how far it is, what it gives, and that it is no endless circle.

use crate::play::{NOW, Play, Rules, flow, model, path, task};
use engine::{Cx, Event, Input, Instance, InstanceId, Limits, step};
use feel::Context;

const START: &str = r#"<bpmn:startEvent id="s"/>"#;
const END: &str = r#"<bpmn:endEvent id="e"/>"#;

fn items(attributes: &str, collection: &str, rest: &str) -> String {
    format!(
        r#"<bpmn:multiInstanceLoopCharacteristics {attributes}><bpmn:extensionElements><zeebe:loopCharacteristics {collection}/></bpmn:extensionElements>{rest}</bpmn:multiInstanceLoopCharacteristics>"#
    )
}

fn multi_task(id: &str, items: &str) -> String {
    format!(
        r#"<bpmn:serviceTask id="{id}"><bpmn:extensionElements><zeebe:taskDefinition type="{id}"/></bpmn:extensionElements>{items}</bpmn:serviceTask>"#
    )
}

#[test]
fn completion_conditions_know_how_many_items_there_are_and_are_done() {
    let enough = "<bpmn:completionCondition>=numberOfCompletedInstances / numberOfInstances &gt;= 0.5 and numberOfActiveInstances = 3 and numberOfTerminatedInstances = 0</bpmn:completionCondition>";
    let multi = multi_task("a", &items("", r#"inputCollection="=[1,2,3,4]""#, enough));
    let process = model(&[START, &multi, &task("b"), END, &path(&["s", "a", "b", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    play.complete("a", "{}");
    assert_eq!(play.names().len(), 3, "a quarter is not enough");
    play.complete("a", "{}");
    assert_eq!(play.names(), ["b"]);
}

#[test]
fn completion_conditions_see_the_results_so_far() {
    let enough = "<bpmn:completionCondition>=count(offers[item != null]) = 2</bpmn:completionCondition>";
    let collection = r#"inputCollection="=[1,2,3]" outputCollection="offers" outputElement="=offer""#;
    let multi = multi_task("a", &items("", collection, enough));
    let process = model(&[START, &multi, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    play.complete("a#3", r#"{"offer":30}"#);
    play.complete("a", r#"{"offer":10}"#);
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"offers":[10,null,30]}"#);
}

#[test]
fn results_are_in_the_order_of_the_items_whatever_an_item_does_to_its_counter() {
    let collection = r#"inputCollection="=[1,2]" outputCollection="r" outputElement="=x""#;
    let multi = multi_task("a", &items("", collection, ""));
    let process = model(&[START, &multi, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    play.complete("a", r#"{"x":1,"loopCounter":2}"#);
    play.complete("a", r#"{"x":2,"loopCounter":-9223372036854775808}"#);
    assert_eq!(play.variables(), r#"{"r":[1,2]}"#);
}

#[test]
fn an_item_whose_completion_condition_is_mended_does_not_listen_again() {
    let enough = "<bpmn:completionCondition>=limit &lt;= numberOfCompletedInstances</bpmn:completionCondition>";
    let multi = format!(
        r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/><zeebe:executionListeners><zeebe:executionListener eventType="end" type="after"/></zeebe:executionListeners></bpmn:extensionElements>{}</bpmn:serviceTask>"#,
        items("", r#"inputCollection="=[1,2,3]""#, enough)
    );
    let process = model(&[START, &multi, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    let jobs = |play: &Play<'_>| play.events.iter().filter(|event| matches!(event, Event::JobCreated { .. })).count();
    play.complete("a", "{}");
    play.complete("a#3", "{}");
    let incident = play.open()["incident a"];
    let before = jobs(&play);
    play.input(Input::SetVariables { scope: 1, variables: Context::from_iter([("limit", 2)]) }).unwrap();
    play.input(Input::ResolveIncident { incident }).unwrap();
    assert_eq!(jobs(&play), before, "its listener is not asked again");
    assert_eq!(play.instance.incidents().count(), 0);
}

#[test]
fn a_hundred_thousand_items_end_in_one_step() {
    // at a cost that grows with the square of the items this would not end
    let multi = multi_task("a", &items("", r#"inputCollection="=for i in 1..100000 return i""#, ""));
    let process = model(&[START, &multi, END, &path(&["s", "a", "e"])].concat());
    let mut instance = Instance::new(InstanceId(1), "p".into(), 1, None);
    let limits = Limits { slice: 200_000, ..Limits::default() };
    let cx = Cx { limits, ..Cx::new(NOW, &Rules) };
    let mut events = Vec::new();
    step(&process, &mut instance, Input::Start { variables: Context::default() }, &cx, &mut events).unwrap();
    assert_eq!(instance.jobs().count(), 100_000);
    events.clear();
    step(&process, &mut instance, Input::Cancel, &cx, &mut events).unwrap();
    assert!(instance.is_ended());
    let cancelled = events.iter().filter(|event| matches!(event, Event::JobCancelled { .. })).count();
    assert_eq!(cancelled, 100_000);
}

#[test]
fn what_a_wide_scope_had_open_is_closed_a_slice_at_a_time() {
    let multi = multi_task("a", &items("", r#"inputCollection="=for i in 1..1000 return i""#, ""));
    let edge = r#"<bpmn:boundaryEvent id="t" attachedToRef="a"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#;
    let flows = [path(&["s", "a", "e"]), path(&["t", "late", "e"])].concat();
    let process = model(&[START, &multi, edge, &task("late"), END, &flows].concat());
    let mut play = Play::limited(&process, "{}", Limits { slice: 100, ..Limits::default() });
    play_on(&mut play);
    assert_eq!(play.instance.jobs().count(), 1_000);
    let mut cancelled = play.clone();
    for (of, how) in [(&mut play, None), (&mut cancelled, Some(Input::Cancel))] {
        of.events.clear();
        let job = of.instance.jobs().next().unwrap();
        match how {
            None => of.fire("t"),
            Some(input) => of.input(input).unwrap(),
        }
        assert!(of.input(Input::CompleteJob { job, variables: Context::default() }).is_err(), "it is gone at once");
        let mut turns = 0;
        while of.instance.wants_to_go_on() {
            of.input(Input::Continue).unwrap();
            engine::check(&process, &of.instance).unwrap();
            turns += 1;
        }
        assert!(turns >= 9, "{turns}");
        let closed = of.events.iter().filter(|event| matches!(event, Event::JobCancelled { .. })).count();
        assert_eq!(closed, 1_000);
    }
    assert_eq!(play.names(), ["late"], "the path that interrupted goes on when all is closed");
    assert!(cancelled.ended());
}

#[test]
fn results_of_items_go_out_unless_they_are_collected() {
    let collection = r#"inputCollection="=[1,2]" outputCollection="offers" outputElement="=offer""#;
    let multi = multi_task("a", &items("", collection, ""));
    let process = model(&[START, &multi, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    play.complete("a", r#"{"offer":10,"seen":true}"#);
    play.complete("a", r#"{"offer":20}"#);
    assert_eq!(play.variables(), r#"{"seen":true,"offers":[10,20]}"#);
}

#[test]
fn output_mappings_of_items_go_out_unless_they_are_collected() {
    let collection = r#"inputCollection="=[1,2]" outputCollection="offers" outputElement="=offer.price""#;
    let multi = format!(
        r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/><zeebe:ioMapping><zeebe:output source="={{price: raw}}" target="offer"/><zeebe:output source="=raw" target="last"/></zeebe:ioMapping></bpmn:extensionElements>{}</bpmn:serviceTask>"#,
        items("", collection, "")
    );
    let process = model(&[START, &multi, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, "{}");
    play.complete("a", r#"{"raw":10}"#);
    play.complete("a", r#"{"raw":20}"#);
    assert_eq!(play.variables(), r#"{"last":20,"offers":[10,20]}"#);
}

/// A sub-process with this inside, once for each of so many items.
fn each(count: u32, sequential: bool, ids: &[&str]) -> String {
    let attributes = format!(r#"isSequential="{sequential}""#);
    let tasks: String = ids.iter().map(|id| format!(r#"<bpmn:task id="{id}"/>"#)).collect();
    let path = path(&[&["s2"], ids].concat());
    let items = items(&attributes, &format!(r#"inputCollection="=for i in 1..{count} return i""#), "");
    format!(r#"<bpmn:subProcess id="sub">{items}<bpmn:startEvent id="s2"/>{tasks}{path}</bpmn:subProcess>"#)
}

fn play_on(play: &mut Play<'_>) {
    while play.instance.wants_to_go_on() {
        play.input(Input::Continue).unwrap();
    }
}

#[test]
fn many_items_with_a_long_way_each_are_no_endless_circle() {
    for sequential in [true, false] {
        let process = model(&[START, &each(40, sequential, &["a", "b", "c"]), END, &path(&["s", "sub", "e"])].concat());
        let mut play = Play::limited(&process, "{}", Limits { activations: 60, slice: 25, ..Limits::default() });
        play_on(&mut play);
        assert!(play.ended(), "{:?}", play.names());
    }
}

#[test]
fn a_circle_around_items_is_found() {
    let gateway = r#"<bpmn:exclusiveGateway id="g"/>"#;
    let flows = [path(&["s", "g", "sub"]), flow("sub", "g")].concat();
    let process = model(&[START, gateway, &each(5, false, &["a"]), &flows].concat());
    let mut play = Play::limited(&process, "{}", Limits { activations: 100, slice: 30, ..Limits::default() });
    play_on(&mut play);
    assert!(!play.ended());
    assert_eq!(play.instance.incidents().count(), 1, "{:?}", play.names());
}

#[test]
fn a_token_that_is_stopped_at_a_join_does_not_pass_it_alone() {
    let gateways = r#"<bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/><bpmn:task id="long"/>"#;
    let flows = [path(&["s", "f", "j", "e"]), path(&["f", "a", "j"])].concat();
    let process = model(&[START, gateways, &task("a"), END, &flows].concat());
    let mut play = Play::limited(&process, "{}", Limits { activations: 3, ..Limits::default() });
    while let Some(incident) = play.open().iter().find(|(name, _)| name.starts_with("incident")).map(|(_, key)| *key) {
        play.input(Input::ResolveIncident { incident }).unwrap();
        play.input(Input::Resume).unwrap();
    }
    assert_eq!(play.names(), ["a", "j"]);
    play.complete("a", "{}");
    assert!(play.ended());
    let joined = play.events.iter().filter(|event| matches!(event, Event::Joined { .. })).count();
    assert_eq!(joined, 1);
}

#[test]
fn results_do_not_go_past_a_variable_of_the_activity_itself() {
    let own = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/><zeebe:ioMapping><zeebe:input source="=x + 1" target="x"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"#;
    let process = model(&[START, own, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, r#"{"x":1}"#);
    play.complete("a", r#"{"x":100,"y":2}"#);
    assert_eq!(play.variables(), r#"{"x":1,"y":2}"#);
}

#[test]
fn everything_that_is_computed_draws_random_numbers_of_its_own() {
    let script = r#"<bpmn:scriptTask id="a"><bpmn:extensionElements><zeebe:script expression="=uuid()" resultVariable="r"/><zeebe:ioMapping><zeebe:input source="=uuid()" target="i"/><zeebe:output source="=uuid()" target="o.one"/><zeebe:output source="=uuid()" target="o.two"/><zeebe:output source="=i" target="i2"/><zeebe:output source="=r" target="r2"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:scriptTask>"#;
    let process = model(&[START, script, END, &path(&["s", "a", "e"])].concat());
    let play = Play::new(&process, "{}");
    let all: serde_json::Value = serde_json::from_str(&play.variables()).unwrap();
    let mut drawn: Vec<String> =
        [&all["i2"], &all["r2"], &all["o"]["one"], &all["o"]["two"]].iter().map(|drawn| drawn.to_string()).collect();
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), 4, "{all}");
    assert_eq!(Play::new(&process, "{}").variables(), play.variables(), "and the same again in the same place");
}

#[test]
fn two_decisions_of_one_step_draw_from_different_seeds() {
    let rule = |id: &str| {
        format!(
            r#"<bpmn:businessRuleTask id="{id}"><bpmn:extensionElements><zeebe:calledDecision decisionId="seed" resultVariable="{id}"/></bpmn:extensionElements></bpmn:businessRuleTask>"#
        )
    };
    let process = model(&[START, &rule("a"), &rule("b"), END, &path(&["s", "a", "b", "e"])].concat());
    let play = Play::new(&process, "{}");
    let variables = play.instance.root_variables();
    assert!(variables.get("a").is_some_and(|seed| !seed.is_null()));
    assert_ne!(variables.get("a"), variables.get("b"));
}

#[test]
fn a_value_that_a_loop_puts_into_itself_is_an_incident_before_it_is_too_deep_to_store() {
    let grows = [
        r#"<bpmn:task id="a"><bpmn:extensionElements><zeebe:ioMapping><zeebe:output source="=a" target="a.n"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:task>"#,
        r#"<bpmn:scriptTask id="a"><bpmn:extensionElements><zeebe:script expression="=[a]" resultVariable="a"/></bpmn:extensionElements></bpmn:scriptTask>"#,
    ];
    for grow in grows {
        let gateway = r#"<bpmn:exclusiveGateway id="g"/>"#;
        let process = model(&[START, gateway, grow, &path(&["s", "g", "a"]), &flow("a", "g")].concat());
        let mut play = Play::new(&process, r#"{"a":{}}"#);
        assert_eq!(play.names(), ["incident a"]);
        let why = play.instance.waiting(&process).into_iter().find_map(|waiting| match waiting.what {
            engine::WaitsFor::Incident(why) => Some(why.to_string()),
            _ => None,
        });
        assert!(why.unwrap().contains("nested more than 100 levels deep"));
        play.input(Input::SetVariables { scope: 1, variables: Context::from_iter([("a", 1)]) }).unwrap();
        let incident = play.open()["incident a"];
        play.input(Input::ResolveIncident { incident }).unwrap();
        assert_eq!(play.names(), ["incident a"], "mended it goes round until it is too deep again");
    }
}

#[test]
fn more_items_than_can_be_done_at_a_time_are_an_incident_that_says_so() {
    let multi = multi_task("a", &items("", r#"inputCollection="=list""#, ""));
    let process = model(&[START, &multi, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::limited(&process, r#"{"list":[1,2,3,4]}"#, Limits { items: 3, ..Limits::default() });
    let incident = play.open()["incident a"];
    let told = play.told();
    assert_eq!(told, ["the collection `list` has 4 items, and at most 3 can be done at a time"]);
    let variables = serde_json::from_str(r#"{"list":[1,2,3]}"#).unwrap();
    play.input(Input::SetVariables { scope: 1, variables }).unwrap();
    play.input(Input::ResolveIncident { incident }).unwrap();
    assert_eq!(play.names().len(), 3);
}

#[test]
fn items_that_compute_much_leave_others_their_turn() {
    let heavy = format!(
        r#"<bpmn:scriptTask id="a"><bpmn:extensionElements><zeebe:script expression="=count(for i in 1..1000 return i*i)" resultVariable="r"/></bpmn:extensionElements>{}</bpmn:scriptTask>"#,
        items("", r#"inputCollection="=[1,2,3,4,5,6]""#, "")
    );
    let process = model(&[START, &heavy, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::limited(&process, "{}", Limits { work: 5_000, ..Limits::default() });
    let mut turns = 1;
    while play.instance.wants_to_go_on() {
        play.input(Input::Continue).unwrap();
        turns += 1;
    }
    assert!(play.ended());
    assert!(turns >= 3, "{turns}");
    assert!(Play::new(&process, "{}").ended(), "together they are not too much for one");
}

#[test]
fn many_results_go_where_few_would() {
    let sub = format!(
        r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/>{}{}</bpmn:subProcess>"#,
        task("a"),
        path(&["s2", "a"])
    );
    let sub = sub.replacen(
        r#"<bpmn:subProcess id="sub">"#,
        r#"<bpmn:subProcess id="sub"><bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=0" target="n7"/></zeebe:ioMapping></bpmn:extensionElements>"#,
        1,
    );
    let process = model(&[START, &sub, &task("b"), END, &path(&["s", "sub", "b", "e"])].concat());
    let mut play = Play::new(&process, r#"{"n8":0}"#);
    let names = |count: i64| Context::from_iter((0..count).map(|at| (format!("n{at}"), at)));
    let job = play.open()["a"];
    let mut many = play.clone();
    many.input(Input::CompleteJob { job, variables: names(10_001) }).unwrap();
    assert_eq!(many.names(), ["incident a"], "nobody means so many");
    play.input(Input::CompleteJob { job, variables: names(10_000) }).unwrap();
    let root = play.instance.root_variables();
    assert_eq!((root.len(), root.get("n7"), root.get("n8")), (9_999, None, Some(&8.into())), "n7 is the sub-process's own");
    let refused = play.input(Input::SetVariables { scope: 1, variables: names(10_001) });
    assert!(matches!(refused, Err(engine::Refusal::TooManyNames { names: 10_001, .. })));
}

#[test]
fn decisions_count_towards_a_turn_as_expressions_do() {
    let decide = format!(
        r#"<bpmn:businessRuleTask id="a"><bpmn:extensionElements><zeebe:calledDecision decisionId="heavy" resultVariable="r"/></bpmn:extensionElements>{}</bpmn:businessRuleTask>"#,
        items("", r#"inputCollection="=[1,2,3,4,5,6]""#, "")
    );
    let process = model(&[START, &decide, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::limited(&process, "{}", Limits { work: 5_000, ..Limits::default() });
    let mut turns = 1;
    while play.instance.wants_to_go_on() {
        play.input(Input::Continue).unwrap();
        turns += 1;
    }
    assert!(play.ended());
    assert!(turns >= 3, "{turns}");
}

#[test]
fn what_a_decision_saw_is_kept_with_the_instance_and_in_its_events() {
    let decide = format!(
        r#"<bpmn:businessRuleTask id="d"><bpmn:extensionElements><zeebe:calledDecision decisionId="heavy" resultVariable="r"/></bpmn:extensionElements>{}</bpmn:businessRuleTask>"#,
        items("", r#"inputCollection="=[1,2,3,4,5,6,7]""#, "")
    );
    let process = model(&[START, &decide, &task("b"), END, &path(&["s", "d", "b", "e"])].concat());
    let play = Play::new(&process, "{}");
    let kept = play.instance.decisions();
    assert_eq!(kept.len(), 5, "the last ones; the journal has all");
    assert_eq!((kept[0].element.as_str(), kept[0].decision.as_str(), kept[0].result.as_str()), ("d", "heavy", "1"));
    assert_eq!(kept[0].explained.rules(), "heavy 2");
    let told = play.events.iter().filter(|event| matches!(event, engine::Event::Decided(_))).count();
    assert_eq!(told, 7);
}
