//! Lists in the order of a number, such as what is at stake: `sort=-value` over all rows, not over those of one page.

use partition::row::Column;
use partition::{AnyState, Row, RowKey, Table};
use store::{Reader, RowQuery};

use crate::page::{CHUNK, LOOKED_AT, Page, Total, limit_of, parse_place, place};
use crate::problem::Problem;
use crate::readers::decode;

/// The earliest first.
pub(crate) const EARLIEST_FIRST: Sort = Sort { column: Column::Due, descending: false };

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    column: Column,
    descending: bool,
}

/// By what money is at stake, in minor units of each document's currency.
pub(crate) const VALUE: (&str, Column) = ("value", Column::Amount);
/// By when it is due.
pub(crate) const DUE: (&str, Column) = ("due", Column::Due);

impl Sort {
    /// Reads `value`, or `-value` for the largest first.
    pub(crate) fn of(given: Option<&str>, known: &[(&str, Column)]) -> Result<Option<Self>, Problem> {
        let Some(given) = given else { return Ok(None) };
        let (name, descending) = given.strip_prefix('-').map_or((given, false), |name| (name, true));
        match known.iter().find(|(known, _)| *known == name) {
            Some((_, column)) => Ok(Some(Self { column: *column, descending })),
            None => {
                let names: Vec<String> = known.iter().map(|(name, _)| format!("{name}, -{name}")).collect();
                Err(Problem::new("invalid", format!("sort is `{given}`: use one of {}", names.join(", "))))
            }
        }
    }

    /// The number of a row that it is sorted by.
    fn value(self, row: &Row) -> i64 {
        let value = if self.column == Column::Due { row.due } else { row.amount };
        value.unwrap_or_default()
    }

    /// What cursors of a list in this order are sealed for: they are of no use in another order.
    fn list(self, table: Table) -> String {
        format!("{table:?} by {:?} {}", self.column, if self.descending { "down" } else { "up" })
    }
}

/// Reads a page of what a query describes, in an order; on the first page says how many there are, if `is_counted`.
pub(crate) fn page<T>(
    reader: &mut dyn Reader,
    query: RowQuery,
    sort: Sort,
    (after, limit): (Option<&str>, Option<usize>),
    is_counted: bool,
    mut show: impl FnMut(AnyState) -> Option<T>,
) -> Result<Page<T>, Problem> {
    let limit = limit_of(limit)?;
    let table = query.table;
    let list = sort.list(table);
    let total = if is_counted && after.is_none() { Some(Total::of(reader, &query)?) } else { None };
    let mut query = query.by(sort.column);
    query.descending = sort.descending;
    if let Some(after) = after {
        let (value, key) = opened(&list, table, after)?;
        query = query.behind(value, key);
    }
    let mut items = Vec::with_capacity(limit);
    let mut last_shown: Option<String> = None;
    let asked = (limit + 1).max(if is_counted { 0 } else { CHUNK });
    query = query.limit(asked);
    let mut looked_at = 0;
    loop {
        let rows = reader.rows(&query)?;
        looked_at += rows.len();
        for (key, row) in &rows {
            let Some(item) = show(decode(table, key, &row.data)?) else { continue };
            if items.len() == limit {
                return Ok(Page { items, next: last_shown, total });
            }
            items.push(item);
            last_shown = Some(sealed(&list, sort.value(row), key));
        }
        let Some((last, row)) = rows.last().filter(|_| rows.len() == asked) else {
            return Ok(Page { items, next: None, total });
        };
        let value = sort.value(row);
        // a page on which little is shown ends early rather than keep others from reading
        if looked_at >= LOOKED_AT {
            return Ok(Page { items, next: Some(sealed(&list, value, last)), total });
        }
        query = query.behind(value, last.clone());
    }
}

fn sealed(list: &str, value: i64, key: &RowKey) -> String {
    crate::cursor::sealed(list, &format!("{value}.{}", place(key)))
}

fn opened(list: &str, table: Table, cursor: &str) -> Result<(i64, RowKey), Problem> {
    let wrong = || Problem::new("invalid", "after is not a cursor of this list: take `next` of the page before");
    let (value, key) = crate::cursor::opened(list, cursor)?.split_once('.').ok_or_else(wrong)?;
    Ok((value.parse().map_err(|_| wrong())?, parse_place(table, key)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use trade::Kind;

    #[test]
    fn an_order_is_read_with_its_direction_and_an_unknown_one_is_refused() {
        let of = |given| Sort::of(Some(given), &[VALUE, DUE]);
        assert_eq!(of("-value").unwrap(), Some(Sort { column: Column::Amount, descending: true }));
        assert_eq!(of("due").unwrap(), Some(Sort { column: Column::Due, descending: false }));
        assert_eq!(Sort::of(None, &[VALUE]).unwrap(), None);
        for unknown in ["", "-", "--value", "account"] {
            let said = of(unknown).unwrap_err().detail;
            assert!(said.contains("value, -value, due, -due"), "{said}");
        }
        assert!(Sort::of(Some("due"), &[VALUE]).is_err());
    }

    #[test]
    fn a_place_in_an_order_reads_back_and_is_of_no_use_in_another_order() {
        let table = Table::Trade(Kind::Order);
        let [up, down] = [false, true].map(|descending| Sort { column: Column::Amount, descending }.list(table));
        let cursor = sealed(&down, -1_250, &RowKey::Number(17));
        assert_eq!(opened(&down, table, &cursor).unwrap(), (-1_250, RowKey::Number(17)));
        assert!(opened(&up, table, &cursor).is_err());
    }
}
