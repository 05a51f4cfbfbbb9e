//! The journal is the truth: fold it again from the start and compare.

mod replies;

use std::collections::BTreeSet;

use partition::{AnyKey, AnyState, Fold, Head, Row, RowKey, Subject, Table};
use sha2::{Digest, Sha256};
use store::{Reader, RowQuery, StoreError};
use trade::Aggregate;

use crate::chain::follow;

/// What a verification came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// Journal entries folded.
    pub entries: u64,
    /// Aggregates compared.
    pub aggregates: u64,
    /// Timers compared.
    pub timers: u64,
    /// Original documents of orders held against their hashes.
    pub originals: u64,
    /// Answers under idempotency keys compared.
    pub replies: u64,
    /// Entries of orders and process instances compared.
    pub subjects: u64,
    /// The first thing that differs, if any.
    pub difference: Option<Difference>,
}

/// Where journal and state differ.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// An entry's hash does not follow from the one before and its bytes.
    #[error("entry {position}: its hash does not follow from entry {} and its own bytes; somebody has altered one of them", position - 1)]
    Hash {
        /// The entry.
        position: u64,
    },
    /// The time beside an entry is not that of its command.
    #[error("entry {position}: the stored time is not that of its command")]
    Time {
        /// The entry.
        position: u64,
    },
    /// The document that an order was received with is gone, or is another one.
    #[error("{order}: the original document {sha256} {what}")]
    Original {
        /// The order.
        order: String,
        /// Under which hash it was kept.
        sha256: String,
        /// `is missing`, or `was altered`.
        what: &'static str,
    },
    /// What is kept as the answer to the request of an entry is not: sent again, it would be carried out twice, or be answered wrongly.
    #[error("entry {position}: the answer kept under its idempotency key `{key}` {what}")]
    Reply {
        /// The entry.
        position: u64,
        /// The key.
        key: String,
        /// `is missing`, `is that of another request`, or `cannot be read`.
        what: &'static str,
    },
    /// The timeline of an order or process instance leads to an entry that is not about it, or does not lead to one that is.
    #[error("{subject}: its timeline {} entry {position}", if *listed { "leads to the wrong" } else { "lacks" })]
    Timeline {
        /// What it is of.
        subject: Subject,
        /// The entry.
        position: u64,
        /// Whether the store has it; else the journal has.
        listed: bool,
    },
    /// Positions are not 1, 2, 3 …
    #[error("entry {expected} is missing; the next one is {found}")]
    Gap {
        /// The one that should be there.
        expected: u64,
        /// The one that is.
        found: u64,
    },
    /// An entry cannot be read.
    #[error("entry {position} cannot be read: {cause}")]
    Unreadable {
        /// The entry.
        position: u64,
        /// What the decoder said.
        cause: String,
    },
    /// The events of an aggregate are not numbered 1, 2, 3 …
    #[error("entry {position}: the events of {what} are not numbered without gaps")]
    Sequence {
        /// The entry.
        position: u64,
        /// The aggregate.
        what: String,
    },
    /// The stored state of an aggregate is not what its events add up to.
    #[error("{what}: the stored {field} is not what the journal adds up to")]
    State {
        /// The aggregate.
        what: String,
        /// `state`, or the column that differs.
        field: &'static str,
    },
    /// The journal has an aggregate that the state has not, or the other way round.
    #[error("{what} is in the {place} only")]
    Missing {
        /// The aggregate or timer.
        what: String,
        /// `journal` or `state`.
        place: &'static str,
    },
    /// The journal is shorter or longer than the store says.
    #[error("the journal ends at {journal}, the state says {state}")]
    Head {
        /// Last position of the journal.
        journal: u64,
        /// Last position by the state.
        state: u64,
    },
}

/// Folds the journal again from the start and compares every aggregate, every timer, every answer and every hash. `tell` hears how many
/// of how many entries are done. A partition may run on the store meanwhile: what it commits from now on is not looked at.
pub fn verify(reader: &mut dyn Reader, tell: impl FnMut(u64, u64)) -> Result<Verification, StoreError> {
    reader.take_snapshot()?;
    let verification = verify_snapshot(reader, tell);
    reader.let_snapshot_go()?;
    verification
}

fn verify_snapshot(reader: &mut dyn Reader, mut tell: impl FnMut(u64, u64)) -> Result<Verification, StoreError> {
    let stored = reader.head()?;
    let mut verification = Verification::default();
    let mut fold = Fold::new();
    let mut head = Head::default();
    let mut timelines: Vec<(Subject, u64)> = Vec::new();
    let mut keys = replies::Keys::default();
    loop {
        let page = reader.entries(head.position, 1_000)?;
        if page.is_empty() {
            break;
        }
        for stored in page {
            let entry = match follow(head, &stored) {
                Ok((next, entry)) => {
                    head = next;
                    entry
                }
                Err(difference) => {
                    verification.difference = Some(difference);
                    return Ok(verification);
                }
            };
            if let Err(wrong) = fold.apply(&entry) {
                let (what, position) = (wrong.key.to_string(), head.position);
                verification.difference = Some(Difference::Sequence { position, what });
                return Ok(verification);
            }
            let subjects = partition::subjects(&entry.events, |key| fold.get(key).cloned());
            timelines.extend(subjects.into_iter().map(|subject| (subject, head.position)));
            keys.note(&entry);
            verification.entries += 1;
        }
        tell(head.position, stored.position);
    }
    if head != stored {
        let (journal, state) = (head.position, stored.position);
        verification.difference = Some(Difference::Head { journal, state });
        return Ok(verification);
    }
    verification.difference = compare(reader, &fold, &mut verification)?;
    if verification.difference.is_none() {
        verification.difference = compare_timelines(reader, timelines, &mut verification)?;
    }
    if verification.difference.is_none() {
        verification.difference = compare_originals(reader, &fold, &mut verification)?;
    }
    if verification.difference.is_none() {
        verification.difference = keys.compare(reader, &mut verification)?;
    }
    Ok(verification)
}

/// What the store has of which entry is about what, against what the entries say.
fn compare_timelines(
    reader: &mut dyn Reader,
    mut expected: Vec<(Subject, u64)>,
    counts: &mut Verification,
) -> Result<Option<Difference>, StoreError> {
    expected.sort_unstable();
    let mut expected = expected.into_iter().peekable();
    let mut after = None;
    let differs = |(subject, position), listed| Ok(Some(Difference::Timeline { subject, position, listed }));
    loop {
        let page = reader.subjects(after, 10_000)?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for found in page {
            match expected.peek() {
                Some(known) if *known == found => drop(expected.next()),
                Some(known) if *known < found => return differs(*known, false),
                _ => return differs(found, true),
            }
            counts.subjects += 1;
        }
    }
    match expected.next() {
        Some(lacking) => differs(lacking, false),
        None => Ok(None),
    }
}

/// The journal has the hash of each order's original: the document under it has to be there, and to have it.
fn compare_originals(
    reader: &mut dyn Reader,
    fold: &Fold,
    counts: &mut Verification,
) -> Result<Option<Difference>, StoreError> {
    // one file holds many orders
    let mut known = BTreeSet::new();
    for (_, state) in fold.iter() {
        let AnyState::Trade(Aggregate::Order(order), _) = state else { continue };
        let sha256 = &order.original.sha256;
        if sha256.is_empty() || !known.insert(sha256.clone()) {
            continue;
        }
        let what = match reader.document(sha256)? {
            None => "is missing",
            Some(document) if hex(&Sha256::digest(&document.bytes)) != sha256.as_str() => "was altered",
            Some(_) => {
                counts.originals += 1;
                continue;
            }
        };
        return Ok(Some(Difference::Original { order: order.id.to_string(), sha256: sha256.to_string(), what }));
    }
    Ok(None)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn compare(reader: &mut dyn Reader, fold: &Fold, counts: &mut Verification) -> Result<Option<Difference>, StoreError> {
    let mut folded: std::collections::BTreeMap<(Table, RowKey), &AnyKey> = std::collections::BTreeMap::new();
    for (key, _) in fold.iter() {
        folded.insert(key.row(), key);
    }
    for table in Table::all() {
        let mut query = RowQuery::table(table).limit(1_000);
        loop {
            let page = reader.rows(&query)?;
            let Some((last, _)) = page.last() else { break };
            query = query.after(last.clone());
            for (key, row) in &page {
                counts.aggregates += 1;
                let Some(any) = folded.remove(&(table, key.clone())) else {
                    let what = format!("{} {key:?}", table.name());
                    return Ok(Some(Difference::Missing { what, place: "state" }));
                };
                let Some(expected) = fold.get(any).map(|state| state.to_row(any)) else { continue };
                if let Some(field) = different(&expected, table, key, row) {
                    return Ok(Some(Difference::State { what: any.to_string(), field }));
                }
            }
        }
    }
    if let Some(key) = folded.values().next() {
        return Ok(Some(Difference::Missing { what: key.to_string(), place: "journal" }));
    }
    compare_timers(reader, fold, counts)
}

fn compare_timers(
    reader: &mut dyn Reader,
    fold: &Fold,
    counts: &mut Verification,
) -> Result<Option<Difference>, StoreError> {
    let mut expected = fold.timers();
    let mut after = None;
    loop {
        let page = reader.timers(after.as_ref(), 1_000)?;
        let Some(last) = page.last() else { break };
        after = Some(last.clone());
        for timer in page {
            counts.timers += 1;
            if !expected.remove(&timer) {
                let what = format!("timer {:?} due {}", timer.owner, timer.due);
                return Ok(Some(Difference::Missing { what, place: "state" }));
            }
        }
    }
    Ok(expected.first().map(|timer| {
        let what = format!("timer {:?} due {}", timer.owner, timer.due);
        Difference::Missing { what, place: "journal" }
    }))
}

fn different(expected: &Row, table: Table, key: &RowKey, found: &Row) -> Option<&'static str> {
    // an earlier release may have written it without fields that there are by now: what counts is what it is read as
    let means_the_same = || AnyState::decode(table, key, &found.data).is_ok_and(|state| state.encode() == expected.data);
    if expected.data != found.data && !means_the_same() {
        return Some("state");
    }
    let columns = [
        ("status", expected.status == found.status),
        ("account", expected.account == found.account),
        ("parent", expected.parent == found.parent),
        ("label", expected.label == found.label),
        ("at", expected.at == found.at),
        ("due", expected.due == found.due),
        ("amount", expected.amount == found.amount),
        ("mark", expected.mark == found.mark),
    ];
    columns.into_iter().find(|(_, equal)| !equal).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use partition::{Definition, DefinitionId};
    use store::Store;

    use super::*;

    #[test]
    fn what_an_earlier_release_wrote_with_fewer_fields_is_the_same() {
        let id = DefinitionId { id: "a".into(), version: 1 };
        let form = Definition { id: id.clone(), resource: "a.form".into(), xml: "{}".into(), ..Definition::default() };
        let key = AnyKey::Definition(id);
        let (table, row_key) = key.row();
        let row = AnyState::Definition(Arc::new(form)).to_row(&key);
        let mut earlier = row.clone();
        // an array of seven, the last one an empty array, becomes one of six
        assert_eq!((earlier.data[0], earlier.data.pop()), (0x97, Some(0x90)));
        earlier.data[0] = 0x96;
        assert_eq!(different(&row, table, &row_key, &earlier), None);
        // the first byte of the name of the file, behind those of the id
        let place = earlier.data.windows(6).position(|bytes| bytes == b"a.form").unwrap();
        earlier.data[place] = b'b';
        assert_eq!(different(&row, table, &row_key, &earlier), Some("state"));
    }

    #[test]
    fn a_column_that_lists_filter_by_and_that_differs_is_found() {
        let key = AnyKey::Definition(DefinitionId { id: "a".into(), version: 1 });
        let (table, row_key) = key.row();
        let row = AnyState::Definition(Arc::default()).to_row(&key);
        let mut other = row.clone();
        other.mark = Some("x".into());
        assert_eq!(different(&row, table, &row_key, &other), Some("mark"));
        assert_eq!(different(&row, table, &row_key, &row), None);
    }

    #[test]
    fn a_timeline_that_leads_astray_or_lacks_an_entry_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store::Sqlite::open(folder.path()).unwrap();
        let of = |order, position| (Subject::Order(trade::OrderId(order)), position);
        let subjects = vec![of(5, 1), of(5, 3), of(6, 2)];
        store.commit(&store::Batch { head: store.head(), subjects, ..store::Batch::default() }).unwrap();
        let mut reader = store.reader().unwrap();
        let mut differs = |expected: &[(u64, u64)]| {
            let mut counts = Verification::default();
            let difference = compare_timelines(
                reader.as_mut(),
                expected.iter().map(|(order, position)| of(*order, *position)).collect(),
                &mut counts,
            )
            .unwrap();
            (counts.subjects, difference.map(|difference| difference.to_string()))
        };
        assert_eq!(differs(&[(6, 2), (5, 1), (5, 3)]), (3, None));
        let lacks = |order, position| Some(format!("SO-{order}: its timeline lacks entry {position}"));
        assert_eq!(differs(&[(5, 1), (5, 2), (5, 3), (6, 2)]), (1, lacks(5, 2)));
        assert_eq!(differs(&[(5, 1), (5, 3), (6, 2), (7, 4)]), (3, lacks(7, 4)));
        assert_eq!(differs(&[(5, 1), (6, 2)]), (1, Some("SO-5: its timeline leads to the wrong entry 3".to_owned())));
    }
}
