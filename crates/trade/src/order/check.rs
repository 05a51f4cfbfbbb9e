//! What is true of every order after every event (domain §1.5.1, §1.10 R12).

use compact_str::format_compact;
use units::{Quantity, Text};

use super::state::{Line, Order};
use crate::ids::LineNo;

/// Says what is wrong with an order, if anything is: a bug, never a business fact.
///
/// No bucket is below zero; what is allocated, released and picked is held by reservations of exactly as many units, what is
/// backordered by as many pegs; no more is returned or delivered than shipped, nor invoiced than shipped and kept, nor credited than invoiced; nothing is counted as exposure when
/// nothing is left to ship.
pub fn check(order: &Order) -> Result<(), Text> {
    let mut before = LineNo(0);
    for line in &order.lines {
        if line.no <= before {
            return Err(format_compact!("line {} follows line {}", line.no.0, before.0));
        }
        before = line.no;
        check_line(line).map_err(|what| format_compact!("line {}: {what}", line.no.0))?;
    }
    if order.exposed.is_negative() {
        return Err(format_compact!("its exposure is {:?}", order.exposed));
    }
    if order.is_fulfilled() && !order.exposed.is_zero() {
        return Err(format_compact!("nothing is left to ship and its exposure is {:?}", order.exposed));
    }
    if order.rejected.is_some() && !order.is_fulfilled() {
        return Err(Text::const_new("it is rejected and has units to ship"));
    }
    Ok(())
}

fn check_line(line: &Line) -> Result<(), Text> {
    if !line.buckets.is_sound() {
        return Err(format_compact!("a bucket is below zero: {:?}", line.buckets));
    }
    let held = |released: bool| -> Quantity {
        let allocations = line.allocations.iter().filter(|allocation| allocation.warehouse_order.is_some() == released);
        allocations.map(|allocation| allocation.quantity).sum()
    };
    let pegged: Quantity = line.pegs.iter().map(|peg| peg.quantity).sum();
    let pairs = [
        ("allocated", line.buckets.allocated, held(false)),
        ("released or picked", line.buckets.released + line.buckets.picked, held(true)),
        ("backordered", line.buckets.backordered, pegged),
    ];
    for (name, units, held) in pairs {
        if units != held {
            return Err(format_compact!("{units} units are {name}, and {held} are held for them"));
        }
    }
    if line.returned > line.buckets.shipped || line.sent_back > line.returned || line.returned.is_negative() {
        let (shipped, returned, sent_back) = (line.buckets.shipped, line.returned, line.sent_back);
        return Err(format_compact!("{shipped} shipped, {returned} returned, {sent_back} of them before their invoice"));
    }
    if line.delivered > line.buckets.shipped {
        return Err(format_compact!("{} shipped, {} delivered", line.buckets.shipped, line.delivered));
    }
    if line.invoiced + line.sent_back > line.buckets.shipped || line.credited > line.invoiced || line.credited.is_negative()
    {
        let (shipped, invoiced, credited) = (line.buckets.shipped, line.invoiced, line.credited);
        return Err(format_compact!("{shipped} shipped, {invoiced} invoiced, {credited} credited"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{Buckets, LineAllocation};

    #[test]
    fn units_without_a_reservation_are_noticed() {
        let allocation = LineAllocation { quantity: Quantity(2), ..LineAllocation::default() };
        let buckets = Buckets { allocated: Quantity(3), ..Buckets::default() };
        let line = Line { no: LineNo(1), buckets, allocations: vec![allocation], ..Line::default() };
        let order = Order { lines: vec![line], ..Order::default() };
        assert_eq!(check(&order).unwrap_err(), "line 1: 3 units are allocated, and 2 are held for them");
    }
}
