//! The tree that a text becomes.

use std::sync::Arc;

use units::Text;

use crate::Value;
use crate::builtin::Builtin;
use crate::builtin::regex::Pattern;
use crate::declared::Named;

/// A part of an expression, and where it stands in the text, in bytes.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) at: u32,
    /// The levels of the tree from here down.
    pub(crate) height: u16,
    pub(crate) kind: Kind,
}

impl Node {
    pub(crate) fn new(at: usize, kind: Kind) -> Self {
        Self { at: u32::try_from(at).unwrap_or(u32::MAX), height: kind.height().saturating_add(1), kind }
    }

    /// Whether it is the word `null`, or a value that is always null.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Constant(Value::Null))
    }

    /// Whether it names a variable or an entry of one, or is a constant.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_reference() || matches!(self.kind, Kind::Constant(_))
    }

    /// Whether it names a variable, or an entry of one.
    pub(crate) fn is_reference(&self) -> bool {
        let mut node = self;
        while let Kind::Path(of, _) = &node.kind {
            node = of;
        }
        matches!(node.kind, Kind::Name(_))
    }
}

#[derive(Debug)]
pub(crate) enum Kind {
    Constant(Value),
    Name(Text),
    List(Vec<Node>),
    Context(Vec<(Text, Node)>),
    Range(Box<RangeNode>),
    /// What compares like this with a value: `(< 10)`.
    UnaryRange(Comparison, Box<Node>),
    Negate(Box<Node>),
    /// A row of operators of one precedence, from left to right: a long one makes no deep tree.
    Arithmetic(Box<Node>, Vec<Operation>),
    Compare(Comparison, Box<[Node; 2]>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Between(Box<[Node; 3]>),
    In(Box<Node>, Tests),
    InstanceOf(Box<Node>, Type),
    If(Box<[Node; 3]>),
    For(Vec<Iterator>, Box<Node>),
    Some(Vec<Iterator>, Box<Node>),
    Every(Vec<Iterator>, Box<Node>),
    Path(Box<Node>, Text),
    Filter(Box<[Node; 2]>),
    /// A call of a built-in function, its arguments in the order of its parameters.
    Builtin(&'static Builtin, Vec<Node>),
    /// The same, by names: the list that the last one gives is the arguments from there on.
    Spread(&'static Builtin, Vec<Node>),
    /// The same, of a function with a regular expression that is known already.
    Matching(&'static Builtin, Vec<Node>, Arc<Pattern>),
    /// A call of whatever the first gives.
    Call(Box<Node>, Arguments),
    Function(FunctionNode),
    /// A call that can give nothing but null, and why.
    Invalid(Text),
    /// Whether a variable or an entry exists and is not null.
    IsDefined(Box<Node>),
}

impl Kind {
    /// The height of the highest part.
    fn height(&self) -> u16 {
        let mut highest = 0;
        self.parts(|part| highest = highest.max(part.height));
        highest
    }

    /// Shows every part.
    pub(crate) fn parts<'n>(&'n self, mut show: impl FnMut(&'n Node)) {
        match self {
            Self::Constant(_) | Self::Name(_) | Self::Invalid(_) => {}
            Self::List(nodes)
            | Self::And(nodes)
            | Self::Or(nodes)
            | Self::Builtin(_, nodes)
            | Self::Spread(_, nodes)
            | Self::Matching(_, nodes, _) => nodes.iter().for_each(show),
            Self::Context(entries) => entries.iter().for_each(|(_, node)| show(node)),
            Self::Range(range) => range.start.iter().chain(&range.end).for_each(show),
            Self::UnaryRange(_, node)
            | Self::Negate(node)
            | Self::InstanceOf(node, _)
            | Self::Path(node, _)
            | Self::IsDefined(node) => show(node),
            Self::Arithmetic(first, rest) => {
                show(first);
                rest.iter().for_each(|operation| show(&operation.operand));
            }
            Self::Compare(_, nodes) | Self::Filter(nodes) => nodes.iter().for_each(show),
            Self::Between(nodes) | Self::If(nodes) => nodes.iter().for_each(show),
            Self::In(node, tests) => {
                show(node);
                for test in &tests.tests {
                    match test {
                        Test::Compare(_, node) | Test::Expression(node) | Test::Condition(node) => show(node),
                    }
                }
            }
            Self::For(iterators, body) | Self::Some(iterators, body) | Self::Every(iterators, body) => {
                for iterator in iterators {
                    match &iterator.over {
                        Over::List(node) => show(node),
                        Over::Numbers(from, to) => [from, to].into_iter().for_each(&mut show),
                    }
                }
                show(body);
            }
            Self::Call(callee, arguments) => {
                show(callee);
                match arguments {
                    Arguments::Positional(nodes) => nodes.iter().for_each(show),
                    Arguments::Named(named) => named.iter().for_each(|(_, node)| show(node)),
                }
            }
            Self::Function(function) => show(&function.body),
        }
    }
}

/// An operator and what stands at its right.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) at: u32,
    pub(crate) operator: Arithmetic,
    pub(crate) operand: Node,
}

#[derive(Debug)]
pub(crate) struct RangeNode {
    pub(crate) start: Option<Node>,
    pub(crate) start_included: bool,
    pub(crate) end: Option<Node>,
    pub(crate) end_included: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A name that takes the values of a list one after the other.
#[derive(Debug)]
pub(crate) struct Iterator {
    pub(crate) name: Text,
    pub(crate) over: Over,
}

#[derive(Debug)]
pub(crate) enum Over {
    List(Node),
    /// Whole numbers from one to another, downwards if need be.
    Numbers(Node, Node),
}

#[derive(Debug)]
pub(crate) enum Arguments {
    Positional(Vec<Node>),
    Named(Vec<(Text, Node)>),
}

#[derive(Debug)]
pub(crate) struct FunctionNode {
    pub(crate) parameters: Vec<Text>,
    /// One for each parameter; `Any` where none is told.
    pub(crate) types: Arc<[Type]>,
    pub(crate) body: Arc<Node>,
    /// The names that the body takes from around the function.
    pub(crate) free: Vec<Text>,
}

/// What a value is held against: one of several tests, or none of them.
#[derive(Debug)]
pub(crate) struct Tests {
    pub(crate) negated: bool,
    /// Empty for `-`, which everything passes.
    pub(crate) tests: Vec<Test>,
}

#[derive(Debug)]
pub(crate) enum Test {
    Compare(Comparison, Node),
    /// A value, list or range that the input is or lies in; or a condition on something else.
    Expression(Node),
    /// A condition on the input, which it calls `?`: met where it is true, and only there.
    Condition(Node),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    Any,
    Null,
    Bool,
    Number,
    String,
    Date,
    Time,
    DateTime,
    DaysDuration,
    YearsDuration,
    /// With the types of its parameters and of its result, if they are told.
    Function(Option<(Vec<Type>, Box<Type>)>),
    List(Box<Type>),
    Range(Box<Type>),
    Context(Vec<(Text, Type)>),
    /// One that is defined outside.
    Host(Named),
}
