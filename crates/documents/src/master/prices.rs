//! Price books as CSV.

use std::collections::BTreeMap;

use trade::master::{PriceBook, PriceEntry, PriceTier};
use units::{Currency, Day, Decimal, Quantity, Text};

use crate::csv_table::{Row, rows};
use crate::{Finding, Place, Read};

const COLUMNS: [&str; 8] = ["book", "description", "currency", "item", "quantity", "price", "from", "to"];

pub(super) fn read(text: &str, name: &str) -> Read<PriceBook> {
    let mut read = Read::default();
    let mut books: BTreeMap<Text, (Place, PriceBook)> = BTreeMap::new();
    rows(text, name, &COLUMNS, &["book", "item", "price"], &mut read, |read, row| {
        let outcome = row.map_err(Box::new).and_then(|row| {
            let code = Text::from(row.needed("book")?);
            let (_, book) = books.entry(code.clone()).or_insert_with(|| {
                (row.place(), PriceBook { code, description: row.get("description").into(), ..PriceBook::default() })
            });
            take(book, &row)
        });
        if let Err(finding) = outcome {
            read.find(*finding);
        }
    });
    read.records = books.into_values().filter(|(_, book)| !book.entries.is_empty()).collect();
    read
}

fn take(book: &mut PriceBook, row: &Row<'_>) -> Result<(), Box<Finding>> {
    let mend = "give a currency code such as EUR, or nothing for the company's";
    let currency = row.parsed::<Currency>("currency", mend)?;
    if currency != book.currency && !book.entries.is_empty() && currency.is_some() {
        return Err(Box::new(row.wrong("currency", "the book is in another one in the rows before", "give one currency")));
    }
    book.currency = book.currency.or(currency);
    let tier = tier(row)?;
    let day = |column: &str| row.parsed::<Day>(column, "write days as 2026-11-23");
    let (from, to) = (day("from")?, day("to")?);
    let entries = book.entries.entry(row.needed("item")?.into()).or_default();
    match entries.iter_mut().find(|entry| (entry.from, entry.to) == (from, to)) {
        None => {
            entries.push(PriceEntry { from, to, tiers: vec![tier], ..PriceEntry::default() });
            Ok(())
        }
        Some(entry) => insert(&mut entry.tiers, tier, row),
    }
}

/// The price of a row, and from how many units on it applies.
pub(super) fn tier(row: &Row<'_>) -> Result<PriceTier, Box<Finding>> {
    let mend = "give a price such as 11.80";
    let price = row.needed("price").and_then(|_| row.parsed::<Decimal>("price", mend))?.unwrap_or_default();
    if price.is_negative() {
        return Err(Box::new(row.wrong("price", "it is below zero", mend)));
    }
    let mend = "give from how many base units on the price applies";
    let quantity = row.parsed("quantity", mend)?.map_or(Quantity(1), Quantity);
    if !quantity.is_positive() || quantity > Quantity::LIMIT {
        return Err(Box::new(row.wrong("quantity", "it is not a positive number", mend)));
    }
    Ok(PriceTier { from: quantity, price })
}

/// Puts a tier in its place among those of an item.
pub(super) fn insert(tiers: &mut Vec<PriceTier>, tier: PriceTier, row: &Row<'_>) -> Result<(), Box<Finding>> {
    match tiers.binary_search_by_key(&tier.from, |tier| tier.from) {
        Ok(_) => Err(Box::new(row.wrong("quantity", "there is a price from this quantity on already", "give one price"))),
        Err(at) => {
            tiers.insert(at, tier);
            Ok(())
        }
    }
}
