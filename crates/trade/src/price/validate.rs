//! The prices of an order against what we expect.

use std::sync::Arc;

use units::{Amount, Day, Text};

use super::applied::applied;
use super::expected::Expected;
use super::judge::{Fault, Judgement, judge, judge_discount, judge_margin, value, worth};
use super::quoted::wanted;
use crate::account::Account;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::{Company, Item, PricePolicy};
use crate::order::{HoldKind, Line, Order, OrderEvent, company, existing, lift, place_hold};
use crate::refusal::Refusal;

/// How many faults a hold names in words.
const NAMED: usize = 5;

/// Prices every line and places the Price hold if one is outside the tolerance or below the margin floor; lifts it otherwise.
///
/// Prices are those of the day on which the order came, so one that waits for supply keeps them, and lines that are billed are not
/// priced again. A price at which a person released the hold is not held again. Source: domain §1.3.
pub fn validate(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let company = company(books)?;
    let account = account_of(books, &order)?;
    let day = day_of(&company, &order);
    let tolerance = company.policy.price.absolute_tolerance;
    let absolute_tolerance = company.in_currency(tolerance, order.currency, day).unwrap_or_default();
    let policy = &PricePolicy { absolute_tolerance, ..company.policy.price.clone() };
    let mut priced = Vec::with_capacity(order.lines.len());
    let (mut goods, mut ordered) = (Amount::ZERO, Amount::ZERO);
    for line in &order.lines {
        let Some(item) = item_to_price(books, line)? else {
            goods += value(&order, line, line.price);
            ordered += worth(&order, line, line.price);
            continue;
        };
        // what is sent instead of something has the price that was agreed on for it; its margin is looked at all the same
        let is_agreed = line.replaces.as_ref().is_some_and(|replaces| replaces.agreed == line.price);
        let is_settled = line.price_accepted == Some(line.price) && !line.price_rule.is_empty() || is_agreed;
        let judged = if is_settled {
            Judgement { price: line.price, rule: line.price_rule.clone(), fault: None }
        } else {
            judge(policy, &order, line, wanted(books, &account, &order, line, &item, day)?)
        };
        goods += value(&order, line, judged.price);
        ordered += worth(&order, line, judged.price);
        priced.push((line, item, judged));
    }
    let cost = |item: &Item| item.landed_cost.and_then(|cost| company.in_currency(cost, order.currency, day));
    let allowance = account.profile.freight_allowance;
    let margin = |line: &Line, item: &Item, price| judge_margin(policy, &order, line, cost(item), price, goods, allowance);
    let mut faults: Vec<(LineNo, Fault)> = Vec::new();
    for (line, item, Judgement { price, rule, fault }) in priced {
        if line.price != price || line.price_rule != rule || line.tax_category != item.tax_category {
            let applied = applied(books, &rule, &item, line, day)?;
            let tax_category = item.tax_category.clone();
            let event = OrderEvent::LinePriced { line: line.no, price, rule, tax_category, applied };
            books.record(&id, event);
        }
        let is_accepted = line.price_accepted == Some(price);
        let fault = fault.or_else(|| margin(line, &item, price).filter(|_| !is_accepted));
        faults.extend(fault.map(|fault| (line.no, fault)));
    }
    let discount = judge_discount(policy, &order, ordered);
    let (is_over, currency) = (order.is_over(), order.currency);
    drop(order);
    if faults.is_empty() && discount.is_none() || is_over {
        return lift(books, id, HoldKind::Price, "the prices are right", cx);
    }
    let lines = faults.iter().map(|(line, _)| *line).collect();
    let faults: Vec<Fault> = discount.into_iter().chain(faults.into_iter().map(|(_, fault)| fault)).collect();
    let amount = company.valued(faults.iter().map(|fault| fault.amount).sum(), currency, day);
    place_hold(books, id, HoldKind::Price, in_words(&faults), lines, amount, cx)
}

/// Takes our prices instead of the customer's, where we have one. Source: domain §1.3.
pub fn use_expected(books: &mut dyn Books, id: OrderId, _cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let account = account_of(books, &order)?;
    let day = day_of(&*company(books)?, &order);
    for line in &order.lines {
        let Some(item) = item_to_price(books, line)? else { continue };
        let Some(Expected { price, rule }) = wanted(books, &account, &order, line, &item, day)?.price else { continue };
        if line.price != price {
            let applied = applied(books, &rule, &item, line, day)?;
            let tax_category = item.tax_category.clone();
            books.record(&id, OrderEvent::LinePriced { line: line.no, price, rule, tax_category, applied });
        }
    }
    Ok(())
}

/// The item of a line that has a price to find: it is known, something of it is still wanted, and nothing of it is billed.
fn item_to_price(books: &mut dyn Books, line: &Line) -> Result<Option<Arc<Item>>, Stop> {
    let units = line.ordered() - line.buckets.cancelled;
    if line.unresolved.is_some() || !units.is_positive() || line.invoiced.is_positive() {
        return Ok(None);
    }
    Ok(books.item(&line.item)?)
}

pub(super) fn day_of(company: &Company, order: &Order) -> Day {
    company.calendar.local_day(order.received_at)
}

fn in_words(faults: &[Fault]) -> Text {
    let named: Vec<&str> = faults.iter().take(NAMED).map(|fault| fault.reason.as_str()).collect();
    let more = if faults.len() > NAMED { format!(" and {} more", faults.len() - NAMED) } else { String::new() };
    Text::from(format!("{}{more}", named.join("; ")))
}

pub(super) fn account_of(books: &mut dyn Books, order: &Order) -> Result<Arc<Account>, Stop> {
    books.account(&order.account)?.ok_or_else(|| Refusal::NotFound(Key::Account(order.account.clone())).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::{PriceBook, PriceEntry, PriceTier, put_item, put_price_book};
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{Submission, SubmittedLine, release_hold};
    use units::{Decimal, Quantity};

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

    #[test]
    fn a_later_price_changes_nothing_for_an_order_that_waits() {
        let mut story = Story::new();
        let id = story.receive(&Submission { lines: vec![submitted("X", "10")], ..story.submission() }).unwrap();
        validate(story.books(), id, &at(1)).unwrap();
        let account: AccountId = "ACME".into();
        let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
        profile.price_books = vec!["list".into()];
        crate::account::set_profile(story.books(), &account, &profile, &at(1)).unwrap();
        let tiers = vec![PriceTier { from: Quantity(1), price: Decimal::from(11i64) }];
        let entry = PriceEntry { from: Some("2026-03-03".parse().unwrap()), tiers, ..PriceEntry::default() };
        let entries = [(ItemId::from("X"), vec![entry])].into();
        put_price_book(story.books(), &PriceBook { code: "list".into(), entries, ..PriceBook::default() }, &at(1)).unwrap();
        validate(story.books(), id, &at(3 * 1_440)).unwrap();
        assert_eq!(story.order(id).lines[0].price, Decimal::from(10i64));
    }

    #[test]
    fn the_margin_counts_the_discount_on_the_first_check_too() {
        let mut story = Story::new();
        let mut item = (*story.books().item(&"X".into()).unwrap().unwrap()).clone();
        item.landed_cost = Some(Decimal::from(9i64));
        put_item(story.books(), &item, &at(0)).unwrap();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.price.margin_floor = Some(Decimal::from(10i64));
        story.books().record(&key, crate::master::CompanyEvent::Set(Box::new(company)));
        let priced = |story: &mut Story, discount| {
            let submission =
                Submission { lines: vec![submitted("X", "10")], discount: Amount(discount), ..story.submission() };
            let id = crate::order::receive(story.books(), &submission, &clerk("shop", 0)).unwrap();
            validate(story.books(), id, &at(1)).unwrap();
            story.order(id).is_held_by(HoldKind::Price)
        };
        assert!(!priced(&mut story, 0));
        assert!(priced(&mut story, 100));
    }

    #[test]
    fn a_discount_that_nobody_agreed_to_is_held_until_somebody_accepts_it_and_never_above_the_order() {
        let mut story = Story::new();
        let priced = |story: &mut Story, discount| {
            let submission =
                Submission { lines: vec![submitted("X", "10")], discount: Amount(discount), ..story.submission() };
            let id = story.receive(&submission).unwrap();
            validate(story.books(), id, &at(1)).unwrap();
            id
        };
        let small = priced(&mut story, 100);
        assert!(story.order(small).holds.is_empty(), "1 % of 100 is within the tolerance");
        let large = priced(&mut story, 2_000);
        let hold = &story.order(large).holds[0];
        assert_eq!((hold.kind, hold.amount), (HoldKind::Price, Amount(2_000)));
        assert_eq!(hold.reason, "PRICE-LOW order: a discount of 20 that was not agreed on");
        release_hold(story.books(), large, HoldKind::Price, "agreed by phone", &clerk("ann", 2)).unwrap();
        validate(story.books(), large, &at(3)).unwrap();
        assert!(story.order(large).holds.is_empty());
        let more_than_all = priced(&mut story, 10_001);
        release_hold(story.books(), more_than_all, HoldKind::Price, "agreed", &clerk("ann", 2)).unwrap();
        validate(story.books(), more_than_all, &at(3)).unwrap();
        assert!(story.order(more_than_all).is_held_by(HoldKind::Price), "nobody is paid for taking goods");
    }

    #[test]
    fn cancelled_lines_have_no_price_to_find() {
        let mut story = Story::new();
        let id = priced(&mut story, "9.00");
        let (from, to) = (crate::order::Bucket::Open, crate::order::Bucket::Cancelled);
        let cancelled = OrderEvent::Moved { line: LineNo(1), from, to, quantity: Quantity(10) };
        story.books().record(&id, cancelled);
        validate(story.books(), id, &at(2)).unwrap();
        assert!(story.order(id).holds.is_empty());
    }
}
