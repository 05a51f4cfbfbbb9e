//! Which rules can match at all, looked up by the values of equality columns.

use std::collections::BTreeMap;

use feel::Value;
use units::{Decimal, Text};

use crate::table::{Cell, Rule};

/// From inputs to the rules whose equality cells they pass.
#[derive(Debug, Default)]
pub(crate) struct Index {
    columns: Vec<Column>,
    /// For each column of the table whether it is decided here.
    is_indexed: Vec<bool>,
    words: usize,
    all: Rules,
}

/// One bit per rule.
type Rules = Vec<u64>;

#[derive(Debug)]
struct Column {
    place: usize,
    rules: BTreeMap<Key, Rules>,
    /// Rules that do not look at the column.
    others: Rules,
}

/// A value that is equal to nothing but itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Bool(bool),
    Number(Decimal),
    String(Text),
}

impl Key {
    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(value) => Self::Number(*value),
            Value::String(value) => Self::String(value.clone()),
            _ => return None,
        })
    }
}

impl Index {
    /// An index of the columns whose cells are all plain values or `-`.
    pub(crate) fn of(columns: usize, rules: &[Rule]) -> Self {
        let words = rules.len().div_ceil(64);
        let mut all = vec![0; words];
        (0..rules.len()).for_each(|rule| set(&mut all, rule));
        let columns: Vec<Column> = (0..columns).filter_map(|place| column(place, rules, words)).collect();
        let mut is_indexed = vec![false; columns.iter().map(|column| column.place + 1).max().unwrap_or(0)];
        columns.iter().for_each(|column| is_indexed[column.place] = true);
        Self { columns, is_indexed, words, all }
    }

    /// Whether a column is decided by the index, so that its cells need not be looked at.
    pub(crate) fn covers(&self, column: usize) -> bool {
        self.is_indexed.get(column).copied().unwrap_or(false)
    }

    /// The rules whose indexed cells the inputs pass, in order.
    pub(crate) fn candidates(&self, inputs: &[Value]) -> impl Iterator<Item = usize> + use<> {
        let mut left = smallvec::SmallVec::<[u64; 4]>::from_slice(&self.all);
        for column in &self.columns {
            let key = inputs.get(column.place).and_then(Key::of);
            let passed = key.and_then(|key| column.rules.get(&key));
            for word in 0..self.words {
                let bits = |rules: &Rules| rules.get(word).copied().unwrap_or(0);
                left[word] &= bits(&column.others) | passed.map_or(0, bits);
            }
        }
        let mut word = 0;
        std::iter::from_fn(move || {
            while let Some(bits) = left.get_mut(word) {
                if *bits != 0 {
                    let bit = bits.trailing_zeros() as usize;
                    *bits &= *bits - 1;
                    return Some(word * 64 + bit);
                }
                word += 1;
            }
            None
        })
    }
}

fn column(place: usize, rules: &[Rule], words: usize) -> Option<Column> {
    let mut column = Column { place, rules: BTreeMap::new(), others: vec![0; words] };
    for (number, rule) in rules.iter().enumerate() {
        match rule.inputs.get(place)? {
            Cell::Any => set(&mut column.others, number),
            Cell::OneOf(values) => {
                for value in values {
                    set(column.rules.entry(Key::of(value)?).or_insert_with(|| vec![0; words]), number);
                }
            }
            Cell::Tests(..) => return None,
        }
    }
    Some(column)
}

fn set(rules: &mut Rules, number: usize) {
    if let Some(word) = rules.get_mut(number / 64) {
        *word |= 1 << (number % 64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(cells: Vec<Cell>) -> Rule {
        Rule { id: Text::default(), line: 1, inputs: cells, outputs: Vec::new() }
    }

    #[test]
    fn candidates_pass_every_equality_column_and_keep_their_order() {
        let one_of = |values: &[&str]| Cell::OneOf(values.iter().map(|value| Value::from(*value)).collect());
        let mut rules: Vec<Rule> = (0..100).map(|_| rule(vec![one_of(&["x"]), Cell::Any])).collect();
        rules[70] = rule(vec![one_of(&["a", "b"]), one_of(&["c"])]);
        rules[3] = rule(vec![Cell::Any, one_of(&["c"])]);
        let index = Index::of(2, &rules);
        let found = |one: Value, two: Value| index.candidates(&[one, two]).collect::<Vec<_>>();
        assert_eq!(found(Value::from("b"), Value::from("c")), [3, 70]);
        assert_eq!(found(Value::from("b"), Value::Null), [0_usize; 0]);
        assert_eq!(found(Value::from("x"), Value::from(1)).len(), 98);
        assert!(index.covers(0) && index.covers(1) && !index.covers(2));
    }
}
