//! Holds: a set of reasons that keep an order; nothing goes on until the set is empty (domain §1.5.1).

use std::sync::Arc;

use units::{Amount, Text};

use super::event::OrderEvent;
use super::find::{existing, existing_and_live, invalid};
use super::state::{Hold, HoldKind, Order};
use crate::account::Account;
use crate::books::{Books, Key, Stop};
use crate::context::{Context, Role};
use crate::credit;
use crate::exception::{kind_of_hold, may_decide};
use crate::ids::*;
use crate::refusal::Refusal;

/// Places a hold, or says more about the one of the same kind that is there; asking twice changes nothing.
///
/// `amount` is what is at stake in minor units. Refused when the order is closed, rejected or cancelled. Source: domain §1.5.1.
pub fn place_hold(
    books: &mut dyn Books,
    id: OrderId,
    kind: HoldKind,
    reason: Text,
    lines: Vec<LineNo>,
    amount: Amount,
    cx: &Context,
) -> Result<(), Stop> {
    existing_and_live(books, id, "nothing is left to hold")?;
    place(books, id, kind, reason, lines, amount, cx)
}

pub(super) fn place(
    books: &mut dyn Books,
    id: OrderId,
    kind: HoldKind,
    reason: Text,
    lines: Vec<LineNo>,
    amount: Amount,
    cx: &Context,
) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let before = order.holds.iter().find(|hold| hold.kind == kind);
    let hold = Hold {
        kind,
        reason,
        lines,
        amount,
        placed_at: before.map_or(cx.now, |before| before.placed_at),
        exception: before.and_then(|before| before.exception),
    };
    let is_new = before != Some(&hold);
    drop(order);
    if is_new {
        books.record(&id, OrderEvent::HoldPlaced(hold));
    }
    Ok(())
}

/// Releases a hold, on somebody's authority and with a reason.
///
/// It takes whoever may decide on the exception that asks about the hold (domain §1.12), and for a Credit hold the authority of
/// domain §1.2. Whoever created the order may not release its holds, and nobody releases more than their limit; the process may do
/// both. Refused when there is no such hold.
pub fn release_hold(books: &mut dyn Books, id: OrderId, kind: HoldKind, reason: &str, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let Some(placed) = order.holds.iter().find(|hold| hold.kind == kind).cloned() else {
        return Err(Refusal::NotHeld(kind).into());
    };
    let hold = if kind == HoldKind::Credit { credit_hold_now(books, &order, &placed, cx)? } else { placed };
    let actor = &cx.actor;
    if !actor.roles.contains(&Role::System) {
        let not_allowed = |why: &'static str| Refusal::NotAllowed { actor: actor.id.clone(), why: Text::const_new(why) };
        if reason.trim().is_empty() {
            return Err(invalid("reason", "empty", "why the hold is released").into());
        }
        if kind != HoldKind::Credit && !may_decide(kind_of_hold(kind), actor) {
            return Err(not_allowed("the hold is for others to decide on").into());
        }
        if actor.id == order.created_by {
            return Err(not_allowed("whoever created an order does not release its holds").into());
        }
        if actor.limit.is_some_and(|limit| hold.amount > limit) {
            return Err(not_allowed("the amount at stake is above their limit").into());
        }
    }
    if kind == HoldKind::Credit {
        let (company, account) = (super::find::company(books)?, account_of(books, &order)?);
        credit::authorise_release(&company, &account, &order, &hold, actor)?;
    }
    drop(order);
    books.record(&id, OrderEvent::HoldReleased { kind, by: actor.id.clone(), reason: reason.into() });
    if kind == HoldKind::Credit {
        credit::record_release(books, id, cx)?;
    }
    Ok(())
}

fn credit_hold_now(books: &mut dyn Books, order: &Order, placed: &Hold, cx: &Context) -> Result<Hold, Stop> {
    let (company, account) = (super::find::company(books)?, account_of(books, order)?);
    Ok(credit::hold_now(&company, &account, order, placed, cx))
}

fn account_of(books: &mut dyn Books, order: &Order) -> Result<Arc<Account>, Stop> {
    let missing = || Refusal::NotFound(Key::Account(order.account.clone()));
    Ok(books.account(&order.account)?.ok_or_else(missing)?)
}

/// Lifts a hold whose cause is gone; nothing happens if there is none.
pub(crate) fn lift(books: &mut dyn Books, id: OrderId, kind: HoldKind, reason: &str, cx: &Context) -> Result<(), Stop> {
    if existing(books, id)?.is_held_by(kind) {
        books.record(&id, OrderEvent::HoldReleased { kind, by: cx.actor.id.clone(), reason: reason.into() });
    }
    Ok(())
}

/// Lifts every hold, because the units that they kept are gone.
pub(super) fn lift_all(books: &mut dyn Books, id: OrderId, reason: &str, cx: &Context) -> Result<(), Stop> {
    let kinds: Vec<HoldKind> = existing(books, id)?.holds.iter().map(|hold| hold.kind).collect();
    for kind in kinds {
        books.record(&id, OrderEvent::HoldReleased { kind, by: cx.actor.id.clone(), reason: reason.into() });
    }
    Ok(())
}

/// Notes which exception asks a person about a hold. Refused when there is no such hold.
pub fn set_hold_exception(
    books: &mut dyn Books,
    id: OrderId,
    kind: HoldKind,
    exception: ExceptionId,
    _cx: &Context,
) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let Some(hold) = order.holds.iter().find(|hold| hold.kind == kind) else {
        return Err(Refusal::NotHeld(kind).into());
    };
    if hold.exception == Some(exception) {
        return Ok(());
    }
    let hold = Hold { exception: Some(exception), ..hold.clone() };
    drop(order);
    books.record(&id, OrderEvent::HoldPlaced(hold));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, clerk};

    fn held(story: &mut Story) -> OrderId {
        let id = story.receive(&story.submission()).unwrap();
        let amount = Amount(5_000);
        place_hold(story.books(), id, HoldKind::Manual, "call first".into(), vec![], amount, &clerk("bob", 1)).unwrap();
        id
    }

    #[test]
    fn placing_a_hold_twice_changes_nothing_and_keeps_its_exception() {
        let mut story = Story::new();
        let id = held(&mut story);
        set_hold_exception(story.books(), id, HoldKind::Manual, ExceptionId(4), &clerk("bob", 2)).unwrap();
        story.books.take_events();
        place_hold(story.books(), id, HoldKind::Manual, "call first".into(), vec![], Amount(5_000), &clerk("eve", 3))
            .unwrap();
        assert_eq!(story.books.take_events(), []);
        assert_eq!(story.order(id).holds[0].exception, Some(ExceptionId(4)));
    }

    #[test]
    fn whoever_created_the_order_may_not_release_its_hold() {
        let mut story = Story::new();
        let id = held(&mut story);
        let refused = release_hold(story.books(), id, HoldKind::Manual, "fine", &clerk("shop", 2));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        let refused = release_hold(story.books(), id, HoldKind::Manual, " ", &clerk("ann", 2));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::Invalid { .. }))));
        release_hold(story.books(), id, HoldKind::Manual, "fine", &clerk("ann", 2)).unwrap();
        let refused = release_hold(story.books(), id, HoldKind::Manual, "fine", &clerk("ann", 2));
        assert_eq!(refused, Err(Stop::Refused(Refusal::NotHeld(HoldKind::Manual))));
    }

    #[test]
    fn a_hold_is_released_by_whom_its_exception_is_for() {
        use HoldKind::*;
        let others = [Item, Address, Duplicate, Price, Tax, Manual];
        let owners = [Role::Sales, Role::Sales, Role::Sales, Role::Sales, Role::Receivables, Role::Director];
        for (kind, owner) in others.into_iter().zip(owners) {
            let mut story = Story::new();
            let id = story.receive(&story.submission()).unwrap();
            place_hold(story.books(), id, kind, "look".into(), vec![], Amount(1), &clerk("bob", 1)).unwrap();
            let acting_as = |role| {
                let mut cx = clerk("ann", 2);
                cx.actor.roles = vec![role];
                cx
            };
            for wrong in [Role::Warehouse, Role::CreditClerk, Role::Operations, Role::Admin] {
                let refused = release_hold(story.books(), id, kind, "fine", &acting_as(wrong));
                assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{kind:?} by {wrong:?}");
            }
            release_hold(story.books(), id, kind, "fine", &acting_as(owner)).unwrap();
        }
    }

    #[test]
    fn nobody_releases_more_than_their_limit() {
        let mut story = Story::new();
        let id = held(&mut story);
        let mut cx = clerk("ann", 2);
        cx.actor.limit = Some(Amount(4_999));
        let refused = release_hold(story.books(), id, HoldKind::Manual, "fine", &cx);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        cx.actor.limit = Some(Amount(5_000));
        release_hold(story.books(), id, HoldKind::Manual, "fine", &cx).unwrap();
    }
}
