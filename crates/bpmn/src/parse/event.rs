//! Events: what sets them off, and what they throw.

use feel::Value;
use units::Text;

use super::{Reader, Xml, children, zeebe};
use crate::{Cycle, ElementIndex, Interval, Kind, Message, TimerKind, Trigger, moment_of};

impl<'a, 'x> Reader<'a, 'x> {
    pub(super) fn start_event(&mut self, node: Xml<'a, 'x>, scope: Option<&Kind>) -> Option<Kind> {
        let trigger = self.trigger(node)?;
        match (scope, &trigger) {
            (Some(Kind::EventSubProcess { .. }), Trigger::None) => {
                self.refuse(
                    node,
                    "the start event of an event sub-process needs a trigger",
                    "give it a message, a timer, a signal, an error or an escalation",
                );
                None
            }
            (Some(Kind::EventSubProcess { .. }), Trigger::Message(message)) if message.correlation.is_none() => {
                self.refuse(node, "the message has no correlation key", "add one to the message");
                None
            }
            (Some(Kind::EventSubProcess { .. }), Trigger::Error(_)) if node.attribute("isInterrupting") == Some("false") => {
                self.refuse(node, "an error always interrupts", "make the start event interrupting");
                None
            }
            (Some(Kind::EventSubProcess { .. }), Trigger::Compensation(_)) => {
                let mend = "use a compensation event on the edge of an activity";
                self.refuse(node, "an event sub-process is not started by compensation", mend);
                None
            }
            (Some(Kind::AdHoc(_)), _) => {
                self.refuse(node, "an ad-hoc sub-process has no start event", "remove it, and name the active elements");
                None
            }
            (Some(Kind::EventSubProcess { .. }), _) | (_, Trigger::None) => Some(Kind::Start(trigger)),
            (Some(Kind::Process), Trigger::Message(crate::Message { name, .. }) | Trigger::Signal(name))
                if name.plain().is_none() =>
            {
                let cause = "the name of what begins a process is an expression, and it has nothing to look at yet";
                self.refuse(node, cause, "write the name itself");
                None
            }
            (Some(Kind::Process), Trigger::Message(_) | Trigger::Timer(..) | Trigger::Signal(_)) => {
                Some(Kind::Start(trigger))
            }
            _ => {
                self.refuse(node, "a start event here has no trigger", "use a plain start event");
                None
            }
        }
    }

    pub(super) fn end_event(&mut self, node: Xml<'a, 'x>) -> Option<Kind> {
        match self.definition(node)? {
            None => Some(self.job(node)?.map_or(Kind::End, Kind::Job)),
            Some(definition) => match definition.tag_name().name() {
                "terminateEventDefinition" => Some(Kind::TerminateEnd),
                "errorEventDefinition" => self.thrown_code(definition, "error").map(Kind::ErrorEnd),
                _ => self.thrown(node, definition),
            },
        }
    }

    /// What end events and intermediate events both throw.
    fn thrown(&mut self, node: Xml<'a, 'x>, definition: Xml<'a, 'x>) -> Option<Kind> {
        match definition.tag_name().name() {
            "messageEventDefinition" => self.thrown_message(node, definition),
            "signalEventDefinition" => self.signal(definition).map(Kind::SignalThrow),
            "escalationEventDefinition" => self.thrown_code(definition, "escalation").map(Kind::EscalationThrow),
            // the activity is found once all elements are known
            "compensateEventDefinition" => Some(Kind::CompensationThrow(None)),
            _ => {
                self.unknown(definition);
                None
            }
        }
    }

    pub(super) fn throw_event(&mut self, node: Xml<'a, 'x>) -> Option<Kind> {
        match self.definition(node)? {
            None => Some(self.job(node)?.map_or(Kind::Manual, Kind::Job)),
            Some(definition) => match definition.tag_name().name() {
                "linkEventDefinition" => Some(Kind::LinkThrow(ElementIndex(0))),
                _ => self.thrown(node, definition),
            },
        }
    }

    pub(super) fn catch_event(&mut self, node: Xml<'a, 'x>) -> Option<Kind> {
        if self.definition(node)?.is_some_and(|definition| definition.tag_name().name() == "linkEventDefinition") {
            return Some(Kind::LinkCatch);
        }
        match self.trigger(node)? {
            trigger @ (Trigger::Message(_) | Trigger::Timer(..) | Trigger::Signal(_)) => {
                if self.correlated(node, &trigger) {
                    Some(Kind::Catch(trigger))
                } else {
                    None
                }
            }
            Trigger::None | Trigger::Error(_) | Trigger::Escalation(_) | Trigger::Compensation(_) => {
                self.refuse(node, "a catch event waits for a message, a timer, a signal or a link", "give it one");
                None
            }
        }
    }

    pub(super) fn boundary_event(&mut self, node: Xml<'a, 'x>) -> Option<Kind> {
        let interrupting = node.attribute("cancelActivity") != Some("false");
        let trigger = self.trigger(node)?;
        match &trigger {
            Trigger::None => {
                self.refuse(
                    node,
                    "a boundary event needs a trigger",
                    "give it a message, a timer, a signal, an error or an escalation",
                );
                return None;
            }
            Trigger::Error(_) if !interrupting => {
                self.refuse(node, "an error always interrupts", "make the boundary event interrupting");
                return None;
            }
            _ => {}
        }
        if !self.correlated(node, &trigger) {
            return None;
        }
        Some(Kind::Boundary { host: ElementIndex(0), interrupting, trigger })
    }

    fn correlated(&mut self, node: Xml<'a, 'x>, trigger: &Trigger) -> bool {
        let missing = matches!(trigger, Trigger::Message(message) if message.correlation.is_none());
        if missing {
            self.refuse(node, "the message has no correlation key", "add one to the message");
        }
        !missing
    }

    /// The event definition in an event: `None` if there are several, `Some(None)` if there is none.
    #[expect(clippy::option_option, reason = "wrong and absent are answered differently")]
    fn definition(&mut self, node: Xml<'a, 'x>) -> Option<Option<Xml<'a, 'x>>> {
        let mut definitions = children(node).filter(|child| child.tag_name().name().ends_with("EventDefinition"));
        let first = definitions.next();
        if definitions.next().is_some() {
            self.refuse(node, "the event has several definitions", "use one event for each");
            return None;
        }
        Some(first)
    }

    fn trigger(&mut self, node: Xml<'a, 'x>) -> Option<Trigger> {
        let Some(definition) = self.definition(node)? else { return Some(Trigger::None) };
        match definition.tag_name().name() {
            "messageEventDefinition" => self.message(node, definition).map(Trigger::Message),
            "timerEventDefinition" => self.timer(definition),
            "errorEventDefinition" => self.caught_code(definition, "error").map(Trigger::Error),
            "signalEventDefinition" => self.signal(definition).map(Trigger::Signal),
            "escalationEventDefinition" => self.caught_code(definition, "escalation").map(Trigger::Escalation),
            "compensateEventDefinition" => Some(Trigger::Compensation(ElementIndex(0))),
            "conditionalEventDefinition" => {
                let mend = "Camunda 8.8 does not execute it: use a message that is sent when the condition comes true";
                self.refuse(definition, "conditional events are not supported", mend);
                None
            }
            _ => {
                self.unknown(definition);
                None
            }
        }
    }

    fn signal(&mut self, definition: Xml<'a, 'x>) -> Option<crate::Formula> {
        let id = definition.attribute("signalRef").unwrap_or_default();
        let signal = self.signals.get(id).copied();
        match signal.and_then(|signal| Some((signal, signal.attribute("name").filter(|name| !name.is_empty())?))) {
            Some((signal, name)) => self.formula(signal, name),
            None => {
                self.refuse(definition, format!("it refers to no signal with a name: `{id}`"), "choose a signal");
                None
            }
        }
    }

    /// The error or escalation that a definition refers to: `None` if it is not there, `Some(None)` for any.
    #[expect(clippy::option_option, reason = "missing and any are answered differently")]
    fn referred(&mut self, definition: Xml<'a, 'x>, what: &str) -> Option<Option<Xml<'a, 'x>>> {
        let Some(id) = definition.attribute(if what == "error" { "errorRef" } else { "escalationRef" }) else {
            return Some(None);
        };
        let all = if what == "error" { &self.errors } else { &self.escalations };
        let found = all.get(id).copied();
        if found.is_none() {
            self.refuse(definition, format!("there is no {what} `{id}`"), format!("choose an {what}"));
        }
        found.map(Some)
    }

    /// The code that an event catches: `None` if it cannot be read, `Some(None)` for any.
    #[expect(clippy::option_option, reason = "unreadable and any are answered differently")]
    fn caught_code(&mut self, definition: Xml<'a, 'x>, what: &str) -> Option<Option<Text>> {
        let Some(node) = self.referred(definition, what)? else { return Some(None) };
        match code_of(node, what) {
            Some(code) if code.starts_with('=') => {
                let cause = format!("the {what} code that it catches is an expression: `{code}`");
                self.refuse(definition, cause, "write the code itself; only what throws may compute it");
                None
            }
            code => Some(code.map(Text::from)),
        }
    }

    /// The code that an event throws.
    fn thrown_code(&mut self, definition: Xml<'a, 'x>, what: &str) -> Option<crate::Formula> {
        let code = self.referred(definition, what)?.and_then(|node| Some((node, code_of(node, what)?)));
        match code {
            Some((node, code)) => self.formula(node, code),
            None => {
                self.refuse(definition, format!("the {what} has no code"), "give it one");
                None
            }
        }
    }

    /// The message that an element refers to.
    pub(super) fn message(&mut self, node: Xml<'a, 'x>, reference: Xml<'a, 'x>) -> Option<Message> {
        let id = reference.attribute("messageRef").unwrap_or_default();
        let Some(message) = self.messages.get(id).copied() else {
            self.refuse(node, format!("it refers to no message: `{id}`"), "choose a message");
            return None;
        };
        let name = message.attribute("name").unwrap_or_default();
        if name.is_empty() {
            self.refuse(message, "the message has no name", "give it one");
            return None;
        }
        let name = self.formula(message, name)?;
        let correlation = zeebe(message, "subscription").and_then(|subscription| subscription.attribute("correlationKey"));
        let correlation = match correlation {
            Some(key) => Some(self.expression(message, key)?),
            None => None,
        };
        let constant = correlation.as_ref().and_then(|key| key.constant());
        if let Some(constant) = constant.filter(|value| !matches!(value, Value::String(_) | Value::Number(_))) {
            let cause = format!("the correlation key is {constant} and never a text or a number");
            self.refuse(message, cause, "give what tells those apart that wait for the message");
            return None;
        }
        if node.tag_name().name() == "receiveTask" && correlation.is_none() {
            self.refuse(node, "the message has no correlation key", "add one to the message");
            return None;
        }
        Some(Message { name, correlation })
    }

    /// A thrown message goes out by a job if the event names one, and otherwise to whoever waits here.
    fn thrown_message(&mut self, node: Xml<'a, 'x>, definition: Xml<'a, 'x>) -> Option<Kind> {
        if let Some(job) = self.job(node)? {
            return Some(Kind::Job(job));
        }
        let message = self.message(node, definition)?;
        if message.correlation.is_none() {
            self.refuse(node, "the thrown message has neither a job nor a correlation key", "add one of them");
            return None;
        }
        Some(Kind::Throw(message))
    }

    fn timer(&mut self, definition: Xml<'a, 'x>) -> Option<Trigger> {
        for child in children(definition) {
            let kind = match child.tag_name().name() {
                "timeDate" => TimerKind::Date,
                "timeDuration" => TimerKind::Duration,
                "timeCycle" => TimerKind::Cycle,
                _ => continue,
            };
            let text = super::text_of(child);
            let formula = self.formula(child, text.trim())?;
            if let Some(why) = formula.constant().and_then(|value| not_a_time(kind, &value)) {
                self.refuse(child, why, "mend the time, or give an expression");
                return None;
            }
            return Some(Trigger::Timer(kind, formula));
        }
        self.refuse(definition, "the timer has no time", "give it a date, a duration or a cycle");
        None
    }
}

/// The code of an error or an escalation, if it has one.
fn code_of<'a>(node: Xml<'a, '_>, what: &str) -> Option<&'a str> {
    node.attribute(if what == "error" { "errorCode" } else { "escalationCode" }).filter(|code| !code.is_empty())
}

/// Why a value can not be a time of this kind, if it cannot.
fn not_a_time(kind: TimerKind, value: &Value) -> Option<String> {
    match (kind, value) {
        (TimerKind::Date, value) if moment_of(value, 0).is_none() => Some(no_moment(value)),
        (TimerKind::Duration, value) if Interval::of(value).is_none() => {
            Some(format!("`{}` is not a duration such as PT15M or P1D", written(value)))
        }
        (TimerKind::Duration, value)
            if Interval::of(value).is_some_and(|found| found.after(units::Timestamp(0), 0).is_none()) =>
        {
            Some(format!("`{}` leads beyond the calendar", written(value)))
        }
        (TimerKind::Cycle, Value::String(text)) => Cycle::parse(text).err(),
        (TimerKind::Cycle, value) => Some(format!("`{value}` is no cycle such as R3/PT10M or R/P1D")),
        (TimerKind::Date | TimerKind::Duration, _) => None,
    }
}

pub(super) fn no_moment(value: &Value) -> String {
    format!("`{}` is not a moment such as 2026-11-23T10:00:00Z", written(value))
}

/// A value as it stands in an attribute: a text without quotes.
pub(super) fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
