//! ISO 20022 camt.053: what is needed of it (domain §1.7), in versions 02 to 08, which differ in where parties and states stand.

use roxmltree::{Document, ParsingOptions};
use trade::cash::{EntryDocument, StatementDocument};
use units::{Amount, Currency};

use super::xml::{Lines, Xml, children, deeper_than, minor, path};
use super::{entry, totals, unbalanced};
use crate::csv_table::short;
use crate::{Finding, MAX_FIELD, MAX_RECORDS, Place, Read};

/// More than any statement needs, and few enough to refuse a bomb.
const MAX_NODES: u32 = 2_000_000;
/// Deeper than any statement goes.
const MAX_DEPTH: usize = 200;
const MEND: &str = "ask the bank for the statement again";

pub(super) fn read(text: &str, name: &str) -> Read<StatementDocument> {
    if deeper_than(text, MAX_DEPTH) {
        let place = Place::new(name, "");
        return Read::refused(Finding::error(place, format!("its elements are nested more than {MAX_DEPTH} deep"), MEND));
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = match Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(error) => {
            let place = Place::new(name, format_args!("line {}", error.pos().row));
            let cause = format!("this is not well-formed XML: {error}");
            return Read::refused(Finding::error(place, cause, "send camt.053 without a DOCTYPE"));
        }
    };
    let lines = Lines::of(text);
    let mut read = Read::default();
    for node in document.descendants().filter(|node| node.tag_name().name() == "Stmt") {
        let mut notes = Notes { document: name, lines: &lines, found: Vec::new() };
        match statement(node, &mut notes) {
            Ok(statement) => match unbalanced(&statement) {
                Some(cause) => notes.found.push(Finding::error(notes.place(node), cause, MEND)),
                None => read.records.push((notes.place(node), statement)),
            },
            Err(Wrong(at, cause)) => notes.found.push(Finding::error(notes.place(at), cause, MEND)),
        }
        notes.found.into_iter().for_each(|finding| read.find(finding));
    }
    if read.records.is_empty() && read.findings.is_empty() {
        read.find(Finding::error(Place::new(name, ""), "there is no statement (Stmt) in it", "send a camt.053 document"));
    }
    read
}

/// What makes a statement unusable, and where.
pub(super) struct Wrong<'a>(pub(super) Xml<'a>, pub(super) String);

/// What is told and changes nothing.
pub(super) struct Notes<'n> {
    document: &'n str,
    lines: &'n Lines,
    found: Vec<Finding>,
}

impl Notes<'_> {
    fn place(&self, node: Xml<'_>) -> Place {
        let line = self.lines.row(node.range().start);
        Place::new(self.document, format_args!("line {line} ({})", node.tag_name().name()))
    }

    pub(super) fn add(&mut self, node: Xml<'_>, cause: String, mend: &'static str) {
        if self.found.len() < crate::MAX_FINDINGS {
            self.found.push(Finding::notice(self.place(node), cause, mend));
        }
    }
}

fn statement<'a>(node: Xml<'a>, notes: &mut Notes<'_>) -> Result<StatementDocument, Wrong<'a>> {
    if let Some(long) = node.descendants().find(|inner| inner.text().is_some_and(|text| text.len() > MAX_FIELD)) {
        return Err(Wrong(long, format!("the text has more than {MAX_FIELD} bytes")));
    }
    let account = children(node, "Acct").next();
    let id = account.and_then(|account| path(account, &["Id", "IBAN"]).or_else(|| path(account, &["Id", "Othr", "Id"])));
    let currency = account.and_then(|account| path(account, &["Ccy"]));
    // an account of several currencies names none: the balances do
    let currency = currency.or_else(|| node.descendants().find_map(|inner| inner.attribute("Ccy")));
    let currency = match currency.map(str::parse::<Currency>) {
        Some(Ok(currency)) => currency,
        Some(Err(error)) => return Err(Wrong(node, error.to_string())),
        None => return Err(Wrong(node, "no currency is named".to_owned())),
    };
    let (opening, closing) = balances(node, currency, notes)?;
    let mut statement = StatementDocument {
        reference: path(node, &["Id"]).unwrap_or_default().into(),
        bank_account: id.unwrap_or_default().into(),
        currency,
        opening,
        closing,
        entries: Vec::new(),
        sequence: ["ElctrncSeqNb", "LglSeqNb"].iter().find_map(|name| path(node, &[*name])?.parse().ok()),
    };
    for entry in children(node, "Ntry") {
        if statement.entries.len() >= MAX_RECORDS {
            return Err(Wrong(entry, format!("there are more than {MAX_RECORDS} entries")));
        }
        entry::read(entry, currency, notes, &mut statement.entries)?;
    }
    totals::check(node, currency)?;
    number(&mut statement.entries);
    Ok(statement)
}

/// The balances before and after the entries. Without an opening balance the closing one of the day before says the same.
fn balances<'a>(
    node: Xml<'a>,
    currency: Currency,
    notes: &mut Notes<'_>,
) -> Result<(Option<Amount>, Option<Amount>), Wrong<'a>> {
    let (mut opening, mut before, mut closing) = (None, None, None);
    for balance in children(node, "Bal") {
        let slot = match path(balance, &["Tp", "CdOrPrtry", "Cd"]) {
            Some("OPBD") => &mut opening,
            Some("PRCD") => &mut before,
            Some("CLBD") => &mut closing,
            _ => continue,
        };
        let given = children(balance, "Amt").next().and_then(|amount| amount.attribute("Ccy"));
        if given.is_some_and(|given| given != currency.as_str()) {
            notes.add(balance, format!("the balance is not in {currency}"), "it was not held against the entries");
            continue;
        }
        *slot = Some(signed(balance, currency)?);
    }
    Ok((opening.or(before), closing))
}

/// The amount of a node by its `Amt` and `CdtDbtInd`.
pub(super) fn signed<'a>(node: Xml<'a>, currency: Currency) -> Result<Amount, Wrong<'a>> {
    let text = path(node, &["Amt"]).unwrap_or_default();
    let amount = minor(text, currency).filter(|amount| !amount.is_negative());
    let amount = amount.ok_or_else(|| Wrong(node, format!("`{}` is no amount in {currency}", short(text))))?;
    match path(node, &["CdtDbtInd"]) {
        Some("CRDT") => Ok(amount),
        Some("DBIT") => Ok(-amount),
        _ => Err(Wrong(node, "CdtDbtInd is neither CRDT nor DBIT".to_owned())),
    }
}

fn number(entries: &mut [EntryDocument]) {
    for (index, entry) in (0..).zip(entries) {
        entry.index = index;
    }
}
