//! Units of an order are to come back, line by line.

use std::collections::BTreeMap;

use units::{Quantity, Text};

use super::state::{ReturnEvent, ReturnLine, ReturnRequest};
use crate::books::{Books, Kind, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::{OrderEvent, existing};
use crate::refusal::Refusal;

/// Units of an order that somebody asks to return.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct UnitsBack {
    /// Units by line.
    pub lines: Vec<(LineNo, Quantity)>,
    /// Why.
    pub reason: Text,
}

/// Records that units of an order shall come back; a person decides on it.
///
/// Refused without lines or a reason, for a line that the order does not have or that comes twice, and for more units than have shipped and
/// are not to come back already. Source: domain §1.8, §1.5.4 (invoiced: return).
pub fn request_units(books: &mut dyn Books, id: OrderId, back: &UnitsBack, cx: &Context) -> Result<ReturnId, Stop> {
    let order = existing(books, id)?;
    if back.lines.is_empty() {
        return Err(Refusal::invalid("lines", "empty", "at least one line").into());
    }
    if back.reason.trim().is_empty() {
        return Err(Refusal::invalid("reason", "empty", "why the goods shall come back").into());
    }
    let mut units = BTreeMap::new();
    for (at, (no, quantity)) in back.lines.iter().enumerate() {
        let field = |name: &str| compact_str::format_compact!("lines[{at}].{name}");
        let line = order.line(*no).ok_or_else(|| Refusal::invalid(field("line"), no.0, "a line of the order"))?;
        if units.insert(*no, *quantity).is_some() {
            return Err(Refusal::invalid(field("line"), no.0, "each line once").into());
        }
        let out = line.buckets.shipped - line.returned;
        if !quantity.is_positive() || *quantity > out {
            let given = compact_str::format_compact!("{quantity}");
            let wanted = compact_str::format_compact!("1 to {out}, which have shipped and are not to come back already");
            return Err(Refusal::Invalid { field: field("quantity"), given, wanted }.into());
        }
    }
    drop(order);
    open(books, id, units, &back.reason, cx)
}

/// Records that units which were cancelled too late shall come back, as far as they are not to already; `None` if all are. Source: domain
/// §1.5.4 (invoiced: return).
pub(crate) fn take_back(
    books: &mut dyn Books,
    id: OrderId,
    late: &BTreeMap<LineNo, Quantity>,
    reason: &Text,
    cx: &Context,
) -> Result<Option<ReturnId>, Stop> {
    let order = existing(books, id)?;
    let out = |no: &LineNo| order.line(*no).map_or(Quantity::ZERO, |line| line.buckets.shipped - line.returned);
    let units = late.iter().map(|(no, units)| (*no, out(no).min(*units)));
    let units: BTreeMap<LineNo, Quantity> = units.filter(|(_, units)| units.is_positive()).collect();
    drop(order);
    if units.is_empty() { Ok(None) } else { open(books, id, units, reason, cx).map(Some) }
}

fn open(
    books: &mut dyn Books,
    order: OrderId,
    units: BTreeMap<LineNo, Quantity>,
    reason: &Text,
    cx: &Context,
) -> Result<ReturnId, Stop> {
    let found = existing(books, order)?;
    let of = |(no, quantity)| {
        found.line(no).map(|line| ReturnLine { item: line.item.clone(), quantity, line: Some((order, no)) })
    };
    let lines: Vec<ReturnLine> = units.iter().map(|(no, quantity)| (*no, *quantity)).filter_map(of).collect();
    let account = found.account.clone();
    drop(found);
    for (line, quantity) in units {
        books.record(&order, OrderEvent::ReturnRequested { line, quantity });
    }
    let id = ReturnId(books.next_number(Kind::ReturnRequest)?);
    let request = ReturnRequest {
        id,
        account,
        order: Some(order),
        lines,
        requested_at: cx.now,
        reason: reason.clone(),
        ..ReturnRequest::default()
    };
    books.record(&id, ReturnEvent::Requested(Box::new(request)));
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{billed, clerk};
    use crate::order::{Cancellation, cancel};
    use crate::returns::decide;

    fn back(lines: &[(u64, i64)], reason: &str) -> UnitsBack {
        let lines = lines.iter().map(|(no, units)| (LineNo(*no), Quantity(*units))).collect();
        UnitsBack { lines, reason: reason.into() }
    }

    #[test]
    fn domain_1_5_4_what_is_cancelled_after_its_invoice_comes_back_once() {
        let (mut story, id, _) = billed();
        let mut ask = |units: Option<i64>| {
            let lines = units.map(|units| (LineNo(1), Some(Quantity(units)))).into_iter().collect();
            let outcome =
                cancel(story.books(), id, &Cancellation { lines, reason: "not wanted".into() }, &clerk("ann", 5)).unwrap();
            let units = outcome.to_return.map(|id| {
                let request = story.books().return_request(&id).unwrap().unwrap();
                assert_eq!(
                    (request.order, request.reason.as_str()),
                    (request.lines[0].line.map(|(id, _)| id), "not wanted")
                );
                request.lines.iter().map(|line| line.quantity.0).sum::<i64>()
            });
            story.check();
            (outcome.too_late.0, units)
        };
        assert_eq!(ask(Some(4)), (4, Some(4)));
        // the whole of it: what waits to come back is not asked for once more
        assert_eq!(ask(None), (10, Some(6)));
        assert_eq!(ask(None), (10, None));
    }

    #[test]
    fn units_of_an_order_come_back_by_line_and_no_more_than_are_out() {
        let (mut story, id, _) = billed();
        let first = request_units(story.books(), id, &back(&[(1, 7)], "damaged"), &clerk("ann", 5)).unwrap();
        let mut refused = |back: UnitsBack| match request_units(story.books(), id, &back, &clerk("ann", 6)) {
            Err(Stop::Refused(Refusal::Invalid { field, .. })) => field.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(back(&[(1, 4)], "damaged")), "lines[0].quantity", "three are out");
        assert_eq!(refused(back(&[], "damaged")), "lines");
        assert_eq!(refused(back(&[(1, 1)], " ")), "reason");
        assert_eq!(refused(back(&[(2, 1)], "damaged")), "lines[0].line");
        assert_eq!(refused(back(&[(1, 1), (1, 1)], "damaged")), "lines[1].line");
        assert_eq!(refused(back(&[(1, 0)], "damaged")), "lines[0].quantity");
        decide(story.books(), first, false, "worn", &clerk("ann", 7)).unwrap();
        request_units(story.books(), id, &back(&[(1, 10)], "damaged"), &clerk("ann", 8)).unwrap();
        story.check();
    }
}
