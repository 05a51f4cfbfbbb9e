//! What the API shows of aggregates: types of their own, so that the inside may change.

mod exception;
mod fulfilment;
mod invoice;
mod order;
mod payment;
mod returns;

pub(crate) use exception::*;
pub(crate) use fulfilment::*;
pub(crate) use invoice::*;
pub(crate) use order::*;
pub(crate) use payment::*;
pub(crate) use returns::*;

use serde::Serialize;
use units::{Amount, Currency};

/// An amount with its currency: `{"amount":"12.50","currency":"EUR"}`.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct MoneyView {
    /// In major units, with all digits of the currency.
    #[schema(example = "12.50")]
    pub(crate) amount: String,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    pub(crate) currency: String,
}

/// The name of a unit variant as JSON has it.
pub(crate) fn name(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().trim_matches('"').to_owned()
}

pub(crate) fn money(amount: Amount, currency: Currency) -> MoneyView {
    MoneyView { amount: amount.in_currency(currency).plain(), currency: currency.to_string() }
}

pub(crate) fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}
