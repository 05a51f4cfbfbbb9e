//! All that a decision may know of the outside.

use serde::{Deserialize, Serialize};
use units::{Amount, Text, Timestamp};

/// What arrives with a command besides its body. It is a value, so a test writes it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// When the command was accepted.
    pub now: Timestamp,
    /// Who asks.
    pub actor: Actor,
}

/// A person, a program or a process that acts. All act under the same checks (design §3.9).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Actor {
    /// The user's or client's name; `process` for the engine.
    pub id: Text,
    /// What it may do.
    pub roles: Vec<Role>,
    /// Up to which amount it may release holds, approve, write off, and credit of one invoice in all, in minor units of the company's
    /// currency; `None` without limit.
    pub limit: Option<Amount>,
}

/// What somebody is allowed to do; a small table (domain §1.2, release authority; §1.12, owner roles).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes orders, answers price, address and item exceptions.
    Sales,
    /// Answers warehouse and shipping exceptions.
    Warehouse,
    /// Releases small credit holds.
    CreditClerk,
    /// Releases larger credit holds.
    CreditManager,
    /// Releases anything.
    Director,
    /// Matches cash, decides on deductions and billing exceptions.
    Receivables,
    /// Runs connections and incidents.
    Operations,
    /// Administers master data and policy.
    Admin,
    /// The process engine and other parts of the product itself.
    System,
    /// Programs that do the jobs of processes, send them messages and start them.
    Worker,
    /// Decides on suspected fraud and on export control, and on nothing else: whoever sells or grants credit does not.
    Compliance,
    /// Sees what goods cost and what is earned on them.
    Controller,
}

impl Actor {
    /// The process engine, which carries out what a deployed process says.
    pub fn system() -> Self {
        Self { id: Text::const_new("process"), roles: vec![Role::System], limit: None }
    }

    /// Whether it has the role, or may do everything.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role) || self.roles.contains(&Role::System)
    }
}
