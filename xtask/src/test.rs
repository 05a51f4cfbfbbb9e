//! Everything that has to hold before a change goes in, step by step.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::check;
use crate::console;
use crate::contracts;
use crate::workspace::{Workspace, is_installed, succeeds};

/// The cargo-deny that is installed where none is.
const DENY_VERSION: &str = "^0.20";

/// Which steps.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Run this step only; may be given several times
    #[arg(long, value_name = "NAME", value_parser = STEPS.map(|step| step.name))]
    only: Vec<String>,
}

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn(&Workspace) -> anyhow::Result<bool>,
}

/// The console is built before the first step that compiles the server, so that it is compiled once.
const STEPS: [Step; 13] = [
    Step { name: "fmt", what: "the code is formatted", run: fmt },
    Step { name: "check", what: "direction of dependency, manifests, links, generated files, contracts", run: rules },
    Step {
        name: "console: check",
        what: "its code, its types, the types of the API, licences of packages",
        run: console::check,
    },
    Step { name: "console: test", what: "the logic of its pages", run: console::test },
    Step { name: "console: build", what: "it builds, and no page is heavier than its budget", run: console::build },
    Step { name: "clippy", what: "no warnings in any target", run: clippy },
    Step { name: "deny", what: "licences, banned and duplicate packages, sources", run: deny },
    Step { name: "tests", what: "unit, golden, property, contract and end-to-end tests", run: tests },
    Step { name: "doctests", what: "the examples in the documentation", run: doctests },
    Step {
        name: "console: end to end",
        what: "people's journeys in a real browser with the real product",
        run: console::end_to_end,
    },
    Step {
        name: "api: schemathesis",
        what: "no server error and no answer outside of the description, whatever is asked for",
        run: contracts::schemathesis,
    },
    Step {
        name: "api: spectral",
        what: "the descriptions of the API keep the rules of their trade",
        run: contracts::spectral,
    },
    Step { name: "rustdoc", what: "the documentation of the code builds, and its links lead somewhere", run: rustdoc },
];

struct Outcome {
    name: &'static str,
    took: Duration,
    result: anyhow::Result<bool>,
}

/// Runs the steps and prints what came of each.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let wanted = |step: &&Step| arguments.only.is_empty() || arguments.only.iter().any(|name| name == step.name);
    let mut outcomes = Vec::new();
    for step in STEPS.iter().filter(wanted) {
        eprintln!("\n── {}: {}", step.name, step.what);
        let started = Instant::now();
        let result = (step.run)(workspace);
        outcomes.push(Outcome { name: step.name, took: started.elapsed(), result });
    }
    eprintln!();
    for outcome in &outcomes {
        eprintln!("{}", line(outcome));
    }
    let failed = outcomes.iter().filter(|outcome| !matches!(outcome.result, Ok(true))).count();
    eprintln!("{} of {} steps passed", outcomes.len() - failed, outcomes.len());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(outcome: &Outcome) -> String {
    let verdict = match &outcome.result {
        Ok(true) => "passed".to_owned(),
        Ok(false) => "FAILED".to_owned(),
        Err(error) => format!("FAILED: {error:#}"),
    };
    format!("{:<20}{:>8.1} s  {verdict}", outcome.name, outcome.took.as_secs_f32())
}

fn fmt(workspace: &Workspace) -> anyhow::Result<bool> {
    succeeds(workspace.cargo().args(["fmt", "--all", "--check"]))
}

fn rules(workspace: &Workspace) -> anyhow::Result<bool> {
    check::all(workspace).map(|findings| findings == 0)
}

fn clippy(workspace: &Workspace) -> anyhow::Result<bool> {
    succeeds(workspace.cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// Advisories are left out: their database has to be fetched, and this step must run without a network.
fn deny(workspace: &Workspace) -> anyhow::Result<bool> {
    let tools = workspace.target()?.join("tools");
    let own = tools.join("bin").join("cargo-deny");
    let deny = if is_installed(workspace.cargo().arg("deny")) {
        "cargo-deny".into()
    } else {
        if !own.exists() {
            eprintln!("cargo-deny is missing; installing it into {} (once, some minutes)", tools.display());
            let mut install = workspace.cargo();
            install.args(["install", "--locked", "--quiet", "cargo-deny", "--version", DENY_VERSION, "--root"]).arg(&tools);
            // the defaults of the package are made for a release: building them takes twice as long for nothing
            install.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
            if !succeeds(&mut install)? {
                bail!("install it with `cargo install --locked cargo-deny`, then run this step again");
            }
        }
        own
    };
    eprintln!("advisories need a network: run `cargo deny check advisories` where there is one");
    succeeds(workspace.program(deny).args(["--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))
}

fn tests(workspace: &Workspace) -> anyhow::Result<bool> {
    if is_installed(workspace.cargo().arg("nextest")) {
        succeeds(workspace.cargo().args(["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]))
    } else {
        succeeds(workspace.cargo().args(["test", "--locked", "--workspace", "--all-targets", "--no-fail-fast"]))
    }
}

/// One call for all libraries: programs have no examples of their own.
fn doctests(workspace: &Workspace) -> anyhow::Result<bool> {
    succeeds(workspace.cargo().args(["test", "--locked", "--workspace", "--doc", "--no-fail-fast"]))
}

fn rustdoc(workspace: &Workspace) -> anyhow::Result<bool> {
    let flags = std::env::var("RUSTDOCFLAGS").unwrap_or_default();
    let mut command = workspace.cargo();
    command
        .args(["doc", "--locked", "--workspace", "--no-deps", "--quiet"])
        .env("RUSTDOCFLAGS", format!("{flags} -D warnings"));
    succeeds(&mut command).context("build the documentation")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_step_has_a_name_of_its_own() {
        let names: BTreeSet<_> = STEPS.iter().map(|step| step.name).collect();
        assert_eq!(names.len(), STEPS.len());
    }

    #[test]
    fn the_closing_table_says_why_a_step_failed() {
        let outcome =
            Outcome { name: "deny", took: Duration::from_millis(1_250), result: Err(anyhow::anyhow!("install it")) };
        assert_eq!(line(&outcome), "deny                     1.2 s  FAILED: install it");
    }
}
