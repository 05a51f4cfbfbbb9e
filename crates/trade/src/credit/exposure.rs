//! What is counted against a credit limit.

use serde::{Deserialize, Serialize};
use units::{Amount, Day};

use crate::account::Account;
use crate::master::{Company, UnappliedPolicy};

/// The parts of an account's exposure, in minor units of the company's currency. No unit of value is in two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Exposure {
    /// Posted and not paid.
    pub receivable: Amount,
    /// Shipped and not invoiced.
    pub shipped: Amount,
    /// Approved and not shipped, without what waits for supply beyond the credit horizon.
    pub open_orders: Amount,
    /// Money that is not applied to an item and counts.
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
pub(super) fn shared_exposure<'a>(accounts: impl Iterator<Item = &'a Account>, company: &Company, today: Day) -> Exposure {
    let add = |sum: Exposure, account: &Account| {
        let own = exposure(account, company, today);
        Exposure {
            receivable: sum.receivable + own.receivable,
            shipped: sum.shipped + own.shipped,
            open_orders: sum.open_orders + own.open_orders,
            unapplied: sum.unapplied + own.unapplied,
            secured: sum.secured + own.secured,
        }
    };
    accounts.fold(Exposure::default(), add)
}

/// The exposure of an account on a day, at the exchange rate of that day. Source: domain §1.2, §1.6.
pub fn exposure(account: &Account, company: &Company, today: Day) -> Exposure {
    let ledger = &account.ledger;
    let policy = &company.policy.credit;
    let unapplied = match policy.unapplied {
        UnappliedPolicy::None => Amount::ZERO,
        // what is put on an account is the payer's, whatever it is for; what may be meant for several documents waits beside it
        UnappliedPolicy::Verified => ledger.unapplied,
        UnappliedPolicy::All => ledger.unapplied + ledger.unconfirmed,
    };
    let valued = |amount| company.valued(amount, account.currency(company), today);
    let far = policy.horizon_days.map(|days| ledger.backordered_beyond(today.plus_days(i32::from(days))));
    Exposure {
        receivable: valued(ledger.receivable()),
        shipped: valued(ledger.shipped_not_invoiced),
        open_orders: valued((ledger.open_orders - far.unwrap_or_default()).max(Amount::ZERO)),
        unapplied: valued(unapplied),
        secured: account.profile.secured,
    }
}
