//! How long the business takes: from an order's receipt to its promise and its release, from a shipment to its invoice, from a payment's
//! receipt to its match, and how old exceptions get.
//!
//! Read off the journal as it grows, from the first scrape of `/metrics` on: whoever does not ask pays nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use partition::{AnyKey, AnyState, Entry, Event};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use runtime::Handle;
use store::{Reader, StoredEntry};
use trade::cash::PaymentEvent;
use trade::exception::ExceptionEvent;
use trade::fulfilment::ShipmentEvent;
use trade::order::OrderEvent;
use trade::{Aggregate, Key, OrderId};
use units::Timestamp;

use crate::problem::Problem;
use crate::readers::Readers;

/// How often is looked whether something was committed.
const PAUSE: Duration = Duration::from_millis(500);
/// Entries that are read at a time.
const ENTRIES: usize = 200;
/// Upper bounds of the buckets in seconds: from what programs do at once to what people do in a month.
const BUCKETS: [f64; 12] =
    [1.0, 10.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 28_800.0, 86_400.0, 259_200.0, 604_800.0, 2_592_000.0];

type ByOutcome = Family<Vec<(&'static str, &'static str)>, Histogram, fn() -> Histogram>;

/// The figures; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Latencies {
    promise: Histogram,
    release: Histogram,
    invoice: Histogram,
    matched: Histogram,
    exceptions: ByOutcome,
    /// Orders that came in and were not released yet.
    orders: Arc<Mutex<BTreeMap<OrderId, Waiting>>>,
    begun: Arc<Once>,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    since: Timestamp,
    is_promised: bool,
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Default for Latencies {
    fn default() -> Self {
        let exceptions = ByOutcome::new_with_constructor(histogram);
        // a figure that comes and goes cannot be told from one that is not gathered
        for outcome in ["resolved", "cleared"] {
            drop(exceptions.get_or_create(&vec![("outcome", outcome)]));
        }
        Self {
            promise: histogram(),
            release: histogram(),
            invoice: histogram(),
            matched: histogram(),
            exceptions,
            orders: Arc::default(),
            begun: Arc::new(Once::new()),
        }
    }
}

impl Latencies {
    /// Follows the journal from now on until `stopped`; asked again, nothing more happens. Within a Tokio runtime.
    pub(crate) fn begin(&self, partition: &Handle, readers: &Readers, stopped: impl Future<Output = ()> + Send + 'static) {
        self.begun.call_once(|| {
            let follow = self.clone().follow(partition.clone(), readers.clone());
            tokio::spawn(async move {
                tokio::select! {
                    () = follow => {}
                    () = stopped => {}
                }
            });
        });
    }

    async fn follow(self, partition: Handle, readers: Readers) {
        let mut at = partition.progress().position();
        loop {
            while at < partition.progress().position() {
                let this = self.clone();
                match readers.read(move |reader| this.read(reader, at)).await {
                    Ok(to) if to > at => at = to,
                    // tried again after the pause
                    _ => break,
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Looks at the next entries, and says up to where.
    fn read(&self, reader: &mut dyn Reader, after: u64) -> Result<u64, Problem> {
        let entries = reader.entries(after, ENTRIES)?;
        Ok(self.look_through(&entries, after, &mut |key| aggregate(reader, key)))
    }

    /// Looks at entries up to the first that cannot be looked at, which is for the next time: none is looked at twice.
    fn look_through(
        &self,
        entries: &[StoredEntry],
        after: u64,
        aggregate: &mut impl FnMut(Key) -> Result<Option<Aggregate>, Problem>,
    ) -> u64 {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let mut at = after;
        for stored in entries {
            // the feed tells of one that cannot be read, and so does `crossdock verify`
            if let Ok(entry) = rmp_serde::from_slice::<Entry>(&stored.data) {
                let Ok(about) = entry.events.iter().map(|event| about(event, aggregate)).collect::<Result<Vec<_>, _>>()
                else {
                    break;
                };
                self.look(&entry, about, &mut orders);
            }
            at = stored.position;
        }
        at
    }

    /// `about` has what each event ends, where that has to be looked up.
    fn look(&self, entry: &Entry, about: Vec<Option<Aggregate>>, orders: &mut BTreeMap<OrderId, Waiting>) {
        let now = entry.command.at;
        for (event, about) in entry.events.iter().zip(about) {
            match (event, about) {
                (Event::Trade(trade::Event::Order(id, event)), _) => self.order(*id, event, now, orders),
                (_, Some(Aggregate::Shipment(shipment))) => observe(&self.invoice, shipment.shipped_at, now),
                (_, Some(Aggregate::Payment(payment))) => observe(&self.matched, payment.received_at, now),
                (Event::Trade(trade::Event::Exception(_, ended)), Some(Aggregate::Exception(exception))) => {
                    let (outcome, at) = match ended {
                        ExceptionEvent::Resolved { at, .. } => ("resolved", *at),
                        ExceptionEvent::Cleared { at, .. } => ("cleared", *at),
                        _ => continue,
                    };
                    observe(&self.exceptions.get_or_create(&vec![("outcome", outcome)]), exception.raised_at, at);
                }
                _ => {}
            }
        }
    }

    /// The first promise and the first release of an order count; what comes later is about its rest.
    fn order(&self, id: OrderId, event: &OrderEvent, now: Timestamp, orders: &mut BTreeMap<OrderId, Waiting>) {
        match event {
            OrderEvent::Received(_) => {
                orders.insert(id, Waiting { since: now, is_promised: false });
            }
            OrderEvent::Promised { .. } => {
                if let Some(order) = orders.get_mut(&id).filter(|order| !order.is_promised) {
                    order.is_promised = true;
                    observe(&self.promise, order.since, now);
                }
            }
            OrderEvent::Released { .. } => {
                if let Some(order) = orders.remove(&id) {
                    observe(&self.release, order.since, now);
                }
            }
            OrderEvent::Rejected { .. } | OrderEvent::Closed { .. } => drop(orders.remove(&id)),
            _ => {}
        }
    }

    /// Puts the figures among others.
    pub(crate) fn register(&self, registry: &mut Registry) {
        for (name, help, figure) in [
            ("order_promise_latency", "From the receipt of an order to its first promise", &self.promise),
            ("order_release_latency", "From the receipt of an order to its first release to a warehouse", &self.release),
            ("shipment_invoice_latency", "From a shipment to each invoice of it", &self.invoice),
            ("payment_match_latency", "From the receipt of a payment to each match of it", &self.matched),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, figure.clone());
        }
        let help = "How old an exception was when somebody resolved it, or when it cleared by itself";
        registry.register_with_unit("exception_age", help, Unit::Seconds, self.exceptions.clone());
    }
}

/// What an event ends that has a beginning on the record.
fn about(
    event: &Event,
    aggregate: &mut impl FnMut(Key) -> Result<Option<Aggregate>, Problem>,
) -> Result<Option<Aggregate>, Problem> {
    match event {
        Event::Trade(
            event @ (trade::Event::Shipment(_, ShipmentEvent::Invoiced { .. })
            | trade::Event::Payment(_, PaymentEvent::Matched { .. })
            | trade::Event::Exception(_, ExceptionEvent::Resolved { .. } | ExceptionEvent::Cleared { .. })),
        ) => aggregate(event.key()),
        _ => Ok(None),
    }
}

fn aggregate(reader: &mut dyn Reader, key: Key) -> Result<Option<Aggregate>, Problem> {
    Ok(match crate::readers::state(reader, &AnyKey::Trade(key))? {
        Some(AnyState::Trade(aggregate, _)) => Some(aggregate),
        _ => None,
    })
}

fn observe(figure: &Histogram, from: Timestamp, to: Timestamp) {
    // what another system says has happened may be ahead of our clock
    figure.observe(to.millis_since(from).max(0) as f64 / 1_000.0);
}

#[cfg(test)]
mod tests {
    use partition::{Body, Command};
    use prometheus_client::encoding::text::encode;
    use trade::cash::Payment;
    use trade::exception::Exception;
    use trade::fulfilment::Shipment;
    use trade::order::Order;

    use super::*;

    fn entry(at: i64, event: trade::Event) -> Entry {
        let actor = trade::Actor::system();
        let command = Command { at: Timestamp(at), actor, key: None, body: Body::PutItems(Vec::new()), trace: None };
        Entry { position: 1, command, events: vec![Event::Trade(event)], sequences: vec![1] }
    }

    fn stored(position: u64, entry: &Entry) -> StoredEntry {
        StoredEntry { position, at: entry.command.at.0, hash: [0; 32], data: rmp_serde::to_vec(entry).unwrap() }
    }

    /// What is on the record: everything began at 1,000.
    fn known(key: Key) -> Result<Option<Aggregate>, Problem> {
        let at = Timestamp(1_000);
        Ok(Some(match key {
            Key::Shipment(_) => Aggregate::Shipment(Arc::new(Shipment { shipped_at: at, ..Shipment::default() })),
            Key::Payment(_) => Aggregate::Payment(Arc::new(Payment { received_at: at, ..Payment::default() })),
            _ => Aggregate::Exception(Arc::new(Exception { raised_at: at, ..Exception::default() })),
        }))
    }

    /// What a scrape tells of a figure after these events.
    fn told(events: Vec<(i64, trade::Event)>, name: &str, labels: &str) -> (String, String) {
        let latencies = Latencies::default();
        let entries: Vec<StoredEntry> =
            events.into_iter().zip(1..).map(|((at, event), position)| stored(position, &entry(at, event))).collect();
        assert_eq!(latencies.look_through(&entries, 0, &mut known), entries.len() as u64);
        figure(&latencies, name, labels)
    }

    fn figure(latencies: &Latencies, name: &str, labels: &str) -> (String, String) {
        let mut registry = Registry::with_prefix("crossdock");
        latencies.register(&mut registry);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        let of = |suffix: &str| {
            let line = text.lines().find(|line| line.starts_with(&format!("crossdock_{name}_seconds_{suffix}{labels}")));
            line.and_then(|line| line.rsplit(' ').next()).unwrap_or_default().to_owned()
        };
        (of("count"), of("sum"))
    }

    #[test]
    fn the_first_release_of_an_order_counts_from_its_receipt() {
        let order = |event| trade::Event::Order(OrderId(7), event);
        let released = || OrderEvent::Released { warehouse_order: trade::WarehouseOrderId(1) };
        let events = vec![
            (1_000, order(OrderEvent::Received(Box::<Order>::default()))),
            (3_500, order(released())),
            (9_000, order(released())),
        ];
        assert_eq!(told(events, "order_release_latency", ""), ("1".to_owned(), "2.5".to_owned()));
        let unknown = vec![(3_500, trade::Event::Order(OrderId(8), released()))];
        assert_eq!(told(unknown, "order_release_latency", "").0, "0", "nobody has seen it come in");
    }

    #[test]
    fn what_the_store_did_not_tell_is_looked_at_again_and_nothing_twice() {
        let invoiced = || ShipmentEvent::Invoiced { invoice: trade::InvoiceId::default(), lines: Vec::new() };
        let shipment = |id| Event::Trade(trade::Event::Shipment(trade::ShipmentId(id), invoiced()));
        let of = |ids: &[u64]| {
            let events = ids.iter().map(|id| shipment(*id)).collect();
            Entry { events, ..entry(2_000, trade::Event::Shipment(trade::ShipmentId(0), invoiced())) }
        };
        let (latencies, entries) = (Latencies::default(), [stored(1, &of(&[1])), stored(2, &of(&[2, 3]))]);
        let mut broken = |key: Key| match key {
            Key::Shipment(trade::ShipmentId(3)) => Err(Problem::new("unavailable", "the disk is away")),
            key => known(key),
        };
        assert_eq!(latencies.look_through(&entries, 0, &mut broken), 1);
        assert_eq!(latencies.look_through(&entries[1..], 1, &mut known), 2);
        assert_eq!(figure(&latencies, "shipment_invoice_latency", "").0, "3");
    }

    #[test]
    fn what_is_cleared_is_counted_apart_from_what_people_resolve() {
        let cleared = ExceptionEvent::Cleared { cause: "paid".into(), at: Timestamp(61_000) };
        let event = trade::Event::Exception(trade::ExceptionId(1), cleared);
        let of = |outcome: &str| told(vec![(99_000, event.clone())], "exception_age", &format!("{{outcome=\"{outcome}\"}}"));
        assert_eq!(of("cleared"), ("1".to_owned(), "60.0".to_owned()));
        assert_eq!(of("resolved").0, "0");
    }

    #[test]
    fn an_invoice_counts_from_what_was_shipped_and_never_below_nothing() {
        let invoiced = || ShipmentEvent::Invoiced { invoice: trade::InvoiceId::default(), lines: Vec::new() };
        let shipment = |at| (at, trade::Event::Shipment(trade::ShipmentId(1), invoiced()));
        let (count, sum) = told(vec![shipment(5_000), shipment(0)], "shipment_invoice_latency", "");
        assert_eq!((count.as_str(), sum.as_str()), ("2", "4.0"));
    }
}
