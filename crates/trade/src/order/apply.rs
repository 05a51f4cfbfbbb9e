//! Event to state: total and boring.

use units::Quantity;

use super::event::OrderEvent;
use super::state::{Bucket, Clearance, HoldKind, Line, Order};
use crate::books::Folded;
use crate::ids::LineNo;

impl Order {
    fn line_mut(&mut self, no: LineNo) -> Option<&mut Line> {
        let at = self.position(no)?;
        self.lines.get_mut(at)
    }

    /// Ordered units change only through `open`, so that every other bucket keeps what it has.
    fn set_ordered(&mut self, no: LineNo, ordered: Quantity) {
        if let Some(line) = self.line_mut(no) {
            let difference = ordered - line.ordered();
            line.buckets.open += difference;
        }
    }
}

impl Folded for Order {
    type Event = OrderEvent;

    fn apply(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Received(order) => *self = (**order).clone(),
            OrderEvent::DuplicateDetected { first } => self.duplicate_of = Some(*first),
            OrderEvent::Validated { .. } => (self.validated, self.checked) = (true, true),
            OrderEvent::ValidationFailed { .. } => self.checked = true,
            OrderEvent::Failed { reason } => self.failed = Some(reason.clone()),
            OrderEvent::Restarted => self.failed = None,
            OrderEvent::LinePriced { line, price, rule, tax_category, .. } => {
                self.revalue = true;
                if let Some(line) = self.line_mut(*line) {
                    line.price = *price;
                    line.price_rule = rule.clone();
                    line.tax_category = tax_category.clone();
                }
            }
            OrderEvent::LineCorrected { line, item, ordered, requested_price } => {
                self.validated = false;
                self.revalue = true;
                self.set_ordered(*line, *ordered);
                if let Some(line) = self.line_mut(*line) {
                    line.item = item.clone();
                    line.requested_price = *requested_price;
                    line.unresolved = None;
                }
            }
            OrderEvent::TaxDetermined { rates, tax, scheme, basis, .. } => {
                self.tax = *tax;
                self.tax_scheme = *scheme;
                self.taxed_from.clone_from(&basis.node);
                self.revalue = true;
                for (no, rate) in rates {
                    if let Some(line) = self.line_mut(*no) {
                        line.tax_rate = *rate;
                    }
                }
            }
            OrderEvent::HoldPlaced(hold) => {
                self.holds.retain(|old| old.kind != hold.kind);
                self.holds.push(hold.clone());
            }
            OrderEvent::HoldReleased { kind, .. } => {
                self.holds.retain(|hold| hold.kind != *kind);
                match kind {
                    HoldKind::Duplicate => self.duplicate_of = None,
                    HoldKind::Price => {
                        self.lines.iter_mut().for_each(|line| line.price_accepted = Some(line.price));
                        self.discount_accepted = self.discount;
                    }
                    HoldKind::Tax => self.tax_accepted = Some(self.tax),
                    _ => {}
                }
            }
            OrderEvent::Approved { at, exposed, .. } => {
                self.approved_at = Some(*at);
                self.exposed += *exposed;
                self.revalue = false;
            }
            OrderEvent::Revalued { by } => {
                self.exposed += *by;
                self.revalue = false;
            }
            OrderEvent::Rejected { reason } => self.rejected = Some(reason.clone()),
            OrderEvent::Moved { line, from, to, quantity } => {
                if let Some(line) = self.line_mut(*line) {
                    *line.buckets.slot(*from) -= *quantity;
                    *line.buckets.slot(*to) += *quantity;
                }
            }
            OrderEvent::Allocated { line, allocation } => {
                if let Some(line) = self.line_mut(*line) {
                    line.allocations.retain(|old| old.reservation != allocation.reservation);
                    if allocation.quantity.is_positive() {
                        line.allocations.push(allocation.clone());
                    }
                }
            }
            OrderEvent::Pegged { line, pegs } => {
                if let Some(line) = self.line_mut(*line) {
                    line.pegs = pegs.clone();
                }
            }
            OrderEvent::Promised { line, promise, .. } => {
                if let Some(line) = self.line_mut(*line) {
                    line.promise = *promise;
                    line.confirmed = promise.or(line.confirmed);
                }
            }
            OrderEvent::Changed { ordered, added, prices, ship_to, requested, terms, by: _ } => {
                self.terms = terms.unwrap_or(self.terms);
                for (no, ordered) in ordered {
                    self.set_ordered(*no, *ordered);
                }
                self.lines.extend(added.iter().cloned());
                for (no, price) in prices {
                    if let Some(line) = self.line_mut(*no) {
                        line.price = *price;
                        line.requested_price = Some(*price);
                    }
                }
                if let Some(ship_to) = ship_to {
                    self.ship_to = (**ship_to).clone();
                }
                if requested.is_some() {
                    self.requested = *requested;
                }
                if requested.is_some() || ship_to.is_some() {
                    // what they were told was about another day or place
                    self.lines.iter_mut().for_each(|line| line.confirmed = None);
                }
                self.changes += 1;
                self.validated = false;
                self.revalue = true;
            }
            OrderEvent::ExposureMoved { amount } => self.exposed -= *amount,
            OrderEvent::Released { warehouse_order } => self.warehouse_orders.push(*warehouse_order),
            OrderEvent::Shipped { shipment } => self.shipments.push(*shipment),
            OrderEvent::Invoiced { invoice, lines, freight, discount, deposit, consumed, receivable } => {
                self.invoices.push(*invoice);
                self.freight_invoiced += *freight;
                self.discount_invoiced += *discount;
                self.deposit_invoiced += *deposit;
                self.deposit_consumed += *consumed;
                self.receivable += *receivable;
                if !deposit.is_zero() {
                    self.deposit_gross += *receivable;
                }
                for (no, quantity, amount) in lines {
                    let Some(line) = self.line_mut(*no) else { continue };
                    if quantity.is_negative() || amount.is_negative() {
                        line.credited -= *quantity;
                        line.credited_amount -= *amount;
                    } else {
                        line.invoiced += *quantity;
                        line.invoiced_amount += *amount;
                    }
                }
            }
            OrderEvent::ReceivableChanged { by } => self.receivable += *by,
            OrderEvent::ReturnRequested { line, quantity } => {
                if let Some(line) = self.line_mut(*line) {
                    line.returned += *quantity;
                }
            }
            OrderEvent::ReturnRefused { line, quantity } => {
                if let Some(line) = self.line_mut(*line) {
                    line.returned -= *quantity;
                }
            }
            OrderEvent::Closed { at, .. } => {
                self.closed_at = Some(*at);
                (self.reopened, self.corrected) = (false, false);
            }
            OrderEvent::Reopened { .. } => {
                self.closed_at = None;
                self.reopened = true;
                // what a person let pass was another order's exposure by now
                self.credit_release = None;
            }
            OrderEvent::Sourced(sourcing) => self.sourcing = Some(sourcing.clone()),
            OrderEvent::CreditReleased { gross, at } => self.credit_release = Some((*gross, *at)),
            OrderEvent::BillingSet { billing, .. } => self.billing = *billing,
            OrderEvent::BillingScheduled { at } => self.bill_at = *at,
            OrderEvent::ExposureRaised { by } => self.raised_by = by.clone(),
            OrderEvent::Substituted { by } => {
                self.validated = false;
                self.revalue = true;
                if let Some(line) = self.line_mut(by.no) {
                    *line = (**by).clone();
                } else {
                    let replaced = by.replaces.as_deref().cloned().unwrap_or_default();
                    if let Some(line) = self.line_mut(replaced.line) {
                        line.buckets.open -= replaced.quantity;
                    }
                    self.lines.push((**by).clone());
                }
            }
            OrderEvent::ReviewScheduled { at } => self.review_at = *at,
            OrderEvent::SubstitutesRefused { line } => {
                if let Some(line) = self.line_mut(*line) {
                    line.no_substitutes = true;
                }
            }
            OrderEvent::MilestoneReported { .. } => self.milestone_reported = true,
            OrderEvent::ScreeningCleared { kind, finding, value } => {
                self.cleared.push(Clearance { kind: *kind, finding: finding.clone(), value: *value });
            }
            OrderEvent::ReservationsTakenOver { .. } => self.reserved_before.clear(),
            OrderEvent::EarlierAccepted { accepts, .. } => self.accepts_earlier = *accepts,
            OrderEvent::Delivered { lines, .. } => {
                for (no, quantity) in lines {
                    if let Some(line) = self.line_mut(*no) {
                        line.delivered += *quantity;
                    }
                }
            }
            OrderEvent::Rebilled { prices, lines, terms, .. } => {
                self.corrected = self.reopened;
                for (no, price) in prices {
                    if let Some(line) = self.line_mut(*no) {
                        line.price = *price;
                        line.requested_price = Some(*price);
                    }
                }
                for (no, invoiced, credited) in lines {
                    if let Some(line) = self.line_mut(*no) {
                        line.invoiced_amount += *invoiced;
                        line.credited_amount += *credited;
                    }
                }
                self.terms = terms.unwrap_or(self.terms);
                self.validated = false;
                self.revalue = true;
            }
            OrderEvent::SentBack { lines, .. } => {
                for (no, quantity) in lines {
                    if let Some(line) = self.line_mut(*no) {
                        line.sent_back += *quantity;
                    }
                }
            }
            OrderEvent::OverShipped { line, quantity, tax } => {
                self.tax += *tax;
                if let Some(line) = self.line_mut(*line) {
                    line.buckets.released += *quantity;
                    line.over_shipped += *quantity;
                }
            }
            OrderEvent::CancelFailed { lines, .. } => {
                for (no, quantity) in lines {
                    if let Some(line) = self.line_mut(*no) {
                        line.cancel_failed += *quantity;
                    }
                }
            }
        }
    }
}

/// Moves are between two different buckets; named here because every verb uses it.
pub(crate) fn moved(line: LineNo, from: Bucket, to: Bucket, quantity: Quantity) -> OrderEvent {
    OrderEvent::Moved { line, from, to, quantity }
}
