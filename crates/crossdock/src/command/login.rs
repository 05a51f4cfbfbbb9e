//! `crossdock login` and `crossdock logout`: people at the command line, with name and password.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::Context;
use serde_json::{Value, json};

use crate::api::{self, Refused, block_on};
use crate::output::{Finding, WrongUse, line};
use crate::session::{self, Session};

/// Where to sign in.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  crossdock login ann\n\nThe password, and the code of a second factor, are asked for on a terminal, or read from \
                  standard input, a line each."
)]
pub(crate) struct Arguments {
    /// The user
    user: String,
    /// Address of a running server
    #[arg(long, env = "CROSSDOCK_URL", default_value = "http://127.0.0.1:7410")]
    url: String,
}

/// Where to sign out.
#[derive(Debug, clap::Args)]
pub(crate) struct Out {
    /// Address of a running server
    #[arg(long, env = "CROSSDOCK_URL", default_value = "http://127.0.0.1:7410")]
    url: String,
}

/// Signs in; from then on commands need no key.
pub(crate) fn login(arguments: &Arguments) -> anyhow::Result<Finding> {
    let url = arguments.url.trim_end_matches('/');
    let mut ask = json!({ "user": arguments.user, "password": secret("Password: ")? });
    let signed_in = match block_on(api::sign_in(url, &ask)) {
        Err(error) if wants_code(&error) => {
            ask["code"] = secret("Code of the authenticator, or a recovery code: ")?.into();
            block_on(api::sign_in(url, &ask))?
        }
        other => other?,
    };
    let (who, cookie) = signed_in;
    let text = |name: &str| who.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let session =
        Session { url: url.to_owned(), user: text("id"), cookie, csrf: text("csrf_token"), ends_at: text("ends_at") };
    session::keep(&session)?;
    line(format_args!("signed in at {url} as {} until {}", session.user, session.ends_at));
    Ok(Finding::None)
}

/// Ends the session, and forgets it.
pub(crate) fn logout(arguments: &Out) -> anyhow::Result<Finding> {
    let url = arguments.url.trim_end_matches('/');
    let Some(session) = session::at(url) else {
        return Err(WrongUse(format!("nobody is signed in at {url}; `crossdock login` does that")).into());
    };
    let ended = block_on(api::sign_out(&session));
    session::forget()?;
    // one that is over already is what was wanted
    match ended {
        Err(error) if error.downcast_ref::<Refused>().is_none_or(|refused| refused.status != 401) => Err(error),
        _ => {
            line(format_args!("signed out at {url}"));
            Ok(Finding::None)
        }
    }
}

fn wants_code(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Refused>().is_some_and(|refused| refused.problem["code"] == "second_factor_required")
}

/// Asked for on a terminal, and not shown there; else the next line of standard input.
fn secret(prompt: &str) -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        std::io::stderr().flush().context("ask for the password")?;
        return rpassword::prompt_password(prompt).context("ask for the password");
    }
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text).context("read the password")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
