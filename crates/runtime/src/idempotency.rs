//! Same key and same body, same answer; same key and another body, a conflict (design §3.6).

use std::collections::{HashMap, VecDeque};

use sha2::{Digest, Sha256};
use store::{Reader, StoreError, StoredReply};
use units::{Text, Timestamp};

use crate::handle::Answer;

/// How many answers are kept in memory; older ones are read from the store.
const RECENT: usize = 20_000;

/// The digest under which a request is known: of its parts in their order, each with its length.
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// What is known of a key.
pub(crate) enum Known {
    /// It is new.
    New,
    /// It was answered, or will be with the batch under way.
    Answered(Answer),
    /// It was used for something else.
    Reused,
}

/// Answers by key: the recent ones, those not yet committed included.
#[derive(Default)]
pub(crate) struct Answers {
    recent: HashMap<Text, ([u8; 32], Answer)>,
    order: VecDeque<Text>,
}

impl Answers {
    /// What is known of the key.
    pub(crate) fn look_up(&self, reader: &mut dyn Reader, key: &Text, digest: &[u8; 32]) -> Result<Known, StoreError> {
        let found = match self.recent.get(key) {
            Some((before, answer)) => Some((*before, answer.clone())),
            None => reader.reply(key)?.and_then(|stored| {
                let answer = rmp_serde::from_slice(&stored.body).ok()?;
                Some((stored.digest, answer))
            }),
        };
        Ok(match found {
            None => Known::New,
            Some((before, answer)) if before == *digest => Known::Answered(answer),
            Some(_) => Known::Reused,
        })
    }

    /// Remembers an answer, and gives what the store shall keep of it.
    pub(crate) fn remember(&mut self, key: Text, digest: [u8; 32], answer: &Answer, at: Timestamp) -> StoredReply {
        if self.recent.insert(key.clone(), (digest, answer.clone())).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > RECENT {
            if let Some(oldest) = self.order.pop_front() {
                self.recent.remove(&oldest);
            }
        }
        let body = rmp_serde::to_vec(answer).expect("an answer serialises, and memory does not fail");
        StoredReply { digest, body, at: at.0 }
    }

    /// Forgets everything that may not have been committed.
    pub(crate) fn forget(&mut self) {
        self.recent.clear();
        self.order.clear();
    }
}
