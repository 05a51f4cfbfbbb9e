//! The company: its warehouses, calendars and tax codes, as they were imported.

use axum::extract::State;
use serde::Serialize;
use trade::master::{ChannelGroup, Company, Node, ShipTo, TaxRate};
use trade::{Aggregate, Key};
use units::Calendar;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Reading;
use crate::problem::Problem;
use crate::resource::versioned;
use crate::state::AppState;
use crate::version::Versioned;
use crate::view::{MoneyView, money, name};

const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The company.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CompanyView {
    /// Its name.
    name: String,
    /// The code in its legal numbers.
    code: String,
    /// Its country.
    country: String,
    /// Its currency.
    #[schema(example = "EUR")]
    currency: String,
    /// When its offices work.
    calendar: CalendarView,
    /// Where it ships from.
    warehouses: Vec<WarehouseView>,
    /// What is charged where.
    taxes: Vec<TaxView>,
    /// Groups that scarce stock may be kept for.
    channel_groups: Vec<ChannelGroupView>,
}

/// A group of orders that stock may be kept for; an empty list stands for all.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ChannelGroupView {
    /// Its code.
    code: String,
    /// The group that it is a part of.
    parent: Option<String>,
    /// Ways by which orders come.
    channels: Vec<String>,
    /// Countries of the ship-to.
    countries: Vec<String>,
    /// Tiers of customers.
    tiers: Vec<u8>,
    /// Customers.
    accounts: Vec<String>,
    /// How much it counts when a pool is shared.
    weight: u32,
    /// It may draw on its parent's quota, or the common pool, too.
    overflow: bool,
}

/// Working days, holidays and hours, in local time.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CalendarView {
    /// Days on which people work.
    #[schema(example = "mon|tue|wed|thu|fri")]
    week: String,
    /// Opens at.
    #[schema(example = "08:00")]
    opens: String,
    /// Closes at.
    #[schema(example = "18:00")]
    closes: String,
    /// Minutes ahead of UTC.
    utc_offset: i64,
    /// Days on which nobody works.
    holidays: Vec<String>,
}

/// A warehouse.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WarehouseView {
    /// Its code.
    id: String,
    /// Its name.
    name: String,
    /// The lower, the sooner it is asked.
    tier: u8,
    /// What is released by then leaves on the same day.
    #[schema(example = "15:30")]
    cut_off: String,
    /// When it works.
    calendar: CalendarView,
    /// When the carrier works that collects there, if not as the warehouse does.
    carrier_calendar: Option<CalendarView>,
    /// The carrier's working days on the road by country, `*` for all others.
    transit_days: std::collections::BTreeMap<String, u16>,
    /// What a shipment costs.
    cost_per_shipment: MoneyView,
    /// It is not used.
    closed: bool,
    /// Where goods leave from: its own address, or the company's.
    ship_from: AddressView,
}

/// An address.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AddressView {
    /// Name.
    name: String,
    /// Street and number.
    street: String,
    /// Postal code.
    postcode: String,
    /// City.
    city: String,
    /// Country by its ISO 3166 code of two letters.
    country: String,
    /// State or province, where taxes depend on it.
    region: String,
    /// County, where taxes depend on it.
    county: String,
    /// Special tax district, where taxes depend on it.
    district: String,
}

/// A tax code.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TaxView {
    /// The country.
    jurisdiction: String,
    /// The category of items.
    category: String,
    /// In per cent.
    rate: String,
    /// From which day on.
    from: Option<String>,
}

fn time(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn calendar(calendar: &Calendar) -> CalendarView {
    let days = WEEK.iter().zip(calendar.week).filter(|(_, works)| *works).map(|(day, _)| *day);
    CalendarView {
        week: days.collect::<Vec<_>>().join("|"),
        opens: time(calendar.hours.opens),
        closes: time(calendar.hours.closes),
        utc_offset: calendar.utc_offset.0,
        holidays: calendar.holidays.iter().map(ToString::to_string).collect(),
    }
}

fn address(place: ShipTo) -> AddressView {
    let ShipTo { name, street, postcode, city, country, region, county, district, .. } = place;
    AddressView {
        name: name.into(),
        street: street.into(),
        postcode: postcode.into(),
        city: city.into(),
        country: country.into(),
        region: region.into(),
        county: county.into(),
        district: district.into(),
    }
}

fn warehouse(node: &Node, company: &Company) -> WarehouseView {
    WarehouseView {
        id: node.id.to_string(),
        name: node.name.to_string(),
        tier: node.tier,
        cut_off: time(node.cut_off),
        calendar: calendar(&node.calendar),
        carrier_calendar: node.carrier_calendar.as_ref().map(calendar),
        transit_days: node.transit_days.iter().map(|(country, days)| (country.to_string(), *days)).collect(),
        cost_per_shipment: money(node.cost_per_shipment, company.currency),
        closed: node.closed,
        ship_from: address(company.ship_from(&node.id)),
    }
}

fn tax(rate: &TaxRate) -> TaxView {
    TaxView {
        jurisdiction: rate.jurisdiction.to_string(),
        category: rate.category.to_string(),
        rate: rate.rate.to_string(),
        from: rate.from.map(|day| day.to_string()),
    }
}

fn channel_group(group: &ChannelGroup) -> ChannelGroupView {
    ChannelGroupView {
        code: group.code.to_string(),
        parent: group.parent.as_ref().map(ToString::to_string),
        channels: group.channels.iter().map(name).collect(),
        countries: group.countries.iter().map(ToString::to_string).collect(),
        tiers: group.tiers.clone(),
        accounts: group.accounts.iter().map(ToString::to_string).collect(),
        weight: group.weight,
        overflow: group.overflow,
    }
}

/// Show the company with its warehouses, calendars and tax codes.
#[utoipa::path(get, path = "/v1/company", tag = "company", responses((status = 200, body = CompanyView)))]
async fn show(State(state): State<AppState>, _: Reading) -> Result<Versioned<CompanyView>, Problem> {
    let (Aggregate::Company(company), version) = versioned(&state, Key::Company(Company::KEY.into())).await? else {
        return Err(Problem::not_found("company"));
    };
    let view = CompanyView {
        name: company.name.to_string(),
        code: company.code.to_string(),
        country: company.country.to_string(),
        currency: company.currency.to_string(),
        calendar: calendar(&company.calendar),
        warehouses: company.nodes.iter().map(|node| warehouse(node, &company)).collect(),
        taxes: company.taxes.iter().map(tax).collect(),
        channel_groups: company.policy.channel_groups.iter().map(channel_group).collect(),
    };
    Ok(Versioned(view, version))
}
