//! `crossdock`: the one program. Parses the command line and hands over; each command has a file of its own.

mod api;
mod command;
mod config;
mod input;
mod interrupt;
mod keys;
mod machinery;
mod output;
mod processes;
mod session;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Carries every order from every channel to matched cash, across sales, warehouse and finance systems.
///
/// Exit codes: 0 done, 1 something was found or refused, 2 wrong use (arguments, configuration, key), 3 a server or store could not be
/// reached.
#[derive(Debug, Parser)]
#[command(name = "crossdock", version, max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    command: command::Command,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("CROSSDOCK_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(arguments.command.default_log()));
    // colours are for people: a log file gets none
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // one object a line for programs that gather logs
    if std::env::var("CROSSDOCK_LOG_FORMAT").is_ok_and(|format| format == "json") {
        log.json().flatten_event(true).init();
    } else {
        log.with_ansi(is_terminal).init();
    }
    // a second installation is not possible here, so the first always succeeds
    let _ = rustls::crypto::ring::default_provider().install_default();
    match arguments.command.run() {
        Ok(output::Finding::None) => ExitCode::SUCCESS,
        Ok(output::Finding::Some) => ExitCode::from(1),
        Err(error) => {
            // whoever listened may have gone: then the exit code has to say it
            let _ = writeln!(std::io::stderr(), "crossdock: {error:#}");
            ExitCode::from(output::exit_code(&error))
        }
    }
}
