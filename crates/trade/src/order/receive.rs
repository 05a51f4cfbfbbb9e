//! An order arrives.

use compact_str::format_compact;
use units::{Amount, Currency, Decimal, Text};

use super::cart;
use super::duplicate;
use super::event::OrderEvent;
use super::find::{company, existing};
use super::resolve;
use super::state::Order;
use super::submission::{Destination, Submission};
use crate::account::{Account, Profile};
use crate::books::{Books, Key, Kind, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::{BillingPolicy, Incoterm, ShipTo};
use crate::reference::{point, pointed};
use crate::refusal::Refusal;

/// The most lines that an order may have.
pub(super) const MAX_LINES: usize = 20_000;

/// Within which records of files are known, by account.
const RECORD: &str = "record:";

/// The order that came with the same record of another file, and is not cancelled or rejected since.
pub fn received_before(books: &mut dyn Books, submission: &Submission) -> Result<Option<OrderId>, Stop> {
    if submission.record.is_empty() {
        return Ok(None);
    }
    let known = pointed(books, &format_compact!("{RECORD}{}", submission.account), &submission.record)?;
    let known = known.and_then(|known| if let Key::Order(id) = known { Some(id) } else { None });
    Ok(match known {
        Some(id) if duplicate::counts(books, id)? => Some(id),
        _ => None,
    })
}

/// Receives an order: every unit enters `open`. What we do not understand is kept and held by validation, not refused.
///
/// Refused as invalid: an unknown account, another currency than the account's, no lines or too many, quantities and amounts out of
/// range. Reservations that it names have to be active and of its items. A purchase order number that the account used before is noted
/// on the new order. Source: domain §1.5.1, §1.5.3 (1–3).
pub fn receive(books: &mut dyn Books, submission: &Submission, cx: &Context) -> Result<OrderId, Stop> {
    let Some(account) = books.account(&submission.account)? else {
        return Err(Refusal::invalid("account", &submission.account, "the number of an account that we know").into());
    };
    let company = company(books)?;
    let kept = account.currency(&company);
    let currency = submission.currency.unwrap_or(kept);
    if currency != kept {
        let (field, given) = (Text::const_new("currency"), format_compact!("{currency}"));
        return Err(
            Refusal::Invalid { field, given, wanted: format_compact!("{kept}, in which the account is kept") }.into()
        );
    }
    check_header(submission)?;
    let has_amounts = !(submission.freight.is_zero() && submission.discount.is_zero());
    if submission.currency.is_none() && has_amounts && kept.exponent() != Currency::default().exponent() {
        // whoever read the amounts did not know how many digits they have
        let (field, given) = (Text::const_new("currency"), Text::const_new("none"));
        let wanted = format_compact!("{kept}, named where there is freight or a discount");
        return Err(Refusal::Invalid { field, given, wanted }.into());
    }
    if let Some(billing) = submission.billing {
        check_billing("billing", billing)?;
    }

    let mut lines = Vec::with_capacity(submission.lines.len());
    for (at, submitted) in submission.lines.iter().enumerate() {
        lines.push(resolve::line(books, LineNo(at as u64 + 1), at, submitted, currency)?);
    }
    let profile = &account.profile;
    let incoterm = submission.incoterm.or(profile.incoterm);
    let mut order = Order {
        account: submission.account.clone(),
        purchase_order: submission.purchase_order.trim().into(),
        channel: submission.channel,
        created_by: cx.actor.id.clone(),
        original: submission.original.clone(),
        currency,
        ship_to: destination(&account, &submission.ship_to),
        terms: profile.terms,
        billing: submission.billing.unwrap_or_else(|| agreed_billing(profile, incoterm)),
        incoterm,
        ship_complete: submission.ship_complete.unwrap_or(profile.ship_complete),
        priority: profile.tier,
        received_at: cx.now,
        requested: submission.requested,
        lines,
        freight: submission.freight,
        discount: submission.discount,
        max_backorders: submission.max_backorders.or(profile.max_backorders),
        consolidate_until: submission.consolidate_until,
        accepts_earlier: submission.accepts_earlier.unwrap_or(profile.accepts_earlier),
        quote: submission.quote.trim().into(),
        ..Order::default()
    };
    if super::value::gross(&order) > Amount::LIMIT {
        return Err(Refusal::invalid("lines", "their sum", "an order worth less than 10,000,000,000,000").into());
    }
    order.reserved_before = cart::find(books, &order, &submission.reservations)?;
    let id = OrderId(books.next_number(Kind::Order)?);
    order.id = id;
    cart::hold_for(books, &order)?;
    books.record(&id, OrderEvent::Received(Box::new(order)));
    if !submission.record.is_empty() {
        point(books, &format_compact!("{RECORD}{}", submission.account), &submission.record, Some(Key::Order(id)))?;
    }
    let order = existing(books, id)?;
    duplicate::register(books, &order)?;
    Ok(id)
}

fn check_header(submission: &Submission) -> Result<(), Refusal> {
    let lines = submission.lines.len();
    if lines == 0 || lines > MAX_LINES {
        return Err(Refusal::invalid("lines", format_compact!("{lines} lines"), "1 to 20,000 lines"));
    }
    for (field, amount) in [("freight", submission.freight), ("discount", submission.discount)] {
        if amount.is_negative() || amount > Amount::LIMIT {
            return Err(Refusal::invalid(field, amount.0, "minor units that are not below zero and at most 10^15"));
        }
    }
    Ok(())
}

/// Refuses a share of the value that is none.
pub(super) fn check_billing(field: &str, billing: BillingPolicy) -> Result<(), Refusal> {
    let percent = billing.upfront();
    if percent.is_negative() || percent > Decimal::HUNDRED {
        return Err(Refusal::invalid(format_compact!("{field}.percent"), percent, "0 to 100"));
    }
    Ok(())
}

/// How an order is billed by what is agreed with the account: what would be billed as it ships is billed on delivery where control passes
/// only then. Source: domain §1.6 (on delivery for control-transfer terms).
fn agreed_billing(profile: &Profile, incoterm: Option<Incoterm>) -> BillingPolicy {
    let passes_on_delivery = incoterm.is_some_and(Incoterm::passes_on_delivery);
    if passes_on_delivery && profile.billing == BillingPolicy::PerShipment {
        return BillingPolicy::OnDelivery;
    }
    profile.billing
}

/// Where the goods go; a code that the account does not know is kept, and validation places the Address hold.
fn destination(account: &Account, wanted: &Destination) -> ShipTo {
    match wanted {
        Destination::Default => account.profile.ship_tos.first().cloned().unwrap_or_default(),
        Destination::Code(code) => account.ship_to(code).cloned().unwrap_or_else(|| unknown(code)),
        Destination::Address(address) => address.clone(),
    }
}

fn unknown(code: &Text) -> ShipTo {
    ShipTo { code: code.clone(), ..ShipTo::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, submitted};
    use crate::order::{Status, SubmittedLine};
    use units::Quantity;

    fn refused(result: Result<OrderId, Stop>) -> (String, String) {
        match result {
            Err(Stop::Refused(Refusal::Invalid { field, given, .. })) => (field.to_string(), given.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_unit_starts_open_in_base_units() {
        let mut story = Story::new();
        let line = SubmittedLine { uom: "CS".into(), price: Some("24.00".parse().unwrap()), ..submitted("X", "2.5") };
        let id = story.receive(&Submission { lines: vec![line], ..story.submission() }).unwrap();
        let order = story.order(id);
        assert_eq!(order.lines[0].buckets.open, Quantity(30));
        assert_eq!(order.lines[0].requested_price, Some("2".parse().unwrap()));
        assert_eq!((order.status(), order.ship_to.code.as_str()), (Status::Submitted, "MAIN"));
    }

    #[test]
    fn what_cannot_be_read_is_kept_as_it_was_written() {
        let mut story = Story::new();
        let lines = vec![submitted("CUST-77", "3"), submitted("X", "0.3"), submitted("X", "1")];
        let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        let order = story.order(id);
        let units: Vec<i64> = order.lines.iter().map(|line| line.buckets.open.0).collect();
        assert_eq!(units, [3, 1, 1]);
        let kept: Vec<bool> = order.lines.iter().map(|line| line.unresolved.is_some()).collect();
        assert_eq!(kept, [true, true, false]);
    }

    #[test]
    fn values_out_of_range_are_refused_with_their_path() {
        let mut story = Story::new();
        let base = story.submission();
        let nobody = Submission { account: "NOBODY".into(), ..base.clone() };
        assert_eq!(refused(story.receive(&nobody)), ("account".into(), "NOBODY".into()));
        let empty = Submission { lines: vec![], ..base.clone() };
        assert_eq!(refused(story.receive(&empty)), ("lines".into(), "0 lines".into()));
        let many = Submission { lines: vec![submitted("X", "1"); MAX_LINES + 1], ..base.clone() };
        assert_eq!(refused(story.receive(&many)), ("lines".into(), "20001 lines".into()));
        for quantity in ["0", "-1", "1000000001", "1e300"] {
            let lines = vec![submitted("X", "1"), submitted("X", quantity)];
            let odd = Submission { lines, ..base.clone() };
            assert_eq!(refused(story.receive(&odd)).0, "lines[1].quantity", "{quantity}");
        }
        let dollars = Submission { currency: Some(units::Currency::USD), ..base.clone() };
        assert_eq!(refused(story.receive(&dollars)), ("currency".into(), "USD".into()));
        let negative = Submission { discount: Amount(-1), ..base };
        assert_eq!(refused(story.receive(&negative)).0, "discount");
    }

    #[test]
    fn a_repeated_purchase_order_points_to_the_first_order() {
        let mut story = Story::new();
        let submission = Submission { purchase_order: "PO-9".into(), ..story.submission() };
        let first = story.receive(&submission).unwrap();
        let second = story.receive(&submission).unwrap();
        assert_eq!((first, second), (OrderId(1), OrderId(2)));
        assert_eq!(story.order(first).duplicate_of, None);
        assert_eq!(story.order(second).duplicate_of, Some(first));
        let other = story.receive(&story.submission()).unwrap();
        assert_eq!(story.order(other).duplicate_of, None);
    }

    #[test]
    fn a_record_of_a_file_is_known_when_it_comes_again_for_the_same_account() {
        let mut story = Story::new();
        let of = |story: &Story, record: &str| Submission { record: record.into(), ..story.submission() };
        let (first, none) = (of(&story, "a|0"), of(&story, ""));
        assert_eq!(received_before(story.books(), &first), Ok(None));
        let id = story.receive(&first).unwrap();
        story.receive(&none).unwrap();
        assert_eq!(received_before(story.books(), &first), Ok(Some(id)));
        let second = of(&story, "a|1");
        let other = Submission { account: "OTHER".into(), ..first };
        for unknown in [&none, &second, &other] {
            assert_eq!(received_before(story.books(), unknown), Ok(None));
        }
    }

    #[test]
    fn an_order_may_have_ten_thousand_lines() {
        let mut story = Story::new();
        let lines = vec![submitted("X", "1"); 10_000];
        let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        assert_eq!(story.order(id).units_in(crate::order::Bucket::Open), Quantity(10_000));
    }
}
