//! An order against its account's limit.

use compact_str::format_compact;
use units::{Amount, Decimal, Text, Timestamp};

use super::group::{Group, account_of};
use super::outage::{in_outage, is_of_outage};
use crate::account::{Account, AccountEvent, OpenItem};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::Company;
use crate::order::{
    Hold, HoldKind, Order, at_stake, company, existing, gross, gross_to_ship, lift, place_hold, revalue_approved,
};

/// What a credit check decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Within the limit.
    Pass,
    /// Over the limit, and within the tolerance.
    PassWithWarning,
    /// Over the limit, and a person has let it pass.
    Released,
    /// Held: the code, the reason, and by how much it is over.
    Hold {
        /// `CR-BLOCKED`, `CR-PREPAYMENT`, `CR-OVERDUE`, `CR-LIMIT`, `CR-INSURANCE`, or `CR-DEGRADED` of what nobody can decide now.
        code: &'static str,
        /// In words, with the numbers.
        reason: Text,
        /// By how much, in minor units.
        over: Amount,
    },
}

/// Checks an order's credit; places the Credit hold, or lifts it. Source: domain §1.2.
pub fn check(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Decision, Stop> {
    check_as_of(books, id, None, cx)
}

/// A check with what is known, or with what was known when an outage of its source began.
pub(super) fn check_as_of(
    books: &mut dyn Books,
    id: OrderId,
    down_since: Option<Timestamp>,
    cx: &Context,
) -> Result<Decision, Stop> {
    let order = existing(books, id)?;
    if order.is_over() {
        return Ok(Decision::Pass);
    }
    let account = account_of(books, &order.account)?;
    let company = company(books)?;
    let group = Group::of(books, &account)?;
    let mut decision = decide(&company, &account, &group, &order, Amount::ZERO, cx);
    if let Some(since) = down_since {
        decision = in_outage(since, &company, &account, &order, decision, cx);
    }
    let versions = versions(books, &group)?;
    let mut checked = checked(&company, &group, &order, Amount::ZERO, &decision, versions, cx);
    if let AccountEvent::CreditChecked { degraded, .. } = &mut checked {
        *degraded = down_since.is_some();
    }
    let account = order.account.clone();
    drop(order);
    books.record(&account, checked);
    match &decision {
        Decision::Hold { reason, over, .. } => {
            place_hold(books, id, HoldKind::Credit, reason.clone(), Vec::new(), *over, cx)?;
            note_held(books, &account, id, true)?;
        }
        _ => {
            lift(books, id, HoldKind::Credit, "the credit suffices", cx)?;
            note_held(books, &account, id, false)?;
            // what a change added counts from now on
            revalue_approved(books, id)?;
        }
    }
    Ok(decision)
}

/// Whether an approved order may go to the warehouses, or get what came for it: what was agreed at its approval may be overdue, blocked or
/// over by now. If not, it is held. Source: domain §1.2 (gates: release to WMS, allocation).
pub(crate) fn may_ship(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<bool, Stop> {
    Ok(would_ship(books, id, cx)? || !matches!(check(books, id, cx)?, Decision::Hold { .. }))
}

/// Whether [`may_ship`] would let an order, which is not held for that.
pub(crate) fn would_ship(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<bool, Stop> {
    let order = existing(books, id)?;
    // approved in this very decision, or not yet by anybody
    if order.approved_at.is_none_or(|approved| approved == cx.now) {
        return Ok(true);
    }
    let account = account_of(books, &order.account)?;
    let (company, group) = (company(books)?, Group::of(books, &account)?);
    Ok(!matches!(decide(&company, &account, &group, &order, Amount::ZERO, cx), Decision::Hold { .. }))
}

/// Looks at the held orders of an account, and of those that share its limit, again after a payment or a changed limit: the oldest
/// first; gives those that pass now.
///
/// An order that passes counts for those after it, although it enters the exposure only when it is approved. Source: domain §1.2.
pub fn recheck(books: &mut dyn Books, account: &AccountId, cx: &Context) -> Result<Vec<OrderId>, Stop> {
    let account = account_of(books, account)?;
    let group = Group::of(books, &account)?;
    let company = company(books)?;
    let mut passed = Vec::new();
    let mut promised = Amount::ZERO;
    for id in group.held() {
        let order = existing(books, id)?;
        let owner = order.account.clone();
        if order.is_over() || !order.is_held_by(HoldKind::Credit) {
            note_held(books, &owner, id, false)?;
            continue;
        }
        // a check changes no amount, so what the group is exposed by stays the same in this loop
        let account = account_of(books, &owner)?;
        let decision = decide(&company, &account, &group, &order, promised, cx);
        if let Decision::Hold { reason, over, .. } = decision {
            drop((order, account));
            // what the hold says is what somebody's authority is held against
            place_hold(books, id, HoldKind::Credit, reason, Vec::new(), over, cx)?;
            continue;
        }
        let versions = versions(books, &group)?;
        let checked = checked(&company, &group, &order, promised, &decision, versions, cx);
        promised += value_of(&company, &order, cx);
        drop((order, account));
        books.record(&owner, checked);
        lift(books, id, HoldKind::Credit, "the credit suffices now", cx)?;
        note_held(books, &owner, id, false)?;
        passed.push(id);
    }
    Ok(passed)
}

/// The Credit hold of an order as it would be placed now: since it was placed, the exposure may have grown. One that stands because
/// nobody could decide is about the whole order.
pub(crate) fn hold_now(books: &mut dyn Books, order: &Order, placed: &Hold, cx: &Context) -> Result<Hold, Stop> {
    let (company, account) = (company(books)?, account_of(books, &order.account)?);
    let group = Group::of(books, &account)?;
    let order = Order { credit_release: None, ..order.clone() };
    let all = at_stake(&company, &order, cx);
    let undecided = if is_of_outage(placed) { all } else { Amount::ZERO };
    Ok(match decide(&company, &account, &group, &order, Amount::ZERO, cx) {
        Decision::Hold { reason, over, .. } => Hold { reason, amount: over.max(undecided), ..placed.clone() },
        _ => Hold { amount: undecided, ..placed.clone() },
    })
}

/// Keeps the list of held orders of an account.
pub(super) fn note_held(books: &mut dyn Books, account: &AccountId, order: OrderId, held: bool) -> Result<(), Stop> {
    if account_of(books, account)?.ledger.held.contains(&order) != held {
        books.record(account, AccountEvent::HeldChanged { order, held });
    }
    Ok(())
}

/// What the order adds to the exposure, in the company's currency.
fn value_of(company: &Company, order: &Order, cx: &Context) -> Amount {
    let added = if order.approved_at.is_some() { gross_to_ship(order) - order.exposed } else { gross(order) };
    company.valued(added, order.currency, company.calendar.local_day(cx.now))
}

/// What is noted about a decision, so that somebody can ask for its reasons later.
fn checked(
    company: &Company,
    group: &Group,
    order: &Order,
    promised: Amount,
    decision: &Decision,
    (policy_version, account_version): (u64, u64),
    cx: &Context,
) -> AccountEvent {
    let today = company.calendar.local_day(cx.now);
    let code = match decision {
        Decision::Pass => "pass",
        Decision::PassWithWarning => "pass_with_warning",
        Decision::Released => "released",
        Decision::Hold { code, .. } => code,
    };
    let (exposure_parts, order_value) = (group.exposure(company, today), promised + value_of(company, order, cx));
    AccountEvent::CreditChecked {
        order: order.id,
        exposure: exposure_parts.total() + order_value,
        limit: group.holder().profile.credit_limit,
        decision: Text::const_new(code),
        degraded: false,
        exposure_parts,
        order_value,
        policy_version,
        account_version,
    }
}

/// The versions of the company's policy and of the account that holds the limit. Source: domain §1 (conventions).
fn versions(books: &mut dyn Books, group: &Group) -> Result<(u64, u64), Stop> {
    let account = Key::Account(group.holder().id.clone());
    Ok((books.version(&Key::Company(Text::const_new(Company::KEY)))?, books.version(&account)?))
}

/// Whether a person has let the order pass, and that still counts.
pub(super) fn is_released(company: &Company, order: &Order, cx: &Context) -> bool {
    let policy = &company.policy.credit;
    order.credit_release.is_some_and(|(released, at)| {
        let days = i64::from(policy.release_valid_days) * 86_400_000;
        let most = released + released.percent(policy.release_growth_percent);
        cx.now.millis_since(at) <= days && gross(order) <= most
    })
}

/// The decision order of domain §1.2, in the company's currency. `promised` is the value of orders that pass and are not in the exposure
/// yet.
///
/// Limits are those of the group that the account belongs to; what is overdue, blocked or prepaid is the account's own business, and a
/// blocked parent blocks all.
fn decide(company: &Company, account: &Account, group: &Group, order: &Order, promised: Amount, cx: &Context) -> Decision {
    let policy = &company.policy.credit;
    let today = company.calendar.local_day(cx.now);
    let value = value_of(company, order, cx);
    let holder = group.holder();
    let exposure = group.exposure(company, today).total() + promised + value;
    let money = |amount: Amount| amount.to_decimal(company.currency);
    let hold = |code, reason, over| {
        if is_released(company, order, cx) { Decision::Released } else { Decision::Hold { code, reason, over } }
    };
    // whoever let the order pass did not lift the block
    if account.profile.blocked {
        let reason = Text::const_new("the account is blocked");
        return Decision::Hold { code: "CR-BLOCKED", reason, over: value };
    }
    if holder.profile.blocked {
        let reason = format_compact!("account {}, whose limit it shares, is blocked", holder.id);
        return Decision::Hold { code: "CR-BLOCKED", reason, over: value };
    }
    if order.terms.prepayment {
        // whoever prepays owes nothing, this order included: all money on account counts, and no limit does
        let ledger = &account.ledger;
        let owed = ledger.receivable() + ledger.shipped_not_invoiced + ledger.open_orders - ledger.unapplied;
        let missing = company.valued(owed, account.currency(company), today) + promised + value;
        if !missing.is_positive() {
            return Decision::Pass;
        }
        let reason = format_compact!("{} is to be paid before anything ships", money(missing));
        return hold("CR-PREPAYMENT", reason, missing);
    }
    if let Some((reason, overdue)) = overdue(company, account, cx) {
        return hold("CR-OVERDUE", reason, overdue);
    }
    let uninsured = holder.profile.insurance_limit.map(|insured| (exposure - insured, insured));
    let uninsured = uninsured.filter(|(over, _)| over.is_positive());
    let over_insurance = |passes| match uninsured {
        Some((over, insured)) => {
            let reason = format_compact!(
                "exposure {} is over the {} that the insurer covers by {}",
                money(exposure),
                money(insured),
                money(over)
            );
            hold("CR-INSURANCE", reason, over)
        }
        None => passes,
    };
    let Some(limit) = holder.profile.credit_limit else { return over_insurance(Decision::Pass) };
    let over = exposure - limit;
    if !over.is_positive() {
        return over_insurance(Decision::Pass);
    }
    if over <= holder.limit_tolerance(policy.tolerance_percent) {
        return over_insurance(Decision::PassWithWarning);
    }
    let percent =
        Decimal::from(over.0).checked_mul(Decimal::HUNDRED).and_then(|over| over.checked_div(Decimal::from(limit.0)));
    let percent = percent.map(|percent| format!(", {} %", percent.round(2, units::Rounding::HalfUp))).unwrap_or_default();
    let reason =
        format_compact!("exposure {} is over the limit {} by {}{percent}", money(exposure), money(limit), money(over));
    hold("CR-LIMIT", reason, over)
}

/// The overdue rule: an item late by too many days and large enough, or too large a share of what is owed past its day.
fn overdue(company: &Company, account: &Account, cx: &Context) -> Option<(Text, Amount)> {
    let policy = &company.policy.credit;
    let today = company.calendar.local_day(cx.now);
    let valued = |amount| company.valued(amount, account.currency(company), today);
    let money = |amount: Amount| amount.to_decimal(company.currency);
    let late = account.ledger.open_items.iter().filter(|item| today > item.due && item.open.is_positive());
    let is_too_late = |item: &&OpenItem| {
        today.days_since(item.due) > i32::from(policy.overdue_days) && valued(item.open) > policy.overdue_floor
    };
    let too_late: Amount = valued(late.clone().filter(is_too_late).map(|item| item.open).sum());
    if too_late.is_positive() {
        return Some((
            format_compact!("{} is overdue by more than {} days", money(too_late), policy.overdue_days),
            too_late,
        ));
    }
    let past_due: Amount = valued(late.map(|item| item.open).sum());
    let owed = valued(account.ledger.receivable());
    let most = policy.overdue_percent.filter(|most| past_due > owed.percent(*most))?;
    Some((format_compact!("{} of {} owed is past due, more than {most} %", money(past_due), money(owed)), past_due))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::set_limit;
    use crate::account::{Profile, set_profile};
    use crate::master::UnappliedPolicy;
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{Buckets, Cancellation, Line, Submission, cancel, release_hold};
    use crate::refusal::Refusal;
    use units::{Currency, Quantity};

    /// The decision about an account that shares no limit.
    fn decide(company: &Company, account: &Account, order: &Order, promised: Amount, cx: &Context) -> Decision {
        super::decide(company, account, &Group::alone(account), order, promised, cx)
    }

    fn case() -> (Company, Account, Order) {
        let mut account = Account {
            profile: Profile { credit_limit: Some(Amount(10_000_000)), ..Profile::default() },
            ..Account::default()
        };
        let due = at(0).now.day().plus_days(10);
        account.ledger.open_items.push(OpenItem {
            open: Amount(6_200_000),
            amount: Amount(6_200_000),
            due,
            ..OpenItem::default()
        });
        account.ledger.shipped_not_invoiced = Amount(800_000);
        account.ledger.open_orders = Amount(2_150_000);
        account.ledger.unapplied = Amount(300_000);
        let line = Line { price: "9200".parse().unwrap(), buckets: Buckets::ordered_now(Quantity(1)), ..Line::default() };
        let order = Order { lines: vec![line], currency: Currency::EUR, ..Order::default() };
        (Company::default(), account, order)
    }

    #[test]
    fn domain_1_2_limit_tolerance_and_verified_cash() {
        let (mut company, account, order) = case();
        let over = decide(&company, &account, &order, Amount(0), &at(0));
        assert!(matches!(over, Decision::Hold { code: "CR-LIMIT", over: Amount(70_000), .. }), "{over:?}");
        company.policy.credit.tolerance_percent = Decimal::ONE;
        assert_eq!(decide(&company, &account, &order, Amount(0), &at(0)), Decision::PassWithWarning);
        company.policy.credit.tolerance_percent = Decimal::ZERO;
        company.policy.credit.unapplied = UnappliedPolicy::Verified;
        assert_eq!(decide(&company, &account, &order, Amount(0), &at(0)), Decision::Pass);
    }

    #[test]
    fn domain_1_5_3_a_check_tells_what_the_exposure_is_made_of_to_the_cent() {
        let (company, account, order) = case();
        let group = Group::alone(&account);
        let told = super::checked(&company, &group, &order, Amount(500), &Decision::Pass, (3, 7), &at(0));
        let AccountEvent::CreditChecked {
            exposure,
            exposure_parts,
            order_value,
            limit,
            decision,
            policy_version,
            account_version,
            ..
        } = told
        else {
            panic!("it is a check")
        };
        assert_eq!((exposure_parts.receivable, exposure_parts.shipped), (Amount(6_200_000), Amount(800_000)));
        assert_eq!((exposure_parts.open_orders, order_value), (Amount(2_150_000), Amount(920_500)));
        assert_eq!((exposure, limit, decision.as_str()), (Amount(10_070_500), Some(Amount(10_000_000)), "pass"));
        assert_eq!(exposure_parts.total() + order_value, exposure);
        assert_eq!((policy_version, account_version), (3, 7));
    }

    #[test]
    fn domain_1_2_backorders_beyond_the_credit_horizon_count_when_they_are_near() {
        let mut story = Story::new();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.credit.horizon_days = Some(30);
        story.books().record(&key, crate::master::CompanyEvent::Set(Box::new(company.clone())));
        story.stock("X", "WH1", 4);
        story.announce("X", "WH1", 6, "2026-05-01");
        let id = story.promised(&[("X", 10)]);
        let exposed = |story: &mut Story, day: &str| {
            let account = story.books().account(&"ACME".into()).unwrap().unwrap();
            crate::credit::exposure(&account, &company, day.parse().unwrap()).open_orders
        };
        // sixty days from now, then thirty
        assert_eq!((exposed(&mut story, "2026-03-02"), exposed(&mut story, "2026-04-01")), (Amount(4_000), Amount(10_000)));
        company.policy.credit.horizon_days = None;
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        assert_eq!(crate::credit::exposure(&account, &company, at(0).now.day()).open_orders, Amount(10_000));
        cancel(story.books(), id, &Cancellation { lines: vec![], reason: "no".into() }, &clerk("ann", 3)).unwrap();
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        assert_eq!((account.ledger.backorders.len(), account.ledger.open_orders), (0, Amount(0)));
        story.check();
    }

    #[test]
    fn domain_1_2_what_a_change_adds_to_an_approved_order_counts_against_those_after_it() {
        let mut story = Story::new();
        story.stock("X", "WH1", 30);
        let id = story.promised(&[("X", 10)]);
        let more = crate::order::Change { quantities: vec![(LineNo(1), Quantity(14))], ..Default::default() };
        crate::order::change(story.books(), id, &more, &clerk("ann", 2)).unwrap();
        assert_eq!(check(story.books(), id, &at(3)).unwrap(), Decision::Pass);
        assert_eq!((story.open_orders(), story.order(id).exposed), (Amount(14_000), Amount(14_000)));
        story.check();
    }

    #[test]
    fn overdue_items_and_blocked_accounts_hold_whatever_the_limit() {
        let (company, mut account, order) = case();
        account.profile.credit_limit = None;
        assert_eq!(decide(&company, &account, &order, Amount(0), &at(0)), Decision::Pass);
        account.ledger.open_items[0].due = at(0).now.day().plus_days(-31);
        assert!(matches!(decide(&company, &account, &order, Amount(0), &at(0)), Decision::Hold { code: "CR-OVERDUE", .. }));
        account.profile.blocked = true;
        assert!(matches!(decide(&company, &account, &order, Amount(0), &at(0)), Decision::Hold { code: "CR-BLOCKED", .. }));
    }

    #[test]
    fn a_release_counts_for_a_week_and_until_the_order_grows() {
        let (company, account, mut order) = case();
        order.credit_release = Some((Amount(920_000), at(0).now));
        assert_eq!(decide(&company, &account, &order, Amount(0), &at(7 * 1_440)), Decision::Released);
        assert!(matches!(decide(&company, &account, &order, Amount(0), &at(7 * 1_440 + 1)), Decision::Hold { .. }));
        order.credit_release = Some((Amount(800_000), at(0).now));
        assert!(matches!(decide(&company, &account, &order, Amount(0), &at(1)), Decision::Hold { .. }));
    }

    /// Orders of 100.00 each, and a limit that lets none of them pass.
    fn held(orders: usize) -> (Story, Vec<OrderId>) {
        let mut story = Story::new();
        limit(&mut story, 0);
        let mut ids = Vec::new();
        for _ in 0..orders {
            let submission = Submission { lines: vec![submitted("X", "10")], ..story.submission() };
            let id = story.receive(&submission).unwrap();
            assert!(matches!(check(story.books(), id, &at(1)).unwrap(), Decision::Hold { code: "CR-LIMIT", .. }));
            ids.push(id);
        }
        (story, ids)
    }

    fn limit(story: &mut Story, amount: i64) {
        set_limit(story.books(), &"ACME".into(), Some(Amount(amount)), &clerk("eve", 1)).unwrap();
    }

    #[test]
    fn the_oldest_held_orders_pass_first_and_count_for_the_next() {
        let (mut story, ids) = held(3);
        assert_eq!(story.order(ids[0]).holds[0].amount, Amount(10_000));
        limit(&mut story, 20_000);
        assert_eq!(recheck(story.books(), &"ACME".into(), &at(2)).unwrap(), ids[..2]);
        assert_eq!(recheck(story.books(), &"ACME".into(), &at(2)).unwrap(), ids[2..]);
        assert!(ids.iter().all(|id| story.order(*id).holds.is_empty()));
    }

    #[test]
    fn orders_that_are_gone_take_no_credit_from_those_that_wait() {
        let (mut story, ids) = held(2);
        cancel(story.books(), ids[0], &Cancellation { reason: "not wanted".into(), ..Cancellation::default() }, &at(2))
            .unwrap();
        limit(&mut story, 10_000);
        assert_eq!(recheck(story.books(), &"ACME".into(), &at(3)).unwrap(), ids[1..]);
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        assert_eq!(account.ledger.held, []);
    }

    #[test]
    fn a_held_order_says_by_how_much_it_is_over_now() {
        let (mut story, ids) = held(1);
        let item = OpenItem { open: Amount(400_000), due: at(0).now.day(), ..OpenItem::default() };
        story.books().record(&AccountId::from("ACME"), AccountEvent::ItemReopened(item));
        assert_eq!(recheck(story.books(), &"ACME".into(), &at(2)).unwrap(), []);
        assert_eq!(story.order(ids[0]).holds[0].amount, Amount(410_000));
    }

    #[test]
    fn authority_is_held_against_the_exposure_of_now_and_not_of_when_the_hold_was_placed() {
        let (mut story, ids) = held(1);
        limit(&mut story, 1_000_000);
        let manager = |minute| {
            let mut cx = clerk("max", minute);
            cx.actor.roles = vec![crate::context::Role::CreditManager];
            cx
        };
        let item = OpenItem { open: Amount(1_190_001), due: at(0).now.day(), ..OpenItem::default() };
        story.books().record(&AccountId::from("ACME"), AccountEvent::ItemReopened(item));
        // the hold says 100.00 still; the order is 2,000.01 over, and a manager may 20 % of 10,000.00
        let refused = release_hold(story.books(), ids[0], HoldKind::Credit, "pays tomorrow", &manager(2));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{refused:?}");
        story.books().record(
            &AccountId::from("ACME"),
            AccountEvent::ItemReduced { invoice: InvoiceId(0), by: Amount(1), shares: Vec::new() },
        );
        release_hold(story.books(), ids[0], HoldKind::Credit, "pays tomorrow", &manager(3)).unwrap();
    }

    #[test]
    fn a_release_does_not_outlive_a_block_and_lifts_none() {
        let (mut story, ids) = held(1);
        release_hold(story.books(), ids[0], HoldKind::Credit, "pays tomorrow", &clerk("eve", 2)).unwrap();
        let id = AccountId::from("ACME");
        let mut profile = story.books().account(&id).unwrap().unwrap().profile.clone();
        profile.blocked = true;
        story.books().record(&id, AccountEvent::ProfileSet { id: id.clone(), profile: Box::new(profile) });
        let decision = check(story.books(), ids[0], &at(3)).unwrap();
        assert!(matches!(decision, Decision::Hold { code: "CR-BLOCKED", .. }), "{decision:?}");
        let refused = release_hold(story.books(), ids[0], HoldKind::Credit, "good customer", &clerk("eve", 4));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{refused:?}");
    }

    #[test]
    fn what_a_director_released_is_not_held_again() {
        let (mut story, ids) = held(1);
        release_hold(story.books(), ids[0], HoldKind::Credit, "pays tomorrow", &clerk("eve", 2)).unwrap();
        assert_eq!(check(story.books(), ids[0], &at(3)).unwrap(), Decision::Released);
        assert!(story.order(ids[0]).holds.is_empty());
    }

    #[test]
    fn domain_1_2_the_rules_count_in_their_order() {
        let (company, mut account, mut order) = case();
        let code = |account: &Account, order: &Order| match decide(&company, account, order, Amount(0), &at(0)) {
            Decision::Hold { code, .. } => code,
            _ => "pass",
        };
        account.profile.blocked = true;
        account.ledger.open_items[0].due = at(0).now.day().plus_days(-31);
        account.profile.insurance_limit = Some(Amount(1));
        order.terms.prepayment = true;
        assert_eq!(code(&account, &order), "CR-BLOCKED");
        account.profile.blocked = false;
        assert_eq!(code(&account, &order), "CR-PREPAYMENT");
        order.terms.prepayment = false;
        assert_eq!(code(&account, &order), "CR-OVERDUE");
        account.ledger.open_items[0].due = at(0).now.day();
        assert_eq!(code(&account, &order), "CR-LIMIT");
        account.profile.credit_limit = None;
        assert_eq!(code(&account, &order), "CR-INSURANCE");
        account.profile.insurance_limit = Some(Amount(10_070_000));
        assert_eq!(code(&account, &order), "pass");
    }

    #[test]
    fn an_overdue_item_below_the_floor_or_within_the_days_holds_nothing() {
        let (company, mut account, order) = case();
        account.profile.credit_limit = None;
        let days = i32::from(company.policy.credit.overdue_days);
        account.ledger.open_items[0].due = at(0).now.day().plus_days(-days);
        assert_eq!(decide(&company, &account, &order, Amount(0), &at(0)), Decision::Pass);
        account.ledger.open_items[0].due = at(0).now.day().plus_days(-days - 1);
        account.ledger.open_items[0].open = company.policy.credit.overdue_floor;
        assert_eq!(decide(&company, &account, &order, Amount(0), &at(0)), Decision::Pass);
    }

    #[test]
    fn a_prepaid_order_waits_for_its_money_and_goes_on_when_it_is_on_account() {
        let mut story = Story::new();
        let mut order = {
            let id = story.receive(&story.submission()).unwrap();
            (*story.order(id)).clone()
        };
        order.terms.prepayment = true;
        let id = order.id;
        story.books().record(&id, crate::order::OrderEvent::Received(Box::new(order)));
        let decision = check(story.books(), id, &at(1)).unwrap();
        assert!(matches!(decision, Decision::Hold { code: "CR-PREPAYMENT", over: Amount(10_000), .. }), "{decision:?}");
        let on_account = |story: &mut Story, amount| {
            let account = AccountId::from("ACME");
            story.books().record(&account, AccountEvent::MoneyReceived { amount: Amount(amount) });
            story.books().record(&account, AccountEvent::UnappliedChanged { by: Amount(amount) });
            recheck(story.books(), &account, &at(2)).unwrap()
        };
        assert_eq!(on_account(&mut story, 9_999), []);
        assert_eq!(on_account(&mut story, 1), [id]);
        assert!(story.order(id).holds.is_empty());
    }

    #[test]
    fn too_large_a_share_past_due_holds_however_late_it_is() {
        let (mut company, mut account, order) = case();
        account.profile.credit_limit = None;
        company.policy.credit.overdue_percent = Some(Decimal::from(20i64));
        let open =
            |amount, days| OpenItem { open: Amount(amount), due: at(0).now.day().plus_days(days), ..OpenItem::default() };
        account.ledger.open_items = vec![open(8_000, 10), open(2_000, -1)];
        assert_eq!(decide(&company, &account, &order, Amount(0), &at(0)), Decision::Pass);
        account.ledger.open_items = vec![open(7_999, 10), open(2_001, -1)];
        let held = decide(&company, &account, &order, Amount(0), &at(0));
        assert!(matches!(held, Decision::Hold { code: "CR-OVERDUE", over: Amount(2_001), .. }), "{held:?}");
    }

    #[test]
    fn what_secures_an_account_lowers_its_exposure() {
        let (company, mut account, order) = case();
        account.profile.secured = Amount(69_999);
        assert!(matches!(decide(&company, &account, &order, Amount(0), &at(0)), Decision::Hold { over: Amount(1), .. }));
        account.profile.secured = Amount(70_000);
        assert_eq!(decide(&company, &account, &order, Amount(0), &at(0)), Decision::Pass);
    }

    /// An account that shares the limit of ACME, with an order of 100.00 of its own.
    fn sharing(story: &mut Story) -> OrderId {
        let acme = story.books().account(&"ACME".into()).unwrap().unwrap();
        let profile = Profile { name: "Daughter".into(), credit_parent: Some("ACME".into()), ..acme.profile.clone() };
        set_profile(story.books(), &"SUB".into(), &profile, &at(0)).unwrap();
        let lines = vec![submitted("X", "10")];
        story.receive(&Submission { account: "SUB".into(), lines, ..story.submission() }).unwrap()
    }

    #[test]
    fn accounts_that_share_a_limit_are_held_by_what_the_others_owe() {
        let mut story = Story::new();
        limit(&mut story, 15_000);
        let theirs = sharing(&mut story);
        let ours = story.receive(&story.submission()).unwrap();
        assert_eq!(check(story.books(), ours, &at(1)).unwrap(), Decision::Pass);
        crate::order::approve(story.books(), ours, &at(1)).unwrap();
        let held = check(story.books(), theirs, &at(2)).unwrap();
        assert!(matches!(held, Decision::Hold { code: "CR-LIMIT", over: Amount(5_000), .. }), "{held:?}");
        // the parent pays: the daughter's order goes on
        limit(&mut story, 20_000);
        assert_eq!(recheck(story.books(), &"ACME".into(), &at(3)).unwrap(), [theirs]);
        assert!(story.order(theirs).holds.is_empty());
    }

    #[test]
    fn a_blocked_parent_blocks_all_that_share_its_limit() {
        let mut story = Story::new();
        let theirs = sharing(&mut story);
        let acme = story.books().account(&"ACME".into()).unwrap().unwrap();
        set_profile(story.books(), &"ACME".into(), &Profile { blocked: true, ..acme.profile.clone() }, &at(1)).unwrap();
        assert!(matches!(check(story.books(), theirs, &at(2)).unwrap(), Decision::Hold { code: "CR-BLOCKED", .. }));
        // as with a block of its own: nobody lets the order pass, and who did before did not lift the block
        let refused = release_hold(story.books(), theirs, HoldKind::Credit, "good customer", &clerk("eve", 3));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{refused:?}");
        let event = crate::order::OrderEvent::CreditReleased { gross: Amount(10_000), at: at(3).now };
        story.books().record(&theirs, event);
        assert!(matches!(check(story.books(), theirs, &at(4)).unwrap(), Decision::Hold { code: "CR-BLOCKED", .. }));
    }

    #[test]
    fn authority_is_a_share_of_the_limit_that_the_group_shares() {
        let mut story = Story::new();
        let theirs = sharing(&mut story);
        // the member has a limit of its own that does not count
        let acme = story.books().account(&"ACME".into()).unwrap().unwrap();
        let profile =
            Profile { credit_limit: Some(Amount(100_000_000)), credit_parent: Some("ACME".into()), ..acme.profile.clone() };
        set_profile(story.books(), &"SUB".into(), &profile, &at(1)).unwrap();
        limit(&mut story, 9_500);
        check(story.books(), theirs, &at(2)).unwrap();
        let mut cx = clerk("max", 3);
        cx.actor.roles = vec![crate::context::Role::CreditClerk];
        // 5.00 over is more than 5 % of 95.00
        let refused = release_hold(story.books(), theirs, HoldKind::Credit, "pays", &cx);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{refused:?}");
        limit(&mut story, 9_600);
        release_hold(story.books(), theirs, HoldKind::Credit, "pays", &cx).unwrap();
    }

    #[test]
    fn an_account_that_was_blocked_since_the_approval_ships_nothing() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let acme = story.books().account(&"ACME".into()).unwrap().unwrap();
        set_profile(story.books(), &"ACME".into(), &Profile { blocked: true, ..acme.profile.clone() }, &at(2)).unwrap();
        assert_eq!(crate::order::release(story.books(), id, &at(3)).unwrap(), []);
        assert!(story.order(id).is_held_by(HoldKind::Credit));
        set_profile(story.books(), &"ACME".into(), &acme.profile, &at(4)).unwrap();
        assert_eq!(recheck(story.books(), &"ACME".into(), &at(4)).unwrap(), [id]);
        assert_eq!(crate::order::release(story.books(), id, &at(5)).unwrap().len(), 1);
        story.check();
    }
}
