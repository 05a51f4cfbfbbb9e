//! Mistakes that are found without running: that each is, what is none, and what the reference says of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod table;

use bpmn::{Finding, Severity, parse};
use table::TABLE;

/// Stands for `{s}` in the models of the table.
const START: &str = r#"<bpmn:startEvent id="s"/>"#;

fn findings(body: &str) -> Vec<Finding> {
    let xml = format!(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
<bpmn:message id="go" name="go"><bpmn:extensionElements><zeebe:subscription correlationKey="=id"/></bpmn:extensionElements></bpmn:message>
<bpmn:message id="bare" name="bare"/><bpmn:message id="nameless"/><bpmn:message id="keyless" name="keyless"><bpmn:extensionElements><zeebe:subscription correlationKey="=null"/></bpmn:extensionElements></bpmn:message><bpmn:signal id="sig" name="alarm"/><bpmn:signal id="any" name="=x"/><bpmn:error id="bad" errorCode="bad"/><bpmn:error id="computed" errorCode="=x"/>
<bpmn:process id="p" name="P" isExecutable="true">
{}
</bpmn:process></bpmn:definitions>"#,
        body.replace("{s}", START)
    );
    parse(&xml).map_or_else(|findings| findings, |parsed| parsed.warnings)
}

#[test]
fn every_mistake_is_found_and_named_with_element_line_and_mend() {
    let mut missed = Vec::new();
    for case in TABLE.iter().flat_map(|(_, cases)| *cases) {
        let found = findings(case.body);
        let as_told = |finding: &Finding| {
            finding.severity == case.severity
                && finding.element == case.element
                && finding.cause.starts_with(case.cause)
                && finding.mend == case.mend
                && finding.line > 1
        };
        if !found.iter().any(as_told) {
            missed.push(format!("{}: {}\n  found: {found:#?}", case.element, case.cause));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_refused_event_is_named_itself_and_causes_no_other_findings() {
    let timer = |event: &str| {
        format!(
            r#"<bpmn:{event} id="t" name="Later"><bpmn:timerEventDefinition id="td"><bpmn:timeDate id="d">soon</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:{event}>"#
        )
    };
    let flow = r#"<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>"#;
    let sub = |inside: &str| format!(r#"<bpmn:subProcess id="sub" triggeredByEvent="true">{inside}</bpmn:subProcess>"#);
    for body in [
        format!("{START}{}{flow}", timer("intermediateCatchEvent")),
        timer("startEvent"),
        format!("{START}{}", sub(&timer("startEvent"))),
    ] {
        let found: Vec<String> =
            findings(&body).iter().filter(|finding| finding.severity == Severity::Error).map(ToString::to_string).collect();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].contains("t \"Later\": `soon` is not a moment"), "{found:#?}");
    }
}

#[test]
fn what_a_refused_element_leads_to_is_not_called_unreached() {
    let body = r#"{s}<bpmn:serviceTask id="t"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/><bpmn:sequenceFlow id="2" sourceRef="t" targetRef="e"/>"#;
    let found: Vec<String> = findings(body).iter().map(|finding| finding.cause.to_string()).collect();
    assert_eq!(found, ["the task has no job type"]);
}

#[test]
fn what_only_documents_is_no_mistake() {
    let body = r#"{s}<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:ioSpecification/><bpmn:ioBinding/>
<bpmn:dataInputAssociation id="in"/><bpmn:dataOutputAssociation id="out"/><bpmn:resourceRole id="r"/><bpmn:potentialOwner/>
<bpmn:auditing/><bpmn:monitoring/></bpmn:subProcess><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="sub"/>
</bpmn:process><bpmn:dataStore id="ds"/><bpmn:relationship type="x"/><bpmn:process id="q" isExecutable="false">"#;
    assert_eq!(findings(body), []);
}

#[test]
fn what_something_inside_or_called_may_throw_is_no_mistake() {
    let inside = |thrower: &str| {
        format!(
            r#"{START}<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:subProcess id="deep"><bpmn:startEvent id="s3"/>{thrower}<bpmn:sequenceFlow id="1" sourceRef="s3" targetRef="x"/></bpmn:subProcess><bpmn:sequenceFlow id="2" sourceRef="s2" targetRef="deep"/></bpmn:subProcess>
<bpmn:boundaryEvent id="b" attachedToRef="sub"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:boundaryEvent><bpmn:sequenceFlow id="3" sourceRef="s" targetRef="sub"/>"#
        )
    };
    let call = r#"<bpmn:callActivity id="x"><bpmn:extensionElements><zeebe:calledElement processId="other"/></bpmn:extensionElements></bpmn:callActivity>"#;
    let job = r#"<bpmn:serviceTask id="x"><bpmn:extensionElements><zeebe:taskDefinition type="t"/></bpmn:extensionElements></bpmn:serviceTask>"#;
    let end = r#"<bpmn:endEvent id="x"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:endEvent>"#;
    for thrower in [call, job, end] {
        assert_eq!(findings(&inside(thrower)), [], "{thrower}");
    }
    let escalated =
        inside(call).replace(r#"<bpmn:errorEventDefinition errorRef="bad"/>"#, "<bpmn:escalationEventDefinition/>");
    assert_eq!(findings(&escalated), []);
}

#[test]
fn times_that_camunda_documents_are_no_mistake() {
    for time in [
        "<bpmn:timeDate>2019-10-02T08:09:40+02:00[Europe/Berlin]</bpmn:timeDate>",
        "<bpmn:timeDuration>PT0S</bpmn:timeDuration>",
        "<bpmn:timeDuration>=duration(\"PT1H\")</bpmn:timeDuration>",
    ] {
        let body = format!(
            r#"{START}<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition>{time}</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>"#
        );
        assert_eq!(findings(&body), [], "{time}");
    }
    let cycle = r#"<bpmn:startEvent id="t"><bpmn:timerEventDefinition><bpmn:timeCycle>=cycle(3, duration("PT1H"))</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>"#;
    assert_eq!(findings(cycle), []);
}

#[test]
fn warnings_do_not_refuse_and_errors_do() {
    for case in TABLE.iter().flat_map(|(_, cases)| *cases) {
        let refused = findings(case.body).iter().any(|finding| finding.severity == Severity::Error);
        assert_eq!(refused, case.severity == Severity::Error, "{}", case.cause);
    }
}

#[test]
fn the_reference_lists_every_finding() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/reference/bpmn.md");
    let page = std::fs::read_to_string(path).unwrap();
    let mut wanted = String::new();
    for (heading, cases) in TABLE {
        let mut section = format!("\n### {heading}\n\n| finding | mend |\n|---|---|\n");
        for case in *cases {
            let mark = if case.severity == Severity::Error { "" } else { "(warning) " };
            let row = format!("| {mark}{} | {} |\n", case.cause.replace('|', "\\|"), case.mend);
            // several models may show the same
            if !section.contains(&row) {
                section.push_str(&row);
            }
        }
        wanted.push_str(&section);
    }
    let (_, rest) = page.split_once("<!-- findings -->\n").unwrap();
    let (listed, _) = rest.split_once("<!-- /findings -->").unwrap();
    assert!(listed == wanted, "put this between the marks in docs/src/reference/bpmn.md:\n{wanted}");
}

#[test]
fn calls_of_what_is_not_there_are_told() {
    let xml = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="p">
<startEvent id="s"/><callActivity id="c" name="Pick"><extensionElements><zeebe:calledElement processId="pcik"/></extensionElements></callActivity>
<businessRuleTask id="r"><extensionElements><zeebe:calledDecision decisionId="tax" resultVariable="x"/></extensionElements></businessRuleTask>
<businessRuleTask id="u"><extensionElements><zeebe:calledDecision decisionId="=any" resultVariable="x"/></extensionElements></businessRuleTask>
<sequenceFlow id="f" sourceRef="s" targetRef="c"/><sequenceFlow id="g" sourceRef="c" targetRef="r"/><sequenceFlow id="h" sourceRef="r" targetRef="u"/></process></definitions>"#;
    let process = parse(xml).unwrap().processes.remove(0);
    let told = |decision: &str, called: &str| -> Vec<String> {
        process
            .unknown_calls(&|what, id| id == if what == "decision" { decision } else { called })
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(told("tax", "pcik"), [""; 0]);
    assert_eq!(
        told("rate", "pick"),
        [
            "line 2, c \"Pick\": there is no process `pcik`; deploy it as well, or mend the id",
            "line 3, r: there is no decision `tax`; deploy it as well, or mend the id",
        ]
    );
}

#[test]
fn job_types_that_nobody_carries_out_are_named() {
    let xml = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="p">
<startEvent id="s"/><serviceTask id="t" name="Pick"><extensionElements><zeebe:taskDefinition type="pcik"/></extensionElements></serviceTask>
<serviceTask id="u"><extensionElements><zeebe:taskDefinition type="pick"/></extensionElements></serviceTask>
<sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="t" targetRef="u"/></process></definitions>"#;
    let process = parse(xml).unwrap().processes.remove(0);
    let unknown = process.unknown_job_types(&|kind| kind == "pick");
    let told: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    let expected =
        "line 2, t \"Pick\": nobody carries out jobs of type `pcik`; name a type that a worker or a system carries out";
    assert_eq!(told, [expected]);
}
