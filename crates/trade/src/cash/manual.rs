//! A person decides what a payment is for.

use units::{Amount, Text};

use super::apply::payer_of;
use super::credited::less_credits;
use super::exchange::{foreign, rated, unknown};
use super::ledger::book;
use super::post::{existing, on_account, post};
use super::reverse::reopen;
use super::stages::discount;
use super::state::{Allocation, Method, Payment, PaymentEvent, PaymentStatus};
use super::waiting::note_waiting;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::company;
use crate::refusal::Refusal;

/// Applies a payment to the items named; with `write_off` what is missing of them is written off, less the early-payment discount that may
/// still be taken. One that is all that is missing is granted in any case. What is left of the payment goes on account, and what lies
/// there already may be applied like money that waits.
///
/// Refused for documents of several accounts that nobody pays for together, for more than is open, for more than the payment has left, for
/// money in another currency than the documents, and for writing off more than the actor's limit. Source: domain §1.7.
pub fn match_manually(
    books: &mut dyn Books,
    id: PaymentId,
    items: &[(InvoiceId, Amount)],
    write_off: bool,
    cx: &Context,
) -> Result<(), Stop> {
    let payment = existing(books, id)?;
    if !is_undecided(&payment) && payment.status != PaymentStatus::OnAccount {
        return Err(decided(&payment).into());
    }
    let wanted: Amount = items.iter().map(|(_, amount)| *amount).sum();
    let available = payment.unallocated() + payment.on_account;
    if wanted > available {
        return Err(Refusal::TooMuchMoney { wanted, available }.into());
    }
    if let Some(reason) = unknown(books, &payment)? {
        return Err(Refusal::Conflict(reason).into());
    }
    let (account, owners) = account_of(books, &payment, items)?;
    for owner in &owners {
        in_currency(books, &payment, owner)?;
    }
    let company = company(books)?;
    let mut allocations = Vec::with_capacity(items.len());
    let mut forgiven = Amount::ZERO;
    for (at, ((invoice, amount), owner)) in items.iter().zip(owners).enumerate() {
        let ledger = books.account(&owner)?;
        let item = ledger.as_ref().and_then(|ledger| ledger.ledger.item(*invoice)).cloned();
        let open = item.as_ref().map_or(Amount::ZERO, |item| item.open);
        let is_within = if open.is_negative() {
            *amount >= open && *amount <= Amount::ZERO
        } else {
            *amount <= open && !amount.is_negative()
        };
        if !is_within || items.iter().take(at).any(|(other, _)| other == invoice) {
            return Err(Refusal::TooMuchMoney { wanted: *amount, available: open }.into());
        }
        let short = open - *amount;
        let earned = match item.filter(|_| short.is_positive()) {
            Some(item) => discount(&less_credits(books, item)?, payment.value_date, &company.policy.cash).min(short),
            None => Amount::ZERO,
        };
        let discount = if write_off || earned == short { earned } else { Amount::ZERO };
        let written_off = if write_off { short - discount } else { Amount::ZERO };
        forgiven += written_off.abs();
        let of_another = Some(owner).filter(|owner| *owner != account);
        let (invoice, amount) = (*invoice, *amount);
        let account = of_another;
        allocations.push(Allocation { invoice, amount, discount, written_off, account, ..Allocation::default() });
    }
    may_forgive(books, forgiven, &payment, cx)?;
    // what was never applied goes first
    let unallocated = existing(books, id)?.unallocated();
    let from_account = (wanted - unallocated).max(Amount::ZERO);
    if from_account.is_positive() {
        on_account(books, id, &account, -from_account, "a person applies it");
    }
    let rest = unallocated + from_account - wanted;
    let is_discounted = allocations.iter().any(|allocation| !allocation.discount.is_zero());
    let evidence =
        if is_discounted { "decided by a person, with the discount taken in time" } else { "decided by a person" };
    post(books, id, &account, allocations, Method::Manual, evidence, cx)?;
    if rest.is_positive() {
        on_account(books, id, &account, rest, "");
    }
    note_waiting(books, &payment)?;
    book(books, id, cx)
}

/// Puts what is left of a payment on an account, as a credit; from another account where all of it lies on that. Source: domain §1.7, stage 9.
pub fn put_on_account(books: &mut dyn Books, id: PaymentId, account: &AccountId, cx: &Context) -> Result<(), Stop> {
    let payment = existing(books, id)?;
    let is_elsewhere = payment.status == PaymentStatus::OnAccount && payment.account.as_ref() != Some(account);
    if !is_undecided(&payment) && !is_elsewhere {
        return Err(decided(&payment).into());
    }
    if books.account(account)?.is_none() {
        return Err(Refusal::NotFound(Key::Account(account.clone())).into());
    }
    in_currency(books, &payment, account)?;
    rated(books, id)?;
    identify(books, &payment, account)?;
    let amount = existing(books, id)?.unallocated();
    if !amount.is_positive() {
        return Err(Refusal::TooMuchMoney { wanted: amount, available: Amount::ZERO }.into());
    }
    on_account(books, id, account, amount, "decided by a person");
    note_waiting(books, &payment)?;
    book(books, id, cx)
}

/// Takes a match back: the item is open again, and the money waits for a decision.
///
/// Refused for what the payment does not pay, and for a credit note that other items were settled with: they would be settled with
/// money that never came.
pub fn unapply(books: &mut dyn Books, id: PaymentId, invoice: InvoiceId, reason: &str, cx: &Context) -> Result<(), Stop> {
    let payment = existing(books, id)?;
    // what was on account may have paid it a second time
    let of_it = || payment.allocations.iter().filter(|allocation| allocation.invoice == invoice);
    let Some(account) = payment.account.as_ref().filter(|_| of_it().next().is_some()) else {
        return Err(Refusal::Conflict(Text::from(format!("{id} does not pay {invoice}"))).into());
    };
    let taken_back: Amount = of_it().map(|allocation| allocation.amount).sum();
    let stays = payment.applied() + payment.on_account - taken_back;
    if stays > payment.amount {
        return Err(Refusal::TooMuchMoney { wanted: stays, available: payment.amount }.into());
    }
    for allocation in of_it() {
        reopen(books, allocation.owner(account), allocation, cx)?;
    }
    books.record(&id, PaymentEvent::Unapplied { invoice, by: cx.actor.id.clone(), reason: reason.into() });
    note_waiting(books, &payment)?;
    book(books, id, cx)
}

fn may_forgive(books: &mut dyn Books, amount: Amount, payment: &Payment, cx: &Context) -> Result<(), Stop> {
    let amount = company(books)?.valued(amount, payment.currency, payment.value_date);
    if cx.actor.limit.is_some_and(|limit| amount > limit) {
        let why = Text::const_new("writing off that much needs more authority");
        return Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why }.into());
    }
    Ok(())
}

/// Refuses money in another currency than the account's, or of which nobody knows the rate.
fn in_currency(books: &mut dyn Books, payment: &Payment, account: &AccountId) -> Result<(), Stop> {
    match foreign(books, payment, account)? {
        Some(reason) => Err(Refusal::Conflict(reason).into()),
        None => Ok(()),
    }
}

fn is_undecided(payment: &Payment) -> bool {
    matches!(payment.status, PaymentStatus::Received | PaymentStatus::Suspense | PaymentStatus::Unmatched)
}

fn decided(payment: &Payment) -> Refusal {
    Refusal::Conflict(Text::from(format!("{} is {:?} already", payment.id, payment.status)))
}

/// The one account whose documents are named, or that pays for all whose documents are: the payer from now on. Beside it whose document
/// each is. A payer that is known stays the payer of those it pays for.
fn account_of(
    books: &mut dyn Books,
    payment: &Payment,
    items: &[(InvoiceId, Amount)],
) -> Result<(AccountId, Vec<AccountId>), Stop> {
    let mut owners = Vec::with_capacity(items.len());
    let mut payers = Vec::with_capacity(items.len());
    for (id, _) in items {
        let invoice = books.invoice(id)?.ok_or_else(|| Refusal::NotFound(Key::Invoice(*id)))?;
        owners.push(invoice.account.clone());
        payers.push(payer_of(books, &invoice.account)?);
    }
    let Some((first, payer)) = owners.first().zip(payers.first()) else {
        let wanted = Text::const_new("at least one document");
        return Err(Refusal::Invalid { field: Text::const_new("items"), given: Text::const_new("empty"), wanted }.into());
    };
    let is_paid_for = payers.iter().all(|other| other == payer);
    let account = match &payment.account {
        Some(known) if is_paid_for && known == payer => payer,
        _ if owners.iter().all(|other| other == first) => first,
        _ if is_paid_for => payer,
        _ => {
            let what = "the documents belong to several accounts: match them one by one";
            return Err(Refusal::Conflict(Text::const_new(what)).into());
        }
    };
    identify(books, payment, account)?;
    Ok((account.clone(), owners))
}

/// Notes whose money it is. What lies on another account is taken off that, unless part of the payment has paid something there.
fn identify(books: &mut dyn Books, payment: &Payment, account: &AccountId) -> Result<(), Stop> {
    if payment.account.as_ref() != Some(account) {
        if !payment.allocations.is_empty() {
            return Err(Refusal::Conflict(Text::from(format!("part of {} is another account's", payment.id))).into());
        }
        if let Some(other) = payment.account.as_ref().filter(|_| !payment.on_account.is_zero()) {
            on_account(books, payment.id, other, -payment.on_account, "it is another account's");
        }
        let evidence = Text::const_new("a person said so");
        books.record(&payment.id, PaymentEvent::PayerIdentified { account: account.clone(), evidence });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cash::{EntryDocument, LedgerAccount, StatementDocument, import};
    use crate::master::{Terms, UnappliedPolicy};
    use crate::order::Order;
    use crate::order::fixture::{Story, at, billed, billed_with, clerk};

    fn unapplied(story: &mut Story) -> Amount {
        story.books().account(&"ACME".into()).unwrap().unwrap().ledger.unapplied
    }

    #[test]
    fn money_on_account_is_applied_to_a_later_invoice() {
        let (mut story, order, invoice) = billed();
        let payment = story.pay(invoice, 11_900);
        unapply(story.books(), payment, invoice, "wrong invoice", &clerk("ann", 6)).unwrap();
        put_on_account(story.books(), payment, &"ACME".into(), &clerk("ann", 6)).unwrap();
        assert_eq!((unapplied(&mut story), story.order(order).receivable), (Amount(11_900), Amount(11_900)));
        let refused = match_manually(story.books(), payment, &[(invoice, Amount(11_901))], false, &clerk("ann", 7));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::TooMuchMoney { available: Amount(11_900), .. }))));
        match_manually(story.books(), payment, &[(invoice, Amount(5_000))], false, &clerk("ann", 7)).unwrap();
        assert_eq!((unapplied(&mut story), story.order(order).receivable), (Amount(6_900), Amount(6_900)));
        let status = |story: &mut Story| story.books().payment(&payment).unwrap().unwrap().status;
        assert_eq!(status(&mut story), PaymentStatus::OnAccount);
        unapply(story.books(), payment, invoice, "not yet", &clerk("ann", 8)).unwrap();
        match_manually(story.books(), payment, &[(invoice, Amount(11_900))], false, &clerk("ann", 9)).unwrap();
        assert_eq!((unapplied(&mut story), story.order(order).receivable), (Amount(0), Amount(0)));
        assert_eq!(status(&mut story), PaymentStatus::Applied);
        assert!(match_manually(story.books(), payment, &[(invoice, Amount(1))], false, &clerk("ann", 9)).is_err());
        story.check();
    }

    #[test]
    fn money_that_lies_on_the_wrong_account_is_put_on_another_or_pays_what_is_owed_there() {
        let (mut story, order, invoice) = billed();
        let other = AccountId::from("OTHER");
        let profile = crate::account::Profile { name: "Other Ltd".into(), tier: 3, ..Default::default() };
        crate::account::set_profile(story.books(), &other, &profile, &at(5)).unwrap();
        let payment = story.pay(invoice, 11_900);
        unapply(story.books(), payment, invoice, "wrong invoice", &clerk("ann", 6)).unwrap();
        put_on_account(story.books(), payment, &"ACME".into(), &clerk("ann", 6)).unwrap();
        assert!(put_on_account(story.books(), payment, &"ACME".into(), &clerk("ann", 6)).is_err(), "it lies there");
        put_on_account(story.books(), payment, &other, &clerk("ann", 7)).unwrap();
        let of_other = |story: &mut Story| story.books().account(&other).unwrap().unwrap().ledger.unapplied;
        assert_eq!((unapplied(&mut story), of_other(&mut story)), (Amount(0), Amount(11_900)));
        story.check();
        match_manually(story.books(), payment, &[(invoice, Amount(9_000))], false, &clerk("ann", 8)).unwrap();
        assert_eq!((unapplied(&mut story), of_other(&mut story)), (Amount(2_900), Amount(0)));
        assert_eq!(story.order(order).receivable, Amount(2_900));
        let refused = put_on_account(story.books(), payment, &other, &clerk("ann", 9));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::Conflict(_)))), "{refused:?}");
        story.check();
    }

    #[test]
    fn what_pays_an_invoice_twice_is_taken_back_as_a_whole() {
        let (mut story, order, invoice) = billed();
        let payment = story.pay(invoice, 11_900);
        unapply(story.books(), payment, invoice, "wrong invoice", &clerk("ann", 6)).unwrap();
        put_on_account(story.books(), payment, &"ACME".into(), &clerk("ann", 6)).unwrap();
        match_manually(story.books(), payment, &[(invoice, Amount(5_000))], false, &clerk("ann", 7)).unwrap();
        match_manually(story.books(), payment, &[(invoice, Amount(3_000))], false, &clerk("ann", 8)).unwrap();
        assert_eq!(story.order(order).receivable, Amount(3_900));
        unapply(story.books(), payment, invoice, "not yet", &clerk("ann", 9)).unwrap();
        assert_eq!(story.order(order).receivable, Amount(11_900));
        match_manually(story.books(), payment, &[(invoice, Amount(11_900))], false, &clerk("ann", 9)).unwrap();
        assert_eq!((unapplied(&mut story), story.order(order).receivable), (Amount(0), Amount(0)));
        story.check();
    }

    #[test]
    fn a_person_grants_the_discount_that_was_taken_in_time_and_writes_off_only_the_rest() {
        let matched = |paid: i64, day: &str, write_off: bool| {
            let terms = Terms { discount_percent: "2".parse().unwrap(), discount_days: 10, ..Terms::default() };
            let (mut story, order, invoice) = billed_with(Order { terms, ..Order::default() });
            let entry = EntryDocument { amount: Amount(paid), value_date: day.parse().unwrap(), ..EntryDocument::default() };
            let statement = StatementDocument { entries: vec![entry], ..StatementDocument::default() };
            let id = import(story.books(), &statement, &at(5)).unwrap().payments[0];
            match_manually(story.books(), id, &[(invoice, Amount(paid))], write_off, &clerk("ann", 6)).unwrap();
            let left = story.order(order).receivable;
            story.check();
            let payment = existing(story.books(), id).unwrap();
            let ledger: Vec<_> = payment.ledger.iter().map(|entry| (entry.ledger, entry.amount.0)).collect();
            (payment.allocations[0].discount.0, payment.allocations[0].written_off.0, left.0, ledger)
        };
        use LedgerAccount::*;
        let booked = vec![(Bank, 11_600), (Receivables, -11_900), (Discount, 238), (WriteOff, 62)];
        assert_eq!(matched(11_600, "2026-03-05", true), (238, 62, 0, booked));
        let booked = vec![(Bank, 11_662), (Receivables, -11_900), (Discount, 238)];
        assert_eq!(matched(11_662, "2026-03-05", false), (238, 0, 0, booked));
        let booked = vec![(Bank, 11_600), (Receivables, -11_600)];
        assert_eq!(matched(11_600, "2026-03-05", false), (0, 0, 300, booked), "part of it was paid");
        let booked = vec![(Bank, 11_600), (Receivables, -11_900), (WriteOff, 300)];
        assert_eq!(matched(11_600, "2026-03-25", true), (0, 300, 0, booked));
    }

    /// A payment as the pipeline posts it that deducts.
    fn deduct(story: &mut Story, payment: PaymentId, deducting: Allocation) {
        let before = existing(story.books(), payment).unwrap();
        post(story.books(), payment, &"ACME".into(), vec![deducting], Method::Manual, "short", &at(6)).unwrap();
        note_waiting(story.books(), &before).unwrap();
    }

    #[test]
    fn domain_1_2_money_that_waits_counts_only_where_all_unapplied_cash_does() {
        let (mut story, _, invoice) = billed();
        let payment = story.pay(invoice, 11_900);
        let counts = |story: &mut Story| {
            let account = story.books().account(&"ACME".into()).unwrap().unwrap();
            [UnappliedPolicy::None, UnappliedPolicy::Verified, UnappliedPolicy::All].map(|policy| {
                let mut company = crate::master::Company::default();
                company.policy.credit.unapplied = policy;
                crate::credit::exposure(&account, &company, at(6).now.day()).unapplied.0
            })
        };
        assert_eq!(counts(&mut story), [0, 0, 0]);
        unapply(story.books(), payment, invoice, "wrong invoice", &clerk("ann", 6)).unwrap();
        assert_eq!(counts(&mut story), [0, 0, 11_900], "the payer is known, and nobody has said what it is for");
        put_on_account(story.books(), payment, &"ACME".into(), &clerk("ann", 6)).unwrap();
        assert_eq!(counts(&mut story), [0, 11_900, 11_900]);
        match_manually(story.books(), payment, &[(invoice, Amount(11_900))], false, &clerk("ann", 7)).unwrap();
        assert_eq!(counts(&mut story), [0, 0, 0]);
        story.check();
    }

    #[test]
    fn a_deduction_is_void_once_the_rest_is_paid() {
        let (mut story, order, invoice) = billed();
        let short = story.pay(invoice, 11_000);
        let allocation = Allocation { invoice, amount: Amount(11_000), ..Allocation::default() };
        unapply(story.books(), short, invoice, "again", &clerk("ann", 6)).unwrap();
        let deducting = Allocation { deduction: Amount(900), code: "DMG".into(), ..allocation };
        deduct(&mut story, short, deducting);
        assert_eq!(crate::cash::deductions(story.books(), short).unwrap().len(), 1);
        story.pay(invoice, 400);
        assert_eq!(crate::cash::deductions(story.books(), short).unwrap().len(), 1);
        story.pay(invoice, 500);
        assert_eq!(crate::cash::deductions(story.books(), short).unwrap(), []);
        assert_eq!(story.order(order).receivable, Amount(0));
        story.check();
    }

    #[test]
    fn a_credit_that_settles_an_invoice_ends_its_deduction_and_a_later_one_takes_its_place() {
        let (mut story, _, invoice) = billed();
        let payments = [(5_000, 6_900), (900, 6_000)].map(|(paid, deducted)| {
            let payment = story.pay(invoice, paid);
            unapply(story.books(), payment, invoice, "again", &clerk("ann", 6)).unwrap();
            let (amount, deduction) = (Amount(paid), Amount(deducted));
            let deducting = Allocation { invoice, amount, deduction, code: "DMG".into(), ..Allocation::default() };
            deduct(&mut story, payment, deducting);
            payment
        });
        let open = |story: &mut Story| payments.map(|id| crate::cash::deductions(story.books(), id).unwrap().len());
        assert_eq!(open(&mut story), [0, 1]);
        let disputed = |story: &mut Story| {
            let account = story.books().account(&"ACME".into()).unwrap().unwrap();
            account.ledger.item(invoice).map(|item| item.disputed)
        };
        assert_eq!(disputed(&mut story), Some(Amount(6_000)));
        crate::billing::credit_note(story.books(), invoice, None, &[], "returned", &clerk("ann", 7)).unwrap();
        assert_eq!((open(&mut story), disputed(&mut story)), ([0, 0], None));
        story.check();
    }
}
