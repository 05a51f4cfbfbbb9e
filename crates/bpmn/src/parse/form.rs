//! Forms: those that people fill in, deployed ones and those that are kept beside the diagram.

use units::Text;

use super::{Reader, Xml, children, is_bpmn, text_of, zeebe};
use crate::model::BESIDE;
use crate::{Binding, Formula, Kind, StartForm, Trigger};

/// The form that a definition names, and which version of it; no version of those that are not deployed.
type Named = (Option<Formula>, Option<Binding>);

impl<'a, 'x> Reader<'a, 'x> {
    /// The forms that are kept beside the diagram, by id.
    pub(super) fn forms_beside(&mut self, process: Xml<'a, 'x>) -> Vec<(Text, Text)> {
        let mut forms: Vec<(Text, Text)> = Vec::new();
        for form in beside(process) {
            let id = form.attribute("id").unwrap_or_default();
            if forms.iter().any(|(known, _)| known == id) {
                self.forbid(form, format!("there are two forms `{id}` beside the diagram"), "give each an id of its own");
            }
            forms.push((id.into(), text_of(form).trim().into()));
        }
        forms
    }

    /// The form of a user task or start event.
    pub(super) fn form(&mut self, node: Xml<'a, 'x>) -> Option<Named> {
        let Some(form) = zeebe(node, "formDefinition") else { return Some((None, None)) };
        let mut all = ["formId", "formKey", "externalReference"].into_iter().filter(|name| form.has_attribute(*name));
        let named = all.next();
        if let (Some(named), Some(other)) = (named, all.next()) {
            self.warn(form, format!("the form has `{named}`, which counts, and `{other}`"), "keep the one that is meant");
        }
        let formula = match named {
            Some(named) => self.optional(form, named)?,
            None => None,
        };
        if let Some(id) = formula.as_ref().and_then(Formula::plain).and_then(|key| key.strip_prefix(BESIDE)) {
            let process = node.ancestors().find(|around| is_bpmn(*around, "process"));
            if !process.into_iter().flat_map(beside).any(|form| form.attribute("id") == Some(id)) {
                self.forbid(
                    form,
                    format!("there is no form `{id}` beside the diagram"),
                    "draw it, or name a deployed form by `formId`",
                );
            }
        }
        let binding = if named == Some("formId") { Some(self.binding(form)?) } else { None };
        Some((formula, binding))
    }

    /// The form that whoever begins an instance by hand fills in.
    pub(super) fn start_form(&mut self, node: Xml<'a, 'x>, kind: &Kind, scope: Option<&Kind>) -> Option<StartForm> {
        let definition = zeebe(node, "formDefinition")?;
        if !matches!((kind, scope), (Kind::Start(Trigger::None), Some(Kind::Process))) {
            self.warn(definition, "a form has no effect here: nobody begins this by hand", "remove it");
            return None;
        }
        let (formula, binding) = self.form(node)?;
        let constant = formula?.constant();
        let Some(key) = constant.as_ref().and_then(|key| key.as_str()) else {
            let cause = "the form is an expression, and it has nothing to look at yet";
            self.warn(definition, cause, "write the form's id itself");
            return None;
        };
        Some(StartForm { key: key.into(), binding })
    }
}

/// The forms that a process keeps beside its diagram.
fn beside<'a, 'x>(process: Xml<'a, 'x>) -> impl Iterator<Item = Xml<'a, 'x>> {
    let extensions = children(process).filter(|child| is_bpmn(*child, "extensionElements")).flat_map(children);
    let is_form =
        |node: &Xml<'a, 'x>| node.tag_name().namespace() == Some(super::ZEEBE) && node.tag_name().name() == "userTaskForm";
    extensions.filter(is_form)
}
