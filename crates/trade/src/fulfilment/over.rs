//! More leaves a warehouse than was released: within a tolerance it is sold, beyond it somebody is asked.

use units::{Amount, Decimal, Quantity, Rounding, Text};

use super::drop::warehouse_order;
use super::ship::ShipConfirm;
use super::state::{WarehouseLine, WarehouseOrder, WarehouseOrderEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::{
    Bucket, LineAllocation, OrderEvent, company, existing, gross_to_ship, leave_exposure, moved, unbind, units_value, unpeg,
};
use crate::stock::{Bumped, StockEvent, bump};
use crate::tax::{Taxation, of_base};

/// How many units more than outstanding a line may still ship: whole units of the item's tolerance, or of the company's, on what was
/// released and not taken back. None once the release is over. Source: domain §1.10 (R3).
pub(super) fn tolerated(books: &mut dyn Books, released: &WarehouseOrder, line: &WarehouseLine) -> Result<Quantity, Stop> {
    if released.is_done() || !line.outstanding().is_positive() {
        return Ok(Quantity::ZERO);
    }
    let own = books.item(&line.item)?.and_then(|item| item.over_ship_percent);
    let percent = match own {
        Some(percent) => percent,
        None => company(books)?.policy.over_ship_percent,
    };
    let due = line.quantity - line.over - line.dropped;
    let most = (Decimal::from(due.0) * percent * Decimal::new(1, 2)).round(0, Rounding::Floor).to_i64();
    Ok((Quantity(most.unwrap_or_default()) - line.over).or_zero())
}

/// By line: units of a shipment beyond what is outstanding, where that is tolerated.
pub(super) fn excess(
    books: &mut dyn Books,
    released: &WarehouseOrder,
    confirm: &ShipConfirm,
) -> Result<Vec<(LineNo, Quantity)>, Stop> {
    let mut excess = Vec::new();
    for (no, quantity) in &confirm.lines {
        let Some(line) = released.line(*no) else { continue };
        let more = *quantity - line.outstanding();
        if more.is_positive() && more <= tolerated(books, released, line)? {
            excess.push((*no, more));
        }
    }
    Ok(excess)
}

/// Releases what leaves beyond what was released: units of the line that wait elsewhere first, and then more than was ordered.
pub(super) fn take_up(books: &mut dyn Books, id: WarehouseOrderId, excess: &[(LineNo, Quantity)]) -> Result<(), Stop> {
    if excess.is_empty() {
        return Ok(());
    }
    let released = warehouse_order(books, id)?;
    let order_id = released.order;
    for (no, more) in excess {
        let Some(line) = released.line(*no) else { continue };
        let stock = StockKey::new(&line.item, &released.node);
        let mut left = *more;
        let open = existing(books, order_id)?.line(*no).map_or(Quantity::ZERO, |line| line.buckets.open).min(left);
        if open.is_positive() {
            books.record(&order_id, moved(*no, Bucket::Open, Bucket::Released, open));
            left -= open;
        }
        left -= unpeg(books, order_id, *no, left, Bucket::Released)?;
        left -= unbind(books, order_id, *no, left, Bucket::Released, &Text::const_new("over_ship"))?;
        if left.is_positive() {
            let order = existing(books, order_id)?;
            let before = gross_to_ship(&order);
            drop(order);
            let tax = tax_of(books, order_id, *no, left)?;
            books.record(&order_id, OrderEvent::OverShipped { line: *no, quantity: left, tax });
            let order = existing(books, order_id)?;
            let (account, by) = (order.account.clone(), before - gross_to_ship(&order));
            let by = if order.approved_at.is_some() { by } else { Amount::ZERO };
            drop(order);
            leave_exposure(books, order_id, &account, by, false);
        }
        let claim = books.stock(&stock)?.and_then(|stock| stock.claim(line.reservation).cloned());
        if let Some(mut claim) = claim {
            claim.quantity += *more;
            books.record(&stock, StockEvent::Reserved(claim));
        }
        let order = existing(books, order_id)?;
        let share = order
            .line(*no)
            .and_then(|found| found.allocations.iter().find(|share| share.reservation == line.reservation).cloned());
        drop(order);
        if let Some(share) = share {
            let allocation = LineAllocation { quantity: share.quantity + *more, ..share };
            books.record(&order_id, OrderEvent::Allocated { line: *no, allocation });
        }
    }
    drop(released);
    books.record(&id, WarehouseOrderEvent::OverShipped { lines: excess.to_vec() });
    Ok(())
}

/// Tax on so many units more of a line, at its rate, as the invoice will have it.
fn tax_of(books: &mut dyn Books, id: OrderId, no: LineNo, units: Quantity) -> Result<Amount, Stop> {
    let order = existing(books, id)?;
    let Some(line) = order.line(no) else { return Ok(Amount::ZERO) };
    let (company, account) = (company(books)?, books.account(&order.account)?.unwrap_or_default());
    let rounding = Taxation::determined(&company, &account.profile, &order).rounding;
    Ok(of_base(rounding, units_value(line, units, order.currency), line.tax_rate))
}

/// Takes back the promises that stock cannot keep any more, now that more has left. Source: domain §1.1.6.
pub(super) fn bump_others(
    books: &mut dyn Books,
    released: &WarehouseOrder,
    excess: &[(LineNo, Quantity)],
    reference: &Text,
    cx: &Context,
) -> Result<Vec<(StockKey, Bumped)>, Stop> {
    let (mut bumped, mut asked) = (Vec::new(), Vec::new());
    for (no, _) in excess {
        let Some(line) = released.line(*no) else { continue };
        let stock = StockKey::new(&line.item, &released.node);
        let lost = bump(books, &stock, reference, &asked, cx)?;
        asked.extend(&lost.asked);
        if lost != Bumped::default() {
            bumped.push((stock, lost));
        }
    }
    Ok(bumped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulfilment::{pick, ship};
    use crate::order::fixture::{Story, at};
    use crate::order::release;
    use crate::refusal::Refusal;

    /// So many of X released, of which two in a hundred more may leave.
    fn released(story: &mut Story, on_hand: i64, ordered: i64) -> (OrderId, WarehouseOrderId) {
        story.set_policy(|policy| policy.over_ship_percent = "2".parse().unwrap());
        story.stock("X", "WH1", on_hand);
        let id = story.promised(&[("X", ordered)]);
        (id, release(story.books(), id, &at(2)).unwrap()[0])
    }

    fn confirm(warehouse_order: WarehouseOrderId, quantity: i64, reference: &str) -> ShipConfirm {
        let lines = vec![(LineNo(1), Quantity(quantity))];
        ShipConfirm { warehouse_order, reference: reference.into(), lines, ..ShipConfirm::default() }
    }

    fn refused(story: &mut Story, confirm: &ShipConfirm) -> bool {
        matches!(ship(story.books(), confirm, &at(3)), Err(Stop::Refused(Refusal::NotEnough { .. })))
    }

    #[test]
    fn domain_1_10_r3_up_to_two_per_cent_more_than_released_is_sold() {
        let mut story = Story::new();
        let (id, released) = released(&mut story, 200, 100);
        assert!(refused(&mut story, &confirm(released, 103, "A")));
        ship(story.books(), &confirm(released, 60, "A"), &at(3)).unwrap();
        pick(story.books(), released, &[(LineNo(1), Quantity(101))], true, &at(3)).unwrap();
        ship(story.books(), &confirm(released, 42, "B"), &at(4)).unwrap();
        story.check();
        let line = story.order(id).lines[0].clone();
        assert_eq!((line.ordered(), line.buckets.shipped, line.over_shipped), (Quantity(102), Quantity(102), Quantity(2)));
        let stock = story.stock_of("X", "WH1");
        assert_eq!((stock.on_hand, stock.available_to_sell(), story.open_orders()), (Quantity(98), Quantity(98), Amount(0)));
        assert!(story.books().warehouse_order(&released).unwrap().unwrap().is_done());
    }

    #[test]
    fn an_item_has_a_tolerance_of_its_own_and_whole_units_count() {
        let mut story = Story::new();
        let (_, released) = released(&mut story, 20, 10);
        assert!(refused(&mut story, &confirm(released, 11, "A")), "a fifth of a unit is none");
        story.set_item("X", |item| item.over_ship_percent = Some("10".parse().unwrap()));
        assert!(refused(&mut story, &confirm(released, 12, "A")));
        ship(story.books(), &confirm(released, 11, "A"), &at(3)).unwrap();
        story.check();
    }

    #[test]
    fn what_waits_of_the_line_is_served_before_more_than_ordered_leaves() {
        let mut story = Story::new();
        let (id, released) = released(&mut story, 100, 101);
        ship(story.books(), &confirm(released, 102, "A"), &at(3)).unwrap();
        story.check();
        let line = story.order(id).lines[0].clone();
        assert_eq!(
            (line.buckets.shipped, line.buckets.backordered, line.over_shipped),
            (Quantity(102), Quantity(0), Quantity(1))
        );
    }

    #[test]
    fn whoever_was_promised_what_left_waits_for_supply() {
        let mut story = Story::new();
        let (_, released) = released(&mut story, 150, 100);
        let other = story.promised(&[("X", 50)]);
        let shipped = ship(story.books(), &confirm(released, 102, "A"), &at(3)).unwrap();
        assert_eq!(
            shipped.bumped.iter().flat_map(|(_, lost)| lost.lines.clone()).collect::<Vec<_>>(),
            [(other, LineNo(1), Quantity(2))]
        );
        story.check();
        assert_eq!(story.order(other).units_in(Bucket::Backordered), Quantity(2));
    }

    #[test]
    fn a_warehouse_that_has_to_give_back_two_items_is_asked_once_for_both() {
        let mut story = Story::new();
        story.set_policy(|policy| policy.over_ship_percent = "2".parse().unwrap());
        story.stock("X", "WH1", 150);
        story.stock("Y", "WH1", 150);
        let id = story.promised(&[("X", 100), ("Y", 100)]);
        let first = release(story.books(), id, &at(2)).unwrap()[0];
        let other = story.promised(&[("X", 50), ("Y", 50)]);
        let second = release(story.books(), other, &at(2)).unwrap()[0];
        let lines = vec![(LineNo(1), Quantity(102)), (LineNo(2), Quantity(101))];
        let shipped = ship(story.books(), &ShipConfirm { lines, ..confirm(first, 0, "A") }, &at(3)).unwrap();
        assert_eq!(shipped.bumped.iter().flat_map(|(_, lost)| lost.asked.clone()).collect::<Vec<_>>(), [second]);
        let released = story.books().warehouse_order(&second).unwrap().unwrap();
        let asked: Vec<_> = released
            .requests
            .iter()
            .map(|request| request.lines.iter().map(|line| line.units.0).collect::<Vec<_>>())
            .collect();
        assert_eq!(asked, [vec![2, 1]], "one request, which is the one that is sent");
        story.check();
    }

    #[test]
    fn domain_1_2_what_leaves_beyond_the_order_is_exposed_with_its_tax() {
        let mut story = Story::new();
        let (id, released) = released(&mut story, 200, 100);
        let event = OrderEvent::TaxDetermined {
            rates: vec![(LineNo(1), Decimal::from(19i64))],
            tax: Amount(19_000),
            degraded: false,
            scheme: Default::default(),
            basis: Default::default(),
        };
        story.books().record(&id, event);
        crate::order::revalue_approved(story.books(), id).unwrap();
        assert_eq!(story.open_orders(), Amount(119_000));
        ship(story.books(), &confirm(released, 102, "A"), &at(3)).unwrap();
        story.check();
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        assert_eq!((story.open_orders(), account.ledger.shipped_not_invoiced), (Amount(0), Amount(121_380)));
        let invoice = crate::billing::bill(story.books(), id, &at(4)).unwrap()[0];
        assert_eq!(story.books().invoice(&invoice).unwrap().unwrap().gross, Amount(121_380));
    }
}
