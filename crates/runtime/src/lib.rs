//! Partitions at work: group commit, timers, outbox, idempotency, replay.
//!
//! A partition has one writer: a thread that decides commands one after the other, and beside it a thread that commits what
//! was decided. While one batch syncs to disk the next one is decided, so the batch is as large as the disk is slow, and no
//! timer is involved. Answers and effects leave only after their batch is on disk (design §3.3 to §3.5).
//!
//! Start with [`Runtime::start`] and [`Handle::ask`]; the loop is in `writer`, what is written in `batch`.

mod batch;
mod chain;
mod clock;
mod committer;
mod handle;
mod idempotency;
mod offers;
mod options;
mod preview;
mod reconcile;
mod verify;
mod view;
mod writer;

pub use chain::{ChainCheck, check_chain};
pub use clock::{Clock, SystemClock};
pub use handle::{Answer, Condition, Handle, Request, Version};
pub use idempotency::digest;
pub use offers::{Asking, Offers};
pub use options::{EffectSink, Options, Progress};
pub use preview::{Preview, Tried};
pub use reconcile::{ReconcileError, accruals, reconcile, revaluation};
pub use verify::{Difference, Verification, verify};
pub use writer::{Runtime, RuntimeError};
