//! The product's partition and the lab's systems in virtual time, from a seed: messages are lost, repeated, late and reordered, and the
//! process dies between any two steps. After every step the partition's own invariants hold; at the end nothing was lost or doubled.
//!
//! A failing seed replays exactly: `SIMULATION_SEED=17 cargo test -p lab --test simulation`. `SIMULATION_SEEDS` sets how many run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lab::FaultProfile;
use lab::model::{Action, Bank, Carrier, Chance, DAY, Erp, HOUR, MINUTE, Message, Model, Tax, Wms};
use partition::{AnyKey, AnyState, Body, Command, Effect, EffectId, Entry, Fold, Halt, Partition, Reply, Resource, Timer};
use serde_json::{Value, json};
use trade::account::Profile;
use trade::fulfilment::ShipConfirm;
use trade::master::BillingPolicy;
use trade::order::{Submission, SubmittedLine};
use trade::stock::Receipt;
use trade::{Actor, Aggregate, Key, LineNo, Role, WarehouseOrderId};
use units::{Currency, Decimal, Quantity, Text, Timestamp};

const ORDERS: u64 = 50;
const SEEDS: u64 = 1_000;
const START: i64 = 1_772_445_600_000;
const ITEMS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

/// What happens next.
#[expect(clippy::large_enum_variant, reason = "a few hundred of them at a time")]
enum Next {
    /// The product is told something; the number says how often it was tried.
    Command(Actor, Body),
    /// An effect reaches its system.
    Call(EffectId, u32),
    /// A system does what it planned.
    Act(usize, Action),
    /// Bank statements are fetched.
    Poll,
    /// Clerks look at what is open.
    Clerks,
    /// The product dies and starts again.
    Crash,
}

struct World {
    seed: u64,
    random: u64,
    chance: Chance,
    now: i64,
    queue: BTreeMap<(i64, u64), Next>,
    counter: u64,
    partition: Partition,
    durable: BTreeMap<AnyKey, AnyState>,
    journal: Vec<Entry>,
    timers: BTreeSet<Timer>,
    systems: Vec<(&'static str, Box<dyn Model>)>,
    /// Answers of each system by idempotency key.
    answers: BTreeMap<(usize, String), (u16, Value)>,
    statements: u64,
    /// Which system is away from when to when.
    outages: Vec<(usize, i64, i64)>,
    /// What clerks have decided on, or left.
    seen: BTreeSet<String>,
}

fn capabilities() -> Vec<Text> {
    ["tax.quote", "wms.release", "wms.cancel", "tms.book", "erp.post_invoice"].map(Text::from).to_vec()
}

fn system_of(effect: &Effect) -> (usize, String) {
    match (effect.capability.as_str(), effect.route.as_str()) {
        ("tax.quote", _) => (0, "/quotes".into()),
        ("tms.book", _) => (1, "/bookings".into()),
        ("erp.post_invoice", _) => (2, "/postings".into()),
        (capability, route) => {
            let system = if route == "EAST" { 4 } else { 5 };
            let id =
                serde_json::from_str::<Value>(&effect.document).unwrap()["warehouse_order"].as_str().unwrap().to_owned();
            (system, if capability == "wms.release" { "/releases".into() } else { format!("/releases/{id}/cancellations") })
        }
    }
}

fn shipped_processes() -> Vec<Resource> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../processes/order-to-cash");
    let mut resources: Vec<Resource> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "bpmn" || extension == "dmn"))
        .map(|path| Resource {
            name: path.file_name().unwrap().to_str().unwrap().into(),
            xml: std::fs::read_to_string(&path).unwrap().into(),
        })
        .collect();
    resources.sort_by(|one, two| one.name.cmp(&two.name));
    resources
}

fn clerk() -> Actor {
    let roles = vec![Role::Director, Role::Sales, Role::Warehouse, Role::Receivables, Role::Operations, Role::Admin];
    Actor { id: "clerk".into(), roles, limit: None }
}

impl World {
    fn new(seed: u64, resources: &[Resource]) -> Self {
        let rates = vec![("GB".to_owned(), "standard".to_owned(), Decimal::from(20i64))];
        let systems: Vec<(&'static str, Box<dyn Model>)> = vec![
            ("tax", Box::new(Tax::new(rates))),
            ("carrier", Box::new(Carrier::default())),
            ("erp", Box::new(Erp::default())),
            ("bank", Box::new(Bank::new(Currency::GBP))),
            ("wms-east", Box::new(Wms::new("EAST"))),
            ("wms-west", Box::new(Wms::new("WEST"))),
        ];
        let mut world = Self {
            seed,
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            chance: Chance { seed, faults: FaultProfile::MANY },
            now: START,
            queue: BTreeMap::new(),
            counter: 0,
            partition: Partition::new(0, capabilities()),
            durable: BTreeMap::new(),
            journal: Vec::new(),
            timers: BTreeSet::new(),
            systems,
            answers: BTreeMap::new(),
            statements: 0,
            outages: Vec::new(),
            seen: BTreeSet::new(),
        };
        world.prepare(resources);
        world
    }

    fn prepare(&mut self, resources: &[Resource]) {
        let admin = Actor::system();
        self.must(Body::Deploy(resources.to_vec()), &admin);
        let company = json!({ "code": "SIM", "country": "GB", "currency": "GBP", "nodes": [{ "id": "EAST" }, { "id": "WEST" }],
            "taxes": [{ "jurisdiction": "GB", "category": "standard", "rate": "20" }] });
        let company = documents::master::read_company(company.to_string().as_bytes(), "c").records.remove(0).1;
        self.must(Body::PutCompany(Box::new(company)), &admin);
        let items: Vec<Value> =
            ITEMS.iter().map(|id| json!({ "id": id, "list_price": "9.90", "tax_category": "standard" })).collect();
        let items = documents::master::read_items(Value::from(items).to_string().as_bytes(), "i").records;
        self.must(Body::PutItems(items.into_iter().map(|(_, item)| item).collect()), &admin);
        let accounts: Vec<Value> = (0..8)
            .map(|number| {
                let limit = if number == 0 { 30_000 } else { 100_000_000 };
                json!({ "id": format!("C{number}"), "name": format!("Customer {number}"), "tier": 1 + number % 5, "credit_limit": limit,
                    "bank_accounts": [format!("GB00CUST{:0>12}", format!("C{number}"))],
                    "ship_tos": [{ "code": "M", "name": "x", "street": "1", "postcode": "1", "city": "London", "country": "GB" }] })
            })
            .collect();
        let accounts = documents::master::read_accounts(Value::from(accounts).to_string().as_bytes(), "a").records;
        let accounts = accounts.into_iter().enumerate().map(|(at, (_, (id, profile)))| {
            let billing = match at % 4 {
                1 => BillingPolicy::Deposit { percent: Decimal::from(30i64) },
                2 => BillingPolicy::OnComplete,
                _ => BillingPolicy::PerShipment,
            };
            (id, Profile { billing, ..profile })
        });
        self.must(Body::PutAccounts(accounts.collect()), &admin);
        for item in ITEMS {
            for node in ["EAST", "WEST"] {
                let opening = 60 + self.draw(120);
                let receipt = |receipt: &str, quantity: u64| Receipt {
                    item: item.into(),
                    node: node.into(),
                    quantity: Quantity(i64::try_from(quantity).unwrap()),
                    receipt: receipt.into(),
                    document: None,
                };
                self.must(Body::ReceiveStock(receipt("opening", opening)), &admin);
                let later = self.now + DAY * (1 + i64::try_from(self.draw(4)).unwrap());
                self.at(later, Next::Command(admin.clone(), Body::ReceiveStock(receipt("supply", 150))));
            }
        }
        for number in 0..ORDERS {
            let count = 1 + self.draw(4);
            let mut lines = Vec::new();
            lines.resize_with(usize::try_from(count).unwrap(), || SubmittedLine {
                item: ITEMS[usize::try_from(self.draw(6)).unwrap()].into(),
                quantity: Decimal::from(1 + i64::try_from(self.draw(12)).unwrap()),
                price: Some(if self.draw(20) == 0 { "8.00" } else { "9.90" }.parse().unwrap()),
                ..SubmittedLine::default()
            });
            let submission = Submission {
                account: format!("C{}", self.draw(8)).as_str().into(),
                purchase_order: format!("PO-{number}").into(),
                lines,
                ..Submission::default()
            };
            let arrives = self.now + i64::try_from(self.draw(u64::try_from(2 * DAY).unwrap())).unwrap();
            let shop = Actor { id: "shop".into(), roles: vec![Role::Sales], limit: None };
            self.at(arrives, Next::Command(shop, Body::ReceiveOrder(Box::new(submission))));
            if self.draw(10) == 0 {
                let order = trade::OrderId(1 + self.draw(ORDERS));
                let cancellation = trade::order::Cancellation { lines: Vec::new(), reason: "changed mind".into() };
                self.at(arrives + 6 * HOUR, Next::Command(clerk(), Body::CancelOrder { order, cancellation }));
            }
        }
        for _ in 0..8 {
            let order = trade::OrderId(1 + self.draw(ORDERS));
            let quantities = vec![(LineNo(1), Quantity(i64::try_from(self.draw(15)).unwrap()))];
            let change = trade::order::Change { quantities, ..trade::order::Change::default() };
            let when = self.now + i64::try_from(self.draw(u64::try_from(5 * DAY).unwrap())).unwrap();
            self.at(when, Next::Command(clerk(), Body::ChangeOrder { order, change }));
        }
        for _ in 0..4 {
            let invoice = trade::InvoiceId(1 + self.draw(ORDERS));
            let credit = Body::CreditInvoice { invoice, lines: Vec::new(), reason: "goodwill".into() };
            let payment = trade::PaymentId(1 + self.draw(ORDERS));
            let back = Body::UnapplyPayment { payment, invoice, reason: "wrong invoice".into() };
            for body in [credit, back] {
                let when = self.now + DAY + i64::try_from(self.draw(u64::try_from(9 * DAY).unwrap())).unwrap();
                self.at(when, Next::Command(clerk(), body));
            }
        }
        for _ in 0..3 {
            let when = self.now + i64::try_from(self.draw(u64::try_from(6 * DAY).unwrap())).unwrap();
            self.at(when, Next::Crash);
        }
        for _ in 0..2 {
            let system = usize::try_from(self.draw(6)).unwrap();
            let begins = self.now + i64::try_from(self.draw(u64::try_from(4 * DAY).unwrap())).unwrap();
            let lasts = i64::try_from(self.draw(u64::try_from(2 * DAY).unwrap())).unwrap();
            self.outages.push((system, begins, begins + lasts));
        }
        self.at(self.now + HOUR, Next::Poll);
        self.at(self.now + HOUR, Next::Clerks);
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % below
    }

    fn at(&mut self, when: i64, next: Next) {
        self.counter += 1;
        self.queue.insert((when.max(self.now), self.counter), next);
    }

    fn must(&mut self, body: Body, actor: &Actor) -> Reply {
        self.decide(actor.clone(), body).unwrap_or_else(|why| panic!("seed {}: {why}", self.seed))
    }

    /// Decides and commits, loading what is missing, as the runtime does.
    fn decide(&mut self, actor: Actor, body: Body) -> Result<Reply, trade::Refusal> {
        let command = Command { at: Timestamp(self.now), actor, key: None, body };
        loop {
            match self.partition.decide(command.clone()) {
                Ok(decision) => {
                    for (key, state) in decision.changed {
                        match state {
                            Some(state) => drop(self.durable.insert(key, state)),
                            None => drop(self.durable.remove(&key)),
                        }
                    }
                    for timer in &decision.timers_dropped {
                        self.timers.remove(timer);
                    }
                    self.timers.extend(decision.timers_set);
                    self.journal.extend(decision.entry);
                    for effect in decision.effects {
                        self.call(effect.id, 0);
                    }
                    return decision.reply;
                }
                Err(Halt::Missing(key)) => {
                    let state = self.durable.get(&key).cloned();
                    self.partition.load(key, state);
                }
                Err(broken) => panic!("seed {}: {broken} by {command:?}", self.seed),
            }
        }
    }

    fn call(&mut self, id: EffectId, attempt: u32) {
        let wait = i64::try_from(self.draw(60_000)).unwrap() + i64::from(attempt) * MINUTE;
        self.at(self.now + wait, Next::Call(id, attempt));
    }

    fn run(&mut self) {
        let mut steps = 0;
        while let Some(entry) = self.queue.first_entry() {
            let due = entry.key().0;
            if let Some(timer) = self.timers.first().cloned().filter(|timer| timer.due.0 <= due) {
                self.now = self.now.max(timer.due.0);
                self.timers.remove(&timer);
                let fired = self.decide(Actor::system(), Body::FireTimer { owner: timer.owner });
                assert!(fired.is_ok(), "seed {}: {fired:?}", self.seed);
            } else {
                let next = entry.remove();
                self.now = self.now.max(due);
                self.step(next);
            }
            steps += 1;
            assert!(steps < 400_000, "seed {}: this does not come to rest", self.seed);
        }
    }

    /// Whether anything is left to do but the bank's daily statement, the poll and the clerks.
    fn is_busy(&self) -> bool {
        let counts = |next: &Next| match next {
            Next::Poll | Next::Clerks => false,
            Next::Act(_, action) => !action.name.starts_with("statement"),
            _ => true,
        };
        self.queue.values().any(counts)
    }

    fn step(&mut self, next: Next) {
        match next {
            Next::Command(actor, body) => {
                let told = self.decide(actor, body.clone());
                // an order may be cancelled too late; goods that left have left
                let shipped = matches!(body, Body::WarehouseShipped(_));
                assert!(told.is_ok() || !shipped, "seed {}: {told:?} to {body:?}", self.seed);
            }
            Next::Call(id, attempt) => self.deliver(id, attempt),
            Next::Act(system, action) => {
                let (messages, actions) = self.systems[system].1.due(&action.name, self.now, &self.chance);
                self.plan(system, actions);
                for message in messages {
                    self.report(&message);
                }
            }
            Next::Poll => self.poll(),
            Next::Clerks => self.clerks(),
            Next::Crash => {
                let position = self.partition.position();
                self.partition = Partition::new(position, capabilities());
                let pending: Vec<EffectId> = self
                    .durable
                    .values()
                    .filter_map(|state| match state {
                        AnyState::Effect(effect) if effect.dead.is_none() => Some(effect.id),
                        _ => None,
                    })
                    .collect();
                for id in pending {
                    self.call(id, 0);
                }
            }
        }
    }

    fn plan(&mut self, system: usize, actions: Vec<Action>) {
        for action in actions {
            self.at(action.due, Next::Act(system, action));
        }
    }

    /// An effect reaches its system, perhaps for the second time; the answer may get lost, and may come twice.
    fn deliver(&mut self, id: EffectId, attempt: u32) {
        let Some(AnyState::Effect(effect)) = self.durable.get(&AnyKey::Effect(id)).cloned() else { return };
        if effect.dead.is_some() {
            return;
        }
        let (system, path) = system_of(&effect);
        let outage = self.outages.iter().find(|(away, from, to)| *away == system && (*from..*to).contains(&self.now));
        if let Some((_, _, back)) = outage {
            let again = back - self.now + i64::try_from(self.draw(600_000)).unwrap();
            return self.at(self.now + again, Next::Call(id, attempt));
        }
        if self.draw(10) == 0 {
            // it does not get there
            return self.call(id, attempt + 1);
        }
        let (status, answer) = self.request(system, &id.to_string(), &path, &effect);
        if self.draw(20) == 0 {
            // the answer gets lost
            return self.call(id, attempt + 1);
        }
        let body = if status < 300 {
            let response = feel::Value::from_json(&answer).unwrap().as_context().cloned().unwrap_or_default();
            Body::EffectSucceeded { effect: id, response }
        } else {
            Body::EffectFailed { effect: id, code: "rejected".into(), message: answer.to_string().into() }
        };
        if self.draw(20) == 0 {
            let later = self.now + i64::try_from(self.draw(3_600_000)).unwrap();
            self.at(later, Next::Command(Actor::system(), body.clone()));
        }
        let taken = self.decide(Actor::system(), body);
        assert!(taken.is_ok(), "seed {}: an outcome is refused: {taken:?}", self.seed);
    }

    fn request(&mut self, system: usize, key: &str, path: &str, effect: &Arc<Effect>) -> (u16, Value) {
        if let Some(known) = self.answers.get(&(system, key.to_owned())) {
            return known.clone();
        }
        let document: Value = serde_json::from_str(&effect.document).unwrap();
        let answer = self.systems[system].1.request(path, &document, self.now, &self.chance);
        self.plan(system, answer.actions);
        for (_, due) in answer.tell {
            let told = self.systems[3].1.request("/dues", &due, self.now, &self.chance);
            self.plan(3, told.actions);
        }
        self.answers.insert((system, key.to_owned()), (answer.status, answer.body.clone()));
        (answer.status, answer.body)
    }

    /// A warehouse reports: late, and perhaps twice.
    fn report(&mut self, message: &Message) {
        let body = body_of(message);
        for _ in 0..1 + u64::from(self.draw(5) == 0) {
            let late = if self.draw(8) == 0 { 12 * HOUR } else { MINUTE };
            let when = self.now + i64::try_from(self.draw(u64::try_from(late).unwrap())).unwrap();
            self.at(when, Next::Command(clerk(), body.clone()));
        }
    }

    fn poll(&mut self) {
        let answer = self.systems[3].1.query("/statements", &format!("after={}", self.statements)).unwrap();
        for statement in answer["statements"].as_array().unwrap() {
            let camt = statement["camt053"].as_str().unwrap();
            let read = documents::statements::read(camt.as_bytes(), "statement");
            assert!(read.findings.is_empty(), "seed {}: {:?}", self.seed, read.findings);
            for (_, document) in read.records {
                self.must(Body::ImportStatement(Box::new(document.clone())), &Actor::system());
                if self.draw(4) == 0 {
                    self.must(Body::ImportStatement(Box::new(document)), &Actor::system());
                }
            }
            self.statements = statement["id"].as_u64().unwrap();
        }
        // twice more after everything else has come to rest, so that the last statement is fetched
        let busy = self.is_busy() || self.systems[3].1.ledger()["not_in_statements"] != 0;
        if busy || !answer["statements"].as_array().unwrap().is_empty() {
            self.at(self.now + 6 * HOUR, Next::Poll);
        } else {
            // the bank goes on for ever: the world does not
            self.queue.retain(|_, next| !matches!(next, Next::Act(3, _)));
        }
    }

    fn clerks(&mut self) {
        let open: Vec<_> = self
            .durable
            .iter()
            .filter_map(|(key, state)| match (key, state) {
                (AnyKey::Trade(Key::Exception(id)), AnyState::Trade(Aggregate::Exception(exception)))
                    if exception.is_open() =>
                {
                    Some((*id, exception.clone()))
                }
                _ => None,
            })
            .collect();
        for (id, exception) in open {
            let name = id.to_string();
            if self.seen.contains(&name) {
                continue;
            }
            let label = |value: Value| value.as_str().unwrap().to_owned();
            let kind = label(serde_json::to_value(exception.kind).unwrap());
            let actions: Vec<String> =
                exception.actions.iter().map(|action| label(serde_json::to_value(action).unwrap())).collect();
            let choice = lab::people::decide(self.seed, &name, &kind, &actions);
            let Some((action, reason)) = choice else {
                self.seen.insert(name);
                continue;
            };
            let action = serde_json::from_value(Value::from(action)).unwrap();
            let body =
                Body::ResolveException { exception: id, action, reason: reason.into(), details: feel::Context::default() };
            if self.decide(clerk(), body).is_err() {
                self.seen.insert(name);
            }
        }
        if self.is_busy() {
            self.at(self.now + 2 * HOUR, Next::Clerks);
        }
    }

    /// At the end: the fold of the journal is the stored state, records agree, and so do the systems' ledgers.
    fn check(&self) {
        let seed = self.seed;
        let mut fold = Fold::new();
        self.journal.iter().for_each(|entry| fold.apply(entry));
        let folded: BTreeMap<&AnyKey, &AnyState> = fold.iter().collect();
        for (key, state) in &self.durable {
            assert_eq!(folded.get(key), Some(&state), "seed {seed}: {key} differs from the fold");
        }
        assert_eq!(folded.len(), self.durable.len(), "seed {seed}");
        assert_eq!(fold.timers(), self.timers, "seed {seed}");
        let aggregates: Vec<(Key, Aggregate)> = self
            .durable
            .iter()
            .filter_map(|(key, state)| match (key, state) {
                (AnyKey::Trade(key), AnyState::Trade(aggregate)) => Some((key.clone(), aggregate.clone())),
                _ => None,
            })
            .collect();
        let report = trade::reconcile::check(aggregates.iter().map(|(key, aggregate)| (key, aggregate)));
        assert!(report.breaks.is_empty(), "seed {seed}: {:#?}", report.breaks);
        let ledger = |name: &str| self.systems.iter().find(|(known, _)| *known == name).unwrap().1.ledger();
        let shipped =
            ledger("wms-east")["units_shipped"].as_i64().unwrap() + ledger("wms-west")["units_shipped"].as_i64().unwrap();
        assert_eq!(shipped, report.totals.units_shipped, "seed {seed}: units shipped");
        assert_eq!(ledger("erp")["invoices"].as_u64().unwrap(), report.totals.invoices, "seed {seed}: invoices");
        assert_eq!(ledger("bank")["balance_minor"].as_i64().unwrap(), report.totals.cash_received.0, "seed {seed}: money");
        assert_eq!(report.totals.orders, ORDERS, "seed {seed}");
        assert!(report.totals.units_shipped > 0, "seed {seed}: nothing happened");
    }
}

fn body_of(message: &Message) -> Body {
    let mut parts = message.path.split('/').skip(3);
    let id: WarehouseOrderId = parts.next().unwrap().parse().unwrap();
    let body = &message.body;
    let lines = |field: &str| -> Vec<(LineNo, Quantity)> {
        let lines = body["lines"].as_array().unwrap().iter();
        lines.map(|line| (LineNo(line["line"].as_u64().unwrap()), Quantity(line[field].as_i64().unwrap()))).collect()
    };
    match parts.next().unwrap() {
        "acknowledgements" => Body::WarehouseAcknowledged(id),
        "rejections" => Body::WarehouseRejected { warehouse_order: id, reason: "no capacity".into() },
        "picks" => Body::WarehousePicked { warehouse_order: id, lines: lines("picked"), complete: true },
        "shipments" => Body::WarehouseShipped(ShipConfirm {
            warehouse_order: id,
            reference: body["reference"].as_str().unwrap().into(),
            shipped_at: body["shipped_at"].as_str().unwrap().parse().unwrap(),
            carrier: "lab".into(),
            tracking: Text::default(),
            complete: body["complete"].as_bool().unwrap(),
            sequence: body["sequence"].as_u64().map(|sequence| u32::try_from(sequence).unwrap()),
            lines: lines("quantity"),
        }),
        _ => {
            let (refused, lines) = (body["refused"].as_str().map(Text::from), lines("ships"));
            Body::WarehouseCancelAnswer { warehouse_order: id, refused, lines }
        }
    }
}

/// Exceptions whose reason has these words: how many there were, and how many are still open.
fn exceptions(world: &World, words: &str) -> (usize, usize) {
    let about = world.durable.values().filter_map(|state| match state {
        AnyState::Trade(Aggregate::Exception(exception)) if exception.reason.contains(words) => Some(exception.is_open()),
        _ => None,
    });
    about.fold((0, 0), |(all, open), is_open| (all + 1, open + usize::from(is_open)))
}

#[test]
fn late_releases_and_late_postings_are_put_before_people_until_they_arrive() {
    let mut world = World::new(1, &shipped_processes());
    let everything = START + 3 * DAY;
    world.outages = vec![(2, START, everything), (4, START, everything), (5, START, everything)];
    world.run();
    world.check();
    let (releases, still_late) = exceptions(&world, "in time");
    assert!(releases > 10, "{releases} releases were late");
    assert_eq!(still_late, 0);

    let mut world = World::new(1, &shipped_processes());
    world.outages = vec![(2, START, START + 6 * DAY)];
    world.run();
    world.check();
    let (postings, still_late) = exceptions(&world, "has not reached the ERP in time");
    assert!(postings > 10, "{postings} postings were late");
    assert_eq!(still_late, 0);
}

fn simulate(seed: u64, resources: &[Resource]) {
    let mut world = World::new(seed, resources);
    world.run();
    world.check();
}

#[test]
fn whatever_goes_wrong_nothing_is_lost_or_doubled() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let resources = shipped_processes();
    if let Some(seed) = number("SIMULATION_SEED") {
        return simulate(seed, &resources);
    }
    let seeds = number("SIMULATION_SEEDS").unwrap_or(SEEDS);
    let threads = std::thread::available_parallelism().map_or(1, |count| u64::try_from(count.get()).unwrap());
    std::thread::scope(|scope| {
        let resources = &resources;
        let runs: Vec<_> = (0..threads)
            .map(|first| {
                scope.spawn(move || {
                    (first..seeds).step_by(usize::try_from(threads).unwrap()).for_each(|seed| simulate(seed, resources))
                })
            })
            .collect();
        for run in runs {
            run.join().unwrap();
        }
    });
}
