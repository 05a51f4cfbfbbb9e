//! The journal, state, timers, replies and documents of a partition behind one trait.
//!
//! A partition has one [`Store`], its only writer. What a batch of commands brought about is one [`Batch`], and a batch is one
//! transaction: on disk when [`Store::commit`] returns, or not there at all. Everything that only looks uses [`Reader`]s, as
//! many as there are threads that want one; they see each commit at once and never hold up the writer.
//!
//! What is deliberately absent: this crate does not decide, fold or retry, and knows nothing of what is inside an entry or a
//! row. The bytes are the caller's; it keeps them, finds them by the columns of [`partition::Row`], and says what went wrong
//! in a [`StoreError`] that tells the caller what to do about it.
//!
//! Start with [`Store`] and [`Batch`]; [`Sqlite`] is the database inside the program. A database is right when it passes
//! `tests/contract.rs`.

mod batch;
mod contract;
mod error;
mod query;
mod sqlite;

pub use batch::{Batch, StoredDocument, StoredEntry, StoredReply};
pub use contract::{Reader, Statistics, Store};
pub use error::{Cause, StoreError};
pub use query::{Filter, RowQuery};
pub use sqlite::{Sqlite, SqliteReader};
