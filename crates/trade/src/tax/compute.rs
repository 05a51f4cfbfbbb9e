//! Tax from the company's own tables.

use units::{Amount, Day, Decimal, prorate};

use crate::account::Account;
use crate::billing::TaxLine;
use crate::ids::LineNo;
use crate::master::Company;
use crate::order::{Order, line_net};

/// What our own computation gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaxComputation {
    /// Rate in per cent by line.
    pub rates: Vec<(LineNo, Decimal)>,
    /// Tax of the whole order, by rate.
    pub lines: Vec<TaxLine>,
    /// Tax of the whole order.
    pub tax: Amount,
}

/// Tax of an order on a day: by the jurisdiction of the ship-to and the tax category of each line.
///
/// Nothing where no rate is known, and with a valid exemption. Source: domain §1.4.
pub fn own(company: &Company, order: &Order, account: &Account, day: Day) -> TaxComputation {
    let exempt = account.profile.exemption.as_ref().is_some_and(|(_, until)| day <= *until);
    let rate = |category: &str| -> Decimal {
        let of_place =
            company.taxes.iter().filter(|rate| rate.jurisdiction == order.ship_to.country && rate.category == category);
        let valid = of_place.filter(|rate| rate.from.is_none_or(|from| from <= day));
        valid.max_by_key(|rate| rate.from).map(|rate| rate.rate).unwrap_or_default()
    };
    let rates = order.lines.iter().map(|line| (line.no, if exempt { Decimal::ZERO } else { rate(&line.tax_category) }));
    let rates: Vec<(LineNo, Decimal)> = rates.collect();
    let nets = order.lines.iter().zip(&rates).map(|(line, (_, rate))| (*rate, line_net(line, order.currency)));
    let lines = of_parts(&nets.collect::<Vec<_>>(), order.freight, order.discount);
    let tax = lines.iter().map(|line| line.tax).sum();
    TaxComputation { rates, lines, tax }
}

/// Tax by rate on lines of rate and net amount: freight and what is taken off are shared by value, and each rate is rounded once
/// on the sum of its rounded lines (EN 16931). Source: domain §1.4, mode `document-from-rounded-lines`.
pub fn of_parts(nets: &[(Decimal, Amount)], added: Amount, taken_off: Amount) -> Vec<TaxLine> {
    let weights: Vec<i64> = nets.iter().map(|(_, net)| net.0).collect();
    let shares = prorate((added - taken_off).0, &weights);
    let mut taxes: Vec<TaxLine> = Vec::new();
    for ((rate, net), share) in nets.iter().zip(shares) {
        let base = *net + Amount(share);
        match taxes.iter_mut().find(|tax| tax.rate == *rate) {
            Some(tax) => tax.base += base,
            None => taxes.push(TaxLine { rate: *rate, base, tax: Amount::ZERO }),
        }
    }
    for tax in &mut taxes {
        tax.tax = tax.base.percent(tax.rate);
    }
    taxes.sort_by_key(|tax| tax.rate);
    taxes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_1_4_each_rate_is_rounded_once() {
        let rate: Decimal = "8.25".parse().unwrap();
        let taxes = of_parts(&[(rate, Amount(55)); 3], Amount(0), Amount(0));
        assert_eq!(taxes, [TaxLine { rate, base: Amount(165), tax: Amount(14) }]);
        let rate = Decimal::from(22i64);
        let taxes = of_parts(&[(rate, Amount(535_066))], Amount(0), Amount(0));
        assert_eq!(taxes[0].tax, Amount(117_715));
    }

    #[test]
    fn freight_and_discount_are_taxed_with_the_goods() {
        let ten = Decimal::from(10i64);
        let taxes = of_parts(&[(ten, Amount(100_000)), (ten, Amount(20_000))], Amount(6_000), Amount(6_000));
        assert_eq!((taxes[0].base, taxes[0].tax), (Amount(120_000), Amount(12_000)));
        let mixed = of_parts(&[(ten, Amount(100)), (Decimal::ZERO, Amount(100))], Amount(10), Amount(0));
        assert_eq!(mixed.iter().map(|tax| tax.base.0).collect::<Vec<_>>(), [105, 105]);
    }
}
