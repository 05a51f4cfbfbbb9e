//! Effects: what another system shall do, written down before it is asked.

use engine::InstanceId;
use serde::{Deserialize, Serialize};
use units::{IdError, Text, Timestamp};

/// An effect. Its text form, such as `EF-1048577-3`, is the idempotency key that the other system sees; it is the same for every
/// attempt.
///
/// One of a job is numbered by the job within its process instance, any other one within its journal entry. Two numbers and not one
/// made of them, so that neither can run into the other (decision 0006).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EffectId {
    /// The process instance, or the position of the entry.
    within: u64,
    /// The job, or, above all jobs, a count.
    number: u64,
}

/// Numbers above this one belong to no job.
const JOBS: u64 = u32::MAX as u64;

impl EffectId {
    /// The effect of a job: there is one per job, so its number needs no counter.
    pub fn of_job(instance: InstanceId, job: u32) -> Self {
        Self { within: instance.0, number: u64::from(job) }
    }

    /// The effect of an entry that no job waits for; `count` from 1 within the entry.
    pub fn of_entry(position: u64, count: u32) -> Self {
        Self { within: position, number: JOBS + u64::from(count) }
    }

    /// The key of its row: texts that are in the order of the numbers.
    pub(crate) fn row(self) -> String {
        format!("{:016x}{:09x}", self.within, self.number)
    }
}

impl std::fmt::Display for EffectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EF-{}-{}", self.within, self.number)
    }
}

impl std::str::FromStr for EffectId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError { given: text.chars().take(60).collect(), wanted: "an id such as EF-1048577-3" };
        let (within, number) = text.strip_prefix("EF-").unwrap_or(text).split_once('-').ok_or_else(wrong)?;
        let read = |digits: &str| digits.parse().map_err(|_| wrong());
        Ok(Self { within: read(within)?, number: read(number)? })
    }
}

impl Serialize for EffectId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            (self.within, self.number).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for EffectId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            return text.parse().map_err(serde::de::Error::custom);
        }
        let (within, number) = Deserialize::deserialize(deserializer)?;
        Ok(Self { within, number })
    }
}

/// A call to another system that is committed and not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Effect {
    /// Its number.
    pub id: EffectId,
    /// What is asked for: `wms.release`, `tax.quote` …
    pub capability: Text,
    /// The part of the capability that names the system where there are several: the node of a warehouse. May be empty.
    pub route: Text,
    /// The order that it is about, for people.
    pub order: Option<trade::OrderId>,
    /// The aggregate that a confirmation concerns: a warehouse order, an invoice.
    pub subject: Option<trade::Key>,
    /// The process instance and job that wait for the result; `None` for effects that no process waits for.
    pub job: Option<(InstanceId, u32)>,
    /// The document, as JSON.
    pub document: Text,
    /// When it was requested, the last time.
    pub requested_at: Timestamp,
    /// Set when it could not be delivered: a dead letter, with code and cause.
    pub dead: Option<(Text, Text)>,
    /// It could not be delivered, and waits until its job is tried again.
    #[serde(default)]
    pub resting: bool,
    /// Effects of a higher number go out first; that of its job, and 0 without one.
    #[serde(default)]
    pub priority: i32,
    /// The trace of the request that led to it (W3C `traceparent`); that of what its answer leads to is the same.
    #[serde(default)]
    pub trace: Option<Text>,
}

impl Effect {
    /// Whether it is to be delivered, or on its way.
    pub fn is_pending(&self) -> bool {
        self.dead.is_none() && !self.resting
    }

    /// Its place among others that were not confirmed: in the order in which they were asked for. What was asked for at the same moment
    /// begins with jobs, so that a cancellation does not go out before the release that it cancels.
    pub fn turn(&self) -> (Timestamp, bool, EffectId) {
        (self.requested_at, self.job.is_none(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_cancellation_comes_after_the_release_of_the_same_moment() {
        // an instance's number is above the positions of the entries to come
        let instance = InstanceId(17 << 20);
        let release = Effect { id: EffectId::of_job(instance, 3), job: Some((instance, 3)), ..Effect::default() };
        let cancellation = Effect { id: EffectId::of_entry(99, 1), ..Effect::default() };
        let earlier = Effect { requested_at: Timestamp(-1), ..cancellation.clone() };
        let mut all = [cancellation.clone(), release.clone(), earlier.clone()];
        all.sort_by_key(Effect::turn);
        assert_eq!(all, [earlier, release, cancellation]);
    }

    #[test]
    fn no_two_effects_have_the_same_number() {
        let ends = [0, 1, u32::MAX - 1, u32::MAX];
        let places = [0, 1, 1 << 26, 1 << 27, u64::MAX - 1, u64::MAX];
        let mut all = BTreeSet::new();
        for (place, end) in places.into_iter().flat_map(|place| ends.map(|end| (place, end))) {
            assert!(all.insert(EffectId::of_job(InstanceId(place), end)));
            assert!(end == 0 || all.insert(EffectId::of_entry(place, end)));
        }
        let rows: Vec<String> = all.iter().map(|id| id.row()).collect();
        assert!(rows.is_sorted() && rows.iter().collect::<BTreeSet<_>>().len() == all.len());
    }

    #[test]
    fn an_effect_is_read_back_from_its_text() {
        let id = EffectId::of_entry(u64::MAX, u32::MAX);
        assert_eq!(id.to_string().parse(), Ok(id));
        let bytes = rmp_serde::to_vec(&id).unwrap();
        assert_eq!(rmp_serde::from_slice::<EffectId>(&bytes).unwrap(), id);
        for wrong in ["EF-17", "EF-1-x", "", "EF--1", "EF-1-2-3"] {
            assert!(wrong.parse::<EffectId>().is_err(), "{wrong}");
        }
    }
}
