//! An entry of a camt.053 statement, or the transactions that a bank has booked as one.

use trade::cash::EntryDocument;
use units::{Amount, Currency, Day, Text};

use super::camt::{Notes, Wrong, signed};
use super::remittance;
use super::xml::{Xml, child, children, minor, path};
use crate::csv_table::short;

/// Adds the entry; if it is a batch whose transactions make up its amount, each of them (domain §1.7).
pub(super) fn read<'a>(
    node: Xml<'a>,
    currency: Currency,
    notes: &mut Notes<'_>,
    entries: &mut Vec<EntryDocument>,
) -> Result<(), Wrong<'a>> {
    let status = path(node, &["Sts", "Cd"]).or_else(|| path(node, &["Sts"])).filter(|status| !status.is_empty());
    if let Some(status) = status.filter(|status| *status != "BOOK") {
        let cause = format!("the entry is {}, and not booked", short(status));
        notes.add(node, cause, "it was passed over; it comes again when it is booked");
        return Ok(());
    }
    let given = child(node, &["Amt"]).and_then(|amount| amount.attribute("Ccy"));
    if given.is_some_and(|given| given != currency.as_str()) {
        return Err(Wrong(node, format!("the entry is not in {currency}, the currency of the statement")));
    }
    let entry = EntryDocument {
        bank_reference: path(node, &["AcctSvcrRef"]).or_else(|| path(node, &["NtryRef"])).unwrap_or_default().into(),
        index: 0,
        value_date: day(node).ok_or_else(|| Wrong(node, "the entry has no day".to_owned()))?,
        amount: signed(node, currency)?,
        reversal: matches!(path(node, &["RvslInd"]), Some("true" | "1")),
        remittance: path(node, &["AddtlNtryInf"]).unwrap_or_default().into(),
        ..EntryDocument::default()
    };
    let details = children(node, "NtryDtls").flat_map(|details| children(details, "TxDtls"));
    let mut parts: Vec<(EntryDocument, Option<Amount>)> =
        details.map(|details| transaction(details, &entry, currency)).collect();
    if parts.len() < 2 {
        entries.push(parts.pop().map_or(entry, |(part, _)| part));
        return Ok(());
    }
    let sum = parts.iter().try_fold(Amount::ZERO, |sum, (_, amount)| Some(sum + (*amount)?));
    if sum == Some(entry.amount) {
        entries
            .extend(parts.into_iter().map(|(part, amount)| EntryDocument { amount: amount.unwrap_or(part.amount), ..part }));
        return Ok(());
    }
    notes.add(node, "the transactions of the batch do not make up its amount".to_owned(), "it was read as one entry");
    let (mut references, mut lines) = (Vec::new(), Vec::new());
    for (part, _) in parts {
        references.extend(part.references);
        lines.extend(part.lines);
    }
    entries.push(EntryDocument { references, lines, ..entry });
    Ok(())
}

fn day(node: Xml<'_>) -> Option<Day> {
    let places = [["ValDt", "Dt"], ["ValDt", "DtTm"], ["BookgDt", "Dt"], ["BookgDt", "DtTm"]];
    let text = places.iter().find_map(|names| path(node, names))?;
    text.get(..10)?.parse().ok()
}

/// A transaction as an entry of the whole amount, and its own amount if it is given in the currency of the statement.
fn transaction(node: Xml<'_>, entry: &EntryDocument, currency: Currency) -> (EntryDocument, Option<Amount>) {
    let debit = match path(node, &["CdtDbtInd"]) {
        Some("DBIT") => true,
        Some("CRDT") => false,
        _ => entry.amount.is_negative(),
    };
    let (party, account) = if debit { ("Cdtr", "CdtrAcct") } else { ("Dbtr", "DbtrAcct") };
    let parties = child(node, &["RltdPties"]);
    // from version 08 on, a party is a Pty within
    let name = parties.and_then(|parties| path(parties, &[party, "Pty", "Nm"]).or_else(|| path(parties, &[party, "Nm"])));
    let account = parties.and_then(|parties| child(parties, &[account, "Id"]));
    let account = account.and_then(|id| path(id, &["IBAN"]).or_else(|| path(id, &["Othr", "Id"])));
    let amount = child(node, &["Amt"]).or_else(|| child(node, &["AmtDtls", "TxAmt", "Amt"]));
    let amount = amount.filter(|amount| amount.attribute("Ccy").is_none_or(|given| given == currency.as_str()));
    let amount =
        amount.and_then(|amount| minor(amount.text()?, currency)).map(|amount| if debit { -amount } else { amount });
    let remittance = unstructured(node);
    let part = EntryDocument {
        bank_reference: path(node, &["Refs", "AcctSvcrRef"]).map_or_else(|| entry.bank_reference.clone(), Text::from),
        payer_name: name.unwrap_or_default().into(),
        payer_account: account.unwrap_or_default().into(),
        references: references(node),
        lines: remittance::lines(node, currency),
        remittance: if remittance.is_empty() { entry.remittance.clone() } else { remittance },
        ..entry.clone()
    };
    (part, amount)
}

/// Creditor references and numbers of documents, then the end-to-end identification, which some payers put one into.
fn references(node: Xml<'_>) -> Vec<Text> {
    let structured = children(node, "RmtInf").flat_map(|remittance| children(remittance, "Strd"));
    let structured = structured.flat_map(|strd| {
        let creditor = children(strd, "CdtrRefInf").filter_map(|info| path(info, &["Ref"]));
        let documents = children(strd, "RfrdDocInf").filter_map(|info| path(info, &["Nb"]));
        creditor.chain(documents)
    });
    let end_to_end = path(node, &["Refs", "EndToEndId"]).filter(|id| *id != "NOTPROVIDED");
    let mut references: Vec<Text> = Vec::new();
    for reference in structured.chain(end_to_end).filter(|reference| !reference.is_empty()) {
        if !references.iter().any(|known| known == reference) {
            references.push(reference.into());
        }
    }
    references
}

fn unstructured(node: Xml<'_>) -> Text {
    let texts = children(node, "RmtInf").flat_map(|remittance| children(remittance, "Ustrd")).filter_map(|text| text.text());
    texts.map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ").into()
}
