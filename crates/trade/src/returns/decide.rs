//! A person decides on a return.

use units::Text;

use super::state::{ReturnEvent, ReturnRequest, ReturnStatus};
use crate::billing::goodwill;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::fulfilment::{came_back, intercept_answered};
use crate::ids::{InvoiceId, OrderId, ReturnId};
use crate::order::OrderEvent;
use crate::refusal::Refusal;

/// Agrees to a return, or does not; units that may not come back may be asked for again. An amount that was asked for is credited at
/// once, and the document given back. Of a shipment that was cancelled on its way, to agree says that the goods are back: they are never
/// billed; to refuse says that they do not come, and they are. Refused when it was decided before, without a reason for a refusal, and where no invoice is as
/// large as the amount. Source: domain §1.6 (goodwill credits).
pub fn decide(
    books: &mut dyn Books,
    id: ReturnId,
    authorise: bool,
    reason: &str,
    cx: &Context,
) -> Result<Option<InvoiceId>, Stop> {
    let request = books.return_request(&id)?.ok_or_else(|| Refusal::NotFound(Key::ReturnRequest(id)))?;
    if request.status != ReturnStatus::Requested {
        return Err(Refusal::Conflict(Text::from(format!("{id} was decided before: {:?}", request.status))).into());
    }
    if !authorise && reason.trim().is_empty() {
        let (field, given) = (Text::const_new("reason"), Text::const_new("empty"));
        return Err(Refusal::Invalid { field, given, wanted: Text::const_new("why the goods may not come back") }.into());
    }
    if !authorise {
        for line in &request.lines {
            let Some((order, no)) = line.line else { continue };
            books.record(&order, OrderEvent::ReturnRefused { line: no, quantity: line.quantity });
        }
    }
    match request.shipment {
        Some(shipment) if authorise => came_back(books, shipment)?,
        Some(shipment) => drop(intercept_answered(books, shipment, Some(reason), cx)?),
        None => {}
    }
    let note = match (request.invoice, authorise && request.goodwill.is_positive()) {
        (Some(invoice), true) => {
            let of = order_of(books, invoice, &request)?;
            Some(goodwill(books, invoice, of, request.goodwill, reason, cx)?)
        }
        (None, true) => {
            let what = format!("no invoice of {} is as large as what {id} asks for: credit one by hand", request.account);
            return Err(Refusal::Conflict(Text::from(what)).into());
        }
        (_, false) => None,
    };
    let by = cx.actor.id.clone();
    let event = if authorise { ReturnEvent::Authorised { by } } else { ReturnEvent::Rejected { by, reason: reason.into() } };
    books.record(&id, event);
    Ok(note)
}

/// For which order of an invoice that bills several the amount is given: the one that goods come back of.
fn order_of(books: &mut dyn Books, invoice: InvoiceId, request: &ReturnRequest) -> Result<Option<OrderId>, Stop> {
    let invoice = books.invoice(&invoice)?;
    Ok(request.order.filter(|of| invoice.iter().any(|invoice| invoice.orders().any(|order| order == *of))))
}
