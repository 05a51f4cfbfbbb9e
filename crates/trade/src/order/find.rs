//! What most verbs read first.

use std::collections::BTreeSet;
use std::sync::Arc;

use units::Text;

use super::state::Order;
use crate::books::{Books, Key, Stop};
use crate::fulfilment::Progress;
use crate::ids::*;
use crate::master::{Company, group_of};
use crate::refusal::Refusal;

/// The order, or a refusal if there is none.
pub(crate) fn existing(books: &mut dyn Books, id: OrderId) -> Result<Arc<Order>, Stop> {
    books.order(&id)?.ok_or_else(|| Refusal::NotFound(Key::Order(id)).into())
}

/// The order if something may still happen to it.
pub(crate) fn existing_and_live(books: &mut dyn Books, id: OrderId, why: &'static str) -> Result<Arc<Order>, Stop> {
    let order = existing(books, id)?;
    if order.is_over() {
        return Err(wrong_status(&order, why).into());
    }
    Ok(order)
}

pub(super) fn wrong_status(order: &Order, why: &str) -> Refusal {
    Refusal::WrongStatus { order: order.id, status: order.status(), why: why.into() }
}

/// The company; one without nodes if none was set up yet.
pub(crate) fn company(books: &mut dyn Books) -> Result<Arc<Company>, Stop> {
    Ok(books.company(&Text::const_new(Company::KEY))?.unwrap_or_default())
}

/// The group of channels that an order belongs to, if the company has any (domain §1.1.4).
pub(crate) fn channel_group(books: &mut dyn Books, order: &Order) -> Result<Option<Text>, Stop> {
    let company = company(books)?;
    if company.policy.channel_groups.is_empty() {
        return Ok(None);
    }
    let account = books.account(&order.account)?.unwrap_or_default();
    Ok(group_of(&company.policy.channel_groups, order, &account.profile).map(|group| group.code.clone()))
}

/// Nodes that refused a release of this order; they are not asked again for it.
pub(crate) fn refused_nodes(books: &mut dyn Books, order: &Order) -> Result<BTreeSet<NodeId>, Stop> {
    let mut refused = BTreeSet::new();
    for id in &order.warehouse_orders {
        if let Some(released) = books.warehouse_order(id)?
            && released.progress == Progress::Rejected
        {
            refused.insert(released.node.clone());
        }
    }
    Ok(refused)
}
