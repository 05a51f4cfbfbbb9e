//! What an instance is at a glance: for lists, for operations on many, and for whoever looks after it.

use feel::Value;
use units::Timestamp;

use crate::decision::DecisionMade;
use crate::event::Warning;
use crate::instance::{Instance, InstanceId, Key, ROOT, Subscription};

impl Instance {
    /// When it began; `None` before that, and after its end.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.live(ROOT).map(|live| live.since)
    }

    /// A variable of its outermost scope.
    pub fn root_variable(&self, name: &str) -> Option<&Value> {
        self.live(ROOT)?.variables.get(name)
    }

    /// The live element around a live element; the outermost scope lies in itself.
    pub fn scope_of(&self, key: Key) -> Option<Key> {
        self.live(key).map(|live| live.scope)
    }

    /// The subscriptions by which it has waited for a signal at a moment and still does.
    pub fn awaits_signal(&self, name: &str, moment: Timestamp) -> Vec<Key> {
        let since = |open: &Subscription| open.since.or_else(|| self.live(open.element).map(|live| live.since));
        let waits =
            |open: &&Subscription| open.signal && open.name == name && since(open).is_some_and(|since| since <= moment);
        self.subscriptions.iter().filter(waits).map(|open| open.key).collect()
    }

    /// Its open incidents, the oldest first.
    pub fn incidents(&self) -> impl Iterator<Item = Key> + '_ {
        self.incidents.iter().map(|open| open.key)
    }

    /// Why something is null that its expressions and decisions have given, the oldest first; at most the first few.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The decisions that were made last for its business rule tasks, the oldest first.
    pub fn decisions(&self) -> &[DecisionMade] {
        &self.decisions
    }

    /// Its open jobs, the oldest first.
    pub fn jobs(&self) -> impl Iterator<Item = Key> + '_ {
        self.jobs.iter().map(|open| open.key)
    }

    /// Its open tasks, the oldest first.
    pub fn tasks(&self) -> impl Iterator<Item = Key> + '_ {
        self.tasks.iter().map(|open| open.key)
    }

    /// How often a job may still be tried, the present try included.
    pub fn job_retries(&self, job: Key) -> Option<u32> {
        self.job(job).map(|open| open.retries)
    }

    /// The instances that it called and waits for.
    pub fn called(&self) -> impl Iterator<Item = InstanceId> + '_ {
        self.elements.iter().filter_map(|live| live.child)
    }
}
