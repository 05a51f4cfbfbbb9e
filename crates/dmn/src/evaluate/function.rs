//! Knowledge models, services and boxed functions as FEEL calls them. What fails inside gives null and says why: the
//! function then has no result, and the expression that called it may have one.

use std::sync::Arc;

use feel::{Budget, Context, Environment, Function, HostFunction, HostReply, Value};
use units::Text;

use super::{EvaluateError, Run, Trace};
use crate::boxed::FunctionBody;
use crate::model::{Graph, Kind};

/// A business knowledge model: sees its parameters and the knowledge that it requires, and itself.
pub(super) struct KnowledgeFunction {
    pub(super) graph: Arc<Graph>,
    pub(super) place: usize,
    pub(super) trace: Option<Trace>,
}

/// A decision service: sees its inputs.
pub(super) struct ServiceFunction {
    pub(super) graph: Arc<Graph>,
    pub(super) place: usize,
    pub(super) variables: Context,
    pub(super) trace: Option<Trace>,
}

/// A boxed function: sees its parameters and what was around it, and itself.
#[derive(Clone)]
pub(super) struct BoxedFunction {
    pub(super) graph: Arc<Graph>,
    pub(super) name: Text,
    pub(super) body: Arc<FunctionBody>,
    pub(super) captured: Vec<(Text, Value)>,
    pub(super) variables: Context,
    pub(super) trace: Option<Trace>,
}

impl HostFunction for KnowledgeFunction {
    fn name(&self) -> &str {
        self.graph.nodes.get(self.place).map_or("", |node| &node.variable)
    }

    fn parameters(&self) -> &[Text] {
        match self.graph.nodes.get(self.place).map(|node| &node.kind) {
            Some(Kind::Knowledge(body)) => &body.parameters,
            _ => &[],
        }
    }

    fn call(&self, arguments: &[Value], environment: &Environment) -> HostReply {
        let Some(node) = self.graph.nodes.get(self.place) else { return nothing() };
        let Kind::Knowledge(body) = &node.kind else { return nothing() };
        let mut run = Run::new(&self.graph, &Context::EMPTY, environment, self.trace.clone());
        (run.node, run.node_name) = (node.id.clone(), node.name.clone());
        let itself = run.function(self.place);
        run.locals.push((node.variable.clone(), itself));
        run.require(self.place);
        let result = run.body(body, arguments).map(|value| run.coerced(value, &node.of));
        reply(run, result)
    }
}

impl HostFunction for ServiceFunction {
    fn name(&self) -> &str {
        self.graph.nodes.get(self.place).map_or("", |node| &node.variable)
    }

    fn parameters(&self) -> &[Text] {
        match self.graph.nodes.get(self.place).map(|node| &node.kind) {
            Some(Kind::Service(service)) => &service.parameters,
            _ => &[],
        }
    }

    fn call(&self, arguments: &[Value], environment: &Environment) -> HostReply {
        let mut run = Run::new(&self.graph, &self.variables, environment, self.trace.clone());
        let result = run.service(self.place, arguments);
        reply(run, result)
    }
}

impl HostFunction for BoxedFunction {
    fn name(&self) -> &str {
        &self.name
    }

    fn parameters(&self) -> &[Text] {
        &self.body.parameters
    }

    fn call(&self, arguments: &[Value], environment: &Environment) -> HostReply {
        let mut run = Run::new(&self.graph, &self.variables, environment, self.trace.clone());
        run.node = self.name.clone();
        run.locals.clone_from(&self.captured);
        if !self.name.is_empty() {
            let itself = Value::Function(Function::host(Arc::new(self.clone())));
            run.locals.push((self.name.clone(), itself));
        }
        let result = run.body(&self.body, arguments);
        reply(run, result)
    }
}

impl Run<'_> {
    /// What a function body gives for arguments; an argument that is not what it has to be is null.
    pub(super) fn body(&mut self, body: &FunctionBody, arguments: &[Value]) -> Result<Value, EvaluateError> {
        let outer = self.locals.len();
        for ((name, of), argument) in body.parameters.iter().zip(&body.types).zip(arguments) {
            let value = self.coerced(argument.clone(), of);
            self.locals.push((name.clone(), value));
        }
        let value = self.boxed(&body.body);
        self.locals.truncate(outer);
        value
    }
}

fn reply(run: Run<'_>, result: Result<Value, EvaluateError>) -> HostReply {
    let mut warnings: Vec<Text> = run.warnings.into_iter().map(|(_, warning)| warning.reason).collect();
    let value = result.unwrap_or_else(|error| {
        warnings.push(Text::from(error.to_string()));
        Value::Null
    });
    HostReply { value, warnings, used: run.used }
}

fn nothing() -> HostReply {
    HostReply { value: Value::Null, warnings: Vec::new(), used: Budget { steps: 0, depth: 0, size: 0 } }
}
