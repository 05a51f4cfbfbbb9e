//! The engine alone, in memory, on one core: element activations per second.

use std::time::Instant;

use engine::{Cx, Event, Input, Instance, InstanceId, NoDecisions, step};
use feel::Context;
use serde::Serialize;
use units::Timestamp;

/// Two jobs, a choice, a fork and its join, and steps that nobody works on: what processes are mostly made of.
const MODEL: &str = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
<process id="bench" isExecutable="true">
  <startEvent id="start"/>
  <serviceTask id="first"><extensionElements><zeebe:taskDefinition type="work"/></extensionElements></serviceTask>
  <exclusiveGateway id="choice" default="to-note"/>
  <task id="note"/>
  <exclusiveGateway id="ready"/>
  <parallelGateway id="fork"/>
  <task id="left"/>
  <task id="right"/>
  <parallelGateway id="join"/>
  <serviceTask id="second"><extensionElements><zeebe:taskDefinition type="work"/></extensionElements></serviceTask>
  <endEvent id="end"/>
  <sequenceFlow id="a" sourceRef="start" targetRef="first"/>
  <sequenceFlow id="b" sourceRef="first" targetRef="choice"/>
  <sequenceFlow id="c" sourceRef="choice" targetRef="ready"><conditionExpression>=amount &gt; 1000</conditionExpression></sequenceFlow>
  <sequenceFlow id="to-note" sourceRef="choice" targetRef="note"/>
  <sequenceFlow id="d" sourceRef="note" targetRef="ready"/>
  <sequenceFlow id="k" sourceRef="ready" targetRef="fork"/>
  <sequenceFlow id="e" sourceRef="fork" targetRef="left"/>
  <sequenceFlow id="f" sourceRef="fork" targetRef="right"/>
  <sequenceFlow id="g" sourceRef="left" targetRef="join"/>
  <sequenceFlow id="h" sourceRef="right" targetRef="join"/>
  <sequenceFlow id="i" sourceRef="join" targetRef="second"/>
  <sequenceFlow id="j" sourceRef="second" targetRef="end"/>
</process></definitions>"#;

/// What a run came to.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    workload: &'static str,
    activations_per_second: f64,
    instances_per_second: f64,
    activations: u64,
}

/// Plays so many instances from start to end, one after the other.
pub(super) fn run(instances: u64) -> anyhow::Result<Report> {
    let parsed = bpmn::parse(MODEL).map_err(|findings| anyhow::anyhow!("the model cannot run: {findings:?}"))?;
    let process = parsed.processes.first().ok_or_else(|| anyhow::anyhow!("the model holds no process"))?;
    let cx = Cx::new(Timestamp(1_767_600_000_000), &NoDecisions);
    let variables = Context::from_iter([("amount", 500)]);
    let mut events: Vec<Event> = Vec::with_capacity(64);
    let mut activations = 0;
    let begun = Instant::now();
    for number in 1..=instances {
        let mut instance = Instance::new(InstanceId(number), "bench".into(), 1, None);
        events.clear();
        step(process, &mut instance, Input::Start { variables: variables.clone() }, &cx, &mut events)?;
        while !instance.is_ended() {
            let job = events.iter().rev().find_map(|event| match event {
                Event::JobCreated { job, .. } => Some(*job),
                _ => None,
            });
            let Some(job) = job else { anyhow::bail!("the instance waits for something that is no job") };
            step(process, &mut instance, Input::CompleteJob { job, variables: Context::default() }, &cx, &mut events)?;
        }
        let begins = |event: &&Event| matches!(event, Event::Activated { .. } | Event::Passed { .. });
        activations += events.iter().filter(begins).count() as u64;
    }
    let seconds = begun.elapsed().as_secs_f64();
    Ok(Report {
        workload: "the engine alone, in memory, on one core",
        activations_per_second: activations as f64 / seconds,
        instances_per_second: instances as f64 / seconds,
        activations,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instance_goes_through_every_kind_of_step() {
        let report = run(3).expect("the model runs");
        assert_eq!(report.activations, 3 * 11, "start, two jobs, choice, note, ready, fork, left, right, join and end");
    }
}
