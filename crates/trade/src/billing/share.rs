//! Shares of the order's header amounts: by value, cumulatively, so that the parts add up whatever the order they come in.

use units::{Amount, Quantity};

use crate::order::{Line, Order};

/// Value of so many units of a line.
pub(super) fn value(order: &Order, line: &Line, units: Quantity) -> Amount {
    Amount::of(line.price, units, order.currency).unwrap_or(Amount::LIMIT)
}

/// What a line's next `units` cost: the value of all billed then, less what is billed already, so no rounding is lost.
pub(super) fn next_value(order: &Order, line: &Line, units: Quantity) -> Amount {
    value(order, line, line.invoiced + units) - line.invoiced_amount
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

/// How much of the order is billed once `units` more of each line are: value billed then, and value of everything ordered. Cancelled
/// units count as ordered, so they carry their share away.
pub(super) fn progress(order: &Order, units: impl Fn(&Line) -> Quantity) -> (i64, i64) {
    (worth(order, |line| line.invoiced + units(line)), worth(order, Line::ordered))
}

/// What so many units of each line weigh when something is shared: their value; where everything is free, their number.
pub(super) fn worth(order: &Order, units: impl Fn(&Line) -> Quantity) -> i64 {
    let sum = |of: &dyn Fn(&Line) -> i64| order.lines.iter().map(of).fold(0i64, i64::saturating_add);
    if sum(&|line| value(order, line, line.ordered()).0) > 0 {
        return sum(&|line| value(order, line, units(line)).0);
    }
    sum(&|line| units(line).0)
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
