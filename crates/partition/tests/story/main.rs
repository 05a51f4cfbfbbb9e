//! Stories of a partition: what is deployed, what begins, what people do to it. After every command the journal gives the same state.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod batches;
mod deployments;
mod drafts;
mod identity;
mod messages;
mod operations;

mod schedules;
mod workers;
mod world;
