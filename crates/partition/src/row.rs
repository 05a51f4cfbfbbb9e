//! How state is kept: one row per aggregate, with the columns that queries need.

use serde::{Deserialize, Serialize};
use trade::{Aggregate, Key, Kind};
use units::Text;

use crate::key::{AnyKey, AnyState, Trigger};

/// A table: a kind of aggregate. Names and codes are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// A kind of the trade core; table names are those of [`Kind::name`].
    Trade(Kind),
    /// Process instances.
    Instance,
    /// Messages and their receivers.
    Correlation,
    /// The outbox.
    Effect,
    /// Deployed versions.
    Definition,
    /// Latest versions.
    Latest,
    /// Operations on many instances.
    Batch,
    /// The instances of batches.
    BatchPart,
    /// When processes begin by themselves.
    Schedule,
    /// Systems that others run.
    Dependency,
    /// People who may use the product.
    User,
    /// Programs that may use the product.
    Client,
    /// Where events are sent.
    Webhook,
    /// Jobs that wait for workers.
    Job,
    /// Which processes messages and signals begin.
    Begins,
    /// Drafts of processes, decision models and forms.
    Draft,
    /// What people look at again and again.
    SavedViews,
}

/// The key of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RowKey {
    /// What we number ourselves.
    Number(u64),
    /// What others name, or what is made of several parts; parts are separated by U+001F.
    Text(String),
}

/// A row to write. The columns beside `data` serve queries only; an unused one is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// The state, encoded.
    pub data: Vec<u8>,
    /// What a list filters by first: status of an order, an exception, a payment …
    pub status: Option<Text>,
    /// Account number.
    pub account: Option<Text>,
    /// The document it belongs to: order number of a shipment, item of a stock …
    pub parent: Option<Text>,
    /// A second name: purchase order number, legal number, type of an exception, capability of an effect.
    pub label: Option<Text>,
    /// When it began, in milliseconds since 1970.
    pub at: Option<i64>,
    /// When it is due, in milliseconds since 1970. For an order, the day of [`trade::order::Order::next_due`]; for a warehouse order, when it
    /// was released, until it is over.
    pub due: Option<i64>,
    /// Money, in minor units.
    pub amount: Option<i64>,
    /// What else a list filters by: whether the ERP has booked an invoice, see [`booked`]; whether units of a warehouse order were dropped,
    /// see [`SHORT`].
    pub mark: Option<Text>,
}

/// A query column of [`Row`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// See [`Row::status`].
    Status,
    /// See [`Row::account`].
    Account,
    /// See [`Row::parent`].
    Parent,
    /// See [`Row::label`].
    Label,
    /// See [`Row::at`].
    At,
    /// See [`Row::due`].
    Due,
    /// See [`Row::amount`]: for the order of a list, never to filter by.
    Amount,
    /// See [`Row::mark`].
    Mark,
}

/// Why stored bytes could not be read.
#[derive(Debug, thiserror::Error)]
#[error("read {table} {key:?}: {source}")]
pub struct DecodeError {
    /// The table.
    pub table: &'static str,
    /// The row.
    pub key: String,
    /// What the decoder said.
    pub source: rmp_serde::decode::Error,
}

impl Table {
    /// All tables.
    pub fn all() -> impl Iterator<Item = Self> {
        let others = [
            Self::Instance,
            Self::Correlation,
            Self::Effect,
            Self::Definition,
            Self::Latest,
            Self::Batch,
            Self::BatchPart,
            Self::Schedule,
            Self::Dependency,
            Self::User,
            Self::Client,
            Self::Webhook,
            Self::Job,
            Self::Begins,
            Self::Draft,
            Self::SavedViews,
        ];
        Kind::ALL.iter().map(|kind| Self::Trade(*kind)).chain(others)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trade(kind) => kind.name(),
            Self::Instance => "instance",
            Self::Correlation => "correlation",
            Self::Effect => "effect",
            Self::Definition => "definition",
            Self::Latest => "latest",
            Self::Batch => "batch",
            Self::BatchPart => "batch_part",
            Self::Schedule => "schedule",
            Self::Dependency => "dependency",
            Self::User => "user",
            Self::Client => "client",
            Self::Webhook => "webhook",
            Self::Job => "job",
            Self::Begins => "begins",
            Self::Draft => "draft",
            Self::SavedViews => "saved_views",
        }
    }

    /// Whether its keys are numbers; else they are texts.
    pub fn is_numbered(self) -> bool {
        match self {
            Self::Trade(kind) => !matches!(
                kind,
                Kind::Stock
                    | Kind::Account
                    | Kind::Series
                    | Kind::Statement
                    | Kind::Item
                    | Kind::PriceBook
                    | Kind::Quote
                    | Kind::Company
                    | Kind::Reference
                    | Kind::Counters
                    | Kind::Reconciliation
            ),
            Self::Instance | Self::Batch | Self::Draft => true,
            Self::Effect
            | Self::Correlation
            | Self::Definition
            | Self::Latest
            | Self::BatchPart
            | Self::Schedule
            | Self::Dependency
            | Self::User
            | Self::Client
            | Self::Webhook
            | Self::Job
            | Self::Begins
            | Self::SavedViews => false,
        }
    }

    /// Whether later rows have greater keys, so that a list can show the newest first.
    pub fn is_chronological(self) -> bool {
        self.is_numbered() || matches!(self, Self::Effect | Self::Job)
    }

    /// What has an index, which every write of these columns pays for: a column that lists filter by; one of numbers that they are put in
    /// order by; and both, for a list that is filtered and in order.
    pub fn indexes(self) -> &'static [&'static [Column]] {
        use Column::{Account, Amount, Due, Label, Mark, Parent, Status};
        match self {
            Self::Trade(Kind::Order) => {
                &[&[Status], &[Account], &[Due], &[Amount], &[Status, Due], &[Status, Amount], &[Account, Amount]]
            }
            Self::Trade(Kind::Stock) => &[&[Parent]],
            Self::Trade(Kind::WarehouseOrder) => {
                &[&[Parent], &[Label], &[Status], &[Due], &[Mark], &[Label, Status], &[Label, Due], &[Label, Mark]]
            }
            Self::Trade(Kind::Shipment) => &[&[Parent]],
            Self::Trade(Kind::Invoice) => &[
                &[Account],
                &[Label],
                &[Status],
                &[Mark],
                &[Amount],
                &[Due],
                &[Account, Amount],
                &[Account, Due],
                &[Mark, Amount],
                &[Mark, Due],
            ],
            Self::Trade(Kind::Payment) => &[&[Status], &[Account]],
            Self::Trade(Kind::Exception) => &[
                &[Status],
                &[Parent],
                &[Label],
                &[Amount],
                &[Due],
                &[Status, Amount],
                &[Status, Due],
                &[Label, Amount],
                &[Label, Due],
            ],
            Self::Trade(Kind::ReturnRequest) => &[&[Status]],
            Self::Instance => &[&[Parent]],
            Self::Effect => &[&[Status]],
            // the label is the turn of a job that waits
            Self::Job => &[&[Label], &[Parent]],
            Self::Draft => &[&[Status]],
            _ => &[],
        }
    }
}

/// [`Row::mark`] of a warehouse order of which units were dropped.
pub const SHORT: Text = Text::const_new("short");

/// [`Row::mark`] of an invoice that the ERP has booked, or has not.
pub fn booked(booked: bool) -> Text {
    Text::const_new(if booked { "booked" } else { "unbooked" })
}

fn active(disabled: bool) -> Text {
    Text::const_new(if disabled { "disabled" } else { "active" })
}

fn joined(parts: &[&str]) -> RowKey {
    RowKey::Text(parts.join("\u{1f}"))
}

impl AnyKey {
    /// The table and row of this key.
    pub fn row(&self) -> (Table, RowKey) {
        let table = match self {
            Self::Trade(key) => Table::Trade(key.kind()),
            Self::Instance(_) => Table::Instance,
            Self::Correlation(_) => Table::Correlation,
            Self::Effect(_) => Table::Effect,
            Self::Definition(_) => Table::Definition,
            Self::Latest(_) => Table::Latest,
            Self::Batch(_) => Table::Batch,
            Self::BatchPart(..) => Table::BatchPart,
            Self::Schedule(_) => Table::Schedule,
            Self::Dependency(_) => Table::Dependency,
            Self::User(_) => Table::User,
            Self::Client(_) => Table::Client,
            Self::Webhook(_) => Table::Webhook,
            Self::Job(_) => Table::Job,
            Self::Begins(_) => Table::Begins,
            Self::Draft(_) => Table::Draft,
            Self::SavedViews(_) => Table::SavedViews,
        };
        let key = match self {
            Self::Trade(Key::Order(id)) => RowKey::Number(id.0),
            Self::Trade(Key::WarehouseOrder(id)) => RowKey::Number(id.0),
            Self::Trade(Key::Shipment(id)) => RowKey::Number(id.0),
            Self::Trade(Key::Invoice(id)) => RowKey::Number(id.0),
            Self::Trade(Key::Payment(id)) => RowKey::Number(id.0),
            Self::Trade(Key::ReturnRequest(id)) => RowKey::Number(id.0),
            Self::Trade(Key::Exception(id)) => RowKey::Number(id.0),
            Self::Trade(Key::Stock(stock)) => joined(&[stock.item.as_str(), stock.node.as_str()]),
            Self::Trade(Key::Statement(reference) | Key::Reference(reference)) => {
                joined(&[&reference.within, &reference.reference])
            }
            Self::Trade(Key::Account(id)) => joined(&[id.as_str()]),
            Self::Trade(Key::Item(id)) => joined(&[id.as_str()]),
            Self::Trade(
                Key::Series(id)
                | Key::PriceBook(id)
                | Key::Quote(id)
                | Key::Company(id)
                | Key::Counters(id)
                | Key::Reconciliation(id),
            ) => joined(&[id]),
            Self::Instance(id) => RowKey::Number(id.0),
            Self::Effect(id) => RowKey::Text(id.row()),
            Self::Job(id) => RowKey::Text(id.row()),
            Self::Correlation(key) => RowKey::Text(key.row()),
            Self::Begins(Trigger::Message(name)) => joined(&["message", name]),
            Self::Begins(Trigger::Signal(name)) => joined(&["signal", name]),
            Self::Definition(id) => RowKey::Text(format!("{}\u{1f}{}", id.id, id.version)),
            Self::Latest(id)
            | Self::Schedule(id)
            | Self::Dependency(id)
            | Self::User(id)
            | Self::Client(id)
            | Self::Webhook(id)
            | Self::SavedViews(id) => joined(&[id]),
            Self::Batch(id) => RowKey::Number(id.0),
            Self::Draft(id) => RowKey::Number(id.0),
            // with leading zeros, so that the parts of a batch are found in their order
            Self::BatchPart(id, part) => RowKey::Text(format!("{id}\u{1f}{part:06}")),
        };
        (table, key)
    }
}

impl AnyKey {
    /// The key of an aggregate of the trade core, from where its row is; `None` for a row that no such key leads to.
    pub fn of_trade_row(table: Table, row: &RowKey) -> Option<Key> {
        use trade::{Reference, StockKey};
        let Table::Trade(kind) = table else { return None };
        Some(match (kind, row) {
            (Kind::Order, RowKey::Number(id)) => Key::Order(trade::OrderId(*id)),
            (Kind::WarehouseOrder, RowKey::Number(id)) => Key::WarehouseOrder(trade::WarehouseOrderId(*id)),
            (Kind::Shipment, RowKey::Number(id)) => Key::Shipment(trade::ShipmentId(*id)),
            (Kind::Invoice, RowKey::Number(id)) => Key::Invoice(trade::InvoiceId(*id)),
            (Kind::Payment, RowKey::Number(id)) => Key::Payment(trade::PaymentId(*id)),
            (Kind::ReturnRequest, RowKey::Number(id)) => Key::ReturnRequest(trade::ReturnId(*id)),
            (Kind::Exception, RowKey::Number(id)) => Key::Exception(trade::ExceptionId(*id)),
            (Kind::Stock, RowKey::Text(text)) => {
                let (item, node) = text.split_once('\u{1f}')?;
                Key::Stock(StockKey { item: item.into(), node: node.into() })
            }
            (Kind::Statement | Kind::Reference, RowKey::Text(text)) => {
                let (within, reference) = text.split_once('\u{1f}')?;
                let reference = Reference { within: within.into(), reference: reference.into() };
                if kind == Kind::Statement { Key::Statement(reference) } else { Key::Reference(reference) }
            }
            (Kind::Account, RowKey::Text(text)) => Key::Account(text.as_str().into()),
            (Kind::Item, RowKey::Text(text)) => Key::Item(text.as_str().into()),
            (Kind::Series, RowKey::Text(text)) => Key::Series(text.as_str().into()),
            (Kind::PriceBook, RowKey::Text(text)) => Key::PriceBook(text.as_str().into()),
            (Kind::Quote, RowKey::Text(text)) => Key::Quote(text.as_str().into()),
            (Kind::Company, RowKey::Text(text)) => Key::Company(text.as_str().into()),
            (Kind::Counters, RowKey::Text(text)) => Key::Counters(text.as_str().into()),
            (Kind::Reconciliation, RowKey::Text(text)) => Key::Reconciliation(text.as_str().into()),
            _ => return None,
        })
    }
}

impl AnyState {
    /// The state as bytes: MessagePack, structures as arrays, so that fields may be appended and never reordered.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        let written = match self {
            Self::Trade(state, count) => {
                let counted = rmp_serde::encode::write(&mut bytes, count);
                counted.and_then(|()| rmp_serde::encode::write(&mut bytes, state))
            }
            Self::Instance(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Correlation(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Effect(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Definition(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Latest(state) => rmp_serde::encode::write(&mut bytes, state),
            Self::Batch(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::BatchPart(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Schedule(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Dependency(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::User(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Client(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Webhook(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Job(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Begins(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::Draft(state) => rmp_serde::encode::write(&mut bytes, &**state),
            Self::SavedViews(state) => rmp_serde::encode::write(&mut bytes, &**state),
        };
        written.expect("writing to memory does not fail, and every state serialises");
        bytes
    }

    /// Reads the state of a table's row.
    pub fn decode(table: Table, key: &RowKey, bytes: &[u8]) -> Result<Self, DecodeError> {
        use std::sync::Arc;
        let decoded = match table {
            Table::Trade(kind) => {
                let mut from = rmp_serde::Deserializer::new(bytes);
                u64::deserialize(&mut from).and_then(|count| Ok(Self::Trade(kind.deserialize(&mut from)?, count)))
            }
            Table::Instance => rmp_serde::from_slice(bytes).map(|state| Self::Instance(Arc::new(state))),
            Table::Correlation => rmp_serde::from_slice(bytes).map(|state| Self::Correlation(Arc::new(state))),
            Table::Effect => rmp_serde::from_slice(bytes).map(|state| Self::Effect(Arc::new(state))),
            Table::Definition => rmp_serde::from_slice(bytes).map(|state| Self::Definition(Arc::new(state))),
            Table::Latest => rmp_serde::from_slice(bytes).map(Self::Latest),
            Table::Batch => rmp_serde::from_slice(bytes).map(|state| Self::Batch(Arc::new(state))),
            Table::BatchPart => rmp_serde::from_slice(bytes).map(|state| Self::BatchPart(Arc::new(state))),
            Table::Schedule => rmp_serde::from_slice(bytes).map(|state| Self::Schedule(Arc::new(state))),
            Table::Dependency => rmp_serde::from_slice(bytes).map(|state| Self::Dependency(Arc::new(state))),
            Table::User => rmp_serde::from_slice(bytes).map(|state| Self::User(Arc::new(state))),
            Table::Client => rmp_serde::from_slice(bytes).map(|state| Self::Client(Arc::new(state))),
            Table::Webhook => rmp_serde::from_slice(bytes).map(|state| Self::Webhook(Arc::new(state))),
            Table::Job => rmp_serde::from_slice(bytes).map(|state| Self::Job(Arc::new(state))),
            Table::Begins => rmp_serde::from_slice(bytes).map(|state| Self::Begins(Arc::new(state))),
            Table::Draft => rmp_serde::from_slice(bytes).map(|state| Self::Draft(Arc::new(state))),
            Table::SavedViews => rmp_serde::from_slice(bytes).map(|state| Self::SavedViews(Arc::new(state))),
        };
        decoded.map_err(|source| DecodeError { table: table.name(), key: format!("{key:?}"), source })
    }

    /// The row to write.
    pub fn to_row(&self, key: &AnyKey) -> Row {
        let mut row = Row { data: self.encode(), ..Row::default() };
        self.fill(key, &mut row);
        row
    }

    fn fill(&self, key: &AnyKey, row: &mut Row) {
        use std::fmt::Write;
        fn text(value: impl std::fmt::Display) -> Option<Text> {
            let mut text = Text::default();
            write!(text, "{value}").ok()?;
            Some(text)
        }
        fn label(value: &impl Serialize) -> Option<Text> {
            // a unit variant's name as it is in JSON, without the quotes
            let json = serde_json::to_string(value).ok()?;
            Some(json.trim_matches('"').into())
        }
        match self {
            Self::Trade(Aggregate::Order(order), _) => {
                row.status = label(&order.status());
                row.account = Some(order.account.0.clone());
                row.label = Some(order.purchase_order.clone());
                row.at = Some(order.received_at.0);
                row.due = order.next_due().map(|day| day.start().0);
                row.amount = Some(trade::order::net(order).0);
            }
            Self::Trade(Aggregate::Stock(stock), _) => {
                if let AnyKey::Trade(Key::Stock(key)) = key {
                    row.parent = Some(key.item.0.clone());
                    row.label = Some(key.node.0.clone());
                }
                row.amount = Some(stock.available_to_sell().0);
            }
            Self::Trade(Aggregate::Account(account), _) => {
                row.label = Some(account.profile.name.clone());
                row.amount = Some(account.ledger.receivable().0);
            }
            Self::Trade(Aggregate::WarehouseOrder(order), _) => {
                row.status = label(&order.progress);
                row.parent = text(order.order);
                row.label = Some(order.node.0.clone());
                row.at = Some(order.released_at.0);
                row.due = (!order.is_done()).then_some(order.released_at.0);
                row.mark = order.lines.iter().any(|line| line.dropped.is_positive()).then_some(SHORT);
            }
            Self::Trade(Aggregate::Shipment(shipment), _) => {
                row.parent = text(shipment.order);
                row.label = Some(shipment.reference.clone());
                row.at = Some(shipment.shipped_at.0);
            }
            Self::Trade(Aggregate::Invoice(invoice), _) => {
                row.status = label(&invoice.kind);
                row.parent = text(invoice.order);
                row.account = Some(invoice.account.0.clone());
                row.label = Some(invoice.number.clone());
                row.at = Some(invoice.posted_at.0);
                row.due = Some(invoice.due.start().0);
                row.amount = Some(invoice.gross.0);
                row.mark = Some(booked(invoice.erp_reference.is_some()));
            }
            Self::Trade(Aggregate::Payment(payment), _) => {
                row.status = label(&payment.status);
                row.account = payment.account.as_ref().map(|account| account.0.clone());
                row.label = Some(payment.bank_reference.clone());
                row.at = Some(payment.received_at.0);
                row.amount = Some(payment.amount.0);
            }
            Self::Trade(Aggregate::Exception(exception), _) => {
                row.status = label(&exception.status);
                row.parent = exception.subject.order.and_then(text);
                row.account = exception.subject.account.as_ref().map(|account| account.0.clone());
                row.label = label(&exception.kind);
                row.at = Some(exception.raised_at.0);
                row.due = Some(exception.resolve_by.0);
                row.amount = Some(exception.amount.0);
            }
            Self::Trade(Aggregate::ReturnRequest(request), _) => {
                row.status = label(&request.status);
                row.parent = request.order.and_then(text);
                row.account = Some(request.account.0.clone());
                row.label = Some(request.reference.clone());
                row.at = Some(request.requested_at.0);
            }
            Self::Trade(Aggregate::Item(item), _) => row.label = Some(item.description.clone()),
            Self::Trade(
                Aggregate::Series(_)
                | Aggregate::Statement(_)
                | Aggregate::PriceBook(_)
                | Aggregate::Quote(_)
                | Aggregate::Company(_)
                | Aggregate::Reference(_)
                | Aggregate::Counters(_)
                | Aggregate::Reconciliation(_),
                _,
            ) => {}
            Self::Instance(instance) => {
                row.status = Some(Text::const_new(crate::instance::state(instance).name()));
                row.parent = crate::instance::business_key(instance);
                row.label = Some(instance.process_id().clone());
                row.at = instance.started_at().map(|at| at.0);
            }
            Self::Correlation(_) | Self::Latest(_) | Self::BatchPart(_) | Self::Begins(_) | Self::SavedViews(_) => {}
            Self::Draft(draft) => {
                row.status = Some(Text::const_new(draft.status.name()));
                row.parent = Some(draft.base.id.clone());
                row.label = Some(draft.title.clone());
                row.at = Some(draft.begun_at.0);
                row.due = draft.effective.map(|effective| effective.0);
            }
            Self::Dependency(system) => {
                row.status = Some(Text::const_new(if system.is_down() { "degraded" } else { "up" }));
                row.at = system.outages.last().map(|outage| outage.began.0);
            }
            Self::User(user) => {
                row.status = Some(active(user.disabled));
                row.label = Some(user.name.clone());
                row.at = Some(user.created_at.0);
            }
            Self::Client(client) => {
                row.status = Some(active(client.disabled));
                row.label = Some(client.name.clone());
                row.at = Some(client.created_at.0);
            }
            Self::Webhook(webhook) => {
                row.status = Some(active(webhook.disabled.is_some()));
                row.label = Some(webhook.url.clone());
                row.at = Some(webhook.created_at.0);
            }
            Self::Job(job) => {
                row.status = Some(Text::const_new(job.status()));
                row.parent = text(job.id.instance);
                row.label = job.is_available().then(|| job.turn());
                row.at = Some(job.created_at.0);
                row.due = job.current_lease().map(|lease| lease.until.0);
            }
            Self::Schedule(schedule) => row.due = schedule.starts.iter().map(|start| start.due.0).min(),
            Self::Batch(batch) => {
                row.status = Some(Text::const_new(batch.status()));
                row.label = Some(Text::const_new(batch.operation.name()));
                row.at = Some(batch.begun_at.0);
            }
            Self::Effect(effect) => {
                row.status = Some(Text::const_new(match effect.dead {
                    Some(_) => "dead",
                    None if effect.resting => "resting",
                    None => "pending",
                }));
                row.parent = effect.order.and_then(text);
                row.label = Some(effect.capability.clone());
                row.at = Some(effect.requested_at.0);
            }
            Self::Definition(definition) => {
                row.label = Some(definition.resource.clone());
                row.at = Some(definition.deployed_at.0);
            }
        }
    }
}
