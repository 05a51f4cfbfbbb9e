//! Calls: of built-in functions, and of those that an expression defines.

use std::sync::Arc;

use units::Text;

use super::path::conforming;
use super::{Evaluator, Exhausted, Frame, Step};
use crate::ast::{Arguments, FunctionNode, Kind, Node, Type};
use crate::builtin::{self, Builtin, Fault};
use crate::function::{Callable, Defined};
use crate::value::with_article;
use crate::{Function, HostFunction, Value};

/// How many levels a call out of FEEL takes from the depth that is left: as much stack as it may need itself.
const HOST_DEPTH: u32 = 4;

impl Evaluator<'_> {
    pub(super) fn builtin(&mut self, at: u32, builtin: &'static Builtin, arguments: &[Node]) -> Step {
        let told = self.warnings.len();
        let values = arguments.iter().map(|node| self.node(node)).collect::<Result<smallvec::SmallVec<[Value; 4]>, _>>()?;
        if self.warnings.len() > told && builtin.name == "get or else" && arguments.iter().all(|node| node.is_plain()) {
            // whoever says what to take instead need not be told that it is not there
            self.warnings.truncate(told);
        }
        self.run_builtin(at, builtin, &values)
    }

    /// Calls a built-in function with the items of the last argument as arguments.
    pub(super) fn spread(&mut self, at: u32, builtin: &'static Builtin, arguments: &[Node]) -> Step {
        let mut values = arguments.iter().map(|node| self.node(node)).collect::<Result<Vec<_>, _>>()?;
        match values.pop() {
            Some(Value::List(items)) => {
                self.copy(&*items)?;
                values.extend(items.iter().cloned());
            }
            single => values.extend(single),
        }
        self.run_builtin(at, builtin, &values)
    }

    fn run_builtin(&mut self, at: u32, builtin: &'static Builtin, values: &[Value]) -> Step {
        match (builtin.run)(self, values) {
            Ok(value) => self.contained(value),
            Err(Fault::Exhausted(exhausted)) => Err(exhausted),
            Err(Fault::Null(reason)) => Ok(self.null(at, format!("{}: {reason}", builtin.name))),
            Err(Fault::Argument(place, expected, found)) => {
                Ok(self.null(at, builtin.wrong(place, values.len(), expected, &found)))
            }
            Err(Fault::Failed(reason)) => Ok(self.fail(at, format!("{}: {reason}", builtin.name))),
        }
    }

    pub(super) fn call(&mut self, at: u32, callee: &Node, arguments: &Arguments) -> Step {
        let name = match &callee.kind {
            Kind::Name(name) | Kind::Path(_, name) => Some(name.clone()),
            _ => None,
        };
        if let Kind::Name(name) = &callee.kind
            && !name.contains('.')
            && self.find(name).is_none()
        {
            let nearest = builtin::nearest(name).map(|nearest| format!("; did you mean `{nearest}`?"));
            return Ok(self.null(at, format!("there is no function `{name}`{}", nearest.unwrap_or_default())));
        }
        let function = match (self.node(callee)?, &name) {
            (Value::Function(function), _) => function,
            (Value::Null, Some(name)) => return Ok(self.null(at, format!("there is no function `{name}`"))),
            (other, _) => return Ok(self.null(at, format!("{} is not a function", with_article(&other)))),
        };
        let values = match (arguments, &function.0) {
            (Arguments::Positional(nodes), _) => nodes.iter().map(|node| self.node(node)).collect::<Result<Vec<_>, _>>()?,
            (Arguments::Named(named), Callable::Defined(_) | Callable::Host(_)) => {
                let parameters = match &function.0 {
                    Callable::Defined(defined) => &defined.parameters,
                    Callable::Host(host) => host.parameters(),
                    Callable::Builtin(_) => &[],
                };
                let mut values = vec![Value::Null; parameters.len()];
                for (name, node) in named {
                    let Some(place) = parameters.iter().position(|parameter| parameter == name) else {
                        let known: Vec<String> = parameters.iter().map(|known| format!("`{known}`")).collect();
                        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                        return Ok(self.null(at, format!("the function has no parameter `{name}`, but {known}")));
                    };
                    let value = self.node(node)?;
                    if let Some(slot) = values.get_mut(place) {
                        *slot = value;
                    }
                }
                values
            }
            (Arguments::Named(_), Callable::Builtin(builtin)) => {
                return Ok(self.null(at, format!("{} as a value takes its arguments by position", builtin.name)));
            }
        };
        self.invoke(at, &function, name, &values)
    }

    /// Calls a function value; `name` is what it is called by, so that it can call itself.
    pub(crate) fn invoke(&mut self, at: u32, function: &Function, name: Option<Text>, values: &[Value]) -> Step {
        let defined = match &function.0 {
            Callable::Builtin(builtin) if builtin.takes(values.len()) => return self.run_builtin(at, builtin, values),
            Callable::Builtin(builtin) => {
                return Ok(self.null(at, format!("{} takes {}, not {}", builtin.name, builtin.arity(), values.len())));
            }
            Callable::Host(host) => return self.run_host(at, host.as_ref(), values),
            Callable::Defined(defined) => defined.clone(),
        };
        if defined.parameters.len() != values.len() {
            let expected = defined.parameters.len();
            return Ok(self.null(at, format!("the function takes {expected} arguments, not {}", values.len())));
        }
        let Some(values) = self.conforming(at, &defined, values)? else { return Ok(Value::Null) };
        let outer = self.frames.len();
        self.frames.push(Frame::Edge);
        if let Some(name) = name {
            self.frames.push(Frame::Binding(name, Value::Function(function.clone())));
        }
        let captured = defined.captured.iter().map(|(name, value)| Frame::Binding(name.clone(), value.clone()));
        self.frames.extend(captured);
        let parameters = defined.parameters.iter().zip(values);
        self.frames.extend(parameters.map(|(name, value)| Frame::Binding(name.clone(), value)));
        let value = self.node(&defined.body);
        self.frames.truncate(outer);
        value
    }

    /// The arguments as the parameters want them; null, with a warning, if one is of another type.
    fn conforming(&mut self, at: u32, defined: &Defined, values: &[Value]) -> Result<Option<Vec<Value>>, Exhausted> {
        let mut conform = Vec::with_capacity(values.len());
        for (place, value) in values.iter().enumerate() {
            self.keep(value)?;
            let of = defined.types.get(place).unwrap_or(&Type::Any);
            match conforming(value, of) {
                Some(value) => conform.push(value),
                None => {
                    let parameter = defined.parameters.get(place).map_or("", Text::as_str);
                    self.null(at, format!("the parameter `{parameter}` cannot be {}", with_article(value)));
                    return Ok(None);
                }
            }
        }
        Ok(Some(conform))
    }

    fn run_host(&mut self, at: u32, host: &dyn HostFunction, values: &[Value]) -> Step {
        let expected = host.parameters().len();
        if expected != values.len() {
            return Ok(self.null(at, format!("{} takes {expected} arguments, not {}", host.name(), values.len())));
        }
        let environment = self.remaining(HOST_DEPTH)?;
        let reply = host.call(values, &environment);
        for reason in reply.warnings {
            self.null(at, format!("{}: {reason}", host.name()));
        }
        self.spend(reply.used)?;
        Ok(reply.value)
    }

    pub(super) fn closure(&self, function: &FunctionNode) -> Value {
        let captured = function.free.iter().filter_map(|name| Some((name.clone(), self.find(name)?))).collect();
        let (parameters, types) = (function.parameters.clone(), function.types.clone());
        let defined = Defined { parameters, types, body: function.body.clone(), captured, mode: self.mode };
        Value::Function(Function(Callable::Defined(Arc::new(defined))))
    }
}
