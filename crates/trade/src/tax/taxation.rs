//! How an order is taxed: by whom, by which scheme, and rounded how (domain §1.4).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use units::{Day, Decimal, Text};

use super::certificate::{Exemption, exemption};
use super::jurisdiction::{jurisdictions, rate, rule};
use super::scheme::{TaxScheme, scheme};
use crate::account::Profile;
use crate::ids::NodeId;
use crate::master::{Company, ShipTo, TaxRounding, TaxSourcing};
use crate::order::Order;

/// What does not depend on a single line of an order, nor on the day.
#[derive(Debug)]
pub(crate) struct Taxation<'a> {
    company: &'a Company,
    profile: &'a Profile,
    /// The widest first.
    jurisdictions: Vec<Text>,
    /// Why the customer's VAT number does not count, if tax is charged for that.
    void: Option<Text>,
    /// Who accounts for the tax.
    pub(crate) scheme: TaxScheme,
    /// Where and how it is rounded.
    pub(crate) rounding: TaxRounding,
    /// What was looked up, by tax category and day: an order has thousands of lines, and a table thousands of rates.
    known: BTreeMap<(Text, Day), Arc<Charge>>,
}

/// What is charged of a tax category on a day.
#[derive(Debug, Default)]
pub(crate) struct Charge {
    /// By the jurisdictions, exemptions taken off.
    pub(crate) levels: Vec<LevelRate>,
    /// The certificates that took something off.
    pub(crate) exempted_by: Vec<Text>,
    /// Why an exemption or a VAT number does not count that would take something off.
    pub(crate) void: Option<Text>,
}

/// What one jurisdiction charges of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LevelRate {
    pub(crate) jurisdiction: Text,
    /// In per cent.
    pub(crate) rate: Decimal,
}

impl<'a> Taxation<'a> {
    /// How an order is taxed; rounded as the narrowest jurisdiction that has a rule, or as the company does.
    pub(crate) fn of(company: &'a Company, profile: &'a Profile, order: &Order) -> Self {
        Self::from(company, profile, order, node(company, order))
    }

    /// The same for goods that leave from a node.
    fn from(company: &'a Company, profile: &'a Profile, order: &Order, node: Option<&NodeId>) -> Self {
        let (scheme, void) = scheme(company, profile, order);
        let jurisdictions = jurisdictions(&taxed_at(company, order, node));
        let rounding = rule(company, &jurisdictions, |rule| rule.rounding).unwrap_or(company.policy.tax_rounding);
        Self { company, profile, jurisdictions, void, scheme, rounding, known: BTreeMap::new() }
    }

    /// The same for what is billed: by the scheme that was determined for the order, whatever has become known of the customer since, and
    /// from the node that it was determined for, of which nothing is reserved any more once the goods have left.
    pub(crate) fn determined(company: &'a Company, profile: &'a Profile, order: &Order) -> Self {
        let node = order.taxed_from.as_ref().or_else(|| node(company, order));
        Self { scheme: order.tax_scheme, ..Self::from(company, profile, order, node) }
    }

    /// What the jurisdictions charge of a category on a day.
    pub(crate) fn charged(&mut self, category: &Text, day: Day) -> Arc<Charge> {
        let key = (category.clone(), day);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let charge = Arc::new(self.looked_up(category, day));
        self.known.insert(key, charge.clone());
        charge
    }

    fn looked_up(&self, category: &str, day: Day) -> Charge {
        let mut charge = Charge::default();
        if self.scheme == TaxScheme::ReverseCharge {
            return charge;
        }
        for jurisdiction in &self.jurisdictions {
            let rate = rate(self.company, jurisdiction, category, day);
            if rate.is_zero() {
                continue;
            }
            match exemption(self.profile, jurisdiction, category, day) {
                Exemption::Valid(number) if charge.exempted_by.contains(number) => continue,
                Exemption::Valid(number) => {
                    charge.exempted_by.push(number.clone());
                    continue;
                }
                Exemption::Void(why) => charge.void = charge.void.or(Some(why)),
                Exemption::None => {}
            }
            charge.levels.push(LevelRate { jurisdiction: jurisdiction.clone(), rate });
        }
        charge.void = charge.void.or_else(|| self.void.clone()).filter(|_| !charge.levels.is_empty());
        charge
    }

    /// All of a rate as that of the widest jurisdiction: for a rate that the tax service or a person knows, and our tables do not.
    pub(crate) fn whole(&self, rate: Decimal) -> Vec<LevelRate> {
        let widest = self.jurisdictions.first().filter(|_| !rate.is_zero());
        widest.map(|jurisdiction| LevelRate { jurisdiction: jurisdiction.clone(), rate }).into_iter().collect()
    }
}

/// The rates of all jurisdictions together, in per cent.
pub(crate) fn total(levels: &[LevelRate]) -> Decimal {
    levels.iter().fold(Decimal::ZERO, |sum, level| sum.checked_add(level.rate).unwrap_or(sum))
}

/// Where an order is taxed: at its ship-to, or by the rule of origin where its goods leave from, if both are in one region. Source: domain
/// §1.4 (ship-from and ship-to, sourcing rule).
fn taxed_at<'a>(company: &Company, order: &'a Order, node: Option<&NodeId>) -> Cow<'a, ShipTo> {
    let ship_to = &order.ship_to;
    if rule(company, &jurisdictions(ship_to), |rule| rule.sourcing) != Some(TaxSourcing::Origin) {
        return Cow::Borrowed(ship_to);
    }
    let ship_from = node.map_or_else(|| company.place(), |node| company.ship_from(node));
    let is_same = |one: &str, other: &str| one.trim().eq_ignore_ascii_case(other.trim());
    let stays = is_same(&ship_to.country, &ship_from.country) && is_same(&ship_to.region, &ship_from.region);
    if stays { Cow::Owned(ship_from) } else { Cow::Borrowed(ship_to) }
}

/// Where the goods of an order leave from: the node that its first reserved units are at, and before that the one that is asked first. An
/// order is taxed once, so one node stands for all.
pub fn ship_from(company: &Company, order: &Order) -> ShipTo {
    node(company, order).map_or_else(|| company.place(), |node| company.ship_from(node))
}

/// The node of [`ship_from`].
pub(super) fn node<'o>(company: &'o Company, order: &'o Order) -> Option<&'o NodeId> {
    let reserved = order.lines.iter().flat_map(|line| &line.allocations).map(|allocation| &allocation.node).next();
    let open = company.nodes.iter().filter(|node| !node.closed);
    let first = || open.min_by_key(|node| (node.tier, &node.id)).map(|node| &node.id);
    reserved.or_else(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Certificate;
    use crate::master::{Node, Party, TaxRate, TaxRule};
    use crate::order::{Line, LineAllocation};

    fn santa_monica() -> ShipTo {
        ShipTo {
            country: "US".into(),
            region: "ca".into(),
            county: "Los Angeles".into(),
            city: "Santa Monica".into(),
            district: "MTA".into(),
            ..ShipTo::default()
        }
    }

    /// A company in Fresno.
    fn company() -> Company {
        let rate = |jurisdiction: &str, rate: &str| TaxRate {
            jurisdiction: jurisdiction.into(),
            rate: rate.parse().unwrap(),
            ..TaxRate::default()
        };
        let taxes = vec![
            rate("US-CA", "6"),
            rate("US-CA/Los Angeles", "0.25"),
            rate("US-CA/Los Angeles/Santa Monica", "0.75"),
            rate("US-CA:MTA", "2.25"),
            rate("US-CA/Fresno", "0.5"),
            rate("US-NY", "4"),
            rate("DE", "19"),
        ];
        let party = Party { region: "CA".into(), county: "Fresno".into(), city: "Fresno".into(), ..Party::default() };
        Company { taxes, party, country: "US".into(), ..Company::default() }
    }

    fn charged(company: &Company, profile: &Profile, ship_to: ShipTo) -> Vec<(String, String)> {
        let order = Order { ship_to, ..Order::default() };
        let day = "2026-03-01".parse().unwrap();
        let charge = Taxation::of(company, profile, &order).charged(&Text::default(), day);
        charge.levels.iter().map(|level| (level.jurisdiction.to_string(), level.rate.to_string())).collect()
    }

    fn rates(company: &Company, profile: &Profile, ship_to: ShipTo) -> Vec<String> {
        charged(company, profile, ship_to).into_iter().map(|(_, rate)| rate).collect()
    }

    #[test]
    fn domain_1_4_state_county_city_and_district_each_charge_their_rate() {
        let all = charged(&company(), &Profile::default(), santa_monica());
        assert_eq!(all.iter().map(|(_, rate)| rate.as_str()).collect::<Vec<_>>(), ["6", "0.25", "0.75", "2.25"]);
        assert_eq!(all[2].0, "US-CA/LOS ANGELES/SANTA MONICA");
        let berlin = ShipTo { country: "DE".into(), city: "Berlin".into(), ..ShipTo::default() };
        assert_eq!(charged(&company(), &Profile::default(), berlin), [("DE".to_owned(), "19".to_owned())]);
    }

    #[test]
    fn domain_1_4_a_certificate_of_a_jurisdiction_exempts_from_it_and_from_what_lies_in_it() {
        let certificate = |jurisdiction: &str| Profile {
            certificates: vec![Certificate { jurisdiction: jurisdiction.into(), verified: true, ..Certificate::default() }],
            ..Profile::default()
        };
        let left = |jurisdiction| rates(&company(), &certificate(jurisdiction), santa_monica());
        assert!(left("US-CA").is_empty());
        assert_eq!(left("US-NY"), ["6", "0.25", "0.75", "2.25"]);
        assert_eq!(left("US-CA/Los Angeles"), ["6", "2.25"]);
    }

    #[test]
    fn domain_1_4_tax_is_that_of_the_destination_or_by_rule_that_of_the_origin_in_the_same_region() {
        let mut company = company();
        let of = |company: &Company, place| rates(company, &Profile::default(), place);
        assert_eq!(of(&company, santa_monica()), ["6", "0.25", "0.75", "2.25"]);
        company.policy.tax_rules =
            vec![TaxRule { jurisdiction: "US".into(), sourcing: Some(TaxSourcing::Origin), rounding: None }];
        assert_eq!(of(&company, santa_monica()), ["6", "0.5"]);
        assert_eq!(of(&company, ShipTo { region: "NY".into(), ..santa_monica() }), ["4"]);
        // the narrower rule counts
        let destination = Some(TaxSourcing::Destination);
        company.policy.tax_rules.push(TaxRule { jurisdiction: "US-CA".into(), sourcing: destination, rounding: None });
        assert_eq!(of(&company, santa_monica()), ["6", "0.25", "0.75", "2.25"]);
    }

    #[test]
    fn domain_1_4_by_the_rule_of_origin_tax_is_that_of_the_warehouse_which_the_goods_leave_from() {
        let sourcing = Some(TaxSourcing::Origin);
        let node = |id: &str, tier, address| Node { id: id.into(), tier, address, ..Node::default() };
        let mut company = company();
        company.policy.tax_rules = vec![TaxRule { jurisdiction: "US".into(), sourcing, rounding: None }];
        company.nodes = vec![node("LA", 2, santa_monica()), node("OWN", 1, ShipTo::default())];
        let fresno = ShipTo { city: "Fresno".into(), district: "".into(), county: "Fresno".into(), ..santa_monica() };
        let mut order = Order { ship_to: fresno, lines: vec![Line::default()], ..Order::default() };
        let all = |order: &Order| {
            let profile = Profile::default();
            let charge = Taxation::of(&company, &profile, order).charged(&Text::default(), "2026-03-01".parse().unwrap());
            charge.levels.iter().map(|level| level.rate.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(all(&order), ["6", "0.5"]);
        order.lines[0].allocations = vec![LineAllocation { node: "LA".into(), ..LineAllocation::default() }];
        assert_eq!(all(&order), ["6", "0.25", "0.75", "2.25"]);
        // once they have left, nothing is reserved there any more
        order.taxed_from = Some("LA".into());
        order.lines[0].allocations.clear();
        let profile = Profile::default();
        let billed =
            Taxation::determined(&company, &profile, &order).charged(&Text::default(), "2026-03-01".parse().unwrap());
        assert_eq!(billed.levels.len(), 4);
    }

    #[test]
    fn rounding_is_that_of_the_narrowest_jurisdiction_that_has_one() {
        let mut company = company();
        let order = Order { ship_to: santa_monica(), ..Order::default() };
        let rounding = |company: &Company| Taxation::of(company, &Profile::default(), &order).rounding;
        assert_eq!(rounding(&company), TaxRounding::DocumentFromRoundedLines);
        let rule = |jurisdiction: &str, rounding| TaxRule {
            jurisdiction: jurisdiction.into(),
            rounding: Some(rounding),
            sourcing: None,
        };
        company.policy.tax_rules = vec![rule("US", TaxRounding::Document), rule("US-CA", TaxRounding::LineHalfEven)];
        assert_eq!(rounding(&company), TaxRounding::LineHalfEven);
    }
}
