//! What a database does for a partition: one writer, any number of readers.

use partition::row::{Row, RowKey};
use partition::{Head, Subject, Table, Timer};

use crate::batch::{Batch, StoredDocument, StoredEntry, StoredReply};
use crate::error::StoreError;
use crate::query::RowQuery;

/// The one writer of a partition.
pub trait Store: Send {
    /// Where the journal ends: after the last commit that succeeded.
    fn head(&self) -> Head;

    /// Writes the batch in one transaction that is on disk on return. On an error nothing of the batch is visible, the head
    /// is where it was, and the next call may succeed if [`StoreError::is_transient`].
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// A reader with a connection of its own, for another thread. It sees each commit as soon as it has returned.
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError>;

    /// What this writer has done, and how much room the store takes.
    fn statistics(&self) -> Statistics;
}

/// Looks at what is committed. Each call sees one state of the store; two calls may see two, except within a snapshot.
pub trait Reader: Send {
    /// From here on every call sees what is committed now, until the snapshot is taken anew or let go. The writer goes on meanwhile, but
    /// its log cannot shrink below that point, so that nobody keeps one for longer than it takes to look.
    fn take_snapshot(&mut self) -> Result<(), StoreError>;

    /// Sees each commit again as soon as it has returned. No error if there is no snapshot.
    fn let_snapshot_go(&mut self) -> Result<(), StoreError>;

    /// Where the journal ends.
    fn head(&mut self) -> Result<Head, StoreError>;

    /// The state under a key, as it was encoded.
    fn row(&mut self, table: Table, key: &RowKey) -> Result<Option<Vec<u8>>, StoreError>;

    /// The rows that fit the query, in its order, at most `query.limit`.
    fn rows(&mut self, query: &RowQuery) -> Result<Vec<(RowKey, Row)>, StoreError>;

    /// How many rows fit the query, whatever its limit.
    fn count(&mut self, query: &RowQuery) -> Result<u64, StoreError>;

    /// The same, but no further than `most`: counting ends there.
    fn count_up_to(&mut self, query: &RowQuery, most: usize) -> Result<u64, StoreError>;

    /// Journal entries with positions above `after`, in order.
    fn entries(&mut self, after: u64, limit: usize) -> Result<Vec<StoredEntry>, StoreError>;

    /// Journal entries about an order or process instance with positions above `after`, in order.
    fn subject(&mut self, subject: Subject, after: u64, limit: usize) -> Result<Vec<StoredEntry>, StoreError>;

    /// Which journal entries are about what: subject and position, in that order, behind `after`.
    fn subjects(&mut self, after: Option<(Subject, u64)>, limit: usize) -> Result<Vec<(Subject, u64)>, StoreError>;

    /// Timers behind `after`, the earliest first. Timers that are due at the same time have an order that stays the same.
    fn timers(&mut self, after: Option<&Timer>, limit: usize) -> Result<Vec<Timer>, StoreError>;

    /// What was answered to the command with this idempotency key.
    fn reply(&mut self, key: &str) -> Result<Option<StoredReply>, StoreError>;

    /// The document with this SHA-256, in lower case hexadecimal digits.
    fn document(&mut self, sha256: &str) -> Result<Option<StoredDocument>, StoreError>;

    /// What the runtime keeps for itself under this key: cursors, API keys.
    fn meta(&mut self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Reads the whole store and looks for damage; takes about as long as reading the file.
    fn check(&mut self) -> Result<(), StoreError>;
}

/// What a writer has done since it was opened, and how much room the store takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Transactions that succeeded.
    pub commits: u64,
    /// Rows of aggregates that these wrote or deleted.
    pub rows: u64,
    /// Bytes on disk, with what is not yet moved from the log into the tables.
    pub bytes: u64,
}
