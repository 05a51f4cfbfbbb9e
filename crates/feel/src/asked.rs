//! What an expression leaves to whoever leads an ad-hoc sub-process, a language model say: its calls of `fromAi`.

use units::Text;

use crate::ast::{Kind, Node};
use crate::{Context, Value};

/// A value that somebody is to give, as a call of `fromAi` describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The variable or the entry of one that takes it, as it is written: `toolCall.orderId`.
    pub name: Text,
    /// What it is.
    pub description: Option<Text>,
    /// Its type in a JSON schema.
    pub kind: Option<Text>,
    /// More of its JSON schema.
    pub schema: Option<Context>,
    /// Whatever else is to be known of it.
    pub options: Option<Context>,
}

impl From<Asked> for Context {
    /// As Camunda lists it; what is not told is left out.
    fn from(asked: Asked) -> Self {
        let text = |text: Option<Text>| text.map(Value::String);
        let entries = [
            ("name", Some(Value::String(asked.name))),
            ("description", text(asked.description)),
            ("type", text(asked.kind)),
            ("schema", asked.schema.map(Value::Context)),
            ("options", asked.options.map(Value::Context)),
        ];
        entries.into_iter().filter_map(|(name, value)| Some((Text::const_new(name), value?))).collect()
    }
}

/// The calls of `fromAi` in an expression, in the order in which they are written, each with why it cannot be read if so. The
/// arguments of a call are not searched for others.
pub(crate) fn asked(root: &Node) -> Vec<Result<Asked, Text>> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        match &node.kind {
            Kind::Builtin(function, arguments) if function.name == "fromAi" => found.push(described(arguments)),
            kind => {
                let before = open.len();
                kind.parts(|part| open.push(part));
                open[before..].reverse();
            }
        }
    }
    found
}

fn described(arguments: &[Node]) -> Result<Asked, Text> {
    let wrong = |which: &str, what: &str| {
        Text::from(format!("the {which} of `fromAi` has to be {what}, which is known before it runs"))
    };
    let name =
        arguments.first().and_then(reference).ok_or_else(|| wrong("value", "a variable, such as toolCall.orderId"))?;
    let given = |place: usize| arguments.get(place).filter(|node| !node.is_null());
    let text = |place: usize, which: &str| match given(place).map(literal) {
        None => Ok(None),
        Some(Some(Value::String(text))) => Ok(Some(text).filter(|text| !text.is_empty())),
        Some(_) => Err(wrong(which, "a text")),
    };
    let context = |place: usize, which: &str| match given(place).map(literal) {
        None => Ok(None),
        Some(Some(Value::Context(context))) => Ok(Some(context).filter(|context| !context.is_empty())),
        Some(_) => Err(wrong(which, "a context of plain values")),
    };
    Ok(Asked {
        name,
        description: text(1, "description")?,
        kind: text(2, "type")?,
        schema: context(3, "schema")?,
        options: context(4, "options")?,
    })
}

/// A variable or the entry of one, as it is written.
fn reference(node: &Node) -> Option<Text> {
    match &node.kind {
        Kind::Name(name) => Some(name.clone()),
        Kind::Path(of, entry) => Some(Text::from(format!("{}.{entry}", reference(of)?))),
        _ => None,
    }
}

/// A value that is written out.
fn literal(node: &Node) -> Option<Value> {
    match &node.kind {
        Kind::Constant(value) => Some(value.clone()),
        Kind::List(items) => items.iter().map(literal).collect::<Option<Vec<_>>>().map(Value::from),
        Kind::Context(entries) => {
            let entries = entries.iter().map(|(name, node)| Some((name.clone(), literal(node)?)));
            entries.collect::<Option<Vec<_>>>().map(|entries| Value::Context(Context::from_iter(entries)))
        }
        _ => None,
    }
}
