//! Who is told when nobody deals with an exception in time (domain §1.12): the lead when nobody has taken it by its first clock; then
//! its owner, the lead and the manager, as its time runs out.

use units::Timestamp;

use super::state::{Exception, ExceptionEvent};
use crate::books::{Books, Stop};
use crate::context::{Actor, Context, Role};
use crate::ids::ExceptionId;

/// Tells the next on the ladder, if it is time. Source: domain §1.12.
pub fn escalate(books: &mut dyn Books, id: ExceptionId, cx: &Context) -> Result<(), Stop> {
    let exception = super::resolve::existing(books, id)?;
    if !exception.is_open() {
        return Ok(());
    }
    if exception.awaits_response && exception.respond_by <= cx.now {
        books.record(&id, ExceptionEvent::ResponseOverdue { to: lead(&exception) });
    } else if rung(&exception).is_some_and(|due| due <= cx.now) {
        // a warning to its owner first
        let to = match exception.escalations {
            0 => exception.owner,
            1 => lead(&exception),
            _ => manager(&exception),
        };
        books.record(&id, ExceptionEvent::Escalated { to });
    }
    Ok(())
}

/// When the next is told; `None` when all were, or it has ended.
pub fn next_escalation(exception: &Exception) -> Option<Timestamp> {
    let response = exception.awaits_response.then_some(exception.respond_by);
    response.into_iter().chain(rung(exception)).min().filter(|_| exception.is_open())
}

fn rung(exception: &Exception) -> Option<Timestamp> {
    exception.ladder.get(usize::from(exception.escalations)).copied()
}

/// Who leads those who own it.
pub fn lead(exception: &Exception) -> Role {
    exception.lead.unwrap_or_else(|| above(exception.owner))
}

/// Who is told last.
pub fn manager(exception: &Exception) -> Role {
    exception.manager.unwrap_or(Role::Director)
}

/// Who leads a role, unless the company says otherwise.
pub(super) fn above(role: Role) -> Role {
    match role {
        Role::CreditClerk => Role::CreditManager,
        _ => Role::Director,
    }
}

/// Whether an exception is for somebody: its owner, who may be another than the owner of its type, whoever is above, whom it was
/// escalated or given to, and directors.
pub fn is_for(exception: &Exception, actor: &Actor) -> bool {
    exception.assignee.as_ref() == Some(&actor.id) || deciders(exception).into_iter().any(|role| actor.has(role))
}

/// The roles that may decide on an exception, its owner first, each once.
pub fn deciders(exception: &Exception) -> Vec<Role> {
    let mut roles = vec![exception.owner];
    for role in [lead(exception), exception.escalated_to.unwrap_or(Role::Director), Role::Director] {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles
}

#[cfg(test)]
mod tests {
    use units::Minutes;

    use super::*;
    use crate::exception::{Action, ExceptionKind, Raise, Subject, assign, clear, raise, resolve};
    use crate::master::{Company, CompanyEvent, Escalation};
    use crate::order::fixture::{Story, at, clerk};

    /// A company that says who is told about price exceptions.
    fn led_by(lead: Role, manager: Role, response: u16, ladder: [u16; 3]) -> Story {
        let mut story = Story::new();
        let key = units::Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.escalation = vec![Escalation {
            kind: ExceptionKind::Price,
            lead: Some(lead),
            manager: Some(manager),
            response_percent: Some(response),
            ladder_percent: Some(ladder),
        }];
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        story
    }

    fn raised(story: &mut Story, kind: ExceptionKind) -> ExceptionId {
        raise(story.books(), Raise::new(kind, Subject::default(), "why"), &at(0)).unwrap()
    }

    /// Lets every clock run out: when each was told, in minutes, and who.
    fn told(story: &mut Story, id: ExceptionId) -> Vec<(i64, Role)> {
        let (mut told, began) = (Vec::new(), at(0).now);
        while let Some(due) = next_escalation(&story.books().exception(&id).unwrap().unwrap()) {
            escalate(story.books(), id, &Context { now: due, ..at(0) }).unwrap();
            let exception = story.books().exception(&id).unwrap().unwrap();
            told.push(((due.0 - began.0) / 60_000, exception.escalated_to.unwrap()));
        }
        told
    }

    #[test]
    fn domain_1_12_the_lead_hears_of_a_late_response_and_the_ladder_warns_owner_lead_and_manager() {
        // a price exception of low severity has 16 hours
        let mut story = Story::new();
        let id = raised(&mut story, ExceptionKind::Price);
        let [quarter, half, whole, over] = [240, 480, 960, 1440];
        let expected = [(quarter, Role::Director), (half, Role::Sales), (whole, Role::Director), (over, Role::Director)];
        assert_eq!(told(&mut story, id), expected);
        let mut story = led_by(Role::Operations, Role::Admin, 10, [20, 40, 80]);
        let id = raised(&mut story, ExceptionKind::Price);
        let expected = [(96, Role::Operations), (192, Role::Sales), (384, Role::Operations), (768, Role::Admin)];
        assert_eq!(told(&mut story, id), expected);
        let other = raised(&mut story, ExceptionKind::Credit);
        assert_eq!(told(&mut story, other)[0], (quarter, Role::CreditManager), "of another type nothing is said");
    }

    #[test]
    fn whoever_takes_it_in_time_has_answered() {
        let mut story = Story::new();
        let id = raised(&mut story, ExceptionKind::Price);
        assign(story.books(), id, Some("ann".into()), &clerk("ann", 1)).unwrap();
        // to give it back is no silence
        assign(story.books(), id, None, &clerk("ann", 2)).unwrap();
        assert_eq!(told(&mut story, id).first(), Some(&(480, Role::Sales)));
    }

    #[test]
    fn before_its_time_and_after_its_end_nobody_is_told() {
        let mut story = Story::new();
        let id = raised(&mut story, ExceptionKind::Price);
        escalate(story.books(), id, &at(1)).unwrap();
        assert_eq!(story.books().exception(&id).unwrap().unwrap().escalated_to, None);
        clear(story.books(), id, "gone", &at(1)).unwrap();
        assert_eq!(next_escalation(&story.books().exception(&id).unwrap().unwrap()), None);
        escalate(story.books(), id, &Context { now: at(0).now.plus(Minutes(10_000)), ..at(0) }).unwrap();
        assert_eq!(story.books().exception(&id).unwrap().unwrap().escalated_to, None);
    }

    #[test]
    fn a_lead_decides_as_the_owner_does() {
        let mut story = led_by(Role::Operations, Role::Admin, 25, [50, 100, 150]);
        let id = raised(&mut story, ExceptionKind::Price);
        let mut oscar = clerk("oscar", 1);
        oscar.actor.roles = vec![Role::Operations];
        resolve(story.books(), id, Action::Cancel, "too low", &oscar).unwrap();
    }
}
