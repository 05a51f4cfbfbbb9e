//! Drafts: written by some, approved by another, deployed when their time has come.

use std::sync::Arc;

use trade::{Refusal, Role};
use units::Text;

use super::definition;
use super::txn::{Outcome, Txn, TxnStop, text};
use crate::command::Reply;
use crate::definition::{DefinitionId, Resource};
use crate::draft::{Draft, DraftChange, DraftEvent, DraftId, DraftStatus, MAX_CONTENT};
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};

const MAX_TITLE: usize = 120;
const MAX_NOTE: usize = 2_000;

/// Does something about a draft; one that begins gets the number of its entry.
pub(super) fn change(txn: &mut Txn<'_>, id: Option<DraftId>, change: &DraftChange) -> Outcome<Reply> {
    authorise(txn)?;
    let Some(id) = id else { return begin(txn, change) };
    let draft = draft(txn, id)?;
    let event = match change {
        DraftChange::Save { content, revision } => {
            must_be(&draft, &[DraftStatus::Editing], "saved")?;
            based_on(&draft, *revision)?;
            check_content(content)?;
            if *content == draft.content {
                return Ok(Reply::Draft(id));
            }
            DraftEvent::Saved { content: content.clone() }
        }
        DraftChange::Rebase => {
            must_be(&draft, &[DraftStatus::Editing], "brought up to date")?;
            let base = base(txn, &draft.base.id)?;
            if base == draft.base {
                return Ok(Reply::Draft(id));
            }
            DraftEvent::Rebased { base }
        }
        DraftChange::Submit { note } => {
            must_be(&draft, &[DraftStatus::Editing], "submitted")?;
            check_note(note)?;
            check_deployable(txn, &draft)?;
            DraftEvent::Submitted { note: note.clone() }
        }
        DraftChange::Approve { effective, note, revision } => {
            must_be(&draft, &[DraftStatus::Submitted], "approved")?;
            by_another(txn, &draft)?;
            based_on(&draft, *revision)?;
            check_note(note)?;
            check_deployable(txn, &draft)?;
            let effective = effective.unwrap_or(txn.now()).max(txn.now());
            record(txn, id, DraftEvent::Approved { effective, note: note.clone() });
            if effective <= txn.now() {
                deploy(txn, id, &Text::default())?;
            }
            return Ok(Reply::Draft(id));
        }
        DraftChange::Return { note } => {
            must_be(&draft, &[DraftStatus::Submitted], "given back")?;
            by_another(txn, &draft)?;
            check_reason(note)?;
            DraftEvent::Returned { note: note.clone() }
        }
        DraftChange::Withdraw { note } => {
            must_be(&draft, &[DraftStatus::Submitted, DraftStatus::Approved], "withdrawn")?;
            check_note(note)?;
            DraftEvent::Withdrawn { note: note.clone() }
        }
        DraftChange::Discard { note } => {
            must_be(&draft, &[DraftStatus::Editing, DraftStatus::Submitted, DraftStatus::Approved], "discarded")?;
            check_note(note)?;
            DraftEvent::Discarded { note: note.clone() }
        }
        DraftChange::Begin { .. } | DraftChange::RollBack { .. } => {
            return Err(Refusal::Conflict(text(format_args!("{id} has begun already"))).into());
        }
    };
    record(txn, id, event);
    Ok(Reply::Draft(id))
}

/// The time of an approved draft has come. What cannot be deployed any more goes back to its authors, who see why.
pub(super) fn fire(txn: &mut Txn<'_>, id: DraftId) -> Outcome<Reply> {
    let found = draft(txn, id)?;
    if found.due().is_none_or(|due| due > txn.now()) {
        return Ok(Reply::Repeated);
    }
    match check_deployable(txn, &found) {
        Ok(()) => deploy(txn, id, &Text::default())?,
        Err(TxnStop::Refused(refusal)) => record(txn, id, DraftEvent::NotDeployed { why: text(refusal) }),
        Err(missing @ TxnStop::Missing(_)) => return Err(missing),
    }
    Ok(Reply::Draft(id))
}

fn begin(txn: &mut Txn<'_>, change: &DraftChange) -> Outcome<Reply> {
    let id = DraftId(txn.position());
    match change {
        DraftChange::Begin { title, definition, resource, content } => {
            check_title(title)?;
            let (base, resource, deployed) = match definition {
                Some(definition) => {
                    let base = base(txn, definition)?;
                    let found = source(txn, &base)?;
                    (base, found.name, Some(found.xml))
                }
                None => (DefinitionId::default(), resource.clone(), None),
            };
            check_resource(&resource)?;
            let Some(content) = content.clone().or(deployed) else {
                return Err(Refusal::invalid("content", "nothing", "the file, as nothing is deployed to begin from").into());
            };
            check_content(&content)?;
            record_begun(txn, id, DraftEvent::Begun { title: title.clone(), resource, base, content });
        }
        DraftChange::RollBack { to, reason } => {
            check_reason(reason)?;
            let base = base(txn, &to.id)?;
            if to.version >= base.version {
                let why = format_args!("version {} of {} is in force; roll back to an earlier one", base.version, to.id);
                return Err(Refusal::Conflict(text(why)).into());
            }
            let earlier = source(txn, to)?;
            if earlier.xml == source(txn, &base)?.xml {
                let why =
                    format_args!("version {} is in force and has the same content as version {}", base.version, to.version);
                return Err(Refusal::Conflict(text(why)).into());
            }
            let title = text(format_args!("Roll back {} to version {}", to.id, to.version));
            let (resource, content) = (earlier.name, earlier.xml);
            record_begun(txn, id, DraftEvent::Begun { title, resource, base, content });
            let begun = draft(txn, id)?;
            check_deployable(txn, &begun)?;
            deploy(txn, id, reason)?;
        }
        _ => return Err(Refusal::Conflict(Text::const_new("name the draft that this is about")).into()),
    }
    Ok(Reply::Draft(id))
}

/// Deploys what was checked just now.
fn deploy(txn: &mut Txn<'_>, id: DraftId, note: &Text) -> Outcome<()> {
    let draft = draft(txn, id)?;
    let deployed = definition::deploy(txn, &[resource(&draft)], false)?;
    let is_meant = |(name, _): &&(Text, u32)| draft.base.version == 0 || *name == draft.base.id;
    if let Some((name, version)) = deployed.iter().find(is_meant) {
        let version = DefinitionId { id: name.clone(), version: *version };
        record(txn, id, DraftEvent::Deployed { version, note: note.clone() });
    }
    Ok(())
}

/// That it can run, is still about what it was begun from, and that nobody has deployed something else meanwhile.
fn check_deployable(txn: &mut Txn<'_>, draft: &Draft) -> Outcome<()> {
    let ids = definition::deployable(txn, &resource(draft))?;
    if draft.base.version == 0 {
        for id in &ids {
            if let Some(latest) = txn.latest(id)? {
                let why = format_args!("{latest} is deployed already; begin a draft from it, or give yours another id");
                return Err(Refusal::Conflict(text(why)).into());
            }
        }
        return Ok(());
    }
    if !ids.contains(&draft.base.id) {
        let why = format_args!("it is a draft of {}, and its content is {}; keep the id", draft.base.id, list(&ids));
        return Err(Refusal::Conflict(text(why)).into());
    }
    let latest = base(txn, &draft.base.id)?;
    if latest == draft.base {
        return Ok(());
    }
    let why = format_args!(
        "version {} was deployed meanwhile, and the draft goes out from version {}; take over what changed, and bring it up to date",
        latest.version, draft.base.version
    );
    Err(Refusal::Conflict(text(why)).into())
}

fn list(ids: &[Text]) -> String {
    ids.iter().map(Text::as_str).collect::<Vec<_>>().join(", ")
}

fn resource(draft: &Draft) -> Resource {
    Resource { name: draft.resource.clone(), xml: draft.content.clone() }
}

/// What is deployed under that id now.
fn base(txn: &mut Txn<'_>, id: &Text) -> Outcome<DefinitionId> {
    match txn.latest(id)? {
        Some(latest) if latest.id == *id => Ok(latest),
        _ => Err(Refusal::Conflict(text(format_args!("no process, decision model or form {id} is deployed"))).into()),
    }
}

/// The file of a version.
fn source(txn: &mut Txn<'_>, id: &DefinitionId) -> Outcome<Resource> {
    match txn.get(&AnyKey::Definition(id.clone()))? {
        Some(AnyState::Definition(found)) => Ok(Resource { name: found.resource.clone(), xml: found.xml.clone() }),
        _ => Err(Refusal::Conflict(text(format_args!("there is no version {} of {}", id.version, id.id))).into()),
    }
}

fn draft(txn: &mut Txn<'_>, id: DraftId) -> Outcome<Arc<Draft>> {
    match txn.get(&AnyKey::Draft(id))? {
        Some(AnyState::Draft(draft)) => Ok(draft),
        _ => Err(Refusal::Conflict(text(format_args!("there is no draft {id}"))).into()),
    }
}

fn record_begun(txn: &mut Txn<'_>, id: DraftId, event: DraftEvent) {
    let by = txn.cx.actor.id.clone();
    txn.record_new(Event::Draft { id, by, event });
}

fn record(txn: &mut Txn<'_>, id: DraftId, event: DraftEvent) {
    let by = txn.cx.actor.id.clone();
    txn.record(Event::Draft { id, by, event });
}

fn authorise(txn: &Txn<'_>) -> Result<(), Refusal> {
    let actor = &txn.cx.actor;
    if [Role::Operations, Role::Admin, Role::Director].iter().any(|role| actor.has(*role)) {
        return Ok(());
    }
    let why = Text::const_new("drafts are the business of the roles operations, admin and director");
    Err(Refusal::NotAllowed { actor: actor.id.clone(), why })
}

/// Four eyes: whoever has written at a draft does not judge it (domain §1.2, segregation of duties).
fn by_another(txn: &Txn<'_>, draft: &Draft) -> Result<(), Refusal> {
    let actor = &txn.cx.actor.id;
    if !draft.authors.contains(actor) {
        return Ok(());
    }
    let why = text(format_args!("{actor} has written at {}; another person approves it or gives it back", draft.id));
    Err(Refusal::NotAllowed { actor: actor.clone(), why })
}

fn must_be(draft: &Draft, possible: &[DraftStatus], done: &str) -> Result<(), Refusal> {
    if possible.contains(&draft.status) {
        return Ok(());
    }
    let possible: Vec<&str> = possible.iter().map(|status| status.name()).collect();
    let (id, status, possible) = (draft.id, draft.status.name(), possible.join(" or "));
    Err(Refusal::Conflict(text(format_args!("{id} is {status}; only what is {possible} can be {done}"))))
}

fn based_on(draft: &Draft, revision: u32) -> Result<(), Refusal> {
    if draft.revision == revision {
        return Ok(());
    }
    let why = format_args!(
        "{} was saved meanwhile: it is at revision {}, and yours goes out from {revision}; load it again",
        draft.id, draft.revision
    );
    Err(Refusal::Conflict(text(why)))
}

fn check_title(title: &Text) -> Result<(), Refusal> {
    if (1..=MAX_TITLE).contains(&title.trim().chars().count()) {
        return Ok(());
    }
    Err(Refusal::invalid("title", title, "1 to 120 letters that say what is to change"))
}

fn check_note(note: &Text) -> Result<(), Refusal> {
    if note.chars().count() <= MAX_NOTE { Ok(()) } else { Err(Refusal::invalid("note", "longer", "up to 2000 letters")) }
}

fn check_reason(note: &Text) -> Result<(), Refusal> {
    if note.trim().is_empty() {
        return Err(Refusal::invalid("note", "empty", "why, in a few words"));
    }
    check_note(note)
}

fn check_resource(resource: &Text) -> Result<(), Refusal> {
    let is_fit = |letter: char| letter.is_alphanumeric() || " ._-/".contains(letter);
    let kind = resource.rsplit('.').next().unwrap_or_default();
    if resource.len() <= 200
        && resource.chars().all(is_fit)
        && ["bpmn", "dmn", "form"].contains(&kind)
        && resource.contains('.')
    {
        return Ok(());
    }
    Err(Refusal::invalid("resource", resource, "a file name that ends in .bpmn, .dmn or .form"))
}

fn check_content(content: &Text) -> Result<(), Refusal> {
    if (1..=MAX_CONTENT).contains(&content.len()) {
        return Ok(());
    }
    Err(Refusal::invalid("content", content.len(), "1 to 2000000 bytes"))
}
