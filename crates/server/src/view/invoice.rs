//! What the API shows of invoices and credit notes.

use serde::Serialize;
use trade::billing::{Decision, Invoice};
use trade::master::BookedRate;
use units::{Amount, Currency};

use super::{MoneyView, money, name, texts};

/// An invoice or credit note.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct InvoiceView {
    /// Our id.
    pub(crate) id: String,
    /// Its legal number.
    pub(crate) number: String,
    /// Which kind of document.
    pub(crate) kind: String,
    /// Who owes it.
    pub(crate) account: String,
    /// The order that it bills; the first of several.
    pub(crate) order: String,
    /// All orders that it bills: several for a consolidated invoice.
    pub(crate) orders: Vec<String>,
    /// The customer's purchase order number; empty where it bills several.
    pub(crate) purchase_order: String,
    /// Shipments that it bills.
    pub(crate) shipments: Vec<String>,
    /// The invoice that it corrects.
    pub(crate) corrects: Option<String>,
    /// The credit note over what it bills anew.
    pub(crate) rebills: Option<String>,
    /// The invoices in its place, once it was billed anew: one for each of its orders that was.
    pub(crate) replaced_by: Vec<String>,
    /// Day of the document.
    pub(crate) date: String,
    /// Day on which it is due.
    pub(crate) due: String,
    /// What is granted if it is paid early; none if nothing is.
    pub(crate) early_payment: Option<EarlyPaymentView>,
    /// Lines.
    pub(crate) lines: Vec<InvoiceLineView>,
    /// Freight, net.
    pub(crate) freight: MoneyView,
    /// Header discount, net.
    pub(crate) discount: MoneyView,
    /// Deposit consumed, net.
    pub(crate) deposit: MoneyView,
    /// Net.
    pub(crate) net: MoneyView,
    /// Tax.
    pub(crate) tax: MoneyView,
    /// What is to be paid.
    pub(crate) gross: MoneyView,
    /// The number that the ERP gave to the posting, once it confirmed.
    pub(crate) erp_reference: Option<String>,
    /// What the customer disputes of it.
    pub(crate) disputed: Option<MoneyView>,
    /// The code of the dispute, such as `PRM`.
    pub(crate) dispute_code: Option<String>,
    /// The exchange rate that it was booked with, where it is not in the company's currency.
    pub(crate) exchange: Option<ExchangeView>,
    /// `standard`, or `reverse_charge` where the customer accounts for the tax.
    pub(crate) tax_scheme: String,
    /// What each jurisdiction gets of the tax.
    pub(crate) tax_levels: Vec<TaxLevelView>,
    /// What was decided about what the customer disputed, the oldest first.
    pub(crate) decisions: Vec<DisputeDecisionView>,
}

/// What is granted if an invoice is paid early.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EarlyPaymentView {
    /// What need not be paid then.
    pub(crate) discount: MoneyView,
    /// The last day on which that counts.
    pub(crate) until: String,
}

/// What was decided about a dispute.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DisputeDecisionView {
    /// The code of the dispute, such as `PRM`.
    pub(crate) code: String,
    /// Credited.
    pub(crate) granted: MoneyView,
    /// Written off.
    pub(crate) written_off: MoneyView,
    /// Still due.
    pub(crate) refused: MoneyView,
    /// The credit note, if something was granted.
    pub(crate) credit_note: Option<String>,
    /// Who decided.
    pub(crate) by: String,
    /// Why.
    pub(crate) reason: String,
    /// When.
    pub(crate) on: String,
    /// Where the letter to the customer is.
    #[schema(example = "/v1/invoices/IN-7/disputes/1/letter")]
    pub(crate) letter: String,
}

/// What a jurisdiction gets of a tax.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TaxLevelView {
    /// Such as `DE`, `US-CA`, `US-CA/LOS ANGELES` or `US-CA:MTA`.
    pub(crate) jurisdiction: String,
    /// How much.
    pub(crate) tax: MoneyView,
}

/// A line of an invoice.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct InvoiceLineView {
    /// The order that the line is of.
    pub(crate) order: String,
    /// The order line.
    pub(crate) line: u64,
    /// The item.
    pub(crate) item: String,
    /// Units.
    pub(crate) quantity: i64,
    /// Per unit.
    pub(crate) price: String,
    /// Net.
    pub(crate) net: MoneyView,
    /// Tax rate in per cent.
    pub(crate) tax_rate: String,
}

/// Shows an invoice.
pub(crate) fn invoice(invoice: &Invoice) -> InvoiceView {
    let currency = invoice.currency;
    let lines = invoice.lines.iter().map(|line| InvoiceLineView {
        order: line.order.to_string(),
        line: line.line.0,
        item: line.item.to_string(),
        quantity: line.quantity.0,
        price: line.price.to_string(),
        net: money(line.net, currency),
        tax_rate: line.tax_rate.to_string(),
    });
    InvoiceView {
        id: invoice.id.to_string(),
        number: invoice.number.to_string(),
        kind: name(&invoice.kind),
        account: invoice.account.to_string(),
        order: invoice.order.to_string(),
        orders: invoice.orders().map(|order| order.to_string()).collect(),
        purchase_order: invoice.purchase_order.to_string(),
        shipments: texts(&invoice.shipments),
        corrects: invoice.corrects.map(|id| id.to_string()),
        rebills: invoice.rebills.map(|id| id.to_string()),
        replaced_by: texts(&invoice.replaced_by),
        date: invoice.date.to_string(),
        due: invoice.due.to_string(),
        early_payment: invoice
            .early_payment
            .map(|(discount, until)| EarlyPaymentView { discount: money(discount, currency), until: until.to_string() }),
        lines: lines.collect(),
        freight: money(invoice.freight, currency),
        discount: money(invoice.discount, currency),
        deposit: money(invoice.deposit, currency),
        net: money(invoice.net, currency),
        tax: money(invoice.tax, currency),
        gross: money(invoice.gross, currency),
        erp_reference: invoice.erp_reference.as_ref().map(ToString::to_string),
        disputed: invoice.dispute.as_ref().map(|(amount, _)| money(*amount, currency)),
        dispute_code: invoice.dispute.as_ref().map(|(_, code)| code.to_string()),
        exchange: invoice.rate.as_ref().map(|rate| exchange(rate, invoice.gross, currency)),
        tax_scheme: name(&invoice.tax_scheme),
        tax_levels: invoice
            .tax_levels
            .iter()
            .map(|(jurisdiction, tax)| TaxLevelView { jurisdiction: jurisdiction.to_string(), tax: money(*tax, currency) })
            .collect(),
        decisions: (1..).zip(&invoice.decisions).map(|(number, decision)| decided(invoice, number, decision)).collect(),
    }
}

fn decided(invoice: &Invoice, number: usize, decision: &Decision) -> DisputeDecisionView {
    let currency = invoice.currency;
    DisputeDecisionView {
        code: decision.code.to_string(),
        granted: money(decision.granted, currency),
        written_off: money(decision.written_off, currency),
        refused: money(decision.refused, currency),
        credit_note: decision.note.map(|note| note.to_string()),
        by: decision.by.to_string(),
        reason: decision.reason.to_string(),
        on: decision.on.to_string(),
        letter: format!("/v1/invoices/{}/disputes/{number}/letter", invoice.id),
    }
}

/// The exchange rate that a document or payment was booked with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExchangeView {
    /// What one of its currency is worth in the company's.
    #[schema(example = "1.0825")]
    pub(crate) rate: String,
    /// The day of the rate.
    pub(crate) day: String,
    /// Who says so.
    pub(crate) source: String,
    /// What all of it comes to in the company's currency.
    pub(crate) booked: MoneyView,
}

pub(super) fn exchange(rate: &BookedRate, amount: Amount, currency: Currency) -> ExchangeView {
    ExchangeView {
        rate: rate.rate.to_string(),
        day: rate.day.to_string(),
        source: rate.source.to_string(),
        booked: money(rate.booked(amount, currency), rate.into),
    }
}
