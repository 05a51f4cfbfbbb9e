//! Stock is counted, found and lost.

use serde::{Deserialize, Serialize};
use units::{Quantity, Text};

use super::bump::{Bumped, bump};
use super::receive::{in_range, is_first, known};
use super::state::StockEvent;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::refusal::Refusal;

/// A stock count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    /// The item.
    pub item: ItemId,
    /// The node.
    pub node: NodeId,
    /// Units found.
    pub on_hand: Quantity,
    /// Of these, blocked.
    pub unavailable: Quantity,
    /// The count's number; a second one of the same number changes nothing.
    pub document: Text,
    /// Why it was counted.
    pub reason: Text,
}

/// Stock that was found or lost.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Adjustment {
    /// The item.
    pub item: ItemId,
    /// The node.
    pub node: NodeId,
    /// More (positive) or less.
    pub on_hand: Quantity,
    /// More or less that is blocked.
    pub unavailable: Quantity,
    /// The document's number; a second one of the same number changes nothing.
    pub document: Text,
    /// Why.
    pub reason: Text,
}

/// Takes over what was counted; gives what it takes from orders.
///
/// Refused below zero and with more blocked than there. Source: domain §1.1.6.
pub fn count(books: &mut dyn Books, count: &Count, cx: &Context) -> Result<Bumped, Stop> {
    let key = known(books, &count.item, &count.node)?;
    in_range("on_hand", count.on_hand, 0)?;
    in_range("unavailable", count.unavailable, 0)?;
    if count.unavailable > count.on_hand {
        return Err(Refusal::invalid("unavailable", count.unavailable, "at most what is on hand").into());
    }
    if !is_first(books, "count", &key, &count.document)? {
        return Ok(Bumped::default());
    }
    let before = books.stock(&key)?.unwrap_or_default();
    let (on_hand, unavailable) = (count.on_hand - before.on_hand, count.unavailable - before.unavailable);
    drop(before);
    change(books, &key, on_hand, unavailable, &count.reason, &count.document, cx)
}

/// Takes over what was found or lost; gives what it takes from orders. Source: domain §1.1.6.
pub fn adjust(books: &mut dyn Books, adjustment: &Adjustment, cx: &Context) -> Result<Bumped, Stop> {
    let key = known(books, &adjustment.item, &adjustment.node)?;
    let before = books.stock(&key)?.unwrap_or_default();
    in_range("on_hand", before.on_hand + adjustment.on_hand, 0)?;
    in_range("unavailable", before.unavailable + adjustment.unavailable, 0)?;
    if before.unavailable + adjustment.unavailable > before.on_hand + adjustment.on_hand {
        return Err(Refusal::invalid("unavailable", adjustment.unavailable, "at most what is on hand then").into());
    }
    drop(before);
    if !is_first(books, "adjustment", &key, &adjustment.document)? {
        return Ok(Bumped::default());
    }
    let (on_hand, unavailable) = (adjustment.on_hand, adjustment.unavailable);
    change(books, &key, on_hand, unavailable, &adjustment.reason, &adjustment.document, cx)
}

fn change(
    books: &mut dyn Books,
    key: &StockKey,
    on_hand: Quantity,
    unavailable: Quantity,
    reason: &Text,
    document: &Text,
    cx: &Context,
) -> Result<Bumped, Stop> {
    if on_hand.is_zero() && unavailable.is_zero() {
        return Ok(Bumped::default());
    }
    let (reason, document) = (reason.clone(), document.clone());
    books.record(key, StockEvent::Adjusted { on_hand, unavailable, reason, document: document.clone() });
    bump(books, key, &document, &[], cx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulfilment;
    use crate::order::fixture::{Story, at, submitted};
    use crate::order::{Bucket, OrderEvent, Submission, approve, promise, release};

    /// An order of a certain priority.
    fn order(story: &mut Story, quantity: i64, priority: u8) -> OrderId {
        let lines = vec![submitted("X", &quantity.to_string())];
        let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        let mut changed = (*story.order(id)).clone();
        changed.priority = priority;
        story.books().record(&id, OrderEvent::Received(Box::new(changed)));
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        id
    }

    #[test]
    fn domain_1_1_6_a_count_takes_units_from_the_least_important_promise() {
        let mut story = Story::new();
        story.stock("X", "WH1", 40);
        let first = order(&mut story, 20, 1);
        let released = release(story.books(), first, &at(2)).unwrap()[0];
        fulfilment::pick(story.books(), released, &[(LineNo(1), Quantity(20))], true, &at(3)).unwrap();
        let second = order(&mut story, 10, 1);
        let third = order(&mut story, 8, 3);
        let counted = Count {
            item: "X".into(),
            node: "WH1".into(),
            on_hand: Quantity(30),
            document: "C-1".into(),
            ..Count::default()
        };
        let bumped = count(story.books(), &counted, &at(4)).unwrap();
        assert_eq!(bumped, Bumped { lines: vec![(third, LineNo(1), Quantity(8))], asked: Vec::new() });
        let units = |story: &mut Story, id, bucket| story.order(id).units_in(bucket).0;
        assert_eq!(units(&mut story, first, Bucket::Picked), 20);
        assert_eq!(units(&mut story, second, Bucket::Allocated), 10);
        assert_eq!(units(&mut story, third, Bucket::Backordered), 8);
        // and whoever asks is told who keeps what is left
        let left = crate::stock::held_by_others(&story.stock_of("X", "WH1"), third);
        assert_eq!(left, [(first, Quantity(20)), (second, Quantity(10))]);
        story.check();
    }

    #[test]
    fn a_count_counts_once_and_cannot_block_more_than_is_there() {
        let mut story = Story::new();
        story.stock("X", "WH1", 5);
        let counted =
            Count { item: "X".into(), node: "WH1".into(), on_hand: Quantity(7), document: "C-1".into(), ..Count::default() };
        count(story.books(), &counted, &at(1)).unwrap();
        let again = Count { on_hand: Quantity(9), ..counted.clone() };
        count(story.books(), &again, &at(2)).unwrap();
        assert_eq!(story.stock_of("X", "WH1").on_hand, Quantity(7));
        let odd = Count { unavailable: Quantity(8), document: "C-2".into(), ..counted };
        assert!(count(story.books(), &odd, &at(3)).is_err());
        story.check();
    }
}
