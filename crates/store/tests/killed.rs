//! A process that is killed in the middle of commits: what it was told to be on disk is there, and nothing is there by half.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use partition::row::{Row, RowKey};
use partition::{Head, Subject, Table, Timer, TimerOwner};
use store::{Batch, RowQuery, Sqlite, Store, StoredEntry, StoredReply};
use trade::{ExceptionId, Kind, OrderId};
use units::Timestamp;

/// Names the folder to the child, and makes a test the child.
const FOLDER: &str = "CROSSDOCK_STORE_KILLED_FOLDER";

const ORDER: Table = Table::Trade(Kind::Order);

/// Entries of one batch; rows, timers and replies follow them one to one.
const AT_ONCE: u64 = 20;

#[test]
fn what_was_acknowledged_survives_a_kill_and_nothing_is_half_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for (round, commits) in [1, 7, 30, 90].into_iter().enumerate() {
        acknowledged = kill_after(folder.path(), commits).max(acknowledged);
        let store = Sqlite::open(folder.path()).unwrap();
        let head = store.head().position;
        assert!(head >= acknowledged, "round {round}: {acknowledged} was acknowledged, {head} is there");
        // at most the batch that was being committed is there beyond what the child could still say
        assert!(head <= acknowledged + AT_ONCE, "round {round}: {head} is far beyond {acknowledged}");
        assert_eq!(head % AT_ONCE, 0, "round {round}: a part of a batch is there");
        is_whole(&store);
        acknowledged = head;
    }
}

/// Starts a child, lets it acknowledge that many commits, kills it, and says the last position that it acknowledged.
fn kill_after(folder: &Path, commits: usize) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "commits_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // the test harness has its own lines in between
    let position = |line: String| line.strip_prefix("committed ").and_then(|position| position.parse::<u64>().ok());
    let mut last = 0;
    for _ in 0..commits {
        last = lines.find_map(|line| position(line.unwrap())).expect("the child goes on until it is killed");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    lines.map_while(Result::ok).filter_map(position).last().unwrap_or(last)
}

#[test]
fn commits_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut store = Sqlite::open(Path::new(&folder)).unwrap();
    let mut out = std::io::stdout();
    writeln!(out).unwrap();
    loop {
        let batch = batch(store.head());
        store.commit(&batch).unwrap();
        writeln!(out, "committed {}", batch.head.position).unwrap();
    }
}

fn batch(head: Head) -> Batch {
    let mut batch = Batch { head, ..Batch::default() };
    for _ in 0..AT_ONCE {
        let data = vec![b'x'; 300];
        batch.head = batch.head.extend(&data);
        let Head { position, hash } = batch.head;
        batch.entries.push(StoredEntry { position, at: 0, hash, data: data.clone() });
        batch.subjects.push((Subject::Order(OrderId(position % 7)), position));
        let row = Row { status: Some("open".into()), at: Some(position as i64), data, ..Row::default() };
        batch.rows.push((ORDER, RowKey::Number(position), Some(row.clone())));
        batch.rows.push((Table::Trade(Kind::Company), RowKey::Text("company".into()), Some(row)));
        batch.timers_set.push(timer(position));
        batch.timers_dropped.extend(position.checked_sub(AT_ONCE).map(timer));
        batch.replies.push((position.to_string(), StoredReply::default()));
    }
    batch
}

fn timer(position: u64) -> Timer {
    Timer { due: Timestamp(position as i64), owner: TimerOwner::Exception(ExceptionId(position)) }
}

/// Everything that the batches wrote agrees with the head.
fn is_whole(store: &dyn Store) {
    let mut reader = store.reader().unwrap();
    reader.check().unwrap();
    let head = store.head();
    let entries = reader.entries(0, usize::MAX).unwrap();
    let chained = entries.iter().fold(Head::default(), |head, entry| head.extend(&entry.data));
    assert_eq!(chained, head);
    assert_eq!(reader.count(&RowQuery::table(ORDER)).unwrap(), head.position);
    let company = reader.rows(&RowQuery::table(Table::Trade(Kind::Company))).unwrap();
    assert_eq!(company[0].1.at, Some(head.position as i64));
    let timers: Vec<Timer> = (head.position - AT_ONCE + 1..=head.position).map(timer).collect();
    assert_eq!(reader.timers(None, 1_000).unwrap(), timers);
    assert!(reader.reply(&head.position.to_string()).unwrap().is_some());
    assert!(reader.reply(&(head.position + 1).to_string()).unwrap().is_none());
    let of_orders: usize =
        (0..7).map(|order| reader.subject(Subject::Order(OrderId(order)), 0, usize::MAX).unwrap().len()).sum();
    assert_eq!(of_orders as u64, head.position);
}
