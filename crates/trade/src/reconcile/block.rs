//! R5: while what was billed of an order differs from what was agreed, nothing more of it is posted (domain §1.10).

use compact_str::format_compact;
use units::Text;

use super::record::{OpenBreak, Reconciliation};
use crate::books::{Books, Stop};
use crate::ids::{InvoiceId, OrderId};

/// The break that blocks the posting of invoices of an order, in words; `None` if none is open.
pub(crate) fn blocks_posting(books: &mut dyn Books, id: OrderId) -> Result<Option<Text>, Stop> {
    let Some(known) = books.reconciliation(&Text::const_new(Reconciliation::KEY))? else { return Ok(None) };
    // kept with the break: an order is billed without another look at what each break is about
    let open = known.open.iter().find(|open| open.blocks.contains(&id));
    Ok(open.map(|open| format_compact!("R5: {} of {}, {} and {}", open.what, open.about, open.left, open.right)))
}

/// The orders whose invoices a break keeps from being posted; none unless it is one of R5.
pub fn blocked_by(books: &mut dyn Books, found: &OpenBreak) -> Result<Vec<OrderId>, Stop> {
    if found.checkpoint == "R5" { about(books, found) } else { Ok(Vec::new()) }
}

/// A break is about a line of an order, or about a document and all of its orders.
fn about(books: &mut dyn Books, found: &OpenBreak) -> Result<Vec<OrderId>, Stop> {
    let name = found.about.split(' ').next().unwrap_or_default();
    if let Ok(order) = name.parse::<OrderId>() {
        return Ok(vec![order]);
    }
    let Ok(invoice) = name.parse::<InvoiceId>() else { return Ok(Vec::new()) };
    Ok(books.invoice(&invoice)?.map(|invoice| invoice.orders().collect()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{bill, blocked, deposit};
    use crate::context::Role;
    use crate::master::BillingPolicy;
    use crate::order::OrderEvent;
    use crate::order::fixture::{Story, at};
    use crate::reconcile::{Break, check, note_breaks};
    use units::Amount;

    #[test]
    fn r5_nothing_more_of_an_order_is_posted_while_what_was_billed_differs_from_what_was_agreed() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let released = crate::order::release(story.books(), id, &at(2)).unwrap()[0];
        story.ship(released, &[(1, 4)], "A");
        bill(story.books(), id, &at(4)).unwrap();
        let agreed = story.order(id).lines[0].price;
        let with_price = |story: &mut Story, price| {
            let mut order = (*story.order(id)).clone();
            order.lines[0].price = price;
            story.books().record(&id, OrderEvent::Received(Box::new(order)));
            let found: Vec<OpenBreak> = check(story.books.iter(), None).breaks.iter().map(OpenBreak::from).collect();
            note_breaks(story.books(), &found, &at(5)).unwrap()
        };
        let detected = with_price(&mut story, "9.50".parse().unwrap()).detected;
        assert_eq!(blocked_by(story.books(), &detected[0]).unwrap(), [id]);
        story.ship(released, &[(1, 6)], "B");
        assert_eq!(bill(story.books(), id, &at(6)).unwrap(), []);
        let why = blocked(story.books(), id, &at(6)).unwrap().unwrap();
        assert!(why.starts_with("R5: ") && why.contains("price of the order"), "{why}");
        let cleared = with_price(&mut story, agreed).cleared;
        assert_eq!(cleared.len(), detected.len());
        assert_eq!(blocked(story.books(), id, &at(6)).unwrap(), None);
        assert_eq!(bill(story.books(), id, &at(6)).unwrap().len(), 1);
    }

    #[test]
    fn r5_nothing_is_asked_for_upfront_of_an_order_whose_documents_differ_from_what_was_agreed() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let billing = BillingPolicy::Deposit { percent: 30.into() };
        story.books().record(&id, OrderEvent::BillingSet { billing, by: "ann".into() });
        let found = OpenBreak::from(&Break {
            id: "b".into(),
            checkpoint: "R5",
            key: id.to_string().into(),
            what: "price billed, price of the order",
            left: "9.00".into(),
            right: "10.00".into(),
            since: None,
            value: Amount(1_000),
            owner: Role::Receivables,
            cause: "price-differs",
        });
        note_breaks(story.books(), &[found], &at(2)).unwrap();
        assert_eq!(deposit(story.books(), id, &at(3)).unwrap(), None);
        assert!(blocked(story.books(), id, &at(3)).unwrap().is_some_and(|why| why.starts_with("R5: ")));
        note_breaks(story.books(), &[], &at(4)).unwrap();
        assert!(deposit(story.books(), id, &at(5)).unwrap().is_some());
        assert_eq!(blocked(story.books(), id, &at(5)).unwrap(), None);
    }
}
