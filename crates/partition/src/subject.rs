//! What an entry of the journal is about: the orders in whose timelines it stands, and the process instances that went on in it.

use engine::InstanceId;
use trade::cash::PaymentEvent;
use trade::{Aggregate, Key, OrderId};

use crate::journal::Event;
use crate::key::{AnyKey, AnyState};

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An order: something happened to it, or to what belongs to it.
    Order(OrderId),
    /// A process instance: it began, went on or ended.
    Instance(InstanceId),
}

impl Subject {
    /// Where stores keep it: kinds are on disk, and in the order of subjects.
    pub fn place(self) -> (i64, u64) {
        match self {
            Self::Order(OrderId(order)) => (0, order),
            Self::Instance(InstanceId(instance)) => (1, instance),
        }
    }

    /// The subject that is kept at a place.
    pub fn at(kind: i64, number: u64) -> Self {
        if kind == 0 { Self::Order(OrderId(number)) } else { Self::Instance(InstanceId(number)) }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Order(order) => order.fmt(f),
            Self::Instance(instance) => instance.fmt(f),
        }
    }
}

/// What the events of one entry are about: each once, in order. `look` finds states as they are after the entry.
///
/// What a payment does to an order is an event of the order. Where an entry has none of an order, the orders of a payment are those of the
/// documents that it pays: of that alone a document has to be looked up that nothing happened to.
pub fn subjects(events: &[Event], mut look: impl FnMut(&AnyKey) -> Option<AnyState>) -> Vec<Subject> {
    let is_of_order = |event: &Event| matches!(event, Event::Trade(trade::Event::Order(..)));
    let has_order = events.iter().any(is_of_order);
    let mut found = Vec::new();
    for event in events {
        match event {
            Event::InstanceCreated { id, .. } | Event::Process(id, _) => found.push(Subject::Instance(*id)),
            _ => {}
        }
        if !(has_order && matches!(event, Event::Trade(trade::Event::Payment(..)))) {
            found.extend(orders_of(event, &mut look).into_iter().map(Subject::Order));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The orders that an event is about: its own, or that of what it happened to. `look` finds states.
pub fn orders_of(event: &Event, look: &mut impl FnMut(&AnyKey) -> Option<AnyState>) -> Vec<OrderId> {
    match event {
        Event::Trade(trade::Event::Order(order, _)) => vec![*order],
        Event::Trade(trade::Event::Payment(_, event)) if named_by(event).is_some() => {
            named_by(event).into_iter().flat_map(|invoice| of_key(&invoice, look)).collect()
        }
        Event::Trade(event) => of_key(&event.key(), look),
        Event::EffectRequested(effect) => effect.order.into_iter().collect(),
        Event::EffectDied(id, ..) | Event::EffectRested(id) | Event::EffectReplayed(id) => {
            match look(&AnyKey::Effect(*id)) {
                Some(AnyState::Effect(effect)) => effect.order.into_iter().collect(),
                _ => Vec::new(),
            }
        }
        Event::Process(..) => event.decisions().filter_map(|made| made.explained.about.as_ref()?.parse().ok()).collect(),
        _ => Vec::new(),
    }
}

/// The document that an event of a payment names, which the payment may have forgotten by then.
fn named_by(event: &PaymentEvent) -> Option<Key> {
    match event {
        PaymentEvent::Unapplied { invoice, .. } | PaymentEvent::DeductionResolved { invoice, .. } => {
            Some(Key::Invoice(*invoice))
        }
        _ => None,
    }
}

fn of_key(key: &Key, look: &mut impl FnMut(&AnyKey) -> Option<AnyState>) -> Vec<OrderId> {
    let has_order = matches!(
        key,
        Key::WarehouseOrder(_)
            | Key::Shipment(_)
            | Key::Invoice(_)
            | Key::ReturnRequest(_)
            | Key::Exception(_)
            | Key::Payment(_)
    );
    let state = if has_order { look(&AnyKey::Trade(key.clone())) } else { None };
    let Some(AnyState::Trade(aggregate, _)) = state else { return Vec::new() };
    match aggregate {
        Aggregate::WarehouseOrder(warehouse_order) => vec![warehouse_order.order],
        Aggregate::Shipment(shipment) => vec![shipment.order],
        Aggregate::Invoice(invoice) => invoice.orders().collect(),
        Aggregate::ReturnRequest(request) => request.order.into_iter().collect(),
        Aggregate::Exception(exception) => exception.subject.order.into_iter().collect(),
        Aggregate::Payment(payment) => {
            let mut orders = Vec::new();
            for allocation in &payment.allocations {
                if allocation.orders.is_empty() {
                    orders.extend(of_key(&Key::Invoice(allocation.invoice), look));
                }
                orders.extend(allocation.orders.iter().map(|(order, _)| *order));
            }
            orders
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trade::billing::{Invoice, InvoiceEvent};
    use trade::cash::{Allocation, Payment};
    use trade::exception::{Exception, ExceptionEvent};
    use trade::order::OrderEvent;
    use trade::{ExceptionId, InvoiceId, PaymentId, ShipmentId};

    use super::*;

    /// Payment 1 pays invoice 7, which is of order 3; exception 2 is about order 4.
    fn look(key: &AnyKey) -> Option<AnyState> {
        let aggregate = match key {
            AnyKey::Trade(Key::Invoice(InvoiceId(7))) => {
                Aggregate::Invoice(Arc::new(Invoice { order: OrderId(3), ..Invoice::default() }))
            }
            AnyKey::Trade(Key::Payment(PaymentId(1))) => {
                let allocations = vec![Allocation { invoice: InvoiceId(7), ..Allocation::default() }];
                Aggregate::Payment(Arc::new(Payment { allocations, ..Payment::default() }))
            }
            AnyKey::Trade(Key::Exception(ExceptionId(2))) => {
                let mut exception = Exception::default();
                exception.subject.order = Some(OrderId(4));
                Aggregate::Exception(Arc::new(exception))
            }
            _ => return None,
        };
        Some(AnyState::Trade(aggregate, 1))
    }

    fn confirmed(payment: u64) -> Event {
        let confirmed = PaymentEvent::ConfirmedByErp { reference: "ERP-1".into(), at: units::Timestamp(0) };
        Event::Trade(trade::Event::Payment(PaymentId(payment), confirmed))
    }

    #[test]
    fn what_happens_to_the_papers_of_an_order_stands_in_its_timeline() {
        let invoice = InvoiceEvent::ConfirmedByErp { reference: "ERP-2".into(), at: units::Timestamp(0) };
        let events = [
            Event::Trade(trade::Event::Invoice(InvoiceId(7), invoice)),
            Event::Trade(trade::Event::Exception(ExceptionId(2), ExceptionEvent::Assigned { to: None })),
            confirmed(1),
            confirmed(9),
            Event::Process(InstanceId(5), Vec::new()),
        ];
        let expected = [Subject::Order(OrderId(3)), Subject::Order(OrderId(4)), Subject::Instance(InstanceId(5))];
        assert_eq!(subjects(&events, look), expected);
    }

    #[test]
    fn nothing_is_looked_up_for_a_payment_where_its_orders_say_so_themselves() {
        let shipped = OrderEvent::Shipped { shipment: ShipmentId(1) };
        let events = [Event::Trade(trade::Event::Order(OrderId(8), shipped)), confirmed(1)];
        let found = subjects(&events, |key| panic!("{key} was looked up"));
        assert_eq!(found, [Subject::Order(OrderId(8))]);
    }

    #[test]
    fn a_match_that_was_taken_back_is_told_of_the_document_that_it_names() {
        let event = PaymentEvent::Unapplied { invoice: InvoiceId(7), by: "ann".into(), reason: "another customer's".into() };
        let event = Event::Trade(trade::Event::Payment(PaymentId(9), event));
        assert_eq!(orders_of(&event, &mut |key| look(key)), [OrderId(3)]);
    }
}
