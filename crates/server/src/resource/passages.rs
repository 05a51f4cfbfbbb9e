//! How often each element of a process was come to, and for how long tokens stood there: the heat of a diagram.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json as JsonAnswer;
use axum::extract::State;
use engine::{InstanceId, Key};
use partition::{AnyKey, AnyState, Definition, DefinitionId, Entry, Event};
use serde::{Deserialize, Serialize};
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Path, Query, Reading};
use crate::feed::newest::{self, Looked};
use crate::problem::Problem;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(passages))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PassagesQuery {
    /// How many of the newest journal entries are looked through: 1 to 50,000, 10,000 unless given.
    entries: Option<u64>,
}

/// What the instances of a version went through that began in the newest entries of the journal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PassagesView {
    /// Journal entries that were looked through.
    entries: u64,
    /// When the first of them was written; absent while there is none.
    since: Option<String>,
    /// Instances of the version that began in them.
    instances: usize,
    /// The elements that they came to.
    elements: Vec<PassageView>,
}

/// How often an element was come to, and for how long tokens stood there.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PassageView {
    /// Its id in the model.
    element: String,
    /// How often a token came to it.
    entered: u64,
    /// How often one was done there.
    completed: u64,
    /// How often something else ended it there.
    terminated: u64,
    /// How often it was stuck.
    incidents: u64,
    /// The middle of the times from coming to being done, in milliseconds; absent where nothing has been done that takes time.
    median_ms: Option<i64>,
    /// The longest of them, in milliseconds.
    longest_ms: Option<i64>,
}

/// Tell how often each element of a version was come to, and for how long tokens stood there: of the instances that began in the newest
/// entries of the journal, so that each is told from its beginning.
#[utoipa::path(get, path = "/v1/processes/{process}/versions/{version}/passages", tag = "processes", params(("process" = String, Path), ("version" = u32, Path), PassagesQuery), responses((status = 200, body = PassagesView)))]
async fn passages(
    State(state): State<AppState>,
    _: Reading,
    Path((process, version)): Path<(String, u32)>,
    Query(query): Query<PassagesQuery>,
) -> Result<JsonAnswer<PassagesView>, Problem> {
    let id = DefinitionId { id: process.into(), version };
    let begin = move |reader: &mut dyn store::Reader| {
        let Some(AnyState::Definition(found)) = crate::readers::state(reader, &AnyKey::Definition(id.clone()))? else {
            return Err(Problem::not_found(format_args!("version {} of {}", id.version, id.id)));
        };
        Passages::of((*found).clone().parsed())
    };
    let passages = state.readers.read(begin).await?;
    let (passages, looked) = newest::gather(&state, query.entries, passages, Passages::take).await?;
    Ok(JsonAnswer(passages.view(looked)))
}

/// What is known of one element.
#[derive(Debug, Default)]
struct Tally {
    entered: u64,
    completed: u64,
    terminated: u64,
    incidents: u64,
    /// From coming to being done, in milliseconds.
    times: Vec<i64>,
}

/// An element that is active.
struct Active {
    element: String,
    /// The key of the scope around it.
    scope: Key,
    since: Timestamp,
}

/// Takes out everything inside of a scope. What is inside began after it, so it has a higher key.
fn take_inside(active: &mut BTreeMap<Key, Active>, scope: Key) -> Vec<Active> {
    let mut inside = BTreeSet::from([scope]);
    for (key, one) in active.iter() {
        if inside.contains(&one.scope) {
            inside.insert(*key);
        }
    }
    inside.remove(&scope);
    inside.iter().filter_map(|key| active.remove(key)).collect()
}

/// The tallies of one version, entry by entry.
pub(crate) struct Passages {
    definition: Definition,
    instances: usize,
    /// What is active in each instance that counts.
    ours: BTreeMap<InstanceId, BTreeMap<Key, Active>>,
    elements: BTreeMap<String, Tally>,
}

impl Passages {
    fn of(definition: Definition) -> Result<Self, Problem> {
        if definition.process().is_none() {
            let detail = format!("{} is no process: nothing goes through it element by element", definition.id.id);
            return Err(Problem::new("invalid", detail));
        }
        let (ours, elements) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self { definition, instances: 0, ours, elements })
    }

    /// Of one instance alone.
    pub(crate) fn of_instance(definition: Definition, id: InstanceId) -> Result<Self, Problem> {
        let mut passages = Self::of(definition)?;
        passages.ours.insert(id, BTreeMap::new());
        Ok(passages)
    }

    fn take(&mut self, entry: &Entry) {
        let now = entry.command.at;
        for event in &entry.events {
            match event {
                Event::InstanceCreated { id, definition, .. } if *definition == self.definition.id => {
                    self.instances += 1;
                    self.ours.insert(*id, BTreeMap::new());
                }
                Event::Process(id, steps) => self.walk(*id, steps, now),
                _ => {}
            }
        }
    }

    pub(crate) fn walk(&mut self, id: InstanceId, steps: &[engine::Event], now: Timestamp) {
        let Some(process) = self.definition.process() else { return };
        let Some(active) = self.ours.get_mut(&id) else { return };
        for step in steps {
            match step {
                engine::Event::Passed { element } => {
                    let tally = self.elements.entry(process.element(*element).id().to_owned()).or_default();
                    tally.entered += 1;
                    tally.completed += 1;
                }
                engine::Event::Activated { key, element, scope, now } => {
                    let element = process.element(*element).id().to_owned();
                    self.elements.entry(element.clone()).or_default().entered += 1;
                    active.insert(*key, Active { element, scope: *scope, since: *now });
                }
                engine::Event::Completed { key } => {
                    let Some(Active { element, since, .. }) = active.remove(key) else { continue };
                    let tally = self.elements.entry(element).or_default();
                    tally.completed += 1;
                    tally.times.push((now.0 - since.0).max(0));
                }
                engine::Event::Terminated { key } => {
                    let Some(one) = active.remove(key) else { continue };
                    self.elements.entry(one.element).or_default().terminated += 1;
                }
                engine::Event::InsideTerminated { scope } => {
                    for one in take_inside(active, *scope) {
                        self.elements.entry(one.element).or_default().terminated += 1;
                    }
                }
                engine::Event::IncidentRaised { element, .. } => {
                    let Some(one) = active.get(element) else { continue };
                    self.elements.entry(one.element.clone()).or_default().incidents += 1;
                }
                // from here on it goes through the elements of another version
                engine::Event::Migrated { .. } => {
                    self.ours.remove(&id);
                    return;
                }
                _ => {}
            }
        }
    }

    fn view(self, looked: Looked) -> PassagesView {
        PassagesView {
            entries: looked.entries,
            since: looked.since.map(|at| at.to_string()),
            instances: self.instances,
            elements: self.elements(),
        }
    }

    /// The elements that were come to.
    pub(crate) fn elements(self) -> Vec<PassageView> {
        let elements = self.elements.into_iter().map(|(element, mut tally)| {
            tally.times.sort_unstable();
            PassageView {
                element,
                entered: tally.entered,
                completed: tally.completed,
                terminated: tally.terminated,
                incidents: tally.incidents,
                median_ms: tally.times.get(tally.times.len() / 2).copied(),
                longest_ms: tally.times.last().copied(),
            }
        });
        elements.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ended_all_at_once_with_its_scope_is_counted_and_nothing_beside_it() {
        let process = r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
            <bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="start"/><bpmn:sequenceFlow id="f" sourceRef="start" targetRef="around"/>
            <bpmn:subProcess id="around"><bpmn:startEvent id="s"/><bpmn:sequenceFlow id="g" sourceRef="s" targetRef="inner"/>
            <bpmn:manualTask id="inner"/></bpmn:subProcess></bpmn:process></bpmn:definitions>"#;
        let id = DefinitionId { id: "p".into(), version: 1 };
        let definition = Definition { id, xml: process.into(), ..Definition::default() }.parsed();
        let element = |id: &str| definition.process().unwrap().find(id).unwrap();
        let begins = |key: Key, id: &str, scope: Key| engine::Event::Activated {
            key,
            element: element(id),
            scope,
            now: Timestamp(0),
        };
        let steps = [
            begins(1, "around", 0),
            begins(2, "inner", 1),
            begins(3, "around", 0),
            begins(4, "inner", 3),
            engine::Event::InsideTerminated { scope: 1 },
            engine::Event::Terminated { key: 1 },
        ];
        let mut passages = Passages::of(definition.clone()).unwrap();
        passages.ours.insert(InstanceId::default(), BTreeMap::new());
        passages.walk(InstanceId::default(), &steps, Timestamp(9));
        let ended = |id: &str| passages.elements.get(id).map(|tally| (tally.entered, tally.terminated));
        assert_eq!((ended("around"), ended("inner")), (Some((2, 1)), Some((2, 1))));
    }
}
