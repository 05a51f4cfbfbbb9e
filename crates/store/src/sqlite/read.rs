//! Reading what is committed.

use std::path::{Path, PathBuf};

use partition::row::{Row, RowKey};
use partition::{Head, Subject, Table, Timer};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Params, params, params_from_iter};
use units::{Text, Timestamp};

use crate::batch::{StoredDocument, StoredEntry, StoredReply};
use crate::contract::Reader;
use crate::error::StoreError;
use crate::query::RowQuery;
use crate::sqlite::fault::fault;
use crate::sqlite::select::Select;
use crate::sqlite::value::{Unsigned, bound, key, owner, read_owner};

/// Looks at a SQLite store.
#[derive(Debug)]
pub struct SqliteReader {
    connection: Connection,
    path: PathBuf,
}

impl SqliteReader {
    pub(super) fn new(connection: Connection, path: PathBuf) -> Self {
        Self { connection, path }
    }

    fn one<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let found =
            self.connection.prepare_cached(sql).and_then(|mut statement| statement.query_row(values, read).optional());
        found.map_err(fault("read", &self.path))
    }

    fn many<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let found =
            self.connection.prepare_cached(sql).and_then(|mut statement| statement.query_map(values, read)?.collect());
        found.map_err(fault("read", &self.path))
    }

    fn damaged(&self, found: String) -> StoreError {
        StoreError::Damaged { doing: "read", path: self.path.clone(), found }
    }
}

/// Where the journal ends.
pub(super) fn head(connection: &Connection, path: &Path) -> Result<Head, StoreError> {
    let sql = "SELECT position, hash FROM journal ORDER BY position DESC LIMIT 1";
    let last = connection.prepare_cached(sql).and_then(|mut statement| {
        let head = |row: &rusqlite::Row<'_>| Ok(Head { position: unsigned(row, 0)?, hash: row.get(1)? });
        statement.query_row((), head).optional()
    });
    last.map(Option::unwrap_or_default).map_err(fault("read", path))
}

impl Reader for SqliteReader {
    fn take_snapshot(&mut self) -> Result<(), StoreError> {
        self.let_snapshot_go()?;
        self.connection.execute_batch("BEGIN").map_err(fault("read", &self.path))?;
        // the transaction sees what is there at its first look
        self.head().map(drop)
    }

    fn let_snapshot_go(&mut self) -> Result<(), StoreError> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.connection.execute_batch("ROLLBACK").map_err(fault("read", &self.path))
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        head(&self.connection, &self.path)
    }

    fn row(&mut self, table: Table, row_key: &RowKey) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = format!("SELECT data FROM \"{}\" WHERE key = ?1", table.name());
        self.one(&sql, params![key(table, row_key)?], |row| row.get(0))
    }

    fn rows(&mut self, query: &RowQuery) -> Result<Vec<(RowKey, Row)>, StoreError> {
        let Select { sql, values, .. } = Select::rows(query)?;
        self.many(&sql, params_from_iter(values), whole_row)
    }

    fn count(&mut self, query: &RowQuery) -> Result<u64, StoreError> {
        let Select { sql, values, .. } = Select::count(query)?;
        Ok(self.one(&sql, params_from_iter(values), |row| unsigned(row, 0))?.unwrap_or_default())
    }

    fn count_up_to(&mut self, query: &RowQuery, most: usize) -> Result<u64, StoreError> {
        let Select { sql, values, .. } = Select::count_up_to(query, most)?;
        Ok(self.one(&sql, params_from_iter(values), |row| unsigned(row, 0))?.unwrap_or_default())
    }

    fn entries(&mut self, after: u64, limit: usize) -> Result<Vec<StoredEntry>, StoreError> {
        let sql = "SELECT position, at, hash, data FROM journal WHERE position > ?1 ORDER BY position LIMIT ?2";
        self.many(sql, params![bound(after), bound(limit)], entry)
    }

    fn subject(&mut self, subject: Subject, after: u64, limit: usize) -> Result<Vec<StoredEntry>, StoreError> {
        // the cross join keeps SQLite from walking the journal and looking for subjects
        let sql = "SELECT journal.position, at, hash, data FROM subject CROSS JOIN journal USING (position) \
                   WHERE kind = ?1 AND number = ?2 AND subject.position > ?3 ORDER BY subject.position LIMIT ?4";
        let (kind, number) = subject.place();
        self.many(sql, params![kind, bound(number), bound(after), bound(limit)], entry)
    }

    fn subjects(&mut self, after: Option<(Subject, u64)>, limit: usize) -> Result<Vec<(Subject, u64)>, StoreError> {
        let sql = "SELECT kind, number, position FROM subject WHERE (kind, number, position) > (?1, ?2, ?3) \
                   ORDER BY kind, number, position LIMIT ?4";
        let ((kind, number), position) = after.map_or(((0, 0), 0), |(subject, position)| (subject.place(), position));
        let found = |row: &rusqlite::Row<'_>| Ok((Subject::at(row.get(0)?, unsigned(row, 1)?), unsigned(row, 2)?));
        self.many(sql, params![kind, bound(number), bound(position), bound(limit)], found)
    }

    fn timers(&mut self, after: Option<&Timer>, limit: usize) -> Result<Vec<Timer>, StoreError> {
        let timer = |row: &rusqlite::Row<'_>| Ok((Timestamp(row.get(0)?), row.get::<_, Vec<u8>>(1)?));
        let stored = match after {
            None => self.many("SELECT due, owner FROM timer ORDER BY due, owner LIMIT ?1", params![bound(limit)], timer),
            Some(after) => {
                let sql = "SELECT due, owner FROM timer WHERE (due, owner) > (?1, ?2) ORDER BY due, owner LIMIT ?3";
                self.many(sql, params![after.due.0, owner(after), bound(limit)], timer)
            }
        }?;
        let read = |(due, bytes): (Timestamp, Vec<u8>)| match read_owner(&bytes) {
            Ok(owner) => Ok(Timer { due, owner }),
            Err(error) => Err(self.damaged(format!("the owner of a timer due at {} cannot be read: {error}", due.0))),
        };
        stored.into_iter().map(read).collect()
    }

    fn reply(&mut self, key: &str) -> Result<Option<StoredReply>, StoreError> {
        let sql = "SELECT digest, body, at FROM reply WHERE key = ?1";
        self.one(sql, [key], |row| Ok(StoredReply { digest: row.get(0)?, body: row.get(1)?, at: row.get(2)? }))
    }

    fn document(&mut self, sha256: &str) -> Result<Option<StoredDocument>, StoreError> {
        let sql = "SELECT media_type, bytes, at FROM document WHERE sha256 = ?1";
        self.one(sql, [sha256], |row| Ok(StoredDocument { media_type: row.get(0)?, bytes: row.get(1)?, at: row.get(2)? }))
    }

    fn meta(&mut self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.one("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
    }

    fn check(&mut self) -> Result<(), StoreError> {
        // ten findings are enough to know what to do
        let findings = self.many("PRAGMA quick_check(10)", (), |row| row.get::<_, String>(0))?;
        match findings.as_slice() {
            [only] if only == "ok" => Ok(()),
            _ => Err(self.damaged(findings.join("; "))),
        }
    }
}

fn unsigned(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<u64> {
    row.get(at).map(|Unsigned(number)| number)
}

fn entry(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredEntry> {
    Ok(StoredEntry { position: unsigned(row, 0)?, at: row.get(1)?, hash: row.get(2)?, data: row.get(3)? })
}

fn whole_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<(RowKey, Row)> {
    let key = match row.get_ref(0)? {
        ValueRef::Integer(_) => RowKey::Number(unsigned(row, 0)?),
        _ => RowKey::Text(row.get(0)?),
    };
    let text = |at: usize| -> rusqlite::Result<Option<Text>> { Ok(row.get_ref(at)?.as_str_or_null()?.map(Text::new)) };
    let columns = Row {
        status: text(1)?,
        account: text(2)?,
        parent: text(3)?,
        label: text(4)?,
        at: row.get(5)?,
        due: row.get(6)?,
        amount: row.get(7)?,
        mark: text(8)?,
        data: row.get(9)?,
    };
    Ok((key, columns))
}
