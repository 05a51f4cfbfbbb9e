//! What instances went through, also after they have ended: from the journal, which forgets nothing.

use std::collections::BTreeMap;

use axum::Json as JsonAnswer;
use axum::extract::State;
use engine::{Event as Step, InstanceId};
use partition::{DefinitionId, Entry, Event, Subject};
use serde::{Deserialize, Serialize};
use store::Reader;
use trade::{Key, OrderId};
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::models::Models;
use crate::extract::{Path, Query, Reading};
use crate::feed;
use crate::feed::newest;
use crate::page;
use crate::problem::Problem;
use crate::resource::passages::{PassageView, Passages};
use crate::resource::{aggregate, id};
use crate::state::AppState;

/// Entries that are read together; others may read in between.
const CHUNK: usize = 500;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(history)).routes(routes!(ended)).routes(routes!(of_order))
}

/// How an instance came to its end, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Completed(Timestamp),
    Terminated(Timestamp),
}

impl End {
    fn of(steps: &[Step], at: Timestamp) -> Option<Self> {
        steps.iter().rev().find_map(|step| match step {
            Step::InstanceCompleted => Some(Self::Completed(at)),
            Step::InstanceTerminated => Some(Self::Terminated(at)),
            _ => None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Completed(_) => "completed",
            Self::Terminated(_) => "terminated",
        }
    }

    fn at(self) -> Timestamp {
        match self {
            Self::Completed(at) | Self::Terminated(at) => at,
        }
    }
}

/// What an instance went through.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HistoryView {
    /// Its number.
    #[schema(example = "PI-69636")]
    id: String,
    /// The id of its process.
    process: String,
    /// The version that it began on.
    version: u32,
    /// When it began.
    began_at: String,
    /// `completed` or `terminated`; absent as far as it is known to run.
    end: Option<&'static str>,
    /// When.
    ended_at: Option<String>,
    /// The elements that it came to.
    elements: Vec<PassageView>,
    /// Whether that is everything so far, which it is.
    is_complete: bool,
}

/// An instance as it is followed through the journal.
struct Followed {
    models: Models,
    id: InstanceId,
    begun: Option<(DefinitionId, Timestamp)>,
    end: Option<End>,
    passages: Option<Passages>,
}

impl Followed {
    fn take(&mut self, reader: &mut dyn Reader, entry: &Entry) -> Result<(), Problem> {
        let now = entry.command.at;
        for event in &entry.events {
            match event {
                Event::InstanceCreated { id, definition, .. } if *id == self.id => {
                    self.begun = Some((definition.clone(), now));
                    let model = self.models.get(reader, definition.clone())?;
                    let model = model.ok_or_else(|| Problem::not_found(definition))?;
                    self.passages = Some(Passages::of_instance((*model).clone(), self.id)?);
                }
                Event::Process(id, steps) if *id == self.id => {
                    if let Some(passages) = &mut self.passages {
                        passages.walk(self.id, steps, now);
                    }
                    self.end = End::of(steps, now);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Show what an instance went through, also if it has ended.
#[utoipa::path(get, path = "/v1/instances/{instance}/history", tag = "processes", params(("instance" = String, Path)), responses((status = 200, body = HistoryView)))]
async fn history(
    State(state): State<AppState>,
    _: Reading,
    Path(instance): Path<String>,
) -> Result<JsonAnswer<HistoryView>, Problem> {
    let id: InstanceId = id(&instance)?;
    let mut after = Some(0);
    let mut followed = Followed { models: state.readers.models(), id, begun: None, end: None, passages: None };
    while let Some(position) = after {
        let read = move |reader: &mut dyn Reader| {
            let chunk = reader.subject(Subject::Instance(id), position, CHUNK)?;
            for stored in &chunk {
                followed.take(reader, &feed::entry(stored)?)?;
            }
            Ok((followed, chunk.last().map(|stored| stored.position)))
        };
        (followed, after) = state.readers.read(read).await?;
    }
    let Followed { begun: Some((definition, began)), end, passages: Some(passages), .. } = followed else {
        return Err(Problem::not_found(format_args!("process instance {id}")));
    };
    Ok(JsonAnswer(HistoryView {
        id: id.to_string(),
        process: definition.id.to_string(),
        version: definition.version,
        began_at: began.to_string(),
        end: end.map(End::name),
        ended_at: end.map(|end| end.at().to_string()),
        elements: passages.elements(),
        is_complete: true,
    }))
}

/// An instance that began for an order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BegunView {
    /// Its number.
    #[schema(example = "PI-69636")]
    id: String,
    /// The id of its process.
    process: String,
    /// The version that it began on.
    version: u32,
    /// When it began.
    began_at: String,
}

/// The instances of an order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OfOrderView {
    /// The newest first.
    instances: Vec<BegunView>,
}

/// List the process instances that began for an order, also those that have ended.
#[utoipa::path(get, path = "/v1/orders/{order}/instances", tag = "orders", params(("order" = String, Path)), responses((status = 200, body = OfOrderView)))]
async fn of_order(
    State(state): State<AppState>,
    _: Reading,
    Path(order): Path<String>,
) -> Result<JsonAnswer<OfOrderView>, Problem> {
    let order: OrderId = id(&order)?;
    aggregate(&state, Key::Order(order)).await?;
    let read = move |reader: &mut dyn Reader| {
        let (mut after, mut instances) = (0, Vec::new());
        loop {
            let chunk = reader.subject(Subject::Order(order), after, CHUNK)?;
            let Some(last) = chunk.last() else { break };
            after = last.position;
            for stored in &chunk {
                instances.extend(begun_for(&feed::entry(stored)?, &order.to_string()));
            }
        }
        instances.reverse();
        Ok(instances)
    };
    Ok(JsonAnswer(OfOrderView { instances: state.readers.read(read).await? }))
}

/// What is known of an instance from the entry in which it began: its business key.
fn key_of(id: InstanceId, entry: &Entry) -> Option<String> {
    let begun_by = entry.events.iter().find_map(|event| match event {
        Event::InstanceCreated { id: begun, begun_by, .. } if *begun == id => begun_by.as_ref(),
        _ => None,
    });
    let variables = entry.events.iter().filter_map(|event| match event {
        Event::Process(of, steps) if *of == id => Some(steps),
        _ => None,
    });
    // it begins with its outermost ones
    let given = variables.flatten().filter_map(|step| match step {
        Step::Variables { variables, .. } => Some(variables),
        _ => None,
    });
    let named = given.flat_map(partition::instance::business_key_in).next();
    named.or_else(|| begun_by.map(|(_, key)| key.to_string()).filter(|key| !key.is_empty()))
}

fn begun_for(entry: &Entry, order: &str) -> Vec<BegunView> {
    let begun = entry.events.iter().filter_map(|event| match event {
        Event::InstanceCreated { id, definition, .. } => Some((*id, definition)),
        _ => None,
    });
    let ours = begun.filter(|(id, _)| key_of(*id, entry).as_deref() == Some(order));
    ours.map(|(id, definition)| BegunView {
        id: id.to_string(),
        process: definition.id.to_string(),
        version: definition.version,
        began_at: entry.command.at.to_string(),
    })
    .collect()
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EndedQuery {
    /// The id of the process.
    process: Option<String>,
    /// The version that they began on.
    version: Option<u32>,
    /// `completed` or `terminated`.
    end: Option<String>,
    /// How many of the newest journal entries are looked through: 1 to 50,000, 10,000 unless given.
    entries: Option<u64>,
}

/// An instance that has ended.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EndedView {
    /// Its number.
    #[schema(example = "PI-69636")]
    id: String,
    /// The id of its process; absent if it began before what was looked through, as is what follows.
    process: Option<String>,
    /// The version that it began on.
    version: Option<u32>,
    /// What it was about.
    business_key: Option<String>,
    /// When it began.
    began_at: Option<String>,
    /// `completed` or `terminated`.
    end: &'static str,
    /// When.
    ended_at: String,
}

/// The instances that ended lately.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EndedList {
    /// The one that ended last first.
    items: Vec<EndedView>,
    /// Journal entries that were looked through.
    entries: u64,
    /// When the first of them was written.
    since: Option<String>,
}

/// Beginnings and ends, entry by entry.
#[derive(Default)]
struct Ends {
    begun: BTreeMap<InstanceId, (DefinitionId, Timestamp, Option<String>)>,
    ended: Vec<(InstanceId, End)>,
}

impl Ends {
    fn take(&mut self, entry: &Entry) {
        let now = entry.command.at;
        for event in &entry.events {
            match event {
                Event::InstanceCreated { id, definition, .. } => {
                    self.begun.insert(*id, (definition.clone(), now, key_of(*id, entry)));
                }
                Event::Process(id, steps) => self.ended.extend(End::of(steps, now).map(|end| (*id, end))),
                _ => {}
            }
        }
    }
}

/// List the process instances that ended in the newest entries of the journal, the last first.
#[utoipa::path(get, path = "/v1/ended-instances", tag = "processes", params(EndedQuery), responses((status = 200, body = EndedList)))]
async fn ended(
    State(state): State<AppState>,
    _: Reading,
    Query(query): Query<EndedQuery>,
) -> Result<JsonAnswer<EndedList>, Problem> {
    page::check_word("end", query.end.as_deref(), &["completed", "terminated"])?;
    let (Ends { mut begun, ended }, looked) = newest::gather(&state, query.entries, Ends::default(), Ends::take).await?;
    let mut items = Vec::new();
    for (id, end) in ended.into_iter().rev() {
        let (definition, began, business_key) = match begun.remove(&id) {
            Some((definition, at, key)) => (Some(definition), Some(at), key),
            None => (None, None, None),
        };
        let of = definition.as_ref();
        let is_meant = query.end.as_deref().is_none_or(|wanted| wanted == end.name())
            && query.process.as_deref().is_none_or(|wanted| of.is_some_and(|of| of.id == wanted))
            && query.version.is_none_or(|wanted| of.is_some_and(|of| of.version == wanted));
        if is_meant {
            items.push(EndedView {
                id: id.to_string(),
                process: of.map(|of| of.id.to_string()),
                version: of.map(|of| of.version),
                business_key,
                began_at: began.map(|at| at.to_string()),
                end: end.name(),
                ended_at: end.at().to_string(),
            });
        }
    }
    let since = looked.since.map(|at| at.to_string());
    Ok(JsonAnswer(EndedList { items, entries: looked.entries, since }))
}
