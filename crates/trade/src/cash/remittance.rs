//! What a payer says of each document that they pay: how much of it, and what they took off for which reason (domain §1.7, stage 5).

use serde::{Deserialize, Serialize};
use units::{Amount, Text};

use super::deduction::{UNEARNED_DISCOUNT, UNKNOWN, named as code_of};
use super::references::{NUMBER, named};
use super::stages::{Match, discount, numbers, tolerance, whole};
use super::state::{Allocation, Method, Payment};
use crate::account::OpenItem;
use crate::billing::with_replacements;
use crate::books::{Books, Key, Stop};
use crate::ids::InvoiceId;
use crate::master::CashPolicy;
use crate::reference::pointed;

/// A line of a remittance advice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RemittanceLine {
    /// The document that it is for, as the payer writes it.
    pub document: Text,
    /// What is paid of it; below zero for a credit that is used.
    pub paid: Amount,
    /// The early-payment discount that they took.
    pub discount: Amount,
    /// What they changed otherwise.
    pub adjustments: Vec<Adjustment>,
}

/// Why a payer pays another amount than they owe.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Adjustment {
    /// How much, without a sign.
    pub amount: Amount,
    /// A code or words.
    pub reason: Text,
}

/// The documents of the payment's lines that are known, each with its line; of one that was billed anew, what was billed in its place.
pub(super) fn lines<'p>(books: &mut dyn Books, payment: &'p Payment) -> Result<Vec<(InvoiceId, &'p RemittanceLine)>, Stop> {
    let mut found = Vec::with_capacity(payment.lines.len());
    for line in &payment.lines {
        for name in named(std::slice::from_ref(&line.document), "") {
            if let Some(Key::Invoice(invoice)) = pointed(books, NUMBER, &name)? {
                found.push((invoice, line));
                break;
            }
        }
    }
    let by_name: Vec<InvoiceId> = found.iter().map(|(invoice, _)| *invoice).collect();
    for (invoice, _) in &mut found {
        let now = in_its_place(books, *invoice)?;
        // what has a line of its own is not meant by another
        if !by_name.contains(&now) {
            *invoice = now;
        }
    }
    Ok(found)
}

/// What an invoice has become by being billed anew; itself if it was not, or if several documents stand in its place and nobody can tell
/// which of them a line means.
fn in_its_place(books: &mut dyn Books, invoice: InvoiceId) -> Result<InvoiceId, Stop> {
    let mut last = Vec::new();
    for id in with_replacements(books, vec![invoice])? {
        if books.invoice(&id)?.is_some_and(|invoice| invoice.replaced_by.is_empty()) {
            last.push(id);
        }
    }
    Ok(if let [only] = last[..] { only } else { invoice })
}

/// The items as their lines say: what is short of one is discount, a small difference once, or a deduction under the code of its reason;
/// what is too much, and what is paid of documents that are not open, is left over.
///
/// `None` unless the lines are the whole payment, and there is one for each item.
pub(super) fn by_lines(
    items: &[&OpenItem],
    lines: &[(InvoiceId, &RemittanceLine)],
    payment: &Payment,
    policy: &CashPolicy,
) -> Option<Match> {
    let said: Amount = payment.lines.iter().map(|line| line.paid).sum();
    if lines.is_empty() || said != payment.amount {
        return None;
    }
    let mut forgiven = false;
    let mut allocations = Vec::with_capacity(items.len());
    let mut why = Vec::new();
    for item in items {
        let mut of_item = lines.iter().filter(|(invoice, _)| *invoice == item.invoice).map(|(_, line)| *line);
        let (Some(line), None) = (of_item.next(), of_item.next()) else { return None };
        let (allocation, over) = allocate(item, line, payment, policy, &mut forgiven)?;
        let money = |amount: Amount| amount.to_decimal(payment.currency);
        if allocation.deduction.is_positive() {
            why.push(format!("{} of {} deducted ({})", money(allocation.deduction), item.number, allocation.code));
        }
        if over.is_positive() {
            why.push(format!("{} too much for {}", money(over), item.number));
        }
        allocations.push(allocation);
    }
    let applied: Amount = allocations.iter().map(|allocation| allocation.amount).sum();
    let rest = payment.amount - applied;
    if rest.is_negative() {
        return None;
    }
    let any = |of: fn(&Allocation) -> Amount| allocations.iter().any(|allocation| !of(allocation).is_zero());
    let differs = rest.is_positive() || any(|of| of.deduction) || any(|of| of.written_off);
    let (method, fitting) = match (differs, any(|of| of.discount)) {
        (true, _) => (Method::ReferencedWithDifference, "with small differences"),
        (false, true) => (Method::ExactWithDiscount, "with the discount taken in time"),
        (false, false) => (Method::Exact, "and the amounts are theirs"),
    };
    let why = if why.is_empty() { fitting.to_owned() } else { why.join(", ") };
    let evidence = format!("{}: named line by line, {why}", numbers(items));
    Some(Match { allocations, method, evidence, rest })
}

/// What a line pays of its item, and what it pays too much; `None` where it makes no sense.
fn allocate(
    item: &OpenItem,
    line: &RemittanceLine,
    payment: &Payment,
    policy: &CashPolicy,
    forgiven: &mut bool,
) -> Option<(Allocation, Amount)> {
    if item.open.is_negative() {
        let is_within = line.paid >= item.open && line.paid <= Amount::ZERO;
        return is_within.then(|| (Allocation { amount: line.paid, ..whole(item) }, Amount::ZERO));
    }
    if line.paid.is_negative() {
        return None;
    }
    if line.paid >= item.open {
        return Some((whole(item), line.paid - item.open));
    }
    let short = item.open - line.paid;
    let allowed = discount(item, payment.value_date, policy);
    // it is taken where the line says so, or where it is all that is short
    let taken = if line.discount.is_positive() { line.discount } else { short };
    let discount =
        if line.discount.is_positive() || short == allowed { allowed.min(taken).min(short) } else { Amount::ZERO };
    let mut allocation = Allocation { amount: line.paid, discount, ..whole(item) };
    let left = short - discount;
    if left.is_positive() && !*forgiven && left <= tolerance(item, policy) {
        *forgiven = true;
        allocation.written_off = left;
    } else if left.is_positive() {
        (allocation.deduction, allocation.code) = (left, code(item, line, left, payment));
    }
    Some((allocation, Amount::ZERO))
}

/// The code of what is short: that of the reasons given if they are one, else a discount that was not earned, else what the payment says.
fn code(item: &OpenItem, line: &RemittanceLine, short: Amount, payment: &Payment) -> Text {
    let mut codes = line.adjustments.iter().map(|adjustment| code_of(&adjustment.reason));
    let code = match codes.next() {
        Some(first) => first.filter(|_| codes.all(|other| other == first)).unwrap_or(UNKNOWN),
        None => {
            let is_discount = line.discount.is_positive() || item.discount.is_some_and(|(amount, _)| amount == short);
            if is_discount { UNEARNED_DISCOUNT } else { code_of(&payment.remittance).unwrap_or(UNKNOWN) }
        }
    };
    Text::const_new(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::{Kind, MemoryBooks};
    use crate::cash::apply::tests::{books, day};
    use crate::cash::{Applied, Outcome, PaymentEvent, PaymentStatus, apply, owner};
    use crate::context::Role;
    use crate::ids::PaymentId;
    use crate::order::fixture::at;

    /// A line of a document by its number: what is paid of it, the discount, and reasons.
    fn line(number: u64, paid: i64, discount: i64, reasons: &[&str]) -> RemittanceLine {
        let adjustment = |reason: &&str| Adjustment { amount: Amount(1), reason: Text::from(*reason) };
        RemittanceLine {
            document: format!("CD-2026-{number:06}").into(),
            paid: Amount(paid),
            discount: Amount(discount),
            adjustments: reasons.iter().map(adjustment).collect(),
        }
    }

    fn pay(memory: &mut MemoryBooks, amount: i64, lines: Vec<RemittanceLine>) -> (Applied, Payment) {
        let references = lines.iter().map(|line| line.document.clone()).collect();
        pay_naming(memory, amount, lines, references)
    }

    fn pay_naming(
        memory: &mut MemoryBooks,
        amount: i64,
        lines: Vec<RemittanceLine>,
        references: Vec<Text>,
    ) -> (Applied, Payment) {
        let books: &mut dyn Books = memory;
        let id = PaymentId(books.next_number(Kind::Payment).unwrap());
        let payment = Payment {
            id,
            amount: Amount(amount),
            value_date: day("2026-03-10"),
            payer_account: "DE021234".into(),
            references,
            lines,
            ..Payment::default()
        };
        books.record(&id, PaymentEvent::Received(Box::new(payment)));
        let applied = apply(books, id, &at(0)).unwrap();
        crate::account::check(&books.account(&"ACME".into()).unwrap().unwrap()).unwrap();
        (applied, (*books.payment(&id).unwrap().unwrap()).clone())
    }

    fn told(payment: &Payment) -> Vec<(i64, i64, i64, i64, &str)> {
        let told = |of: &Allocation| (of.amount.0, of.discount.0, of.written_off.0, of.deduction.0);
        let all = payment.allocations.iter();
        all.map(|of| (told(of), of.code.as_str())).map(|((a, b, c, d), code)| (a, b, c, d, code)).collect()
    }

    #[test]
    fn domain_1_7_stage_5_each_line_says_what_is_short_of_its_document_and_why() {
        let mut memory = books(&[10_000, 20_000, 30_000], None);
        let lines = vec![line(1, 9_000, 0, &["DMG"]), line(2, 20_700, 0, &[]), line(3, 28_000, 0, &["wrong price"])];
        let (applied, payment) = pay(&mut memory, 57_700, lines);
        assert_eq!(applied.outcome, Outcome::Deduction);
        let wanted = vec![(9_000, 0, 0, 1_000, "DMG"), (20_000, 0, 0, 0, ""), (28_000, 0, 0, 2_000, "PRC")];
        assert_eq!(told(&payment), wanted);
        assert_eq!((owner("DMG"), owner("PRC")), (Role::Warehouse, Role::Sales));
        assert_eq!((payment.on_account, payment.status), (Amount(700), PaymentStatus::OnAccount));
        let wanted = "CD-2026-000001, CD-2026-000002, CD-2026-000003: named line by line, 10 of CD-2026-000001 deducted (DMG), \
                      7 too much for CD-2026-000002, 20 of CD-2026-000003 deducted (PRC)";
        assert_eq!(applied.reason, wanted);
    }

    #[test]
    fn domain_1_7_lines_that_add_up_to_all_that_is_open_still_say_what_is_short_of_one_and_too_much_of_another() {
        let mut memory = books(&[10_000, 20_000], None);
        let (applied, payment) = pay(&mut memory, 30_000, vec![line(1, 9_000, 0, &["DMG"]), line(2, 21_000, 0, &[])]);
        assert_eq!(told(&payment), [(9_000, 0, 0, 1_000, "DMG"), (20_000, 0, 0, 0, "")]);
        assert_eq!((applied.outcome, payment.on_account), (Outcome::Deduction, Amount(1_000)));
        let mut memory = books(&[10_000, 20_000], None);
        let (applied, payment) = pay(&mut memory, 30_000, vec![line(1, 10_000, 0, &[]), line(2, 20_000, 0, &[])]);
        assert_eq!((applied.outcome, told(&payment).len()), (Outcome::Applied, 2));
        assert!(applied.reason.ends_with("named line by line, and the amounts are theirs"), "{}", applied.reason);
    }

    #[test]
    fn documents_that_only_the_lines_name_are_referenced() {
        let mut memory = books(&[10_000, 20_000], None);
        let lines = vec![line(2, 19_000, 0, &["freight"])];
        let (applied, payment) = pay_naming(&mut memory, 19_000, lines, Vec::new());
        assert_eq!((applied.outcome, told(&payment)), (Outcome::Deduction, vec![(19_000, 0, 0, 1_000, "FRT")]));
    }

    #[test]
    fn a_part_of_what_several_lines_deduct_is_nobody_s_in_particular_and_is_asked_about_one_by_one() {
        let mut memory = books(&[10_000, 20_000], None);
        let lines = vec![line(1, 9_000, 0, &["DMG"]), line(2, 15_000, 0, &["price"])];
        let (_, payment) = pay(&mut memory, 24_000, lines);
        let decide = |memory: &mut MemoryBooks, accepted| {
            crate::cash::resolve_deduction(memory, payment.id, accepted, "so be it", &crate::order::fixture::clerk("ann", 6))
        };
        // 50.00 would be 10.00 of the damage and 40.00 of the price
        let refused = decide(&mut memory.clone(), Some(Amount(5_000)));
        assert!(matches!(refused, Err(crate::Stop::Refused(crate::Refusal::Conflict(_)))), "{refused:?}");
        decide(&mut memory.clone(), Some(Amount::ZERO)).unwrap();
        decide(&mut memory, None).unwrap();
        let account = (&mut memory as &mut dyn Books).account(&"ACME".into()).unwrap().unwrap();
        assert!(account.ledger.open_items.is_empty(), "{:?}", account.ledger.open_items);
    }

    #[test]
    fn a_difference_is_written_off_once_in_a_payment_and_reasons_that_differ_are_none() {
        let mut memory = books(&[10_000, 20_000, 30_000], None);
        let lines = vec![line(1, 9_960, 0, &[]), line(2, 19_950, 0, &[]), line(3, 29_000, 0, &["DMG", "price"])];
        let (_, payment) = pay(&mut memory, 58_910, lines);
        let wanted = vec![(9_960, 0, 40, 0, ""), (19_950, 0, 0, 50, "UNK"), (29_000, 0, 0, 1_000, "UNK")];
        assert_eq!(told(&payment), wanted);
    }

    #[test]
    fn a_discount_that_a_line_takes_is_granted_in_time_and_else_unearned() {
        let pay_with = |last: &str| {
            let mut memory = books(&[10_000, 20_000], Some((200, last)));
            let (_, payment) = pay(&mut memory, 28_800, vec![line(1, 9_800, 200, &[]), line(2, 19_000, 200, &["missing"])]);
            payment
        };
        let in_time = pay_with("2026-03-11");
        assert_eq!(told(&in_time), [(9_800, 200, 0, 0, ""), (19_000, 200, 0, 800, "QTY")]);
        let late = pay_with("2026-03-09");
        assert_eq!(told(&late), [(9_800, 0, 0, 200, "UD"), (19_000, 0, 0, 1_000, "QTY")]);
    }

    #[test]
    fn a_credit_note_among_the_lines_pays_as_much_as_its_line_says() {
        let mut memory = books(&[10_000, -3_000], None);
        let (applied, payment) = pay(&mut memory, 7_500, vec![line(1, 9_500, 0, &["freight"]), line(2, -2_000, 0, &[])]);
        assert_eq!(
            (applied.outcome, told(&payment)),
            (Outcome::Deduction, vec![(9_500, 0, 0, 500, "FRT"), (-2_000, 0, 0, 0, "")])
        );
    }

    #[test]
    fn lines_that_are_not_the_whole_payment_decide_nothing() {
        let mut memory = books(&[10_000, 20_000], None);
        let (applied, payment) = pay(&mut memory, 28_000, vec![line(1, 9_000, 0, &["DMG"]), line(2, 20_000, 0, &[])]);
        // as without lines: it is short of the last document
        assert_eq!(
            (applied.outcome, told(&payment)),
            (Outcome::Deduction, vec![(10_000, 0, 0, 0, ""), (18_000, 0, 0, 2_000, "UNK")])
        );
    }

    #[test]
    fn what_a_line_pays_of_a_document_that_is_not_open_lies_on_account() {
        let mut memory = books(&[10_000], None);
        let (applied, payment) = pay(&mut memory, 14_000, vec![line(1, 9_000, 0, &["DMG"]), line(7, 5_000, 0, &[])]);
        assert_eq!((applied.outcome, payment.on_account), (Outcome::Deduction, Amount(5_000)));
    }
}
