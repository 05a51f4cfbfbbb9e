//! A carrier: books what it is asked to, and stops what it can still get hold of.

use serde_json::{Value, json};

use super::{Action, Answer, Chance, MINUTE, Message, Millis, Model, text};

/// The carrier.
#[derive(Debug, Default)]
pub struct Carrier {
    bookings: u64,
    stopped: u64,
}

impl Carrier {
    fn book(&mut self, body: &Value, chance: &Chance) -> Answer {
        self.bookings += 1;
        let id = text(body, "warehouse_order");
        let grams = body["weight_grams"].as_u64().unwrap_or(0);
        let cents = 390 + grams / 1_000 * 35;
        let service = if chance.draw("service", &id).is_multiple_of(5) { "express" } else { "standard" };
        let cost = format!("{}.{:02}", cents / 100, cents % 100);
        Answer::new(201, json!({ "carrier": "lab", "service": service, "reference": format!("BK-{id}"), "cost": cost }))
    }

    /// One parcel in four is out of reach.
    fn intercept(body: &Value, now: Millis, chance: &Chance) -> Answer {
        let id = text(body, "shipment");
        let what = if chance.draw("stop", &id).is_multiple_of(4) { "miss" } else { "stop" };
        let due = now + chance.between(MINUTE, 30 * MINUTE, "intercept", &id);
        let actions = vec![Action { due, name: format!("{what} {id} {now}") }];
        Answer { actions, ..Answer::new(202, json!({ "accepted": true })) }
    }
}

impl Model for Carrier {
    fn request(&mut self, path: &str, body: &Value, now: Millis, chance: &Chance) -> Answer {
        match path {
            "/bookings" => self.book(body, chance),
            "/intercepts" => Self::intercept(body, now, chance),
            _ => Answer::new(404, json!({ "error": "there is no such operation" })),
        }
    }

    fn due(&mut self, action: &str, _now: Millis, _chance: &Chance) -> (Vec<Message>, Vec<Action>) {
        let mut words = action.split(' ');
        let (Some(what), Some(id)) = (words.next(), words.next()) else { return Default::default() };
        self.stopped += u64::from(what == "stop");
        let refused = (what == "miss").then_some("it is out for delivery");
        let path = format!("/v1/shipments/{id}/intercept-answers");
        let message = Message { id: format!("carrier {action}"), path, body: json!({ "refused": refused }) };
        (vec![message], Vec::new())
    }

    fn ledger(&self) -> Value {
        json!({ "bookings": self.bookings, "stopped": self.stopped })
    }
}
