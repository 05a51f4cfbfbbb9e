//! What follows from an event: the one table that ties processes and the trade core together.

use engine::{Event as ProcessEvent, Input, Instance, Key as ElementKey};
use feel::Context as Variables;
use trade::account::AccountEvent;
use trade::billing::InvoiceEvent;
use trade::cash::PaymentEvent;
use trade::fulfilment::WarehouseOrderEvent;
use trade::order::{Bucket, HoldKind, OrderEvent, Status};
use trade::{Event as TradeEvent, Key, LineNo, OrderId, WarehouseOrderId};
use units::Minutes;

use super::task::{TASKS, label};
use super::txn::{FollowUp, Once, Outcome, Txn, TxnStop, text};
use super::{billing, command, credit, document, exception, follow_up, shortage, user_task, worker};
use crate::effect::{Effect, EffectId};
use crate::journal::Event;
use crate::key::{AnyKey, AnyState, CorrelationKey};
use crate::property::OUTLIVES_CALLER;

/// How long a warehouse's message waits for its process: long enough for any repair.
const WAREHOUSE_MESSAGE_LIVES: Minutes = Minutes(30 * 1_440);

/// Whether anything follows from an event of the trade core; most stand for themselves.
pub(super) fn is_awaited(event: &TradeEvent) -> bool {
    match event {
        TradeEvent::Order(_, event) => matches!(
            event,
            OrderEvent::HoldReleased { .. }
                | OrderEvent::Moved { to: Bucket::Shipped | Bucket::Cancelled, .. }
                | OrderEvent::ReceivableChanged { .. }
                | OrderEvent::BillingSet { .. }
                | OrderEvent::Invoiced { .. }
                | OrderEvent::Rejected { .. }
                | OrderEvent::ReservationsTakenOver { .. }
        ),
        TradeEvent::WarehouseOrder(_, event) => matches!(
            event,
            WarehouseOrderEvent::Acknowledged
                | WarehouseOrderEvent::Picked { .. }
                | WarehouseOrderEvent::Shipped { .. }
                | WarehouseOrderEvent::Rejected { .. }
                | WarehouseOrderEvent::CancelConfirmed { .. }
                | WarehouseOrderEvent::PickAttributed { .. }
                | WarehouseOrderEvent::CancelRefused { .. }
                | WarehouseOrderEvent::Cancelled
                | WarehouseOrderEvent::Completed
        ),
        // a statement brings thousands of payments that nobody was asked about: those that people match are looked at there
        TradeEvent::Payment(_, event) => {
            matches!(
                event,
                PaymentEvent::Reversed { .. } | PaymentEvent::DeductionResolved { .. } | PaymentEvent::Booked { .. }
            )
        }
        TradeEvent::Invoice(_, event) => {
            matches!(event, InvoiceEvent::DisputeSettled { entries, .. } if !entries.is_empty())
        }
        TradeEvent::Account(_, event) => {
            matches!(
                event,
                AccountEvent::ItemReduced { .. }
                    | AccountEvent::LimitSet { .. }
                    | AccountEvent::UnappliedChanged { .. }
                    | AccountEvent::UnconfirmedChanged { .. }
            )
        }
        _ => false,
    }
}

/// Tells processes what happened in the trade core.
pub(super) fn to_trade(txn: &mut Txn<'_>, event: &TradeEvent) -> Outcome<()> {
    match event {
        TradeEvent::Order(id, OrderEvent::HoldReleased { kind, .. }) => {
            txn.publish("hold.released", format_args!("{id}:{}", label(kind)), None);
            if matches!(kind, HoldKind::Price | HoldKind::Tax | HoldKind::Manual) {
                billing::bill_backlog(txn, *id)?;
            }
            if *kind == HoldKind::Credit {
                serve_waiting(txn, *id)?;
            }
            go_on(txn, *id)?;
        }
        // what the order has not bound by now is for those who wait
        TradeEvent::Order(_, OrderEvent::ReservationsTakenOver { stocks }) => {
            stocks.iter().for_each(|stock| txn.once(Once::Serve(stock.item.clone())));
        }
        TradeEvent::Order(id, event) => {
            match event {
                OrderEvent::Moved { line, from, to: Bucket::Cancelled, .. } => {
                    txn.once(Once::Cancelled(*id));
                    units_freed(txn, *id, *line, *from)?;
                }
                OrderEvent::ReceivableChanged { .. } | OrderEvent::Invoiced { .. } => billing::paid(txn, *id)?,
                // whoever had to pay first may not have to any more
                OrderEvent::BillingSet { .. } => {
                    billing::end_chase(txn, *id, "the order is billed in another way")?;
                    go_on(txn, *id)?;
                }
                _ => {}
            }
            txn.once(Once::OrderState(*id));
        }
        TradeEvent::WarehouseOrder(id, event) => {
            let expires = Some(txn.now().plus(WAREHOUSE_MESSAGE_LIVES));
            match event {
                WarehouseOrderEvent::Acknowledged => txn.publish("wms.acknowledged", id, expires),
                WarehouseOrderEvent::Picked { complete: true, .. } => txn.publish("wms.picked", id, expires),
                WarehouseOrderEvent::Shipped { .. } => txn.publish("wms.shipped", id, expires),
                WarehouseOrderEvent::Rejected { .. } | WarehouseOrderEvent::Cancelled => {
                    txn.publish("warehouse_order.closed", id, None);
                }
                WarehouseOrderEvent::CancelConfirmed { lines, missing_by: Some(document), .. } => {
                    shortage::given_back(txn, *id, lines, document)?;
                }
                WarehouseOrderEvent::Completed => {
                    let order = txn.books().warehouse_order(id)?;
                    let has_shipped = order.is_some_and(|order| !order.shipments.is_empty());
                    txn.publish(if has_shipped { "warehouse_order.shipped" } else { "warehouse_order.closed" }, id, None);
                    // who waits for a shipment, or will once the last one is billed, has to look again: none comes any more
                    if has_shipped && !ships_now(txn, *id) {
                        txn.publish("wms.shipped", id, expires);
                    }
                }
                _ => {}
            }
            follow_up::answer_came(txn, *id)?;
        }
        TradeEvent::Payment(id, PaymentEvent::Booked { number, day, entries }) => {
            document::post_entries(txn, &Key::Payment(*id), *number, *day, entries)?;
        }
        TradeEvent::Invoice(id, InvoiceEvent::DisputeSettled { entries, .. }) => {
            let day = super::task::company(txn)?.calendar.local_day(txn.now());
            // it may be disputed again, by a later entry of the journal
            let number = u32::try_from(txn.position()).unwrap_or(u32::MAX);
            document::post_entries(txn, &Key::Invoice(*id), number, day, entries)?;
        }
        TradeEvent::Payment(id, _) => exception::payment_changed(txn, *id)?,
        TradeEvent::Account(id, _) => txn.once(Once::RecheckCredit(id.clone())),
        _ => {}
    }
    Ok(())
}

/// Whether this very decision is about a shipment of the warehouse order.
fn ships_now(txn: &Txn<'_>, id: WarehouseOrderId) -> bool {
    let of_it = |event: &TradeEvent| matches!(event, TradeEvent::WarehouseOrder(of, WarehouseOrderEvent::Shipped { .. }) if *of == id);
    txn.has_told(of_it)
}

/// What was cancelled is there for others, and is missing no more.
fn units_freed(txn: &mut Txn<'_>, id: OrderId, no: LineNo, from: Bucket) -> Outcome<()> {
    let Some(order) = txn.books().order(&id)? else { return Ok(()) };
    let Some(line) = order.line(no) else { return Ok(()) };
    match from {
        Bucket::Allocated | Bucket::Released | Bucket::Picked => {
            txn.once(Once::Serve(line.item.clone()));
            Ok(())
        }
        Bucket::Backordered => shortage::clear(txn, &line.item, &[id]),
        Bucket::Open | Bucket::Shipped | Bucket::Cancelled => Ok(()),
    }
}

/// Where allocation is a gate of credit, what came for an order meanwhile went by it: it is looked for again.
fn serve_waiting(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let Some(order) = txn.books().order(&id)? else { return Ok(()) };
    let company = super::task::company(txn)?;
    if company.policy.credit.checks_allocation && order.approved_at.is_some() {
        let waiting = order.lines.iter().filter(|line| line.buckets.backordered.is_positive());
        waiting.for_each(|line| txn.once(Once::Serve(line.item.clone())));
    }
    Ok(())
}

/// The last hold of an order that was approved before is gone: what it kept is promised and released, whether or not a process asked.
pub(super) fn go_on(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let Some(order) = txn.books().order(&id)? else { return Ok(()) };
    let has_units = [Bucket::Open, Bucket::Allocated].iter().any(|bucket| order.units_in(*bucket).is_positive());
    if order.approved_at.is_some() && order.holds.is_empty() && has_units {
        txn.publish("order.more", id, None);
    }
    Ok(())
}

/// Does what was noted to be done once.
pub(super) fn to_note(txn: &mut Txn<'_>, what: &Once) -> Outcome<()> {
    match what {
        Once::Cancelled(id) => {
            billing::bill_rest(txn, *id)?;
            // cancelled units leave the exposure: other orders of the account may pass
            if let Some(order) = txn.books().order(id)? {
                txn.once(Once::RecheckCredit(order.account.clone()));
            }
            Ok(())
        }
        Once::Serve(item) => command::serve_waiting(txn, item),
        Once::OrderState(id) => order_state(txn, *id),
        Once::RecheckCredit(account) => credit::recheck(txn, account),
        Once::DecideCreditAgain(account) => credit::decide_again(txn, account),
    }
}

/// Messages without time to live: whoever is not waiting looks at the state itself before it waits.
fn order_state(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let cx = txn.system.clone();
    for note in trade::billing::release_deposit(txn.books(), id, &cx)? {
        billing::bring_to_erp(txn, note)?;
    }
    let Some(order) = txn.books().order(&id)? else { return Ok(()) };
    match order.status() {
        Status::Cancelled | Status::Rejected => txn.publish("order.cancelled", id, None),
        _ if order.is_fulfilled() => {
            txn.publish("order.fulfilled", id, None);
            if order.is_invoiced() && order.receivable.is_zero() {
                txn.publish("order.settled", id, None);
                // its process has ended, which closed it before
                if order.corrected {
                    trade::order::close(txn.books(), id, &cx)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Does what a process asks for with the events of a step.
pub(super) fn to_process(
    txn: &mut Txn<'_>,
    process: &bpmn::Process,
    instance: &Instance,
    events: &[ProcessEvent],
) -> Outcome<()> {
    let id = instance.id();
    for event in events {
        match event {
            ProcessEvent::JobCreated { job, .. } => job_created(txn, process, instance, *job)?,
            ProcessEvent::JobRetried { job } => job_retried(txn, process, instance, *job)?,
            ProcessEvent::JobCancelled { job } => {
                let effect = EffectId::of_job(id, *job);
                match txn.effect(effect)? {
                    Some(found) => {
                        if found.dead.is_some() {
                            exception::clear_for_dead_letter(txn, effect, "the process went on without it")?;
                        }
                        txn.withdraw(effect)?;
                    }
                    None => worker::take_back(txn, id, *job)?,
                }
            }
            ProcessEvent::Suspended { .. } => worker::hold(txn, process, instance, true)?,
            ProcessEvent::Resumed => worker::hold(txn, process, instance, false)?,
            ProcessEvent::TaskCreated { task, .. } => exception::raise_for_task(txn, process, instance, *task)?,
            ProcessEvent::TaskAssigned { task, .. } | ProcessEvent::TaskUpdated { task, .. } => {
                user_task::assigned(txn, instance, *task)?;
            }
            ProcessEvent::TaskCompleted { task } => exception::task_completed(txn, id, *task)?,
            ProcessEvent::TaskCancelled { task } => exception::clear_for_task(txn, id, *task)?,
            ProcessEvent::SubscriptionOpened { subscription, name, correlation, signal, .. } => {
                let key = CorrelationKey::of_subscription(id, name, correlation, *signal);
                txn.record(Event::Subscribed(key.clone(), id, *subscription));
                txn.then(FollowUp::Correlate { key, instance: id, subscription: *subscription });
            }
            ProcessEvent::SubscriptionClosed { name, correlation, subscription, signal } => {
                let key = CorrelationKey::of_subscription(id, name, correlation, *signal);
                txn.record(Event::Unsubscribed(key, id, *subscription));
            }
            ProcessEvent::ChildRequested { element, process: called, .. } => {
                let variables = instance.child_variables(process, *element);
                let index = instance.element_of(*element);
                let binding = index.and_then(|index| match &process.element(index).kind {
                    bpmn::Kind::Call(call) => Some(call.binding.clone()),
                    _ => None,
                });
                let (called, binding) = (called.clone(), binding.unwrap_or_default());
                txn.then(FollowUp::Call { parent: id, element: *element, process: called, binding, variables });
            }
            ProcessEvent::ChildCancelled { child, .. } if outlives_caller(txn, *child)? => {}
            ProcessEvent::ChildCancelled { child, .. } => txn.then(FollowUp::Step(*child, Input::Cancel)),
            ProcessEvent::InstanceTerminated => {
                release_start(txn, instance)?;
                order_left(txn, instance)?;
            }
            ProcessEvent::InstanceCompleted => {
                release_start(txn, instance)?;
                order_left(txn, instance)?;
                if let Some(parent) = instance.parent() {
                    let input = Input::CompleteChild { element: parent.element, variables: instance.root_variables() };
                    txn.then(FollowUp::Step(parent.instance, input));
                }
            }
            ProcessEvent::SignalThrown { name, variables, .. } => {
                txn.then(FollowUp::Broadcast { signal: name.clone(), variables: variables.clone() });
            }
            ProcessEvent::Escalated { code, variables } => {
                if let Some(parent) = instance.parent() {
                    let (code, variables) = (code.clone(), variables.clone());
                    let input = Input::Escalate { element: parent.element, code, variables };
                    txn.then(FollowUp::Step(parent.instance, input));
                }
            }
            ProcessEvent::InstanceFailed { code, message } => {
                release_start(txn, instance)?;
                order_left(txn, instance)?;
                if let Some(parent) = instance.parent() {
                    let (code, message) = (code.clone(), message.clone());
                    let input = Input::FailChild { element: parent.element, code, message };
                    txn.then(FollowUp::Step(parent.instance, input));
                }
            }
            ProcessEvent::MessageThrown { name, correlation, variables, .. } => {
                let key = CorrelationKey::message(name.clone(), correlation.clone());
                txn.then(FollowUp::Publish { key, variables: variables.clone(), expires: None });
            }
            ProcessEvent::IncidentRaised { incident, message, .. } => {
                exception::raise_for_incident(txn, process, instance, *incident, message)?;
            }
            // by a person, or with the step that it held up
            ProcessEvent::IncidentResolved { incident } => exception::clear_for_task(txn, id, *incident)?,
            _ => {}
        }
    }
    Ok(())
}

/// The process that carries an order has ended, in whatever way: where the order is not over, nothing carries it on (domain §1.5.1, Failed).
fn order_left(txn: &mut Txn<'_>, instance: &Instance) -> Outcome<()> {
    if instance.process_id() != command::ORDER_PROCESS {
        return Ok(());
    }
    let variables = instance.root_variables();
    let Some(order) = variables.get("orderId").and_then(|id| id.as_str()?.parse::<OrderId>().ok()) else { return Ok(()) };
    let reason = text(format_args!("process instance {} has ended, by {}", instance.id(), txn.cx.actor.id));
    Ok(trade::order::fail(txn.books(), order, reason)?)
}

/// Whether a called process goes on when nobody waits for it any more: what has legally happened has to be brought to its end.
fn outlives_caller(txn: &mut Txn<'_>, child: engine::InstanceId) -> Outcome<bool> {
    let Some(instance) = txn.instance(child)? else { return Ok(false) };
    let process = txn.process_of(&instance)?;
    Ok(process.is_some_and(|process| process.root().property(OUTLIVES_CALLER) == Some("true")))
}

/// The instance that a message began for a key has ended: the next message for that key may begin one.
fn release_start(txn: &mut Txn<'_>, instance: &Instance) -> Outcome<()> {
    let Some((message, key)) = instance.begun_by() else { return Ok(()) };
    let (process, message, key) = (instance.process_id().clone(), message.clone(), key.clone());
    let lock = CorrelationKey::Begun { process: process.clone(), message: message.clone(), key: key.clone() };
    let next = match txn.get(&AnyKey::Correlation(lock.clone()))? {
        Some(AnyState::Correlation(correlation)) => correlation.buffered.first().cloned(),
        _ => None,
    };
    txn.record(Event::Unsubscribed(lock.clone(), instance.id(), 0));
    if let Some(next) = next {
        txn.record(Event::MessageGone(lock, next.number));
        let (variables, expires) = (next.variables, next.expires);
        txn.then(FollowUp::Begin { process, message, key, variables, expires });
    }
    Ok(())
}

pub(super) fn job_created(txn: &mut Txn<'_>, process: &bpmn::Process, instance: &Instance, job: ElementKey) -> Outcome<()> {
    let id = instance.id();
    let Some(kind) = instance.job_type(process, job) else { return Ok(()) };
    if TASKS.iter().any(|(name, _)| *name == kind) {
        txn.then(FollowUp::RunTask(id, job, kind));
        return Ok(());
    }
    if worker::is_for_workers(txn, &kind) {
        return worker::offer(txn, instance, job, kind);
    }
    let variables: Variables = instance.job_variables(job);
    let failed = |message| Input::FailJob { job, retries: 0, message, retry_at: None };
    if !txn.capabilities.contains(&kind) {
        let message = text(format_args!("no configured system offers {kind}"));
        txn.then(FollowUp::Step(id, failed(message)));
        return Ok(());
    }
    let headers = instance.job_model(process, job).map(|model| model.headers.as_slice()).unwrap_or_default();
    match document::effect(txn, id, job, &kind, &variables, headers) {
        Ok(effect) => txn.request(Effect { priority: instance.job_priority(job).unwrap_or_default(), ..effect }),
        Err(TxnStop::Refused(refusal)) => {
            txn.then(FollowUp::Step(id, failed(text(format_args!("{kind}: {refusal}")))));
        }
        Err(halt) => return Err(halt),
    }
    Ok(())
}

/// Gives a job out once more; who does such jobs may be another by now.
fn job_retried(txn: &mut Txn<'_>, process: &bpmn::Process, instance: &Instance, job: ElementKey) -> Outcome<()> {
    let effect = EffectId::of_job(instance.id(), job);
    match instance.job_type(process, job) {
        Some(kind) if worker::is_for_workers(txn, &kind) => txn.withdraw(effect)?,
        _ => worker::take_back(txn, instance.id(), job)?,
    }
    let capabilities = txn.capabilities;
    if txn.effect(effect)?.is_some_and(|effect| effect.resting && capabilities.contains(&effect.capability)) {
        // the system may have had it after all, and holds the key against the document
        txn.record(Event::EffectReplayed(effect));
        txn.deliver_again(effect);
        return Ok(());
    }
    job_created(txn, process, instance, job)
}

/// Whether an error that leaves a called instance is caught where that was called, or further out. What nobody waits for any more
/// may leave as it will.
pub(super) fn callers_catch(txn: &mut Txn<'_>, called: &Instance, code: &str) -> Outcome<bool> {
    Ok(!matches!(beyond(txn, called, code)?, Beyond::Uncaught))
}

/// Whether an error that leaves a called instance has somebody who waits for that instance and catches it.
pub(super) fn caller_waits_to_catch(txn: &mut Txn<'_>, called: &Instance, code: &str) -> Outcome<bool> {
    Ok(matches!(beyond(txn, called, code)?, Beyond::Caught))
}

/// What becomes of an error beyond the instance in which it was thrown.
enum Beyond {
    /// A caller catches it.
    Caught,
    /// Callers wait, and none of them catches it.
    Uncaught,
    /// Nobody waits for the instance any more.
    Forgotten,
}

fn beyond(txn: &mut Txn<'_>, called: &Instance, code: &str) -> Outcome<Beyond> {
    let (mut id, mut parent) = (called.id(), called.parent());
    while let Some(call) = parent {
        let Some(caller) = txn.instance(call.instance)? else { return Ok(Beyond::Forgotten) };
        let Some(process) = txn.process_of(&caller)? else { return Ok(Beyond::Forgotten) };
        if caller.child(call.element) != Some(id) {
            return Ok(Beyond::Forgotten);
        }
        if engine::catches_error(&process, &caller, call.element, code) {
            return Ok(Beyond::Caught);
        }
        (id, parent) = (caller.id(), caller.parent());
    }
    Ok(Beyond::Uncaught)
}
