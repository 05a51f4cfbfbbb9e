//! The tables, made from [`Table::all`] and [`Table::indexes`], and the statements that write and read them.

use std::collections::BTreeSet;

use partition::Table;
use partition::row::Column;
use rusqlite::Connection;
use trade::Kind;

/// "Xdck" in the header of the file, so that nobody takes it for another program's database.
pub(super) const APPLICATION_ID: i32 = 0x5864_636b;

/// Raised only when a release cannot read what an earlier one wrote. More tables and indexes need no new number.
pub(super) const VERSION: i32 = 4;

/// Tables that hold no aggregates.
const OWN: [(&str, &str); 6] = [
    ("journal", "position INTEGER PRIMARY KEY, at INTEGER NOT NULL, hash BLOB NOT NULL, data BLOB NOT NULL) STRICT"),
    // 0 and 1 take no room
    (
        "subject",
        "kind INTEGER, number INTEGER, position INTEGER, PRIMARY KEY (kind, number, position)) WITHOUT ROWID, STRICT",
    ),
    ("timer", "due INTEGER, owner BLOB, PRIMARY KEY (due, owner)) WITHOUT ROWID, STRICT"),
    // keys of replies and documents come in no order: the table grows at its end, and only the small index is written all over
    ("reply", "key TEXT PRIMARY KEY, at INTEGER NOT NULL, digest BLOB NOT NULL, body BLOB NOT NULL) STRICT"),
    ("document", "sha256 TEXT PRIMARY KEY, at INTEGER NOT NULL, media_type TEXT NOT NULL, bytes BLOB NOT NULL) STRICT"),
    ("meta", "key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT"),
];

/// The columns of a row behind its key, in the order in which statements bind and read them. The state comes last: whoever
/// looks at the others does not have to read it.
pub(super) const COLUMNS: [&str; 9] = ["status", "account", "parent", "label", "at", "due", "amount", "mark", "data"];

/// The statements of one table.
#[derive(Debug)]
pub(super) struct Statements {
    /// Writes a row, unless it exists and a column with an index has changed; then it changes nothing. Most writes change no
    /// such column, and SQLite would delete and insert their index entries all the same.
    pub(super) write: String,
    /// Which of the columns with an index, in the order of [`Self::indexed`], a row that exists would keep.
    pub(super) keeps: String,
    /// How many values that takes: the key, and columns up to the last one with an index.
    pub(super) compared: usize,
    /// The columns with an index.
    indexed: Vec<&'static str>,
    /// Deletes a row.
    pub(super) delete: String,
}

/// The name of a query column.
pub(super) fn column(column: Column) -> &'static str {
    match column {
        Column::Status => "status",
        Column::Account => "account",
        Column::Parent => "parent",
        Column::Label => "label",
        Column::At => "at",
        Column::Due => "due",
        Column::Amount => "amount",
        Column::Mark => "mark",
    }
}

/// Whether rows are kept in the tree of their keys. That saves a second look-up, and pays while rows are small.
fn is_clustered(table: Table) -> bool {
    match table {
        Table::Trade(kind) => matches!(kind, Kind::Stock | Kind::Series | Kind::Reference | Kind::Counters),
        Table::Correlation
        | Table::Latest
        | Table::Schedule
        | Table::Dependency
        | Table::User
        | Table::Client
        | Table::Webhook
        | Table::Begins
        | Table::SavedViews => true,
        Table::Instance
        | Table::Effect
        | Table::Definition
        | Table::Batch
        | Table::BatchPart
        | Table::Job
        | Table::Draft => false,
    }
}

fn index(table: Table, columns: &[&str]) -> String {
    format!("{} by {}", table.name(), columns.join(" and "))
}

fn names(columns: &[Column]) -> Vec<&'static str> {
    columns.iter().map(|of| column(*of)).collect()
}

/// Adds the tables and indexes that are missing and drops the indexes that are no longer declared. To be called inside a
/// transaction.
pub(super) fn declare(connection: &Connection) -> rusqlite::Result<()> {
    for (name, columns) in OWN {
        connection.execute_batch(&format!("CREATE TABLE IF NOT EXISTS {name} ({columns}"))?;
    }
    let mut indexes = BTreeSet::new();
    for table in Table::all() {
        let name = table.name();
        let key = if table.is_numbered() { "INTEGER" } else { "TEXT" };
        let options = if is_clustered(table) { "WITHOUT ROWID, STRICT" } else { "STRICT" };
        connection.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS \"{name}\" (key {key} PRIMARY KEY, status TEXT, account TEXT, parent TEXT, \
             label TEXT, at INTEGER, due INTEGER, amount INTEGER, mark TEXT, data BLOB NOT NULL) {options}"
        ))?;
        for columns in table.indexes().iter().map(|columns| names(columns)) {
            let index = index(table, &columns);
            let (of, is) = (columns.join(", "), columns.join(" IS NOT NULL AND "));
            // with the key behind the columns, a filtered page comes in order and needs no sorting
            connection.execute_batch(&format!(
                "CREATE INDEX IF NOT EXISTS \"{index}\" ON \"{name}\" ({of}, key) WHERE {is} IS NOT NULL"
            ))?;
            indexes.insert(index);
        }
    }
    let existing: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")?
        .query_map((), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for index in existing.iter().filter(|index| !indexes.contains(*index)) {
        connection.execute_batch(&format!("DROP INDEX \"{}\"", index.replace('"', "\"\"")))?;
    }
    Ok(())
}

/// The first declared table that the file does not have.
pub(super) fn missing(connection: &Connection) -> rusqlite::Result<Option<&'static str>> {
    let existing: BTreeSet<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?
        .query_map((), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let declared = OWN.iter().map(|(name, _)| *name).chain(Table::all().map(Table::name));
    Ok(declared.into_iter().find(|name| !existing.contains(*name)))
}

impl Statements {
    /// Writes a row that exists, and of the columns with an index those that it does not keep.
    pub(super) fn rewrite(&self, table: Table, keeps: &[bool]) -> String {
        let kept: Vec<&str> =
            self.indexed.iter().zip(keeps).filter(|(_, keeps)| **keeps).map(|(column, _)| *column).collect();
        let set = COLUMNS.iter().enumerate().filter(|(_, column)| !kept.contains(column));
        let set: Vec<String> = set.map(|(at, column)| format!("{column} = ?{}", at + 2)).collect();
        format!("UPDATE \"{}\" SET {} WHERE key = ?1", table.name(), set.join(", "))
    }

    /// How many columns have an index.
    pub(super) fn indexed(&self) -> usize {
        self.indexed.len()
    }

    /// The statements of a table.
    pub(super) fn of(table: Table) -> Self {
        let name = table.name();
        let indexed: BTreeSet<&'static str> = table.indexes().iter().flat_map(|columns| names(columns)).collect();
        let others = COLUMNS.iter().filter(|column| !indexed.contains(*column));
        let updates = others.map(|column| format!("{column} = excluded.{column}")).collect::<Vec<_>>().join(", ");
        let same: Vec<String> = indexed.iter().map(|column| format!("{column} IS excluded.{column}")).collect();
        let kept = |(at, column): (usize, &&str)| indexed.contains(column).then(|| format!("{column} IS ?{}", at + 2));
        let kept: Vec<String> = COLUMNS.iter().enumerate().filter_map(kept).collect();
        let last = COLUMNS.iter().rposition(|column| indexed.contains(column));
        let only_if = if same.is_empty() { String::new() } else { format!(" WHERE {}", same.join(" AND ")) };
        Self {
            write: format!(
                "INSERT INTO \"{name}\" (key, {}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                 ON CONFLICT (key) DO UPDATE SET {updates}{only_if}",
                COLUMNS.join(", ")
            ),
            keeps: format!("SELECT {} FROM \"{name}\" WHERE key = ?1", kept.join(", ")),
            compared: last.map_or(1, |last| last + 2),
            indexed: COLUMNS.into_iter().filter(|column| indexed.contains(column)).collect(),
            delete: format!("DELETE FROM \"{name}\" WHERE key = ?1"),
        }
    }
}

#[cfg(test)]
mod tests {
    use partition::row::RowKey;

    use super::*;
    use crate::query::RowQuery;
    use crate::sqlite::select::Select;

    #[test]
    fn no_aggregate_takes_the_name_of_another_table() {
        let names: Vec<&str> = OWN.iter().map(|(name, _)| *name).chain(Table::all().map(Table::name)).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn a_declaration_adds_what_is_new_and_drops_what_is_gone() {
        let connection = Connection::open_in_memory().unwrap();
        assert_eq!(missing(&connection).unwrap(), Some("journal"));
        declare(&connection).unwrap();
        assert_eq!(missing(&connection).unwrap(), None);
        connection.execute_batch("DROP INDEX \"order by status\"; CREATE INDEX old ON item (label)").unwrap();
        declare(&connection).unwrap();
        let indexes = "SELECT group_concat(name) FROM sqlite_schema WHERE name IN ('order by status', 'old')";
        assert_eq!(connection.query_row(indexes, (), |row| row.get::<_, String>(0)).unwrap(), "order by status");
    }

    #[test]
    fn what_begins_with_a_text_is_read_off_an_index_without_sorting() {
        let connection = Connection::open_in_memory().unwrap();
        declare(&connection).unwrap();
        let sql =
            "EXPLAIN QUERY PLAN SELECT data FROM \"job\" WHERE label >= ?1 AND label < ?2 ORDER BY label, key LIMIT ?3";
        let mut statement = connection.prepare(sql).unwrap();
        let plan = statement.query_map(("a", "b", 1), |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<String> = plan.collect::<Result<_, _>>().unwrap();
        assert!(plan.len() == 1 && plan[0].contains("job by label"), "{plan:?}");
    }

    #[test]
    fn a_filtered_page_is_read_off_an_index_without_sorting() {
        let connection = Connection::open_in_memory().unwrap();
        declare(&connection).unwrap();
        for table in Table::all() {
            for columns in table.indexes() {
                let mut query = RowQuery::table(table).descending().limit(50);
                for (at, of) in columns.iter().enumerate() {
                    let is_number = matches!(of, Column::At | Column::Due | Column::Amount);
                    query = if is_number { query.by(*of) } else { query.is(*of, "x") };
                    // a page behind another one
                    if is_number && at + 1 == columns.len() {
                        let key = if table.is_numbered() { RowKey::Number(7) } else { RowKey::Text("x".into()) };
                        query = query.behind(5, key);
                    }
                }
                let Select { sql, values, .. } = Select::rows(&query).unwrap();
                let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
                let plan = statement.query_map(rusqlite::params_from_iter(values), |row| row.get(3)).unwrap();
                let plan: Vec<String> = plan.collect::<Result<_, _>>().unwrap();
                let index = index(table, &names(columns));
                assert_eq!(plan.len(), 1, "{index}: {plan:?}");
                assert!(plan[0].contains(&format!("INDEX {index} (")), "{index}: {plan:?}");
            }
        }
    }
}
