//! What is stuck is taken as done: somebody has done it by hand, or it does not have to be done any more.

use bpmn::Kind;
use feel::Context;

use super::Step;
use crate::event::{Event, Phase};
use crate::input::Refusal;
use crate::instance::{Key, ROOT};

impl Step<'_, '_> {
    /// Lets an element go on behind an incident, with these results.
    pub(super) fn skip(&mut self, incident: Key, variables: Context) -> Result<(), Refusal> {
        let open = self.instance.incidents.iter().find(|open| open.key == incident);
        let (element, phase) =
            open.map(|open| (open.element, open.phase)).ok_or(Refusal::Gone { what: "incident", key: incident })?;
        if let Some(why) = self.why_not_skipped(element, phase) {
            return Err(Refusal::NotSkipped { incident, why });
        }
        self.emit(Event::IncidentResolved { incident });
        match phase {
            Phase::Entering | Phase::Working => self.work_done(element, variables),
            Phase::Listening(place) => self.listened(element, place, variables),
            Phase::Leaving => self.left(element, &variables),
            // what it watches is not watched, and what was done inside is not enough
            Phase::Watching => self.set(element, &variables),
            Phase::Deciding => {
                self.set(element, &variables);
                self.emptied.push(element);
            }
            Phase::Collecting | Phase::Joining => {}
        }
        Ok(())
    }

    /// Why what is stuck there cannot be taken as done, and what to do instead.
    fn why_not_skipped(&self, element: Key, phase: Phase) -> Option<&'static str> {
        let kind = self.element_of(element).map(|(_, element)| &element.kind);
        match (phase, kind) {
            (Phase::Collecting, _) => Some("the result of an item is needed: set what it is made of, and try again"),
            (Phase::Joining, _) => {
                Some("tokens are missing: begin what brings them, or end those that wait, by a modification")
            }
            (_, Some(Kind::Exclusive(_) | Kind::Inclusive(_) | Kind::EventBased)) => {
                Some("nothing says which way it goes: move its token by a modification")
            }
            (Phase::Entering | Phase::Working, _) if element == ROOT => {
                Some("it is the instance itself: cancel that, or move its tokens by a modification")
            }
            _ => None,
        }
    }

    /// An element whose outputs cannot be computed is left with other results.
    fn left(&mut self, key: Key, variables: &Context) {
        let Some((_, element)) = self.element_of(key) else { return };
        let scope = if self.is_item(key) { Some(key) } else { self.scope_of(key) };
        if let Some(scope) = scope {
            self.set(scope, variables);
        }
        self.end(key, element);
    }
}
