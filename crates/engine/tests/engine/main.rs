//! The engine as a whole, by playing models.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod elements;
mod events;
mod exploration;
mod items;
mod migration;
mod operations;
mod play;
mod scopes;
mod scripts;
mod timers;
mod user_tasks;
mod warnings;
