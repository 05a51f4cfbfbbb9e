//! The rows of one invoice number become one document.

use trade::order::{Channel, Original, Submission, SubmittedLine};
use trade::returns::{ReturnDocument, ReturnedLine};
use units::{Amount, Currency, Text, Timestamp};

use super::Rows;
use super::row::{Fields, Meaning};
use crate::orders::OrderDocument;
use crate::{Place, Reason};

/// The rows of one invoice number, as far as they were read.
pub(super) struct Invoice {
    pub(super) number: Text,
    pub(super) place: Place,
    pub(super) at: Option<Timestamp>,
    /// Number of its last row; when the file is far beyond it, the invoice is complete.
    pub(super) last_row: u64,
    account: Text,
    lines: Vec<SubmittedLine>,
    returned: Vec<ReturnedLine>,
    freight: (u64, Amount),
    discount: (u64, Amount),
}

impl Invoice {
    pub(super) fn new(fields: &Fields<'_>, place: Place) -> Self {
        Self {
            number: fields.invoice.into(),
            place,
            at: fields.at(),
            last_row: 0,
            account: Text::default(),
            lines: Vec::new(),
            returned: Vec::new(),
            freight: (0, Amount::ZERO),
            discount: (0, Amount::ZERO),
        }
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> u64 {
        (self.lines.len() + self.returned.len()) as u64 + self.freight.0 + self.discount.0
    }

    /// Adds a row that means something; two rows of one stock code stay two lines.
    pub(super) fn add(&mut self, fields: &Fields<'_>, meaning: Meaning) {
        self.account = fields.account();
        match meaning {
            Meaning::Ordered(line) => self.lines.push(line),
            Meaning::Returned(line) => self.returned.push(line),
            Meaning::Freight(amount) => self.freight = (self.freight.0 + 1, self.freight.1 + amount),
            Meaning::Discount(amount) => self.discount = (self.discount.0 + 1, self.discount.1 + amount),
            Meaning::Rejected(_) | Meaning::Unreadable(..) => {}
        }
    }

    /// The document, and into which count each row of it goes.
    ///
    /// On a cancellation, discount and postage are an amount that the customer asks for: they go with the goods that come back, or
    /// stand alone. On an invoice without an ordered line they belong to nothing.
    pub(super) fn finish(self, rows: &mut Rows) -> Option<(Place, Option<Timestamp>, OrderDocument)> {
        let original = Original { format: "online-retail".into(), place: self.place.within.clone(), ..Original::default() };
        if self.lines.is_empty() {
            let (header, goodwill) = (self.freight.0 + self.discount.0, self.freight.1 + self.discount.1);
            if !super::row::cancels(&self.number) || self.returned.is_empty() && !goodwill.is_positive() {
                rows.reject(Reason::NoOrder, header);
                return None;
            }
            rows.goodwill += header;
            rows.returned += self.returned.len() as u64;
            let (account, reference) = (self.account.as_str().into(), self.number);
            let document = ReturnDocument { account, reference, original, lines: self.returned, goodwill };
            return Some((self.place, self.at, OrderDocument::Return(document)));
        }
        rows.ordered += self.lines.len() as u64;
        rows.freight += self.freight.0;
        rows.discount += self.discount.0;
        let submission = Submission {
            account: self.account.as_str().into(),
            purchase_order: self.number,
            channel: Channel::File,
            original,
            currency: Some(Currency::GBP),
            freight: self.freight.1,
            discount: self.discount.1,
            lines: self.lines,
            ..Submission::default()
        };
        Some((self.place, self.at, OrderDocument::Order(Box::new(submission))))
    }
}
