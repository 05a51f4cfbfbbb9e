//! Twelve trivial steps, each durable before the next begins, with a 1 KB order in the variables.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use feel::{Context as Variables, Value};
use partition::{Body, Effect, Resource};
use runtime::{EffectSink, Handle, Options, Request, Runtime, SystemClock};
use trade::Actor;
use units::Text;

use super::{Latency, Report, floor, measure};

const STEPS: u64 = 12;
const CAPABILITY: &str = "bench.step";

/// A process of twelve service tasks in a row.
fn model() -> String {
    let mut xml = String::from(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="bench">
<bpmn:process id="twelve-steps" name="Twelve steps" isExecutable="true">
<bpmn:startEvent id="start"><bpmn:outgoing>f0</bpmn:outgoing></bpmn:startEvent>
"#,
    );
    for step in 1..=STEPS {
        let before = step - 1;
        let from = if before == 0 { "start".to_owned() } else { format!("s{before}") };
        xml.push_str(&format!(
            r#"<bpmn:sequenceFlow id="f{before}" sourceRef="{from}" targetRef="s{step}"/>
<bpmn:serviceTask id="s{step}" name="Step {step}"><bpmn:extensionElements><zeebe:taskDefinition type="{CAPABILITY}"/></bpmn:extensionElements><bpmn:incoming>f{before}</bpmn:incoming><bpmn:outgoing>f{step}</bpmn:outgoing></bpmn:serviceTask>
"#
        ));
    }
    xml.push_str(&format!(
        r#"<bpmn:sequenceFlow id="f{STEPS}" sourceRef="s{STEPS}" targetRef="end"/>
<bpmn:endEvent id="end"><bpmn:incoming>f{STEPS}</bpmn:incoming></bpmn:endEvent>
</bpmn:process></bpmn:definitions>
"#
    ));
    xml
}

/// Answers every effect at once and starts the next instance when one has ended.
struct Driver {
    handle: OnceLock<Handle>,
    total: u64,
    started: AtomicU64,
    finished: AtomicU64,
    steps: Mutex<std::collections::HashMap<u64, (u64, Instant)>>,
    latencies: Mutex<Vec<u64>>,
    order: Variables,
    done: std::sync::mpsc::SyncSender<()>,
}

impl Driver {
    fn start_one(self: &Arc<Self>) {
        if self.started.fetch_add(1, Ordering::Relaxed) >= self.total {
            return;
        }
        let body = Body::StartInstance { process: Text::const_new("twelve-steps"), variables: self.order.clone() };
        if let Some(handle) = self.handle.get() {
            handle.submit(Request::new(Actor::system(), body), drop);
        }
    }
}

/// The driver as the place where effects go.
struct Sink(Arc<Driver>);

impl EffectSink for Sink {
    fn deliver(&self, effects: Vec<Arc<Effect>>) {
        let driver = &self.0;
        let Some(handle) = driver.handle.get() else { return };
        for effect in effects {
            let Some((instance, _)) = effect.job else { continue };
            let last = {
                let mut steps = driver.steps.lock().unwrap_or_else(PoisonError::into_inner);
                let entry = steps.entry(instance.0).or_insert((0, Instant::now()));
                entry.0 += 1;
                if entry.0 == STEPS { steps.remove(&instance.0).map(|(_, began)| began) } else { None }
            };
            let body = Body::EffectSucceeded { effect: effect.id, response: Variables::default() };
            let driver = driver.clone();
            handle.submit(Request::new(Actor::system(), body), move |_| {
                let Some(began) = last else { return };
                let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
                driver.latencies.lock().unwrap_or_else(PoisonError::into_inner).push(micros);
                driver.start_one();
                if driver.finished.fetch_add(1, Ordering::Relaxed) + 1 == driver.total {
                    // the receiver waits for this one message
                    let _ = driver.done.send(());
                }
            });
        }
    }
}

pub(super) fn run(folder: &Path, instances: u64, inflight: u64) -> anyhow::Result<Report> {
    let (store, shape) = floor::Counted::new(store::Sqlite::open(folder)?);
    let (done, finished) = std::sync::mpsc::sync_channel(1);
    let driver = Arc::new(Driver {
        handle: OnceLock::new(),
        total: instances,
        started: AtomicU64::new(0),
        finished: AtomicU64::new(0),
        steps: Mutex::default(),
        latencies: Mutex::default(),
        order: Variables::from_iter([("order", Value::from("x".repeat(1_000)))]),
        done,
    });
    let options = Options { capabilities: vec![Text::const_new(CAPABILITY)], ..Options::default() };
    let runtime = Runtime::start(Box::new(store), options, Arc::new(Sink(driver.clone())), Arc::new(SystemClock))?;
    let handle = runtime.handle();
    let resource = Resource { name: Text::const_new("twelve-steps.bpmn"), xml: model().into() };
    let deployed = handle.ask_blocking(Request::new(Actor::system(), Body::Deploy(vec![resource])));
    deployed.into_reply().map_err(|why| anyhow::anyhow!("deploy the process: {why}"))?;
    driver.handle.set(handle.clone()).map_err(|_| anyhow::anyhow!("the driver is started once"))?;

    *shape.lock().unwrap_or_else(PoisonError::into_inner) = floor::Shape::default();
    let cpu = measure::cpu_seconds();
    let before = (handle.progress().entries(), handle.progress().commits());
    let began = Instant::now();
    for _ in 0..inflight.min(instances) {
        driver.start_one();
    }
    finished.recv()?;
    let seconds = began.elapsed().as_secs_f64();
    let cpu = measure::cpu_seconds() - cpu;
    let entries = handle.progress().entries() - before.0;
    let commits = handle.progress().commits() - before.1;
    let peak_rss_mib = measure::peak_rss_mib();
    runtime.shutdown();
    let bytes = measure::bytes_in(folder);

    let shape = std::mem::take(&mut *shape.lock().unwrap_or_else(PoisonError::into_inner));
    let floor_instances = instances as f64 / floor::run(&folder.with_extension("floor"), &shape)?;
    let rate = instances as f64 / seconds;
    let mut latencies = driver.latencies.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Report {
        workload: "twelve-steps",
        instances_per_second: Some(rate),
        steps_per_second: entries as f64 / seconds,
        latency_ms: Latency {
            p50: measure::percentile(&mut latencies, 0.5),
            p99: measure::percentile(&mut latencies, 0.99),
        },
        cpu_seconds_per_1000: cpu * 1_000.0 / instances as f64,
        bytes_per_order: bytes / instances.max(1),
        peak_rss_mib,
        commits,
        mean_batch: entries as f64 / commits.max(1) as f64,
        floor_per_second: Some(floor_instances),
        share_of_floor: Some(rate / floor_instances),
        ..Report::default()
    })
}
