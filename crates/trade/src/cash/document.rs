//! A bank statement as it is read, whatever its format: the canonical statement document.

use compact_str::format_compact;
use serde::{Deserialize, Serialize};
use units::{Amount, Currency, Day, Text};

use super::remittance::RemittanceLine;
use crate::ids::Reference;

/// A bank statement before we have looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StatementDocument {
    /// The bank's identification of the statement; unique per account.
    pub reference: Text,
    /// Our bank account.
    pub bank_account: Text,
    /// Currency of every amount in it.
    pub currency: Currency,
    /// Balance before its entries; `None` where the format has none (CSV).
    pub opening: Option<Amount>,
    /// Balance after its entries.
    pub closing: Option<Amount>,
    /// Its entries.
    pub entries: Vec<EntryDocument>,
    /// The bank's running number of the account's statements, if it gives one.
    #[serde(default)]
    pub sequence: Option<u64>,
}

impl StatementDocument {
    /// What is held of one bank account in one currency: an account may be kept in several, each with balances and numbers of its own.
    pub(super) fn holding(&self) -> Text {
        format_compact!("{} {}", self.bank_account, self.currency)
    }

    /// Under what the statement is kept.
    pub fn key(&self) -> Reference {
        Reference { within: self.holding(), reference: self.reference.clone() }
    }
}

/// An entry of a bank statement: money in (above zero) or out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EntryDocument {
    /// The bank's reference of the entry.
    pub bank_reference: Text,
    /// Place in the statement, from 0. An entry that comes again may stand elsewhere.
    pub index: u32,
    /// Day on which the money counts.
    pub value_date: Day,
    /// How much.
    pub amount: Amount,
    /// The bank takes an earlier entry back.
    pub reversal: bool,
    /// The payer's name.
    pub payer_name: Text,
    /// The payer's bank account.
    pub payer_account: Text,
    /// Structured references.
    pub references: Vec<Text>,
    /// Unstructured text.
    pub remittance: Text,
    /// The customer's number with us, as it stands on what came with a cheque or through a lockbox; empty if there is none.
    #[serde(default)]
    pub customer_number: Text,
    /// What the payer says of each document that they pay.
    #[serde(default)]
    pub lines: Vec<RemittanceLine>,
}
