//! Forms that people fill in, as what names them shows them.

use partition::{AnyKey, AnyState, Definition, DefinitionId};
use serde::Serialize;
use store::Reader;

use crate::problem::Problem;

/// A form to fill in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct FormView {
    /// Its id, or its key where it is kept.
    pub(super) id: String,
    /// Its version, if it is not the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u32>,
    /// What is in it, if the process keeps it beside its diagram: JSON. In lists it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) schema: Option<String>,
}

/// The form that whoever starts an instance of a version by hand fills in.
pub(super) fn of_start(reader: &mut dyn Reader, definition: &Definition) -> Result<Option<FormView>, Problem> {
    let Some(process) = definition.process() else { return Ok(None) };
    let Some(form) = process.start_form() else { return Ok(None) };
    let schema = process.form_beside(&form.key).map(str::to_owned);
    let version = if form.is_bound() { newest(reader, &form.key, definition)? } else { None };
    // that a certain version is not there was told when the process was deployed
    let is_there = version.is_some() || !form.is_bound();
    Ok(is_there.then(|| FormView { id: form.key.to_string(), version, schema }))
}

/// The newest version of a form that a process may begin with.
fn newest(reader: &mut dyn Reader, form: &str, process: &Definition) -> Result<Option<u32>, Problem> {
    let latest = crate::readers::state(reader, &AnyKey::Latest(format!("form:{form}").into()))?;
    let Some(AnyState::Latest(latest)) = latest else { return Ok(None) };
    for version in (1..=latest.version).rev() {
        let key = AnyKey::Definition(DefinitionId { id: latest.id.clone(), version });
        if let Some(AnyState::Definition(found)) = crate::readers::state(reader, &key)?
            && found.begins(process)
        {
            return Ok(Some(version));
        }
    }
    Ok(None)
}
