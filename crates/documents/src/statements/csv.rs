//! Bank statements as CSV: one row per entry, all of one statement.

use trade::cash::{EntryDocument, StatementDocument};
use units::{Amount, Currency, Day, Decimal, Rounding};

use crate::csv_table::rows;
use crate::{Finding, Place, Read};

const COLUMNS: [&str; 9] = [
    "statement",
    "bank_account",
    "currency",
    "bank_reference",
    "value_date",
    "amount",
    "payer_name",
    "payer_account",
    "remittance",
];

pub(super) fn read(text: &str, name: &str) -> Read<StatementDocument> {
    let (rows, findings) = rows(text, name, &COLUMNS, &["bank_account", "bank_reference", "value_date", "amount"]);
    let mut read = Read { findings, ..Read::default() };
    let mut statements: Vec<StatementDocument> = Vec::new();
    for row in rows {
        let mut refuse = |column: &str, mend: &'static str| {
            let cause = format!("`{}` cannot be read", row.get(column));
            read.findings.push(Finding::error(row.column(name, column), cause, mend));
        };
        let currency = if row.get("currency").is_empty() { Ok(Currency::default()) } else { row.get("currency").parse() };
        let Ok(currency) = currency else {
            refuse("currency", "use an ISO 4217 code");
            continue;
        };
        let amount = row.get("amount").parse::<Decimal>().ok();
        let Some(amount) = amount.and_then(|amount| Amount::from_decimal(amount, currency, Rounding::HalfUp)) else {
            refuse("amount", "give an amount, below zero for money that went out");
            continue;
        };
        let Ok(value_date) = row.get("value_date").parse::<Day>() else {
            refuse("value_date", "write days as 2026-11-23");
            continue;
        };
        let (reference, bank_account) = (row.get("statement"), row.get("bank_account"));
        let known = statements.iter().position(|known| known.reference == reference && known.bank_account == bank_account);
        let at = known.unwrap_or_else(|| {
            let (reference, bank_account) = (reference.into(), bank_account.into());
            statements.push(StatementDocument { reference, bank_account, currency, ..StatementDocument::default() });
            statements.len() - 1
        });
        let index = u32::try_from(statements[at].entries.len()).unwrap_or(u32::MAX);
        statements[at].entries.push(EntryDocument {
            bank_reference: row.get("bank_reference").into(),
            index,
            value_date,
            amount,
            reversal: false,
            payer_name: row.get("payer_name").into(),
            payer_account: row.get("payer_account").into(),
            references: Vec::new(),
            remittance: row.get("remittance").into(),
        });
    }
    // half of a statement is another statement: one with a row that cannot be read is left out as a whole
    if read.findings.iter().all(|finding| !finding.is_error()) {
        let place = |at: usize| Place::new(name, format_args!("statement {}", at + 1));
        read.records = statements.into_iter().enumerate().map(|(at, statement)| (place(at), statement)).collect();
    }
    read
}
