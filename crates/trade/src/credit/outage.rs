//! Credit while the system is down that limits, blocks and payments come from: decided by what was known, marked, and decided again.

use compact_str::format_compact;
use units::{Amount, Timestamp};

use super::check::{Decision, check, check_as_of, is_released};
use super::group::account_of;
use crate::account::{Account, AccountEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::{AccountId, OrderId};
use crate::master::{Company, CreditOutage};
use crate::order::{Hold, Order, at_stake, existing};

/// The code of a hold because nobody can decide.
const CODE: &str = "CR-DEGRADED";
/// How the reason of such a hold begins.
const UNDECIDED: &str = "credit cannot be decided";

/// Checks an order's credit while the source of credit data is down, by the company's policy for that; as [`super::check`] otherwise.
///
/// The decision is marked, and made again by [`decide_again`]. Source: domain §1.2 (credit decision outage).
pub fn check_in_outage(books: &mut dyn Books, id: OrderId, since: Timestamp, cx: &Context) -> Result<Decision, Stop> {
    check_as_of(books, id, Some(since), cx)
}

/// Makes the decisions again that were made about an account's orders while the source of credit data was down. Orders that have shipped
/// whole are left: nothing keeps their goods any more.
pub fn decide_again(books: &mut dyn Books, account: &AccountId, cx: &Context) -> Result<(), Stop> {
    let degraded = account_of(books, account)?.ledger.degraded.clone();
    if degraded.is_empty() {
        return Ok(());
    }
    books.record(account, AccountEvent::DegradedSettled);
    // all at once, so that those which are not in memory are loaded together
    for id in &degraded {
        books.order(id)?;
    }
    for id in degraded {
        if !existing(books, id)?.is_fulfilled() {
            check(books, id, cx)?;
        }
    }
    Ok(())
}

/// What the policy makes of a decision by our own books that lets an order pass.
pub(super) fn in_outage(
    since: Timestamp,
    company: &Company,
    account: &Account,
    order: &Order,
    decision: Decision,
    cx: &Context,
) -> Decision {
    if !matches!(decision, Decision::Pass | Decision::PassWithWarning) {
        return decision;
    }
    let policy = &company.policy.credit;
    let today = company.calendar.local_day(cx.now);
    let value = at_stake(company, order, cx);
    let past_due: Amount = account
        .ledger
        .open_items
        .iter()
        .filter(|item| today > item.due && item.open.is_positive())
        .map(|item| company.valued(item.open, account.currency(company), today))
        .sum();
    let money = |amount: Amount| amount.to_decimal(company.currency);
    let source = policy.source.as_deref().unwrap_or("its source");
    let why = match policy.outage {
        CreditOutage::Hold => format_compact!("nothing passes before it is back"),
        CreditOutage::PassSmall if value > policy.outage_floor => {
            format_compact!("{} is more than the {} that pass meanwhile", money(value), money(policy.outage_floor))
        }
        CreditOutage::PassSmall if past_due.is_positive() => format_compact!("{} is past due", money(past_due)),
        CreditOutage::PassSmall => return decision,
    };
    if is_released(company, order, cx) {
        return Decision::Released;
    }
    Decision::Hold { code: CODE, reason: format_compact!("{UNDECIDED}, {source} is down since {since}: {why}"), over: value }
}

/// Whether a hold stands because nobody could decide, and not because of an amount over a limit.
pub(super) fn is_of_outage(hold: &Hold) -> bool {
    hold.reason.starts_with(UNDECIDED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::OpenItem;
    use crate::context::Role;
    use crate::master::CompanyEvent;
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::{HoldKind, approve, release_hold};
    use crate::refusal::Refusal;
    use units::Text;

    /// An order of 100.00, and what is decided while the ERP is down.
    fn case(outage: CreditOutage, floor: i64) -> (Story, OrderId) {
        let mut story = Story::new();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.credit.source = Some("erp".into());
        (company.policy.credit.outage, company.policy.credit.outage_floor) = (outage, Amount(floor));
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        let id = story.receive(&story.submission()).unwrap();
        (story, id)
    }

    fn code(decision: &Decision) -> &'static str {
        match decision {
            Decision::Hold { code, .. } => code,
            Decision::Released => "released",
            Decision::Pass | Decision::PassWithWarning => "pass",
        }
    }

    fn owes(story: &mut Story, days: i32) {
        let due = at(0).now.day().plus_days(days);
        let item = OpenItem { amount: Amount(5_000), open: Amount(5_000), due, ..OpenItem::default() };
        story.books().record(&AccountId::from("ACME"), AccountEvent::ItemReopened(item));
    }

    fn degraded(story: &mut Story) -> Vec<OrderId> {
        story.books().account(&"ACME".into()).unwrap().unwrap().ledger.degraded.clone()
    }

    #[test]
    fn domain_1_2_while_the_source_is_down_nothing_passes_or_small_orders_of_clean_accounts_do() {
        for (outage, floor, due_in, expected) in [
            (CreditOutage::Hold, 1_000_000, 5, CODE),
            (CreditOutage::PassSmall, 10_000, 5, "pass"),
            (CreditOutage::PassSmall, 9_999, 5, CODE),
            (CreditOutage::PassSmall, 10_000, -1, CODE),
        ] {
            let (mut story, id) = case(outage, floor);
            owes(&mut story, due_in);
            let decision = check_in_outage(story.books(), id, at(0).now, &at(1)).unwrap();
            assert_eq!(code(&decision), expected, "{outage:?} {floor} {due_in}");
            assert_eq!((story.order(id).is_held_by(HoldKind::Credit), degraded(&mut story)), (expected == CODE, vec![id]));
        }
    }

    #[test]
    fn what_our_own_books_refuse_does_not_pass_because_nobody_else_answers() {
        let (mut story, id) = case(CreditOutage::PassSmall, 1_000_000);
        crate::account::set_limit(story.books(), &"ACME".into(), Some(Amount(5_000)), &at(0)).unwrap();
        assert_eq!(code(&check_in_outage(story.books(), id, at(0).now, &at(1)).unwrap()), "CR-LIMIT");
    }

    #[test]
    fn domain_1_2_a_degraded_decision_is_made_again_on_recovery() {
        let (mut story, held) = case(CreditOutage::PassSmall, 10_000);
        owes(&mut story, -1);
        check_in_outage(story.books(), held, at(0).now, &at(1)).unwrap();
        decide_again(story.books(), &"ACME".into(), &at(2)).unwrap();
        assert_eq!((story.order(held).holds.len(), degraded(&mut story)), (0, vec![]));
        // one that passed, and should not have
        let (mut story, passed) = case(CreditOutage::PassSmall, 10_000);
        assert_eq!(code(&check_in_outage(story.books(), passed, at(0).now, &at(1)).unwrap()), "pass");
        approve(story.books(), passed, &at(1)).unwrap();
        crate::account::set_limit(story.books(), &"ACME".into(), Some(Amount(5_000)), &at(2)).unwrap();
        decide_again(story.books(), &"ACME".into(), &at(3)).unwrap();
        assert!(story.order(passed).is_held_by(HoldKind::Credit));
        assert_eq!(degraded(&mut story), []);
    }

    #[test]
    fn whoever_lets_an_undecided_order_pass_answers_for_all_of_it() {
        let (mut story, id) = case(CreditOutage::Hold, 0);
        crate::account::set_limit(story.books(), &"ACME".into(), Some(Amount(100_000)), &at(0)).unwrap();
        check_in_outage(story.books(), id, at(0).now, &at(1)).unwrap();
        let mut cx = clerk("max", 2);
        cx.actor.roles = vec![Role::CreditClerk];
        // 100.00 is more than 5 % of 1,000.00
        let refused = release_hold(story.books(), id, HoldKind::Credit, "good customer", &cx);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{refused:?}");
        cx.actor.roles = vec![Role::CreditManager];
        release_hold(story.books(), id, HoldKind::Credit, "good customer", &cx).unwrap();
        assert_eq!(code(&check_in_outage(story.books(), id, at(0).now, &at(3)).unwrap()), "released");
    }
}
