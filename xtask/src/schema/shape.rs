//! Two versions of a JSON Schema: what the later one no longer takes, or no longer gives.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Breaking;

const TAKE: &str = "go on taking what was taken";
const GIVE: &str = "go on giving what was given";

/// Which way what is described goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Programs send it: everything that was right stays right.
    Taken,
    /// Programs read it: everything that was there stays there.
    Given,
}

/// The two documents that schemas refer into.
pub(super) struct Pair<'v> {
    direction: Direction,
    released: &'v Value,
    present: &'v Value,
    /// Pairs of references that are compared already.
    seen: BTreeSet<(String, String)>,
    found: Vec<Breaking>,
}

impl<'v> Pair<'v> {
    pub(super) fn new(direction: Direction, released: &'v Value, present: &'v Value) -> Self {
        Self { direction, released, present, seen: BTreeSet::new(), found: Vec::new() }
    }

    /// What of a schema breaks programs.
    pub(super) fn compare(mut self, place: &str, before: &'v Value, now: &'v Value) -> Vec<Breaking> {
        self.schema(place, before, now);
        self.found
    }

    fn breaks(&mut self, place: &str, cause: String) {
        let mend = if self.direction == Direction::Taken { TAKE } else { GIVE };
        self.found.push(Breaking { place: place.to_owned(), cause, mend });
    }

    fn schema(&mut self, place: &str, before: &'v Value, now: &'v Value) {
        if let (Some(one), Some(other)) = (before["$ref"].as_str(), now["$ref"].as_str())
            && !self.seen.insert((one.to_owned(), other.to_owned()))
        {
            return;
        }
        let (before, now) = (resolve(self.released, before), resolve(self.present, now));
        if before == now && !refers(before) {
            return;
        }
        self.types(place, before, now);
        self.values(place, before, now);
        self.fields(place, before, now);
        self.limits(place, before, now);
        for word in ["items", "additionalProperties"] {
            if before[word].is_object() && now[word].is_object() {
                self.schema(&format!("{place}/{word}"), &before[word], &now[word]);
            }
        }
        for word in ["prefixItems", "allOf", "oneOf", "anyOf"] {
            self.several(place, word, &before[word], &now[word]);
        }
    }

    /// What programs send must go on being one of the types; what they read must not become one of another type.
    fn types(&mut self, place: &str, before: &Value, now: &Value) {
        let (were, are) = (types(before), types(now));
        let (wanted, allowed) = match self.direction {
            Direction::Taken => (&were, &are),
            Direction::Given => (&are, &were),
        };
        if allowed.is_empty() {
            return;
        }
        if wanted.is_empty() || !wanted.is_subset(allowed) {
            let words = |types: &BTreeSet<&str>| {
                if types.is_empty() { "anything".to_owned() } else { types.iter().copied().collect::<Vec<_>>().join(" or ") }
            };
            self.breaks(place, format!("it was {} and is {}", words(&were), words(&are)));
        }
    }

    /// A value that was taken is refused. One that is new in an answer is an addition, which programs have to expect.
    fn values(&mut self, place: &str, before: &Value, now: &Value) {
        let constant = |schema: &Value| schema.get("const").cloned();
        if let (Some(before), Some(now)) = (constant(before), constant(now))
            && before != now
        {
            self.breaks(place, format!("it was {before} and is {now}"));
        }
        if self.direction == Direction::Given {
            return;
        }
        let Some(allowed) = now["enum"].as_array() else { return };
        match before["enum"].as_array() {
            None => self.breaks(place, format!("only {} values are taken", allowed.len())),
            Some(known) => {
                for value in known.iter().filter(|value| !allowed.contains(value)) {
                    self.breaks(place, format!("{value} is no longer taken"));
                }
            }
        }
    }

    fn fields(&mut self, place: &str, before: &'v Value, now: &'v Value) {
        let required = |schema: &'v Value, name: &str| {
            schema["required"].as_array().into_iter().flatten().any(|required| required == name)
        };
        for (name, field) in object(&before["properties"]) {
            let place = format!("{place}/{name}");
            match now["properties"].get(name) {
                // where anything goes, it is still taken
                None if self.direction == Direction::Taken
                    && now["additionalProperties"] != false
                    && !now["properties"].is_object() => {}
                None => self.breaks(&place, "the field is gone".to_owned()),
                Some(other) => {
                    if self.direction == Direction::Given && required(before, name) && !required(now, name) {
                        self.breaks(&place, "the field was always there, and may be missing".to_owned());
                    }
                    self.schema(&place, field, other);
                }
            }
        }
        if self.direction == Direction::Taken {
            for name in now["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !required(before, name) {
                    self.breaks(&format!("{place}/{name}"), "the field has to be given".to_owned());
                }
            }
        }
    }

    /// Narrower limits refuse what was taken.
    fn limits(&mut self, place: &str, before: &Value, now: &Value) {
        if self.direction == Direction::Given {
            return;
        }
        let number = |schema: &Value, word: &str| schema.get(word).and_then(Value::as_f64);
        for (word, is_lower) in [
            ("minimum", true),
            ("minLength", true),
            ("minItems", true),
            ("maximum", false),
            ("maxLength", false),
            ("maxItems", false),
        ] {
            let Some(limit) = number(now, word) else { continue };
            let is_narrower = match number(before, word) {
                None => true,
                Some(known) if is_lower => limit > known,
                Some(known) => limit < known,
            };
            if is_narrower {
                self.breaks(place, format!("{word} is {limit}"));
            }
        }
        if !now["pattern"].is_null() && now["pattern"] != before["pattern"] {
            self.breaks(place, format!("it has to look like {}", now["pattern"]));
        }
    }

    /// The parts of a combination, in their order; those of a choice that programs read may become more, those that they send fewer never.
    fn several(&mut self, place: &str, word: &str, before: &'v Value, now: &'v Value) {
        let (Some(before), Some(now)) = (before.as_array(), now.as_array()) else {
            if before.is_array() != now.is_array() && word != "allOf" {
                self.breaks(place, format!("{word} is {}", if now.is_array() { "new" } else { "gone" }));
            }
            return;
        };
        if word == "prefixItems" || word == "allOf" {
            for (index, (before, now)) in before.iter().zip(now).enumerate() {
                self.schema(&format!("{place}/{index}"), before, now);
            }
            return;
        }
        for variant in before {
            let name = label(variant);
            // the same variant is the one that is called the same
            match now.iter().find(|other| label(other) == name) {
                Some(other) => self.schema(&format!("{place}/{name}"), variant, other),
                None => self.breaks(place, format!("the variant {name} is gone")),
            }
        }
        for name in now.iter().map(label).filter(|name| before.iter().all(|variant| label(variant) != *name)) {
            if self.direction == Direction::Given && name == "null" {
                self.breaks(place, "it may be null".to_owned());
            }
        }
    }
}

/// By what people tell a variant of a choice.
fn label(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    let constants = object(&schema["properties"]).find_map(|(name, field)| {
        let value = field.get("const").or_else(|| field["enum"].as_array().filter(|values| values.len() == 1)?.first())?;
        Some(format!("{name}={value}"))
    });
    let only = || {
        let mut required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        required.next().map(str::to_owned)
    };
    let plain = || types(schema).into_iter().collect::<Vec<_>>().join(" or ");
    constants.or_else(only).unwrap_or_else(plain)
}

fn types(schema: &Value) -> BTreeSet<&str> {
    let named = schema["type"].as_str().into_iter();
    named.chain(schema["type"].as_array().into_iter().flatten().filter_map(Value::as_str)).collect()
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// Whether it refers to other schemas, whose content may have changed.
fn refers(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => fields.contains_key("$ref") || fields.values().any(refers),
        Value::Array(items) => items.iter().any(refers),
        _ => false,
    }
}

/// What a schema refers to, within its document.
fn resolve<'v>(document: &'v Value, schema: &'v Value) -> &'v Value {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    let found = reference.and_then(|pointer| document.pointer(pointer));
    found.unwrap_or(schema)
}
