//! Money that comes in: statements, what their payments are for, and who is asked where that is not certain.

use std::collections::BTreeSet;

use feel::{Context as Variables, Value};
use trade::cash::{Outcome as CashOutcome, Payment};
use trade::exception::ExceptionKind;
use trade::{Key, PaymentId};
use units::{Amount, Currency, Text};

use super::txn::{Outcome, Txn};
use super::{exception, task};
use crate::command::Reply;

/// Imports a bank statement and applies its payments.
pub(super) fn import(txn: &mut Txn<'_>, statement: &trade::cash::StatementDocument) -> Outcome<Reply> {
    let cx = txn.cx.clone();
    let system = txn.system.clone();
    let imported = trade::cash::import(txn.books(), statement, &cx)?;
    if let Some(reason) = imported.out_of_sequence {
        let subject = trade::exception::Subject { key: Some(Key::Statement(statement.key())), ..Default::default() };
        let kind = ExceptionKind::ReconBreak;
        trade::exception::raise(txn.books(), trade::exception::Raise::new(kind, subject, reason), &system)?;
    }
    for id in &imported.payments {
        apply_payment(txn, *id)?;
    }
    Ok(Reply::Statement { payments: imported.payments, repeated: imported.repeated })
}

/// Applies a payment; a person is asked about what is not certain.
fn apply_payment(txn: &mut Txn<'_>, id: PaymentId) -> Outcome<()> {
    let system = txn.system.clone();
    let applied = trade::cash::apply(txn.books(), id, &system)?;
    let exception = match applied.outcome {
        CashOutcome::Applied | CashOutcome::OnAccount => return Ok(()),
        CashOutcome::Unmatched { .. } | CashOutcome::Suspense => ExceptionKind::PaymentUnmatched,
        CashOutcome::Deduction => ExceptionKind::Deduction,
    };
    ask_about_payment(txn, id, exception, &applied.reason)
}

/// Money that waited for one of the rates is applied now (domain §1.6).
pub(super) fn put_rates(txn: &mut Txn<'_>, rates: &[trade::master::ExchangeRate]) -> Outcome<Reply> {
    let cx = txn.cx.clone();
    trade::master::put_rates(txn.books(), rates, &cx)?;
    let currencies: BTreeSet<Currency> = rates.iter().map(|rate| rate.currency).collect();
    for currency in currencies {
        for id in trade::cash::rate_has_come(txn.books(), currency)? {
            let kind = ExceptionKind::PaymentUnmatched;
            exception::clear_for_key(txn, kind, &Key::Payment(id), "the exchange rate has come")?;
            apply_payment(txn, id)?;
        }
    }
    Ok(Reply::Done)
}

/// What of a payment somebody has to say what it is for: what waits, or else what lies on account because it pays nothing known.
pub(super) fn undecided(payment: &Payment) -> Amount {
    let waits = payment.unallocated();
    if waits.is_zero() { payment.on_account } else { waits }
}

/// Asks a person about a payment, or about what it deducts.
pub(super) fn ask_about_payment(txn: &mut Txn<'_>, id: PaymentId, kind: ExceptionKind, reason: &Text) -> Outcome<()> {
    let Some(payment) = txn.books().payment(&id)? else { return Ok(()) };
    let (at_stake, owner) = match kind {
        ExceptionKind::Deduction => {
            let deductions = trade::cash::deductions(txn.books(), id)?;
            // the code of a deduction says whose business it is (domain §1.7)
            let mut owners: Vec<_> = deductions.iter().map(|(.., code)| trade::cash::owner(code)).collect();
            owners.dedup();
            // receivables see to it that each of several owners decides
            let owner = if owners.len() > 1 { Some(trade::Role::Receivables) } else { owners.pop() };
            let owner = owner.map(|owner| task::label(&owner));
            (deductions.iter().map(|(_, amount, _)| *amount).sum(), owner)
        }
        _ => (undecided(&payment), None),
    };
    let tier = match &payment.account {
        Some(account) => task::tier_of(txn, account)?,
        None => Value::Null,
    };
    let variables = Variables::from_iter([
        ("paymentId", Value::from(id.to_string())),
        ("exception", Value::from(task::label(&kind))),
        ("reason", Value::from(reason.as_str())),
        // money without a rate is applied to nothing, so nothing of it is given away
        ("amount", task::estimated(txn, at_stake, payment.currency)?),
        ("owner", Value::from(owner)),
        ("tier", tier),
    ]);
    txn.start("payment-exception", None, variables)?;
    Ok(())
}
