//! Whoever guesses passwords has to wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use units::{Text, Timestamp};

/// So many wrong passwords in a row lock a name …
const ALLOWED: u32 = 5;
/// … for so many milliseconds after the last one.
const LOCKED_FOR: i64 = 15 * 60 * 1_000;
/// So many names are remembered; beyond, those whose time is over are forgotten first, and then all.
const REMEMBERED: usize = 10_000;

/// Wrong passwords, by the name that they were given for; names that do not exist are counted alike, so that nobody learns which do.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    failed: Mutex<BTreeMap<Text, Failed>>,
}

#[derive(Debug, Clone, Copy)]
struct Failed {
    count: u32,
    last: Timestamp,
}

impl Failed {
    /// For how many milliseconds nobody may try.
    fn locked_for(self, now: Timestamp) -> i64 {
        if self.count < ALLOWED { 0 } else { (LOCKED_FOR - now.millis_since(self.last)).max(0) }
    }

    fn is_over(self, now: Timestamp) -> bool {
        now.millis_since(self.last) >= LOCKED_FOR
    }
}

impl Attempts {
    /// In how many seconds the next password for that name is looked at; `None` is now.
    pub(crate) fn wait(&self, name: &str, now: Timestamp) -> Option<u64> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let millis = failed.get(name).map_or(0, |failed| failed.locked_for(now));
        (millis > 0).then(|| u64::try_from(millis).unwrap_or(0).div_ceil(1_000))
    }

    /// A password was wrong; says whether the name is locked by it.
    pub(crate) fn failed(&self, name: &str, now: Timestamp) -> bool {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= REMEMBERED {
            failed.retain(|_, failed| !failed.is_over(now));
        }
        if failed.len() >= REMEMBERED {
            failed.clear();
        }
        let known = failed.entry(name.into()).or_insert(Failed { count: 0, last: now });
        if known.is_over(now) {
            known.count = 0;
        }
        (known.count, known.last) = (known.count + 1, now);
        known.count == ALLOWED
    }

    /// A password was right.
    pub(crate) fn succeeded(&self, name: &str) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_passwords_lock_a_name_for_a_quarter_of_an_hour() {
        let attempts = Attempts::default();
        let at = |minutes: i64| Timestamp(minutes * 60_000);
        for minute in 0..4 {
            assert!(!attempts.failed("ann", at(minute)));
            assert_eq!(attempts.wait("ann", at(minute)), None);
        }
        assert!(attempts.failed("ann", at(4)));
        assert_eq!(attempts.wait("ann", at(4)), Some(15 * 60));
        assert_eq!(attempts.wait("bob", at(4)), None);
        assert_eq!(attempts.wait("ann", at(18)), Some(60));
        assert_eq!(attempts.wait("ann", at(19)), None);
        assert!(!attempts.failed("ann", at(19)), "it begins anew");
    }

    #[test]
    fn a_right_password_forgives_the_wrong_ones_before() {
        let attempts = Attempts::default();
        for _ in 0..4 {
            assert!(!attempts.failed("ann", Timestamp(0)));
        }
        attempts.succeeded("ann");
        assert!(!attempts.failed("ann", Timestamp(0)));
    }

    #[test]
    fn made_up_names_fill_no_memory() {
        let attempts = Attempts::default();
        for number in 0..REMEMBERED + 10 {
            assert!(!attempts.failed(&number.to_string(), Timestamp(0)));
        }
        assert!(attempts.failed.lock().unwrap().len() <= REMEMBERED);
    }
}
