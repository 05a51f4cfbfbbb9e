//! Once per item: all at once, or one after the other.

use bpmn::Element;
use feel::{Context, Expression, Scope, Value, because};
use units::Text;

use super::{Step, Work};
use crate::event::{Event, Phase};
use crate::instance::{Key, Multi};
use crate::interruption::Then;
use crate::variables::Visible;

/// The variable that counts the items, from 1.
const COUNTER: &str = "loopCounter";

impl Step<'_, '_> {
    /// Begins as many items as may be done at once.
    pub(super) fn multiply(&mut self, key: Key, element: &Element) {
        let Some(multi) = &element.multi else { return };
        let items = self.evaluate(&multi.collection, &self.visible(key));
        let Value::List(list) = &items.value else {
            let why = because(items.why());
            let collection = multi.collection.text().trim();
            let message = format!("the collection `{collection}` has to be a list and is {}{why}", items.value);
            return self.incident(key, Phase::Entering, Text::from(message));
        };
        self.warn(element, "collection", &multi.collection, &items);
        let (total, limit) = (u32::try_from(list.len()).unwrap_or(u32::MAX), self.cx.limits.items);
        if total > limit {
            let collection = multi.collection.text().trim();
            let message =
                format!("the collection `{collection}` has {total} items, and at most {limit} can be done at a time");
            return self.incident(key, Phase::Entering, Text::from(message));
        }
        match self.watch_boundaries(key, element) {
            Ok(events) => self.emit_all(events),
            Err(message) => return self.incident(key, Phase::Entering, message),
        }
        let (items, collects, activations) = (items.value, multi.output.is_some(), self.unbroken);
        self.emit(Event::Multiplied { key, total, items, collects, activations });
        if total == 0 {
            return self.all_done(key, element);
        }
        self.queue.push_back(Work::Item(key));
    }

    /// The next item begins. Those that may run at once each take a turn in the queue, so that a long list does not hold up
    /// what else moves, and a step can stop between them.
    pub(super) fn next_item(&mut self, body: Key) {
        let Some((_, element)) = self.element_of(body) else { return };
        let Some(state) = self.instance.live(body).and_then(|live| live.multi.as_deref()) else { return };
        let place = state.begun as usize;
        let Some(item) = state.items.as_list().and_then(|items| items.get(place)).cloned() else { return };
        let more = state.begun + 1 < state.total && element.multi.as_ref().is_some_and(|multi| !multi.sequential);
        self.activations += 1;
        // items are finite: the way through one does not count for the next
        self.unbroken = self.unbroken.saturating_add(1).min(state.activations.saturating_add(1));
        self.begin_item(body, element, place, item);
        if more {
            self.queue.push_back(Work::Item(body));
        }
    }

    fn begin_item(&mut self, body: Key, element: &Element, place: usize, item: Value) {
        let Some(index) = self.instance.live(body).map(|live| live.element) else { return };
        self.emit(Event::ItemBegun { key: body });
        let key = self.activate(index, body);
        let mut variables = Context::from_iter([(COUNTER, place + 1)]);
        let multi = element.multi.as_ref();
        // results for it stay with the item: the others have their own
        if let Some(name) = multi.and_then(|multi| variable_of(&multi.output.as_ref()?.1)) {
            variables.insert(name.clone(), Value::Null);
        }
        if let Some(name) = multi.and_then(|multi| multi.item.as_ref()) {
            variables.insert(name.clone(), item);
        }
        self.set_local(key, variables);
        self.begin(key);
    }

    /// One item is done: its result is collected, and the next begins, or all are done.
    pub(super) fn item_done(&mut self, key: Key, element: &Element) {
        let (Some(multi), Some(body)) = (&element.multi, self.scope_of(key)) else { return };
        let place = self.instance.live(key).map_or(0, |item| item.item.saturating_sub(1));
        let result = match &multi.output {
            None => Ok(Value::Null),
            Some((_, result)) => self.value(element, "output element", result, &self.visible(key)),
        };
        let result = match result {
            Ok(result) => result,
            // its outputs are taken and its listeners are done: only this is decided again
            Err(message) => return self.incident(key, Phase::Collecting, message),
        };
        let enough =
            match multi.completion.as_ref().map(|condition| self.is_enough_items(key, body, place, &result, condition)) {
                None => false,
                Some(Ok(enough)) => enough,
                Some(Err(message)) => return self.incident(key, Phase::Collecting, message),
            };
        self.close(key);
        self.emit(Event::Completed { key });
        self.emit(Event::ItemDone { key: body, place, result });
        let Some(state) = self.instance.live(body).and_then(|live| live.multi.as_deref()) else { return };
        let (done, total) = (state.done, state.total);
        if enough || done == total {
            return self.items_done(body);
        }
        if multi.sequential {
            self.queue.push_back(Work::Item(body));
        }
    }

    /// Enough items are done: the others end, and the results go out.
    pub(super) fn items_done(&mut self, body: Key) {
        let Some((_, element)) = self.element_of(body) else { return };
        if self.asks_before(body, false, || Then::Items) {
            return;
        }
        self.terminate_inside(body);
        self.queue.retain(|work| *work != Work::Item(body));
        self.all_done(body, element);
    }

    /// Whether enough items are done with this one, or why that cannot be said.
    fn is_enough_items(
        &self,
        key: Key,
        body: Key,
        place: u32,
        result: &Value,
        condition: &Expression,
    ) -> Result<bool, Text> {
        let Some((around, multi)) = self.instance.live(body).and_then(|live| Some((live, live.multi.as_deref()?))) else {
            return Ok(false);
        };
        let element = self.process.element(around.element);
        let collection = element.multi.as_ref().and_then(|multi| multi.output.as_ref());
        let done = Done { multi, active: around.children, place, result, name: collection.map(|(name, _)| name.as_str()) };
        self.holds_in(&WithItems { done, behind: &self.visible(key) }, element, condition)
    }

    /// Whether a completion condition holds, or why it is neither true nor false.
    pub(super) fn holds(&self, key: Key, element: &Element, condition: &Expression) -> Result<bool, Text> {
        self.holds_in(&self.visible(key), element, condition)
    }

    fn holds_in(&self, scope: &dyn Scope, element: &Element, condition: &Expression) -> Result<bool, Text> {
        let evaluation = self.evaluate(condition, scope);
        match &evaluation.value {
            Value::Bool(holds) => {
                self.warn(element, "completion condition", condition, &evaluation);
                Ok(*holds)
            }
            other => {
                let why = because(evaluation.why());
                let text = condition.text().trim();
                Err(Text::from(format!("the completion condition `{text}` gives {other}, not true or false{why}")))
            }
        }
    }

    fn all_done(&mut self, body: Key, element: &Element) {
        let results = self.instance.live(body).and_then(|live| live.multi.as_ref()?.results.clone());
        if let (Some((name, _)), Some(results)) = (element.multi.as_ref().and_then(|multi| multi.output.as_ref()), results)
            && let Some(scope) = self.scope_of(body)
        {
            self.set(scope, &Context::from_iter([(name.clone(), Value::from(results))]));
        }
        self.queue.push_back(Work::Complete(body));
    }
}

/// The variable that an expression is, or of which it is a part: `quote` and `quote.price`, but not `quote.price * 2`.
pub(super) fn variable_of(expression: &Expression) -> Option<&Text> {
    let [name] = expression.names() else { return None };
    let path = expression.text().trim().trim_start_matches('=').trim();
    let inner = path.strip_prefix(name.as_str())?;
    let is_path = inner.is_empty() || inner.starts_with('.');
    (is_path && inner.chars().all(|sign| sign == '.' || sign == '_' || sign.is_alphanumeric())).then_some(name)
}

/// How far the items are, one more of them being done.
struct Done<'a> {
    multi: &'a Multi,
    /// How many are active, this one among them.
    active: u32,
    place: u32,
    result: &'a Value,
    /// The variable that collects the results.
    name: Option<&'a str>,
}

/// The variables of an item, and before them what a completion condition may ask of all items.
struct WithItems<'a> {
    done: Done<'a>,
    behind: &'a Visible<'a>,
}

impl Scope for WithItems<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let Done { multi, active, place, result, name: collection } = &self.done;
        let number = |count: u32| Some(Value::from(i64::from(count)));
        match name {
            "numberOfInstances" => number(multi.total),
            "numberOfActiveInstances" => number(*active),
            "numberOfCompletedInstances" => number(multi.done + 1),
            "numberOfTerminatedInstances" => number(multi.begun.saturating_sub(multi.done + active)),
            _ if Some(name) == *collection => {
                let mut results = multi.results.clone()?;
                if let Some(slot) = results.get_mut(*place as usize) {
                    slot.clone_from(result);
                }
                Some(Value::from(results))
            }
            _ => self.behind.lookup(name),
        }
    }

    fn salt(&self) -> u64 {
        self.behind.salt()
    }
}
