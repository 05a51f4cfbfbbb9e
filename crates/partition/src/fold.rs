//! The fold: from events to state, the same for deciding and for replay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::{Instance, InstanceId};
use trade::Aggregate;
use units::{Text, Timestamp};

use crate::batch::{Batch, BatchPart, PART};
use crate::definition::{Definition, DefinitionId, Model, begun_by};
use crate::job::{JobId, Lease, WorkerJob};
use crate::journal::{Entry, Event};
use crate::key::{AnyKey, AnyState, Correlation, CorrelationKey, Trigger};
use crate::schedule::ScheduledStart;
use crate::timer::{Timer, TimerOwner};
use crate::webhook::WebhookChange;

/// Where the fold finds and puts states.
pub(crate) trait States {
    /// The place of a key's state; `None` in it if there is none.
    fn slot(&mut self, key: &AnyKey) -> &mut Option<AnyState>;

    /// The model of a deployed process.
    fn process(&mut self, id: &DefinitionId) -> Option<Arc<bpmn::Process>> {
        match self.slot(&AnyKey::Definition(id.clone())) {
            Some(AnyState::Definition(definition)) => definition.process().cloned(),
            _ => None,
        }
    }

    fn instance(&mut self, id: InstanceId) -> Option<&mut Instance> {
        match self.slot(&AnyKey::Instance(id)) {
            Some(AnyState::Instance(instance)) => Some(Arc::make_mut(instance)),
            _ => None,
        }
    }

    fn job(&mut self, id: JobId) -> Option<&mut WorkerJob> {
        match self.slot(&AnyKey::Job(id)) {
            Some(AnyState::Job(job)) => Some(Arc::make_mut(job)),
            _ => None,
        }
    }

    fn begins(&mut self, trigger: Trigger, change: impl FnOnce(&mut BTreeSet<Text>) -> bool) {
        let slot = self.slot(&AnyKey::Begins(trigger));
        let mut processes = match slot.take() {
            Some(AnyState::Begins(processes)) => processes,
            _ => Arc::default(),
        };
        change(Arc::make_mut(&mut processes));
        *slot = (!processes.is_empty()).then_some(AnyState::Begins(processes));
    }

    fn correlate(&mut self, key: &CorrelationKey, change: impl FnOnce(&mut Correlation)) {
        let slot = self.slot(&AnyKey::Correlation(key.clone()));
        let mut correlation = match slot.take() {
            Some(AnyState::Correlation(correlation)) => correlation,
            _ => Arc::default(),
        };
        change(Arc::make_mut(&mut correlation));
        if !correlation.waiting.is_empty() || !correlation.buffered.is_empty() {
            *slot = Some(AnyState::Correlation(correlation));
        }
    }
}

/// Applies one event; gives the number of an event of the trade core among those of its aggregate. Never fails: what does not fit
/// changes nothing, and `verify` finds it.
pub(crate) fn apply(states: &mut impl States, event: &Event, at: Timestamp) -> Option<u64> {
    if let Event::Trade(event) = event {
        return Some(apply_trade(states, event));
    }
    apply_other(states, event, at);
    None
}

fn apply_trade(states: &mut impl States, event: &trade::Event) -> u64 {
    let key = event.key();
    let kind = key.kind();
    let slot = states.slot(&AnyKey::Trade(key));
    if let Some(AnyState::Trade(aggregate, count)) = slot {
        aggregate.apply(event);
        *count += 1;
        return *count;
    }
    let mut aggregate = Aggregate::blank(kind);
    aggregate.apply(event);
    *slot = Some(AnyState::Trade(aggregate, 1));
    1
}

fn apply_other(states: &mut impl States, event: &Event, at: Timestamp) {
    match event {
        Event::Trade(_) => {}
        Event::InstanceCreated { id, definition, parent, begun_by } => {
            let parent = parent.map(|(instance, element)| engine::Parent { instance, element });
            let mut instance = Instance::new(*id, definition.id.clone(), definition.version, parent);
            instance.set_begun_by(begun_by.clone());
            *states.slot(&AnyKey::Instance(*id)) = Some(AnyState::Instance(Arc::new(instance)));
            if let Some(parent) = parent
                && let Some(calling) = states.instance(parent.instance)
            {
                calling.child_started(parent.element, *id);
            }
        }
        Event::Process(id, events) => {
            let Some(definition) = states.instance(*id).map(|instance| definition_of(instance)) else { return };
            let Some(process) = states.process(&definition) else { return };
            let Some(instance) = states.instance(*id) else { return };
            for event in events {
                engine::apply(&process, instance, event);
            }
            if instance.is_ended() {
                *states.slot(&AnyKey::Instance(*id)) = None;
            }
        }
        Event::Subscribed(key, instance, subscription) => {
            states.correlate(key, |correlation| correlation.waiting.push((*instance, *subscription)));
        }
        Event::Unsubscribed(key, instance, subscription) => {
            states.correlate(key, |correlation| correlation.waiting.retain(|who| *who != (*instance, *subscription)));
        }
        Event::MessageBuffered(key, message) => states.correlate(key, |correlation| {
            correlation.last = message.number;
            correlation.buffered.push(message.clone());
        }),
        Event::MessageGone(key, number) => {
            states.correlate(key, |correlation| correlation.buffered.retain(|message| message.number != *number));
        }
        Event::EffectRequested(effect) => {
            *states.slot(&AnyKey::Effect(effect.id)) = Some(AnyState::Effect(Arc::new((**effect).clone())));
        }
        Event::EffectEnded(id) => *states.slot(&AnyKey::Effect(*id)) = None,
        Event::EffectDied(id, code, cause) => {
            if let Some(AnyState::Effect(effect)) = states.slot(&AnyKey::Effect(*id)) {
                Arc::make_mut(effect).dead = Some((code.clone(), cause.clone()));
            }
        }
        Event::EffectRested(id) => {
            if let Some(AnyState::Effect(effect)) = states.slot(&AnyKey::Effect(*id)) {
                Arc::make_mut(effect).resting = true;
            }
        }
        Event::EffectReplayed(id) => {
            if let Some(AnyState::Effect(effect)) = states.slot(&AnyKey::Effect(*id)) {
                let effect = Arc::make_mut(effect);
                (effect.dead, effect.resting) = (None, false);
                // it has all the time again that one has to be delivered
                effect.requested_at = at;
            }
        }
        Event::BatchBegun { id, operation, by, reason, filter, instances } => {
            for (number, instances) in (0..).zip(instances.chunks(PART as usize)) {
                let part = BatchPart { instances: instances.to_vec(), failures: Vec::new() };
                *states.slot(&AnyKey::BatchPart(*id, number)) = Some(AnyState::BatchPart(Arc::new(part)));
            }
            let batch = Batch {
                id: *id,
                operation: operation.clone(),
                by: by.clone(),
                reason: reason.clone(),
                filter: filter.clone(),
                begun_at: at,
                total: u32::try_from(instances.len()).unwrap_or(u32::MAX),
                done: 0,
                failed: 0,
                next_at: at,
                ended_at: None,
            };
            *states.slot(&AnyKey::Batch(*id)) = Some(AnyState::Batch(Arc::new(batch)));
        }
        Event::BatchAdvanced(id, count, failures) => {
            let Some(AnyState::Batch(batch)) = states.slot(&AnyKey::Batch(*id)) else { return };
            let batch = Arc::make_mut(batch);
            let part = batch.done / PART;
            batch.done += count;
            batch.failed += u32::try_from(failures.len()).unwrap_or(u32::MAX);
            // a moment later, so that others have their turn between two slices
            batch.next_at = at.plus_millis(1);
            batch.ended_at = (batch.done >= batch.total).then_some(at);
            if failures.is_empty() {
                return;
            }
            if let Some(AnyState::BatchPart(part)) = states.slot(&AnyKey::BatchPart(*id, part)) {
                Arc::make_mut(part).failures.extend(failures.iter().cloned());
            }
        }
        Event::BatchStopped(id) => {
            if let Some(AnyState::Batch(batch)) = states.slot(&AnyKey::Batch(*id)) {
                Arc::make_mut(batch).ended_at = Some(at);
            }
        }
        Event::Dependency(system, change) => {
            let slot = states.slot(&AnyKey::Dependency(system.clone()));
            let of = |state| if let AnyState::Dependency(known) = state { Some(known) } else { None };
            alter(slot, of, AnyState::Dependency, |known| known.apply(change, at));
        }
        Event::User(id, change) => {
            let of = |state| if let AnyState::User(known) = state { Some(known) } else { None };
            alter(states.slot(&AnyKey::User(id.clone())), of, AnyState::User, |known| known.apply(id, change, at));
        }
        Event::Client(id, change) => {
            let of = |state| if let AnyState::Client(known) = state { Some(known) } else { None };
            alter(states.slot(&AnyKey::Client(id.clone())), of, AnyState::Client, |known| known.apply(id, change, at));
        }
        Event::Webhook(id, WebhookChange::Remove) => *states.slot(&AnyKey::Webhook(id.clone())) = None,
        Event::Webhook(id, change) => {
            let of = |state| if let AnyState::Webhook(known) = state { Some(known) } else { None };
            alter(states.slot(&AnyKey::Webhook(id.clone())), of, AnyState::Webhook, |known| known.apply(id, change, at));
        }
        Event::Draft { id, by, event } => {
            let of = |state| if let AnyState::Draft(known) = state { Some(known) } else { None };
            alter(states.slot(&AnyKey::Draft(*id)), of, AnyState::Draft, |known| known.apply(*id, event, by, at));
        }
        Event::SavedView { by, name, change } => {
            let of = |state| if let AnyState::SavedViews(known) = state { Some(known) } else { None };
            alter(states.slot(&AnyKey::SavedViews(by.clone())), of, AnyState::SavedViews, |known| known.apply(name, change));
        }
        Event::JobOffered(job) => *states.slot(&AnyKey::Job(job.id)) = Some(AnyState::Job(Arc::new((**job).clone()))),
        Event::JobLeased { job, worker, by, until } => {
            let Some(job) = states.job(*job) else { return };
            job.leases += 1;
            let (number, worker, by) = (job.leases, worker.clone(), by.clone());
            job.lease = Some(Lease { number, worker, by, until: *until, is_over: false });
        }
        Event::LeaseExtended(id, until) => {
            if let Some(lease) = states.job(*id).and_then(|job| job.lease.as_mut()) {
                (lease.until, lease.is_over) = (*until, false);
            }
        }
        Event::LeaseEnded(id) => {
            if let Some(lease) = states.job(*id).and_then(|job| job.lease.as_mut()) {
                lease.is_over = true;
            }
        }
        Event::JobRested(id) => {
            if let Some(job) = states.job(*id) {
                (job.is_offered, job.lease) = (false, None);
            }
        }
        Event::JobHeld(id, held) => {
            if let Some(job) = states.job(*id) {
                job.is_offered = !held;
            }
        }
        Event::JobEnded(id) => *states.slot(&AnyKey::Job(*id)) = None,
        Event::Scheduled(schedule) => {
            let state = (!schedule.starts.is_empty()).then(|| AnyState::Schedule(Arc::new(schedule.clone())));
            *states.slot(&AnyKey::Schedule(schedule.definition.id.clone())) = state;
        }
        Event::Deployed { definition, resource, xml, deployment, shipped, imports } => {
            let deployed = Definition {
                id: definition.clone(),
                resource: resource.clone(),
                xml: xml.clone(),
                deployed_at: at,
                deployment: *deployment,
                shipped: *shipped,
                imports: imports.clone(),
                model: Model::None,
            };
            let deployed = Arc::new(deployed.parsed());
            if let Model::Decisions(model) = &deployed.model {
                let (namespace, _) = dmn::Model::namespaces(xml);
                if !namespace.is_empty() {
                    let latest = AnyKey::Latest(format!("namespace:{namespace}").into());
                    *states.slot(&latest) = Some(AnyState::Latest(definition.clone()));
                }
                for decision in model.decision_ids() {
                    let latest = AnyKey::Latest(format!("decision:{decision}").into());
                    *states.slot(&latest) = Some(AnyState::Latest(definition.clone()));
                }
            }
            if let Model::Process(process) = &deployed.model {
                // what began the version before may not begin this one
                if let Some(AnyState::Latest(before)) = states.slot(&AnyKey::Latest(definition.id.clone())).clone()
                    && let Some(before) = states.process(&before)
                {
                    for (trigger, _) in begun_by(&before) {
                        states.begins(trigger, |processes| processes.remove(&definition.id));
                    }
                }
                for (trigger, _) in begun_by(process) {
                    states.begins(trigger, |processes| processes.insert(definition.id.clone()));
                }
            }
            *states.slot(&AnyKey::Latest(definition.id.clone())) = Some(AnyState::Latest(definition.clone()));
            *states.slot(&AnyKey::Definition(definition.clone())) = Some(AnyState::Definition(deployed));
        }
    }
}

/// Changes what is in a slot; what is not there yet begins blank.
fn alter<T: Clone + Default>(
    slot: &mut Option<AnyState>,
    of: impl FnOnce(AnyState) -> Option<Arc<T>>,
    into: impl FnOnce(Arc<T>) -> AnyState,
    change: impl FnOnce(&mut T),
) {
    let mut known = slot.take().and_then(of).unwrap_or_default();
    change(Arc::make_mut(&mut known));
    *slot = Some(into(known));
}

/// The version that an instance runs on.
pub(crate) fn definition_of(instance: &Instance) -> DefinitionId {
    DefinitionId { id: instance.process_id().clone(), version: instance.version() }
}

/// The timers that a state wants. Timers are a function of the state, so they can be compared after a replay.
pub(crate) fn timers(key: &AnyKey, state: &AnyState) -> Vec<Timer> {
    match (key, state) {
        (AnyKey::Instance(id), AnyState::Instance(instance)) => {
            instance.timers().map(|(timer, due)| Timer { due, owner: TimerOwner::Instance(*id, timer) }).collect()
        }
        (AnyKey::Correlation(key), AnyState::Correlation(correlation)) => correlation
            .buffered
            .iter()
            .map(|message| Timer { due: message.expires, owner: TimerOwner::Message(key.clone(), message.number) })
            .collect(),
        (AnyKey::Trade(trade::Key::Stock(stock)), AnyState::Trade(Aggregate::Stock(state), _)) => state
            .claims
            .iter()
            .filter_map(|claim| {
                let owner = TimerOwner::Reservation(stock.clone(), claim.reservation);
                claim.expires.map(|due| Timer { due, owner })
            })
            .collect(),
        (AnyKey::Trade(trade::Key::Exception(id)), AnyState::Trade(Aggregate::Exception(state), _)) => {
            trade::exception::next_escalation(state)
                .map(|due| Timer { due, owner: TimerOwner::Exception(*id) })
                .into_iter()
                .collect()
        }
        (AnyKey::Batch(id), AnyState::Batch(batch)) if !batch.is_ended() => {
            vec![Timer { due: batch.next_at, owner: TimerOwner::Batch(*id) }]
        }
        (AnyKey::Draft(id), AnyState::Draft(draft)) => {
            draft.due().map(|due| Timer { due, owner: TimerOwner::Draft(*id) }).into_iter().collect()
        }
        (AnyKey::Job(id), AnyState::Job(job)) => {
            let lease = job.current_lease().map(|lease| Timer { due: lease.until, owner: TimerOwner::Lease(*id) });
            lease.into_iter().collect()
        }
        (AnyKey::Schedule(id), AnyState::Schedule(schedule)) => {
            let owner = |start: &ScheduledStart| TimerOwner::Start(id.clone(), start.element.0);
            schedule.starts.iter().map(|start| Timer { due: start.due, owner: owner(start) }).collect()
        }
        (AnyKey::Trade(trade::Key::Order(id)), AnyState::Trade(Aggregate::Order(state), _)) => {
            let bill = state.bill_at.map(|due| Timer { due, owner: TimerOwner::Billing(*id) });
            let review = state.review_at.map(|due| Timer { due, owner: TimerOwner::Review(*id) });
            bill.into_iter().chain(review).collect()
        }
        (AnyKey::Trade(trade::Key::WarehouseOrder(id)), AnyState::Trade(Aggregate::WarehouseOrder(state), _)) => {
            state.answer_due().map(|due| Timer { due, owner: TimerOwner::CancelAnswer(*id) }).into_iter().collect()
        }
        (AnyKey::Trade(trade::Key::Account(id)), AnyState::Trade(Aggregate::Account(state), _)) => {
            let owner = || TimerOwner::Receivables(id.clone());
            state.ledger.due_at.map(|due| Timer { due, owner: owner() }).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// An event that is not numbered as those before it ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misnumbered {
    /// Whose event it is.
    pub key: AnyKey,
    /// Which one of its aggregate it is.
    pub number: Option<u64>,
    /// Which one the journal says that it is.
    pub sequence: Option<u64>,
}

/// A replay of a journal from its start: entries in, states out.
#[derive(Debug, Default)]
pub struct Fold {
    states: BTreeMap<AnyKey, Option<AnyState>>,
}

impl States for BTreeMap<AnyKey, Option<AnyState>> {
    fn slot(&mut self, key: &AnyKey) -> &mut Option<AnyState> {
        self.entry(key.clone()).or_default()
    }
}

impl Fold {
    /// Nothing has happened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an entry over. Stops at an event that does not have the number that it should have.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Misnumbered> {
        for (event, sequence) in entry.numbered() {
            let number = apply(&mut self.states, event, entry.command.at);
            if let Event::Trade(event) = event
                && number != sequence
            {
                return Err(Misnumbered { key: AnyKey::Trade(event.key()), number, sequence });
            }
        }
        Ok(())
    }

    /// The state under a key.
    pub fn get(&self, key: &AnyKey) -> Option<&AnyState> {
        self.states.get(key).and_then(Option::as_ref)
    }

    /// All states, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&AnyKey, &AnyState)> {
        self.states.iter().filter_map(|(key, state)| Some((key, state.as_ref()?)))
    }

    /// The timers that must be set, in the order in which they come due.
    pub fn timers(&self) -> std::collections::BTreeSet<Timer> {
        self.iter().flat_map(|(key, state)| timers(key, state)).collect()
    }
}
