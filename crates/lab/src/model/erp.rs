//! An ERP: posts invoices and what payments come to, and lets the bank know what will be paid.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use units::{Amount, Currency, Decimal, Rounding};

use super::{Answer, Chance, Millis, Model, text};

/// The ERP.
#[derive(Debug, Default)]
pub struct Erp {
    /// Number → kind and gross.
    postings: BTreeMap<String, (String, String)>,
    /// Postings of payments, each once.
    payments: BTreeMap<String, usize>,
    /// Currency → account of the general ledger → balance in minor units.
    balances: BTreeMap<String, BTreeMap<String, i64>>,
    /// Day and currency → what the receivables moved by, in minor units.
    receivables: BTreeMap<(String, String), i64>,
}

impl Model for Erp {
    fn request(&mut self, path: &str, body: &Value, _now: Millis, _chance: &Chance) -> Answer {
        match path {
            "/postings" => self.post_invoice(body),
            "/payments" => self.post_payment(body),
            "/control-account" => self.control_account(body),
            _ => Answer::new(404, json!({ "error": "there is no such operation" })),
        }
    }

    fn ledger(&self) -> Value {
        let postings: BTreeMap<&String, Value> =
            self.postings.iter().map(|(number, (kind, gross))| (number, json!({ "kind": kind, "gross": gross }))).collect();
        let payments = self.payments.len();
        json!({ "invoices": postings.len(), "postings": postings, "payments": payments, "balances_minor": self.balances })
    }
}

impl Erp {
    fn post_invoice(&mut self, body: &Value) -> Answer {
        let number = text(body, "number");
        if number.is_empty() {
            return Answer::new(422, json!({ "error": "a posting has a number" }));
        }
        let is_new = !self.postings.contains_key(&number);
        let place = self.postings.len() + usize::from(is_new);
        if is_new {
            let kind = text(body, "kind");
            let sign = if matches!(kind.as_str(), "credit_note" | "goodwill") { -1 } else { 1 };
            let gross = text(body, "gross");
            let owed = minor(&gross, currency_of(body)).unwrap_or_default() * sign;
            self.balance(body, "receivables", owed);
            self.postings.insert(number, (kind, gross));
        }
        let answer = Answer::new(201, json!({ "reference": format!("ERP-{place:06}") }));
        let tell = if is_new { vec![("bank", body.clone())] } else { Vec::new() };
        Answer { tell, ..answer }
    }

    /// Entries that do not balance are refused: an accountant would.
    fn post_payment(&mut self, body: &Value) -> Answer {
        let posting = text(body, "posting");
        if posting.is_empty() {
            return Answer::new(422, json!({ "error": "a posting has a number" }));
        }
        let count = self.payments.len() + 1;
        let known = self.payments.get(&posting).copied();
        if known.is_none() {
            let entries = body["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
            let read = |entry: &Value| Some((text(entry, "ledger"), minor(&text(entry, "amount"), currency_of(body))?));
            let entries: Option<Vec<(String, i64)>> = entries.iter().map(read).collect();
            let balanced = |entries: &Vec<(String, i64)>| entries.iter().map(|(_, amount)| amount).sum::<i64>() == 0;
            let Some(entries) = entries.filter(balanced) else {
                return Answer::new(422, json!({ "error": "debits and credits differ" }));
            };
            for (ledger, amount) in entries {
                self.balance(body, &ledger, amount);
            }
            self.payments.insert(posting, count);
        }
        Answer::new(201, json!({ "reference": format!("ERP-P{:06}", known.unwrap_or(count)) }))
    }

    /// What the receivables moved by on each day of a period.
    fn control_account(&self, body: &Value) -> Answer {
        let (from, until) = (text(body, "from"), text(body, "until"));
        // days sort as they are written
        let asked = self.receivables.iter().filter(|((day, _), _)| (&from..=&until).contains(&day));
        let movements = asked.map(|((day, currency), amount)| {
            let in_major = Amount(*amount).to_decimal(currency.parse().unwrap_or_default());
            json!({ "date": day, "currency": currency, "amount": in_major.to_string() })
        });
        let movements: Vec<Value> = movements.collect();
        Answer::new(200, json!({ "from": from, "until": until, "movements": movements }))
    }

    fn balance(&mut self, body: &Value, ledger: &str, amount: i64) {
        if ledger == "receivables" {
            *self.receivables.entry((text(body, "date"), text(body, "currency"))).or_default() += amount;
        }
        let of_currency = self.balances.entry(text(body, "currency")).or_default();
        *of_currency.entry(ledger.to_owned()).or_default() += amount;
    }
}

fn currency_of(body: &Value) -> Currency {
    text(body, "currency").parse().unwrap_or_default()
}

fn minor(text: &str, currency: Currency) -> Option<i64> {
    Amount::from_decimal(text.parse::<Decimal>().ok()?, currency, Rounding::HalfUp).map(|amount| amount.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_posted_once_however_often_it_comes_and_only_if_it_balances() {
        let (mut erp, chance) = (Erp::default(), Chance { seed: 1, faults: crate::FaultProfile::NONE });
        let posting = |credit: &str| {
            let entries = json!([{ "ledger": "bank", "amount": "12.50" }, { "ledger": "receivables", "amount": credit }]);
            json!({ "posting": "PY-1/1", "currency": "GBP", "entries": entries })
        };
        assert_eq!(erp.request("/payments", &posting("-12.49"), 0, &chance).status, 422);
        let first = erp.request("/payments", &posting("-12.50"), 0, &chance);
        let again = erp.request("/payments", &posting("-12.50"), 1, &chance);
        assert_eq!((first.status, &first.body), (201, &again.body));
        let ledger = erp.ledger();
        assert_eq!((&ledger["payments"], &ledger["balances_minor"]["GBP"]["bank"]), (&json!(1), &json!(1_250)));
        assert_eq!(ledger["balances_minor"]["GBP"]["receivables"], json!(-1_250));
    }

    #[test]
    fn the_control_account_is_told_by_day_and_only_for_the_days_asked_about() {
        let (mut erp, chance) = (Erp::default(), Chance { seed: 1, faults: crate::FaultProfile::NONE });
        for (number, kind, day, gross) in [
            ("1", "invoice", "2026-03-02", "10.00"),
            ("2", "credit_note", "2026-03-02", "2.50"),
            ("3", "invoice", "2026-03-04", "7"),
        ] {
            let body = json!({ "number": number, "kind": kind, "date": day, "gross": gross, "currency": "GBP" });
            assert_eq!(erp.request("/postings", &body, 0, &chance).status, 201);
        }
        let asked = json!({ "from": "2026-03-01", "until": "2026-03-03" });
        let answer = erp.request("/control-account", &asked, 0, &chance);
        let wanted = json!([{ "date": "2026-03-02", "currency": "GBP", "amount": "7.5" }]);
        assert_eq!((answer.status, &answer.body["movements"], &answer.body["until"]), (200, &wanted, &json!("2026-03-03")));
    }
}
