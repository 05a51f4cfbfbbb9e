//! The tax of an order: what the tax service says, if it agrees with our own computation.

use compact_str::format_compact;
use units::{Amount, Decimal};

use super::compute::own;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::{HoldKind, Order, OrderEvent, company, existing, lift, place_hold};
use crate::refusal::Refusal;

/// What the tax service says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaxQuote {
    /// Rate in per cent by line.
    pub rates: Vec<(LineNo, Decimal)>,
    /// Tax of the whole order.
    pub tax: Amount,
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
    let computed = own(&company, &order, &account, company.calendar.local_day(cx.now));
    let tolerance = Amount(i64::try_from(order.lines.len()).unwrap_or(i64::MAX).max(1));
    let near = |tax: Amount| (tax - computed.tax).abs() <= tolerance;
    let Some(quote) = quote else {
        let stands = near(order.tax) && has_rates(&order, &computed.rates);
        drop(order);
        if !stands {
            books.record(&id, OrderEvent::TaxDetermined { rates: computed.rates, tax: computed.tax, degraded: true });
        }
        return Ok(());
    };
    let taken = Some(quote).filter(|quote| near(quote.tax));
    let tax = taken.map_or(computed.tax, |quote| quote.tax);
    let quoted =
        |no: LineNo| taken.and_then(|quote| quote.rates.iter().find(|(line, _)| *line == no)).map(|(_, rate)| *rate);
    let rates: Vec<_> = computed.rates.iter().map(|(no, rate)| (*no, quoted(*no).unwrap_or(*rate))).collect();
    let is_known = order.tax == tax && has_rates(&order, &rates);
    let is_accepted = taken.is_some() || order.tax_accepted == Some(computed.tax) || order.is_over();
    let currency = order.currency;
    drop(order);
    if !is_known {
        books.record(&id, OrderEvent::TaxDetermined { rates, tax, degraded: false });
    }
    if is_accepted {
        return lift(books, id, HoldKind::Tax, "the tax is right", cx);
    }
    let (theirs, ours) = (quote.tax.to_decimal(currency), computed.tax.to_decimal(currency));
    let reason = format_compact!("the tax service says {theirs}, our own computation {ours}");
    let amount = (quote.tax - computed.tax).abs();
    place_hold(books, id, HoldKind::Tax, reason, Vec::new(), amount, cx)
}

fn has_rates(order: &Order, rates: &[(LineNo, Decimal)]) -> bool {
    rates.iter().all(|(no, rate)| order.line(*no).is_some_and(|line| line.tax_rate == *rate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::{Company, CompanyEvent, TaxRate};
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::release_hold;
    use units::Text;

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
        TaxQuote { rates: vec![(LineNo(1), Decimal::from(19i64))], tax: Amount(tax) }
    }

    #[test]
    fn a_quote_that_differs_by_a_cent_is_taken_and_stays_without_the_service() {
        let (mut story, id) = case();
        determine(story.books(), id, Some(&quote(1_901)), &at(1)).unwrap();
        determine(story.books(), id, None, &at(2)).unwrap();
        assert_eq!((story.order(id).tax, story.order(id).holds.len()), (Amount(1_901), 0));
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
}
