//! One decision under way: what it reads, what it changes, and what is still to follow.

mod process;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use engine::{Input, Instance, InstanceId, Key as ElementKey};
use feel::Context as Variables;
use trade::master::Company;
use trade::{
    AccountId, Actor, Aggregate, Books, Context, CounterEvent, Event as TradeEvent, ItemId, Key, Missing, OrderId, Refusal,
    Stop,
};
use units::{Text, Timestamp};

use super::deployed::missing;
use super::overlay::Overlay;
use crate::command::{Command, Reply};
use crate::definition::{DefinitionId, Model};
use crate::effect::{Effect, EffectId};
use crate::fold::{self, States, definition_of};
use crate::journal::{Decision, Event, Recorded};
use crate::key::{AnyKey, AnyState, CorrelationKey};
use crate::partition::{Broken, Cache};
use crate::row::{RowKey, Table};
use crate::subject::Subject;
use crate::timer::Timer;

/// How many steps one command may lead to before it is taken for a loop.
const MAX_FOLLOW_UPS: usize = 200_000;

/// Why a decision stops before its end.
#[derive(Debug)]
pub(crate) enum TxnStop {
    /// It is not carried out.
    Refused(Refusal),
    /// It cannot go on without knowing these.
    Missing(Vec<AnyKey>),
}

impl From<Missing> for TxnStop {
    fn from(missing: Missing) -> Self {
        Self::Missing(vec![AnyKey::Trade(missing.0)])
    }
}

impl From<Stop> for TxnStop {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Missing(missing) => missing.into(),
            Stop::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

impl From<Refusal> for TxnStop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

pub(crate) type Outcome<T> = Result<T, TxnStop>;

/// What follows from what has happened. Worked off in order, until nothing is left.
#[derive(Debug)]
pub(crate) enum FollowUp {
    /// A trade task of a process is due.
    RunTask(InstanceId, ElementKey, Text),
    /// A message for whoever waits for it; with a time to live it waits for them.
    Publish { key: CorrelationKey, variables: Variables, expires: Option<Timestamp> },
    /// A message waited until a process that it begins for a key may begin again.
    Begin { process: Text, message: Text, key: Text, variables: Variables, expires: Timestamp },
    /// A called process is to start.
    Call { parent: InstanceId, element: ElementKey, process: Text, binding: bpmn::Binding, variables: Variables },
    /// A signal for all that wait for it.
    Broadcast { signal: Text, variables: Variables },
    /// An instance waits for something that may be there already.
    Correlate { key: CorrelationKey, instance: InstanceId, subscription: ElementKey },
    /// A process instance is to go on.
    Step(InstanceId, Input),
    /// Something happened in the trade core that others may wait for.
    React(TradeEvent),
    /// Something that one look is enough for, however often it is asked for until then.
    Once(Once),
}

/// What many events of one command may ask for, such as those of an order's ten thousand lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Once {
    /// Units of an order were cancelled: the rest may be billed, and its account's other orders may pass.
    Cancelled(OrderId),
    /// Units of an item are free for those who wait.
    Serve(ItemId),
    /// An order may have come to a state that others wait for.
    OrderState(OrderId),
    /// An account's exposure shrank: held orders may pass.
    RecheckCredit(AccountId),
    /// What an account's credit depends on is known again.
    DecideCreditAgain(AccountId),
}

/// One decision under way.
pub(crate) struct Txn<'a> {
    cache: &'a Cache,
    pub(crate) capabilities: &'a BTreeSet<Text>,
    overlay: Overlay,
    /// Time, and whoever gave the command.
    pub(crate) cx: Arc<Context>,
    /// Time, and the process engine: what a deployed process does, it does by its own right.
    pub(crate) system: Arc<Context>,
    position: u64,
    /// The trace that the command belongs to, or the effect that it answers.
    trace: Option<Text>,
    recorded: Recorded,
    effects: Vec<EffectId>,
    withdrawn: Vec<EffectId>,
    follow_ups: VecDeque<FollowUp>,
    /// What of them is noted to be done once.
    noted: BTreeSet<Once>,
    /// Orders whose holds are looked at in the end: each has to have an open exception (domain §1.12).
    asked: Vec<OrderId>,
    /// Dead letters that somebody decided on.
    decided: Vec<EffectId>,
    /// What was read or written to and is not in memory. It was taken for something that does not exist, so that one pass finds all
    /// that is missing and not the first of it only; what comes of the pass counts only if that is true.
    missing: BTreeSet<AnyKey>,
    loose_effects: u32,
    instances: u64,
}

/// How far a decision was at some point.
struct Mark {
    events: usize,
    sequences: usize,
    effects: usize,
    withdrawn: usize,
    follow_ups: usize,
    asked: usize,
    decided: usize,
}

impl<'a> Txn<'a> {
    pub(crate) fn new(cache: &'a Cache, capabilities: &'a BTreeSet<Text>, position: u64, command: &Command) -> Self {
        Self {
            cache,
            capabilities,
            overlay: Overlay::default(),
            cx: Arc::new(Context { now: command.at, actor: command.actor.clone() }),
            system: Arc::new(Context { now: command.at, actor: Actor::system() }),
            position,
            trace: command.trace.clone(),
            recorded: Recorded::default(),
            effects: Vec::new(),
            withdrawn: Vec::new(),
            follow_ups: VecDeque::new(),
            noted: BTreeSet::new(),
            asked: Vec::new(),
            decided: Vec::new(),
            missing: BTreeSet::new(),
            loose_effects: 0,
            instances: 0,
        }
    }

    /// When the command was accepted.
    pub(crate) fn now(&self) -> Timestamp {
        self.cx.now
    }

    /// What expressions know of the outside: the time comes with the command, and chance from its time and position, so that a replay
    /// draws the same.
    pub(crate) fn environment(&mut self) -> feel::Environment {
        let utc_offset = self.utc_offset();
        feel::Environment { seed: self.seed(), utc_offset, ..feel::Environment::at(self.now()) }
    }

    /// From which this decision draws random numbers.
    pub(super) fn seed(&self) -> u64 {
        self.position.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.now().0.unsigned_abs()
    }

    /// The company's offset from UTC, in seconds: `today()` is its day.
    pub(super) fn utc_offset(&mut self) -> i32 {
        let company = self.books().company(&Text::const_new(Company::KEY));
        let minutes = company.ok().flatten().map_or(0, |company| company.calendar.utc_offset.0);
        i32::try_from(minutes.saturating_mul(60)).unwrap_or_default()
    }

    /// The trade core's view of this decision.
    pub(crate) fn books(&mut self) -> &mut (dyn Books + '_) {
        self
    }

    /// The state under a key, as this decision has made it.
    pub(crate) fn get(&mut self, key: &AnyKey) -> Outcome<Option<AnyState>> {
        if let Some(state) = self.overlay.get(key) {
            return Ok(state.clone());
        }
        let Some(state) = self.cache.get(key) else {
            self.missing.insert(key.clone());
            return Ok(None);
        };
        Ok(state.clone())
    }

    /// A process instance that has not ended.
    pub(crate) fn instance(&mut self, id: InstanceId) -> Outcome<Option<Arc<Instance>>> {
        Ok(match self.get(&AnyKey::Instance(id))? {
            Some(AnyState::Instance(instance)) => Some(instance),
            _ => None,
        })
    }

    /// An effect that is not confirmed.
    pub(crate) fn effect(&mut self, id: EffectId) -> Outcome<Option<Arc<Effect>>> {
        Ok(match self.get(&AnyKey::Effect(id))? {
            Some(AnyState::Effect(effect)) => Some(effect),
            _ => None,
        })
    }

    /// The latest version under an id: of a process, `dmn:` and a model, or `decision:` and a decision.
    pub(crate) fn latest(&mut self, id: &str) -> Outcome<Option<DefinitionId>> {
        Ok(match self.get(&AnyKey::Latest(id.into()))? {
            Some(AnyState::Latest(definition)) => Some(definition),
            _ => None,
        })
    }

    /// What was made of a deployed version.
    pub(crate) fn model(&mut self, id: &DefinitionId) -> Outcome<Model> {
        Ok(match self.get(&AnyKey::Definition(id.clone()))? {
            Some(AnyState::Definition(definition)) => definition.model.clone(),
            _ => Model::None,
        })
    }

    /// The process that an instance runs.
    pub(crate) fn process_of(&mut self, instance: &Instance) -> Outcome<Option<Arc<bpmn::Process>>> {
        Ok(match self.model(&definition_of(instance))? {
            Model::Process(process) => Some(process),
            Model::None | Model::Decisions(_) | Model::Form => None,
        })
    }

    /// Records an event and applies it.
    pub(crate) fn record(&mut self, event: Event) {
        let now = self.cx.now;
        let sequence = fold::apply(self, &event, now);
        self.recorded.sequences.extend(sequence);
        self.recorded.events.push(event);
    }

    /// Records an event that makes things which did not exist before, and so need not be loaded.
    pub(crate) fn record_new(&mut self, event: Event) {
        match &event {
            Event::Deployed { definition, .. } => {
                self.overlay.place(AnyKey::Definition(definition.clone()), || None);
            }
            Event::BatchBegun { id, instances, .. } => {
                self.overlay.insert(AnyKey::Batch(*id), None);
                let parts = u32::try_from(instances.len()).unwrap_or(u32::MAX).div_ceil(crate::batch::PART);
                for part in 0..parts {
                    self.overlay.insert(AnyKey::BatchPart(*id, part), None);
                }
            }
            Event::Draft { id, .. } => {
                self.overlay.insert(AnyKey::Draft(*id), None);
            }
            _ => {}
        }
        self.record(event);
    }

    /// The XML of a deployed version.
    pub(crate) fn source(&mut self, id: &DefinitionId) -> Outcome<Option<Text>> {
        Ok(match self.get(&AnyKey::Definition(id.clone()))? {
            Some(AnyState::Definition(definition)) => Some(definition.xml.clone()),
            _ => None,
        })
    }

    /// The decision models that a deployed version imports.
    pub(crate) fn imports(&mut self, id: &DefinitionId) -> Outcome<Vec<Text>> {
        Ok(match self.get(&AnyKey::Definition(id.clone()))? {
            Some(AnyState::Definition(definition)) => definition.imports.clone(),
            _ => Vec::new(),
        })
    }

    /// Whether the product deployed this version by itself.
    pub(crate) fn ships(&mut self, id: &DefinitionId) -> Outcome<bool> {
        let found = self.get(&AnyKey::Definition(id.clone()))?;
        Ok(matches!(found, Some(AnyState::Definition(definition)) if definition.shipped))
    }

    /// Notes what is to be done once the step at hand is finished.
    pub(crate) fn then(&mut self, follow_up: FollowUp) {
        self.follow_ups.push_back(follow_up);
    }

    /// Notes what is to be done once, unless it is noted already.
    pub(crate) fn once(&mut self, what: Once) {
        if self.noted.insert(what.clone()) {
            self.then(FollowUp::Once(what));
        }
    }

    /// An exception about an order has ended: if a hold is left then, it is asked about again once everything has settled.
    pub(crate) fn keep_asked(&mut self, order: OrderId) {
        self.asked.push(order);
    }

    /// Sends a message; without time to live it is for those who wait now.
    pub(crate) fn publish(&mut self, message: &str, key: impl std::fmt::Display, expires: Option<Timestamp>) {
        let key = CorrelationKey::message(message, text(key));
        self.then(FollowUp::Publish { key, variables: Variables::default(), expires });
    }

    /// Whether the trade core has told this in the decision under way.
    pub(crate) fn has_told(&self, is_it: impl Fn(&TradeEvent) -> bool) -> bool {
        self.recorded.events.iter().any(|event| matches!(event, Event::Trade(event) if is_it(event)))
    }

    /// Asks another system for something on behalf of a job.
    pub(crate) fn request(&mut self, mut effect: Effect) {
        effect.trace.clone_from(&self.trace);
        self.effects.push(effect.id);
        // whatever was under its number is replaced
        self.overlay.place(AnyKey::Effect(effect.id), || None);
        self.record(Event::EffectRequested(Box::new(effect)));
    }

    /// What an answer leads to belongs to the trace of what was asked.
    pub(crate) fn goes_on(&mut self, effect: &Effect) {
        if self.trace.is_none() {
            self.trace.clone_from(&effect.trace);
        }
    }

    /// Takes back what another system was to do for a job that is no more, if it is not confirmed.
    pub(crate) fn withdraw(&mut self, id: EffectId) -> Outcome<()> {
        if self.effect(id)?.is_some() {
            self.record(Event::EffectEnded(id));
            self.withdrawn.push(id);
        }
        Ok(())
    }

    /// Delivers an effect once more, now that it is no dead letter any longer.
    pub(crate) fn deliver_again(&mut self, id: EffectId) {
        self.effects.push(id);
    }

    /// Looks at the end whether an effect is a dead letter that a job waits for, so that somebody is asked.
    pub(crate) fn look_again(&mut self, id: EffectId) {
        self.decided.push(id);
    }

    /// A number for an effect that no job waits for.
    pub(crate) fn loose_effect_id(&mut self) -> EffectId {
        self.loose_effects += 1;
        EffectId::of_entry(self.position, self.loose_effects)
    }

    /// The position of the entry that this decision becomes.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// The state under a key, if it is in memory.
    pub(super) fn peek(&self, key: &AnyKey) -> Option<Option<&AnyState>> {
        self.overlay.get(key).or_else(|| self.cache.get(key)).map(Option::as_ref)
    }

    /// Works off everything that follows, until nothing is left.
    pub(crate) fn settle(&mut self) -> Outcome<()> {
        let mut budget = MAX_FOLLOW_UPS;
        while let Some(follow_up) = self.follow_ups.pop_front() {
            budget -= 1;
            if budget == 0 {
                let why = "this command leads to more steps than any process needs: a loop without a wait";
                return Err(TxnStop::Refused(Refusal::Conflict(Text::const_new(why))));
            }
            self.work_off(follow_up)?;
        }
        let cx = self.system.clone();
        let asked: BTreeSet<OrderId> = std::mem::take(&mut self.asked).into_iter().collect();
        for order in asked {
            trade::order::keep_asked(self.books(), order, &cx)?;
        }
        for id in std::mem::take(&mut self.decided) {
            if self.effect(id)?.is_some_and(|effect| effect.job.is_some()) {
                super::exception::raise_for_dead_letter(self, id)?;
            }
        }
        Ok(())
    }

    fn work_off(&mut self, follow_up: FollowUp) -> Outcome<()> {
        match follow_up {
            FollowUp::RunTask(instance, job, kind) => super::task::run(self, instance, job, &kind),
            FollowUp::Publish { key, variables, expires } => {
                super::message::deliver(self, key, variables, expires).map(drop)
            }
            FollowUp::Begin { process, message, key, variables, expires } => {
                super::message::begin_next(self, &process, message, key, variables, expires)
            }
            FollowUp::Broadcast { signal, variables } => super::message::throw(self, &signal, &variables).map(drop),
            FollowUp::Call { parent, element, process, binding, variables } => {
                // another way of the same step may have ended the call
                let calls = |caller: &Arc<Instance>| caller.element_of(element).is_some() && caller.child(element).is_none();
                if !self.instance(parent)?.as_ref().is_some_and(calls) {
                    return Ok(());
                }
                let message = match self.bound(parent, &process, &binding)? {
                    Some(definition) => match self.model(&definition)? {
                        Model::Process(process) if !process.has_plain_start() => {
                            text(format_args!("the process {definition} has no plain start event"))
                        }
                        _ => {
                            let input = Input::Start { variables };
                            return self.start_version(definition, Some((parent, element)), None, input).map(drop);
                        }
                    },
                    None => missing("process", &process, &binding).into(),
                };
                self.step(parent, Input::FailCall { element, message })
            }
            FollowUp::Correlate { key, instance, subscription } => {
                super::message::bring_together(self, key, instance, subscription)
            }
            FollowUp::Step(instance, input) => self.step_if_open(instance, input).map(drop),
            FollowUp::React(event) => super::react::to_trade(self, &event),
            FollowUp::Once(what) => {
                self.noted.remove(&what);
                super::react::to_note(self, &what)
            }
        }
    }

    /// Does something, or nothing of it if it is refused; what follows from it is noted as ever.
    pub(crate) fn all_or_nothing<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        let before = self.mark();
        let outcome = work(self);
        match outcome {
            Err(TxnStop::Refused(_)) => self.back_to(&before),
            _ => self.overlay.keep(),
        }
        outcome
    }

    fn mark(&mut self) -> Mark {
        self.overlay.mark();
        Mark {
            events: self.recorded.events.len(),
            sequences: self.recorded.sequences.len(),
            effects: self.effects.len(),
            withdrawn: self.withdrawn.len(),
            follow_ups: self.follow_ups.len(),
            asked: self.asked.len(),
            decided: self.decided.len(),
        }
    }

    /// Takes back all that was done since, if nothing was worked off in between.
    fn back_to(&mut self, mark: &Mark) {
        self.overlay.take_back();
        self.recorded.events.truncate(mark.events);
        self.recorded.sequences.truncate(mark.sequences);
        self.effects.truncate(mark.effects);
        self.withdrawn.truncate(mark.withdrawn);
        self.asked.truncate(mark.asked);
        self.decided.truncate(mark.decided);
        while self.follow_ups.len() > mark.follow_ups {
            if let Some(FollowUp::Once(what)) = self.follow_ups.pop_back() {
                self.noted.remove(&what);
            }
        }
    }

    /// Does something and everything that follows from it, or nothing of it if it is refused. Nothing may be left to follow from before.
    pub(crate) fn attempt(&mut self, work: impl FnOnce(&mut Self) -> Outcome<()>) -> Outcome<Result<(), Refusal>> {
        let before = self.mark();
        match work(self).and_then(|()| self.settle()) {
            Ok(()) => {
                self.overlay.keep();
                Ok(Ok(()))
            }
            Err(TxnStop::Refused(refusal)) => {
                // what was taken for something that does not exist may be why
                if !self.missing.is_empty() {
                    return Err(TxnStop::Missing(self.missing()));
                }
                self.back_to(&before);
                Ok(Err(refusal))
            }
            Err(halt) => Err(halt),
        }
    }

    /// What was taken for something that does not exist, since it is not in memory.
    pub(crate) fn missing(&mut self) -> Vec<AnyKey> {
        std::mem::take(&mut self.missing).into_iter().collect()
    }

    /// An aggregate that was just numbered: it cannot exist, so it need not be loaded.
    fn numbered(&mut self, event: &TradeEvent) {
        let TradeEvent::Counters(_, CounterEvent::Taken { kind, number }) = event else { return };
        if let Some(key) = AnyKey::of_trade_row(Table::Trade(*kind), &RowKey::Number(*number)) {
            let key = AnyKey::Trade(key);
            if self.cache.get(&key).is_none() {
                self.overlay.place(key, || None);
            }
        }
    }

    /// Types of jobs that workers may lease after this decision and could not before.
    fn offered(&self) -> Vec<Text> {
        let jobs = self.overlay.iter().filter_map(|(key, state)| match (key, state) {
            (AnyKey::Job(_), Some(AnyState::Job(job))) if job.is_available() => Some((key, &job.kind)),
            _ => None,
        });
        let was_available =
            |key: &AnyKey| matches!(self.cache.get(key), Some(Some(AnyState::Job(before))) if before.is_available());
        let kinds: BTreeSet<&Text> = jobs.filter(|(key, _)| !was_available(key)).map(|(_, kind)| kind).collect();
        kinds.into_iter().cloned().collect()
    }

    /// What its entry is about. A state that this takes is noted as [`Self::missing`] if it is not in memory.
    pub(crate) fn subjects(&mut self) -> Vec<Subject> {
        let events = std::mem::take(&mut self.recorded.events);
        let found = crate::subject::subjects(&events, |key| self.get(key).ok().flatten());
        self.recorded.events = events;
        found
    }

    /// Ends the decision: checks what it touched, and hands everything over with the events of its entry.
    pub(crate) fn finish(self, reply: Reply, subjects: Vec<Subject>) -> Result<(Decision, Recorded), Broken> {
        let mut decision = Decision::replied(Ok(reply));
        if self.recorded.events.is_empty() {
            return Ok((decision, self.recorded));
        }
        let mut timers = TimerChanges::default();
        for (key, state) in self.overlay.iter() {
            if let Some(state) = state {
                super::check(key, state)?;
            }
            timers.add(key, self.cache.get(key).and_then(Option::as_ref), state.as_ref());
        }
        (decision.timers_set, decision.timers_dropped) = (timers.set, timers.dropped);
        for id in &self.effects {
            if let Some(Some(AnyState::Effect(effect))) = self.overlay.get(&AnyKey::Effect(*id))
                && effect.is_pending()
            {
                decision.effects.push(effect.clone());
            }
        }
        decision.offered = self.offered();
        decision.subjects = subjects;
        decision.withdrawn = self.withdrawn;
        let cache = self.cache;
        // what neither was nor is needs no row
        let exists =
            |(key, state): &(AnyKey, Option<AnyState>)| state.is_some() || cache.get(key).is_some_and(Option::is_some);
        decision.changed = self.overlay.into_iter().filter(exists).collect();
        Ok((decision, self.recorded))
    }
}

/// Timers that a decision sets and drops.
#[derive(Default)]
struct TimerChanges {
    set: Vec<Timer>,
    dropped: Vec<Timer>,
}

impl TimerChanges {
    /// Takes over how the timers of one state change. Both sides are sorted first: a stock may have thousands.
    fn add(&mut self, key: &AnyKey, before: Option<&AnyState>, after: Option<&AnyState>) {
        let sorted = |state: Option<&AnyState>| {
            let mut timers = state.map(|state| fold::timers(key, state)).unwrap_or_default();
            timers.sort_unstable();
            timers
        };
        let (old, mut new) = (sorted(before), sorted(after));
        self.dropped.extend(old.iter().filter(|timer| new.binary_search(timer).is_err()).cloned());
        new.retain(|timer| old.binary_search(timer).is_err());
        self.set.append(&mut new);
    }
}

impl Txn<'_> {
    /// An aggregate of the trade, with the number of its last event. What is not in memory is noted, and taken for something that does not
    /// exist.
    fn trade(&mut self, key: &Key) -> Option<(&Aggregate, u64)> {
        let any = AnyKey::Trade(key.clone());
        let state = match self.overlay.get(&any) {
            Some(state) => state,
            None => match self.cache.get(&any) {
                Some(state) => state,
                None => {
                    self.missing.insert(any);
                    return None;
                }
            },
        };
        match state {
            Some(AnyState::Trade(aggregate, version)) => Some((aggregate, *version)),
            _ => None,
        }
    }
}

impl Books for Txn<'_> {
    fn find(&mut self, key: &Key) -> Result<Option<Aggregate>, Missing> {
        Ok(self.trade(key).map(|(aggregate, _)| aggregate.clone()))
    }

    fn version(&mut self, key: &Key) -> Result<u64, Missing> {
        Ok(self.trade(key).map_or(0, |(_, version)| version))
    }

    fn emit(&mut self, event: TradeEvent) {
        if super::react::is_awaited(&event) {
            self.then(FollowUp::React(event.clone()));
        }
        self.numbered(&event);
        self.record(Event::Trade(event));
    }
}

impl States for Txn<'_> {
    fn slot(&mut self, key: &AnyKey) -> &mut Option<AnyState> {
        let (cache, missing) = (self.cache, &mut self.missing);
        self.overlay.place(key.clone(), || match cache.get(key) {
            Some(state) => state.clone(),
            None => {
                missing.insert(key.clone());
                None
            }
        })
    }
}

/// A value in text form without a detour over `String`.
pub(crate) fn text(value: impl std::fmt::Display) -> Text {
    use std::fmt::Write;
    let mut text = Text::default();
    // writing to memory does not fail
    let _ = write!(text, "{value}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Body;
    use trade::billing::SeriesEvent;
    use trade::order::OrderEvent;

    #[test]
    fn a_refused_trade_task_leaves_nothing_behind_and_what_was_there_before_stays() {
        let (cache, capabilities) = (Cache::default(), BTreeSet::new());
        let command =
            Command { at: Timestamp(0), actor: Actor::system(), key: None, body: Body::PutItems(Vec::new()), trace: None };
        let mut txn = Txn::new(&cache, &capabilities, 1, &command);
        let (series, order) = (Text::from("CD-2026"), OrderId(1));
        let taken = |number| SeriesEvent::NumberTaken { number, date: units::Day(0) };
        txn.books().record(&series, taken(1));
        txn.once(Once::OrderState(order));
        let refused: Outcome<()> = txn.all_or_nothing(|txn| {
            txn.books().record(&series, taken(2));
            txn.books().record(&order, OrderEvent::Rejected { reason: Text::default() });
            txn.once(Once::RecheckCredit("ACME".into()));
            txn.keep_asked(order);
            Err(Refusal::Conflict("no exchange rate".into()).into())
        });
        assert!(matches!(refused, Err(TxnStop::Refused(_))));
        assert_eq!(txn.books().series(&series).unwrap().unwrap().last, 1);
        assert!(txn.books().order(&order).unwrap().is_none());
        assert_eq!((txn.recorded.events.len(), txn.follow_ups.len(), txn.noted.len(), txn.asked.len()), (1, 1, 1, 0));
        // what was done within something that is refused goes with it
        let refused: Outcome<()> = txn.all_or_nothing(|txn| {
            txn.all_or_nothing(|txn| {
                txn.books().record(&series, taken(2));
                txn.books().record(&order, OrderEvent::Rejected { reason: Text::default() });
                Ok(())
            })?;
            Err(Refusal::Conflict("no exchange rate".into()).into())
        });
        assert!(matches!(refused, Err(TxnStop::Refused(_))));
        assert_eq!(txn.books().series(&series).unwrap().unwrap().last, 1);
        assert!(txn.books().order(&order).unwrap().is_none());
        // what stands is told: the number that was not taken is the next one
        txn.all_or_nothing(|txn| {
            txn.books().record(&series, taken(2));
            Ok(())
        })
        .unwrap();
        assert_eq!(txn.recorded.events.len(), 2);
    }
}
