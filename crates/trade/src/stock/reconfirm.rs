//! Who keeps, gains and loses when scarce stock is confirmed anew (domain §1.1.9).
//!
//! [`reconfirm`] is the pure part: quantities in, quantities out. The run over real orders is in `backorder_run`.

use serde::{Deserialize, Serialize};
use units::Quantity;

use super::fair_share::{Claimant, fair_share};

/// What a segment of requirements may get out of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// All that it wants, before anybody gains.
    Win,
    /// Never less than before; more after those who win.
    Gain,
    /// Never less than before; more after those who gain.
    #[default]
    Improve,
    /// Starts from nothing and gets what the others leave, in its order.
    Redistribute,
    /// Keeps at most what it had, of what is left.
    Fill,
    /// Keeps at most what it had, of what nobody else wants.
    Lose,
}

/// A line that wants units, in the order in which it is served within its strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// Which rule counts for it.
    pub strategy: Strategy,
    /// Units that it wants in all.
    pub wanted: Quantity,
    /// Units that are confirmed to it now.
    pub confirmed: Quantity,
}

/// Confirms `available` units anew; gives each requirement its units, in the order given. With `share`, those who redistribute share
/// what is left pro rata to what they want; otherwise the first is served first.
///
/// What was confirmed to those who gain or improve is theirs before anybody wins. Source: domain §1.1.9; worked example in
/// `domain_1_1_9_winners_take_from_losers_and_gainers_keep`.
pub fn reconfirm(available: Quantity, requirements: &[Requirement], share: bool) -> Vec<Quantity> {
    use Strategy::*;
    let mut left = available.or_zero();
    let mut confirmed = vec![Quantity::ZERO; requirements.len()];
    let mut give = |at: usize, up_to: Quantity, confirmed: &mut Vec<Quantity>| {
        let units = (up_to - confirmed[at]).or_zero().min(left);
        confirmed[at] += units;
        left -= units;
    };
    let of = |strategies: &'static [Strategy]| {
        let places = requirements.iter().enumerate();
        places.filter(move |(_, requirement)| strategies.contains(&requirement.strategy))
    };
    for (at, requirement) in of(&[Gain, Improve]) {
        give(at, requirement.confirmed.min(requirement.wanted), &mut confirmed);
    }
    for strategies in [&[Win], &[Gain], &[Improve]] as [&'static [Strategy]; 3] {
        for (at, requirement) in of(strategies) {
            give(at, requirement.wanted, &mut confirmed);
        }
    }
    if share {
        let places: Vec<usize> = of(&[Redistribute]).map(|(at, _)| at).collect();
        let claimants: Vec<Claimant> = of(&[Redistribute]).map(|(_, requirement)| claimant(requirement)).collect();
        let rest = available.or_zero() - confirmed.iter().copied().sum();
        for (at, units) in places.into_iter().zip(fair_share(rest, &claimants)) {
            give(at, units, &mut confirmed);
        }
    } else {
        of(&[Redistribute]).for_each(|(at, requirement)| give(at, requirement.wanted, &mut confirmed));
    }
    for strategies in [&[Fill], &[Lose]] as [&'static [Strategy]; 2] {
        for (at, requirement) in of(strategies) {
            give(at, requirement.confirmed.min(requirement.wanted), &mut confirmed);
        }
    }
    confirmed
}

/// Whoever redistributes counts by what it wants.
fn claimant(requirement: &Requirement) -> Claimant {
    let request = requirement.wanted.or_zero();
    Claimant { request, weight: u32::try_from(request.0).unwrap_or(u32::MAX) }
}

#[cfg(test)]
mod tests {
    use super::Strategy as Confirm;
    use super::{Requirement, reconfirm};
    use Confirm::*;
    use proptest::prelude::*;
    use units::Quantity;

    fn requirement(strategy: Confirm, wanted: i64, confirmed: i64) -> Requirement {
        Requirement { strategy, wanted: Quantity(wanted), confirmed: Quantity(confirmed) }
    }

    fn run(available: i64, requirements: &[Requirement]) -> Vec<i64> {
        reconfirm(Quantity(available), requirements, false).into_iter().map(|quantity| quantity.0).collect()
    }

    #[test]
    fn domain_1_1_9_winners_take_from_losers_and_gainers_keep() {
        let (a, b, c) = (requirement(Lose, 8_000, 8_000), requirement(Gain, 6_000, 4_000), requirement(Win, 5_000, 0));
        assert_eq!(run(12_000, &[a, b, c]), [1_000, 6_000, 5_000]);
    }

    #[test]
    fn those_who_gain_keep_what_they_have_even_from_winners() {
        assert_eq!(run(10, &[requirement(Win, 10, 0), requirement(Gain, 8, 6)]), [4, 6]);
        assert_eq!(run(20, &[requirement(Improve, 8, 6), requirement(Gain, 20, 6), requirement(Win, 5, 0)]), [6, 9, 5]);
    }

    #[test]
    fn who_fills_or_loses_never_gets_more_than_before() {
        assert_eq!(run(100, &[requirement(Fill, 10, 3), requirement(Lose, 10, 2)]), [3, 2]);
        assert_eq!(run(6, &[requirement(Lose, 9, 4), requirement(Fill, 9, 4)]), [2, 4]);
    }

    #[test]
    fn those_who_redistribute_are_served_in_their_order_or_share() {
        let all = [requirement(Redistribute, 80, 80), requirement(Redistribute, 60, 0), requirement(Redistribute, 20, 20)];
        assert_eq!(run(100, &all), [80, 20, 0]);
        let shared: Vec<i64> = reconfirm(Quantity(100), &all, true).into_iter().map(|quantity| quantity.0).collect();
        assert_eq!(shared, [50, 38, 12]);
    }

    fn any_requirement() -> impl Strategy<Value = Requirement> {
        let strategies = prop::sample::select(vec![Win, Gain, Improve, Redistribute, Fill, Lose]);
        (strategies, 0i64..50, 0i64..50)
            .prop_map(|(strategy, wanted, confirmed)| requirement(strategy, wanted, confirmed.min(wanted)))
    }

    proptest! {
        #[test]
        fn no_more_is_confirmed_than_there_is_and_each_strategy_keeps_its_word(
            requirements in prop::collection::vec(any_requirement(), 0..8),
            free in 0i64..60,
            share in any::<bool>(),
        ) {
            // what is confirmed now is there
            let available = requirements.iter().map(|requirement| requirement.confirmed.0).sum::<i64>() + free;
            let confirmed = reconfirm(Quantity(available), &requirements, share);
            prop_assert!(confirmed.iter().map(|quantity| quantity.0).sum::<i64>() <= available);
            for (now, requirement) in confirmed.iter().zip(&requirements) {
                prop_assert!(*now <= requirement.wanted && !now.is_negative());
                match requirement.strategy {
                    Gain | Improve => prop_assert!(*now >= requirement.confirmed),
                    Fill | Lose => prop_assert!(*now <= requirement.confirmed),
                    Win | Redistribute => {}
                }
            }
        }
    }
}
