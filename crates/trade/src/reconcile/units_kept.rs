//! Units: ordered, reserved, released, shipped, billed.

use std::collections::BTreeMap;

use super::report::Report;
use crate::books::{Aggregate, Key};
use crate::ids::*;
use crate::order;
use crate::stock;

/// Units by what they are counted for, on both sides.
#[derive(Debug, Default)]
pub(super) struct Units {
    /// R12: reservation → what the stock holds for a line, and what the line holds.
    claims: BTreeMap<ReservationId, (i64, i64)>,
    /// R12: line and node → demand at the stock, and pegs of the line.
    demand: BTreeMap<(OrderId, LineNo, NodeId), (i64, i64)>,
    /// R2: line → units with warehouses by the order, and outstanding by the warehouse orders.
    released: BTreeMap<(OrderId, LineNo), (i64, i64)>,
    /// R3: line → shipped by the order, by the warehouse orders, and by the shipments.
    shipped: BTreeMap<(OrderId, LineNo), (i64, i64, i64)>,
    /// R4: line → invoiced by the order, and by the shipments.
    invoiced: BTreeMap<(OrderId, LineNo), (i64, i64)>,
    /// Stock → left by its own count, and by the shipments.
    left: BTreeMap<StockKey, (i64, i64)>,
}

impl Units {
    pub(super) fn take(&mut self, key: &Key, aggregate: &Aggregate, report: &mut Report) {
        match (key, aggregate) {
            (Key::Order(id), Aggregate::Order(order)) => {
                if let Err(what) = order::check(order) {
                    report.hold("units", id, "order", what, "sound");
                }
                for line in &order.lines {
                    let at = (*id, line.no);
                    for share in &line.allocations {
                        self.claims.entry(share.reservation).or_default().1 += share.quantity.0;
                    }
                    for peg in &line.pegs {
                        self.demand.entry((*id, line.no, peg.node.clone())).or_default().1 += peg.quantity.0;
                    }
                    self.released.entry(at).or_default().0 += (line.buckets.released + line.buckets.picked).0;
                    self.shipped.entry(at).or_default().0 += line.buckets.shipped.0;
                    self.invoiced.entry(at).or_default().0 += line.invoiced.0;
                    let in_order = line.ordered() >= line.buckets.shipped && line.buckets.shipped >= line.invoiced;
                    report.hold("R4", format!("{id} line {}", line.no.0), "ordered ≥ shipped ≥ invoiced", in_order, true);
                }
            }
            (Key::Stock(stock_key), Aggregate::Stock(stock)) => {
                if let Err(what) = stock::check(stock) {
                    report.hold("units", stock_key, "stock", what, "sound");
                }
                for claim in stock.claims.iter().filter(|claim| claim.line.is_some()) {
                    self.claims.entry(claim.reservation).or_default().0 += claim.quantity.0;
                }
                for demand in &stock.demand {
                    let (order, line) = demand.line;
                    self.demand.entry((order, line, stock_key.node.clone())).or_default().0 += demand.quantity.0;
                }
                self.left.entry(stock_key.clone()).or_default().0 += stock.shipped.0;
            }
            (_, Aggregate::WarehouseOrder(released)) => {
                for line in &released.lines {
                    let at = (released.order, line.line);
                    if !released.is_done() {
                        self.released.entry(at).or_default().1 += line.outstanding().0;
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
                }
            }
            _ => {}
        }
    }

    pub(super) fn finish(self, report: &mut Report) {
        for (reservation, (stock, order)) in self.claims {
            report.hold("R12", reservation, "reserved at the stock, allocated on the order", stock, order);
        }
        for ((order, line, node), (stock, pegs)) in self.demand {
            report.hold(
                "R12",
                format!("{order} line {} at {node}", line.0),
                "demand at the stock, backordered on the order",
                stock,
                pegs,
            );
        }
        let name = |(order, line): (OrderId, LineNo)| format!("{order} line {}", line.0);
        for (at, (order, warehouses)) in self.released {
            report.hold("R2", name(at), "released by the order, outstanding at warehouses", order, warehouses);
        }
        for (at, (order, warehouses, shipments)) in self.shipped {
            report.hold("R3", name(at), "shipped by the order, by warehouse orders", order, warehouses);
            report.hold("R3", name(at), "shipped by the order, in shipments", order, shipments);
        }
        for (at, (order, shipments)) in self.invoiced {
            report.hold("R4", name(at), "invoiced by the order, by shipments", order, shipments);
        }
        for (stock, (counted, shipments)) in self.left {
            report.hold("units", stock, "left the stock, in shipments", counted, shipments);
        }
    }
}
