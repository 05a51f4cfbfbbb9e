//! Shipments are billed.

use std::sync::Arc;

use compact_str::format_compact;
use units::{Amount, Quantity, Text};

use super::post::{Effects, parts_of, post_all, summed};
use super::share::{Measure, due, header, next_value};
use super::state::{Invoice, InvoiceLine, InvoicePart};
use super::timing::{Timing, schedule, timing};
use super::{consolidated, deposit};
use crate::account::AccountEvent;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::fulfilment::{Shipment, ShipmentEvent};
use crate::ids::*;
use crate::master::{BillingPolicy, TaxRounding};
use crate::order::{Hold, HoldKind, Line, Order, company, existing};
use crate::reconcile::blocks_posting;
use crate::refusal::Refusal;
use crate::tax::{self, TaxScheme, Taxation, TaxedLine};

/// Bills what is due by the order's policy, and sets the clock of what waits.
///
/// Nothing to bill gives an empty list, and so does an order that cannot be billed now: [`blocked`] says why. Source: domain §1.6.
pub fn bill(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Vec<InvoiceId>, Stop> {
    let order = existing(books, id)?;
    let waiting = unbilled(books, &order)?;
    let Timing { groups, next } = timing(&order, &company(books)?.calendar, waiting, cx.now);
    schedule(books, &order, next)?;
    if groups.is_empty() || in_the_way(books, &order)?.is_some() {
        return Ok(Vec::new());
    }
    if let BillingPolicy::Consolidated { every, .. } = order.billing {
        return consolidated::bill(books, &order, every, cx);
    }
    drop(order);
    groups.into_iter().map(|shipments| invoice(books, &[(id, shipments)], cx)).collect()
}

/// The shipments of an order of which something is to be billed; what its carrier shall bring back is not.
pub(super) fn unbilled(books: &mut dyn Books, order: &Order) -> Result<Vec<Arc<Shipment>>, Stop> {
    let mut unbilled = Vec::new();
    for shipment in &order.shipments {
        let open = |shipment: &Arc<Shipment>| shipment.lines.iter().any(|line| line.invoiced < line.quantity);
        unbilled.extend(books.shipment(shipment)?.filter(|shipment| open(shipment) && !shipment.is_intercepted()));
    }
    Ok(unbilled)
}

/// Why an order of which something is due cannot be billed now; `None` if it can, or if nothing is due. Source: domain §1.6 (trigger).
pub fn blocked(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Option<Text>, Stop> {
    let order = existing(books, id)?;
    let Some(why) = in_the_way(books, &order)? else { return Ok(None) };
    let waiting = unbilled(books, &order)?;
    let due = timing(&order, &company(books)?.calendar, waiting, cx.now).groups;
    let is_due = !due.is_empty() || deposit::is_due(books, &order)?;
    Ok(is_due.then_some(why))
}

/// Notes whether something of an order is due and cannot be billed, so that it is found when its account can be billed again.
pub fn note_kept_back(books: &mut dyn Books, id: OrderId, kept: bool) -> Result<(), Stop> {
    let order = existing(books, id)?;
    if is_kept_back(books, &order)? != kept {
        books.record(&order.account, AccountEvent::KeptBack { order: id, kept });
    }
    Ok(())
}

/// Whether something of an order was due and could not be billed when it was last tried.
pub fn is_kept_back(books: &mut dyn Books, order: &Order) -> Result<bool, Stop> {
    let account = books.account(&order.account)?;
    Ok(account.is_some_and(|account| account.ledger.kept_back.binary_search(&order.id).is_ok()))
}

/// What keeps an order from being billed, upfront or for what has shipped: a hold, a customer to whom nothing is billed, or a break of R5.
pub(super) fn in_the_way(books: &mut dyn Books, order: &Order) -> Result<Option<Text>, Stop> {
    let keeps = |hold: &&Hold| matches!(hold.kind, HoldKind::Price | HoldKind::Tax | HoldKind::Manual);
    if let Some(hold) = order.holds.iter().find(keeps) {
        return Ok(Some(format_compact!("the {:?} hold is in the way of billing: {}", hold.kind, hold.reason)));
    }
    match not_billable(books, order)? {
        Some(why) => Ok(Some(why)),
        None => blocks_posting(books, order.id),
    }
}

/// Why nothing is billed to the customer of an order; `None` if they are billable. Source: domain §1.6 (trigger).
fn not_billable(books: &mut dyn Books, order: &Order) -> Result<Option<Text>, Stop> {
    let account = books.account(&order.account)?;
    let why = account.map(|account| account.profile.not_billable.clone()).filter(|why| !why.is_empty());
    Ok(why.map(|why| format_compact!("nothing is billed to {}: {why}", order.account)))
}

/// What an invoice bills of one order.
struct Billed {
    lines: Vec<InvoiceLine>,
    /// With their shares of freight, discount and deposit.
    taxed: Vec<TaxedLine>,
    /// Which jurisdictions charge what of each line.
    levels: Vec<Vec<tax::LevelRate>>,
    net: Amount,
    part: InvoicePart,
    effects: Effects,
    /// Where and how its tax is rounded.
    rounding: TaxRounding,
}

/// One invoice for shipments of orders of one account, currency and terms.
pub(super) fn invoice(
    books: &mut dyn Books,
    orders: &[(OrderId, Vec<Arc<Shipment>>)],
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    let Some((first, _)) = orders.first() else {
        return Err(Refusal::Conflict(Text::const_new("there is no order to bill")).into());
    };
    let first = existing(books, *first)?;
    let mut draft = Invoice::default();
    let (mut taxed, mut parts, mut effects, mut charged) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (id, shipments) in orders {
        let billed = of_order(books, *id, shipments, cx)?;
        if parts.is_empty() {
            draft.tax_rounding = billed.rounding;
        }
        draft.shipments.extend(shipments.iter().map(|shipment| shipment.id));
        draft.lines.extend(billed.lines);
        draft.freight += billed.part.freight;
        draft.discount += billed.part.discount;
        draft.deposit += billed.part.deposit;
        let own_tax = tax::by_rate(draft.tax_rounding, &billed.taxed).iter().map(|tax| tax.tax).sum();
        charged.extend(billed.taxed.iter().map(|line| line.net).zip(billed.levels));
        taxed.extend(billed.taxed);
        parts.push((billed.part, billed.net, own_tax));
        effects.push((*id, billed.effects));
    }
    draft.taxes = tax::by_rate(draft.tax_rounding, &taxed);
    let draft = summed(draft);
    let tax_levels = tax::by_level(charged.into_iter(), draft.tax);
    let tax_scheme = scheme_of(&first, draft.tax);
    let draft = Invoice { tax_levels, tax_scheme, ..draft };
    let draft = Invoice { parts: parts_of(parts, draft.tax), ..draft };
    let posted = post_all(books, &first, draft, effects, cx)?;
    for shipment in orders.iter().flat_map(|(_, shipments)| shipments) {
        let lines = shipment.lines.iter().map(|line| (line.line, line.quantity - line.invoiced)).collect();
        books.record(&shipment.id, ShipmentEvent::Invoiced { invoice: posted, lines });
        if !shipment.exposed.is_zero() {
            books.record(&first.account, AccountEvent::ShippedChanged { by: -shipment.exposed });
        }
    }
    Ok(posted)
}

/// By which scheme a document of an order is taxed: as it was determined, whatever is known of the customer by now. What comes to tax is
/// the seller's to account for.
pub(super) fn scheme_of(order: &Order, tax: Amount) -> TaxScheme {
    if tax.is_zero() { order.tax_scheme } else { TaxScheme::Standard }
}

/// What an invoice bills of one order for shipments of it.
fn of_order(books: &mut dyn Books, id: OrderId, shipments: &[Arc<Shipment>], cx: &Context) -> Result<Billed, Stop> {
    let order = existing(books, id)?;
    let units = |no: LineNo| -> Quantity {
        let lines = shipments.iter().flat_map(|shipment| &shipment.lines).filter(|line| line.line == no);
        lines.map(|line| line.quantity - line.invoiced).sum()
    };
    let company = company(books)?;
    // the day of the last of these supplies
    let tax_point = shipments.iter().map(|shipment| shipment.shipped_at).max().unwrap_or(cx.now);
    let tax_point = company.calendar.local_day(tax_point);
    let ordered = company.calendar.local_day(order.received_at);
    let account = books.account(&order.account)?.unwrap_or_default();
    let mut taxation = Taxation::determined(&company, &account.profile, &order);
    let (mut lines, mut levels) = (Vec::new(), Vec::new());
    let mut counted = Vec::new();
    for line in &order.lines {
        let quantity = units(line.no);
        if quantity.is_positive() {
            let net = next_value(&order, line, quantity);
            let (tax_rate, charged) = tax::at_tax_point(&mut taxation, line, ordered, tax_point);
            levels.push(charged);
            let (item, price) = (line.item.clone(), line.price);
            lines.push(InvoiceLine { line: line.no, item, quantity, price, net, tax_rate, order: id, exempt: false });
            counted.push((line.no, quantity, net));
        }
    }
    let policy = &company.policy;
    let (freight, discount) = header(books, &order, &policy.proration, &|line: &Line| units(line.no))?;
    let goods: Amount = lines.iter().map(|line| line.net).sum();
    // a discount or deposit never makes an invoice negative
    let discount = discount.min(goods + freight);
    let deposit = consumed(&order, &units).min(goods + freight - discount);
    let taxed = lines.iter().map(|line| TaxedLine::new(line.tax_rate, line.net, line.price, line.quantity, order.currency));
    let taxed = tax::with_header(&taxed.collect::<Vec<_>>(), freight, discount + deposit);
    let net = goods + freight - discount - deposit;
    let effects = Effects { lines: counted, freight, discount, deposit: Amount::ZERO, consumed: deposit };
    let purchase_order = order.purchase_order.clone();
    let part = InvoicePart { order: id, purchase_order, freight, discount, deposit, gross: Amount::ZERO };
    Ok(Billed { lines, taxed, levels, net, part, effects, rounding: taxation.rounding })
}

/// How much of the deposit this invoice consumes: its share by value, and the rest when nothing more will be billed; of one that was
/// for everything, all that the invoice comes to, so that no rounding is left to pay. The share of cancelled units is given back, so
/// they do not count here.
fn consumed(order: &Order, units: &impl Fn(LineNo) -> Quantity) -> Amount {
    if order.billing == BillingPolicy::OnOrder {
        return (order.deposit_invoiced - order.deposit_consumed).max(Amount::ZERO);
    }
    let is_last = order.is_fulfilled() && order.lines.iter().all(|line| line.to_invoice() == units(line.no));
    let measure = Measure::by_value(order);
    let billed = measure.sum(order, |line| line.invoiced + units(line.no));
    let live = measure.sum(order, |line| line.ordered() - line.never_billed());
    let due = if is_last { order.deposit_invoiced } else { due(order.deposit_invoiced, billed, live) };
    // the share of what is billed shrinks when what is to come grows dearer
    (due - order.deposit_consumed).max(Amount::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{DocumentKind, deposit};
    use crate::master::{CancelledShare, Company, CompanyEvent, Item, ItemEvent, ProrationBasis, ProrationPolicy};
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{
        Cancellation, Change, OrderEvent, Submission, SubmittedLine, approve, cancel, change, promise, release,
    };
    use units::Decimal;

    /// The order of the worked example: A 10 × 100, B 5 × 40, discount 60, freight 60, tax 10 %.
    fn example(billing: BillingPolicy) -> (Story, OrderId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        story.stock("Y", "WH2", 5);
        let line =
            |item, quantity, price: &str| SubmittedLine { price: Some(price.parse().unwrap()), ..submitted(item, quantity) };
        let submission = Submission {
            lines: vec![line("X", "10", "100"), line("Y", "5", "40")],
            freight: Amount(6_000),
            discount: Amount(6_000),
            ..story.submission()
        };
        let id = story.receive(&submission).unwrap();
        let mut order = (*story.order(id)).clone();
        order.billing = billing;
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        let ten = Decimal::from(10i64);
        let rates = vec![(LineNo(1), ten), (LineNo(2), ten)];
        story.books().record(
            &id,
            OrderEvent::TaxDetermined {
                rates,
                tax: Amount(12_000),
                degraded: false,
                scheme: Default::default(),
                basis: Default::default(),
            },
        );
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        (story, id)
    }

    fn gross(story: &mut Story, id: InvoiceId) -> i64 {
        story.books().invoice(&id).unwrap().unwrap().gross.0
    }

    /// Sets what the customer is billed by.
    fn set_profile(story: &mut Story, change: impl FnOnce(&mut crate::account::Profile)) {
        let account = AccountId::from("ACME");
        let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
        change(&mut profile);
        crate::account::set_profile(story.books(), &account, &profile, &at(0)).unwrap();
    }

    #[test]
    fn domain_1_6_a_customer_who_is_not_billable_is_billed_when_they_are() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        set_profile(&mut story, |profile| profile.not_billable = "no VAT number yet".into());
        story.ship_everything(id);
        assert_eq!(bill(story.books(), id, &at(4)).unwrap(), []);
        let why = blocked(story.books(), id, &at(4)).unwrap().unwrap();
        assert_eq!(why, "nothing is billed to ACME: no VAT number yet");
        set_profile(&mut story, |profile| profile.not_billable = Text::default());
        assert_eq!(blocked(story.books(), id, &at(5)).unwrap(), None);
        assert_eq!(bill(story.books(), id, &at(5)).unwrap().len(), 1);
        story.check();
    }

    #[test]
    fn domain_1_6_each_branch_has_a_series_without_gaps_of_its_own() {
        let mut story = Story::new();
        let numbers: Vec<String> = ["", "N1", "", "N1"]
            .into_iter()
            .map(|branch| {
                set_profile(&mut story, |profile| profile.branch = branch.into());
                story.stock("X", "WH1", 10);
                let id = story.promised(&[("X", 10)]);
                story.ship_everything(id);
                let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
                story.books().invoice(&invoice).unwrap().unwrap().number.to_string()
            })
            .collect();
        assert_eq!(numbers, ["CD-2026-000001", "CD-N1-2026-000001", "CD-2026-000002", "CD-N1-2026-000002"]);
        story.check();
    }

    #[test]
    fn domain_1_6_freight_and_discount_are_prorated() {
        let (mut story, id) = example(BillingPolicy::PerShipment);
        story.ship_everything(id);
        let posted = bill(story.books(), id, &at(4)).unwrap();
        let amounts: Vec<i64> = posted.iter().map(|invoice| gross(&mut story, *invoice)).collect();
        assert_eq!(amounts, [110_000, 22_000]);
        assert_eq!(bill(story.books(), id, &at(5)).unwrap(), []);
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        assert_eq!((account.ledger.open_orders, account.ledger.shipped_not_invoiced), (Amount(0), Amount(0)));
        assert_eq!(account.ledger.receivable(), Amount(132_000));
        story.check();
    }

    #[test]
    fn domain_1_6_a_deposit_is_consumed_proportionally() {
        let (mut story, id) = example(BillingPolicy::Deposit { percent: Decimal::from(30i64) });
        let asked = deposit(story.books(), id, &at(2)).unwrap().unwrap();
        assert_eq!(gross(&mut story, asked), 39_600);
        assert_eq!(deposit(story.books(), id, &at(2)).unwrap(), None);
        story.ship_everything(id);
        let posted = bill(story.books(), id, &at(4)).unwrap();
        let amounts: Vec<i64> = posted.iter().map(|invoice| gross(&mut story, *invoice)).collect();
        assert_eq!(amounts, [77_000, 15_400]);
        story.check();
    }

    #[test]
    fn on_complete_waits_for_the_last_unit() {
        let (mut story, id) = example(BillingPolicy::ON_COMPLETE);
        let released = release(story.books(), id, &at(2)).unwrap();
        story.ship(released[0], &[(1, 10)], "A");
        assert_eq!(bill(story.books(), id, &at(4)).unwrap(), []);
        story.ship(released[1], &[(2, 5)], "B");
        let posted = bill(story.books(), id, &at(5)).unwrap();
        assert_eq!((posted.len(), gross(&mut story, posted[0])), (1, 132_000));
        story.check();
    }

    /// The example billed with another proration: freight and discount of each invoice.
    fn prorated(proration: ProrationPolicy, cancelled: i64) -> Vec<(i64, i64)> {
        let (mut story, id) = example(BillingPolicy::PerShipment);
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.proration = proration;
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        for (item, weight_grams) in [("X", 100), ("Y", 1_000)] {
            let item = (*story.books().item(&item.into()).unwrap().unwrap()).clone();
            let id = item.id.clone();
            story.books().record(&id, ItemEvent::Set(Box::new(Item { weight_grams, ..item })));
        }
        if cancelled > 0 {
            let lines = vec![(LineNo(2), Some(Quantity(cancelled)))];
            cancel(story.books(), id, &Cancellation { lines, reason: "less".into() }, &clerk("ann", 2)).unwrap();
        }
        story.ship_everything(id);
        let posted = bill(story.books(), id, &at(4)).unwrap();
        story.check();
        let parts = posted.iter().map(|id| {
            let invoice = story.books().invoice(id).unwrap().unwrap();
            (invoice.freight.0, invoice.discount.0)
        });
        parts.collect()
    }

    #[test]
    fn domain_1_6_freight_and_discount_may_be_shared_by_quantity_or_weight() {
        // 10 and 5 units; 1 and 5 kilograms
        let policy =
            ProrationPolicy { freight: ProrationBasis::Weight, discount: ProrationBasis::Quantity, ..Default::default() };
        assert_eq!(prorated(policy, 0), [(1_000, 4_000), (5_000, 2_000)]);
    }

    #[test]
    fn domain_1_6_cancelled_units_carry_their_share_away_or_it_is_spread_over_the_others() {
        // 4 of 5 units at 40.00 are cancelled: 160 of 1,200
        assert_eq!(prorated(ProrationPolicy::default(), 4), [(5_000, 5_000), (200, 200)]);
        let respread = ProrationPolicy { cancelled: CancelledShare::Respread, ..Default::default() };
        assert_eq!(prorated(respread, 4), [(5_769, 5_769), (231, 231)]);
    }

    #[test]
    fn domain_1_6_a_deposit_never_makes_a_delivery_invoice_negative() {
        let (mut story, id) = example(BillingPolicy::Deposit { percent: Decimal::HUNDRED });
        deposit(story.books(), id, &at(2)).unwrap().unwrap();
        // the price of what is to come falls to a tenth after the deposit was asked for
        let prices = vec![(LineNo(1), Decimal::from(10i64))];
        change(story.books(), id, &Change { prices, ..Change::default() }, &clerk("ann", 2)).unwrap();
        story.ship_everything(id);
        let posted = bill(story.books(), id, &at(4)).unwrap();
        for invoice in posted {
            let invoice = story.books().invoice(&invoice).unwrap().unwrap();
            assert!(!invoice.net.is_negative() && !invoice.gross.is_negative(), "{invoice:?}");
        }
        assert!(story.order(id).deposit_consumed < Amount(120_000));
        story.check();
    }

    #[test]
    fn a_deposit_that_was_consumed_is_not_asked_for_again_when_the_rest_grows_dearer() {
        let (mut story, id) = example(BillingPolicy::Deposit { percent: Decimal::from(30i64) });
        deposit(story.books(), id, &at(2)).unwrap().unwrap();
        let released = release(story.books(), id, &at(2)).unwrap();
        story.ship(released[0], &[(1, 10)], "A");
        bill(story.books(), id, &at(4)).unwrap();
        assert_eq!(story.order(id).deposit_consumed, Amount(30_000));
        // 5 × 40.00 become 5 × 4,000.00: 300.00 is more than the share of what was billed
        let prices = vec![(LineNo(2), Decimal::from(4_000i64))];
        change(story.books(), id, &Change { prices, ..Change::default() }, &clerk("ann", 4)).unwrap();
        story.ship(released[1], &[(2, 1)], "B");
        let posted = bill(story.books(), id, &at(5)).unwrap()[0];
        assert_eq!(story.books().invoice(&posted).unwrap().unwrap().deposit, Amount(0));
        story.ship(released[1], &[(2, 4)], "C");
        bill(story.books(), id, &at(6)).unwrap();
        assert_eq!(story.order(id).deposit_consumed, Amount(36_000));
    }

    #[test]
    fn numbers_have_no_gaps() {
        let (mut story, id) = example(BillingPolicy::PerShipment);
        story.ship_everything(id);
        let posted = bill(story.books(), id, &at(4)).unwrap();
        let numbers: Vec<String> =
            posted.iter().map(|id| story.books().invoice(id).unwrap().unwrap().number.to_string()).collect();
        assert_eq!(numbers, ["CD-2026-000001", "CD-2026-000002"]);
        assert_eq!(story.books().invoice(&posted[0]).unwrap().unwrap().kind, DocumentKind::Invoice);
    }
}
