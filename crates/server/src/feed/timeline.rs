//! The timeline of an order: everything that happened to it and to what belongs to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use partition::{EffectId, Entry, Event, Subject};
use store::Reader;
use trade::billing::InvoiceEvent;
use trade::cash::PaymentEvent;
use trade::order::OrderEvent;
use trade::{InvoiceId, OrderId, PaymentId};

use super::scope::Known;
use super::tell::Teller;
use super::told::Told;
use super::{CloudEvent, EventPage, entry};
use crate::problem::Problem;

/// What belonged to an order at any time, by what its entries say: a match that was taken back has left no trace on record, nor has what
/// was asked of another system and is done. A statement pays many orders, so that nothing of the others is looked up.
#[derive(Debug)]
struct Belongings {
    order: OrderId,
    invoices: BTreeSet<InvoiceId>,
    payments: BTreeSet<PaymentId>,
    effects: BTreeSet<EffectId>,
}

impl Belongings {
    fn of(order: OrderId, entries: &[Entry]) -> Self {
        let none = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut all = Self { order, invoices: none.0, payments: none.1, effects: none.2 };
        for event in entries.iter().flat_map(|entry| &entry.events) {
            all.learn(event);
        }
        all
    }

    fn learn(&mut self, event: &Event) {
        match event {
            Event::Trade(trade::Event::Order(order, OrderEvent::Invoiced { invoice, .. })) if *order == self.order => {
                self.invoices.insert(*invoice);
            }
            Event::Trade(trade::Event::Invoice(id, InvoiceEvent::Posted(invoice)))
                if invoice.orders().any(|order| order == self.order) =>
            {
                self.invoices.insert(*id);
            }
            Event::Trade(trade::Event::Payment(id, event)) if self.is_paid_by(event) => {
                self.payments.insert(*id);
            }
            Event::EffectRequested(effect) if effect.order == Some(self.order) => {
                self.effects.insert(effect.id);
            }
            _ => {}
        }
    }

    /// Whether it applies a payment to the order.
    fn is_paid_by(&self, event: &PaymentEvent) -> bool {
        let PaymentEvent::Matched { allocations, .. } = event else { return false };
        allocations.iter().any(|allocation| {
            let mut orders = allocation.orders.iter();
            self.invoices.contains(&allocation.invoice)
                && (allocation.orders.is_empty() || orders.any(|(order, _)| *order == self.order))
        })
    }

    /// Whether an event is about the order; `None` if what is told of it decides.
    fn has(&self, event: &Event, known: &Known<'_>) -> Option<bool> {
        match event {
            Event::Trade(trade::Event::Order(order, _)) => Some(*order == self.order),
            Event::Trade(trade::Event::Invoice(invoice, _)) => Some(self.invoices.contains(invoice)),
            Event::Trade(trade::Event::Payment(payment, event)) => Some(match event {
                PaymentEvent::Matched { .. } => self.is_paid_by(event),
                PaymentEvent::Unapplied { invoice, .. } | PaymentEvent::DeductionResolved { invoice, .. } => {
                    self.invoices.contains(invoice)
                }
                _ => self.payments.contains(payment),
            }),
            Event::EffectRequested(effect) if effect.order.is_some() => Some(effect.order == Some(self.order)),
            Event::EffectDied(effect, ..) | Event::EffectRested(effect) | Event::EffectReplayed(effect) => {
                Some(self.effects.contains(effect))
            }
            _ => known.orders_of(event).contains(&self.order).then_some(true),
        }
    }
}

/// Everything that happened to an order and to what belongs to it: exceptions, warehouse orders, shipments, returns, invoices, payments,
/// and what was asked of other systems.
pub(crate) fn of_order(reader: &mut dyn Reader, order: OrderId) -> Result<EventPage, Problem> {
    let mut entries = Vec::new();
    let mut after = 0;
    loop {
        let page = reader.subject(Subject::Order(order), after, 500)?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for stored in &page {
            entries.push(entry(stored)?);
        }
    }
    let belongings = Belongings::of(order, &entries);
    let known = Known::new(reader)?;
    let name = order.to_string();
    let is_named =
        |event: &CloudEvent| event.correlationid.as_deref() == Some(&name) || event.data["order"] == name.as_str();
    // what is another's for certain need not be told to find out
    let note = |event: &Event| match belongings.has(event, &known) {
        Some(false) => None,
        has => Some(has.is_some()),
    };
    let mut events = Vec::new();
    for entry in &entries {
        for (event, is_ours) in Teller::of(entry, &known).told_of(note) {
            if is_ours || is_named(&event) {
                events.push(Arc::new(Told::of(event, entry.command.at)?));
            }
        }
    }
    Ok(EventPage { events, next: after.to_string(), complete: None })
}

#[cfg(test)]
mod tests {
    use partition::{Body, Command, Effect};
    use store::Store;
    use trade::cash::{Allocation, Method};
    use units::Timestamp;

    use super::*;

    fn paid(payment: u64, invoice: u64) -> Event {
        let allocations = vec![Allocation { invoice: InvoiceId(invoice), ..Allocation::default() }];
        let (evidence, by) = ("".into(), "".into());
        let matched = PaymentEvent::Matched { allocations, method: Method::Manual, evidence, by };
        Event::Trade(trade::Event::Payment(PaymentId(payment), matched))
    }

    fn reversed(payment: u64) -> Event {
        Event::Trade(trade::Event::Payment(PaymentId(payment), PaymentEvent::Reversed { reason: "NSF".into() }))
    }

    fn requested(id: u32, order: u64) -> Event {
        Event::EffectRequested(Box::new(Effect {
            id: EffectId::of_entry(1, id),
            order: Some(OrderId(order)),
            ..Effect::default()
        }))
    }

    /// The timeline of order 1 has of these events, which are all of one entry, those at the places.
    #[track_caller]
    fn has(events: Vec<Event>, places: &[usize]) {
        let folder = tempfile::tempdir().unwrap();
        let store = store::Sqlite::open(folder.path()).unwrap();
        let mut reader = store.reader().unwrap();
        let actor = trade::Actor::system();
        let command = Command { at: Timestamp(1), actor, key: None, body: Body::PutItems(Vec::new()), trace: None };
        let entry = Entry { position: 1, command, sequences: vec![1; events.len()], events };
        let belongings = Belongings::of(OrderId(1), std::slice::from_ref(&entry));
        let known = Known::new(reader.as_mut()).unwrap();
        let found = entry.events.iter().enumerate().filter(|(_, event)| belongings.has(event, &known) == Some(true));
        assert_eq!(found.map(|(place, _)| place).collect::<Vec<_>>(), places);
        let certain = entry.events.iter().filter(|event| belongings.has(event, &known).is_some()).count();
        assert_eq!(certain, entry.events.len(), "nothing is told of others");
    }

    fn invoiced(order: u64, invoice: u64) -> Event {
        let none = units::Amount::ZERO;
        let invoiced = OrderEvent::Invoiced {
            invoice: InvoiceId(invoice),
            lines: Vec::new(),
            freight: none,
            discount: none,
            deposit: none,
            consumed: none,
            receivable: none,
        };
        Event::Trade(trade::Event::Order(OrderId(order), invoiced))
    }

    #[test]
    fn a_match_that_was_taken_back_stays_on_the_timeline_of_its_order_and_on_no_other() {
        let back = |payment: u64, invoice: u64| {
            let (by, reason) = ("".into(), "".into());
            let back = PaymentEvent::Unapplied { invoice: InvoiceId(invoice), by, reason };
            Event::Trade(trade::Event::Payment(PaymentId(payment), back))
        };
        let events =
            vec![invoiced(1, 7), invoiced(2, 8), paid(3, 7), paid(4, 8), back(3, 7), back(4, 8), reversed(3), reversed(4)];
        has(events, &[0, 2, 4, 6]);
    }

    #[test]
    fn a_dead_letter_that_is_done_since_is_on_the_timeline_of_its_order_and_on_no_other() {
        let replayed = |id| Event::EffectReplayed(EffectId::of_entry(1, id));
        has(vec![requested(1, 1), requested(2, 2), replayed(1), replayed(2)], &[0, 2]);
    }
}
