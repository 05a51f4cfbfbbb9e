//! A plan: which node ships what, what that costs, and why the other nodes were left out.

use serde::{Deserialize, Serialize};
use units::{Amount, Quantity};

use super::fill::Table;
use super::request::{Candidate, Request, Weights};
use super::search;
use crate::ids::*;

/// Which node ships what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// Units by line and node, in the order of the lines.
    pub assignments: Vec<Assignment>,
    /// Units of lines that no allowed node has.
    pub unfilled: Vec<(LineNo, Quantity)>,
    /// How many nodes ship.
    pub shipments: usize,
    /// What the shipments cost in minor units, without penalties.
    pub cost: Amount,
    /// Why a node was left out, of the whole order or of one line.
    pub excluded: Vec<Exclusion>,
    /// How it was found.
    pub method: Method,
}

/// Units of a line from a node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Assignment {
    /// The line.
    pub line: LineNo,
    /// The node.
    pub node: NodeId,
    /// Units.
    pub quantity: Quantity,
}

/// A node that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// The node.
    pub node: NodeId,
    /// The line; `None` for the whole order.
    pub line: Option<LineNo>,
    /// What ruled it out.
    pub barrier: Barrier,
}

/// A hard constraint (domain §1.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Barrier {
    /// It takes no new orders.
    Closed,
    /// It does not ship to the country.
    Country,
    /// It is too far away.
    Distance,
    /// It has refused this order before.
    Refused,
    /// It has taken all the lines that it can take today.
    Capacity,
    /// It may not ship hazardous items.
    Hazardous,
    /// It has nothing of what is asked for.
    NoStock,
    /// It lacks the licence that the item asks for.
    Licence,
    /// It may not ship to this customer.
    Customer,
}

/// How a plan was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By branch and bound: no other set of nodes is better.
    #[default]
    Exact,
    /// Greedily, with local improvement: there were too many sets.
    Greedy,
}

/// Plans which node ships what.
///
/// Objective, in this order: units that arrive on the requested day, units, then the soft constraints by `weights`. Ties go to
/// the lower node codes, so the same request always gives the same plan. Source: domain §1.1.7; worked example in
/// `domain_1_1_7_cost_decides_between_one_shipment_and_two`.
pub fn plan(request: &Request, candidates: &[Candidate], weights: &Weights) -> Plan {
    let mut excluded = Vec::new();
    let mut allowed = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let limits = [candidate.max_distance_km, request.max_distance_km];
        let is_far = limits.into_iter().flatten().min().is_some_and(|limit| candidate.distance_km > limit);
        let barrier = match candidate.barred {
            Some(barrier) => Some(barrier),
            None if is_far => Some(Barrier::Distance),
            None if candidate.lines_left == Some(0) => Some(Barrier::Capacity),
            None => None,
        };
        match barrier {
            Some(barrier) => excluded.push(Exclusion { node: candidate.node.clone(), line: None, barrier }),
            None => allowed.push(candidate),
        }
    }
    for line in &request.lines {
        for candidate in &allowed {
            if let Some(barrier) = candidate.barrier_to(line) {
                excluded.push(Exclusion { node: candidate.node.clone(), line: Some(line.line), barrier });
            }
        }
    }
    let stocked = |candidate: &&Candidate| {
        request.lines.iter().any(|line| candidate.available.get(&line.item).is_some_and(|there| there.is_positive()))
    };
    let (with_stock, without): (Vec<_>, Vec<_>) = allowed.into_iter().partition(stocked);
    let empty = |candidate: &Candidate| Exclusion { node: candidate.node.clone(), line: None, barrier: Barrier::NoStock };
    excluded.extend(without.into_iter().map(empty));

    let table = Table::new(request, with_stock);
    let found = search::best(&table, weights);
    let mut missing: Vec<Quantity> = request.lines.iter().map(|line| line.quantity.or_zero()).collect();
    let mut assignments = Vec::with_capacity(found.filling.shares.len());
    for (line, node, quantity) in &found.filling.shares {
        missing[*line] -= Quantity(*quantity);
        assignments.push(Assignment {
            line: request.lines[*line].line,
            node: table.nodes[*node].node.clone(),
            quantity: Quantity(*quantity),
        });
    }
    let lines = request.lines.iter().map(|line| line.line);
    let nodes = found.nodes();
    Plan {
        assignments,
        unfilled: lines.zip(missing).filter(|(_, missing)| missing.is_positive()).collect(),
        shipments: nodes.len(),
        cost: nodes.iter().map(|node| table.nodes[*node].cost).sum(),
        excluded,
        method: found.method,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sourcing::{Objective, RequestLine};
    use units::Day;

    fn line(no: u64, item: &str, quantity: i64) -> RequestLine {
        RequestLine { line: LineNo(no), item: item.into(), quantity: Quantity(quantity), ..RequestLine::default() }
    }

    fn node(code: &str, tier: u8, distance_km: u32, per_100_km: i64, stock: &[(&str, i64)]) -> Candidate {
        Candidate {
            node: code.into(),
            tier,
            distance_km,
            cost: Amount(800 + i64::from(distance_km) * per_100_km / 100),
            available: stock.iter().map(|(item, units)| (ItemId::from(*item), Quantity(*units))).collect(),
            ..Candidate::default()
        }
    }

    fn example(per_100_km: i64) -> [Candidate; 3] {
        [
            node("WH1", 1, 100, per_100_km, &[("X", 10)]),
            node("WH2", 1, 300, per_100_km, &[("X", 10), ("Y", 5)]),
            node("WH3", 2, 50, per_100_km, &[("Y", 5)]),
        ]
    }

    fn two_lines() -> Request {
        Request { lines: vec![line(1, "X", 10), line(2, "Y", 5)], ..Request::default() }
    }

    fn used(plan: &Plan) -> Vec<&str> {
        plan.assignments.iter().map(|assignment| assignment.node.as_str()).collect()
    }

    #[test]
    fn domain_1_1_7_cost_decides_between_one_shipment_and_two() {
        let weights = Weights { objective: Objective::Weighted, ..Weights::default() };
        let near = plan(&two_lines(), &example(200), &weights);
        assert_eq!((used(&near), near.cost), (vec!["WH2", "WH2"], Amount(1_400)));
        let far = plan(&two_lines(), &example(1_000), &weights);
        assert_eq!((used(&far), far.cost), (vec!["WH1", "WH3"], Amount(3_100)));
        let weights = Weights { extra_shipment: Amount(500), ..weights };
        let dear = plan(&two_lines(), &example(1_000), &weights);
        assert_eq!((used(&dear), dear.cost), (vec!["WH2", "WH2"], Amount(3_800)));
    }

    #[test]
    fn fewest_shipments_win_by_default_whatever_they_cost() {
        let plan = plan(&two_lines(), &example(1_000), &Weights::default());
        assert_eq!((plan.shipments, plan.method), (1, Method::Exact));
        assert_eq!(used(&plan), ["WH2", "WH2"]);
    }

    #[test]
    fn units_in_time_count_more_than_fewer_shipments() {
        let mut nodes = example(200);
        nodes[1].delivers = Day(5);
        let request = Request { requested: Some(Day(2)), ..two_lines() };
        assert_eq!(used(&plan(&request, &nodes, &Weights::default())), ["WH1", "WH3"]);
    }

    #[test]
    fn a_plan_says_why_a_node_was_left_out() {
        let mut nodes = example(200);
        nodes[0].barred = Some(Barrier::Closed);
        nodes[1].max_distance_km = Some(250);
        nodes[2].lines_left = Some(0);
        let plan = plan(&two_lines(), &nodes, &Weights::default());
        let reasons: Vec<_> = plan.excluded.iter().map(|excluded| (excluded.node.as_str(), excluded.barrier)).collect();
        assert_eq!(reasons, [("WH1", Barrier::Closed), ("WH2", Barrier::Distance), ("WH3", Barrier::Capacity)]);
        assert_eq!(plan.unfilled, [(LineNo(1), Quantity(10)), (LineNo(2), Quantity(5))]);
    }

    #[test]
    fn a_line_is_shipped_only_by_who_may_ship_it_and_the_others_are_named() {
        let mut nodes = [node("WH1", 1, 0, 0, &[("X", 10), ("Y", 5)]), node("WH2", 2, 0, 0, &[("X", 10), ("Y", 5)])];
        nodes[1].licences = vec!["alcohol".into()];
        let mut request = two_lines();
        request.lines[1].licence = Some("alcohol".into());
        let plan = plan(&request, &nodes, &Weights::default());
        assert_eq!(used(&plan), ["WH2", "WH2"]);
        let expected = Exclusion { node: "WH1".into(), line: Some(LineNo(2)), barrier: Barrier::Licence };
        assert_eq!(plan.excluded, [expected]);
    }

    #[test]
    fn lines_of_one_item_share_its_stock() {
        let request = Request { lines: vec![line(1, "X", 7), line(2, "X", 7)], ..Request::default() };
        let plan = plan(&request, &[node("WH1", 1, 0, 0, &[("X", 10)])], &Weights::default());
        assert_eq!(plan.assignments.iter().map(|assignment| assignment.quantity.0).collect::<Vec<_>>(), [7, 3]);
        assert_eq!(plan.unfilled, [(LineNo(2), Quantity(4))]);
    }

    #[test]
    fn a_node_takes_only_as_many_lines_as_it_can() {
        let mut nodes = [node("WH1", 1, 0, 0, &[("X", 10), ("Y", 5)]), node("WH2", 2, 0, 0, &[("X", 10), ("Y", 5)])];
        nodes[0].lines_left = Some(1);
        nodes[1].lines_left = Some(1);
        assert_eq!(used(&plan(&two_lines(), &nodes, &Weights::default())), ["WH1", "WH2"]);
    }

    #[test]
    fn many_nodes_are_searched_greedily() {
        let codes: Vec<String> = (0..40).map(|number| format!("N{number:02}")).collect();
        let nodes: Vec<Candidate> = codes.iter().map(|code| node(code, 1, 10, 0, &[("X", 1), ("Y", 1)])).collect();
        let plan = plan(&two_lines(), &nodes, &Weights::default());
        assert_eq!((plan.method, plan.shipments), (Method::Greedy, 10));
        assert!(plan.unfilled.is_empty());
    }
}
