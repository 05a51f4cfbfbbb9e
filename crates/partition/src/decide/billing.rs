//! Billing between processes, clocks and people: who bills when, and what becomes of what cannot be billed.

use feel::{Context as Variables, Value};
use trade::billing::WaitOver;
use trade::exception::{Action, ExceptionKind, Raise};
use trade::master::BillingPolicy;
use trade::order::{Bucket, Order};
use trade::{AccountId, InvoiceId, OrderId};
use units::{Amount, Text};

use super::task::{order, subject};
use super::txn::{Outcome, Txn};

/// Bills what is due. What a hold keeps back is put on the backlog, with its reason and a clock; what is billed leaves it.
pub(super) fn bill(txn: &mut Txn<'_>, id: OrderId) -> Outcome<Vec<InvoiceId>> {
    let cx = txn.system.clone();
    let posted = trade::billing::bill(txn.books(), id, &cx)?;
    if posted.is_empty() {
        note_backlog(txn, id)?;
    } else {
        billed(txn, &posted)?;
    }
    Ok(posted)
}

/// Bills the deposit of an order, or all of it; puts it on the backlog where something is in the way.
pub(super) fn bill_deposit(txn: &mut Txn<'_>, id: OrderId) -> Outcome<Option<InvoiceId>> {
    let cx = txn.system.clone();
    let posted = trade::billing::deposit(txn.books(), id, &cx)?;
    if posted.is_none() && !order(txn, id)?.billing.upfront().is_zero() {
        note_backlog(txn, id)?;
    }
    Ok(posted)
}

/// Puts an order on the backlog, or takes it from there; says whether it is there.
pub(super) fn note_backlog(txn: &mut Txn<'_>, id: OrderId) -> Outcome<bool> {
    let cx = txn.system.clone();
    let why = trade::billing::blocked(txn.books(), id, &cx)?;
    let is_kept = why.is_some();
    trade::billing::note_kept_back(txn.books(), id, is_kept)?;
    match why {
        Some(reason) => raise(txn, id, ExceptionKind::BillingBlocked, reason)?,
        None => clear(txn, id, ExceptionKind::BillingBlocked, "nothing is in the way any more")?,
    }
    Ok(is_kept)
}

/// What was kept back because nothing was billed to a customer is billed when something is again (domain §1.6, trigger).
pub(super) fn billable_again(txn: &mut Txn<'_>, account: &AccountId) -> Outcome<()> {
    let known = txn.books().account(account)?.filter(|known| known.profile.not_billable.is_empty());
    let kept_back = known.map(|known| known.ledger.kept_back.clone()).unwrap_or_default();
    kept_back.into_iter().try_for_each(|order| bill_backlog(txn, order))
}

/// Nobody is asked any more about orders that were billed: a consolidated invoice bills others with the one that it was written for.
fn billed(txn: &mut Txn<'_>, posted: &[InvoiceId]) -> Outcome<()> {
    for invoice in posted {
        let Some(invoice) = txn.books().invoice(invoice)? else { continue };
        for order in invoice.orders() {
            trade::billing::note_kept_back(txn.books(), order, false)?;
            clear(txn, order, ExceptionKind::BillingBlocked, "billed")?;
            clear(txn, order, ExceptionKind::PartialBillingDecision, "billed")?;
        }
    }
    Ok(())
}

/// Bills what has shipped, or is due before, and could not be billed then. No process waits for these documents, so each gets one of its own.
pub(super) fn bill_backlog(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let known = order(txn, id)?;
    let is_kept_back = trade::billing::is_kept_back(txn.books(), &known)?;
    if known.is_invoiced() && !is_kept_back {
        return Ok(());
    }
    drop(known);
    if is_kept_back {
        let cx = txn.system.clone();
        let asked = trade::billing::deposit(txn.books(), id, &cx)?;
        let more = trade::billing::deposit_of_more(txn.books(), id, &cx)?;
        asked.into_iter().chain(more).try_for_each(|document| bring_to_erp(txn, document))?;
    }
    for invoice in bill(txn, id)? {
        bring_to_erp(txn, invoice)?;
    }
    // what was not asked for yet kept the rest from being released
    if is_kept_back { super::react::go_on(txn, id) } else { Ok(()) }
}

/// The rest of an order that is billed on completion was cancelled: what has shipped is billed now, because no shipment follows that
/// would bill it (domain §1.6: fulfilled and cancelled units make an order complete).
pub(super) fn bill_rest(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let order = order(txn, id)?;
    let is_complete = matches!(order.billing, BillingPolicy::OnComplete { .. }) && order.is_fulfilled();
    // what is kept back may have been of what is cancelled
    if is_complete || trade::billing::is_kept_back(txn.books(), &order)? {
        bill_backlog(txn, id)?;
    }
    Ok(())
}

/// The clock of what waits to be billed has run out.
pub(super) fn wait_over(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let cx = txn.system.clone();
    match trade::billing::wait_over(txn.books(), id, &cx)? {
        WaitOver::Nothing => Ok(()),
        WaitOver::Ask(reason) => raise(txn, id, ExceptionKind::PartialBillingDecision, reason),
        WaitOver::Chase(reason, amount) => {
            let cx = txn.system.clone();
            let order = order(txn, id)?;
            let amount = valued(txn, amount, &order)?;
            let subject = subject(&order, None);
            let raise = Raise { amount, ..Raise::new(ExceptionKind::PaymentUnmatched, subject, reason) };
            trade::exception::raise(txn.books(), raise, &cx)?;
            Ok(())
        }
        WaitOver::Billed(posted) => {
            billed(txn, &posted)?;
            for invoice in posted {
                bring_to_erp(txn, invoice)?;
            }
            // puts on the backlog what a hold keeps back
            bill_backlog(txn, id)
        }
    }
}

/// A person has decided whether what has shipped is billed now.
pub(super) fn decided(txn: &mut Txn<'_>, id: OrderId, action: Action) -> Outcome<()> {
    let cx = txn.cx.clone();
    match action {
        Action::Release => {
            for invoice in trade::billing::bill_waiting(txn.books(), id, &cx)? {
                bring_to_erp(txn, invoice)?;
            }
            bill_backlog(txn, id)
        }
        Action::Wait => Ok(trade::billing::wait_again(txn.books(), id, &cx)?),
        _ => Ok(()),
    }
}

/// What an order owes has changed: nobody is asked about an upfront invoice any more that is paid, and an order that is paid before
/// anything ships goes on.
pub(super) fn paid(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let order = order(txn, id)?;
    if order.billing.upfront().is_zero() {
        return Ok(());
    }
    if !trade::billing::is_chased(txn.books(), id)? {
        end_chase(txn, id, "the upfront invoice is settled")?;
    }
    let waits = order.billing == BillingPolicy::OnOrder && order.units_in(Bucket::Allocated).is_positive();
    if waits && !trade::order::awaits_payment(&order) {
        txn.publish("order.more", id, None);
    }
    Ok(())
}

/// Nobody has to see any more that an upfront invoice is paid. A process that asks for a payment by a task of its own goes on asking.
pub(super) fn end_chase(txn: &mut Txn<'_>, id: OrderId, cause: &str) -> Outcome<()> {
    let cx = txn.system.clone();
    let subject = subject(&*order(txn, id)?, None);
    let Some(asked) = trade::exception::of_subject(txn.books(), ExceptionKind::PaymentUnmatched, &subject)? else {
        return Ok(());
    };
    if txn.books().exception(&asked)?.is_some_and(|exception| exception.task.is_none()) {
        trade::exception::clear(txn.books(), asked, cause, &cx)?;
    }
    Ok(())
}

/// What is to be billed of an order before anything is released is billed, and what was taken away of one that is billed on order is given
/// back; says whether something is in the way of that.
pub(super) fn bill_upfront(txn: &mut Txn<'_>, id: OrderId) -> Outcome<bool> {
    let cx = txn.system.clone();
    let known = order(txn, id)?;
    if known.billing != BillingPolicy::OnOrder {
        if !trade::billing::awaits_deposit(txn.books(), &known)? {
            return Ok(false);
        }
        let asked = trade::billing::deposit(txn.books(), id, &cx)?;
        asked.into_iter().try_for_each(|document| bring_to_erp(txn, document))?;
        return note_backlog(txn, id);
    }
    let mut documents = trade::billing::release_deposit(txn.books(), id, &cx)?;
    documents.extend(trade::billing::deposit_of_more(txn.books(), id, &cx)?);
    documents.into_iter().try_for_each(|document| bring_to_erp(txn, document))?;
    note_backlog(txn, id)
}

/// The first release of an order may be a milestone of its billing.
pub(super) fn bill_milestone(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    if !matches!(order(txn, id)?.billing, BillingPolicy::Milestones(_)) {
        return Ok(());
    }
    bill_deposit(txn, id)?.into_iter().try_for_each(|document| bring_to_erp(txn, document))
}

/// Starts the process that posts a document which no process of an order has made.
pub(super) fn bring_to_erp(txn: &mut Txn<'_>, document: InvoiceId) -> Outcome<()> {
    let order = txn.books().invoice(&document)?.map(|invoice| invoice.order.to_string());
    let variables = [("invoiceId", Value::from(document.to_string())), ("orderId", Value::from(order))];
    txn.start("post-invoice", None, Variables::from_iter(variables))?;
    Ok(())
}

/// What is at stake of an order in the company's currency.
pub(super) fn valued(txn: &mut Txn<'_>, amount: Amount, order: &Order) -> Outcome<Amount> {
    let company = super::task::company(txn)?;
    Ok(company.valued(amount, order.currency, company.calendar.local_day(txn.cx.now)))
}

fn raise(txn: &mut Txn<'_>, id: OrderId, kind: ExceptionKind, reason: Text) -> Outcome<()> {
    let cx = txn.system.clone();
    let order = order(txn, id)?;
    let shipped = order.lines.iter().map(|line| trade::order::units_value(line, line.to_invoice(), order.currency));
    let shipped: Amount = shipped.sum();
    // nothing is shipped of what is asked for before
    let kept_back = if shipped.is_zero() { trade::order::gross(&order) } else { shipped };
    let amount = valued(txn, kept_back, &order)?;
    trade::exception::raise(txn.books(), Raise { amount, ..Raise::new(kind, subject(&order, None), reason) }, &cx)?;
    Ok(())
}

fn clear(txn: &mut Txn<'_>, id: OrderId, kind: ExceptionKind, cause: &str) -> Outcome<()> {
    let cx = txn.system.clone();
    let order = order(txn, id)?;
    if let Some(exception) = trade::exception::of_subject(txn.books(), kind, &subject(&order, None))? {
        trade::exception::clear(txn.books(), exception, cause, &cx)?;
    }
    Ok(())
}
