//! Messages and signals: who waits for them, what they begin, and what of them waits itself.

use std::sync::Arc;

use engine::{Input, InstanceId};
use feel::Context as Variables;
use trade::{Actor, Refusal};
use units::{Text, Timestamp};

use super::txn::{FollowUp, Outcome, Txn, text};
use super::worker;
use crate::batch::BatchId;
use crate::command::Reply;
use crate::definition::{DefinitionId, Model, begun_by};
use crate::journal::Event;
use crate::key::{AnyKey, AnyState, Correlation, CorrelationKey, Message, SIGNAL_ROWS, Trigger};

/// So many may have a signal in the decision that throws it; more get it a slice at a time, so that nothing else has to wait.
const AT_ONCE: usize = 100;
/// How long a message may wait at most: a year, in milliseconds.
const LONGEST_LIFE: u64 = 366 * 24 * 3_600_000;

/// Who took a message or signal.
#[derive(Debug, Default)]
pub(super) struct Received {
    receivers: Vec<InstanceId>,
    begun: Vec<InstanceId>,
    waits: bool,
    batch: Option<BatchId>,
}

impl From<Received> for Reply {
    fn from(received: Received) -> Self {
        let Received { receivers, begun, waits, batch } = received;
        Self::Received { receivers, begun, waits, batch }
    }
}

/// Carries out a command to send a message; with a time to live it waits for its receiver.
pub(super) fn publish(txn: &mut Txn<'_>, name: &Text, key: &Text, variables: &Variables, lives_ms: u64) -> Outcome<Reply> {
    authorise(&txn.cx.actor, name)?;
    named(name)?;
    if lives_ms > LONGEST_LIFE {
        let wanted = text(format_args!("0 to {LONGEST_LIFE} milliseconds, which is a year"));
        return Err(Refusal::Invalid { field: Text::const_new("lives_ms"), given: text(lives_ms), wanted }.into());
    }
    let expires = i64::try_from(lives_ms).ok().filter(|lives| *lives > 0).map(|lives| txn.now().plus_millis(lives));
    deliver(txn, CorrelationKey::message(name.clone(), key.clone()), variables.clone(), expires).map(Reply::from)
}

/// Carries out a command to throw a signal.
pub(super) fn broadcast(txn: &mut Txn<'_>, name: &Text, variables: &Variables) -> Outcome<Reply> {
    authorise(&txn.cx.actor, name)?;
    named(name)?;
    throw(txn, name, variables).map(Reply::from)
}

fn authorise(actor: &Actor, name: &Text) -> Result<(), Refusal> {
    worker::authorise(actor, "messages and signals are sent")?;
    worker::not_its_own(actor, worker::is_own_message(name), "messages and signals that begin so are sent")
}

fn named(name: &Text) -> Result<(), Refusal> {
    if !name.is_empty() {
        return Ok(());
    }
    let wanted = Text::const_new("the name that the model gives the message or signal");
    Err(Refusal::Invalid { field: Text::const_new("name"), given: Text::const_new("empty"), wanted })
}

/// Gives a message once to every process that waits for it: of its instances to the one that has waited the longest, and where none
/// does, it begins the process if it begins it. A message that nobody takes is kept.
pub(super) fn deliver(
    txn: &mut Txn<'_>,
    key: CorrelationKey,
    variables: Variables,
    expires: Option<Timestamp>,
) -> Outcome<Received> {
    let mut received = Received::default();
    let correlation = correlation(txn, &key)?;
    let mut given: Vec<Text> = Vec::new();
    for (instance, subscription) in correlation.waiting.iter().copied() {
        // one that is just ending may still stand among those that wait: the message is for the next, or is kept
        let waits = txn.instance(instance)?.filter(|waits| waits.has_subscription(subscription));
        let Some(process) = waits.map(|waits| waits.process_id().clone()) else { continue };
        if given.contains(&process) {
            continue;
        }
        if txn.step_if_open(instance, Input::Correlate { subscription, variables: variables.clone() })? {
            given.push(process);
            received.receivers.push(instance);
        }
    }
    let CorrelationKey::Message { name, key: correlated } = &key else { return Ok(received) };
    let mut starts = begins(txn, Trigger::Message(name.clone()))?;
    starts.retain(|(definition, _)| !given.contains(&definition.id));
    let is_taken = !given.is_empty() || !starts.is_empty();
    for start in starts {
        begin(txn, start, (name, correlated), variables.clone(), expires, &mut received)?;
    }
    if let Some(expires) = expires.filter(|_| !is_taken) {
        received.waits = true;
        let message = Message { number: correlation.last + 1, expires, variables };
        txn.record(Event::MessageBuffered(key, message));
    }
    Ok(received)
}

/// Gives a signal to all that wait for it, and begins every process that it begins.
pub(super) fn throw(txn: &mut Txn<'_>, signal: &Text, variables: &Variables) -> Outcome<Received> {
    let mut received = Received::default();
    let mut waiting = Vec::new();
    for row in 0..SIGNAL_ROWS {
        waiting.extend(correlation(txn, &CorrelationKey::Signal { name: signal.clone(), row })?.waiting.iter().copied());
    }
    waiting.sort_unstable();
    if waiting.len() > AT_ONCE {
        let mut instances: Vec<InstanceId> = waiting.iter().map(|(instance, _)| *instance).collect();
        instances.dedup();
        received.batch = super::batch::throw(txn, signal, variables, instances);
    }
    if received.batch.is_none() {
        for (instance, subscription) in waiting {
            if txn.instance(instance)?.is_none_or(|waits| !waits.has_subscription(subscription)) {
                continue;
            }
            if txn.step_if_open(instance, Input::Correlate { subscription, variables: variables.clone() })? {
                received.receivers.push(instance);
            }
        }
    }
    for (definition, element) in begins(txn, Trigger::Signal(signal.clone()))? {
        let input = Input::StartAt { element, variables: variables.clone() };
        received.begun.push(txn.start_version(definition, None, None, input)?);
    }
    Ok(received)
}

/// Lets an instance have a signal for which it has waited since before a moment.
pub(super) fn reach(
    txn: &mut Txn<'_>,
    id: InstanceId,
    signal: &Text,
    variables: &Variables,
    thrown_at: Timestamp,
) -> Outcome<()> {
    let Some(instance) = txn.instance(id)? else { return Ok(()) };
    for subscription in instance.awaits_signal(signal, thrown_at) {
        txn.step_if_open(id, Input::Correlate { subscription, variables: variables.clone() })?;
    }
    Ok(())
}

/// Gives an instance that has begun to wait the messages that were there before it, the oldest first, as long as it waits. One that it
/// does not take goes on waiting: another event may have gone off in the meantime.
pub(super) fn bring_together(
    txn: &mut Txn<'_>,
    key: CorrelationKey,
    instance: InstanceId,
    subscription: u32,
) -> Outcome<()> {
    let found = correlation(txn, &key)?;
    let Some(message) = found.buffered.first().filter(|_| found.waiting.contains(&(instance, subscription))) else {
        return Ok(());
    };
    let input = Input::Correlate { subscription, variables: message.variables.clone() };
    if txn.step_if_open(instance, input)? {
        txn.record(Event::MessageGone(key.clone(), message.number));
        txn.then(FollowUp::Correlate { key, instance, subscription });
    }
    Ok(())
}

fn correlation(txn: &mut Txn<'_>, key: &CorrelationKey) -> Outcome<Arc<Correlation>> {
    Ok(match txn.get(&AnyKey::Correlation(key.clone()))? {
        Some(AnyState::Correlation(correlation)) => correlation,
        _ => Arc::default(),
    })
}

/// The start events of all processes that a message or a signal begins, in the order of their ids.
fn begins(txn: &mut Txn<'_>, trigger: Trigger) -> Outcome<Vec<(DefinitionId, bpmn::ElementIndex)>> {
    let processes = match txn.get(&AnyKey::Begins(trigger.clone()))? {
        Some(AnyState::Begins(processes)) => processes,
        _ => return Ok(Vec::new()),
    };
    let mut starts = Vec::new();
    for process in processes.iter() {
        starts.extend(start_of(txn, process, &trigger)?);
    }
    Ok(starts)
}

/// Where the latest version of a process begins by a message or a signal.
fn start_of(txn: &mut Txn<'_>, process: &str, trigger: &Trigger) -> Outcome<Option<(DefinitionId, bpmn::ElementIndex)>> {
    let Some(definition) = txn.latest(process)? else { return Ok(None) };
    let Model::Process(process) = txn.model(&definition)? else { return Ok(None) };
    let start = begun_by(&process).find(|(of, _)| of == trigger);
    Ok(start.map(|(_, element)| (definition, element)))
}

/// A message that waited for the end of the instance that one before it began: now it begins the next, if the process still does so.
pub(super) fn begin_next(
    txn: &mut Txn<'_>,
    process: &str,
    message: Text,
    key: Text,
    variables: Variables,
    expires: Timestamp,
) -> Outcome<()> {
    let Some(start) = start_of(txn, process, &Trigger::Message(message.clone()))? else { return Ok(()) };
    begin(txn, start, (&message, &key), variables, Some(expires), &mut Received::default())
}

/// Begins a process that a message begins; one instance at a time for each key. While it runs, messages that may wait do.
fn begin(
    txn: &mut Txn<'_>,
    (definition, element): (DefinitionId, bpmn::ElementIndex),
    (message, key): (&Text, &Text),
    variables: Variables,
    expires: Option<Timestamp>,
    received: &mut Received,
) -> Outcome<()> {
    if key.is_empty() {
        received.begun.push(txn.start_version(definition, None, None, Input::StartAt { element, variables })?);
        return Ok(());
    }
    let lock = CorrelationKey::Begun { process: definition.id.clone(), message: message.clone(), key: key.clone() };
    let running = correlation(txn, &lock)?;
    if running.waiting.is_empty() {
        let begun_by = Some((message.clone(), key.clone()));
        let begun = txn.upcoming_instance()?;
        txn.record(Event::Subscribed(lock, begun, 0));
        received.begun.push(txn.start_version(definition, None, begun_by, Input::StartAt { element, variables })?);
    } else if let Some(expires) = expires {
        received.waits = true;
        let message = Message { number: running.last + 1, expires, variables };
        txn.record(Event::MessageBuffered(lock, message));
    }
    Ok(())
}
