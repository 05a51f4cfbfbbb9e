//! Cash application: payments, what they pay, and bank statements (domain §1.7).
//!
//! The pipeline is in [`apply()`]; one stage after the other is asked, and the first that is certain decides. An ambiguous match is
//! never posted.

mod apply;
mod awaiting_rate;
mod combination;
mod credited;
mod deduction;
mod dispute;
mod document;
mod exchange;
mod import;
mod ledger;
mod manual;
mod named;
mod orders;
mod post;
mod preference;
mod references;
mod remittance;
mod revaluation;
mod reverse;
mod stages;
mod state;
mod waiting;

pub use apply::{Applied, Outcome, apply};
pub use awaiting_rate::rate_has_come;
pub use deduction::{deductions, owner, resolve_deduction};
pub use dispute::{Settled, Settlement, decide_dispute, open_dispute, settle_dispute};
pub use document::{EntryDocument, StatementDocument};
pub use import::{Imported, import};
pub use ledger::{LedgerAccount, LedgerEntry, confirm_posting};
pub use manual::{match_manually, put_on_account, unapply};
pub use remittance::{Adjustment, RemittanceLine};
pub use revaluation::{Revaluation, Revalued, revaluation};
pub use state::{Allocation, Candidate, Method, Payment, PaymentEvent, PaymentStatus, Statement, StatementEvent};

pub(crate) use apply::misfit;
pub(crate) use deduction::void_deduction;
pub(crate) use exchange::foreign;
pub(crate) use references::{NUMBER, numbers};
pub(crate) use waiting::waiting;
