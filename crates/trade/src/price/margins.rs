//! What is earned on the lines of an order, for those who may know what goods cost.

use units::Decimal;

use super::judge::{margin, net_net, value};
use super::validate::{account_of, day_of};
use crate::books::{Books, Stop};
use crate::ids::{LineNo, OrderId};
use crate::order::{company, existing};

/// What is earned on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    /// The line.
    pub line: LineNo,
    /// Its price per base unit after its share of the header discount and of the customer's freight allowance, in the order's currency.
    pub net_net: Decimal,
    /// Landed cost per base unit, in the order's currency.
    pub landed_cost: Decimal,
    /// In per cent of the net-net price; `None` for what is given away.
    pub percent: Option<Decimal>,
}

/// What is earned on each line whose item has a landed cost, at the prices that the order has. Source: domain §1.3 (margin floor).
pub fn margins(books: &mut dyn Books, id: OrderId) -> Result<Vec<Margin>, Stop> {
    let order = existing(books, id)?;
    let company = company(books)?;
    let account = account_of(books, &order)?;
    let day = day_of(&company, &order);
    let goods = order.lines.iter().map(|line| value(&order, line, line.price)).sum();
    let mut found = Vec::new();
    for line in &order.lines {
        let cost = books.item(&line.item)?.and_then(|item| item.landed_cost);
        let cost = cost.and_then(|cost| company.in_currency(cost, order.currency, day));
        let net_net = net_net(&order, line.price, goods, account.profile.freight_allowance);
        let (Some(landed_cost), Some(net_net)) = (cost, net_net) else { continue };
        let percent = if net_net > Decimal::ZERO { margin(net_net, landed_cost) } else { None };
        found.push(Margin { line: line.no, net_net, landed_cost, percent });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, submitted};
    use crate::order::{Submission, SubmittedLine};

    #[test]
    fn domain_1_3_what_is_earned_on_a_line_counts_its_share_of_the_discount() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let mut story = Story::new();
        let mut item = (*story.books().item(&"X".into()).unwrap().unwrap()).clone();
        item.landed_cost = Some(decimal("9"));
        crate::master::put_item(story.books(), &item, &crate::order::fixture::at(0)).unwrap();
        let line = SubmittedLine { price: Some(decimal("12")), ..submitted("X", "10") };
        let discount = units::Amount(1_200);
        let id = story.receive(&Submission { lines: vec![line], discount, ..story.submission() }).unwrap();
        let [earned] = margins(story.books(), id).unwrap()[..] else { panic!("one line") };
        assert_eq!((earned.net_net, earned.landed_cost), (decimal("10.8"), decimal("9")));
        assert_eq!(earned.percent.map(|percent| percent.round(2, units::Rounding::HalfUp)), Some(decimal("16.67")));
    }
}
