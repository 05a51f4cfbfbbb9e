//! An order may be promised and shipped.

use compact_str::format_compact;
use units::Text;

use super::event::OrderEvent;
use super::find::{company, existing, wrong_status};
use super::value::{gross, revalue_approved};
use crate::account::AccountEvent;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::refusal::Refusal;

/// Approves an order that nothing holds; its gross value enters the account's exposure.
///
/// Approving it again only brings the exposure up to date. Refused while a hold is there, when the order is over or in another currency
/// than its account is kept in by now, and above the actor's limit. Source: domain §1.2, §1.5.3 (8).
pub fn approve(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    if order.is_over() {
        return Err(wrong_status(&order, "it cannot be approved any more").into());
    }
    if let Some(hold) = order.holds.first() {
        return Err(Refusal::Held(hold.kind).into());
    }
    let exposed = gross(&order);
    let company = company(books)?;
    let today = company.calendar.local_day(cx.now);
    if cx.actor.limit.is_some_and(|limit| company.valued(exposed, order.currency, today) > limit) {
        let why = Text::const_new("the order is worth more than their limit");
        return Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why }.into());
    }
    if order.approved_at.is_some() {
        return revalue_approved(books, id);
    }
    let account = order.account.clone();
    let kept = books.account(&account)?.map_or(company.currency, |account| account.currency(&company));
    if kept != order.currency {
        let why = format_compact!("the order is in {}, and {account} is kept in {kept} now: enter it again", order.currency);
        return Err(Refusal::Conflict(why).into());
    }
    drop(order);
    books.record(&id, OrderEvent::Approved { at: cx.now, by: cx.actor.id.clone(), exposed });
    if !exposed.is_zero() {
        books.record(&account, AccountEvent::OpenOrdersChanged { by: exposed });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::{HoldKind, place_hold};
    use units::Amount;

    #[test]
    fn approval_counts_the_gross_value_once() {
        let mut story = Story::new();
        let id = story.receive(&story.submission()).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        approve(story.books(), id, &at(2)).unwrap();
        assert_eq!((story.order(id).exposed, story.open_orders()), (Amount(10_000), Amount(10_000)));
    }

    #[test]
    fn a_hold_is_in_the_way_of_approval() {
        let mut story = Story::new();
        let id = story.receive(&story.submission()).unwrap();
        place_hold(story.books(), id, HoldKind::Manual, "wait".into(), vec![], Amount(0), &clerk("ann", 1)).unwrap();
        assert_eq!(approve(story.books(), id, &at(1)), Err(Stop::Refused(Refusal::Held(HoldKind::Manual))));
    }
}
