//! A bank, and the customers who pay by it: some name the invoice, some garble it, some pay less, more, or several at once.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trade::cash::{EntryDocument, StatementDocument};
use units::{Amount, Currency, Decimal, Rounding, Timestamp};

use super::{Action, Answer, Chance, DAY, HOUR, Message, Millis, Model, text};

/// The bank.
#[derive(Debug, Default)]
pub struct Bank {
    currency: Currency,
    /// Invoices that wait for another of the same customer, to be paid with it.
    waiting: BTreeMap<String, Due>,
    /// Invoices that will be paid, by number.
    due: BTreeMap<String, Vec<Due>>,
    /// Entries that are in no statement yet.
    entries: Vec<EntryDocument>,
    statements: Vec<(u64, String)>,
    /// The last statement that is known to have arrived.
    taken: u64,
    balance: Amount,
    paid: BTreeMap<String, i64>,
    count: u64,
    scheduled: bool,
}

/// An invoice that will be paid.
#[derive(Debug, Clone)]
struct Due {
    number: String,
    account: String,
    name: String,
    amount: Amount,
    discount: Amount,
}

/// How a customer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    Clean,
    Structured,
    Garbled,
    Silent,
    Together,
    SlightlyShort,
    Short,
    Over,
    Discount,
    Stranger,
}

impl Bank {
    /// A bank that keeps an account in this currency.
    pub fn new(currency: Currency) -> Self {
        Self { currency, ..Self::default() }
    }

    fn money(&self, value: &Value) -> Amount {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let parsed = text.parse::<Decimal>().ok();
        parsed.and_then(|value| Amount::from_decimal(value, self.currency, Rounding::HalfUp)).unwrap_or_default()
    }

    fn habit(chance: &Chance, due: &Due) -> Habit {
        match chance.draw("habit", &due.number) % 100 {
            0..58 => Habit::Clean,
            58..70 => Habit::Structured,
            70..78 => Habit::Garbled,
            78..84 => Habit::Silent,
            84..90 => Habit::Together,
            90..93 => Habit::SlightlyShort,
            93..95 => Habit::Short,
            95..97 => Habit::Over,
            97..99 if due.discount.is_positive() => Habit::Discount,
            97..99 => Habit::Clean,
            _ => Habit::Stranger,
        }
    }

    /// The customer pays one invoice, or several together.
    fn pay(&mut self, dues: &[Due], habit: Habit, now: Millis) {
        let Some(first) = dues.first() else { return };
        let all: Amount = dues.iter().map(|due| due.amount).sum();
        let amount = match habit {
            Habit::SlightlyShort => all - Amount((all.0 / 400).clamp(1, 300)).min(all - Amount(1)),
            Habit::Short => all - all.percent(Decimal::from(10i64)),
            Habit::Over => all + Amount(250),
            Habit::Discount => all - first.discount,
            _ => all,
        };
        if !amount.is_positive() {
            return;
        }
        let numbers: Vec<&str> = dues.iter().map(|due| due.number.as_str()).collect();
        let (references, remittance) = match habit {
            Habit::Structured => (vec![creditor_reference(&first.number).into()], String::new()),
            Habit::Garbled => (Vec::new(), garbled(&first.number)),
            Habit::Silent => (Vec::new(), "thank you".to_owned()),
            _ => (Vec::new(), numbers.join(", ")),
        };
        let (payer_name, payer_account) = match habit {
            Habit::Stranger => (format!("Payments on behalf of {}", first.number.len()), String::new()),
            _ => (first.name.clone(), account_of(&first.account)),
        };
        self.count += 1;
        for due in dues {
            let part = if dues.len() == 1 { amount } else { due.amount };
            *self.paid.entry(due.number.clone()).or_default() += part.0;
        }
        self.entries.push(EntryDocument {
            bank_reference: format!("BNK{:08}", self.count).into(),
            index: 0,
            value_date: Timestamp(now).day(),
            amount,
            reversal: false,
            payer_name: payer_name.into(),
            payer_account: payer_account.into(),
            references,
            remittance: remittance.into(),
            ..EntryDocument::default()
        });
    }

    /// Everything that came in since the last statement becomes one.
    fn close(&mut self, now: Millis) {
        if self.entries.is_empty() {
            return;
        }
        let mut entries = std::mem::take(&mut self.entries);
        for (index, entry) in (0..).zip(&mut entries) {
            entry.index = index;
        }
        let moved: Amount = entries.iter().map(|entry| entry.amount).sum();
        let id = self.statements.len() as u64 + 1;
        let statement = StatementDocument {
            reference: format!("ST-{id:06}").into(),
            bank_account: "GB29LAB00000000000001".into(),
            currency: self.currency,
            opening: Some(self.balance),
            closing: Some(self.balance + moved),
            entries,
            sequence: Some(id),
        };
        self.balance += moved;
        self.statements.push((id, documents::statements::write_camt053(&statement, Timestamp(now))));
    }
}

impl Model for Bank {
    /// Told by the ERP what was invoiced.
    fn request(&mut self, path: &str, body: &Value, now: Millis, chance: &Chance) -> Answer {
        if path != "/dues" {
            return Answer::new(404, json!({ "error": "there is no such operation" }));
        }
        let due = Due {
            number: text(body, "number"),
            account: text(body, "account"),
            name: text(body, "account_name"),
            amount: self.money(&body["gross"]),
            discount: self.money(&body["discount"]["amount"]),
        };
        let answer = Answer::new(202, json!({}));
        let mut actions = Vec::new();
        if !self.scheduled {
            self.scheduled = true;
            actions.push(Action { due: now + DAY, name: "statement 1".into() });
        }
        if matches!(text(body, "kind").as_str(), "credit_note" | "goodwill") || !due.amount.is_positive() {
            return Answer { actions, ..answer };
        }
        let number = due.number.clone();
        let mut together = vec![due.clone()];
        if Self::habit(chance, &due) == Habit::Together {
            match self.waiting.remove(&due.account) {
                Some(other) => together.push(other),
                None => {
                    self.waiting.insert(due.account.clone(), due);
                    // paid alone if no other comes
                    actions.push(Action { due: now + 12 * DAY, name: format!("alone {number}") });
                    return Answer { actions, ..answer };
                }
            }
        }
        let pays = now + chance.between(HOUR, 10 * DAY, "pays", &number);
        self.due.insert(number.clone(), together);
        actions.push(Action { due: pays, name: format!("pay {number}") });
        Answer { actions, ..answer }
    }

    fn due(&mut self, action: &str, now: Millis, chance: &Chance) -> (Vec<Message>, Vec<Action>) {
        let (verb, subject) = action.split_once(' ').unwrap_or((action, ""));
        match verb {
            "pay" => {
                if let Some(dues) = self.due.remove(subject) {
                    let habit = dues.first().map_or(Habit::Clean, |due| Self::habit(chance, due));
                    self.pay(&dues, habit, now);
                }
            }
            "alone" => {
                let waiting = self.waiting.values().find(|due| due.number == subject).cloned();
                if let Some(due) = waiting {
                    self.waiting.remove(&due.account);
                    self.pay(&[due], Habit::Clean, now);
                }
            }
            "statement" => {
                self.close(now);
                let next = subject.parse::<u64>().unwrap_or(0) + 1;
                return (Vec::new(), vec![Action { due: now + DAY, name: format!("statement {next}") }]);
            }
            _ => {}
        }
        (Vec::new(), Vec::new())
    }

    fn query(&mut self, path: &str, query: &str) -> Option<Value> {
        if path != "/statements" {
            return None;
        }
        let after = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("after="))
            .and_then(|after| after.parse().ok())
            .unwrap_or(0u64);
        // whoever asks for what comes after a statement has it
        self.taken = self.taken.max(after);
        let new = self.statements.iter().filter(|(id, _)| *id > after).take(20);
        let statements: Vec<Value> = new.map(|(id, camt)| json!({ "id": id, "camt053": camt })).collect();
        Some(json!({ "statements": statements }))
    }

    fn untold(&self) -> usize {
        self.entries.len() + self.statements.iter().filter(|(id, _)| *id > self.taken).count()
    }

    fn ledger(&self) -> Value {
        let received: i64 = self.paid.values().sum();
        json!({
            "currency": self.currency.as_str(),
            "received_minor": received,
            "balance_minor": self.balance.0,
            "statements": self.statements.len(),
            "not_in_statements": self.entries.len(),
            "due": self.due.len() + self.waiting.len(),
            "paid": self.paid,
        })
    }
}

/// The bank account of a customer.
pub(crate) fn account_of(account: &str) -> String {
    format!("GB00CUST{account:0>12}")
}

/// What becomes of a number that somebody types off a bad copy.
fn garbled(number: &str) -> String {
    let typed: String = number.chars().map(|c| if c == '0' { 'O' } else { c }).collect();
    format!("inv {}", typed.to_lowercase().replace('-', " "))
}

/// An ISO 11649 creditor reference around a number.
fn creditor_reference(number: &str) -> String {
    let inner: String = number.chars().filter(char::is_ascii_alphanumeric).flat_map(char::to_uppercase).take(21).collect();
    let turned = format!("{inner}RF00");
    let remainder = turned.chars().fold(0u32, |sum, c| {
        let digit = c.to_digit(36).unwrap_or(0);
        (sum * if digit > 9 { 100 } else { 10 } + digit) % 97
    });
    format!("RF{:02}{inner}", 98 - remainder)
}
