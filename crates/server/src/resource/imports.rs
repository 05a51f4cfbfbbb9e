//! Files: orders of any format, master data, bank statements.

use axum::Json as JsonAnswer;
use axum::extract::State;
use documents::orders::{Format, OrderDocument};
use partition::{Body, Reply};
use serde::{Deserialize, Serialize};
use store::StoredDocument;
use trade::Role;
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{hash_bytes, require};
use crate::extract::{Body as Bytes, Caller, Path, Query};
use crate::problem::{FieldError, Problem};
use crate::resource::orders::field_error;
use crate::state::AppState;
use crate::submit::{submit, submit_with};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(orders)).routes(routes!(master)).routes(routes!(statement))
}

/// An original document, under its hash.
pub(crate) fn kept(bytes: &[u8], media_type: &str, at: Timestamp) -> (String, StoredDocument) {
    (hash_bytes(bytes), StoredDocument { media_type: media_type.to_owned(), bytes: bytes.to_vec(), at: at.0 })
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// `auto`, `csv`, `json`, `x12` or `online-retail`.
    #[serde(default)]
    format: Option<String>,
    /// Read and report, and import nothing.
    #[serde(default)]
    dry_run: bool,
    /// The file's name, for messages.
    #[serde(default)]
    name: Option<String>,
}

/// What an import came to.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct ImportReport {
    /// Documents that were understood.
    understood: usize,
    /// Documents that were taken over; none on a dry run.
    imported: usize,
    /// Documents that had been taken over before.
    repeated: usize,
    /// Numbers of the orders and return requests that were made.
    ids: Vec<String>,
    /// Rows that are no orders, by reason.
    rejected: std::collections::BTreeMap<String, u64>,
    /// Everything that was found wrong, with place, cause and mend.
    findings: Vec<FieldError>,
}

/// Import a file of orders. A bad record is reported and does not stop the good ones.
#[utoipa::path(post, path = "/v1/imports/orders", tag = "imports", params(ImportQuery, ("Idempotency-Key" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = ImportReport), (status = "4XX", body = Problem)))]
async fn orders(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ImportQuery>,
    Bytes(bytes): Bytes,
) -> Result<JsonAnswer<ImportReport>, Problem> {
    require(&caller.actor, &[Role::Sales])?;
    let format = match query.format.as_deref() {
        None | Some("auto") => None,
        Some(name) => Some(name.parse::<Format>().map_err(|error| Problem::new("invalid", error.to_string()))?),
    };
    let name = query.name.unwrap_or_else(|| "body".to_owned());
    let read = documents::orders::read(&bytes, format, &name);
    let mut report = ImportReport {
        understood: read.records.len(),
        findings: read.findings.iter().map(field_error).collect(),
        rejected: read.rejected.iter().map(|(reason, count)| (reason.to_string(), *count)).collect(),
        ..ImportReport::default()
    };
    if query.dry_run {
        return Ok(JsonAnswer(report));
    }
    for (index, (place, document)) in read.records.into_iter().enumerate() {
        // each record has a key of its own, so a file that is sent again repeats nothing
        let mut one = caller.clone();
        one.key = format!("{}\u{1f}{index}", caller.key);
        let content = format!("{}#{index}", hash_bytes(&bytes));
        let body = match document {
            OrderDocument::Order(mut submission) => {
                submission.original.sha256 = hash_bytes(&bytes).into();
                Body::ReceiveOrder(Box::new(submission))
            }
            OrderDocument::Return(mut document) => {
                document.original.sha256 = hash_bytes(&bytes).into();
                Body::RequestReturn(document)
            }
        };
        let documents = if index == 0 { vec![kept(&bytes, "application/octet-stream", state.now())] } else { Vec::new() };
        match submit_with(&state, one, content.as_bytes(), body, documents).await {
            Ok(Reply::Order(id)) => {
                report.imported += 1;
                report.ids.push(id.to_string());
            }
            Ok(Reply::Return(id)) => {
                report.imported += 1;
                report.ids.push(id.to_string());
            }
            Ok(_) => report.repeated += 1,
            Err(problem) if problem.status >= 500 => return Err(problem),
            Err(problem) => {
                report.findings.push(FieldError { pointer: place.to_string(), cause: problem.detail, mend: String::new() });
            }
        }
    }
    Ok(JsonAnswer(report))
}

/// Import master data: `items`, `accounts`, `prices` or `company`, as CSV or JSON.
#[utoipa::path(post, path = "/v1/imports/master/{kind}", tag = "imports", params(("kind" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = ImportReport), (status = "4XX", body = Problem)))]
async fn master(
    State(state): State<AppState>,
    caller: Caller,
    Path(kind): Path<String>,
    Bytes(bytes): Bytes,
) -> Result<JsonAnswer<ImportReport>, Problem> {
    require(&caller.actor, &[Role::Admin])?;
    let mut report = ImportReport::default();
    let mut bodies = Vec::new();
    match kind.as_str() {
        "items" => {
            let read = documents::master::read_items(&bytes, "items");
            report.note(&read);
            let items: Vec<_> = read.records.into_iter().map(|(_, item)| item).collect();
            bodies.extend(items.chunks(500).map(|chunk| Body::PutItems(chunk.to_vec())));
        }
        "accounts" => {
            let read = documents::master::read_accounts(&bytes, "accounts");
            report.note(&read);
            let accounts: Vec<_> = read.records.into_iter().map(|(_, account)| account).collect();
            bodies.extend(accounts.chunks(500).map(|chunk| Body::PutAccounts(chunk.to_vec())));
        }
        "prices" => {
            let read = documents::master::read_prices(&bytes, "prices");
            report.note(&read);
            bodies.extend(read.records.into_iter().map(|(_, book)| Body::PutPriceBook(book)));
        }
        "company" => {
            let read = documents::master::read_company(&bytes, "company");
            report.note(&read);
            bodies.extend(read.records.into_iter().map(|(_, company)| Body::PutCompany(Box::new(company))));
        }
        other => {
            return Err(Problem::not_found(format_args!(
                "kind of master data {other}; there are items, accounts, prices, company"
            )));
        }
    }
    for (index, body) in bodies.into_iter().enumerate() {
        let mut one = caller.clone();
        one.key = format!("{}\u{1f}{index}", caller.key);
        submit(&state, one, &bytes, body).await?;
        report.imported += 1;
    }
    Ok(JsonAnswer(report))
}

impl ImportReport {
    fn note<T>(&mut self, read: &documents::Read<T>) {
        self.understood += read.records.len();
        self.findings.extend(read.findings.iter().map(field_error));
    }
}

/// Import bank statements (camt.053 or CSV) and apply their payments.
#[utoipa::path(post, path = "/v1/bank-statements", tag = "payments", params(("Idempotency-Key" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = ImportReport), (status = "4XX", body = Problem)))]
async fn statement(
    State(state): State<AppState>,
    caller: Caller,
    Bytes(bytes): Bytes,
) -> Result<JsonAnswer<ImportReport>, Problem> {
    require(&caller.actor, &[Role::Receivables])?;
    let read = documents::statements::read(&bytes, "body");
    let mut report = ImportReport::default();
    report.note(&read);
    for (index, (place, document)) in read.records.into_iter().enumerate() {
        let mut one = caller.clone();
        one.key = format!("{}\u{1f}{index}", caller.key);
        let content = format!("{}#{index}", hash_bytes(&bytes));
        let documents = if index == 0 { vec![kept(&bytes, "application/octet-stream", state.now())] } else { Vec::new() };
        match submit_with(&state, one, content.as_bytes(), Body::ImportStatement(Box::new(document)), documents).await {
            Ok(Reply::Statement { payments, repeated }) => {
                report.imported += payments.len();
                report.repeated += repeated as usize;
                report.ids.extend(payments.iter().map(ToString::to_string));
            }
            Ok(_) => report.repeated += 1,
            Err(problem) if problem.status >= 500 => return Err(problem),
            Err(problem) => {
                report.findings.push(FieldError { pointer: place.to_string(), cause: problem.detail, mend: String::new() });
            }
        }
    }
    Ok(JsonAnswer(report))
}
