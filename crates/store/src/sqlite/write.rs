//! Writing a batch: everything in one transaction, each table in the order of its keys.

use std::collections::BTreeMap;
use std::path::Path;

use partition::row::{Row, RowKey};
use partition::{Subject, Table, Timer};
use rusqlite::{Connection, OptionalExtension, params};

use crate::batch::{Batch, StoredDocument, StoredEntry, StoredReply};
use crate::error::StoreError;
use crate::sqlite::fault::fault;
use crate::sqlite::schema::Statements;
use crate::sqlite::value::{key, number, owner};

/// Replies that one commit forgets at most.
const PRUNED_AT_ONCE: i64 = 1_000;

/// A transaction that is being written.
pub(super) struct Write<'a> {
    pub(super) connection: &'a Connection,
    pub(super) statements: &'a BTreeMap<Table, Statements>,
    pub(super) path: &'a Path,
}

impl Write<'_> {
    /// Writes all of the batch and says how many rows of aggregates it was.
    pub(super) fn batch(&self, batch: &Batch) -> Result<u64, StoreError> {
        self.entries(&batch.entries)?;
        self.subjects(&batch.subjects)?;
        let rows = batch.rows_in_order();
        for run in rows.chunk_by(|(table, ..), (next, ..)| table == next) {
            self.rows(run)?;
        }
        self.timers("DELETE FROM timer WHERE due = ?1 AND owner = ?2", &batch.timers_dropped)?;
        self.timers("INSERT INTO timer (due, owner) VALUES (?1, ?2) ON CONFLICT DO NOTHING", &batch.timers_set)?;
        self.replies(&batch.replies)?;
        self.documents(&batch.documents)?;
        self.meta(&batch.meta)?;
        if let Some(before) = batch.prune_replies_before {
            self.prune_replies(before)?;
        }
        Ok(rows.len() as u64)
    }

    fn entries(&self, entries: &[StoredEntry]) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO journal (position, at, hash, data) VALUES (?1, ?2, ?3, ?4)";
        let mut insert = self.connection.prepare_cached(sql).map_err(fault("write", self.path))?;
        for entry in entries {
            let position = number("journal", entry.position)?;
            insert.execute(params![position, entry.at, entry.hash, entry.data]).map_err(fault("write", self.path))?;
        }
        Ok(())
    }

    fn subjects(&self, subjects: &[(Subject, u64)]) -> Result<(), StoreError> {
        if subjects.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO subject (kind, number, position) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        let mut insert = self.connection.prepare_cached(sql).map_err(fault("write", self.path))?;
        let mut subjects = subjects.to_vec();
        subjects.sort_unstable();
        for (subject, position) in subjects {
            let (kind, of) = subject.place();
            let place = params![kind, number("subject", of)?, number("subject", position)?];
            insert.execute(place).map_err(fault("write", self.path))?;
        }
        Ok(())
    }

    /// Writes rows of one table.
    fn rows(&self, rows: &[&(Table, RowKey, Option<Row>)]) -> Result<(), StoreError> {
        let Some((table, ..)) = rows.first() else { return Ok(()) };
        let Some(statements) = self.statements.get(table) else {
            return Err(StoreError::Unfit { table: table.name(), what: "it is not in the list of tables".into() });
        };
        let mut write = self.connection.prepare_cached(&statements.write).map_err(fault("write", self.path))?;
        for (_, row_key, row) in rows {
            let key = key(*table, row_key)?;
            let Some(row) = row else {
                self.execute(&statements.delete, params![key])?;
                continue;
            };
            let (status, account) = (row.status.as_deref(), row.account.as_deref());
            let (parent, label) = (row.parent.as_deref(), row.label.as_deref());
            let mark = row.mark.as_deref();
            let values = params![key, status, account, parent, label, row.at, row.due, row.amount, mark, row.data];
            if write.execute(values).map_err(fault("write", self.path))? == 0 {
                self.rewrite(*table, statements, values)?;
            }
        }
        Ok(())
    }

    /// Writes a row that exists and in which a column with an index has changed: the entries of the others stay.
    fn rewrite(&self, table: Table, statements: &Statements, values: &[&dyn rusqlite::ToSql]) -> Result<(), StoreError> {
        let keeps = |row: &rusqlite::Row<'_>| (0..statements.indexed()).map(|at| row.get(at)).collect();
        let compared: Vec<&dyn rusqlite::ToSql> = values.iter().take(statements.compared).copied().collect();
        let look = self.connection.prepare_cached(&statements.keeps);
        let keeps: rusqlite::Result<Vec<bool>> = look.and_then(|mut look| look.query_row(compared.as_slice(), keeps));
        let keeps = keeps.map_err(fault("write", self.path))?;
        self.execute(&statements.rewrite(table, &keeps), values)
    }

    fn timers(&self, sql: &str, timers: &[Timer]) -> Result<(), StoreError> {
        let mut timers: Vec<(i64, Vec<u8>)> = timers.iter().map(|timer| (timer.due.0, owner(timer))).collect();
        timers.sort_unstable();
        for (due, owner) in timers {
            self.execute(sql, params![due, owner])?;
        }
        Ok(())
    }

    fn replies(&self, replies: &[(String, StoredReply)]) -> Result<(), StoreError> {
        let sql = "INSERT INTO reply (key, at, digest, body) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (key) DO UPDATE SET at = excluded.at, digest = excluded.digest, body = excluded.body";
        for (key, reply) in replies {
            self.execute(sql, params![key, reply.at, reply.digest, reply.body])?;
        }
        Ok(())
    }

    fn documents(&self, documents: &[(String, StoredDocument)]) -> Result<(), StoreError> {
        let sql = "INSERT INTO document (sha256, at, media_type, bytes) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        for (sha256, document) in documents {
            self.execute(sql, params![sha256, document.at, document.media_type, document.bytes])?;
        }
        Ok(())
    }

    fn meta(&self, meta: &[(String, Option<Vec<u8>>)]) -> Result<(), StoreError> {
        let set = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        for (key, value) in meta {
            match value {
                Some(value) => self.execute(set, params![key, value])?,
                None => self.execute("DELETE FROM meta WHERE key = ?1", params![key])?,
            }
        }
        Ok(())
    }

    /// Forgets old replies. They were written in the order of their time, so the old ones are the first ones, and none of the
    /// others is looked at.
    fn prune_replies(&self, before: i64) -> Result<(), StoreError> {
        let oldest = "SELECT at FROM reply ORDER BY rowid LIMIT 1";
        let found =
            self.connection.prepare_cached(oldest).and_then(|mut oldest| oldest.query_row((), |row| row.get(0)).optional());
        let oldest: Option<i64> = found.map_err(fault("write", self.path))?;
        if oldest.is_none_or(|oldest| oldest >= before) {
            return Ok(());
        }
        let sql = "DELETE FROM reply WHERE rowid IN (SELECT rowid FROM reply ORDER BY rowid LIMIT ?2) AND at < ?1";
        self.execute(sql, params![before, PRUNED_AT_ONCE])
    }

    fn execute(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), StoreError> {
        let run = self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(values));
        run.map(|_| ()).map_err(fault("write", self.path))
    }
}
