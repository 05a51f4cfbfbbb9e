//! Master data is set.

use units::{Decimal, Text};

use super::company::{Company, CompanyEvent};
use super::item::{Item, ItemEvent};
use super::price_book::{PriceBook, PriceBookEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::refusal::Refusal;

/// Sets an item as a whole. Refused without a code, and with prices below zero.
pub fn put_item(books: &mut dyn Books, item: &Item, _cx: &Context) -> Result<(), Stop> {
    if item.id.0.trim().is_empty() {
        return Err(invalid("id", "empty", "the item's code").into());
    }
    let prices = [("list_price", item.list_price), ("landed_cost", item.landed_cost)];
    for (field, price) in prices {
        if let Some(price) = price.filter(|price| price.is_negative() || *price > Decimal::from(1_000_000_000i64)) {
            return Err(invalid(field, price, "0 to 1,000,000,000").into());
        }
    }
    let mut item = item.clone();
    if item.base_uom.as_str().is_empty() {
        item.base_uom = "EA".into();
    }
    let id = item.id.clone();
    if books.item(&id)?.is_none_or(|before| *before != item) {
        books.record(&id, ItemEvent::Set(Box::new(item)));
    }
    Ok(())
}

/// Replaces entries of a price book; entries of items that are not named stay.
///
/// Refused without a code, with tiers that do not ascend, and with prices below zero. Source: domain §1.3.
pub fn put_price_book(books: &mut dyn Books, book: &PriceBook, _cx: &Context) -> Result<(), Stop> {
    if book.code.trim().is_empty() {
        return Err(invalid("code", "empty", "the book's code, such as list:EU").into());
    }
    for (item, entries) in &book.entries {
        for entry in entries {
            let ascends = entry.tiers.windows(2).all(|pair| pair[0].from < pair[1].from);
            let sound = entry.tiers.iter().all(|tier| !tier.price.is_negative());
            if entry.tiers.is_empty() || !ascends || !sound {
                return Err(invalid(
                    &format!("entries.{item}"),
                    "its tiers",
                    "at least one, by ascending quantity, not below 0",
                )
                .into());
            }
        }
    }
    let (code, description) = (book.code.clone(), book.description.clone());
    let entries = book.entries.iter().map(|(item, entries)| (item.clone(), entries.clone())).collect();
    books.record(&book.code, PriceBookEvent::Set { code, description, entries });
    Ok(())
}

/// Sets the company as a whole. Refused without a node, with two nodes of one code, and to change the currency of books in use.
pub fn put_company(books: &mut dyn Books, company: &Company, _cx: &Context) -> Result<(), Stop> {
    if company.nodes.is_empty() {
        return Err(invalid("nodes", "empty", "at least one warehouse").into());
    }
    for (at, node) in company.nodes.iter().enumerate() {
        if node.id.0.trim().is_empty() || company.nodes.iter().take(at).any(|other| other.id == node.id) {
            return Err(invalid(&format!("nodes[{at}].id"), &node.id, "a code of its own").into());
        }
    }
    let key = Text::const_new(Company::KEY);
    let before = books.company(&key)?;
    if before.as_ref().is_some_and(|before| before.currency != company.currency) {
        return Err(invalid("currency", company.currency, "the currency of the books").into());
    }
    if before.is_none_or(|before| *before != *company) {
        books.record(&key, CompanyEvent::Set(Box::new(company.clone())));
    }
    Ok(())
}

fn invalid(field: &str, given: impl std::fmt::Display, wanted: &'static str) -> Refusal {
    Refusal::Invalid { field: field.into(), given: compact_str::format_compact!("{given}"), wanted: Text::const_new(wanted) }
}
