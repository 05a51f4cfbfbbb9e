//! State and events of payments and statements.

use serde::{Deserialize, Serialize};
use units::{Amount, Currency, Day, Text, Timestamp};

use super::ledger::{LedgerEntry, merged};
use super::remittance::RemittanceLine;
use crate::books::Folded;
use crate::ids::*;
use crate::master::BookedRate;

/// Money that arrived, or left: one entry of a bank statement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Payment {
    /// Our id.
    pub id: PaymentId,
    /// Our bank account.
    pub bank_account: Text,
    /// The bank's reference of the entry.
    pub bank_reference: Text,
    /// Day on which the money counts.
    pub value_date: Day,
    /// When it was recorded.
    pub received_at: Timestamp,
    /// How much; below zero for money that a bank took back.
    pub amount: Amount,
    /// Currency.
    pub currency: Currency,
    /// The payer's name as the bank shows it.
    pub payer_name: Text,
    /// The payer's bank account.
    pub payer_account: Text,
    /// Structured references (creditor references, document numbers).
    pub references: Vec<Text>,
    /// Unstructured text.
    pub remittance: Text,
    /// Whose money it is, once known.
    pub account: Option<AccountId>,
    /// How the payer was found.
    pub evidence: Text,
    /// What it was applied to.
    pub allocations: Vec<Allocation>,
    /// What lies on the payer's account without an item.
    pub on_account: Amount,
    /// What it may pay, for a person to decide.
    pub candidates: Vec<Candidate>,
    /// How far it is.
    pub status: PaymentStatus,
    /// The customer's number with us that came with the money, through a lockbox for one.
    #[serde(default)]
    pub customer_number: Text,
    /// The exchange rate of its value date; `None` in the company's currency, and while nobody has said one.
    #[serde(default)]
    pub rate: Option<BookedRate>,
    /// What the payer says of each document, where they do.
    #[serde(default)]
    pub lines: Vec<RemittanceLine>,
    /// What it comes to in the general ledger.
    #[serde(default)]
    pub ledger: Vec<LedgerEntry>,
    /// How often it was booked, and how often the ERP confirmed that.
    #[serde(default)]
    pub bookings: (u32, u32),
    /// When the ERP confirmed the last of them.
    #[serde(default)]
    pub confirmed_at: Option<Timestamp>,
}

/// How far a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Recorded, not looked at.
    #[default]
    Received,
    /// Nobody knows whose it is.
    Suspense,
    /// The payer is known, nothing or not everything could be applied; a person decides.
    Unmatched,
    /// Everything is applied to items.
    Applied,
    /// The rest lies on account as a credit.
    OnAccount,
    /// The bank took it back.
    Reversed,
}

/// Money applied to one item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Allocation {
    /// The document.
    pub invoice: InvoiceId,
    /// Money of this payment; below zero for a credit note that was used with it.
    pub amount: Amount,
    /// Early-payment discount granted with it.
    pub discount: Amount,
    /// What was written off with it: a small difference, or a deduction that was accepted.
    pub written_off: Amount,
    /// What the customer deducted; stays open under this code.
    pub deduction: Amount,
    /// Code of the deduction, if there is one.
    pub code: Text,
    /// Whose document it is, where the payer pays for another account.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// What it settled of which order, where the document is for several.
    #[serde(default)]
    pub orders: Vec<(OrderId, Amount)>,
    /// What was gained by the exchange rates of payment and document, in the company's currency; below zero for a loss.
    #[serde(default)]
    pub realised: Amount,
}

impl Allocation {
    /// The account whose item it settles.
    pub fn owner<'a>(&'a self, payer: &'a AccountId) -> &'a AccountId {
        self.account.as_ref().unwrap_or(payer)
    }
}

/// By which stage of the pipeline a payment was applied (domain §1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Stage 3: the referenced items add up to the payment.
    Exact,
    /// Stage 4: they do with the discount taken.
    ExactWithDiscount,
    /// Stage 5: referenced, with a difference that has a code.
    ReferencedWithDifference,
    /// Stage 6: no reference, and one item of the payer has the amount.
    SingleItem,
    /// Stage 7: no reference, and exactly one combination of the payer's items has the amount.
    Combination,
    /// A person decided.
    Manual,
}

/// A set of items that a payment may pay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Candidate {
    /// The items.
    pub invoices: Vec<InvoiceId>,
    /// What speaks for it.
    pub evidence: Text,
}

/// A fact about one payment. Names in the feed: `payment.received`, `payment.matched` …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentEvent {
    /// It was recorded.
    Received(Box<Payment>),
    /// The payer was found.
    PayerIdentified {
        /// Whose money it is.
        account: AccountId,
        /// How we know.
        evidence: Text,
    },
    /// It was applied to items.
    Matched {
        /// To which, and how much.
        allocations: Vec<Allocation>,
        /// By which stage.
        method: Method,
        /// In words.
        evidence: Text,
        /// By whom.
        by: Text,
    },
    /// The rest was put on account.
    PutOnAccount {
        /// How much.
        amount: Amount,
        /// Why, where that is not what is left of a match.
        #[serde(default)]
        reason: Text,
    },
    /// It could not be applied; a person decides.
    Unmatched {
        /// What it may pay.
        candidates: Vec<Candidate>,
        /// Why nothing was applied.
        reason: Text,
        /// Nobody knows whose it is.
        suspense: bool,
    },
    /// A match was taken back.
    Unapplied {
        /// The document.
        invoice: InvoiceId,
        /// By whom.
        by: Text,
        /// Why.
        reason: Text,
    },
    /// The bank took it back.
    Reversed {
        /// Why: `NSF`, `recall` …
        reason: Text,
    },
    /// A person has decided on what it deducted of a document.
    DeductionResolved {
        /// The document.
        invoice: InvoiceId,
        /// How much was written off; the rest stays open.
        accepted: Amount,
        /// By whom.
        by: Text,
    },
    /// The exchange rate of its value date is known now.
    Rated {
        /// The rate.
        rate: BookedRate,
    },
    /// Entries of the general ledger were made; they balance.
    Booked {
        /// The how manieth booking of the payment.
        number: u32,
        /// The day that they are of.
        day: Day,
        /// The entries.
        entries: Vec<LedgerEntry>,
    },
    /// The ERP has posted entries of it.
    ConfirmedByErp {
        /// The ERP's number.
        reference: Text,
        /// When we learnt of it.
        #[serde(default)]
        at: Timestamp,
    },
}

/// A bank statement that was imported.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Statement {
    /// Our bank account.
    pub bank_account: Text,
    /// Balance before its entries.
    pub opening: Amount,
    /// Balance after its entries.
    pub closing: Amount,
    /// Its entries.
    pub payments: Vec<PaymentId>,
    /// Entries that were there already.
    pub repeated: u32,
    /// Sum of the entries that were not there already.
    pub movements: Amount,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// The bank's running number of the account's statements, if it gives one.
    #[serde(default)]
    pub sequence: Option<u64>,
    /// Currency of its amounts.
    #[serde(default)]
    pub currency: Currency,
}

/// What happens to a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatementEvent {
    /// It was imported.
    Imported(Box<Statement>),
}

impl Payment {
    /// Money applied to items.
    pub fn applied(&self) -> Amount {
        self.allocations.iter().map(|allocation| allocation.amount).sum()
    }

    /// Money that is neither applied nor on account.
    pub fn unallocated(&self) -> Amount {
        self.amount - self.applied() - self.on_account
    }
}

impl Folded for Payment {
    type Event = PaymentEvent;

    fn apply(&mut self, event: &PaymentEvent) {
        match event {
            PaymentEvent::Received(payment) => *self = (**payment).clone(),
            PaymentEvent::PayerIdentified { account, evidence } => {
                self.account = Some(account.clone());
                self.evidence = evidence.clone();
            }
            PaymentEvent::Matched { allocations, .. } => {
                self.allocations.extend(allocations.iter().cloned());
                self.candidates.clear();
                self.status = match (self.unallocated().is_zero(), self.on_account.is_zero()) {
                    (true, true) => PaymentStatus::Applied,
                    (true, false) => PaymentStatus::OnAccount,
                    (false, _) => PaymentStatus::Unmatched,
                };
            }
            PaymentEvent::PutOnAccount { amount, .. } => {
                self.on_account += *amount;
                self.status = if self.on_account.is_zero() { PaymentStatus::Applied } else { PaymentStatus::OnAccount };
            }
            PaymentEvent::Unmatched { candidates, suspense, .. } => {
                self.candidates = candidates.clone();
                self.status = if *suspense { PaymentStatus::Suspense } else { PaymentStatus::Unmatched };
            }
            PaymentEvent::Unapplied { invoice, .. } => {
                self.allocations.retain(|allocation| allocation.invoice != *invoice);
                self.status = PaymentStatus::Unmatched;
            }
            PaymentEvent::DeductionResolved { invoice, accepted, .. } => {
                if let Some(allocation) = self.allocations.iter_mut().find(|known| known.invoice == *invoice) {
                    allocation.written_off += *accepted;
                    allocation.deduction = Amount::ZERO;
                }
            }
            PaymentEvent::Rated { rate } => self.rate = Some(rate.clone()),
            PaymentEvent::Booked { number, entries, .. } => {
                self.ledger = merged(&self.ledger, entries);
                self.bookings.0 = *number;
            }
            PaymentEvent::ConfirmedByErp { at, .. } => {
                self.bookings.1 += 1;
                self.confirmed_at = Some(*at);
            }
            PaymentEvent::Reversed { .. } => {
                self.allocations.clear();
                self.on_account = Amount::ZERO;
                self.status = PaymentStatus::Reversed;
            }
        }
    }
}

impl Folded for Statement {
    type Event = StatementEvent;

    fn apply(&mut self, event: &StatementEvent) {
        match event {
            StatementEvent::Imported(statement) => *self = (**statement).clone(),
        }
    }
}
