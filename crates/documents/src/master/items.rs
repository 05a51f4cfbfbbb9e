//! Items as CSV.

use std::collections::BTreeSet;

use trade::master::{Consent, Item, Substitute, SubstitutePrice};
use units::{Amount, Decimal, Text, Uom, UomFactor};

use crate::Finding;
use crate::Read;
use crate::csv_table::{Row, rows, short};

const COLUMNS: [&str; 16] = [
    "id",
    "description",
    "base_uom",
    "uoms",
    "aliases",
    "list_price",
    "landed_cost",
    "tax_category",
    "weight_grams",
    "hazardous",
    "discontinued",
    "min_split_value",
    "licence",
    "export_control",
    "over_ship_percent",
    "substitutes",
];

pub(super) fn read(text: &str, name: &str) -> Read<Item> {
    let mut read = Read::default();
    let mut seen = BTreeSet::new();
    rows(text, name, &COLUMNS, &["id"], &mut read, |read, row| {
        let outcome = row.map_err(Box::new).and_then(|row| {
            let item = item(&row)?;
            if !seen.insert(item.id.clone()) {
                return Err(Box::new(row.wrong(
                    "id",
                    format!("`{}` stands there twice", short(row.get("id"))),
                    "give each item once",
                )));
            }
            Ok((row.place(), item))
        });
        match outcome {
            Ok(record) => read.records.push(record),
            Err(finding) => read.find(*finding),
        }
    });
    read
}

fn item(row: &Row<'_>) -> Result<Item, Box<Finding>> {
    let price = |column: &str| {
        let mend = "give a price such as 9.90, or nothing";
        match row.parsed::<Decimal>(column, mend)? {
            Some(price) if price.is_negative() => Err(Box::new(row.wrong(column, "it is below zero", mend))),
            price => Ok(price),
        }
    };
    let tax_category = row.get("tax_category");
    Ok(Item {
        id: row.needed("id")?.into(),
        description: row.get("description").into(),
        base_uom: row.get("base_uom").into(),
        uoms: uoms(row)?,
        aliases: list(row.get("aliases")),
        list_price: price("list_price")?,
        landed_cost: price("landed_cost")?,
        tax_category: if tax_category.is_empty() { Text::const_new("standard") } else { tax_category.into() },
        weight_grams: row.parsed("weight_grams", "give whole grams")?.unwrap_or_default(),
        hazardous: row.flag("hazardous")?.unwrap_or_default(),
        discontinued: row.flag("discontinued")?.unwrap_or_default(),
        min_split_value: minor_units(row, "min_split_value")?,
        export_control: Some(row.get("export_control")).filter(|control| !control.is_empty()).map(Text::from),
        over_ship_percent: row.parsed("over_ship_percent", "give a percentage such as 2, or nothing")?,
        licence: Some(row.get("licence")).filter(|licence| !licence.is_empty()).map(Text::from),
        substitutes: substitutes(row)?,
    })
}

/// `X-2|X-3=3/2 notify keep_original 2026-01-01..2026-06-30`: the best first; after the code come how many stand for how many, what the
/// customer has to say, the rule of the price, and the days, in any order and as far as they differ from one for one, `ask` and
/// `keep_original`.
fn substitutes(row: &Row<'_>) -> Result<Vec<Substitute>, Box<Finding>> {
    let mend = "write X-2=3/2 notify lower_of 2026-01-01..2026-06-30, of which only the code is needed";
    let wrong = |text: &str| Box::new(row.wrong("substitutes", format!("`{}` is no substitute", short(text)), mend));
    let entries = row.get("substitutes").split('|').map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(|entry| substitute(entry).ok_or_else(|| wrong(entry))).collect()
}

fn substitute(text: &str) -> Option<Substitute> {
    let mut words = text.split_whitespace();
    let first = words.next()?;
    let (code, ratio) = first.split_once('=').unwrap_or((first, "1"));
    let (units, of) = ratio.split_once('/').unwrap_or((ratio, "1"));
    let (units, of) = (units.parse().ok()?, of.parse().ok()?);
    let mut substitute = Substitute { item: code.into(), units, of, ..Substitute::default() };
    for word in words {
        match word {
            "notify" => substitute.consent = Consent::Notify,
            "ask" => substitute.consent = Consent::Ask,
            "never" => substitute.consent = Consent::Never,
            "keep_original" => substitute.price = SubstitutePrice::KeepOriginal,
            "lower_of" => substitute.price = SubstitutePrice::LowerOf,
            "substitute" => substitute.price = SubstitutePrice::Substitute,
            days => {
                let (from, to) = days.split_once("..")?;
                let day = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
                (substitute.from, substitute.to) = (day(from)?, day(to)?);
            }
        }
    }
    Some(substitute)
}

/// `CS=12|PAL=480`: how many base units each holds.
fn uoms(row: &Row<'_>) -> Result<Vec<(Uom, UomFactor)>, Box<Finding>> {
    let pairs = row.get("uoms").split('|').map(str::trim).filter(|pair| !pair.is_empty());
    let pair = |pair: &str| {
        let (uom, base) = pair.split_once('=')?;
        let base = base.trim().parse::<u32>().ok().filter(|base| *base > 0)?;
        Some((uom.trim().into(), UomFactor { base, per: 1 }))
    };
    let wrong =
        |text: &str| Box::new(row.wrong("uoms", format!("`{}` is no unit", short(text)), "write CS=12 for a case of 12"));
    pairs.map(|text| pair(text).ok_or_else(|| wrong(text))).collect()
}

/// A list within a field.
pub(super) fn list(text: &str) -> Vec<Text> {
    text.split('|').map(str::trim).filter(|part| !part.is_empty()).map(Text::from).collect()
}

/// An amount in minor units, because the currency is the company's and not known here.
pub(super) fn minor_units(row: &Row<'_>, column: &str) -> Result<Option<Amount>, Box<Finding>> {
    let mend = "give minor units, such as 1250 for 12.50, from 0 to 10^15";
    match row.parsed::<i64>(column, mend)?.map(Amount) {
        Some(amount) if amount.is_negative() || amount > Amount::LIMIT => {
            Err(Box::new(row.wrong(column, format!("`{}` is no amount", amount.0), mend)))
        }
        amount => Ok(amount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_substitute_is_read_with_what_differs_from_the_usual() {
        let plain = Substitute { item: "X-2".into(), ..Substitute::default() };
        assert_eq!(substitute("X-2"), Some(plain));
        let full = Substitute {
            item: "X-3".into(),
            units: 3,
            of: 2,
            from: Some("2026-01-01".parse().unwrap()),
            to: None,
            consent: Consent::Notify,
            price: SubstitutePrice::LowerOf,
        };
        assert_eq!(substitute("X-3=3/2 2026-01-01.. lower_of notify"), Some(full));
        for odd in ["X-2=a", "X-2 perhaps", "X-2 2026-13-01.."] {
            assert_eq!(substitute(odd), None, "{odd}");
        }
    }
}
