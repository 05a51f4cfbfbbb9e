//! Once per item: all at once, or one after the other.

use bpmn::Element;
use feel::{Context, Value};
use units::Text;

use super::{Step, Work};
use crate::event::{Event, Phase};
use crate::instance::Key;

/// The variable that counts the items, from 1.
const COUNTER: &str = "loopCounter";

impl Step<'_, '_> {
    /// Begins as many items as may be done at once.
    pub(super) fn multiply(&mut self, key: Key, element: &Element) {
        let Some(multi) = &element.multi else { return };
        let items = multi.collection.evaluate(&self.visible(key), &self.environment);
        let Value::List(list) = items.value else {
            let why = items.warnings.first().map(|warning| format!(" ({warning})")).unwrap_or_default();
            let collection = multi.collection.text().trim();
            let message = format!("the collection `{collection}` has to be a list and is {}{why}", items.value);
            return self.incident(key, Phase::Entering, Text::from(message));
        };
        let total = u32::try_from(list.len()).unwrap_or(u32::MAX);
        match self.watch_boundaries(key, element) {
            Ok(events) => self.emit_all(events),
            Err(message) => return self.incident(key, Phase::Entering, message),
        }
        self.emit(Event::Multiplied { key, total, items: Value::List(list.clone()), collects: multi.output.is_some() });
        if list.is_empty() {
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
        if let Some(name) = element.multi.as_ref().and_then(|multi| multi.item.as_ref()) {
            variables.insert(name.clone(), item);
        }
        self.set_local(key, variables);
        self.begin(key);
    }

    /// One item is done: its result is collected, and the next begins, or all are done.
    pub(super) fn item_done(&mut self, key: Key, element: &Element) {
        let (Some(multi), Some(body)) = (&element.multi, self.scope_of(key)) else { return };
        let counter = self.instance.variables(key).get(COUNTER).and_then(Value::as_i64).unwrap_or(1);
        let result = match &multi.output {
            Some((_, result)) => result.evaluate(&self.visible(key), &self.environment).value,
            None => Value::Null,
        };
        let enough = match multi.completion.as_ref().map(|condition| self.holds(key, condition)) {
            None => false,
            Some(Ok(enough)) => enough,
            Some(Err(message)) => return self.incident(key, Phase::Leaving, message),
        };
        self.close(key);
        self.emit(Event::Completed { key });
        let place = u32::try_from(counter - 1).unwrap_or(0);
        self.emit(Event::ItemDone { key: body, place, result });
        let Some(state) = self.instance.live(body).and_then(|live| live.multi.as_deref()) else { return };
        let (done, total) = (state.done, state.total);
        if enough || done == total {
            self.terminate_inside(body);
            self.queue.retain(|work| *work != Work::Item(body));
            return self.all_done(body, element);
        }
        if multi.sequential {
            self.queue.push_back(Work::Item(body));
        }
    }

    /// Whether a completion condition holds, or why it is neither true nor false.
    pub(super) fn holds(&self, key: Key, condition: &feel::Expression) -> Result<bool, Text> {
        let evaluation = condition.evaluate(&self.visible(key), &self.environment);
        match evaluation.value {
            Value::Bool(holds) => Ok(holds),
            other => {
                let why = evaluation.warnings.first().map(|warning| format!(" ({warning})")).unwrap_or_default();
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
