//! The chain of the journal: each entry follows from the one before and its own bytes. Nobody can alter one without breaking it.

use partition::{Entry, Head};
use store::{Reader, StoreError, StoredEntry};

use crate::verify::Difference;

/// What was found of a part of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainCheck {
    /// Entries that were checked, all of which are sound unless there is a difference.
    pub entries: u64,
    /// Up to where the chain is sound: give it to go on.
    pub sound: Head,
    /// Where the journal ends by the store's own account.
    pub head: Head,
    /// The first entry that does not follow.
    pub difference: Option<Difference>,
}

/// The head after an entry, and the entry, if it follows from what was before.
pub(crate) fn follow(head: Head, stored: &StoredEntry) -> Result<(Head, Entry), Difference> {
    let position = stored.position;
    if position != head.position + 1 {
        return Err(Difference::Gap { expected: head.position + 1, found: position });
    }
    let next = head.extend(&stored.data);
    if next.hash != stored.hash {
        return Err(Difference::Hash { position });
    }
    match rmp_serde::from_slice::<Entry>(&stored.data) {
        Ok(entry) if entry.command.at.0 != stored.at => Err(Difference::Time { position }),
        Ok(entry) => Ok((next, entry)),
        Err(error) => Err(Difference::Unreadable { position, cause: error.to_string() }),
    }
}

/// Checks at most `limit` entries behind `after`, which is taken for sound: 0 for all from the start. `None` if there is no such entry.
pub fn check_chain(reader: &mut dyn Reader, after: u64, limit: usize) -> Result<Option<ChainCheck>, StoreError> {
    reader.take_snapshot()?;
    let checked = check(reader, after, limit);
    reader.let_snapshot_go()?;
    checked
}

fn check(reader: &mut dyn Reader, after: u64, limit: usize) -> Result<Option<ChainCheck>, StoreError> {
    let mut sound = Head::default();
    if after > 0 {
        match reader.entries(after - 1, 1)?.first() {
            Some(entry) if entry.position == after => sound = Head { position: after, hash: entry.hash },
            _ => return Ok(None),
        }
    }
    let head = reader.head()?;
    let mut check = ChainCheck { entries: 0, sound, head, difference: None };
    loop {
        let left = limit.saturating_sub(usize::try_from(check.entries).unwrap_or(usize::MAX));
        let page = if left == 0 { Vec::new() } else { reader.entries(check.sound.position, left.min(1_000))? };
        if page.is_empty() {
            let is_whole = left > 0 || check.sound.position == head.position;
            if is_whole && check.sound != head {
                let (journal, state) = (check.sound.position, head.position);
                check.difference = Some(Difference::Head { journal, state });
            }
            return Ok(Some(check));
        }
        for entry in &page {
            match follow(check.sound, entry) {
                Ok((next, _)) => check.sound = next,
                Err(difference) => return Ok(Some(ChainCheck { difference: Some(difference), ..check })),
            }
            check.entries += 1;
        }
    }
}
