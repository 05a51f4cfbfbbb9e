//! Jobs that wait for workers: programs of others that lease them, do them, and say what came of it (design §4.1).

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use engine::InstanceId;
use serde::{Deserialize, Serialize};
use units::{IdError, Text, Timestamp};

/// A job of a process instance. Its text form is such as `JB-1048577-3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct JobId {
    /// The process instance.
    pub instance: InstanceId,
    /// Its key within it.
    pub job: u32,
}

impl JobId {
    /// The key of its row: texts that are in the order of the numbers.
    pub(crate) fn row(self) -> String {
        format!("{:016x}{:08x}", self.instance.0, self.job)
    }
}

impl Display for JobId {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "JB-{}-{}", self.instance.0, self.job)
    }
}

impl FromStr for JobId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError { given: text.chars().take(60).collect(), wanted: "an id such as JB-1048577-3" };
        let (instance, job) = text.strip_prefix("JB-").unwrap_or(text).split_once('-').ok_or_else(wrong)?;
        let instance = InstanceId(instance.parse().map_err(|_| wrong())?);
        Ok(Self { instance, job: job.parse().map_err(|_| wrong())? })
    }
}

impl Serialize for JobId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            (self.instance, self.job).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for JobId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            return text.parse().map_err(serde::de::Error::custom);
        }
        let (instance, job) = Deserialize::deserialize(deserializer)?;
        Ok(Self { instance, job })
    }
}

/// A job that a worker is to do. What it carries (variables, headers, retries) is in its process instance.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WorkerJob {
    /// Which.
    pub id: JobId,
    /// The type by which workers ask for it.
    pub kind: Text,
    /// Jobs of a higher number are leased first.
    pub priority: i32,
    /// When it was created; of the same priority the oldest is leased first.
    pub created_at: Timestamp,
    /// Whether it may be leased; not while it rests until its next try, nor while its instance is suspended.
    pub is_offered: bool,
    /// The number of the last lease; 0 if there was none.
    pub leases: u32,
    /// The last lease, unless its worker said that it failed.
    pub lease: Option<Lease>,
}

/// The right of a worker to do a job, for some time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lease {
    /// 1 for the first of a job, 2 for the next one: who answers says which it has, so that nobody answers for another.
    pub number: u32,
    /// What the worker calls itself.
    pub worker: Text,
    /// Who asked for it, as the record names it.
    pub by: Text,
    /// Until when.
    pub until: Timestamp,
    /// Its time is over: the job is there for all again, and its answer is taken as long as nobody else has the job.
    pub is_over: bool,
}

/// A lease that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leased {
    /// Of which job.
    pub job: JobId,
    /// Its number.
    pub lease: u32,
    /// Until when.
    pub until: Timestamp,
}

impl WorkerJob {
    /// The lease that somebody has now.
    pub fn current_lease(&self) -> Option<&Lease> {
        self.lease.as_ref().filter(|lease| !lease.is_over)
    }

    /// Whether a worker may have it now.
    pub fn is_available(&self) -> bool {
        self.is_offered && self.current_lease().is_none()
    }

    /// `available`, `leased`, or `resting` until its next try or the resumption of its instance.
    pub fn status(&self) -> &'static str {
        match self.current_lease() {
            Some(_) => "leased",
            None if self.is_offered => "available",
            None => "resting",
        }
    }

    /// Its place among the jobs that wait: by type, then the highest priority, then the oldest.
    pub fn turn(&self) -> Text {
        let priority = u32::MAX - self.priority.wrapping_sub(i32::MIN).cast_unsigned();
        let age = self.created_at.0.wrapping_sub(i64::MIN).cast_unsigned();
        format!("{}{priority:08x}{age:016x}", Self::turns_of(&self.kind)).into()
    }

    /// How the places of all jobs of a type begin.
    pub fn turns_of(kind: &str) -> String {
        format!("{kind}\u{1f}")
    }
}

/// The states of [`WorkerJob::status`].
pub const STATUSES: [&str; 3] = ["available", "leased", "resting"];

#[cfg(test)]
mod tests {
    use super::*;

    fn job(priority: i32, created_at: i64) -> WorkerJob {
        let created_at = Timestamp(created_at);
        WorkerJob { kind: "pick".into(), priority, created_at, is_offered: true, ..WorkerJob::default() }
    }

    #[test]
    fn jobs_are_in_the_order_of_their_priority_and_then_of_their_age() {
        let sorted = [job(i32::MAX, 9), job(7, -5), job(7, 3), job(0, 1), job(-1, 0), job(i32::MIN, 0)];
        let turns: Vec<Text> = sorted.iter().map(WorkerJob::turn).collect();
        assert!(turns.is_sorted() && turns.iter().all(|turn| turn.starts_with("pick\u{1f}")), "{turns:?}");
    }

    #[test]
    fn a_job_is_read_back_from_its_text() {
        let id = JobId { instance: InstanceId(u64::MAX), job: u32::MAX };
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(rmp_serde::from_slice::<JobId>(&rmp_serde::to_vec(&id).unwrap()).unwrap(), id);
        for wrong in ["JB-17", "JB-1-x", "", "JB--1", "JB-1-2-3", "JB-1-4294967296"] {
            assert!(wrong.parse::<JobId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_lease_that_is_over_leaves_the_job_to_others() {
        let lease = Lease { number: 1, ..Lease::default() };
        let mut leased = WorkerJob { lease: Some(lease), ..job(0, 0) };
        assert!(!leased.is_available() && leased.status() == "leased");
        leased.lease.as_mut().unwrap().is_over = true;
        assert!(leased.is_available() && leased.status() == "available");
        leased.is_offered = false;
        assert!(!leased.is_available() && leased.status() == "resting");
    }
}
