//! Groups that scarce stock is kept for: channels, regions, classes of customers (domain §1.1.4).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use units::Text;

use crate::account::Profile;
use crate::ids::*;
use crate::order::{Channel, Order};
use crate::refusal::Refusal;

/// More groups than this are a list of customers.
const MAX_GROUPS: usize = 100;

/// A group of orders that stock may be kept for. An empty list stands for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelGroup {
    /// Its code.
    pub code: Text,
    /// The group that it is a part of; that one stands before it in the list.
    pub parent: Option<Text>,
    /// Ways by which orders come.
    pub channels: Vec<Channel>,
    /// Countries of the ship-to.
    pub countries: Vec<Text>,
    /// Tiers of customers, 1 to 9.
    pub tiers: Vec<u8>,
    /// Customers.
    pub accounts: Vec<AccountId>,
    /// How much it counts against the groups beside it when a pool is shared.
    pub weight: u32,
    /// What its own quota does not cover may come from its parent's, or from the common pool if it has no parent.
    pub overflow: bool,
}

impl Default for ChannelGroup {
    fn default() -> Self {
        Self {
            code: Text::default(),
            parent: None,
            channels: Vec::new(),
            countries: Vec::new(),
            tiers: Vec::new(),
            accounts: Vec::new(),
            weight: 1,
            overflow: true,
        }
    }
}

impl ChannelGroup {
    fn has(&self, order: &Order, profile: &Profile) -> bool {
        (self.channels.is_empty() || self.channels.contains(&order.channel))
            && (self.countries.is_empty() || self.countries.contains(&order.ship_to.country))
            && (self.tiers.is_empty() || self.tiers.contains(&profile.tier))
            && (self.accounts.is_empty() || self.accounts.contains(&order.account))
    }
}

/// The group that an order belongs to: of the groups that fit it, level by level, the first; `None` if it fits none.
pub(crate) fn group_of<'a>(groups: &'a [ChannelGroup], order: &Order, profile: &Profile) -> Option<&'a ChannelGroup> {
    let mut found: Option<&ChannelGroup> = None;
    // parents stand before their parts, so one pass goes down level by level
    for group in groups {
        if group.parent.as_ref() == found.map(|found| &found.code) && group.has(order, profile) {
            found = Some(group);
        }
    }
    found
}

/// Refused: groups without a code or with one that is there twice, parents that do not stand before their parts, tiers out of range.
pub(super) fn check_groups(groups: &[ChannelGroup]) -> Result<(), Refusal> {
    if groups.len() > MAX_GROUPS {
        return Err(Refusal::invalid("policy.channel_groups", groups.len(), "at most 100 groups"));
    }
    let mut codes: BTreeSet<&Text> = BTreeSet::new();
    for (at, group) in groups.iter().enumerate() {
        let field = |name: &str| format!("policy.channel_groups[{at}].{name}");
        if let Some(parent) = group.parent.as_ref().filter(|parent| !codes.contains(parent)) {
            return Err(Refusal::invalid(field("parent"), parent, "the code of a group that stands before it"));
        }
        if group.code.trim().is_empty() || !codes.insert(&group.code) {
            return Err(Refusal::invalid(field("code"), &group.code, "a code of its own"));
        }
        if let Some(tier) = group.tiers.iter().find(|tier| !(1..=9).contains(*tier)) {
            return Err(Refusal::invalid(field("tiers"), tier, "1 (most important) to 9"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::ShipTo;

    fn groups() -> Vec<ChannelGroup> {
        let group = |code: &str, parent: Option<&str>| ChannelGroup {
            code: code.into(),
            parent: parent.map(Into::into),
            ..ChannelGroup::default()
        };
        vec![
            ChannelGroup { channels: vec![Channel::Shop], ..group("web", None) },
            ChannelGroup { countries: vec!["DE".into()], ..group("web-de", Some("web")) },
            ChannelGroup { tiers: vec![1], ..group("web-de-key", Some("web-de")) },
            ChannelGroup { accounts: vec!["C7".into()], ..group("c7", None) },
        ]
    }

    fn found(channel: Channel, country: &str, tier: u8, account: &str) -> Option<String> {
        let ship_to = ShipTo { country: country.into(), ..ShipTo::default() };
        let order = Order { channel, ship_to, account: account.into(), ..Order::default() };
        let profile = Profile { tier, ..Profile::default() };
        group_of(&groups(), &order, &profile).map(|group| group.code.to_string())
    }

    #[test]
    fn an_order_belongs_to_the_deepest_group_that_it_fits() {
        assert_eq!(found(Channel::Shop, "DE", 1, "C1").as_deref(), Some("web-de-key"));
        assert_eq!(found(Channel::Shop, "DE", 3, "C7").as_deref(), Some("web-de"));
        assert_eq!(found(Channel::Shop, "FR", 1, "C1").as_deref(), Some("web"));
        assert_eq!(found(Channel::Edi, "DE", 1, "C7").as_deref(), Some("c7"));
        assert_eq!(found(Channel::Edi, "DE", 1, "C1"), None);
    }

    #[test]
    fn a_group_stands_after_its_parent_and_has_a_code_of_its_own() {
        assert_eq!(check_groups(&groups()), Ok(()));
        let mut turned = groups();
        turned.swap(0, 1);
        let refused = check_groups(&turned).unwrap_err().to_string();
        assert!(refused.starts_with("policy.channel_groups[0].parent is web"), "{refused}");
        let mut twice = groups();
        twice[3].code = "web".into();
        assert!(check_groups(&twice).is_err());
        let mut odd = groups();
        odd[2].tiers = vec![0];
        assert!(check_groups(&odd).is_err());
    }
}
