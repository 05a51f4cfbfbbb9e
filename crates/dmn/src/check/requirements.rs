//! What is read and not required: a decision sees the results of those decisions alone that it requires (DMN 1.5, 6.2.1), so that the
//! name of another one is a variable that nobody gives.

use std::collections::BTreeSet;

use feel::Expression;
use units::Text;

use crate::boxed::Boxed;
use crate::model::{Graph, Kind, Node};
use crate::{Finding, Severity};

/// Warns where a node reads what another node of the model gives, without a requirement that brings it.
pub(super) fn check(graph: &Graph, node: &Node, findings: &mut Vec<Finding>) {
    let mut read = Read::default();
    match &node.kind {
        Kind::Decision(boxed) => read.boxed(boxed),
        Kind::Knowledge(body) => read.function(&body.parameters, &body.body),
        Kind::Input | Kind::Service(_) => return,
    }
    for (place, other) in graph.nodes.iter().enumerate().filter(|(_, other)| !other.is_imported) {
        let (what, mend) = match other.kind {
            Kind::Decision(_) => ("decision", "add an information requirement, or name the variable in another way"),
            Kind::Knowledge(_) => ("business knowledge model", "add a knowledge requirement"),
            Kind::Service(_) => ("decision service", "add a knowledge requirement"),
            Kind::Input => continue,
        };
        let is_required = node.requires.iter().any(|required| required.place == place);
        let is_itself = std::ptr::eq(node, other);
        if is_itself || is_required || !read.names.contains(&other.variable) || read.bound.contains(&other.variable) {
            continue;
        }
        findings.push(Finding {
            severity: Severity::Warning,
            element: node.id.clone(),
            name: node.name.clone(),
            line: node.line,
            cause: format!("it reads `{}` and does not require the {what} of that name", other.variable).into(),
            mend: Text::const_new(mend),
        });
    }
}

/// The names in a boxed expression.
#[derive(Default)]
struct Read<'a> {
    names: BTreeSet<&'a Text>,
    /// Those that stand for something inside of it, wherever that is.
    bound: BTreeSet<&'a Text>,
}

impl<'a> Read<'a> {
    fn expression(&mut self, expression: &'a Expression) {
        self.names.extend(expression.names());
        self.names.extend(expression.unknown_functions());
    }

    fn function(&mut self, parameters: &'a [Text], body: &'a Boxed) {
        self.bound.extend(parameters);
        self.boxed(body);
    }

    fn boxed(&mut self, boxed: &'a Boxed) {
        match boxed {
            Boxed::Null => {}
            Boxed::Literal(expression) => self.expression(expression),
            Boxed::Table(table) => {
                table.inputs.iter().for_each(|input| self.expression(&input.expression));
                table.outputs.iter().filter_map(|output| output.default.as_ref()).for_each(|cell| self.expression(cell));
                table.rules.iter().flat_map(|rule| &rule.outputs).for_each(|cell| self.expression(cell));
            }
            Boxed::Context(entries) => {
                self.bound.extend(entries.iter().filter_map(|entry| entry.name.as_ref()));
                entries.iter().for_each(|entry| self.boxed(&entry.value));
            }
            Boxed::Function(body) => self.function(&body.parameters, &body.body),
            Boxed::Invocation { callee, bindings } => {
                self.boxed(callee);
                bindings.iter().for_each(|(_, value)| self.boxed(value));
            }
            Boxed::List(items) => items.iter().for_each(|item| self.boxed(item)),
            Boxed::Relation { rows, .. } => rows.iter().flatten().for_each(|cell| self.boxed(cell)),
            Boxed::Conditional(parts) => parts.iter().for_each(|part| self.boxed(part)),
            // names in the condition may be entries of the items
            Boxed::Filter(parts) => self.boxed(&parts[0]),
            Boxed::Iteration(iteration) => {
                self.bound.insert(&iteration.variable);
                self.boxed(&iteration.over);
                self.boxed(&iteration.body);
            }
            Boxed::Typed(inner, _) => self.boxed(inner),
        }
    }
}
