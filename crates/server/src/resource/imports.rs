//! Files of orders of any format, and bank statements.

use std::collections::BTreeMap;

use axum::Json as JsonAnswer;
use axum::extract::State;
use documents::Place;
use documents::orders::x12::{Interchange, acknowledge, examine};
use documents::orders::{Format, OrderDocument};
use partition::{Body, Command, Reply};
use runtime::{Preview, Tried};
use serde::{Deserialize, Serialize};
use store::{Reader, StoredDocument};
use trade::order::{Original, Submission};
use units::{Text, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::hash_bytes;
use crate::extract::{Body as Bytes, Caller, Query};
use crate::problem::{FieldError, Problem, mend_of, of_refusal};
use crate::resource::instances::capabilities;
use crate::resource::orders::field_error;
use crate::state::AppState;
use crate::submit::{Running, digest, if_match, start};

/// So many records are given to the partition before the first of their answers is waited for.
pub(crate) const AHEAD: usize = 256;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(orders)).routes(routes!(statement))
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
    /// Read, decide and report as the import would, and import nothing.
    #[serde(default)]
    dry_run: bool,
    /// The file's name, for messages.
    #[serde(default)]
    name: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NameQuery {
    /// The file's name, for messages.
    #[serde(default)]
    pub(crate) name: Option<String>,
}

/// What an import came to.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct ImportReport {
    /// Documents that were understood.
    pub(crate) understood: usize,
    /// Documents that were taken over; none on a dry run.
    pub(crate) imported: usize,
    /// Documents that had been taken over before.
    pub(crate) repeated: usize,
    /// Of those that were taken over, how many an import of the same file under the same key had taken over.
    #[serde(skip)]
    replayed: usize,
    /// Numbers of the orders, return requests and payments that were made.
    pub(crate) ids: Vec<String>,
    /// Rows that are no orders, by reason.
    pub(crate) rejected: BTreeMap<String, u64>,
    /// Everything that was found wrong, with place, cause and mend.
    pub(crate) findings: Vec<FieldError>,
    /// For X12: the 997 that answers the sender, one for each interchange, transaction by transaction as they fared. None on a dry run.
    pub(crate) acknowledgements: Vec<String>,
    /// Of a bank statement of which nothing is new: when the very same file came before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) came_before: Option<String>,
}

/// The header that says that a request was carried out before, under the same key.
pub const REPLAYED: &str = "idempotency-replayed";

/// A report, with a header if it is that of an earlier import.
type ImportAnswer = (Option<[(&'static str, &'static str); 1]>, JsonAnswer<ImportReport>);

impl ImportReport {
    pub(crate) fn note<T>(&mut self, read: &documents::Read<T>) {
        self.understood += read.records.len();
        self.findings.extend(read.findings.iter().map(field_error));
    }

    /// A record is there, by this import or by one of the same file: the answer to both is the same.
    fn take(&mut self, id: impl std::fmt::Display, was_there: bool) {
        self.imported += 1;
        self.replayed += usize::from(was_there);
        self.ids.push(id.to_string());
    }

    /// The report; a header says if all of it was carried out before under the same key, which the report itself must not (design §3.6).
    fn answer(self) -> ImportAnswer {
        let replayed = self.replayed > 0 && self.replayed == self.imported;
        (replayed.then_some([(REPLAYED, "true")]), JsonAnswer(self))
    }

    pub(crate) fn refuse(&mut self, place: &Place, problem: Problem) {
        let mend = mend_of(&problem.code).to_owned();
        self.findings.push(FieldError { pointer: place.to_string(), cause: problem.detail, mend });
    }
}

/// Refuses a key under which another file came, even if this one holds nothing to import.
pub(crate) async fn check_key(state: &AppState, caller: &Caller, content: &[u8]) -> Result<(), Problem> {
    if_match(caller)?;
    let first = caller.part(0);
    let wanted = digest(&first, content);
    let known = state.readers.read(move |reader| Ok(reader.reply(&first.key)?)).await?;
    match known {
        Some(reply) if reply.digest != wanted => {
            Err(Problem::new("idempotency_key_reused", "send another Idempotency-Key, or the same file as before"))
        }
        _ => Ok(()),
    }
}

/// What came of a record, and whether it was there before by an import of the same file.
type Taken = Result<(Reply, bool), Problem>;

/// Gives the records to the partition in their order, and the answers to `took` in the same order. Each has a key of its own, so
/// that a file that is sent again repeats nothing; the original is kept with the first that is taken.
async fn take_all(
    state: &AppState,
    caller: &Caller,
    bytes: &[u8],
    content: &str,
    bodies: Vec<Body>,
    mut took: impl FnMut(usize, Taken),
) -> Result<(), Problem> {
    check_key(state, caller, format!("{content}#0").as_bytes()).await?;
    let mut running: std::collections::VecDeque<(usize, Running)> = std::collections::VecDeque::new();
    let mut is_kept = false;
    let original = kept(bytes, "application/octet-stream", state.now());
    for (index, body) in bodies.into_iter().enumerate() {
        let documents = if is_kept { Vec::new() } else { vec![original.clone()] };
        let content = format!("{content}#{index}");
        running.push_back((index, start(state, caller.part(index), content.as_bytes(), body, documents)?));
        while running.len() >= if is_kept { AHEAD } else { 1 } {
            let Some((index, next)) = running.pop_front() else { break };
            is_kept |= settle(index, next.end_or_repeat().await, &mut took)?;
        }
    }
    for (index, next) in running {
        settle(index, next.end_or_repeat().await, &mut took)?;
    }
    Ok(())
}

/// Whether a record was taken; what is our fault or concerns all records ends the import, to be sent again.
fn settle(index: usize, answer: Taken, took: &mut impl FnMut(usize, Taken)) -> Result<bool, Problem> {
    if let Err(problem) = &answer
        && (problem.status >= 500 || problem.code == "idempotency_key_reused")
    {
        return Err(problem.clone());
    }
    let is_taken = answer.is_ok();
    took(index, answer);
    Ok(is_taken)
}

/// Import a file of orders. A bad record is reported and does not stop the good ones.
#[utoipa::path(post, path = "/v1/imports/orders", tag = "imports", params(ImportQuery, ("Idempotency-Key" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportReport,
        headers(("Idempotency-Replayed" = String, description = "`true` if all of it was imported before, under the same key")))))]
async fn orders(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ImportQuery>,
    Bytes(bytes): Bytes,
) -> Result<ImportAnswer, Problem> {
    let format = match query.format.as_deref() {
        None | Some("auto") => None,
        Some(name) => Some(name.parse::<Format>().map_err(|error| Problem::new("invalid", error.to_string()))?),
    };
    let name = query.name.unwrap_or_else(|| "body".to_owned());
    let (read, mut interchanges) = match examined(&bytes, format, &name) {
        Some(examined) => (examined.read, examined.interchanges),
        None => (documents::orders::read(&bytes, format, &name), Vec::new()),
    };
    let mut report = ImportReport {
        rejected: read.rejected.iter().map(|(reason, count)| (reason.to_string(), *count)).collect(),
        ..ImportReport::default()
    };
    report.note(&read);
    let hash = hash_bytes(&bytes);
    let mut equal = BTreeMap::new();
    let (places, bodies): (Vec<Place>, Vec<Body>) =
        read.records.into_iter().map(|(place, document)| (place, body_of(document, &hash, &mut equal))).unzip();
    if query.dry_run {
        try_all(&state, &caller, &places, bodies, &mut report).await?;
        return Ok(report.answer());
    }
    let mut refused = Vec::new();
    let took = |index: usize, answer: Taken| match (answer, places.get(index)) {
        (Ok((Reply::Order(id), was_there)), _) => report.take(id, was_there),
        (Ok((Reply::Return(id), was_there)), _) => report.take(id, was_there),
        (Ok(_), _) => report.repeated += 1,
        (Err(problem), place) => {
            refused.push(index);
            report.refuse(place.unwrap_or(&Place::default()), problem);
        }
    };
    // the same bytes in another format are another request; under another name they are not
    let content = format!("{hash} {}", query.format.as_deref().unwrap_or("auto"));
    take_all(&state, &caller, &bytes, &content, bodies, took).await?;
    for interchange in &mut interchanges {
        report.acknowledgements.push(answer_to(interchange, &refused, state.now()));
    }
    Ok(report.answer())
}

/// Decides on the records as the import would, and takes none of them over.
async fn try_all(
    state: &AppState,
    caller: &Caller,
    places: &[Place],
    bodies: Vec<Body>,
    report: &mut ImportReport,
) -> Result<(), Problem> {
    let (mut bodies, mut places) = (bodies.into_iter(), places.iter());
    let mut tried: Option<Tried> = None;
    loop {
        // a slice at a time: whoever tries holds a reader up
        let slice: Vec<Body> = bodies.by_ref().take(AHEAD).collect();
        if slice.is_empty() {
            return Ok(());
        }
        let (capabilities, now, actor) = (capabilities(&state.connections), state.now(), caller.actor.clone());
        // what the records before did counts for those that come
        let before = tried.take();
        let attempt = move |reader: &mut dyn Reader| {
            let mut preview = match before {
                Some(before) => Preview::resume(reader, before),
                None => Preview::new(reader, capabilities).map_err(fault)?,
            };
            let command = |body| Command { at: now, actor: actor.clone(), key: None, body, trace: None };
            let mut decide = |body| preview.decide(command(body)).map(|decision| decision.reply).map_err(fault);
            let replies = slice.into_iter().map(&mut decide).collect::<Result<Vec<_>, Problem>>()?;
            Ok((replies, preview.pause()))
        };
        let (replies, now_tried) = state.readers.read(attempt).await?;
        tried = Some(now_tried);
        for (reply, place) in replies.into_iter().zip(places.by_ref()) {
            match reply {
                Ok(Reply::Repeated) => report.repeated += 1,
                Ok(_) => {}
                Err(refusal) => {
                    report.refuse(place, of_refusal(refusal.code(), refusal.to_string(), refusal.findings()));
                }
            }
        }
    }
}

fn fault(why: Text) -> Problem {
    tracing::error!(%why, "a record could not be tried");
    Problem::new("internal", "what would come of a record could not be found out; the log has the cause")
}

/// By what a record is known when it comes again in another file: what it says, and which of several that say the same. Without a number
/// of the customer nothing tells an order that is repeated from one that is placed anew, and both are taken.
fn record(submission: &Submission, equal: &mut BTreeMap<String, u32>) -> Text {
    if submission.purchase_order.trim().is_empty() {
        return Text::default();
    }
    let content = Submission { original: Original::default(), record: Text::default(), ..submission.clone() };
    let Ok(content) = serde_json::to_vec(&content) else { return Text::default() };
    let content = hash_bytes(&content);
    let number = equal.entry(content.clone()).and_modify(|number| *number += 1).or_default();
    Text::from(format!("{content}|{number}"))
}

fn body_of(document: OrderDocument, hash: &str, equal: &mut BTreeMap<String, u32>) -> Body {
    match document {
        OrderDocument::Order(mut submission) => {
            submission.record = record(&submission, equal);
            submission.original.sha256 = hash.into();
            Body::ReceiveOrder(submission)
        }
        OrderDocument::Return(mut document) => {
            document.original.sha256 = hash.into();
            Body::RequestReturn(document)
        }
    }
}

/// X12 with its envelopes, if it is X12.
fn examined(bytes: &[u8], format: Option<Format>, name: &str) -> Option<documents::orders::x12::Examined> {
    let begins = bytes.trim_ascii_start().starts_with(b"ISA");
    let examined = (format == Some(Format::X12) || format.is_none() && begins).then(|| examine(bytes, name))?;
    // what holds no interchange is told by the reader of orders
    (!examined.interchanges.is_empty()).then_some(examined)
}

/// The 997 for an interchange. Its control number is that of the interchange that it answers: unique between the partners as long as
/// theirs are, and the same if the file comes again.
fn answer_to(interchange: &mut Interchange, refused: &[usize], at: Timestamp) -> String {
    let transactions = interchange.groups.iter_mut().flat_map(|group| &mut group.transactions);
    for transaction in transactions {
        if transaction.record.is_some_and(|record| refused.contains(&record)) {
            transaction.record = None;
        }
    }
    let control = interchange.control.trim().parse::<u32>().ok().filter(|control| (1..1_000_000_000).contains(control));
    acknowledge(interchange, control.unwrap_or(1), at)
}

/// Import bank statements (camt.053 or CSV) and apply their payments.
#[utoipa::path(post, path = "/v1/bank-statements", tag = "finance", params(NameQuery, ("Idempotency-Key" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportReport,
        headers(("Idempotency-Replayed" = String, description = "`true` if all of it was imported before, under the same key")))))]
async fn statement(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<NameQuery>,
    Bytes(bytes): Bytes,
) -> Result<ImportAnswer, Problem> {
    let read = documents::statements::read(&bytes, query.name.as_deref().unwrap_or("body"));
    let mut report = ImportReport::default();
    report.note(&read);
    let (places, bodies): (Vec<Place>, Vec<Body>) =
        read.records.into_iter().map(|(place, document)| (place, Body::ImportStatement(Box::new(document)))).unzip();
    let took = |index: usize, answer: Taken| match (answer, places.get(index)) {
        (Ok((Reply::Statement { payments, repeated }, was_there)), _) => {
            payments.iter().for_each(|payment| report.take(payment, was_there));
            report.repeated += repeated as usize;
        }
        (Ok(_), _) => report.repeated += 1,
        (Err(problem), place) => report.refuse(place.unwrap_or(&Place::default()), problem),
    };
    let hash = hash_bytes(&bytes);
    let wanted = hash.clone();
    let same = state.readers.read(move |reader| Ok(reader.document(&wanted)?)).await?;
    take_all(&state, &caller, &bytes, &hash, bodies, took).await?;
    // a control check of its own (domain §1.7): whoever sends a file twice hears that, and not only that its entries are known
    report.came_before =
        same.filter(|_| report.imported == 0 && report.repeated > 0).map(|same| Timestamp(same.at).to_string());
    Ok(report.answer())
}
