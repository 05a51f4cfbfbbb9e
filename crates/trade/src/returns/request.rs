//! A customer asks to return goods, or to cancel what was shipped.

use serde::{Deserialize, Serialize};
use units::{Quantity, Text};

use super::state::{ReturnEvent, ReturnLine, ReturnRequest, ReturnStatus};
use crate::books::{Books, Kind, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::{OrderEvent, Original};
use crate::refusal::Refusal;

/// How many of the account's open items are looked at for the goods.
const LOOKED_AT: usize = 50;

/// A request to return goods as it is read, whatever its format.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReturnDocument {
    /// Who asks.
    pub account: AccountId,
    /// The customer's reference.
    pub reference: Text,
    /// The document that it was read from.
    pub original: Original,
    /// What shall come back.
    pub lines: Vec<ReturnedLine>,
}

/// A line of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReturnedLine {
    /// The item.
    pub item: ItemId,
    /// Units.
    pub quantity: Quantity,
}

/// Records a request. Each line is tied to the latest unpaid order of the account that shipped as many of the item; a line for which
/// there is none waits for a person to say where it belongs.
///
/// Refused for an unknown account, no lines, and quantities out of range.
pub fn request(books: &mut dyn Books, document: &ReturnDocument, cx: &Context) -> Result<ReturnId, Stop> {
    let Some(account) = books.account(&document.account)? else {
        return Err(invalid("account", &document.account, "the number of an account that we know").into());
    };
    if document.lines.is_empty() {
        return Err(invalid("lines", "empty", "at least one line").into());
    }
    for (at, line) in document.lines.iter().enumerate() {
        if !line.quantity.is_positive() || line.quantity > Quantity::LIMIT {
            return Err(invalid(&format!("lines[{at}].quantity"), line.quantity, "1 to 1,000,000,000").into());
        }
    }
    let recent: Vec<OrderId> = account.ledger.open_items.iter().rev().take(LOOKED_AT).map(|item| item.order).collect();
    drop(account);
    let mut lines = Vec::with_capacity(document.lines.len());
    for returned in &document.lines {
        let line = find(books, &recent, returned)?;
        if let Some((order, line)) = line {
            books.record(&order, OrderEvent::ReturnRequested { line, quantity: returned.quantity });
        }
        lines.push(ReturnLine { item: returned.item.clone(), quantity: returned.quantity, line });
    }
    let id = ReturnId(books.next_number(Kind::ReturnRequest)?);
    let request = ReturnRequest {
        id,
        account: document.account.clone(),
        order: lines.iter().find_map(|line| line.line).map(|(order, _)| order),
        reference: document.reference.clone(),
        lines,
        original: document.original.clone(),
        requested_at: cx.now,
        exception: None,
        status: ReturnStatus::Requested,
    };
    books.record(&id, ReturnEvent::Requested(Box::new(request)));
    Ok(id)
}

fn find(books: &mut dyn Books, recent: &[OrderId], returned: &ReturnedLine) -> Result<Option<(OrderId, LineNo)>, Stop> {
    for id in recent {
        let Some(order) = books.order(id)? else { continue };
        let fits = |line: &&crate::order::Line| {
            line.item == returned.item && line.buckets.shipped - line.returned >= returned.quantity
        };
        if let Some(line) = order.lines.iter().find(fits) {
            return Ok(Some((*id, line.no)));
        }
    }
    Ok(None)
}

fn invalid(field: &str, given: impl std::fmt::Display, wanted: &'static str) -> Refusal {
    Refusal::Invalid { field: field.into(), given: compact_str::format_compact!("{given}"), wanted: Text::const_new(wanted) }
}
