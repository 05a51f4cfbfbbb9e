//! What is billed before anything ships: how much of an order it covers, and whether it is paid (domain §1.6: upfront, on order).

use std::sync::Arc;

use compact_str::format_compact;
use units::{Amount, Minutes, Text, Timestamp};

use super::share::header;
use super::state::{DocumentKind, Invoice, TaxLine};
use super::timing::schedule;
use crate::account::{ItemKind, OpenItem};
use crate::books::{Books, Key, Missing, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::{Line, Order, company, existing, line_net, net};
use crate::tax::{self, TaxedLine};

/// So long a person who is asked about an unpaid upfront invoice waits before they are asked again.
const CHASED_AGAIN_AFTER: Minutes = Minutes(7 * 1_440);

/// What will be billed of an order in the end: cancelled units, and their share of freight and discount, left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Total {
    pub(super) net: Amount,
    pub(super) taxes: Vec<TaxLine>,
}

impl Total {
    /// By the company's policy on the share of cancelled units.
    pub(super) fn of(books: &mut dyn Books, order: &Order) -> Result<Self, Stop> {
        let policy = company(books)?.policy.proration;
        let rest = |line: &Line| line.ordered() - line.never_billed() - line.invoiced;
        let (freight, discount) = header(books, order, &policy, &rest)?;
        let freight = freight + order.freight_invoiced;
        // a discount never makes an invoice negative
        let discount = (discount + order.discount_invoiced).min(net(order) + freight);
        let taxed = order.lines.iter().map(|line| {
            let units = line.ordered() - line.never_billed();
            TaxedLine::new(line.tax_rate, line_net(line, order.currency), line.price, units, order.currency)
        });
        // there is no line in these documents, so there is one way to round them: once per rate
        let taxes = tax::of_parts(Default::default(), &taxed.collect::<Vec<_>>(), freight, discount);
        Ok(Self { net: net(order) + freight - discount, taxes })
    }
}

/// An upfront invoice, and the notes that took some of it back.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) document: Arc<Invoice>,
    pub(super) notes: Vec<Arc<Invoice>>,
}

impl Asked {
    /// What was given back of it so far, net.
    pub(super) fn given_back(&self) -> Amount {
        self.notes.iter().map(|note| note.net).sum()
    }
}

/// The upfront invoices of an order, in the order of their numbers.
pub(super) fn documents(books: &mut dyn Books, order: &Order) -> Result<Vec<Asked>, Stop> {
    let mut asked: Vec<Asked> = Vec::new();
    let mut absent = None;
    for id in &order.invoices {
        let Some(document) = books.invoice(id)? else {
            absent = Some(Missing(Key::Invoice(*id)));
            continue;
        };
        if document.kind == DocumentKind::Deposit {
            asked.push(Asked { document, notes: Vec::new() });
        } else if let Some(corrected) = asked.iter_mut().find(|asked| document.corrects == Some(asked.document.id)) {
            corrected.notes.push(document);
        }
    }
    // they were posted, so they are there: whoever took one for not asked would ask again, for ever
    absent.map_or(Ok(asked), |absent| Err(absent.into()))
}

/// The upfront invoice of an order that is open and due first.
fn unpaid(books: &mut dyn Books, order: &Order) -> Result<Option<OpenItem>, Stop> {
    let account = books.account(&order.account)?;
    let items = account.iter().flat_map(|account| &account.ledger.open_items);
    let open = items.filter(|item| item.order == order.id && item.kind == ItemKind::Deposit && item.open.is_positive());
    Ok(open.min_by_key(|item| item.due).cloned())
}

/// Sets the clock that chases an upfront invoice: to the end of its last day; stops it once nothing is open.
pub(super) fn watch(books: &mut dyn Books, id: OrderId) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let calendar = company(books)?.calendar.clone();
    let due = unpaid(books, &order)?.map(|item| calendar.midnight(item.due.plus_days(1)));
    schedule(books, &order, due)
}

/// Stops the clock of upfront invoices once they are paid; says whether one is open. Nothing is looked at for orders without any.
pub fn is_chased(books: &mut dyn Books, id: OrderId) -> Result<bool, Stop> {
    let order = existing(books, id)?;
    if order.billing.upfront().is_zero() {
        return Ok(false);
    }
    let is_open = unpaid(books, &order)?.is_some();
    if !is_open {
        schedule(books, &order, None)?;
    }
    Ok(is_open)
}

/// What is asked about an upfront invoice whose day is over, and the amount; `None` if it is paid or not due. Its clock is set anew where
/// it is not due.
pub(super) fn overdue(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Option<(Text, Amount)>, Stop> {
    let order = existing(books, id)?;
    let Some(item) = unpaid(books, &order)? else { return Ok(None) };
    if company(books)?.calendar.local_day(cx.now) <= item.due {
        watch(books, id)?;
        return Ok(None);
    }
    let open = item.open.to_decimal(order.currency);
    let waits = if crate::order::awaits_payment(&order) { ", and nothing ships before" } else { "" };
    let reason =
        format_compact!("{open} of the upfront invoice {} were due on {} and are not paid{waits}", item.number, item.due);
    Ok(Some((reason, item.open)))
}

/// When a person who lets an unpaid upfront invoice wait is asked again.
pub(super) fn chased_again(cx: &Context) -> Timestamp {
    cx.now.plus(CHASED_AGAIN_AFTER)
}
