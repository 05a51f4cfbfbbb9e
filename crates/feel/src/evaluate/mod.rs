//! Evaluation: a walk over the tree within a budget.

mod call;
mod iterate;
mod operator;
mod path;
mod test;
mod weight;

use smallvec::SmallVec;
use units::Text;

use crate::ast::{Kind, Node};
use crate::builtin::{self, regex::Patterns};
use crate::function::Callable;
use crate::range::{Range, RangeForm};
use crate::value::with_article;
use crate::{Budget, Context, Environment, Function, Mode, Position, Scope, Value, Warning};

/// How many warnings are kept; more of them tell nothing new.
const MAX_WARNINGS: usize = 100;

/// The evaluation of one expression.
pub(crate) struct Evaluator<'a> {
    scope: &'a dyn Scope,
    pub(crate) environment: &'a Environment,
    pub(crate) mode: Mode,
    /// Few expressions bind more than two names, and most tests of tables bind `?` alone.
    frames: SmallVec<[Frame; 2]>,
    steps: u32,
    depth: u32,
    size: u32,
    random: u64,
    warnings: Vec<(u32, Text)>,
    /// Whether an assertion does not hold, or the budget is used up: everything is null then.
    failed: bool,
    pub(crate) patterns: Patterns,
}

/// What is bound around the node at hand, innermost last.
pub(crate) enum Frame {
    Binding(Text, Value),
    /// A context whose entries are in scope, as in a filter.
    Open(Context),
    /// The edge of a function: what lies below is not visible from inside.
    Edge,
}

/// The budget is used up: everything ends.
#[derive(Debug)]
pub(crate) struct Exhausted(&'static str);

/// What an evaluation step gives.
pub(crate) type Step = Result<Value, Exhausted>;

/// Why there is no value, and what to do about it.
fn given_up(what: &str) -> Text {
    let mend = match what {
        "time" => "loop over fewer items",
        "depth" => "call or nest fewer levels",
        "memory" => "make fewer or shorter values",
        _ => "nest values less deep",
    };
    format!("given up: the expression needs more than the {what} that it may use; {mend}").into()
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(scope: &'a dyn Scope, environment: &'a Environment, mode: Mode) -> Self {
        let random = environment.seed;
        Self {
            scope,
            environment,
            mode,
            frames: SmallVec::new(),
            steps: 0,
            depth: 0,
            size: 0,
            random,
            warnings: Vec::new(),
            failed: false,
            patterns: Patterns::default(),
        }
    }

    /// Draws other random numbers than an evaluation with another salt.
    pub(crate) fn salted(mut self, salt: u64) -> Self {
        self.random ^= salt.rotate_left(17);
        self
    }

    /// The value of a tree; null if the budget does not suffice.
    pub(crate) fn run(&mut self, node: &Node) -> Value {
        let step = self.node(node);
        self.ended(node.at, step)
    }

    /// What a function gives that is called by no expression; null if the budget does not suffice.
    pub(crate) fn call_from_outside(&mut self, function: &Function, arguments: &[Value]) -> Value {
        let step = self.invoke(0, function, None, arguments);
        self.ended(0, step)
    }

    fn ended(&mut self, at: u32, step: Step) -> Value {
        match step {
            Ok(_) if self.failed => Value::Null,
            Ok(value) => value,
            Err(Exhausted(what)) => {
                self.failed = true;
                self.warnings.insert(0, (at, given_up(what)));
                Value::Null
            }
        }
    }

    pub(crate) fn into_warnings(self, text: &str) -> Vec<Warning> {
        let warnings = self.warnings.into_iter();
        warnings.map(|(at, reason)| Warning { position: Position::at(text, at as usize), reason }).collect()
    }

    /// Null, and why.
    pub(crate) fn null(&mut self, at: u32, reason: impl Into<Text>) -> Value {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push((at, reason.into()));
        }
        Value::Null
    }

    /// Null, and why; and null for the evaluation as a whole.
    pub(crate) fn fail(&mut self, at: u32, reason: impl Into<Text>) -> Value {
        if !std::mem::replace(&mut self.failed, true) {
            self.warnings.insert(0, (at, reason.into()));
        }
        Value::Null
    }

    /// Whether it ended before its end.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed
    }

    /// Accounts for so many items or characters that are about to be made.
    pub(crate) fn make(&mut self, size: usize) -> Result<(), Exhausted> {
        self.size = self.size.saturating_add(u32::try_from(size).unwrap_or(u32::MAX));
        if self.size > self.environment.budget.size { Err(Exhausted("memory")) } else { Ok(()) }
    }

    /// How many items or characters may still be made.
    pub(crate) fn room(&self) -> usize {
        usize::try_from(self.environment.budget.size.saturating_sub(self.size)).unwrap_or(usize::MAX)
    }

    /// The environment of a call out of FEEL that takes `depth` levels: with the budget that is left.
    pub(crate) fn remaining(&mut self, depth: u32) -> Result<Environment, Exhausted> {
        let Budget { steps, depth: levels, size } = self.environment.budget;
        let left = levels.saturating_sub(self.depth);
        if left < depth {
            return Err(Exhausted("depth"));
        }
        let budget =
            Budget { steps: steps.saturating_sub(self.steps), depth: left - depth, size: size.saturating_sub(self.size) };
        Ok(Environment { budget, seed: self.random(), ..*self.environment })
    }

    /// Accounts for what a call out of FEEL used up.
    pub(crate) fn spend(&mut self, used: Budget) -> Result<(), Exhausted> {
        self.steps = self.steps.saturating_add(used.steps);
        self.size = self.size.saturating_add(used.size);
        if self.steps > self.environment.budget.steps {
            return Err(Exhausted("time"));
        }
        self.make(0)
    }

    /// What was used up so far.
    pub(crate) fn used(&self) -> Budget {
        Budget { steps: self.steps, depth: 0, size: self.size }
    }

    /// The next random number below one, in 2^53 steps. Drawn from the seed, so a replay draws the same.
    pub(crate) fn random(&mut self) -> u64 {
        // splitmix64, by S. Vigna: one addition and three mixing steps
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) >> 11
    }

    pub(crate) fn node(&mut self, node: &Node) -> Step {
        self.steps += 1;
        if self.steps > self.environment.budget.steps {
            return Err(Exhausted("time"));
        }
        match &node.kind {
            Kind::Constant(value) => {
                self.hand_over(value);
                Ok(value.clone())
            }
            Kind::Name(name) => {
                let value = self.named(node.at, name);
                self.hand_over(&value);
                Ok(value)
            }
            _ => {
                self.depth += 1;
                if self.depth > self.environment.budget.depth {
                    return Err(Exhausted("depth"));
                }
                let value = self.compound(node);
                self.depth -= 1;
                value
            }
        }
    }

    fn compound(&mut self, node: &Node) -> Step {
        match &node.kind {
            Kind::Constant(value) => Ok(value.clone()),
            Kind::Name(name) => Ok(self.named(node.at, name)),
            Kind::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    let value = self.node(item)?;
                    self.keep(&value)?;
                    values.push(value);
                }
                self.contained(Value::from(values))
            }
            Kind::Context(entries) => self.context(entries),
            Kind::Range(range) => {
                let end = |node: &Option<Node>, this: &mut Self| node.as_ref().map(|node| this.node(node)).transpose();
                let (start, end) = (end(&range.start, self)?, end(&range.end, self)?);
                if start.as_ref().is_some_and(Value::is_null) || end.as_ref().is_some_and(Value::is_null) {
                    return Ok(self.null(node.at, "an end of the range is null"));
                }
                let (start_included, end_included) = (range.start_included, range.end_included);
                let range = Range { start, start_included, end, end_included, form: RangeForm::Interval };
                Ok(self.range(node.at, range))
            }
            Kind::UnaryRange(comparison, value) => match self.node(value)? {
                Value::Null => Ok(self.null(node.at, "an end of the range is null")),
                value => Ok(self.range(node.at, Range::comparing(*comparison, value))),
            },
            Kind::Negate(operand) => {
                let operand = self.node(operand)?;
                Ok(self.negate(node.at, operand))
            }
            Kind::Arithmetic(first, rest) => self.operations(first, rest),
            Kind::Compare(comparison, operands) => {
                let [left, right] = &**operands;
                let told = self.warnings.len();
                let (first, second) = (self.node(left)?, self.node(right)?);
                if (right.is_null() && left.is_reference()) || (left.is_null() && right.is_reference()) {
                    // whoever asks whether something is there need not be told that it is not
                    self.warnings.truncate(told);
                }
                self.walk_over(&first)?;
                Ok(self.compare(node.at, *comparison, &first, &second))
            }
            Kind::And(operands) => self.junction(node.at, operands, false),
            Kind::Or(operands) => self.junction(node.at, operands, true),
            Kind::Between(operands) => {
                let [value, low, high] = &**operands;
                let (value, low, high) = (self.node(value)?, self.node(low)?, self.node(high)?);
                Ok(self.between(node.at, &value, &low, &high))
            }
            Kind::In(value, tests) => {
                let value = self.node(value)?;
                self.tests(&value, tests)
            }
            Kind::InstanceOf(value, of) => {
                let value = self.node(value)?;
                self.walk_over(&value)?;
                Ok(Value::Bool(path::is_instance(&value, of)))
            }
            Kind::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                match self.node(condition)? {
                    Value::Bool(true) => self.node(then),
                    Value::Bool(false) => self.node(otherwise),
                    other => {
                        let found = with_article(&other);
                        let reason = format!("the condition is {found}, not true or false; the else part was taken");
                        self.null(condition.at, reason);
                        self.node(otherwise)
                    }
                }
            }
            Kind::For(iterators, body) => self.iteration(iterators, body),
            Kind::Some(iterators, body) => self.quantified(node.at, iterators, body, true),
            Kind::Every(iterators, body) => self.quantified(node.at, iterators, body, false),
            Kind::Path(of, name) => {
                let of = self.node(of)?;
                self.look_up(&of)?;
                let value = self.path(node.at, &of, name);
                self.hand_over(&value);
                if let (Value::List(_), Value::List(entries)) = (&of, &value) {
                    self.walk_over(&of)?;
                    entries.iter().try_for_each(|entry| self.keep(entry))?;
                }
                Ok(value)
            }
            Kind::Filter(parts) => self.filter(node.at, &parts[0], &parts[1]),
            Kind::Builtin(builtin, arguments) => self.builtin(node.at, builtin, arguments),
            Kind::Spread(builtin, arguments) => self.spread(node.at, builtin, arguments),
            Kind::Matching(builtin, arguments, pattern) => {
                self.patterns.keep(pattern);
                self.builtin(node.at, builtin, arguments)
            }
            Kind::Call(callee, arguments) => self.call(node.at, callee, arguments),
            Kind::Function(function) => {
                let closure = self.closure(function);
                self.contained(closure)
            }
            Kind::Invalid(reason) => Ok(self.null(node.at, reason.clone())),
            Kind::IsDefined(what) => self.is_defined(what),
        }
    }

    fn range(&mut self, at: u32, range: Range) -> Value {
        match range.fault() {
            Some(fault) => self.null(at, fault),
            None => Value::Range(range.into()),
        }
    }

    fn context(&mut self, entries: &[(Text, Node)]) -> Step {
        let outer = self.frames.len();
        let mut context = Context::default();
        for (name, node) in entries {
            let value = self.node(node)?;
            self.keep(&value)?;
            context.push_new(name.clone(), value.clone());
            // later entries see the earlier ones
            self.frames.push(Frame::Binding(name.clone(), value));
        }
        self.frames.truncate(outer);
        self.contained(Value::Context(context))
    }

    fn named(&mut self, at: u32, name: &str) -> Value {
        match self.find(name) {
            Some(value) => value,
            None => self.otherwise_named(at, name),
        }
    }

    /// A name that no variable has.
    #[cold]
    fn otherwise_named(&mut self, at: u32, name: &str) -> Value {
        if self.mode.has_builtins_as_values()
            && let Some(builtin) = builtin::find(name)
        {
            return Value::Function(Function(Callable::Builtin(builtin)));
        }
        match name.split_once('.') {
            // a declared name with a dot in it may be declared elsewhere, and be a path here
            Some((head, tail)) if self.find(head).is_some() => {
                let head = self.named(at, head);
                tail.split('.').fold(head, |of, entry| self.path(at, &of, entry.trim()))
            }
            _ => {
                let call = builtin::find(name).map(|builtin| builtin.call());
                let hint = call.map(|call| format!("; `{name}` is a function: write `{call}`")).unwrap_or_default();
                self.null(at, format!("there is no variable `{name}`{hint}"))
            }
        }
    }

    /// The value of a name, looked for from the innermost frame outwards.
    pub(crate) fn find(&self, name: &str) -> Option<Value> {
        for frame in self.frames.iter().rev() {
            match frame {
                Frame::Binding(bound, value) if bound == name => return Some(value.clone()),
                Frame::Binding(..) => {}
                Frame::Open(context) => {
                    if let Some(value) = context.get(name) {
                        return Some(value.clone());
                    }
                }
                Frame::Edge => return None,
            }
        }
        self.scope.lookup(name)
    }
}
