//! Master data and limit of an account.

use units::{Amount, Text};

use super::state::{AccountEvent, Profile};
use crate::books::{Books, Key, Stop};
use crate::context::{Context, Role};
use crate::ids::*;
use crate::reference::{point, pointed};
use crate::refusal::Refusal;

/// Within which payers' bank accounts are known.
pub(crate) const BANK_ACCOUNT: &str = "payer-account";
/// Within which payers' names are known.
pub(crate) const PAYER_NAME: &str = "payer-name";

/// Sets the master data of an account as a whole; its ledger stays. Payers are known by it from now on (domain §1.7, stage 1).
///
/// Refused without a number, with a tier outside of 1 to 9 and with amounts below zero.
pub fn set_profile(books: &mut dyn Books, id: &AccountId, profile: &Profile, _cx: &Context) -> Result<(), Stop> {
    if id.0.trim().is_empty() {
        return Err(invalid("id", "empty", "the number of the account").into());
    }
    if !(1..=9).contains(&profile.tier) {
        return Err(invalid("tier", profile.tier, "1 (most important) to 9").into());
    }
    let amounts = [("credit_limit", profile.credit_limit.unwrap_or_default()), ("secured", profile.secured)];
    for (field, amount) in amounts {
        if amount.is_negative() || amount > Amount::LIMIT {
            return Err(invalid(field, amount.0, "minor units from 0 to 10^15").into());
        }
    }
    let before = books.account(id)?;
    if before.is_some_and(|before| before.profile == *profile && before.id == *id) {
        return Ok(());
    }
    books.record(id, AccountEvent::ProfileSet { id: id.clone(), profile: Box::new(profile.clone()) });
    for bank_account in &profile.bank_accounts {
        know(books, BANK_ACCOUNT, &normalised(bank_account), id)?;
    }
    for name in profile.aliases.iter().chain([&profile.name]) {
        know(books, PAYER_NAME, &normalised(name), id)?;
    }
    Ok(())
}

/// Sets the credit limit; `None` checks none. Only credit managers, directors and administrators may (domain §1.2).
pub fn set_limit(books: &mut dyn Books, id: &AccountId, limit: Option<Amount>, cx: &Context) -> Result<(), Stop> {
    let account = books.account(id)?.ok_or_else(|| Refusal::NotFound(Key::Account(id.clone())))?;
    let may = [Role::CreditManager, Role::Director, Role::Admin].into_iter().any(|role| cx.actor.has(role));
    if !may {
        let why = Text::const_new("only credit managers, directors and administrators change limits");
        return Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why }.into());
    }
    if limit.is_some_and(|limit| limit.is_negative() || limit > Amount::LIMIT) {
        return Err(invalid("limit", limit.unwrap_or_default().0, "minor units from 0 to 10^15").into());
    }
    if account.profile.credit_limit != limit {
        books.record(id, AccountEvent::LimitSet { limit, by: cx.actor.id.clone() });
    }
    Ok(())
}

/// Lets a payer's name or bank account lead to an account; one that two accounts share leads nowhere.
fn know(books: &mut dyn Books, within: &str, name: &str, id: &AccountId) -> Result<(), Stop> {
    if name.is_empty() {
        return Ok(());
    }
    let mine = Key::Account(id.clone());
    let reference = Reference { within: within.into(), reference: name.into() };
    let known = books.reference(&reference)?.is_some();
    let target = match pointed(books, within, name)? {
        Some(other) if other != mine => None,
        None if known => None,
        _ => Some(mine),
    };
    Ok(point(books, within, name, target)?)
}

/// Names and account numbers as they are compared: capital letters and digits only.
pub(crate) fn normalised(text: &str) -> Text {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).take(80).collect()
}

fn invalid(field: &str, given: impl std::fmt::Display, wanted: &'static str) -> Refusal {
    Refusal::Invalid { field: field.into(), given: compact_str::format_compact!("{given}"), wanted: Text::const_new(wanted) }
}
