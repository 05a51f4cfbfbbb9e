//! Whoever guesses passwords has to wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
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
    /// One under way has ended.
    ended: Notify,
}

#[derive(Debug, Clone, Copy)]
struct Failed {
    count: u32,
    /// So many are under way: each may yet be wrong.
    under_way: u32,
    last: Timestamp,
}

impl Failed {
    /// For how many milliseconds nobody may try.
    fn locked_for(self, now: Timestamp) -> i64 {
        if self.count < ALLOWED { 0 } else { (LOCKED_FOR - now.millis_since(self.last)).max(0) }
    }

    fn is_over(self, now: Timestamp) -> bool {
        self.under_way == 0 && now.millis_since(self.last) >= LOCKED_FOR
    }

    /// As it counts now.
    fn at(self, now: Timestamp) -> Self {
        if now.millis_since(self.last) < LOCKED_FOR { self } else { Self { count: 0, last: now, ..self } }
    }
}

/// Forgets whose time is over, or else the oldest that is not locked: made-up names must not unlock one that is.
fn make_room(failed: &mut BTreeMap<Text, Failed>, now: Timestamp) {
    failed.retain(|_, failed| !failed.is_over(now));
    if failed.len() < REMEMBERED {
        return;
    }
    let stays = |failed: &Failed| failed.locked_for(now) > 0 || failed.under_way > 0;
    let oldest = failed.iter().min_by_key(|(_, failed)| (stays(failed), failed.last)).map(|(name, _)| name.clone());
    if let Some(name) = oldest {
        failed.remove(&name);
    }
}

impl Attempts {
    /// Somebody is about to try. Waits while so many are under way that they would lock the name if all were wrong: many at once are no
    /// more than one after the other. Fails with the seconds after which the next is looked at, if the name is locked.
    pub(crate) async fn begin(self: &Arc<Self>, name: &str, now: Timestamp) -> Result<Attempt, u64> {
        loop {
            // before the look, so that none is missed that ends after it
            let ended = self.ended.notified();
            match self.admit(name, now)? {
                true => return Ok(Attempt { of: self.clone(), name: name.into() }),
                false => ended.await,
            }
        }
    }

    /// Whether there is room for one more.
    fn admit(&self, name: &str, now: Timestamp) -> Result<bool, u64> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let none = Failed { count: 0, under_way: 0, last: now };
        let known = failed.get(name).copied().unwrap_or(none).at(now);
        let millis = known.locked_for(now);
        if millis > 0 {
            return Err(u64::try_from(millis).unwrap_or(0).div_ceil(1_000));
        }
        if known.count + known.under_way >= ALLOWED {
            return Ok(false);
        }
        if failed.len() >= REMEMBERED && !failed.contains_key(name) {
            make_room(&mut failed, now);
        }
        failed.insert(name.into(), Failed { under_way: known.under_way + 1, ..known });
        Ok(true)
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Failed)) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = failed.get_mut(name) else { return };
        change(known);
        if known.count == 0 && known.under_way == 0 {
            failed.remove(name);
        }
    }
}

/// One that is under way. Dropped, it was neither right nor wrong: whoever went away has learnt nothing.
#[derive(Debug)]
pub(crate) struct Attempt {
    of: Arc<Attempts>,
    name: Text,
}

impl Attempt {
    /// It was wrong. Whether that locks the name.
    pub(crate) fn failed(self, now: Timestamp) -> bool {
        let mut is_locked = false;
        self.of.change(&self.name, |known| {
            *known = Failed { count: known.count + 1, last: now, ..*known };
            is_locked = known.locked_for(now) > 0;
        });
        is_locked
    }

    /// It was right, which forgives what was wrong before.
    pub(crate) fn succeeded(self) {
        self.of.change(&self.name, |known| known.count = 0);
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.of.change(&self.name, |known| known.under_way = known.under_way.saturating_sub(1));
        self.of.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp(minutes * 60_000)
    }

    async fn fails(attempts: &Arc<Attempts>, name: &str, now: Timestamp) -> bool {
        attempts.begin(name, now).await.unwrap().failed(now)
    }

    async fn seconds(attempts: &Arc<Attempts>, name: &str, now: Timestamp) -> u64 {
        attempts.begin(name, now).await.unwrap_err()
    }

    #[tokio::test]
    async fn five_wrong_passwords_lock_a_name_for_a_quarter_of_an_hour() {
        let attempts = Arc::new(Attempts::default());
        for minute in 0..5 {
            assert_eq!(fails(&attempts, "ann", at(minute)).await, minute == 4);
        }
        assert_eq!(seconds(&attempts, "ann", at(4)).await, 15 * 60);
        assert!(!fails(&attempts, "bob", at(4)).await);
        assert_eq!(seconds(&attempts, "ann", at(18)).await, 60);
        assert!(!fails(&attempts, "ann", at(19)).await, "it begins anew");
    }

    #[tokio::test]
    async fn a_right_password_forgives_the_wrong_ones_before() {
        let attempts = Arc::new(Attempts::default());
        for _ in 0..3 {
            for _ in 0..4 {
                assert!(!fails(&attempts, "ann", at(0)).await);
            }
            attempts.begin("ann", at(0)).await.unwrap().succeeded();
        }
    }

    #[tokio::test]
    async fn whoever_goes_away_midway_or_has_a_code_to_look_up_has_neither_guessed_nor_been_forgiven() {
        let attempts = Arc::new(Attempts::default());
        for _ in 0..4 {
            assert!(!fails(&attempts, "ann", at(0)).await);
        }
        for _ in 0..20 {
            drop(attempts.begin("ann", at(0)).await.unwrap());
        }
        assert!(fails(&attempts, "ann", at(0)).await);
    }

    #[tokio::test]
    async fn eight_right_passwords_at_once_are_all_right_and_eight_wrong_ones_are_five() {
        let attempts = Arc::new(Attempts::default());
        let mut under_way = Vec::new();
        for _ in 0..ALLOWED {
            under_way.push(attempts.begin("ann", at(0)).await.unwrap());
        }
        for _ in 0..3 {
            let mut next = pin!(attempts.begin("ann", at(0)));
            assert!(poll_fn(|cx| Poll::Ready(next.as_mut().poll(cx).is_pending())).await, "it waits its turn");
            under_way.pop().unwrap().succeeded();
            under_way.push(next.await.unwrap());
        }
        for _ in 0..4 {
            assert!(!under_way.pop().unwrap().failed(at(0)));
        }
        let mut next = pin!(attempts.begin("ann", at(0)));
        assert!(poll_fn(|cx| Poll::Ready(next.as_mut().poll(cx).is_pending())).await);
        assert!(under_way.pop().unwrap().failed(at(0)));
        assert_eq!(next.await.unwrap_err(), 15 * 60, "the sixth is not looked at");
    }

    #[tokio::test]
    async fn made_up_names_fill_no_memory_and_unlock_nobody() {
        let attempts = Arc::new(Attempts::default());
        for _ in 0..5 {
            fails(&attempts, "ann", at(0)).await;
        }
        for number in 0..REMEMBERED + 10 {
            fails(&attempts, &number.to_string(), Timestamp(1)).await;
        }
        assert!(attempts.failed.lock().unwrap().len() <= REMEMBERED);
        assert_eq!(seconds(&attempts, "ann", Timestamp(2)).await, 900);
    }
}
