//! Master data: items, prices, and the company with its nodes, calendars, taxes and policies.

mod billing_policy;
mod channel_group;
mod company;
mod escalation;
mod exchange;
mod incoterm;
mod item;
mod named;
mod party;
mod price_book;
mod promotion;
mod put;
mod quote;
mod screening;
mod stand_in;
mod terms;

pub use billing_policy::{
    AfterWait, BillingPolicy, CancelledShare, Milestones, NoBillingPolicy, Period, ProrationBasis, ProrationPolicy, Together,
};
pub use channel_group::ChannelGroup;
pub(crate) use channel_group::group_of;
pub use company::{
    Authority, CashPolicy, Company, CompanyEvent, CreditOutage, CreditPolicy, Node, Policy, PricePolicy, SourcingPolicy,
    TaxRate, TaxRounding, TaxRule, TaxSourcing, UnappliedPolicy, VoidCertificate,
};
pub use escalation::Escalation;
pub use exchange::{BookedRate, BookingDay, ExchangePolicy, ExchangeRate, put_rates};
pub use incoterm::{Incoterm, NoIncoterm};
pub use item::{Consent, Item, ItemEvent, Substitute, SubstitutePrice};
pub use named::item_named;
pub use party::Party;
pub use price_book::{PriceBook, PriceBookEvent, PriceEntry, PriceTier, Tiering};
pub use promotion::Promotion;
pub(crate) use put::is_price;
pub use put::{put_company, put_item, put_price_book};
pub use quote::{Quote, QuoteEvent, QuotedPrice, put_quote};
pub use screening::{ExportLicence, ScreeningPolicy, Watch};
pub(crate) use stand_in::originals_of;
pub use terms::{ShipTo, Terms};
