//! Whole orders, from received to matched: every outside round trip is answered in the process, each committed before and
//! after.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use feel::{Context as Variables, Value};
use partition::{Body, CAPABILITIES, Effect, POST_PAYMENT, Reply};
use runtime::{Answer, EffectSink, Handle, Options, Request, Runtime, SystemClock};
use serde::Deserialize;
use trade::account::Profile;
use trade::cash::{EntryDocument, StatementDocument};
use trade::fulfilment::ShipConfirm;
use trade::master::{Company, Item, Node, ShipTo, TaxRate};
use trade::order::{Submission, SubmittedLine};
use trade::stock::Receipt;
use trade::{AccountId, Actor, ItemId, LineNo, NodeId, WarehouseOrderId};
use units::{Amount, Currency, Decimal, Quantity, Text, Timestamp, Uom};

use super::{Latency, Report, measure};
use crate::processes;

const ITEMS: u64 = 1_000;
const ACCOUNTS: u64 = 500;

/// All the other systems in one: answers at once, and nothing else.
struct World {
    handle: OnceLock<Handle>,
    total: u64,
    lines: u64,
    /// Warehouses take orders and do nothing with them.
    stays_open: bool,
    submitted: AtomicU64,
    finished: AtomicU64,
    began: Mutex<HashMap<u64, Instant>>,
    latencies: Mutex<Vec<u64>>,
    problem: Mutex<Option<String>>,
    done: SyncSender<()>,
}

#[derive(Deserialize)]
struct Quote {
    lines: Vec<QuoteLine>,
    freight: Decimal,
}

#[derive(Deserialize)]
struct QuoteLine {
    line: u64,
    net: Decimal,
}

#[derive(Deserialize)]
struct Release {
    warehouse_order: WarehouseOrderId,
    lines: Vec<ReleaseLine>,
}

#[derive(Deserialize, Clone)]
struct ReleaseLine {
    line: u64,
    quantity: i64,
}

#[derive(Deserialize)]
struct Posting {
    number: String,
    gross: Decimal,
    account: String,
}

impl World {
    fn ask(self: &Arc<Self>, body: Body, then: impl FnOnce(&Arc<Self>, Reply) + Send + 'static) {
        let Some(handle) = self.handle.get() else { return };
        let world = self.clone();
        handle.submit(Request::new(Actor::system(), body), move |answer| match answer {
            Answer::Done { reply, .. } => then(&world, reply),
            other => world.stop(format!("{other:?}")),
        });
    }

    fn stop(&self, problem: String) {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(problem);
        // the run may have been ended already
        let _ = self.done.try_send(());
    }

    fn submit_one(self: &Arc<Self>) {
        let number = self.submitted.fetch_add(1, Ordering::Relaxed);
        if number >= self.total {
            return;
        }
        let began = Instant::now();
        self.ask(Body::ReceiveOrder(Box::new(submission(number, self.lines))), move |world, reply| {
            if let Reply::Order(order) = reply {
                world.began.lock().unwrap_or_else(PoisonError::into_inner).insert(order.0, began);
            }
        });
    }

    fn answer(self: &Arc<Self>, effect: &Effect) -> serde_json::Result<()> {
        let id = effect.id;
        let succeed = |response: Variables| Body::EffectSucceeded { effect: id, response };
        match effect.capability.as_str() {
            "tax.quote" => {
                let quote: Quote = serde_json::from_str(&effect.document)?;
                self.ask(succeed(tax(&quote)), |_, _| {});
            }
            "wms.release" => {
                let release: Release = serde_json::from_str(&effect.document)?;
                let order = effect.order.map_or(0, |order| order.0);
                self.ask(succeed(Variables::default()), move |world, _| {
                    if world.stays_open {
                        return world.matched(order);
                    }
                    world.ask(Body::WarehouseAcknowledged(release.warehouse_order), move |world, _| world.pick(release));
                });
            }
            "tms.book" => {
                let booking = [("carrier", "road"), ("service", "standard"), ("reference", "BK-1"), ("cost", "7.50")];
                let response = Variables::from_iter(booking.map(|(name, value)| (name, Value::from(value))));
                self.ask(succeed(response), |_, _| {});
            }
            "erp.post_invoice" => {
                let posting: Posting = serde_json::from_str(&effect.document)?;
                let order = effect.order.map_or(0, |order| order.0);
                let response = Variables::from_iter([("reference", Value::from("ERP-1"))]);
                self.ask(succeed(response), move |world, _| world.pay(&posting, order));
            }
            _ => self.ask(succeed(Variables::default()), |_, _| {}),
        }
        Ok(())
    }

    fn pick(self: &Arc<Self>, release: Release) {
        let lines = release.lines.iter().map(|line| (LineNo(line.line), Quantity(line.quantity))).collect();
        let picked = Body::WarehousePicked { warehouse_order: release.warehouse_order, lines, complete: true };
        self.ask(picked, move |world, _| {
            let confirm = ShipConfirm {
                warehouse_order: release.warehouse_order,
                reference: release.warehouse_order.to_string().into(),
                shipped_at: Timestamp(0),
                carrier: Text::const_new("road"),
                tracking: Text::default(),
                bill_of_lading: Default::default(),
                complete: true,
                sequence: None,
                lines: release.lines.iter().map(|line| (LineNo(line.line), Quantity(line.quantity))).collect(),
            };
            world.ask(Body::WarehouseShipped(confirm), |_, _| {});
        });
    }

    fn pay(self: &Arc<Self>, posting: &Posting, order: u64) {
        let amount = Amount::from_decimal(posting.gross, Currency::EUR, units::Rounding::HalfUp).unwrap_or_default();
        let entry = EntryDocument {
            bank_reference: posting.number.as_str().into(),
            amount,
            payer_account: format!("IBAN{}", posting.account).into(),
            references: vec![posting.number.as_str().into()],
            ..EntryDocument::default()
        };
        let statement = StatementDocument {
            reference: posting.number.as_str().into(),
            bank_account: Text::const_new("BANK"),
            currency: Currency::EUR,
            entries: vec![entry],
            ..StatementDocument::default()
        };
        self.ask(Body::ImportStatement(Box::new(statement)), move |world, _| world.matched(order));
    }

    /// An order is where it shall get to.
    fn matched(self: &Arc<Self>, order: u64) {
        // of an order that two warehouses serve the first one counts
        let Some(began) = self.began.lock().unwrap_or_else(PoisonError::into_inner).remove(&order) else { return };
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.latencies.lock().unwrap_or_else(PoisonError::into_inner).push(micros);
        self.submit_one();
        if self.finished.fetch_add(1, Ordering::Relaxed) + 1 == self.total {
            let _ = self.done.try_send(());
        }
    }
}

fn tax(quote: &Quote) -> Variables {
    let twenty = Decimal::new(2, 1);
    let net = quote.lines.iter().fold(quote.freight, |sum, line| sum + line.net);
    let rates: Vec<Value> = quote
        .lines
        .iter()
        .map(|line| {
            let line = i64::try_from(line.line).unwrap_or_default();
            Value::from(Variables::from_iter([("line", Value::from(line)), ("rate", Value::from(20i64))]))
        })
        .collect();
    let tax = (net * twenty).round(2, units::Rounding::HalfUp);
    Variables::from_iter([("rates", Value::from(rates)), ("tax", Value::from(tax))])
}

struct Sink(Arc<World>);

impl EffectSink for Sink {
    fn deliver(&self, effects: Vec<Arc<Effect>>) {
        for effect in effects {
            if let Err(error) = self.0.answer(&effect) {
                self.0.stop(format!("{}: {error}", effect.capability));
            }
        }
    }
}

fn submission(number: u64, lines: u64) -> Submission {
    let lines = (0..lines).map(|line| SubmittedLine {
        item: format!("ITEM{:04}", (number * 7 + line * 131) % ITEMS).into(),
        quantity: Decimal::from(1 + (number + line) % 5),
        ..SubmittedLine::default()
    });
    Submission {
        account: AccountId::from(format!("C{:04}", number % ACCOUNTS)),
        purchase_order: format!("PO-{number}").into(),
        lines: lines.collect(),
        ..Submission::default()
    }
}

/// Master data and enough stock for every order.
fn master(orders: u64, lines: u64) -> Vec<Body> {
    let each = i64::try_from(orders * lines * 5 / ITEMS + 100).unwrap_or(i64::MAX);
    let days = |days| [(Text::const_new("*"), days)].into();
    let node = |id: &'static str| Node {
        id: NodeId::from(id),
        name: Text::const_new(id),
        tier: 1,
        cut_off: 1_439,
        transit_days: days(2),
        ..Node::default()
    };
    let company = Company {
        name: Text::const_new("Bench"),
        code: Text::const_new("B"),
        country: Text::const_new("DE"),
        currency: Currency::EUR,
        nodes: vec![node("EAST"), node("WEST")],
        taxes: vec![TaxRate {
            jurisdiction: Text::const_new("DE"),
            category: Text::const_new("standard"),
            rate: Decimal::from(20i64),
            from: None,
        }],
        ..Company::default()
    };
    let items = (0..ITEMS).map(|item| Item {
        id: ItemId::from(format!("ITEM{item:04}")),
        description: format!("Item {item}").into(),
        base_uom: Uom::from("EA"),
        list_price: Some(Decimal::new(i128::from(100 + item), 2)),
        tax_category: Text::const_new("standard"),
        weight_grams: 500,
        ..Item::default()
    });
    let accounts = (0..ACCOUNTS).map(|account| {
        let id = AccountId::from(format!("C{account:04}"));
        let ship_to = ShipTo {
            code: Text::const_new("1"),
            name: Text::const_new("Shop"),
            street: Text::const_new("Market 1"),
            postcode: Text::const_new("10115"),
            city: Text::const_new("Berlin"),
            country: Text::const_new("DE"),
            ..ShipTo::default()
        };
        let profile = Profile {
            name: format!("Customer {account}").into(),
            tier: 3,
            ship_tos: vec![ship_to],
            bank_accounts: vec![format!("IBAN{id}").into()],
            ..Profile::default()
        };
        (id, profile)
    });
    let mut bodies = vec![
        Body::PutCompany(Box::new(company)),
        Body::PutItems(items.collect()),
        Body::PutAccounts(accounts.collect()),
        Body::Deploy(processes::shipped()),
    ];
    for item in 0..ITEMS {
        let node = if item % 2 == 0 { "EAST" } else { "WEST" };
        bodies.push(Body::ReceiveStock(Receipt {
            item: ItemId::from(format!("ITEM{item:04}")),
            node: NodeId::from(node),
            quantity: Quantity(each),
            receipt: format!("opening-{item}").into(),
            document: None,
        }));
    }
    bodies
}

/// What is at work: a partition, and the world around it.
struct Stage {
    runtime: Runtime,
    world: Arc<World>,
    finished: Receiver<()>,
}

impl Stage {
    fn set(folder: &Path, orders: u64, lines: u64, stays_open: bool) -> anyhow::Result<Self> {
        let store = store::Sqlite::open(folder)?;
        let (done, finished) = std::sync::mpsc::sync_channel(2);
        let world = Arc::new(World {
            handle: OnceLock::new(),
            total: orders,
            lines,
            stays_open,
            submitted: AtomicU64::new(0),
            finished: AtomicU64::new(0),
            began: Mutex::default(),
            latencies: Mutex::default(),
            problem: Mutex::default(),
            done,
        });
        let capabilities = CAPABILITIES.into_iter().chain([POST_PAYMENT]).map(Text::const_new).collect();
        let options = Options { capabilities, ..Options::default() };
        let runtime = Runtime::start(Box::new(store), options, Arc::new(Sink(world.clone())), Arc::new(SystemClock))?;
        let handle = runtime.handle();
        for body in master(orders, lines) {
            let answer = handle.ask_blocking(Request::new(Actor::system(), body));
            answer.into_reply().map_err(|why| anyhow::anyhow!("set up: {why}"))?;
        }
        world.handle.set(handle).map_err(|_| anyhow::anyhow!("the run is started once"))?;
        Ok(Self { runtime, world, finished })
    }

    /// Takes all orders as far as they go.
    fn play(&self, inflight: u64) -> anyhow::Result<()> {
        for _ in 0..inflight.min(self.world.total) {
            self.world.submit_one();
        }
        self.finished.recv()?;
        match self.world.problem.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(problem) => anyhow::bail!("the run stopped: {problem}"),
            None => Ok(()),
        }
    }
}

/// Orders that wait in the warehouses.
pub(super) struct Open {
    pub(super) orders: u64,
    pub(super) rss_mib: u64,
}

/// Fills a store with open orders.
pub(super) fn open(folder: &Path, orders: u64, lines: u64, inflight: u64) -> anyhow::Result<Open> {
    let stage = Stage::set(folder, orders, lines, true)?;
    stage.play(inflight)?;
    let rss_mib = measure::rss_mib(std::process::id());
    stage.runtime.shutdown();
    Ok(Open { orders, rss_mib })
}

pub(super) fn run(folder: &Path, orders: u64, lines: u64, inflight: u64) -> anyhow::Result<Report> {
    let stage = Stage::set(folder, orders, lines, false)?;
    let handle = stage.runtime.handle();
    let empty = measure::bytes_in(folder);
    let cpu = measure::cpu_seconds();
    let before = (handle.progress().entries(), handle.progress().commits());
    let began = Instant::now();
    stage.play(inflight)?;
    let seconds = began.elapsed().as_secs_f64();
    let cpu = measure::cpu_seconds() - cpu;
    let entries = handle.progress().entries() - before.0;
    let commits = handle.progress().commits() - before.1;
    let peak_rss_mib = measure::peak_rss_mib();
    stage.runtime.shutdown();
    let mut latencies = stage.world.latencies.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Report {
        workload: "order-to-cash",
        orders_per_second: Some(orders as f64 / seconds),
        steps_per_second: entries as f64 / seconds,
        latency_ms: Latency {
            p50: measure::percentile(&mut latencies, 0.5),
            p99: measure::percentile(&mut latencies, 0.99),
        },
        cpu_seconds_per_1000: cpu * 1_000.0 / orders as f64,
        bytes_per_order: measure::bytes_in(folder).saturating_sub(empty) / orders.max(1),
        peak_rss_mib,
        commits,
        mean_batch: entries as f64 / commits.max(1) as f64,
        ..Report::default()
    })
}
