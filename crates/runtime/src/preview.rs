//! Dry runs: a command is decided on what is committed, exactly as it would be, and nothing comes of it.

use partition::{AnyKey, AnyState, Command, Decision, Partition};
use store::Reader;
use units::Text;

/// How many aggregates a dry run of many commands keeps in memory.
const RESIDENT: usize = 20_000;

/// A partition beside the real one. What is decided on it is never committed; each command sees what those before it did.
pub struct Preview<'a> {
    tried: Tried,
    reader: &'a mut dyn Reader,
}

/// What a dry run has come to so far. Between its commands others may have the reader.
#[derive(Debug)]
pub struct Tried {
    partition: Partition,
    /// Up to here the store has everything.
    committed: u64,
    /// So many aggregates are kept before those are forgotten that the store has.
    room: usize,
}

impl std::fmt::Debug for Preview<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preview").finish_non_exhaustive()
    }
}

impl<'a> Preview<'a> {
    /// Goes on from what is committed. The configured systems offer these capabilities.
    pub fn new(reader: &'a mut dyn Reader, capabilities: impl IntoIterator<Item = Text>) -> Result<Self, Text> {
        let committed = reader.head().map_err(|error| Text::from(error.to_string()))?.position;
        let partition = Partition::new(committed, capabilities);
        Ok(Self { tried: Tried { partition, committed, room: RESIDENT }, reader })
    }

    /// Goes on from what was tried before; what others commit meanwhile counts where nothing was looked at yet.
    pub fn resume(reader: &'a mut dyn Reader, tried: Tried) -> Self {
        Self { tried, reader }
    }

    /// Lets the reader go.
    pub fn pause(self) -> Tried {
        self.tried
    }

    /// What would come of a command; fails only if the store cannot be read or an invariant would break.
    pub fn decide(&mut self, command: Command) -> Result<Decision, Text> {
        self.tried.make_room();
        let reader = &mut *self.reader;
        self.tried.partition.decide(command, |key| read(reader, key)).map_err(|halt| halt.to_string().into())
    }

    /// The state under a key, as the commands so far would leave it.
    pub fn state(&mut self, key: &AnyKey) -> Result<Option<AnyState>, Text> {
        let reader = &mut *self.reader;
        self.tried.partition.look(key, |key| read(reader, key)).map(Option::<&_>::cloned)
    }
}

impl Tried {
    /// Forgets what the store has. What was tried is nowhere else, and stays.
    fn make_room(&mut self) {
        if self.partition.resident() > self.room {
            self.partition.evict(1, self.committed);
            self.room = RESIDENT.max(self.partition.resident() * 2);
        }
    }
}

/// What is committed under a key.
pub(crate) fn read(reader: &mut dyn Reader, key: &AnyKey) -> Result<Option<AnyState>, Text> {
    let (table, row) = key.row();
    let bytes = reader.row(table, &row).map_err(|error| Text::from(error.to_string()))?;
    let state = bytes.map(|bytes| AnyState::decode(table, &row, &bytes)).transpose();
    state.map_err(|error| error.to_string().into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use partition::{Body, Effect, EffectId, Reply};
    use store::{Sqlite, Store};
    use trade::order::{Submission, SubmittedLine};
    use trade::{Actor, OrderId, Role};
    use units::Timestamp;

    use super::*;
    use crate::{Answer, EffectSink, Options, Request, Runtime, SystemClock};

    struct Nobody;

    impl EffectSink for Nobody {
        fn deliver(&self, _: Vec<Arc<Effect>>) {}

        fn withdraw(&self, _: &[EffectId]) {}
    }

    fn actor() -> Actor {
        Actor { id: "ann".into(), roles: vec![Role::Admin, Role::Sales], limit: None }
    }

    fn account(id: &str) -> Body {
        Body::PutAccounts(vec![(id.into(), trade::account::Profile { tier: 3, ..trade::account::Profile::default() })])
    }

    fn order(account: &str, record: &str) -> Body {
        let lines = vec![SubmittedLine { item: "X".into(), quantity: "1".parse().unwrap(), ..SubmittedLine::default() }];
        let submission = Submission { account: account.into(), record: record.into(), lines, ..Submission::default() };
        Body::ReceiveOrder(Box::new(submission))
    }

    #[test]
    fn what_was_tried_before_a_pause_counts_after_it_whatever_others_commit_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        let mut reader = store.reader().unwrap();
        let runtime = Runtime::start(Box::new(store), Options::default(), Arc::new(Nobody), Arc::new(SystemClock)).unwrap();
        let commit = |body| match runtime.handle().ask_blocking(Request::new(actor(), body)) {
            Answer::Done { reply, .. } => reply,
            other => panic!("{other:?}"),
        };
        let decide = |preview: &mut Preview<'_>, body| {
            preview.decide(Command { at: Timestamp(1), actor: actor(), key: None, body, trace: None }).unwrap().reply
        };
        let mut preview = Preview::new(reader.as_mut(), []).unwrap();
        decide(&mut preview, account("A")).unwrap();
        assert_eq!(decide(&mut preview, order("A", "one")).unwrap(), Reply::Order(OrderId(1)));
        let tried = preview.pause();

        commit(account("B"));
        assert_eq!((commit(order("B", "x")), commit(order("B", "y"))), (Reply::Order(OrderId(1)), Reply::Order(OrderId(2))));
        let mut preview = Preview::resume(reader.as_mut(), tried);
        assert_eq!(decide(&mut preview, order("A", "one")).unwrap(), Reply::Repeated);
        assert_eq!(decide(&mut preview, order("A", "two")).unwrap(), Reply::Order(OrderId(2)));
        runtime.shutdown();
    }

    #[test]
    fn what_was_tried_stays_when_room_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        let mut reader = store.reader().unwrap();
        let mut preview = Preview::new(reader.as_mut(), []).unwrap();
        let command = |body| Command { at: Timestamp(1), actor: actor(), key: None, body, trace: None };
        preview.decide(command(account("A"))).unwrap().reply.unwrap();
        preview.tried.room = 0;
        preview.decide(command(account("B"))).unwrap().reply.unwrap();
        preview.tried.room = 0;
        assert!(preview.decide(command(order("A", "one"))).unwrap().reply.is_ok());
    }
}
