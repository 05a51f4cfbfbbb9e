//! The tax of an order: what the tax service says, if it agrees with our own computation.

use compact_str::format_compact;
use units::{Amount, Decimal, Text};

use super::certificate;
use super::compute::{TaxComputation, own};
use crate::account::Profile;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::Company;
use crate::order::{Hold, HoldKind, Order, OrderEvent, TaxBasis, company, existing, lift, place_hold};
use crate::refusal::Refusal;

/// What the tax service says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaxQuote {
    /// Rate in per cent by line.
    pub rates: Vec<(LineNo, Decimal)>,
    /// Tax of the whole order.
    pub tax: Amount,
    /// What each jurisdiction gets of it, if the service says so.
    pub levels: Vec<(Text, Amount)>,
}

/// Determines the tax of an order; without a quote it is our own computation, marked as degraded.
///
/// A quote that differs by more than a minor unit per line is not taken: our own tax stands, and the Tax hold asks a person. Once
/// released for that tax, it is not placed again. Without a quote nothing is known about a difference, so a hold that is there stays,
/// and tax that agrees with our own computation is left as the service said it. Source: domain §1.4.
pub fn determine(books: &mut dyn Books, id: OrderId, quote: Option<&TaxQuote>, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let account = books.account(&order.account)?.ok_or_else(|| Refusal::NotFound(Key::Account(order.account.clone())))?;
    let company = company(books)?;
    let day = company.calendar.local_day(cx.now);
    let computed = own(&company, &order, &account, day);
    let mut basis = TaxBasis {
        company_version: books.version(&Key::Company(Text::const_new(Company::KEY)))?,
        account_version: books.version(&Key::Account(order.account.clone()))?,
        day: Some(day),
        mode: computed.mode,
        jurisdictions: computed.levels.clone(),
        certificates: computed.certificates.clone(),
        quoted: quote.map(|quote| quote.tax),
        node: super::taxation::node(&company, &order).cloned(),
    };
    let tolerance = Amount(i64::try_from(order.lines.len()).unwrap_or(i64::MAX).max(1));
    let near = |tax: Amount| (tax - computed.tax).abs() <= tolerance;
    let scheme = computed.scheme;
    let Some(quote) = quote else {
        let stands = near(order.tax) && has_rates(&order, &computed.rates) && order.tax_scheme == scheme;
        drop(order);
        if !stands {
            let (rates, tax) = (computed.rates, computed.tax);
            books.record(&id, OrderEvent::TaxDetermined { rates, tax, degraded: true, scheme, basis });
        }
        return ask_about(books, id, &account.profile, computed.void, &company, cx);
    };
    let differs = differing_level(quote, &computed, tolerance);
    let taken = Some(quote).filter(|quote| near(quote.tax) && differs.is_none());
    let tax = taken.map_or(computed.tax, |quote| quote.tax);
    if let Some(quote) = taken.filter(|quote| !quote.levels.is_empty()) {
        basis.jurisdictions.clone_from(&quote.levels);
    }
    let quoted =
        |no: LineNo| taken.and_then(|quote| quote.rates.iter().find(|(line, _)| *line == no)).map(|(_, rate)| *rate);
    let rates: Vec<_> = computed.rates.iter().map(|(no, rate)| (*no, quoted(*no).unwrap_or(*rate))).collect();
    let is_known = order.tax == tax && has_rates(&order, &rates) && order.tax_scheme == scheme;
    // goods that leave from elsewhere are taxed there where the rule is that of the origin
    let is_known = is_known && order.taxed_from == basis.node;
    let is_accepted = taken.is_some() || order.tax_accepted == Some(computed.tax) || order.is_over();
    let currency = order.currency;
    drop(order);
    if !is_known {
        books.record(&id, OrderEvent::TaxDetermined { rates, tax, degraded: false, scheme, basis });
    }
    if is_accepted {
        let of_certificate = existing(books, id)?.holds.iter().any(Hold::is_of_certificate);
        if !of_certificate {
            lift(books, id, HoldKind::Tax, "the tax is right", cx)?;
        }
        return ask_about(books, id, &account.profile, computed.void, &company, cx);
    }
    let (level, theirs, ours) = differs.unwrap_or((Text::default(), quote.tax, computed.tax));
    let apart = (theirs - ours).abs();
    let of = if level.is_empty() { Text::default() } else { format_compact!(" of {level}") };
    let (theirs, ours) = (theirs.in_currency(currency).plain(), ours.in_currency(currency).plain());
    let reason = format_compact!("the tax service says {theirs}{of}, our own computation {ours}");
    // where only the jurisdictions differ, that is what is at stake
    let amount = (quote.tax - computed.tax).abs().max(apart);
    let amount = company.valued(amount, currency, company.calendar.local_day(cx.now));
    place_hold(books, id, HoldKind::Tax, reason, Vec::new(), amount, cx)
}

/// The jurisdiction of which the tax service says most otherwise than we do, with its tax and ours; none where it says nothing of single
/// ones. Source: domain §1.4 (jurisdictions).
fn differing_level(quote: &TaxQuote, computed: &TaxComputation, tolerance: Amount) -> Option<(Text, Amount, Amount)> {
    if quote.levels.is_empty() {
        return None;
    }
    let of = |levels: &[(Text, Amount)], name: &str| -> Amount {
        levels.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, tax)| *tax).sum()
    };
    let names = computed.levels.iter().chain(&quote.levels).map(|(name, _)| name);
    let sides = names.map(|name| (name.clone(), of(&quote.levels, name), of(&computed.levels, name)));
    let apart = |(_, theirs, ours): &(Text, Amount, Amount)| (*theirs - *ours).abs();
    // of several, the first
    sides.rev().max_by_key(apart).filter(|side| apart(side) > tolerance)
}

/// Asks about certificates and VAT numbers; nothing is looked at for customers without any.
fn ask_about(
    books: &mut dyn Books,
    id: OrderId,
    profile: &Profile,
    void: Option<(Text, Vec<LineNo>)>,
    company: &Company,
    cx: &Context,
) -> Result<(), Stop> {
    if profile.exemption.is_none() && profile.certificates.is_empty() && profile.tax_number.is_empty() {
        return Ok(());
    }
    certificate::ask(books, id, void, company.policy.void_certificate, cx)
}

fn has_rates(order: &Order, rates: &[(LineNo, Decimal)]) -> bool {
    rates.iter().all(|(no, rate)| order.line(*no).is_some_and(|line| line.tax_rate == *rate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccountEvent, Certificate};
    use crate::master::{CompanyEvent, TaxRate, VoidCertificate};
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::{Order, release_hold};
    use crate::tax::TaxScheme;

    /// 100.00 to Germany, where our own tables say 19 %.
    fn case() -> (Story, OrderId) {
        let mut story = Story::new();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        let rate = Decimal::from(19i64);
        company.taxes = vec![TaxRate { jurisdiction: "DE".into(), rate, ..TaxRate::default() }];
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        let id = story.receive(&story.submission()).unwrap();
        (story, id)
    }

    fn quote(tax: i64) -> TaxQuote {
        TaxQuote { rates: vec![(LineNo(1), Decimal::from(19i64))], tax: Amount(tax), levels: Vec::new() }
    }

    #[test]
    fn a_quote_that_differs_by_a_cent_is_taken_and_stays_without_the_service() {
        let (mut story, id) = case();
        determine(story.books(), id, Some(&quote(1_901)), &at(1)).unwrap();
        determine(story.books(), id, None, &at(2)).unwrap();
        assert_eq!((story.order(id).tax, story.order(id).holds.len()), (Amount(1_901), 0));
    }

    #[test]
    fn domain_1_5_3_a_tax_tells_rules_versions_and_inputs() {
        let (mut story, id) = case();
        story.books.take_events();
        determine(story.books(), id, Some(&quote(1_901)), &at(1)).unwrap();
        let events = story.books.take_events();
        let [crate::Event::Order(_, OrderEvent::TaxDetermined { basis, .. })] = &events[..] else { panic!("{events:?}") };
        assert_eq!((&basis.jurisdictions[..], basis.quoted), (&[("DE".into(), Amount(1_900))][..], Some(Amount(1_901))));
        let key = Key::Company(Company::KEY.into());
        assert_eq!((basis.company_version, basis.day.is_some()), (story.books().version(&key).unwrap(), true));
    }

    #[test]
    fn without_the_service_our_own_tax_counts() {
        let (mut story, id) = case();
        story.books.take_events();
        determine(story.books(), id, None, &at(1)).unwrap();
        assert!(matches!(
            story.books.take_events()[..],
            [crate::Event::Order(_, OrderEvent::TaxDetermined { degraded: true, .. })]
        ));
        assert_eq!(story.order(id).tax, Amount(1_900));
        determine(story.books(), id, None, &at(2)).unwrap();
        assert_eq!(story.books.take_events(), []);
    }

    #[test]
    fn a_disputed_tax_is_held_until_a_person_decides_and_then_no_more() {
        let (mut story, id) = case();
        determine(story.books(), id, Some(&quote(1_600)), &at(1)).unwrap();
        assert_eq!((story.order(id).tax, story.order(id).holds[0].amount), (Amount(1_900), Amount(300)));
        determine(story.books(), id, None, &at(2)).unwrap();
        assert!(story.order(id).is_held_by(HoldKind::Tax));
        release_hold(story.books(), id, HoldKind::Tax, "ours is right", &clerk("ann", 3)).unwrap();
        determine(story.books(), id, Some(&quote(1_600)), &at(4)).unwrap();
        assert!(story.order(id).holds.is_empty());
    }

    #[test]
    fn a_quote_that_agrees_lifts_the_hold() {
        let (mut story, id) = case();
        determine(story.books(), id, Some(&quote(1_600)), &at(1)).unwrap();
        determine(story.books(), id, Some(&quote(1_900)), &at(2)).unwrap();
        assert!(story.order(id).holds.is_empty());
    }

    #[test]
    fn domain_1_4_a_quote_is_held_against_our_own_tax_jurisdiction_by_jurisdiction() {
        let (mut story, id) = case();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        let rate = |jurisdiction: &str, rate: i64| {
            let (jurisdiction, rate) = (jurisdiction.into(), Decimal::from(rate));
            TaxRate { jurisdiction, rate, ..TaxRate::default() }
        };
        company.taxes = vec![rate("US-CA", 6), rate("US-CA/LA", 2)];
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        let mut order = (*story.order(id)).clone();
        (order.ship_to.country, order.ship_to.region, order.ship_to.county) = ("US".into(), "CA".into(), "LA".into());
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        let quote = |state, county| TaxQuote {
            levels: vec![("US-CA".into(), Amount(state)), ("US-CA/La".into(), Amount(county))],
            rates: vec![(LineNo(1), Decimal::from(8i64))],
            tax: Amount(800),
        };
        determine(story.books(), id, Some(&quote(600, 200)), &at(1)).unwrap();
        assert_eq!((story.order(id).tax, story.order(id).holds.len()), (Amount(800), 0));
        // the same in all, and for others
        determine(story.books(), id, Some(&quote(550, 250)), &at(2)).unwrap();
        let hold = story.order(id).holds[0].clone();
        assert!(hold.kind == HoldKind::Tax && hold.reason.contains("5.50 of US-CA, our own computation 6.00"), "{hold:?}");
        assert_eq!(hold.amount, Amount(50));
        let mut little = clerk("ann", 3);
        little.actor.limit = Some(Amount(49));
        let refused = release_hold(story.books(), id, HoldKind::Tax, "as they say", &little);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{refused:?}");
    }

    /// Says whether somebody has verified the VAT number of the customer.
    fn verify(story: &mut Story, verified: bool) {
        let account = AccountId::from("ACME");
        let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
        (profile.tax_number, profile.tax_number_verified) = ("FR12345678901".into(), verified);
        let event = AccountEvent::ProfileSet { id: account.clone(), profile: Box::new(profile) };
        story.books().record(&account, event);
    }

    #[test]
    fn domain_1_4_what_was_ordered_by_reverse_charge_is_billed_so_whatever_is_known_of_the_customer_by_then() {
        let (mut story, id) = case();
        let mut order = (*story.order(id)).clone();
        order.ship_to.country = "FR".into();
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        verify(&mut story, true);
        determine(story.books(), id, None, &at(1)).unwrap();
        assert_eq!(story.order(id).tax_scheme, TaxScheme::ReverseCharge);
        story.stock("X", "WH1", 10);
        crate::order::approve(story.books(), id, &at(3)).unwrap();
        crate::order::promise(story.books(), id, &at(3)).unwrap();
        story.ship_everything(id);
        verify(&mut story, false);
        let invoice = crate::billing::bill(story.books(), id, &at(4)).unwrap()[0];
        let posted = story.books().invoice(&invoice).unwrap().unwrap();
        assert_eq!((posted.tax, posted.tax_scheme), (Amount(0), TaxScheme::ReverseCharge));
    }

    #[test]
    fn domain_1_4_a_vat_number_that_is_not_verified_charges_tax_and_makes_a_task() {
        let (mut story, id) = case();
        let mut order = (*story.order(id)).clone();
        order.ship_to.country = "FR".into();
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        let rate = Decimal::from(20i64);
        company.taxes.push(TaxRate { jurisdiction: "FR".into(), rate, ..TaxRate::default() });
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        verify(&mut story, false);
        determine(story.books(), id, None, &at(1)).unwrap();
        assert_eq!((story.order(id).tax, tasks(&mut story, id)), (Amount(2_000), 1));
        verify(&mut story, true);
        determine(story.books(), id, None, &at(2)).unwrap();
        assert_eq!((story.order(id).tax, tasks(&mut story, id)), (Amount(0), 0));
        story.stock("X", "WH1", 10);
        crate::order::approve(story.books(), id, &at(3)).unwrap();
        crate::order::promise(story.books(), id, &at(3)).unwrap();
        story.ship_everything(id);
        let invoice = crate::billing::bill(story.books(), id, &at(4)).unwrap()[0];
        let posted = story.books().invoice(&invoice).unwrap().unwrap();
        assert_eq!((posted.tax, posted.tax_scheme), (Amount(0), TaxScheme::ReverseCharge));
    }

    /// The same customer with a certificate, and what happens if it does not count.
    fn exempt(certificate: Certificate, policy: VoidCertificate) -> (Story, OrderId) {
        let (mut story, id) = case();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.void_certificate = policy;
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        set(&mut story, certificate);
        (story, id)
    }

    fn set(story: &mut Story, certificate: Certificate) {
        let account = AccountId::from("ACME");
        let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
        profile.certificates = vec![certificate];
        let event = AccountEvent::ProfileSet { id: account.clone(), profile: Box::new(profile) };
        story.books().record(&account, event);
    }

    fn certificate() -> Certificate {
        let day = |day: &str| Some(day.parse().unwrap());
        Certificate {
            number: "EX-1".into(),
            jurisdiction: "DE".into(),
            from: day("2026-01-01"),
            until: day("2026-12-31"),
            verified: true,
            ..Certificate::default()
        }
    }

    #[test]
    fn domain_1_4_a_certificate_exempts_what_it_is_for_while_it_is_valid_and_verified() {
        let day = |day: &str| Some(day.parse().unwrap());
        let cases = [
            (certificate(), 0),
            (Certificate { jurisdiction: Text::default(), ..certificate() }, 0),
            (Certificate { jurisdiction: "FR".into(), ..certificate() }, 1_900),
            (Certificate { category: "food".into(), ..certificate() }, 1_900),
            (Certificate { verified: false, ..certificate() }, 1_900),
            (Certificate { until: day("2026-03-01"), ..certificate() }, 1_900),
            (Certificate { from: day("2026-03-03"), ..certificate() }, 1_900),
        ];
        for (certificate, tax) in cases {
            let (mut story, id) = exempt(certificate.clone(), VoidCertificate::Charge);
            determine(story.books(), id, None, &at(1)).unwrap();
            assert_eq!(story.order(id).tax, Amount(tax), "{certificate:?}");
        }
    }

    fn tasks(story: &mut Story, id: OrderId) -> usize {
        let subject = crate::exception::Subject { order: Some(id), account: Some("ACME".into()), key: None, line: None };
        let asked = crate::exception::of_subject(story.books(), crate::exception::ExceptionKind::Tax, &subject).unwrap();
        asked.iter().count()
    }

    #[test]
    fn domain_1_4_an_expired_certificate_charges_tax_and_makes_a_task_that_its_renewal_ends() {
        let expired = Certificate { until: Some("2026-03-01".parse().unwrap()), ..certificate() };
        let (mut story, id) = exempt(expired, VoidCertificate::Charge);
        determine(story.books(), id, Some(&quote(1_900)), &at(1)).unwrap();
        assert_eq!((story.order(id).tax, story.order(id).holds.len(), tasks(&mut story, id)), (Amount(1_900), 0, 1));
        set(&mut story, certificate());
        determine(story.books(), id, None, &at(2)).unwrap();
        assert_eq!((story.order(id).tax, tasks(&mut story, id)), (Amount(0), 0));
    }

    #[test]
    fn domain_1_4_an_expired_certificate_holds_where_the_policy_says_so_until_it_counts_or_tax_is_accepted() {
        let expired = Certificate { until: Some("2026-03-01".parse().unwrap()), ..certificate() };
        let (mut story, id) = exempt(expired, VoidCertificate::Hold);
        determine(story.books(), id, Some(&quote(1_900)), &at(1)).unwrap();
        let hold = story.order(id).holds[0].clone();
        assert!(hold.kind == HoldKind::Tax && hold.reason.contains("EX-1 was valid until 2026-03-01"), "{hold:?}");
        let mut renewed = story.clone();
        set(&mut renewed, certificate());
        determine(renewed.books(), id, None, &at(2)).unwrap();
        assert_eq!((renewed.order(id).tax, renewed.order(id).holds.len()), (Amount(0), 0));
        release_hold(story.books(), id, HoldKind::Tax, "they pay tax", &clerk("ann", 3)).unwrap();
        determine(story.books(), id, Some(&quote(1_900)), &at(4)).unwrap();
        assert_eq!((story.order(id).tax, story.order(id).holds.len()), (Amount(1_900), 0));
    }

    #[test]
    fn domain_1_4_the_rate_is_that_of_the_tax_point_date_and_a_credit_note_keeps_it() {
        let (mut story, id) = case();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        let (from, rate) = (Some("2026-03-02".parse().unwrap()), Decimal::from(16i64));
        company.taxes.push(TaxRate { jurisdiction: "DE".into(), rate, from, ..TaxRate::default() });
        story.books().record(&key, CompanyEvent::Set(Box::new(company.clone())));
        // ordered the day before, at 19 %
        story.stock("X", "WH1", 10);
        let received_at = at(-24 * 60).now;
        let order = Order { received_at, ..(*story.order(id)).clone() };
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        determine(story.books(), id, None, &at(-24 * 60)).unwrap();
        assert_eq!(story.order(id).tax, Amount(1_900));
        crate::order::approve(story.books(), id, &at(1)).unwrap();
        crate::order::promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        let invoice = crate::billing::bill(story.books(), id, &at(4)).unwrap()[0];
        assert_eq!(story.books().invoice(&invoice).unwrap().unwrap().tax, Amount(1_600));
        // whatever the rate is when the goods come back
        company.taxes.retain(|rate| rate.from.is_none());
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        let note = crate::billing::credit_note(story.books(), invoice, None, &[], "returned", &at(9)).unwrap();
        assert_eq!(story.books().invoice(&note).unwrap().unwrap().tax, Amount(1_600));
        story.check();
    }
}
