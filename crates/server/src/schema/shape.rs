//! The shape of what a type says in JSON, and its JSON Schema.

use serde_json::{Map, Value, json};

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Shape {
    /// Nothing is known.
    #[default]
    Anything,
    Null,
    Bool,
    Integer {
        /// Never below zero.
        natural: bool,
    },
    Number,
    Text(Format),
    /// `{"amount","currency"}`.
    Money,
    /// `{"value","uom"}`.
    Quantity,
    /// It, or null.
    Optional(Box<Shape>),
    List(Box<Shape>),
    Tuple(Vec<Shape>),
    Map(Box<Shape>),
    Record(Vec<(&'static str, Shape)>),
    /// One of the variants of the enum at this place among [`Choices`].
    Choice(usize),
    /// A record that names its variant in one of its fields.
    Tagged {
        tag: String,
        variants: Vec<String>,
    },
}

/// How a text is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Format {
    Free,
    /// A regular expression.
    Pattern(String),
    Date,
    DateTime,
    Currency,
    Decimal,
}

/// An enum: its variants, each with what stands under its name, once that is known; nothing stands under a bare name.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) name: &'static str,
    pub(super) variants: &'static [&'static str],
    pub(super) known: Vec<Option<Option<Shape>>>,
}

/// All enums that were met.
pub(super) type Choices = Vec<Choice>;

const AMOUNT: &str = r"^-?[0-9]+(\.[0-9]+)?$";

impl Shape {
    /// Its JSON Schema, without `$schema`. What an enum says inside of itself is left open.
    pub(super) fn schema(&self, choices: &Choices) -> Value {
        self.within(choices, &mut Vec::new())
    }

    fn within(&self, choices: &Choices, outer: &mut Vec<usize>) -> Value {
        match self {
            Self::Anything => json!({}),
            Self::Null => json!({ "type": "null" }),
            Self::Bool => json!({ "type": "boolean" }),
            Self::Integer { natural: false } => json!({ "type": "integer" }),
            Self::Integer { natural: true } => json!({ "type": "integer", "minimum": 0 }),
            Self::Number => json!({ "type": "number" }),
            Self::Text(format) => format.schema(),
            Self::Money => json!({
                "type": "object",
                "description": "An amount of money with all digits of its currency.",
                "properties": { "amount": { "type": "string", "pattern": AMOUNT }, "currency": Format::Currency.schema() },
                "required": ["amount", "currency"],
            }),
            Self::Quantity => json!({
                "type": "object",
                "description": "A quantity in the base unit of its item.",
                "properties": { "value": { "type": "string", "pattern": "^-?[0-9]+$" }, "uom": { "type": "string" } },
                "required": ["value"],
            }),
            Self::Optional(inner) => json!({ "anyOf": [inner.within(choices, outer), { "type": "null" }] }),
            Self::List(item) => json!({ "type": "array", "items": item.within(choices, outer) }),
            Self::Tuple(items) => {
                let schemas: Vec<Value> = items.iter().map(|item| item.within(choices, outer)).collect();
                json!({ "type": "array", "prefixItems": schemas, "minItems": items.len(), "maxItems": items.len() })
            }
            Self::Map(value) => json!({ "type": "object", "additionalProperties": value.within(choices, outer) }),
            Self::Record(fields) => record(fields, choices, outer),
            // what else it has depends on the variant, and is left open
            Self::Tagged { tag, variants } => json!({
                "type": "object",
                "properties": { tag.as_str(): { "type": "string", "enum": variants } },
                "required": [tag],
                "additionalProperties": true,
            }),
            Self::Choice(at) if outer.contains(at) => json!({}),
            Self::Choice(at) => {
                outer.push(*at);
                let schema = choices.get(*at).map(|choice| choice.schema(choices, outer)).unwrap_or_default();
                outer.pop();
                schema
            }
        }
    }
}

/// Fields may be added later, so others are not forbidden.
fn record(fields: &[(&'static str, Shape)], choices: &Choices, outer: &mut Vec<usize>) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|(name, shape)| ((*name).to_owned(), shape.within(choices, outer))).collect();
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

impl Choice {
    fn schema(&self, choices: &Choices, outer: &mut Vec<usize>) -> Value {
        let bare: Vec<&str> = self.variants().filter(|(_, shape)| shape.is_none()).map(|(name, _)| name).collect();
        let with = self.variants().filter_map(|(name, shape)| {
            shape.map(|shape| json!({ "type": "object", "properties": { name: shape.within(choices, outer) }, "required": [name] }))
        });
        let mut with: Vec<Value> = with.collect();
        let names = json!({ "type": "string", "enum": bare });
        if with.is_empty() {
            return names;
        }
        if !bare.is_empty() {
            with.push(names);
        }
        json!({ "oneOf": with })
    }

    /// The variants, each with what stands under its name.
    pub(super) fn variants(&self) -> impl Iterator<Item = (&'static str, Option<&Shape>)> {
        self.variants.iter().zip(&self.known).map(|(name, known)| (*name, known.as_ref().and_then(Option::as_ref)))
    }
}

impl Format {
    fn schema(&self) -> Value {
        match self {
            Self::Free => json!({ "type": "string" }),
            Self::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
            Self::Date => json!({ "type": "string", "format": "date" }),
            Self::DateTime => json!({ "type": "string", "format": "date-time" }),
            Self::Currency => json!({ "type": "string", "pattern": "^[A-Z]{3}$" }),
            Self::Decimal => json!({ "type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$" }),
        }
    }
}
