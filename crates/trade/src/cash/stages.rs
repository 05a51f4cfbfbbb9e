//! What a payment of a known payer pays, from what it names and from its amount alone (domain §1.7, stages 3 to 7).

use units::{Amount, Day, Text, prorate};

use super::combination::{Found, Part, combination};
use super::deduction::{UNEARNED_DISCOUNT, UNKNOWN, named};
use super::preference::preferred;
use super::remittance::{RemittanceLine, by_lines};
use super::state::{Allocation, Candidate, Method, Payment};
use crate::account::{Account, ItemKind, OpenItem};
use crate::ids::InvoiceId;
use crate::master::CashPolicy;

/// What speaks for an item that has the amount less its early-payment discount.
const IN_TIME: &str = "amount, with the discount taken in time";

/// A match that is certain.
pub(super) struct Match {
    /// What is paid of which items.
    pub(super) allocations: Vec<Allocation>,
    /// By which stage.
    pub(super) method: Method,
    /// In words.
    pub(super) evidence: String,
    /// What is left of the payment.
    pub(super) rest: Amount,
}

/// The early-payment discount that may still be taken of an item.
pub(super) fn discount(item: &OpenItem, paid: Day, policy: &CashPolicy) -> Amount {
    match item.discount {
        Some((amount, last))
            if item.open == item.amount
                && amount < item.open
                && paid <= last.plus_days(i32::from(policy.discount_grace_days)) =>
        {
            amount
        }
        _ => Amount::ZERO,
    }
}

pub(super) fn whole(item: &OpenItem) -> Allocation {
    Allocation { invoice: item.invoice, amount: item.open, ..Allocation::default() }
}

fn with_discount(item: &OpenItem, paid: Day, policy: &CashPolicy) -> Allocation {
    let discount = discount(item, paid, policy);
    Allocation { invoice: item.invoice, amount: item.open - discount, discount, ..Allocation::default() }
}

fn sum(allocations: &[Allocation]) -> Amount {
    allocations.iter().map(|allocation| allocation.amount).sum()
}

pub(super) fn numbers(items: &[&OpenItem]) -> String {
    let numbers: Vec<&str> = items.iter().map(|item| item.number.as_str()).collect();
    numbers.join(", ")
}

/// A match, or what may be meant and why nothing is certain.
pub(super) type Decided = Result<Match, (Vec<Candidate>, Text)>;

/// Stages 3 to 5: the items that are named.
pub(super) fn by_reference(
    items: &[&OpenItem],
    lines: &[(InvoiceId, &RemittanceLine)],
    payment: &Payment,
    policy: &CashPolicy,
) -> Decided {
    let paid = payment.value_date;
    let full: Vec<Allocation> = items.iter().map(|item| whole(item)).collect();
    let open = sum(&full);
    let found = |allocations, method, why: &str, rest| Match {
        allocations,
        method,
        evidence: format!("{}: {why}", numbers(items)),
        rest,
    };
    // what the payer says of each document comes before what fits in all: too little of one may be too much of another
    if let Some(found) = by_lines(items, lines, payment, policy) {
        return Ok(found);
    }
    if open == payment.amount {
        return Ok(found(full, Method::Exact, "named, and the amount is theirs", Amount::ZERO));
    }
    let discounted: Vec<Allocation> = items.iter().map(|item| with_discount(item, paid, policy)).collect();
    if sum(&discounted) == payment.amount {
        return Ok(found(discounted, Method::ExactWithDiscount, "named, with the discount taken in time", Amount::ZERO));
    }
    if payment.amount > open {
        let rest = payment.amount - open;
        return Ok(found(full, Method::ReferencedWithDifference, "named, and more was paid", rest));
    }
    let short = open - payment.amount;
    let least = sum(&discounted);
    let reason = named(&payment.remittance).filter(|code| *code != UNEARNED_DISCOUNT);
    let settled = |allocations, why: &str| Ok(found(allocations, Method::ReferencedWithDifference, why, Amount::ZERO));
    if payment.amount > least {
        if let Some(allocations) = forgiven(&full, items, short, policy) {
            return settled(allocations, "named, with a small difference");
        }
        if reason.is_none() {
            return settled(of_discounts(discounted, short), "named, with less discount than may be taken");
        }
    }
    // what may be taken off is so before anything is missing; of what is missing for another reason, nothing is
    let (granted, missing) = if payment.amount > least { (full, short) } else { (discounted, least - payment.amount) };
    let is_discounted = granted.iter().any(|allocation| !allocation.discount.is_zero());
    if let Some(allocations) = forgiven(&granted, items, missing, policy) {
        let with = if is_discounted { "the discount taken in time and " } else { "" };
        return settled(allocations, &format!("named, with {with}a small difference"));
    }
    let code = reason.or_else(|| named(&payment.remittance)).unwrap_or(UNKNOWN);
    let late = || unearned(&granted, items, missing, policy, reason.is_none());
    let late = if payment.amount > least { None } else { late() };
    let deducted = late.or_else(|| short_paid(&granted, missing, code));
    let Some(allocations) = deducted else {
        let candidate =
            Candidate { invoices: items.iter().map(|item| item.invoice).collect(), evidence: Text::const_new("named") };
        return Err((
            vec![candidate],
            Text::from(format!("{} are named, and too little was paid to say what for", numbers(items))),
        ));
    };
    let with = if is_discounted { "with the discount taken in time, " } else { "" };
    let why = format!("named, {with}and {}", deductions(&allocations, payment));
    settled(allocations, &why)
}

/// What was deducted in all, and under which code.
fn deductions(allocations: &[Allocation], payment: &Payment) -> String {
    let deducted = || allocations.iter().filter(|allocation| allocation.deduction.is_positive());
    let all: Amount = deducted().map(|allocation| allocation.deduction).sum();
    let code = deducted().next().map(|allocation| allocation.code.as_str()).unwrap_or_default();
    format!("{} was deducted ({code})", all.to_decimal(payment.currency))
}

/// The items with so much of their discounts, that of the first ones first.
fn of_discounts(mut discounted: Vec<Allocation>, mut taken: Amount) -> Vec<Allocation> {
    for allocation in &mut discounted {
        let not_taken = allocation.discount - allocation.discount.min(taken);
        taken -= allocation.discount - not_taken;
        allocation.discount -= not_taken;
        allocation.amount += not_taken;
    }
    discounted
}

/// What is missing are discounts that were taken too late, of some items or all, to the cent or, with `nearly`, as near as may be written
/// off; `None` if it is something else. Source: domain §1.7 (UD).
fn unearned(
    granted: &[Allocation],
    items: &[&OpenItem],
    missing: Amount,
    policy: &CashPolicy,
    nearly: bool,
) -> Option<Vec<Allocation>> {
    let (mut places, mut exact, mut near) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (allocation, item)) in granted.iter().zip(items).enumerate() {
        let late = item.discount.map(|(amount, _)| amount - allocation.discount).filter(|late| late.is_positive());
        if let Some(late) = late.filter(|late| *late < allocation.amount) {
            places.push((at, late));
            exact.push(Part { open: late.0, tolerance: 0 });
            near.push(Part { open: late.0, tolerance: tolerance(item, policy).0 });
        }
    }
    let find = |parts: &[Part]| match combination(parts, missing.0, usize::from(policy.combination_items)) {
        Found::One(found) | Found::Several(found, _) => Some(found),
        Found::None | Found::TooMany => None,
    };
    let found = find(&exact).or_else(|| if nearly { find(&near) } else { None })?;
    let mut allocations = granted.to_vec();
    let mut left = missing;
    for (place, of) in found.iter().enumerate() {
        let (at, late) = *places.get(*of)?;
        let deduction = if place + 1 == found.len() { left } else { late };
        left -= deduction;
        let allocation = allocations.get_mut(at)?;
        if !deduction.is_positive() || deduction >= allocation.amount {
            return None;
        }
        allocation.amount -= deduction;
        (allocation.deduction, allocation.code) = (deduction, Text::const_new(UNEARNED_DISCOUNT));
    }
    Some(allocations)
}

/// What is missing is missing from the last item that is large enough; its discount is granted of what was paid of it.
fn short_paid(granted: &[Allocation], missing: Amount, code: &'static str) -> Option<Vec<Allocation>> {
    let at = granted.iter().rposition(|allocation| allocation.amount > missing)?;
    let mut allocations = granted.to_vec();
    let allocation = allocations.get_mut(at)?;
    allocation.amount -= missing;
    let earned = prorate(allocation.discount.0, &[allocation.amount.0, missing.0]);
    let earned = earned.first().map_or(allocation.discount, |earned| Amount(*earned));
    let deduction = missing + (allocation.discount - earned);
    (allocation.discount, allocation.deduction, allocation.code) = (earned, deduction, Text::const_new(code));
    Some(allocations)
}

/// How much of an item may be written off: the policy's amount or its part of the document, whichever is less. Never all that is open,
/// and nothing of a credit or of what is in dispute. Source: domain §1.7 (tolerance).
pub(super) fn tolerance(item: &OpenItem, policy: &CashPolicy) -> Amount {
    if item.disputed.is_positive() || !item.open.is_positive() {
        return Amount::ZERO;
    }
    let tolerated = policy.write_off_limit.min(item.amount.percent(policy.write_off_percent));
    tolerated.min(item.open - Amount(1)).max(Amount::ZERO)
}

/// The items with a small difference written off once, of the item that tolerates most; `None` if that is not enough, or if any of them is
/// in dispute.
fn forgiven(granted: &[Allocation], items: &[&OpenItem], short: Amount, policy: &CashPolicy) -> Option<Vec<Allocation>> {
    let (at, item) = items.iter().enumerate().max_by_key(|(_, item)| tolerance(item, policy))?;
    if short > tolerance(item, policy) || items.iter().any(|item| item.disputed.is_positive()) {
        return None;
    }
    let mut allocations = granted.to_vec();
    let allocation = allocations.get_mut(at).filter(|allocation| allocation.amount > short || short.is_zero())?;
    allocation.amount -= short;
    allocation.written_off = short;
    Some(allocations)
}

/// Stages 6 and 7: nothing is named, but the amount says it.
pub(super) fn by_amount(account: &Account, payment: &Payment, policy: &CashPolicy) -> Decided {
    let paid = payment.value_date;
    let items: Vec<&OpenItem> = account.ledger.open_items.iter().filter(|item| item.disputed.is_zero()).collect();
    let candidate = |places: &[usize], why: &str| Candidate {
        invoices: places.iter().filter_map(|at| items.get(*at)).map(|item| item.invoice).collect(),
        evidence: why.into(),
    };
    let invoices = || items.iter().enumerate().filter(|(_, item)| item.kind != ItemKind::CreditNote);
    // those that follow a rule first, then the others that were found
    let several = |found: &[Vec<usize>]| {
        let ruled = preferred(&items, payment.amount);
        let others = found.iter().filter(|set| !ruled.iter().any(|(known, _)| known == *set));
        let mut candidates: Vec<Candidate> = ruled.iter().map(|(set, why)| candidate(set, why)).collect();
        candidates.extend(others.map(|set| candidate(set, "combination")));
        (candidates, Text::const_new("several combinations of open items have the amount"))
    };
    let exact: Vec<usize> = invoices().filter(|(_, item)| item.open == payment.amount).map(|(at, _)| at).collect();
    let taken = |item: &OpenItem| {
        discount(item, paid, policy).is_positive() && with_discount(item, paid, policy).amount == payment.amount
    };
    let discounted: Vec<usize> = invoices().filter(|(_, item)| taken(item)).map(|(at, _)| at).collect();
    match (exact.as_slice(), discounted.as_slice()) {
        ([], []) => {}
        ([at], []) | ([], [at]) => {
            let Some(item) = items.get(*at) else { return Err((Vec::new(), Text::default())) };
            let allocation = if exact.is_empty() { with_discount(item, paid, policy) } else { whole(item) };
            // the item alone has the amount, but a combination of others may have it as well
            let nothing = CashPolicy { write_off_limit: Amount::ZERO, ..policy.clone() };
            match subsets(&items, payment, &nothing) {
                Found::Several(first, second) => return Err(several(&[first, second])),
                // what has the amount in full is another set than the item, which has it with its discount
                Found::One(other) if exact.is_empty() => {
                    let (mut candidates, reason) = several(&[other]);
                    candidates.insert(0, candidate(&[*at], IN_TIME));
                    return Err((candidates, reason));
                }
                _ => {}
            }
            let with = if exact.is_empty() { ", with the discount taken in time" } else { "" };
            let evidence = format!("{}: the only open item of the payer with this amount{with}", item.number);
            return Ok(Match { allocations: vec![allocation], method: Method::SingleItem, evidence, rest: Amount::ZERO });
        }
        _ => {
            let mut candidates: Vec<Candidate> = exact.iter().map(|at| candidate(&[*at], "amount")).collect();
            candidates.extend(discounted.iter().map(|at| candidate(&[*at], IN_TIME)));
            return Err((candidates, Text::const_new("several open items of the payer have the amount")));
        }
    }
    match subsets(&items, payment, policy) {
        Found::None => Err((Vec::new(), Text::const_new("no open items of the payer have the amount"))),
        Found::One(places) => {
            let chosen: Vec<&OpenItem> = places.iter().filter_map(|at| items.get(*at)).copied().collect();
            let open: Amount = chosen.iter().map(|item| item.open).sum();
            let (short, rest) = ((open - payment.amount).max(Amount::ZERO), (payment.amount - open).max(Amount::ZERO));
            let whole: Vec<Allocation> = chosen.iter().map(|item| whole(item)).collect();
            let Some(allocations) = forgiven(&whole, &chosen, short, policy) else {
                return Err((Vec::new(), Text::default()));
            };
            let near = if open == payment.amount { "" } else { ", but for a small difference" };
            let only = "the only combination of the payer's open items with this amount";
            let evidence = format!("{}: {only}{near}", numbers(&chosen));
            Ok(Match { allocations, method: Method::Combination, evidence, rest })
        }
        Found::Several(first, second) => Err(several(&[first, second])),
        Found::TooMany => {
            let candidates = preferred(&items, payment.amount).iter().map(|(set, why)| candidate(set, why)).collect();
            Err((
                candidates,
                Text::const_new("the payer has too many open items to try all combinations: name what is paid"),
            ))
        }
    }
}

fn subsets(items: &[&OpenItem], payment: &Payment, policy: &CashPolicy) -> Found {
    let part = |item: &&OpenItem| Part { open: item.open.0, tolerance: tolerance(item, policy).0 };
    let parts: Vec<Part> = items.iter().map(part).collect();
    combination(&parts, payment.amount.0, usize::from(policy.combination_items))
}
