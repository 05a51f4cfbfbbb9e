//! Items by what they may be sent instead of: the lists of substitutes, read the other way round (domain §1.1.8).

use compact_str::format_compact;
use units::Text;

use super::item::Item;
use crate::books::{Books, Key, Stop};
use crate::ids::*;
use crate::reference::point;

fn within(substitute: &ItemId) -> Text {
    format_compact!("stands-in:{substitute}")
}

/// The items that an item is a substitute of, each with its place; a place may be empty by now.
fn places(books: &mut dyn Books, substitute: &ItemId) -> Result<Vec<Option<ItemId>>, Stop> {
    let within = within(substitute);
    let mut places = Vec::new();
    loop {
        let reference = Reference { within: within.clone(), reference: format_compact!("{}", places.len()) };
        let Some(entry) = books.reference(&reference)? else { return Ok(places) };
        places.push(match &entry.target {
            Some(Key::Item(original)) => Some(original.clone()),
            _ => None,
        });
    }
}

/// The items that an item may be sent instead of.
pub(crate) fn originals_of(books: &mut dyn Books, substitute: &ItemId) -> Result<Vec<ItemId>, Stop> {
    Ok(places(books, substitute)?.into_iter().flatten().collect())
}

/// Lets the substitutes of an item lead back to it, and those that it had `before` and has no longer not any more.
pub(super) fn lead_back(books: &mut dyn Books, item: &Item, before: Option<&Item>) -> Result<(), Stop> {
    let names = |item: &Item, substitute: &ItemId| item.substitutes.iter().any(|other| other.item == *substitute);
    for gone in before.into_iter().flat_map(|before| &before.substitutes).filter(|gone| !names(item, &gone.item)) {
        let at = places(books, &gone.item)?.iter().position(|known| known.as_ref() == Some(&item.id));
        if let Some(at) = at {
            point(books, &within(&gone.item), &format_compact!("{at}"), None)?;
        }
    }
    for substitute in &item.substitutes {
        let places = places(books, &substitute.item)?;
        if !places.contains(&Some(item.id.clone())) {
            let free = places.iter().position(Option::is_none).unwrap_or(places.len());
            let target = Some(Key::Item(item.id.clone()));
            point(books, &within(&substitute.item), &format_compact!("{free}"), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::{Substitute, put_item};
    use crate::order::fixture::{Story, at};

    fn put(story: &mut Story, id: &str, substitutes: &[&str]) {
        let to = |item: &&str| Substitute { item: (*item).into(), ..Substitute::default() };
        let item = Item { id: id.into(), substitutes: substitutes.iter().map(to).collect(), ..Item::default() };
        put_item(story.books(), &item, &at(0)).unwrap();
    }

    fn originals(story: &mut Story, id: &str) -> Vec<String> {
        originals_of(story.books(), &id.into()).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_item_knows_what_it_may_be_sent_instead_of() {
        let mut story = Story::new();
        put(&mut story, "A", &["S", "T"]);
        put(&mut story, "B", &["S"]);
        assert_eq!(
            (originals(&mut story, "S"), originals(&mut story, "T")),
            (vec!["A".into(), "B".into()], vec!["A".into()])
        );
        put(&mut story, "A", &["T"]);
        assert_eq!(originals(&mut story, "S"), ["B"]);
        put(&mut story, "C", &["S"]);
        assert_eq!(originals(&mut story, "S"), ["C", "B"]);
        assert_eq!(originals(&mut story, "A"), [] as [&str; 0]);
    }
}
