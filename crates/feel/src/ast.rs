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
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Constant(Value),
    Name(Text),
    List(Vec<Node>),
    Context(Vec<(Text, Node)>),
    Range(Box<RangeNode>),
    Negate(Box<Node>),
    Arithmetic(Arithmetic, Box<[Node; 2]>),
    Compare(Comparison, Box<[Node; 2]>),
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
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
    /// A value, list or range that the input is or lies in; or a condition.
    Expression(Node),
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
    Function,
    List(Box<Type>),
    Range(Box<Type>),
    Context(Vec<(Text, Type)>),
    /// One that is defined outside.
    Host(Named),
}
