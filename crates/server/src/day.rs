//! What happened today, by the company's clock: which orders came in, were promised, released, shipped and invoiced, and which payments
//! were matched. And which promises are at risk.
//!
//! Read off the journal as it grows, from the first time that somebody asks: whoever does not ask pays nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use partition::row::Column;
use partition::{AnyState, Entry, Event, RowKey, Table};
use store::{Reader, RowQuery};
use tokio::sync::Mutex;
use trade::cash::PaymentEvent;
use trade::order::{Order, OrderEvent};
use trade::{Aggregate, Kind};
use units::{Day, Timestamp};

use crate::feed;
use crate::problem::Problem;
use crate::readers::{company, decode};
use crate::state::AppState;

/// Entries that one request looks through: a second or two of work. A longer day is told when it has been asked for often enough.
const MOST: u64 = 50_000;
/// Entries, and orders, that are read together; others may read in between.
const CHUNK: usize = 500;
/// So long is what promises are at risk taken for true, in milliseconds: every order on its way is looked at for it.
const FRESH: i64 = 10_000;
/// Statuses of orders of which something is still to ship.
const ON_THE_WAY: [&str; 6] = ["validating", "on_hold", "approved", "backordered", "in_fulfilment", "partially_fulfilled"];

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

/// How a promise stands that has not been kept yet.
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
}

/// How the earliest promise of an order stands of which something has not shipped; the requested day counts where nothing was promised.
pub(crate) fn risk(order: &Order, today: Day) -> Option<Risk> {
    if order.is_over() {
        return None;
    }
    let open = order.lines.iter().filter(|line| line.buckets.to_ship().is_positive());
    let due = open.filter_map(|line| line.promise.or(order.requested)).min()?;
    if due < today { Some(Risk::Missed) } else { (due <= today.plus_days(1)).then_some(Risk::AtRisk) }
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
    steps: BTreeMap<Step, BTreeSet<u64>>,
    risks: Option<(Timestamp, Arc<BTreeMap<u64, Risk>>)>,
}

impl OfDay {
    /// The numbers of the orders, or payments, that took a step, the newest first.
    pub(crate) fn took(&self, step: Step) -> Vec<u64> {
        self.steps.get(&step).into_iter().flatten().rev().copied().collect()
    }

    /// How many took it.
    pub(crate) fn count(&self, step: Step) -> usize {
        self.steps.get(&step).map_or(0, BTreeSet::len)
    }

    /// The numbers of the orders with a promise that stands so, the newest first.
    pub(crate) fn risky(&self, risk: Risk) -> Vec<u64> {
        let all = self.risks.as_ref().map(|(_, risks)| risks.iter().rev());
        all.into_iter().flatten().filter(|(_, found)| **found == risk).map(|(order, _)| *order).collect()
    }

    fn note(&mut self, steps: Vec<(Step, u64)>) {
        for (step, number) in steps {
            self.steps.entry(step).or_default().insert(number);
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
    /// What has happened so far, and how promises stand.
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
        let until = head.min(known.position + MOST);
        while known.position < until {
            let after = known.position;
            let read = move |reader: &mut dyn Reader| {
                let chunk = reader.entries(after, CHUNK)?;
                let mut found = Vec::new();
                for stored in &chunk {
                    found.extend(steps(&feed::entry(stored)?));
                }
                Ok((found, chunk.last().map_or(until, |stored| stored.position)))
            };
            let (found, position) = state.readers.read(read).await?;
            known.note(found);
            known.position = position;
        }
        known.is_complete = known.position >= head;
        let is_fresh = known.risks.as_ref().is_some_and(|(at, _)| now.millis_since(*at) < FRESH);
        if !is_fresh {
            known.risks = Some((now, Arc::new(risks(state, today).await?)));
        }
        Ok(known.clone())
    }
}

/// How the promises of all orders on their way stand.
async fn risks(state: &AppState, today: Day) -> Result<BTreeMap<u64, Risk>, Problem> {
    let table = Table::Trade(Kind::Order);
    let mut found = BTreeMap::new();
    for status in ON_THE_WAY {
        let mut after: Option<RowKey> = None;
        loop {
            let query = RowQuery::table(table).is(Column::Status, status).limit(CHUNK);
            let query = after.map_or(query.clone(), |after| query.after(after));
            let read = move |reader: &mut dyn Reader| {
                let rows = reader.rows(&query)?;
                let mut risky = Vec::new();
                for (key, row) in &rows {
                    if let AnyState::Trade(Aggregate::Order(order), _) = decode(table, key, &row.data)? {
                        risky.extend(risk(&order, today).map(|risk| (order.id.0, risk)));
                    }
                }
                Ok((risky, rows.len(), rows.into_iter().next_back().map(|(key, _)| key)))
            };
            let (risky, read, last) = state.readers.read(read).await?;
            found.extend(risky);
            if read < CHUNK {
                break;
            }
            after = last;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use partition::{Body, Command};
    use trade::order::{Buckets, Line};
    use trade::{OrderId, ShipmentId, WarehouseOrderId};
    use units::Quantity;

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

    #[test]
    fn a_promise_is_missed_when_its_day_is_over_and_at_risk_on_it_and_on_the_day_before() {
        let today = Timestamp(0).day().plus_days(10);
        let order = |promise: Option<i32>, requested: Option<i32>, shipped: i64| Order {
            requested: requested.map(|days| today.plus_days(days)),
            approved_at: Some(Timestamp(1)),
            lines: vec![Line {
                promise: promise.map(|days| today.plus_days(days)),
                buckets: Buckets { allocated: Quantity(2 - shipped), shipped: Quantity(shipped), ..Buckets::default() },
                ..Line::default()
            }],
            ..Order::default()
        };
        let of = |promise, requested, shipped| risk(&order(promise, requested, shipped), today);
        assert_eq!(of(Some(-1), None, 0), Some(Risk::Missed));
        assert_eq!(of(Some(0), None, 1), Some(Risk::AtRisk));
        assert_eq!(of(Some(1), None, 0), Some(Risk::AtRisk));
        assert_eq!(of(Some(2), None, 0), None);
        assert_eq!(of(None, Some(-3), 0), Some(Risk::Missed), "what was asked for counts where nothing was promised");
        assert_eq!(of(Some(5), Some(-3), 0), None, "the promise counts where there is one");
        assert_eq!(of(Some(-1), None, 2), None, "it has shipped");
        let closed = Order { closed_at: Some(Timestamp(1)), ..order(Some(-1), None, 0) };
        assert_eq!(risk(&closed, today), None);
    }
}
