//! How much of the API one caller may use: a token bucket per caller.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use partition::identity::Quota;
use units::Text;

/// The buckets of all callers.
#[derive(Debug)]
pub(crate) struct Throttle {
    began: Instant,
    standard: Quota,
    buckets: Mutex<BTreeMap<Text, Bucket>>,
}

/// What is left for a caller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Left {
    /// What the caller may use.
    pub(crate) quota: Quota,
    /// Requests of cost 1 that can follow at once.
    pub(crate) remaining: u32,
    /// Seconds until all of the quota is there again.
    pub(crate) full_in: u64,
    /// Seconds after which this request can be asked for again; `None` if it may go on.
    pub(crate) retry_after: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

impl Throttle {
    pub(crate) fn new(standard: Quota) -> Self {
        Self { began: Instant::now(), standard, buckets: Mutex::default() }
    }

    /// Takes the cost of a request from what its caller has; what nobody has said otherwise about has the standard quota.
    pub(crate) fn take(&self, caller: &Text, own: Option<Quota>, cost: u32) -> Left {
        let quota = own.unwrap_or(self.standard);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = || Bucket { tokens: f64::from(quota.burst), at: Duration::ZERO };
        // only who is known has one, so there are as many as callers
        let bucket = buckets.entry(caller.clone()).or_insert_with(full);
        bucket.take(quota, cost, self.began.elapsed())
    }
}

impl Bucket {
    fn take(&mut self, quota: Quota, cost: u32, now: Duration) -> Left {
        let (rate, burst) = (f64::from(quota.per_second.max(1)), f64::from(quota.burst.max(1)));
        self.tokens = (self.tokens + now.saturating_sub(self.at).as_secs_f64() * rate).min(burst);
        self.at = self.at.max(now);
        // what costs more than a caller can ever have at once takes all of it
        let cost = f64::from(cost).min(burst);
        let missing = cost - self.tokens;
        if missing <= 0.0 {
            self.tokens -= cost;
        }
        let retry_after = (missing > 0.0).then(|| whole(missing / rate).max(1));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the burst, which is a u32")]
        let remaining = self.tokens.floor() as u32;
        Left { quota, remaining, full_in: whole((burst - self.tokens) / rate), retry_after }
    }
}

/// Seconds, rounded up.
fn whole(seconds: f64) -> u64 {
    Duration::try_from_secs_f64(seconds.max(0.0))
        .map_or(u64::MAX, |time| time.as_secs() + u64::from(time.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Quota = Quota { per_second: 10, burst: 20 };

    fn full() -> Bucket {
        Bucket { tokens: 20.0, at: Duration::ZERO }
    }

    #[test]
    fn a_burst_goes_through_and_what_follows_waits_for_the_rate() {
        let mut bucket = full();
        let at = Duration::from_secs(5);
        assert!((0..20).all(|_| bucket.take(QUOTA, 1, at).retry_after.is_none()));
        let left = bucket.take(QUOTA, 1, at);
        assert_eq!((left.remaining, left.full_in, left.retry_after), (0, 2, Some(1)));
        let left = bucket.take(QUOTA, 1, at + Duration::from_millis(300));
        assert_eq!((left.remaining, left.retry_after), (2, None));
    }

    #[test]
    fn a_refused_request_costs_nothing() {
        let mut bucket = full();
        assert_eq!(bucket.take(QUOTA, 15, Duration::ZERO).remaining, 5);
        assert_eq!(bucket.take(QUOTA, 15, Duration::ZERO).retry_after, Some(1));
        assert_eq!(bucket.take(QUOTA, 5, Duration::ZERO).retry_after, None);
    }

    #[test]
    fn what_costs_more_than_the_burst_needs_a_full_bucket() {
        let mut bucket = full();
        assert_eq!(bucket.take(QUOTA, 100, Duration::ZERO).remaining, 0);
        assert_eq!(bucket.take(QUOTA, 100, Duration::from_secs(1)).retry_after, Some(1));
        assert_eq!(bucket.take(QUOTA, 100, Duration::from_secs(2)).retry_after, None);
    }

    #[test]
    fn callers_do_not_take_from_one_another_and_a_quota_of_ones_own_counts() {
        let throttle = Throttle::new(QUOTA);
        let (shop, edi) = (Text::new("shop"), Text::new("edi"));
        assert_eq!(throttle.take(&shop, None, 20).remaining, 0);
        assert!(throttle.take(&shop, None, 20).retry_after.is_some());
        assert_eq!(throttle.take(&edi, None, 1).remaining, 19);
        let own = Quota { per_second: 1, burst: 5 };
        assert_eq!(throttle.take(&Text::new("till"), Some(own), 1).remaining, 4);
    }

    #[test]
    fn a_clock_that_stands_still_or_goes_back_gives_nothing() {
        let mut bucket = full();
        bucket.take(QUOTA, 20, Duration::from_secs(9));
        assert!(bucket.take(QUOTA, 1, Duration::from_secs(3)).retry_after.is_some());
        assert!(bucket.take(QUOTA, 1, Duration::from_secs(9)).retry_after.is_some());
    }
}
