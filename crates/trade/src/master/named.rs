//! Items by the codes of others.

use std::sync::Arc;

use units::Text;

use super::item::Item;
use crate::books::{Books, Key, Stop};
use crate::ids::*;
use crate::reference::{ReferenceEvent, point, pointed};

/// Within which items are known by the codes of others.
const ALIAS: &str = "item-alias";

/// The item of a code: our own code first, then the codes of others for it (domain §1.12, ITEM-XREF).
pub fn item_named(books: &mut dyn Books, code: &str) -> Result<Option<Arc<Item>>, Stop> {
    if let Some(item) = books.item(&ItemId::from(code))? {
        return Ok(Some(item));
    }
    match pointed(books, ALIAS, &normalised(code))? {
        Some(Key::Item(id)) => Ok(books.item(&id)?),
        _ => Ok(None),
    }
}

/// Lets the codes of others lead to an item, and those that it had `before` and has no longer lead nowhere.
///
/// A code that two items have leads nowhere from then on: a person says which is meant.
pub(super) fn know(books: &mut dyn Books, item: &Item, before: Option<&Item>) -> Result<(), Stop> {
    let mine = Key::Item(item.id.clone());
    for gone in before.into_iter().flat_map(|before| &before.aliases).filter(|alias| !item.aliases.contains(alias)) {
        let code = normalised(gone);
        if pointed(books, ALIAS, &code)?.as_ref() == Some(&mine) {
            point(books, ALIAS, &code, None)?;
        }
    }
    for alias in item.aliases.iter().map(|alias| normalised(alias)).filter(|alias| !alias.is_empty()) {
        let reference = Reference { within: Text::const_new(ALIAS), reference: alias.clone() };
        let entry = books.reference(&reference)?.unwrap_or_default();
        match &entry.target {
            Some(target) if *target == mine => {}
            Some(_) => {
                books.record(&reference, ReferenceEvent::Repeated);
                point(books, ALIAS, &alias, None)?;
            }
            None if entry.repeats == 0 => point(books, ALIAS, &alias, Some(mine.clone()))?,
            None => {}
        }
    }
    Ok(())
}

/// Case and outer blanks say nothing in the codes of others; anything else may.
fn normalised(code: &str) -> Text {
    code.trim().chars().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::put_item;
    use crate::order::fixture::{Story, at};

    fn put(story: &mut Story, id: &str, aliases: &[&str]) {
        let aliases = aliases.iter().map(|alias| (*alias).into()).collect();
        put_item(story.books(), &Item { id: id.into(), aliases, ..Item::default() }, &at(0)).unwrap();
    }

    fn named(story: &mut Story, code: &str) -> Option<String> {
        item_named(story.books(), code).unwrap().map(|item| item.id.to_string())
    }

    #[test]
    fn items_are_found_by_the_codes_of_others_and_by_our_own_first() {
        let mut story = Story::new();
        put(&mut story, "A", &["4006381333931", "X", "ng-7731"]);
        assert_eq!(named(&mut story, "4006381333931").as_deref(), Some("A"));
        assert_eq!(named(&mut story, " NG-7731").as_deref(), Some("A"));
        assert_eq!(named(&mut story, "X").as_deref(), Some("X"));
        put(&mut story, "A", &["X"]);
        assert_eq!(named(&mut story, "NG-7731"), None);
    }

    #[test]
    fn a_code_of_two_items_leads_nowhere() {
        let mut story = Story::new();
        put(&mut story, "A", &["77"]);
        put(&mut story, "B", &["77"]);
        put(&mut story, "A", &["77"]);
        assert_eq!(named(&mut story, "77"), None);
    }
}
