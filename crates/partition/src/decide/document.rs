//! The documents that go to other systems, as JSON: what each connection task sends.

use std::borrow::Cow;

use engine::InstanceId;
use feel::{Context as Variables, Value};
use serde::Serialize;
use trade::cash::LedgerEntry;
use trade::fulfilment::{WarehouseLine, WarehouseOrder};
use trade::reconcile::{ErpControl, ErpMovement};
use trade::{AccountId, InvoiceId, Key, OrderId, Refusal, ReturnId, ShipmentId, WarehouseOrderId};
use units::{Amount, Currency, Day, Text, Timestamp};

use super::task::{company, label, order};
use super::txn::{Outcome, Txn, text};
use crate::document::{
    BookingDocument, ControlAccountDocument, DiscountTerms, Exchange, InterceptDocument, LedgerDocument, LedgerLine,
    PostingDocument, QuoteDocument, QuoteExemption, QuoteLine, ReleaseDocument, ReleaseLine,
};
use crate::effect::{Effect, EffectId};

/// The connection tasks that have a document of their own. Others send the variables of their job. `wms.redirect` and
/// `tms.intercept` are not among them: where no system offers them, a person is asked instead.
pub const CAPABILITIES: [&str; 5] = ["tax.quote", "wms.release", "wms.cancel", "tms.book", "erp.post_invoice"];

/// The ERP posts what payments come to. Where no system offers it, the entries stand in our own ledger only.
pub const POST_PAYMENT: &str = "erp.post_payment";

/// The ERP says what its control account of receivables moved by. Where no system offers it, ours is compared with our own documents only.
pub const CONTROL_ACCOUNT: &str = "erp.control_account";

/// So many days are asked about.
const CONTROL_DAYS: i32 = 62;

/// Makes the effect of a connection task: capability, route and document.
pub(super) fn effect(
    txn: &mut Txn<'_>,
    instance: InstanceId,
    job: u32,
    kind: &str,
    variables: &Variables,
    headers: &[(Text, Text)],
) -> Outcome<Effect> {
    let mut effect = Effect {
        id: EffectId::of_job(instance, job),
        capability: kind.into(),
        job: Some((instance, job)),
        requested_at: txn.now(),
        ..Effect::default()
    };
    match kind {
        "tax.quote" => {
            let id: OrderId = id(variables, "orderId")?;
            effect.order = Some(id);
            effect.document = tax_quote(txn, id)?;
        }
        "wms.release" => {
            let id: WarehouseOrderId = id(variables, "warehouseOrderId")?;
            outstanding(txn, id, &mut effect)?;
        }
        "tms.book" => {
            let id: WarehouseOrderId = id(variables, "warehouseOrderId")?;
            booking(txn, id, &mut effect)?;
        }
        "erp.post_invoice" => {
            let id: InvoiceId = id(variables, "invoiceId")?;
            posting(txn, id, &mut effect)?;
        }
        _ => {
            effect.order = id::<OrderId>(variables, "orderId").ok();
            effect.document = text(with_headers(variables, headers).to_json());
        }
    }
    Ok(effect)
}

/// The variables, and the task headers of the model as `headers`, where there are any and no variable has that name.
fn with_headers(variables: &Variables, headers: &[(Text, Text)]) -> Variables {
    let mut document = variables.clone();
    if !headers.is_empty() && !document.contains("headers") {
        let headers = headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        document.insert("headers", Value::Context(Variables::from_iter(headers)));
    }
    document
}

/// Asks a warehouse not to ship what it was asked for last; no process waits for it, the warehouse answers with a command. `None` if
/// that was asked before, for another reason.
pub(super) fn cancellation(txn: &mut Txn<'_>, id: WarehouseOrderId) -> Outcome<Option<Effect>> {
    let Some(released) = txn.books().warehouse_order(&id)? else { return Ok(None) };
    let Some(request) = released.request(released.requested) else { return Ok(None) };
    let lines = request.lines.iter().filter_map(|asked| Some((released.line(asked.line)?, asked.units)));
    let lines = lines.map(|(line, units)| ReleaseLine { ships: Some(line.ships_at_most()), ..release_line(line, units) });
    let mut effect = Effect {
        id: txn.loose_effect_id(),
        capability: Text::const_new("wms.cancel"),
        requested_at: txn.now(),
        ..Effect::default()
    };
    warehouse_order(txn, &released, &mut effect, lines.collect(), Some(request.number))?;
    Ok(Some(effect))
}

/// Asks a warehouse to ship to the order's new address; it answers with a command.
pub(super) fn redirection(txn: &mut Txn<'_>, id: WarehouseOrderId) -> Outcome<Effect> {
    let mut effect = Effect {
        id: txn.loose_effect_id(),
        capability: Text::const_new("wms.redirect"),
        requested_at: txn.now(),
        ..Effect::default()
    };
    outstanding(txn, id, &mut effect)?;
    Ok(effect)
}

/// Asks a carrier to stop a shipment and to bring it back; it answers with a command.
pub(super) fn interception(txn: &mut Txn<'_>, id: ShipmentId, waiting: ReturnId) -> Outcome<Effect> {
    let key = Key::Shipment(id);
    let shipment = txn.books().shipment(&id)?.ok_or(Refusal::NotFound(key.clone()))?;
    let document = json(&InterceptDocument {
        shipment: id,
        order: shipment.order,
        node: shipment.node.as_str(),
        carrier: &shipment.carrier,
        tracking: &shipment.tracking,
        reference: &shipment.reference,
        return_request: waiting,
    });
    Ok(Effect {
        id: txn.loose_effect_id(),
        capability: Text::const_new("tms.intercept"),
        requested_at: txn.now(),
        order: Some(shipment.order),
        subject: Some(key),
        document,
        ..Effect::default()
    })
}

/// Asks the ERP to post entries of the general ledger, if it does; no process waits for it.
pub(super) fn post_entries(txn: &mut Txn<'_>, of: &Key, number: u32, day: Day, entries: &[LedgerEntry]) -> Outcome<()> {
    if !txn.capabilities.contains(POST_PAYMENT) {
        return Ok(());
    }
    let payment = match of {
        Key::Payment(id) => txn.books().payment(id)?,
        _ => None,
    };
    let mut numbers = Vec::with_capacity(entries.len());
    let mut currency = payment.as_ref().map(|payment| payment.currency);
    for entry in entries {
        let document = match &entry.invoice {
            Some(invoice) => txn.books().invoice(invoice)?,
            None => None,
        };
        currency = currency.or(document.as_ref().map(|document| document.currency));
        numbers.push(document.map(|document| document.number.clone()));
    }
    let name = match of {
        Key::Payment(id) => id.to_string(),
        Key::Invoice(id) => id.to_string(),
        of => of.to_string(),
    };
    let booked_currency = company(txn)?.currency;
    let currency = currency.unwrap_or(booked_currency);
    let lines = entries.iter().zip(numbers).map(|(entry, invoice)| LedgerLine {
        ledger: label(&entry.ledger),
        account: entry.account.as_ref().map(AccountId::as_str),
        invoice,
        code: &entry.code,
        amount: plain(entry.amount, currency),
        booked: plain(entry.booked, booked_currency),
    });
    let document = json(&LedgerDocument {
        posting: format!("{name}/{number}"),
        payment: payment.as_ref().map(|payment| payment.id),
        bank_account: payment.as_ref().map_or("", |payment| &payment.bank_account),
        bank_reference: payment.as_ref().map_or("", |payment| &payment.bank_reference),
        value_date: payment.as_ref().map(|payment| payment.value_date),
        payer: payment.as_ref().and_then(|payment| payment.account.as_ref()).map(AccountId::as_str),
        date: day,
        currency,
        booked_currency,
        entries: lines.collect(),
    });
    let effect = Effect {
        id: txn.loose_effect_id(),
        capability: Text::const_new(POST_PAYMENT),
        requested_at: txn.now(),
        subject: Some(of.clone()),
        document,
        ..Effect::default()
    };
    txn.request(effect);
    Ok(())
}

/// Asks the ERP about its control account, if it tells: up to the day before yesterday, of which nothing is on its way any more.
pub(super) fn ask_control_account(txn: &mut Txn<'_>) -> Outcome<()> {
    if !txn.capabilities.contains(CONTROL_ACCOUNT) {
        return Ok(());
    }
    let until = company(txn)?.calendar.local_day(txn.now()).plus_days(-2);
    let effect = Effect {
        id: txn.loose_effect_id(),
        capability: Text::const_new(CONTROL_ACCOUNT),
        requested_at: txn.now(),
        document: json(&ControlAccountDocument { from: until.plus_days(1 - CONTROL_DAYS), until }),
        ..Effect::default()
    };
    txn.request(effect);
    Ok(())
}

/// What the ERP answers to [`ask_control_account`]; `None` if that is not what was asked.
pub(super) fn control_account(response: &Variables, asked_at: Timestamp) -> Option<ErpControl> {
    let day = |value: Option<&Value>| value.and_then(Value::as_str)?.parse::<Day>().ok();
    let movement = |value: &Value| {
        let movement = value.as_context()?;
        let currency = movement.get("currency")?.as_str()?.parse().ok()?;
        let amount = movement.get("amount")?;
        let amount = amount.as_decimal().or_else(|| amount.as_str()?.parse().ok())?;
        let amount = Amount::from_decimal(amount, currency, units::Rounding::HalfUp)?;
        Some(ErpMovement { day: day(movement.get("date"))?, currency, amount })
    };
    let movements = response.get("movements")?.as_list()?.iter().map(movement).collect::<Option<Vec<_>>>()?;
    Some(ErpControl { from: day(response.get("from"))?, until: day(response.get("until"))?, asked_at, movements })
}

fn id<T: std::str::FromStr>(variables: &Variables, name: &str) -> Outcome<T> {
    let id = variables.get(name).and_then(|id| id.as_str()?.parse().ok());
    id.ok_or_else(|| {
        let given = variables.get(name).map_or_else(|| Text::const_new("missing"), |value| text(value.to_json()));
        let wanted = Text::const_new("the number of an existing document");
        Refusal::Invalid { field: text(format_args!("variable {name}")), given, wanted }.into()
    })
}

fn json(document: &impl Serialize) -> Text {
    serde_json::to_string(document).unwrap_or_default().into()
}

fn plain(amount: Amount, currency: Currency) -> String {
    amount.in_currency(currency).plain()
}

fn tax_quote(txn: &mut Txn<'_>, id: OrderId) -> Outcome<Text> {
    let order = order(txn, id)?;
    let company = company(txn)?;
    let account = txn.books().account(&order.account)?.unwrap_or_default();
    let profile = &account.profile;
    let exemptions = trade::tax::exemptions(profile, company.calendar.local_day(txn.now()));
    let exemptions =
        exemptions.map(|(certificate, jurisdiction, category)| QuoteExemption { certificate, jurisdiction, category });
    let lines = order.lines.iter().map(|line| QuoteLine {
        line: line.no.0,
        item: line.item.as_str(),
        category: &line.tax_category,
        net: plain(trade::order::line_net(line, order.currency), order.currency),
    });
    Ok(json(&QuoteDocument {
        order: id,
        currency: order.currency,
        ship_to: Cow::Borrowed(&order.ship_to),
        lines: lines.collect(),
        freight: plain(order.freight, order.currency),
        discount: plain(order.discount, order.currency),
        account: order.account.as_str(),
        tax_number: Some(profile.tax_number.as_str()).filter(|_| profile.tax_number_verified),
        exemptions: exemptions.collect(),
        seller: Cow::Owned(company.place()),
        ship_from: Cow::Owned(trade::tax::ship_from(&company, &order)),
    }))
}

/// What a warehouse order has still to ship.
fn outstanding(txn: &mut Txn<'_>, id: WarehouseOrderId, effect: &mut Effect) -> Outcome<()> {
    let released = txn.books().warehouse_order(&id)?.ok_or(Refusal::NotFound(Key::WarehouseOrder(id)))?;
    let lines = released.lines.iter().filter(|line| line.outstanding().is_positive());
    let lines = lines.map(|line| release_line(line, line.outstanding())).collect();
    warehouse_order(txn, &released, effect, lines, None)
}

fn release_line(line: &WarehouseLine, quantity: units::Quantity) -> ReleaseLine<'_> {
    ReleaseLine { line: line.line.0, item: line.item.as_str(), quantity, ships: None }
}

fn warehouse_order(
    txn: &mut Txn<'_>,
    released: &WarehouseOrder,
    effect: &mut Effect,
    lines: Vec<ReleaseLine<'_>>,
    request: Option<u32>,
) -> Outcome<()> {
    let order = order(txn, released.order)?;
    effect.document = json(&ReleaseDocument {
        warehouse_order: released.id,
        order: released.order,
        node: released.node.as_str(),
        ship_to: Cow::Borrowed(&order.ship_to),
        request,
        lines,
    });
    effect.route = released.node.0.clone();
    effect.order = Some(released.order);
    effect.subject = Some(Key::WarehouseOrder(released.id));
    Ok(())
}

fn booking(txn: &mut Txn<'_>, id: WarehouseOrderId, effect: &mut Effect) -> Outcome<()> {
    let key = Key::WarehouseOrder(id);
    let released = txn.books().warehouse_order(&id)?.ok_or(Refusal::NotFound(key.clone()))?;
    let order = order(txn, released.order)?;
    let mut weight_grams = 0u64;
    for line in &released.lines {
        let item = txn.books().item(&line.item)?;
        let grams = item.map_or(0, |item| u64::from(item.weight_grams));
        weight_grams = weight_grams.saturating_add(grams.saturating_mul(line.outstanding().0.unsigned_abs()));
    }
    let ship_from = company(txn)?.ship_from(&released.node);
    effect.document = json(&BookingDocument {
        warehouse_order: id,
        order: released.order,
        node: released.node.as_str(),
        ship_to: Cow::Borrowed(&order.ship_to),
        weight_grams,
        ship_from: Cow::Owned(ship_from),
    });
    effect.order = Some(released.order);
    effect.subject = Some(key);
    Ok(())
}

fn exchange(rate: &trade::master::BookedRate, amount: Amount, currency: Currency) -> Exchange {
    let booked = plain(rate.booked(amount, currency), rate.into);
    Exchange { rate: rate.rate, day: rate.day, source: rate.source.clone(), currency: rate.into, booked }
}

fn posting(txn: &mut Txn<'_>, id: InvoiceId, effect: &mut Effect) -> Outcome<()> {
    let key = Key::Invoice(id);
    let invoice = txn.books().invoice(&id)?.ok_or(Refusal::NotFound(key.clone()))?;
    let account = txn.books().account(&invoice.account)?;
    let currency = invoice.currency;
    effect.document = json(&PostingDocument {
        invoice: id,
        number: &invoice.number,
        kind: label(&invoice.kind),
        account: invoice.account.as_str(),
        account_name: account.as_ref().map_or("", |account| &account.profile.name),
        order: invoice.order,
        orders: invoice.parts.iter().map(|part| part.order).collect(),
        purchase_order: &invoice.purchase_order,
        date: invoice.date,
        due: invoice.due,
        currency,
        net: plain(invoice.net, currency),
        tax: plain(invoice.tax, currency),
        gross: plain(invoice.gross, currency),
        discount: invoice.early_payment.map(|(amount, until)| DiscountTerms { amount: plain(amount, currency), until }),
        exchange: invoice.rate.as_ref().map(|rate| exchange(rate, invoice.gross, currency)),
    });
    effect.order = Some(invoice.order);
    effect.subject = Some(key);
    Ok(())
}
