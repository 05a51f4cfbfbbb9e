//! A document is posted: number, ledger and order in one transaction, or not at all.

use compact_str::format_compact;
use units::{Amount, Day, Quantity, Text, prorate};

use super::particulars::with_particulars;
use super::state::{DocumentKind, Invoice, InvoiceEvent, InvoiceLine, InvoicePart, SeriesEvent};
use crate::account::{AccountEvent, Aging, ItemKind, ItemShare, OpenItem, watch_due};
use crate::books::{Books, Key, Kind, Stop};
use crate::cash::{NUMBER, numbers};
use crate::context::Context;
use crate::ids::*;
use crate::master::{BookedRate, BookingDay, Company};
use crate::order::{Order, OrderEvent, company};
use crate::reference::point;
use crate::refusal::Refusal;

/// What a posting changes on the order besides what stands in the document.
#[derive(Debug, Clone, Default)]
pub(super) struct Effects {
    /// Units and amounts by line, as the order counts them.
    pub(super) lines: Vec<(LineNo, Quantity, Amount)>,
    /// Freight, discount, deposit and consumed deposit, as the order counts them.
    pub(super) freight: Amount,
    pub(super) discount: Amount,
    pub(super) deposit: Amount,
    pub(super) consumed: Amount,
}

/// Posts a document of one order; see [`post_all`].
pub(super) fn post(
    books: &mut dyn Books,
    order: &Order,
    draft: Invoice,
    effects: Effects,
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    let lines = draft.lines.into_iter().map(|line| InvoiceLine { order: order.id, ..line }).collect();
    post_all(books, order, Invoice { lines, ..draft }, vec![(order.id, effects)], cx)
}

/// Posts a document that is complete but for its id, number and dates, with what it changes on each of its orders: the next legal number of
/// its series (legal entity, document type, branch of the customer if there is one, year), dated today or as late as the document before. Currency and terms are those of `order`, the first of them. Refused where no
/// exchange rate is known. Source: domain §1.6 (numbering).
pub(super) fn post_all(
    books: &mut dyn Books,
    order: &Order,
    draft: Invoice,
    effects: Vec<(OrderId, Effects)>,
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    let company = company(books)?;
    let today = company.calendar.local_day(cx.now);
    let suffix = if draft.kind.is_credit() { "C" } else { "" };
    let code = if company.code.is_empty() { "INV" } else { company.code.as_str() };
    let account = books.account(&order.account)?;
    let branch = account.map(|account| account.profile.branch.clone()).filter(|branch| !branch.is_empty());
    let branch = branch.map(|branch| format_compact!("-{branch}")).unwrap_or_default();
    let series = format_compact!("{code}{suffix}{branch}-{}", today.year());
    let before = books.series(&series)?.unwrap_or_default();
    let (number, date) = (before.last + 1, today.max(before.last_date));
    // whatever may refuse the document comes before its number: a number that was taken is never free again
    let rate = booking_rate(books, &company, order, &draft, date)?;
    let draft = with_particulars(books, &company, order, draft, date)?;
    let id = InvoiceId(books.next_number(Kind::Invoice)?);
    books.record(&series, SeriesEvent::NumberTaken { number, date });
    let terms = order.terms;
    let due = if terms.prepayment { date } else { date.plus_days(i32::from(terms.net_days)) };
    let early_payment = early_payment(order, &draft, company.policy.cash.discount_excludes_tax).map(|discount| {
        let last = date.plus_days(i32::from(terms.discount_days));
        (discount, last)
    });
    let invoice = Invoice {
        id,
        number: format_compact!("{series}-{number:06}"),
        account: order.account.clone(),
        order: order.id,
        purchase_order: common_purchase_order(order, &draft.parts),
        currency: order.currency,
        date,
        due,
        early_payment,
        posted_at: cx.now,
        posted_by: cx.actor.id.clone(),
        rate,
        ..draft
    };
    let sign = |gross: Amount| if invoice.kind.is_credit() { -gross } else { gross };
    let (owed, parts) = (sign(invoice.gross), invoice.parts.clone());
    let receivable: Vec<Amount> = match parts.as_slice() {
        [] => vec![owed],
        parts => parts.iter().map(|part| sign(part.gross)).collect(),
    };
    for name in numbers(&invoice.number) {
        point(books, NUMBER, &name, Some(Key::Invoice(id)))?;
    }
    let item = open_item(&invoice);
    books.record(&id, InvoiceEvent::Posted(Box::new(invoice)));
    for ((order, effects), receivable) in effects.into_iter().zip(receivable) {
        let Effects { lines, freight, discount, deposit, consumed } = effects;
        let event = OrderEvent::Invoiced { invoice: id, lines, freight, discount, deposit, consumed, receivable };
        books.record(&order, event);
    }
    if !owed.is_zero() {
        books.record(&order.account, AccountEvent::ItemOpened(item.clone()));
        watch_due(books, &order.account, &item)?;
    }
    Ok(id)
}

/// The exchange rate of a document: that of the day which the policy names; a correction keeps that of what it corrects. `None` in the
/// company's currency. Source: domain §1.6 (booking rate by policy).
fn booking_rate(
    books: &mut dyn Books,
    company: &Company,
    order: &Order,
    draft: &Invoice,
    date: Day,
) -> Result<Option<BookedRate>, Stop> {
    if order.currency == company.currency {
        return Ok(None);
    }
    if let Some(corrected) = draft.corrects {
        return Ok(books.invoice(&corrected)?.and_then(|corrected| corrected.rate.clone()));
    }
    let day = match company.policy.exchange.booking {
        BookingDay::InvoiceDate => date,
        BookingDay::OrderDate => company.calendar.local_day(order.received_at),
        BookingDay::ShipDate => {
            let mut shipped = None;
            for shipment in &draft.shipments {
                shipped = shipped.max(books.shipment(shipment)?.map(|shipment| shipment.shipped_at));
            }
            shipped.map_or(date, |at| company.calendar.local_day(at))
        }
    };
    let unknown = || format_compact!("there is no exchange rate of {} on {day}: import the kind `rates`", order.currency);
    let rate = company.rate(order.currency, day).ok_or_else(|| Refusal::Conflict(unknown()))?;
    Ok(Some(rate))
}

/// The purchase order that all orders of a document are of; none where they are of several.
fn common_purchase_order(first: &Order, parts: &[InvoicePart]) -> Text {
    let is_common = parts.iter().all(|part| part.purchase_order == first.purchase_order);
    if is_common { first.purchase_order.clone() } else { Text::default() }
}

/// What a document holds of each of its orders, each with its net amount and the tax that it would have by itself; nothing for a single
/// one. The tax of the document is shared by that, to the minor unit.
pub(super) fn parts_of(parts: Vec<(InvoicePart, Amount, Amount)>, tax: Amount) -> Vec<InvoicePart> {
    if parts.len() < 2 {
        return Vec::new();
    }
    let taxes = prorate(tax.0, &parts.iter().map(|(.., tax)| tax.0).collect::<Vec<_>>());
    parts.into_iter().zip(taxes).map(|((part, net, _), tax)| InvoicePart { gross: net + Amount(tax), ..part }).collect()
}

/// The open item that a document makes.
pub(crate) fn open_item(invoice: &Invoice) -> OpenItem {
    let (kind, amount) = match invoice.kind {
        DocumentKind::Invoice => (ItemKind::Invoice, invoice.gross),
        DocumentKind::Deposit => (ItemKind::Deposit, invoice.gross),
        DocumentKind::CreditNote | DocumentKind::Goodwill => (ItemKind::CreditNote, -invoice.gross),
    };
    OpenItem {
        invoice: invoice.id,
        number: invoice.number.clone(),
        kind,
        order: invoice.order,
        purchase_order: invoice.purchase_order.clone(),
        date: invoice.date,
        due: invoice.due,
        amount,
        open: amount,
        discount: invoice.early_payment,
        disputed: Amount::ZERO,
        shares: invoice.parts.iter().map(|part| share(part, invoice.kind)).collect(),
        aging: Aging::default(),
    }
}

fn share(part: &InvoicePart, kind: DocumentKind) -> ItemShare {
    let amount = if kind.is_credit() { -part.gross } else { part.gross };
    ItemShare { order: part.order, purchase_order: part.purchase_order.clone(), amount, open: amount }
}

fn early_payment(order: &Order, draft: &Invoice, goods_only: bool) -> Option<Amount> {
    let percent = order.terms.discount_percent;
    if percent.is_zero() || draft.kind != DocumentKind::Invoice {
        return None;
    }
    let base = if goods_only { draft.net - draft.freight } else { draft.gross };
    Some(base.percent(percent)).filter(|discount| discount.is_positive())
}

/// Sums of a document from its parts.
pub(super) fn summed(draft: Invoice) -> Invoice {
    let goods: Amount = draft.lines.iter().map(|line| line.net).sum();
    let net = goods + draft.freight - draft.discount - draft.deposit;
    let tax = draft.taxes.iter().map(|tax| tax.tax).sum();
    Invoice { net, tax, gross: net + tax, ..draft }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::bill;
    use crate::master::{ExchangeRate, put_rates};
    use crate::order::Submission;
    use crate::order::fixture::{Story, at};
    use units::Currency;

    #[test]
    fn domain_1_6_a_document_that_is_refused_takes_no_legal_number() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let account = AccountId::from("ACME");
        let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
        profile.currency = Some(Currency::USD);
        // kept in a currency before its first rate was of the day of its documents
        let set = crate::account::AccountEvent::ProfileSet { id: account.clone(), profile: Box::new(profile) };
        story.books().record(&account, set);
        let id = story.receive(&Submission { currency: Some(Currency::USD), ..story.submission() }).unwrap();
        crate::order::approve(story.books(), id, &at(1)).unwrap();
        crate::order::promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        story.books.take_events();
        let refused = bill(story.books(), id, &at(4));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::Conflict(_)))), "{refused:?}");
        assert_eq!(story.books.take_events(), []);
        let rate = ExchangeRate {
            currency: Currency::USD,
            day: at(0).now.day(),
            rate: "0.95".parse().unwrap(),
            source: "ECB".into(),
        };
        put_rates(story.books(), &[rate], &at(4)).unwrap();
        let invoice = bill(story.books(), id, &at(5)).unwrap()[0];
        assert_eq!(story.books().invoice(&invoice).unwrap().unwrap().number, "CD-2026-000001");
    }
}
