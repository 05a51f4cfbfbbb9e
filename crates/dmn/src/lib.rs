//! DMN models: decision tables, boxed expressions, knowledge models, decision services and requirement graphs on FEEL.
//!
//! [`Model::parse`] reads DMN 1.1 to 1.5 XML and refuses, with element, line and reason, what it does not know; what is
//! doubtful in a table (overlaps, gaps, rules that are never reached, types) comes as warnings. [`Model::evaluate`] computes
//! a decision and those it requires, within one budget; [`Model::explain`] also says which rules matched on which inputs.
//!
//! A model of Camunda's modeler is read in Camunda's FEEL, and shows a result under its decision's id unless the decision
//! names a variable; any other in the standard's, and under the decision's name. A table may in both take its inputs from
//! variables directly, without input data elements.
//!
//! [`tck`] reads the cases of the conformance kit. Start with `model.rs` for the graph, `boxed.rs` and `table.rs` for what
//! is computed, `parse/` for the way in, and `evaluate/` for the way through.

mod boxed;
mod check;
mod evaluate;
mod explain;
mod index;
mod model;
mod parse;
mod table;
pub mod tck;
mod types;

pub use evaluate::{EvaluateError, Outcome};
pub use explain::{Explained, ExplainedInput};
pub use model::Model;
pub use table::{Aggregation, HitPolicy};
pub use units::{Finding, Severity};
