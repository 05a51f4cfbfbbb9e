//! Sales orders: lines in quantity buckets, a set of holds, and the verbs that move them.
//!
//! The buckets are the truth and every label is derived from them (domain §1.5.1). One verb per file, in the order of an order's
//! life: [`receive()`], [`validate()`], [`approve()`], [`promise()`], [`release()`], then `fulfilment`; [`change()`] and
//! [`cancel()`] at any time. What is *not* here: prices, tax, credit and billing, which have folders of their own.

mod apply;
mod approve;
mod bind;
mod cancel;
mod cart;
mod change;
mod check;
mod close;
mod correct;
mod duplicate;
mod early;
mod event;
mod fail;
mod find;
#[cfg(test)]
pub(crate) mod fixture;
mod hold;
mod intercept;
mod line_state;
#[cfg(test)]
mod matrix;
mod promise;
mod receive;
mod reject;
mod release;
mod reopen;
mod resolve;
mod screen;
mod splitting;
mod state;
mod submission;
mod substitute;
mod validate;
mod value;

pub use approve::approve;
pub use cancel::{CancelOutcome, Cancellation, cancel};
pub use change::{Change, ChangeOutcome, change};
pub use check::check;
pub use close::close;
pub use correct::correct_line;
pub use event::{Applied, FailedCheck, OrderEvent, PassedCheck, TaxBasis};
pub use fail::{fail, restart};
pub use hold::{hold_by_hand, keep_asked, place_hold, release_hold};
pub use line_state::LineState;
pub use promise::{Promised, promise};
pub use receive::{receive, received_before};
pub use reject::reject;
pub use release::{awaits_payment, release};
pub use reopen::reopen;
pub use screen::screen;
pub use splitting::review_due;
pub use state::{
    Bucket, Buckets, Channel, Clearance, Hold, HoldKind, Line, LineAllocation, Order, Original, Peg, Replaced, Sourcing,
    Status, Unresolved,
};
pub use submission::{Destination, Submission, SubmittedLine};
pub use substitute::{Replacement, Replacements, refuse_substitutes, replace_by, substitute};
pub use validate::validate;
pub use value::{gross, line_net, net, units_value};

pub(crate) use apply::moved;
pub(crate) use bind::{Backorder, Binding, bind, set_backorder, unbind, unbind_at, unpeg, waiting_since};
pub(crate) use find::{channel_group, company, existing, existing_and_live, refused_nodes};
pub(crate) use hold::lift;
pub(crate) use promise::{arrival, eligibility, note_promise, pegs, serving};
pub(crate) use splitting::{ahead, is_whole, review};
pub(crate) use value::{at_stake, expose, gross_to_ship, leave_exposure, leaving, revalue_approved};
