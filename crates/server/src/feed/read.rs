//! The feed, read from the journal in parts that one request has time for.

use std::sync::Arc;

use partition::Entry;
use store::{Reader, StoredEntry};
use units::Timestamp;

use super::filter::Filter;
use super::scope::Known;
use super::tell::Teller;
use super::told::{Recent, Told, ToldEntry};
use super::{EventPage, entry};
use crate::bisect;
use crate::problem::Problem;

/// With the entry that reaches so many events a part ends: one of master data has hundreds.
const EVENTS: usize = 1_000;
/// Entries that are read together.
const CHUNK: usize = 50;
/// Entries that a search looks through in one request.
const SEARCHED: usize = 10_000;

/// Some of what happened.
#[derive(Debug)]
pub(crate) struct Part {
    /// In the order in which they happened.
    pub(crate) events: Vec<Arc<Told>>,
    /// The position of the last entry that was looked at.
    pub(crate) to: u64,
    /// There is no more: nothing is behind it, or nothing that is wanted.
    pub(crate) is_over: bool,
}

/// Whoever follows finds what was told to others, and leaves what it has told.
pub(crate) struct Feed<'r> {
    reader: &'r mut dyn Reader,
    recent: &'r Recent,
}

impl<'r> Feed<'r> {
    pub(crate) fn of(reader: &'r mut dyn Reader, recent: &'r Recent) -> Self {
        Self { reader, recent }
    }

    /// What happened behind a position: the next entries, no more than so many of them, and fewer if they have many events.
    pub(crate) fn behind(&mut self, after: u64, entries: usize) -> Result<Part, Problem> {
        let mut part = Part { events: Vec::new(), to: after, is_over: false };
        let mut left = entries;
        while left > 0 && part.events.len() < EVENTS {
            let chunk = match self.recent.get(part.to.saturating_add(1)) {
                Some(told) => vec![told],
                None => self.tell(part.to, left.min(CHUNK))?,
            };
            if chunk.is_empty() {
                part.is_over = true;
                break;
            }
            for told in &chunk {
                if part.events.len() >= EVENTS {
                    break;
                }
                part.to = told.position;
                part.events.extend(told.events.iter().cloned());
            }
            left -= chunk.len();
        }
        Ok(part)
    }

    /// Tells the next entries, for all who come after.
    fn tell(&mut self, after: u64, entries: usize) -> Result<Vec<Arc<ToldEntry>>, Problem> {
        let stored = self.reader.entries(after, entries)?;
        let known = Known::new(self.reader)?;
        let tell = |stored: &StoredEntry| {
            let told = Arc::new(tell(&entry(stored)?, &known)?);
            self.recent.keep(&told);
            Ok(told)
        };
        stored.iter().map(tell).collect()
    }

    /// A page of the feed: so many entries, or fewer if they have many events.
    pub(crate) fn page(&mut self, after: u64, entries: usize) -> Result<EventPage, Problem> {
        let Part { events, to, .. } = self.behind(after, entries)?;
        Ok(EventPage { events, next: to.to_string(), complete: None })
    }

    /// The events that are wanted behind a position: about `limit` of them, or those among the next entries, of which a request looks
    /// through no more than it has time for.
    pub(crate) fn search(&mut self, after: u64, limit: usize, wanted: &Filter) -> Result<EventPage, Problem> {
        let start = match wanted.from {
            Some(from) => after.max(before(self.reader, from)?),
            None => after,
        };
        let Part { events, to, is_over } = self.look_through(start, limit, wanted)?;
        Ok(EventPage { events, next: to.to_string(), complete: Some(is_over) })
    }

    /// What is told here is not kept: it would take the place of what others follow.
    fn look_through(&mut self, after: u64, events: usize, wanted: &Filter) -> Result<Part, Problem> {
        let Self { reader, recent } = self;
        let known = Known::new(*reader)?;
        let mut part = Part { events: Vec::new(), to: after, is_over: false };
        let mut left = SEARCHED;
        while left > 0 && !part.is_over {
            let chunk = known.entries(part.to, left.min(CHUNK))?;
            for stored in &chunk {
                if part.events.len() >= events {
                    return Ok(part);
                }
                // whoever goes on without that end finds it
                if wanted.is_over(Timestamp(stored.at)) {
                    part.is_over = true;
                    return Ok(part);
                }
                part.to = stored.position;
                let told = match recent.get(stored.position) {
                    Some(told) => told,
                    None => {
                        let entry = entry(stored)?;
                        // what an entry alone decides spares telling its events
                        if !wanted.takes_entry(&entry.command.actor.id, entry.command.at) {
                            continue;
                        }
                        Arc::new(tell(&entry, &known)?)
                    }
                };
                part.events.extend(told.events.iter().filter(|event| wanted.takes(&event.about)).cloned());
            }
            part.is_over = chunk.len() < left.min(CHUNK);
            left -= chunk.len();
        }
        Ok(part)
    }
}

fn tell(entry: &Entry, known: &Known<'_>) -> Result<ToldEntry, Problem> {
    let at = entry.command.at;
    let events = Teller::of(entry, known).events().map(|event| Told::of(event, at).map(Arc::new));
    Ok(ToldEntry { position: entry.position, events: events.collect::<Result<_, _>>()? })
}

/// The event of that id, if there is one.
pub(crate) fn event(reader: &mut dyn Reader, position: u64, id: &str) -> Result<Option<Arc<Told>>, Problem> {
    let stored = reader.entries(position.saturating_sub(1), 1)?;
    let Some(stored) = stored.first().filter(|stored| stored.position == position) else { return Ok(None) };
    let told = tell(&entry(stored)?, &Known::new(reader)?)?;
    Ok(told.events.into_iter().find(|event| event.id == id))
}

/// The position of the last entry before a time; the times of the journal never go back.
pub(crate) fn before(reader: &mut dyn Reader, time: Timestamp) -> Result<u64, Problem> {
    let head = reader.head()?.position;
    bisect::last(head, |position| Ok(reader.entries(position - 1, 1)?.first().is_none_or(|entry| entry.at < time.0)))
}
