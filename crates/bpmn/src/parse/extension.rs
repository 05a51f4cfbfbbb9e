//! Extension elements: mappings, properties, loops.

use feel::{Expression, Mode, Value};
use units::Text;

use super::{Reader, Xml, children, is_bpmn, zeebe};
use crate::{Formula, Kind, Mapping, MultiInstance};

/// The extension properties of an element.
pub(super) fn properties(node: Xml<'_, '_>) -> Vec<(Text, Text)> {
    let properties = zeebe(node, "properties").into_iter().flat_map(children);
    let pair = |property: Xml<'_, '_>| Some((property.attribute("name")?.into(), property.attribute("value")?.into()));
    properties.filter_map(pair).collect()
}

/// The properties of the product's that are expressions. Whoever gives them a meaning says which cannot be read, and refuses them.
pub(super) fn computed(node: Xml<'_, '_>) -> Vec<(Text, Expression)> {
    let own = properties(node).into_iter().filter(|(name, _)| name.starts_with("crossdock:"));
    let parsed =
        own.filter_map(|(name, value)| Some((name, Expression::parse(value.strip_prefix('=')?, Mode::Camunda).ok()?)));
    parsed.collect()
}

/// What the modeller wrote about an element.
pub(super) fn documentation(node: Xml<'_, '_>) -> Text {
    let documentation = children(node).find(|child| is_bpmn(*child, "documentation"));
    documentation.map(super::text_of).unwrap_or_default().trim().into()
}

/// An extension element of Camunda's.
struct Extension {
    name: &'static str,
    /// The attributes that are read.
    attributes: &'static [&'static str],
    /// The elements on which it has an effect; none for those on which it always has.
    on: &'static [&'static str],
}

const fn extension(name: &'static str, attributes: &'static [&'static str], on: &'static [&'static str]) -> Extension {
    Extension { name, attributes, on }
}

/// Elements that may be a job.
const JOBS: &[&str] =
    &["serviceTask", "sendTask", "businessRuleTask", "scriptTask", "endEvent", "intermediateThrowEvent", "adHocSubProcess"];

/// Those extension elements that are read here.
const KNOWN: &[Extension] = &[
    extension("adHoc", &["activeElementsCollection", "outputCollection", "outputElement"], &["adHocSubProcess"]),
    extension("assignmentDefinition", &["assignee", "candidateGroups", "candidateUsers"], &["userTask"]),
    extension("calledDecision", &["decisionId", "resultVariable", "bindingType", "versionTag"], &["businessRuleTask"]),
    extension(
        "calledElement",
        &["processId", "propagateAllChildVariables", "propagateAllParentVariables", "bindingType", "versionTag"],
        &["callActivity"],
    ),
    extension("executionListeners", &[], &[]),
    extension(
        "formDefinition",
        &["formId", "formKey", "externalReference", "bindingType", "versionTag"],
        &["startEvent", "userTask"],
    ),
    extension("ioMapping", &[], &[]),
    extension("jobPriorityDefinition", &["priority"], &["process"]),
    extension("linkedResources", &[], &[]),
    extension("priorityDefinition", &["priority"], &["userTask"]),
    extension("properties", &[], &[]),
    extension("script", &["expression", "resultVariable"], &["scriptTask"]),
    extension("taskDefinition", &["type", "retries"], &[]),
    extension("taskHeaders", &[], &["userTask"]),
    // on other elements they are refused
    extension("taskListeners", &[], &[]),
    extension("taskSchedule", &["dueDate", "followUpDate"], &["userTask"]),
    extension("userTask", &[], &["userTask"]),
    extension("userTaskForm", &[], &["process"]),
    extension("versionTag", &["value"], &["process"]),
];

/// Those that mean something for a job alone.
const OF_JOBS: &[&str] = &["taskDefinition", "taskHeaders", "linkedResources", "jobPriorityDefinition"];

/// Whether an extension element has an effect on a node of this name.
fn has_effect(extension: &Extension, on: &str) -> bool {
    let of_jobs = OF_JOBS.contains(&extension.name);
    (of_jobs && JOBS.contains(&on)) || extension.on.contains(&on) || (!of_jobs && extension.on.is_empty())
}

/// The links to resources that a worker gets with its job, as the header that Camunda's workers read: JSON.
pub(super) fn linked_resources(node: Xml<'_, '_>) -> Option<(Text, Text)> {
    let links = zeebe(node, "linkedResources").into_iter().flat_map(children);
    let links: Vec<Value> = links
        .map(|link| {
            let given = |name: &'static str| Some((name, Value::from(link.attribute(name)?)));
            let names = ["resourceId", "resourceType", "linkName", "bindingType", "versionTag"];
            Value::Context(names.into_iter().filter_map(given).collect())
        })
        .collect();
    (!links.is_empty()).then(|| (Text::const_new("linkedResources"), Value::from(links).to_json().to_string().into()))
}

impl<'a, 'x> Reader<'a, 'x> {
    /// Warns about extension elements of Camunda's that nothing here reads.
    pub(super) fn known_extensions(&mut self, node: Xml<'a, 'x>) {
        let extensions = children(node).filter(|child| is_bpmn(*child, "extensionElements")).flat_map(children);
        let mut seen = Vec::new();
        for extension in extensions.filter(|extension| extension.tag_name().namespace() == Some(super::ZEEBE)) {
            let name = extension.tag_name().name();
            // a process may keep several forms
            if seen.contains(&name) && name != "userTaskForm" {
                self.refuse(extension, format!("there are two extension elements `{name}`"), "keep one of them");
            }
            seen.push(name);
            let on = node.tag_name().name();
            match KNOWN.iter().find(|known| known.name == name) {
                None => self.warn(extension, format!("the extension element `{name}` has no effect here"), "remove it"),
                Some(known) if !has_effect(known, on) => {
                    self.warn(extension, format!("the extension element `{name}` has no effect on a `{on}`"), "remove it");
                }
                Some(known) => self.known_attributes(extension, known),
            }
        }
        self.of_camunda_7(node);
        // the modeler's schema has it; Camunda's engine does not read it either
        if node.has_attribute((super::ZEEBE, "retryCounter")) {
            self.warn(node, "the attribute `retryCounter` has no effect", "write `retries` of the task definition");
        }
    }

    /// Warns about what was modelled for Camunda 7, whose extensions do nothing in 8 either.
    fn of_camunda_7(&mut self, node: Xml<'a, 'x>) {
        let attributes = node.attributes().filter(|attribute| attribute.namespace() == Some(super::CAMUNDA_7));
        let attributes = attributes.map(|attribute| (node, "attribute", attribute.name()));
        let extensions = children(node).filter(|child| is_bpmn(*child, "extensionElements")).flat_map(children);
        let elements = extensions.filter(|extension| extension.tag_name().namespace() == Some(super::CAMUNDA_7));
        let elements = elements.map(|extension| (extension, "element", extension.tag_name().name()));
        for (place, what, name) in attributes.chain(elements) {
            let cause = format!("the {what} `camunda:{name}` is for Camunda 7 and has no effect here");
            self.warn(place, cause, "model it with Camunda 8's extensions, and remove it");
        }
    }

    fn known_attributes(&mut self, node: Xml<'a, 'x>, known: &Extension) {
        for attribute in node.attributes().filter(|attribute| attribute.namespace().is_none()) {
            let name = attribute.name();
            // those that only gather others have an id at most, which a modeler gives them
            if name != "id" && !known.attributes.contains(&name) {
                let cause = format!("the attribute `{name}` of `{}` has no effect here", known.name);
                self.warn(node, cause, "remove it");
            }
        }
    }

    /// What is copied in and out.
    pub(super) fn mappings(&mut self, node: Xml<'a, 'x>) -> (Vec<Mapping>, Vec<Mapping>) {
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for mapping in zeebe(node, "ioMapping").into_iter().flat_map(children) {
            let target: Vec<Text> = mapping.attribute("target").unwrap_or_default().split('.').map(Text::from).collect();
            if target.iter().any(|part| part.is_empty()) {
                self.refuse(mapping, "the mapping has no target, or an empty part in it", "name a variable");
                continue;
            }
            target.iter().for_each(|part| self.named(mapping, part));
            let text = mapping.attribute("source").unwrap_or_default();
            let Some(source) = self.formula(mapping, text) else { continue };
            let source = plain_value(text).unwrap_or(source);
            match mapping.tag_name().name() {
                "input" => {
                    self.asked(mapping, &source);
                    inputs.push(Mapping { source, target });
                }
                "output" => outputs.push(Mapping { source, target }),
                _ => self.unknown(mapping),
            }
        }
        (inputs, outputs)
    }

    /// What a mapping asks the leader of an ad-hoc sub-process for has to be readable without running it.
    fn asked(&mut self, mapping: Xml<'a, 'x>, source: &Formula) {
        let Formula::Expression(expression) = source else { return };
        for why in expression.asked().into_iter().filter_map(Result::err) {
            self.refuse(
                mapping,
                why.as_str(),
                "write it out, so that it can be told to whoever leads the ad-hoc sub-process",
            );
        }
    }

    /// Whether and how it is done once per item.
    pub(super) fn multi_instance(&mut self, node: Xml<'a, 'x>, kind: &Kind) -> Option<Box<MultiInstance>> {
        if let Some(standard) = children(node).find(|child| is_bpmn(*child, "standardLoopCharacteristics")) {
            self.refuse(standard, "a standard loop is not supported", "use a multi-instance, or a gateway that leads back");
        }
        let characteristics = children(node).find(|child| is_bpmn(*child, "multiInstanceLoopCharacteristics"))?;
        if !kind.is_activity() {
            self.refuse(characteristics, "only activities can be multi-instance", "put it into a sub-process");
            return None;
        }
        let Some(details) = zeebe(characteristics, "loopCharacteristics") else {
            self.refuse(characteristics, "the multi-instance has no input collection", "name the list to go over");
            return None;
        };
        let collection = self.expression(details, details.attribute("inputCollection").unwrap_or_default())?;
        if let Some(constant) = collection.constant().filter(|value| value.as_list().is_none()) {
            self.refuse(details, format!("the input collection is {constant} and never a list"), "name the list to go over");
            return None;
        }
        for name in ["inputElement", "outputCollection"] {
            self.named(details, details.attribute(name).unwrap_or_default());
        }
        let output = match (details.attribute("outputCollection"), details.attribute("outputElement")) {
            (Some(collection), Some(element)) => Some((Text::from(collection), self.expression(details, element)?)),
            (None, None) => None,
            _ => {
                self.refuse(details, "output collection and output element go together", "give both or neither");
                None
            }
        };
        let completion = children(characteristics).find(|child| is_bpmn(*child, "completionCondition"));
        let completion = match completion {
            Some(condition) => Some(self.completion(condition)?),
            None => None,
        };
        Some(Box::new(MultiInstance {
            sequential: characteristics.attribute("isSequential") == Some("true"),
            collection,
            item: details.attribute("inputElement").map(Text::from),
            output,
            completion,
        }))
    }
}

/// The number, truth or null that a plain text of a mapping stands for; everything else is that text.
fn plain_value(text: &str) -> Option<Formula> {
    let expression = Expression::parse(text, Mode::Camunda).ok()?;
    let is_value = matches!(expression.constant()?, Value::Null | Value::Bool(_) | Value::Number(_));
    is_value.then_some(Formula::Expression(expression))
}
