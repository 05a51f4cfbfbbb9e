//! Bank statements as CSV, one row per entry.
//!
//! | Column | What it holds |
//! |---|---|
//! | `statement` | The bank's identification of the statement |
//! | `bank_account` | Our account; needed |
//! | `currency` | ISO 4217; `EUR` unless given |
//! | `bank_reference` | The bank's reference of the entry; needed |
//! | `value_date` | Day on which the money counts; needed |
//! | `amount` | In major units, below zero for money that went out; needed |
//! | `reversal` | `true` if the bank takes an earlier entry back |
//! | `payer_name`, `payer_account` | Who paid |
//! | `reference` | Structured references, separated by a vertical bar |
//! | `remittance` | Unstructured text |
//! | `customer_number` | The payer's number with us, as a lockbox or a remittance slip shows it |
//! | `lines` | What the payer says of each document, separated by a vertical bar: `document:paid:discount:deducted:reason`, the last three if any |
//! | `opening`, `closing` | Balances of the statement, on any of its rows |

use std::collections::BTreeMap;

use trade::cash::{Adjustment, EntryDocument, RemittanceLine, StatementDocument};
use units::{Amount, Currency, Day, Decimal, Text};

use super::unbalanced;
use crate::amount::exact;
use crate::csv_table::{Row, rows, short};
use crate::{Finding, Place, Read};

const COLUMNS: [&str; 15] = [
    "statement",
    "bank_account",
    "currency",
    "bank_reference",
    "value_date",
    "amount",
    "reversal",
    "payer_name",
    "payer_account",
    "reference",
    "remittance",
    "opening",
    "closing",
    "customer_number",
    "lines",
];
const AMOUNT: &str = "give an amount such as -12.50, below zero for money that went out";

const LINES: &str = "give documents separated by a vertical bar, each as `document:paid:discount:deducted:reason`, such as `CD-2026-000001:90.00:0:10.00:damaged`";

/// A statement whose rows are being read. Half of a statement is another statement, so one with a wrong row is left out as a whole.
struct Open {
    place: Place,
    statement: StatementDocument,
    sound: bool,
}

pub(super) fn read(text: &str, name: &str) -> Read<StatementDocument> {
    let mut read = Read::default();
    let mut open: BTreeMap<(Text, Text), Open> = BTreeMap::new();
    let mut torn = false;
    rows(
        text,
        name,
        &COLUMNS,
        &["bank_account", "bank_reference", "value_date", "amount"],
        &mut read,
        |read, row| match row {
            Ok(row) => {
                let key = (Text::from(row.get("statement")), Text::from(row.get("bank_account")));
                let open = open.entry(key).or_insert_with(|| Open::new(&row));
                if let Err(finding) = take(&mut open.statement, &row) {
                    open.sound = false;
                    read.find(*finding);
                }
            }
            // nobody knows which statement it belongs to
            Err(finding) => {
                torn = true;
                read.find(finding);
            }
        },
    );
    for Open { place, statement, .. } in open.into_values().filter(|open| open.sound && !torn) {
        match unbalanced(&statement) {
            Some(cause) => read.find(Finding::error(place, cause, "ask the bank for the statement again")),
            None => read.records.push((place, statement)),
        }
    }
    read
}

impl Open {
    fn new(row: &Row<'_>) -> Self {
        let statement = StatementDocument {
            reference: row.get("statement").into(),
            bank_account: row.get("bank_account").into(),
            currency: row.get("currency").parse().unwrap_or_default(),
            ..StatementDocument::default()
        };
        Self { place: row.place(), statement, sound: true }
    }
}

fn take(statement: &mut StatementDocument, row: &Row<'_>) -> Result<(), Box<Finding>> {
    let mend = "use one ISO 4217 code for the whole statement";
    let currency = row.parsed::<Currency>("currency", mend)?.unwrap_or(statement.currency);
    if currency != statement.currency {
        let cause = format!("`{currency}` is not the currency of the statement, {}", statement.currency);
        return Err(Box::new(row.wrong("currency", cause, mend)));
    }
    let needed = |column: &str| -> Result<Amount, Box<Finding>> {
        row.amount(column, currency, AMOUNT)?.ok_or_else(|| Box::new(row.wrong(column, "it is empty", AMOUNT)))
    };
    row.needed("bank_account")?;
    let value_date = row.parsed::<Day>("value_date", "write days as 2026-11-23")?;
    let value_date =
        value_date.ok_or_else(|| Box::new(row.wrong("value_date", "it is empty", "write days as 2026-11-23")))?;
    for (column, balance) in [("opening", &mut statement.opening), ("closing", &mut statement.closing)] {
        let given = row.amount(column, currency, AMOUNT)?;
        if given.is_some() && balance.is_some() && given != *balance {
            return Err(Box::new(row.wrong(
                column,
                "it contradicts an earlier row of the statement",
                "give it once per statement",
            )));
        }
        *balance = given.or(*balance);
    }
    let references = row.get("reference").split('|').map(str::trim).filter(|reference| !reference.is_empty());
    statement.entries.push(EntryDocument {
        bank_reference: row.needed("bank_reference")?.into(),
        index: u32::try_from(statement.entries.len()).unwrap_or(u32::MAX),
        value_date,
        amount: needed("amount")?,
        reversal: row.flag("reversal")?.unwrap_or_default(),
        payer_name: row.get("payer_name").into(),
        payer_account: row.get("payer_account").into(),
        references: references.map(Text::from).collect(),
        remittance: row.get("remittance").into(),
        customer_number: row.get("customer_number").into(),
        lines: lines(row, currency)?,
    });
    Ok(())
}

fn lines(row: &Row<'_>, currency: Currency) -> Result<Vec<RemittanceLine>, Box<Finding>> {
    let given = row.get("lines").split('|').map(str::trim).filter(|line| !line.is_empty());
    let wrong = |given: &str| Box::new(row.wrong("lines", format!("`{}` cannot be read", short(given)), LINES));
    given.map(|given| line(given, currency).ok_or_else(|| wrong(given))).collect()
}

fn line(given: &str, currency: Currency) -> Option<RemittanceLine> {
    let mut parts = given.splitn(5, ':').map(str::trim);
    let document = parts.next().filter(|document| !document.is_empty())?;
    let amount = |given: &str| exact(given.parse::<Decimal>().ok()?, currency);
    let or_none = |given: Option<&str>| match given {
        None | Some("") => Some(Amount::ZERO),
        Some(given) => amount(given).filter(|amount| !amount.is_negative()),
    };
    let paid = amount(parts.next()?)?;
    let (discount, deducted) = (or_none(parts.next())?, or_none(parts.next())?);
    let reason = parts.next().unwrap_or_default();
    let deducts = deducted.is_positive() || !reason.is_empty();
    let adjustments = deducts.then(|| Adjustment { amount: deducted, reason: reason.into() });
    Some(RemittanceLine { document: document.into(), paid, discount, adjustments: adjustments.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "statement,bank_account,currency,bank_reference,value_date,amount,reference,opening,closing\n";

    fn statements(rows: &str) -> (Vec<StatementDocument>, Vec<String>) {
        let read = read(&format!("{HEADER}{rows}"), "f");
        (
            read.records.into_iter().map(|(_, statement)| statement).collect(),
            read.findings.iter().map(ToString::to_string).collect(),
        )
    }

    #[test]
    fn a_statement_with_a_wrong_row_is_left_out_and_the_others_are_read() {
        let (statements, findings) =
            statements("S1,GB1,GBP,B1,2026-03-01,10.00,IN-1|IN-2,,\nS2,GB1,GBP,B2,2026-03-01,ten,,,\n");
        assert_eq!(statements.len(), 1);
        assert_eq!(statements[0].entries[0].references, ["IN-1", "IN-2"]);
        assert!(findings[0].starts_with("f, row 3, column amount: `ten` cannot be read"), "{findings:?}");
    }

    #[test]
    fn balances_are_held_against_the_entries() {
        let (statements, findings) =
            statements("S1,GB1,GBP,B1,2026-03-01,10.00,,5.00,\nS1,GB1,GBP,B2,2026-03-01,-1,,,14.50\n");
        assert!(statements.is_empty());
        assert!(findings[0].contains("do not give the closing balance 14.5"), "{findings:?}");
    }

    #[test]
    fn domain_1_7_stage_5_lines_say_what_is_paid_of_each_document_and_why_not_all() {
        let read = |lines: &str| {
            let header = "statement,bank_account,currency,bank_reference,value_date,amount,lines";
            let read = read(&format!("{header}\nS1,GB1,GBP,B1,2026-03-01,290.00,{lines}\n"), "f");
            let statement = read.records.into_iter().next().map(|(_, statement)| statement);
            (statement.map(|statement| statement.entries[0].lines.clone()), read.findings)
        };
        let (lines, findings) = read("IN-1:90.00::10.00:damaged: two|IN-2:196.00:4.00|CR-1:-3.50");
        let line = |document: &str, paid, discount, adjustments| RemittanceLine {
            document: document.into(),
            paid: Amount(paid),
            discount: Amount(discount),
            adjustments,
        };
        let damaged = Adjustment { amount: Amount(1_000), reason: "damaged: two".into() };
        let wanted =
            vec![line("IN-1", 9_000, 0, vec![damaged]), line("IN-2", 19_600, 400, vec![]), line("CR-1", -350, 0, vec![])];
        assert_eq!((lines, findings.len()), (Some(wanted), 0));
        for wrong in ["IN-1", "IN-1:ten", ":9.00", "IN-1:9.00:-1", "IN-1:9.001"] {
            let (lines, findings) = read(wrong);
            assert_eq!(lines, None, "{wrong}");
            assert!(findings[0].to_string().contains("column lines: "), "{findings:?}");
        }
    }
}
