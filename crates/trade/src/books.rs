//! The aggregates by key, the one way to read and change them, and the one list of what there is.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use units::Text;

use crate::account::{Account, AccountEvent};
use crate::billing::{Invoice, InvoiceEvent, Series, SeriesEvent};
use crate::cash::{Payment, PaymentEvent, Statement, StatementEvent};
use crate::counters::{CounterEvent, Counters};
use crate::exception::{Exception, ExceptionEvent};
use crate::fulfilment::{Shipment, ShipmentEvent, WarehouseOrder, WarehouseOrderEvent};
use crate::ids::*;
use crate::master::{Company, CompanyEvent, Item, ItemEvent, PriceBook, PriceBookEvent, Quote, QuoteEvent};
use crate::order::{Order, OrderEvent};
use crate::reconcile::{Reconciliation, ReconciliationEvent};
use crate::reference::{ReferenceEntry, ReferenceEvent};
use crate::returns::{ReturnEvent, ReturnRequest};
use crate::stock::{Stock, StockEvent};

/// State that is the fold of its events. `apply` never fails, never decides, and looks at nothing but its arguments.
pub trait Folded: Default {
    /// What can have happened to it.
    type Event;

    /// Takes the event over. The first event of an aggregate is applied to its `Default`.
    fn apply(&mut self, event: &Self::Event);
}

/// An aggregate that is not in memory. The caller loads it and runs the command again; a pure decision may run twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not loaded")]
pub struct Missing(pub Key);

/// Why a verb did not carry a command out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// Something has to be loaded first; never seen by a caller of the API.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The command was understood and is not carried out.
    #[error(transparent)]
    Refused(#[from] crate::refusal::Refusal),
}

/// The aggregates as a decision sees them: reads through, writes by events.
pub trait Books {
    /// The aggregate under `key` with all events of this decision applied; `None` if it does not exist.
    fn find(&mut self, key: &Key) -> Result<Option<Aggregate>, Missing>;

    /// How many events the aggregate under `key` has had, those of this decision included: the version of the rules that it holds. 0 if it
    /// does not exist.
    fn version(&mut self, key: &Key) -> Result<u64, Missing>;

    /// Records an event and applies it at once, so that the next `find` sees it.
    fn emit(&mut self, event: Event);
}

macro_rules! aggregates {
    ($( $(#[$doc:meta])* $code:literal $find:ident: $variant:ident($key:ty) = $state:ty, $event:ty; )*) => {
        /// What kinds of aggregates there are. The code is on disk: never change one, never use one again.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $( $(#[$doc])* $variant = $code, )* }

        impl Kind {
            /// All kinds, in the order of their codes.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The name as it is written in tables and messages.
            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => stringify!($find), )* }
            }

            /// Reads the state of an aggregate of this kind.
            pub fn deserialize<'de, D: Deserializer<'de>>(self, from: D) -> Result<Aggregate, D::Error> {
                match self { $( Self::$variant => <$state>::deserialize(from).map(|state| Aggregate::$variant(Arc::new(state))), )* }
            }
        }

        /// Which aggregate.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Key { $( $(#[$doc])* $variant($key), )* }

        impl Key {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self { $( Self::$variant(_) => Kind::$variant, )* }
            }
        }

        impl std::fmt::Display for Key {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $( Self::$variant(id) => write!(f, "{} {id}", stringify!($find)), )* }
            }
        }

        /// What has happened to which aggregate: a fact in the journal.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum Event { $( $(#[$doc])* $variant($key, $event), )* }

        impl Event {
            /// Whose event it is.
            pub fn key(&self) -> Key {
                match self { $( Self::$variant(id, _) => Key::$variant(id.clone()), )* }
            }
        }

        $(
            impl From<($key, $event)> for Event {
                fn from((key, event): ($key, $event)) -> Self { Self::$variant(key, event) }
            }
        )*

        /// An aggregate's state; cheap to clone, copied on the first change.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Aggregate { $( $(#[$doc])* $variant(Arc<$state>), )* }

        impl Aggregate {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self { $( Self::$variant(_) => Kind::$variant, )* }
            }

            /// The blank state that the first event of a kind is applied to.
            pub fn blank(kind: Kind) -> Self {
                match kind { $( Kind::$variant => Self::$variant(Arc::default()), )* }
            }

            /// Applies an event of the same kind; an event of another kind changes nothing.
            pub fn apply(&mut self, event: &Event) {
                match (self, event) {
                    $( (Self::$variant(state), Event::$variant(_, event)) => Folded::apply(Arc::make_mut(state), event), )*
                    (_, _) => debug_assert!(false, "an event of another kind"),
                }
            }
        }

        impl Serialize for Aggregate {
            /// The bare state; its kind is known from where it is kept.
            fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
                match self { $( Self::$variant(state) => state.serialize(into), )* }
            }
        }

        impl dyn Books + '_ {
            $(
                $(#[$doc])*
                pub fn $find(&mut self, id: &$key) -> Result<Option<Arc<$state>>, Missing> {
                    match self.find(&Key::$variant(id.clone()))? {
                        Some(Aggregate::$variant(state)) => Ok(Some(state)),
                        _ => Ok(None),
                    }
                }
            )*

            /// The next number of a kind that we number ourselves; starts with 1 and has no gaps once committed.
            pub fn next_number(&mut self, kind: Kind) -> Result<u64, Missing> {
                let key = Text::const_new(Counters::KEY);
                let number = self.counters(&key)?.map_or(1, |counters| counters.next(kind));
                self.record(&key, CounterEvent::Taken { kind, number });
                Ok(number)
            }

            /// Records an event of one aggregate.
            pub fn record<K, E>(&mut self, key: &K, event: E) where K: Clone, Event: From<(K, E)> {
                self.emit((key.clone(), event).into());
            }
        }
    };
}

aggregates! {
    /// A sales order with its lines and holds.
    1 order: Order(OrderId) = Order, OrderEvent;
    /// The stock of an item at a node.
    2 stock: Stock(StockKey) = Stock, StockEvent;
    /// A customer account: profile, exposure, open items.
    3 account: Account(AccountId) = Account, AccountEvent;
    /// A release of order lines to one warehouse.
    4 warehouse_order: WarehouseOrder(WarehouseOrderId) = WarehouseOrder, WarehouseOrderEvent;
    /// Goods that left a warehouse together.
    5 shipment: Shipment(ShipmentId) = Shipment, ShipmentEvent;
    /// An invoice or a credit note.
    6 invoice: Invoice(InvoiceId) = Invoice, InvoiceEvent;
    /// A numbering series of legal documents.
    7 series: Series(Text) = Series, SeriesEvent;
    /// An entry of a bank statement, and what it pays.
    8 payment: Payment(PaymentId) = Payment, PaymentEvent;
    /// A bank statement that was imported.
    9 statement: Statement(Reference) = Statement, StatementEvent;
    /// A customer's request to return goods.
    10 return_request: ReturnRequest(ReturnId) = ReturnRequest, ReturnEvent;
    /// A business deviation with owner and clock.
    11 exception: Exception(ExceptionId) = Exception, ExceptionEvent;
    /// An item.
    12 item: Item(ItemId) = Item, ItemEvent;
    /// A book of prices: of an account, a group, a list or a promotion.
    13 price_book: PriceBook(Text) = PriceBook, PriceBookEvent;
    /// The company: its nodes, calendars, tax rates and policies. There is one, with the key `company`.
    14 company: Company(Text) = Company, CompanyEvent;
    /// Which of our documents a customer's or partner's reference led to.
    15 reference: Reference(Reference) = ReferenceEntry, ReferenceEvent;
    /// The counters of the documents that we number ourselves. There is one, with the key `counters`.
    16 counters: Counters(Text) = Counters, CounterEvent;
    /// The records that disagree. There is one, with the key `reconciliation`.
    17 reconciliation: Reconciliation(Text) = Reconciliation, ReconciliationEvent;
    /// Prices that were offered to a customer.
    18 quote: Quote(Text) = Quote, QuoteEvent;
}

/// Books in memory, for tests of rules and for whoever holds everything in memory anyway.
#[derive(Debug, Clone, Default)]
pub struct MemoryBooks {
    aggregates: BTreeMap<Key, Aggregate>,
    versions: BTreeMap<Key, u64>,
    events: Vec<Event>,
}

impl MemoryBooks {
    /// Empty books.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was recorded since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// All aggregates in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Aggregate)> {
        self.aggregates.iter()
    }
}

impl Books for MemoryBooks {
    fn find(&mut self, key: &Key) -> Result<Option<Aggregate>, Missing> {
        Ok(self.aggregates.get(key).cloned())
    }

    fn version(&mut self, key: &Key) -> Result<u64, Missing> {
        Ok(self.versions.get(key).copied().unwrap_or_default())
    }

    fn emit(&mut self, event: Event) {
        let key = event.key();
        *self.versions.entry(key.clone()).or_default() += 1;
        self.aggregates.entry(key.clone()).or_insert_with(|| Aggregate::blank(key.kind())).apply(&event);
        self.events.push(event);
    }
}
