//! Money is applied: payment, account and orders together.

use std::collections::BTreeMap;

use units::{Amount, Text};

use super::deduction::{note_deducted, void_deduction};
use super::exchange::{rated, realised};
use super::state::{Allocation, Method, Payment, PaymentEvent};
use crate::account::{self, AccountEvent};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::refusal::Refusal;

/// Applies money of a payment to open items of its payer, and of accounts that the payer pays for. The caller has checked that it fits.
pub(super) fn post(
    books: &mut dyn Books,
    payment: PaymentId,
    payer: &AccountId,
    mut allocations: Vec<Allocation>,
    method: Method,
    evidence: &str,
    cx: &Context,
) -> Result<(), Stop> {
    for (account, amount) in received(&allocations, payer) {
        books.record(&account, AccountEvent::MoneyReceived { amount });
    }
    let paying = rated(books, payment)?;
    let mut applied = paying.applied();
    for allocation in &mut allocations {
        let (invoice, owner) = (allocation.invoice, allocation.owner(payer).clone());
        let owner = &owner;
        let ledger = books.account(owner)?.ok_or_else(|| Refusal::NotFound(Key::Account(owner.clone())))?;
        let Some(item) = ledger.ledger.item(invoice) else { continue };
        let settled = allocation.amount + allocation.discount + allocation.written_off;
        if item.open == settled || allocation.deduction.is_positive() {
            void_deduction(books, owner, invoice, cx)?;
        }
        for (amount, code) in [(allocation.discount, "DISCOUNT"), (allocation.written_off, "TOLERANCE")] {
            if !amount.is_zero() {
                let code = Text::const_new(code);
                books.record(owner, AccountEvent::Allowed { invoice, amount, code, at: cx.now });
            }
        }
        if allocation.deduction.is_positive() {
            let (amount, code) = (allocation.deduction, allocation.code.clone());
            books.record(owner, AccountEvent::ItemDisputed { invoice, amount, code });
            note_deducted(books, invoice, payment)?;
        }
        if paying.rate.is_some()
            && let Some(document) = books.invoice(&invoice)?
        {
            allocation.realised = realised(&paying, applied, allocation, item.open, &document);
        }
        applied += allocation.amount;
        let of_orders = account::settle(books, owner, item, settled, None);
        if !item.shares.is_empty() {
            allocation.orders.clone_from(&of_orders);
        }
        account::settled(books, of_orders);
    }
    let (evidence, by) = (Text::from(evidence), cx.actor.id.clone());
    books.record(&payment, PaymentEvent::Matched { allocations, method, evidence, by });
    Ok(())
}

/// Money by the account whose items it settles.
fn received(allocations: &[Allocation], payer: &AccountId) -> BTreeMap<AccountId, Amount> {
    let mut received = BTreeMap::new();
    for allocation in allocations {
        *received.entry(allocation.owner(payer).clone()).or_insert(Amount::ZERO) += allocation.amount;
    }
    received
}

/// Puts money of a payment on an account, without an item; what is below zero is taken off it.
pub(super) fn on_account(books: &mut dyn Books, payment: PaymentId, account: &AccountId, amount: Amount, reason: &str) {
    books.record(account, AccountEvent::MoneyReceived { amount });
    books.record(account, AccountEvent::UnappliedChanged { by: amount });
    books.record(&payment, PaymentEvent::PutOnAccount { amount, reason: reason.into() });
}

/// The payment, or a refusal if there is none.
pub(super) fn existing(books: &mut dyn Books, id: PaymentId) -> Result<std::sync::Arc<Payment>, Stop> {
    books.payment(&id)?.ok_or_else(|| Refusal::NotFound(Key::Payment(id)).into())
}
