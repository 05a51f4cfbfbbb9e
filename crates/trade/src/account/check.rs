//! What is true of every account after every event (domain §1.10).

use compact_str::format_compact;
use units::Text;

use super::state::Account;

/// Says what is wrong with an account, if anything is: a bug, never a business fact.
///
/// Open items never exceed their documents; what was invoiced, less what was paid to items and allowed, is what is open; nothing is
/// counted as exposure below zero.
pub fn check(account: &Account) -> Result<(), Text> {
    let ledger = &account.ledger;
    for item in &ledger.open_items {
        let is_within = if item.amount.is_negative() {
            item.open <= units::Amount::ZERO && item.open >= item.amount
        } else {
            item.open >= units::Amount::ZERO && item.open <= item.amount
        };
        if !is_within {
            return Err(format_compact!("{:?} of {:?} is open of {}", item.open, item.amount, item.invoice));
        }
    }
    for item in ledger.open_items.iter().filter(|item| !item.shares.is_empty()) {
        let open: units::Amount = item.shares.iter().map(|share| share.open).sum();
        if open != item.open {
            return Err(format_compact!("{:?} is open of {}, and {open:?} by its orders", item.open, item.invoice));
        }
    }
    let expected = ledger.invoiced_total - (ledger.received_total - ledger.unapplied) - ledger.allowed_total;
    if ledger.receivable() != expected {
        return Err(format_compact!("{:?} is open, and the postings give {expected:?}", ledger.receivable()));
    }
    if ledger.unconfirmed.is_negative() {
        return Err(format_compact!("{:?} of money waits to be confirmed", ledger.unconfirmed));
    }
    if ledger.open_orders.is_negative() || ledger.shipped_not_invoiced.is_negative() {
        let (orders, shipped) = (ledger.open_orders, ledger.shipped_not_invoiced);
        return Err(format_compact!("open orders are {orders:?}, shipped not invoiced {shipped:?}"));
    }
    Ok(())
}
