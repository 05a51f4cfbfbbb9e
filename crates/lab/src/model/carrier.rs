//! A carrier: books what it is asked to.

use serde_json::{Value, json};

use super::{Answer, Chance, Millis, Model, text};

/// The carrier.
#[derive(Debug, Default)]
pub struct Carrier {
    bookings: u64,
}

impl Model for Carrier {
    fn request(&mut self, path: &str, body: &Value, _now: Millis, chance: &Chance) -> Answer {
        if path != "/bookings" {
            return Answer::new(404, json!({ "error": "there is no such operation" }));
        }
        self.bookings += 1;
        let id = text(body, "warehouse_order");
        let grams = body["weight_grams"].as_u64().unwrap_or(0);
        let cents = 390 + grams / 1_000 * 35;
        let service = if chance.draw("service", &id).is_multiple_of(5) { "express" } else { "standard" };
        let cost = format!("{}.{:02}", cents / 100, cents % 100);
        Answer::new(201, json!({ "carrier": "lab", "service": service, "reference": format!("BK-{id}"), "cost": cost }))
    }

    fn ledger(&self) -> Value {
        json!({ "bookings": self.bookings })
    }
}
