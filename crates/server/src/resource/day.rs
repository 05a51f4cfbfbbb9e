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

use crate::day::{OfDay, Risk, Step, risk};
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
    promises_missed: usize,
    /// The same for today and tomorrow.
    promises_at_risk: usize,
}

/// Show what has happened today, by the company's clock, and how many promises are at risk.
#[utoipa::path(get, path = "/v1/day", tag = "systems", responses((status = 200, body = DayView)))]
async fn show(State(state): State<AppState>, _: Reading) -> Result<JsonAnswer<DayView>, Problem> {
    let today = state.today.look(&state).await?;
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
        promises_missed: today.risky(Risk::Missed).len(),
        promises_at_risk: today.risky(Risk::AtRisk).len(),
    }))
}

/// Which of today's orders are meant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrdersOfDay {
    step: Option<Step>,
    risk: Option<Risk>,
}

impl OrdersOfDay {
    /// Reads the two filters; none if neither is given.
    pub(crate) fn of(step: Option<&str>, risk: Option<&str>) -> Result<Option<Self>, Problem> {
        page::check_word("today", step, &Step::OF_ORDERS.map(Step::name))?;
        page::check_word("promise", risk, &Risk::ALL.map(Risk::name))?;
        let found = Self {
            step: Step::OF_ORDERS.into_iter().find(|known| Some(known.name()) == step),
            risk: Risk::ALL.into_iter().find(|known| Some(known.name()) == risk),
        };
        Ok((found.step.is_some() || found.risk.is_some()).then_some(found))
    }

    /// A page of them, the newest first. How promises stand is looked at anew: what has shipped meanwhile is not listed.
    pub(crate) fn page<T>(
        self,
        reader: &mut dyn Reader,
        today: &OfDay,
        (after, limit): (Option<&str>, Option<usize>),
        mut show: impl FnMut(&Order) -> Option<T>,
    ) -> Result<Page<T>, Problem> {
        let numbers = match (self.step, self.risk) {
            (Some(step), _) => today.took(step),
            (None, Some(risk)) => today.risky(risk),
            (None, None) => Vec::new(),
        };
        let keys = numbers.into_iter().map(RowKey::Number);
        page::of_keys(Table::Trade(Kind::Order), keys, after, limit, |key| {
            let RowKey::Number(number) = key else { return Ok(None) };
            let found = readers::state(reader, &AnyKey::Trade(Key::Order(OrderId(*number))))?;
            let Some(AnyState::Trade(Aggregate::Order(order), _)) = found else { return Ok(None) };
            let stands = || today.day.and_then(|day| risk(&order, day));
            Ok(if self.risk.is_none_or(|wanted| stands() == Some(wanted)) { show(&order) } else { None })
        })
    }
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
