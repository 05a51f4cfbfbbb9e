//! Evaluation of decisions and of what they require.

mod boxed;
mod function;
mod table;

use std::sync::{Arc, Mutex};

use feel::{Budget, Context, Environment, Evaluation, Expression, Function, Scope, Value, Warning};
use units::Text;

use crate::Explained;
use crate::model::{Graph, Kind, Model, Node};
use crate::types::{Meter, Type};

use function::{KnowledgeFunction, ServiceFunction};

/// How many warnings are kept; more of them tell nothing new.
const MAX_WARNINGS: usize = 100;

/// What a decision gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The result; null if no rule matched and there is no default.
    pub value: Value,
    /// Why parts of it are null, each with the decision in which that happened. At most 100 of them.
    pub warnings: Vec<(Text, Warning)>,
    /// Every decision of the graph, in the order in which they were made; empty unless asked for.
    pub explained: Vec<Explained>,
    /// Whether an expression came to no end: an assertion does not hold, or the evaluation needs more than it may use. The first
    /// warning says which.
    pub failed: bool,
    /// How much of the budget was used up; depth does not count, since it is given back.
    pub used: Budget,
}

impl Outcome {
    /// The first reason why a part of it is null, with the decision in which that happened; `None` if there was no problem.
    pub fn why(&self) -> Option<Text> {
        self.warnings.first().map(|(decision, warning)| format!("decision {decision}, {warning}").into())
    }

    /// The result with that reason; the reason alone if the decision came to no end.
    pub fn decided(self) -> Result<(Value, Option<Text>), Text> {
        match self.why() {
            Some(why) if self.failed => Err(why),
            why => Ok((self.value, why)),
        }
    }
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
    /// Makes a decision, and before it those that it requires. A knowledge model or a decision service is called with the
    /// variables of its parameters' names.
    ///
    /// A whole evaluation stays within the budget of the environment; what goes beyond is null, with a warning.
    pub fn evaluate(
        &self,
        decision: &str,
        variables: &Context,
        environment: &Environment,
    ) -> Result<Outcome, EvaluateError> {
        self.run(decision, variables, environment, None)
    }

    /// As [`Model::evaluate`], with the explanation.
    pub fn explain(&self, decision: &str, variables: &Context, environment: &Environment) -> Result<Outcome, EvaluateError> {
        self.run(decision, variables, environment, Some(Arc::default()))
    }

    fn run(
        &self,
        id: &str,
        variables: &Context,
        environment: &Environment,
        trace: Option<Trace>,
    ) -> Result<Outcome, EvaluateError> {
        let place = self.0.place(id).ok_or_else(|| EvaluateError::Unknown(id.into()))?;
        let mut run = Run::new(&self.0, variables, environment, trace.clone());
        let value = run.place(place)?;
        let explained = trace.and_then(|trace| trace.lock().ok().map(|mut all| std::mem::take(&mut *all)));
        Ok(Outcome {
            value,
            warnings: run.warnings,
            explained: explained.unwrap_or_default(),
            failed: run.failed,
            used: run.used,
        })
    }
}

/// What is noted for the explanation, also by functions that FEEL calls.
type Trace = Arc<Mutex<Vec<Explained>>>;

/// One evaluation of a graph.
struct Run<'a> {
    graph: &'a Arc<Graph>,
    variables: &'a Context,
    /// What the nodes gave so far, by place; empty until a node is asked for that requires others.
    results: Vec<Option<Value>>,
    /// With the budget that is left.
    environment: Environment,
    used: Budget,
    /// The node that is being evaluated, for warnings.
    node: Text,
    node_name: Text,
    /// Names in front of the variables: what the node requires, entries of contexts, parameters; the innermost last.
    locals: Vec<(Text, Value)>,
    warnings: Vec<(Text, Warning)>,
    failed: bool,
    trace: Option<Trace>,
}

/// Local names before variables.
struct Names<'a> {
    locals: &'a [(Text, Value)],
    variables: &'a Context,
}

impl Scope for Names<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let local = self.locals.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        local.or_else(|| self.variables.lookup(name))
    }
}

impl<'a> Run<'a> {
    fn new(graph: &'a Arc<Graph>, variables: &'a Context, environment: &Environment, trace: Option<Trace>) -> Self {
        Self {
            graph,
            variables,
            results: Vec::new(),
            environment: *environment,
            used: Budget { steps: 0, depth: 0, size: 0 },
            node: Text::default(),
            node_name: Text::default(),
            locals: Vec::new(),
            warnings: Vec::new(),
            failed: false,
            trace,
        }
    }

    /// The value of a node, after those that it requires; results that are already there stay.
    fn place(&mut self, wanted: usize) -> Result<Value, EvaluateError> {
        let graph = self.graph;
        let Some(node) = graph.nodes.get(wanted) else { return Ok(Value::Null) };
        if node.requires.is_empty() {
            return self.node(wanted, node);
        }
        if self.results.is_empty() {
            self.results = vec![None; graph.nodes.len()];
        }
        let mut needed = vec![false; graph.nodes.len()];
        let mut open = vec![wanted];
        while let Some(place) = open.pop() {
            if needed[place] || self.results[place].is_some() {
                continue;
            }
            needed[place] = true;
            if let Kind::Input | Kind::Decision(_) = graph.nodes[place].kind {
                let inner = graph.nodes[place].requires.iter().map(|required| required.place);
                open.extend(inner);
            } else if place == wanted {
                open.extend(graph.nodes[place].requires.iter().map(|required| required.place));
            }
        }
        for place in graph.order.iter().copied().filter(|place| needed[*place]) {
            if let Some(node) = graph.nodes.get(place)
                && (place == wanted || matches!(node.kind, Kind::Input | Kind::Decision(_)))
            {
                let value = self.node(place, node)?;
                self.results[place] = Some(value);
            }
        }
        Ok(self.results[wanted].clone().unwrap_or_default())
    }

    /// The value of a node whose requirements have theirs.
    fn node(&mut self, place: usize, node: &Node) -> Result<Value, EvaluateError> {
        let outer = (std::mem::take(&mut self.locals), self.node.clone(), self.node_name.clone());
        (self.node, self.node_name) = (node.id.clone(), node.name.clone());
        let value = match &node.kind {
            Kind::Input => Ok(self.given(node)),
            Kind::Decision(boxed) => {
                self.require(place);
                self.decided(boxed).map(|value| self.coerced(value, &node.of))
            }
            Kind::Knowledge(body) => {
                self.require(place);
                let arguments: Vec<Value> = body.parameters.iter().map(|name| self.variable(name)).collect();
                self.body(body, &arguments).map(|value| self.coerced(value, &node.of))
            }
            Kind::Service(service) => {
                let arguments: Vec<Value> = service.parameters.iter().map(|name| self.variable(name)).collect();
                self.service(place, &arguments)
            }
        };
        (self.locals, self.node, self.node_name) = outer;
        value
    }

    fn variable(&self, name: &str) -> Value {
        self.variables.get(name).cloned().unwrap_or_default()
    }

    /// An input as it was given; null if it is not what it has to be.
    fn given(&mut self, node: &Node) -> Value {
        let value = self.variables.get(&node.variable).or_else(|| self.variables.get(&node.name)).cloned();
        self.coerced(value.unwrap_or_default(), &node.of)
    }

    /// Puts what a node requires in front of the variables.
    fn require(&mut self, place: usize) {
        let graph = self.graph;
        let Some(node) = graph.nodes.get(place) else { return };
        for required in node.requires.iter().filter(|required| required.is_visible) {
            let Some(inner) = graph.nodes.get(required.place) else { continue };
            let value = match &inner.kind {
                Kind::Input
                    if self.variables.get(&inner.variable).is_none() && self.variables.get(&inner.name).is_none() =>
                {
                    Value::Null
                }
                Kind::Input | Kind::Decision(_) => self.results.get(required.place).cloned().flatten().unwrap_or_default(),
                Kind::Knowledge(_) | Kind::Service(_) => self.function(required.place),
            };
            match &required.import {
                None => self.locals.push((inner.variable.clone(), value)),
                Some(import) => {
                    let known = self.locals.iter().position(|(name, _)| name == import);
                    let mut context = match known.map(|at| self.locals.remove(at).1) {
                        Some(Value::Context(context)) => context,
                        _ => Context::default(),
                    };
                    context.insert(inner.variable.clone(), value);
                    self.locals.push((import.clone(), Value::Context(context)));
                }
            }
        }
    }

    /// A knowledge model or a service as FEEL calls it.
    fn function(&self, place: usize) -> Value {
        let (graph, trace) = (self.graph.clone(), self.trace.clone());
        Value::Function(match self.graph.nodes.get(place).map(|node| &node.kind) {
            Some(Kind::Service(_)) => {
                let variables = self.variables.clone();
                Function::host(Arc::new(ServiceFunction { graph, place, variables, trace }))
            }
            _ => Function::host(Arc::new(KnowledgeFunction { graph, place, trace })),
        })
    }

    /// The decisions that a service gives, its inputs being the arguments.
    fn service(&mut self, place: usize, arguments: &[Value]) -> Result<Value, EvaluateError> {
        let graph = self.graph;
        let Some(Node { kind: Kind::Service(service), of, .. }) = graph.nodes.get(place) else { return Ok(Value::Null) };
        let mut results = vec![None; graph.nodes.len()];
        let mut variables = Context::default();
        for (input, value) in service.inputs.iter().zip(arguments) {
            if let Some(node) = graph.nodes.get(*input) {
                let value = self.coerced(value.clone(), &node.of);
                variables.insert(node.variable.clone(), value.clone());
                results[*input] = Some(value);
            }
        }
        let mut inner = Run::new(graph, &variables, &self.environment, self.trace.clone());
        inner.results = results;
        let mut outputs = Vec::with_capacity(service.outputs.len());
        for output in &service.outputs {
            let name = graph.nodes.get(*output).map(|node| node.variable.clone()).unwrap_or_default();
            outputs.push((name, inner.place(*output)?));
        }
        let (warnings, used) = (inner.warnings, inner.used);
        self.warnings.extend(warnings);
        self.spend(used);
        let value = match <[(Text, Value); 1]>::try_from(outputs) {
            Ok([(_, value)]) => value,
            Err(outputs) => Value::Context(outputs.into_iter().collect()),
        };
        Ok(self.coerced(value, of))
    }

    /// The value of an expression where the evaluation stands.
    fn expression(&mut self, expression: &Expression) -> Value {
        if let Some(value) = expression.constant() {
            return value.clone();
        }
        let names = Names { locals: &self.locals, variables: self.variables };
        let evaluation = expression.evaluate(&names, &self.environment);
        self.noted(evaluation)
    }

    fn noted(&mut self, evaluation: Evaluation) -> Value {
        self.spend(evaluation.used);
        let mut warnings = evaluation.warnings.into_iter();
        if evaluation.failed {
            warnings.next().into_iter().for_each(|why| self.fail(why));
        }
        warnings.for_each(|warning| self.warn(warning));
        evaluation.value
    }

    fn spend(&mut self, used: Budget) {
        // the next expression draws other random numbers, even if it is the same text
        self.environment.seed = self.environment.seed.rotate_left(23).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
        let left = &mut self.environment.budget;
        left.steps = left.steps.saturating_sub(used.steps);
        left.size = left.size.saturating_sub(used.size);
        self.used.steps = self.used.steps.saturating_add(used.steps);
        self.used.size = self.used.size.saturating_add(used.size);
    }

    /// Accounts for so many items; whether the budget sufficed.
    fn make(&mut self, items: usize) -> bool {
        let items = u32::try_from(items).unwrap_or(u32::MAX);
        let left = self.environment.budget;
        let suffices = left.steps > items && left.size > items;
        self.spend(Budget { steps: items, depth: 0, size: items });
        if !suffices {
            let reason = Text::const_new("given up: the decision needs more than the time and memory that it may use");
            self.fail(Warning { position: feel::Position::default(), reason });
        }
        suffices
    }

    /// What cannot come to an end is told first.
    fn fail(&mut self, why: Warning) {
        if !std::mem::replace(&mut self.failed, true) {
            self.warnings.insert(0, (self.node.clone(), why));
        }
    }

    fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push((self.node.clone(), warning));
        }
    }

    /// Null, and why.
    fn null(&mut self, reason: impl Into<Text>) -> Value {
        self.tell(reason.into());
        Value::Null
    }

    /// A reason that no expression is the place of, with the line of the model where the decision stands.
    fn tell(&mut self, reason: Text) {
        let is_here = |node: &&Node| node.id == self.node && node.name == self.node_name;
        let reason = match self.graph.nodes.iter().find(is_here) {
            Some(node) => format!("{reason} (line {} of the model)", node.line).into(),
            None => reason,
        };
        self.warn(Warning { position: feel::Position::default(), reason });
    }

    /// A value as a type; null and a warning if it cannot be that.
    fn coerced(&mut self, value: Value, of: &Type) -> Value {
        if of.is_any() {
            return value;
        }
        let meter = Meter::new(self.environment);
        let coerced = of.coerced(value, &meter);
        self.spend(meter.used());
        match coerced {
            Ok(value) => value,
            Err(reason) => self.null(reason),
        }
    }

    fn explained(&self, explained: impl FnOnce(&Self) -> Explained) {
        if let Some(trace) = &self.trace
            && let Ok(mut all) = trace.lock()
        {
            all.push(explained(self));
        }
    }
}
