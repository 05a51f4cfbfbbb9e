//! What an event says, as JSON for others: money with its currency, quantities with their unit.

use std::cell::RefCell;

use serde::Serialize;
use serde::ser::{self, Serializer};
use serde_json::{Error, Map, Value};
use units::{Amount, Currency, Uom};

use crate::view::money;

/// In what an event counts.
pub(super) trait Measures {
    /// The currency of its amounts.
    fn currency(&self) -> Currency;

    /// The company's currency, in which limits and what counts against them are, and gains by exchange rates.
    fn ours(&self) -> Currency;

    /// The unit of quantities at a place; `None` if nobody knows it.
    fn unit(&self, place: &Place) -> Option<Uom>;
}

/// What quantities are of.
pub(super) enum Place {
    /// The item that the event is about, where it has named neither item nor line.
    Own,
    /// An item, by its code.
    Item(String),
    /// A line of the order that the event is about.
    Line(String),
}

/// A value as JSON. Amounts become `{"amount","currency"}` and quantities `{"value","uom"}` (domain §1.5.2), in the base unit of the item
/// that was named last: by itself, or by a line of the order that the event is about.
pub(super) fn payload(value: &impl Serialize, measures: &dyn Measures) -> Result<Value, Error> {
    let unit = RefCell::new(Unit { known: None, turned_to: vec![Place::Own] });
    value.serialize(Writer { measures, unit: &unit, is_ours: false })
}

/// Fields that are in the company's currency, whatever the event is about.
const OURS: [&str; 8] =
    ["credit_limit", "exposure", "exposure_parts", "insurance_limit", "limit", "order_value", "realised", "secured"];
/// Fields that are left empty: everybody reads the feed, and what goods cost is not for everybody.
const NOT_FOR_ALL: [&str; 1] = ["landed_cost"];
/// Types whose amounts are.
const OUR_TYPES: [&str; 1] = ["Hold"];

/// In which unit quantities are: looked up where one is written, which most events do not do.
struct Unit {
    known: Option<Uom>,
    /// What was named since then.
    turned_to: Vec<Place>,
}

impl Unit {
    /// The unit of what was named last of which the unit is known.
    fn now(&mut self, measures: &dyn Measures) -> Option<&Uom> {
        let found = self.turned_to.iter().rev().find_map(|place| measures.unit(place));
        self.turned_to.clear();
        self.known = found.or(self.known.take());
        self.known.as_ref()
    }
}

/// Writes JSON, and looks at the names of the types that it writes.
#[derive(Clone, Copy)]
struct Writer<'s> {
    measures: &'s dyn Measures,
    /// The unit in which quantities are at this place.
    unit: &'s RefCell<Unit>,
    /// Amounts at this place are in the company's currency.
    is_ours: bool,
}

impl Writer<'_> {
    fn quantity(self, value: &Value) -> Value {
        let mut quantity = Map::new();
        quantity.insert("value".to_owned(), Value::String(value.to_string()));
        if let Some(unit) = self.unit.borrow_mut().now(self.measures) {
            quantity.insert("uom".to_owned(), Value::String(unit.to_string()));
        }
        Value::Object(quantity)
    }

    fn amount(self, value: &Value) -> Value {
        let currency = if self.is_ours { self.measures.ours() } else { self.measures.currency() };
        let money = money(Amount(value.as_i64().unwrap_or_default()), currency);
        serde_json::json!({ "amount": money.amount, "currency": money.currency })
    }

    /// What is written from here on is about that item or line; one that nobody knows changes nothing.
    fn turn_to(self, place: fn(String) -> Place, value: &Value) {
        if let Value::String(name) = value {
            self.unit.borrow_mut().turned_to.push(place(name.clone()));
        }
    }
}

fn variant(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

fn wrapped(name: Option<&str>, value: Value) -> Value {
    match name {
        Some(name) => variant(name, value),
        None => value,
    }
}

impl<'s> Serializer for Writer<'s> {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Items<'s>;
    type SerializeTuple = Items<'s>;
    type SerializeTupleStruct = Items<'s>;
    type SerializeTupleVariant = Items<'s>;
    type SerializeMap = Fields<'s>;
    type SerializeStruct = Fields<'s>;
    type SerializeStructVariant = Fields<'s>;

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<Value, Error> {
        let value = value.serialize(self)?;
        Ok(match name {
            "Amount" => self.amount(&value),
            "Quantity" => self.quantity(&value),
            "LineNo" => {
                self.turn_to(Place::Line, &value);
                value
            }
            "ItemId" => {
                self.turn_to(Place::Item, &value);
                value
            }
            _ => value,
        })
    }

    fn serialize_bool(self, value: bool) -> Result<Value, Error> {
        Ok(Value::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_u8(self, value: u8) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_f32(self, value: f32) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Value, Error> {
        Ok(value.into())
    }

    fn serialize_char(self, value: char) -> Result<Value, Error> {
        Ok(Value::String(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<Value, Error> {
        Ok(Value::String(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Value, Error> {
        Ok(Value::from(value))
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<Value, Error> {
        Ok(Value::String(name.to_owned()))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        Ok(variant(name, value.serialize(self)?))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'s>, Error> {
        Ok(Items { writer: self, variant: None, items: Vec::new() })
    }

    fn serialize_tuple(self, length: usize) -> Result<Items<'s>, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Items<'s>, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, name: &'static str, _: usize) -> Result<Items<'s>, Error> {
        Ok(Items { writer: self, variant: Some(name), items: Vec::new() })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'s>, Error> {
        Ok(Fields { writer: self, variant: None, key: None, fields: Map::new() })
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Fields<'s>, Error> {
        let is_ours = self.is_ours || OUR_TYPES.contains(&name);
        Self { is_ours, ..self }.serialize_map(Some(length))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, name: &'static str, _: usize) -> Result<Fields<'s>, Error> {
        Ok(Fields { writer: self, variant: Some(name), key: None, fields: Map::new() })
    }
}

/// A list on its way.
struct Items<'s> {
    writer: Writer<'s>,
    variant: Option<&'static str>,
    items: Vec<Value>,
}

impl Items<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.items.push(value.serialize(self.writer)?);
        Ok(())
    }

    fn done(self) -> Value {
        wrapped(self.variant, Value::Array(self.items))
    }
}

/// An object on its way.
struct Fields<'s> {
    writer: Writer<'s>,
    variant: Option<&'static str>,
    key: Option<String>,
    fields: Map<String, Value>,
}

impl Fields<'_> {
    fn insert<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Error> {
        let is_ours = self.writer.is_ours || OURS.contains(&key);
        let value =
            if NOT_FOR_ALL.contains(&key) { Value::Null } else { value.serialize(Writer { is_ours, ..self.writer })? };
        self.fields.insert(key.to_owned(), value);
        Ok(())
    }

    fn done(self) -> Value {
        wrapped(self.variant, Value::Object(self.fields))
    }
}

macro_rules! items {
    ($($kind:ident . $method:ident),*) => {$(
        impl ser::$kind for Items<'_> {
            type Ok = Value;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.push(value)
            }

            fn end(self) -> Result<Value, Error> {
                Ok(self.done())
            }
        }
    )*};
}

items!(
    SerializeSeq.serialize_element,
    SerializeTuple.serialize_element,
    SerializeTupleStruct.serialize_field,
    SerializeTupleVariant.serialize_field
);

macro_rules! fields {
    ($($kind:ident),*) => {$(
        impl ser::$kind for Fields<'_> {
            type Ok = Value;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.insert(key, value)
            }

            fn end(self) -> Result<Value, Error> {
                Ok(self.done())
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Fields<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(match key.serialize(self.writer)? {
            Value::String(key) => key,
            other => other.to_string(),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().unwrap_or_default();
        self.insert(&key, value)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(self.done())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use trade::order::{Bucket, OrderEvent};
    use trade::{Event, ItemId, LineNo, OrderId};
    use units::Quantity;

    use super::*;

    /// Line 1 is counted in pieces and line 2 in metres; items in boxes.
    struct Sample;

    impl Measures for Sample {
        fn currency(&self) -> Currency {
            Currency::GBP
        }

        fn ours(&self) -> Currency {
            Currency::EUR
        }

        fn unit(&self, place: &Place) -> Option<Uom> {
            match place {
                Place::Item(_) => Some("BX".into()),
                Place::Line(line) if line == "L-1" => Some("EA".into()),
                Place::Line(line) if line == "L-2" => Some("MTR".into()),
                _ => None,
            }
        }
    }

    fn told(value: &impl Serialize) -> Value {
        payload(value, &Sample).unwrap()
    }

    #[test]
    fn money_has_its_currency_and_a_quantity_the_unit_of_its_line() {
        let event = OrderEvent::Invoiced {
            invoice: trade::InvoiceId(7),
            lines: vec![(LineNo(1), Quantity(3), Amount(1_050)), (LineNo(2), Quantity(40), Amount(-5))],
            freight: Amount::ZERO,
            discount: Amount(100),
            deposit: Amount::ZERO,
            consumed: Amount::ZERO,
            receivable: Amount(1_145),
        };
        let gbp = |amount: &str| json!({ "amount": amount, "currency": "GBP" });
        let told = told(&Event::Order(OrderId(9), event));
        let fact = &told["Order"][1]["Invoiced"];
        assert_eq!(told["Order"][0], "SO-9");
        assert_eq!(fact["lines"][0], json!(["L-1", { "value": "3", "uom": "EA" }, gbp("10.50")]));
        assert_eq!(fact["lines"][1], json!(["L-2", { "value": "40", "uom": "MTR" }, gbp("-0.05")]));
        assert_eq!(fact["receivable"], gbp("11.45"));
    }

    #[test]
    fn limits_and_what_counts_against_them_are_in_the_companys_currency() {
        let checked = trade::account::AccountEvent::CreditChecked {
            order: OrderId(9),
            exposure: Amount(1_100),
            limit: Some(Amount(1_000)),
            decision: "CR-LIMIT".into(),
            degraded: false,
            exposure_parts: trade::credit::Exposure { receivable: Amount(900), ..Default::default() },
            order_value: Amount(200),
            policy_version: 1,
            account_version: 4,
        };
        let eur = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
        let told = told(&checked);
        assert_eq!(told["CreditChecked"]["exposure"], eur("11.00"));
        assert_eq!(told["CreditChecked"]["limit"], eur("10.00"));
        assert_eq!(told["CreditChecked"]["exposure_parts"]["receivable"], eur("9.00"));
        assert_eq!(told["CreditChecked"]["order_value"], eur("2.00"));
    }

    #[test]
    fn a_quantity_without_a_known_unit_says_none() {
        let moved = OrderEvent::Moved { line: LineNo(3), from: Bucket::Open, to: Bucket::Allocated, quantity: Quantity(2) };
        assert_eq!(told(&moved)["Moved"]["quantity"], json!({ "value": "2" }));
        let named = (ItemId::from("A"), Quantity(2));
        assert_eq!(told(&named), json!(["A", { "value": "2", "uom": "BX" }]));
    }

    #[test]
    fn what_goods_cost_is_not_told() {
        let item = trade::master::Item {
            landed_cost: Some(units::Decimal::ONE),
            list_price: Some(units::Decimal::ONE),
            ..trade::master::Item::default()
        };
        let item = told(&trade::master::ItemEvent::Set(Box::new(item)));
        assert_eq!((&item["Set"]["landed_cost"], &item["Set"]["list_price"]), (&Value::Null, &json!("1")));
    }

    #[test]
    fn everything_else_is_as_json_has_it() {
        let event = Event::Order(
            OrderId(1),
            OrderEvent::HoldReleased {
                kind: trade::order::HoldKind::Credit,
                by: "ann".into(),
                reason: "paid".into(),
                authority: vec![trade::Role::CreditClerk],
                expires: None,
            },
        );
        assert_eq!(told(&event), serde_json::to_value(&event).unwrap());
        let item = trade::master::ItemEvent::Set(Box::default());
        assert_eq!(told(&item), serde_json::to_value(&item).unwrap());
    }
}
