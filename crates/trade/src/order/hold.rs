//! Holds: a set of reasons that keep an order; nothing goes on until the set is empty (domain §1.5.1).

use compact_str::format_compact;
use units::{Amount, Minutes, Text, Timestamp};

use super::event::OrderEvent;
use super::find::{company, existing, existing_and_live};
use super::state::{Hold, HoldKind, Order};
use super::value::{at_stake, untaxed};
use crate::books::{Books, Stop};
use crate::context::{Actor, Context, Role};
use crate::credit;
use crate::exception::{self, Raise, Subject, is_for, kind_of_hold};
use crate::ids::*;
use crate::refusal::Refusal;

/// Places a hold, or says more about the one of the same kind that is there; asking twice changes nothing.
///
/// Its exception is raised with it, so that no order is held without an owner, a clock and a next action (domain §1.12). `amount` is what
/// is at stake, in minor units of the company's currency. Refused when the order is closed, rejected or cancelled. Source: domain §1.5.1.
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

/// Places a hold by hand: a Manual one, or one for suspected fraud or export control, which whoever looks after these releases.
///
/// Refused for holds that are placed and lifted by checks, without a reason, and when the order is over. Source: domain §1.5.1.
pub fn hold_by_hand(books: &mut dyn Books, id: OrderId, kind: HoldKind, reason: Text, cx: &Context) -> Result<(), Stop> {
    if !matches!(kind, HoldKind::Manual | HoldKind::Fraud | HoldKind::Export) {
        let wanted = "manual, fraud or export; a check places and lifts the others";
        return Err(Refusal::invalid("kind", format_compact!("{kind:?}"), wanted).into());
    }
    if reason.trim().is_empty() {
        return Err(Refusal::invalid("reason", "empty", "why the order is held").into());
    }
    let order = existing(books, id)?;
    // what is at stake with a Manual hold is only known to whoever placed it
    let amount = if kind == HoldKind::Manual { Amount::ZERO } else { at_stake(&*company(books)?, &order, cx) };
    drop(order);
    place_hold(books, id, kind, reason, Vec::new(), amount, cx)
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
    let before = order.holds.iter().find(|hold| hold.kind == kind).cloned();
    let found = before.as_ref().map_or(Text::default(), |before| found_before(before, cx));
    let reason = if found.is_empty() { reason } else { format_compact!("{reason}; {found}") };
    let known = before.as_ref().and_then(|before| before.exception);
    let asked = question(&order, kind, &reason, amount);
    drop(order);
    let exception = ask(books, known, asked, cx)?;
    let kept = before.as_ref().filter(|before| !is_checks_own(before) || cx.actor.roles.contains(&Role::System));
    let (placed_at, placed_by) =
        kept.map_or((cx.now, cx.actor.id.clone()), |before| (before.placed_at, before.placed_by.clone()));
    let asked = books.exception(&exception)?;
    // what became of the exception since it was asked is told there
    let (owner, due) = match before.as_ref().filter(|before| before.exception == Some(exception)) {
        Some(before) => (before.owner, before.due),
        None => asked.map_or((None, None), |asked| (Some(asked.owner), Some(asked.resolve_by))),
    };
    let exception = Some(exception);
    let hold = Hold { kind, reason, lines, amount, placed_at, exception, placed_by, found, owner, due };
    if before.as_ref() != Some(&hold) {
        books.record(&id, OrderEvent::HoldPlaced(hold));
    }
    Ok(())
}

/// Whether a check has placed a hold, and lifts it when its cause is gone.
pub(super) fn is_checks_own(hold: &Hold) -> bool {
    hold.placed_by == Actor::system().id
}

/// What the screening had found where a person places a hold over its own: their hold stays when that is gone, and whoever releases it
/// lets both pass.
fn found_before(before: &Hold, cx: &Context) -> Text {
    match before.kind {
        HoldKind::Fraud | HoldKind::Export if cx.actor.roles.contains(&Role::System) => before.found.clone(),
        HoldKind::Fraud | HoldKind::Export if is_checks_own(before) => before.reason.clone(),
        HoldKind::Fraud | HoldKind::Export => before.found.clone(),
        _ => Text::default(),
    }
}

/// What a person is asked about a hold. Orders that one account's credit holds are one case.
fn question(order: &Order, kind: HoldKind, reason: &Text, amount: Amount) -> Raise {
    let subject = Subject { order: Some(order.id), account: Some(order.account.clone()), key: None, line: None };
    let case = match kind {
        HoldKind::Credit => format_compact!("credit of {}", order.account),
        _ => Text::default(),
    };
    // whoever has seen a hold has not released it
    Raise { amount, case, is_waited_for: true, ..Raise::new(kind_of_hold(kind), subject, reason.clone()) }
}

/// The exception that asks a person: the one that is open, told anew, or a new one.
fn ask(books: &mut dyn Books, known: Option<ExceptionId>, asked: Raise, cx: &Context) -> Result<ExceptionId, Stop> {
    match known {
        Some(known) if exception::restate(books, known, &asked.reason, asked.amount)? => Ok(known),
        _ => exception::raise(books, asked, cx),
    }
}

/// Makes sure that each hold of an order has an open exception; raises the ones that are missing.
///
/// A person may have ended an exception without releasing its hold: to look again, or because its process is gone. Source: domain
/// §1.12 (no blocked order may exist without an exception).
pub fn keep_asked(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    let Some(order) = books.order(&id)? else { return Ok(()) };
    for hold in order.holds.clone() {
        let asked = question(&order, hold.kind, &hold.reason, hold.amount);
        let exception = Some(ask(books, hold.exception, asked, cx)?);
        if exception != hold.exception {
            books.record(&id, OrderEvent::HoldPlaced(Hold { exception, ..hold }));
        }
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
    let hold = if kind == HoldKind::Credit { credit::hold_now(books, &order, &placed, cx)? } else { placed };
    let actor = &cx.actor;
    if !actor.roles.contains(&Role::System) {
        let not_allowed = |why: &'static str| Refusal::NotAllowed { actor: actor.id.clone(), why: Text::const_new(why) };
        if reason.trim().is_empty() {
            return Err(Refusal::invalid("reason", "empty", "why the hold is released").into());
        }
        if kind != HoldKind::Credit && !is_asked(books, &hold, actor)? {
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
        credit::authorise_release(books, &order, &hold, actor)?;
    }
    drop(order);
    // domain §1.2: a release of credit is valid for so many days
    let expires = match kind {
        HoldKind::Credit if !cx.actor.roles.contains(&Role::System) => {
            let days = i64::from(company(books)?.policy.credit.release_valid_days);
            Some(cx.now.plus(Minutes(days * 1_440)))
        }
        _ => None,
    };
    end(books, id, &hold, reason, expires, cx)?;
    if kind == HoldKind::Credit {
        credit::record_release(books, id, cx)?;
    }
    if matches!(kind, HoldKind::Fraud | HoldKind::Export) {
        let value = untaxed(existing(books, id)?.as_ref());
        for finding in [hold.reason, hold.found].into_iter().filter(|finding| !finding.is_empty()) {
            books.record(&id, OrderEvent::ScreeningCleared { kind, finding, value });
        }
    }
    Ok(())
}

/// Whether the exception about a hold is for somebody; one that nobody was asked about is for directors.
fn is_asked(books: &mut dyn Books, hold: &Hold, actor: &Actor) -> Result<bool, Stop> {
    let Some(asked) = hold.exception else { return Ok(actor.has(Role::Director)) };
    Ok(books.exception(&asked)?.is_some_and(|exception| is_for(&exception, actor)))
}

/// Lifts a hold whose cause is gone; nothing happens if there is none.
pub(crate) fn lift(books: &mut dyn Books, id: OrderId, kind: HoldKind, reason: &str, cx: &Context) -> Result<(), Stop> {
    let hold = existing(books, id)?.holds.iter().find(|hold| hold.kind == kind).cloned();
    hold.map_or(Ok(()), |hold| end(books, id, &hold, reason, None, cx))
}

/// Lifts every hold, because the units that they kept are gone.
pub(super) fn lift_all(books: &mut dyn Books, id: OrderId, reason: &str, cx: &Context) -> Result<(), Stop> {
    let holds = existing(books, id)?.holds.clone();
    holds.iter().try_for_each(|hold| end(books, id, hold, reason, None, cx))
}

/// The hold is gone, and so is the question about it.
fn end(
    books: &mut dyn Books,
    id: OrderId,
    hold: &Hold,
    reason: &str,
    expires: Option<Timestamp>,
    cx: &Context,
) -> Result<(), Stop> {
    let (by, authority) = (cx.actor.id.clone(), cx.actor.roles.clone());
    books.record(&id, OrderEvent::HoldReleased { kind: hold.kind, by, reason: reason.into(), authority, expires });
    hold.exception.map_or(Ok(()), |exception| exception::clear(books, exception, reason, cx))
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

    fn asked(story: &mut Story, id: OrderId) -> std::sync::Arc<exception::Exception> {
        let exception = story.order(id).holds[0].exception.unwrap();
        story.books().exception(&exception).unwrap().unwrap()
    }

    #[test]
    fn placing_a_hold_twice_changes_nothing_and_keeps_its_exception() {
        let mut story = Story::new();
        let id = held(&mut story);
        story.books.take_events();
        place_hold(story.books(), id, HoldKind::Manual, "call first".into(), vec![], Amount(5_000), &clerk("eve", 3))
            .unwrap();
        assert_eq!(story.books.take_events(), []);
    }

    #[test]
    fn domain_1_12_a_hold_is_never_without_an_open_exception() {
        let mut story = Story::new();
        let id = held(&mut story);
        let first = asked(&mut story, id);
        assert!(first.is_open() && !first.actions.is_empty());
        assert_eq!(
            (first.kind, first.subject.order, first.amount),
            (exception::ExceptionKind::PolicyOverride, Some(id), Amount(5_000))
        );
        // somebody ends it without releasing the hold: there is another one at once
        let seen = exception::resolve(story.books(), first.id, exception::Action::Acknowledge, "seen", &clerk("eve", 2));
        assert!(matches!(seen, Err(Stop::Refused(Refusal::NotOffered { .. }))), "{seen:?}");
        exception::resolve(story.books(), first.id, exception::Action::Release, "fine", &clerk("eve", 2)).unwrap();
        keep_asked(story.books(), id, &clerk("eve", 2)).unwrap();
        let second = asked(&mut story, id);
        assert!(second.is_open() && second.id != first.id);
        release_hold(story.books(), id, HoldKind::Manual, "fine", &clerk("ann", 3)).unwrap();
        let ended = story.books().exception(&second.id).unwrap().unwrap();
        assert_eq!((ended.status, ended.ended_at), (exception::ExceptionStatus::Cleared, Some(clerk("ann", 3).now)));
        story.check();
    }

    #[test]
    fn what_is_said_anew_about_a_hold_is_said_by_its_exception_too() {
        let mut story = Story::new();
        let id = held(&mut story);
        let first = asked(&mut story, id).id;
        place_hold(story.books(), id, HoldKind::Manual, "call twice".into(), vec![], Amount(7_000), &clerk("eve", 3))
            .unwrap();
        let now = asked(&mut story, id);
        assert_eq!((now.id, now.reason.as_str(), now.amount), (first, "call twice", Amount(7_000)));
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
    fn domain_1_5_3_a_release_tells_on_whose_authority_and_until_when_it_counts() {
        for (kind, days) in [(HoldKind::Credit, Some(7)), (HoldKind::Manual, None)] {
            let mut story = Story::new();
            let id = story.receive(&story.submission()).unwrap();
            place_hold(story.books(), id, kind, "look".into(), vec![], Amount(1), &clerk("bob", 1)).unwrap();
            story.books.take_events();
            release_hold(story.books(), id, kind, "fine", &clerk("ann", 2)).unwrap();
            let told = story.books.take_events().into_iter().find_map(|event| match event {
                crate::Event::Order(_, OrderEvent::HoldReleased { authority, expires, .. }) => Some((authority, expires)),
                _ => None,
            });
            let until = days.map(|days: i64| clerk("ann", 2 + days * 1_440).now);
            assert_eq!(told, Some((clerk("ann", 2).actor.roles, until)), "{kind:?}");
        }
    }

    #[test]
    fn a_hold_is_released_by_whom_its_exception_is_for() {
        use HoldKind::*;
        let others = [Item, Address, Duplicate, Price, Tax, Manual, Fraud, Export];
        let by_trade = [Role::Sales, Role::Sales, Role::Sales, Role::Sales, Role::Receivables, Role::Director];
        let owners = by_trade.into_iter().chain([Role::Compliance, Role::Compliance]);
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
