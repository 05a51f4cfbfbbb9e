//! The processes and decisions that ship with the product, and their deployment at the start.

use partition::Resource;

macro_rules! shipped {
    ($( $name:literal ),* $(,)?) => {
        &[ $( ($name, include_str!(concat!("../../../processes/order-to-cash/", $name))), )* ]
    };
}

/// Name and XML of each.
const ORDER_TO_CASH: &[(&str, &str)] = shipped![
    "order-to-cash.bpmn",
    "resolve-hold.bpmn",
    "warehouse-order.bpmn",
    "post-invoice.bpmn",
    "payment-exception.bpmn",
    "return-request.bpmn",
    "service-levels.dmn",
    "exception-routing.dmn",
];

/// The shipped value streams as resources to deploy.
pub(crate) fn shipped() -> Vec<Resource> {
    ORDER_TO_CASH.iter().map(|(name, xml)| Resource { name: (*name).into(), xml: (*xml).into() }).collect()
}
