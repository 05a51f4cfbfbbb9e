//! Deployed processes, decisions and forms: immutable versions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use trade::Finding;
use units::{Text, Timestamp};

use crate::key::Trigger;

/// A file to deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// File name, for messages; the ending tells what it is: `.bpmn`, `.dmn` or `.form`.
    pub name: Text,
    /// What is in it: XML, or the JSON of a form.
    pub xml: Text,
}

impl Resource {
    /// What is doubtful in it but runs, and the ids that it deploys; nothing of either if it cannot be deployed. What it calls is asked
    /// for by the name of its latest version: the id of a process, or `decision:` or `form:` and an id. Decision models may import those
    /// of `others`.
    pub fn warnings(&self, others: &[Self], is_known: &dyn Fn(&str) -> bool) -> (Vec<Text>, Vec<Finding>) {
        let (ids, findings) = self.doubts(&imported(others), is_known);
        (ids, findings.into_iter().map(|finding| self.finding(finding)).collect())
    }

    /// Everything that is wrong or doubtful in it, what keeps it from being deployed first. Jobs are asked for by their type; the rest is
    /// as for [`Self::warnings`].
    pub fn lint(
        &self,
        others: &[Self],
        can_be_done: &dyn Fn(&str) -> bool,
        is_known: &dyn Fn(&str) -> bool,
    ) -> Vec<units::Finding> {
        let others = imported(others);
        let imports = others.iter().map(|xml| Text::from(*xml)).collect();
        let errors = crate::content::read(self, imports, can_be_done).err().unwrap_or_default();
        errors.into_iter().chain(self.doubts(&others, is_known).1).collect()
    }

    /// The decision model in it, which may import those of `others`; else everything that keeps it from being read.
    pub fn decisions(&self, others: &[Self]) -> Result<DecisionModel, Vec<Finding>> {
        let parsed = dmn::Model::parse_with(&self.xml, &imported(others));
        let errors = |found: Vec<units::Finding>| found.into_iter().map(|finding| self.finding(finding)).collect();
        parsed.map(|(model, _)| model).map_err(errors)
    }

    fn doubts(&self, others: &[&str], is_known: &dyn Fn(&str) -> bool) -> (Vec<Text>, Vec<units::Finding>) {
        if self.name.ends_with(".dmn") {
            let Ok((model, findings)) = dmn::Model::parse_with(&self.xml, others) else { return Default::default() };
            let findings = findings.into_iter().chain(model.check());
            return (vec![Text::from(format!("dmn:{}", model.id()))], findings.collect());
        }
        let parsed = if self.name.ends_with(".bpmn") { bpmn::parse(&self.xml).ok() } else { None };
        let Some(parsed) = parsed else { return Default::default() };
        let ids = parsed.processes.iter().map(|process| process.id().into()).collect();
        let is_known = |what: &str, id: &str| match what {
            "process" => is_known(id),
            _ => is_known(&format!("{what}:{id}")),
        };
        let calls = parsed.processes.iter().flat_map(|process| process.unknown_calls(&is_known));
        let properties = parsed.processes.iter().flat_map(|process| crate::property::findings(process).1);
        (ids, parsed.warnings.into_iter().chain(calls).chain(properties).collect())
    }

    /// A finding with its place in words.
    pub(crate) fn finding(&self, found: units::Finding) -> Finding {
        Finding { place: self.place(found.line, &found.element, &found.name), cause: found.cause, mend: found.mend }
    }

    /// A place in it: file, line and element, as far as there are any.
    pub(crate) fn place(&self, line: u32, id: &str, name: &str) -> Text {
        let mut place = format!("{}, line {line}", self.name);
        if !id.is_empty() {
            place.push_str(&format!(", element {id}"));
        }
        if !name.is_empty() && name != id {
            place.push_str(&format!(" ({name})"));
        }
        place.into()
    }
}

/// The decision models among files.
fn imported(others: &[Resource]) -> Vec<&str> {
    others.iter().filter(|other| other.name.ends_with(".dmn")).map(|other| other.xml.as_str()).collect()
}

/// A version of a process or of a decision model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct DefinitionId {
    /// The process's id, or `dmn:` and the decision model's, or `form:` and the form's.
    pub id: Text,
    /// 1, 2, 3 …
    pub version: u32,
}

impl std::fmt::Display for DefinitionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.id, self.version)
    }
}

/// A deployed version: its source, kept for ever, and what was made of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Definition {
    /// Which.
    pub id: DefinitionId,
    /// Where it came from.
    pub resource: Text,
    /// The XML.
    pub xml: Text,
    /// When it was deployed.
    pub deployed_at: Timestamp,
    /// The position in the journal at which it was deployed.
    #[serde(default)]
    pub deployment: u64,
    /// It ships with the product, which deployed it by itself: a later release may replace it.
    #[serde(default)]
    pub shipped: bool,
    /// The decision models that it imports, directly or not, as they were when it was deployed.
    #[serde(default)]
    pub imports: Vec<Text>,
    /// The executable form; parsed from the XML, never stored.
    #[serde(skip)]
    pub model: Model,
}

/// A decision model that was read.
pub type DecisionModel = dmn::Model;

/// The executable form of a definition.
#[derive(Debug, Clone, Default)]
pub enum Model {
    /// Not parsed.
    #[default]
    None,
    /// A process.
    Process(Arc<bpmn::Process>),
    /// A decision model.
    Decisions(Arc<dmn::Model>),
    /// A form; it is kept as it is.
    Form,
}

/// A form of the modeler: JSON with an id.
#[derive(Debug)]
pub(crate) struct Form;

impl Form {
    /// The id in a form's JSON, or why there is none.
    pub(crate) fn id_of(json: &str) -> Result<Text, Text> {
        let form: serde_json::Value =
            serde_json::from_str(json).map_err(|error| Text::from(format!("it is not JSON: {error}")))?;
        let id = form.get("id").and_then(serde_json::Value::as_str).filter(|id| !id.is_empty());
        id.map(Text::from).ok_or(Text::const_new("the form has no id"))
    }

    /// The tag of this version, as the modeller gave it.
    pub(crate) fn tag_of(json: &str) -> Option<String> {
        let form: serde_json::Value = serde_json::from_str(json).ok()?;
        form.get("versionTag").and_then(serde_json::Value::as_str).map(str::to_owned)
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.xml == other.xml && self.deployed_at == other.deployed_at
    }
}

impl Definition {
    /// With its executable form, which is not stored. What was deployed is carried out even if a later release would not let it be
    /// deployed, as long as all of it can be read.
    #[must_use]
    pub fn parsed(self) -> Self {
        let model = if self.id.id.starts_with("form:") {
            Some(Model::Form)
        } else if self.id.id.starts_with("dmn:") {
            let imports: Vec<&str> = self.imports.iter().map(Text::as_str).collect();
            dmn::Model::deployed(&self.xml, &imports).map(|model| Model::Decisions(Arc::new(model)))
        } else {
            let read = Some(bpmn::read(&self.xml)).filter(|read| read.is_whole);
            let is_it = |process: &bpmn::Process| process.id() == self.id.id.as_str();
            let process = read.and_then(|read| read.processes.into_iter().find(is_it));
            process.map(|process| Model::Process(Arc::new(process)))
        };
        Self { model: model.unwrap_or_default(), ..self }
    }

    /// Whether this version of a form may be the one that a process begins with: the newest of them is.
    pub fn begins(&self, process: &Self) -> bool {
        let form = process.process().and_then(|process| process.start_form());
        match form.and_then(|form| form.binding.as_ref()) {
            None => false,
            Some(bpmn::Binding::Latest) => true,
            Some(bpmn::Binding::Deployment) => self.deployment <= process.deployment,
            Some(bpmn::Binding::VersionTag(tag)) => Form::tag_of(&self.xml).is_some_and(|own| own == tag.as_str()),
        }
    }

    /// The process, if it is one.
    pub fn process(&self) -> Option<&Arc<bpmn::Process>> {
        match &self.model {
            Model::Process(process) => Some(process),
            Model::None | Model::Decisions(_) | Model::Form => None,
        }
    }
}

/// What begins a process, each with the start event at which it does; a time is no such trigger.
pub(crate) fn begun_by(process: &bpmn::Process) -> impl Iterator<Item = (Trigger, bpmn::ElementIndex)> + '_ {
    process.triggered_starts().filter_map(|(index, trigger)| match trigger {
        bpmn::Trigger::Message(message) => Some((Trigger::Message(message.name.plain()?.clone()), index)),
        bpmn::Trigger::Signal(name) => Some((Trigger::Signal(name.plain()?.clone()), index)),
        _ => None,
    })
}
/// What a decision gave, as the engine takes it; the reason alone if it came to no end.
pub fn decided(mut outcome: dmn::Outcome) -> Result<engine::Decided, Text> {
    let rule = |(number, id): (usize, Text)| (u32::try_from(number).unwrap_or(u32::MAX), id);
    let of = |explained: dmn::Explained| engine::ExplainedDecision {
        decision: explained.decision,
        inputs: explained.inputs.into_iter().map(|input| (input.label, Text::from(input.value.to_string()))).collect(),
        rules: explained.matched.into_iter().map(rule).collect(),
        output: Text::from(explained.output.to_string()),
    };
    let decisions = std::mem::take(&mut outcome.explained).into_iter().map(of).collect();
    let work = outcome.used.steps;
    let (value, why) = outcome.decided()?;
    let explained = engine::Explained { decisions, ..engine::Explained::default() };
    Ok(engine::Decided { value, why, work, explained })
}
