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
fn what_ends_in_an_incident_is_told_there_and_not_twice() {
    let gateway = r#"<bpmn:exclusiveGateway id="g" default="g-e"/>"#;
    let flows = [path(&["s", "g", "e"]), condition("g", "a", "=total &gt; 5"), path(&["a", "e"])].concat();
    let process = model(&[START, gateway, &task("a"), END, &flows].concat());
    let play = Play::new(&process, "{}");
    assert_eq!(play.instance.incidents().count(), 1);
    assert_eq!(told(&play.instance), [""; 0]);
}
