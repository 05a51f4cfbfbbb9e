//! A letter that tells a customer what became of what they disputed (domain §1.3).

use trade::AccountId;
use trade::billing::{Decision, Invoice, Place};
use units::{Amount, Currency, Day, Text};

use super::sheets::{BOLD, LEADING, LEFT, Paper, REGULAR, RIGHT, Sheets, address};

/// What was decided about a dispute, for the customer. Everything in it was so when it was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    seller: Place,
    buyer: Place,
    account: AccountId,
    /// The invoice that was disputed.
    pub invoice: Text,
    invoiced: Day,
    due: Day,
    currency: Currency,
    decision: Decision,
    /// The number of the credit note, if there is one.
    note: Option<Text>,
}

impl Letter {
    /// The letter about a decision on an invoice; `note` is the number of the credit note that it led to.
    pub fn of(invoice: &Invoice, decision: &Decision, note: Option<Text>) -> Self {
        Self {
            seller: invoice.particulars.seller.clone(),
            buyer: invoice.particulars.buyer.clone(),
            account: invoice.account.clone(),
            invoice: invoice.number.clone(),
            invoiced: invoice.date,
            due: invoice.due,
            currency: invoice.currency,
            decision: decision.clone(),
            note,
        }
    }

    /// What it says.
    pub fn paragraphs(&self) -> Vec<String> {
        let Decision { code, granted, written_off, refused, reason, .. } = &self.decision;
        let money = |amount: Amount| amount.in_currency(self.currency).to_string();
        let about = subject(code).map(|about| format!(" because of {about}")).unwrap_or_default();
        let disputed = money(*granted + *written_off + *refused);
        let mut said = vec![format!("You dispute {disputed} of our invoice {} of {}{about}.", self.invoice, self.invoiced)];
        if granted.is_positive() {
            let note = self.note.as_ref().map(|note| format!(" with credit note {note}")).unwrap_or_default();
            said.push(format!("We credit {}{note}.", money(*granted)));
        }
        if written_off.is_positive() {
            said.push(format!("We waive {}.", money(*written_off)));
        }
        if refused.is_positive() {
            said.push(format!("We do not accept your claim to {}, which stay due on {}.", money(*refused), self.due));
        }
        said.push(format!("Our reason: {reason}"));
        said
    }
}

/// What a dispute is about, by its code (domain §1.3, §1.7).
fn subject(code: &str) -> Option<&'static str> {
    Some(match code {
        "PRC" => "the price",
        "PRM" => "a promotion",
        "QTY" => "the quantity",
        "FRT" => "the freight",
        "TAX" => "the tax",
        "DMG" => "damage",
        "LATE" => "a delay",
        "RET" => "a return",
        "UD" => "an early-payment discount",
        "BNK" => "bank charges",
        _ => return None,
    })
}

/// The letter as PDF. The same letter gives the same bytes.
pub fn write_letter(letter: &Letter) -> Vec<u8> {
    let paper = &Paper { seller: &letter.seller, title: "Your claim", number: &letter.invoice, foot: String::new() };
    let mut sheets = Sheets::begin(paper);
    let top = sheets.y;
    for line in address(&letter.buyer) {
        sheets.text(LEFT, REGULAR, 10.0, &line);
        sheets.down();
    }
    let after = sheets.y;
    sheets.y = top;
    let facts = [("Date", letter.decision.on.to_string()), ("Customer", letter.account.to_string())];
    for (name, value) in facts {
        sheets.text(330.0, REGULAR, 10.0, name);
        sheets.text_to(RIGHT, REGULAR, 10.0, &value);
        sheets.down();
    }
    sheets.y = sheets.y.min(after) - 2.0 * LEADING;
    sheets.text(LEFT, BOLD, 10.0, &format!("Invoice {}", letter.invoice));
    sheets.down();
    sheets.down();
    for paragraph in letter.paragraphs() {
        sheets.wrapped(paper, &paragraph);
        sheets.y -= LEADING / 2.0;
    }
    sheets.bind(paper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(granted: i64, written_off: i64, refused: i64, reason: &str) -> Letter {
        let invoice = Invoice { number: "CD-2026-000001".into(), currency: Currency::EUR, ..Invoice::default() };
        let decision = Decision {
            code: "PRM".into(),
            granted: Amount(granted),
            written_off: Amount(written_off),
            refused: Amount(refused),
            reason: reason.into(),
            ..Decision::default()
        };
        Letter::of(&invoice, &decision, Some("CD-CN-2026-000001".into()))
    }

    #[test]
    fn domain_1_3_a_letter_tells_what_is_credited_waived_and_still_due() {
        let day = Day::default();
        assert_eq!(
            letter(2_380, 120, 3_500, "half a promotion").paragraphs(),
            [
                format!("You dispute 60.00 EUR of our invoice CD-2026-000001 of {day} because of a promotion."),
                "We credit 23.80 EUR with credit note CD-CN-2026-000001.".to_owned(),
                "We waive 1.20 EUR.".to_owned(),
                format!("We do not accept your claim to 35.00 EUR, which stay due on {day}."),
                "Our reason: half a promotion".to_owned(),
            ]
        );
        let refused = letter(0, 0, 6_000, "no such promotion").paragraphs();
        assert_eq!(refused.len(), 3, "{refused:?}");
    }

    #[test]
    fn a_long_reason_goes_over_several_lines_and_pages() {
        let shown = |reason: &str| write_letter(&letter(0, 0, 1, reason));
        let pages = |bytes: &[u8]| bytes.windows(9).filter(|window| window == b"/MediaBox").count();
        let short = shown("no");
        assert!(short.starts_with(b"%PDF-"));
        assert_eq!((pages(&short), shown("no") == short), (1, true));
        assert!(pages(&shown(&"it was not so ".repeat(500))) > 1);
    }
}
