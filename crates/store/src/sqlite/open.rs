//! Opening the file: one writer, the right file, the right settings.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::StoreError;
use crate::sqlite::fault::fault;
use crate::sqlite::schema::{self, APPLICATION_ID, VERSION};

/// How long a connection waits for another one. Ours never hold each other up for long; a visitor's might.
const PATIENCE: Duration = Duration::from_secs(5);

/// Statements kept prepared: a few for each table, and the shapes of lists.
const STATEMENTS: usize = 256;

/// The database file of a folder.
pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join("crossdock.db")
}

/// The file beside the database in which SQLite writes commits first.
pub(super) fn log_file(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Takes the folder for this process. The operating system lets go of it when the process ends, however it ends.
pub(super) fn lock(folder: &Path) -> Result<File, StoreError> {
    let unusable = |path: &Path| {
        let path = path.to_owned();
        move |source| StoreError::Folder { path, source }
    };
    // a folder that is missing is not made here: it may be a disk that is not mounted, and the journal is on that
    std::fs::read_dir(folder).map_err(unusable(folder))?;
    let path = folder.join("crossdock.lock");
    let mut file =
        File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(unusable(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut process = String::new();
            let process = file.read_to_string(&mut process).ok().and_then(|_| process.trim().parse().ok());
            return Err(StoreError::InUse { path, process });
        }
        Err(TryLockError::Error(source)) => return Err(StoreError::Folder { path, source }),
    }
    // the id is there to be read by people; on a full disk the lock holds without it
    let noted =
        file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).and_then(|_| writeln!(file, "{}", std::process::id()));
    if let Err(error) = noted {
        tracing::debug!(path = %path.display(), %error, "could not note the process in the lock file");
    }
    Ok(file)
}

/// A connection that writes, to a file that is made if it is not there. Only the holder of the lock may call it.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let fault = fault("open", path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(&fault)?;
    connection.busy_timeout(PATIENCE).map_err(&fault)?;
    // has an effect on an empty file only
    connection.execute_batch("PRAGMA page_size = 4096").map_err(&fault)?;
    // before anything is changed in a file that may not be ours
    let is_empty = identify(&connection, path)?;
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; \
                    PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY";
    connection.execute_batch(settings).map_err(&fault)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&fault)?;
    if is_empty {
        let identity = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}");
        transaction.execute_batch(&identity).map_err(&fault)?;
    }
    schema::declare(&transaction).and_then(|()| transaction.commit()).map_err(&fault)?;
    Ok(connection)
}

/// A connection that reads a file that is there.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let fault = fault("open", path);
    std::fs::metadata(path).map_err(|source| StoreError::Folder { path: path.to_owned(), source })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(&fault)?;
    connection.busy_timeout(PATIENCE).map_err(&fault)?;
    identify(&connection, path)?;
    if let Some(missing) = schema::missing(&connection).map_err(&fault)? {
        return Err(StoreError::Older { path: path.to_owned(), missing });
    }
    // pages come from the operating system's cache without a copy; what SQLite keeps itself may stay small
    let settings = "PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY";
    connection.execute_batch(settings).map_err(&fault)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Whether the file is still empty; an error if it is not one that we may touch.
fn identify(connection: &Connection, path: &Path) -> Result<bool, StoreError> {
    let fault = fault("open", path);
    let number = |sql: &str| connection.query_row(sql, (), |row| row.get::<_, i32>(0)).map_err(&fault);
    match (number("PRAGMA application_id")?, number("PRAGMA user_version")?) {
        (APPLICATION_ID, VERSION) => Ok(false),
        (APPLICATION_ID, found) if found < VERSION => {
            Err(StoreError::Outdated { path: path.to_owned(), found, known: VERSION })
        }
        (APPLICATION_ID, found) => Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION }),
        (0, 0) if number("SELECT count(*) FROM sqlite_schema")? == 0 => Ok(true),
        (found, _) => Err(StoreError::Foreign { path: path.to_owned(), found }),
    }
}
