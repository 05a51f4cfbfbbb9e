//! The newest entries of the journal, looked through in parts.

use partition::Entry;
use units::Timestamp;

use crate::problem::Problem;
use crate::readers::Readers;
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
    found: T,
    take: fn(&mut T, &Entry),
) -> Result<(T, Looked), Problem> {
    let wanted = entries.unwrap_or(USUAL);
    if !(1..=MOST).contains(&wanted) {
        return Err(Problem::new("invalid", format!("entries is {wanted}: 1 to {MOST} are looked through")));
    }
    let head = state.readers.read(|reader| Ok(reader.head()?.position)).await?;
    let looked = Looked { entries: 0, position: head, since: None };
    let note = move |(found, looked): &mut (T, Looked), entry: &Entry| {
        looked.entries += 1;
        looked.since.get_or_insert(entry.command.at);
        take(found, entry);
    };
    walk(&state.readers, (head.saturating_sub(wanted), head), (found, looked), note).await
}

/// Gathers from the entries behind a position up to another one, in their order and in parts.
pub(crate) async fn walk<T: Send + 'static>(
    readers: &Readers,
    (mut after, until): (u64, u64),
    mut found: T,
    take: impl Fn(&mut T, &Entry) + Clone + Send + 'static,
) -> Result<T, Problem> {
    while after < until {
        let take = take.clone();
        let read = move |reader: &mut dyn store::Reader| {
            let chunk = reader.entries(after, CHUNK)?;
            for stored in chunk.iter().filter(|stored| stored.position <= until) {
                take(&mut found, &super::entry(stored)?);
            }
            Ok((found, chunk.last().map_or(until, |stored| stored.position)))
        };
        (found, after) = readers.read(read).await?;
    }
    Ok(found)
}
