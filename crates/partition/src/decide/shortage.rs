//! Units that were promised are not there: those who lose them are served elsewhere, wait, or are asked about (domain §1.1.6).

use std::collections::BTreeMap;

use trade::exception::{ExceptionKind, Raise, Subject};
use trade::stock::Bumped;
use trade::{ItemId, Key, LineNo, OrderId, StockKey, WarehouseOrderId};
use units::{Quantity, Text};

use super::command::{ask_to_cancel, serve_waiting};
use super::follow_up::raise_or_add;
use super::task::subject;
use super::txn::{Outcome, Txn, text};

/// Takes up what a smaller stock took from orders: others may serve them, and warehouses are asked for what they have not picked.
pub(super) fn follow(txn: &mut Txn<'_>, stock: &StockKey, bumped: &Bumped, document: &Text) -> Outcome<()> {
    serve_waiting(txn, &stock.item)?;
    ask_about(txn, stock, &bumped.lines, document)?;
    ask_to_cancel(txn, &bumped.asked)
}

/// A warehouse has given units back that are not there.
pub(super) fn given_back(
    txn: &mut Txn<'_>,
    id: WarehouseOrderId,
    lines: &[(LineNo, Quantity)],
    document: &Text,
) -> Outcome<()> {
    let Some(released) = txn.books().warehouse_order(&id)? else { return Ok(()) };
    for (no, units) in lines {
        let Some(line) = released.line(*no) else { continue };
        let stock = StockKey::new(&line.item, &released.node);
        serve_waiting(txn, &stock.item)?;
        ask_about(txn, &stock, &[(released.order, *no, *units)], document)?;
    }
    Ok(())
}

/// Lines that a smaller stock took units from, and that nobody else can serve: one exception for each.
fn ask_about(txn: &mut Txn<'_>, stock: &StockKey, bumped: &[(OrderId, LineNo, Quantity)], document: &Text) -> Outcome<()> {
    let mut lost: BTreeMap<(OrderId, LineNo), Quantity> = BTreeMap::new();
    for (order, line, units) in bumped {
        *lost.entry((*order, *line)).or_default() += *units;
    }
    for ((id, no), units) in lost {
        let Some(order) = txn.books().order(&id)? else { continue };
        let waits = order.line(no).map_or(Quantity::ZERO, |line| line.buckets.backordered);
        if !waits.is_positive() {
            continue;
        }
        let kept = keepers(txn, stock, id)?;
        let (item, node) = (&stock.item, &stock.node);
        let reason = text(format_args!("{units} of {item} on line {} are missing at {node} by {document}{kept}", no.0));
        let subject = of_line(subject(&order, Some(Key::Stock(stock.clone()))), no);
        // one count may take units from many orders
        let case = text(format_args!("{document} of {item} at {node}"));
        raise_or_add(txn, Raise { case, ..Raise::new(ExceptionKind::Shortage, subject, reason) })?;
    }
    Ok(())
}

fn of_line(subject: Subject, line: LineNo) -> Subject {
    Subject { line: Some(line), ..subject }
}

/// Who holds what is left of a stock, in words: the most first, and no more than five of them (domain §3, lesson 6).
fn keepers(txn: &mut Txn<'_>, stock: &StockKey, without: OrderId) -> Outcome<Text> {
    let Some(there) = txn.books().stock(stock)? else { return Ok(Text::default()) };
    let holders = trade::stock::held_by_others(&there, without);
    if holders.is_empty() {
        return Ok(Text::default());
    }
    let named: Vec<String> = holders.iter().take(5).map(|(order, quantity)| format!("{order} ({quantity})")).collect();
    let more = match holders.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Ok(text(format_args!("; the rest is held by {}{more}", named.join(", "))))
}

/// The shortage of a line is over when nothing of it waits any more, and what is asked about an item when no line of it does.
pub(super) fn clear(txn: &mut Txn<'_>, item: &ItemId, served: &[OrderId]) -> Outcome<()> {
    if served.is_empty() {
        return Ok(());
    }
    let company = txn.books().company(&Text::const_new(trade::master::Company::KEY))?;
    let has_substitutes = txn.books().item(item)?.is_some_and(|item| !item.substitutes.is_empty());
    let nodes: Vec<_> = company.iter().flat_map(|company| &company.nodes).map(|node| node.id.clone()).collect();
    for id in served {
        let Some(order) = txn.books().order(id)? else { continue };
        let lines = || order.lines.iter().filter(|line| line.item == *item);
        for line in lines().filter(|line| line.buckets.backordered.is_zero()) {
            for node in &nodes {
                end(txn, &of_line(subject(&order, Some(Key::Stock(StockKey::new(item, node)))), line.no))?;
            }
        }
        if lines().all(|line| line.buckets.backordered.is_zero()) {
            // those that were asked about before exceptions named a line
            for node in &nodes {
                end(txn, &subject(&order, Some(Key::Stock(StockKey::new(item, node)))))?;
            }
        }
        if has_substitutes && lines().all(|line| line.buckets.backordered.is_zero()) {
            end(txn, &subject(&order, Some(Key::Item(item.clone()))))?;
        }
    }
    Ok(())
}

fn end(txn: &mut Txn<'_>, subject: &Subject) -> Outcome<()> {
    let cx = txn.system.clone();
    if let Some(exception) = trade::exception::of_subject(txn.books(), ExceptionKind::Shortage, subject)? {
        trade::exception::clear(txn.books(), exception, "nothing is missing any more", &cx)?;
    }
    Ok(())
}
