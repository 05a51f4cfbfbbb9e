//! The shipped processes on the trade core: what becomes of an order, command by command.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod billing;
mod breaks;
mod cart;
mod cash;
mod changes;
mod clocks;
mod holds;
mod intercepts;
mod outages;
mod quotas;
mod rebilling;
mod shortages;
mod splitting;
mod substitutes;
mod world;
