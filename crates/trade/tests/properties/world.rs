//! A small company: what is asked for is done with what there is, and what came from outside may come again.

use std::collections::BTreeMap;

use trade::account::{self, Profile};
use trade::billing;
use trade::cash::{self, EntryDocument, StatementDocument};
use trade::fulfilment::{self, Delivery, ShipConfirm};
use trade::master::{self, AfterWait, BillingPolicy, Company, Item, Node, Period, ShipTo, Terms, Together};
use trade::order::{self, Cancellation, Change, Submission, SubmittedLine};
use trade::stock::{self, Adjustment, BackorderRun, Receipt, Segment, Strategy as Confirm};
use trade::*;
use units::{Amount, Calendar, Currency, Decimal, Quantity, Text, Timestamp};

use crate::step::{Intercepted, Step};

/// Monday, 2 March 2026, 10:00 UTC.
const START: i64 = 1_772_445_600_000;
const ITEMS: [&str; 2] = ["X", "Y"];
const NODES: [&str; 2] = ["WH1", "WH2"];
const STRATEGIES: [Confirm; 6] =
    [Confirm::Win, Confirm::Gain, Confirm::Improve, Confirm::Redistribute, Confirm::Fill, Confirm::Lose];
pub(crate) const ACCOUNTS: [&str; 6] = ["PER-SHIPMENT", "COMPLETE", "DEPOSIT", "WAIT", "WEEKLY", "ON-DELIVERY"];

/// What comes from other systems, as it came: it may be repeated and overtake.
#[derive(Debug, Clone)]
enum Message {
    Picked(WarehouseOrderId, Vec<(LineNo, Quantity)>, bool),
    Shipped(ShipConfirm),
    Answered(WarehouseOrderId, Option<u32>, bool, Vec<(LineNo, Quantity)>),
    Received(Receipt),
    Adjusted(Adjustment),
    Statement(StatementDocument),
}

/// The books of a company, and what has come to it.
pub(crate) struct World {
    pub(crate) books: MemoryBooks,
    minute: i64,
    messages: Vec<Message>,
    /// How often each kind of step did something.
    pub(crate) done: BTreeMap<&'static str, u32>,
}

type Did = Result<&'static str, Stop>;

impl World {
    pub(crate) fn new() -> Self {
        let mut world = Self { books: MemoryBooks::new(), minute: 0, messages: Vec::new(), done: BTreeMap::new() };
        let node =
            |id: &str| Node { id: id.into(), tier: 1, calendar: Calendar::always(), cut_off: 1_440, ..Node::default() };
        let company = Company {
            code: "CD".into(),
            country: "DE".into(),
            currency: Currency::EUR,
            calendar: Calendar::always(),
            nodes: NODES.map(node).to_vec(),
            ..Company::default()
        };
        let cx = world.cx();
        let books = world.books();
        master::put_company(books, &company, &cx).unwrap();
        for (code, price) in ITEMS.into_iter().zip(["9.99", "0.35"]) {
            let over_ship_percent = (code == "X").then(|| Decimal::from(30i64));
            let (id, list_price) = (code.into(), price.parse().ok());
            let item = Item { id, base_uom: "EA".into(), list_price, over_ship_percent, ..Item::default() };
            master::put_item(books, &item, &cx).unwrap();
        }
        let thirty = Decimal::from(30i64);
        let policies = [
            BillingPolicy::PerShipment,
            BillingPolicy::ON_COMPLETE,
            BillingPolicy::Deposit { percent: thirty },
            BillingPolicy::OnComplete { max_wait_days: Some(0), then: AfterWait::PerShipment },
            BillingPolicy::Consolidated { every: Period::Week, per: Together::Account },
            BillingPolicy::OnDelivery,
        ];
        for (id, billing) in ACCOUNTS.into_iter().zip(policies) {
            let ship_to = ShipTo {
                code: "MAIN".into(),
                street: "Street 1".into(),
                city: "Berlin".into(),
                country: "DE".into(),
                ..ShipTo::default()
            };
            let terms = Terms { discount_percent: Decimal::from(2i64), discount_days: 10, ..Terms::default() };
            let profile = Profile {
                name: id.into(),
                tier: 3,
                billing,
                terms,
                ship_tos: vec![ship_to],
                bank_accounts: vec![Text::from(format!("DE{id}"))],
                ..Profile::default()
            };
            account::set_profile(books, &id.into(), &profile, &cx).unwrap();
        }
        world
    }

    fn books(&mut self) -> &mut (dyn Books + 'static) {
        &mut self.books
    }

    fn cx(&self) -> Context {
        Context { now: Timestamp(START + self.minute * 60_000), actor: Actor::system() }
    }

    fn nth<T: Copy>(&self, at: usize, of: impl Fn(&Key) -> Option<T>) -> Option<T> {
        let all: Vec<T> = self.books.iter().filter_map(|(key, _)| of(key)).collect();
        (!all.is_empty()).then(|| all[at % all.len()])
    }

    fn order(&self, at: usize) -> Option<OrderId> {
        self.nth(at, |key| if let Key::Order(id) = key { Some(*id) } else { None })
    }

    fn warehouse_order(&self, at: usize) -> Option<WarehouseOrderId> {
        self.nth(at, |key| if let Key::WarehouseOrder(id) = key { Some(*id) } else { None })
    }

    fn invoice(&self, at: usize) -> Option<InvoiceId> {
        self.nth(at, |key| if let Key::Invoice(id) = key { Some(*id) } else { None })
    }

    fn shipment(&self, at: usize) -> Option<ShipmentId> {
        self.nth(at, |key| if let Key::Shipment(id) = key { Some(*id) } else { None })
    }

    fn payment(&self, at: usize) -> Option<PaymentId> {
        self.nth(at, |key| if let Key::Payment(id) = key { Some(*id) } else { None })
    }

    /// Carries a step out as a partition does: all of it, or nothing if a verb refuses.
    pub(crate) fn take(&mut self, step: &Step) {
        self.minute += 7;
        let before = self.books.clone();
        match self.carry_out(step) {
            Ok(name) => *self.done.entry(name).or_default() += 1,
            Err(Stop::Refused(_)) => self.books = before,
            Err(Stop::Missing(missing)) => panic!("{missing}"),
        }
    }

    fn carry_out(&mut self, step: &Step) -> Did {
        match step {
            Step::Order { account, lines, freight, discount } => self.receive_order(*account, lines, *freight, *discount),
            Step::Advance { order } => self.order(*order).map_or(Ok("nothing"), |id| self.advance(id)),
            Step::Change { order, line, quantity, price } => {
                self.order(*order).map_or(Ok("nothing"), |id| self.change(id, *line, *quantity, *price))
            }
            Step::Cancel { order, line } => self.order(*order).map_or(Ok("nothing"), |id| self.cancel(id, *line)),
            Step::Receive { item, node, quantity } => {
                let receipt = Receipt {
                    item: ITEMS[*item].into(),
                    node: NODES[*node].into(),
                    quantity: Quantity(*quantity),
                    receipt: Text::from(format!("R-{}", self.minute)),
                    document: None,
                };
                self.tell(Message::Received(receipt), "received")
            }
            Step::Adjust { item, node, quantity } => {
                let adjustment = Adjustment {
                    item: ITEMS[*item].into(),
                    node: NODES[*node].into(),
                    on_hand: Quantity(*quantity),
                    document: Text::from(format!("A-{}", self.minute)),
                    ..Adjustment::default()
                };
                self.tell(Message::Adjusted(adjustment), "adjusted")
            }
            Step::Refuse { warehouse_order } => {
                let Some(id) = self.warehouse_order(*warehouse_order) else { return Ok("nothing") };
                let cx = self.cx();
                fulfilment::reject(self.books(), id, "no room", &cx)?;
                Ok("refused")
            }
            Step::Pick { warehouse_order, part, complete } => {
                let Some(id) = self.warehouse_order(*warehouse_order) else { return Ok("nothing") };
                let lines = self.part(id, |line| line.quantity - line.dropped, *part)?;
                self.tell(Message::Picked(id, lines, *complete), "picked")
            }
            Step::Ship { warehouse_order, part, over, complete } => {
                let Some(id) = self.warehouse_order(*warehouse_order) else { return Ok("nothing") };
                self.ship(id, *part, *over, *complete)
            }
            Step::Answer { warehouse_order, agrees } => {
                self.warehouse_order(*warehouse_order).map_or(Ok("nothing"), |id| self.answer(id, *agrees))
            }
            Step::Bill { order } => {
                let Some(id) = self.order(*order) else { return Ok("nothing") };
                let cx = self.cx();
                let posted = billing::bill(self.books(), id, &cx)?;
                billing::release_deposit(self.books(), id, &cx)?;
                Ok(if posted.is_empty() { "nothing" } else { "billed" })
            }
            Step::Credit { invoice, units } => {
                let Some(id) = self.invoice(*invoice) else { return Ok("nothing") };
                let cx = self.cx();
                let last = self.books().invoice(&id)?.and_then(|invoice| invoice.lines.last().cloned());
                let last = last.filter(|_| *units > 0);
                let of = last.as_ref().map(|line| line.order);
                let lines: Vec<_> = last.into_iter().map(|line| (line.line, Quantity(*units))).collect();
                billing::credit_note(self.books(), id, of, &lines, "goodwill", &cx)?;
                Ok("credited")
            }
            Step::Pay { invoices, difference, is_named } => self.pay(invoices, *difference, *is_named),
            Step::TakeBack { payment } => self.payment(*payment).map_or(Ok("nothing"), |id| self.take_back(id)),
            Step::Match { payment, invoice, write_off } => match (self.payment(*payment), self.invoice(*invoice)) {
                (Some(payment), Some(invoice)) => self.match_payment(payment, invoice, *write_off),
                _ => Ok("nothing"),
            },
            Step::PutOnAccount { payment } => {
                let Some(id) = self.payment(*payment) else { return Ok("nothing") };
                let cx = self.cx();
                let account = self.books().payment(&id)?.and_then(|payment| payment.account.clone());
                cash::put_on_account(self.books(), id, &account.unwrap_or_else(|| ACCOUNTS[0].into()), &cx)?;
                Ok("put on account")
            }
            Step::Unapply { payment } => {
                let Some(id) = self.payment(*payment) else { return Ok("nothing") };
                let cx = self.cx();
                let payment = self.books().payment(&id)?;
                let first = payment.and_then(|payment| payment.allocations.first().map(|first| first.invoice));
                let Some(invoice) = first else { return Ok("nothing") };
                cash::unapply(self.books(), id, invoice, "wrong", &cx)?;
                Ok("unapplied")
            }
            Step::Close { order } => {
                let Some(id) = self.order(*order) else { return Ok("nothing") };
                let cx = self.cx();
                order::close(self.books(), id, &cx)?;
                Ok("closed")
            }
            Step::Hold { order } => {
                let Some(id) = self.order(*order) else { return Ok("nothing") };
                let cx = self.cx();
                let kind = order::HoldKind::Manual;
                order::place_hold(self.books(), id, kind, "call first".into(), vec![], Amount(100), &cx)?;
                Ok("held")
            }
            Step::ReleaseHold { order } => {
                let Some(id) = self.order(*order) else { return Ok("nothing") };
                let cx = self.cx();
                order::release_hold(self.books(), id, order::HoldKind::Manual, "they called", &cx)?;
                Ok("released the hold")
            }
            Step::Reconfirm { item, node, strategies, share } => {
                let segments = strategies.iter().zip(ACCOUNTS).map(|(strategy, account)| Segment {
                    strategy: STRATEGIES[*strategy],
                    accounts: vec![account.into()],
                    ..Segment::default()
                });
                let run = BackorderRun {
                    item: ITEMS[*item].into(),
                    node: NODES[*node].into(),
                    segments: segments.collect(),
                    share: *share,
                    commit: true,
                };
                let cx = self.cx();
                let lines = stock::run_backorders(self.books(), &run, &cx)?;
                Ok(if lines.iter().any(|line| line.after != line.before) { "reconfirmed" } else { "nothing" })
            }
            Step::Move { order, per_shipment } => {
                self.order(*order).map_or(Ok("nothing"), |id| self.move_order(id, *per_shipment))
            }
            Step::AnswerMove { warehouse_order, agrees } => {
                let Some(id) = self.warehouse_order(*warehouse_order) else { return Ok("nothing") };
                let cx = self.cx();
                let refused = (!agrees).then_some("it is labelled");
                let told = fulfilment::redirect_answered(self.books(), id, refused, &cx)?;
                Ok(if told.is_some() { "not redirected" } else { "nothing" })
            }
            Step::Deliver { shipment } => {
                let Some(id) = self.shipment(*shipment) else { return Ok("nothing") };
                let cx = self.cx();
                let delivery = Delivery { at: cx.now, ..Delivery::default() };
                fulfilment::deliver(self.books(), id, &delivery, &cx)?;
                Ok("delivered")
            }
            Step::WaitOver { order } => self.order(*order).map_or(Ok("nothing"), |id| self.wait_over(id)),
            Step::Goodwill { invoice, amount } => {
                let Some(id) = self.invoice(*invoice) else { return Ok("nothing") };
                let cx = self.cx();
                billing::goodwill(self.books(), id, None, Amount(*amount), "late", &cx)?;
                Ok("goodwill")
            }
            Step::CreditPrice { invoice, cents } => {
                let Some(id) = self.invoice(*invoice) else { return Ok("nothing") };
                let cx = self.cx();
                let line = self.books().invoice(&id)?.and_then(|invoice| invoice.lines.first().cloned());
                let Some(line) = line else { return Ok("nothing") };
                let price = line.price.checked_sub(Decimal::new((*cents).into(), 2)).unwrap();
                billing::price_credit(self.books(), id, Some(line.order), &[(line.line, price)], "contract", &cx)?;
                Ok("price credited")
            }
            Step::Rebill { order, line, cents, net_days } => {
                let Some(id) = self.order(*order) else { return Ok("nothing") };
                let cx = self.cx();
                let lines = self.books().order(&id)?.map_or(0, |order| order.lines.len());
                let no = LineNo((line % lines.max(1)) as u64 + 1);
                let terms = net_days.map(|net_days| Terms { net_days, ..Terms::default() });
                let prices = vec![(no, Decimal::new((*cents).into(), 2))];
                let rebilling = billing::Rebilling { prices, terms, reason: "contract".into() };
                billing::rebill(self.books(), id, &rebilling, &cx)?;
                Ok("billed anew")
            }
            Step::Deduction { payment, accepted } => {
                let Some(id) = self.payment(*payment) else { return Ok("nothing") };
                let cx = self.cx();
                cash::resolve_deduction(self.books(), id, accepted.map(Amount), "decided", &cx)?;
                Ok("deduction resolved")
            }
            Step::Intercepted { which, what } => self.intercepted(*which, *what),
            Step::Again { message } => {
                if self.messages.is_empty() {
                    return Ok("nothing");
                }
                let message = self.messages[message % self.messages.len()].clone();
                self.hear(&message)?;
                Ok("told again")
            }
        }
    }

    fn receive_order(&mut self, account: usize, lines: &[(usize, i64)], freight: i64, discount: i64) -> Did {
        let line = |(item, quantity): &(usize, i64)| SubmittedLine {
            item: ITEMS[*item].into(),
            quantity: Decimal::from(*quantity),
            ..SubmittedLine::default()
        };
        let submission = Submission {
            account: ACCOUNTS[account % ACCOUNTS.len()].into(),
            lines: lines.iter().map(line).collect(),
            freight: Amount(freight),
            discount: Amount(discount),
            ..Submission::default()
        };
        let cx = self.cx();
        order::receive(self.books(), &submission, &cx)?;
        Ok("ordered")
    }

    /// The way of an order as far as it goes now.
    fn advance(&mut self, id: OrderId) -> Did {
        let cx = self.cx();
        let books = self.books();
        order::validate(books, id, &cx)?;
        price::validate(books, id, &cx)?;
        if books.order(&id)?.is_some_and(|order| order.is_held_by(order::HoldKind::Price)) {
            order::release_hold(books, id, order::HoldKind::Price, "the discount was agreed on", &cx)?;
        }
        if let Some(order) = books.order(&id)?.filter(|order| !order.is_over()) {
            let nineteen = Decimal::from(19i64);
            let rates = order.lines.iter().map(|line| (line.no, nineteen)).collect();
            let net = order::net(&order) - order.discount + order.freight;
            let tax = net.max(Amount::ZERO).percent(nineteen);
            books.record(
                &id,
                order::OrderEvent::TaxDetermined {
                    rates,
                    tax,
                    degraded: false,
                    scheme: Default::default(),
                    basis: Default::default(),
                },
            );
        }
        order::approve(books, id, &cx)?;
        billing::deposit(books, id, &cx)?;
        order::promise(books, id, &cx)?;
        order::release(books, id, &cx)?;
        billing::release_deposit(books, id, &cx)?;
        Ok("advanced")
    }

    fn line_at(&mut self, id: OrderId, at: usize) -> Result<LineNo, Stop> {
        let lines = self.books().order(&id)?.map_or(0, |order| order.lines.len());
        Ok(LineNo((at % lines.max(1)) as u64 + 1))
    }

    fn change(&mut self, id: OrderId, line: usize, quantity: i64, price: Option<i64>) -> Did {
        let no = self.line_at(id, line)?;
        let prices = price.map(|price| (no, Decimal::new(price.into(), 2))).into_iter().collect();
        let change = Change { quantities: vec![(no, Quantity(quantity))], prices, ..Change::default() };
        let cx = self.cx();
        order::change(self.books(), id, &change, &cx)?;
        billing::release_deposit(self.books(), id, &cx)?;
        Ok("changed")
    }

    fn cancel(&mut self, id: OrderId, line: Option<(usize, i64)>) -> Did {
        let mut lines = Vec::new();
        if let Some((line, units)) = line {
            lines.push((self.line_at(id, line)?, Some(Quantity(units))));
        }
        let cx = self.cx();
        order::cancel(self.books(), id, &Cancellation { lines, reason: "less".into() }, &cx)?;
        billing::release_deposit(self.books(), id, &cx)?;
        Ok("cancelled")
    }

    fn move_order(&mut self, id: OrderId, per_shipment: bool) -> Did {
        let ship_to = ShipTo { code: "NEW".into(), city: "Bonn".into(), country: "DE".into(), ..ShipTo::default() };
        let billing = per_shipment.then_some(BillingPolicy::PerShipment);
        let cx = self.cx();
        let change = Change { ship_to: Some(ship_to), billing, ..Change::default() };
        let outcome = order::change(self.books(), id, &change, &cx)?;
        Ok(if outcome.redirected.is_empty() { "moved" } else { "redirected" })
    }

    /// The carrier answers, or somebody sees where the goods are; what was refused is settled at once, as a partition does it.
    fn intercepted(&mut self, which: usize, what: Intercepted) -> Did {
        let of_shipment = |(key, aggregate): (&Key, &Aggregate)| match (key, aggregate) {
            (Key::ReturnRequest(id), Aggregate::ReturnRequest(request)) => request.shipment.map(|shipment| (*id, shipment)),
            _ => None,
        };
        let all: Vec<_> = self.books.iter().filter_map(of_shipment).collect();
        let Some((waiting, shipment)) = all.get(which % all.len().max(1)).copied() else { return Ok("nothing") };
        let cx = self.cx();
        let books = self.books();
        match what {
            Intercepted::Agreed | Intercepted::Refused => {
                let refused = matches!(what, Intercepted::Refused).then_some("it is in the van");
                if let Some(void) = fulfilment::intercept_answered(books, shipment, refused, &cx)? {
                    returns::decide(books, void, false, "it is in the van", &cx)?;
                }
                Ok("carrier answered")
            }
            Intercepted::Back | Intercepted::Gone => {
                let is_back = matches!(what, Intercepted::Back);
                returns::decide(books, waiting, is_back, "seen", &cx)?;
                Ok(if is_back { "came back" } else { "did not come back" })
            }
        }
    }

    /// As late as its clock says.
    fn wait_over(&mut self, id: OrderId) -> Did {
        let Some(at) = self.books().order(&id)?.and_then(|order| order.bill_at) else { return Ok("nothing") };
        let cx = Context { now: at.max(self.cx().now), ..self.cx() };
        Ok(match billing::wait_over(self.books(), id, &cx)? {
            billing::WaitOver::Billed(posted) if !posted.is_empty() => "billed late",
            _ => "nothing",
        })
    }

    fn ship(&mut self, id: WarehouseOrderId, part: i64, over: Option<i64>, complete: bool) -> Did {
        let mut lines = self.part(id, |line| line.outstanding(), part)?;
        for (_, quantity) in lines.iter_mut().take(1) {
            *quantity += Quantity(over.unwrap_or_default());
        }
        lines.retain(|(_, quantity)| quantity.is_positive());
        let confirm = ShipConfirm {
            warehouse_order: id,
            reference: Text::from(format!("S-{}", self.minute)),
            shipped_at: self.cx().now,
            carrier: "DPD".into(),
            complete,
            lines,
            ..ShipConfirm::default()
        };
        self.tell(Message::Shipped(confirm), if over.is_some() { "over-shipped" } else { "shipped" })
    }

    fn answer(&mut self, id: WarehouseOrderId, agrees: bool) -> Did {
        let released = self.books().warehouse_order(&id)?.unwrap_or_default();
        if !released.cancel_requested {
            return Ok("nothing");
        }
        let ships = released.lines.iter().map(|line| (line.line, line.quantity - line.dropped - line.cancelling));
        // by the number of the request, by what is shipped in all, or by both
        let names_all = agrees && self.minute % 3 != 0;
        let ships = if names_all { ships.collect() } else { Vec::new() };
        let open = if self.minute % 2 == 0 { released.requests.first() } else { released.requests.last() };
        let request = open.map(|open| open.number).filter(|_| !names_all || self.minute % 3 == 1);
        self.tell(Message::Answered(id, request, agrees, ships), "answered")
    }

    fn pay(&mut self, invoices: &[usize], difference: i64, is_named: bool) -> Did {
        let Some(first) = invoices.first().and_then(|at| self.invoice(*at)) else { return Ok("nothing") };
        let account = self.books().invoice(&first)?.map(|invoice| invoice.account.clone()).unwrap_or_default();
        let ledger = self.books().account(&account)?.map(|account| account.ledger.clone()).unwrap_or_default();
        let mut amount = difference;
        let mut numbers = Vec::new();
        for at in invoices {
            let Some(item) = ledger.open_items.get(at % ledger.open_items.len().max(1)) else { continue };
            if !numbers.contains(&item.number.as_str()) {
                numbers.push(item.number.as_str());
                amount += item.open.0;
            }
        }
        let entry = EntryDocument {
            bank_reference: Text::from(format!("B-{}", self.minute)),
            value_date: self.cx().now.day(),
            amount: Amount(amount.max(1)),
            payer_account: Text::from(format!("DE{account}")),
            remittance: if is_named { numbers.join(" ").into() } else { Text::default() },
            ..EntryDocument::default()
        };
        let message = statement(self.minute, entry);
        self.tell(message, "paid")
    }

    fn take_back(&mut self, id: PaymentId) -> Did {
        let Some(payment) = self.books().payment(&id)?.filter(|payment| payment.amount.is_positive()) else {
            return Ok("nothing");
        };
        let entry = EntryDocument {
            bank_reference: payment.bank_reference.clone(),
            value_date: self.cx().now.day(),
            amount: -payment.amount,
            reversal: true,
            ..EntryDocument::default()
        };
        let message = statement(self.minute, entry);
        self.tell(message, "taken back")
    }

    fn match_payment(&mut self, payment: PaymentId, invoice: InvoiceId, write_off: bool) -> Did {
        let left = self.books().payment(&payment)?.map_or(Amount::ZERO, |payment| payment.unallocated());
        let account = self.books().invoice(&invoice)?.map(|invoice| invoice.account.clone()).unwrap_or_default();
        let account = self.books().account(&account)?;
        let open = account.and_then(|account| account.ledger.item(invoice).map(|item| item.open));
        let amount = open.unwrap_or_default().min(left);
        let cx = self.cx();
        cash::match_manually(self.books(), payment, &[(invoice, amount)], write_off, &cx)?;
        Ok("matched")
    }

    /// So much of each line of a warehouse order: quarters, rounded up.
    fn part(
        &mut self,
        id: WarehouseOrderId,
        of: impl Fn(&fulfilment::WarehouseLine) -> Quantity,
        quarters: i64,
    ) -> Result<Vec<(LineNo, Quantity)>, Stop> {
        let released = self.books().warehouse_order(&id)?.unwrap_or_default();
        let part = |line| Quantity((of(line).0 * quarters + 3) / 4);
        Ok(released.lines.iter().map(|line| (line.line, part(line))).collect())
    }

    /// Hears a message for the first time; even one that is refused now may come again when it fits.
    fn tell(&mut self, message: Message, name: &'static str) -> Did {
        self.messages.push(message.clone());
        self.hear(&message)?;
        Ok(name)
    }

    fn hear(&mut self, message: &Message) -> Result<(), Stop> {
        let cx = self.cx();
        let books = self.books();
        match message {
            Message::Picked(id, lines, complete) => {
                fulfilment::pick(books, *id, lines, *complete, &cx)?;
            }
            Message::Shipped(confirm) => {
                fulfilment::ship(books, confirm, &cx)?;
            }
            Message::Answered(id, request, agrees, ships) => {
                let refused = (!agrees).then_some("too late");
                fulfilment::cancel_answered(books, *id, *request, refused, ships, &cx)?;
            }
            Message::Received(receipt) => {
                stock::receive(books, receipt, &cx)?;
                stock::serve_backorders(books, &receipt.item, &cx)?;
            }
            Message::Adjusted(adjustment) => {
                stock::adjust(books, adjustment, &cx)?;
                stock::serve_backorders(books, &adjustment.item, &cx)?;
            }
            Message::Statement(statement) => {
                for payment in cash::import(books, statement, &cx)?.payments {
                    cash::apply(books, payment, &cx)?;
                }
            }
        }
        Ok(())
    }
}

fn statement(number: i64, entry: EntryDocument) -> Message {
    Message::Statement(StatementDocument {
        reference: Text::from(format!("ST-{number}")),
        bank_account: "DE1".into(),
        currency: Currency::EUR,
        entries: vec![entry],
        ..StatementDocument::default()
    })
}
