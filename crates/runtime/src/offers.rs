//! Where workers wait for jobs: who asked for a type in vain is woken once a job of it is on disk.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, MutexGuard, Notify};
use units::Text;

/// Those who wait, by the type of job; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Offers {
    waiting: Arc<Mutex<BTreeMap<Text, Arc<Kind>>>>,
}

#[derive(Debug, Default)]
struct Kind {
    bell: Notify,
    turn: Turn<()>,
}

/// Somebody who asks for jobs of a type.
#[derive(Debug)]
pub struct Asking {
    offers: Offers,
    name: Text,
    kind: Arc<Kind>,
}

impl Offers {
    /// Begins to ask for jobs of a type.
    pub fn ask_for(&self, kind: &str) -> Asking {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let kind_of = waiting.entry(kind.into()).or_default().clone();
        Asking { offers: self.clone(), name: kind.into(), kind: kind_of }
    }

    /// Jobs of these types may be leased now.
    pub(crate) fn tell<'a>(&self, kinds: impl IntoIterator<Item = &'a Text>) {
        let mut kinds = kinds.into_iter().peekable();
        if kinds.peek().is_none() {
            return;
        }
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for kind in kinds.filter_map(|kind| waiting.get(kind)) {
            kind.bell.notify_waiters();
        }
    }
}

impl Asking {
    /// Ready when a job of the type is offered from now on: call it before looking whether there are any, and await it afterwards.
    pub fn next(&self) -> impl Future<Output = ()> + Send + '_ {
        // it counts from here on, also before it is polled
        self.kind.bell.notified()
    }

    /// Waits until nobody else who asks for the type is choosing, so that no two choose the same jobs.
    pub async fn turn(&self) -> MutexGuard<'_, ()> {
        self.kind.turn.lock().await
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let mut waiting = self.offers.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // this one and the entry itself
        if waiting.get(&self.name).is_some_and(|kind| Arc::strong_count(kind) <= 2) {
            waiting.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn is_ready(future: std::pin::Pin<&mut impl Future>) -> bool {
        matches!(future.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(_))
    }

    #[test]
    fn a_job_that_comes_between_the_look_and_the_wait_is_not_missed() {
        let offers = Offers::default();
        let (picking, packing) = (offers.ask_for("pick"), offers.ask_for("pack"));
        let (mut pick, mut pack) = (pin!(picking.next()), pin!(packing.next()));
        offers.tell(&[Text::from("pick"), Text::from("other")]);
        assert!(is_ready(pick.as_mut()));
        assert!(!is_ready(pack.as_mut()));
        assert!(!is_ready(pin!(picking.next())), "what was told is told once");
    }

    #[test]
    fn two_who_ask_for_a_type_choose_one_after_the_other() {
        let offers = Offers::default();
        let (one, other) = (offers.ask_for("pick"), offers.ask_for("pick"));
        let mut first = pin!(one.turn());
        let Poll::Ready(turn) = first.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { panic!("it is free") };
        let mut second = pin!(other.turn());
        assert!(!is_ready(second.as_mut()));
        drop(turn);
        assert!(is_ready(second.as_mut()));
    }

    #[test]
    fn types_that_nobody_asks_for_any_more_are_forgotten() {
        let offers = Offers::default();
        let (one, other) = (offers.ask_for("pick"), offers.ask_for("pick"));
        drop(one);
        assert_eq!(offers.waiting.lock().unwrap().len(), 1);
        drop(other);
        assert_eq!(offers.waiting.lock().unwrap().len(), 0);
    }
}
