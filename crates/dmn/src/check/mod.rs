//! Static checks: of decision tables, type errors, overlaps, gaps, rules that are never reached; of all decisions, what they read and do not
//! require. All of them are warnings.
//!
//! Columns are split into the pieces on which no cell changes its mind: points and open intervals of an ordered type, the
//! values that are named and all others of an unordered one. A rule holds on a box of such pieces. A cell that is not made
//! of constants may hold anywhere: it never makes a gap nor an overlap certain, so none is reported because of it; that there
//! may be one is.
//! Null is a piece of every column: it may overlap, and a rule may be there for it alone; that no rule is there for it is not
//! told.

mod domain;
mod regions;
mod requirements;
mod types;

use crate::boxed::Boxed;
use crate::model::{Graph, Kind, Node};
use crate::table::Table;
use crate::{Finding, Severity};

/// Looks at everything in the model itself.
pub(crate) fn graph(graph: &Graph, findings: &mut Vec<Finding>) {
    for node in graph.nodes.iter().filter(|node| !node.is_imported) {
        requirements::check(graph, node, findings);
        match &node.kind {
            Kind::Decision(boxed) => tables(boxed, node, findings),
            Kind::Knowledge(body) => tables(&body.body, node, findings),
            Kind::Input | Kind::Service(_) => {}
        }
    }
}

fn tables(boxed: &Boxed, node: &Node, findings: &mut Vec<Finding>) {
    let mut every = |inner: &[&Boxed]| inner.iter().for_each(|inner| tables(inner, node, findings));
    match boxed {
        Boxed::Table(table) => {
            types::check(table, node, findings);
            regions::check(table, node, findings);
        }
        Boxed::Null | Boxed::Literal(_) => {}
        Boxed::Context(entries) => entries.iter().for_each(|entry| every(&[&entry.value])),
        Boxed::Function(body) => every(&[&body.body]),
        Boxed::Invocation { callee, bindings } => {
            every(&[callee]);
            bindings.iter().for_each(|(_, value)| every(&[value]));
        }
        Boxed::List(items) => items.iter().for_each(|item| every(&[item])),
        Boxed::Relation { rows, .. } => rows.iter().flatten().for_each(|cell| every(&[cell])),
        Boxed::Conditional(parts) => parts.iter().for_each(|part| every(&[part])),
        Boxed::Filter(parts) => parts.iter().for_each(|part| every(&[part])),
        Boxed::Iteration(iteration) => every(&[&iteration.over, &iteration.body]),
        Boxed::Typed(inner, _) => every(&[inner]),
    }
}

/// A warning about a table, at one of its rules if `rule` is one.
fn warn(table: &Table, node: &Node, rule: Option<usize>, cause: String, mend: &str, findings: &mut Vec<Finding>) {
    let place = rule.and_then(|rule| table.rules.get(rule));
    let (element, line) = place.map_or((&table.id, table.line), |rule| (&rule.id, rule.line));
    findings.push(Finding {
        severity: Severity::Warning,
        element: element.clone(),
        name: node.name.clone(),
        line,
        cause: cause.into(),
        mend: mend.into(),
    });
}
