//! The feed, read from the journal in parts that one request has time for.

use store::{Reader, StoredEntry};
use trade::OrderId;
use units::Timestamp;

use super::filter::{About, Filter};
use super::scope::Known;
use super::tell::Teller;
use super::{CloudEvent, EventPage, entry};
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
    pub(crate) events: Vec<CloudEvent>,
    /// The position of the last entry that was looked at.
    pub(crate) to: u64,
    /// There is no more: nothing is behind it, or nothing that is wanted.
    pub(crate) is_over: bool,
}

impl Part {
    /// What happened behind a position: the next entries, no more than so many of them, and fewer if they have many events.
    pub(crate) fn behind(reader: &mut dyn Reader, after: u64, entries: usize) -> Result<Self, Problem> {
        Self::read(reader, after, (entries, EVENTS), &Filter::default())
    }

    fn read(
        reader: &mut dyn Reader,
        after: u64,
        (entries, events): (usize, usize),
        wanted: &Filter,
    ) -> Result<Self, Problem> {
        let known = Known::new(reader)?;
        let mut part = Self { events: Vec::new(), to: after, is_over: false };
        let mut left = entries;
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
                let entry = entry(stored)?;
                let (actor, time) = (&entry.command.actor.id, entry.command.at);
                // what an entry alone decides spares telling its events
                if wanted.takes_entry(actor, time) {
                    let told = Teller::of(&entry, &known).events();
                    part.events.extend(told.filter(|event| wanted.is_open() || wanted.takes(&About::of(event, time))));
                }
            }
            part.is_over = chunk.len() < left.min(CHUNK);
            left -= chunk.len();
        }
        Ok(part)
    }
}

/// A page of the feed: so many entries, or fewer if they have many events.
pub(crate) fn page(reader: &mut dyn Reader, after: u64, entries: usize) -> Result<EventPage, Problem> {
    let Part { events, to, .. } = Part::behind(reader, after, entries)?;
    Ok(EventPage { events, next: to.to_string(), complete: None })
}

/// The events that are wanted behind a position: about `limit` of them, or those among the next entries, of which a request looks through
/// no more than it has time for.
pub(crate) fn search(reader: &mut dyn Reader, after: u64, limit: usize, wanted: &Filter) -> Result<EventPage, Problem> {
    let start = match wanted.from {
        Some(from) => after.max(before(reader, from)?),
        None => after,
    };
    let Part { events, to, is_over } = Part::read(reader, start, (SEARCHED, limit), wanted)?;
    Ok(EventPage { events, next: to.to_string(), complete: Some(is_over) })
}

/// The events of some entries.
pub(crate) fn events(reader: &mut dyn Reader, entries: &[StoredEntry]) -> Result<Vec<CloudEvent>, Problem> {
    let known = Known::new(reader)?;
    let mut events = Vec::new();
    for stored in entries {
        events.extend(Teller::of(&entry(stored)?, &known).events());
    }
    Ok(events)
}

/// Everything that happened to an order.
pub(crate) fn of_order(reader: &mut dyn Reader, order: OrderId) -> Result<EventPage, Problem> {
    let mut entries = Vec::new();
    let mut after = 0;
    loop {
        let page = reader.subject(order.0, after, 500)?;
        let Some(last) = page.last() else { break };
        after = last.position;
        entries.extend(page);
    }
    let mut events = events(reader, &entries)?;
    let order = order.to_string();
    let subject = format!("order {order}");
    events.retain(|event| event.subject == subject || event.data["order"] == order.as_str());
    Ok(EventPage { events, next: after.to_string(), complete: None })
}

/// The position of the last entry before a time; the times of the journal never go back.
pub(crate) fn before(reader: &mut dyn Reader, time: Timestamp) -> Result<u64, Problem> {
    let (mut low, mut high) = (0, reader.head()?.position);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        match reader.entries(middle - 1, 1)?.first() {
            Some(entry) if entry.at >= time.0 => high = middle - 1,
            _ => low = middle,
        }
    }
    Ok(low)
}
