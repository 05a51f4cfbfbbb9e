//! Releases to warehouses and the shipments that come of them.

mod state;

pub use state::{
    Booking, Progress, Shipment, ShipmentEvent, ShipmentLine, WarehouseLine, WarehouseOrder, WarehouseOrderEvent,
};
