//! From XML to a model. Whatever is not known is refused where it stands.

use feel::{Expression, Mode, ParseError, UnaryTests};
use roxmltree::{Document, Node, ParsingOptions};
use units::Text;

use crate::model::{Decision, Logic, Model};
use crate::table::{Aggregation, Cell, HitPolicy, Input, Output, Rule, Table};
use crate::{Finding, Severity};

/// More than any model needs, and few enough to refuse a bomb.
const MAX_NODES: u32 = 200_000;
/// How deep boxed expressions may be nested.
const MAX_DEPTH: u32 = 40;

const NAMESPACES: [&str; 3] = [
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
];

pub(crate) fn model(xml: &str) -> Result<(Model, Vec<Finding>), Vec<Finding>> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = match Document::parse_with_options(xml, options) {
        Ok(document) => document,
        Err(error) => {
            return Err(vec![Finding {
                severity: Severity::Error,
                element: Text::default(),
                name: Text::default(),
                line: error.pos().row,
                cause: Text::from(format!("this is not well-formed XML: {error}")),
                mend: Text::const_new("export the model again from the modeler; a DOCTYPE is not allowed"),
            }]);
        }
    };
    let mut parser = Parser { document: &document, findings: Vec::new() };
    let model = parser.definitions(document.root_element());
    let refused = parser.findings.iter().any(|finding| finding.severity == Severity::Error);
    if refused { Err(parser.findings) } else { Ok((model, parser.findings)) }
}

struct Parser<'a, 'x> {
    document: &'a Document<'x>,
    findings: Vec<Finding>,
}

type Xml<'a, 'x> = Node<'a, 'x>;

impl<'a, 'x> Parser<'a, 'x> {
    fn find(&mut self, node: Xml<'a, 'x>, severity: Severity, cause: impl Into<Text>, mend: impl Into<Text>) {
        self.findings.push(Finding {
            severity,
            element: node.attribute("id").unwrap_or_default().into(),
            name: node.attribute("name").unwrap_or_default().into(),
            line: self.document.text_pos_at(node.range().start).row,
            cause: cause.into(),
            mend: mend.into(),
        });
    }

    fn refuse(&mut self, node: Xml<'a, 'x>, cause: impl Into<Text>, mend: impl Into<Text>) {
        self.find(node, Severity::Error, cause, mend);
    }

    fn unknown(&mut self, node: Xml<'a, 'x>) {
        let cause = format!("the element `{}` is not supported here", node.tag_name().name());
        self.refuse(node, cause, "use decision tables, literal expressions and contexts");
    }

    fn definitions(&mut self, root: Xml<'a, 'x>) -> Model {
        let known = root.tag_name().namespace().is_some_and(|namespace| NAMESPACES.contains(&namespace));
        if !known || root.tag_name().name() != "definitions" {
            self.refuse(
                root,
                "this is no DMN model of version 1.3, 1.4 or 1.5",
                "save it with the namespace of one of them",
            );
        }
        let mut drafts = Vec::new();
        for child in elements(root) {
            match child.tag_name().name() {
                "decision" => drafts.push(child),
                "inputData" | "textAnnotation" | "association" | "knowledgeSource" | "description" | "DMNDI" => {}
                _ => self.unknown(child),
            }
        }
        if drafts.is_empty() {
            self.refuse(root, "there is no decision in the model", "add a decision");
        }
        let ids: Vec<Text> = drafts.iter().map(|node| node.attribute("id").unwrap_or_default().into()).collect();
        let mut decisions = Vec::new();
        for (place, node) in drafts.iter().enumerate() {
            if ids.iter().take(place).any(|id| *id == ids[place]) {
                self.refuse(*node, "another decision has the same id", "give every decision an id of its own");
            }
            decisions.push(self.decision(*node, &ids));
        }
        let decisions = self.ordered(decisions, &drafts);
        Model {
            id: root.attribute("id").unwrap_or_default().into(),
            name: root.attribute("name").unwrap_or_default().into(),
            decisions,
        }
    }

    fn decision(&mut self, node: Xml<'a, 'x>, ids: &[Text]) -> Decision {
        let id = Text::from(node.attribute("id").unwrap_or_default());
        if id.is_empty() {
            self.refuse(node, "the decision has no id", "give it one");
        }
        let mut requires = Vec::new();
        let mut variable = id.clone();
        let mut logic = None;
        for child in elements(node) {
            match child.tag_name().name() {
                "informationRequirement" => {
                    for required in elements(child).filter(|child| child.has_tag_name_local("requiredDecision")) {
                        let href = required.attribute("href").unwrap_or_default().trim_start_matches('#');
                        match ids.iter().position(|id| id == href) {
                            Some(place) => requires.push(place),
                            None => self.refuse(
                                child,
                                format!("it requires the decision `{href}`, which is not there"),
                                "require one of this model",
                            ),
                        }
                    }
                }
                "variable" => {
                    if let Some(name) = child.attribute("name") {
                        variable = name.into();
                    }
                }
                "description" | "question" | "allowedAnswers" | "extensionElements" | "authorityRequirement" => {}
                _ if logic.is_none() => logic = self.logic(child, 0),
                _ => self.unknown(child),
            }
        }
        let logic = logic.unwrap_or_else(|| {
            self.refuse(node, "the decision has no logic", "add a decision table or an expression");
            Logic::Context(Vec::new())
        });
        Decision { id, name: node.attribute("name").unwrap_or_default().into(), variable, requires, logic }
    }

    /// Decisions after those that they require; a circle is refused.
    fn ordered(&mut self, decisions: Vec<Decision>, nodes: &[Xml<'a, 'x>]) -> Vec<Decision> {
        let mut left: Vec<Option<Decision>> = decisions.into_iter().map(Some).collect();
        let mut places: Vec<Option<usize>> = vec![None; left.len()];
        let mut ordered = Vec::with_capacity(left.len());
        loop {
            let ready = left.iter().position(|decision| {
                let placed = |place: &usize| places.get(*place).is_some_and(Option::is_some);
                decision.as_ref().is_some_and(|decision| decision.requires.iter().all(placed))
            });
            let Some(ready) = ready else { break };
            if let Some(mut decision) = left.get_mut(ready).and_then(Option::take) {
                let placed = |place: &usize| places.get(*place).copied().flatten();
                decision.requires = decision.requires.iter().filter_map(placed).collect();
                places[ready] = Some(ordered.len());
                ordered.push(decision);
            }
        }
        for (place, _) in left.iter().enumerate().filter(|(_, decision)| decision.is_some()) {
            if let Some(node) = nodes.get(place) {
                self.refuse(*node, "the decision requires itself, directly or through others", "break the circle");
            }
        }
        ordered
    }

    fn logic(&mut self, node: Xml<'a, 'x>, depth: u32) -> Option<Logic> {
        if depth > MAX_DEPTH {
            self.refuse(node, format!("expressions are nested more than {MAX_DEPTH} levels deep"), "split the decision");
            return None;
        }
        match node.tag_name().name() {
            "decisionTable" => self.table(node).map(Logic::Table),
            "literalExpression" => self.expression(node).map(Logic::Literal),
            "context" => {
                let mut entries = Vec::new();
                for entry in elements(node) {
                    if !entry.has_tag_name_local("contextEntry") {
                        self.unknown(entry);
                        continue;
                    }
                    let mut name = None;
                    for child in elements(entry) {
                        if child.has_tag_name_local("variable") {
                            name = child.attribute("name").map(Text::from);
                        } else if let Some(logic) = self.logic(child, depth + 1) {
                            entries.push((name.take(), logic));
                        }
                    }
                }
                Some(Logic::Context(entries))
            }
            _ => {
                self.unknown(node);
                None
            }
        }
    }

    fn expression(&mut self, node: Xml<'a, 'x>) -> Option<Expression> {
        let language = node.attribute("expressionLanguage").unwrap_or_default();
        if !language.is_empty() && !language.to_ascii_lowercase().contains("feel") {
            self.refuse(
                node,
                format!("the expression language `{language}` is not supported"),
                "write the expression in FEEL",
            );
            return None;
        }
        let text = text_of(node);
        match Expression::parse(&text, Mode::Camunda) {
            Ok(expression) => {
                for function in expression.unknown_functions() {
                    let cause = format!("there is no function `{function}` in `{}`", text.trim());
                    self.refuse(node, cause, "use a built-in function");
                }
                Some(expression)
            }
            Err(error) => {
                self.unreadable(node, &text, &error);
                None
            }
        }
    }

    fn unreadable(&mut self, node: Xml<'a, 'x>, text: &str, error: &ParseError) {
        let shown: String = text.trim().chars().take(120).collect();
        self.refuse(node, format!("`{shown}` is no FEEL: {error}"), "mend the expression");
    }

    fn table(&mut self, node: Xml<'a, 'x>) -> Option<Table> {
        let policy = self.policy(node);
        let mut table = Table { policy, inputs: Vec::new(), outputs: Vec::new(), rules: Vec::new() };
        for child in elements(node) {
            match child.tag_name().name() {
                "input" => {
                    let inner = elements(child).find(|inner| inner.has_tag_name_local("inputExpression"));
                    let label = child.attribute("label").unwrap_or_default().into();
                    match inner {
                        Some(inner) => {
                            let expression = self.expression(inner)?;
                            table.inputs.push(Input { label, expression });
                        }
                        None => self.refuse(child, "the input has no expression", "say what it tests"),
                    }
                }
                "output" => {
                    let output = self.output(child);
                    table.outputs.push(output);
                }
                "rule" => {
                    if let Some(rule) = self.rule(child, &table) {
                        table.rules.push(rule);
                    }
                }
                "annotation" | "description" | "extensionElements" => {}
                _ => self.unknown(child),
            }
        }
        if table.outputs.is_empty() {
            self.refuse(node, "the table has no output", "add one");
        }
        if table.outputs.len() > 1 && table.outputs.iter().any(|output| output.name.is_empty()) {
            self.refuse(node, "a table of several outputs has one without name", "name every output");
        }
        if table.outputs.len() > 1 && matches!(policy, HitPolicy::Collect(Some(_))) {
            self.refuse(
                node,
                "outputs of several columns cannot be aggregated",
                "use one output, or COLLECT without aggregation",
            );
        }
        if table.rules.is_empty() {
            self.find(node, Severity::Warning, "the table has no rule and always gives null", "add rules");
        }
        Some(table)
    }

    fn policy(&mut self, node: Xml<'a, 'x>) -> HitPolicy {
        let aggregation = match node.attribute("aggregation") {
            None => None,
            Some("SUM") => Some(Aggregation::Sum),
            Some("MIN") => Some(Aggregation::Min),
            Some("MAX") => Some(Aggregation::Max),
            Some("COUNT") => Some(Aggregation::Count),
            Some(other) => {
                self.refuse(node, format!("the aggregation `{other}` does not exist"), "use SUM, MIN, MAX or COUNT");
                None
            }
        };
        match node.attribute("hitPolicy") {
            None | Some("UNIQUE") => HitPolicy::Unique,
            Some("FIRST") => HitPolicy::First,
            Some("ANY") => HitPolicy::Any,
            Some("PRIORITY") => HitPolicy::Priority,
            Some("RULE ORDER") => HitPolicy::RuleOrder,
            Some("OUTPUT ORDER") => HitPolicy::OutputOrder,
            Some("COLLECT") => HitPolicy::Collect(aggregation),
            Some(other) => {
                self.refuse(node, format!("the hit policy `{other}` does not exist"), "use one of DMN's hit policies");
                HitPolicy::Unique
            }
        }
    }

    fn output(&mut self, node: Xml<'a, 'x>) -> Output {
        let mut output =
            Output { name: node.attribute("name").unwrap_or_default().into(), allowed: Vec::new(), default: None };
        for child in elements(node) {
            match child.tag_name().name() {
                "outputValues" => {
                    let text = text_of(child);
                    match UnaryTests::parse(&text, Mode::Camunda) {
                        Ok(tests) => match tests.constants() {
                            Some(values) => output.allowed = values.into_iter().cloned().collect(),
                            None => self.refuse(
                                child,
                                format!("`{}` is not a list of plain values", text.trim()),
                                "list the values",
                            ),
                        },
                        Err(error) => self.unreadable(child, &text, &error),
                    }
                }
                "defaultOutputEntry" => output.default = self.expression(child),
                "description" => {}
                _ => self.unknown(child),
            }
        }
        output
    }

    fn rule(&mut self, node: Xml<'a, 'x>, table: &Table) -> Option<Rule> {
        let mut rule = Rule { id: node.attribute("id").unwrap_or_default().into(), inputs: Vec::new(), outputs: Vec::new() };
        let before = self.findings.len();
        for child in elements(node) {
            match child.tag_name().name() {
                "inputEntry" => {
                    let text = text_of(child);
                    let text = if text.trim().is_empty() { "-" } else { text.as_str() };
                    match UnaryTests::parse(text, Mode::Camunda) {
                        Ok(tests) => rule.inputs.push(Cell::of(tests)),
                        Err(error) => self.unreadable(child, text, &error),
                    }
                }
                "outputEntry" => {
                    if let Some(expression) = self.expression(child) {
                        rule.outputs.push(expression);
                    }
                }
                "annotationEntry" | "description" | "extensionElements" => {}
                _ => self.unknown(child),
            }
        }
        if self.findings.len() > before {
            return None;
        }
        if rule.inputs.len() != table.inputs.len() || rule.outputs.len() != table.outputs.len() {
            let (inputs, outputs) = (table.inputs.len(), table.outputs.len());
            self.refuse(
                node,
                format!("the rule has {} input and {} output cells", rule.inputs.len(), rule.outputs.len()),
                format!("the table has {inputs} inputs and {outputs} outputs: fill every cell, `-` for any"),
            );
            return None;
        }
        Some(rule)
    }
}

fn elements<'a, 'x>(node: Xml<'a, 'x>) -> impl Iterator<Item = Xml<'a, 'x>> {
    node.children().filter(Node::is_element)
}

/// The text of the `text` element in it.
fn text_of(node: Xml<'_, '_>) -> String {
    let inner = elements(node).find(|child| child.has_tag_name_local("text"));
    inner
        .map(|text| text.descendants().filter_map(|part| if part.is_text() { part.text() } else { None }).collect())
        .unwrap_or_default()
}

/// Tag names without regard to the namespace, of which DMN has one per version.
trait LocalName {
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl LocalName for Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.tag_name().name() == name
    }
}
