//! From a command's body to the verb that carries it out.

use engine::{Input, InstanceId};
use feel::{Context as Variables, Value};
use trade::fulfilment::Booking;
use trade::order::Cancellation;
use trade::{Aggregate, Key, OrderId, Refusal, StockKey, WarehouseOrderId};
use units::{Amount, Text};

use super::txn::{Once, Outcome, Txn, text};
use super::{
    batch, billing, cash, definition, document, exception, follow_up, message, operate, react, schedule, shortage,
    substitution, user_task, worker,
};
use crate::command::{Body, Reply, ReservedUnits};
use crate::effect::{Effect, EffectId};
use crate::job::JobId;
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};
use crate::timer::TimerOwner;

/// The process that carries an order.
pub(super) const ORDER_PROCESS: &str = "order-to-cash";

pub(super) fn carry_out(txn: &mut Txn<'_>, body: &Body) -> Outcome<Reply> {
    let cx = txn.cx.clone();
    match body {
        Body::PutItems(items) => {
            for item in items {
                trade::master::put_item(txn.books(), item, &cx)?;
            }
            Ok(Reply::Done)
        }
        Body::PutAccounts(accounts) => {
            for (id, profile) in accounts {
                trade::account::set_profile(txn.books(), id, profile, &cx)?;
                billing::billable_again(txn, id)?;
            }
            Ok(Reply::Done)
        }
        Body::PutPriceBook(book) => Ok(done(trade::master::put_price_book(txn.books(), book, &cx)?)),
        Body::PutQuote(quote) => Ok(done(trade::master::put_quote(txn.books(), quote, &cx)?)),
        Body::PutCompany(company) => Ok(done(trade::master::put_company(txn.books(), company, &cx)?)),
        Body::PutRates(rates) => cash::put_rates(txn, rates),
        Body::SetCreditLimit { account, limit } => Ok(done(trade::account::set_limit(txn.books(), account, *limit, &cx)?)),
        Body::Deploy(resources) => definition::deploy(txn, resources, false).map(Reply::Deployed),
        Body::DeployShipped(resources) => definition::deploy_shipped(txn, resources),

        Body::ReceiveOrder(submission) => {
            if trade::order::received_before(txn.books(), submission)?.is_some() {
                return Ok(Reply::Repeated);
            }
            let id = trade::order::receive(txn.books(), submission, &cx)?;
            txn.start(ORDER_PROCESS, None, order_variables(id))?;
            Ok(Reply::Order(id))
        }
        Body::ChangeOrder { order, change } => change_order(txn, *order, change),
        Body::CancelOrder { order, cancellation } => cancel(txn, *order, cancellation),
        Body::CorrectLine { order, line, item, quantity } => {
            trade::order::correct_line(txn.books(), *order, *line, item, *quantity, &cx)?;
            Ok(Reply::Order(*order))
        }
        Body::PlaceHold { order, reason, kind } => {
            trade::order::hold_by_hand(txn.books(), *order, *kind, reason.clone(), &cx)?;
            Ok(Reply::Order(*order))
        }
        Body::ReleaseHold { order, hold, reason } => {
            trade::order::release_hold(txn.books(), *order, *hold, reason, &cx)?;
            Ok(Reply::Order(*order))
        }

        Body::ReceiveStock(receipt) => {
            let new = trade::stock::receive(txn.books(), receipt, &cx)?;
            serve_backorders(txn, &StockKey::new(&receipt.item, &receipt.node))?;
            Ok(if new { Reply::Done } else { Reply::Repeated })
        }
        Body::CountStock(count) => {
            let bumped = trade::stock::count(txn.books(), count, &cx)?;
            let stock = StockKey::new(&count.item, &count.node);
            shortage::follow(txn, &stock, &bumped, &count.document)?;
            Ok(Reply::Done)
        }
        Body::AdjustStock(adjustment) => {
            let bumped = trade::stock::adjust(txn.books(), adjustment, &cx)?;
            let stock = StockKey::new(&adjustment.item, &adjustment.node);
            shortage::follow(txn, &stock, &bumped, &adjustment.document)?;
            Ok(Reply::Done)
        }
        Body::AnnounceSupply { stock, inbound } => {
            trade::stock::announce(txn.books(), stock, inbound, &cx)?;
            serve_backorders(txn, stock)?;
            Ok(Reply::Done)
        }
        Body::SetSafetyStock { stock, quantity } => {
            trade::stock::set_safety(txn.books(), stock, *quantity, &cx)?;
            serve_backorders(txn, stock)?;
            Ok(Reply::Done)
        }
        Body::Reserve(request) => {
            let reserved = trade::stock::reserve(txn.books(), request, &cx)?;
            let units = reserved.into_iter().map(|reserved| ReservedUnits {
                line: reserved.line,
                reservation: reserved.reservation,
                item: reserved.stock.item,
                node: reserved.stock.node,
                quantity: reserved.quantity,
            });
            Ok(Reply::Reserved(units.collect()))
        }
        Body::ReleaseReservation { stock, reservation } => {
            trade::stock::release_reservation(txn.books(), stock, *reservation, &cx)?;
            serve_backorders(txn, stock)?;
            Ok(Reply::Done)
        }

        Body::SubstituteItem { order, item, by } => {
            substitution::substitute(txn, *order, item, by.as_ref())?;
            Ok(Reply::Order(*order))
        }
        Body::RunBackorders(run) => run_backorders(txn, run),
        Body::ChangeQuotas(change) => {
            let quotas = trade::stock::change_quotas(txn.books(), change, &cx)?;
            serve_waiting(txn, &change.item)?;
            Ok(Reply::Quotas(quotas))
        }
        Body::WarehouseAcknowledged(id) => {
            let new = trade::fulfilment::acknowledge(txn.books(), *id, &cx)?;
            Ok(if new { Reply::Done } else { Reply::Repeated })
        }
        Body::WarehouseRejected { warehouse_order, reason } => {
            trade::fulfilment::reject(txn.books(), *warehouse_order, reason, &cx)?;
            source_again(txn, *warehouse_order)?;
            Ok(Reply::Done)
        }
        Body::WarehousePicked { warehouse_order, lines, complete } => {
            let short = trade::fulfilment::pick(txn.books(), *warehouse_order, lines, *complete, &cx)?;
            if short {
                source_again(txn, *warehouse_order)?;
            }
            Ok(Reply::Done)
        }
        Body::WarehouseShipped(confirm) => {
            let shipped = match trade::fulfilment::ship(txn.books(), confirm, &cx) {
                Err(trade::Stop::Refused(refusal)) if follow_up::has_left_anyway(txn, confirm, &refusal)? => {
                    let code = Text::const_new(refusal.code());
                    return Ok(Reply::NotBooked { code, why: text(refusal) });
                }
                shipped => shipped?,
            };
            if !shipped.new {
                return Ok(Reply::Shipment(shipped.shipment));
            }
            if shipped.short {
                source_again(txn, confirm.warehouse_order)?;
            }
            for (stock, bumped) in &shipped.bumped {
                shortage::follow(txn, stock, bumped, &confirm.reference)?;
            }
            follow_up::left_unexpectedly(txn, &shipped)?;
            Ok(Reply::Shipment(shipped.shipment))
        }
        Body::WarehouseCancelAnswer { warehouse_order, request, refused, lines } => {
            let (id, refused) = (*warehouse_order, refused.as_deref());
            let answered = trade::fulfilment::cancel_answered(txn.books(), id, *request, refused, lines, &cx)?;
            let why = refused.unwrap_or("it does not cancel them");
            follow_up::cancel_refused(txn, id, &answered, why)?;
            follow_up::missing_refused(txn, id, &answered, why)?;
            if answered.reopened {
                source_again(txn, id)?;
            }
            if answered.kept.iter().any(|line| line.stopping > line.missing) {
                follow_up::stop_refused(txn, id, why)?;
            }
            Ok(Reply::Done)
        }

        Body::WarehouseRedirectAnswer { warehouse_order, refused } => {
            let refused = trade::fulfilment::redirect_answered(txn.books(), *warehouse_order, refused.as_deref(), &cx)?;
            if let Some(reason) = refused {
                follow_up::redirect_refused(txn, *warehouse_order, &reason)?;
            }
            Ok(Reply::Done)
        }
        Body::ShipmentDelivered { shipment, delivery } => {
            if !trade::fulfilment::deliver(txn.books(), *shipment, delivery, &cx)? {
                return Ok(Reply::Repeated);
            }
            follow_up::delivered(txn, *shipment)?;
            if let Some(shipment) = txn.books().shipment(shipment)? {
                billing::bill_backlog(txn, shipment.order)?;
            }
            Ok(Reply::Done)
        }

        Body::CarrierInterceptAnswer { shipment, refused } => {
            follow_up::intercept_answered(txn, *shipment, refused.as_deref())?;
            Ok(Reply::Done)
        }

        Body::ImportStatement(statement) => cash::import(txn, statement),
        Body::MatchPayment { payment, items, write_off } => {
            trade::cash::match_manually(txn.books(), *payment, items, *write_off, &cx)?;
            exception::payment_changed(txn, *payment)?;
            Ok(Reply::Done)
        }
        Body::PutOnAccount { payment, account } => {
            trade::cash::put_on_account(txn.books(), *payment, account, &cx)?;
            exception::payment_changed(txn, *payment)?;
            Ok(Reply::Done)
        }
        Body::UnapplyPayment { payment, invoice, reason } => {
            trade::cash::unapply(txn.books(), *payment, *invoice, reason, &cx)?;
            let kind = trade::exception::ExceptionKind::PaymentUnmatched;
            // what waited before waits together with what was taken off
            exception::clear_for_key(txn, kind, &Key::Payment(*payment), "a match was taken back")?;
            let reason = text(format_args!("taken off {invoice}: {reason}"));
            cash::ask_about_payment(txn, *payment, kind, &reason)?;
            exception::payment_changed(txn, *payment)?;
            Ok(Reply::Done)
        }
        Body::ReportMilestone { order, what } => {
            let invoice = trade::billing::report_milestone(txn.books(), *order, what, &cx)?;
            match invoice {
                Some(invoice) => billing::bring_to_erp(txn, invoice)?,
                // what is in the way of the milestone's invoice is asked about
                None => billing::note_backlog(txn, *order).map(drop)?,
            }
            Ok(Reply::Order(*order))
        }
        Body::CreditInvoice { invoice, lines, reason, order } => {
            let note = trade::billing::credit_note(txn.books(), *invoice, *order, lines, reason, &cx)?;
            billing::bring_to_erp(txn, note)?;
            Ok(Reply::Invoice(note))
        }
        Body::CreditPrice { invoice, prices, reason, order } => {
            let note = trade::billing::price_credit(txn.books(), *invoice, *order, prices, reason, &cx)?;
            billing::bring_to_erp(txn, note)?;
            Ok(Reply::Invoice(note))
        }
        Body::ReopenOrder { order, reason } => {
            trade::order::reopen(txn.books(), *order, reason, &cx)?;
            txn.keep_asked(*order);
            Ok(Reply::Order(*order))
        }
        Body::CloseOrder { order, reason: _ } => close_again(txn, *order),
        Body::RebillOrder { order, rebilling } => rebill(txn, *order, rebilling),
        Body::CreditGoodwill { invoice, amount, reason, order } => {
            let note = trade::billing::goodwill(txn.books(), *invoice, *order, *amount, reason, &cx)?;
            billing::bring_to_erp(txn, note)?;
            Ok(Reply::Invoice(note))
        }
        Body::OpenDispute { invoice, amount, code, reason } => {
            trade::cash::open_dispute(txn.books(), *invoice, *amount, code, reason, &cx)?;
            Ok(Reply::Done)
        }
        Body::SettleDispute { invoice, settlement, reason } => {
            let settled = trade::cash::settle_dispute(txn.books(), *invoice, *settlement, reason, &cx)?;
            if let Some(note) = settled.note {
                billing::bring_to_erp(txn, note)?;
            }
            Ok(Reply::Settled(settled))
        }
        Body::RequestReturn(document) => request_return(txn, document),
        Body::ReturnUnits { order, back } => {
            let id = trade::returns::request_units(txn.books(), *order, back, &cx)?;
            follow_up::decide_on_return(txn, id)?;
            Ok(Reply::Return(id))
        }

        Body::AssignException { exception, to } => {
            trade::exception::assign(txn.books(), *exception, to.clone(), &cx)?;
            Ok(Reply::Done)
        }
        Body::ResolveException { exception: id, action, reason, details } => {
            exception::resolve(txn, *id, *action, reason, details)?;
            Ok(Reply::Done)
        }
        Body::CompleteTask { instance, task, variables } => {
            user_task::complete(txn, *instance, *task, variables)?;
            Ok(Reply::Done)
        }
        Body::StartInstance { process, variables } => {
            worker::authorise(&cx.actor, "instances are started")?;
            let latest = match txn.latest(process)? {
                Some(id) => txn.get(&AnyKey::Definition(id))?,
                None => None,
            };
            let latest = if let Some(AnyState::Definition(definition)) = latest { Some(definition) } else { None };
            let is_shipped = latest.as_ref().is_some_and(|definition| definition.shipped);
            worker::not_its_own(&cx.actor, is_shipped, "instances of the processes that ship with it are started")?;
            let mut filled = variables.clone();
            if let Some(definition) = latest {
                if definition.process().is_none() {
                    let why = format_args!("{} is no process that this release can read; deploy one", definition.id);
                    return Err(Refusal::Conflict(text(why)).into());
                }
                filled = super::form::starts(txn, &definition, variables)?;
            }
            match txn.start(process, None, filled)? {
                Some(id) => Ok(Reply::Instance(id)),
                None => Err(Refusal::Conflict(text(format_args!("no process {process} is deployed"))).into()),
            }
        }
        Body::Operate { instance, operation, .. } => {
            operate::authorise(&cx.actor)?;
            operate::operate(txn, *instance, operation)?;
            Ok(Reply::Done)
        }
        Body::OperateMany { instances, filter, operation, reason } => {
            operate::authorise(&cx.actor)?;
            batch::begin(txn, instances, filter, operation, reason)
        }
        Body::ChangeUser { user, change } => super::identity::change_user(txn, user, change),
        Body::ChangeDraft { draft, change } => super::draft::change(txn, *draft, change),
        Body::ChangeSavedView { name, change } => super::saved_view::change(txn, name, change),
        Body::ChangeWebhook { webhook, change } => super::webhook::change(txn, webhook, change),
        Body::ChangeClient { client, change } => super::identity::change_client(txn, client, change),
        Body::NoteDependency { system, change } => super::dependency::note(txn, system, change),
        Body::StopBatch(id) => {
            operate::authorise(&cx.actor)?;
            batch::stop(txn, *id)
        }
        Body::PublishMessage { name, key, variables, lives_ms } => message::publish(txn, name, key, variables, *lives_ms),
        Body::BroadcastSignal { name, variables } => message::broadcast(txn, name, variables),
        Body::FireTimer { owner } => fire(txn, owner),
        Body::EffectSucceeded { effect, response } => succeeded(txn, *effect, response),
        Body::EffectFailed { effect, code, message } => failed(txn, *effect, code, message),
        Body::ReplayEffects(ids) => {
            for id in ids {
                replay(txn, *id)?;
            }
            Ok(Reply::Done)
        }
        Body::ReportDocument { document, reason } => report(txn, document, reason),
        Body::LeaseJobs { jobs, worker, lease_ms } => worker::lease(txn, jobs, worker, *lease_ms),
        Body::ExtendLease { job, lease, lease_ms } => worker::extend(txn, *job, *lease, *lease_ms),
        Body::AnswerJob { job, lease, answer } => worker::answered(txn, *job, *lease, answer),
        Body::AssignTask { instance, task, to } => {
            user_task::assign(txn, *instance, *task, to.clone())?;
            Ok(Reply::Done)
        }
        Body::UpdateTask { instance, task, changes } => {
            user_task::update(txn, *instance, *task, changes)?;
            Ok(Reply::Done)
        }
        Body::NoteBreaks(breaks) => note_breaks(txn, breaks),
    }
}

/// Two records disagree, or one cannot be read: its owner sends a right one, or sees that nothing is missing.
fn report(txn: &mut Txn<'_>, document: &trade::Reference, reason: &Text) -> Outcome<Reply> {
    let subject = trade::exception::Subject { key: Some(Key::Reference(document.clone())), ..Default::default() };
    let raise = trade::exception::Raise::new(trade::exception::ExceptionKind::ReconBreak, subject, reason.clone());
    let cx = txn.system.clone();
    trade::exception::raise(txn.books(), raise, &cx)?;
    Ok(Reply::Done)
}

/// What disagrees is asked about, those of one cause as one case; what agrees by now is not asked about any more (domain §1.10).
fn note_breaks(txn: &mut Txn<'_>, breaks: &[trade::reconcile::OpenBreak]) -> Outcome<Reply> {
    let cx = txn.system.clone();
    let kind = trade::exception::ExceptionKind::ReconBreak;
    let compared = trade::reconcile::note_breaks(txn.books(), breaks, &cx)?;
    for gone in &compared.cleared {
        exception::clear_for_key(txn, kind, &gone.key(), "the records agree")?;
        // what it kept from being posted is billed now
        for order in trade::reconcile::blocked_by(txn.books(), gone)? {
            if txn.books().order(&order)?.is_some() {
                billing::bill_backlog(txn, order)?;
            }
        }
    }
    for new in compared.detected {
        let subject = trade::exception::Subject { key: Some(new.key()), ..Default::default() };
        let reason =
            text(format_args!("{}, {}: {}; {} against {}", new.checkpoint, new.about, new.what, new.left, new.right));
        let case = text(format_args!("{} {}", new.checkpoint, new.cause));
        let raise = trade::exception::Raise::new(kind, subject, reason);
        let raise =
            trade::exception::Raise { amount: new.value, routing: trade::exception::Routing::to(new.owner), case, ..raise };
        trade::exception::raise(txn.books(), raise, &cx)?;
    }
    document::ask_control_account(txn)?;
    Ok(Reply::Done)
}

fn done((): ()) -> Reply {
    Reply::Done
}

fn order_variables(id: OrderId) -> Variables {
    Variables::from_iter([("orderId", Value::from(id.to_string()))])
}

/// Cancels what can be cancelled at once and asks the warehouses for the rest (domain §1.5.4).
pub(super) fn cancel(txn: &mut Txn<'_>, order: OrderId, cancellation: &Cancellation) -> Outcome<Reply> {
    let cx = txn.cx.clone();
    let outcome = trade::order::cancel(txn.books(), order, cancellation, &cx)?;
    ask_to_cancel(txn, &outcome.asked)?;
    follow_up::intercept(txn, &outcome.intercepted)?;
    if let Some(id) = outcome.to_return {
        follow_up::decide_on_return(txn, id)?;
    }
    let trade::order::CancelOutcome { cancelled, asked, too_late, to_return, intercepted } = outcome;
    let intercepted = intercepted.into_iter().map(|(shipment, _)| shipment).collect();
    Ok(Reply::Cancelled { order, cancelled, asked, too_late, intercepted, to_return })
}

fn request_return(txn: &mut Txn<'_>, document: &trade::returns::ReturnDocument) -> Outcome<Reply> {
    let cx = txn.cx.clone();
    let id = trade::returns::request(txn.books(), document, &cx)?;
    let mut goodwill = None;
    if document.goodwill.is_positive() {
        let company = super::task::company(txn)?;
        let currency = txn.books().account(&document.account)?.map(|account| account.currency(&company));
        let currency = currency.unwrap_or(company.currency);
        goodwill = Some(("goodwill", super::task::at_stake(txn, document.goodwill, currency)?));
    }
    follow_up::ask_about_return(txn, id, goodwill)?;
    Ok(Reply::Return(id))
}

fn change_order(txn: &mut Txn<'_>, order: OrderId, change: &trade::order::Change) -> Outcome<Reply> {
    let cx = txn.cx.clone();
    let outcome = trade::order::change(txn.books(), order, change, &cx)?;
    ask_to_cancel(txn, &outcome.asked)?;
    for id in &outcome.redirected {
        follow_up::ask_to_redirect(txn, *id)?;
    }
    for shipment in &outcome.under_way {
        follow_up::redirect_under_way(txn, *shipment)?;
    }
    // what waited for its day may leave now
    if outcome.recheck || change.accepts_earlier == Some(true) {
        txn.publish("order.more", order, None);
    }
    if change.billing.is_some() {
        billing::bill_backlog(txn, order)?;
    }
    if change.requested.is_some() {
        serve_lines(txn, order)?;
    }
    let trade::order::ChangeOutcome { asked, redirected, under_way, .. } = outcome;
    Ok(Reply::Changed { order, asked, redirected, under_way })
}

/// Closes an order that was opened again; refused while something is owed or a hold keeps it, and for any other order, which closes by itself.
fn close_again(txn: &mut Txn<'_>, id: OrderId) -> Outcome<Reply> {
    let cx = txn.cx.clone();
    let order = super::task::order(txn, id)?;
    if !order.reopened {
        let why = text(format_args!("{id} was not opened again: orders close by themselves"));
        return Err(Refusal::Conflict(why).into());
    }
    if !trade::order::close(txn.books(), id, &cx)? {
        let why = text(format_args!("{id} is {:?}: it is closed when nothing is owed and no hold keeps it", order.status()));
        return Err(Refusal::Conflict(why).into());
    }
    Ok(Reply::Order(id))
}

/// Credits and bills anew; what is still to ship at another price or by other terms is checked again.
fn rebill(txn: &mut Txn<'_>, id: OrderId, rebilling: &trade::billing::Rebilling) -> Outcome<Reply> {
    let cx = txn.cx.clone();
    let rebilled = trade::billing::rebill(txn.books(), id, rebilling, &cx)?;
    for pair in &rebilled {
        billing::bring_to_erp(txn, pair.credit_note)?;
        billing::bring_to_erp(txn, pair.replacement)?;
    }
    if !super::task::order(txn, id)?.is_fulfilled() {
        txn.publish("order.more", id, None);
    }
    Ok(Reply::Rebilled(rebilled))
}

pub(super) fn ask_to_cancel(txn: &mut Txn<'_>, asked: &[WarehouseOrderId]) -> Outcome<()> {
    for id in asked {
        if let Some(effect) = document::cancellation(txn, *id)? {
            txn.request(effect);
        }
    }
    Ok(())
}

fn serve_backorders(txn: &mut Txn<'_>, stock: &StockKey) -> Outcome<()> {
    serve_waiting(txn, &stock.item)
}

/// Serves those who wait for an item, wherever units of it are free.
pub(super) fn serve_waiting(txn: &mut Txn<'_>, item: &trade::ItemId) -> Outcome<()> {
    let cx = txn.system.clone();
    let served = trade::stock::serve_backorders(txn.books(), item, &cx)?;
    for order in &served {
        txn.publish("order.more", order, None);
    }
    shortage::clear(txn, item, &served)?;
    substitution::came(txn, item)
}

/// Confirms scarce stock anew: who gained units goes on, and who lost some is promised again (domain §1.1.9).
fn run_backorders(txn: &mut Txn<'_>, run: &trade::stock::BackorderRun) -> Outcome<Reply> {
    let cx = txn.cx.clone();
    let lines = trade::stock::run_backorders(txn.books(), run, &cx)?;
    if run.commit {
        let won: Vec<OrderId> = lines.iter().filter(|line| line.after > line.before).map(|line| line.order).collect();
        for order in &won {
            txn.publish("order.more", order, None);
        }
        serve_backorders(txn, &StockKey::new(&run.item, &run.node))?;
        shortage::clear(txn, &run.item, &won)?;
    }
    Ok(Reply::Reconfirmed(lines))
}

/// Units came back to the order: its process looks for another warehouse.
fn source_again(txn: &mut Txn<'_>, warehouse_order: WarehouseOrderId) -> Outcome<()> {
    if let Some(released) = txn.books().warehouse_order(&warehouse_order)? {
        txn.publish("order.more", released.order, None);
    }
    Ok(())
}

/// A timer came due. It may have been dropped since: then nothing happens.
fn fire(txn: &mut Txn<'_>, owner: &TimerOwner) -> Outcome<Reply> {
    let cx = txn.system.clone();
    match owner {
        TimerOwner::Instance(id, timer) => {
            let due = txn.instance(*id)?.and_then(|instance| instance.timer_due(*timer));
            if due.is_none_or(|due| due > cx.now) {
                return Ok(Reply::Repeated);
            }
            txn.step(*id, Input::FireTimer { timer: *timer })?;
        }
        TimerOwner::Reservation(stock, reservation) => {
            trade::stock::expire(txn.books(), stock, *reservation, &cx)?;
            serve_backorders(txn, stock)?;
        }
        TimerOwner::Exception(id) => trade::exception::escalate(txn.books(), *id, &cx)?,
        TimerOwner::Billing(id) => billing::wait_over(txn, *id)?,
        TimerOwner::Review(id) => review(txn, *id)?,
        TimerOwner::CancelAnswer(id) => follow_up::answer_late(txn, *id)?,
        TimerOwner::Receivables(id) => trade::account::come_due(txn.books(), id, &cx)?,
        TimerOwner::Message(key, number) => {
            let waiting = match txn.get(&AnyKey::Correlation(key.clone()))? {
                Some(AnyState::Correlation(correlation)) => {
                    correlation.buffered.iter().any(|message| message.number == *number)
                }
                _ => false,
            };
            if waiting {
                txn.record(Event::MessageGone(key.clone(), *number));
            }
        }
        TimerOwner::Batch(id) => return batch::advance(txn, *id),
        TimerOwner::Lease(id) => return worker::lease_over(txn, *id),
        TimerOwner::Draft(id) => return super::draft::fire(txn, *id),
        TimerOwner::Start(process, element) => return schedule::fire(txn, process, *element),
    }
    Ok(Reply::Done)
}

/// The day has come for which an order waited: its units are reserved as far as they are there, and it goes on (domain §1.1.5, §1.1.7).
fn review(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let cx = txn.system.clone();
    if !trade::order::review_due(txn.books(), id, &cx)? {
        return Ok(());
    }
    serve_lines(txn, id)?;
    txn.publish("order.more", id, None);
    Ok(())
}

/// Looks for units of what an order waits for, after the day on which it is wanted has changed or come near.
fn serve_lines(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let Some(order) = txn.books().order(&id)? else { return Ok(()) };
    for line in order.lines.iter().filter(|line| line.buckets.backordered.is_positive()) {
        txn.once(Once::Serve(line.item.clone()));
    }
    Ok(())
}

fn succeeded(txn: &mut Txn<'_>, id: EffectId, response: &Variables) -> Outcome<Reply> {
    let Some(effect) = txn.effect(id)? else { return Ok(Reply::Repeated) };
    txn.goes_on(&effect);
    txn.record(Event::EffectEnded(id));
    if effect.dead.is_some() {
        exception::clear_for_dead_letter(txn, id, "it was delivered")?;
    }
    confirm(txn, &effect, response)?;
    if let Some((instance, job)) = effect.job {
        let failed = |message| Input::FailJob { job, retries: 0, message, retry_at: None };
        match worker::input_of_response(txn, JobId { instance, job }, response)? {
            Ok(input @ Input::CompleteJob { .. }) => txn.step(instance, input)?,
            // what the system cannot have meant is for people to look at: it would say the same again
            Ok(input) => {
                if let Err(refusal) = txn.advance(instance, input)? {
                    txn.step(instance, failed(text(refusal)))?;
                }
            }
            Err(message) => txn.step(instance, failed(message))?,
        }
    }
    Ok(Reply::Done)
}

/// A status changes on a confirmed effect, never on an attempt (design §3.5).
fn confirm(txn: &mut Txn<'_>, effect: &Effect, response: &Variables) -> Outcome<()> {
    let cx = txn.system.clone();
    let word = |name: &str| response.get(name).and_then(|value| value.as_str()).map(Text::from).unwrap_or_default();
    match (effect.capability.as_str(), &effect.subject) {
        ("wms.release", Some(Key::WarehouseOrder(id))) => trade::fulfilment::sent(txn.books(), *id, &cx)?,
        ("tms.book", Some(Key::WarehouseOrder(id))) => {
            let cost = booked_cost(txn, response)?;
            let booking = Booking {
                carrier: word("carrier"),
                service: word("service"),
                reference: word("reference"),
                cost: cost.as_ref().copied().unwrap_or(Amount::ZERO),
            };
            if let Err(why) = &cost {
                follow_up::cost_unknown(txn, *id, &booking, why)?;
            }
            trade::fulfilment::book(txn.books(), *id, booking, &cx)?;
        }
        ("erp.post_invoice", Some(Key::Invoice(id))) => {
            trade::billing::confirm_by_erp(txn.books(), *id, &word("reference"), &cx)?;
        }
        (document::POST_PAYMENT, Some(Key::Payment(id))) => {
            trade::cash::confirm_posting(txn.books(), *id, &word("reference"), &cx)?;
        }
        (document::CONTROL_ACCOUNT, _) => {
            let kind = trade::exception::ExceptionKind::Integration;
            let key = Key::Reconciliation(Text::const_new(trade::reconcile::Reconciliation::KEY));
            match document::control_account(response, effect.requested_at) {
                Some(told) => {
                    trade::reconcile::note_erp(txn.books(), told);
                    exception::clear_for_key(txn, kind, &key, "the ERP has answered in a form that can be read")?;
                }
                None => {
                    let reason =
                        "the ERP's answer about its control account has no `from`, `until` and `movements` that can be read";
                    let subject = trade::exception::Subject { key: Some(key), ..Default::default() };
                    trade::exception::raise(txn.books(), trade::exception::Raise::new(kind, subject, reason), &cx)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// What a booking costs in our currency, in which carriers are paid whatever the customer pays in; a bill in another one is converted at
/// today's rate. Zero if the carrier names no cost; otherwise why nobody can tell.
fn booked_cost(txn: &mut Txn<'_>, response: &Variables) -> Outcome<Result<Amount, Text>> {
    let company = super::task::company(txn)?;
    let today = company.calendar.local_day(txn.now());
    let named = |name: &str| response.get(name).filter(|value| !matches!(value, Value::Null));
    let Some(given) = named("cost") else { return Ok(Ok(Amount::ZERO)) };
    let currency = match named("currency") {
        None => Some(company.currency),
        Some(code) => code.as_str().and_then(|code| code.parse().ok()),
    };
    let cost = given.as_decimal().or_else(|| given.as_str()?.parse().ok());
    let cost = currency.zip(cost).and_then(|(currency, cost)| {
        let cost = Amount::from_decimal(cost, currency, units::Rounding::HalfUp)?;
        Some((cost, currency))
    });
    Ok(match cost {
        None => Err(text(format_args!(
            "{} {} is no amount of money",
            given.to_json(),
            named("currency").map(Value::to_json).unwrap_or_default()
        ))),
        Some((_, currency)) if !company.can_book(currency, today) => {
            Err(text(format_args!("{} is in {currency}, of which no rate is known for {today}", given.to_json())))
        }
        Some((cost, currency)) => Ok(company.valued(cost, currency, today)),
    })
}

fn failed(txn: &mut Txn<'_>, id: EffectId, code: &Text, message: &Text) -> Outcome<Reply> {
    let Some(effect) = txn.effect(id)? else { return Ok(Reply::Repeated) };
    if !effect.is_pending() {
        return Ok(Reply::Repeated);
    }
    txn.goes_on(&effect);
    // what a carrier will not stop is its answer, and no document that nobody understands
    if let ("tms.intercept", "rejected", Some(Key::Shipment(shipment))) =
        (effect.capability.as_str(), code.as_str(), &effect.subject)
    {
        txn.record(Event::EffectEnded(id));
        let why = if message.trim().is_empty() { "the carrier does not stop it" } else { message.as_str() };
        follow_up::intercept_answered(txn, *shipment, Some(why))?;
        return Ok(Reply::Done);
    }
    match effect.job {
        Some((instance_id, job)) if catches(txn, instance_id, job, code)? => {
            txn.record(Event::EffectEnded(id));
            let (code, message) = (code.clone(), message.clone());
            txn.step(instance_id, Input::ThrowError { job, code, message, variables: Variables::default() })?;
        }
        Some((instance_id, job)) if let Some(retries) = further_tries(txn, instance_id, job, code)? => {
            txn.record(Event::EffectRested(id));
            txn.step(instance_id, Input::FailJob { job, retries, message: message.clone(), retry_at: None })?;
        }
        _ => {
            txn.record(Event::EffectDied(id, code.clone(), message.clone()));
            exception::raise_for_dead_letter(txn, id)?;
        }
    }
    Ok(Reply::Done)
}

/// How often a job may be tried after this failure, if its model says that it rests and is tried again. Without a back-off in the model it
/// is as the system's configuration says, which has been followed by now; and what a system refuses is not better for being said again.
fn further_tries(txn: &mut Txn<'_>, id: InstanceId, job: u32, code: &str) -> Outcome<Option<u32>> {
    let Some(instance) = txn.instance(id)?.filter(|_| code == "unavailable") else { return Ok(None) };
    let Some(process) = txn.process_of(&instance)? else { return Ok(None) };
    let rests = instance
        .element_of(job)
        .is_some_and(|index| matches!(&process.element(index).kind, bpmn::Kind::Job(model) if model.backoff.is_some()));
    Ok(instance.job_retries(job).map(|left| left.saturating_sub(1)).filter(|left| rests && *left > 0))
}

/// Whether the process has an event for that error on the waiting task or in a scope around it, or a process that called it has.
fn catches(txn: &mut Txn<'_>, id: InstanceId, job: u32, code: &str) -> Outcome<bool> {
    let Some(instance) = txn.instance(id)? else { return Ok(false) };
    let Some(process) = txn.process_of(&instance)? else { return Ok(false) };
    Ok(engine::catches_error(&process, &instance, job, code) || react::caller_waits_to_catch(txn, &instance, code)?)
}

fn replay(txn: &mut Txn<'_>, id: EffectId) -> Outcome<()> {
    deliver_again(txn, id)?;
    exception::clear_for_dead_letter(txn, id, "the dead letter was sent again")
}

/// Refused for what is no dead letter.
pub(super) fn deliver_again(txn: &mut Txn<'_>, id: EffectId) -> Outcome<()> {
    let Some(effect) = txn.effect(id)? else {
        return Err(Refusal::Conflict(text(format_args!("{id} is not a dead letter"))).into());
    };
    if effect.dead.is_none() {
        return Err(Refusal::Conflict(text(format_args!("{id} is on its way already"))).into());
    }
    txn.record(Event::EffectReplayed(id));
    txn.deliver_again(id);
    Ok(())
}

/// The invariants that are on in production: better no answer than a wrong one (design §3.7).
pub(super) fn invariant(aggregate: &Aggregate) -> Result<(), (&'static str, Text)> {
    match aggregate {
        Aggregate::Order(order) => trade::order::check(order).map_err(|what| ("UNITS_CONSERVED", what)),
        Aggregate::Stock(stock) => trade::stock::check(stock).map_err(|what| ("STOCK_NOT_NEGATIVE", what)),
        Aggregate::Account(account) => trade::account::check(account).map_err(|what| ("LEDGER_BALANCED", what)),
        _ => Ok(()),
    }
}
