//! An exception is claimed and ended.

use std::sync::Arc;

use units::Text;

use super::authority::gives_away;
use super::index;
use super::ladder::is_for;
use super::state::{Action, Exception, ExceptionEvent};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::ExceptionId;
use crate::refusal::Refusal;

/// A person decides. What the decision means is the caller's business.
///
/// Refused when it has ended, for an action that is not offered, without a reason, for whom [`assign`] refuses, and above the actor's
/// limit. Source: domain §1.12.
pub fn resolve(books: &mut dyn Books, id: ExceptionId, action: Action, reason: &str, cx: &Context) -> Result<(), Stop> {
    let exception = open(books, id)?;
    if !exception.actions.contains(&action) {
        return Err(Refusal::NotOffered { action, offered: exception.actions.clone() }.into());
    }
    if reason.trim().is_empty() {
        let wanted = Text::const_new("why this was decided");
        return Err(Refusal::Invalid { field: Text::const_new("reason"), given: Text::const_new("empty"), wanted }.into());
    }
    own(&exception, cx)?;
    if gives_away(action) && cx.actor.limit.is_some_and(|limit| exception.amount.abs() > limit) {
        let why = Text::const_new("the amount at stake is above their limit");
        return Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why }.into());
    }
    let (by, reason, at) = (cx.actor.id.clone(), Text::from(reason), cx.now);
    books.record(&id, ExceptionEvent::Resolved { action, by, reason, at });
    index::note_ended(books, &exception)
}

/// An event makes it void. One that has ended stays as it is.
pub fn clear(books: &mut dyn Books, id: ExceptionId, cause: &str, cx: &Context) -> Result<(), Stop> {
    let exception = existing(books, id)?;
    if exception.is_open() {
        books.record(&id, ExceptionEvent::Cleared { cause: cause.into(), at: cx.now });
        index::note_ended(books, &exception)?;
    }
    Ok(())
}

/// Gives it to a person, or back to the role; to oneself is to claim it.
///
/// Refused when it has ended, and for whom it is not: see [`is_for`](super::is_for). An escalation takes it from nobody.
pub fn assign(books: &mut dyn Books, id: ExceptionId, to: Option<Text>, cx: &Context) -> Result<(), Stop> {
    let exception = open(books, id)?;
    own(&exception, cx)?;
    if exception.assignee != to {
        books.record(&id, ExceptionEvent::Assigned { to });
    }
    Ok(())
}

fn own(exception: &Exception, cx: &Context) -> Result<(), Refusal> {
    if is_for(exception, &cx.actor) {
        return Ok(());
    }
    let why = Text::from(format!("this is for {:?}", exception.owner));
    Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why })
}

pub(super) fn existing(books: &mut dyn Books, id: ExceptionId) -> Result<Arc<Exception>, Stop> {
    books.exception(&id)?.ok_or_else(|| Refusal::NotFound(Key::Exception(id)).into())
}

fn open(books: &mut dyn Books, id: ExceptionId) -> Result<Arc<Exception>, Stop> {
    let exception = existing(books, id)?;
    if exception.is_open() {
        return Ok(exception);
    }
    Err(Refusal::Conflict(Text::from(format!("{id} has ended: {:?}", exception.status))).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Role;
    use crate::exception::Routing;
    use crate::exception::{ExceptionKind, Raise, Severity, Subject, escalate, lead, next_escalation, open_for, raise};
    use crate::ids::{OrderId, PaymentId};
    use crate::order::fixture::{Story, at, clerk};
    use units::{Amount, Timestamp};

    fn raised(story: &mut Story) -> ExceptionId {
        let subject = Subject {
            order: Some(OrderId(1)),
            account: Some("ACME".into()),
            key: Some(Key::Payment(PaymentId(7))),
            line: None,
        };
        let wanted = Raise { amount: Amount(2_000_000), ..Raise::new(ExceptionKind::Price, subject, "too low") };
        raise(story.books(), wanted, &at(0)).unwrap()
    }

    #[test]
    fn the_same_is_not_raised_twice_and_is_found_by_what_it_is_about() {
        let mut story = Story::new();
        let id = raised(&mut story);
        assert_eq!(raised(&mut story), id);
        let key = Key::Payment(PaymentId(7));
        assert_eq!(open_for(story.books(), ExceptionKind::Price, &key).unwrap(), Some(id));
        clear(story.books(), id, "paid", &at(1)).unwrap();
        assert_eq!(open_for(story.books(), ExceptionKind::Price, &key).unwrap(), None);
        assert_ne!(raised(&mut story), id);
    }

    #[test]
    fn only_offered_actions_with_a_reason_by_the_right_role_are_taken() {
        let mut story = Story::new();
        let id = raised(&mut story);
        let books = story.books();
        assert!(matches!(
            resolve(books, id, Action::Match, "x", &clerk("ann", 1)),
            Err(Stop::Refused(Refusal::NotOffered { .. }))
        ));
        assert!(matches!(
            resolve(books, id, Action::Release, " ", &clerk("ann", 1)),
            Err(Stop::Refused(Refusal::Invalid { .. }))
        ));
        let mut wrong = clerk("bob", 1);
        wrong.actor.roles = vec![Role::Warehouse];
        assert!(matches!(resolve(books, id, Action::Release, "x", &wrong), Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        resolve(books, id, Action::Release, "agreed", &clerk("ann", 1)).unwrap();
        assert!(matches!(
            resolve(books, id, Action::Release, "x", &clerk("ann", 2)),
            Err(Stop::Refused(Refusal::Conflict(_)))
        ));
    }

    #[test]
    fn whoever_it_was_for_may_answer_after_an_escalation() {
        let mut story = Story::new();
        let id = raised(&mut story);
        for minute in [1, 2, 3] {
            escalate(story.books(), id, &at(minute * 100_000)).unwrap();
        }
        let mut sales = clerk("ann", 1);
        sales.actor.roles = vec![Role::Sales];
        assign(story.books(), id, Some("ann".into()), &sales).unwrap();
        resolve(story.books(), id, Action::Release, "agreed", &sales).unwrap();
        assert!(assign(story.books(), id, None, &sales).is_err());
    }

    #[test]
    fn what_is_another_roles_business_is_not_decided_by_the_owner_of_its_type_unless_it_is_given_to_them() {
        let mut story = Story::new();
        let subject = Subject { key: Some(Key::Payment(PaymentId(7))), ..Subject::default() };
        let wanted =
            Raise { routing: Routing::to(Role::Warehouse), ..Raise::new(ExceptionKind::Deduction, subject, "damaged") };
        let id = raise(story.books(), wanted, &at(0)).unwrap();
        let acting_as = |name: &str, role| {
            let mut cx = clerk(name, 1);
            cx.actor.roles = vec![role];
            cx
        };
        let rita = acting_as("rita", Role::Receivables);
        let refused = resolve(story.books(), id, Action::Reject, "no", &rita);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        assign(story.books(), id, Some("rita".into()), &acting_as("walt", Role::Warehouse)).unwrap();
        resolve(story.books(), id, Action::Reject, "not so", &rita).unwrap();
    }

    #[test]
    fn nobody_claims_what_is_for_others() {
        let mut story = Story::new();
        let id = raised(&mut story);
        let mut warehouse = clerk("bob", 1);
        warehouse.actor.roles = vec![Role::Warehouse];
        let refused = assign(story.books(), id, Some("bob".into()), &warehouse);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))));
    }

    #[test]
    fn the_end_of_one_exception_does_not_hide_another_about_the_same() {
        let mut story = Story::new();
        let first = raised(&mut story);
        let key = Key::Payment(PaymentId(7));
        let subject = Subject { key: Some(key.clone()), ..Subject::default() };
        let second = raise(story.books(), Raise::new(ExceptionKind::Deduction, subject, "less"), &at(1)).unwrap();
        clear(story.books(), first, "gone", &at(2)).unwrap();
        assert_eq!(open_for(story.books(), ExceptionKind::Deduction, &key).unwrap(), Some(second));
    }

    /// Books of a company that works from Monday to Friday, 9:00 to 17:00.
    fn office_hours() -> Story {
        let mut story = Story::new();
        let key = Text::const_new(crate::master::Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.calendar = units::Calendar {
            week: [true, true, true, true, true, false, false],
            hours: units::OpeningHours { opens: 9 * 60, closes: 17 * 60 },
            ..units::Calendar::always()
        };
        story.books().record(&key, crate::master::CompanyEvent::Set(Box::new(company)));
        story
    }

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn domain_1_12_the_ladder_is_climbed_in_working_time() {
        let mut story = office_hours();
        // eight hours at severity medium, raised on Friday an hour before closing
        let cx = Context { now: instant("2026-03-06T16:00:00Z"), ..at(0) };
        let wanted = Raise { amount: Amount(10_000), ..Raise::new(ExceptionKind::Price, Subject::default(), "low") };
        let id = raise(story.books(), wanted, &cx).unwrap();
        let exception = story.books().exception(&id).unwrap().unwrap();
        let expected = ["2026-03-09T12:00:00Z", "2026-03-09T16:00:00Z", "2026-03-10T12:00:00Z"].map(instant);
        assert_eq!(exception.ladder, expected);
        assert_eq!((exception.severity, exception.resolve_by), (Severity::Medium, expected[1]));
    }

    #[test]
    fn domain_1_12_every_type_has_an_owner_a_clock_a_next_action_and_a_ladder() {
        for kind in ExceptionKind::ALL {
            let mut story = office_hours();
            let id = raise(story.books(), Raise::new(kind, Subject::default(), "why"), &at(0)).unwrap();
            let mut told = Vec::new();
            let first = story.books().exception(&id).unwrap().unwrap();
            assert!(!first.actions.is_empty() && first.respond_by > first.raised_at, "{kind:?}");
            while let Some(due) = next_escalation(&story.books().exception(&id).unwrap().unwrap()) {
                escalate(story.books(), id, &Context { now: due, ..at(0) }).unwrap();
                told.extend(story.books().exception(&id).unwrap().unwrap().escalated_to);
            }
            let lead = lead(&first);
            assert_eq!(told, [lead, first.owner, lead, Role::Director], "{kind:?}");
            assert!(first.ladder.is_sorted() && first.ladder[1] == first.resolve_by, "{kind:?}");
        }
    }

    #[test]
    fn an_order_that_is_wanted_tomorrow_is_asked_about_more_urgently() {
        let severity_of = |requested: Option<&str>| {
            let mut story = Story::new();
            let id = story.receive(&story.submission()).unwrap();
            let order =
                crate::order::Order { requested: requested.map(|day| day.parse().unwrap()), ..(*story.order(id)).clone() };
            story.books().record(&id, crate::order::OrderEvent::Received(Box::new(order)));
            let subject = Subject { order: Some(id), account: Some("ACME".into()), key: None, line: None };
            let raised = raise(story.books(), Raise::new(ExceptionKind::Address, subject, "unknown"), &at(0)).unwrap();
            story.books().exception(&raised).unwrap().unwrap().severity
        };
        assert_eq!(severity_of(None), Severity::Low);
        assert_eq!(severity_of(Some("2026-03-04")), Severity::Low);
        assert_eq!(severity_of(Some("2026-03-03")), Severity::Medium);
    }

    #[test]
    fn a_warehouse_answers_in_its_own_working_time() {
        let mut story = office_hours();
        story.stock("X", "WH1", 10);
        let order = story.promised(&[("X", 10)]);
        let released = crate::order::release(story.books(), order, &at(2)).unwrap()[0];
        let subject = Subject { key: Some(Key::WarehouseOrder(released)), ..Subject::default() };
        let cx = Context { now: instant("2026-03-06T16:00:00Z"), ..at(0) };
        let id = raise(story.books(), Raise::new(ExceptionKind::WmsReject, subject, "no room"), &cx).unwrap();
        // the node works round the clock: eight hours at severity low, weekend or not
        assert_eq!(story.books().exception(&id).unwrap().unwrap().resolve_by, instant("2026-03-07T00:00:00Z"));
    }
}
