//! What is configured of the identity provider.

use std::collections::{BTreeMap, BTreeSet};

use partition::identity::{Rights, RoleCompanies};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use trade::Role;
use units::{Amount, Text};

/// The `[server.oidc]` part of the configuration: an identity provider that speaks OpenID Connect. People sign in there, and programs
/// bring its access tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// The provider's address, letter by letter as its tokens name it; `https`, but for a provider on this machine.
    pub issuer: String,
    /// What the button for it says on the page where people sign in.
    #[serde(default = "company_account")]
    pub name: Text,
    /// By which the provider knows Crossdock.
    pub client_id: String,
    /// The secret that goes with it, by reference: `env:NAME` or `file:PATH`. Without it Crossdock is a public client, which PKCE protects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// Where browsers reach Crossdock, such as `https://crossdock.example.com`. The provider has to know its
    /// `/v1/session/provider/callback` as an address that it may send people back to.
    pub public_url: String,
    /// What is asked of the provider.
    #[serde(default = "standard_scopes")]
    pub scopes: Vec<String>,
    /// The claim that names a person on the record. Name one that people cannot choose for themselves; `email` counts only if the provider
    /// says that it is verified.
    #[serde(default = "preferred_username")]
    pub user_claim: String,
    /// The claim with the groups or roles of a person or a program; a dot leads into it, as in `realm_access.roles`.
    #[serde(default = "groups")]
    pub roles_claim: String,
    /// The audience of access tokens that programs may bring as `Authorization: Bearer`. Without it they use API keys alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// By how many seconds the clocks may differ; at most 300.
    #[serde(default = "a_minute")]
    pub leeway_seconds: u16,
    /// What a group or role of the provider, or a scope of a program's token, stands for; see below. Without any, people and programs
    /// have the rights that they have in Administration, and nobody comes in who is not known there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub grants: BTreeMap<String, GrantConfig>,
}

/// What a group, role or scope of the provider stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantConfig {
    /// The roles here: `sales`, `warehouse`, `credit_clerk`, `credit_manager`, `director`, `receivables`, `operations`, `admin`, `worker`, `compliance`, `controller`.
    pub roles: Vec<Role>,
    /// Up to which amount its holders may decide, in minor units. The largest of somebody's grants counts; nothing in any of them means
    /// what the roles allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// The short codes of the companies that the roles count in; all unless given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companies: Vec<Text>,
}

fn company_account() -> Text {
    Text::const_new("Company account")
}

fn standard_scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

fn preferred_username() -> String {
    "preferred_username".to_owned()
}

fn groups() -> String {
    "groups".to_owned()
}

fn a_minute() -> u16 {
    60
}

/// The longest difference of clocks that is put up with, in seconds.
const MAX_LEEWAY: u16 = 300;

/// Why the configuration of the provider cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcConfigError {
    /// A key has a value that is not possible.
    #[error("server.oidc.{key}: {cause}; {mend}")]
    Wrong {
        /// Which key.
        key: &'static str,
        /// What is wrong.
        cause: String,
        /// What to do.
        mend: &'static str,
    },
}

fn wrong(key: &'static str, cause: impl Into<String>, mend: &'static str) -> OidcConfigError {
    OidcConfigError::Wrong { key, cause: cause.into(), mend }
}

impl OidcConfig {
    /// Says what cannot be used.
    pub(super) fn check(&self) -> Result<(), OidcConfigError> {
        safe_address(&self.issuer).map_err(|cause| wrong("issuer", cause, ADDRESS))?;
        let public = safe_address(&self.public_url).map_err(|cause| wrong("public_url", cause, ADDRESS))?;
        if public.query().is_some() || public.fragment().is_some() {
            return Err(wrong("public_url", "it has more than a path", "leave out what begins with ? or #"));
        }
        if self.client_id.is_empty() {
            return Err(wrong("client_id", "it is empty", "give the one that the provider shows"));
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            return Err(wrong("scopes", "`openid` is not among them", "add it: without it there is no ID token"));
        }
        if self.audience.as_deref().is_some_and(|audience| audience.is_empty() || audience == self.client_id) {
            let mend = "give Crossdock's API an audience of its own at the provider";
            return Err(wrong("audience", "it is empty or the client_id, so ID tokens of people would pass", mend));
        }
        if self.leeway_seconds > MAX_LEEWAY {
            return Err(wrong("leeway_seconds", self.leeway_seconds.to_string(), "give 300 or less"));
        }
        let roles = self.grants.values().flat_map(|grant| &grant.roles);
        if roles.into_iter().any(|role| *role == Role::System) {
            return Err(wrong("grants", "the role `system` is the product's own", "name a role of people or programs"));
        }
        let limits = self.grants.values().filter_map(|grant| grant.limit);
        if limits.into_iter().any(|limit| !(0..=Amount::LIMIT.0).contains(&limit)) {
            return Err(wrong("grants", "a limit is negative or too large", "give minor units from 0 to 10^15"));
        }
        Ok(())
    }

    /// Where the provider sends people back to.
    pub(super) fn callback(&self) -> String {
        format!("{}/v1/session/provider/callback", self.public_url.trim_end_matches('/'))
    }

    /// The rights of whoever holds these groups, roles or scopes; `None` if nothing is granted by any of them.
    pub(super) fn rights(&self, held: &BTreeSet<String>) -> Option<Rights> {
        let grants: Vec<&GrantConfig> =
            self.grants.iter().filter(|(name, _)| held.contains(*name)).map(|(_, grant)| grant).collect();
        let roles: BTreeSet<Role> = grants.iter().flat_map(|grant| grant.roles.iter().copied()).collect();
        let limit = grants.iter().filter_map(|grant| grant.limit).max().map(Amount);
        let companies = roles.iter().filter_map(|role| limited(*role, &grants)).collect();
        let roles: Vec<Role> = roles.into_iter().collect();
        (!roles.is_empty()).then(|| Rights { roles, limit, companies, ..Rights::default() })
    }
}

/// The companies that a role is limited to, unless one of its grants gives it everywhere.
fn limited(role: Role, grants: &[&GrantConfig]) -> Option<RoleCompanies> {
    let giving = || grants.iter().filter(|grant| grant.roles.contains(&role));
    if giving().any(|grant| grant.companies.is_empty()) {
        return None;
    }
    let companies: BTreeSet<Text> = giving().flat_map(|grant| grant.companies.iter().cloned()).collect();
    Some(RoleCompanies { role, companies: companies.into_iter().collect() })
}

/// What mends an address.
const ADDRESS: &str = "give an address that begins with https:// (http:// is for this machine alone)";

/// An address that secrets may be sent to: by TLS, or on this machine.
pub(super) fn safe_address(text: &str) -> Result<Url, String> {
    let address = Url::parse(text).map_err(|error| format!("`{text}`: {error}"))?;
    let is_here = match address.host_str() {
        Some(host) => {
            let ip = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
        }
        None => return Err(format!("`{text}` names no host")),
    };
    match address.scheme() {
        "https" => Ok(address),
        "http" if is_here => Ok(address),
        _ => Err(format!("`{text}` is not protected by TLS")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> OidcConfig {
        OidcConfig {
            issuer: "https://login.example.com/".to_owned(),
            name: company_account(),
            client_id: "crossdock".to_owned(),
            client_secret: None,
            public_url: "https://crossdock.example.com/".to_owned(),
            scopes: standard_scopes(),
            user_claim: preferred_username(),
            roles_claim: groups(),
            audience: None,
            leeway_seconds: 60,
            grants: BTreeMap::new(),
        }
    }

    #[test]
    fn what_would_not_be_safe_is_told_at_the_start() {
        assert_eq!(config().check(), Ok(()));
        type Change = fn(&mut OidcConfig);
        let changes: [(&str, Change); 7] = [
            ("issuer", |config| config.issuer = "http://login.example.com".to_owned()),
            ("issuer", |config| config.issuer = "login".to_owned()),
            ("public_url", |config| config.public_url = "https://crossdock.example.com/?x".to_owned()),
            ("scopes", |config| config.scopes = vec!["profile".to_owned()]),
            ("audience", |config| config.audience = Some("crossdock".to_owned())),
            ("leeway_seconds", |config| config.leeway_seconds = 301),
            ("grants", |config| {
                config.grants.insert("x".to_owned(), GrantConfig { roles: vec![Role::System], ..GrantConfig::default() });
            }),
        ];
        for (wanted, change) in changes {
            let mut wrong = config();
            change(&mut wrong);
            let Err(OidcConfigError::Wrong { key, .. }) = wrong.check() else { panic!("{wrong:?} passes") };
            assert_eq!(key, wanted);
        }
        let here = OidcConfig { issuer: "http://[::1]:8080/realm".to_owned(), ..config() };
        assert_eq!(here.check(), Ok(()));
    }

    #[test]
    fn grants_add_up_and_the_largest_limit_counts() {
        let mut config = config();
        let grant = |roles: &[Role], limit| GrantConfig { roles: roles.to_vec(), limit, companies: Vec::new() };
        config.grants.insert("sales".to_owned(), grant(&[Role::Sales], None));
        config.grants.insert("clerks".to_owned(), grant(&[Role::CreditClerk, Role::Sales], Some(500_000)));
        config.grants.insert("chiefs".to_owned(), grant(&[Role::CreditManager], Some(5_000_000)));
        let held = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let rights = config.rights(&held(&["sales", "clerks", "chiefs", "others"])).unwrap();
        assert_eq!(rights.roles, [Role::Sales, Role::CreditClerk, Role::CreditManager]);
        assert_eq!(rights.limit, Some(Amount(5_000_000)));
        assert_eq!(config.rights(&held(&["sales"])).unwrap().limit, None);
        assert_eq!(config.rights(&held(&["others"])), None);
        for (name, code) in [("sales-cd", "CD"), ("sales-uk", "UK")] {
            let companies = vec![code.into()];
            config.grants.insert(name.to_owned(), GrantConfig { companies, ..grant(&[Role::Sales], None) });
        }
        let both = config.rights(&held(&["sales-cd", "sales-uk"])).unwrap();
        assert_eq!(both.companies, [RoleCompanies { role: Role::Sales, companies: vec!["CD".into(), "UK".into()] }]);
        assert!(config.rights(&held(&["sales-cd", "sales"])).unwrap().companies.is_empty(), "one of them is for all");
    }
}
