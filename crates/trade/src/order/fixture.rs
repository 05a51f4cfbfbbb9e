//! A small company, an account and two items, and the way of an order through them, for the tests of this crate.

use std::sync::Arc;

use units::{Amount, Calendar, Currency, Decimal, Quantity, Text, Timestamp, UomFactor};

use super::{Order, OrderEvent, Submission, SubmittedLine, approve, promise, release};
use crate::account::{AccountEvent, Profile};
use crate::billing::{bill, deposit};
use crate::books::{Aggregate, Books, MemoryBooks, Stop};
use crate::cash::{self, EntryDocument, StatementDocument, match_manually};
use crate::context::{Actor, Context, Role};
use crate::fulfilment::{self, ShipConfirm};
use crate::ids::*;
use crate::master::{Company, CompanyEvent, Item, ItemEvent, Node, ShipTo};
use crate::stock::{self, Inbound, Receipt, Stock};

/// Monday, 2 March 2026, 10:00 UTC.
const START: i64 = 1_772_445_600_000;

/// The process engine, some minutes after the start.
pub(crate) fn at(minute: i64) -> Context {
    Context { now: Timestamp(START + minute * 60_000), actor: Actor::system() }
}

/// A person with every role of sales and credit, some minutes after the start.
pub(crate) fn clerk(name: &str, minute: i64) -> Context {
    let roles = vec![Role::Sales, Role::CreditClerk, Role::Director];
    Context { actor: Actor { id: name.into(), roles, limit: None }, ..at(minute) }
}

/// A line as it is submitted.
pub(crate) fn submitted(item: &str, quantity: &str) -> SubmittedLine {
    SubmittedLine { item: item.into(), quantity: quantity.parse().unwrap(), ..SubmittedLine::default() }
}

/// Ten of X at 10.00 and 19 % tax, shipped and billed.
pub(crate) fn billed() -> (Story, OrderId, InvoiceId) {
    billed_with(Order::default())
}

/// The same with the header discount, terms and the billing policy of another order; its deposit, if it has one, is asked for.
pub(crate) fn billed_with(other: Order) -> (Story, OrderId, InvoiceId) {
    let mut story = Story::new();
    story.stock("X", "WH1", 10);
    let id = story.receive(&story.submission()).unwrap();
    let order = Order { discount: other.discount, billing: other.billing, terms: other.terms, ..(*story.order(id)).clone() };
    story.books().record(&id, OrderEvent::Received(Box::new(order)));
    let rates = vec![(LineNo(1), Decimal::from(19i64))];
    story.books().record(
        &id,
        OrderEvent::TaxDetermined {
            rates,
            tax: Amount(1_900),
            degraded: false,
            scheme: Default::default(),
            basis: Default::default(),
        },
    );
    approve(story.books(), id, &at(1)).unwrap();
    deposit(story.books(), id, &at(1)).unwrap();
    promise(story.books(), id, &at(1)).unwrap();
    story.ship_everything(id);
    let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
    (story, id, invoice)
}

/// The books of a small company.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) books: MemoryBooks,
    pub(crate) ship_complete: bool,
    receipts: u32,
}

impl Story {
    pub(crate) fn new() -> Self {
        let mut story = Self { books: MemoryBooks::new(), ship_complete: false, receipts: 0 };
        let node = |id: &str, tier| Node {
            id: id.into(),
            tier,
            calendar: Calendar::always(),
            cut_off: 24 * 60,
            excluded_countries: vec!["KP".into()],
            ..Node::default()
        };
        let company = Company {
            code: "CD".into(),
            country: "DE".into(),
            currency: Currency::EUR,
            calendar: Calendar::always(),
            nodes: vec![node("WH1", 1), node("WH2", 1)],
            ..Company::default()
        };
        story.books().record(&Text::const_new(Company::KEY), CompanyEvent::Set(Box::new(company)));
        for code in ["X", "Y"] {
            let item = Item {
                id: code.into(),
                base_uom: "EA".into(),
                uoms: vec![("CS".into(), UomFactor { base: 12, per: 1 })],
                list_price: Some(Decimal::from(10i64)),
                ..Item::default()
            };
            story.books().record(&ItemId::from(code), ItemEvent::Set(Box::new(item)));
        }
        let profile = Profile { name: "Acme".into(), tier: 3, ship_tos: vec![ship_to("MAIN")], ..Profile::default() };
        let id = AccountId::from("ACME");
        story.books().record(&id, AccountEvent::ProfileSet { id: id.clone(), profile: Box::new(profile) });
        story
    }

    /// What was recorded since the last call.
    pub(crate) fn events(&mut self) -> Vec<crate::Event> {
        self.books.take_events()
    }

    pub(crate) fn books(&mut self) -> &mut (dyn Books + 'static) {
        &mut self.books
    }

    /// Ten of X for 10.00 each.
    pub(crate) fn submission(&self) -> Submission {
        Submission {
            account: "ACME".into(),
            ship_complete: Some(self.ship_complete),
            lines: vec![SubmittedLine { price: Some(Decimal::from(10i64)), ..submitted("X", "10") }],
            ..Submission::default()
        }
    }

    pub(crate) fn receive(&mut self, submission: &Submission) -> Result<OrderId, Stop> {
        let cx = clerk("shop", 0);
        let id = super::receive(self.books(), submission, &cx)?;
        // prices are another module's business: take what the customer expects
        let lines = self.order(id).lines.clone();
        for line in lines {
            let price = line.requested_price.unwrap_or(Decimal::from(10i64));
            let (rule, tax_category, applied) = ("test".into(), Text::default(), super::Applied::default());
            let event = super::OrderEvent::LinePriced { line: line.no, price, rule, tax_category, applied };
            self.books().record(&id, event);
        }
        Ok(id)
    }

    pub(crate) fn validate(&mut self, id: OrderId) {
        super::validate(self.books(), id, &at(0)).unwrap();
    }

    /// Receives, approves and promises an order.
    pub(crate) fn promised(&mut self, lines: &[(&str, i64)]) -> OrderId {
        let lines = lines.iter().map(|(item, quantity)| submitted(item, &quantity.to_string())).collect();
        let id = self.receive(&Submission { lines, ..self.submission() }).unwrap();
        approve(self.books(), id, &at(1)).unwrap();
        promise(self.books(), id, &at(1)).unwrap();
        id
    }

    /// Releases what is reserved, and ships it.
    pub(crate) fn ship_everything(&mut self, id: OrderId) {
        for released in release(self.books(), id, &at(2)).unwrap() {
            let lines = self.books().warehouse_order(&released).unwrap().unwrap().lines.clone();
            let lines: Vec<(u64, i64)> = lines.iter().map(|line| (line.line.0, line.outstanding().0)).collect();
            self.ship(released, &lines, &format!("S-{}", released.0));
        }
    }

    pub(crate) fn ship(&mut self, warehouse_order: WarehouseOrderId, lines: &[(u64, i64)], reference: &str) -> ShipmentId {
        let confirm = ShipConfirm {
            warehouse_order,
            reference: reference.into(),
            shipped_at: at(3).now,
            carrier: "DPD".into(),
            tracking: Text::default(),
            bill_of_lading: Default::default(),
            complete: false,
            sequence: None,
            lines: lines.iter().map(|(line, quantity)| (LineNo(*line), Quantity(*quantity))).collect(),
        };
        fulfilment::ship(self.books(), &confirm, &at(3)).unwrap().shipment
    }

    /// Money that comes with a bank statement of its own, and that a person applies to an invoice.
    pub(crate) fn pay(&mut self, invoice: InvoiceId, amount: i64) -> PaymentId {
        self.receipts += 1;
        let reference = Text::from(format!("B-{}", self.receipts));
        let entry = EntryDocument { bank_reference: reference.clone(), amount: Amount(amount), ..EntryDocument::default() };
        let statement = StatementDocument {
            reference,
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            entries: vec![entry],
            ..StatementDocument::default()
        };
        let id = cash::import(self.books(), &statement, &at(5)).unwrap().payments[0];
        match_manually(self.books(), id, &[(invoice, Amount(amount))], false, &at(5)).unwrap();
        id
    }

    pub(crate) fn stock(&mut self, item: &str, node: &str, quantity: i64) {
        self.receipts += 1;
        let receipt = Receipt {
            item: item.into(),
            node: node.into(),
            quantity: Quantity(quantity),
            receipt: self.receipts.to_string().into(),
            document: None,
        };
        stock::receive(self.books(), &receipt, &at(0)).unwrap();
    }

    pub(crate) fn announce(&mut self, item: &str, node: &str, quantity: i64, eta: &str) {
        self.receipts += 1;
        let document = Text::from(format!("PO-{}", self.receipts));
        let inbound = Inbound { document, quantity: Quantity(quantity), eta: eta.parse().unwrap() };
        stock::announce(self.books(), &StockKey::new(&item.into(), &node.into()), &inbound, &at(0)).unwrap();
    }

    pub(crate) fn set_policy(&mut self, change: impl FnOnce(&mut crate::master::Policy)) {
        let key = Text::const_new(Company::KEY);
        let mut company = (*self.books().company(&key).unwrap().unwrap()).clone();
        change(&mut company.policy);
        self.books().record(&key, CompanyEvent::Set(Box::new(company)));
    }

    pub(crate) fn set_item(&mut self, id: &str, change: impl FnOnce(&mut Item)) {
        let id = ItemId::from(id);
        let mut item = (*self.books().item(&id).unwrap().unwrap()).clone();
        change(&mut item);
        self.books().record(&id, ItemEvent::Set(Box::new(item)));
    }

    pub(crate) fn order(&mut self, id: OrderId) -> Arc<Order> {
        self.books().order(&id).unwrap().unwrap()
    }

    pub(crate) fn stock_of(&mut self, item: &str, node: &str) -> Arc<Stock> {
        self.books().stock(&StockKey::new(&item.into(), &node.into())).unwrap().unwrap()
    }

    /// What the account's exposure counts as open orders.
    pub(crate) fn open_orders(&mut self) -> Amount {
        self.books().account(&"ACME".into()).unwrap().unwrap().ledger.open_orders
    }

    /// Every invariant of every aggregate, and reservations against allocations.
    pub(crate) fn check(&self) {
        for (key, aggregate) in self.books.iter() {
            match aggregate {
                Aggregate::Order(order) => super::check(order).unwrap_or_else(|what| panic!("{key}: {what}")),
                Aggregate::Stock(stock) => stock::check(stock).unwrap_or_else(|what| panic!("{key}: {what}")),
                _ => {}
            }
        }
        let report = crate::reconcile::check(self.books.iter(), None);
        assert!(report.breaks.is_empty(), "{:#?}", report.breaks);
    }
}

fn ship_to(code: &str) -> ShipTo {
    ShipTo {
        code: code.into(),
        name: "Acme".into(),
        street: "Street 1".into(),
        postcode: "10115".into(),
        city: "Berlin".into(),
        country: "DE".into(),
        ..ShipTo::default()
    }
}
