//! Reconciliation: units and money are conserved, and records that tell the same story agree (domain §1.10).

mod money;
mod report;
mod units_kept;

pub use report::{Break, Report, Totals};

use crate::books::{Aggregate, Key};

/// Looks at all aggregates: conservation of units and money, and the checkpoints R2 to R7 and R12.
pub fn check<'a>(aggregates: impl Iterator<Item = (&'a Key, &'a Aggregate)>) -> Report {
    let mut report = Report::default();
    let mut units = units_kept::Units::default();
    let mut money = money::Money::default();
    for (key, aggregate) in aggregates {
        report.totals.count(aggregate);
        units.take(key, aggregate, &mut report);
        money.take(key, aggregate, &mut report);
    }
    units.finish(&mut report);
    money.finish(&mut report);
    report
}
