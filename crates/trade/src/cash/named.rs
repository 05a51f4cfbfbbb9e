//! Documents that a payment names and that it cannot pay: whoever names one means it, and nothing else of the same amount.

use units::Text;

use super::apply::payer_of;
use super::exchange::foreign;
use super::stages::Decided;
use super::state::{Candidate, Payment};
use crate::books::{Books, Stop};
use crate::ids::{AccountId, InvoiceId};

/// Whether one of the documents is the payer's own.
pub(super) fn any_own(books: &mut dyn Books, payer: &AccountId, documents: &[InvoiceId]) -> Result<bool, Stop> {
    for id in documents {
        if books.invoice(id)?.is_some_and(|invoice| invoice.account == *payer) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Why none of the documents that a payment names can be paid by it. Source: domain §1.7, stage 2.
pub(super) fn not_open(
    books: &mut dyn Books,
    payment: &Payment,
    payer: &AccountId,
    documents: &[InvoiceId],
) -> Result<Text, Stop> {
    let mut reasons = Vec::with_capacity(documents.len());
    for id in documents {
        let Some(invoice) = books.invoice(id)? else { continue };
        let (number, owner) = (&invoice.number, &invoice.account);
        let is_paid_for = owner == payer || payer_of(books, owner)? == *payer;
        let reason = match foreign(books, payment, owner)? {
            _ if !is_paid_for => format!("{number} belongs to {owner}, for which {payer} does not pay"),
            Some(reason) => format!("{number} is named, but {reason}"),
            None => format!("{number} is settled already"),
        };
        reasons.push(reason);
    }
    Ok(reasons.join("; ").into())
}

/// What the amount alone would say, for a person to look at.
pub(super) fn as_candidates(found: Decided) -> Vec<Candidate> {
    match found {
        Ok(found) => {
            let invoices = found.allocations.iter().map(|allocation| allocation.invoice).collect();
            vec![Candidate { invoices, evidence: found.evidence.into() }]
        }
        Err((candidates, _)) => candidates,
    }
}
