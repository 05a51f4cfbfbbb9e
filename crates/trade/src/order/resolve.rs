//! From a line as the customer wrote it to a line in our items and base units.

use compact_str::format_compact;
use units::{Amount, Currency, Decimal, Quantity, Text, Uom};

use super::state::{Buckets, Line, Unresolved};
use super::submission::SubmittedLine;
use crate::books::{Books, Stop};
use crate::ids::*;
use crate::master::{Item, item_named};
use crate::refusal::Refusal;

/// A quantity and price in the item's base unit.
pub(super) struct Reading {
    pub(super) quantity: Quantity,
    pub(super) price: Option<Decimal>,
}

/// Reads a quantity of a unit; if that cannot be done, the answer says why.
pub(super) fn read(item: &Item, uom: &Uom, quantity: Decimal, price: Option<Decimal>) -> Result<Reading, Text> {
    let Some(factor) = item.factor(uom) else {
        return Err(format_compact!("{} is not sold by {uom}", item.id));
    };
    let base = factor.to_base(quantity).filter(|base| base.is_positive());
    let Some(base) = base else {
        return Err(format_compact!("{quantity} {uom} of {} is no whole number of {}", item.id, item.base_uom));
    };
    let per_base = |price: Decimal| {
        price.checked_mul(Decimal::from(u64::from(factor.per)))?.checked_div(Decimal::from(u64::from(factor.base)))
    };
    Ok(Reading { quantity: base, price: price.and_then(per_base) })
}

/// Makes an order line of a submitted one; `at` is its place in the submission, for refusals.
///
/// A line that names an unknown item or unit, or a broken quantity, is kept as it was written: validation places the hold.
pub(super) fn line(
    books: &mut dyn Books,
    no: LineNo,
    at: usize,
    submitted: &SubmittedLine,
    currency: Currency,
) -> Result<Line, Stop> {
    check(at, submitted)?;
    let item = item_named(books, &submitted.item)?;
    let reading = item.as_ref().map(|item| read(item, &submitted.uom, submitted.quantity, submitted.price));
    let too_large = |wanted| Refusal::invalid(format_compact!("lines[{at}].quantity"), submitted.quantity, wanted);
    let mut line = Line { no, item: ItemId(submitted.item.clone()), uom: submitted.uom.clone(), ..Line::default() };
    line.ship_group = submitted.ship_group.clone().filter(|group| !group.is_empty());
    line.quote = submitted.quote.trim().into();
    match (item, reading) {
        (Some(item), Some(Ok(reading))) => {
            line.item = item.id.clone();
            line.tax_category = item.tax_category.clone();
            line.buckets = Buckets::ordered_now(reading.quantity);
            line.requested_price = reading.price;
        }
        _ => {
            // a broken quantity counts as the next whole one, so that no line is empty
            let rounded = submitted.quantity.round(0, units::Rounding::Ceiling).to_i64().map(Quantity);
            let units = rounded.filter(|units| *units <= Quantity::LIMIT);
            line.buckets = Buckets::ordered_now(units.ok_or_else(|| too_large("at most 1,000,000,000"))?);
            line.requested_price = submitted.price;
            line.unresolved = Some(Unresolved {
                item: submitted.item.clone(),
                description: submitted.description.clone(),
                quantity: submitted.quantity,
                uom: submitted.uom.clone(),
                price: submitted.price,
            });
        }
    }
    line.price = line.requested_price.unwrap_or_default();
    if Amount::of(line.price, line.ordered(), currency).is_none() {
        return Err(too_large("a line worth less than 10,000,000,000,000").into());
    }
    Ok(line)
}

fn check(at: usize, submitted: &SubmittedLine) -> Result<(), Refusal> {
    if submitted.item.trim().is_empty() {
        return Err(Refusal::invalid(format_compact!("lines[{at}].item"), "empty", "the code of an item"));
    }
    let quantity = submitted.quantity;
    if quantity.is_zero() || quantity.is_negative() || quantity > Decimal::from(Quantity::LIMIT.0) {
        return Err(Refusal::invalid(
            format_compact!("lines[{at}].quantity"),
            quantity,
            "more than 0, at most 1,000,000,000",
        ));
    }
    match submitted.price {
        Some(price) if price.is_negative() => {
            Err(Refusal::invalid(format_compact!("lines[{at}].price"), price, "a price that is not below zero"))
        }
        _ => Ok(()),
    }
}
