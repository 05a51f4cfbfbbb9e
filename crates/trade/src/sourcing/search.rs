//! The search for the best set of nodes: exact for small cases, greedy with local improvement for the rest.

use std::cmp::Ordering;

use super::fill::{Filling, Table};
use super::plan::Method;
use super::request::{Objective, Weights};

/// Up to so many visits of a line the search is exact: ten nodes and two hundred lines, or three and 25,000.
const EXACT_VISITS: usize = 200_000;
/// After so many visits of a line, local improvement stops with what it has.
const IMPROVEMENT_VISITS: usize = 2_000_000;

/// How good a plan is; the smaller, the better. The last field resolves ties (domain §1.1.7, objective 6).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score {
    /// Not filled in time, and not filled at all.
    missing: (i64, i64),
    /// What the soft constraints cost, the most important first.
    cost: [i64; 4],
    /// The nodes used, by their place in the order of codes.
    nodes: Vec<usize>,
}

/// The best plan that was found.
pub(super) struct Found {
    pub(super) score: Score,
    pub(super) filling: Filling,
    pub(super) method: Method,
}

impl Found {
    /// The nodes that ship, by their place in the order of codes.
    pub(super) fn nodes(&self) -> &[usize] {
        &self.score.nodes
    }
}

/// Finds the best set of nodes.
pub(super) fn best(table: &Table<'_>, weights: &Weights) -> Found {
    let sets = 1usize.checked_shl(table.nodes.len() as u32).unwrap_or(usize::MAX);
    let visits = sets.saturating_mul(table.request.lines.len().max(1));
    let mut search = Search::new(table, weights);
    let method = if table.nodes.len() < 16 && visits <= EXACT_VISITS {
        search.exact(0, &mut Vec::new(), &mut vec![true; table.nodes.len()]);
        Method::Exact
    } else {
        search.greedy();
        Method::Greedy
    };
    Found { score: search.score, filling: search.filling, method }
}

struct Search<'a> {
    table: &'a Table<'a>,
    weights: &'a Weights,
    max_nodes: usize,
    score: Score,
    filling: Filling,
    visits: usize,
}

impl<'a> Search<'a> {
    /// Starts with the plan that ships nothing.
    fn new(table: &'a Table<'a>, weights: &'a Weights) -> Self {
        let missing = (table.wanted, table.wanted);
        Self {
            table,
            weights,
            max_nodes: table.request.max_nodes.unwrap_or(usize::MAX),
            score: Score { missing, cost: [0; 4], nodes: Vec::new() },
            filling: Filling { shares: Vec::new(), missing },
            visits: 0,
        }
    }

    fn cost(&self, nodes: &[usize]) -> [i64; 4] {
        let candidates = || nodes.iter().map(|node| self.table.nodes[*node]);
        let shipments = nodes.len() as i64;
        let tiers: i64 = candidates().map(|node| i64::from(node.tier.saturating_sub(1))).sum();
        let penalty = tiers.saturating_mul(self.weights.tier_penalty.0);
        let cost = candidates().fold(0i64, |sum, node| sum.saturating_add(node.cost.0));
        let distance = candidates().map(|node| i64::from(node.distance_km)).sum();
        match self.weights.objective {
            Objective::Lexicographic => [shipments, penalty, cost, distance],
            Objective::Weighted => {
                let extra = (shipments - 1).max(0).saturating_mul(self.weights.extra_shipment.0);
                [cost.saturating_add(penalty).saturating_add(extra), shipments, tiers, distance]
            }
        }
    }

    /// Tries a set and keeps it if it is the best so far.
    fn attempt(&mut self, set: &[usize]) -> bool {
        self.visits += self.table.request.lines.len().max(1) * set.len().max(1);
        let filling = self.table.fill(set);
        let mut nodes: Vec<usize> = filling.shares.iter().map(|(_, node, _)| *node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let score = Score { missing: filling.missing, cost: self.cost(&nodes), nodes };
        let is_better = score < self.score;
        if is_better {
            (self.score, self.filling) = (score, filling);
        }
        is_better
    }

    /// Branch and bound over the sets: each node in, then out. `allowed` are the nodes in the set or still to be decided on.
    fn exact(&mut self, at: usize, set: &mut Vec<usize>, allowed: &mut [bool]) {
        let bound = (self.table.least_missing(allowed), self.cost(set));
        if bound.cmp(&(self.score.missing, self.score.cost)) == Ordering::Greater {
            return;
        }
        if at == allowed.len() {
            self.attempt(set);
            return;
        }
        if set.len() < self.max_nodes {
            set.push(at);
            self.exact(at + 1, set, allowed);
            set.pop();
        }
        allowed[at] = false;
        self.exact(at + 1, set, allowed);
        allowed[at] = true;
    }

    /// Adds the node that helps most as long as one helps, then drops and swaps nodes as long as that helps.
    fn greedy(&mut self) {
        let all = self.table.nodes.len();
        while self.score.nodes.len() < self.max_nodes.min(all) {
            let set = self.score.nodes.clone();
            let mut helps = false;
            for node in (0..all).filter(|node| !set.contains(node)) {
                let mut larger = set.clone();
                larger.push(node);
                helps |= self.attempt(&larger);
            }
            if !helps {
                break;
            }
        }
        while self.visits < IMPROVEMENT_VISITS && self.improve() {}
    }

    fn improve(&mut self) -> bool {
        let set = self.score.nodes.clone();
        for dropped in 0..set.len() {
            let mut changed = set.clone();
            changed.remove(dropped);
            if self.attempt(&changed) {
                return true;
            }
            for node in (0..self.table.nodes.len()).filter(|node| !set.contains(node)) {
                let mut swapped = changed.clone();
                swapped.push(node);
                if self.attempt(&swapped) {
                    return true;
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::super::request::{Candidate, Request, RequestLine};
    use super::*;
    use crate::ids::*;
    use proptest::prelude::*;
    use units::{Amount, Day, Quantity};

    /// Every way to take units of two lines of different items from three nodes, by brute force.
    fn oracle(table: &Table<'_>, weights: &Weights) -> Score {
        let search = Search::new(table, weights);
        let lines = &table.request.lines;
        let stock = |line: usize, node: usize| table.nodes[node].available.get(&lines[line].item).map_or(0, |q| q.0);
        let mut best = search.score.clone();
        let mut takes: Vec<Vec<Vec<i64>>> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let mut ways = vec![Vec::new()];
            for node in 0..table.nodes.len() {
                ways = ways
                    .into_iter()
                    .flat_map(|way: Vec<i64>| (0..=stock(at, node)).map(move |take| [way.clone(), vec![take]].concat()))
                    .collect();
            }
            ways.retain(|way| {
                let sum: i64 = way.iter().sum();
                let used = way.iter().filter(|take| **take > 0).count();
                let is_allowed = |node: usize| way[node] == 0 || table.nodes[node].barrier_to(line).is_none();
                sum <= line.quantity.0
                    && (!line.whole || sum == 0 || sum == line.quantity.0 && used == 1)
                    && used <= table.request.max_nodes_per_line.unwrap_or(usize::MAX)
                    && (0..way.len()).all(is_allowed)
            });
            takes.push(ways);
        }
        let pairs = takes[0].iter().flat_map(|first| takes[1].iter().map(move |second| (first, second)));
        for (first, second) in pairs {
            let nodes: Vec<usize> = (0..table.nodes.len()).filter(|node| first[*node] + second[*node] > 0).collect();
            if nodes.len() > table.request.max_nodes.unwrap_or(usize::MAX) {
                continue;
            }
            let in_time = |node: &usize| table.request.requested.is_none_or(|day| table.nodes[*node].delivers <= day);
            let all: i64 = first.iter().chain(second).sum();
            let timely: i64 = nodes.iter().filter(|node| in_time(node)).map(|node| first[*node] + second[*node]).sum();
            let missing = (table.wanted - timely, table.wanted - all);
            best = best.min(Score { missing, cost: search.cost(&nodes), nodes });
        }
        best
    }

    fn line(no: u64, item: &str) -> impl Strategy<Value = RequestLine> {
        let item = ItemId::from(item);
        (1i64..5, any::<bool>(), any::<bool>()).prop_map(move |(quantity, hazardous, whole)| RequestLine {
            line: LineNo(no),
            item: item.clone(),
            quantity: Quantity(quantity),
            hazardous,
            licence: None,
            whole,
        })
    }

    fn node(code: &'static str) -> impl Strategy<Value = Candidate> {
        (1u8..3, 0u32..300, 0i64..900, 0i32..3, any::<bool>(), 0i64..4, 0i64..4).prop_map(
            move |(tier, distance_km, cost, delivers, hazardous, x, y)| Candidate {
                node: code.into(),
                tier,
                distance_km,
                cost: Amount(cost),
                delivers: Day(delivers),
                hazardous,
                available: [("X".into(), Quantity(x)), ("Y".into(), Quantity(y))].into(),
                ..Candidate::default()
            },
        )
    }

    prop_compose! {
        fn request()(
            x in line(1, "X"),
            y in line(2, "Y"),
            requested in prop::option::of((0i32..3).prop_map(Day)),
            max_nodes in prop::option::of(1usize..3),
            max_nodes_per_line in prop::option::of(1usize..3),
        ) -> Request {
            Request { lines: vec![x, y], requested, max_nodes, max_nodes_per_line, max_distance_km: None }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn the_exact_search_agrees_with_brute_force(
            request in request(),
            nodes in (node("A"), node("B"), node("C")),
            weighted in any::<bool>(),
            extra in 0i64..500,
        ) {
            let objective = if weighted { Objective::Weighted } else { Objective::Lexicographic };
            let weights = Weights { objective, tier_penalty: Amount(300), extra_shipment: Amount(extra) };
            let table = Table::new(&request, vec![&nodes.0, &nodes.1, &nodes.2]);
            let found = best(&table, &weights);
            prop_assert_eq!(found.method, Method::Exact);
            prop_assert_eq!(found.score, oracle(&table, &weights));
        }

        #[test]
        fn the_greedy_search_fills_as_much_where_nothing_limits_the_nodes(
            mut request in request(),
            nodes in (node("A"), node("B"), node("C")),
        ) {
            (request.max_nodes, request.max_nodes_per_line) = (None, None);
            request.lines.iter_mut().for_each(|line| line.whole = false);
            let weights = Weights::default();
            let table = Table::new(&request, vec![&nodes.0, &nodes.1, &nodes.2]);
            let mut greedy = Search::new(&table, &weights);
            greedy.greedy();
            prop_assert_eq!(greedy.score.missing, best(&table, &weights).score.missing);
        }
    }

    /// The best score of all sets of nodes, where nothing limits a node or a line: each line takes what the set has.
    fn best_set(table: &Table<'_>, weights: &Weights) -> Score {
        let search = Search::new(table, weights);
        let sets = (0..1usize << table.nodes.len()).map(|set| {
            let nodes: Vec<usize> = (0..table.nodes.len()).filter(|node| set & 1 << node != 0).collect();
            let mut missing = (0, 0);
            for line in &table.request.lines {
                let there = |node: &usize| table.nodes[*node].available.get(&line.item).map_or(0, |units| units.0);
                let in_time = |node: &&usize| table.request.requested.is_none_or(|day| table.nodes[**node].delivers <= day);
                missing.0 += (line.quantity.0 - nodes.iter().filter(in_time).map(there).sum::<i64>()).max(0);
                missing.1 += (line.quantity.0 - nodes.iter().map(there).sum::<i64>()).max(0);
            }
            Score { missing, cost: search.cost(&nodes), nodes }
        });
        sets.min().expect("the empty set is one")
    }

    const ITEMS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

    prop_compose! {
        fn wide_node(code: &'static str)(
            tier in 1u8..3,
            distance_km in 0u32..300,
            cost in 1i64..900,
            delivers in 0i32..3,
            stock in prop::collection::vec(0i64..5, 6),
        ) -> Candidate {
            let available = ITEMS.iter().zip(stock).map(|(item, units)| (ItemId::from(*item), Quantity(units))).collect();
            let (node, cost, delivers) = (code.into(), Amount(cost), Day(delivers));
            Candidate { node, tier, distance_km, cost, delivers, available, ..Candidate::default() }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn six_nodes_and_six_lines_are_planned_as_well_as_by_trying_every_set(
            wanted in prop::collection::vec(1i64..7, 1..7),
            nodes in prop::collection::vec(
                prop_oneof![wide_node("A"), wide_node("B"), wide_node("C"), wide_node("D"), wide_node("E"), wide_node("F")],
                1..7,
            ),
            requested in prop::option::of((0i32..3).prop_map(Day)),
            weighted in any::<bool>(),
        ) {
            let mut nodes = nodes;
            nodes.sort_by(|a, b| a.node.cmp(&b.node));
            nodes.dedup_by(|a, b| a.node == b.node);
            let lines = wanted.iter().zip(ITEMS).zip(1u64..).map(|((wanted, item), no)| RequestLine {
                line: LineNo(no),
                item: item.into(),
                quantity: Quantity(*wanted),
                ..RequestLine::default()
            });
            let request = Request { lines: lines.collect(), requested, ..Request::default() };
            let objective = if weighted { Objective::Weighted } else { Objective::Lexicographic };
            let weights = Weights { objective, ..Weights::default() };
            let table = Table::new(&request, nodes.iter().collect());
            let found = best(&table, &weights);
            prop_assert_eq!(found.method, Method::Exact);
            prop_assert_eq!(found.score, best_set(&table, &weights));
        }
    }

    #[test]
    fn fifty_nodes_and_fifty_lines_are_planned_with_as_few_shipments_as_there_can_be() {
        // each node has five of the fifty items, so ten nodes are needed and enough
        let codes: Vec<String> = (0..50).map(|number| format!("N{number:02}")).collect();
        let item = |number: usize| ItemId::from(format!("I{number:02}").as_str());
        let nodes: Vec<Candidate> = (0..50usize)
            .map(|number| Candidate {
                node: codes[number].as_str().into(),
                tier: 1,
                available: (0..5).map(|place| (item(number % 10 * 5 + place), Quantity(3))).collect(),
                ..Candidate::default()
            })
            .collect();
        let lines = (0..50usize).map(|number| RequestLine {
            line: LineNo(number as u64 + 1),
            item: item(number),
            quantity: Quantity(3),
            ..RequestLine::default()
        });
        let request = Request { lines: lines.collect(), ..Request::default() };
        let table = Table::new(&request, nodes.iter().collect());
        let found = best(&table, &Weights::default());
        assert_eq!((found.score.missing, found.nodes().len()), ((0, 0), 10));
    }
}
