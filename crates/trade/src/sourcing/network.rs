//! What a node can do for a ship-to: whether it may serve it, how long that takes, and what it costs.

use std::collections::{BTreeMap, BTreeSet};

use units::{Amount, Day, Text, Timestamp};

use super::plan::Barrier;
use super::request::Candidate;
use crate::ids::*;
use crate::master::{Company, Node};

/// The entry of a table by country, or the one for all other countries.
fn of_country<T: Copy + Default>(table: &BTreeMap<Text, T>, country: &str) -> T {
    table.get(country).or_else(|| table.get("*")).copied().unwrap_or_default()
}

/// Working days of the carrier on the way to a country; none if the node says nothing about it.
pub fn transit_days(node: &Node, country: &str) -> u16 {
    of_country(&node.transit_days, country)
}

/// The day on which units that can be picked at `node` from `ready` on reach `country`.
///
/// They ship on the first working day from `ready` on, but if that is today and the cut-off has passed, on the next one. The carrier
/// takes them on its own first working day from then on, and counts the days on the road in its own calendar. Units still to come are
/// ready after the node's dock-to-stock days. Source: domain §1.1.3.
pub fn delivery_day(node: &Node, country: &str, ready: Day, now: Timestamp) -> Day {
    let today = node.calendar.local_day(now);
    let first = node.calendar.working_day_from(ready.max(today));
    let has_passed = first == today && node.calendar.local_minute(now) > node.cut_off;
    let ships = if has_passed { node.calendar.plus_working_days(first, 1) } else { first };
    node.transit_calendar().plus_working_days(ships, transit_days(node, country))
}

/// What a node has to be able to do to serve units of an order, whatever it has of them.
pub(crate) struct Eligibility<'a> {
    /// Where they go.
    pub(crate) country: &'a str,
    /// They are hazardous.
    pub(crate) hazardous: bool,
    /// They ask for a licence.
    pub(crate) licence: Option<&'a Text>,
    /// Nodes that may not ship to the customer.
    pub(crate) excluded: &'a [NodeId],
    /// Nodes that have refused the order.
    pub(crate) refused: &'a BTreeSet<NodeId>,
    /// No node farther away, in kilometres.
    pub(crate) max_distance_km: Option<u32>,
}

/// What rules a node out, whatever it has; capacity apart (domain §1.1.7).
pub(crate) fn barrier(node: &Node, wanted: &Eligibility<'_>) -> Option<Barrier> {
    let distance: u32 = of_country(&node.distance_km, wanted.country);
    let limits = [node.max_distance_km, wanted.max_distance_km];
    if node.closed {
        Some(Barrier::Closed)
    } else if node.excluded_countries.iter().any(|excluded| excluded == wanted.country) {
        Some(Barrier::Country)
    } else if wanted.excluded.contains(&node.id) {
        Some(Barrier::Customer)
    } else if limits.into_iter().flatten().min().is_some_and(|limit| distance > limit) {
        Some(Barrier::Distance)
    } else if wanted.refused.contains(&node.id) {
        Some(Barrier::Refused)
    } else if wanted.hazardous && !node.hazardous {
        Some(Barrier::Hazardous)
    } else if wanted.licence.is_some_and(|licence| !node.licences.contains(licence)) {
        Some(Barrier::Licence)
    } else {
        None
    }
}

/// The node as sourcing sees it, without its stock. `wanted` is what holds for the whole order.
pub(crate) fn candidate(node: &Node, wanted: &Eligibility<'_>, lines_today: u32, now: Timestamp) -> Candidate {
    let distance_km: u32 = of_country(&node.distance_km, wanted.country);
    let travel = i64::from(distance_km).saturating_mul(node.cost_per_100_km.0) / 100;
    Candidate {
        node: node.id.clone(),
        tier: node.tier,
        distance_km,
        max_distance_km: node.max_distance_km,
        cost: node.cost_per_shipment + Amount(travel),
        delivers: delivery_day(node, wanted.country, node.calendar.local_day(now), now),
        lines_left: node.max_lines_per_day.map(|limit| limit.saturating_sub(lines_today)),
        hazardous: node.hazardous,
        licences: node.licences.clone(),
        barred: barrier(node, wanted),
        available: BTreeMap::new(),
    }
}

/// The places of the company's nodes, the preferred first: by tier, then code.
pub(crate) fn in_order_of_preference(company: &Company) -> Vec<usize> {
    let mut places: Vec<usize> = (0..company.nodes.len()).collect();
    places.sort_by(|a, b| {
        let (a, b) = (&company.nodes[*a], &company.nodes[*b]);
        (a.tier, &a.id).cmp(&(b.tier, &b.id))
    });
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn node() -> Node {
        Node {
            id: "WH1".into(),
            cut_off: 15 * 60,
            dock_to_stock_days: 1,
            transit_days: [("*".into(), 2)].into(),
            ..Node::default()
        }
    }

    #[test]
    fn domain_1_1_3_promise_date() {
        let node = node();
        let now = at("2026-03-02T10:00:00Z");
        let ready = node.calendar.plus_working_days(day("2026-03-06"), node.dock_to_stock_days);
        assert_eq!(ready, day("2026-03-09"));
        assert_eq!(delivery_day(&node, "DE", ready, now), day("2026-03-11"));
    }

    #[test]
    fn domain_1_1_3_transit_counts_in_the_carriers_calendar() {
        let now = at("2026-03-02T10:00:00Z");
        let mut node = node();
        // the warehouse works on Saturdays too, and not on the Tuesday
        node.calendar.week[5] = true;
        node.calendar.holidays.insert(day("2026-03-10"));
        assert_eq!(delivery_day(&node, "DE", day("2026-03-05"), now), day("2026-03-07"));
        let carrier = units::Calendar { holidays: [day("2026-03-12")].into(), ..units::Calendar::default() };
        node.carrier_calendar = Some(carrier);
        let delivered = |ready| delivery_day(&node, "DE", day(ready), now);
        assert_eq!(delivered("2026-03-05"), day("2026-03-09"));
        // on the road while the warehouse has its holiday
        assert_eq!(delivered("2026-03-09"), day("2026-03-11"));
        // the warehouse's next working day is Wednesday, and on Thursday the carrier has a holiday
        assert_eq!(delivered("2026-03-10"), day("2026-03-16"));
        // ready on Saturday, collected on Monday
        assert_eq!(delivered("2026-03-07"), day("2026-03-11"));
    }

    #[test]
    fn after_the_cut_off_units_ship_on_the_next_working_day() {
        let node = node();
        let friday = day("2026-03-06");
        assert_eq!(delivery_day(&node, "DE", friday, at("2026-03-06T15:00:00Z")), day("2026-03-10"));
        assert_eq!(delivery_day(&node, "DE", friday, at("2026-03-06T15:01:00Z")), day("2026-03-11"));
        assert_eq!(delivery_day(&node, "DE", friday, at("2026-03-07T15:01:00Z")), day("2026-03-11"));
    }

    #[test]
    fn domain_1_1_7_a_node_is_ruled_out_by_the_first_constraint_that_it_breaks() {
        let refused = BTreeSet::from([NodeId::from("WH1")]);
        let (none, alcohol) = (BTreeSet::new(), Text::from("alcohol"));
        let wanted = || Eligibility {
            country: "DE",
            hazardous: false,
            licence: None,
            excluded: &[],
            refused: &none,
            max_distance_km: None,
        };
        let far = Node { distance_km: [("DE".into(), 500)].into(), ..node() };
        let licensed = Node { licences: vec!["alcohol".into()], ..node() };
        assert_eq!(barrier(&node(), &wanted()), None);
        assert_eq!(barrier(&Node { closed: true, ..node() }, &wanted()), Some(Barrier::Closed));
        assert_eq!(barrier(&Node { excluded_countries: vec!["DE".into()], ..node() }, &wanted()), Some(Barrier::Country));
        assert_eq!(barrier(&node(), &Eligibility { excluded: &["WH1".into()], ..wanted() }), Some(Barrier::Customer));
        assert_eq!(barrier(&far, &Eligibility { max_distance_km: Some(499), ..wanted() }), Some(Barrier::Distance));
        assert_eq!(barrier(&far, &Eligibility { max_distance_km: Some(500), ..wanted() }), None);
        assert_eq!(barrier(&Node { max_distance_km: Some(499), ..far }, &wanted()), Some(Barrier::Distance));
        assert_eq!(
            barrier(&node(), &Eligibility { refused: &refused, hazardous: true, ..wanted() }),
            Some(Barrier::Refused)
        );
        assert_eq!(barrier(&node(), &Eligibility { hazardous: true, ..wanted() }), Some(Barrier::Hazardous));
        assert_eq!(barrier(&node(), &Eligibility { licence: Some(&alcohol), ..wanted() }), Some(Barrier::Licence));
        assert_eq!(barrier(&licensed, &Eligibility { licence: Some(&alcohol), ..wanted() }), None);
    }
}
