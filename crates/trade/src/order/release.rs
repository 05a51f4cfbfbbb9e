//! Reserved units are released to the warehouses that hold them.

use units::Quantity;

use super::early::not_early;
use super::event::OrderEvent;
use super::find::{company, existing};
use super::splitting::awaits_rest;
use super::state::{Bucket, Line, LineAllocation, Order};
use crate::billing::awaits_deposit;
use crate::books::{Books, Kind, Stop};
use crate::context::Context;
use crate::counters::{CounterEvent, Counters};
use crate::credit;
use crate::fulfilment::{WarehouseLine, WarehouseOrder, WarehouseOrderEvent};
use crate::ids::*;
use crate::master::BillingPolicy;
use crate::refusal::Refusal;
use crate::stock::{Claim, ClaimKind, StockEvent};

/// Makes a warehouse order for each node that holds soft reservations of the order; they become hard.
///
/// An order that ships complete is released when every unit is reserved, and not before, and so is a group of its lines; one that is
/// billed on order when it is paid. One with a deposit waits until that is asked for. One that is consolidated, or has had all but its last backorder, waits for the rest. One whose credit
/// no longer suffices is held and releases nothing (domain §1.2). What would be there before the customer wants it waits. Refused while a
/// hold is there. Nothing to release gives an empty list. Source: domain §1.1.5, §1.1.7, §1.5.3 (9).
pub fn release(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Vec<WarehouseOrderId>, Stop> {
    let order = existing(books, id)?;
    if let Some(hold) = order.holds.first().filter(|_| !order.is_over()) {
        return Err(Refusal::Held(hold.kind).into());
    }
    let ready = order.ready_lines();
    if order.is_over() || ready.is_empty() || awaits_payment(&order) || awaits_deposit(books, &order)? {
        return Ok(Vec::new());
    }
    let ready = not_early(books, &order, ready, cx)?;
    if ready.is_empty() || awaits_rest(books, &order, cx)? || !credit::may_ship(books, id, cx)? {
        return Ok(Vec::new());
    }
    let company = company(books)?;
    let mut made = Vec::new();
    for node in nodes(&ready) {
        let warehouse_order = WarehouseOrderId(books.next_number(Kind::WarehouseOrder)?);
        let lines = harden(books, id, &ready, &node, warehouse_order)?;
        if let Some(known) = company.node(&node).filter(|known| known.max_lines_per_day.is_some()) {
            let day = known.calendar.local_day(cx.now);
            let lines = u32::try_from(lines.len()).unwrap_or(u32::MAX);
            let key = units::Text::const_new(Counters::KEY);
            books.record(&key, CounterEvent::LinesReleased { node: node.clone(), day, lines });
        }
        let released =
            WarehouseOrder { id: warehouse_order, order: id, node, lines, released_at: cx.now, ..WarehouseOrder::default() };
        books.record(&warehouse_order, WarehouseOrderEvent::Created(Box::new(released)));
        books.record(&id, OrderEvent::Released { warehouse_order });
        made.push(warehouse_order);
    }
    Ok(made)
}

/// Whether an order that is paid before anything ships is not paid yet. Source: domain §1.6 (on order).
pub fn awaits_payment(order: &Order) -> bool {
    let is_paid = !order.deposit_invoiced.is_zero() && !order.receivable.is_positive();
    order.billing == BillingPolicy::OnOrder && !is_paid && super::gross(order).is_positive()
}

/// The nodes that hold soft reservations of lines, by code.
fn nodes(lines: &[&Line]) -> Vec<NodeId> {
    let allocations = lines.iter().flat_map(|line| &line.allocations);
    let mut nodes: Vec<NodeId> = allocations
        .filter(|allocation| allocation.warehouse_order.is_none())
        .map(|allocation| allocation.node.clone())
        .collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

/// Binds the soft reservations at a node to a warehouse order; gives its lines.
fn harden(
    books: &mut dyn Books,
    order: OrderId,
    ready: &[&Line],
    node: &NodeId,
    warehouse_order: WarehouseOrderId,
) -> Result<Vec<WarehouseLine>, Stop> {
    let mut lines = Vec::new();
    for line in ready {
        let Some(soft) = line.soft_at(node).cloned() else { continue };
        let stock = StockKey::new(&line.item, node);
        let held = books.stock(&stock)?.and_then(|stock| stock.claim(soft.reservation).cloned());
        if let Some(claim) = held {
            books.record(&stock, StockEvent::Reserved(Claim { kind: ClaimKind::Hard, ..claim }));
        }
        let (reservation, quantity) = (soft.reservation, soft.quantity);
        let allocation = LineAllocation { warehouse_order: Some(warehouse_order), ..soft };
        books.record(&order, OrderEvent::Allocated { line: line.no, allocation });
        books.record(&order, super::moved(line.no, Bucket::Allocated, Bucket::Released, quantity));
        let (line, item) = (line.no, line.item.clone());
        lines.push(WarehouseLine { line, item, reservation, quantity, picked: Quantity::ZERO, ..WarehouseLine::default() });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at, submitted};
    use crate::order::{HoldKind, Submission, SubmittedLine, approve, place_hold, promise};
    use units::Amount;

    #[test]
    fn each_node_gets_one_warehouse_order() {
        let mut story = Story::new();
        story.stock("X", "WH1", 5);
        story.stock("Y", "WH2", 5);
        let id = story.promised(&[("X", 5), ("Y", 5)]);
        let made = release(story.books(), id, &at(3)).unwrap();
        assert_eq!(made.len(), 2);
        assert_eq!(story.order(id).units_in(Bucket::Released), Quantity(10));
        assert_eq!(story.stock_of("X", "WH1").claimed(ClaimKind::Hard), Quantity(5));
        assert_eq!(release(story.books(), id, &at(4)).unwrap(), []);
        story.check();
    }

    #[test]
    fn ship_complete_waits_for_the_last_unit() {
        let mut story = Story::new();
        story.stock("X", "WH1", 5);
        story.ship_complete = true;
        let id = story.promised(&[("X", 6)]);
        assert_eq!(release(story.books(), id, &at(3)).unwrap(), []);
        story.stock("X", "WH1", 1);
        crate::stock::serve_backorders(story.books(), &"X".into(), &at(4)).unwrap();
        assert_eq!(release(story.books(), id, &at(5)).unwrap().len(), 1);
        story.check();
    }

    #[test]
    fn lines_of_a_group_are_released_together_and_the_others_before() {
        let mut story = Story::new();
        story.stock("X", "WH1", 5);
        let in_group = |item: &str, quantity| SubmittedLine { ship_group: Some("kit".into()), ..submitted(item, quantity) };
        let lines = vec![in_group("X", "2"), in_group("Y", "1"), submitted("X", "3")];
        let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        assert_eq!(release(story.books(), id, &at(3)).unwrap().len(), 1);
        let released =
            |story: &mut Story| story.order(id).lines.iter().map(|line| line.buckets.released.0).collect::<Vec<_>>();
        assert_eq!(released(&mut story), [0, 0, 3]);
        story.stock("Y", "WH1", 1);
        crate::stock::serve_backorders(story.books(), &"Y".into(), &at(4)).unwrap();
        assert_eq!(release(story.books(), id, &at(5)).unwrap().len(), 1);
        assert_eq!(released(&mut story), [2, 1, 3]);
        story.check();
    }

    #[test]
    fn domain_1_6_nothing_is_released_before_the_deposit_is_asked_for() {
        for billing in [BillingPolicy::Deposit { percent: 30.into() }, "milestones=approved:20,released:30".parse().unwrap()]
        {
            let mut story = Story::new();
            story.stock("X", "WH1", 10);
            let id = story.receive(&Submission { billing: Some(billing), ..story.submission() }).unwrap();
            approve(story.books(), id, &at(1)).unwrap();
            promise(story.books(), id, &at(1)).unwrap();
            assert_eq!(release(story.books(), id, &at(2)).unwrap(), []);
            crate::billing::deposit(story.books(), id, &at(3)).unwrap().unwrap();
            assert_eq!(release(story.books(), id, &at(3)).unwrap().len(), 1);
        }
    }

    #[test]
    fn a_hold_is_in_the_way_of_release() {
        let mut story = Story::new();
        story.stock("X", "WH1", 5);
        let id = story.promised(&[("X", 5)]);
        place_hold(story.books(), id, HoldKind::Manual, "wait".into(), vec![], Amount(0), &at(2)).unwrap();
        assert_eq!(release(story.books(), id, &at(3)), Err(Stop::Refused(Refusal::Held(HoldKind::Manual))));
    }
}
