//! Signatures of webhooks (*Standard Webhooks*, version 1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use partition::webhook::Webhook;
use sha2::Sha256;
use units::Timestamp;

/// The shortest secret of a server from which others are derived, in bytes.
const SHORTEST: usize = 32;

/// What secrets of webhooks are derived from; nobody who has one of them can make another.
#[derive(Clone)]
pub(crate) struct Master(Vec<u8>);

impl Master {
    /// The server's secret; `None` if it is too short to be one.
    pub(crate) fn new(secret: &str) -> Option<Self> {
        (secret.len() >= SHORTEST).then(|| Self(secret.as_bytes().to_vec()))
    }

    /// The secret of a generation of a webhook, as it is given to whoever receives.
    pub(crate) fn secret(&self, webhook: &Webhook, generation: u32) -> String {
        format!("whsec_{}", BASE64.encode(self.bytes(webhook, generation)))
    }

    fn bytes(&self, webhook: &Webhook, generation: u32) -> [u8; 32] {
        // one that was removed and added again is another one
        mac(&self.0, &format!("webhook\0{}\0{}\0{generation}", webhook.id, webhook.created_at.0))
    }

    /// The header `webhook-signature`: one signature, and while secrets change over one more with the secret before.
    pub(crate) fn signature(&self, webhook: &Webhook, id: &str, at: Timestamp, body: &str) -> String {
        let signed = format!("{id}.{}.{body}", at.0 / 1_000);
        let is_changing = webhook.earlier_until.is_some_and(|until| at < until);
        let earlier = webhook.generation.checked_sub(1).filter(|_| is_changing);
        let signatures: Vec<String> = [Some(webhook.generation), earlier]
            .into_iter()
            .flatten()
            .map(|generation| format!("v1,{}", BASE64.encode(mac(&self.bytes(webhook, generation), &signed))))
            .collect();
        signatures.join(" ")
    }
}

fn mac(key: &[u8], text: &str) -> [u8; 32] {
    // HMAC takes keys of any length
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_standard() {
        // secret, id, time and body of the example in the specification of Standard Webhooks
        let key = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        assert_eq!(BASE64.encode(mac(&key, signed)), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_secrets_change_over_both_sign_and_then_the_new_one_alone() {
        let master = Master::new(&"m".repeat(32)).unwrap();
        let webhook =
            Webhook { id: "shop".into(), generation: 1, earlier_until: Some(Timestamp(5_000)), ..Webhook::default() };
        let first = Webhook { generation: 0, earlier_until: None, ..webhook.clone() };
        let (during, after) = (
            master.signature(&webhook, "1.0", Timestamp(4_000), "{}"),
            master.signature(&webhook, "1.0", Timestamp(5_000), "{}"),
        );
        assert_eq!(during.split(' ').count(), 2);
        assert!(during.ends_with(&master.signature(&first, "1.0", Timestamp(4_000), "{}")), "{during}");
        assert_eq!(after.split(' ').count(), 1);
        assert_ne!(master.secret(&webhook, 0), master.secret(&webhook, 1));
    }

    #[test]
    fn a_short_secret_is_none() {
        assert!(Master::new("short").is_none());
    }
}
