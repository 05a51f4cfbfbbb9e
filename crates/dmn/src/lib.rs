//! DMN models: decision tables and requirement graphs on FEEL.
//!
//! [`Model::parse`] reads DMN 1.1 to 1.5 XML and refuses, with element, line and reason, what it does not know.
//! [`Model::evaluate`] computes a decision and those it requires; [`Model::explain`] also says which rules matched on which
//! inputs. A table may take its inputs from variables directly, as Camunda's modeler draws it, without input data elements.

mod boxed;
mod check;
mod evaluate;
mod explain;
mod finding;
mod index;
mod model;
mod parse;
mod table;
pub mod tck;
mod types;

pub use evaluate::{EvaluateError, Outcome};
pub use explain::{Explained, ExplainedInput};
pub use finding::{Finding, Severity};
pub use model::Model;
pub use table::{Aggregation, HitPolicy};
