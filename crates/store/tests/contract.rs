//! What a database must do to be a store. Every database passes all of it: add it to the list at the end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail")]

use std::path::Path;

use partition::row::{Column, Row, RowKey};
use partition::{Head, Subject, Table, Timer, TimerOwner};
use store::{Batch, Reader, RowQuery, Store, StoreError, StoredDocument, StoredEntry, StoredReply};
use trade::{ExceptionId, Kind, OrderId};
use units::Timestamp;

const ORDER: Table = Table::Trade(Kind::Order);
const ITEM: Table = Table::Trade(Kind::Item);

type Open = fn(&Path) -> Result<Box<dyn Store>, StoreError>;

/// A store in a folder of its own, which a test can leave and enter again.
struct Place {
    open: Open,
    folder: tempfile::TempDir,
}

impl Place {
    fn new(open: Open) -> Self {
        Self { open, folder: tempfile::tempdir().unwrap() }
    }

    fn enter(&self) -> Box<dyn Store> {
        (self.open)(self.folder.path()).unwrap()
    }
}

/// A batch behind `head` with one entry for each text.
fn journal(head: Head, texts: &[&str]) -> Batch {
    let mut batch = Batch { head, ..Batch::default() };
    for text in texts {
        batch.head = batch.head.extend(text.as_bytes());
        let Head { position, hash } = batch.head;
        batch.entries.push(StoredEntry { position, at: 1_000 + position as i64, hash, data: text.as_bytes().to_vec() });
    }
    batch
}

/// Commits a batch without entries that `fill` has filled.
fn put(store: &mut dyn Store, fill: impl FnOnce(&mut Batch)) {
    let mut batch = Batch { head: store.head(), ..Batch::default() };
    fill(&mut batch);
    store.commit(&batch).unwrap();
}

fn row(status: &str, data: &str) -> Row {
    Row { status: Some(status.into()), data: data.as_bytes().to_vec(), ..Row::default() }
}

fn number(key: u64) -> RowKey {
    RowKey::Number(key)
}

fn order(number: u64) -> Subject {
    Subject::Order(OrderId(number))
}

fn instance(number: u64) -> Subject {
    Subject::at(1, number)
}

fn text(key: &str) -> RowKey {
    RowKey::Text(key.into())
}

fn timer(due: i64, exception: u64) -> Timer {
    Timer { due: Timestamp(due), owner: TimerOwner::Exception(ExceptionId(exception)) }
}

fn reply(body: &str, at: i64) -> StoredReply {
    StoredReply { digest: [7; 32], body: body.as_bytes().to_vec(), at }
}

/// The keys of all pages, one page after the other.
fn keys(reader: &mut dyn Reader, query: &RowQuery) -> Vec<RowKey> {
    let (mut query, mut keys) = (query.clone().limit(query.limit.min(50)), Vec::new());
    loop {
        let page = reader.rows(&query).unwrap();
        assert!(page.len() <= query.limit);
        let Some((last, _)) = page.last() else { return keys };
        if query.descending {
            query.before = Some(last.clone())
        } else {
            query.after = Some(last.clone())
        }
        keys.extend(page.into_iter().map(|(key, _)| key));
    }
}

fn an_empty_store_has_nothing(open: Open) {
    let place = Place::new(open);
    let store = place.enter();
    let mut reader = store.reader().unwrap();
    assert_eq!((store.head(), reader.head().unwrap()), (Head::default(), Head::default()));
    assert_eq!(reader.row(ORDER, &number(1)).unwrap(), None);
    assert_eq!(reader.entries(0, 10).unwrap(), []);
    assert_eq!(reader.subject(order(1), 0, 10).unwrap(), []);
    assert_eq!(reader.timers(None, 10).unwrap(), []);
    assert_eq!(reader.reply("a").unwrap(), None);
    assert_eq!(reader.document("a").unwrap(), None);
    assert_eq!(reader.meta("a").unwrap(), None);
    for table in Table::all() {
        assert_eq!(reader.rows(&RowQuery::table(table)).unwrap(), []);
        assert_eq!(reader.count(&RowQuery::table(table)).unwrap(), 0);
    }
    reader.check().unwrap();
}

fn everything_is_there_after_reopening(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let mut batch = journal(store.head(), &["one", "two", "three"]);
    batch.subjects = vec![(instance(5), 2), (order(5), 3), (order(5), 1), (order(6), 2)];
    let full = Row {
        data: b"\x00state\xff".to_vec(),
        status: Some("open".into()),
        account: Some("A-1".into()),
        parent: Some("OR-7".into()),
        label: Some("".into()),
        at: Some(-5),
        due: Some(i64::MAX),
        amount: Some(i64::MIN),
        mark: Some("booked".into()),
    };
    batch.rows = vec![
        (ORDER, number(9), Some(full.clone())),
        (ITEM, text("bolt 'M6' \u{1f} ü"), Some(row("", ""))),
        (ORDER, number(0), Some(Row::default())),
    ];
    batch.timers_set = vec![timer(20, 1)];
    batch.replies = vec![("key".into(), reply("yes", 4))];
    let document = StoredDocument { media_type: "text/plain".into(), bytes: b"\x00\x01".to_vec(), at: 8 };
    batch.documents = vec![("abc".into(), document.clone())];
    batch.meta = vec![("cursor".into(), Some(vec![1, 2]))];
    store.commit(&batch).unwrap();
    drop(store);

    let store = place.enter();
    assert_eq!(store.head(), batch.head);
    let mut reader = store.reader().unwrap();
    assert_eq!(reader.head().unwrap(), batch.head);
    assert_eq!(reader.entries(0, 10).unwrap(), batch.entries);
    assert_eq!(reader.entries(1, 1).unwrap(), batch.entries[1..2]);
    assert_eq!(reader.entries(3, 10).unwrap(), []);
    assert_eq!(reader.subject(order(5), 0, 10).unwrap(), [batch.entries[0].clone(), batch.entries[2].clone()]);
    assert_eq!(reader.subject(order(5), 1, 10).unwrap(), batch.entries[2..3]);
    let subjects = [(order(5), 1), (order(5), 3), (order(6), 2), (instance(5), 2)];
    assert_eq!(reader.subjects(None, 10).unwrap(), subjects);
    assert_eq!(reader.subjects(Some((order(5), 1)), 1).unwrap(), [(order(5), 3)]);
    assert_eq!(reader.subjects(Some((order(6), 2)), 9).unwrap(), [(instance(5), 2)]);
    assert_eq!(reader.subject(instance(5), 0, 10).unwrap(), batch.entries[1..2]);
    assert_eq!(reader.row(ORDER, &number(9)).unwrap(), Some(full.data.clone()));
    let expected = [(number(0), Row::default()), (number(9), full)];
    assert_eq!(reader.rows(&RowQuery::table(ORDER)).unwrap(), expected);
    assert_eq!(reader.row(ITEM, &text("bolt 'M6' \u{1f} ü")).unwrap(), Some(Vec::new()));
    assert_eq!(reader.timers(None, 10).unwrap(), batch.timers_set);
    assert_eq!(reader.reply("key").unwrap(), Some(batch.replies[0].1.clone()));
    assert_eq!(reader.document("abc").unwrap(), Some(document));
    assert_eq!(reader.meta("cursor").unwrap(), Some(vec![1, 2]));
    reader.check().unwrap();
}

fn a_failing_row_leaves_nothing_of_its_batch(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    put(&mut *store, |batch| batch.timers_set = vec![timer(1, 1)]);
    let head = store.head();
    for (table, key) in [(ORDER, number(u64::MAX)), (ORDER, text("x")), (ITEM, number(1))] {
        let mut batch = journal(head, &["one"]);
        batch.subjects = vec![(order(5), 1)];
        batch.rows = (1..100).map(|key| (ORDER, number(key), Some(row("open", "x")))).collect();
        batch.rows.push((Table::Instance, number(1), Some(row("open", "x"))));
        batch.rows.push((table, key, Some(row("open", "x"))));
        batch.timers_dropped = vec![timer(1, 1)];
        batch.meta = vec![("a".into(), Some(vec![1]))];
        let refused = store.commit(&batch).unwrap_err();
        assert!(matches!(refused, StoreError::Unfit { .. }), "{refused}");
        assert!(!refused.is_transient());

        assert_eq!(store.head(), head);
        let mut reader = store.reader().unwrap();
        assert_eq!(reader.head().unwrap(), head);
        assert_eq!(reader.entries(0, 10).unwrap(), []);
        assert_eq!(reader.subject(order(5), 0, 10).unwrap(), []);
        assert_eq!(reader.count(&RowQuery::table(ORDER)).unwrap(), 0);
        assert_eq!(reader.count(&RowQuery::table(Table::Instance)).unwrap(), 0);
        assert_eq!(reader.timers(None, 10).unwrap(), [timer(1, 1)]);
        assert_eq!(reader.meta("a").unwrap(), None);
    }
    store.commit(&journal(head, &["one"])).unwrap();
    assert_eq!(store.head().position, 1);
}

fn a_batch_must_go_on_where_the_journal_ends(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let first = journal(store.head(), &["one"]);
    store.commit(&first).unwrap();
    assert!(matches!(store.commit(&first), Err(StoreError::Gap { wanted: 2, found: 1 })));
    let second = journal(first.head, &["two"]);
    let third = journal(second.head, &["three"]);
    assert!(matches!(store.commit(&third), Err(StoreError::Gap { wanted: 2, found: 3 })));
    let other = Batch { head: Head { position: 1, hash: [9; 32] }, ..Batch::default() };
    assert!(matches!(store.commit(&other), Err(StoreError::Fork { position: 1 })));
    assert_eq!(store.head(), first.head);
    store.commit(&second).unwrap();
    store.commit(&third).unwrap();
    assert_eq!(store.reader().unwrap().entries(0, 10).unwrap().len(), 3);
}

fn a_row_is_what_was_written_last(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let mut reader = store.reader().unwrap();
    let with = |status: &str| RowQuery::table(ORDER).is(Column::Status, status);
    put(&mut *store, |batch| batch.rows = vec![(ORDER, number(1), Some(row("open", "a")))]);
    // a column that has an index stays, then changes, then is gone
    let mut same = row("open", "b");
    same.label = Some("PO 1".into());
    put(&mut *store, |batch| batch.rows = vec![(ORDER, number(1), Some(same.clone()))]);
    assert_eq!(reader.rows(&with("open")).unwrap(), [(number(1), same)]);
    put(&mut *store, |batch| batch.rows = vec![(ORDER, number(1), Some(row("held", "c")))]);
    assert_eq!(reader.rows(&with("open")).unwrap(), []);
    assert_eq!(reader.rows(&with("held")).unwrap(), [(number(1), row("held", "c"))]);
    let bare = Row { data: vec![1], ..Row::default() };
    put(&mut *store, |batch| batch.rows = vec![(ORDER, number(1), Some(bare.clone()))]);
    assert_eq!(reader.rows(&with("held")).unwrap(), []);
    assert_eq!(reader.rows(&RowQuery::table(ORDER)).unwrap(), [(number(1), bare)]);
    // within one batch, the later one counts
    put(&mut *store, |batch| {
        let write = |key, data| (ORDER, number(key), Some(row("open", data)));
        batch.rows = vec![write(1, "d"), write(2, "x"), write(1, "e"), (ORDER, number(2), None)];
    });
    assert_eq!(reader.rows(&RowQuery::table(ORDER)).unwrap(), [(number(1), row("open", "e"))]);
    reader.check().unwrap();
}

fn a_deleted_row_is_gone_and_deleting_twice_is_no_error(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let mut reader = store.reader().unwrap();
    put(&mut *store, |batch| {
        batch.rows = vec![(ORDER, number(1), Some(row("open", "a"))), (ITEM, text("a"), Some(row("", "a")))];
    });
    for _ in 0..2 {
        put(&mut *store, |batch| batch.rows = vec![(ORDER, number(1), None), (ITEM, text("a"), None)]);
        assert_eq!(reader.row(ORDER, &number(1)).unwrap(), None);
        assert_eq!(reader.row(ITEM, &text("a")).unwrap(), None);
        assert_eq!(reader.count(&RowQuery::table(ORDER).is(Column::Status, "open")).unwrap(), 0);
    }
}

fn counting_ends_where_it_is_told_to(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let mut reader = store.reader().unwrap();
    put(&mut *store, |batch| {
        let status = |key| if key % 2 == 0 { "open" } else { "done" };
        batch.rows = (1..=20).map(|key| (ORDER, number(key), Some(row(status(key), "x")))).collect();
    });
    let open = RowQuery::table(ORDER).is(Column::Status, "open");
    for (most, count) in [(0, 0), (9, 9), (10, 10), (11, 10)] {
        assert_eq!(reader.count_up_to(&open, most).unwrap(), count);
    }
    assert_eq!(reader.count_up_to(&RowQuery::table(ORDER).limit(1), 100).unwrap(), 20);
}

fn every_page_is_found_in_both_directions(open: Open) {
    for count in [0_u64, 1, 50, 51, 10_000] {
        let place = Place::new(open);
        let mut store = place.enter();
        put(&mut *store, |batch| {
            for key in (1..=count).rev() {
                let row = Row { parent: Some("p".into()), ..row("open", "x") };
                batch.rows.push((ORDER, number(key * 3), Some(row.clone())));
                batch.rows.push((Table::Trade(Kind::Stock), text(&format!("{key:05}")), Some(row)));
            }
        });
        let mut reader = store.reader().unwrap();
        let numbers: Vec<RowKey> = (1..=count).map(|key| number(key * 3)).collect();
        let texts: Vec<RowKey> = (1..=count).map(|key| text(&format!("{key:05}"))).collect();
        let stock = RowQuery::table(Table::Trade(Kind::Stock));
        for (query, mut expected) in [
            (RowQuery::table(ORDER), numbers.clone()),
            (RowQuery::table(ORDER).is(Column::Status, "open"), numbers),
            (stock.clone(), texts.clone()),
            (stock.is(Column::Parent, "p"), texts),
        ] {
            assert_eq!(reader.count(&query).unwrap(), count);
            assert_eq!(reader.rows(&query).unwrap().len() as u64, count, "no row is left out in silence");
            assert_eq!(keys(&mut *reader, &query), expected);
            expected.reverse();
            assert_eq!(keys(&mut *reader, &query.descending()), expected);
        }
    }
}

fn filters_and_bounds_hold_together(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    put(&mut *store, |batch| {
        for key in 1..=20 {
            let account = if key % 2 == 0 { "even" } else { "odd" };
            let status = if key <= 10 { "open" } else { "closed" };
            let row = Row { account: Some(account.into()), at: Some(key as i64 * 10), ..row(status, "x") };
            batch.rows.push((ORDER, number(key), Some(row)));
        }
    });
    let mut reader = store.reader().unwrap();
    let mut found = |query: &RowQuery| {
        let all: Vec<u64> = reader.rows(query).unwrap().into_iter().map(|(key, _)| u64_of(&key)).collect();
        assert_eq!(reader.count(query).unwrap(), all.len() as u64);
        all
    };
    let orders = RowQuery::table(ORDER);
    let even_open = orders.clone().is(Column::Status, "open").is(Column::Account, "even");
    assert_eq!(found(&even_open), [2, 4, 6, 8, 10]);
    assert_eq!(found(&even_open.clone().after(number(2)).before(number(10))), [4, 6, 8]);
    assert_eq!(found(&even_open.clone().after(number(4)).descending()), [10, 8, 6]);
    assert_eq!(found(&even_open.within(Column::At, 40..80)), [4, 6]);
    assert_eq!(found(&orders.clone().within(Column::At, 80..80)), [0; 0]);
    assert_eq!(found(&orders.clone().within(Column::Due, i64::MIN..i64::MAX)), [0; 0]);
    assert_eq!(found(&orders.is(Column::Status, "' OR 1=1 --")), [0; 0]);
    let misfit = reader.rows(&RowQuery::table(ORDER).is(Column::At, "40"));
    assert!(matches!(misfit, Err(StoreError::Unfit { .. })));
    assert_eq!(reader.rows(&RowQuery::table(ORDER).limit(0)).unwrap(), []);
    assert_eq!(reader.rows(&RowQuery::table(ORDER).limit(usize::MAX)).unwrap().len(), 20);
}

fn what_begins_with_a_text_comes_in_the_order_of_its_column(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    put(&mut *store, |batch| {
        for (key, label) in [("a", "pick\u{1f}9"), ("b", "pick\u{1f}10"), ("c", "pick\u{1f}9"), ("d", "picking\u{1f}0")] {
            batch.rows.push((Table::Job, text(key), Some(Row { label: Some(label.into()), ..row("available", "x") })));
        }
        batch.rows.push((Table::Job, text("e"), Some(row("leased", "x"))));
    });
    let mut reader = store.reader().unwrap();
    let turns = RowQuery::table(Table::Job).begins(Column::Label, "pick\u{1f}");
    let mut found = |query: &RowQuery| reader.rows(query).unwrap().into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(found(&turns), [text("b"), text("a"), text("c")]);
    assert_eq!(found(&turns.clone().limit(1)), [text("b")]);
    assert_eq!(found(&turns.clone().descending()), [text("c"), text("a"), text("b")]);
    assert_eq!(reader.count(&turns.clone().is(Column::Status, "available")).unwrap(), 3);
    let misfit = reader.rows(&RowQuery::table(Table::Job).begins(Column::Due, "1"));
    assert!(matches!(misfit, Err(StoreError::Unfit { .. })));
}

fn rows_come_in_the_order_of_their_numbers_page_by_page(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let amounts = [Some(30), Some(10), None, Some(10), Some(-5), Some(20)];
    put(&mut *store, |batch| {
        for (at, amount) in amounts.into_iter().enumerate() {
            let row = Row { amount, ..row(if at == 5 { "closed" } else { "open" }, "x") };
            batch.rows.push((ORDER, number(at as u64 + 1), Some(row)));
        }
    });
    let mut reader = store.reader().unwrap();
    let by_amount = RowQuery::table(ORDER).by(Column::Amount);
    let mut pages = |query: &RowQuery| {
        let (mut all, mut query) = (Vec::new(), query.clone().limit(2));
        loop {
            let page = reader.rows(&query).unwrap();
            let Some((last, row)) = page.last() else { return all };
            query = query.behind(row.amount.unwrap_or_default(), last.clone());
            all.extend(page.iter().map(|(key, _)| u64_of(key)));
        }
    };
    assert_eq!(
        pages(&by_amount),
        [5, 2, 4, 6, 1],
        "what has none is not meant, what is the same is in the order of its keys"
    );
    assert_eq!(pages(&by_amount.clone().descending()), [1, 6, 4, 2, 5]);
    assert_eq!(pages(&by_amount.is(Column::Status, "open").descending()), [1, 4, 2, 5]);
    let misfit = reader.rows(&RowQuery::table(ORDER).by(Column::Account));
    assert!(matches!(misfit, Err(StoreError::Unfit { .. })));
}

fn u64_of(key: &RowKey) -> u64 {
    match key {
        RowKey::Number(number) => *number,
        RowKey::Text(text) => panic!("{text} is no number"),
    }
}

fn timers_come_in_the_order_in_which_they_are_due(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    put(&mut *store, |batch| {
        batch.timers_set = vec![timer(30, 1), timer(10, 2), timer(20, 300), timer(20, 4), timer(-5, 5), timer(20, 4)];
    });
    let mut reader = store.reader().unwrap();
    let all = reader.timers(None, 100).unwrap();
    let due: Vec<i64> = all.iter().map(|timer| timer.due.0).collect();
    assert_eq!(due, [-5, 10, 20, 20, 30]);
    let (mut one_by_one, mut last) = (Vec::new(), None);
    while let Some(next) = reader.timers(last.as_ref(), 1).unwrap().pop() {
        one_by_one.push(next.clone());
        last = Some(next);
    }
    assert_eq!(one_by_one, all);
    // dropped before set: a timer that fires and is wanted again stays
    put(&mut *store, |batch| {
        batch.timers_dropped = vec![timer(-5, 5), timer(10, 2), timer(10, 99)];
        batch.timers_set = vec![timer(10, 2)];
    });
    assert_eq!(reader.timers(None, 1).unwrap(), [timer(10, 2)]);
    assert_eq!(reader.timers(None, 100).unwrap().len(), 4);
}

fn replies_are_kept_until_they_are_pruned(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let mut reader = store.reader().unwrap();
    put(&mut *store, |batch| batch.replies = (0..2_500).map(|at| (format!("key {at}"), reply("ok", at))).collect());
    put(&mut *store, |batch| batch.replies = vec![("key 2400".into(), reply("again", 2_400))]);
    assert_eq!(reader.reply("key 2400").unwrap(), Some(reply("again", 2_400)));
    for _ in 0..3 {
        put(&mut *store, |batch| batch.prune_replies_before = Some(2_300));
    }
    assert_eq!(reader.reply("key 0").unwrap(), None);
    assert_eq!(reader.reply("key 2299").unwrap(), None);
    assert_eq!(reader.reply("key 2300").unwrap(), Some(reply("ok", 2_300)));
}

fn a_document_stays_as_it_came(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let document = |at| StoredDocument { media_type: "application/edi-x12".into(), bytes: vec![0; 100_000], at };
    put(&mut *store, |batch| batch.documents = vec![("d1".into(), document(1))]);
    put(&mut *store, |batch| batch.documents = vec![("d1".into(), document(2))]);
    assert_eq!(store.reader().unwrap().document("d1").unwrap(), Some(document(1)));
}

fn meta_is_set_and_deleted(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let mut reader = store.reader().unwrap();
    let key = || "cursor".to_string();
    put(&mut *store, |batch| batch.meta = vec![(key(), Some(vec![1])), (key(), Some(vec![2]))]);
    assert_eq!(reader.meta("cursor").unwrap(), Some(vec![2]));
    put(&mut *store, |batch| batch.meta = vec![(key(), Some(vec![3])), (key(), None)]);
    assert_eq!(reader.meta("cursor").unwrap(), None);
}

fn readers_on_other_threads_see_each_commit_at_once(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let (ask, asked) = std::sync::mpsc::channel::<Head>();
    let (answer, answered) = std::sync::mpsc::channel();
    let mut reader = store.reader().unwrap();
    let watcher = std::thread::spawn(move || {
        for head in asked {
            let key = number(head.position);
            answer.send(reader.head().unwrap() == head && reader.row(ORDER, &key).unwrap().is_some()).unwrap();
        }
    });
    for _ in 0..50 {
        let mut batch = journal(store.head(), &["x"]);
        batch.rows = vec![(ORDER, number(batch.head.position), Some(row("open", "x")))];
        store.commit(&batch).unwrap();
        ask.send(store.head()).unwrap();
        assert!(answered.recv().unwrap(), "the reader is behind position {}", store.head().position);
    }
    drop(ask);
    watcher.join().unwrap();
}

fn a_snapshot_stays_what_it_was_while_the_writer_goes_on(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let mut reader = store.reader().unwrap();
    reader.let_snapshot_go().unwrap();
    reader.take_snapshot().unwrap();
    let mut batch = journal(store.head(), &["x"]);
    batch.rows = vec![(ORDER, number(1), Some(row("open", "x")))];
    store.commit(&batch).unwrap();
    assert_eq!((reader.head().unwrap(), reader.row(ORDER, &number(1)).unwrap()), (Head::default(), None));
    reader.take_snapshot().unwrap();
    assert_eq!(reader.head().unwrap(), store.head());
    reader.let_snapshot_go().unwrap();
    store.commit(&journal(store.head(), &["y"])).unwrap();
    assert_eq!(reader.head().unwrap(), store.head());
}

fn a_second_writer_is_refused_until_the_first_one_is_gone(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let refused = (place.open)(place.folder.path()).err().expect("there are two writers");
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused}");
    assert!(!refused.is_transient());
    store.commit(&journal(store.head(), &["still mine"])).unwrap();
    drop(store);
    assert_eq!(place.enter().head().position, 1);
}

fn statistics_count_commits_rows_and_bytes(open: Open) {
    let place = Place::new(open);
    let mut store = place.enter();
    let before = store.statistics();
    assert_eq!((before.commits, before.rows), (0, 0));
    put(&mut *store, |batch| {
        let data = "x".repeat(100_000);
        batch.rows = vec![(ORDER, number(1), Some(row("open", &data))), (ORDER, number(2), None)];
    });
    let after = store.statistics();
    assert_eq!((after.commits, after.rows), (1, 2));
    assert!(after.bytes >= before.bytes + 100_000, "{before:?} {after:?}");
}

macro_rules! passes {
    ($database:ident: $open:expr; $($case:ident)*) => {
        mod $database {
            $( #[test] fn $case() { super::$case($open) } )*
        }
    };
}

passes! { sqlite: |folder| Ok(Box::new(store::Sqlite::open(folder)?));
    an_empty_store_has_nothing
    everything_is_there_after_reopening
    a_failing_row_leaves_nothing_of_its_batch
    a_batch_must_go_on_where_the_journal_ends
    a_row_is_what_was_written_last
    a_deleted_row_is_gone_and_deleting_twice_is_no_error
    counting_ends_where_it_is_told_to
    every_page_is_found_in_both_directions
    filters_and_bounds_hold_together
    what_begins_with_a_text_comes_in_the_order_of_its_column
    rows_come_in_the_order_of_their_numbers_page_by_page
    timers_come_in_the_order_in_which_they_are_due
    replies_are_kept_until_they_are_pruned
    a_document_stays_as_it_came
    meta_is_set_and_deleted
    readers_on_other_threads_see_each_commit_at_once
    a_snapshot_stays_what_it_was_while_the_writer_goes_on
    a_second_writer_is_refused_until_the_first_one_is_gone
    statistics_count_commits_rows_and_bytes
}
