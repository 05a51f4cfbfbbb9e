//! How warehouse orders stand, by warehouse: all of them, counted by index.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::Table;
use partition::row::{self, Column};
use serde::Serialize;
use store::{Reader, RowQuery};
use trade::Kind;
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Reading;
use crate::page;
use crate::problem::Problem;
use crate::readers::company;
use crate::state::AppState;

pub(crate) const TABLE: Table = Table::Trade(Kind::WarehouseOrder);
/// How far warehouse orders are.
pub(crate) const PROGRESS: &[&str] = &["created", "sent", "acknowledged", "picked", "completed", "rejected", "cancelled"];
/// Before the warehouse has said that it will do it.
const UNANSWERED: [&str; 2] = ["created", "sent"];

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// How a warehouse order stands; it may stand in several ways at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// With the warehouse, and not over.
    Open,
    /// Open, and the warehouse has not said that it will do it.
    Unacknowledged,
    /// Open since an earlier day of the company.
    Late,
    /// Units were dropped.
    Short,
}

impl Standing {
    const ALL: [(&'static str, Self); 4] =
        [("open", Self::Open), ("unacknowledged", Self::Unacknowledged), ("late", Self::Late), ("short", Self::Short)];

    pub(crate) fn of(given: Option<&str>) -> Result<Option<Self>, Problem> {
        page::check_word("standing", given, &Self::ALL.map(|(name, _)| name))?;
        Ok(Self::ALL.into_iter().find(|(name, _)| Some(*name) == given).map(|(_, standing)| standing))
    }

    /// Those that stand so, and of those that are unacknowledged all that may be. `midnight` is when the company's day began.
    pub(crate) fn limits(self, query: RowQuery, midnight: Timestamp) -> RowQuery {
        match self {
            Self::Open | Self::Unacknowledged => query.within(Column::Due, i64::MIN..i64::MAX),
            Self::Late => query.within(Column::Due, i64::MIN..midnight.0),
            Self::Short => query.is(Column::Mark, row::SHORT),
        }
    }
}

/// When the company's day began.
pub(crate) fn midnight(reader: &mut dyn Reader, now: Timestamp) -> Result<Timestamp, Problem> {
    let calendar = &company(reader)?.calendar;
    Ok(calendar.midnight(calendar.local_day(now)))
}

/// How warehouse orders stand.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct FulfilmentView {
    /// The warehouses, in the order of their codes.
    items: Vec<NodeFigures>,
}

/// How the warehouse orders of a warehouse stand; one may stand in several ways at once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NodeFigures {
    /// The warehouse.
    #[schema(example = "EAST")]
    node: String,
    /// With the warehouse, and not over.
    open: u64,
    /// Of these, those of which the warehouse has not said that it will do them.
    unacknowledged: u64,
    /// Of these, those that were released on an earlier day of the company.
    late: u64,
    /// Those of which units were dropped: the warehouse did not have them, or refused.
    short: u64,
}

/// Show how many warehouse orders of each warehouse are open, unacknowledged, late and short.
#[utoipa::path(get, path = "/v1/fulfilment", tag = "fulfilment", responses((status = 200, body = FulfilmentView)))]
async fn show(State(state): State<AppState>, _: Reading) -> Result<JsonAnswer<FulfilmentView>, Problem> {
    let now = state.now();
    let read = move |reader: &mut dyn Reader| {
        let midnight = midnight(reader, now)?;
        let mut nodes: Vec<String> = company(reader)?.nodes.iter().map(|node| node.id.to_string()).collect();
        nodes.sort_unstable();
        let mut items = Vec::with_capacity(nodes.len());
        for node in nodes {
            let of_node = || RowQuery::table(TABLE).is(Column::Label, node.as_str());
            let mut stands = |standing: Standing| reader.count(&standing.limits(of_node(), midnight));
            let (open, late, short) = (stands(Standing::Open)?, stands(Standing::Late)?, stands(Standing::Short)?);
            let mut unacknowledged = 0;
            for progress in UNANSWERED {
                unacknowledged += reader.count(&of_node().is(Column::Status, progress))?;
            }
            items.push(NodeFigures { node, open, unacknowledged, late, short });
        }
        Ok(FulfilmentView { items })
    };
    state.readers.read(read).await.map(JsonAnswer)
}

#[cfg(test)]
mod tests {
    use trade::fulfilment::{Progress, WarehouseOrder};

    use super::*;

    #[test]
    fn every_progress_is_known_and_those_without_an_answer_are_unacknowledged() {
        for name in PROGRESS {
            let progress: Progress = serde_json::from_value(serde_json::json!(name)).unwrap();
            let order = WarehouseOrder { progress, ..WarehouseOrder::default() };
            assert_eq!(order.is_unacknowledged(), UNANSWERED.contains(name), "{name}");
            assert!(!order.is_unacknowledged() || !order.is_done());
        }
    }
}
