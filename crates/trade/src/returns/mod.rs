//! Requests to return goods: recorded, and waiting for a person's decision.

mod state;

pub use state::{ReturnEvent, ReturnLine, ReturnRequest, ReturnStatus};
