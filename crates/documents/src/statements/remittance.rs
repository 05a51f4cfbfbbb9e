//! What a payer says of each document in a camt.053 entry: `RmtInf/Strd` with the amounts of the document (domain §1.7, stage 5).

use trade::cash::{Adjustment, RemittanceLine};
use units::{Amount, Currency, Text};

use super::xml::{Xml, child, children, minor, path};

/// The lines of a transaction that name one document and say what is paid of it in the currency of the statement.
pub(super) fn lines(node: Xml<'_>, currency: Currency) -> Vec<RemittanceLine> {
    let structured = children(node, "RmtInf").flat_map(|remittance| children(remittance, "Strd"));
    structured.filter_map(|strd| line(strd, currency)).collect()
}

fn line(strd: Xml<'_>, currency: Currency) -> Option<RemittanceLine> {
    let amounts = child(strd, &["RfrdDocAmt"])?;
    let mut documents = children(strd, "RfrdDocInf").filter_map(|info| path(info, &["Nb"]));
    let document = match (documents.next(), documents.next()) {
        (Some(document), None) => document,
        (None, _) => path(strd, &["CdtrRefInf", "Ref"])?,
        // one amount for several documents says nothing of each
        (Some(_), Some(_)) => return None,
    };
    let all = |name: &'static str| children(amounts, name);
    let discounts = all("DscntApldAmt").map(|discount| amount(within(discount), currency));
    let discount = discounts.sum::<Option<Amount>>()?;
    let adjustments: Option<Vec<Adjustment>> = all("AdjstmntAmtAndRsn").map(|given| adjustment(given, currency)).collect();
    let adjustments = adjustments?;
    let due = all("DuePyblAmt").next().map(within);
    let credit = all("CdtNoteAmt").next().map(within);
    let remitted = all("RmtdAmt").next().map(within);
    let paid = match (remitted, due, credit) {
        (Some(paid), None, Some(_)) => -amount(paid, currency)?,
        (Some(paid), ..) => amount(paid, currency)?,
        (None, None, Some(credit)) => -amount(credit, currency)?,
        (None, Some(due), None) if adjustments.is_empty() => amount(due, currency)? - discount,
        _ => return None,
    };
    Some(RemittanceLine { document: document.into(), paid, discount, adjustments })
}

/// From version 03 on, an amount with a type stands in an `Amt` within.
fn within(node: Xml<'_>) -> Xml<'_> {
    child(node, &["Amt"]).unwrap_or(node)
}

fn amount(node: Xml<'_>, currency: Currency) -> Option<Amount> {
    let is_ours = node.attribute("Ccy").is_none_or(|given| given == currency.as_str());
    minor(node.text()?, currency).filter(|_| is_ours)
}

fn adjustment(node: Xml<'_>, currency: Currency) -> Option<Adjustment> {
    let words = ["Rsn", "AddtlInf"].iter().filter_map(|name| path(node, &[*name])).collect::<Vec<_>>();
    Some(Adjustment { amount: amount(within(node), currency)?.abs(), reason: Text::from(words.join(" ")) })
}
