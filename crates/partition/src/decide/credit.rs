//! Credit between the trade and the systems that its data come from: what is decided while one of them is down, and again afterwards.

use std::sync::Arc;

use trade::{AccountId, OrderId};
use units::{Text, Timestamp};

use super::task::order;
use super::txn::{Once, Outcome, Txn};
use crate::dependency::{Dependency, DependencyChange};
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};

/// Checks an order's credit; while the system is down that limits, blocks and payments come from, by the policy for that. Source:
/// domain §1.2 (credit decision outage).
pub(super) fn check(txn: &mut Txn<'_>, id: OrderId) -> Outcome<()> {
    let cx = txn.system.clone();
    match outage(txn)? {
        None => trade::credit::check(txn.books(), id, &cx)?,
        Some((_, since)) => {
            let decision = trade::credit::check_in_outage(txn.books(), id, since, &cx)?;
            let account = order(txn, id)?.account.clone();
            decide_later(txn, &account)?;
            decision
        }
    };
    Ok(())
}

/// Looks at an account's held orders again; nothing passes while the source is down, and they are looked at when that is back.
pub(super) fn recheck(txn: &mut Txn<'_>, account: &AccountId) -> Outcome<()> {
    if outage(txn)?.is_some() {
        return decide_later(txn, account);
    }
    let cx = txn.system.clone();
    trade::credit::recheck(txn.books(), account, &cx)?;
    Ok(())
}

/// A system is back: whatever was decided about credit without it is decided again, if it is the one that credit depends on.
pub(super) fn source_is_back(txn: &mut Txn<'_>, back: &Dependency) -> Outcome<()> {
    for account in &back.undecided {
        // all at once, so that those which are not in memory are loaded together
        txn.books().account(account)?;
        txn.once(Once::DecideCreditAgain(account.clone()));
    }
    Ok(())
}

/// Decides again about what was decided, or left, while the source was down.
pub(super) fn decide_again(txn: &mut Txn<'_>, account: &AccountId) -> Outcome<()> {
    let cx = txn.system.clone();
    trade::credit::decide_again(txn.books(), account, &cx)?;
    recheck(txn, account)
}

fn decide_later(txn: &mut Txn<'_>, account: &AccountId) -> Outcome<()> {
    let Some((source, _)) = outage(txn)? else { return Ok(()) };
    let change = DependencyChange::CreditDecided { account: account.clone() };
    if dependency(txn, &source)?.takes(&change) {
        txn.record(Event::Dependency(source, change));
    }
    Ok(())
}

/// The system that credit depends on, and since when it is down, if it is.
fn outage(txn: &mut Txn<'_>) -> Outcome<Option<(Text, Timestamp)>> {
    let company = txn.books().company(&Text::const_new(trade::master::Company::KEY))?;
    let Some(source) = company.and_then(|company| company.policy.credit.source.clone()) else { return Ok(None) };
    let known = dependency(txn, &source)?;
    let since = known.outages.last().filter(|_| known.is_down()).map(|outage| outage.began);
    Ok(since.map(|since| (source, since)))
}

pub(super) fn dependency(txn: &mut Txn<'_>, system: &Text) -> Outcome<Arc<Dependency>> {
    Ok(match txn.get(&AnyKey::Dependency(system.clone()))? {
        Some(AnyState::Dependency(known)) => known,
        _ => Arc::default(),
    })
}
