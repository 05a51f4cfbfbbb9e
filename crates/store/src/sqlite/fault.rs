//! What SQLite says, in terms of what the caller does about it.

use std::path::Path;

use rusqlite::{Error, ErrorCode};

use crate::error::StoreError;

/// Turns SQLite's error into ours: `connection.execute(…).map_err(fault("write", path))`.
pub(super) fn fault<'a>(doing: &'static str, path: &'a Path) -> impl Fn(Error) -> StoreError + 'a {
    move |error| {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full { doing, path, source: error.into() },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                StoreError::Busy { doing, path, source: error.into() }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation) => {
                StoreError::Damaged { doing, path, found: error.to_string() }
            }
            Some(_) => StoreError::Disk { doing, path, source: error.into() },
            // a value has not the type or range with which it was written
            None => StoreError::Damaged { doing, path, found: error.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn of(code: std::ffi::c_int) -> StoreError {
        fault("write", Path::new("a.db"))(Error::SqliteFailure(ffi::Error::new(code), None))
    }

    #[test]
    fn what_passes_is_told_from_what_stays() {
        assert!(matches!(of(ffi::SQLITE_FULL), StoreError::Full { .. }) && of(ffi::SQLITE_FULL).is_transient());
        assert!(matches!(of(ffi::SQLITE_BUSY), StoreError::Busy { .. }) && of(ffi::SQLITE_BUSY).is_transient());
        assert!(matches!(of(ffi::SQLITE_IOERR_FSYNC), StoreError::Disk { .. }) && of(ffi::SQLITE_IOERR).is_transient());
        assert!(matches!(of(ffi::SQLITE_CORRUPT), StoreError::Damaged { .. }) && !of(ffi::SQLITE_CORRUPT).is_transient());
        assert!(matches!(of(ffi::SQLITE_NOTADB), StoreError::Damaged { .. }));
    }
}
