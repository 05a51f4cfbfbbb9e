//! Releases to warehouses and the shipments that come of them.
//!
//! Warehouses repeat themselves, overtake themselves and change their minds: every verb takes a message that came before, or that
//! comes too late, without harm.

mod answer;
mod bill_of_lading;
mod cancel;
mod deliver;
mod drop;
mod intercept;
mod over;
mod pick;
mod presume;
mod redirect;
mod request;
mod ship;
mod state;

pub use answer::{acknowledge, book, reject, sent};
pub(crate) use bill_of_lading::shipments_under;
pub use cancel::{Answered, cancel_answered, note_answer_late};
pub use deliver::{Delivery, deliver};
pub(crate) use intercept::came_back;
pub use intercept::{Intercept, InterceptStatus, intercept_answered};
pub use pick::pick;
pub use redirect::{Redirect, RedirectStatus, redirect_again, redirect_answered, redirect_unstopped};
pub(crate) use request::{Ask, ask};
pub use request::{CancelRequest, RequestLine};
pub use ship::{ShipConfirm, Shipped, ship};
pub(crate) use state::UNDER_WAY;
pub use state::{
    Booking, Progress, Shipment, ShipmentEvent, ShipmentLine, WarehouseLine, WarehouseOrder, WarehouseOrderEvent,
};
