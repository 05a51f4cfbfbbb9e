//! A warehouse has picked.

use units::{Quantity, Text};

use super::drop::{complete_if_done, fall_short, line_of, warehouse_order};
use super::over::tolerated;
use super::state::{Progress, WarehouseLine, WarehouseOrderEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::{Bucket, moved};
use crate::refusal::Refusal;
use crate::stock::{Claim, ClaimKind, StockEvent};

/// Records what is picked in all so far, by line; says whether units are missing and went back to the order.
///
/// With `complete` nothing more will be picked: what is missing then is taken out of stock, since the warehouse could not find it.
/// A message that says less than one before is old and changes nothing. Refused for more than was released and is tolerated. Source: domain §1.5.1, §1.10 (R3).
pub fn pick(
    books: &mut dyn Books,
    id: WarehouseOrderId,
    lines: &[(LineNo, Quantity)],
    complete: bool,
    cx: &Context,
) -> Result<bool, Stop> {
    let released = warehouse_order(books, id)?;
    if released.is_done() {
        return Ok(false);
    }
    let mut picked = Vec::with_capacity(lines.len());
    for (no, quantity) in lines {
        let line = released.line(*no).ok_or_else(|| unknown_line(*no))?;
        if *quantity > line.quantity + tolerated(books, &released, line)? {
            return Err(Refusal::NotEnough { wanted: *quantity, available: line.quantity }.into());
        }
        // units may have been cancelled after they were picked, and that may have been told first; more than was released counts when it leaves
        let there = (*quantity).min(line.quantity - line.dropped);
        if there > line.picked {
            picked.push((*no, there));
        }
    }
    if picked.is_empty() && !(complete && released.progress < Progress::Picked) {
        return Ok(false);
    }
    if released.progress < Progress::Acknowledged {
        books.record(&id, WarehouseOrderEvent::Acknowledged);
    }
    for (no, quantity) in &picked {
        if let Some(line) = released.line(*no) {
            stage(books, released.order, &released.node, line, *quantity)?;
        }
    }
    let complete = complete || released.progress >= Progress::Picked;
    books.record(&id, WarehouseOrderEvent::Picked { lines: picked, complete });
    if !complete {
        return Ok(false);
    }
    let mut is_short = false;
    for no in released.lines.iter().map(|line| line.line) {
        if let Some(line) = line_of(books, id, no)? {
            let missing = line.outstanding() - line.staged();
            is_short |= fall_short(books, id, &line, missing, &Text::const_new("short_pick"), None, cx)?;
        }
    }
    complete_if_done(books, id)?;
    Ok(is_short)
}

/// Units of a line are picked from now on, `picked` in all.
pub(super) fn stage(
    books: &mut dyn Books,
    order: OrderId,
    node: &NodeId,
    line: &WarehouseLine,
    picked: Quantity,
) -> Result<(), Stop> {
    let more = picked - line.picked.max(line.shipped);
    if more.is_positive() {
        books.record(&order, moved(line.line, Bucket::Released, Bucket::Picked, more));
    }
    let stock = StockKey::new(&line.item, node);
    let claim = books.stock(&stock)?.and_then(|stock| stock.claim(line.reservation).cloned());
    if let Some(claim) = claim.filter(|claim| claim.kind != ClaimKind::Picked) {
        books.record(&stock, StockEvent::Reserved(Claim { kind: ClaimKind::Picked, ..claim }));
    }
    Ok(())
}

pub(super) fn unknown_line(no: LineNo) -> Refusal {
    Refusal::Invalid {
        field: Text::const_new("lines"),
        given: compact_str::format_compact!("line {}", no.0),
        wanted: Text::const_new("a line of the warehouse order"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};
    use crate::order::{promise, release};

    fn released(story: &mut Story) -> (OrderId, WarehouseOrderId) {
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        (id, release(story.books(), id, &at(2)).unwrap()[0])
    }

    #[test]
    fn a_short_pick_goes_back_to_the_order_and_out_of_stock() {
        let mut story = Story::new();
        let (id, released) = released(&mut story);
        assert_eq!(pick(story.books(), released, &[(LineNo(1), Quantity(7))], true, &at(3)), Ok(true));
        let buckets = story.order(id).lines[0].buckets;
        assert_eq!((buckets.picked, buckets.open), (Quantity(7), Quantity(3)));
        assert_eq!(story.stock_of("X", "WH1").on_hand, Quantity(7));
        promise(story.books(), id, &at(4)).unwrap();
        assert_eq!(story.order(id).lines[0].buckets.backordered, Quantity(3));
        story.check();
    }

    #[test]
    fn repeats_and_old_messages_change_nothing() {
        let mut story = Story::new();
        let (_, released) = released(&mut story);
        pick(story.books(), released, &[(LineNo(1), Quantity(7))], false, &at(3)).unwrap();
        story.books.take_events();
        assert_eq!(pick(story.books(), released, &[(LineNo(1), Quantity(7))], false, &at(4)), Ok(false));
        assert_eq!(pick(story.books(), released, &[(LineNo(1), Quantity(4))], false, &at(5)), Ok(false));
        assert_eq!(story.books.take_events(), []);
        let over = pick(story.books(), released, &[(LineNo(1), Quantity(11))], false, &at(6));
        assert!(matches!(over, Err(Stop::Refused(Refusal::NotEnough { .. }))));
    }
}
