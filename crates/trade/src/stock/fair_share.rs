//! Too little for all: each claimant's fair share (domain §1.1.4).

use std::cmp::Reverse;

use units::Quantity;

/// Somebody who asks for a share; earlier in the list wins a tie, so callers sort by priority, age and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimant {
    /// Units asked for; nobody gets more.
    pub request: Quantity,
    /// How much it counts against the others; nobody without weight gets anything.
    pub weight: u32,
}

/// Shares a pool by weight; no share is above its request, and what a small request leaves goes to the others.
///
/// Whole units by the largest remainder, ties to the earlier claimant. All of the pool is given while anybody with weight wants it.
/// Source: domain §1.1.4; worked examples in `domain_1_1_4_fair_share_by_weight`.
pub fn fair_share(pool: Quantity, claimants: &[Claimant]) -> Vec<Quantity> {
    let mut shares = vec![Quantity::ZERO; claimants.len()];
    let mut left = i128::from(pool.0.max(0));
    let mut open: Vec<usize> = (0..claimants.len()).filter(|at| claimants[*at].weight > 0).collect();
    loop {
        let weights: i128 = open.iter().map(|at| i128::from(claimants[*at].weight)).sum();
        // whoever asks for no more than its share gets all of it; the others share the rest anew
        let is_met = |at: &usize| {
            let claimant = &claimants[*at];
            i128::from(claimant.request.0.max(0)) * weights <= left * i128::from(claimant.weight)
        };
        let (met, unmet): (Vec<usize>, Vec<usize>) = open.iter().copied().partition(is_met);
        if met.is_empty() {
            break;
        }
        for at in met {
            shares[at] = claimants[at].request.or_zero();
            left -= i128::from(shares[at].0);
        }
        open = unmet;
    }
    by_largest_remainder(left, claimants, &open, &mut shares);
    shares
}

/// Whole units for those who get less than they ask for.
fn by_largest_remainder(pool: i128, claimants: &[Claimant], open: &[usize], shares: &mut [Quantity]) {
    let weights: i128 = open.iter().map(|at| i128::from(claimants[*at].weight)).sum();
    if weights == 0 {
        return;
    }
    let mut remainders = Vec::with_capacity(open.len());
    let mut given = 0;
    for at in open {
        let part = pool * i128::from(claimants[*at].weight);
        let whole = part / weights;
        given += whole;
        // below the request, which is an i64
        shares[*at] = Quantity(i64::try_from(whole).unwrap_or(i64::MAX));
        remainders.push((Reverse(part % weights), *at));
    }
    remainders.sort_unstable();
    let rest = usize::try_from(pool - given).unwrap_or(0);
    for (_, at) in remainders.into_iter().take(rest) {
        shares[at] += Quantity(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shares(pool: i64, claimants: &[(i64, u32)]) -> Vec<i64> {
        let claimants: Vec<Claimant> =
            claimants.iter().map(|(request, weight)| Claimant { request: Quantity(*request), weight: *weight }).collect();
        fair_share(Quantity(pool), &claimants).into_iter().map(|share| share.0).collect()
    }

    #[test]
    fn domain_1_1_4_fair_share_by_weight() {
        assert_eq!(shares(100, &[(80, 3), (60, 2), (20, 1)]), [50, 33, 17]);
        assert_eq!(shares(100, &[(80, 3), (60, 2), (10, 1)]), [54, 36, 10]);
    }

    #[test]
    fn domain_1_1_4_fair_share_pro_rata_to_demand() {
        // B stands before C, and so gets the odd unit
        assert_eq!(shares(100, &[(80, 80), (60, 60), (20, 20)]), [50, 38, 12]);
        assert_eq!(shares(100, &[(80, 80), (20, 20), (60, 60)]), [50, 13, 37]);
    }

    #[test]
    fn nobody_without_weight_gets_anything_and_nothing_is_shared_out_of_nothing() {
        assert_eq!(shares(10, &[(5, 0), (4, 1)]), [0, 4]);
        assert_eq!(shares(-1, &[(5, 1)]), [0]);
        assert_eq!(shares(10, &[]), [0; 0]);
        assert_eq!(shares(i64::MAX, &[(i64::MAX, u32::MAX), (i64::MAX, u32::MAX)]), [i64::MAX / 2 + 1, i64::MAX / 2]);
    }

    proptest! {
        #[test]
        fn all_of_the_pool_is_given_and_nobody_gets_more_than_asked(
            pool in 0i64..500,
            claimants in prop::collection::vec((0i64..100, 1u32..9), 0..8),
        ) {
            let shares = shares(pool, &claimants);
            let wanted: i64 = claimants.iter().map(|(request, _)| *request).sum();
            prop_assert_eq!(shares.iter().sum::<i64>(), pool.min(wanted));
            for (share, (request, _)) in shares.iter().zip(&claimants) {
                prop_assert!((0..=*request).contains(share));
            }
        }
    }
}
