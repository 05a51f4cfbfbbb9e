//! Rights change only by whoever may give them, and nobody gives them to himself.

use std::sync::Arc;

use trade::{Refusal, Role};
use units::{Amount, Text};

use super::txn::{Outcome, Txn, text};
use crate::command::Reply;
use crate::identity::{
    Client, ClientChange, MAX_COMPANIES, MAX_JOB_TYPES, MAX_KEYS, Quota, Rights, User, UserChange, is_id,
};
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};

/// How many recovery codes somebody may have.
const MAX_RECOVERY_CODES: usize = 20;

/// Changes a person.
///
/// Only administrators may, except that everybody sets his own password and ends his own sessions. Nobody changes his own rights, nor
/// shuts himself out: that takes a second person (domain §1.2, segregation of duties).
pub(super) fn change_user(txn: &mut Txn<'_>, id: &Text, change: &UserChange) -> Outcome<Reply> {
    let known = user(txn, id)?;
    let is_self = txn.cx.actor.id == *id;
    match change {
        UserChange::Password { .. } | UserChange::EndSessions | UserChange::SecondFactorOff if is_self => {}
        UserChange::SecondFactorOn { .. } | UserChange::RecoveryUsed { .. } if is_self => {}
        UserChange::SecondFactorOn { .. } | UserChange::RecoveryUsed { .. } => {
            return Err(not_oneself(txn, "a second factor is set up and used by whoever it belongs to"));
        }
        UserChange::Vouched { .. } if is_the_product(txn) => {}
        UserChange::Vouched { .. } if is_self => {
            return Err(not_oneself(txn, "nobody says who he is at the identity provider; ask another administrator"));
        }
        // what is granted there, the provider says
        UserChange::Vouched { rights: Some(_), .. } => return Err(only_the_provider(txn)),
        _ => only_administrators(txn)?,
    }
    match change {
        UserChange::Vouched { subject, name, rights } => {
            check_id("user", id)?;
            check(name, rights.as_ref().unwrap_or(&Rights::default()))?;
            if client(txn, id)?.is_some() {
                return Err(taken(id, "a program"));
            }
            if is_the_product(txn) {
                may_be(known.as_deref(), id, subject)?;
            }
            if !is_news(known.as_deref(), subject, name, rights.as_ref()) {
                return Ok(Reply::Repeated);
            }
        }
        UserChange::Put { name, rights } | UserChange::Add { name, rights } => {
            check_id("user", id)?;
            check(name, rights)?;
            if client(txn, id)?.is_some() {
                return Err(taken(id, "a program"));
            }
            if known.as_ref().is_some_and(|known| known.name == *name && known.rights == *rights) {
                return Ok(Reply::Repeated);
            }
            if known.is_some() && matches!(change, UserChange::Add { .. }) {
                return Err(exists("user", id));
            }
            if is_self && known.as_ref().is_none_or(|known| known.rights != *rights) {
                return Err(not_oneself(txn, "nobody changes his own rights; ask another administrator"));
            }
        }
        UserChange::Password { hash } => {
            if !hash.starts_with("$argon2id$") {
                return Err(Refusal::invalid("hash", "something else", "an Argon2id hash in the PHC form").into());
            }
        }
        UserChange::Disable if is_self => {
            return Err(not_oneself(txn, "nobody shuts himself out; ask another administrator"));
        }
        UserChange::Disable if known.as_ref().is_some_and(|known| known.disabled) => return Ok(Reply::Repeated),
        UserChange::Enable if known.as_ref().is_some_and(|known| !known.disabled) => return Ok(Reply::Repeated),
        UserChange::SecondFactorOff if known.as_ref().is_some_and(|known| !known.second_factor.is_on) => {
            return Ok(Reply::Repeated);
        }
        UserChange::RecoveryUsed { code } => {
            if known.as_ref().is_none_or(|known| !known.second_factor.recovery.contains(code)) {
                return Err(Refusal::Conflict(Text::const_new("this recovery code was used before, or is none")).into());
            }
        }
        UserChange::SecondFactorOn { recovery } if recovery.len() > MAX_RECOVERY_CODES => {
            return Err(Refusal::invalid("recovery", recovery.len(), "up to 20 codes").into());
        }
        UserChange::Disable
        | UserChange::Enable
        | UserChange::EndSessions
        | UserChange::SecondFactorOn { .. }
        | UserChange::SecondFactorOff => {}
    }
    let adds =
        matches!(change, UserChange::Put { .. } | UserChange::Add { .. } | UserChange::Vouched { rights: Some(_), .. });
    if known.is_none() && !adds {
        return Err(Refusal::Conflict(text(format_args!("there is no user {id}"))).into());
    }
    txn.record(Event::User(id.clone(), change.clone()));
    Ok(Reply::Done)
}

/// Refuses to take an account of the identity provider for somebody by the name alone who is another account, or who is protected by a
/// password or a second factor: whoever gets the name of somebody else there does not become them. An administrator may say that they are
/// one.
fn may_be(known: Option<&User>, id: &Text, subject: &Text) -> Result<(), Refusal> {
    let Some(known) = known else { return Ok(()) };
    match &known.subject {
        Some(own) if own == subject => Ok(()),
        Some(_) => {
            let why =
                "is another account of the identity provider; give this one another name there, or say that they are one";
            Err(linked_by_administrators(id, why, subject))
        }
        None if known.password.is_some() || known.second_factor.is_on => {
            Err(linked_by_administrators(id, "has a password here, and the name alone proves nothing", subject))
        }
        None => Ok(()),
    }
}

fn linked_by_administrators(id: &Text, why: &str, subject: &Text) -> Refusal {
    // issuer and number, of which the number is asked for
    let number = subject.split_once(' ').map_or(subject.as_str(), |(_, number)| number);
    let mend = format_args!("an administrator links them by `crossdock user link {id} --subject {number:?}`");
    Refusal::Conflict(text(format_args!("{id} {why}: {mend}")))
}

/// Whether it is news who somebody is at the identity provider, and what is said of them.
fn is_news(known: Option<&User>, subject: &Text, name: &Text, rights: Option<&Rights>) -> bool {
    known.is_none_or(|known| {
        known.subject.as_ref() != Some(subject)
            || known.name != *name
            || rights.is_some_and(|rights| known.rights != *rights)
    })
}

/// Changes a program. Only administrators may.
pub(super) fn change_client(txn: &mut Txn<'_>, id: &Text, change: &ClientChange) -> Outcome<Reply> {
    only_administrators(txn)?;
    let known = client(txn, id)?;
    if let ClientChange::Put { name, rights } | ClientChange::Add { name, rights } = change {
        check_id("client", id)?;
        check(name, rights)?;
        if user(txn, id)?.is_some() {
            return Err(taken(id, "a person"));
        }
        if known.as_ref().is_some_and(|known| known.name == *name && known.rights == *rights) {
            return Ok(Reply::Repeated);
        }
        if known.is_some() && matches!(change, ClientChange::Add { .. }) {
            return Err(exists("client", id));
        }
        if txn.cx.actor.id == *id && known.as_ref().is_none_or(|known| known.rights != *rights) {
            return Err(not_oneself(txn, "no program changes its own rights"));
        }
    } else {
        let Some(known) = &known else {
            return Err(Refusal::Conflict(text(format_args!("there is no client {id}"))).into());
        };
        if !changes(txn, known, change)? {
            return Ok(Reply::Repeated);
        }
    }
    txn.record(Event::Client(id.clone(), change.clone()));
    Ok(Reply::Done)
}

/// Whether a change of a program that is there changes anything.
fn changes(txn: &Txn<'_>, known: &Client, change: &ClientChange) -> Outcome<bool> {
    Ok(match change {
        ClientChange::Put { .. } | ClientChange::Add { .. } => true,
        ClientChange::AddKey { prefix, expires, others_end, .. } => {
            let now = txn.now();
            if expires.is_some_and(|expires| expires <= now) {
                return Err(Refusal::invalid("expires", expires.unwrap_or_default(), "a time to come").into());
            }
            if others_end.is_some_and(|end| end < now) {
                return Err(Refusal::invalid("others_end", others_end.unwrap_or_default(), "now or a time to come").into());
            }
            if known.key(prefix).is_some() {
                return Err(Refusal::Conflict(text(format_args!("{} has a key {prefix} already", known.id))).into());
            }
            let valid = known.keys.iter().filter(|key| key.is_valid(now)).count();
            if valid >= MAX_KEYS {
                let why = format_args!("{} has {valid} keys that are accepted; revoke one first", known.id);
                return Err(Refusal::Conflict(text(why)).into());
            }
            true
        }
        ClientChange::RevokeKey { prefix } => match known.key(prefix) {
            Some(key) => key.revoked_at.is_none(),
            None => return Err(Refusal::Conflict(text(format_args!("{} has no key {prefix}", known.id))).into()),
        },
        ClientChange::Disable => !known.disabled,
        ClientChange::Enable => known.disabled,
        ClientChange::Quota { quota } => {
            if let Some(Quota { per_second, burst }) = *quota
                && (per_second == 0 || burst == 0)
            {
                let why = "at least 1; disable the program to shut it out";
                return Err(Refusal::invalid("quota", per_second.min(burst), why).into());
            }
            known.quota != *quota
        }
    })
}

fn user(txn: &mut Txn<'_>, id: &Text) -> Outcome<Option<Arc<User>>> {
    Ok(match txn.get(&AnyKey::User(id.clone()))? {
        Some(AnyState::User(user)) => Some(user),
        _ => None,
    })
}

fn client(txn: &mut Txn<'_>, id: &Text) -> Outcome<Option<Arc<Client>>> {
    Ok(match txn.get(&AnyKey::Client(id.clone()))? {
        Some(AnyState::Client(client)) => Some(client),
        _ => None,
    })
}

fn only_administrators(txn: &Txn<'_>) -> Result<(), Refusal> {
    if txn.cx.actor.has(Role::Admin) {
        return Ok(());
    }
    let why = Text::const_new("only administrators change users, programs and their rights");
    Err(Refusal::NotAllowed { actor: txn.cx.actor.id.clone(), why })
}

/// Whether the product itself has found it out.
fn is_the_product(txn: &Txn<'_>) -> bool {
    txn.cx.actor.roles.contains(&Role::System)
}

fn only_the_provider(txn: &Txn<'_>) -> super::txn::TxnStop {
    let why = Text::const_new("only the identity provider vouches for rights");
    Refusal::NotAllowed { actor: txn.cx.actor.id.clone(), why }.into()
}

fn not_oneself(txn: &Txn<'_>, why: &'static str) -> super::txn::TxnStop {
    Refusal::NotAllowed { actor: txn.cx.actor.id.clone(), why: Text::const_new(why) }.into()
}

fn taken(id: &Text, by: &str) -> super::txn::TxnStop {
    Refusal::Conflict(text(format_args!("{id} is {by}; on the record nobody could tell the two apart"))).into()
}

fn exists(what: &str, id: &Text) -> super::txn::TxnStop {
    let why = format_args!("there is a {what} {id} already; change name and rights of that one, or take another name");
    Refusal::Conflict(text(why)).into()
}

fn check_id(field: &'static str, id: &Text) -> Result<(), Refusal> {
    if is_id(id) {
        return Ok(());
    }
    Err(Refusal::invalid(field, id, "1 to 60 small letters, digits and .-_@, and not `process`"))
}

fn check(name: &Text, rights: &Rights) -> Result<(), Refusal> {
    if name.chars().count() > 200 {
        return Err(Refusal::invalid("name", name.len(), "up to 200 letters"));
    }
    if rights.roles.contains(&Role::System) {
        return Err(Refusal::invalid("roles", "system", "a role of people or programs: this one is the product's own"));
    }
    let is_type = |job_type: &Text| !job_type.is_empty() && job_type.len() <= 200;
    if rights.job_types.len() > MAX_JOB_TYPES || !rights.job_types.iter().all(is_type) {
        return Err(Refusal::invalid("job_types", rights.job_types.len(), "up to 100 types of 1 to 200 letters"));
    }
    check_companies(rights)?;
    match rights.limit {
        Some(limit) if limit.is_negative() || limit > Amount::LIMIT => {
            Err(Refusal::invalid("limit", limit.0, "minor units from 0 to 10^15"))
        }
        _ => Ok(()),
    }
}

/// A limit has to limit a role that is given: what is none would be taken for one.
fn check_companies(rights: &Rights) -> Result<(), Refusal> {
    for (at, limited) in rights.companies.iter().enumerate() {
        let is_code = |code: &Text| !code.is_empty() && code.chars().count() <= 20;
        let has_codes = (1..=MAX_COMPANIES).contains(&limited.companies.len()) && limited.companies.iter().all(is_code);
        let is_first = rights.companies[..at].iter().all(|other| other.role != limited.role);
        if !has_codes || !is_first || !rights.roles.contains(&limited.role) {
            let given = format!("{:?}", limited.role).to_lowercase();
            let wanted = "roles that are given, each once, with 1 to 100 company codes of 1 to 20 letters";
            return Err(Refusal::invalid("companies", given, wanted));
        }
    }
    Ok(())
}
