//! Cash application: payments, what they pay, and bank statements.

mod document;
mod state;

pub use document::{EntryDocument, StatementDocument};
pub use state::{Allocation, Candidate, Method, Payment, PaymentEvent, PaymentStatus, Statement, StatementEvent};
