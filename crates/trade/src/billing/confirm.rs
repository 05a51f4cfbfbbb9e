//! The ERP has posted a document.

use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::InvoiceId;
use crate::refusal::Refusal;

use super::state::InvoiceEvent;

/// Notes the number that the ERP gave to a document; a second confirmation changes nothing.
pub fn confirm_by_erp(books: &mut dyn Books, id: InvoiceId, reference: &str, cx: &Context) -> Result<(), Stop> {
    let invoice = books.invoice(&id)?.ok_or_else(|| Refusal::NotFound(Key::Invoice(id)))?;
    if invoice.erp_reference.is_none() {
        books.record(&id, InvoiceEvent::ConfirmedByErp { reference: reference.into(), at: cx.now });
    }
    Ok(())
}
