//! Overlaps, gaps, and rules that are never reached: a walk over the boxes of pieces, column by column, with the rules that
//! still hold. Boxes on which the same rules hold so far are walked as one.

use std::collections::{BTreeMap, BTreeSet};

use super::domain::{Holds, Piece, holds, is_computed, pieces, weight};
use super::warn;
use crate::Finding;
use crate::model::Node;
use crate::table::{HitPolicy, Table};

/// How many boxes are looked at before the check gives up, and says so.
const MAX_BOXES: usize = 20_000;
/// How often a cell is held against a piece, or a rule against another, before the check gives up.
const MAX_WORK: usize = 20_000_000;
/// How many signs of a cell are shown.
const MAX_SHOWN: usize = 60;
/// How many overlaps and gaps of a table are told.
const MAX_TOLD: usize = 10;

pub(super) fn check(table: &Table, node: &Node, findings: &mut Vec<Finding>) {
    if table.rules.is_empty() || table.inputs.is_empty() {
        return;
    }
    let mut left = MAX_WORK;
    let mut columns = Vec::new();
    for (place, input) in table.inputs.iter().enumerate() {
        let pieces = match pieces(table, place, input) {
            Ok(pieces) => pieces,
            Err(why) => {
                return not_looked_for(
                    table,
                    node,
                    &format!("the input {} cannot be split: {why}", input.title()),
                    findings,
                );
            }
        };
        let Some(column) = Column::new(table, place, pieces, &mut left) else { return given_up(table, node, findings) };
        columns.push(column);
    }
    let rules = table.rules.len();
    let mut walk = Walk {
        table,
        columns: &columns,
        boxes: 0,
        left,
        path: Vec::new(),
        reached: vec![false; rules],
        overlaps: BTreeSet::new(),
        examples: Vec::new(),
        gaps: Vec::new(),
        unsure: BTreeSet::new(),
    };
    if !walk.column(0, &vec![Holds::Always; rules]) {
        return given_up(table, node, findings);
    }
    let Walk { reached, examples, gaps, unsure, .. } = walk;
    for (rule, _) in reached.iter().enumerate().filter(|(_, reached)| !**reached) {
        let cause = format!("rule {} is never reached: {}", rule + 1, cells(table, rule));
        let never =
            columns.iter().position(|column| column.holds.iter().all(|piece| piece.get(rule) == Some(&Holds::Never)));
        let mend = match never.and_then(|column| table.inputs.get(column)) {
            Some(input) => {
                format!("take it away, or mend its cell of {}, which nothing that may come passes", input.title())
            }
            None => "take it away, or move it before the rules that cover it".to_owned(),
        };
        warn(table, node, Some(rule), cause, &mend, findings);
    }
    for ((one, two), place) in &examples {
        let cause = format!("rules {} and {} both match {place}", one + 1, two + 1);
        let mend = match table.policy {
            HitPolicy::Any => "let them say the same, or make their cells exclude each other",
            _ => "make their cells exclude each other, or choose another hit policy",
        };
        warn(table, node, Some(*two), cause, mend, findings);
    }
    for place in gaps.iter().filter(|_| gaps_matter(table)) {
        let cause = format!("no rule matches {place}");
        warn(table, node, None, cause, "add a rule or a default output, unless null is meant", findings);
    }
    tell_unsure(table, node, &unsure, findings);
}

/// Whether it is worth telling that no rule matches: not where nothing is a result, or something else is given then.
fn gaps_matter(table: &Table) -> bool {
    let has_default = table.outputs.iter().any(|output| output.default.is_some());
    !has_default && !matches!(table.policy, HitPolicy::Collect(_) | HitPolicy::RuleOrder | HitPolicy::OutputOrder)
}

/// Cells that have to be computed, of which it depends whether the table has a gap or an overlap.
fn tell_unsure(table: &Table, node: &Node, unsure: &BTreeSet<usize>, findings: &mut Vec<Finding>) {
    for (column, input) in table.inputs.iter().enumerate() {
        let cells = unsure.iter().filter_map(|rule| Some((rule + 1, table.rules.get(*rule)?.inputs.get(column)?)));
        let computed: Vec<_> = cells.filter(|(_, cell)| is_computed(cell)).collect();
        let Some((rule, cell)) = computed.first() else { continue };
        let more = if computed.len() > 1 { format!(" and {} more", computed.len() - 1) } else { String::new() };
        let cell: String = cell.to_string().chars().take(MAX_SHOWN).collect();
        let why = format!("the input {} is held against what is computed (rule {rule}: {cell}{more})", input.title());
        not_looked_for(table, node, &why, findings);
    }
}

fn not_looked_for(table: &Table, node: &Node, why: &str, findings: &mut Vec<Finding>) {
    let cause = format!("{why}; whether the table has gaps or overlaps there is not told");
    warn(table, node, None, cause, "compare with constants of one type if the table has to be checked", findings);
}

fn given_up(table: &Table, node: &Node, findings: &mut Vec<Finding>) {
    let cause = "the table has too many rules and different cases; gaps and overlaps were not looked for".to_owned();
    warn(table, node, None, cause, "split it into several decisions if it has to be checked", findings);
}

/// The pieces of a column, and how surely each rule holds on each of them.
struct Column {
    pieces: Vec<Piece>,
    holds: Vec<Vec<Holds>>,
}

impl Column {
    /// Nothing if that takes more work than is left.
    fn new(table: &Table, place: usize, pieces: Vec<Piece>, left: &mut usize) -> Option<Self> {
        let cells = || table.rules.iter().map(|rule| rule.inputs.get(place));
        let weight: usize = cells().map(|cell| cell.map_or(1, weight)).sum();
        *left = left.checked_sub(weight.saturating_mul(pieces.len()))?;
        let on = |piece: &Piece| cells().map(|cell| cell.map_or(Holds::Never, |cell| holds(cell, piece))).collect();
        let holds = pieces.iter().map(on).collect();
        Some(Self { pieces, holds })
    }
}

struct Walk<'a> {
    table: &'a Table,
    columns: &'a [Column],
    boxes: usize,
    /// How much work may still be done.
    left: usize,
    /// The pieces chosen so far, one group for each column.
    path: Vec<Vec<usize>>,
    reached: Vec<bool>,
    overlaps: BTreeSet<(usize, usize)>,
    /// Overlaps, and where.
    examples: Vec<((usize, usize), String)>,
    gaps: Vec<String>,
    /// Rules of which it is not known whether they close a gap, or overlap with others.
    unsure: BTreeSet<usize>,
}

impl Walk<'_> {
    /// Goes on with a column; whether there was no need to give up.
    fn column(&mut self, column: usize, rules: &[Holds]) -> bool {
        let all: &[Column] = self.columns;
        let Some(here) = all.get(column).filter(|_| rules.iter().any(|holds| *holds != Holds::Never)) else {
            self.boxes += 1;
            return self.takes(rules.len()) && self.leaf(rules) && self.boxes <= MAX_BOXES;
        };
        if !self.takes(rules.len().saturating_mul(here.pieces.len())) {
            return false;
        }
        // in the order in which they come first; found by what holds, since there may be as many as pieces
        let mut groups: Vec<(Vec<Holds>, Vec<usize>)> = Vec::new();
        let mut known: BTreeMap<Vec<Holds>, usize> = BTreeMap::new();
        for (at, holds) in here.holds.iter().enumerate() {
            let still: Vec<Holds> = rules.iter().zip(holds).map(|(so_far, here)| *so_far.min(here)).collect();
            match known.get(&still).and_then(|group| groups.get_mut(*group)) {
                Some((_, places)) => places.push(at),
                None => {
                    known.insert(still.clone(), groups.len());
                    groups.push((still, vec![at]));
                }
            }
        }
        drop(known);
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

    /// Accounts for work; whether so much was left.
    fn takes(&mut self, work: usize) -> bool {
        let left = self.left.checked_sub(work);
        self.left = left.unwrap_or_default();
        left.is_some()
    }

    /// A box on which the same rules hold throughout; whether there was no need to give up.
    fn leaf(&mut self, rules: &[Holds]) -> bool {
        let sure: Vec<usize> = (0..rules.len()).filter(|rule| rules[*rule] == Holds::Always).collect();
        for (rule, holds) in rules.iter().enumerate().filter(|(_, holds)| **holds != Holds::Never) {
            let covered = self.table.policy == HitPolicy::First && sure.first().is_some_and(|first| *first < rule);
            self.reached[rule] |= !covered && *holds != Holds::Never;
        }
        let is_gap = rules.iter().all(|holds| *holds == Holds::Never) && !self.is_about_null();
        if is_gap && self.gaps.len() < MAX_TOLD {
            self.gaps.push(self.place());
        }
        let forbids = matches!(self.table.policy, HitPolicy::Unique | HitPolicy::Any);
        let perhaps = || (0..rules.len()).filter(|rule| rules[*rule] == Holds::Perhaps);
        let may_be_gap = sure.is_empty() && gaps_matter(self.table) && !self.is_about_null();
        let may_overlap = forbids && sure.len() + perhaps().take(2).count() > 1;
        if may_be_gap || may_overlap {
            self.unsure.extend(perhaps());
        }
        for (at, one) in sure.iter().enumerate().filter(|_| forbids) {
            for two in sure.iter().skip(at + 1) {
                if self.examples.len() >= MAX_TOLD {
                    return true;
                }
                if !self.takes(1) {
                    return false;
                }
                let differ = self.table.policy == HitPolicy::Unique || self.say_different_things(*one, *two);
                if differ && self.overlaps.insert((*one, *two)) {
                    self.examples.push(((*one, *two), self.place()));
                }
            }
        }
        true
    }

    /// Whether an input is null in the box at hand: that nothing matches then is rarely a mistake.
    fn is_about_null(&self) -> bool {
        self.columns
            .iter()
            .zip(&self.path)
            .any(|(Column { pieces, .. }, chosen)| chosen.iter().all(|place| pieces.get(*place) == Some(&Piece::Null)))
    }

    fn say_different_things(&self, one: usize, two: usize) -> bool {
        let outputs = |rule: usize| self.table.rules.get(rule).map(|rule| &rule.outputs);
        outputs(one) != outputs(two)
    }

    /// The box at hand, by its inputs; columns that are not looked at are left out.
    fn place(&self) -> String {
        let mut parts = Vec::new();
        for ((input, Column { pieces, .. }), chosen) in self.table.inputs.iter().zip(self.columns).zip(&self.path) {
            // null goes without saying beside values
            let values: Vec<&Piece> =
                chosen.iter().filter_map(|place| pieces.get(*place)).filter(|piece| **piece != Piece::Null).collect();
            if values.len() + 1 == pieces.len() {
                continue;
            }
            let mut shown: Vec<String> = values.iter().take(3).map(ToString::to_string).collect();
            if shown.is_empty() {
                shown.push(Piece::Null.to_string());
            }
            let more = if values.len() > 3 { ", …" } else { "" };
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
