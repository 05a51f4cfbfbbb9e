//! Parts of the company as CSV: warehouses, calendars, tax codes. What a file does not name stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use trade::NodeId;
use trade::master::{Node, ShipTo, TaxRate};
use units::{Amount, Calendar, Day, Decimal, Minutes, OpeningHours, Text};

use super::items::{list, minor_units};
use super::{CalendarOf, GivenCalendars};
use crate::csv_table::{Row, rows, short};
use crate::{Finding, Read};

const WAREHOUSES: [&str; 22] = [
    "id",
    "name",
    "tier",
    "cut_off",
    "dock_to_stock_days",
    "transit_days",
    "distance_km",
    "cost_per_shipment",
    "cost_per_100_km",
    "max_lines_per_day",
    "max_distance_km",
    "excluded_countries",
    "hazardous",
    "closed",
    "licences",
    "street",
    "postcode",
    "city",
    "country",
    "region",
    "county",
    "district",
];
const CALENDARS: [&str; 7] = ["warehouse", "carrier", "week", "opens", "closes", "utc_offset", "holidays"];
const TAXES: [&str; 4] = ["jurisdiction", "category", "rate", "from"];
/// Monday first, as in [`Calendar::week`].
const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A warehouse of a file; without calendars, so that those that were imported before are kept.
pub(super) fn warehouses(text: &str, name: &str) -> Read<(Node, GivenCalendars)> {
    table(text, name, &WAREHOUSES, &["id"], |row| {
        let tier = row.parsed::<u8>("tier", "give 1 (first) to 255")?.unwrap_or(1);
        let node = Node {
            id: row.needed("id")?.into(),
            name: row.get("name").into(),
            tier,
            calendar: Calendar::always(),
            cut_off: minute(row, "cut_off")?.unwrap_or(24 * 60),
            dock_to_stock_days: row.parsed("dock_to_stock_days", "give whole days")?.unwrap_or_default(),
            transit_days: by_country(row, "transit_days", "write GB=1|IE=3|*=5, in days")?,
            distance_km: by_country(row, "distance_km", "write GB=250|*=1200, in km")?,
            cost_per_shipment: minor_units(row, "cost_per_shipment")?.unwrap_or(Amount::ZERO),
            cost_per_100_km: minor_units(row, "cost_per_100_km")?.unwrap_or(Amount::ZERO),
            max_lines_per_day: row.parsed("max_lines_per_day", "give a whole number, or nothing")?,
            excluded_countries: list(row.get("excluded_countries")),
            hazardous: row.flag("hazardous")?.unwrap_or_default(),
            max_distance_km: row.parsed("max_distance_km", "give whole km, or nothing")?,
            closed: row.flag("closed")?.unwrap_or_default(),
            licences: list(row.get("licences")),
            carrier_calendar: None,
            address: address(row)?,
        };
        Ok((node.id.to_string(), (node, GivenCalendars::default())))
    })
}

/// Where the goods of a warehouse leave from; nothing for the company's own address.
fn address(row: &Row<'_>) -> Result<ShipTo, Box<Finding>> {
    let text = |column: &str| Text::from(row.get(column));
    let (street, postcode, city, country) = (text("street"), text("postcode"), text("city"), text("country"));
    let (region, county, district) = (text("region"), text("county"), text("district"));
    let says_more = [&street, &postcode, &city, &region, &county, &district].iter().any(|text| !text.is_empty());
    if country.is_empty() && says_more {
        return Err(Box::new(row.wrong(
            "country",
            "it is empty, and there is an address",
            "give the country's code, such as GB",
        )));
    }
    let name = if country.is_empty() { Text::default() } else { text("name") };
    Ok(ShipTo { code: Text::default(), name, street, postcode, city, country, region, county, district })
}

/// A calendar of a file, and whose it is.
pub(super) fn calendars(text: &str, name: &str) -> Read<(CalendarOf, Calendar)> {
    table(text, name, &CALENDARS, &["warehouse", "week"], |row| {
        let opens = minute(row, "opens")?.unwrap_or(0);
        let closes = minute(row, "closes")?.unwrap_or(24 * 60);
        if opens >= closes {
            return Err(Box::new(row.wrong("closes", "it is not after opens", "write opens 08:00 and closes 18:00")));
        }
        let offset = row.parsed::<i64>("utc_offset", "give minutes, such as 60 for one hour ahead of UTC")?.unwrap_or(0);
        if offset.abs() > 14 * 60 {
            return Err(Box::new(row.wrong("utc_offset", format!("`{offset}` is no offset"), "give -840 to 840 minutes")));
        }
        let calendar = Calendar {
            week: week(row)?,
            holidays: holidays(row)?,
            hours: OpeningHours { opens, closes },
            utc_offset: Minutes(offset),
        };
        let node = Some(row.get("warehouse")).filter(|node| !node.is_empty() && *node != "*").map(NodeId::from);
        let is_carrier = row.flag("carrier")?.unwrap_or_default();
        let whose = CalendarOf::new(node, is_carrier).ok_or_else(|| {
            Box::new(row.wrong(
                "warehouse",
                "it is empty, and the calendar is a carrier's",
                "name where the carrier collects",
            ))
        })?;
        let key = format!("{}{}", row.get("warehouse"), if is_carrier { ", carrier" } else { "" });
        Ok((key, (whose, calendar)))
    })
}

/// Tax rates of a file.
pub(super) fn taxes(text: &str, name: &str) -> Read<TaxRate> {
    table(text, name, &TAXES, &["jurisdiction", "category", "rate"], |row| {
        let mend = "give per cent, 0 to 100";
        let rate = row.needed("rate").and_then(|_| row.parsed::<Decimal>("rate", mend))?.unwrap_or_default();
        if rate.is_negative() || rate > Decimal::HUNDRED {
            return Err(Box::new(row.wrong("rate", format!("`{}` is no rate", short(row.get("rate"))), mend)));
        }
        let tax = TaxRate {
            jurisdiction: row.needed("jurisdiction")?.into(),
            category: row.needed("category")?.into(),
            rate,
            from: row.parsed::<Day>("from", "write days as 2026-11-23, or nothing")?,
        };
        Ok((format!("{} {} {}", tax.jurisdiction, tax.category, row.get("from")), tax))
    })
}

/// Rows that each have a key of their own.
fn table<T>(
    text: &str,
    name: &str,
    known: &[&str],
    needed: &[&str],
    make: impl Fn(&Row<'_>) -> Result<(String, T), Box<Finding>>,
) -> Read<T> {
    let mut read = Read::default();
    let mut seen = BTreeSet::new();
    rows(text, name, known, needed, &mut read, |read, row| {
        let outcome = row.map_err(Box::new).and_then(|row| {
            let (key, record) = make(&row)?;
            let column = needed.first().copied().unwrap_or_default();
            let twice =
                || Box::new(row.wrong(column, format!("`{}` stands there twice", short(key.trim())), "give each once"));
            if seen.insert(key.clone()) { Ok((row.place(), record)) } else { Err(twice()) }
        });
        match outcome {
            Ok(record) => read.records.push(record),
            Err(finding) => read.find(*finding),
        }
    });
    read
}

/// A time of day as minutes after midnight: `15:30`, or the minutes themselves.
fn minute(row: &Row<'_>, column: &str) -> Result<Option<u16>, Box<Finding>> {
    let text = row.get(column);
    if text.is_empty() {
        return Ok(None);
    }
    let minutes = match text.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => {
            let parsed = hours.parse::<u16>().ok().zip(minutes.parse::<u16>().ok());
            parsed.filter(|(hours, minutes)| *hours <= 24 && *minutes < 60).map(|(hours, minutes)| hours * 60 + minutes)
        }
        Some(_) => None,
        None => text.parse().ok(),
    };
    let wrong = || {
        let cause = format!("`{}` is no time of day", short(text));
        Box::new(row.wrong(column, cause, "write 15:30, or minutes after midnight, at most 24:00"))
    };
    minutes.filter(|minutes| *minutes <= 24 * 60).map(Some).ok_or_else(wrong)
}

/// `GB=1|*=5`: a number by country, `*` for all others.
fn by_country<N: std::str::FromStr>(
    row: &Row<'_>,
    column: &str,
    mend: &'static str,
) -> Result<BTreeMap<Text, N>, Box<Finding>> {
    let pairs = row.get(column).split('|').map(str::trim).filter(|pair| !pair.is_empty());
    let pair = |pair: &str| {
        let (country, number) = pair.split_once('=')?;
        Some((Text::from(country.trim()), number.trim().parse().ok()?))
    };
    let wrong = |text: &str| Box::new(row.wrong(column, format!("`{}` is no such pair", short(text)), mend));
    pairs.map(|text| pair(text).ok_or_else(|| wrong(text))).collect()
}

/// `mon-fri`, or `mon|wed|fri`: the days on which people work.
fn week(row: &Row<'_>) -> Result<[bool; 7], Box<Finding>> {
    let text = row.needed("week")?.to_ascii_lowercase();
    let wrong = |part: &str| {
        let cause = format!("`{}` is no weekday", short(part));
        Box::new(row.wrong("week", cause, "write mon-fri, or mon|wed|fri"))
    };
    let day = |name: &str| WEEK.iter().position(|day| *day == name.trim()).ok_or_else(|| wrong(name));
    let mut week = [false; 7];
    for part in text.split('|').filter(|part| !part.trim().is_empty()) {
        let (from, to) = match part.split_once('-') {
            Some((from, to)) => (day(from)?, day(to)?),
            None => (day(part)?, day(part)?),
        };
        // from Sunday to Tuesday is three days
        let length = (to + 7 - from) % 7;
        (0..=length).for_each(|ahead| week[(from + ahead) % 7] = true);
    }
    Ok(week)
}

fn holidays(row: &Row<'_>) -> Result<BTreeSet<Day>, Box<Finding>> {
    let days = row.get("holidays").split('|').map(str::trim).filter(|day| !day.is_empty());
    let wrong =
        |text: &str| Box::new(row.wrong("holidays", format!("`{}` is no day", short(text)), "write 2026-12-25|2027-01-01"));
    days.map(|day| day.parse::<Day>().map_err(|_| wrong(day))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warehouse_has_times_of_day_and_numbers_by_country() {
        let read = warehouses("id,cut_off,transit_days,tier\nEAST,15:30,GB=1|*=5,2\nWEST,900,,\n", "w");
        assert_eq!(read.findings, []);
        let (east, _) = &read.records[0].1;
        assert_eq!((east.cut_off, east.tier, east.transit_days["*"]), (930, 2, 5));
        assert_eq!(read.records[1].1.0.cut_off, 900);
    }

    #[test]
    fn domain_1_4_a_warehouse_has_an_address_that_goods_leave_from_with_a_country_or_none() {
        let read = warehouses("id,name,street,city,country\nEAST,Leeds,1 Quay,Leeds,GB\nWEST,,,,\nSUD,,,Lyon,\n", "w");
        let found: Vec<_> =
            read.records.iter().map(|(_, (node, _))| (node.address.city.as_str(), node.address.name.as_str())).collect();
        assert_eq!(found, [("Leeds", "Leeds"), ("", "")]);
        let told: Vec<String> = read.findings.iter().map(ToString::to_string).collect();
        let wrong = "w, row 4, column country: it is empty, and there is an address; give the country's code, such as GB";
        assert_eq!(told, [wrong]);
    }

    #[test]
    fn a_calendar_names_days_as_people_do() {
        let read =
            calendars("warehouse,week,opens,closes,holidays\n,mon-fri,08:00,18:00,2026-12-25\nEAST,sat-mon|wed,,,\n", "c");
        assert_eq!(read.findings, []);
        let (whose, company) = &read.records[0].1;
        assert_eq!((whose, company.week), (&CalendarOf::Company, [true, true, true, true, true, false, false]));
        assert_eq!((company.hours.opens, company.hours.closes, company.holidays.len()), (480, 1_080, 1));
        assert_eq!(read.records[1].1.1.week, [true, false, true, false, false, true, true]);
    }

    #[test]
    fn a_carriers_calendar_stands_beside_that_of_the_warehouse_where_it_collects() {
        let read = calendars("warehouse,carrier,week\nEAST,,mon-sat\nEAST,yes,mon-fri\nEAST,yes,mon\n,yes,mon\n", "c");
        let whose: Vec<&CalendarOf> = read.records.iter().map(|(_, (whose, _))| whose).collect();
        assert_eq!(whose, [&CalendarOf::Warehouse("EAST".into()), &CalendarOf::Carrier("EAST".into())]);
        let told: Vec<String> = read.findings.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "c, row 4, column warehouse: `EAST, carrier` stands there twice; give each once",
                "c, row 5, column warehouse: it is empty, and the calendar is a carrier's; name where the carrier collects"
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_row_and_column() {
        let told = |findings: Vec<Finding>| findings.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            told(warehouses("id,cut_off\nEAST,25:00\n", "w").findings),
            ["w, row 2, column cut_off: `25:00` is no time of day; write 15:30, or minutes after midnight, at most 24:00"]
        );
        assert_eq!(
            told(calendars("warehouse,week\nEAST,monday\n", "c").findings),
            ["c, row 2, column week: `monday` is no weekday; write mon-fri, or mon|wed|fri"]
        );
        assert_eq!(
            told(taxes("jurisdiction,category,rate\nGB,standard,120\nGB,zero,0\nGB,zero,0\n", "t").findings),
            [
                "t, row 2, column rate: `120` is no rate; give per cent, 0 to 100",
                "t, row 4, column jurisdiction: `GB zero` stands there twice; give each once"
            ]
        );
    }
}
