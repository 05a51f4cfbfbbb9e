//! What a warehouse and a carrier answer to a release.

use units::Text;

use super::drop::{drop_units, warehouse_order};
use super::state::{Booking, Progress, WarehouseOrderEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::Bucket;
use crate::refusal::Refusal;

/// The warehouse has received the release.
pub fn sent(books: &mut dyn Books, id: WarehouseOrderId, _cx: &Context) -> Result<(), Stop> {
    if warehouse_order(books, id)?.progress < Progress::Sent {
        books.record(&id, WarehouseOrderEvent::Sent);
    }
    Ok(())
}

/// The warehouse will do it. Says whether that is news.
pub fn acknowledge(books: &mut dyn Books, id: WarehouseOrderId, _cx: &Context) -> Result<bool, Stop> {
    let is_new = warehouse_order(books, id)?.progress < Progress::Acknowledged;
    if is_new {
        books.record(&id, WarehouseOrderEvent::Acknowledged);
    }
    Ok(is_new)
}

/// The warehouse refuses: units that were to be cancelled anyway are, and the rest goes back to the order, to be sourced elsewhere.
///
/// Refused once something has shipped. A release that is over stays as it is. Source: domain §1.1.7 (refused), §1.5.3.
pub fn reject(books: &mut dyn Books, id: WarehouseOrderId, reason: &str, _cx: &Context) -> Result<(), Stop> {
    let released = warehouse_order(books, id)?;
    if released.is_done() {
        return Ok(());
    }
    if !released.shipments.is_empty() {
        return Err(Refusal::Conflict(Text::from(format!("part of {id} has shipped: it cannot be refused any more"))).into());
    }
    let reason = Text::from(reason);
    for line in &released.lines {
        let cancelled = (line.cancelling - line.stopping).min(line.outstanding());
        drop_units(books, id, line.line, cancelled, Bucket::Cancelled, &reason)?;
        let left = line.outstanding() - cancelled;
        drop_units(books, id, line.line, left, Bucket::Open, &reason)?;
    }
    books.record(&id, WarehouseOrderEvent::Rejected { reason });
    Ok(())
}

/// A carrier took it. A booking that is there already stays.
pub fn book(books: &mut dyn Books, id: WarehouseOrderId, booking: Booking, _cx: &Context) -> Result<(), Stop> {
    if warehouse_order(books, id)?.booking.as_ref() != Some(&booking) {
        books.record(&id, WarehouseOrderEvent::Booked(booking));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};
    use crate::order::{promise, release};
    use units::Quantity;

    #[test]
    fn a_refused_release_is_sourced_elsewhere() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        story.stock("X", "WH2", 10);
        let id = story.promised(&[("X", 10)]);
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        reject(story.books(), released, "no staff", &at(3)).unwrap();
        reject(story.books(), released, "no staff", &at(3)).unwrap();
        assert_eq!(story.order(id).units_in(Bucket::Open), Quantity(10));
        promise(story.books(), id, &at(4)).unwrap();
        assert_eq!(story.order(id).lines[0].allocations[0].node, "WH2".into());
        story.check();
    }

    #[test]
    fn an_acknowledgement_is_news_once() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        assert_eq!(acknowledge(story.books(), released, &at(3)), Ok(true));
        assert_eq!(acknowledge(story.books(), released, &at(4)), Ok(false));
        sent(story.books(), released, &at(5)).unwrap();
        let progress = story.books().warehouse_order(&released).unwrap().unwrap().progress;
        assert_eq!(progress, Progress::Acknowledged);
    }
}
