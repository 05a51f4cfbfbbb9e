//! An ERP: posts invoices, and lets the bank know what will be paid.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, Chance, Millis, Model, text};

/// The ERP.
#[derive(Debug, Default)]
pub struct Erp {
    /// Number → kind and gross.
    postings: BTreeMap<String, (String, String)>,
}

impl Model for Erp {
    fn request(&mut self, path: &str, body: &Value, _now: Millis, _chance: &Chance) -> Answer {
        if path != "/postings" {
            return Answer::new(404, json!({ "error": "there is no such operation" }));
        }
        let number = text(body, "number");
        if number.is_empty() {
            return Answer::new(422, json!({ "error": "a posting has a number" }));
        }
        let is_new = !self.postings.contains_key(&number);
        let place = self.postings.len() + usize::from(is_new);
        self.postings.entry(number).or_insert_with(|| (text(body, "kind"), text(body, "gross")));
        let answer = Answer::new(201, json!({ "reference": format!("ERP-{place:06}") }));
        let tell = if is_new { vec![("bank", body.clone())] } else { Vec::new() };
        Answer { tell, ..answer }
    }

    fn ledger(&self) -> Value {
        let postings: BTreeMap<&String, Value> =
            self.postings.iter().map(|(number, (kind, gross))| (number, json!({ "kind": kind, "gross": gross }))).collect();
        json!({ "invoices": postings.len(), "postings": postings })
    }
}
