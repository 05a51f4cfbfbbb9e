//! What can be read, what is refused, and how.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use bpmn::{Kind, parse};

fn model(body: &str) -> String {
    format!(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
<bpmn:process id="p" name="P" isExecutable="true">{body}</bpmn:process></bpmn:definitions>"#
    )
}

fn refused(body: &str) -> String {
    let findings = parse(&model(body)).err().unwrap_or_default();
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

const START: &str = r#"<bpmn:startEvent id="s"/>"#;

#[test]
fn the_shipped_processes_can_be_read_without_a_warning() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../processes/order-to-cash");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "bpmn") {
            let parsed = parse(&std::fs::read_to_string(&path).unwrap());
            let parsed = parsed.unwrap_or_else(|findings| panic!("{}: {findings:#?}", path.display()));
            assert!(parsed.warnings.is_empty(), "{}: {:?}", path.display(), parsed.warnings);
            count += 1;
        }
    }
    assert!(count >= 6);
}

#[test]
fn elements_know_scope_flows_and_boundaries() {
    let xml = model(&format!(
        r#"{START}<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="sub"/>
        <bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:sequenceFlow id="f2" sourceRef="s2" targetRef="e2"/><bpmn:endEvent id="e2"/></bpmn:subProcess>
        <bpmn:boundaryEvent id="b" attachedToRef="sub"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#
    ));
    let process = parse(&xml).unwrap().processes.remove(0);
    let sub = process.find("sub").unwrap();
    assert_eq!(process.element(process.find("e2").unwrap()).scope, sub);
    assert_eq!(process.element(sub).boundaries, [process.find("b").unwrap()]);
    assert_eq!(process.element(sub).start, process.find("s2"));
    assert!(
        matches!(process.element(process.find("b").unwrap()).kind, Kind::Boundary { host, interrupting: true, .. } if host == sub)
    );
}

#[test]
fn what_cannot_run_is_refused_with_element_line_cause_and_mend() {
    let unknown = refused(&format!(
        r#"{START}<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="x"/><bpmn:complexGateway id="x" name="X"/>"#
    ));
    assert_eq!(unknown, "line 2, x \"X\": `complexGateway` is not supported here; model it with the supported elements");
    assert!(
        refused(&format!(r#"{START}<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="nowhere"/>"#))
            .contains("there is no element `nowhere`")
    );
    assert!(
        refused(&format!(r#"{START}<bpmn:serviceTask id="t"/>"#))
            .contains("t: the task has no job type; add a task definition")
    );
    assert!(refused("").contains("the process has no start event"));
    assert!(refused(&format!(r#"{START}<bpmn:receiveTask id="r"/>"#)).contains("refers to no message"));
    let gateway = r#"<bpmn:exclusiveGateway id="g"/><bpmn:endEvent id="a"/><bpmn:endEvent id="b"/>
        <bpmn:sequenceFlow id="f1" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow id="f2" sourceRef="g" targetRef="b"/>"#;
    assert!(refused(&format!("{START}{gateway}")).contains("its flow `f1` has neither a condition nor is it the default"));
    let script = r#"<bpmn:scriptTask id="t"><bpmn:extensionElements><zeebe:script expression="=1 +" resultVariable="x"/></bpmn:extensionElements></bpmn:scriptTask>"#;
    assert!(refused(&format!("{START}{script}")).contains("t: `=1 +` is no FEEL: line 1, column 4"));
    let timer = r#"<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDuration>1 hour</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#;
    assert!(refused(&format!("{START}{timer}")).contains("`1 hour` is not a duration such as PT15M"));
}

#[test]
fn a_file_that_is_too_large_or_has_a_doctype_is_told_so() {
    let many = format!("<definitions>{}</definitions>", "<a/>".repeat(500_001));
    for (xml, cause, mend) in [
        (many.as_str(), "the file has more than 500000 elements, texts and attributes", "split the model"),
        ("<!DOCTYPE l [<!ENTITY a \"b\">]><l>&a;</l>", "it has a DOCTYPE, which is not allowed", "take the DOCTYPE away"),
    ] {
        let findings = parse(xml).unwrap_err();
        assert_eq!((findings[0].cause.as_str(), findings[0].mend.as_str()), (cause, mend));
    }
}

#[test]
fn bombs_and_rubbish_are_refused() {
    for xml in ["", "rubbish", "<a>"] {
        let findings = parse(xml).err().unwrap();
        assert!(findings[0].cause.contains("not well-formed"), "{xml}: {findings:?}");
    }
    let deep = format!("{}{}", "<bpmn:subProcess id=\"s\">".repeat(100), "</bpmn:subProcess>".repeat(100));
    assert!(refused(&deep).contains("nested more than"));
}

#[test]
fn a_circle_that_another_token_ends_is_no_mistake() {
    let asks_again = |end: &str| {
        model(&format!(
            r#"{START}<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="sub"/><bpmn:subProcess id="sub"><bpmn:startEvent id="t"/>
            <bpmn:userTask id="work"/><bpmn:boundaryEvent id="late" attachedToRef="work" cancelActivity="false">
            <bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
            <bpmn:task id="ask"/><bpmn:endEvent id="done">{end}</bpmn:endEvent>
            <bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="work"/><bpmn:sequenceFlow id="f3" sourceRef="work" targetRef="done"/>
            <bpmn:sequenceFlow id="f4" sourceRef="late" targetRef="ask"/>
            <bpmn:sequenceFlow id="f5" sourceRef="ask" targetRef="ask"/></bpmn:subProcess>"#
        ))
    };
    assert_eq!(parse(&asks_again("<bpmn:terminateEventDefinition/>")).unwrap().warnings, []);
    assert_eq!(parse(&asks_again("")).unwrap().warnings.len(), 1);
}

#[test]
fn what_is_never_reached_is_a_warning() {
    let parsed = parse(&model(&format!(r#"{START}<bpmn:task id="lonely"/>"#))).unwrap();
    assert_eq!(parsed.warnings.len(), 1);
    assert_eq!(parsed.warnings[0].element, "lonely");
}

#[test]
fn every_mistake_of_one_task_is_told_at_once() {
    let told = refused(&format!(
        r#"{START}<bpmn:userTask id="u"><bpmn:extensionElements><zeebe:assignmentDefinition assignee="=1 +"/>
        <zeebe:taskSchedule dueDate="yesterday" followUpDate="=("/><zeebe:priorityDefinition priority="200"/></bpmn:extensionElements></bpmn:userTask>
        <bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="=(" retries="many"/></bpmn:extensionElements></bpmn:serviceTask>
        <bpmn:sequenceFlow id="1" sourceRef="s" targetRef="u"/><bpmn:sequenceFlow id="2" sourceRef="u" targetRef="t"/>"#
    ));
    for cause in ["`=1 +` is no FEEL", "`yesterday` is not a moment", "`=(` is no FEEL", "`200` is not between 0 and 100"] {
        assert!(told.lines().any(|line| line.contains(", u: ") && line.contains(cause)), "{cause}: {told}");
    }
    for cause in ["`=(` is no FEEL", "the number of retries is not a whole number"] {
        assert!(told.lines().any(|line| line.contains(", t: ") && line.contains(cause)), "{cause}: {told}");
    }
}

#[test]
fn a_form_beside_the_diagram_belongs_to_whoever_names_it() {
    let xml = model(
        r#"<bpmn:extensionElements><zeebe:userTaskForm id="f1">{ "id": "call" }</zeebe:userTaskForm><zeebe:userTaskForm id="f2">{}</zeebe:userTaskForm></bpmn:extensionElements>
        <bpmn:startEvent id="s"><bpmn:extensionElements><zeebe:formDefinition formId="ask" bindingType="deployment"/></bpmn:extensionElements></bpmn:startEvent>
        <bpmn:userTask id="u"><bpmn:extensionElements><zeebe:formDefinition formKey="camunda-forms:bpmn:f1"/>
        <zeebe:taskHeaders><zeebe:header key="queue" value="calls"/><zeebe:header key="hint" value="be kind"/></zeebe:taskHeaders>
        <zeebe:taskListeners><zeebe:taskListener eventType="creating" type="look"><zeebe:taskHeaders><zeebe:header key="queue" value="looks"/></zeebe:taskHeaders></zeebe:taskListener></zeebe:taskListeners></bpmn:extensionElements></bpmn:userTask>
        <bpmn:sequenceFlow id="1" sourceRef="s" targetRef="u"/>"#,
    );
    let parsed = parse(&xml).unwrap();
    assert_eq!(parsed.warnings, []);
    let process = &parsed.processes[0];
    let element = process.element(process.find("u").unwrap());
    let Kind::UserTask(task) = &element.kind else { panic!("{:?}", element.kind) };
    let key = task.form.as_ref().and_then(bpmn::Formula::plain).unwrap();
    assert_eq!((process.form_beside(key), process.form_beside("f1")), (Some(r#"{ "id": "call" }"#), None));
    assert_eq!(task.headers, [("queue".into(), "calls".into()), ("hint".into(), "be kind".into())]);
    // a listener's own headers come before those of the task
    assert_eq!(element.listeners[0].job.headers, [("queue".into(), "looks".into()), ("hint".into(), "be kind".into())]);
    let asked = bpmn::StartForm { key: "ask".into(), binding: Some(bpmn::Binding::Deployment) };
    assert_eq!(process.start_form(), Some(&asked));
    let unknown: Vec<_> =
        process.unknown_calls(&|what, _| what != "form").into_iter().map(|finding| finding.element).collect();
    assert_eq!(unknown, ["s"], "the other one is there");
}

#[test]
fn a_job_has_links_to_resources_as_a_header_and_its_priority_from_itself_or_its_process() {
    let xml = model(&format!(
        r#"<bpmn:extensionElements><zeebe:jobPriorityDefinition priority="=urgency"/></bpmn:extensionElements>{START}
        <bpmn:serviceTask id="robot"><bpmn:extensionElements><zeebe:taskDefinition type="rpa"/><zeebe:linkedResources>
        <zeebe:linkedResource resourceId="pick.rpa" resourceType="RPA" linkName="RPAScript"/></zeebe:linkedResources></bpmn:extensionElements></bpmn:serviceTask>
        <bpmn:sendTask id="mail"><bpmn:extensionElements><zeebe:taskDefinition type="mail"/><zeebe:jobPriorityDefinition priority="7"/></bpmn:extensionElements></bpmn:sendTask>
        <bpmn:sequenceFlow id="1" sourceRef="s" targetRef="robot"/><bpmn:sequenceFlow id="2" sourceRef="robot" targetRef="mail"/>"#
    ));
    let parsed = parse(&xml).unwrap();
    assert_eq!(parsed.warnings, []);
    let job = |id: &str| match &parsed.processes[0].element(parsed.processes[0].find(id).unwrap()).kind {
        Kind::Job(job) => job.clone(),
        other => panic!("{other:?}"),
    };
    let links = r#"[{"resourceId":"pick.rpa","resourceType":"RPA","linkName":"RPAScript"}]"#;
    assert_eq!(job("robot").headers, [("linkedResources".into(), links.into())]);
    assert_eq!(job("robot").priority, Some(bpmn::Formula::parse("=urgency").unwrap()));
    assert_eq!(job("mail").priority.and_then(|priority| priority.constant()), Some("7".into()));
}
