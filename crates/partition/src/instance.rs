//! A process instance as people look for it: its state, and the business that it is about.

use engine::{Instance, InstanceId};
use feel::{Context, Value};
use units::Text;

/// How an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It goes on by itself, or waits for what the model says.
    Running,
    /// Somebody has suspended it.
    Suspended,
    /// It is stuck until somebody mends what is wrong.
    Incident,
}

impl State {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Running, Self::Suspended, Self::Incident];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Suspended => "suspended",
            Self::Incident => "incident",
        }
    }
}

/// How an instance is. A suspended one is suspended, whatever else is wrong with it.
pub fn state(instance: &Instance) -> State {
    if instance.is_suspended() {
        State::Suspended
    } else if instance.incidents().next().is_some() {
        State::Incident
    } else {
        State::Running
    }
}

/// Variables that tell what an instance is about, the most telling first.
const BUSINESS_KEYS: [&str; 6] = ["businessKey", "orderId", "returnId", "paymentId", "invoiceId", "warehouseOrderId"];

/// What an instance is about: the first of its outermost variables `businessKey`, `orderId`, `returnId`, `paymentId`, `invoiceId` and
/// `warehouseOrderId`, or else the key of the message that began it.
pub fn business_key(instance: &Instance) -> Option<Text> {
    let named = BUSINESS_KEYS.iter().find_map(|name| instance.root_variable(name).and_then(Value::as_str).map(Text::from));
    named.or_else(|| instance.begun_by().map(|(_, key)| key.clone()).filter(|key| !key.is_empty()))
}

/// The same from its outermost variables alone.
pub fn business_key_in(variables: &Context) -> Option<String> {
    BUSINESS_KEYS.iter().find_map(|name| variables.get(name).and_then(Value::as_str).map(str::to_owned))
}

/// How many bits of an instance's number count within its entry, whose position is above them: more than a million, with room for 2^43
/// entries before SQLite's integers end (decision 0006).
pub(crate) const COUNT_BITS: u32 = 20;

/// The position of the entry in which an instance began: its number tells it.
pub fn begun_in(id: InstanceId) -> u64 {
    id.0 >> COUNT_BITS
}
