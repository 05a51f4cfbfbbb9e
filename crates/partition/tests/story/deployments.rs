//! Versions: what is deployed, what is refused, and which version is meant.

use partition::{Body, Reply};
use trade::Refusal;

use crate::world::{CAPABILITY, World, call, check, deployment, line, process, task, task_of, user_task, variables_of};

fn tagged(id: &str, element: &str, tag: &str) -> String {
    let extension = format!(r#"<bpmn:extensionElements><zeebe:versionTag value="{tag}"/></bpmn:extensionElements>"#);
    let start = format!(r#"{extension}<bpmn:startEvent id="s"/>{}<bpmn:endEvent id="e"/>"#, user_task(element));
    process(id, &start, &["s", element, "e"])
}

#[test]
fn the_same_words_give_no_new_version_and_instances_end_on_the_one_that_they_began_on() {
    let mut world = World::new();
    let first = line("a", &user_task("t"), &["t"]);
    let form = r#"{"id": "address", "components": []}"#.to_owned();
    let deployed = world.deploy(&[("a.bpmn", first.clone()), ("address.form", form.clone())]);
    assert_eq!(deployed, [("a".into(), 1), ("form:address".into(), 1)]);
    assert_eq!(world.deploy(&[("a.bpmn", first), ("address.form", form)]), deployed);
    let old = world.start("a", "{}");
    assert_eq!(world.deploy(&[("a.bpmn", line("a", &user_task("u"), &["u"]))]), [("a".into(), 2)]);
    world.crash(&[]);
    let new = world.start("a", "{}");
    check(&world, old, "v1 t");
    check(&world, new, "v2 u");
}

/// A start of a release that ships this, and the versions that it deployed and that it kept.
#[track_caller]
fn start_of_release(world: &mut World, xml: &str) -> (u32, u32) {
    let Body::Deploy(shipped) = deployment(&[("a.bpmn", xml.to_owned())]) else { unreachable!() };
    match world.done(Body::DeployShipped(shipped)) {
        Reply::Shipped { deployed, kept } => {
            (deployed.first().map_or(0, |(_, version)| *version), kept.first().map_or(0, |(_, version)| *version))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_start_replaces_no_version_that_a_customer_deployed() {
    let mut world = World::new();
    let [first, second, own] = ["t", "u", "own"].map(|task| line("a", &user_task(task), &[task]));
    assert_eq!(start_of_release(&mut world, &first), (1, 0));
    assert_eq!(start_of_release(&mut world, &second), (2, 0), "a release replaces what another one shipped");
    assert_eq!(start_of_release(&mut world, &first), (0, 0), "and not the other way round");
    world.deploy(&[("a.bpmn", own)]);
    world.crash(&[]);
    assert_eq!(start_of_release(&mut world, &second), (0, 0));
    assert_eq!(start_of_release(&mut world, &line("a", &user_task("w"), &["w"])), (0, 3), "it is said that it was kept");
    let instance = world.start("a", "{}");
    check(&world, instance, "v3 own");
}

#[test]
fn a_call_means_the_latest_that_of_its_deployment_or_that_of_a_tag() {
    let mut world = World::new();
    let outer = |id: &str, binding: &str| (format!("{id}.bpmn"), line(id, &call("sub", "inner", binding), &["sub"]));
    let callers = [
        outer("latest", r#"bindingType="latest""#),
        outer("deployment", r#"bindingType="deployment""#),
        outer("tagged", r#"bindingType="versionTag" versionTag="spring""#),
        outer("missing", r#"bindingType="versionTag" versionTag="winter""#),
    ];
    let mut files: Vec<(&str, String)> = callers.iter().map(|(name, xml)| (name.as_str(), xml.clone())).collect();
    files.push(("inner.bpmn", tagged("inner", "one", "spring")));
    world.deploy(&files);
    world.deploy(&[("inner.bpmn", tagged("inner", "two", "summer"))]);
    for (caller, expected) in [("latest", "v2 two"), ("deployment", "v1 one"), ("tagged", "v1 one")] {
        world.start(caller, "{}");
        let called = *world.instances().last().unwrap();
        check(&world, called, expected);
    }
    let missing = world.start("missing", "{}");
    assert_eq!(world.exceptions().iter().filter(|reason| reason.contains("no process inner with tag winter")).count(), 1);
    check(&world, missing, "v1 sub");
}

/// A decision that gives one word, with a tag.
fn word(word: &str, tag: &str) -> (&'static str, String) {
    let tag = format!(
        r#"<extensionElements><zeebe:versionTag xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" value="{tag}"/></extensionElements>"#
    );
    let xml = format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="words" name="W" namespace="http://camunda.org/schema/1.0/dmn"><decision id="word" name="Word">{tag}<literalExpression><text>"{word}"</text></literalExpression></decision></definitions>"#
    );
    ("words.dmn", xml)
}

#[test]
fn a_decision_and_a_form_mean_the_latest_that_of_their_deployment_or_that_of_a_tag() {
    let mut world = World::new();
    let asks = |id: &str, binding: &str| {
        let decide = format!(
            r#"<bpmn:businessRuleTask id="d"><bpmn:extensionElements><zeebe:calledDecision decisionId="word" resultVariable="w" {binding}/></bpmn:extensionElements></bpmn:businessRuleTask>"#
        );
        let fill = format!(
            r#"<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:userTask/><zeebe:formDefinition formId="words" {binding}/></bpmn:extensionElements></bpmn:userTask>"#
        );
        (format!("{id}.bpmn"), line(id, &[decide, fill].concat(), &["d", "t"]))
    };
    let callers = [
        asks("latest", ""),
        asks("deployment", r#"bindingType="deployment""#),
        asks("tagged", r#"bindingType="versionTag" versionTag="spring""#),
        asks("missing", r#"bindingType="versionTag" versionTag="winter""#),
    ];
    let mut files: Vec<(&str, String)> = callers.iter().map(|(name, xml)| (name.as_str(), xml.clone())).collect();
    let form = |tag: &str| ("words.form", format!(r#"{{"id": "words", "versionTag": "{tag}", "components": []}}"#));
    files.extend([word("one", "spring"), form("spring")]);
    world.deploy(&files);
    world.deploy(&[word("two", "summer"), form("summer")]);
    world.crash(&[]);
    for (caller, decided, version) in [("latest", "two", None), ("deployment", "one", Some(1)), ("tagged", "one", Some(1))] {
        let id = world.start(caller, "{}");
        let instance = world.instance(id).unwrap();
        assert_eq!(instance.root_variable("w").and_then(|word| word.as_str()), Some(decided), "{caller}");
        let details = instance.tasks().next().and_then(|task| instance.task(task)).unwrap();
        assert_eq!((details.form.as_deref(), details.form_version), (Some("words"), version), "{caller}");
    }
    world.start("missing", "{}");
    assert_eq!(world.exceptions().iter().filter(|reason| reason.contains("no decision word with tag winter")).count(), 1);
}

#[test]
fn an_error_of_a_system_that_only_a_caller_catches_reaches_it() {
    let mut world = World::offering(&[CAPABILITY]);
    let catching = [
        call("c", "inner", ""),
        r#"<bpmn:boundaryEvent id="b" attachedToRef="c"><bpmn:errorEventDefinition errorRef="refused"/></bpmn:boundaryEvent>"#.to_owned(),
        user_task("mend"),
        r#"<bpmn:sequenceFlow id="f-b" sourceRef="b" targetRef="mend"/>"#.to_owned(),
    ];
    let outer = line("outer", &catching.concat(), &["c"])
        .replace("<bpmn:process", r#"<bpmn:error id="refused" errorCode="rejected"/><bpmn:process"#);
    world.deploy(&[("outer.bpmn", outer), ("inner.bpmn", line("inner", &task("do"), &["do"]))]);
    let caller = world.start("outer", "{}");
    world.answer(Err(("rejected", "not with us")));
    check(&world, caller, "v1 mend");
    let alone = world.start("inner", "{}");
    world.answer(Err(("rejected", "not with us")));
    check(&world, alone, "v1 do");
}

#[test]
fn a_call_of_a_process_without_a_plain_start_is_an_incident_and_refuses_nothing() {
    let mut world = World::new();
    let start = r#"<bpmn:startEvent id="s"><bpmn:messageEventDefinition messageRef="m-order"/></bpmn:startEvent><bpmn:endEvent id="e"/>"#;
    let inner = process("inner", start, &["s", "e"]);
    world.deploy(&[("inner.bpmn", inner), ("outer.bpmn", line("outer", &call("c", "inner", ""), &["c"]))]);
    let caller = world.start("outer", "{}");
    check(&world, caller, "v1 c");
    assert!(
        world.exceptions().iter().any(|reason| reason.contains("inner:1 has no plain start event")),
        "{:?}",
        world.exceptions()
    );
}

#[test]
fn a_deployment_warns_of_what_it_calls_and_nobody_has_deployed() {
    let decide = r#"<bpmn:businessRuleTask id="d"><bpmn:extensionElements><zeebe:calledDecision decisionId="word" resultVariable="w"/></bpmn:extensionElements></bpmn:businessRuleTask>"#;
    let fill = r#"<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:userTask/><zeebe:formDefinition formId="words"/></bpmn:extensionElements></bpmn:userTask>"#;
    let elements = [decide, fill, &call("c", "inner", "")].concat();
    let Body::Deploy(files) = deployment(&[("a.bpmn", line("a", &elements, &["d", "t", "c"]))]) else { unreachable!() };
    let told = |known: &[&str]| {
        let (_, warnings) = files[0].warnings(&files, &|name| known.contains(&name));
        warnings.iter().map(|warning| warning.cause.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(told(&[]), ["there is no decision `word`", "there is no form `words`", "there is no process `inner`"]);
    assert_eq!(told(&["decision:word", "form:words", "inner"]), [""; 0]);
}

/// A user task with extension properties.
fn asks(properties: &[(&str, &str)]) -> String {
    let property = |(name, value): &(&str, &str)| format!(r#"<zeebe:property name="{name}" value="{value}"/>"#);
    let properties: String = properties.iter().map(property).collect();
    let extension = format!("<zeebe:userTask/><zeebe:properties>{properties}</zeebe:properties>");
    let task =
        format!(r#"<bpmn:userTask id="t"><bpmn:extensionElements>{extension}</bpmn:extensionElements></bpmn:userTask>"#);
    line("a", &task, &["t"])
}

#[test]
fn the_properties_of_a_task_that_make_it_an_exception_are_held_against_what_can_be_meant() {
    let mut world = World::new();
    for (name, value, cause) in [
        ("crossdock:exception", "CREDITT", "`CREDITT`, which is no type of exception"),
        ("crossdock:owner", "nobody", "`nobody`, which is no role"),
        ("crossdock:reason", "=1 +", "cannot be read"),
        ("crossdock:amount", "much", "`much`, which is no number"),
    ] {
        let refused = world.ask(deployment(&[("a.bpmn", asks(&[(name, value)]))])).unwrap_err();
        let finding = &refused.findings()[0];
        assert!(finding.cause.contains(cause) && finding.place.contains("element t"), "{refused}");
    }
    let doubts = |properties: &[(&str, &str)]| {
        let Body::Deploy(files) = deployment(&[("a.bpmn", asks(properties))]) else { unreachable!() };
        files[0].warnings(&files, &|_| true).1.iter().map(|finding| finding.cause.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(doubts(&[("crossdock:prioritty", "1")]), ["nobody reads the property `crossdock:prioritty` here"]);
    assert_eq!(doubts(&[("crossdock:amount", "=5")]).len(), 1, "no limit is held against it");
    let whole = [("crossdock:exception", "CREDIT"), ("crossdock:owner", "sales"), ("crossdock:amount", "=5"), ("mine", "x")];
    assert_eq!(doubts(&whole), [""; 0]);
    world.deploy(&[("a.bpmn", asks(&[("crossdock:exception", "=kind"), ("crossdock:reason", "odd")]))]);
    world.start("a", r#"{"kind": "NONSENSE"}"#);
    assert_eq!(world.exceptions(), ["odd (\"NONSENSE\" is no type of exception)"]);
}

/// A decision model of a namespace; `more` is in front of its decision.
fn decision(id: &str, namespace: &str, more: &str, expression: &str) -> String {
    format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{id}" name="{id}" namespace="{namespace}">{more}
        <decision id="{id}-d" name="{id}D"><variable name="{id}D"/>{expression}</decision></definitions>"#
    )
}

#[test]
fn a_decision_model_imports_another_of_its_deployment_or_one_that_is_deployed_and_keeps_it() {
    let import = r#"<import name="base" namespace="urn:base" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>"#;
    let requires = r##"<informationRequirement><requiredDecision href="urn:base#base-d"/></informationRequirement><literalExpression><text>base.baseD + 1</text></literalExpression>"##;
    let user = decision("user", "urn:user", import, requires);
    let base = |value: u32| {
        decision("base", "urn:base", "", &format!("<literalExpression><text>{value}</text></literalExpression>"))
    };
    let asked = r#"<bpmn:businessRuleTask id="d"><bpmn:extensionElements><zeebe:calledDecision decisionId="user-d" resultVariable="x"/></bpmn:extensionElements></bpmn:businessRuleTask>"#;
    let mut world = World::new();
    let refused = world.ask(deployment(&[("user.dmn", user.clone())])).unwrap_err();
    assert!(refused.to_string().contains("urn:base"), "{refused}");
    let process = line("a", &[asked, &user_task("t")].concat(), &["d", "t"]);
    world.deploy(&[("user.dmn", user.clone()), ("base.dmn", base(1)), ("a.bpmn", process)]);
    let x = |world: &mut World| {
        let id = world.start("a", "{}");
        world.instance(id).unwrap().root_variables().get("x").cloned()
    };
    assert_eq!(x(&mut world), Some(feel::Value::from(2)));
    world.deploy(&[("base.dmn", base(10))]);
    world.crash(&[]);
    assert_eq!(x(&mut world), Some(feel::Value::from(2)), "it was bound when it was deployed");
    assert_eq!(world.deploy(&[("user.dmn", user)]), [("dmn:user".into(), 2)]);
    assert_eq!(x(&mut world), Some(feel::Value::from(11)));
}

#[test]
fn a_deployment_is_refused_whole_with_everything_that_is_wrong() {
    let mut world = World::new();
    let start = r#"<bpmn:startEvent id="s"><bpmn:messageEventDefinition messageRef="m-order"/></bpmn:startEvent><bpmn:endEvent id="e"/>"#;
    let by_message = |id: &str| process(id, start, &["s", "e"]);
    world.deploy(&[("known.bpmn", by_message("known"))]);
    let refused = world.ask(deployment(&[
        ("good.bpmn", line("good", &task("do"), &["do"])),
        ("jobs.bpmn", line("jobs", &task_of("do", "trade.nothing", ""), &["do"])),
        ("dangling.bpmn", line("dangling", "", &["ghost"])),
        ("message.bpmn", by_message("message")),
        ("twice.bpmn", line("good", &user_task("t"), &["t"])),
        ("broken.form", "{".to_owned()),
        ("nameless.form", "{}".to_owned()),
        ("picture.png", "x".to_owned()),
        ("broken.dmn", "<x/>".to_owned()),
        ("nameless.dmn", decision("", "urn:n", "", "<literalExpression><text>1</text></literalExpression>")),
    ]));
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "not_deployable");
    for (place, cause) in [
        ("jobs.bpmn", "nobody carries out jobs of type trade.nothing"),
        ("dangling.bpmn", "ghost"),
        ("twice.bpmn", "good is in good.bpmn too"),
        ("broken.form", "it is not JSON"),
        ("nameless.form", "the form has no id"),
        ("picture.png", "the name does not tell what it is"),
        ("broken.dmn", ""),
        ("nameless.dmn", "neither id nor name"),
    ] {
        let found =
            refused.findings().iter().any(|finding| finding.place.starts_with(place) && finding.cause.contains(cause));
        assert!(found, "{place}: {cause} is not in:\n{refused}");
    }
    let job = refused.findings().iter().find(|finding| finding.place.starts_with("jobs.bpmn")).unwrap();
    assert!(job.place.contains("line ") && job.place.contains("element do"), "{}", job.place);
    assert!(!job.mend.is_empty());
    assert_eq!(world.ask(deployment(&[])).unwrap_err().code(), "not_deployable");
    assert!(
        world.ask(partition::Body::StartInstance { process: "good".into(), variables: feel::Context::default() }).is_err()
    );
}

#[test]
fn job_types_that_nobody_does_are_told_together_with_what_else_is_wrong() {
    let mut world = World::new();
    let elements = [task_of("a", "trade.nothing", ""), r#"<bpmn:scriptTask id="b"/>"#.to_owned()].concat();
    let refused = world.ask(deployment(&[("p.bpmn", line("p", &elements, &["a", "b"]))])).unwrap_err();
    let told = refused.to_string();
    assert!(told.contains("element b: the task has no script"), "{told}");
    assert!(told.contains("element a: nobody carries out jobs of type trade.nothing"), "{told}");
}

#[test]
fn what_an_earlier_release_deployed_runs_although_this_one_would_refuse_it() {
    let form = |key: &str| {
        format!(
            r#"<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:formDefinition formKey="{key}"/></bpmn:extensionElements></bpmn:userTask>"#
        )
    };
    let xml = line("old", &form("camunda-forms:bpmn:gone"), &["t"]);
    let mut world = World::new();
    assert!(matches!(world.ask(deployment(&[("old.bpmn", xml.clone())])), Err(Refusal::NotDeployable(_))));
    world.deployed_before("old", &xml);
    let id = world.start("old", "{}");
    check(&world, id, "v1 t");
    world.crash(&[]);
    let task = world.instance(id).unwrap().tasks().next().unwrap();
    world.complete(id, task);
    check(&world, id, "ended");
    // it begins no matter what else cannot be read any more
    world.deployed_before("older", &line("older", r#"<bpmn:complexGateway id="t"/>"#, &["t"]));
    assert!(matches!(
        world.ask(Body::StartInstance { process: "older".into(), variables: variables_of("{}") }),
        Err(Refusal::Conflict(_))
    ));
    let again = world.start("old", "{}");
    check(&world, again, "v1 t");
}

#[test]
fn what_a_form_does_not_allow_neither_completes_a_task_nor_begins_an_instance() {
    let form = |id: &str, required: &str| {
        format!(
            r#"{{"id": "{id}", "type": "default", "components": [{{"type": "number", "key": "{required}", "validate": {{"required": true, "min": 10}}}}]}}"#
        )
    };
    let named = |id: &str, binding: &str| {
        format!(r#"<bpmn:extensionElements><zeebe:formDefinition {id} {binding}/></bpmn:extensionElements>"#)
    };
    let elements = format!(
        r#"<bpmn:extensionElements><zeebe:userTaskForm id="beside">{}</zeebe:userTaskForm></bpmn:extensionElements>
        <bpmn:startEvent id="s">{}</bpmn:startEvent><bpmn:userTask id="t">{}</bpmn:userTask><bpmn:userTask id="u">{}</bpmn:userTask><bpmn:endEvent id="e"/>"#,
        form("beside", "b"),
        named(r#"formId="first""#, ""),
        named(r#"formId="second""#, r#"bindingType="deployment""#),
        named(r#"formKey="camunda-forms:bpmn:beside""#, ""),
    );
    let mut world = World::new();
    world.deploy(&[
        ("first.form", form("first", "f")),
        ("second.form", form("second", "s")),
        ("p.bpmn", process("p", &elements, &["s", "t", "u", "e"])),
    ]);
    // the task goes on with the form of its deployment
    world.deploy(&[("second.form", form("second", "other"))]);
    world.actor.roles.push(trade::Role::Director);
    let begin = |variables: &str| Body::StartInstance { process: "p".into(), variables: variables_of(variables) };
    let refused = |answer: Result<Reply, Refusal>| match answer {
        Err(Refusal::NotFilledIn(findings)) => findings.iter().map(|finding| finding.place.to_string()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(world.ask(begin("{}"))), ["/variables/f"]);
    assert_eq!(world.instances(), []);
    let id = world.start("p", r#"{"f": 10}"#);
    for (element, field) in [("t", "s"), ("u", "b")] {
        let task = world.instance(id).unwrap().tasks().next().unwrap();
        let complete = |variables: String| Body::CompleteTask { instance: id, task, variables: variables_of(&variables) };
        assert_eq!(refused(world.ask(complete(format!(r#"{{"{field}": 9}}"#)))), [format!("/variables/{field}")]);
        check(&world, id, &format!("v1 {element}"));
        world.done(complete(format!(r#"{{"{field}": 10}}"#)));
    }
    check(&world, id, "ended");
}

#[test]
fn what_a_form_computes_goes_in_as_the_form_says_whatever_was_submitted() {
    let form = r#"{"id": "sum", "components": [{"type": "number", "key": "net"}, {"type": "expression", "key": "gross", "expression": "=net * 1.1"}]}"#;
    let elements = r#"<bpmn:startEvent id="s"/><bpmn:userTask id="t"><bpmn:extensionElements><zeebe:formDefinition formId="sum"/></bpmn:extensionElements></bpmn:userTask>
        <bpmn:userTask id="u"/><bpmn:endEvent id="e"/>"#;
    let mut world = World::new();
    world.deploy(&[("sum.form", form.to_owned()), ("p.bpmn", process("p", elements, &["s", "t", "u", "e"]))]);
    let id = world.start("p", "{}");
    let task = world.instance(id).unwrap().tasks().next().unwrap();
    world.actor.roles = vec![trade::Role::Director];
    let variables = variables_of(r#"{"net": 100, "gross": 1}"#);
    world.done(Body::CompleteTask { instance: id, task, variables });
    let next = world.instance(id).unwrap().tasks().next().unwrap();
    let known = world.instance(id).unwrap().job_variables(next);
    assert_eq!(known.get("gross").and_then(feel::Value::as_decimal), Some(units::Decimal::from(110)));
}

#[test]
fn a_form_that_could_not_be_judged_is_refused_with_field_and_mend() {
    let form = r#"{"id": "f", "components": [
        {"type": "textfield", "id": "Field_1", "key": "code", "label": "Code", "validate": {"pattern": "^(?!0).*$"}}]}"#;
    let mut world = World::new();
    let beside = format!(
        r#"<bpmn:extensionElements><zeebe:userTaskForm id="own"><![CDATA[{form}]]></zeebe:userTaskForm></bpmn:extensionElements><bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>"#
    );
    for (file, place, content) in [
        ("f.form", "f.form, line 2, element Field_1 (Code)", form.to_owned()),
        ("p.bpmn", "element p", process("p", &beside, &["s", "e"])),
    ] {
        let Err(Refusal::NotDeployable(findings)) = world.ask(deployment(&[(file, content)])) else { panic!("{file}") };
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].place.contains(place), "{findings:?}");
        assert!(findings[0].cause.contains("the pattern `^(?!0).*$` cannot be held against"), "{findings:?}");
        assert!(findings[0].mend.starts_with("write a pattern that looks neither"), "{findings:?}");
    }
}
