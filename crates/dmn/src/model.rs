//! A model: inputs, decisions, knowledge models and services that require each other.

use std::sync::Arc;

use units::Text;

use crate::boxed::{Boxed, FunctionBody};
use crate::types::Type;
use crate::{Finding, check, parse};

/// A decision model. Immutable, cheap to clone, and shared between threads.
#[derive(Debug, Clone)]
pub struct Model(pub(crate) Arc<Graph>);

/// The requirement graph: nodes that know the places of those that they require.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) nodes: Vec<Node>,
    /// Places in an order in which no node comes before one that it requires.
    pub(crate) order: Vec<usize>,
}

/// Something in the graph that has a value.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: Text,
    pub(crate) name: Text,
    /// Where it stands in the XML.
    pub(crate) line: u32,
    /// The name under which others see its value.
    pub(crate) variable: Text,
    /// What its value has to be.
    pub(crate) of: Arc<Type>,
    /// The tag of this version, as the modeller gave it.
    pub(crate) version_tag: Option<Text>,
    /// Whether another model brought it.
    pub(crate) is_imported: bool,
    pub(crate) requires: Vec<Requirement>,
    pub(crate) kind: Kind,
}

/// What a node requires, and under which name it sees it.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    pub(crate) place: usize,
    /// The name of the import, if another model has it: it is then seen as an entry of a context of that name.
    pub(crate) import: Option<Text>,
    pub(crate) is_visible: bool,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// Given by whoever asks.
    Input,
    Decision(Boxed),
    Knowledge(Arc<FunctionBody>),
    Service(Service),
}

/// Decisions that are called together, like a function.
#[derive(Debug)]
pub(crate) struct Service {
    /// What has to be given: input data first, then decisions that are not made here.
    pub(crate) inputs: Vec<usize>,
    /// The names of the inputs, in order.
    pub(crate) parameters: Vec<Text>,
    /// What it gives: one value, or a context if there are several.
    pub(crate) outputs: Vec<usize>,
}

impl Model {
    /// Reads a model. What it cannot do is refused; what is doubtful comes as a warning with the model. More of that
    /// tells [`Model::check`].
    pub fn parse(xml: &str) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        Self::parse_with(xml, &[])
    }

    /// As [`Model::parse`], for a model that may import others: those of `others` that it imports, directly or not, are found
    /// by their namespace, and the rest is left alone. So all models of a deployment may be given with each of them.
    pub fn parse_with(xml: &str, others: &[&str]) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        let (graph, findings) = parse::graph(xml, others)?;
        Ok((Self(Arc::new(graph)), findings))
    }

    /// The model in a file that was deployed. What is wrong with it but can be carried out as it is written was not seen then, and does not
    /// stop it; `None` if something cannot be read any more.
    pub fn deployed(xml: &str, others: &[&str]) -> Option<Self> {
        parse::deployed(xml, others).map(|graph| Self(Arc::new(graph)))
    }

    /// The namespace of a model, by which others import it, and the namespaces that it imports itself; nothing of what cannot be read.
    pub fn namespaces(xml: &str) -> (Text, Vec<Text>) {
        parse::namespaces(xml)
    }

    /// What is doubtful about its tables: types that do not fit, gaps, overlaps, rules that are never reached. It takes more
    /// time than reading the model, and running it does not need it.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        check::graph(&self.0, &mut findings);
        findings
    }

    /// The id of the model, or its name if it has none.
    pub fn id(&self) -> &Text {
        &self.0.id
    }

    /// The name of the model.
    pub fn name(&self) -> &Text {
        &self.0.name
    }

    /// The ids of its decisions.
    pub fn decision_ids(&self) -> impl Iterator<Item = &Text> {
        let own = self.0.nodes.iter().filter(|node| !node.is_imported && matches!(node.kind, Kind::Decision(_)));
        own.map(|node| &node.id)
    }

    /// The tag that the modeller gave this version of a decision.
    pub fn version_tag(&self, decision: &str) -> Option<&str> {
        self.0.nodes.get(self.0.place(decision)?)?.version_tag.as_deref()
    }

    /// Whether it has a decision of this id.
    pub fn has_decision(&self, decision: &str) -> bool {
        self.decision_ids().any(|id| id == decision)
    }
}

impl Graph {
    /// The place of a decision, knowledge model or service: by its id, or else by its name.
    pub(crate) fn place(&self, sought: &str) -> Option<usize> {
        let callable = |node: &Node| !node.is_imported && !matches!(node.kind, Kind::Input);
        let by_id = self.nodes.iter().position(|node| callable(node) && node.id == sought);
        by_id.or_else(|| self.nodes.iter().position(|node| callable(node) && node.name == sought))
    }
}
