//! Item definitions: what a value has to be, and the conversions that DMN makes by itself (DMN 1.5, 7.3.3 and 10.3.2.9.4).

use std::cell::Cell;
use std::sync::Arc;

use feel::{Budget, Context, Environment, HostType, UnaryTests, Value};
use units::{Decimal, Text, Timestamp};

/// What checking constraints may use up, and has.
pub(crate) struct Meter {
    environment: Cell<Environment>,
    used: Cell<Budget>,
}

impl Meter {
    pub(crate) fn new(environment: Environment) -> Self {
        Self { environment: Cell::new(environment), used: Cell::new(Budget { steps: 0, depth: 0, size: 0 }) }
    }

    /// What was used up.
    pub(crate) fn used(&self) -> Budget {
        self.used.get()
    }

    /// Whether a value passes; not, if the budget does not suffice.
    fn passes(&self, tests: &UnaryTests, value: &Value) -> bool {
        let mut environment = self.environment.get();
        let evaluation = tests.evaluate(value, &Context::EMPTY, &environment);
        let mut used = self.used.get();
        used.steps = used.steps.saturating_add(evaluation.used.steps);
        used.size = used.size.saturating_add(evaluation.used.size);
        environment.budget.steps = environment.budget.steps.saturating_sub(evaluation.used.steps);
        environment.budget.size = environment.budget.size.saturating_sub(evaluation.used.size);
        self.used.set(used);
        self.environment.set(environment);
        evaluation.value == Value::Bool(true)
    }
}

/// What a value has to be.
#[derive(Debug, Clone, Default)]
pub(crate) enum Type {
    #[default]
    Any,
    Bool,
    Number,
    String,
    Date,
    Time,
    DateTime,
    DaysDuration,
    YearsDuration,
    Function,
    /// Any range.
    Range,
    /// A context of whatever entries.
    AnyContext,
    List(Arc<Type>),
    Context(Vec<(Text, Arc<Type>)>),
    /// A value of a type that also passes tests.
    Constrained(Arc<Type>, UnaryTests),
}

impl Type {
    /// A type that every model knows, by its name without prefix.
    pub(crate) fn built_in(name: &str) -> Option<Self> {
        Some(match name {
            "Any" | "any" => Self::Any,
            "boolean" => Self::Bool,
            // integer, long and double are what Camunda 7 wrote
            "number" | "integer" | "long" | "double" => Self::Number,
            "string" => Self::String,
            "date" => Self::Date,
            "time" => Self::Time,
            "dateTime" | "date and time" => Self::DateTime,
            "dayTimeDuration" | "days and time duration" => Self::DaysDuration,
            "yearMonthDuration" | "years and months duration" => Self::YearsDuration,
            "function" => Self::Function,
            "range" => Self::Range,
            "context" => Self::AnyContext,
            "list" => Self::List(Arc::new(Self::Any)),
            _ => return None,
        })
    }

    /// Whether everything is of it.
    pub(crate) fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    /// The type without constraints.
    pub(crate) fn base(&self) -> &Self {
        match self {
            Self::Constrained(base, _) => base.base(),
            other => other,
        }
    }

    /// The tests that its values pass.
    pub(crate) fn constraints(&self) -> Vec<&UnaryTests> {
        match self {
            Self::Constrained(base, tests) => [vec![tests], base.constraints()].concat(),
            _ => Vec::new(),
        }
    }

    /// The plain values that its constraint lists, in their order.
    pub(crate) fn allowed(&self) -> Option<Vec<Value>> {
        match self {
            Self::Constrained(base, tests) => {
                let listed = tests.constants().map(|values| values.into_iter().cloned().collect());
                listed.or_else(|| base.allowed())
            }
            _ => None,
        }
    }

    /// Its name, for messages.
    pub(crate) fn name(&self) -> Text {
        Text::from(match self {
            Self::Any => "anything",
            Self::Bool => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "date and time",
            Self::DaysDuration => "days and time duration",
            Self::YearsDuration => "years and months duration",
            Self::Function => "function",
            Self::Range => "range",
            Self::AnyContext | Self::Context(_) => "context",
            Self::List(item) => return Text::from(format!("list of {}", item.name())),
            Self::Constrained(base, tests) => return Text::from(format!("{} of {}", base.name(), tests.text().trim())),
        })
    }

    /// Whether a value is of this type. Null is of every type.
    pub(crate) fn holds(&self, value: &Value, meter: &Meter) -> bool {
        match (self, value) {
            (Self::Any, _)
            | (_, Value::Null)
            | (Self::Bool, Value::Bool(_))
            | (Self::Number, Value::Number(_))
            | (Self::String, Value::String(_))
            | (Self::Date, Value::Date(_))
            | (Self::Time, Value::Time(_))
            | (Self::DateTime, Value::DateTime(_))
            | (Self::DaysDuration, Value::DaysDuration(_))
            | (Self::YearsDuration, Value::YearsDuration(_))
            | (Self::Function, Value::Function(_))
            | (Self::Range, Value::Range(_))
            | (Self::AnyContext, Value::Context(_)) => true,
            (Self::List(of), Value::List(items)) => items.iter().all(|item| of.holds(item, meter)),
            (Self::Context(fields), Value::Context(context)) => {
                fields.iter().all(|(name, of)| context.get(name).is_none_or(|value| of.holds(value, meter)))
            }
            (Self::Constrained(base, tests), value) => base.holds(value, meter) && meter.passes(tests, value),
            _ => false,
        }
    }

    /// Whether a value is an instance: as [`Type::holds`], but every component has to be there, and constraints do not
    /// count, since the conformance cases have `256 instance of` a number up to 255 be true.
    fn is_instance(&self, value: &Value, meter: &Meter) -> bool {
        match (self, value) {
            (Self::List(of), Value::List(items)) => items.iter().all(|item| of.is_instance(item, meter)),
            (Self::Context(fields), Value::Context(context)) => {
                fields.iter().all(|(name, of)| context.get(name).is_some_and(|value| of.is_instance(value, meter)))
            }
            (Self::Constrained(base, _), value) => base.is_instance(value, meter),
            (of, value) => of.holds(value, meter),
        }
    }

    /// The value as this type: itself, the only item of a list, or a list of itself; otherwise why not.
    pub(crate) fn coerced(&self, value: Value, meter: &Meter) -> Result<Value, Text> {
        if self.holds(&value, meter) {
            return Ok(value);
        }
        match (&value, self.base()) {
            (Value::List(items), base) if !matches!(base, Self::List(_)) => {
                if let [item] = items.as_slice()
                    && self.holds(item, meter)
                {
                    return Ok(item.clone());
                }
            }
            (single, Self::List(_)) if !matches!(single, Value::List(_)) => {
                let list = Value::list([single.clone()]);
                if self.holds(&list, meter) {
                    return Ok(list);
                }
            }
            _ => {}
        }
        let mut path = String::new();
        let (wrong, of) = self.misfit(&value, meter, &mut path);
        let shown: String = wrong.to_string().chars().take(80).collect();
        Err(Text::from(match path.as_str() {
            "" => format!("{shown} is not a {}", of.name()),
            path => format!("`{path}` is {shown}, not a {}", of.name()),
        }))
    }

    /// The innermost part of a value that is not what it has to be, what it has to be, and the way to it; of a value that is
    /// not of this type.
    fn misfit<'v>(&'v self, value: &'v Value, meter: &Meter, path: &mut String) -> (&'v Value, &'v Self) {
        match (self, value) {
            (Self::List(of), Value::List(items)) => {
                let wrong = items.iter().enumerate().find(|(_, item)| !of.holds(item, meter));
                if let Some((at, item)) = wrong {
                    path.push_str(&format!("[{}]", at + 1));
                    return of.misfit(item, meter, path);
                }
            }
            (Self::Context(fields), Value::Context(context)) => {
                for (name, of) in fields {
                    if let Some(value) = context.get(name).filter(|value| !of.holds(value, meter)) {
                        path.push_str(if path.is_empty() { "" } else { "." });
                        path.push_str(name);
                        return of.misfit(value, meter, path);
                    }
                }
            }
            (Self::Constrained(base, _), value) if !base.holds(value, meter) => return base.misfit(value, meter, path),
            _ => {}
        }
        (value, self)
    }

    /// Whether a value is of this type as can be seen at once; nothing is said of those of other types.
    pub(crate) fn holds_plainly(&self, value: &Value) -> bool {
        matches!(
            (self, value),
            (Self::Any, _)
                | (_, Value::Null)
                | (Self::Number, Value::Number(_))
                | (Self::String, Value::String(_))
                | (Self::Bool, Value::Bool(_))
                | (Self::Date, Value::Date(_))
                | (Self::Time, Value::Time(_))
                | (Self::DateTime, Value::DateTime(_))
                | (Self::DaysDuration, Value::DaysDuration(_))
                | (Self::YearsDuration, Value::YearsDuration(_))
        )
    }

    /// The number, date, time or duration that a text says, if this type is the one of it.
    pub(crate) fn read(&self, text: &str, meter: &Meter) -> Option<Value> {
        if matches!(self.base(), Self::Number) {
            return text.trim().parse::<Decimal>().ok().map(Value::from);
        }
        Value::temporal(text).filter(|value| self.base().holds(value, meter))
    }
}

impl HostType for Type {
    fn holds(&self, value: &Value) -> bool {
        self.is_instance(value, &Meter::new(Environment::at(Timestamp(0))))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use feel::Mode;

    use super::*;

    fn coerced(of: &Type, value: impl Into<Value>) -> Option<String> {
        of.coerced(value.into(), &Meter::new(Environment::at(Timestamp(0)))).ok().map(|value| value.to_string())
    }

    #[test]
    fn a_single_item_is_its_list_and_a_list_of_one_its_item() {
        let numbers = Type::List(Arc::new(Type::Number));
        assert_eq!(coerced(&numbers, 1).unwrap(), "[1]");
        assert_eq!(coerced(&Type::Number, Value::list([Value::from(1)])).unwrap(), "1");
        assert_eq!(coerced(&Type::Number, Value::list([Value::from(1), Value::from(2)])), None);
        assert_eq!(coerced(&numbers, "a"), None);
    }

    #[test]
    fn what_does_not_fit_is_told_with_the_way_to_it() {
        let refusal = |of: &Type, json: &str| {
            let value = Value::from_json(&serde_json::from_str(json).unwrap()).unwrap();
            of.coerced(value, &Meter::new(Environment::at(Timestamp(0)))).unwrap_err()
        };
        let line = Type::Context(vec![("amt".into(), Arc::new(Type::Number))]);
        assert_eq!(refusal(&line, r#"{"amt": "x"}"#), "`amt` is \"x\", not a number");
        let order = Type::Context(vec![("lines".into(), Arc::new(Type::List(Arc::new(line))))]);
        assert_eq!(refusal(&order, r#"{"lines": [{"amt": 1}, {"amt": "x"}]}"#), "`lines[2].amt` is \"x\", not a number");
        assert_eq!(refusal(&order, "5"), "5 is not a context");
        let small = Type::Constrained(Arc::new(Type::Number), UnaryTests::parse("< 5", Mode::Camunda).unwrap());
        let small = Type::List(Arc::new(small));
        assert_eq!(refusal(&small, "[1, 7]"), "`[2]` is 7, not a number of < 5");
        assert_eq!(refusal(&small, r#"[1, "x"]"#), "`[2]` is \"x\", not a number");
    }

    #[test]
    fn a_constraint_holds_for_what_is_converted_too() {
        let small = Type::Constrained(Arc::new(Type::Number), UnaryTests::parse("< 5", Mode::Camunda).unwrap());
        assert_eq!(coerced(&small, 4).unwrap(), "4");
        assert_eq!(coerced(&small, 5), None);
        assert_eq!(coerced(&small, Value::list([Value::from(4)])).unwrap(), "4");
        assert_eq!(coerced(&small, Value::Null).unwrap(), "null");
    }
}
