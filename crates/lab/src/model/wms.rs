//! A warehouse: acknowledges, picks, ships; sometimes refuses, finds too little, or ships in parts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Action, Answer, Chance, HOUR, MINUTE, Message, Millis, Model, text};

/// The warehouse of one node.
#[derive(Debug, Default)]
pub struct Wms {
    node: String,
    releases: BTreeMap<String, Release>,
}

#[derive(Debug, Default)]
struct Release {
    /// Line number → item, units to ship, units found, units shipped.
    lines: BTreeMap<u64, Line>,
    /// The numbers of the requests to cancel that it knows.
    requests: BTreeSet<u64>,
    rejected: bool,
    picked: bool,
    shipments: u32,
    done: bool,
}

#[derive(Debug, Default)]
struct Line {
    item: String,
    wanted: i64,
    found: i64,
    shipped: i64,
}

impl Wms {
    /// The warehouse of a node.
    pub fn new(node: &str) -> Self {
        Self { node: node.to_owned(), releases: BTreeMap::new() }
    }

    fn release(&mut self, body: &Value, now: Millis, chance: &Chance) -> Answer {
        let id = text(body, "warehouse_order");
        let lines = body["lines"].as_array().cloned().unwrap_or_default();
        if id.is_empty() || lines.is_empty() {
            return Answer::new(422, json!({ "error": "a release has a warehouse_order and lines" }));
        }
        let accepted = Answer::new(202, json!({ "accepted": true }));
        if self.releases.contains_key(&id) {
            // a reminder: the release is known
            return accepted;
        }
        let mut release = Release::default();
        for line in &lines {
            let quantity = line["quantity"].as_i64().unwrap_or(0);
            let entry = Line { item: text(line, "item"), wanted: quantity, found: quantity, shipped: 0 };
            release.lines.insert(line["line"].as_u64().unwrap_or(0), entry);
        }
        let answers = now + chance.between(5 * MINUTE, 40 * MINUTE, "acknowledge", &id);
        let mut actions = Vec::new();
        if chance.hits(chance.faults.rejected, "reject", &id) {
            release.rejected = true;
            actions.push(Action { due: answers, name: format!("reject {id}") });
        } else {
            let picks = answers + chance.between(HOUR, 5 * HOUR, "pick", &id);
            let ships = picks + chance.between(HOUR, 4 * HOUR, "ship", &id);
            actions.push(Action { due: answers, name: format!("acknowledge {id}") });
            actions.push(Action { due: picks, name: format!("pick {id}") });
            actions.push(Action { due: ships, name: format!("ship {id}") });
        }
        self.releases.insert(id, release);
        Answer { actions, ..accepted }
    }

    fn cancel(&mut self, body: &Value, now: Millis, chance: &Chance) -> Answer {
        let id = text(body, "warehouse_order");
        let Some(release) = self.releases.get_mut(&id) else {
            return Answer::new(404, json!({ "error": format!("{id} is not known here") }));
        };
        let request = body["request"].as_u64().unwrap_or(0);
        if request > 0 && !release.requests.insert(request) {
            return Answer::new(202, json!({ "accepted": true }));
        }
        // decided now: what is confirmed will not be shipped, whatever else is on its way
        let refused =
            release.done || release.shipments > 0 || chance.hits(chance.faults.uncancellable, "uncancellable", &id);
        if !refused {
            for line in body["lines"].as_array().into_iter().flatten() {
                if let Some(known) = release.lines.get_mut(&line["line"].as_u64().unwrap_or(0)) {
                    let units = line["quantity"].as_i64().unwrap_or(0).min(known.wanted - known.shipped);
                    known.wanted -= units;
                    known.found = known.found.min(known.wanted);
                }
            }
        }
        let due = now + chance.between(MINUTE, 10 * MINUTE, "cancel", &id);
        let name = format!("{} {id} {now} {request}", if refused { "keep" } else { "cancelled" });
        Answer { actions: vec![Action { due, name }], ..Answer::new(202, json!({ "accepted": true })) }
    }

    /// Another address, as long as nothing has left; what is labelled already is sometimes not labelled again.
    fn redirect(&mut self, body: &Value, now: Millis, chance: &Chance) -> Answer {
        let id = text(body, "warehouse_order");
        let Some(release) = self.releases.get_mut(&id) else {
            return Answer::new(404, json!({ "error": format!("{id} is not known here") }));
        };
        let refused = release.done || release.shipments > 0 || chance.hits(chance.faults.uncancellable, "label", &id);
        let due = now + chance.between(MINUTE, 10 * MINUTE, "redirect", &id);
        let name = format!("{} {id} {now}", if refused { "misdirect" } else { "redirect" });
        Answer { actions: vec![Action { due, name }], ..Answer::new(202, json!({ "accepted": true })) }
    }

    fn pick(release: &mut Release, id: &str, chance: &Chance) -> Option<Value> {
        release.picked = true;
        if chance.hits(chance.faults.short, "short", id) {
            let at = usize::try_from(chance.draw("short line", id)).unwrap_or(0) % release.lines.len().max(1);
            if let Some(line) = release.lines.values_mut().nth(at) {
                line.found = line.wanted / 2;
            }
        }
        let anything = release.lines.values().any(|line| line.wanted > 0);
        // what was not found is out of the question from here on
        release.lines.values_mut().for_each(|line| line.wanted = line.found);
        let lines: Vec<Value> = release.lines.iter().map(|(no, line)| json!({ "line": no, "picked": line.found })).collect();
        anything.then(|| json!({ "lines": lines, "complete": true }))
    }

    fn ship(release: &mut Release, id: &str, now: Millis, chance: &Chance) -> (Option<Value>, bool) {
        let splits = release.shipments == 0 && chance.hits(chance.faults.split, "split", id);
        release.shipments += 1;
        let mut lines = Vec::new();
        for (no, line) in &mut release.lines {
            let left = line.found - line.shipped;
            let units = if splits { (left + 1) / 2 } else { left };
            if units > 0 {
                line.shipped += units;
                lines.push(json!({ "line": no, "quantity": units }));
            }
        }
        let more = release.lines.values().any(|line| line.found > line.shipped);
        release.done = !more;
        if lines.is_empty() {
            return (None, more);
        }
        let body = json!({
            "reference": format!("{id}-{}", release.shipments),
            "shipped_at": units::Timestamp(now).to_string(),
            "carrier": "lab",
            "tracking": format!("T{}", chance.draw("tracking", id) % 1_000_000_000),
            "complete": !more,
            "sequence": release.shipments,
            "lines": lines,
        });
        (Some(body), more)
    }
}

impl Model for Wms {
    fn request(&mut self, path: &str, body: &Value, now: Millis, chance: &Chance) -> Answer {
        if path == "/releases" {
            self.release(body, now, chance)
        } else if path.starts_with("/releases/") && path.ends_with("/cancellations") {
            self.cancel(body, now, chance)
        } else if path.starts_with("/releases/") && path.ends_with("/redirections") {
            self.redirect(body, now, chance)
        } else {
            Answer::new(404, json!({ "error": "there is no such operation" }))
        }
    }

    fn due(&mut self, action: &str, now: Millis, chance: &Chance) -> (Vec<Message>, Vec<Action>) {
        let mut words = action.split(' ');
        let (verb, id) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let Some(release) = self.releases.get_mut(id) else { return (Vec::new(), Vec::new()) };
        let to = |operation: &str| format!("/v1/warehouse-orders/{id}/{operation}");
        let message =
            |operation: &str, body: Value| Message { id: format!("{}:{action}", self.node), path: to(operation), body };
        match verb {
            "reject" => (vec![message("rejections", json!({ "reason": "no capacity" }))], Vec::new()),
            "acknowledge" => (vec![message("acknowledgements", json!({}))], Vec::new()),
            "pick" => {
                let body = Self::pick(release, id, chance);
                (body.map(|body| message("picks", body)).into_iter().collect(), Vec::new())
            }
            "ship" => {
                let (body, more) = Self::ship(release, id, now, chance);
                let again =
                    Action { due: now + chance.between(HOUR, 20 * HOUR, "rest", id), name: format!("ship {id} rest") };
                let actions = if more { vec![again] } else { Vec::new() };
                (body.map(|body| message("shipments", body)).into_iter().collect(), actions)
            }
            "cancelled" | "keep" => {
                // what is shipped in all, as far as it is known now: true whatever has been told before
                let lines = release.lines.iter().map(|(no, line)| json!({ "line": no, "ships": line.wanted }));
                let refused = (verb == "keep").then_some("it is on its way");
                let request = words.nth(1).and_then(|number| number.parse::<u32>().ok()).filter(|number| *number > 0);
                let body = json!({ "request": request, "refused": refused, "lines": lines.collect::<Vec<_>>() });
                (vec![message("cancel-answers", body)], Vec::new())
            }
            "redirect" | "misdirect" => {
                let refused = (verb == "misdirect").then_some("it is labelled");
                (vec![message("redirect-answers", json!({ "refused": refused }))], Vec::new())
            }
            _ => (Vec::new(), Vec::new()),
        }
    }

    fn ledger(&self) -> Value {
        let mut shipped: BTreeMap<&str, i64> = BTreeMap::new();
        let mut by_release: BTreeMap<&str, i64> = BTreeMap::new();
        for (id, release) in &self.releases {
            for line in release.lines.values().filter(|line| line.shipped > 0) {
                *shipped.entry(&line.item).or_default() += line.shipped;
                *by_release.entry(id).or_default() += line.shipped;
            }
        }
        let units: i64 = by_release.values().sum();
        json!({ "node": self.node, "releases": self.releases.len(), "units_shipped": units, "shipped_by_item": shipped, "shipped_by_release": by_release })
    }
}
