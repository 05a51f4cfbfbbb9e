//! A model: decisions that require each other.

use feel::Expression;
use units::Text;

use crate::table::Table;
use crate::{Finding, parse};

/// A decision model. Immutable, and shared between threads.
#[derive(Debug)]
pub struct Model {
    pub(crate) id: Text,
    pub(crate) name: Text,
    /// In an order in which no decision comes before one that it requires.
    pub(crate) decisions: Vec<Decision>,
}

/// Something to decide.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) id: Text,
    pub(crate) name: Text,
    /// The name under which others see its result.
    pub(crate) variable: Text,
    /// Places, in the model, of the decisions that it requires.
    pub(crate) requires: Vec<usize>,
    pub(crate) logic: Logic,
}

/// How a decision comes to its result.
#[derive(Debug)]
pub(crate) enum Logic {
    Table(Table),
    Literal(Expression),
    /// Named entries, each seeing the earlier ones; the last without name is the result.
    Context(Vec<(Option<Text>, Logic)>),
}

impl Model {
    /// Reads a model. What it cannot do is refused; what is doubtful comes as a warning with the model.
    pub fn parse(xml: &str) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        parse::model(xml)
    }

    /// The id of the model.
    pub fn id(&self) -> &Text {
        &self.id
    }

    /// The name of the model.
    pub fn name(&self) -> &Text {
        &self.name
    }

    /// The ids of its decisions.
    pub fn decision_ids(&self) -> impl Iterator<Item = &Text> {
        self.decisions.iter().map(|decision| &decision.id)
    }

    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.decisions.iter().position(|decision| decision.id == id)
    }
}
