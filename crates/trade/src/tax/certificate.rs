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
use crate::order::{HoldKind, company, existing, lift, place_hold};

/// What a customer's certificates say of a tax category in a jurisdiction on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exemption {
    /// There is none for it.
    None,
    /// One exempts it.
    Valid,
    /// There is one, and it does not count; why.
    Void(Text),
}

/// The number of the certificate that exempts a tax category in a jurisdiction on a day.
pub(crate) fn exempting<'a>(profile: &'a Profile, jurisdiction: &str, category: &str, day: Day) -> Option<&'a Text> {
    let whole = profile.exemption.iter().filter(|(_, until)| day <= *until).map(|(number, _)| number);
    let fitting = profile.certificates.iter().filter(|certificate| certificate.covers(jurisdiction, category));
    whole.chain(fitting.filter(|certificate| certificate.flaw(day).is_none()).map(|certificate| &certificate.number)).next()
}

/// One that counts is enough, whatever became of the others.
pub(super) fn exemption(profile: &Profile, jurisdiction: &str, category: &str, day: Day) -> Exemption {
    if exempting(profile, jurisdiction, category, day).is_some() {
        return Exemption::Valid;
    }
    let whole =
        profile.exemption.iter().map(|(number, until)| format_compact!("certificate {number} was valid until {until}"));
    let fitting = profile.certificates.iter().filter(|certificate| certificate.covers(jurisdiction, category));
    let void = whole.chain(fitting.filter_map(|certificate| certificate.flaw(day))).next();
    void.map_or(Exemption::None, Exemption::Void)
}

/// The certificates of a customer that count on a day: number, jurisdiction and tax category of each, the last two empty for all.
pub fn exemptions(profile: &Profile, day: Day) -> impl Iterator<Item = (&str, &str, &str)> {
    let whole =
        profile.exemption.iter().filter(move |(_, until)| day <= *until).map(|(number, _)| (number.as_str(), "", ""));
    let counts = move |certificate: &&Certificate| certificate.flaw(day).is_none();
    let parts = profile.certificates.iter().filter(counts);
    whole.chain(parts.map(|one| (one.number.as_str(), one.jurisdiction.as_str(), one.category.as_str())))
}

impl Certificate {
    fn covers(&self, jurisdiction: &str, category: &str) -> bool {
        is_within(jurisdiction, &self.jurisdiction) && (self.category.is_empty() || self.category == category)
    }

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
///
/// A hold about certificates names the lines that they would exempt, which one about a tax service's quote does not.
pub(super) fn ask(
    books: &mut dyn Books,
    id: OrderId,
    void: Option<(Text, Vec<LineNo>)>,
    policy: VoidCertificate,
    cx: &Context,
) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let of_tax = order.holds.iter().find(|hold| hold.kind == HoldKind::Tax);
    let (held, is_quote_asked) =
        (of_tax.is_some_and(|hold| !hold.lines.is_empty()), of_tax.is_some_and(|hold| hold.lines.is_empty()));
    let is_settled = order.tax_accepted == Some(order.tax) || order.is_over();
    let company = company(books)?;
    let tax = company.valued(order.tax, order.currency, company.calendar.local_day(cx.now));
    let is_new = order.approved_at.is_none();
    let subject = Subject { order: Some(id), account: Some(order.account.clone()), key: None };
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
