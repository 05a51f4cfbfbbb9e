//! What is asked of sourcing: lines, nodes, and what counts how much.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::{Amount, Day, Quantity, Text};

use super::plan::Barrier;
use crate::ids::*;

/// Lines of one order that need a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// The lines; an earlier one is served first where two compete.
    pub lines: Vec<RequestLine>,
    /// The day on which the customer wants them; later deliveries fill, but not in time.
    pub requested: Option<Day>,
    /// At most so many nodes for the order.
    pub max_nodes: Option<usize>,
    /// At most so many nodes for a line.
    pub max_nodes_per_line: Option<usize>,
    /// No node farther away than this, in kilometres; a node's own limit counts if it is tighter.
    pub max_distance_km: Option<u32>,
}

/// A line that needs a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestLine {
    /// The order line.
    pub line: LineNo,
    /// The item; lines of the same item share its stock.
    pub item: ItemId,
    /// Units.
    pub quantity: Quantity,
    /// Only nodes that may ship hazardous items may ship it.
    pub hazardous: bool,
    /// Only nodes that hold this licence may ship it.
    pub licence: Option<Text>,
    /// All units from one node, or none (`restrict partial`, `min_split_value`).
    pub whole: bool,
}

/// A node that may serve the request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidate {
    /// The node.
    pub node: NodeId,
    /// The smaller, the more preferred; 1 costs no penalty.
    pub tier: u8,
    /// To the ship-to, in kilometres.
    pub distance_km: u32,
    /// How far it ships, in kilometres; `None` without limit.
    pub max_distance_km: Option<u32>,
    /// Cost of one shipment to the ship-to in minor units, distance included.
    pub cost: Amount,
    /// When a shipment made now arrives.
    pub delivers: Day,
    /// Order lines that it can still take today; `None` without limit.
    pub lines_left: Option<u32>,
    /// May ship hazardous items.
    pub hazardous: bool,
    /// Licences that it holds.
    pub licences: Vec<Text>,
    /// What rules it out whatever it has.
    pub barred: Option<Barrier>,
    /// Units that it can promise now, by item.
    pub available: BTreeMap<ItemId, Quantity>,
}

impl Candidate {
    /// What keeps the node from shipping a line, whatever it has of it.
    pub(super) fn barrier_to(&self, line: &RequestLine) -> Option<Barrier> {
        if line.hazardous && !self.hazardous {
            Some(Barrier::Hazardous)
        } else if line.licence.as_ref().is_some_and(|licence| !self.licences.contains(licence)) {
            Some(Barrier::Licence)
        } else {
            None
        }
    }
}

/// How plans are compared, once the quantity filled in time and the quantity filled are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Weights {
    /// In which way.
    pub objective: Objective,
    /// Minor units for each tier beyond the first of a node that is used.
    pub tier_penalty: Amount,
    /// Minor units for each shipment beyond the first.
    pub extra_shipment: Amount,
}

/// In which order the soft constraints count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Fewest shipments, then lowest tier penalty, cost, distance, and node codes.
    #[default]
    Lexicographic,
    /// Lowest sum of cost and penalties, then fewest shipments, distance, and node codes.
    Weighted,
}

impl Default for Weights {
    /// Fewest shipments first; the penalties of the worked example in domain §1.1.7.
    fn default() -> Self {
        Self { objective: Objective::Lexicographic, tier_penalty: Amount(300), extra_shipment: Amount::ZERO }
    }
}
