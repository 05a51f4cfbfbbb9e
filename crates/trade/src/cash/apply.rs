//! The pipeline: who pays, what for, and whether that is certain (domain §1.7).

use units::{Amount, Day, Text};

use super::combination::{Found, combination};
use super::exchange::foreign;
use super::post::{existing, on_account, post};
use super::preference::preferred;
use super::references::{NUMBER, named};
use super::state::{Allocation, Candidate, Method, Payment, PaymentEvent, PaymentStatus};
use super::waiting::note_waiting;
use crate::account::{Account, BANK_ACCOUNT, ItemKind, OpenItem, PAYER_NAME, normalised};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::fulfilment::shipments_under;
use crate::ids::*;
use crate::master::CashPolicy;
use crate::order::company;
use crate::reference::pointed;

/// What became of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Whose money it is, if that is known.
    pub account: Option<AccountId>,
    /// What was done.
    pub outcome: Outcome,
    /// In words, for whoever has to decide.
    pub reason: Text,
}

/// What was done with a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is applied.
    Applied,
    /// Applied, and the rest lies on account.
    OnAccount,
    /// Nothing was applied; the payer is known.
    Unmatched {
        /// Several combinations fit.
        ambiguous: bool,
    },
    /// Nothing was applied; nobody knows whose it is.
    Suspense,
    /// Applied, and part of an item was deducted.
    Deduction,
}

/// A match that is certain.
struct Match {
    allocations: Vec<Allocation>,
    method: Method,
    evidence: String,
    /// What is left of the payment.
    rest: Amount,
}

/// Applies a payment by the stages 1 to 7 and 9. A payment that was applied before stays as it is. Source: domain §1.7.
pub fn apply(books: &mut dyn Books, id: PaymentId, cx: &Context) -> Result<Applied, Stop> {
    let before = existing(books, id)?;
    let applied = stages(books, id, cx)?;
    note_waiting(books, &before)?;
    Ok(applied)
}

fn stages(books: &mut dyn Books, id: PaymentId, cx: &Context) -> Result<Applied, Stop> {
    let payment = existing(books, id)?;
    let done = |outcome, reason: &str| Applied { account: payment.account.clone(), outcome, reason: reason.into() };
    match payment.status {
        PaymentStatus::Applied | PaymentStatus::Reversed => return Ok(done(Outcome::Applied, "")),
        PaymentStatus::OnAccount => return Ok(done(Outcome::OnAccount, "")),
        _ => {}
    }
    if !payment.amount.is_positive() {
        return give_up(books, &payment, None, Vec::new(), "money went out, or the bank took something back".into());
    }
    let mut referenced = referenced(books, &payment)?;
    let mut known = payer(books, &payment, &referenced)?;
    if known.is_none() && referenced.is_empty() {
        referenced = by_bill_of_lading(books, &payment)?;
        known = payer_of_shipped(books, &payment, &referenced)?;
    }
    let Some((account_id, evidence)) = known else {
        return give_up(books, &payment, None, Vec::new(), "nobody knows the payer".into());
    };
    if let Some(reason) = foreign(books, &payment, &account_id)? {
        return give_up(books, &payment, None, Vec::new(), reason);
    }
    if payment.account.as_ref() != Some(&account_id) {
        books.record(&id, PaymentEvent::PayerIdentified { account: account_id.clone(), evidence: evidence.into() });
    }
    let Some(account) = books.account(&account_id)? else {
        return give_up(books, &payment, None, Vec::new(), "the payer's account is gone".into());
    };
    let company = company(books)?;
    let policy = &company.policy.cash;
    let write_off_limit = company.amount_in(policy.write_off_limit, payment.currency, payment.value_date);
    let policy = CashPolicy { write_off_limit, ..policy.clone() };
    let mut paid_for = paid_for(books, &payment, &account_id, &referenced)?;
    // the documents of a bill of lading are the last thing that is meant: it may name more than is paid
    if referenced.is_empty() && items(&account, &payment, &referenced).is_empty() {
        referenced = by_bill_of_lading(books, &payment)?;
        paid_for = self::paid_for(books, &payment, &account_id, &referenced)?;
    }
    let mut items = items(&account, &payment, &referenced);
    items.extend(paid_for.iter().map(|(_, item)| item));
    let found =
        if items.is_empty() { by_amount(&account, &payment, &policy) } else { by_reference(&items, &payment, &policy) };
    match found {
        Ok(mut found) => {
            for allocation in &mut found.allocations {
                let of_another = paid_for.iter().find(|(_, item)| item.invoice == allocation.invoice);
                allocation.account = of_another.map(|(account, _)| account.clone());
            }
            let deducted = found.allocations.iter().any(|allocation| allocation.deduction.is_positive());
            let reason = Text::from(found.evidence.as_str());
            let (allocations, method) = (found.allocations, found.method);
            post(books, id, &account_id, allocations, method, &found.evidence, cx)?;
            if found.rest.is_positive() {
                on_account(books, id, &account_id, found.rest);
            }
            let outcome = match (deducted, found.rest.is_positive()) {
                (true, _) => Outcome::Deduction,
                (false, true) => Outcome::OnAccount,
                (false, false) => Outcome::Applied,
            };
            Ok(Applied { account: Some(account_id), outcome, reason })
        }
        Err((candidates, reason)) => give_up(books, &payment, Some(account_id), candidates, reason),
    }
}

fn give_up(
    books: &mut dyn Books,
    payment: &Payment,
    account: Option<AccountId>,
    candidates: Vec<Candidate>,
    reason: Text,
) -> Result<Applied, Stop> {
    let ambiguous = candidates.len() > 1;
    let suspense = account.is_none();
    books.record(&payment.id, PaymentEvent::Unmatched { candidates, reason: reason.clone(), suspense });
    let outcome = if suspense { Outcome::Suspense } else { Outcome::Unmatched { ambiguous } };
    Ok(Applied { account, outcome, reason })
}

/// Stage 2: the documents that the payment names by their numbers.
fn referenced(books: &mut dyn Books, payment: &Payment) -> Result<Vec<InvoiceId>, Stop> {
    let mut found = Vec::new();
    for name in named(&payment.references, &payment.remittance) {
        if let Some(Key::Invoice(invoice)) = pointed(books, NUMBER, &name)?
            && !found.contains(&invoice)
        {
            found.push(invoice);
        }
    }
    Ok(found)
}

/// The documents that bill what left with the bills of lading that the payment names.
fn by_bill_of_lading(books: &mut dyn Books, payment: &Payment) -> Result<Vec<InvoiceId>, Stop> {
    let mut found = Vec::new();
    for name in named(&payment.references, &payment.remittance) {
        for shipment in shipments_under(books, &name)? {
            let billed = books.shipment(&shipment)?.map(|shipment| shipment.invoices.clone()).unwrap_or_default();
            found.extend(billed);
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Stage 1: whose money it is, and how we know.
fn payer(
    books: &mut dyn Books,
    payment: &Payment,
    referenced: &[InvoiceId],
) -> Result<Option<(AccountId, &'static str)>, Stop> {
    if let Some(account) = &payment.account {
        return Ok(Some((account.clone(), "identified before")));
    }
    if let Some(account) = known_as(books, BANK_ACCOUNT, &payment.payer_account)? {
        return Ok(Some((account, "bank account")));
    }
    let numbered = AccountId::from(payment.customer_number.trim());
    if !numbered.0.is_empty() && books.account(&numbered)?.is_some() {
        return Ok(Some((numbered, "customer number")));
    }
    if let Some(account) = known_as(books, PAYER_NAME, &payment.payer_name)? {
        return Ok(Some((account, "name")));
    }
    let mut accounts = Vec::new();
    for invoice in referenced {
        accounts.extend(books.invoice(invoice)?.map(|invoice| invoice.account.clone()));
    }
    accounts.sort_unstable();
    accounts.dedup();
    if let [account] = accounts.as_slice() {
        return Ok(Some((account.clone(), "documents named")));
    }
    let mut payers = Vec::new();
    for account in &accounts {
        payers.push(payer_of(books, account)?);
    }
    payers.dedup();
    Ok(match payers.as_slice() {
        [payer] => Some((payer.clone(), "documents named of accounts that it pays for")),
        _ => None,
    })
}

/// The payer of what left with the bill of lading that an unknown payer names: somebody else's goods may have left with it, so only if
/// the money is exactly theirs.
fn payer_of_shipped(
    books: &mut dyn Books,
    payment: &Payment,
    shipped: &[InvoiceId],
) -> Result<Option<(AccountId, &'static str)>, Stop> {
    let mut open = Amount::ZERO;
    for id in shipped {
        let Some(invoice) = books.invoice(id)? else { continue };
        let account = books.account(&invoice.account)?;
        open += account.and_then(|account| account.ledger.item(*id).map(|item| item.open)).unwrap_or_default();
    }
    let found = if open == payment.amount { payer(books, payment, shipped)? } else { None };
    Ok(found.map(|(account, _)| (account, "bill of lading named, and the amount is that of what left with it")))
}

/// The one account that is known under a name or bank account.
fn known_as(books: &mut dyn Books, within: &'static str, name: &str) -> Result<Option<AccountId>, Stop> {
    match pointed(books, within, &normalised(name))? {
        Some(Key::Account(account)) if !name.is_empty() => Ok(Some(account)),
        _ => Ok(None),
    }
}

/// Who pays for an account: another one, or itself.
pub(super) fn payer_of(books: &mut dyn Books, account: &AccountId) -> Result<AccountId, Stop> {
    Ok(books.account(account)?.and_then(|account| account.profile.payer.clone()).unwrap_or_else(|| account.clone()))
}

/// The open items in the payment's currency that it names and that are those of accounts which the payer pays for. Source: domain §1.7,
/// stage 1 (parent/child hierarchy).
fn paid_for(
    books: &mut dyn Books,
    payment: &Payment,
    payer: &AccountId,
    referenced: &[InvoiceId],
) -> Result<Vec<(AccountId, OpenItem)>, Stop> {
    let mut found = Vec::new();
    for id in referenced {
        let Some(invoice) = books.invoice(id)?.filter(|invoice| invoice.account != *payer) else { continue };
        if foreign(books, payment, &invoice.account)?.is_some() {
            continue;
        }
        let account = books.account(&invoice.account)?.filter(|account| account.profile.payer.as_ref() == Some(payer));
        let item = account.and_then(|account| account.ledger.item(*id).cloned());
        found.extend(item.map(|item| (invoice.account.clone(), item)));
    }
    Ok(found)
}

/// The open items that the payment names: by number, by purchase order, by order number.
fn items<'a>(account: &'a Account, payment: &Payment, referenced: &[InvoiceId]) -> Vec<&'a OpenItem> {
    let words: Vec<Text> =
        payment.remittance.split_whitespace().chain(payment.references.iter().map(Text::as_str)).map(normalised).collect();
    let names = |text: &str| !text.is_empty() && words.contains(&normalised(text));
    let by_number: Vec<&OpenItem> =
        account.ledger.open_items.iter().filter(|item| referenced.contains(&item.invoice)).collect();
    if !by_number.is_empty() {
        return by_number;
    }
    // whoever names one of the orders that an invoice is for does not say that they pay the others
    let by_order = |item: &&OpenItem| match item.shares.as_slice() {
        [] => names(&item.purchase_order) || names(&item.order.to_string()),
        shares => shares.iter().all(|share| names(&share.purchase_order) || names(&share.order.to_string())),
    };
    account.ledger.open_items.iter().filter(by_order).collect()
}

/// The early-payment discount that may still be taken of an item.
fn discount(item: &OpenItem, paid: Day, policy: &CashPolicy) -> Amount {
    match item.discount {
        Some((amount, last))
            if item.open == item.amount && paid <= last.plus_days(i32::from(policy.discount_grace_days)) =>
        {
            amount
        }
        _ => Amount::ZERO,
    }
}

fn whole(item: &OpenItem) -> Allocation {
    Allocation { invoice: item.invoice, amount: item.open, ..Allocation::default() }
}

fn with_discount(item: &OpenItem, paid: Day, policy: &CashPolicy) -> Allocation {
    let discount = discount(item, paid, policy);
    Allocation { invoice: item.invoice, amount: item.open - discount, discount, ..Allocation::default() }
}

fn sum(allocations: &[Allocation]) -> Amount {
    allocations.iter().map(|allocation| allocation.amount).sum()
}

fn numbers(items: &[&OpenItem]) -> String {
    let numbers: Vec<&str> = items.iter().map(|item| item.number.as_str()).collect();
    numbers.join(", ")
}

type Decided = Result<Match, (Vec<Candidate>, Text)>;

/// Stages 3 to 5: the items that are named.
fn by_reference(items: &[&OpenItem], payment: &Payment, policy: &CashPolicy) -> Decided {
    let paid = payment.value_date;
    let full: Vec<Allocation> = items.iter().map(|item| whole(item)).collect();
    let open = sum(&full);
    let found = |allocations, method, why: &str, rest| Match {
        allocations,
        method,
        evidence: format!("{}: {why}", numbers(items)),
        rest,
    };
    if open == payment.amount {
        return Ok(found(full, Method::Exact, "named, and the amount is theirs", Amount::ZERO));
    }
    let discounted: Vec<Allocation> = items.iter().map(|item| with_discount(item, paid, policy)).collect();
    if sum(&discounted) == payment.amount {
        return Ok(found(discounted, Method::ExactWithDiscount, "named, with the discount taken in time", Amount::ZERO));
    }
    if payment.amount > open {
        let rest = payment.amount - open;
        return Ok(found(full, Method::ReferencedWithDifference, "named, and more was paid", rest));
    }
    let short = open - payment.amount;
    let tolerated = policy.write_off_limit.min(open.percent(policy.write_off_percent));
    let disputed = items.iter().any(|item| item.disputed.is_positive());
    let code = if short <= tolerated && !disputed { None } else { Some(code(items, short, &payment.remittance)) };
    let allocations = short_paid(items, short, code.as_deref());
    let Some(allocations) = allocations else {
        let candidate =
            Candidate { invoices: items.iter().map(|item| item.invoice).collect(), evidence: Text::const_new("named") };
        return Err((
            vec![candidate],
            Text::from(format!("{} are named, and too little was paid to say what for", numbers(items))),
        ));
    };
    let why = match code {
        None => "named, with a small difference".to_owned(),
        Some(code) => format!("named, and {} was deducted ({code})", short.to_decimal(payment.currency)),
    };
    Ok(found(allocations, Method::ReferencedWithDifference, &why, Amount::ZERO))
}

/// The code of a deduction: an unearned discount if the amount is one, else what the customer names, else unknown (domain §1.7).
fn code(items: &[&OpenItem], short: Amount, remittance: &str) -> Text {
    let discounts: Amount = items.iter().filter_map(|item| item.discount).map(|(amount, _)| amount).sum();
    if discounts.is_positive() && discounts == short {
        return Text::const_new("UD");
    }
    Text::const_new(super::deduction::named(remittance).unwrap_or("UNK"))
}

/// What is missing is missing from the last item that is large enough; without a code it is written off.
fn short_paid(items: &[&OpenItem], short: Amount, code: Option<&str>) -> Option<Vec<Allocation>> {
    let at = items.iter().rposition(|item| item.open > short)?;
    let allocations = items.iter().enumerate().map(|(place, item)| {
        let mut allocation = whole(item);
        if place == at {
            allocation.amount -= short;
            match code {
                Some(code) => (allocation.deduction, allocation.code) = (short, code.into()),
                None => allocation.written_off = short,
            }
        }
        allocation
    });
    Some(allocations.collect())
}

/// Stages 6 and 7: nothing is named, but the amount says it.
fn by_amount(account: &Account, payment: &Payment, policy: &CashPolicy) -> Decided {
    let paid = payment.value_date;
    let items: Vec<&OpenItem> = account.ledger.open_items.iter().filter(|item| item.disputed.is_zero()).collect();
    let candidate = |places: &[usize], why: &str| Candidate {
        invoices: places.iter().filter_map(|at| items.get(*at)).map(|item| item.invoice).collect(),
        evidence: why.into(),
    };
    let invoices = || items.iter().enumerate().filter(|(_, item)| item.kind != ItemKind::CreditNote);
    // those that follow a rule first, then the others that were found
    let several = |found: &[Vec<usize>]| {
        let ruled = preferred(&items, payment.amount);
        let others = found.iter().filter(|set| !ruled.iter().any(|(known, _)| known == *set));
        let mut candidates: Vec<Candidate> = ruled.iter().map(|(set, why)| candidate(set, why)).collect();
        candidates.extend(others.map(|set| candidate(set, "combination")));
        (candidates, Text::const_new("several combinations of open items have the amount"))
    };
    let exact: Vec<usize> = invoices().filter(|(_, item)| item.open == payment.amount).map(|(at, _)| at).collect();
    let taken = |item: &OpenItem| {
        discount(item, paid, policy).is_positive() && with_discount(item, paid, policy).amount == payment.amount
    };
    let discounted: Vec<usize> = invoices().filter(|(_, item)| taken(item)).map(|(at, _)| at).collect();
    match (exact.as_slice(), discounted.as_slice()) {
        ([], []) => {}
        ([at], []) | ([], [at]) => {
            let Some(item) = items.get(*at) else { return Err((Vec::new(), Text::default())) };
            let allocation = if exact.is_empty() { with_discount(item, paid, policy) } else { whole(item) };
            // the item alone has the amount, but a combination of others may have it as well
            match subsets(&items, payment, policy) {
                Found::Several(first, second) => return Err(several(&[first, second])),
                // what has the amount in full is another set than the item, which has it with its discount
                Found::One(other) if exact.is_empty() => return Err(several(&[vec![*at], other])),
                _ => {}
            }
            let evidence = format!("{}: the only open item of the payer with this amount", item.number);
            return Ok(Match { allocations: vec![allocation], method: Method::SingleItem, evidence, rest: Amount::ZERO });
        }
        _ => {
            let all = exact.iter().chain(&discounted);
            let candidates = all.map(|at| candidate(&[*at], "amount")).collect();
            return Err((candidates, Text::const_new("several open items of the payer have the amount")));
        }
    }
    match subsets(&items, payment, policy) {
        Found::None => Err((Vec::new(), Text::const_new("no open items of the payer have the amount"))),
        Found::One(places) => {
            let chosen: Vec<&OpenItem> = places.iter().filter_map(|at| items.get(*at)).copied().collect();
            let allocations = chosen.iter().map(|item| whole(item)).collect();
            let evidence = format!("{}: the only combination of the payer's open items with this amount", numbers(&chosen));
            Ok(Match { allocations, method: Method::Combination, evidence, rest: Amount::ZERO })
        }
        Found::Several(first, second) => Err(several(&[first, second])),
        Found::TooMany => {
            let candidates = preferred(&items, payment.amount).iter().map(|(set, why)| candidate(set, why)).collect();
            Err((
                candidates,
                Text::const_new("the payer has too many open items to try all combinations: name what is paid"),
            ))
        }
    }
}

fn subsets(items: &[&OpenItem], payment: &Payment, policy: &CashPolicy) -> Found {
    let amounts: Vec<i64> = items.iter().map(|item| item.open.0).collect();
    combination(&amounts, payment.amount.0, usize::from(policy.combination_items))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccountEvent, Profile};
    use crate::books::{Kind, MemoryBooks};
    use crate::cash::references::numbers as names_of;
    use crate::cash::{EntryDocument, StatementDocument};
    use crate::fulfilment::ShipConfirm;
    use crate::order::fixture::{Story, at};
    use crate::reference::point;
    use crate::refusal::Refusal;
    use units::Currency;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// An account with open items of these amounts, numbered from 1.
    fn books(amounts: &[i64], discount: Option<(i64, &str)>) -> MemoryBooks {
        let mut memory = MemoryBooks::new();
        let books: &mut dyn Books = &mut memory;
        let id = AccountId::from("ACME");
        let profile =
            Profile { name: "Acme Ltd".into(), bank_accounts: vec!["DE02 1234".into()], tier: 3, ..Profile::default() };
        crate::account::set_profile(books, &id, &profile, &at(0)).unwrap();
        for (amount, number) in amounts.iter().zip(1..) {
            let invoice = InvoiceId(number);
            let item = OpenItem {
                invoice,
                number: format!("CD-2026-{number:06}").into(),
                date: day("2026-03-01"),
                due: day("2026-03-31"),
                amount: Amount(*amount),
                open: Amount(*amount),
                discount: discount.map(|(amount, last)| (Amount(amount), day(last))),
                ..OpenItem::default()
            };
            for name in names_of(&item.number) {
                point(books, NUMBER, &name, Some(Key::Invoice(invoice))).unwrap();
            }
            books.record(&id, AccountEvent::ItemOpened(item));
        }
        memory
    }

    fn pay(books: &mut MemoryBooks, amount: i64, remittance: &str, paid: &str) -> (Outcome, Payment) {
        let books: &mut dyn Books = books;
        let id = PaymentId(books.next_number(Kind::Payment).unwrap());
        let payment = Payment {
            id,
            amount: Amount(amount),
            currency: Currency::EUR,
            value_date: day(paid),
            payer_account: "DE021234".into(),
            remittance: remittance.into(),
            ..Payment::default()
        };
        books.record(&id, PaymentEvent::Received(Box::new(payment)));
        let applied = apply(books, id, &at(0)).unwrap();
        crate::account::check(&books.account(&"ACME".into()).unwrap().unwrap()).unwrap();
        (applied.outcome, (*books.payment(&id).unwrap().unwrap()).clone())
    }

    #[test]
    fn domain_1_7_an_ambiguous_payment_is_never_posted() {
        let mut memory = books(&[200_000, 135_000, 400_000, 335_000], None);
        let (outcome, payment) = pay(&mut memory, 735_000, "thank you", "2026-03-10");
        assert_eq!(outcome, Outcome::Unmatched { ambiguous: true });
        assert_eq!((payment.allocations.len(), payment.candidates.len()), (0, 2));
        // what is oldest is what a person is shown first
        assert_eq!(payment.candidates[0].invoices, [InvoiceId(1), InvoiceId(2), InvoiceId(3)]);
        assert_eq!(payment.candidates[0].evidence, "the oldest first");
    }

    #[test]
    fn domain_1_7_early_payment_discount_in_time_late_and_with_grace() {
        let terms = Some((10_000, "2026-03-11"));
        let (outcome, payment) = pay(&mut books(&[500_000], terms), 490_000, "CD-2026-000001", "2026-03-10");
        assert_eq!((outcome, payment.allocations[0].discount), (Outcome::Applied, Amount(10_000)));
        let (outcome, payment) = pay(&mut books(&[500_000], terms), 490_000, "CD-2026-000001", "2026-03-12");
        assert_eq!((outcome, payment.allocations[0].code.as_str()), (Outcome::Deduction, "UD"));
        assert_eq!(payment.allocations[0].deduction, Amount(10_000));
    }

    #[test]
    fn references_amounts_and_combinations_are_applied_in_this_order() {
        let mut memory = books(&[10_000, 20_000, 30_500], None);
        let (outcome, payment) = pay(&mut memory, 20_000, "CD-2026-2", "2026-03-10");
        assert_eq!((outcome, payment.allocations[0].invoice), (Outcome::Applied, InvoiceId(2)));
        let (outcome, payment) = pay(&mut memory, 40_500, "", "2026-03-10");
        assert_eq!((outcome, payment.allocations.len()), (Outcome::Applied, 2));
    }

    #[test]
    fn small_differences_are_written_off_and_larger_ones_stay_open() {
        let (outcome, payment) = pay(&mut books(&[100_000], None), 99_700, "CD-2026-000001", "2026-03-10");
        assert_eq!((outcome, payment.allocations[0].written_off), (Outcome::Applied, Amount(300)));
        let mut memory = books(&[100_000], None);
        let (outcome, payment) = pay(&mut memory, 90_000, "CD-2026-000001", "2026-03-10");
        assert_eq!((outcome, payment.allocations[0].code.as_str()), (Outcome::Deduction, "UNK"));
        let books: &mut dyn Books = &mut memory;
        let account = books.account(&"ACME".into()).unwrap().unwrap();
        assert_eq!((account.ledger.receivable(), account.ledger.open_items[0].disputed), (Amount(10_000), Amount(10_000)));
    }

    #[test]
    fn what_is_paid_too_much_lies_on_account() {
        let mut memory = books(&[100_000], None);
        let (outcome, payment) = pay(&mut memory, 100_250, "CD-2026-000001", "2026-03-10");
        assert_eq!((outcome, payment.on_account, payment.unallocated()), (Outcome::OnAccount, Amount(250), Amount(0)));
    }

    #[test]
    fn an_unknown_payer_is_suspense_unless_the_documents_say_whose_it_is() {
        let mut memory = books(&[100_000], None);
        let books: &mut dyn Books = &mut memory;
        let id = PaymentId(9);
        let payment = Payment { id, amount: Amount(5), payer_name: "Nobody".into(), ..Payment::default() };
        books.record(&id, PaymentEvent::Received(Box::new(payment)));
        assert_eq!(apply(books, id, &at(0)).unwrap().outcome, Outcome::Suspense);
    }

    #[test]
    fn money_in_another_currency_settles_nothing_at_par() {
        let mut memory = books(&[10_000], None);
        let books: &mut dyn Books = &mut memory;
        let id = PaymentId(9);
        let payment = Payment {
            id,
            amount: Amount(10_000),
            currency: "USD".parse().unwrap(),
            payer_account: "DE021234".into(),
            remittance: "CD-2026-000001".into(),
            ..Payment::default()
        };
        books.record(&id, PaymentEvent::Received(Box::new(payment)));
        let applied = apply(books, id, &at(0)).unwrap();
        assert_eq!(applied.outcome, Outcome::Suspense);
        assert!(applied.reason.contains("USD") && applied.reason.contains("EUR"), "{}", applied.reason);
        let by_hand = crate::cash::match_manually(books, id, &[(InvoiceId(1), Amount(10_000))], false, &at(1));
        assert!(matches!(by_hand, Err(Stop::Refused(Refusal::Conflict(_)))), "{by_hand:?}");
        let on_account = crate::cash::put_on_account(books, id, &"ACME".into(), &at(1));
        assert!(matches!(on_account, Err(Stop::Refused(Refusal::Conflict(_)))), "{on_account:?}");
    }

    #[test]
    fn a_credit_note_that_settled_other_items_is_not_taken_back_alone() {
        let mut memory = books(&[100_000, -30_000], None);
        let (outcome, payment) = pay(&mut memory, 70_000, "CD-2026-000001 CD-2026-000002", "2026-03-10");
        assert_eq!((outcome, payment.allocations.len()), (Outcome::Applied, 2));
        let books: &mut dyn Books = &mut memory;
        let refused = crate::cash::unapply(books, payment.id, InvoiceId(2), "wrong", &at(1));
        let wanted = Refusal::TooMuchMoney { wanted: Amount(100_000), available: Amount(70_000) };
        assert_eq!(refused, Err(Stop::Refused(wanted)));
    }

    #[test]
    fn an_item_with_its_discount_and_a_combination_in_full_are_ambiguous() {
        let mut memory = books(&[10_000, 5_000, 4_800], Some((200, "2026-03-11")));
        let (outcome, payment) = pay(&mut memory, 9_800, "thank you", "2026-03-10");
        assert_eq!(outcome, Outcome::Unmatched { ambiguous: true });
        assert_eq!(payment.candidates.len(), 2);
        let mut memory = books(&[10_000, 5_000, 4_900], Some((200, "2026-03-11")));
        let (outcome, payment) = pay(&mut memory, 9_800, "thank you", "2026-03-10");
        assert_eq!((outcome, payment.allocations[0].invoice), (Outcome::Applied, InvoiceId(1)));
    }

    #[test]
    fn domain_1_7_three_days_of_grace_allow_a_late_discount() {
        let terms = Some((10_000, "2026-03-11"));
        let mut memory = books(&[500_000], terms);
        let grace = CashPolicy { discount_grace_days: 3, ..CashPolicy::default() };
        let mut company = crate::master::Company::default();
        company.policy.cash = grace;
        let event = crate::master::CompanyEvent::Set(Box::new(company));
        (&mut memory as &mut dyn Books).record(&Text::const_new(crate::master::Company::KEY), event);
        let (outcome, payment) = pay(&mut memory, 490_000, "CD-2026-000001", "2026-03-12");
        assert_eq!((outcome, payment.allocations[0].discount), (Outcome::Applied, Amount(10_000)));
        let mut late = memory_of(&memory, 500_000);
        let (outcome, payment) = pay(&mut late, 490_000, "CD-2026-000009", "2026-03-15");
        assert_eq!((outcome, payment.allocations[0].code.as_str()), (Outcome::Deduction, "UD"));
    }

    /// The same books with one more item, of number 9 and the terms of the first.
    fn memory_of(before: &MemoryBooks, amount: i64) -> MemoryBooks {
        let mut memory = before.clone();
        let books: &mut dyn Books = &mut memory;
        let item = OpenItem {
            invoice: InvoiceId(9),
            number: "CD-2026-000009".into(),
            amount: Amount(amount),
            open: Amount(amount),
            discount: Some((Amount(10_000), day("2026-03-11"))),
            ..OpenItem::default()
        };
        for name in names_of(&item.number) {
            point(books, NUMBER, &name, Some(Key::Invoice(InvoiceId(9)))).unwrap();
        }
        books.record(&AccountId::from("ACME"), AccountEvent::ItemOpened(item));
        memory
    }

    #[test]
    fn one_payment_settles_a_thousand_items() {
        let amounts: Vec<i64> = (1..=1_000).map(|number| 100 + number).collect();
        let mut memory = books(&amounts, None);
        let numbers: Vec<String> = (1..=1_000).map(|number| format!("CD-2026-{number:06}")).collect();
        let (outcome, payment) = pay(&mut memory, amounts.iter().sum(), &numbers.join(" "), "2026-03-10");
        assert_eq!((outcome, payment.allocations.len(), payment.unallocated()), (Outcome::Applied, 1_000, Amount(0)));
        let books: &mut dyn Books = &mut memory;
        assert_eq!(books.account(&"ACME".into()).unwrap().unwrap().ledger.open_items, []);
    }

    #[test]
    fn a_structured_creditor_reference_counts_only_with_right_check_digits() {
        let reference = |text: &str| {
            let mut memory = books(&[10_000, 10_000], None);
            let books: &mut dyn Books = &mut memory;
            for name in names_of("INV10042") {
                point(books, NUMBER, &name, Some(Key::Invoice(InvoiceId(2)))).unwrap();
            }
            let id = PaymentId(books.next_number(Kind::Payment).unwrap());
            let payment = Payment {
                id,
                amount: Amount(10_000),
                payer_account: "DE021234".into(),
                references: vec![text.into()],
                ..Payment::default()
            };
            books.record(&id, PaymentEvent::Received(Box::new(payment)));
            apply(books, id, &at(0)).unwrap().outcome
        };
        assert_eq!(reference("RF33INV10042"), Outcome::Applied);
        // without the reference two items have the amount, and nothing says which one is meant
        assert_eq!(reference("RF34INV10042"), Outcome::Unmatched { ambiguous: true });
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

        #[test]
        fn domain_1_7_one_payment_settles_however_many_items_it_names(count in 1i64..=1_000, seed in 0i64..1_000) {
            let amounts: Vec<i64> = (1..=count).map(|number| 1 + (number * 7_919 + seed) % 10_000).collect();
            let mut memory = books(&amounts, None);
            let numbers: Vec<String> = (1..=count).map(|number| format!("CD-2026-{number:06}")).collect();
            let (outcome, payment) = pay(&mut memory, amounts.iter().sum(), &numbers.join(" "), "2026-03-10");
            proptest::prop_assert_eq!((outcome, payment.unallocated()), (Outcome::Applied, Amount(0)));
            proptest::prop_assert_eq!(payment.allocations.len(), amounts.len());
            let mut paid: Vec<InvoiceId> = payment.allocations.iter().map(|allocation| allocation.invoice).collect();
            paid.sort_unstable();
            paid.dedup();
            proptest::prop_assert_eq!(paid.len(), amounts.len(), "each once");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn no_payment_settles_more_than_it_is_nor_than_is_open(
            amounts in proptest::collection::vec(1i64..5_000, 1..12),
            paid in 1i64..20_000,
            named in proptest::collection::vec(1usize..13, 0..6),
            discount in proptest::option::of(1i64..50),
        ) {
            let terms = discount.map(|discount| (discount, "2026-03-11"));
            let mut memory = books(&amounts, terms);
            let numbers: Vec<String> = named.iter().map(|number| format!("CD-2026-{number:06}")).collect();
            let (_, payment) = pay(&mut memory, paid, &numbers.join(" "), "2026-03-10");
            proptest::prop_assert!(payment.applied() + payment.on_account <= payment.amount);
            for allocation in &payment.allocations {
                let open = amounts[allocation.invoice.0 as usize - 1];
                let settled = allocation.amount + allocation.discount + allocation.written_off;
                proptest::prop_assert!(settled.0 <= open && allocation.amount.is_positive(), "{allocation:?} of {open}");
            }
        }
    }

    /// A parent whose bank account is known, two children that it pays for, and a stranger, each with an invoice of 100.00 and of its own
    /// number.
    fn family() -> MemoryBooks {
        let mut memory = books(&[10_000], None);
        let books: &mut dyn Books = &mut memory;
        for (name, payer, number) in [("NORTH", true, 2), ("SOUTH", true, 3), ("STRANGER", false, 4)] {
            let id = AccountId::from(name);
            let payer = payer.then(|| AccountId::from("ACME"));
            let profile = Profile { name: name.into(), tier: 3, payer, ..Profile::default() };
            crate::account::set_profile(books, &id, &profile, &at(0)).unwrap();
            let document = crate::billing::Invoice {
                id: InvoiceId(number),
                number: format!("CD-2026-{number:06}").into(),
                account: id.clone(),
                gross: Amount(10_000),
                ..Default::default()
            };
            for name in names_of(&document.number) {
                point(books, NUMBER, &name, Some(Key::Invoice(document.id))).unwrap();
            }
            books.record(&id, AccountEvent::ItemOpened(crate::billing::open_item(&document)));
            books.record(&document.id, crate::billing::InvoiceEvent::Posted(Box::new(document.clone())));
        }
        let own = crate::billing::Invoice { id: InvoiceId(1), account: "ACME".into(), ..Default::default() };
        books.record(&own.id.clone(), crate::billing::InvoiceEvent::Posted(Box::new(own)));
        memory
    }

    fn receivable(books: &mut MemoryBooks, account: &str) -> i64 {
        let books: &mut dyn Books = books;
        let account = books.account(&account.into()).unwrap().unwrap();
        crate::account::check(&account).unwrap();
        account.ledger.receivable().0
    }

    #[test]
    fn domain_1_7_a_parent_pays_for_its_children_where_it_names_their_invoices() {
        let mut memory = family();
        let (outcome, payment) = pay(&mut memory, 30_000, "CD-2026-000001 CD-2026-000002 CD-2026-000003", "2026-03-10");
        assert_eq!((outcome, payment.account), (Outcome::Applied, Some("ACME".into())));
        let paid = ["ACME", "NORTH", "SOUTH", "STRANGER"].map(|account| receivable(&mut memory, account));
        assert_eq!(paid, [0, 0, 0, 10_000]);
        let report = crate::reconcile::check(memory.iter(), None);
        assert!(!report.breaks.iter().any(|found| found.cause == "received-differs"), "{:#?}", report.breaks);
        crate::cash::unapply(&mut memory as &mut dyn Books, payment.id, InvoiceId(2), "not theirs", &at(1)).unwrap();
        assert_eq!(["NORTH", "SOUTH"].map(|account| receivable(&mut memory, account)), [10_000, 0]);
    }

    #[test]
    fn what_a_parent_pays_too_much_lies_on_its_own_account_and_a_stranger_is_not_paid_for() {
        let mut memory = family();
        let (outcome, _) = pay(&mut memory, 12_000, "CD-2026-000002", "2026-03-10");
        assert_eq!(outcome, Outcome::OnAccount);
        let books: &mut dyn Books = &mut memory;
        assert_eq!(books.account(&"ACME".into()).unwrap().unwrap().ledger.unapplied, Amount(2_000));
        assert_eq!(["ACME", "NORTH"].map(|account| receivable(&mut memory, account)), [10_000, 0]);
        let (outcome, _) = pay(&mut memory, 9_000, "CD-2026-000004", "2026-03-10");
        assert_eq!(outcome, Outcome::Unmatched { ambiguous: false });
        assert_eq!(receivable(&mut memory, "STRANGER"), 10_000);
    }

    #[test]
    fn money_from_nowhere_that_names_invoices_of_one_family_is_the_parents() {
        let mut memory = family();
        let books: &mut dyn Books = &mut memory;
        let invoices = [2, 3].map(InvoiceId);
        let unknown = Payment::default();
        let (payer, _) = payer(books, &unknown, &invoices).unwrap().unwrap();
        assert_eq!(payer.as_str(), "ACME");
        assert_eq!(super::payer(books, &unknown, &[InvoiceId(2), InvoiceId(4)]).unwrap(), None);
    }

    #[test]
    fn a_person_applies_a_parents_money_to_its_children_and_not_to_others() {
        let mut memory = family();
        let (_, payment) = pay(&mut memory, 15_000, "thank you", "2026-03-10");
        let books: &mut dyn Books = &mut memory;
        let to =
            |items: &[u64]| -> Vec<(InvoiceId, Amount)> { items.iter().map(|id| (InvoiceId(*id), Amount(5_000))).collect() };
        let refused = crate::cash::match_manually(books, payment.id, &to(&[2, 4]), false, &at(1));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::Conflict(_)))));
        crate::cash::match_manually(books, payment.id, &to(&[1, 2, 3]), false, &at(1)).unwrap();
        assert_eq!(["ACME", "NORTH", "SOUTH"].map(|account| receivable(&mut memory, account)), [5_000; 3]);
    }

    /// Two orders of 100.00 that left with one bill of lading, billed apart, and what becomes of a payment.
    fn paid_by_bill_of_lading(amount: i64, remittance: &str) -> (Applied, [Amount; 2]) {
        paid_by("ACME", amount, remittance)
    }

    fn paid_by(customer_number: &str, amount: i64, remittance: &str) -> (Applied, [Amount; 2]) {
        let mut story = Story::new();
        story.stock("X", "WH1", 20);
        let orders = [10, 10].map(|units| {
            let id = story.promised(&[("X", units)]);
            let released = crate::order::release(story.books(), id, &at(2)).unwrap()[0];
            let confirm = ShipConfirm {
                warehouse_order: released,
                reference: format!("S-{}", released.0).into(),
                shipped_at: at(3).now,
                lines: vec![(LineNo(1), units::Quantity(units))],
                bill_of_lading: "BOL-004711".into(),
                ..ShipConfirm::default()
            };
            crate::fulfilment::ship(story.books(), &confirm, &at(3)).unwrap();
            crate::billing::bill(story.books(), id, &at(4)).unwrap();
            id
        });
        let entry = EntryDocument {
            bank_reference: "B-1".into(),
            amount: Amount(amount),
            remittance: remittance.into(),
            customer_number: customer_number.into(),
            ..EntryDocument::default()
        };
        let statement = StatementDocument {
            reference: "S-1".into(),
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            entries: vec![entry],
            ..StatementDocument::default()
        };
        let id = crate::cash::import(story.books(), &statement, &at(5)).unwrap().payments[0];
        let applied = apply(story.books(), id, &at(5)).unwrap();
        story.check();
        (applied, orders.map(|id| story.order(id).receivable))
    }

    #[test]
    fn domain_1_7_stage_2_a_bill_of_lading_names_the_invoices_of_all_that_left_with_it() {
        for text in ["your b/l BOL-004711", "BOL 4711", "bol-oo4711"] {
            let (applied, open) = paid_by_bill_of_lading(20_000, text);
            assert_eq!((applied.outcome, open), (Outcome::Applied, [Amount::ZERO; 2]), "{text}");
        }
        let (applied, open) = paid_by_bill_of_lading(10_000, "BOL-004712");
        assert_eq!((applied.outcome, open), (Outcome::Unmatched { ambiguous: true }, [Amount(10_000); 2]));
        let (applied, open) = paid_by_bill_of_lading(19_000, "BOL-004711");
        assert_eq!((applied.outcome, open), (Outcome::Deduction, [Amount::ZERO, Amount(1_000)]));
    }

    #[test]
    fn domain_1_7_stage_2_an_order_that_is_named_is_meant_and_not_all_that_left_with_its_bill_of_lading() {
        let (applied, open) = paid_by_bill_of_lading(10_000, "SO-2 with BOL-004711");
        assert_eq!((applied.outcome, open), (Outcome::Applied, [Amount(10_000), Amount::ZERO]), "{}", applied.reason);
    }

    #[test]
    fn an_unknown_payer_who_names_a_bill_of_lading_is_known_only_if_the_amount_is_that_of_what_left_with_it() {
        let (applied, open) = paid_by("NOBODY", 20_000, "BOL-004711");
        assert_eq!((applied.outcome, open), (Outcome::Applied, [Amount::ZERO; 2]));
        let (applied, open) = paid_by("NOBODY", 19_000, "BOL-004711");
        assert_eq!((applied.outcome, open), (Outcome::Suspense, [Amount(10_000); 2]));
    }

    #[test]
    fn domain_1_7_stage_1_a_lockbox_knows_the_payer_by_the_customer_number() {
        let mut memory = books(&[2_000, 1_350], None);
        let books: &mut dyn Books = &mut memory;
        let pay = |books: &mut dyn Books, reference: &str, number: &str| {
            let entry = EntryDocument {
                bank_reference: reference.into(),
                amount: Amount(2_000),
                payer_name: "nobody".into(),
                customer_number: number.into(),
                ..EntryDocument::default()
            };
            let statement = StatementDocument {
                reference: reference.into(),
                bank_account: "DE99".into(),
                currency: Currency::EUR,
                entries: vec![entry],
                ..StatementDocument::default()
            };
            let id = crate::cash::import(books, &statement, &at(5)).unwrap().payments[0];
            (apply(books, id, &at(5)).unwrap(), books.payment(&id).unwrap().unwrap().evidence.clone())
        };
        let (stranger, _) = pay(books, "B-1", "NOBODY");
        assert_eq!(stranger.outcome, Outcome::Suspense);
        let (applied, evidence) = pay(books, "B-2", " ACME ");
        assert_eq!((applied.account, applied.outcome), (Some("ACME".into()), Outcome::Applied));
        assert_eq!(evidence, "customer number");
    }
}
