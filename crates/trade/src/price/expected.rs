//! The price that we expect for an item, and the rule that gives it.

use units::{Day, Decimal, Quantity, Rounding, Text};

use crate::account::Account;
use crate::books::{Books, Stop};
use crate::master::{Item, PriceEntry, Tiering};

/// A price, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Per base unit.
    pub price: Decimal,
    /// The rule, for explanations: the code of a price book, or `list price`.
    pub rule: Text,
}

/// The price of a quantity of an item for an account on a day; `None` if there is none.
///
/// The account's price books count in the order of its profile, the item's list price last. Source: domain §1.3.
pub fn expected(
    books: &mut dyn Books,
    account: &Account,
    item: &Item,
    quantity: Quantity,
    day: Day,
) -> Result<Option<Expected>, Stop> {
    for code in &account.profile.price_books {
        let Some(book) = books.price_book(code)? else { continue };
        let entries = book.entries.get(&item.id).map(Vec::as_slice).unwrap_or_default();
        let valid =
            entries.iter().find(|entry| entry.from.is_none_or(|from| from <= day) && entry.to.is_none_or(|to| day <= to));
        if let Some(price) = valid.and_then(|entry| of_tiers(entry, quantity)) {
            return Ok(Some(Expected { price, rule: code.clone() }));
        }
    }
    Ok(item.list_price.map(|price| Expected { price, rule: Text::const_new("list price") }))
}

fn of_tiers(entry: &PriceEntry, quantity: Quantity) -> Option<Decimal> {
    match entry.tiering {
        Tiering::AllUnits => entry.tiers.iter().rev().find(|tier| tier.from <= quantity).map(|tier| tier.price),
        Tiering::Incremental => {
            let mut total = Decimal::ZERO;
            for (at, tier) in entry.tiers.iter().enumerate() {
                let first = tier.from.max(Quantity(1));
                let last = entry.tiers.get(at + 1).map_or(quantity, |next| quantity.min(next.from - Quantity(1)));
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
    use crate::master::PriceTier;

    fn contract(tiering: Tiering) -> PriceEntry {
        let tier = |from, price: &str| PriceTier { from: Quantity(from), price: price.parse().unwrap() };
        PriceEntry {
            tiering,
            tiers: vec![tier(1, "12.50"), tier(100, "11.80"), tier(500, "11.10")],
            ..PriceEntry::default()
        }
    }

    #[test]
    fn domain_1_3_tiers() {
        let price = |tiering, units| of_tiers(&contract(tiering), Quantity(units)).unwrap().to_string();
        assert_eq!(price(Tiering::AllUnits, 99), "12.5");
        assert_eq!(price(Tiering::AllUnits, 120), "11.8");
        assert_eq!(price(Tiering::AllUnits, 500), "11.1");
        let each: Decimal = price(Tiering::Incremental, 120).parse().unwrap();
        assert_eq!(each.checked_mul(Decimal::from(120i64)), Some("1485.30".parse().unwrap()));
    }
}
