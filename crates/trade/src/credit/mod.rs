//! Credit: exposure against the limit, who may let an order pass, and what lets it pass by itself (domain §1.2).

mod authority;
mod check;
mod exposure;
mod group;
mod outage;

pub(crate) use check::hold_now;

pub use authority::{authorise_release, record_release};
pub use check::{Decision, check, recheck};
pub use exposure::{Exposure, exposure};
pub use outage::{check_in_outage, decide_again};

pub(crate) use check::{may_ship, would_ship};
