//! A partition with a store of its own, so that a test can tell a story and then hold the journal against the state.

#![allow(dead_code, reason = "each file of tests uses its own part of this")]

use std::collections::BTreeMap;

use engine::InstanceId;
use feel::Context as Variables;
use partition::{AnyKey, AnyState, Body, Command, Effect, Entry, Fold, Partition, Reply, Resource};
use std::sync::Arc;
use trade::account::Account;
use trade::billing::Invoice;
use trade::cash::{EntryDocument, Payment, StatementDocument};
use trade::exception::Exception;
use trade::fulfilment::ShipConfirm;
use trade::master::{Company, Item, Node, ShipTo};
use trade::order::{Order, Submission, SubmittedLine};
use trade::stock::Receipt;
use trade::{Actor, Aggregate, Key, LineNo, OrderId, PaymentId, Refusal, Role};
use units::{Amount, Calendar, Currency, Decimal, Quantity, Text, Timestamp};

#[path = "../common/disk.rs"]
mod disk;
use disk::Disk;

/// Monday, 2 March 2026, 10:00 UTC.
const START: i64 = 1_772_445_600_000;

/// A company with one warehouse, an account and an item X, and whatever a test makes of them.
pub(crate) struct Story {
    partition: Partition,
    pub(crate) disk: Disk,
    pub(crate) journal: Vec<Entry>,
    /// Effects in the order in which they were handed over for delivery.
    pub(crate) delivered: Vec<Arc<Effect>>,
    /// How often commands were decided until all that they need was there.
    pub(crate) passes: usize,
    now: i64,
}

impl Story {
    /// The master data, with systems that offer the capabilities.
    pub(crate) fn new(capabilities: &[&'static str]) -> Self {
        let capabilities = capabilities.iter().map(|name| Text::const_new(name));
        let mut story = Self {
            partition: Partition::new(0, capabilities),
            disk: Disk::default(),
            journal: Vec::new(),
            delivered: Vec::new(),
            passes: 0,
            now: START,
        };
        let company = Company {
            code: "CD".into(),
            country: "DE".into(),
            currency: Currency::EUR,
            calendar: Calendar::always(),
            nodes: vec![Node {
                id: "WH1".into(),
                tier: 1,
                calendar: Calendar::always(),
                cut_off: 24 * 60,
                ..Node::default()
            }],
            ..Company::default()
        };
        story.must(Body::PutCompany(Box::new(company)));
        let ten = Some(Decimal::from(10i64));
        let item = Item { id: "X".into(), base_uom: "EA".into(), list_price: ten, ..Item::default() };
        story.must(Body::PutItems(vec![item]));
        let ship_to = ShipTo {
            code: "MAIN".into(),
            name: "Acme".into(),
            street: "Street 1".into(),
            postcode: "10115".into(),
            city: "Berlin".into(),
            country: "DE".into(),
            ..ShipTo::default()
        };
        let profile =
            trade::account::Profile { name: "Acme".into(), tier: 3, ship_tos: vec![ship_to], ..Default::default() };
        story.must(Body::PutAccounts(vec![("ACME".into(), profile)]));
        story
    }

    /// Carries out a command a minute after the one before, loading what is missing as the runtime does.
    pub(crate) fn ask(&mut self, actor: &Actor, body: Body) -> Result<Reply, Refusal> {
        self.now += 60_000;
        let command = Command { at: Timestamp(self.now), actor: actor.clone(), key: None, body, trace: None };
        let decision = self.disk.decide(&mut self.partition, command);
        self.passes += decision.passes;
        self.delivered.extend(decision.effects);
        self.journal.extend(decision.entry);
        decision.reply
    }

    /// A command of the product itself that has to be carried out.
    pub(crate) fn must(&mut self, body: Body) -> Reply {
        self.ask(&Actor::system(), body).unwrap()
    }

    /// Deploys a process with these elements; messages that they refer to by `message` are named and correlated by order.
    pub(crate) fn deploy(&mut self, id: &str, elements: &str, message: Option<&str>) {
        let xml = process(id, elements, message);
        self.must(Body::Deploy(vec![Resource { name: format!("{id}.bpmn").into(), xml: xml.into() }]));
    }

    /// Starts a process by hand.
    pub(crate) fn start(&mut self, process: &str, variables: Variables) -> InstanceId {
        match self.must(Body::StartInstance { process: process.into(), variables }) {
            Reply::Instance(id) => id,
            other => panic!("{other:?}"),
        }
    }

    /// Receives an order of ten X.
    pub(crate) fn order(&mut self) -> OrderId {
        self.order_of(&[10])
    }

    /// Receives an order with a line of X for each quantity.
    pub(crate) fn order_of(&mut self, quantities: &[i64]) -> OrderId {
        let line = |quantity: &i64| SubmittedLine {
            item: "X".into(),
            quantity: Decimal::from(*quantity),
            price: Some(Decimal::from(10i64)),
            ..SubmittedLine::default()
        };
        let lines = quantities.iter().map(line).collect();
        let submission = Submission { account: "ACME".into(), lines, ..Submission::default() };
        match self.ask(&actor("shop", &[Role::Sales]), Body::ReceiveOrder(Box::new(submission))).unwrap() {
            Reply::Order(id) => id,
            other => panic!("{other:?}"),
        }
    }

    /// An order of ten X that has shipped and is not billed.
    pub(crate) fn shipped(&mut self) -> OrderId {
        let receipt = Receipt {
            item: "X".into(),
            node: "WH1".into(),
            quantity: Quantity(10),
            receipt: format!("R-{}", self.journal.len()).into(),
            document: None,
        };
        self.must(Body::ReceiveStock(receipt));
        let order = self.order();
        let steps = ["trade.validate", "trade.determine_tax", "trade.approve", "trade.promise", "trade.release"];
        self.run(order, &steps, Variables::default());
        let released = self.disk.states.values().find_map(|state| match state {
            AnyState::Trade(Aggregate::WarehouseOrder(released), _) if released.order == order => Some(released.id),
            _ => None,
        });
        let confirm = ShipConfirm {
            warehouse_order: released.unwrap(),
            reference: format!("S-{order}").into(),
            shipped_at: Timestamp(self.now),
            carrier: "DPD".into(),
            tracking: Text::default(),
            complete: true,
            sequence: None,
            lines: vec![(LineNo(1), Quantity(10))],
            ..ShipConfirm::default()
        };
        self.must(Body::WarehouseShipped(confirm));
        order
    }

    /// Runs trade tasks for an order, in a process of their own.
    pub(crate) fn run(&mut self, order: OrderId, tasks: &[&str], mut variables: Variables) {
        let tasks: Vec<(String, String)> =
            tasks.iter().enumerate().map(|(at, kind)| (format!("t{at}"), service_task(&format!("t{at}"), kind))).collect();
        let elements: Vec<(&str, &str)> = tasks.iter().map(|(id, task)| (id.as_str(), task.as_str())).collect();
        self.deploy("runs", &chain(&elements), None);
        variables.insert("orderId", feel::Value::from(order.to_string()));
        self.start("runs", variables);
    }

    /// Bills an order that has shipped; gives what was posted.
    pub(crate) fn bill(&mut self, order: OrderId) -> Vec<Arc<Invoice>> {
        self.run(order, &["trade.bill"], Variables::default());
        self.invoices().into_iter().filter(|invoice| invoice.order == order).collect()
    }

    pub(crate) fn invoices(&self) -> Vec<Arc<Invoice>> {
        let invoice = |state: &AnyState| match state {
            AnyState::Trade(Aggregate::Invoice(invoice), _) => Some(invoice.clone()),
            _ => None,
        };
        self.disk.states.values().filter_map(invoice).collect()
    }

    /// Imports a statement of one entry, and gives the payment.
    pub(crate) fn pay(&mut self, reference: &str, amount: i64, remittance: &str, reversal: bool) -> PaymentId {
        let entry = EntryDocument {
            bank_reference: reference.into(),
            value_date: "2026-03-03".parse().unwrap(),
            amount: Amount(amount),
            remittance: remittance.into(),
            reversal,
            ..EntryDocument::default()
        };
        let statement = StatementDocument {
            reference: format!("ST-{reference}").into(),
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            entries: vec![entry],
            ..StatementDocument::default()
        };
        self.must(Body::ImportStatement(Box::new(statement)));
        let payments = self.disk.states.keys().filter_map(|key| match key {
            AnyKey::Trade(Key::Payment(id)) => Some(*id),
            _ => None,
        });
        payments.max().unwrap()
    }

    pub(crate) fn payment(&self, id: PaymentId) -> Arc<Payment> {
        match self.disk.states.get(&AnyKey::Trade(Key::Payment(id))) {
            Some(AnyState::Trade(Aggregate::Payment(payment), _)) => payment.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn account(&self) -> Arc<Account> {
        match self.disk.states.get(&AnyKey::Trade(Key::Account("ACME".into()))) {
            Some(AnyState::Trade(Aggregate::Account(account), _)) => account.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn order_now(&self, id: OrderId) -> Arc<Order> {
        match self.disk.states.get(&AnyKey::Trade(Key::Order(id))) {
            Some(AnyState::Trade(Aggregate::Order(order), _)) => order.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// All exceptions, the oldest first.
    pub(crate) fn exceptions(&self) -> Vec<Arc<Exception>> {
        let exception = |state: &AnyState| match state {
            AnyState::Trade(Aggregate::Exception(exception), _) => Some(exception.clone()),
            _ => None,
        };
        self.disk.states.values().filter_map(exception).collect()
    }

    pub(crate) fn open_exceptions(&self) -> Vec<Arc<Exception>> {
        self.exceptions().into_iter().filter(|exception| exception.is_open()).collect()
    }

    /// The process instances that have not ended.
    pub(crate) fn instances(&self) -> Vec<Arc<engine::Instance>> {
        let instance = |state: &AnyState| match state {
            AnyState::Instance(instance) => Some(instance.clone()),
            _ => None,
        };
        self.disk.states.values().filter_map(instance).collect()
    }

    /// State is the fold of the journal, and timers are a function of it (design §3.1).
    pub(crate) fn check(&self) {
        let mut fold = Fold::new();
        self.journal.iter().for_each(|entry| fold.apply(entry).expect("numbered without gaps"));
        let folded: BTreeMap<&AnyKey, &AnyState> = fold.iter().collect();
        for (key, state) in &self.disk.states {
            assert_eq!(folded.get(key), Some(&state), "{key} differs from the fold of the journal");
        }
        assert_eq!(folded.len(), self.disk.states.len(), "the fold of the journal has more than is stored");
        assert_eq!(fold.timers(), self.disk.timers);
    }
}

/// Somebody with roles and without a limit.
pub(crate) fn actor(name: &str, roles: &[Role]) -> Actor {
    Actor { id: name.into(), roles: roles.to_vec(), limit: None }
}

/// Variables that are texts.
pub(crate) fn variables(of: &[(&str, &str)]) -> Variables {
    Variables::from_iter(of.iter().map(|(name, value)| (*name, feel::Value::from(*value))))
}

/// The XML of a process.
fn process(id: &str, elements: &str, message: Option<&str>) -> String {
    let message = message.map_or(String::new(), |name| {
        let found_by = r#"<bpmn:extensionElements><zeebe:subscription correlationKey="=orderId"/></bpmn:extensionElements>"#;
        format!(r#"<bpmn:message id="message" name="{name}">{found_by}</bpmn:message>"#)
    });
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="{id}-definitions" targetNamespace="test">
{message}<bpmn:process id="{id}" name="{id}" isExecutable="true">{elements}</bpmn:process>
</bpmn:definitions>"#
    )
}

/// Elements one after the other, each with its id, between a start and an end event.
pub(crate) fn chain(elements: &[(&str, &str)]) -> String {
    let mut xml = String::from(r#"<bpmn:startEvent id="start"/>"#);
    let mut before = "start";
    for (id, element) in elements.iter().copied().chain([("end", r#"<bpmn:endEvent id="end"/>"#)]) {
        xml += element;
        xml += &format!(r#"<bpmn:sequenceFlow id="to-{id}" sourceRef="{before}" targetRef="{id}"/>"#);
        before = id;
    }
    xml
}

/// A user task with this in its extension elements.
pub(crate) fn user_task(id: &str, extensions: &str) -> String {
    format!(
        r#"<bpmn:userTask id="{id}" name="{id}"><bpmn:extensionElements><zeebe:userTask/>{extensions}</bpmn:extensionElements></bpmn:userTask>"#
    )
}

/// A service task for jobs of a type.
pub(crate) fn service_task(id: &str, kind: &str) -> String {
    format!(
        r#"<bpmn:serviceTask id="{id}" name="{id}"><bpmn:extensionElements><zeebe:taskDefinition type="{kind}"/></bpmn:extensionElements></bpmn:serviceTask>"#
    )
}

/// The property that makes a user task an exception of a type.
pub(crate) fn asks_as(kind: &str) -> String {
    format!(r#"<zeebe:properties><zeebe:property name="crossdock:exception" value="{kind}"/></zeebe:properties>"#)
}
