//! Every mistake that is found without running, each in the smallest model that has it.
//!
//! The table is also what the reference shows of findings: `docs/src/reference/bpmn.md` lists what stands here, and a test
//! holds the two against each other.

use bpmn::Severity;

/// A mistake, in the smallest model that has it.
pub(crate) struct Case {
    /// The inside of the process; `{s}` is a start event `s`.
    pub(crate) body: &'static str,
    pub(crate) severity: Severity,
    /// The element that is named.
    pub(crate) element: &'static str,
    pub(crate) cause: &'static str,
    pub(crate) mend: &'static str,
}

const fn error(body: &'static str, element: &'static str, cause: &'static str, mend: &'static str) -> Case {
    Case { body, severity: Severity::Error, element, cause, mend }
}

const fn warning(body: &'static str, element: &'static str, cause: &'static str, mend: &'static str) -> Case {
    Case { body, severity: Severity::Warning, element, cause, mend }
}

/// A heading, and the cases under it.
pub(crate) const TABLE: &[(&str, &[Case])] = &[
    (
        "The process as a whole",
        &[
            error(r#""#, "p", "the process has no start event", "add one"),
            error(r#"{s}<bpmn:startEvent id="s2"/>"#, "s2", "its scope has another start event already", "keep one"),
            error(
                r#"{s}<bpmn:task id="a"/><bpmn:task id="a"/>"#,
                "a",
                "there are two elements with the id `a`",
                "give each an id of its own",
            ),
            error(r#"{s}<bpmn:task/>"#, "p", "the element has no id", "give it one"),
            error(
                r#"{s}<bpmn:complexGateway id="x"/>"#,
                "x",
                "`complexGateway` is not supported here",
                "model it with the supported elements",
            ),
            warning(r#"{s}<bpmn:task id="x"/>"#, "x", "the manual task is never reached", "connect it, or remove it"),
            warning(
                r#"{s}<bpmn:task id="x"/><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="x"/><bpmn:sequenceFlow id="2" sourceRef="x" targetRef="x"/>"#,
                "s",
                "no token that comes here ever ends",
                "add a way out of the circle",
            ),
            warning(
                r#"<bpmn:startEvent id="s"><bpmn:extensionElements><zeebe:linkedResources/></bpmn:extensionElements></bpmn:startEvent>"#,
                "s",
                "the extension element `linkedResources` has no effect on a `startEvent`",
                "remove it",
            ),
            warning(
                r#"{s}<bpmn:task id="t"><bpmn:extensionElements><zeebe:conditionalFilter/></bpmn:extensionElements></bpmn:task>"#,
                "t",
                "the extension element `conditionalFilter` has no effect here",
                "remove it",
            ),
            warning(
                r#"{s}<bpmn:serviceTask id="t" camunda:class="org.Pick"><bpmn:extensionElements><zeebe:taskDefinition type="w"/></bpmn:extensionElements></bpmn:serviceTask><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "the attribute `camunda:class` is for Camunda 7 and has no effect here",
                "model it with Camunda 8's extensions, and remove it",
            ),
            warning(
                r#"{s}<bpmn:task id="t"><bpmn:extensionElements><camunda:inputOutput/></bpmn:extensionElements></bpmn:task><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "the element `camunda:inputOutput` is for Camunda 7 and has no effect here",
                "model it with Camunda 8's extensions, and remove it",
            ),
            warning(
                r#"{s}<bpmn:callActivity id="c"><bpmn:extensionElements><zeebe:calledElement processId="q" businessId="b"/></bpmn:extensionElements></bpmn:callActivity>"#,
                "c",
                "the attribute `businessId` of `calledElement` has no effect here",
                "remove it",
            ),
            error(
                r#"<bpmn:extensionElements><zeebe:userTaskForm id="f1">{}</zeebe:userTaskForm><zeebe:userTaskForm id="f1">{}</zeebe:userTaskForm></bpmn:extensionElements>{s}"#,
                "p",
                "there are two forms `f1` beside the diagram",
                "give each an id of its own",
            ),
            error(
                r#"{s}<bpmn:userTask id="u"><bpmn:extensionElements><zeebe:formDefinition formKey="camunda-forms:bpmn:f2"/></bpmn:extensionElements></bpmn:userTask>"#,
                "u",
                "there is no form `f2` beside the diagram",
                "draw it, or name a deployed form by `formId`",
            ),
            warning(
                r#"<bpmn:startEvent id="x"><bpmn:extensionElements><zeebe:formDefinition formId="=f"/></bpmn:extensionElements></bpmn:startEvent>"#,
                "x",
                "the form is an expression, and it has nothing to look at yet",
                "write the form's id itself",
            ),
            warning(
                r#"<bpmn:startEvent id="x"><bpmn:extensionElements><zeebe:formDefinition formId="f"/></bpmn:extensionElements><bpmn:messageEventDefinition messageRef="go"/></bpmn:startEvent>"#,
                "x",
                "a form has no effect here: nobody begins this by hand",
                "remove it",
            ),
            error(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="a"/><zeebe:taskDefinition type="b"/></bpmn:extensionElements></bpmn:serviceTask>"#,
                "t",
                "there are two extension elements `taskDefinition`",
                "keep one of them",
            ),
        ],
    ),
    (
        "Sequence flows",
        &[
            error(
                r#"{s}<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="nowhere"/>"#,
                "f",
                "the flow has no targetRef: there is no element `nowhere`",
                "connect both ends",
            ),
            error(
                r#"{s}<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="x"/><bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:task id="x"/><bpmn:sequenceFlow id="g" sourceRef="s2" targetRef="x"/></bpmn:subProcess>"#,
                "f",
                "the flow crosses the edge of a sub-process",
                "end it inside, and go on from the sub-process",
            ),
            error(
                r#"{s}<bpmn:task id="a"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="a"><bpmn:conditionExpression>=x</bpmn:conditionExpression></bpmn:sequenceFlow>"#,
                "s",
                "a condition stands on a flow that does not leave an exclusive or inclusive gateway",
                "put a gateway there",
            ),
            error(
                r#"{s}<bpmn:task id="a"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="a"/><bpmn:sequenceFlow id="g" sourceRef="a" targetRef="s"/>"#,
                "s",
                "flows lead to a start event",
                "remove them",
            ),
            error(
                r#"{s}<bpmn:endEvent id="e"><bpmn:messageEventDefinition messageRef="go"/></bpmn:endEvent><bpmn:task id="a"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/><bpmn:sequenceFlow id="g" sourceRef="e" targetRef="a"/>"#,
                "e",
                "flows lead away from an end event",
                "remove them",
            ),
            error(
                r#"{s}<bpmn:task id="a"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="a"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="a"/>"#,
                "f",
                "there are two elements with the id `f`",
                "give each an id of its own",
            ),
        ],
    ),
    (
        "Gateways",
        &[
            error(
                r#"{s}<bpmn:task id="m"/><bpmn:parallelGateway id="g"/><bpmn:userTask id="u"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="m"/><bpmn:sequenceFlow id="1" sourceRef="m" targetRef="g"/><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="m"/><bpmn:sequenceFlow id="3" sourceRef="g" targetRef="u"/>"#,
                "g",
                "every token that comes here comes again without a wait, and each time one more goes on",
                "let the circle wait, or lead out of it by a condition",
            ),
            error(
                r#"{s}<bpmn:inclusiveGateway id="g"/><bpmn:userTask id="a"/><bpmn:userTask id="b"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="b"><bpmn:conditionExpression>=x</bpmn:conditionExpression></bpmn:sequenceFlow>"#,
                "g",
                "its flow `1` has neither a condition nor is it the default",
                "write a condition, or mark it as the default",
            ),
            warning(
                r#"{s}<bpmn:exclusiveGateway id="g" default="1"/><bpmn:userTask id="a"/><bpmn:userTask id="b"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="b"><bpmn:conditionExpression>=true</bpmn:conditionExpression></bpmn:sequenceFlow>"#,
                "g",
                "its flow `2` is always taken, and others never",
                "mend the condition, or remove what is never taken",
            ),
            warning(
                r#"{s}<bpmn:inclusiveGateway id="g" default="1"/><bpmn:userTask id="a"/><bpmn:userTask id="b"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="b"><bpmn:conditionExpression>=true</bpmn:conditionExpression></bpmn:sequenceFlow>"#,
                "g",
                "its flow `2` is always taken, and others never",
                "mend the condition, or remove what is never taken",
            ),
            warning(
                r#"{s}<bpmn:exclusiveGateway id="g" default="1"/><bpmn:userTask id="a"/><bpmn:userTask id="b"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="b"><bpmn:conditionExpression>vip</bpmn:conditionExpression></bpmn:sequenceFlow>"#,
                "2",
                "the expression `vip` has no `=` before it",
                "write `=` first: elsewhere it would be taken for a text, or refused",
            ),
            warning(
                r#"{s}<bpmn:exclusiveGateway id="g" default="1"/><bpmn:userTask id="a"/><bpmn:userTask id="b"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="b"><bpmn:conditionExpression>=false</bpmn:conditionExpression></bpmn:sequenceFlow>"#,
                "g",
                "its flow `2` is never taken: its condition is always false",
                "mend the condition, or remove the flow",
            ),
            error(
                r#"{s}<bpmn:exclusiveGateway id="g" default="2"/><bpmn:task id="a"/><bpmn:task id="b"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="a"><bpmn:conditionExpression id="ce">="yes"</bpmn:conditionExpression></bpmn:sequenceFlow><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="b"/>"#,
                "1",
                "the condition `\"yes\"` is never true nor false",
                "compare something, or write true or false",
            ),
            error(
                r#"{s}<bpmn:exclusiveGateway id="g" default="2"/><bpmn:task id="a"/><bpmn:task id="b"/><bpmn:task id="c"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="b"/>"#,
                "g",
                "its flow `1` has neither a condition nor is it the default",
                "write a condition, or mark it as the default",
            ),
            error(
                r#"{s}<bpmn:exclusiveGateway id="g" default="0"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/>"#,
                "g",
                "the default flow `0` does not leave this gateway",
                "mark one of its own flows",
            ),
            error(
                r#"{s}<bpmn:exclusiveGateway id="f" default="2"/><bpmn:parallelGateway id="j"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="f"/><bpmn:sequenceFlow id="1" sourceRef="f" targetRef="j"><bpmn:conditionExpression>=x</bpmn:conditionExpression></bpmn:sequenceFlow><bpmn:sequenceFlow id="2" sourceRef="f" targetRef="j"/>"#,
                "j",
                "the join can never fire: no two tokens come by `1` and `2` of the same split",
                "join with an exclusive gateway, or split with a parallel one",
            ),
            error(
                r#"{s}<bpmn:eventBasedGateway id="g"/><bpmn:intermediateCatchEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:intermediateCatchEvent><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="m"/>"#,
                "g",
                "an event-based gateway has fewer than two ways on",
                "add events, or remove the gateway",
            ),
            error(
                r#"{s}<bpmn:eventBasedGateway id="g"/><bpmn:intermediateCatchEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:intermediateCatchEvent><bpmn:task id="a"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="m"/><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="a"/>"#,
                "g",
                "`a` behind an event-based gateway is no catch event of its own",
                "lead to message, timer or signal catch events only, each with one flow in",
            ),
            warning(
                r#"{s}<bpmn:exclusiveGateway id="g"/><bpmn:task id="a"/><bpmn:task id="b"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="a"><bpmn:conditionExpression>=x</bpmn:conditionExpression></bpmn:sequenceFlow><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="b"><bpmn:conditionExpression>=y</bpmn:conditionExpression></bpmn:sequenceFlow>"#,
                "g",
                "the gateway has no default flow and stops if no condition holds",
                "mark one as the default",
            ),
            warning(
                r#"{s}<bpmn:exclusiveGateway id="g" default="2"/><bpmn:task id="a"/><bpmn:task id="b"/><bpmn:sequenceFlow id="0" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="1" sourceRef="g" targetRef="a"><bpmn:conditionExpression>=x</bpmn:conditionExpression></bpmn:sequenceFlow><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="b"><bpmn:conditionExpression>=y</bpmn:conditionExpression></bpmn:sequenceFlow>"#,
                "g",
                "the default flow `2` has a condition, which nobody looks at",
                "remove the condition: the default is taken when no other holds",
            ),
        ],
    ),
    (
        "Tasks and their jobs",
        &[
            error(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="=5"/></bpmn:extensionElements></bpmn:serviceTask>"#,
                "t",
                "the job type is 5 and never a text",
                "name who does the work",
            ),
            error(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="w" retries="=-1"/></bpmn:extensionElements></bpmn:serviceTask>"#,
                "t",
                "the number of retries is not a whole number",
                "give one, such as 3",
            ),
            error(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="w"/><zeebe:properties><zeebe:property name="crossdock:backoff" value="=5"/></zeebe:properties></bpmn:extensionElements></bpmn:serviceTask>"#,
                "t",
                "the back-off `5` is not a duration such as PT15M",
                "give one",
            ),
            error(
                r#"{s}<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:priorityDefinition priority="=101"/></bpmn:extensionElements></bpmn:userTask>"#,
                "t",
                "the priority `101` is not between 0 and 100",
                "give a number from 0 to 100",
            ),
            warning(
                r#"{s}<bpmn:scriptTask id="t"><bpmn:extensionElements><zeebe:script expression="=1" resultVariable="a-b"/></bpmn:extensionElements></bpmn:scriptTask><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "an expression reads the variable `a-b` only in backticks",
                "name it with letters, digits and underscores",
            ),
            error(r#"{s}<bpmn:serviceTask id="t"/>"#, "t", "the task has no job type", "add a task definition with a type"),
            error(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type=" "/></bpmn:extensionElements></bpmn:serviceTask>"#,
                "t",
                "the job type is empty",
                "name who does the work",
            ),
            error(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="w" retries="many"/></bpmn:extensionElements></bpmn:serviceTask>"#,
                "t",
                "the number of retries is not a whole number",
                "give one, such as 3",
            ),
            error(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="w"/><zeebe:properties><zeebe:property name="crossdock:backoff" value="later"/></zeebe:properties></bpmn:extensionElements></bpmn:serviceTask>"#,
                "t",
                "the back-off `later` is not a duration such as PT15M",
                "give one",
            ),
            error(
                r#"{s}<bpmn:scriptTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="w"/><zeebe:script expression="=1" resultVariable="r"/></bpmn:extensionElements></bpmn:scriptTask><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "the task has a job type and a script, and only one of them can do it",
                "keep one of them",
            ),
            error(
                r#"{s}<bpmn:businessRuleTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="w"/><zeebe:calledDecision decisionId="d" resultVariable="r"/></bpmn:extensionElements></bpmn:businessRuleTask><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "the task has a job type and a decision, and only one of them can do it",
                "keep one of them",
            ),
            warning(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="w"/><zeebe:taskHeaders><zeebe:header key="k" value="1"/><zeebe:header key="k" value="2"/></zeebe:taskHeaders></bpmn:extensionElements></bpmn:serviceTask><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "there are two headers `k`, and a worker gets the last",
                "keep one of them",
            ),
            warning(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="w"/><zeebe:taskHeaders><zeebe:header key="retryBackoff" value="soon"/></zeebe:taskHeaders></bpmn:extensionElements></bpmn:serviceTask><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "the header `retryBackoff` is `soon`, and no job rests that long before it is tried again",
                "give a duration such as PT15M, unless only a worker reads it",
            ),
            warning(
                r#"{s}<bpmn:serviceTask id="t" zeebe:retryCounter="5"><bpmn:extensionElements><zeebe:taskDefinition type="w"/></bpmn:extensionElements></bpmn:serviceTask><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "the attribute `retryCounter` has no effect",
                "write `retries` of the task definition",
            ),
            error(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="w"/><zeebe:properties><zeebe:property name="crossdock:priority" value="high"/></zeebe:properties></bpmn:extensionElements></bpmn:serviceTask>"#,
                "t",
                "the job priority `high` is not a whole number",
                "give one",
            ),
            error(
                r#"{s}<bpmn:scriptTask id="t"/>"#,
                "t",
                "the task has no script",
                "write a FEEL expression and name the variable for its result",
            ),
            error(
                r#"{s}<bpmn:scriptTask id="t"><bpmn:extensionElements><zeebe:script expression="=1 +" resultVariable="x"/></bpmn:extensionElements></bpmn:scriptTask>"#,
                "t",
                "`=1 +` is no FEEL",
                "mend the expression",
            ),
            error(
                r#"{s}<bpmn:scriptTask id="t"><bpmn:extensionElements><zeebe:script expression="=nothing(1)" resultVariable="x"/></bpmn:extensionElements></bpmn:scriptTask>"#,
                "t",
                "there is no function `nothing` in `nothing(1)`",
                "use a built-in function",
            ),
            error(
                r#"{s}<bpmn:scriptTask id="t"><bpmn:extensionElements><zeebe:script expression="=1"/></bpmn:extensionElements></bpmn:scriptTask>"#,
                "t",
                "no variable is named for the result",
                "name one",
            ),
            error(
                r#"{s}<bpmn:businessRuleTask id="t"/>"#,
                "t",
                "the task calls no decision",
                "name the decision and the variable for its result",
            ),
            error(
                r#"{s}<bpmn:businessRuleTask id="t"><bpmn:extensionElements><zeebe:calledDecision decisionId="d" resultVariable="x" bindingType="versionTag"/></bpmn:extensionElements></bpmn:businessRuleTask>"#,
                "t",
                "the binding names no version tag",
                "give the tag of the version",
            ),
            error(
                r#"{s}<bpmn:businessRuleTask id="t"><bpmn:extensionElements><zeebe:calledDecision decisionId="" resultVariable="x"/></bpmn:extensionElements></bpmn:businessRuleTask>"#,
                "t",
                "the task calls no decision",
                "name the decision and the variable for its result",
            ),
            error(
                r#"{s}<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:taskSchedule dueDate="tomorrow"/></bpmn:extensionElements></bpmn:userTask>"#,
                "t",
                "`tomorrow` is not a moment such as 2026-11-23T10:00:00Z",
                "mend the time, or give an expression",
            ),
            error(r#"{s}<bpmn:receiveTask id="t"/>"#, "t", "it refers to no message: ``", "choose a message"),
            error(
                r#"{s}<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:priorityDefinition priority="101"/></bpmn:extensionElements></bpmn:userTask>"#,
                "t",
                "the priority `101` is not between 0 and 100",
                "give a number from 0 to 100",
            ),
            error(
                r#"{s}<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:formDefinition formId="f" bindingType="newest"/></bpmn:extensionElements></bpmn:userTask><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "there is no binding `newest`",
                "bind to latest, deployment or versionTag",
            ),
            error(
                r#"{s}<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="w"/><zeebe:ioMapping><zeebe:input source="=1" target=""/></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"#,
                "t",
                "the mapping has no target, or an empty part in it",
                "name a variable",
            ),
        ],
    ),
    (
        "Listeners",
        &[
            error(
                r#"{s}<bpmn:task id="t"><bpmn:extensionElements><zeebe:executionListeners><zeebe:executionListener eventType="never" type="w"/></zeebe:executionListeners></bpmn:extensionElements></bpmn:task>"#,
                "t",
                "a listener for `never` is not supported here",
                "listen for start or end, of a user task for creating, assigning, updating, completing or canceling",
            ),
            error(
                r#"{s}<bpmn:task id="t"><bpmn:extensionElements><zeebe:taskListeners><zeebe:taskListener eventType="creating" type="w"/></zeebe:taskListeners></bpmn:extensionElements></bpmn:task>"#,
                "t",
                "only user tasks have task listeners",
                "use an execution listener",
            ),
            error(
                r#"{s}<bpmn:parallelGateway id="t"><bpmn:extensionElements><zeebe:executionListeners><zeebe:executionListener eventType="end" type="w"/></zeebe:executionListeners></bpmn:extensionElements></bpmn:parallelGateway>"#,
                "t",
                "a listener for `end` cannot be here: a gateway has gone on before a listener could know",
                "put it on a neighbour",
            ),
            error(
                r#"{s}<bpmn:task id="t"><bpmn:extensionElements><zeebe:executionListeners><zeebe:executionListener eventType="end" type="w"/><zeebe:executionListener eventType="end" type="w"/></zeebe:executionListeners></bpmn:extensionElements></bpmn:task>"#,
                "t",
                "there are two listeners for `end` with the same job type",
                "keep one, or give them different types",
            ),
        ],
    ),
    (
        "Call activities and sub-processes",
        &[
            error(r#"{s}<bpmn:callActivity id="c"/>"#, "c", "the call activity calls no process", "name the process"),
            error(
                r#"{s}<bpmn:callActivity id="c"><bpmn:extensionElements><zeebe:calledElement processId="q" bindingType="versionTag"/></bpmn:extensionElements></bpmn:callActivity>"#,
                "c",
                "the binding names no version tag",
                "give the tag of the version",
            ),
            error(
                r#"{s}<bpmn:callActivity id="c"><bpmn:extensionElements><zeebe:calledElement processId="q" bindingType="newest"/></bpmn:extensionElements></bpmn:callActivity>"#,
                "c",
                "there is no binding `newest`",
                "bind to latest, deployment or versionTag",
            ),
            error(r#"{s}<bpmn:subProcess id="sub"/>"#, "sub", "the sub-process has no start event", "add one"),
            error(
                r#"{s}<bpmn:subProcess id="sub"><bpmn:startEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:startEvent></bpmn:subProcess>"#,
                "m",
                "a start event here has no trigger",
                "use a plain start event",
            ),
            error(
                r#"{s}<bpmn:subProcess id="sub" triggeredByEvent="true"/>"#,
                "sub",
                "the event sub-process has no start event",
                "add one with a trigger",
            ),
            error(
                r#"{s}<bpmn:subProcess id="sub" triggeredByEvent="true"><bpmn:startEvent id="x"/></bpmn:subProcess>"#,
                "x",
                "the start event of an event sub-process needs a trigger",
                "give it a message, a timer, a signal, an error or an escalation",
            ),
            error(
                r#"{s}<bpmn:subProcess id="sub" triggeredByEvent="true"><bpmn:startEvent id="x"><bpmn:errorEventDefinition/></bpmn:startEvent><bpmn:startEvent id="y"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:startEvent></bpmn:subProcess>"#,
                "y",
                "its scope has another start event already",
                "keep one",
            ),
            error(
                r#"{s}<bpmn:subProcess id="sub" triggeredByEvent="true"><bpmn:startEvent id="x"><bpmn:errorEventDefinition/></bpmn:startEvent></bpmn:subProcess><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="sub"/>"#,
                "sub",
                "flows touch an event sub-process",
                "remove them: its start event sets it off",
            ),
            error(
                r#"{s}<bpmn:subProcess id="sub" triggeredByEvent="true"><bpmn:startEvent id="x"><bpmn:compensateEventDefinition/></bpmn:startEvent></bpmn:subProcess>"#,
                "x",
                "an event sub-process is not started by compensation",
                "use a compensation event on the edge of an activity",
            ),
            error(
                r#"{s}<bpmn:subProcess id="sub" triggeredByEvent="true"><bpmn:startEvent id="x" isInterrupting="false"><bpmn:errorEventDefinition/></bpmn:startEvent></bpmn:subProcess>"#,
                "x",
                "an error always interrupts",
                "make the start event interrupting",
            ),
            error(r#"{s}<bpmn:adHocSubProcess id="ah"/>"#, "ah", "the ad-hoc sub-process has no activity inside", "add one"),
            error(
                r#"{s}<bpmn:adHocSubProcess id="ah"><bpmn:task id="a"/><bpmn:endEvent id="e"/></bpmn:adHocSubProcess>"#,
                "ah",
                "the ad-hoc sub-process has an end event: `e`",
                "remove it: the completion condition says when it ends",
            ),
            error(
                r#"{s}<bpmn:adHocSubProcess id="ah"><bpmn:task id="a"/><bpmn:startEvent id="x"/></bpmn:adHocSubProcess>"#,
                "x",
                "an ad-hoc sub-process has no start event",
                "remove it, and name the active elements",
            ),
            error(
                r#"{s}<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:taskDefinition type="w"/><zeebe:adHoc activeElementsCollection="=x"/></bpmn:extensionElements><bpmn:task id="a"/></bpmn:adHocSubProcess>"#,
                "ah",
                "a job worker leads the ad-hoc sub-process, and the model names active elements as well",
                "leave that to the worker, or remove the task definition",
            ),
            error(
                r#"{s}<bpmn:adHocSubProcess id="ah"><bpmn:extensionElements><zeebe:taskDefinition type="w"/></bpmn:extensionElements><bpmn:task id="a"><bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=fromAi(toolCall.x, 5)" target="x"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:task></bpmn:adHocSubProcess>"#,
                "a",
                "the description of `fromAi` has to be a text, which is known before it runs",
                "write it out, so that it can be told to whoever leads the ad-hoc sub-process",
            ),
            warning(
                r#"{s}<bpmn:subProcess id="sub1" triggeredByEvent="true"><bpmn:startEvent id="x"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:startEvent></bpmn:subProcess><bpmn:subProcess id="sub2" triggeredByEvent="true"><bpmn:startEvent id="y"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:startEvent></bpmn:subProcess>"#,
                "y",
                "another event on the scope catches the same",
                "keep one of them",
            ),
        ],
    ),
    (
        "Multi-instance",
        &[
            error(
                r#"{s}<bpmn:task id="t"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=5"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:task>"#,
                "t",
                "the input collection is 5 and never a list",
                "name the list to go over",
            ),
            error(
                r#"{s}<bpmn:task id="t"><bpmn:multiInstanceLoopCharacteristics/></bpmn:task>"#,
                "t",
                "the multi-instance has no input collection",
                "name the list to go over",
            ),
            error(
                r#"{s}<bpmn:task id="t"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=x" outputCollection="y"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:task>"#,
                "t",
                "output collection and output element go together",
                "give both or neither",
            ),
            error(
                r#"{s}<bpmn:parallelGateway id="t"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=x"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:parallelGateway>"#,
                "t",
                "only activities can be multi-instance",
                "put it into a sub-process",
            ),
            error(
                r#"{s}<bpmn:task id="t"><bpmn:standardLoopCharacteristics/></bpmn:task>"#,
                "t",
                "a standard loop is not supported",
                "use a multi-instance, or a gateway that leads back",
            ),
            warning(
                r#"{s}<bpmn:userTask id="t"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=items" inputElement="i"/></bpmn:extensionElements><bpmn:completionCondition>=true</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "the completion condition always holds: one is enough",
                "mend the condition, or remove it",
            ),
            warning(
                r#"{s}<bpmn:userTask id="t"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=items" inputElement="i"/></bpmn:extensionElements><bpmn:completionCondition>=false</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="t"/>"#,
                "t",
                "the completion condition never holds",
                "mend the condition, or remove it",
            ),
        ],
    ),
    (
        "Timers",
        &[
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDuration>P999999999999Y</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#,
                "t",
                "`P999999999999Y` leads beyond the calendar",
                "mend the time, or give an expression",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition/></bpmn:intermediateCatchEvent>"#,
                "t",
                "the timer has no time",
                "give it a date, a duration or a cycle",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDuration>1 hour</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#,
                "t",
                "`1 hour` is not a duration such as PT15M or P1D",
                "mend the time, or give an expression",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDate>tomorrow</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#,
                "t",
                "`tomorrow` is not a moment such as 2026-11-23T10:00:00Z",
                "mend the time, or give an expression",
            ),
            error(
                r#"<bpmn:startEvent id="t"><bpmn:timerEventDefinition><bpmn:timeCycle>0 0 25 * * *</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>"#,
                "t",
                "`25` is no hour (0 to 23) in the cron expression `0 0 25 * * *`",
                "mend the time, or give an expression",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDuration>-PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#,
                "t",
                "`-PT1H` leads back in time",
                "give a duration of zero or more",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition id="td"><bpmn:timeDuration id="x">=5</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#,
                "t",
                "`5` is not a duration such as PT15M or P1D",
                "mend the time, or give an expression",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDate>="banana"</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#,
                "t",
                "`banana` is not a moment such as 2026-11-23T10:00:00Z",
                "mend the time, or give an expression",
            ),
            error(
                r#"<bpmn:startEvent id="t"><bpmn:timerEventDefinition><bpmn:timeCycle>=5</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>"#,
                "t",
                "`5` is no cycle such as R3/PT10M or R/P1D",
                "mend the time, or give an expression",
            ),
            error(
                r#"<bpmn:startEvent id="t"><bpmn:timerEventDefinition><bpmn:timeCycle>R/PT0S</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>"#,
                "t",
                "`R/PT0S` is no time at all",
                "give an interval above zero",
            ),
            error(
                r#"<bpmn:startEvent id="t"><bpmn:timerEventDefinition><bpmn:timeCycle>R0/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>"#,
                "t",
                "the timer goes off no times",
                "give it one repetition or more, or remove it",
            ),
            error(
                r#"<bpmn:startEvent id="t"><bpmn:timerEventDefinition><bpmn:timeCycle>0 0 0 31 2 *</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>"#,
                "t",
                "`0 0 0 31 2 *` is a day that never comes",
                "mend the cron expression",
            ),
            error(
                r#"<bpmn:startEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:startEvent>"#,
                "t",
                "nothing is there from which the duration could run",
                "give a date, or a cycle such as R/P1D",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeCycle>R/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#,
                "t",
                "a catch event waits once and has a cycle",
                "give it a date or a duration",
            ),
            error(
                r#"{s}<bpmn:task id="a"/><bpmn:boundaryEvent id="t" attachedToRef="a"><bpmn:timerEventDefinition><bpmn:timeCycle>R/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#,
                "t",
                "the timer repeats, but it ends its activity the first time",
                "give it a date or a duration",
            ),
            error(
                r#"{s}<bpmn:subProcess id="sub" triggeredByEvent="true"><bpmn:startEvent id="t"><bpmn:timerEventDefinition><bpmn:timeCycle>R/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent></bpmn:subProcess>"#,
                "t",
                "the timer repeats, but it ends its scope the first time",
                "give it a date or a duration",
            ),
        ],
    ),
    (
        "Messages, signals, errors and escalations",
        &[
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="m"><bpmn:messageEventDefinition messageRef="keyless"/></bpmn:intermediateCatchEvent>"#,
                "keyless",
                "the correlation key is null and never a text or a number",
                "give what tells those apart that wait for the message",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="m"><bpmn:messageEventDefinition messageRef="bare"/></bpmn:intermediateCatchEvent>"#,
                "m",
                "the message has no correlation key",
                "add one to the message",
            ),
            error(
                r#"{s}<bpmn:intermediateThrowEvent id="m"><bpmn:messageEventDefinition messageRef="bare"/></bpmn:intermediateThrowEvent>"#,
                "m",
                "the thrown message has neither a job nor a correlation key",
                "add one of them",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="m"><bpmn:messageEventDefinition messageRef="nameless"/></bpmn:intermediateCatchEvent>"#,
                "nameless",
                "the message has no name",
                "give it one",
            ),
            error(
                r#"<bpmn:startEvent id="m"><bpmn:messageEventDefinition messageRef="go"/></bpmn:startEvent><bpmn:startEvent id="n"><bpmn:messageEventDefinition messageRef="go"/></bpmn:startEvent>"#,
                "n",
                "another start event is set off by the same",
                "keep one of them",
            ),
            error(
                r#"<bpmn:startEvent id="m"><bpmn:signalEventDefinition signalRef="any"/></bpmn:startEvent>"#,
                "m",
                "the name of what begins a process is an expression, and it has nothing to look at yet",
                "write the name itself",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="g"><bpmn:signalEventDefinition signalRef="none"/></bpmn:intermediateCatchEvent>"#,
                "g",
                "it refers to no signal with a name: `none`",
                "choose a signal",
            ),
            error(
                r#"{s}<bpmn:endEvent id="e"><bpmn:errorEventDefinition errorRef="none"/></bpmn:endEvent>"#,
                "e",
                "there is no error `none`",
                "choose an error",
            ),
            error(
                r#"{s}<bpmn:endEvent id="e"><bpmn:errorEventDefinition/></bpmn:endEvent>"#,
                "e",
                "the error has no code",
                "give it one",
            ),
            error(
                r#"{s}<bpmn:task id="a"/><bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:errorEventDefinition errorRef="computed"/></bpmn:boundaryEvent>"#,
                "b",
                "the error code that it catches is an expression: `=x`",
                "write the code itself; only what throws may compute it",
            ),
            error(
                r#"{s}<bpmn:endEvent id="e"><bpmn:escalationEventDefinition escalationRef="none"/></bpmn:endEvent>"#,
                "e",
                "there is no escalation `none`",
                "choose an escalation",
            ),
            error(
                r#"{s}<bpmn:endEvent id="e"><bpmn:escalationEventDefinition/></bpmn:endEvent>"#,
                "e",
                "the escalation has no code",
                "give it one",
            ),
        ],
    ),
    (
        "Other events",
        &[
            warning(
                r#"{s}<bpmn:userTask id="a"/><bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:escalationEventDefinition/></bpmn:boundaryEvent><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="a"/>"#,
                "b",
                "the user task `a` never throws an escalation",
                "catch it on a sub-process or a call activity, in which something throws it",
            ),
            warning(
                r#"{s}<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/></bpmn:subProcess><bpmn:boundaryEvent id="b" attachedToRef="sub"><bpmn:escalationEventDefinition/></bpmn:boundaryEvent><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="sub"/>"#,
                "b",
                "nothing in the sub-process `sub` throws the escalation",
                "throw it inside, or remove the event",
            ),
            warning(
                r#"{s}<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:endEvent id="x"><bpmn:errorEventDefinition errorRef="computed"/></bpmn:endEvent><bpmn:sequenceFlow id="2" sourceRef="s2" targetRef="x"/></bpmn:subProcess><bpmn:subProcess id="quiet"><bpmn:startEvent id="s3"/></bpmn:subProcess><bpmn:boundaryEvent id="b" attachedToRef="quiet"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:boundaryEvent><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="sub"/><bpmn:sequenceFlow id="3" sourceRef="sub" targetRef="quiet"/>"#,
                "b",
                "nothing in the sub-process `quiet` throws the error",
                "throw it inside, or remove the event",
            ),
            warning(
                r#"{s}<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="b"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:startEvent><bpmn:endEvent id="x"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:endEvent><bpmn:sequenceFlow id="1" sourceRef="b" targetRef="x"/></bpmn:subProcess>"#,
                "b",
                "nothing beside the event sub-process throws the error",
                "throw it, or remove the event",
            ),
            warning(
                r#"{s}<bpmn:endEvent id="x"><bpmn:compensateEventDefinition/></bpmn:endEvent><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="x"/>"#,
                "x",
                "nothing can be undone here",
                "add a compensation event and an activity that undoes it",
            ),
            warning(
                r#"{s}<bpmn:eventBasedGateway id="g"/><bpmn:intermediateCatchEvent id="a"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:intermediateCatchEvent><bpmn:intermediateCatchEvent id="b"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:intermediateCatchEvent><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="2" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow id="3" sourceRef="g" targetRef="b"/>"#,
                "b",
                "another event behind the gateway waits for the same",
                "keep one of them",
            ),
            warning(
                r#"{s}<bpmn:task id="a"/><bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:errorEventDefinition errorRef="bad"/></bpmn:boundaryEvent><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="a"/>"#,
                "b",
                "the manual task `a` never throws an error",
                "remove the event: what cannot be computed is an incident",
            ),
            error(
                r#"{s}<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/><bpmn:task id="x"/></bpmn:subProcess><bpmn:boundaryEvent id="b" attachedToRef="x"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>"#,
                "b",
                "it is attached to an activity of another scope: `x`",
                "put both into the same scope",
            ),
            error(
                r#"{s}<bpmn:boundaryEvent id="b" attachedToRef="s"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>"#,
                "b",
                "it is not attached to an activity: `s`",
                "attach it to one",
            ),
            error(
                r#"{s}<bpmn:task id="a"/><bpmn:boundaryEvent id="b" attachedToRef="a"/>"#,
                "b",
                "a boundary event needs a trigger",
                "give it a message, a timer, a signal, an error or an escalation",
            ),
            error(
                r#"{s}<bpmn:task id="a"/><bpmn:boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>"#,
                "b",
                "an error always interrupts",
                "make the boundary event interrupting",
            ),
            error(
                r#"{s}<bpmn:task id="a"/><bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:errorEventDefinition/></bpmn:boundaryEvent><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="b"/>"#,
                "b",
                "flows lead to a boundary event",
                "remove them",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="c"/>"#,
                "c",
                "a catch event waits for a message, a timer, a signal or a link",
                "give it one",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="c"><bpmn:timerEventDefinition/><bpmn:errorEventDefinition/></bpmn:intermediateCatchEvent>"#,
                "c",
                "the event has several definitions",
                "use one event for each",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="c"><bpmn:conditionalEventDefinition/></bpmn:intermediateCatchEvent>"#,
                "c",
                "conditional events are not supported",
                "Camunda 8.8 does not execute it: use a message that is sent when the condition comes true",
            ),
            error(
                r#"{s}<bpmn:intermediateThrowEvent id="l"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateThrowEvent>"#,
                "l",
                "no link catch event named `L` is in the same scope",
                "add one, or give both the same name",
            ),
            error(
                r#"{s}<bpmn:intermediateCatchEvent id="l"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateCatchEvent><bpmn:intermediateCatchEvent id="k"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateCatchEvent>"#,
                "k",
                "another link catch event is named `L`",
                "give each a name of its own",
            ),
            error(
                r#"{s}<bpmn:task id="a"/><bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>"#,
                "b",
                "the compensation event leads to no activity that undoes its own",
                "draw an association to an activity with the compensation marker",
            ),
            error(
                r#"{s}<bpmn:endEvent id="e"><bpmn:compensateEventDefinition activityRef="none"/></bpmn:endEvent>"#,
                "e",
                "the activity `none` that it undoes is not in its scope",
                "choose an activity beside the event",
            ),
            error(
                r#"{s}<bpmn:task id="u" isForCompensation="true"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="u"/>"#,
                "u",
                "flows touch an activity that undoes another",
                "remove them: it runs only then",
            ),
            warning(
                r#"{s}<bpmn:task id="a"/><bpmn:endEvent id="e"><bpmn:compensateEventDefinition activityRef="a"/></bpmn:endEvent>"#,
                "e",
                "nothing undoes the activity `a`",
                "add a compensation event and an activity that undoes it",
            ),
            warning(
                r#"{s}<bpmn:task id="a"/><bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="a"/>"#,
                "b",
                "the manual task `a` is over at once, and the event never comes",
                "remove the event, or put it on an activity that waits",
            ),
            warning(
                r#"{s}<bpmn:userTask id="a"/><bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:boundaryEvent><bpmn:boundaryEvent id="c" attachedToRef="a"><bpmn:signalEventDefinition signalRef="sig"/></bpmn:boundaryEvent><bpmn:sequenceFlow id="1" sourceRef="s" targetRef="a"/>"#,
                "c",
                "another event on the activity catches the same",
                "keep one of them",
            ),
            warning(
                r#"{s}<bpmn:task id="a"/><bpmn:boundaryEvent id="b" attachedToRef="a"><bpmn:errorEventDefinition/></bpmn:boundaryEvent><bpmn:boundaryEvent id="c" attachedToRef="a"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>"#,
                "c",
                "another event on the activity catches the same",
                "keep one of them",
            ),
        ],
    ),
];
