//! Which items add up to an amount: all answers, or that there are too many.

use std::collections::BTreeMap;

/// What the search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// No combination.
    None,
    /// Exactly this one, by place.
    One(Vec<usize>),
    /// Several; two of them.
    Several(Vec<usize>, Vec<usize>),
    /// Nobody knows: the search would have taken too long.
    TooMany,
}

/// Up to so many items are searched by halves, whatever the policy says: 2 × 2^20 sums.
const MOST_BY_HALVES: usize = 40;
/// So many steps are taken at most where there are more items. It is a count and no clock, so every machine finds the same.
const MOST_STEPS: usize = 2_000_000;

/// The non-empty combinations of `amounts` that add up to `target`.
///
/// Up to `most` items meet in the middle, so 30 items take at most 2 × 2^15 sums; more are added up one by one over the sums that can
/// still lead to the target, within a bounded number of steps. Source: domain §1.7, stage 7.
pub(super) fn combination(amounts: &[i64], target: i64, most: usize) -> Found {
    if amounts.is_empty() {
        Found::None
    } else if amounts.len() <= most.min(MOST_BY_HALVES) {
        by_halves(amounts, target)
    } else {
        by_sums(amounts, target, MOST_STEPS)
    }
}

fn by_halves(amounts: &[i64], target: i64) -> Found {
    let (left, right) = amounts.split_at(amounts.len() / 2);
    let mut sums: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    for set in 0..1u32 << left.len() {
        let known = sums.entry(sum(left, set)).or_default();
        // two of each sum are enough to know that there are several
        if known.len() < 3 {
            known.push(set);
        }
    }
    let mut found: Vec<Vec<usize>> = Vec::new();
    for set in 0..1u32 << right.len() {
        let Some(partners) = sums.get(&(target - sum(right, set))) else { continue };
        for partner in partners {
            let places = places(*partner, left.len(), 0).chain(places(set, right.len(), left.len()));
            let places: Vec<usize> = places.collect();
            if !places.is_empty() {
                found.push(places);
            }
            if found.len() > 1 {
                return several(found);
            }
        }
    }
    found.pop().map_or(Found::None, Found::One)
}

/// Sum by sum: each sum that is reached knows up to two of the sets that reach it.
fn by_sums(amounts: &[i64], target: i64, most_steps: usize) -> Found {
    // the large ones first: what is left then decides less and less, and most sums lead nowhere
    let mut items: Vec<(usize, i64)> = amounts.iter().copied().enumerate().collect();
    items.sort_by_key(|(at, amount)| (std::cmp::Reverse(amount.unsigned_abs()), *at));
    // what the items from a place on can still add or take away
    let mut ahead: Vec<(i64, i64)> = vec![(0, 0)];
    for (_, amount) in items.iter().rev() {
        let (less, more) = ahead.last().copied().unwrap_or_default();
        ahead.push((less.saturating_add((*amount).min(0)), more.saturating_add((*amount).max(0))));
    }
    ahead.reverse();
    let mut reached: BTreeMap<i64, Vec<Vec<usize>>> = BTreeMap::from([(0, vec![Vec::new()])]);
    let mut steps = 0usize;
    for ((at, amount), (less, more)) in items.iter().zip(ahead.iter().skip(1)) {
        let can_lead = |sum: i64| (sum.saturating_add(*less)..=sum.saturating_add(*more)).contains(&target);
        let mut next: BTreeMap<i64, Vec<Vec<usize>>> = BTreeMap::new();
        for (sum, sets) in reached {
            for set in sets {
                // a step costs as much as the set that is copied
                steps += 2 + set.len();
                if steps > most_steps {
                    return Found::TooMany;
                }
                let with = sum.saturating_add(*amount);
                if can_lead(with) {
                    let mut longer = set.clone();
                    longer.push(*at);
                    keep_two(next.entry(with).or_default(), longer);
                }
                if can_lead(sum) {
                    keep_two(next.entry(sum).or_default(), set);
                }
            }
        }
        reached = next;
    }
    let mut found = reached.remove(&target).unwrap_or_default();
    found.retain(|set| !set.is_empty());
    found.iter_mut().for_each(|set| set.sort_unstable());
    match found.len() {
        0 => Found::None,
        1 => found.pop().map_or(Found::None, Found::One),
        _ => several(found),
    }
}

/// Three, because one of them may be the empty set, which pays nothing.
fn keep_two(sets: &mut Vec<Vec<usize>>, set: Vec<usize>) {
    if sets.len() < 3 {
        sets.push(set);
    }
}

fn several(mut found: Vec<Vec<usize>>) -> Found {
    found.truncate(2);
    let second = found.pop().unwrap_or_default();
    Found::Several(found.pop().unwrap_or_default(), second)
}

fn sum(amounts: &[i64], set: u32) -> i64 {
    let taken = amounts.iter().enumerate().filter(|(at, _)| set & 1 << at != 0);
    taken.fold(0i64, |sum, (_, amount)| sum.saturating_add(*amount))
}

fn places(set: u32, count: usize, offset: usize) -> impl Iterator<Item = usize> {
    (0..count).filter(move |at| set & 1 << at != 0).map(move |at| at + offset)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn domain_1_7_two_combinations_are_ambiguous() {
        let items = [200_000, 135_000, 400_000, 335_000];
        assert!(matches!(combination(&items, 735_000, 30), Found::Several(..)));
        assert_eq!(combination(&items, 335_000 + 200_000 + 135_000, 30), Found::One(vec![0, 1, 3]));
        assert_eq!(combination(&items, 1, 30), Found::None);
    }

    #[test]
    fn domain_1_7_more_than_thirty_items_are_searched_within_bounds() {
        // doubling amounts: every sum is reached in one way only
        let mut items: Vec<i64> = (0..40).map(|at| 1 << at).collect();
        items.extend([1 << 50, 1 << 51]);
        assert_eq!(combination(&items, (1 << 50) + 5, 30), Found::One(vec![0, 2, 40]));
        let equal = [100; 50];
        assert!(matches!(combination(&equal, 4_900, 30), Found::Several(..)));
        assert_eq!(combination(&equal, 5_000, 30), Found::One((0..50).collect()));
        let odd: Vec<i64> = (0..200).map(|at| 1_000_003 + at * 7_919).collect();
        assert_eq!(combination(&odd, 100_000_000, 30), Found::TooMany);
    }

    proptest! {
        #[test]
        fn it_finds_what_trying_everything_finds(
            amounts in proptest::collection::vec(-20i64..60, 1..9),
            target in -20i64..100,
            most in prop_oneof![Just(0usize), Just(30)],
        ) {
            let all: Vec<u32> = (1..1u32 << amounts.len()).filter(|set| sum(&amounts, *set) == target).collect();
            match combination(&amounts, target, most) {
                Found::None => prop_assert!(all.is_empty()),
                Found::One(places) => {
                    prop_assert_eq!(all.len(), 1);
                    prop_assert_eq!(places.iter().map(|at| amounts[*at]).sum::<i64>(), target);
                }
                Found::Several(first, second) => {
                    prop_assert!(all.len() > 1 && first != second);
                    prop_assert_eq!(second.iter().map(|at| amounts[*at]).sum::<i64>(), target);
                }
                Found::TooMany => prop_assert!(false, "so few are never too many"),
            }
        }
    }
}
