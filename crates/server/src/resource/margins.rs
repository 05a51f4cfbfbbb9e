//! What is earned on orders, for those who may know.

use axum::Json as JsonAnswer;
use axum::extract::State;
use serde::Serialize;
use trade::price::Margin;
use trade::{Key, OrderId};
use units::Rounding;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Path, Reading};
use crate::problem::Problem;
use crate::readers::Stored;
use crate::resource::{aggregate, id};
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What is earned on the lines of an order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MarginsView {
    /// The lines whose item has a landed cost.
    items: Vec<MarginView>,
}

/// What is earned on a line.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MarginView {
    /// The line.
    line: u64,
    /// Its price per base unit after its share of the header discount and of the customer's freight allowance, in the order's currency.
    #[schema(example = "10.80")]
    net_net: String,
    /// Landed cost per base unit, in the order's currency.
    #[schema(example = "9.00")]
    landed_cost: String,
    /// What is earned, in per cent of the net-net price; absent for what is given away.
    #[schema(example = "16.67")]
    percent: Option<String>,
}

impl From<Margin> for MarginView {
    fn from(margin: Margin) -> Self {
        Self {
            line: margin.line.0,
            net_net: margin.net_net.to_string(),
            landed_cost: margin.landed_cost.to_string(),
            percent: margin.percent.map(|percent| percent.round(2, Rounding::HalfUp).to_string()),
        }
    }
}

/// Show what is earned on each line of an order at its present prices.
#[utoipa::path(get, path = "/v1/orders/{order}/margins", tag = "orders", params(("order" = String, Path)), responses((status = 200, body = MarginsView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(order): Path<String>,
) -> Result<JsonAnswer<MarginsView>, Problem> {
    let order: OrderId = id(&order)?;
    aggregate(&state, Key::Order(order)).await?;
    let read = move |reader: &mut dyn store::Reader| {
        trade::price::margins(&mut Stored(reader), order).map_err(|stop| {
            tracing::error!(?stop, %order, "what is earned cannot be told");
            Problem::new("internal", "a record that the order refers to could not be read; the log has it")
        })
    };
    let items = state.readers.read(read).await?.into_iter().map(MarginView::from).collect();
    Ok(JsonAnswer(MarginsView { items }))
}
