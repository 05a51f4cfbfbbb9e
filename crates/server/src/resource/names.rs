//! What codes stand for: customers by account and items by stock code, many at once, for whoever shows lists of them.

use std::collections::BTreeMap;

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{AnyKey, AnyState};
use serde::{Deserialize, Serialize};
use store::Reader;
use trade::{Aggregate, Key};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Query, Reading};
use crate::problem::Problem;
use crate::readers;
use crate::state::AppState;

/// So many codes are looked up by one request.
const MOST: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(look_up))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Codes {
    /// Accounts, with commas; with the items 200 at most.
    #[serde(default)]
    accounts: String,
    /// Stock codes, with commas.
    #[serde(default)]
    items: String,
}

/// What the codes stand for; what is not known is left out.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct Names {
    /// The names of customers, by account.
    accounts: BTreeMap<String, String>,
    /// The descriptions of items, by stock code.
    items: BTreeMap<String, String>,
}

/// Tell the names of customers and the descriptions of items, many at once.
#[utoipa::path(get, path = "/v1/names", tag = "company", params(Codes), responses((status = 200, body = Names)))]
async fn look_up(
    State(state): State<AppState>,
    _: Reading,
    Query(codes): Query<Codes>,
) -> Result<JsonAnswer<Names>, Problem> {
    let (accounts, items) = (split(&codes.accounts), split(&codes.items));
    let asked = accounts.len() + items.len();
    if asked > MOST {
        let detail = format!("{asked} codes are asked for: {MOST} at most, so ask for the rest with another request");
        return Err(Problem::new("invalid", detail));
    }
    let read = move |reader: &mut dyn Reader| {
        let mut names = Names::default();
        for code in accounts {
            if let Some(Aggregate::Account(account)) = state_of(reader, Key::Account(code.as_str().into()))? {
                names.accounts.insert(code, account.profile.name.to_string());
            }
        }
        for code in items {
            if let Some(Aggregate::Item(item)) = state_of(reader, Key::Item(code.as_str().into()))? {
                names.items.insert(code, item.description.to_string());
            }
        }
        Ok(names)
    };
    state.readers.read(read).await.map(JsonAnswer)
}

fn split(codes: &str) -> Vec<String> {
    codes.split(',').filter(|code| !code.is_empty()).map(ToOwned::to_owned).collect()
}

fn state_of(reader: &mut dyn Reader, key: Key) -> Result<Option<Aggregate>, Problem> {
    Ok(match readers::state(reader, &AnyKey::Trade(key))? {
        Some(AnyState::Trade(aggregate, _)) => Some(aggregate),
        _ => None,
    })
}
