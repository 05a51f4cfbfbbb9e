//! A disk that fails, and what the partition does about it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64};

use feel::Context as Variables;
use partition::{EffectId, Head};
use store::{Batch, Cause, Sqlite, Statistics};
use trade::Role;

use super::*;
use crate::verify;

const PATIENCE: Duration = Duration::from_secs(60);

/// How the disk is, and when it was written to.
#[derive(Default)]
struct Disk {
    is_full: AtomicBool,
    /// It writes, and says that it did not.
    lies: AtomicBool,
    failed: Mutex<Vec<Instant>>,
}

struct Fragile(Sqlite, Arc<Disk>);

fn full() -> StoreError {
    let source = Cause::from(std::io::Error::from(std::io::ErrorKind::StorageFull));
    StoreError::Disk { doing: "write", path: "store".into(), source }
}

impl Store for Fragile {
    fn head(&self) -> Head {
        self.0.head()
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if self.1.is_full.load(Ordering::SeqCst) {
            self.1.failed.lock().unwrap().push(Instant::now());
            return Err(full());
        }
        self.0.commit(batch)?;
        if self.1.lies.swap(false, Ordering::SeqCst) { Err(full()) } else { Ok(()) }
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.0.reader()
    }

    fn statistics(&self) -> Statistics {
        self.0.statistics()
    }
}

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

struct Nobody;

impl EffectSink for Nobody {
    fn deliver(&self, _: Vec<Arc<Effect>>) {}

    fn withdraw(&self, _: &[EffectId]) {}
}

struct Story {
    folder: tempfile::TempDir,
    disk: Arc<Disk>,
    clock: Arc<Hand>,
    runtime: Runtime,
}

impl Story {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (disk, clock) = (Arc::new(Disk::default()), Arc::new(Hand(AtomicI64::new(1_000_000))));
        let store = Fragile(Sqlite::open(folder.path()).unwrap(), disk.clone());
        let runtime = Runtime::start(Box::new(store), Options::default(), Arc::new(Nobody), clock.clone()).unwrap();
        Self { folder, disk, clock, runtime }
    }

    /// A message that waits for nobody sets a timer.
    fn message(&self) -> Answer {
        let actor = Actor { id: "olivia".into(), roles: vec![Role::Operations], limit: None };
        let (name, key, variables) = ("go".into(), "1".into(), Variables::default());
        self.runtime
            .handle()
            .ask_blocking(Request::new(actor, Body::PublishMessage { name, key, variables, lives_ms: 1_000 }))
    }

    /// A timer comes due while the disk is full.
    fn fills_up(&self) {
        assert!(matches!(self.message(), Answer::Done { .. }));
        self.disk.is_full.store(true, Ordering::SeqCst);
        self.clock.0.fetch_add(10_000, Ordering::SeqCst);
    }

    /// Waits until commits have failed so often.
    fn failed(&self, count: usize) -> Vec<Instant> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let failed = self.disk.failed.lock().unwrap().clone();
            if failed.len() >= count {
                return failed;
            }
            assert!(Instant::now() < deadline, "waited in vain for {count} commits that fail");
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_due_timer_on_a_full_disk_is_tried_with_growing_pauses_and_carried_out_once_there_is_room() {
    let story = Story::begin();
    story.fills_up();
    let failed = story.failed(3);
    for (failures, pair) in (0..).zip(failed.windows(2)) {
        assert!(pair[1] - pair[0] >= pause_after(failures), "{failures}: {:?}", pair[1] - pair[0]);
    }
    story.disk.is_full.store(false, Ordering::SeqCst);
    let deadline = Instant::now() + PATIENCE;
    while story.runtime.handle.progress().timers() > 0 {
        assert!(Instant::now() < deadline, "the timer is not carried out");
        std::thread::yield_now();
    }
    assert!(pause_after(u32::MAX) == LONGEST_PAUSE);
}

#[test]
fn a_partition_with_a_full_disk_and_a_due_timer_can_be_stopped() {
    let story = Story::begin();
    story.fills_up();
    story.failed(1);
    let (done, ended) = channel();
    let runtime = story.runtime;
    std::thread::spawn(move || {
        runtime.shutdown();
        done.send(()).unwrap();
    });
    ended.recv_timeout(PATIENCE).expect("it ends");
}

#[test]
fn a_commit_that_is_said_to_have_failed_and_is_on_disk_has_happened() {
    let story = Story::begin();
    story.disk.lies.store(true, Ordering::SeqCst);
    assert!(matches!(story.message(), Answer::Done { position: 1, .. }));
    assert!(matches!(story.message(), Answer::Done { position: 2, .. }), "and the next one follows it");
    story.runtime.shutdown();
    let mut reader = Sqlite::open_read_only(story.folder.path()).unwrap();
    let verified = verify(&mut reader, |_, _| {}).unwrap();
    assert_eq!((verified.entries, verified.difference), (2, None));
}

#[test]
fn a_running_partition_is_verified_as_it_was_at_one_moment() {
    let story = Story::begin();
    assert!(matches!(story.message(), Answer::Done { .. }));
    let mut reader = Sqlite::open_read_only(story.folder.path()).unwrap();
    let verified = verify(&mut reader, |_, _| assert!(matches!(story.message(), Answer::Done { .. }))).unwrap();
    assert_eq!((verified.entries, verified.difference), (1, None));
    assert!(story.runtime.handle.progress().position() > 1, "it went on meanwhile");
    assert_eq!(verify(&mut reader, |_, _| {}).unwrap().entries, 2, "and the next look sees it");
    story.runtime.shutdown();
}
