//! Everybody changes his own saved views, and nobody else's.

use trade::Refusal;
use units::Text;

use super::txn::{Outcome, Txn, text};
use crate::command::Reply;
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};
use crate::saved_view::{MAX_VIEWS, SavedView, SavedViewChange, SavedViews};

/// Changes a saved view of whoever asks.
pub(super) fn change(txn: &mut Txn<'_>, name: &Text, change: &SavedViewChange) -> Outcome<Reply> {
    let by = txn.cx.actor.id.clone();
    let known = match txn.get(&AnyKey::SavedViews(by.clone()))? {
        Some(AnyState::SavedViews(known)) => known,
        _ => std::sync::Arc::<SavedViews>::default(),
    };
    match change {
        SavedViewChange::Put(view) => {
            check(name, view)?;
            if known.views.get(name) == Some(view) {
                return Ok(Reply::Repeated);
            }
            if known.views.len() >= MAX_VIEWS && !known.views.contains_key(name) {
                let why = format_args!("there are {MAX_VIEWS} saved views, the most there may be; remove one first");
                return Err(Refusal::Conflict(text(why)).into());
            }
        }
        SavedViewChange::Remove if !known.views.contains_key(name) => return Ok(Reply::Repeated),
        SavedViewChange::Remove => {}
    }
    txn.record(Event::SavedView { by, name: name.clone(), change: change.clone() });
    Ok(Reply::Done)
}

fn check(name: &Text, view: &SavedView) -> Result<(), Refusal> {
    if !(1..=60).contains(&name.trim().chars().count()) || name.chars().any(char::is_control) {
        return Err(Refusal::invalid("name", name, "1 to 60 letters"));
    }
    let is_page = |letter: char| letter.is_ascii_lowercase() || letter == '-';
    if !(1..=40).contains(&view.page.len()) || !view.page.chars().all(is_page) {
        return Err(Refusal::invalid("page", &view.page, "a page of the console, such as orders"));
    }
    if view.query.len() > 4_000 || view.query.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err(Refusal::invalid("query", view.query.len(), "up to 4000 letters, as an address has them"));
    }
    Ok(())
}
