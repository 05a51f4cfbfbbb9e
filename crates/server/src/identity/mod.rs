//! Who may use the product, as requests need it: in memory, by user name and by hash of a key.

pub(crate) mod attempts;
pub(crate) mod oidc;
pub(crate) mod password;
pub(crate) mod session;
pub(crate) mod totp;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::http::HeaderMap;
use partition::identity::{Client, User};
use partition::{AnyKey, AnyState, Table};
use sha2::{Digest, Sha256};
use store::{Reader, RowQuery};
use trade::master::Company;
use trade::{Aggregate, Key};
use units::{Text, Timestamp};

use crate::auth::Holder;
use crate::problem::Problem;
use crate::readers::{Readers, decode};
use attempts::Attempts;
use session::Sessions;

/// People and programs that may use the product; cheap to clone. What the configuration says of keys is a [`crate::KeyRing`].
#[derive(Clone)]
pub struct Identities {
    known: Arc<RwLock<Arc<Known>>>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) attempts: Arc<Attempts>,
    /// The last code that each person has used: none counts twice.
    used: Arc<Mutex<BTreeMap<Text, i64>>>,
    refreshing: Arc<tokio::sync::Mutex<()>>,
    /// Where people may sign in as well.
    pub(crate) provider: Option<Arc<oidc::Provider>>,
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identities").finish_non_exhaustive()
    }
}

/// What the record has of people and programs.
#[derive(Default)]
struct Known {
    users: BTreeMap<Text, Arc<User>>,
    /// People by who they are at the identity provider.
    subjects: BTreeMap<Text, Text>,
    clients: BTreeMap<Text, Arc<Client>>,
    /// Clients by the hashes of their keys.
    keys: BTreeMap<[u8; 32], Text>,
    /// The short code of this company: roles may be limited to others. Empty as long as there is none.
    company: Text,
}

impl Known {
    fn read(reader: &mut dyn Reader) -> Result<Self, Problem> {
        let mut known = Self::default();
        for table in [Table::User, Table::Client] {
            for (key, row) in reader.rows(&RowQuery::table(table))? {
                match decode(table, &key, &row.data)? {
                    AnyState::User(user) => {
                        known.subjects.extend(user.subject.iter().map(|subject| (subject.clone(), user.id.clone())));
                        known.users.insert(user.id.clone(), user);
                    }
                    AnyState::Client(client) => {
                        known.keys.extend(client.keys.iter().map(|key| (key.hash, client.id.clone())));
                        known.clients.insert(client.id.clone(), client);
                    }
                    _ => {}
                }
            }
        }
        let key = AnyKey::Trade(Key::Company(Company::KEY.into()));
        if let Some(AnyState::Trade(Aggregate::Company(company), _)) = crate::readers::state(reader, &key)? {
            known.company = company.code.clone();
        }
        Ok(known)
    }
}

impl Identities {
    /// Reads them from the record. Sessions are sealed with a secret that is kept in `folder`, so that they outlive a restart; without a
    /// folder it is drawn now and kept nowhere.
    pub fn open(readers: &Readers, folder: Option<&Path>) -> Result<Self, Problem> {
        let known = readers.read_blocking(Known::read)?;
        let sessions = folder.map_or_else(Sessions::new, Sessions::kept_in)?;
        crate::cursor::seal_with(sessions.draw(b"cursors"));
        Ok(Self {
            known: Arc::new(RwLock::new(Arc::new(known))),
            sessions: Arc::new(sessions),
            attempts: Arc::default(),
            used: Arc::default(),
            refreshing: Arc::default(),
            provider: None,
        })
    }

    /// With an identity provider.
    #[must_use]
    pub fn with_provider(self, provider: Option<Arc<oidc::Provider>>) -> Self {
        Self { provider, ..self }
    }

    /// The short code of this company.
    pub(crate) fn company(&self) -> Text {
        self.known().company.clone()
    }

    /// Reads them again, after one of them or the company has changed.
    pub(crate) async fn refresh(&self, readers: &Readers) -> Result<(), Problem> {
        // one after the other, so that an older picture never replaces a newer one
        let _refreshing = self.refreshing.lock().await;
        let known = readers.read(Known::read).await?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        Ok(())
    }

    fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whose key it is. Looked up by hash, so the time that it takes tells nothing about other
    /// keys.
    pub(crate) fn owner_of_key(&self, key: &str, now: Timestamp) -> Option<Holder> {
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let known = self.known();
        let client = known.clients.get(known.keys.get(&hash)?)?;
        let is_valid = client.keys.iter().any(|key| key.hash == hash && key.is_valid(now));
        (is_valid && !client.disabled).then(|| Holder::program(client))
    }

    /// The person of that name.
    pub(crate) fn user(&self, id: &str) -> Option<Arc<User>> {
        self.known().users.get(id).cloned()
    }

    /// Whom the identity provider has vouched for as that subject.
    pub(crate) fn user_of_subject(&self, subject: &str) -> Option<Arc<User>> {
        let known = self.known();
        known.users.get(known.subjects.get(subject)?).cloned()
    }

    /// All people, by name.
    pub(crate) fn users(&self) -> Vec<Arc<User>> {
        self.known().users.values().cloned().collect()
    }

    /// Whether browsers reach us by TLS, as far as the request or the configuration tells.
    pub(crate) fn is_secure(&self, headers: &HeaderMap) -> bool {
        let is_public = self.provider.as_ref().is_some_and(|provider| provider.is_reached_by_tls());
        is_public || headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes() == b"https")
    }

    /// Whether a code of somebody's authenticator counts now; it never does again.
    pub(crate) fn takes_code(&self, user: &User, code: &str, now: Timestamp) -> bool {
        let secret = totp::Secret::of(&self.sessions, &user.id, user.second_factor.generation);
        let Some(step) = secret.step_of(code, now) else { return false };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let last = used.entry(user.id.clone()).or_insert(i64::MIN);
        let is_new = step > *last;
        *last = step.max(*last);
        is_new
    }

    /// The program of that name.
    pub(crate) fn client(&self, id: &str) -> Option<Arc<Client>> {
        self.known().clients.get(id).cloned()
    }

    /// All programs, by name.
    pub(crate) fn clients(&self) -> Vec<Arc<Client>> {
        self.known().clients.values().cloned().collect()
    }
}
