//! Customer accounts: who they are, what they owe, and what is counted against their limit.

mod state;

pub use state::{Account, AccountEvent, ItemKind, Ledger, OpenItem, Profile};
