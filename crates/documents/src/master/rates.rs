//! Exchange rates as CSV.

use std::collections::BTreeSet;

use trade::master::ExchangeRate;
use units::{Currency, Day, Decimal, Text};

use crate::csv_table::{Row, rows};
use crate::{Finding, Read};

const COLUMNS: [&str; 4] = ["currency", "day", "rate", "source"];

pub(super) fn read(text: &str, name: &str) -> Read<ExchangeRate> {
    let mut read = Read::default();
    let mut seen: BTreeSet<(Currency, Day, Text)> = BTreeSet::new();
    rows(text, name, &COLUMNS, &COLUMNS, &mut read, |read, row| {
        let outcome = row.map_err(Box::new).and_then(|row| {
            let rate = rate(&row)?;
            if !seen.insert((rate.currency, rate.day, rate.source.clone())) {
                let cause = format!("there is a rate of {} on {} of this source already", rate.currency, rate.day);
                return Err(Box::new(row.wrong("rate", cause, "give each once")));
            }
            Ok((row.place(), rate))
        });
        match outcome {
            Ok(record) => read.records.push(record),
            Err(finding) => read.find(*finding),
        }
    });
    read
}

fn rate(row: &Row<'_>) -> Result<ExchangeRate, Box<Finding>> {
    for column in COLUMNS {
        row.needed(column)?;
    }
    let mend = "give what one of the currency is worth in the company's, such as 1.0825";
    let rate = row.parsed::<Decimal>("rate", mend)?.unwrap_or_default();
    if rate.is_zero() || rate.is_negative() {
        return Err(Box::new(row.wrong("rate", "it is not above zero", mend)));
    }
    Ok(ExchangeRate {
        currency: row.parsed("currency", "give a currency code such as USD")?.unwrap_or_default(),
        day: row.parsed("day", "write days as 2026-11-23")?.unwrap_or_default(),
        rate,
        source: row.get("source").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_has_currency_day_and_source_and_what_is_wrong_is_told_with_row_and_column() {
        let text = "currency,day,rate,source\nUSD,2026-03-01,0.9231,ECB\nUSD,2026-03-01,0.93,ECB\nUSD,2026-03-02,0,ECB\nDollar,2026-03-02,1,ECB\n";
        let read = read(text, "r");
        let (_, usd) = &read.records[0];
        assert_eq!((read.records.len(), usd.currency, usd.rate.to_string().as_str()), (1, Currency::USD, "0.9231"));
        let told: Vec<String> = read.findings.iter().map(ToString::to_string).collect();
        assert!(told[0].contains("row 3, column rate") && told[0].contains("of this source already"), "{told:?}");
        assert!(told[1].contains("row 4, column rate: it is not above zero"), "{told:?}");
        assert!(told[2].contains("row 5, column currency"), "{told:?}");
    }

    #[test]
    fn a_rate_that_occurs_twice_in_json_is_told_like_one_in_csv() {
        let rate = |source: &str| format!(r#"{{"currency":"USD","day":"2026-03-01","rate":"0.92","source":"{source}"}}"#);
        let text = format!("[{},{},{}]", rate("ECB"), rate("bank"), rate("ECB"));
        let read = super::super::json::rates(&text, "r");
        let told: Vec<String> = read.findings.iter().map(ToString::to_string).collect();
        assert_eq!((read.records.len(), told.len()), (2, 1), "{told:?}");
        assert!(told[0].contains("/2/rate") && told[0].contains("of this source already"), "{told:?}");
    }
}
