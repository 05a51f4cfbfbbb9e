//! A customer changes an order.

use serde::{Deserialize, Serialize};
use units::{Day, Decimal, Quantity, Text};

use super::cancel::{Cancellation, cancel, stop};
use super::event::OrderEvent;
use super::find::{existing, existing_and_live, wrong_status};
use super::promise::note_promise;
use super::receive::check_billing;
use super::resolve;
use super::screen::screen_moved;
use super::state::Order;
use super::submission::SubmittedLine;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::fulfilment::{Shipment, WarehouseLine, WarehouseOrderEvent};
use crate::ids::*;
use crate::master::{BillingPolicy, ShipTo, Terms, is_price};
use crate::refusal::Refusal;

/// What shall be different.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Change {
    /// Units per line, those left out that are cancelled or that a warehouse was asked to cancel.
    pub quantities: Vec<(LineNo, Quantity)>,
    /// New lines.
    pub added: Vec<SubmittedLine>,
    /// Prices per base unit, for lines of which nothing is invoiced.
    pub prices: Vec<(LineNo, Decimal)>,
    /// A new ship-to. Warehouses are asked for what is with them, and somebody for what is on its way.
    pub ship_to: Option<ShipTo>,
    /// A new requested day.
    pub requested: Option<Day>,
    /// Another way of billing.
    #[serde(default)]
    pub billing: Option<BillingPolicy>,
    /// Whether the customer agrees to have it earlier than they were told.
    #[serde(default)]
    pub accepts_earlier: Option<bool>,
    /// Other payment terms, of an order of which nothing is invoiced.
    #[serde(default)]
    pub terms: Option<Terms>,
}

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeOutcome {
    /// Warehouse orders whose warehouse has to be asked to ship less, or nothing.
    pub asked: Vec<WarehouseOrderId>,
    /// Prices, tax, credit and promise have to be looked at again.
    pub recheck: bool,
    /// Warehouse orders whose warehouse has to be asked to ship to the new address.
    pub redirected: Vec<WarehouseOrderId>,
    /// Shipments that are on their way to the old address.
    pub under_way: Vec<ShipmentId>,
}

/// Changes an order by the matrix: what is taken away is cancelled, what is added enters `open` and is checked again.
///
/// Refused below what has shipped, for prices of invoiced lines and terms of invoiced orders, and for orders that are over. What has shipped
/// and is not invoiced can have another price, other terms, another ship-to or be billed otherwise; what is invoiced is billed anew. Where the
/// screening keeps the order from the new address, nobody is asked to ship there and warehouses are asked to stop. More generous terms take a
/// role of credit. Source: domain §1.5.4.
pub fn change(books: &mut dyn Books, id: OrderId, change: &Change, cx: &Context) -> Result<ChangeOutcome, Stop> {
    let order = existing_and_live(books, id, "it cannot be changed any more")?;
    if order.is_fulfilled() {
        let asks_for_units = !change.quantities.is_empty() || !change.added.is_empty() || change.requested.is_some();
        if asks_for_units || order.is_invoiced() && change.prices.is_empty() && change.terms.is_none() {
            return Err(wrong_status(&order, "everything has shipped: place another order").into());
        }
    }
    let mut less = Vec::new();
    let mut more = Vec::new();
    let mut again = Vec::new();
    for (at, (no, quantity)) in change.quantities.iter().enumerate() {
        let field = |name: &str| compact_str::format_compact!("quantities[{at}].{name}");
        let line = order.line(*no).ok_or_else(|| Refusal::invalid(field("line"), no.0, "a line of the order"))?;
        if quantity.is_negative() || *quantity > Quantity::LIMIT {
            return Err(Refusal::invalid(field("quantity"), quantity, "0 to 1,000,000,000").into());
        }
        // what warehouses were asked to cancel is not wanted any more, whatever they answer
        let leaving = leaving_warehouses(books, &order, *no)?;
        let now = line.ordered() - line.buckets.cancelled - leaving;
        if *quantity < line.buckets.shipped {
            return Err(Refusal::NotEnough { wanted: now - *quantity, available: now - line.buckets.shipped }.into());
        }
        match quantity.cmp(&now) {
            std::cmp::Ordering::Less => less.push((*no, Some(now - *quantity))),
            std::cmp::Ordering::Greater => {
                let kept = leaving.min(*quantity - now);
                let new = *quantity - now - kept;
                again.extend(kept.is_positive().then_some((*no, kept)));
                more.extend(new.is_positive().then(|| (*no, line.ordered() + new)));
            }
            std::cmp::Ordering::Equal => {}
        }
    }
    check_prices(&order, change)?;
    check_billing_of(&order, change.billing)?;
    let terms = change.terms.filter(|terms| *terms != order.terms);
    if let Some(terms) = terms.filter(|_| order.lines.iter().any(|line| line.invoiced.is_positive())) {
        let given = compact_str::format_compact!("net {} days", terms.net_days);
        return Err(Refusal::invalid(
            "terms",
            given,
            "those of an order of which nothing is invoiced; bill it anew instead",
        )
        .into());
    }
    if let Some(terms) = terms {
        terms.check_granted(order.terms, &cx.actor)?;
    }
    let added = added(books, &order, &change.added)?;
    let requested = change.requested.filter(|day| Some(*day) != order.requested);
    let ship_to = change.ship_to.as_ref().filter(|ship_to| **ship_to != order.ship_to).cloned();
    let recheck = !(more.is_empty() && added.is_empty() && change.prices.is_empty())
        || ship_to.is_some()
        || requested.is_some()
        || terms.is_some();
    let mut outcome = ChangeOutcome { recheck, ..ChangeOutcome::default() };
    if let Some(billing) = change.billing.filter(|billing| *billing != order.billing) {
        books.record(&id, OrderEvent::BillingSet { billing, by: cx.actor.id.clone() });
    }
    let dearer = |(no, price): &(LineNo, Decimal)| order.line(*no).is_some_and(|line| *price > line.price);
    let sooner = requested.is_some_and(|day| order.requested.is_none_or(|before| day < before));
    let later = terms.is_some_and(|terms| terms.is_more_generous_than(order.terms));
    let raises = !more.is_empty() || !added.is_empty() || sooner || later || change.prices.iter().any(dearer);
    drop(order);
    if !less.is_empty() {
        let cancellation = Cancellation { lines: less, reason: Text::const_new("changed by the customer") };
        outcome.asked = cancel(books, id, &cancellation, cx)?.asked;
    }
    for (no, units) in again {
        want_again(books, id, no, units)?;
    }
    if recheck {
        if raises {
            books.record(&id, OrderEvent::ExposureRaised { by: cx.actor.id.clone() });
        }
        let prices = change.prices.clone();
        let by = cx.actor.id.clone();
        let to = ship_to.clone().map(Box::new);
        books.record(&id, OrderEvent::Changed { ordered: more, added, prices, ship_to: to, requested, by, terms });
    }
    if let Some(ship_to) = ship_to {
        if screen_moved(books, id, cx)? {
            let stopped = stop(books, id, &outcome.asked, cx)?;
            outcome.asked.retain(|asked| !stopped.contains(asked));
            outcome.asked.extend(stopped);
        } else {
            redirect(books, id, &ship_to, &mut outcome, cx)?;
        }
    }
    if let Some(accepts) = change.accepts_earlier {
        accept_earlier(books, id, accepts, cx)?;
    }
    Ok(outcome)
}

/// The units of a line that warehouses were asked to cancel, and have not answered for.
fn leaving_warehouses(books: &mut dyn Books, order: &Order, no: LineNo) -> Result<Quantity, Stop> {
    let mut leaving = Quantity::ZERO;
    for id in &order.warehouse_orders {
        let released = books.warehouse_order(id)?;
        leaving += released.and_then(|released| released.line(no).map(WarehouseLine::leaving)).unwrap_or_default();
    }
    Ok(leaving)
}

/// Units that warehouses were asked to cancel are wanted after all, those of the last release first: a request cannot be taken back, so
/// they ship, or go back to the order to be placed again.
fn want_again(books: &mut dyn Books, id: OrderId, no: LineNo, units: Quantity) -> Result<(), Stop> {
    let mut left = units;
    let warehouse_orders = existing(books, id)?.warehouse_orders.clone();
    for id in warehouse_orders.iter().rev() {
        let released = books.warehouse_order(id)?;
        let leaving = released.and_then(|released| released.line(no).map(WarehouseLine::leaving)).unwrap_or_default();
        let kept = leaving.min(left);
        if kept.is_positive() {
            books.record(id, WarehouseOrderEvent::WantedAgain { lines: vec![(no, kept)] });
            left -= kept;
        }
    }
    Ok(())
}

/// Notes whether the customer agrees to have the order earlier than they were told; if they do, what can be there earlier is promised so.
fn accept_earlier(books: &mut dyn Books, id: OrderId, accepts: bool, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    if order.accepts_earlier == accepts {
        return Ok(());
    }
    books.record(&id, OrderEvent::EarlierAccepted { accepts, by: cx.actor.id.clone() });
    let cause = Text::const_new("the customer agreed to have it earlier");
    let promised =
        order.lines.iter().filter(|line| accepts && line.promise.is_some() && line.buckets.to_ship().is_positive());
    promised.map(|line| line.no).try_for_each(|no| note_promise(books, id, no, &cause, cx))
}

/// Asks each warehouse that has not shipped all of its part, and notes what is on its way.
fn redirect(
    books: &mut dyn Books,
    id: OrderId,
    ship_to: &ShipTo,
    outcome: &mut ChangeOutcome,
    cx: &Context,
) -> Result<(), Stop> {
    let order = existing(books, id)?;
    for id in &order.warehouse_orders {
        if books.warehouse_order(id)?.is_some_and(|released| !released.is_done()) {
            books.record(id, WarehouseOrderEvent::RedirectRequested { ship_to: ship_to.clone() });
            outcome.redirected.push(*id);
        }
    }
    for id in &order.shipments {
        let is_under_way = |shipment: &Shipment| shipment.lost_sight_of_at().is_some_and(|lost| cx.now < lost);
        if books.shipment(id)?.is_some_and(|shipment| is_under_way(&shipment)) {
            outcome.under_way.push(*id);
        }
    }
    Ok(())
}

/// What is billed at approval is billed before anything is delivered, so an approved order does not come to it any more.
fn check_billing_of(order: &Order, billing: Option<BillingPolicy>) -> Result<(), Refusal> {
    let Some(billing) = billing.filter(|billing| *billing != order.billing) else { return Ok(()) };
    check_billing("billing", billing)?;
    if billing.upfront().is_zero() || order.approved_at.is_none() {
        return Ok(());
    }
    Err(Refusal::invalid("billing", billing, "a way of billing that asks for nothing at approval, which has been"))
}

fn check_prices(order: &Order, change: &Change) -> Result<(), Refusal> {
    for (at, (no, price)) in change.prices.iter().enumerate() {
        let field = compact_str::format_compact!("prices[{at}]");
        let line = order.line(*no).ok_or_else(|| Refusal::invalid(field.clone(), no.0, "a line of the order"))?;
        if line.invoiced.is_positive() {
            return Err(Refusal::invalid(field, price, "the price of a line that is not invoiced; bill it anew instead"));
        }
        if !is_price(*price) {
            return Err(Refusal::invalid(field, price, "0 to 1,000,000,000"));
        }
    }
    Ok(())
}

fn added(books: &mut dyn Books, order: &Order, lines: &[SubmittedLine]) -> Result<Vec<super::state::Line>, Stop> {
    let last = order.lines.last().map_or(0, |line| line.no.0);
    if order.lines.len() + lines.len() > super::receive::MAX_LINES {
        return Err(Refusal::invalid("added", lines.len(), "at most 20,000 lines in all").into());
    }
    let mut added = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        added.push(resolve::line(books, LineNo(last + at as u64 + 1), at, line, order.currency)?);
    }
    Ok(added)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::release;

    #[test]
    fn more_enters_open_and_less_is_cancelled() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 5), ("X", 5)]);
        let wanted = Change { quantities: vec![(LineNo(1), Quantity(8)), (LineNo(2), Quantity(3))], ..Change::default() };
        let outcome = change(story.books(), id, &wanted, &clerk("ann", 3)).unwrap();
        assert!(outcome.recheck && outcome.asked.is_empty());
        let order = story.order(id);
        assert_eq!(order.lines[0].buckets.open, Quantity(3));
        assert_eq!((order.lines[1].buckets.allocated, order.lines[1].buckets.cancelled), (Quantity(3), Quantity(2)));
        story.check();
    }

    #[test]
    fn a_line_is_added_and_a_released_one_is_asked_about() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 5)]);
        let released = release(story.books(), id, &at(2)).unwrap();
        let wanted =
            Change { quantities: vec![(LineNo(1), Quantity(2))], added: vec![submitted("X", "4")], ..Change::default() };
        let outcome = change(story.books(), id, &wanted, &clerk("ann", 3)).unwrap();
        assert_eq!(outcome.asked, released);
        assert_eq!(story.order(id).lines[1].buckets.open, Quantity(4));
        story.check();
    }

    #[test]
    fn only_another_address_is_asked_about_and_only_for_what_may_be_on_its_way() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 5), ("X", 5)]);
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        let shipment = story.ship(released, &[(1, 5)], "A");
        let same = story.order(id).ship_to.clone();
        let to = |ship_to| Change { ship_to: Some(ship_to), ..Change::default() };
        let outcome = change(story.books(), id, &to(same.clone()), &clerk("ann", 4)).unwrap();
        assert_eq!(outcome, ChangeOutcome::default());
        let other = |street: &str| ShipTo { street: street.into(), ..same.clone() };
        let outcome = change(story.books(), id, &to(other("Street 2")), &clerk("ann", 5)).unwrap();
        assert_eq!((outcome.redirected, outcome.under_way), (vec![released], vec![shipment]));
        // three weeks later it has long arrived, whether or not anybody said so
        let outcome = change(story.books(), id, &to(other("Street 3")), &clerk("ann", 21 * 1_440)).unwrap();
        assert_eq!((outcome.redirected, outcome.under_way), (vec![released], vec![]));
    }

    #[test]
    fn domain_1_2_whoever_raises_an_order_by_a_change_is_remembered_and_whoever_lowers_it_is_not() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 5)]);
        let mut raised_by = |change_of: Change, who: &str| {
            change(story.books(), id, &change_of, &clerk(who, 3)).unwrap();
            story.order(id).raised_by.to_string()
        };
        let units = |units| Change { quantities: vec![(LineNo(1), Quantity(units))], ..Change::default() };
        let price = |price: &str| Change { prices: vec![(LineNo(1), price.parse().unwrap())], ..Change::default() };
        let day = |day: &str| Change { requested: Some(day.parse().unwrap()), ..Change::default() };
        assert_eq!(raised_by(units(4), "low"), "");
        assert_eq!(raised_by(units(6), "more"), "more");
        assert_eq!(raised_by(price("9.00"), "cheap"), "more");
        assert_eq!(raised_by(price("12.00"), "dear"), "dear");
        let terms = |net_days| Change { terms: Some(Terms { net_days, ..Terms::default() }), ..Change::default() };
        assert_eq!(raised_by(terms(14), "short"), "dear");
        assert_eq!(raised_by(terms(60), "long"), "long");
        assert_eq!(raised_by(day("2026-06-01"), "first"), "first");
        assert_eq!(raised_by(day("2026-07-01"), "late"), "first");
        assert_eq!(raised_by(day("2026-05-01"), "soon"), "soon");
        assert_eq!(raised_by(Change { added: vec![submitted("X", "1")], ..Change::default() }, "line"), "line");
    }

    #[test]
    fn domain_1_5_4_more_generous_terms_are_granted_by_whoever_grants_credit_and_no_discount_is_above_all_of_it() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 5)]);
        let of = |terms| Change { terms: Some(terms), ..Change::default() };
        let later = of(Terms { net_days: 60, ..Terms::default() });
        let mut sales = clerk("sal", 3);
        sales.actor.roles = vec![crate::context::Role::Sales];
        let refused = change(&mut story.books.clone(), id, &later, &sales);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{refused:?}");
        change(&mut story.books.clone(), id, &of(Terms { net_days: 14, ..Terms::default() }), &sales).unwrap();
        change(&mut story.books.clone(), id, &later, &clerk("ann", 3)).unwrap();
        for percent in ["-1", "100.5"] {
            let terms = Terms { discount_percent: percent.parse().unwrap(), ..Terms::default() };
            let refused = change(&mut story.books.clone(), id, &of(terms), &clerk("ann", 3));
            assert!(matches!(refused, Err(Stop::Refused(Refusal::Invalid { .. }))), "{percent}: {refused:?}");
        }
    }

    #[test]
    fn an_order_is_billed_otherwise_but_not_at_an_approval_that_has_been() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 5)]);
        let billed = |billing| Change { billing: Some(billing), ..Change::default() };
        let outcome = change(story.books(), id, &billed(BillingPolicy::ON_COMPLETE), &clerk("ann", 3)).unwrap();
        assert_eq!((outcome.recheck, story.order(id).billing), (false, BillingPolicy::ON_COMPLETE));
        let refused = change(story.books(), id, &billed(BillingPolicy::OnOrder), &clerk("ann", 4));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::Invalid { .. }))));
    }
}
