//! What customers owe comes due and gets older: told once for each step (domain §1.5.3, 39).

use serde::{Deserialize, Serialize};
use units::Day;

use super::state::{AccountEvent, OpenItem};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::company;

/// How far past its day an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aging {
    /// Its day is still to come.
    #[default]
    NotDue,
    /// Its day is there.
    Due,
    /// 1 to 30 days past.
    Days30,
    /// 31 to 60 days past.
    Days60,
    /// 61 to 90 days past.
    Days90,
    /// More than 90 days past.
    Over90,
}

impl Aging {
    /// So many days past the day on which an item is due.
    pub fn of(days: i32) -> Self {
        match days {
            ..0 => Self::NotDue,
            0 => Self::Due,
            1..=30 => Self::Days30,
            31..=60 => Self::Days60,
            61..=90 => Self::Days90,
            91.. => Self::Over90,
        }
    }

    /// How many days past its day an item leaves this step; `None` if it stays.
    fn ends_after(self) -> Option<i32> {
        match self {
            Self::NotDue => Some(0),
            Self::Due => Some(1),
            Self::Days30 => Some(31),
            Self::Days60 => Some(61),
            Self::Days90 => Some(91),
            Self::Over90 => None,
        }
    }
}

/// Has an account looked at on the day on which an item of it is due, unless that happens before anyway.
pub(crate) fn watch_due(books: &mut dyn Books, id: &AccountId, item: &OpenItem) -> Result<(), Stop> {
    if !item.open.is_positive() {
        return Ok(());
    }
    let at = company(books)?.calendar.midnight(item.due);
    let known = books.account(id)?.and_then(|account| account.ledger.due_at);
    if known.is_none_or(|known| at < known) {
        books.record(id, AccountEvent::DueScheduled { at: Some(at) });
    }
    Ok(())
}

/// The day has come on which something of an account is due or gets older, or not yet: tells what has not been told, and sets the next day.
///
/// Credits do not get older; what is in dispute does. Source: domain §1.5.3 (receivable.due, receivable.overdue).
pub fn come_due(books: &mut dyn Books, id: &AccountId, cx: &Context) -> Result<(), Stop> {
    let Some(account) = books.account(id)?.filter(|account| account.ledger.due_at.is_some_and(|at| at <= cx.now)) else {
        return Ok(());
    };
    let calendar = company(books)?.calendar.clone();
    let today = calendar.local_day(cx.now);
    let mut next: Option<Day> = None;
    for item in account.ledger.open_items.iter().filter(|item| item.open.is_positive()) {
        let days = today.days_since(item.due);
        let aging = Aging::of(days);
        let (invoice, open) = (item.invoice, item.open);
        if item.aging == Aging::NotDue && aging >= Aging::Due {
            books.record(id, AccountEvent::ReceivableDue { invoice, open });
        }
        if aging > item.aging && aging > Aging::Due {
            books.record(id, AccountEvent::ReceivableOverdue { invoice, open, days, bucket: aging });
        }
        if let Some(after) = aging.ends_after() {
            let day = item.due.plus_days(after);
            next = Some(next.map_or(day, |known| known.min(day)));
        }
    }
    books.record(id, AccountEvent::DueScheduled { at: next.map(|day| calendar.midnight(day)) });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::Event;
    use crate::order::fixture::{Story, at, billed};
    use units::Amount;

    const DAY: i64 = 1_440;

    /// What is told some days after the start, of the steps alone.
    fn told(story: &mut Story, days: i64) -> Vec<String> {
        story.books.take_events();
        come_due(story.books(), &"ACME".into(), &at(days * DAY)).unwrap();
        let steps = story.books.take_events().into_iter().filter_map(|event| match event {
            Event::Account(_, AccountEvent::ReceivableDue { open, .. }) => Some(format!("due {}", open.0)),
            Event::Account(_, AccountEvent::ReceivableOverdue { days, bucket, .. }) => Some(format!("{days} {bucket:?}")),
            _ => None,
        });
        steps.collect()
    }

    fn due_at(story: &mut Story) -> Option<i64> {
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        account.ledger.due_at.map(|due| due.day().days_since(at(0).now.day()).into())
    }

    #[test]
    fn an_invoice_is_told_to_be_due_on_its_day_and_overdue_by_buckets() {
        let (mut story, ..) = billed();
        assert_eq!(due_at(&mut story), Some(30));
        assert_eq!(told(&mut story, 29), [] as [&str; 0]);
        assert_eq!(told(&mut story, 30), ["due 11900"]);
        assert_eq!(due_at(&mut story), Some(31));
        assert_eq!(told(&mut story, 31), ["1 Days30"]);
        assert_eq!(told(&mut story, 60), [] as [&str; 0]);
        // nothing was looked at for a month
        assert_eq!(told(&mut story, 91), ["61 Days90"]);
        assert_eq!(told(&mut story, 121), ["91 Over90"]);
        assert_eq!(due_at(&mut story), None);
    }

    #[test]
    fn what_is_paid_is_not_told_and_what_comes_back_is_told_again() {
        let (mut story, _, invoice) = billed();
        let payment = story.pay(invoice, 11_900);
        assert_eq!(told(&mut story, 30), [] as [&str; 0]);
        assert_eq!(due_at(&mut story), None);
        crate::cash::unapply(story.books(), payment, invoice, "wrong", &at(32 * DAY)).unwrap();
        assert_eq!(told(&mut story, 32), ["due 11900", "2 Days30"]);
    }

    #[test]
    fn the_earliest_day_of_all_items_counts_and_credits_have_none() {
        let (mut story, ..) = billed();
        let id = AccountId::from("ACME");
        let item = |days, open| OpenItem {
            invoice: InvoiceId(90),
            due: at(0).now.day().plus_days(days),
            open: Amount(open),
            ..OpenItem::default()
        };
        story.books.take_events();
        watch_due(story.books(), &id, &item(40, 500)).unwrap();
        watch_due(story.books(), &id, &item(-3, -500)).unwrap();
        assert_eq!(story.books.take_events(), []);
        watch_due(story.books(), &id, &item(-3, 500)).unwrap();
        assert_eq!(due_at(&mut story), Some(-3));
    }
}
