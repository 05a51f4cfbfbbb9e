//! How a world begins: processes, master data, stock, the orders of two days, and when the product will die.

use partition::{Body, DependencyChange, Resource};
use serde_json::{Value, json};
use trade::account::Profile;
use trade::master::{AfterWait, BillingPolicy, Period, ShipTo, Together};
use trade::order::{Cancellation, Change, Submission, SubmittedLine};
use trade::stock::{Count, Receipt};
use trade::{Actor, InvoiceId, LineNo, OrderId, PaymentId, Role};
use units::{Decimal, Quantity};

use super::Failure;
use super::world::{Next, World, clerk};
use crate::model::{DAY, HOUR};

const ITEMS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];
const ACCOUNTS: i64 = 8;
/// The account that pays for [`PAID_FOR`], from whose bank account its money comes as well.
const PAYER: i64 = 3;
const PAID_FOR: i64 = 7;

/// What is sent instead of an item: at once, or when the customer has been asked; one for one, or three for two.
fn substitutes(id: &str) -> Value {
    match id {
        "A" => json!([{ "item": "F", "consent": "notify" }]),
        "B" => json!([{ "item": "E", "units": 3, "of": 2, "consent": "notify", "price": "lower_of" }, { "item": "F" }]),
        "C" => json!([{ "item": "D", "units": 2 }]),
        _ => json!([]),
    }
}

impl World<'_> {
    pub(super) fn prepare(&mut self, processes: &[Resource]) -> Result<(), Failure> {
        let admin = Actor::system();
        self.must(Body::Deploy(processes.to_vec()), &admin)?;
        self.master_data(&admin)?;
        self.stock(&admin)?;
        self.commit()?;
        self.orders();
        self.second_thoughts();
        self.counts();
        self.new_version(processes);
        self.send_away();
        self.outage();
        for _ in 0..3 {
            let when = self.now + self.draw(6 * DAY);
            self.at(when, Next::Crash);
        }
        self.at(self.now + HOUR, Next::Poll);
        self.at(self.now + HOUR, Next::Clerks);
        Ok(())
    }

    fn master_data(&mut self, admin: &Actor) -> Result<(), Failure> {
        let company = json!({ "code": "SIM", "country": "GB", "currency": "GBP", "nodes": [{ "id": "EAST" }, { "id": "WEST" }],
            "policy": { "atp": { "reservation_fence_days": 2 }, "credit": { "unapplied": "all", "horizon_days": 2, "source": "erp", "outage": "pass_small", "outage_floor": 10_000 } },
            "taxes": [{ "jurisdiction": "GB", "category": "standard", "rate": "20" }] });
        for (_, company) in documents::master::read_company(company.to_string().as_bytes(), "c").records {
            self.must(Body::PutCompany(Box::new(company)), admin)?;
        }
        let items: Vec<Value> =
            ITEMS.iter().map(|id| json!({ "id": id, "list_price": "9.90", "tax_category": "standard", "min_split_value": if *id == "D" { json!(5_000) } else { json!(null) },
                "substitutes": substitutes(id) })).collect();
        let items = documents::master::read_items(Value::from(items).to_string().as_bytes(), "i").records;
        self.must(Body::PutItems(items.into_iter().map(|(_, item)| item).collect()), admin)?;
        let accounts: Vec<Value> = (0..ACCOUNTS)
            .map(|number| {
                let limit = if number == 0 { 30_000 } else { 100_000_000 };
                // the last one is paid for by another, and one has a certificate that has run out
                let bank = |number: i64| format!("GB00CUST{:0>12}", format!("C{number}"));
                let (payer, banks) = match number {
                    PAYER => (Value::Null, vec![bank(PAYER), bank(PAID_FOR)]),
                    PAID_FOR => (Value::from(format!("C{PAYER}")), Vec::new()),
                    _ => (Value::Null, vec![bank(number)]),
                };
                let expired = json!([{ "number": "EX-1", "until": "2020-12-31", "verified": true }]);
                let certificates = if number == 2 { expired } else { json!([]) };
                json!({ "id": format!("C{number}"), "name": format!("Customer {number}"), "tier": 1 + number % 5, "credit_limit": limit,
                    "bank_accounts": banks, "payer": payer, "certificates": certificates,
                    "ship_tos": [{ "code": "M", "name": "x", "street": "1", "postcode": "1", "city": "London", "country": "GB" }] })
            })
            .collect();
        let accounts = documents::master::read_accounts(Value::from(accounts).to_string().as_bytes(), "a").records;
        let accounts = accounts.into_iter().enumerate().map(|(at, (_, (id, profile)))| {
            let billing = match at % 8 {
                1 => BillingPolicy::Deposit { percent: Decimal::from(30i64) },
                2 => BillingPolicy::ON_COMPLETE,
                3 => BillingPolicy::OnComplete { max_wait_days: Some(2), then: AfterWait::Ask },
                4 => BillingPolicy::OnComplete { max_wait_days: Some(2), then: AfterWait::PerShipment },
                5 => BillingPolicy::Consolidated { every: Period::Week, per: Together::Account },
                6 => BillingPolicy::OnOrder,
                _ => BillingPolicy::PerShipment,
            };
            (id, Profile { billing, ..profile })
        });
        self.must(Body::PutAccounts(accounts.collect()), admin)?;
        Ok(())
    }

    /// Orders are changed at any stage, invoices credited, payments taken off what they were applied to.
    fn second_thoughts(&mut self) {
        let below = i64::try_from(self.plan.orders).unwrap_or(i64::MAX);
        for _ in 0..8 {
            let order = OrderId(1 + self.draw(below).unsigned_abs());
            let change = Change { quantities: vec![(LineNo(1), Quantity(self.draw(15)))], ..Change::default() };
            let when = self.now + self.draw(5 * DAY);
            self.at(when, Next::Command(clerk(), Body::ChangeOrder { order, change: Box::new(change) }));
        }
        for policy in [BillingPolicy::PerShipment, BillingPolicy::ON_COMPLETE] {
            let order = OrderId(1 + self.draw(below).unsigned_abs());
            let change = Change { billing: Some(policy), ..Change::default() };
            let when = self.now + self.draw(5 * DAY);
            self.at(when, Next::Command(clerk(), Body::ChangeOrder { order, change: Box::new(change) }));
        }
        for street in ["2", "3", "4", "5"] {
            let order = OrderId(1 + self.draw(below).unsigned_abs());
            let ship_to = ShipTo {
                code: "N".into(),
                name: "x".into(),
                street: street.into(),
                postcode: "2".into(),
                city: "Leeds".into(),
                country: "GB".into(),
                ..ShipTo::default()
            };
            let change = Change { ship_to: Some(ship_to), ..Change::default() };
            let when = self.now + self.draw(5 * DAY);
            self.at(when, Next::Command(clerk(), Body::ChangeOrder { order, change: Box::new(change) }));
        }
        for _ in 0..4 {
            let invoice = InvoiceId(1 + self.draw(below).unsigned_abs());
            let payment = PaymentId(1 + self.draw(below).unsigned_abs());
            let credit = Body::CreditInvoice { invoice, lines: Vec::new(), reason: "goodwill".into(), order: None };
            let back = Body::UnapplyPayment { payment, invoice, reason: "wrong invoice".into() };
            for body in [credit, back] {
                let when = self.now + DAY + self.draw(9 * DAY);
                self.at(when, Next::Command(clerk(), body));
            }
        }
    }

    /// Shelves are counted, and sometimes less is found than was promised.
    fn counts(&mut self) {
        for number in 0..4 {
            let item = ITEMS.get(usize::try_from(self.draw(6)).unwrap_or(0)).copied().unwrap_or("A");
            let node = if self.draw(2) == 0 { "EAST" } else { "WEST" };
            let count = Count {
                item: item.into(),
                node: node.into(),
                on_hand: Quantity(self.draw(90)),
                unavailable: Quantity(0),
                document: format!("COUNT-{number}").into(),
                reason: "cycle count".into(),
            };
            let when = self.now + self.draw(5 * DAY);
            self.at(when, Next::Command(clerk(), Body::CountStock(count)));
        }
    }

    /// The processes are deployed again in other words: what runs goes on with the version that it began on.
    fn new_version(&mut self, processes: &[Resource]) {
        let reworded =
            |resource: &Resource| Resource { xml: format!("{}<!-- again -->", resource.xml).into(), ..resource.clone() };
        let when = self.now + self.draw(2 * DAY);
        self.at(when, Next::Command(Actor::system(), Body::Deploy(processes.iter().map(reworded).collect())));
    }

    /// The system that limits come from is down for some hours, and credit is decided without it.
    fn outage(&mut self) {
        let begins = self.now + self.draw(2 * DAY);
        let ends = begins + HOUR + self.draw(12 * HOUR);
        let down = DependencyChange::Degraded { cause: "503".into() };
        for (when, change) in [(begins, down), (ends, DependencyChange::Recovered { backlog: 0 })] {
            self.at(when, Next::Command(Actor::system(), Body::NoteDependency { system: "erp".into(), change }));
        }
    }

    fn stock(&mut self, admin: &Actor) -> Result<(), Failure> {
        for item in ITEMS {
            for node in ["EAST", "WEST"] {
                let opening = 60 + self.draw(120);
                let receipt = |receipt: &str, quantity: i64| Receipt {
                    item: item.into(),
                    node: node.into(),
                    quantity: Quantity(quantity),
                    receipt: receipt.into(),
                    document: None,
                };
                self.must(Body::ReceiveStock(receipt("opening", opening)), admin)?;
                let later = self.now + DAY * (1 + self.draw(4));
                self.at(later, Next::Command(admin.clone(), Body::ReceiveStock(receipt("supply", 150))));
            }
        }
        Ok(())
    }

    fn orders(&mut self) {
        for number in 0..self.plan.orders {
            let count = 1 + self.draw(4);
            let mut lines = Vec::new();
            for _ in 0..count {
                let item = ITEMS.get(usize::try_from(self.draw(6)).unwrap_or(0)).copied().unwrap_or("A");
                let quantity = Decimal::from(1 + self.draw(12));
                let price = if self.draw(20) == 0 { "8.00" } else { "9.90" };
                lines.push(SubmittedLine {
                    item: item.into(),
                    quantity,
                    price: price.parse().ok(),
                    ..SubmittedLine::default()
                });
            }
            let start = self.now;
            // some say in how many parts they come, some until when they are collected, some want their goods much later
            let in_days = |days: i64| units::Timestamp(start + days * DAY).day();
            let submission = Submission {
                account: format!("C{}", self.draw(ACCOUNTS)).as_str().into(),
                purchase_order: format!("PO-{number}").into(),
                lines,
                max_backorders: u16::try_from(self.draw(12)).ok().filter(|parts| *parts < 3),
                consolidate_until: (self.draw(8) == 0).then(|| in_days(3)),
                requested: (self.draw(8) == 0).then(|| in_days(6)),
                ..Submission::default()
            };
            let arrives = self.now + self.draw(2 * DAY);
            let shop = Actor { id: "shop".into(), roles: vec![Role::Sales], limit: None };
            self.at(arrives, Next::Command(shop, Body::ReceiveOrder(Box::new(submission))));
            if self.draw(10) == 0 {
                let below = i64::try_from(self.plan.orders).unwrap_or(i64::MAX);
                let order = OrderId(1 + self.draw(below).unsigned_abs());
                let cancellation = Cancellation { lines: Vec::new(), reason: "changed mind".into() };
                self.at(arrives + 6 * HOUR, Next::Command(clerk(), Body::CancelOrder { order, cancellation }));
            }
        }
    }
}
