//! Sales orders: lines in quantity buckets, a set of holds, and the verbs that move them.
//!
//! The buckets are the truth and every label is derived from them (domain §1.5.1).

mod apply;
mod event;
mod state;
mod submission;

pub use event::OrderEvent;
pub use state::{Bucket, Buckets, Channel, Hold, HoldKind, Line, LineAllocation, Order, Original, Status};
pub use submission::{Destination, Submission, SubmittedLine};
