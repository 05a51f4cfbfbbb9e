//! Exceptions: business deviations with an owner, a clock and a next action (domain §1.12).

mod authority;
mod catalogue;
mod index;
mod ladder;
mod raise;
mod resolve;
mod routing;
mod state;

pub use authority::{Authority, Condition, authority};
pub use catalogue::{Rules, hold_of, kind_of_hold, rules};
pub use index::{of_dead_letter, of_subject, of_task, open_for};
pub use ladder::{deciders, escalate, is_for, lead, manager, next_escalation};
pub use raise::{Raise, await_answer, is_urgent, raise, restate};
pub use resolve::{assign, clear, resolve};
pub use routing::Routing;
pub use state::{Action, Exception, ExceptionEvent, ExceptionKind, ExceptionStatus, Severity, Subject, TaskRef};
