//! Plays models: steps an instance, and after every step holds it against the fold of its events.

use std::collections::BTreeMap;

use bpmn::{Binding, Process};
use engine::{Cx, Decided, Decisions, Event, Input, Instance, InstanceId, Key, Limits, Refusal, WaitsFor, apply, step};
use feel::{Context, Value};
use units::Timestamp;

pub(crate) const NOW: Timestamp = Timestamp(1_795_428_000_000);

/// Wraps the inside of a process.
pub(crate) fn model(body: &str) -> Process {
    let xml = format!(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
<bpmn:process id="p" isExecutable="true">{body}</bpmn:process>
<bpmn:message id="go" name="go"><bpmn:extensionElements><zeebe:subscription correlationKey="=id"/></bpmn:extensionElements></bpmn:message>
<bpmn:message id="stop" name="stop"><bpmn:extensionElements><zeebe:subscription correlationKey="=id"/></bpmn:extensionElements></bpmn:message>
<bpmn:signal id="sig" name="alarm"/><bpmn:escalation id="late" escalationCode="late"/><bpmn:escalation id="other" escalationCode="other"/>
<bpmn:error id="bad" errorCode="bad"/><bpmn:error id="computed" errorCode="=code"/></bpmn:definitions>"#
    );
    let parsed = bpmn::parse(&xml).unwrap_or_else(|findings| panic!("{findings:#?}"));
    parsed.processes.into_iter().next().unwrap()
}

pub(crate) fn task(id: &str) -> String {
    format!(
        r#"<bpmn:serviceTask id="{id}"><bpmn:extensionElements><zeebe:taskDefinition type="{id}"/></bpmn:extensionElements></bpmn:serviceTask>"#
    )
}

pub(crate) fn flow(from: &str, to: &str) -> String {
    format!(r#"<bpmn:sequenceFlow id="{from}-{to}" sourceRef="{from}" targetRef="{to}"/>"#)
}

pub(crate) fn condition(from: &str, to: &str, condition: &str) -> String {
    format!(
        r#"<bpmn:sequenceFlow id="{from}-{to}" sourceRef="{from}" targetRef="{to}"><bpmn:conditionExpression>{condition}</bpmn:conditionExpression></bpmn:sequenceFlow>"#
    )
}

/// Flows along a path of ids.
pub(crate) fn path(ids: &[&str]) -> String {
    ids.windows(2).map(|pair| flow(pair[0], pair[1])).collect()
}

pub(crate) struct Rules;

impl Decisions for Rules {
    fn form_version(&self, form: &str, binding: &Binding) -> Result<Option<u32>, String> {
        match binding {
            Binding::Latest => Ok(None),
            Binding::Deployment => Ok(Some(7)),
            Binding::VersionTag(tag) => Err(format!("no form {form} with tag {tag} is deployed")),
        }
    }

    fn evaluate(
        &self,
        decision: &str,
        _binding: &Binding,
        variables: &Context,
        environment: &feel::Environment,
    ) -> Result<Decided, String> {
        let of = |value| Ok(Decided { value, ..Decided::default() });
        match decision {
            "double" => of(Value::from(variables.get("x").and_then(Value::as_i64).unwrap_or(0) * 2)),
            "seed" => of(Value::from(environment.seed.to_string().as_str())),
            "unsure" => Ok(Decided { why: Some("no rule matched".into()), ..Decided::default() }),
            "heavy" => {
                let made = engine::ExplainedDecision {
                    decision: "heavy".into(),
                    inputs: vec![("x".into(), "7".into())],
                    rules: vec![(2, "r2".into())],
                    output: "1".into(),
                };
                let explained = engine::Explained { decisions: vec![made], ..engine::Explained::default() };
                Ok(Decided { value: Value::from(1), work: 2_000, explained, ..Decided::default() })
            }
            other => Err(format!("no decision {other} is deployed")),
        }
    }
}

/// An instance that is played.
#[derive(Clone)]
pub(crate) struct Play<'a> {
    pub(crate) process: &'a Process,
    pub(crate) instance: Instance,
    pub(crate) events: Vec<Event>,
    pub(crate) now: Timestamp,
    pub(crate) limits: Limits,
}

impl<'a> Play<'a> {
    pub(crate) fn new(process: &'a Process, variables: &str) -> Self {
        Self::limited(process, variables, Limits::default())
    }

    pub(crate) fn limited(process: &'a Process, variables: &str, limits: Limits) -> Self {
        let instance = Instance::new(InstanceId(1), "p".into(), 1, None);
        let mut play = Self { process, instance, events: Vec::new(), now: NOW, limits };
        play.input(Input::Start { variables: serde_json::from_str(variables).unwrap() }).unwrap();
        play
    }

    /// Steps, and holds the stepped instance against the fold and against its stored form.
    pub(crate) fn input(&mut self, input: Input) -> Result<(), Refusal> {
        let mut stepped = self.instance.clone();
        let mut events = Vec::new();
        step(self.process, &mut stepped, input, &self.cx(), &mut events)?;
        let mut folded = self.instance.clone();
        for event in &events {
            let stored = rmp_serde::to_vec(event).unwrap();
            apply(self.process, &mut folded, &rmp_serde::from_slice(&stored).unwrap());
        }
        assert_eq!(folded, stepped, "the fold differs from the step");
        assert_eq!(rmp_serde::from_slice::<Instance>(&rmp_serde::to_vec(&stepped).unwrap()).unwrap(), stepped);
        engine::check(self.process, &stepped).unwrap();
        self.instance = stepped;
        self.events.extend(events);
        Ok(())
    }

    pub(crate) fn cx(&self) -> Cx<'static> {
        Cx { limits: self.limits, ..Cx::new(self.now, &Rules) }
    }

    pub(crate) fn job_type(&self, id: &str) -> String {
        self.instance.job_type(self.process, self.key(id)).unwrap().to_string()
    }

    /// What is open, by the id of the element: the key under which it is answered.
    pub(crate) fn open(&self) -> BTreeMap<String, Key> {
        let mut open = BTreeMap::new();
        let named = |waiting: &engine::Waiting| !matches!(waiting.what, WaitsFor::Items { .. });
        for waiting in self.instance.waiting(self.process).into_iter().filter(named) {
            let id = |index| self.process.element(index).id().to_owned();
            let name = match &waiting.what {
                WaitsFor::Timer { target, .. } | WaitsFor::Message { target, .. } => id(*target),
                WaitsFor::Incident(_) => format!("incident {}", id(waiting.element)),
                _ => id(waiting.element),
            };
            let mut unique = name.clone();
            let mut number = 2;
            while open.contains_key(&unique) {
                unique = format!("{name}#{number}");
                number += 1;
            }
            open.insert(unique, waiting.key);
        }
        open
    }

    /// Whether an element has begun so far.
    pub(crate) fn begun(&self, index: bpmn::ElementIndex) -> bool {
        let begins = |event: &Event| matches!(event, Event::Activated { element, .. } if *element == index);
        self.events.iter().any(begins)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.open().into_keys().collect()
    }

    fn key(&self, id: &str) -> Key {
        *self.open().get(id).unwrap_or_else(|| panic!("{id} is not open, but {:?}", self.names()))
    }

    pub(crate) fn complete(&mut self, id: &str, variables: &str) {
        let job = self.key(id);
        self.input(Input::CompleteJob { job, variables: serde_json::from_str(variables).unwrap() }).unwrap();
    }

    pub(crate) fn fire(&mut self, id: &str) {
        let timer = self.key(id);
        self.now = self.instance.timer_due(timer).unwrap();
        self.input(Input::FireTimer { timer }).unwrap();
    }

    pub(crate) fn message(&mut self, id: &str, variables: &str) {
        let subscription = self.key(id);
        self.input(Input::Correlate { subscription, variables: serde_json::from_str(variables).unwrap() }).unwrap();
    }

    pub(crate) fn throw(&mut self, id: &str, code: &str) {
        let job = self.key(id);
        self.input(Input::ThrowError { job, code: code.into(), message: "broken".into(), variables: Context::default() })
            .unwrap();
    }

    pub(crate) fn variables(&self) -> String {
        self.instance.root_variables().to_json().to_string()
    }

    /// What the open incidents say.
    pub(crate) fn told(&self) -> Vec<String> {
        let waiting = self.instance.waiting(self.process).into_iter();
        let told = waiting.filter_map(|waiting| match waiting.what {
            WaitsFor::Incident(message) => Some(message.to_string()),
            _ => None,
        });
        told.collect()
    }

    pub(crate) fn ended(&self) -> bool {
        self.instance.is_ended()
    }
}
