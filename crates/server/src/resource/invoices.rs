//! Invoices and credit notes.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::row::{self, Column};
use partition::{AnyKey, AnyState, Body, Reply, RowKey, Table};
use serde::{Deserialize, Serialize};
use trade::cash::Settlement;
use trade::{Aggregate, InvoiceId, Key, Kind, LineNo, OrderId};
use units::{Money, Quantity};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Created, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::readers;
use crate::resource::accounts::check_currency_of;
use crate::resource::orders::{LinePrice, LineQuantity, Numbered};
use crate::resource::stock::{Accepted, accepted};
use crate::resource::{id, versioned};
use crate::sort::{self, Sort};
use crate::state::AppState;
use crate::submit::{submit, unexpected};
use crate::version::Versioned;
use crate::view::{self, InvoiceView};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(credit))
        .routes(routes!(dispute))
        .routes(routes!(settle))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InvoiceFilter {
    /// Only those of this order.
    order: Option<String>,
    /// Only those of this account.
    account: Option<String>,
    /// The document with this legal number.
    number: Option<String>,
    /// Only those that the ERP has booked, or those that it has not.
    booked: Option<bool>,
    /// `value` in minor units of each document's currency, or `due`, upwards; `-value` or `-due` downwards. The newest first unless given.
    /// Not with `order`.
    sort: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List invoices and credit notes, the newest first.
#[utoipa::path(get, path = "/v1/invoices", tag = "finance", params(InvoiceFilter), responses((status = 200, body = Page<InvoiceView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(filter): Query<InvoiceFilter>) -> Result<Listed, Problem> {
    let sort = Sort::of(filter.sort.as_deref(), &[sort::VALUE, sort::DUE])?;
    if let Some(order) = &filter.order {
        if sort.is_some() {
            return Err(Problem::new("invalid", "sort is not given together with order: the few of an order come whole"));
        }
        let order: OrderId = id(order)?;
        return state.readers.list(move |reader| of_order(reader, order, &filter)).await;
    }
    let read = move |reader: &mut dyn store::Reader| {
        let mark = filter.booked.map(row::booked);
        let filters = [
            (Column::Account, filter.account.as_deref()),
            (Column::Label, filter.number.as_deref()),
            (Column::Mark, mark.as_deref()),
        ];
        let query = page::filtered(Table::Trade(Kind::Invoice), &filters);
        let (after, limit) = (filter.after.as_deref(), filter.limit);
        let shown = |state| match state {
            AnyState::Trade(Aggregate::Invoice(invoice), _) => Some(view::invoice(&invoice)),
            _ => None,
        };
        match sort {
            Some(sort) => sort::page(reader, query, sort, (after, limit), true, shown),
            None => page::counted_rows(reader, query, after, limit, |_, _, state| shown(state)),
        }
    };
    state.readers.list(read).await
}

/// The documents of an order, the newest first: those of several orders stand with each of them.
fn of_order(reader: &mut dyn store::Reader, order: OrderId, filter: &InvoiceFilter) -> Result<Page<InvoiceView>, Problem> {
    let documents = match readers::state(reader, &AnyKey::Trade(Key::Order(order)))? {
        Some(AnyState::Trade(Aggregate::Order(order), _)) => order.invoices.clone(),
        _ => Vec::new(),
    };
    let table = Table::Trade(Kind::Invoice);
    page::of_keys(
        table,
        documents.iter().rev().map(|id| RowKey::Number(id.0)),
        filter.after.as_deref(),
        filter.limit,
        |key| {
            let RowKey::Number(number) = key else { return Ok(None) };
            let shown = readers::state(reader, &AnyKey::Trade(Key::Invoice(InvoiceId(*number))))?;
            let Some(AnyState::Trade(Aggregate::Invoice(invoice), _)) = shown else { return Ok(None) };
            let is_meant = filter.account.as_deref().is_none_or(|account| invoice.account.as_str() == account)
                && filter.number.as_deref().is_none_or(|number| invoice.number == number)
                && filter.booked.is_none_or(|booked| invoice.erp_reference.is_some() == booked);
            Ok(is_meant.then(|| view::invoice(&invoice)))
        },
    )
}

/// Show an invoice or credit note.
#[utoipa::path(get, path = "/v1/invoices/{invoice}", tag = "finance", params(("invoice" = String, Path)), responses((status = 200, body = InvoiceView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(invoice): Path<String>,
) -> Result<Versioned<InvoiceView>, Problem> {
    match versioned(&state, Key::Invoice(id(&invoice)?)).await? {
        (Aggregate::Invoice(invoice), version) => Ok(Versioned(view::invoice(&invoice), version)),
        _ => Err(Problem::not_found(invoice)),
    }
}

/// What to credit.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreditRequest {
    /// Why.
    reason: String,
    /// Units by line; absent or empty credits everything, unless `prices` or `amount` is given.
    #[serde(default)]
    lines: Vec<LineQuantity>,
    /// The right prices by line, where the billed ones were too high: the difference is credited, the units stay.
    #[serde(default)]
    prices: Vec<LinePrice>,
    /// A net amount that belongs to no units, as goodwill.
    #[serde(default)]
    #[schema(value_type = Option<crate::view::MoneyView>)]
    amount: Option<Money>,
    /// The order that `lines`, `prices` or `amount` are of, where the invoice bills several; without any of them, everything of that order is
    /// credited.
    #[serde(default)]
    order: Option<String>,
}

/// Credit units of an invoice, a price that was too high, or an amount as goodwill: one of the three. Never more than it bills.
#[utoipa::path(post, path = "/v1/invoices/{invoice}/credit-notes", tag = "finance", params(("invoice" = String, Path), ("Idempotency-Key" = String, Header)), request_body = CreditRequest,
    responses((status = 201, body = Numbered)))]
async fn credit(
    State(state): State<AppState>,
    caller: Caller,
    Path(invoice): Path<String>,
    Json(request, bytes): Json<CreditRequest>,
) -> Result<Created<Numbered>, Problem> {
    let invoice: InvoiceId = id(&invoice)?;
    let caller = caller.on(Key::Invoice(invoice));
    let reason = request.reason.into();
    let order: Option<OrderId> = request.order.as_deref().map(id).transpose()?;
    let body = match (request.lines.is_empty(), request.prices.is_empty(), request.amount) {
        (_, true, None) => {
            let lines = request.lines.iter().map(|line| (LineNo(line.line), Quantity(line.quantity))).collect();
            Body::CreditInvoice { invoice, lines, reason, order }
        }
        (true, false, None) => {
            let prices = request.prices.iter().map(|line| (LineNo(line.line), line.price)).collect();
            Body::CreditPrice { invoice, prices, reason, order }
        }
        (true, true, Some(amount)) => {
            check_currency_of(&state, invoice, "/amount", &amount).await?;
            Body::CreditGoodwill { invoice, amount: amount.amount, reason, order }
        }
        _ => {
            return Err(Problem::new("invalid", "give one of lines, prices and amount: each is a credit note of its own"));
        }
    };
    match submit(&state, caller, &bytes, body).await? {
        Reply::Invoice(id) => Ok(Created(Numbered { id: id.to_string() })),
        other => Err(unexpected(&other)),
    }
}

/// What the customer disputes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DisputeRequest {
    /// How much, tax included; at most what is open.
    #[schema(value_type = crate::view::MoneyView)]
    amount: Money,
    /// `PRC` contract price, `PRM` promotion, `QTY`, `FRT`, `TAX`, `DMG`, `LATE`, `RET`, `UD` unearned discount, `BNK` or `UNK`.
    code: String,
    /// What the customer says.
    reason: String,
}

/// Note that the customer disputes part of an invoice. Whoever looks after its code is asked; the rest of the invoice goes on.
#[utoipa::path(post, path = "/v1/invoices/{invoice}/disputes", tag = "finance", params(("invoice" = String, Path), ("Idempotency-Key" = String, Header)), request_body = DisputeRequest,
    responses((status = 200, body = Accepted)))]
async fn dispute(
    State(state): State<AppState>,
    caller: Caller,
    Path(invoice): Path<String>,
    Json(request, bytes): Json<DisputeRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let invoice: InvoiceId = id(&invoice)?;
    check_currency_of(&state, invoice, "/amount", &request.amount).await?;
    let (amount, code, reason) = (request.amount.amount, request.code.into(), request.reason.into());
    let body = Body::OpenDispute { invoice, amount, code, reason };
    Ok(JsonAnswer(accepted(&submit(&state, caller.on(Key::Invoice(invoice)), &bytes, body).await?)))
}

/// What becomes of what is in dispute.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettleRequest {
    /// What is credited, tax included; nothing unless given.
    #[serde(default)]
    #[schema(value_type = Option<crate::view::MoneyView>)]
    granted: Option<Money>,
    /// What is written off; nothing unless given.
    #[serde(default)]
    #[schema(value_type = Option<crate::view::MoneyView>)]
    written_off: Option<Money>,
    /// Why.
    reason: String,
}

/// What a decision came to; the three amounts are what was in dispute.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SettleResult {
    /// The credit note, if something was granted.
    credit_note: Option<String>,
    /// What it comes to, in minor units.
    granted_minor: i64,
    /// What was written off, in minor units.
    written_off_minor: i64,
    /// What is still due, in minor units.
    refused_minor: i64,
}

/// Decide on what is in dispute of an invoice: part of it is credited, part is written off, and the rest is still due.
#[utoipa::path(post, path = "/v1/invoices/{invoice}/disputes/settlement", tag = "finance", params(("invoice" = String, Path), ("Idempotency-Key" = String, Header)), request_body = SettleRequest,
    responses((status = 200, body = SettleResult)))]
async fn settle(
    State(state): State<AppState>,
    caller: Caller,
    Path(invoice): Path<String>,
    Json(request, bytes): Json<SettleRequest>,
) -> Result<JsonAnswer<SettleResult>, Problem> {
    let invoice: InvoiceId = id(&invoice)?;
    let mut settlement = Settlement::default();
    for (pointer, given, amount) in [
        ("/granted", &request.granted, &mut settlement.granted),
        ("/written_off", &request.written_off, &mut settlement.written_off),
    ] {
        if let Some(given) = given {
            check_currency_of(&state, invoice, pointer, given).await?;
            *amount = given.amount;
        }
    }
    let body = Body::SettleDispute { invoice, settlement, reason: request.reason.into() };
    match submit(&state, caller.on(Key::Invoice(invoice)), &bytes, body).await? {
        Reply::Settled(settled) => Ok(JsonAnswer(SettleResult {
            credit_note: settled.note.map(|note| note.to_string()),
            granted_minor: settled.granted.0,
            written_off_minor: settled.written_off.0,
            refused_minor: settled.refused.0,
        })),
        other => Err(unexpected(&other)),
    }
}
