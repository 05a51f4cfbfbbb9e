//! Master data and limit of an account.

use std::collections::BTreeSet;

use units::{Amount, Decimal, Text};

use super::state::{Account, AccountEvent, Ledger, Profile};
use crate::books::{Books, Key, Stop};
use crate::context::{Context, Role};
use crate::ids::*;
use crate::order::company;
use crate::reference::{ReferenceEvent, point, pointed};
use crate::refusal::Refusal;

/// Within which payers' bank accounts are known.
pub(crate) const BANK_ACCOUNT: &str = "payer-account";
/// Within which payers' names are known.
pub(crate) const PAYER_NAME: &str = "payer-name";

/// Sets the master data of an account as a whole; its ledger stays. Payers are known by it from now on (domain §1.7, stage 1).
///
/// Refused without a number, for values out of range, for two ship-tos of one code, for a currency that cannot be converted or is not the
/// one that the account was used with, for a credit parent or payer that cannot be one, and where it changes what credit is decided by
/// (limits, securities, block, prepayment, parent) for whoever [`set_limit`] refuses.
pub fn set_profile(books: &mut dyn Books, id: &AccountId, profile: &Profile, cx: &Context) -> Result<(), Stop> {
    check_profile(id, profile)?;
    let before = books.account(id)?.filter(|before| before.id == *id);
    if before.as_ref().is_some_and(|before| before.profile == *profile) {
        return Ok(());
    }
    let credit_before = before.as_ref().map(|before| credit_of(&before.profile));
    let credit_changes = credit_before.is_some_and(|before| before != credit_of(profile));
    if credit_changes {
        may_set_limits(cx)?;
    }
    let parent_before = before.as_ref().and_then(|before| before.profile.credit_parent.clone());
    let payer_before = before.as_ref().and_then(|before| before.profile.payer.clone());
    check_currency(books, before.as_deref(), profile, cx)?;
    check_parent(books, id, profile)?;
    check_payer(books, id, profile)?;
    books.record(id, AccountEvent::ProfileSet { id: id.clone(), profile: Box::new(profile.clone()) });
    share_limit(books, id, parent_before.as_ref(), profile.credit_parent.as_ref());
    pay_for(books, id, payer_before.as_ref(), profile.payer.as_ref());
    // whoever waits for credit is looked at again
    if credit_changes {
        books.record(id, AccountEvent::LimitSet { limit: profile.credit_limit, by: cx.actor.id.clone() });
    }
    let known = before.as_ref().map(|before| names_of(&before.profile)).unwrap_or_default();
    let wanted = names_of(profile);
    for (within, name) in known.difference(&wanted) {
        if pointed(books, within, name)? == Some(Key::Account(id.clone())) {
            point(books, within, name, None)?;
        }
    }
    for (within, name) in wanted.difference(&known) {
        know(books, within, name, id)?;
    }
    Ok(())
}

/// What of a profile decides on credit.
fn credit_of(profile: &Profile) -> impl PartialEq {
    let limits = (profile.credit_limit, profile.insurance_limit, profile.secured);
    (limits, profile.blocked, profile.terms.prepayment, profile.credit_parent.clone())
}

/// An account is kept in a currency that can be converted, and in the same one from its first order on (domain §1.6).
fn check_currency(books: &mut dyn Books, before: Option<&Account>, profile: &Profile, cx: &Context) -> Result<(), Stop> {
    let company = company(books)?;
    let currency = profile.currency.unwrap_or(company.currency);
    if before.is_some_and(|before| before.currency(&company) != currency && is_in_use(&before.ledger)) {
        return Err(Refusal::invalid("currency", currency, "the currency in which the account is kept already").into());
    }
    if !company.can_book(currency, company.calendar.local_day(cx.now)) {
        let wanted = "a currency whose exchange rate is known: import the kind `rates` first";
        return Err(Refusal::invalid("currency", currency, wanted).into());
    }
    Ok(())
}

fn is_in_use(ledger: &Ledger) -> bool {
    let (members, pays_for) = (ledger.members.clone(), ledger.pays_for.clone());
    let idle = Ledger { members, pays_for, ..Ledger::default() };
    *ledger != idle
}

/// A limit is shared with an account that is there and shares nobody else's: groups have one level (domain §1.2).
fn check_parent(books: &mut dyn Books, id: &AccountId, profile: &Profile) -> Result<(), Stop> {
    let Some(parent) = &profile.credit_parent else { return Ok(()) };
    let wrong = |wanted| Err(Refusal::invalid("credit_parent", parent, wanted).into());
    if parent == id {
        return wrong("another account");
    }
    if books.account(id)?.is_some_and(|account| !account.ledger.members.is_empty()) {
        return wrong("nothing: other accounts share the limit of this one");
    }
    match books.account(parent)? {
        None => wrong("an account that is there"),
        Some(parent) if parent.profile.credit_parent.is_some() => wrong("an account that has a limit of its own"),
        Some(_) => Ok(()),
    }
}

/// Whoever pays for others pays for itself, so that it is one step from an invoice to its payer (domain §1.7, stage 1).
fn check_payer(books: &mut dyn Books, id: &AccountId, profile: &Profile) -> Result<(), Stop> {
    let Some(payer) = &profile.payer else { return Ok(()) };
    let wrong = |wanted| Err(Refusal::invalid("payer", payer, wanted).into());
    if payer == id {
        return wrong("another account");
    }
    match books.account(payer)? {
        None => wrong("an account that is there"),
        Some(payer) if payer.profile.payer.is_some() => wrong("an account that pays for itself"),
        Some(_) => Ok(()),
    }
}

fn share_limit(books: &mut dyn Books, member: &AccountId, before: Option<&AccountId>, now: Option<&AccountId>) {
    if before == now {
        return;
    }
    for (parent, shares) in [(before, false), (now, true)] {
        if let Some(parent) = parent {
            books.record(parent, AccountEvent::MemberChanged { member: member.clone(), shares });
        }
    }
}

fn pay_for(books: &mut dyn Books, account: &AccountId, before: Option<&AccountId>, now: Option<&AccountId>) {
    if before == now {
        return;
    }
    for (payer, pays) in [(before, false), (now, true)] {
        if let Some(payer) = payer {
            books.record(payer, AccountEvent::PaysForChanged { account: account.clone(), pays });
        }
    }
}

fn check_profile(id: &AccountId, profile: &Profile) -> Result<(), Refusal> {
    if id.0.trim().is_empty() {
        return Err(Refusal::invalid("id", "empty", "the number of the account"));
    }
    if !(1..=9).contains(&profile.tier) {
        return Err(Refusal::invalid("tier", profile.tier, "1 (most important) to 9"));
    }
    let amounts = [
        ("credit_limit", profile.credit_limit.unwrap_or_default()),
        ("insurance_limit", profile.insurance_limit.unwrap_or_default()),
        ("secured", profile.secured),
    ];
    for (field, amount) in amounts {
        if amount.is_negative() || amount > Amount::LIMIT {
            return Err(Refusal::invalid(field, amount.0, "minor units from 0 to 10^15"));
        }
    }
    let branch = &profile.branch;
    // payers write numbers without dashes, and O for 0: two branches must not become one, nor a branch the C of credit notes
    let is_code = branch.starts_with(|first: char| first.is_ascii_uppercase() && first != 'C');
    let is_plain = |byte: u8| (byte.is_ascii_uppercase() || byte.is_ascii_digit()) && !matches!(byte, b'I' | b'L' | b'O');
    let is_code = is_code && branch.len() <= 8 && branch.bytes().all(is_plain);
    if !branch.is_empty() && !is_code {
        let wanted = "up to eight capital letters and digits, a letter other than C first and none of I, L and O, which payers take for \
                      1 and 0: it stands in document numbers";
        return Err(Refusal::invalid("branch", branch, wanted));
    }
    profile.terms.check()?;
    let deposit = profile.billing.upfront();
    let percents = [("billing.percent", deposit), ("freight_allowance", profile.freight_allowance)];
    for (field, percent) in percents {
        if percent.is_negative() || percent > Decimal::HUNDRED {
            return Err(Refusal::invalid(field, percent, "0 to 100"));
        }
    }
    let mut codes = BTreeSet::new();
    for (at, ship_to) in profile.ship_tos.iter().enumerate() {
        if !codes.insert(&ship_to.code) {
            return Err(Refusal::invalid(format!("ship_tos[{at}].code"), &ship_to.code, "a code of its own"));
        }
    }
    for (at, certificate) in profile.certificates.iter().enumerate() {
        let field = |name: &str| format!("certificates[{at}].{name}");
        if certificate.number.trim().is_empty() {
            return Err(Refusal::invalid(field("number"), "empty", "the certificate's number"));
        }
        if let (Some(from), Some(until)) = (certificate.from, certificate.until)
            && until < from
        {
            return Err(Refusal::invalid(field("until"), until, "a day that is not before the first"));
        }
    }
    Ok(())
}

/// Under what its payments come, as it is kept.
fn names_of(profile: &Profile) -> BTreeSet<(&'static str, Text)> {
    let accounts = profile.bank_accounts.iter().map(|account| (BANK_ACCOUNT, normalised(account)));
    let names = profile.aliases.iter().chain([&profile.name]).map(|name| (PAYER_NAME, normalised(name)));
    accounts.chain(names).filter(|(_, name)| !name.is_empty()).collect()
}

/// Sets the credit limit; `None` checks none. Only credit managers, directors and administrators may (domain §1.2).
pub fn set_limit(books: &mut dyn Books, id: &AccountId, limit: Option<Amount>, cx: &Context) -> Result<(), Stop> {
    let account = books.account(id)?.ok_or_else(|| Refusal::NotFound(Key::Account(id.clone())))?;
    may_set_limits(cx)?;
    if limit.is_some_and(|limit| limit.is_negative() || limit > Amount::LIMIT) {
        return Err(Refusal::invalid("limit", limit.unwrap_or_default().0, "minor units from 0 to 10^15").into());
    }
    if account.profile.credit_limit != limit {
        books.record(id, AccountEvent::LimitSet { limit, by: cx.actor.id.clone() });
    }
    Ok(())
}

fn may_set_limits(cx: &Context) -> Result<(), Refusal> {
    if [Role::CreditManager, Role::Director, Role::Admin].into_iter().any(|role| cx.actor.has(role)) {
        return Ok(());
    }
    let why = Text::const_new("only credit managers, directors and administrators change limits");
    Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why })
}

/// Lets a payer's name or bank account lead to an account. One that two accounts share leads nowhere from then on, because nobody
/// can say whose money it brings.
fn know(books: &mut dyn Books, within: &'static str, name: &Text, id: &AccountId) -> Result<(), Stop> {
    let mine = Key::Account(id.clone());
    let reference = Reference { within: Text::const_new(within), reference: name.clone() };
    let entry = books.reference(&reference)?.unwrap_or_default();
    match &entry.target {
        Some(target) if *target == mine => {}
        Some(_) => {
            books.record(&reference, ReferenceEvent::Repeated);
            point(books, within, name, None)?;
        }
        None if entry.repeats == 0 => point(books, within, name, Some(mine))?,
        None => {}
    }
    Ok(())
}

/// Names and account numbers as they are compared: capital letters and digits only.
pub(crate) fn normalised(text: &str) -> Text {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::BillingPolicy;
    use crate::order::fixture::{Story, at, clerk};

    fn profile(name: &str, bank_accounts: &[&str]) -> Profile {
        let bank_accounts = bank_accounts.iter().map(|account| (*account).into()).collect();
        Profile { name: name.into(), tier: 3, bank_accounts, ..Profile::default() }
    }

    fn payer(story: &mut Story, bank_account: &str) -> Option<Key> {
        pointed(story.books(), BANK_ACCOUNT, bank_account).unwrap()
    }

    #[test]
    fn payers_are_known_by_their_profile_and_no_longer_than_it_says() {
        let mut story = Story::new();
        let (a, b) = (AccountId::from("A"), AccountId::from("B"));
        set_profile(story.books(), &a, &profile("Alpha", &["de12 3456"]), &at(0)).unwrap();
        assert_eq!(payer(&mut story, "DE123456"), Some(Key::Account(a.clone())));
        assert_eq!(pointed(story.books(), PAYER_NAME, "ALPHA").unwrap(), Some(Key::Account(a.clone())));
        set_profile(story.books(), &a, &profile("Alpha", &[]), &at(1)).unwrap();
        assert_eq!(payer(&mut story, "DE123456"), None);
        set_profile(story.books(), &b, &profile("Beta", &["DE123456"]), &at(2)).unwrap();
        assert_eq!(payer(&mut story, "DE123456"), Some(Key::Account(b)));
    }

    #[test]
    fn a_bank_account_of_two_customers_says_nothing() {
        let mut story = Story::new();
        for (id, name) in [("A", "Alpha"), ("B", "Beta"), ("C", "Gamma")] {
            set_profile(story.books(), &id.into(), &profile(name, &["DE1"]), &at(0)).unwrap();
        }
        assert_eq!(payer(&mut story, "DE1"), None);
    }

    #[test]
    fn the_same_profile_again_changes_nothing() {
        let mut story = Story::new();
        set_profile(story.books(), &"A".into(), &profile("Alpha", &["DE1"]), &at(0)).unwrap();
        story.books.take_events();
        set_profile(story.books(), &"A".into(), &profile("Alpha", &["DE1"]), &at(1)).unwrap();
        assert_eq!(story.books.take_events(), []);
    }

    #[test]
    fn only_credit_managers_and_above_change_a_limit() {
        let mut story = Story::new();
        let id = AccountId::from("ACME");
        let mut sales = clerk("ann", 0);
        sales.actor.roles = vec![Role::Sales];
        let profile = story.books().account(&id).unwrap().unwrap().profile.clone();
        let more = Profile { credit_limit: Some(Amount(1)), ..profile.clone() };
        assert!(matches!(set_profile(story.books(), &id, &more, &sales), Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        assert!(matches!(set_limit(story.books(), &id, None, &sales), Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        set_profile(story.books(), &id, &Profile { name: "Acme Ltd".into(), ..profile }, &sales).unwrap();
        set_profile(story.books(), &id, &more, &clerk("eve", 0)).unwrap();
        assert!(set_limit(story.books(), &id, Some(Amount(-1)), &clerk("eve", 0)).is_err());
        set_limit(story.books(), &id, None, &clerk("eve", 0)).unwrap();
        assert_eq!(story.books().account(&id).unwrap().unwrap().profile.credit_limit, None);
    }

    #[test]
    fn nobody_else_lowers_an_exposure_by_master_data_either() {
        let mut story = Story::new();
        let id = AccountId::from("ACME");
        let profile = story.books().account(&id).unwrap().unwrap().profile.clone();
        let mut sales = clerk("ann", 0);
        sales.actor.roles = vec![Role::Sales];
        let changes: [fn(&mut Profile); 3] = [
            |profile| profile.secured = Amount(1_000_000),
            |profile| profile.blocked = true,
            |profile| profile.terms.prepayment = true,
        ];
        for change in changes {
            let mut changed = profile.clone();
            change(&mut changed);
            let refused = set_profile(story.books(), &id, &changed, &sales);
            assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        }
    }

    #[test]
    fn a_limit_is_shared_within_one_level() {
        let mut story = Story::new();
        let shares = |story: &mut Story, id: &str, parent: &str| {
            let profile = Profile { credit_parent: Some(parent.into()), ..profile(id, &[]) };
            set_profile(story.books(), &id.into(), &profile, &at(1))
        };
        set_profile(story.books(), &"P".into(), &profile("Parent", &[]), &at(0)).unwrap();
        shares(&mut story, "A", "P").unwrap();
        assert_eq!(story.books().account(&"P".into()).unwrap().unwrap().ledger.members, ["A".into()]);
        for (id, parent) in [("P", "A"), ("P", "P"), ("B", "A"), ("B", "NOBODY")] {
            assert!(matches!(shares(&mut story, id, parent), Err(Stop::Refused(Refusal::Invalid { .. }))), "{id} {parent}");
        }
        set_profile(story.books(), &"A".into(), &profile("A", &[]), &at(2)).unwrap();
        assert_eq!(story.books().account(&"P".into()).unwrap().unwrap().ledger.members, []);
    }

    #[test]
    fn domain_1_7_whoever_pays_for_others_is_there_and_pays_for_itself() {
        let mut story = Story::new();
        let paid_by = |story: &mut Story, id: &str, payer: &str| {
            let profile = Profile { payer: Some(payer.into()), ..profile(id, &[]) };
            set_profile(story.books(), &id.into(), &profile, &at(1))
        };
        set_profile(story.books(), &"P".into(), &profile("Parent", &[]), &at(0)).unwrap();
        paid_by(&mut story, "C", "P").unwrap();
        for (id, payer) in [("P", "P"), ("D", "C"), ("D", "NOBODY")] {
            assert!(matches!(paid_by(&mut story, id, payer), Err(Stop::Refused(Refusal::Invalid { .. }))), "{id} {payer}");
        }
    }

    #[test]
    fn values_out_of_range_are_refused_by_their_field() {
        let mut story = Story::new();
        let mut field = |change: &dyn Fn(&mut Profile)| {
            let mut changed = profile("Alpha", &[]);
            change(&mut changed);
            match set_profile(story.books(), &"A".into(), &changed, &at(0)) {
                Err(Stop::Refused(Refusal::Invalid { field, .. })) => field.to_string(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(field(&|profile| profile.tier = 0), "tier");
        assert_eq!(field(&|profile| profile.secured = Amount(-1)), "secured");
        assert_eq!(field(&|profile| profile.freight_allowance = Decimal::from(-40i64)), "freight_allowance");
        assert_eq!(field(&|profile| profile.freight_allowance = Decimal::from(101i64)), "freight_allowance");
        for branch in ["north", "2026", "N-1", "ABCDEFGHJ", "IT", "NO", "AL", "CH"] {
            assert_eq!(field(&|profile| profile.branch = branch.into()), "branch");
        }
        assert_eq!(field(&|profile| profile.terms.discount_percent = Decimal::from(101i64)), "terms.discount_percent");
        assert_eq!(
            field(&|profile| profile.billing = BillingPolicy::Deposit { percent: Decimal::from(-1i64) }),
            "billing.percent"
        );
        assert_eq!(field(&|profile| profile.ship_tos = vec![Default::default(); 2]), "ship_tos[1].code");
    }
}
