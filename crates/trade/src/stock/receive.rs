//! Goods come in.

use serde::{Deserialize, Serialize};
use units::{Quantity, Text};

use super::state::StockEvent;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::company;
use crate::reference::ReferenceEvent;
use crate::refusal::Refusal;

/// Goods that came in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Receipt {
    /// The item.
    pub item: ItemId,
    /// The node.
    pub node: NodeId,
    /// Units.
    pub quantity: Quantity,
    /// The receipt's number; unique per stock.
    pub receipt: Text,
    /// The announced document that it fulfils.
    pub document: Option<Text>,
}

/// Takes goods into stock. Says whether the receipt was not known before.
///
/// Refused for an unknown item or node, and for quantities out of range. Source: domain §1.1.1.
pub fn receive(books: &mut dyn Books, receipt: &Receipt, _cx: &Context) -> Result<bool, Stop> {
    let key = known(books, &receipt.item, &receipt.node)?;
    in_range("quantity", receipt.quantity, 1)?;
    if !is_first(books, "receipt", &key, &receipt.receipt)? {
        return Ok(false);
    }
    let (receipt, quantity, document) = (receipt.receipt.clone(), receipt.quantity, receipt.document.clone());
    books.record(&key, StockEvent::Received { receipt, quantity, document });
    Ok(true)
}

/// The stock of an item and a node that exist.
pub(super) fn known(books: &mut dyn Books, item: &ItemId, node: &NodeId) -> Result<StockKey, Stop> {
    if books.item(item)?.is_none() {
        return Err(Refusal::NotFound(Key::Item(item.clone())).into());
    }
    if company(books)?.node(node).is_none() {
        return Err(Refusal::invalid("node", node, "a node of the company").into());
    }
    Ok(StockKey::new(item, node))
}

/// Whether a document comes for the first time; notes it.
pub(super) fn is_first(books: &mut dyn Books, kind: &str, key: &StockKey, document: &Text) -> Result<bool, Stop> {
    if document.is_empty() {
        return Err(Refusal::invalid(kind, "empty", "the number of the document, by which a repeat is known").into());
    }
    let reference = Reference { within: Text::from(format!("{kind}:{key}")), reference: document.clone() };
    let is_first = books.reference(&reference)?.is_none();
    books.record(&reference, if is_first { ReferenceEvent::Seen } else { ReferenceEvent::Repeated });
    Ok(is_first)
}

pub(super) fn in_range(field: &str, quantity: Quantity, least: i64) -> Result<(), Refusal> {
    if quantity.0 < least || quantity > Quantity::LIMIT {
        return Err(Refusal::invalid(field, quantity, if least == 0 { "0 to 1,000,000,000" } else { "1 to 1,000,000,000" }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};

    #[test]
    fn a_receipt_counts_once() {
        let mut story = Story::new();
        let receipt =
            Receipt { item: "X".into(), node: "WH1".into(), quantity: Quantity(5), receipt: "R-1".into(), document: None };
        assert_eq!(receive(story.books(), &receipt, &at(0)), Ok(true));
        assert_eq!(receive(story.books(), &receipt, &at(1)), Ok(false));
        assert_eq!(story.stock_of("X", "WH1").on_hand, Quantity(5));
        let odd = Receipt { quantity: Quantity(-1), receipt: "R-2".into(), ..receipt.clone() };
        assert!(matches!(receive(story.books(), &odd, &at(1)), Err(Stop::Refused(Refusal::Invalid { .. }))));
        let nowhere = Receipt { node: "MOON".into(), receipt: "R-3".into(), ..receipt };
        assert!(matches!(receive(story.books(), &nowhere, &at(1)), Err(Stop::Refused(Refusal::Invalid { .. }))));
    }
}
