//! Which version of a pricing rule counted, and on which inputs.

use units::{Day, Text};

use crate::books::{Books, Key, Stop};
use crate::master::{Company, Item};
use crate::order::{Applied, Line};

/// What a price goes back to. Source: domain §1 (conventions: every rule outcome carries rule, version and inputs).
pub(super) fn applied(books: &mut dyn Books, rule: &str, item: &Item, line: &Line, day: Day) -> Result<Applied, Stop> {
    let holder = match rule {
        rule if rule.starts_with("list price") => Key::Item(item.id.clone()),
        "customer's price" => Key::Company(Text::const_new(Company::KEY)),
        rule if rule.starts_with("promotion ") => Key::Company(Text::const_new(Company::KEY)),
        rule => match rule.strip_prefix("quote ") {
            Some(number) => Key::Quote(number.into()),
            None => Key::PriceBook(rule.into()),
        },
    };
    let version = books.version(&holder)?;
    let (units, requested) = (line.ordered() - line.buckets.cancelled, line.requested_price);
    // a rule that nobody holds was agreed on for this line alone
    Ok(Applied { holder: (version > 0).then_some(holder), version, units, day: Some(day), requested })
}

#[cfg(test)]
mod tests {
    use units::{Decimal, Quantity};

    use super::*;
    use crate::ids::ItemId;
    use crate::master::{PriceBook, PriceEntry, PriceTier, put_item, put_price_book};
    use crate::order::fixture::{Story, at, submitted};
    use crate::order::{OrderEvent, Submission, SubmittedLine};
    use crate::price::validate;

    /// What the price of ten units goes back to, for which the customer wanted this price.
    fn priced(story: &mut Story, price: &str) -> Applied {
        let line = SubmittedLine { price: Some(price.parse().unwrap()), ..submitted("X", "10") };
        let id = story.receive(&Submission { lines: vec![line], ..story.submission() }).unwrap();
        story.events();
        validate(story.books(), id, &at(1)).unwrap();
        let applied = story.events().into_iter().find_map(|event| match event {
            crate::Event::Order(_, OrderEvent::LinePriced { applied, .. }) => Some(applied),
            _ => None,
        });
        applied.unwrap()
    }

    #[test]
    fn a_price_names_the_version_of_what_gave_it_and_the_inputs() {
        let mut story = Story::new();
        let item = Key::Item(ItemId::from("X"));
        let first = priced(&mut story, "10.00");
        assert_eq!((first.holder.as_ref(), first.version), (Some(&item), story.books().version(&item).unwrap()));
        assert_eq!((first.units, first.requested), (Quantity(10), Some(Decimal::from(10i64))));
        let changed = Item {
            list_price: Some(Decimal::from(10i64)),
            description: "new".into(),
            ..(*story.books().item(&"X".into()).unwrap().unwrap()).clone()
        };
        put_item(story.books(), &changed, &at(1)).unwrap();
        assert_eq!(priced(&mut story, "10.00").version, first.version + 1);
        assert_eq!(
            priced(&mut story, "9.00").holder,
            Some(Key::Company(Company::KEY.into())),
            "the customer's, against our tolerance"
        );
        let account = "ACME".into();
        let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
        profile.price_books = vec!["list".into()];
        crate::account::set_profile(story.books(), &account, &profile, &at(1)).unwrap();
        let tiers = vec![PriceTier { from: Quantity(1), price: Decimal::from(11i64) }];
        let entries = [(ItemId::from("X"), vec![PriceEntry { tiers, ..PriceEntry::default() }])].into();
        put_price_book(story.books(), &PriceBook { code: "list".into(), entries, ..PriceBook::default() }, &at(1)).unwrap();
        let booked = priced(&mut story, "11.00");
        assert_eq!((booked.holder, booked.version), (Some(Key::PriceBook("list".into())), 1));
    }
}
