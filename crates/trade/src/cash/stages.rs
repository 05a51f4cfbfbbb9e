//! What a payment of a known payer pays, from what it names and from its amount alone (domain §1.7, stages 3 to 7).

use units::{Amount, Day, Text};

use super::combination::{Found, Part, combination};
use super::deduction::{UNEARNED_DISCOUNT, UNKNOWN, named};
use super::preference::preferred;
use super::remittance::{RemittanceLine, by_lines};
use super::state::{Allocation, Candidate, Method, Payment};
use crate::account::{Account, ItemKind, OpenItem};
use crate::ids::InvoiceId;
use crate::master::CashPolicy;

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
            if item.open == item.amount && paid <= last.plus_days(i32::from(policy.discount_grace_days)) =>
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
    if open == payment.amount {
        return Ok(found(full, Method::Exact, "named, and the amount is theirs", Amount::ZERO));
    }
    let discounted: Vec<Allocation> = items.iter().map(|item| with_discount(item, paid, policy)).collect();
    if sum(&discounted) == payment.amount {
        return Ok(found(discounted, Method::ExactWithDiscount, "named, with the discount taken in time", Amount::ZERO));
    }
    if let Some(found) = by_lines(items, lines, payment, policy) {
        return Ok(found);
    }
    if payment.amount > open {
        let rest = payment.amount - open;
        return Ok(found(full, Method::ReferencedWithDifference, "named, and more was paid", rest));
    }
    let short = open - payment.amount;
    let disputed = items.iter().any(|item| item.disputed.is_positive());
    if let Some(allocations) = forgiven(items, short, policy).filter(|_| !disputed) {
        let why = "named, with a small difference";
        return Ok(found(allocations, Method::ReferencedWithDifference, why, Amount::ZERO));
    }
    let code = code(items, short, &payment.remittance);
    let allocations = short_paid(items, short, &code);
    let Some(allocations) = allocations else {
        let candidate =
            Candidate { invoices: items.iter().map(|item| item.invoice).collect(), evidence: Text::const_new("named") };
        return Err((
            vec![candidate],
            Text::from(format!("{} are named, and too little was paid to say what for", numbers(items))),
        ));
    };
    let why = format!("named, and {} was deducted ({code})", short.to_decimal(payment.currency));
    Ok(found(allocations, Method::ReferencedWithDifference, &why, Amount::ZERO))
}

/// The code of a deduction: an unearned discount if the amount is one, else what the customer names, else unknown (domain §1.7).
fn code(items: &[&OpenItem], short: Amount, remittance: &str) -> Text {
    let discounts: Amount = items.iter().filter_map(|item| item.discount).map(|(amount, _)| amount).sum();
    if discounts.is_positive() && discounts == short {
        return Text::const_new(UNEARNED_DISCOUNT);
    }
    Text::const_new(named(remittance).unwrap_or(UNKNOWN))
}

/// What is missing is missing from the last item that is large enough.
fn short_paid(items: &[&OpenItem], short: Amount, code: &Text) -> Option<Vec<Allocation>> {
    let at = items.iter().rposition(|item| item.open > short)?;
    let mut allocations: Vec<Allocation> = items.iter().map(|item| whole(item)).collect();
    let allocation = allocations.get_mut(at)?;
    allocation.amount -= short;
    (allocation.deduction, allocation.code) = (short, code.clone());
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

/// The items with a small difference written off once, of the item that tolerates most; `None` if that is not enough.
fn forgiven(items: &[&OpenItem], short: Amount, policy: &CashPolicy) -> Option<Vec<Allocation>> {
    let (at, item) = items.iter().enumerate().max_by_key(|(_, item)| tolerance(item, policy))?;
    if short > tolerance(item, policy) {
        return None;
    }
    let mut allocations: Vec<Allocation> = items.iter().map(|item| whole(item)).collect();
    let allocation = allocations.get_mut(at)?;
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
                Found::One(other) if exact.is_empty() => return Err(several(&[vec![*at], other])),
                _ => {}
            }
            let evidence = format!("{}: the only open item of the payer with this amount", item.number);
            return Ok(Match { allocations: vec![allocation], method: Method::SingleItem, evidence, rest: Amount::ZERO });
        }
        _ => {
            let all = exact.iter().chain(&discounted);
            let candidates = all.map(|at| candidate(&[*at], "amount")).collect();
            return Err((candidates, Text::const_new("several open items of the payer have the amount")));
        }
    }
    match subsets(&items, payment, policy) {
        Found::None => Err((Vec::new(), Text::const_new("no open items of the payer have the amount"))),
        Found::One(places) => {
            let chosen: Vec<&OpenItem> = places.iter().filter_map(|at| items.get(*at)).copied().collect();
            let open: Amount = chosen.iter().map(|item| item.open).sum();
            let (short, rest) = ((open - payment.amount).max(Amount::ZERO), (payment.amount - open).max(Amount::ZERO));
            let Some(allocations) = forgiven(&chosen, short, policy) else { return Err((Vec::new(), Text::default())) };
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
