//! Signed tokens: JSON Web Signatures in their compact form (RFC 7515), with the keys of a JSON Web Key Set (RFC 7517, RFC 8037).
//!
//! Only signatures by private keys count. What a token says of its algorithm chooses among keys of that kind, and never how a key is used.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};
use serde::Deserialize;
use serde_json::Value;

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// A public key of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    id: Option<String>,
    /// The one algorithm that it is for, if the provider says so.
    algorithm: Option<String>,
    material: Material,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// Why a token does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsigned {
    /// It is no token.
    #[error("it is no signed token: {0}")]
    Malformed(&'static str),
    /// Its algorithm is none that counts.
    #[error("its algorithm {0} is not accepted")]
    Algorithm(String),
    /// No key of the provider could have signed it.
    #[error("the provider has no key {0} for it")]
    UnknownKey(String),
    /// It names no key, and none of the provider's has signed it.
    #[error("no key of the provider has signed it, and it names none")]
    Nobodys,
    /// The signature is of other content or of another key.
    #[error("its signature is wrong")]
    Signature,
}

/// One key as a set has it.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The keys of a set that verify signatures; others are passed over, as the standard asks (RFC 7517 §5).
pub(super) fn keys(set: &Value) -> Vec<Key> {
    let keys = set["keys"].as_array().into_iter().flatten();
    keys.filter_map(|key| Jwk::deserialize(key).ok()).filter_map(key).collect()
}

fn key(jwk: Jwk) -> Option<Key> {
    if jwk.usage.as_deref().is_some_and(|usage| usage != "sig") {
        return None;
    }
    let bytes = |text: &Option<String>| BASE64.decode(text.as_deref()?).ok();
    let point = || {
        // an uncompressed point (SEC 1, 2.3.3)
        let (x, y) = (bytes(&jwk.x)?, bytes(&jwk.y)?);
        (x.len() == y.len()).then(|| [&[4][..], &x, &y].concat())
    };
    let material = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => Material::Rsa { modulus: bytes(&jwk.n)?, exponent: bytes(&jwk.e)? },
        ("EC", Some("P-256")) => Material::P256(point()?),
        ("EC", Some("P-384")) => Material::P384(point()?),
        ("OKP", Some("Ed25519")) => Material::Ed25519(bytes(&jwk.x)?),
        _ => return None,
    };
    Some(Key { id: jwk.kid, algorithm: jwk.alg, material })
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// A token that could count, if a key of the provider has signed it.
pub(super) struct Token<'a> {
    header: Header,
    /// What is signed: header and claims.
    signed: &'a str,
    claims: Value,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Reads a token as far as that needs no key.
    pub(super) fn read(token: &'a str) -> Result<Self, Unsigned> {
        if token.len() > LONGEST {
            return Err(Unsigned::Malformed("it is longer than 16 KiB"));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Unsigned::Malformed("it has no parts"))?;
        let (header, claims) = signed.split_once('.').ok_or(Unsigned::Malformed("it has less than three parts"))?;
        let decode = |part: &str| BASE64.decode(part).map_err(|_| Unsigned::Malformed("a part is not in base 64"));
        let header: Header =
            serde_json::from_slice(&decode(header)?).map_err(|_| Unsigned::Malformed("its header is not understood"))?;
        if header.crit.is_some() {
            return Err(Unsigned::Malformed("it asks for an extension that nobody here knows"));
        }
        if !ALGORITHMS.contains(&header.alg.as_str()) {
            return Err(Unsigned::Algorithm(header.alg));
        }
        let signature = decode(signature)?;
        let claims = serde_json::from_slice(&decode(claims)?).map_err(|_| Unsigned::Malformed("its claims are not JSON"))?;
        Ok(Self { header, signed, claims, signature })
    }

    /// What it says before anybody has looked whether that is true: enough to throw it away, and for nothing else.
    pub(super) fn unverified(&self) -> &Value {
        &self.claims
    }

    /// What it says, if one of these keys has signed it.
    pub(super) fn verified(&self, keys: &[Key]) -> Result<Value, Unsigned> {
        let Header { alg, kid, .. } = &self.header;
        let mut candidates = keys.iter().filter(|key| key.may_have_signed(&self.header)).peekable();
        if candidates.peek().is_none() {
            return Err(Unsigned::UnknownKey(kid.as_ref().unwrap_or(alg).clone()));
        }
        if !candidates.any(|key| key.has_signed(alg, self.signed.as_bytes(), &self.signature)) {
            return Err(if kid.is_some() { Unsigned::Signature } else { Unsigned::Nobodys });
        }
        Ok(self.claims.clone())
    }
}

/// What signs with a private key (RFC 7518 §3.1, RFC 8037 §3.1): never `none`, and never a secret that both sides have.
const ALGORITHMS: [&str; 9] = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

impl Key {
    fn may_have_signed(&self, header: &Header) -> bool {
        header.kid.as_ref().is_none_or(|id| self.id.as_ref() == Some(id))
            && self.algorithm.as_ref().is_none_or(|algorithm| *algorithm == header.alg)
            && match &self.material {
                Material::Rsa { .. } => rsa(&header.alg).is_some(),
                Material::P256(_) => header.alg == "ES256",
                Material::P384(_) => header.alg == "ES384",
                Material::Ed25519(_) => header.alg == "EdDSA",
            }
    }

    fn has_signed(&self, algorithm: &str, content: &[u8], signature: &[u8]) -> bool {
        let by = |how: &'static dyn VerificationAlgorithm, key: &Vec<u8>| {
            UnparsedPublicKey::new(how, key).verify(content, signature).is_ok()
        };
        match &self.material {
            Material::Rsa { modulus, exponent } => rsa(algorithm).is_some_and(|how| {
                RsaPublicKeyComponents { n: modulus, e: exponent }.verify(how, content, signature).is_ok()
            }),
            Material::P256(point) => by(&signature::ECDSA_P256_SHA256_FIXED, point),
            Material::P384(point) => by(&signature::ECDSA_P384_SHA384_FIXED, point),
            Material::Ed25519(key) => by(&signature::ED25519, key),
        }
    }
}

fn rsa(algorithm: &str) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
        "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
        "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}
