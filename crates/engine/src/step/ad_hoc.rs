//! Ad-hoc sub-processes: what begins inside of them, and when they are done.

use bpmn::{AdHoc, Element, ElementIndex, Kind};
use feel::{Context, Value};
use units::Text;

use super::{Step, Work};
use crate::event::{Event, Phase};
use crate::input::Refusal;
use crate::instance::Key;

impl Step<'_, '_> {
    /// The elements that begin at once.
    pub(super) fn active_elements(&self, key: Key, index: ElementIndex, ad_hoc: &AdHoc) -> Result<Vec<ElementIndex>, Text> {
        let Some(expression) = &ad_hoc.active else { return Ok(Vec::new()) };
        let evaluation = expression.evaluate(&self.visible(key), &self.environment);
        let text = expression.text().trim();
        let Value::List(ids) = &evaluation.value else {
            let why = evaluation.warnings.first().map(|warning| format!(" ({warning})")).unwrap_or_default();
            let given = &evaluation.value;
            return Err(Text::from(format!("the active elements `{text}` have to be a list and are {given}{why}")));
        };
        let place = |id: &Value| id.as_str().and_then(|id| self.startable(index, id));
        let missing = |id: &Value| Text::from(format!("`{text}` names {id}, which cannot begin in the ad-hoc sub-process"));
        ids.iter().map(|id| place(id).ok_or_else(|| missing(id))).collect()
    }

    /// An element inside of an ad-hoc sub-process that nothing leads to.
    fn startable(&self, scope: ElementIndex, id: &str) -> Option<ElementIndex> {
        let index = self.process.find(id)?;
        let element = self.process.element(index);
        let free = element.incoming.is_empty() && !element.compensates;
        let attached = matches!(element.kind, Kind::Boundary { .. } | Kind::EventSubProcess { .. } | Kind::LinkCatch);
        (element.scope == scope && index != scope && free && !attached).then_some(index)
    }

    /// Somebody asks for elements inside of an ad-hoc sub-process.
    pub(super) fn activate_inside(&mut self, scope: Key, ids: &[Text]) -> Result<(), Refusal> {
        let found = self.element_of(scope).filter(|(_, element)| matches!(element.kind, Kind::AdHoc(_)));
        let around = self.instance.live(scope).is_some_and(|live| live.multi.is_some());
        let Some((index, _)) = found.filter(|_| !around) else {
            return Err(Refusal::Gone { what: "ad-hoc sub-process", key: scope });
        };
        for id in ids {
            let element = self.startable(index, id).ok_or_else(|| Refusal::NoPlace {
                element: id.clone(),
                why: "it is no element of the ad-hoc sub-process that nothing leads to",
            })?;
            self.queue.push_back(Work::Enter { element, scope, flow: None });
        }
        Ok(())
    }

    /// Something inside of an ad-hoc sub-process was completed. Whether that is enough, and it ends.
    pub(super) fn is_enough(&mut self, scope: Key, path_ends: bool) -> bool {
        let Some((_, element)) = self.element_of(scope) else { return false };
        let Kind::AdHoc(ad_hoc) = &element.kind else { return false };
        if path_ends && let Some((name, result)) = &ad_hoc.output {
            let result = result.evaluate(&self.visible(scope), &self.environment).value;
            let so_far = self.instance.variables(scope);
            let mut results: Vec<Value> =
                so_far.get(name).and_then(Value::as_list).map(<[Value]>::to_vec).unwrap_or_default();
            results.push(result);
            self.set_local(scope, Context::from_iter([(name.clone(), Value::from(results))]));
        }
        let Some(condition) = &ad_hoc.completion else { return false };
        let evaluation = condition.evaluate(&self.visible(scope), &self.environment);
        match evaluation.value {
            Value::Bool(true) if ad_hoc.cancel_remaining => {
                self.terminate_inside(scope);
                self.forget(scope);
                self.queue.push_back(Work::Complete(scope));
                true
            }
            Value::Bool(_) => false,
            other => {
                let text = condition.text().trim();
                let message = Text::from(format!("the completion condition `{text}` gives {other}, not true or false"));
                self.incident(scope, Phase::Leaving, message);
                false
            }
        }
    }

    /// Whether an ad-hoc sub-process in which nothing is active is done: always, unless a condition says when.
    pub(super) fn is_done_when_empty(&self, scope: Key, element: &Element) -> bool {
        let Kind::AdHoc(ad_hoc) = &element.kind else { return true };
        let holds = |condition: &feel::Expression| {
            condition.evaluate(&self.visible(scope), &self.environment).value == Value::Bool(true)
        };
        ad_hoc.completion.as_ref().is_none_or(holds)
    }

    /// The results of an ad-hoc sub-process go out.
    pub(super) fn collect_ad_hoc(&mut self, key: Key, element: &Element) {
        let Kind::AdHoc(ad_hoc) = &element.kind else { return };
        let Some((name, _)) = &ad_hoc.output else { return };
        let own = self.instance.variables(key);
        if let (Some(results), Some(scope)) = (own.get(name), self.scope_of(key)) {
            self.set(scope, &Context::from_iter([(name.clone(), results.clone())]));
        }
    }

    /// Tokens on their way in a scope that ends are not on their way any more.
    pub(super) fn forget(&mut self, scope: Key) {
        self.queue
            .retain(|work| !matches!(work, Work::Enter { scope: of, .. } | Work::Leave { scope: of, .. } if *of == scope));
    }

    /// Begins the results' list, so that it lies inside and not somewhere around.
    pub(super) fn no_results_yet(&self, key: Key, ad_hoc: &AdHoc) -> Option<Event> {
        let (name, _) = ad_hoc.output.as_ref()?;
        Some(Event::Variables {
            scope: key,
            variables: Context::from_iter([(name.clone(), Value::from(Vec::<Value>::new()))]),
        })
    }
}
