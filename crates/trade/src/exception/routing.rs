//! Who looks after an exception and by when, where a process says so: what it leaves open is the catalogue's.

use units::{Calendar, Minutes, Timestamp};

use super::catalogue::{rules, time};
use super::raise::calendar_of;
use super::state::{Exception, ExceptionEvent, Severity};
use crate::books::{Books, Stop};
use crate::context::Role;
use crate::master::Escalation;
use crate::order::company;

/// How much of the time to resolve has passed at each step of the ladder, in per cent: a warning, the lead, the manager.
pub(crate) const LADDER: [u16; 3] = [50, 100, 150];
/// How much of the time to resolve has passed when somebody should have looked, in per cent.
pub(crate) const RESPONSE: u16 = 25;

/// What somebody other than the catalogue says of an exception. Source: domain §1.12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Routing {
    /// Who owns it.
    pub owner: Option<Role>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// In how much of the owner's working time somebody should have looked.
    pub respond: Option<Minutes>,
    /// In how much of the owner's working time it should be resolved.
    pub resolve: Option<Minutes>,
}

impl Routing {
    /// The catalogue's, but for the owner.
    pub fn to(owner: Role) -> Self {
        Self { owner: Some(owner), ..Self::default() }
    }
}

/// When something is expected of somebody.
pub(super) struct Clocks {
    pub(super) respond_by: Timestamp,
    pub(super) resolve_by: Timestamp,
    pub(super) ladder: Vec<Timestamp>,
}

/// The clocks of an exception, in its owner's working time.
pub(super) fn clocks(
    calendar: &Calendar,
    from: Timestamp,
    policy: &Escalation,
    respond: Option<Minutes>,
    resolve: Minutes,
) -> Clocks {
    let part = |percent: u16| Minutes(resolve.0.saturating_mul(i64::from(percent)) / 100);
    let after = |time: Minutes| calendar.after(from, time);
    Clocks {
        respond_by: after(respond.unwrap_or(part(policy.response_percent.unwrap_or(RESPONSE)))),
        resolve_by: after(resolve),
        ladder: policy.ladder_percent.unwrap_or(LADDER).map(|percent| after(part(percent))).to_vec(),
    }
}

/// Gives an exception that is asked about already the owner, the severity and the clocks that a process found for it.
pub(super) fn route(books: &mut dyn Books, exception: &Exception, routing: Routing) -> Result<(), Stop> {
    if routing == Routing::default() {
        return Ok(());
    }
    let owner = routing.owner.unwrap_or(exception.owner);
    let severity = routing.severity.unwrap_or(exception.severity);
    let resolve = routing.resolve.unwrap_or_else(|| time(rules(exception.kind).resolve, severity));
    let calendar = calendar_of(books, owner, &exception.subject)?;
    let policy = Escalation::of(&company(books)?.policy.escalation, exception.kind);
    let clocks = clocks(&calendar, exception.raised_at, &policy, routing.respond, resolve);
    let Clocks { respond_by, resolve_by, ladder } = clocks;
    let is_as_before = (owner, severity, respond_by, resolve_by, &ladder)
        == (exception.owner, exception.severity, exception.respond_by, exception.resolve_by, &exception.ladder);
    if !is_as_before {
        books.record(&exception.id, ExceptionEvent::Routed { owner, severity, respond_by, resolve_by, ladder });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::{ExceptionKind, Raise, Subject, TaskRef, await_answer, deciders, raise};
    use crate::order::fixture::{Story, at};

    const ROUTING: Routing = Routing {
        owner: Some(Role::Warehouse),
        severity: Some(Severity::Critical),
        respond: Some(Minutes(1)),
        resolve: Some(Minutes(5)),
    };

    fn is_routed(exception: &Exception) {
        let due = |minutes| at(0).now.plus(Minutes(minutes));
        assert_eq!((exception.owner, exception.severity), (Role::Warehouse, Severity::Critical));
        assert_eq!((exception.respond_by, exception.resolve_by), (due(1), due(5)));
        assert_eq!(exception.ladder.last(), Some(&due(7)));
        assert_eq!(deciders(exception)[0], Role::Warehouse);
    }

    #[test]
    fn what_a_process_says_goes_before_the_catalogue() {
        let mut story = Story::new();
        let wanted = Raise { routing: ROUTING, ..Raise::new(ExceptionKind::Price, Subject::default(), "low") };
        let id = raise(story.books(), wanted, &at(0)).unwrap();
        is_routed(&story.books().exception(&id).unwrap().unwrap());
    }

    #[test]
    fn an_exception_that_was_raised_before_its_process_asked_is_routed_too() {
        let mut story = Story::new();
        let wanted = Raise::new(ExceptionKind::Price, Subject::default(), "low");
        let id = raise(story.books(), wanted, &at(0)).unwrap();
        let task = TaskRef { instance: 1, task: 1 };
        assert!(await_answer(story.books(), id, task, ROUTING).unwrap());
        is_routed(&story.books().exception(&id).unwrap().unwrap());
        story.books.take_events();
        assert!(await_answer(story.books(), id, task, ROUTING).unwrap());
        assert_eq!(story.books.take_events(), [], "and once only");
    }

    #[test]
    fn what_a_process_leaves_open_is_the_catalogues() {
        let mut story = Story::new();
        let id = raise(story.books(), Raise::new(ExceptionKind::Price, Subject::default(), "low"), &at(0)).unwrap();
        let before = story.books().exception(&id).unwrap().unwrap();
        await_answer(story.books(), id, TaskRef { instance: 1, task: 1 }, Routing::to(Role::Operations)).unwrap();
        let after = story.books().exception(&id).unwrap().unwrap();
        assert_eq!(after.owner, Role::Operations);
        assert_eq!((after.severity, after.resolve_by), (before.severity, before.resolve_by));
    }
}
