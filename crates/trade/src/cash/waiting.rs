//! Money of a known payer that waits for somebody to say what it is for (domain §1.2: unapplied cash, all of it).

use units::Amount;

use super::post::existing;
use super::state::{Payment, PaymentStatus};
use crate::account::AccountEvent;
use crate::books::{Books, Stop};
use crate::ids::AccountId;

/// What of a payment waits, and whose it is; nothing where nobody knows the payer.
pub(crate) fn waiting(payment: &Payment) -> Option<(&AccountId, Amount)> {
    let account = payment.account.as_ref().filter(|_| payment.status == PaymentStatus::Unmatched)?;
    Some((account, payment.unallocated())).filter(|(_, amount)| amount.is_positive())
}

/// Brings the payer's ledger up to date with what became of a payment that was `before`.
pub(super) fn note_waiting(books: &mut dyn Books, before: &Payment) -> Result<(), Stop> {
    let now = existing(books, before.id)?;
    let (was, is) = (waiting(before), waiting(&now));
    if was == is {
        return Ok(());
    }
    for (side, sign) in [(was, -1), (is, 1)] {
        if let Some((account, amount)) = side {
            books.record(account, AccountEvent::UnconfirmedChanged { by: Amount(sign * amount.0) });
        }
    }
    Ok(())
}
