//! A person decides what a payment is for.

use units::{Amount, Text};

use super::apply::foreign;
use super::post::{existing, on_account, post};
use super::reverse::reopen;
use super::state::{Allocation, Method, Payment, PaymentEvent, PaymentStatus};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::refusal::Refusal;

/// Applies a payment to the items named; with `write_off` what is missing of them is written off. What is left of the payment goes on
/// account.
///
/// Refused for documents of several accounts, for more than is open, for more than the payment has left, and for writing off more
/// than the actor's limit. Source: domain §1.7.
pub fn match_manually(
    books: &mut dyn Books,
    id: PaymentId,
    items: &[(InvoiceId, Amount)],
    write_off: bool,
    cx: &Context,
) -> Result<(), Stop> {
    let payment = undecided(books, id)?;
    let wanted: Amount = items.iter().map(|(_, amount)| *amount).sum();
    if wanted > payment.unallocated() {
        return Err(Refusal::TooMuchMoney { wanted, available: payment.unallocated() }.into());
    }
    let account = account_of(books, &payment, items)?;
    let ledger = books.account(&account)?.map(|account| account.ledger.clone()).unwrap_or_default();
    let mut allocations = Vec::with_capacity(items.len());
    let mut forgiven = Amount::ZERO;
    for (at, (invoice, amount)) in items.iter().enumerate() {
        let open = ledger.item(*invoice).map_or(Amount::ZERO, |item| item.open);
        let is_within = if open.is_negative() {
            *amount >= open && *amount <= Amount::ZERO
        } else {
            *amount <= open && !amount.is_negative()
        };
        if !is_within || items.iter().take(at).any(|(other, _)| other == invoice) {
            return Err(Refusal::TooMuchMoney { wanted: *amount, available: open }.into());
        }
        let written_off = if write_off { open - *amount } else { Amount::ZERO };
        forgiven += written_off.abs();
        allocations.push(Allocation { invoice: *invoice, amount: *amount, written_off, ..Allocation::default() });
    }
    may_forgive(forgiven, cx)?;
    let rest = payment.unallocated() - wanted;
    post(books, id, &account, allocations, Method::Manual, "decided by a person", cx)?;
    if rest.is_positive() {
        on_account(books, id, &account, rest);
    }
    Ok(())
}

/// Puts what is left of a payment on an account, as a credit. Source: domain §1.7, stage 9.
pub fn put_on_account(books: &mut dyn Books, id: PaymentId, account: &AccountId, _cx: &Context) -> Result<(), Stop> {
    let payment = undecided(books, id)?;
    if books.account(account)?.is_none() {
        return Err(Refusal::NotFound(Key::Account(account.clone())).into());
    }
    identify(books, &payment, account)?;
    let amount = payment.unallocated();
    if !amount.is_positive() {
        return Err(Refusal::TooMuchMoney { wanted: amount, available: Amount::ZERO }.into());
    }
    on_account(books, id, account, amount);
    Ok(())
}

/// Takes a match back: the item is open again, and the money waits for a decision.
///
/// Refused for what the payment does not pay, and for a credit note that other items were settled with: they would be settled with
/// money that never came.
pub fn unapply(books: &mut dyn Books, id: PaymentId, invoice: InvoiceId, reason: &str, cx: &Context) -> Result<(), Stop> {
    let payment = existing(books, id)?;
    let allocation = payment.allocations.iter().find(|allocation| allocation.invoice == invoice);
    let (Some(allocation), Some(account)) = (allocation, &payment.account) else {
        return Err(Refusal::Conflict(Text::from(format!("{id} does not pay {invoice}"))).into());
    };
    let stays = payment.applied() + payment.on_account - allocation.amount;
    if stays > payment.amount {
        return Err(Refusal::TooMuchMoney { wanted: stays, available: payment.amount }.into());
    }
    reopen(books, account, allocation, cx)?;
    books.record(&id, PaymentEvent::Unapplied { invoice, by: cx.actor.id.clone(), reason: reason.into() });
    Ok(())
}

fn may_forgive(amount: Amount, cx: &Context) -> Result<(), Refusal> {
    if cx.actor.limit.is_some_and(|limit| amount > limit) {
        let why = Text::const_new("writing off that much needs more authority");
        return Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why });
    }
    Ok(())
}

fn undecided(books: &mut dyn Books, id: PaymentId) -> Result<std::sync::Arc<Payment>, Stop> {
    let payment = existing(books, id)?;
    if let Some(reason) = foreign(books, &payment)? {
        return Err(Refusal::Conflict(reason).into());
    }
    match payment.status {
        PaymentStatus::Received | PaymentStatus::Suspense | PaymentStatus::Unmatched => Ok(payment),
        status => Err(Refusal::Conflict(Text::from(format!("{id} is {status:?} already"))).into()),
    }
}

/// The one account whose documents are named, which is the payer's from now on.
fn account_of(books: &mut dyn Books, payment: &Payment, items: &[(InvoiceId, Amount)]) -> Result<AccountId, Stop> {
    let mut found: Option<AccountId> = None;
    for (id, _) in items {
        let invoice = books.invoice(id)?.ok_or_else(|| Refusal::NotFound(Key::Invoice(*id)))?;
        if found.as_ref().is_some_and(|found| *found != invoice.account) {
            return Err(Refusal::Conflict(Text::const_new(
                "the documents belong to several accounts: match them one by one",
            ))
            .into());
        }
        found = Some(invoice.account.clone());
    }
    let wanted = Text::const_new("at least one document");
    let none = || Refusal::Invalid { field: Text::const_new("items"), given: Text::const_new("empty"), wanted };
    let account = found.ok_or_else(none)?;
    identify(books, payment, &account)?;
    Ok(account)
}

fn identify(books: &mut dyn Books, payment: &Payment, account: &AccountId) -> Result<(), Stop> {
    if payment.account.as_ref() != Some(account) {
        if !payment.allocations.is_empty() || !payment.on_account.is_zero() {
            return Err(Refusal::Conflict(Text::from(format!("part of {} is another account's", payment.id))).into());
        }
        let evidence = Text::const_new("a person said so");
        books.record(&payment.id, PaymentEvent::PayerIdentified { account: account.clone(), evidence });
    }
    Ok(())
}
