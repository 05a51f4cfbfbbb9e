//! Messages go out until they are acknowledged.

use std::sync::Arc;
use std::time::Duration;

use crate::faults::hits;
use crate::log::Entry;
use crate::model::Message;
use crate::service::Service;

/// Sends a message until the product has taken it or refused it for good; now and then twice.
pub(crate) async fn send(service: Arc<Service>, message: Message) {
    let twice = hits(service.chance.faults.repeated, service.chance.seed, "repeat", &message.id);
    let url = format!("{}{}", service.product.trim_end_matches('/'), message.path);
    let mut pause = Duration::from_millis(20);
    loop {
        let request =
            service.client.post(&url).bearer_auth(&service.key).header("idempotency-key", &message.id).json(&message.body);
        match request.timeout(Duration::from_secs(30)).send().await {
            Ok(response) if response.status().is_success() => break,
            Ok(response)
                if response.status().is_client_error()
                    && !matches!(response.status().as_u16(), 408 | 425 | 429)
                    // whoever says when to ask again does not refuse
                    && !response.headers().contains_key("retry-after") =>
            {
                let status = response.status();
                let answer = response.text().await.unwrap_or_default();
                service.refused(&message, &format!("{status}: {answer}"));
                break;
            }
            Ok(_) | Err(_) => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(2));
            }
        }
    }
    if twice {
        let again =
            service.client.post(&url).bearer_auth(&service.key).header("idempotency-key", &message.id).json(&message.body);
        // a repeat that gets lost is no repeat
        let _ = again.timeout(Duration::from_secs(30)).send().await;
    }
    service.note(&Entry::Sent { message: message.id.clone() });
    service.sent(&message.id);
}
