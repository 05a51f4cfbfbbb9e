//! Shipments by the bill of lading that they left with: customers name it when they pay (domain §1.7, stage 2).

use crate::books::{Books, Key, Stop};
use crate::cash::numbers;
use crate::ids::ShipmentId;
use crate::reference::{point, pointed};

/// Within which the names of a bill of lading lead to its shipments, one after the other.
const BILL_OF_LADING: &str = "bill-of-lading";

/// As many shipments of one bill of lading are known by it.
const MOST: usize = 100;

fn place(name: &str, at: usize) -> String {
    format!("{name}/{at}")
}

/// Lets the names of a bill of lading lead to a shipment, beside those that left with it before.
pub(super) fn note(books: &mut dyn Books, shipment: ShipmentId, number: &str) -> Result<(), Stop> {
    let [compact, grouped] = numbers(number);
    let names = [&compact, &grouped].into_iter().filter(|name| !name.is_empty());
    for name in names {
        let next = shipments_under(books, name)?.len();
        if next < MOST {
            point(books, BILL_OF_LADING, &place(name, next), Some(Key::Shipment(shipment)))?;
        }
    }
    Ok(())
}

/// The shipments that left with a bill of lading, by a name of it.
pub(crate) fn shipments_under(books: &mut dyn Books, name: &str) -> Result<Vec<ShipmentId>, Stop> {
    let mut shipments = Vec::new();
    while let Some(Key::Shipment(shipment)) = pointed(books, BILL_OF_LADING, &place(name, shipments.len()))? {
        shipments.push(shipment);
    }
    Ok(shipments)
}
