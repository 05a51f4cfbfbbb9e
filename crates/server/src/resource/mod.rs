//! The resources of the API, one file each.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod authority;
pub(crate) mod backorders;
pub(crate) mod catalogue;
pub(crate) mod clients;
pub(crate) mod company;
pub(crate) mod day;
pub(crate) mod decisions;
pub(crate) mod drafts;
pub(crate) mod events;
pub(crate) mod exceptions;
pub(crate) mod forms;
pub(crate) mod fulfilment;
pub(crate) mod health;
pub(crate) mod imports;
pub(crate) mod instances;
pub(crate) mod invoice_documents;
pub(crate) mod invoices;
pub(crate) mod items;
pub(crate) mod jobs;
pub(crate) mod margins;
pub(crate) mod master;
pub(crate) mod names;
pub(crate) mod orders;
pub(crate) mod passages;
pub(crate) mod payments;
pub(crate) mod people;
pub(crate) mod process_map;
pub(crate) mod processes;
pub(crate) mod progress;
pub(crate) mod provider;
pub(crate) mod quotas;
pub(crate) mod rebillings;
pub(crate) mod reconciliations;
pub(crate) mod reopenings;
pub(crate) mod returns;
pub(crate) mod saved_views;
pub(crate) mod schemas;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod shipments;
pub(crate) mod stock;
pub(crate) mod systems;
pub(crate) mod tasks;
pub(crate) mod users;
pub(crate) mod warehouse_orders;
pub(crate) mod webhooks;

use partition::{AnyKey, AnyState};
use runtime::Version;
use trade::{Aggregate, Key};

use crate::problem::Problem;
use crate::state::AppState;

/// The committed state of an aggregate, or the problem that there is none.
pub(crate) async fn aggregate(state: &AppState, key: Key) -> Result<Aggregate, Problem> {
    versioned(state, key).await.map(|(aggregate, _)| aggregate)
}

/// The same with its version.
pub(crate) async fn versioned(state: &AppState, key: Key) -> Result<(Aggregate, Version), Problem> {
    let read = move |reader: &mut dyn store::Reader| {
        let (table, row) = AnyKey::Trade(key.clone()).row();
        let Some(bytes) = reader.row(table, &row)? else { return Err(Problem::not_found(key)) };
        let state = crate::readers::decode(table, &row, &bytes)?;
        // of what it is read as, as the writer has it: an earlier release may have written it with fewer fields
        let version = Version::of(&state.encode());
        match state {
            AnyState::Trade(aggregate, _) => Ok((aggregate, version)),
            _ => Err(Problem::not_found(key)),
        }
    };
    state.readers.read(read).await
}

/// An id from the path, or the problem that it is none.
pub(crate) fn id<T: std::str::FromStr<Err = units::IdError>>(text: &str) -> Result<T, Problem> {
    // no store numbers that far, and a number that it cannot have is no fault of its
    let is_beyond =
        text.rsplit('-').next().is_some_and(|number| number.parse::<u64>().is_ok_and(|number| number > MAX_NUMBER));
    if is_beyond {
        return Err(Problem::not_found(text));
    }
    text.parse().map_err(|error: units::IdError| Problem::new("not_found", error.to_string()))
}

/// The largest number that a store can keep.
pub(crate) const MAX_NUMBER: u64 = i64::MAX.unsigned_abs();
