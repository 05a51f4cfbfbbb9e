//! Overlaps, gaps, and rules that are never reached: a walk over the boxes of pieces, column by column, with the rules that
//! still hold. Boxes on which the same rules hold so far are walked as one.

use std::collections::BTreeSet;

use super::domain::{Holds, Piece, holds, pieces};
use super::warn;
use crate::Finding;
use crate::model::Node;
use crate::table::{HitPolicy, Table};

/// How many boxes are looked at before the check gives up, and says so.
const MAX_BOXES: usize = 20_000;
/// How many overlaps and gaps of a table are told.
const MAX_TOLD: usize = 10;

pub(super) fn check(table: &Table, node: &Node, findings: &mut Vec<Finding>) {
    if table.rules.is_empty() || table.inputs.is_empty() {
        return;
    }
    let columns = table.inputs.iter().enumerate().map(|(place, input)| pieces(table, place, input));
    let Some(columns) = columns.collect::<Option<Vec<_>>>() else { return };
    let rules = table.rules.len();
    let mut walk = Walk {
        table,
        columns: &columns,
        boxes: 0,
        path: Vec::new(),
        reached: vec![false; rules],
        overlaps: BTreeSet::new(),
        examples: Vec::new(),
        gaps: Vec::new(),
    };
    if !walk.column(0, &vec![Holds::Always; rules]) {
        let cause = format!("the table has more than {MAX_BOXES} different cases; gaps and overlaps were not looked for");
        warn(table, node, None, cause, "split it into several decisions if it has to be checked", findings);
        return;
    }
    let Walk { reached, examples, gaps, .. } = walk;
    for (rule, _) in reached.iter().enumerate().filter(|(_, reached)| !**reached) {
        let cause = format!("rule {} is never reached: {}", rule + 1, cells(table, rule));
        let mend = "take it away, or move it before the rules that cover it";
        warn(table, node, Some(rule), cause, mend, findings);
    }
    for ((one, two), place) in examples.iter().take(MAX_TOLD) {
        let cause = format!("rules {} and {} both match {place}", one + 1, two + 1);
        let mend = match table.policy {
            HitPolicy::Any => "let them say the same, or make their cells exclude each other",
            _ => "make their cells exclude each other, or choose another hit policy",
        };
        warn(table, node, Some(*two), cause, mend, findings);
    }
    let has_default = table.outputs.iter().any(|output| output.default.is_some());
    let gaps_matter =
        !has_default && !matches!(table.policy, HitPolicy::Collect(_) | HitPolicy::RuleOrder | HitPolicy::OutputOrder);
    for place in gaps.iter().take(if gaps_matter { MAX_TOLD } else { 0 }) {
        let cause = format!("no rule matches {place}");
        warn(table, node, None, cause, "add a rule or a default output, unless null is meant", findings);
    }
}

struct Walk<'a> {
    table: &'a Table,
    columns: &'a [Vec<Piece>],
    boxes: usize,
    /// The pieces chosen so far, one group for each column.
    path: Vec<Vec<usize>>,
    reached: Vec<bool>,
    overlaps: BTreeSet<(usize, usize)>,
    /// Overlaps, and where.
    examples: Vec<((usize, usize), String)>,
    gaps: Vec<String>,
}

impl Walk<'_> {
    /// Goes on with a column; whether there was no need to give up.
    fn column(&mut self, column: usize, rules: &[Holds]) -> bool {
        if column == self.columns.len() || rules.iter().all(|holds| *holds == Holds::Never) {
            self.boxes += 1;
            self.leaf(rules);
            return self.boxes <= MAX_BOXES;
        }
        let mut groups: Vec<(Vec<Holds>, Vec<usize>)> = Vec::new();
        for (at, piece) in self.columns[column].iter().enumerate() {
            let still = rules.iter().zip(&self.table.rules).map(|(so_far, rule)| {
                let here = rule.inputs.get(column).map_or(Holds::Never, |cell| holds(cell, piece));
                match (so_far, here) {
                    (Holds::Never, _) | (_, Holds::Never) => Holds::Never,
                    (Holds::Always, Holds::Always) => Holds::Always,
                    _ => Holds::Perhaps,
                }
            });
            let still: Vec<Holds> = still.collect();
            match groups.iter_mut().find(|(known, _)| *known == still) {
                Some((_, places)) => places.push(at),
                None => groups.push((still, vec![at])),
            }
        }
        for (still, places) in groups {
            self.path.push(places);
            let goes_on = self.column(column + 1, &still);
            self.path.pop();
            if !goes_on {
                return false;
            }
        }
        true
    }

    fn leaf(&mut self, rules: &[Holds]) {
        let sure: Vec<usize> = (0..rules.len()).filter(|rule| rules[*rule] == Holds::Always).collect();
        for (rule, holds) in rules.iter().enumerate().filter(|(_, holds)| **holds != Holds::Never) {
            let covered = self.table.policy == HitPolicy::First && sure.first().is_some_and(|first| *first < rule);
            self.reached[rule] |= !covered && *holds != Holds::Never;
        }
        if rules.iter().all(|holds| *holds == Holds::Never) {
            self.gaps.push(self.place());
        }
        let forbids = matches!(self.table.policy, HitPolicy::Unique | HitPolicy::Any);
        for (at, one) in sure.iter().enumerate().filter(|_| forbids) {
            for two in sure.iter().skip(at + 1) {
                let differ = self.table.policy == HitPolicy::Unique || self.say_different_things(*one, *two);
                if differ && self.overlaps.insert((*one, *two)) {
                    self.examples.push(((*one, *two), self.place()));
                }
            }
        }
    }

    fn say_different_things(&self, one: usize, two: usize) -> bool {
        let outputs = |rule: usize| self.table.rules.get(rule).map(|rule| &rule.outputs);
        outputs(one) != outputs(two)
    }

    /// The box at hand, by its inputs; columns that are not looked at are left out.
    fn place(&self) -> String {
        let mut parts = Vec::new();
        for ((input, pieces), chosen) in self.table.inputs.iter().zip(self.columns).zip(&self.path) {
            if chosen.len() == pieces.len() {
                continue;
            }
            let shown: Vec<String> =
                chosen.iter().take(3).filter_map(|place| pieces.get(*place)).map(ToString::to_string).collect();
            let more = if chosen.len() > 3 { ", …" } else { "" };
            parts.push(format!("{} = {}{more}", input.expression.text().trim(), shown.join(" or ")));
        }
        if parts.is_empty() { "any input".to_owned() } else { parts.join(", ") }
    }
}

/// The input cells of a rule as they are written.
fn cells(table: &Table, rule: usize) -> String {
    let cells = table.rules.get(rule).map(|rule| rule.inputs.as_slice()).unwrap_or_default();
    cells.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}
