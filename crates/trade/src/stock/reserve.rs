//! Reservations without an order: for whoever asks by the API.

use serde::{Deserialize, Serialize};
use units::{Quantity, Text, Timestamp};

use super::quota::ladder_for;
use super::receive::{in_range, known};
use super::state::{Claim, ClaimKind, ClaimOwner, Stock, StockEvent};
use crate::books::{Books, Key, Kind, Stop};
use crate::context::{Context, Role};
use crate::ids::*;
use crate::order::company;
use crate::refusal::Refusal;
use crate::sourcing::in_order_of_preference;

/// What is to be reserved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReserveRequest {
    /// Lines; all of them or none.
    pub lines: Vec<ReserveLine>,
    /// Reserve what is there, even if it is less.
    pub allow_partial: bool,
    /// When it lapses.
    pub expires: Option<Timestamp>,
    /// The group of channels whose quota it draws on; without one the common pool alone.
    #[serde(default)]
    pub group: Option<Text>,
    /// The customer whose it is; `None` for a reservation of whoever makes it.
    #[serde(default)]
    pub account: Option<AccountId>,
}

/// A line to reserve.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReserveLine {
    /// The item.
    pub item: ItemId,
    /// Units.
    pub quantity: Quantity,
    /// Only here; otherwise at any node, the preferred first.
    pub node: Option<NodeId>,
}

/// Units that were reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// Place of the line in the request, from 0.
    pub line: usize,
    /// The reservation.
    pub reservation: ReservationId,
    /// Of what, and where.
    pub stock: StockKey,
    /// Units.
    pub quantity: Quantity,
}

/// Reserves units softly: an atomic check and decrement over all lines.
///
/// It is the customer's that it was made for, or else the actor's. Refused for an unknown customer, and when less is there than wanted,
/// unless partials are allowed. Source: domain §1.1.4, §1.1.5.
pub fn reserve(books: &mut dyn Books, request: &ReserveRequest, cx: &Context) -> Result<Vec<Reserved>, Stop> {
    if request.lines.is_empty() || request.lines.len() > 1_000 {
        return Err(Refusal::invalid("lines", request.lines.len(), "1 to 1,000 lines").into());
    }
    if request.expires.is_some_and(|expires| expires <= cx.now) {
        return Err(Refusal::invalid("expires", "past", "a moment to come").into());
    }
    let company = company(books)?;
    let groups = &company.policy.channel_groups;
    if let Some(group) = request.group.as_ref().filter(|code| !groups.iter().any(|group| group.code == **code)) {
        return Err(Refusal::invalid("group", group, "a group of the company's policy.channel_groups").into());
    }
    let group = request.group.as_ref();
    let owner = match &request.account {
        Some(account) if books.account(account)?.is_none() => {
            return Err(Refusal::NotFound(Key::Account(account.clone())).into());
        }
        Some(account) => ClaimOwner::Account(account.clone()),
        None => ClaimOwner::Actor(cx.actor.id.clone()),
    };
    let mut reserved = Vec::new();
    for (at, line) in request.lines.iter().enumerate() {
        in_range("quantity", line.quantity, 1)?;
        let nodes: Vec<NodeId> = match &line.node {
            Some(node) => vec![node.clone()],
            None => in_order_of_preference(&company).into_iter().map(|place| company.nodes[place].id.clone()).collect(),
        };
        let mut left = line.quantity;
        for node in nodes {
            let stock = known(books, &line.item, &node)?;
            let today = company.node(&node).map_or(cx.now.day(), |node| node.calendar.local_day(cx.now));
            let promisable = |stock: &Stock| ladder_for(stock, groups, group, today, &company.policy.atp).reservable();
            let there = books.stock(&stock)?.map(|stock| promisable(&stock));
            let units = there.unwrap_or_default().min(left);
            if units.is_positive() {
                left -= units;
                let reservation = ReservationId(books.next_number(Kind::Stock)?);
                let claim = Claim {
                    reservation,
                    line: None,
                    quantity: units,
                    kind: ClaimKind::Soft,
                    priority: u8::MAX,
                    promise: None,
                    at: cx.now,
                    expires: request.expires,
                    group: request.group.clone(),
                    order: None,
                    owner: Some(owner.clone()),
                };
                books.record(&stock, StockEvent::Reserved(claim));
                reserved.push(Reserved { line: at, reservation, stock, quantity: units });
            }
        }
        if left.is_positive() && !request.allow_partial {
            return Err(Refusal::NotEnough { wanted: line.quantity, available: line.quantity - left }.into());
        }
    }
    Ok(reserved)
}

/// Gives back a reservation that no order holds or has named: one of the actor's own, or a customer's. Whoever runs operations gives back
/// any. Source: domain §1.1.5.
pub fn release_reservation(
    books: &mut dyn Books,
    key: &StockKey,
    reservation: ReservationId,
    cx: &Context,
) -> Result<(), Stop> {
    let claim = books.stock(key)?.and_then(|stock| stock.claim(reservation).cloned());
    match claim.filter(|claim| claim.line.is_none() && claim.order.is_none()) {
        Some(Claim { owner: Some(ClaimOwner::Actor(maker)), .. })
            if maker != cx.actor.id && !cx.actor.has(Role::Operations) =>
        {
            let why = Text::const_new("the reservation was made by somebody else");
            Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why }.into())
        }
        Some(claim) => {
            let (quantity, reason) = (claim.quantity, Text::const_new("given back"));
            books.record(key, StockEvent::ReservationReleased { reservation, quantity, reason });
            Ok(())
        }
        None => Err(Refusal::ReservationNotActive(reservation).into()),
    }
}

/// Ends a reservation whose time has come; one that was prolonged or is gone stays as it is. Source: domain §1.1.5.
pub fn expire(books: &mut dyn Books, key: &StockKey, reservation: ReservationId, cx: &Context) -> Result<(), Stop> {
    let claim = books.stock(key)?.and_then(|stock| stock.claim(reservation).cloned());
    if claim.is_some_and(|claim| claim.expires.is_some_and(|expires| expires <= cx.now)) {
        books.record(key, StockEvent::ReservationExpired { reservation });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};

    fn request(quantity: i64) -> ReserveRequest {
        let line = ReserveLine { item: "X".into(), quantity: Quantity(quantity), node: None };
        ReserveRequest { lines: vec![line], expires: Some(at(15).now), ..ReserveRequest::default() }
    }

    #[test]
    fn exactly_what_is_there_can_be_reserved() {
        let mut story = Story::new();
        story.stock("X", "WH1", 60);
        story.stock("X", "WH2", 40);
        let mut units = 0;
        for _ in 0..150 {
            if let Ok(reserved) = reserve(story.books(), &request(1), &at(1)) {
                units += reserved.iter().map(|reserved| reserved.quantity.0).sum::<i64>();
            }
        }
        assert_eq!(units, 100);
    }

    #[test]
    fn a_reservation_lapses_at_its_time_and_not_before() {
        let mut story = Story::new();
        story.stock("X", "WH1", 5);
        let reserved = reserve(story.books(), &request(5), &at(1)).unwrap().remove(0);
        expire(story.books(), &reserved.stock, reserved.reservation, &at(14)).unwrap();
        assert_eq!(story.stock_of("X", "WH1").available_to_sell(), Quantity(0));
        expire(story.books(), &reserved.stock, reserved.reservation, &at(15)).unwrap();
        assert_eq!(story.stock_of("X", "WH1").available_to_sell(), Quantity(5));
        let gone = release_reservation(story.books(), &reserved.stock, reserved.reservation, &at(16));
        assert_eq!(gone, Err(Stop::Refused(Refusal::ReservationNotActive(reserved.reservation))));
    }
}
