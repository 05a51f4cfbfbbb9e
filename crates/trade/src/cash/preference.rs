//! Sets of items that customers like to pay: the first that a person is shown.

use units::Amount;

use crate::account::OpenItem;

/// The sets of an amount that follow a rule, with the rule, in the order of preference (domain §1.7, stage 7): the whole balance, the
/// oldest first, everything that is due on one day, everything of one purchase order.
///
/// They are suggestions. Where several sets have the amount, none is posted, whatever rule it follows.
pub(super) fn preferred(items: &[&OpenItem], amount: Amount) -> Vec<(Vec<usize>, &'static str)> {
    let open = |places: &[usize]| -> Amount { places.iter().filter_map(|at| items.get(*at)).map(|item| item.open).sum() };
    let mut sets: Vec<(Vec<usize>, &'static str)> = vec![((0..items.len()).collect(), "the whole balance")];
    let mut oldest: Vec<usize> = (0..items.len()).collect();
    oldest.sort_by_key(|at| items.get(*at).map(|item| (item.date, item.invoice)));
    sets.extend((1..items.len()).map(|count| (oldest.iter().take(count).copied().collect(), "the oldest first")));
    let alike = |same: &dyn Fn(&OpenItem, &OpenItem) -> bool| -> Vec<Vec<usize>> {
        let of =
            |one: &&OpenItem| (0..items.len()).filter(|at| items.get(*at).is_some_and(|item| same(item, one))).collect();
        items.iter().map(of).collect()
    };
    sets.extend(alike(&|one, other| one.due == other.due).into_iter().map(|set| (set, "everything due on one day")));
    let of_order = alike(&|one, other| !other.purchase_order.is_empty() && one.purchase_order == other.purchase_order);
    sets.extend(of_order.into_iter().map(|set| (set, "everything of one purchase order")));
    let mut found: Vec<(Vec<usize>, &'static str)> = Vec::new();
    for (mut set, rule) in sets {
        set.sort_unstable();
        if !set.is_empty() && open(&set) == amount && !found.iter().any(|(known, _)| *known == set) {
            found.push((set, rule));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::InvoiceId;

    #[test]
    fn domain_1_7_the_sets_that_follow_a_rule_come_first() {
        let item = |number, amount, date: &str, due: &str, order: &str| OpenItem {
            invoice: InvoiceId(number),
            open: Amount(amount),
            date: date.parse().unwrap(),
            due: due.parse().unwrap(),
            purchase_order: order.into(),
            ..OpenItem::default()
        };
        let items = [
            item(1, 100, "2026-03-03", "2026-04-02", "A"),
            item(2, 200, "2026-03-01", "2026-04-01", "B"),
            item(3, 300, "2026-03-02", "2026-04-02", "B"),
        ];
        let items: Vec<&OpenItem> = items.iter().collect();
        let rules = |amount| preferred(&items, Amount(amount));
        assert_eq!(rules(600), [(vec![0, 1, 2], "the whole balance")]);
        assert_eq!(rules(500), [(vec![1, 2], "the oldest first")]);
        assert_eq!(rules(400), [(vec![0, 2], "everything due on one day")]);
        assert_eq!(rules(200), [(vec![1], "the oldest first")]);
        assert_eq!(rules(700), []);
    }
}
