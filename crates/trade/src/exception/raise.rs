//! An exception is raised.

use units::{Amount, Calendar, Text};

use super::catalogue::{rules, severity, time};
use super::index;
use super::routing::{Clocks, Routing, clocks, route};
use super::state::{Action, Exception, ExceptionEvent, ExceptionKind, ExceptionStatus, Subject, TaskRef};
use crate::books::{Books, Key, Kind, Stop};
use crate::cash::{foreign, misfit};
use crate::context::{Context, Role};
use crate::ids::ExceptionId;
use crate::master::Escalation;
use crate::order::{awaits_payment, company};

/// What is to be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raise {
    /// Its type.
    pub kind: ExceptionKind,
    /// What it is about.
    pub subject: Subject,
    /// In words, with the numbers.
    pub reason: Text,
    /// Money at stake.
    pub amount: Amount,
    /// The user task that waits for it.
    pub task: Option<TaskRef>,
    /// Its root cause, by which it is grouped with others; empty if it stands alone.
    pub case: Text,
    /// The number of the dead letter that it asks about.
    pub dead_letter: Option<Text>,
    /// A process goes on only when something is done, so that to acknowledge it is not offered.
    pub is_waited_for: bool,
    /// Who looks after it and by when, where that hangs on more than its type.
    pub routing: Routing,
}

impl Raise {
    /// An exception that no task waits for, without money at stake.
    pub fn new(kind: ExceptionKind, subject: Subject, reason: impl Into<Text>) -> Self {
        Self {
            kind,
            subject,
            reason: reason.into(),
            amount: Amount::ZERO,
            task: None,
            case: Text::default(),
            dead_letter: None,
            is_waited_for: false,
            routing: Routing::default(),
        }
    }
}

/// Says anew what an exception asks about; its clocks go on. Says whether it is open: one that has ended stays as it is.
pub fn restate(books: &mut dyn Books, id: ExceptionId, reason: &Text, amount: Amount) -> Result<bool, Stop> {
    let Some(exception) = books.exception(&id)?.filter(|exception| exception.is_open()) else { return Ok(false) };
    if (&exception.reason, exception.amount) != (reason, amount) {
        books.record(&id, ExceptionEvent::Restated { reason: reason.clone(), amount });
    }
    Ok(true)
}

/// Lets a user task wait for an exception that was raised without one, and whose routing is that of the task from now on. Says whether it
/// does: not if it has ended, or another task waits for it.
pub fn await_answer(books: &mut dyn Books, id: ExceptionId, task: TaskRef, routing: Routing) -> Result<bool, Stop> {
    let free =
        |exception: &std::sync::Arc<Exception>| exception.is_open() && exception.task.is_none_or(|other| other == task);
    let Some(exception) = books.exception(&id)?.filter(free) else { return Ok(false) };
    if exception.task.is_none() {
        books.record(&id, ExceptionEvent::Awaited { task });
        index::note_open(books, &Exception { task: Some(task), ..(*exception).clone() })?;
    }
    route(books, &exception, routing)?;
    Ok(true)
}

/// The working time of whoever owns an exception: the warehouse's own where one is concerned, otherwise the company's.
pub(super) fn calendar_of(books: &mut dyn Books, owner: Role, subject: &Subject) -> Result<Calendar, Stop> {
    let node = match &subject.key {
        Some(Key::WarehouseOrder(id)) => books.warehouse_order(id)?.map(|released| released.node.clone()),
        Some(Key::Shipment(id)) => books.shipment(id)?.map(|shipment| shipment.node.clone()),
        _ => None,
    };
    let company = company(books)?;
    let node = node.filter(|_| owner == Role::Warehouse).and_then(|node| company.node(&node));
    Ok(node.map_or(&company.calendar, |node| &node.calendar).clone())
}

/// Whether the order that it keeps is wanted by the next working day, or was.
pub fn is_urgent(books: &mut dyn Books, subject: &Subject, calendar: &Calendar, cx: &Context) -> Result<bool, Stop> {
    let order = match subject.order {
        Some(id) => books.order(&id)?,
        None => None,
    };
    let soon = calendar.plus_working_days(calendar.local_day(cx.now), 1);
    Ok(order.and_then(|order| order.requested).is_some_and(|requested| requested <= soon))
}

/// What of an entry's actions leads anywhere for a subject. Substitutes are agreed to where one is offered for an item. What is asked about
/// no payment but the lack of one can be waited for, and an order of which nothing ships before can be cancelled; money that can be applied
/// is applied or put on an account; what went out, or is in another currency, can be seen and no more.
fn leads_on(books: &mut dyn Books, kind: ExceptionKind, subject: &Subject, action: Action) -> Result<bool, Stop> {
    if matches!(action, Action::Substitute | Action::Reject) && kind == ExceptionKind::Shortage {
        return Ok(matches!(subject.key, Some(Key::Item(_))));
    }
    if kind != ExceptionKind::PaymentUnmatched {
        return Ok(true);
    }
    let Some(Key::Payment(id)) = &subject.key else {
        let order = match subject.order {
            Some(id) => books.order(&id)?,
            None => None,
        };
        let nothing_ships = order.is_some_and(|order| awaits_payment(&order));
        return Ok(action == Action::Wait || action == Action::Cancel && nothing_ships);
    };
    let Some(payment) = books.payment(id)? else { return Ok(true) };
    let is_foreign = match &payment.account {
        Some(account) => foreign(books, &payment, account)?.is_some(),
        None => !company(books)?.can_book(payment.currency, payment.value_date),
    };
    Ok(match action {
        Action::Wait | Action::Cancel => false,
        // another account may take what the payer's does not
        Action::Acknowledge => !payment.amount.is_positive() || misfit(books, &payment)?.is_some(),
        Action::Match => !is_foreign,
        _ => !is_foreign && payment.amount.is_positive(),
    })
}

/// Raises an exception, with owner, clocks and actions from the catalogue. One that is open already for the same task, the same dead
/// letter, or else the same type and subject, is not raised twice. Source: domain §1.12.
pub fn raise(books: &mut dyn Books, raise: Raise, cx: &Context) -> Result<ExceptionId, Stop> {
    let Raise { kind, subject, reason, amount, task, case, dead_letter, is_waited_for, routing } = raise;
    let known = match (task, &dead_letter) {
        (Some(task), _) => index::of_task(books, task)?,
        (None, Some(letter)) => index::of_dead_letter(books, letter)?,
        (None, None) => index::of_subject(books, kind, &subject)?,
    };
    if let Some(known) = known {
        return Ok(known);
    }
    let tier = match &subject.account {
        Some(account) => books.account(account)?.map_or(9, |account| account.profile.tier),
        None => 9,
    };
    let rules = rules(kind);
    let owner = routing.owner.unwrap_or(rules.owner);
    let calendar = &calendar_of(books, owner, &subject)?;
    let policy = Escalation::of(&company(books)?.policy.escalation, kind);
    let severity = match routing.severity {
        Some(severity) => severity,
        None => severity(amount, tier, is_urgent(books, &subject, calendar, cx)?),
    };
    let resolve = routing.resolve.unwrap_or_else(|| time(rules.resolve, severity));
    let id = ExceptionId(books.next_number(Kind::Exception)?);
    let mut offered = Vec::with_capacity(rules.actions.len());
    for action in rules.actions {
        let is_awaited = is_waited_for && *action == Action::Acknowledge;
        // what neither an order nor a process waits for is not released
        let waits_for_nobody = kind == ExceptionKind::Tax && !is_waited_for && task.is_none();
        let holds_nothing = waits_for_nobody && matches!(action, Action::Release | Action::Degrade);
        if !is_awaited && !holds_nothing && leads_on(books, kind, &subject, *action)? {
            offered.push(*action);
        }
    }
    let Clocks { respond_by, resolve_by, ladder } = clocks(calendar, cx.now, &policy, routing.respond, resolve);
    let exception = Exception {
        id,
        kind,
        subject,
        reason,
        amount,
        severity,
        owner,
        assignee: None,
        raised_at: cx.now,
        respond_by,
        resolve_by,
        ladder,
        escalations: 0,
        actions: offered,
        task,
        status: ExceptionStatus::Open,
        resolution: None,
        ended_at: None,
        case,
        dead_letter,
        escalated_to: None,
        lead: policy.lead,
        manager: policy.manager,
        awaits_response: true,
        response_was_late: false,
    };
    index::note_open(books, &exception)?;
    books.record(&id, ExceptionEvent::Raised(Box::new(exception)));
    Ok(id)
}
