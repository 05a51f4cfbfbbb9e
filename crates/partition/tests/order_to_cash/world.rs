//! A partition with the shipped processes, two warehouses and one customer. Systems answer at once, and do what they are asked for.

use std::collections::VecDeque;
use std::sync::Arc;

use feel::{Context as Variables, Value};
use partition::{AnyKey, AnyState, Body, Command, Effect, Partition, Reply, Resource, TimerOwner};
use trade::account::Profile;
use trade::cash::{EntryDocument, StatementDocument};
use trade::exception::{Action, Exception, ExceptionKind};
use trade::fulfilment::ShipConfirm;
use trade::master::{BillingPolicy, Company, Item, Node, Policy, ShipTo};
use trade::order::{Order, Submission, SubmittedLine};
use trade::stock::Receipt;
use trade::*;
use units::{Amount, Calendar, Currency, Quantity, Timestamp};

/// Monday, 2 March 2026, 10:00 UTC.
#[path = "../common/disk.rs"]
mod disk;
use disk::Disk;

const START: i64 = 1_772_445_600_000;

pub(crate) struct World {
    partition: Partition,
    pub(crate) disk: Disk,
    effects: VecDeque<Arc<Effect>>,
    /// Capability and document of every effect.
    pub(crate) asked: Vec<(String, String)>,
    /// What nobody answers, and what was asked of it.
    pub(crate) down: Option<&'static str>,
    pub(crate) held: Vec<Arc<Effect>>,
    /// What the carrier says that a booking costs.
    pub(crate) freight: [&'static str; 2],
    now: i64,
    shipments: u32,
}

fn person() -> Actor {
    let roles = vec![Role::Director, Role::Sales, Role::Warehouse, Role::Receivables, Role::Operations, Role::Admin];
    Actor { id: "ann".into(), roles, limit: None }
}

fn processes() -> Vec<Resource> {
    let shipped: &[(&str, &str)] = include!("../../../../processes/shipped.rs");
    shipped.iter().map(|(name, xml)| Resource { name: (*name).into(), xml: (*xml).into() }).collect()
}

impl World {
    /// With `redirects` the warehouses can be asked for another address, and the carrier to stop what is on its way.
    pub(crate) fn new(redirects: bool) -> Self {
        let capabilities = partition::CAPABILITIES.iter().copied().chain([partition::POST_PAYMENT]);
        let capabilities = capabilities.chain(redirects.then_some(["wms.redirect", "tms.intercept"]).into_iter().flatten());
        let mut world = Self {
            partition: Partition::new(0, capabilities.map(Into::into)),
            disk: Disk::default(),
            effects: VecDeque::new(),
            asked: Vec::new(),
            down: None,
            held: Vec::new(),
            freight: ["5.00", "EUR"],
            now: START,
            shipments: 0,
        };
        world.tell(Body::Deploy(processes()));
        let node = |id: &str| Node { id: id.into(), calendar: Calendar::always(), cut_off: 1_440, ..Node::default() };
        let company = Company {
            code: "CD".into(),
            country: "DE".into(),
            currency: Currency::EUR,
            calendar: Calendar::always(),
            nodes: vec![node("EAST"), node("WEST")],
            ..Company::default()
        };
        world.tell(Body::PutCompany(Box::new(company)));
        let item = |id: &str| Item {
            id: id.into(),
            base_uom: "EA".into(),
            list_price: "10".parse().ok(),
            tax_category: "standard".into(),
            ..Item::default()
        };
        world.tell(Body::PutItems(vec![item("X"), item("Y")]));
        let ship_to = ShipTo {
            code: "M".into(),
            name: "Acme".into(),
            street: "Street 1".into(),
            postcode: "10115".into(),
            city: "Berlin".into(),
            country: "DE".into(),
            ..ShipTo::default()
        };
        let profile = Profile {
            name: "Acme".into(),
            tier: 3,
            ship_tos: vec![ship_to],
            bank_accounts: vec!["DE02".into()],
            ..Profile::default()
        };
        world.tell(Body::PutAccounts(vec![("ACME".into(), profile)]));
        world
    }

    /// Carries a command out, and lets every system answer until nothing is asked any more.
    pub(crate) fn ask(&mut self, actor: Actor, body: Body) -> Result<Reply, Refusal> {
        let reply = self.decide(actor, body);
        while let Some(effect) = self.effects.pop_front() {
            if self.down == Some(effect.capability.as_str()) {
                self.held.push(effect);
                continue;
            }
            self.asked.push((effect.capability.to_string(), effect.document.to_string()));
            let answer = match effect.capability.as_str() {
                "tax.quote" => Body::EffectFailed { effect: effect.id, code: "rejected".into(), message: "no".into() },
                "tms.book" => {
                    let [cost, currency] = self.freight;
                    let said = [("carrier", "DPD"), ("reference", "B"), ("cost", cost), ("currency", currency)];
                    succeeded(&effect, &said)
                }
                _ => succeeded(&effect, &[("reference", "E")]),
            };
            self.decide(Actor::system(), answer).unwrap();
        }
        reply
    }

    /// A person gives a command that must not be refused.
    pub(crate) fn tell(&mut self, body: Body) -> Reply {
        self.ask(person(), body).unwrap()
    }

    /// As [`Self::tell`], for what may be refused.
    pub(crate) fn try_to(&mut self, body: Body) -> Result<Reply, Refusal> {
        self.ask(person(), body)
    }

    /// Time passes.
    pub(crate) fn pass(&mut self, millis: i64) {
        self.now += millis;
    }

    /// Units at a node that are there and promised to nobody.
    pub(crate) fn available(&self, item: &str, node: &str) -> Quantity {
        match self.disk.states.get(&AnyKey::Trade(Key::Stock(StockKey::new(&item.into(), &node.into())))) {
            Some(AnyState::Trade(Aggregate::Stock(stock), _)) => stock.available_to_sell(),
            other => panic!("{other:?}"),
        }
    }

    /// As [`Self::tell`], by another person.
    pub(crate) fn tell_by(&mut self, name: &str, body: Body) -> Reply {
        self.ask(Actor { id: name.into(), ..person() }, body).unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now)
    }

    fn decide(&mut self, actor: Actor, body: Body) -> Result<Reply, Refusal> {
        self.now += 60_000;
        let command = Command { at: Timestamp(self.now), actor, key: None, body, trace: None };
        let decision = self.disk.decide(&mut self.partition, command);
        self.effects.extend(decision.effects);
        decision.reply
    }

    pub(crate) fn stock(&mut self, item: &str, node: &str, quantity: i64) {
        self.shipments += 1;
        self.tell(Body::ReceiveStock(Receipt {
            item: item.into(),
            node: node.into(),
            quantity: Quantity(quantity),
            receipt: format!("R{}", self.shipments).into(),
            document: None,
        }));
    }

    /// Changes what the company decides in general.
    pub(crate) fn set_policy(&mut self, change: impl FnOnce(&mut Policy)) {
        let key = AnyKey::Trade(Key::Company(Company::KEY.into()));
        let Some(AnyState::Trade(Aggregate::Company(company), _)) = self.disk.states.get(&key) else { panic!("a company") };
        let mut company = Company::clone(company);
        change(&mut company.policy);
        self.tell(Body::PutCompany(Box::new(company)));
    }

    /// Changes what is agreed with the customer.
    pub(crate) fn set_profile(&mut self, change: impl FnOnce(&mut Profile)) {
        let key = AnyKey::Trade(Key::Account("ACME".into()));
        let Some(AnyState::Trade(Aggregate::Account(account), _)) = self.disk.states.get(&key) else { panic!("ACME") };
        let mut profile = account.profile.clone();
        change(&mut profile);
        self.tell(Body::PutAccounts(vec![("ACME".into(), profile)]));
    }

    /// Receives an order of items at 10.00 each.
    pub(crate) fn order(&mut self, lines: &[(&str, i64)], billing: BillingPolicy) -> OrderId {
        self.order_with(lines, Submission { billing: Some(billing), ..Submission::default() })
    }

    /// The same with whatever else an order may say.
    pub(crate) fn order_with(&mut self, lines: &[(&str, i64)], other: Submission) -> OrderId {
        self.try_order(lines, other).unwrap()
    }

    /// The same for an order that may be refused.
    pub(crate) fn try_order(&mut self, lines: &[(&str, i64)], other: Submission) -> Result<OrderId, Refusal> {
        let line = |(item, quantity): &(&str, i64)| SubmittedLine {
            item: (*item).into(),
            quantity: (*quantity).into(),
            ..SubmittedLine::default()
        };
        let submission = Submission { account: "ACME".into(), lines: lines.iter().map(line).collect(), ..other };
        // whoever decides on it later is somebody else
        let shop = Actor { id: "shop".into(), roles: vec![Role::Sales], limit: None };
        match self.ask(shop, Body::ReceiveOrder(Box::new(submission)))? {
            Reply::Order(id) => Ok(id),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn state(&self, id: OrderId) -> Arc<Order> {
        match self.disk.states.get(&AnyKey::Trade(Key::Order(id))) {
            Some(AnyState::Trade(Aggregate::Order(order), _)) => order.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// A warehouse acknowledges, picks and ships units of the lines of a release.
    pub(crate) fn ship(&mut self, id: WarehouseOrderId, lines: &[(u64, i64)]) -> ShipmentId {
        let lines: Vec<_> = lines.iter().map(|(line, units)| (LineNo(*line), Quantity(*units))).collect();
        self.tell(Body::WarehouseAcknowledged(id));
        self.tell(Body::WarehousePicked { warehouse_order: id, lines: lines.clone(), complete: true });
        self.shipments += 1;
        let confirm = ShipConfirm {
            warehouse_order: id,
            reference: format!("S{}", self.shipments).into(),
            shipped_at: Timestamp(self.now),
            lines,
            ..ShipConfirm::default()
        };
        match self.tell(Body::WarehouseShipped(confirm)) {
            Reply::Shipment(id) => id,
            other => panic!("{other:?}"),
        }
    }

    /// The instance of a process that runs; the last one of several.
    pub(crate) fn instance(&self, process: &str) -> engine::InstanceId {
        let running = self.disk.states.values().filter_map(|state| match state {
            AnyState::Instance(instance) if instance.process_id() == process => Some(instance.id()),
            _ => None,
        });
        running.max().unwrap()
    }

    /// The open exceptions of a type.
    pub(crate) fn open(&self, kind: ExceptionKind) -> Vec<Arc<Exception>> {
        let exceptions = self.disk.states.values().filter_map(|state| match state {
            AnyState::Trade(Aggregate::Exception(exception), _) => Some(exception.clone()),
            _ => None,
        });
        exceptions.filter(|exception| exception.is_open() && exception.kind == kind).collect()
    }

    /// A person decides on the one open exception of a type.
    pub(crate) fn resolve(&mut self, kind: ExceptionKind, action: Action) {
        let open = self.open(kind);
        assert_eq!(open.len(), 1, "{open:?}");
        let (exception, reason) = (open[0].id, "decided".into());
        self.tell(Body::ResolveException { exception, action, reason, details: Variables::default() });
    }

    /// The clock of an order that waits to be billed runs out; false if none runs.
    pub(crate) fn let_billing_wait_end(&mut self, id: OrderId) -> bool {
        self.let_end(TimerOwner::Billing(id))
    }

    /// The clock of an order that is to be looked at again runs out; false if none runs.
    pub(crate) fn let_review_wait_end(&mut self, id: OrderId) -> bool {
        self.let_end(TimerOwner::Review(id))
    }

    /// The clock of somebody runs out; false if none runs.
    pub(crate) fn let_end(&mut self, owner: TimerOwner) -> bool {
        let Some(timer) = self.disk.timers.iter().find(|timer| timer.owner == owner).cloned() else { return false };
        self.disk.timers.remove(&timer);
        self.now = self.now.max(timer.due.0);
        self.tell(Body::FireTimer { owner });
        true
    }

    /// Money comes in with a statement of its own.
    pub(crate) fn pay(&mut self, amount: i64, remittance: &str) -> PaymentId {
        self.shipments += 1;
        let entry = EntryDocument {
            bank_reference: format!("B{}", self.shipments).into(),
            value_date: Timestamp(self.now).day(),
            amount: Amount(amount),
            payer_account: "DE02".into(),
            remittance: remittance.into(),
            ..EntryDocument::default()
        };
        let statement = StatementDocument {
            reference: format!("ST{}", self.shipments).into(),
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            entries: vec![entry],
            ..StatementDocument::default()
        };
        match self.tell(Body::ImportStatement(Box::new(statement))) {
            Reply::Statement { payments, .. } => payments[0],
            other => panic!("{other:?}"),
        }
    }

    /// How many instances of a process run.
    pub(crate) fn running(&self, process: &str) -> usize {
        let is_one = |state: &&AnyState| matches!(state, AnyState::Instance(known) if known.process_id() == process);
        self.disk.states.values().filter(is_one).count()
    }

    /// How often a capability was asked for.
    pub(crate) fn asked(&self, capability: &str) -> usize {
        self.asked.iter().filter(|(asked, _)| asked == capability).count()
    }

    /// Records agree, whatever has happened.
    pub(crate) fn check(&self) {
        let trade = self.disk.states.iter().filter_map(|(key, state)| match (key, state) {
            (AnyKey::Trade(key), AnyState::Trade(aggregate, _)) => Some((key, aggregate)),
            _ => None,
        });
        let report = trade::reconcile::check(trade, None);
        assert!(report.breaks.is_empty(), "{:#?}", report.breaks);
    }
}

fn succeeded(effect: &Effect, answer: &[(&str, &str)]) -> Body {
    let response = answer.iter().map(|(name, value)| (*name, Value::from(*value)));
    Body::EffectSucceeded { effect: effect.id, response: Variables::from_iter(response) }
}
