//! Cash application: payments, what they pay, and bank statements.

mod document;
mod state;

pub use state::{Allocation, Candidate, Method, Payment, PaymentEvent, PaymentStatus, Statement, StatementEvent};
