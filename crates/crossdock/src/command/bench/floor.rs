//! The floor: a bare loop that commits rows of the same number and size in as many batches as a run did, and does nothing else.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use partition::{Head, Row, RowKey, Table};
use store::{Batch, Reader, Statistics, Store, StoreError, StoredEntry};
use units::Text;

/// What a run wrote.
#[derive(Debug, Default)]
pub(super) struct Shape {
    commits: u64,
    entries: Written,
    tables: BTreeMap<Table, Written>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Written {
    writes: u64,
    bytes: u64,
    deletes: u64,
}

impl Written {
    fn add(&mut self, bytes: usize) {
        self.writes += 1;
        self.bytes += bytes as u64;
    }

    /// Bytes of one of them.
    fn size(&self) -> usize {
        (self.bytes / self.writes.max(1)) as usize
    }
}

/// A store that counts what is written through it.
pub(super) struct Counted {
    store: store::Sqlite,
    shape: Arc<Mutex<Shape>>,
}

impl Counted {
    pub(super) fn new(store: store::Sqlite) -> (Self, Arc<Mutex<Shape>>) {
        let shape = Arc::new(Mutex::default());
        (Self { store, shape: Arc::clone(&shape) }, shape)
    }
}

impl Store for Counted {
    fn head(&self) -> Head {
        self.store.head()
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.store.commit(batch)?;
        let mut shape = self.shape.lock().unwrap_or_else(PoisonError::into_inner);
        shape.commits += 1;
        for entry in &batch.entries {
            shape.entries.add(entry.data.len());
        }
        for (table, _, row) in &batch.rows {
            let written = shape.tables.entry(*table).or_default();
            match row {
                Some(row) => written.add(row.data.len()),
                None => written.deletes += 1,
            }
        }
        Ok(())
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.store.reader()
    }

    fn statistics(&self) -> Statistics {
        self.store.statistics()
    }
}

/// How many of `all` fall to the commit `at`, so that all commits together have them all.
fn share(all: u64, at: u64, commits: u64) -> u64 {
    let before = |at: u64| (u128::from(all) * u128::from(at) / u128::from(commits)) as u64;
    before(at + 1) - before(at)
}

/// Seconds for a bare loop to write the same.
pub(super) fn run(folder: &Path, shape: &Shape) -> anyhow::Result<f64> {
    std::fs::create_dir_all(folder)?;
    let mut store = store::Sqlite::open(folder)?;
    let mut head = Head::default();
    let mut live: BTreeMap<Table, (u64, VecDeque<u64>)> = BTreeMap::new();
    let began = Instant::now();
    for at in 0..shape.commits {
        let mut entries = Vec::new();
        for _ in 0..share(shape.entries.writes, at, shape.commits) {
            head = Head { position: head.position + 1, hash: [7; 32] };
            entries.push(StoredEntry {
                position: head.position,
                at: 0,
                hash: head.hash,
                data: vec![7; shape.entries.size()],
            });
        }
        let mut rows = Vec::new();
        for (table, written) in &shape.tables {
            let (next, keys) = live.entry(*table).or_default();
            let deletes = share(written.deletes, at, shape.commits);
            rows.extend(keys.drain(..keys.len().min(deletes as usize)).map(|key| (*table, row_key(*table, key), None)));
            // as many rows begin as end; the others are written again
            let writes = share(written.writes, at, shape.commits);
            let again = keys.len().min(writes.saturating_sub(deletes) as usize);
            keys.rotate_left(again);
            let begun = *next..*next + (writes - again as u64);
            *next = begun.end;
            keys.extend(begun);
            for key in keys.iter().rev().take(writes as usize) {
                let row = Row { data: vec![7; written.size()], status: Some(Text::const_new("pending")), ..Row::default() };
                rows.push((*table, row_key(*table, *key), Some(row)));
            }
        }
        rows.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        store.commit(&Batch { head, entries, rows, ..Batch::default() })?;
    }
    Ok(began.elapsed().as_secs_f64())
}

fn row_key(table: Table, number: u64) -> RowKey {
    if table.is_numbered() { RowKey::Number(number) } else { RowKey::Text(format!("{number:025x}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_all_commits_are_all() {
        assert_eq!((0..7).map(|at| share(100, at, 7)).sum::<u64>(), 100);
        assert_eq!((0..3).map(|at| share(2, at, 3)).collect::<Vec<_>>(), [0, 1, 1]);
    }

    #[test]
    fn the_floor_writes_what_the_run_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let mut shape = Shape { commits: 3, ..Shape::default() };
        shape.entries = Written { writes: 10, bytes: 1_000, deletes: 0 };
        shape.tables.insert(Table::Effect, Written { writes: 9, bytes: 900, deletes: 6 });
        run(folder.path(), &shape).unwrap();
        let store = store::Sqlite::open(folder.path()).unwrap();
        assert_eq!(store.head().position, 10);
        let effects = store.reader().unwrap().count(&store::RowQuery::table(Table::Effect)).unwrap();
        // each commit writes three and deletes two, if there are two: the third one begins what the next one ends
        assert_eq!(effects, 3);
    }
}
