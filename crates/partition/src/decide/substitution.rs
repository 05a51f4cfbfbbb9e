//! What follows when another item is sent instead of one that cannot be there in time (domain §1.1.8).

use feel::Context as Variables;
use trade::exception::{Action, ExceptionKind, Raise};
use trade::order::{Replacement, Replacements};
use trade::{ItemId, Key, OrderId};
use units::{Amount, Text};

use super::shortage;
use super::task::{order, subject};
use super::txn::{Outcome, Txn, text};

/// Takes up what a promise came to: what was replaced is checked again, and somebody asks the customer about the rest.
pub(super) fn follow(txn: &mut Txn<'_>, id: OrderId, replaced: &Replacements) -> Outcome<()> {
    if !replaced.done.is_empty() {
        check_again(txn, id)?;
        for done in &replaced.done {
            shortage::clear(txn, &done.item, &[id])?;
        }
    }
    replaced.to_ask.iter().try_for_each(|offer| ask(txn, id, offer))
}

/// Units of an item came, or are free: they are sent to those who wait for what it may be sent instead of.
pub(super) fn came(txn: &mut Txn<'_>, item: &ItemId) -> Outcome<()> {
    let cx = txn.system.clone();
    for (id, replaced) in trade::order::replace_by(txn.books(), item, &cx)? {
        follow(txn, id, &replaced)?;
        if !replaced.done.is_empty() {
            txn.publish("order.more", id, None);
        }
    }
    Ok(())
}

/// Another item has another price, margin and tax, and so another weight in the exposure.
fn check_again(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let cx = txn.system.clone();
    trade::order::validate(txn.books(), id, &cx)?;
    trade::price::validate(txn.books(), id, &cx)?;
    trade::tax::determine(txn.books(), id, None, &cx)?;
    super::credit::check(txn, id)?;
    if order(txn, id)?.holds.is_empty() {
        trade::order::approve(txn.books(), id, &cx)?;
    }
    Ok(())
}

/// Has the customer asked whether they take a substitute.
fn ask(txn: &mut Txn<'_>, id: OrderId, offer: &Replacement) -> Outcome<()> {
    let cx = txn.system.clone();
    let order = order(txn, id)?;
    let Replacement { line, item, quantity, by, units } = offer;
    let by_when = order.requested.map_or_else(|| Text::const_new("at all"), |day| text(format_args!("by {day}")));
    let account = &order.account;
    let reason = text(format_args!(
        "{quantity} of {item} (line {}) cannot be there {by_when}: ask {account} whether they take {units} of {by} instead",
        line.0
    ));
    let amount = order.line(*line).map_or(Amount::ZERO, |line| trade::order::units_value(line, *quantity, order.currency));
    let amount = super::billing::valued(txn, amount, &order)?;
    let subject = subject(&order, Some(Key::Item(item.clone())));
    trade::exception::raise(txn.books(), Raise { amount, ..Raise::new(ExceptionKind::Shortage, subject, reason) }, &cx)?;
    Ok(())
}

/// The customer has answered: they take the substitute, which `details.item` may name, or none.
pub(super) fn answered(txn: &mut Txn<'_>, id: OrderId, item: &ItemId, action: Action, details: &Variables) -> Outcome<()> {
    if action == Action::Substitute {
        let by = details.get("item").and_then(|by| by.as_str().map(ItemId::from));
        return substitute(txn, id, item, by.as_ref());
    }
    trade::order::refuse_substitutes(txn.books(), id, item)?;
    // what nobody wants to wait for is looked at again
    txn.publish("order.more", id, None);
    Ok(())
}

/// Sends a substitute as the customer agreed, and takes the order on.
pub(super) fn substitute(txn: &mut Txn<'_>, id: OrderId, item: &ItemId, by: Option<&ItemId>) -> Outcome<()> {
    let cx = txn.cx.clone();
    let replaced = trade::order::substitute(txn.books(), id, item, by, &cx)?;
    follow(txn, id, &replaced)?;
    txn.publish("order.more", id, None);
    Ok(())
}
