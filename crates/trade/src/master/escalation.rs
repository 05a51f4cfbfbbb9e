//! Who is told about an exception of a type, and when, if nobody deals with it in time.

use serde::{Deserialize, Serialize};

use crate::context::Role;
use crate::exception::ExceptionKind;
use crate::refusal::Refusal;

/// What the company says of a type of exception; what it leaves out is as the product proposes it (domain §1.12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// The type.
    pub kind: ExceptionKind,
    /// The role that leads its owners: told when nobody has looked in time and when its time is up, and decides as they do.
    #[serde(default)]
    pub lead: Option<Role>,
    /// The role that is told last.
    #[serde(default)]
    pub manager: Option<Role>,
    /// How much of the time to resolve has passed when somebody should have looked, in per cent; 25.
    #[serde(default)]
    pub response_percent: Option<u16>,
    /// How much of it has passed when its owner is warned, when the lead is told and when the manager is, in per cent; 50, 100, 150.
    #[serde(default)]
    pub ladder_percent: Option<[u16; 3]>,
}

impl Escalation {
    /// What holds for a type: the entry for it, or one that says nothing.
    pub(crate) fn of(entries: &[Self], kind: ExceptionKind) -> Self {
        let silent = Self { kind, lead: None, manager: None, response_percent: None, ladder_percent: None };
        entries.iter().find(|entry| entry.kind == kind).cloned().unwrap_or(silent)
    }

    /// Refuses what cannot be climbed: a type twice, or steps that do not rise.
    pub(crate) fn check(entries: &[Self]) -> Result<(), Refusal> {
        for (place, entry) in entries.iter().enumerate() {
            let field = |name: &str| format!("policy.escalation[{place}].{name}");
            if entries.iter().take(place).any(|other| other.kind == entry.kind) {
                return Err(Refusal::invalid(field("kind"), format!("{:?}", entry.kind), "each type once"));
            }
            if let Some(percent) = entry.response_percent.filter(|percent| !(1..=100).contains(percent)) {
                return Err(Refusal::invalid(
                    field("response_percent"),
                    percent,
                    "1 to 100 per cent of the time to resolve",
                ));
            }
            if let Some([warns, lead, manager]) = entry.ladder_percent
                && !(0 < warns && warns < lead && lead < manager && manager <= 1_000)
            {
                let given = format!("{warns}, {lead}, {manager}");
                return Err(Refusal::invalid(
                    field("ladder_percent"),
                    given,
                    "three steps that rise, from 1 to 1000 per cent",
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ladder_that_cannot_be_climbed_is_refused() {
        let entry = |response, ladder| Escalation {
            response_percent: response,
            ladder_percent: ladder,
            ..Escalation::of(&[], ExceptionKind::Price)
        };
        let field = |entries: &[Escalation]| match Escalation::check(entries) {
            Ok(()) => String::new(),
            Err(Refusal::Invalid { field, .. }) => field.to_string(),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(field(&[entry(Some(10), Some([20, 80, 100]))]), "");
        assert_eq!(field(&[entry(Some(0), None)]), "policy.escalation[0].response_percent");
        assert_eq!(field(&[entry(None, Some([50, 50, 150]))]), "policy.escalation[0].ladder_percent");
        assert_eq!(field(&[entry(None, None), entry(None, None)]), "policy.escalation[1].kind");
    }
}
