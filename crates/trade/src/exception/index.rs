//! How open exceptions are found without looking at all of them.

use units::Text;

use super::catalogue::hold_of;
use super::state::{Exception, ExceptionKind, Subject, TaskRef};
use crate::books::{Books, Key, Stop};
use crate::ids::ExceptionId;
use crate::reference::{point, pointed};

const TASK: &str = "exception-of-task";
const KEY: &str = "exception-of-key";
const DEAD_LETTER: &str = "exception-of-dead-letter";

/// The open exception that a waiting task stands for.
pub fn of_task(books: &mut dyn Books, task: TaskRef) -> Result<Option<ExceptionId>, Stop> {
    found(books, TASK, &name_of(task))
}

/// The latest open exception of a type that is about an aggregate.
pub fn open_for(books: &mut dyn Books, kind: ExceptionKind, key: &Key) -> Result<Option<ExceptionId>, Stop> {
    found(books, KEY, &key_name(kind, key))
}

/// The open exception that asks about a dead letter.
pub fn of_dead_letter(books: &mut dyn Books, letter: &str) -> Result<Option<ExceptionId>, Stop> {
    found(books, DEAD_LETTER, letter)
}

/// The open exception of a type and subject that no task waits for and that is about no dead letter, or that asks about a
/// hold.
pub fn of_subject(books: &mut dyn Books, kind: ExceptionKind, subject: &Subject) -> Result<Option<ExceptionId>, Stop> {
    found(books, &within(kind), &subject_name(subject))
}

/// Lets what an exception is about lead to it.
pub(super) fn note_open(books: &mut dyn Books, exception: &Exception) -> Result<(), Stop> {
    for (within, name) in places(exception) {
        point(books, &within, &name, Some(Key::Exception(exception.id)))?;
    }
    Ok(())
}

/// Lets what led to an exception that has ended lead nowhere, unless it leads to another one by now.
pub(super) fn note_ended(books: &mut dyn Books, exception: &Exception) -> Result<(), Stop> {
    for (within, name) in places(exception) {
        if pointed(books, &within, &name)? == Some(Key::Exception(exception.id)) {
            point(books, &within, &name, None)?;
        }
    }
    Ok(())
}

fn places(exception: &Exception) -> Vec<(Text, Text)> {
    let subject = &exception.subject;
    let task = exception.task.map(|task| (Text::const_new(TASK), name_of(task)));
    let letter = exception.dead_letter.clone().map(|letter| (Text::const_new(DEAD_LETTER), letter));
    // a hold is asked about before a task waits for the answer
    let is_by_subject = (task.is_none() && letter.is_none()) || hold_of(exception.kind).is_some();
    let asked = is_by_subject.then(|| (within(exception.kind), subject_name(subject)));
    let about = subject.key.as_ref().map(|key| (Text::const_new(KEY), key_name(exception.kind, key)));
    task.into_iter().chain(letter).chain(asked).chain(about).collect()
}

fn found(books: &mut dyn Books, within: &str, name: &str) -> Result<Option<ExceptionId>, Stop> {
    let id = match pointed(books, within, name)? {
        Some(Key::Exception(id)) => id,
        _ => return Ok(None),
    };
    Ok(books.exception(&id)?.filter(|exception| exception.is_open()).map(|_| id))
}

fn within(kind: ExceptionKind) -> Text {
    compact_str::format_compact!("exception:{kind:?}")
}

fn key_name(kind: ExceptionKind, key: &Key) -> Text {
    compact_str::format_compact!("{kind:?} {key}")
}

fn name_of(task: TaskRef) -> Text {
    compact_str::format_compact!("{}/{}", task.instance, task.task)
}

fn subject_name(subject: &Subject) -> Text {
    let part = |value: Option<String>| value.unwrap_or_default();
    let order = part(subject.order.map(|order| order.to_string()));
    let account = part(subject.account.as_ref().map(ToString::to_string));
    let key = part(subject.key.as_ref().map(ToString::to_string));
    let line = part(subject.line.map(|line| format!("/{}", line.0)));
    Text::from(format!("{order}/{account}/{key}{line}"))
}
