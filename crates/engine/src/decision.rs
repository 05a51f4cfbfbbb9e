//! Decisions that were made: kept where people ask why a process went on as it did, cut to a size that a journal bears.

use serde::{Deserialize, Serialize};
use units::{Text, Timestamp};

use crate::instance::Key;

/// How many decisions of a graph are kept, and how many inputs and rules of each.
const MAX_PARTS: usize = 12;
/// How many characters of a value are kept.
const MAX_SHOWN: usize = 80;

/// A decision that a business rule task has made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionMade {
    /// The live element that asked for it; its key is not used again.
    pub key: Key,
    /// The id of the element.
    pub element: Text,
    /// The id of the decision.
    pub decision: Text,
    /// What it gave.
    pub result: Text,
    /// How it came to that.
    pub explained: Explained,
    /// When.
    pub at: Timestamp,
}

/// How a decision came to its result, in the words of whoever makes decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Explained {
    /// The version of the model that has the decision.
    pub version: Option<u32>,
    /// What it was about, if whoever makes decisions knows: an order.
    pub about: Option<Text>,
    /// Every decision of the graph, in the order in which they were made.
    pub decisions: Vec<ExplainedDecision>,
    /// How many more there were than are kept.
    pub more: u32,
}

/// What one decision of a graph saw and gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedDecision {
    /// The id of the decision.
    pub decision: Text,
    /// The inputs of its table, each with its value.
    pub inputs: Vec<(Text, Text)>,
    /// The rules that matched: their number from 1, and their id.
    pub rules: Vec<(u32, Text)>,
    /// What it gave.
    pub output: Text,
}

impl Explained {
    /// The same, cut to the size that is kept.
    #[must_use]
    pub fn cut(mut self) -> Self {
        let more = self.decisions.len().saturating_sub(MAX_PARTS);
        self.more = self.more.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        self.decisions.truncate(MAX_PARTS);
        for decision in &mut self.decisions {
            decision.inputs.truncate(MAX_PARTS);
            decision.rules.truncate(MAX_PARTS);
            for (label, value) in &mut decision.inputs {
                (*label, *value) = (shown(label), shown(value));
            }
            decision.output = shown(&decision.output);
        }
        self
    }

    /// The rules that matched, for a line: `tier 2, discount 1 and 3`.
    pub fn rules(&self) -> String {
        let matched = self.decisions.iter().filter(|decision| !decision.rules.is_empty());
        let lines = matched.map(|decision| {
            let numbers: Vec<String> = decision.rules.iter().map(|(number, _)| number.to_string()).collect();
            format!("{} {}", decision.decision, numbers.join(" and "))
        });
        lines.collect::<Vec<_>>().join(", ")
    }
}

/// So much of a value as is kept.
pub(crate) fn shown(value: &str) -> Text {
    if value.chars().count() <= MAX_SHOWN {
        return Text::from(value);
    }
    let mut cut: String = value.chars().take(MAX_SHOWN).collect();
    cut.push('…');
    Text::from(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(inputs: usize) -> ExplainedDecision {
        let inputs = vec![("x".into(), "1".repeat(500).into()); inputs];
        ExplainedDecision {
            decision: "d".into(),
            inputs,
            rules: vec![(2, "r2".into()), (3, "r3".into())],
            output: "1".into(),
        }
    }

    #[test]
    fn what_is_kept_has_a_size() {
        let all = Explained { decisions: vec![decision(100); 100], ..Explained::default() }.cut();
        assert_eq!((all.decisions.len(), all.more), (12, 88));
        assert!(all.decisions.iter().all(|decision| decision.inputs.len() == 12));
        let (_, value) = all.decisions.first().and_then(|decision| decision.inputs.first()).cloned().unwrap_or_default();
        assert_eq!((value.chars().count(), value.ends_with('…')), (81, true));
    }

    #[test]
    fn the_rules_are_told_in_a_line() {
        let all = Explained { decisions: vec![decision(1)], ..Explained::default() };
        assert_eq!(all.rules(), "d 2 and 3");
    }
}
