//! Goods have left a warehouse.

use serde::{Deserialize, Serialize};
use units::{Quantity, Text, Timestamp};

use super::bill_of_lading;
use super::drop::{complete_if_done, fall_short, line_of, shrink, warehouse_order};
use super::over::{bump_others, excess, take_up};
use super::pick::{stage, unknown_line};
use super::state::{Progress, Shipment, ShipmentEvent, ShipmentLine, WarehouseLine, WarehouseOrder, WarehouseOrderEvent};
use crate::books::{Books, Kind, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::{Bucket, OrderEvent, company, existing, leave_exposure, leaving, moved};
use crate::reference::ReferenceEvent;
use crate::refusal::Refusal;
use crate::stock::{Bumped, StockEvent, used_of_parents};

/// A warehouse's confirmation that goods left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ShipConfirm {
    /// The release that they were shipped for.
    pub warehouse_order: WarehouseOrderId,
    /// The warehouse's number of the shipment; unique per node.
    pub reference: Text,
    /// When they left.
    pub shipped_at: Timestamp,
    /// The carrier.
    pub carrier: Text,
    /// The carrier's tracking number.
    pub tracking: Text,
    /// Nothing more will be shipped for this release after this one.
    pub complete: bool,
    /// Which shipment of the release it is, from 1. A last shipment that overtakes an earlier one is known by it.
    #[serde(default)]
    pub sequence: Option<u32>,
    /// Units by line.
    pub lines: Vec<(LineNo, Quantity)>,
    /// The number of the bill of lading that it left with; one may be for several shipments.
    #[serde(default)]
    pub bill_of_lading: Text,
}

/// What a confirmation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipped {
    /// Our number of the shipment.
    pub shipment: ShipmentId,
    /// Whether it was not known before.
    pub new: bool,
    /// Whether units will not come and went back to the order.
    pub short: bool,
    /// Units that left although the stock was counted without them.
    pub uncounted: Quantity,
    /// Units that left although their cancellation was under way: the shipment wins.
    pub cancel_failed: Quantity,
    /// What others were promised of the units that left beyond what was released.
    pub bumped: Vec<(StockKey, Bumped)>,
}

/// Records a shipment: units leave stock and order, and their value goes from open orders to shipped.
///
/// Known by the warehouse's reference, a repeat changes nothing. A shipment that overtook pick or acknowledgement implies both.
/// More than is outstanding is sold within the tolerance of the item, or of the company. Refused for more than that, and for a release
/// that is over. Source: domain §1.5.1, §1.2 (exposure), §1.5.4 (ties), §1.10 (R3).
pub fn ship(books: &mut dyn Books, confirm: &ShipConfirm, cx: &Context) -> Result<Shipped, Stop> {
    let id = confirm.warehouse_order;
    let released = warehouse_order(books, id)?;
    let within = Text::from(format!("shipment:{}", released.node));
    let reference = Reference { within, reference: confirm.reference.clone() };
    if books.reference(&reference)?.is_some() {
        return repeated(books, &released, confirm);
    }
    let excess = excess(books, &released, confirm)?;
    check(&released, confirm, &excess)?;
    take_up(books, id, &excess)?;
    let released = warehouse_order(books, id)?;
    let shipment = ShipmentId(books.next_number(Kind::Shipment)?);
    books.record(&reference, ReferenceEvent::Seen);
    imply(books, &released, confirm)?;

    let order = existing(books, released.order)?;
    let exposed = leaving(&order, &confirm.lines);
    leave_exposure(books, order.id, &order.account, exposed, true);
    drop(order);
    let mut lines = Vec::with_capacity(confirm.lines.len());
    let mut uncounted = Quantity::ZERO;
    for (no, quantity) in &confirm.lines {
        let Some(line) = released.line(*no) else { continue };
        let (reservation, quantity) = (line.reservation, *quantity);
        let stock = StockKey::new(&line.item, &released.node);
        uncounted += find(books, &stock, quantity, &confirm.reference)?;
        use_up_parents(books, &stock, reservation, quantity)?;
        books.record(&stock, StockEvent::Shipped { shipment, reservation, quantity });
        shrink(books, released.order, *no, reservation, quantity)?;
        books.record(&released.order, moved(*no, Bucket::Picked, Bucket::Shipped, quantity));
        lines.push(ShipmentLine { line: *no, item: line.item.clone(), quantity, invoiced: Quantity::ZERO });
    }
    let record = Shipment {
        id: shipment,
        reference: confirm.reference.clone(),
        order: released.order,
        warehouse_order: id,
        node: released.node.clone(),
        shipped_at: confirm.shipped_at,
        carrier: confirm.carrier.clone(),
        tracking: confirm.tracking.clone(),
        lines,
        invoices: Vec::new(),
        exposed,
        delivered: None,
        intercept: None,
        bill_of_lading: confirm.bill_of_lading.trim().into(),
    };
    bill_of_lading::note(books, shipment, &record.bill_of_lading)?;
    books.record(&shipment, ShipmentEvent::Confirmed(Box::new(record)));
    books.record(&released.order, OrderEvent::Shipped { shipment });
    books.record(&id, WarehouseOrderEvent::Shipped { shipment, lines: confirm.lines.clone() });
    let cancel_failed = cancel_failed(books, &released, shipment)?;
    if let Some(total) = confirm.sequence.filter(|_| confirm.complete) {
        books.record(&id, WarehouseOrderEvent::LastShipmentKnown { total });
    }
    let now = warehouse_order(books, id)?;
    let recorded = u32::try_from(now.shipments.len()).unwrap_or(u32::MAX);
    let is_last = now.expected_shipments.map_or(confirm.complete, |total| recorded >= total);
    let mut short = false;
    if is_last {
        for no in released.lines.iter().map(|line| line.line) {
            if let Some(line) = line_of(books, id, no)? {
                short |= fall_short(books, id, &line, line.outstanding(), &Text::const_new("short_ship"), None, cx)?;
            }
        }
    }
    complete_if_done(books, id)?;
    let bumped = bump_others(books, &released, &excess, &confirm.reference, cx)?;
    Ok(Shipped { shipment, new: true, short, uncounted, cancel_failed, bumped })
}

/// Notes on the order what the warehouse was asked not to ship and shipped, but for what is wanted: units that were only missing, and those
/// that are wanted again. Source: domain §1.5.4 (ship-confirm wins).
fn cancel_failed(books: &mut dyn Books, before: &WarehouseOrder, shipment: ShipmentId) -> Result<Quantity, Stop> {
    let now = warehouse_order(books, before.id)?;
    // where the order goes elsewhere, what was to be stopped is not wanted where it has gone
    let asked = |line: &WarehouseLine| if before.moved { line.cancelling - line.missing } else { line.leaving() };
    let lines = before.lines.iter().zip(&now.lines).map(|(before, now)| (now.line, asked(before) - asked(now)));
    let lines: Vec<(LineNo, Quantity)> = lines.filter(|(_, units)| units.is_positive()).collect();
    let failed = lines.iter().map(|(_, units)| *units).sum();
    if !lines.is_empty() {
        books.record(&before.order, OrderEvent::CancelFailed { lines, shipment });
    }
    Ok(failed)
}

/// What has left was there: where a count says otherwise, the stock is set right first. Gives the units that the count had missed.
///
/// Goods may be counted while they stand packed at the dock, and a shipment is a fact that cannot be refused. Source: domain §1.1.6,
/// §1.10 (R3).
fn find(books: &mut dyn Books, stock: &StockKey, leaving: Quantity, reference: &Text) -> Result<Quantity, Stop> {
    let there = books.stock(stock)?.map_or(Quantity::ZERO, |stock| stock.on_hand - stock.unavailable);
    let missing = (leaving - there).or_zero();
    if missing.is_positive() {
        let reason = Text::const_new("shipped although counted as gone");
        let (on_hand, unavailable, document) = (missing, Quantity::ZERO, reference.clone());
        books.record(stock, StockEvent::Adjusted { on_hand, unavailable, reason, document });
    }
    Ok(missing)
}

/// What ships beyond the quota of its own group is taken from the quotas of the groups above.
fn use_up_parents(books: &mut dyn Books, key: &StockKey, reservation: ReservationId, shipped: Quantity) -> Result<(), Stop> {
    let Some(stock) = books.stock(key)?.filter(|stock| !stock.quotas.is_empty()) else { return Ok(()) };
    let company = company(books)?;
    let group = stock.claim(reservation).and_then(|claim| claim.group.as_ref());
    for quota in used_of_parents(&stock, &company.policy.channel_groups, group, shipped) {
        books.record(key, StockEvent::QuotaSet(quota));
    }
    Ok(())
}

/// A shipment that is known: the same again, or another under the same number.
fn repeated(books: &mut dyn Books, released: &WarehouseOrder, confirm: &ShipConfirm) -> Result<Shipped, Stop> {
    for id in &released.shipments {
        let known = books.shipment(id)?.filter(|known| known.reference == confirm.reference);
        if let Some(known) = known {
            let lines: Vec<(LineNo, Quantity)> = known.lines.iter().map(|line| (line.line, line.quantity)).collect();
            let mut told = confirm.lines.clone();
            told.sort_unstable();
            let mut lines = lines;
            lines.sort_unstable();
            if lines == told {
                let (uncounted, cancel_failed) = (Quantity::ZERO, Quantity::ZERO);
                let bumped = Vec::new();
                return Ok(Shipped { shipment: *id, new: false, short: false, uncounted, cancel_failed, bumped });
            }
        }
    }
    let (reference, node) = (&confirm.reference, &released.node);
    let what = format!("{node} has confirmed another shipment under the number {reference}");
    Err(Refusal::Conflict(Text::from(what)).into())
}

fn check(released: &WarehouseOrder, confirm: &ShipConfirm, excess: &[(LineNo, Quantity)]) -> Result<(), Refusal> {
    if matches!(released.progress, Progress::Rejected | Progress::Cancelled) {
        let what = format!("{} was {:?} before: nothing is to be shipped for it", released.id, released.progress);
        return Err(Refusal::Conflict(Text::from(what)));
    }
    if confirm.lines.is_empty() || confirm.reference.is_empty() {
        let (field, wanted) = if confirm.reference.is_empty() {
            ("reference", "the warehouse's number")
        } else {
            ("lines", "at least one line")
        };
        return Err(Refusal::Invalid { field: field.into(), given: Text::const_new("empty"), wanted: wanted.into() });
    }
    for (at, (no, quantity)) in confirm.lines.iter().enumerate() {
        let line = released.line(*no).ok_or_else(|| unknown_line(*no))?;
        if !quantity.is_positive() || confirm.lines.iter().take(at).any(|(known, _)| known == no) {
            return Err(Refusal::Invalid {
                field: compact_str::format_compact!("lines[{at}].quantity"),
                given: compact_str::format_compact!("{quantity}"),
                wanted: Text::const_new("more than 0, and each line once"),
            });
        }
        let tolerated = excess.iter().find(|(over, _)| over == no).map_or(Quantity::ZERO, |(_, units)| *units);
        if *quantity > line.outstanding() + tolerated {
            return Err(Refusal::NotEnough { wanted: *quantity, available: line.outstanding() });
        }
    }
    Ok(())
}

/// What is shipped was picked, and what was picked was acknowledged: says so if the warehouse has not.
fn imply(books: &mut dyn Books, released: &WarehouseOrder, confirm: &ShipConfirm) -> Result<(), Stop> {
    let mut picked = Vec::new();
    for (no, quantity) in &confirm.lines {
        let Some(line) = released.line(*no) else { continue };
        let all = line.shipped + *quantity;
        if all > line.picked {
            stage(books, released.order, &released.node, line, all)?;
            picked.push((*no, all));
        }
    }
    if released.progress < Progress::Acknowledged {
        books.record(&released.id, WarehouseOrderEvent::Acknowledged);
    }
    if released.progress < Progress::Picked || !picked.is_empty() {
        books.record(&released.id, WarehouseOrderEvent::Picked { lines: picked, complete: true });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};
    use crate::order::release;
    use units::Amount;

    fn released(story: &mut Story) -> (OrderId, WarehouseOrderId) {
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        (id, release(story.books(), id, &at(2)).unwrap()[0])
    }

    fn confirm(warehouse_order: WarehouseOrderId, quantity: i64, reference: &str, complete: bool) -> ShipConfirm {
        let lines = vec![(LineNo(1), Quantity(quantity))];
        ShipConfirm { warehouse_order, reference: reference.into(), complete, lines, ..ShipConfirm::default() }
    }

    #[test]
    fn several_shipments_move_the_exposure_to_the_cent() {
        let mut story = Story::new();
        let (id, released) = released(&mut story);
        for (quantity, reference) in [(3, "A"), (3, "B"), (4, "C")] {
            ship(story.books(), &confirm(released, quantity, reference, false), &at(3)).unwrap();
        }
        assert_eq!(story.open_orders(), Amount(0));
        assert_eq!(story.order(id).units_in(Bucket::Shipped), Quantity(10));
        assert!(story.books().warehouse_order(&released).unwrap().unwrap().is_done());
        story.check();
    }

    #[test]
    fn a_repeat_is_known_and_another_under_the_same_number_is_refused() {
        let mut story = Story::new();
        let (_, released) = released(&mut story);
        let first = ship(story.books(), &confirm(released, 3, "A", false), &at(3)).unwrap();
        let again = ship(story.books(), &confirm(released, 3, "A", false), &at(4)).unwrap();
        assert_eq!((first.new, again.new, first.shipment), (true, false, again.shipment));
        let other = ship(story.books(), &confirm(released, 4, "A", false), &at(5));
        assert!(matches!(other, Err(Stop::Refused(Refusal::Conflict(_)))));
        let over = ship(story.books(), &confirm(released, 8, "B", false), &at(6));
        assert!(matches!(over, Err(Stop::Refused(Refusal::NotEnough { .. }))));
        story.check();
    }

    #[test]
    fn a_last_shipment_that_overtakes_an_earlier_one_does_not_cut_it_off() {
        let mut story = Story::new();
        let (id, released) = released(&mut story);
        let last = ShipConfirm { sequence: Some(2), ..confirm(released, 5, "B", true) };
        assert!(!ship(story.books(), &last, &at(3)).unwrap().short);
        let first = ShipConfirm { sequence: Some(1), ..confirm(released, 4, "A", false) };
        assert!(ship(story.books(), &first, &at(4)).unwrap().short);
        assert_eq!(story.order(id).units_in(Bucket::Shipped), Quantity(9));
        assert_eq!(story.order(id).units_in(Bucket::Open), Quantity(1));
        story.check();
    }

    #[test]
    fn what_will_not_be_shipped_goes_back_to_the_order() {
        let mut story = Story::new();
        let (id, released) = released(&mut story);
        let shipped = ship(story.books(), &confirm(released, 8, "A", true), &at(3)).unwrap();
        assert!(shipped.short);
        assert_eq!(story.order(id).units_in(Bucket::Open), Quantity(2));
        story.check();
    }

    #[test]
    fn what_left_although_it_was_counted_as_gone_sets_the_stock_right() {
        let mut story = Story::new();
        let (_, released) = released(&mut story);
        let count = crate::stock::Count {
            item: "X".into(),
            node: "WH1".into(),
            on_hand: Quantity(6),
            unavailable: Quantity(2),
            document: "C-1".into(),
            ..crate::stock::Count::default()
        };
        crate::stock::count(story.books(), &count, &at(3)).unwrap();
        let shipped = ship(story.books(), &confirm(released, 10, "A", true), &at(4)).unwrap();
        assert_eq!(shipped.uncounted, Quantity(6));
        let stock = story.stock_of("X", "WH1");
        assert_eq!((stock.on_hand, stock.unavailable, stock.shipped), (Quantity(2), Quantity(2), Quantity(10)));
        story.check();
    }
}
