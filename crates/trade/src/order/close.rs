//! Nothing is left to do.

use units::Text;

use super::event::OrderEvent;
use super::find::existing;
use super::state::{Bucket, Order};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;

/// Closes an order when every unit has shipped or was cancelled, what shipped is invoiced, nothing is owed and nothing holds it.
///
/// Says whether the order is closed now; before its time nothing happens. A rejected order is over without being closed. Source:
/// domain §1.5.1, §1.5.3 (12).
pub fn close(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<bool, Stop> {
    let order = existing(books, id)?;
    if order.closed_at.is_some() {
        return Ok(true);
    }
    let is_done = order.is_fulfilled() && order.is_invoiced() && order.receivable.is_zero() && order.holds.is_empty();
    if !is_done || order.rejected.is_some() {
        return Ok(false);
    }
    let reason = Text::const_new(reason(&order));
    drop(order);
    books.record(&id, OrderEvent::Closed { at: cx.now, reason });
    Ok(true)
}

/// Why an order is over that is closed now.
fn reason(order: &Order) -> &'static str {
    let has_shipped = order.units_in(Bucket::Shipped).is_positive();
    match order.lines.iter().any(|line| line.buckets.shipped > line.sent_back) {
        true => "settled",
        false if has_shipped => "sent_back",
        false => "cancelled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};
    use units::{Amount, Quantity};

    #[test]
    fn an_order_closes_only_when_it_is_shipped_invoiced_and_paid() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        assert_eq!(close(story.books(), id, &at(1)), Ok(false));
        story.ship_everything(id);
        assert_eq!(close(story.books(), id, &at(2)), Ok(false));
        let invoiced = OrderEvent::Invoiced {
            invoice: InvoiceId(1),
            lines: vec![(LineNo(1), Quantity(10), Amount(10_000))],
            freight: Amount(0),
            discount: Amount(0),
            deposit: Amount(0),
            consumed: Amount(0),
            receivable: Amount(10_000),
        };
        story.books().record(&id, invoiced);
        assert_eq!(close(story.books(), id, &at(3)), Ok(false));
        story.books().record(&id, OrderEvent::ReceivableChanged { by: Amount(-10_000) });
        story.books.take_events();
        assert_eq!(close(story.books(), id, &at(4)), Ok(true));
        let closed = OrderEvent::Closed { at: at(4).now, reason: "settled".into() };
        assert_eq!(story.books.take_events(), [crate::Event::Order(id, closed)]);
        assert_eq!(close(story.books(), id, &at(5)), Ok(true));
        assert_eq!(story.books.take_events(), []);
    }
}
