//! Other systems as the record has them: when each was down, for how long, and when what had waited was delivered.

use serde::{Deserialize, Serialize};
use trade::AccountId;
use units::{Text, Timestamp};

/// How many outages are kept of a system; all of them are in the journal.
pub const KEPT: usize = 20;

/// A system that this company depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dependency {
    /// The last outages, the latest last. One without an end is under way.
    pub outages: Vec<Outage>,
    /// How often it was down.
    pub total: u64,
    /// How often it came back.
    pub recovered: u64,
    /// For how long it was down in all, in milliseconds, without an outage that is under way.
    pub down_ms: u64,
    /// Accounts whose credit was decided in the outage that is under way.
    #[serde(default)]
    pub undecided: Vec<AccountId>,
}

/// A time at which a system was down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// When it was noticed.
    pub began: Timestamp,
    /// When the system answered again.
    pub ended: Option<Timestamp>,
    /// When everything that had waited by then was delivered: the recovery.
    pub drained: Option<Timestamp>,
    /// Effects that waited when the system answered again.
    pub backlog: u32,
}

/// What was noticed of a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DependencyChange {
    /// It does not answer: what it is asked for waits.
    Degraded {
        /// What went wrong last.
        cause: Text,
    },
    /// It answers again.
    Recovered {
        /// Effects that have waited.
        backlog: u32,
    },
    /// What had waited when it came back is delivered.
    Drained,
    /// Credit of an account was decided without it.
    CreditDecided {
        /// Which.
        account: AccountId,
    },
}

impl DependencyChange {
    /// Its name in the feed (domain §1.5.3, integration family).
    pub fn name(&self) -> &'static str {
        match self {
            Self::Degraded { .. } => "degraded",
            Self::Recovered { .. } => "recovered",
            Self::Drained => "drained",
            Self::CreditDecided { .. } => "credit_decided",
        }
    }
}

impl Dependency {
    /// Whether it is down.
    pub fn is_down(&self) -> bool {
        self.outages.last().is_some_and(|outage| outage.ended.is_none())
    }

    /// Whether a change says something new.
    pub(crate) fn takes(&self, change: &DependencyChange) -> bool {
        match change {
            DependencyChange::CreditDecided { account } => self.is_down() && !self.undecided.contains(account),
            DependencyChange::Degraded { .. } => !self.is_down(),
            DependencyChange::Recovered { .. } => self.is_down(),
            DependencyChange::Drained => {
                self.outages.last().is_some_and(|outage| outage.ended.is_some() && outage.drained.is_none())
            }
        }
    }

    pub(crate) fn apply(&mut self, change: &DependencyChange, at: Timestamp) {
        match (change, self.outages.last_mut()) {
            (DependencyChange::Degraded { .. }, _) => {
                self.total += 1;
                self.outages.push(Outage { began: at, ended: None, drained: None, backlog: 0 });
                let forgotten = self.outages.len().saturating_sub(KEPT);
                self.outages.drain(..forgotten);
            }
            (DependencyChange::Recovered { backlog }, Some(outage)) => {
                (outage.ended, outage.backlog) = (Some(at), *backlog);
                self.recovered += 1;
                self.undecided.clear();
                self.down_ms += u64::try_from(at.millis_since(outage.began)).unwrap_or(0);
            }
            (DependencyChange::Drained, Some(_)) => {
                // those before it were still to be delivered too
                let waiting = self.outages.iter_mut().filter(|outage| outage.drained.is_none());
                waiting.for_each(|outage| outage.drained = Some(at));
            }
            (DependencyChange::CreditDecided { account }, Some(_)) => self.undecided.push(account.clone()),
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degraded() -> DependencyChange {
        DependencyChange::Degraded { cause: "503".into() }
    }

    #[test]
    fn an_outage_begins_ends_and_is_caught_up_with_once_each() {
        let mut tax = Dependency::default();
        let recovered = DependencyChange::Recovered { backlog: 7 };
        assert!(!tax.takes(&recovered) && !tax.takes(&DependencyChange::Drained));
        assert!(tax.takes(&degraded()));
        tax.apply(&degraded(), Timestamp(1_000));
        assert!(tax.is_down() && !tax.takes(&degraded()) && !tax.takes(&DependencyChange::Drained));
        tax.apply(&recovered, Timestamp(4_000));
        assert!(!tax.is_down() && !tax.takes(&recovered));
        tax.apply(&DependencyChange::Drained, Timestamp(5_000));
        assert!(!tax.takes(&DependencyChange::Drained));
        let outage =
            Outage { began: Timestamp(1_000), ended: Some(Timestamp(4_000)), drained: Some(Timestamp(5_000)), backlog: 7 };
        assert_eq!(
            tax,
            Dependency { outages: vec![outage], total: 1, recovered: 1, down_ms: 3_000, ..Dependency::default() }
        );
    }

    #[test]
    fn whose_credit_was_decided_meanwhile_is_known_until_it_is_back() {
        let mut erp = Dependency::default();
        let decided = DependencyChange::CreditDecided { account: "ACME".into() };
        assert!(!erp.takes(&decided));
        erp.apply(&degraded(), Timestamp(1_000));
        assert!(erp.takes(&decided));
        erp.apply(&decided, Timestamp(2_000));
        assert!(!erp.takes(&decided) && erp.undecided == ["ACME".into()]);
        erp.apply(&DependencyChange::Recovered { backlog: 0 }, Timestamp(4_000));
        assert_eq!(erp.undecided, []);
    }

    #[test]
    fn the_last_outages_are_kept_and_all_are_counted() {
        let mut wms = Dependency::default();
        for number in 0..30 {
            wms.apply(&degraded(), Timestamp(number * 10));
            wms.apply(&DependencyChange::Recovered { backlog: 0 }, Timestamp(number * 10 + 4));
        }
        assert_eq!((wms.outages.len(), wms.total, wms.recovered, wms.down_ms), (KEPT, 30, 30, 120));
        assert_eq!(wms.outages[0].began, Timestamp(100));
    }
}
