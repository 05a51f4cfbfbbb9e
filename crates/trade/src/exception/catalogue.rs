//! The catalogue: of each type who owns it, how long it may take, and what may be done.

use units::{Amount, Minutes};

use super::state::{Action, ExceptionKind, Severity};
use crate::context::Role;
use crate::order::HoldKind;

/// What is fixed for a type of exception.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Who looks after it, unless whoever raises it says otherwise.
    pub owner: Role,
    /// By when it should be resolved at severity medium; others are multiples of it.
    pub resolve: Minutes,
    /// What may be done, as far as it leads anywhere for the one at hand.
    pub actions: &'static [Action],
}

/// What is fixed for a type (domain §1.12).
pub fn rules(kind: ExceptionKind) -> Rules {
    use Action::*;
    let entry = |owner, hours: i64, actions| Rules { owner, resolve: Minutes(hours * 60), actions };
    match kind {
        ExceptionKind::Price => entry(Role::Sales, 8, &[Release, UseExpectedPrice, Retry, Cancel]),
        ExceptionKind::Credit => entry(Role::CreditClerk, 8, &[Release, Retry, Cancel]),
        ExceptionKind::Tax => entry(Role::Receivables, 8, &[Release, Degrade, Retry, Acknowledge, Cancel]),
        ExceptionKind::Address | ExceptionKind::ItemXref => entry(Role::Sales, 8, &[Correct, Retry, Cancel]),
        ExceptionKind::Duplicate => entry(Role::Sales, 4, &[Release, Cancel]),
        ExceptionKind::Shortage => entry(Role::Sales, 24, &[Wait, Resource, Cancel, Substitute, Reject]),
        ExceptionKind::BackorderLate => entry(Role::Sales, 24, &[Wait, Resource, Cancel]),
        ExceptionKind::WmsReject => entry(Role::Warehouse, 4, &[Retry, Wait, Cancel]),
        ExceptionKind::ShipDiscrepancy => entry(Role::Warehouse, 8, &[Acknowledge]),
        ExceptionKind::Carrier => entry(Role::Warehouse, 4, &[Retry, Acknowledge]),
        ExceptionKind::BillingBlocked => entry(Role::Receivables, 8, &[Retry, Acknowledge]),
        ExceptionKind::PartialBillingDecision => entry(Role::Receivables, 8, &[Release, Wait]),
        ExceptionKind::InvoiceRejected => entry(Role::Receivables, 8, &[Retry, Acknowledge]),
        ExceptionKind::PaymentUnmatched => {
            entry(Role::Receivables, 24, &[Match, PutOnAccount, WriteOff, Wait, Acknowledge, Cancel])
        }
        ExceptionKind::Deduction => entry(Role::Receivables, 48, &[WriteOff, Reject]),
        ExceptionKind::ReturnDiscrepancy => entry(Role::Sales, 24, &[Authorise, Reject]),
        ExceptionKind::ReconBreak => entry(Role::Receivables, 24, &[Acknowledge]),
        ExceptionKind::Integration => entry(Role::Operations, 4, &[Retry, Cancel, Acknowledge]),
        ExceptionKind::PolicyOverride => entry(Role::Director, 24, &[Release, Cancel, Acknowledge]),
        ExceptionKind::Fraud => entry(Role::Compliance, 8, &[Release, Cancel]),
        ExceptionKind::Export => entry(Role::Compliance, 24, &[Release, Retry, Cancel]),
    }
}

/// How bad it is: by the money at stake, the customer's tier, 1 being the most important, and whether what it keeps is due.
pub(super) fn severity(amount: Amount, tier: u8, is_due: bool) -> Severity {
    let by_amount = match amount.abs().0 {
        5_000_000.. => 3,
        1_000_000.. => 2,
        10_000.. => 1,
        _ => 0,
    };
    match by_amount + u8::from(tier <= 2) + u8::from(is_due) {
        0 => Severity::Low,
        1 => Severity::Medium,
        2 => Severity::High,
        _ => Severity::Critical,
    }
}

/// How much of the entry's time there is.
pub(super) fn time(resolve: Minutes, severity: Severity) -> Minutes {
    match severity {
        Severity::Low => Minutes(resolve.0 * 2),
        Severity::Medium => resolve,
        Severity::High => Minutes(resolve.0 / 2),
        Severity::Critical => Minutes(resolve.0 / 4),
    }
}

/// The type of exception that asks about a hold.
pub fn kind_of_hold(hold: HoldKind) -> ExceptionKind {
    match hold {
        HoldKind::Item => ExceptionKind::ItemXref,
        HoldKind::Address => ExceptionKind::Address,
        HoldKind::Duplicate => ExceptionKind::Duplicate,
        HoldKind::Price => ExceptionKind::Price,
        HoldKind::Tax => ExceptionKind::Tax,
        HoldKind::Credit => ExceptionKind::Credit,
        HoldKind::Manual => ExceptionKind::PolicyOverride,
        HoldKind::Fraud => ExceptionKind::Fraud,
        HoldKind::Export => ExceptionKind::Export,
    }
}

/// The hold that a type of exception asks about, if it asks about one.
pub fn hold_of(kind: ExceptionKind) -> Option<HoldKind> {
    let holds = [
        HoldKind::Item,
        HoldKind::Address,
        HoldKind::Duplicate,
        HoldKind::Price,
        HoldKind::Tax,
        HoldKind::Credit,
        HoldKind::Manual,
        HoldKind::Fraud,
        HoldKind::Export,
    ];
    holds.into_iter().find(|hold| kind_of_hold(*hold) == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_1_12_severity_grows_with_the_money_the_customer_and_the_day() {
        assert_eq!(severity(Amount(9_999), 3, false), Severity::Low);
        assert_eq!(severity(Amount(9_999), 3, true), Severity::Medium);
        assert_eq!(severity(Amount(-10_000), 3, false), Severity::Medium);
        assert_eq!(severity(Amount(10_000), 2, false), Severity::High);
        assert_eq!(severity(Amount(10_000), 2, true), Severity::Critical);
        assert_eq!(severity(Amount(5_000_000), 9, false), Severity::Critical);
        assert_eq!(time(Minutes(480), Severity::Critical), Minutes(120));
    }

    #[test]
    fn each_hold_asks_by_one_exception_that_offers_a_way_on() {
        use HoldKind::*;
        for hold in [Item, Address, Duplicate, Price, Tax, Credit, Manual, Fraud, Export] {
            let kind = kind_of_hold(hold);
            assert_eq!(hold_of(kind), Some(hold));
            let actions = rules(kind).actions;
            assert!(actions.contains(&Action::Release) || actions.contains(&Action::Correct), "{kind:?}");
        }
        assert_eq!(hold_of(ExceptionKind::Shortage), None);
    }
}
