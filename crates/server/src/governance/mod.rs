//! The guard in front of every operation: who asks, whether they may, and how much of their quota is left (design §4.5).

pub(crate) mod operation;
pub(crate) mod quota;
pub(crate) mod retirement;
mod span;
pub(crate) mod traffic;
pub(crate) mod usage;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use partition::identity::Quota;
use trade::{Actor, Role};

use crate::auth::{Identity, identify};
use crate::problem::Problem;
use crate::state::AppState;
use operation::{Operation, Permission};
use quota::{Left, Throttle};
use retirement::{RETIREMENTS, Retirement};
use traffic::Traffic;
use usage::Usage;

/// An answer has to begin within this time. A program that waits for work by long poll waits less.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// What is kept about callers: what is left of their quotas, and what they have used. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Governance {
    throttle: Arc<Throttle>,
    pub(crate) usage: Arc<Usage>,
    pub(crate) traffic: Traffic,
    pub(crate) standard: Quota,
    /// Operations that go.
    pub(crate) retirements: &'static [Retirement],
}

impl Governance {
    /// Nobody has asked for anything yet; whoever has no quota of their own has the standard one.
    pub fn new(standard: Quota) -> Self {
        let (throttle, traffic) = (Arc::new(Throttle::new(standard)), Traffic::default());
        Self { throttle, usage: Arc::default(), traffic, standard, retirements: RETIREMENTS }
    }
}

/// Lets only requests of somebody who may through, within their quota, tells the handlers who it is, and keeps count.
pub(crate) async fn guard(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let operation = path.and_then(|path| Operation::find(request.method().as_str(), path.as_str()));
    let started = Instant::now();
    let (traffic, telemetry) = (state.governance.traffic.clone(), state.telemetry.clone());
    let retirement = operation.and_then(|operation| Retirement::find(state.governance.retirements, operation));
    let span = telemetry.is_on().then(|| (span::enter(request.headers_mut()), SystemTime::now()));
    let mut response = admitted(state, operation, request, next).await;
    if let Some(retirement) = retirement {
        retirement.tell(response.headers_mut());
    }
    if let Some(operation) = operation {
        traffic.count(operation, response.status(), started.elapsed());
        if let Some((place, began)) = span {
            telemetry.record(|| span::of(operation, response.status(), place, began, started.elapsed()));
        }
    }
    response
}

async fn admitted(state: AppState, operation: Option<&'static Operation>, mut request: Request, next: Next) -> Response {
    let until = tokio::time::Instant::now() + ANSWER_WITHIN;
    // whoever signs in is nobody yet
    if operation.is_some_and(|operation| operation.permission == Permission::Everybody) {
        return in_time(until, next.run(request)).await.unwrap_or_else(Problem::into_response);
    }
    // an identity provider may have to be asked
    let identity = match in_time(until, identify(&state, request.method(), request.headers())).await {
        Ok(Ok(identity)) => identity,
        Ok(Err(problem)) | Err(problem) => return problem.into_response(),
    };
    let (actor, cost) = (identity.actor.clone(), operation.map_or(1, |operation| operation.cost_of(request.uri().query())));
    let left = state.governance.throttle.take(&actor.id, identity.quota, cost);
    let allowed = left.retry_after.map_or(Ok(()), |seconds| Err(exhausted(&left, seconds)));
    let allowed = allowed.and_then(|()| at_home(operation, &identity)).and_then(|()| permitted(operation, &actor));
    let mut response = match allowed {
        Ok(()) => {
            request.extensions_mut().insert(identity);
            in_time(until, next.run(request)).await.unwrap_or_else(Problem::into_response)
        }
        Err(problem) => problem.into_response(),
    };
    tell(&left, response.headers_mut());
    if let Some(operation) = operation {
        state.governance.usage.count(operation, &actor.id, response.status(), state.now());
    }
    response
}

async fn in_time<T>(until: tokio::time::Instant, answer: impl Future<Output = T>) -> Result<T, Problem> {
    tokio::time::timeout_at(until, answer).await.map_err(|_| {
        let seconds = ANSWER_WITHIN.as_secs();
        let detail = format!(
            "there was no answer within {seconds} s; a change may have been made: ask again under the same Idempotency-Key"
        );
        Problem::new("unavailable", detail)
    })
}

fn exhausted(left: &Left, seconds: u64) -> Problem {
    let Quota { per_second, burst } = left.quota;
    let detail = format!(
        "the quota of {per_second} requests a second and {burst} at once is used up; ask again in {seconds} s, \
         or ask an administrator for a larger quota"
    );
    Problem::new("too_many_requests", detail)
}

/// Whoever works for other companies alone sees and does nothing in this one, but may find out so, and sign out.
fn at_home(operation: Option<&Operation>, identity: &Identity) -> Result<(), Problem> {
    let is_about_oneself = operation.is_some_and(|operation| operation.path.starts_with("/v1/session"));
    if is_about_oneself || !identity.is_of_elsewhere() {
        return Ok(());
    }
    let (who, companies) = (&identity.actor.id, identity.companies());
    let detail = format!("the roles of {who} count in the companies {companies}, and not in this one; ask an administrator");
    Err(Problem::new("not_allowed", detail))
}

/// What is not in the table is no operation: the API will say so.
fn permitted(operation: Option<&Operation>, actor: &Actor) -> Result<(), Problem> {
    match operation.map(|operation| operation.permission) {
        Some(Permission::Roles(roles)) if !may(actor, roles) => {
            let names: Vec<String> = roles.iter().map(crate::view::name).collect();
            Err(Problem::new("not_allowed", format!("{} needs one of the roles {}", actor.id, names.join(", "))))
        }
        _ => Ok(()),
    }
}

/// Whether somebody sees what goods cost and what is earned on them: it tells how far a price can be bargained down.
pub(crate) fn sees_costs(actor: &Actor) -> bool {
    may(actor, &[Role::Controller])
}

/// Administrators and directors may do what every role may.
fn may(actor: &Actor, roles: &[Role]) -> bool {
    actor.has(Role::Admin) || actor.has(Role::Director) || roles.iter().any(|role| actor.has(*role))
}

/// Tells what is left (IETF draft *RateLimit header fields for HTTP*).
fn tell(left: &Left, headers: &mut HeaderMap) {
    let Left { quota, remaining, full_in, retry_after } = left;
    let window = u64::from(quota.burst).div_ceil(u64::from(quota.per_second.max(1)));
    let policy = format!("\"caller\";q={};w={window}", quota.burst);
    let limit = format!("\"caller\";r={remaining};t={full_in}");
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", limit)] {
        // digits and quotes are always a header's value
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(roles: &[Role]) -> Actor {
        Actor { id: "who".into(), roles: roles.to_vec(), limit: None }
    }

    #[test]
    fn what_goods_cost_is_for_controllers_and_for_nobody_who_sells_or_collects() {
        assert!(sees_costs(&actor(&[Role::Controller])));
        assert!(!sees_costs(&actor(&[Role::Sales, Role::Receivables, Role::Operations, Role::CreditManager])));
    }

    #[test]
    fn an_operation_for_roles_is_refused_to_others_with_the_names_of_the_roles() {
        let hold = Operation::find("POST", "/v1/orders/{order}/holds");
        assert!(permitted(hold, &actor(&[Role::CreditClerk])).is_ok());
        assert!(permitted(hold, &actor(&[Role::Director])).is_ok());
        let refused = permitted(hold, &actor(&[Role::Warehouse])).unwrap_err();
        assert_eq!(
            (refused.code.as_str(), refused.detail.as_str()),
            ("not_allowed", "who needs one of the roles sales, credit_clerk, credit_manager, operations",)
        );
    }

    #[test]
    fn what_is_left_is_told_in_the_headers_of_the_draft() {
        let mut headers = HeaderMap::new();
        let quota = Quota { per_second: 10, burst: 25 };
        tell(&Left { quota, remaining: 0, full_in: 3, retry_after: Some(2) }, &mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"caller\";q=25;w=3");
        assert_eq!(headers["ratelimit"], "\"caller\";r=0;t=3");
        assert_eq!(headers["retry-after"], "2");
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_ends_with_what_to_do() {
        let late = in_time::<()>(tokio::time::Instant::now(), std::future::pending()).await;
        assert_eq!(late.unwrap_err().status, 503);
    }
}
