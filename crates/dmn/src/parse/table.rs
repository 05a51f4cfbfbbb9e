//! Decision tables.

use super::Parser;
use super::xml::{Xml, child, text_of};
use crate::Severity;
use crate::index::Index;
use crate::table::{Aggregation, Cell, HitPolicy, Input, Output, Rule, Table};
use crate::types::Type;

impl<'a, 'x: 'a> Parser<'a, 'x> {
    pub(super) fn table(&mut self, node: Xml<'a, 'x>) -> Option<Table> {
        let policy = self.policy(node);
        let mut table = Table {
            policy,
            inputs: Vec::new(),
            outputs: Vec::new(),
            rules: Vec::new(),
            index: Index::default(),
            id: node.attribute("id").unwrap_or_default().into(),
            line: self.line(node),
        };
        for child in Self::parts(node) {
            match child.tag_name().name() {
                "input" => {
                    let input = self.input(child)?;
                    table.inputs.push(input);
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
                "annotation" => {}
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
        let has_rule = Self::parts(node).any(|child| child.tag_name().name() == "rule");
        if !has_rule {
            self.find(node, Severity::Warning, "the table has no rule and always gives null", "add rules");
        }
        table.index = Index::of(table.inputs.len(), &table.rules);
        Some(table)
    }

    fn input(&mut self, node: Xml<'a, 'x>) -> Option<Input> {
        let label = node.attribute("label").unwrap_or_default().into();
        let Some(inner) = child(node, "inputExpression") else {
            self.refuse(node, "the input has no expression", "say what it tests");
            return None;
        };
        let expression = self.expression(inner)?;
        let of = self.type_of(inner);
        let mut allowed = None;
        // to Camunda, these values are a help for whoever writes the cells, and constrain nothing
        if let Some(values) = child(node, "inputValues").filter(|_| !self.is_camunda()) {
            let text = text_of(values);
            match self.tests(&text) {
                Ok(tests) => allowed = Some(tests),
                Err(_) if text.trim().is_empty() => {}
                Err(error) => self.unreadable(values, &text, &error),
            }
        }
        let temporal =
            matches!(of.base(), Type::Date | Type::Time | Type::DateTime | Type::DaysDuration | Type::YearsDuration);
        // the types of numbers of Camunda 7 read texts; `number` of Camunda 8 does not
        let number = matches!(inner.attribute("typeRef"), Some("integer" | "long" | "double"));
        Some(Input { label, expression, of, reads_text: (temporal || number) && self.is_camunda(), allowed })
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
        let of = self.type_of(node);
        let allowed = of.allowed().unwrap_or_default();
        let mut output = Output { name: node.attribute("name").unwrap_or_default().into(), of, allowed, default: None };
        for child in Self::parts(node) {
            match child.tag_name().name() {
                "outputValues" => {
                    let text = text_of(child);
                    if text.trim().is_empty() {
                        continue;
                    }
                    match self.tests(&text) {
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
                _ => self.unknown(child),
            }
        }
        output
    }

    fn rule(&mut self, node: Xml<'a, 'x>, table: &Table) -> Option<Rule> {
        let mut rule = Rule {
            id: node.attribute("id").unwrap_or_default().into(),
            line: self.line(node),
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        let before = self.findings.len();
        for child in Self::parts(node) {
            match child.tag_name().name() {
                "inputEntry" => {
                    let text = text_of(child);
                    let text = if text.trim().is_empty() { "-" } else { text.as_str() };
                    match self.tests(text) {
                        Ok(tests) => rule.inputs.push(Cell::of(tests)),
                        Err(error) => self.unreadable(child, text, &error),
                    }
                }
                "outputEntry" => {
                    if let Some(expression) = self.expression(child) {
                        rule.outputs.push(expression);
                    }
                }
                "annotationEntry" => {}
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
