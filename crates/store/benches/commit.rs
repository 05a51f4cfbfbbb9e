//! Prints how fast batches are committed. Give it a folder on the disk in question; without one it uses the temporary folder.
//!
//! A command here is what a step of an order usually is: a journal entry of 400 bytes with its timeline and reply, the order
//! and its process instance written again, and a row that is new. Numbers are for reading, no test looks at them.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use partition::row::{Row, RowKey};
use partition::{Head, Subject, Table, Timer, TimerOwner};
use store::{Batch, RowQuery, Sqlite, Store, StoredEntry, StoredReply};
use trade::{ExceptionId, Kind, OrderId};
use units::Timestamp;

/// Orders that are there before the clock starts.
const ORDERS: u64 = 100_000;

/// How long each batch size is measured.
const TIME: Duration = Duration::from_millis(1_500);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    let place = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).map(PathBuf::from);
    let folder = match &place {
        Some(place) => tempfile::tempdir_in(place)?,
        None => tempfile::tempdir()?,
    };
    let mut store = Sqlite::open(folder.path())?;
    let began = Instant::now();
    let mut command = 0;
    while command < ORDERS {
        store.commit(&batch(store.head(), command, 5_000, true))?;
        command += 5_000;
    }
    let rows = store.statistics().rows;
    let each = micros(began.elapsed(), rows);
    writeln!(out, "filling: {rows} rows in {:.1?}, {each:.2} µs a row", began.elapsed())?;
    writeln!(
        out,
        "{:>8} {:>10} {:>12} {:>12} {:>10} {:>10}",
        "batch", "commits/s", "commands/s", "rows/s", "µs/row", "slowest"
    )?;
    for size in [1, 16, 256, 1_024] {
        let (before, began) = (store.statistics(), Instant::now());
        let (mut slowest, mut busy) = (Duration::ZERO, Duration::ZERO);
        while began.elapsed() < TIME {
            let batch = batch(store.head(), command, size, false);
            let commit = Instant::now();
            store.commit(&batch)?;
            let took = commit.elapsed();
            (slowest, busy) = (slowest.max(took), busy + took);
            command += size;
        }
        let after = store.statistics();
        let (commits, rows) = (after.commits - before.commits, after.rows - before.rows);
        let rate = |count: u64| count as f64 / busy.as_secs_f64();
        writeln!(
            out,
            "{size:>8} {:>10.0} {:>12.0} {:>12.0} {:>10.2} {:>10.1?}",
            rate(commits),
            rate(commits * size),
            rate(rows),
            micros(busy, rows),
            slowest
        )?;
    }
    let mut reader = store.reader()?;
    let (began, reads) = (Instant::now(), 100_000_u64);
    for read in 0..reads {
        reader.row(Table::Trade(Kind::Order), &RowKey::Number(scattered(read)))?;
    }
    writeln!(out, "reading a row: {:.2} µs", micros(began.elapsed(), reads))?;
    let (began, pages) = (Instant::now(), 1_000_u64);
    for page in 0..pages {
        let query = RowQuery::table(Table::Trade(Kind::Order)).is(partition::row::Column::Status, "open");
        reader.rows(&query.after(RowKey::Number(scattered(page))))?;
    }
    writeln!(out, "reading a page of 50 by status: {:.1} µs", micros(began.elapsed(), pages))?;
    writeln!(out, "on disk: {} MiB", store.statistics().bytes >> 20)?;
    let began = Instant::now();
    drop((reader, store));
    writeln!(out, "closing: {:.1?}", began.elapsed())?;
    let began = Instant::now();
    drop(Sqlite::open(folder.path())?);
    writeln!(out, "opening and closing: {:.1?}", began.elapsed())?;
    Ok(())
}

/// What `count` commands bring about. The first ones make the orders, the others write to them here and there.
fn batch(head: Head, first: u64, count: u64, makes: bool) -> Batch {
    let mut batch = Batch { head, ..Batch::default() };
    for command in first..first + count {
        let order = if makes {
            command
        } else if std::env::var("RECENT").is_ok() {
            ORDERS - 5_000 + scattered(command) % 5_000
        } else {
            scattered(command)
        };
        let data = vec![b'x'; 400];
        batch.head = batch.head.extend(&data);
        let Head { position, hash } = batch.head;
        batch.entries.push(StoredEntry { position, at: position as i64, hash, data });
        batch.subjects.push((Subject::Order(OrderId(order)), position));
        let status = if command % 4 == 0 { "held" } else { "open" };
        let account = format!("A-{:05}", order % 2_000);
        let state = |bytes| Row {
            data: vec![b'x'; bytes],
            status: Some(status.into()),
            account: Some(account.as_str().into()),
            parent: Some(order.to_string().into()),
            label: Some("PO 4711".into()),
            at: Some(order as i64),
            ..Row::default()
        };
        let stock = RowKey::Text(format!("ITEM-{:05}\u{1f}N{}", scattered(command) % 5_000, command % 4));
        batch.rows.push((Table::Trade(Kind::Order), RowKey::Number(order), Some(state(600))));
        batch.rows.push((Table::Instance, RowKey::Number(order), Some(state(300))));
        batch.rows.push((Table::Trade(Kind::Stock), stock, Some(state(200))));
        batch.rows.push((Table::Trade(Kind::Shipment), RowKey::Number(command), Some(state(200))));
        batch.timers_set.push(timer(command));
        batch.timers_dropped.extend(command.checked_sub(ORDERS).map(timer));
        let reply = StoredReply { digest: hash, body: vec![b'x'; 60], at: position as i64 };
        batch.replies.push((format!("{:016x}", command.wrapping_mul(0x9e37_79b9_7f4a_7c15)), reply));
    }
    batch
}

fn timer(command: u64) -> Timer {
    Timer { due: Timestamp((command * 1_000) as i64), owner: TimerOwner::Exception(ExceptionId(command)) }
}

/// An order, here and there.
fn scattered(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % ORDERS
}

fn micros(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e6 / count.max(1) as f64
}
