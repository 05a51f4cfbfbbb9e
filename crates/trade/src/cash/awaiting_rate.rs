//! Money that waits for an exchange rate: it is looked at again when rates arrive (domain §1.6, multi-currency).
//!
//! Each currency knows the payment that came to wait last, and each payment the one before; the first one knows itself.

use units::{Currency, Text};

use super::post::existing;
use super::state::{Payment, PaymentStatus};
use crate::books::{Books, Key, Stop};
use crate::ids::PaymentId;
use crate::order::company;
use crate::reference::{point, pointed};

/// Within which currencies and payments lead to payments that wait for a rate.
const AWAITS: &str = "awaits-rate";

/// Notes that a payment waits for the rate of its currency; once, however often it is looked at.
pub(super) fn note_awaiting(books: &mut dyn Books, payment: &Payment) -> Result<(), Stop> {
    let name = payment.id.to_string();
    if pointed(books, AWAITS, &name)?.is_some() {
        return Ok(());
    }
    let own = Key::Payment(payment.id);
    let before = pointed(books, AWAITS, payment.currency.as_str())?.unwrap_or_else(|| own.clone());
    point(books, AWAITS, &name, Some(before))?;
    Ok(point(books, AWAITS, payment.currency.as_str(), Some(own))?)
}

/// The payments in a currency whose rate has come, in their order; the others go on waiting. Those that somebody has dealt with meanwhile
/// wait no more.
pub fn rate_has_come(books: &mut dyn Books, currency: Currency) -> Result<Vec<PaymentId>, Stop> {
    let mut waiting = Vec::new();
    let mut next = pointed(books, AWAITS, currency.as_str())?;
    while let Some(Key::Payment(id)) = next {
        waiting.push(id);
        next = pointed(books, AWAITS, &id.to_string())?.filter(|before| *before != Key::Payment(id));
    }
    if waiting.is_empty() {
        return Ok(waiting);
    }
    waiting.reverse();
    let company = company(books)?;
    point(books, AWAITS, currency.as_str(), None)?;
    let (mut ready, mut others) = (Vec::new(), Vec::new());
    for id in waiting {
        point(books, AWAITS, &Text::from(id.to_string()), None)?;
        let payment = existing(books, id)?;
        let is_open = matches!(payment.status, PaymentStatus::Suspense | PaymentStatus::Unmatched);
        if is_open && company.can_book(payment.currency, payment.value_date) {
            ready.push(id);
        } else if is_open {
            others.push(payment);
        }
    }
    others.iter().try_for_each(|payment| note_awaiting(books, payment))?;
    Ok(ready)
}
