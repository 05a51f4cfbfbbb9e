//! Returns: a customer's request, and a person's decision on it.

mod decide;
mod of_order;
mod request;
mod state;

pub use decide::decide;
pub(crate) use of_order::take_back;
pub use of_order::{UnitsBack, request_units};
pub(crate) use request::await_back;
pub use request::{ReturnDocument, ReturnedLine, request};
pub use state::{ReturnEvent, ReturnLine, ReturnRequest, ReturnStatus};
