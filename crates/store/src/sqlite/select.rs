//! A [`RowQuery`] as SQL.

use rusqlite::types::Value;

use partition::Table;
use partition::row::{Column, RowKey};

use crate::error::StoreError;
use crate::query::{Filter, RowQuery};
use crate::sqlite::schema::{COLUMNS, column};
use crate::sqlite::value::{self, Key, bound};

/// A statement and what to bind. Few shapes of it exist, so that it stays prepared.
#[derive(Debug)]
pub(super) struct Select {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
    /// Whether there is a condition yet.
    is_limited: bool,
}

impl Select {
    /// The rows of a page: key and [`COLUMNS`].
    pub(super) fn rows(query: &RowQuery) -> Result<Self, StoreError> {
        let mut select = Self::filtered(&format!("key, {}", COLUMNS.join(", ")), query)?;
        let direction = if query.descending { " DESC" } else { "" };
        let begins = query.filters.iter().find_map(|filter| match filter {
            Filter::Begins(of, _) => Some(column(*of).to_owned()),
            Filter::Is(..) | Filter::Within(..) => None,
        });
        let by = match query.by {
            Some(by) => Some(number(query.table, by)?.to_owned()),
            None => begins,
        };
        let order = by.map_or_else(|| format!("key{direction}"), |by| format!("{by}{direction}, key{direction}"));
        select.sql.push_str(&format!(" ORDER BY {order} LIMIT ?"));
        select.values.push(Value::Integer(bound(query.limit)));
        Ok(select)
    }

    /// How many rows there are on all pages.
    pub(super) fn count(query: &RowQuery) -> Result<Self, StoreError> {
        Self::filtered("count(*)", query)
    }

    /// The same, where counting ends at `most`.
    pub(super) fn count_up_to(query: &RowQuery, most: usize) -> Result<Self, StoreError> {
        let mut select = Self::filtered("1", query)?;
        select.sql = format!("SELECT count(*) FROM ({} LIMIT ?)", select.sql);
        select.values.push(Value::Integer(bound(most)));
        Ok(select)
    }

    fn filtered(what: &str, query: &RowQuery) -> Result<Self, StoreError> {
        let table = query.table;
        let sql = format!("SELECT {what} FROM \"{}\"", table.name());
        let mut select = Self { sql, values: Vec::new(), is_limited: false };
        for filter in &query.filters {
            match filter {
                Filter::Is(of, text) if !is_number(*of) => {
                    select.only(&format!("{} = ?", column(*of)), [Value::Text(text.to_string())]);
                }
                Filter::Within(of, range) if is_number(*of) => {
                    let (name, ends) = (column(*of), [range.start.into(), range.end.into()]);
                    select.only(&format!("{name} >= ? AND {name} < ?"), ends);
                }
                Filter::Begins(of, text) if !is_number(*of) => {
                    let name = column(*of);
                    // behind the last letter that there is
                    let ends = [Value::Text(text.to_string()), Value::Text(format!("{text}\u{10ffff}"))];
                    select.only(&format!("{name} >= ? AND {name} < ?"), ends);
                }
                Filter::Is(of, _) | Filter::Within(of, _) | Filter::Begins(of, _) => {
                    let what = format!("column {} does not take the filter {filter:?}", column(*of));
                    return Err(StoreError::Unfit { table: table.name(), what });
                }
            }
        }
        if let Some(after) = &query.after {
            select.only("key > ?", [key(table, after)?]);
        }
        if let Some(before) = &query.before {
            select.only("key < ?", [key(table, before)?]);
        }
        if let Some(by) = query.by {
            let by = number(table, by)?;
            // what the condition of its indexes asks for
            select.only(&format!("{by} IS NOT NULL"), []);
            if let Some((value, last)) = &query.behind {
                let than = if query.descending { '<' } else { '>' };
                select.only(&format!("({by}, key) {than} (?, ?)"), [Value::Integer(*value), key(table, last)?]);
            }
        }
        Ok(select)
    }

    fn only<const N: usize>(&mut self, condition: &str, values: [Value; N]) {
        self.sql.push_str(if self.is_limited { " AND " } else { " WHERE " });
        self.is_limited = true;
        self.sql.push_str(condition);
        self.values.extend(values);
    }
}

fn is_number(column: Column) -> bool {
    match column {
        Column::At | Column::Due | Column::Amount => true,
        Column::Status | Column::Account | Column::Parent | Column::Label | Column::Mark => false,
    }
}

/// A column of numbers that rows are put in order by.
fn number(table: Table, by: Column) -> Result<&'static str, StoreError> {
    if is_number(by) {
        return Ok(column(by));
    }
    Err(StoreError::Unfit { table: table.name(), what: format!("column {} gives no order", column(by)) })
}

fn key(table: Table, key: &RowKey) -> Result<Value, StoreError> {
    Ok(match value::key(table, key)? {
        Key::Number(number) => Value::Integer(number),
        Key::Text(text) => Value::Text(text.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use trade::Kind;

    use super::*;

    const ORDER: Table = Table::Trade(Kind::Order);

    #[test]
    fn every_part_of_a_query_is_bound_and_none_is_written_out() {
        let query = RowQuery::table(ORDER)
            .is(Column::Status, "open' OR 1")
            .within(Column::At, 5..9)
            .after(RowKey::Number(3))
            .before(RowKey::Number(8))
            .descending();
        let select = Select::rows(&query).unwrap();
        let expected = "SELECT key, status, account, parent, label, at, due, amount, mark, data FROM \"order\" \
                        WHERE status = ? AND at >= ? AND at < ? AND key > ? AND key < ? ORDER BY key DESC LIMIT ?";
        assert_eq!(select.sql, expected);
        assert_eq!(select.values.len(), 6);
    }

    #[test]
    fn a_filter_of_the_wrong_kind_is_refused() {
        assert!(Select::count(&RowQuery::table(ORDER).is(Column::Due, "5")).is_err());
        assert!(Select::count(&RowQuery::table(ORDER).within(Column::Status, 1..2)).is_err());
        assert!(Select::count(&RowQuery::table(ORDER).after(RowKey::Text("a".into()))).is_err());
    }
}
