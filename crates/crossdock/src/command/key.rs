//! `crossdock key`: make and hash API keys.

use crate::keys;
use crate::output::{Finding, WrongUse, line};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a key and print it with its hash
    New,
    /// Print the hash of a key read from standard input
    Hash,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    match command {
        Command::New => {
            let key = keys::generate()?;
            line(format_args!("key     {key}"));
            line(format_args!("sha256  {}", server::hash_key(&key)));
        }
        Command::Hash => {
            let mut key = String::new();
            std::io::stdin().read_line(&mut key)?;
            if key.trim().is_empty() {
                return Err(WrongUse("give the key on standard input".to_owned()).into());
            }
            line(server::hash_key(key.trim()));
        }
    }
    Ok(Finding::None)
}
