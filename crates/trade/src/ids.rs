//! Ids of the trade: numbers that we give, codes that others give.

use serde::{Deserialize, Serialize};
use units::{Text, code_id, number_id};

number_id!(
    /// A sales order.
    OrderId,
    "SO"
);
number_id!(
    /// A release of order lines to one warehouse.
    WarehouseOrderId,
    "WO"
);
number_id!(
    /// Goods that left a warehouse together.
    ShipmentId,
    "SH"
);
number_id!(
    /// An invoice or credit note, before and beside its legal number.
    InvoiceId,
    "IN"
);
number_id!(
    /// Money that arrived: one entry of a bank statement.
    PaymentId,
    "PY"
);
number_id!(
    /// A promise of stock to one order line, or to a caller of the availability API.
    ReservationId,
    "RS"
);
number_id!(
    /// A business deviation with owner and clock.
    ExceptionId,
    "EX"
);
number_id!(
    /// A customer's request to return goods or to cancel what was shipped.
    ReturnId,
    "RT"
);
number_id!(
    /// A line of an order: 1, 2, 3 …
    LineNo,
    "L"
);

code_id!(
    /// An item, by its stock code.
    ItemId
);
code_id!(
    /// A customer account, by its number.
    AccountId
);
code_id!(
    /// A node of the network: a warehouse.
    NodeId
);

/// The stock of one item at one node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct StockKey {
    /// The item.
    pub item: ItemId,
    /// The node.
    pub node: NodeId,
}

impl StockKey {
    /// The stock of `item` at `node`.
    pub fn new(item: &ItemId, node: &NodeId) -> Self {
        Self { item: item.clone(), node: node.clone() }
    }
}

impl std::fmt::Display for StockKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.item, self.node)
    }
}

/// Where one original document is found again: customer and purchase order number, or channel and message id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Reference {
    /// What the reference is within: an account number, a channel, a bank account.
    pub within: Text,
    /// The other side's own reference.
    pub reference: Text,
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.within, self.reference)
    }
}
