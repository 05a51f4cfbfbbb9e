//! Accounts: exposure and open items.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{AnyState, Body, Table};
use serde::{Deserialize, Serialize};
use trade::account::Account;
use trade::master::{Company, Terms};
use trade::{AccountId, Aggregate, InvoiceId, Key, Kind};
use units::{Currency, Day, Money};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::{FieldError, Problem};
use crate::resource::stock::{Accepted, accepted};
use crate::resource::versioned;
use crate::state::AppState;
use crate::submit::submit;
use crate::version::Versioned;
use crate::view::{MoneyView, money};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(set_limit))
}

/// An account with what it owes and what counts against its limit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AccountView {
    /// Its number.
    id: String,
    /// Its name.
    name: String,
    /// The smaller, the more important.
    tier: u8,
    /// No order passes.
    blocked: bool,
    /// What is agreed on payment.
    terms: TermsView,
    /// `per_shipment`, `on_complete`, or `deposit=30` for a deposit of 30 %.
    billing: String,
    /// The account that pays for it, if another one does.
    payer: Option<String>,
    /// The limit, in the company's currency; absent if none was set.
    credit_limit: Option<MoneyView>,
    /// Approved orders, not shipped.
    open_orders: MoneyView,
    /// Shipped, not invoiced.
    shipped_not_invoiced: MoneyView,
    /// Invoices less credit notes that are not settled.
    receivable: MoneyView,
    /// Money received and not applied: on account, as a person or a reference has confirmed.
    unapplied: MoneyView,
    /// Money that came from it by name or bank account, and that waits for somebody to say what it is for.
    unconfirmed: MoneyView,
    /// What counts against its limit today, by the company's policy and in its currency; a shared limit counts that of all who share it.
    exposure: MoneyView,
    /// Documents that are not settled.
    open_items: Vec<OpenItemView>,
}

/// What is agreed on payment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TermsView {
    /// Days after the invoice date on which it is due.
    net_days: u16,
    /// Early-payment discount in per cent.
    #[schema(example = "2")]
    discount_percent: String,
    /// Days after the invoice date up to which the discount may be taken.
    discount_days: u16,
    /// Paid before anything is shipped.
    prepayment: bool,
    /// What waiting costs whoever does not take the discount, as interest for a year of 365 days in per cent; absent without a discount.
    #[schema(example = "37.2")]
    cost_of_no_discount_percent: Option<String>,
}

fn terms(terms: &Terms) -> TermsView {
    TermsView {
        net_days: terms.net_days,
        discount_percent: terms.discount_percent.to_string(),
        discount_days: terms.discount_days,
        prepayment: terms.prepayment,
        cost_of_no_discount_percent: terms.cost_of_no_discount(365).map(|cost| cost.to_string()),
    }
}

/// A document that is not settled.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OpenItemView {
    /// The document.
    invoice: String,
    /// Its legal number.
    number: String,
    /// The order that it bills.
    order: String,
    /// Day on which it is due.
    due: String,
    /// Full amount.
    amount: MoneyView,
    /// What is still open.
    open: MoneyView,
}

/// Refuses money in another currency than the company's: it would be taken for the same number of ours.
pub(crate) async fn check_currency(state: &AppState, place: &str, money: &Money) -> Result<(), Problem> {
    in_currency(place, money, company(state).await?.currency, "the company's currency is")
}

/// Refuses money in another currency than the invoice's.
pub(crate) async fn check_currency_of(
    state: &AppState,
    invoice: InvoiceId,
    place: &str,
    money: &Money,
) -> Result<(), Problem> {
    match versioned(state, Key::Invoice(invoice)).await? {
        (Aggregate::Invoice(invoice), _) => in_currency(place, money, invoice.currency, "the document is in"),
        _ => Err(Problem::not_found(invoice)),
    }
}

fn in_currency(place: &str, money: &Money, wanted: Currency, why: &str) -> Result<(), Problem> {
    if money.currency == wanted {
        return Ok(());
    }
    let detail = format!("{place} is in {}, and {why} {wanted}", money.currency);
    let mend = format!("give the amount in {wanted}");
    let error = FieldError { pointer: place.to_owned(), cause: format!("the currency is {}", money.currency), mend };
    Err(Problem::new("invalid", detail).with_errors(vec![error]))
}

/// The company's currency.
pub(crate) async fn currency(state: &AppState) -> Result<Currency, Problem> {
    Ok(company(state).await?.currency)
}

async fn company(state: &AppState) -> Result<Arc<Company>, Problem> {
    state.readers.read(crate::readers::company).await
}

fn view(account: &Account, company: &Company, today: Day) -> AccountView {
    let (currency, ours) = (account.currency(company), company.currency);
    let items = account.ledger.open_items.iter().map(|item| OpenItemView {
        invoice: item.invoice.to_string(),
        number: item.number.to_string(),
        order: item.order.to_string(),
        due: item.due.to_string(),
        amount: money(item.amount, currency),
        open: money(item.open, currency),
    });
    AccountView {
        id: account.id.to_string(),
        name: account.profile.name.to_string(),
        tier: account.profile.tier,
        blocked: account.profile.blocked,
        terms: terms(&account.profile.terms),
        billing: account.profile.billing.to_string(),
        payer: account.profile.payer.as_ref().map(ToString::to_string),
        credit_limit: account.profile.credit_limit.map(|limit| money(limit, ours)),
        open_orders: money(account.ledger.open_orders, currency),
        shipped_not_invoiced: money(account.ledger.shipped_not_invoiced, currency),
        receivable: money(account.ledger.receivable(), currency),
        unapplied: money(account.ledger.unapplied, currency),
        unconfirmed: money(account.ledger.unconfirmed, currency),
        exposure: money(trade::credit::exposure(account, company, today).total(), ours),
        open_items: items.collect(),
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List accounts by their numbers.
#[utoipa::path(get, path = "/v1/accounts", tag = "finance", params(Listing), responses((status = 200, body = Page<AccountView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(listing): Query<Listing>) -> Result<Listed, Problem> {
    let company = company(&state).await?;
    let today = company.calendar.local_day(state.clock.now());
    let read = move |reader: &mut dyn store::Reader| {
        let (after, limit) = (listing.after.as_deref(), listing.limit);
        page::read(reader, Table::Trade(Kind::Account), &[], after, limit, |_, _, state| match state {
            AnyState::Trade(Aggregate::Account(account), _) => Some(view(&account, &company, today)),
            _ => None,
        })
    };
    state.readers.list(read).await
}

/// Show an account.
#[utoipa::path(get, path = "/v1/accounts/{account}", tag = "finance", params(("account" = String, Path)), responses((status = 200, body = AccountView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(account): Path<String>,
) -> Result<Versioned<AccountView>, Problem> {
    let company = company(&state).await?;
    let today = company.calendar.local_day(state.clock.now());
    let (Aggregate::Account(account), version) = versioned(&state, Key::Account(AccountId::from(account))).await? else {
        return Err(Problem::not_found("account"));
    };
    Ok(Versioned(view(&account, &company, today), version))
}

/// A credit limit.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitRequest {
    /// The new limit; absent or null sets none.
    #[serde(default)]
    #[schema(value_type = Option<MoneyView>)]
    limit: Option<Money>,
}

/// Change a credit limit. Held orders that pass now go on at once.
#[utoipa::path(post, path = "/v1/accounts/{account}/credit-limit", tag = "finance", params(("account" = String, Path), ("Idempotency-Key" = String, Header)), request_body = LimitRequest,
    responses((status = 200, body = Accepted)))]
async fn set_limit(
    State(state): State<AppState>,
    caller: Caller,
    Path(account): Path<String>,
    Json(request, bytes): Json<LimitRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    if let Some(limit) = &request.limit {
        check_currency(&state, "/limit", limit).await?;
    }
    let account = AccountId::from(account);
    let caller = caller.on(Key::Account(account.clone()));
    let body = Body::SetCreditLimit { account, limit: request.limit.map(|limit| limit.amount) };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, body).await?)))
}
