//! State and events of an exception.

use serde::{Deserialize, Serialize};
use units::{Amount, Text, Timestamp};

use crate::books::{Folded, Key};
use crate::context::Role;
use crate::ids::*;

/// A business deviation, or a technical incident, that somebody has to deal with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Its number.
    pub id: ExceptionId,
    /// Its type in the catalogue.
    pub kind: ExceptionKind,
    /// What it is about.
    pub subject: Subject,
    /// In words, with the numbers.
    pub reason: Text,
    /// Money at stake.
    pub amount: Amount,
    /// How bad it is.
    pub severity: Severity,
    /// The role that owns it.
    pub owner: Role,
    /// The person who claimed it.
    pub assignee: Option<Text>,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// By when somebody should have looked.
    pub respond_by: Timestamp,
    /// By when it should be resolved.
    pub resolve_by: Timestamp,
    /// When the next on the ladder is told, step by step, in working time.
    pub ladder: Vec<Timestamp>,
    /// How often it was escalated.
    pub escalations: u8,
    /// What may be done.
    pub actions: Vec<Action>,
    /// The waiting user task of a process, if one waits for it.
    pub task: Option<TaskRef>,
    /// How far it is.
    pub status: ExceptionStatus,
    /// What was done, by whom and why.
    pub resolution: Option<(Action, Text, Text)>,
    /// When it was resolved or cleared.
    pub ended_at: Option<Timestamp>,
    /// The case that it belongs to: all exceptions of one root cause have the same; empty if it stands alone.
    #[serde(default)]
    pub case: Text,
    /// The number of the dead letter that it asks about, if it asks about one.
    #[serde(default)]
    pub dead_letter: Option<Text>,
    /// Whom it was escalated to last, besides its owner.
    #[serde(default)]
    pub escalated_to: Option<Role>,
    /// Who leads its owners, if the company says so for its type.
    #[serde(default)]
    pub lead: Option<Role>,
    /// Who is told last, if the company says so for its type.
    #[serde(default)]
    pub manager: Option<Role>,
    /// Nobody has had it yet, and nobody was told of that.
    #[serde(default)]
    pub awaits_response: bool,
    /// Nobody had taken it when somebody should have looked.
    #[serde(default)]
    pub response_was_late: bool,
}

/// A user task: process instance and key within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskRef {
    /// The process instance's number.
    pub instance: u64,
    /// The task's key within it.
    pub task: u32,
}

/// What an exception is about; most have an order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Subject {
    /// The order.
    pub order: Option<OrderId>,
    /// The customer.
    pub account: Option<AccountId>,
    /// The aggregate that it is about in particular.
    pub key: Option<Key>,
    /// The line of the order, where it is about one only.
    #[serde(default)]
    pub line: Option<LineNo>,
}

/// The type catalogue (domain §1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum ExceptionKind {
    /// A price outside the tolerance or below the margin floor.
    Price,
    /// A credit check failed.
    Credit,
    /// Tax differs from our own computation.
    Tax,
    /// An unknown ship-to.
    Address,
    /// An unknown item or unit of measure.
    ItemXref,
    /// A purchase order that came before.
    Duplicate,
    /// Stock that was promised is not there, or an item cannot be there in time and another may be sent.
    Shortage,
    /// A backorder has no supply in sight or is late.
    BackorderLate,
    /// A warehouse refused a release, or is late.
    WmsReject,
    /// What left is not what was released or counted, or could not be held back.
    ShipDiscrepancy,
    /// A carrier cannot be booked, or goods go to an old address.
    Carrier,
    /// Shipped goods cannot be billed.
    BillingBlocked,
    /// Somebody has to decide how to bill a part.
    PartialBillingDecision,
    /// The ERP or the customer refused an invoice.
    InvoiceRejected,
    /// A payment that could not be matched.
    PaymentUnmatched,
    /// A customer paid less.
    Deduction,
    /// A return that somebody has to decide on, or that differs from what was agreed.
    ReturnDiscrepancy,
    /// Two records disagree.
    ReconBreak,
    /// A technical incident: a connection, an expression, a process.
    Integration,
    /// A person went over a policy, and another one has to agree.
    PolicyOverride,
    /// An order that may not be the customer's own.
    Fraud,
    /// An order that the law may forbid to send where it goes.
    Export,
}

impl ExceptionKind {
    /// The whole catalogue.
    pub const ALL: [Self; 22] = [
        Self::Price,
        Self::Credit,
        Self::Tax,
        Self::Address,
        Self::ItemXref,
        Self::Duplicate,
        Self::Shortage,
        Self::BackorderLate,
        Self::WmsReject,
        Self::ShipDiscrepancy,
        Self::Carrier,
        Self::BillingBlocked,
        Self::PartialBillingDecision,
        Self::InvoiceRejected,
        Self::PaymentUnmatched,
        Self::Deduction,
        Self::ReturnDiscrepancy,
        Self::ReconBreak,
        Self::Integration,
        Self::PolicyOverride,
        Self::Fraud,
        Self::Export,
    ];
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Can wait.
    Low,
    /// Today.
    Medium,
    /// Now.
    High,
    /// Everything else waits.
    Critical,
}

/// How far an exception is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionStatus {
    /// Nobody has it yet.
    Open,
    /// Somebody has it.
    Claimed,
    /// Somebody decided.
    Resolved,
    /// An event cleared it.
    Cleared,
}

/// What a person may do with an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Let it pass as it is: release the hold with its price, tax or credit, or bill the part that has shipped.
    Release,
    /// Take our price instead of the customer's.
    UseExpectedPrice,
    /// Name the right item, unit or address, then check again.
    Correct,
    /// Check or try again, once the cause is mended.
    Retry,
    /// Cancel the order, or the units that are missing.
    Cancel,
    /// Keep waiting: for supply, an answer, the rest of an order, a payment.
    Wait,
    /// Look for the missing units at all warehouses.
    Resource,
    /// Match to the items named.
    Match,
    /// Put on the customer's account.
    PutOnAccount,
    /// Accept the difference: write it off.
    WriteOff,
    /// Insist on the difference, which stays open; or refuse a return, or a substitute.
    Reject,
    /// Agree to a return.
    Authorise,
    /// Seen; nothing has to be done.
    Acknowledge,
    /// Go on with our own computation until the system is back.
    Degrade,
    /// Send a substitute: the customer has agreed.
    Substitute,
}

/// A fact about one exception. Names in the feed: `exception.raised`, `exception.resolved` …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExceptionEvent {
    /// It was raised.
    Raised(Box<Exception>),
    /// Somebody claimed it, or it was given to somebody.
    Assigned {
        /// To whom; `None` gives it back to the role.
        to: Option<Text>,
    },
    /// A clock ran out; the next on the ladder was told.
    Escalated {
        /// To which role.
        to: Role,
    },
    /// A person decided.
    Resolved {
        /// What.
        action: Action,
        /// Who.
        by: Text,
        /// Why.
        reason: Text,
        /// When.
        at: Timestamp,
    },
    /// The event happened that makes it void.
    Cleared {
        /// Which.
        cause: Text,
        /// When.
        at: Timestamp,
    },
    /// What it asks about has changed.
    Restated {
        /// In words, with the numbers.
        reason: Text,
        /// Money at stake.
        amount: Amount,
    },
    /// A user task of a process waits for its answer.
    Awaited {
        /// Which.
        task: TaskRef,
    },
    /// Its process found who looks after it, and by when.
    Routed {
        /// The role that owns it.
        owner: Role,
        /// How bad it is.
        severity: Severity,
        /// By when somebody should have looked.
        respond_by: Timestamp,
        /// By when it should be resolved.
        resolve_by: Timestamp,
        /// When the next on the ladder is told, step by step.
        ladder: Vec<Timestamp>,
    },
    /// Nobody had taken it when somebody should have looked; the lead was told.
    ResponseOverdue {
        /// Which role that is.
        to: Role,
    },
}

impl Default for Exception {
    fn default() -> Self {
        Self {
            id: ExceptionId::default(),
            kind: ExceptionKind::Integration,
            subject: Subject::default(),
            reason: Text::default(),
            amount: Amount::ZERO,
            severity: Severity::Low,
            owner: Role::Operations,
            assignee: None,
            raised_at: Timestamp::default(),
            respond_by: Timestamp::default(),
            resolve_by: Timestamp::default(),
            ladder: Vec::new(),
            escalations: 0,
            actions: Vec::new(),
            task: None,
            status: ExceptionStatus::Open,
            resolution: None,
            ended_at: None,
            case: Text::default(),
            dead_letter: None,
            escalated_to: None,
            lead: None,
            manager: None,
            awaits_response: false,
            response_was_late: false,
        }
    }
}

impl Exception {
    /// Whether somebody still has to deal with it.
    pub fn is_open(&self) -> bool {
        matches!(self.status, ExceptionStatus::Open | ExceptionStatus::Claimed)
    }
}

impl Folded for Exception {
    type Event = ExceptionEvent;

    fn apply(&mut self, event: &ExceptionEvent) {
        match event {
            ExceptionEvent::Raised(exception) => *self = (**exception).clone(),
            ExceptionEvent::Assigned { to } => {
                self.status = if to.is_some() { ExceptionStatus::Claimed } else { ExceptionStatus::Open };
                self.assignee = to.clone();
                self.awaits_response &= to.is_none();
            }
            ExceptionEvent::Escalated { to } => {
                self.escalations += 1;
                self.escalated_to = Some(*to);
            }
            ExceptionEvent::ResponseOverdue { to } => {
                (self.awaits_response, self.response_was_late) = (false, true);
                self.escalated_to = Some(*to);
            }
            ExceptionEvent::Resolved { action, by, reason, at } => {
                self.status = ExceptionStatus::Resolved;
                self.resolution = Some((*action, by.clone(), reason.clone()));
                self.ended_at = Some(*at);
            }
            ExceptionEvent::Cleared { at, .. } => {
                self.status = ExceptionStatus::Cleared;
                self.ended_at = Some(*at);
            }
            ExceptionEvent::Restated { reason, amount } => {
                self.reason = reason.clone();
                self.amount = *amount;
            }
            ExceptionEvent::Awaited { task } => self.task = Some(*task),
            ExceptionEvent::Routed { owner, severity, respond_by, resolve_by, ladder } => {
                (self.owner, self.severity) = (*owner, *severity);
                (self.respond_by, self.resolve_by) = (*respond_by, *resolve_by);
                self.ladder.clone_from(ladder);
            }
        }
    }
}
