//! Returns: a customer's request, and a person's decision on it.

mod decide;
mod request;
mod state;

pub use decide::decide;
pub(crate) use request::await_back;
pub use request::{ReturnDocument, ReturnedLine, request};
pub use state::{ReturnEvent, ReturnLine, ReturnRequest, ReturnStatus};
