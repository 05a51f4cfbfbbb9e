//! SQLite inside the program: a file, a lock beside it, one connection that writes and one for each reader.
//!
//! Commits go to a log first (WAL) and are on disk when they return (`synchronous = FULL`). Why each setting is what it is
//! stands in `docs/src/decisions/0003-sqlite.md`.

mod checkpoint;
mod fault;
mod open;
mod read;
mod schema;
mod select;
mod value;
mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use partition::{Head, Table};
use rusqlite::{Connection, TransactionBehavior};

pub use read::SqliteReader;

use crate::batch::Batch;
use crate::contract::{Reader, Statistics, Store};
use crate::error::StoreError;
use checkpoint::Checkpoints;
use fault::fault;
use schema::Statements;
use write::Write;

/// The writer of a SQLite store, and the only one as long as it lives.
#[derive(Debug)]
pub struct Sqlite {
    // fields are dropped in this order: the last connection tidies the log up while the lock still holds
    checkpoints: Checkpoints,
    connection: Connection,
    path: PathBuf,
    statements: BTreeMap<Table, Statements>,
    head: Head,
    commits: u64,
    rows: u64,
    _lock: File,
}

impl Sqlite {
    /// Opens the store in a folder, and makes it if the folder is empty. The folder itself must be there.
    ///
    /// Errors: [`StoreError::InUse`] if another process has it, [`StoreError::Folder`] if it is missing or cannot be written,
    /// [`StoreError::Damaged`], [`StoreError::Foreign`], [`StoreError::Newer`] and [`StoreError::Outdated`] if the file cannot be ours to write.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let lock = open::lock(folder)?;
        let path = open::file(folder);
        let connection = open::writer(&path)?;
        let head = read::head(&connection, &path)?;
        let checkpoints = Checkpoints::start(open::writer(&path)?).map_err(|source| StoreError::Disk {
            doing: "start a thread for",
            path: path.clone(),
            source: source.into(),
        })?;
        let statements = Table::all().map(|table| (table, Statements::of(table))).collect();
        Ok(Self { checkpoints, connection, path, statements, head, commits: 0, rows: 0, _lock: lock })
    }

    /// Opens the store in a folder to look at it, whether a server runs on it or not. Nothing is made or changed.
    ///
    /// Errors: [`StoreError::Folder`] if there is none, and those of a file that cannot be read.
    pub fn open_read_only(folder: &Path) -> Result<SqliteReader, StoreError> {
        let path = open::file(folder);
        Ok(SqliteReader::new(open::reader(&path)?, path))
    }

    fn write(&mut self, batch: &Batch) -> Result<u64, StoreError> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault("write", &self.path))?;
        let write = Write { connection: &transaction, statements: &self.statements, path: &self.path };
        // dropping the transaction on the way out takes everything back
        let rows = write.batch(batch)?;
        transaction.commit().map_err(fault("commit to", &self.path))?;
        Ok(rows)
    }
}

impl Store for Sqlite {
    fn head(&self) -> Head {
        self.head
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        batch.continues(self.head)?;
        match self.write(batch) {
            Ok(rows) => {
                self.head = batch.head;
                self.commits += 1;
                self.rows += rows;
                self.checkpoints.after_commit(&self.connection);
                Ok(())
            }
            Err(error) => {
                // the file has the last word on what is in it
                self.head = read::head(&self.connection, &self.path).unwrap_or(self.head);
                Err(error)
            }
        }
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(SqliteReader::new(open::reader(&self.path)?, self.path.clone())))
    }

    fn statistics(&self) -> Statistics {
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        let bytes = size(&self.path) + size(&open::log_file(&self.path));
        Statistics { commits: self.commits, rows: self.rows, bytes }
    }
}

#[cfg(test)]
mod tests;
