//! Quotes as CSV.

use std::collections::BTreeMap;

use trade::master::Quote;
use units::{Currency, Day, Text};

use super::prices::{insert, tier};
use crate::csv_table::{Row, rows, short};
use crate::{Finding, Place, Read};

const COLUMNS: [&str; 9] = ["quote", "account", "description", "currency", "from", "to", "item", "quantity", "price"];
/// Columns that concern the whole quote.
const WHOLE: [&str; 5] = ["account", "description", "currency", "from", "to"];

/// A quote whose rows are being read.
struct Open<'a> {
    place: Place,
    first: Row<'a>,
    quote: Quote,
    /// Nothing was wrong so far. Half of a quote is another quote, so one with a wrong row is left out as a whole.
    sound: bool,
}

pub(super) fn read(text: &str, name: &str) -> Read<Quote> {
    let mut read = Read::default();
    let mut open: BTreeMap<Text, Open<'_>> = BTreeMap::new();
    let mut at_hand = Text::default();
    rows(text, name, &COLUMNS, &["quote", "account", "item", "price"], &mut read, |read, row| {
        let taken = row.map_err(Box::new).and_then(|row| {
            at_hand = row.needed("quote")?.into();
            take(&mut open, &at_hand, row)
        });
        if let Err(finding) = taken {
            read.find(*finding);
            // of a row that does not say whose it is, the one at hand is the likeliest
            if let Some(quote) = open.get_mut(&at_hand) {
                quote.sound = false;
            }
        }
    });
    let sound = open.into_values().filter(|open| open.sound);
    read.records = sound.map(|Open { place, quote, .. }| (place, quote)).collect();
    read
}

fn take<'a>(open: &mut BTreeMap<Text, Open<'a>>, number: &Text, row: Row<'a>) -> Result<(), Box<Finding>> {
    if let Some(known) = open.get_mut(number) {
        consistent(&known.first, &row)?;
        return price(&mut known.quote, &row);
    }
    // a quote is kept although its first row is wrong: its other rows must not make one of their own
    let (mut quote, mut sound, mut wrong) = (Quote::default(), false, None);
    match header(number, &row).and_then(|header| {
        quote = header;
        price(&mut quote, &row)
    }) {
        Ok(()) => sound = true,
        Err(finding) => wrong = Some(finding),
    }
    open.insert(number.clone(), Open { place: row.place(), first: row, quote, sound });
    wrong.map_or(Ok(()), Err)
}

fn header(number: &Text, row: &Row<'_>) -> Result<Quote, Box<Finding>> {
    let day = |column: &str| row.parsed::<Day>(column, "write days as 2026-11-23");
    Ok(Quote {
        number: number.clone(),
        account: row.needed("account")?.into(),
        description: row.get("description").into(),
        currency: row.parsed::<Currency>("currency", "give a currency code such as EUR, or nothing for the account's")?,
        from: day("from")?,
        to: day("to")?,
        ..Quote::default()
    })
}

fn consistent(first: &Row<'_>, row: &Row<'_>) -> Result<(), Box<Finding>> {
    for column in WHOLE {
        let (given, before) = (row.get(column), first.get(column));
        if !given.is_empty() && given != before {
            let cause = format!("`{}` contradicts the first row of the quote, which says `{}`", short(given), short(before));
            return Err(Box::new(row.wrong(column, cause, "give it once per quote")));
        }
    }
    Ok(())
}

fn price(quote: &mut Quote, row: &Row<'_>) -> Result<(), Box<Finding>> {
    let tier = tier(row)?;
    insert(&mut quote.entries.entry(row.needed("item")?.into()).or_default().tiers, tier, row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotes(text: &str) -> (Vec<Quote>, Vec<String>) {
        let read = read(text, "f");
        let quotes = read.records.into_iter().map(|(_, quote)| quote).collect();
        (quotes, read.findings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_quote_has_one_customer_one_time_and_tiers() {
        let text = "quote,account,from,to,item,quantity,price\n\
                    Q-1,ACME,2026-03-01,2026-03-31,X,,9.50\nQ-1,,,,X,100,9.20\nQ-1,,,,Y,,3\nQ-2,BERT,,,X,,10\n";
        let (quotes, findings) = quotes(text);
        assert_eq!(findings, [] as [String; 0]);
        assert_eq!((quotes[0].number.as_str(), quotes[0].account.as_str()), ("Q-1", "ACME"));
        assert_eq!(quotes[0].to, "2026-03-31".parse().ok());
        let tiers = |at: usize, item: &str| {
            let tiers = &quotes[at].entries[&item.into()].tiers;
            tiers.iter().map(|tier| (tier.from.0, tier.price.to_string())).collect::<Vec<_>>()
        };
        assert_eq!(tiers(0, "X"), [(1, "9.5".into()), (100, "9.2".into())]);
        assert_eq!((tiers(0, "Y"), tiers(1, "X")), (vec![(1, "3".into())], vec![(1, "10".into())]));
    }

    #[test]
    fn half_of_a_quote_is_not_taken() {
        let header = "quote,account,item,price\n";
        let left = |rows: &str| {
            let (quotes, findings) = quotes(&format!("{header}{rows}"));
            (quotes.iter().map(|quote| quote.number.to_string()).collect::<Vec<_>>(), findings.len())
        };
        assert_eq!(left("Q-1,A,X,9\nQ-1,A,Y,dear\nQ-2,A,X,9\n"), (vec!["Q-2".into()], 1));
        assert_eq!(left("Q-1,A,X,dear\nQ-1,A,Y,9\nQ-2,A,X,9\n"), (vec!["Q-2".into()], 1));
        assert_eq!(left("Q-1,A,X,9\nQ-1,B,Y,9\n"), (vec![], 1));
        assert_eq!(left("Q-1,A,X,9\nQ-1,A,X,8\n"), (vec![], 1));
        assert_eq!(left("Q-1,A,X,9\nQ-1,A\n"), (vec![], 1));
    }
}
