//! Dry runs: a command is decided on what is committed, exactly as it would be, and nothing comes of it.

use partition::{AnyKey, AnyState, Command, Decision, Halt, Partition, RowKey, Table};
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
        loop {
            match self.partition.decide(command.clone()) {
                Ok(decision) => return Ok(decision),
                Err(Halt::Missing(keys)) => {
                    for key in keys {
                        load(&mut self.partition, self.reader, key)?;
                    }
                }
                Err(broken @ Halt::Broken { .. }) => return Err(broken.to_string().into()),
            }
        }
    }

    /// The state under a key, as the commands so far would leave it.
    pub fn state(&mut self, key: &AnyKey) -> Result<Option<AnyState>, Text> {
        if self.partition.state(key).is_none() {
            load(&mut self.partition, self.reader, key.clone())?;
        }
        Ok(self.partition.state(key).flatten().cloned())
    }
}

/// Reads an aggregate into memory.
pub(crate) fn load(partition: &mut Partition, reader: &mut dyn Reader, key: AnyKey) -> Result<(), Text> {
    let (table, row): (Table, RowKey) = key.row();
    let bytes = reader.row(table, &row).map_err(|error| Text::from(error.to_string()))?;
    let state = bytes.map(|bytes| AnyState::decode(table, &row, &bytes)).transpose();
    partition.load(key, state.map_err(|error| Text::from(error.to_string()))?);
    Ok(())
}
