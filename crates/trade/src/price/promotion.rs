//! What promotions make of a list price.

use units::{Day, Decimal, Quantity, Rounding, Text};

use super::expected::Expected;
use crate::ids::{AccountId, ItemId};
use crate::master::{Company, Promotion};

/// The lowest price that promotions make of a list price: that of the best one, or of all that stack, one after the other. Without any that
/// counts it stays. Source: domain §1.3 (promotion, best or stacked per rule).
pub(super) fn promoted(
    company: &Company,
    account: &AccountId,
    item: &ItemId,
    quantity: Quantity,
    day: Day,
    list: Expected,
) -> Expected {
    let all = company.policy.promotions.iter().filter(|promotion| promotion.is_for(account, item, quantity, day));
    let (stacking, alone): (Vec<&Promotion>, Vec<&Promotion>) = all.partition(|promotion| promotion.stacks);
    let alone = alone.into_iter().filter_map(|promotion| less(list.price, &[promotion]));
    let together = (!stacking.is_empty()).then(|| less(list.price, &stacking)).flatten();
    let best = alone.chain(together).min_by(|one, other| one.price.cmp(&other.price));
    best.filter(|best| best.price < list.price).unwrap_or(list)
}

fn less(list: Decimal, promotions: &[&Promotion]) -> Option<Expected> {
    let price = promotions.iter().try_fold(list, |price, promotion| {
        let kept = Decimal::HUNDRED.checked_sub(promotion.percent_off)?;
        price.checked_mul(kept)?.checked_div(Decimal::HUNDRED)
    })?;
    let codes: Vec<&str> = promotions.iter().map(|promotion| promotion.code.as_str()).collect();
    Some(Expected { price: price.round(4, Rounding::HalfUp), rule: Text::from(format!("promotion {}", codes.join(" + "))) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(promotions: &[(&str, i64, bool)]) -> (String, String) {
        let promotion = |(code, percent, stacks): &(&str, i64, bool)| Promotion {
            code: (*code).into(),
            percent_off: Decimal::from(*percent),
            stacks: *stacks,
            ..Promotion::default()
        };
        let mut company = Company::default();
        company.policy.promotions = promotions.iter().map(promotion).collect();
        let list = Expected { price: Decimal::from(20i64), rule: "list price".into() };
        let day = "2026-03-02".parse().unwrap();
        let expected = promoted(&company, &"ACME".into(), &"X".into(), Quantity(1), day, list);
        (expected.price.to_string(), expected.rule.to_string())
    }

    #[test]
    fn domain_1_3_the_best_promotion_counts_or_all_that_stack() {
        let told = |price: &str, rule: &str| (price.to_owned(), rule.to_owned());
        assert_eq!(price(&[]), told("20", "list price"));
        assert_eq!(price(&[("A", 10, false), ("B", 15, false)]), told("17", "promotion B"));
        assert_eq!(price(&[("A", 10, true), ("B", 15, true)]), told("15.3", "promotion A + B"));
        assert_eq!(price(&[("A", 10, true), ("B", 15, true), ("C", 25, false)]), told("15", "promotion C"));
        assert_eq!(price(&[("A", 0, false)]), told("20", "list price"));
    }

    #[test]
    fn domain_1_3_a_promotion_is_for_its_days_items_customers_and_quantities() {
        let day = |day: &str| Some(day.parse().unwrap());
        let spring = Promotion {
            from: day("2026-03-01"),
            to: day("2026-03-31"),
            items: vec!["X".into()],
            accounts: vec!["ACME".into()],
            min_quantity: Quantity(10),
            ..Promotion::default()
        };
        let is_for = |account: &str, item: &str, quantity, on: &str| {
            spring.is_for(&account.into(), &item.into(), Quantity(quantity), on.parse().unwrap())
        };
        assert!(is_for("ACME", "X", 10, "2026-03-01") && is_for("ACME", "X", 10, "2026-03-31"));
        assert!(!is_for("ACME", "X", 9, "2026-03-02") && !is_for("ACME", "X", 10, "2026-04-01"));
        assert!(!is_for("ACME", "Y", 10, "2026-03-02") && !is_for("BERT", "X", 10, "2026-03-02"));
    }
}
