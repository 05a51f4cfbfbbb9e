//! Functions that make one value of a list of them. They take a list, or its items as arguments.

use std::cmp::Ordering;

use units::Decimal;

use super::arguments::{finite, items, look_at, numbers};
use super::{Builtin, Fault, null};
use crate::Value;
use crate::evaluate::Evaluator;
use crate::value::compare;

const LIST: &[&[&str]] = &[&["list"]];
const OF_NUMBERS: &str = "list: list<number> -> number";

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::variadic("min", LIST, |call, arguments| extreme(call, arguments, Ordering::Less))
        .told("list: list -> Any", "The least item; null for an empty list."),
    Builtin::variadic("max", LIST, |call, arguments| extreme(call, arguments, Ordering::Greater))
        .told("list: list -> Any", "The greatest item; null for an empty list."),
    Builtin::variadic("sum", LIST, |call, arguments| finite(sum(&some(call, arguments)?)))
        .told(OF_NUMBERS, "All items added up; null for an empty list."),
    Builtin::variadic("product", LIST, |call, arguments| {
        finite(some(call, arguments)?.into_iter().try_fold(Decimal::ONE, Decimal::checked_mul))
    })
    .told(OF_NUMBERS, "All items multiplied; null for an empty list."),
    Builtin::variadic("mean", LIST, |call, arguments| finite(mean(&some(call, arguments)?)))
        .told(OF_NUMBERS, "The arithmetic mean; null for an empty list."),
    Builtin::variadic("median", LIST, |call, arguments| {
        let mut numbers = some(call, arguments)?;
        numbers.sort_unstable();
        let middle = numbers.len() / 2;
        match (numbers.get(middle), numbers.len() % 2) {
            (Some(number), 1) => Ok(Value::Number(*number)),
            _ => finite(numbers.get(middle.saturating_sub(1)..=middle).and_then(mean)),
        }
    })
    .told(OF_NUMBERS, "The item in the middle of the sorted list, or the mean of the two there; null for an empty list."),
    Builtin::variadic("stddev", LIST, |call, arguments| {
        let numbers = numbers(call, arguments)?;
        if numbers.len() < 2 {
            return null("fewer than two numbers have no standard deviation");
        }
        finite(deviation(&numbers))
    })
    .told(OF_NUMBERS, "The standard deviation of a sample; null for fewer than two items."),
    Builtin::variadic("mode", LIST, |call, arguments| {
        let mut numbers = numbers(call, arguments)?;
        numbers.sort_unstable();
        let runs: Vec<&[Decimal]> = numbers.chunk_by(|one, two| one == two).collect();
        let longest = runs.iter().map(|run| run.len()).max().unwrap_or(0);
        let most = runs.iter().filter(|run| run.len() == longest);
        Ok(Value::list(most.filter_map(|run| run.first().copied().map(Value::Number))))
    })
    .told("list: list<number> -> list<number>", "The items that occur most often, sorted."),
];

/// Every item as a number, of which there has to be one.
fn some(call: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Vec<Decimal>, Fault> {
    let numbers = numbers(call, arguments)?;
    if numbers.is_empty() { null("the list is empty") } else { Ok(numbers) }
}

fn sum(numbers: &[Decimal]) -> Option<Decimal> {
    numbers.iter().copied().try_fold(Decimal::ZERO, Decimal::checked_add)
}

fn mean(numbers: &[Decimal]) -> Option<Decimal> {
    sum(numbers)?.checked_div(Decimal::from(numbers.len()))
}

fn deviation(numbers: &[Decimal]) -> Option<Decimal> {
    let mean = mean(numbers)?;
    let mut squares = Decimal::ZERO;
    for number in numbers {
        let distance = number.checked_sub(mean)?;
        squares = squares.checked_add(distance.checked_mul(distance)?)?;
    }
    squares.checked_div(Decimal::from(numbers.len() - 1))?.sqrt()
}

fn extreme(call: &mut Evaluator<'_>, arguments: &[Value], wanted: Ordering) -> Result<Value, Fault> {
    let items = items(arguments)?;
    look_at(call, &items)?;
    let Some((mut best, others)) = items.split_first() else { return null("the list is empty") };
    // an only item has to have an order too
    for item in others.iter().chain([best]) {
        match compare(item, best) {
            Some(order) if order == wanted => best = item,
            Some(_) => {}
            None => return null("the items cannot be compared with each other"),
        }
    }
    Ok(best.clone())
}
