//! `crossdock import` and `crossdock bank import`: files over the API.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::api::{Target, block_on};
use crate::command::look::escape;
use crate::output::{self, Finding, WrongUse, line};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Import orders: CSV, JSON, X12 850, or the Online Retail CSV
    Orders(Orders),
    /// Import master data: items, prices, customers, terms, limits, company, warehouses, calendars, taxes, counted stock; CSV or JSON
    Master(Master),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crossdock import orders samples/orders.csv --dry-run\n  \
    crossdock import orders 850.edi --acknowledgement 997.edi")]
pub(crate) struct Orders {
    /// The file; `.gz` and `.zst` are unpacked
    file: PathBuf,
    /// Its format
    #[arg(long, default_value = "auto", value_parser = ["auto", "csv", "json", "x12", "online-retail"])]
    format: String,
    /// Read and report, and import nothing
    #[arg(long)]
    dry_run: bool,
    /// For X12: write the 997 that answers the sender into this file
    #[arg(long, value_name = "FILE")]
    acknowledgement: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Master {
    /// What it holds
    #[arg(value_parser = ["items", "prices", "quotes", "customers", "accounts", "terms", "limits", "company", "warehouses", "calendars", "taxes", "rates", "stock"])]
    kind: String,
    /// The file
    file: PathBuf,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum BankCommand {
    /// Import bank statements (camt.053 or CSV) and apply their payments
    Import(BankImport),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crossdock bank import samples/statement-camt053.xml")]
pub(crate) struct BankImport {
    /// The file
    file: PathBuf,
    #[command(flatten)]
    target: Target,
}

/// Reads a file, unpacked if it is `.gz` or `.zst`.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    use std::io::Read;
    /// Unpacked files beyond this are refused: a small file may hold a very large one.
    const LIMIT: u64 = 1 << 30;
    let file = std::fs::File::open(path).map_err(|error| WrongUse(format!("read {}: {error}", path.display())))?;
    let reader: Box<dyn Read> = match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => Box::new(flate2::read::GzDecoder::new(file)),
        Some("zst") => Box::new(zstd::Decoder::new(file)?),
        _ => Box::new(file),
    };
    let mut bytes = Vec::new();
    let read = reader.take(LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|error| WrongUse(format!("read {}: {error}", path.display())))?;
    if bytes.len() as u64 > LIMIT {
        return Err(WrongUse(format!("{} holds more than 1 GiB; split it", path.display())).into());
    }
    Ok(bytes)
}

/// Sends a file under a key, and tells what came of it.
fn send(target: &Target, path: &str, key: &str, bytes: Vec<u8>) -> anyhow::Result<Value> {
    let api = target.open()?;
    let (report, replayed) = block_on(api.post_or_repeat(path, key, bytes))?;
    if target.json {
        output::json(&report)?;
    } else {
        print(&report, replayed);
    }
    Ok(report)
}

fn finding(report: &Value) -> Finding {
    let is_empty = report["findings"].as_array().is_none_or(Vec::is_empty);
    if is_empty { Finding::None } else { Finding::Some }
}

/// The file's own hash is the key: a file that is sent twice is imported once, whatever it is called.
fn key_of(kind: &str, bytes: &[u8]) -> String {
    format!("{kind}-{}", server::hash_bytes(bytes))
}

fn name_of(file: &Path) -> String {
    escape(file.file_name().and_then(|name| name.to_str()).unwrap_or("file"))
}

fn print(report: &Value, replayed: bool) {
    for finding in report["findings"].as_array().into_iter().flatten() {
        let part = |name: &str| finding[name].as_str().unwrap_or_default();
        let mend = if part("mend").is_empty() { String::new() } else { format!("; {}", part("mend")) };
        line(format_args!("{}: {}{mend}", part("pointer"), part("cause")));
    }
    for (reason, count) in report["rejected"].as_object().into_iter().flatten() {
        line(format_args!("{count} rows are no orders: {reason}"));
    }
    let (imported, before) = (&report["imported"], &report["repeated"]);
    if replayed {
        line(format_args!("this file was imported before: {imported} were taken over then, and nothing has changed"));
    } else {
        line(format_args!("{} understood, {imported} imported, {before} were there before", report["understood"]));
    }
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    match command {
        Command::Orders(arguments) => orders(arguments),
        Command::Master(arguments) => {
            let bytes = read_file(&arguments.file)?;
            let path = format!("/v1/imports/master/{}?name={}", arguments.kind, name_of(&arguments.file));
            // setting the same again is wanted: somebody may have changed it meanwhile
            send(&arguments.target, &path, &crate::keys::generate()?, bytes).map(|report| finding(&report))
        }
    }
}

fn orders(arguments: &Orders) -> anyhow::Result<Finding> {
    let bytes = read_file(&arguments.file)?;
    let path = format!(
        "/v1/imports/orders?format={}&dry_run={}&name={}",
        arguments.format,
        arguments.dry_run,
        name_of(&arguments.file)
    );
    let key = key_of(&format!("orders-{}", arguments.format), &bytes);
    let report = send(&arguments.target, &path, &key, bytes)?;
    let acknowledgements: Vec<&str> =
        report["acknowledgements"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match &arguments.acknowledgement {
        Some(file) if !acknowledgements.is_empty() => {
            let written = std::fs::write(file, acknowledgements.concat());
            written.map_err(|error| WrongUse(format!("write the acknowledgement {}: {error}", file.display())))?;
        }
        Some(_) => eprintln!("crossdock: there is nothing to acknowledge: it is no X12, or a dry run"),
        None if !arguments.target.json => {
            acknowledgements.iter().for_each(|answer| line(format_args!("\n{}", answer.trim_end())))
        }
        None => {}
    }
    Ok(finding(&report))
}

pub(crate) fn bank(command: &BankCommand) -> anyhow::Result<Finding> {
    let BankCommand::Import(arguments) = command;
    let bytes = read_file(&arguments.file)?;
    let path = format!("/v1/bank-statements?name={}", name_of(&arguments.file));
    let key = key_of("statement", &bytes);
    send(&arguments.target, &path, &key, bytes).map(|report| finding(&report))
}
