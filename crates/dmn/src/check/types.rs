//! Cells that can never hold, and outputs that are not what they have to be.

use feel::{Environment, TestShape, Value};
use units::Timestamp;

use super::warn;
use crate::Finding;
use crate::model::Node;
use crate::table::{Aggregation, Cell, HitPolicy, Table};
use crate::types::{Meter, Type};

pub(super) fn check(table: &Table, node: &Node, findings: &mut Vec<Finding>) {
    policy(table, node, findings);
    for (place, rule) in table.rules.iter().enumerate() {
        for (column, (input, cell)) in table.inputs.iter().zip(&rule.inputs).enumerate() {
            if let Some(reason) = impossible(cell) {
                let cause = format!("rule {}, input {}: nothing lies in {cell}: {reason}", place + 1, column + 1);
                warn(table, node, Some(place), cause, "mend the range; as it is, the cell never holds", findings);
            }
            for value in operands(cell) {
                if !comparable(&input.of, &value) {
                    let number = place + 1;
                    let cause = format!(
                        "rule {number}, input {}: {value} is a {}, and the input a {}",
                        column + 1,
                        value.type_name(),
                        input.of.base().name()
                    );
                    warn(
                        table,
                        node,
                        Some(place),
                        cause,
                        "compare values of one type; as it is, the cell never holds",
                        findings,
                    );
                }
            }
        }
        for (column, (output, cell)) in table.outputs.iter().zip(&rule.outputs).enumerate() {
            let Some(value) = cell.constant() else { continue };
            let at = || format!("rule {}, output {}: {value}", place + 1, column + 1);
            if !output.of.base().holds(value, &Meter::new(Environment::at(Timestamp(0)))) {
                let cause = format!("{} is a {}, and the output a {}", at(), value.type_name(), output.of.base().name());
                warn(table, node, Some(place), cause, "give a value of the type of the output", findings);
            } else if !output.allowed.is_empty() && !value.is_null() && !output.allowed.contains(value) {
                let cause = format!("{} is not one of the values of the output", at());
                warn(table, node, Some(place), cause, "give one of them, or add it to them", findings);
            }
        }
    }
}

/// A hit policy that the outputs do not suit.
fn policy(table: &Table, node: &Node, findings: &mut Vec<Finding>) {
    let by_priority = matches!(table.policy, HitPolicy::Priority | HitPolicy::OutputOrder);
    if by_priority && table.rules.len() > 1 && table.outputs.iter().all(|output| output.allowed.is_empty()) {
        let cause = "the hit policy goes by the values of the outputs, and no output lists any".to_owned();
        warn(table, node, None, cause, "list the values of an output, the one that counts most first", findings);
    }
    let adds = matches!(table.policy, HitPolicy::Collect(Some(Aggregation::Sum | Aggregation::Min | Aggregation::Max)));
    let is_number = |of: &Type| matches!(of, Type::Any | Type::Number);
    if let Some(output) = table.outputs.first().filter(|output| adds && !is_number(output.of.base())) {
        let cause = format!("only numbers are aggregated, and the output is a {}", output.of.base().name());
        warn(table, node, None, cause, "give the output the type number, or take the aggregation away", findings);
    }
}

/// Why nothing can pass a cell.
fn impossible(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Tests(tests, _) => tests.impossible(),
        Cell::Any | Cell::OneOf(_) => None,
    }
}

/// The constants that a cell compares its input with.
fn operands(cell: &Cell) -> Vec<Value> {
    match cell {
        Cell::Any => Vec::new(),
        Cell::OneOf(values) => values.clone(),
        Cell::Tests(tests, _) => {
            let shapes = tests.shapes().map(|(_, shapes)| shapes).unwrap_or_default();
            let values = shapes.into_iter().flat_map(|shape| match shape {
                TestShape::Compare(_, value) => vec![value.clone()],
                TestShape::Range(range) => range.start.iter().chain(&range.end).cloned().collect(),
            });
            values.collect()
        }
    }
}

fn comparable(of: &Type, value: &Value) -> bool {
    // a condition, or a test of the items of a list, looks at more than the input
    matches!(value, Value::Bool(_)) && !matches!(of.base(), Type::Bool | Type::Number | Type::String)
        || matches!(of.base(), Type::List(_))
        || of.base().holds(value, &Meter::new(Environment::at(Timestamp(0))))
}
