//! Ad-hoc sub-processes: what begins inside of them, and when they are done.

use bpmn::{AdHoc, Element, ElementIndex, Formula, Kind};
use feel::{Context, Expression, Value, because};
use units::Text;

use super::multi::variable_of;
use super::{Step, Work};
use crate::event::{Event, Phase};
use crate::input::{AdHocLead, Refusal};
use crate::instance::Key;
use crate::interruption::Then;

/// The variable that says what can begin inside.
const INSIDE: &str = "adHocSubProcessElements";

impl Step<'_, '_> {
    /// An ad-hoc sub-process begins: with the elements that its expression names, or with a job for the worker that leads it.
    pub(super) fn begin_ad_hoc(
        &mut self,
        key: Key,
        index: ElementIndex,
        element: &Element,
        ad_hoc: &AdHoc,
    ) -> Result<(), Text> {
        // its job is tried again: it has begun before
        if ad_hoc.job.is_some() && self.instance.live(key).is_some_and(|live| live.variables.contains(INSIDE)) {
            self.ask_leader(key, element);
            return Ok(());
        }
        let active = self.active_elements(key, index, ad_hoc)?;
        let events = self.watch_scope(key, element)?;
        self.emit_all(events);
        let mut variables = Context::from_iter([(INSIDE, self.described(index))]);
        if let Some((name, _)) = &ad_hoc.output {
            // begun here, so that the results lie inside and not somewhere around
            variables.insert(name.clone(), Value::from(Vec::<Value>::new()));
        }
        self.set_local(key, variables);
        self.ask_leader(key, element);
        for element in active {
            self.begin_inside(key, element, Context::default());
        }
        Ok(())
    }

    /// An element begins inside of an ad-hoc sub-process, in a scope that is its own and that of what follows it.
    pub(super) fn begin_inside(&mut self, key: Key, element: ElementIndex, own: Context) {
        let scope = self.inner(key, own);
        self.queue.push_back(Work::Enter { element, scope, flow: None });
    }

    /// A scope for one path inside of an ad-hoc sub-process, with variables of its own; any other scope is the one that it is.
    pub(super) fn inner(&mut self, key: Key, own: Context) -> Key {
        let Some((index, element)) = self.element_of(key) else { return key };
        let Kind::AdHoc(ad_hoc) = &element.kind else { return key };
        let mut variables = Context::default();
        // results for it stay with the path: the others have their own
        if let Some(name) = ad_hoc.output.as_ref().and_then(|(_, result)| variable_of(result)) {
            variables.insert(name.clone(), Value::Null);
        }
        variables.merge(&own);
        let inner = self.activate(index, key);
        self.set_local(inner, variables);
        inner
    }

    /// A path inside of an ad-hoc sub-process has ended: its result is collected, and that may be enough.
    pub(super) fn path_ended(&mut self, inner: Key) {
        let Some((_, element)) = self.element_of(inner) else { return };
        let Kind::AdHoc(ad_hoc) = &element.kind else { return };
        let Some(scope) = self.scope_of(inner) else { return };
        if let Some((name, result)) = &ad_hoc.output {
            let result = match self.value(element, "output element", result, &self.visible(inner)) {
                Ok(result) => result,
                Err(message) => return self.incident(inner, Phase::Collecting, message),
            };
            let so_far = self.instance.variables(scope);
            let mut results: Vec<Value> =
                so_far.get(name).and_then(Value::as_list).map(<[Value]>::to_vec).unwrap_or_default();
            results.push(result);
            self.set_local(scope, Context::from_iter([(name.clone(), Value::from(results))]));
        }
        self.close(inner);
        self.emit(Event::Completed { key: inner });
        self.ask_leader(scope, element);
        if !self.is_enough(scope) {
            self.emptied.push(scope);
        }
    }

    /// The elements that can begin inside of an ad-hoc sub-process, for whoever chooses among them.
    fn described(&self, index: ElementIndex) -> Value {
        let inside = self.process.elements().filter(|(_, inner)| self.startable(index, inner.id()).is_some());
        let described = inside.map(|(_, inner)| {
            let properties = inner.properties().map(|(name, value)| (Text::from(name), Value::from(value)));
            Value::Context(Context::from_iter([
                ("elementId", Value::from(inner.id())),
                ("elementName", Value::from(inner.name())),
                ("documentation", Value::from(inner.documentation())),
                ("properties", Value::Context(Context::from_iter(properties))),
                ("parameters", Value::from(parameters(inner))),
            ]))
        });
        Value::from(described.collect::<Vec<_>>())
    }

    /// Whether a worker leads a live element.
    pub(super) fn is_led(&self, key: Key) -> bool {
        let led =
            |(_, element): (ElementIndex, &Element)| matches!(&element.kind, Kind::AdHoc(ad_hoc) if ad_hoc.job.is_some());
        self.element_of(key).is_some_and(led)
    }

    /// A job for the worker that leads an ad-hoc sub-process, if one does. There is one at a time.
    fn ask_leader(&mut self, key: Key, element: &Element) {
        let Kind::AdHoc(ad_hoc) = &element.kind else { return };
        let fulfilled = self.instance.live(key).is_none_or(|live| live.fulfilled);
        let Some(job) = ad_hoc.job.as_ref().filter(|_| !fulfilled) else { return };
        self.dismiss_leader(key);
        match self.job(key, job, None) {
            Ok(event) => self.emit(event),
            Err(message) => self.incident(key, Phase::Working, message),
        }
    }

    /// Takes the job of the worker that leads an ad-hoc sub-process back.
    pub(super) fn dismiss_leader(&mut self, key: Key) {
        let open = self.instance.jobs.iter().find(|open| open.element == key && open.listener.is_none());
        if let Some(job) = open.map(|open| open.key) {
            self.emit(Event::JobCancelled { job });
        }
    }

    /// The worker that leads an ad-hoc sub-process has decided.
    pub(super) fn lead(&mut self, job: Key, variables: Context, lead: AdHocLead) -> Result<(), Refusal> {
        let scope = self.open_job(job)?;
        let Some((index, _)) = self.element_of(scope).filter(|_| self.is_led(scope)) else {
            return Err(Refusal::Gone { what: "job of an ad-hoc sub-process", key: job });
        };
        if lead.fulfilled && !lead.activate.is_empty() {
            return Err(Refusal::FulfilledAndMore { job });
        }
        let mut begin = Vec::new();
        for (id, own) in lead.activate {
            begin.push((self.place_inside(index, &id)?, own));
        }
        self.emit(Event::JobCompleted { job });
        self.set_local(scope, variables);
        for (element, own) in begin {
            self.begin_inside(scope, element, own);
        }
        if lead.fulfilled {
            self.emit(Event::AdHocFulfilled { key: scope });
            if lead.cancel_remaining {
                self.empty(scope);
            } else {
                self.emptied.push(scope);
            }
        }
        Ok(())
    }

    /// The elements that begin at once.
    pub(super) fn active_elements(&self, key: Key, index: ElementIndex, ad_hoc: &AdHoc) -> Result<Vec<ElementIndex>, Text> {
        let Some(expression) = &ad_hoc.active else { return Ok(Vec::new()) };
        let evaluation = self.evaluate(expression, &self.visible(key));
        let text = expression.text().trim();
        let Value::List(ids) = &evaluation.value else {
            let why = because(evaluation.why());
            let given = &evaluation.value;
            return Err(Text::from(format!("the active elements `{text}` have to be a list and are {given}{why}")));
        };
        self.warn(self.process.element(index), "active elements", expression, &evaluation);
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

    fn place_inside(&self, scope: ElementIndex, id: &Text) -> Result<ElementIndex, Refusal> {
        let why = "it is no element of the ad-hoc sub-process that nothing leads to";
        self.startable(scope, id).ok_or_else(|| Refusal::NoPlace { element: id.clone(), why })
    }

    /// Somebody asks for elements inside of an ad-hoc sub-process.
    pub(super) fn activate_inside(&mut self, scope: Key, ids: &[Text]) -> Result<(), Refusal> {
        let found = self.element_of(scope).filter(|(_, element)| matches!(element.kind, Kind::AdHoc(_)));
        let around = self.instance.live(scope).is_some_and(|live| live.multi.is_some()) || self.instance.is_inner(scope);
        let Some((index, _)) = found.filter(|_| !around && !self.is_ending(scope) && !self.instance.is_interrupted(scope))
        else {
            return Err(Refusal::Gone { what: "ad-hoc sub-process", key: scope });
        };
        let elements: Vec<ElementIndex> = ids.iter().map(|id| self.place_inside(index, id)).collect::<Result<_, _>>()?;
        for element in elements {
            self.begin_inside(scope, element, Context::default());
        }
        Ok(())
    }

    /// Something inside of an ad-hoc sub-process was completed, in one of its paths or beside them. Whether that is enough, and it
    /// ends.
    pub(super) fn is_enough(&mut self, scope: Key) -> bool {
        let scope = if self.instance.is_inner(scope) { self.scope_of(scope).unwrap_or(scope) } else { scope };
        let Some((_, element)) = self.element_of(scope) else { return false };
        let Kind::AdHoc(ad_hoc) = &element.kind else { return false };
        let Some(condition) = &ad_hoc.completion else { return false };
        if self.instance.is_interrupted(scope) {
            return true;
        }
        match self.holds(scope, element, condition) {
            Ok(true) if ad_hoc.cancel_remaining => {
                self.enough(scope);
                true
            }
            Ok(_) => false,
            Err(message) => {
                self.incident(scope, Phase::Deciding, message);
                false
            }
        }
    }

    /// What was done in an ad-hoc sub-process is enough: what is still active in it ends, and it is done.
    pub(super) fn enough(&mut self, scope: Key) {
        if self.asks_before(scope, false, || Then::Enough) {
            return;
        }
        self.terminate_inside(scope);
        self.forget(scope);
        self.queue.push_back(Work::Complete(scope));
    }

    /// An incident of the completion condition was mended: it is asked again, and what is active inside goes on if it is not
    /// enough.
    pub(super) fn decide_again(&mut self, scope: Key) {
        if !self.is_enough(scope) {
            self.emptied.push(scope);
        }
    }

    /// Whether an ad-hoc sub-process in which nothing is active is done: always, unless a condition says when.
    pub(super) fn is_done_when_empty(&self, scope: Key, element: &Element) -> bool {
        let Kind::AdHoc(ad_hoc) = &element.kind else { return true };
        if ad_hoc.job.is_some() {
            return self.instance.live(scope).is_some_and(|live| live.fulfilled);
        }
        let holds = |condition: &feel::Expression| {
            self.value(element, "completion condition", condition, &self.visible(scope)) == Ok(Value::Bool(true))
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
}

/// What the input mappings of an element ask whoever leads the ad-hoc sub-process for: each `fromAi(…)` in them.
fn parameters(element: &Element) -> Vec<Value> {
    let sources = element.inputs.iter().filter_map(|mapping| match &mapping.source {
        Formula::Expression(expression) => Some(expression),
        Formula::Plain(_) => None,
    });
    // those that cannot be read are refused when the process is deployed
    let asked = sources.flat_map(Expression::asked).filter_map(Result::ok);
    asked.map(|asked| Value::Context(asked.into())).collect()
}
