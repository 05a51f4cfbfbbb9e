//! What was billed at wrong prices or terms is credited and billed anew.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{Body, Reply};
use serde::{Deserialize, Serialize};
use trade::billing::Rebilling;
use trade::master::Terms;
use trade::{Key, LineNo, OrderId};
use units::Decimal;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path};
use crate::problem::Problem;
use crate::resource::id;
use crate::resource::orders::LinePrice;
use crate::state::AppState;
use crate::submit::{submit, unexpected};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(rebill))
}

/// Payment terms.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TermsRequest {
    /// Days after the invoice date on which it is due.
    net_days: u16,
    /// Early-payment discount in per cent.
    #[serde(default)]
    #[schema(value_type = String)]
    discount_percent: Decimal,
    /// Days after the invoice date up to which the discount may be taken.
    #[serde(default)]
    discount_days: u16,
    /// Paid before anything is shipped.
    #[serde(default)]
    prepayment: bool,
}

impl From<TermsRequest> for Terms {
    fn from(request: TermsRequest) -> Self {
        let TermsRequest { net_days, discount_percent, discount_days, prepayment } = request;
        Self { net_days, discount_percent, discount_days, prepayment }
    }
}

/// What shall be different of an order of which something is billed: prices, terms, or both.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RebillRequest {
    /// The right prices by line, for what is billed and for what is not yet.
    #[serde(default)]
    prices: Vec<LinePrice>,
    /// Other payment terms.
    #[serde(default)]
    terms: Option<TermsRequest>,
    /// Why.
    reason: String,
}

/// What was billed anew.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RebillResult {
    /// The order.
    #[schema(example = "SO-17")]
    id: String,
    /// Each invoice that was credited and billed anew.
    rebilled: Vec<RebilledInvoice>,
}

/// An invoice that was credited and billed anew.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RebilledInvoice {
    /// The first invoice.
    #[schema(example = "IN-7")]
    invoice: String,
    /// The credit note over what was left of it.
    credit_note: String,
    /// The invoice in its place.
    replacement: String,
}

/// Credit what was billed of an order at wrong prices or terms, and bill the same units anew. What is posted stays as it is: each invoice
/// gets a credit note and a replacement that name it.
#[utoipa::path(post, path = "/v1/orders/{order}/rebillings", tag = "finance", params(("order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = RebillRequest,
    responses((status = 200, body = RebillResult)))]
async fn rebill(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<RebillRequest>,
) -> Result<JsonAnswer<RebillResult>, Problem> {
    let order: OrderId = id(&order)?;
    let rebilling = Rebilling {
        prices: request.prices.iter().map(|entry| (LineNo(entry.line), entry.price)).collect(),
        terms: request.terms.map(Into::into),
        reason: request.reason.into(),
    };
    match submit(&state, caller.on(Key::Order(order)), &bytes, Body::RebillOrder { order, rebilling }).await? {
        Reply::Rebilled(pairs) => Ok(JsonAnswer(RebillResult {
            id: order.to_string(),
            rebilled: pairs
                .iter()
                .map(|pair| RebilledInvoice {
                    invoice: pair.invoice.to_string(),
                    credit_note: pair.credit_note.to_string(),
                    replacement: pair.replacement.to_string(),
                })
                .collect(),
        })),
        other => Err(unexpected(&other)),
    }
}
