//! The carrier shall stop what has shipped and bring it back.

use serde::{Deserialize, Serialize};
use units::{Text, Timestamp};

use super::state::{Shipment, ShipmentEvent};
use crate::account::AccountEvent;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::{LineNo, ReturnId, ShipmentId};
use crate::order::{OrderEvent, existing};
use crate::refusal::Refusal;

/// What became of a shipment that was cancelled on its way. Nothing of it is billed until that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Intercept {
    /// How far it is.
    pub status: InterceptStatus,
    /// The return by which somebody says whether the goods are back.
    pub return_request: ReturnId,
    /// Why the goods do not come back, if they do not.
    pub reason: Text,
}

/// How far the interception of a shipment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterceptStatus {
    /// The carrier was asked.
    #[default]
    Asked,
    /// It stops the goods and brings them back.
    Agreed,
    /// The goods reach the customer.
    Refused,
    /// They are back.
    CameBack,
}

impl InterceptStatus {
    /// Whether it is not known yet where the goods end.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Agreed)
    }
}

impl Shipment {
    /// Whether its goods are stopped or back, so that nothing of it is billed. Source: domain §1.5.4 (no invoice until resolved).
    pub fn is_intercepted(&self) -> bool {
        self.intercept.as_ref().is_some_and(|intercept| intercept.status != InterceptStatus::Refused)
    }

    /// Whether its carrier may still be asked to stop it: it is on its way, not billed, and nobody has asked before.
    pub(crate) fn may_be_intercepted(&self, now: Timestamp) -> bool {
        let is_billed = self.lines.iter().any(|line| line.invoiced.is_positive());
        self.intercept.is_none() && !is_billed && self.lost_sight_of_at().is_some_and(|lost| now < lost)
    }
}

/// The carrier answers: it brings the shipment back, or `refused` says why it does not. Gives the return that is void then.
///
/// Only an answer that is waited for counts: one that comes again, or after somebody has seen where the goods are, changes nothing.
/// Source: domain §1.5.4 (carrier intercept: ask).
pub fn intercept_answered(
    books: &mut dyn Books,
    id: ShipmentId,
    refused: Option<&str>,
    _cx: &Context,
) -> Result<Option<ReturnId>, Stop> {
    let shipment = books.shipment(&id)?.ok_or(Refusal::NotFound(Key::Shipment(id)))?;
    let Some(intercept) = &shipment.intercept else {
        return Err(Refusal::Conflict(compact_str::format_compact!("nobody was asked to stop {id}")).into());
    };
    let is_news = match refused {
        Some(_) => intercept.status.is_open(),
        None => intercept.status == InterceptStatus::Asked,
    };
    if is_news {
        books.record(&id, ShipmentEvent::InterceptAnswered { refused: refused.map(Text::from) });
    }
    Ok(refused.filter(|_| is_news).map(|_| intercept.return_request))
}

/// The goods of an intercepted shipment are back: they are never billed, and count in the account's exposure no longer.
pub(crate) fn came_back(books: &mut dyn Books, id: ShipmentId) -> Result<(), Stop> {
    let Some(shipment) = books.shipment(&id)?.filter(|shipment| shipment.is_intercepted()) else { return Ok(()) };
    books.record(&id, ShipmentEvent::CameBack);
    let account = existing(books, shipment.order)?.account.clone();
    if !shipment.exposed.is_zero() {
        books.record(&account, AccountEvent::ShippedChanged { by: -shipment.exposed });
    }
    let lines: Vec<(LineNo, _)> = shipment.lines.iter().map(|line| (line.line, line.quantity)).collect();
    books.record(&shipment.order, OrderEvent::SentBack { shipment: id, lines });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{bill, deposit};
    use crate::fulfilment::{Delivery, deliver};
    use crate::ids::OrderId;
    use crate::master::BillingPolicy;
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::{Cancellation, OrderEvent, Status, approve, cancel, close, promise, release};
    use crate::returns::{ReturnStatus, decide};
    use units::{Amount, Decimal, Quantity};

    fn all() -> Cancellation {
        Cancellation { lines: Vec::new(), reason: "not wanted".into() }
    }

    /// Ten of X at 10.00, shipped in two parts of four and six, not billed, and cancelled as a whole.
    fn cancelled() -> (Story, OrderId, Vec<ShipmentId>) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        let shipments = vec![story.ship(released, &[(1, 4)], "A"), story.ship(released, &[(1, 6)], "B")];
        let outcome = cancel(story.books(), id, &all(), &clerk("ann", 4)).unwrap();
        let asked: Vec<ShipmentId> = outcome.intercepted.iter().map(|(shipment, _)| *shipment).rev().collect();
        assert_eq!((asked, outcome.too_late), (shipments.clone(), Quantity(0)));
        (story, id, shipments)
    }

    fn waiting(story: &mut Story, shipment: ShipmentId) -> ReturnId {
        story.books().shipment(&shipment).unwrap().unwrap().intercept.as_ref().unwrap().return_request
    }

    fn shipped_exposure(story: &mut Story) -> Amount {
        story.books().account(&"ACME".into()).unwrap().unwrap().ledger.shipped_not_invoiced
    }

    #[test]
    fn domain_1_5_4_nothing_of_what_the_carrier_shall_stop_is_billed_until_it_is_known_where_it_ends() {
        let (mut story, id, shipments) = cancelled();
        assert_eq!(bill(story.books(), id, &at(5)).unwrap(), []);
        intercept_answered(story.books(), shipments[0], None, &at(6)).unwrap();
        assert_eq!(bill(story.books(), id, &at(6)).unwrap(), []);
        let back = waiting(&mut story, shipments[0]);
        decide(story.books(), back, true, "it is here", &clerk("ann", 7)).unwrap();
        let void = intercept_answered(story.books(), shipments[1], Some("it is in the van"), &at(8)).unwrap();
        assert_eq!(void, Some(waiting(&mut story, shipments[1])));
        decide(story.books(), void.unwrap(), false, "it is in the van", &at(8)).unwrap();
        let posted = bill(story.books(), id, &at(9)).unwrap();
        assert_eq!(posted.len(), 1);
        assert_eq!(story.books().invoice(&posted[0]).unwrap().unwrap().gross, Amount(6_000));
        let line = story.order(id).lines[0].clone();
        assert_eq!((line.sent_back, line.returned, line.invoiced), (Quantity(4), Quantity(4), Quantity(6)));
        assert_eq!(shipped_exposure(&mut story), Amount(0));
        story.check();
    }

    #[test]
    fn an_order_of_which_everything_came_back_is_closed_without_an_invoice_and_owes_nothing() {
        let (mut story, id, shipments) = cancelled();
        assert!(!close(story.books(), id, &at(5)).unwrap());
        for shipment in shipments {
            let back = waiting(&mut story, shipment);
            decide(story.books(), back, true, "it is here", &clerk("ann", 7)).unwrap();
        }
        assert_eq!(story.order(id).status(), Status::Settled);
        assert_eq!(shipped_exposure(&mut story), Amount(0));
        assert!(close(story.books(), id, &at(8)).unwrap());
        story.check();
    }

    #[test]
    fn an_answer_that_comes_again_or_after_the_decision_changes_nothing() {
        let (mut story, id, shipments) = cancelled();
        let back = waiting(&mut story, shipments[0]);
        decide(story.books(), back, true, "it is here", &clerk("ann", 6)).unwrap();
        story.books.take_events();
        assert_eq!(intercept_answered(story.books(), shipments[0], Some("too late"), &at(7)), Ok(None));
        assert_eq!(intercept_answered(story.books(), shipments[0], None, &at(7)), Ok(None));
        assert_eq!(story.books.take_events(), []);
        let again = cancel(story.books(), id, &all(), &clerk("ann", 8)).unwrap();
        assert_eq!((again.intercepted.len(), again.too_late), (0, Quantity(0)));
        let unasked = intercept_answered(story.books(), ShipmentId(77), None, &at(9));
        assert!(matches!(unasked, Err(Stop::Refused(Refusal::NotFound(_)))));
    }

    #[test]
    fn a_carrier_stops_whole_shipments_only_and_none_that_is_delivered() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        let first = story.ship(released, &[(1, 4)], "A");
        let second = story.ship(released, &[(1, 6)], "B");
        let part = |units| Cancellation { lines: vec![(LineNo(1), Some(Quantity(units)))], reason: "less".into() };
        let outcome = cancel(story.books(), id, &part(3), &clerk("ann", 4)).unwrap();
        assert_eq!((outcome.intercepted.len(), outcome.too_late), (0, Quantity(3)));
        let delivery = Delivery { at: at(4).now, ..Delivery::default() };
        deliver(story.books(), second, &delivery, &at(5)).unwrap();
        let outcome = cancel(story.books(), id, &all(), &clerk("ann", 6)).unwrap();
        let asked: Vec<ShipmentId> = outcome.intercepted.iter().map(|(shipment, _)| *shipment).collect();
        assert_eq!((asked, outcome.too_late), (vec![first], Quantity(6)));
        story.check();
    }

    #[test]
    fn goods_that_are_delivered_after_all_do_not_come_back() {
        let (mut story, id, shipments) = cancelled();
        let back = waiting(&mut story, shipments[0]);
        let delivery = Delivery { at: at(6).now, receiver: "Doe".into(), ..Delivery::default() };
        deliver(story.books(), shipments[0], &delivery, &at(7)).unwrap();
        let void = intercept_answered(story.books(), shipments[0], Some("it was delivered"), &at(7)).unwrap();
        assert_eq!(void, Some(back));
        decide(story.books(), back, false, "it was delivered", &at(7)).unwrap();
        assert_eq!(story.books().return_request(&back).unwrap().unwrap().status, ReturnStatus::Rejected);
        assert_eq!(bill(story.books(), id, &at(8)).unwrap().len(), 1);
        assert_eq!(story.order(id).lines[0].returned, Quantity(6));
        story.check();
    }

    #[test]
    fn the_deposit_of_what_came_back_is_given_back() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.receive(&story.submission()).unwrap();
        let billing = BillingPolicy::Deposit { percent: Decimal::from(30i64) };
        story.books().record(&id, OrderEvent::BillingSet { billing, by: "ann".into() });
        approve(story.books(), id, &at(1)).unwrap();
        deposit(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        let shipments = [story.ship(released, &[(1, 4)], "A"), story.ship(released, &[(1, 6)], "B")];
        cancel(story.books(), id, &all(), &clerk("ann", 4)).unwrap();
        let back = waiting(&mut story, shipments[0]);
        decide(story.books(), back, true, "it is here", &clerk("ann", 5)).unwrap();
        // 30 % of four units at 10.00
        let notes = crate::billing::release_deposit(story.books(), id, &at(5)).unwrap();
        assert_eq!(notes.len(), 1);
        assert_eq!(story.books().invoice(&notes[0]).unwrap().unwrap().net, Amount(1_200));
        let back = waiting(&mut story, shipments[1]);
        decide(story.books(), back, true, "it is here", &clerk("ann", 6)).unwrap();
        crate::billing::release_deposit(story.books(), id, &at(6)).unwrap();
        assert_eq!(story.order(id).receivable, Amount(0));
        story.check();
    }
}
