//! Supply is announced, and safety stock set.

use units::Quantity;

use super::receive::{in_range, known};
use super::state::{Inbound, StockEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::refusal::Refusal;

/// Announces supply or changes it; quantity zero takes it back. Source: domain §1.1.2.
pub fn announce(books: &mut dyn Books, stock: &StockKey, inbound: &Inbound, _cx: &Context) -> Result<(), Stop> {
    let key = known(books, &stock.item, &stock.node)?;
    in_range("quantity", inbound.quantity, 0)?;
    if inbound.document.is_empty() {
        return Err(Refusal::invalid("document", "empty", "the number of the purchase order or transfer").into());
    }
    let before = books.stock(&key)?;
    let same = before.is_some_and(|stock| stock.inbound.contains(inbound));
    if !same {
        books.record(&key, StockEvent::InboundSet(inbound.clone()));
    }
    Ok(())
}

/// Sets what is kept back and never promised. Source: domain §1.1.1.
pub fn set_safety(books: &mut dyn Books, stock: &StockKey, quantity: Quantity, _cx: &Context) -> Result<(), Stop> {
    let key = known(books, &stock.item, &stock.node)?;
    in_range("quantity", quantity, 0)?;
    if books.stock(&key)?.is_none_or(|stock| stock.safety != quantity) {
        books.record(&key, StockEvent::SafetySet { quantity });
    }
    Ok(())
}
