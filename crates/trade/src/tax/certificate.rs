//! Exemption certificates: who need not pay tax, and what is asked about one that does not count (domain §1.4).

use compact_str::format_compact;
use units::{Day, Text};

use super::jurisdiction::is_within;
use crate::account::{Certificate, Profile};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::exception::{self, ExceptionKind, Raise, Subject};
use crate::ids::{LineNo, OrderId};
use crate::master::VoidCertificate;
use crate::order::{Hold, HoldKind, company, existing, lift, place_hold};

/// What a customer's certificates say of a tax category in a jurisdiction on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exemption<'a> {
    /// There is none for it.
    None,
    /// One exempts it; its number.
    Valid(&'a Text),
    /// There is one, and it does not count; why.
    Void(Text),
}

/// A certificate of a customer, and why it does not count on a day; an empty jurisdiction or tax category stands for all.
struct Claim<'a> {
    number: &'a Text,
    jurisdiction: &'a str,
    category: &'a str,
    flaw: Option<Text>,
}

fn claims(profile: &Profile, day: Day) -> impl Iterator<Item = Claim<'_>> {
    let whole = profile.exemption.iter().map(move |(number, until)| Claim {
        number,
        jurisdiction: "",
        category: "",
        flaw: (*until < day).then(|| format_compact!("certificate {number} was valid until {until}")),
    });
    whole.chain(profile.certificates.iter().map(move |certificate| Claim {
        number: &certificate.number,
        jurisdiction: &certificate.jurisdiction,
        category: &certificate.category,
        flaw: certificate.flaw(day),
    }))
}

/// One that counts is enough, whatever became of the others.
pub(super) fn exemption<'a>(profile: &'a Profile, jurisdiction: &str, category: &str, day: Day) -> Exemption<'a> {
    let mut void = None;
    for claim in claims(profile, day) {
        let is_for = claim.category.is_empty() || claim.category == category;
        if is_for && is_within(jurisdiction, claim.jurisdiction) {
            match claim.flaw {
                None => return Exemption::Valid(claim.number),
                Some(why) => void = void.or(Some(why)),
            }
        }
    }
    void.map_or(Exemption::None, Exemption::Void)
}

/// The certificates of a customer that count on a day: number, jurisdiction and tax category of each, the last two empty for all.
pub fn exemptions(profile: &Profile, day: Day) -> impl Iterator<Item = (&str, &str, &str)> {
    let counting = claims(profile, day).filter(|claim| claim.flaw.is_none());
    counting.map(|claim| (claim.number.as_str(), claim.jurisdiction, claim.category))
}

impl Certificate {
    fn flaw(&self, day: Day) -> Option<Text> {
        let number = &self.number;
        match (self.from, self.until) {
            (_, Some(until)) if until < day => Some(format_compact!("certificate {number} was valid until {until}")),
            (Some(from), _) if day < from => Some(format_compact!("certificate {number} is valid from {from} on")),
            _ => (!self.verified).then(|| format_compact!("certificate {number} is not verified")),
        }
    }
}

/// Holds an order whose certificate does not count, or has somebody see to the certificate while tax is charged, by the company's policy;
/// ends both once it counts. Whoever has released the hold for that tax is not asked again.
pub(super) fn ask(
    books: &mut dyn Books,
    id: OrderId,
    void: Option<(Text, Vec<LineNo>)>,
    policy: VoidCertificate,
    cx: &Context,
) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let of_tax = order.holds.iter().find(|hold| hold.kind == HoldKind::Tax);
    let held = of_tax.is_some_and(Hold::is_of_certificate);
    let is_quote_asked = of_tax.is_some() && !held;
    let is_settled = order.tax_accepted == Some(order.tax) || order.is_over();
    let company = company(books)?;
    let tax = company.valued(order.tax, order.currency, company.calendar.local_day(cx.now));
    let is_new = order.approved_at.is_none();
    let subject = Subject { order: Some(id), account: Some(order.account.clone()), key: None, line: None };
    drop(order);
    match void {
        Some((why, lines)) if policy == VoidCertificate::Hold && !is_settled && !is_quote_asked => {
            let reason = format_compact!("no exemption counts: {why}; renew or verify it, or charge tax");
            place_hold(books, id, HoldKind::Tax, reason, lines, tax, cx)
        }
        Some((why, _)) if policy == VoidCertificate::Charge && is_new => {
            let reason = format_compact!("no exemption counts: {why}; tax is charged until it is renewed or verified");
            exception::raise(books, Raise { amount: tax, ..Raise::new(ExceptionKind::Tax, subject, reason) }, cx)?;
            Ok(())
        }
        Some(_) => Ok(()),
        None if held => lift(books, id, HoldKind::Tax, "the exemption counts", cx),
        None if is_quote_asked => Ok(()),
        None => match exception::of_subject(books, ExceptionKind::Tax, &subject)? {
            Some(asked) => exception::clear(books, asked, "the exemption counts", cx),
            None => Ok(()),
        },
    }
}
