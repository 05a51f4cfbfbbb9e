//! The models of instances, read once per request.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Instance;
use partition::{AnyKey, AnyState, Definition, DefinitionId};
use store::Reader;

use crate::problem::Problem;
use crate::readers;

/// Deployed versions that a request has looked at.
#[derive(Default)]
pub(crate) struct Models(BTreeMap<DefinitionId, Option<Arc<Definition>>>);

impl Models {
    /// The version that an instance runs on, with its model.
    pub(crate) fn of(&mut self, reader: &mut dyn Reader, instance: &Instance) -> Result<Option<Arc<Definition>>, Problem> {
        self.get(reader, DefinitionId { id: instance.process_id().clone(), version: instance.version() })
    }

    /// A deployed version, with its model.
    pub(crate) fn get(&mut self, reader: &mut dyn Reader, id: DefinitionId) -> Result<Option<Arc<Definition>>, Problem> {
        if let Some(known) = self.0.get(&id) {
            return Ok(known.clone());
        }
        let found = match readers::state(reader, &AnyKey::Definition(id.clone()))? {
            Some(AnyState::Definition(definition)) => Some(Arc::new((*definition).clone().parsed())),
            _ => None,
        };
        self.0.insert(id, found.clone());
        Ok(found)
    }
}
