//! The last deliveries of each webhook, since the server's start.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use units::{Text, Timestamp};

/// So many are kept of each webhook.
const KEPT: usize = 200;

/// One attempt to deliver an event.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Delivery {
    /// Names this attempt.
    pub(crate) id: String,
    /// Which event.
    pub(crate) event: String,
    /// Of which type.
    pub(crate) kind: String,
    /// The first, second, … attempt.
    pub(crate) attempt: u32,
    /// When it began.
    pub(crate) at: Timestamp,
    /// How long it took.
    pub(crate) took_ms: u64,
    /// The status of the answer; `None` if there was none.
    pub(crate) status: Option<u16>,
    /// Why it failed; `None` if the event was taken.
    pub(crate) error: Option<String>,
    /// The idempotency key and the digest of the request that asked for it; `None` for what was sent by itself.
    pub(crate) asked: Option<(String, [u8; 32])>,
}

impl Delivery {
    /// Whether the event was taken.
    pub(crate) fn is_taken(&self) -> bool {
        self.error.is_none()
    }
}

/// The deliveries of all webhooks.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<BTreeMap<Text, VecDeque<Delivery>>>);

impl Log {
    pub(crate) fn add(&self, webhook: &Text, delivery: Delivery) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.entry(webhook.clone()).or_default();
        own.push_front(delivery);
        own.truncate(KEPT);
    }

    /// Those of a webhook, the newest first.
    pub(crate) fn of(&self, webhook: &str) -> Vec<Delivery> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(webhook).into_iter().flatten().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_and_come_first() {
        let log = Log::default();
        let shop = Text::new("shop");
        for attempt in 0..300 {
            log.add(&shop, Delivery { attempt, ..Delivery::default() });
        }
        let kept = log.of("shop");
        assert_eq!((kept.len(), kept[0].attempt), (KEPT, 299));
        assert!(log.of("edi").is_empty());
    }
}
