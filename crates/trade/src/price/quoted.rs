//! The price of a quote that an order names: the first rule of all (domain §1.3).

use compact_str::format_compact;
use units::{Currency, Day, Text};

use super::expected::{Expected, expected, of_tiers};
use crate::account::Account;
use crate::books::{Books, Stop};
use crate::ids::ItemId;
use crate::master::{Item, Quote};
use crate::order::{Line, Order, company};

/// What we expect for a line, and what is wrong with the quote that it names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Wanted {
    /// By the quote; where that does not hold, by the rules that come after it. `None` if nobody knows a price.
    pub(super) price: Option<Expected>,
    /// Why the quote does not count, if one was named and it does not.
    pub(super) void: Option<Text>,
}

/// The price of a line: by the quote that the line names, or else the one that the order names, and then by the other rules.
///
/// A quote of the order prices the items that it has; one of the line has to have its item. Source: domain §1.3 (precedence).
pub(super) fn wanted(
    books: &mut dyn Books,
    account: &Account,
    order: &Order,
    line: &Line,
    item: &Item,
    day: Day,
) -> Result<Wanted, Stop> {
    let quantity = line.ordered() - line.buckets.cancelled;
    let number = if line.quote.is_empty() { &order.quote } else { &line.quote };
    let mut void = None;
    if !number.is_empty() {
        let kept = account.currency(&*company(books)?);
        let quote = books.quote(number)?;
        match quote.as_deref().map_or(Some("is unknown".into()), |quote| flaw(quote, order, kept, day)) {
            Some(flaw) => void = Some(format_compact!("quote {number} {flaw}")),
            None => {
                let entry = quote.as_ref().and_then(|quote| quote.entries.get(&item.id));
                let price = entry.and_then(|entry| of_tiers(entry.tiering, &entry.tiers, quantity));
                if let Some(price) = price {
                    return Ok(Wanted { price: Some(Expected { price, rule: format_compact!("quote {number}") }), void });
                }
                if entry.is_some() || !line.quote.is_empty() {
                    void = Some(no_price(number, &item.id, quantity));
                }
            }
        }
    }
    Ok(Wanted { price: expected(books, account, item, quantity, day)?, void })
}

fn no_price(number: &Text, item: &ItemId, quantity: units::Quantity) -> Text {
    format_compact!("quote {number} has no price for {quantity} of {item}")
}

/// Why a quote does not hold for an order; `kept` is the currency of the account.
fn flaw(quote: &Quote, order: &Order, kept: Currency, day: Day) -> Option<Text> {
    if quote.account != order.account {
        return Some(format_compact!("was made to {}", quote.account));
    }
    let currency = quote.currency.unwrap_or(kept);
    if currency != order.currency {
        return Some(format_compact!("is in {currency}, and the order in {}", order.currency));
    }
    if let Some(from) = quote.from.filter(|from| day < *from) {
        return Some(format_compact!("holds from {from} on, and the order came on {day}"));
    }
    let to = quote.to.filter(|to| *to < day)?;
    Some(format_compact!("has expired: it held until {to}, and the order came on {day}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{LineNo, OrderId};
    use crate::master::{PriceTier, QuotedPrice, put_quote};
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{HoldKind, Submission, SubmittedLine, release_hold};
    use crate::price::{use_expected, validate};
    use units::{Decimal, Quantity};

    /// Nine for X from five units on; its list price is ten.
    fn story(to: &str) -> Story {
        let mut story = Story::new();
        let tiers = vec![PriceTier { from: Quantity(5), price: Decimal::from(9i64) }];
        let entries = [("X".into(), QuotedPrice { tiers, ..QuotedPrice::default() })].into();
        let quote = Quote { number: "Q-1".into(), account: "ACME".into(), to: to.parse().ok(), entries, ..Quote::default() };
        put_quote(story.books(), &quote, &at(0)).unwrap();
        story
    }

    /// An order of X that names a quote as a whole, and of which the lines name others.
    fn received(story: &mut Story, quote: &str, lines: &[(&str, &str, &str)]) -> OrderId {
        let line =
            |(item, units, quote): &(&str, &str, &str)| SubmittedLine { quote: (*quote).into(), ..submitted(item, units) };
        let lines = lines.iter().map(line).collect();
        let id = story.receive(&Submission { quote: quote.into(), lines, ..story.submission() }).unwrap();
        validate(story.books(), id, &at(1)).unwrap();
        id
    }

    fn rules(story: &mut Story, id: OrderId) -> Vec<(i64, String)> {
        let price = |line: &Line| (line.price.to_i64().unwrap(), line.price_rule.to_string());
        story.order(id).lines.iter().map(price).collect()
    }

    #[test]
    fn domain_1_3_a_quote_comes_before_every_other_rule_and_is_recorded() {
        let mut story = story("2026-03-31");
        let account = "ACME".into();
        let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
        profile.price_books = vec!["contract".into()];
        crate::account::set_profile(story.books(), &account, &profile, &at(0)).unwrap();
        let tiers = vec![PriceTier { from: Quantity(1), price: Decimal::from(7i64) }];
        let entry = crate::master::PriceEntry { tiers, ..Default::default() };
        let entries = [("X".into(), vec![entry])].into();
        let book = crate::master::PriceBook { code: "contract".into(), entries, ..Default::default() };
        crate::master::put_price_book(story.books(), &book, &at(0)).unwrap();

        let without = received(&mut story, "", &[("X", "10", "")]);
        assert_eq!(rules(&mut story, without), [(7, "contract".into())]);
        let whole = received(&mut story, "Q-1", &[("X", "10", ""), ("Y", "10", "")]);
        assert_eq!(rules(&mut story, whole)[0], (9, "quote Q-1".into()));
        assert_eq!(rules(&mut story, whole)[1].1, "list price");
        assert!(story.order(whole).holds.is_empty());
        let line = received(&mut story, "", &[("X", "10", "Q-1"), ("X", "10", "")]);
        assert_eq!(rules(&mut story, line), [(9, "quote Q-1".into()), (7, "contract".into())]);
    }

    #[test]
    fn a_quote_that_does_not_hold_is_asked_about_by_name_and_the_order_is_kept() {
        let held = |story: &mut Story, quote: &str, lines: &[(&str, &str, &str)]| {
            let id = received(story, quote, lines);
            let order = story.order(id);
            let hold = order.holds.iter().find(|hold| hold.kind == HoldKind::Price).expect("a Price hold");
            assert!(hold.exception.is_some());
            (hold.reason.to_string(), hold.lines.clone())
        };
        let mut story = story("2026-03-01");
        let (reason, lines) = held(&mut story, "", &[("X", "10", ""), ("X", "10", "Q-9")]);
        assert!(reason.starts_with("PRICE-QUOTE line 2: quote Q-9 is unknown"), "{reason}");
        assert_eq!(lines, [LineNo(2)]);
        let (reason, _) = held(&mut story, "Q-1", &[("X", "10", "")]);
        assert!(reason.contains("quote Q-1 has expired: it held until 2026-03-01"), "{reason}");
        let quote = (*story.books().quote(&"Q-1".into()).unwrap().unwrap()).clone();
        let quote = Quote { from: "2026-03-03".parse().ok(), to: None, ..quote };
        put_quote(story.books(), &quote, &at(0)).unwrap();
        let (reason, _) = held(&mut story, "Q-1", &[("X", "10", "")]);
        assert!(reason.contains("quote Q-1 holds from 2026-03-03 on"), "{reason}");
        let quote = Quote { from: None, ..quote };
        put_quote(story.books(), &quote, &at(0)).unwrap();
        let (reason, _) = held(&mut story, "Q-1", &[("X", "4", "")]);
        assert!(reason.contains("quote Q-1 has no price for 4 of X"), "{reason}");
        let (reason, _) = held(&mut story, "", &[("Y", "10", "Q-1")]);
        assert!(reason.contains("quote Q-1 has no price for 10 of Y"), "{reason}");
        let other = crate::account::Profile { tier: 5, ..Default::default() };
        crate::account::set_profile(story.books(), &"BERT".into(), &other, &at(0)).unwrap();
        put_quote(story.books(), &Quote { account: "BERT".into(), ..quote }, &at(0)).unwrap();
        let (reason, _) = held(&mut story, "Q-1", &[("X", "10", "")]);
        assert!(reason.contains("quote Q-1 was made to BERT"), "{reason}");
    }

    #[test]
    fn a_quote_that_is_imported_late_or_a_person_puts_the_order_right() {
        let mut story = story("2026-03-31");
        let id = received(&mut story, "Q-2", &[("X", "10", "")]);
        assert!(story.order(id).is_held_by(HoldKind::Price));
        let quote = (*story.books().quote(&"Q-1".into()).unwrap().unwrap()).clone();
        put_quote(story.books(), &Quote { number: "Q-2".into(), ..quote }, &at(2)).unwrap();
        validate(story.books(), id, &at(3)).unwrap();
        assert!(story.order(id).holds.is_empty());
        assert_eq!(rules(&mut story, id), [(9, "quote Q-2".into())]);

        let other = received(&mut story, "Q-3", &[("X", "10", "")]);
        use_expected(story.books(), other, &clerk("ann", 4)).unwrap();
        release_hold(story.books(), other, HoldKind::Price, "no such quote", &clerk("ann", 4)).unwrap();
        validate(story.books(), other, &at(5)).unwrap();
        assert!(story.order(other).holds.is_empty());
        assert_eq!(rules(&mut story, other), [(10, "list price".into())]);
    }
}
