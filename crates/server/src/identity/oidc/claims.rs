//! What a signed token has to say before it counts: from whom, for whom, until when (OpenID Connect Core §3.1.3.7, RFC 9068 §4).

use std::collections::BTreeSet;

use serde_json::Value;
use units::Timestamp;

/// Why a signed token does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    /// It is somebody else's.
    #[error("it comes from {0}")]
    Issuer(String),
    /// It is for somebody else.
    #[error("it is meant for {0}")]
    Audience(String),
    /// Its time is over, or has not come.
    #[error("it {0}")]
    Time(&'static str),
    /// It answers another sign-in.
    #[error("it answers another sign-in: its nonce is not ours")]
    Nonce,
    /// Something is missing.
    #[error("its claim `{0}` is missing or no text")]
    Missing(String),
    /// An access token of a person: people have sessions.
    #[error("it was given to a person, and this is for programs")]
    OfAPerson,
}

/// The value of a claim: by its whole name, or along the dots.
pub(super) fn claim<'a>(claims: &'a Value, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| name.split('.').try_fold(claims, |value, part| value.get(part)))
}

/// A claim that is a text, and not an empty one.
pub(super) fn text<'a>(claims: &'a Value, name: &str) -> Result<&'a str, Unfit> {
    let text = claim(claims, name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.ok_or_else(|| Unfit::Missing(name.to_owned()))
}

/// A text, or all texts of a list.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The groups or roles in a claim.
pub(super) fn held(claims: &Value, name: &str) -> BTreeSet<String> {
    texts(claim(claims, name)).into_iter().map(str::to_owned).collect()
}

/// The scopes of an access token: `scope` parted by spaces (RFC 9068 §2.2.3), or `scp` as some providers have it.
pub(super) fn scopes(claims: &Value) -> BTreeSet<String> {
    let all = ["scope", "scp"].into_iter().flat_map(|name| texts(claims.get(name)));
    all.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

/// Whether it is from that issuer, for that audience, and in time; `leeway` in seconds.
pub(super) fn check(claims: &Value, issuer: &str, audience: &str, now: Timestamp, leeway: u16) -> Result<(), Unfit> {
    let from = text(claims, "iss")?;
    if from != issuer {
        return Err(Unfit::Issuer(from.to_owned()));
    }
    let meant_for = texts(claims.get("aud"));
    if !meant_for.contains(&audience) {
        return Err(Unfit::Audience(meant_for.join(", ")));
    }
    let (now, leeway) = (now.0 as f64 / 1_000.0, f64::from(leeway));
    let seconds = |name: &str| claims.get(name).and_then(Value::as_f64);
    match seconds("exp") {
        None => return Err(Unfit::Missing("exp".to_owned())),
        Some(expires) if expires + leeway <= now => return Err(Unfit::Time("has expired")),
        Some(_) => {}
    }
    if ["nbf", "iat"].into_iter().filter_map(seconds).any(|begins| begins - leeway > now) {
        return Err(Unfit::Time("is from the future; compare the clocks"));
    }
    Ok(())
}

/// Whether an ID token that is for several was given to us.
pub(super) fn check_party(claims: &Value, client: &str) -> Result<(), Unfit> {
    let party = claims.get("azp").and_then(Value::as_str);
    let is_for_several = texts(claims.get("aud")).len() > 1;
    match party {
        Some(party) if party != client => Err(Unfit::Audience(party.to_owned())),
        None if is_for_several => Err(Unfit::Missing("azp".to_owned())),
        _ => Ok(()),
    }
}

/// The program that an access token was given to. One of a person is refused: in their name a program could do what they may not do alone.
///
/// By client credentials the subject is the program itself (RFC 9068 §2.2); where a provider has a number for it, another claim tells.
/// Keycloak says so by the name of the account, which people may choose as well, and by the host that has asked, which only tokens of
/// client credentials have.
pub(super) fn program(claims: &Value) -> Result<&str, Unfit> {
    let names = ["client_id", "azp", "appid"];
    let client = names.into_iter().find_map(|name| text(claims, name).ok());
    let client = client.ok_or_else(|| Unfit::Missing("client_id".to_owned()))?;
    let is = |name: &str, value: &str| claims.get(name).and_then(Value::as_str) == Some(value);
    let is_program = is("sub", client)
        || is("sub", &format!("{client}@clients"))
        || is("gty", "client-credentials")
        || is("idtyp", "app")
        || is("preferred_username", &format!("service-account-{client}"))
            && ["clientHost", "clientAddress"].iter().any(|name| text(claims, name).is_ok());
    if is_program { Ok(client) } else { Err(Unfit::OfAPerson) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_are_found_along_dots_and_under_names_with_dots() {
        let claims = json!({ "realm_access": { "roles": ["sales", 7] }, "https://x.example/groups": "Sales Team" });
        assert_eq!(held(&claims, "realm_access.roles"), BTreeSet::from(["sales".to_owned()]));
        assert_eq!(held(&claims, "https://x.example/groups"), BTreeSet::from(["Sales Team".to_owned()]));
        assert!(held(&claims, "nothing.here").is_empty());
        let both = scopes(&json!({ "scope": "orders:read orders:write", "scp": ["x"] }));
        assert_eq!(both.len(), 3);
    }

    #[test]
    fn a_program_is_told_from_a_person_whatever_the_provider_calls_it() {
        for claims in [
            json!({ "sub": "shop", "client_id": "shop" }),
            json!({ "sub": "shop@clients", "azp": "shop" }),
            json!({ "sub": "0f3c", "azp": "shop", "preferred_username": "service-account-shop", "clientHost": "10.0.0.7" }),
            json!({ "sub": "0f3c", "appid": "shop", "idtyp": "app" }),
        ] {
            assert_eq!(program(&claims), Ok("shop"), "{claims}");
        }
        assert_eq!(program(&json!({ "sub": "ann", "azp": "shop" })), Err(Unfit::OfAPerson));
        // a name that somebody has chosen makes nobody a program
        let ann = json!({ "sub": "0f3c", "azp": "shop", "preferred_username": "service-account-shop" });
        assert_eq!(program(&ann), Err(Unfit::OfAPerson));
        assert_eq!(program(&json!({ "sub": "ann" })), Err(Unfit::Missing("client_id".to_owned())));
    }

    #[test]
    fn clocks_may_differ_by_the_leeway_and_no_more() {
        let at = |exp: i64, nbf: i64| json!({ "iss": "i", "aud": ["x", "a"], "exp": exp, "nbf": nbf });
        let now = Timestamp(1_000_000);
        assert_eq!(check(&at(941, 1_060), "i", "a", now, 60), Ok(()));
        assert_eq!(check(&at(940, 0), "i", "a", now, 60), Err(Unfit::Time("has expired")));
        assert!(matches!(check(&at(2_000, 1_061), "i", "a", now, 60), Err(Unfit::Time(_))));
        assert_eq!(check(&at(2_000, 0), "j", "a", now, 60), Err(Unfit::Issuer("i".to_owned())));
        assert_eq!(check(&at(2_000, 0), "i", "b", now, 60), Err(Unfit::Audience("x, a".to_owned())));
        let endless = json!({ "iss": "i", "aud": "a" });
        assert_eq!(check(&endless, "i", "a", now, 60), Err(Unfit::Missing("exp".to_owned())));
    }
}
