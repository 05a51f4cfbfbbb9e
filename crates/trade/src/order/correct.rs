//! A person says what a line means.

use units::{Decimal, Quantity};

use super::event::OrderEvent;
use super::find::{existing_and_live, wrong_status};
use super::state::Line;
use super::validate;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::refusal::Refusal;

/// Says which item a line stands for and how many base units of it, then validates the order again.
///
/// Only for lines of which no unit is promised yet; refused for an unknown or discontinued item and for quantities out of range.
/// Source: domain §1.12 (ITEM-XREF).
pub fn correct_line(
    books: &mut dyn Books,
    id: OrderId,
    line: LineNo,
    item: &ItemId,
    quantity: Quantity,
    cx: &Context,
) -> Result<(), Stop> {
    let order = existing_and_live(books, id, "it has no line to correct")?;
    let Some(before) = order.line(line) else {
        return Err(Refusal::invalid("line", line, "a line of the order").into());
    };
    if !quantity.is_positive() || quantity > Quantity::LIMIT {
        return Err(Refusal::invalid("quantity", quantity, "more than 0, at most 1,000,000,000").into());
    }
    if before.buckets.open + before.buckets.cancelled != before.ordered() {
        return Err(wrong_status(&order, "units of the line are promised or gone").into());
    }
    let known = books.item(item)?.ok_or_else(|| Refusal::NotFound(Key::Item(item.clone())))?;
    if known.discontinued {
        return Err(Refusal::invalid("item", item, "an item that is still sold").into());
    }
    let correction = OrderEvent::LineCorrected {
        line,
        item: item.clone(),
        ordered: quantity + before.buckets.cancelled,
        requested_price: price_per_base(before, quantity),
    };
    let raises = quantity > before.ordered() - before.buckets.cancelled;
    drop(order);
    if raises {
        books.record(&id, OrderEvent::ExposureRaised { by: cx.actor.id.clone() });
    }
    books.record(&id, correction);
    validate(books, id, cx)
}

/// The customer's price was for the customer's unit: what the line costs in all stays the same.
fn price_per_base(line: &Line, quantity: Quantity) -> Option<Decimal> {
    let Some(written) = &line.unresolved else { return line.requested_price };
    written.price?.checked_mul(written.quantity)?.checked_div(Decimal::from(quantity.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, clerk, submitted};
    use crate::order::{Submission, SubmittedLine};

    #[test]
    fn a_corrected_line_lifts_the_hold_and_keeps_what_the_line_costs() {
        let mut story = Story::new();
        let line = SubmittedLine { price: Some("24".parse().unwrap()), ..submitted("CASE-OF-X", "2") };
        let id = story.receive(&Submission { lines: vec![line], ..story.submission() }).unwrap();
        story.validate(id);
        assert_eq!(story.order(id).holds.len(), 1);
        correct_line(story.books(), id, LineNo(1), &"X".into(), Quantity(24), &clerk("ann", 1)).unwrap();
        let order = story.order(id);
        assert_eq!((order.holds.len(), order.lines[0].buckets.open), (0, Quantity(24)));
        assert_eq!(order.lines[0].requested_price, Some("2".parse().unwrap()));
    }

    #[test]
    fn a_line_with_promised_units_is_not_corrected() {
        let mut story = Story::new();
        story.stock("X", "WH1", 5);
        let id = story.promised(&[("X", 5)]);
        let refused = correct_line(story.books(), id, LineNo(1), &"Y".into(), Quantity(5), &clerk("ann", 1));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::WrongStatus { .. }))));
    }
}
