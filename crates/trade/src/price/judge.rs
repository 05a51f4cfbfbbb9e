//! Whether a price may stand.

use compact_str::format_compact;
use units::{Amount, Decimal, Rounding, Text};

use super::expected::Expected;
use super::quoted::Wanted;
use crate::ids::LineNo;
use crate::master::PricePolicy;
use crate::order::{Line, Order};

/// What is wrong with a price, by a code that stays: it begins the words of the hold and its exception. Source: domain §1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// Below the tolerance.
    Low,
    /// Above the tolerance, where policy takes neither price.
    High,
    /// A quote was named that does not hold.
    Quote,
    /// Nobody knows a price.
    Unknown,
    /// Below the margin floor.
    Margin,
}

impl Code {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "PRICE-LOW",
            Self::High => "PRICE-HIGH",
            Self::Quote => "PRICE-QUOTE",
            Self::Unknown => "PRICE-UNKNOWN",
            Self::Margin => "PRICE-MARGIN",
        }
    }

    fn of_order(self, what: impl std::fmt::Display) -> Text {
        format_compact!("{} order: {what}", self.as_str())
    }

    fn of(self, line: LineNo, what: impl std::fmt::Display) -> Text {
        format_compact!("{} line {}: {what}", self.as_str(), line.0)
    }
}

/// What is wrong with a price, and how much money it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reason: Text,
    pub(super) amount: Amount,
}

/// The price that counts for a line, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) price: Decimal,
    pub(super) rule: Text,
    pub(super) fault: Option<Fault>,
}

/// Holds the customer's price against the expected one: within the larger of both tolerances it stands, a lower one is a fault, and a
/// higher one is by policy taken, replaced by ours, or a fault. Where no price is known, or a quote that was named does not hold, the
/// customer's is a fault too: a person has to say that it is right. Source: domain §1.3.
pub(super) fn judge(policy: &PricePolicy, order: &Order, line: &Line, wanted: Wanted) -> Judgement {
    let customers = |price, reason, amount| {
        let rule = Text::const_new("customer's price");
        Judgement { price, rule, fault: Some(Fault { reason, amount }) }
    };
    let void = wanted.void.as_ref();
    let Some(Expected { price, rule }) = wanted.price else {
        let price = line.requested_price.unwrap_or_default();
        let quote = void.map(|void| format_compact!("{void}; ")).unwrap_or_default();
        let reason = Code::Unknown.of(line.no, format_args!("{quote}there is no price for {}", line.item));
        return customers(price, reason, value(order, line, price));
    };
    if let Some(void) = void {
        // the customer counts on the quote, so neither price is taken before somebody has looked
        let reason = Code::Quote.of(line.no, format_args!("{void}; without it {price} is expected ({rule})"));
        let taken = line.requested_price.unwrap_or(price);
        let rule = if line.requested_price.is_some() { Text::const_new("customer's price") } else { rule };
        return Judgement { price: taken, rule, fault: Some(Fault { reason, amount: value(order, line, taken) }) };
    }
    let Some(requested) = line.requested_price else { return Judgement { price, rule, fault: None } };
    let difference = requested.checked_sub(price).unwrap_or_default();
    let percent = price.checked_mul(policy.percent_tolerance).and_then(|part| part.checked_div(Decimal::HUNDRED));
    if difference.abs() <= policy.absolute_tolerance.max(percent.unwrap_or_default()) {
        return Judgement { price: requested, rule, fault: None };
    }
    if !difference.is_negative() && policy.accept_customers_when_above {
        return Judgement { price: requested, rule: Text::const_new("customer's price"), fault: None };
    }
    if !difference.is_negative() && policy.accept_lower_when_above {
        return Judgement { price, rule, fault: None };
    }
    let (code, word) = if difference.is_negative() { (Code::Low, "too low") } else { (Code::High, "too high") };
    let percent = difference.checked_mul(Decimal::HUNDRED).and_then(|part| part.checked_div(price));
    let percent = percent.map(|percent| format!(" by {} %", percent.abs().round(2, Rounding::HalfUp))).unwrap_or_default();
    let reason = code.of(line.no, format_args!("{requested} asked, {price} expected ({rule}): {word}{percent}"));
    let amount = (value(order, line, price) - value(order, line, requested)).abs();
    customers(requested, reason, amount)
}

/// Holds the net-net price of a line, after its share of the header discount and the customer's freight allowance in per cent, against the
/// landed cost. `goods` is the net value of all lines at the prices that count, and both are in the order's currency. Source: domain
/// §1.3 (margin floor).
pub(super) fn judge_margin(
    policy: &PricePolicy,
    order: &Order,
    line: &Line,
    cost: Option<Decimal>,
    price: Decimal,
    goods: Amount,
    allowance: Decimal,
) -> Option<Fault> {
    let (floor, cost) = (policy.margin_floor?, cost?);
    let net_net = net_net(order, price, goods, allowance)?;
    // everybody reads the reason, and what goods cost is not for everybody
    if net_net.is_zero() || net_net.is_negative() {
        let reason = Code::Margin.of(line.no, "given away");
        return Some(Fault { reason, amount: value(order, line, cost) }).filter(|_| !cost.is_zero());
    }
    let reason = || Code::Margin.of(line.no, "the margin is below the floor");
    (margin(net_net, cost)? < floor).then(|| Fault { reason: reason(), amount: value(order, line, price) })
}

/// A price after its share of the header discount and the customer's freight allowance in per cent. Source: domain §1.3 (margin floor).
pub(super) fn net_net(order: &Order, price: Decimal, goods: Amount, allowance: Decimal) -> Option<Decimal> {
    let (goods, discount) = (goods.to_decimal(order.currency), order.discount.to_decimal(order.currency));
    let share = if goods.is_zero() { Decimal::ZERO } else { discount.checked_div(goods)? };
    let discounted = price.checked_mul(Decimal::ONE.checked_sub(share)?)?;
    discounted.checked_sub(discounted.checked_mul(allowance)?.checked_div(Decimal::HUNDRED)?)
}

/// What is earned on a net-net price, in per cent of it.
pub(super) fn margin(net_net: Decimal, cost: Decimal) -> Option<Decimal> {
    net_net.checked_sub(cost)?.checked_mul(Decimal::HUNDRED)?.checked_div(net_net)
}

/// Holds the discount on the whole order, which nobody agreed to beforehand, against the tolerance of a price: it makes each price lower
/// by as many per cent. One above all that there is to pay stays a fault whoever accepts it. `goods` is what was ordered at the prices that
/// count, cancelled units too: they carry their share of the discount away. Source: domain §1.3, §1.6.
pub(super) fn judge_discount(policy: &PricePolicy, order: &Order, goods: Amount) -> Option<Fault> {
    let (discount, currency) = (order.discount, order.currency);
    let most = goods + order.freight;
    if discount > most {
        let (discount, most) = (discount.to_decimal(currency), most.to_decimal(currency));
        let reason = Code::Low.of_order(format_args!("a discount of {discount} on {most}, freight included"));
        return Some(Fault { reason, amount: order.discount });
    }
    let is_fault = discount > goods.percent(policy.percent_tolerance) && discount > order.discount_accepted;
    let what = || format_compact!("a discount of {} that was not agreed on", discount.to_decimal(currency));
    is_fault.then(|| Fault { reason: Code::Low.of_order(what()), amount: discount })
}

/// What the units of a line that were ordered cost at a price.
pub(super) fn worth(order: &Order, line: &Line, price: Decimal) -> Amount {
    Amount::of(price, line.ordered(), order.currency).unwrap_or(Amount::LIMIT)
}

/// What the units of a line that are not cancelled cost at a price.
pub(super) fn value(order: &Order, line: &Line, price: Decimal) -> Amount {
    Amount::of(price, line.ordered() - line.buckets.cancelled, order.currency).unwrap_or(Amount::LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Buckets;
    use units::Quantity;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// The worked example: 120 units at a contract price of 11.80.
    fn case(requested: Option<&str>) -> (Order, Line, Wanted) {
        let buckets = Buckets::ordered_now(Quantity(120));
        let line = Line { buckets, requested_price: requested.map(decimal), ..Line::default() };
        let expected = Expected { price: decimal("11.80"), rule: "contract".into() };
        (Order::default(), line, Wanted { price: Some(expected), void: None })
    }

    #[test]
    fn domain_1_3_a_price_below_the_tolerance_is_a_fault() {
        let (order, line, expected) = case(Some("11.50"));
        let judged = judge(&PricePolicy::default(), &order, &line, expected);
        let fault = judged.fault.unwrap();
        assert_eq!((judged.price, fault.amount), (decimal("11.50"), Amount(3_600)));
        assert_eq!(fault.reason, "PRICE-LOW line 0: 11.5 asked, 11.8 expected (contract): too low by 2.54 %");
    }

    #[test]
    fn domain_1_3_the_margin_floor() {
        let policy = PricePolicy { margin_floor: Some(decimal("15")), ..PricePolicy::default() };
        let cost = Some(decimal("9.90"));
        let (mut order, line, _) = case(None);
        let goods = Amount(141_600);
        let low = judge_margin(&policy, &order, &line, cost, decimal("11.50"), goods, Decimal::ZERO).unwrap();
        assert_eq!(low.reason, "PRICE-MARGIN line 0: the margin is below the floor", "what it costs is not for everybody");
        let percent = |order: &Order, price, allowance| {
            let net_net = net_net(order, decimal(price), goods, decimal(allowance)).unwrap();
            margin(net_net, decimal("9.90")).unwrap().round(2, Rounding::HalfUp).to_string()
        };
        assert_eq!(percent(&order, "11.50", "0"), "13.91");
        assert_eq!(judge_margin(&policy, &order, &line, cost, decimal("11.80"), goods, Decimal::ZERO), None);
        // 2 % for freight that the customer pays
        assert!(judge_margin(&policy, &order, &line, cost, decimal("11.80"), goods, decimal("2")).is_some());
        assert_eq!(percent(&order, "11.80", "2"), "14.39");
        // 5 % off the whole order is 5 % off each price
        order.discount = Amount(7_080);
        assert!(judge_margin(&policy, &order, &line, cost, decimal("11.80"), goods, Decimal::ZERO).is_some());
        assert_eq!(percent(&order, "11.80", "0"), "11.69");
        assert!(judge_margin(&policy, &order, &line, cost, Decimal::ZERO, goods, Decimal::ZERO).is_some());
    }

    #[test]
    fn the_larger_tolerance_counts() {
        let (order, line, expected) = case(Some("11.30"));
        let policy = PricePolicy { absolute_tolerance: decimal("0.50"), ..PricePolicy::default() };
        let judged = judge(&policy, &order, &line, expected);
        assert_eq!((judged.price, judged.rule.as_str(), judged.fault), (decimal("11.30"), "contract", None));
    }

    #[test]
    fn domain_1_3_a_higher_price_is_ours_the_customers_or_a_fault_by_policy() {
        let (order, line, expected) = case(Some("12.50"));
        let ours = judge(&PricePolicy::default(), &order, &line, expected.clone());
        assert_eq!((ours.price, ours.fault), (decimal("11.80"), None));
        let theirs = PricePolicy { accept_customers_when_above: true, ..PricePolicy::default() };
        let taken = judge(&theirs, &order, &line, expected.clone());
        assert_eq!((taken.price, taken.rule.as_str(), taken.fault), (decimal("12.50"), "customer's price", None));
        let (order_of_less, less, _) = case(Some("11.50"));
        assert!(judge(&theirs, &order_of_less, &less, expected.clone()).fault.is_some());
        let strict = PricePolicy { accept_lower_when_above: false, ..PricePolicy::default() };
        let fault = judge(&strict, &order, &line, expected).fault.unwrap();
        assert!(fault.reason.starts_with("PRICE-HIGH line 0: "), "{}", fault.reason);
        assert_eq!(fault.amount, Amount(8_400));
    }

    #[test]
    fn a_price_that_nobody_knows_waits_for_a_person() {
        let (order, line, _) = case(Some("3"));
        let judged = judge(&PricePolicy::default(), &order, &line, Wanted::default());
        let fault = judged.fault.unwrap();
        assert_eq!((judged.price, fault.amount), (decimal("3"), Amount(36_000)));
        assert!(fault.reason.starts_with("PRICE-UNKNOWN line 0: "), "{}", fault.reason);
    }
}
