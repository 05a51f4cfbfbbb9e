//! Simulated clerks: what a person would decide on an exception, most of the time.

use crate::model::draw;

/// What a clerk does with an exception of a kind, given the actions that it offers; `None` leaves it to a human.
///
/// Returns are always left: there is no process for the goods yet. Of the others a few are, so that there is something to see.
pub fn decide(seed: u64, id: &str, kind: &str, actions: &[String]) -> Option<(&'static str, &'static str)> {
    let roll = draw(seed, "clerk", id) % 100;
    if kind == "RETURN-DISCREPANCY" || roll < 3 {
        return None;
    }
    let wishes: &[(&str, &str)] = match kind {
        "PRICE" if roll.is_multiple_of(2) => &[("use_expected_price", "our price list counts")],
        "PRICE" => &[("release", "agreed with the customer")],
        "CREDIT" => &[("release", "good customer, pays reliably")],
        "TAX" => &[("release", "checked with the tax adviser")],
        "DUPLICATE" => &[("release", "the customer means it")],
        "WMS-REJECT" | "CARRIER" | "INTEGRATION" | "INVOICE-REJECTED" | "BILLING-BLOCKED" => &[("retry", "try again")],
        "SHORTAGE" if roll.is_multiple_of(4) => {
            &[("reject", "they want what they ordered"), ("wait", "supply is on its way")]
        }
        "BACKORDER-LATE" | "SHORTAGE" => &[("substitute", "they take it"), ("wait", "supply is on its way")],
        "PAYMENT-UNMATCHED" => &[
            ("match", "the candidate is right"),
            ("put_on_account", "clarified later"),
            ("wait", "the money is on its way"),
            ("acknowledge", "seen"),
        ],
        "PARTIAL-BILLING-DECISION" if roll.is_multiple_of(2) => &[("wait", "the rest is about to ship")],
        "PARTIAL-BILLING-DECISION" => &[("release", "the customer agrees")],
        "DEDUCTION" => &[("write_off", "small loss, good customer")],
        _ => &[("acknowledge", "seen")],
    };
    wishes.iter().find(|(action, _)| actions.iter().any(|offered| offered == action)).copied()
}
