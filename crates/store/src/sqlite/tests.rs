//! What can happen to a file: no room, damage, somebody else's, another release, no folder.

use partition::row::{Row, RowKey};
use trade::Kind;

use super::*;
use crate::batch::StoredEntry;
use crate::query::RowQuery;

const ORDER: Table = Table::Trade(Kind::Order);

/// A batch with one entry and `rows` rows of a kilobyte.
fn batch(head: Head, rows: u64) -> Batch {
    let head = head.extend(b"entry");
    let entry = StoredEntry { position: head.position, at: 0, hash: head.hash, data: b"entry".to_vec() };
    let row = |key| (ORDER, RowKey::Number(key), Some(Row { data: vec![1; 1_000], ..Row::default() }));
    Batch { head, entries: vec![entry], rows: (1..=rows).map(row).collect(), ..Batch::default() }
}

fn commit(store: &mut Sqlite, rows: u64) -> Result<(), StoreError> {
    store.commit(&batch(store.head(), rows))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_full_disk_takes_nothing_and_the_writer_goes_on_when_there_is_room() {
    let folder = folder();
    let mut store = Sqlite::open(folder.path()).unwrap();
    commit(&mut store, 1).unwrap();
    let limit = |store: &Sqlite, pages: i64| {
        store.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), (), |_| Ok(())).unwrap();
    };
    let pages: i64 = store.connection.query_row("PRAGMA page_count", (), |row| row.get(0)).unwrap();
    limit(&store, pages + 20);
    let head = store.head();
    let full = commit(&mut store, 1_000).unwrap_err();
    assert!(matches!(full, StoreError::Full { .. }) && full.is_transient(), "{full}");
    assert_eq!(store.head(), head);
    assert_eq!(store.reader().unwrap().count(&RowQuery::table(ORDER)).unwrap(), 1);
    commit(&mut store, 2).unwrap();
    limit(&store, 1_000_000);
    commit(&mut store, 1_000).unwrap();
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.count(&RowQuery::table(ORDER)).unwrap(), 1_000);
    assert_eq!(reader.head().unwrap().position, 3);
    reader.check().unwrap();
}

#[test]
fn a_file_that_is_no_database_is_reported_and_left_alone() {
    let folder = folder();
    let path = open::file(folder.path());
    let text = "this is a letter and not a database; ".repeat(300);
    std::fs::write(&path, &text).unwrap();
    assert!(matches!(Sqlite::open(folder.path()), Err(StoreError::Damaged { .. })));
    assert!(matches!(Sqlite::open_read_only(folder.path()), Err(StoreError::Damaged { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn pages_that_were_overwritten_are_found_by_a_check() {
    let folder = folder();
    let mut store = Sqlite::open(folder.path()).unwrap();
    commit(&mut store, 1_000).unwrap();
    drop(store);
    let path = open::file(folder.path());
    let mut bytes = std::fs::read(&path).unwrap();
    // leave the head of the file and the schema alone, so that it opens
    let end = bytes.len();
    bytes[end - 400_000..end - 200_000].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let damaged = Sqlite::open_read_only(folder.path()).unwrap().check().unwrap_err();
    assert!(matches!(damaged, StoreError::Damaged { .. }) && !damaged.is_transient(), "{damaged}");
    assert!(damaged.to_string().contains("crossdock.db"), "{damaged}");
}

#[test]
fn the_database_of_another_program_is_left_alone() {
    let folder = folder();
    let path = open::file(folder.path());
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE theirs (a); PRAGMA application_id = 7").unwrap();
    drop(other);
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(Sqlite::open(folder.path()), Err(StoreError::Foreign { found: 7, .. })));
    assert!(matches!(Sqlite::open_read_only(folder.path()), Err(StoreError::Foreign { found: 7, .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_newer_schema_is_refused_and_what_an_older_release_lacks_is_added() {
    let folder = folder();
    let store = Sqlite::open(folder.path()).unwrap();
    store.connection.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(store);
    assert!(matches!(Sqlite::open(folder.path()), Err(StoreError::Newer { found: 99, known: schema::VERSION, .. })));

    let raw = Connection::open(open::file(folder.path())).unwrap();
    raw.execute_batch(&format!("PRAGMA user_version = {}; DROP TABLE payment", schema::VERSION)).unwrap();
    drop(raw);
    assert!(matches!(Sqlite::open_read_only(folder.path()), Err(StoreError::Older { missing: "payment", .. })));
    drop(Sqlite::open(folder.path()).unwrap());
    Sqlite::open_read_only(folder.path()).unwrap();
}

#[test]
fn a_store_that_an_earlier_release_wrote_in_another_way_is_told_and_left_alone() {
    let folder = folder();
    let path = open::file(folder.path());
    drop(Sqlite::open(folder.path()).unwrap());
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 1").unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = Sqlite::open(folder.path()).unwrap_err();
    assert!(matches!(refused, StoreError::Outdated { found: 1, known: schema::VERSION, .. }), "{refused}");
    assert!(matches!(Sqlite::open_read_only(folder.path()), Err(StoreError::Outdated { found: 1, .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_folder_that_is_missing_is_not_made() {
    let folder = folder();
    let missing = folder.path().join("not mounted");
    assert!(matches!(Sqlite::open(&missing), Err(StoreError::Folder { .. })));
    assert!(matches!(Sqlite::open_read_only(&missing), Err(StoreError::Folder { .. })));
    assert!(!missing.exists());
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(Sqlite::open(&file), Err(StoreError::Folder { .. })));
}

#[test]
fn a_second_writer_is_told_who_has_the_store() {
    let folder = folder();
    let _store = Sqlite::open(folder.path()).unwrap();
    let refused = Sqlite::open(folder.path()).unwrap_err();
    let message = refused.to_string();
    assert!(message.contains("crossdock.lock"), "{message}");
    assert!(message.contains(&format!("another crossdock process (id {})", std::process::id())), "{message}");
}

#[test]
fn a_tool_reads_beside_the_server_and_without_it() {
    let folder = folder();
    let mut store = Sqlite::open(folder.path()).unwrap();
    commit(&mut store, 3).unwrap();
    let mut beside = Sqlite::open_read_only(folder.path()).unwrap();
    assert_eq!(beside.head().unwrap(), store.head());
    commit(&mut store, 3).unwrap();
    assert_eq!(beside.head().unwrap(), store.head());
    let head = store.head();
    drop((beside, store));
    assert_eq!(Sqlite::open_read_only(folder.path()).unwrap().head().unwrap(), head);
}

#[test]
fn the_log_starts_again_when_it_is_long() {
    let folder = folder();
    let mut store = Sqlite::open(folder.path()).unwrap();
    let (mut written, mut longest) = (0, 0);
    while written < 400 << 20 {
        commit(&mut store, 4_000).unwrap();
        written += 4_000 * 1_000;
        longest = std::fs::metadata(open::log_file(&store.path)).unwrap().len().max(longest);
    }
    assert!(longest < 350 << 20, "the log has grown to {longest} bytes");
    let path = store.path.clone();
    drop(store);
    assert!(!open::log_file(&path).exists());
}
