//! What waits for a system: the most urgent first, among equals first come, first served, and never two at a time about the same thing.
//!
//! A cancellation that overtook the release which it cancels would let the goods ship. So effects with the same subject go out
//! one after the other in the order in which they came, however often the first of them has to be tried again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use partition::EffectId;
use units::{Text, Timestamp};

use crate::Delivery;

/// An effect that waits for its turn, or for another try.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) delivery: Delivery,
    pub(crate) attempts: u32,
    /// How many answers asked for another try, or failed although the system works: so many more and it is given up.
    pub(crate) refusals: u32,
    /// How many other effects the system had answered when this one was tried last.
    pub(crate) answered_before: u64,
    /// Not before this moment.
    pub(crate) from: Option<Instant>,
}

/// Effects that wait or are under way.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// By priority, the highest first; among equals in the order in which they came.
    waiting: VecDeque<Waiting>,
    /// Those under way too; a second delivery of one of them is dropped.
    known: BTreeSet<EffectId>,
    /// Per subject, in the order in which they came.
    turns: BTreeMap<Text, VecDeque<EffectId>>,
}

impl Queue {
    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// When the one that has waited longest was requested.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|waiting| waiting.delivery.requested_at).min()
    }

    /// Those that wait and those that are under way.
    pub(crate) fn known(&self) -> &BTreeSet<EffectId> {
        &self.known
    }

    /// Takes an effect over. Says whether it was not here already.
    pub(crate) fn add(&mut self, delivery: Delivery) -> bool {
        if !self.known.insert(delivery.id) {
            return false;
        }
        if !delivery.subject.is_empty() {
            self.turns.entry(delivery.subject.clone()).or_default().push_back(delivery.id);
        }
        self.line_up(Waiting { delivery, attempts: 0, refusals: 0, answered_before: 0, from: None });
        true
    }

    /// Whether an effect may go out now.
    pub(crate) fn has_ready(&self, now: Instant) -> bool {
        self.waiting.iter().any(|waiting| self.is_ready(waiting, now))
    }

    /// The first effect that may go out now and that is `wanted`.
    pub(crate) fn take(&mut self, now: Instant, wanted: impl Fn(&Delivery) -> bool) -> Option<Waiting> {
        let mut waiting = self.waiting.iter();
        let place = waiting.position(|waiting| self.is_ready(waiting, now) && wanted(&waiting.delivery))?;
        self.waiting.remove(place)
    }

    /// Of those that may go out now the one that was tried least: it finds out whether the system is back. Those that failed again and
    /// again may themselves be what the system cannot cope with, and would keep it down for all others.
    pub(crate) fn take_least_tried(&mut self, now: Instant) -> Option<Waiting> {
        let ready = self.waiting.iter().enumerate().filter(|(_, waiting)| self.is_ready(waiting, now));
        let (place, _) = ready.min_by_key(|(_, waiting)| waiting.attempts)?;
        self.waiting.remove(place)
    }

    /// When the next effect that waits for another try may go out.
    pub(crate) fn next_try(&self) -> Option<Instant> {
        self.waiting.iter().filter_map(|waiting| waiting.from).min()
    }

    /// Puts back what has to be tried again, behind the others that are as urgent; what is about the same thing still waits for it.
    pub(crate) fn put_back(&mut self, waiting: Waiting) {
        self.line_up(waiting);
    }

    /// Behind everything that is as urgent or more. Mostly all are equal, and that is the end of the line.
    fn line_up(&mut self, waiting: Waiting) {
        let priority = waiting.delivery.priority;
        let place = match self.waiting.back() {
            Some(last) if last.delivery.priority < priority => {
                self.waiting.partition_point(|other| other.delivery.priority >= priority)
            }
            _ => self.waiting.len(),
        };
        self.waiting.insert(place, waiting);
    }

    /// An effect has its outcome.
    pub(crate) fn ended(&mut self, delivery: &Delivery) {
        self.known.remove(&delivery.id);
        if let Some(turn) = self.turns.get_mut(&delivery.subject) {
            turn.retain(|id| *id != delivery.id);
            if turn.is_empty() {
                self.turns.remove(&delivery.subject);
            }
        }
    }

    /// Nobody wants it any more. What is under way stays: it cannot be called back.
    pub(crate) fn withdraw(&mut self, id: EffectId) -> Option<Delivery> {
        if !self.known.contains(&id) {
            return None;
        }
        let place = self.waiting.iter().position(|waiting| waiting.delivery.id == id)?;
        let withdrawn = self.waiting.remove(place)?.delivery;
        self.ended(&withdrawn);
        Some(withdrawn)
    }

    fn is_ready(&self, waiting: &Waiting, now: Instant) -> bool {
        let delivery = &waiting.delivery;
        let turn = self.turns.get(&delivery.subject).and_then(VecDeque::front);
        waiting.from.is_none_or(|from| from <= now) && turn.is_none_or(|first| *first == delivery.id)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn delivery(id: u64, subject: &str) -> Delivery {
        Delivery { id: EffectId::of_entry(id, 1), subject: subject.into(), ..Delivery::default() }
    }

    fn queue(deliveries: &[(u64, &str)]) -> Queue {
        let mut queue = Queue::default();
        for (id, subject) in deliveries {
            assert!(queue.add(delivery(*id, subject)));
        }
        queue
    }

    fn take(queue: &mut Queue) -> Option<Waiting> {
        queue.take(Instant::now(), |_| true)
    }

    #[test]
    fn the_most_urgent_goes_out_first_and_equals_in_the_order_in_which_they_came() {
        let mut queue = Queue::default();
        for (id, priority) in [(1, 0), (2, 5), (3, 0), (4, 5), (5, -1), (6, 9)] {
            queue.add(Delivery { priority, ..delivery(id, "") });
        }
        let first = take(&mut queue).unwrap();
        queue.put_back(Waiting { delivery: Delivery { priority: 5, ..first.delivery }, ..first });
        let order: Vec<_> = std::iter::from_fn(|| take(&mut queue)).map(|waiting| waiting.delivery.id).collect();
        assert_eq!(order, [2, 4, 6, 1, 3, 5].map(|id| EffectId::of_entry(id, 1)));
    }

    #[test]
    fn what_is_urgent_does_not_overtake_what_is_about_the_same_thing() {
        let mut queue = queue(&[(1, "WO-1")]);
        queue.add(Delivery { priority: 9, ..delivery(2, "WO-1") });
        assert_eq!(take(&mut queue).unwrap().delivery.id, EffectId::of_entry(1, 1));
        assert!(take(&mut queue).is_none());
    }

    #[test]
    fn a_cancellation_does_not_overtake_the_release_that_is_tried_again() {
        let mut queue = queue(&[(1, "WO-1"), (2, "WO-1"), (3, "WO-2"), (4, "")]);
        let release = take(&mut queue).unwrap();
        assert_eq!(release.delivery.id, EffectId::of_entry(1, 1));
        let later = Instant::now() + Duration::from_secs(60);
        queue.put_back(Waiting { from: Some(later), ..release });
        assert_eq!(take(&mut queue).unwrap().delivery.id, EffectId::of_entry(3, 1));
        assert_eq!(take(&mut queue).unwrap().delivery.id, EffectId::of_entry(4, 1));
        assert!(take(&mut queue).is_none(), "the cancellation waits for the release");
        let release = queue.take(later, |_| true).unwrap();
        assert!(take(&mut queue).is_none(), "and while it is under way");
        queue.ended(&release.delivery);
        assert_eq!(take(&mut queue).unwrap().delivery.id, EffectId::of_entry(2, 1));
    }

    #[test]
    fn what_failed_again_and_again_is_behind_the_others_and_is_no_probe() {
        let mut queue = queue(&[(1, ""), (2, ""), (3, "")]);
        for _ in 0..2 {
            let failed = take(&mut queue).unwrap();
            queue.put_back(Waiting { attempts: failed.attempts + 1, ..failed });
        }
        assert_eq!(queue.take_least_tried(Instant::now()).unwrap().delivery.id, EffectId::of_entry(3, 1));
        assert_eq!(take(&mut queue).unwrap().delivery.id, EffectId::of_entry(1, 1));
    }

    #[test]
    fn what_is_withdrawn_does_not_go_out_and_lets_the_next_one_go() {
        let mut queue = queue(&[(1, "WO-1"), (2, "WO-1")]);
        assert!(queue.withdraw(EffectId::of_entry(1, 1)).is_some());
        assert!(queue.withdraw(EffectId::of_entry(1, 1)).is_none());
        assert_eq!(take(&mut queue).unwrap().delivery.id, EffectId::of_entry(2, 1));
        assert!(queue.withdraw(EffectId::of_entry(2, 1)).is_none(), "what is under way cannot be called back");
    }

    #[test]
    fn a_second_delivery_of_what_waits_or_is_under_way_is_dropped() {
        let mut queue = queue(&[(1, "")]);
        assert!(!queue.add(delivery(1, "")));
        let under_way = take(&mut queue).unwrap();
        assert!(!queue.add(delivery(1, "")));
        queue.ended(&under_way.delivery);
        assert!(queue.add(delivery(1, "")));
        assert_eq!(queue.len(), 1);
    }
}
