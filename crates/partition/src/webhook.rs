//! Where events are sent by themselves: webhooks (design §4.6; *Standard Webhooks*).
//!
//! Which webhooks there are, and up to where each has got, is on the record, so a restart sends on where it stopped. Secrets never come
//! here: the server derives them from its own and the generation that stands here.

use serde::{Deserialize, Serialize};
use units::{Text, Timestamp};

/// Where events are sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Webhook {
    /// By which it is named.
    pub id: Text,
    /// Where.
    pub url: Text,
    /// Which: types of events such as `invoice.released`, or what they begin with, such as `order.`; all if there are none.
    pub types: Vec<Text>,
    /// The journal position up to which everything was delivered.
    pub delivered: u64,
    /// Which secret is meant: each one that is made anew is the next generation.
    pub generation: u32,
    /// Until when the generation before is used as well.
    pub earlier_until: Option<Timestamp>,
    /// Which setting of address and types this is: what was delivered, or failed, under an earlier one does not count for it.
    pub revision: u64,
    /// Why nothing is sent; `None` while it is.
    pub disabled: Option<Text>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// How many there may be: each reads the whole feed.
pub const MAX_WEBHOOKS: usize = 50;

/// What shall change about a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WebhookChange {
    /// Add it, or change where what is sent.
    Put {
        /// Where.
        url: Text,
        /// Which types.
        types: Vec<Text>,
        /// The journal position now: a new one begins after it, and it names the setting.
        from: u64,
    },
    /// Sign with a new secret, and until that time with the one before as well.
    Rotate {
        /// Until when.
        earlier_until: Timestamp,
    },
    /// Everything up to this journal position was delivered.
    Delivered {
        /// The position.
        position: u64,
        /// Under which setting.
        revision: u64,
    },
    /// Send nothing any more.
    Disable {
        /// Why.
        why: Text,
        /// Under which setting it failed; `None` if a person disables it.
        revision: Option<u64>,
    },
    /// Go on where it stopped.
    Enable {
        /// Leave out what happened up to this journal position: an event that a receiver can never take would hold it up for ever.
        after: Option<u64>,
    },
    /// Forget it.
    Remove,
}

impl Webhook {
    /// Whether events of that type, without prefix and version, are sent.
    pub fn wants(&self, kind: &str) -> bool {
        let fits = |wanted: &Text| kind == wanted.as_str() || (wanted.ends_with('.') && kind.starts_with(wanted.as_str()));
        self.types.is_empty() || self.types.iter().any(fits)
    }

    pub(crate) fn apply(&mut self, id: &Text, change: &WebhookChange, at: Timestamp) {
        match change {
            WebhookChange::Put { url, types, from } => {
                if self.id.is_empty() {
                    (self.id, self.created_at, self.delivered) = (id.clone(), at, *from);
                }
                (self.url, self.types, self.revision) = (url.clone(), types.clone(), *from);
            }
            WebhookChange::Rotate { earlier_until } => {
                self.generation += 1;
                self.earlier_until = Some(*earlier_until);
            }
            WebhookChange::Delivered { position, .. } => self.delivered = self.delivered.max(*position),
            WebhookChange::Disable { why, .. } => self.disabled = Some(why.clone()),
            WebhookChange::Enable { after } => {
                self.disabled = None;
                self.delivered = self.delivered.max(after.unwrap_or_default());
            }
            // the fold takes the whole state away
            WebhookChange::Remove => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_whole_or_by_what_they_begin_with() {
        let hook =
            |types: &[&str]| Webhook { types: types.iter().map(|text| Text::new(text)).collect(), ..Webhook::default() };
        assert!(hook(&[]).wants("order.received"));
        assert!(hook(&["order."]).wants("order.received") && !hook(&["order."]).wants("orders.received"));
        assert!(hook(&["invoice.released"]).wants("invoice.released") && !hook(&["invoice"]).wants("invoice.released"));
    }
}
