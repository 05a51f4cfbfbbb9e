//! How far everything is: counts for boards and for the demo.

use std::collections::BTreeMap;

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::Table;
use partition::row::Column;
use serde::Serialize;
use store::{Reader, RowQuery};
use trade::Kind;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Reading;
use crate::problem::Problem;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Counts of what is there, by label.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct ProgressView {
    /// Orders by status.
    orders: BTreeMap<String, u64>,
    /// Exceptions by status.
    exceptions: BTreeMap<String, u64>,
    /// Exceptions that somebody has to deal with, by type.
    open_exceptions: BTreeMap<String, u64>,
    /// Payments by status.
    payments: BTreeMap<String, u64>,
    /// Invoices and credit notes by kind.
    invoices: BTreeMap<String, u64>,
    /// Effects that are not confirmed: `pending`, `resting` until their job is tried again, and `dead`.
    effects: BTreeMap<String, u64>,
    /// The last journal position.
    position: u64,
}

/// The labels of orders.
pub(crate) const ORDER: &[&str] = &[
    "submitted",
    "validating",
    "on_hold",
    "approved",
    "backordered",
    "in_fulfilment",
    "partially_fulfilled",
    "fulfilled",
    "invoiced",
    "settled",
    "closed",
    "cancelled",
    "rejected",
    "failed",
];
/// How far exceptions are.
pub(crate) const EXCEPTION: &[&str] = &["open", "claimed", "resolved", "cleared"];
/// How far payments are.
pub(crate) const PAYMENT: &[&str] = &["received", "suspense", "unmatched", "applied", "on_account", "reversed"];
/// Kinds of invoices.
pub(crate) const INVOICE: &[&str] = &["invoice", "deposit", "credit_note", "goodwill"];
/// How far effects are.
pub(crate) const EFFECT: &[&str] = &["pending", "resting", "dead"];

/// Exceptions that are open or claimed, by type.
pub(crate) fn open_exceptions(reader: &mut dyn Reader) -> Result<BTreeMap<String, u64>, Problem> {
    let table = Table::Trade(Kind::Exception);
    let mut counts = BTreeMap::new();
    for kind in trade::exception::ExceptionKind::ALL {
        let name = serde_json::to_value(kind).ok();
        let label = name.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let mut count = 0;
        for status in ["open", "claimed"] {
            count += reader.count(&RowQuery::table(table).is(Column::Status, status).is(Column::Label, label.as_str()))?;
        }
        if count > 0 {
            counts.insert(label, count);
        }
    }
    Ok(counts)
}

pub(crate) fn counts(reader: &mut dyn Reader, table: Table, labels: &[&str]) -> Result<BTreeMap<String, u64>, Problem> {
    let mut counts = BTreeMap::new();
    for label in labels {
        let count = reader.count(&RowQuery::table(table).is(Column::Status, *label))?;
        if count > 0 {
            counts.insert((*label).to_owned(), count);
        }
    }
    Ok(counts)
}

/// Show how far everything is.
#[utoipa::path(get, path = "/v1/progress", tag = "systems", responses((status = 200, body = ProgressView)))]
async fn show(State(state): State<AppState>, _: Reading) -> Result<JsonAnswer<ProgressView>, Problem> {
    let position = state.partition.progress().position();
    let read = move |reader: &mut dyn Reader| {
        Ok(ProgressView {
            orders: counts(reader, Table::Trade(Kind::Order), ORDER)?,
            exceptions: counts(reader, Table::Trade(Kind::Exception), EXCEPTION)?,
            open_exceptions: open_exceptions(reader)?,
            payments: counts(reader, Table::Trade(Kind::Payment), PAYMENT)?,
            invoices: counts(reader, Table::Trade(Kind::Invoice), INVOICE)?,
            effects: counts(reader, Table::Effect, EFFECT)?,
            position,
        })
    };
    state.readers.read(read).await.map(JsonAnswer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_document_is_counted() {
        let labels = trade::billing::DocumentKind::ALL.map(|kind| serde_json::to_value(kind).unwrap());
        assert_eq!(labels.as_slice(), INVOICE);
    }

    #[test]
    fn what_is_counted_is_found_by_an_index() {
        let kinds = [Kind::Order, Kind::Exception, Kind::Payment, Kind::Invoice];
        for table in kinds.map(Table::Trade).into_iter().chain([Table::Effect]) {
            assert!(table.indexes().contains(&&[Column::Status][..]), "{table:?}");
        }
    }
}
