//! What one transaction writes.

use partition::row::{Row, RowKey};
use partition::{Head, Subject, Table, Timer};

use crate::error::StoreError;

/// Everything that a batch of commands brought about; it is committed together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Where the journal ends afterwards: position and hash of the last of `entries`, or the head before if there are none.
    pub head: Head,
    /// Journal entries, their positions without gaps.
    pub entries: Vec<StoredEntry>,
    /// Which position is about what.
    pub subjects: Vec<(Subject, u64)>,
    /// Rows to write; `None` deletes. If a key occurs twice, the later one counts.
    pub rows: Vec<(Table, RowKey, Option<Row>)>,
    /// Timers that are wanted. They are written after `timers_dropped` are deleted: a timer that one command sets and the
    /// next one drops stands in neither list.
    pub timers_set: Vec<Timer>,
    /// Timers that have fired or are no longer wanted.
    pub timers_dropped: Vec<Timer>,
    /// What was answered, by idempotency key.
    pub replies: Vec<(String, StoredReply)>,
    /// Documents as they came in or went out, by SHA-256. One that is there already stays as it is.
    pub documents: Vec<(String, StoredDocument)>,
    /// What the runtime keeps for itself; `None` deletes. If a key occurs twice, the later one counts.
    pub meta: Vec<(String, Option<Vec<u8>>)>,
    /// Forgets replies from before this time, in milliseconds since 1970. A commit forgets a thousand at most, so that none
    /// takes long; what is left goes with the next ones.
    pub prune_replies_before: Option<i64>,
}

/// A journal entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredEntry {
    /// 1, 2, 3 … without gaps.
    pub position: u64,
    /// When its command was accepted, in milliseconds since 1970.
    pub at: i64,
    /// The hash that chains it to the entry before: [`Head::extend`] over `data`.
    pub hash: [u8; 32],
    /// The entry, encoded.
    pub data: Vec<u8>,
}

/// What was answered to a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredReply {
    /// Digest of the command's body: the same key with another digest is a conflict.
    pub digest: [u8; 32],
    /// The answer, encoded.
    pub body: Vec<u8>,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// A document in its original bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredDocument {
    /// Its media type, such as `application/edi-x12`.
    pub media_type: String,
    /// The document.
    pub bytes: Vec<u8>,
    /// When it was received or written, in milliseconds since 1970.
    pub at: i64,
}

impl Batch {
    /// Whether the journal goes on from `head` without a gap, and ends where the batch says that it does.
    pub(crate) fn continues(&self, head: Head) -> Result<(), StoreError> {
        let mut end = head;
        for entry in &self.entries {
            let wanted = end.position.saturating_add(1);
            if entry.position != wanted {
                return Err(StoreError::Gap { wanted, found: entry.position });
            }
            end = Head { position: entry.position, hash: entry.hash };
        }
        if self.head.position != end.position {
            return Err(StoreError::Gap { wanted: end.position, found: self.head.position });
        }
        if self.head.hash != end.hash {
            return Err(StoreError::Fork { position: end.position });
        }
        Ok(())
    }

    /// The last word on each row, by table and key, so that each page of the database is visited once.
    pub(crate) fn rows_in_order(&self) -> Vec<&(Table, RowKey, Option<Row>)> {
        let mut rows: Vec<_> = self.rows.iter().collect();
        rows.sort_by(|(table, key, _), (other_table, other_key, _)| (table, key).cmp(&(other_table, other_key)));
        // the sort is stable, so of equal keys the last one is the last word
        rows.dedup_by(|later, earlier| {
            let same = (later.0, &later.1) == (earlier.0, &earlier.1);
            if same {
                *earlier = *later;
            }
            same
        });
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(position: u64, hash: u8) -> StoredEntry {
        StoredEntry { position, hash: [hash; 32], ..StoredEntry::default() }
    }

    fn head(position: u64, hash: u8) -> Head {
        Head { position, hash: [hash; 32] }
    }

    #[test]
    fn a_batch_goes_on_where_the_journal_ends() {
        let batch = Batch { head: head(4, 4), entries: vec![entry(3, 3), entry(4, 4)], ..Batch::default() };
        assert!(batch.continues(head(2, 2)).is_ok());
        assert!(matches!(batch.continues(head(1, 1)), Err(StoreError::Gap { wanted: 2, found: 3 })));
        assert!(matches!(batch.continues(head(3, 3)), Err(StoreError::Gap { wanted: 4, found: 3 })));
    }

    #[test]
    fn a_batch_ends_where_its_last_entry_does() {
        let batch = Batch { head: head(5, 3), entries: vec![entry(3, 3)], ..Batch::default() };
        assert!(matches!(batch.continues(head(2, 2)), Err(StoreError::Gap { wanted: 3, found: 5 })));
        let batch = Batch { head: head(3, 9), entries: vec![entry(3, 3)], ..Batch::default() };
        assert!(matches!(batch.continues(head(2, 2)), Err(StoreError::Fork { position: 3 })));
    }

    #[test]
    fn a_batch_without_entries_leaves_the_head_alone() {
        let batch = Batch { head: head(2, 2), ..Batch::default() };
        assert!(batch.continues(head(2, 2)).is_ok());
        assert!(matches!(batch.continues(head(2, 7)), Err(StoreError::Fork { position: 2 })));
    }

    #[test]
    fn the_last_word_on_a_row_counts() {
        let row = |byte: u8| Some(Row { data: vec![byte], ..Row::default() });
        let batch = Batch {
            rows: vec![
                (Table::Effect, RowKey::Number(2), row(1)),
                (Table::Instance, RowKey::Number(7), row(2)),
                (Table::Effect, RowKey::Number(2), None),
                (Table::Effect, RowKey::Number(1), row(3)),
                (Table::Effect, RowKey::Number(2), row(4)),
            ],
            ..Batch::default()
        };
        let order: Vec<_> = batch.rows_in_order().into_iter().map(|(_, key, row)| (key.clone(), row.clone())).collect();
        let expected = vec![(RowKey::Number(7), row(2)), (RowKey::Number(1), row(3)), (RowKey::Number(2), row(4))];
        assert_eq!(order, expected);
    }
}
