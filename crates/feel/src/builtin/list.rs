//! Functions on lists. Positions count from 1, and from -1 backwards.

use std::sync::Arc;

use super::arguments::{Arguments, items, look_at};
use super::set::Seen;
use super::{Builtin, Fault, Run, null};
use crate::Value;
use crate::evaluate::Evaluator;
use crate::value::{equal, place_of, shown, with_article};

const LIST: &[&[&str]] = &[&["list"]];

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("count", LIST, |_, arguments| Ok(Value::from(arguments.list(0)?.len())))
        .told("list: list -> number", "How many items there are."),
    Builtin::new("is empty", LIST, |_, arguments| Ok(Value::Bool(arguments.list(0)?.is_empty())))
        .told("list: list -> boolean", "Whether there are no items."),
    Builtin::new("list contains", &[&["list", "element"]], |call, arguments| {
        let list = arguments.list(0)?;
        look_at(call, &list)?;
        call.walk_over(arguments.value(0))?;
        Ok(Value::Bool(contains(&list, arguments.value(1))))
    })
    .told("list: list, element: Any -> boolean", "Whether an item is equal to a value; null may be sought too."),
    Builtin::variadic("all", LIST, ALL)
        .told("list: list<boolean> -> boolean", "Whether every item is true; null if that hangs on an item that is null."),
    Builtin::variadic("and", LIST, ALL).told("list: list<boolean> -> boolean", "The older name of `all`."),
    Builtin::variadic("any", LIST, ANY)
        .told("list: list<boolean> -> boolean", "Whether an item is true; null if that hangs on an item that is null."),
    Builtin::variadic("or", LIST, ANY).told("list: list<boolean> -> boolean", "The older name of `any`."),
    Builtin::new("sublist", &[&["list", "start position"], &["list", "start position", "length"]], |call, arguments| {
        let list = arguments.list(0)?;
        let start = place(&list, arguments.integer(1)?)?;
        let rest = list.get(start..).unwrap_or_default();
        let length = if arguments.has(2) { usize::try_from(arguments.integer(2)?).unwrap_or(0) } else { rest.len() };
        match rest.get(..length) {
            Some(part) => {
                call.copy(part)?;
                Ok(Value::list(part.iter().cloned()))
            }
            None => null(format!("there are {} items from that position on, not {length}", rest.len())),
        }
    })
    .told(
        "list: list, start position: number, length: number -> list",
        "The items from a position on, all of them or so many.",
    ),
    Builtin::variadic("append", &[&["list", "item"], &["list", "items"]], |call, arguments| {
        let mut list = arguments.list(0)?;
        call.copy(list.iter().chain(arguments.iter().skip(1)))?;
        Arc::make_mut(&mut list).extend(arguments.iter().skip(1).cloned());
        Ok(Value::List(list))
    })
    .with_rest("items")
    .told("list: list, item: Any, items: Any -> list", "The list with items at its end."),
    Builtin::variadic("concatenate", &[&["list"], &["lists"]], |call, arguments| {
        let mut joined = Vec::new();
        for place in 0..arguments.len() {
            let list = arguments.list(place)?;
            call.copy(&*list)?;
            joined.extend(list.iter().cloned());
        }
        Ok(Value::from(joined))
    })
    .with_rest("lists")
    .told("list: list, lists: list -> list", "The items of several lists, one list after the other."),
    Builtin::new("insert before", &[&["list", "position", "newItem"]], |call, arguments| {
        let mut list = arguments.list(0)?;
        call.copy(&*list)?;
        call.keep(arguments.value(2))?;
        let place = place(&list, arguments.integer(1)?)?;
        Arc::make_mut(&mut list).insert(place, arguments.value(2).clone());
        Ok(Value::List(list))
    })
    .told("list: list, position: number, newItem: Any -> list", "The list with a new item before the one at a position."),
    Builtin::new("remove", &[&["list", "position"]], |call, arguments| {
        let mut list = arguments.list(0)?;
        call.copy(&*list)?;
        let place = place(&list, arguments.integer(1)?)?;
        Arc::make_mut(&mut list).remove(place);
        Ok(Value::List(list))
    })
    .told("list: list, position: number -> list", "The list without the item at a position."),
    Builtin::new("list replace", &[&["list", "position", "newItem"], &["list", "match", "newItem"]], |call, arguments| {
        let mut list = arguments.list(0)?;
        call.copy(&*list)?;
        if let Value::Function(_) = arguments.value(1) {
            return replace_matching(call, &list, arguments);
        }
        call.keep(arguments.value(2))?;
        let place = place(&list, arguments.integer(1)?)?;
        if let Some(item) = Arc::make_mut(&mut list).get_mut(place) {
            item.clone_from(arguments.value(2));
        }
        Ok(Value::List(list))
    })
    .told(
        "list: list, position: number, match: function, newItem: Any -> list",
        "The list with another item at a position, or wherever `match(item, newItem)` is true.",
    ),
    Builtin::new("reverse", LIST, |call, arguments| {
        let mut list = arguments.list(0)?;
        call.copy(&*list)?;
        Arc::make_mut(&mut list).reverse();
        Ok(Value::List(list))
    })
    .told("list: list -> list", "The items from the last to the first."),
    Builtin::new("index of", &[&["list", "match"]], |call, arguments| {
        let (list, sought) = (arguments.list(0)?, arguments.value(1));
        look_at(call, &list)?;
        call.walk_over(arguments.value(0))?;
        let found = list.iter().enumerate().filter(|(_, item)| equal(item, sought) == Some(true));
        Ok(Value::list(found.map(|(place, _)| Value::from(place + 1))))
    })
    .told("list: list, match: Any -> list<number>", "The positions of the items that are equal to a value."),
    Builtin::variadic("union", &[&["list"], &["lists"]], |call, arguments| {
        let mut all = Vec::new();
        for place in 0..arguments.len() {
            let list = arguments.list(place)?;
            call.copy(&*list)?;
            all.extend(list.iter().cloned());
        }
        distinct(call, &all)
    })
    .with_rest("lists")
    .told("list: list, lists: list -> list", "The items of several lists, each once."),
    Builtin::new("distinct values", LIST, |call, arguments| distinct(call, &arguments.list(0)?))
        .told("list: list -> list", "The items, each once."),
    Builtin::new("duplicate values", LIST, |call, arguments| {
        let list = arguments.list(0)?;
        let (mut seen, mut repeated) = (Seen::default(), Seen::default());
        for item in list.iter() {
            if !seen.add(call, item)? {
                repeated.add(call, item)?;
            }
        }
        // in the order in which they come first; what comes once only is new to those that are repeated
        let (mut given, mut twice) = (Seen::default(), Vec::new());
        for item in list.iter() {
            if !repeated.add(call, item)? && given.add(call, item)? {
                twice.push(item.clone());
            }
        }
        Ok(Value::from(twice))
    })
    .told("list: list -> list", "The values that more than one item is equal to, each once."),
    Builtin::new("flatten", LIST, |call, arguments| {
        let (mut flat, mut open) = (Vec::new(), vec![Value::List(arguments.list(0)?)]);
        while let Some(item) = open.pop() {
            match item {
                Value::List(items) => {
                    call.copy(&*items)?;
                    open.extend(items.iter().rev().cloned());
                }
                other => flat.push(other),
            }
        }
        Ok(Value::from(flat))
    })
    .told("list: list -> list", "The items of inner lists, however deep, as items of one list."),
    Builtin::new("partition", &[&["list", "size"]], |call, arguments| {
        let list = arguments.list(0)?;
        call.copy(&*list)?;
        match usize::try_from(arguments.integer(1)?) {
            Ok(size @ 1..) => Ok(Value::list(list.chunks(size).map(|part| Value::list(part.iter().cloned())))),
            _ => null("`size` has to be at least 1"),
        }
    })
    .told("list: list, size: number -> list<list>", "The items in lists of a size; the last one may be shorter."),
];

const ALL: Run = |call, arguments| every(call, arguments, false);
const ANY: Run = |call, arguments| every(call, arguments, true);

fn contains(list: &[Value], sought: &Value) -> bool {
    list.iter().any(|item| equal(item, sought) == Some(true))
}

/// `any` is decided by true, `all` by false; null leaves it open.
fn every(call: &mut Evaluator<'_>, arguments: &[Value], decides: bool) -> Result<Value, Fault> {
    let mut result = Ok(Value::Bool(!decides));
    let items = items(arguments)?;
    look_at(call, &items)?;
    for item in items.iter() {
        match item {
            Value::Bool(value) if *value == decides => return Ok(Value::Bool(decides)),
            Value::Bool(_) => {}
            Value::Null if result.is_err() => {}
            Value::Null => result = Ok(Value::Null),
            other => result = null(format!("every item has to be true or false, and one is {}", with_article(other))),
        }
    }
    result
}

fn distinct(call: &mut Evaluator<'_>, list: &[Value]) -> Result<Value, Fault> {
    let (mut seen, mut found) = (Seen::default(), Vec::new());
    for item in list {
        if seen.add(call, item)? {
            found.push(item.clone());
        }
    }
    Ok(Value::from(found))
}

fn replace_matching(call: &mut Evaluator<'_>, list: &[Value], arguments: &[Value]) -> Result<Value, Fault> {
    let (function, replacement) = (arguments.function(1)?, arguments.value(2));
    let mut replaced = Vec::with_capacity(list.len());
    for item in list {
        match call.invoke(0, function, None, &[item.clone(), replacement.clone()])? {
            Value::Bool(true) => {
                call.keep(replacement)?;
                replaced.push(replacement.clone());
            }
            Value::Bool(false) => replaced.push(item.clone()),
            other => return null(format!("`match` has to give true or false, and gave {}", shown(&other))),
        }
    }
    Ok(Value::from(replaced))
}

fn place(list: &[Value], position: i64) -> Result<usize, Fault> {
    match place_of(position, list.len()) {
        Some(place) => Ok(place),
        None => null(format!("there is no item {position} in a list of {}", list.len())),
    }
}
