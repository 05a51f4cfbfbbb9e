//! Boxed expressions.

use std::sync::Arc;

use feel::{Context, Function, Value, place_of};
use units::{Decimal, Text};

use super::function::BoxedFunction;
use super::{EvaluateError, Run};
use crate::Explained;
use crate::boxed::{Boxed, Entry, FunctionBody, Iteration, Walk};

type Step = Result<Value, EvaluateError>;

impl Run<'_> {
    /// The logic of a decision: its value, noted for the explanation; a table notes itself, with its rules.
    pub(super) fn decided(&mut self, boxed: &Boxed) -> Step {
        let value = self.boxed(boxed)?;
        let is_table = match boxed {
            Boxed::Typed(inner, _) => matches!(**inner, Boxed::Table(_)),
            other => matches!(other, Boxed::Table(_)),
        };
        if !is_table {
            self.explained(|run| Explained {
                decision: run.node.clone(),
                name: run.node_name.clone(),
                inputs: Vec::new(),
                matched: Vec::new(),
                output: value.clone(),
            });
        }
        Ok(value)
    }

    pub(super) fn boxed(&mut self, boxed: &Boxed) -> Step {
        // boxes, nodes of FEEL and calls share the depth, and with it the stack
        if self.environment.budget.depth < 2 {
            return Ok(self.null("given up: the decision needs more than the depth that it may use"));
        }
        self.environment.budget.depth -= 1;
        let value = self.inner(boxed);
        self.environment.budget.depth += 1;
        value
    }

    fn inner(&mut self, boxed: &Boxed) -> Step {
        match boxed {
            Boxed::Null => Ok(Value::Null),
            Boxed::Literal(expression) => Ok(self.expression(expression)),
            Boxed::Table(table) => self.table(table),
            Boxed::Context(entries) => self.context(entries),
            Boxed::Function(body) => Ok(self.closure(Text::default(), body)),
            Boxed::Invocation { callee, bindings } => self.invocation(callee, bindings),
            Boxed::List(items) => {
                let items = items.iter().map(|item| self.boxed(item)).collect::<Result<Vec<_>, _>>()?;
                Ok(Value::from(items))
            }
            Boxed::Relation { columns, rows } => {
                let mut contexts = Vec::with_capacity(rows.len());
                for row in rows {
                    let mut context = Context::default();
                    for (name, cell) in columns.iter().zip(row) {
                        context.insert(name.clone(), self.boxed(cell)?);
                    }
                    contexts.push(Value::Context(context));
                }
                Ok(Value::from(contexts))
            }
            Boxed::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                // as in FEEL, what is neither true nor false takes the else part
                match self.boxed(condition)? {
                    Value::Bool(true) => self.boxed(then),
                    Value::Bool(false) => self.boxed(otherwise),
                    other => {
                        self.null(format!("the condition is {}, not true or false", other.type_name()));
                        self.boxed(otherwise)
                    }
                }
            }
            Boxed::Filter(parts) => self.filter(&parts[0], &parts[1]),
            Boxed::Iteration(iteration) => self.iteration(iteration),
            Boxed::Typed(inner, of) => {
                let value = self.boxed(inner)?;
                Ok(self.coerced(value, of))
            }
        }
    }

    fn context(&mut self, entries: &[Entry]) -> Step {
        let outer = self.locals.len();
        let mut context = Context::default();
        let mut result = None;
        for entry in entries {
            let value = match (&entry.value, &entry.name) {
                // so that it can call itself
                (Boxed::Function(body), Some(name)) => Ok(self.closure(name.clone(), body)),
                (value, _) => self.boxed(value),
            };
            let value = match value {
                Ok(value) => self.coerced(value, &entry.of),
                Err(error) => {
                    self.locals.truncate(outer);
                    return Err(error);
                }
            };
            match &entry.name {
                Some(name) => {
                    self.locals.push((name.clone(), value.clone()));
                    context.insert(name.clone(), value);
                }
                None => result = Some(value),
            }
        }
        self.locals.truncate(outer);
        Ok(result.unwrap_or(Value::Context(context)))
    }

    fn closure(&self, name: Text, body: &Arc<FunctionBody>) -> Value {
        Value::Function(Function::host(Arc::new(BoxedFunction {
            graph: self.graph.clone(),
            name,
            body: body.clone(),
            captured: self.locals.clone(),
            variables: self.variables.clone(),
            trace: self.trace.clone(),
        })))
    }

    fn invocation(&mut self, callee: &Boxed, bindings: &[(Text, Boxed)]) -> Step {
        let function = match self.boxed(callee)? {
            Value::Function(function) => function,
            other => return Ok(self.null(format!("{} is invoked, which is no function", other.type_name()))),
        };
        let arguments = match function.parameters() {
            Some(parameters) => {
                let parameters = parameters.to_vec();
                let mut arguments = vec![Value::Null; parameters.len()];
                for (name, value) in bindings {
                    let value = self.boxed(value)?;
                    match parameters.iter().position(|parameter| parameter == name) {
                        Some(place) => arguments[place] = value,
                        None => return Ok(self.null(format!("the function has no parameter `{name}`"))),
                    }
                }
                arguments
            }
            // a built-in function has several forms, so its arguments come in the order of the bindings
            None => bindings.iter().map(|(_, value)| self.boxed(value)).collect::<Result<Vec<_>, _>>()?,
        };
        let evaluation = function.call(&arguments, &self.environment);
        Ok(self.noted(evaluation))
    }

    fn filter(&mut self, list: &Boxed, condition: &Boxed) -> Step {
        let list = self.boxed(list)?;
        let items = match &list {
            Value::Null => return Ok(Value::Null),
            Value::List(items) => items.to_vec(),
            single => vec![single.clone()],
        };
        let mut kept = Vec::new();
        for (place, item) in items.iter().enumerate() {
            if !self.make(1) {
                return Ok(Value::Null);
            }
            let outer = self.locals.len();
            if let Value::Context(context) = item {
                self.locals.extend(context.iter().cloned());
            }
            self.locals.push((Text::const_new("item"), item.clone()));
            let holds = self.boxed(condition);
            self.locals.truncate(outer);
            match holds? {
                Value::Bool(true) => kept.push(item.clone()),
                Value::Number(number) if place == 0 => return Ok(self.index(&items, number)),
                // as in a filter that is written: what is not known to hold does not
                Value::Bool(false) | Value::Null => {}
                other => {
                    let reason = format!("the filter gives {} for an item, not true or false", other.type_name());
                    return Ok(self.null(reason));
                }
            }
        }
        Ok(Value::from(kept))
    }

    /// The item at a place from 1, or from -1 backwards.
    fn index(&mut self, items: &[Value], number: Decimal) -> Value {
        let place = number.to_i64().and_then(|number| place_of(number, items.len()));
        match place.and_then(|place| items.get(place)) {
            Some(item) => item.clone(),
            None => self.null(format!("there is no item {number} in a list of {}", items.len())),
        }
    }

    fn iteration(&mut self, iteration: &Iteration) -> Step {
        let over = self.boxed(&iteration.over)?;
        let Some(items) = self.items(&over) else {
            return Ok(self.null(format!("{} is no list to walk over", over.type_name())));
        };
        let mut given = Vec::new();
        let (mut found, mut doubtful) = (false, false);
        for item in items {
            if !self.make(1 + given.len().min(1)) {
                return Ok(Value::Null);
            }
            let outer = self.locals.len();
            if iteration.kind == Walk::For && mentions_partial(&iteration.body) {
                if !self.make(given.len()) {
                    return Ok(Value::Null);
                }
                self.locals.push((Text::const_new("partial"), Value::list(given.iter().cloned())));
            }
            self.locals.push((iteration.variable.clone(), item));
            let value = self.boxed(&iteration.body);
            self.locals.truncate(outer);
            match (iteration.kind, value?) {
                (Walk::For, value) => given.push(value),
                (Walk::Some, Value::Bool(holds)) => found |= holds,
                (Walk::Every, Value::Bool(holds)) => found |= !holds,
                (_, other) => {
                    self.null(format!("the condition gives {} for an item, not true or false", other.type_name()));
                    doubtful = true;
                }
            }
        }
        Ok(match iteration.kind {
            Walk::For => Value::from(given),
            _ if doubtful => Value::Null,
            Walk::Some => Value::Bool(found),
            Walk::Every => Value::Bool(!found),
        })
    }

    /// What is walked over: the items of a list, the whole numbers or days of a range, or a single value.
    fn items(&mut self, over: &Value) -> Option<Vec<Value>> {
        match over {
            Value::List(items) => Some(items.to_vec()),
            Value::Range(range) => {
                let end = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
                let (start, end) = (end(&range.start)?, end(&range.end)?);
                let start = if range.start_included { start } else { start.checked_add(1)? };
                let end = if range.end_included { end } else { end.checked_sub(1)? };
                let count = usize::try_from(end.checked_sub(start)?.checked_add(1)?.max(0)).ok()?;
                self.make(count).then(|| (start..=end).map(Value::from).collect())
            }
            Value::Null | Value::Function(_) => None,
            single => Some(vec![single.clone()]),
        }
    }
}

/// Whether the results so far are asked for: to give them costs a copy for each item.
fn mentions_partial(body: &Boxed) -> bool {
    match body {
        Boxed::Literal(expression) => expression.text().contains("partial"),
        _ => true,
    }
}
