//! The canonical documents: what programs send us, what we show, and what we ask other systems with.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use partition::document;
use serde_json::{Map, Value, json};

use super::DIALECT;
use super::trace::{Spelling, shape};

/// Which way a document goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// Programs send it.
    Taken,
    /// The API shows it.
    Shown,
    /// Connected systems get it.
    Sent,
}

/// A canonical document.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) name: &'static str,
    pub(crate) way: Way,
    /// Where it is used: an operation, or capabilities.
    pub(crate) used: &'static str,
    pub(crate) schema: Value,
}

/// What is described with the API: name, way, where it is used, name there.
const DESCRIBED: &[(&str, Way, &str, &str)] = &[
    ("order_request", Way::Taken, "POST /v1/orders", "OrderRequest"),
    ("order_change", Way::Taken, "POST /v1/orders/{order}/changes", "ChangeRequest"),
    ("order_cancellation", Way::Taken, "POST /v1/orders/{order}/cancellations", "CancelRequest"),
    ("pick", Way::Taken, "POST /v1/warehouse-orders/{warehouse_order}/picks", "Pick"),
    ("ship_confirmation", Way::Taken, "POST /v1/warehouse-orders/{warehouse_order}/shipments", "ShipConfirmation"),
    ("rejection", Way::Taken, "POST /v1/warehouse-orders/{warehouse_order}/rejections", "Rejection"),
    ("cancel_answer", Way::Taken, "POST /v1/warehouse-orders/{warehouse_order}/cancel-answers", "CancelAnswer"),
    ("redirect_answer", Way::Taken, "POST /v1/warehouse-orders/{warehouse_order}/redirect-answers", "RedirectAnswer"),
    ("intercept_answer", Way::Taken, "POST /v1/shipments/{shipment}/intercept-answers", "InterceptAnswer"),
    ("proof_of_delivery", Way::Taken, "POST /v1/shipments/{shipment}/deliveries", "Delivered"),
    ("stock_receipt", Way::Taken, "POST /v1/stock/receipts", "ReceiptRequest"),
    ("stock_count", Way::Taken, "POST /v1/stock/counts", "CountRequest"),
    ("stock_adjustment", Way::Taken, "POST /v1/stock/adjustments", "AdjustmentRequest"),
    ("inbound_supply", Way::Taken, "POST /v1/stock/inbound", "SupplyRequest"),
    ("order", Way::Shown, "GET /v1/orders/{order}", "OrderView"),
    ("warehouse_order", Way::Shown, "GET /v1/warehouse-orders/{warehouse_order}", "WarehouseOrderView"),
    ("shipment", Way::Shown, "GET /v1/shipments/{shipment}", "ShipmentView"),
    ("invoice", Way::Shown, "GET /v1/invoices/{invoice}", "InvoiceView"),
    ("payment", Way::Shown, "GET /v1/payments/{payment}", "PaymentView"),
    ("account", Way::Shown, "GET /v1/accounts/{account}", "AccountView"),
    ("return", Way::Shown, "GET /v1/returns/{return}", "ReturnView"),
    ("exception", Way::Shown, "GET /v1/exceptions/{exception}", "ExceptionView"),
    ("stock", Way::Shown, "GET /v1/stock", "StockView"),
    ("availability", Way::Shown, "GET /v1/availability", "AvailabilityView"),
    ("company", Way::Shown, "GET /v1/company", "CompanyView"),
    ("event", Way::Shown, "GET /v1/events", "CloudEvent"),
];

static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(|| {
    let api = serde_json::to_value(crate::openapi()).unwrap_or_default();
    let components = &api["components"]["schemas"];
    let described =
        DESCRIBED.iter().map(|(name, way, used, component)| (*name, *way, *used, bundled(components, component)));
    let effects: [(_, _, _, fn() -> Value); 7] = [
        ("tax_quote", Way::Sent, "tax.quote", sent::<document::QuoteDocument<'static>>),
        ("release", Way::Sent, "wms.release, wms.cancel, wms.redirect", sent::<document::ReleaseDocument<'static>>),
        ("booking", Way::Sent, "tms.book", sent::<document::BookingDocument<'static>>),
        ("intercept", Way::Sent, "tms.intercept", sent::<document::InterceptDocument<'static>>),
        ("invoice_posting", Way::Sent, "erp.post_invoice", sent::<document::PostingDocument<'static>>),
        ("control_account_question", Way::Sent, "erp.control_account", sent::<document::ControlAccountDocument>),
        ("ledger_posting", Way::Sent, "erp.post_payment", sent::<document::LedgerDocument<'static>>),
    ];
    let effects = effects.into_iter().map(|(name, way, used, schema)| (name, way, used, schema()));
    let complete = |(name, way, used, mut schema): (&'static str, Way, &'static str, Value)| {
        let mut whole = json!({ "$schema": DIALECT, "$id": format!("urn:crossdock:document:{name}:v1"), "x-way": way });
        if let (Some(whole), Some(schema)) = (whole.as_object_mut(), schema.as_object_mut()) {
            whole.append(schema);
        }
        Document { name, way, used, schema: whole }
    };
    described.chain(effects).map(complete).collect()
});

/// The schema of what a system gets.
fn sent<T: serde::Deserialize<'static>>() -> Value {
    // a type that cannot be traced says nothing of itself, which the tests see
    shape::<T>(Spelling::Plain).map(|(shape, choices)| shape.schema(&choices)).unwrap_or_default()
}

/// All of them.
pub(crate) fn all() -> &'static [Document] {
    &DOCUMENTS
}

const COMPONENTS: &str = "#/components/schemas/";

/// A schema of the API with everything that it refers to.
pub(super) fn bundled(components: &Value, name: &str) -> Value {
    let mut wanted = BTreeSet::new();
    refer(&components[name], components, &mut wanted);
    let mut schema = components[name].clone();
    rename(&mut schema);
    let definitions = wanted.into_iter().map(|name| {
        let mut definition = components[&name].clone();
        rename(&mut definition);
        (name, definition)
    });
    let definitions: Map<String, Value> = definitions.collect();
    if let (false, Some(schema)) = (definitions.is_empty(), schema.as_object_mut()) {
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema
}

fn children(schema: &Value) -> impl Iterator<Item = &Value> {
    schema.as_object().into_iter().flat_map(Map::values).chain(schema.as_array().into_iter().flatten())
}

fn refer(schema: &Value, components: &Value, wanted: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix(COMPONENTS))
        && wanted.insert(name.to_owned())
    {
        refer(&components[name], components, wanted);
    }
    for child in children(schema) {
        refer(child, components, wanted);
    }
}

/// What is referred to stands in the schema itself.
fn rename(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "$ref" => *text = text.replace(COMPONENTS, "#/$defs/"),
                    value => rename(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rename),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_says_what_it_holds_and_has_all_that_it_refers_to() {
        for document in all() {
            let schema = &document.schema;
            assert!(
                schema["properties"].as_object().is_some_and(|fields| !fields.is_empty()),
                "{}: {schema}",
                document.name
            );
            let text = schema.to_string();
            assert!(!text.contains(COMPONENTS), "{}", document.name);
            for reference in text.split("\"#/$defs/").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(schema["$defs"].get(reference).is_some(), "{} refers to {reference}", document.name);
            }
        }
    }

    #[test]
    fn what_systems_get_is_read_off_what_is_sent() {
        let release = &all().iter().find(|document| document.name == "release").unwrap().schema;
        assert_eq!(release["properties"]["warehouse_order"]["pattern"], "^WO-[0-9]+$");
        assert_eq!(release["properties"]["ship_to"]["type"], "object");
    }
}
