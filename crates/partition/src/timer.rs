//! Timers: who wants to be woken, and when.

use engine::InstanceId;
use serde::{Deserialize, Serialize};
use trade::{AccountId, ExceptionId, OrderId, ReservationId, StockKey, WarehouseOrderId};
use units::{Text, Timestamp};

use crate::batch::BatchId;
use crate::draft::DraftId;
use crate::job::JobId;
use crate::key::CorrelationKey;

/// Whom a timer wakes. There is at most one timer per owner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TimerOwner {
    /// A timer of a process instance.
    Instance(InstanceId, u32),
    /// The end of a reservation without an order.
    Reservation(StockKey, ReservationId),
    /// The next escalation of an exception.
    Exception(ExceptionId),
    /// The end of a buffered message's time to live.
    Message(CorrelationKey, u64),
    /// The next slice of a batch.
    Batch(BatchId),
    /// A timer start event, by its place in the newest version of a process.
    Start(Text, u16),
    /// An order of which something waits to be billed.
    Billing(OrderId),
    /// An order that is consolidated until then, or comes within the reservation fence.
    Review(OrderId),
    /// The end of a worker's lease of a job.
    Lease(JobId),
    /// An account of which something is due, or gets older.
    Receivables(AccountId),
    /// A warehouse that was asked to cancel.
    CancelAnswer(WarehouseOrderId),
    /// A draft that is in force from then on.
    Draft(DraftId),
}

/// A timer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timer {
    /// When it is due.
    pub due: Timestamp,
    /// Whom it wakes.
    pub owner: TimerOwner,
}
