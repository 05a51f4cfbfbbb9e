//! State and events of an account.

use serde::{Deserialize, Serialize};
use units::{Amount, Currency, Day, Decimal, Text, Timestamp};

use super::aging::Aging;
use crate::books::Folded;
use crate::credit::Exposure;
use crate::ids::*;
use crate::master::{BillingPolicy, Company, Consent, ExportLicence, Incoterm, ShipTo, Terms, Watch};

/// A customer account. One partition holds all accounts of a legal entity, so credit is decided in one place.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Master data.
    pub profile: Profile,
    /// What it owes and what is counted against its limit.
    pub ledger: Ledger,
}

/// Master data of a customer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// Name, as invoices show it.
    pub name: Text,
    /// Other names under which payments come.
    pub aliases: Vec<Text>,
    /// The smaller, the more important; decides service levels and severities. 1 to 9.
    pub tier: u8,
    /// Payment terms.
    pub terms: Terms,
    /// How its orders are billed unless the order says otherwise.
    pub billing: BillingPolicy,
    /// Credit limit in the company's currency, as the others are; `None` means none was set and none is checked.
    pub credit_limit: Option<Amount>,
    /// What the credit insurer covers; orders beyond it are held. `None` means that nobody insures the account.
    pub insurance_limit: Option<Amount>,
    /// No order passes.
    pub blocked: bool,
    /// Covered by insurance or guarantee; lowers the exposure.
    pub secured: Amount,
    /// Addresses that it may order to.
    pub ship_tos: Vec<ShipTo>,
    /// Bank accounts (IBAN or similar) that its payments come from.
    pub bank_accounts: Vec<Text>,
    /// Price books that apply, the strongest first: quote, contract, group, list, promotion (domain §1.3).
    pub price_books: Vec<Text>,
    /// Its orders ship complete or not at all.
    pub ship_complete: bool,
    /// Tax exemption everywhere and of everything: certificate number and last day of validity.
    pub exemption: Option<(Text, Day)>,
    /// The account whose credit limit it shares, such as its parent company; its own limits do not count then.
    #[serde(default)]
    pub credit_parent: Option<AccountId>,
    /// Nodes that may not ship to it.
    #[serde(default)]
    pub excluded_nodes: Vec<NodeId>,
    /// The account that pays for it, such as its parent company: payments of that one may settle its invoices where they name them.
    #[serde(default)]
    pub payer: Option<AccountId>,
    /// What they have to say to substitutes in any case; `None` leaves it to the item (domain §1.1.8).
    #[serde(default)]
    pub substitutes: Option<Consent>,
    /// At most so many parts of an order are delivered after the first; `None` for as many as it takes (domain §1.1.7).
    #[serde(default)]
    pub max_backorders: Option<u16>,
    /// Tax exemptions that it holds for a jurisdiction or a tax category.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    /// VAT identifier with its country prefix, as invoices show it (EN 16931, BT-48); empty if it has none.
    #[serde(default)]
    pub tax_number: Text,
    /// They agree to have goods earlier than they were told (domain §1.1.3).
    #[serde(default)]
    pub accepts_earlier: bool,
    /// Somebody looks at its orders before they go on; `None` if nobody needs to.
    #[serde(default)]
    pub watch: Option<Watch>,
    /// Under which controlled goods may be sent to it abroad.
    #[serde(default)]
    pub export_licences: Vec<ExportLicence>,
    /// The term of delivery that is agreed with it: it says when control of the goods passes.
    #[serde(default)]
    pub incoterm: Option<Incoterm>,
    /// The currency of its orders, invoices and payments; `None` for the company's. Its limits are in the company's in any case.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Somebody has asked the tax authority about its tax number and found it valid. Until then tax is charged (domain §1.4, scheme).
    #[serde(default)]
    pub tax_number_verified: bool,
    /// What it may keep of prices for freight that it pays, in per cent; it counts against the margin floor (domain §1.3).
    #[serde(default)]
    pub freight_allowance: Decimal,
    /// Why it is not billable; empty where it is (domain §1.6, trigger).
    #[serde(default)]
    pub not_billable: Text,
    /// Our branch that serves it, if branches number documents of their own (domain §1.6, numbering).
    #[serde(default)]
    pub branch: Text,
}

/// A tax exemption that a customer holds (domain §1.4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Certificate {
    /// Its number.
    pub number: Text,
    /// Jurisdiction of the ship-to that it is for; empty for all.
    pub jurisdiction: Text,
    /// Tax category of items that it is for; empty for all.
    pub category: Text,
    /// First day; `None` since ever.
    pub from: Option<Day>,
    /// Last day; `None` without end.
    pub until: Option<Day>,
    /// Somebody has seen it and found it right. Until then it exempts nothing.
    pub verified: bool,
}

/// The account's sub-ledger. Amounts are gross and in the account's currency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// Approved orders, not shipped.
    pub open_orders: Amount,
    /// Shipped, not invoiced.
    pub shipped_not_invoiced: Amount,
    /// Invoices and credit notes that are not settled.
    pub open_items: Vec<OpenItem>,
    /// Money received and not applied to an item: on-account credit.
    pub unapplied: Amount,
    /// Everything ever invoiced less credited.
    pub invoiced_total: Amount,
    /// Everything ever received from the customer, applied or not.
    pub received_total: Amount,
    /// Everything ever written off, deducted with approval, or granted as discount.
    pub allowed_total: Amount,
    /// Orders that a credit check holds, the oldest first.
    pub held: Vec<OrderId>,
    /// The documents that were posted last, the latest at the end; at most [`Ledger::REMEMBERED`].
    #[serde(default)]
    pub posted: Vec<InvoiceId>,
    /// Accounts that share its credit limit.
    #[serde(default)]
    pub members: Vec<AccountId>,
    /// Accounts that it pays for.
    #[serde(default)]
    pub pays_for: Vec<AccountId>,
    /// Of its orders that wait for supply: what is backordered until which day, tax included. Noted only where the company's policy has a
    /// credit horizon.
    #[serde(default)]
    pub backorders: Vec<(OrderId, Vec<(Day, Amount)>)>,
    /// Money that came from it by name or bank account, and that waits for somebody to say what it is for.
    #[serde(default)]
    pub unconfirmed: Amount,
    /// When it is looked at for what is due; `None` while nothing will be.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// Its orders of which something waits for the day of a consolidated invoice, in the order of their numbers.
    #[serde(default)]
    pub to_consolidate: Vec<OrderId>,
    /// Orders of which credit was decided while the system was down that limits, blocks and payments come from.
    #[serde(default)]
    pub degraded: Vec<OrderId>,
    /// Its orders of which something is due and cannot be billed, in the order of their numbers.
    #[serde(default)]
    pub kept_back: Vec<OrderId>,
}

/// An invoice or credit note that is not settled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OpenItem {
    /// The document.
    pub invoice: InvoiceId,
    /// Its legal number.
    pub number: Text,
    /// Which kind.
    pub kind: ItemKind,
    /// The order that it bills; the first of several.
    pub order: OrderId,
    /// The customer's purchase order number.
    pub purchase_order: Text,
    /// Day of the document.
    pub date: Day,
    /// Day on which it is due.
    pub due: Day,
    /// Full amount; below zero for a credit note.
    pub amount: Amount,
    /// What is still open of it.
    pub open: Amount,
    /// Early-payment discount in minor units, and the last day on which it may be taken (without grace).
    pub discount: Option<(Amount, Day)>,
    /// In dispute: no write-off, no dunning.
    pub disputed: Amount,
    /// How far past its day it was told to be.
    #[serde(default)]
    pub aging: Aging,
    /// What of it is owed for which order, where the document is for several; empty where it is for one.
    #[serde(default)]
    pub shares: Vec<ItemShare>,
}

/// What of an open item is owed for one of the orders that its document is for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ItemShare {
    /// The order.
    pub order: OrderId,
    /// The customer's purchase order number.
    pub purchase_order: Text,
    /// Its share of the full amount.
    pub amount: Amount,
    /// What is still open of that.
    pub open: Amount,
}

/// What an open item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// Goods or services.
    #[default]
    Invoice,
    /// A deposit asked for before shipping.
    Deposit,
    /// Money given back.
    CreditNote,
}

/// A fact about one account. Names in the feed: `credit.checked`, `account.profile_set` …
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AccountEvent {
    /// Master data was set as a whole.
    ProfileSet {
        /// The number.
        id: AccountId,
        /// The data.
        profile: Box<Profile>,
    },
    /// The limit changed.
    LimitSet {
        /// The new one.
        limit: Option<Amount>,
        /// By whom.
        by: Text,
    },
    /// Credit was checked for an order.
    CreditChecked {
        /// The order.
        order: OrderId,
        /// Exposure with the order, in the company's currency as the limit is.
        exposure: Amount,
        /// The limit it was held against.
        limit: Option<Amount>,
        /// The code of what was decided: `pass`, `CR-LIMIT`, `CR-OVERDUE` …
        decision: Text,
        /// The system that limits, blocks and payments come from was down: it is decided again when that is back.
        #[serde(default)]
        degraded: bool,
        /// What the exposure without the order is made of, of all accounts that share the limit.
        #[serde(default)]
        exposure_parts: Exposure,
        /// What the order, and those that passed just before it, add to that.
        #[serde(default)]
        order_value: Amount,
        /// How often the company, whose policy it is, had been set.
        #[serde(default)]
        policy_version: u64,
        /// How many changes of the account that holds the limit were known.
        #[serde(default)]
        account_version: u64,
    },
    /// What was decided while the source of credit data was down is decided again.
    DegradedSettled,
    /// Order value entered or left the exposure.
    OpenOrdersChanged {
        /// By how much.
        by: Amount,
    },
    /// Shipped value entered or left the exposure.
    ShippedChanged {
        /// By how much.
        by: Amount,
    },
    /// A document was posted.
    ItemOpened(OpenItem),
    /// An open item was paid, credited or written off in part or whole.
    ItemReduced {
        /// The document.
        invoice: InvoiceId,
        /// By how much; below zero for a credit note that was used up, and to reopen.
        by: Amount,
        /// What of it falls on which order, where the document is for several.
        #[serde(default)]
        shares: Vec<(OrderId, Amount)>,
    },
    /// An item came back after a payment was reversed.
    ItemReopened(OpenItem),
    /// Part of an item is in dispute.
    ItemDisputed {
        /// The document.
        invoice: InvoiceId,
        /// How much of it.
        amount: Amount,
        /// Deduction code (domain §1.7).
        code: Text,
    },
    /// Money came in.
    MoneyReceived {
        /// How much; below zero when a bank took it back.
        amount: Amount,
    },
    /// On-account credit grew or shrank.
    UnappliedChanged {
        /// By how much.
        by: Amount,
    },
    /// A difference was allowed: discount taken, small difference, deduction accepted.
    Allowed {
        /// The document.
        invoice: InvoiceId,
        /// How much.
        amount: Amount,
        /// Its code: `DISCOUNT`, `TOLERANCE`, or a deduction code.
        code: Text,
        /// When.
        at: Timestamp,
    },
    /// A credit check holds an order, or does not any more.
    HeldChanged {
        /// The order.
        order: OrderId,
        /// Whether it is held.
        held: bool,
    },
    /// Another account shares the credit limit, or does not any more.
    MemberChanged {
        /// Which.
        member: AccountId,
        /// Whether it shares the limit.
        shares: bool,
    },
    /// It pays for another account, or does not any more.
    PaysForChanged {
        /// Which.
        account: AccountId,
        /// Whether it pays for it.
        pays: bool,
    },
    /// What of an order waits for supply until which day changed, for the credit horizon.
    BackordersSet {
        /// The order.
        order: OrderId,
        /// Values by day; none for an order that waits no more.
        values: Vec<(Day, Amount)>,
    },
    /// Money whose payer is known, and nothing else about it, came or was decided on.
    UnconfirmedChanged {
        /// By how much.
        by: Amount,
    },
    /// The day is there on which an item is due.
    ReceivableDue {
        /// The document.
        invoice: InvoiceId,
        /// What is open of it.
        open: Amount,
    },
    /// An item is past its day by more than it was told to be.
    ReceivableOverdue {
        /// The document.
        invoice: InvoiceId,
        /// What is open of it.
        open: Amount,
        /// How many days.
        days: i32,
        /// By which step that counts.
        bucket: Aging,
    },
    /// The clock of what is due was set, or stopped.
    DueScheduled {
        /// When it is looked at.
        at: Option<Timestamp>,
    },
    /// An order waits for the day of a consolidated invoice, or does not any more.
    ConsolidationChanged {
        /// The order.
        order: OrderId,
        /// Whether it waits.
        waits: bool,
    },
    /// Something of an order is due and cannot be billed, or is not any more.
    KeptBack {
        /// The order.
        order: OrderId,
        /// Whether it is.
        kept: bool,
    },
}

impl Ledger {
    /// So many documents are remembered, to find what is returned.
    pub const REMEMBERED: usize = 100;

    /// Open receivables: invoices less credit notes.
    pub fn receivable(&self) -> Amount {
        self.open_items.iter().map(|item| item.open).sum()
    }

    /// What waits for supply longer than until that day.
    pub fn backordered_beyond(&self, day: Day) -> Amount {
        self.backorders.iter().flat_map(|(_, values)| values).filter(|(due, _)| *due > day).map(|(_, value)| *value).sum()
    }

    fn age(&mut self, invoice: InvoiceId, aging: Aging) {
        if let Some(item) = self.open_items.iter_mut().find(|item| item.invoice == invoice) {
            item.aging = aging;
        }
    }

    /// The open item of that document.
    pub fn item(&self, invoice: InvoiceId) -> Option<&OpenItem> {
        self.open_items.iter().find(|item| item.invoice == invoice)
    }
}

impl Account {
    /// The currency in which it is kept.
    pub fn currency(&self, company: &Company) -> Currency {
        self.profile.currency.unwrap_or(company.currency)
    }

    /// The ship-to with that code.
    pub fn ship_to(&self, code: &str) -> Option<&ShipTo> {
        self.profile.ship_tos.iter().find(|ship_to| ship_to.code == code)
    }

    /// `percent` of the limit, for tolerances; nothing if there is no limit.
    pub fn limit_tolerance(&self, percent: Decimal) -> Amount {
        self.profile.credit_limit.map_or(Amount::ZERO, |limit| limit.percent(percent))
    }
}

impl Folded for Account {
    type Event = AccountEvent;

    fn apply(&mut self, event: &AccountEvent) {
        let ledger = &mut self.ledger;
        match event {
            AccountEvent::ProfileSet { id, profile } => {
                self.id = id.clone();
                self.profile = (**profile).clone();
            }
            AccountEvent::LimitSet { limit, .. } => self.profile.credit_limit = *limit,
            AccountEvent::CreditChecked { order, degraded, .. } => {
                ledger.degraded.retain(|known| known != order);
                if *degraded {
                    ledger.degraded.push(*order);
                }
            }
            AccountEvent::DegradedSettled => ledger.degraded.clear(),
            AccountEvent::OpenOrdersChanged { by } => ledger.open_orders += *by,
            AccountEvent::ShippedChanged { by } => ledger.shipped_not_invoiced += *by,
            AccountEvent::ItemOpened(item) => {
                ledger.invoiced_total += item.amount;
                ledger.open_items.push(item.clone());
                ledger.posted.push(item.invoice);
                let forgotten = ledger.posted.len().saturating_sub(Ledger::REMEMBERED);
                ledger.posted.drain(..forgotten);
            }
            AccountEvent::ItemReopened(item) => ledger.open_items.push(item.clone()),
            AccountEvent::ItemReduced { invoice, by, shares } => {
                if let Some(item) = ledger.open_items.iter_mut().find(|item| item.invoice == *invoice) {
                    item.open -= *by;
                    for (order, by) in shares {
                        item.shares.iter_mut().filter(|share| share.order == *order).for_each(|share| share.open -= *by);
                    }
                }
                ledger.open_items.retain(|item| !item.open.is_zero());
            }
            AccountEvent::ItemDisputed { invoice, amount, .. } => {
                if let Some(item) = ledger.open_items.iter_mut().find(|item| item.invoice == *invoice) {
                    item.disputed = *amount;
                }
            }
            AccountEvent::MoneyReceived { amount } => ledger.received_total += *amount,
            AccountEvent::UnappliedChanged { by } => ledger.unapplied += *by,
            AccountEvent::Allowed { amount, .. } => ledger.allowed_total += *amount,
            AccountEvent::HeldChanged { order, held } => {
                ledger.held.retain(|known| known != order);
                if *held {
                    let at = ledger.held.partition_point(|known| known < order);
                    ledger.held.insert(at, *order);
                }
            }
            AccountEvent::BackordersSet { order, values } => {
                ledger.backorders.retain(|(known, _)| known != order);
                if !values.is_empty() {
                    ledger.backorders.push((*order, values.clone()));
                }
            }
            AccountEvent::UnconfirmedChanged { by } => ledger.unconfirmed += *by,
            AccountEvent::ReceivableDue { invoice, .. } => ledger.age(*invoice, Aging::Due),
            AccountEvent::ReceivableOverdue { invoice, bucket, .. } => ledger.age(*invoice, *bucket),
            AccountEvent::DueScheduled { at } => ledger.due_at = *at,
            AccountEvent::ConsolidationChanged { order, waits } => {
                ledger.to_consolidate.retain(|known| known != order);
                if *waits {
                    let at = ledger.to_consolidate.partition_point(|known| known < order);
                    ledger.to_consolidate.insert(at, *order);
                }
            }
            AccountEvent::KeptBack { order, kept } => {
                ledger.kept_back.retain(|known| known != order);
                if *kept {
                    let at = ledger.kept_back.partition_point(|known| known < order);
                    ledger.kept_back.insert(at, *order);
                }
            }
            AccountEvent::PaysForChanged { account, pays } => {
                ledger.pays_for.retain(|known| known != account);
                if *pays {
                    ledger.pays_for.push(account.clone());
                }
            }
            AccountEvent::MemberChanged { member, shares } => {
                ledger.members.retain(|known| known != member);
                if *shares {
                    ledger.members.push(member.clone());
                }
            }
        }
    }
}
