//! The pipeline: who pays, what for, and whether that is certain (domain §1.7).

use std::sync::Arc;

use units::{Amount, Text};

use super::awaiting_rate::note_awaiting;
use super::credited::{account_less_credits, less_credits};
use super::exchange::{foreign, rated, unknown};
use super::ledger::book;
use super::named::{any_own, as_candidates, not_open};
use super::orders::{OrdersNamed, prepaid};
use super::post::{existing, on_account, post};
use super::references::{NUMBER, named};
use super::remittance;
use super::stages::{by_amount, by_reference};
use super::state::{Candidate, Payment, PaymentEvent, PaymentStatus};
use super::waiting::note_waiting;
use crate::account::{Account, BANK_ACCOUNT, OpenItem, PAYER_NAME, normalised};
use crate::billing::with_replacements;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::fulfilment::shipments_under;
use crate::ids::*;
use crate::master::CashPolicy;
use crate::order::company;
use crate::reference::pointed;

/// What became of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Whose money it is, if that is known.
    pub account: Option<AccountId>,
    /// What was done.
    pub outcome: Outcome,
    /// In words, for whoever has to decide.
    pub reason: Text,
}

/// What was done with a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is applied.
    Applied,
    /// Applied, and the rest lies on account.
    OnAccount,
    /// Nothing was applied; the payer is known. If nothing may be meant, it lies on their account.
    Unmatched {
        /// Several combinations fit.
        ambiguous: bool,
    },
    /// Nothing was applied; nobody knows whose it is.
    Suspense,
    /// Applied, and part of an item was deducted.
    Deduction,
}

/// Applies a payment by the stages 1 to 7 and 9: money that pays nothing known lies on the payer's account, and whoever is asked about it may
/// say what it is for. A payment that was applied before stays as it is. Source: domain §1.7.
pub fn apply(books: &mut dyn Books, id: PaymentId, cx: &Context) -> Result<Applied, Stop> {
    let before = existing(books, id)?;
    let applied = stages(books, id, cx)?;
    note_waiting(books, &before)?;
    // the bank has the money, whatever it is for: it counts at the rate of its day
    let payment = rated(books, id)?;
    if unknown(books, &payment)?.is_some() {
        note_awaiting(books, &payment)?;
    }
    book(books, id, cx)?;
    Ok(applied)
}

fn stages(books: &mut dyn Books, id: PaymentId, cx: &Context) -> Result<Applied, Stop> {
    let payment = existing(books, id)?;
    let done = |outcome, reason: &str| Applied { account: payment.account.clone(), outcome, reason: reason.into() };
    match payment.status {
        PaymentStatus::Applied | PaymentStatus::Reversed => return Ok(done(Outcome::Applied, "")),
        PaymentStatus::OnAccount => return Ok(done(Outcome::OnAccount, "")),
        _ => {}
    }
    if !payment.amount.is_positive() {
        return give_up(books, &payment, None, Vec::new(), "money went out, or the bank took something back".into());
    }
    let mut referenced = referenced(books, &payment)?;
    let by_number = !referenced.is_empty();
    let mut known = payer(books, &payment, &referenced)?;
    if known.is_none() && referenced.is_empty() {
        referenced = by_bill_of_lading(books, &payment)?;
        known = payer_of_shipped(books, &payment, &referenced)?;
    }
    let Some((account_id, evidence)) = known else {
        return give_up(books, &payment, None, Vec::new(), "nobody knows the payer".into());
    };
    if let Some(reason) = foreign(books, &payment, &account_id)? {
        return give_up(books, &payment, None, Vec::new(), reason);
    }
    if payment.account.as_ref() != Some(&account_id) {
        books.record(&id, PaymentEvent::PayerIdentified { account: account_id.clone(), evidence: evidence.into() });
    }
    let Some(account) = books.account(&account_id)? else {
        return give_up(books, &payment, None, Vec::new(), "the payer's account is gone".into());
    };
    let account = account_less_credits(books, account)?;
    let company = company(books)?;
    let policy = &company.policy.cash;
    let write_off_limit = company.amount_in(policy.write_off_limit, payment.currency, payment.value_date);
    let policy = CashPolicy { write_off_limit, ..policy.clone() };
    let mut paid_for = paid_for(books, &payment, &account_id, &referenced)?;
    // the documents of a bill of lading are the last thing that is meant: it may name more than is paid
    if referenced.is_empty() && items(&account, &payment, &referenced).is_empty() {
        referenced = by_bill_of_lading(books, &payment)?;
        paid_for = self::paid_for(books, &payment, &account_id, &referenced)?;
    }
    let has_own = !items(&account, &payment, &referenced).is_empty() || prepaid(books, &account, &payment)?.is_some();
    if referenced.is_empty() && paid_for.is_empty() && !has_own {
        paid_for = named_of_others(books, &payment, &account)?;
    }
    let mut items = items(&account, &payment, &referenced);
    if any_own(books, &account_id, &referenced)? {
        // whoever names a document and its order does not pay the order's other documents
        items.retain(|item| referenced.contains(&item.invoice));
    }
    items.extend(paid_for.iter().map(|(_, item)| item));
    if items.is_empty()
        && let Some(order) = prepaid(books, &account, &payment)?
    {
        let reason = Text::from(format!("{order} is named, which is to be paid before anything ships"));
        let amount = rated(books, id)?.unallocated();
        on_account(books, id, &account_id, amount, &reason);
        return Ok(Applied { account: Some(account_id), outcome: Outcome::OnAccount, reason });
    }
    let held = if items.is_empty() { prepaid_of_others(books, &payment, &account)? } else { Vec::new() };
    if held.len() > 1 {
        let orders: Vec<String> = held.iter().map(|(owner, order)| format!("{order} of {owner}")).collect();
        let reason = Text::from(format!("{} are named: somebody has to say what each gets", orders.join(" and ")));
        return give_up(books, &payment, Some(account_id), Vec::new(), reason);
    }
    if let Some((owner, order)) = held.into_iter().next() {
        let evidence = Text::from(format!("{account_id} pays for it, and {order} is named"));
        books.record(&id, PaymentEvent::PayerIdentified { account: owner.clone(), evidence });
        let reason = Text::from(format!("{order} is named, which is to be paid before anything ships"));
        let amount = rated(books, id)?.unallocated();
        on_account(books, id, &owner, amount, &reason);
        return Ok(Applied { account: Some(owner), outcome: Outcome::OnAccount, reason });
    }
    let by = match items.iter().any(|item| referenced.contains(&item.invoice)) {
        true if by_number => "",
        true => " (found by bill of lading)",
        false if items.is_empty() => "",
        false => " (found by order number)",
    };
    let lines = remittance::lines(books, &payment)?;
    let found = match (items.is_empty(), referenced.is_empty()) {
        (false, _) => by_reference(&items, &lines, &payment, &policy),
        (true, true) => by_amount(&account, &payment, &policy),
        (true, false) => {
            let reason = not_open(books, &payment, &account_id, &referenced)?;
            Err((as_candidates(by_amount(&account, &payment, &policy)), reason))
        }
    };
    match found {
        Ok(mut found) => {
            found.evidence.push_str(by);
            for allocation in &mut found.allocations {
                let of_another = paid_for.iter().find(|(_, item)| item.invoice == allocation.invoice);
                allocation.account = of_another.map(|(account, _)| account.clone());
            }
            let deducted = found.allocations.iter().any(|allocation| allocation.deduction.is_positive());
            let reason = Text::from(found.evidence.as_str());
            let (allocations, method) = (found.allocations, found.method);
            post(books, id, &account_id, allocations, method, &found.evidence, cx)?;
            if found.rest.is_positive() {
                on_account(books, id, &account_id, found.rest, "");
            }
            let outcome = match (deducted, found.rest.is_positive()) {
                (true, _) => Outcome::Deduction,
                (false, true) => Outcome::OnAccount,
                (false, false) => Outcome::Applied,
            };
            Ok(Applied { account: Some(account_id), outcome, reason })
        }
        Err((candidates, reason)) => {
            let is_nothing_meant = candidates.is_empty();
            let applied = give_up(books, &payment, Some(account_id.clone()), candidates, reason)?;
            if is_nothing_meant {
                let amount = rated(books, id)?.unallocated();
                on_account(books, id, &account_id, amount, &applied.reason);
            }
            Ok(applied)
        }
    }
}

fn give_up(
    books: &mut dyn Books,
    payment: &Payment,
    account: Option<AccountId>,
    candidates: Vec<Candidate>,
    reason: Text,
) -> Result<Applied, Stop> {
    let ambiguous = candidates.len() > 1;
    let suspense = account.is_none();
    books.record(&payment.id, PaymentEvent::Unmatched { candidates, reason: reason.clone(), suspense });
    let outcome = if suspense { Outcome::Suspense } else { Outcome::Unmatched { ambiguous } };
    Ok(Applied { account, outcome, reason })
}

/// Stage 2: the documents that the payment names by their numbers.
fn referenced(books: &mut dyn Books, payment: &Payment) -> Result<Vec<InvoiceId>, Stop> {
    let mut found = Vec::new();
    let of_lines = payment.lines.iter().flat_map(|line| named(std::slice::from_ref(&line.document), ""));
    for name in named(&payment.references, &payment.remittance).into_iter().chain(of_lines) {
        if let Some(Key::Invoice(invoice)) = pointed(books, NUMBER, &name)?
            && !found.contains(&invoice)
        {
            found.push(invoice);
        }
    }
    with_replacements(books, found)
}

/// The documents that bill what left with the bills of lading that the payment names.
fn by_bill_of_lading(books: &mut dyn Books, payment: &Payment) -> Result<Vec<InvoiceId>, Stop> {
    let mut found = Vec::new();
    for name in named(&payment.references, &payment.remittance) {
        for shipment in shipments_under(books, &name)? {
            let billed = books.shipment(&shipment)?.map(|shipment| shipment.invoices.clone()).unwrap_or_default();
            found.extend(billed);
        }
    }
    found.sort_unstable();
    found.dedup();
    with_replacements(books, found)
}

/// Stage 1: whose money it is, and how we know.
fn payer(
    books: &mut dyn Books,
    payment: &Payment,
    referenced: &[InvoiceId],
) -> Result<Option<(AccountId, &'static str)>, Stop> {
    if let Some(account) = &payment.account {
        return Ok(Some((account.clone(), "identified before")));
    }
    if let Some(account) = known_as(books, BANK_ACCOUNT, &payment.payer_account)? {
        return Ok(Some((account, "bank account")));
    }
    let numbered = AccountId::from(payment.customer_number.trim());
    if !numbered.0.is_empty() && books.account(&numbered)?.is_some() {
        return Ok(Some((numbered, "customer number")));
    }
    if let Some(account) = known_as(books, PAYER_NAME, &payment.payer_name)? {
        return Ok(Some((account, "name")));
    }
    let mut accounts = Vec::new();
    for invoice in referenced {
        accounts.extend(books.invoice(invoice)?.map(|invoice| invoice.account.clone()));
    }
    accounts.sort_unstable();
    accounts.dedup();
    if let [account] = accounts.as_slice() {
        return Ok(Some((account.clone(), "documents named")));
    }
    let mut payers = Vec::new();
    for account in &accounts {
        payers.push(payer_of(books, account)?);
    }
    payers.dedup();
    Ok(match payers.as_slice() {
        [payer] => Some((payer.clone(), "documents named of accounts that it pays for")),
        _ => None,
    })
}

/// The payer of what left with the bill of lading that an unknown payer names: somebody else's goods may have left with it, so only if
/// the money is exactly theirs.
fn payer_of_shipped(
    books: &mut dyn Books,
    payment: &Payment,
    shipped: &[InvoiceId],
) -> Result<Option<(AccountId, &'static str)>, Stop> {
    let mut open = Amount::ZERO;
    for id in shipped {
        let Some(invoice) = books.invoice(id)? else { continue };
        let account = books.account(&invoice.account)?;
        open += account.and_then(|account| account.ledger.item(*id).map(|item| item.open)).unwrap_or_default();
    }
    let found = if open == payment.amount { payer(books, payment, shipped)? } else { None };
    Ok(found.map(|(account, _)| (account, "bill of lading named, and the amount is that of what left with it")))
}

/// Why a payment can be applied to nothing that its payer owes: it is in another currency, or nobody knows its rate. The payer need not
/// be recorded with it: money that does not fit is nobody's yet.
pub(crate) fn misfit(books: &mut dyn Books, payment: &Payment) -> Result<Option<Text>, Stop> {
    let referenced = referenced(books, payment)?;
    match payer(books, payment, &referenced)? {
        Some((account, _)) => foreign(books, payment, &account),
        None => unknown(books, payment),
    }
}

/// The one account that is known under a name or bank account.
fn known_as(books: &mut dyn Books, within: &'static str, name: &str) -> Result<Option<AccountId>, Stop> {
    match pointed(books, within, &normalised(name))? {
        Some(Key::Account(account)) if !name.is_empty() => Ok(Some(account)),
        _ => Ok(None),
    }
}

/// Who pays for an account: another one, or itself.
pub(super) fn payer_of(books: &mut dyn Books, account: &AccountId) -> Result<AccountId, Stop> {
    Ok(books.account(account)?.and_then(|account| account.profile.payer.clone()).unwrap_or_else(|| account.clone()))
}

/// The open items in the payment's currency that it names and that are those of accounts which the payer pays for. Source: domain §1.7,
/// stage 1 (parent/child hierarchy).
fn paid_for(
    books: &mut dyn Books,
    payment: &Payment,
    payer: &AccountId,
    referenced: &[InvoiceId],
) -> Result<Vec<(AccountId, OpenItem)>, Stop> {
    let mut found = Vec::new();
    for id in referenced {
        let Some(invoice) = books.invoice(id)?.filter(|invoice| invoice.account != *payer) else { continue };
        if foreign(books, payment, &invoice.account)?.is_some() {
            continue;
        }
        let account = books.account(&invoice.account)?.filter(|account| account.profile.payer.as_ref() == Some(payer));
        if let Some(item) = account.and_then(|account| account.ledger.item(*id).cloned()) {
            found.push((invoice.account.clone(), less_credits(books, item)?));
        }
    }
    Ok(found)
}

/// The open items of the account that the payer pays for whose orders the payment names; none where several accounts have such orders,
/// since the name alone does not tell which is meant. Source: domain §1.7, stages 1 and 2.
fn named_of_others(books: &mut dyn Books, payment: &Payment, payer: &Account) -> Result<Vec<(AccountId, OpenItem)>, Stop> {
    let mut found = Vec::new();
    for owner in others(books, payment, payer)? {
        let owner = account_less_credits(books, owner)?;
        let named: Vec<_> = items(&owner, payment, &[]).into_iter().map(|item| (owner.id.clone(), item.clone())).collect();
        if !found.is_empty() && !named.is_empty() {
            return Ok(Vec::new());
        }
        found.extend(named);
    }
    Ok(found)
}

/// The orders, one of each account that the payer pays for, which the payment names and which are held until they are paid. The money is the
/// account's then: what it has is what lets its orders go on. Source: domain §1.2 (prepayment terms), §1.7 (stages 1 and 2).
fn prepaid_of_others(books: &mut dyn Books, payment: &Payment, payer: &Account) -> Result<Vec<(AccountId, OrderId)>, Stop> {
    let mut found = Vec::new();
    for owner in others(books, payment, payer)? {
        found.extend(prepaid(books, &owner, payment)?.map(|order| (owner.id.clone(), order)));
    }
    Ok(found)
}

/// The accounts that the payer pays for and that are kept in the payment's currency.
fn others(books: &mut dyn Books, payment: &Payment, payer: &Account) -> Result<Vec<Arc<Account>>, Stop> {
    let mut others = Vec::new();
    for id in &payer.ledger.pays_for {
        if foreign(books, payment, id)?.is_none() {
            others.extend(books.account(id)?);
        }
    }
    Ok(others)
}

/// The open items that the payment names: by number, by purchase order, by order number.
fn items<'a>(account: &'a Account, payment: &Payment, referenced: &[InvoiceId]) -> Vec<&'a OpenItem> {
    let by_number: Vec<&OpenItem> =
        account.ledger.open_items.iter().filter(|item| referenced.contains(&item.invoice)).collect();
    if !by_number.is_empty() {
        return by_number;
    }
    let named = OrdersNamed::of(payment);
    let has_amount = |item: &OpenItem| {
        let discount = item.discount.map(|(discount, _)| discount).unwrap_or_default();
        item.open == payment.amount || item.open - discount == payment.amount
    };
    account.ledger.open_items.iter().filter(|item| named.name(item, has_amount(item))).collect()
}

#[cfg(test)]
pub(super) mod tests;
