//! The floor: a bare loop that commits rows of the same number and size in the same batches and does nothing else.

use std::path::Path;
use std::time::Instant;

use partition::{Head, Row, RowKey, Table};
use store::{Batch, Store, StoredEntry};
use units::Text;

/// Bytes of a journal entry of a step, as the run beside it writes them.
const ENTRY: usize = 180;
/// Bytes of a process instance with a 1 KB order.
const INSTANCE: usize = 1_100;
/// Bytes of an effect.
const EFFECT: usize = 90;
/// How many instances are written over and over.
const INSTANCES: u64 = 256;

/// Steps per second.
pub(super) fn run(folder: &Path, steps: u64, batch: u64) -> anyhow::Result<f64> {
    std::fs::create_dir_all(folder)?;
    let mut store = store::Sqlite::open(folder)?;
    let mut head = Head::default();
    let began = Instant::now();
    let mut done = 0;
    while done < steps {
        let count = batch.min(steps - done);
        let mut entries = Vec::with_capacity(count as usize);
        let mut rows = Vec::with_capacity(count as usize * 3);
        for step in done..done + count {
            head = Head { position: step + 1, hash: [7; 32] };
            entries.push(StoredEntry { position: step + 1, at: 0, hash: head.hash, data: vec![7; ENTRY] });
            let instance = Row { data: vec![7; INSTANCE], ..Row::default() };
            let effect = Row { data: vec![7; EFFECT], status: Some(Text::const_new("pending")), ..Row::default() };
            rows.push((Table::Instance, RowKey::Number(step % INSTANCES), Some(instance)));
            rows.push((Table::Effect, RowKey::Number(step), Some(effect)));
            if step >= INSTANCES {
                rows.push((Table::Effect, RowKey::Number(step - INSTANCES), None));
            }
        }
        rows.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        store.commit(&Batch { head, entries, rows, ..Batch::default() })?;
        done += count;
    }
    Ok(steps as f64 / began.elapsed().as_secs_f64())
}
