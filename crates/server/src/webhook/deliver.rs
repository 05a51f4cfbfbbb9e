//! Sending the events of a webhook: in order for each order, again and again until they are taken.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use partition::webhook::{Webhook, WebhookChange};
use partition::{Body, Reply};
use runtime::{Answer, Request};
use trade::Actor;
use units::{Text, Timestamp};

use super::log::Delivery;
use super::{Part, Webhooks};
use crate::feed::{self, Told};

/// How often is looked whether something happened.
const PAUSE: Duration = Duration::from_millis(100);
/// Journal entries that are read at a time.
const ENTRIES: usize = 200;
/// Orders whose events are on their way at the same time.
const SIDE_BY_SIDE: usize = 8;
/// Whoever takes longer has failed.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// The first pause before an event is sent again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3_600));
/// A webhook that has failed for so long is disabled: three days, in milliseconds.
pub(super) const GIVES_UP_AFTER: i64 = 3 * 24 * 3_600 * 1_000;
/// How far a webhook that wants nothing of what happens may be ahead of what the record has of it.
const AHEAD: u64 = 10_000;

/// Why nothing more is sent.
pub(super) struct GivenUp(Text);

/// Sends what happens to a webhook, until it is given up.
pub(super) async fn work(part: Part, webhook: Webhook) {
    let mut at = webhook.delivered;
    let mut noted = at;
    loop {
        if part.all.partition.progress().position() <= at {
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        let behind = part.all.readers.feed(move |mut feed| feed.behind(at, ENTRIES));
        let Ok(feed::Part { events, to, is_over }) = behind.await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let wanted: Vec<Arc<Told>> = events.into_iter().filter(|event| webhook.wants(event.about.kind())).collect();
        let sent = !wanted.is_empty();
        if let Err(GivenUp(why)) = send_all(&part, &webhook, wanted).await {
            tracing::error!(webhook = %webhook.id, %why, "the webhook is disabled");
            part.all.change(&webhook.id, WebhookChange::Disable { why, revision: Some(webhook.revision) }).await;
            return;
        }
        at = to;
        // whoever follows closely leaves time to others who read
        if is_over {
            tokio::time::sleep(PAUSE).await;
        }
        // what nobody was sent is no news for the record, which would then never be still
        if sent || at - noted > AHEAD {
            noted = at;
            part.all.change(&webhook.id, WebhookChange::Delivered { position: at, revision: webhook.revision }).await;
        }
    }
}

/// Sends the events; those of one order one after the other, orders side by side.
async fn send_all(part: &Part, webhook: &Webhook, events: Vec<Arc<Told>>) -> Result<(), GivenUp> {
    let mut groups: BTreeMap<String, Vec<Arc<Told>>> = BTreeMap::new();
    for event in events {
        groups.entry(event.about.ordered_by().to_owned()).or_default().push(event);
    }
    let mut results = stream::iter(groups.into_values())
        .map(|events| async move {
            for event in &events {
                send_until_taken(part, webhook, event).await?;
            }
            Ok(())
        })
        .buffer_unordered(SIDE_BY_SIDE);
    while let Some(result) = results.next().await {
        result?;
    }
    Ok(())
}

async fn send_until_taken(part: &Part, webhook: &Webhook, event: &Told) -> Result<(), GivenUp> {
    let mut attempt = 1;
    loop {
        let delivery = send(&part.all, webhook, event, attempt).await;
        let (taken, gone) = (delivery.is_taken(), delivery.status == Some(410));
        let why = delivery.error.clone();
        part.all.log(&webhook.id, delivery);
        if taken {
            part.succeeded();
            return Ok(());
        }
        if gone {
            return Err(GivenUp(Text::const_new("it answered 410: it is gone for good")));
        }
        let since = part.failed(part.all.clock.now());
        if part.all.clock.now().0 - since.0 > GIVES_UP_AFTER {
            let why = why.unwrap_or_default();
            return Err(GivenUp(format!("it has taken nothing since {since}; the last answer: {why}").into()));
        }
        tokio::time::sleep(pause(attempt)).await;
        attempt += 1;
    }
}

/// Twice as long after each attempt.
fn pause(attempt: u32) -> Duration {
    let (first, longest) = PAUSES;
    first.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1))).min(longest)
}

/// Sends an event once.
pub(super) async fn send(all: &Webhooks, webhook: &Webhook, event: &Told, attempt: u32) -> Delivery {
    let at = all.clock.now();
    let id = format!("{}-{attempt}-{}", event.id, at.0);
    let body = event.json.get().to_owned();
    let mut delivery =
        Delivery { id, event: event.id.clone(), kind: event.kind.clone(), attempt, at, ..Delivery::default() };
    let Some(master) = &all.master else {
        delivery.error = Some("the server has no secret to sign with; set server.secret".to_owned());
        return delivery;
    };
    let began = std::time::Instant::now();
    let request = all
        .client
        .post(webhook.url.as_str())
        .timeout(ANSWER_WITHIN)
        .header("content-type", "application/cloudevents+json")
        .header("webhook-id", &event.id)
        .header("webhook-timestamp", (at.0 / 1_000).to_string())
        .header("webhook-signature", master.signature(webhook, &event.id, at, &body))
        .header("crossdock-delivery", &delivery.id)
        .header("traceparent", connect::child(event.traceparent.as_deref()))
        .body(body);
    match request.send().await {
        Ok(response) => {
            let status = response.status();
            delivery.status = Some(status.as_u16());
            delivery.error = (!status.is_success()).then(|| format!("it answered {status}"));
        }
        Err(error) => delivery.error = Some(cause(&error)),
    }
    delivery.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    delivery
}

/// The innermost cause, without the address, which may hold a secret.
fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("there was no answer within {} s", ANSWER_WITHIN.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

impl Webhooks {
    /// Puts something about a webhook on the record. What cannot be noted now is found out again: events may be sent twice, and their
    /// ids tell so.
    async fn change(&self, id: &Text, change: WebhookChange) {
        let body = Body::ChangeWebhook { webhook: id.clone(), change };
        match self.partition.ask(Request::new(Actor::system(), body)).await {
            Answer::Done { reply: Reply::Done | Reply::Repeated, .. } => {}
            answer => tracing::warn!(webhook = %id, ?answer, "how far a webhook is could not be noted"),
        }
    }
}

/// Since when a webhook has failed without a success between.
#[derive(Debug, Default)]
pub(super) struct Failing(std::sync::Mutex<Option<Timestamp>>);

impl Part {
    fn succeeded(&self) {
        *self.failing.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }

    fn failed(&self, now: Timestamp) -> Timestamp {
        *self.failing.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(now)
    }
}

/// The work of one webhook.
pub(super) fn part(all: Arc<Webhooks>) -> Part {
    Part { all, failing: Failing::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!([1, 2, 3, 12].map(pause).map(|pause| pause.as_secs()), [1, 2, 4, 2_048]);
        assert_eq!(pause(u32::MAX).as_secs(), 3_600);
    }
}
