//! Billing: what is shipped becomes an invoice, to the cent and without gaps in the numbers (domain §1.6).

mod accruals;
mod bill;
mod confirm;
mod consolidated;
mod credit_note;
mod deposit;
mod goodwill;
mod particulars;
mod post;
mod price_credit;
mod rebill;
mod release_deposit;
mod replaced;
mod share;
mod state;
mod timing;
mod upfront;

pub use accruals::{Accrual, Accruals, accruals, control_passed};
pub use bill::{bill, blocked, is_kept_back, note_kept_back};
pub use confirm::confirm_by_erp;
pub use credit_note::credit_note;
pub(crate) use credit_note::{credited_invoice, credits_of, may_give_away};
pub use deposit::{awaits_deposit, deposit, deposit_of_more, report_milestone};
pub use goodwill::goodwill;
pub(crate) use goodwill::{left_to_give, net_of_goodwill};
pub use particulars::{ItemSold, Particulars, Place};
pub(crate) use post::open_item;
pub use price_credit::price_credit;
pub use rebill::{Rebilled, Rebilling, rebill};
pub use release_deposit::release_deposit;
pub(crate) use replaced::with_replacements;
pub use state::{Decision, DocumentKind, Invoice, InvoiceEvent, InvoiceLine, InvoicePart, Series, SeriesEvent, TaxLine};
pub use timing::{WaitOver, bill_waiting, wait_again, wait_over};
pub use upfront::is_chased;
