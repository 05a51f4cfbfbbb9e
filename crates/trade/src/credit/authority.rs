//! Who may let an order pass in spite of a credit check.

use units::{Amount, Decimal, Text};

use super::group::{Group, account_of};
use crate::account::Account;
use crate::books::{Books, Stop};
use crate::context::{Actor, Context, Role};
use crate::ids::*;
use crate::master::{Authority, Company};
use crate::order::{Hold, Order, OrderEvent, company, existing, gross};
use crate::refusal::Refusal;

/// Whether somebody may release a Credit hold: by how much the order is over the limit, in per cent and in all.
///
/// Without a table of the company: clerks up to 5 % and 5,000.00, managers up to 20 % and 50,000.00, directors without limit; the process
/// may, and whoever created the order or raised its value last may not. Nobody may while the account, or the one whose limit it shares, is
/// blocked. Source: domain §1.2.
pub fn authorise_release(books: &mut dyn Books, order: &Order, hold: &Hold, actor: &Actor) -> Result<(), Stop> {
    let account = account_of(books, &order.account)?;
    let (company, group) = (company(books)?, Group::of(books, &account)?);
    Ok(authorise(&company, &account, group.holder(), order, hold, actor)?)
}

fn authorise(
    company: &Company,
    account: &Account,
    holder: &Account,
    order: &Order,
    hold: &Hold,
    actor: &Actor,
) -> Result<(), Refusal> {
    if actor.roles.contains(&Role::System) {
        return Ok(());
    }
    let refuse = |why: String| Refusal::NotAllowed { actor: actor.id.clone(), why: Text::from(why) };
    if actor.id == order.created_by {
        return Err(refuse("whoever created an order does not release its credit".into()));
    }
    if actor.id == order.raised_by {
        return Err(refuse("whoever raised an order's value last does not release its credit".into()));
    }
    if let Some(blocked) = [account, holder].into_iter().find(|account| account.profile.blocked) {
        return Err(refuse(format!("account {} is blocked: lift the block first", blocked.id)));
    }
    let limit = holder.profile.credit_limit.unwrap_or_default();
    let table = if company.policy.authority.is_empty() { defaults() } else { company.policy.authority.clone() };
    let may = |authority: &Authority| {
        let within_amount = authority.over_amount.is_none_or(|most| hold.amount <= most);
        let within_percent = authority.over_percent.is_none_or(|most| hold.amount <= limit.percent(most));
        actor.roles.contains(&authority.role) && within_amount && within_percent
    };
    if table.iter().any(may) {
        return Ok(());
    }
    let over = hold.amount.to_decimal(company.currency);
    Err(refuse(format!("releasing {over} over the limit needs more authority")))
}

/// Notes that a person released the Credit hold: it counts until it is too old or the order has grown. Source: domain §1.2.
pub fn record_release(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let (account, gross) = (order.account.clone(), gross(&order));
    drop(order);
    if !cx.actor.roles.contains(&Role::System) {
        books.record(&id, OrderEvent::CreditReleased { gross, at: cx.now });
    }
    super::check::note_held(books, &account, id, false)
}

fn defaults() -> Vec<Authority> {
    let entry = |role, percent: Option<i64>, amount| Authority {
        role,
        over_percent: percent.map(Decimal::from),
        over_amount: amount,
    };
    vec![
        entry(Role::CreditClerk, Some(5), Some(Amount(500_000))),
        entry(Role::CreditManager, Some(20), Some(Amount(5_000_000))),
        entry(Role::Director, None, None),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::HoldKind;
    use units::Timestamp;

    #[test]
    fn domain_1_2_authority_is_by_per_cent_and_by_amount() {
        let mut account = Account::default();
        account.profile.credit_limit = Some(Amount(10_000_000));
        let order = Order { created_by: "shop".into(), raised_by: "sam".into(), ..Order::default() };
        let may = |role, name: &str, over| {
            let hold = Hold {
                kind: HoldKind::Credit,
                reason: Text::default(),
                lines: Vec::new(),
                amount: Amount(over),
                placed_at: Timestamp(0),
                exception: None,
                placed_by: Text::default(),
                found: Text::default(),
                owner: None,
                due: None,
            };
            let actor = Actor { id: name.into(), roles: vec![role], limit: None };
            authorise(&Company::default(), &account, &account, &order, &hold, &actor).is_ok()
        };
        assert!(may(Role::CreditClerk, "ann", 500_000));
        assert!(!may(Role::CreditClerk, "ann", 500_001));
        assert!(may(Role::CreditManager, "bob", 2_000_000));
        assert!(!may(Role::CreditManager, "bob", 2_000_001));
        assert!(may(Role::Director, "eve", 99_000_000));
        assert!(!may(Role::Director, "shop", 1));
        assert!(!may(Role::Director, "sam", 1), "whoever raised the exposure by a change");
        assert!(!may(Role::Sales, "ann", 1));
    }
}
