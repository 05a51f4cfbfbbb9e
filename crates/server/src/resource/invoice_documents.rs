//! Invoices and credit notes as files: PDF for people, UBL for programs (EN 16931).

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use documents::invoices::{Bill, Sources, check, write_pdf, write_ubl};
use partition::{AnyKey, AnyState};
use store::Reader;
use trade::billing::Invoice;
use trade::master::{Company, Item, ShipTo};
use trade::{Aggregate, InvoiceId, ItemId, Key};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Path, Reading};
use crate::problem::{Problem, of_refusal};
use crate::readers;
use crate::resource::id;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(pdf)).routes(routes!(ubl))
}

/// Give an invoice or credit note as PDF.
#[utoipa::path(get, path = "/v1/invoices/{invoice}/pdf", tag = "finance", params(("invoice" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
async fn pdf(State(state): State<AppState>, _: Reading, Path(invoice): Path<String>) -> Result<Response, Problem> {
    let bill = bill(&state, id(&invoice)?).await?;
    Ok(file(&bill, "pdf", "application/pdf", write_pdf(&bill)))
}

/// Give an invoice or credit note as UBL 2.1 after EN 16931. What would be refused by whoever receives it is not given, with the rules
/// that it breaks: seller and buyer need an address with a country, and the seller a VAT identifier.
#[utoipa::path(get, path = "/v1/invoices/{invoice}/ubl", tag = "finance", params(("invoice" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/xml")))]
async fn ubl(State(state): State<AppState>, _: Reading, Path(invoice): Path<String>) -> Result<Response, Problem> {
    let bill = bill(&state, id(&invoice)?).await?;
    let broken = check(&bill);
    if !broken.is_empty() {
        return Err(of_refusal("conflict", "the document breaks rules of EN 16931".to_owned(), &broken));
    }
    Ok(file(&bill, "xml", "application/xml", write_ubl(&bill).into_bytes()))
}

fn file(bill: &Bill, ending: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || "-_.".contains(*letter);
    let name: String = bill.number.chars().filter(is_plain).collect();
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    ([(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

async fn bill(state: &AppState, id: InvoiceId) -> Result<Bill, Problem> {
    state.readers.read(move |reader| read(reader, id)).await
}

fn read(reader: &mut dyn Reader, id: InvoiceId) -> Result<Bill, Problem> {
    let Some(Aggregate::Invoice(invoice)) = found(reader, Key::Invoice(id))? else {
        return Err(Problem::not_found(Key::Invoice(id)));
    };
    let Some(Aggregate::Company(company)) = found(reader, Key::Company(Company::KEY.into()))? else {
        return Err(Problem::not_found("company"));
    };
    let Some(Aggregate::Account(account)) = found(reader, Key::Account(invoice.account.clone()))? else {
        return Err(Problem::not_found(Key::Account(invoice.account.clone())));
    };
    let corrects = match invoice.corrects {
        Some(corrected) => match found(reader, Key::Invoice(corrected))? {
            Some(Aggregate::Invoice(corrected)) => Some((corrected.number.clone(), corrected.date)),
            _ => None,
        },
        None => None,
    };
    let (ship_to, items) = (ship_to(reader, &invoice)?, items(reader, &invoice)?);
    Ok(Bill::of(&Sources {
        invoice: &invoice,
        company: &company,
        buyer: &account.profile,
        ship_to: ship_to.as_ref(),
        items: &items,
        corrects: corrects.as_ref().map(|(number, day)| (number, *day)),
    }))
}

/// Where the goods went, if all of them went there.
fn ship_to(reader: &mut dyn Reader, invoice: &Invoice) -> Result<Option<ShipTo>, Problem> {
    let mut places = Vec::new();
    for order in invoice.orders() {
        if let Some(Aggregate::Order(order)) = found(reader, Key::Order(order))? {
            places.push(order.ship_to.clone());
        }
    }
    places.dedup();
    Ok(if places.len() == 1 { places.pop() } else { None })
}

fn items(reader: &mut dyn Reader, invoice: &Invoice) -> Result<BTreeMap<ItemId, Item>, Problem> {
    let mut items = BTreeMap::new();
    for line in &invoice.lines {
        if items.contains_key(&line.item) {
            continue;
        }
        if let Some(Aggregate::Item(item)) = found(reader, Key::Item(line.item.clone()))? {
            items.insert(line.item.clone(), (*item).clone());
        }
    }
    Ok(items)
}

fn found(reader: &mut dyn Reader, key: Key) -> Result<Option<Aggregate>, Problem> {
    Ok(match readers::state(reader, &AnyKey::Trade(key))? {
        Some(AnyState::Trade(aggregate, _)) => Some(aggregate),
        _ => None,
    })
}
