//! What must hold after every single entry of the journal (design §3), held against what the entry has changed and all that it touches.
//!
//! The partition itself halts where one aggregate alone is unsound. Here aggregates are held against each other: an order against
//! its warehouse orders, shipments, invoices, reservations, receivables and exceptions; a stock against the lines that it is promised
//! to; an account against its orders.

use std::collections::{BTreeMap, BTreeSet};

use partition::{AnyKey, AnyState, Decision, Timer, TimerOwner};
use trade::account::OpenItem;
use trade::exception::Exception;
use trade::order::{Bucket, Order, Status};
use trade::stock::{ClaimKind, Stock};
use trade::{AccountId, Aggregate, ExceptionId, Key, OrderId, StockKey};
use units::{Amount, Quantity};

type States = BTreeMap<AnyKey, AnyState>;

/// What reconciliation finds around one order; the sums over all orders are not complete there.
const AROUND_AN_ORDER: [&str; 11] = [
    "order-unsound",
    "release-differs",
    "ship-differs",
    "shipment-missing",
    "over-shipped",
    "billed-unshipped",
    "bill-differs",
    "sums-differ",
    "price-differs",
    "value-differs",
    "tax-differs",
];

/// Holds a decision against what was before: versions stay as they are, and instances on theirs (design §3.10).
pub(super) fn before(states: &States, decision: &Decision) -> Result<(), String> {
    for (key, state) in &decision.changed {
        match (states.get(key), state) {
            (Some(AnyState::Definition(before)), after) => {
                let is_same = matches!(after, Some(AnyState::Definition(after)) if after.xml == before.xml);
                if !is_same {
                    return Err(format!("{key} was changed"));
                }
            }
            (Some(AnyState::Instance(before)), Some(AnyState::Instance(after))) if before.version() != after.version() => {
                return Err(format!("{key} went from version {} to {}", before.version(), after.version()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Holds everything that a decision has changed against everything that it touches.
pub(super) fn after(states: &States, timers: &BTreeSet<Timer>, decision: &Decision) -> Result<(), String> {
    let mut orders = BTreeSet::new();
    let mut accounts = BTreeSet::new();
    for (key, state) in &decision.changed {
        let (AnyKey::Trade(key), Some(AnyState::Trade(aggregate, _))) = (key, state) else { continue };
        match aggregate {
            Aggregate::Order(order) => {
                orders.insert(order.id);
                accounts.insert(order.account.clone());
                woken_in_time(order, timers)?;
            }
            Aggregate::WarehouseOrder(released) => drop(orders.insert(released.order)),
            Aggregate::Shipment(shipment) => drop(orders.insert(shipment.order)),
            Aggregate::Invoice(invoice) => orders.extend(invoice.orders()),
            Aggregate::Account(account) => {
                orders.extend(account.ledger.open_items.iter().flat_map(OpenItem::by_order).map(|(order, _)| order));
                accounts.extend(of_account(key));
            }
            Aggregate::Exception(exception) => {
                orders.extend(exception.subject.order);
                watched(exception, timers)?;
            }
            Aggregate::Stock(stock) => {
                if let Key::Stock(key) = key {
                    promised(states, key, stock)?;
                }
            }
            _ => {}
        }
    }
    // what an account owes for no order at all stands under the order 0
    orders.iter().filter_map(|id| order(states, *id)).try_for_each(|order| around(states, order))?;
    accounts.iter().try_for_each(|id| exposed(states, id))
}

/// All books against each other.
pub(super) fn reconcile(states: &States) -> Result<trade::reconcile::Report, String> {
    let trade = states.iter().filter_map(|(key, state)| match (key, state) {
        (AnyKey::Trade(key), AnyState::Trade(aggregate, _)) => Some((key, aggregate)),
        _ => None,
    });
    let report = trade::reconcile::check(trade, None);
    match report.breaks.as_slice() {
        [] => Ok(report),
        breaks => Err(format!("records do not agree: {breaks:#?}")),
    }
}

/// At rest: every order that is not closed waits for supply, money or the day of its invoice, or somebody is asked (design §3.8). A person who decided
/// to wait is asked again when the clock of the process has run out, so units that no warehouse takes may wait for that.
pub(super) fn at_rest(states: &States) -> Result<(), String> {
    let about = |exception: &Exception| exception.subject.order;
    let asked: BTreeSet<OrderId> = exceptions(states).filter_map(about).collect();
    let open: BTreeSet<OrderId> = exceptions(states).filter(|exception| exception.is_open()).filter_map(about).collect();
    for state in states.values() {
        let AnyState::Trade(Aggregate::Order(order), _) = state else { continue };
        let is_over = order.closed_at.is_some() || matches!(order.status(), Status::Cancelled | Status::Rejected);
        let waits_for_supply = order.units_in(Bucket::Backordered).is_positive();
        let was_left = order.units_in(Bucket::Open).is_positive() && asked.contains(&order.id);
        let waits_for_money = !order.receivable.is_zero();
        let waits_for_its_day = order.bill_at.is_some();
        let waits = waits_for_supply || was_left || waits_for_money || waits_for_its_day;
        if !is_over && !waits && !open.contains(&order.id) {
            return Err(format!("{} is not closed, and nobody is asked about it: {:?}", order.id, order.status()));
        }
    }
    Ok(())
}

fn exceptions(states: &States) -> impl Iterator<Item = &Exception> {
    states.values().filter_map(|state| match state {
        AnyState::Trade(Aggregate::Exception(exception), _) => Some(&**exception),
        _ => None,
    })
}

fn find(states: &States, key: Key) -> Option<(&Key, &Aggregate)> {
    match states.get_key_value(&AnyKey::Trade(key)) {
        Some((AnyKey::Trade(key), AnyState::Trade(aggregate, _))) => Some((key, aggregate)),
        _ => None,
    }
}

fn order(states: &States, id: OrderId) -> Option<&Order> {
    match find(states, Key::Order(id)) {
        Some((_, Aggregate::Order(order))) => Some(order),
        _ => None,
    }
}

fn stock_of(states: &States, key: StockKey) -> Option<&Stock> {
    match find(states, Key::Stock(key)) {
        Some((_, Aggregate::Stock(stock))) => Some(stock),
        _ => None,
    }
}

fn of_account(key: &Key) -> Option<AccountId> {
    match key {
        Key::Account(id) => Some(id.clone()),
        _ => None,
    }
}

/// An order and everything that was made from it.
fn around(states: &States, order: &Order) -> Result<(), String> {
    let made = order.warehouse_orders.iter().map(|id| Key::WarehouseOrder(*id));
    let made = made.chain(order.shipments.iter().map(|id| Key::Shipment(*id)));
    let made = made.chain(order.invoices.iter().map(|id| Key::Invoice(*id)));
    let near = std::iter::once(Key::Order(order.id)).chain(made).filter_map(|key| find(states, key));
    let found = trade::reconcile::check(near, None).breaks;
    if let Some(found) = found.into_iter().find(|found| AROUND_AN_ORDER.contains(&found.cause)) {
        return Err(format!("records do not agree: {found:#?}"));
    }
    reserved(states, order)?;
    owed(states, order)?;
    // no hold without an open exception, and no exception that has ended left one behind (domain §1.12)
    order.holds.iter().try_for_each(|hold| {
        let asked = hold.exception.map_or_else(|| Err("nobody is asked".to_owned()), |id| asked(states, id));
        asked.map_err(|why| format!("{} is held ({:?}), and {why}", order.id, hold.kind))
    })
}

/// Each allocation of a line is a reservation of the stock, each peg its demand.
fn reserved(states: &States, order: &Order) -> Result<(), String> {
    for line in &order.lines {
        let at = (order.id, line.no);
        for share in &line.allocations {
            let stock = stock_of(states, StockKey::new(&line.item, &share.node));
            let claim = stock.and_then(|stock| stock.claim(share.reservation));
            if !claim.is_some_and(|claim| claim.line == Some(at) && claim.quantity == share.quantity) {
                return Err(format!("{} line {}: {share:?}, and the stock has {claim:?}", order.id, line.no.0));
            }
        }
        for peg in &line.pegs {
            let stock = stock_of(states, StockKey::new(&line.item, &peg.node));
            let demand = stock.into_iter().flat_map(|stock| &stock.demand).filter(|demand| demand.line == at);
            let waiting: Quantity = demand.map(|demand| demand.quantity).sum();
            let here = line.pegs.iter().filter(|other| other.node == peg.node).map(|other| other.quantity);
            if waiting != here.sum() {
                return Err(format!("{} line {}: {peg:?}, and the stock notes a demand of {waiting}", order.id, line.no.0));
            }
        }
    }
    Ok(())
}

/// What an order owes is what is open of it in the ledger of its account.
fn owed(states: &States, order: &Order) -> Result<(), String> {
    let Some((_, Aggregate::Account(account))) = find(states, Key::Account(order.account.clone())) else { return Ok(()) };
    let open: Amount = account.ledger.open_items.iter().filter_map(|item| item.owed_by(order.id)).sum();
    if open == order.receivable {
        return Ok(());
    }
    Err(format!("{} owes {:?}, and {open:?} is open in the ledger", order.id, order.receivable))
}

/// Nothing is promised twice: every reservation is a line's, and no softer promise stands on units that are not there (domain §1.1.6).
fn promised(states: &States, key: &StockKey, stock: &Stock) -> Result<(), String> {
    for claim in &stock.claims {
        let Some((id, no)) = claim.line else { continue };
        let line = order(states, id).and_then(|order| order.lines.iter().find(|line| line.no == no));
        let share = line.and_then(|line| line.allocations.iter().find(|share| share.reservation == claim.reservation));
        if !share.is_some_and(|share| share.quantity == claim.quantity && share.node == key.node) {
            return Err(format!("{key}: {claim:?}, and the line has {share:?}"));
        }
    }
    if stock.available_to_fulfil().is_negative() && stock.claimed(ClaimKind::Soft).is_positive() {
        return Err(format!("{key}: more is promised than is there: {stock:?}"));
    }
    Ok(())
}

/// The exposure of an account is that of its orders.
fn exposed(states: &States, id: &AccountId) -> Result<(), String> {
    let Some((_, Aggregate::Account(account))) = find(states, Key::Account(id.clone())) else { return Ok(()) };
    let orders = states.range(AnyKey::Trade(Key::Order(OrderId(0)))..).map_while(|(_, state)| match state {
        AnyState::Trade(Aggregate::Order(order), _) => Some(order),
        _ => None,
    });
    let exposure: Amount = orders.filter(|order| order.account == *id).map(|order| order.exposed).sum();
    if exposure == account.ledger.open_orders {
        return Ok(());
    }
    Err(format!("the orders of {id} are exposed with {exposure:?}, and its ledger says {:?}", account.ledger.open_orders))
}

/// An open exception has an owner, a clock that somebody hears, and a next action (design §3.8).
fn watched(exception: &Exception, timers: &BTreeSet<Timer>) -> Result<(), String> {
    if !exception.is_open() {
        return Ok(());
    }
    let has_clock = exception.raised_at <= exception.respond_by && exception.respond_by <= exception.resolve_by;
    let escalates = trade::exception::next_escalation(exception)
        .is_none_or(|due| timers.contains(&Timer { due, owner: TimerOwner::Exception(exception.id) }));
    if has_clock && escalates && !exception.actions.is_empty() {
        return Ok(());
    }
    Err(format!("an exception without a clock or an action: {exception:?}"))
}

/// What waits for the day of its invoice, of its release or of its reservation is woken on it (domain §1.6, §1.1.5, §1.1.7).
fn woken_in_time(order: &Order, timers: &BTreeSet<Timer>) -> Result<(), String> {
    let waits = [
        (order.bill_at, TimerOwner::Billing(order.id), "to be billed"),
        (order.review_at, TimerOwner::Review(order.id), "to be looked at again"),
    ];
    for (due, owner, what) in waits {
        let Some(due) = due else { continue };
        if !timers.contains(&Timer { due, owner }) {
            return Err(format!("{} waits {what} at {due}, and no clock runs", order.id));
        }
    }
    Ok(())
}

/// Somebody is asked: the exception is there and open.
fn asked(states: &States, id: ExceptionId) -> Result<(), String> {
    match find(states, Key::Exception(id)) {
        Some((_, Aggregate::Exception(exception))) if exception.is_open() => Ok(()),
        Some(_) => Err(format!("{id} is not open")),
        None => Err(format!("there is no {id}")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use partition::Reply;
    use trade::order::{Buckets, Hold, HoldKind, Line, LineAllocation};
    use trade::stock::Claim;
    use trade::{LineNo, ReservationId};
    use units::Timestamp;

    use super::*;

    /// An order of five X that are reserved at EAST, where there are five.
    fn sound() -> (Order, Stock) {
        let allocation = LineAllocation { node: "EAST".into(), quantity: Quantity(5), ..LineAllocation::default() };
        let buckets = Buckets { allocated: Quantity(5), ..Buckets::default() };
        let line = Line { no: LineNo(1), item: "X".into(), buckets, allocations: vec![allocation], ..Line::default() };
        let claim = Claim {
            reservation: ReservationId::default(),
            line: Some((OrderId(1), LineNo(1))),
            quantity: Quantity(5),
            kind: ClaimKind::Soft,
            priority: 1,
            promise: None,
            at: Timestamp::default(),
            expires: None,
            group: None,
            order: None,
            owner: None,
        };
        let order = Order { id: OrderId(1), account: "C".into(), lines: vec![line], ..Order::default() };
        let stock = Stock { on_hand: Quantity(5), received: Quantity(5), claims: vec![claim], ..Stock::default() };
        (order, stock)
    }

    /// What is found after an entry that changed all of this.
    fn found(aggregates: Vec<(Key, Aggregate)>) -> String {
        let changed: Vec<_> = aggregates
            .into_iter()
            .map(|(key, aggregate)| (AnyKey::Trade(key), Some(AnyState::Trade(aggregate, 1))))
            .collect();
        let states = changed.iter().filter_map(|(key, state)| Some((key.clone(), state.clone()?))).collect();
        let decision = Decision {
            entry: None,
            reply: Ok(Reply::Done),
            changed,
            timers_set: Vec::new(),
            timers_dropped: Vec::new(),
            effects: Vec::new(),
            withdrawn: Vec::new(),
            offered: Vec::new(),
            subjects: Vec::new(),
            passes: 1,
        };
        after(&states, &BTreeSet::new(), &decision).err().unwrap_or_default()
    }

    fn books(order: Order, stock: Stock) -> Vec<(Key, Aggregate)> {
        let key = StockKey::new(&"X".into(), &"EAST".into());
        vec![(Key::Order(order.id), Aggregate::Order(Arc::new(order))), (Key::Stock(key), Aggregate::Stock(Arc::new(stock)))]
    }

    #[test]
    fn an_order_and_a_stock_that_agree_are_sound() {
        let (order, stock) = sound();
        assert_eq!(found(books(order, stock)), "");
    }

    #[test]
    fn a_reservation_that_its_line_does_not_have_is_found_from_either_side() {
        let (order, mut stock) = sound();
        stock.claims[0].quantity = Quantity(4);
        let both = books(order, stock);
        assert!(found(both.clone()).contains("4"), "{}", found(both.clone()));
        let (_, of_stock) = &both[1];
        let only_stock = vec![(both[1].0.clone(), of_stock.clone())];
        assert!(found(only_stock).contains("the line has None"));
    }

    #[test]
    fn more_promised_than_there_is_found_unless_the_warehouse_has_it_in_hand() {
        let (order, mut stock) = sound();
        (stock.on_hand, stock.received) = (Quantity(3), Quantity(3));
        assert!(found(books(order.clone(), stock.clone())).contains("more is promised than is there"));
        stock.claims[0].kind = ClaimKind::Picked;
        assert_eq!(found(books(order, stock)), "");
    }

    #[test]
    fn a_hold_without_an_exception_or_with_one_that_is_not_there_is_found() {
        let hold = Hold {
            kind: HoldKind::Price,
            reason: "too low".into(),
            lines: Vec::new(),
            amount: Amount::ZERO,
            placed_at: Timestamp::default(),
            exception: None,
            placed_by: Default::default(),
            found: Default::default(),
            owner: None,
            due: None,
        };
        let held = |exception| {
            let (mut order, stock) = sound();
            order.holds.push(Hold { exception, ..hold.clone() });
            found(books(order, stock))
        };
        assert!(held(None).contains("nobody is asked"));
        assert!(held(Some(ExceptionId(9))).contains("there is no EX-9"));
    }

    #[test]
    fn an_open_exception_that_nobody_is_reminded_of_is_found() {
        let exception = Exception { id: ExceptionId(1), ..Exception::default() };
        let found = found(vec![(Key::Exception(ExceptionId(1)), Aggregate::Exception(Arc::new(exception)))]);
        assert!(found.contains("without a clock or an action"), "{found}");
    }

    #[test]
    fn an_order_that_nothing_wakes_for_its_invoice_is_found() {
        let (order, stock) = sound();
        let order = Order { bill_at: Some(Timestamp(1)), ..order };
        assert!(found(books(order, stock)).contains("no clock runs"));
    }

    #[test]
    fn money_that_the_ledger_does_not_have_is_found() {
        let (mut order, stock) = sound();
        order.receivable = Amount(100);
        let mut all = books(order, stock);
        all.push((Key::Account("C".into()), Aggregate::Account(Arc::default())));
        assert!(found(all).contains("is open in the ledger"));
    }
}
