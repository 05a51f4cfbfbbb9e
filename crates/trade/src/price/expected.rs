//! The price that we expect for an item, and the rule that gives it.

use units::{Day, Decimal, Quantity, Rounding, Text};

use super::promotion::promoted;
use crate::account::Account;
use crate::books::{Books, Stop};
use crate::master::{Item, PriceEntry, PriceTier, Tiering};
use crate::order::company;

/// A price, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Per base unit.
    pub price: Decimal,
    /// The rule, for explanations: the code of a price book, `promotion` and its code, or `list price`.
    pub rule: Text,
}

/// The price of a quantity of an item for an account on a day; `None` if there is none.
///
/// A quote that the order names comes before it (`quoted`). The account's price books count in the order of its profile, the item's list price with what promotions take off it last; of the entries
/// that are valid on that day, the one that began last. A quantity below the first tier has no price in that book. Source: domain §1.3.
pub fn expected(
    books: &mut dyn Books,
    account: &Account,
    item: &Item,
    quantity: Quantity,
    day: Day,
) -> Result<Option<Expected>, Stop> {
    let company = company(books)?;
    let currency = account.currency(&company);
    for code in &account.profile.price_books {
        let Some(book) = books.price_book(code)? else { continue };
        if book.currency.unwrap_or(company.currency) != currency {
            continue;
        }
        let entries = book.entries.get(&item.id).map(Vec::as_slice).unwrap_or_default();
        let is_valid =
            |entry: &&PriceEntry| entry.from.is_none_or(|from| from <= day) && entry.to.is_none_or(|to| day <= to);
        let prices = entries
            .iter()
            .filter(is_valid)
            .filter_map(|entry| Some((entry.from, of_tiers(entry.tiering, &entry.tiers, quantity)?)));
        if let Some((_, price)) = prices.max_by_key(|(from, _)| *from) {
            return Ok(Some(Expected { price, rule: code.clone() }));
        }
    }
    let list_price = item.list_price.and_then(|price| company.in_currency(price, currency, day));
    let is_converted = currency != company.currency;
    let list = list_price.map(|price| match is_converted {
        true => Expected { price: price.round(4, Rounding::HalfUp), rule: Text::const_new("list price, converted") },
        false => Expected { price, rule: Text::const_new("list price") },
    });
    Ok(list.map(|list| promoted(&company, &account.id, &item.id, quantity, day, list)))
}

/// The price per base unit of a quantity by tiers; `None` below the first.
pub(super) fn of_tiers(tiering: Tiering, tiers: &[PriceTier], quantity: Quantity) -> Option<Decimal> {
    match tiering {
        Tiering::AllUnits => tiers.iter().rev().find(|tier| tier.from <= quantity).map(|tier| tier.price),
        Tiering::Incremental => {
            tiers.first().filter(|first| first.from <= quantity)?;
            let mut total = Decimal::ZERO;
            for (at, tier) in tiers.iter().enumerate() {
                let first = tier.from.max(Quantity(1));
                let last = tiers.get(at + 1).map_or(quantity, |next| quantity.min(next.from - Quantity(1)));
                let units = (last - first + Quantity(1)).or_zero();
                total = total.checked_add(tier.price.checked_mul(Decimal::from(units.0))?)?;
            }
            Some(total.checked_div(Decimal::from(quantity.0))?.round(6, Rounding::HalfUp))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ItemId;
    use crate::master::{PriceBook, put_price_book};
    use crate::order::fixture::{Story, at};

    fn contract() -> Vec<PriceTier> {
        let tier = |from, price: &str| PriceTier { from: Quantity(from), price: price.parse().unwrap() };
        vec![tier(1, "12.50"), tier(100, "11.80"), tier(500, "11.10")]
    }

    #[test]
    fn domain_1_3_tiers() {
        let price = |tiering, units| of_tiers(tiering, &contract(), Quantity(units)).unwrap().to_string();
        assert_eq!(price(Tiering::AllUnits, 99), "12.5");
        assert_eq!(price(Tiering::AllUnits, 120), "11.8");
        assert_eq!(price(Tiering::AllUnits, 500), "11.1");
        let each: Decimal = price(Tiering::Incremental, 120).parse().unwrap();
        assert_eq!(each.checked_mul(Decimal::from(120i64)), Some("1485.30".parse().unwrap()));
    }

    #[test]
    fn below_the_first_tier_there_is_no_price() {
        for tiering in [Tiering::AllUnits, Tiering::Incremental] {
            let tiers = contract().split_off(1);
            assert_eq!(of_tiers(tiering, &tiers, Quantity(99)), None);
            assert!(of_tiers(tiering, &tiers, Quantity(100)).is_some());
        }
        assert_eq!(of_tiers(Tiering::AllUnits, &[], Quantity(0)), None);
    }

    #[test]
    fn the_strongest_book_with_a_valid_price_wins_and_the_list_comes_last() {
        let mut story = Story::new();
        let entry = |price: i64, from: Option<&str>, to: Option<&str>| PriceEntry {
            from: from.map(|day| day.parse().unwrap()),
            to: to.map(|day| day.parse().unwrap()),
            tiers: vec![PriceTier { from: Quantity(1), price: Decimal::from(price) }],
            ..PriceEntry::default()
        };
        let contract =
            vec![entry(8, Some("2026-03-01"), Some("2026-03-31")), entry(7, Some("2026-03-15"), Some("2026-03-31"))];
        for (code, entries) in [("contract", contract), ("promotion", vec![entry(9, None, None)])] {
            let entries = [(ItemId::from("X"), entries)].into();
            put_price_book(story.books(), &PriceBook { code: code.into(), entries, ..PriceBook::default() }, &at(0))
                .unwrap();
        }
        let mut account = Account::default();
        account.profile.price_books = vec!["unknown".into(), "contract".into(), "promotion".into()];
        let mut price = |item: &str, day: &str| {
            let item = story.books().item(&item.into()).unwrap().unwrap();
            let expected = expected(story.books(), &account, &item, Quantity(1), day.parse().unwrap()).unwrap().unwrap();
            (expected.price.to_i64().unwrap(), expected.rule.to_string())
        };
        assert_eq!(price("X", "2026-03-14"), (8, "contract".into()));
        assert_eq!(price("X", "2026-03-15"), (7, "contract".into()));
        assert_eq!(price("X", "2026-04-01"), (9, "promotion".into()));
        assert_eq!(price("Y", "2026-03-14"), (10, "list price".into()));
    }
}
