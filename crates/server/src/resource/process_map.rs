//! The map of what orders went through: which step followed which, how often and after how long. Made of what happened, not of a model.

use std::collections::BTreeMap;

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{Entry, Event};
use serde::{Deserialize, Serialize};
use trade::OrderId;
use trade::order::{Bucket, OrderEvent};
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Query, Reading};
use crate::feed::newest;
use crate::problem::Problem;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(map))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MapQuery {
    /// How many of the newest journal entries are looked through: 1 to 50,000, 10,000 unless given.
    entries: Option<u64>,
}

/// What orders went through in the newest entries of the journal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MapView {
    /// Journal entries that were looked through.
    entries: u64,
    /// The last of them.
    position: u64,
    /// When the first of them was written; absent while there is none.
    since: Option<String>,
    /// Orders to which something happened.
    orders: usize,
    /// What happened to them.
    steps: Vec<StepView>,
    /// What followed what.
    ways: Vec<WayView>,
}

/// Something that happens to orders.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StepView {
    /// The type of the event, as the feed has it.
    #[schema(example = "order.hold_placed")]
    id: &'static str,
    /// How often; what happens to several lines of an order at once is once.
    count: u64,
}

/// One step after another, in the same order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WayView {
    /// What came first.
    from: &'static str,
    /// What came next.
    to: &'static str,
    /// How often.
    count: usize,
    /// The middle of the times between the two, in milliseconds.
    median_ms: i64,
}

/// Show what orders went through in the newest entries of the journal: which step followed which, how often, and after how long.
#[utoipa::path(get, path = "/v1/process-map", tag = "processes", params(MapQuery), responses((status = 200, body = MapView)))]
async fn map(
    State(state): State<AppState>,
    _: Reading,
    Query(query): Query<MapQuery>,
) -> Result<JsonAnswer<MapView>, Problem> {
    let (found, looked) = newest::gather(&state, query.entries, Steps::default(), Steps::take).await?;
    let ways = found.ways.into_iter().map(|((from, to), mut times)| {
        times.sort_unstable();
        WayView { from, to, count: times.len(), median_ms: times.get(times.len() / 2).copied().unwrap_or_default() }
    });
    Ok(JsonAnswer(MapView {
        entries: looked.entries,
        position: looked.position,
        since: looked.since.map(|at| at.to_string()),
        orders: found.last.len(),
        ways: ways.collect(),
        steps: found.counts.into_iter().map(|(id, count)| StepView { id, count }).collect(),
    }))
}

/// What an order goes through, under the name that the feed has for it; other events are parts of these.
fn step(event: &OrderEvent) -> Option<&'static str> {
    Some(match event {
        OrderEvent::Received(_) => "order.received",
        OrderEvent::Validated { .. } => "order.validated",
        OrderEvent::HoldPlaced(_) => "order.hold_placed",
        OrderEvent::HoldReleased { .. } => "order.hold_released",
        OrderEvent::Approved { .. } => "order.approved",
        OrderEvent::Promised { was: None, .. } => "order.promised",
        OrderEvent::Promised { .. } => "inventory.repromised",
        OrderEvent::Pegged { .. } => "inventory.backordered",
        OrderEvent::Changed { .. } => "order.changed",
        OrderEvent::Moved { to: Bucket::Cancelled, .. } => "order.cancelled",
        OrderEvent::Rejected { .. } => "order.rejected",
        OrderEvent::Released { .. } => "order.released",
        OrderEvent::Shipped { .. } => "order.shipped",
        OrderEvent::Delivered { .. } => "order.delivered",
        OrderEvent::SentBack { .. } => "order.sent_back",
        OrderEvent::Invoiced { .. } => "order.invoiced",
        OrderEvent::Closed { .. } => "order.closed",
        _ => return None,
    })
}

/// Steps and what followed what, entry by entry.
#[derive(Default)]
struct Steps {
    counts: BTreeMap<&'static str, u64>,
    /// The times between two steps, in milliseconds.
    ways: BTreeMap<(&'static str, &'static str), Vec<i64>>,
    /// What happened to each order last, and when.
    last: BTreeMap<OrderId, (&'static str, Timestamp)>,
}

impl Steps {
    fn take(&mut self, entry: &Entry) {
        for event in &entry.events {
            let Event::Trade(trade::Event::Order(order, event)) = event else { continue };
            if let Some(step) = step(event) {
                self.go(*order, step, entry.command.at);
            }
        }
    }

    fn go(&mut self, order: OrderId, step: &'static str, at: Timestamp) {
        match self.last.insert(order, (step, at)) {
            // what happens to each line of an order at once is one step of the order
            Some((before, since)) if before == step => {
                self.last.insert(order, (before, since));
                return;
            }
            Some((before, since)) => self.ways.entry((before, step)).or_default().push((at.0 - since.0).max(0)),
            None => {}
        }
        *self.counts.entry(step).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_counts_which_step_followed_which_in_the_same_order_and_how_long_it_took() {
        let mut steps = Steps::default();
        let mut go = |order, step, second: i64| steps.go(OrderId(order), step, Timestamp(second * 1_000));
        go(1, "order.received", 0);
        go(2, "order.received", 1);
        go(1, "order.approved", 10);
        go(2, "order.hold_placed", 2);
        go(2, "order.hold_placed", 3);
        go(2, "order.approved", 102);
        assert_eq!(steps.counts["order.approved"], 2);
        assert_eq!(steps.counts["order.hold_placed"], 1, "what happens twice in a row is one step");
        assert_eq!(steps.ways[&("order.received", "order.approved")], [10_000]);
        assert_eq!(steps.ways[&("order.received", "order.hold_placed")], [1_000]);
        assert_eq!(steps.ways[&("order.hold_placed", "order.approved")], [100_000]);
        assert_eq!((steps.last.len(), steps.ways.len()), (2, 3));
    }
}
