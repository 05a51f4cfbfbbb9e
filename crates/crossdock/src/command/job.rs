//! Looking at the jobs of workers.

use super::look::{List, list_by};
use crate::output::Finding;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List open jobs: available, leased or resting
    #[command(after_help = "Example:\n  crossdock job list --type pack --status available")]
    List(Listing),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Listing {
    /// Only jobs of this type
    #[arg(long = "type")]
    kind: Option<String>,
    /// Only jobs of this process instance, such as PI-17
    #[arg(long)]
    instance: Option<String>,
    #[command(flatten)]
    list: List,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    let Command::List(Listing { kind, instance, list }) = command;
    list_by(
        list,
        "/v1/jobs",
        &[("type", kind.as_deref()), ("instance", instance.as_deref())],
        &[
            ("job", "id"),
            ("type", "type"),
            ("status", "status"),
            ("instance", "instance"),
            ("priority", "priority"),
            ("created", "created_at"),
            ("worker", "worker"),
            ("until", "lease_until"),
        ],
    )
}
