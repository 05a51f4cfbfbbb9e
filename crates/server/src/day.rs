//! What happened today, by the company's clock: which orders came in, were promised, released, shipped and invoiced, and which payments
//! were matched. And which promises are at risk.
//!
//! What happened is read off the journal as it grows, from the first time that somebody asks: whoever does not ask pays nothing. Promises
//! have an index.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use partition::row::Column;
use partition::{Entry, Event, Table};
use store::{Reader, RowQuery};
use tokio::sync::Mutex;
use trade::Kind;
use trade::cash::PaymentEvent;
use trade::order::OrderEvent;
use units::{Day, Timestamp};

use crate::feed;
use crate::problem::Problem;
use crate::readers::{Readers, company};
use crate::state::AppState;

/// Entries that one request looks through: a second or two of work. A longer day is told when it has been asked for often enough.
const MOST: u64 = 50_000;
/// Entries after which it is kept how far they are told.
const PART: u64 = 500;

/// A step that orders, or payments, take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Received,
    Promised,
    Released,
    Shipped,
    Invoiced,
    Matched,
}

impl Step {
    /// Those of orders.
    pub(crate) const OF_ORDERS: [Self; 5] = [Self::Received, Self::Promised, Self::Released, Self::Shipped, Self::Invoiced];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Promised => "promised",
            Self::Released => "released",
            Self::Shipped => "shipped",
            Self::Invoiced => "invoiced",
            Self::Matched => "matched",
        }
    }
}

/// How the earliest promise of an order stands that has not been kept yet, see [`trade::order::Order::next_due`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Risk {
    /// Its day is over.
    Missed,
    /// Its day is today or tomorrow.
    AtRisk,
}

impl Risk {
    pub(crate) const ALL: [Self; 2] = [Self::Missed, Self::AtRisk];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::AtRisk => "at_risk",
        }
    }

    /// The days of promises that stand so, as [`partition::Row::due`] of orders has them.
    pub(crate) fn days(self, today: Day) -> Range<i64> {
        let start = today.start().0;
        match self {
            Self::Missed => i64::MIN..start,
            Self::AtRisk => start..today.plus_days(2).start().0,
        }
    }

    /// How many orders have a promise that stands so.
    pub(crate) fn count(self, reader: &mut dyn Reader, today: Day) -> Result<u64, Problem> {
        let query = RowQuery::table(Table::Trade(Kind::Order)).within(Column::Due, self.days(today));
        Ok(reader.count(&query)?)
    }
}

/// Today by the company's clock.
pub(crate) fn today(reader: &mut dyn Reader, now: Timestamp) -> Result<Day, Problem> {
    Ok(company(reader)?.calendar.local_day(now))
}

/// What happened on one day so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct OfDay {
    /// The day; none before anybody has asked.
    pub(crate) day: Option<Day>,
    /// When it began.
    pub(crate) since: Timestamp,
    /// Up to which entry of the journal it is told.
    pub(crate) position: u64,
    /// Whether that is everything.
    pub(crate) is_complete: bool,
    steps: BTreeMap<Step, Arc<BTreeSet<u64>>>,
}

impl OfDay {
    /// The numbers of the orders, or payments, that took a step, the newest first.
    pub(crate) fn took(&self, step: Step) -> Vec<u64> {
        self.steps.get(&step).into_iter().flat_map(|numbers| numbers.iter().rev()).copied().collect()
    }

    /// How many took it.
    pub(crate) fn count(&self, step: Step) -> usize {
        self.steps.get(&step).map_or(0, |numbers| numbers.len())
    }

    /// Goes on up to the journal's end, or as far as one request does. Each part is kept as it is read: whoever asks may leave.
    async fn follow(&mut self, readers: &Readers, head: u64) -> Result<(), Problem> {
        let end = head.min(self.position + MOST);
        while self.position < end {
            let until = end.min(self.position + PART);
            let note = |found: &mut Vec<(Step, u64)>, entry: &Entry| found.extend(steps(entry));
            let found = feed::newest::walk(readers, (self.position, until), Vec::new(), note).await?;
            self.note(found);
            self.position = until;
        }
        self.is_complete = self.position >= head;
        Ok(())
    }

    fn note(&mut self, steps: Vec<(Step, u64)>) {
        for (step, number) in steps {
            Arc::make_mut(self.steps.entry(step).or_default()).insert(number);
        }
    }
}

/// The steps that an entry of the journal tells.
fn steps(entry: &Entry) -> impl Iterator<Item = (Step, u64)> + '_ {
    entry.events.iter().filter_map(|event| match event {
        Event::Trade(trade::Event::Order(order, event)) => {
            let step = match event {
                OrderEvent::Received(_) => Step::Received,
                // a later one is another promise, not the order's
                OrderEvent::Promised { was: None, promise: Some(_), .. } => Step::Promised,
                OrderEvent::Released { .. } => Step::Released,
                OrderEvent::Shipped { .. } => Step::Shipped,
                OrderEvent::Invoiced { .. } => Step::Invoiced,
                _ => return None,
            };
            Some((step, order.0))
        }
        Event::Trade(trade::Event::Payment(payment, PaymentEvent::Matched { .. })) => Some((Step::Matched, payment.0)),
        _ => None,
    })
}

/// Today; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Today(Arc<Mutex<OfDay>>);

impl Today {
    /// What has happened so far.
    pub(crate) async fn look(&self, state: &AppState) -> Result<OfDay, Problem> {
        let mut known = self.0.lock().await;
        let now = state.now();
        let (calendar, head) = {
            let read = |reader: &mut dyn Reader| Ok((company(reader)?.calendar.clone(), reader.head()?.position));
            state.readers.read(read).await?
        };
        let today = calendar.local_day(now);
        if known.day != Some(today) {
            let since = calendar.midnight(today);
            let position = state.readers.read(move |reader| feed::before(reader, since)).await?;
            *known = OfDay { day: Some(today), since, position, ..OfDay::default() };
        }
        known.follow(&state.readers, head).await?;
        Ok(known.clone())
    }
}

#[cfg(test)]
mod tests {
    use partition::{Body, Command, Head};
    use store::{Batch, Store, StoredEntry};
    use trade::{OrderId, ShipmentId, WarehouseOrderId};

    use super::*;

    fn entry(events: Vec<(u64, OrderEvent)>) -> Entry {
        let actor = trade::Actor::system();
        let command = Command { at: Timestamp(1), actor, key: None, body: Body::PutItems(Vec::new()), trace: None };
        let events: Vec<Event> =
            events.into_iter().map(|(id, event)| Event::Trade(trade::Event::Order(OrderId(id), event))).collect();
        Entry { position: 1, command, sequences: vec![1; events.len()], events }
    }

    fn promised(was: Option<Day>, promise: Option<Day>) -> OrderEvent {
        OrderEvent::Promised { line: trade::LineNo(1), was, promise, cause: "supply".into() }
    }

    #[test]
    fn an_order_counts_once_for_each_step_and_only_its_first_promise_is_one() {
        let day = Timestamp(0).day();
        let mut known = OfDay::default();
        for events in [
            vec![(3, promised(None, Some(day))), (3, promised(None, Some(day)))],
            vec![(4, promised(Some(day), Some(day))), (5, promised(None, None))],
            vec![(4, OrderEvent::Released { warehouse_order: WarehouseOrderId(1) })],
            vec![(4, OrderEvent::Shipped { shipment: ShipmentId(1) }), (7, OrderEvent::Shipped { shipment: ShipmentId(2) })],
        ] {
            known.note(steps(&entry(events)).collect());
        }
        assert_eq!(known.took(Step::Promised), [3]);
        assert_eq!(known.took(Step::Released), [4]);
        assert_eq!(known.took(Step::Shipped), [7, 4]);
        assert_eq!((known.count(Step::Shipped), known.count(Step::Invoiced)), (2, 0));
    }

    #[tokio::test]
    async fn what_was_read_is_kept_though_nobody_waits_for_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store::Sqlite::open(folder.path()).unwrap();
        let stored = |position: u64| {
            let released = OrderEvent::Released { warehouse_order: WarehouseOrderId(1) };
            let entry = Entry { position, ..entry(vec![(position, released)]) };
            // who asks comes no further than this one, as if they had left there
            let data = if position == PART + 9 { Vec::new() } else { rmp_serde::to_vec(&entry).unwrap() };
            StoredEntry { position, at: 1, hash: [0; 32], data }
        };
        let entries: Vec<StoredEntry> = (1..=PART + 20).map(stored).collect();
        let head = Head { position: PART + 20, hash: [0; 32] };
        store.commit(&Batch { head, entries, ..Batch::default() }).unwrap();
        let readers = Readers::open(&store, 1).unwrap();
        let mut known = OfDay::default();
        known.follow(&readers, head.position).await.unwrap_err();
        assert_eq!((known.position, known.count(Step::Released)), (PART, 500));
        assert!(!known.is_complete);
        known.follow(&readers, PART + 8).await.unwrap();
        assert_eq!((known.count(Step::Released), known.is_complete), (508, true));
    }

    #[test]
    fn a_promise_is_missed_when_its_day_is_over_and_at_risk_on_it_and_on_the_day_before() {
        let today = Timestamp(0).day().plus_days(10);
        let stands = |days: i32| {
            let due = today.plus_days(days).start().0;
            Risk::ALL.into_iter().filter(|risk| risk.days(today).contains(&due)).collect::<Vec<_>>()
        };
        assert_eq!(stands(-1), [Risk::Missed]);
        assert_eq!(stands(0), [Risk::AtRisk]);
        assert_eq!(stands(1), [Risk::AtRisk]);
        assert_eq!(stands(2), []);
    }
}
