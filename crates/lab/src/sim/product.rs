//! The product of a simulated world, as its runtime keeps it: what is in memory, what is on disk, and what dies with the process.
//!
//! Decisions gather in a batch, which is committed whole or not at all, as `runtime` does it. Nobody outside has an answer or an effect
//! before the commit. After each entry of a batch the invariants of [`super::invariants`] are held against what it changed.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use partition::{AnyKey, AnyState, Body, Command, Decision, Effect, EffectId, Entry, Fold, Partition, Reply, Timer};
use units::Text;

use super::invariants;

/// How closely a product is watched; the closest look takes several times as long as the work itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watch {
    /// After each entry: the fold, and everything around the orders, stocks and accounts that it changed.
    Closely,
    /// Also a second product that keeps nothing in memory and must decide the same, and a reconciliation of all books.
    VeryClosely,
}

pub(super) struct Product {
    memory: Partition,
    /// The same product with nothing in memory that could be on disk.
    forgetful: Option<Partition>,
    pub(super) timers: BTreeSet<Timer>,
    batch: Vec<(Command, Decision)>,
    pub(super) states: BTreeMap<AnyKey, AnyState>,
    pub(super) stored_timers: BTreeSet<Timer>,
    pub(super) journal: Vec<Entry>,
    pub(super) fold: Fold,
    watch: Watch,
}

fn started(position: u64) -> Partition {
    let all = partition::CAPABILITIES.into_iter().chain(["wms.redirect", "tms.intercept", partition::POST_PAYMENT]);
    Partition::new(position, all.map(Text::from))
}

impl Product {
    pub(super) fn new(watch: Watch) -> Self {
        Self {
            memory: started(0),
            forgetful: (watch == Watch::VeryClosely).then(|| started(0)),
            timers: BTreeSet::new(),
            batch: Vec::new(),
            states: BTreeMap::new(),
            stored_timers: BTreeSet::new(),
            journal: Vec::new(),
            fold: Fold::new(),
            watch,
        }
    }

    /// Decisions that no commit has taken yet.
    pub(super) fn uncommitted(&self) -> usize {
        self.batch.len()
    }

    /// Decides, loading what is missing from disk, and keeps the decision for the next commit.
    pub(super) fn decide(&mut self, command: Command) -> Result<Result<Reply, trade::Refusal>, String> {
        let decision = decide_on(&mut self.memory, &self.states, &command)?;
        if let Some(forgetful) = &mut self.forgetful {
            let again = decide_on(forgetful, &self.states, &command)?;
            if let Some(what) = difference(&decision, &again) {
                return Err(format!("{what} of a decision depend on what is in memory: {command:?}"));
            }
        }
        for timer in &decision.timers_dropped {
            self.timers.remove(timer);
        }
        self.timers.extend(decision.timers_set.iter().cloned());
        let reply = decision.reply.clone();
        self.batch.push((command, decision));
        Ok(reply)
    }

    /// Puts the batch on disk, looks at what each entry of it has changed, and gives the effects that may leave now.
    pub(super) fn commit(&mut self) -> Result<Vec<Arc<Effect>>, String> {
        let mut effects = Vec::new();
        for (_, decision) in std::mem::take(&mut self.batch) {
            invariants::before(&self.states, &decision)?;
            for (key, state) in &decision.changed {
                match state {
                    Some(state) => drop(self.states.insert(key.clone(), state.clone())),
                    None => drop(self.states.remove(key)),
                }
            }
            for timer in &decision.timers_dropped {
                self.stored_timers.remove(timer);
            }
            self.stored_timers.extend(decision.timers_set.iter().cloned());
            if let Some(entry) = &decision.entry {
                self.fold.apply(entry).map_err(|wrong| format!("{wrong:?}: events are numbered without gaps"))?;
            }
            if let Some((key, _)) = decision.changed.iter().find(|(key, state)| self.fold.get(key) != state.as_ref()) {
                return Err(format!("{key} differs from the fold of the journal"));
            }
            invariants::after(&self.states, &self.stored_timers, &decision)?;
            if self.watch == Watch::VeryClosely {
                invariants::reconcile(&self.states)?;
            }
            self.journal.extend(decision.entry);
            effects.extend(decision.effects);
        }
        if let Some(forgetful) = &mut self.forgetful {
            forgetful.evict(u64::MAX, forgetful.position());
        }
        Ok(effects)
    }

    /// The process dies and starts again: what is not on disk never was. Gives the commands whose senders have no answer, and the
    /// effects that go out again because they are not confirmed.
    pub(super) fn crash(&mut self) -> (Vec<Command>, Vec<EffectId>) {
        let position = self.journal.last().map_or(0, |entry| entry.position);
        self.memory = started(position);
        self.forgetful = self.forgetful.is_some().then(|| started(position));
        self.timers.clone_from(&self.stored_timers);
        // timers and outcomes of effects come back from what is on disk
        let from_disk =
            |body: &Body| matches!(body, Body::FireTimer { .. } | Body::EffectSucceeded { .. } | Body::EffectFailed { .. });
        let lost = std::mem::take(&mut self.batch).into_iter().map(|(command, _)| command);
        let unanswered = lost.filter(|command| !from_disk(&command.body)).collect();
        let unconfirmed = self.states.values().filter_map(|state| match state {
            AnyState::Effect(effect) if effect.is_pending() => Some(effect.id),
            _ => None,
        });
        (unanswered, unconfirmed.collect())
    }
}

fn decide_on(partition: &mut Partition, states: &BTreeMap<AnyKey, AnyState>, command: &Command) -> Result<Decision, String> {
    let load = |key: &AnyKey| Ok::<_, Infallible>(states.get(key).cloned());
    partition.decide(command.clone(), load).map_err(|halt| format!("{halt} by {command:?}"))
}

/// In what two decisions on the same command differ.
fn difference(one: &Decision, other: &Decision) -> Option<&'static str> {
    let same = [
        ("the events", one.entry == other.entry),
        ("the answer", one.reply == other.reply),
        ("the states", one.changed == other.changed),
        ("the timers", one.timers_set == other.timers_set && one.timers_dropped == other.timers_dropped),
        ("the effects", one.effects == other.effects && one.withdrawn == other.withdrawn),
    ];
    same.into_iter().find_map(|(what, is_same)| (!is_same).then_some(what))
}
