//! Partitions at work: group commit, timers, outbox, idempotency, replay.
