//! Items as CSV.

use std::collections::BTreeSet;

use trade::master::Item;
use units::{Amount, Decimal, Text, Uom, UomFactor};

use crate::Finding;
use crate::Read;
use crate::csv_table::{Row, rows, short};

const COLUMNS: [&str; 13] = [
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
        licence: Some(row.get("licence")).filter(|licence| !licence.is_empty()).map(Text::from),
    })
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
