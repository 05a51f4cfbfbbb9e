//! Pauses between tries: longer each time, and spread, so that those who failed together do not come back together.

use std::time::Duration;

use crate::config::RetryConfig;

/// The pause before try number `attempt`, from 1; `draw` is a random number from 0 to 1.
pub(crate) fn pause(retry: &RetryConfig, attempt: u32, draw: f64) -> Duration {
    let exponent = i32::try_from(attempt.saturating_sub(1).min(30)).unwrap_or(30);
    let longest = (retry.initial_ms as f64 * retry.multiplier.max(1.0).powi(exponent)).min(retry.max_ms as f64);
    // the lower half is fixed, so that a pause is never nothing
    Duration::from_millis((longest / 2.0 + longest / 2.0 * draw.clamp(0.0, 1.0)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_are_spread() {
        let retry = RetryConfig { initial_ms: 100, max_ms: 1_000, ..RetryConfig::default() };
        let pauses: Vec<u128> = (1..7).map(|attempt| pause(&retry, attempt, 1.0).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1_000, 1_000]);
        assert_eq!(pause(&retry, 1, 0.0).as_millis(), 50);
    }
}
