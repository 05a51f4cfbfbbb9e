//! Orders that may not be the customer's own, or that the law may forbid to send.

use compact_str::format_compact;
use units::{Decimal, Quantity, Text};

use super::find::{company, existing};
use super::hold::{is_checks_own, lift, place};
use super::state::{Buckets, HoldKind, Line, Order};
use super::value::{at_stake, untaxed};
use crate::account::{Account, normalised};
use crate::books::{Books, Stop};
use crate::context::{Actor, Context};
use crate::ids::*;
use crate::master::Company;
use crate::refusal::Refusal;

/// Per cent of the value that a person let pass up to which the same suspicion is not asked about again, as a released credit hold is not
/// (domain §1.2).
const CLEARED_UP_TO: i64 = 110;

/// What was found, and the lines that it is about; no line for the whole order.
type Finding = Option<(Text, Vec<LineNo>)>;

/// Screens an order by the master data of customer, address and items; places the Fraud and Export holds and lifts those whose cause is
/// gone.
///
/// What a person placed stays until a person releases it, and what a person let pass is not held for the same finding again, unless the
/// order has grown since and the finding is about its value. What has been released to warehouses is not looked at. Source: domain §1.5.1
/// (holds), §1.5.4 (increase), §1.12.
pub fn screen(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    screen_units(books, id, Buckets::waiting, cx)
}

/// Screens an order that shall go to another address, with what is at warehouses and on its way. Says whether it is held: then nothing
/// may be sent to the new address.
///
/// Refused where the order has shipped and there is nothing left to hold. Source: domain §1.5.1 (holds), §1.5.4 (address change).
pub(super) fn screen_moved(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<bool, Stop> {
    let checks = Context { actor: Actor::system(), now: cx.now };
    screen_units(books, id, |buckets| buckets.to_ship() + buckets.shipped, &checks)?;
    let order = existing(books, id)?;
    let held = order.holds.iter().find(|hold| matches!(hold.kind, HoldKind::Fraud | HoldKind::Export));
    match held {
        Some(hold) if order.is_fulfilled() => {
            Err(Refusal::Conflict(format_compact!("what has shipped is not sent to another address: {}", hold.reason))
                .into())
        }
        held => Ok(held.is_some()),
    }
}

/// Screens by those units of each line that `of` counts.
fn screen_units(books: &mut dyn Books, id: OrderId, of: impl Fn(&Buckets) -> Quantity, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let lines: Vec<&Line> = order.lines.iter().filter(|line| of(&line.buckets).is_positive()).collect();
    if order.is_over() || lines.is_empty() {
        return Ok(());
    }
    let (company, account) = (company(books)?, books.account(&order.account)?.unwrap_or_default());
    let fraud = suspicion(&company, &account, &order, cx);
    let export = match party(&company, &account, &order) {
        Some(found) => Some(found),
        None => controlled(books, &company, &account, &order, &lines, cx)?,
    };
    for (kind, finding) in [(HoldKind::Fraud, fraud), (HoldKind::Export, export)] {
        settle(books, &order, kind, finding, cx)?;
    }
    Ok(())
}

fn settle(books: &mut dyn Books, order: &Order, kind: HoldKind, finding: Finding, cx: &Context) -> Result<(), Stop> {
    let placed = order.holds.iter().find(|hold| hold.kind == kind);
    if placed.is_some_and(|hold| !is_checks_own(hold)) {
        return Ok(());
    }
    let value = untaxed(order);
    let is_cleared = |finding: &Text| {
        let mut of_finding = order.cleared.iter().filter(|known| known.kind == kind && known.finding == *finding);
        // whether goods may be sent at all does not depend on what they are worth
        of_finding.any(|known| kind == HoldKind::Export || value <= known.value.percent(Decimal::from(CLEARED_UP_TO)))
    };
    match finding.filter(|(reason, _)| !is_cleared(reason)) {
        Some((reason, lines)) => {
            let amount = at_stake(&*company(books)?, order, cx);
            place(books, order.id, kind, reason, lines, amount, cx)
        }
        None => lift(books, order.id, kind, "the cause is gone", cx),
    }
}

/// Why an order may not be the customer's own.
fn suspicion(company: &Company, account: &Account, order: &Order, cx: &Context) -> Finding {
    let profile = &account.profile;
    if let Some(watch) = profile.watch.as_ref().filter(|watch| watch.is_on(&order.ship_to.code)) {
        return Some((format_compact!("orders of {} are watched: {}", order.account, watch.reason), Vec::new()));
    }
    let most = company.policy.screening.new_address_above?;
    let is_known = profile.ship_tos.contains(&order.ship_to);
    (!is_known && at_stake(company, order, cx) > most).then(|| {
        let to = &order.ship_to;
        // without the value, which the hold has: what was let pass is known by these words, and tax comes later
        (
            format_compact!("goods of value go to {}, {}, which {} does not have", to.street, to.city, order.account),
            Vec::new(),
        )
    })
}

/// Whom or which country nothing may be sent to.
fn party(company: &Company, account: &Account, order: &Order) -> Finding {
    let screening = &company.policy.screening;
    let country = &order.ship_to.country;
    if screening.embargoed.contains(country) {
        return Some((format_compact!("nothing is sent to {country} without leave"), Vec::new()));
    }
    let is_denied = |name: &&Text| {
        let name = normalised(name);
        !name.is_empty() && screening.denied_parties.iter().any(|denied| normalised(denied) == name)
    };
    let denied = [&order.ship_to.name, &account.profile.name].into_iter().find(is_denied)?;
    Some((format_compact!("{denied} is on the list of denied parties"), Vec::new()))
}

/// Controlled items that go abroad without a licence of the customer.
fn controlled(
    books: &mut dyn Books,
    company: &Company,
    account: &Account,
    order: &Order,
    of: &[&Line],
    cx: &Context,
) -> Result<Finding, Stop> {
    let (country, day) = (&order.ship_to.country, company.calendar.local_day(cx.now));
    if *country == company.country {
        return Ok(None);
    }
    let (mut lines, mut controls) = (Vec::new(), Vec::new());
    for line in of {
        let Some(control) = books.item(&line.item)?.and_then(|item| item.export_control.clone()) else { continue };
        if !account.profile.export_licences.iter().any(|licence| licence.covers(&control, country, day)) {
            lines.push(line.no);
            if !controls.contains(&control) {
                controls.push(control);
            }
        }
    }
    let why = || format_compact!("{} has no licence for goods under {} in {country}", order.account, controls.join(", "));
    Ok((!lines.is_empty()).then(|| (why(), lines)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccountEvent, Profile};
    use crate::context::Role;
    use crate::fulfilment::cancel_answered;
    use crate::master::{CompanyEvent, ExchangeRate, ExportLicence, ItemEvent, ScreeningPolicy, ShipTo, Watch, put_rates};
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::{Cancellation, Change, Destination, OrderEvent, Submission, gross};
    use crate::order::{cancel, change, hold_by_hand, release, release_hold};
    use units::{Amount, Currency};

    fn with_policy(screening: ScreeningPolicy) -> Story {
        let mut story = Story::new();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.screening = screening;
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        story
    }

    fn with_profile(story: &mut Story, change: impl FnOnce(&mut Profile)) {
        let id = AccountId::from("ACME");
        let mut profile = story.books().account(&id).unwrap().unwrap().profile.clone();
        change(&mut profile);
        story.books().record(&id, AccountEvent::ProfileSet { id: id.clone(), profile: Box::new(profile) });
    }

    fn abroad(country: &str) -> ShipTo {
        ShipTo {
            name: "Elsewhere".into(),
            street: "Quai 3".into(),
            city: "Y".into(),
            country: country.into(),
            ..ShipTo::default()
        }
    }

    fn ordered(story: &mut Story, ship_to: Destination) -> OrderId {
        let submission = Submission { ship_to, ..story.submission() };
        let id = story.receive(&submission).unwrap();
        screen(story.books(), id, &at(0)).unwrap();
        id
    }

    fn holds(story: &mut Story, id: OrderId) -> Vec<(HoldKind, String)> {
        story.order(id).holds.iter().map(|hold| (hold.kind, hold.reason.to_string())).collect()
    }

    fn compliance(name: &str, minute: i64) -> Context {
        let mut cx = clerk(name, minute);
        cx.actor.roles = vec![Role::Compliance];
        cx
    }

    #[test]
    fn an_order_that_nothing_speaks_against_is_not_held() {
        let mut story = Story::new();
        let id = ordered(&mut story, Destination::Default);
        assert_eq!(holds(&mut story, id), []);
    }

    #[test]
    fn orders_of_a_customer_who_is_watched_are_held_for_fraud_with_their_value() {
        let mut story = Story::new();
        let watch = Watch { reason: "stolen card".into(), ship_tos: vec!["DOCK".into()] };
        with_profile(&mut story, |profile| profile.watch = Some(watch.clone()));
        let id = ordered(&mut story, Destination::Default);
        assert_eq!(holds(&mut story, id), []);
        with_profile(&mut story, |profile| profile.watch = Some(Watch { ship_tos: Vec::new(), ..watch }));
        screen(story.books(), id, &at(1)).unwrap();
        let hold = story.order(id).holds[0].clone();
        assert_eq!((hold.kind, hold.amount), (HoldKind::Fraud, Amount(10_000)));
        assert_eq!(hold.reason, "orders of ACME are watched: stolen card");
        with_profile(&mut story, |profile| profile.watch = None);
        screen(story.books(), id, &at(2)).unwrap();
        assert_eq!(holds(&mut story, id), []);
        story.check();
    }

    #[test]
    fn goods_of_value_to_an_address_that_nobody_knows_are_suspected() {
        let policy = |amount| ScreeningPolicy { new_address_above: Some(Amount(amount)), ..ScreeningPolicy::default() };
        let mut story = with_policy(policy(9_999));
        let id = ordered(&mut story, Destination::Address(abroad("DE")));
        assert_eq!(
            holds(&mut story, id),
            [(HoldKind::Fraud, "goods of value go to Quai 3, Y, which ACME does not have".to_owned())]
        );
        let known = ordered(&mut story, Destination::Code("MAIN".into()));
        assert_eq!(holds(&mut story, known), []);
        let mut story = with_policy(policy(10_000));
        let id = ordered(&mut story, Destination::Address(abroad("DE")));
        assert_eq!(holds(&mut story, id), []);
    }

    #[test]
    fn an_address_that_compliance_let_pass_is_not_held_again_when_tax_is_known() {
        let mut story =
            with_policy(ScreeningPolicy { new_address_above: Some(Amount(9_999)), ..ScreeningPolicy::default() });
        let id = ordered(&mut story, Destination::Address(abroad("DE")));
        release_hold(story.books(), id, HoldKind::Fraud, "their new shop", &compliance("eve", 1)).unwrap();
        let rates = vec![(LineNo(1), "19".parse().unwrap())];
        story.books().record(
            &id,
            OrderEvent::TaxDetermined {
                rates,
                tax: Amount(1_900),
                degraded: false,
                scheme: Default::default(),
                basis: Default::default(),
            },
        );
        screen(story.books(), id, &at(2)).unwrap();
        assert_eq!(holds(&mut story, id), []);
        // another address was never looked at
        let moved = Change { ship_to: Some(ShipTo { street: "Quai 4".into(), ..abroad("DE") }), ..Change::default() };
        change(story.books(), id, &moved, &clerk("ann", 3)).unwrap();
        assert_eq!(
            holds(&mut story, id),
            [(HoldKind::Fraud, "goods of value go to Quai 4, Y, which ACME does not have".to_owned())]
        );
    }

    #[test]
    fn domain_1_5_4_an_order_that_was_let_pass_is_looked_at_again_once_it_is_worth_more() {
        let mut story =
            with_policy(ScreeningPolicy { new_address_above: Some(Amount(9_999)), ..ScreeningPolicy::default() });
        let id = ordered(&mut story, Destination::Address(abroad("DE")));
        release_hold(story.books(), id, HoldKind::Fraud, "their new shop", &compliance("eve", 1)).unwrap();
        let mut held_at = |units: i64, minute: i64| {
            let quantities = vec![(LineNo(1), Quantity(units))];
            change(story.books(), id, &Change { quantities, ..Change::default() }, &clerk("ann", minute)).unwrap();
            screen(story.books(), id, &at(minute)).unwrap();
            story.order(id).holds.iter().map(|hold| (hold.kind, hold.amount)).next()
        };
        assert_eq!(held_at(11, 2), None);
        assert_eq!(held_at(12, 3), Some((HoldKind::Fraud, Amount(12_000))));
        assert_eq!(held_at(11, 4), None);
    }

    #[test]
    fn what_an_order_in_another_currency_is_worth_is_held_against_the_policy_in_the_companys() {
        let policy = ScreeningPolicy { new_address_above: Some(Amount(9_000)), ..ScreeningPolicy::default() };
        let mut story = with_policy(policy);
        let (currency, day) = (Currency::USD, at(0).now.day());
        let rate = ExchangeRate { currency, day, rate: "0.95".parse().unwrap(), source: "ECB".into() };
        put_rates(story.books(), &[rate], &at(0)).unwrap();
        with_profile(&mut story, |profile| profile.currency = Some(currency));
        let ship_to = Destination::Address(abroad("DE"));
        let submission = Submission { ship_to, currency: Some(currency), ..story.submission() };
        let id = story.receive(&submission).unwrap();
        screen(story.books(), id, &at(0)).unwrap();
        let order = story.order(id);
        assert_eq!(
            (gross(&order), order.holds[0].kind, order.holds[0].amount),
            (Amount(10_000), HoldKind::Fraud, Amount(9_500))
        );
    }

    #[test]
    fn nothing_goes_to_an_embargoed_country_or_a_denied_party_without_leave() {
        let screening = ScreeningPolicy {
            embargoed: vec!["KP".into()],
            denied_parties: vec!["ELSE-WHERE".into()],
            ..ScreeningPolicy::default()
        };
        for (country, why) in
            [("KP", "nothing is sent to KP without leave"), ("FR", "Elsewhere is on the list of denied parties")]
        {
            let mut story = with_policy(screening.clone());
            let id = ordered(&mut story, Destination::Address(abroad(country)));
            assert_eq!(holds(&mut story, id), [(HoldKind::Export, why.to_owned())]);
        }
    }

    #[test]
    fn controlled_goods_go_abroad_only_under_a_licence_that_counts_on_the_day() {
        let mut story = Story::new();
        let mut item = (*story.books().item(&"X".into()).unwrap().unwrap()).clone();
        item.export_control = Some("5A002".into());
        story.books().record(&ItemId::from("X"), ItemEvent::Set(Box::new(item)));
        let home = ordered(&mut story, Destination::Default);
        assert_eq!(holds(&mut story, home), []);
        let id = ordered(&mut story, Destination::Address(abroad("US")));
        let why = "ACME has no licence for goods under 5A002 in US".to_owned();
        assert_eq!(holds(&mut story, id), [(HoldKind::Export, why)]);
        assert_eq!(story.order(id).holds[0].lines, [LineNo(1)]);
        let licence = |country: &str, until: &str| ExportLicence {
            number: "L-1".into(),
            control: "5a002".into(),
            country: country.into(),
            until: until.parse().ok(),
            ..ExportLicence::default()
        };
        for (country, until, is_held) in
            [("CH", "2026-12-31", true), ("US", "2026-03-01", true), ("US", "2026-03-02", false)]
        {
            with_profile(&mut story, |profile| profile.export_licences = vec![licence(country, until)]);
            screen(story.books(), id, &at(3)).unwrap();
            assert_eq!(!holds(&mut story, id).is_empty(), is_held, "{country} until {until}");
        }
    }

    #[test]
    fn what_compliance_let_pass_is_not_held_for_the_same_again() {
        let screening = ScreeningPolicy { embargoed: vec!["KP".into(), "IR".into()], ..ScreeningPolicy::default() };
        let mut story = with_policy(screening);
        let id = ordered(&mut story, Destination::Address(abroad("IR")));
        let refused = |cx: Context, story: &mut Story| release_hold(story.books(), id, HoldKind::Export, "leave 17", &cx);
        let mut sales = clerk("bob", 1);
        sales.actor.roles = vec![Role::Sales, Role::CreditManager];
        for cx in [sales, compliance("shop", 1)] {
            assert!(matches!(refused(cx, &mut story), Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        }
        release_hold(story.books(), id, HoldKind::Export, "leave 17", &compliance("eve", 2)).unwrap();
        screen(story.books(), id, &at(3)).unwrap();
        assert_eq!(holds(&mut story, id), []);
        let moved = Change { ship_to: Some(abroad("KP")), ..Change::default() };
        change(story.books(), id, &moved, &clerk("ann", 4)).unwrap();
        screen(story.books(), id, &at(4)).unwrap();
        assert_eq!(holds(&mut story, id), [(HoldKind::Export, "nothing is sent to KP without leave".to_owned())]);
    }

    #[test]
    fn what_a_person_holds_over_a_finding_stays_when_that_is_gone_and_is_released_with_it() {
        let mut story = Story::new();
        let watch = Watch { reason: "stolen card".into(), ..Watch::default() };
        let watched = |story: &mut Story, on: bool| {
            with_profile(story, |profile| profile.watch = Some(watch.clone()).filter(|_| on));
        };
        watched(&mut story, true);
        let id = ordered(&mut story, Destination::Default);
        let by_hand = |story: &mut Story, minute| {
            hold_by_hand(story.books(), id, HoldKind::Fraud, "odd call".into(), &clerk("bob", minute)).unwrap();
            screen(story.books(), id, &at(minute)).unwrap();
            holds(story, id)
        };
        let both = "odd call; orders of ACME are watched: stolen card".to_owned();
        assert_eq!(by_hand(&mut story, 1), [(HoldKind::Fraud, both.clone())]);
        assert_eq!(by_hand(&mut story, 2), [(HoldKind::Fraud, both.clone())]);
        assert_eq!(story.order(id).holds[0].placed_by, "bob");
        watched(&mut story, false);
        screen(story.books(), id, &at(3)).unwrap();
        assert_eq!(holds(&mut story, id), [(HoldKind::Fraud, both)]);
        watched(&mut story, true);
        release_hold(story.books(), id, HoldKind::Fraud, "they called back", &compliance("eve", 4)).unwrap();
        screen(story.books(), id, &at(5)).unwrap();
        assert_eq!(holds(&mut story, id), []);
        story.check();
    }

    fn to_korea() -> Change {
        Change { ship_to: Some(abroad("KP")), ..Change::default() }
    }

    fn with_embargo() -> Story {
        with_policy(ScreeningPolicy { embargoed: vec!["KP".into()], ..ScreeningPolicy::default() })
    }

    #[test]
    fn what_is_promised_and_waits_is_screened_as_what_is_open_is() {
        for there in [5, 0] {
            let mut story = with_embargo();
            if there > 0 {
                story.stock("X", "WH1", there);
            }
            let id = story.promised(&[("X", 5)]);
            assert_eq!(holds(&mut story, id), []);
            let order = Order { ship_to: abroad("KP"), ..(*story.order(id)).clone() };
            story.books().record(&id, OrderEvent::Received(Box::new(order)));
            screen(story.books(), id, &at(3)).unwrap();
            assert_eq!(holds(&mut story, id), [(HoldKind::Export, "nothing is sent to KP without leave".to_owned())]);
            assert_eq!(release(story.books(), id, &at(4)), Err(Stop::Refused(Refusal::Held(HoldKind::Export))));
        }
    }

    #[test]
    fn a_warehouse_is_asked_to_stop_what_may_not_go_to_the_new_address_and_the_units_wait_for_compliance() {
        let mut story = with_embargo();
        story.stock("X", "WH1", 5);
        let id = story.promised(&[("X", 5)]);
        let released = release(story.books(), id, &at(2)).unwrap();
        let outcome = change(story.books(), id, &to_korea(), &clerk("ann", 3)).unwrap();
        assert_eq!((outcome.asked, outcome.redirected), (released.clone(), vec![]));
        assert_eq!(holds(&mut story, id), [(HoldKind::Export, "nothing is sent to KP without leave".to_owned())]);
        let went_back = cancel_answered(story.books(), released[0], None, None, &[], &at(4)).unwrap().reopened;
        let line = story.order(id).lines[0].clone();
        assert_eq!((went_back, line.buckets.open, line.buckets.cancelled), (true, Quantity(5), Quantity::ZERO));
        assert_eq!(story.stock_of("X", "WH1").available_to_sell(), Quantity(5));
        story.check();
        // the customer has it sent home after all
        let home = Change { ship_to: Some(abroad("DE")), ..Change::default() };
        change(story.books(), id, &home, &clerk("ann", 5)).unwrap();
        assert_eq!(holds(&mut story, id), []);
    }

    #[test]
    fn units_that_are_being_stopped_can_be_cancelled() {
        let mut story = with_embargo();
        story.stock("X", "WH1", 5);
        let id = story.promised(&[("X", 5)]);
        let released = release(story.books(), id, &at(2)).unwrap();
        change(story.books(), id, &to_korea(), &clerk("ann", 3)).unwrap();
        let less = Cancellation { lines: vec![(LineNo(1), Some(Quantity(2)))], reason: "less".into() };
        assert_eq!(cancel(story.books(), id, &less, &clerk("ann", 4)).unwrap().asked, released);
        cancel_answered(story.books(), released[0], None, None, &[], &at(5)).unwrap();
        let buckets = story.order(id).lines[0].buckets;
        assert_eq!((buckets.open, buckets.cancelled), (Quantity(3), Quantity(2)));
        story.check();
    }

    #[test]
    fn what_has_left_is_not_redirected_to_where_nothing_may_be_sent() {
        let mut story = with_embargo();
        story.stock("X", "WH1", 5);
        let id = story.promised(&[("X", 5)]);
        story.ship_everything(id);
        let refused = change(story.books(), id, &to_korea(), &clerk("ann", 4));
        let Err(Stop::Refused(Refusal::Conflict(why))) = refused else { panic!("{refused:?}") };
        assert!(why.contains("nothing is sent to KP"), "{why}");
    }

    #[test]
    fn a_hold_placed_by_hand_is_not_lifted_by_the_screening() {
        let mut story = Story::new();
        let id = ordered(&mut story, Destination::Default);
        hold_by_hand(story.books(), id, HoldKind::Fraud, "odd call".into(), &clerk("bob", 1)).unwrap();
        screen(story.books(), id, &at(2)).unwrap();
        assert_eq!(holds(&mut story, id), [(HoldKind::Fraud, "odd call".to_owned())]);
        for (kind, reason) in [(HoldKind::Credit, "no"), (HoldKind::Export, " ")] {
            let refused = hold_by_hand(story.books(), id, kind, reason.into(), &clerk("bob", 1));
            assert!(matches!(refused, Err(Stop::Refused(Refusal::Invalid { .. }))), "{kind:?}");
        }
        release_hold(story.books(), id, HoldKind::Fraud, "they called back", &compliance("eve", 3)).unwrap();
        screen(story.books(), id, &at(4)).unwrap();
        assert_eq!(holds(&mut story, id), []);
        story.check();
    }
}
