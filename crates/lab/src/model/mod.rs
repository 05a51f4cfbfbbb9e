//! The systems as pure models: a request or a moment in, an answer, actions for later and messages out.

mod bank;
mod carrier;
mod erp;
mod tax;
mod wms;

use serde_json::Value;

pub use bank::Bank;
pub use carrier::Carrier;
pub use erp::Erp;
pub use tax::Tax;
pub use wms::Wms;

use crate::faults::FaultProfile;

/// Milliseconds of lab time.
pub type Millis = i64;

/// A minute of lab time.
pub const MINUTE: Millis = 60_000;
/// An hour of lab time.
pub const HOUR: Millis = 60 * MINUTE;
/// A day of lab time.
pub const DAY: Millis = 24 * HOUR;

/// What every decision is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Chance {
    /// Fixes everything.
    pub seed: u64,
    /// How much goes wrong.
    pub faults: FaultProfile,
}

impl Chance {
    /// A number that depends on the seed, the question and the subject alone.
    pub fn draw(&self, what: &str, subject: &str) -> u64 {
        draw(self.seed, what, subject)
    }

    /// Whether something that happens to so many of a thousand happens to this subject.
    pub fn hits(&self, per_mille: u64, what: &str, subject: &str) -> bool {
        crate::faults::hits(per_mille, self.seed, what, subject)
    }

    /// A time between two.
    pub fn between(&self, from: Millis, to: Millis, what: &str, subject: &str) -> Millis {
        let span = u64::try_from(to - from).unwrap_or(0).max(1);
        from + i64::try_from(self.draw(what, subject) % span).unwrap_or(0)
    }
}

pub(crate) fn draw(seed: u64, what: &str, subject: &str) -> u64 {
    let start = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xcbf2_9ce4_8422_2325;
    let bytes = what.bytes().chain([0]).chain(subject.bytes());
    let mixed = bytes.fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (mixed ^ mixed >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ mixed >> 29
}

/// An answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The document.
    pub body: Value,
    /// What the system will do later.
    pub actions: Vec<Action>,
    /// What another lab system is told at once: its name, and the document.
    pub tell: Vec<(&'static str, Value)>,
}

impl Answer {
    /// An answer without consequences.
    pub fn new(status: u16, body: Value) -> Self {
        Self { status, body, actions: Vec::new(), tell: Vec::new() }
    }
}

/// Something that a system will do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Action {
    /// When.
    pub due: Millis,
    /// What, for the model; unique.
    pub name: String,
}

/// Something that a system tells the product.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id, which is its idempotency key.
    pub id: String,
    /// Where it goes.
    pub path: String,
    /// What it says.
    pub body: Value,
}

/// A system.
pub trait Model: Send + 'static {
    /// Carries out a request that was not carried out before.
    fn request(&mut self, path: &str, body: &Value, now: Millis, chance: &Chance) -> Answer;

    /// Carries out an action whose time has come.
    fn due(&mut self, _action: &str, _now: Millis, _chance: &Chance) -> (Vec<Message>, Vec<Action>) {
        (Vec::new(), Vec::new())
    }

    /// Answers a question.
    fn query(&mut self, _path: &str, _query: &str) -> Option<Value> {
        None
    }

    /// How many things it has for whoever asks, and has not been asked for yet.
    fn untold(&self) -> usize {
        0
    }

    /// What the system itself knows to have happened.
    fn ledger(&self) -> Value;
}

/// A text field of a document.
pub(crate) fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_default().to_owned()
}
