//! The tax of an order: what the tax service says, if it agrees with our own computation.

use compact_str::format_compact;
use units::{Amount, Decimal};

use super::compute::own;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::{HoldKind, OrderEvent, company, existing, lift, place_hold};
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
/// released for that tax, it is not placed again. Source: domain §1.4.
pub fn determine(books: &mut dyn Books, id: OrderId, quote: Option<&TaxQuote>, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let account = books.account(&order.account)?.ok_or_else(|| Refusal::NotFound(Key::Account(order.account.clone())))?;
    let computed = own(&*company(books)?, &order, &account, cx.now.day());
    let tolerance = Amount(i64::try_from(order.lines.len()).unwrap_or(i64::MAX).max(1));
    let agrees = quote.is_none_or(|quote| (quote.tax - computed.tax).abs() <= tolerance);
    let taken = quote.filter(|_| agrees);
    let tax = taken.map_or(computed.tax, |quote| quote.tax);
    let quoted =
        |no: LineNo| taken.and_then(|quote| quote.rates.iter().find(|(line, _)| *line == no)).map(|(_, rate)| *rate);
    let rates: Vec<_> = computed.rates.iter().map(|(no, rate)| (*no, quoted(*no).unwrap_or(*rate))).collect();
    let same = order.tax == tax && rates.iter().all(|(no, rate)| order.line(*no).is_some_and(|line| line.tax_rate == *rate));
    let (currency, accepted, is_over) = (order.currency, order.tax_accepted, order.is_over());
    drop(order);
    if !same {
        books.record(&id, OrderEvent::TaxDetermined { rates, tax, degraded: quote.is_none() });
    }
    match quote.filter(|_| !agrees && accepted != Some(computed.tax) && !is_over) {
        None => lift(books, id, HoldKind::Tax, "the tax is right", cx),
        Some(quote) => {
            let (theirs, ours) = (quote.tax.to_decimal(currency), computed.tax.to_decimal(currency));
            let reason = format_compact!("the tax service says {theirs}, our own computation {ours}");
            let amount = (quote.tax - computed.tax).abs();
            place_hold(books, id, HoldKind::Tax, reason, Vec::new(), amount, cx)
        }
    }
}
