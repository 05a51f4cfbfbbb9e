//! Nulls with a reason: the instance goes on with them, and tells why.

use crate::play::{Play, condition, model, path, task};
use engine::{Event, Instance};

const START: &str = r#"<bpmn:startEvent id="s"/>"#;
const END: &str = r#"<bpmn:endEvent id="e"/>"#;

fn told(instance: &Instance) -> Vec<String> {
    instance.warnings().iter().map(|warning| format!("{}: {warning}", warning.element)).collect()
}

#[test]
fn mappings_and_scripts_that_give_null_for_a_reason_tell_it() {
    let script = r#"<bpmn:scriptTask id="sum"><bpmn:extensionElements><zeebe:script expression="=nett + tax" resultVariable="gross"/></bpmn:extensionElements></bpmn:scriptTask>"#;
    let mapped = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/><zeebe:ioMapping><zeebe:input source="=order.lines" target="lines"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"#;
    let process = model(&[START, script, mapped, END, &path(&["s", "sum", "a", "e"])].concat());
    let play = Play::new(&process, r#"{"tax": 19, "order": {"id": "SO-1"}}"#);
    assert_eq!(
        told(&play.instance),
        [
            "sum: script: `nett + tax`, line 1, column 1: there is no variable `nett`",
            "a: mapping to `lines`: `order.lines`, line 1, column 6: the context has no entry `lines`",
        ]
    );
    assert!(play.instance.warnings().iter().all(|warning| warning.since == play.now));
}

#[test]
fn conditions_and_decisions_that_stumble_over_a_null_tell_it() {
    let gateway = r#"<bpmn:exclusiveGateway id="g" default="g-e"/>"#;
    let decide = r#"<bpmn:businessRuleTask id="d"><bpmn:extensionElements><zeebe:calledDecision decisionId="unsure" resultVariable="r"/></bpmn:extensionElements></bpmn:businessRuleTask>"#;
    let flows = [path(&["s", "d", "g", "e"]), condition("g", "a", r#"=tier = "gold""#), path(&["a", "e"])].concat();
    let process = model(&[START, decide, gateway, &task("a"), END, &flows].concat());
    let play = Play::new(&process, "{}");
    assert!(play.ended());
    let warnings = play.events.iter().filter_map(|event| match event {
        Event::Warned(warning) => Some(warning.to_string()),
        _ => None,
    });
    assert_eq!(
        warnings.collect::<Vec<_>>(),
        [
            "decision unsure: no rule matched",
            r#"condition of the flow g-a: `tier = "gold"`, line 1, column 1: there is no variable `tier`"#,
        ]
    );
}

#[test]
fn whoever_asks_whether_something_is_there_is_not_warned() {
    let script = r#"<bpmn:scriptTask id="x"><bpmn:extensionElements><zeebe:script expression="=if order.tier = null or null = tier then 1 else 2" resultVariable="r"/></bpmn:extensionElements></bpmn:scriptTask>"#;
    let process = model(&[START, script, END, &path(&["s", "x", "e"])].concat());
    let play = Play::new(&process, r#"{"order": {}}"#);
    assert_eq!(play.variables(), r#"{"order":{},"r":1}"#);
    assert_eq!(told(&play.instance), [""; 0]);
}

#[test]
fn a_loop_tells_its_warning_once_and_many_warnings_are_cut_off() {
    let counted = r#"<bpmn:scriptTask id="x"><bpmn:extensionElements><zeebe:script expression="=missing" resultVariable="r"/><zeebe:ioMapping><zeebe:output source="=count + 1" target="count"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:scriptTask>"#;
    let gateway = r#"<bpmn:exclusiveGateway id="g" default="g-e"/>"#;
    let flows = [path(&["s", "x", "g", "e"]), condition("g", "x", "=count &lt; 10")].concat();
    let looped = model(&[START, counted, gateway, END, &flows].concat());
    let play = Play::new(&looped, r#"{"count": 0}"#);
    assert_eq!(told(&play.instance), ["x: script: `missing`, line 1, column 1: there is no variable `missing`"]);

    let inputs: String = (0..50).map(|n| format!(r#"<zeebe:input source="=missing{n}" target="v{n}"/>"#)).collect();
    let many = format!(
        r#"<bpmn:task id="many"><bpmn:extensionElements><zeebe:ioMapping>{inputs}</zeebe:ioMapping></bpmn:extensionElements></bpmn:task>"#
    );
    let process = model(&[START, &many, END, &path(&["s", "many", "e"])].concat());
    assert_eq!(told(&Play::new(&process, "{}").instance).len(), 20);
}

#[test]
fn an_assertion_that_does_not_hold_is_an_incident() {
    let script = r#"<bpmn:scriptTask id="x"><bpmn:extensionElements><zeebe:script expression="=assert(x, x != null, &quot;x is needed&quot;)" resultVariable="r"/></bpmn:extensionElements></bpmn:scriptTask>"#;
    let mapped = r#"<bpmn:serviceTask id="x"><bpmn:extensionElements><zeebe:taskDefinition type="a"/><zeebe:ioMapping><zeebe:input source="=assert(x, x != null)" target="y"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"#;
    for (element, wanted) in [
        (script, "the script cannot be computed (line 1, column 1: assert: x is needed)"),
        (
            mapped,
            "the mapping to `y` cannot be computed: `assert(x, x != null)`, line 1, column 1: assert: the condition does not hold",
        ),
    ] {
        let process = model(&[START, element, END, &path(&["s", "x", "e"])].concat());
        let play = Play::new(&process, "{}");
        let waiting = play.instance.waiting(&process);
        let told = waiting.iter().find_map(|waiting| match &waiting.what {
            engine::WaitsFor::Incident(message) => Some(message.as_str()),
            _ => None,
        });
        assert_eq!(told, Some(wanted));
        assert!(!Play::new(&process, r#"{"x": 1}"#).names().contains(&"incident x".to_owned()));
    }
}

#[test]
fn a_value_that_a_loop_doubles_is_an_incident_before_it_is_too_large_to_store() {
    let script = r#"<bpmn:task id="x"><bpmn:extensionElements><zeebe:ioMapping><zeebe:output source="=v" target="w.a"/><zeebe:output source="=v" target="w.b"/><zeebe:output source="=w" target="v"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:task>"#;
    let gateway = r#"<bpmn:exclusiveGateway id="g" default="g-x"/>"#;
    let flows = [path(&["s", "x", "g", "x"]), condition("g", "e", "=false")].concat();
    let process = model(&[START, script, gateway, END, &flows].concat());
    let mut play = Play::new(&process, r#"{"v":1}"#);
    while play.instance.wants_to_go_on() {
        play.input(engine::Input::Continue).unwrap();
    }
    assert_eq!(play.names(), ["incident x"]);
}

#[test]
fn a_task_whose_assignee_or_candidates_are_no_texts_is_open_to_nobody() {
    for attribute in [r#"assignee="=5""#, r#"candidateGroups="={a: 1}""#, r#"candidateUsers="=[&quot;ann&quot;, 5]""#] {
        let user = format!(
            r#"<bpmn:userTask id="u"><bpmn:extensionElements><zeebe:userTask/><zeebe:assignmentDefinition {attribute}/></bpmn:extensionElements></bpmn:userTask>"#
        );
        let process = model(&[START, &user, END, &path(&["s", "u", "e"])].concat());
        assert_eq!(Play::new(&process, "{}").names(), ["incident u"], "{attribute}");
    }
}

#[test]
fn an_input_mapping_hides_what_is_around_and_an_output_mapping_adds_to_it() {
    let mapped = r#"<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="a"/><zeebe:ioMapping><zeebe:input source="=1" target="o.b"/><zeebe:output source="=2" target="p.c"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"#;
    let process = model(&[START, mapped, END, &path(&["s", "a", "e"])].concat());
    let mut play = Play::new(&process, r#"{"o":{"x":9},"p":{"x":9}}"#);
    let job = play.open()["a"];
    assert_eq!(play.instance.job_variables(job).get("o").map(ToString::to_string).as_deref(), Some("{b: 1}"));
    play.complete("a", "{}");
    assert_eq!(play.variables(), r#"{"o":{"x":9},"p":{"x":9,"c":2}}"#);
}

#[test]
fn what_ends_in_an_incident_is_told_there_and_not_twice() {
    let gateway = r#"<bpmn:exclusiveGateway id="g" default="g-e"/>"#;
    let flows = [path(&["s", "g", "e"]), condition("g", "a", "=total &gt; 5"), path(&["a", "e"])].concat();
    let process = model(&[START, gateway, &task("a"), END, &flows].concat());
    let play = Play::new(&process, "{}");
    assert_eq!(play.instance.incidents().count(), 1);
    assert_eq!(told(&play.instance), [""; 0]);
}

#[test]
fn a_function_is_kept_in_no_variable() {
    let script = r#"<bpmn:scriptTask id="x"><bpmn:extensionElements><zeebe:script expression="=[function(x) x + 1]" resultVariable="f"/></bpmn:extensionElements></bpmn:scriptTask>"#;
    let process = model(&[START, script, END, &path(&["s", "x", "e"])].concat());
    assert_eq!(Play::new(&process, "{}").names(), ["incident x"]);
}

#[test]
fn plain_values_of_mappings_are_numbers_truths_and_nulls_where_they_look_so() {
    let mapped = r#"<bpmn:task id="x"><bpmn:extensionElements><zeebe:ioMapping><zeebe:output source="5" target="a"/><zeebe:output source="true" target="b"/><zeebe:output source="null" target="c"/><zeebe:output source="five" target="d"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:task>"#;
    let process = model(&[START, mapped, END, &path(&["s", "x", "e"])].concat());
    assert_eq!(Play::new(&process, "{}").variables(), r#"{"a":5,"b":true,"c":null,"d":"five"}"#);
}

#[test]
fn a_comment_in_a_condition_does_not_cut_it_off() {
    let gateway = r#"<bpmn:exclusiveGateway id="g" default="g-e"/>"#;
    let flows = [path(&["s", "g", "e"]), condition("g", "a", "=true<!-- only if --> and false"), path(&["a", "e"])].concat();
    let process = model(&[START, gateway, &task("a"), END, &flows].concat());
    assert!(Play::new(&process, "{}").ended());
}
