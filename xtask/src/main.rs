//! The one door to this repository: `cargo xtask` builds, checks, tests, runs and measures everything.
//!
//! What people would have to remember is a check here; what they would have to repeat is a task. Start with [`mod@test`] for what
//! has to hold before a change goes in, and `check/` for the rules that no compiler knows.

mod bench;
mod book;
mod check;
mod console;
mod contracts;
mod declared;
mod fuzz;
mod generate;
mod product;
mod schema;
mod test;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use workspace::Workspace;

/// Builds, checks, tests, runs and measures everything
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every check and every test, each step named and timed
    ///
    /// All steps run even if an early one fails, so that one run tells everything. The exit code is 1 if any step failed.
    /// Licences, bans and sources are checked with cargo-deny, which is installed into `target/tools` if it is missing
    /// (a few minutes, once).
    Test(test::Arguments),
    /// The rules that no compiler knows: direction of dependency, manifests, links, generated files
    Check,
    /// Write the generated parts of the documentation again
    Generate,
    /// The contracts of the API: hold them against the last release, or write them again
    #[command(subcommand)]
    Schema(schema::Command),
    /// Everything on one machine: product, lab systems, sample orders; end it with Ctrl-C
    ///
    /// Builds the console (where there is Node) and `crossdock` in release, and runs `crossdock demo` with the arguments given here.
    Demo(Passed),
    /// Measure; the arguments are those of `crossdock bench`, or `feel` for expressions and decision tables
    Bench(Passed),
    /// Throw made-up input at whatever reads languages, until the time is over or something falls over
    Fuzz(fuzz::Arguments),
    /// Run partitions with lab systems in virtual time from a seed; the arguments are those of `crossdock simulate`
    ///
    /// A failing seed replays exactly: cargo xtask simulate --seed N
    Simulate(Passed),
    /// Build the book of guides and reference with mdBook
    Docs(book::Arguments),
}

#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
struct Passed {
    /// Handed to `crossdock` as they are; try --help
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    match command {
        Command::Test(arguments) => test::run(&workspace, &arguments),
        Command::Check => check::run(&workspace),
        Command::Generate => generate::run(&workspace),
        Command::Schema(command) => schema::run(&workspace, &command),
        Command::Demo(passed) => {
            console::build_if_possible(&workspace)?;
            product::run(&workspace, "demo", &passed.arguments)
        }
        Command::Bench(passed) => bench::run(&workspace, &passed.arguments),
        Command::Fuzz(arguments) => fuzz::run(&workspace, &arguments),
        Command::Simulate(passed) => product::run(&workspace, "simulate", &passed.arguments),
        Command::Docs(arguments) => book::run(&workspace, &arguments),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn arguments_of_the_product_are_passed_on_untouched() {
        let parsed = Arguments::try_parse_from(["cargo xtask", "demo", "--orders", "50", "--help"]).unwrap();
        let Command::Demo(passed) = parsed.command else { panic!("not a demo") };
        assert_eq!(passed.arguments, ["--orders", "50", "--help"]);
        let parsed = Arguments::try_parse_from(["cargo xtask", "bench", "--workload", "engine", "--json"]).unwrap();
        let Command::Bench(passed) = parsed.command else { panic!("no bench") };
        assert_eq!(passed.arguments, ["--workload", "engine", "--json"]);
    }
}
