//! Who may use the product: people with a password, and programs with keys (design §4.5).
//!
//! Rights change by commands like everything else, so the record tells who gave them. Secrets never come here: a password is its
//! Argon2id hash and a key its SHA-256 before it becomes part of a command.

use serde::{Deserialize, Serialize};
use trade::Role;
use units::{Amount, Text, Timestamp};

/// Whether the record can name a person or a program so: 1 to 60 small letters, digits and `.-_@`, and not as the product itself.
pub fn is_id(id: &str) -> bool {
    let is_fit = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-_@".contains(letter);
    (1..=60).contains(&id.len()) && id.chars().all(is_fit) && trade::Actor::system().id.as_str() != id
}

/// What somebody may do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rights {
    /// The roles.
    pub roles: Vec<Role>,
    /// Up to which amount, in minor units; `None` without limit.
    pub limit: Option<Amount>,
    /// Types of jobs that may be leased and answered; all if there are none.
    #[serde(default)]
    pub job_types: Vec<Text>,
    /// Roles that count in some companies only; the others count in all.
    #[serde(default)]
    pub companies: Vec<RoleCompanies>,
}

/// The companies that a role is limited to: anywhere else it is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleCompanies {
    /// The role.
    pub role: Role,
    /// The short codes of the companies, as in the master data.
    pub companies: Vec<Text>,
}

impl Rights {
    /// The roles that count in the company with that short code. As long as there is no company, limited roles count nowhere.
    pub fn roles_in(&self, company: &str) -> Vec<Role> {
        let counts = |role: &Role| {
            let limited = self.companies.iter().find(|limited| limited.role == *role);
            limited.is_none_or(|limited| limited.companies.iter().any(|known| known == company))
        };
        self.roles.iter().copied().filter(counts).collect()
    }

    /// Whether jobs of that type may be leased and answered.
    pub fn may_do(&self, job_type: &str) -> bool {
        self.job_types.is_empty() || self.job_types.iter().any(|known| known == job_type)
    }
}

/// How many companies a role may be limited to.
pub const MAX_COMPANIES: usize = 100;

/// How many types of jobs may be named.
pub const MAX_JOB_TYPES: usize = 100;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct User {
    /// By which the person signs in, and is named on the record.
    pub id: Text,
    /// How the person is called.
    pub name: Text,
    /// What the person may do.
    pub rights: Rights,
    /// The Argon2id hash of the password in the PHC form; `None` as long as there is none.
    pub password: Option<Text>,
    /// Cannot sign in.
    pub disabled: bool,
    /// Sessions that began in an earlier epoch are over.
    pub epoch: u32,
    /// When the person was added.
    pub created_at: Timestamp,
    /// What is asked for beside the password.
    #[serde(default)]
    pub second_factor: SecondFactor,
    /// Who the person is at the identity provider, once that has vouched for them.
    #[serde(default)]
    pub subject: Option<Text>,
}

/// A code of an authenticator (TOTP, RFC 6238), or one that is kept for when that is lost. The secret never comes here: the server
/// derives it from its own, the person and the generation that stands here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SecondFactor {
    /// Which secret is meant: each one that is set up is the next generation.
    pub generation: u32,
    /// Whether it is asked for.
    pub is_on: bool,
    /// SHA-256 of the recovery codes that were not used.
    pub recovery: Vec<[u8; 32]>,
}

/// A program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Client {
    /// By which it is named on the record.
    pub id: Text,
    /// What it is.
    pub name: Text,
    /// What it may do.
    pub rights: Rights,
    /// Its keys, the oldest first.
    pub keys: Vec<ApiKey>,
    /// None of its keys is accepted.
    pub disabled: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// How much of the API it may use; the standard unless there is one.
    pub quota: Option<Quota>,
}

/// How much of the API a caller may use: a token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// How much comes back each second.
    pub per_second: u32,
    /// How much there is at most: what can be asked for at once.
    pub burst: u32,
}

/// A key of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The beginning of the key, by which people tell keys apart.
    pub prefix: Text,
    /// SHA-256 of the whole key.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is accepted.
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// How many keys a client may have at a time that are not revoked: two, so that one can take over from the other, and some to spare.
pub const MAX_KEYS: usize = 10;

/// What shall change about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserChange {
    /// Add the person, or change name and rights.
    Put {
        /// How the person is called.
        name: Text,
        /// What the person may do.
        rights: Rights,
    },
    /// Set the password; sessions end.
    Password {
        /// Its Argon2id hash in the PHC form.
        hash: Text,
    },
    /// Let the person sign in no longer; sessions end.
    Disable,
    /// Let the person sign in again.
    Enable,
    /// End all sessions.
    EndSessions,
    /// Add the person; somebody else of that name is in the way.
    Add {
        /// How the person is called.
        name: Text,
        /// What the person may do.
        rights: Rights,
    },
    /// Ask for a second factor from now on.
    SecondFactorOn {
        /// SHA-256 of the recovery codes.
        recovery: Vec<[u8; 32]>,
    },
    /// Ask for none any more.
    SecondFactorOff,
    /// A recovery code was used; it is not accepted again.
    RecoveryUsed {
        /// Its SHA-256.
        code: [u8; 32],
    },
    /// The identity provider vouches for the person, who is added if not there; or an administrator says who a person is there.
    Vouched {
        /// Who the person is there; nobody else ever is.
        subject: Text,
        /// How the person is called.
        name: Text,
        /// What the person may do by what they hold there; `None` leaves it as administrators have set it.
        rights: Option<Rights>,
    },
}

/// What shall change about a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientChange {
    /// Add the program, or change name and rights.
    Put {
        /// What it is.
        name: Text,
        /// What it may do.
        rights: Rights,
    },
    /// Add a key. The keys before it end when it says, so that the program has time to change over.
    AddKey {
        /// The beginning of the key.
        prefix: Text,
        /// SHA-256 of the whole key.
        hash: [u8; 32],
        /// Until when it is accepted.
        expires: Option<Timestamp>,
        /// When the other keys end; `None` leaves them alone.
        others_end: Option<Timestamp>,
    },
    /// Accept a key no longer.
    RevokeKey {
        /// Its beginning.
        prefix: Text,
    },
    /// Accept none of its keys.
    Disable,
    /// Accept its keys again.
    Enable,
    /// Give it a quota of its own, or the standard one.
    Quota {
        /// How much it may use.
        quota: Option<Quota>,
    },
    /// Add the program; another one of that name is in the way.
    Add {
        /// What it is.
        name: Text,
        /// What it may do.
        rights: Rights,
    },
}

impl User {
    pub(crate) fn apply(&mut self, id: &Text, change: &UserChange, at: Timestamp) {
        match change {
            UserChange::Put { name, rights } | UserChange::Add { name, rights } => {
                if self.id.is_empty() {
                    (self.id, self.created_at) = (id.clone(), at);
                }
                (self.name, self.rights) = (name.clone(), rights.clone());
            }
            UserChange::Password { hash } => {
                self.password = Some(hash.clone());
                self.epoch += 1;
            }
            UserChange::Disable => {
                self.disabled = true;
                self.epoch += 1;
            }
            UserChange::Enable => self.disabled = false,
            UserChange::EndSessions => self.epoch += 1,
            UserChange::SecondFactorOn { recovery } => {
                let generation = self.second_factor.generation + 1;
                self.second_factor = SecondFactor { generation, is_on: true, recovery: recovery.clone() };
            }
            UserChange::SecondFactorOff => {
                (self.second_factor.is_on, self.second_factor.recovery) = (false, Vec::new());
            }
            UserChange::RecoveryUsed { code } => self.second_factor.recovery.retain(|known| known != code),
            UserChange::Vouched { subject, name, rights } => {
                if self.id.is_empty() {
                    (self.id, self.created_at) = (id.clone(), at);
                }
                (self.name, self.subject) = (name.clone(), Some(subject.clone()));
                if let Some(rights) = rights {
                    self.rights = rights.clone();
                }
            }
        }
    }
}

impl ApiKey {
    /// Whether it is accepted at that time.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

impl Client {
    /// The key with that beginning.
    pub fn key(&self, prefix: &str) -> Option<&ApiKey> {
        self.keys.iter().find(|key| key.prefix == prefix)
    }

    pub(crate) fn apply(&mut self, id: &Text, change: &ClientChange, at: Timestamp) {
        match change {
            ClientChange::Put { name, rights } | ClientChange::Add { name, rights } => {
                if self.id.is_empty() {
                    (self.id, self.created_at) = (id.clone(), at);
                }
                (self.name, self.rights) = (name.clone(), rights.clone());
            }
            ClientChange::AddKey { prefix, hash, expires, others_end } => {
                if let Some(end) = others_end {
                    for key in self.keys.iter_mut().filter(|key| key.is_valid(*end)) {
                        key.expires = Some(*end);
                    }
                }
                let (prefix, hash, expires) = (prefix.clone(), *hash, *expires);
                self.keys.push(ApiKey { prefix, hash, created_at: at, expires, revoked_at: None });
            }
            ClientChange::RevokeKey { prefix } => {
                if let Some(key) = self.keys.iter_mut().find(|key| key.prefix == *prefix) {
                    key.revoked_at = Some(at);
                }
            }
            ClientChange::Disable => self.disabled = true,
            ClientChange::Enable => self.disabled = false,
            ClientChange::Quota { quota } => self.quota = *quota,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limited_role_counts_in_its_companies_and_the_others_everywhere() {
        let only = RoleCompanies { role: Role::Receivables, companies: vec!["CD".into(), "UK".into()] };
        let rights = Rights { roles: vec![Role::Sales, Role::Receivables], companies: vec![only], ..Rights::default() };
        assert_eq!(rights.roles_in("UK"), [Role::Sales, Role::Receivables]);
        assert_eq!(rights.roles_in("US"), [Role::Sales]);
        assert_eq!(rights.roles_in(""), [Role::Sales]);
    }
}
