//! The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes for when that is lost.
//!
//! Secrets are derived from that of the server, the person and the generation, so that nobody keeps them; of recovery codes the record
//! has hashes.

use hmac::{Hmac, KeyInit, Mac};
use partition::identity::User;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use units::Timestamp;

use super::session::Sessions;

/// A code counts for so many seconds …
const STEP: i64 = 30;
/// … and, since clocks differ, one step before and after.
const SLACK: i64 = 1;
/// So many digits.
const DIGITS: u32 = 6;
/// Bytes of a secret: those of SHA-1, as RFC 4226 §4 asks.
const SECRET: usize = 20;
/// How many recovery codes somebody gets.
const RECOVERY_CODES: usize = 10;

/// A secret as authenticators take it.
pub(crate) struct Secret(Vec<u8>);

impl Secret {
    /// That of a generation of somebody's second factor.
    pub(crate) fn of(sessions: &Sessions, user: &str, generation: u32) -> Self {
        Self(sessions.draw(format!("totp\n{user}\n{generation}").as_bytes()).iter().copied().take(SECRET).collect())
    }

    /// In base 32 (RFC 4648 §6), to be typed in.
    pub(crate) fn text(&self) -> String {
        base32(&self.0)
    }

    /// As a QR code says it.
    pub(crate) fn uri(&self, user: &str) -> String {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || "-._~".contains(letter) { letter } else { '_' };
        let user: String = user.chars().map(plain).collect();
        let secret = self.text();
        format!(
            "otpauth://totp/Crossdock:{user}?secret={secret}&issuer=Crossdock&algorithm=SHA1&digits={DIGITS}&period={STEP}"
        )
    }

    /// The code of a step (RFC 4226 §5.3).
    fn code(&self, step: i64) -> u32 {
        // HMAC takes keys of any length
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("a key of 20 bytes");
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let offset = usize::from(hash.last().copied().unwrap_or_default() & 0x0f);
        let four = hash.iter().skip(offset).take(4).fold(0u32, |number, byte| number << 8 | u32::from(*byte));
        (four & 0x7fff_ffff) % 10u32.pow(DIGITS)
    }

    /// The step of which a code is the one, if it counts now.
    pub(crate) fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        if code.len() != DIGITS as usize || !code.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let given: u32 = code.parse().ok()?;
        let present = now.0.div_euclid(STEP * 1_000);
        (present - SLACK..=present + SLACK).find(|step| self.code(*step) == given)
    }
}

fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut buffer, mut bits) = (0u32, 0u32);
    for byte in bytes {
        (buffer, bits) = (buffer << 8 | u32::from(*byte), bits + 8);
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(buffer >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(buffer << (5 - bits) & 31) as usize]));
    }
    text
}

/// Recovery codes that a request has drawn for a generation: the same for the same request.
pub(crate) fn recovery_codes(sessions: &Sessions, user: &User, generation: u32, request: &str) -> Vec<String> {
    let one = |number: usize| {
        let drawn = sessions.draw(format!("recovery\n{}\n{generation}\n{request}\n{number}", user.id).as_bytes());
        let letters = base32(&drawn[..10]).to_ascii_lowercase();
        let parts: Vec<String> =
            letters.as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
        parts.join("-")
    };
    (0..RECOVERY_CODES).map(one).collect()
}

/// The hash of a recovery code, however it was typed.
pub(crate) fn recovery_hash(code: &str) -> [u8; 32] {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Sha256::digest(letters.to_ascii_lowercase().as_bytes()).into()
}

/// A QR code as an SVG image.
pub(crate) fn qr_svg(text: &str) -> Option<String> {
    let code = qrcode::QrCode::new(text.as_bytes()).ok()?;
    Some(code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(200, 200).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret(b"12345678901234567890".to_vec());
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp(seconds * 1_000);
            assert_eq!(secret.step_of(code, now), Some(seconds / 30), "{seconds}");
            assert_eq!(secret.step_of(code, Timestamp(now.0 + 30_000)), Some(seconds / 30), "a slow clock");
            assert_eq!(secret.step_of(code, Timestamp(now.0 + 90_000)), None, "its time is over");
        }
        assert_eq!(secret.step_of("28708", Timestamp(59_000)), None);
        assert_eq!(secret.step_of("+28708", Timestamp(59_000)), None);
        assert_eq!(secret.step_of("287 082", Timestamp(59_000)), Some(1));
    }

    #[test]
    fn secrets_are_written_in_base_32() {
        for (bytes, text) in [(&b""[..], ""), (b"f", "MY"), (b"fo", "MZXQ"), (b"foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes), text);
        }
        let secret = Secret(b"12345678901234567890".to_vec());
        assert_eq!(secret.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(secret.uri("ann@x&y").starts_with("otpauth://totp/Crossdock:ann_x_y?secret=GEZD"));
        assert!(qr_svg(&secret.uri("ann")).unwrap().contains("<svg"));
    }

    #[test]
    fn recovery_codes_are_the_same_for_the_same_request_and_read_however_they_are_typed() {
        let sessions = Sessions::new().unwrap();
        let ann = User { id: "ann".into(), ..User::default() };
        let codes = recovery_codes(&sessions, &ann, 1, "key-1");
        assert_eq!(codes, recovery_codes(&sessions, &ann, 1, "key-1"));
        assert_ne!(codes, recovery_codes(&sessions, &ann, 1, "key-2"));
        assert_ne!(codes, recovery_codes(&sessions, &ann, 2, "key-1"));
        assert!(codes.iter().all(|code| code.len() == 19), "{codes:?}");
        assert_eq!(recovery_hash(&codes[0]), recovery_hash(&codes[0].to_ascii_uppercase().replace('-', " ")));
    }
}
