//! From XML to a model, in three passes: elements (here), then flows and what is attached (`connect`), then checks (`check`).

mod activity;
mod check;
mod compensation;
mod concurrency;
mod connect;
mod dead;
mod event;
mod extension;
mod form;

use std::collections::{BTreeMap, BTreeSet};

use feel::{Expression, Mode};
use roxmltree::{Document, Node, ParsingOptions};
use units::Text;

use crate::{Element, ElementIndex, Finding, Formula, Kind, Process, Severity, StartForm};

pub(crate) const BPMN: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
pub(crate) const ZEEBE: &str = "http://camunda.org/schema/zeebe/1.0";
/// Of Camunda 7, which is another engine.
const CAMUNDA_7: &str = "http://camunda.org/schema/1.0/bpmn";

/// More than any diagram needs, and few enough to refuse a bomb.
const MAX_NODES: u32 = 500_000;
/// How deep sub-processes may be nested.
const MAX_DEPTH: u32 = 30;

pub(crate) type Xml<'a, 'x> = Node<'a, 'x>;

/// What a file holds.
#[derive(Debug)]
pub struct Parsed {
    /// Its executable processes.
    pub processes: Vec<Process>,
    /// What is doubtful, but runs.
    pub warnings: Vec<Finding>,
}

/// A file as far as it can be read.
#[derive(Debug)]
pub struct Read {
    /// Its executable processes. What could not be read is missing in them.
    pub processes: Vec<Process>,
    /// Everything that is wrong or doubtful.
    pub findings: Vec<Finding>,
    /// Whether nothing is missing: what is still wrong can be carried out as it is written.
    pub is_whole: bool,
}

/// Reads a file. What cannot run is refused with everything that was found.
pub fn parse(xml: &str) -> Result<Parsed, Vec<Finding>> {
    let Read { processes, findings, .. } = read(xml);
    let refused = findings.iter().any(|finding| finding.severity == Severity::Error);
    if refused { Err(findings) } else { Ok(Parsed { processes, warnings: findings }) }
}

/// Reads a file as far as it can be read.
pub fn read(xml: &str) -> Read {
    document(xml).unwrap_or_else(|finding| Read { processes: Vec::new(), findings: vec![finding], is_whole: false })
}

fn document(xml: &str) -> Result<Read, Finding> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(xml, options).map_err(|error| {
        let (cause, mend) = match error {
            roxmltree::Error::NodesLimitReached => {
                (format!("the file has more than {MAX_NODES} elements, texts and attributes"), "split the model")
            }
            roxmltree::Error::DtdDetected => ("it has a DOCTYPE, which is not allowed".into(), "take the DOCTYPE away"),
            _ => (format!("this is not well-formed XML: {error}"), "export the diagram again from the modeler"),
        };
        Finding {
            severity: Severity::Error,
            element: Text::default(),
            name: Text::default(),
            line: error.pos().row,
            cause: Text::from(cause),
            mend: Text::const_new(mend),
        }
    })?;
    let mut reader = Reader::new(&document);
    let processes = reader.definitions(document.root_element());
    Ok(Read { processes, is_whole: !reader.is_partial, findings: reader.findings })
}

/// What the passes share.
pub(crate) struct Reader<'a, 'x> {
    /// Where the lines of the text end.
    line_ends: Vec<usize>,
    pub(crate) findings: Vec<Finding>,
    /// Something could not be read, and is missing in the model.
    is_partial: bool,
    /// Ids of what was refused.
    refused: BTreeSet<&'a str>,
    /// Messages and errors by id.
    messages: BTreeMap<&'a str, Xml<'a, 'x>>,
    errors: BTreeMap<&'a str, Xml<'a, 'x>>,
    signals: BTreeMap<&'a str, Xml<'a, 'x>>,
    escalations: BTreeMap<&'a str, Xml<'a, 'x>>,
}

/// A process while it is read.
pub(crate) struct Draft<'a, 'x> {
    pub(crate) elements: Vec<Element>,
    pub(crate) nodes: Vec<Xml<'a, 'x>>,
    pub(crate) flows: Vec<(Xml<'a, 'x>, ElementIndex)>,
    pub(crate) associations: Vec<Xml<'a, 'x>>,
    pub(crate) by_id: BTreeMap<&'a str, ElementIndex>,
    pub(crate) start_form: Option<StartForm>,
}

impl<'a, 'x> Reader<'a, 'x> {
    fn new(document: &'a Document<'x>) -> Self {
        Self {
            // once for all: asking the document counts from its beginning each time
            line_ends: document
                .input_text()
                .bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at)
                .collect(),
            findings: Vec::new(),
            is_partial: false,
            refused: BTreeSet::new(),
            messages: BTreeMap::new(),
            errors: BTreeMap::new(),
            signals: BTreeMap::new(),
            escalations: BTreeMap::new(),
        }
    }

    // findings

    fn find(&mut self, node: Xml<'a, 'x>, severity: Severity, cause: impl Into<Text>, mend: impl Into<Text>) {
        let owner = owner(node);
        if severity == Severity::Error {
            self.refused.extend(owner.attribute("id"));
        }
        self.findings.push(Finding {
            severity,
            element: owner.attribute("id").unwrap_or_default().into(),
            name: owner.attribute("name").unwrap_or_default().into(),
            line: self.line(node),
            cause: cause.into(),
            mend: mend.into(),
        });
    }

    /// Something cannot be read, or not as it is meant: without it the model does not run.
    pub(crate) fn refuse(&mut self, node: Xml<'a, 'x>, cause: impl Into<Text>, mend: impl Into<Text>) {
        self.is_partial = true;
        self.find(node, Severity::Error, cause, mend);
    }

    /// Something was read as it is written and must not be deployed; what was deployed before anybody saw that goes on.
    pub(crate) fn forbid(&mut self, node: Xml<'a, 'x>, cause: impl Into<Text>, mend: impl Into<Text>) {
        self.find(node, Severity::Error, cause, mend);
    }

    pub(crate) fn warn(&mut self, node: Xml<'a, 'x>, cause: impl Into<Text>, mend: impl Into<Text>) {
        self.find(node, Severity::Warning, cause, mend);
    }

    pub(crate) fn unknown(&mut self, node: Xml<'a, 'x>) {
        let cause = format!("`{}` is not supported here", node.tag_name().name());
        self.refuse(node, cause, "model it with the supported elements");
    }

    fn line(&self, node: Xml<'a, 'x>) -> u32 {
        let ended = self.line_ends.partition_point(|end| *end < node.range().start);
        u32::try_from(ended + 1).unwrap_or(u32::MAX)
    }

    // expressions

    /// An attribute that is plain or, with `=`, an expression.
    pub(crate) fn formula(&mut self, node: Xml<'a, 'x>, text: &str) -> Option<Formula> {
        match Formula::parse(text) {
            Ok(formula) => {
                if let Formula::Expression(expression) = &formula {
                    self.known_functions(node, expression);
                }
                Some(formula)
            }
            Err(error) => {
                self.no_feel(node, text, &error);
                None
            }
        }
    }

    /// An attribute that has to be an expression; the `=` is optional.
    pub(crate) fn expression(&mut self, node: Xml<'a, 'x>, text: &str) -> Option<Expression> {
        let written = text.trim_start().strip_prefix('=');
        match Expression::parse(written.unwrap_or(text), Mode::Camunda) {
            Ok(expression) => {
                if written.is_none() {
                    let cause = format!("the expression `{}` has no `=` before it", expression.text().trim());
                    self.warn(node, cause, "write `=` first: elsewhere it would be taken for a text, or refused");
                }
                self.known_functions(node, &expression);
                Some(expression)
            }
            Err(error) => {
                self.no_feel(node, text, &error);
                None
            }
        }
    }

    /// An expression that gives true or false.
    pub(crate) fn condition(&mut self, node: Xml<'a, 'x>) -> Option<Expression> {
        let condition = self.expression(node, &text_of(node))?;
        if condition.constant().is_some_and(|value| value.as_bool().is_none()) {
            let cause = format!("the condition `{}` is never true nor false", condition.text().trim());
            self.forbid(node, cause, "compare something, or write true or false");
        }
        Some(condition)
    }

    /// A condition that says when it is enough.
    pub(crate) fn completion(&mut self, node: Xml<'a, 'x>) -> Option<Expression> {
        let condition = self.condition(node)?;
        let wrong = match condition.constant().and_then(feel::Value::as_bool) {
            Some(true) => Some("the completion condition always holds: one is enough"),
            Some(false) => Some("the completion condition never holds"),
            None => None,
        };
        if let Some(cause) = wrong {
            self.warn(node, cause, "mend the condition, or remove it");
        }
        Some(condition)
    }

    /// Warns about the name of a variable that expressions can only read in backticks: `a-b` is a subtraction.
    pub(crate) fn named(&mut self, node: Xml<'a, 'x>, name: &str) {
        let is_name = |name: &str| {
            let mut signs = name.chars();
            signs.next().is_some_and(|first| first == '_' || first.is_alphabetic())
                && signs.all(|sign| sign == '_' || sign.is_alphanumeric())
        };
        if !name.is_empty() && !is_name(name) {
            let cause = format!("an expression reads the variable `{name}` only in backticks");
            self.warn(node, cause, "name it with letters, digits and underscores");
        }
    }

    fn known_functions(&mut self, node: Xml<'a, 'x>, expression: &Expression) {
        for function in expression.unknown_functions() {
            let cause = format!("there is no function `{function}` in `{}`", expression.text().trim());
            self.forbid(node, cause, "use a built-in function");
        }
    }

    fn no_feel(&mut self, node: Xml<'a, 'x>, text: &str, error: &feel::ParseError) {
        let shown: String = text.trim().chars().take(120).collect();
        self.refuse(node, format!("`{shown}` is no FEEL: {error}"), "mend the expression");
    }

    // first pass: elements

    fn definitions(&mut self, root: Xml<'a, 'x>) -> Vec<Process> {
        if root.tag_name().namespace() != Some(BPMN) || root.tag_name().name() != "definitions" {
            self.refuse(root, "this is no BPMN 2.0 model", "save it as BPMN 2.0 XML");
            return Vec::new();
        }
        // the diagram's layout lies in namespaces of its own
        for node in children(root).filter(|node| node.tag_name().namespace() == Some(BPMN)) {
            match node.tag_name().name() {
                "message" => drop(self.messages.insert(node.attribute("id").unwrap_or_default(), node)),
                "error" => drop(self.errors.insert(node.attribute("id").unwrap_or_default(), node)),
                "process" | "extensionElements" | "documentation" | "collaboration" | "category" => {}
                "signal" => drop(self.signals.insert(node.attribute("id").unwrap_or_default(), node)),
                "escalation" => drop(self.escalations.insert(node.attribute("id").unwrap_or_default(), node)),
                // they document, and nothing runs by them
                "itemDefinition" | "import" | "dataStore" | "relationship" | "interface" | "endPoint" | "resource" => {}
                _ => self.unknown(node),
            }
        }
        let executable = |node: &Xml<'a, 'x>| is_bpmn(*node, "process") && node.attribute("isExecutable") != Some("false");
        let processes: Vec<Process> = children(root).filter(executable).map(|node| self.process(node)).collect();
        if processes.is_empty() {
            self.refuse(root, "there is no executable process", "set `isExecutable` on a process");
        }
        processes
    }

    fn process(&mut self, node: Xml<'a, 'x>) -> Process {
        let mut draft = Draft {
            elements: Vec::new(),
            nodes: Vec::new(),
            flows: Vec::new(),
            associations: Vec::new(),
            by_id: BTreeMap::new(),
            start_form: None,
        };
        let root = self.add(&mut draft, node, Kind::Process, ElementIndex(0));
        let forms = self.forms_beside(node);
        self.contents(&mut draft, node, root, 0);
        let flows = self.flows(&mut draft);
        self.links(&mut draft);
        self.attach(&mut draft);
        self.compensations(&mut draft);
        self.default_flows(&mut draft, &flows);
        self.check(&draft, &flows);
        let tag = zeebe(node, "versionTag").and_then(|tag| tag.attribute("value")).map(Text::from);
        Process {
            by_id: draft.by_id.iter().map(|(id, index)| (Text::from(*id), *index)).collect(),
            id: node.attribute("id").unwrap_or_default().into(),
            name: node.attribute("name").unwrap_or_default().into(),
            version_tag: tag,
            elements: draft.elements,
            flows,
            start_form: draft.start_form,
            forms,
        }
    }

    fn add(&mut self, draft: &mut Draft<'a, 'x>, node: Xml<'a, 'x>, kind: Kind, scope: ElementIndex) -> ElementIndex {
        let id = node.attribute("id").unwrap_or_default();
        if id.is_empty() {
            self.refuse(node, "the element has no id", "give it one");
        }
        let index = u16::try_from(draft.elements.len()).unwrap_or_else(|_| {
            self.refuse(node, "the process has more than 65,000 elements", "split it");
            u16::MAX
        });
        let index = ElementIndex(index);
        if draft.by_id.insert(id, index).is_some() {
            self.refuse(node, format!("there are two elements with the id `{id}`"), "give each an id of its own");
        }
        self.known_extensions(node);
        let (inputs, outputs) = self.mappings(node);
        let listeners = self.listeners(node, &kind);
        let element = Element {
            id: id.into(),
            name: node.attribute("name").unwrap_or_default().into(),
            line: self.line(node),
            scope,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            inputs,
            outputs,
            multi: self.multi_instance(node, &kind),
            boundaries: Vec::new(),
            event_sub_processes: Vec::new(),
            start: None,
            starts: Vec::new(),
            listeners,
            compensates: node.attribute("isForCompensation") == Some("true"),
            computed: extension::computed(node),
            properties: extension::properties(node),
            documentation: extension::documentation(node),
            kind,
        };
        draft.elements.push(element);
        draft.nodes.push(node);
        index
    }

    /// The elements inside of a scope.
    fn contents(&mut self, draft: &mut Draft<'a, 'x>, scope_node: Xml<'a, 'x>, scope: ElementIndex, depth: u32) {
        if depth > MAX_DEPTH {
            self.refuse(
                scope_node,
                format!("sub-processes are nested more than {MAX_DEPTH} deep"),
                "call a process instead",
            );
            return;
        }
        for node in children(scope_node) {
            if node.tag_name().namespace() != Some(BPMN) {
                continue;
            }
            match node.tag_name().name() {
                "sequenceFlow" => draft.flows.push((node, scope)),
                "association" => draft.associations.push(node),
                "documentation"
                | "extensionElements"
                | "incoming"
                | "outgoing"
                | "laneSet"
                | "textAnnotation"
                | "group"
                | "dataObject"
                | "dataObjectReference"
                | "dataStoreReference"
                | "multiInstanceLoopCharacteristics"
                | "completionCondition"
                | "property"
                | "ioSpecification"
                | "ioBinding"
                | "dataInputAssociation"
                | "dataOutputAssociation"
                | "resourceRole"
                | "performer"
                | "humanPerformer"
                | "potentialOwner"
                | "auditing"
                | "monitoring" => {}
                "adHocSubProcess" => {
                    if let Some(kind) = self.ad_hoc(node) {
                        let inner = self.add(draft, node, kind, scope);
                        self.contents(draft, node, inner, depth + 1);
                    }
                }
                "subProcess" => {
                    let interrupting = true;
                    let by_event = node.attribute("triggeredByEvent") == Some("true");
                    let kind = if by_event { Kind::EventSubProcess { interrupting } } else { Kind::SubProcess };
                    let inner = self.add(draft, node, kind, scope);
                    self.contents(draft, node, inner, depth + 1);
                }
                _ => {
                    let around = draft.elements.get(usize::from(scope.0)).map(|scope| &scope.kind);
                    if let Some(kind) = self.kind(node, around) {
                        if matches!(kind, Kind::Start(_))
                            && let Some(form) = self.start_form(node, &kind, around)
                        {
                            draft.start_form = Some(form);
                        }
                        self.add(draft, node, kind, scope);
                    }
                }
            }
        }
    }

    /// What an element is that is no scope; `None` if that cannot be run.
    fn kind(&mut self, node: Xml<'a, 'x>, scope: Option<&Kind>) -> Option<Kind> {
        match node.tag_name().name() {
            "startEvent" => self.start_event(node, scope),
            "endEvent" => self.end_event(node),
            "intermediateThrowEvent" => self.throw_event(node),
            "intermediateCatchEvent" => self.catch_event(node),
            "boundaryEvent" => self.boundary_event(node),
            "serviceTask" | "sendTask" | "businessRuleTask" | "scriptTask" | "userTask" | "receiveTask" | "manualTask"
            | "task" | "callActivity" => self.activity(node),
            "exclusiveGateway" => Some(Kind::Exclusive(None)),
            "inclusiveGateway" => Some(Kind::Inclusive(None)),
            "parallelGateway" => Some(Kind::Parallel),
            "eventBasedGateway" => Some(Kind::EventBased),
            _ => {
                self.unknown(node);
                None
            }
        }
    }
}

/// The element that a finding names: one that is drawn, or stands beside the processes. What lies in it may have an id too,
/// such as an event definition, which no modeller sees; extension elements have none.
fn owner<'a, 'x>(node: Xml<'a, 'x>) -> Xml<'a, 'x> {
    let is_part = |node: &Xml<'a, 'x>| {
        let name = node.tag_name().name();
        name.ends_with("LoopCharacteristics") || name == "completionCondition"
    };
    let stands_in_scope = |node: &Xml<'a, 'x>| {
        let around = node.parent_element().map(|around| around.tag_name().name());
        around.is_none_or(|name| matches!(name, "definitions" | "process" | "subProcess" | "adHocSubProcess"))
    };
    let mut around = node.ancestors();
    around.find(|node| node.has_attribute("id") && stands_in_scope(node) && !is_part(node)).unwrap_or(node)
}

pub(crate) fn children<'a, 'x>(node: Xml<'a, 'x>) -> impl Iterator<Item = Xml<'a, 'x>> {
    node.children().filter(Node::is_element)
}

pub(crate) fn is_bpmn(node: Xml<'_, '_>, name: &str) -> bool {
    node.tag_name().namespace() == Some(BPMN) && node.tag_name().name() == name
}

/// An extension element of Camunda's.
pub(crate) fn zeebe<'a, 'x>(node: Xml<'a, 'x>, name: &str) -> Option<Xml<'a, 'x>> {
    let extensions = children(node).find(|child| is_bpmn(*child, "extensionElements"))?;
    children(extensions).find(|child| child.tag_name().namespace() == Some(ZEEBE) && child.tag_name().name() == name)
}

/// All text in an element; comments in it do not cut it off.
fn text_of(node: Xml<'_, '_>) -> String {
    node.children().filter(|part| part.is_text()).filter_map(|part| part.text()).collect()
}
