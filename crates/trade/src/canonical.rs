//! The canonical events of the trade, and which event of the feed tells each (domain §1.5.3).

/// How a canonical event is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// By the event of this name, and what there is to know about that; empty if it is the same one.
    By(&'static str, &'static str),
    /// Not at all, and why.
    Not(&'static str),
}

use Told::{By, Not};

/// All of them, in the order of the domain's list; those without a number belong to its two further families.
pub const CANONICAL: &[(Option<u8>, &str, Told)] = &[
    (Some(1), "order.received", By("order.received", "")),
    (Some(2), "order.duplicate_detected", By("order.duplicate_detected", "")),
    (
        Some(3),
        "order.submitted",
        By(
            "order.received",
            "An order is received as it was submitted, in one step; it is `submitted` until it is checked.",
        ),
    ),
    (Some(4), "order.validated", By("order.validated", "")),
    (Some(5), "order.validation_failed", By("order.validation_failed", "")),
    (Some(6), "order.hold_placed", By("order.hold_placed", "")),
    (Some(7), "order.hold_released", By("order.hold_released", "")),
    (Some(8), "order.approved", By("order.approved", "")),
    (Some(9), "order.rejected", By("order.rejected", "")),
    (Some(10), "order.changed", By("order.changed", "")),
    (Some(11), "order.cancelled", By("order.cancelled", "Once for each line, with its units.")),
    (Some(12), "order.closed", By("order.closed", "")),
    (Some(13), "credit.checked", By("credit.checked", "")),
    (Some(14), "price.exception_raised", By("order.hold_placed", "With `kind` `price`; its exception is PRICE.")),
    (Some(15), "tax.determined", By("tax.determined", "")),
    (Some(16), "inventory.reserved", By("inventory.reserved", "")),
    (Some(17), "inventory.allocated", By("inventory.allocated", "")),
    (Some(18), "inventory.reservation_released", By("inventory.reservation_released", "")),
    (Some(19), "inventory.reservation_expired", By("inventory.reservation_expired", "")),
    (Some(20), "inventory.shortage_detected", By("inventory.shortage_detected", "")),
    (Some(21), "inventory.backordered", By("inventory.backordered", "")),
    (Some(22), "inventory.repromised", By("inventory.repromised", "")),
    (Some(23), "inventory.adjusted", By("inventory.adjusted", "")),
    (Some(24), "inventory.received", By("inventory.received", "")),
    (Some(25), "fulfilment.sourced", By("fulfilment.sourced", "Where there is something to explain.")),
    (Some(26), "fulfilment.released", By("fulfilment.released", "")),
    (Some(27), "fulfilment.acknowledged", By("fulfilment.acknowledged", "")),
    (Some(28), "pick.confirmed", By("pick.confirmed", "")),
    (Some(29), "shipment.packed", Not("Warehouses do not tell packages: they confirm what was picked, and what has left.")),
    (Some(30), "shipment.confirmed", By("shipment.confirmed", "")),
    (Some(31), "shipment.voided", Not("What a warehouse has confirmed as shipped has left; it comes back as a return.")),
    (Some(32), "shipment.delivered", By("shipment.delivered", "")),
    (Some(33), "shipment.delivery_failed", Not("Carriers prove deliveries; what is not proved in time is an exception.")),
    (
        Some(34),
        "billing.triggered",
        By("invoice.released", "One decision triggers and posts; what blocks it is BILLING-BLOCKED."),
    ),
    (Some(35), "invoice.released", By("invoice.released", "")),
    (
        Some(36),
        "invoice.delivered",
        By("invoice.confirmed_by_erp", "Invoices go to the ERP, which brings them to the customer."),
    ),
    (Some(37), "invoice.disputed", By("invoice.disputed", "")),
    (Some(38), "credit_note.issued", By("credit_note.issued", "")),
    (Some(39), "receivable.due", By("receivable.due", "")),
    (Some(39), "receivable.overdue", By("receivable.overdue", "When it is past its day, and at 31, 61 and 91 days.")),
    (Some(40), "payment.received", By("payment.received", "")),
    (Some(41), "payment.matched", By("payment.matched", "")),
    (Some(42), "payment.unmatched", By("payment.unmatched", "")),
    (Some(43), "payment.reversed", By("payment.reversed", "")),
    (Some(44), "deduction.opened", By("deduction.opened", "")),
    (Some(44), "deduction.resolved", By("deduction.resolved", "")),
    (Some(45), "return.authorised", By("return.authorised", "")),
    (Some(45), "return.received", Not("The way of returned goods through the warehouse is not known yet.")),
    (Some(45), "return.inspected", Not("As `return.received`.")),
    (
        Some(46),
        "refund.issued",
        Not("Money that is owed to a customer lies on their account; nothing is paid out from here."),
    ),
    (Some(47), "exception.raised", By("exception.raised", "")),
    (Some(47), "exception.escalated", By("exception.escalated", "")),
    (Some(47), "exception.resolved", By("exception.resolved", "`exception.cleared` where an event has made it void.")),
    (Some(48), "reconciliation.break_detected", By("reconciliation.break_detected", "")),
    (Some(48), "reconciliation.break_cleared", By("reconciliation.break_cleared", "")),
    (None, "purchase.proposed", Not("Purchases are made elsewhere; what they will bring is `inventory.inbound_set`.")),
    (None, "purchase.ordered", Not("As `purchase.proposed`.")),
    (None, "purchase.acknowledged", Not("As `purchase.proposed`.")),
    (None, "transfer.ordered", Not("Transfers are made elsewhere; what they will bring is `inventory.inbound_set`.")),
    (None, "transfer.shipped", Not("As `transfer.ordered`.")),
    (None, "transfer.received", By("inventory.received", "`document` names the transfer.")),
    (None, "message.received", By("order.received", "As what the document led to: an order, a statement, a shipment.")),
    (None, "message.rejected", By("exception.raised", "As RECON-BREAK or INTEGRATION, with the document.")),
    (None, "message.dead_lettered", By("message.dead_lettered", "")),
    (None, "message.replayed", By("message.replayed", "")),
    (None, "dependency.degraded", By("dependency.degraded", "")),
    (None, "dependency.recovered", By("dependency.recovered", "")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_the_domains_list_is_there_and_no_name_twice() {
        let numbers: std::collections::BTreeSet<u8> = CANONICAL.iter().filter_map(|(number, ..)| *number).collect();
        assert_eq!(numbers, (1..=48).collect());
        let names: std::collections::BTreeSet<&str> = CANONICAL.iter().map(|(_, name, _)| *name).collect();
        assert_eq!(names.len(), CANONICAL.len());
    }

    #[test]
    fn what_has_another_name_or_none_says_why() {
        for (_, name, told) in CANONICAL {
            match told {
                By(by, remark) => assert!(by == name || !remark.is_empty(), "{name}"),
                Not(why) => assert!(!why.is_empty(), "{name}"),
            }
        }
    }
}
