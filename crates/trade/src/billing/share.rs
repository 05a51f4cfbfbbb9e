//! Shares of the order's header amounts: cumulatively, so that the parts add up whatever the order they come in.

use units::{Amount, Quantity};

use crate::books::{Books, Stop};
use crate::master::{CancelledShare, ProrationBasis, ProrationPolicy};
use crate::order::{Line, Order, units_value};

/// What a line's next `units` cost: the value of all billed then, less what is billed already, so no rounding is lost.
pub(super) fn next_value(order: &Order, line: &Line, units: Quantity) -> Amount {
    units_value(line, line.invoiced + units, order.currency) - line.invoiced_amount
}

/// What of `total` is due once `billed` of `all` is billed: rounded down, and everything with the last.
///
/// Source: domain §1.6 (proration; the last invoice takes the residue).
pub(super) fn due(total: Amount, billed: i64, all: i64) -> Amount {
    if all <= 0 || billed >= all {
        return total;
    }
    // a share of an i64 by a fraction below one fits an i64
    Amount((i128::from(total.0) * i128::from(billed.max(0)) / i128::from(all)) as i64)
}

/// By what an amount is shared over the units of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Measure {
    /// Net value.
    Value,
    /// Base units.
    Units,
    /// Grams of a base unit, by line.
    Grams(Vec<i64>),
}

impl Measure {
    /// How an order measures by value; by units if everything in it is free.
    pub(super) fn by_value(order: &Order) -> Self {
        Self::Value.unless_nothing(order)
    }

    /// How an order measures by a basis; by units if it comes to nothing.
    pub(super) fn of(books: &mut dyn Books, order: &Order, basis: ProrationBasis) -> Result<Self, Stop> {
        Ok(match basis {
            ProrationBasis::Value => Self::by_value(order),
            ProrationBasis::Quantity => Self::Units,
            ProrationBasis::Weight => {
                let mut grams = Vec::with_capacity(order.lines.len());
                for line in &order.lines {
                    grams.push(books.item(&line.item)?.map_or(0, |item| i64::from(item.weight_grams)));
                }
                Self::Grams(grams).unless_nothing(order)
            }
        })
    }

    fn unless_nothing(self, order: &Order) -> Self {
        if self.sum(order, Line::ordered) > 0 { self } else { Self::Units }
    }

    /// What so many units of each line come to.
    pub(super) fn sum(&self, order: &Order, units: impl Fn(&Line) -> Quantity) -> i64 {
        let of_line = |(at, line): (usize, &Line)| match self {
            Self::Value => units_value(line, units(line), order.currency).0,
            Self::Units => units(line).0,
            Self::Grams(grams) => grams.get(at).copied().unwrap_or_default().saturating_mul(units(line).0),
        };
        order.lines.iter().enumerate().map(of_line).fold(0i64, i64::saturating_add)
    }
}

/// The freight and the discount that fall to the next `units` of each line.
///
/// Never below zero, whatever became of weights and cancellations in between. Cancelled units count as ordered, so they carry their
/// share away, unless the policy spreads it over the others. Source: domain §1.6 (proration).
pub(super) fn header(
    books: &mut dyn Books,
    order: &Order,
    policy: &ProrationPolicy,
    units: &impl Fn(&Line) -> Quantity,
) -> Result<(Amount, Amount), Stop> {
    let mut next = |total: Amount, before: Amount, basis| -> Result<Amount, Stop> {
        let measure = Measure::of(books, order, basis)?;
        let billed = measure.sum(order, |line| line.invoiced + units(line));
        let all = measure.sum(order, |line| match policy.cancelled {
            CancelledShare::CarriedAway => line.ordered(),
            CancelledShare::Respread => line.ordered() - line.never_billed(),
        });
        Ok((due(total, billed, all) - before).max(Amount::ZERO))
    };
    let freight = next(order.freight, order.freight_invoiced, policy.freight)?;
    Ok((freight, next(order.discount, order.discount_invoiced, policy.discount)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_1_6_thirds_of_freight() {
        let mut before = Amount(0);
        let parts: Vec<i64> = [1, 2, 3]
            .map(|billed| {
                let now = due(Amount(10_000), billed, 3);
                let part = now - before;
                before = now;
                part.0
            })
            .to_vec();
        assert_eq!(parts, [3_333, 3_333, 3_334]);
    }
}
