//! Function values: what the user defines, and the built-in ones by name.

use std::sync::Arc;

use units::Text;

use crate::ast::{Node, Type};
use crate::builtin::Builtin;
use crate::evaluate::Evaluator;
use crate::{Context, Environment, Evaluation, HostFunction, Mode, Value};

/// A function as a value. It lives as long as the evaluation; storing it gives null.
#[derive(Clone)]
pub struct Function(pub(crate) Callable);

#[derive(Clone)]
pub(crate) enum Callable {
    Builtin(&'static Builtin),
    Defined(Arc<Defined>),
    Host(Arc<dyn HostFunction>),
}

/// A function that an expression defines, with the variables it uses from around it.
pub(crate) struct Defined {
    pub(crate) parameters: Vec<Text>,
    /// The types that the arguments have to conform to; none where nothing is told.
    pub(crate) types: Arc<[Type]>,
    pub(crate) body: Arc<Node>,
    pub(crate) captured: Vec<(Text, Value)>,
    pub(crate) mode: Mode,
}

impl Function {
    /// A function that is written outside of FEEL.
    pub fn host(function: Arc<dyn HostFunction>) -> Self {
        Self(Callable::Host(function))
    }

    /// The names of its parameters, in order; `None` for a built-in function, which has several forms.
    pub fn parameters(&self) -> Option<&[Text]> {
        match &self.0 {
            Callable::Builtin(_) => None,
            Callable::Defined(defined) => Some(&defined.parameters),
            Callable::Host(host) => Some(host.parameters()),
        }
    }

    /// Calls it; the warnings have no position, since there is no text.
    pub fn call(&self, arguments: &[Value], environment: &Environment) -> Evaluation {
        let mode = match &self.0 {
            Callable::Defined(defined) => defined.mode,
            Callable::Builtin(_) | Callable::Host(_) => Mode::default(),
        };
        let mut evaluator = Evaluator::new(&Context::EMPTY, environment, mode);
        let value = evaluator.call_from_outside(self, arguments);
        let used = evaluator.used();
        let failed = evaluator.has_failed();
        Evaluation { value, warnings: evaluator.into_warnings(""), used, failed }
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Callable::Builtin(one), Callable::Builtin(two)) => std::ptr::eq(*one, *two),
            (Callable::Defined(one), Callable::Defined(two)) => Arc::ptr_eq(one, two),
            (Callable::Host(one), Callable::Host(two)) => Arc::ptr_eq(one, two),
            _ => false,
        }
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Callable::Builtin(builtin) => write!(f, "function {}", builtin.name),
            Callable::Defined(defined) => write!(f, "function({})", defined.parameters.join(", ")),
            Callable::Host(host) => write!(f, "function {}({})", host.name(), host.parameters().join(", ")),
        }
    }
}
