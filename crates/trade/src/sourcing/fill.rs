//! The best that a set of nodes can do for the lines.

use units::Day;

use super::request::{Candidate, Request};

/// Lines and nodes as dense tables, so that thousands of sets can be tried.
pub(super) struct Table<'a> {
    pub(super) request: &'a Request,
    /// The candidates that are not barred, by node code.
    pub(super) nodes: Vec<&'a Candidate>,
    /// For each line, which of the distinct items it is.
    item_of: Vec<usize>,
    /// Units by item and node: `stock[item * nodes + node]`.
    stock: Vec<i64>,
    /// The place of each node in the order of preference: tier, distance, code.
    rank: Vec<usize>,
    in_time: Vec<bool>,
    /// Who may ship what: `may_ship[line * nodes + node]`.
    may_ship: Vec<bool>,
    /// Units asked for, all lines.
    pub(super) wanted: i64,
    /// Units asked for by item.
    wanted_of: Vec<i64>,
}

/// Units of a line from a node, by their places in the table.
pub(super) type Share = (usize, usize, i64);

/// What a set of nodes ships.
pub(super) struct Filling {
    pub(super) shares: Vec<Share>,
    /// Units that do not arrive in time, and units that are not shipped at all.
    pub(super) missing: (i64, i64),
}

impl<'a> Table<'a> {
    pub(super) fn new(request: &'a Request, mut nodes: Vec<&'a Candidate>) -> Self {
        nodes.sort_by(|a, b| a.node.cmp(&b.node));
        let mut items: Vec<&crate::ids::ItemId> = request.lines.iter().map(|line| &line.item).collect();
        items.sort_unstable();
        items.dedup();
        let item_of: Vec<usize> =
            request.lines.iter().map(|line| items.binary_search(&&line.item).unwrap_or_default()).collect();
        let mut stock = Vec::with_capacity(items.len() * nodes.len());
        for item in &items {
            stock.extend(nodes.iter().map(|node| node.available.get(*item).map_or(0, |quantity| quantity.0.max(0))));
        }
        let mut preferred: Vec<usize> = (0..nodes.len()).collect();
        preferred.sort_by_key(|at| (nodes[*at].tier, nodes[*at].distance_km, *at));
        let mut rank = vec![0; nodes.len()];
        for (place, at) in preferred.into_iter().enumerate() {
            rank[at] = place;
        }
        let is_in_time = |delivers: Day| request.requested.is_none_or(|requested| delivers <= requested);
        let in_time = nodes.iter().map(|node| is_in_time(node.delivers)).collect();
        let pairs = request.lines.iter().flat_map(|line| nodes.iter().map(move |node| (line, node)));
        let may_ship = pairs.map(|(line, node)| node.barrier_to(line).is_none()).collect();
        let mut wanted_of = vec![0i64; items.len()];
        for (line, item) in request.lines.iter().zip(&item_of) {
            wanted_of[*item] += line.quantity.0.max(0);
        }
        Self { request, item_of, stock, rank, in_time, may_ship, wanted: wanted_of.iter().sum(), wanted_of, nodes }
    }

    /// Fewer units than this cannot be missing from any plan that uses only nodes of `allowed`: constraints left out.
    pub(super) fn least_missing(&self, allowed: &[bool]) -> (i64, i64) {
        let width = self.nodes.len();
        let (mut late, mut none) = (0, 0);
        for (item, wanted) in self.wanted_of.iter().enumerate() {
            let (mut timely, mut all) = (0i64, 0i64);
            for (node, is_allowed) in allowed.iter().enumerate() {
                if *is_allowed {
                    let there = self.stock[item * width + node];
                    all = all.saturating_add(there);
                    if self.in_time[node] {
                        timely = timely.saturating_add(there);
                    }
                }
            }
            late += (wanted - timely).max(0);
            none += (wanted - all).max(0);
        }
        (late, none)
    }

    /// Fills the lines in their order from the nodes of `set`.
    ///
    /// A line takes everything from one node if one has it all and is in time: the most preferred. Else it takes from nodes in
    /// time before late ones, from the fuller first. A whole line takes from one node or not at all.
    pub(super) fn fill(&self, set: &[usize]) -> Filling {
        let width = self.nodes.len();
        let mut left = self.stock.clone();
        let mut lines_left: Vec<u32> = self.nodes.iter().map(|node| node.lines_left.unwrap_or(u32::MAX)).collect();
        let mut filling =
            Filling { shares: Vec::with_capacity(self.request.lines.len()), missing: (self.wanted, self.wanted) };
        let mut open: Vec<usize> = Vec::with_capacity(set.len());
        for (at, line) in self.request.lines.iter().enumerate() {
            let row = self.item_of[at] * width;
            let mut wanted = line.quantity.0;
            if wanted <= 0 {
                continue;
            }
            open.clear();
            open.extend(
                set.iter()
                    .copied()
                    .filter(|node| left[row + node] > 0 && lines_left[*node] > 0 && self.may_ship[at * width + node]),
            );
            let whole = open.iter().copied().filter(|node| left[row + node] >= wanted);
            let best_whole = whole.min_by_key(|node| (!self.in_time[*node], self.rank[*node]));
            match best_whole {
                Some(node) if self.in_time[node] || line.whole => open = vec![node],
                None if line.whole => continue,
                _ => open.sort_by_key(|node| (!self.in_time[*node], -left[row + node], self.rank[*node])),
            }
            for node in open.iter().copied().take(self.request.max_nodes_per_line.unwrap_or(usize::MAX)) {
                if wanted == 0 {
                    break;
                }
                let taken = wanted.min(left[row + node]);
                wanted -= taken;
                left[row + node] -= taken;
                lines_left[node] = lines_left[node].saturating_sub(1);
                filling.missing.1 -= taken;
                if self.in_time[node] {
                    filling.missing.0 -= taken;
                }
                filling.shares.push((at, node, taken));
            }
        }
        filling
    }
}
