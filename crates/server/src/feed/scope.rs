//! In which currency and units an event speaks.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use partition::{AnyKey, AnyState, Event};
use store::{Reader, StoredEntry};
use trade::master::Company;
use trade::{Aggregate, ExceptionId, ItemId, Key, Kind, LineNo, OrderId};
use units::{Currency, Uom};

use super::payload::{Measures, Place, payload};
use crate::problem::Problem;
use crate::readers::{company, state};

/// Items by the lines of an order.
type Lines = Rc<BTreeMap<LineNo, ItemId>>;

/// What the events of a page refer to, each looked up once. What cannot be found is left out of what is told.
pub(super) struct Known<'r> {
    reader: RefCell<&'r mut dyn Reader>,
    company: Arc<Company>,
    units: RefCell<BTreeMap<ItemId, Option<Uom>>>,
    lines: RefCell<BTreeMap<OrderId, Lines>>,
    orders: RefCell<BTreeMap<Key, Option<OrderId>>>,
    currencies: RefCell<BTreeMap<Key, Option<Currency>>>,
}

/// What one event refers to.
pub(super) struct Scope<'k, 'r> {
    known: &'k Known<'r>,
    item: Option<ItemId>,
    lines: Lines,
    currency: Currency,
}

impl<'r> Known<'r> {
    pub(super) fn new(reader: &'r mut dyn Reader) -> Result<Self, Problem> {
        let company = company(reader)?;
        let (units, lines) = (RefCell::default(), RefCell::default());
        let (orders, currencies) = (RefCell::default(), RefCell::default());
        Ok(Self { reader: RefCell::new(reader), company, units, lines, orders, currencies })
    }

    /// The next entries of the journal.
    pub(super) fn entries(&self, after: u64, limit: usize) -> Result<Vec<StoredEntry>, Problem> {
        Ok(self.reader.borrow_mut().entries(after, limit)?)
    }

    /// The code of the company; empty before there is one.
    pub(super) fn company(&self) -> &str {
        &self.company.code
    }

    /// What an event of that aggregate refers to.
    pub(super) fn scope(&self, key: Option<&Key>) -> Scope<'_, 'r> {
        let item = match key {
            Some(Key::Stock(stock)) => Some(stock.item.clone()),
            Some(Key::Item(item)) => Some(item.clone()),
            _ => None,
        };
        let order = key.and_then(|key| self.order_of(key));
        let lines = order.map(|order| self.lines_of(order)).unwrap_or_default();
        let currency = key.and_then(|key| self.currency_of(key)).unwrap_or(self.company.currency);
        Scope { known: self, item, lines, currency }
    }

    /// The currency that an aggregate's events speak of; `None` where it is the company's.
    fn currency_of(&self, key: &Key) -> Option<Currency> {
        // nobody has rates who has no other currency
        if self.company.rates.is_empty() {
            return None;
        }
        let order = match key {
            Key::Order(order) => Some(*order),
            Key::Shipment(_) => self.order_of(key),
            _ => None,
        };
        let key = order.map_or_else(|| key.clone(), Key::Order);
        match key.kind() {
            Kind::Order | Kind::Invoice | Kind::Payment | Kind::Statement | Kind::Account => {}
            _ => return None,
        }
        once(&self.currencies, key, |key| self.currency_on_record(key))
    }

    fn currency_on_record(&self, key: &Key) -> Option<Currency> {
        match self.find(key.clone())? {
            Aggregate::Order(order) => Some(order.currency),
            Aggregate::Invoice(invoice) => Some(invoice.currency),
            Aggregate::Payment(payment) => Some(payment.currency),
            Aggregate::Statement(statement) => Some(statement.currency),
            Aggregate::Account(account) => Some(account.currency(&self.company)),
            _ => None,
        }
    }

    /// A fact that is about no record of the trade.
    pub(super) fn told(&self, fact: &impl serde::Serialize) -> serde_json::Value {
        payload(fact, &self.scope(None)).unwrap_or_default()
    }

    fn look(&self, key: &AnyKey) -> Option<AnyState> {
        state(&mut **self.reader.borrow_mut(), key).ok().flatten()
    }

    fn find(&self, key: Key) -> Option<Aggregate> {
        match self.look(&AnyKey::Trade(key)) {
            Some(AnyState::Trade(aggregate, _)) => Some(aggregate),
            _ => None,
        }
    }

    /// The orders that an event is about by what is on record now.
    pub(super) fn orders_of(&self, event: &Event) -> Vec<OrderId> {
        partition::orders_of(event, &mut |key| self.look(key))
    }

    /// The order that an exception is about.
    pub(super) fn order_of_exception(&self, id: ExceptionId) -> Option<OrderId> {
        once(&self.orders, Key::Exception(id), |key| self.order_on_record(key))
    }

    /// The order whose lines an aggregate's events speak of.
    pub(super) fn order_of(&self, key: &Key) -> Option<OrderId> {
        match key {
            Key::Order(order) => return Some(*order),
            Key::WarehouseOrder(_) | Key::Shipment(_) | Key::Invoice(_) | Key::ReturnRequest(_) => {}
            _ => return None,
        }
        once(&self.orders, key.clone(), |key| self.order_on_record(key))
    }

    fn order_on_record(&self, key: &Key) -> Option<OrderId> {
        match self.find(key.clone())? {
            Aggregate::WarehouseOrder(warehouse_order) => Some(warehouse_order.order),
            Aggregate::Shipment(shipment) => Some(shipment.order),
            Aggregate::Invoice(invoice) => Some(invoice.order),
            Aggregate::ReturnRequest(request) => request.order,
            Aggregate::Exception(exception) => exception.subject.order,
            _ => None,
        }
    }

    fn lines_of(&self, order: OrderId) -> Lines {
        once(&self.lines, order, |order| match self.find(Key::Order(*order)) {
            Some(Aggregate::Order(order)) => Rc::new(order.lines.iter().map(|line| (line.no, line.item.clone())).collect()),
            _ => Rc::default(),
        })
    }

    /// The unit that stock of an item is counted in.
    fn unit_of(&self, item: &ItemId) -> Option<Uom> {
        once(&self.units, item.clone(), |item| match self.find(Key::Item(item.clone())) {
            Some(Aggregate::Item(item)) => Some(item.base_uom.clone()),
            _ => None,
        })
    }
}

/// What is known under a key, or else is found out and kept.
fn once<K: Ord, V: Clone>(known: &RefCell<BTreeMap<K, V>>, key: K, find: impl FnOnce(&K) -> V) -> V {
    if let Some(value) = known.borrow().get(&key) {
        return value.clone();
    }
    let value = find(&key);
    known.borrow_mut().insert(key, value.clone());
    value
}

impl Measures for Scope<'_, '_> {
    fn currency(&self) -> Currency {
        self.currency
    }

    fn ours(&self) -> Currency {
        self.known.company.currency
    }

    fn unit(&self, place: &Place) -> Option<Uom> {
        match place {
            Place::Own => self.known.unit_of(self.item.as_ref()?),
            Place::Item(item) => self.known.unit_of(&item.as_str().into()),
            Place::Line(line) => self.known.unit_of(self.lines.get(&line.parse().ok()?)?),
        }
    }
}
