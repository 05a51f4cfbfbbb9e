//! A deposit is asked for before anything ships, and so is what is added to a prepaid order later; shares of an order by milestones.

use compact_str::format_compact;
use units::{Amount, Decimal, prorate};

use super::bill::{in_the_way, scheme_of};
use super::post::{Effects, post};
use super::state::{DocumentKind, Invoice, TaxLine};
use super::upfront::{Total, documents, watch};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::{BillingPolicy, Milestones};
use crate::order::{Order, OrderEvent, company, existing, expose};
use crate::refusal::Refusal;
use crate::tax::{Taxation, of_base};

/// Bills the deposit of an approved order, or all of it, once, or what its milestones ask for by now; `None` if none is agreed, it is
/// billed, or something is in the way: [`super::blocked`] says what. It is chased when it is not paid on its day. Source: domain §1.6
/// (upfront, on order, milestone).
pub fn deposit(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Option<InvoiceId>, Stop> {
    let order = existing(books, id)?;
    let draft = first(books, &order)?;
    ask(books, &order, draft, cx)
}

/// Bills what came to an order that is billed on order after its upfront invoice: units, lines or higher prices; `None` if nothing did, or
/// something is in the way.
///
/// Until that is paid too, nothing more of the order is released: money is not told apart by what it was paid for, and what is there
/// already may ship with what is paid next. Source: domain §1.6 (on order: prepaid).
pub fn deposit_of_more(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Option<InvoiceId>, Stop> {
    let order = existing(books, id)?;
    let draft = more(books, &order)?;
    ask(books, &order, draft, cx)
}

/// Whether something of an order is to be asked for before it ships, and is not asked for yet.
pub(super) fn is_due(books: &mut dyn Books, order: &Order) -> Result<bool, Stop> {
    Ok(first(books, order)?.is_some() || more(books, order)?.is_some())
}

/// Whether something is to be asked for before anything of an order ships, and is not asked for yet: a deposit, all of it, or the shares of
/// its milestones up to the release. Source: domain §1.6 (upfront, on order, milestone).
pub fn awaits_deposit(books: &mut dyn Books, order: &Order) -> Result<bool, Stop> {
    let is_over = matches!(order.billing, BillingPolicy::Milestones(_)) && !order.warehouse_orders.is_empty();
    Ok(!is_over && first(books, order)?.is_some())
}

fn first(books: &mut dyn Books, order: &Order) -> Result<Option<Invoice>, Stop> {
    let percent = reached(order);
    let is_asked = !order.deposit_invoiced.is_zero() && !matches!(order.billing, BillingPolicy::Milestones(_));
    if percent.is_zero() || order.approved_at.is_none() || order.is_over() || is_asked {
        return Ok(None);
    }
    up_to(books, order, percent)
}

fn more(books: &mut dyn Books, order: &Order) -> Result<Option<Invoice>, Stop> {
    let is_prepaid = order.billing == BillingPolicy::OnOrder && !order.deposit_invoiced.is_zero();
    // once all is billed, what was asked for and not consumed is given back: it must not be asked for again
    let is_done = order.is_over() || order.is_fulfilled() && order.is_invoiced();
    if !is_prepaid || order.approved_at.is_none() || is_done {
        return Ok(None);
    }
    up_to(books, order, Decimal::HUNDRED)
}

/// A person reports that what was agreed with the customer is reached; its share is billed.
///
/// Refused for an order without such a milestone, before it is approved, and once all of it is billed. A second report changes nothing.
/// Source: domain §1.6 (milestone).
pub fn report_milestone(books: &mut dyn Books, id: OrderId, what: &str, cx: &Context) -> Result<Option<InvoiceId>, Stop> {
    let order = existing(books, id)?;
    let is_agreed = matches!(order.billing, BillingPolicy::Milestones(shares) if !shares.reported.is_zero());
    let refused = if !is_agreed {
        Some(format_compact!("{id} is billed by {}, which has no milestone to report", order.billing))
    } else if order.approved_at.is_none() || order.is_over() {
        Some(format_compact!("{id} is {:?}: a milestone is reported of an approved order", order.status()))
    } else if order.is_fulfilled() && order.is_invoiced() {
        Some(format_compact!("{id} is billed whole"))
    } else {
        None
    };
    if let Some(why) = refused {
        return Err(Refusal::Conflict(why).into());
    }
    if order.milestone_reported {
        return Ok(None);
    }
    books.record(&id, OrderEvent::MilestoneReported { what: what.into(), by: cx.actor.id.clone() });
    deposit(books, id, cx)
}

/// Per cent of the order's value that is asked for by now.
pub(super) fn reached(order: &Order) -> Decimal {
    let BillingPolicy::Milestones(shares) = order.billing else { return order.billing.upfront() };
    let is_released = !order.warehouse_orders.is_empty();
    let none = Decimal::ZERO;
    let released = if is_released { shares.released } else { none };
    let reported = if order.milestone_reported { shares.reported } else { none };
    Milestones { released, reported, ..shares }.total()
}

/// The upfront invoice over so many per cent of what an order has not been billed for, less what was asked for before and is neither given
/// back nor consumed; `None` if that is nothing.
fn up_to(books: &mut dyn Books, order: &Order, percent: Decimal) -> Result<Option<Invoice>, Stop> {
    let total = Total::of(books, order)?;
    let lines: Amount = order.lines.iter().map(|line| line.invoiced_amount).sum();
    let billed = lines + order.freight_invoiced - order.discount_invoiced;
    let target = order.deposit_consumed + (total.net - billed).percent(percent);
    let shares = prorate(target.0, &total.taxes.iter().map(|tax| tax.base.0).collect::<Vec<_>>());
    let with_share = |(tax, share): (&TaxLine, i64)| TaxLine { rate: tax.rate, base: Amount(share), tax: Amount::ZERO };
    let mut taxes: Vec<TaxLine> = total.taxes.iter().zip(shares).map(with_share).collect();
    let mut asked = Amount::ZERO;
    for before in documents(books, order)? {
        asked += before.document.net - before.given_back();
        let billed = before.document.taxes.iter().map(|tax| (tax, tax.base));
        for (tax, base) in billed.chain(before.notes.iter().flat_map(|note| &note.taxes).map(|tax| (tax, -tax.base))) {
            match taxes.iter_mut().find(|known| known.rate == tax.rate) {
                Some(known) => known.base -= base,
                None => taxes.push(TaxLine { rate: tax.rate, base: -base, tax: Amount::ZERO }),
            }
        }
    }
    taxes.retain(|tax| !tax.base.is_zero());
    let (company, account) = (company(books)?, books.account(&order.account)?.unwrap_or_default());
    let rounding = Taxation::determined(&company, &account.profile, order).rounding;
    taxes.iter_mut().for_each(|tax| tax.tax = of_base(rounding, tax.base, tax.rate));
    taxes.sort_by_key(|tax| tax.rate);
    let asked = target - asked;
    // what is asked for stands in no line: as freight it would be shared again, so it is a line-less net amount
    let tax = taxes.iter().map(|tax| tax.tax).sum();
    Ok(asked.is_positive().then(|| Invoice {
        kind: DocumentKind::Deposit,
        taxes,
        tax_rounding: rounding,
        tax_scheme: scheme_of(order, tax),
        net: asked,
        tax,
        gross: asked + tax,
        ..Invoice::default()
    }))
}

/// Posts an upfront invoice and begins to watch its day; not while something is in the way of billing the order: one that is paid before it
/// ships does not go on without.
fn ask(books: &mut dyn Books, order: &Order, draft: Option<Invoice>, cx: &Context) -> Result<Option<InvoiceId>, Stop> {
    let Some(draft) = draft else { return Ok(None) };
    if in_the_way(books, order)?.is_some() {
        return Ok(None);
    }
    let effects = Effects { deposit: draft.net, ..Effects::default() };
    let posted = post(books, order, draft, effects, cx)?;
    // what it asks for is a receivable from now on, and no open order any more
    let order = existing(books, order.id)?;
    expose(books, &order);
    watch(books, order.id)?;
    Ok(Some(posted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{WaitOver, bill, release_deposit, wait_again, wait_over};
    use crate::credit::{Decision, check, exposure};
    use crate::master::{Company, CompanyEvent, TaxRounding};
    use crate::order::fixture::{Story, at};
    use crate::order::{Cancellation, Change, Submission, approve, awaits_payment, cancel, change, promise, release};
    use crate::tax::TaxScheme;
    use units::Quantity;

    /// Ten of X for 100.00 in all, approved, with so many per cent as a deposit.
    fn approved(percent: i64, prepayment: bool) -> (Story, OrderId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.receive(&story.submission()).unwrap();
        let mut order =
            Order { billing: BillingPolicy::Deposit { percent: Decimal::from(percent) }, ..(*story.order(id)).clone() };
        order.terms.prepayment = prepayment;
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        approve(story.books(), id, &at(1)).unwrap();
        (story, id)
    }

    fn exposed(story: &mut Story) -> Amount {
        let company = crate::order::company(story.books()).unwrap();
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        exposure(&account, &company, at(0).now.day()).total()
    }

    #[test]
    fn a_deposit_is_counted_once_against_the_limit_from_posting_to_billing() {
        let (mut story, id) = approved(30, false);
        assert_eq!(exposed(&mut story), Amount(10_000));
        let asked = deposit(story.books(), id, &at(2)).unwrap().unwrap();
        assert_eq!((exposed(&mut story), story.open_orders()), (Amount(10_000), Amount(7_000)));
        story.check();
        promise(story.books(), id, &at(2)).unwrap();
        let released = release(story.books(), id, &at(3)).unwrap()[0];
        story.ship(released, &[(1, 4)], "A");
        assert_eq!((exposed(&mut story), story.open_orders()), (Amount(10_000), Amount(4_200)));
        bill(story.books(), id, &at(4)).unwrap();
        assert_eq!(exposed(&mut story), Amount(10_000));
        story.pay(asked, 3_000);
        assert_eq!(exposed(&mut story), Amount(7_000));
        story.ship(released, &[(1, 6)], "B");
        bill(story.books(), id, &at(6)).unwrap();
        assert_eq!((exposed(&mut story), story.open_orders()), (Amount(7_000), Amount(0)));
        story.check();
    }

    /// What is asked for, and given back when the order is cancelled, of an order taxed by that scheme at that rate.
    fn asked_and_given_back(percent: &str, rate: i64, scheme: TaxScheme, rounding: TaxRounding) -> [Invoice; 2] {
        let (mut story, id) = approved(0, false);
        let key = units::Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.tax_rounding = rounding;
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        let billing = BillingPolicy::Deposit { percent: percent.parse().unwrap() };
        let order = Order { billing, ..(*story.order(id)).clone() };
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        let rate = Decimal::from(rate);
        let tax = Amount(10_000).percent(rate);
        story.books().record(
            &id,
            OrderEvent::TaxDetermined {
                rates: vec![(LineNo(1), rate)],
                tax,
                degraded: false,
                scheme,
                basis: Default::default(),
            },
        );
        let asked = deposit(story.books(), id, &at(2)).unwrap().unwrap();
        cancel(story.books(), id, &Cancellation::default(), &at(3)).unwrap();
        let note = release_deposit(story.books(), id, &at(4)).unwrap()[0];
        [asked, note].map(|id| (*story.books().invoice(&id).unwrap().unwrap()).clone())
    }

    #[test]
    fn domain_1_4_an_upfront_invoice_and_its_note_say_who_accounts_for_the_tax() {
        for document in asked_and_given_back("30", 0, TaxScheme::ReverseCharge, TaxRounding::default()) {
            assert_eq!((document.tax, document.tax_scheme), (Amount(0), TaxScheme::ReverseCharge), "{:?}", document.kind);
        }
    }

    #[test]
    fn domain_1_4_an_upfront_invoice_and_its_note_round_as_the_jurisdiction_does() {
        let half_even = TaxRounding::DocumentFromRoundedLinesHalfEven;
        for (rounding, tax) in [(TaxRounding::default(), 13), (half_even, 12)] {
            for document in asked_and_given_back("2.5", 5, TaxScheme::Standard, rounding) {
                assert_eq!((document.tax, document.tax_rounding), (Amount(tax), rounding), "{:?}", document.kind);
            }
        }
    }

    #[test]
    fn an_order_is_not_held_by_its_own_deposit() {
        let (mut story, id) = approved(50, false);
        crate::account::set_limit(story.books(), &"ACME".into(), Some(Amount(10_000)), &at(1)).unwrap();
        deposit(story.books(), id, &at(2)).unwrap().unwrap();
        promise(story.books(), id, &at(2)).unwrap();
        assert_eq!(release(story.books(), id, &at(3)).unwrap().len(), 1);
    }

    #[test]
    fn a_prepaid_order_goes_on_when_its_deposit_is_paid() {
        let (mut story, id) = approved(100, true);
        let asked = deposit(story.books(), id, &at(2)).unwrap().unwrap();
        assert!(matches!(check(story.books(), id, &at(3)).unwrap(), Decision::Hold { code: "CR-PREPAYMENT", .. }));
        story.pay(asked, 10_000);
        assert_eq!(check(story.books(), id, &at(6)).unwrap(), Decision::Pass);
    }

    /// Ten of X at 10.00 and 10 % tax, billed on order: 110.00.
    fn prepaid() -> (Story, OrderId, InvoiceId) {
        let (mut story, id) = received(BillingPolicy::OnOrder);
        taxed(&mut story, id, &[1]);
        approve(story.books(), id, &at(1)).unwrap();
        let asked = deposit(story.books(), id, &at(1)).unwrap().unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        (story, id, asked)
    }

    fn received(billing: BillingPolicy) -> (Story, OrderId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 30);
        let id = story.receive(&Submission { billing: Some(billing), ..story.submission() }).unwrap();
        (story, id)
    }

    fn taxed(story: &mut Story, id: OrderId, lines: &[u64]) {
        let rates = lines.iter().map(|line| (LineNo(*line), Decimal::from(10i64))).collect();
        let tax = crate::order::net(&story.order(id)).percent(Decimal::from(10i64));
        story.books().record(
            &id,
            OrderEvent::TaxDetermined { rates, tax, degraded: false, scheme: Default::default(), basis: Default::default() },
        );
    }

    fn gross_of(story: &mut Story, id: InvoiceId) -> i64 {
        story.books().invoice(&id).unwrap().unwrap().gross.0
    }

    #[test]
    fn domain_1_6_what_is_added_to_a_prepaid_order_does_not_ship_unpaid() {
        let (mut story, id, asked) = prepaid();
        assert_eq!(gross_of(&mut story, asked), 11_000);
        story.pay(asked, 11_000);
        assert_eq!(release(story.books(), id, &at(6)).unwrap().len(), 1);
        let more = Change { quantities: vec![(LineNo(1), Quantity(14))], ..Change::default() };
        change(story.books(), id, &more, &at(7)).unwrap();
        taxed(&mut story, id, &[1]);
        promise(story.books(), id, &at(7)).unwrap();
        let added = deposit_of_more(story.books(), id, &at(7)).unwrap().unwrap();
        assert_eq!(gross_of(&mut story, added), 4_400);
        assert_eq!(deposit_of_more(story.books(), id, &at(7)).unwrap(), None, "asked for once");
        assert_eq!(release(story.books(), id, &at(8)).unwrap(), []);
        story.pay(added, 4_400);
        assert_eq!(release(story.books(), id, &at(9)).unwrap().len(), 1);
        // everything that ships is paid: its invoices ask for nothing
        let released = story.order(id).warehouse_orders.clone();
        story.ship(released[0], &[(1, 10)], "A");
        story.ship(released[1], &[(1, 4)], "B");
        let billed = bill(story.books(), id, &at(10)).unwrap();
        let owed: Vec<i64> = billed.iter().map(|invoice| gross_of(&mut story, *invoice)).collect();
        assert_eq!((owed, story.order(id).receivable), (vec![0, 0], Amount(0)));
        story.check();
    }

    #[test]
    fn what_is_taken_from_a_prepaid_order_is_given_back_once_whichever_invoice_asked_for_it() {
        let (mut story, id, _) = prepaid();
        let cancel_units = |story: &mut Story, units| {
            let lines = vec![(LineNo(1), Some(Quantity(units)))];
            cancel(story.books(), id, &Cancellation { lines, reason: "less".into() }, &at(2)).unwrap();
            release_deposit(story.books(), id, &at(2)).unwrap().len()
        };
        assert_eq!(cancel_units(&mut story, 2), 1);
        let more = Change { quantities: vec![(LineNo(1), Quantity(11))], ..Change::default() };
        change(story.books(), id, &more, &at(3)).unwrap();
        let added = deposit_of_more(story.books(), id, &at(3)).unwrap().unwrap();
        assert_eq!((gross_of(&mut story, added), story.order(id).receivable), (3_300, Amount(12_100)));
        // three of the later invoice, and then what is left of the first
        assert_eq!(cancel_units(&mut story, 5), 2);
        assert_eq!(story.order(id).receivable, Amount(6_600));
        assert_eq!(cancel_units(&mut story, 6), 1);
        assert_eq!(story.order(id).receivable, Amount(0));
        assert!(!crate::billing::is_chased(story.books(), id).unwrap());
        story.check();
    }

    #[test]
    fn domain_1_6_an_upfront_invoice_that_is_not_paid_by_its_due_date_is_chased() {
        let (mut story, id, asked) = prepaid();
        let due = story.books().invoice(&asked).unwrap().unwrap().due;
        let clock = story.order(id).bill_at.unwrap();
        assert_eq!(clock, due.plus_days(1).start());
        let late = Context { now: clock, ..at(0) };
        let WaitOver::Chase(reason, open) = wait_over(story.books(), id, &late).unwrap() else { panic!("it is chased") };
        assert!(reason.contains("110 of the upfront") && reason.contains("nothing ships before"), "{reason}");
        assert_eq!((open, story.order(id).bill_at), (Amount(11_000), None));
        wait_again(story.books(), id, &late).unwrap();
        let again = story.order(id).bill_at.unwrap();
        assert_eq!(again.millis_since(clock), 7 * 86_400_000);
        story.pay(asked, 11_000);
        assert!(!crate::billing::is_chased(story.books(), id).unwrap());
        assert_eq!((story.order(id).bill_at, awaits_payment(&story.order(id))), (None, false));
        assert_eq!(wait_over(story.books(), id, &Context { now: again, ..at(0) }).unwrap(), WaitOver::Nothing);
    }

    #[test]
    fn domain_1_6_a_deposit_is_chased_although_goods_ship_meanwhile() {
        let (mut story, id) = approved(30, false);
        deposit(story.books(), id, &at(2)).unwrap().unwrap();
        promise(story.books(), id, &at(2)).unwrap();
        story.ship_everything(id);
        bill(story.books(), id, &at(4)).unwrap();
        let late = Context { now: story.order(id).bill_at.unwrap(), ..at(0) };
        let WaitOver::Chase(reason, open) = wait_over(story.books(), id, &late).unwrap() else { panic!("it is chased") };
        assert!(open == Amount(3_000) && !reason.contains("nothing ships"), "{reason}");
    }

    /// Ten of X at 10.00 and 10 % tax: 20 % at approval, 30 % at the release, 10 % when reported.
    fn by_milestones() -> (Story, OrderId) {
        let (mut story, id) = received("milestones=approved:20,released:30,reported:10".parse().unwrap());
        taxed(&mut story, id, &[1]);
        approve(story.books(), id, &at(1)).unwrap();
        (story, id)
    }

    #[test]
    fn domain_1_6_milestones_bill_their_shares_and_the_invoices_of_shipments_the_rest() {
        let (mut story, id) = by_milestones();
        let first = deposit(story.books(), id, &at(1)).unwrap().unwrap();
        assert_eq!(deposit(story.books(), id, &at(1)).unwrap(), None, "asked for once");
        promise(story.books(), id, &at(1)).unwrap();
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        let second = deposit(story.books(), id, &at(2)).unwrap().unwrap();
        let third = report_milestone(story.books(), id, "drawings approved", &at(3)).unwrap().unwrap();
        assert_eq!(report_milestone(story.books(), id, "again", &at(3)).unwrap(), None);
        let asked = [first, second, third].map(|invoice| gross_of(&mut story, invoice));
        assert_eq!((asked, exposed(&mut story)), ([2_200, 3_300, 1_100], Amount(11_000)));
        story.ship(released, &[(1, 5)], "A");
        story.ship(released, &[(1, 5)], "B");
        let billed = bill(story.books(), id, &at(4)).unwrap();
        let rest: Vec<i64> = billed.iter().map(|invoice| gross_of(&mut story, *invoice)).collect();
        assert_eq!((rest, story.order(id).receivable), (vec![2_200, 2_200], Amount(11_000)));
        story.check();
    }

    #[test]
    fn what_is_cancelled_of_an_order_with_milestones_is_given_back_and_the_next_ones_ask_for_less() {
        let (mut story, id) = by_milestones();
        deposit(story.books(), id, &at(1)).unwrap().unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        let lines = vec![(LineNo(1), Some(Quantity(5)))];
        cancel(story.books(), id, &Cancellation { lines, reason: "less".into() }, &at(2)).unwrap();
        assert_eq!(release_deposit(story.books(), id, &at(2)).unwrap().len(), 1);
        assert_eq!(story.order(id).receivable, Amount(1_100));
        release(story.books(), id, &at(3)).unwrap();
        let second = deposit(story.books(), id, &at(3)).unwrap().unwrap();
        assert_eq!(gross_of(&mut story, second), 1_650);
        assert!(
            release_deposit(story.books(), id, &at(3)).unwrap().is_empty(),
            "what was asked for as it is by now is kept"
        );
        story.check();
    }

    #[test]
    fn a_milestone_is_reported_where_one_is_agreed_and_the_order_is_approved() {
        let refused = |story: &mut Story, id| {
            let outcome = report_milestone(story.books(), id, "done", &at(1));
            assert!(matches!(outcome, Err(Stop::Refused(Refusal::Conflict(_)))), "{outcome:?}");
        };
        let (mut story, id) = approved(30, false);
        refused(&mut story, id);
        let (mut story, id) = received("milestones=reported:10".parse().unwrap());
        refused(&mut story, id);
    }
}
