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
}

/// The non-empty combinations of `amounts` that add up to `target`. Meets in the middle, so 30 items take at most 2 × 2^15 sums.
///
/// More than `most` items are not searched. Source: domain §1.7, stage 7.
pub(super) fn combination(amounts: &[i64], target: i64, most: usize) -> Found {
    if amounts.is_empty() || amounts.len() > most.min(40) {
        return Found::None;
    }
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
                let second = found.pop().unwrap_or_default();
                let first = found.pop().unwrap_or_default();
                return Found::Several(first, second);
            }
        }
    }
    found.pop().map_or(Found::None, Found::One)
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

    proptest! {
        #[test]
        fn it_finds_what_trying_everything_finds(amounts in proptest::collection::vec(-20i64..60, 1..9), target in -20i64..100) {
            let all: Vec<u32> = (1..1u32 << amounts.len()).filter(|set| sum(&amounts, *set) == target).collect();
            match combination(&amounts, target, 30) {
                Found::None => prop_assert!(all.is_empty()),
                Found::One(places) => {
                    prop_assert_eq!(all.len(), 1);
                    prop_assert_eq!(places.iter().map(|at| amounts[*at]).sum::<i64>(), target);
                }
                Found::Several(first, second) => {
                    prop_assert!(all.len() > 1 && first != second);
                    prop_assert_eq!(second.iter().map(|at| amounts[*at]).sum::<i64>(), target);
                }
            }
        }
    }
}
