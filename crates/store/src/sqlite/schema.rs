//! The tables, made from [`Table::all`] and [`Table::indexed`], and the statements that write and read them.

use std::collections::BTreeSet;

use partition::Table;
use partition::row::Column;
use rusqlite::Connection;
use trade::Kind;

/// "Xdck" in the header of the file, so that nobody takes it for another program's database.
pub(super) const APPLICATION_ID: i32 = 0x5864_636b;

/// Raised only when a release cannot read what an earlier one wrote. More tables and indexes need no new number.
pub(super) const VERSION: i32 = 2;

/// Tables that hold no aggregates.
const OWN: [(&str, &str); 6] = [
    ("journal", "position INTEGER PRIMARY KEY, at INTEGER NOT NULL, hash BLOB NOT NULL, data BLOB NOT NULL) STRICT"),
    ("subject", "\"order\" INTEGER, position INTEGER, PRIMARY KEY (\"order\", position)) WITHOUT ROWID, STRICT"),
    ("timer", "due INTEGER, owner BLOB, PRIMARY KEY (due, owner)) WITHOUT ROWID, STRICT"),
    // keys of replies and documents come in no order: the table grows at its end, and only the small index is written all over
    ("reply", "key TEXT PRIMARY KEY, at INTEGER NOT NULL, digest BLOB NOT NULL, body BLOB NOT NULL) STRICT"),
    ("document", "sha256 TEXT PRIMARY KEY, at INTEGER NOT NULL, media_type TEXT NOT NULL, bytes BLOB NOT NULL) STRICT"),
    ("meta", "key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT"),
];

/// The columns of a row behind its key, in the order in which statements bind and read them. The state comes last: whoever
/// looks at the others does not have to read it.
pub(super) const COLUMNS: [&str; 8] = ["status", "account", "parent", "label", "at", "due", "amount", "data"];

/// The statements of one table.
#[derive(Debug)]
pub(super) struct Statements {
    /// Writes a row, unless it exists and a column with an index has changed; then it changes nothing. Most writes change no
    /// such column, and SQLite would delete and insert their index entries all the same.
    pub(super) write: String,
    /// Writes all columns of a row that exists.
    pub(super) rewrite: String,
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

fn index(table: Table, column_name: &str) -> String {
    format!("{} by {column_name}", table.name())
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
             label TEXT, at INTEGER, due INTEGER, amount INTEGER, data BLOB NOT NULL) {options}"
        ))?;
        for indexed in table.indexed().iter().map(|indexed| column(*indexed)) {
            let index = index(table, indexed);
            // with the key behind the column, a filtered page comes in order and needs no sorting
            connection.execute_batch(&format!(
                "CREATE INDEX IF NOT EXISTS \"{index}\" ON \"{name}\" ({indexed}, key) WHERE {indexed} IS NOT NULL"
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
    /// The statements of a table.
    pub(super) fn of(table: Table) -> Self {
        let name = table.name();
        let indexed: Vec<&str> = table.indexed().iter().map(|indexed| column(*indexed)).collect();
        let set = |changes: &dyn Fn(&str) -> bool, value: &dyn Fn(usize, &str) -> String| {
            let columns = COLUMNS.iter().enumerate().filter(|(_, column)| changes(column));
            columns.map(|(at, column)| format!("{column} = {}", value(at, column))).collect::<Vec<_>>().join(", ")
        };
        let updates = set(&|column| !indexed.contains(&column), &|_, column| format!("excluded.{column}"));
        let same: Vec<String> = indexed.iter().map(|column| format!("{column} IS excluded.{column}")).collect();
        let only_if = if same.is_empty() { String::new() } else { format!(" WHERE {}", same.join(" AND ")) };
        Self {
            write: format!(
                "INSERT INTO \"{name}\" (key, {}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
                 ON CONFLICT (key) DO UPDATE SET {updates}{only_if}",
                COLUMNS.join(", ")
            ),
            rewrite: format!("UPDATE \"{name}\" SET {} WHERE key = ?1", set(&|_| true, &|at, _| format!("?{}", at + 2))),
            delete: format!("DELETE FROM \"{name}\" WHERE key = ?1"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            for indexed in table.indexed().iter().map(|indexed| column(*indexed)) {
                let name = table.name();
                let sql = format!("EXPLAIN QUERY PLAN SELECT data FROM \"{name}\" WHERE {indexed} = ?1 ORDER BY key DESC");
                let mut statement = connection.prepare(&sql).unwrap();
                let plan: Vec<String> =
                    statement.query_map(["x"], |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
                assert_eq!(plan.len(), 1, "{name}: {plan:?}");
                assert!(plan[0].contains(&index(table, indexed)), "{name}: {plan:?}");
            }
        }
    }
}
