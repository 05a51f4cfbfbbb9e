//! What the API shows of an order.

use serde::Serialize;
use trade::order::Order;
use units::Currency;

use super::{MoneyView, money, name, texts};

/// An order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderView {
    /// Our number.
    #[schema(example = "SO-17")]
    pub(crate) id: String,
    /// The derived label.
    pub(crate) status: String,
    /// The customer's account.
    pub(crate) account: String,
    /// The customer's purchase order number.
    pub(crate) purchase_order: String,
    /// How it came.
    pub(crate) channel: String,
    /// When it was received.
    pub(crate) received_at: String,
    /// When the customer wants it.
    pub(crate) requested: Option<String>,
    /// Country that it goes to.
    pub(crate) ship_to_country: String,
    /// Net value of its lines, cancelled units left out, before discount and freight.
    pub(crate) net: MoneyView,
    /// Discount on the whole order, before tax.
    pub(crate) discount: MoneyView,
    /// Freight for the whole order, before tax.
    pub(crate) freight: MoneyView,
    /// Tax.
    pub(crate) tax: MoneyView,
    /// What the customer will owe for it: lines less discount, freight and tax.
    pub(crate) gross: MoneyView,
    /// What the customer still owes for it.
    pub(crate) receivable: MoneyView,
    /// What keeps it.
    pub(crate) holds: Vec<HoldView>,
    /// Its lines.
    pub(crate) lines: Vec<LineView>,
    /// Warehouse orders made from it.
    pub(crate) warehouse_orders: Vec<String>,
    /// Shipments made from it.
    pub(crate) shipments: Vec<String>,
    /// Invoices and credit notes made from it.
    pub(crate) invoices: Vec<String>,
    /// SHA-256 of the original document.
    pub(crate) original: String,
    /// When it was closed.
    pub(crate) closed_at: Option<String>,
    /// Whether it was opened again after that, for a correction.
    pub(crate) reopened: bool,
    /// Why its units come from where they come, where there is something to explain.
    pub(crate) sourcing: Option<SourcingView>,
    /// How it is billed.
    #[schema(example = "on_complete=14")]
    pub(crate) billing: String,
    /// When shipped goods that wait for their invoice are billed or put before a person, if a clock runs.
    pub(crate) bill_at: Option<String>,
    /// How many parts may be delivered after the first.
    pub(crate) max_backorders: Option<u16>,
    /// Until this day its release waits for the rest.
    pub(crate) consolidate_until: Option<String>,
    /// The term of delivery.
    pub(crate) incoterm: Option<String>,
    /// When it is looked at again: it is consolidated until then, or comes near enough for stock to be reserved.
    pub(crate) review_at: Option<String>,
    /// The customer agrees to have it earlier than they were told.
    pub(crate) accepts_earlier: bool,
    /// The quote by which it was ordered; empty if there was none.
    pub(crate) quote: String,
}

/// Which nodes ship, and which constraint kept the others from it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SourcingView {
    /// How many nodes ship.
    pub(crate) shipments: u16,
    /// What their shipments cost, without penalties.
    pub(crate) cost: MoneyView,
    /// `exact`, or `greedy` if there were too many nodes to try all.
    pub(crate) method: String,
    /// Units that no node could give at once.
    pub(crate) unfilled: i64,
    /// Nodes that were left out.
    pub(crate) excluded: Vec<ExcludedNodeView>,
    /// When it was planned.
    pub(crate) at: String,
}

/// A node that was left out.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExcludedNodeView {
    /// The node.
    pub(crate) node: String,
    /// Of which line; of the whole order if there is none.
    pub(crate) line: Option<u64>,
    /// By which constraint: `closed`, `country`, `distance`, `refused`, `capacity`, `hazardous`, `licence`, `customer`, `no_stock`.
    #[schema(example = "capacity")]
    pub(crate) barrier: String,
}

/// A hold.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HoldView {
    /// Which check failed.
    pub(crate) kind: String,
    /// In words, with the numbers.
    pub(crate) reason: String,
    /// The amount at stake.
    pub(crate) amount: MoneyView,
    /// Its exception.
    pub(crate) exception: Option<String>,
    /// Since when.
    pub(crate) placed_at: String,
    /// Who placed it; `process` if a check did.
    pub(crate) placed_by: String,
}

/// A line with its quantity buckets, which add up to `ordered`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LineView {
    /// 1, 2, 3 …
    pub(crate) line: u64,
    /// The item.
    pub(crate) item: String,
    /// The derived label, such as `partially_backordered`, `picked`, `fulfilled`, `partly_invoiced` or `settled`.
    #[schema(example = "partially_shipped")]
    pub(crate) state: String,
    /// Units ordered, in the item's base unit, as all quantities here.
    pub(crate) ordered: i64,
    /// Will never be shipped.
    pub(crate) cancelled: i64,
    /// Not promised yet.
    pub(crate) open: i64,
    /// Waits for supply.
    pub(crate) backordered: i64,
    /// Wanted beyond the reservation fence, and committed to the day on which it has to leave: nothing is missing of it.
    pub(crate) scheduled: i64,
    /// Reserved at a node.
    pub(crate) allocated: i64,
    /// Released to a warehouse.
    pub(crate) released: i64,
    /// Picked by a warehouse.
    pub(crate) picked: i64,
    /// Left a warehouse.
    pub(crate) shipped: i64,
    /// Invoiced.
    pub(crate) invoiced: i64,
    /// Credited.
    pub(crate) credited: i64,
    /// Of those that shipped, proved to be with the customer.
    pub(crate) delivered: i64,
    /// Of those that shipped, asked back: by the customer, or because they were cancelled on their way.
    pub(crate) returned: i64,
    /// Of these, back before their invoice: never billed.
    pub(crate) sent_back: i64,
    /// Price per base unit.
    pub(crate) price: String,
    /// The rule that gave the price.
    pub(crate) price_rule: String,
    /// The quote by which the line was ordered, if it names one itself.
    pub(crate) quote: String,
    /// Tax rate in per cent.
    pub(crate) tax_rate: String,
    /// The promised day.
    pub(crate) promise: Option<String>,
    /// Units that shipped although their cancellation was under way.
    pub(crate) cancel_failed: i64,
    /// Units that left beyond what was ordered, within the tolerance.
    pub(crate) over_shipped: i64,
    /// What was ordered, if the item is sent instead of it.
    pub(crate) replaces: Option<ReplacedView>,
}

/// What was ordered, of a line with a substitute.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReplacedView {
    /// The line that it was ordered with; the same, if all of it was replaced.
    pub(crate) line: u64,
    /// The item that was ordered.
    pub(crate) item: String,
    /// Units of it that were replaced.
    pub(crate) quantity: i64,
    /// Its price per base unit.
    pub(crate) price: String,
    /// What the customer had to say: `notify` or `ask`.
    pub(crate) consent: String,
    /// When.
    pub(crate) at: String,
}

/// Shows an order; what its holds are about counts in the company's currency, `ours`.
pub(crate) fn order(order: &Order, ours: Currency) -> OrderView {
    let currency = order.currency;
    OrderView {
        id: order.id.to_string(),
        status: name(&order.status()),
        account: order.account.to_string(),
        purchase_order: order.purchase_order.to_string(),
        channel: name(&order.channel),
        received_at: order.received_at.to_string(),
        requested: order.requested.map(|day| day.to_string()),
        ship_to_country: order.ship_to.country.to_string(),
        net: money(trade::order::net(order), currency),
        discount: money(order.discount, currency),
        freight: money(order.freight, currency),
        tax: money(order.tax, currency),
        gross: money(trade::order::gross(order), currency),
        receivable: money(order.receivable, currency),
        holds: order
            .holds
            .iter()
            .map(|hold| HoldView {
                kind: name(&hold.kind),
                reason: hold.reason.to_string(),
                amount: money(hold.amount, ours),
                exception: hold.exception.map(|id| id.to_string()),
                placed_at: hold.placed_at.to_string(),
                placed_by: hold.placed_by.to_string(),
            })
            .collect(),
        lines: order.lines.iter().map(|of| line(of, order)).collect(),
        warehouse_orders: texts(&order.warehouse_orders),
        shipments: texts(&order.shipments),
        invoices: texts(&order.invoices),
        original: order.original.sha256.to_string(),
        closed_at: order.closed_at.map(|at| at.to_string()),
        reopened: order.reopened,
        sourcing: order.sourcing.as_ref().map(|sourcing| SourcingView {
            shipments: sourcing.shipments,
            cost: money(sourcing.cost, currency),
            method: name(&sourcing.method),
            unfilled: sourcing.unfilled.0,
            excluded: sourcing
                .excluded
                .iter()
                .map(|left| ExcludedNodeView {
                    node: left.node.to_string(),
                    line: left.line.map(|line| line.0),
                    barrier: name(&left.barrier),
                })
                .collect(),
            at: sourcing.at.to_string(),
        }),
        billing: order.billing.to_string(),
        bill_at: order.bill_at.map(|at| at.to_string()),
        max_backorders: order.max_backorders,
        consolidate_until: order.consolidate_until.map(|day| day.to_string()),
        incoterm: order.incoterm.map(|term| term.to_string()),
        review_at: order.review_at.map(|at| at.to_string()),
        accepts_earlier: order.accepts_earlier,
        quote: order.quote.to_string(),
    }
}

fn line(line: &trade::order::Line, order: &Order) -> LineView {
    let buckets = &line.buckets;
    LineView {
        line: line.no.0,
        item: line.item.to_string(),
        state: name(&line.state(order)),
        ordered: line.ordered().0,
        cancelled: buckets.cancelled.0,
        open: buckets.open.0,
        backordered: line.missing().0,
        scheduled: (buckets.backordered - line.missing()).0,
        allocated: buckets.allocated.0,
        released: buckets.released.0,
        picked: buckets.picked.0,
        shipped: buckets.shipped.0,
        invoiced: line.invoiced.0,
        credited: line.credited.0,
        delivered: line.delivered.0,
        returned: line.returned.0,
        sent_back: line.sent_back.0,
        price: line.price.to_string(),
        price_rule: line.price_rule.to_string(),
        quote: line.quote.to_string(),
        tax_rate: line.tax_rate.to_string(),
        promise: line.promise.map(|day| day.to_string()),
        cancel_failed: line.cancel_failed.0,
        over_shipped: line.over_shipped.0,
        replaces: line.replaces.as_ref().map(|replaces| ReplacedView {
            line: replaces.line.0,
            item: replaces.item.to_string(),
            quantity: replaces.quantity.0,
            price: replaces.price.to_string(),
            consent: name(&replaces.consent),
            at: replaces.at.to_string(),
        }),
    }
}
