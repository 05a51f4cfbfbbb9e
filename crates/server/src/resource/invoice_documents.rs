//! Invoices and credit notes as files: PDF for people, UBL for programs (EN 16931); and letters about disputes.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use documents::invoices::{Bill, Letter, check, write_letter, write_pdf, write_ubl};
use partition::{AnyKey, AnyState};
use store::Reader;
use trade::{Aggregate, InvoiceId, Key};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Path, Reading};
use crate::problem::{Problem, of_refusal};
use crate::readers::{self, apart};
use crate::resource::id;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(pdf)).routes(routes!(ubl)).routes(routes!(letter))
}

/// Give an invoice or credit note as PDF.
#[utoipa::path(get, path = "/v1/invoices/{invoice}/pdf", tag = "finance", params(("invoice" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
async fn pdf(State(state): State<AppState>, _: Reading, Path(invoice): Path<String>) -> Result<Response, Problem> {
    let id = id(&invoice)?;
    let bill = state.readers.read(move |reader| bill(reader, id)).await?;
    // a thousand lines take their time, which no other request should wait for
    apart(move || Ok(file(&bill.number, "pdf", "application/pdf", write_pdf(&bill)))).await
}

/// Give an invoice or credit note as UBL 2.1 after EN 16931. What would be refused by whoever receives it is not given, with the rules
/// that it breaks: seller and buyer need an address with a country, and the seller a VAT identifier.
#[utoipa::path(get, path = "/v1/invoices/{invoice}/ubl", tag = "finance", params(("invoice" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/xml")))]
async fn ubl(State(state): State<AppState>, _: Reading, Path(invoice): Path<String>) -> Result<Response, Problem> {
    let id = id(&invoice)?;
    let bill = state.readers.read(move |reader| bill(reader, id)).await?;
    let written = move || {
        let broken = check(&bill);
        if !broken.is_empty() {
            return Err(of_refusal("conflict", "the document breaks rules of EN 16931".to_owned(), &broken));
        }
        Ok(file(&bill.number, "xml", "application/xml", write_ubl(&bill).into_bytes()))
    };
    apart(written).await
}

/// Give the letter that tells the customer what was decided about a dispute as PDF; decisions of an invoice count from 1.
#[utoipa::path(get, path = "/v1/invoices/{invoice}/disputes/{decision}/letter", tag = "finance", params(("invoice" = String, Path), ("decision" = usize, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
async fn letter(
    State(state): State<AppState>,
    _: Reading,
    Path((invoice, decision)): Path<(String, usize)>,
) -> Result<Response, Problem> {
    let id = id(&invoice)?;
    let letter = state.readers.read(move |reader| letter_of(reader, id, decision)).await?;
    let name = format!("{}-claim-{decision}", letter.invoice);
    apart(move || Ok(file(&name, "pdf", "application/pdf", write_letter(&letter)))).await
}

fn letter_of(reader: &mut dyn Reader, id: InvoiceId, decision: usize) -> Result<Letter, Problem> {
    let Some(Aggregate::Invoice(invoice)) = found(reader, Key::Invoice(id))? else {
        return Err(Problem::not_found(Key::Invoice(id)));
    };
    let Some(decided) = decision.checked_sub(1).and_then(|at| invoice.decisions.get(at)) else {
        return Err(Problem::not_found(format_args!("decision {decision} on a dispute of {id}")));
    };
    let note = match decided.note.map(|note| found(reader, Key::Invoice(note))).transpose()?.flatten() {
        Some(Aggregate::Invoice(note)) => Some(note.number.clone()),
        _ => None,
    };
    Ok(Letter::of(&invoice, decided, note))
}

fn file(number: &str, ending: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || "-_.".contains(*letter);
    let name: String = number.chars().filter(is_plain).collect();
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    ([(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

fn bill(reader: &mut dyn Reader, id: InvoiceId) -> Result<Bill, Problem> {
    let Some(Aggregate::Invoice(invoice)) = found(reader, Key::Invoice(id))? else {
        return Err(Problem::not_found(Key::Invoice(id)));
    };
    let corrects = match invoice.corrects {
        Some(corrected) => match found(reader, Key::Invoice(corrected))? {
            Some(Aggregate::Invoice(corrected)) => Some((corrected.number.clone(), corrected.date)),
            _ => None,
        },
        None => None,
    };
    Ok(Bill::of(&invoice, corrects))
}

fn found(reader: &mut dyn Reader, key: Key) -> Result<Option<Aggregate>, Problem> {
    Ok(match readers::state(reader, &AnyKey::Trade(key))? {
        Some(AnyState::Trade(aggregate, _)) => Some(aggregate),
        _ => None,
    })
}
