//! What is with a warehouse shall go to another address.

use serde::{Deserialize, Serialize};
use units::Text;

use super::drop::warehouse_order;
use super::state::WarehouseOrderEvent;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::WarehouseOrderId;
use crate::master::ShipTo;
use crate::order::{HoldKind, existing};

/// Another address for a warehouse order, and what the warehouse says to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Redirect {
    /// Where to.
    pub ship_to: ShipTo,
    /// How far it is.
    pub status: RedirectStatus,
    /// Why the warehouse does not do it, if it does not.
    pub reason: Text,
}

/// How far a redirection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectStatus {
    /// The warehouse was asked.
    #[default]
    Asked,
    /// It ships to the new address.
    Agreed,
    /// It ships, or has shipped, to the old one.
    Refused,
}

/// The warehouse answers: it ships to the new address, or `refused` says why it does not. Gives the reason of a refusal that was not
/// known before: somebody has to intercept what goes to the old address. Source: domain §1.5.4 (ask; else intercept).
pub fn redirect_answered(
    books: &mut dyn Books,
    id: WarehouseOrderId,
    refused: Option<&str>,
    _cx: &Context,
) -> Result<Option<Text>, Stop> {
    let released = warehouse_order(books, id)?;
    let is_awaited = released.redirect.as_ref().is_some_and(|redirect| redirect.status == RedirectStatus::Asked);
    if !is_awaited {
        return Ok(None);
    }
    let refused = refused.map(Text::from);
    books.record(&id, WarehouseOrderEvent::RedirectAnswered { refused: refused.clone() });
    Ok(refused)
}

/// Asks a warehouse that does not stop what it has to ship it to where the order goes now. False where nothing is left there to ask for,
/// and where a hold keeps the order from going there. Source: domain §1.5.4 (address change: ask).
pub fn redirect_unstopped(books: &mut dyn Books, id: WarehouseOrderId) -> Result<bool, Stop> {
    let released = warehouse_order(books, id)?;
    let order = existing(books, released.order)?;
    // other holds are about the order, not about where it goes
    let is_kept = order.holds.iter().any(|hold| matches!(hold.kind, HoldKind::Fraud | HoldKind::Export));
    let may_go = !released.is_done() && !is_kept;
    if may_go {
        books.record(&id, WarehouseOrderEvent::RedirectRequested { ship_to: order.ship_to.clone() });
    }
    Ok(may_go)
}

/// Asks the warehouse once more; false if nothing is left there to ask for.
pub fn redirect_again(books: &mut dyn Books, id: WarehouseOrderId) -> Result<bool, Stop> {
    let released = warehouse_order(books, id)?;
    match &released.redirect {
        Some(redirect) if redirect.status == RedirectStatus::Refused && !released.is_done() => {
            books.record(&id, WarehouseOrderEvent::RedirectRequested { ship_to: redirect.ship_to.clone() });
            Ok(true)
        }
        _ => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::{Change, change, release};

    fn bonn() -> ShipTo {
        ShipTo { street: "Street 2".into(), city: "Bonn".into(), country: "DE".into(), ..ShipTo::default() }
    }

    fn status(story: &mut Story, id: WarehouseOrderId) -> RedirectStatus {
        story.books().warehouse_order(&id).unwrap().unwrap().redirect.as_ref().unwrap().status
    }

    #[test]
    fn domain_1_5_4_a_warehouse_is_asked_for_another_address_and_its_refusal_is_told_once() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        let wanted = Change { ship_to: Some(bonn()), ..Change::default() };
        let outcome = change(story.books(), id, &wanted, &clerk("ann", 3)).unwrap();
        assert_eq!((outcome.redirected.as_slice(), outcome.recheck), ([released].as_slice(), true));
        assert_eq!((story.order(id).ship_to.city.as_str(), status(&mut story, released)), ("Bonn", RedirectStatus::Asked));
        let refused = redirect_answered(story.books(), released, Some("it is packed"), &at(4)).unwrap();
        assert_eq!(refused.as_deref(), Some("it is packed"));
        assert_eq!(redirect_answered(story.books(), released, Some("it is packed"), &at(5)).unwrap(), None);
        assert!(redirect_again(story.books(), released).unwrap());
        assert_eq!(redirect_answered(story.books(), released, None, &at(6)).unwrap(), None);
        assert_eq!(status(&mut story, released), RedirectStatus::Agreed);
        assert!(!redirect_again(story.books(), released).unwrap());
        story.check();
    }
}
