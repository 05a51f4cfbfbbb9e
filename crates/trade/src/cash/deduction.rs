//! What customers deduct: the code that says why, who looks after it, and what becomes of it.

use units::{Amount, Text};

use super::dispute::void_dispute;
use super::ledger::book;
use super::post::existing;
use super::state::PaymentEvent;
use crate::account::{AccountEvent, settle, settled};
use crate::billing::InvoiceEvent;
use crate::books::{Books, Key, Stop};
use crate::context::{Context, Role};
use crate::ids::{AccountId, InvoiceId, PaymentId};
use crate::order::company;
use crate::reference::{point, pointed};
use crate::refusal::Refusal;

/// Within which a document leads to the payment that deducted of it.
const DEDUCTED: &str = "deducted-of";

/// The code of a discount that was taken too late.
pub(super) const UNEARNED_DISCOUNT: &str = "UD";
/// The code of what nobody gave a reason for.
pub(super) const UNKNOWN: &str = "UNK";

/// The codes of deductions, who owns them, and the words by which customers say them (domain §1.7).
const CODES: [(&str, Role, &[&str]); 11] = [
    ("PRC", Role::Sales, &["PRICE", "PRICING", "CONTRACT"]),
    ("PRM", Role::Sales, &["PROMO", "PROMOTION", "BONUS"]),
    ("QTY", Role::Warehouse, &["SHORTAGE", "SHORTSHIP", "MISSING", "QUANTITY"]),
    ("FRT", Role::Warehouse, &["FREIGHT", "CARRIAGE", "POSTAGE", "SHIPPING"]),
    ("TAX", Role::Receivables, &["VAT"]),
    ("DMG", Role::Warehouse, &["DAMAGE", "DAMAGED", "BROKEN"]),
    ("LATE", Role::Warehouse, &["DELAY", "DELAYED"]),
    ("RET", Role::Sales, &["RETURN", "RETURNS", "RETURNED"]),
    (UNEARNED_DISCOUNT, Role::Receivables, &["SKONTO"]),
    ("BNK", Role::Receivables, &["CHARGES"]),
    (UNKNOWN, Role::Receivables, &[]),
];

/// Whether a code is one of those that deductions and disputes have.
pub(super) fn is_code(code: &str) -> bool {
    CODES.iter().any(|(known, ..)| *known == code)
}

/// Who looks after deductions of a code; receivables for one that nobody knows.
pub fn owner(code: &str) -> Role {
    CODES.iter().find(|(known, ..)| *known == code).map_or(Role::Receivables, |(_, owner, _)| *owner)
}

/// The code that a payment's text names, by itself or by a word for it; `None` if it names none or several.
pub(super) fn named(remittance: &str) -> Option<&'static str> {
    let words: Vec<String> = remittance
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase)
        .collect();
    let is_named = |(code, _, names): &&(&str, Role, &[&str])| {
        *code != UNKNOWN && words.iter().any(|word| word == code || names.contains(&word.as_str()))
    };
    let mut found = CODES.iter().filter(is_named);
    match (found.next(), found.next()) {
        (Some((code, ..)), None) => Some(code),
        _ => None,
    }
}

/// What a payment has left open under a code: the document, how much of it, and the code.
pub fn deductions(books: &mut dyn Books, id: PaymentId) -> Result<Vec<(InvoiceId, Amount, Text)>, Stop> {
    let payment = existing(books, id)?;
    let open = payment.allocations.iter().filter(|allocation| allocation.deduction.is_positive());
    Ok(open.map(|allocation| (allocation.invoice, allocation.deduction, allocation.code.clone())).collect())
}

/// Notes which payment has deducted of a document last.
pub(super) fn note_deducted(books: &mut dyn Books, invoice: InvoiceId, payment: PaymentId) -> Result<(), Stop> {
    Ok(point(books, DEDUCTED, &invoice.to_string(), Some(Key::Payment(payment)))?)
}

/// What a payment deducted of a document is not asked about any more: the rest was paid or credited, or another payment deducts of
/// what is left. So there is one deduction of a document at most.
pub(crate) fn void_deduction(
    books: &mut dyn Books,
    account: &AccountId,
    invoice: InvoiceId,
    cx: &Context,
) -> Result<(), Stop> {
    void_dispute(books, account, invoice, cx)?;
    end_deduction(books, account, invoice, Amount::ZERO, cx).map(drop)
}

/// Which payment has deducted of a document and waits for a decision, and the code that it was under.
pub(super) fn deducted_of(books: &mut dyn Books, invoice: InvoiceId) -> Result<Option<(PaymentId, Text)>, Stop> {
    let Some(Key::Payment(id)) = pointed(books, DEDUCTED, &invoice.to_string())? else { return Ok(None) };
    let found = deductions(books, id)?.into_iter().find(|(deducted, ..)| *deducted == invoice);
    Ok(found.map(|(.., code)| (id, code)))
}

/// Ends what a payment deducted of a document, `written_off` of it being written off; gives its code if there was a deduction.
pub(super) fn end_deduction(
    books: &mut dyn Books,
    account: &AccountId,
    invoice: InvoiceId,
    written_off: Amount,
    cx: &Context,
) -> Result<Option<Text>, Stop> {
    let name = invoice.to_string();
    let deducted = deducted_of(books, invoice)?;
    point(books, DEDUCTED, &name, None)?;
    let Some((id, code)) = deducted else { return Ok(None) };
    books.record(account, AccountEvent::ItemDisputed { invoice, amount: Amount::ZERO, code: code.clone() });
    let by = cx.actor.id.clone();
    books.record(&id, PaymentEvent::DeductionResolved { invoice, accepted: written_off, by });
    book(books, id, cx)?;
    Ok(Some(code))
}

/// Decides on what a payment deducted: `accepted` of it is written off, and the rest stays open, no longer in dispute; `None` accepts
/// all of it. What was decided stands on the document, for the customer to be told.
///
/// Refused where nothing is deducted, for more than that, and for a part of what is deducted from several documents: nobody knows of which. Source: domain §1.3 (dispute: accept, reject, split), §1.7.
pub fn resolve_deduction(
    books: &mut dyn Books,
    id: PaymentId,
    accepted: Option<Amount>,
    reason: &str,
    cx: &Context,
) -> Result<(), Stop> {
    let payment = existing(books, id)?;
    let deductions = deductions(books, id)?;
    let all: Amount = deductions.iter().map(|(_, amount, _)| *amount).sum();
    let accepted = accepted.unwrap_or(all);
    let (Some(payer), true) = (&payment.account, all.is_positive()) else {
        return Err(Refusal::Conflict(Text::from(format!("{id} deducts nothing"))).into());
    };
    if accepted.is_negative() || accepted > all {
        return Err(Refusal::TooMuchMoney { wanted: accepted, available: all }.into());
    }
    if deductions.len() > 1 && accepted.is_positive() && accepted < all {
        let why = format!("{id} deducts from several documents: decide on the dispute of each, or on all of it");
        return Err(Refusal::Conflict(Text::from(why)).into());
    }
    let on = company(books)?.calendar.local_day(cx.now);
    let mut left = accepted;
    for (invoice, deduction, code) in deductions {
        let allocation = payment.allocations.iter().find(|allocation| allocation.invoice == invoice);
        let account = allocation.map_or(payer, |allocation| allocation.owner(payer));
        // what was paid or credited since is no longer open
        let item = books.account(account)?.and_then(|account| account.ledger.item(invoice).cloned());
        let disputed = deduction.min(item.as_ref().map_or(Amount::ZERO, |item| item.open)).max(Amount::ZERO);
        let amount = disputed.min(left);
        left -= deduction.min(left);
        books.record(account, AccountEvent::ItemDisputed { invoice, amount: Amount::ZERO, code: code.clone() });
        if amount.is_positive() {
            let code = code.clone();
            books.record(account, AccountEvent::Allowed { invoice, amount, code, at: cx.now });
            let of_orders = item.map(|item| settle(books, account, &item, amount, None));
            settled(books, of_orders.into_iter().flatten());
        }
        let by = cx.actor.id.clone();
        books.record(&id, PaymentEvent::DeductionResolved { invoice, accepted: amount, by: by.clone() });
        if disputed.is_positive() && books.invoice(&invoice)?.is_some() {
            let (granted, note, reason) = (Amount::ZERO, None, Text::from(reason));
            let (written_off, refused) = (amount, disputed - amount);
            // the payment books it
            let entries = Vec::new();
            let told = InvoiceEvent::DisputeSettled { granted, written_off, refused, note, by, reason, code, on, entries };
            books.record(&invoice, told);
        }
    }
    book(books, id, cx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::bill;
    use crate::cash::{self, EntryDocument, Outcome, StatementDocument, apply};
    use crate::ids::OrderId;
    use crate::order::fixture::{Story, at, clerk};
    use units::Currency;

    /// An invoice of 100.00, of which 90.00 are paid.
    fn short_paid(remittance: &str) -> (Story, OrderId, PaymentId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let order = story.promised(&[("X", 10)]);
        story.ship_everything(order);
        bill(story.books(), order, &at(4)).unwrap();
        let entry = EntryDocument {
            bank_reference: "B-1".into(),
            amount: Amount(9_000),
            remittance: remittance.into(),
            ..EntryDocument::default()
        };
        let statement = StatementDocument {
            reference: "S-1".into(),
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            entries: vec![entry],
            ..StatementDocument::default()
        };
        let id = cash::import(story.books(), &statement, &at(5)).unwrap().payments[0];
        assert_eq!(apply(story.books(), id, &at(5)).unwrap().outcome, Outcome::Deduction);
        (story, order, id)
    }

    fn code(story: &mut Story, id: PaymentId) -> Text {
        deductions(story.books(), id).unwrap()[0].2.clone()
    }

    #[test]
    fn domain_1_7_a_deduction_has_the_code_that_the_customer_names_and_its_owner() {
        for (text, wanted, role) in [
            ("CD-2026-1 less 10.00 damaged goods", "DMG", Role::Warehouse),
            ("CD-2026-1 PRC", "PRC", Role::Sales),
            ("CD-2026-1 price and damage", "UNK", Role::Receivables),
            ("CD-2026-1", "UNK", Role::Receivables),
        ] {
            let (mut story, _, id) = short_paid(text);
            let code = code(&mut story, id);
            assert_eq!((code.as_str(), owner(&code)), (wanted, role), "{text}");
        }
    }

    #[test]
    fn an_accepted_deduction_is_written_off_and_a_rejected_one_stays_open() {
        let open = |accepted: Option<i64>| {
            let (mut story, order, id) = short_paid("CD-2026-1 damaged");
            resolve_deduction(story.books(), id, accepted.map(Amount), "so be it", &clerk("ann", 6)).unwrap();
            assert!(resolve_deduction(story.books(), id, None, "so be it", &clerk("ann", 7)).is_err());
            story.check();
            let items = story.books().account(&"ACME".into()).unwrap().unwrap().ledger.open_items.clone();
            assert!(items.iter().all(|item| item.disputed.is_zero()));
            (story.order(order).receivable.0, items.len())
        };
        assert_eq!(open(None), (0, 0));
        assert_eq!(open(Some(0)), (1_000, 1));
        assert_eq!(open(Some(400)), (600, 1));
        let (mut story, _, id) = short_paid("CD-2026-1");
        assert!(resolve_deduction(story.books(), id, Some(Amount(1_001)), "so be it", &clerk("ann", 6)).is_err());
    }

    #[test]
    fn a_payment_that_the_bank_takes_back_takes_the_accepted_deduction_back_too() {
        let (mut story, order, id) = short_paid("CD-2026-1 damaged");
        resolve_deduction(story.books(), id, None, "so be it", &clerk("ann", 6)).unwrap();
        let back = EntryDocument {
            bank_reference: "B-1".into(),
            amount: Amount(-9_000),
            reversal: true,
            ..EntryDocument::default()
        };
        let statement = StatementDocument {
            reference: "S-2".into(),
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            entries: vec![back],
            ..StatementDocument::default()
        };
        let forgiven = |story: &mut Story| story.books().invoice(&InvoiceId(1)).unwrap().unwrap().written_off.clone();
        assert_eq!(forgiven(&mut story), [(Text::from("ann"), Amount(1_000))]);
        cash::import(story.books(), &statement, &at(8)).unwrap();
        assert_eq!(story.order(order).receivable, Amount(10_000));
        assert_eq!(forgiven(&mut story), [], "it counts no longer towards what ann may give away");
        story.check();
    }
}
