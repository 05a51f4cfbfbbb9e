//! Messages and signals: who waits for them, what they begin, and what of them waits itself.

use std::sync::Arc;

use engine::{Input, InstanceId};
use feel::Context as Variables;
use trade::{Actor, Refusal};
use units::{Text, Timestamp};

use super::txn::{FollowUp, Outcome, Txn, text};
use crate::command::Reply;
use crate::definition::{DefinitionId, Model};
use crate::journal::Event;
use crate::key::{AnyKey, AnyState, Correlation, CorrelationKey, Message};

/// How long a message may wait at most: a year, in milliseconds.
const LONGEST_LIFE: u64 = 366 * 24 * 3_600_000;

/// Who took a message or signal.
#[derive(Debug, Default)]
pub(super) struct Received {
    receivers: Vec<InstanceId>,
    begun: Vec<InstanceId>,
    waits: bool,
}

impl From<Received> for Reply {
    fn from(received: Received) -> Self {
        let Received { receivers, begun, waits } = received;
        Self::Received { receivers, begun, waits }
    }
}

/// Carries out a command to send a message; with a time to live it waits for its receiver.
pub(super) fn publish(txn: &mut Txn<'_>, name: &Text, key: &Text, variables: &Variables, lives_ms: u64) -> Outcome<Reply> {
    authorise(&txn.cx.actor)?;
    named(name)?;
    if lives_ms > LONGEST_LIFE {
        let wanted = text(format_args!("0 to {LONGEST_LIFE} milliseconds, which is a year"));
        return Err(Refusal::Invalid { field: Text::const_new("lives_ms"), given: text(lives_ms), wanted }.into());
    }
    let expires = i64::try_from(lives_ms).ok().filter(|lives| *lives > 0).map(|lives| txn.now().plus_millis(lives));
    let key = CorrelationKey { message: name.clone(), key: key.clone() };
    deliver(txn, key, variables.clone(), expires).map(Reply::from)
}

/// Carries out a command to throw a signal.
pub(super) fn broadcast(txn: &mut Txn<'_>, name: &Text, variables: &Variables) -> Outcome<Reply> {
    authorise(&txn.cx.actor)?;
    named(name)?;
    throw(txn, name, variables).map(Reply::from)
}

fn authorise(actor: &Actor) -> Result<(), Refusal> {
    super::worker::authorise(actor, "messages and signals are sent")
}

fn named(name: &Text) -> Result<(), Refusal> {
    if !name.is_empty() {
        return Ok(());
    }
    let wanted = Text::const_new("the name that the model gives the message or signal");
    Err(Refusal::Invalid { field: Text::const_new("name"), given: Text::const_new("empty"), wanted })
}

/// Gives a message once to every process that waits for it: of its instances to the one that has waited the longest, and if none
/// does, it begins the process that it begins. A message that nobody takes is kept.
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
        let Some(process) = txn.instance(instance)?.map(|waits| waits.process_id().clone()) else { continue };
        if given.contains(&process) {
            continue;
        }
        given.push(process);
        received.receivers.push(instance);
        txn.step_if_open(instance, Input::Correlate { subscription, variables: variables.clone() })?;
    }
    let start = begins(txn, &format!("message:{}", key.message))?;
    if let Some(start) = start.filter(|(definition, _)| !given.contains(&definition.id)) {
        begin(txn, start, &key, variables, expires, &mut received)?;
    } else if let Some(expires) = expires.filter(|_| given.is_empty()) {
        received.waits = true;
        let message = Message { number: correlation.last + 1, expires, variables };
        txn.record(Event::MessageBuffered(key, message));
    }
    Ok(received)
}

/// Gives a signal to all that wait for it, and begins the process that it begins.
pub(super) fn throw(txn: &mut Txn<'_>, signal: &Text, variables: &Variables) -> Outcome<Received> {
    let mut received = Received::default();
    for (instance, subscription) in correlation(txn, &CorrelationKey::signal(signal))?.waiting.clone() {
        received.receivers.push(instance);
        txn.step_if_open(instance, Input::Correlate { subscription, variables: variables.clone() })?;
    }
    if let Some((definition, element)) = begins(txn, &format!("signal:{signal}"))? {
        let input = Input::StartAt { element, variables: variables.clone() };
        received.begun.push(txn.start_version(definition, None, None, input)?);
    }
    Ok(received)
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

/// The start event of the process that a message or a signal begins.
fn begins(txn: &mut Txn<'_>, name: &str) -> Outcome<Option<(DefinitionId, bpmn::ElementIndex)>> {
    let Some(definition) = txn.latest(name)? else { return Ok(None) };
    // a later version may begin otherwise
    if txn.latest(&definition.id)?.as_ref() != Some(&definition) {
        return Ok(None);
    }
    let Model::Process(process) = txn.model(&definition)? else { return Ok(None) };
    let start = process.triggered_starts().find(|(_, trigger)| match trigger {
        bpmn::Trigger::Message(message) => message.name.plain().is_some_and(|of| name == format!("message:{of}")),
        bpmn::Trigger::Signal(of) => of.plain().is_some_and(|of| name == format!("signal:{of}")),
        _ => false,
    });
    Ok(start.map(|(element, _)| (definition, element)))
}

/// Begins the process that a message begins; one instance at a time for each key. While it runs, messages that may wait do.
fn begin(
    txn: &mut Txn<'_>,
    (definition, element): (DefinitionId, bpmn::ElementIndex),
    key: &CorrelationKey,
    variables: Variables,
    expires: Option<Timestamp>,
    received: &mut Received,
) -> Outcome<()> {
    if key.key.is_empty() {
        received.begun.push(txn.start_version(definition, None, None, Input::StartAt { element, variables })?);
        return Ok(());
    }
    let lock = CorrelationKey::begun_by(&key.message, &key.key);
    let running = correlation(txn, &lock)?;
    if running.waiting.is_empty() {
        let begun_by = Some((key.message.clone(), key.key.clone()));
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
