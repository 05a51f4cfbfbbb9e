//! Static checks.
use crate::Finding;
use crate::model::Graph;

pub(crate) fn graph(_graph: &Graph, _findings: &mut Vec<Finding>) {}
