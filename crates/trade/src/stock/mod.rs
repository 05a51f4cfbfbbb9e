//! The stock of one item at one node: what is there, what is promised, what is coming.
//!
//! Claims are the single truth of what is reserved; totals are sums over them (domain §3, lesson 7).

mod adjust;
mod allocate;
mod atp;
mod backorder;
mod backorder_run;
mod bump;
mod check;
mod fair_share;
mod peg;
mod quota;
mod receive;
mod reconfirm;
mod reserve;
mod state;
mod supply;

pub use adjust::{Adjustment, Count, adjust, count};
pub use allocate::{GroupQuota, QuotaChange, QuotaVerb, change_quotas, quotas, quotas_at};
pub use atp::{AtpPolicy, available_to_promise};
pub use backorder::serve_backorders;
pub use backorder_run::{BackorderRun, Reconfirmed, Segment, run_backorders};
pub use bump::{Bumped, held_by_others};
pub use check::check;
pub use fair_share::{Claimant, fair_share};
pub use quota::{GroupStanding, atp_steps, standings};
pub use receive::{Receipt, receive};
pub use reconfirm::{Requirement, Strategy, reconfirm};
pub use reserve::{ReserveLine, ReserveRequest, Reserved, expire, release_reservation, reserve};
pub use state::{Claim, ClaimKind, ClaimOwner, Demand, Inbound, Quota, Stock, StockEvent};
pub use supply::{announce, set_safety};

pub(crate) use atp::Ladder;
pub(crate) use bump::{bump, wait_for_supply};
pub(crate) use peg::{Waiting, peg};
pub(crate) use quota::{ladder_for, used_of_parents};
