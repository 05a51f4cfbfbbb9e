//! Looking at orders, exceptions, tasks, stock and invoices, and deciding on exceptions and tasks.

use serde_json::{Value, json};

use crate::api::{Api, Target, block_on};
use crate::output::{self, Finding, WrongUse, line, table};

/// How many entries a list prints unless told otherwise.
const LIMIT: usize = 50;

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Only those with this status
    #[arg(long)]
    status: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = LIMIT)]
    limit: usize,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Its number
    pub(super) id: String,
    #[command(flatten)]
    pub(super) target: Target,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum OrderCommand {
    /// List orders, the newest first
    #[command(
        after_help = "Examples:\n  crossdock order list --status on_hold\n  crossdock order list --data crossdock-data --json\n  \
        crossdock order list --channel edi --received-after 2026-03-06T00:00:00Z"
    )]
    List(OrderList),
    /// Show an order with its lines, holds and documents
    #[command(after_help = "Example:\n  crossdock order show SO-17")]
    Show(Show),
    /// Show everything that happened to an order, with when and who
    #[command(after_help = "Example:\n  crossdock order timeline SO-17")]
    Timeline(Show),
    /// Say why an order waits: for what, since when, until when, what would release it, and who can
    Why(Show),
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum ExceptionCommand {
    /// List exceptions: those that are open first, and of these the newest
    #[command(after_help = "Example:\n  crossdock exception list --status open")]
    List(ExceptionList),
    /// Show an exception and what may be done
    Show(Show),
    /// Decide on an exception, or on all open ones of a case
    #[command(
        after_help = "Examples:\n  crossdock exception resolve EX-3 --action release --reason \"agreed with the customer\"\n  \
        crossdock exception resolve EX-4 --action match --reason \"named on the phone\" --details '{\"invoices\":[\"IN-7\"]}'"
    )]
    Resolve(Resolve),
}

#[derive(Debug, clap::Args)]
pub(crate) struct OrderList {
    /// Only those of this account
    #[arg(long)]
    account: Option<String>,
    /// Only those that came this way
    #[arg(long, value_parser = ["api", "file", "edi", "shop"])]
    channel: Option<String>,
    /// Only those received at this time or later, such as 2026-03-06T14:30:00Z
    #[arg(long, value_name = "TIME")]
    received_after: Option<String>,
    /// Only those received before this time
    #[arg(long, value_name = "TIME")]
    received_before: Option<String>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExceptionList {
    /// Only those of one root cause, such as `tax.quote` or `credit of ACME`
    #[arg(long)]
    case: Option<String>,
    #[command(flatten)]
    list: List,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Resolve {
    /// Its number
    #[arg(required_unless_present = "case", conflicts_with = "case")]
    id: Option<String>,
    /// All open exceptions of this case instead
    #[arg(long)]
    case: Option<String>,
    /// One of the actions that `exception show` lists
    #[arg(long)]
    action: String,
    /// Why; it goes on the record
    #[arg(long)]
    reason: String,
    /// What the action needs, as a JSON object
    #[arg(long, default_value = "{}")]
    details: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum TaskCommand {
    /// List user tasks that wait for a person
    List(List),
    /// Complete a user task
    #[command(after_help = "Example:\n  crossdock task complete PI-17/4 --variables '{\"approved\":true}'")]
    Complete(Complete),
    /// Give a user task to somebody, or back to all for whom it is
    #[command(after_help = "Examples:\n  crossdock task assign PI-17/4 --to ann\n  crossdock task assign PI-17/4")]
    Assign(Assign),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Assign {
    /// Process instance and key as `task list` shows them: PI-17/4
    task: String,
    /// The person; left out it goes back
    #[arg(long)]
    to: Option<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Complete {
    /// Process instance and key as `task list` shows them: PI-17/4
    task: String,
    /// Result variables, as a JSON object
    #[arg(long, default_value = "{}")]
    variables: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum StockCommand {
    /// Show the stock of an item at every node, and what can be promised; without an item all stocks
    Show(ShowStock),
    /// Keep scarce stock for groups of channels
    #[command(subcommand)]
    Quota(super::quota::QuotaCommand),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ShowStock {
    /// The item; all items unless given
    item: Option<String>,
    /// How many stocks at most
    #[arg(long, default_value_t = LIMIT)]
    limit: usize,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum InvoiceCommand {
    /// Show an invoice by its id or legal number
    #[command(after_help = "Examples:\n  crossdock invoice show IN-1\n  crossdock invoice show LW-2026-000001")]
    Show(Show),
    /// Write an invoice to a file: as PDF, or as UBL (EN 16931) for the customer's programs
    #[command(
        after_help = "Examples:\n  crossdock invoice file IN-1 --pdf invoice.pdf\n  crossdock invoice file IN-1 --ubl invoice.xml"
    )]
    File(InvoiceFile),
}

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("form").required(true)))]
pub(crate) struct InvoiceFile {
    /// Id or legal number
    id: String,
    /// Write it as PDF to this file
    #[arg(long, group = "form")]
    pdf: Option<std::path::PathBuf>,
    /// Write it as UBL 2.1 to this file
    #[arg(long, group = "form")]
    ubl: Option<std::path::PathBuf>,
    #[command(flatten)]
    target: Target,
}

/// Follows the pages of a list up to the limit.
pub(super) async fn pages(
    api: &Api,
    path: &str,
    filters: &[(&str, Option<&str>)],
    limit: usize,
) -> anyhow::Result<Vec<Value>> {
    let mut items = Vec::new();
    let mut after: Option<String> = None;
    while items.len() < limit {
        let mut query = format!("{path}?limit={}", (limit - items.len()).min(500));
        for (name, value) in filters {
            if let Some(value) = value {
                query.push_str(&format!("&{name}={}", escape(value)));
            }
        }
        if let Some(after) = &after {
            query.push_str(&format!("&after={after}"));
        }
        let page = api.get(&query).await?;
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => break,
        }
    }
    Ok(items)
}

/// A value for a path or query: everything but letters, digits and `-._~` is escaped.
pub(crate) fn escape(value: &str) -> String {
    value.bytes().fold(String::new(), |escaped, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped + &char::from(byte).to_string(),
        other => escaped + &format!("%{other:02X}"),
    })
}

pub(super) fn list(list: &List, path: &str, columns: &[(&str, &str)]) -> anyhow::Result<Finding> {
    list_by(list, path, &[], columns)
}

/// Lists what fits a status and further filters.
pub(super) fn list_by(
    list: &List,
    path: &str,
    filters: &[(&str, Option<&str>)],
    columns: &[(&str, &str)],
) -> anyhow::Result<Finding> {
    let api = list.target.open()?;
    let filters = [filters, &[("status", list.status.as_deref())]].concat();
    let items = block_on(pages(&api, path, &filters, list.limit))?;
    if list.target.json {
        output::json(&items)?;
    } else {
        table(&items, columns);
    }
    Ok(Finding::None)
}

pub(super) fn get(target: &Target, path: &str) -> anyhow::Result<Value> {
    let api = target.open()?;
    block_on(api.get(path))
}

pub(crate) fn orders(command: &OrderCommand) -> anyhow::Result<Finding> {
    match command {
        OrderCommand::List(arguments) => list_by(
            &arguments.list,
            "/v1/orders",
            &[
                ("account", arguments.account.as_deref()),
                ("channel", arguments.channel.as_deref()),
                ("received_after", arguments.received_after.as_deref()),
                ("received_before", arguments.received_before.as_deref()),
            ],
            &[
                ("order", "id"),
                ("status", "status"),
                ("account", "account"),
                ("purchase order", "purchase_order"),
                ("net", "net"),
                ("received", "received_at"),
            ],
        ),
        OrderCommand::Show(arguments) => {
            let order = get(&arguments.target, &format!("/v1/orders/{}", escape(&arguments.id)))?;
            if arguments.target.json {
                output::json(&order)?;
            } else {
                show_order(&order);
            }
            Ok(Finding::None)
        }
        OrderCommand::Why(arguments) => super::instance::order_why(arguments),
        OrderCommand::Timeline(arguments) => {
            let page = get(&arguments.target, &format!("/v1/orders/{}/timeline", escape(&arguments.id)))?;
            let events = page["events"].as_array().cloned().unwrap_or_default();
            if arguments.target.json {
                output::json(&events)?;
            } else {
                let shown: Vec<Value> = events
                    .iter()
                    .map(|event| {
                        let kind = event["type"].as_str().unwrap_or_default();
                        let kind = kind.trim_start_matches("com.crossdock.").trim_end_matches(".v1");
                        json!({ "time": event["time"], "what": kind, "actor": event["actor"], "data": event["data"] })
                    })
                    .collect();
                table(&shown, &[("time", "time"), ("what", "what"), ("who", "actor"), ("facts", "data")]);
            }
            Ok(Finding::None)
        }
    }
}

pub(super) fn field(label: &str, value: &Value) {
    let shown = output::words(value);
    if shown.is_empty() {
        return;
    }
    line(format_args!("{label:<18}{shown}"));
}

fn show_order(order: &Value) {
    for (label, name) in [
        ("order", "id"),
        ("status", "status"),
        ("account", "account"),
        ("purchase order", "purchase_order"),
        ("channel", "channel"),
        ("received", "received_at"),
        ("requested", "requested"),
        ("net", "net"),
        ("discount", "discount"),
        ("freight", "freight"),
        ("tax", "tax"),
        ("gross", "gross"),
        ("still owed", "receivable"),
        ("warehouse orders", "warehouse_orders"),
        ("shipments", "shipments"),
        ("invoices", "invoices"),
        ("closed", "closed_at"),
    ] {
        field(label, &order[name]);
    }
    let holds = order["holds"].as_array().cloned().unwrap_or_default();
    if !holds.is_empty() {
        line("");
        table(&holds, &[("hold", "kind"), ("exception", "exception"), ("reason", "reason")]);
    }
    let left_out = order["sourcing"]["excluded"].as_array().cloned().unwrap_or_default();
    if !left_out.is_empty() {
        line("");
        table(&left_out, &[("left out", "node"), ("for line", "line"), ("by", "barrier")]);
    }
    line("");
    table(
        order["lines"].as_array().map_or(&[], Vec::as_slice),
        &[
            ("line", "line"),
            ("item", "item"),
            ("ordered", "ordered"),
            ("cancelled", "cancelled"),
            ("open", "open"),
            ("backordered", "backordered"),
            ("scheduled", "scheduled"),
            ("allocated", "allocated"),
            ("released", "released"),
            ("picked", "picked"),
            ("shipped", "shipped"),
            ("invoiced", "invoiced"),
            ("price", "price"),
            ("promise", "promise"),
        ],
    );
}

/// Without a status, whoever looks wants to know first what is open, however old it is.
fn list_exceptions(ExceptionList { case, list }: &ExceptionList) -> anyhow::Result<Finding> {
    let api = list.target.open()?;
    let of = |status| {
        let filters = [("case", case.as_deref()), ("status", status)];
        block_on(pages(&api, "/v1/exceptions", &filters, list.limit))
    };
    let items = match list.status.as_deref() {
        None => open_first([of(Some("open"))?, of(Some("claimed"))?].concat(), of(None)?, list.limit),
        status => of(status)?,
    };
    if list.target.json {
        output::json(&items)?;
    } else {
        table(
            &items,
            &[
                ("exception", "id"),
                ("type", "kind"),
                ("status", "status"),
                ("severity", "severity"),
                ("owner", "owner"),
                ("order", "order"),
                ("due", "resolve_by"),
                ("case", "case"),
                ("reason", "reason"),
            ],
        );
    }
    Ok(Finding::None)
}

/// The open ones, then of all that were found those that are not among them.
fn open_first(open: Vec<Value>, all: Vec<Value>, limit: usize) -> Vec<Value> {
    let known: std::collections::BTreeSet<String> = open.iter().map(|one| one["id"].to_string()).collect();
    let others = all.into_iter().filter(|one| !known.contains(&one["id"].to_string()));
    open.into_iter().chain(others).take(limit).collect()
}

pub(crate) fn exceptions(command: &ExceptionCommand) -> anyhow::Result<Finding> {
    match command {
        ExceptionCommand::List(arguments) => list_exceptions(arguments),
        ExceptionCommand::Show(arguments) => {
            let exception = get(&arguments.target, &format!("/v1/exceptions/{}", escape(&arguments.id)))?;
            if arguments.target.json {
                output::json(&exception)?;
            } else {
                for (label, name) in [
                    ("exception", "id"),
                    ("type", "kind"),
                    ("status", "status"),
                    ("severity", "severity"),
                    ("owner", "owner"),
                    ("lead", "lead"),
                    ("escalated to", "escalated_to"),
                    ("next told", "next_escalation"),
                    ("assignee", "assignee"),
                    ("order", "order"),
                    ("account", "account"),
                    ("about", "subject"),
                    ("case", "case"),
                    ("reason", "reason"),
                    ("raised", "raised_at"),
                    ("respond by", "respond_by"),
                    ("resolve by", "resolve_by"),
                    ("task", "task"),
                ] {
                    field(label, &exception[name]);
                }
                takes(&exception);
            }
            Ok(Finding::None)
        }
        ExceptionCommand::Resolve(arguments) => {
            let details: Value =
                serde_json::from_str(&arguments.details).map_err(|error| WrongUse(format!("--details: {error}")))?;
            let body = json!({ "action": arguments.action, "reason": arguments.reason, "details": details });
            match (&arguments.id, &arguments.case) {
                (Some(id), _) => post(&arguments.target, &resolution(id), &body),
                (None, case) => resolve_case(&arguments.target, case.as_deref().unwrap_or_default(), &body),
            }
        }
    }
}

/// The actions of an exception, each with the authority that it takes.
fn takes(exception: &Value) {
    let listed = |row: &Value, name: &str| {
        let all = row[name].as_array().into_iter().flatten().filter_map(Value::as_str);
        all.map(str::to_owned).collect::<Vec<_>>().join(", ")
    };
    let row = |authority: &Value| {
        let mut row = authority.clone();
        row["roles"] = listed(authority, "roles").into();
        row["conditions"] = listed(authority, "conditions").into();
        row
    };
    let rows: Vec<Value> = exception["authority"].as_array().into_iter().flatten().map(row).collect();
    table(&rows, &[("action", "action"), ("roles", "roles"), ("limit (minor)", "limit_minor"), ("and", "conditions")]);
}

fn resolution(id: &str) -> String {
    format!("/v1/exceptions/{}/resolution", escape(id))
}

/// Decides on every open exception of a case in the same way; one that is refused does not stop the others.
fn resolve_case(target: &Target, case: &str, body: &Value) -> anyhow::Result<Finding> {
    let api = target.open()?;
    let mut open = Vec::new();
    // what somebody has claimed is not decided on yet
    for status in ["open", "claimed"] {
        let filters = [("status", Some(status)), ("case", Some(case))];
        open.extend(block_on(pages(&api, "/v1/exceptions", &filters, usize::MAX))?);
    }
    let (mut done, mut refused) = (0, Vec::new());
    for exception in &open {
        let id = exception["id"].as_str().unwrap_or_default();
        match block_on(api.post(&resolution(id), &crate::keys::generate()?, body.to_string())) {
            Ok(_) => done += 1,
            Err(error) => refused.push(json!({ "id": id, "why": format!("{error:#}") })),
        }
    }
    if target.json {
        output::json(&json!({ "resolved": done, "refused": refused }))?;
    } else {
        line(format_args!("{done} of {} open exceptions of {case} are resolved", open.len()));
        if !refused.is_empty() {
            table(&refused, &[("exception", "id"), ("refused", "why")]);
        }
    }
    Ok(if refused.is_empty() { Finding::None } else { Finding::Some })
}

/// Posts a body under an idempotency key of its own; gives the answer.
pub(crate) fn ask(target: &Target, path: &str, body: &Value) -> anyhow::Result<Value> {
    let api = target.open()?;
    block_on(api.post(path, &crate::keys::generate()?, body.to_string()))
}

pub(super) fn post(target: &Target, path: &str, body: &Value) -> anyhow::Result<Finding> {
    let answer = ask(target, path, body)?;
    if target.json {
        output::json(&answer)?;
    } else {
        line(answer["result"].as_str().unwrap_or("done"));
    }
    Ok(Finding::None)
}

pub(crate) fn tasks(command: &TaskCommand) -> anyhow::Result<Finding> {
    match command {
        TaskCommand::List(arguments) => list(
            arguments,
            "/v1/tasks",
            &[
                ("task", "task"),
                ("exception", "id"),
                ("type", "kind"),
                ("owner", "owner"),
                ("order", "order"),
                ("due", "resolve_by"),
                ("reason", "reason"),
            ],
        ),
        TaskCommand::Complete(arguments) => {
            let variables: Value =
                serde_json::from_str(&arguments.variables).map_err(|error| WrongUse(format!("--variables: {error}")))?;
            post(&arguments.target, &task_path(&arguments.task, "completion")?, &json!({ "variables": variables }))
        }
        TaskCommand::Assign(arguments) => {
            post(&arguments.target, &task_path(&arguments.task, "assignment")?, &json!({ "to": arguments.to }))
        }
    }
}

fn task_path(task: &str, what: &str) -> anyhow::Result<String> {
    let wrong = || WrongUse(format!("`{task}` is not a task as `task list` shows it, such as PI-17/4"));
    let (instance, key) = task.split_once('/').ok_or_else(wrong)?;
    Ok(format!("/v1/tasks/{}/{}/{what}", escape(instance), escape(key)))
}

pub(crate) fn stock(command: &StockCommand) -> anyhow::Result<Finding> {
    let arguments = match command {
        StockCommand::Show(arguments) => arguments,
        StockCommand::Quota(command) => return super::quota::quotas(command),
    };
    let api = arguments.target.open()?;
    let stocks = block_on(pages(&api, "/v1/stock", &[("item", arguments.item.as_deref())], arguments.limit))?;
    let availability = match &arguments.item {
        Some(item) => block_on(api.get(&format!("/v1/availability?item={}", escape(item))))?,
        None => Value::Null,
    };
    if arguments.target.json {
        output::json(&json!({ "stock": stocks, "availability": availability }))?;
        return Ok(Finding::None);
    }
    table(
        &stocks,
        &[
            ("item", "item"),
            ("node", "node"),
            ("on hand", "on_hand"),
            ("unavailable", "unavailable"),
            ("safety", "safety"),
            ("soft", "soft"),
            ("hard", "hard"),
            ("available", "available"),
            ("backordered", "backordered"),
        ],
    );
    if arguments.item.is_some() {
        line("");
    }
    for node in availability["nodes"].as_array().into_iter().flatten() {
        let steps: Vec<String> = node["steps"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|step| format!("{} from {}", step["atp"], step["from"].as_str().unwrap_or_default()))
            .collect();
        line(format_args!("{}: can be promised {}", node["node"].as_str().unwrap_or_default(), steps.join(", ")));
    }
    Ok(Finding::None)
}

pub(crate) fn invoices(command: &InvoiceCommand) -> anyhow::Result<Finding> {
    match command {
        InvoiceCommand::Show(arguments) => show_invoice(arguments),
        InvoiceCommand::File(arguments) => write_invoice(arguments),
    }
}

/// An invoice by its id, or else by its legal number.
fn invoice(target: &Target, id: &str) -> anyhow::Result<Value> {
    if id.starts_with("IN-") {
        return get(target, &format!("/v1/invoices/{}", escape(id)));
    }
    let page = get(target, &format!("/v1/invoices?number={}", escape(id)))?;
    page["items"].get(0).cloned().ok_or_else(|| anyhow::anyhow!("there is no invoice with the number {id}"))
}

fn write_invoice(arguments: &InvoiceFile) -> anyhow::Result<Finding> {
    let found = invoice(&arguments.target, &arguments.id)?;
    let id = found["id"].as_str().unwrap_or_default();
    for (form, path) in [("pdf", &arguments.pdf), ("ubl", &arguments.ubl)] {
        let Some(path) = path else { continue };
        let api = arguments.target.open()?;
        let bytes = block_on(api.file(&format!("/v1/invoices/{}/{form}", escape(id))))?;
        std::fs::write(path, bytes).map_err(|error| output::WrongUse(format!("write {}: {error}", path.display())))?;
        line(format_args!("wrote {}", path.display()));
    }
    Ok(Finding::None)
}

fn show_invoice(arguments: &Show) -> anyhow::Result<Finding> {
    let invoice = invoice(&arguments.target, &arguments.id)?;
    if arguments.target.json {
        output::json(&invoice)?;
        return Ok(Finding::None);
    }
    for (label, name) in [
        ("invoice", "id"),
        ("number", "number"),
        ("kind", "kind"),
        ("account", "account"),
        ("orders", "orders"),
        ("purchase order", "purchase_order"),
        ("shipments", "shipments"),
        ("corrects", "corrects"),
        ("date", "date"),
        ("due", "due"),
        ("freight", "freight"),
        ("discount", "discount"),
        ("deposit", "deposit"),
        ("net", "net"),
        ("tax", "tax"),
        ("gross", "gross"),
        ("in the ERP", "erp_reference"),
    ] {
        field(label, &invoice[name]);
    }
    line("");
    let lines = invoice["lines"].as_array().map_or(&[][..], Vec::as_slice);
    table(
        lines,
        &[
            ("order", "order"),
            ("line", "line"),
            ("item", "item"),
            ("units", "quantity"),
            ("price", "price"),
            ("net", "net"),
            ("tax %", "tax_rate"),
        ],
    );
    Ok(Finding::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_paths_are_escaped() {
        assert_eq!(escape("SO-1"), "SO-1");
        assert_eq!(escape("a b/c?ü"), "a%20b%2Fc%3F%C3%BC");
    }

    #[test]
    fn open_exceptions_come_first_each_once_and_no_more_than_wanted() {
        let of = |numbers: &[u32]| numbers.iter().map(|number| json!({ "id": format!("E-{number}") })).collect::<Vec<_>>();
        assert_eq!(open_first(of(&[7, 2]), of(&[9, 8, 7, 6]), 4), of(&[7, 2, 9, 8]));
        assert_eq!(open_first(of(&[7, 2]), of(&[9, 8]), 2), of(&[7, 2]));
        assert_eq!(open_first(of(&[]), of(&[9, 8]), 5), of(&[9, 8]));
    }
}
