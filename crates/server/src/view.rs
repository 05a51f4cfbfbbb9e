//! What the API shows of aggregates: types of their own, so that the inside may change.

use serde::Serialize;
use trade::billing::Invoice;
use trade::cash::Payment;
use trade::exception::Exception;
use trade::fulfilment::{Shipment, WarehouseOrder};
use trade::master::BookedRate;
use trade::order::Order;
use trade::returns::ReturnRequest;
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
    /// Net value of its lines, freight included, less discount.
    pub(crate) net: MoneyView,
    /// Tax.
    pub(crate) tax: MoneyView,
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
    /// Price per base unit.
    pub(crate) price: String,
    /// The rule that gave the price.
    pub(crate) price_rule: String,
    /// Tax rate in per cent.
    pub(crate) tax_rate: String,
    /// The promised day.
    pub(crate) promise: Option<String>,
    /// Units that shipped although their cancellation was under way.
    pub(crate) cancel_failed: i64,
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
        tax: money(order.tax, currency),
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
        lines: order.lines.iter().map(line).collect(),
        warehouse_orders: texts(&order.warehouse_orders),
        shipments: texts(&order.shipments),
        invoices: texts(&order.invoices),
        original: order.original.sha256.to_string(),
        closed_at: order.closed_at.map(|at| at.to_string()),
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
    }
}

fn line(line: &trade::order::Line) -> LineView {
    let buckets = &line.buckets;
    LineView {
        line: line.no.0,
        item: line.item.to_string(),
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
        price: line.price.to_string(),
        price_rule: line.price_rule.to_string(),
        tax_rate: line.tax_rate.to_string(),
        promise: line.promise.map(|day| day.to_string()),
        cancel_failed: line.cancel_failed.0,
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

/// An exception.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExceptionView {
    /// Its number.
    #[schema(example = "EX-3")]
    pub(crate) id: String,
    /// Its type in the catalogue.
    #[schema(example = "CREDIT")]
    pub(crate) kind: String,
    /// How far it is.
    pub(crate) status: String,
    /// How bad it is.
    pub(crate) severity: String,
    /// The role that owns it.
    pub(crate) owner: String,
    /// The person who claimed it.
    pub(crate) assignee: Option<String>,
    /// The order that it is about.
    pub(crate) order: Option<String>,
    /// The account that it is about.
    pub(crate) account: Option<String>,
    /// What it is about in particular.
    pub(crate) subject: Option<String>,
    /// In words, with the numbers.
    pub(crate) reason: String,
    /// Money at stake, in minor units of the company's currency.
    pub(crate) amount_minor: i64,
    /// What may be done.
    pub(crate) actions: Vec<String>,
    /// When it was raised.
    pub(crate) raised_at: String,
    /// By when somebody should have looked.
    pub(crate) respond_by: String,
    /// By when it should be resolved.
    pub(crate) resolve_by: String,
    /// How often it was escalated.
    pub(crate) escalations: u8,
    /// The role that it was escalated to last, besides its owner.
    pub(crate) escalated_to: Option<String>,
    /// The roles that may decide on it, its owner first; whoever it was given to may, too.
    pub(crate) deciders: Vec<String>,
    /// The waiting user task: process instance and key.
    pub(crate) task: Option<String>,
    /// What was done.
    pub(crate) resolution: Option<ResolutionView>,
    /// When it ended: by what was done, or because its cause went away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<String>,
    /// The case that it belongs to: all exceptions of one root cause have the same.
    #[schema(example = "credit of ACME")]
    pub(crate) case: Option<String>,
}

/// What was done about an exception.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ResolutionView {
    /// What.
    pub(crate) action: String,
    /// By whom.
    pub(crate) by: String,
    /// Why.
    pub(crate) reason: String,
}

/// Shows an exception.
pub(crate) fn exception(exception: &Exception) -> ExceptionView {
    ExceptionView {
        id: exception.id.to_string(),
        kind: name(&exception.kind),
        status: name(&exception.status),
        severity: name(&exception.severity),
        owner: name(&exception.owner),
        assignee: exception.assignee.as_ref().map(ToString::to_string),
        order: exception.subject.order.map(|id| id.to_string()),
        account: exception.subject.account.as_ref().map(ToString::to_string),
        subject: exception.subject.key.as_ref().map(ToString::to_string),
        reason: exception.reason.to_string(),
        amount_minor: exception.amount.0,
        actions: exception.actions.iter().map(name).collect(),
        raised_at: exception.raised_at.to_string(),
        respond_by: exception.respond_by.to_string(),
        resolve_by: exception.resolve_by.to_string(),
        escalations: exception.escalations,
        escalated_to: exception.escalated_to.as_ref().map(name),
        deciders: trade::exception::deciders(exception).iter().map(name).collect(),
        task: exception.task.map(|task| format!("PI-{}/{}", task.instance, task.task)),
        resolution: exception.resolution.as_ref().map(|(action, by, reason)| ResolutionView {
            action: name(action),
            by: by.to_string(),
            reason: reason.to_string(),
        }),
        ended_at: exception.ended_at.map(|at| at.to_string()),
        case: Some(exception.case.to_string()).filter(|case| !case.is_empty()),
    }
}

/// Units of an order line.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UnitsView {
    /// The order line.
    pub(crate) line: u64,
    /// The item.
    pub(crate) item: String,
    /// Units.
    pub(crate) quantity: i64,
    /// Of these, picked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) picked: Option<i64>,
    /// Of these, shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipped: Option<i64>,
    /// Of these, never to come from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dropped: Option<i64>,
    /// Of these, invoiced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invoiced: Option<i64>,
}

/// A warehouse order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WarehouseOrderView {
    /// Our number.
    pub(crate) id: String,
    /// The order that it serves.
    pub(crate) order: String,
    /// The warehouse.
    pub(crate) node: String,
    /// How far it is.
    pub(crate) progress: String,
    /// When it was made.
    pub(crate) released_at: String,
    /// The warehouse was asked to cancel and has not answered.
    pub(crate) cancel_requested: bool,
    /// The carrier's booking.
    pub(crate) booking: Option<String>,
    /// What it shall ship.
    pub(crate) lines: Vec<UnitsView>,
    /// Its shipments.
    pub(crate) shipments: Vec<String>,
    /// Whether it goes to another address than it was released for: `asked`, `agreed` or `refused`.
    pub(crate) redirect: Option<String>,
}

/// Shows a warehouse order.
pub(crate) fn warehouse_order(order: &WarehouseOrder) -> WarehouseOrderView {
    let lines = order.lines.iter().map(|line| UnitsView {
        line: line.line.0,
        item: line.item.to_string(),
        quantity: line.quantity.0,
        picked: Some(line.picked.0),
        shipped: Some(line.shipped.0),
        dropped: Some(line.dropped.0),
        invoiced: None,
    });
    WarehouseOrderView {
        id: order.id.to_string(),
        order: order.order.to_string(),
        node: order.node.to_string(),
        progress: name(&order.progress),
        released_at: order.released_at.to_string(),
        cancel_requested: order.cancel_requested,
        booking: order.booking.as_ref().map(|booking| format!("{} {}", booking.carrier, booking.reference)),
        lines: lines.collect(),
        shipments: texts(&order.shipments),
        redirect: order.redirect.as_ref().map(|redirect| name(&redirect.status)),
    }
}

/// A shipment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ShipmentView {
    /// Our number.
    pub(crate) id: String,
    /// The warehouse's number.
    pub(crate) reference: String,
    /// The order.
    pub(crate) order: String,
    /// The warehouse order.
    pub(crate) warehouse_order: String,
    /// The warehouse.
    pub(crate) node: String,
    /// When it left.
    pub(crate) shipped_at: String,
    /// The carrier.
    pub(crate) carrier: String,
    /// The carrier's tracking number.
    pub(crate) tracking: String,
    /// The number of the bill of lading that it left with.
    pub(crate) bill_of_lading: String,
    /// What is in it.
    pub(crate) lines: Vec<UnitsView>,
    /// The invoices that bill it.
    pub(crate) invoices: Vec<String>,
    /// When the customer took it, as far as that is proved.
    pub(crate) delivered_at: Option<String>,
}

/// Shows a shipment.
pub(crate) fn shipment(shipment: &Shipment) -> ShipmentView {
    let lines = shipment.lines.iter().map(|line| UnitsView {
        line: line.line.0,
        item: line.item.to_string(),
        quantity: line.quantity.0,
        picked: None,
        shipped: None,
        dropped: None,
        invoiced: Some(line.invoiced.0),
    });
    ShipmentView {
        id: shipment.id.to_string(),
        reference: shipment.reference.to_string(),
        order: shipment.order.to_string(),
        warehouse_order: shipment.warehouse_order.to_string(),
        node: shipment.node.to_string(),
        shipped_at: shipment.shipped_at.to_string(),
        carrier: shipment.carrier.to_string(),
        tracking: shipment.tracking.to_string(),
        bill_of_lading: shipment.bill_of_lading.to_string(),
        lines: lines.collect(),
        invoices: texts(&shipment.invoices),
        delivered_at: shipment.delivered.as_ref().map(|delivery| delivery.at.to_string()),
    }
}

/// An invoice or credit note.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct InvoiceView {
    /// Our id.
    pub(crate) id: String,
    /// Its legal number.
    pub(crate) number: String,
    /// Which kind of document.
    pub(crate) kind: String,
    /// Who owes it.
    pub(crate) account: String,
    /// The order that it bills; the first of several.
    pub(crate) order: String,
    /// All orders that it bills: several for a consolidated invoice.
    pub(crate) orders: Vec<String>,
    /// The customer's purchase order number; empty where it bills several.
    pub(crate) purchase_order: String,
    /// Shipments that it bills.
    pub(crate) shipments: Vec<String>,
    /// The invoice that it corrects.
    pub(crate) corrects: Option<String>,
    /// Day of the document.
    pub(crate) date: String,
    /// Day on which it is due.
    pub(crate) due: String,
    /// Lines.
    pub(crate) lines: Vec<InvoiceLineView>,
    /// Freight, net.
    pub(crate) freight: MoneyView,
    /// Header discount, net.
    pub(crate) discount: MoneyView,
    /// Deposit consumed, net.
    pub(crate) deposit: MoneyView,
    /// Net.
    pub(crate) net: MoneyView,
    /// Tax.
    pub(crate) tax: MoneyView,
    /// What is to be paid.
    pub(crate) gross: MoneyView,
    /// The number that the ERP gave to the posting, once it confirmed.
    pub(crate) erp_reference: Option<String>,
    /// What the customer disputes of it.
    pub(crate) disputed: Option<MoneyView>,
    /// The code of the dispute, such as `PRM`.
    pub(crate) dispute_code: Option<String>,
    /// The exchange rate that it was booked with, where it is not in the company's currency.
    pub(crate) exchange: Option<ExchangeView>,
    /// `standard`, or `reverse_charge` where the customer accounts for the tax.
    pub(crate) tax_scheme: String,
    /// What each jurisdiction gets of the tax.
    pub(crate) tax_levels: Vec<TaxLevelView>,
}

/// What a jurisdiction gets of a tax.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TaxLevelView {
    /// Such as `DE`, `US-CA`, `US-CA/LOS ANGELES` or `US-CA:MTA`.
    pub(crate) jurisdiction: String,
    /// How much.
    pub(crate) tax: MoneyView,
}

/// A line of an invoice.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct InvoiceLineView {
    /// The order that the line is of.
    pub(crate) order: String,
    /// The order line.
    pub(crate) line: u64,
    /// The item.
    pub(crate) item: String,
    /// Units.
    pub(crate) quantity: i64,
    /// Per unit.
    pub(crate) price: String,
    /// Net.
    pub(crate) net: MoneyView,
    /// Tax rate in per cent.
    pub(crate) tax_rate: String,
}

/// Shows an invoice.
pub(crate) fn invoice(invoice: &Invoice) -> InvoiceView {
    let currency = invoice.currency;
    let lines = invoice.lines.iter().map(|line| InvoiceLineView {
        order: line.order.to_string(),
        line: line.line.0,
        item: line.item.to_string(),
        quantity: line.quantity.0,
        price: line.price.to_string(),
        net: money(line.net, currency),
        tax_rate: line.tax_rate.to_string(),
    });
    InvoiceView {
        id: invoice.id.to_string(),
        number: invoice.number.to_string(),
        kind: name(&invoice.kind),
        account: invoice.account.to_string(),
        order: invoice.order.to_string(),
        orders: invoice.orders().map(|order| order.to_string()).collect(),
        purchase_order: invoice.purchase_order.to_string(),
        shipments: texts(&invoice.shipments),
        corrects: invoice.corrects.map(|id| id.to_string()),
        date: invoice.date.to_string(),
        due: invoice.due.to_string(),
        lines: lines.collect(),
        freight: money(invoice.freight, currency),
        discount: money(invoice.discount, currency),
        deposit: money(invoice.deposit, currency),
        net: money(invoice.net, currency),
        tax: money(invoice.tax, currency),
        gross: money(invoice.gross, currency),
        erp_reference: invoice.erp_reference.as_ref().map(ToString::to_string),
        disputed: invoice.dispute.as_ref().map(|(amount, _)| money(*amount, currency)),
        dispute_code: invoice.dispute.as_ref().map(|(_, code)| code.to_string()),
        exchange: invoice.rate.as_ref().map(|rate| exchange(rate, invoice.gross, currency)),
        tax_scheme: name(&invoice.tax_scheme),
        tax_levels: invoice
            .tax_levels
            .iter()
            .map(|(jurisdiction, tax)| TaxLevelView { jurisdiction: jurisdiction.to_string(), tax: money(*tax, currency) })
            .collect(),
    }
}

/// The exchange rate that a document or payment was booked with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExchangeView {
    /// What one of its currency is worth in the company's.
    #[schema(example = "1.0825")]
    pub(crate) rate: String,
    /// The day of the rate.
    pub(crate) day: String,
    /// Who says so.
    pub(crate) source: String,
    /// What all of it comes to in the company's currency.
    pub(crate) booked: MoneyView,
}

fn exchange(rate: &BookedRate, amount: Amount, currency: Currency) -> ExchangeView {
    ExchangeView {
        rate: rate.rate.to_string(),
        day: rate.day.to_string(),
        source: rate.source.to_string(),
        booked: money(rate.booked(amount, currency), rate.into),
    }
}

/// A payment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PaymentView {
    /// Our id.
    pub(crate) id: String,
    /// How far it is.
    pub(crate) status: String,
    /// How much.
    pub(crate) amount: MoneyView,
    /// Day on which the money counts.
    pub(crate) value_date: String,
    /// The bank's reference of the entry.
    pub(crate) bank_reference: String,
    /// The payer's name as the bank shows it.
    pub(crate) payer_name: String,
    /// The payer's bank account.
    pub(crate) payer_account: String,
    /// Unstructured text.
    pub(crate) remittance: String,
    /// Structured references.
    pub(crate) references: Vec<String>,
    /// Whose money it is, once known.
    pub(crate) account: Option<String>,
    /// How the payer was found.
    pub(crate) evidence: String,
    /// What it was applied to.
    pub(crate) allocations: Vec<AllocationView>,
    /// What lies on the payer's account.
    pub(crate) on_account: MoneyView,
    /// What it may pay, for a person to decide.
    pub(crate) candidates: Vec<CandidateView>,
    /// The exchange rate of its value date, where it is not in the company's currency.
    pub(crate) exchange: Option<ExchangeView>,
}

/// Money applied to one item.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AllocationView {
    /// The document.
    pub(crate) invoice: String,
    /// Money of this payment.
    pub(crate) amount: MoneyView,
    /// Early-payment discount granted with it.
    pub(crate) discount: MoneyView,
    /// Small difference written off with it.
    pub(crate) written_off: MoneyView,
    /// What the customer deducted.
    pub(crate) deduction: MoneyView,
    /// Code of the deduction.
    pub(crate) code: String,
    /// What was gained by exchange rates, in the company's currency; below zero for a loss. Absent where the payment is in that.
    pub(crate) realised: Option<MoneyView>,
}

/// A set of items that a payment may pay.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CandidateView {
    /// The items.
    pub(crate) invoices: Vec<String>,
    /// What speaks for it.
    pub(crate) evidence: String,
}

/// Shows a payment.
pub(crate) fn payment(payment: &Payment) -> PaymentView {
    let currency = payment.currency;
    let allocations = payment.allocations.iter().map(|allocation| AllocationView {
        invoice: allocation.invoice.to_string(),
        amount: money(allocation.amount, currency),
        discount: money(allocation.discount, currency),
        written_off: money(allocation.written_off, currency),
        deduction: money(allocation.deduction, currency),
        code: allocation.code.to_string(),
        realised: payment.rate.as_ref().map(|rate| money(allocation.realised, rate.into)),
    });
    let candidates = payment
        .candidates
        .iter()
        .map(|candidate| CandidateView { invoices: texts(&candidate.invoices), evidence: candidate.evidence.to_string() });
    PaymentView {
        id: payment.id.to_string(),
        status: name(&payment.status),
        amount: money(payment.amount, currency),
        value_date: payment.value_date.to_string(),
        bank_reference: payment.bank_reference.to_string(),
        payer_name: payment.payer_name.to_string(),
        payer_account: payment.payer_account.to_string(),
        remittance: payment.remittance.to_string(),
        references: texts(&payment.references),
        account: payment.account.as_ref().map(ToString::to_string),
        evidence: payment.evidence.to_string(),
        allocations: allocations.collect(),
        on_account: money(payment.on_account, currency),
        candidates: candidates.collect(),
        exchange: payment.rate.as_ref().map(|rate| exchange(rate, payment.amount, currency)),
    }
}

/// A return request.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReturnView {
    /// Our number.
    pub(crate) id: String,
    /// How far it is.
    pub(crate) status: String,
    /// Who asks.
    pub(crate) account: String,
    /// The order that the goods came with, if it was named or found.
    pub(crate) order: Option<String>,
    /// The customer's reference.
    pub(crate) reference: String,
    /// When it was received.
    pub(crate) requested_at: String,
    /// What shall come back.
    pub(crate) lines: Vec<ReturnLineView>,
    /// A net amount that is asked for besides the goods, in minor units; credited once a person agrees.
    pub(crate) goodwill: i64,
    /// The invoice that it is asked for, if one is as large.
    pub(crate) invoice: Option<String>,
}

/// A line of a return request.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReturnLineView {
    /// The item.
    pub(crate) item: String,
    /// Units.
    pub(crate) quantity: i64,
    /// The order line that it belongs to, if it was found.
    pub(crate) order_line: Option<String>,
}

/// Shows a return request.
pub(crate) fn return_request(request: &ReturnRequest) -> ReturnView {
    ReturnView {
        id: request.id.to_string(),
        status: name(&request.status),
        account: request.account.to_string(),
        order: request.order.map(|id| id.to_string()),
        reference: request.reference.to_string(),
        requested_at: request.requested_at.to_string(),
        lines: request
            .lines
            .iter()
            .map(|line| ReturnLineView {
                item: line.item.to_string(),
                quantity: line.quantity.0,
                order_line: line.line.map(|(order, line)| format!("{order}/{line}")),
            })
            .collect(),
        goodwill: request.goodwill.0,
        invoice: request.invoice.map(|id| id.to_string()),
    }
}
