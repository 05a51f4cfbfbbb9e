//! Units: ordered, reserved, released, shipped, billed.

use std::collections::BTreeMap;

use units::{Amount, Currency, Decimal, Quantity, Text, Timestamp};

use super::report::{Check, Report, Stake};
use super::{ACKNOWLEDGED_WITHIN, BILLED_WITHIN};
use crate::books::{Aggregate, Key};
use crate::context::Role;
use crate::fulfilment::Progress;
use crate::ids::*;
use crate::master::BillingPolicy;
use crate::order;
use crate::stock;

const fn check(checkpoint: &'static str, cause: &'static str, owner: Role, what: &'static str) -> Check {
    Check { checkpoint, what, cause, owner }
}

const ORDER: Check = check("units", "order-unsound", Role::Operations, "the order, sound");
const STOCK: Check = check("units", "stock-unsound", Role::Operations, "the stock, sound");
const LEFT: Check = check("units", "stock-left", Role::Warehouse, "left the stock, in shipments");
const RELEASED: Check = check("R2", "release-differs", Role::Warehouse, "released by the order, outstanding at warehouses");
const UNANSWERED: Check = check("R2", "release-unanswered", Role::Warehouse, "acknowledged within 30 minutes");
const SHIPPED: Check = check("R3", "ship-differs", Role::Warehouse, "shipped by the order, by warehouse orders");
const CONFIRMED: Check = check("R3", "shipment-missing", Role::Warehouse, "shipped by the order, in shipments");
const OVER: Check = check("R3", "over-shipped", Role::Warehouse, "shipped at most what was released");
const SEQUENCE: Check = check("R4", "billed-unshipped", Role::Receivables, "ordered ≥ shipped ≥ invoiced");
const INVOICED: Check = check("R4", "bill-differs", Role::Receivables, "invoiced by the order, by shipments");
const BACKLOG: Check = check("R4", "billing-backlog", Role::Receivables, "billed within 24 hours of its shipment");
const CLAIMED: Check =
    check("R12", "reservation-differs", Role::Operations, "reserved at the stock, allocated on the order");
const DEMANDED: Check = check("R12", "demand-differs", Role::Operations, "demand at the stock, backordered on the order");

type At = (OrderId, LineNo);

/// What a difference in units of a line is worth, and how old its order is.
#[derive(Debug, Default)]
struct Worth {
    since: Timestamp,
    price: Decimal,
    currency: Currency,
}

/// Units by what they are counted for, on both sides.
#[derive(Debug, Default)]
pub(super) struct Units {
    now: Option<Timestamp>,
    worth: BTreeMap<At, Worth>,
    /// Orders that are billed when they are complete, and are not: what has shipped is not late.
    bills_later: Vec<OrderId>,
    /// R12: reservation → what the stock holds for a line, and what the line holds.
    claims: BTreeMap<ReservationId, (i64, i64, Option<At>)>,
    /// R12: line and node → demand at the stock, and pegs of the line.
    demand: BTreeMap<(OrderId, LineNo, NodeId), (i64, i64)>,
    /// R2: line → units with warehouses by the order, and outstanding by the warehouse orders.
    released: BTreeMap<At, (i64, i64)>,
    /// R3: line → shipped by the order, by the warehouse orders, and by the shipments.
    shipped: BTreeMap<At, (i64, i64, i64)>,
    /// R4: line → invoiced by the order, and by the shipments.
    invoiced: BTreeMap<At, (i64, i64)>,
    /// R4: units of a shipment that are not invoiced, with the time of the shipment.
    unbilled: Vec<(ShipmentId, Timestamp, At, i64)>,
    /// Stock → left by its own count, and by the shipments.
    left: BTreeMap<StockKey, (i64, i64)>,
}

impl Units {
    pub(super) fn new(now: Option<Timestamp>) -> Self {
        Self { now, ..Self::default() }
    }

    pub(super) fn take(&mut self, key: &Key, aggregate: &Aggregate, report: &mut Report) {
        match (key, aggregate) {
            (Key::Order(id), Aggregate::Order(order)) => self.order(*id, order, report),
            (Key::Stock(stock_key), Aggregate::Stock(stock)) => {
                let found = stock::check(stock).err().unwrap_or_default();
                report.hold(&STOCK, stock_key, found, Text::default(), Stake::default());
                for claim in &stock.claims {
                    if claim.line.is_some() {
                        let entry = self.claims.entry(claim.reservation).or_default();
                        entry.0 += claim.quantity.0;
                        entry.2 = claim.line;
                    }
                }
                for demand in &stock.demand {
                    let (order, line) = demand.line;
                    self.demand.entry((order, line, stock_key.node.clone())).or_default().0 += demand.quantity.0;
                }
                self.left.entry(stock_key.clone()).or_default().0 += stock.shipped.0;
            }
            (_, Aggregate::WarehouseOrder(released)) => {
                let is_unanswered = matches!(released.progress, Progress::Created | Progress::Sent);
                if is_unanswered && self.is_late(released.released_at, ACKNOWLEDGED_WITHIN) {
                    let stake = Stake::new(Some(released.released_at), Amount::ZERO);
                    report.hold(&UNANSWERED, released.id, false, true, stake);
                }
                for line in &released.lines {
                    let at = (released.order, line.line);
                    if !released.is_done() {
                        self.released.entry(at).or_default().1 += line.outstanding().0;
                    }
                    if line.shipped > line.quantity {
                        let stake = Stake::new(Some(released.released_at), Amount::ZERO);
                        let name = format!("{} line {}", released.id, line.line.0);
                        report.hold(&OVER, name, line.shipped.0, line.quantity.0, stake);
                    }
                    self.shipped.entry(at).or_default().1 += line.shipped.0;
                }
            }
            (_, Aggregate::Shipment(shipment)) => {
                for line in &shipment.lines {
                    let at = (shipment.order, line.line);
                    self.shipped.entry(at).or_default().2 += line.quantity.0;
                    self.invoiced.entry(at).or_default().1 += line.invoiced.0;
                    self.left.entry(StockKey::new(&line.item, &shipment.node)).or_default().1 += line.quantity.0;
                    let open = line.quantity - line.invoiced;
                    if open.is_positive() && !shipment.is_intercepted() && self.is_late(shipment.shipped_at, BILLED_WITHIN) {
                        self.unbilled.push((shipment.id, shipment.shipped_at, at, open.0));
                    }
                }
            }
            _ => {}
        }
    }

    fn order(&mut self, id: OrderId, order: &order::Order, report: &mut Report) {
        let found = order::check(order).err().unwrap_or_default();
        let stake = Stake::new(Some(order.received_at), Amount::ZERO);
        report.hold(&ORDER, id, found, Text::default(), stake);
        let is_complete = matches!(order.billing, BillingPolicy::OnComplete { .. }) && order.is_fulfilled();
        if order.billing.bills_later() && !is_complete {
            self.bills_later.push(id);
        }
        for line in &order.lines {
            let at = (id, line.no);
            let worth = Worth { since: order.received_at, price: line.price, currency: order.currency };
            self.worth.insert(at, worth);
            for share in &line.allocations {
                let entry = self.claims.entry(share.reservation).or_default();
                entry.1 += share.quantity.0;
                entry.2 = Some(at);
            }
            for peg in &line.pegs {
                self.demand.entry((id, line.no, peg.node.clone())).or_default().1 += peg.quantity.0;
            }
            self.released.entry(at).or_default().0 += (line.buckets.released + line.buckets.picked).0;
            self.shipped.entry(at).or_default().0 += line.buckets.shipped.0;
            self.invoiced.entry(at).or_default().0 += line.invoiced.0;
            let in_order = line.ordered() >= line.buckets.shipped && line.buckets.shipped >= line.invoiced;
            let stake = self.stake(at, (line.buckets.shipped - line.invoiced).0);
            report.hold(&SEQUENCE, name(at), in_order, true, stake);
        }
    }

    /// What a difference of so many units of a line is worth.
    fn stake(&self, at: At, units: i64) -> Stake {
        let Some(worth) = self.worth.get(&at) else { return Stake::default() };
        let value = Amount::of(worth.price, Quantity(units.saturating_abs()), worth.currency).unwrap_or(Amount::LIMIT);
        Stake::new(Some(worth.since), value)
    }

    fn is_late(&self, from: Timestamp, millis: i64) -> bool {
        self.now.is_some_and(|now| now.millis_since(from) > millis)
    }

    pub(super) fn finish(self, report: &mut Report) {
        for (reservation, (stock, order, at)) in &self.claims {
            let stake = at.map(|at| self.stake(at, stock - order)).unwrap_or_default();
            report.hold(&CLAIMED, reservation, *stock, *order, stake);
        }
        for ((order, line, node), (stock, pegs)) in &self.demand {
            let stake = self.stake((*order, *line), stock - pegs);
            report.hold(&DEMANDED, format!("{order} line {} at {node}", line.0), *stock, *pegs, stake);
        }
        for (at, (order, warehouses)) in &self.released {
            report.hold(&RELEASED, name(*at), *order, *warehouses, self.stake(*at, order - warehouses));
        }
        for (at, (order, warehouses, shipments)) in &self.shipped {
            report.hold(&SHIPPED, name(*at), *order, *warehouses, self.stake(*at, order - warehouses));
            report.hold(&CONFIRMED, name(*at), *order, *shipments, self.stake(*at, order - shipments));
        }
        for (at, (order, shipments)) in &self.invoiced {
            report.hold(&INVOICED, name(*at), *order, *shipments, self.stake(*at, order - shipments));
        }
        for (shipment, since, at, units) in &self.unbilled {
            if !self.bills_later.contains(&at.0) {
                let value = self.stake(*at, *units).value;
                let name = format!("{shipment} line {}", at.1.0);
                report.hold(&BACKLOG, name, *units, 0, Stake::new(Some(*since), value));
            }
        }
        for (stock, (counted, shipments)) in self.left {
            report.hold(&LEFT, stock, counted, shipments, Stake::default());
        }
    }
}

fn name((order, line): At) -> String {
    format!("{order} line {}", line.0)
}
