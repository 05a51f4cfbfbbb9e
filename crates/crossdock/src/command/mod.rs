//! The commands, one file each.

mod accruals;
mod backorder;
mod bench;
mod bpmn;
mod breaks;
mod check;
mod completions;
mod configuration;
mod dead_letter;
mod demo;
mod deploy;
mod describe;
mod dmn;
mod doctor;
mod draft;
mod feel;
mod import;
mod inbound;
mod init;
mod instance;
mod job;
mod key;
mod lab;
mod login;
mod look;
mod manual;
mod quota;
mod returns;
mod revaluation;
mod serve;
mod simulate;
mod system;
mod user;
mod webhook;

use clap::Subcommand;

use crate::output::Finding;

/// How much faster than life something is.
fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if f64::is_finite(speed) && speed > 0.0 => Ok(speed),
        _ => Err("give a number above 0: 86400 lets a day take a second, 1 a day".to_owned()),
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the whole product at work: lab systems, real orders, a closing report
    Demo(demo::Arguments),
    /// Run the product
    Serve(serve::Arguments),
    /// Write a commented configuration and make a first API key
    Init(init::Arguments),
    /// Run the lab systems alone: ERP, warehouses, carrier, tax service, bank
    Lab(lab::Arguments),
    /// Import files
    #[command(subcommand)]
    Import(import::Command),
    /// Look at orders
    #[command(subcommand)]
    Order(look::OrderCommand),
    /// Look at running process instances, ask why they wait, and do something to one or to many
    #[command(subcommand)]
    Instance(Box<instance::Command>),
    /// Look at operations on many instances
    #[command(subcommand)]
    Batch(instance::BatchCommand),
    /// Look at jobs that workers do
    #[command(subcommand)]
    Job(job::Command),
    /// Deploy processes, decisions and forms
    Deploy(deploy::Arguments),
    /// Drafts of processes, decisions and forms: begin, submit, approve what others wrote; and roll a version back
    #[command(subcommand)]
    Draft(draft::Command),
    /// Look at exceptions and decide on them
    #[command(subcommand)]
    Exception(look::ExceptionCommand),
    /// Look at user tasks, give them to people and complete them
    #[command(subcommand)]
    Task(look::TaskCommand),
    /// Look at stock, and keep it for groups of channels
    #[command(subcommand)]
    Stock(look::StockCommand),
    /// Confirm scarce stock anew: plan a backorder run, and carry it out
    #[command(subcommand)]
    Backorder(backorder::BackorderCommand),
    /// Look at records that disagree, and hold them against each other anew
    #[command(subcommand)]
    Break(breaks::BreakCommand),
    /// Look at invoices
    #[command(subcommand)]
    Invoice(look::InvoiceCommand),
    /// Look at goods that come back, and ask for it
    #[command(subcommand)]
    Return(returns::ReturnCommand),
    /// Look at connected systems: queues, circuits, outages and how long recovery took
    #[command(subcommand)]
    System(system::Command),
    /// Look at what could not be delivered to a system, and send it again
    #[command(subcommand)]
    DeadLetter(dead_letter::Command),
    /// Import bank statements
    #[command(subcommand)]
    Bank(import::BankCommand),
    /// Fold the journal again from the start and compare it with the stored state
    Verify(check::VerifyArguments),
    /// Check that records agree: units, money, shipments, invoices, payments
    Reconcile(check::ReconcileArguments),
    /// List what a period end accrues: goods that passed to customers and are not invoiced, and the other way round
    Accruals(accruals::AccrualsArguments),
    /// Value what is open in other currencies at a period end: realised and unrealised gains, and entries that reverse
    Revaluation(revaluation::RevaluationArguments),
    /// Measure: whole orders on a file-backed store
    Bench(bench::Arguments),
    /// Run partitions with lab systems in virtual time, from a seed
    Simulate(simulate::Arguments),
    /// Make decisions of a DMN model, and run the cases of the DMN TCK
    #[command(subcommand)]
    Dmn(dmn::Command),
    /// Evaluate FEEL expressions: one, or many as JSON lines; and list the built-in functions
    Feel(feel::Arguments),
    /// Look at, play and test process models without a server
    #[command(subcommand)]
    Bpmn(bpmn::Command),
    /// Sign in with name and password; from then on commands need no key
    Login(login::Arguments),
    /// Sign out
    Logout(login::Out),
    /// People who may use the product: rights, passwords, sessions
    #[command(subcommand)]
    User(user::Command),
    /// Programs that may use the product, and their API keys
    #[command(subcommand)]
    Key(key::Command),
    /// Where events are sent by themselves: add, change, look at deliveries, send once more
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Look at the configuration
    #[command(subcommand)]
    Config(configuration::Command),
    /// Write the contracts of the API as files: OpenAPI, AsyncAPI, and JSON Schemas of events and documents
    Describe(describe::Arguments),
    /// Look at everything that an installation needs, and say what to do next
    Doctor(doctor::Arguments),
    /// Print what a shell needs to complete commands and options
    #[command(after_help = "Example:\n  crossdock completions bash > /etc/bash_completion.d/crossdock")]
    Completions(completions::Arguments),
    /// Write manual pages, one for each command
    #[command(after_help = "Example:\n  crossdock manual --out /usr/local/share/man/man1")]
    Manual(manual::Arguments),
}

impl Command {
    /// What is logged unless CROSSDOCK_LOG says otherwise: servers tell more than commands.
    pub(crate) fn default_log(&self) -> &'static str {
        match self {
            Self::Serve(_) => "info",
            _ => "warn",
        }
    }

    /// Carries it out.
    pub(crate) fn run(self) -> anyhow::Result<Finding> {
        match self {
            Self::Bpmn(command) => bpmn::run(&command),
            Self::Demo(arguments) => demo::run(arguments),
            Self::Serve(arguments) => serve::run(&arguments),
            Self::Init(arguments) => init::run(&arguments),
            Self::Lab(arguments) => lab::run(arguments),
            Self::Import(command) => import::run(&command),
            Self::Order(command) => look::orders(&command),
            Self::Instance(command) => instance::run(&command),
            Self::Batch(command) => instance::batches(&command),
            Self::Job(command) => job::run(&command),
            Self::Deploy(arguments) => deploy::run(&arguments),
            Self::Draft(command) => draft::run(&command),
            Self::Exception(command) => look::exceptions(&command),
            Self::Task(command) => look::tasks(&command),
            Self::Stock(command) => look::stock(&command),
            Self::Backorder(command) => backorder::backorders(&command),
            Self::Break(command) => breaks::breaks(&command),
            Self::Invoice(command) => look::invoices(&command),
            Self::Return(command) => returns::run(&command),
            Self::System(command) => system::run(&command),
            Self::DeadLetter(command) => dead_letter::run(&command),
            Self::Bank(command) => import::bank(&command),
            Self::Verify(arguments) => check::verify(&arguments),
            Self::Reconcile(arguments) => check::reconcile(&arguments),
            Self::Accruals(arguments) => accruals::run(&arguments),
            Self::Revaluation(arguments) => revaluation::run(&arguments),
            Self::Bench(arguments) => bench::run(&arguments),
            Self::Simulate(arguments) => simulate::run(&arguments),
            Self::Dmn(command) => dmn::run(&command),
            Self::Feel(arguments) => feel::run(&arguments),
            Self::Login(arguments) => login::login(&arguments),
            Self::Logout(arguments) => login::logout(&arguments),
            Self::User(command) => user::run(&command),
            Self::Key(command) => key::run(&command),
            Self::Webhook(command) => webhook::run(&command),
            Self::Config(command) => configuration::run(&command),
            Self::Describe(arguments) => describe::run(&arguments),
            Self::Doctor(arguments) => doctor::run(&arguments),
            Self::Completions(arguments) => Ok(completions::run(&arguments)),
            Self::Manual(arguments) => manual::run(&arguments),
        }
    }
}
