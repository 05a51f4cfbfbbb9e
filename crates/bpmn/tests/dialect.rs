//! Camunda's dialect as a whole: everything on the list of what it has runs here, or is told or refused in a sentence.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use bpmn::{Finding, Severity, parse};

const LIST: &str = include_str!("dialect/camunda-8.8.txt");

/// The lines of the list that begin with a word, each as the words behind it.
fn listed(kind: &str) -> Vec<Vec<&'static str>> {
    let lines = LIST.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.filter(|words| words.first() == Some(&kind)).map(|words| words[1..].to_vec()).collect()
}

fn findings(body: &str) -> Vec<Finding> {
    let xml = format!(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
<bpmn:message id="go" name="go"><bpmn:extensionElements><zeebe:subscription correlationKey="=id"/></bpmn:extensionElements></bpmn:message>
<bpmn:signal id="sig" name="alarm"/><bpmn:error id="bad" errorCode="bad"/><bpmn:escalation id="late" escalationCode="late"/>
<bpmn:process id="p" isExecutable="true">{body}</bpmn:process></bpmn:definitions>"#
    );
    parse(&xml).map_or_else(|findings| findings, |parsed| parsed.warnings)
}

/// The findings about `x` or the process, of this severity.
fn about(body: &str, severity: Severity) -> Vec<String> {
    let own = findings(body)
        .into_iter()
        .filter(|found| found.severity == severity && ["x", "p"].contains(&found.element.as_str()));
    own.map(|found| found.cause.to_string()).collect()
}

/// What says that something has no effect where this extension element stands. Everything else in the model is as it has to be.
fn without_effect(name: &str, attributes: &str, on: &str) -> Vec<String> {
    let value = |name: &str| if name == "bindingType" { "versionTag" } else { "=x" };
    let attributes: String =
        attributes.split(',').filter(|name| *name != "-").map(|name| format!(r#" {name}="{}""#, value(name))).collect();
    let extension = format!("<zeebe:{name}{attributes}/>");
    let body = match on {
        "process" => format!(r#"<bpmn:extensionElements>{extension}</bpmn:extensionElements><bpmn:startEvent id="s"/>"#),
        on => with_element(on, name, &extension),
    };
    assert_eq!(about(&body, Severity::Error), [""; 0], "{name} on {on}");
    about(&body, Severity::Warning)
        .into_iter()
        .filter(|cause| cause.contains("no effect") || cause.contains("not shown"))
        .collect()
}

#[test]
fn every_extension_element_has_an_effect_wherever_camunda_allows_it() {
    let listed = listed("extension");
    assert!(listed.len() > 15);
    for words in listed {
        let [name, attributes, on @ ..] = words.as_slice() else { panic!("{words:?}") };
        for on in on {
            assert_eq!(without_effect(name, attributes, on), [""; 0], "{name} on {on}");
        }
    }
}

#[test]
fn an_extension_element_without_effect_is_told() {
    for words in listed("told") {
        let [name, attributes, on @ ..] = words.as_slice() else { panic!("{words:?}") };
        for on in on {
            assert_eq!(without_effect(name, attributes, on).len(), 1, "{name} on {on}");
        }
    }
    assert_eq!(without_effect("taskDefinition", "type", "userTask").len(), 1, "nor what stands where it does not belong");
    assert_eq!(
        without_effect("calledElement", "processId,businessId", "callActivity"),
        ["the attribute `businessId` of `calledElement` has no effect here"]
    );
}

/// The smallest model in which an element of this name, `x`, may stand, with this further extension element.
fn with_element(name: &str, called: &str, further: &str) -> String {
    let (needs, extension) = match name {
        "serviceTask" | "sendTask" => ("taskDefinition", r#"<zeebe:taskDefinition type="t"/>"#),
        "businessRuleTask" => ("calledDecision", r#"<zeebe:calledDecision decisionId="d" resultVariable="r"/>"#),
        "scriptTask" => ("script", r#"<zeebe:script expression="=1" resultVariable="r"/>"#),
        "callActivity" => ("calledElement", r#"<zeebe:calledElement processId="q"/>"#),
        _ => ("", ""),
    };
    let (attributes, inside) = match name {
        "receiveTask" => (r#" messageRef="go""#, ""),
        "subProcess" => ("", r#"<bpmn:startEvent id="in"/>"#),
        "adHocSubProcess" => ("", r#"<bpmn:task id="in"/>"#),
        "intermediateCatchEvent" => ("", r#"<bpmn:messageEventDefinition messageRef="go"/>"#),
        _ => ("", ""),
    };
    // a job type stands for a script or a decision
    let stands_in = called == "taskDefinition" && !needs.is_empty();
    let extension = if needs == called || stands_in { "" } else { extension };
    let extensions = format!("<bpmn:extensionElements>{extension}{further}</bpmn:extensionElements>");
    let element = format!(r#"<bpmn:{name} id="x"{attributes}>{extensions}{inside}</bpmn:{name}>"#);
    let around = match name {
        "startEvent" => "",
        "eventBasedGateway" => {
            r#"<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="x"/>
            <bpmn:intermediateCatchEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:intermediateCatchEvent>
            <bpmn:intermediateCatchEvent id="n"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:intermediateCatchEvent>
            <bpmn:sequenceFlow id="g" sourceRef="x" targetRef="m"/><bpmn:sequenceFlow id="h" sourceRef="x" targetRef="n"/>"#
        }
        "laneSet" | "textAnnotation" | "group" | "dataObject" | "dataObjectReference" | "dataStoreReference" => {
            r#"<bpmn:startEvent id="s"/>"#
        }
        _ => r#"<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="x"/>"#,
    };
    format!("{around}{element}")
}

#[test]
fn every_element_that_camunda_executes_runs_and_others_are_refused() {
    for words in listed("element") {
        assert_eq!(findings(&with_element(words[0], "", "")), [], "{}", words[0]);
    }
    for words in listed("no") {
        let refused = about(&with_element(words[0], "", ""), Severity::Error);
        assert_eq!(refused, [format!("`{}` is not supported here", words[0])]);
    }
}

/// An event `x` with this definition, in the smallest model that has it at that place.
fn with_event(definition: &str, place: &str) -> String {
    let inside = match definition {
        "messageEventDefinition" => r#"<bpmn:messageEventDefinition messageRef="go"/>"#.to_owned(),
        "timerEventDefinition" => {
            "<bpmn:timerEventDefinition><bpmn:timeDate>2030-01-01T00:00:00Z</bpmn:timeDate></bpmn:timerEventDefinition>"
                .to_owned()
        }
        "signalEventDefinition" => r#"<bpmn:signalEventDefinition signalRef="sig"/>"#.to_owned(),
        "errorEventDefinition" => r#"<bpmn:errorEventDefinition errorRef="bad"/>"#.to_owned(),
        "escalationEventDefinition" => r#"<bpmn:escalationEventDefinition escalationRef="late"/>"#.to_owned(),
        "linkEventDefinition" => r#"<bpmn:linkEventDefinition name="L"/>"#.to_owned(),
        other => format!("<bpmn:{other}/>"),
    };
    let flow = r#"<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="x"/>"#;
    let thrown = |element: &str| format!(r#"{flow}<bpmn:{element} id="x">{inside}</bpmn:{element}>"#);
    let is_link = definition == "linkEventDefinition";
    let event_sub_process = |interrupting: bool| {
        format!(
            r#"<bpmn:startEvent id="s"/><bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="x" isInterrupting="{interrupting}">{inside}</bpmn:startEvent></bpmn:subProcess>"#
        )
    };
    let boundary = |interrupting: bool| {
        let undone = if definition == "compensateEventDefinition" {
            r#"<bpmn:task id="undo" isForCompensation="true"/><bpmn:association id="a" sourceRef="x" targetRef="undo"/>"#
        } else {
            ""
        };
        format!(
            r#"<bpmn:startEvent id="s"/><bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="t"/></bpmn:extensionElements></bpmn:serviceTask><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>
            <bpmn:boundaryEvent id="x" attachedToRef="t" cancelActivity="{interrupting}">{inside}</bpmn:boundaryEvent>{undone}"#
        )
    };
    match place {
        "start" => format!(r#"<bpmn:startEvent id="x">{inside}</bpmn:startEvent>"#),
        "event-start" => event_sub_process(true),
        "event-start-beside" => event_sub_process(false),
        "catch" if is_link => {
            let throw =
                r#"<bpmn:intermediateThrowEvent id="l"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateThrowEvent>"#;
            format!(
                r#"<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="l"/>{throw}<bpmn:intermediateCatchEvent id="x">{inside}</bpmn:intermediateCatchEvent>"#
            )
        }
        "catch" => thrown("intermediateCatchEvent"),
        "boundary" => boundary(true),
        "boundary-beside" => boundary(false),
        "throw" => {
            let caught =
                r#"<bpmn:intermediateCatchEvent id="l"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateCatchEvent>"#;
            thrown("intermediateThrowEvent") + if is_link { caught } else { "" }
        }
        "end" => thrown("endEvent"),
        other => panic!("there is no place {other}"),
    }
}

#[test]
fn every_event_runs_where_camunda_executes_it_and_is_refused_elsewhere() {
    let places = ["start", "event-start", "event-start-beside", "catch", "boundary", "boundary-beside", "throw", "end"];
    let (mut runs, mut refused) = (0, 0);
    for words in listed("event") {
        let definition = words[0];
        for place in places {
            let errors = about(&with_event(definition, place), Severity::Error);
            // whether an event that undoes interrupts means nothing
            if definition == "compensateEventDefinition" && place == "boundary-beside" {
                continue;
            }
            if words[1..].contains(&place) {
                assert_eq!(errors, [""; 0], "{definition} at {place}");
                runs += 1;
            } else {
                assert!(!errors.is_empty(), "{definition} at {place} is not refused");
                refused += 1;
            }
        }
    }
    assert_eq!((runs, refused), (37, 42));
}
