//! How much goes wrong.

use crate::model::draw;

/// How often lab systems delay, fail, repeat and reorder. Shares are per mille.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultProfile {
    /// Requests that are answered with 503 before anything is done.
    pub unavailable: u64,
    /// Requests that are carried out and answered with 503 all the same.
    pub lost_answers: u64,
    /// Messages that are sent twice.
    pub repeated: u64,
    /// Messages that are sent much later, so that others overtake them.
    pub late: u64,
    /// Releases that a warehouse refuses.
    pub rejected: u64,
    /// Releases of which a warehouse does not find everything.
    pub short: u64,
    /// Releases that ship in two parts.
    pub split: u64,
    /// Cancellations that a warehouse refuses.
    pub uncancellable: u64,
}

impl FaultProfile {
    /// Nothing goes wrong.
    pub const NONE: Self =
        Self { unavailable: 0, lost_answers: 0, repeated: 0, late: 0, rejected: 0, short: 0, split: 0, uncancellable: 0 };
    /// What a good week is like.
    pub const SOME: Self = Self {
        unavailable: 10,
        lost_answers: 5,
        repeated: 20,
        late: 10,
        rejected: 5,
        short: 20,
        split: 80,
        uncancellable: 200,
    };
    /// What a bad day is like.
    pub const MANY: Self = Self {
        unavailable: 100,
        lost_answers: 50,
        repeated: 200,
        late: 100,
        rejected: 30,
        short: 80,
        split: 200,
        uncancellable: 500,
    };

    /// The profile of this name: `none`, `some` or `many`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::NONE),
            "some" => Some(Self::SOME),
            "many" => Some(Self::MANY),
            _ => None,
        }
    }
}

/// Whether something happens that happens to so many of a thousand, to this subject.
pub(crate) fn hits(per_mille: u64, seed: u64, what: &str, subject: &str) -> bool {
    draw(seed, what, subject) % 1000 < per_mille
}
