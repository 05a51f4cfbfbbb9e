//! The prices of an order against what we expect.

use compact_str::format_compact;
use units::{Amount, Decimal, Text};

use super::expected::{Expected, expected};
use crate::account::Account;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::{Item, PricePolicy};
use crate::order::{HoldKind, Line, Order, OrderEvent, company, existing, lift, net, place_hold};
use crate::refusal::Refusal;

/// What is wrong with the price of a line.
struct Fault {
    line: LineNo,
    reason: Text,
    amount: Amount,
}

/// Prices every line and places the Price hold if one is outside the tolerance or below the margin floor; lifts it otherwise.
///
/// A price at which a person released the hold is not held again. Source: domain §1.3.
pub fn validate(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let policy = company(books)?.policy.price.clone();
    let account = account_of(books, &order)?;
    let mut faults = Vec::new();
    for line in order.lines.iter().filter(|line| line.unresolved.is_none()) {
        let Some(item) = books.item(&line.item)? else { continue };
        let quantity = line.ordered() - line.buckets.cancelled;
        let wanted = expected(books, &account, &item, quantity, cx.now.day())?;
        let (price, rule, fault) = judge(&policy, &order, line, &item, wanted);
        if line.price != price || line.price_rule != rule || line.tax_category != item.tax_category {
            let event = OrderEvent::LinePriced { line: line.no, price, rule, tax_category: item.tax_category.clone() };
            books.record(&id, event);
        }
        faults.extend(fault.map(|(reason, amount)| Fault { line: line.no, reason, amount }));
    }
    let is_over = order.is_over();
    drop(order);
    if faults.is_empty() || is_over {
        return lift(books, id, HoldKind::Price, "the prices are right", cx);
    }
    let reason: Vec<&str> = faults.iter().take(5).map(|fault| fault.reason.as_str()).collect();
    let more = if faults.len() > 5 { format!(" and {} more", faults.len() - 5) } else { String::new() };
    let reason = Text::from(format!("{}{more}", reason.join("; ")));
    let amount = faults.iter().map(|fault| fault.amount).sum();
    place_hold(books, id, HoldKind::Price, reason, faults.iter().map(|fault| fault.line).collect(), amount, cx)
}

/// Takes our prices instead of the customer's, where we have one. Source: domain §1.3.
pub fn use_expected(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let account = account_of(books, &order)?;
    for line in order.lines.iter().filter(|line| line.unresolved.is_none() && line.invoiced.is_zero()) {
        let Some(item) = books.item(&line.item)? else { continue };
        let quantity = line.ordered() - line.buckets.cancelled;
        let Some(Expected { price, rule }) = expected(books, &account, &item, quantity, cx.now.day())? else { continue };
        if line.price != price {
            books
                .record(&id, OrderEvent::LinePriced { line: line.no, price, rule, tax_category: item.tax_category.clone() });
        }
    }
    Ok(())
}

fn account_of(books: &mut dyn Books, order: &Order) -> Result<std::sync::Arc<Account>, Stop> {
    books.account(&order.account)?.ok_or_else(|| Refusal::NotFound(Key::Account(order.account.clone())).into())
}

/// The price that counts, its rule, and what is wrong with it.
fn judge(
    policy: &PricePolicy,
    order: &Order,
    line: &Line,
    item: &Item,
    wanted: Option<Expected>,
) -> (Decimal, Text, Option<(Text, Amount)>) {
    if line.price_accepted == Some(line.price) && !line.price_rule.is_empty() {
        return (line.price, line.price_rule.clone(), None);
    }
    let units = line.ordered() - line.buckets.cancelled;
    let value = |price: Decimal| Amount::of(price, units, order.currency).unwrap_or(Amount::LIMIT);
    let customer = Text::const_new("customer's price");
    let (price, rule, fault) = match (wanted, line.requested_price) {
        (None, requested) => {
            let price = requested.unwrap_or_default();
            let reason = format_compact!("line {}: there is no price for {}", line.no.0, line.item);
            (price, customer, Some((reason, value(price))))
        }
        (Some(expected), None) => (expected.price, expected.rule, None),
        (Some(expected), Some(requested)) => {
            let difference = requested.checked_sub(expected.price).unwrap_or_default();
            let percent =
                expected.price.checked_mul(policy.percent_tolerance).and_then(|part| part.checked_div(Decimal::HUNDRED));
            let tolerance = policy.absolute_tolerance.max(percent.unwrap_or_default());
            let reason = |word: &str| {
                let (no, rule) = (line.no.0, &expected.rule);
                let reason = format_compact!("line {no}: {requested} asked, {} expected ({rule}): {word}", expected.price);
                (reason, (value(expected.price) - value(requested)).abs())
            };
            if difference.abs() <= tolerance {
                (requested, expected.rule, None)
            } else if difference.is_negative() {
                let fault = reason("too low");
                (requested, customer, Some(fault))
            } else if policy.accept_lower_when_above {
                (expected.price, expected.rule, None)
            } else {
                let fault = reason("too high");
                (requested, customer, Some(fault))
            }
        }
    };
    let fault = fault.or_else(|| {
        let margin = margin(order, item, price)?;
        let floor = policy.margin_floor.filter(|floor| margin < *floor)?;
        let margin = margin.round(2, units::Rounding::HalfUp);
        Some((format_compact!("line {}: the margin of {margin} % is below {floor} %", line.no.0), value(price)))
    });
    (price, rule, fault)
}

/// Margin in per cent of the net-net price: after the line's share of the header discount.
fn margin(order: &Order, item: &Item, price: Decimal) -> Option<Decimal> {
    let cost = item.landed_cost?;
    let goods = net(order).to_decimal(order.currency);
    let discount = order.discount.to_decimal(order.currency);
    let share = if goods.is_zero() { Decimal::ZERO } else { discount.checked_div(goods)? };
    let net_net = price.checked_mul(Decimal::ONE.checked_sub(share)?)?;
    net_net.checked_sub(cost)?.checked_mul(Decimal::HUNDRED)?.checked_div(net_net)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{Submission, SubmittedLine, release_hold};

    fn priced(story: &mut Story, price: &str) -> OrderId {
        let line = SubmittedLine { price: Some(price.parse().unwrap()), ..submitted("X", "10") };
        let id = story.receive(&Submission { lines: vec![line], ..story.submission() }).unwrap();
        validate(story.books(), id, &at(1)).unwrap();
        id
    }

    #[test]
    fn a_price_within_the_tolerance_is_taken() {
        let mut story = Story::new();
        let id = priced(&mut story, "9.90");
        assert!(story.order(id).holds.is_empty());
        assert_eq!(story.order(id).lines[0].price, "9.90".parse().unwrap());
    }

    #[test]
    fn a_low_price_is_held_until_somebody_decides_and_then_no_more() {
        let mut story = Story::new();
        let id = priced(&mut story, "9.00");
        assert_eq!(story.order(id).holds[0].amount, Amount(1_000));
        release_hold(story.books(), id, HoldKind::Price, "agreed", &clerk("ann", 2)).unwrap();
        validate(story.books(), id, &at(3)).unwrap();
        assert!(story.order(id).holds.is_empty());
        let other = priced(&mut story, "9.00");
        use_expected(story.books(), other, &clerk("ann", 2)).unwrap();
        release_hold(story.books(), other, HoldKind::Price, "ours", &clerk("ann", 2)).unwrap();
        validate(story.books(), other, &at(3)).unwrap();
        assert_eq!((story.order(other).holds.len(), story.order(other).lines[0].price), (0, Decimal::from(10i64)));
    }

    #[test]
    fn a_price_above_ours_takes_the_lower_one() {
        let mut story = Story::new();
        let id = priced(&mut story, "12.00");
        assert_eq!((story.order(id).holds.len(), story.order(id).lines[0].price), (0, Decimal::from(10i64)));
    }
}
