//! Orders: receive, look, change, cancel, hold.

use std::ops::Range;

use axum::Json as JsonAnswer;
use axum::extract::State;
use documents::orders::OrderDocument;
use partition::row::Column;
use partition::{AnyState, Body, Reply, Row, RowKey, Table};
use serde::{Deserialize, Serialize};
use store::{Reader, RowQuery};
use trade::master::{BillingPolicy, ShipTo};
use trade::order::{Cancellation, Change, HoldKind, SubmittedLine};
use trade::{Aggregate, ItemId, Key, Kind, LineNo, OrderId};
use units::{Day, Decimal, Quantity, Text, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::bisect;
use crate::day::{OfDay, Risk, Step, today};
use crate::extract::{Body as Bytes, Caller, Created, Json, Path, Query, Reading};
use crate::feed;
use crate::page::{self, Listed, Page};
use crate::problem::{FieldError, Problem};
use crate::readers::company;
use crate::resource::accounts::currency;
use crate::resource::day;
use crate::resource::{aggregate, id, versioned};
use crate::sort::{self, EARLIEST_FIRST, Sort};
use crate::state::AppState;
use crate::submit::{submit, submit_with, unexpected};
use crate::version::Versioned;
use crate::view::{self, OrderView};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(receive, list))
        .routes(routes!(show))
        .routes(routes!(timeline))
        .routes(routes!(original))
        .routes(routes!(change))
        .routes(routes!(cancel))
        .routes(routes!(hold))
        .routes(routes!(release_hold))
        .routes(routes!(correct))
        .routes(routes!(substitute))
        .routes(routes!(report_milestone))
}

/// The number of something that was made or changed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Numbered {
    /// Its number.
    #[schema(example = "SO-17")]
    pub(crate) id: String,
}

/// An order as the API receives it. `documents` reads it, with a finding for everything that is wrong; this describes it.
#[derive(utoipa::ToSchema)]
#[schema(as = OrderRequest)]
#[expect(dead_code, reason = "it describes the body; the reader of orders reads it")]
pub(crate) struct OrderRequest {
    /// The customer's account.
    #[schema(example = "10001")]
    account: String,
    /// The customer's purchase order number, by which an order that comes twice is recognised.
    purchase_order: Option<String>,
    /// ISO 4217 code; that of the amounts, or of the company, unless given.
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// Where to; the account's first address unless given.
    ship_to: Option<DestinationRequest>,
    /// When the customer wants it.
    #[schema(format = Date)]
    requested: Option<String>,
    /// Only in one shipment.
    ship_complete: Option<bool>,
    /// Freight that was agreed, net.
    freight: Option<AmountRequest>,
    /// A discount on the whole order, net.
    discount: Option<AmountRequest>,
    /// How many parts may be delivered after the first; the last waits for the rest, and with 0 what is not there at once is cancelled.
    #[schema(minimum = 0, maximum = 65_535)]
    max_backorders: Option<u16>,
    /// Until this day the release waits for the rest, so that everything ships together.
    #[schema(format = Date)]
    consolidate_until: Option<String>,
    /// The customer agrees to have it earlier than they were told; the account's rule unless given.
    accepts_earlier: Option<bool>,
    /// Reservations of its items that were made before, such as a cart's: the order takes their units over. Each has to be active.
    reservations: Option<Vec<String>>,
    /// The term of delivery, if otherwise than the account: `EXW` to `DDP`. By DAP, DPU and DDP what is billed per shipment is billed on
    /// delivery.
    #[schema(example = "DAP")]
    incoterm: Option<String>,
    /// The quote by which it was ordered.
    quote: Option<String>,
    /// How it is billed, if otherwise than the account: `per_shipment`, `on_complete=14`, `weekly`, `monthly`, `on_delivery`,
    /// `on_order` or `deposit=30`.
    billing: Option<String>,
    /// What is ordered.
    #[schema(min_items = 1)]
    lines: Vec<OrderLineRequest>,
}

/// The code of one of the account's addresses, or an address.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes the body; the reader of orders reads it")]
pub(crate) enum DestinationRequest {
    /// A code.
    Code(String),
    /// An address.
    Address(AddressRequest),
}

/// An address.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes the body; the reader of orders reads it")]
pub(crate) struct AddressRequest {
    /// The customer's code for it.
    code: Option<String>,
    /// Name on the label.
    name: Option<String>,
    /// Street and number.
    street: Option<String>,
    /// Postal code.
    postcode: Option<String>,
    /// City.
    city: Option<String>,
    /// ISO 3166 code of two letters.
    country: Option<String>,
    /// State or province, such as `CA`; where taxes depend on it.
    region: Option<String>,
    /// County, where taxes depend on it.
    county: Option<String>,
    /// Special tax district, where taxes depend on it.
    district: Option<String>,
}

/// An amount with its currency, or plain in the currency of the order.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes the body; the reader of orders reads it")]
pub(crate) enum AmountRequest {
    /// With its currency.
    Money(crate::view::MoneyView),
    /// As text, so that no digit is lost.
    Text(String),
    /// As a number.
    Number(f64),
}

/// A number, in quotation marks or not.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes the body; the reader of orders reads it")]
pub(crate) enum NumberRequest {
    /// As text, so that no digit is lost.
    Text(String),
    /// As a number.
    Number(f64),
}

/// A line of an order.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes the body; the reader of orders reads it")]
pub(crate) struct OrderLineRequest {
    /// The item's code, or one of its other codes.
    item: String,
    /// In the customer's words.
    description: Option<String>,
    /// How many; above zero.
    quantity: NumberRequest,
    /// Of which unit; the item's base unit unless given.
    uom: Option<String>,
    /// The price per unit that the customer expects.
    price: Option<NumberRequest>,
    /// Lines of the same group are released together or not at all.
    ship_group: Option<String>,
    /// The quote by which it was ordered, if otherwise than the order.
    quote: Option<String>,
}

/// Receive an order.
///
/// The body is one order; the original is kept. Validation, pricing, credit and promising
/// follow at once; look at the order to see how far it is.
#[utoipa::path(post, path = "/v1/orders", tag = "orders", request_body = OrderRequest,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201, body = Numbered)))]
async fn receive(
    State(state): State<AppState>,
    caller: Caller,
    headers: axum::http::HeaderMap,
    Bytes(bytes): Bytes,
) -> Result<Created<Numbered>, Problem> {
    crate::extract::is_json(&headers)?;
    let read = documents::orders::read(&bytes, Some(documents::orders::Format::Json), "body");
    // there is but the one document, and what is within it is a pointer
    let error =
        |finding: &documents::Finding| FieldError { pointer: finding.place.within.to_string(), ..field_error(finding) };
    let errors: Vec<FieldError> = read.findings.iter().filter(|finding| finding.is_error()).map(error).collect();
    if !errors.is_empty() {
        return Err(Problem::new("invalid", "the order cannot be read").with_errors(errors));
    }
    let mut orders = read.records.into_iter().map(|(_, document)| document);
    let (Some(OrderDocument::Order(mut submission)), None) = (orders.next(), orders.next()) else {
        return Err(Problem::new("invalid", "the body has to be exactly one order; POST /v1/imports/orders takes several"));
    };
    let kept = crate::resource::imports::kept(&bytes, "application/json", state.now());
    submission.original.sha256 = kept.0.as_str().into();
    match submit_with(&state, caller, &bytes, Body::ReceiveOrder(submission), vec![kept]).await? {
        Reply::Order(id) => Ok(Created(Numbered { id: id.to_string() })),
        other => Err(unexpected(&other)),
    }
}

/// A finding of a reader as the API shows it.
pub(crate) fn field_error(finding: &documents::Finding) -> FieldError {
    FieldError { pointer: finding.place.to_string(), cause: finding.cause.to_string(), mend: finding.mend.to_string() }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderFilter {
    /// Only orders with this label, such as `on_hold`.
    status: Option<String>,
    /// Only orders of this account.
    account: Option<String>,
    /// Only orders that came this way: `api`, `file`, `edi` or `shop`. They are not counted, and a page may have fewer than there is room
    /// for: go on at `next`.
    channel: Option<String>,
    /// Only orders that were received at this time or later.
    #[param(value_type = Option<String>, example = "2026-03-06T14:30:00Z")]
    received_after: Option<Timestamp>,
    /// Only orders that were received before this time.
    #[param(value_type = Option<String>, example = "2026-03-06T15:30:00Z")]
    received_before: Option<Timestamp>,
    /// Only orders that were `received`, `promised`, `released`, `shipped` or `invoiced` today, by the company's clock. They are not counted,
    /// and a page may have fewer than there is room for: go on at `next`.
    today: Option<String>,
    /// Only orders with a promise that is `missed`, or `at_risk` because its day is today or tomorrow: the earliest day first.
    promise: Option<String>,
    /// Only orders of which units wait for supply, or those of which none does. They are not counted, as those of a channel.
    backordered: Option<bool>,
    /// `value` or `-value` for the largest first, in minor units of each order's currency; the newest first unless given. Not with `today`
    /// or `promise`.
    sort: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

impl OrderFilter {
    /// Whether an order is meant by what no column of its row tells.
    fn is_met_by(&self, order: &OrderView) -> bool {
        let waits = || order.lines.iter().any(|line| line.backordered > 0);
        self.channel.as_ref().is_none_or(|channel| order.channel == *channel)
            && self.backordered.is_none_or(|wanted| waits() == wanted)
    }
}

/// List orders, the newest first.
#[utoipa::path(get, path = "/v1/orders", tag = "orders", params(OrderFilter), responses((status = 200, body = Page<OrderView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(filter): Query<OrderFilter>) -> Result<Listed, Problem> {
    page::check_status(filter.status.as_deref(), crate::resource::progress::ORDER)?;
    page::check_word("channel", filter.channel.as_deref(), &["api", "file", "edi", "shop"])?;
    let sort = Sort::of(filter.sort.as_deref(), &[sort::VALUE])?;
    let (step, risk) = (day::step(filter.today.as_deref())?, day::risk(filter.promise.as_deref())?);
    if sort.is_some() && (step.is_some() || risk.is_some()) {
        return Err(Problem::new("invalid", "sort is not given together with today or promise: leave one of them out"));
    }
    if let Some(step) = step {
        let today = state.today.look(&state).await?;
        return state.readers.list(move |reader| of_day(reader, (&today, step), risk, &filter)).await;
    }
    let now = state.now();
    let read = move |reader: &mut dyn Reader| {
        let ours = company(reader)?.currency;
        let filters = [(Column::Status, filter.status.as_deref()), (Column::Account, filter.account.as_deref())];
        let mut query = page::filtered(Table::Trade(Kind::Order), &filters);
        if let Some(time) = filter.received_after {
            query.after = before(reader, time)?.map(RowKey::Number);
        }
        if let Some(time) = filter.received_before {
            // behind the last one that was received before it; behind none if there is none
            let last = before(reader, time)?;
            query = query.before(RowKey::Number(last.map_or(0, |last| last + 1)));
        }
        let sort = match risk {
            Some(risk) => {
                query = query.within(Column::Due, risk.days(today(reader, now)?));
                Some(EARLIEST_FIRST)
            }
            None => sort,
        };
        let shown = |state| match state {
            AnyState::Trade(Aggregate::Order(order), _) => {
                let order = view::order(&order, ours);
                filter.is_met_by(&order).then_some(order)
            }
            _ => None,
        };
        let (after, limit) = (filter.after.as_deref(), filter.limit);
        let show = |_: &RowKey, _: &Row, state| shown(state);
        let is_counted = filter.channel.is_none() && filter.backordered.is_none();
        match sort {
            Some(sort) => sort::page(reader, query, sort, (after, limit), is_counted, shown),
            None if is_counted => page::counted_rows(reader, query, after, limit, show),
            None => page::rows(reader, query, after, limit, show),
        }
    };
    state.readers.list(read).await
}

/// A page of the orders that took a step today.
fn of_day(
    reader: &mut dyn Reader,
    (today, step): (&OfDay, Step),
    risk: Option<Risk>,
    filter: &OrderFilter,
) -> Result<Page<OrderView>, Problem> {
    let ours = company(reader)?.currency;
    let place = (filter.after.as_deref(), filter.limit);
    let days = risk.and_then(|risk| Some(risk.days(today.day?)));
    day::took(reader, (today, step), place, |order| {
        let stands = |days: &Range<i64>| order.next_due().is_some_and(|due| days.contains(&due.start().0));
        let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        let is_in_time = filter.received_after.is_none_or(|time| order.received_at >= time)
            && filter.received_before.is_none_or(|time| order.received_at < time);
        let stands = days.as_ref().is_none_or(stands);
        let order = view::order(order, ours);
        let is_meant = is(&filter.status, &order.status) && is(&filter.account, &order.account) && filter.is_met_by(&order);
        (is_in_time && is_meant && stands).then_some(order)
    })
}

/// The last order that was received before a time, if there is one: later ones have higher numbers.
fn before(reader: &mut dyn Reader, time: Timestamp) -> Result<Option<u64>, Problem> {
    let all = || RowQuery::table(Table::Trade(Kind::Order)).limit(1);
    let mut number_and_time = |query: RowQuery| -> Result<Option<(u64, i64)>, Problem> {
        Ok(match reader.rows(&query)?.pop() {
            Some((RowKey::Number(number), row)) => row.at.map(|at| (number, at)),
            _ => None,
        })
    };
    let newest = number_and_time(all().descending())?.map_or(0, |(number, _)| number);
    // not every number is an order's: that of the next order counts
    let is_before = |number: u64| -> Result<bool, Problem> {
        let next = number_and_time(all().after(RowKey::Number(number - 1)))?;
        Ok(next.is_some_and(|(_, at)| at < time.0))
    };
    let last = bisect::last(newest, is_before)?;
    Ok((last > 0).then_some(last))
}

/// Show an order.
#[utoipa::path(get, path = "/v1/orders/{order}", tag = "orders", params(("order" = String, Path)), responses((status = 200, body = OrderView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(order): Path<String>,
) -> Result<Versioned<OrderView>, Problem> {
    match versioned(&state, Key::Order(id(&order)?)).await? {
        (Aggregate::Order(order), version) => Ok(Versioned(view::order(&order, currency(&state).await?), version)),
        _ => Err(Problem::not_found(order)),
    }
}

/// Show what has happened to an order, with who and when.
#[utoipa::path(get, path = "/v1/orders/{order}/timeline", tag = "orders", params(("order" = String, Path)), responses((status = 200, body = feed::EventPage)))]
async fn timeline(
    State(state): State<AppState>,
    _: Reading,
    Path(order): Path<String>,
) -> Result<JsonAnswer<feed::EventPage>, Problem> {
    let order: OrderId = id(&order)?;
    aggregate(&state, Key::Order(order)).await?;
    state.readers.read(move |reader| feed::of_order(reader, order)).await.map(JsonAnswer)
}

/// Give the original document back, as it was received.
#[utoipa::path(get, path = "/v1/orders/{order}/original", tag = "orders", params(("order" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "*/*")))]
async fn original(
    State(state): State<AppState>,
    _: Reading,
    Path(order): Path<String>,
) -> Result<axum::response::Response, Problem> {
    use axum::response::IntoResponse;
    let Aggregate::Order(order) = aggregate(&state, Key::Order(id(&order)?)).await? else {
        return Err(Problem::not_found(order));
    };
    let hash = order.original.sha256.to_string();
    let document = state.readers.read(move |reader| Ok(reader.document(&hash)?)).await?;
    let document = document.ok_or_else(|| Problem::not_found(format_args!("original of {}", order.id)))?;
    Ok(([(axum::http::header::CONTENT_TYPE, document.media_type)], document.bytes).into_response())
}

/// A change of an order. What is absent stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeRequest {
    /// New quantities, in base units.
    #[serde(default)]
    quantities: Vec<LineQuantity>,
    /// New prices.
    #[serde(default)]
    prices: Vec<LinePrice>,
    /// New lines.
    #[serde(default)]
    added: Vec<AddedLine>,
    /// A new requested date.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    requested: Option<Day>,
    /// A new address: warehouses are asked for what is with them, people for what is on its way.
    #[serde(default)]
    ship_to: Option<NewAddress>,
    /// Another way of billing, such as `per_shipment`, `on_complete=14` or `monthly`.
    #[serde(default)]
    billing: Option<String>,
    /// Whether the customer agrees to have it earlier than they were told.
    #[serde(default)]
    accepts_earlier: Option<bool>,
    /// Other payment terms, while nothing is invoiced; credit is checked again.
    #[serde(default)]
    terms: Option<super::rebillings::TermsRequest>,
}

/// An address.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAddress {
    /// The customer's code for it.
    #[serde(default)]
    code: String,
    /// Name on the label.
    #[serde(default)]
    name: String,
    /// Street and number.
    #[serde(default)]
    street: String,
    /// Postal code.
    #[serde(default)]
    postcode: String,
    /// City.
    #[serde(default)]
    city: String,
    /// ISO 3166 code of two letters.
    country: String,
    /// State or province, such as `CA`; where taxes depend on it.
    #[serde(default)]
    region: String,
    /// County, where taxes depend on it.
    #[serde(default)]
    county: String,
    /// Special tax district, where taxes depend on it.
    #[serde(default)]
    district: String,
}

/// What a change came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ChangeResult {
    /// The order.
    #[schema(example = "SO-17")]
    id: String,
    /// Warehouse orders that were asked to ship less, and have to answer.
    asked: Vec<String>,
    /// Warehouse orders that were asked to ship to the new address, and have to answer.
    redirected: Vec<String>,
    /// Shipments that are on their way to the old address: somebody was asked to have them redirected.
    under_way: Vec<String>,
}

/// A quantity of a line.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineQuantity {
    /// The line.
    pub(crate) line: u64,
    /// Units, in the item's base unit.
    pub(crate) quantity: i64,
}

/// A price of a line.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinePrice {
    /// The line.
    pub(crate) line: u64,
    /// Per base unit.
    #[schema(value_type = String)]
    pub(crate) price: Decimal,
}

/// A new line.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddedLine {
    /// Stock code.
    item: String,
    /// How many.
    #[schema(value_type = String)]
    quantity: Decimal,
    /// Of which unit; absent means the base unit.
    #[serde(default)]
    uom: String,
    /// The price per unit that the customer expects.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    price: Option<Decimal>,
}

/// Change an order: quantities, prices, lines, dates, address, billing.
#[utoipa::path(post, path = "/v1/orders/{order}/changes", tag = "orders", params(("order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = ChangeRequest,
    responses((status = 200, body = ChangeResult)))]
async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<ChangeRequest>,
) -> Result<JsonAnswer<ChangeResult>, Problem> {
    let order: OrderId = id(&order)?;
    let billing = request.billing.as_deref().map(str::parse::<BillingPolicy>).transpose();
    let billing = billing.map_err(|mend| Problem::new("invalid", format!("billing is not one that we know: {mend}")))?;
    let change = Change {
        quantities: request.quantities.iter().map(|entry| (LineNo(entry.line), Quantity(entry.quantity))).collect(),
        prices: request.prices.iter().map(|entry| (LineNo(entry.line), entry.price)).collect(),
        added: request
            .added
            .into_iter()
            .map(|line| SubmittedLine {
                item: line.item.into(),
                description: Text::default(),
                quantity: line.quantity,
                uom: units::Uom::from(line.uom),
                price: line.price,
                ship_group: None,
                quote: Text::default(),
            })
            .collect(),
        ship_to: request.ship_to.map(|to| ShipTo {
            code: to.code.into(),
            name: to.name.into(),
            street: to.street.into(),
            postcode: to.postcode.into(),
            city: to.city.into(),
            country: to.country.into(),
            region: to.region.into(),
            county: to.county.into(),
            district: to.district.into(),
        }),
        requested: request.requested,
        billing,
        accepts_earlier: request.accepts_earlier,
        terms: request.terms.map(Into::into),
    };
    match submit(&state, caller.on(Key::Order(order)), &bytes, Body::ChangeOrder { order, change: Box::new(change) }).await?
    {
        Reply::Changed { order, asked, redirected, under_way } => Ok(JsonAnswer(ChangeResult {
            id: order.to_string(),
            asked: view::texts(&asked),
            redirected: view::texts(&redirected),
            under_way: view::texts(&under_way),
        })),
        other => Err(unexpected(&other)),
    }
}

fn numbered(reply: Reply) -> Result<JsonAnswer<Numbered>, Problem> {
    match reply {
        Reply::Order(id) => Ok(JsonAnswer(Numbered { id: id.to_string() })),
        other => Err(unexpected(&other)),
    }
}

/// What to cancel.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelRequest {
    /// Why.
    reason: String,
    /// Lines and how many units of each; absent or empty cancels the whole order.
    #[serde(default)]
    lines: Vec<CancelLine>,
}

/// A line to cancel.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelLine {
    /// The line.
    line: u64,
    /// Units; absent cancels what is left.
    #[serde(default)]
    quantity: Option<i64>,
}

/// What a cancellation came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CancelResult {
    /// The order.
    id: String,
    /// Units cancelled at once.
    cancelled: i64,
    /// Warehouse orders that were asked and have to answer.
    asked: Vec<String>,
    /// Units that have shipped already.
    too_late: i64,
    /// The return that waits for a decision about them, except for those that another one waits for.
    to_return: Option<String>,
    /// Shipments whose carrier is asked to stop them and to bring them back; a return waits for each, and nothing of them is billed meanwhile.
    intercepted: Vec<String>,
}

/// Cancel an order or some of its units.
#[utoipa::path(post, path = "/v1/orders/{order}/cancellations", tag = "orders", params(("order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = CancelRequest,
    responses((status = 200, body = CancelResult)))]
async fn cancel(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<CancelRequest>,
) -> Result<JsonAnswer<CancelResult>, Problem> {
    let order: OrderId = id(&order)?;
    let cancellation = Cancellation {
        lines: request.lines.iter().map(|line| (LineNo(line.line), line.quantity.map(Quantity))).collect(),
        reason: request.reason.into(),
    };
    match submit(&state, caller.on(Key::Order(order)), &bytes, Body::CancelOrder { order, cancellation }).await? {
        Reply::Cancelled { order, cancelled, asked, too_late, intercepted, to_return } => Ok(JsonAnswer(CancelResult {
            id: order.to_string(),
            cancelled: cancelled.0,
            asked: asked.iter().map(ToString::to_string).collect(),
            too_late: too_late.0,
            to_return: to_return.map(|id| id.to_string()),
            intercepted: view::texts(&intercepted),
        })),
        other => Err(unexpected(&other)),
    }
}

/// Why.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// In words.
    reason: String,
}

/// A hold that a person places.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldRequest {
    /// Why, in words.
    reason: String,
    /// `manual` unless given; `fraud` or `export` are for compliance to release.
    #[serde(default)]
    kind: Option<String>,
}

/// Place a hold by hand.
#[utoipa::path(post, path = "/v1/orders/{order}/holds", tag = "orders", params(("order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = HoldRequest,
    responses((status = 200, body = Numbered)))]
async fn hold(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<HoldRequest>,
) -> Result<JsonAnswer<Numbered>, Problem> {
    let order: OrderId = id(&order)?;
    let kind = request.kind.as_deref().map_or(Ok(HoldKind::Manual), hold_kind)?;
    let body = Body::PlaceHold { order, reason: request.reason.into(), kind };
    numbered(submit(&state, caller.on(Key::Order(order)), &bytes, body).await?)
}

fn hold_kind(kind: &str) -> Result<HoldKind, Problem> {
    serde_json::from_value(serde_json::Value::from(kind))
        .map_err(|_| Problem::new("not_found", format!("`{kind}` is not a kind of hold, such as credit or price")))
}

/// Release a hold. Who may depends on its kind and on the amount at stake.
#[utoipa::path(post, path = "/v1/orders/{order}/holds/{kind}/release", tag = "orders", params(("order" = String, Path), ("kind" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Reason,
    responses((status = 200, body = Numbered)))]
async fn release_hold(
    State(state): State<AppState>,
    caller: Caller,
    Path((order, kind)): Path<(String, String)>,
    Json(request, bytes): Json<Reason>,
) -> Result<JsonAnswer<Numbered>, Problem> {
    let hold = hold_kind(&kind)?;
    let order: OrderId = id(&order)?;
    let body = Body::ReleaseHold { order, hold, reason: request.reason.into() };
    numbered(submit(&state, caller.on(Key::Order(order)), &bytes, body).await?)
}

/// What a line really stands for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Correction {
    /// The item's stock code.
    item: String,
    /// Units in the item's base unit.
    quantity: i64,
}

/// Put a line right that names an unknown item or unit.
#[utoipa::path(post, path = "/v1/orders/{order}/lines/{line}/correction", tag = "orders", params(("order" = String, Path), ("line" = u64, Path), ("Idempotency-Key" = String, Header)), request_body = Correction,
    responses((status = 200, body = Numbered)))]
async fn correct(
    State(state): State<AppState>,
    caller: Caller,
    Path((order, line)): Path<(String, u64)>,
    Json(request, bytes): Json<Correction>,
) -> Result<JsonAnswer<Numbered>, Problem> {
    let order: OrderId = id(&order)?;
    let body = Body::CorrectLine {
        order,
        line: LineNo(line),
        item: ItemId::from(request.item),
        quantity: Quantity(request.quantity),
    };
    numbered(submit(&state, caller.on(Key::Order(order)), &bytes, body).await?)
}

/// A milestone that is reached.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Milestone {
    /// In words, such as `drawings approved`.
    what: String,
}

/// Report that what was agreed with the customer is reached: the share of the order that was agreed for it is billed.
#[utoipa::path(post, path = "/v1/orders/{order}/milestones", tag = "orders", params(("order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Milestone,
    responses((status = 200, body = Numbered)))]
async fn report_milestone(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<Milestone>,
) -> Result<JsonAnswer<Numbered>, Problem> {
    let order: OrderId = id(&order)?;
    let body = Body::ReportMilestone { order, what: request.what.into() };
    numbered(submit(&state, caller.on(Key::Order(order)), &bytes, body).await?)
}

/// A substitute that the customer agreed to.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Substitution {
    /// The item that the order waits for.
    item: String,
    /// The item to send instead; absent takes the first of the item's substitutes that is there sooner.
    #[serde(default)]
    by: Option<String>,
}

/// Send a substitute for an item that the order waits for: the customer has agreed.
#[utoipa::path(post, path = "/v1/orders/{order}/substitutions", tag = "orders", params(("order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Substitution,
    responses((status = 200, body = Numbered)))]
async fn substitute(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<Substitution>,
) -> Result<JsonAnswer<Numbered>, Problem> {
    let order: OrderId = id(&order)?;
    let body = Body::SubstituteItem { order, item: ItemId::from(request.item), by: request.by.map(ItemId::from) };
    numbered(submit(&state, caller.on(Key::Order(order)), &bytes, body).await?)
}
