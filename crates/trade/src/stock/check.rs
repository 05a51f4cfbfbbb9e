//! What is true of every stock after every event (domain §1.10, R12).

use compact_str::format_compact;
use units::Text;

use super::state::Stock;

/// Says what is wrong with a stock, if anything is: a bug, never a business fact.
///
/// Nothing is below zero, what is there and what left add up to what came in, and no reservation is empty or there twice.
/// That no more is promised than is there is *not* one of these: a count may find less than what is picked already.
pub fn check(stock: &Stock) -> Result<(), Text> {
    let quantities = [
        ("on hand", stock.on_hand),
        ("unavailable", stock.unavailable),
        ("safety", stock.safety),
        ("shipped", stock.shipped),
    ];
    for (name, quantity) in quantities {
        if quantity.is_negative() {
            return Err(format_compact!("{name} is {quantity}"));
        }
    }
    if stock.unavailable > stock.on_hand {
        return Err(format_compact!("{} units are unavailable of {} on hand", stock.unavailable, stock.on_hand));
    }
    if stock.on_hand + stock.shipped != stock.received {
        let (on_hand, shipped, received) = (stock.on_hand, stock.shipped, stock.received);
        return Err(format_compact!("{on_hand} on hand and {shipped} shipped are not the {received} received"));
    }
    let mut reservations: Vec<_> = stock.claims.iter().map(|claim| claim.reservation).collect();
    reservations.sort_unstable();
    if let Some(twice) = reservations.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format_compact!("reservation {} is there twice", twice[0]));
    }
    if let Some(empty) = stock.claims.iter().find(|claim| !claim.quantity.is_positive()) {
        return Err(format_compact!("reservation {} holds {} units", empty.reservation, empty.quantity));
    }
    if let Some(quota) = stock.quotas.iter().find(|quota| quota.quantity.is_negative()) {
        return Err(format_compact!("the quota of {} is {}", quota.group, quota.quantity));
    }
    let waiting = stock.demand.iter().map(|demand| demand.quantity);
    let coming = stock.inbound.iter().map(|inbound| inbound.quantity);
    if let Some(empty) = waiting.chain(coming).find(|quantity| !quantity.is_positive()) {
        return Err(format_compact!("demand or supply of {empty} units is listed"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::Quantity;

    #[test]
    fn units_that_came_from_nowhere_are_noticed() {
        let sound = Stock { on_hand: Quantity(3), shipped: Quantity(2), received: Quantity(5), ..Stock::default() };
        assert_eq!(check(&sound), Ok(()));
        let odd = Stock { on_hand: Quantity(4), ..sound };
        assert_eq!(check(&odd).unwrap_err(), "4 on hand and 2 shipped are not the 5 received");
    }
}
