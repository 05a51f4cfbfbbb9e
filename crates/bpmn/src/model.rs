//! The executable model: elements and flows by index.

use std::collections::BTreeMap;

use feel::Expression;
use serde::{Deserialize, Serialize};
use units::Text;

use crate::{Binding, Finding, Formula, Kind, Listener, ListensFor, Severity, Trigger};

/// The place of an element in its process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ElementIndex(pub u16);

/// The place of a sequence flow in its process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlowIndex(pub u16);

/// A process that can run. Immutable, and shared between threads.
#[derive(Debug)]
pub struct Process {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) version_tag: Option<Text>,
    pub(crate) elements: Vec<Element>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) by_id: BTreeMap<Text, ElementIndex>,
    /// The form of its plain start event.
    pub(crate) start_form: Option<StartForm>,
    /// Forms that are kept beside the diagram, by id.
    pub(crate) forms: Vec<(Text, Text)>,
}

/// The form that whoever begins an instance by hand fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartForm {
    /// Its id, or its key where it is kept.
    pub key: Text,
    /// Which version of it, if it is a deployed one.
    pub binding: Option<Binding>,
}

impl StartForm {
    /// Whether it is a certain version that has to be found: not the latest, nor a form that others keep.
    pub fn is_bound(&self) -> bool {
        self.binding.as_ref().is_some_and(|binding| *binding != Binding::Latest)
    }
}

/// What the modeler writes before the id of a form that is kept beside the diagram.
pub(crate) const BESIDE: &str = "camunda-forms:bpmn:";

/// An element of a process.
#[derive(Debug)]
pub struct Element {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) line: u32,
    /// What it does.
    pub kind: Kind,
    /// The scope in which it lies; the process itself lies in itself.
    pub scope: ElementIndex,
    /// Flows that lead to it.
    pub incoming: Vec<FlowIndex>,
    /// Flows that lead away, in the order of the XML.
    pub outgoing: Vec<FlowIndex>,
    /// What is copied in when it begins.
    pub inputs: Vec<Mapping>,
    /// What is copied out when it ends.
    pub outputs: Vec<Mapping>,
    /// If it is done once per item of a list.
    pub multi: Option<Box<MultiInstance>>,
    /// Boundary events on it.
    pub boundaries: Vec<ElementIndex>,
    /// For a scope: its event sub-processes, each with its start event.
    pub event_sub_processes: Vec<(ElementIndex, ElementIndex)>,
    /// For a scope: the start event at which it begins.
    pub start: Option<ElementIndex>,
    /// For the process: all its start events, the plain one too.
    pub starts: Vec<ElementIndex>,
    /// Jobs at points of its life, in order.
    pub listeners: Vec<Listener>,
    /// Whether it is there to undo another activity, and runs only then.
    pub compensates: bool,
    pub(crate) properties: Vec<(Text, Text)>,
    /// Those properties of the product's that are computed, parsed.
    pub(crate) computed: Vec<(Text, Expression)>,
    pub(crate) documentation: Text,
}

/// A sequence flow.
#[derive(Debug)]
pub struct Flow {
    /// Its id.
    pub id: Text,
    /// Its name.
    pub name: Text,
    /// Where it begins.
    pub source: ElementIndex,
    /// Where it leads.
    pub target: ElementIndex,
    /// When it is taken, behind an exclusive or inclusive gateway.
    pub condition: Option<Expression>,
}

/// A value that is copied under a new name.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The value.
    pub source: Formula,
    /// The variable that takes it, entry within entry.
    pub target: Vec<Text>,
}

/// Once per item of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiInstance {
    /// One after the other, or all at once.
    pub sequential: bool,
    /// The list.
    pub collection: Expression,
    /// The variable that holds the item.
    pub item: Option<Text>,
    /// The variable that takes the list of results, and the result of one item.
    pub output: Option<(Text, Expression)>,
    /// When it is enough.
    pub completion: Option<Expression>,
}

/// What an index that is not of this process stands for: the process itself.
const PROCESS: ElementIndex = ElementIndex(0);

impl Process {
    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name, or the id if it has none.
    pub fn name(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    /// The tag of this version, as the modeller gave it.
    pub fn version_tag(&self) -> Option<&str> {
        self.version_tag.as_deref()
    }

    /// The element at an index; the process itself for an index that is not of this process.
    pub fn element(&self, index: ElementIndex) -> &Element {
        self.elements.get(usize::from(index.0)).unwrap_or_else(|| self.root())
    }

    /// The process as an element: the outermost scope.
    pub fn root(&self) -> &Element {
        &self.elements[usize::from(PROCESS.0)]
    }

    /// All elements with their indexes, the process itself first.
    pub fn elements(&self) -> impl Iterator<Item = (ElementIndex, &Element)> {
        (0..).map(ElementIndex).zip(&self.elements)
    }

    /// The element of this id.
    pub fn find(&self, id: &str) -> Option<ElementIndex> {
        self.by_id.get(id).copied()
    }

    /// The flow at an index of this process.
    pub fn flow(&self, index: FlowIndex) -> Option<&Flow> {
        self.flows.get(usize::from(index.0))
    }

    /// Where the flows away from an element lead.
    pub fn targets<'a>(&'a self, element: &'a Element) -> impl Iterator<Item = (FlowIndex, ElementIndex)> + 'a {
        element.outgoing.iter().filter_map(|index| Some((*index, self.flow(*index)?.target)))
    }

    /// The fixed job types, and the elements that use them. Types given by expressions are only known when they run.
    pub fn job_types(&self) -> impl Iterator<Item = (ElementIndex, &str)> {
        self.elements().flat_map(|(index, element)| {
            let work = match &element.kind {
                Kind::Job(job) => Some(job),
                Kind::AdHoc(ad_hoc) => ad_hoc.job.as_ref(),
                _ => None,
            };
            let jobs = work.into_iter().chain(element.listeners.iter().map(|listener| &listener.job));
            jobs.filter_map(move |job| Some((index, job.kind.plain()?.as_str())))
        })
    }

    /// What is wrong with the fixed job types, if these are all that anybody carries out.
    pub fn unknown_job_types(&self, known: &dyn Fn(&str) -> bool) -> Vec<Finding> {
        let unknown = self.job_types().filter(|(_, kind)| !known(kind));
        let finding = |(index, kind): (ElementIndex, &str)| {
            let cause = format!("nobody carries out jobs of type `{kind}`");
            self.element(index).finding(Severity::Error, cause, "name a type that a worker or a system carries out")
        };
        unknown.map(finding).collect()
    }

    /// What it calls or shows, as far as that is fixed, if nobody knows it: asked are `process`, `decision` or `form`, and the id. It
    /// may come later, so these are warnings.
    pub fn unknown_calls(&self, is_known: &dyn Fn(&str, &str) -> bool) -> Vec<Finding> {
        let unknown = |element: &Element| {
            let (what, id) = match &element.kind {
                Kind::Decision(decision, ..) => ("decision", decision.plain()?),
                Kind::Call(call) => ("process", call.process.plain()?),
                Kind::UserTask(task) if task.form_binding.is_some() => ("form", task.form.as_ref()?.plain()?),
                Kind::Start(Trigger::None) if element.scope == PROCESS => {
                    ("form", &self.start_form.as_ref().filter(|form| form.binding.is_some())?.key)
                }
                _ => return None,
            };
            if is_known(what, id) {
                return None;
            }
            let cause = format!("there is no {what} `{id}`");
            Some(element.finding(Severity::Warning, cause, "deploy it as well, or mend the id"))
        };
        self.elements.iter().filter_map(unknown).collect()
    }

    /// The form that whoever begins an instance by hand fills in.
    pub fn start_form(&self) -> Option<&StartForm> {
        self.start_form.as_ref()
    }

    /// The forms that it keeps beside its diagram, by id.
    pub fn forms_beside(&self) -> impl Iterator<Item = (&str, &str)> {
        self.forms.iter().map(|(id, form)| (id.as_str(), form.as_str()))
    }

    /// The form of this key, as the modeler keeps it: JSON. Only of those that are kept beside the diagram.
    pub fn form_beside(&self, key: &str) -> Option<&str> {
        let id = key.strip_prefix(BESIDE)?;
        self.forms.iter().find(|(known, _)| known == id).map(|(_, form)| form.as_str())
    }

    /// Whether it can be begun as it is: by a call, or by hand.
    pub fn has_plain_start(&self) -> bool {
        let start = self.root().start.map(|start| &self.element(start).kind);
        matches!(start, Some(Kind::Start(Trigger::None)))
    }

    /// The start events with a trigger: messages, signals and times that begin an instance.
    pub fn triggered_starts(&self) -> impl Iterator<Item = (ElementIndex, &Trigger)> {
        self.root().starts.iter().filter_map(|index| match &self.element(*index).kind {
            Kind::Start(Trigger::None) => None,
            Kind::Start(trigger) => Some((*index, trigger)),
            _ => None,
        })
    }

    /// The start events that a time sets off: they begin an instance by themselves, see `engine::first_start`.
    pub fn timer_starts(&self) -> impl Iterator<Item = ElementIndex> {
        self.triggered_starts().filter(|(_, trigger)| matches!(trigger, Trigger::Timer(..))).map(|(index, _)| index)
    }
}

impl Element {
    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name, or the id if it has none.
    pub fn name(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    /// The line in the XML, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Something that is wrong with it.
    fn finding(&self, severity: Severity, cause: String, mend: &'static str) -> Finding {
        Finding {
            severity,
            element: self.id.clone(),
            name: self.name.clone(),
            line: self.line,
            cause: cause.into(),
            mend: Text::const_new(mend),
        }
    }

    /// The listeners for a point of its life, each with its place among all of them.
    pub fn listeners_for(&self, on: ListensFor) -> impl Iterator<Item = (u16, &Listener)> {
        (0..).zip(&self.listeners).filter(move |(_, listener)| listener.on == on)
    }

    /// What the modeller wrote about it, or nothing.
    pub fn documentation(&self) -> &str {
        &self.documentation
    }

    /// The headers of a user task: fixed values for whoever shows it.
    pub fn task_headers(&self) -> &[(Text, Text)] {
        match &self.kind {
            Kind::UserTask(task) => &task.headers,
            _ => &[],
        }
    }

    /// The extension properties, by name.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        self.properties.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The expression of an extension property of the product's (`crossdock:…`), if it is one.
    pub fn computed(&self, name: &str) -> Option<&Expression> {
        self.computed.iter().find(|(known, _)| known == name).map(|(_, expression)| expression)
    }

    /// The value of an extension property.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
