//! The stock of one item at one node: what is there, what is promised, what is coming.
//!
//! Claims are the single truth of what is reserved; totals are sums over them (domain §3, lesson 7).

mod state;

pub use state::{Claim, ClaimKind, Demand, Inbound, Stock, StockEvent};
