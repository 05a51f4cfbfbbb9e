//! Questions: no order is held without somebody being asked, and nobody is asked without a next action (domain §1.12).

use std::collections::BTreeSet;

use super::report::{Check, Report, Stake};
use crate::books::{Aggregate, Key};
use crate::context::Role;
use crate::ids::*;
use crate::order::{Hold, Order};

const UNASKED: Check = Check {
    checkpoint: "holds",
    what: "held, with an open exception",
    cause: "hold-without-exception",
    owner: Role::Operations,
};
const NO_WAY_ON: Check = Check {
    checkpoint: "holds",
    what: "an open exception, with a next action",
    cause: "exception-without-action",
    owner: Role::Operations,
};

/// Holds, and the exceptions that are open.
#[derive(Debug, Default)]
pub(super) struct Asked {
    holds: Vec<(OrderId, Hold)>,
    open: BTreeSet<ExceptionId>,
}

impl Asked {
    pub(super) fn take(&mut self, key: &Key, aggregate: &Aggregate, report: &mut Report) {
        match (key, aggregate) {
            (Key::Order(id), Aggregate::Order(order)) => self.order(*id, order),
            (Key::Exception(id), Aggregate::Exception(exception)) if exception.is_open() => {
                self.open.insert(*id);
                let stake = Stake::new(Some(exception.raised_at), exception.amount);
                report.hold(&NO_WAY_ON, id, exception.actions.is_empty(), false, stake);
            }
            _ => {}
        }
    }

    fn order(&mut self, id: OrderId, order: &Order) {
        if !order.is_over() {
            self.holds.extend(order.holds.iter().map(|hold| (id, hold.clone())));
        }
    }

    pub(super) fn finish(self, report: &mut Report) {
        for (id, hold) in &self.holds {
            let asked = hold.exception.filter(|exception| self.open.contains(exception));
            let stake = Stake::new(Some(hold.placed_at), hold.amount);
            report.hold(&UNASKED, format_args!("{id} {:?}", hold.kind), true, asked.is_some(), stake);
        }
    }
}
