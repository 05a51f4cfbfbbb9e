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

/// Up to so many items are searched by halves, whatever the policy says: 2 × 2^15 sums (domain §1.7, stage 7). Ten more would take 32 times
/// as long, before the first step is counted.
const MOST_BY_HALVES: usize = 30;
/// So many steps are taken at most where there are more items. It is a count and no clock, so every machine finds the same.
const MOST_STEPS: usize = 2_000_000;

/// An item that a payment may pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Part {
    /// What is open of it; below zero for a credit.
    pub(super) open: i64,
    /// How much of it may be written off.
    pub(super) tolerance: i64,
}

/// The non-empty combinations of `parts` that add up to `target` within the tolerance: the difference falls on one item, so that of the
/// item with the largest counts, once.
///
/// Up to `most` items meet in the middle, so 30 items take at most 2 × 2^15 sums; more are added up one by one over the sums that can
/// still lead to the target. Both within a bounded number of steps. Source: domain §1.7, stage 7.
pub(super) fn combination(parts: &[Part], target: i64, most: usize) -> Found {
    if parts.is_empty() {
        Found::None
    } else if parts.len() <= most.min(MOST_BY_HALVES) {
        by_halves(parts, target, MOST_STEPS)
    } else {
        by_sums(parts, target, MOST_STEPS)
    }
}

/// The sums within which a combination can fit, if its tolerance is the largest of all.
fn around(parts: &[Part], target: i64) -> (i64, i64) {
    let widest = parts.iter().map(|part| part.tolerance).max().unwrap_or_default();
    (target.saturating_sub(widest), target.saturating_add(widest))
}

fn fits(sum: i64, target: i64, tolerance: i64) -> bool {
    sum.abs_diff(target) <= tolerance.unsigned_abs()
}

fn by_halves(parts: &[Part], target: i64, most_steps: usize) -> Found {
    let (left, right) = parts.split_at(parts.len() / 2);
    let mut sums: BTreeMap<i64, Vec<(i64, u32)>> = BTreeMap::new();
    for set in 0..1u32 << left.len() {
        let (sum, tolerance) = sum(left, set);
        keep_best(sums.entry(sum).or_default(), (tolerance, set));
    }
    let (least, most) = around(parts, target);
    let mut found: Vec<Vec<usize>> = Vec::new();
    let mut steps = 0usize;
    for set in 0..1u32 << right.len() {
        let (so_far, tolerance) = sum(right, set);
        for (partial, partners) in sums.range(least.saturating_sub(so_far)..=most.saturating_sub(so_far)) {
            steps += 1;
            if steps > most_steps {
                return Found::TooMany;
            }
            for (own, partner) in partners {
                let is_empty = *partner == 0 && set == 0;
                if is_empty || !fits(partial.saturating_add(so_far), target, tolerance.max(*own)) {
                    continue;
                }
                found.push(places(*partner, left.len(), 0).chain(places(set, right.len(), left.len())).collect());
                if found.len() > 1 {
                    return several(found);
                }
            }
        }
    }
    found.pop().map_or(Found::None, Found::One)
}

/// Sum by sum: each sum that is reached knows some of the sets that reach it.
fn by_sums(parts: &[Part], target: i64, most_steps: usize) -> Found {
    // the large ones first: what is left then decides less and less, and most sums lead nowhere
    let mut items: Vec<(usize, Part)> = parts.iter().copied().enumerate().collect();
    items.sort_by_key(|(at, part)| (std::cmp::Reverse(part.open.unsigned_abs()), *at));
    // what the items from a place on can still add or take away
    let mut ahead: Vec<(i64, i64)> = vec![(0, 0)];
    for (_, part) in items.iter().rev() {
        let (less, more) = ahead.last().copied().unwrap_or_default();
        ahead.push((less.saturating_add(part.open.min(0)), more.saturating_add(part.open.max(0))));
    }
    ahead.reverse();
    let (least, most) = around(parts, target);
    let mut reached: BTreeMap<i64, Vec<(i64, Vec<usize>)>> = BTreeMap::from([(0, vec![(0, Vec::new())])]);
    let mut steps = 0usize;
    for ((at, part), (less, more)) in items.iter().zip(ahead.iter().skip(1)) {
        let can_lead = |sum: i64| sum.saturating_add(*less) <= most && sum.saturating_add(*more) >= least;
        let mut next: BTreeMap<i64, Vec<(i64, Vec<usize>)>> = BTreeMap::new();
        for (sum, sets) in reached {
            for (tolerance, set) in sets {
                // a step costs as much as the set that is copied
                steps += 2 + set.len();
                if steps > most_steps {
                    return Found::TooMany;
                }
                let with = sum.saturating_add(part.open);
                if can_lead(with) {
                    let mut longer = set.clone();
                    longer.push(*at);
                    keep_best(next.entry(with).or_default(), (tolerance.max(part.tolerance), longer));
                }
                if can_lead(sum) {
                    keep_best(next.entry(sum).or_default(), (tolerance, set));
                }
            }
        }
        reached = next;
    }
    let sets =
        reached.into_iter().flat_map(|(sum, sets)| sets.into_iter().map(move |(tolerance, set)| (sum, tolerance, set)));
    let fitting = sets.filter(|(sum, tolerance, set)| !set.is_empty() && fits(*sum, target, *tolerance));
    let mut found: Vec<Vec<usize>> = fitting.map(|(.., set)| set).take(2).collect();
    found.iter_mut().for_each(|set| set.sort_unstable());
    match found.len() {
        0 => Found::None,
        1 => found.pop().map_or(Found::None, Found::One),
        _ => several(found),
    }
}

/// Of the sets of one sum those with the largest tolerances: what fits with another one fits with each of them. Three, because one of
/// them may be the empty set, which pays nothing.
fn keep_best<T>(sets: &mut Vec<(i64, T)>, set: (i64, T)) {
    let at = sets.partition_point(|(tolerance, _)| *tolerance >= set.0);
    if at < 3 {
        sets.insert(at, set);
        sets.truncate(3);
    }
}

fn several(mut found: Vec<Vec<usize>>) -> Found {
    found.truncate(2);
    let second = found.pop().unwrap_or_default();
    Found::Several(found.pop().unwrap_or_default(), second)
}

/// What a set adds up to, and the largest tolerance in it.
fn sum(parts: &[Part], set: u32) -> (i64, i64) {
    let taken = parts.iter().enumerate().filter(|(at, _)| set & 1 << at != 0);
    taken.fold((0i64, 0i64), |(sum, most), (_, part)| (sum.saturating_add(part.open), most.max(part.tolerance)))
}

fn places(set: u32, count: usize, offset: usize) -> impl Iterator<Item = usize> {
    (0..count).filter(move |at| set & 1 << at != 0).map(move |at| at + offset)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(amounts: &[i64], target: i64) -> Found {
        let parts: Vec<Part> = amounts.iter().map(|open| Part { open: *open, tolerance: 0 }).collect();
        combination(&parts, target, 30)
    }

    #[test]
    fn domain_1_7_two_combinations_are_ambiguous() {
        let items = [200_000, 135_000, 400_000, 335_000];
        assert!(matches!(exact(&items, 735_000), Found::Several(..)));
        assert_eq!(exact(&items, 335_000 + 200_000 + 135_000), Found::One(vec![0, 1, 3]));
        assert_eq!(exact(&items, 1), Found::None);
    }

    #[test]
    fn domain_1_7_more_than_thirty_items_are_searched_within_bounds() {
        // doubling amounts: every sum is reached in one way only
        let mut items: Vec<i64> = (0..40).map(|at| 1 << at).collect();
        items.extend([1 << 50, 1 << 51]);
        assert_eq!(exact(&items, (1 << 50) + 5), Found::One(vec![0, 2, 40]));
        let equal = [100; 50];
        assert!(matches!(exact(&equal, 4_900), Found::Several(..)));
        assert_eq!(exact(&equal, 5_000), Found::One((0..50).collect()));
        let odd: Vec<i64> = (0..200).map(|at| 1_000_003 + at * 7_919).collect();
        assert_eq!(exact(&odd, 100_000_000), Found::TooMany);
    }

    #[test]
    fn the_tolerance_of_a_combination_is_that_of_one_of_its_items() {
        let parts = [(10_000, 50), (20_000, 100), (90_000, 450)].map(|(open, tolerance)| Part { open, tolerance });
        assert_eq!(combination(&parts, 29_900, 30), Found::One(vec![0, 1]));
        assert_eq!(combination(&parts, 29_899, 30), Found::None, "the third would tolerate it, and is not paid");
        assert_eq!(combination(&parts, 30_100, 30), Found::One(vec![0, 1]));
    }

    proptest! {
        #[test]
        fn it_finds_what_trying_everything_finds(
            amounts in proptest::collection::vec((-20i64..60, 0i64..4), 1..9),
            target in -20i64..100,
            most in prop_oneof![Just(0usize), Just(30)],
        ) {
            let parts: Vec<Part> = amounts.iter().map(|(open, tolerance)| Part { open: *open, tolerance: *tolerance }).collect();
            let fitting = |set: &u32| {
                let (sum, tolerance) = sum(&parts, *set);
                (sum - target).abs() <= tolerance
            };
            let all: Vec<u32> = (1..1u32 << parts.len()).filter(fitting).collect();
            let as_set = |places: &[usize]| places.iter().fold(0u32, |set, at| set | 1 << at);
            match combination(&parts, target, most) {
                Found::None => prop_assert!(all.is_empty()),
                Found::One(places) => prop_assert_eq!(all, vec![as_set(&places)]),
                Found::Several(first, second) => {
                    prop_assert!(first != second);
                    prop_assert!(all.contains(&as_set(&first)) && all.contains(&as_set(&second)));
                }
                Found::TooMany => prop_assert!(false, "so few are never too many"),
            }
        }
    }
}
