//! State and events of warehouse orders and shipments.

use serde::{Deserialize, Serialize};
use units::{Amount, Minutes, Quantity, Text, Timestamp};

use super::deliver::Delivery;
use super::intercept::{Intercept, InterceptStatus};
use super::redirect::{Redirect, RedirectStatus};
use super::request::CancelRequest;
use crate::books::Folded;
use crate::ids::*;
use crate::master::ShipTo;

/// A release of order lines to one warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WarehouseOrder {
    /// Our number, which the warehouse is given.
    pub id: WarehouseOrderId,
    /// The order that it serves.
    pub order: OrderId,
    /// The warehouse.
    pub node: NodeId,
    /// What it shall ship, in the order of the lines' numbers.
    pub lines: Vec<WarehouseLine>,
    /// How far it is.
    pub progress: Progress,
    /// When it was made.
    pub released_at: Timestamp,
    /// The carrier's booking.
    pub booking: Option<Booking>,
    /// The warehouse was asked to cancel and has not answered.
    pub cancel_requested: bool,
    /// Shipments recorded so far.
    pub shipments: Vec<ShipmentId>,
    /// How many shipments there will be in all, once the warehouse has said so; an earlier one may still be on its way to us.
    pub expected_shipments: Option<u32>,
    /// Another address than it was released for.
    #[serde(default)]
    pub redirect: Option<Redirect>,
    /// The number of the last request to cancel. One that asks for units that are asked for already is not sent.
    #[serde(default)]
    pub requested: u32,
    /// How many requests to cancel the warehouse was sent.
    #[serde(default)]
    pub asked_times: u32,
    /// What it was asked and has not answered, the oldest first.
    #[serde(default)]
    pub requests: Vec<CancelRequest>,
    /// What a pick seemed to answer of which request. The warehouse may tell of the same units once more, with its answer to another one.
    #[serde(default)]
    pub presumed: Vec<CancelRequest>,
    /// The last request that there was when a pick told of units.
    #[serde(default)]
    pub presumed_until: u32,
    /// The exception that asks for an answer.
    #[serde(default)]
    pub answer_chased: Option<ExceptionId>,
    /// The warehouse was asked to stop what it has, because the order may go elsewhere.
    #[serde(default)]
    pub moved: bool,
}

/// A line of a warehouse order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WarehouseLine {
    /// The order line.
    pub line: LineNo,
    /// The item.
    pub item: ItemId,
    /// The reservation that the units are held under.
    pub reservation: ReservationId,
    /// Units to ship.
    pub quantity: Quantity,
    /// Units picked, shipped ones included.
    pub picked: Quantity,
    /// Units shipped.
    pub shipped: Quantity,
    /// Units that will not come from here: short-picked, rejected, cancelled.
    pub dropped: Quantity,
    /// Units to ship that were not released: they left all the same, within the tolerance (domain §1.10, R3).
    #[serde(default)]
    pub over: Quantity,
    /// Units that the warehouse was asked not to ship, and has not answered for.
    pub cancelling: Quantity,
    /// Of those, units that only must not go out as things are: they go back to the order and are not cancelled.
    #[serde(default)]
    pub stopping: Quantity,
    /// Of the units to stop, those that are not there: they wait for supply once they are given back (domain §1.1.6).
    #[serde(default)]
    pub missing: Quantity,
    /// The counts and damage reports that showed it.
    #[serde(default)]
    pub missing_by: Text,
}

/// How far a warehouse order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Made here, not yet known to the warehouse.
    #[default]
    Created,
    /// The warehouse has received it.
    Sent,
    /// The warehouse will do it.
    Acknowledged,
    /// Picked.
    Picked,
    /// Everything that will come has shipped.
    Completed,
    /// The warehouse refused it.
    Rejected,
    /// Cancelled before anything left.
    Cancelled,
}

/// A carrier's booking.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Booking {
    /// The carrier.
    pub carrier: Text,
    /// The carrier's service.
    pub service: Text,
    /// The booking's number.
    pub reference: Text,
    /// What it costs us, in the company's currency.
    pub cost: Amount,
}

/// A fact about one warehouse order. Names in the feed: `fulfilment.released`, `pick.confirmed` …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WarehouseOrderEvent {
    /// It was made.
    Created(Box<WarehouseOrder>),
    /// The warehouse has received it.
    Sent,
    /// The warehouse will do it.
    Acknowledged,
    /// The warehouse refused it; its units were put back before.
    Rejected {
        /// Why.
        reason: Text,
    },
    /// Units were picked.
    Picked {
        /// By line: picked in all so far.
        lines: Vec<(LineNo, Quantity)>,
        /// Everything that will be picked has been.
        complete: bool,
    },
    /// Units will not come from here.
    Dropped {
        /// The line.
        line: LineNo,
        /// How many.
        quantity: Quantity,
        /// `short_pick`, `cancelled`, `short_ship`.
        reason: Text,
    },
    /// A carrier took it.
    Booked(Booking),
    /// The warehouse was asked to cancel.
    CancelRequested {
        /// By line: units that it shall not ship, besides those that it was asked for before.
        lines: Vec<(LineNo, Quantity)>,
        /// Until when it has time to answer.
        #[serde(default)]
        answer_by: Option<Timestamp>,
        /// The units go back to the order, which may not be sent as it is now.
        #[serde(default)]
        stop: bool,
        /// The document that shows that units to stop are not there.
        #[serde(default)]
        missing_by: Option<Text>,
        /// Which request it belongs to; 0 for one of its own.
        #[serde(default)]
        request: u32,
    },
    /// The warehouse agreed to cancel; the units are dropped next.
    CancelConfirmed {
        /// By line: units that it will not ship.
        lines: Vec<(LineNo, Quantity)>,
        /// The document that shows that they are not there: they wait for supply now.
        #[serde(default)]
        missing_by: Option<Text>,
        /// Which request it has answered; the oldest are answered by what was picked or shipped.
        #[serde(default)]
        request: Option<u32>,
    },
    /// The warehouse has said which request a pick told of: it seemed to be another one.
    PickAttributed {
        /// The request that it has answered.
        request: u32,
        /// It ships what that one asked for, so the pick told of others.
        refused: bool,
        /// Until when requests that are open again have to be answered.
        #[serde(default)]
        answer_by: Option<Timestamp>,
    },
    /// The warehouse will not cancel: it is too late.
    CancelRefused {
        /// Why.
        reason: Text,
        /// Which request it has answered; all of them, if none is named.
        #[serde(default)]
        request: Option<u32>,
    },
    /// It was cancelled.
    Cancelled,
    /// Units left.
    Shipped {
        /// The shipment.
        shipment: ShipmentId,
        /// By line.
        lines: Vec<(LineNo, Quantity)>,
    },
    /// More is leaving than was released, within the tolerance (domain §1.10, R3).
    OverShipped {
        /// By line: units beyond what was outstanding.
        lines: Vec<(LineNo, Quantity)>,
    },
    /// Everything that will come has shipped.
    Completed,
    /// The warehouse has said how many shipments there are in all.
    LastShipmentKnown {
        /// How many.
        total: u32,
    },
    /// The warehouse was asked to ship to another address.
    RedirectRequested {
        /// Where to.
        ship_to: ShipTo,
    },
    /// The warehouse has answered to that.
    RedirectAnswered {
        /// Why it does not; `None` if it does.
        refused: Option<Text>,
    },
    /// The warehouse has not answered in time to what it was asked to cancel.
    AnswerLate {
        /// Which exception asks for it.
        exception: ExceptionId,
        /// Which requests it asks about; all of them, if none is named.
        #[serde(default)]
        requests: Vec<u32>,
    },
    /// Units that the warehouse was asked to cancel are wanted after all: they go back to the order, if it does not ship them.
    WantedAgain {
        /// By line.
        lines: Vec<(LineNo, Quantity)>,
    },
}

/// Goods that left a warehouse together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Shipment {
    /// Our number.
    pub id: ShipmentId,
    /// The warehouse's number; unique per node.
    pub reference: Text,
    /// The order.
    pub order: OrderId,
    /// The warehouse order.
    pub warehouse_order: WarehouseOrderId,
    /// The warehouse.
    pub node: NodeId,
    /// When it left.
    pub shipped_at: Timestamp,
    /// The carrier.
    pub carrier: Text,
    /// The carrier's tracking number.
    pub tracking: Text,
    /// What is in it.
    pub lines: Vec<ShipmentLine>,
    /// The invoices that bill it.
    pub invoices: Vec<InvoiceId>,
    /// Gross value that the account's exposure counts as shipped and not invoiced for it.
    pub exposed: Amount,
    /// The proof that the customer has it.
    #[serde(default)]
    pub delivered: Option<Delivery>,
    /// The number of the bill of lading that it left with; empty if nobody told one.
    #[serde(default)]
    pub bill_of_lading: Text,
    /// What its carrier was asked, if it was to stop it.
    #[serde(default)]
    pub intercept: Option<Intercept>,
}

/// So long a shipment counts as on its way that nobody says was delivered: not every carrier tells.
pub(crate) const UNDER_WAY: Minutes = Minutes(14 * 1_440);

impl Shipment {
    /// From when on nobody knows any more where it is; `None` once it was delivered.
    pub fn lost_sight_of_at(&self) -> Option<Timestamp> {
        self.delivered.is_none().then(|| self.shipped_at.plus(UNDER_WAY))
    }
}

/// A line of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ShipmentLine {
    /// The order line.
    pub line: LineNo,
    /// The item.
    pub item: ItemId,
    /// Units.
    pub quantity: Quantity,
    /// Units invoiced.
    pub invoiced: Quantity,
}

/// A fact about one shipment. Names in the feed: `shipment.confirmed` …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShipmentEvent {
    /// It left.
    Confirmed(Box<Shipment>),
    /// It was billed.
    Invoiced {
        /// The invoice.
        invoice: InvoiceId,
        /// Units by line.
        lines: Vec<(LineNo, Quantity)>,
    },
    /// The customer has it.
    Delivered(Delivery),
    /// Its carrier was asked to stop it and to bring it back.
    InterceptRequested {
        /// The return that waits for it.
        return_request: ReturnId,
    },
    /// Its carrier has answered, or it was seen where the goods are.
    InterceptAnswered {
        /// Why they do not come back; `None` if they are on their way back.
        refused: Option<Text>,
    },
    /// The goods are back.
    CameBack,
}

impl WarehouseLine {
    /// Units that will still be picked or shipped.
    pub fn outstanding(&self) -> Quantity {
        self.quantity - self.shipped - self.dropped
    }

    /// Units that may still be cancelled: nobody has asked for that yet.
    pub fn to_cancel(&self) -> Quantity {
        self.outstanding() - self.cancelling + self.stopping
    }

    /// Of the units that the warehouse was asked not to ship, those that will be cancelled.
    pub fn leaving(&self) -> Quantity {
        self.cancelling - self.stopping
    }

    /// Notes that the warehouse was asked not to ship units; one that was asked to stop them is not asked for others.
    fn ask(&mut self, quantity: Quantity, stop: bool, missing_by: Option<&Text>) {
        let more = quantity.min(self.outstanding() - self.cancelling);
        self.cancelling += more;
        self.stopping += if stop { more } else { more - quantity };
        if let Some(document) = missing_by {
            if self.missing.is_zero() {
                self.missing_by = document.clone();
            } else if !self.missing_by.split(", ").any(|known| known == document) {
                self.missing_by = Text::from(format!("{}, {document}", self.missing_by));
            }
            self.missing += more;
        }
        self.missing = self.missing.min(self.stopping);
    }

    /// Units that may still be asked back because they are not there: nobody has picked them or asked for them.
    pub fn unpicked(&self) -> Quantity {
        (self.outstanding() - self.staged() - self.cancelling).or_zero()
    }

    /// Units left. Of those that were asked back, the ones that were only to stop leave first, for they are wanted all the same.
    fn ship(&mut self, quantity: Quantity) {
        self.shipped += quantity;
        self.picked = self.picked.max(self.shipped);
        let asked = self.cancelling.min(self.outstanding());
        self.stopping = (self.stopping - (self.cancelling - asked)).or_zero();
        self.missing = (self.missing - (self.cancelling - asked)).or_zero();
        self.cancelling = asked;
    }

    /// No more units are asked back than are there.
    pub(super) fn limit_asked(&mut self, cancelling: Quantity) {
        self.cancelling = cancelling.or_zero().min(self.outstanding());
        self.stopping = self.stopping.min(self.cancelling);
        self.missing = self.missing.min(self.stopping);
    }

    /// Units that are not there are given back.
    fn give_back(&mut self, quantity: Quantity) {
        self.missing = (self.missing - quantity).or_zero();
        self.stopping = (self.stopping - quantity).or_zero();
        self.limit_asked(self.cancelling - quantity);
    }

    /// Units that were picked and are still there.
    pub fn staged(&self) -> Quantity {
        (self.picked - self.shipped).or_zero().min(self.outstanding())
    }
}

impl WarehouseOrder {
    /// Whether nothing more will come of it.
    pub fn is_done(&self) -> bool {
        matches!(self.progress, Progress::Completed | Progress::Rejected | Progress::Cancelled)
    }

    /// Whether the warehouse has not said that it will do it.
    pub fn is_unacknowledged(&self) -> bool {
        matches!(self.progress, Progress::Created | Progress::Sent)
    }

    /// The line for that order line.
    pub fn line(&self, no: LineNo) -> Option<&WarehouseLine> {
        let at = self.lines.binary_search_by_key(&no, |line| line.line).ok()?;
        self.lines.get(at)
    }

    pub(super) fn line_mut(&mut self, no: LineNo) -> Option<&mut WarehouseLine> {
        let at = self.lines.binary_search_by_key(&no, |line| line.line).ok()?;
        self.lines.get_mut(at)
    }
}

impl Folded for WarehouseOrder {
    type Event = WarehouseOrderEvent;

    fn apply(&mut self, event: &WarehouseOrderEvent) {
        match event {
            WarehouseOrderEvent::Created(order) => *self = (**order).clone(),
            WarehouseOrderEvent::Sent => self.progress = self.progress.max(Progress::Sent),
            WarehouseOrderEvent::Acknowledged => self.progress = self.progress.max(Progress::Acknowledged),
            WarehouseOrderEvent::Rejected { .. } => {
                self.settle_cancellation();
                self.progress = Progress::Rejected;
            }
            WarehouseOrderEvent::Picked { lines, complete } => {
                for (no, picked) in lines {
                    if let Some(line) = self.line_mut(*no) {
                        line.picked = *picked;
                    }
                }
                if *complete {
                    self.progress = self.progress.max(Progress::Picked);
                }
            }
            WarehouseOrderEvent::Dropped { line, quantity, .. } => {
                if let Some(line) = self.line_mut(*line) {
                    line.dropped += *quantity;
                    line.limit_asked(line.cancelling);
                }
                self.fit_requests(*line, None);
                self.end_empty_requests();
            }
            WarehouseOrderEvent::Booked(booking) => self.booking = Some(booking.clone()),
            WarehouseOrderEvent::CancelRequested { lines, answer_by, stop, missing_by, request } => {
                self.moved |= *stop && missing_by.is_none();
                for (no, quantity) in lines {
                    if let Some(line) = self.line_mut(*no) {
                        line.ask(*quantity, *stop, missing_by.as_ref());
                    }
                }
                self.open_request(*request, *answer_by, lines);
            }
            WarehouseOrderEvent::CancelConfirmed { lines, missing_by, request } => {
                let before = if request.is_none() { self.requests.clone() } else { Vec::new() };
                for (no, quantity) in lines {
                    match self.line_mut(*no) {
                        Some(line) if missing_by.is_some() => line.give_back(*quantity),
                        Some(line) => line.limit_asked(line.cancelling - *quantity),
                        None => {}
                    }
                    self.fit_requests(*no, *request);
                }
                self.presume(&before);
                self.end_empty_requests();
            }
            WarehouseOrderEvent::PickAttributed { request, refused, answer_by } => {
                self.attribute(*request, *refused, *answer_by);
            }
            WarehouseOrderEvent::CancelRefused { request: Some(request), .. } => self.refuse_request(*request),
            WarehouseOrderEvent::CancelRefused { request: None, .. } => self.settle_cancellation(),
            WarehouseOrderEvent::Cancelled => {
                self.settle_cancellation();
                self.progress = Progress::Cancelled;
            }
            WarehouseOrderEvent::Shipped { shipment, lines } => {
                self.shipments.push(*shipment);
                for (no, quantity) in lines {
                    if let Some(line) = self.line_mut(*no) {
                        line.ship(*quantity);
                    }
                    self.fit_requests(*no, None);
                }
                self.end_empty_requests();
            }
            WarehouseOrderEvent::OverShipped { lines } => {
                for (no, quantity) in lines {
                    if let Some(line) = self.line_mut(*no) {
                        line.quantity += *quantity;
                        line.over += *quantity;
                    }
                }
            }
            WarehouseOrderEvent::Completed => {
                self.settle_cancellation();
                self.progress = Progress::Completed;
            }
            WarehouseOrderEvent::LastShipmentKnown { total } => self.expected_shipments = Some(*total),
            WarehouseOrderEvent::RedirectRequested { ship_to } => {
                self.redirect = Some(Redirect { ship_to: ship_to.clone(), ..Redirect::default() });
            }
            WarehouseOrderEvent::RedirectAnswered { refused } => {
                if let Some(redirect) = &mut self.redirect {
                    redirect.status = if refused.is_some() { RedirectStatus::Refused } else { RedirectStatus::Agreed };
                    redirect.reason = refused.clone().unwrap_or_default();
                }
            }
            WarehouseOrderEvent::AnswerLate { exception, requests } => {
                self.chase(requests);
                self.answer_chased = Some(*exception);
            }
            WarehouseOrderEvent::WantedAgain { lines } => {
                for (no, quantity) in lines {
                    if let Some(line) = self.line_mut(*no) {
                        line.stopping += line.leaving().min(*quantity);
                    }
                    self.fit_requests(*no, None);
                }
            }
        }
    }
}

impl Folded for Shipment {
    type Event = ShipmentEvent;

    fn apply(&mut self, event: &ShipmentEvent) {
        match event {
            ShipmentEvent::Confirmed(shipment) => *self = (**shipment).clone(),
            ShipmentEvent::Delivered(delivery) => self.delivered = Some(delivery.clone()),
            ShipmentEvent::InterceptRequested { return_request } => {
                self.intercept = Some(Intercept { return_request: *return_request, ..Intercept::default() });
            }
            ShipmentEvent::InterceptAnswered { refused } => {
                if let Some(intercept) = &mut self.intercept {
                    intercept.status = if refused.is_some() { InterceptStatus::Refused } else { InterceptStatus::Agreed };
                    intercept.reason = refused.clone().unwrap_or_default();
                }
            }
            ShipmentEvent::CameBack => {
                self.exposed = Amount::ZERO;
                if let Some(intercept) = &mut self.intercept {
                    intercept.status = InterceptStatus::CameBack;
                }
            }
            ShipmentEvent::Invoiced { invoice, lines } => {
                self.invoices.push(*invoice);
                for (no, quantity) in lines {
                    if let Some(line) = self.lines.iter_mut().find(|line| line.line == *no) {
                        line.invoiced += *quantity;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_1_5_4_what_crosses_with_a_shipment_is_cancelled_before_it_is_only_stopped() {
        let line = WarehouseLine { line: LineNo(1), quantity: Quantity(5), ..WarehouseLine::default() };
        let mut order = WarehouseOrder { lines: vec![line], ..WarehouseOrder::default() };
        let asked = |units, stop| WarehouseOrderEvent::CancelRequested {
            lines: vec![(LineNo(1), Quantity(units))],
            answer_by: None,
            stop,
            missing_by: None,
            request: 0,
        };
        order.apply(&asked(2, false));
        order.apply(&asked(3, true));
        let open = |order: &WarehouseOrder| {
            let line = &order.lines[0];
            [line.outstanding().0, line.cancelling.0, line.stopping.0]
        };
        assert_eq!(open(&order), [5, 5, 3]);
        let shipped =
            |units| WarehouseOrderEvent::Shipped { shipment: ShipmentId(1), lines: vec![(LineNo(1), Quantity(units))] };
        order.apply(&shipped(1));
        assert_eq!(open(&order), [4, 4, 2]);
        // two are left, and two were cancelled: the answer must not send them out again
        order.apply(&shipped(2));
        assert_eq!(open(&order), [2, 2, 0]);
    }
}
