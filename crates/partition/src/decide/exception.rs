//! Exceptions between processes and people: raised by user tasks and incidents, resolved by commands.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{Input, Instance, InstanceId, Key as ElementKey};
use feel::{Context as Variables, Environment, Value};
use trade::cash::{Payment, PaymentStatus, Settlement};
use trade::exception::{Action, Exception, ExceptionKind, Raise, Routing, Subject, TaskRef};
use trade::order::{Cancellation, HoldKind, Line, Order};
use trade::{
    AccountId, ExceptionId, InvoiceId, ItemId, Key, LineNo, OrderId, PaymentId, Refusal, ReturnId, WarehouseOrderId,
};
use units::{Amount, Quantity, Text};

use super::task::{label, order};
use super::txn::{FollowUp, Outcome, Txn, text};
use super::{billing, cash, credit, follow_up, substitution};
use crate::effect::EffectId;
use crate::key::AnyKey;
use crate::property::{AMOUNT, CASE, EXCEPTION, OWNER, REASON, RESOLVE, RESPOND, SEVERITY, named, working_time};

/// Variables by which processes say what they are about.
const SUBJECTS: [&str; 5] = ["orderId", "paymentId", "returnId", "invoiceId", "warehouseOrderId"];

/// Raises the exception that a user task stands for: its properties name type, reason and amount.
pub(super) fn raise_for_task(
    txn: &mut Txn<'_>,
    process: &bpmn::Process,
    instance: &Instance,
    task: ElementKey,
) -> Outcome<()> {
    let Some(index) = instance.element_of(task) else { return Ok(()) };
    let element = process.element(index);
    let variables = instance.job_variables(task);
    let environment = txn.environment();
    let property = |name: &str| property(element, name, &variables, &environment);
    let given = property(EXCEPTION);
    let kind = given.as_ref().and_then(|value| named(value.as_str()?));
    let reason = match property(REASON) {
        Some(Value::String(reason)) => Text::from(&*reason),
        Some(Value::Null) | None => element.name().into(),
        Some(other) => text(other.to_json()),
    };
    // what is computed is known only now: whoever decides has to know that the type is a stopgap
    let reason = match given.filter(|_| kind.is_none()) {
        Some(given) => text(format_args!("{reason} ({given} is no type of exception)")),
        None => reason,
    };
    let kind = kind.unwrap_or(ExceptionKind::PolicyOverride);
    let case = property(CASE).and_then(|case| case.as_str().map(Text::from)).unwrap_or_default();
    let amount = property(AMOUNT).and_then(|value| value.as_decimal());
    let routing = Routing {
        owner: property(OWNER).and_then(|owner| named(owner.as_str()?)),
        severity: property(SEVERITY).and_then(|severity| named(severity.as_str()?)),
        respond: property(RESPOND).and_then(|time| working_time(&time)),
        resolve: property(RESOLVE).and_then(|time| working_time(&time)),
    };
    let subject = subject_of(txn, &variables)?;
    let currency = super::task::company(txn)?.currency;
    let amount = amount.and_then(|amount| Amount::from_decimal(amount, currency, units::Rounding::HalfUp));
    let task = TaskRef { instance: instance.id().0, task };
    let hold = variables.get("hold").and_then(|hold| hold.as_context()?.get("kind").cloned());
    let hold = hold.and_then(|kind| named(kind.as_str()?));
    if let (Some(id), Some(hold)) = (subject.order, hold)
        && let Some(asked) = asked_about(txn, id, hold)?
        && trade::exception::await_answer(txn.books(), asked, task, routing)?
    {
        return Ok(());
    }
    let amount = amount.unwrap_or_default();
    let raise = Raise { amount, task: Some(task), case, routing, ..Raise::new(kind, subject, reason) };
    let cx = txn.system.clone();
    trade::exception::raise(txn.books(), raise, &cx)?;
    Ok(())
}

/// The exception that was raised with a hold.
fn asked_about(txn: &mut Txn<'_>, id: OrderId, hold: HoldKind) -> Outcome<Option<ExceptionId>> {
    let order = order(txn, id)?;
    Ok(order.holds.iter().find(|held| held.kind == hold).and_then(|held| held.exception))
}

/// The process goes on with rights of its own, so nobody's result may point it at something else.
pub(super) fn leaves_subject(before: &Variables, results: &Variables) -> Result<(), Refusal> {
    keeps_subject(before, results)?;
    for name in SUBJECTS {
        let Some(given) = results.get(name).filter(|_| !before.contains(name)) else { continue };
        let wanted = Text::const_new("left out: a completion does not change what a process is about");
        return Err(Refusal::Invalid {
            field: text(format_args!("variables.{name}")),
            given: text(given.to_json()),
            wanted,
        });
    }
    Ok(())
}

/// A result may say what a process is about that did not know it yet, and not point it at something else.
pub(super) fn keeps_subject(before: &Variables, results: &Variables) -> Result<(), Refusal> {
    for name in SUBJECTS {
        let (Some(before), Some(given)) = (before.get(name), results.get(name)) else { continue };
        if before != given {
            let wanted = text(format_args!("{}, as it is, or left out", before.to_json()));
            let field = text(format_args!("variables.{name}"));
            return Err(Refusal::Invalid { field, given: text(given.to_json()), wanted });
        }
    }
    Ok(())
}

/// The user task is gone because something else happened: its exception is void.
pub(super) fn clear_for_task(txn: &mut Txn<'_>, instance: InstanceId, task: ElementKey) -> Outcome<()> {
    let cx = txn.system.clone();
    let task = TaskRef { instance: instance.0, task };
    if let Some(id) = trade::exception::of_task(txn.books(), task)? {
        trade::exception::clear(txn.books(), id, "the process went on without it", &cx)?;
        if let Some(order) = txn.books().exception(&id)?.and_then(|exception| exception.subject.order) {
            txn.keep_asked(order);
        }
    }
    Ok(())
}

/// A task was completed, its listeners having let that through: it is in no queue any more. Nothing happens if a decision on the
/// exception completed it.
pub(super) fn task_completed(txn: &mut Txn<'_>, instance: InstanceId, task: ElementKey) -> Outcome<()> {
    let cx = txn.cx.clone();
    let task = TaskRef { instance: instance.0, task };
    if let Some(id) = trade::exception::of_task(txn.books(), task)? {
        trade::exception::clear(txn.books(), id, &format!("the task was completed by {}", cx.actor.id), &cx)?;
    }
    Ok(())
}

/// Raises the exception of a dead letter. Nothing happens for what is none.
pub(super) fn raise_for_dead_letter(txn: &mut Txn<'_>, id: EffectId) -> Outcome<()> {
    let Some(effect) = txn.effect(id)? else { return Ok(()) };
    let Some((code, message)) = &effect.dead else { return Ok(()) };
    let account = match effect.order {
        Some(order) => txn.books().order(&order)?.map(|order| order.account.clone()),
        None => None,
    };
    let subject = Subject { order: effect.order, account, key: effect.subject.clone(), line: None };
    let reason = text(format_args!("{} could not be delivered ({code}): {message}", effect.capability));
    let raise = Raise {
        // one system that fails is one case, however many orders wait for it
        case: effect.capability.clone(),
        dead_letter: Some(text(id)),
        is_waited_for: effect.job.is_some(),
        ..Raise::new(ExceptionKind::Integration, subject, reason)
    };
    let cx = txn.system.clone();
    trade::exception::raise(txn.books(), raise, &cx)?;
    Ok(())
}

/// A dead letter is none any more: what asked about it is void.
pub(super) fn clear_for_dead_letter(txn: &mut Txn<'_>, id: EffectId, cause: &str) -> Outcome<()> {
    let cx = txn.system.clone();
    if let Some(exception) = trade::exception::of_dead_letter(txn.books(), &text(id))? {
        trade::exception::clear(txn.books(), exception, cause, &cx)?;
    }
    Ok(())
}

/// Carries out what was decided on a dead letter: it is sent again, or the order that it is about is cancelled, or, if it is about
/// none, the process that waits for it.
fn decide_on_dead_letter(
    txn: &mut Txn<'_>,
    id: EffectId,
    exception: &Exception,
    action: Action,
    reason: &Text,
) -> Outcome<()> {
    match (action, exception.subject.order) {
        (Action::Retry, _) => super::command::deliver_again(txn, id)?,
        (Action::Cancel, Some(order)) => {
            cancel_rest(txn, order, reason)?;
        }
        (Action::Cancel, None) => {
            if let Some((instance, _)) = txn.effect(id)?.and_then(|effect| effect.job) {
                txn.then(FollowUp::Step(instance, Input::Cancel));
            }
        }
        _ => {}
    }
    // a job that waits for it when everything has followed has somebody who is asked
    txn.look_again(id);
    Ok(())
}

/// Cancels what of an order has still to ship: what the customer has is not asked back by deciding on something else. An order of which
/// everything has shipped is cancelled as far as that goes.
fn cancel_rest(txn: &mut Txn<'_>, id: OrderId, reason: &Text) -> Outcome<()> {
    let order = order(txn, id)?;
    let lines = order.lines.iter().filter(|line| line.buckets.to_ship().is_positive()).map(|line| (line.no, None)).collect();
    super::command::cancel(txn, id, &Cancellation { lines, reason: reason.clone() })?;
    Ok(())
}

/// Raises the exception of a technical incident.
pub(super) fn raise_for_incident(
    txn: &mut Txn<'_>,
    process: &bpmn::Process,
    instance: &Instance,
    incident: ElementKey,
    message: &str,
) -> Outcome<()> {
    let at = instance.element_of(incident).map(|index| process.element(index).name().to_owned()).unwrap_or_default();
    let subject = subject_of(txn, &instance.root_variables())?;
    let reason = text(format_args!("{}, step “{at}”: {message}", process.name()));
    let raise = Raise {
        task: Some(TaskRef { instance: instance.id().0, task: incident }),
        ..Raise::new(ExceptionKind::Integration, subject, reason)
    };
    let cx = txn.system.clone();
    trade::exception::raise(txn.books(), raise, &cx)?;
    Ok(())
}

fn subject_of(txn: &mut Txn<'_>, variables: &Variables) -> Outcome<Subject> {
    fn id<T: std::str::FromStr>(variables: &Variables, name: &str) -> Option<T> {
        variables.get(name)?.as_str()?.parse().ok()
    }
    let order: Option<OrderId> = id(variables, "orderId");
    let key = id::<PaymentId>(variables, "paymentId")
        .map(Key::Payment)
        .or_else(|| id::<ReturnId>(variables, "returnId").map(Key::ReturnRequest))
        .or_else(|| id::<InvoiceId>(variables, "invoiceId").map(Key::Invoice))
        .or_else(|| id::<WarehouseOrderId>(variables, "warehouseOrderId").map(Key::WarehouseOrder));
    let account = match (order, &key) {
        (Some(id), _) => txn.books().order(&id)?.map(|order| order.account.clone()),
        (None, Some(Key::Payment(id))) => txn.books().payment(id)?.and_then(|payment| payment.account.clone()),
        (None, Some(Key::ReturnRequest(id))) => txn.books().return_request(id)?.map(|request| request.account.clone()),
        (None, _) => None,
    };
    Ok(Subject { order, account, key, line: None })
}

fn property(element: &bpmn::Element, name: &str, variables: &Variables, environment: &Environment) -> Option<Value> {
    match element.computed(name) {
        None => element.property(name).map(Value::from),
        Some(expression) => Some(expression.evaluate(variables, environment).value),
    }
}

/// Carries a person's decision out: first what it means in the trade, then the waiting task goes on.
pub(super) fn resolve(
    txn: &mut Txn<'_>,
    id: ExceptionId,
    action: Action,
    reason: &Text,
    details: &Variables,
) -> Outcome<()> {
    let exception = txn.books().exception(&id)?.ok_or(Refusal::NotFound(Key::Exception(id)))?;
    let cx = txn.cx.clone();
    trade::exception::resolve(txn.books(), id, action, reason, &cx)?;
    if let Some(letter) = exception.dead_letter.as_ref().and_then(|letter| letter.parse().ok()) {
        return decide_on_dead_letter(txn, letter, &exception, action, reason);
    }
    mean(txn, &exception, action, reason, details)?;
    if let Some(order) = exception.subject.order {
        txn.keep_asked(order);
    }
    let Some(task) = exception.task else { return look_again(txn, &exception, action) };
    let instance_id = InstanceId(task.instance);
    let Some(instance) = txn.instance(instance_id)? else { return Ok(()) };
    if instance.has_task(task.task) {
        let variables = Variables::from_iter([
            ("action", Value::from(label(&action))),
            ("reason", Value::from(reason.as_str())),
            ("resolvedBy", Value::from(cx.actor.id.as_str())),
            ("details", Value::from(details.clone())),
        ]);
        txn.then(FollowUp::Step(instance_id, Input::CompleteTask { task: task.task, variables }));
    } else if instance.has_incident(task.task) {
        let input = match action {
            Action::Cancel => Input::Cancel,
            _ => Input::ResolveIncident { incident: task.task },
        };
        txn.then(FollowUp::Step(instance_id, input));
    }
    Ok(())
}

/// A person put right what a hold was about before its process asked: the check is made again at once.
fn look_again(txn: &mut Txn<'_>, exception: &Exception, action: Action) -> Outcome<()> {
    let hold = trade::exception::hold_of(exception.kind);
    let (Some(hold), Some(id), Action::Correct | Action::Retry) = (hold, exception.subject.order, action) else {
        return Ok(());
    };
    let cx = txn.system.clone();
    if hold == HoldKind::Tax {
        return Ok(trade::tax::determine(txn.books(), id, None, &cx)?);
    }
    if !order(txn, id)?.is_held_by(hold) {
        return Ok(());
    }
    trade::order::validate(txn.books(), id, &cx)?;
    trade::price::validate(txn.books(), id, &cx)?;
    trade::order::screen(txn.books(), id, &cx)?;
    if hold == HoldKind::Credit {
        credit::check(txn, id)?;
    }
    Ok(())
}

fn mean(txn: &mut Txn<'_>, exception: &Arc<Exception>, action: Action, reason: &Text, details: &Variables) -> Outcome<()> {
    let cx = txn.cx.clone();
    let hold = trade::exception::hold_of(exception.kind);
    match (hold, exception.subject.order, exception.subject.key.as_ref()) {
        (Some(hold), Some(id), _) if order(txn, id)?.is_held_by(hold) => match action {
            Action::Release | Action::Degrade => trade::order::release_hold(txn.books(), id, hold, reason, &cx)?,
            Action::UseExpectedPrice => {
                trade::price::use_expected(txn.books(), id, &cx)?;
                trade::order::release_hold(txn.books(), id, hold, reason, &cx)?;
            }
            Action::Cancel | Action::Reject => trade::order::reject(txn.books(), id, reason, &cx)?,
            _ => {}
        },
        (_, _, Some(Key::Payment(id))) => payment(txn, *id, exception.kind, action, reason, details)?,
        (_, _, Some(Key::Invoice(id))) if exception.kind == ExceptionKind::Deduction => {
            dispute(txn, *id, action, reason, details)?;
        }
        (_, _, Some(Key::ReturnRequest(id))) => {
            let authorise = match action {
                Action::Authorise => true,
                Action::Reject => false,
                _ => return Ok(()),
            };
            if let Some(note) = trade::returns::decide(txn.books(), *id, authorise, reason, &cx)? {
                billing::bring_to_erp(txn, note)?;
            }
            follow_up::interception_ended(txn, *id)?;
        }
        (_, Some(id), None) if exception.kind == ExceptionKind::PartialBillingDecision => {
            billing::decided(txn, id, action)?;
        }
        (_, Some(id), None) if exception.kind == ExceptionKind::PaymentUnmatched && action == Action::Wait => {
            billing::decided(txn, id, action)?;
        }
        (_, Some(id), None) if exception.kind == ExceptionKind::BillingBlocked && action == Action::Retry => {
            billing::bill_backlog(txn, id)?;
        }
        // a booking that was refused has a process that tries again
        (_, _, Some(Key::WarehouseOrder(id)))
            if exception.kind == ExceptionKind::Carrier && action == Action::Retry && exception.task.is_none() =>
        {
            follow_up::redirect_again(txn, *id)?;
        }
        (_, Some(id), Some(Key::Item(item))) if matches!(action, Action::Substitute | Action::Reject) => {
            substitution::answered(txn, id, item, action, details)?;
        }
        (_, Some(id), key) if matches!(exception.kind, ExceptionKind::Shortage | ExceptionKind::BackorderLate) => {
            let item = match key {
                Some(Key::Stock(stock)) => Some(&stock.item),
                Some(Key::Item(item)) => Some(item),
                _ => None,
            };
            missing(txn, id, (item, exception.subject.line), action, reason)?;
        }
        (_, Some(id), _) if action == Action::Cancel => {
            cancel_rest(txn, id, reason)?;
        }
        _ => {}
    }
    Ok(())
}

/// Looks for units that are missing anywhere, or cancels them; of one line or item, or of all that an order waits for.
///
/// Refused where nothing is found, so that the question stays.
fn missing(
    txn: &mut Txn<'_>,
    id: OrderId,
    (item, no): (Option<&ItemId>, Option<LineNo>),
    action: Action,
    reason: &Text,
) -> Outcome<()> {
    let waiting = |order: &Order| -> Vec<(LineNo, ItemId, Quantity)> {
        let is_meant = |line: &&Line| item.is_none_or(|item| line.item == *item) && no.is_none_or(|no| line.no == no);
        let lines = order.lines.iter().filter(is_meant);
        let waits = lines.map(|line| (line.no, line.item.clone(), line.buckets.open + line.buckets.backordered));
        waits.filter(|(.., units)| units.is_positive()).collect()
    };
    let before = waiting(&*order(txn, id)?);
    match action {
        Action::Resource => {
            let items: BTreeSet<ItemId> = before.iter().map(|(_, item, _)| item.clone()).collect();
            for item in &items {
                super::command::serve_waiting(txn, item)?;
            }
            let after = waiting(&*order(txn, id)?);
            if after.iter().any(|(.., units)| units.is_positive()) && after == before {
                let units: Quantity = after.iter().map(|(.., units)| *units).sum();
                let why =
                    format_args!("no warehouse has any of the {units} units that {id} waits for: wait, or cancel them");
                return Err(Refusal::Conflict(text(why)).into());
            }
        }
        Action::Cancel if before.is_empty() => {
            return Err(Refusal::Conflict(text(format_args!("nothing of {id} is missing any more"))).into());
        }
        Action::Cancel => {
            let lines = before.into_iter().map(|(line, _, units)| (line, Some(units))).collect();
            super::command::cancel(txn, id, &Cancellation { lines, reason: reason.clone() })?;
        }
        _ => {}
    }
    Ok(())
}

/// What of a dispute is credited (`granted`) and written off (`amount`; all the rest unless given); the remainder is still due.
fn dispute(txn: &mut Txn<'_>, id: InvoiceId, action: Action, reason: &Text, details: &Variables) -> Outcome<()> {
    let cx = txn.cx.clone();
    let document = txn.books().invoice(&id)?.ok_or(Refusal::NotFound(Key::Invoice(id)))?;
    let Some((disputed, _)) = document.dispute.clone() else { return Ok(()) };
    let granted = money_of(details, "granted", document.currency)?.unwrap_or_default();
    let written_off = match action {
        Action::WriteOff => money_of(details, "amount", document.currency)?.unwrap_or(disputed - granted),
        _ => Amount::ZERO,
    };
    let settled = trade::cash::decide_dispute(txn.books(), id, Settlement { granted, written_off }, reason, &cx)?;
    settled.note.map_or(Ok(()), |note| billing::bring_to_erp(txn, note))
}

/// An amount of a person's answer, if it names one.
fn money_of(details: &Variables, field: &str, currency: units::Currency) -> Outcome<Option<Amount>> {
    let Some(given) = details.get(field) else { return Ok(None) };
    let amount = given.as_decimal().or_else(|| given.as_str()?.parse().ok());
    let amount = amount.and_then(|amount| Amount::from_decimal(amount, currency, units::Rounding::HalfUp));
    amount.map(Some).ok_or_else(|| {
        let (field, wanted) = (text(format_args!("details.{field}")), Text::const_new("an amount such as 12.50"));
        Refusal::Invalid { field, given: text(given.to_json()), wanted }.into()
    })
}

fn payment(
    txn: &mut Txn<'_>,
    id: PaymentId,
    kind: ExceptionKind,
    action: Action,
    reason: &Text,
    details: &Variables,
) -> Outcome<()> {
    let cx = txn.cx.clone();
    let invalid = |field: &'static str, wanted: &'static str| Refusal::Invalid {
        field: Text::const_new(field),
        given: text(details.get(field.trim_start_matches("details.")).unwrap_or(&Value::Null).to_json()),
        wanted: Text::const_new(wanted),
    };
    // money that pays nothing known lies on account, and is asked about all the same
    let is_on_account = kind == ExceptionKind::PaymentUnmatched
        && txn.books().payment(&id)?.is_some_and(|payment| payment.status == PaymentStatus::OnAccount);
    if is_dealt_with(txn, id, kind)? && !is_on_account {
        return Ok(());
    }
    // money of the same payment may wait beside what it deducted
    let deducts = kind == ExceptionKind::Deduction;
    match action {
        Action::WriteOff if deducts => {
            let accepted = accepted(txn, id, details)?;
            trade::cash::resolve_deduction(txn.books(), id, accepted, reason, &cx)?;
        }
        Action::Reject if deducts => trade::cash::resolve_deduction(txn.books(), id, Some(Amount::ZERO), reason, &cx)?,
        Action::Match | Action::WriteOff => {
            let payment = txn.books().payment(&id)?.ok_or(Refusal::NotFound(Key::Payment(id)))?;
            let named = details.get("invoices").and_then(|list| list.as_list());
            let invoices: Option<Vec<InvoiceId>> = match named {
                Some(list) => list.iter().map(|invoice| invoice.as_str()?.parse().ok()).collect(),
                None => payment.candidates.first().map(|candidate| candidate.invoices.clone()),
            };
            let wanted = "a list of invoice ids such as [\"IN-7\"], when there is no candidate to take";
            let invoices = invoices.ok_or_else(|| invalid("details.invoices", wanted))?;
            let items = open_amounts(txn, &payment, &invoices)?;
            trade::cash::match_manually(txn.books(), id, &items, action == Action::WriteOff, &cx)?;
        }
        Action::PutOnAccount => {
            let payment = txn.books().payment(&id)?.ok_or(Refusal::NotFound(Key::Payment(id)))?;
            let named = details.get("account").and_then(|account| account.as_str().map(AccountId::from));
            let account = named.or_else(|| payment.account.clone());
            let account = account.ok_or_else(|| invalid("details.account", "an account number"))?;
            if !is_on_account || payment.account.as_ref() != Some(&account) {
                trade::cash::put_on_account(txn.books(), id, &account, &cx)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// How much of a deduction is accepted: `details.amount` in major units, or all of it.
fn accepted(txn: &mut Txn<'_>, id: PaymentId, details: &Variables) -> Outcome<Option<Amount>> {
    let currency = txn.books().payment(&id)?.map(|payment| payment.currency).unwrap_or_default();
    money_of(details, "amount", currency)
}

/// How much of the payment goes to each document.
fn open_amounts(txn: &mut Txn<'_>, payment: &Payment, invoices: &[InvoiceId]) -> Outcome<Vec<(InvoiceId, Amount)>> {
    let mut open = Vec::with_capacity(invoices.len());
    for id in invoices {
        let invoice = txn.books().invoice(id)?.ok_or(Refusal::NotFound(Key::Invoice(*id)))?;
        let account = txn.books().account(&invoice.account)?;
        open.push(account.and_then(|account| account.ledger.item(*id).map(|item| item.open)).unwrap_or_default());
    }
    let amounts = shared_out(cash::undecided(payment), &open);
    Ok(invoices.iter().copied().zip(amounts).collect())
}

/// What of each open amount money pays, in their order, until it is used up; credits among them are money too, wherever they stand.
fn shared_out(money: Amount, open: &[Amount]) -> Vec<Amount> {
    let credits: Amount = open.iter().copied().filter(|open| open.is_negative()).sum();
    let mut left = money - credits;
    let share = |open: &Amount| {
        let amount = if open.is_negative() { *open } else { (*open).min(left) };
        left -= amount.max(Amount::ZERO);
        amount
    };
    open.iter().map(share).collect()
}

/// What nobody has to decide on any more about a payment, because of what became of it.
pub(super) fn payment_changed(txn: &mut Txn<'_>, id: PaymentId) -> Outcome<()> {
    let asked = [
        (ExceptionKind::PaymentUnmatched, "the payment was dealt with"),
        (ExceptionKind::Deduction, "nothing is deducted any more"),
    ];
    for (kind, cause) in asked {
        if is_dealt_with(txn, id, kind)? {
            clear_for_key(txn, kind, &Key::Payment(id), cause)?;
        }
    }
    Ok(())
}

/// Whether nothing is left to decide on of what an exception asks about a payment.
fn is_dealt_with(txn: &mut Txn<'_>, id: PaymentId, kind: ExceptionKind) -> Outcome<bool> {
    if kind == ExceptionKind::Deduction {
        return Ok(trade::cash::deductions(txn.books(), id)?.is_empty());
    }
    let done = |status| matches!(status, PaymentStatus::Applied | PaymentStatus::OnAccount | PaymentStatus::Reversed);
    Ok(txn.books().payment(&id)?.is_some_and(|payment| done(payment.status)))
}

/// Ends an exception that an event has cleared, and its task.
pub(super) fn clear_for_key(txn: &mut Txn<'_>, kind: ExceptionKind, key: &Key, cause: &str) -> Outcome<()> {
    let cx = txn.system.clone();
    let Some(id) = trade::exception::open_for(txn.books(), kind, key)? else { return Ok(()) };
    let exception = txn.books().exception(&id)?;
    trade::exception::clear(txn.books(), id, cause, &cx)?;
    let Some(task) = exception.and_then(|exception| exception.task) else { return Ok(()) };
    if txn.get(&AnyKey::Instance(InstanceId(task.instance)))?.is_some() {
        let variables = Variables::from_iter([("action", Value::from("cleared"))]);
        let input = Input::CompleteTask { task: task.task, variables };
        txn.then(FollowUp::Step(InstanceId(task.instance), input));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_pay_with_the_money_wherever_they_stand() {
        let shared = |money, open: &[i64]| -> Vec<i64> {
            let open: Vec<Amount> = open.iter().copied().map(Amount).collect();
            shared_out(Amount(money), &open).into_iter().map(|amount| amount.0).collect()
        };
        assert_eq!(shared(70, &[100, -30]), [100, -30]);
        assert_eq!(shared(70, &[-30, 100]), [-30, 100]);
        assert_eq!(shared(60, &[50, 50]), [50, 10]);
        assert_eq!(shared(60, &[50, -30, 60]), [50, -30, 40]);
        assert_eq!(shared(200, &[100]), [100]);
    }
}
