//! Documents that are fetched: bank statements.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use serde::Deserialize;
use units::Text;

use crate::calls::{Call, Calls};
use crate::config::{PollConfig, SystemConfig};
use crate::http::{self, Answered};
use crate::system::now_ms;
use crate::{BoxFuture, SubmitError};

/// Takes documents that are fetched. Its futures end when the document is durable.
pub trait Inbound: Send + Sync + 'static {
    /// What was fetched last from a system; `0` if nothing was.
    fn cursor(&self, system: &str) -> BoxFuture<'static, u64>;

    /// A bank statement, camt.053. Taking it a second time changes nothing.
    fn statement(&self, system: &str, id: u64, document: Vec<u8>) -> BoxFuture<'static, Result<(), SubmitError>>;
}

#[derive(Debug, Deserialize)]
struct Statements {
    statements: Vec<Statement>,
}

#[derive(Debug, Deserialize)]
struct Statement {
    id: u64,
    camt053: String,
}

/// Fetches for ever. What cannot be fetched or taken is tried again at the next turn.
pub(crate) async fn poll(
    client: reqwest::Client,
    config: SystemConfig,
    poll: PollConfig,
    headers: HeaderMap,
    inbound: Arc<dyn Inbound>,
    calls: Arc<Calls>,
) {
    let mut interval = tokio::time::interval(Duration::from_millis(poll.interval_ms.max(10)));
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut cursor = inbound.cursor(&config.name).await;
    loop {
        interval.tick().await;
        match fetch(&client, &config, &poll, &headers, cursor, &calls).await {
            Ok(statements) => {
                for statement in statements {
                    match inbound.statement(&config.name, statement.id, statement.camt053.into_bytes()).await {
                        Ok(()) => cursor = cursor.max(statement.id),
                        Err(SubmitError::Refused(why)) => {
                            // it will never be taken: say so and go on, or it would keep all that follow
                            tracing::error!(system = %config.name, statement = statement.id, %why, "a statement is refused");
                            cursor = cursor.max(statement.id);
                        }
                        Err(SubmitError::Unavailable(why)) => {
                            tracing::warn!(system = %config.name, %why, "a statement has to wait");
                            break;
                        }
                    }
                }
            }
            Err(why) => tracing::debug!(system = %config.name, %why, "nothing could be fetched"),
        }
    }
}

async fn fetch(
    client: &reqwest::Client,
    config: &SystemConfig,
    poll: &PollConfig,
    headers: &HeaderMap,
    cursor: u64,
    calls: &Calls,
) -> Result<Vec<Statement>, String> {
    let path = poll.path.replace("{cursor}", &cursor.to_string());
    let url = format!("{}{path}", config.base_url.trim_end_matches('/'));
    let request = client.get(&url).headers(headers.clone()).timeout(Duration::from_millis(config.timeout_ms));
    let request = request.build().map_err(|error| http::cause(&error))?;
    let mut call = Call {
        capability: Text::const_new("poll"),
        attempt: 1,
        method: "GET".to_owned(),
        url: calls.address(&url),
        request_headers: calls.headers(request.headers()),
        began: now_ms(),
        ..Call::default()
    };
    let started = Instant::now();
    let answered = http::send(client, request).await;
    let read = statements(&answered);
    (call.outcome, call.cause) = match (&read, &answered.failure) {
        (Ok(_), _) => ("done", None),
        (Err(cause), None) => ("broken", Some(calls.without_secrets(cause))),
        (Err(cause), Some(_)) => ("down", Some(calls.without_secrets(cause))),
    };
    call.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    call.status = answered.status;
    call.response_headers = calls.headers(&answered.headers);
    call.response = calls.body(&answered.body);
    calls.add(call);
    let mut statements = read?;
    // the last one taken says how far the system was read
    statements.sort_unstable_by_key(|statement| statement.id);
    Ok(statements)
}

fn statements(answered: &Answered) -> Result<Vec<Statement>, String> {
    if let Some(failure) = &answered.failure {
        return Err(failure.clone());
    }
    let status = answered.status.unwrap_or_default();
    if !(200..300).contains(&status) {
        return Err(format!("the answer has status {status}"));
    }
    let read = serde_json::from_slice::<Statements>(&answered.body);
    read.map(|read| read.statements).map_err(|error| format!("the answer is no list of statements: {error}"))
}
