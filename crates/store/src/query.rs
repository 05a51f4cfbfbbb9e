//! Which rows a list asks for.

use std::ops::Range;

use partition::Table;
use partition::row::{Column, RowKey};
use units::Text;

/// Rows of one table: those that pass all filters and lie between two keys, in the order of their keys.
///
/// Pages are found by key, never by number: the next page is `after` the last row of this one, and the page before is
/// `before` its first row, in the opposite order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowQuery {
    /// The table.
    pub table: Table,
    /// What each row must pass.
    pub filters: Vec<Filter>,
    /// Only rows with keys above this one.
    pub after: Option<RowKey>,
    /// Only rows with keys below this one.
    pub before: Option<RowKey>,
    /// The highest key first; of rows that we number, that is the newest.
    pub descending: bool,
    /// Only rows with a number in this column, in its order, and in that of the keys where it is the same; by key unless it is set.
    pub by: Option<Column>,
    /// Only rows behind this value of that column and this key, in the order that is asked for.
    pub behind: Option<(i64, RowKey)>,
    /// How many rows at most; all unless it is set.
    pub limit: usize,
}

/// What a row must pass. It is quick where the column is one of [`Table::indexes`], else rows are read until enough pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// A column of text equals this.
    Is(Column, Text),
    /// A column of time lies in this range of milliseconds since 1970, without its end.
    Within(Column, Range<i64>),
    /// A column of text begins with this. The rows come in the order of that column.
    Begins(Column, Text),
}

impl RowQuery {
    /// All rows of a table, the lowest key first. Where there may be many, [`Self::limit`] makes it a page: whoever forgets it is slow,
    /// and never blind to what lies behind.
    pub fn table(table: Table) -> Self {
        Self {
            table,
            filters: Vec::new(),
            after: None,
            before: None,
            descending: false,
            by: None,
            behind: None,
            limit: usize::MAX,
        }
    }

    /// Only rows in which a column of text equals `value`.
    #[must_use]
    pub fn is(mut self, column: Column, value: impl Into<Text>) -> Self {
        self.filters.push(Filter::Is(column, value.into()));
        self
    }

    /// Only rows in which a column of time lies in `range`, without its end.
    #[must_use]
    pub fn within(mut self, column: Column, range: Range<i64>) -> Self {
        self.filters.push(Filter::Within(column, range));
        self
    }

    /// Only rows in which a column of text begins with `value`, in the order of that column. One such filter, and no page after the
    /// first: pages are found by key.
    #[must_use]
    pub fn begins(mut self, column: Column, value: impl Into<Text>) -> Self {
        self.filters.push(Filter::Begins(column, value.into()));
        self
    }

    /// Only rows with keys above `key`.
    #[must_use]
    pub fn after(mut self, key: RowKey) -> Self {
        self.after = Some(key);
        self
    }

    /// Only rows with keys below `key`.
    #[must_use]
    pub fn before(mut self, key: RowKey) -> Self {
        self.before = Some(key);
        self
    }

    /// The highest key first.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// In the order of a column of numbers, times or money: rows without one are not meant. It is quick where [`Table::indexes`] has the
    /// column, behind that of the filter if there is one; else every row that passes is looked at.
    #[must_use]
    pub fn by(mut self, column: Column) -> Self {
        self.by = Some(column);
        self
    }

    /// Only rows behind this value and key, in the order of [`Self::by`].
    #[must_use]
    pub fn behind(mut self, value: i64, key: RowKey) -> Self {
        self.behind = Some((value, key));
        self
    }

    /// At most `limit` rows.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}
