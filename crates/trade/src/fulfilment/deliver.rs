//! Goods have reached the customer.

use serde::{Deserialize, Serialize};
use units::{Text, Timestamp};

use super::state::ShipmentEvent;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::ShipmentId;
use crate::order::OrderEvent;
use crate::refusal::Refusal;

/// The proof of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Delivery {
    /// When the customer took the goods.
    pub at: Timestamp,
    /// Who signed.
    pub receiver: Text,
    /// What was found wrong, if anything.
    pub note: Text,
}

/// Notes the proof of delivery of a shipment; false if it was there before.
///
/// Refused before it left, and in the future. Source: domain §1.5.3 (32), §1.6 (on delivery).
pub fn deliver(books: &mut dyn Books, id: ShipmentId, delivery: &Delivery, cx: &Context) -> Result<bool, Stop> {
    let shipment = books.shipment(&id)?.ok_or(Refusal::NotFound(Key::Shipment(id)))?;
    if delivery.at < shipment.shipped_at || delivery.at > cx.now {
        let wanted = "a time after the shipment left and not in the future";
        return Err(Refusal::Invalid {
            field: Text::const_new("at"),
            given: compact_str::format_compact!("{}", delivery.at),
            wanted: Text::const_new(wanted),
        }
        .into());
    }
    match &shipment.delivered {
        Some(known) if known == delivery => Ok(false),
        Some(known) => {
            let what = compact_str::format_compact!("{id} was delivered before, at {}", known.at);
            Err(Refusal::Conflict(what).into())
        }
        None => {
            books.record(&id, ShipmentEvent::Delivered(delivery.clone()));
            let lines = shipment.lines.iter().map(|line| (line.line, line.quantity)).collect();
            books.record(&shipment.order, OrderEvent::Delivered { shipment: id, lines });
            Ok(true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};

    #[test]
    fn a_delivery_is_proved_once_and_not_before_the_goods_left() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        story.ship_everything(id);
        let shipment = story.order(id).shipments[0];
        let delivery = |minute| Delivery { at: at(minute).now, receiver: "Doe".into(), note: Text::default() };
        assert!(deliver(story.books(), shipment, &delivery(2), &at(9)).is_err());
        assert!(deliver(story.books(), shipment, &delivery(10), &at(9)).is_err());
        assert!(deliver(story.books(), shipment, &delivery(5), &at(9)).unwrap());
        assert!(!deliver(story.books(), shipment, &delivery(5), &at(9)).unwrap());
        assert_eq!(story.order(id).lines[0].delivered, units::Quantity(10));
        assert!(matches!(deliver(story.books(), shipment, &delivery(6), &at(9)), Err(Stop::Refused(Refusal::Conflict(_)))));
        assert!(deliver(story.books(), ShipmentId(77), &delivery(5), &at(9)).is_err());
    }
}
