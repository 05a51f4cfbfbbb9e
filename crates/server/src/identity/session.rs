//! Sessions of people in a browser: a sealed cookie, and a token that shows that a request comes from our own pages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use partition::identity::User;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use units::{Text, Timestamp};

use crate::problem::Problem;

/// The name of the cookie.
const COOKIE: &str = "crossdock_session";
/// The header that a change has to carry, beside the cookie.
pub(crate) const CSRF: &str = "x-csrf-token";
/// A session ends after so many milliseconds: a working day.
const LASTS: i64 = 12 * 60 * 60 * 1_000;

/// How a session says that the identity provider has let the person in.
const PROVIDER: &str = "provider";
/// The cookie of a sign-in at the identity provider, and for how many milliseconds it counts.
const ATTEMPT: &str = "crossdock_sign_in";
pub(crate) const ATTEMPT_LASTS: i64 = 10 * 60 * 1_000;
/// Where that cookie is sent to.
const ATTEMPT_PATH: &str = "/v1/session/provider";

/// The file that keeps them over a restart, in the folder of the data.
const FILE: &str = "sessions.json";

/// Seals and opens sessions.
pub(crate) struct Sessions {
    secret: [u8; 32],
    /// Sessions that were signed out, until they would have ended by themselves.
    ended: Mutex<BTreeMap<String, Timestamp>>,
    writing: Mutex<()>,
    /// Where both are kept; nowhere for a program that only reads.
    file: Option<PathBuf>,
}

/// What stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// In base 64.
    secret: String,
    ended: BTreeMap<String, Timestamp>,
}

/// Somebody's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// Who signed in.
    pub(crate) user: Text,
    /// In which epoch of the user.
    epoch: u32,
    /// When it ends by itself.
    pub(crate) ends: Timestamp,
    /// Drawn, so that no two sessions are the same.
    nonce: String,
    /// Whether the identity provider has let the person in.
    pub(crate) by_provider: bool,
}

impl Sessions {
    pub(crate) fn new() -> Result<Self, Problem> {
        Ok(Self { secret: random()?, ended: Mutex::default(), writing: Mutex::default(), file: None })
    }

    /// Goes on with the sessions of the program before; its file is made if there is none.
    pub(crate) fn kept_in(folder: &Path) -> Result<Self, Problem> {
        let file = folder.join(FILE);
        let broken = |cause: String| {
            let mend = "delete it: then everybody signs in anew, and sets up the second factor again";
            Problem::new("internal", format!("{}: {cause}; {mend}", file.display()))
        };
        let sessions = match std::fs::read(&file) {
            Ok(bytes) => {
                let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
                let secret = BASE64.decode(&kept.secret).ok().and_then(|secret| secret.try_into().ok());
                let secret = secret.ok_or_else(|| broken("the secret is not 32 bytes in base 64".to_owned()))?;
                Self { secret, ended: Mutex::new(kept.ended), writing: Mutex::default(), file: Some(file) }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self { file: Some(file), ..Self::new()? },
            Err(error) => return Err(broken(error.to_string())),
        };
        sessions.keep(&sessions.ended.lock().unwrap_or_else(PoisonError::into_inner)).map_err(|error| {
            let file = sessions.file.as_deref().unwrap_or(Path::new(FILE)).display();
            Problem::new("internal", format!("write {file}: {error}; let the product write into the folder of its data"))
        })?;
        Ok(sessions)
    }

    /// Writes what has to outlive a restart, whole or not at all, and for nobody else to read.
    fn keep(&self, ended: &BTreeMap<String, Timestamp>) -> std::io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let kept = Kept { secret: BASE64.encode(self.secret), ended: ended.clone() };
        let next = file.with_extension("next");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut written = options.open(&next)?;
        std::io::Write::write_all(&mut written, &serde_json::to_vec(&kept)?)?;
        written.sync_all()?;
        std::fs::rename(&next, file)
    }

    /// Begins a session of that user.
    pub(crate) fn begin(&self, user: &User, now: Timestamp) -> Result<Session, Problem> {
        let nonce = BASE64.encode(random()?);
        let ends = now.plus_millis(LASTS);
        Ok(Session { user: user.id.clone(), epoch: user.epoch, ends, nonce, by_provider: false })
    }

    /// A sign-in elsewhere as the browser keeps it: its number, and where to go on afterwards.
    pub(crate) fn attempt_token(&self, number: &str, return_to: &str, now: Timestamp) -> String {
        let text = BASE64.encode(format!("{}\n{number}\n{return_to}", now.plus_millis(ATTEMPT_LASTS).0));
        let seal = BASE64.encode(self.seal("attempt", &text).finalize().into_bytes());
        format!("{text}.{seal}")
    }

    /// Number and way back of a sign-in elsewhere, if it is ours and not over.
    pub(crate) fn open_attempt(&self, token: &str, now: Timestamp) -> Option<(String, String)> {
        let (text, seal) = token.split_once('.')?;
        self.seal("attempt", text).verify_slice(&BASE64.decode(seal).ok()?).ok()?;
        let text = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
        let (ends, rest) = text.split_once('\n')?;
        let (number, return_to) = rest.split_once('\n')?;
        (now < Timestamp(ends.parse().ok()?)).then(|| (number.to_owned(), return_to.to_owned()))
    }

    fn seal(&self, purpose: &str, content: impl AsRef<[u8]>) -> Hmac<Sha256> {
        // HMAC takes keys of any length
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("a key of 32 bytes");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(content.as_ref());
        mac
    }

    /// The session as the browser keeps it.
    pub(crate) fn token(&self, session: &Session) -> String {
        let Session { user, epoch, ends, nonce, by_provider } = session;
        let way = if *by_provider { PROVIDER } else { "" };
        let text = BASE64.encode(format!("{user}\n{epoch}\n{}\n{nonce}\n{way}", ends.0));
        let seal = BASE64.encode(self.seal("session", &text).finalize().into_bytes());
        format!("{text}.{seal}")
    }

    /// The session that a token is, if it is ours and has not ended; its user may have been shut out since.
    pub(crate) fn open(&self, token: &str, now: Timestamp) -> Option<Session> {
        let (text, seal) = token.split_once('.')?;
        self.seal("session", text).verify_slice(&BASE64.decode(seal).ok()?).ok()?;
        let text = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
        let mut parts = text.split('\n');
        let user = parts.next()?.into();
        let epoch = parts.next()?.parse().ok()?;
        let ends = Timestamp(parts.next()?.parse().ok()?);
        let nonce = parts.next()?.to_owned();
        let by_provider = parts.next() == Some(PROVIDER);
        let session = Session { user, epoch, ends, nonce, by_provider };
        let was_ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&session.nonce);
        (now < ends && !was_ended).then_some(session)
    }

    /// Ends a session, wherever its token is by now. Waits for the disk.
    pub(crate) fn end(&self, session: &Session, now: Timestamp) {
        // one after the other writes the file, and meanwhile others look at what is in memory
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = {
            let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
            ended.retain(|_, ends| now < *ends);
            ended.insert(session.nonce.clone(), session.ends);
            ended.clone()
        };
        if let Err(error) = self.keep(&ended) {
            tracing::error!(%error, "a session that was signed out may be back after a restart");
        }
    }

    /// Bytes that only this installation can draw, the same for the same content.
    pub(crate) fn draw(&self, content: &[u8]) -> [u8; 32] {
        self.seal("draw", content).finalize().into_bytes().into()
    }

    /// What a page of ours sends with a change, so that it is known not to come from somebody else's.
    pub(crate) fn csrf(&self, session: &Session) -> String {
        BASE64.encode(self.seal("csrf", &session.nonce).finalize().into_bytes())
    }

    /// Whether a request carries it.
    pub(crate) fn is_ours(&self, session: &Session, headers: &HeaderMap) -> bool {
        let given = headers.get(CSRF).and_then(|value| BASE64.decode(value.as_bytes()).ok());
        given.is_some_and(|given| self.seal("csrf", &session.nonce).verify_slice(&given).is_ok())
    }
}

impl Session {
    /// Whether it counts for that user as they are now.
    pub(crate) fn is_of(&self, user: &User) -> bool {
        self.user == user.id && self.epoch == user.epoch && !user.disabled
    }
}

/// The token that a request carries.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<&str> {
    cookie_of(headers, COOKIE)
}

/// The token of a sign-in at the identity provider that a request carries.
pub(crate) fn attempt_of(headers: &HeaderMap) -> Option<&str> {
    cookie_of(headers, ATTEMPT)
}

fn cookie_of<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// The header that makes a browser keep a token, or forget it. Behind TLS the browser gives it to nobody without.
pub(crate) fn cookie(token: Option<&str>, is_secure: bool) -> Option<HeaderValue> {
    let (value, age) = token.map_or(("", 0), |token| (token, LASTS / 1_000));
    let secure = secure(is_secure);
    HeaderValue::from_str(&format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}")).ok()
}

/// The header that makes a browser keep the token of a sign-in at the identity provider, or forget it. The provider sends the browser back
/// from another site, so the cookie has to come along on links.
pub(crate) fn attempt_cookie(token: Option<&str>, is_secure: bool) -> Option<HeaderValue> {
    let (value, age) = token.map_or(("", 0), |token| (token, ATTEMPT_LASTS / 1_000));
    let (path, secure) = (ATTEMPT_PATH, secure(is_secure));
    HeaderValue::from_str(&format!("{ATTEMPT}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")).ok()
}

fn secure(is_secure: bool) -> &'static str {
    if is_secure { "; Secure" } else { "" }
}

/// Random bytes of the system.
pub(crate) fn random() -> Result<[u8; 32], Problem> {
    let mut bytes = [0; 32];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => {
            tracing::error!(%error, "ask the system for random bytes");
            Err(Problem::new("internal", "the system gives no random bytes"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ann() -> User {
        User { id: "ann".into(), ..User::default() }
    }

    #[test]
    fn a_session_is_its_users_until_it_ends() {
        let sessions = Sessions::new().unwrap();
        let begun = sessions.begin(&ann(), Timestamp(1_000)).unwrap();
        let token = sessions.token(&begun);
        assert_eq!(sessions.open(&token, Timestamp(2_000)), Some(begun.clone()));
        assert_eq!(sessions.open(&token, begun.ends), None, "it has ended by itself");
        assert!(begun.is_of(&ann()));
        assert!(!begun.is_of(&User { epoch: 1, ..ann() }), "the password was changed");
        assert!(!begun.is_of(&User { disabled: true, ..ann() }));
        sessions.end(&begun, Timestamp(3_000));
        assert_eq!(sessions.open(&token, Timestamp(3_001)), None, "it was signed out");
    }

    #[test]
    fn sessions_outlive_a_restart_and_those_that_were_signed_out_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let before = Sessions::kept_in(folder.path()).unwrap();
        let (kept, ended) = (before.begin(&ann(), Timestamp(0)).unwrap(), before.begin(&ann(), Timestamp(0)).unwrap());
        before.end(&ended, Timestamp(1));
        let after = Sessions::kept_in(folder.path()).unwrap();
        assert_eq!(after.open(&before.token(&kept), Timestamp(2)), Some(kept));
        assert_eq!(after.open(&before.token(&ended), Timestamp(2)), None);
        std::fs::write(folder.path().join(FILE), "{}").unwrap();
        let problem = Sessions::kept_in(folder.path()).err().unwrap();
        assert!(problem.detail.contains(FILE) && problem.detail.contains("delete it"), "{problem:?}");
    }

    #[test]
    fn a_token_that_was_changed_or_made_elsewhere_opens_nothing() {
        let sessions = Sessions::new().unwrap();
        let token = sessions.token(&sessions.begin(&ann(), Timestamp(0)).unwrap());
        let (text, seal) = token.split_once('.').unwrap();
        let other = BASE64.encode(String::from_utf8(BASE64.decode(text).unwrap()).unwrap().replace("ann", "bob"));
        for wrong in
            [format!("{other}.{seal}"), format!("{text}.{}", BASE64.encode([0; 32])), text.to_owned(), String::new()]
        {
            assert_eq!(sessions.open(&wrong, Timestamp(0)), None, "{wrong}");
        }
        assert_eq!(Sessions::new().unwrap().open(&token, Timestamp(0)), None);
    }

    #[test]
    fn a_sign_in_elsewhere_is_over_after_ten_minutes_and_is_no_session() {
        let sessions = Sessions::new().unwrap();
        let token = sessions.attempt_token("number", "/orders?status=held", Timestamp(0));
        let known = Some(("number".to_owned(), "/orders?status=held".to_owned()));
        assert_eq!(sessions.open_attempt(&token, Timestamp(ATTEMPT_LASTS - 1)), known);
        assert_eq!(sessions.open_attempt(&token, Timestamp(ATTEMPT_LASTS)), None);
        assert_eq!(sessions.open(&token, Timestamp(0)), None);
        assert_eq!(Sessions::new().unwrap().open_attempt(&token, Timestamp(0)), None, "another installation's");
        let session = Session { by_provider: true, ..sessions.begin(&ann(), Timestamp(0)).unwrap() };
        assert_eq!(sessions.open(&sessions.token(&session), Timestamp(1)), Some(session.clone()));
        assert_eq!(sessions.open_attempt(&sessions.token(&session), Timestamp(1)), None);
    }

    #[test]
    fn only_our_own_pages_know_the_token_of_a_change() {
        let sessions = Sessions::new().unwrap();
        let (first, second) = (sessions.begin(&ann(), Timestamp(0)).unwrap(), sessions.begin(&ann(), Timestamp(0)).unwrap());
        let mut headers = HeaderMap::new();
        assert!(!sessions.is_ours(&first, &headers));
        headers.insert(CSRF, sessions.csrf(&first).parse().unwrap());
        assert!(sessions.is_ours(&first, &headers) && !sessions.is_ours(&second, &headers));
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let mut headers = HeaderMap::new();
        let text = cookie(Some("abc"), false).unwrap().to_str().unwrap().to_owned();
        assert_eq!(text, "crossdock_session=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200");
        assert!(cookie(None, true).unwrap().to_str().unwrap().ends_with("Max-Age=0; Secure"));
        headers.insert(header::COOKIE, "theme=dark; crossdock_session=abc.def".parse().unwrap());
        assert_eq!(token_of(&headers), Some("abc.def"));
    }
}
