//! Another item is sent instead of one that cannot be there in time (domain §1.1.8).

use std::collections::BTreeSet;
use std::sync::Arc;

use units::{Day, Decimal, Quantity, Text};

use super::bind::{Binding, bind, unpeg};
use super::event::OrderEvent;
use super::find::{company, existing, existing_and_live, refused_nodes, wrong_status};
use super::promise::{Network, arrival, eligibility, note_promise, plan};
use super::receive::MAX_LINES;
use super::splitting::is_far;
use super::state::{Bucket, Buckets, Line, Order, Replaced};
use crate::account::Account;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::{Company, Consent, Item, Substitute, SubstitutePrice, originals_of};
use crate::price;
use crate::refusal::Refusal;
use crate::sourcing::{self, Assignment};

/// Units of a line, and what is or may be sent instead of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The line that they were ordered with.
    pub line: LineNo,
    /// The item that was ordered.
    pub item: ItemId,
    /// Units of it.
    pub quantity: Quantity,
    /// The item that is sent instead.
    pub by: ItemId,
    /// Units of that.
    pub units: Quantity,
}

/// What became of units that cannot be there in time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replacements {
    /// Replaced, and reserved: price, margin, tax and credit have to be looked at again.
    pub done: Vec<Replacement>,
    /// Could be replaced, if the customer agrees.
    pub to_ask: Vec<Replacement>,
}

/// What a customer agreed to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Agreed<'a> {
    /// The item that they do without.
    item: &'a ItemId,
    /// What they take instead; `None` for the best of those that there are.
    by: Option<&'a ItemId>,
}

/// Sends a substitute for an item that an order waits for, as the customer agreed; `by` names it, or the best one is taken.
///
/// Refused when the order is over, held or not approved, when nothing of the item waits, and when no substitute that the customer may be
/// given is there sooner. Source: domain §1.1.8.
pub fn substitute(
    books: &mut dyn Books,
    id: OrderId,
    item: &ItemId,
    by: Option<&ItemId>,
    cx: &Context,
) -> Result<Replacements, Stop> {
    let order = existing_and_live(books, id, "nothing is left to replace")?;
    if let Some(hold) = order.holds.first() {
        return Err(Refusal::Held(hold.kind).into());
    }
    if order.approved_at.is_none() {
        return Err(wrong_status(&order, "it is not approved yet").into());
    }
    let waits = |line: &&Line| line.item == *item && (line.buckets.open + line.buckets.backordered).is_positive();
    if !order.lines.iter().any(|line| waits(&line)) {
        return Err(Refusal::Conflict(Text::from(format!("{id} does not wait for {item}"))).into());
    }
    let replaced = replace_late(books, &order, Some(Agreed { item, by }), cx)?;
    if replaced.done.is_empty() {
        let what = by.map_or_else(|| format!("any substitute of {item}"), |by| format!("{by} instead of {item}"));
        let why =
            format!("no warehouse can send {what} sooner than {item} itself, or the customer takes none: wait, or cancel");
        return Err(Refusal::Conflict(Text::from(why)).into());
    }
    Ok(replaced)
}

/// Notes that the customer takes nothing instead of an item; nothing is sent for it, and nobody is asked again. Source: domain §1.1.8.
pub fn refuse_substitutes(books: &mut dyn Books, id: OrderId, item: &ItemId) -> Result<(), Stop> {
    let order = existing_and_live(books, id, "nothing is left to replace")?;
    for line in order.lines.iter().filter(|line| line.item == *item && !line.no_substitutes) {
        books.record(&id, OrderEvent::SubstitutesRefused { line: line.no });
    }
    Ok(())
}

/// Units of an item came: whoever waits for one that it may be sent instead of, and not in time, gets it, those served first before others.
///
/// Whoever waits for the item itself has been served before. Gives what became of which order. Source: domain §1.1.8.
pub fn replace_by(books: &mut dyn Books, item: &ItemId, cx: &Context) -> Result<Vec<(OrderId, Replacements)>, Stop> {
    let mut came = Vec::new();
    for original in originals_of(books, item)? {
        for id in waiting_orders(books, &original)? {
            let order = existing(books, id)?;
            if order.is_over() || !order.holds.is_empty() || order.approved_at.is_none() {
                continue;
            }
            let replaced = replace_late(books, &order, None, cx)?;
            if replaced != Replacements::default() {
                came.push((id, replaced));
            }
        }
    }
    Ok(came)
}

/// Orders that wait for an item, in the order of service.
fn waiting_orders(books: &mut dyn Books, item: &ItemId) -> Result<Vec<OrderId>, Stop> {
    let mut waiting = Vec::new();
    for node in &company(books)?.nodes {
        let stock = books.stock(&StockKey::new(item, &node.id))?.unwrap_or_default();
        waiting.extend(stock.demand.iter().map(|demand| (demand.priority, demand.since, demand.line.0)));
    }
    waiting.sort_unstable();
    let mut seen = BTreeSet::new();
    Ok(waiting.into_iter().map(|(.., order)| order).filter(|order| seen.insert(*order)).collect())
}

/// Replaces what waits and cannot be there in time: by rule, or as the customer agreed.
pub(super) fn replace_late(
    books: &mut dyn Books,
    order: &Order,
    agreed: Option<Agreed<'_>>,
    cx: &Context,
) -> Result<Replacements, Stop> {
    let mut replaced = Replacements::default();
    // what is wanted beyond the reservation fence may still come in time
    if agreed.is_none() && is_far(&*company(books)?, order, cx) {
        return Ok(replaced);
    }
    for line in order.lines.iter().filter(|line| may_be_replaced(line)) {
        if agreed.is_some_and(|agreed| *agreed.item != line.item) || line.no_substitutes && agreed.is_none() {
            continue;
        }
        let Some(item) = books.item(&line.item)?.filter(|item| !item.substitutes.is_empty()) else { continue };
        replace_line(books, order.id, line, &item, agreed, &mut replaced, cx)?;
    }
    Ok(replaced)
}

/// Whether something of a line waits that may be replaced: what is sent instead of something is not replaced again.
fn may_be_replaced(line: &Line) -> bool {
    let waits = line.buckets.open + line.buckets.backordered;
    waits.is_positive() && line.replaces.is_none() && line.unresolved.is_none()
}

/// Replaces what is late of a line by the first substitutes of its item's list that are there sooner.
fn replace_line(
    books: &mut dyn Books,
    id: OrderId,
    line: &Line,
    item: &Item,
    agreed: Option<Agreed<'_>>,
    replaced: &mut Replacements,
    cx: &Context,
) -> Result<(), Stop> {
    let company = company(books)?;
    let (mut late, original) = late(&company, &*existing(books, id)?, line, cx);
    let today = company.calendar.local_day(cx.now);
    for substitute in item.substitutes.iter().filter(|substitute| substitute.is_valid_on(today)) {
        let order = existing(books, id)?;
        let account = books.account(&order.account)?.unwrap_or_default();
        let consent = substitute.consent.max(account.profile.substitutes.unwrap_or(Consent::Notify));
        let is_wanted = agreed.and_then(|agreed| agreed.by).is_none_or(|by| *by == substitute.item);
        if !late.is_positive() || consent == Consent::Never || !is_wanted || order.lines.len() >= MAX_LINES {
            continue;
        }
        let case = Case { company: &company, order: &order, account: &account, line, substitute, consent, original };
        let Some((by, assignments)) = case.find(books, late, cx)? else { continue };
        let found = Replacement {
            line: line.no,
            item: line.item.clone(),
            quantity: by.replaces.as_ref().map_or(Quantity::ZERO, |replaces| replaces.quantity),
            by: by.item.clone(),
            units: by.buckets.open,
        };
        if consent == Consent::Ask && agreed.is_none() {
            // whoever comes later in the list does not go before what the customer may prefer
            replaced.to_ask.push(found);
            return Ok(());
        }
        late -= found.quantity;
        drop(order);
        send(books, id, by, &assignments, found.quantity, cx)?;
        replaced.done.push(found);
    }
    Ok(())
}

/// Units of a line that are not there on the day on which the customer wants them, and when the first of them would be; `None` if
/// nobody can tell. Without such a day only what has no supply in sight is late.
fn late(company: &Company, order: &Order, line: &Line, cx: &Context) -> (Quantity, Option<Day>) {
    let mut units = line.buckets.open;
    let mut first = None;
    for peg in &line.pegs {
        let node = company.node(&peg.node);
        let arrives = node.zip(peg.due).map(|(node, due)| arrival(node, &order.ship_to.country, due, cx));
        let is_late = match (arrives, order.requested) {
            (None, _) => true,
            (Some(arrives), requested) => requested.is_some_and(|requested| arrives > requested),
        };
        if is_late {
            units += peg.quantity;
            first = match (first, arrives) {
                (Some(first), Some(arrives)) => Some(arrives.min(first)),
                (first, arrives) => first.or(arrives),
            };
        }
    }
    (units, first)
}

/// A line, and a substitute that may be sent for it.
struct Case<'a> {
    company: &'a Arc<Company>,
    order: &'a Order,
    account: &'a Account,
    line: &'a Line,
    substitute: &'a Substitute,
    consent: Consent,
    /// When the original would be there; `None` if nobody can tell.
    original: Option<Day>,
}

impl Case<'_> {
    /// The line with the substitute, and which node sends how much of it; `None` if none is there sooner than the original.
    fn find(&self, books: &mut dyn Books, late: Quantity, cx: &Context) -> Result<Option<(Line, Vec<Assignment>)>, Stop> {
        let Some(item) = books.item(&self.substitute.item)?.filter(|item| !item.discontinued) else { return Ok(None) };
        let refused = refused_nodes(books, self.order)?;
        let wanted = eligibility(self.company, self.order, self.account, &refused, None);
        let network = Network::read(books, self.company, [&item.id].into_iter())?;
        let (mut quantity, mut units) = self.substitute.covers(late, Quantity(i64::MAX));
        // what a first look finds too little of is looked for again as whole units of both
        for _ in 0..2 {
            if !quantity.is_positive() || units > Quantity::LIMIT {
                return Ok(None);
            }
            let Some(line) = self.replacing(books, &item, quantity, units)? else { return Ok(None) };
            let found = plan(books, self.order, &[&line], &network, &wanted, cx)?;
            let assignments: Vec<_> = found.assignments.into_iter().filter(|part| self.is_sooner(part, cx)).collect();
            let there = assignments.iter().map(|part| part.quantity).sum();
            if there == units {
                return Ok(Some((line, assignments)));
            }
            (quantity, units) = self.substitute.covers(quantity, there);
        }
        Ok(None)
    }

    fn is_sooner(&self, part: &Assignment, cx: &Context) -> bool {
        let Some(node) = self.company.node(&part.node) else { return false };
        let today = node.calendar.local_day(cx.now);
        let arrives = sourcing::delivery_day(node, &self.order.ship_to.country, today, cx.now);
        self.original.is_none_or(|original| arrives < original)
    }

    /// The line with the substitute; `None` if it has no price.
    fn replacing(
        &self,
        books: &mut dyn Books,
        item: &Item,
        quantity: Quantity,
        units: Quantity,
    ) -> Result<Option<Line>, Stop> {
        let Some((price, price_rule)) = self.price(books, item, units)? else { return Ok(None) };
        let is_whole = self.line.ordered() == quantity;
        let last = self.order.lines.last().map_or(0, |line| line.no.0);
        let replaces = Replaced {
            line: self.line.no,
            item: self.line.item.clone(),
            quantity,
            price: self.line.price,
            agreed: price,
            consent: self.consent,
            at: units::Timestamp::default(),
        };
        Ok(Some(Line {
            no: if is_whole { self.line.no } else { LineNo(last + 1) },
            item: item.id.clone(),
            uom: item.base_uom.clone(),
            buckets: Buckets::ordered_now(units),
            price,
            price_rule,
            tax_rate: self.line.tax_rate,
            tax_category: item.tax_category.clone(),
            ship_group: self.line.ship_group.clone(),
            replaces: Some(Box::new(replaces)),
            ..Line::default()
        }))
    }

    /// The price per base unit by the rule of the substitute, and which rule it was.
    fn price(&self, books: &mut dyn Books, item: &Item, units: Quantity) -> Result<Option<(Decimal, Text)>, Stop> {
        let kept = self.substitute.price_for(self.line.price);
        let kept = kept.map(|price| (price, Text::from(format!("{} for {}", self.line.price_rule, self.line.item))));
        if self.substitute.price == SubstitutePrice::KeepOriginal {
            return Ok(kept);
        }
        let day = self.company.calendar.local_day(self.order.received_at);
        let own = price::expected(books, self.account, item, units, day)?.map(|own| (own.price, own.rule));
        Ok(match (self.substitute.price, own, kept) {
            (SubstitutePrice::LowerOf, Some(own), Some(kept)) => Some(if own.0 < kept.0 { own } else { kept }),
            (SubstitutePrice::LowerOf, None, kept) => kept,
            (_, own, _) => own,
        })
    }
}

/// Takes units out of what waits, puts the line with the substitute in their place, and reserves its units.
fn send(
    books: &mut dyn Books,
    id: OrderId,
    mut by: Line,
    assignments: &[Assignment],
    quantity: Quantity,
    cx: &Context,
) -> Result<(), Stop> {
    let Some(replaces) = &mut by.replaces else { return Ok(()) };
    replaces.at = cx.now;
    let (no, ordered_with, item) = (by.no, replaces.line, by.item.clone());
    let order = existing(books, id)?;
    let open = order.line(ordered_with).map_or(Quantity::ZERO, |line| line.buckets.open);
    let (priority, country) = (order.priority, order.ship_to.country.clone());
    drop(order);
    unpeg(books, id, ordered_with, (quantity - open).or_zero(), Bucket::Open)?;
    books.record(&id, OrderEvent::Substituted { by: Box::new(by) });
    let company = company(books)?;
    for part in assignments {
        let Some(node) = company.node(&part.node) else { continue };
        let today = node.calendar.local_day(cx.now);
        let binding = Binding {
            order: id,
            line: no,
            stock: StockKey::new(&item, &part.node),
            quantity: part.quantity,
            from: Bucket::Open,
            priority,
            promise: sourcing::delivery_day(node, &country, today, cx.now),
            now: cx.now,
        };
        bind(books, &binding)?;
    }
    note_promise(books, id, no, &Text::const_new("substituted"), cx)?;
    if no != ordered_with {
        note_promise(books, id, ordered_with, &Text::const_new("substituted"), cx)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountEvent;
    use crate::billing::{bill, credit_note};
    use crate::master::{CompanyEvent, ItemEvent};
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{HoldKind, Promised, Submission, approve, promise};
    use units::Amount;

    /// Ten of X are wanted by 6 March; six are at WH1, and Y can be sent for it.
    fn story(substitute: Substitute) -> Story {
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        story.stock("Y", "WH1", 20);
        replaceable(&mut story, Substitute { item: "Y".into(), ..substitute });
        story
    }

    fn replaceable(story: &mut Story, substitute: Substitute) {
        let x = (*story.books().item(&"X".into()).unwrap().unwrap()).clone();
        let item = Item { substitutes: vec![substitute], ..x };
        story.books().record(&ItemId::from("X"), ItemEvent::Set(Box::new(item)));
    }

    fn told() -> Substitute {
        Substitute { consent: Consent::Notify, ..Substitute::default() }
    }

    fn ordered(story: &mut Story, quantity: i64) -> (OrderId, Promised) {
        let lines = vec![submitted("X", &quantity.to_string())];
        let requested = Some("2026-03-06".parse().unwrap());
        let id = story.receive(&Submission { lines, requested, ..story.submission() }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        let promised = promise(story.books(), id, &at(1)).unwrap();
        story.check();
        (id, promised)
    }

    /// Of each line: the item, what was ordered instead of it, and its units.
    fn lines(story: &mut Story, id: OrderId) -> Vec<(String, Option<String>, i64)> {
        let order = story.order(id);
        let lines = order.lines.iter();
        lines
            .map(|line| {
                let replaces = line.replaces.as_ref().map(|replaces| replaces.item.to_string());
                (line.item.to_string(), replaces, line.ordered().0)
            })
            .collect()
    }

    fn x(units: i64) -> (String, Option<String>, i64) {
        ("X".to_owned(), None, units)
    }

    fn y(units: i64) -> (String, Option<String>, i64) {
        ("Y".to_owned(), Some("X".to_owned()), units)
    }

    #[test]
    fn domain_1_1_8_only_what_cannot_be_there_by_the_requested_date_is_replaced() {
        let mut story = story(told());
        let (id, promised) = ordered(&mut story, 10);
        assert_eq!(lines(&mut story, id), [x(6), y(4)]);
        assert_eq!((promised.replaced.done.len(), promised.replaced.to_ask.len()), (1, 0));
        assert_eq!(story.order(id).units_in(Bucket::Allocated), Quantity(10));
        assert_eq!(story.stock_of("X", "WH1").demand, []);

        // supply that comes in time is waited for
        let mut story = self::story(told());
        story.announce("X", "WH1", 10, "2026-03-05");
        let (id, promised) = ordered(&mut story, 10);
        assert_eq!((lines(&mut story, id), promised.backordered), (vec![x(10)], Quantity(4)));
    }

    #[test]
    fn domain_1_1_8_both_items_stay_on_a_line_that_is_replaced_whole() {
        let mut story = story(told());
        ordered(&mut story, 6);
        let (id, _) = ordered(&mut story, 5);
        assert_eq!(lines(&mut story, id), [y(5)]);
        let line = story.order(id).lines[0].clone();
        assert_eq!((line.no, line.replaces.unwrap().quantity), (LineNo(1), Quantity(5)));
    }

    #[test]
    fn domain_1_1_8_units_are_replaced_by_their_ratio_and_none_is_broken() {
        let mut story = story(Substitute { units: 3, of: 2, ..told() });
        let (id, _) = ordered(&mut story, 11);
        // of five, four can be replaced by six; one waits
        assert_eq!(lines(&mut story, id), [x(7), y(6)]);
        assert_eq!(story.order(id).lines[0].buckets.backordered, Quantity(1));
        assert_eq!(story.stock_of("Y", "WH1").available_to_sell(), Quantity(14));
    }

    #[test]
    fn domain_1_1_8_a_substitute_counts_between_its_days_only() {
        let day = |day: &str| Some(day.parse().unwrap());
        for (from, to, is_sent) in [
            (day("2026-03-03"), None, false),
            (None, day("2026-03-01"), false),
            (day("2026-03-02"), day("2026-03-02"), true),
        ] {
            let mut story = story(Substitute { from, to, ..told() });
            let (id, _) = ordered(&mut story, 10);
            assert_eq!(lines(&mut story, id).len() == 2, is_sent);
        }
    }

    #[test]
    fn domain_1_1_8_a_customer_who_takes_no_substitutes_gets_none() {
        let mut story = story(told());
        let acme = story.books().account(&"ACME".into()).unwrap().unwrap();
        let mut profile = acme.profile.clone();
        profile.substitutes = Some(Consent::Never);
        story.books().record(&acme.id, AccountEvent::ProfileSet { id: acme.id.clone(), profile: Box::new(profile) });
        let (id, promised) = ordered(&mut story, 10);
        assert_eq!((lines(&mut story, id), promised.replaced), (vec![x(10)], Replacements::default()));
        let refused = substitute(story.books(), id, &"X".into(), None, &clerk("ann", 2));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::Conflict(_)))));
    }

    #[test]
    fn domain_1_1_8_a_customer_who_has_to_be_asked_is_asked_and_the_answer_counts() {
        let mut story = story(Substitute::default());
        let (id, promised) = ordered(&mut story, 10);
        let asked =
            Replacement { line: LineNo(1), item: "X".into(), quantity: Quantity(4), by: "Y".into(), units: Quantity(4) };
        assert_eq!(promised.replaced, Replacements { done: vec![], to_ask: vec![asked.clone()] });
        assert_eq!(lines(&mut story, id), [x(10)]);
        let unknown = substitute(story.books(), id, &"X".into(), Some(&"Z".into()), &clerk("ann", 2));
        assert!(matches!(unknown, Err(Stop::Refused(Refusal::Conflict(_)))));
        let agreed = substitute(story.books(), id, &"X".into(), Some(&"Y".into()), &clerk("ann", 2)).unwrap();
        assert_eq!((agreed.done, lines(&mut story, id)), (vec![asked], vec![x(6), y(4)]));
        story.check();

        let (other, _) = ordered(&mut story, 3);
        refuse_substitutes(story.books(), other, &"X".into()).unwrap();
        assert_eq!(promise(story.books(), other, &at(3)).unwrap().replaced, Replacements::default());
        assert_eq!(lines(&mut story, other), [x(3)]);
    }

    #[test]
    fn domain_1_1_8_the_price_follows_its_rule() {
        let rules = [
            (SubstitutePrice::KeepOriginal, "10", "5"),
            (SubstitutePrice::LowerOf, "10", "4"),
            (SubstitutePrice::LowerOf, "8", "4"),
            (SubstitutePrice::LowerOf, "6", "3"),
            (SubstitutePrice::Substitute, "6", "4"),
        ];
        for (price, original, expected) in rules {
            // two of Y, at 4.00 each, stand for one of X
            let mut story = story(Substitute { units: 2, price, ..told() });
            let y = (*story.books().item(&"Y".into()).unwrap().unwrap()).clone();
            let y = Item { list_price: Some(Decimal::from(4i64)), ..y };
            story.books().record(&ItemId::from("Y"), ItemEvent::Set(Box::new(y)));
            let line = crate::order::SubmittedLine { price: Some(original.parse().unwrap()), ..submitted("X", "10") };
            let requested = Some("2026-03-06".parse().unwrap());
            let id = story.receive(&Submission { lines: vec![line], requested, ..story.submission() }).unwrap();
            approve(story.books(), id, &at(1)).unwrap();
            promise(story.books(), id, &at(1)).unwrap();
            let line = story.order(id).lines[1].clone();
            assert_eq!((line.price, line.buckets.allocated), (expected.parse().unwrap(), Quantity(8)), "{price:?}");
            // what was agreed is not held against the list
            price::validate(story.books(), id, &at(2)).unwrap();
            assert_eq!(story.order(id).lines[1].price, line.price);
        }
    }

    #[test]
    fn domain_1_1_8_the_margin_of_a_substitute_is_looked_at() {
        let mut story = story(told());
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.price.margin_floor = Some(Decimal::from(15i64));
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        let y = (*story.books().item(&"Y".into()).unwrap().unwrap()).clone();
        let y = Item { landed_cost: Some(Decimal::from(9i64)), ..y };
        story.books().record(&ItemId::from("Y"), ItemEvent::Set(Box::new(y)));
        let (id, _) = ordered(&mut story, 10);
        price::validate(story.books(), id, &at(2)).unwrap();
        let order = story.order(id);
        assert_eq!((order.holds[0].kind, &order.holds[0].lines[..]), (HoldKind::Price, &[LineNo(2)][..]));
    }

    #[test]
    fn the_substitute_is_shipped_billed_and_credited_under_its_own_item() {
        let mut story = story(Substitute { units: 2, ..told() });
        let (id, _) = ordered(&mut story, 10);
        approve(story.books(), id, &at(2)).unwrap();
        story.ship_everything(id);
        story.check();
        assert_eq!((story.stock_of("X", "WH1").shipped, story.stock_of("Y", "WH1").shipped), (Quantity(6), Quantity(8)));
        assert_eq!(story.open_orders(), Amount(0));
        let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
        let posted = story.books().invoice(&invoice).unwrap().unwrap();
        let billed: Vec<_> = posted.lines.iter().map(|line| (line.item.to_string(), line.quantity.0, line.net.0)).collect();
        assert_eq!(billed, [("X".to_owned(), 6, 6_000), ("Y".to_owned(), 8, 4_000)]);
        credit_note(story.books(), invoice, None, &[(LineNo(2), Quantity(3))], "damaged", &clerk("ann", 5)).unwrap();
        assert_eq!(story.order(id).lines[1].credited, Quantity(3));
        story.check();
    }

    #[test]
    fn a_cancelled_substitute_gives_its_stock_back() {
        let mut story = story(told());
        let (id, _) = ordered(&mut story, 10);
        let lines = vec![(LineNo(2), None)];
        let all = crate::order::Cancellation { lines, reason: "not this".into() };
        crate::order::cancel(story.books(), id, &all, &clerk("ann", 2)).unwrap();
        assert_eq!(story.stock_of("Y", "WH1").available_to_sell(), Quantity(20));
        story.check();
    }

    #[test]
    fn a_substitute_that_comes_later_is_sent_to_whoever_cannot_have_the_original_in_time() {
        let mut story = Story::new();
        let x = (*story.books().item(&"X".into()).unwrap().unwrap()).clone();
        let substitutes = vec![Substitute { item: "Y".into(), ..told() }];
        crate::master::put_item(story.books(), &Item { substitutes, ..x }, &at(0)).unwrap();
        let (first, _) = ordered(&mut story, 4);
        let (second, _) = ordered(&mut story, 4);
        assert_eq!(replace_by(story.books(), &"Y".into(), &at(2)).unwrap(), []);
        story.stock("Y", "WH1", 5);
        let came = replace_by(story.books(), &"Y".into(), &at(3)).unwrap();
        assert_eq!(came.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [first, second]);
        assert_eq!((lines(&mut story, first), lines(&mut story, second)), (vec![y(4)], vec![self::x(3), y(1)]));
        story.check();
    }
}
