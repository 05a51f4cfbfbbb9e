//! Whoever guesses passwords has to wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use units::{Text, Timestamp};

/// So many wrong passwords in a row lock a name …
const ALLOWED: u32 = 5;
/// … for so many milliseconds after the last one.
const LOCKED_FOR: i64 = 15 * 60 * 1_000;
/// So many names are remembered; beyond, those whose time is over are forgotten first, then the oldest that is not locked.
const REMEMBERED: usize = 10_000;

/// Attempts that were not right, by the name that they were given for; names that do not exist are counted alike, so that nobody learns which do.
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

/// Forgets whose time is over, or else the oldest that is not locked: made-up names must not unlock one that is.
fn make_room(failed: &mut BTreeMap<Text, Failed>, now: Timestamp) {
    failed.retain(|_, failed| !failed.is_over(now));
    if failed.len() < REMEMBERED {
        return;
    }
    let oldest =
        failed.iter().min_by_key(|(_, failed)| (failed.locked_for(now) > 0, failed.last)).map(|(name, _)| name.clone());
    if let Some(name) = oldest {
        failed.remove(&name);
    }
}

impl Attempts {
    /// Somebody is about to try: that counts as wrong until it was right, so that many at once are no more than one after the other. Fails
    /// with the seconds after which the next is looked at, if the name is locked.
    pub(crate) fn begin(&self, name: &str, now: Timestamp) -> Result<(), u64> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match failed.get(name) {
            Some(known) if !known.is_over(now) => *known,
            _ => Failed { count: 0, last: now },
        };
        let millis = known.locked_for(now);
        if millis > 0 {
            return Err(u64::try_from(millis).unwrap_or(0).div_ceil(1_000));
        }
        if failed.len() >= REMEMBERED && !failed.contains_key(name) {
            make_room(&mut failed, now);
        }
        failed.insert(name.into(), Failed { count: known.count + 1, last: now });
        Ok(())
    }

    /// Whether the name is locked now.
    pub(crate) fn is_locked(&self, name: &str, now: Timestamp) -> bool {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get(name).is_some_and(|failed| failed.locked_for(now) > 0)
    }

    /// What was begun last was neither right nor wrong.
    pub(crate) fn take_back(&self, name: &str) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = failed.get_mut(name) {
            known.count = known.count.saturating_sub(1);
        }
    }

    /// It was right, which forgives what was wrong before.
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
        for minute in 0..5 {
            assert!(!attempts.is_locked("ann", at(minute)));
            assert_eq!(attempts.begin("ann", at(minute)), Ok(()));
        }
        assert_eq!(attempts.begin("ann", at(4)), Err(15 * 60));
        assert_eq!(attempts.begin("bob", at(4)), Ok(()));
        assert_eq!(attempts.begin("ann", at(18)), Err(60));
        assert_eq!(attempts.begin("ann", at(19)), Ok(()), "it begins anew");
        assert!(!attempts.is_locked("ann", at(19)));
    }

    #[test]
    fn a_right_password_forgives_the_wrong_ones_before() {
        let attempts = Attempts::default();
        for _ in 0..2 {
            for _ in 0..5 {
                assert_eq!(attempts.begin("ann", Timestamp(0)), Ok(()));
            }
            attempts.succeeded("ann");
        }
    }

    #[test]
    fn a_password_without_its_code_is_neither_right_nor_wrong() {
        let attempts = Attempts::default();
        for _ in 0..20 {
            assert_eq!(attempts.begin("ann", Timestamp(0)), Ok(()));
            attempts.take_back("ann");
        }
    }

    #[test]
    fn made_up_names_fill_no_memory_and_unlock_nobody() {
        let attempts = Attempts::default();
        for _ in 0..5 {
            assert_eq!(attempts.begin("ann", Timestamp(0)), Ok(()));
        }
        for number in 0..REMEMBERED + 10 {
            assert_eq!(attempts.begin(&number.to_string(), Timestamp(1)), Ok(()));
        }
        assert!(attempts.failed.lock().unwrap().len() <= REMEMBERED);
        assert!(attempts.is_locked("ann", Timestamp(2)));
    }
}
