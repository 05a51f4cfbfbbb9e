//! A customer asks to return goods, or to cancel what was shipped.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use units::{Amount, Quantity, Text};

use super::state::{ReturnEvent, ReturnLine, ReturnRequest, ReturnStatus};
use crate::billing::{DocumentKind, left_to_give};
use crate::books::{Books, Key, Kind, Stop};
use crate::context::Context;
use crate::fulfilment::Shipment;
use crate::ids::*;
use crate::order::{OrderEvent, Original, existing};
use crate::reference::{point, pointed};
use crate::refusal::Refusal;

/// Within which a customer's references of returns are known, by account.
const RETURN: &str = "return:";

/// In so many of the account's orders goods are looked for: each is loaded and gone through by one command.
const MOST_ORDERS: usize = 500;

/// At most so many lines have a request: as many as an order.
const MOST_LINES: usize = 20_000;

/// A request to return goods as it is read, whatever its format.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReturnDocument {
    /// Who asks.
    pub account: AccountId,
    /// The customer's reference.
    pub reference: Text,
    /// The document that it was read from.
    pub original: Original,
    /// What shall come back.
    pub lines: Vec<ReturnedLine>,
    /// A net amount that is asked for besides the goods: a discount afterwards, postage.
    #[serde(default)]
    pub goodwill: Amount,
}

/// A line of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReturnedLine {
    /// The item.
    pub item: ItemId,
    /// Units.
    pub quantity: Quantity,
}

/// Records a request. Each line is tied to the latest order billed to the account that shipped as many of the item and did not get
/// them back, among those of its last documents; a line for which there is none waits for a person to say where it belongs.
///
/// An amount that is asked for besides the goods is tied to the latest invoice that it fits in: of the order that they came with, or else
/// of the account. Refused for an unknown
/// account, for nothing, quantities out of range, and a reference that came before. Source: domain §1.8, §1.6 (goodwill).
pub fn request(books: &mut dyn Books, document: &ReturnDocument, cx: &Context) -> Result<ReturnId, Stop> {
    let Some(account) = books.account(&document.account)? else {
        return Err(Refusal::invalid("account", &document.account, "the number of an account that we know").into());
    };
    if document.goodwill.is_negative() || document.goodwill > Amount::LIMIT {
        return Err(Refusal::invalid(
            "goodwill",
            document.goodwill.0,
            "minor units that are not below zero and at most 10^15",
        )
        .into());
    }
    if document.lines.is_empty() && document.goodwill.is_zero() {
        return Err(Refusal::invalid("lines", "empty", "at least one line, or an amount that is asked for").into());
    }
    if document.lines.len() > MOST_LINES {
        return Err(Refusal::invalid("lines", document.lines.len(), "at most 20,000 lines").into());
    }
    for (at, line) in document.lines.iter().enumerate() {
        if !line.quantity.is_positive() || line.quantity > Quantity::LIMIT {
            return Err(Refusal::invalid(format!("lines[{at}].quantity"), line.quantity, "1 to 1,000,000,000").into());
        }
    }
    let posted = account.ledger.posted.clone();
    drop(account);
    let mut recent = recent(books, &posted)?;
    let (within, reference) = (format!("{RETURN}{}", document.account), document.reference.trim());
    if let Some(known) = pointed(books, &within, reference)?.filter(|_| !reference.is_empty()) {
        return Err(Refusal::Conflict(Text::from(format!("reference {reference} came before: {known}"))).into());
    }
    let mut lines = Vec::with_capacity(document.lines.len());
    let mut search = Search::new(&recent, &document.lines);
    for returned in &document.lines {
        let line = search.find(books, returned)?;
        if let Some((order, line)) = line {
            books.record(&order, OrderEvent::ReturnRequested { line, quantity: returned.quantity });
        }
        lines.push(ReturnLine { item: returned.item.clone(), quantity: returned.quantity, line });
    }
    if let Some((returned, _)) = lines.iter().find_map(|line| line.line) {
        recent.insert(0, returned);
    }
    let invoice = if document.goodwill.is_zero() { None } else { latest_invoice(books, &recent, document.goodwill)? };
    let id = ReturnId(books.next_number(Kind::ReturnRequest)?);
    if !reference.is_empty() {
        point(books, &within, reference, Some(Key::ReturnRequest(id)))?;
    }
    let request = ReturnRequest {
        id,
        account: document.account.clone(),
        order: lines.iter().find_map(|line| Some(line.line?.0)).or(invoice.map(|(_, order)| order)),
        reference: document.reference.clone(),
        lines,
        original: document.original.clone(),
        requested_at: cx.now,
        exception: None,
        status: ReturnStatus::Requested,
        goodwill: document.goodwill,
        invoice: invoice.map(|(invoice, _)| invoice),
        ..ReturnRequest::default()
    };
    books.record(&id, ReturnEvent::Requested(Box::new(request)));
    Ok(id)
}

/// Opens the return of a shipment that its carrier is asked to bring back: it waits for somebody to say that the goods are there. Source:
/// domain §1.5.4 (return to sender).
pub(crate) fn await_back(books: &mut dyn Books, shipment: &Shipment, cx: &Context) -> Result<ReturnId, Stop> {
    let order = existing(books, shipment.order)?;
    let mut lines = Vec::with_capacity(shipment.lines.len());
    for line in &shipment.lines {
        books.record(&order.id, OrderEvent::ReturnRequested { line: line.line, quantity: line.quantity });
        let place = Some((order.id, line.line));
        lines.push(ReturnLine { item: line.item.clone(), quantity: line.quantity, line: place });
    }
    let id = ReturnId(books.next_number(Kind::ReturnRequest)?);
    let request = ReturnRequest {
        id,
        account: order.account.clone(),
        order: Some(order.id),
        lines,
        requested_at: cx.now,
        shipment: Some(shipment.id),
        ..ReturnRequest::default()
    };
    books.record(&id, ReturnEvent::Requested(Box::new(request)));
    Ok(id)
}

/// The orders of documents, the latest first, each once; of many, a share of each document's.
fn recent(books: &mut dyn Books, posted: &[InvoiceId]) -> Result<Vec<OrderId>, Stop> {
    // all at once, so that those which are not in memory are loaded together
    for invoice in posted {
        books.invoice(invoice)?;
    }
    let (mut recent, mut known) = (Vec::new(), BTreeSet::new());
    for invoice in posted.iter().rev() {
        if let Some(invoice) = books.invoice(invoice)? {
            let mut orders: Vec<OrderId> = invoice.orders().filter(|order| known.insert(*order)).collect();
            orders.reverse();
            recent.push(orders);
        }
    }
    Ok(shared_out(recent, MOST_ORDERS))
}

/// At most so many of all, in their order: as many of each list, and what others leave to the first that have more.
fn shared_out(lists: Vec<Vec<OrderId>>, most: usize) -> Vec<OrderId> {
    let share = most / lists.len().max(1);
    let mut left = most - lists.iter().map(|list| list.len().min(share)).sum::<usize>();
    let mut all = Vec::new();
    for list in lists {
        let own = list.len().min(share);
        let more = (list.len() - own).min(left);
        left -= more;
        all.extend(list.into_iter().take(own + more));
    }
    all
}

/// Looks for returned goods in orders, the latest first. Each order is gone through once, whatever the number of lines that come back.
struct Search<'a> {
    /// Those that were not gone through yet.
    recent: std::slice::Iter<'a, OrderId>,
    /// For each item that comes back, where it can have come from among those gone through.
    places: BTreeMap<&'a ItemId, Vec<Place>>,
}

/// A line that shipped units which are not back.
struct Place {
    order: OrderId,
    line: LineNo,
    out: Quantity,
}

impl<'a> Search<'a> {
    fn new(recent: &'a [OrderId], lines: &'a [ReturnedLine]) -> Self {
        Self { recent: recent.iter(), places: lines.iter().map(|line| (&line.item, Vec::new())).collect() }
    }

    /// The line of the latest order that has as many units out as come back.
    fn find(&mut self, books: &mut dyn Books, returned: &ReturnedLine) -> Result<Option<(OrderId, LineNo)>, Stop> {
        let mut looked_at = 0;
        loop {
            if let Some(places) = self.places.get_mut(&returned.item) {
                if let Some(place) = places.iter_mut().skip(looked_at).find(|place| place.out >= returned.quantity) {
                    place.out -= returned.quantity;
                    return Ok(Some((place.order, place.line)));
                }
                looked_at = places.len();
            }
            let Some(id) = self.recent.next() else { return Ok(None) };
            let Some(order) = books.order(id)? else { continue };
            for line in &order.lines {
                let out = line.buckets.shipped - line.returned;
                if out.is_positive()
                    && let Some(places) = self.places.get_mut(&line.item)
                {
                    places.push(Place { order: *id, line: line.no, out });
                }
            }
        }
    }
}

/// The latest invoice of the account of which as much may still be given, and its order.
fn latest_invoice(books: &mut dyn Books, recent: &[OrderId], amount: Amount) -> Result<Option<(InvoiceId, OrderId)>, Stop> {
    for order in recent {
        let Some(order) = books.order(order)? else { continue };
        for id in order.invoices.iter().rev() {
            let Some(invoice) = books.invoice(id)?.filter(|invoice| invoice.kind == DocumentKind::Invoice) else { continue };
            if left_to_give(books, &invoice)? >= amount {
                return Ok(Some((*id, order.id)));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::bill;
    use crate::order::fixture::{Story, at, clerk};
    use crate::returns::{ReturnStatus, decide};

    /// Ten of X, shipped and billed.
    fn billed(story: &mut Story) -> OrderId {
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        story.ship_everything(id);
        bill(story.books(), id, &at(4)).unwrap();
        id
    }

    fn document(reference: &str, quantity: i64) -> ReturnDocument {
        let lines = vec![ReturnedLine { item: "X".into(), quantity: Quantity(quantity) }];
        ReturnDocument { account: "ACME".into(), reference: reference.into(), lines, ..ReturnDocument::default() }
    }

    fn ask(story: &mut Story, reference: &str, quantity: i64) -> Result<ReturnId, Stop> {
        request(story.books(), &document(reference, quantity), &at(5))
    }

    fn order_of(story: &mut Story, id: ReturnId) -> Option<OrderId> {
        story.books().return_request(&id).unwrap().unwrap().order
    }

    #[test]
    fn goods_are_found_in_the_latest_order_that_still_has_them() {
        let mut story = Story::new();
        let (first, second) = (billed(&mut story), billed(&mut story));
        let found: Vec<_> = ["A", "B", "C"]
            .map(|reference| {
                let id = ask(&mut story, reference, 6).unwrap();
                order_of(&mut story, id)
            })
            .to_vec();
        assert_eq!(found, [Some(second), Some(first), None]);
        assert_eq!(story.order(second).lines[0].returned, Quantity(6));
    }

    #[test]
    fn an_invoice_over_many_orders_pushes_no_other_out_of_sight() {
        let mut story = Story::new();
        let id = billed(&mut story);
        let account = AccountId::from("ACME");
        let shares = (100..200).map(|order| crate::account::ItemShare { order: OrderId(order), ..Default::default() });
        let item = crate::account::OpenItem { invoice: InvoiceId(99), shares: shares.collect(), ..Default::default() };
        story.books().record(&account, crate::account::AccountEvent::ItemOpened(item));
        let request = ask(&mut story, "A", 1).unwrap();
        assert_eq!(order_of(&mut story, request), Some(id));
    }

    #[test]
    fn orders_are_looked_through_in_bounded_number_and_no_document_takes_the_place_of_the_others() {
        let orders = |from: u64, count: u64| (from..from + count).map(OrderId).collect::<Vec<_>>();
        let lists: Vec<_> = (0..100).map(|at| orders(at * 1_000, 1_000)).collect();
        let found = shared_out(lists, MOST_ORDERS);
        let documents: BTreeSet<u64> = found.iter().map(|order| order.0 / 1_000).collect();
        assert_eq!((found.len(), documents.len()), (500, 100));
        // what the small ones leave goes to the latest that has more
        assert_eq!(
            shared_out(vec![orders(0, 1), orders(10, 9), orders(20, 9)], 9),
            [0, 10, 11, 12, 13, 14, 20, 21, 22].map(OrderId)
        );
        assert_eq!(shared_out(Vec::new(), MOST_ORDERS), []);
    }

    #[test]
    fn lines_of_one_return_are_found_in_orders_that_another_line_went_through() {
        let mut story = Story::new();
        let (first, second) = (billed(&mut story), billed(&mut story));
        let line = |quantity| ReturnedLine { item: "X".into(), quantity: Quantity(quantity) };
        // the first of the second order, then one that only the first order can take, and one that is left of the second
        let document = ReturnDocument { lines: vec![line(6), line(8), line(4), line(3)], ..document("A", 0) };
        let id = request(story.books(), &document, &at(5)).unwrap();
        let request = story.books().return_request(&id).unwrap().unwrap();
        let found: Vec<_> = request.lines.iter().map(|line| line.line.map(|(order, _)| order)).collect();
        assert_eq!(found, [Some(second), Some(first), Some(second), None]);
    }

    #[test]
    fn a_paid_order_is_found_too() {
        let mut story = Story::new();
        let id = billed(&mut story);
        let account = AccountId::from("ACME");
        let item = story.books().account(&account).unwrap().unwrap().ledger.open_items[0].clone();
        let paid = crate::account::AccountEvent::ItemReduced { invoice: item.invoice, by: item.open, shares: Vec::new() };
        story.books().record(&account, paid);
        let request = ask(&mut story, "A", 1).unwrap();
        assert_eq!(order_of(&mut story, request), Some(id));
    }

    #[test]
    fn refused_units_may_be_asked_for_again_and_a_decision_stands() {
        let mut story = Story::new();
        let id = billed(&mut story);
        let first = ask(&mut story, "A", 10).unwrap();
        decide(story.books(), first, false, "too late", &clerk("ann", 6)).unwrap();
        assert_eq!(story.order(id).lines[0].returned, Quantity(0));
        assert!(decide(story.books(), first, true, "after all", &clerk("ann", 7)).is_err());
        let second = ask(&mut story, "B", 10).unwrap();
        decide(story.books(), second, true, "agreed", &clerk("ann", 8)).unwrap();
        assert_eq!(story.order(id).lines[0].returned, Quantity(10));
        assert_eq!(story.books().return_request(&second).unwrap().unwrap().status, ReturnStatus::Authorised);
    }

    #[test]
    fn an_amount_that_is_asked_for_is_credited_once_a_person_agrees() {
        let mut story = Story::new();
        let id = billed(&mut story);
        let asks = |reference: &str, amount| ReturnDocument {
            account: "ACME".into(),
            reference: reference.into(),
            goodwill: Amount(amount),
            ..ReturnDocument::default()
        };
        let first = request(story.books(), &asks("D-1", 2_500), &at(5)).unwrap();
        assert_eq!(order_of(&mut story, first), Some(id));
        let note = decide(story.books(), first, true, "agreed", &clerk("ann", 6)).unwrap().unwrap();
        assert_eq!(story.books().invoice(&note).unwrap().unwrap().gross, Amount(2_500));
        assert_eq!(story.order(id).receivable, Amount(7_500));
        // more than is left of any invoice: it waits, and can only be refused
        let large = request(story.books(), &asks("D-2", 7_501), &at(7)).unwrap();
        assert!(matches!(
            decide(story.books(), large, true, "agreed", &clerk("ann", 8)),
            Err(Stop::Refused(Refusal::Conflict(_)))
        ));
        assert_eq!(decide(story.books(), large, false, "too much", &clerk("ann", 9)).unwrap(), None);
        story.check();
    }

    #[test]
    fn the_same_request_twice_and_broken_ones_are_refused() {
        let mut story = Story::new();
        billed(&mut story);
        ask(&mut story, "A", 1).unwrap();
        assert!(matches!(ask(&mut story, "A", 1), Err(Stop::Refused(Refusal::Conflict(_)))));
        let mut refused = |document: &ReturnDocument| match request(story.books(), document, &at(5)) {
            Err(Stop::Refused(Refusal::Invalid { field, .. })) => field.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(&ReturnDocument { account: "NOBODY".into(), ..document("B", 1) }), "account");
        assert_eq!(refused(&ReturnDocument { lines: vec![], ..document("B", 1) }), "lines");
        assert_eq!(refused(&document("B", 0)), "lines[0].quantity");
        let many = vec![ReturnedLine { item: "X".into(), quantity: Quantity(1) }; MOST_LINES + 1];
        assert_eq!(refused(&ReturnDocument { lines: many, ..document("B", 1) }), "lines");
    }
}
