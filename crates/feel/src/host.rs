//! Functions that are written outside of FEEL: the knowledge models and decision services of a decision model.

use units::Text;

use crate::{Budget, Environment, Value};

/// A function that whoever evaluates an expression brings along.
///
/// It has to be as pure as the expression: the same arguments and environment give the same reply.
pub trait HostFunction: Send + Sync {
    /// What it is called, for messages.
    fn name(&self) -> &str;

    /// The names of its parameters, in order.
    fn parameters(&self) -> &[Text];

    /// Calls it with as many arguments as it has parameters. The budget of the environment is what is left of the
    /// caller's, and may not be exceeded.
    fn call(&self, arguments: &[Value], environment: &Environment) -> HostReply;
}

/// What a [`HostFunction`] gives.
#[derive(Debug, Clone, PartialEq)]
pub struct HostReply {
    /// The value; null if there is none.
    pub value: Value,
    /// Why parts of it are null.
    pub warnings: Vec<Text>,
    /// How much of the budget was used up; depth does not count, since it is given back.
    pub used: Budget,
}
