//! Today in figures, and the lists behind them.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{AnyKey, AnyState, RowKey, Table};
use serde::Serialize;
use store::Reader;
use trade::cash::Payment;
use trade::order::Order;
use trade::{Aggregate, Key, Kind, OrderId, PaymentId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::day::{OfDay, Risk, Step};
use crate::extract::Reading;
use crate::page::{self, Page};
use crate::problem::Problem;
use crate::readers;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What has happened today, by the company's clock.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DayView {
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// When it began.
    #[schema(format = DateTime)]
    since: String,
    /// Up to which entry of the journal it is told.
    position: u64,
    /// Whether that is everything; if not, ask again.
    is_complete: bool,
    /// Orders that came in.
    received: usize,
    /// Orders that were given their first promise.
    promised: usize,
    /// Orders of which something was released to a warehouse.
    released: usize,
    /// Orders of which something has shipped.
    shipped: usize,
    /// Orders of which something was invoiced or credited.
    invoiced: usize,
    /// Payments that were matched.
    matched: usize,
    /// Orders of which something has not shipped that was promised for, or else asked for by, an earlier day.
    promises_missed: u64,
    /// The same for today and tomorrow.
    promises_at_risk: u64,
}

/// Show what has happened today, by the company's clock, and how many promises are at risk.
#[utoipa::path(get, path = "/v1/day", tag = "systems", responses((status = 200, body = DayView)))]
async fn show(State(state): State<AppState>, _: Reading) -> Result<JsonAnswer<DayView>, Problem> {
    let today = state.today.look(&state).await?;
    let day = today.day;
    let promises = move |reader: &mut dyn Reader, risk: Risk| day.map_or(Ok(0), |day| risk.count(reader, day));
    let count = move |reader: &mut dyn Reader| Ok((promises(reader, Risk::Missed)?, promises(reader, Risk::AtRisk)?));
    let (promises_missed, promises_at_risk) = state.readers.read(count).await?;
    Ok(JsonAnswer(DayView {
        day: today.day.map(|day| day.to_string()).unwrap_or_default(),
        since: today.since.to_string(),
        position: today.position,
        is_complete: today.is_complete,
        received: today.count(Step::Received),
        promised: today.count(Step::Promised),
        released: today.count(Step::Released),
        shipped: today.count(Step::Shipped),
        invoiced: today.count(Step::Invoiced),
        matched: today.count(Step::Matched),
        promises_missed,
        promises_at_risk,
    }))
}

/// Reads the filter by what orders went through today.
pub(crate) fn step(given: Option<&str>) -> Result<Option<Step>, Problem> {
    page::check_word("today", given, &Step::OF_ORDERS.map(Step::name))?;
    Ok(Step::OF_ORDERS.into_iter().find(|known| Some(known.name()) == given))
}

/// Reads the filter by how promises stand.
pub(crate) fn risk(given: Option<&str>) -> Result<Option<Risk>, Problem> {
    page::check_word("promise", given, &Risk::ALL.map(Risk::name))?;
    Ok(Risk::ALL.into_iter().find(|known| Some(known.name()) == given))
}

/// A page of the orders that took a step today, the newest first.
pub(crate) fn took<T>(
    reader: &mut dyn Reader,
    (today, step): (&OfDay, Step),
    (after, limit): (Option<&str>, Option<usize>),
    mut show: impl FnMut(&Order) -> Option<T>,
) -> Result<Page<T>, Problem> {
    let keys = today.took(step).into_iter().map(RowKey::Number);
    page::of_keys(Table::Trade(Kind::Order), keys, after, limit, |key| {
        let RowKey::Number(number) = key else { return Ok(None) };
        let found = readers::state(reader, &AnyKey::Trade(Key::Order(OrderId(*number))))?;
        let Some(AnyState::Trade(Aggregate::Order(order), _)) = found else { return Ok(None) };
        Ok(show(&order))
    })
}

/// A page of the payments that were matched today, the newest first.
pub(crate) fn matched<T>(
    reader: &mut dyn Reader,
    today: &OfDay,
    (after, limit): (Option<&str>, Option<usize>),
    mut show: impl FnMut(&Payment) -> Option<T>,
) -> Result<Page<T>, Problem> {
    let keys = today.took(Step::Matched).into_iter().map(RowKey::Number);
    page::of_keys(Table::Trade(Kind::Payment), keys, after, limit, |key| {
        let RowKey::Number(number) = key else { return Ok(None) };
        let found = readers::state(reader, &AnyKey::Trade(Key::Payment(PaymentId(*number))))?;
        let Some(AnyState::Trade(Aggregate::Payment(payment), _)) = found else { return Ok(None) };
        Ok(show(&payment))
    })
}
