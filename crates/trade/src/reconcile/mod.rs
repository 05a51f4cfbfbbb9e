//! Reconciliation: units and money are conserved, and records that tell the same story agree (domain §1.10).
//!
//! [`check`] only looks; nothing is mended here. [`note_breaks`] puts what it found on the record. A break has an id that is the same in
//! every run, so that two runs can be compared.

mod asked;
mod block;
mod erp;
mod ledger;
mod liabilities;
mod money;
mod record;
mod report;
mod units_kept;

#[cfg(test)]
mod planted;

pub use block::blocked_by;
pub use erp::{ErpControl, ErpMovement, note_erp};
pub use record::{Compared, OpenBreak, Reconciliation, ReconciliationEvent, note_breaks};
pub use report::{Break, MoneyTotals, Report, Totals};

pub(crate) use block::blocks_posting;

use units::Timestamp;

use crate::books::{Aggregate, Key};

const HOUR: i64 = 3_600_000;
/// R2: a warehouse has answered a release after half an hour.
const ACKNOWLEDGED_WITHIN: i64 = HOUR / 2;
/// R4: a shipment is billed a day later, unless its order is billed when it is complete.
const BILLED_WITHIN: i64 = 24 * HOUR;
/// R6: the ERP has posted a document a day later.
const POSTED_WITHIN: i64 = 24 * HOUR;

/// Looks at all aggregates: conservation of units and money, the checkpoints R2 to R7, R9, R10 and R12, and that no order is held without
/// an open exception (domain §1.12).
///
/// With the time of `now` it also finds what should have happened by then: releases without an answer, shipments without an invoice,
/// documents that the ERP has not posted. Source: domain §1.10.
pub fn check<'a>(aggregates: impl Iterator<Item = (&'a Key, &'a Aggregate)>, now: Option<Timestamp>) -> Report {
    let mut report = Report::default();
    let mut units = units_kept::Units::new(now);
    let mut money = money::Money::new(now);
    let mut control = ledger::ControlAccount::new(now);
    let mut by_day = erp::ByDay::default();
    let mut asked = asked::Asked::default();
    let mut liabilities = liabilities::Liabilities::default();
    for (key, aggregate) in aggregates {
        report.totals.count(aggregate);
        units.take(key, aggregate, &mut report);
        money.take(key, aggregate, &mut report);
        control.take(key, aggregate, &mut report);
        by_day.take(aggregate);
        asked.take(key, aggregate, &mut report);
        liabilities.take(key, aggregate);
    }
    units.finish(&mut report);
    money.finish(&mut report);
    control.finish(&mut report);
    by_day.finish(&mut report);
    asked.finish(&mut report);
    liabilities.finish(&mut report);
    report
}
