//! Our values as SQLite's: its integers have a sign, its keys one type for each table.

use partition::row::RowKey;
use partition::{Table, Timer, TimerOwner};
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

use crate::error::StoreError;

/// A row's key, as its table has it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key<'a> {
    Number(i64),
    Text(&'a str),
}

impl ToSql for Key<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// A number without a sign, as it is read; a negative one is damage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unsigned(pub(super) u64);

impl FromSql for Unsigned {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        u64::try_from(number).map(Self).map_err(|_| FromSqlError::OutOfRange(number))
    }
}

/// The key, if the table has keys of its kind.
pub(super) fn key(table: Table, key: &RowKey) -> Result<Key<'_>, StoreError> {
    match (key, table.is_numbered()) {
        (RowKey::Number(key), true) => number(table.name(), *key).map(Key::Number),
        (RowKey::Text(key), false) => Ok(Key::Text(key)),
        (key, true) => Err(StoreError::Unfit { table: table.name(), what: format!("keys are numbers, not {key:?}") }),
        (key, false) => Err(StoreError::Unfit { table: table.name(), what: format!("keys are texts, not {key:?}") }),
    }
}

/// The number, if SQLite can hold it.
pub(super) fn number(table: &'static str, number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Unfit { table, what: format!("{number} is above {}", i64::MAX) })
}

/// A number to compare or limit with: above SQLite's range, all that there can be.
pub(super) fn bound(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// The owner of a timer as bytes.
pub(super) fn owner(timer: &Timer) -> Vec<u8> {
    rmp_serde::to_vec(&timer.owner).expect("writing to memory does not fail, and owners are plain data")
}

/// The owner of a timer, from bytes.
pub(super) fn read_owner(bytes: &[u8]) -> Result<TimerOwner, rmp_serde::decode::Error> {
    rmp_serde::from_slice(bytes)
}
