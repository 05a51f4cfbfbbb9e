//! The models of instances, each read once: a deployed version never changes.

use std::sync::{Arc, Mutex, PoisonError};

use engine::Instance;
use hashlink::LruCache;
use partition::{AnyKey, AnyState, Definition, DefinitionId};
use store::Reader;

use crate::problem::Problem;
use crate::readers;

/// Versions that are kept.
const KEPT: usize = 200;

/// Deployed versions that were asked for lately; cheap to clone.
#[derive(Clone)]
pub(crate) struct Models(Arc<Mutex<LruCache<DefinitionId, Arc<Definition>>>>);

impl Default for Models {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(LruCache::new(KEPT))))
    }
}

impl Models {
    /// The version that an instance runs on, with its model.
    pub(crate) fn of(&self, reader: &mut dyn Reader, instance: &Instance) -> Result<Option<Arc<Definition>>, Problem> {
        self.get(reader, DefinitionId { id: instance.process_id().clone(), version: instance.version() })
    }

    /// A deployed version, with its model; `None` if there is none.
    pub(crate) fn get(&self, reader: &mut dyn Reader, id: DefinitionId) -> Result<Option<Arc<Definition>>, Problem> {
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(AnyState::Definition(definition)) = readers::state(reader, &AnyKey::Definition(id.clone()))? else {
            return Ok(None);
        };
        let found = Arc::new((*definition).clone().parsed());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&found));
        Ok(Some(found))
    }
}
