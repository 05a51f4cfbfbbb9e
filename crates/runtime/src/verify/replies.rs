//! What was answered under idempotency keys, against the journal: a request that is sent again must find the answer of its entry.

use std::collections::BTreeMap;

use partition::Entry;
use store::{Reader, StoreError};
use units::Text;

use super::{Difference, Verification};
use crate::handle::Answer;

/// The last entry under each key, and when it was written. After the answer was forgotten, a key may have been used anew.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeMap<Text, (u64, i64)>);

impl Keys {
    pub(super) fn note(&mut self, entry: &Entry) {
        if let Some(key) = &entry.command.key {
            self.0.insert(key.clone(), (entry.position, entry.command.at.0));
        }
    }

    /// Answers to refusals are in no journal, and the oldest answers are forgotten: behind the first that is there, all are.
    pub(super) fn compare(
        self,
        reader: &mut dyn Reader,
        counts: &mut Verification,
    ) -> Result<Option<Difference>, StoreError> {
        let mut keys: Vec<(u64, i64, Text)> = self.0.into_iter().map(|(key, (position, at))| (position, at, key)).collect();
        keys.sort_unstable();
        for (position, at, key) in keys {
            let what = match reader.reply(&key)? {
                None if counts.replies == 0 => continue,
                None => "is missing",
                Some(reply) => match rmp_serde::from_slice(&reply.body) {
                    Ok(Answer::Done { position: answered, .. }) if answered == position && reply.at == at => {
                        counts.replies += 1;
                        continue;
                    }
                    Ok(_) => "is that of another request",
                    Err(_) => "cannot be read",
                },
            };
            return Ok(Some(Difference::Reply { position, key: key.to_string(), what }));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use partition::{Body, Command, Reply};
    use store::{Batch, Store, StoredReply};
    use units::Timestamp;

    use super::*;

    fn entry(position: u64, key: &str) -> Entry {
        let actor = trade::Actor::system();
        let at = Timestamp(i64::try_from(position).unwrap());
        let command = Command { at, actor, key: Some(key.into()), body: Body::PutItems(Vec::new()), trace: None };
        Entry { position, command, events: Vec::new(), sequences: Vec::new() }
    }

    /// What a request at a position was answered.
    fn reply(key: &str, position: u64) -> (String, StoredReply) {
        let answer = Answer::Done { reply: Reply::Done, position, replayed: false };
        let at = i64::try_from(position).unwrap();
        (key.to_owned(), StoredReply { digest: [0; 32], body: rmp_serde::to_vec(&answer).unwrap(), at })
    }

    #[track_caller]
    fn comes_to(replies: Vec<(String, StoredReply)>, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store::Sqlite::open(folder.path()).unwrap();
        store.commit(&Batch { head: store.head(), replies, ..Batch::default() }).unwrap();
        let mut keys = Keys::default();
        [entry(1, "a"), entry(2, "b"), entry(3, "c"), entry(4, "b")].iter().for_each(|entry| keys.note(entry));
        let mut counts = Verification::default();
        let found = keys.compare(store.reader().unwrap().as_mut(), &mut counts).unwrap();
        let found = found.map_or_else(|| format!("{} agree", counts.replies), |found| found.to_string());
        assert_eq!(found, expected);
    }

    #[test]
    fn an_answer_that_is_missing_wrong_or_damaged_is_found_and_one_that_was_forgotten_is_not() {
        comes_to(vec![reply("a", 1), reply("c", 3), reply("b", 4)], "3 agree");
        comes_to(vec![reply("b", 4), reply("refused", 9)], "1 agree");
        comes_to(vec![reply("a", 1), reply("b", 4)], "entry 3: the answer kept under its idempotency key `c` is missing");
        let other = "entry 4: the answer kept under its idempotency key `b` is that of another request";
        comes_to(vec![reply("c", 3), reply("b", 2)], other);
        let mut damaged = reply("c", 3);
        damaged.1.body.truncate(1);
        comes_to(vec![damaged], "entry 3: the answer kept under its idempotency key `c` cannot be read");
    }
}
