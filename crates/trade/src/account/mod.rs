//! Customer accounts: who they are, what they owe, and what is counted against their limit.

mod aging;
mod check;
mod item;
mod profile;
mod state;

pub use aging::{Aging, come_due};
pub use check::check;
pub use profile::{set_limit, set_profile};
pub use state::{Account, AccountEvent, Certificate, ItemKind, ItemShare, Ledger, OpenItem, Profile};

pub(crate) use aging::watch_due;
pub(crate) use item::{reopen, settle, settled, take_back};
pub(crate) use profile::{BANK_ACCOUNT, PAYER_NAME, normalised};
