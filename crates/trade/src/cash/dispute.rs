//! What a customer disputes of an invoice: opened by a person or by what a payment deducted, and decided in parts.

use compact_str::format_compact;
use serde::{Deserialize, Serialize};
use units::{Amount, Day, Money, Text};

use super::deduction::{deducted_of, end_deduction, is_code, owner};
use super::ledger::{LedgerAccount, LedgerEntry};
use crate::account::{AccountEvent, OpenItem, settle, settled};
use crate::billing::{Invoice, InvoiceEvent, credited_invoice, goodwill, may_give_away, net_of_goodwill};
use crate::books::{Books, Key, Stop};
use crate::context::{Context, Role};
use crate::exception::{self, ExceptionKind, Raise, Routing, Subject};
use crate::ids::{AccountId, InvoiceId};
use crate::order::company;
use crate::refusal::Refusal;

/// What becomes of a disputed amount, tax included; what is neither granted nor written off is refused and still due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settlement {
    /// The customer is right: credited at the invoice's own rates.
    pub granted: Amount,
    /// Not worth the quarrel: written off.
    pub written_off: Amount,
}

/// What a decision came to; the three amounts add up to what was in dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settled {
    /// The credit note, if something was granted.
    pub note: Option<InvoiceId>,
    /// What it comes to.
    pub granted: Amount,
    /// What was written off; the minor unit that no net amount comes to with its tax is part of it.
    pub written_off: Amount,
    /// What is still due.
    pub refused: Amount,
}

/// Notes that a customer disputes part of what is open of an invoice; only that part is kept from write-offs and from applying unnamed
/// money.
///
/// Somebody is asked about it, by its code. Refused for documents that are no invoice, for more than is open, for an unknown code,
/// without a reason, and while another part is in dispute. Source: domain §1.3 (dispute), §1.5.3 (37), §1.7 (codes).
pub fn open_dispute(
    books: &mut dyn Books,
    invoice: InvoiceId,
    amount: Amount,
    code: &str,
    reason: &str,
    cx: &Context,
) -> Result<(), Stop> {
    let document = credited_invoice(books, invoice)?;
    if !is_code(code) {
        let wanted = "PRC, PRM, QTY, FRT, TAX, DMG, LATE, RET, UD, BNK or UNK";
        return Err(Refusal::invalid("code", code, wanted).into());
    }
    if reason.trim().is_empty() {
        return Err(Refusal::invalid("reason", "empty", "what the customer says").into());
    }
    let item = item_of(books, &document)?;
    let open = item.as_ref().map_or(Amount::ZERO, |item| item.open);
    if !amount.is_positive() || amount > open {
        return Err(Refusal::TooMuchMoney { wanted: amount, available: open }.into());
    }
    if item.is_some_and(|item| item.disputed.is_positive()) {
        return Err(
            Refusal::Conflict(format_compact!("{} is in dispute already: settle that first", document.number)).into()
        );
    }
    let code = Text::from(code);
    books.record(&document.account, AccountEvent::ItemDisputed { invoice, amount, code: code.clone() });
    books.record(&invoice, InvoiceEvent::Disputed { amount, code: code.clone(), by: cx.actor.id.clone() });
    let subject = Subject {
        order: Some(document.order),
        account: Some(document.account.clone()),
        key: Some(Key::Invoice(invoice)),
        line: None,
    };
    let disputed = Money { amount, currency: document.currency };
    let reason = format_compact!("{disputed} of {} is disputed ({code}): {reason}", document.number);
    let routing = Routing::to(owner(&code));
    let company = company(books)?;
    let amount = company.valued(amount, document.currency, company.calendar.local_day(cx.now));
    exception::raise(books, Raise { amount, routing, ..Raise::new(ExceptionKind::Deduction, subject, reason) }, cx)?;
    Ok(())
}

/// Decides on what is in dispute of an invoice.
///
/// It takes whoever may decide on the exception that asks about it, and of what a payment deducted also the owner of its code; otherwise
/// see [`decide_dispute`]. Source: domain §1.3, §1.7, §1.12.
pub fn settle_dispute(
    books: &mut dyn Books,
    invoice: InvoiceId,
    settlement: Settlement,
    reason: &str,
    cx: &Context,
) -> Result<Settled, Stop> {
    let document = credited_invoice(books, invoice)?;
    let disputed = document.dispute.as_ref().map(|(_, code)| code.clone());
    let deducted = if disputed.is_none() { deducted_of(books, invoice)? } else { None };
    let (key, code) = match (disputed, deducted) {
        (None, Some((payment, code))) => (Key::Payment(payment), code),
        (code, _) => (Key::Invoice(invoice), code.unwrap_or(Text::const_new("UNK"))),
    };
    let asked = exception::open_for(books, ExceptionKind::Deduction, &key)?;
    let is_asked = match asked {
        Some(asked) => books.exception(&asked)?.is_some_and(|asked| exception::is_for(&asked, &cx.actor)),
        None => cx.actor.has(Role::Director),
    };
    // one payment may deduct under several codes, and asks whom the first of them concerns
    let is_owner = cx.actor.has(owner(&code)) && (asked.is_none() || matches!(key, Key::Payment(_)));
    if !is_asked && !is_owner {
        let why = format_compact!("a dispute about {code} is for {:?} to decide on", owner(&code));
        return Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why }.into());
    }
    decide_dispute(books, invoice, settlement, reason, cx)
}

/// Decides on what is in dispute of an invoice: part of it is credited at the invoice's own rates, part is written off, and the rest is no
/// longer in dispute and still due, its day unchanged. Whoever calls this has made sure that the actor may.
///
/// Refused where nothing is in dispute, for more than that, for more than can be credited, without a reason, above the actor's limit, all
/// that they gave away of the invoice before included, and where money is given away by whoever opened the dispute. Source: domain §1.3
/// (accept, reject, split), §1.7.
pub fn decide_dispute(
    books: &mut dyn Books,
    invoice: InvoiceId,
    settlement: Settlement,
    reason: &str,
    cx: &Context,
) -> Result<Settled, Stop> {
    let document = credited_invoice(books, invoice)?;
    let Settlement { granted, written_off } = settlement;
    let item = item_of(books, &document)?;
    let disputed = item.as_ref().map_or(Amount::ZERO, |item| item.disputed.min(item.open));
    if !disputed.is_positive() {
        return Err(Refusal::Conflict(format_compact!("nothing of {} is in dispute", document.number)).into());
    }
    if reason.trim().is_empty() {
        return Err(Refusal::invalid("reason", "empty", "why this was decided").into());
    }
    if granted.is_negative() || written_off.is_negative() || granted + written_off > disputed {
        return Err(Refusal::TooMuchMoney { wanted: granted + written_off, available: disputed }.into());
    }
    let given = granted + written_off;
    if given.is_positive() && document.disputed_by == cx.actor.id && !cx.actor.roles.contains(&Role::System) {
        let why = Text::const_new("whoever opened a dispute gives nothing away for it");
        return Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why }.into());
    }
    if given.is_positive() {
        may_give_away(books, &document, given, cx)?;
    }
    let net = if granted.is_positive() { net_of_goodwill(books, &document, granted)? } else { Amount::ZERO };
    let (code, deducted) = end(books, &document, written_off, cx)?;
    // what a payment had deducted is booked with it
    let with_payment = if deducted { written_off } else { Amount::ZERO };
    let note = if net.is_positive() { Some(goodwill(books, invoice, None, net, reason, cx)?) } else { None };
    let credited = match note {
        Some(note) => books.invoice(&note)?.map_or(Amount::ZERO, |note| note.gross),
        None => Amount::ZERO,
    };
    let written_off = written_off + (granted - credited);
    let on = company(books)?.calendar.local_day(cx.now);
    let entries = allowed(&document, written_off - with_payment, &code, on);
    write_off(books, &document, written_off, code.clone(), cx)?;
    let refused = disputed - credited - written_off;
    let (by, why) = (cx.actor.id.clone(), Text::from(reason));
    let granted = credited;
    let settled = InvoiceEvent::DisputeSettled { granted, written_off, refused, note, by, reason: why, code, on, entries };
    books.record(&invoice, settled);
    clear(books, invoice, reason, cx)?;
    Ok(Settled { note, granted: credited, written_off, refused })
}

/// What a person disputed of a document is not asked about any more: it was paid or credited, or a payment deducts of what is left.
pub(super) fn void_dispute(
    books: &mut dyn Books,
    account: &AccountId,
    invoice: InvoiceId,
    cx: &Context,
) -> Result<(), Stop> {
    let Some((_, code)) = books.invoice(&invoice)?.and_then(|document| document.dispute.clone()) else { return Ok(()) };
    // one that is being decided is in dispute no longer
    let item = books.account(account)?.and_then(|account| account.ledger.item(invoice).cloned());
    if item.is_none_or(|item| item.disputed.is_zero()) {
        return Ok(());
    }
    books.record(account, AccountEvent::ItemDisputed { invoice, amount: Amount::ZERO, code });
    books.record(&invoice, InvoiceEvent::DisputeVoided);
    clear(books, invoice, "paid, credited or deducted", cx)
}

/// Nothing of a document is in dispute any more; gives the code that it was under, and whether a payment had deducted it.
fn end(books: &mut dyn Books, document: &Invoice, written_off: Amount, cx: &Context) -> Result<(Text, bool), Stop> {
    let deducted = end_deduction(books, &document.account, document.id, written_off, cx)?;
    let is_deducted = deducted.is_some();
    let code = document.dispute.as_ref().map(|(_, code)| code.clone());
    let code = code.or(deducted).unwrap_or(Text::const_new("UNK"));
    let cleared = AccountEvent::ItemDisputed { invoice: document.id, amount: Amount::ZERO, code: code.clone() };
    books.record(&document.account, cleared);
    Ok((code, is_deducted))
}

fn write_off(books: &mut dyn Books, document: &Invoice, amount: Amount, code: Text, cx: &Context) -> Result<(), Stop> {
    let (account, invoice) = (&document.account, document.id);
    let Some(item) = item_of(books, document)?.filter(|_| amount.is_positive()) else { return Ok(()) };
    books.record(account, AccountEvent::Allowed { invoice, amount, code, at: cx.now });
    let of_orders = settle(books, account, &item, amount, None);
    settled(books, of_orders);
    Ok(())
}

/// What is written off of a document that no payment had deducted, in the general ledger.
fn allowed(document: &Invoice, amount: Amount, code: &Text, day: Day) -> Vec<LedgerEntry> {
    if amount.is_zero() {
        return Vec::new();
    }
    let booked = document.rate.as_ref().map_or(amount, |rate| rate.booked(amount, document.currency));
    let receivables = LedgerEntry {
        ledger: LedgerAccount::Receivables,
        account: Some(document.account.clone()),
        invoice: Some(document.id),
        code: Text::default(),
        amount: -amount,
        booked: -booked,
        day,
    };
    let deduction =
        LedgerEntry { ledger: LedgerAccount::Deduction, code: code.clone(), amount, booked, ..receivables.clone() };
    vec![receivables, deduction]
}

fn item_of(books: &mut dyn Books, document: &Invoice) -> Result<Option<OpenItem>, Stop> {
    let account = books.account(&document.account)?;
    Ok(account.and_then(|account| account.ledger.item(document.id).cloned()))
}

fn clear(books: &mut dyn Books, invoice: InvoiceId, cause: &str, cx: &Context) -> Result<(), Stop> {
    let asked = exception::open_for(books, ExceptionKind::Deduction, &Key::Invoice(invoice))?;
    asked.map_or(Ok(()), |asked| exception::clear(books, asked, cause, cx))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::come_due;
    use crate::billing::credit_note;
    use crate::books::Event;
    use crate::cash::{EntryDocument, StatementDocument};
    use crate::ids::{LineNo, OrderId};
    use crate::order::fixture::{Story, at, billed, clerk};
    use units::Quantity;

    /// An invoice of 119.00, of which 60.00 are disputed over a promotion.
    fn disputed() -> (Story, OrderId, InvoiceId) {
        let (mut story, id, invoice) = billed();
        open_dispute(story.books(), invoice, Amount(6_000), "PRM", "spring promotion", &clerk("ann", 5)).unwrap();
        (story, id, invoice)
    }

    fn item(story: &mut Story, invoice: InvoiceId) -> Option<OpenItem> {
        story.books().account(&"ACME".into()).unwrap().unwrap().ledger.item(invoice).cloned()
    }

    fn asked(story: &mut Story, invoice: InvoiceId) -> Option<std::sync::Arc<exception::Exception>> {
        let asked = exception::open_for(story.books(), ExceptionKind::Deduction, &Key::Invoice(invoice)).unwrap()?;
        story.books().exception(&asked).unwrap()
    }

    #[test]
    fn domain_1_3_only_the_disputed_amount_is_held_and_its_owner_is_asked() {
        let (mut story, _, invoice) = disputed();
        let held = item(&mut story, invoice).unwrap();
        assert_eq!((held.open, held.disputed), (Amount(11_900), Amount(6_000)));
        let asked = asked(&mut story, invoice).unwrap();
        assert_eq!((asked.owner, asked.amount), (Role::Sales, Amount(6_000)));
        assert_eq!(asked.reason, "60.00 EUR of CD-2026-000001 is disputed (PRM): spring promotion");
        story.check();
    }

    #[test]
    fn domain_1_3_a_dispute_is_granted_in_part_written_off_in_part_and_refused_in_part() {
        let (mut story, id, invoice) = disputed();
        let settlement = Settlement { granted: Amount(2_380), written_off: Amount(120) };
        let settled = settle_dispute(story.books(), invoice, settlement, "half a promotion", &clerk("eve", 6)).unwrap();
        assert_eq!((settled.granted, settled.written_off, settled.refused), (Amount(2_380), Amount(120), Amount(3_500)));
        let note = story.books().invoice(&settled.note.unwrap()).unwrap().unwrap();
        assert_eq!((note.net, note.tax, note.gross), (Amount(2_000), Amount(380), Amount(2_380)));
        let left = item(&mut story, invoice).unwrap();
        assert_eq!((left.open, left.disputed), (Amount(11_900 - 2_500), Amount::ZERO));
        assert_eq!(story.order(id).receivable, Amount(9_400));
        assert!(asked(&mut story, invoice).is_none());
        let document = story.books().invoice(&invoice).unwrap().unwrap();
        let decision = &document.decisions[0];
        assert_eq!((decision.code.as_str(), decision.reason.as_str()), ("PRM", "half a promotion"));
        assert_eq!((decision.refused, decision.note), (Amount(3_500), settled.note));
        assert_eq!(decision.on, "2026-03-02".parse().unwrap());
        story.check();
    }

    #[test]
    fn what_is_refused_goes_on_getting_older_from_its_own_day() {
        let (mut story, _, invoice) = disputed();
        let due = item(&mut story, invoice).unwrap().due;
        settle_dispute(story.books(), invoice, Settlement::default(), "no such promotion", &clerk("eve", 6)).unwrap();
        assert_eq!(item(&mut story, invoice).unwrap().due, due);
        story.books.take_events();
        come_due(story.books(), &"ACME".into(), &at(60 * 1_440)).unwrap();
        let told =
            story.books.take_events().into_iter().any(|event| {
                matches!(event, Event::Account(_, AccountEvent::ReceivableOverdue { open: Amount(11_900), .. }))
            });
        assert!(told);
    }

    #[test]
    fn the_minor_unit_that_no_credit_note_comes_to_is_written_off() {
        let (mut story, _, invoice) = billed();
        open_dispute(story.books(), invoice, Amount(3), "PRC", "price", &clerk("ann", 5)).unwrap();
        // net 2 comes to 2 with 19 %, and net 3 to 4
        let all = Settlement { granted: Amount(3), written_off: Amount::ZERO };
        let settled = settle_dispute(story.books(), invoice, all, "right", &clerk("eve", 6)).unwrap();
        assert_eq!((settled.granted, settled.written_off, settled.refused), (Amount(2), Amount(1), Amount::ZERO));
        assert_eq!(item(&mut story, invoice).unwrap().open, Amount(11_897));
        story.check();
    }

    #[test]
    fn a_dispute_over_all_of_an_invoice_that_is_granted_is_settled_and_not_voided() {
        let (mut story, id, invoice) = billed();
        open_dispute(story.books(), invoice, Amount(11_900), "DMG", "all broken", &clerk("ann", 5)).unwrap();
        story.books.take_events();
        let all = Settlement { granted: Amount(11_900), written_off: Amount::ZERO };
        settle_dispute(story.books(), invoice, all, "so it was", &clerk("eve", 6)).unwrap();
        let told: Vec<_> = story.books.take_events();
        let is = |wanted: fn(&InvoiceEvent) -> bool| {
            told.iter().filter(|event| matches!(event, Event::Invoice(_, event) if wanted(event))).count()
        };
        assert_eq!(is(|event| matches!(event, InvoiceEvent::DisputeSettled { granted: Amount(11_900), .. })), 1);
        assert_eq!(is(|event| matches!(event, InvoiceEvent::DisputeVoided)), 0);
        assert_eq!((story.order(id).receivable, item(&mut story, invoice)), (Amount::ZERO, None));
        story.check();
    }

    #[test]
    fn each_part_of_a_dispute_is_in_exactly_one_place_whatever_is_granted() {
        for granted in [0, 1, 17, 100, 5_999, 6_000] {
            let (mut story, _, invoice) = disputed();
            let settlement = Settlement { granted: Amount(granted), written_off: Amount((6_000 - granted) / 3) };
            let settled = settle_dispute(story.books(), invoice, settlement, "so be it", &clerk("eve", 6)).unwrap();
            assert_eq!(settled.granted + settled.written_off + settled.refused, Amount(6_000), "{granted}");
            let open = item(&mut story, invoice).unwrap().open;
            assert_eq!(open, Amount(11_900) - settled.granted - settled.written_off, "{granted}");
            story.check();
        }
    }

    #[test]
    fn a_dispute_is_decided_once_by_whom_it_is_for_and_within_their_limit() {
        let (mut story, _, invoice) = disputed();
        let all = Settlement { granted: Amount(6_000), written_off: Amount::ZERO };
        let mut cx = clerk("rita", 6);
        cx.actor.roles = vec![Role::Warehouse];
        let refused = settle_dispute(story.books(), invoice, all, "right", &cx);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        cx.actor.roles = vec![Role::Sales];
        cx.actor.limit = Some(Amount(5_999));
        let refused = settle_dispute(story.books(), invoice, all, "right", &cx);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        cx.actor.limit = None;
        let too_much = Settlement { granted: Amount(6_000), written_off: Amount(1) };
        let refused = settle_dispute(story.books(), invoice, too_much, "right", &cx);
        assert_eq!(refused, Err(Stop::Refused(Refusal::TooMuchMoney { wanted: Amount(6_001), available: Amount(6_000) })));
        settle_dispute(story.books(), invoice, all, "right", &cx).unwrap();
        let again = settle_dispute(story.books(), invoice, all, "right", &clerk("eve", 7));
        assert!(matches!(again, Err(Stop::Refused(_))));
        story.check();
    }

    #[test]
    fn whoever_opened_a_dispute_gives_nothing_away_for_it_but_may_withdraw_it() {
        let (mut story, _, invoice) = disputed();
        for (granted, written_off) in [(1, 0), (0, 1)] {
            let settlement = Settlement { granted: Amount(granted), written_off: Amount(written_off) };
            let refused = settle_dispute(story.books(), invoice, settlement, "right", &clerk("ann", 6));
            assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{refused:?}");
        }
        settle_dispute(story.books(), invoice, Settlement::default(), "withdrawn", &clerk("ann", 6)).unwrap();
    }

    #[test]
    fn a_limit_holds_for_all_that_somebody_writes_off_and_credits_of_an_invoice() {
        let (mut story, _, invoice) = billed();
        let small = |name: &str| {
            let mut cx = clerk(name, 6);
            cx.actor.limit = Some(Amount(1_000));
            cx
        };
        let mut settled = |granted, written_off, by: &str| {
            open_dispute(story.books(), invoice, Amount(600), "PRM", "promotion", &clerk("ann", 5)).unwrap();
            let settlement = Settlement { granted: Amount(granted), written_off: Amount(written_off) };
            let outcome = settle_dispute(story.books(), invoice, settlement, "right", &small(by));
            if outcome.is_err() {
                settle_dispute(story.books(), invoice, Settlement::default(), "no", &clerk("ann", 6)).unwrap();
            }
            outcome.is_ok()
        };
        assert!(settled(0, 600, "bob"));
        assert!(!settled(0, 401, "bob"));
        assert!(!settled(401, 0, "bob"));
        assert!(settled(100, 300, "bob"));
        assert!(!settled(0, 1, "bob"));
        assert!(settled(0, 600, "eva"));
    }

    #[test]
    fn domain_1_7_what_a_payment_deducted_is_decided_by_the_owner_of_its_code() {
        for (role, may) in
            [(Role::Receivables, false), (Role::Sales, false), (Role::Warehouse, true), (Role::Director, true)]
        {
            let (mut story, _, invoice) = billed();
            let entry = EntryDocument {
                bank_reference: "B-1".into(),
                amount: Amount(10_000),
                customer_number: "ACME".into(),
                remittance: "CD-2026-000001 DMG".into(),
                ..EntryDocument::default()
            };
            let statement = StatementDocument {
                reference: "S-1".into(),
                bank_account: "DE99".into(),
                currency: units::Currency::EUR,
                entries: vec![entry],
                ..StatementDocument::default()
            };
            let payment = crate::cash::import(story.books(), &statement, &at(5)).unwrap().payments[0];
            crate::cash::apply(story.books(), payment, &at(5)).unwrap();
            let subject = Subject { key: Some(Key::Payment(payment)), ..Subject::default() };
            let asked = Raise { routing: Routing::to(owner("DMG")), ..Raise::new(ExceptionKind::Deduction, subject, "DMG") };
            exception::raise(story.books(), asked, &at(5)).unwrap();
            let mut cx = clerk("eve", 6);
            cx.actor.roles = vec![role];
            let all = Settlement { granted: Amount(1_900), written_off: Amount::ZERO };
            let settled = settle_dispute(story.books(), invoice, all, "broken", &cx);
            assert_eq!(settled.is_ok(), may, "{role:?}: {settled:?}");
        }
    }

    #[test]
    fn what_can_be_credited_no_more_is_refused_and_not_written_off() {
        let (mut story, _, invoice) = billed();
        let goods = [(LineNo(1), Quantity(10))];
        // the customer has paid, so that the credit note is owed to them and the payment can be taken back
        let payment = story.pay(invoice, 11_900);
        credit_note(story.books(), invoice, None, &goods, "returned", &clerk("eve", 6)).unwrap();
        crate::cash::unapply(story.books(), payment, invoice, "another's money", &clerk("eve", 7)).unwrap();
        open_dispute(story.books(), invoice, Amount(11_900), "RET", "all went back", &clerk("ann", 8)).unwrap();
        let all = Settlement { granted: Amount(11_900), written_off: Amount::ZERO };
        let refused = settle_dispute(story.books(), invoice, all, "right", &clerk("eve", 9));
        let too_much = Refusal::TooMuchMoney { wanted: Amount(11_900), available: Amount::ZERO };
        assert_eq!(refused, Err(Stop::Refused(too_much)));
        assert_eq!(item(&mut story, invoice).unwrap().open, Amount(11_900));
    }

    #[test]
    fn a_dispute_needs_a_code_a_reason_and_an_open_amount_and_stands_alone() {
        let (mut story, _, invoice) = billed();
        let mut open = |amount, code: &str, reason: &str| {
            open_dispute(story.books(), invoice, Amount(amount), code, reason, &clerk("ann", 5))
        };
        assert!(matches!(open(1, "WHY", "x"), Err(Stop::Refused(Refusal::Invalid { .. }))));
        assert!(matches!(open(1, "QTY", " "), Err(Stop::Refused(Refusal::Invalid { .. }))));
        assert!(matches!(open(11_901, "QTY", "x"), Err(Stop::Refused(Refusal::TooMuchMoney { .. }))));
        assert!(matches!(open(0, "QTY", "x"), Err(Stop::Refused(Refusal::TooMuchMoney { .. }))));
        open(11_900, "QTY", "x").unwrap();
        assert!(matches!(open(1, "QTY", "x"), Err(Stop::Refused(Refusal::Conflict(_)))));
    }

    #[test]
    fn whoever_pays_what_they_disputed_disputes_it_no_longer() {
        let (mut story, id, invoice) = disputed();
        story.pay(invoice, 11_900);
        assert_eq!((story.order(id).receivable, item(&mut story, invoice)), (Amount::ZERO, None));
        assert!(asked(&mut story, invoice).is_none());
        assert_eq!(story.books().invoice(&invoice).unwrap().unwrap().dispute, None);
        story.check();
    }
}
