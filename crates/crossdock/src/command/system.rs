//! `crossdock system`: how the connected systems are, and how long they were away.

use serde_json::Value;

use crate::api::{Target, block_on};
use crate::output::{self, Finding, WrongUse, line, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the connected systems: circuit, queue, outages
    List(List),
    /// Show a system with its last outages
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Its name
    name: String,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    match command {
        Command::List(arguments) => list(&arguments.target),
        Command::Show(arguments) => show(arguments),
    }
}

fn systems(target: &Target) -> anyhow::Result<Vec<Value>> {
    if target.is_store() {
        return Err(WrongUse(
            "how systems are is known to a running server alone; ask it with --key, and without --data".to_owned(),
        )
        .into());
    }
    let api = target.open()?;
    let answer = block_on(api.get("/v1/systems"))?;
    Ok(answer["systems"].as_array().cloned().unwrap_or_default())
}

fn list(target: &Target) -> anyhow::Result<Finding> {
    let mut systems = systems(target)?;
    if target.json {
        output::json(&systems)?;
        return Ok(Finding::None);
    }
    for system in &mut systems {
        for (to, from) in [("down", "down_ms"), ("recovers", "mean_time_to_recovery_ms")] {
            system[to] = duration(&system[from]);
        }
    }
    table(
        &systems,
        &[
            ("system", "name"),
            ("circuit", "circuit"),
            ("queued", "queued"),
            ("in flight", "in_flight"),
            ("delivered", "delivered"),
            ("failed", "failed"),
            ("outages", "outages_total"),
            ("down in all", "down"),
            ("mean recovery", "recovers"),
        ],
    );
    Ok(Finding::None)
}

fn show(arguments: &Show) -> anyhow::Result<Finding> {
    let systems = systems(&arguments.target)?;
    let names: Vec<&str> = systems.iter().filter_map(|system| system["name"].as_str()).collect();
    let Some(mut system) = systems.iter().find(|system| system["name"] == arguments.name.as_str()).cloned() else {
        anyhow::bail!("there is no system {}; there are: {}", arguments.name, names.join(", "));
    };
    if arguments.target.json {
        output::json(&system)?;
        return Ok(Finding::None);
    }
    for name in ["down_ms", "mean_time_to_recovery_ms"] {
        system[name] = duration(&system[name]);
    }
    for (label, name) in [
        ("system", "name"),
        ("circuit", "circuit"),
        ("capabilities", "capabilities"),
        ("queued", "queued"),
        ("in flight", "in_flight"),
        ("delivered", "delivered"),
        ("repeated", "retried"),
        ("failed", "failed"),
        ("outages", "outages_total"),
        ("down in all", "down_ms"),
        ("mean recovery", "mean_time_to_recovery_ms"),
        ("last error", "last_error"),
    ] {
        super::look::field(label, &system[name]);
    }
    line("");
    let mut outages = system["outages"].as_array().cloned().unwrap_or_default();
    for outage in &mut outages {
        for name in ["duration_ms", "recovery_ms"] {
            outage[name] = duration(&outage[name]);
        }
    }
    table(
        &outages,
        &[
            ("outage began", "began_at"),
            ("ended", "ended_at"),
            ("took", "duration_ms"),
            ("backlog", "backlog"),
            ("all delivered", "drained_at"),
            ("recovered after", "recovery_ms"),
        ],
    );
    Ok(Finding::None)
}

/// Milliseconds as people say them; null stays.
fn duration(millis: &Value) -> Value {
    let Some(millis) = millis.as_u64() else { return Value::Null };
    Value::from(match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1_000),
        _ => format!("{} h {} min", millis / 3_600_000, millis % 3_600_000 / 60_000),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_the_unit_that_fits() {
        let told = |millis: u64| duration(&Value::from(millis));
        assert_eq!([told(0), told(12_340), told(61_000), told(7_260_000)], ["0 ms", "12.3 s", "1 min 1 s", "2 h 1 min"]);
        assert_eq!(duration(&Value::Null), Value::Null);
    }
}
