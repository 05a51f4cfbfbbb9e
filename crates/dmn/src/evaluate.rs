//! Evaluation of decisions and of what they require.

use std::cmp::Ordering;

use feel::{Context, Environment, Expression, Scope, Value, Warning};
use units::{Decimal, Text};

use crate::model::{Decision, Logic, Model};
use crate::table::{Aggregation, Cell, HitPolicy, Rule, Table};
use crate::{Explained, ExplainedInput};

/// What a decision gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The result; null if no rule matched and there is no default.
    pub value: Value,
    /// Why parts of it are null, each with the decision in which that happened.
    pub warnings: Vec<(Text, Warning)>,
    /// Every decision of the graph, in the order in which they were made; empty unless asked for.
    pub explained: Vec<Explained>,
}

/// Why a decision gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// There is no such decision.
    #[error("the model has no decision {0}")]
    Unknown(Text),
    /// A table with hit policy UNIQUE has several matches.
    #[error(
        "decision {decision}: rules {rules:?} match at the same time, and the hit policy is UNIQUE; mend the rules or the hit policy"
    )]
    NotUnique {
        /// The decision.
        decision: Text,
        /// The numbers of the rules, from 1.
        rules: Vec<usize>,
    },
    /// A table with hit policy ANY has matches that say different things.
    #[error("decision {decision}: rules {rules:?} match and say different things, and the hit policy is ANY")]
    NotAny {
        /// The decision.
        decision: Text,
        /// The numbers of the rules, from 1.
        rules: Vec<usize>,
    },
    /// Outputs that cannot be aggregated.
    #[error("decision {decision}: {cause}")]
    NotAggregable {
        /// The decision.
        decision: Text,
        /// Why not.
        cause: Text,
    },
}

impl Model {
    /// Makes a decision, and before it those that it requires.
    pub fn evaluate(
        &self,
        decision: &str,
        variables: &Context,
        environment: &Environment,
    ) -> Result<Outcome, EvaluateError> {
        self.run(decision, variables, environment, false)
    }

    /// As [`Model::evaluate`], with the explanation.
    pub fn explain(&self, decision: &str, variables: &Context, environment: &Environment) -> Result<Outcome, EvaluateError> {
        self.run(decision, variables, environment, true)
    }

    fn run(
        &self,
        id: &str,
        variables: &Context,
        environment: &Environment,
        explain: bool,
    ) -> Result<Outcome, EvaluateError> {
        let wanted = self.place(id).ok_or_else(|| EvaluateError::Unknown(id.into()))?;
        let mut needed = vec![false; self.decisions.len()];
        let mut open = vec![wanted];
        while let Some(place) = open.pop() {
            if let (Some(flag @ false), Some(decision)) = (needed.get_mut(place), self.decisions.get(place)) {
                *flag = true;
                open.extend(&decision.requires);
            }
        }
        let mut run =
            Run { variables, results: Vec::new(), environment, warnings: Vec::new(), explained: explain.then(Vec::new) };
        for (decision, _) in self.decisions.iter().zip(&needed).filter(|(_, needed)| **needed) {
            let value = run.decision(decision)?;
            run.results.push((decision.variable.clone(), value));
        }
        let sought = self.decisions.get(wanted).map(|decision| &decision.variable);
        let value = run.results.iter().find(|(name, _)| Some(name) == sought).map(|(_, value)| value.clone());
        Ok(Outcome {
            value: value.unwrap_or_default(),
            warnings: run.warnings,
            explained: run.explained.unwrap_or_default(),
        })
    }
}

/// One evaluation: what the decisions made so far gave, in front of the variables.
struct Run<'a> {
    variables: &'a Context,
    results: Vec<(Text, Value)>,
    environment: &'a Environment,
    warnings: Vec<(Text, Warning)>,
    explained: Option<Vec<Explained>>,
}

/// Results of decisions before variables.
struct Names<'a> {
    results: &'a [(Text, Value)],
    variables: &'a Context,
}

impl Scope for Names<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let result = self.results.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        result.or_else(|| self.variables.lookup(name))
    }
}

impl Run<'_> {
    fn names(&self) -> Names<'_> {
        Names { results: &self.results, variables: self.variables }
    }

    fn expression(&mut self, decision: &Decision, expression: &Expression) -> Value {
        if let Some(value) = expression.constant() {
            return value.clone();
        }
        let evaluation = expression.evaluate(&self.names(), self.environment);
        self.warnings.extend(evaluation.warnings.into_iter().map(|warning| (decision.id.clone(), warning)));
        evaluation.value
    }

    fn decision(&mut self, decision: &Decision) -> Result<Value, EvaluateError> {
        let value = match &decision.logic {
            Logic::Table(table) => return self.table(decision, table),
            logic => self.logic(decision, logic)?,
        };
        if let Some(explained) = &mut self.explained {
            let (inputs, matched) = (Vec::new(), Vec::new());
            let (id, name) = (decision.id.clone(), decision.name.clone());
            explained.push(Explained { decision: id, name, inputs, matched, output: value.clone() });
        }
        Ok(value)
    }

    fn logic(&mut self, decision: &Decision, logic: &Logic) -> Result<Value, EvaluateError> {
        match logic {
            Logic::Table(table) => self.table(decision, table),
            Logic::Literal(expression) => Ok(self.expression(decision, expression)),
            Logic::Context(entries) => {
                let outer = self.results.len();
                let mut context = Context::default();
                let mut result = None;
                for (name, logic) in entries {
                    let value = self.logic(decision, logic)?;
                    match name {
                        Some(name) => {
                            self.results.push((name.clone(), value.clone()));
                            context.insert(name.clone(), value);
                        }
                        None => result = Some(value),
                    }
                }
                self.results.truncate(outer);
                Ok(result.unwrap_or(Value::Context(context)))
            }
        }
    }

    fn table(&mut self, decision: &Decision, table: &Table) -> Result<Value, EvaluateError> {
        let mut inputs = Vec::with_capacity(table.inputs.len());
        for input in &table.inputs {
            inputs.push(self.expression(decision, &input.expression));
        }
        let mut matched = Vec::new();
        for (place, rule) in table.rules.iter().enumerate() {
            if self.matches(decision, rule, &inputs) {
                matched.push(place);
                if table.policy == HitPolicy::First {
                    break;
                }
            }
        }
        let value = self.result(decision, table, &matched)?;
        if let Some(explained) = &mut self.explained {
            let labels = table
                .inputs
                .iter()
                .map(|input| if input.label.is_empty() { input.expression.text().clone() } else { input.label.clone() });
            let inputs = labels.zip(inputs).map(|(label, value)| ExplainedInput { label, value }).collect();
            let rule = |place: &usize| (place + 1, table.rules.get(*place).map(|rule| rule.id.clone()).unwrap_or_default());
            let matched = matched.iter().map(rule).collect();
            let (id, name) = (decision.id.clone(), decision.name.clone());
            explained.push(Explained { decision: id, name, inputs, matched, output: value.clone() });
        }
        Ok(value)
    }

    fn matches(&mut self, decision: &Decision, rule: &Rule, inputs: &[Value]) -> bool {
        for (cell, input) in rule.inputs.iter().zip(inputs) {
            let passed = match cell {
                Cell::Any => true,
                Cell::OneOf(values) => values.contains(input),
                Cell::Tests(tests) => {
                    let (passed, warnings) = tests.matches(input, &self.names(), self.environment);
                    self.warnings.extend(warnings.into_iter().map(|warning| (decision.id.clone(), warning)));
                    passed
                }
            };
            if !passed {
                return false;
            }
        }
        true
    }

    fn result(&mut self, decision: &Decision, table: &Table, matched: &[usize]) -> Result<Value, EvaluateError> {
        let numbers = || matched.iter().map(|place| place + 1).collect::<Vec<_>>();
        let id = || decision.id.clone();
        if matched.is_empty() {
            return Ok(match table.policy {
                HitPolicy::Collect(Some(Aggregation::Count)) => Value::from(0),
                _ => self.default(decision, table),
            });
        }
        let mut rows = Vec::with_capacity(matched.len());
        for place in matched {
            if let Some(rule) = table.rules.get(*place) {
                let row: Vec<Value> = rule.outputs.iter().map(|output| self.expression(decision, output)).collect();
                rows.push(row);
            }
        }
        match table.policy {
            HitPolicy::Unique if rows.len() > 1 => Err(EvaluateError::NotUnique { decision: id(), rules: numbers() }),
            HitPolicy::Any if rows.iter().any(|row| Some(row) != rows.first()) => {
                Err(EvaluateError::NotAny { decision: id(), rules: numbers() })
            }
            HitPolicy::Unique | HitPolicy::First | HitPolicy::Any => {
                Ok(rows.into_iter().next().map(|row| named(table, row)).unwrap_or_default())
            }
            HitPolicy::Priority => {
                rows.sort_by(|one, two| by_priority(table, one, two));
                Ok(rows.into_iter().next().map(|row| named(table, row)).unwrap_or_default())
            }
            HitPolicy::OutputOrder => {
                rows.sort_by(|one, two| by_priority(table, one, two));
                Ok(Value::list(rows.into_iter().map(|row| named(table, row))))
            }
            HitPolicy::RuleOrder | HitPolicy::Collect(None) => {
                Ok(Value::list(rows.into_iter().map(|row| named(table, row))))
            }
            HitPolicy::Collect(Some(aggregation)) => {
                let values = rows.into_iter().filter_map(|row| row.into_iter().next());
                aggregate(aggregation, values).map_err(|cause| EvaluateError::NotAggregable { decision: id(), cause })
            }
        }
    }

    fn default(&mut self, decision: &Decision, table: &Table) -> Value {
        if table.outputs.iter().all(|output| output.default.is_none()) {
            return Value::Null;
        }
        let outputs = table.outputs.iter();
        let row =
            outputs.map(|output| output.default.as_ref().map_or(Value::Null, |default| self.expression(decision, default)));
        let row = row.collect();
        named(table, row)
    }
}

/// One output is its value, several are a context.
fn named(table: &Table, row: Vec<Value>) -> Value {
    if table.outputs.len() == 1 {
        return row.into_iter().next().unwrap_or_default();
    }
    Value::Context(table.outputs.iter().map(|output| output.name.clone()).zip(row).collect())
}

fn by_priority(table: &Table, one: &[Value], two: &[Value]) -> Ordering {
    for ((output, one), two) in table.outputs.iter().zip(one).zip(two) {
        let rank = |value: &Value| output.allowed.iter().position(|allowed| allowed == value).unwrap_or(usize::MAX);
        let order = rank(one).cmp(&rank(two));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn aggregate(aggregation: Aggregation, values: impl Iterator<Item = Value>) -> Result<Value, Text> {
    let number = |value: Value| {
        let refusal = || Text::from(format!("a {} cannot be aggregated; only numbers can", value.type_name()));
        value.as_decimal().ok_or_else(refusal)
    };
    if aggregation == Aggregation::Count {
        return Ok(Value::from(values.count()));
    }
    let mut result: Option<Decimal> = None;
    for value in values {
        let next = number(value)?;
        result = Some(match (result, aggregation) {
            (None, _) => next,
            (Some(sum), Aggregation::Sum) => sum.checked_add(next).ok_or_else(|| Text::const_new("the sum is too large"))?,
            (Some(least), Aggregation::Min) => least.min(next),
            (Some(greatest), _) => greatest.max(next),
        });
    }
    Ok(Value::from(result))
}
