//! Orders that came with the same purchase order number of the same customer.

use compact_str::format_compact;
use units::Text;

use super::{Order, OrderEvent, Status};
use crate::books::{Books, Stop};
use crate::ids::{OrderId, Reference};
use crate::reference::ReferenceEvent;

/// Keeps an order under its purchase order number, and marks it as a duplicate if one came before that still counts.
pub(super) fn register(books: &mut dyn Books, order: &Order) -> Result<(), Stop> {
    let Some(reference) = purchase_order(order) else { return Ok(()) };
    if books.reference(&reference)?.and_then(|entry| entry.order).is_none() {
        books.record(&reference, ReferenceEvent::Registered { order: order.id });
        return Ok(());
    }
    let first = earlier(books, order)?;
    books.record(&reference, ReferenceEvent::Repeated);
    books.record(&reference, ReferenceEvent::Followed { order: order.id });
    if let Some(first) = first {
        books.record(&order.id, OrderEvent::DuplicateDetected { first });
    }
    Ok(())
}

/// Why an order waits as a duplicate; `None` if it is none, if somebody said that it is meant, or if all that came before it are cancelled
/// or rejected.
pub(super) fn problem(books: &mut dyn Books, order: &Order) -> Result<Option<Text>, Stop> {
    let Some(first) = order.duplicate_of else { return Ok(None) };
    let first = if counts(books, first)? { Some(first) } else { earlier(books, order)? };
    Ok(first.map(|first| format_compact!("purchase order {} came before as {first}", order.purchase_order)))
}

/// The latest order of the same number that came before and still counts.
fn earlier(books: &mut dyn Books, order: &Order) -> Result<Option<OrderId>, Stop> {
    let Some(reference) = purchase_order(order) else { return Ok(None) };
    let Some(entry) = books.reference(&reference)? else { return Ok(None) };
    for other in entry.order.iter().chain(&entry.later).rev() {
        if other.0 < order.id.0 && counts(books, *other)? {
            return Ok(Some(*other));
        }
    }
    Ok(None)
}

/// An order counts as long as it is not cancelled or rejected.
pub(super) fn counts(books: &mut dyn Books, order: OrderId) -> Result<bool, Stop> {
    let is_over = |order: &Order| matches!(order.status(), Status::Cancelled | Status::Rejected);
    Ok(books.order(&order)?.is_some_and(|order| !is_over(&order)))
}

/// What a customer's purchase order number is kept under: the same however it is capitalised and spaced.
fn purchase_order(order: &Order) -> Option<Reference> {
    let words: Vec<String> = order.purchase_order.split_whitespace().map(str::to_uppercase).collect();
    (!words.is_empty()).then(|| Reference { within: order.account.0.clone(), reference: words.join(" ").into() })
}

#[cfg(test)]
mod tests {
    use crate::ids::OrderId;
    use crate::order::fixture::{Story, clerk};
    use crate::order::{Cancellation, HoldKind, Submission, cancel, release_hold};

    fn received(story: &mut Story, number: &str) -> OrderId {
        let id = story.receive(&Submission { purchase_order: number.into(), ..story.submission() }).unwrap();
        story.validate(id);
        id
    }

    fn all() -> Cancellation {
        Cancellation { lines: Vec::new(), reason: "changed mind".into() }
    }

    fn is_duplicate(story: &mut Story, id: OrderId) -> bool {
        story.order(id).is_held_by(HoldKind::Duplicate)
    }

    #[test]
    fn a_number_is_a_duplicate_of_any_order_that_still_counts() {
        let mut story = Story::new();
        let first = received(&mut story, "PO-9");
        cancel(story.books(), first, &all(), &clerk("ann", 1)).unwrap();
        let second = received(&mut story, "PO-9");
        assert!(!is_duplicate(&mut story, second), "the first is cancelled");
        let third = received(&mut story, "PO-9");
        assert!(is_duplicate(&mut story, third), "the second is not");
    }

    #[test]
    fn a_duplicate_stays_one_while_any_order_before_it_counts() {
        let mut story = Story::new();
        let first = received(&mut story, "PO-9");
        let second = received(&mut story, "PO-9");
        release_hold(story.books(), second, HoldKind::Duplicate, "both are meant", &clerk("ann", 1)).unwrap();
        let third = received(&mut story, "PO-9");
        cancel(story.books(), second, &all(), &clerk("ann", 2)).unwrap();
        story.validate(third);
        assert!(is_duplicate(&mut story, third), "the first still counts");
        cancel(story.books(), first, &all(), &clerk("ann", 3)).unwrap();
        story.validate(third);
        assert!(!is_duplicate(&mut story, third));
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        let mut story = Story::new();
        received(&mut story, "PO  9");
        let second = received(&mut story, " po 9 ");
        assert!(is_duplicate(&mut story, second));
        let third = received(&mut story, "PO 90");
        assert!(!is_duplicate(&mut story, third));
    }
}
