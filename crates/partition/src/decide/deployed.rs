//! What is deployed, as a step of the engine sees it: decisions, forms and processes, each in the version that is meant.

use std::cell::RefCell;

use bpmn::Binding;
use engine::{Decided, Decisions, Explained};
use feel::{Context as Variables, Environment, Value};
use units::{Text, Timestamp};

use super::txn::{Txn, text};
use crate::definition::{Definition, DefinitionId, Form, Model};
use crate::key::{AnyKey, AnyState};

/// What is deployed, in the view of a version that calls. What is looked up and not in memory is noted.
pub(super) struct Deployed<'t, 'a> {
    txn: &'t Txn<'a>,
    caller: DefinitionId,
    assumed: RefCell<Vec<AnyKey>>,
}

impl<'t, 'a> Deployed<'t, 'a> {
    pub(super) fn new(txn: &'t Txn<'a>, caller: DefinitionId) -> Self {
        Self { txn, caller, assumed: RefCell::default() }
    }

    /// What was looked up and is not in memory.
    pub(super) fn assumed(self) -> Vec<AnyKey> {
        self.assumed.into_inner()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.txn.now()
    }

    /// The version of a process that is meant.
    pub(super) fn process(&self, id: &str, binding: &Binding) -> Option<DefinitionId> {
        let is_tagged = |definition: &Definition, tag: &str| {
            definition.process().is_some_and(|process| process.version_tag() == Some(tag))
        };
        self.bound(id, binding, &|_| true, &is_tagged).map(|definition| definition.id.clone())
    }

    fn peek(&self, key: AnyKey) -> Option<&AnyState> {
        let found = self.txn.peek(&key);
        if found.is_none() {
            self.assumed.borrow_mut().push(key);
        }
        found.flatten()
    }

    fn definition(&self, id: &DefinitionId) -> Option<&Definition> {
        match self.peek(AnyKey::Definition(id.clone())) {
            Some(AnyState::Definition(definition)) => Some(definition),
            _ => None,
        }
    }

    /// The version that a binding means of what is found under a name, among those that have it.
    fn bound(
        &self,
        name: &str,
        binding: &Binding,
        has: &dyn Fn(&Definition) -> bool,
        is_tagged: &dyn Fn(&Definition, &str) -> bool,
    ) -> Option<&Definition> {
        let Some(AnyState::Latest(latest)) = self.peek(AnyKey::Latest(name.into())) else { return None };
        if *binding == Binding::Latest {
            return self.definition(latest);
        }
        let caller = self.definition(&self.caller).map(|caller| caller.deployment);
        let is_meant = |definition: &&Definition| match binding {
            Binding::Latest => true,
            Binding::Deployment => has(definition) && Some(definition.deployment) <= caller,
            Binding::VersionTag(tag) => has(definition) && is_tagged(definition, tag),
        };
        let versions = (1..=latest.version).rev().map(|version| DefinitionId { id: latest.id.clone(), version });
        versions.filter_map(|id| self.definition(&id)).find(is_meant)
    }
}

impl Decisions for Deployed<'_, '_> {
    fn evaluate(
        &self,
        decision: &str,
        binding: &Binding,
        variables: &Variables,
        environment: &Environment,
    ) -> Result<Decided, String> {
        let has = |definition: &Definition| model(definition).is_some_and(|model| model.has_decision(decision));
        let is_tagged = |definition: &Definition, tag: &str| {
            model(definition).is_some_and(|model| model.version_tag(decision) == Some(tag))
        };
        let found = self.bound(&text(format_args!("decision:{decision}")), binding, &has, &is_tagged);
        let found = found.and_then(|definition| Some((definition.id.version, model(definition)?)));
        let Some((version, model)) = found else { return Err(missing("decision", decision, binding)) };
        let seed = environment.seed ^ self.txn.seed().rotate_left(43);
        let outcome = model.explain(decision, variables, &Environment { seed, ..*environment });
        let about = variables.get("orderId").and_then(Value::as_str).map(Text::from);
        let decided = crate::definition::decided(outcome.map_err(|error| error.to_string())?)?;
        let explained = Explained { version: Some(version), about, ..decided.explained };
        Ok(Decided { explained, ..decided })
    }

    fn form_version(&self, form: &str, binding: &Binding) -> Result<Option<u32>, String> {
        if *binding == Binding::Latest {
            return Ok(None);
        }
        let is_tagged = |definition: &Definition, tag: &str| Form::tag_of(&definition.xml).is_some_and(|own| own == tag);
        let found = self.bound(&text(format_args!("form:{form}")), binding, &|_| true, &is_tagged);
        found.map(|form| Some(form.id.version)).ok_or_else(|| missing("form", form, binding))
    }
}

fn model(definition: &Definition) -> Option<&dmn::Model> {
    match &definition.model {
        Model::Decisions(model) => Some(model),
        Model::None | Model::Process(_) | Model::Form => None,
    }
}

/// That the version of something that is meant is not there.
pub(super) fn missing(what: &str, id: &str, binding: &Binding) -> String {
    match binding {
        Binding::Latest => format!("no {what} {id} is deployed"),
        Binding::Deployment => format!("no {what} {id} was deployed with the process or before it"),
        Binding::VersionTag(tag) => format!("no {what} {id} with tag {tag} is deployed"),
    }
}
