//! Proof that nobody altered the record.

use std::fmt::Write;

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::Head;
use runtime::Difference;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Query, Reading};
use crate::problem::Problem;
use crate::state::AppState;

/// Entries that one request checks: a second or two of work.
const MOST: usize = 50_000;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(chain))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChainQuery {
    /// `next` of the part before; the start of the journal unless given.
    after: Option<u64>,
    /// Entries to check: 1 to 50,000, which it is unless given.
    limit: Option<usize>,
}

/// What was found of a part of the journal's chain of hashes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ChainView {
    /// Whether every entry that was checked follows from the one before.
    intact: bool,
    /// Entries that were checked and are sound.
    entries: u64,
    /// The last sound entry.
    sound: EntryHash,
    /// The last entry of the journal.
    head: EntryHash,
    /// Where the next part begins; absent when nothing is left to check.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
    /// The first thing that does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<ChainDifference>,
}

/// An entry of the journal and its hash, which covers everything up to it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EntryHash {
    /// Its position; 0 before the first one.
    position: u64,
    /// SHA-256 in hex. Kept elsewhere, it proves later that nothing up to here was altered.
    hash: String,
}

/// Something that does not fit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ChainDifference {
    /// What.
    cause: String,
    /// What to do.
    mend: &'static str,
}

impl From<Head> for EntryHash {
    fn from(head: Head) -> Self {
        let hash = head.hash.iter().fold(String::with_capacity(64), |mut hex, byte| {
            // writing to memory does not fail
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Self { position: head.position, hash }
    }
}

fn difference(found: &Difference) -> ChainDifference {
    let mend = "run `crossdock verify`, and restore the journal from a backup that passes it";
    ChainDifference { cause: found.to_string(), mend }
}

/// Check the chain of the journal: that each entry follows from the one before and its own bytes, so that nobody has altered or left out
/// one. A part at a time; go on at `next`.
#[utoipa::path(get, path = "/v1/audit/chain", tag = "systems", params(ChainQuery), responses((status = 200, body = ChainView)))]
async fn chain(
    State(state): State<AppState>,
    _: Reading,
    Query(query): Query<ChainQuery>,
) -> Result<JsonAnswer<ChainView>, Problem> {
    let (after, limit) = (query.after.unwrap_or(0), query.limit.unwrap_or(MOST));
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::new("invalid", format!("limit is {limit}: a part has 1 to {MOST} entries")));
    }
    if after > super::MAX_NUMBER {
        return Err(Problem::not_found(format_args!("entry {after}")));
    }
    let read = move |reader: &mut dyn store::Reader| Ok(runtime::check_chain(reader, after, limit)?);
    let check = state.readers.read(read).await?.ok_or_else(|| Problem::not_found(format_args!("entry {after}")))?;
    let is_over = check.difference.is_some() || check.sound.position >= check.head.position;
    Ok(JsonAnswer(ChainView {
        intact: check.difference.is_none(),
        entries: check.entries,
        next: (!is_over).then_some(check.sound.position),
        difference: check.difference.as_ref().map(difference),
        sound: check.sound.into(),
        head: check.head.into(),
    }))
}
