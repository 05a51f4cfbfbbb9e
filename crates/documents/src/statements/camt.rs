//! ISO 20022 camt.053: what is needed of it (domain §1.7), in any of its versions, which differ in what is not needed.

use roxmltree::{Document, Node, ParsingOptions};
use trade::cash::{EntryDocument, StatementDocument};
use units::{Amount, Currency, Day, Decimal, Text};

use super::unbalanced;
use crate::amount::exact;
use crate::{Finding, Place, Read};

/// More than any statement needs, and few enough to refuse a bomb.
const MAX_NODES: u32 = 2_000_000;

type Xml<'a> = Node<'a, 'a>;

pub(super) fn read(text: &str, name: &str) -> Read<StatementDocument> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = match Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(error) => {
            let place = Place::new(name, format_args!("line {}", error.pos().row));
            return Read::refused(Finding::error(
                place,
                format!("this is not well-formed XML: {error}"),
                "a DOCTYPE is not allowed",
            ));
        }
    };
    let mut read = Read::default();
    let statements = document.descendants().filter(|node| node.tag_name().name() == "Stmt");
    for node in statements {
        let line = document.text_pos_at(node.range().start).row;
        let place = Place::new(name, format_args!("line {line}, Stmt"));
        match statement(node) {
            Ok(statement) => {
                if let Some(cause) = unbalanced(&statement) {
                    read.findings.push(Finding::error(place, cause, "ask the bank for the statement again"));
                } else {
                    read.records.push((place, statement));
                }
            }
            Err((at, cause)) => {
                let line = document.text_pos_at(at).row;
                let place = Place::new(name, format_args!("line {line}"));
                read.findings.push(Finding::error(place, cause, "ask the bank for the statement again"));
            }
        }
    }
    if read.records.is_empty() && read.findings.is_empty() {
        read.findings.push(Finding::error(
            Place::new(name, ""),
            "there is no statement (Stmt) in it",
            "send a camt.053 document",
        ));
    }
    read
}

type Wrong = (usize, String);

fn statement(node: Xml<'_>) -> Result<StatementDocument, Wrong> {
    let account = child(node, "Acct");
    let id = account.and_then(|account| path(account, &["Id", "IBAN"]).or_else(|| path(account, &["Id", "Othr", "Id"])));
    let currency = account
        .and_then(|account| path(account, &["Ccy"]))
        .or_else(|| node.descendants().find_map(|inner| inner.attribute("Ccy")));
    let currency: Currency = match currency.map(str::parse) {
        Some(Ok(currency)) => currency,
        Some(Err(_)) => return Err((node.range().start, "the currency is not known".to_owned())),
        None => Currency::default(),
    };
    let mut statement = StatementDocument {
        reference: path(node, &["Id"]).unwrap_or_default().into(),
        bank_account: id.unwrap_or_default().into(),
        currency,
        ..StatementDocument::default()
    };
    for balance in children(node, "Bal") {
        let kind = path(balance, &["Tp", "CdOrPrtry", "Cd"]).unwrap_or_default();
        let amount = signed(balance, currency)?;
        match kind {
            "OPBD" | "PRCD" => statement.opening = Some(amount),
            "CLBD" => statement.closing = Some(amount),
            _ => {}
        }
    }
    for entry in children(node, "Ntry") {
        entries(entry, currency, &mut statement.entries)?;
    }
    Ok(statement)
}

/// An entry, or the transactions of a batch, if their amounts are those of the entry.
fn entries(node: Xml<'_>, currency: Currency, out: &mut Vec<EntryDocument>) -> Result<(), Wrong> {
    let amount = signed(node, currency)?;
    let date =
        path(node, &["ValDt", "Dt"]).or_else(|| path(node, &["BookgDt", "Dt"])).or_else(|| path(node, &["ValDt", "DtTm"]));
    let day = date.and_then(|date| date.get(..10)).and_then(|date| date.parse::<Day>().ok());
    let day = day.ok_or_else(|| (node.range().start, "the entry has no day".to_owned()))?;
    let base = EntryDocument {
        bank_reference: path(node, &["AcctSvcrRef"]).or_else(|| path(node, &["NtryRef"])).unwrap_or_default().into(),
        value_date: day,
        amount,
        reversal: path(node, &["RvslInd"]) == Some("true"),
        ..EntryDocument::default()
    };
    let details: Vec<Xml<'_>> = children(node, "NtryDtls").flat_map(|details| children(details, "TxDtls")).collect();
    let parts: Vec<EntryDocument> = details.iter().map(|details| transaction(*details, &base, currency)).collect();
    let split: Amount = parts.iter().map(|part| part.amount).sum();
    let index = |out: &[EntryDocument]| u32::try_from(out.len()).unwrap_or(u32::MAX);
    if parts.len() > 1 && split == amount {
        for part in parts {
            out.push(EntryDocument { index: index(out), ..part });
        }
    } else {
        let first = parts.into_iter().next().unwrap_or_else(|| base.clone());
        out.push(EntryDocument { index: index(out), amount, ..first });
    }
    Ok(())
}

fn transaction(node: Xml<'_>, entry: &EntryDocument, currency: Currency) -> EntryDocument {
    let debit = entry.amount.is_negative();
    let (party, account) = if debit { ("Cdtr", "CdtrAcct") } else { ("Dbtr", "DbtrAcct") };
    let parties = child(node, "RltdPties");
    let name = parties.and_then(|parties| path(parties, &[party, "Pty", "Nm"]).or_else(|| path(parties, &[party, "Nm"])));
    let account = parties.and_then(|parties| child(parties, account));
    let account =
        account.and_then(|account| path(account, &["Id", "IBAN"]).or_else(|| path(account, &["Id", "Othr", "Id"])));
    let amount = child(node, "Amt").or_else(|| child(child(child(node, "AmtDtls")?, "TxAmt")?, "Amt"));
    let amount =
        amount.and_then(|amount| minor(amount.text()?, currency)).map(|amount| if debit { -amount } else { amount });
    let remittance = child(node, "RmtInf");
    let texts = |name: &str| -> Vec<Text> {
        let found = remittance
            .into_iter()
            .flat_map(|node| node.descendants().filter(|inner| inner.tag_name().name() == name).collect::<Vec<_>>());
        found.filter_map(|node| node.text()).map(|text| Text::from(text.trim())).filter(|text| !text.is_empty()).collect()
    };
    let mut references = texts("Ref");
    references.extend(texts("Nb"));
    let end_to_end = path(node, &["Refs", "EndToEndId"]).filter(|id| !matches!(*id, "NOTPROVIDED" | ""));
    references.extend(end_to_end.map(Text::from));
    let own = path(node, &["Refs", "AcctSvcrRef"]).map(Text::from);
    EntryDocument {
        bank_reference: own.unwrap_or_else(|| entry.bank_reference.clone()),
        amount: amount.unwrap_or(entry.amount),
        payer_name: name.unwrap_or_default().into(),
        payer_account: account.unwrap_or_default().into(),
        references,
        remittance: texts("Ustrd").join(" ").into(),
        ..entry.clone()
    }
}

fn signed(node: Xml<'_>, currency: Currency) -> Result<Amount, Wrong> {
    let text = path(node, &["Amt"]).unwrap_or_default();
    let amount = minor(text, currency).ok_or_else(|| (node.range().start, format!("`{text}` is no amount")))?;
    Ok(if path(node, &["CdtDbtInd"]) == Some("DBIT") { -amount } else { amount })
}

fn minor(text: &str, currency: Currency) -> Option<Amount> {
    exact(text.trim().parse::<Decimal>().ok()?, currency)
}

fn children<'a>(node: Xml<'a>, name: &'static str) -> impl Iterator<Item = Xml<'a>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

fn child<'a>(node: Xml<'a>, name: &'static str) -> Option<Xml<'a>> {
    children(node, name).next()
}

fn path<'a>(node: Xml<'a>, names: &[&'static str]) -> Option<&'a str> {
    let mut node = node;
    for name in names {
        node = child(node, name)?;
    }
    node.text().map(str::trim)
}
