//! The state of a line: a label of its buckets and ledgers, never stored (domain §1.5.1).

use serde::{Deserialize, Serialize};
use units::Quantity;

use super::state::{Line, Order};

/// The derived label of a line. *Partially* stands where other units of the line are behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Every unit was cancelled.
    Cancelled,
    /// Nothing is promised yet, or only for a day beyond the reservation fence.
    Open,
    /// All that is not cancelled waits for supply.
    Backordered,
    /// Some of it does.
    PartiallyBackordered,
    /// Reserved at nodes.
    Allocated,
    /// Some of it is.
    PartiallyAllocated,
    /// With warehouses.
    Released,
    /// Some of it is.
    PartiallyReleased,
    /// Picked.
    Picked,
    /// Some of it is.
    PartiallyPicked,
    /// Some of it has shipped, and the rest is on its way there.
    PartiallyShipped,
    /// All that is not cancelled has shipped, and nothing is invoiced.
    Fulfilled,
    /// All has shipped, and some of it is invoiced.
    PartlyInvoiced,
    /// All has shipped and is invoiced.
    Invoiced,
    /// Nothing is owed for the order any more.
    Settled,
    /// Its order is closed.
    Closed,
}

impl Line {
    /// The derived label; `order` is its order, whose receivables settle the line and whose closing closes it.
    ///
    /// What is owed is known by order and not by line, so a line is settled with the last invoice of its order. Source: domain §1.5.1.
    pub fn state(&self, order: &Order) -> LineState {
        use LineState::*;
        let buckets = &self.buckets;
        let live = self.ordered() - buckets.cancelled;
        if !live.is_positive() {
            return Cancelled;
        }
        if buckets.to_ship().is_zero() {
            return self.shipped_state(order);
        }
        let missing = self.missing();
        if missing.is_positive() {
            return if missing == live { Backordered } else { PartiallyBackordered };
        }
        let furthest = [
            (buckets.shipped, PartiallyShipped, PartiallyShipped),
            (buckets.picked, Picked, PartiallyPicked),
            (buckets.released, Released, PartiallyReleased),
            (buckets.allocated, Allocated, PartiallyAllocated),
        ];
        let furthest = furthest.into_iter().find(|(units, ..)| units.is_positive());
        furthest.map_or(Open, |(units, all, some)| if units == live { all } else { some })
    }

    /// Of a line of which everything has shipped.
    fn shipped_state(&self, order: &Order) -> LineState {
        let is_billed = self.to_invoice().is_zero();
        match (order.closed_at.is_some(), is_billed, order.receivable.is_zero(), self.invoiced > Quantity::ZERO) {
            (true, ..) => LineState::Closed,
            (_, true, true, _) => LineState::Settled,
            (_, true, false, true) => LineState::Invoiced,
            (_, false, _, true) => LineState::PartlyInvoiced,
            (_, _, _, false) => LineState::Fulfilled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{Buckets, Peg};
    use units::{Amount, Timestamp};

    /// Cancelled, open, backordered, allocated, released, picked, shipped; and invoiced.
    fn line([cancelled, open, backordered, allocated, released, picked, shipped]: [i64; 7], invoiced: i64) -> Line {
        let q = Quantity;
        let buckets = Buckets {
            cancelled: q(cancelled),
            open: q(open),
            backordered: q(backordered),
            allocated: q(allocated),
            released: q(released),
            picked: q(picked),
            shipped: q(shipped),
        };
        let pegs = vec![Peg { quantity: buckets.backordered, ..Peg::default() }];
        Line { buckets, pegs, invoiced: q(invoiced), ..Line::default() }
    }

    #[test]
    fn domain_1_5_1_the_state_of_a_line_is_a_label_of_its_buckets() {
        use LineState::*;
        for (buckets, invoiced, expected) in [
            ([9, 0, 0, 0, 0, 0, 0], 0, Cancelled),
            ([1, 8, 0, 0, 0, 0, 0], 0, Open),
            ([1, 0, 8, 0, 0, 0, 0], 0, Backordered),
            ([0, 1, 8, 0, 0, 0, 0], 0, PartiallyBackordered),
            ([0, 0, 1, 0, 0, 0, 8], 8, PartiallyBackordered),
            ([1, 0, 0, 8, 0, 0, 0], 0, Allocated),
            ([0, 1, 0, 8, 0, 0, 0], 0, PartiallyAllocated),
            ([0, 0, 0, 0, 9, 0, 0], 0, Released),
            ([0, 0, 0, 4, 5, 0, 0], 0, PartiallyReleased),
            ([1, 0, 0, 0, 0, 8, 0], 0, Picked),
            ([0, 0, 0, 0, 1, 8, 0], 0, PartiallyPicked),
            ([1, 0, 0, 0, 0, 1, 7], 7, PartiallyShipped),
            ([0, 0, 0, 0, 0, 0, 9], 0, Fulfilled),
            ([1, 0, 0, 0, 0, 0, 8], 0, Fulfilled),
            ([0, 0, 0, 0, 0, 0, 9], 4, PartlyInvoiced),
            ([1, 0, 0, 0, 0, 0, 8], 8, Invoiced),
        ] {
            let order = Order { receivable: Amount(1), ..Order::default() };
            assert_eq!(line(buckets, invoiced).state(&order), expected, "{buckets:?} {invoiced}");
        }
    }

    #[test]
    fn domain_1_5_1_a_line_is_settled_once_nothing_is_owed_and_closed_with_its_order() {
        let closed = Order { closed_at: Some(Timestamp(1)), ..Order::default() };
        let all = [0, 0, 0, 0, 0, 0, 9];
        for (invoiced, settled, at_the_end) in [
            (9, LineState::Settled, LineState::Closed),
            (4, LineState::PartlyInvoiced, LineState::Closed),
            (0, LineState::Fulfilled, LineState::Closed),
        ] {
            assert_eq!(line(all, invoiced).state(&Order::default()), settled);
            assert_eq!(line(all, invoiced).state(&closed), at_the_end);
        }
        // what came back before its invoice is never billed
        let back = Line { sent_back: Quantity(9), ..line(all, 0) };
        assert_eq!(back.state(&Order::default()), LineState::Settled);
        let waiting = Line { sent_back: Quantity(5), ..line(all, 4) };
        assert_eq!(waiting.state(&Order { receivable: Amount(1), ..Order::default() }), LineState::Invoiced);
        assert_eq!(line([9, 0, 0, 0, 0, 0, 0], 0).state(&closed), LineState::Cancelled);
    }

    #[test]
    fn units_that_are_committed_to_a_later_day_are_not_missing() {
        let mut ahead = line([0, 0, 9, 0, 0, 0, 0], 0);
        ahead.pegs[0].ahead = true;
        assert_eq!(ahead.state(&Order::default()), LineState::Open);
    }
}
