// The files that ship with the product: their names and what is in them. What deploys them includes this list, and so do the tests, so that
// nothing is tested that does not ship.
&[
    ("order-to-cash.bpmn", include_str!("order-to-cash/order-to-cash.bpmn")),
    ("resolve-hold.bpmn", include_str!("order-to-cash/resolve-hold.bpmn")),
    ("warehouse-order.bpmn", include_str!("order-to-cash/warehouse-order.bpmn")),
    ("post-invoice.bpmn", include_str!("order-to-cash/post-invoice.bpmn")),
    ("payment-exception.bpmn", include_str!("order-to-cash/payment-exception.bpmn")),
    ("return-request.bpmn", include_str!("order-to-cash/return-request.bpmn")),
    ("service-levels.dmn", include_str!("order-to-cash/service-levels.dmn")),
    ("exception-routing.dmn", include_str!("order-to-cash/exception-routing.dmn")),
]
