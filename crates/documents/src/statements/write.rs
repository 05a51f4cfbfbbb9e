//! camt.053.001.08, for systems that send statements.

use std::fmt::Write;

use trade::cash::{Adjustment, EntryDocument, RemittanceLine, StatementDocument};
use units::{Amount, Currency, Timestamp};

/// A statement as camt.053.001.08; reading it gives the same statement, entries numbered in their order.
pub fn write_camt053(statement: &StatementDocument, created: Timestamp) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>",
    );
    let id = escape(&statement.reference);
    let sequence = statement.sequence.map(|number| format!("<ElctrncSeqNb>{number}</ElctrncSeqNb>")).unwrap_or_default();
    // writing to a string does not fail
    let _ = write!(
        xml,
        "<GrpHdr><MsgId>{id}</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr><Stmt><Id>{id}</Id>{sequence}<CreDtTm>{created}</CreDtTm>"
    );
    let (account, currency) = (escape(&statement.bank_account), statement.currency);
    let _ = write!(xml, "<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>{}</Ccy></Acct>", currency.as_str());
    for (kind, balance) in [("OPBD", statement.opening), ("CLBD", statement.closing)] {
        if let Some(balance) = balance {
            let _ = write!(
                xml,
                "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{}</Dt></Dt></Bal>",
                amount(balance, currency),
                created.day()
            );
        }
    }
    for entry in &statement.entries {
        write_entry(&mut xml, entry, currency);
    }
    xml.push_str("</Stmt></BkToCstmrStmt></Document>\n");
    xml
}

fn write_entry(xml: &mut String, entry: &EntryDocument, currency: Currency) {
    let reference = escape(&entry.bank_reference);
    let _ = write!(xml, "\n<Ntry>{}", amount(entry.amount, currency));
    if entry.reversal {
        xml.push_str("<RvslInd>true</RvslInd>");
    }
    let day = entry.value_date;
    let _ = write!(
        xml,
        "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
    );
    xml.push_str("<NtryDtls><TxDtls>");
    let (party, account) = if entry.amount.is_negative() { ("Cdtr", "CdtrAcct") } else { ("Dbtr", "DbtrAcct") };
    xml.push_str("<RltdPties>");
    if !entry.payer_name.is_empty() {
        let _ = write!(xml, "<{party}><Pty><Nm>{}</Nm></Pty></{party}>", escape(&entry.payer_name));
    }
    if !entry.payer_account.is_empty() {
        let _ = write!(xml, "<{account}><Id><Othr><Id>{}</Id></Othr></Id></{account}>", escape(&entry.payer_account));
    }
    xml.push_str("</RltdPties><RmtInf>");
    if !entry.remittance.is_empty() {
        let _ = write!(xml, "<Ustrd>{}</Ustrd>", escape(&entry.remittance));
    }
    for reference in &entry.references {
        match entry.lines.iter().find(|line| line.document == *reference) {
            Some(line) => write_line(xml, line, currency),
            None => {
                let _ = write!(xml, "<Strd><CdtrRefInf><Ref>{}</Ref></CdtrRefInf></Strd>", escape(reference));
            }
        }
    }
    xml.push_str("</RmtInf></TxDtls></NtryDtls></Ntry>");
}

/// What is paid of a document, the discount taken, and what is taken off for which reason.
fn write_line(xml: &mut String, line: &RemittanceLine, currency: Currency) {
    let money = |amount: Amount| amount.abs().in_currency(currency).plain();
    let ccy = currency.as_str();
    let _ = write!(xml, "<Strd><RfrdDocInf><Nb>{}</Nb></RfrdDocInf><RfrdDocAmt>", escape(&line.document));
    if !line.discount.is_zero() {
        let _ = write!(xml, "<DscntApldAmt><Amt Ccy=\"{ccy}\">{}</Amt></DscntApldAmt>", money(line.discount));
    }
    if line.paid.is_negative() {
        let _ = write!(xml, "<CdtNoteAmt Ccy=\"{ccy}\">{}</CdtNoteAmt>", money(line.paid));
    }
    for Adjustment { amount, reason } in &line.adjustments {
        let (amount, reason) = (money(*amount), escape(reason));
        let _ = write!(
            xml,
            "<AdjstmntAmtAndRsn><Amt Ccy=\"{ccy}\">{amount}</Amt><AddtlInf>{reason}</AddtlInf></AdjstmntAmtAndRsn>"
        );
    }
    let _ = write!(xml, "<RmtdAmt Ccy=\"{ccy}\">{}</RmtdAmt></RfrdDocAmt></Strd>", money(line.paid));
}

fn amount(amount: Amount, currency: Currency) -> String {
    let indicator = if amount.is_negative() { "DBIT" } else { "CRDT" };
    let value = amount.abs().in_currency(currency).plain();
    format!("<Amt Ccy=\"{}\">{value}</Amt><CdtDbtInd>{indicator}</CdtDbtInd>", currency.as_str())
}

pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // control characters cannot stand in XML
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
