//! What keeps effects safe when a system is slow, broken, or down.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use connect::{
    BoxFuture, CircuitState, Connections, ConnectionsConfig, Delivery, Inbound, Outcomes, SubmitError, Telemetry,
};
use partition::dependency::Outage;
use partition::{Dependency, DependencyChange, EffectId};
use units::Timestamp;

/// A system that fails its first calls, and remembers which keys it has carried out how often.
#[derive(Clone, Default)]
struct Faulty {
    fails: Arc<AtomicU32>,
    /// What it answers to everything, where that is not what it has done.
    answer: Option<(StatusCode, &'static str)>,
    /// The effects that it cannot cope with, however often they come.
    poison: BTreeSet<String>,
    done: Arc<Mutex<BTreeMap<String, u32>>>,
}

async fn handle(State(faulty): State<Faulty>, headers: HeaderMap) -> Response {
    let (status, body) = answer(&faulty, &headers);
    // only a redirection is read for its address, and only one that asks for patience for its time
    (status, [("location", "/elsewhere"), ("retry-after", "18446744073709551615")], body).into_response()
}

fn answer(faulty: &Faulty, headers: &HeaderMap) -> (StatusCode, &'static str) {
    if faulty.fails.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
        return (StatusCode::SERVICE_UNAVAILABLE, "down");
    }
    let key = headers.get("idempotency-key").unwrap().to_str().unwrap().to_owned();
    if faulty.poison.contains(&key) {
        return (StatusCode::INTERNAL_SERVER_ERROR, "null pointer");
    }
    *faulty.done.lock().unwrap().entry(key).or_default() += 1;
    faulty.answer.unwrap_or((StatusCode::OK, "{\"ok\":true}"))
}

#[derive(Default)]
struct Taken {
    outcomes: Mutex<Vec<(EffectId, Result<serde_json::Value, String>)>>,
    changed: tokio::sync::Notify,
    /// So many outcomes are not taken at first.
    busy: AtomicU32,
    /// Successes are refused.
    picky: bool,
    /// What was noticed of the system.
    noticed: Mutex<Vec<DependencyChange>>,
}

struct Sink(Arc<Taken>);

impl Sink {
    fn take(
        &self,
        effect: EffectId,
        outcome: Result<serde_json::Value, String>,
    ) -> BoxFuture<'static, Result<(), SubmitError>> {
        let taken = self.0.clone();
        Box::pin(async move {
            if taken.busy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                return Err(SubmitError::unavailable("restarting".into()));
            }
            taken.outcomes.lock().unwrap().push((effect, outcome));
            taken.changed.notify_one();
            Ok(())
        })
    }
}

impl Outcomes for Sink {
    fn succeeded(&self, effect: EffectId, response: serde_json::Value) -> BoxFuture<'static, Result<(), SubmitError>> {
        if self.0.picky {
            return Box::pin(async { Err(SubmitError::refused("conflict".into())) });
        }
        self.take(effect, Ok(response))
    }

    fn failed(&self, effect: EffectId, code: &str, _message: &str) -> BoxFuture<'static, Result<(), SubmitError>> {
        self.take(effect, Err(code.to_owned()))
    }

    fn noticed(&self, _system: &str, change: DependencyChange) -> BoxFuture<'static, Result<(), SubmitError>> {
        let taken = self.0.clone();
        Box::pin(async move {
            taken.noticed.lock().unwrap().push(change);
            taken.changed.notify_one();
            Ok(())
        })
    }
}

struct Nothing;

impl Inbound for Nothing {
    fn cursor(&self, _system: &str) -> BoxFuture<'static, u64> {
        Box::pin(async { 0 })
    }

    fn statement(&self, _system: &str, _id: u64, _document: Vec<u8>) -> BoxFuture<'static, Result<(), SubmitError>> {
        Box::pin(async { Ok(()) })
    }
}

async fn connected(faulty: Faulty, extra: &str, taken: &Arc<Taken>) -> Connections {
    connected_again(faulty, extra, taken, Dependency::default()).await
}

/// Connections to a system of which the record has this.
async fn connected_again(faulty: Faulty, extra: &str, taken: &Arc<Taken>, earlier: Dependency) -> Connections {
    let earlier = BTreeMap::from([("s".into(), earlier)]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/do", post(handle))
        .route("/elsewhere", any(async || "{\"ok\":\"a login page\"}"))
        .with_state(faulty);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = format!(
        "[[systems]]\nname = \"s\"\nbase_url = \"http://{address}\"\nconcurrency = 4\nretry = {{ initial_ms = 5, max_ms = 20 }}\n\
         circuit = {{ failures = 3, open_ms = 20 }}\n[systems.capabilities.\"x.do\"]\npath = \"/do\"\n{extra}"
    );
    let config: ConnectionsConfig = toml::from_str(&config).unwrap();
    // the process installs a provider once; a second time is refused and does not matter
    let _ = rustls::crypto::ring::default_provider().install_default();
    Connections::start(config, Arc::new(Sink(taken.clone())), Arc::new(Nothing), &earlier, &Telemetry::default()).unwrap()
}

fn effect(number: u64) -> EffectId {
    EffectId::of_entry(number, 1)
}

fn deliveries(count: u64) -> Vec<Delivery> {
    let delivery = |number| Delivery {
        id: effect(number),
        capability: "x.do".into(),
        document: "{}".into(),
        requested_at: Timestamp(i64::MAX / 2),
        ..Delivery::default()
    };
    (1..=count).map(delivery).collect()
}

/// Waits until so much was noticed.
async fn noticed(taken: &Taken, count: usize) -> Vec<DependencyChange> {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let changed = taken.changed.notified();
        let noticed = taken.noticed.lock().unwrap().clone();
        if noticed.len() >= count {
            return noticed;
        }
        tokio::time::timeout_at(deadline, changed).await.expect("nothing more is noticed");
    }
}

/// Waits until so many outcomes are there.
async fn outcomes(taken: &Arc<Taken>, count: usize) -> Vec<(EffectId, Result<serde_json::Value, String>)> {
    let all = async {
        loop {
            let changed = taken.changed.notified();
            let found = taken.outcomes.lock().unwrap().clone();
            if found.len() >= count {
                return found;
            }
            changed.await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.unwrap()
}

/// Waits until this holds; what is noted beside an outcome may be noted a moment after it.
async fn until(holds: impl Fn() -> bool) {
    let come = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), come).await.expect("it never holds");
}

#[tokio::test]
async fn an_outage_opens_the_circuit_and_everything_catches_up_once() {
    let taken = Arc::new(Taken::default());
    let faulty = Faulty { fails: Arc::new(AtomicU32::new(12)), ..Faulty::default() };
    let connections = connected(faulty.clone(), "", &taken).await;
    connections.deliver(deliveries(50));
    connections.deliver(deliveries(50));
    let all = outcomes(&taken, 50).await;
    assert_eq!(all.len(), 50);
    assert!(all.iter().all(|(_, outcome)| outcome.is_ok()));
    let done = faulty.done.lock().unwrap().clone();
    assert_eq!((done.len(), done.values().max()), (50, Some(&1)));
    until(|| connections.health()[0].delivered == 50).await;
    let health = connections.health().remove(0);
    assert!(!health.outages.is_empty() && health.outages[0].ended.is_some(), "{health:?}");
    let noticed = noticed(&taken, 3).await;
    assert!(matches!(noticed[0], DependencyChange::Degraded { .. }), "{noticed:?}");
    assert!(matches!(noticed[1], DependencyChange::Recovered { backlog } if backlog > 0), "{noticed:?}");
    assert_eq!(noticed[2], DependencyChange::Drained);
    connections.stop().await;
}

#[tokio::test]
async fn a_system_that_was_down_when_the_program_ended_is_down_until_it_answers() {
    let taken = Arc::new(Taken::default());
    let outage = Outage { began: Timestamp(1_000), ended: None, drained: None, backlog: 0 };
    let earlier = Dependency { outages: vec![outage], total: 1, ..Dependency::default() };
    let connections = connected_again(Faulty::default(), "", &taken, earlier).await;
    assert_eq!(connections.health()[0].circuit, CircuitState::Open);
    connections.deliver(deliveries(10));
    assert_eq!(outcomes(&taken, 10).await.len(), 10);
    let health = connections.health().remove(0);
    assert_eq!((health.circuit, health.outages_total, health.outages.len()), (CircuitState::Closed, 1, 1));
    assert!(health.outages[0].began == 1_000 && health.outages[0].ended.is_some(), "{health:?}");
    assert!(matches!(noticed(&taken, 2).await[..], [DependencyChange::Recovered { .. }, DependencyChange::Drained]));
    connections.stop().await;
}

#[tokio::test]
async fn documents_that_a_system_cannot_cope_with_hold_up_no_others_and_are_given_up() {
    let taken = Arc::new(Taken::default());
    let poison: BTreeSet<String> = (1..=5).map(|number| effect(number).to_string()).collect();
    let faulty = Faulty { poison, ..Faulty::default() };
    let connections = connected(faulty.clone(), "", &taken).await;
    // nothing may end because of its age
    connections.deliver(deliveries(30));
    let mut sent = 30;
    let given_up: BTreeSet<EffectId> = loop {
        let found = outcomes(&taken, usize::try_from(sent).unwrap() - 5).await;
        let given_up: BTreeSet<_> = found.iter().filter(|(_, outcome)| outcome.is_err()).map(|(id, _)| *id).collect();
        if given_up.len() == 5 || sent == 2_000 {
            break given_up;
        }
        // business goes on: one after the other
        sent += 1;
        connections.deliver(deliveries(sent).split_off(usize::try_from(sent).unwrap() - 1));
    };
    assert_eq!(given_up, (1..=5).map(effect).collect());
    // the last of the others may still be on its way
    outcomes(&taken, usize::try_from(sent).unwrap()).await;
    until(|| connections.health()[0].queued == 0).await;
    connections.stop().await;
}

#[tokio::test]
async fn what_cannot_be_addressed_does_not_pass_for_an_answer_of_a_system_that_is_down() {
    let taken = Arc::new(Taken::default());
    let faulty = Faulty { fails: Arc::new(AtomicU32::new(u32::MAX)), ..Faulty::default() };
    let nowhere = "[systems.capabilities.\"x.at\"]\npath = \"/at/{place}\"\n";
    let connections = connected(faulty, nowhere, &taken).await;
    connections.deliver(deliveries(5));
    until(|| !connections.health()[0].outages.is_empty()).await;
    connections.deliver(vec![Delivery { id: effect(9), capability: "x.at".into(), ..deliveries(1).remove(0) }]);
    assert_eq!(outcomes(&taken, 1).await, [(effect(9), Err("rejected".to_owned()))]);
    assert_eq!(connections.health()[0].outages[0].ended, None, "the system did not come back");
    connections.stop().await;
}

#[tokio::test]
async fn what_is_refused_is_not_repeated() {
    let taken = Arc::new(Taken::default());
    let refused = Faulty { answer: Some((StatusCode::UNPROCESSABLE_ENTITY, "no such item")), ..Faulty::default() };
    let connections = connected(refused, "", &taken).await;
    connections.deliver(deliveries(1));
    assert_eq!(outcomes(&taken, 1).await, [(effect(1), Err("rejected".to_owned()))]);
    assert_eq!(connections.health()[0].retried, 0);
    connections.stop().await;
}

#[tokio::test]
async fn a_redirection_is_not_followed_and_confirms_nothing() {
    let taken = Arc::new(Taken::default());
    let moved = Faulty { answer: Some((StatusCode::FOUND, "")), ..Faulty::default() };
    let connections = connected(moved, "", &taken).await;
    connections.deliver(deliveries(1));
    assert_eq!(outcomes(&taken, 1).await, [(effect(1), Err("rejected".to_owned()))]);
    connections.stop().await;
}

#[tokio::test]
async fn a_yes_in_plain_words_is_a_yes_and_is_not_asked_for_twice() {
    let taken = Arc::new(Taken::default());
    let plain = Faulty { answer: Some((StatusCode::ACCEPTED, "Accepted")), ..Faulty::default() };
    let connections = connected(plain.clone(), "", &taken).await;
    connections.deliver(deliveries(1));
    assert_eq!(outcomes(&taken, 1).await, [(effect(1), Ok(serde_json::json!({})))]);
    assert_eq!(plain.done.lock().unwrap().values().sum::<u32>(), 1);
    connections.stop().await;
}

#[tokio::test]
async fn a_pause_of_aeons_is_cut_short_and_ends_no_worker() {
    let taken = Arc::new(Taken::default());
    let busy = Faulty { answer: Some((StatusCode::TOO_MANY_REQUESTS, "later")), ..Faulty::default() };
    let connections = connected(busy.clone(), "", &taken).await;
    connections.deliver(deliveries(1));
    // the system was asked, and what it said has been noted
    until(|| connections.health()[0].retried > 0).await;
    let health = connections.health().remove(0);
    assert_eq!((health.queued, health.in_flight), (1, 0), "{health:?}");
    connections.stop().await;
}

#[tokio::test]
async fn a_success_that_nobody_takes_is_brought_before_a_person() {
    let taken = Arc::new(Taken { picky: true, ..Taken::default() });
    let connections = connected(Faulty::default(), "", &taken).await;
    connections.deliver(deliveries(1));
    assert_eq!(outcomes(&taken, 1).await, [(effect(1), Err("not_taken".to_owned()))]);
    connections.stop().await;
}

#[tokio::test]
async fn what_is_withdrawn_during_an_outage_never_goes_out() {
    let taken = Arc::new(Taken::default());
    let faulty = Faulty { fails: Arc::new(AtomicU32::new(12)), ..Faulty::default() };
    let connections = connected(faulty.clone(), "", &taken).await;
    let mut all = deliveries(20);
    // a warehouse that is down holds everything about an order behind its first message
    all.iter_mut().skip(1).for_each(|delivery| delivery.subject = "WO-1".into());
    let withdrawn: Vec<EffectId> = all.iter().skip(2).map(|delivery| delivery.id).collect();
    connections.deliver(all);
    connections.withdraw(&withdrawn);
    let left = outcomes(&taken, 2).await;
    assert_eq!(left.len(), 2);
    assert_eq!(faulty.done.lock().unwrap().len(), 2);
    until(|| connections.health()[0].queued == 0).await;
    connections.stop().await;
}

#[tokio::test]
async fn an_outcome_is_offered_until_it_is_taken() {
    let taken = Arc::new(Taken { busy: AtomicU32::new(3), ..Taken::default() });
    let faulty = Faulty::default();
    let connections = connected(faulty.clone(), "", &taken).await;
    connections.deliver(deliveries(1));
    assert_eq!(outcomes(&taken, 1).await.len(), 1);
    assert_eq!(faulty.done.lock().unwrap().values().sum::<u32>(), 1, "the system is not asked again");
    connections.stop().await;
}

#[tokio::test]
async fn while_a_system_is_down_a_process_may_go_on_without_it() {
    let taken = Arc::new(Taken::default());
    let faulty = Faulty { fails: Arc::new(AtomicU32::new(u32::MAX)), ..Faulty::default() };
    let connections = connected(faulty, "when_down = \"fail\"\n", &taken).await;
    connections.deliver(deliveries(10));
    let all = outcomes(&taken, 10).await;
    assert!(all.iter().all(|(_, outcome)| *outcome == Err("unavailable".to_owned())));
    connections.stop().await;
}

#[tokio::test]
async fn what_nobody_offers_is_a_dead_letter_at_once() {
    let taken = Arc::new(Taken::default());
    let connections = connected(Faulty::default(), "", &taken).await;
    let unknown = Delivery { capability: "y.do".into(), ..deliveries(1).remove(0) };
    connections.deliver(vec![unknown]);
    assert_eq!(outcomes(&taken, 1).await, [(effect(1), Err("rejected".to_owned()))]);
    connections.stop().await;
}
