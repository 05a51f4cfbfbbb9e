//! Quotes: prices that were offered to one customer for a time (domain §1.3).

use std::collections::BTreeMap;

use compact_str::format_compact;
use serde::{Deserialize, Serialize};
use units::{Currency, Day, Text};

use super::price_book::{PriceTier, Tiering};
use super::put::{check_days, check_tiers};
use crate::books::{Books, Folded, Stop};
use crate::context::Context;
use crate::ids::{AccountId, ItemId};
use crate::order::company;
use crate::refusal::Refusal;

/// Prices that were offered to a customer. They count for orders and lines that name the quote, before everything else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quote {
    /// Its number, as the customer names it.
    pub number: Text,
    /// To whom it was made.
    pub account: AccountId,
    /// What it is about.
    pub description: Text,
    /// The currency of its prices; `None` for the one in which the account is kept.
    pub currency: Option<Currency>,
    /// First day; `None` since ever.
    pub from: Option<Day>,
    /// Last day; `None` for ever.
    pub to: Option<Day>,
    /// Prices by item.
    pub entries: BTreeMap<ItemId, QuotedPrice>,
}

/// What was offered for an item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct QuotedPrice {
    /// How tiers are used.
    pub tiering: Tiering,
    /// Tiers by ascending quantity.
    pub tiers: Vec<PriceTier>,
}

/// What happens to a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuoteEvent {
    /// It was set as a whole.
    Set(Box<Quote>),
}

impl Folded for Quote {
    type Event = QuoteEvent;

    fn apply(&mut self, event: &QuoteEvent) {
        match event {
            QuoteEvent::Set(quote) => *self = (**quote).clone(),
        }
    }
}

/// Sets a quote as a whole. Orders that were priced by it keep their prices.
///
/// Refused without a number, for an account that is unknown or kept in another currency, without a price, and for days and tiers as in
/// [`super::put_price_book`]. Source: domain §1.3.
pub fn put_quote(books: &mut dyn Books, quote: &Quote, _cx: &Context) -> Result<(), Stop> {
    if quote.number.trim().is_empty() {
        return Err(Refusal::invalid("number", "empty", "the quote's number, such as Q-1001").into());
    }
    let Some(account) = books.account(&quote.account)? else {
        return Err(Refusal::invalid("account", &quote.account, "the number of an account that we know").into());
    };
    let kept = account.currency(&*company(books)?);
    if quote.currency.is_some_and(|currency| currency != kept) {
        let given = format_compact!("{}", quote.currency.unwrap_or(kept));
        let wanted = format_compact!("{kept}, in which the account is kept");
        return Err(Refusal::Invalid { field: Text::const_new("currency"), given, wanted }.into());
    }
    check_days("", quote.from, quote.to)?;
    if quote.entries.is_empty() {
        return Err(Refusal::invalid("entries", "empty", "at least one item with a price").into());
    }
    for (item, price) in &quote.entries {
        check_tiers(&format!("entries.{item}"), price.tiering, &price.tiers)?;
    }
    if books.quote(&quote.number)?.is_none_or(|before| *before != *quote) {
        books.record(&quote.number, QuoteEvent::Set(Box::new(quote.clone())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};
    use units::{Decimal, Quantity};

    fn quote() -> Quote {
        let tiers = vec![PriceTier { from: Quantity(1), price: Decimal::from(9i64) }];
        let entries = [(ItemId::from("X"), QuotedPrice { tiers, ..QuotedPrice::default() })].into();
        Quote { number: "Q-1".into(), account: "ACME".into(), entries, ..Quote::default() }
    }

    #[test]
    fn a_quote_that_could_not_be_kept_is_refused_with_the_field() {
        let refused = |quote: Quote| match put_quote(Story::new().books(), &quote, &at(0)) {
            Err(Stop::Refused(Refusal::Invalid { field, .. })) => field.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(Quote { number: " ".into(), ..quote() }), "number");
        assert_eq!(refused(Quote { account: "NOBODY".into(), ..quote() }), "account");
        assert_eq!(refused(Quote { currency: Some(Currency::USD), ..quote() }), "currency");
        let (from, to) = ("2026-03-02".parse().ok(), "2026-03-01".parse().ok());
        assert_eq!(refused(Quote { from, to, ..quote() }), "to");
        assert_eq!(refused(Quote { entries: BTreeMap::new(), ..quote() }), "entries");
        let empty = [(ItemId::from("X"), QuotedPrice::default())].into();
        assert_eq!(refused(Quote { entries: empty, ..quote() }), "entries.X.tiers");
    }

    #[test]
    fn the_same_quote_again_is_no_news() {
        let mut story = Story::new();
        put_quote(story.books(), &quote(), &at(0)).unwrap();
        story.books.take_events();
        put_quote(story.books(), &quote(), &at(1)).unwrap();
        assert!(story.books.take_events().is_empty());
        put_quote(story.books(), &Quote { description: "spring".into(), ..quote() }, &at(2)).unwrap();
        assert_eq!(story.books.take_events().len(), 1);
    }
}
