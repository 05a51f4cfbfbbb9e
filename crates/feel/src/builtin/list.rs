//! Functions on lists. Positions count from 1, and from -1 backwards.

use std::cmp::Ordering;
use std::sync::Arc;

use units::Decimal;

use super::arguments::{Arguments, finite, items, numbers};
use super::{Builtin, Fault, null};
use crate::Value;
use crate::evaluate::Evaluator;
use crate::value::{compare, equal};

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("count", &[&["list"]], |_, arguments| Ok(Value::from(arguments.list(0)?.len()))),
    Builtin::new("is empty", &[&["list"]], |_, arguments| Ok(Value::Bool(arguments.list(0)?.is_empty()))),
    Builtin::new("list contains", &[&["list", "element"]], |_, arguments| {
        Ok(Value::Bool(contains(&arguments.list(0)?, arguments.value(1))))
    }),
    Builtin::variadic("min", &[&["list"]], |_, arguments| extreme(arguments, Ordering::Less)),
    Builtin::variadic("max", &[&["list"]], |_, arguments| extreme(arguments, Ordering::Greater)),
    Builtin::variadic("sum", &[&["list"]], |_, arguments| match numbers(arguments)? {
        numbers if numbers.is_empty() => Ok(Value::Null),
        numbers => finite(sum(&numbers)),
    }),
    Builtin::variadic("product", &[&["list"]], |_, arguments| match numbers(arguments)? {
        numbers if numbers.is_empty() => Ok(Value::Null),
        numbers => finite(numbers.into_iter().try_fold(Decimal::ONE, Decimal::checked_mul)),
    }),
    Builtin::variadic("mean", &[&["list"]], |_, arguments| {
        let numbers = numbers(arguments)?;
        if numbers.is_empty() { Ok(Value::Null) } else { finite(mean(&numbers)) }
    }),
    Builtin::variadic("median", &[&["list"]], |_, arguments| {
        let mut numbers = numbers(arguments)?;
        numbers.sort_unstable();
        let middle = numbers.len() / 2;
        match (numbers.get(middle), numbers.len() % 2) {
            (None, _) => Ok(Value::Null),
            (Some(number), 1) => Ok(Value::Number(*number)),
            _ => finite(numbers.get(middle - 1..=middle).and_then(mean)),
        }
    }),
    Builtin::variadic("stddev", &[&["list"]], |_, arguments| {
        let numbers = numbers(arguments)?;
        if numbers.len() < 2 {
            return null("fewer than two numbers have no standard deviation");
        }
        finite(deviation(&numbers))
    }),
    Builtin::variadic("mode", &[&["list"]], |_, arguments| {
        let mut numbers = numbers(arguments)?;
        numbers.sort_unstable();
        let runs: Vec<&[Decimal]> = numbers.chunk_by(|one, two| one == two).collect();
        let longest = runs.iter().map(|run| run.len()).max().unwrap_or(0);
        let most = runs.iter().filter(|run| run.len() == longest);
        Ok(Value::list(most.filter_map(|run| run.first().copied().map(Value::Number))))
    }),
    Builtin::variadic("all", &[&["list"]], |_, arguments| every(arguments, false)),
    Builtin::variadic("any", &[&["list"]], |_, arguments| every(arguments, true)),
    Builtin::new("sublist", &[&["list", "start position"], &["list", "start position", "length"]], |_, arguments| {
        let list = arguments.list(0)?;
        let start = place(&list, arguments.integer(1)?)?;
        let rest = list.get(start..).unwrap_or_default();
        let length = if arguments.has(2) { usize::try_from(arguments.integer(2)?).unwrap_or(0) } else { rest.len() };
        match rest.get(..length) {
            Some(part) => Ok(Value::list(part.iter().cloned())),
            None => null("the list is not that long"),
        }
    }),
    Builtin::variadic("append", &[&["list", "item"]], |call, arguments| {
        let mut list = arguments.list(0)?;
        call.make(list.len() + arguments.len())?;
        Arc::make_mut(&mut list).extend(arguments.iter().skip(1).cloned());
        Ok(Value::List(list))
    }),
    Builtin::variadic("concatenate", &[&["list"]], |call, arguments| {
        let mut joined = Vec::new();
        for place in 0..arguments.len() {
            let list = arguments.list(place)?;
            call.make(list.len())?;
            joined.extend(list.iter().cloned());
        }
        Ok(Value::from(joined))
    }),
    Builtin::new("insert before", &[&["list", "position", "newItem"]], |call, arguments| {
        let mut list = arguments.list(0)?;
        call.make(list.len())?;
        let place = place(&list, arguments.integer(1)?)?;
        Arc::make_mut(&mut list).insert(place, arguments.value(2).clone());
        Ok(Value::List(list))
    }),
    Builtin::new("remove", &[&["list", "position"]], |call, arguments| {
        let mut list = arguments.list(0)?;
        call.make(list.len())?;
        let place = place(&list, arguments.integer(1)?)?;
        Arc::make_mut(&mut list).remove(place);
        Ok(Value::List(list))
    }),
    Builtin::new("list replace", &[&["list", "position", "newItem"], &["list", "match", "newItem"]], |call, arguments| {
        let mut list = arguments.list(0)?;
        call.make(list.len())?;
        let replacement = arguments.value(2);
        if let Value::Function(function) = arguments.value(1) {
            let mut replaced = Vec::with_capacity(list.len());
            for item in list.iter() {
                let matched = call.invoke(0, function, None, &[item.clone(), replacement.clone()])?;
                replaced.push(if matched == Value::Bool(true) { replacement.clone() } else { item.clone() });
            }
            return Ok(Value::from(replaced));
        }
        let place = place(&list, arguments.integer(1)?)?;
        if let Some(item) = Arc::make_mut(&mut list).get_mut(place) {
            item.clone_from(replacement);
        }
        Ok(Value::List(list))
    }),
    Builtin::new("reverse", &[&["list"]], |call, arguments| {
        let mut list = arguments.list(0)?;
        call.make(list.len())?;
        Arc::make_mut(&mut list).reverse();
        Ok(Value::List(list))
    }),
    Builtin::new("index of", &[&["list", "match"]], |_, arguments| {
        let (list, sought) = (arguments.list(0)?, arguments.value(1));
        let found = list.iter().enumerate().filter(|(_, item)| equal(item, sought) == Some(true));
        Ok(Value::list(found.map(|(place, _)| Value::from(place + 1))))
    }),
    Builtin::variadic("union", &[&["list"]], |call, arguments| {
        let mut all = Vec::new();
        for place in 0..arguments.len() {
            all.extend(arguments.list(place)?.iter().cloned());
        }
        distinct(call, &all)
    }),
    Builtin::new("distinct values", &[&["list"]], |call, arguments| distinct(call, &arguments.list(0)?)),
    Builtin::new("duplicate values", &[&["list"]], |call, arguments| {
        let list = arguments.list(0)?;
        let mut twice: Vec<Value> = Vec::new();
        for (place, item) in list.iter().enumerate() {
            call.make(place)?;
            let seen = list.get(..place).unwrap_or_default();
            if contains(seen, item) && !contains(&twice, item) {
                twice.push(item.clone());
            }
        }
        Ok(Value::from(twice))
    }),
    Builtin::new("flatten", &[&["list"]], |call, arguments| {
        let mut flat = Vec::new();
        let mut open: Vec<Value> = arguments.list(0)?.iter().rev().cloned().collect();
        while let Some(item) = open.pop() {
            call.make(1)?;
            match item {
                Value::List(items) => open.extend(items.iter().rev().cloned()),
                other => flat.push(other),
            }
        }
        Ok(Value::from(flat))
    }),
    Builtin::new("partition", &[&["list", "size"]], |_, arguments| {
        let list = arguments.list(0)?;
        match usize::try_from(arguments.integer(1)?) {
            Ok(size @ 1..) => Ok(Value::list(list.chunks(size).map(|part| Value::list(part.iter().cloned())))),
            _ => null("the size has to be at least 1"),
        }
    }),
    Builtin::new("sort", &[&["list"], &["list", "precedes"]], |call, arguments| {
        let list = arguments.list(0)?;
        call.make(list.len())?;
        if !arguments.has(1) {
            let mut sorted = list;
            let mut comparable = true;
            Arc::make_mut(&mut sorted).sort_by(|one, two| {
                compare(one, two).unwrap_or_else(|| {
                    comparable = false;
                    Ordering::Equal
                })
            });
            return if comparable { Ok(Value::List(sorted)) } else { null("the items cannot be compared with each other") };
        }
        let precedes = arguments.function(1)?.clone();
        merge_sort(call, list.to_vec(), &precedes).map(Value::from)
    }),
];

fn contains(list: &[Value], sought: &Value) -> bool {
    list.iter().any(|item| equal(item, sought) == Some(true))
}

fn sum(numbers: &[Decimal]) -> Option<Decimal> {
    numbers.iter().copied().try_fold(Decimal::ZERO, Decimal::checked_add)
}

fn mean(numbers: &[Decimal]) -> Option<Decimal> {
    sum(numbers)?.checked_div(Decimal::from(numbers.len()))
}

/// The deviation of a sample.
fn deviation(numbers: &[Decimal]) -> Option<Decimal> {
    let mean = mean(numbers)?;
    let mut squares = Decimal::ZERO;
    for number in numbers {
        let distance = number.checked_sub(mean)?;
        squares = squares.checked_add(distance.checked_mul(distance)?)?;
    }
    squares.checked_div(Decimal::from(numbers.len() - 1))?.sqrt()
}

fn extreme(arguments: &[Value], wanted: Ordering) -> Result<Value, Fault> {
    let items = items(arguments)?;
    let mut best: Option<&Value> = None;
    for item in items.iter() {
        match best.map(|best| compare(item, best)) {
            None => best = Some(item),
            Some(Some(order)) if order == wanted => best = Some(item),
            Some(Some(_)) => {}
            Some(None) => return null("the items cannot be compared with each other"),
        }
    }
    Ok(best.cloned().unwrap_or_default())
}

/// `any` is decided by true, `all` by false; null leaves it open.
fn every(arguments: &[Value], decides: bool) -> Result<Value, Fault> {
    let mut result = Value::Bool(!decides);
    for item in items(arguments)?.iter() {
        match item {
            Value::Bool(value) if *value == decides => return Ok(Value::Bool(decides)),
            Value::Bool(_) => {}
            _ => result = Value::Null,
        }
    }
    Ok(result)
}

fn distinct(call: &mut Evaluator<'_>, list: &[Value]) -> Result<Value, Fault> {
    let mut found: Vec<Value> = Vec::new();
    for item in list {
        call.make(1 + found.len())?;
        if !contains(&found, item) {
            found.push(item.clone());
        }
    }
    Ok(Value::from(found))
}

fn place(list: &[Value], position: i64) -> Result<usize, Fault> {
    let place = match position {
        0 => None,
        1.. => usize::try_from(position - 1).ok(),
        _ => usize::try_from(position.unsigned_abs()).ok().and_then(|back| list.len().checked_sub(back)),
    };
    match place {
        Some(place) if place < list.len() => Ok(place),
        _ => null(format!("there is no item {position} in a list of {}", list.len())),
    }
}

/// Sorts by a function of the user: it may answer anything, so the sort must end whatever it says.
fn merge_sort(call: &mut Evaluator<'_>, items: Vec<Value>, precedes: &crate::Function) -> Result<Vec<Value>, Fault> {
    if items.len() < 2 {
        return Ok(items);
    }
    let mut left = items;
    let right = left.split_off(left.len() / 2);
    let (left, right) = (merge_sort(call, left, precedes)?, merge_sort(call, right, precedes)?);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(one), Some(two)) = (left.peek(), right.peek()) {
        let second_first = call.invoke(0, precedes, None, &[two.clone(), one.clone()])? == Value::Bool(true);
        merged.extend(if second_first { right.next() } else { left.next() });
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}
