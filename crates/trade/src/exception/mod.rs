//! Exceptions: business deviations with an owner, a clock and a next action (domain §1.12).

mod state;

pub use state::{Action, Exception, ExceptionEvent, ExceptionKind, ExceptionStatus, Severity, Subject, TaskRef};
