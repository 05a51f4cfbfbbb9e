//! The shape of a type, read off its `Deserialize`: a deserializer that hands out samples and notes what it was asked for.
//!
//! What is journalled is read back by `Deserialize`, so every event has one, and derived ones say names and order of all fields. One
//! pass shows one variant of each enum; passes are made until every variant was seen. A text that a type refuses is tried in another form:
//! the form that it takes is what it is.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::value::{Error, MapDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::shape::{Choice, Choices, Format, Shape};

/// Forms of texts, in the order in which they are tried.
const FORMS: [&str; 6] = ["text", "1", "1-1", "2026-03-06", "2026-03-06T14:30:00Z", "EUR"];

/// Types that need more passes, or nest deeper, have no end.
const PASSES: usize = 5_000;
const DEPTH: usize = 48;

/// How amounts and quantities are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Spelling {
    /// As the feed has them, with currency and unit: see `feed::payload`.
    #[default]
    Feed,
    /// As their type has them: as numbers.
    Plain,
}

/// The shape of a type, with the enums in it.
pub(super) fn shape<T: Deserialize<'static>>(spelling: Spelling) -> Result<(Shape, Choices), Error> {
    let mut notes = Notes { spelling, ..Notes::default() };
    for _ in 0..PASSES {
        let mut shape = Shape::Anything;
        let (before, forms) = (notes.seen(), notes.texts.len());
        match T::deserialize(Tracer { notes: &mut notes, into: &mut shape, place: String::new(), depth: 0 }) {
            Err(error) => notes.refused(error)?,
            Ok(_) if notes.seen() == before && notes.texts.len() == forms => return Ok((shape, notes.choices)),
            Ok(_) => {}
        }
    }
    Err(de::Error::custom("it has no end"))
}

/// What is known so far.
#[derive(Debug, Default)]
struct Notes {
    spelling: Spelling,
    choices: Choices,
    /// By place: which form a text has there, and what was said of the first one that was refused.
    texts: BTreeMap<String, (usize, String)>,
    /// By place: what is known of a record there that names its variant.
    tagged: BTreeMap<String, (String, Vec<String>)>,
    /// Where the last text was handed out.
    last: String,
    /// Variants that are being looked into.
    busy: Vec<(usize, usize)>,
}

impl Notes {
    fn seen(&self) -> usize {
        self.choices.iter().flat_map(|choice| &choice.known).filter(|known| known.is_some()).count()
    }

    /// The text that was handed out last was refused: next time it has another form.
    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.busy.clear();
        if self.learns_of_variants(&error.to_string()) {
            return Ok(());
        }
        let (form, said) = self.texts.entry(self.last.clone()).or_default();
        if *form == 0 {
            *said = error.to_string();
        }
        *form += 1;
        if *form < FORMS.len() { Ok(()) } else { Err(error) }
    }

    /// A record that names its variant in a field says what it misses: first that field, then the variants.
    fn learns_of_variants(&mut self, said: &str) -> bool {
        if said.contains("internally tagged enum") {
            return self.tagged.insert(self.last.clone(), Default::default()).is_none();
        }
        let Some((tag, variants)) = self.tagged.get_mut(&self.last) else { return false };
        let mut quoted = said.split('`').skip(1).step_by(2).map(str::to_owned);
        match said.split_once('`') {
            Some(("missing field ", _)) if tag.is_empty() => *tag = quoted.next().unwrap_or_default(),
            Some(("unknown variant ", _)) if variants.is_empty() => *variants = quoted.skip(1).collect(),
            _ => return false,
        }
        true
    }

    fn text(&mut self, place: &str) -> (&'static str, Format) {
        self.last.clear();
        self.last.push_str(place);
        let (form, said) = self.texts.get(place).map_or((0, ""), |(form, said)| (*form, said.as_str()));
        let format = match form {
            0 => Format::Free,
            1 | 2 => pattern(said).map_or(Format::Free, Format::Pattern),
            3 => Format::Date,
            4 => Format::DateTime,
            _ => Format::Currency,
        };
        (FORMS[form.min(FORMS.len() - 1)], format)
    }

    fn choice(&mut self, name: &'static str, variants: &'static [&'static str]) -> usize {
        let at = self.choices.iter().position(|choice| choice.name == name && choice.variants == variants);
        at.unwrap_or_else(|| {
            self.choices.push(Choice { name, variants, known: vec![None; variants.len()] });
            self.choices.len() - 1
        })
    }

    /// The variant to look at next: one that nobody has seen, else one behind which there is something that nobody has seen, else a bare
    /// name, which ends whatever recurs, else the first.
    fn next(&self, choice: usize) -> usize {
        let known = &self.choices[choice].known;
        let is_free = |at: &usize| !self.busy.contains(&(choice, *at));
        let unseen = || (0..known.len()).find(|at| known[*at].is_none() && is_free(at));
        let behind = || {
            let leads_on = |shape: &Shape| self.leads_on(shape, &mut vec![choice]);
            (0..known.len()).find(|at| is_free(at) && matches!(&known[*at], Some(Some(shape)) if leads_on(shape)))
        };
        let bare = || known.iter().position(|known| *known == Some(None));
        unseen().or_else(behind).or_else(bare).unwrap_or_default()
    }

    /// Whether an enum with a variant that nobody has seen can be reached.
    fn leads_on(&self, shape: &Shape, passed: &mut Vec<usize>) -> bool {
        match shape {
            Shape::Optional(inner) | Shape::List(inner) | Shape::Map(inner) => self.leads_on(inner, passed),
            Shape::Tuple(items) => items.iter().any(|item| self.leads_on(item, passed)),
            Shape::Record(fields) => fields.iter().any(|(_, field)| self.leads_on(field, passed)),
            Shape::Choice(at) if passed.contains(at) => false,
            Shape::Choice(at) => {
                passed.push(*at);
                let mut known = self.choices[*at].known.iter();
                known.any(|known| {
                    known.as_ref().is_none_or(|inner| inner.as_ref().is_some_and(|inner| self.leads_on(inner, passed)))
                })
            }
            _ => false,
        }
    }
}

/// `^SO-[0-9]+$` of "… is not an id such as SO-17".
fn pattern(said: &str) -> Option<String> {
    let (_, example) = said.rsplit_once("such as ")?;
    let mut pattern = String::from("^");
    let mut digits = false;
    for letter in example.chars() {
        match (letter.is_ascii_digit(), digits) {
            (true, true) => {}
            (true, false) => pattern.push_str("[0-9]+"),
            (false, _) => pattern.push(letter),
        }
        digits = letter.is_ascii_digit();
    }
    Some(pattern + "$")
}

/// At one place.
struct Tracer<'n> {
    notes: &'n mut Notes,
    into: &'n mut Shape,
    place: String,
    depth: usize,
}

impl Tracer<'_> {
    /// At a place below.
    fn below<'m>(&'m mut self, name: &str, into: &'m mut Shape) -> Tracer<'m> {
        Tracer { notes: self.notes, into, place: format!("{}/{name}", self.place), depth: self.depth + 1 }
    }

    fn integer<V>(self, natural: bool, visited: Result<V, Error>) -> Result<V, Error> {
        *self.into = Shape::Integer { natural };
        visited
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $natural:literal),*) => {$(
        fn $method<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
            self.integer($natural, visitor.$visit(1))
        }
    )*};
}

impl<'n> Deserializer<'static> for Tracer<'n> {
    type Error = Error;

    /// Only what takes several forms asks for anything: a decimal, which is written as text, and a record that names its variant.
    fn deserialize_any<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        self.notes.last.clone_from(&self.place);
        let Some((tag, variants)) = self.notes.tagged.get(&self.place).cloned() else {
            *self.into = Shape::Text(Format::Decimal);
            return visitor.visit_borrowed_str("1");
        };
        let entry = (!tag.is_empty()).then(|| (tag.clone(), variants.first().cloned().unwrap_or_default()));
        *self.into = Shape::Tagged { tag, variants };
        visitor.visit_map(MapDeserializer::new(entry.into_iter()))
    }

    fn deserialize_bool<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.into = Shape::Bool;
        visitor.visit_bool(true)
    }

    integers!(
        deserialize_i8 visit_i8 false, deserialize_i16 visit_i16 false, deserialize_i32 visit_i32 false,
        deserialize_i64 visit_i64 false, deserialize_u8 visit_u8 true, deserialize_u16 visit_u16 true,
        deserialize_u32 visit_u32 true, deserialize_u64 visit_u64 true
    );

    fn deserialize_f32<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.into = Shape::Number;
        visitor.visit_f32(1.0)
    }

    fn deserialize_f64<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.into = Shape::Number;
        visitor.visit_f64(1.0)
    }

    fn deserialize_char<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.into = Shape::Text(Format::Free);
        visitor.visit_char('x')
    }

    fn deserialize_str<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        let (text, format) = self.notes.text(&self.place);
        *self.into = Shape::Text(format);
        visitor.visit_borrowed_str(text)
    }

    fn deserialize_string<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.into = Shape::List(Box::new(Shape::Integer { natural: true }));
        visitor.visit_borrowed_bytes(&[])
    }

    fn deserialize_byte_buf<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'static>>(mut self, visitor: V) -> Result<V::Value, Error> {
        if self.depth > DEPTH {
            return visitor.visit_none();
        }
        let mut inner = Shape::Anything;
        let value = visitor.visit_some(self.below("?", &mut inner))?;
        *self.into = Shape::Optional(Box::new(inner));
        Ok(value)
    }

    fn deserialize_unit<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.into = Shape::Null;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'static>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'static>>(mut self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        let mut inner = Shape::Anything;
        let value = visitor.visit_newtype_struct(self.below(name, &mut inner))?;
        *self.into = match (name, self.notes.spelling) {
            ("Amount", Spelling::Feed) => Shape::Money,
            ("Quantity", Spelling::Feed) => Shape::Quantity,
            _ => inner,
        };
        Ok(value)
    }

    fn deserialize_seq<V: Visitor<'static>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let mut shapes = Vec::new();
        let count = usize::from(self.depth <= DEPTH);
        let mut unused = Shape::Anything;
        let items = Items { tracer: self.below("[]", &mut unused), shapes: &mut shapes, left: count };
        let value = visitor.visit_seq(items)?;
        *self.into = Shape::List(Box::new(shapes.pop().unwrap_or_default()));
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'static>>(mut self, length: usize, visitor: V) -> Result<V::Value, Error> {
        let mut shapes = Vec::new();
        let mut unused = Shape::Anything;
        let items = Items { tracer: self.below("()", &mut unused), shapes: &mut shapes, left: length };
        let value = visitor.visit_seq(items)?;
        *self.into = Shape::Tuple(shapes);
        Ok(value)
    }

    fn deserialize_tuple_struct<V: Visitor<'static>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'static>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let mut shape = Shape::Anything;
        let entries = Entries { tracer: self.below("{}", &mut shape), left: 1 };
        let value = visitor.visit_map(entries)?;
        *self.into = Shape::Map(Box::new(shape));
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'static>>(
        mut self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut fields = Vec::new();
        let mut unused = Shape::Anything;
        let walk = Fields { tracer: self.below(".", &mut unused), names, fields: &mut fields };
        let value = visitor.visit_map(walk)?;
        *self.into = Shape::Record(fields);
        Ok(value)
    }

    fn deserialize_enum<V: Visitor<'static>>(
        mut self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.depth > DEPTH {
            return Err(de::Error::custom(format_args!("{name} nests without an end")));
        }
        let choice = self.notes.choice(name, variants);
        let variant = self.notes.next(choice);
        self.notes.busy.push((choice, variant));
        let (mut shape, mut unused) = (None, Shape::Anything);
        let chosen = variants.get(variant).copied().unwrap_or_default();
        let value = visitor.visit_enum(Chosen { tracer: self.below(chosen, &mut unused), chosen, shape: &mut shape })?;
        self.notes.busy.pop();
        if let Some(known) = self.notes.choices[choice].known.get_mut(variant) {
            *known = Some(shape);
        }
        *self.into = Shape::Choice(choice);
        Ok(value)
    }

    fn deserialize_identifier<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

/// The items of a list, or the places of a tuple.
struct Items<'n> {
    tracer: Tracer<'n>,
    shapes: &'n mut Vec<Shape>,
    left: usize,
}

impl SeqAccess<'static> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'static>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut shape = Shape::Anything;
        let place = self.shapes.len().to_string();
        let value = seed.deserialize(self.tracer.below(&place, &mut shape))?;
        self.shapes.push(shape);
        Ok(Some(value))
    }
}

/// The entries of a map: one.
struct Entries<'n> {
    tracer: Tracer<'n>,
    left: usize,
}

impl MapAccess<'static> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'static>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(self.tracer.below("key", &mut Shape::Anything)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'static>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let mut shape = Shape::Anything;
        let value = seed.deserialize(self.tracer.below("value", &mut shape))?;
        *self.tracer.into = shape;
        Ok(value)
    }
}

/// The fields of a record.
struct Fields<'n> {
    tracer: Tracer<'n>,
    names: &'static [&'static str],
    fields: &'n mut Vec<(&'static str, Shape)>,
}

impl MapAccess<'static> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'static>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(name) = self.names.get(self.fields.len()) else { return Ok(None) };
        seed.deserialize((*name).into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'static>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let name = self.names.get(self.fields.len()).copied().unwrap_or_default();
        let mut shape = Shape::Anything;
        let value = seed.deserialize(self.tracer.below(name, &mut shape))?;
        self.fields.push((name, shape));
        Ok(value)
    }
}

/// The variant of an enum that is looked into.
struct Chosen<'n> {
    tracer: Tracer<'n>,
    chosen: &'static str,
    shape: &'n mut Option<Shape>,
}

impl<'n> EnumAccess<'static> for Chosen<'n> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'static>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let value = seed.deserialize(IntoDeserializer::<Error>::into_deserializer(self.chosen))?;
        Ok((value, self))
    }
}

impl VariantAccess<'static> for Chosen<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'static>>(mut self, seed: T) -> Result<T::Value, Error> {
        let mut inner = Shape::Anything;
        let value = seed.deserialize(self.tracer.below("0", &mut inner))?;
        *self.shape = Some(inner);
        Ok(value)
    }

    fn tuple_variant<V: Visitor<'static>>(mut self, length: usize, visitor: V) -> Result<V::Value, Error> {
        let mut inner = Shape::Anything;
        let value = self.tracer.below("", &mut inner).deserialize_tuple(length, visitor)?;
        *self.shape = Some(inner);
        Ok(value)
    }

    fn struct_variant<V: Visitor<'static>>(
        mut self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut inner = Shape::Anything;
        let value = self.tracer.below("", &mut inner).deserialize_struct("", fields, visitor)?;
        *self.shape = Some(inner);
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use units::{Amount, Day, Quantity, Timestamp};

    use super::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its shape is wanted")]
    enum Sample {
        Nothing,
        Paid(Amount),
        Moved { order: trade::OrderId, on: Option<Day>, at: Timestamp, lines: Vec<(u32, Quantity)> },
    }

    #[test]
    fn a_type_tells_its_fields_its_variants_and_how_its_texts_are_written() {
        let (shape, choices) = shape::<Sample>(Spelling::Feed).unwrap();
        let schema = shape.schema(&choices);
        let variants = schema["oneOf"].as_array().unwrap();
        assert_eq!(variants[2], json!({ "type": "string", "enum": ["nothing"] }));
        assert_eq!(variants[0]["properties"]["paid"]["required"], json!(["amount", "currency"]));
        let moved = &variants[1]["properties"]["moved"];
        assert_eq!(moved["required"], json!(["order", "on", "at", "lines"]));
        assert_eq!(moved["properties"]["order"], json!({ "type": "string", "pattern": "^SO-[0-9]+$" }));
        assert_eq!(moved["properties"]["on"]["anyOf"][0], json!({ "type": "string", "format": "date" }));
        assert_eq!(moved["properties"]["at"]["format"], "date-time");
        let line = &moved["properties"]["lines"]["items"];
        assert_eq!(line["prefixItems"][0], json!({ "type": "integer", "minimum": 0 }));
        assert_eq!(line["prefixItems"][1]["required"], json!(["value"]));
    }

    #[test]
    fn a_record_that_names_its_variant_tells_the_variants() {
        #[derive(Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        #[expect(dead_code, reason = "only its shape is wanted")]
        enum Policy {
            Plain,
            Late { days: u8 },
        }
        let (policy, choices) = shape::<Vec<Policy>>(Spelling::Feed).unwrap();
        let schema = policy.schema(&choices);
        assert_eq!(schema["items"]["properties"]["kind"]["enum"], json!(["plain", "late"]));
    }

    #[test]
    fn a_type_that_contains_itself_comes_to_an_end() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only its shape is wanted")]
        enum Tree {
            Leaf,
            Branch(Box<Tree>),
        }
        let (tree, choices) = shape::<Tree>(Spelling::Plain).unwrap();
        let schema = tree.schema(&choices);
        assert_eq!(schema["oneOf"][0]["properties"]["Branch"], json!({}), "it says no more of what is inside");
    }
}
