//! Exchange rates: by currency, day and source, and what an amount comes to in the company's currency (domain §1.6, multi-currency).

use serde::{Deserialize, Serialize};
use units::{Amount, Currency, Day, Decimal, Rounding, Text};

use super::company::{Company, CompanyEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::refusal::Refusal;

/// What a unit of a currency was worth on a day, in the company's currency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExchangeRate {
    /// The currency.
    pub currency: Currency,
    /// The day from which it counts, until there is a later one of the same source.
    pub day: Day,
    /// Units of the company's currency for one of this.
    pub rate: Decimal,
    /// Who says so, such as `ECB`.
    pub source: Text,
}

/// At which day's rate documents are booked (domain §1.6: order date, ship date or invoice date).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingDay {
    /// The day on which the order was received.
    OrderDate,
    /// The day of the last shipment that is billed; that of the document where nothing has shipped.
    ShipDate,
    /// The day of the document.
    #[default]
    InvoiceDate,
}

/// Which rate counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExchangePolicy {
    /// At which day's rate documents are booked.
    pub booking: BookingDay,
    /// Whose rates count before those of others; `None` takes the latest of anybody.
    pub source: Option<Text>,
}

/// The rate that a document was booked with; it stays with the document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BookedRate {
    /// Units of the company's currency for one of the document's.
    pub rate: Decimal,
    /// The day that the rate is of.
    pub day: Day,
    /// Who says so.
    pub source: Text,
    /// The company's currency.
    pub into: Currency,
}

impl BookedRate {
    /// What an amount in the document's currency comes to in the company's, half up; [`Amount::LIMIT`] where it is more than that.
    pub fn booked(&self, amount: Amount, from: Currency) -> Amount {
        let major = amount.to_decimal(from).checked_mul(self.rate);
        let booked = major.and_then(|major| Amount::from_decimal(major, self.into, Rounding::HalfUp));
        booked.unwrap_or(if amount.is_negative() { -Amount::LIMIT } else { Amount::LIMIT })
    }
}

impl Company {
    /// The rate of a currency on a day, of the source that the policy names if it has one by then. `None` for the company's own currency,
    /// and where nobody has said one yet.
    pub fn rate(&self, currency: Currency, day: Day) -> Option<BookedRate> {
        let until = self.rates.partition_point(|rate| (rate.currency, rate.day) <= (currency, day));
        let known = || self.rates.iter().take(until).rev().take_while(|rate| rate.currency == currency);
        let wanted = self.policy.exchange.source.as_ref().and_then(|source| known().find(|rate| rate.source == *source));
        let found = wanted.or_else(|| known().next())?;
        Some(BookedRate { rate: found.rate, day: found.day, source: found.source.clone(), into: self.currency })
    }

    /// Whether amounts of a currency can be booked on a day.
    pub fn can_book(&self, currency: Currency, day: Day) -> bool {
        currency == self.currency || self.rate(currency, day).is_some()
    }

    /// What an amount comes to in the company's currency on a day, to hold it against limits. An amount that nobody can convert is beyond
    /// every limit.
    pub fn valued(&self, amount: Amount, currency: Currency, day: Day) -> Amount {
        if currency == self.currency || amount.is_zero() {
            return amount;
        }
        match self.rate(currency, day) {
            Some(rate) => rate.booked(amount, currency),
            None if amount.is_negative() => -Amount::LIMIT,
            None => Amount::LIMIT,
        }
    }

    /// As [`Self::valued`], to say how much is at stake and not to hold it against a limit: what nobody can convert is taken at par.
    pub fn estimated(&self, amount: Amount, currency: Currency, day: Day) -> Amount {
        if self.can_book(currency, day) {
            return self.valued(amount, currency, day);
        }
        let at_par = Amount::from_decimal(amount.to_decimal(currency), self.currency, Rounding::HalfUp);
        at_par.unwrap_or_else(|| self.valued(amount, currency, day))
    }

    /// A value in major units of the company's currency in another one on a day; `None` where nobody can convert it.
    pub fn in_currency(&self, value: Decimal, currency: Currency, day: Day) -> Option<Decimal> {
        if currency == self.currency {
            return Some(value);
        }
        value.checked_div(self.rate(currency, day)?.rate)
    }

    /// An amount of the company's currency in another one on a day; nothing where nobody can convert it.
    pub fn amount_in(&self, amount: Amount, currency: Currency, day: Day) -> Amount {
        if currency == self.currency {
            return amount;
        }
        let value = self.in_currency(amount.to_decimal(self.currency), currency, day);
        value.and_then(|value| Amount::from_decimal(value, currency, Rounding::HalfUp)).unwrap_or_default()
    }
}

/// Adds rates, and puts those right that are there of the same currency, day and source. What was booked keeps its rate.
///
/// Refused without a company, for the company's own currency, for a rate that is not above zero, and without a source.
/// Source: domain §1.6 (booking rate by policy, source table).
pub fn put_rates(books: &mut dyn Books, rates: &[ExchangeRate], _cx: &Context) -> Result<(), Stop> {
    let company = crate::order::company(books)?;
    for (at, rate) in rates.iter().enumerate() {
        let field = |name: &str| format!("[{at}].{name}");
        if rate.currency == company.currency {
            return Err(Refusal::invalid(field("currency"), rate.currency, "another currency than the company's").into());
        }
        if !is_rate(rate.rate) {
            return Err(Refusal::invalid(field("rate"), rate.rate, "more than 0 and at most 1,000,000,000").into());
        }
        if rate.source.trim().is_empty() {
            return Err(Refusal::invalid(field("source"), "empty", "who says so, such as ECB").into());
        }
    }
    let is_known = |rate: &ExchangeRate| {
        let at = company.rates.binary_search_by_key(&key(rate), key);
        at.ok().and_then(|at| company.rates.get(at)) == Some(rate)
    };
    let mut new = Vec::new();
    set_rates(&mut new, rates);
    new.retain(|rate| !is_known(rate));
    if !new.is_empty() {
        books.record(&Text::const_new(Company::KEY), CompanyEvent::RatesSet(new));
    }
    Ok(())
}

fn is_rate(rate: Decimal) -> bool {
    !rate.is_zero() && !rate.is_negative() && rate <= Decimal::from(1_000_000_000i64)
}

/// Keeps rates in the order of currency, day and source, each once: what comes last counts.
pub(super) fn set_rates(rates: &mut Vec<ExchangeRate>, new: &[ExchangeRate]) {
    rates.extend_from_slice(new);
    // the sort is stable and takes what is in order already as it is
    rates.sort_by(|one, other| key(one).cmp(&key(other)));
    rates.dedup_by(|later, kept| {
        let is_same = key(later) == key(kept);
        if is_same {
            std::mem::swap(later, kept);
        }
        is_same
    });
}

fn key(rate: &ExchangeRate) -> (Currency, Day, &Text) {
    (rate.currency, rate.day, &rate.source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};

    #[test]
    fn of_a_rate_that_an_import_has_twice_the_last_counts_even_if_it_was_known() {
        let mut story = Story::new();
        let day = "2026-03-02".parse().unwrap();
        let rate =
            |rate: &str| ExchangeRate { currency: Currency::USD, day, rate: rate.parse().unwrap(), source: "ECB".into() };
        put_rates(story.books(), &[rate("0.95")], &at(0)).unwrap();
        put_rates(story.books(), &[rate("0.96"), rate("0.95")], &at(1)).unwrap();
        assert_eq!(crate::order::company(story.books()).unwrap().rates, [rate("0.95")]);
        put_rates(story.books(), &[rate("0.95"), rate("0.96")], &at(2)).unwrap();
        assert_eq!(crate::order::company(story.books()).unwrap().rates, [rate("0.96")]);
    }

    fn rate(currency: &str, day: &str, rate: &str, source: &str) -> ExchangeRate {
        let (currency, day, rate) = (currency.parse().unwrap(), day.parse().unwrap(), rate.parse().unwrap());
        ExchangeRate { currency, day, rate, source: source.into() }
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn company(rates: &[ExchangeRate]) -> (Story, std::sync::Arc<Company>) {
        let mut story = Story::new();
        put_rates(story.books(), rates, &at(0)).unwrap();
        let company = crate::order::company(story.books()).unwrap();
        (story, company)
    }

    #[test]
    fn the_latest_rate_up_to_the_day_counts_and_the_policys_source_before_others() {
        let rates = [
            rate("USD", "2026-03-01", "0.90", "ECB"),
            rate("USD", "2026-03-03", "0.92", "ECB"),
            rate("USD", "2026-03-02", "0.91", "bank"),
            rate("JPY", "2026-03-01", "0.006", "ECB"),
        ];
        let (_, company) = company(&rates);
        let on = |company: &Company, text| company.rate(Currency::USD, day(text)).map(|rate| rate.rate);
        assert_eq!(on(&company, "2026-02-28"), None);
        assert_eq!(on(&company, "2026-03-02"), Some("0.91".parse().unwrap()));
        assert_eq!(on(&company, "2026-03-09"), Some("0.92".parse().unwrap()));
        let mut of_ecb = (*company).clone();
        of_ecb.policy.exchange.source = Some("ECB".into());
        assert_eq!(on(&of_ecb, "2026-03-02"), Some("0.90".parse().unwrap()));
        of_ecb.policy.exchange.source = Some("nobody".into());
        assert_eq!(on(&of_ecb, "2026-03-02"), Some("0.91".parse().unwrap()));
    }

    #[test]
    fn domain_1_6_amounts_keep_the_exponents_of_their_currencies() {
        let (_, company) = company(&[rate("JPY", "2026-03-01", "0.00625", "ECB"), rate("KWD", "2026-03-01", "3", "ECB")]);
        let (jpy, kwd) = ("JPY".parse().unwrap(), "KWD".parse().unwrap());
        let on = day("2026-03-02");
        assert_eq!(company.valued(Amount(16_000), jpy, on), Amount(10_000));
        assert_eq!(company.valued(Amount(1_000), kwd, on), Amount(300));
        assert_eq!(company.amount_in(Amount(10_000), jpy, on), Amount(16_000));
        assert_eq!(company.amount_in(Amount(300), kwd, on), Amount(1_000));
    }

    #[test]
    fn what_nobody_can_convert_is_beyond_every_limit() {
        let (_, company) = company(&[]);
        let on = day("2026-03-02");
        assert_eq!(company.valued(Amount(1), Currency::USD, on), Amount::LIMIT);
        assert_eq!(company.valued(Amount(0), Currency::USD, on), Amount::ZERO);
        assert!(!company.can_book(Currency::USD, on) && company.can_book(company.currency, on));
    }

    #[test]
    fn what_is_at_stake_in_a_currency_without_a_rate_is_taken_at_par() {
        let (_, company) = company(&[rate("USD", "2026-03-01", "0.90", "ECB")]);
        let on = day("2026-03-02");
        assert_eq!(company.estimated(Amount(500), Currency::USD, on), Amount(450));
        assert_eq!(company.estimated(Amount(-500), "GBP".parse().unwrap(), on), Amount(-500));
        assert_eq!(company.estimated(Amount(500), "JPY".parse().unwrap(), on), Amount(50_000));
        assert_eq!(company.estimated(Amount::LIMIT, "JPY".parse().unwrap(), on), Amount::LIMIT);
    }

    #[test]
    fn a_rate_is_put_right_by_its_day_and_source_and_the_company_set_anew_keeps_it() {
        let (mut story, before) = company(&[rate("USD", "2026-03-01", "0.90", "ECB")]);
        put_rates(story.books(), &[rate("USD", "2026-03-01", "0.93", "ECB")], &at(1)).unwrap();
        let anew = Company { rates: Vec::new(), name: "Renamed".into(), ..(*before).clone() };
        super::super::put_company(story.books(), &anew, &at(2)).unwrap();
        let company = crate::order::company(story.books()).unwrap();
        assert_eq!((company.rates.len(), company.rates[0].rate), (1, "0.93".parse().unwrap()));
        assert_eq!(company.name, "Renamed");
    }

    #[test]
    fn rates_that_come_late_and_out_of_order_stand_in_their_place_and_the_last_of_one_key_counts() {
        let (mut story, _) = company(&[rate("USD", "2026-03-05", "0.95", "ECB"), rate("USD", "2026-03-01", "0.91", "ECB")]);
        let late = [
            rate("JPY", "2026-03-04", "0.006", "ECB"),
            rate("USD", "2026-03-03", "0.93", "ECB"),
            rate("USD", "2026-03-05", "0.96", "ECB"),
            rate("USD", "2026-03-05", "0.97", "ECB"),
        ];
        put_rates(story.books(), &late, &at(1)).unwrap();
        let company = crate::order::company(story.books()).unwrap();
        let kept: Vec<_> = company.rates.iter().map(|rate| (rate.currency.as_str(), rate.rate.to_string())).collect();
        let wanted = [("JPY", "0.006"), ("USD", "0.91"), ("USD", "0.93"), ("USD", "0.97")];
        assert_eq!(kept, wanted.map(|(currency, rate)| (currency, rate.to_owned())));
    }

    #[test]
    fn broken_rates_are_refused_with_their_place() {
        let (mut story, _) = company(&[]);
        let mut refused = |rate: ExchangeRate| match put_rates(story.books(), &[rate], &at(1)) {
            Err(Stop::Refused(Refusal::Invalid { field, .. })) => field.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(rate("EUR", "2026-03-01", "1", "ECB")), "[0].currency");
        assert_eq!(refused(rate("USD", "2026-03-01", "0", "ECB")), "[0].rate");
        assert_eq!(refused(rate("USD", "2026-03-01", "-1", "ECB")), "[0].rate");
        assert_eq!(refused(rate("USD", "2026-03-01", "1", " ")), "[0].source");
    }
}
