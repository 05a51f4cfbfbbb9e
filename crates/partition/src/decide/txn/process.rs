//! Process instances within a decision: how they begin, and how the engine takes them further.

use std::sync::Arc;

use engine::{Cx, Event as ProcessEvent, Input, Instance, InstanceId, Key as ElementKey};
use feel::Context as Variables;
use trade::Refusal;
use units::Text;

use super::{Outcome, Txn, TxnStop, text};
use crate::decide::command::ORDER_PROCESS;
use crate::decide::deployed::Deployed;
use crate::decide::react;
use crate::definition::DefinitionId;
use crate::fold::definition_of;
use crate::instance::COUNT_BITS;
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};

impl Txn<'_> {
    /// Makes an instance of a process and starts it.
    pub(crate) fn start(
        &mut self,
        process: &str,
        parent: Option<(InstanceId, ElementKey)>,
        variables: Variables,
    ) -> Outcome<Option<InstanceId>> {
        let Some(definition) = self.latest(process)? else { return Ok(None) };
        self.start_version(definition, parent, None, Input::Start { variables }).map(Some)
    }

    /// Makes an instance of a version and starts it; `begun_by` is the message with a key that did.
    pub(crate) fn start_version(
        &mut self,
        definition: DefinitionId,
        parent: Option<(InstanceId, ElementKey)>,
        begun_by: Option<(Text, Text)>,
        input: Input,
    ) -> Outcome<InstanceId> {
        let id = self.next_instance()?;
        if definition.id == ORDER_PROCESS
            && let Input::Start { variables } = &input
            && let Some(order) = variables.get("orderId").and_then(|id| id.as_str()?.parse().ok())
        {
            trade::order::restart(self.books(), order)?;
        }
        self.overlay.insert(AnyKey::Instance(id), None);
        self.record(Event::InstanceCreated { id, definition, parent, begun_by });
        self.step(id, input)?;
        Ok(id)
    }

    /// A number that was never used: the position of this entry, and a count within it. So instances need no counter of
    /// their own, which every order would write.
    fn next_instance(&mut self) -> Outcome<InstanceId> {
        let id = self.upcoming_instance()?;
        self.instances += 1;
        Ok(id)
    }

    /// The number that the next instance will have. Refused when the count would reach into the numbers of the next entry.
    pub(crate) fn upcoming_instance(&self) -> Outcome<InstanceId> {
        let count = self.instances + 1;
        if count >> COUNT_BITS != 0 {
            let why = format_args!("one command starts at most {} processes: split it", (1u64 << COUNT_BITS) - 1);
            return Err(TxnStop::Refused(Refusal::Conflict(text(why))));
        }
        Ok(InstanceId(self.position << COUNT_BITS | count))
    }

    /// Takes a process instance one input further, and notes what follows from it.
    pub(crate) fn step(&mut self, id: InstanceId, input: Input) -> Outcome<()> {
        self.advance(id, input)?.map_err(|refusal| TxnStop::Refused(Refusal::Conflict(text(refusal))))
    }

    /// As [`Txn::step`], for what follows from something else: what it was meant for may be gone by then. Only that is passed over;
    /// once the engine has taken the step, whatever cannot be done about it stops the decision. Says whether it was taken.
    pub(crate) fn step_if_open(&mut self, id: InstanceId, input: Input) -> Outcome<bool> {
        self.advance(id, input).map(|taken| taken.is_ok())
    }

    /// As [`Txn::step`], with the engine's refusal for the caller to judge: then nothing has happened.
    pub(crate) fn advance(&mut self, id: InstanceId, input: Input) -> Outcome<Result<(), engine::Refusal>> {
        let Some(instance) = self.instance(id)? else { return Ok(Ok(())) };
        let Some(process) = self.process_of(&instance)? else { return Ok(Ok(())) };
        let again = instance.parent().map(|_| input.clone());
        let (mut outcome, mut stepped, mut events) = self.stepped(&process, &instance, input, true);
        if let (Some(again), Some(code)) = (again, events.iter().find_map(ProcessEvent::uncaught))
            && !react::callers_catch(self, &instance, code)?
        {
            // nobody out there wants the error: it stays where it was thrown, and nothing has to be done twice
            (outcome, stepped, events) = self.stepped(&process, &instance, again, false);
        }
        if let Err(refusal) = outcome {
            return Ok(Err(refusal));
        }
        let stepped = Arc::new(stepped);
        let slot = if stepped.is_ended() { None } else { Some(AnyState::Instance(stepped.clone())) };
        self.overlay.insert(AnyKey::Instance(id), slot);
        let followed = react::to_process(self, &process, &stepped, &events);
        // whatever comes of it: the state has the step, so the journal has it
        self.recorded.events.push(Event::Process(id, events));
        followed.map(Ok)
    }

    /// The instance one input further, with what has happened to it. An error that nothing in it catches leaves it or stays where it is.
    fn stepped(
        &mut self,
        process: &bpmn::Process,
        instance: &Instance,
        input: Input,
        errors_leave: bool,
    ) -> (Result<(), engine::Refusal>, Instance, Vec<ProcessEvent>) {
        let (mut stepped, mut events) = (instance.clone(), Vec::with_capacity(16));
        let outcome = self.with_decisions(definition_of(instance), |cx| {
            cx.errors_leave = errors_leave;
            engine::step(process, &mut stepped, input, cx, &mut events)
        });
        (outcome, stepped, events)
    }

    /// Lets the engine work with the decisions that are deployed; what it looks up in vain is noted.
    pub(in crate::decide) fn with_decisions<T>(&mut self, caller: DefinitionId, work: impl FnOnce(&mut Cx<'_>) -> T) -> T {
        let utc_offset = self.utc_offset();
        self.looked_up(caller, |deployed| work(&mut Cx { utc_offset, ..Cx::new(deployed.now(), deployed) }))
    }

    /// Looks at what is deployed, in the view of a version that calls; what is looked up in vain is noted.
    fn looked_up<T>(&mut self, caller: DefinitionId, look: impl FnOnce(&Deployed<'_, '_>) -> T) -> T {
        let deployed = Deployed::new(self, caller);
        let outcome = look(&deployed);
        let assumed = deployed.assumed();
        self.missing.extend(assumed);
        outcome
    }

    /// The version of a process that a call of an instance means.
    pub(super) fn bound(
        &mut self,
        parent: InstanceId,
        process: &Text,
        binding: &bpmn::Binding,
    ) -> Outcome<Option<DefinitionId>> {
        let Some(parent) = self.instance(parent)? else { return Ok(None) };
        Ok(self.looked_up(definition_of(&parent), |deployed| deployed.process(process, binding)))
    }
}
