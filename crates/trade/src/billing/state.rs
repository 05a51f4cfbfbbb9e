//! State and events of invoices and series.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use units::{Amount, Currency, Day, Decimal, Quantity, Text, Timestamp};

use super::particulars::Particulars;
use crate::books::Folded;
use crate::cash::LedgerEntry;
use crate::ids::*;
use crate::master::{BookedRate, TaxRounding};
use crate::tax::TaxScheme;

/// An invoice or credit note. Once posted it is never changed; corrections are documents of their own (domain §1.6).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Invoice {
    /// Our id.
    pub id: InvoiceId,
    /// Its legal number, taken at posting without gaps.
    pub number: Text,
    /// Which kind of document.
    pub kind: DocumentKind,
    /// Who owes it.
    pub account: AccountId,
    /// The order that it bills; the first of several.
    pub order: OrderId,
    /// The customer's purchase order number.
    pub purchase_order: Text,
    /// Shipments that it bills.
    pub shipments: Vec<ShipmentId>,
    /// The invoice that it corrects, for a credit note and for what is billed anew.
    pub corrects: Option<InvoiceId>,
    /// Why, for a correction.
    pub reason: Text,
    /// Currency of every amount in it.
    pub currency: Currency,
    /// Day of the document.
    pub date: Day,
    /// Day on which it is due.
    pub due: Day,
    /// Lines. Amounts of a credit note are above zero; its kind says which way they count.
    pub lines: Vec<InvoiceLine>,
    /// Freight, net.
    pub freight: Amount,
    /// Header discount, net, not negative.
    pub discount: Amount,
    /// Deposit consumed, net, not negative.
    pub deposit: Amount,
    /// Tax by rate.
    pub taxes: Vec<TaxLine>,
    /// Lines and freight less discount and deposit.
    pub net: Amount,
    /// Tax.
    pub tax: Amount,
    /// Net and tax: what is to be paid.
    pub gross: Amount,
    /// Early-payment discount and its last day.
    pub early_payment: Option<(Amount, Day)>,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// The number that the ERP gave to the posting, once it confirmed.
    pub erp_reference: Option<Text>,
    /// When the ERP confirmed it.
    #[serde(default)]
    pub confirmed_at: Option<Timestamp>,
    /// Where its tax was rounded; a credit note rounds as its invoice did.
    #[serde(default)]
    pub tax_rounding: TaxRounding,
    /// Who posted it: what they credit of an invoice is held against their limit in all.
    #[serde(default)]
    pub posted_by: Text,
    /// What of it is whose, where it is for several orders; empty where everything is of one.
    #[serde(default)]
    pub parts: Vec<InvoicePart>,
    /// What the customer disputes of it: how much, and under which code.
    #[serde(default)]
    pub dispute: Option<(Amount, Text)>,
    /// The exchange rate that it was booked with; `None` in the company's currency.
    #[serde(default)]
    pub rate: Option<BookedRate>,
    /// Who opened what is in dispute: they give nothing away for it. Empty if nothing is, or a payment deducted it.
    #[serde(default)]
    pub disputed_by: Text,
    /// What was written off of disputes so far, by whom.
    #[serde(default)]
    pub written_off: Vec<(Text, Amount)>,
    /// What it says of its parties and goods, as of its posting; a correction has what its invoice has.
    #[serde(default)]
    pub particulars: Arc<Particulars>,
    /// Who accounts for its tax; a correction has that of what it corrects.
    #[serde(default)]
    pub tax_scheme: TaxScheme,
    /// What of its tax each jurisdiction gets, the widest first; nothing on documents without lines.
    #[serde(default)]
    pub tax_levels: Vec<(Text, Amount)>,
    /// What was decided about what the customer disputed of it, the oldest first; each has a letter (domain §1.3).
    #[serde(default)]
    pub decisions: Vec<Decision>,
    /// The credit note over what this invoice bills anew, of the invoice that it corrects.
    #[serde(default)]
    pub rebills: Option<InvoiceId>,
    /// The invoices in its place, once it was billed anew: one for each of its orders that was.
    #[serde(default)]
    pub replaced_by: Vec<InvoiceId>,
    /// What was booked of it in the general ledger without a payment, after it was posted.
    #[serde(default)]
    pub ledger: Vec<LedgerEntry>,
}

/// What was decided about a dispute; the three amounts are what was in dispute.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Decision {
    /// Its code, such as `PRM`.
    pub code: Text,
    /// Credited.
    pub granted: Amount,
    /// Written off.
    pub written_off: Amount,
    /// Still due.
    pub refused: Amount,
    /// The credit note, if something was granted.
    pub note: Option<InvoiceId>,
    /// Who decided.
    pub by: Text,
    /// Why, as the customer is told.
    pub reason: Text,
    /// When.
    pub on: Day,
}

/// What a document that is for several orders holds of one of them. Amounts have the sign of those in the document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InvoicePart {
    /// The order.
    pub order: OrderId,
    /// The customer's purchase order number.
    pub purchase_order: Text,
    /// Freight, net.
    pub freight: Amount,
    /// Header discount, net, not negative.
    pub discount: Amount,
    /// Deposit consumed, net, not negative.
    pub deposit: Amount,
    /// Its share of what is to be paid.
    pub gross: Amount,
}

impl Invoice {
    /// What it holds of each order, in their order; one part for a document of one order.
    pub fn parts(&self) -> Vec<InvoicePart> {
        if !self.parts.is_empty() {
            return self.parts.clone();
        }
        vec![InvoicePart {
            order: self.order,
            purchase_order: self.purchase_order.clone(),
            freight: self.freight,
            discount: self.discount,
            deposit: self.deposit,
            gross: self.gross,
        }]
    }

    /// The orders that it is for.
    pub fn orders(&self) -> impl Iterator<Item = OrderId> + '_ {
        let only = self.parts.is_empty().then_some(self.order);
        only.into_iter().chain(self.parts.iter().map(|part| part.order))
    }

    /// Its lines of one order.
    pub fn lines_of(&self, order: OrderId) -> impl Iterator<Item = &InvoiceLine> {
        self.lines.iter().filter(move |line| line.order == order)
    }
}

/// Which kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Goods that were shipped.
    #[default]
    Invoice,
    /// A deposit asked for before shipping.
    Deposit,
    /// Money given back.
    CreditNote,
    /// Money given without taking units or a price back.
    Goodwill,
}

impl DocumentKind {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Invoice, Self::Deposit, Self::CreditNote, Self::Goodwill];

    /// Whether its amounts are owed to the customer.
    pub fn is_credit(self) -> bool {
        matches!(self, Self::CreditNote | Self::Goodwill)
    }
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// The order line.
    pub line: LineNo,
    /// The item.
    pub item: ItemId,
    /// Units.
    pub quantity: Quantity,
    /// Per unit.
    pub price: Decimal,
    /// Net.
    pub net: Amount,
    /// Tax rate in per cent.
    pub tax_rate: Decimal,
    /// The order that the line is of; set when the document is posted.
    #[serde(default)]
    pub order: OrderId,
    /// An exemption certificate takes the tax off; [`Particulars::exemption`] says which.
    #[serde(default)]
    pub exempt: bool,
}

/// Tax of one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaxLine {
    /// In per cent.
    pub rate: Decimal,
    /// Net amount that it is on.
    pub base: Amount,
    /// Tax.
    pub tax: Amount,
}

/// A fact about one invoice. Names in the feed: `invoice.released`, `credit_note.issued` …
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum InvoiceEvent {
    /// It was posted, number and all.
    Posted(Box<Invoice>),
    /// The ERP confirmed the posting.
    ConfirmedByErp {
        /// Its number there.
        reference: Text,
        /// When we learnt of it.
        #[serde(default)]
        at: Timestamp,
    },
    /// The customer disputes part of it.
    Disputed {
        /// How much.
        amount: Amount,
        /// Deduction code (domain §1.7).
        code: Text,
        /// Who opened it.
        #[serde(default)]
        by: Text,
    },
    /// A person has decided on what the customer disputes; the three amounts are what was in dispute.
    DisputeSettled {
        /// Credited.
        granted: Amount,
        /// Written off.
        written_off: Amount,
        /// Still due.
        refused: Amount,
        /// The credit note, if something was granted.
        note: Option<InvoiceId>,
        /// Who decided.
        by: Text,
        /// Why.
        reason: Text,
        /// Deduction code (domain §1.7).
        #[serde(default)]
        code: Text,
        /// When.
        #[serde(default)]
        on: Day,
        /// What is written off that no payment had deducted, in the general ledger.
        #[serde(default)]
        entries: Vec<LedgerEntry>,
    },
    /// What the customer disputes was paid or credited, or a payment has deducted it: nobody has to decide any more.
    DisputeVoided,
    /// It was credited and billed anew.
    Replaced {
        /// The invoice in its place.
        by: InvoiceId,
    },
    /// The payment with which something was written off is taken back, and the write-off with it.
    WriteOffTakenBack {
        /// How much.
        amount: Amount,
    },
}

/// A gap-free numbering series: legal entity, document type, optional branch, year (domain §1.6).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Series {
    /// The last number taken.
    pub last: u64,
    /// The date of the last document; the next may not be before it.
    pub last_date: Day,
}

/// What happens to a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeriesEvent {
    /// A number was taken by a document in the same transaction.
    NumberTaken {
        /// The number: one more than the last.
        number: u64,
        /// The document's date.
        date: Day,
    },
}

impl Invoice {
    /// It counts no longer for whoever wrote off as much last, or else for who wrote off last.
    fn take_back_write_off(&mut self, amount: Amount) {
        if let Some(at) = self.written_off.iter().rposition(|(_, written_off)| *written_off == amount) {
            self.written_off.remove(at);
            return;
        }
        let mut left = amount;
        for (_, written_off) in self.written_off.iter_mut().rev() {
            let part = left.min(*written_off);
            *written_off -= part;
            left -= part;
        }
        self.written_off.retain(|(_, written_off)| written_off.is_positive());
    }

    fn end_dispute(&mut self) {
        (self.dispute, self.disputed_by) = (None, Text::default());
    }
}

impl Folded for Invoice {
    type Event = InvoiceEvent;

    fn apply(&mut self, event: &InvoiceEvent) {
        match event {
            InvoiceEvent::Posted(invoice) => *self = (**invoice).clone(),
            InvoiceEvent::ConfirmedByErp { reference, at } => {
                self.erp_reference = Some(reference.clone());
                self.confirmed_at = Some(*at);
            }
            InvoiceEvent::Disputed { amount, code, by } => {
                self.dispute = Some((*amount, code.clone()));
                self.disputed_by = by.clone();
            }
            InvoiceEvent::DisputeSettled { granted, written_off, refused, note, by, reason, code, on, entries } => {
                self.ledger.extend(entries.iter().cloned());
                self.end_dispute();
                // an entry of before decisions were kept says no code
                if !code.is_empty() {
                    self.decisions.push(Decision {
                        code: code.clone(),
                        granted: *granted,
                        written_off: *written_off,
                        refused: *refused,
                        note: *note,
                        by: by.clone(),
                        reason: reason.clone(),
                        on: *on,
                    });
                }
                if written_off.is_positive() {
                    self.written_off.push((by.clone(), *written_off));
                }
            }
            InvoiceEvent::DisputeVoided => self.end_dispute(),
            InvoiceEvent::Replaced { by } => self.replaced_by.push(*by),
            InvoiceEvent::WriteOffTakenBack { amount } => self.take_back_write_off(*amount),
        }
    }
}

impl Folded for Series {
    type Event = SeriesEvent;

    fn apply(&mut self, event: &SeriesEvent) {
        match event {
            SeriesEvent::NumberTaken { number, date } => {
                self.last = *number;
                self.last_date = *date;
            }
        }
    }
}
