//! What people are asked to look after once goods are with a warehouse or on their way.

use std::sync::Arc;

use feel::{Context as Variables, Value};
use trade::exception::{ExceptionKind, Raise};
use trade::fulfilment::{Answered, Booking, InterceptStatus, ShipConfirm, WarehouseOrder};
use trade::order::Order;
use trade::{Key, OrderId, Refusal, ReturnId, ShipmentId, WarehouseOrderId};
use units::{Amount, Quantity, Text};

use super::task::{order, subject};
use super::txn::{Once, Outcome, Txn, text};
use super::{billing, document, exception};

/// Goods left that nobody expected to leave: a count had not found them (domain §1.10, R3), or the warehouse was to cancel them
/// (domain §1.5.4: cancel failed – shipped).
pub(super) fn left_unexpectedly(txn: &mut Txn<'_>, shipped: &trade::fulfilment::Shipped) -> Outcome<()> {
    let id = shipped.shipment;
    let Some(shipment) = txn.books().shipment(&id)? else { return Ok(()) };
    let node = &shipment.node;
    let mut reasons = Vec::new();
    if shipped.uncounted.is_positive() {
        reasons.push(format!("{} units left {node} with {id} although they were counted as gone", shipped.uncounted));
    }
    if shipped.cancel_failed.is_positive() {
        let units = shipped.cancel_failed;
        reasons.push(format!("{units} units left {node} with {id} although it was to cancel them: have the carrier stop them, or take them back"));
    }
    if reasons.is_empty() {
        return Ok(());
    }
    ask(txn, shipment.order, ExceptionKind::ShipDiscrepancy, Key::Shipment(id), reasons.join("; ").into())
}

/// Goods left that cannot be booked: more than is outstanding, or for a release that was to end without them. Says whether it is so;
/// somebody is asked then, with all that the warehouse told, because the goods are gone whatever is answered.
///
/// Source: domain §1.10 (R3), §1.12 (SHIP-DISCREPANCY).
pub(super) fn has_left_anyway(txn: &mut Txn<'_>, confirm: &ShipConfirm, refusal: &Refusal) -> Outcome<bool> {
    if !matches!(refusal, Refusal::NotEnough { .. } | Refusal::Conflict(_)) {
        return Ok(false);
    }
    let Some(released) = txn.books().warehouse_order(&confirm.warehouse_order)? else { return Ok(false) };
    let units: Vec<String> = confirm.lines.iter().map(|(line, units)| format!("{units} of line {}", line.0)).collect();
    let reason = text(format_args!(
        "{} has shipped {} for {} as {} by {} ({}), which is not booked: {refusal}",
        released.node,
        units.join(", "),
        released.id,
        confirm.reference,
        confirm.carrier,
        confirm.tracking
    ));
    let (kind, key) = (ExceptionKind::ShipDiscrepancy, Key::WarehouseOrder(released.id));
    ask(txn, released.order, kind, key, reason)?;
    Ok(true)
}

/// A warehouse will not cancel what it was asked to (domain §1.5.4: too late, offer to refuse at the dock or to return).
pub(super) fn cancel_refused(txn: &mut Txn<'_>, id: WarehouseOrderId, answered: &Answered, why: &str) -> Outcome<()> {
    let units: Quantity = answered.kept.iter().map(|line| line.units - line.stopping).sum();
    let Some(released) = txn.books().warehouse_order(&id)?.filter(|_| units.is_positive()) else { return Ok(()) };
    let reason = text(format_args!(
        "{} ships {units} units of {id} that were to be cancelled ({why}): have them refused at the dock, or take them back",
        released.node
    ));
    ask(txn, released.order, ExceptionKind::ShipDiscrepancy, Key::WarehouseOrder(id), reason)
}

/// A warehouse does not give back units that a count did not find: one of the two is wrong (domain §1.1.6).
pub(super) fn missing_refused(txn: &mut Txn<'_>, id: WarehouseOrderId, answered: &Answered, why: &str) -> Outcome<()> {
    let Some(released) = txn.books().warehouse_order(&id)? else { return Ok(()) };
    let missing: Vec<String> = answered
        .kept
        .iter()
        .filter(|kept| kept.missing.is_positive())
        .map(|kept| {
            let item = released.line(kept.line).map_or("", |line| line.item.as_str());
            let document = answered.missing_by.iter().find(|(no, _)| *no == kept.line);
            let document = document.map_or("", |(_, document)| document.as_str());
            format!("{} of {item} on line {} (missing by {document})", kept.missing, kept.line.0)
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let reason = text(format_args!(
        "{} does not give back of {id}: {} ({why}); count again, or have it looked for what is packed",
        released.node,
        missing.join(", ")
    ));
    ask(txn, released.order, ExceptionKind::ShipDiscrepancy, Key::WarehouseOrder(id), reason)
}

/// A warehouse does not stop what was to go to another address: it is asked to ship it there, or somebody has it intercepted while a hold
/// keeps the order from that address (domain §1.5.4: ask; else intercept).
pub(super) fn stop_refused(txn: &mut Txn<'_>, id: WarehouseOrderId, why: &str) -> Outcome<()> {
    let elsewhere = |released: &Arc<WarehouseOrder>| released.moved && !released.is_done();
    let Some(released) = txn.books().warehouse_order(&id)?.filter(elsewhere) else { return Ok(()) };
    if trade::fulfilment::redirect_unstopped(txn.books(), id)? {
        return ask_to_redirect(txn, id);
    }
    let order = order(txn, released.order)?;
    let reason = text(format_args!(
        "{} ships {id} to the address before the change ({why}), and {} may not go to {} yet: have the carrier intercept it",
        released.node,
        order.id,
        address(&order)
    ));
    ask(txn, order.id, ExceptionKind::Carrier, Key::WarehouseOrder(id), reason)
}

fn address(order: &Order) -> String {
    [&order.ship_to.street, &order.ship_to.city, &order.ship_to.country].map(Text::as_str).join(", ")
}

/// A warehouse was asked to cancel and has not answered in time: somebody asks it. The exception ends with the answer (domain §1.5.4, ask).
pub(super) fn answer_late(txn: &mut Txn<'_>, id: WarehouseOrderId) -> Outcome<()> {
    let cx = txn.system.clone();
    let Some(released) = txn.books().warehouse_order(&id)? else { return Ok(()) };
    let late = released.requests.iter().filter(|open| open.answer_by.is_some_and(|by| by <= cx.now));
    let (mut numbers, mut questions) = (Vec::new(), Vec::new());
    for open in late {
        let units: Quantity = open.lines.iter().map(|line| line.units).sum();
        questions.push(format!("{units} units (request {})", open.number));
        numbers.push(open.number);
    }
    if numbers.is_empty() {
        return Ok(());
    }
    let reason =
        text(format_args!("{} has not answered whether it cancels {} of {id}", released.node, questions.join(" and ")));
    let order = order(txn, released.order)?;
    let subject = subject(&order, Some(Key::WarehouseOrder(id)));
    let asked = match released.answer_chased {
        Some(id) => txn.books().exception(&id)?.filter(|asked| asked.is_open()),
        None => None,
    };
    let exception = match asked {
        Some(asked) => {
            let reason = text(format_args!("{}; {reason}", asked.reason));
            trade::exception::restate(txn.books(), asked.id, &reason, asked.amount)?;
            asked.id
        }
        None => trade::exception::raise(txn.books(), Raise::new(ExceptionKind::WmsReject, subject, reason), &cx)?,
    };
    trade::fulfilment::note_answer_late(txn.books(), id, exception, numbers);
    Ok(())
}

/// The warehouse has answered what somebody asks it about, or there is nothing left to answer.
pub(super) fn answer_came(txn: &mut Txn<'_>, id: WarehouseOrderId) -> Outcome<()> {
    let cx = txn.system.clone();
    let released = txn.books().warehouse_order(&id)?.filter(|released| released.has_answered());
    if let Some(exception) = released.and_then(|released| released.answer_chased) {
        trade::exception::clear(txn.books(), exception, "the warehouse has answered", &cx)?;
    }
    Ok(())
}

/// Asks a warehouse to ship to the new address, or a person where no system can be asked.
pub(super) fn ask_to_redirect(txn: &mut Txn<'_>, id: WarehouseOrderId) -> Outcome<()> {
    if txn.capabilities.contains("wms.redirect") {
        let effect = document::redirection(txn, id)?;
        txn.request(effect);
        return Ok(());
    }
    redirect_refused(txn, id, "no configured system offers wms.redirect")
}

/// Asks a warehouse once more that refused; nothing, once nothing is left there to ask for.
pub(super) fn redirect_again(txn: &mut Txn<'_>, id: WarehouseOrderId) -> Outcome<()> {
    if trade::fulfilment::redirect_again(txn.books(), id)? {
        ask_to_redirect(txn, id)?;
    }
    Ok(())
}

/// A warehouse ships to the old address: somebody intercepts it (domain §1.5.4: ask; else intercept).
pub(super) fn redirect_refused(txn: &mut Txn<'_>, id: WarehouseOrderId, why: &str) -> Outcome<()> {
    let Some(released) = txn.books().warehouse_order(&id)? else { return Ok(()) };
    let reason =
        text(format_args!("{} does not ship {id} to the new address ({why}): have the carrier intercept it", released.node));
    ask(txn, released.order, ExceptionKind::Carrier, Key::WarehouseOrder(id), reason)
}

/// A carrier has booked at a cost that nobody can tell in our currency: it counts as nothing until somebody sees to it.
pub(super) fn cost_unknown(txn: &mut Txn<'_>, id: WarehouseOrderId, booking: &Booking, why: &Text) -> Outcome<()> {
    let Some(released) = txn.books().warehouse_order(&id)? else { return Ok(()) };
    let reason = text(format_args!(
        "{} has booked {id} ({}) at a cost that is not recorded: {why}; put the exchange rate in, or ask the carrier",
        booking.carrier, booking.reference
    ));
    ask(txn, released.order, ExceptionKind::Carrier, Key::WarehouseOrder(id), reason)
}

/// Goods are on their way to the old address (domain §1.5.4: carrier redirect).
pub(super) fn redirect_under_way(txn: &mut Txn<'_>, id: ShipmentId) -> Outcome<()> {
    let Some(shipment) = txn.books().shipment(&id)? else { return Ok(()) };
    let order = order(txn, shipment.order)?;
    let to = address(&order);
    let carrier = if shipment.carrier.is_empty() { "the carrier" } else { shipment.carrier.as_str() };
    let reason = text(format_args!("have {carrier} take {id} ({}) to {to}", shipment.tracking));
    ask(txn, shipment.order, ExceptionKind::Carrier, Key::Shipment(id), reason)
}

/// Carriers are asked to stop shipments, by a system or else by the person who waits for the goods (domain §1.5.4: carrier intercept,
/// return to sender).
pub(super) fn intercept(txn: &mut Txn<'_>, asked: &[(ShipmentId, ReturnId)]) -> Outcome<()> {
    for (shipment, waiting) in asked {
        let worth = txn.books().shipment(shipment)?.map_or(Amount::ZERO, |shipment| shipment.exposed);
        let at_stake = Value::from(worth.to_decimal(super::task::company(txn)?.currency));
        ask_about_return(txn, *waiting, [("atStake", at_stake), ("shipmentId", Value::from(shipment.to_string()))])?;
        if txn.capabilities.contains("tms.intercept") {
            let effect = document::interception(txn, *shipment, *waiting)?;
            txn.request(effect);
        }
    }
    Ok(())
}

/// A person decides on units of an order that are to come back (domain §1.5.4: invoiced).
pub(super) fn decide_on_return(txn: &mut Txn<'_>, id: ReturnId) -> Outcome<()> {
    ask_about_return(txn, id, [])
}

/// Asks a person about a return; what else the question needs is given with it.
pub(super) fn ask_about_return<'v>(
    txn: &mut Txn<'_>,
    id: ReturnId,
    more: impl IntoIterator<Item = (&'v str, Value)>,
) -> Outcome<()> {
    let request = txn.books().return_request(&id)?;
    let tier = match &request {
        Some(request) => super::task::tier_of(txn, &request.account)?,
        None => Value::Null,
    };
    let order = request.and_then(|request| request.order);
    let known = [
        ("returnId", Value::from(id.to_string())),
        ("tier", tier),
        ("orderId", Value::from(order.map(|order| order.to_string()))),
    ];
    txn.start("return-request", None, Variables::from_iter(known.into_iter().chain(more)))?;
    Ok(())
}

/// A carrier has answered whether it stops a shipment. One that it does not stop is billed, and somebody sees to the customer (domain
/// §1.5.4: too late, return).
pub(super) fn intercept_answered(txn: &mut Txn<'_>, id: ShipmentId, refused: Option<&str>) -> Outcome<()> {
    let cx = txn.cx.clone();
    let void = trade::fulfilment::intercept_answered(txn.books(), id, refused, &cx)?;
    let Some(why) = refused else { return Ok(()) };
    let Some(waiting) = void else { return seen_elsewhere(txn, id, why) };
    trade::returns::decide(txn.books(), waiting, false, why, &cx)?;
    exception::clear_for_key(
        txn,
        ExceptionKind::ReturnDiscrepancy,
        &Key::ReturnRequest(waiting),
        "the goods do not come back",
    )?;
    if let Some(shipment) = txn.books().shipment(&id)? {
        let reason =
            text(format_args!("{id}, which was cancelled, reaches the customer ({why}) and is billed: take it back"));
        ask(txn, shipment.order, ExceptionKind::ShipDiscrepancy, Key::Shipment(id), reason)?;
    }
    interception_ended(txn, waiting)
}

/// The customer has a shipment that was cancelled on its way.
pub(super) fn delivered(txn: &mut Txn<'_>, id: ShipmentId) -> Outcome<()> {
    let shipment = txn.books().shipment(&id)?;
    if shipment.is_some_and(|shipment| shipment.intercept.as_ref().is_some_and(|of| of.status.is_open())) {
        return intercept_answered(txn, id, Some("it was delivered"));
    }
    seen_elsewhere(txn, id, "it was delivered")
}

/// Somebody has said that the goods of a shipment are back, and the carrier says that they are not: they would never be billed.
fn seen_elsewhere(txn: &mut Txn<'_>, id: ShipmentId, why: &str) -> Outcome<()> {
    let Some(shipment) = txn.books().shipment(&id)? else { return Ok(()) };
    if shipment.intercept.as_ref().is_none_or(|of| of.status != InterceptStatus::CameBack) {
        return Ok(());
    }
    let reason =
        text(format_args!("{id} counts as back and is not billed, but {why}: find the goods; bill them by another order"));
    ask(txn, shipment.order, ExceptionKind::ShipDiscrepancy, Key::Shipment(id), reason)
}

/// It is known where the goods of a shipment are that was cancelled on its way: what the customer has is billed, and what is back counts in
/// the exposure no more. Nothing happens for other returns.
pub(super) fn interception_ended(txn: &mut Txn<'_>, id: ReturnId) -> Outcome<()> {
    let request = txn.books().return_request(&id)?.filter(|request| request.shipment.is_some());
    let Some(request) = request else { return Ok(()) };
    let Some(order) = request.order else { return Ok(()) };
    txn.once(Once::RecheckCredit(request.account.clone()));
    txn.once(Once::OrderState(order));
    billing::bill_backlog(txn, order)
}

/// Asks a person; one who is asked about the same already is told of this, too.
fn ask(txn: &mut Txn<'_>, id: OrderId, kind: ExceptionKind, key: Key, reason: Text) -> Outcome<()> {
    let order = order(txn, id)?;
    raise_or_add(txn, Raise::new(kind, subject(&order, Some(key)), reason))
}

/// Raises an exception, or adds its reason to that of the one that is open for the same subject.
pub(super) fn raise_or_add(txn: &mut Txn<'_>, raise: Raise) -> Outcome<()> {
    let cx = txn.system.clone();
    if let Some(known) = trade::exception::of_subject(txn.books(), raise.kind, &raise.subject)?
        && let Some(asked) = txn.books().exception(&known)?
    {
        if !asked.reason.contains(raise.reason.as_str()) {
            let reason = text(format_args!("{}; {}", asked.reason, raise.reason));
            trade::exception::restate(txn.books(), known, &reason, asked.amount)?;
        }
        return Ok(());
    }
    trade::exception::raise(txn.books(), raise, &cx)?;
    Ok(())
}
