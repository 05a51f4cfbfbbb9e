//! The newest entries of the journal, looked through in parts.

use partition::Entry;
use units::Timestamp;

use crate::problem::Problem;
use crate::state::AppState;

/// Entries that are looked through at most: a second or two of work.
const MOST: u64 = 50_000;
const USUAL: u64 = 10_000;
/// Entries that are read together; others may read in between.
const CHUNK: usize = 500;

/// What was looked through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Looked {
    /// How many entries.
    pub(crate) entries: u64,
    /// Up to which one.
    pub(crate) position: u64,
    /// When the first of them was written, if there is one.
    pub(crate) since: Option<Timestamp>,
}

/// Gathers from so many of the newest entries, 10,000 unless given, in their order.
///
/// # Errors
/// More are asked for than one request looks through, or none; or the journal cannot be read.
pub(crate) async fn gather<T: Send + 'static>(
    state: &AppState,
    entries: Option<u64>,
    mut found: T,
    take: fn(&mut T, &Entry),
) -> Result<(T, Looked), Problem> {
    let wanted = entries.unwrap_or(USUAL);
    if !(1..=MOST).contains(&wanted) {
        return Err(Problem::new("invalid", format!("entries is {wanted}: 1 to {MOST} are looked through")));
    }
    let head = state.readers.read(|reader| Ok(reader.head()?.position)).await?;
    let mut looked = Looked { entries: 0, position: head, since: None };
    let mut after = head.saturating_sub(wanted);
    while after < head {
        let read = move |reader: &mut dyn store::Reader| {
            let chunk = reader.entries(after, CHUNK)?;
            for stored in chunk.iter().filter(|stored| stored.position <= head) {
                let entry = super::entry(stored)?;
                looked.entries += 1;
                looked.since.get_or_insert(entry.command.at);
                take(&mut found, &entry);
            }
            Ok((found, looked, chunk.last().map_or(head, |stored| stored.position)))
        };
        (found, looked, after) = state.readers.read(read).await?;
    }
    Ok((found, looked))
}
