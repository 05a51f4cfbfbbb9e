//! Listeners: jobs around an element, one after the other; the element goes on when they are done.

use bpmn::{Element, Kind, ListensFor};
use feel::Context;
use units::Timestamp;

use super::{Step, Work};
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
            (ListensFor::Start | ListensFor::Creating, _) | (_, None) => self.set_local(key, variables),
            (ListensFor::End | ListensFor::Completing, Some(scope)) => self.set(scope, &variables),
        }
        if self.listen(key, element, on, place.saturating_add(1)) {
            return;
        }
        match on {
            ListensFor::Start => self.begun(key),
            ListensFor::Creating => self.give_to_people(key),
            ListensFor::Completing => self.queue.push_back(Work::Complete(key)),
            ListensFor::End => self.finish(key),
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
        let Kind::Job(model) = &element_model.kind else { return None };
        let due = time::due(bpmn::TimerKind::Duration, model.backoff.as_ref()?, &self.visible(element), &self.environment);
        // a back-off that gives no duration is none: the job is tried again at once
        due.ok().map(|due| due.at)
    }

    /// A person has done a task: its listeners get to know, then it is done.
    pub(super) fn task_done(&mut self, key: Key, results: Context) {
        let Some((_, element)) = self.element_of(key) else { return };
        if element.listeners_for(ListensFor::Completing).next().is_none() {
            return self.work_done(key, results);
        }
        self.take_results(key, element, results);
        self.listen(key, element, ListensFor::Completing, 0);
    }

    /// A user task is given to people.
    pub(super) fn give_to_people(&mut self, key: Key) {
        let Some((_, element)) = self.element_of(key) else { return };
        let Kind::UserTask(task) = &element.kind else { return };
        match self.task(key, task) {
            Ok(event) => self.emit(event),
            Err(message) => self.incident(key, Phase::Working, message),
        }
    }
}
