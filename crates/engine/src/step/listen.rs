//! Listeners: jobs around an element, one after the other; the element goes on when they are done.

use bpmn::{Element, Kind, ListensFor};
use feel::Context;
use units::Timestamp;

use super::Step;
use crate::event::Phase;
use crate::instance::Key;
use crate::time;

impl Step<'_, '_> {
    /// Hands out the job of the next listener, from a place on. Whether the element has to wait.
    pub(super) fn listen(&mut self, key: Key, element: &Element, on: ListensFor, from: u16) -> bool {
        let Some((place, listener)) = element.listeners_for(on).find(|(place, _)| *place >= from) else { return false };
        match self.job(key, &listener.job, Some(place)) {
            Ok(event) => self.emit(event),
            Err(message) => self.incident(key, Phase::Listening(place), message),
        }
        true
    }

    /// A listener's job is done: the next one's turn, or the element goes on.
    pub(super) fn listened(&mut self, key: Key, place: u16, variables: Context) {
        let Some((_, element)) = self.element_of(key) else { return };
        let Some(on) = element.listeners.get(usize::from(place)).map(|listener| listener.on) else { return };
        match (on, self.scope_of(key)) {
            (ListensFor::End, Some(scope)) => self.set(scope, &variables),
            _ => self.set_local(key, variables),
        }
        if self.listen(key, element, on, place.saturating_add(1)) {
            return;
        }
        match on {
            ListensFor::Start => self.begun(key),
            ListensFor::End => self.finish(key),
            ListensFor::Creating | ListensFor::Assigning | ListensFor::Updating | ListensFor::Completing => {
                self.task_changed(key, element, on);
            }
            ListensFor::Canceling => self.heard(key),
        }
    }

    /// A listener's incident was mended: its job is handed out again.
    pub(super) fn listen_again(&mut self, key: Key, place: u16) {
        let Some((_, element)) = self.element_of(key) else { return };
        if let Some(listener) = element.listeners.get(usize::from(place)) {
            self.listen(key, element, listener.on, place);
        }
    }

    /// Where in the life of its element a job belongs.
    pub(super) fn phase_of(&self, job: Key) -> Phase {
        self.instance.job(job).and_then(|open| open.listener).map_or(Phase::Working, Phase::Listening)
    }

    /// When a failed job is tried again, if the model says so and the worker did not.
    pub(super) fn backoff(&self, job: Key, element: Key) -> Option<Timestamp> {
        self.instance.job(job).filter(|open| open.listener.is_none())?;
        let (_, element_model) = self.element_of(element)?;
        let model = match &element_model.kind {
            Kind::Job(model) => model,
            Kind::AdHoc(ad_hoc) => ad_hoc.job.as_ref()?,
            _ => return None,
        };
        let backoff = self.formula(model.backoff.as_ref()?, &self.visible(element));
        let due = time::due(bpmn::TimerKind::Duration, backoff, self.cx.now, self.cx.utc_offset);
        // a back-off that gives no duration is none: the job is tried again at once
        due.ok().map(|due| due.at)
    }
}
