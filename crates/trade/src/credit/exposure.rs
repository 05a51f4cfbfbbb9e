//! What is counted against a credit limit.

use units::Amount;

use crate::account::Account;
use crate::master::{Company, UnappliedPolicy};

/// The parts of an account's exposure, in minor units. No unit of value is in two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exposure {
    /// Posted and not paid.
    pub receivable: Amount,
    /// Shipped and not invoiced.
    pub shipped: Amount,
    /// Approved and not shipped.
    pub open_orders: Amount,
    /// On-account credit that counts.
    pub unapplied: Amount,
    /// Insurance and guarantees.
    pub secured: Amount,
}

impl Exposure {
    /// What is counted against the limit.
    pub fn total(&self) -> Amount {
        self.receivable + self.shipped + self.open_orders - self.unapplied - self.secured
    }
}

/// The exposure of accounts that share a limit: the sum of what each of them is exposed by. Source: domain §1.2.
pub(super) fn shared_exposure<'a>(accounts: impl Iterator<Item = &'a Account>, company: &Company) -> Amount {
    accounts.map(|account| exposure(account, company).total()).sum()
}

/// The exposure of an account. Source: domain §1.2.
pub fn exposure(account: &Account, company: &Company) -> Exposure {
    let ledger = &account.ledger;
    let unapplied = match company.policy.credit.unapplied {
        UnappliedPolicy::None => Amount::ZERO,
        // only money whose owner is certain is put on an account
        UnappliedPolicy::Verified | UnappliedPolicy::All => ledger.unapplied,
    };
    Exposure {
        receivable: ledger.receivable(),
        shipped: ledger.shipped_not_invoiced,
        open_orders: ledger.open_orders,
        unapplied,
        secured: account.profile.secured,
    }
}
