//! What it takes to decide on an exception by one of its actions (domain §1.12).

use serde::Serialize;
use units::Amount;

use super::catalogue::hold_of;
use super::ladder::deciders;
use super::state::{Action, Exception, ExceptionKind};
use crate::context::Role;

/// The authority that an action takes. Whoever the exception was given to has the role by that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// One of these roles, the owner of the exception first.
    pub roles: Vec<Role>,
    /// A limit of at least this amount, in minor units of the company's currency, or none; `None` where no money is given away.
    pub limit: Option<Amount>,
    /// What is held against the case besides.
    pub conditions: Vec<Condition>,
}

/// A condition on whoever decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// They have not created the order: nobody releases the holds of their own.
    NotCreator,
    /// Their role may go so far over the credit limit by the company's table of authority, and they have not raised the order's value last
    /// (domain §1.2).
    CreditAuthority,
}

/// The authority that an action takes for an exception.
pub fn authority(exception: &Exception, action: Action) -> Authority {
    let lets_pass = matches!(action, Action::Release | Action::Degrade | Action::UseExpectedPrice);
    let is_hold = exception.subject.order.is_some() && hold_of(exception.kind).is_some();
    let mut conditions = Vec::new();
    conditions.extend((is_hold && lets_pass).then_some(Condition::NotCreator));
    conditions
        .extend((is_hold && lets_pass && exception.kind == ExceptionKind::Credit).then_some(Condition::CreditAuthority));
    Authority { roles: deciders(exception), limit: gives_away(action).then(|| exception.amount.abs()), conditions }
}

/// Whether an action gives money away, so that the limit of whoever takes it counts.
pub(super) fn gives_away(action: Action) -> bool {
    matches!(action, Action::Release | Action::WriteOff | Action::Authorise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Subject;
    use crate::ids::OrderId;

    #[test]
    fn each_action_says_the_authority_that_it_takes() {
        let credit = Exception {
            kind: ExceptionKind::Credit,
            owner: Role::CreditClerk,
            amount: Amount(-70_000),
            subject: Subject { order: Some(OrderId(1)), ..Subject::default() },
            ..Exception::default()
        };
        let roles = vec![Role::CreditClerk, Role::CreditManager, Role::Director];
        let conditions = vec![Condition::NotCreator, Condition::CreditAuthority];
        let release = Authority { roles: roles.clone(), limit: Some(Amount(70_000)), conditions };
        assert_eq!(authority(&credit, Action::Release), release);
        assert_eq!(authority(&credit, Action::Retry), Authority { roles, limit: None, conditions: Vec::new() });
        let deduction = Exception { kind: ExceptionKind::Deduction, owner: Role::Receivables, ..Exception::default() };
        let write_off = authority(&deduction, Action::WriteOff);
        assert_eq!((write_off.limit, write_off.conditions), (Some(Amount::ZERO), Vec::new()));
    }
}
