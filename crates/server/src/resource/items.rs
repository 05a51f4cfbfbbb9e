//! Items, price books and exchange rates, as they were imported.

use axum::extract::State;
use partition::{AnyState, Table};
use serde::{Deserialize, Serialize};
use store::{Reader, RowQuery};
use trade::master::{ExchangeRate, Item, PriceBook};
use trade::{Aggregate, Key, Kind};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Path, Query, Reading};
use crate::governance::sees_costs;
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::readers::company;
use crate::resource::versioned;
use crate::state::AppState;
use crate::version::Versioned;
use crate::view::{name, texts};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(books))
        .routes(routes!(book))
        .routes(routes!(rates))
}

/// An item.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ItemView {
    /// Its stock code.
    #[schema(example = "BRK-100")]
    id: String,
    /// What it is.
    description: String,
    /// The unit in which stock is counted.
    base_uom: String,
    /// Other units: how many of them hold how many base units.
    uoms: Vec<UomView>,
    /// Codes of others for it.
    aliases: Vec<String>,
    /// List price per base unit, in the company's currency.
    list_price: Option<String>,
    /// Landed cost per base unit, in the company's currency; for those who see costs.
    landed_cost: Option<String>,
    /// Tax category.
    tax_category: String,
    /// Weight of a base unit in grams.
    weight_grams: u32,
    /// Only nodes with a licence for it store and ship it.
    hazardous: bool,
    /// No longer sold.
    discontinued: bool,
    /// The licence that a node needs to ship it.
    licence: Option<String>,
    /// Its entry in the export control list.
    export_control: Option<String>,
    /// How much more than was released may leave, in per cent; null for as much as the company says.
    over_ship_percent: Option<String>,
    /// What may be sent instead, the best first.
    substitutes: Vec<SubstituteView>,
}

/// A unit in which an item is sold.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UomView {
    /// The unit.
    uom: String,
    /// Base units …
    base: u32,
    /// … that so many of it hold.
    per: u32,
}

/// An item that may be sent instead of another one.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SubstituteView {
    /// The item that is sent.
    item: String,
    /// So many of its base units …
    units: u32,
    /// … stand for so many base units of the original.
    of: u32,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// `notify`, `ask` or `never`.
    consent: String,
    /// `keep_original`, `lower_of` or `substitute`.
    price: String,
}

fn item_view(item: &Item, sees_costs: bool) -> ItemView {
    let uoms = item.uoms.iter().map(|(uom, factor)| UomView { uom: uom.to_string(), base: factor.base, per: factor.per });
    let substitutes = item.substitutes.iter().map(|substitute| SubstituteView {
        item: substitute.item.to_string(),
        units: substitute.units,
        of: substitute.of,
        from: substitute.from.map(|day| day.to_string()),
        to: substitute.to.map(|day| day.to_string()),
        consent: name(&substitute.consent),
        price: name(&substitute.price),
    });
    ItemView {
        id: item.id.to_string(),
        description: item.description.to_string(),
        base_uom: item.base_uom.to_string(),
        uoms: uoms.collect(),
        aliases: texts(&item.aliases),
        list_price: item.list_price.map(|price| price.to_string()),
        landed_cost: item.landed_cost.filter(|_| sees_costs).map(|cost| cost.to_string()),
        tax_category: item.tax_category.to_string(),
        weight_grams: item.weight_grams,
        hazardous: item.hazardous,
        discontinued: item.discontinued,
        licence: item.licence.as_ref().map(ToString::to_string),
        export_control: item.export_control.as_ref().map(ToString::to_string),
        over_ship_percent: item.over_ship_percent.map(|percent| percent.to_string()),
        substitutes: substitutes.collect(),
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List items, in the order of their codes.
#[utoipa::path(get, path = "/v1/items", tag = "company", params(Paging), responses((status = 200, body = Page<ItemView>)))]
async fn list(
    State(state): State<AppState>,
    Reading(actor): Reading,
    Query(paging): Query<Paging>,
) -> Result<Listed, Problem> {
    let sees_costs = sees_costs(&actor);
    let read = move |reader: &mut dyn Reader| {
        let query = RowQuery::table(Table::Trade(Kind::Item));
        page::counted_rows(reader, query, paging.after.as_deref(), paging.limit, |_, _, state| match state {
            AnyState::Trade(Aggregate::Item(item), _) => Some(item_view(&item, sees_costs)),
            _ => None,
        })
    };
    state.readers.list(read).await
}

/// Show an item.
#[utoipa::path(get, path = "/v1/items/{item}", tag = "company", params(("item" = String, Path)), responses((status = 200, body = ItemView)))]
async fn show(
    State(state): State<AppState>,
    Reading(actor): Reading,
    Path(item): Path<String>,
) -> Result<Versioned<ItemView>, Problem> {
    match versioned(&state, Key::Item(item.as_str().into())).await? {
        (Aggregate::Item(item), version) => Ok(Versioned(item_view(&item, sees_costs(&actor)), version)),
        _ => Err(Problem::not_found(item)),
    }
}

/// A price book.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PriceBookView {
    /// Its code.
    #[schema(example = "list:EU")]
    code: String,
    /// What it is.
    description: String,
    /// The currency of its prices; the company's if there is none.
    currency: Option<String>,
    /// How many items have a price in it.
    items: usize,
}

/// A price book with its prices.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PriceBookDetails {
    /// The book.
    #[serde(flatten)]
    book: PriceBookView,
    /// Its prices, in the order of items.
    prices: Vec<PriceView>,
}

/// The price of an item from a quantity on, for a time.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PriceView {
    /// The item.
    item: String,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// How tiers are used.
    tiering: String,
    /// From how many base units on.
    quantity: i64,
    /// Per base unit.
    price: String,
}

fn book_view(book: &PriceBook) -> PriceBookView {
    PriceBookView {
        code: book.code.to_string(),
        description: book.description.to_string(),
        currency: book.currency.map(|currency| currency.to_string()),
        items: book.entries.len(),
    }
}

/// List price books, in the order of their codes.
#[utoipa::path(get, path = "/v1/price-books", tag = "company", params(Paging), responses((status = 200, body = Page<PriceBookView>)))]
async fn books(State(state): State<AppState>, _: Reading, Query(paging): Query<Paging>) -> Result<Listed, Problem> {
    let read = move |reader: &mut dyn Reader| {
        let query = RowQuery::table(Table::Trade(Kind::PriceBook));
        page::counted_rows(reader, query, paging.after.as_deref(), paging.limit, |_, _, state| match state {
            AnyState::Trade(Aggregate::PriceBook(book), _) => Some(book_view(&book)),
            _ => None,
        })
    };
    state.readers.list(read).await
}

/// Show a price book with its prices.
#[utoipa::path(get, path = "/v1/price-books/{book}", tag = "company", params(("book" = String, Path)), responses((status = 200, body = PriceBookDetails)))]
async fn book(
    State(state): State<AppState>,
    _: Reading,
    Path(book): Path<String>,
) -> Result<Versioned<PriceBookDetails>, Problem> {
    let (Aggregate::PriceBook(found), version) = versioned(&state, Key::PriceBook(book.as_str().into())).await? else {
        return Err(Problem::not_found(book));
    };
    let entries = found.entries.iter().flat_map(|(item, entries)| entries.iter().map(move |entry| (item, entry)));
    let prices = entries.flat_map(|(item, entry)| {
        entry.tiers.iter().map(move |tier| PriceView {
            item: item.to_string(),
            from: entry.from.map(|day| day.to_string()),
            to: entry.to.map(|day| day.to_string()),
            tiering: name(&entry.tiering),
            quantity: tier.from.0,
            price: tier.price.to_string(),
        })
    });
    Ok(Versioned(PriceBookDetails { book: book_view(&found), prices: prices.collect() }, version))
}

/// What a unit of a currency was worth from a day on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RateView {
    /// The currency.
    #[schema(example = "USD")]
    currency: String,
    /// The day from which it counts, until there is a later one of the same source.
    day: String,
    /// Units of the company's currency for one of this.
    rate: String,
    /// Who says so.
    source: String,
}

/// The place of a rate among others, in their order.
fn place(rate: &ExchangeRate) -> String {
    let place = format!("{} {} {}", rate.currency, rate.day, rate.source);
    // a source is any text: as digits it stands in an address, in the same order
    place.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// What their cursors are sealed for.
const RATES: &str = "rates";

/// List exchange rates, in the order of currency and day.
#[utoipa::path(get, path = "/v1/rates", tag = "company", params(Paging), responses((status = 200, body = Page<RateView>)))]
async fn rates(State(state): State<AppState>, _: Reading, Query(paging): Query<Paging>) -> Result<Listed, Problem> {
    let limit = page::limit_of(paging.limit)?;
    let after = paging.after.as_deref().map(|after| crate::cursor::opened(RATES, after).map(str::to_owned)).transpose()?;
    let read = move |reader: &mut dyn Reader| {
        let company = company(reader)?;
        let is_behind = |rate: &&ExchangeRate| after.as_ref().is_none_or(|after| place(rate) > *after);
        let mut found: Vec<&ExchangeRate> = company.rates.iter().filter(is_behind).take(limit + 1).collect();
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| is_more).map(|last| crate::cursor::sealed(RATES, &place(last)));
        let items = found.into_iter().map(|rate| RateView {
            currency: rate.currency.to_string(),
            day: rate.day.to_string(),
            rate: rate.rate.to_string(),
            source: rate.source.to_string(),
        });
        Ok(Page::of(items.collect(), next))
    };
    state.readers.list(read).await
}
