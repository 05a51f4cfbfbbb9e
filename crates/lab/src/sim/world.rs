//! The world of a simulation: what is due when, and what each step does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use partition::{AnyKey, AnyState, Body, Command, Effect, EffectId, Reply};
use serde_json::Value;
use trade::{Actor, Aggregate, Key, Role};
use units::{Currency, Decimal, Text, Timestamp};

use super::product::{Product, Watch};
use super::reports::{body_of, tell_body};
use super::{Failure, Plan, Trace};
use crate::FaultProfile;
use crate::model::{Action, Bank, Carrier, Chance, DAY, Erp, HOUR, MINUTE, Message, Model, Tax, Wms};

/// Monday, 2 March 2026, 10:00 UTC.
const START: i64 = 1_772_445_600_000;
/// Far more steps than any world of this size takes.
const MAX_STEPS: u32 = 400_000;

/// What happens next.
pub(super) enum Next {
    /// The product is told something.
    Command(Actor, Body),
    /// An effect reaches its system; the number says how often it was tried.
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

pub(super) struct World<'a> {
    pub(super) plan: Plan,
    trace: Option<Trace<'a>>,
    random: u64,
    chance: Chance,
    pub(super) now: i64,
    queue: BTreeMap<(i64, u64), Next>,
    counter: u64,
    pub(super) product: Product,
    pub(super) systems: Vec<(&'static str, Box<dyn Model>)>,
    /// Answers of each system by idempotency key, with the document that was answered.
    answers: BTreeMap<(usize, String), (Text, u16, Value)>,
    statements: u64,
    /// Which system is away from when to when.
    outages: Vec<(usize, i64, i64)>,
    /// What clerks have decided on, or left.
    seen: BTreeSet<String>,
    pub(super) steps: u32,
    pub(super) crashes: u32,
    /// Master data is there; from now on the product may die.
    is_running: bool,
}

/// The bank's place among the systems.
const BANK: usize = 3;

/// Of so many seeds one is watched very closely.
const VERY_CLOSELY: u64 = 8;
/// At most so many decisions are in one commit.
const BATCH: usize = 6;

pub(super) fn clerk() -> Actor {
    let roles = vec![Role::Director, Role::Sales, Role::Warehouse, Role::Receivables, Role::Operations, Role::Admin];
    Actor { id: "clerk".into(), roles, limit: None }
}

impl<'a> World<'a> {
    pub(super) fn new(plan: Plan, trace: Option<Trace<'a>>) -> Self {
        let rates = vec![("GB".to_owned(), "standard".to_owned(), Decimal::from(20i64))];
        let systems: Vec<(&'static str, Box<dyn Model>)> = vec![
            ("tax", Box::new(Tax::new(rates, Vec::new()))),
            ("carrier", Box::new(Carrier::default())),
            ("erp", Box::new(Erp::default())),
            ("bank", Box::new(Bank::new(Currency::GBP))),
            ("wms-east", Box::new(Wms::new("EAST"))),
            ("wms-west", Box::new(Wms::new("WEST"))),
        ];
        Self {
            plan,
            trace,
            random: plan.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            chance: Chance { seed: plan.seed, faults: FaultProfile::MANY },
            now: START,
            queue: BTreeMap::new(),
            counter: 0,
            product: Product::new(if plan.seed.is_multiple_of(VERY_CLOSELY) { Watch::VeryClosely } else { Watch::Closely }),
            systems,
            answers: BTreeMap::new(),
            statements: 0,
            outages: Vec::new(),
            seen: BTreeSet::new(),
            steps: 0,
            crashes: 0,
            is_running: false,
        }
    }

    pub(super) fn failure(&self, what: impl std::fmt::Display) -> Failure {
        Failure { seed: self.plan.seed, at: Timestamp(self.now), what: what.to_string() }
    }

    /// Tells a step, if anybody listens.
    fn tell(&mut self, what: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace(Timestamp(self.now), what());
        }
    }

    /// A number from the seed, below another.
    pub(super) fn draw(&mut self, below: i64) -> i64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        i64::try_from((self.random >> 11) % below.max(1).unsigned_abs()).unwrap_or(0)
    }

    pub(super) fn at(&mut self, when: i64, next: Next) {
        self.counter += 1;
        self.queue.insert((when.max(self.now), self.counter), next);
    }

    /// Systems are away: those of the plan, or two for up to two days, as the seed says.
    pub(super) fn send_away(&mut self) {
        if let Some((names, hours)) = self.plan.away {
            let places = self.systems.iter().enumerate().filter(|(_, (name, _))| names.contains(name));
            self.outages = places.map(|(place, _)| (place, self.now, self.now + hours * HOUR)).collect();
            return;
        }
        for _ in 0..2 {
            let system = usize::try_from(self.draw(6)).unwrap_or(0);
            let begins = self.now + self.draw(4 * DAY);
            let lasts = self.draw(2 * DAY);
            self.outages.push((system, begins, begins + lasts));
        }
    }

    /// Something that must not be refused.
    pub(super) fn must(&mut self, body: Body, actor: &Actor) -> Result<Reply, Failure> {
        let told = self.decide(actor.clone(), body)?;
        told.map_err(|why| self.failure(format_args!("refused, and must not be: {why}")))
    }

    /// Decides. What comes of it is on disk with the next commit, and nobody outside hears of it before.
    fn decide(&mut self, actor: Actor, body: Body) -> Result<Result<Reply, trade::Refusal>, Failure> {
        let command = Command { at: Timestamp(self.now), actor, key: None, body, trace: None };
        let reply = self.product.decide(command).map_err(|what| self.failure(what))?;
        if self.product.uncommitted() >= BATCH || self.draw(3) == 0 {
            self.commit()?;
        }
        Ok(reply)
    }

    /// Commits what was decided, unless the product dies while it does.
    pub(super) fn commit(&mut self) -> Result<(), Failure> {
        if self.is_running && self.crashes < self.plan.crashes && self.product.uncommitted() > 0 {
            match self.draw(200) {
                // before the transaction is on disk: it never was
                0 => {
                    self.crash();
                    return Ok(());
                }
                // after it: nobody was answered, and no effect has left
                1 => {
                    self.product.commit().map_err(|what| self.failure(what))?;
                    self.crash();
                    return Ok(());
                }
                _ => {}
            }
        }
        for effect in self.product.commit().map_err(|what| self.failure(what))? {
            self.tell(|| format!("  effect {} {} {} is requested", effect.id, effect.capability, effect.route));
            self.call(effect.id, 0);
        }
        Ok(())
    }

    fn call(&mut self, id: EffectId, attempt: u32) {
        let wait = self.draw(60_000) + i64::from(attempt) * MINUTE;
        self.at(self.now + wait, Next::Call(id, attempt));
    }

    /// Takes one step after the other until nothing is left to do.
    pub(super) fn run(&mut self) -> Result<(), Failure> {
        self.is_running = true;
        loop {
            let Some(entry) = self.queue.first_entry() else {
                if self.product.uncommitted() == 0 {
                    return Ok(());
                }
                self.commit()?;
                continue;
            };
            let due = entry.key().0;
            if let Some(timer) = self.product.timers.first().cloned().filter(|timer| timer.due.0 <= due) {
                self.now = self.now.max(timer.due.0);
                self.product.timers.remove(&timer);
                self.tell(|| format!("timer of {:?}", timer.owner));
                let fired = self.decide(Actor::system(), Body::FireTimer { owner: timer.owner })?;
                fired.map_err(|why| self.failure(format_args!("a timer is refused: {why}")))?;
            } else {
                let next = entry.remove();
                self.now = self.now.max(due);
                self.step(next)?;
            }
            self.steps += 1;
            if self.steps >= MAX_STEPS {
                return Err(self.failure("this does not come to rest"));
            }
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

    fn step(&mut self, next: Next) -> Result<(), Failure> {
        match next {
            Next::Command(actor, body) => {
                let label = self.trace.is_some().then(|| tell_body(&body));
                // an order may be cancelled too late; goods that left have left
                let has_shipped = matches!(body, Body::WarehouseShipped(_));
                let told = self.decide(actor.clone(), body)?;
                self.tell(|| format!("{}: {} → {}", actor.id, label.unwrap_or_default(), outcome(&told)));
                match told {
                    Err(why) if has_shipped => Err(self.failure(format_args!("a shipment is refused: {why}"))),
                    Ok(Reply::NotBooked { why, .. }) => Err(self.failure(format_args!("a shipment is not booked: {why}"))),
                    _ => Ok(()),
                }
            }
            Next::Call(id, attempt) => self.deliver(id, attempt),
            Next::Act(system, action) => {
                let Some((name, model)) = self.systems.get_mut(system) else { return Ok(()) };
                let name = *name;
                let (messages, actions) = model.due(&action.name, self.now, &self.chance);
                self.tell(|| format!("{name} does {}", action.name));
                self.plan(system, actions);
                messages.iter().try_for_each(|message| self.report(name, message))
            }
            Next::Poll => self.poll(),
            Next::Clerks => self.clerks(),
            Next::Crash => {
                self.crash();
                Ok(())
            }
        }
    }

    /// Everything in memory is gone: who has no answer sends again, and what was not confirmed is delivered again.
    fn crash(&mut self) {
        self.crashes += 1;
        let (unanswered, unconfirmed) = self.product.crash();
        let position = self.product.journal.last().map_or(0, |entry| entry.position);
        self.tell(|| {
            let (lost, again) = (unanswered.len(), unconfirmed.len());
            format!(
                "CRASH at position {position}: {lost} commands have no answer and are sent again, as are {again} effects"
            )
        });
        for command in unanswered {
            let later = self.now + self.draw(10 * MINUTE);
            self.at(later, Next::Command(command.actor, command.body));
        }
        for id in unconfirmed {
            self.call(id, 0);
        }
    }

    fn plan(&mut self, system: usize, actions: Vec<Action>) {
        for action in actions {
            self.at(action.due, Next::Act(system, action));
        }
    }

    /// An effect reaches its system, perhaps for the second time; the answer may get lost, and may come twice.
    fn deliver(&mut self, id: EffectId, attempt: u32) -> Result<(), Failure> {
        let Some(AnyState::Effect(effect)) = self.product.states.get(&AnyKey::Effect(id)).cloned() else { return Ok(()) };
        if effect.dead.is_some() {
            return Ok(());
        }
        let Some((system, path)) = system_of(&effect) else {
            return Err(self.failure(format_args!("effect {id} has no warehouse order in its document")));
        };
        let outage = self.outages.iter().find(|(away, from, to)| *away == system && (*from..*to).contains(&self.now));
        if let Some((_, _, back)) = outage.copied() {
            self.tell(|| format!("effect {id} {} waits: the system is away", effect.capability));
            let again = back + self.draw(10 * MINUTE);
            self.at(again, Next::Call(id, attempt));
            return Ok(());
        }
        if self.draw(10) == 0 {
            self.tell(|| format!("effect {id} {} does not get there", effect.capability));
            self.call(id, attempt + 1);
            return Ok(());
        }
        let (status, answer) = self.request(system, &id.to_string(), &path, &effect)?;
        if self.draw(20) == 0 {
            self.tell(|| format!("effect {id} {}: the answer {status} gets lost", effect.capability));
            self.call(id, attempt + 1);
            return Ok(());
        }
        let body = if status < 300 {
            let response = feel::Value::from_json(&answer).ok().and_then(|value| value.as_context().cloned());
            Body::EffectSucceeded { effect: id, response: response.unwrap_or_default() }
        } else {
            Body::EffectFailed { effect: id, code: "rejected".into(), message: answer.to_string().into() }
        };
        if self.draw(20) == 0 {
            let later = self.now + self.draw(3_600_000);
            self.at(later, Next::Command(Actor::system(), body.clone()));
        }
        let taken = self.decide(Actor::system(), body)?;
        self.tell(|| format!("effect {id} {}: {status} → {}", effect.capability, outcome(&taken)));
        taken.map(drop).map_err(|why| self.failure(format_args!("an outcome is refused: {why}")))
    }

    fn request(&mut self, system: usize, key: &str, path: &str, effect: &Arc<Effect>) -> Result<(u16, Value), Failure> {
        if let Some((asked, status, body)) = self.answers.get(&(system, key.to_owned())) {
            if *asked != effect.document {
                return Err(self.failure(format_args!("{key} asks first for {asked} and then for {}", effect.document)));
            }
            return Ok((*status, body.clone()));
        }
        let document: Value = serde_json::from_str(&effect.document)
            .map_err(|error| self.failure(format_args!("the document of effect {key}: {error}")))?;
        let Some((_, model)) = self.systems.get_mut(system) else { return Err(self.failure("there is no such system")) };
        let answer = model.request(path, &document, self.now, &self.chance);
        self.plan(system, answer.actions);
        for (_, due) in answer.tell {
            let Some((_, bank)) = self.systems.get_mut(BANK) else { return Err(self.failure("there is no bank")) };
            let told = bank.request("/dues", &due, self.now, &self.chance);
            self.plan(BANK, told.actions);
        }
        self.answers.insert((system, key.to_owned()), (effect.document.clone(), answer.status, answer.body.clone()));
        Ok((answer.status, answer.body))
    }

    /// A warehouse reports: late, and perhaps twice.
    fn report(&mut self, who: &str, message: &Message) -> Result<(), Failure> {
        let Some(body) = body_of(message) else {
            return Err(self.failure(format_args!("{who} sends what cannot be read: {} {}", message.path, message.body)));
        };
        for _ in 0..1 + i64::from(self.draw(5) == 0) {
            let late = if self.draw(8) == 0 { 12 * HOUR } else { MINUTE };
            let when = self.now + self.draw(late);
            self.at(when, Next::Command(clerk(), body.clone()));
        }
        Ok(())
    }

    fn bank(&mut self, path: &str, query: &str) -> Value {
        self.systems.get_mut(BANK).and_then(|(_, bank)| bank.query(path, query)).unwrap_or_default()
    }

    fn poll(&mut self) -> Result<(), Failure> {
        let answer = self.bank("/statements", &format!("after={}", self.statements));
        let statements = answer["statements"].as_array().cloned().unwrap_or_default();
        for statement in &statements {
            let camt = statement["camt053"].as_str().unwrap_or_default();
            let read = documents::statements::read(camt.as_bytes(), "statement");
            if let Some(finding) = read.findings.first() {
                return Err(self.failure(format_args!("a statement of the bank: {finding}")));
            }
            for (_, document) in read.records {
                let reply = self.must(Body::ImportStatement(Box::new(document.clone())), &Actor::system())?;
                self.tell(|| format!("bank statement {} → {reply:?}", statement["id"]));
                if self.draw(4) == 0 {
                    self.must(Body::ImportStatement(Box::new(document)), &Actor::system())?;
                }
            }
            self.statements = statement["id"].as_u64().unwrap_or(self.statements);
        }
        // until everything else has come to rest and the last entry is in a statement
        let is_left = self.systems.get(BANK).is_some_and(|(_, bank)| bank.ledger()["not_in_statements"] != 0);
        if self.is_busy() || is_left || !statements.is_empty() {
            self.at(self.now + 6 * HOUR, Next::Poll);
        } else {
            // the bank goes on for ever: the world does not
            self.queue.retain(|_, next| !matches!(next, Next::Act(BANK, _)));
        }
        Ok(())
    }

    fn clerks(&mut self) -> Result<(), Failure> {
        let open: Vec<_> = self
            .product
            .states
            .iter()
            .filter_map(|(key, state)| match (key, state) {
                (AnyKey::Trade(Key::Exception(id)), AnyState::Trade(Aggregate::Exception(exception), _))
                    if exception.is_open() =>
                {
                    Some((*id, exception.clone()))
                }
                _ => None,
            })
            .collect();
        let label = |value: serde_json::Result<Value>| {
            value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
        };
        for (id, exception) in open {
            let name = id.to_string();
            if self.seen.contains(&name) {
                continue;
            }
            let kind = label(serde_json::to_value(exception.kind));
            let actions: Vec<String> = exception.actions.iter().map(|action| label(serde_json::to_value(action))).collect();
            let choice = crate::people::decide(self.plan.seed, &name, &kind, &actions);
            let action = choice.and_then(|(action, _)| serde_json::from_value(Value::from(action)).ok());
            let (Some((chosen, reason)), Some(action)) = (choice, action) else {
                self.seen.insert(name);
                continue;
            };
            let body =
                Body::ResolveException { exception: id, action, reason: reason.into(), details: feel::Context::default() };
            let told = self.decide(clerk(), body)?;
            self.tell(|| format!("a clerk decides on {name} {kind}: {chosen} → {}", outcome(&told)));
            if told.is_err() {
                self.seen.insert(name);
            }
        }
        if self.is_busy() {
            self.at(self.now + 2 * HOUR, Next::Clerks);
        }
        Ok(())
    }
}

fn outcome(told: &Result<Reply, trade::Refusal>) -> String {
    match told {
        Ok(Reply::Done) => "done".to_owned(),
        Ok(reply) => format!("{reply:?}"),
        Err(why) => format!("refused: {why}"),
    }
}

/// Which system carries an effect out, and under which path.
fn system_of(effect: &Effect) -> Option<(usize, String)> {
    Some(match (effect.capability.as_str(), effect.route.as_str()) {
        ("tax.quote", _) => (0, "/quotes".into()),
        ("tms.book", _) => (1, "/bookings".into()),
        ("tms.intercept", _) => (1, "/intercepts".into()),
        ("erp.post_invoice", _) => (2, "/postings".into()),
        (partition::POST_PAYMENT, _) => (2, "/payments".into()),
        (partition::CONTROL_ACCOUNT, _) => (2, "/control-account".into()),
        (capability, route) => {
            let system = if route == "EAST" { 4 } else { 5 };
            let document: Value = serde_json::from_str(&effect.document).ok()?;
            let id = document["warehouse_order"].as_str()?;
            let path = match capability {
                "wms.release" => "/releases".into(),
                "wms.redirect" => format!("/releases/{id}/redirections"),
                _ => format!("/releases/{id}/cancellations"),
            };
            (system, path)
        }
    })
}
