//! A person refuses an order.

use units::Text;

use super::cancel::{self, Cancellation};
use super::cart;
use super::event::OrderEvent;
use super::find::existing;
use super::hold::lift_all;
use super::state::{Bucket, Order, Status};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;

/// Rejects an order: everything in it is cancelled and its holds go.
///
/// Once a warehouse has units, they cannot be refused any more: what is not with a warehouse is cancelled, the holds go, and the
/// order goes on with the rest. Rejecting an order that is over changes nothing. Source: domain §1.5.3 (9), §1.5.4.
pub fn reject(books: &mut dyn Books, id: OrderId, reason: &str, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    if matches!(order.status(), Status::Rejected | Status::Closed) {
        return Ok(());
    }
    let with_warehouse = is_with_warehouse(&order);
    let lines: Vec<(LineNo, Option<units::Quantity>)> = order
        .lines
        .iter()
        .map(|line| (line.no, Some(line.buckets.open + line.buckets.backordered + line.buckets.allocated)))
        .filter(|(_, quantity)| quantity.is_some_and(|quantity| quantity.is_positive()))
        .collect();
    drop(order);
    if !lines.is_empty() {
        cancel::cancel(books, id, &Cancellation { lines, reason: reason.into() }, cx)?;
    }
    lift_all(books, id, reason, cx)?;
    cart::take_over(books, id)?;
    if !with_warehouse {
        books.record(&id, OrderEvent::Rejected { reason: Text::from(reason) });
    }
    Ok(())
}

fn is_with_warehouse(order: &Order) -> bool {
    [Bucket::Released, Bucket::Picked, Bucket::Shipped].iter().any(|bucket| order.units_in(*bucket).is_positive())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, clerk};
    use crate::order::{HoldKind, place_hold, release};
    use units::{Amount, Quantity};

    #[test]
    fn a_rejected_order_holds_no_stock_and_no_exposure() {
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let id = story.promised(&[("X", 10)]);
        reject(story.books(), id, "not our customer", &clerk("ann", 5)).unwrap();
        reject(story.books(), id, "again", &clerk("ann", 6)).unwrap();
        let order = story.order(id);
        assert_eq!((order.status(), order.units_in(Bucket::Cancelled)), (Status::Rejected, Quantity(10)));
        assert_eq!(story.open_orders(), Amount(0));
        let stock = story.stock_of("X", "WH1");
        assert_eq!((stock.reserved(), stock.demand.len()), (Quantity(0), 0));
    }

    #[test]
    fn what_a_warehouse_has_goes_on_after_a_late_rejection() {
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let id = story.promised(&[("X", 10)]);
        release(story.books(), id, &clerk("ann", 5)).unwrap();
        place_hold(story.books(), id, HoldKind::Manual, "late".into(), vec![], Amount(0), &clerk("ann", 6)).unwrap();
        reject(story.books(), id, "no", &clerk("ann", 7)).unwrap();
        let order = story.order(id);
        assert_eq!((order.status(), order.holds.len()), (Status::InFulfilment, 0));
        assert_eq!((order.units_in(Bucket::Released), order.units_in(Bucket::Cancelled)), (Quantity(6), Quantity(4)));
    }
}
