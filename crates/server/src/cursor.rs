//! Cursors of lists: a place that only we give, sealed, so that nobody makes one up or takes one to another list.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::problem::Problem;

/// Bytes of the seal: enough that guessing is hopeless, and short in an address.
const SEAL: usize = 12;

/// What cursors of this program are sealed with. One program serves one installation.
static SECRET: OnceLock<[u8; 32]> = OnceLock::new();

/// Seals cursors with that from now on, unless some were sealed before.
pub(crate) fn seal_with(secret: [u8; 32]) {
    // a second installation in one program, as in tests, goes on with the first one's
    let _ = SECRET.set(secret);
}

fn seal(list: &str, place: &str) -> String {
    // without a store that is served there is nobody to hide anything from
    let secret = SECRET.get_or_init(|| [0; 32]);
    // HMAC takes keys of any length
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of 32 bytes");
    mac.update(format!("{list}\n{place}").as_bytes());
    BASE64.encode(&mac.finalize().into_bytes()[..SEAL])
}

/// The cursor of a place in a list.
pub(crate) fn sealed(list: &str, place: &str) -> String {
    format!("{place}~{}", seal(list, place))
}

/// The place in that list that a cursor means.
pub(crate) fn opened<'a>(list: &str, cursor: &'a str) -> Result<&'a str, Problem> {
    let wrong = || Problem::new("invalid", "after is not a cursor of this list: take `next` of the page before");
    let (place, given) = cursor.rsplit_once('~').ok_or_else(wrong)?;
    // what a cursor stands for is no secret: whoever may read the list may read from anywhere in it
    if given == seal(list, place) { Ok(place) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_its_own_list_and_no_other_and_is_made_up_by_nobody() {
        let cursor = sealed("orders", "n17");
        assert_eq!(opened("orders", &cursor).unwrap(), "n17");
        for wrong in ["", "n17", "n17~", &cursor.replace("n17", "n18"), &format!("{cursor}x")] {
            assert!(opened("orders", wrong).is_err(), "{wrong}");
        }
        assert!(opened("invoices", &cursor).is_err());
    }
}
