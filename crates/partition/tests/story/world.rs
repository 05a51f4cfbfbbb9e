//! A partition with a journal, and the clock in the story's hand. After every command the journal is folded again, one entry further,
//! and must give what the partition has; what is not in memory is read from bytes, as from a store.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use engine::{Instance, InstanceId};
use feel::{Context as Variables, Value};
use partition::definition::Model;
use partition::{
    AnyKey, AnyState, Body, Command, Decision, DefinitionId, Effect, Entry, Event, Fold, Operation, Partition, Reply,
    Resource, Timer,
};
use trade::{Actor, Aggregate, Refusal, Role};
use units::{Text, Timestamp};

/// What the one connected system can do.
pub(crate) const CAPABILITY: &str = "test.do";

pub(crate) struct World {
    partition: Partition,
    fold: Fold,
    timers: BTreeSet<Timer>,
    pub(crate) now: Timestamp,
    pub(crate) actor: Actor,
    pub(crate) effects: Vec<Arc<Effect>>,
    /// The orders in whose timelines the last command stands.
    pub(crate) subjects: Vec<partition::Subject>,
    capabilities: Vec<Text>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::offering(&[CAPABILITY])
    }

    pub(crate) fn offering(capabilities: &[&str]) -> Self {
        let capabilities: Vec<Text> = capabilities.iter().map(|name| Text::from(*name)).collect();
        Self {
            partition: Partition::new(0, capabilities.clone()),
            fold: Fold::new(),
            timers: BTreeSet::new(),
            now: Timestamp(1_000_000_000_000),
            actor: Actor { id: "olivia".into(), roles: vec![Role::Operations], limit: None },
            effects: Vec::new(),
            subjects: Vec::new(),
            capabilities,
        }
    }

    /// Everything in memory is gone; the journal is there. From now on these things can be done.
    pub(crate) fn crash(&mut self, capabilities: &[&str]) {
        self.capabilities = capabilities.iter().map(|name| Text::from(*name)).collect();
        self.partition = Partition::new(self.partition.position(), self.capabilities.clone());
        self.timers = self.fold.timers();
    }

    /// Asks, and holds what came of it against the journal.
    #[track_caller]
    pub(crate) fn ask(&mut self, body: Body) -> Result<Reply, Refusal> {
        let command = Command { at: self.now, actor: self.actor.clone(), key: None, body, trace: None };
        let decision = self.decide(command);
        self.effects.extend(decision.effects.iter().cloned());
        self.subjects.clone_from(&decision.subjects);
        for timer in &decision.timers_dropped {
            assert!(self.timers.remove(timer), "{timer:?} was dropped and never set");
        }
        self.timers.extend(decision.timers_set.iter().cloned());
        if let Some(entry) = &decision.entry {
            self.fold.apply(entry).expect("numbered without gaps");
        }
        for (key, state) in &decision.changed {
            assert_eq!(self.fold.get(key), state.as_ref(), "{key}: the journal adds up to something else");
        }
        assert_eq!(self.fold.timers(), self.timers);
        decision.reply
    }

    fn decide(&mut self, command: Command) -> Decision {
        let fold = &self.fold;
        let load = |key: &AnyKey| {
            Ok::<_, Infallible>(fold.get(key).map(|state| {
                let (table, row) = key.row();
                AnyState::decode(table, &row, &state.encode()).unwrap()
            }))
        };
        self.partition.decide(command, load).unwrap()
    }

    #[track_caller]
    pub(crate) fn done(&mut self, body: Body) -> Reply {
        self.ask(body).unwrap()
    }

    /// Completes a task that names nobody, as the director, whom everything is for.
    #[track_caller]
    pub(crate) fn complete(&mut self, instance: InstanceId, task: u32) {
        let director = Actor { id: "dora".into(), roles: vec![Role::Director], limit: None };
        let olivia = std::mem::replace(&mut self.actor, director);
        self.done(Body::CompleteTask { instance, task, variables: Variables::default() });
        self.actor = olivia;
    }

    /// Lets time pass; what comes due is carried out at its time.
    #[track_caller]
    pub(crate) fn pass(&mut self, millis: i64) {
        let until = self.now.plus_millis(millis);
        while let Some(timer) = self.timers.first().filter(|timer| timer.due <= until).cloned() {
            self.now = self.now.max(timer.due);
            self.done(Body::FireTimer { owner: timer.owner });
        }
        self.now = until;
    }

    /// How many timers are set.
    pub(crate) fn timers(&self) -> usize {
        self.timers.len()
    }

    #[track_caller]
    pub(crate) fn deploy(&mut self, files: &[(&str, String)]) -> Vec<(Text, u32)> {
        match self.ask(deployment(files)) {
            Ok(Reply::Deployed(versions)) => versions,
            other => panic!("{other:?}"),
        }
    }

    /// An earlier release deployed this process, whatever this one thinks of it.
    #[track_caller]
    pub(crate) fn deployed_before(&mut self, id: &str, xml: &str) {
        let definition = DefinitionId { id: id.into(), version: 1 };
        let position = self.partition.position() + 1;
        let deployed = Event::Deployed {
            definition,
            resource: format!("{id}.bpmn").into(),
            xml: xml.into(),
            deployment: position,
            shipped: false,
            imports: Vec::new(),
        };
        let body = deployment(&[("earlier.bpmn", xml.to_owned())]);
        let command = Command { at: self.now, actor: self.actor.clone(), key: None, body, trace: None };
        self.fold
            .apply(&Entry { position, command, events: vec![deployed], sequences: Vec::new() })
            .expect("nothing of the trade");
        self.partition = Partition::new(position, self.capabilities.clone());
    }

    #[track_caller]
    pub(crate) fn start(&mut self, process: &str, variables: &str) -> InstanceId {
        match self.done(Body::StartInstance { process: process.into(), variables: variables_of(variables) }) {
            Reply::Instance(id) => id,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn operate(&mut self, instance: InstanceId, operation: Operation) -> Result<Reply, Refusal> {
        self.ask(Body::Operate { instance, operation, reason: "because".into() })
    }

    #[track_caller]
    pub(crate) fn message(&mut self, name: &str, key: &str, lives_ms: u64) -> (Vec<InstanceId>, Vec<InstanceId>, bool) {
        let (name, key) = (name.into(), key.into());
        match self.done(Body::PublishMessage { name, key, variables: Variables::default(), lives_ms }) {
            Reply::Received { receivers, begun, waits, .. } => (receivers, begun, waits),
            other => panic!("{other:?}"),
        }
    }

    /// The last effect that went out succeeds, or does not.
    #[track_caller]
    pub(crate) fn answer(&mut self, answer: Result<&str, (&str, &str)>) {
        let effect = self.effects.last().unwrap().id;
        self.done(match answer {
            Ok(response) => Body::EffectSucceeded { effect, response: variables_of(response) },
            Err((code, message)) => Body::EffectFailed { effect, code: code.into(), message: message.into() },
        });
    }

    pub(crate) fn instance(&self, id: InstanceId) -> Option<&Instance> {
        match self.fold.get(&AnyKey::Instance(id))? {
            AnyState::Instance(instance) => Some(instance),
            _ => None,
        }
    }

    pub(crate) fn instances(&self) -> Vec<InstanceId> {
        let all = self.fold.iter();
        all.filter_map(|(key, _)| if let AnyKey::Instance(id) = key { Some(*id) } else { None }).collect()
    }

    pub(crate) fn state(&self, key: &AnyKey) -> Option<&AnyState> {
        self.fold.get(key)
    }

    pub(crate) fn states(&self) -> impl Iterator<Item = (&AnyKey, &AnyState)> {
        self.fold.iter()
    }

    /// The reasons of the exceptions that are open.
    pub(crate) fn exceptions(&self) -> Vec<String> {
        let open = self.fold.iter().filter_map(|(_, state)| match state {
            AnyState::Trade(Aggregate::Exception(exception), _) if exception.is_open() => Some(exception.reason.to_string()),
            _ => None,
        });
        open.collect()
    }

    /// The ids of the elements that are active in an instance, or nothing if it has ended.
    pub(crate) fn active(&self, id: InstanceId) -> Vec<String> {
        let Some(instance) = self.instance(id) else { return Vec::new() };
        let definition = partition::DefinitionId { id: instance.process_id().clone(), version: instance.version() };
        let Some(AnyState::Definition(definition)) = self.state(&AnyKey::Definition(definition)) else { return Vec::new() };
        let Model::Process(process) = &definition.model else { return Vec::new() };
        let live = instance.live_elements().skip(1);
        live.map(|(_, element)| process.element(element).id().to_owned()).collect()
    }
}

/// Where an instance is: its version and the elements that are active in it.
#[track_caller]
pub(crate) fn check(world: &World, id: InstanceId, expected: &str) {
    let version = world.instance(id).map_or_else(|| "ended".to_owned(), |instance| format!("v{}", instance.version()));
    assert_eq!(format!("{version} {}", world.active(id).join(" ")).trim_end(), expected);
}

pub(crate) fn deployment(files: &[(&str, String)]) -> Body {
    Body::Deploy(files.iter().map(|(name, xml)| Resource { name: (*name).into(), xml: xml.into() }).collect())
}

pub(crate) fn variables_of(json: &str) -> Variables {
    Value::from_json(&serde_json::from_str(json).unwrap()).unwrap().as_context().unwrap().clone()
}

/// A process with these elements, which are connected in the order of `path`.
pub(crate) fn process(id: &str, elements: &str, path: &[&str]) -> String {
    let flows: String = path
        .windows(2)
        .map(|pair| format!(r#"<bpmn:sequenceFlow id="f-{0}-{1}" sourceRef="{0}" targetRef="{1}"/>"#, pair[0], pair[1]))
        .collect();
    format!(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
        <bpmn:message id="m-go" name="go"><bpmn:extensionElements><zeebe:subscription correlationKey="=key"/></bpmn:extensionElements></bpmn:message>
        <bpmn:message id="m-order" name="order"/><bpmn:signal id="s-stop" name="stop"/>
        <bpmn:process id="{id}" isExecutable="true">{elements}{flows}</bpmn:process></bpmn:definitions>"#
    )
}

/// From a plain start over these elements to the end.
pub(crate) fn line(id: &str, elements: &str, path: &[&str]) -> String {
    let whole: Vec<&str> = ["s"].iter().chain(path).chain(&["e"]).copied().collect();
    process(id, &format!(r#"<bpmn:startEvent id="s"/>{elements}<bpmn:endEvent id="e"/>"#), &whole)
}

/// A task that the connected system does.
pub(crate) fn task(id: &str) -> String {
    task_of(id, CAPABILITY, "")
}

/// A task of this type, with further attributes of its definition.
pub(crate) fn task_of(id: &str, kind: &str, more: &str) -> String {
    format!(
        r#"<bpmn:serviceTask id="{id}"><bpmn:extensionElements><zeebe:taskDefinition type="{kind}" {more}/></bpmn:extensionElements></bpmn:serviceTask>"#
    )
}

pub(crate) fn user_task(id: &str) -> String {
    format!(r#"<bpmn:userTask id="{id}"/>"#)
}

/// Waits for the message `go`.
pub(crate) fn catch(id: &str) -> String {
    format!(
        r#"<bpmn:intermediateCatchEvent id="{id}"><bpmn:messageEventDefinition messageRef="m-go"/></bpmn:intermediateCatchEvent>"#
    )
}

pub(crate) fn wait(id: &str, duration: &str) -> String {
    format!(
        r#"<bpmn:intermediateCatchEvent id="{id}"><bpmn:timerEventDefinition><bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"#
    )
}

pub(crate) fn call(id: &str, process: &str, binding: &str) -> String {
    format!(
        r#"<bpmn:callActivity id="{id}"><bpmn:extensionElements><zeebe:calledElement processId="{process}" propagateAllChildVariables="false" {binding}/></bpmn:extensionElements></bpmn:callActivity>"#
    )
}
