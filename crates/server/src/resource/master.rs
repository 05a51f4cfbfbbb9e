//! Master data from files: whole kinds, and parts of accounts and of the company.

use std::collections::VecDeque;

use axum::Json as JsonAnswer;
use axum::extract::State;
use documents::master::{CalendarOf, GivenCalendars};
use documents::{Place, Read};
use partition::{AnyKey, Body};
use runtime::{Condition, Version};
use trade::account::Account;
use trade::master::Company;
use trade::{AccountId, Aggregate, Key};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::hash_bytes;
use crate::extract::{Body as Bytes, Caller, Path, Query};
use crate::problem::Problem;
use crate::resource::imports::{AHEAD, ImportReport, NameQuery, check_key};
use crate::resource::versioned;
use crate::state::AppState;
use crate::submit::{Running, seen_through, start, submit_if};

/// So many records go to the partition as one command.
const CHUNK: usize = 500;
/// So often a change is made anew because somebody else changed the same thing meanwhile.
const ATTEMPTS: usize = 20;

/// The kinds that can be imported.
pub(crate) const KINDS: &str =
    "items, prices, quotes, customers (or accounts), terms, limits, company, warehouses, calendars, taxes, rates, stock";

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(import))
}

/// Import master data, as CSV or JSON. What a file does not name stays as it is.
///
/// Kinds: `items`, `prices`, `quotes`, `customers` (or `accounts`), `terms` and `limits` of customers that are there, `company`, and its
/// `warehouses`, `calendars`, `taxes` and exchange `rates`; and `stock` as it was counted. A bad record is reported and does not stop the good ones.
#[utoipa::path(post, path = "/v1/imports/master/{kind}", tag = "imports", params(("kind" = String, Path), NameQuery, ("Idempotency-Key" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = ImportReport)))]
async fn import(
    State(state): State<AppState>,
    caller: Caller,
    Path(kind): Path<String>,
    Query(query): Query<NameQuery>,
    Bytes(bytes): Bytes,
) -> Result<JsonAnswer<ImportReport>, Problem> {
    let mut import = Import { state, caller, content: hash_bytes(&bytes), report: ImportReport::default(), parts: 0 };
    check_key(&import.state, &import.caller, import.content.as_bytes()).await?;
    let name = query.name.as_deref().unwrap_or(&kind);
    match kind.as_str() {
        "items" => import.whole(documents::master::read_items(&bytes, name), Body::PutItems).await?,
        "customers" | "accounts" => {
            import.whole(documents::master::read_accounts(&bytes, name), Body::PutAccounts).await?;
        }
        "prices" => import.each(documents::master::read_prices(&bytes, name), Body::PutPriceBook).await?,
        "quotes" => {
            let read = documents::master::read_quotes(&bytes, name);
            import.each(read, |quote| Body::PutQuote(Box::new(quote))).await?;
        }
        "company" => {
            let read = documents::master::read_company(&bytes, name);
            // which roles count hangs on its code
            import = seen_through(async move {
                let put = import.each(read, |company| Body::PutCompany(Box::new(company))).await;
                import.state.identities.refresh(&import.state.readers).await?;
                put.map(|()| import)
            })
            .await?;
        }
        "rates" => import.whole(documents::master::read_rates(&bytes, name), Body::PutRates).await?,
        "limits" => {
            let read = documents::master::read_limits(&bytes, name);
            import.each(read, |(account, limit)| Body::SetCreditLimit { account, limit }).await?;
        }
        "stock" => {
            let read = documents::master::read_stock(&bytes, name);
            // a count without a number is known by its file: the same file again is the same count
            let document = format!("file {}", import.content.get(..12).unwrap_or_default());
            import
                .each(read, |mut count| {
                    if count.document.is_empty() {
                        count.document = document.as_str().into();
                    }
                    Body::CountStock(count)
                })
                .await?;
        }
        "terms" => {
            let read = documents::master::read_terms(&bytes, name);
            let change = |(terms, billing): (_, Option<_>), account: &Account| {
                let mut profile = account.profile.clone();
                profile.terms = terms;
                profile.billing = billing.unwrap_or(profile.billing);
                Body::PutAccounts(vec![(account.id.clone(), profile)])
            };
            let records = read.records.into_iter().map(|(place, (id, terms, billing))| (place, (id, (terms, billing))));
            let read = Read { records: records.collect(), findings: read.findings, rejected: read.rejected };
            import.accounts(read, change).await?;
        }
        "warehouses" => {
            let read = documents::master::read_warehouses(&bytes, name);
            let put = |company: &mut Company, (mut node, given): (trade::master::Node, GivenCalendars)| {
                match company.nodes.iter_mut().find(|known| known.id == node.id) {
                    Some(known) => {
                        if !given.own {
                            node.calendar = known.calendar.clone();
                        }
                        if !given.carrier {
                            node.carrier_calendar = known.carrier_calendar.clone();
                        }
                        *known = node;
                    }
                    None => company.nodes.push(node),
                }
                Ok(())
            };
            import.company(read, put).await?;
        }
        "calendars" => {
            let read = documents::master::read_calendars(&bytes, name);
            let put = |company: &mut Company, (whose, calendar): (CalendarOf, _)| {
                let (CalendarOf::Warehouse(id) | CalendarOf::Carrier(id)) = &whose else {
                    company.calendar = calendar;
                    return Ok(());
                };
                let node = company.nodes.iter_mut().find(|node| node.id == *id);
                let node = node.ok_or_else(|| format!("there is no warehouse {id}"))?;
                match whose {
                    CalendarOf::Carrier(_) => node.carrier_calendar = Some(calendar),
                    CalendarOf::Company | CalendarOf::Warehouse(_) => node.calendar = calendar,
                }
                Ok(())
            };
            import.company(read, put).await?;
        }
        "taxes" => {
            let read = documents::master::read_taxes(&bytes, name);
            let put = |company: &mut Company, tax: trade::master::TaxRate| {
                let same = |known: &trade::master::TaxRate| {
                    (&known.jurisdiction, &known.category, known.from) == (&tax.jurisdiction, &tax.category, tax.from)
                };
                match company.taxes.iter().position(same) {
                    Some(at) => company.taxes[at] = tax,
                    None => company.taxes.push(tax),
                }
                Ok(())
            };
            import.company(read, put).await?;
        }
        other => return Err(Problem::not_found(format_args!("kind of master data {other}; there are {KINDS}"))),
    }
    Ok(JsonAnswer(import.report))
}

/// An import on its way.
struct Import {
    state: AppState,
    caller: Caller,
    content: String,
    report: ImportReport,
    parts: usize,
}

impl Import {
    /// Gives a command to the partition, each under a key of its own.
    async fn submit(&mut self, body: Body, condition: Option<Condition>) -> Result<(), Problem> {
        let caller = self.caller.part(self.parts);
        self.parts += 1;
        submit_if(&self.state, caller, self.content.as_bytes(), body, condition).await.map(drop)
    }

    /// Notes what came of some records. What is our fault, or concerns all of them, ends the import.
    fn settle(&mut self, places: &[Place], outcome: Result<(), Problem>) -> Result<(), Problem> {
        match outcome {
            Ok(()) => self.report.imported += places.len(),
            Err(problem) if problem.status >= 500 || matches!(problem.code.as_str(), "idempotency_key_reused") => {
                return Err(problem);
            }
            Err(problem) => places.iter().for_each(|place| self.report.refuse(place, problem.clone())),
        }
        Ok(())
    }

    /// Records that go together in one command; if it is refused, one by one, so that the bad one is found.
    async fn whole<T: Clone>(&mut self, read: Read<T>, body: impl Fn(Vec<T>) -> Body) -> Result<(), Problem> {
        self.report.note(&read);
        for chunk in read.records.chunks(CHUNK) {
            let (places, records): (Vec<Place>, Vec<T>) = chunk.iter().cloned().unzip();
            let outcome = self.submit(body(records), None).await;
            if chunk.len() > 1 && outcome.as_ref().is_err_and(|problem| problem.status < 500) {
                for (place, record) in chunk {
                    let outcome = self.submit(body(vec![record.clone()]), None).await;
                    self.settle(std::slice::from_ref(place), outcome)?;
                }
            } else {
                self.settle(&places, outcome)?;
            }
        }
        Ok(())
    }

    /// Records that are a command each; some are under way at a time.
    async fn each<T>(&mut self, read: Read<T>, body: impl Fn(T) -> Body) -> Result<(), Problem> {
        self.report.note(&read);
        let mut running: VecDeque<(Place, Running)> = VecDeque::new();
        for (place, record) in read.records {
            let caller = self.caller.part(self.parts);
            self.parts += 1;
            running.push_back((place, start(&self.state, caller, self.content.as_bytes(), body(record), Vec::new())?));
            if running.len() >= AHEAD {
                self.settle_next(&mut running).await?;
            }
        }
        while !running.is_empty() {
            self.settle_next(&mut running).await?;
        }
        Ok(())
    }

    async fn settle_next(&mut self, running: &mut VecDeque<(Place, Running)>) -> Result<(), Problem> {
        let Some((place, next)) = running.pop_front() else { return Ok(()) };
        let outcome = next.end().await.map(drop);
        self.settle(&[place], outcome)
    }

    /// Changes of accounts that are there.
    async fn accounts<T: Clone>(
        &mut self,
        read: Read<(AccountId, T)>,
        change: impl Fn(T, &Account) -> Body,
    ) -> Result<(), Problem> {
        self.report.note(&read);
        for (place, (id, what)) in read.records {
            let key = Key::Account(id);
            let outcome = self
                .change(&key, |aggregate| match aggregate {
                    Aggregate::Account(account) => Some(change(what.clone(), account)),
                    _ => None,
                })
                .await;
            self.settle(&[place], outcome)?;
        }
        Ok(())
    }

    /// Changes of the company, all in one command.
    async fn company<T: Clone>(
        &mut self,
        read: Read<T>,
        put: impl Fn(&mut Company, T) -> Result<(), String>,
    ) -> Result<(), Problem> {
        self.report.note(&read);
        let key = Key::Company(Company::KEY.into());
        let mut unfit: Vec<(Place, String)> = Vec::new();
        let outcome = self
            .change(&key, |aggregate| {
                let Aggregate::Company(company) = aggregate else { return None };
                let mut company = Company::clone(company);
                unfit.clear();
                for (place, record) in &read.records {
                    if let Err(why) = put(&mut company, record.clone()) {
                        unfit.push((place.clone(), why));
                    }
                }
                Some(Body::PutCompany(Box::new(company)))
            })
            .await;
        let outcome = match outcome {
            Err(problem) if problem.code == "not_found" => {
                Err(Problem::new("conflict", "there is no company yet: import the kind `company` first"))
            }
            other => other,
        };
        let places: Vec<Place> = read.records.into_iter().map(|(place, _)| place).collect();
        let fit: Vec<Place> = places.into_iter().filter(|place| !unfit.iter().any(|(other, _)| other == place)).collect();
        for (place, why) in unfit {
            self.report.refuse(&place, Problem::new("invalid", why));
        }
        self.settle(&fit, outcome)
    }

    /// Reads something, makes a command from it, and carries it out only if it is still the same; otherwise anew.
    async fn change(&mut self, key: &Key, mut make: impl FnMut(&Aggregate) -> Option<Body>) -> Result<(), Problem> {
        for _ in 0..ATTEMPTS {
            let (aggregate, version): (Aggregate, Version) = versioned(&self.state, key.clone()).await?;
            let Some(body) = make(&aggregate) else { return Err(Problem::not_found(key)) };
            let condition = Condition { key: AnyKey::Trade(key.clone()), versions: vec![version] };
            let part = self.parts;
            match self.submit(body, Some(condition)).await {
                // the same key: what was not carried out has used none
                Err(problem) if problem.code == "changed" => self.parts = part,
                other => return other,
            }
        }
        Err(Problem::new("conflict", format!("{key} is being changed by others all the time; send it again")))
    }
}
