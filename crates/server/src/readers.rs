//! A pool of read connections.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use partition::{AnyKey, AnyState, Dependency, RowKey, Table};
use store::{Reader, RowQuery, Store, StoreError};
use tokio::sync::Semaphore;
use trade::master::Company;
use trade::{Aggregate, Books, Key, Missing};
use units::Text;

use crate::feed::{Feed, Recent};
use crate::page::{Continued, Listed};
use crate::problem::Problem;
use crate::resource::instances::models::Models;

/// Readers that nobody uses at the moment.
type Idle = Vec<Box<dyn Reader>>;

/// Read connections to the store. A read takes one, and waits for one if all are taken.
#[derive(Clone)]
pub struct Readers {
    pool: Arc<(Mutex<Idle>, Condvar)>,
    /// As many as there are connections. Requests wait for one without a thread of their own: hundreds of them would be in each other's way.
    turns: Arc<Semaphore>,
    /// What was told of the journal lately.
    recent: Arc<Recent>,
    /// Models that were asked for lately.
    models: Models,
    /// One that no request ever has.
    probe: Option<Arc<Mutex<Box<dyn Reader>>>>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}

impl Readers {
    /// Opens so many connections, and one more to find out whether the store can be read at all.
    pub fn open(store: &dyn Store, count: usize) -> Result<Self, StoreError> {
        let readers = (0..count.max(1)).map(|_| store.reader()).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { probe: Some(Arc::new(Mutex::new(store.reader()?))), ..Self::of(readers) })
    }

    /// Uses these connections.
    pub fn of(readers: Vec<Box<dyn Reader>>) -> Self {
        let turns = Arc::new(Semaphore::new(readers.len()));
        Self {
            pool: Arc::new((Mutex::new(readers), Condvar::new())),
            turns,
            recent: Arc::default(),
            models: Models::default(),
            probe: None,
        }
    }

    /// Reads on a thread that may wait.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut dyn Reader) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        // nobody closes it
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let this = self.clone();
        apart(move || {
            let read = this.read_blocking(read);
            drop(turn);
            read
        })
        .await
    }

    /// Reads what happened.
    pub(crate) async fn feed<T: Send + 'static>(
        &self,
        read: impl FnOnce(Feed<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let recent = Arc::clone(&self.recent);
        self.read(move |reader| read(Feed::of(reader, &recent))).await
    }

    /// Models that were asked for lately.
    pub(crate) fn models(&self) -> Models {
        self.models.clone()
    }

    /// Reads a page of a list, and writes it as it is sent.
    pub(crate) async fn list<T: Continued>(
        &self,
        read: impl FnOnce(&mut dyn Reader) -> Result<T, Problem> + Send + 'static,
    ) -> Result<Listed, Problem> {
        self.read(|reader| read(reader).map(|page| Listed::of(&page))).await
    }

    /// Whether the store can be read, however long the reads of others take.
    pub(crate) async fn can_read(&self) -> bool {
        let head = |reader: &mut dyn Reader| reader.head().map(drop).map_err(Problem::from);
        match self.probe.clone() {
            None => self.read(head).await.is_ok(),
            Some(probe) => {
                let look = move || head(probe.lock().unwrap_or_else(PoisonError::into_inner).as_mut()).is_ok();
                tokio::task::spawn_blocking(look).await.unwrap_or(false)
            }
        }
    }

    /// Reads on this thread.
    pub fn read_blocking<T>(&self, read: impl FnOnce(&mut dyn Reader) -> Result<T, Problem>) -> Result<T, Problem> {
        let (lock, freed) = &*self.pool;
        let mut readers = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = loop {
            match readers.pop() {
                Some(reader) => break reader,
                None => readers = freed.wait(readers).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(readers);
        let mut lease = Lease { pool: self, reader: Some(reader) };
        match lease.reader.as_mut() {
            // all of an answer is from the same moment, and the store is locked once
            Some(reader) => {
                reader.take_snapshot()?;
                read(reader.as_mut())
            }
            None => Err(Problem::new("internal", "a reader is there until its lease ends")),
        }
    }
}

/// Works on a thread that may take its time, without keeping a reader from others.
pub(crate) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.unwrap_or_else(|_| Err(Problem::new("internal", "a read ended by a panic; the log has the place")))
}

/// A reader that goes back to the others however the read ends, by a panic too: a pool that shrinks would come to a halt.
struct Lease<'a> {
    pool: &'a Readers,
    reader: Option<Box<dyn Reader>>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.reader.as_mut().map(|reader| reader.let_snapshot_go()) {
            tracing::error!(%error, "a reader keeps what it has seen until its next read");
        }
        let (lock, freed) = &*self.pool.pool;
        lock.lock().unwrap_or_else(PoisonError::into_inner).extend(self.reader.take());
        freed.notify_one();
    }
}

/// What the record has of the systems that were connected before, by name.
pub fn dependencies(readers: &Readers) -> Result<BTreeMap<Text, Dependency>, Problem> {
    readers.read_blocking(|reader| {
        let mut known = BTreeMap::new();
        for (key, row) in reader.rows(&RowQuery::table(Table::Dependency))? {
            let state = decode(Table::Dependency, &key, &row.data)?;
            if let (RowKey::Text(system), AnyState::Dependency(dependency)) = (key, state) {
                known.insert(system.into(), (*dependency).clone());
            }
        }
        Ok(known)
    })
}

/// The state under a key, as it was last committed.
pub(crate) fn state(reader: &mut dyn Reader, key: &AnyKey) -> Result<Option<AnyState>, Problem> {
    let (table, row) = key.row();
    let Some(bytes) = reader.row(table, &row)? else { return Ok(None) };
    decode(table, &row, &bytes).map(Some)
}

/// The company's master data; nothing but defaults before there are any.
pub(crate) fn company(reader: &mut dyn Reader) -> Result<Arc<Company>, Problem> {
    Ok(match state(reader, &AnyKey::Trade(Key::Company(Company::KEY.into())))? {
        Some(AnyState::Trade(Aggregate::Company(company), _)) => company,
        _ => Arc::default(),
    })
}

/// Reads stored bytes.
pub(crate) fn decode(table: Table, key: &RowKey, bytes: &[u8]) -> Result<AnyState, Problem> {
    AnyState::decode(table, key, bytes).map_err(|error| {
        tracing::error!(%error, "read the store");
        Problem::new("internal", "a record could not be read; run crossdock verify")
    })
}

/// The trade's aggregates as they are stored. Nothing can be recorded in them.
pub(crate) struct Stored<'a>(pub(crate) &'a mut dyn Reader);

impl Books for Stored<'_> {
    fn find(&mut self, key: &Key) -> Result<Option<Aggregate>, Missing> {
        match state(self.0, &AnyKey::Trade(key.clone())) {
            Ok(Some(AnyState::Trade(aggregate, _))) => Ok(Some(aggregate)),
            Ok(_) => Ok(None),
            Err(_) => Err(Missing(key.clone())),
        }
    }

    fn version(&mut self, key: &Key) -> Result<u64, Missing> {
        match state(self.0, &AnyKey::Trade(key.clone())) {
            Ok(Some(AnyState::Trade(_, version))) => Ok(version),
            Ok(_) => Ok(0),
            Err(_) => Err(Missing(key.clone())),
        }
    }

    fn emit(&mut self, event: trade::Event) {
        tracing::error!(?event, "a read wanted to record something; it is dropped");
    }
}
