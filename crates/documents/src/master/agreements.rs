//! What is agreed with accounts that are there already, as CSV: terms and credit limits.

use std::collections::BTreeSet;

use trade::AccountId;
use trade::master::{BillingPolicy, Terms};
use units::Amount;

use super::accounts::{billing, terms};
use super::items::minor_units;
use crate::csv_table::{Row, rows, short};
use crate::{Finding, Read};

const TERMS: [&str; 6] = ["account", "net_days", "discount_percent", "discount_days", "prepayment", "billing"];
const LIMITS: [&str; 2] = ["account", "credit_limit"];

/// Terms, and how it is billed if the row says so.
pub(super) fn read_terms(text: &str, name: &str) -> Read<(AccountId, Terms, Option<BillingPolicy>)> {
    each_account(text, name, &TERMS, &["account", "net_days"], |row, account| {
        row.needed("net_days")?;
        let billing = if row.get("billing").is_empty() { None } else { Some(billing(row)?) };
        Ok((account, terms(row)?, billing))
    })
}

/// Credit limits; an empty one takes the limit away.
pub(super) fn read_limits(text: &str, name: &str) -> Read<(AccountId, Option<Amount>)> {
    each_account(text, name, &LIMITS, &LIMITS, |row, account| Ok((account, minor_units(row, "credit_limit")?)))
}

fn each_account<T>(
    text: &str,
    name: &str,
    known: &[&str],
    needed: &[&str],
    make: impl Fn(&Row<'_>, AccountId) -> Result<T, Box<Finding>>,
) -> Read<T> {
    let mut read = Read::default();
    let mut seen = BTreeSet::new();
    rows(text, name, known, needed, &mut read, |read, row| {
        let outcome = row.map_err(Box::new).and_then(|row| {
            let account = AccountId::from(row.needed("account")?);
            let cause = format!("`{}` stands there twice", short(&account.0));
            if !seen.insert(account.clone()) {
                return Err(Box::new(row.wrong("account", cause, "give each account once")));
            }
            make(&row, account).map(|record| (row.place(), record))
        });
        match outcome {
            Ok(record) => read.records.push(record),
            Err(finding) => read.find(*finding),
        }
    });
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::Decimal;

    #[test]
    fn terms_and_limits_name_accounts_and_nothing_else_of_them() {
        let read =
            read_terms("account,net_days,discount_percent,discount_days,billing\nA,30,2,10,\nB,0,,,on_complete\n", "t");
        assert_eq!(read.findings, []);
        let (account, terms, billing) = &read.records[0].1;
        assert_eq!((account.0.as_str(), terms.discount_percent, billing), ("A", Decimal::from(2i64), &None));
        assert_eq!(read.records[1].1.2, Some(BillingPolicy::ON_COMPLETE));
        let read = read_limits("account,credit_limit\nA,250000\nB,\nA,1\n", "l");
        assert_eq!(read.records.iter().map(|(_, (_, limit))| *limit).collect::<Vec<_>>(), [Some(Amount(250_000)), None]);
        assert_eq!(read.findings[0].to_string(), "l, row 4, column account: `A` stands there twice; give each account once");
    }
}
