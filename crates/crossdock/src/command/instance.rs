//! Looking at running process instances, asking why they wait, and doing something to one or to many.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::look::{List, Show, escape, field, get, pages};
use crate::api::{Api, Target, block_on};
use crate::output::{self, Finding, WrongUse, line, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List running instances, the newest first
    List(Listing),
    /// Show an instance: its variables, and what it waits for
    Show(Show),
    /// Say why an instance waits: for what, since when, until when, what would release it, and who can
    Why(Show),
    /// End instances, and what they called
    Cancel(Operate),
    /// Let no token of instances move; what comes in is taken and kept
    Suspend(Operate),
    /// Let tokens of suspended instances move again
    Resume(Operate),
    /// Try again where instances are stuck: incidents and dead letters
    Retry(Retry),
    /// Go on behind what is stuck, as if it were done, and do not try it again
    Skip(Skip),
    /// Move tokens and change variables
    Modify(Modify),
    /// Let instances go on with another version of their process
    Migrate(Migrate),
    /// Begin elements inside of an ad-hoc sub-process
    Activate(Activate),
}

/// Which instances: all criteria have to be met.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Criteria {
    /// Only instances of this process
    #[arg(long)]
    process: Option<String>,
    /// Only instances on this version of the process
    #[arg(long)]
    version: Option<u32>,
    /// Only instances that are running, suspended or stuck with an incident
    #[arg(long)]
    state: Option<String>,
    /// Only instances in which this element is active
    #[arg(long)]
    element: Option<String>,
    /// Only instances with an incident that has these words
    #[arg(long)]
    incident: Option<String>,
    /// Only instances about this, such as SO-17
    #[arg(long, visible_alias = "order")]
    business_key: Option<String>,
    /// Only instances that began at this moment or later, such as 2026-11-25T08:00:00Z
    #[arg(long)]
    started_after: Option<String>,
    /// Only instances that began before this moment
    #[arg(long)]
    started_before: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Listing {
    #[command(flatten)]
    criteria: Criteria,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    target: Target,
}

/// One instance by its number, or all that meet the criteria.
#[derive(Debug, clap::Args)]
pub(crate) struct Operate {
    /// The number of one instance, such as PI-17; without it the criteria choose
    instance: Option<String>,
    #[command(flatten)]
    criteria: Criteria,
    /// All running instances
    #[arg(long)]
    all: bool,
    /// Only say what would happen, and to how many
    #[arg(long)]
    dry_run: bool,
    /// Why; it goes on the record
    #[arg(long, default_value = "")]
    reason: String,
    /// Idempotency key: the same key does it once, however often it is asked
    #[arg(long)]
    idempotency_key: Option<String>,
    /// Do not wait for the end of the batch
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Retry {
    /// One incident, by the key that `instance why` shows
    #[arg(long)]
    only: Option<u32>,
    /// Variables to set before, as a JSON object
    #[arg(long, default_value = "{}")]
    variables: String,
    /// An active element, by its id or key: the variables are its own, not those of the whole instance
    #[arg(long)]
    scope: Option<String>,
    #[command(flatten)]
    operate: Operate,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Skip {
    /// One incident, by the key that `instance why` shows
    #[arg(long)]
    only: Option<u32>,
    /// The results that it is taken to have, as a JSON object
    #[arg(long, default_value = "{}")]
    variables: String,
    #[command(flatten)]
    operate: Operate,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Modify {
    /// An element to begin, by its id in the model; may be given several times
    #[arg(long)]
    start: Vec<String>,
    /// An active element to end, by its id or key; may be given several times
    #[arg(long)]
    end: Vec<String>,
    /// FROM=TO: an active element to end, and the one that begins in its place; may be given several times
    #[arg(long = "move", value_name = "FROM=TO")]
    moves: Vec<String>,
    /// Variables to set before, as a JSON object
    #[arg(long, default_value = "{}")]
    variables: String,
    /// ELEMENT=JSON: variables of an active element itself to set before; may be given several times
    #[arg(long, value_name = "ELEMENT=JSON")]
    local: Vec<String>,
    #[command(flatten)]
    operate: Operate,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Activate {
    /// The active ad-hoc sub-process, by its id or key
    #[arg(long)]
    inside: String,
    /// An element inside of it to begin, by its id; may be given several times
    #[arg(long = "start", required = true)]
    elements: Vec<String>,
    #[command(flatten)]
    operate: Operate,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Migrate {
    /// The version to go on with; the latest unless given
    #[arg(long)]
    to: Option<u32>,
    /// OLD=NEW: the id of an element in the old version and in the new one; may be given several times
    #[arg(long = "map", value_name = "OLD=NEW")]
    elements: Vec<String>,
    #[command(flatten)]
    operate: Operate,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    match command {
        Command::List(listing) => list(listing),
        Command::Show(arguments) => show(arguments),
        Command::Why(arguments) => why(arguments),
        Command::Cancel(arguments) => operate(arguments, &json!({ "type": "cancel" })),
        Command::Suspend(arguments) => operate(arguments, &json!({ "type": "suspend" })),
        Command::Resume(arguments) => operate(arguments, &json!({ "type": "resume" })),
        Command::Retry(Retry { only, variables, scope, operate: arguments }) => {
            let variables = object("--variables", variables)?;
            operate(arguments, &json!({ "type": "retry", "incident": only, "variables": variables, "scope": scope }))
        }
        Command::Skip(Skip { only, variables, operate: arguments }) => {
            let variables = object("--variables", variables)?;
            operate(arguments, &json!({ "type": "skip", "incident": only, "variables": variables }))
        }
        Command::Activate(Activate { inside, elements, operate: arguments }) => {
            operate(arguments, &json!({ "type": "activate", "ad_hoc": inside, "elements": elements }))
        }
        Command::Modify(Modify { start, end, moves, variables, local, operate: arguments }) => {
            let moves = moves.iter().map(|text| pair("--move", text));
            let moves: Vec<Value> =
                moves.map(|moved| moved.map(|(from, to)| json!({ "from": from, "to": to }))).collect::<Result<_, _>>()?;
            let variables = object("--variables", variables)?;
            let local = local.iter().map(|text| {
                let (element, json) = pair("--local", text)?;
                Ok(json!({ "element": element, "variables": object("--local", json)? }))
            });
            let local = local.collect::<anyhow::Result<Vec<_>>>()?;
            let operation = json!({
                "type": "modify", "start": start, "end": end, "move": moves, "variables": variables, "local": local
            });
            operate(arguments, &operation)
        }
        Command::Migrate(Migrate { to, elements, operate: arguments }) => {
            let elements = mapping(elements)?;
            operate(arguments, &json!({ "type": "migrate", "version": to, "elements": elements }))
        }
    }
}

fn object(option: &str, text: &str) -> anyhow::Result<Value> {
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => Ok(object),
        Ok(_) => Err(WrongUse(format!("{option}: give a JSON object such as '{{\"amount\": 5}}'")).into()),
        Err(error) => Err(WrongUse(format!("{option}: {error}")).into()),
    }
}

fn pair<'a>(option: &str, text: &'a str) -> anyhow::Result<(&'a str, &'a str)> {
    let wrong = || WrongUse(format!("{option}: `{text}` is no pair of ids such as check=check-again"));
    let (from, to) = text.split_once('=').filter(|(from, to)| !from.is_empty() && !to.is_empty()).ok_or_else(wrong)?;
    Ok((from, to))
}

/// The new id of each old one.
fn mapping(pairs: &[String]) -> anyhow::Result<Map<String, Value>> {
    let mut elements = Map::new();
    for text in pairs {
        let (from, to) = pair("--map", text)?;
        let before = elements.insert(from.to_owned(), Value::from(to));
        if let Some(before) = before.as_ref().and_then(Value::as_str).filter(|before| *before != to) {
            let cause = format!("--map: `{from}` is mapped to `{before}` and to `{to}`: give one of them");
            return Err(WrongUse(cause).into());
        }
    }
    Ok(elements)
}

impl Criteria {
    /// By the names of the API.
    fn given(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("process", self.process.clone()),
            ("version", self.version.map(|version| version.to_string())),
            ("state", self.state.clone()),
            ("element", self.element.clone()),
            ("incident", self.incident.clone()),
            ("business_key", self.business_key.clone()),
            ("started_after", self.started_after.clone()),
            ("started_before", self.started_before.clone()),
        ]
    }

    fn filter(&self) -> Value {
        let mut filter: Map<String, Value> =
            self.given().into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))).collect();
        if let Some(version) = self.version {
            filter.insert("version".to_owned(), Value::from(version));
        }
        Value::Object(filter)
    }
}

fn list(listing: &Listing) -> anyhow::Result<Finding> {
    let api = listing.target.open()?;
    let given = listing.criteria.given();
    let filters: Vec<(&str, Option<&str>)> = given.iter().map(|(name, value)| (*name, value.as_deref())).collect();
    let items = block_on(pages(&api, "/v1/instances", &filters, listing.limit))?;
    if listing.target.json {
        output::json(&items)?;
    } else {
        table(
            &items,
            &[
                ("instance", "id"),
                ("process", "process"),
                ("version", "version"),
                ("state", "state"),
                ("about", "business_key"),
                ("began", "started_at"),
                ("active", "active"),
            ],
        );
    }
    Ok(Finding::None)
}

fn show(arguments: &Show) -> anyhow::Result<Finding> {
    let instance = get(&arguments.target, &format!("/v1/instances/{}", escape(&arguments.id)))?;
    if arguments.target.json {
        output::json(&instance)?;
        return Ok(Finding::None);
    }
    for (label, name) in [
        ("instance", "id"),
        ("process", "process"),
        ("version", "version"),
        ("state", "state"),
        ("about", "business_key"),
        ("began", "started_at"),
        ("called by", "called_by"),
        ("active", "active"),
        ("variables", "variables"),
    ] {
        field(label, &instance[name]);
    }
    line("");
    tell(&instance["waiting"], 0);
    warn(&instance["warnings"], 0);
    decided(&instance["decisions"], 0);
    Ok(Finding::None)
}

fn why(arguments: &Show) -> anyhow::Result<Finding> {
    let answer = get(&arguments.target, &format!("/v1/instances/{}/waiting", escape(&arguments.id)))?;
    if arguments.target.json {
        output::json(&answer)?;
    } else {
        tell_instance(&answer, 0);
    }
    Ok(Finding::None)
}

/// `order why`: the process instances of an order, and its open exceptions.
pub(super) fn order_why(arguments: &Show) -> anyhow::Result<Finding> {
    let answer = get(&arguments.target, &format!("/v1/orders/{}/waiting", escape(&arguments.id)))?;
    if arguments.target.json {
        output::json(&answer)?;
        return Ok(Finding::None);
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    line(format_args!("{} is {}", text(&answer["order"]), text(&answer["status"])));
    let instances = answer["instances"].as_array().cloned().unwrap_or_default();
    instances.iter().for_each(|instance| tell_instance(instance, 0));
    for exception in answer["exceptions"].as_array().into_iter().flatten() {
        line(format_args!("exception {}", of_exception(exception)));
    }
    if instances.is_empty() && answer["exceptions"].as_array().is_none_or(Vec::is_empty) {
        line("nothing of it waits");
    }
    Ok(Finding::None)
}

fn tell_instance(view: &Value, depth: usize) {
    let text = |name: &str| view[name].as_str().unwrap_or_default().to_owned();
    let about = view["business_key"].as_str().map(|key| format!(" about {key}")).unwrap_or_default();
    let (id, process, state) = (text("instance"), text("process"), text("state"));
    line(format_args!("{:indent$}{id}, {process} version {}{about}: {state}", "", view["version"], indent = depth * 2));
    tell(&view["waiting"], depth + 1);
    warn(&view["warnings"], depth + 1);
    decided(&view["decisions"], depth + 1);
}

/// What was null for a reason, and the instance went on.
fn warn(warnings: &Value, depth: usize) {
    for warning in warnings.as_array().into_iter().flatten() {
        let text = |name: &str| warning[name].as_str().unwrap_or_default();
        let (element, of, why, since) = (text("element"), text("of"), text("why"), text("since"));
        line(format_args!("{:indent$}{element} was given a null at {since}, {of}: {why}", "", indent = depth * 2));
    }
}

/// The last decisions: what each gave, by which rules, on which inputs.
fn decided(decisions: &Value, depth: usize) {
    for made in decisions.as_array().into_iter().flatten() {
        let text = |name: &str| made[name].as_str().unwrap_or_default();
        let (element, decision, result, at) = (text("element"), text("decision"), text("result"), text("at"));
        line(format_args!("{:indent$}{element} was decided at {at} by {decision}: {result}", "", indent = depth * 2));
        for part in made["explained"].as_array().into_iter().flatten() {
            let all = |name: &str, with: &str| {
                let values = part[name].as_array().into_iter().flatten();
                let shown = values.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                shown.collect::<Vec<_>>().join(with)
            };
            let (rules, inputs) = (all("rules", " and "), all("inputs", ", "));
            let (name, output) =
                (part["decision"].as_str().unwrap_or_default(), part["output"].as_str().unwrap_or_default());
            let rules = if rules.is_empty() { String::new() } else { format!(" rule {rules}") };
            let inputs = if inputs.is_empty() { String::new() } else { format!(" on {inputs}") };
            line(format_args!("{:indent$}{name}{rules}{inputs}: {output}", "", indent = depth * 2 + 2));
        }
    }
}

/// Each wait in two lines: what waits since when for what, and what would release it.
fn tell(waiting: &Value, depth: usize) {
    let indent = depth * 2;
    let all = waiting.as_array().cloned().unwrap_or_default();
    if all.is_empty() {
        line(format_args!("{:indent$}nothing waits", ""));
    }
    for wait in &all {
        let text = |name: &str| wait[name].as_str().unwrap_or_default();
        let until = wait["until"].as_str().map(|until| format!(" until {until}")).unwrap_or_default();
        let (name, kind, key, since) = (text("name"), text("waits_for").replace('_', "-"), &wait["key"], text("since"));
        let article = if kind.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
        line(format_args!("{:indent$}{name} waits for {article} {kind} (key {key}) since {since}{until}", ""));
        line(format_args!("{:indent$}  goes on when: {}", "", text("release")));
        line(format_args!("{:indent$}  who can: {}", "", text("who")));
        if let Some(effect) = wait.get("effect") {
            let part = |name: &str| effect[name].as_str().unwrap_or_default();
            let attempts = effect["attempts"].as_u64().map(|tries| format!(", tried {tries} times")).unwrap_or_default();
            let system = effect["system"].as_str().map(|system| format!(" at {system}, circuit {}", part("circuit")));
            let cause = effect["cause"].as_str().map(|cause| format!(": {cause}")).unwrap_or_default();
            let (id, capability, status) = (part("id"), part("capability"), part("status"));
            let system = system.unwrap_or_default();
            line(format_args!("{:indent$}  effect {id} {capability} is {status}{system}{attempts}{cause}", ""));
        }
        if let Some(exception) = wait.get("exception") {
            line(format_args!("{:indent$}  exception {}", "", of_exception(exception)));
        }
        if let Some(called) = wait.get("called") {
            tell_instance(called, depth + 1);
        }
    }
}

fn of_exception(exception: &Value) -> String {
    let text = |name: &str| exception[name].as_str().unwrap_or_default();
    let whose = exception["assignee"].as_str().map_or(format!("role {}", text("owner")), str::to_owned);
    format!("{} ({}), {whose}, due {}: {}", text("id"), text("kind"), text("resolve_by"), text("reason"))
}

/// One instance at once, or a batch that is followed to its end.
fn operate(arguments: &Operate, operation: &Value) -> anyhow::Result<Finding> {
    let chosen = arguments.criteria.given().into_iter().find_map(|(name, value)| value.map(|_| name.replace('_', "-")));
    let chosen = chosen.or_else(|| arguments.all.then(|| "all".to_owned()));
    if let (Some(instance), Some(chosen)) = (&arguments.instance, chosen) {
        let cause = format!(
            "{instance} is one instance, and --{chosen} chooses among many: give the number alone, or criteria alone"
        );
        return Err(WrongUse(cause).into());
    }
    let api = arguments.target.open()?;
    let key = match &arguments.idempotency_key {
        Some(key) => key.clone(),
        None => crate::keys::generate()?,
    };
    let mut body = json!({ "operation": operation, "reason": arguments.reason, "dry_run": arguments.dry_run });
    if let Some(instance) = &arguments.instance {
        let path = format!("/v1/instances/{}/operations", escape(instance));
        let answer = block_on(api.post(&path, &key, body.to_string()))?;
        if arguments.target.json {
            output::json(&answer)?;
            return Ok(Finding::None);
        }
        line(answer["result"].as_str().unwrap_or("done"));
        if let Some(changes) = answer["changes"].as_array() {
            table(changes, &[("instance", "instance"), ("element", "element"), ("what", "what")]);
        }
        return Ok(Finding::None);
    }
    body["filter"] = arguments.criteria.filter();
    body["all"] = Value::from(arguments.all);
    let answer = block_on(api.post("/v1/batches", &key, body.to_string()))?;
    match answer["id"].as_str().filter(|_| !arguments.no_wait) {
        Some(id) => end(&follow(&api, id, arguments.target.json)?, arguments.target.json),
        None if arguments.target.json => {
            output::json(&answer)?;
            Ok(Finding::None)
        }
        None => {
            foresee(&answer);
            Ok(Finding::None)
        }
    }
}

/// What a dry run of a batch says, or the number of a batch that nobody waits for.
fn foresee(answer: &Value) {
    if let Some(id) = answer["id"].as_str() {
        return line(format_args!(
            "{id} has begun on {} instances; `crossdock batch show {id}` says how far it is",
            answer["matched"]
        ));
    }
    let (matched, tried) = (&answer["matched"], &answer["tried"]);
    let tried = if tried == matched { String::new() } else { format!(", of which the newest {tried} were tried") };
    line(format_args!("{matched} instances{tried}: {} would be changed", answer["would_change"]));
    for (cause, count) in answer["would_fail"].as_object().into_iter().flatten() {
        line(format_args!("{count} would not: {cause}"));
    }
}

/// Waits for the end of a batch, and tells how far it is.
fn follow(api: &Api, id: &str, quiet: bool) -> anyhow::Result<Value> {
    let mut told = Value::Null;
    loop {
        let batch = block_on(api.get(&format!("/v1/batches/{}", escape(id))))?;
        if batch["status"] != "running" {
            return Ok(batch);
        }
        if !quiet && batch["done"] != told {
            line(format_args!("{id}: {} of {}", batch["done"], batch["total"]));
            told = batch["done"].clone();
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// How a batch ended; a finding if something could not be changed.
pub(super) fn end(batch: &Value, as_json: bool) -> anyhow::Result<Finding> {
    if as_json {
        output::json(batch)?;
    } else {
        for (label, name) in [
            ("batch", "id"),
            ("operation", "operation"),
            ("status", "status"),
            ("instances", "filter"),
            ("by", "by"),
            ("reason", "reason"),
            ("began", "begun_at"),
            ("ended", "ended_at"),
            ("in all", "total"),
            ("done", "done"),
            ("failed", "failed"),
        ] {
            field(label, &batch[name]);
        }
        if let Some(failures) = batch["failures"].as_array() {
            line("");
            table(failures, &[("instance", "instance"), ("cause", "cause")]);
        }
    }
    Ok(if batch["failed"].as_u64().unwrap_or(0) > 0 { Finding::Some } else { Finding::None })
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum BatchCommand {
    /// List batches, the newest first
    List(List),
    /// Show how far a batch is, and what could not be changed
    Show(Show),
    /// Stop a batch; what it has done stays done
    Stop(Show),
}

pub(crate) fn batches(command: &BatchCommand) -> anyhow::Result<Finding> {
    match command {
        BatchCommand::List(arguments) => super::look::list(
            arguments,
            "/v1/batches",
            &[
                ("batch", "id"),
                ("operation", "operation"),
                ("status", "status"),
                ("instances", "filter"),
                ("in all", "total"),
                ("done", "done"),
                ("failed", "failed"),
                ("by", "by"),
                ("began", "begun_at"),
            ],
        ),
        BatchCommand::Show(arguments) => {
            let batch = get(&arguments.target, &format!("/v1/batches/{}", escape(&arguments.id)))?;
            end(&batch, arguments.target.json)
        }
        BatchCommand::Stop(arguments) => {
            super::look::post(&arguments.target, &format!("/v1/batches/{}/stop", escape(&arguments.id)), &json!({}))
        }
    }
}
