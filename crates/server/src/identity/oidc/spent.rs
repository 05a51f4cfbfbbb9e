//! A sign-in is answered once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use units::Timestamp;

use crate::identity::session::ATTEMPT_LASTS;

/// So many are remembered; beyond, those that end first are forgotten first.
const REMEMBERED: usize = 10_000;

/// Sign-ins whose answer was looked at, by when they would have ended.
#[derive(Debug, Default)]
pub(super) struct Spent {
    numbers: Mutex<BTreeMap<String, Timestamp>>,
}

impl Spent {
    /// Whether that one was not answered before; from now on it was.
    pub(super) fn spend(&self, number: &str, now: Timestamp) -> bool {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if numbers.get(number).is_some_and(|ends| now < *ends) {
            return false;
        }
        if numbers.len() >= REMEMBERED {
            numbers.retain(|_, ends| now < *ends);
        }
        if numbers.len() >= REMEMBERED
            && let Some(first) = numbers.iter().min_by_key(|(_, ends)| **ends).map(|(number, _)| number.clone())
        {
            numbers.remove(&first);
        }
        numbers.insert(number.to_owned(), now.plus_millis(ATTEMPT_LASTS));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_is_answered_once_and_no_memory_is_filled() {
        let spent = Spent::default();
        assert!(spent.spend("a", Timestamp(0)));
        assert!(!spent.spend("a", Timestamp(ATTEMPT_LASTS - 1)));
        assert!(spent.spend("b", Timestamp(1)));
        for number in 0..REMEMBERED {
            assert!(spent.spend(&number.to_string(), Timestamp(2)));
        }
        assert!(spent.numbers.lock().unwrap().len() <= REMEMBERED);
        assert!(!spent.spend("9999", Timestamp(3)), "the newest are remembered");
    }
}
