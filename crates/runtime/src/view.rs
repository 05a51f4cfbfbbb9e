//! What the deciding thread sees of the store.

use partition::{AnyKey, AnyState};
use store::{Reader, StoreError};
use units::Text;

/// One state of the store, from the first look after [`View::refresh`] on.
///
/// Nothing that is read changes between two commits that the deciding thread has heard of: what is newer is in memory. So its looks can
/// share one snapshot, which spares each of them the locks of its own. A snapshot keeps the store's log from shrinking, and nobody may
/// hold one while nothing is to be decided.
pub(crate) struct View {
    reader: Box<dyn Reader>,
    is_fixed: bool,
}

impl View {
    pub(crate) fn new(reader: Box<dyn Reader>) -> Self {
        Self { reader, is_fixed: false }
    }

    /// The reader, for a look.
    pub(crate) fn look(&mut self) -> Result<&mut dyn Reader, StoreError> {
        if !self.is_fixed {
            self.reader.take_snapshot()?;
            self.is_fixed = true;
        }
        Ok(self.reader.as_mut())
    }

    /// What is committed under a key.
    pub(crate) fn state(&mut self, key: &AnyKey) -> Result<Option<AnyState>, Text> {
        let reader = self.look().map_err(|error| Text::from(error.to_string()))?;
        crate::preview::read(reader, key)
    }

    /// Lets go of what was seen: the next look sees what is committed by then.
    pub(crate) fn refresh(&mut self) {
        if !std::mem::take(&mut self.is_fixed) {
            return;
        }
        if let Err(error) = self.reader.let_snapshot_go() {
            tracing::warn!(%error, "could not let go of what was read; the next look takes it anew");
        }
    }
}
