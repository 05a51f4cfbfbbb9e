//! Who shares a credit limit with whom (domain §1.2: checks are made per credit account, the parent's if the limit is shared).

use std::sync::Arc;

use units::Day;

use super::exposure::{Exposure, shared_exposure};
use crate::account::Account;
use crate::books::{Books, Key, Stop};
use crate::ids::*;
use crate::master::Company;
use crate::refusal::Refusal;

/// The accounts that share one limit; the first holds it.
#[derive(Debug, Clone)]
pub(super) struct Group(Vec<Arc<Account>>);

impl Group {
    /// The group of an account; one that shares no limit is a group of its own.
    pub(super) fn of(books: &mut dyn Books, account: &Arc<Account>) -> Result<Self, Stop> {
        let holder = match &account.profile.credit_parent {
            Some(parent) => account_of(books, parent)?,
            None => account.clone(),
        };
        let mut accounts = vec![holder.clone()];
        for member in &holder.ledger.members {
            accounts.push(account_of(books, member)?);
        }
        Ok(Self(accounts))
    }

    /// An account that shares no limit.
    #[cfg(test)]
    pub(super) fn alone(account: &Account) -> Self {
        Self(vec![Arc::new(account.clone())])
    }

    /// Whose limit counts.
    pub(super) fn holder(&self) -> &Account {
        &self.0[0]
    }

    /// What all of them are exposed by on a day.
    pub(super) fn exposure(&self, company: &Company, today: Day) -> Exposure {
        shared_exposure(self.0.iter().map(Arc::as_ref), company, today)
    }

    /// The orders that credit checks hold, the oldest first.
    pub(super) fn held(&self) -> Vec<OrderId> {
        let mut held: Vec<OrderId> = self.0.iter().flat_map(|account| account.ledger.held.iter().copied()).collect();
        held.sort_unstable();
        held
    }
}

pub(super) fn account_of(books: &mut dyn Books, id: &AccountId) -> Result<Arc<Account>, Stop> {
    books.account(id)?.ok_or_else(|| Refusal::NotFound(Key::Account(id.clone())).into())
}
