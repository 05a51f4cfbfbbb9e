//! Moves committed pages from the log into the tables, beside the writer.
//!
//! A thread with a connection of its own moves most of them while the writer goes on. It never catches up with a busy writer,
//! and the log starts again at its beginning only when all is moved: so once the log is long and the rest is short, the
//! writer moves the rest itself, between two commits.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

/// Pages to move for which the thread gets up.
const WORTH_WHILE: i64 = 2_000;

/// Pages in the log from which on it shall start again.
const LONG: i64 = 16_000;

/// Pages that the writer moves itself; at a disk's usual pace that takes a few milliseconds.
const SHORT: i64 = 500;

/// So many times as long, the writer moves the rest however much it is: the disk does not keep up.
const TOO_LONG: i64 = 4 * LONG;

/// The thread that moves pages. Dropping it waits until it has stopped.
#[derive(Debug)]
pub(super) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How long the log is, and how much of it is moved; in pages.
struct Log {
    pages: i64,
    moved: i64,
}

impl Checkpoints {
    /// Starts the thread, which uses this connection.
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        // one wish is enough: it is fulfilled with all that is in the log by then
        let (wake, wakes) = sync_channel(1);
        let thread = std::thread::Builder::new().name("checkpoint".into()).spawn(move || run(&connection, &wakes))?;
        Ok(Self { wake: Some(wake), thread: Some(thread) })
    }

    /// To be called by the writer after each commit. A failure costs room, not data, and is tried again.
    pub(super) fn after_commit(&self, writer: &Connection) {
        let Some(log) = checkpoint(writer, "PRAGMA wal_checkpoint(NOOP)") else { return };
        let rest = log.pages - log.moved;
        if rest > 0 && (log.pages >= TOO_LONG || log.pages >= LONG && rest <= SHORT) {
            checkpoint(writer, "PRAGMA wal_checkpoint(PASSIVE)");
        } else if rest >= WORTH_WHILE || rest > 0 && log.pages >= LONG {
            // it is full when the thread is behind, and then it knows
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        drop(self.wake.take());
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the checkpoint thread has panicked");
        }
    }
}

fn run(connection: &Connection, wakes: &Receiver<()>) {
    while wakes.recv().is_ok() {
        if let Some(log) = checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)") {
            tracing::trace!(pages = log.pages, moved = log.moved, "checkpoint");
        }
    }
}

fn checkpoint(connection: &Connection, pragma: &str) -> Option<Log> {
    let asked = connection
        .prepare_cached(pragma)
        .and_then(|mut statement| statement.query_row((), |row| Ok(Log { pages: row.get(1)?, moved: row.get(2)? })));
    asked.inspect_err(|error| tracing::warn!(%error, "checkpoint failed, the log goes on growing")).ok()
}
