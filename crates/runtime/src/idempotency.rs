//! Same key and same body, same answer; same key and another body, a conflict (design §3.6).

use std::collections::{HashMap, VecDeque};

use sha2::{Digest, Sha256};
use store::{StoreError, StoredReply};
use units::{Text, Timestamp};

use crate::handle::Answer;
use crate::view::View;

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

/// Why it cannot be said whether a key is known. To take it for new might do something twice.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookUpError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stored answer is of another release.
    #[error("read the answer that was given under this key: {0}")]
    Decode(#[from] rmp_serde::decode::Error),
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

/// Answers by key: the recent ones, and all that are not committed yet, which no store knows.
#[derive(Default)]
pub(crate) struct Answers {
    recent: HashMap<Text, ([u8; 32], Answer)>,
    /// Each with the number of the batch that it is committed with.
    order: VecDeque<(Text, u64)>,
}

impl Answers {
    /// What is known of the key.
    pub(crate) fn look_up(&self, view: &mut View, key: &Text, digest: &[u8; 32]) -> Result<Known, LookUpError> {
        let found = match self.recent.get(key) {
            Some((before, answer)) => Some((*before, answer.clone())),
            None => match view.look()?.reply(key)? {
                Some(stored) => Some((stored.digest, rmp_serde::from_slice(&stored.body)?)),
                None => None,
            },
        };
        Ok(match found {
            None => Known::New,
            Some((before, mut answer)) if before == *digest => {
                if let Answer::Done { replayed, .. } = &mut answer {
                    *replayed = true;
                }
                Known::Answered(answer)
            }
            Some(_) => Known::Reused,
        })
    }

    /// Remembers an answer that leaves with batch `number`, and gives what the store shall keep of it.
    pub(crate) fn remember(
        &mut self,
        key: Text,
        digest: [u8; 32],
        answer: &Answer,
        at: Timestamp,
        number: u64,
    ) -> StoredReply {
        if self.recent.insert(key.clone(), (digest, answer.clone())).is_none() {
            self.order.push_back((key, number));
        }
        let body = rmp_serde::to_vec(answer).expect("an answer serialises, and memory does not fail");
        StoredReply { digest, body, at: at.0 }
    }

    /// The batch with this number is on disk: of what is there, the oldest may be forgotten.
    pub(crate) fn committed(&mut self, number: u64) {
        while self.order.len() > RECENT && self.order.front().is_some_and(|(_, batch)| *batch <= number) {
            if let Some((oldest, _)) = self.order.pop_front() {
                self.recent.remove(&oldest);
            }
        }
    }

    /// Forgets everything that may not have been committed.
    pub(crate) fn forget(&mut self) {
        self.recent.clear();
        self.order.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        Answer::Refused { code: "x".into(), detail: "y".into(), findings: Vec::new() }
    }

    #[test]
    fn an_answer_that_is_not_on_disk_is_never_forgotten() {
        let mut answers = Answers::default();
        for number in 0..RECENT + 10 {
            answers.remember(number.to_string().into(), [0; 32], &answer(), Timestamp(0), if number < 5 { 1 } else { 2 });
        }
        assert_eq!(answers.recent.len(), RECENT + 10);
        answers.committed(1);
        assert_eq!(answers.recent.len(), RECENT + 5, "those of batch 2 are known from here only");
        answers.committed(2);
        assert_eq!(answers.recent.len(), RECENT);
    }
}
