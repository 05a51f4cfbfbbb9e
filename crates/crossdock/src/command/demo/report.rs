//! The closing report, read from the store, and held against what the lab systems know.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use partition::{AnyState, Table};
use serde::Serialize;
use serde_json::Value;
use store::{Reader, RowQuery};
use trade::{Aggregate, Kind};
use units::{Amount, Currency};

use super::feed::Fed;
use crate::output::line;

#[derive(Debug, Serialize)]
pub(super) struct Report {
    orders: u64,
    lines: u64,
    units_ordered: i64,
    units_shipped: i64,
    units_backordered: i64,
    units_cancelled: i64,
    invoices: u64,
    invoiced: String,
    cash_received: String,
    cash_matched: String,
    exceptions: BTreeMap<String, u64>,
    exceptions_open: u64,
    rejected_rows: BTreeMap<String, u64>,
    findings: Vec<String>,
    orders_per_second: f64,
    seconds: f64,
    restarts: u32,
    /// `ok`, or what is not conserved.
    conservation: Value,
    /// `ok`, or the first difference.
    verify: String,
    /// What the lab's own ledgers say where it differs; empty if they agree.
    lab: Vec<String>,
}

/// Reads the store and asks the lab for its ledgers.
pub(super) async fn read(
    folder: &Path,
    systems: &[(String, String)],
    fed: &Fed,
    running: Duration,
    restarts: u32,
) -> anyhow::Result<Report> {
    let mut reader = store::Sqlite::open_read_only(&folder.join("store"))?;
    let checked = runtime::reconcile(&mut reader, None)?;
    let verified = runtime::verify(&mut reader, |_, _| {})?;
    let totals = &checked.totals;
    let of_pounds = totals.money_in(Currency::GBP);
    let money = |amount: Amount| amount.in_currency(Currency::GBP).plain();
    let (exceptions, open) = exceptions(&mut reader)?;
    let lab = compare(systems, &mut reader, totals).await?;
    let breaks: Vec<Value> =
        checked.breaks.iter().take(20).map(|found| serde_json::to_value(found).unwrap_or_default()).collect();
    let seconds = running.as_secs_f64();
    Ok(Report {
        orders: totals.orders,
        lines: totals.lines,
        units_ordered: totals.units_ordered,
        units_shipped: totals.units_shipped,
        units_backordered: totals.units_backordered,
        units_cancelled: totals.units_cancelled,
        invoices: totals.invoices,
        invoiced: money(of_pounds.invoiced),
        cash_received: money(of_pounds.cash_received),
        cash_matched: money(of_pounds.cash_matched),
        exceptions,
        exceptions_open: open,
        rejected_rows: fed.rejected.clone(),
        findings: fed.findings.iter().take(20).cloned().collect(),
        orders_per_second: (totals.orders as f64 / seconds.max(0.001) * 10.0).round() / 10.0,
        seconds: (seconds * 10.0).round() / 10.0,
        restarts,
        conservation: if breaks.is_empty() { Value::from("ok") } else { Value::Array(breaks) },
        verify: verified.difference.map_or_else(|| "ok".to_owned(), |difference| difference.to_string()),
        lab,
    })
}

fn exceptions(reader: &mut dyn Reader) -> anyhow::Result<(BTreeMap<String, u64>, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut open = 0;
    each(reader, Kind::Exception, |aggregate| {
        if let Aggregate::Exception(exception) = aggregate {
            let kind = serde_json::to_value(exception.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
            *counts.entry(kind.unwrap_or_default()).or_default() += 1;
            open += u64::from(exception.is_open());
        }
    })?;
    Ok((counts, open))
}

fn each(reader: &mut dyn Reader, kind: Kind, mut take: impl FnMut(&Aggregate)) -> anyhow::Result<()> {
    let table = Table::Trade(kind);
    let mut query = RowQuery::table(table).limit(1_000);
    loop {
        let page = reader.rows(&query)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        query = query.after(last.clone());
        for (key, row) in &page {
            if let AnyState::Trade(aggregate, _) = AnyState::decode(table, key, &row.data)? {
                take(&aggregate);
            }
        }
    }
}

/// Units shipped, invoices posted and money received: the lab's ledgers against ours.
async fn compare(
    systems: &[(String, String)],
    reader: &mut dyn Reader,
    totals: &trade::reconcile::Totals,
) -> anyhow::Result<Vec<String>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut ledgers: BTreeMap<&str, Value> = BTreeMap::new();
    for (name, url) in systems {
        ledgers.insert(name, client.get(format!("{url}/ledger")).send().await?.json().await?);
    }
    let mut differences = Vec::new();
    let mut hold = |what: &str, theirs: i64, ours: i64| {
        if theirs != ours {
            differences.push(format!("{what}: the lab has {theirs}, Crossdock {ours}"));
        }
    };
    let shipped: i64 = ledgers
        .iter()
        .filter(|(name, _)| name.starts_with("wms-"))
        .filter_map(|(_, ledger)| ledger["units_shipped"].as_i64())
        .sum();
    hold("units shipped", shipped, totals.units_shipped);
    let (mut posted, mut confirmed) = (0, 0);
    each(reader, Kind::Invoice, |aggregate| {
        if let Aggregate::Invoice(invoice) = aggregate {
            posted += 1;
            confirmed += i64::from(invoice.erp_reference.is_some());
        }
    })?;
    let erp = ledgers.get("erp").and_then(|ledger| ledger["invoices"].as_i64()).unwrap_or(0);
    hold("invoices posted to the ERP", erp, confirmed);
    hold("invoices confirmed by the ERP, of all", confirmed, posted);
    let bank = ledgers.get("bank").and_then(|ledger| ledger["balance_minor"].as_i64()).unwrap_or(0);
    hold("money in bank statements", bank, totals.money_in(Currency::GBP).cash_received.0);
    let mut owed = 0;
    each(reader, Kind::Account, |aggregate| {
        if let Aggregate::Account(account) = aggregate {
            owed += account.ledger.receivable().0;
        }
    })?;
    let in_erp = |account: &str| {
        let balance = ledgers.get("erp").and_then(|ledger| ledger["balances_minor"]["GBP"][account].as_i64());
        balance.unwrap_or(0)
    };
    hold("money in the bank by the ERP", in_erp("bank"), totals.money_in(Currency::GBP).cash_received.0);
    hold("receivables by the ERP", in_erp("receivables"), owed);
    Ok(differences)
}

impl Report {
    /// Whether nothing was lost or doubled.
    pub(super) fn is_sound(&self) -> bool {
        self.conservation == "ok" && self.verify == "ok" && self.lab.is_empty()
    }

    /// For people.
    pub(super) fn print(&self) {
        line("");
        let row = |label: &str, value: &dyn std::fmt::Display| line(format_args!("{label:<26}{value:>16}"));
        row("orders", &self.orders);
        row("lines", &self.lines);
        row("units ordered", &self.units_ordered);
        row("units shipped", &self.units_shipped);
        row("units backordered", &self.units_backordered);
        row("units cancelled", &self.units_cancelled);
        row("invoices", &self.invoices);
        row("invoiced", &self.invoiced);
        row("cash received", &self.cash_received);
        row("cash matched", &self.cash_matched);
        line(format_args!("exceptions, {} still open", self.exceptions_open));
        for (kind, count) in &self.exceptions {
            row(&format!("  {kind}"), count);
        }
        line("rows that are no orders");
        for (reason, count) in &self.rejected_rows {
            row(&format!("  {reason}"), count);
        }
        row("orders per second", &self.orders_per_second);
        if self.restarts > 0 {
            row("restarts of the product", &self.restarts);
        }
        let conserved = self.conservation.as_str().map_or_else(|| self.conservation.to_string(), str::to_owned);
        row("conservation", &conserved);
        row("verify", &self.verify);
        row("the lab's ledgers", &if self.lab.is_empty() { "agree".to_owned() } else { self.lab.join("; ") });
        for finding in &self.findings {
            line(format_args!("  {finding}"));
        }
    }
}
