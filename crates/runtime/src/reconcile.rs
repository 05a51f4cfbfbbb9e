//! What needs every aggregate at once: records that tell the same story held against each other, and what a period end accrues.

use partition::row::DecodeError;
use partition::{AnyKey, AnyState, Table};
use store::{Reader, RowQuery, StoreError};
use trade::billing::Accruals;
use trade::cash::Revaluation;
use trade::reconcile::Report;
use trade::{Aggregate, Key};
use units::{Day, Timestamp};

/// Why the records could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the store holds cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// Reads every aggregate of the store as it is at one moment and holds the records against each other; with the time also against what is
/// due by now. Needs memory for all of them. Source: domain §1.10.
pub fn reconcile(reader: &mut dyn Reader, now: Option<Timestamp>) -> Result<Report, ReconcileError> {
    let aggregates = snapshot(reader)?;
    Ok(trade::reconcile::check(aggregates.iter().map(|(key, aggregate)| (key, aggregate)), now))
}

/// What is to be accrued at the end of a day. Needs memory for all aggregates. Source: domain §1.6.
pub fn accruals(reader: &mut dyn Reader, day: Day) -> Result<Accruals, ReconcileError> {
    let aggregates = snapshot(reader)?;
    Ok(trade::billing::accruals(aggregates.iter().map(|(key, aggregate)| (key, aggregate)), day))
}

/// What open items in other currencies are worth at the end of a day. Needs memory for all aggregates. Source: domain §1.6.
pub fn revaluation(reader: &mut dyn Reader, from: Option<Day>, day: Day) -> Result<Revaluation, ReconcileError> {
    let aggregates = snapshot(reader)?;
    Ok(trade::cash::revaluation(aggregates.iter().map(|(key, aggregate)| (key, aggregate)), from, day))
}

/// Every aggregate of the store as it is at one moment.
fn snapshot(reader: &mut dyn Reader) -> Result<Vec<(Key, Aggregate)>, ReconcileError> {
    reader.take_snapshot()?;
    let aggregates = aggregates(reader);
    reader.let_snapshot_go()?;
    aggregates
}

fn aggregates(reader: &mut dyn Reader) -> Result<Vec<(Key, Aggregate)>, ReconcileError> {
    let mut aggregates = Vec::new();
    for table in Table::all().filter(|table| matches!(table, Table::Trade(_))) {
        let mut query = RowQuery::table(table).limit(1_000);
        loop {
            let page = reader.rows(&query)?;
            let Some((last, _)) = page.last() else { break };
            query = query.after(last.clone());
            for (row_key, row) in &page {
                if let AnyState::Trade(aggregate, _) = AnyState::decode(table, row_key, &row.data)?
                    && let Some(key) = AnyKey::of_trade_row(table, row_key)
                {
                    aggregates.push((key, aggregate));
                }
            }
        }
    }
    Ok(aggregates)
}
