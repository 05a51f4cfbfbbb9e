//! Jobs of workers: programs of others lease them, and say what came of them (design §4.1, "worker tasks").
//!
//! A job is in the hands of one worker at a time. Its lease has a number, and every answer names it: one that comes late is taken as
//! long as nobody else has the job, and refused otherwise, so nothing is done twice by two who do not know of each other.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{Input, Instance, InstanceId, Key as ElementKey};
use feel::Context as Variables;
use trade::{Actor, Refusal, Role};
use units::{Text, Timestamp};

use super::answer::{self, Answer};
use super::exception;
use super::task::TASKS;
use super::txn::{Outcome, Txn, text};
use crate::command::{JobAnswer, Reply};
use crate::job::{JobId, Lease, Leased, WorkerJob};
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};

/// How long a worker may have a job: a tenth of a second to a day.
const LEASE_MILLIS: std::ops::RangeInclusive<u64> = 100..=24 * 3_600_000;
/// How long a failed job may rest: a year.
const LONGEST_REST: u64 = 366 * 24 * 3_600_000;
/// How many jobs one command leases.
const MAX_JOBS: usize = 1_000;
/// The longest name of a worker, in letters.
const MAX_NAME: usize = 200;

/// Whether jobs of a type are for workers: no trade task does them, no configured system offers them, and they are none of the types that
/// only a system can do, since these mean documents of ours.
pub(super) fn is_for_workers(txn: &Txn<'_>, kind: &str) -> bool {
    !is_ours(kind) && !txn.capabilities.contains(kind)
}

/// Whether a type is one that the product itself gives a meaning.
pub(super) fn is_ours(kind: &str) -> bool {
    kind.starts_with("trade.") || super::CAPABILITIES.contains(&kind)
}

/// Somebody may answer jobs, send messages and signals, and start instances.
pub(super) fn authorise(actor: &Actor, what: &str) -> Result<(), Refusal> {
    if [Role::Worker, Role::Operations, Role::Director, Role::Admin].iter().any(|role| actor.has(*role)) {
        return Ok(());
    }
    let why = text(format_args!("{what} by the roles worker, operations, director and admin"));
    Err(Refusal::NotAllowed { actor: actor.id.clone(), why })
}

/// What the product's own processes are told by is not for programs that do jobs: they would take the product's decisions.
pub(super) fn not_its_own(actor: &Actor, is_own: bool, what: &str) -> Result<(), Refusal> {
    let may = [Role::Operations, Role::Director, Role::Admin, Role::System].iter().any(|role| actor.has(*role));
    if may || !is_own {
        return Ok(());
    }
    let why = text(format_args!("{what} by the product itself, and by operations, director and admin"));
    Err(Refusal::NotAllowed { actor: actor.id.clone(), why })
}

/// How the messages begin that the product sends to its own processes.
pub(super) fn is_own_message(name: &str) -> bool {
    ["hold.", "order.", "wms.", "warehouse_order."].iter().any(|own| name.starts_with(own))
}

/// A job waits for a worker.
pub(super) fn offer(txn: &mut Txn<'_>, instance: &Instance, job: ElementKey, kind: Text) -> Outcome<()> {
    let id = JobId { instance: instance.id(), job };
    if find(txn, id)?.is_some() {
        txn.record(Event::JobHeld(id, instance.is_suspended()));
        return Ok(());
    }
    let priority = instance.job_priority(job).unwrap_or_default();
    let created_at = instance.job_since(job).unwrap_or(txn.now());
    let is_offered = !instance.is_suspended();
    txn.record(Event::JobOffered(Box::new(WorkerJob {
        id,
        kind,
        priority,
        created_at,
        is_offered,
        ..WorkerJob::default()
    })));
    Ok(())
}

/// Nobody needs a job any more. Nothing happens if it was no worker's.
pub(super) fn take_back(txn: &mut Txn<'_>, instance: InstanceId, job: ElementKey) -> Outcome<()> {
    let id = JobId { instance, job };
    if find(txn, id)?.is_some() {
        txn.record(Event::JobEnded(id));
    }
    Ok(())
}

/// An instance was suspended or resumed: its jobs are not handed out, or are again.
pub(super) fn hold(txn: &mut Txn<'_>, process: &bpmn::Process, instance: &Instance, held: bool) -> Outcome<()> {
    for job in instance.jobs() {
        // one that failed rests until its next try
        let rests = instance.timer_due(job).is_some();
        let kind = instance.job_type(process, job).filter(|kind| !rests && !is_ours(kind));
        let id = JobId { instance: instance.id(), job };
        if kind.is_some() && find(txn, id)?.is_some() {
            txn.record(Event::JobHeld(id, held));
        }
    }
    Ok(())
}

/// Leases those of the jobs that are still there for the taking.
pub(super) fn lease(txn: &mut Txn<'_>, jobs: &[JobId], worker: &Text, lease_ms: u64) -> Outcome<Reply> {
    let actor = txn.cx.actor.clone();
    authorise(&actor, "jobs are leased")?;
    if worker.trim().is_empty() || worker.chars().count() > MAX_NAME {
        return Err(Refusal::invalid("worker", worker, "what the worker calls itself, in up to 200 letters").into());
    }
    if jobs.len() > MAX_JOBS {
        return Err(Refusal::invalid("limit", jobs.len(), "1 to 1000").into());
    }
    let until = end_of_lease(txn, lease_ms)?;
    let mut leased = Vec::new();
    for id in jobs {
        let Some(job) = find(txn, *id)?.filter(|job| job.is_available()) else { continue };
        may_do(txn, &actor, &job.kind)?;
        txn.record(Event::JobLeased { job: *id, worker: worker.clone(), by: actor.id.clone(), until });
        leased.push(Leased { job: *id, lease: job.leases + 1, until });
    }
    Ok(Reply::Leased(leased))
}

/// The worker needs more time, or less.
pub(super) fn extend(txn: &mut Txn<'_>, id: JobId, lease: u32, lease_ms: u64) -> Outcome<Reply> {
    held_by_caller(txn, id, lease)?;
    let until = end_of_lease(txn, lease_ms)?;
    txn.record(Event::LeaseExtended(id, until));
    Ok(Reply::Leased(vec![Leased { job: id, lease, until }]))
}

/// The worker's time is over. The timer may be of an earlier end.
pub(super) fn lease_over(txn: &mut Txn<'_>, id: JobId) -> Outcome<Reply> {
    let now = txn.now();
    let is_due = |job: Arc<WorkerJob>| job.current_lease().is_some_and(|lease| lease.until <= now);
    if !find(txn, id)?.is_some_and(is_due) {
        return Ok(Reply::Repeated);
    }
    txn.record(Event::LeaseEnded(id));
    Ok(Reply::Done)
}

/// The worker says what came of a job.
pub(super) fn answered(txn: &mut Txn<'_>, id: JobId, lease: u32, answer: &JobAnswer) -> Outcome<Reply> {
    held_by_caller(txn, id, lease)?;
    match answer {
        JobAnswer::Completed { variables, result } => complete(txn, id, variables, result.as_ref())?,
        JobAnswer::Failed { retries, message, rest_ms } => fail(txn, id, *retries, message, *rest_ms)?,
        JobAnswer::Error { code, message, variables } => {
            if code.is_empty() {
                return Err(Refusal::invalid("code", "empty", "the code of an error in the model").into());
            }
            txn.record(Event::JobEnded(id));
            let (job, variables) = (id.job, variables.clone());
            txn.step(id.instance, Input::ThrowError { job, code: code.clone(), message: message.clone(), variables })?;
        }
    }
    Ok(Reply::Done)
}

fn complete(txn: &mut Txn<'_>, id: JobId, variables: &Variables, result: Option<&Variables>) -> Outcome<()> {
    let (process, instance) = instance_of(txn, id)?;
    let asked = answer::asked(&process, &instance, id.job);
    exception::keeps_subject(&instance.job_variables(id.job), variables)?;
    let answer = answer::read(asked, result, txn.utc_offset())?;
    if matches!(answer, Answer::Task(_)) && !variables.is_empty() {
        let wanted = "left out: what a listener of a user task corrects is in `result`";
        return Err(Refusal::invalid("variables", text(variables.to_json()), wanted).into());
    }
    let input = answer.input(id.job, variables.clone());
    txn.record(Event::JobEnded(id));
    txn.step(id.instance, input)
}

fn fail(txn: &mut Txn<'_>, id: JobId, retries: Option<u32>, message: &Text, rest_ms: Option<u64>) -> Outcome<()> {
    let (_, instance) = instance_of(txn, id)?;
    if rest_ms.is_some_and(|rest| rest > LONGEST_REST) {
        let given = rest_ms.unwrap_or_default();
        return Err(Refusal::invalid("backoff_ms", given, "0 to 31622400000 milliseconds, which is a year").into());
    }
    let left = instance.job_retries(id.job).unwrap_or_default();
    let retries = retries.unwrap_or(left.saturating_sub(1));
    // a rest of nothing is one that the worker asks for as well: the next try may begin at once
    let rest = rest_ms.and_then(|rest| i64::try_from(rest).ok());
    let retry_at = rest.map(|rest| txn.now().plus_millis(rest)).filter(|_| retries > 0);
    txn.record(if retries == 0 { Event::JobEnded(id) } else { Event::JobRested(id) });
    let message = if message.is_empty() { Text::const_new("the worker gave no reason") } else { message.clone() };
    txn.step(id.instance, Input::FailJob { job: id.job, retries, message, retry_at })
}

impl Answer {
    fn input(self, job: ElementKey, variables: Variables) -> Input {
        match self {
            Self::Plain => Input::CompleteJob { job, variables },
            Self::Task(answer) => Input::AnswerTaskListener { job, answer },
            Self::AdHoc(lead) => Input::LeadAdHoc { job, variables, lead },
        }
    }
}

/// What the answer of a system that did a job means for the process: as that of a worker.
pub(super) fn input_of_response(txn: &mut Txn<'_>, id: JobId, response: &Variables) -> Outcome<Result<Input, Text>> {
    let plain = Input::CompleteJob { job: id.job, variables: response.clone() };
    let Some(instance) = txn.instance(id.instance)?.filter(|instance| instance.has_job(id.job)) else {
        return Ok(Ok(plain));
    };
    let Some(process) = txn.process_of(&instance)? else { return Ok(Ok(plain)) };
    let asked = answer::asked(&process, &instance, id.job);
    let result = response.get("result").filter(|_| asked.wants_result());
    let mut variables = response.clone();
    let result = match result {
        Some(result) => {
            variables.remove("result");
            let Some(result) = result.as_context() else {
                return Ok(Err(text(format_args!("`result` has to be an object and is {result}"))));
            };
            Some(result)
        }
        None => None,
    };
    let utc_offset = txn.utc_offset();
    Ok(answer::read(asked, result, utc_offset).map(|answer| answer.input(id.job, variables)).map_err(text))
}

/// A program that is there for jobs of some types leases and answers no others.
fn may_do(txn: &mut Txn<'_>, actor: &Actor, kind: &str) -> Outcome<()> {
    let Some(AnyState::Client(client)) = txn.get(&AnyKey::Client(actor.id.clone()))? else { return Ok(()) };
    if client.rights.may_do(kind) {
        return Ok(());
    }
    let types = client.rights.job_types.join(", ");
    let why = text(format_args!("it is there for jobs of the types {types}, and not for {kind}"));
    Err(Refusal::NotAllowed { actor: actor.id.clone(), why }.into())
}

/// The job, if the caller's lease of it counts.
fn held_by_caller(txn: &mut Txn<'_>, id: JobId, lease: u32) -> Outcome<Arc<WorkerJob>> {
    let actor = txn.cx.actor.clone();
    authorise(&actor, "jobs are answered")?;
    let gone = || Refusal::Conflict(text(format_args!("{id} is not open: it was answered, or nobody needs it any more")));
    let job = find(txn, id)?.ok_or_else(gone)?;
    may_do(txn, &actor, &job.kind)?;
    let Some(last) = &job.lease else {
        let why = format_args!("{id} is leased by nobody; lease it before answering it");
        return Err(Refusal::Conflict(text(why)).into());
    };
    let is_boss = [Role::Operations, Role::Director, Role::Admin].iter().any(|role| actor.has(*role));
    if last.number != lease || last.by != actor.id && !is_boss {
        return Err(Refusal::Conflict(text(format_args!("{id}: {}", of_another(last, lease)))).into());
    }
    Ok(job)
}

fn of_another(last: &Lease, lease: u32) -> Text {
    let Lease { number, worker, by, until, .. } = last;
    text(format_args!("lease {lease} does not count: {worker} ({by}) has lease {number} of it until {until}"))
}

fn end_of_lease(txn: &Txn<'_>, lease_ms: u64) -> Outcome<Timestamp> {
    let millis = i64::try_from(lease_ms).ok().filter(|_| LEASE_MILLIS.contains(&lease_ms));
    let wanted = "100 to 86400000 milliseconds, which is a day";
    let millis = millis.ok_or_else(|| Refusal::invalid("lease_ms", lease_ms, wanted))?;
    Ok(txn.now().plus_millis(millis))
}

pub(super) fn find(txn: &mut Txn<'_>, id: JobId) -> Outcome<Option<Arc<WorkerJob>>> {
    Ok(match txn.get(&AnyKey::Job(id))? {
        Some(AnyState::Job(job)) => Some(job),
        _ => None,
    })
}

fn instance_of(txn: &mut Txn<'_>, id: JobId) -> Outcome<(Arc<bpmn::Process>, Arc<Instance>)> {
    let gone = || Refusal::Conflict(text(format_args!("{id} is not open: its instance has ended")));
    let instance = txn.instance(id.instance)?.filter(|instance| instance.has_job(id.job)).ok_or_else(gone)?;
    let process = txn.process_of(&instance)?.ok_or_else(gone)?;
    Ok((process, instance))
}

/// Whether a fixed job type can be done by somebody, given what the configured systems offer: a worker may come for any that is not ours.
pub fn can_be_done(kind: &str, capabilities: &BTreeSet<Text>) -> bool {
    TASKS.iter().any(|(name, _)| *name == kind) || capabilities.contains(kind) || !is_ours(kind)
}
