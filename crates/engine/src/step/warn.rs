//! Warnings: nulls with a reason with which an instance goes on. They are kept where people look, so that a null is not silent.

use std::fmt::Display;

use bpmn::{Element, Mapping};
use feel::{Context, Evaluation, Expression, Scope, Value, because};
use units::Text;

use super::Step;
use crate::event::{Event, Warning};
use crate::variables::{Way, mapped, storable};

/// How many warnings of an instance are kept; more of them tell nothing new.
const MAX_WARNINGS: usize = 20;

impl Step<'_, '_> {
    /// The value of an expression of an element, or why it cannot be computed or kept.
    pub(super) fn value(
        &self,
        element: &Element,
        of: &str,
        expression: &Expression,
        scope: &dyn Scope,
    ) -> Result<Value, Text> {
        let evaluation = self.evaluate(expression, scope);
        if evaluation.failed {
            return Err(Text::from(format!("the {of} cannot be computed{}", because(evaluation.why()))));
        }
        storable(&evaluation.value).map_err(|why| Text::from(format!("the {of} is {why}")))?;
        self.warn(element, of, expression, &evaluation);
        Ok(evaluation.value)
    }

    /// Notes why something is null in what an element goes on with.
    pub(super) fn warn(&self, element: &Element, of: impl Display, expression: &Expression, evaluation: &Evaluation) {
        if let Some(why) = evaluation.why() {
            self.note(element, of, Text::from(format!("`{}`, {why}", expression.text().trim())));
        }
    }

    /// What mappings of an element give, or why that cannot be kept.
    pub(super) fn mapped(
        &self,
        way: Way,
        element: &Element,
        mappings: &[Mapping],
        scope: &dyn Scope,
    ) -> Result<Context, Text> {
        let tell =
            |mapping: &Mapping, why| self.note(element, format_args!("mapping to `{}`", mapping.target.join(".")), why);
        mapped(way, mappings, scope, &|formula, scope| self.formula(formula, scope), &tell)
    }

    /// Notes a warning, to be told once the work at hand is done.
    #[cold]
    pub(super) fn note(&self, element: &Element, of: impl Display, why: Text) {
        let (element, of) = (Text::from(element.id()), Text::from(of.to_string()));
        self.noted.borrow_mut().push(Warning { element, of, why, since: self.cx.now });
    }

    /// Tells what was noted and is not known yet.
    pub(super) fn tell(&mut self) {
        for warning in std::mem::take(self.noted.get_mut()) {
            let known = &self.instance.warnings;
            let same =
                |other: &Warning| other.element == warning.element && other.of == warning.of && other.why == warning.why;
            if known.len() < MAX_WARNINGS && !known.iter().any(same) {
                self.emit(Event::Warned(Box::new(warning)));
            }
        }
    }
}
