//! The trade core: what a distributor's orders, stock, receivables and cash are, and what may happen to them.
//!
//! Everything here is pure: a verb reads aggregates through [`Books`], decides, and emits [`Event`]s; appliers change state
//! and decide nothing. Time, actor and policy arrive in the [`Context`] and the books. What is *not* here: processes
//! (`engine`), storage (`store`), and any call to another system (`connect`).
//!
//! One folder per aggregate, one file per verb. Start with [`order`], then [`stock`] and [`account`].

pub mod account;
pub mod billing;
mod books;
pub mod canonical;
pub mod cash;
mod context;
mod counters;
pub mod credit;
pub mod exception;
pub mod feed;
pub mod fulfilment;
mod ids;
pub mod master;
pub mod order;
pub mod price;
pub mod reconcile;
mod reference;
mod refusal;
pub mod returns;
pub mod sourcing;
pub mod stock;
pub mod tax;

pub use books::{Aggregate, Books, Event, Folded, Key, Kind, MemoryBooks, Missing, Stop};
pub use context::{Actor, Context, Role};
pub use counters::{CounterEvent, Counters};
pub use ids::*;
pub use reference::{ReferenceEntry, ReferenceEvent};
pub use refusal::{Finding, Refusal};
