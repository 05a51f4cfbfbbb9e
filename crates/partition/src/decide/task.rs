//! Trade tasks: the steps of a process that run inside the transaction, against the trade core.

use engine::{Input, InstanceId, Key as ElementKey};
use feel::{Context as Variables, Value};
use trade::exception::Subject;
use trade::master::Company;
use trade::order::{Bucket, Order, Status};
use trade::{Key, OrderId, Refusal, WarehouseOrderId};
use units::{Amount, Currency, Decimal, Text};

use super::txn::{Outcome, Txn, TxnStop, text};

/// The trade tasks that processes may use, and what each does. A deployment with any other `trade.…` type is refused.
pub(crate) const TASKS: &[(&str, &str)] = &[
    ("trade.validate", "checks items, units, ship-to, duplicates and prices; places and releases the holds"),
    (
        "trade.determine_tax",
        "holds the tax quote in `taxQuote` against our own computation; null means nobody could be asked",
    ),
    ("trade.check_credit", "checks the account's exposure; gives all holds of the order as `holds`"),
    ("trade.recheck", "validates, computes tax and checks credit after a change; gives `holds`"),
    ("trade.approve", "approves the order; gives `tier`, `orderValue`, `channel`"),
    ("trade.bill_deposit", "bills the deposit, if one is due; gives `invoices`"),
    ("trade.promise", "promises and reserves stock; gives `allocated`, `backordered`, `promiseDate`"),
    (
        "trade.release",
        "makes warehouse orders of what is reserved, once what came to a prepaid order is billed and paid; gives `warehouseOrders`",
    ),
    ("trade.bill", "bills what is due; gives `invoices`, `warehouseOrderDone`, `orderFulfilled`"),
    ("trade.order_state", "gives `orderFulfilled`, `orderSettled`, `orderCancelled`, `hasOpenUnits`, `due`"),
    ("trade.close", "closes the order if nothing is left to do"),
];

/// Runs the trade task of a job and takes the process on: with its results, or with an incident if it is refused, and then nothing of it
/// is done.
pub(super) fn run(txn: &mut Txn<'_>, id: InstanceId, job: ElementKey, kind: &str) -> Outcome<()> {
    let Some(instance) = txn.instance(id)? else { return Ok(()) };
    if !instance.has_job(job) {
        return Ok(());
    }
    let variables = instance.job_variables(job);
    let input = match txn.all_or_nothing(|txn| carry_out(txn, kind, &variables)) {
        Ok(results) => Input::CompleteJob { job, variables: results },
        Err(TxnStop::Refused(refusal)) => {
            Input::FailJob { job, retries: 0, message: text(format_args!("{kind}: {refusal}")), retry_at: None }
        }
        Err(halt) => return Err(halt),
    };
    txn.step(id, input)
}

fn carry_out(txn: &mut Txn<'_>, kind: &str, variables: &Variables) -> Outcome<Variables> {
    let cx = txn.system.clone();
    let id = order_id(variables)?;
    match kind {
        "trade.validate" => {
            trade::order::validate(txn.books(), id, &cx)?;
            trade::price::validate(txn.books(), id, &cx)?;
            trade::order::screen(txn.books(), id, &cx)?;
            Ok(Variables::default())
        }
        "trade.determine_tax" => {
            let currency = order(txn, id)?.currency;
            let quote = variables.get("taxQuote").and_then(|quote| tax_quote(quote, currency));
            trade::tax::determine(txn.books(), id, quote.as_ref(), &cx)?;
            Ok(Variables::default())
        }
        "trade.check_credit" => {
            super::credit::check(txn, id)?;
            holds(txn, id)
        }
        "trade.recheck" => {
            trade::order::validate(txn.books(), id, &cx)?;
            trade::price::validate(txn.books(), id, &cx)?;
            trade::order::screen(txn.books(), id, &cx)?;
            trade::tax::determine(txn.books(), id, None, &cx)?;
            super::credit::check(txn, id)?;
            holds(txn, id)
        }
        "trade.approve" => {
            trade::order::approve(txn.books(), id, &cx)?;
            let order = order(txn, id)?;
            Ok(Variables::from_iter([
                ("tier", tier_of(txn, &order.account)?),
                ("orderValue", at_stake(txn, trade::order::gross(&order), order.currency)?),
                ("channel", Value::from(label(&order.channel))),
            ]))
        }
        "trade.bill_deposit" => {
            let invoice = super::billing::bill_deposit(txn, id)?;
            Ok(Variables::from_iter([("invoices", list(invoice))]))
        }
        "trade.promise" => {
            let promised = trade::order::promise(txn.books(), id, &cx)?;
            super::substitution::follow(txn, id, &promised.replaced)?;
            let date = promised.promise.map_or(Value::Null, |day| Value::from(day.to_string()));
            Ok(Variables::from_iter([
                ("allocated", Value::from(promised.allocated.0)),
                ("backordered", Value::from(promised.backordered.0)),
                ("promiseDate", date),
            ]))
        }
        "trade.release" => release(txn, id),
        "trade.bill" => bill(txn, id, variables),
        "trade.order_state" => state(txn, id),
        "trade.close" => {
            trade::order::close(txn.books(), id, &cx)?;
            Ok(Variables::default())
        }
        other => Err(Refusal::Conflict(text(format_args!("there is no trade task {other}"))).into()),
    }
}

fn release(txn: &mut Txn<'_>, id: OrderId) -> Outcome<Variables> {
    let cx = txn.system.clone();
    // a substitute may be held by its price: whoever releases that takes the order on
    let is_held = !order(txn, id)?.holds.is_empty();
    let released = if is_held || super::billing::bill_upfront(txn, id)? {
        Vec::new()
    } else {
        let released = trade::order::release(txn.books(), id, &cx)?;
        super::billing::bill_milestone(txn, id)?;
        released
    };
    let mut warehouse_orders = Vec::with_capacity(released.len());
    for id in released {
        let node = txn.books().warehouse_order(&id)?.map(|order| order.node.clone()).unwrap_or_default();
        warehouse_orders.push(Value::from(Variables::from_iter([
            ("id", Value::from(id.to_string())),
            ("node", Value::from(node.as_str())),
        ])));
    }
    Ok(Variables::from_iter([("warehouseOrders", Value::from(warehouse_orders))]))
}

fn bill(txn: &mut Txn<'_>, id: OrderId, variables: &Variables) -> Outcome<Variables> {
    let invoices = super::billing::bill(txn, id)?;
    let order = order(txn, id)?;
    let done = match variables.get("warehouseOrderId").and_then(|id| id.as_str()?.parse::<WarehouseOrderId>().ok()) {
        Some(id) => txn.books().warehouse_order(&id)?.is_none_or(|order| order.is_done()),
        None => true,
    };
    Ok(Variables::from_iter([
        ("invoices", list(invoices)),
        ("warehouseOrderDone", Value::from(done)),
        ("orderFulfilled", Value::from(order.is_fulfilled())),
    ]))
}

fn state(txn: &mut Txn<'_>, id: OrderId) -> Outcome<Variables> {
    let order = order(txn, id)?;
    let account = txn.books().account(&order.account)?;
    let items = account.iter().flat_map(|account| &account.ledger.open_items).filter(|item| item.is_of(id));
    let due = items.map(|item| item.due).max();
    let status = order.status();
    Ok(Variables::from_iter([
        ("orderFulfilled", Value::from(order.is_fulfilled())),
        ("orderSettled", Value::from(order.is_fulfilled() && order.is_invoiced() && order.receivable.is_zero())),
        ("orderCancelled", Value::from(matches!(status, Status::Cancelled | Status::Rejected))),
        ("hasOpenUnits", Value::from(order.units_in(Bucket::Open).is_positive())),
        ("due", due.map_or(Value::Null, |day| Value::from(day.start().to_string()))),
    ]))
}

/// The tier of a customer, as processes have it; null for one that is not known.
pub(super) fn tier_of(txn: &mut Txn<'_>, account: &trade::AccountId) -> Outcome<Value> {
    let account = txn.books().account(account)?;
    Ok(account.map_or(Value::Null, |account| Value::from(i64::from(account.profile.tier))))
}

fn holds(txn: &mut Txn<'_>, id: OrderId) -> Outcome<Variables> {
    let order = order(txn, id)?;
    let company = company(txn)?;
    let (ours, cx) = (company.currency, txn.system.clone());
    let tier = tier_of(txn, &order.account)?;
    let subject = trade::exception::Subject { order: Some(id), ..Default::default() };
    let urgent = trade::exception::is_urgent(txn.books(), &subject, &company.calendar, &cx)?;
    let holds: Vec<Value> = order
        .holds
        .iter()
        .map(|hold| {
            Value::from(Variables::from_iter([
                ("kind", Value::from(label(&hold.kind))),
                ("exception", Value::from(label(&trade::exception::kind_of_hold(hold.kind)))),
                ("reason", Value::from(hold.reason.as_str())),
                ("amount", Value::from(hold.amount.to_decimal(ours))),
                ("tier", tier.clone()),
                ("urgent", Value::from(urgent)),
            ]))
        })
        .collect();
    Ok(Variables::from_iter([("holds", Value::from(holds))]))
}

/// A quote as the tax service gave it, in the order's currency.
fn tax_quote(quote: &Value, currency: Currency) -> Option<trade::tax::TaxQuote> {
    let quote = quote.as_context()?;
    let number = |value: &Value| value.as_decimal().or_else(|| value.as_str()?.parse::<Decimal>().ok());
    let tax = Amount::from_decimal(number(quote.get("tax")?)?, currency, units::Rounding::HalfUp)?;
    let rates = quote.get("rates")?.as_list()?.iter().map(|entry| {
        let entry = entry.as_context()?;
        let line = u64::try_from(entry.get("line")?.as_decimal()?.to_i64()?).ok()?;
        Some((trade::LineNo(line), number(entry.get("rate")?)?))
    });
    let levels = quote.get("levels").and_then(Value::as_list).unwrap_or_default().iter().map(|level| {
        let level = level.as_context()?;
        let tax = Amount::from_decimal(number(level.get("tax")?)?, currency, units::Rounding::HalfUp)?;
        Some((Text::from(level.get("jurisdiction")?.as_str()?), tax))
    });
    let levels = levels.collect::<Option<Vec<_>>>()?;
    Some(trade::tax::TaxQuote { rates: rates.collect::<Option<Vec<_>>>()?, tax, levels })
}

/// What an exception about this order is about.
pub(super) fn subject(order: &Order, key: Option<Key>) -> Subject {
    Subject { order: Some(order.id), account: Some(order.account.clone()), key, line: None }
}

/// The order that exists.
pub(super) fn order(txn: &mut Txn<'_>, id: OrderId) -> Outcome<std::sync::Arc<Order>> {
    txn.books().order(&id)?.ok_or_else(|| Refusal::NotFound(Key::Order(id)).into())
}

fn order_id(variables: &Variables) -> Outcome<OrderId> {
    let id = variables.get("orderId").and_then(|id| id.as_str()?.parse().ok());
    id.ok_or_else(|| {
        let given = variables.get("orderId").map_or_else(|| Text::const_new("missing"), |value| text(value.to_json()));
        let wanted = Text::const_new("an order number such as SO-17");
        Refusal::Invalid { field: Text::const_new("variable orderId"), given, wanted }.into()
    })
}

/// An amount as processes and decisions see it: a number in major units of the company's currency, by the rate of today.
pub(super) fn at_stake(txn: &mut Txn<'_>, amount: Amount, currency: Currency) -> Outcome<Value> {
    let company = company(txn)?;
    let today = company.calendar.local_day(txn.cx.now);
    Ok(Value::from(company.valued(amount, currency, today).to_decimal(company.currency)))
}

/// As [`at_stake`], of money that nothing is decided on by its amount: what nobody can convert is taken at par, and not beyond every limit.
pub(super) fn estimated(txn: &mut Txn<'_>, amount: Amount, currency: Currency) -> Outcome<Value> {
    let company = company(txn)?;
    let today = company.calendar.local_day(txn.cx.now);
    Ok(Value::from(company.estimated(amount, currency, today).to_decimal(company.currency)))
}

/// The company; a blank one before there is any.
pub(super) fn company(txn: &mut Txn<'_>) -> Outcome<std::sync::Arc<Company>> {
    Ok(txn.books().company(&Text::const_new(Company::KEY))?.unwrap_or_default())
}

/// The name of a unit variant as JSON has it.
pub(super) fn label(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().trim_matches('"').to_owned()
}

fn list<T: std::fmt::Display>(ids: impl IntoIterator<Item = T>) -> Value {
    Value::from(ids.into_iter().map(|id| Value::from(id.to_string())).collect::<Vec<_>>())
}
