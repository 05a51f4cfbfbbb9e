//! Where units wait that nobody has now (domain §1.1.2, §1.1.3).

use units::{Day, Quantity};

use super::atp::Ladder;

/// Units that wait at a node, by its place; `None` when no supply is in sight.
pub(crate) type Waiting = (usize, Quantity, Option<Day>);

/// Commits units to the supply that brings them to the customer first.
///
/// The node that can supply everything earliest is taken; if none can, the supply of several is, unless the line is `whole`. What
/// nobody can supply waits at the most preferred node. `nodes` are the places of those that may serve, the preferred first;
/// `arrives` tells on which day supply of a day at a node reaches the customer.
pub(crate) fn peg(
    ladders: &mut [Ladder],
    nodes: &[usize],
    arrives: impl Fn(usize, Day) -> Day,
    quantity: Quantity,
    whole: bool,
) -> Vec<Waiting> {
    let Some(first) = nodes.first() else { return Vec::new() };
    let days = |wanted: Quantity, ladders: &[Ladder]| -> Option<(usize, Day)> {
        let offers = nodes.iter().filter_map(|node| ladders[*node].earliest(wanted).map(|day| (*node, day)));
        // the first of equals is kept, and nodes are in the order of preference
        offers.min_by_key(|(node, day)| arrives(*node, *day))
    };
    if let Some((node, day)) = days(quantity, ladders) {
        ladders[node].commit(day, quantity);
        return vec![(node, quantity, Some(day))];
    }
    let mut waiting = Vec::new();
    let mut left = quantity;
    // each round empties a node, so there are at most as many rounds as nodes
    for _ in 0..if whole { 0 } else { nodes.len() } {
        let Some((node, _)) = days(Quantity(1), ladders) else { break };
        let units = ladders[node].most().min(left);
        let Some(day) = ladders[node].earliest(units) else { break };
        ladders[node].commit(day, units);
        waiting.push((node, units, Some(day)));
        left -= units;
        if left.is_zero() {
            return waiting;
        }
    }
    waiting.push((*first, left, None));
    waiting
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stock::{AtpPolicy, Inbound, Stock};

    fn ladder(supply: &[(i64, i32)]) -> Ladder {
        let inbound = supply.iter().zip(1..).map(|((quantity, eta), number): (_, i32)| Inbound {
            document: units::Text::from(number.to_string()),
            quantity: Quantity(*quantity),
            eta: Day(*eta),
        });
        Ladder::of(&Stock { inbound: inbound.collect(), ..Stock::default() }, Day(0), &AtpPolicy::default())
    }

    fn same_day(_: usize, day: Day) -> Day {
        day
    }

    #[test]
    fn the_node_that_has_everything_first_is_taken() {
        let mut ladders = [ladder(&[(10, 5), (10, 9)]), ladder(&[(20, 7)])];
        assert_eq!(peg(&mut ladders, &[0, 1], same_day, Quantity(15), false), [(1, Quantity(15), Some(Day(7)))]);
        assert_eq!(peg(&mut ladders, &[0, 1], same_day, Quantity(15), false), [(0, Quantity(15), Some(Day(9)))]);
    }

    #[test]
    fn what_no_single_node_has_is_taken_from_several_and_the_rest_waits() {
        let mut ladders = [ladder(&[(10, 9)]), ladder(&[(5, 7)])];
        let waiting = peg(&mut ladders, &[0, 1], same_day, Quantity(20), false);
        let expected = [(1, Quantity(5), Some(Day(7))), (0, Quantity(10), Some(Day(9))), (0, Quantity(5), None)];
        assert_eq!(waiting, expected);
    }

    #[test]
    fn a_whole_line_waits_for_one_node() {
        let mut ladders = [ladder(&[(10, 9)]), ladder(&[(5, 7)])];
        assert_eq!(peg(&mut ladders, &[0, 1], same_day, Quantity(12), true), [(0, Quantity(12), None)]);
    }
}
