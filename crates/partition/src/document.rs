//! The documents that connected systems get, as they are written in JSON. Amounts are plain numbers as text, in the document's currency.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use trade::master::ShipTo;
use trade::{InvoiceId, OrderId, PaymentId, ReturnId, ShipmentId, WarehouseOrderId};
use units::{Currency, Day, Quantity, Text};

/// Asks a tax service for the tax of an order (`tax.quote`): of whom, from where to where, and what exempts from it (domain §1.4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuoteDocument<'a> {
    pub(crate) order: OrderId,
    pub(crate) currency: Currency,
    pub(crate) ship_to: Cow<'a, ShipTo>,
    #[serde(borrow)]
    pub(crate) lines: Vec<QuoteLine<'a>>,
    pub(crate) freight: String,
    pub(crate) discount: String,
    /// The customer, whose certificates the service may know.
    pub(crate) account: &'a str,
    /// The customer's VAT number, if somebody has found it valid.
    pub(crate) tax_number: Option<&'a str>,
    /// Exemption certificates that count today.
    #[serde(borrow)]
    pub(crate) exemptions: Vec<QuoteExemption<'a>>,
    /// Where we are.
    pub(crate) seller: Cow<'a, ShipTo>,
    /// Where the goods leave from: they may be taxed by their origin.
    pub(crate) ship_from: Cow<'a, ShipTo>,
}

/// An exemption certificate that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuoteExemption<'a> {
    pub(crate) certificate: &'a str,
    /// What it is for, with all that lies in it; empty for everywhere.
    pub(crate) jurisdiction: &'a str,
    /// Empty for every tax category.
    pub(crate) category: &'a str,
}

/// A line to be taxed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuoteLine<'a> {
    pub(crate) line: u64,
    pub(crate) item: &'a str,
    pub(crate) category: &'a str,
    pub(crate) net: String,
}

/// Asks a warehouse to ship, to cancel, or to ship elsewhere (`wms.release`, `wms.cancel`, `wms.redirect`): these units of these lines.
/// To cancel, they come on top of what was asked before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleaseDocument<'a> {
    pub(crate) warehouse_order: WarehouseOrderId,
    pub(crate) order: OrderId,
    pub(crate) node: &'a str,
    pub(crate) ship_to: Cow<'a, ShipTo>,
    /// To cancel: which request it is, to be given back with the answer.
    #[serde(default)]
    pub(crate) request: Option<u32>,
    #[serde(borrow)]
    pub(crate) lines: Vec<ReleaseLine<'a>>,
}

/// Units of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleaseLine<'a> {
    pub(crate) line: u64,
    pub(crate) item: &'a str,
    pub(crate) quantity: Quantity,
    /// To cancel: what is shipped in all if this and all requests before are agreed to.
    #[serde(default)]
    pub(crate) ships: Option<Quantity>,
}

/// Asks a carrier to fetch a warehouse order (`tms.book`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BookingDocument<'a> {
    pub(crate) warehouse_order: WarehouseOrderId,
    pub(crate) order: OrderId,
    pub(crate) node: &'a str,
    pub(crate) ship_to: Cow<'a, ShipTo>,
    pub(crate) weight_grams: u64,
    /// Where they are fetched.
    pub(crate) ship_from: Cow<'a, ShipTo>,
}

/// Asks a carrier to stop a shipment and to bring it back (`tms.intercept`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InterceptDocument<'a> {
    pub(crate) shipment: ShipmentId,
    pub(crate) order: OrderId,
    /// Where the goods shall come back to.
    pub(crate) node: &'a str,
    pub(crate) carrier: &'a str,
    pub(crate) tracking: &'a str,
    /// The warehouse's number of the shipment.
    pub(crate) reference: &'a str,
    /// The return that the goods come back with.
    pub(crate) return_request: ReturnId,
}

/// Asks the ERP to post an invoice or a credit note (`erp.post_invoice`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostingDocument<'a> {
    pub(crate) invoice: InvoiceId,
    pub(crate) number: &'a str,
    pub(crate) kind: String,
    pub(crate) account: &'a str,
    pub(crate) account_name: &'a str,
    pub(crate) order: OrderId,
    /// All that it bills, where it bills several; else none.
    pub(crate) orders: Vec<OrderId>,
    pub(crate) purchase_order: &'a str,
    pub(crate) date: Day,
    pub(crate) due: Day,
    pub(crate) currency: Currency,
    pub(crate) net: String,
    pub(crate) tax: String,
    pub(crate) gross: String,
    pub(crate) discount: Option<DiscountTerms>,
    /// The exchange rate that it is booked with, where it is not in the company's currency.
    pub(crate) exchange: Option<Exchange>,
}

/// Asks the ERP to post entries of the general ledger (`erp.post_payment`): what became of a payment since it was posted before, or what was
/// written off of a document without one. The entries balance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerDocument<'a> {
    /// What it is of and its number there, as in `PY-7/1`: the same however often it is sent.
    pub(crate) posting: String,
    pub(crate) payment: Option<PaymentId>,
    pub(crate) bank_account: &'a str,
    pub(crate) bank_reference: &'a str,
    pub(crate) value_date: Option<Day>,
    pub(crate) payer: Option<&'a str>,
    /// The day that the entries are of.
    pub(crate) date: Day,
    pub(crate) currency: Currency,
    /// The company's currency.
    pub(crate) booked_currency: Currency,
    pub(crate) entries: Vec<LedgerLine<'a>>,
}

/// Asks the ERP what its control account of receivables moved by on each day of a period (`erp.control_account`). The answer has the same
/// `from` and `until`, and `movements`, each with `date`, `currency` and `amount` (debits less credits); days without any may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlAccountDocument {
    /// The first day.
    pub(crate) from: Day,
    /// The last day.
    pub(crate) until: Day,
}

/// A debit or a credit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerLine<'a> {
    /// `bank`, `receivables`, `on_account`, `suspense`, `discount`, `write_off`, `deduction` or `exchange_difference`.
    pub(crate) ledger: String,
    pub(crate) account: Option<&'a str>,
    /// The legal number of the document.
    pub(crate) invoice: Option<Text>,
    /// The code of a deduction.
    pub(crate) code: &'a str,
    /// Above zero for a debit, below for a credit.
    pub(crate) amount: String,
    /// The same in the company's currency.
    pub(crate) booked: String,
}

/// A rate, and what all of a document comes to in the company's currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    pub(crate) rate: units::Decimal,
    pub(crate) day: Day,
    pub(crate) source: Text,
    pub(crate) currency: Currency,
    pub(crate) booked: String,
}

/// What may be taken off if it is paid early.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiscountTerms {
    pub(crate) amount: String,
    pub(crate) until: Day,
}
