//! Payments: what arrived and what it pays.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::row::Column;
use partition::{AnyState, Body, Table};
use serde::Deserialize;
use trade::{AccountId, Aggregate, InvoiceId, Key, Kind, PaymentId};
use units::Money;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::day::Step;
use crate::extract::{Caller, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::resource::accounts::check_currency_of;
use crate::resource::day;
use crate::resource::stock::{Accepted, accepted};
use crate::resource::{id, versioned};
use crate::state::AppState;
use crate::submit::submit;
use crate::version::Versioned;
use crate::view::{self, PaymentView};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(apply))
        .routes(routes!(put_on_account))
        .routes(routes!(unapply))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PaymentFilter {
    /// `received`, `suspense`, `unmatched`, `applied`, `on_account` or `reversed`.
    status: Option<String>,
    /// Only those of this account.
    account: Option<String>,
    /// `matched`: only those that were matched today, by the company's clock. They are not counted.
    today: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List payments, the newest first.
#[utoipa::path(get, path = "/v1/payments", tag = "finance", params(PaymentFilter), responses((status = 200, body = Page<PaymentView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(filter): Query<PaymentFilter>) -> Result<Listed, Problem> {
    page::check_status(filter.status.as_deref(), crate::resource::progress::PAYMENT)?;
    page::check_word("today", filter.today.as_deref(), &[Step::Matched.name()])?;
    if filter.today.is_some() {
        let today = state.today.look(&state).await?;
        let read = move |reader: &mut dyn store::Reader| {
            let is = |wanted: &Option<String>, value: Option<&str>| wanted.is_none() || wanted.as_deref() == value;
            day::matched(reader, &today, (filter.after.as_deref(), filter.limit), |payment| {
                let payment = view::payment(payment);
                let is_meant = is(&filter.status, Some(&payment.status)) && is(&filter.account, payment.account.as_deref());
                is_meant.then_some(payment)
            })
        };
        return state.readers.list(read).await;
    }
    let read = move |reader: &mut dyn store::Reader| {
        let filters = [(Column::Status, filter.status.as_deref()), (Column::Account, filter.account.as_deref())];
        page::counted(reader, Table::Trade(Kind::Payment), &filters, filter.after.as_deref(), filter.limit, |_, _, state| {
            match state {
                AnyState::Trade(Aggregate::Payment(payment), _) => Some(view::payment(&payment)),
                _ => None,
            }
        })
    };
    state.readers.list(read).await
}

/// Show a payment.
#[utoipa::path(get, path = "/v1/payments/{payment}", tag = "finance", params(("payment" = String, Path)), responses((status = 200, body = PaymentView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(payment): Path<String>,
) -> Result<Versioned<PaymentView>, Problem> {
    match versioned(&state, Key::Payment(id(&payment)?)).await? {
        (Aggregate::Payment(payment), version) => Ok(Versioned(view::payment(&payment), version)),
        _ => Err(Problem::not_found(payment)),
    }
}

/// What a payment pays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatchRequest {
    /// To which documents, and how much.
    items: Vec<MatchItem>,
    /// Write what is missing off.
    #[serde(default)]
    write_off: bool,
}

/// Money for a document.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatchItem {
    /// The document.
    invoice: String,
    /// How much.
    #[schema(value_type = crate::view::MoneyView)]
    amount: Money,
}

/// Apply a payment by hand: money that waits, or that lies on account.
#[utoipa::path(post, path = "/v1/payments/{payment}/matches", tag = "finance", params(("payment" = String, Path), ("Idempotency-Key" = String, Header)), request_body = MatchRequest,
    responses((status = 200, body = Accepted)))]
async fn apply(
    State(state): State<AppState>,
    caller: Caller,
    Path(payment): Path<String>,
    Json(request, bytes): Json<MatchRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    for (index, item) in request.items.iter().enumerate() {
        check_currency_of(&state, id(&item.invoice)?, &format!("/items/{index}/amount"), &item.amount).await?;
    }
    let items = request.items.iter().map(|item| Ok((id::<InvoiceId>(&item.invoice)?, item.amount.amount)));
    let items = items.collect::<Result<Vec<_>, Problem>>()?;
    let payment: PaymentId = id(&payment)?;
    let caller = caller.on(Key::Payment(payment));
    let body = Body::MatchPayment { payment, items, write_off: request.write_off };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, body).await?)))
}

/// Whose money it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnAccountRequest {
    /// The account.
    account: String,
}

/// Put a payment on an account.
#[utoipa::path(post, path = "/v1/payments/{payment}/on-account", tag = "finance", params(("payment" = String, Path), ("Idempotency-Key" = String, Header)), request_body = OnAccountRequest,
    responses((status = 200, body = Accepted)))]
async fn put_on_account(
    State(state): State<AppState>,
    caller: Caller,
    Path(payment): Path<String>,
    Json(request, bytes): Json<OnAccountRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let payment: PaymentId = id(&payment)?;
    let caller = caller.on(Key::Payment(payment));
    let body = Body::PutOnAccount { payment, account: AccountId::from(request.account) };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, body).await?)))
}

/// Which match to take back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnapplyRequest {
    /// The document.
    invoice: String,
    /// Why.
    reason: String,
}

/// Take a match back.
#[utoipa::path(post, path = "/v1/payments/{payment}/unapplications", tag = "finance", params(("payment" = String, Path), ("Idempotency-Key" = String, Header)), request_body = UnapplyRequest,
    responses((status = 200, body = Accepted)))]
async fn unapply(
    State(state): State<AppState>,
    caller: Caller,
    Path(payment): Path<String>,
    Json(request, bytes): Json<UnapplyRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let payment: PaymentId = id(&payment)?;
    let caller = caller.on(Key::Payment(payment));
    let body = Body::UnapplyPayment { payment, invoice: id(&request.invoice)?, reason: request.reason.into() };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, body).await?)))
}
