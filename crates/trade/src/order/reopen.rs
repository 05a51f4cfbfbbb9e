//! A closed order is opened again, so that it can be corrected.

use compact_str::format_compact;
use units::Text;

use super::event::OrderEvent;
use super::find::{company, existing, wrong_status};
use super::value::at_stake;
use crate::books::{Books, Stop};
use crate::context::{Context, Role};
use crate::credit::{self, Decision};
use crate::ids::*;
use crate::refusal::Refusal;

/// Opens a closed order again, and checks its account's credit anew: what a person let pass before does not count any more, and where the
/// credit does not suffice the order is held. It closes once more when nothing is owed after a correction, or by hand.
///
/// Refused for an order that is not closed, without a reason, and for whoever may not: credit managers and directors, up to their limit by
/// what the order comes to. Source: domain §1.5.4 (closed: reopen requires authority and a new exposure check).
pub fn reopen(books: &mut dyn Books, id: OrderId, reason: &str, cx: &Context) -> Result<Decision, Stop> {
    let order = existing(books, id)?;
    if order.closed_at.is_none() {
        return Err(wrong_status(&order, "only a closed order is reopened").into());
    }
    if reason.trim().is_empty() {
        return Err(Refusal::invalid("reason", "empty", "why it is reopened").into());
    }
    let refuse = |why| Refusal::NotAllowed { actor: cx.actor.id.clone(), why };
    if ![Role::CreditManager, Role::Director].iter().any(|role| cx.actor.has(*role)) {
        return Err(refuse(Text::const_new("a credit manager or a director reopens orders")).into());
    }
    let company = company(books)?;
    let value = at_stake(&company, &order, cx);
    if cx.actor.limit.is_some_and(|limit| value > limit) {
        return Err(refuse(format_compact!("reopening {id} needs more authority")).into());
    }
    drop(order);
    books.record(&id, OrderEvent::Reopened { by: cx.actor.id.clone(), reason: reason.into() });
    credit::check(books, id, cx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountEvent;
    use crate::billing::{Rebilling, goodwill, rebill};
    use crate::order::fixture::{Story, at, billed, clerk};
    use crate::order::{HoldKind, Status, close};
    use units::Amount;

    fn closed() -> (Story, OrderId, InvoiceId) {
        let (mut story, id, invoice) = billed();
        story.pay(invoice, 11_900);
        assert!(close(story.books(), id, &at(7)).unwrap());
        (story, id, invoice)
    }

    fn by(role: Role, limit: Option<i64>) -> Context {
        let mut cx = clerk("mia", 8);
        (cx.actor.roles, cx.actor.limit) = (vec![role], limit.map(Amount));
        cx
    }

    #[test]
    fn domain_1_5_4_a_closed_order_is_reopened_by_authority_and_billed_anew_and_closes_again() {
        let (mut story, id, _) = closed();
        for cx in [by(Role::Sales, None), by(Role::CreditClerk, None), by(Role::CreditManager, Some(11_899))] {
            let refused = reopen(story.books(), id, "wrong price", &cx);
            assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{refused:?}");
        }
        assert!(matches!(reopen(story.books(), id, " ", &clerk("mia", 8)), Err(Stop::Refused(Refusal::Invalid { .. }))));
        assert_eq!(reopen(story.books(), id, "wrong price", &by(Role::CreditManager, Some(11_900))), Ok(Decision::Pass));
        assert_eq!(story.order(id).status(), Status::Settled);
        assert!(matches!(reopen(story.books(), id, "x", &clerk("mia", 9)), Err(Stop::Refused(Refusal::WrongStatus { .. }))));
        let prices = vec![(LineNo(1), "11".parse().unwrap())];
        let pair = rebill(
            story.books(),
            id,
            &Rebilling { prices, reason: "contract".into(), ..Rebilling::default() },
            &clerk("mia", 9),
        )
        .unwrap()[0];
        assert_eq!(story.order(id).receivable, Amount(1_190));
        assert!(!close(story.books(), id, &at(10)).unwrap());
        story.pay(pair.replacement, 1_190);
        assert!(close(story.books(), id, &at(11)).unwrap());
        assert!(!story.order(id).reopened);
        story.check();
    }

    #[test]
    fn domain_1_5_4_a_reopened_order_is_held_where_the_account_has_no_credit_by_now() {
        let (mut story, id, _) = closed();
        let account = AccountId::from("ACME");
        let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
        profile.blocked = true;
        let set = AccountEvent::ProfileSet { id: account.clone(), profile: Box::new(profile) };
        story.books().record(&account, set);
        story.books.take_events();
        let decision = reopen(story.books(), id, "wrong price", &clerk("mia", 8)).unwrap();
        assert!(matches!(decision, Decision::Hold { code: "CR-BLOCKED", .. }), "{decision:?}");
        assert!(story.order(id).is_held_by(HoldKind::Credit));
        // the check is on record, and nothing closes past it
        let is_check = |event: &crate::books::Event| {
            matches!(event, crate::books::Event::Account(_, AccountEvent::CreditChecked { .. }))
        };
        assert_eq!(story.books.take_events().iter().filter(|event| is_check(event)).count(), 1);
        assert!(!close(story.books(), id, &at(9)).unwrap());
    }

    #[test]
    fn domain_1_5_4_goodwill_is_given_of_a_closed_order_as_it_is() {
        let (mut story, id, invoice) = closed();
        goodwill(story.books(), invoice, None, Amount(1_000), "a scratch", &clerk("mia", 8)).unwrap();
        assert_eq!((story.order(id).status(), story.order(id).receivable), (Status::Closed, Amount(-1_190)));
        story.check();
    }
}
