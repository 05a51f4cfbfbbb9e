//! Nothing carries an order on: its process was ended before it was over.

use units::Text;

use super::event::OrderEvent;
use crate::books::{Books, Stop};
use crate::ids::*;

/// The process that carries an order has ended before its time. Nothing happens to an order that is over, or to none.
///
/// Source: domain §1.5.1 (header state Failed).
pub fn fail(books: &mut dyn Books, id: OrderId, reason: Text) -> Result<(), Stop> {
    let order = books.order(&id)?;
    if order.is_some_and(|order| !order.is_over() && order.failed.is_none()) {
        books.record(&id, OrderEvent::Failed { reason });
    }
    Ok(())
}

/// Another process carries an order on. Nothing happens to one that has not failed.
pub fn restart(books: &mut dyn Books, id: OrderId) -> Result<(), Stop> {
    if books.order(&id)?.is_some_and(|order| order.failed.is_some()) {
        books.record(&id, OrderEvent::Restarted);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, clerk};
    use crate::order::{Cancellation, Status, cancel};

    #[test]
    fn domain_1_5_1_an_order_has_failed_until_it_is_carried_on_and_not_once_it_is_over() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let before = story.order(id).status();
        fail(story.books(), id, "ended by ann".into()).unwrap();
        assert_eq!((story.order(id).status(), story.order(id).is_over()), (Status::Failed, false));
        restart(story.books(), id).unwrap();
        assert_eq!(story.order(id).status(), before);
        cancel(story.books(), id, &Cancellation::default(), &clerk("ann", 2)).unwrap();
        story.books.take_events();
        fail(story.books(), id, "ended by ann".into()).unwrap();
        restart(story.books(), id).unwrap();
        assert_eq!((story.order(id).status(), story.books.take_events().len()), (Status::Cancelled, 0));
    }
}
