//! Splitting a whole into integer parts that add up to it exactly: the largest-remainder method.

/// Splits `total` by `weights`; the parts add up to `total`.
///
/// Each part is rounded towards zero, then the units that are left go to the largest remainders; ties go to the earlier
/// weight, so put what ranks higher first. Weights below zero count as zero; if all are zero the first part takes
/// everything. Source: domain §1.1.4 and §1.6.
pub fn prorate(total: i64, weights: &[i64]) -> Vec<i64> {
    if weights.is_empty() {
        return Vec::new();
    }
    let sum: i128 = weights.iter().map(|weight| i128::from((*weight).max(0))).sum();
    let mut parts = vec![0i64; weights.len()];
    if sum == 0 {
        parts[0] = total;
        return parts;
    }
    let magnitude = i128::from(total.unsigned_abs());
    let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(weights.len());
    let mut left = magnitude;
    for (index, weight) in weights.iter().enumerate() {
        let scaled = magnitude * i128::from((*weight).max(0));
        // the quotient is at most `magnitude`, which came from an i64
        parts[index] = (scaled / sum) as i64;
        left -= scaled / sum;
        remainders.push((scaled % sum, index));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, index) in remainders.into_iter().take(left as usize) {
        parts[index] += 1;
    }
    if total < 0 {
        parts.iter_mut().for_each(|part| *part = -*part);
    }
    parts
}

/// Splits `pool` by `weights` without giving anybody more than their cap: water-filling, then largest remainder.
///
/// What capped claimants leave over is shared among the others by the same weights; what nobody can take stays in the pool.
/// Ties go to the earlier claimant. Source: domain §1.1.4.
pub fn prorate_capped(pool: i64, claims: &[(i64, i64)]) -> Vec<i64> {
    let mut parts = vec![0i64; claims.len()];
    let mut open: Vec<usize> = (0..claims.len()).filter(|index| claims[*index].0 > 0 && claims[*index].1 > 0).collect();
    let mut left = pool.max(0);
    loop {
        let sum: i128 = open.iter().map(|index| i128::from(claims[*index].0)).sum();
        let (full, rest): (Vec<usize>, Vec<usize>) = open.iter().copied().partition(|index| {
            let (weight, cap) = claims[*index];
            i128::from(left) * i128::from(weight) >= i128::from(cap) * sum
        });
        if full.is_empty() || rest.is_empty() && full.iter().map(|index| claims[*index].1).sum::<i64>() > left {
            break;
        }
        for index in full {
            parts[index] = claims[index].1;
            left -= claims[index].1;
        }
        open = rest;
    }
    let weights: Vec<i64> = open.iter().map(|index| claims[*index].0).collect();
    for (part, index) in prorate(left, &weights).into_iter().zip(open) {
        parts[index] = part.min(claims[index].1);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn domain_1_1_4_fair_share_by_weight() {
        assert_eq!(prorate_capped(100, &[(3, 80), (2, 60), (1, 20)]), [50, 33, 17]);
        assert_eq!(prorate_capped(100, &[(3, 80), (2, 60), (1, 10)]), [54, 36, 10]);
    }

    #[test]
    fn domain_1_1_4_pro_rata_to_demand() {
        // 50, 37.5, 12.5: B outranks C, so it stands first
        assert_eq!(prorate(100, &[80, 60, 20]), [50, 38, 12]);
    }

    #[test]
    fn domain_1_6_thirds_add_up() {
        let parts = prorate(10_000, &[1, 1, 1]);
        assert_eq!(parts.iter().sum::<i64>(), 10_000);
        assert_eq!(parts, [3_334, 3_333, 3_333]);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_are_fair(total in -1_000_000i64..1_000_000, weights in prop::collection::vec(0i64..10_000, 1..20)) {
            let parts = prorate(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            let sum: i64 = weights.iter().sum();
            if sum > 0 {
                for (part, weight) in parts.iter().zip(&weights) {
                    let exact = i128::from(total) * i128::from(*weight);
                    prop_assert!((i128::from(*part) * i128::from(sum) - exact).abs() < i128::from(sum));
                }
            }
        }

        #[test]
        fn capped_parts_stay_below_their_caps_and_the_pool(pool in 0i64..100_000, claims in prop::collection::vec((0i64..50, 0i64..20_000), 1..12)) {
            let parts = prorate_capped(pool, &claims);
            let wanted: i64 = claims.iter().filter(|claim| claim.0 > 0).map(|claim| claim.1).sum();
            prop_assert_eq!(parts.iter().sum::<i64>(), pool.min(wanted));
            for (part, (_, cap)) in parts.iter().zip(&claims) {
                prop_assert!(part <= cap && *part >= 0);
            }
        }
    }
}
