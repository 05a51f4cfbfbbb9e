//! What events are called outside: the canonical names of the trade (domain §1.5.3).
//!
//! An event is called after its aggregate and what happened to it, such as `order.hold_placed`, unless the trade has a name of its own
//! for it. Names are a promise to whoever reads the feed: a change of what one means is a new version.

use crate::billing::{DocumentKind, InvoiceEvent};
use crate::books::{Event, Kind};
use crate::order::{Bucket, OrderEvent};
use crate::stock::{ClaimKind, StockEvent};

/// Events that have a name of their own: kind, variant, name.
const NAMED: &[(Kind, &str, &str)] = &[
    (Kind::Order, "tax_determined", "tax.determined"),
    (Kind::Order, "pegged", "inventory.backordered"),
    (Kind::Order, "sourced", "fulfilment.sourced"),
    (Kind::Account, "credit_checked", "credit.checked"),
    (Kind::Account, "item_disputed", "deduction.opened"),
    (Kind::Account, "receivable_due", "receivable.due"),
    (Kind::Account, "receivable_overdue", "receivable.overdue"),
    (Kind::WarehouseOrder, "created", "fulfilment.released"),
    (Kind::WarehouseOrder, "picked", "pick.confirmed"),
    (Kind::Invoice, "posted", "invoice.released"),
    (Kind::Payment, "deduction_resolved", "deduction.resolved"),
];

/// Events that have another name when they say something in particular: kind, variant, name, and what they say then.
pub const SPECIAL: &[(Kind, &str, &str, &str)] = &[
    (Kind::Order, "moved", "order.cancelled", "Units were cancelled."),
    (Kind::Order, "promised", "inventory.repromised", "A promise was changed."),
    (Kind::Stock, "reserved", "inventory.allocated", "Units were bound to a warehouse order."),
    (Kind::Invoice, "posted", "credit_note.issued", "A credit note was posted, number and all."),
];

/// The name of an event; `variant` is what happened, in snake case.
pub fn name(event: &Event, variant: &str) -> String {
    let kind = event.key().kind();
    let special = || SPECIAL.iter().find(|(of, what, ..)| *of == kind && *what == variant).map(|(_, _, name, _)| *name);
    match special() {
        Some(name) if is_special(event) => name.to_owned(),
        _ => usual_name(kind, variant),
    }
}

/// The name of an event that says nothing in particular.
pub fn usual_name(kind: Kind, variant: &str) -> String {
    if let Some((_, _, name)) = NAMED.iter().find(|(of, what, _)| *of == kind && *what == variant) {
        return (*name).to_owned();
    }
    let family = match kind {
        Kind::WarehouseOrder => "fulfilment",
        Kind::Stock => "inventory",
        Kind::ReturnRequest => "return",
        other => other.name(),
    };
    format!("{family}.{variant}")
}

fn is_special(event: &Event) -> bool {
    match event {
        Event::Order(_, OrderEvent::Moved { to, .. }) => *to == Bucket::Cancelled,
        Event::Order(_, OrderEvent::Promised { was, .. }) => was.is_some(),
        Event::Stock(_, StockEvent::Reserved(claim)) => claim.kind != ClaimKind::Soft,
        Event::Invoice(_, InvoiceEvent::Posted(document)) => {
            matches!(document.kind, DocumentKind::CreditNote | DocumentKind::Goodwill)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use units::Quantity;

    use super::*;
    use crate::ids::{LineNo, OrderId};

    #[test]
    fn events_have_the_names_of_the_trade() {
        assert_eq!(usual_name(Kind::Stock, "reserved"), "inventory.reserved");
        assert_eq!(usual_name(Kind::WarehouseOrder, "created"), "fulfilment.released");
        assert_eq!(usual_name(Kind::WarehouseOrder, "acknowledged"), "fulfilment.acknowledged");
        assert_eq!(usual_name(Kind::Order, "hold_placed"), "order.hold_placed");
        assert_eq!(usual_name(Kind::ReturnRequest, "authorised"), "return.authorised");
        assert_eq!(usual_name(Kind::Account, "credit_checked"), "credit.checked");
    }

    #[test]
    fn units_that_move_are_called_cancelled_only_where_they_are() {
        let moved = |to| {
            let quantity = Quantity(3);
            let event = OrderEvent::Moved { line: LineNo(1), from: Bucket::Open, to, quantity };
            name(&Event::Order(OrderId(1), event), "moved")
        };
        assert_eq!(moved(Bucket::Cancelled), "order.cancelled");
        assert_eq!(moved(Bucket::Allocated), "order.moved");
    }
}
