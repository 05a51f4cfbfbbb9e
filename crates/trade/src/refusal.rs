//! Why a command is not carried out: data, not prose.

use serde::{Deserialize, Serialize};
use units::{Amount, Quantity, Text};

use crate::books::Key;
use crate::exception::Action;
use crate::order::{HoldKind, Status};

/// A command that was understood and is not carried out. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing.
    #[error("there is no {0}")]
    NotFound(Key),
    /// A value is outside of what is possible.
    #[error("{field} is {given}: {wanted}")]
    Invalid {
        /// Which value, as a path such as `lines[2].quantity`.
        field: Text,
        /// What was given.
        given: Text,
        /// What would be right.
        wanted: Text,
    },
    /// The order is in a state in which this cannot be done.
    #[error("order {order} is {status:?}: {why}")]
    WrongStatus {
        /// The order.
        order: crate::ids::OrderId,
        /// Its derived label.
        status: Status,
        /// Why that is in the way.
        why: Text,
    },
    /// A hold is in the way.
    #[error("the {0:?} hold is in the way")]
    Held(HoldKind),
    /// There is no hold of that kind.
    #[error("there is no {0:?} hold")]
    NotHeld(HoldKind),
    /// More units than there are.
    #[error("{wanted} units were asked for and {available} are available")]
    NotEnough {
        /// Asked for.
        wanted: Quantity,
        /// There.
        available: Quantity,
    },
    /// A reservation that was released, consumed or has expired (domain §1.1.5, `reservation_not_active`).
    #[error("reservation {0} is not active")]
    ReservationNotActive(crate::ids::ReservationId),
    /// More money than there is.
    #[error("{} minor units were asked for and {} are open", wanted.0, available.0)]
    TooMuchMoney {
        /// Asked for.
        wanted: Amount,
        /// There.
        available: Amount,
    },
    /// The actor may not do that.
    #[error("{actor} may not do this: {why}")]
    NotAllowed {
        /// Who.
        actor: Text,
        /// Which authority is missing.
        why: Text,
    },
    /// An exception does not offer this action.
    #[error("{action:?} is not offered here")]
    NotOffered {
        /// What was asked for.
        action: Action,
        /// What is offered.
        offered: Vec<Action>,
    },
    /// It was done before, in another way.
    #[error("{0}")]
    Conflict(Text),
    /// Models that cannot be deployed: everything that is wrong with them.
    #[error("{}", lines(.0))]
    NotDeployable(Vec<Finding>),
    /// A running process instance cannot be taken to another version: everything that stands in the way.
    #[error("{}", lines(.0))]
    InTheWay(Vec<Finding>),
    /// A form that is not filled in as its modeller allows: each field with what is wrong.
    #[error("{}", lines(.0))]
    NotFilledIn(Vec<Finding>),
}

/// One thing that is wrong: where, why, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Finding {
    /// Where: file, line and element.
    pub place: Text,
    /// What is wrong.
    pub cause: Text,
    /// What would be right; may be empty.
    pub mend: Text,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.cause)?;
        if self.mend.is_empty() { Ok(()) } else { write!(f, "; {}", self.mend) }
    }
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Refusal {
    /// A value outside of what is possible: which, what was given, and what would be right.
    pub fn invalid(field: impl Into<Text>, given: impl std::fmt::Display, wanted: &'static str) -> Self {
        Self::Invalid {
            field: field.into(),
            given: compact_str::format_compact!("{given}"),
            wanted: Text::const_new(wanted),
        }
    }

    /// Its code at the API, stable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::Invalid { .. } => "invalid",
            Self::WrongStatus { .. } => "wrong_status",
            Self::Held(_) => "held",
            Self::NotHeld(_) => "not_held",
            Self::NotEnough { .. } => "not_enough_stock",
            Self::ReservationNotActive(_) => "reservation_not_active",
            Self::TooMuchMoney { .. } => "too_much_money",
            Self::NotAllowed { .. } => "not_allowed",
            Self::NotOffered { .. } => "action_not_offered",
            Self::Conflict(_) => "conflict",
            Self::NotDeployable(_) => "not_deployable",
            Self::InTheWay(_) => "in_the_way",
            Self::NotFilledIn(_) => "not_filled_in",
        }
    }

    /// What is wrong where, if it is more than one thing.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::NotDeployable(findings) | Self::InTheWay(findings) | Self::NotFilledIn(findings) => findings,
            _ => &[],
        }
    }
}
