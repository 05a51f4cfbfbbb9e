//! A match is taken back, by a person or because the bank took the money back.

use units::Amount;

use super::ledger::book;
use super::post::existing;
use super::state::{Allocation, PaymentEvent};
use super::waiting::note_waiting;
use crate::account::{self, AccountEvent};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::refusal::Refusal;

/// The bank took money back: what it had paid is open again. Both entries are settled with each other.
///
/// Source: domain §1.7 (NSF, recall).
pub(super) fn reverse(books: &mut dyn Books, original: PaymentId, entry: PaymentId, cx: &Context) -> Result<(), Stop> {
    let payment = existing(books, original)?;
    if let Some(account) = &payment.account {
        for allocation in &payment.allocations {
            reopen(books, allocation.owner(account), allocation, cx)?;
        }
        if !payment.on_account.is_zero() {
            books.record(account, AccountEvent::UnappliedChanged { by: -payment.on_account });
            books.record(account, AccountEvent::MoneyReceived { amount: -payment.on_account });
        }
    }
    let reason = units::Text::const_new("taken back by the bank");
    books.record(&original, PaymentEvent::Reversed { reason: reason.clone() });
    books.record(&entry, PaymentEvent::Reversed { reason });
    note_waiting(books, &payment)?;
    book(books, original, cx)?;
    book(books, entry, cx)
}

/// Opens an item again by what one allocation settled.
pub(super) fn reopen(books: &mut dyn Books, id: &AccountId, allocation: &Allocation, cx: &Context) -> Result<(), Stop> {
    let invoice = allocation.invoice;
    let document = books.invoice(&invoice)?.ok_or_else(|| Refusal::NotFound(Key::Invoice(invoice)))?;
    let settled = allocation.amount + allocation.discount + allocation.written_off;
    let ledger = books.account(id)?.ok_or_else(|| Refusal::NotFound(Key::Account(id.clone())))?;
    let of_orders = match ledger.ledger.item(invoice) {
        Some(item) => account::take_back(books, id, item, settled, &allocation.orders),
        None => account::reopen(books, id, crate::billing::open_item(&document), settled, &allocation.orders)?,
    };
    // what was written off under the code of a deduction was accepted as one
    let written_off = if allocation.code.is_empty() { "TOLERANCE" } else { &allocation.code };
    for (amount, code) in [(allocation.discount, "DISCOUNT"), (allocation.written_off, written_off)] {
        if !amount.is_zero() {
            let code = units::Text::from(code);
            books.record(id, AccountEvent::Allowed { invoice, amount: -amount, code, at: cx.now });
        }
    }
    if allocation.written_off.is_positive() && !allocation.code.is_empty() {
        books.record(&invoice, crate::billing::InvoiceEvent::WriteOffTakenBack { amount: allocation.written_off });
    }
    if allocation.deduction.is_positive() {
        let code = allocation.code.clone();
        books.record(id, AccountEvent::ItemDisputed { invoice, amount: Amount::ZERO, code });
    }
    books.record(id, AccountEvent::MoneyReceived { amount: -allocation.amount });
    account::settled(books, of_orders);
    Ok(())
}
