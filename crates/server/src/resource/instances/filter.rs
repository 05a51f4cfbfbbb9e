//! Which instances are meant: by process, version, state, element, incident, business key and start.

use std::sync::Arc;

use engine::{Instance, InstanceId, WaitsFor};
use partition::instance::{State, business_key};
use partition::row::Column;
use partition::{AnyState, Definition, RowKey, Table};
use serde::{Deserialize, Serialize};
use store::{Reader, RowQuery};
use units::Timestamp;

use super::models::Models;
use crate::page::{CHUNK, LOOKED_AT};
use crate::problem::{FieldError, Problem};
use crate::readers::{Readers, decode};

/// Which instances are meant. An instance has to meet everything that is given.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct InstanceFilter {
    /// The id of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) process: Option<String>,
    /// The version of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u32>,
    /// `running`, `suspended` or `incident`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<String>,
    /// The id of an element that is active.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) element: Option<String>,
    /// Words of an open incident, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) incident: Option<String>,
    /// What it is about, such as an order number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) business_key: Option<String>,
    /// Begun at this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) started_after: Option<String>,
    /// Begun before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) started_before: Option<String>,
}

/// An instance that is meant, with its model.
pub(super) struct Found {
    pub(super) instance: Arc<Instance>,
    pub(super) definition: Option<Arc<Definition>>,
}

impl InstanceFilter {
    /// Whether every instance is meant.
    pub(super) fn is_empty(&self) -> bool {
        self.describe().is_empty()
    }

    /// The filter in words, for the record.
    pub(super) fn describe(&self) -> String {
        let given = serde_json::to_value(self).unwrap_or_default();
        let parts = given.as_object().into_iter().flatten();
        let parts = parts.map(|(name, value)| format!("{name} {}", value.as_str().map_or(value.to_string(), str::to_owned)));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// The part of the filter that the store can see.
    fn query(&self) -> Result<RowQuery, Problem> {
        let mut query = RowQuery::table(Table::Instance).descending().limit(CHUNK);
        if let Some(state) = &self.state {
            let known = State::ALL.map(State::name);
            crate::page::check_status(Some(state), &known)?;
            query = query.is(Column::Status, state.as_str());
        }
        if let Some(process) = &self.process {
            query = query.is(Column::Label, process.as_str());
        }
        if let Some(key) = &self.business_key {
            query = query.is(Column::Parent, key.as_str());
        }
        if self.started_after.is_some() || self.started_before.is_some() {
            let moment = |name: &str, given: &Option<String>, otherwise| match given {
                Some(given) => time(name, given).map(|moment| moment.0),
                None => Ok(otherwise),
            };
            let from = moment("started_after", &self.started_after, i64::MIN)?;
            query = query.within(Column::At, from..moment("started_before", &self.started_before, i64::MAX)?);
        }
        Ok(query)
    }

    fn meets(&self, found: &Found) -> bool {
        let instance = &found.instance;
        if self.version.is_some_and(|version| version != instance.version()) {
            return false;
        }
        if self.business_key.is_some() && business_key(instance).as_deref() != self.business_key.as_deref() {
            return false;
        }
        if self.element.is_none() && self.incident.is_none() {
            return true;
        }
        let Some(process) = found.definition.as_ref().and_then(|definition| definition.process()) else { return false };
        let is_active = |id: &str| instance.live_elements().skip(1).any(|(_, index)| process.element(index).id() == id);
        if self.element.as_deref().is_some_and(|id| !is_active(id)) {
            return false;
        }
        let Some(words) = self.incident.as_ref().map(|words| words.to_lowercase()) else { return true };
        instance
            .waiting(process)
            .iter()
            .any(|waiting| matches!(&waiting.what, WaitsFor::Incident(message) if message.to_lowercase().contains(&words)))
    }

    /// The instances that are meant, the newest first, from below a number; at most so many.
    pub(super) fn find(
        &self,
        reader: &mut dyn Reader,
        models: &Models,
        below: Option<InstanceId>,
        limit: usize,
    ) -> Result<Vec<Found>, Problem> {
        let mut all = Vec::new();
        self.each(reader, models, below, |found| {
            all.push(found);
            all.len() < limit
        })?;
        Ok(all)
    }

    /// Shows the instances that are meant one after the other, the newest first, from below a number, as long as more are wanted: there may
    /// be more of them than memory holds.
    pub(super) fn each(
        &self,
        reader: &mut dyn Reader,
        models: &Models,
        below: Option<InstanceId>,
        mut wants_more: impl FnMut(Found) -> bool,
    ) -> Result<(), Problem> {
        let mut next = self.slice(reader, models, below, &mut wants_more)?;
        while let Some(below) = next {
            next = self.slice(reader, models, Some(below), &mut wants_more)?;
        }
        Ok(())
    }

    /// A page of the instances that are meant, the newest first, from below a number, and below which one the next page begins. Where few are
    /// meant it ends early, rather than keep others from reading.
    pub(super) fn page(
        &self,
        reader: &mut dyn Reader,
        models: &Models,
        below: Option<InstanceId>,
        limit: usize,
    ) -> Result<(Vec<Found>, Option<InstanceId>), Problem> {
        let mut all = Vec::new();
        let mut next = below;
        for _ in 0..LOOKED_AT / CHUNK {
            next = self.slice(reader, models, next, &mut |found| {
                all.push(found);
                all.len() <= limit
            })?;
            // one more than is shown tells that there is another page
            if all.len() > limit {
                all.truncate(limit);
                let last = all.last().map(|last| last.instance.id());
                return Ok((all, last));
            }
            if next.is_none() {
                break;
            }
        }
        Ok((all, next))
    }

    /// Gathers from all instances that are meant, as long as more are wanted, a slice at a time: a look at the store that takes long keeps
    /// others from it, and its log from shrinking. What happens meanwhile counts or does not.
    pub(super) async fn gather<T: Send + 'static>(
        self,
        readers: &Readers,
        mut found: T,
        wants_more: fn(&mut T, Found) -> bool,
    ) -> Result<T, Problem> {
        let filter = Arc::new(self);
        let mut below = None;
        loop {
            let (filter, models) = (filter.clone(), readers.models());
            let read = move |reader: &mut dyn Reader| {
                let next = filter.slice(reader, &models, below, &mut |one| wants_more(&mut found, one))?;
                Ok((found, next))
            };
            (found, below) = readers.read(read).await?;
            if below.is_none() {
                return Ok(found);
            }
        }
    }

    /// Shows some of the instances that are meant, and says below which number to go on; `None` if there are no more or no more are wanted.
    fn slice(
        &self,
        reader: &mut dyn Reader,
        models: &Models,
        below: Option<InstanceId>,
        wants_more: &mut impl FnMut(Found) -> bool,
    ) -> Result<Option<InstanceId>, Problem> {
        let mut query = self.query()?;
        if let Some(below) = below {
            query = query.before(RowKey::Number(below.0));
        }
        let rows = reader.rows(&query)?;
        for (key, row) in &rows {
            let AnyState::Instance(instance) = decode(Table::Instance, key, &row.data)? else { continue };
            let definition = models.of(reader, &instance)?;
            let found = Found { instance, definition };
            if self.meets(&found) && !wants_more(found) {
                return Ok(None);
            }
        }
        Ok(match rows.last() {
            Some((RowKey::Number(last), _)) if rows.len() == CHUNK => Some(InstanceId(*last)),
            _ => None,
        })
    }
}

fn time(name: &str, given: &str) -> Result<Timestamp, Problem> {
    given.parse().map_err(|_| {
        let cause = format!("`{given}` is no moment");
        let field = FieldError { pointer: name.to_owned(), cause, mend: "write it as 2026-11-25T08:00:00Z".to_owned() };
        Problem::new("invalid", format!("{name} is `{given}`: write a moment such as 2026-11-25T08:00:00Z"))
            .with_errors(vec![field])
    })
}

#[cfg(test)]
mod tests {
    use partition::{AnyKey, Head};
    use store::{Batch, Store};

    use super::*;

    #[test]
    fn a_page_of_what_is_rare_ends_early_and_the_next_one_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store::Sqlite::open(folder.path()).unwrap();
        let row = |number: u64| {
            // the two oldest alone are of the first version
            let instance = Instance::new(InstanceId(number), "p".into(), if number < 3 { 1 } else { 2 }, None);
            let key = AnyKey::Instance(InstanceId(number));
            let (table, place) = key.row();
            (table, place, Some(AnyState::Instance(Arc::new(instance)).to_row(&key)))
        };
        let looked_at = LOOKED_AT as u64;
        let rows = (1..=looked_at + 20).map(row).collect();
        store.commit(&Batch { head: Head::default(), rows, ..Batch::default() }).unwrap();
        let mut reader = store.reader().unwrap();
        let filter = InstanceFilter { version: Some(1), ..InstanceFilter::default() };
        let mut page = |below, limit| {
            let (found, next) = filter.page(reader.as_mut(), &Models::default(), below, limit).unwrap();
            (found.iter().map(|found| found.instance.id().0).collect::<Vec<_>>(), next)
        };
        assert_eq!(page(None, 1), (vec![], Some(InstanceId(21))), "no more is looked at");
        assert_eq!(page(Some(InstanceId(21)), 1), (vec![2], Some(InstanceId(2))));
        assert_eq!(page(Some(InstanceId(2)), 1), (vec![1], None));
        assert_eq!(page(Some(InstanceId(21)), 2), (vec![2, 1], None));
    }
}
