//! Passwords: Argon2id, off the threads that answer requests.

use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use units::Text;

use crate::problem::{FieldError, Problem};

/// The least length of a password in characters; length is what protects it (NIST SP 800-63B-4, §3.1.1.2).
const MIN: usize = 12;
/// The greatest length in bytes; hashing takes longer for a longer one.
pub(crate) const LONGEST: usize = 256;

/// Each hash takes 19 MiB and some ten milliseconds: so many at a time, and the others wait.
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// What an unknown user's password is held against, so that the answer takes as long as for a known one.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| Argon2::default().hash_password(b"nobody").map(|hash| hash.to_string()).unwrap_or_default());

/// The hash of a new password, or what is wrong with it.
pub(crate) async fn hash(password: String, place: &str) -> Result<Text, Problem> {
    if password.chars().count() < MIN || password.len() > LONGEST {
        let (pointer, cause) = (place.to_owned(), "its length".to_owned());
        let error = FieldError { pointer, cause, mend: format!("give {MIN} characters or more, at most {LONGEST} bytes") };
        return Err(Problem::new("invalid", "the password is too short or too long").with_errors(vec![error]));
    }
    let hashed = in_turn(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()));
    match hashed.await? {
        Ok(hash) => Ok(hash.into()),
        Err(error) => {
            tracing::error!(%error, "hash a password");
            Err(Problem::new("internal", "the password could not be hashed"))
        }
    }
}

/// Whether it is the password of which that is the hash; without a hash it never is, after as long a time.
pub(crate) async fn is_right(password: String, hash: Option<Text>) -> Result<bool, Problem> {
    if password.len() > LONGEST {
        return Ok(false);
    }
    in_turn(move || {
        let known = hash.as_ref().map_or(NOBODY.as_str(), Text::as_str);
        let parsed = PasswordHash::new(known);
        let fits = parsed.is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        fits && hash.is_some()
    })
    .await
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let turn = TURNS.clone().acquire_owned().await;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    done.await.map_err(|_| Problem::new("internal", "hashing ended by a panic; the log has the place"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_no_other_one_is() {
        let hash = hash("correct horse battery".to_owned(), "/password").await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(is_right("correct horse battery".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!is_right("correct horse batterx".to_owned(), Some(hash)).await.unwrap());
        assert!(!is_right("nobody".to_owned(), None).await.unwrap(), "who has no password cannot sign in");
    }

    #[tokio::test]
    async fn a_short_password_is_refused_with_what_would_do() {
        let problem = hash("short".to_owned(), "/password").await.unwrap_err();
        assert_eq!((problem.status, problem.errors[0].pointer.as_str()), (422, "/password"));
        assert!(hash("x".repeat(LONGEST + 1), "/password").await.is_err());
    }
}
