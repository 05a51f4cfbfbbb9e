//! Webhooks are changed by administrators and operations, and get on by what the server has delivered.

use std::sync::Arc;

use trade::{Refusal, Role};
use units::Text;

use super::txn::{Outcome, Txn, text};
use crate::command::Reply;
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};
use crate::webhook::{Webhook, WebhookChange};

const MAX_TYPES: usize = 50;

/// Changes a webhook.
pub(super) fn change(txn: &mut Txn<'_>, id: &Text, change: &WebhookChange) -> Outcome<Reply> {
    authorise(txn, change)?;
    let known = webhook(txn, id)?;
    let Some(known) = known else {
        let WebhookChange::Put { url, types, .. } = change else {
            return Err(Refusal::Conflict(text(format_args!("there is no webhook {id}"))).into());
        };
        check(id, url, types)?;
        txn.record(Event::Webhook(id.clone(), change.clone()));
        return Ok(Reply::Done);
    };
    let changes = match change {
        WebhookChange::Put { url, types, .. } => {
            check(id, url, types)?;
            known.url != *url || known.types != *types
        }
        WebhookChange::Rotate { earlier_until } if *earlier_until < txn.now() => {
            return Err(Refusal::invalid("earlier_until", earlier_until, "now or a time to come").into());
        }
        WebhookChange::Delivered { position, revision } => known.delivered < *position && known.revision == *revision,
        WebhookChange::Disable { revision, .. } => {
            known.disabled.is_none() && revision.is_none_or(|revision| known.revision == revision)
        }
        WebhookChange::Enable { after } => known.disabled.is_some() || after.is_some_and(|after| known.delivered < after),
        WebhookChange::Rotate { .. } | WebhookChange::Remove => true,
    };
    if !changes {
        return Ok(Reply::Repeated);
    }
    txn.record(Event::Webhook(id.clone(), change.clone()));
    Ok(Reply::Done)
}

/// What was delivered is told by the product itself, and it alone gives up by itself.
fn authorise(txn: &Txn<'_>, change: &WebhookChange) -> Result<(), Refusal> {
    let actor = &txn.cx.actor;
    let may = match change {
        WebhookChange::Delivered { .. } => actor.has(Role::System),
        WebhookChange::Disable { .. } => actor.has(Role::System) || actor.has(Role::Admin) || actor.has(Role::Operations),
        _ => actor.has(Role::Admin) || actor.has(Role::Operations),
    };
    if may {
        return Ok(());
    }
    Err(Refusal::NotAllowed {
        actor: actor.id.clone(),
        why: Text::const_new("administrators and operations change webhooks"),
    })
}

fn webhook(txn: &mut Txn<'_>, id: &Text) -> Outcome<Option<Arc<Webhook>>> {
    Ok(match txn.get(&AnyKey::Webhook(id.clone()))? {
        Some(AnyState::Webhook(webhook)) => Some(webhook),
        _ => None,
    })
}

fn check(id: &Text, url: &Text, types: &[Text]) -> Result<(), Refusal> {
    let is_fit = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-_".contains(letter);
    if !(1..=60).contains(&id.len()) || !id.chars().all(is_fit) {
        return Err(Refusal::invalid("id", id, "1 to 60 small letters, digits and .-_"));
    }
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    if host.is_empty() || url.len() > 2_000 || url.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err(Refusal::invalid(
            "url",
            url,
            "an address that begins with https:// (or http://, inside one's own network)",
        ));
    }
    if types.len() > MAX_TYPES {
        return Err(Refusal::invalid("types", types.len(), "up to 50 types"));
    }
    let is_type = |kind: &Text| {
        kind.len() <= 100
            && !kind.is_empty()
            && kind.chars().all(|letter| letter.is_ascii_lowercase() || "._".contains(letter))
    };
    match types.iter().find(|kind| !is_type(kind)) {
        Some(kind) => Err(Refusal::invalid("types", kind, "a type such as invoice.released, or a beginning such as order.")),
        None => Ok(()),
    }
}
