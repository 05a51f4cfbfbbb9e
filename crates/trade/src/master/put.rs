//! Master data is set.

use units::{Day, Decimal, Text};

use super::channel_group::check_groups;
use super::company::{Company, CompanyEvent, Policy};
use super::escalation::Escalation;
use super::item::{Item, ItemEvent};
use super::named;
use super::price_book::{PriceBook, PriceBookEvent, PriceTier, Tiering};
use super::stand_in;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::refusal::Refusal;

/// Sets an item as a whole; from now on it is known by its codes of others.
///
/// Refused without a code, with prices below zero or above a billion, with units that hold nothing, and with substitutes that are the
/// item itself, stand there twice, stand for nothing, or end before they begin.
pub fn put_item(books: &mut dyn Books, item: &Item, _cx: &Context) -> Result<(), Stop> {
    if item.id.0.trim().is_empty() {
        return Err(Refusal::invalid("id", "empty", "the item's code").into());
    }
    for (field, price) in [("list_price", item.list_price), ("landed_cost", item.landed_cost)] {
        if let Some(price) = price.filter(|price| !is_price(*price)) {
            return Err(Refusal::invalid(field, price, "0 to 1,000,000,000").into());
        }
    }
    for (at, (uom, factor)) in item.uoms.iter().enumerate() {
        let is_named_before = item.uoms.iter().take(at).any(|(other, _)| other == uom);
        if uom.as_str().trim().is_empty() || is_named_before {
            return Err(Refusal::invalid(format!("uoms[{at}].uom"), uom, "a unit, named once").into());
        }
        if factor.base == 0 || factor.per == 0 {
            let given = format!("{}/{}", factor.base, factor.per);
            return Err(Refusal::invalid(format!("uoms[{at}].factor"), given, "how many base units it holds").into());
        }
    }
    check_percent("over_ship_percent", item.over_ship_percent.unwrap_or_default())?;
    check_substitutes(item)?;
    let mut item = item.clone();
    if item.base_uom.as_str().is_empty() {
        item.base_uom = "EA".into();
    }
    let id = item.id.clone();
    let before = books.item(&id)?;
    if before.as_ref().is_some_and(|before| **before == item) {
        return Ok(());
    }
    named::know(books, &item, before.as_deref())?;
    stand_in::lead_back(books, &item, before.as_deref())?;
    drop(before);
    books.record(&id, ItemEvent::Set(Box::new(item)));
    Ok(())
}

/// Substitutes may be items that are still to come: until then they are passed over (domain §1.1.8).
fn check_substitutes(item: &Item) -> Result<(), Refusal> {
    for (at, substitute) in item.substitutes.iter().enumerate() {
        let field = |name: &str| format!("substitutes[{at}].{name}");
        let code = &substitute.item;
        let is_named_before = item.substitutes.iter().take(at).any(|other| other.item == *code);
        if code.0.trim().is_empty() || *code == item.id || is_named_before {
            return Err(Refusal::invalid(field("item"), code, "the code of another item, named once"));
        }
        if substitute.units == 0 || substitute.of == 0 {
            let (given, wanted) =
                (format!("{} of {}", substitute.units, substitute.of), "how many stand for how many, from 1");
            return Err(Refusal::invalid(field("units"), given, wanted));
        }
        if let (Some(from), Some(to)) = (substitute.from, substitute.to)
            && to < from
        {
            return Err(Refusal::invalid(field("to"), to, "a day that is not before the first"));
        }
    }
    Ok(())
}

/// Replaces entries of a price book; entries of items that are not named stay, and an item with none is taken out.
///
/// Refused without a code, for entries that end before they begin, with tiers that do not ascend or leave a gap where each tier
/// counts, with prices below zero or above a billion, and in another currency than the prices that are there. Source: domain §1.3.
pub fn put_price_book(books: &mut dyn Books, book: &PriceBook, _cx: &Context) -> Result<(), Stop> {
    if book.code.trim().is_empty() {
        return Err(Refusal::invalid("code", "empty", "the book's code, such as list:EU").into());
    }
    for (item, entries) in &book.entries {
        for (at, entry) in entries.iter().enumerate() {
            let path = format!("entries.{item}[{at}]");
            check_days(&path, entry.from, entry.to)?;
            check_tiers(&path, entry.tiering, &entry.tiers)?;
        }
    }
    let before = books.price_book(&book.code)?;
    let kept = before.as_ref().filter(|before| !before.entries.is_empty()).map(|before| before.currency);
    let is_known = before.is_some_and(|before| {
        let same = book
            .entries
            .iter()
            .all(|(item, entries)| before.entries.get(item).map_or(&[][..], Vec::as_slice) == &entries[..]);
        let same = same && before.currency == book.currency;
        same && before.code == book.code && before.description == book.description
    });
    if kept.is_some_and(|kept| kept != book.currency) {
        let given = book.currency.map_or_else(|| "none".to_owned(), |given| given.to_string());
        return Err(Refusal::invalid("currency", given, "the currency of the prices that are there").into());
    }
    if is_known {
        return Ok(());
    }
    let (code, description) = (book.code.clone(), book.description.clone());
    let entries = book.entries.iter().map(|(item, entries)| (item.clone(), entries.clone())).collect();
    books.record(&book.code, PriceBookEvent::Set { code, description, entries, currency: book.currency });
    Ok(())
}

/// Refuses a time that ends before it begins; `path` is what it belongs to, empty for the record itself.
pub(super) fn check_days(path: &str, from: Option<Day>, to: Option<Day>) -> Result<(), Refusal> {
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        let field = if path.is_empty() { "to".to_owned() } else { format!("{path}.to") };
        return Err(Refusal::invalid(field, to, "a day that is not before the first"));
    }
    Ok(())
}

/// Refuses tiers that price nothing, do not ascend, or leave a gap where each tier counts, and prices out of range.
pub(super) fn check_tiers(path: &str, tiering: Tiering, tiers: &[PriceTier]) -> Result<(), Refusal> {
    let Some(first) = tiers.first() else {
        return Err(Refusal::invalid(format!("{path}.tiers"), "empty", "at least one price"));
    };
    if tiering == Tiering::Incremental && first.from.0 > 1 {
        let wanted = "1, because each tier prices the units within it";
        return Err(Refusal::invalid(format!("{path}.tiers[0].from"), first.from, wanted));
    }
    for (at, tier) in tiers.iter().enumerate() {
        let floor = at.checked_sub(1).and_then(|before| tiers.get(before)).map_or(-1, |before| before.from.0);
        if tier.from.0 <= floor {
            return Err(Refusal::invalid(format!("{path}.tiers[{at}].from"), tier.from, "more than in the tier before"));
        }
        if !is_price(tier.price) {
            return Err(Refusal::invalid(format!("{path}.tiers[{at}].price"), tier.price, "0 to 1,000,000,000"));
        }
    }
    Ok(())
}

/// Sets the company as a whole, but for its exchange rates: those that are there stay ([`super::put_rates`]).
///
/// Refused without a node, with two nodes of one code, with times, rates and tolerances out of range, and to change the currency of
/// books in use.
pub fn put_company(books: &mut dyn Books, company: &Company, _cx: &Context) -> Result<(), Stop> {
    check_nodes(company)?;
    for (at, tax) in company.taxes.iter().enumerate() {
        if tax.jurisdiction.trim().is_empty() {
            return Err(Refusal::invalid(format!("taxes[{at}].jurisdiction"), "empty", "a country code").into());
        }
        check_percent(&format!("taxes[{at}].rate"), tax.rate)?;
    }
    check_policy(&company.policy)?;
    let key = Text::const_new(Company::KEY);
    let before = books.company(&key)?;
    if before.as_ref().is_some_and(|before| before.currency != company.currency) {
        return Err(Refusal::invalid("currency", company.currency, "the currency of the books").into());
    }
    let rates = before.as_ref().map(|before| before.rates.clone()).unwrap_or_default();
    let company = Company { rates, ..company.clone() };
    if before.is_none_or(|before| *before != company) {
        books.record(&key, CompanyEvent::Set(Box::new(company)));
    }
    Ok(())
}

fn check_nodes(company: &Company) -> Result<(), Refusal> {
    if company.nodes.is_empty() {
        return Err(Refusal::invalid("nodes", "empty", "at least one warehouse"));
    }
    for (at, node) in company.nodes.iter().enumerate() {
        if node.id.0.trim().is_empty() || company.nodes.iter().take(at).any(|other| other.id == node.id) {
            return Err(Refusal::invalid(format!("nodes[{at}].id"), &node.id, "a code of its own"));
        }
        if node.cut_off > 24 * 60 {
            return Err(Refusal::invalid(
                format!("nodes[{at}].cut_off"),
                node.cut_off,
                "0 to 1440, in minutes after midnight",
            ));
        }
        let address = &node.address;
        let says_more =
            [&address.street, &address.postcode, &address.city, &address.region].iter().any(|text| !text.is_empty());
        if says_more && address.country.trim().is_empty() {
            return Err(Refusal::invalid(format!("nodes[{at}].address.country"), "empty", "the country of the address"));
        }
        if node.cost_per_shipment.is_negative() || node.cost_per_100_km.is_negative() {
            return Err(Refusal::invalid(format!("nodes[{at}].cost"), "below 0", "costs from 0"));
        }
    }
    Ok(())
}

fn check_policy(policy: &Policy) -> Result<(), Refusal> {
    Escalation::check(&policy.escalation)?;
    if policy.price.absolute_tolerance.is_negative() {
        return Err(Refusal::invalid("policy.price.absolute_tolerance", policy.price.absolute_tolerance, "0 or more"));
    }
    for (at, rule) in policy.tax_rules.iter().enumerate() {
        if rule.jurisdiction.trim().is_empty() {
            let field = format!("policy.tax_rules[{at}].jurisdiction");
            return Err(Refusal::invalid(field, "empty", "a jurisdiction such as US-CA"));
        }
    }
    for (at, promotion) in policy.promotions.iter().enumerate() {
        let field = |name: &str| format!("policy.promotions[{at}].{name}");
        let is_known = policy.promotions.iter().take(at).any(|other| other.code == promotion.code);
        if promotion.code.trim().is_empty() || is_known {
            return Err(Refusal::invalid(field("code"), &promotion.code, "a code of its own"));
        }
        if promotion.from.zip(promotion.to).is_some_and(|(from, to)| to < from) {
            return Err(Refusal::invalid(field("to"), "before from", "a day that is not before the first"));
        }
        check_percent(&field("percent_off"), promotion.percent_off)?;
    }
    check_percent("policy.price.percent_tolerance", policy.price.percent_tolerance)?;
    check_percent("policy.over_ship_percent", policy.over_ship_percent)?;
    check_percent("policy.credit.tolerance_percent", policy.credit.tolerance_percent)?;
    check_percent("policy.cash.write_off_percent", policy.cash.write_off_percent)?;
    let growth = policy.credit.release_growth_percent;
    if growth.is_negative() {
        return Err(Refusal::invalid("policy.credit.release_growth_percent", growth, "0 or more"));
    }
    let amounts = [
        ("policy.credit.overdue_floor", policy.credit.overdue_floor),
        ("policy.credit.outage_floor", policy.credit.outage_floor),
        ("policy.cash.write_off_limit", policy.cash.write_off_limit),
    ];
    for (field, amount) in amounts {
        if amount.is_negative() {
            return Err(Refusal::invalid(field, amount.0, "0 or more"));
        }
    }
    check_groups(&policy.channel_groups)
}

fn check_percent(field: &str, percent: Decimal) -> Result<(), Refusal> {
    if percent.is_negative() || percent > Decimal::HUNDRED {
        return Err(Refusal::invalid(field, percent, "0 to 100"));
    }
    Ok(())
}

/// Whether somebody may ask for a price per base unit.
pub(crate) fn is_price(price: Decimal) -> bool {
    !price.is_negative() && price <= Decimal::from(1_000_000_000i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ItemId;
    use crate::master::{PriceEntry, Promotion, Substitute, TaxRate};
    use crate::order::fixture::{Story, at};
    use units::{Amount, Quantity, UomFactor};

    fn field(outcome: Result<(), Stop>) -> String {
        match outcome {
            Err(Stop::Refused(Refusal::Invalid { field, .. })) => field.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn items_out_of_range_are_refused_by_their_field() {
        let mut story = Story::new();
        let mut field = |change: &dyn Fn(&mut Item)| {
            let mut item = Item { id: "A".into(), ..Item::default() };
            change(&mut item);
            field(put_item(story.books(), &item, &at(0)))
        };
        assert_eq!(field(&|item| item.id = " ".into()), "id");
        assert_eq!(field(&|item| item.list_price = Some(Decimal::from(-1i64))), "list_price");
        assert_eq!(field(&|item| item.uoms = vec![("CS".into(), UomFactor { base: 0, per: 1 })]), "uoms[0].factor");
        assert_eq!(field(&|item| item.uoms = vec![("CS".into(), UomFactor::ONE); 2]), "uoms[1].uom");
        let to = |item: &str| Substitute { item: item.into(), ..Substitute::default() };
        assert_eq!(field(&|item| item.substitutes = vec![to("A")]), "substitutes[0].item");
        assert_eq!(field(&|item| item.substitutes = vec![to("B"), to("B")]), "substitutes[1].item");
        assert_eq!(field(&|item| item.substitutes = vec![Substitute { of: 0, ..to("B") }]), "substitutes[0].units");
        let (from, last) = (Some("2026-03-02".parse().unwrap()), Some("2026-03-01".parse().unwrap()));
        assert_eq!(field(&|item| item.substitutes = vec![Substitute { from, to: last, ..to("B") }]), "substitutes[0].to");
    }

    #[test]
    fn price_books_out_of_range_are_refused_by_their_field() {
        let mut story = Story::new();
        let tier = |from, price: i64| PriceTier { from: Quantity(from), price: Decimal::from(price) };
        let mut field = |entry: PriceEntry| {
            let entries = [(ItemId::from("X"), vec![entry])].into();
            field(put_price_book(story.books(), &PriceBook { code: "L".into(), entries, ..PriceBook::default() }, &at(0)))
        };
        assert_eq!(field(PriceEntry::default()), "entries.X[0].tiers");
        let entry = |tiers| PriceEntry { tiers, ..PriceEntry::default() };
        assert_eq!(field(entry(vec![tier(1, 5), tier(1, 4)])), "entries.X[0].tiers[1].from");
        assert_eq!(field(entry(vec![tier(1, -5)])), "entries.X[0].tiers[0].price");
        let gap = PriceEntry { tiering: Tiering::Incremental, ..entry(vec![tier(10, 5)]) };
        assert_eq!(field(gap), "entries.X[0].tiers[0].from");
        let (from, to) = (Some("2026-03-02".parse().unwrap()), Some("2026-03-01".parse().unwrap()));
        assert_eq!(field(PriceEntry { from, to, ..entry(vec![tier(1, 5)]) }), "entries.X[0].to");
    }

    #[test]
    fn companies_out_of_range_are_refused_by_their_field() {
        let mut story = Story::new();
        let known = (*story.books().company(&Text::const_new(Company::KEY)).unwrap().unwrap()).clone();
        let mut field = |change: &dyn Fn(&mut Company)| {
            let mut company = known.clone();
            change(&mut company);
            field(put_company(story.books(), &company, &at(0)))
        };
        assert_eq!(field(&|company| company.nodes.clear()), "nodes");
        assert_eq!(field(&|company| company.nodes[1].id = "WH1".into()), "nodes[1].id");
        assert_eq!(field(&|company| company.nodes[0].cut_off = 1_441), "nodes[0].cut_off");
        assert_eq!(field(&|company| company.currency = units::Currency::USD), "currency");
        assert_eq!(field(&|company| company.policy.cash.write_off_limit = Amount(-1)), "policy.cash.write_off_limit");
        let rate = TaxRate { jurisdiction: "DE".into(), rate: Decimal::from(101i64), ..TaxRate::default() };
        assert_eq!(field(&|company| company.taxes = vec![rate.clone()]), "taxes[0].rate");
        let rules = vec![crate::master::TaxRule::default()];
        assert_eq!(field(&|company| company.policy.tax_rules = rules.clone()), "policy.tax_rules[0].jurisdiction");
        let spring = Promotion { code: "SPRING".into(), ..Promotion::default() };
        let twice = vec![spring.clone(), spring.clone()];
        assert_eq!(field(&|company| company.policy.promotions = twice.clone()), "policy.promotions[1].code");
        let much = vec![Promotion { percent_off: Decimal::from(101i64), ..spring }];
        assert_eq!(field(&|company| company.policy.promotions = much.clone()), "policy.promotions[0].percent_off");
    }

    #[test]
    fn the_same_again_records_nothing() {
        let mut story = Story::new();
        let item = Item { id: "A".into(), aliases: vec!["7".into()], ..Item::default() };
        let entry =
            PriceEntry { tiers: vec![PriceTier { from: Quantity(1), price: Decimal::ONE }], ..PriceEntry::default() };
        let entries = [(ItemId::from("A"), vec![entry])].into();
        let book = PriceBook { code: "L".into(), entries, ..PriceBook::default() };
        for round in 0..2 {
            put_item(story.books(), &item, &at(round)).unwrap();
            put_price_book(story.books(), &book, &at(round)).unwrap();
            let events = story.books.take_events();
            assert_eq!(events.is_empty(), round == 1, "{events:?}");
        }
    }
}
