//! The control totals of a camt.053 statement (`TxsSummry`) against its entries: a statement of which something is missing is not taken
//! (domain §1.7, control checks).

use units::{Amount, Currency};

use super::camt::{Wrong, signed};
use super::xml::{Xml, child, children, minor, path};
use crate::csv_table::short;

/// Refuses a statement whose entries are not as many, or do not come to as much, as it says. The totals of a statement of several pages
/// are those of all pages, and say nothing of one.
pub(super) fn check<'a>(node: Xml<'a>, currency: Currency) -> Result<(), Wrong<'a>> {
    let pages = [child(node, &["StmtPgntn"]), node.parent().and_then(|parent| child(parent, &["GrpHdr", "MsgPgntn"]))];
    let is_page =
        pages.iter().flatten().any(|page| path(*page, &["PgNb"]) != Some("1") || !is_true(path(*page, &["LastPgInd"])));
    let Some(summary) = child(node, &["TxsSummry"]).filter(|_| !is_page) else { return Ok(()) };
    let entries = children(node, "Ntry").map(|entry| Ok((path(entry, &["CdtDbtInd"]), signed(entry, currency)?)));
    let entries: Vec<(Option<&str>, Amount)> = entries.collect::<Result<_, _>>()?;
    for (name, indicator) in [("TtlNtries", None), ("TtlCdtNtries", Some("CRDT")), ("TtlDbtNtries", Some("DBIT"))] {
        let Some(total) = child(summary, &[name]) else { continue };
        let counted = entries.iter().filter(|(given, _)| indicator.is_none() || *given == indicator);
        let (count, sum) = counted.fold((0usize, Amount::ZERO), |(count, sum), (_, amount)| (count + 1, sum + amount.abs()));
        if let Some(told) = path(total, &["NbOfNtries"]).filter(|told| told.parse() != Ok(count)) {
            return Err(Wrong(total, format!("{name} tells of {} entries, and there are {count}", short(told))));
        }
        agree(total, name, path(total, &["Sum"]), sum, currency)?;
    }
    // one element up to version 02, two within another since
    let net = child(summary, &["TtlNtries"]).map(|total| child(total, &["TtlNetNtry"]).unwrap_or(total));
    if let Some(net) = net {
        let told = path(net, &["TtlNetNtryAmt"]).or_else(|| path(net, &["Amt"]));
        let sum: Amount = entries.iter().map(|(_, amount)| *amount).sum();
        let is_debit = path(net, &["CdtDbtInd"]) == Some("DBIT");
        agree(net, "the net total", told, if is_debit { -sum } else { sum }, currency)?;
    }
    Ok(())
}

fn is_true(text: Option<&str>) -> bool {
    matches!(text, Some("true" | "1"))
}

fn agree<'a>(at: Xml<'a>, name: &str, told: Option<&str>, sum: Amount, currency: Currency) -> Result<(), Wrong<'a>> {
    match told {
        Some(told) if minor(told, currency) != Some(sum) => {
            let sum = sum.to_decimal(currency);
            Err(Wrong(at, format!("{name} is told to be {}, and the entries come to {sum}", short(told))))
        }
        _ => Ok(()),
    }
}
