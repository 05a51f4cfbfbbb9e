//! What a document says of its parties and goods: as they were on the day that it was posted, whatever becomes of the master data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use units::{Day, Text, Uom};

use super::state::{Invoice, InvoiceLine};
use crate::account::Profile;
use crate::books::{Books, Stop};
use crate::ids::{ItemId, OrderId, ShipmentId};
use crate::master::{Company, ShipTo};
use crate::order::{Order, existing};
use crate::tax::Taxation;

/// Who and where (EN 16931, BG-4, BG-7, BG-13).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Name.
    pub name: Text,
    /// VAT identifier.
    pub tax_number: Text,
    /// Street and number.
    pub street: Text,
    /// Postal code.
    pub postcode: Text,
    /// City.
    pub city: Text,
    /// Country by its ISO 3166 code of two letters.
    pub country: Text,
}

/// An item as a document calls it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ItemSold {
    /// What it is; empty if nothing was known but its number.
    pub description: Text,
    /// The unit that its quantities are in.
    pub uom: Uom,
}

/// What a document says of others than itself. Source: domain §1.6 (posted documents are immutable).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Particulars {
    /// The seller.
    pub seller: Place,
    /// The account to pay to.
    pub bank_account: Text,
    /// The buyer.
    pub buyer: Place,
    /// Where the goods went, if all of them went to one place.
    pub delivery: Option<Place>,
    /// Where they came from, if all of them came from one place that is not the seller's own address (domain §1.4).
    #[serde(default)]
    pub ship_from: Option<Place>,
    /// Why no tax is charged on the lines that are exempt, or on a document without lines; empty if nothing is exempt.
    pub exemption: Text,
    /// The items on its lines.
    pub items: BTreeMap<ItemId, ItemSold>,
}

impl Place {
    fn of(name: &Text, tax_number: &Text, at: &ShipTo) -> Self {
        Self {
            name: name.clone(),
            tax_number: tax_number.clone(),
            street: at.street.clone(),
            postcode: at.postcode.clone(),
            city: at.city.clone(),
            country: at.country.clone(),
        }
    }

    fn of_seller(company: &Company) -> Self {
        let party = &company.party;
        Self {
            name: company.name.clone(),
            tax_number: party.tax_number.clone(),
            street: party.street.clone(),
            postcode: party.postcode.clone(),
            city: party.city.clone(),
            country: company.country.clone(),
        }
    }
}

/// Gives a document its particulars: those of the invoice that it corrects, or else what is known on its day.
pub(super) fn with_particulars(
    books: &mut dyn Books,
    company: &Company,
    order: &Order,
    draft: Invoice,
    date: Day,
) -> Result<Invoice, Stop> {
    let corrected = match draft.corrects {
        Some(corrected) => books.invoice(&corrected)?,
        None => None,
    };
    match corrected {
        Some(corrected) => Ok(Invoice { particulars: taken_over(&corrected.particulars, &draft.lines), ..draft }),
        None => stated(books, company, order, draft, date),
    }
}

/// What a correction says: what its invoice does, but for items that it does not name.
fn taken_over(particulars: &Arc<Particulars>, lines: &[InvoiceLine]) -> Arc<Particulars> {
    let named: BTreeSet<&ItemId> = lines.iter().map(|line| &line.item).collect();
    if particulars.items.keys().all(|item| named.contains(item)) {
        return Arc::clone(particulars);
    }
    let mut taken = Particulars::clone(particulars);
    taken.items.retain(|item, _| named.contains(item));
    Arc::new(taken)
}

fn stated(books: &mut dyn Books, company: &Company, order: &Order, draft: Invoice, date: Day) -> Result<Invoice, Stop> {
    let account = books.account(&order.account)?;
    let profile = account.as_ref().map(|account| &account.profile);
    let delivery = delivery(books, order, &draft)?;
    let at = profile.and_then(|profile| profile.ship_tos.first()).or(delivery.as_ref());
    let at = at.cloned().unwrap_or_default();
    let (name, tax_number) = profile.map(|profile| (profile.name.clone(), profile.tax_number.clone())).unwrap_or_default();
    let shipments = draft.shipments.clone();
    let (lines, exemption) = match profile.filter(|profile| may_be_exempt(profile)) {
        Some(profile) => exempted(books, company, profile, order, &draft, date)?,
        None => (draft.lines, Text::default()),
    };
    let particulars = Particulars {
        seller: Place::of_seller(company),
        bank_account: company.party.bank_account.clone(),
        buyer: Place::of(&name, &tax_number, &at),
        ship_from: ship_from(books, company, &shipments)?,
        delivery: delivery.map(|to| Place::of(&to.name, &Text::default(), &to)),
        exemption,
        items: items(books, &lines)?,
    };
    Ok(Invoice { lines, particulars: Arc::new(particulars), ..draft })
}

fn items(books: &mut dyn Books, lines: &[InvoiceLine]) -> Result<BTreeMap<ItemId, ItemSold>, Stop> {
    let mut items = BTreeMap::new();
    for line in lines {
        if !items.contains_key(&line.item)
            && let Some(item) = books.item(&line.item)?
        {
            let sold = ItemSold { description: item.description.clone(), uom: item.base_uom.clone() };
            items.insert(line.item.clone(), sold);
        }
    }
    Ok(items)
}

/// Where the goods went, if all of them went there.
fn delivery(books: &mut dyn Books, first: &Order, draft: &Invoice) -> Result<Option<ShipTo>, Stop> {
    for part in &draft.parts {
        if existing(books, part.order)?.ship_to != first.ship_to {
            return Ok(None);
        }
    }
    Ok(Some(first.ship_to.clone()))
}

/// Where the goods of these shipments came from, if that is one place and not the seller's own address.
fn ship_from(books: &mut dyn Books, company: &Company, shipments: &[ShipmentId]) -> Result<Option<Place>, Stop> {
    let mut from: Option<ShipTo> = None;
    for shipment in shipments {
        let Some(shipment) = books.shipment(shipment)? else { continue };
        let place = company.ship_from(&shipment.node);
        if from.as_ref().is_some_and(|known| *known != place) {
            return Ok(None);
        }
        from = Some(place);
    }
    Ok(from.filter(|place| *place != company.place()).map(|place| Place::of(&place.name, &Text::default(), &place)))
}

fn may_be_exempt(profile: &Profile) -> bool {
    profile.exemption.is_some() || !profile.certificates.is_empty()
}

/// The lines, those marked on which a certificate takes the tax off, and the certificates. They count for the jurisdictions that would
/// tax the line, on the day of the order, whose rates are kept, or on that of the document (domain §1.4).
fn exempted(
    books: &mut dyn Books,
    company: &Company,
    profile: &Profile,
    first: &Order,
    draft: &Invoice,
    date: Day,
) -> Result<(Vec<InvoiceLine>, Text), Stop> {
    let mut taxations: BTreeMap<OrderId, Taxation<'_>> = BTreeMap::new();
    let mut why = |order: &Order, category: &Text| {
        let taxation = taxations.entry(order.id).or_insert_with(|| Taxation::determined(company, profile, order));
        let days = [company.calendar.local_day(order.received_at), date];
        let mut found = days.into_iter().map(|day| taxation.charged(category, day).exempted_by.clone());
        found.find(|numbers| !numbers.is_empty()).unwrap_or_default()
    };
    let mut numbers = BTreeSet::new();
    let mut lines = draft.lines.clone();
    for line in lines.iter_mut().filter(|line| line.tax_rate.is_zero()) {
        let order = existing(books, line.order)?;
        let exempted_by = order.line(line.line).map(|of| why(&order, &of.tax_category)).unwrap_or_default();
        line.exempt = !exempted_by.is_empty();
        numbers.extend(exempted_by);
    }
    if lines.is_empty() && draft.taxes.iter().any(|tax| tax.rate.is_zero()) {
        let free = first.lines.iter().filter(|line| line.tax_rate.is_zero());
        numbers.extend(free.flat_map(|line| why(first, &line.tax_category)));
    }
    let numbers: Vec<&str> = numbers.iter().map(Text::as_str).collect();
    let exemption = match numbers.as_slice() {
        [] => Text::default(),
        numbers => Text::from(format!("exemption certificate {}", numbers.join(", "))),
    };
    Ok((lines, exemption))
}

#[cfg(test)]
mod tests {
    use units::{Amount, Decimal, Quantity};

    use super::*;
    use crate::account::{AccountEvent, Certificate};
    use crate::billing::{bill, credit_note, goodwill};
    use crate::books::MemoryBooks;
    use crate::ids::{AccountId, InvoiceId, LineNo};
    use crate::master::{CompanyEvent, Item, ItemEvent, Party, TaxRate};
    use crate::order::fixture::{Story, at, billed, clerk, submitted};
    use crate::order::{OrderEvent, Submission, approve, promise};

    fn posted(books: &mut MemoryBooks, id: InvoiceId) -> Arc<Invoice> {
        (books as &mut dyn Books).invoice(&id).unwrap().unwrap()
    }

    /// Renames everything that a document speaks of.
    fn rename(story: &mut Story) {
        let (account, item) = (AccountId::from("ACME"), ItemId::from("X"));
        let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
        profile.name = "Acme Holding".into();
        profile.tax_number = "DE1".into();
        profile.ship_tos = vec![ShipTo { street: "elsewhere".into(), ..ShipTo::default() }];
        let event = AccountEvent::ProfileSet { id: account.clone(), profile: Box::new(profile) };
        story.books().record(&account, event);
        let known = (*story.books().item(&item).unwrap().unwrap()).clone();
        story.books().record(&item, ItemEvent::Set(Box::new(Item { description: "renamed".into(), ..known })));
        let company = (*crate::order::company(story.books()).unwrap()).clone();
        let party = Party { bank_account: "another".into(), tax_number: "DE2".into(), ..Party::default() };
        let company = Company { name: "Sold & Co".into(), party, ..company };
        story.books().record(&Text::const_new(Company::KEY), CompanyEvent::Set(Box::new(company)));
    }

    #[test]
    fn domain_1_6_a_posted_document_says_what_it_said_whatever_becomes_of_the_master_data() {
        let (mut story, _, invoice) = billed();
        let before = posted(&mut story.books, invoice);
        assert!(before.particulars.items.contains_key(&"X".into()) && before.particulars.delivery.is_some(), "{before:?}");
        rename(&mut story);
        assert_eq!(posted(&mut story.books, invoice), before);
    }

    #[test]
    fn a_correction_says_what_its_invoice_said_of_what_it_corrects() {
        let (mut story, _, invoice) = billed();
        let before = Arc::clone(&posted(&mut story.books, invoice).particulars);
        rename(&mut story);
        let lines = [(LineNo(1), Quantity(1))];
        let note = credit_note(story.books(), invoice, None, &lines, "returned", &clerk("ann", 5)).unwrap();
        assert_eq!(posted(&mut story.books, note).particulars, before);
        let given = goodwill(story.books(), invoice, None, Amount(100), "late", &clerk("ann", 6)).unwrap();
        let given = Arc::clone(&posted(&mut story.books, given).particulars);
        assert_eq!((&given.buyer, given.items.len()), (&before.buyer, 0));
    }

    #[test]
    fn domain_1_4_a_document_says_where_the_goods_came_from_unless_that_is_the_sellers_own_address() {
        let from = |street: &str| {
            let mut story = Story::new();
            let mut company = (*crate::order::company(story.books()).unwrap()).clone();
            for node in company.nodes.iter_mut().filter(|node| node.id == "WH1".into()) {
                node.address = ShipTo {
                    street: street.into(),
                    country: street.get(..2).unwrap_or_default().into(),
                    ..ShipTo::default()
                };
            }
            story.books().record(&Text::const_new(Company::KEY), CompanyEvent::Set(Box::new(company)));
            story.stock("X", "WH1", 1);
            let id = story.promised(&[("X", 1)]);
            story.ship_everything(id);
            let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
            posted(&mut story.books, invoice).particulars.ship_from.as_ref().map(|place| place.street.to_string())
        };
        assert_eq!((from(""), from("DE, Kai 1")), (None, Some("DE, Kai 1".to_owned())));
    }

    /// One of X and one of Y, untaxed, for a customer with this certificate, to a place where both are taxed otherwise.
    fn untaxed(certificate: Certificate, to: ShipTo) -> (Vec<bool>, Text) {
        let mut story = Story::new();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        for jurisdiction in ["DE", "US-CA"] {
            let rate = |category: &str| TaxRate {
                jurisdiction: jurisdiction.into(),
                category: category.into(),
                rate: Decimal::from(7i64),
                ..TaxRate::default()
            };
            company.taxes.extend([rate(""), rate("food")]);
        }
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        story.stock("X", "WH1", 1);
        story.stock("Y", "WH1", 1);
        let account = AccountId::from("ACME");
        let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
        profile.certificates = vec![certificate];
        let event = AccountEvent::ProfileSet { id: account.clone(), profile: Box::new(profile) };
        story.books().record(&account, event);
        let lines = vec![submitted("X", "1"), submitted("Y", "1")];
        let id: OrderId = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        let mut order = (*story.order(id)).clone();
        order.ship_to = to;
        order.lines[1].tax_category = "food".into();
        order.lines.iter_mut().for_each(|line| line.tax_rate = Decimal::ZERO);
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
        let invoice = posted(&mut story.books, invoice);
        (invoice.lines.iter().map(|line| line.exempt).collect(), invoice.particulars.exemption.clone())
    }

    #[test]
    fn domain_1_4_a_certificate_is_named_only_for_its_jurisdiction_and_category() {
        let certificate = Certificate { number: "EX-1".into(), verified: true, ..Certificate::default() };
        let berlin = ShipTo { city: "Berlin".into(), country: "de".into(), ..ShipTo::default() };
        assert_eq!(untaxed(certificate.clone(), berlin.clone()), (vec![true, true], "exemption certificate EX-1".into()));
        let of_food = Certificate { category: "food".into(), ..certificate.clone() };
        assert_eq!(untaxed(of_food, berlin.clone()), (vec![false, true], "exemption certificate EX-1".into()));
        let abroad = Certificate { jurisdiction: "FR".into(), ..certificate };
        assert_eq!(untaxed(abroad, berlin), (vec![false, false], Text::default()));
    }

    #[test]
    fn domain_1_4_a_certificate_of_a_state_is_named_where_that_state_would_tax_and_nowhere_else() {
        let of_state =
            Certificate { number: "CA-9".into(), jurisdiction: "US-CA".into(), verified: true, ..Certificate::default() };
        let in_state = |region: &str| ShipTo { region: region.into(), country: "US".into(), ..ShipTo::default() };
        let named = untaxed(of_state.clone(), in_state("ca"));
        assert_eq!(named, (vec![true, true], "exemption certificate CA-9".into()));
        // nothing is taxed in Oregon: what the certificate is for took nothing off
        let everywhere = Certificate { jurisdiction: Text::default(), ..of_state.clone() };
        for certificate in [of_state, everywhere] {
            assert_eq!(untaxed(certificate, in_state("OR")), (vec![false, false], Text::default()));
        }
    }
}
