//! What the API shows of payments.

use serde::Serialize;
use trade::cash::Payment;

use super::invoice::{ExchangeView, exchange};
use super::{MoneyView, money, name, texts};

/// A payment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PaymentView {
    /// Our id.
    pub(crate) id: String,
    /// How far it is.
    pub(crate) status: String,
    /// How much.
    pub(crate) amount: MoneyView,
    /// Day on which the money counts.
    pub(crate) value_date: String,
    /// The bank's reference of the entry.
    pub(crate) bank_reference: String,
    /// The payer's name as the bank shows it.
    pub(crate) payer_name: String,
    /// The payer's bank account.
    pub(crate) payer_account: String,
    /// Unstructured text.
    pub(crate) remittance: String,
    /// Structured references.
    pub(crate) references: Vec<String>,
    /// Whose money it is, once known.
    pub(crate) account: Option<String>,
    /// How the payer was found.
    pub(crate) evidence: String,
    /// What it was applied to.
    pub(crate) allocations: Vec<AllocationView>,
    /// What lies on the payer's account.
    pub(crate) on_account: MoneyView,
    /// What it may pay, for a person to decide.
    pub(crate) candidates: Vec<CandidateView>,
    /// The exchange rate of its value date, where it is not in the company's currency.
    pub(crate) exchange: Option<ExchangeView>,
    /// What it comes to in the general ledger; debits and credits balance.
    pub(crate) ledger: Vec<LedgerEntryView>,
}

/// A balance of the general ledger that a payment left.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LedgerEntryView {
    /// The day that it is of.
    pub(crate) date: String,
    /// `bank`, `receivables`, `on_account`, `suspense`, `discount`, `write_off`, `deduction` or `exchange_difference`.
    pub(crate) ledger: String,
    /// Whose sub-ledger, where it has any.
    pub(crate) account: Option<String>,
    /// The document that it settles or allows of.
    pub(crate) invoice: Option<String>,
    /// The code of a deduction.
    pub(crate) code: String,
    /// Above zero for a debit, below for a credit.
    pub(crate) amount: MoneyView,
    /// The same in the company's currency, where that is another one and the rate is known.
    pub(crate) booked: Option<MoneyView>,
}

/// Money applied to one item.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AllocationView {
    /// The document.
    pub(crate) invoice: String,
    /// Money of this payment.
    pub(crate) amount: MoneyView,
    /// Early-payment discount granted with it.
    pub(crate) discount: MoneyView,
    /// Small difference written off with it.
    pub(crate) written_off: MoneyView,
    /// What the customer deducted.
    pub(crate) deduction: MoneyView,
    /// Code of the deduction.
    pub(crate) code: String,
    /// The role that looks after deductions of that code; absent where nothing is deducted.
    pub(crate) owner: Option<String>,
    /// What was gained by exchange rates, in the company's currency; below zero for a loss. Absent where the payment is in that.
    pub(crate) realised: Option<MoneyView>,
}

/// A set of items that a payment may pay.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CandidateView {
    /// The items.
    pub(crate) invoices: Vec<String>,
    /// What speaks for it.
    pub(crate) evidence: String,
}

/// Shows a payment.
pub(crate) fn payment(payment: &Payment) -> PaymentView {
    let currency = payment.currency;
    let allocations = payment.allocations.iter().map(|allocation| AllocationView {
        invoice: allocation.invoice.to_string(),
        amount: money(allocation.amount, currency),
        discount: money(allocation.discount, currency),
        written_off: money(allocation.written_off, currency),
        deduction: money(allocation.deduction, currency),
        code: allocation.code.to_string(),
        owner: allocation.deduction.is_positive().then(|| name(&trade::cash::owner(&allocation.code))),
        realised: payment.rate.as_ref().map(|rate| money(allocation.realised, rate.into)),
    });
    let candidates = payment
        .candidates
        .iter()
        .map(|candidate| CandidateView { invoices: texts(&candidate.invoices), evidence: candidate.evidence.to_string() });
    let ledger = payment.ledger.iter().map(|entry| LedgerEntryView {
        date: entry.day.to_string(),
        ledger: name(&entry.ledger),
        account: entry.account.as_ref().map(ToString::to_string),
        invoice: entry.invoice.as_ref().map(ToString::to_string),
        code: entry.code.to_string(),
        amount: money(entry.amount, currency),
        booked: payment.rate.as_ref().map(|rate| money(entry.booked, rate.into)),
    });
    PaymentView {
        id: payment.id.to_string(),
        status: name(&payment.status),
        amount: money(payment.amount, currency),
        value_date: payment.value_date.to_string(),
        bank_reference: payment.bank_reference.to_string(),
        payer_name: payment.payer_name.to_string(),
        payer_account: payment.payer_account.to_string(),
        remittance: payment.remittance.to_string(),
        references: texts(&payment.references),
        account: payment.account.as_ref().map(ToString::to_string),
        evidence: payment.evidence.to_string(),
        allocations: allocations.collect(),
        on_account: money(payment.on_account, currency),
        candidates: candidates.collect(),
        exchange: payment.rate.as_ref().map(|rate| exchange(rate, payment.amount, currency)),
        ledger: ledger.collect(),
    }
}
