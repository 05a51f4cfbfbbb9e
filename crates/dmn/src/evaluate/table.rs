//! Decision tables.

use std::cmp::Ordering;

use feel::Value;
use units::{Decimal, Text};

use super::{EvaluateError, Names, Run};
use crate::table::{Aggregation, Cell, HitPolicy, Input, Rule, Table};
use crate::types::{Meter, Type};
use crate::{Explained, ExplainedInput};

impl Run<'_> {
    pub(super) fn table(&mut self, table: &Table) -> Result<Value, EvaluateError> {
        let mut inputs = smallvec::SmallVec::<[Value; 8]>::new();
        for input in &table.inputs {
            let value = self.expression(&input.expression);
            inputs.push(if input.reads_text { self.read(input, value) } else { value });
        }
        let mut matched = smallvec::SmallVec::<[usize; 4]>::new();
        if self.allowed(table, &inputs) {
            for place in table.index.candidates(&inputs) {
                let Some(rule) = table.rules.get(place) else { continue };
                if self.matches(table, rule, &inputs) {
                    matched.push(place);
                    if table.policy == HitPolicy::First {
                        break;
                    }
                }
            }
        }
        self.tell_misfits(table, &inputs, &matched);
        let value = self.result(table, &matched)?;
        self.explained(|run| {
            let labels = table.inputs.iter().map(|input| input.title().clone());
            let inputs = labels.zip(inputs).map(|(label, value)| ExplainedInput { label, value }).collect();
            let rule = |place: &usize| (place + 1, table.rules.get(*place).map(|rule| rule.id.clone()).unwrap_or_default());
            let matched = matched.iter().map(rule).collect();
            let (decision, name) = (run.node.clone(), run.node_name.clone());
            Explained { decision, name, inputs, matched, output: value.clone() }
        });
        Ok(value)
    }

    /// An input as its column reads it.
    fn read(&mut self, input: &Input, value: Value) -> Value {
        let Value::String(text) = &value else { return value };
        let meter = Meter::new(self.environment);
        input.of.read(text, &meter).unwrap_or(value)
    }

    /// Inputs that are not what their columns say: a table looks at them all the same, and may take a rule for anything else.
    fn tell_misfits(&mut self, table: &Table, inputs: &[Value], matched: &[usize]) {
        for (column, (input, value)) in table.inputs.iter().zip(inputs).enumerate() {
            if !input.of.holds_plainly(value) {
                self.tell_misfit(table, column, input, value, matched);
            }
        }
    }

    #[cold]
    fn tell_misfit(&mut self, table: &Table, column: usize, input: &Input, value: &Value, matched: &[usize]) {
        let meter = Meter::new(self.environment);
        let misfit = input.of.coerced(value.clone(), &meter).err();
        self.spend(meter.used());
        // modelers write `string` where nobody says anything: the cells that matched may look at other values by intent
        let looks_at = |rule: &Rule| rule.inputs.get(column).is_some_and(|cell| !matches!(cell, Cell::Any));
        let is_meant = matches!(input.of.base(), Type::String)
            && matched.iter().filter_map(|place| table.rules.get(*place)).any(looks_at);
        if let Some(reason) = misfit.filter(|_| !is_meant) {
            let none = if matched.is_empty() { "no rule matched; " } else { "" };
            self.tell(format!("{none}the input {} is not of the type of its column: {reason}", input.title()).into());
        }
    }

    /// Whether every input is one of those that the table allows; if not, no rule matches.
    fn allowed(&mut self, table: &Table, inputs: &[Value]) -> bool {
        let mut allowed = true;
        for (input, value) in table.inputs.iter().zip(inputs) {
            if let Some(tests) = &input.allowed
                && !value.is_null()
                && !self.test(tests, value)
            {
                let shown: String = value.to_string().chars().take(80).collect();
                self.null(format!("the input {} is {shown}, not one of {}", input.expression.text(), tests.text().trim()));
                allowed = false;
            }
        }
        allowed
    }

    fn test(&mut self, tests: &feel::UnaryTests, input: &Value) -> bool {
        let names = Names { locals: &self.locals, variables: self.variables };
        let evaluation = tests.evaluate(input, &names, &self.environment);
        self.noted(evaluation) == Value::Bool(true)
    }

    fn matches(&mut self, table: &Table, rule: &Rule, inputs: &[Value]) -> bool {
        rule.inputs.iter().zip(inputs).enumerate().all(|(column, (cell, input))| {
            table.index.covers(column)
                || match cell {
                    Cell::Any => true,
                    Cell::OneOf(values) => values.contains(input),
                    Cell::Tests(tests, quick) => match quick.as_ref().and_then(|quick| quick.passes(input)) {
                        Some(passed) => passed,
                        None => self.test(tests, input),
                    },
                }
        })
    }

    fn result(&mut self, table: &Table, matched: &[usize]) -> Result<Value, EvaluateError> {
        let numbers = || matched.iter().map(|place| place + 1).collect::<Vec<_>>();
        let id = self.node.clone();
        if matched.is_empty() {
            return Ok(match table.policy {
                HitPolicy::Collect(Some(Aggregation::Count)) => Value::from(0),
                _ => self.default(table),
            });
        }
        let mut rows = Vec::with_capacity(matched.len());
        for place in matched {
            if let Some(rule) = table.rules.get(*place) {
                let row: Vec<Value> = rule.outputs.iter().map(|output| self.expression(output)).collect();
                rows.push(row);
            }
        }
        match table.policy {
            HitPolicy::Unique if rows.len() > 1 => Err(EvaluateError::NotUnique { decision: id, rules: numbers() }),
            HitPolicy::Any if rows.iter().any(|row| Some(row) != rows.first()) => {
                Err(EvaluateError::NotAny { decision: id, rules: numbers() })
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
                aggregate(aggregation, values).map_err(|cause| EvaluateError::NotAggregable { decision: id, cause })
            }
        }
    }

    fn default(&mut self, table: &Table) -> Value {
        if table.outputs.iter().all(|output| output.default.is_none()) {
            return Value::Null;
        }
        let outputs = table.outputs.iter();
        let row = outputs.map(|output| output.default.as_ref().map_or(Value::Null, |default| self.expression(default)));
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

fn with_article(value: &Value) -> String {
    if value.is_null() { "null".into() } else { format!("a {}", value.type_name()) }
}

fn aggregate(aggregation: Aggregation, values: impl Iterator<Item = Value>) -> Result<Value, Text> {
    let number = |value: Value| {
        let refusal = || Text::from(format!("{} cannot be aggregated; only numbers can", with_article(&value)));
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
