//! Sorting.

use std::sync::Arc;

use super::arguments::Arguments;
use super::{Builtin, Fault, null};
use crate::evaluate::Evaluator;
use crate::value::shown;
use crate::{Function, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[Builtin::new("sort", &[&["list"], &["list", "precedes"]], |call, arguments| {
    let list = arguments.list(0)?;
    call.copy(&*list)?;
    if arguments.has(1) {
        return merge_sort(call, list.to_vec(), arguments.function(1)?).map(Value::from);
    }
    let mut sorted = list;
    let items: &mut Vec<Value> = Arc::make_mut(&mut sorted);
    if crate::value::sort(items) { Ok(Value::List(sorted)) } else { null("the items cannot be compared with each other") }
})
.told(
    "list: list, precedes: function -> list",
    "The items in their order, or in that of a function of two items, which says whether the first comes first.",
)];

/// Sorts by a function of the user: it may answer anything, so the sort must end whatever it says.
fn merge_sort(call: &mut Evaluator<'_>, items: Vec<Value>, precedes: &Function) -> Result<Vec<Value>, Fault> {
    if items.len() < 2 {
        return Ok(items);
    }
    let mut left = items;
    let right = left.split_off(left.len() / 2);
    let (left, right) = (merge_sort(call, left, precedes)?, merge_sort(call, right, precedes)?);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(one), Some(two)) = (left.peek(), right.peek()) {
        match call.invoke(0, precedes, None, &[two.clone(), one.clone()])? {
            Value::Bool(true) => merged.extend(right.next()),
            Value::Bool(false) => merged.extend(left.next()),
            other => return null(format!("`precedes` has to give true or false, and gave {}", shown(&other))),
        }
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}
