//! Tax from the company's own tables.

use units::{Amount, Currency, Day, Decimal, Quantity, Text, prorate};

use super::scheme::TaxScheme;
use super::taxation::{LevelRate, Taxation, total};
use crate::account::Account;
use crate::billing::TaxLine;
use crate::ids::LineNo;
use crate::master::{Company, TaxRounding};
use crate::order::{Line, Order, line_net};

/// What our own computation gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaxComputation {
    /// Rate in per cent by line.
    pub rates: Vec<(LineNo, Decimal)>,
    /// Tax of the whole order, by rate.
    pub lines: Vec<TaxLine>,
    /// Tax of the whole order.
    pub tax: Amount,
    /// Where it was rounded.
    pub mode: TaxRounding,
    /// Why an exemption certificate or a VAT number does not count, and the lines that it would exempt.
    pub void: Option<(Text, Vec<LineNo>)>,
    /// What each jurisdiction gets of it.
    pub levels: Vec<(Text, Amount)>,
    /// The exemption certificates that took something off.
    pub certificates: Vec<Text>,
    /// Who accounts for it.
    pub scheme: TaxScheme,
}

/// A line as tax sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxedLine {
    /// In per cent.
    pub rate: Decimal,
    /// Net, as the document shows it.
    pub net: Amount,
    /// Net in minor units before it was rounded.
    pub exact: Decimal,
}

impl TaxedLine {
    /// A line of so many units at a price in major units, whose rounded net amount is `net`.
    pub fn new(rate: Decimal, net: Amount, price: Decimal, units: Quantity, currency: Currency) -> Self {
        let exact = price.checked_mul(Decimal::from(units.0));
        let exact = exact.and_then(|major| major.checked_mul(Decimal::from(10i64.pow(currency.exponent()))));
        Self { rate, net, exact: exact.unwrap_or(Decimal::from(net.0)) }
    }
}

/// Tax of an order on a day: by the jurisdictions that it is taxed at and the tax category of each line, rounded as these do.
///
/// Nothing where no rate is known, with a valid exemption, and where the customer accounts for it; an exemption that has run out or that
/// nobody has verified exempts nothing. Source: domain §1.4.
pub fn own(company: &Company, order: &Order, account: &Account, day: Day) -> TaxComputation {
    let mut taxation = Taxation::of(company, &account.profile, order);
    let mut void: Option<(Text, Vec<LineNo>)> = None;
    let mut rates = Vec::with_capacity(order.lines.len());
    let mut taxed = Vec::with_capacity(order.lines.len());
    let mut charged = Vec::with_capacity(order.lines.len());
    let mut certificates: Vec<Text> = Vec::new();
    for line in &order.lines {
        let charge = taxation.charged(&line.tax_category, day);
        if let Some(why) = &charge.void {
            void.get_or_insert_with(|| (why.clone(), Vec::new())).1.push(line.no);
        }
        for number in &charge.exempted_by {
            if !certificates.contains(number) {
                certificates.push(number.clone());
            }
        }
        let rate = total(&charge.levels);
        let units = line.ordered() - line.never_billed();
        rates.push((line.no, rate));
        taxed.push(TaxedLine::new(rate, line_net(line, order.currency), line.price, units, order.currency));
        charged.push(charge.levels.clone());
    }
    let with_header = with_header(&taxed, order.freight, order.discount);
    let Taxation { scheme, rounding: mode, .. } = taxation;
    let lines = by_rate(mode, &with_header);
    let tax = lines.iter().map(|line| line.tax).sum();
    let levels = by_level(with_header.iter().map(|line| line.net).zip(charged), tax);
    TaxComputation { rates, lines, tax, mode, void, levels, certificates, scheme }
}

/// What of a tax each jurisdiction gets, by what it charges of each net amount; together the whole tax, to the minor unit.
pub(crate) fn by_level(charged: impl Iterator<Item = (Amount, Vec<LevelRate>)>, tax: Amount) -> Vec<(Text, Amount)> {
    let mut weights: Vec<(Text, i64)> = Vec::new();
    for (net, levels) in charged {
        for LevelRate { jurisdiction, rate } in levels {
            // rates have few digits after the point: a thousandth of a per cent is enough to share by
            let share = Amount(net.0.saturating_mul(1_000)).percent(rate).0;
            match weights.iter_mut().find(|(known, _)| *known == jurisdiction) {
                Some((_, weight)) => *weight = weight.saturating_add(share),
                None => weights.push((jurisdiction, share)),
            }
        }
    }
    let shares = prorate(tax.0, &weights.iter().map(|(_, weight)| *weight).collect::<Vec<_>>());
    weights.into_iter().zip(shares).map(|((jurisdiction, _), share)| (jurisdiction, Amount(share))).collect()
}

/// What is charged of a line on the day of its supply: as it was determined, unless a new rate or the end of an exemption lies between the
/// order and that day; and by which jurisdictions. Source: domain §1.4 (rate at tax point date).
pub(crate) fn at_tax_point(
    taxation: &mut Taxation<'_>,
    line: &Line,
    ordered: Day,
    supplied: Day,
) -> (Decimal, Vec<LevelRate>) {
    let mut on = |day| taxation.charged(&line.tax_category, day);
    let now = on(supplied);
    let is_as_ordered = ordered == supplied || total(&on(ordered).levels) == total(&now.levels);
    let rate = if is_as_ordered { line.tax_rate } else { total(&now.levels) };
    let is_known = now.levels.is_empty() == rate.is_zero();
    (rate, if is_known { now.levels.clone() } else { taxation.whole(rate) })
}

/// Tax by rate, ascending. Freight and what is taken off are shared by value. Source: domain §1.4 (rounding modes).
pub fn of_parts(mode: TaxRounding, lines: &[TaxedLine], added: Amount, taken_off: Amount) -> Vec<TaxLine> {
    by_rate(mode, &with_header(lines, added, taken_off))
}

/// The lines of one order with their shares, by value, of what is added and taken off there.
pub(crate) fn with_header(lines: &[TaxedLine], added: Amount, taken_off: Amount) -> Vec<TaxedLine> {
    let weights: Vec<i64> = lines.iter().map(|line| line.net.0).collect();
    let shares = prorate((added - taken_off).0, &weights);
    let with_share = |(line, share): (&TaxedLine, i64)| {
        let net = line.net + Amount(share);
        let exact = line.exact.checked_add(Decimal::from(share)).unwrap_or(Decimal::from(net.0));
        TaxedLine { net, exact, ..*line }
    };
    lines.iter().zip(shares).map(with_share).collect()
}

/// Tax by rate, ascending, of lines that have their shares of the header. Source: domain §1.4 (rounding modes).
pub(crate) fn by_rate(mode: TaxRounding, lines: &[TaxedLine]) -> Vec<TaxLine> {
    // beside each rate its unrounded base, which the mode `document` needs
    let mut taxes: Vec<(TaxLine, Decimal)> = Vec::new();
    for TaxedLine { rate, net: base, exact } in lines.iter().copied() {
        let tax = of_base(mode, base, rate);
        match taxes.iter_mut().find(|(tax, _)| tax.rate == rate) {
            Some((of_rate, all)) => {
                of_rate.base += base;
                of_rate.tax += tax;
                *all = all.checked_add(exact).unwrap_or(*all);
            }
            None => taxes.push((TaxLine { rate, base, tax }, exact)),
        }
    }
    for (tax, exact) in &mut taxes {
        match mode {
            TaxRounding::Line | TaxRounding::LineHalfEven => {}
            TaxRounding::Document | TaxRounding::DocumentHalfEven => {
                tax.tax = percent_of(*exact, tax.rate, mode).unwrap_or(tax.base.percent(tax.rate));
            }
            TaxRounding::DocumentFromRoundedLines | TaxRounding::DocumentFromRoundedLinesHalfEven => {
                tax.tax = of_base(mode, tax.base, tax.rate);
            }
        }
    }
    taxes.sort_by_key(|(tax, _)| tax.rate);
    taxes.into_iter().map(|(tax, _)| tax).collect()
}

/// Tax of what is given back between two net amounts of a document: the difference of what it is up to each, so that all that is given
/// back brings back all of its tax, as it was rounded there.
pub fn between(mode: TaxRounding, of: &[TaxLine], from: Amount, to: Amount) -> Vec<TaxLine> {
    let weights: Vec<i64> = of.iter().map(|tax| tax.base.0.max(0)).collect();
    let (before, after) = (prorate(from.0, &weights), prorate(to.0, &weights));
    let up_to = |tax: &TaxLine, base: Amount| if base == tax.base { tax.tax } else { of_base(mode, base, tax.rate) };
    let line = |((tax, before), after): ((&TaxLine, i64), i64)| TaxLine {
        rate: tax.rate,
        base: Amount(after - before),
        tax: up_to(tax, Amount(after)) - up_to(tax, Amount(before)),
    };
    of.iter().zip(before).zip(after).map(line).collect()
}

/// The tax of a base in minor units, a half as the mode has it.
pub(crate) fn of_base(mode: TaxRounding, base: Amount, rate: Decimal) -> Amount {
    percent_of(Decimal::from(base.0), rate, mode).unwrap_or(base.percent(rate))
}

fn percent_of(base: Decimal, rate: Decimal, mode: TaxRounding) -> Option<Amount> {
    let tax = base.checked_mul(rate)?.checked_div(Decimal::HUNDRED)?;
    tax.round(0, mode.half()).to_i64().map(Amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::TaxRate;
    use crate::order::{Buckets, Line};

    const MODES: [TaxRounding; 3] = [TaxRounding::Line, TaxRounding::Document, TaxRounding::DocumentFromRoundedLines];

    fn line(rate: &str, price: &str, units: i64, currency: Currency) -> TaxedLine {
        let (price, units) = (price.parse().unwrap(), Quantity(units));
        TaxedLine::new(rate.parse().unwrap(), Amount::of(price, units, currency).unwrap(), price, units, currency)
    }

    fn tax(mode: TaxRounding, lines: &[TaxedLine]) -> i64 {
        of_parts(mode, lines, Amount(0), Amount(0)).iter().map(|tax| tax.tax.0).sum()
    }

    #[test]
    fn domain_1_4_example_1_fully_unrounded_differs_by_a_cent() {
        // 348.35 less 4 %
        let lines = [line("22", "334.416", 16, Currency::EUR)];
        assert_eq!(lines[0].net, Amount(535_066));
        assert_eq!(MODES.map(|mode| 535_066 + tax(mode, &lines)), [652_781, 652_780, 652_781]);
    }

    #[test]
    fn domain_1_4_example_2_each_line_or_all_at_once() {
        let lines = [line("8.25", "0.55", 1, Currency::EUR); 3];
        assert_eq!(MODES.map(|mode| tax(mode, &lines)), [15, 14, 14]);
    }

    #[test]
    fn domain_1_4_example_3_lines_are_rounded_to_the_currency_and_not_once_together() {
        let lines = [line("10", "100.5", 1, "JPY".parse().unwrap()); 2];
        assert_eq!(lines[0].net + lines[1].net, Amount(202));
        let once = lines[0].exact.checked_add(lines[1].exact).unwrap().round(0, units::Rounding::HalfUp);
        assert_eq!(once, Decimal::from(201i64));
        assert_eq!(MODES.map(|mode| of_parts(mode, &lines, Amount(0), Amount(0))[0].base), [Amount(202); 3]);
        assert_eq!(MODES.map(|mode| tax(mode, &lines)), [20, 20, 20]);
    }

    #[test]
    fn domain_1_a_half_goes_up_or_to_the_even_neighbour_as_the_jurisdiction_has_it() {
        // 0.125 and 0.375 each, 0.5 together
        let lines = [line("5", "2.50", 1, Currency::EUR), line("5", "7.50", 1, Currency::EUR)];
        let even = [TaxRounding::LineHalfEven, TaxRounding::DocumentHalfEven, TaxRounding::DocumentFromRoundedLinesHalfEven];
        assert_eq!(MODES.map(|mode| tax(mode, &lines)), [51, 50, 50]);
        assert_eq!(even.map(|mode| tax(mode, &lines)), [50, 50, 50]);
        let one = [line("5", "2.50", 1, Currency::EUR)];
        assert_eq!((MODES.map(|mode| tax(mode, &one)), even.map(|mode| tax(mode, &one))), ([13; 3], [12; 3]));
    }

    #[test]
    fn freight_and_discount_are_taxed_with_the_goods() {
        let taxes = |lines: &[TaxedLine], added, off| of_parts(TaxRounding::default(), lines, Amount(added), Amount(off));
        let all = taxes(&[line("10", "1000", 1, Currency::EUR), line("10", "200", 1, Currency::EUR)], 6_000, 6_000);
        assert_eq!((all[0].base, all[0].tax), (Amount(120_000), Amount(12_000)));
        let mixed = taxes(&[line("10", "1", 1, Currency::EUR), line("0", "1", 1, Currency::EUR)], 10, 0);
        assert_eq!(mixed.iter().map(|tax| tax.base.0).collect::<Vec<_>>(), [105, 105]);
    }

    #[test]
    fn the_rate_is_that_of_the_day_and_a_certificate_exempts_until_it_runs_out() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let rate = |rate: i64, from: Option<&str>| TaxRate {
            jurisdiction: "DE".into(),
            category: "standard".into(),
            rate: Decimal::from(rate),
            from: from.map(day),
        };
        let company = Company { taxes: vec![rate(16, None), rate(19, Some("2026-07-01"))], ..Company::default() };
        let line = Line {
            price: Decimal::from(100i64),
            tax_category: "standard".into(),
            buckets: Buckets::ordered_now(Quantity(1)),
            ..Line::default()
        };
        let mut order = Order { lines: vec![line], ..Order::default() };
        order.ship_to.country = "DE".into();
        let mut account = Account::default();
        let tax = |order: &Order, account: &Account, on: &str| own(&company, order, account, day(on)).tax;
        assert_eq!(tax(&order, &account, "2026-06-30"), Amount(1_600));
        assert_eq!(tax(&order, &account, "2026-07-01"), Amount(1_900));
        account.profile.exemption = Some(("EX-1".into(), day("2026-07-31")));
        assert_eq!(tax(&order, &account, "2026-07-31"), Amount(0));
        assert_eq!(tax(&order, &account, "2026-08-01"), Amount(1_900));
        order.ship_to.country = "FR".into();
        assert_eq!(tax(&order, &account, "2026-08-01"), Amount(0));
    }
}
