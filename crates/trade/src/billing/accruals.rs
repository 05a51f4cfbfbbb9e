//! What a period end accrues: goods whose control has passed to the customer and that are not invoiced by then, and the other way round.

use std::collections::BTreeMap;

use serde::Serialize;
use units::{Amount, Currency, Day, Decimal, Quantity};

use super::state::{DocumentKind, Invoice};
use crate::books::{Aggregate, Key};
use crate::fulfilment::Shipment;
use crate::ids::*;
use crate::master::Company;
use crate::order::{Order, units_value};

/// The accruals of a day, by order line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Accruals {
    /// The last day of the period.
    pub day: Day,
    /// Lines of which more has passed to the customer than is invoiced.
    pub shipped_not_invoiced: Vec<Accrual>,
    /// Lines of which more is invoiced than has passed: goods on their way by terms such as DAP that were billed before their delivery.
    pub invoiced_not_passed: Vec<Accrual>,
}

/// What is accrued of one order line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Accrual {
    /// The customer.
    pub account: AccountId,
    /// The order.
    pub order: OrderId,
    /// Its line.
    pub line: LineNo,
    /// The item.
    pub item: ItemId,
    /// Units.
    pub quantity: Quantity,
    /// Their net value at the price of the order, in minor units of its currency.
    pub value: Amount,
    /// That currency.
    pub currency: Currency,
}

/// The day on which control of the goods of a shipment passed to the customer: that of the hand-over to the carrier, or by terms such as
/// DAP that of the delivery; `None` if that is not proved yet. Source: domain §1.6 (revenue recognition trigger).
pub fn control_passed(order: &Order, shipment: &Shipment, company: &Company) -> Option<Day> {
    let passes_on_delivery = order.incoterm.is_some_and(|term| term.passes_on_delivery());
    let at = if passes_on_delivery { shipment.delivered.as_ref().map(|proof| proof.at) } else { Some(shipment.shipped_at) };
    at.map(|at| company.calendar.local_day(at))
}

/// What is to be accrued at the end of a day, from all aggregates. Source: domain §1.6 (unbilled shipped goods accrue at period end).
pub fn accruals<'a>(aggregates: impl Iterator<Item = (&'a Key, &'a Aggregate)>, day: Day) -> Accruals {
    let mut books = Period::default();
    for (_, aggregate) in aggregates {
        books.take(aggregate, day);
    }
    books.finish(day)
}

/// What is billed anew was billed before.
fn is_first_billed(invoice: &Invoice) -> bool {
    invoice.kind == DocumentKind::Invoice && invoice.rebills.is_none()
}

#[derive(Default)]
struct Period<'a> {
    company: Option<&'a Company>,
    orders: BTreeMap<OrderId, &'a Order>,
    shipments: Vec<&'a Shipment>,
    /// Units that are invoiced by the day.
    invoiced: BTreeMap<(OrderId, LineNo), Quantity>,
}

impl<'a> Period<'a> {
    fn take(&mut self, aggregate: &'a Aggregate, day: Day) {
        match aggregate {
            Aggregate::Company(company) => self.company = Some(company),
            Aggregate::Order(order) => drop(self.orders.insert(order.id, order)),
            Aggregate::Shipment(shipment) => self.shipments.push(shipment),
            Aggregate::Invoice(invoice) if is_first_billed(invoice) && invoice.date <= day => {
                for line in &invoice.lines {
                    *self.invoiced.entry((line.order, line.line)).or_default() += line.quantity;
                }
            }
            _ => {}
        }
    }

    fn finish(self, day: Day) -> Accruals {
        let mut accruals = Accruals { day, ..Accruals::default() };
        let Some(company) = self.company else { return accruals };
        let mut open = self.invoiced.clone();
        open.values_mut().for_each(|units| *units = -*units);
        for shipment in &self.shipments {
            let Some(order) = self.orders.get(&shipment.order).filter(|_| !shipment.is_intercepted()) else { continue };
            if control_passed(order, shipment, company).is_none_or(|passed| passed > day) {
                continue;
            }
            for line in &shipment.lines {
                *open.entry((order.id, line.line)).or_default() += line.quantity;
            }
        }
        for ((id, no), units) in open.into_iter().filter(|(_, units)| !units.is_zero()) {
            let Some(order) = self.orders.get(&id) else { continue };
            let Some(line) = order.line(no) else { continue };
            let side =
                if units.is_negative() { &mut accruals.invoiced_not_passed } else { &mut accruals.shipped_not_invoiced };
            let quantity = Quantity(units.0.saturating_abs());
            side.push(Accrual {
                account: order.account.clone(),
                order: id,
                line: no,
                item: line.item.clone(),
                quantity,
                value: units_value(line, quantity, order.currency),
                currency: order.currency,
            });
        }
        accruals
    }
}

impl Accruals {
    /// The value of one side by currency, in major units.
    pub fn totals(side: &[Accrual]) -> BTreeMap<String, Decimal> {
        let mut totals: BTreeMap<String, (Currency, Amount)> = BTreeMap::new();
        for accrual in side {
            let total = totals.entry(accrual.currency.to_string()).or_insert((accrual.currency, Amount::ZERO));
            total.1 += accrual.value;
        }
        totals.into_iter().map(|(code, (currency, value))| (code, value.to_decimal(currency))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::bill;
    use crate::fulfilment::{Delivery, deliver};
    use crate::master::{BillingPolicy, Incoterm, Period as Every, Together};
    use crate::order::fixture::{Story, at};
    use crate::order::{Submission, approve, promise};

    /// Ten of X at 10.00, of which `units` ship on the second of March.
    fn shipped(incoterm: Option<Incoterm>, billing: Option<BillingPolicy>) -> (Story, OrderId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.receive(&Submission { incoterm, billing, ..story.submission() }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        (story, id)
    }

    /// Units and value of what is accrued by line.
    type Side = Vec<(i64, i64)>;

    fn on(story: &Story, day: &str) -> (Side, Side) {
        let accruals = accruals(story.books.iter(), day.parse().unwrap());
        let side = |side: &[Accrual]| -> Side { side.iter().map(|accrual| (accrual.quantity.0, accrual.value.0)).collect() };
        (side(&accruals.shipped_not_invoiced), side(&accruals.invoiced_not_passed))
    }

    #[test]
    fn domain_1_6_unbilled_shipped_goods_accrue_at_period_end() {
        let weekly = BillingPolicy::Consolidated { every: Every::Week, per: Together::Account };
        let (mut story, id) = shipped(Some(Incoterm::Fca), Some(weekly));
        assert_eq!(on(&story, "2026-03-01"), (vec![], vec![]));
        assert_eq!(on(&story, "2026-03-02"), (vec![(10, 10_000)], vec![]));
        bill(story.books(), id, &at(7 * 1_440)).unwrap();
        // what was true at the end of a period stays true
        assert_eq!(on(&story, "2026-03-02"), (vec![(10, 10_000)], vec![]));
        assert_eq!(on(&story, "2026-03-09"), (vec![], vec![]));
    }

    #[test]
    fn domain_1_6_goods_whose_control_passes_on_delivery_are_billed_and_accrue_with_its_proof() {
        let (mut story, id) = shipped(Some(Incoterm::Dap), None);
        assert_eq!(story.order(id).billing, BillingPolicy::OnDelivery);
        assert_eq!((bill(story.books(), id, &at(4)).unwrap(), on(&story, "2026-03-02")), (vec![], (vec![], vec![])));
        let delivery = Delivery { at: at(2 * 1_440).now, receiver: "Mr Doe".into(), ..Delivery::default() };
        let shipment = story.order(id).shipments[0];
        deliver(story.books(), shipment, &delivery, &at(2 * 1_440)).unwrap();
        assert_eq!(on(&story, "2026-03-04"), (vec![(10, 10_000)], vec![]));
        assert_eq!(bill(story.books(), id, &at(3 * 1_440)).unwrap().len(), 1);
        assert_eq!(on(&story, "2026-03-05"), (vec![], vec![]));
    }

    #[test]
    fn what_is_billed_before_control_passes_stands_on_the_other_side() {
        let (mut story, id) = shipped(Some(Incoterm::Ddp), Some(BillingPolicy::PerShipment));
        bill(story.books(), id, &at(4)).unwrap();
        assert_eq!(on(&story, "2026-03-02"), (vec![], vec![(10, 10_000)]));
        let found = accruals(story.books.iter(), "2026-03-02".parse().unwrap());
        let totals = Accruals::totals(&found.invoiced_not_passed);
        assert_eq!(totals.into_iter().collect::<Vec<_>>(), [("EUR".to_owned(), Decimal::from(100i64))]);
    }
}
