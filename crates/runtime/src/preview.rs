//! Dry runs: a command is decided on what is committed, exactly as it would be, and nothing comes of it.

use partition::{AnyKey, AnyState, Command, Decision, Partition};
use store::Reader;
use units::Text;

/// How many aggregates a dry run of many commands keeps in memory.
const RESIDENT: usize = 20_000;

/// A partition beside the real one. What is decided on it is never committed; each command sees what those before it did.
pub struct Preview<'a> {
    partition: Partition,
    reader: &'a mut dyn Reader,
}

impl std::fmt::Debug for Preview<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preview").finish_non_exhaustive()
    }
}

impl<'a> Preview<'a> {
    /// Goes on from what is committed. The configured systems offer these capabilities.
    pub fn new(reader: &'a mut dyn Reader, capabilities: impl IntoIterator<Item = Text>) -> Result<Self, Text> {
        let position = reader.head().map_err(|error| Text::from(error.to_string()))?.position;
        Ok(Self { partition: Partition::new(position, capabilities), reader })
    }

    /// What would come of a command; fails only if the store cannot be read or an invariant would break.
    pub fn decide(&mut self, command: Command) -> Result<Decision, Text> {
        if self.partition.resident() > RESIDENT {
            let position = self.partition.position();
            self.partition.evict(position + 1, position);
        }
        let reader = &mut *self.reader;
        self.partition.decide(command, |key| read(reader, key)).map_err(|halt| halt.to_string().into())
    }

    /// The state under a key, as the commands so far would leave it.
    pub fn state(&mut self, key: &AnyKey) -> Result<Option<AnyState>, Text> {
        let reader = &mut *self.reader;
        self.partition.look(key, |key| read(reader, key)).map(Option::<&_>::cloned)
    }
}

/// What is committed under a key.
pub(crate) fn read(reader: &mut dyn Reader, key: &AnyKey) -> Result<Option<AnyState>, Text> {
    let (table, row) = key.row();
    let bytes = reader.row(table, &row).map_err(|error| Text::from(error.to_string()))?;
    let state = bytes.map(|bytes| AnyState::decode(table, &row, &bytes)).transpose();
    state.map_err(|error| error.to_string().into())
}
