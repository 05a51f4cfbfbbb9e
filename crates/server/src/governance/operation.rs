//! Every operation of the API: who answers for it, who may ask for it, and what a request costs (design §4.5).
//!
//! One table, which the guard in front of the handlers enforces, the description at `/openapi.json` tells, and the catalogue shows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use trade::Role;

use Permission::{ByCase, Everybody, Known, Roles};

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Everybody, without a key.
    Everybody,
    /// Whoever is known.
    Known,
    /// Whoever has one of these roles; administrators and directors may do what every role may.
    Roles(&'static [Role]),
    /// Whoever is known gets through: what it is about decides, such as the amount at stake or whose record it is.
    ByCase,
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The HTTP method.
    pub(crate) method: &'static str,
    /// The path as a template.
    pub(crate) path: &'static str,
    /// Who may ask.
    pub(crate) permission: Permission,
    /// What a request takes from the caller's quota.
    pub(crate) cost: u32,
    /// Parameters in the query with which it takes as much as one that is [`WIDE`].
    pub(crate) wide_with: &'static [&'static str],
}

const SALES: Permission = Roles(&[Role::Sales]);
const WAREHOUSE: Permission = Roles(&[Role::Warehouse]);
const FINANCE: Permission = Roles(&[Role::Receivables]);
const OPERATIONS: Permission = Roles(&[Role::Operations]);
const WORKERS: Permission = Roles(&[Role::Worker, Role::Operations]);
const ADMINISTRATION: Permission = Roles(&[Role::Admin]);
const RECONCILERS: Permission = Roles(&[Role::Operations, Role::Receivables]);
const BILLERS: Permission = Roles(&[Role::Sales, Role::Receivables]);
const REOPENERS: Permission = Roles(&[Role::CreditManager, Role::Director]);
const CONTROLLING: Permission = Roles(&[Role::Controller]);
const HOLDERS: Permission = Roles(&[Role::Sales, Role::CreditClerk, Role::CreditManager, Role::Operations]);

/// A request for one thing, or one change.
const ONE: u32 = 1;
/// A request that reads everything there is of something, or hashes a password.
pub(crate) const WIDE: u32 = 20;
/// A request that brings or changes many things.
const MANY: u32 = 100;

/// All of them, by path.
pub(crate) const OPERATIONS_OF_THE_API: &[Operation] = &[
    of("GET", "/healthz", Everybody, ONE),
    of("GET", "/readyz", Everybody, ONE),
    of("GET", "/metrics", Known, WIDE),
    of("GET", "/openapi.json", Known, ONE),
    of("GET", "/asyncapi.json", Known, ONE),
    of("GET", "/catalogue", Known, ONE),
    of("GET", "/docs", Known, ONE),
    of("GET", "/schemas/documents/{document}", Known, ONE),
    of("GET", "/schemas/events/{event}", Known, ONE),
    of("GET", "/v1/accounts", Known, ONE),
    of("GET", "/v1/accounts/{account}", Known, ONE),
    of("POST", "/v1/accounts/{account}/credit-limit", ByCase, ONE),
    of("GET", "/v1/audit/chain", Known, WIDE),
    of("GET", "/v1/availability", Known, ONE),
    of("POST", "/v1/availability/reservations", SALES, ONE),
    of("POST", "/v1/availability/reservations/{reservation}/release", SALES, ONE),
    of("POST", "/v1/backorders/runs", SALES, ONE),
    of("POST", "/v1/bank-statements", FINANCE, MANY),
    of("GET", "/v1/batches", Known, ONE),
    of("POST", "/v1/batches", OPERATIONS, MANY),
    of("GET", "/v1/batches/{batch}", Known, ONE),
    of("POST", "/v1/batches/{batch}/stop", OPERATIONS, ONE),
    of("GET", "/v1/clients", ADMINISTRATION, ONE),
    of("POST", "/v1/clients", ByCase, ONE),
    of("GET", "/v1/clients/{client}", ADMINISTRATION, ONE),
    of("POST", "/v1/clients/{client}/disable", ByCase, ONE),
    of("POST", "/v1/clients/{client}/enable", ByCase, ONE),
    of("POST", "/v1/clients/{client}/keys", ByCase, ONE),
    of("POST", "/v1/clients/{client}/keys/{prefix}/revoke", ByCase, ONE),
    of("POST", "/v1/clients/{client}/quota", ByCase, ONE),
    of("POST", "/v1/clients/{client}/rights", ByCase, ONE),
    of("GET", "/v1/company", Known, ONE),
    of("GET", "/v1/day", Known, WIDE),
    of("GET", "/v1/dead-letters", Known, ONE),
    of("POST", "/v1/dead-letters/replay", OPERATIONS, ONE),
    of("POST", "/v1/decisions/{decision}/evaluate", Known, WIDE),
    of("GET", "/v1/drafts", Known, ONE),
    of("POST", "/v1/drafts", OPERATIONS, ONE),
    of("GET", "/v1/drafts/{draft}", Known, WIDE),
    of("POST", "/v1/drafts/{draft}/approval", OPERATIONS, ONE),
    of("POST", "/v1/drafts/{draft}/content", OPERATIONS, ONE),
    of("POST", "/v1/drafts/{draft}/decisions/{decision}/evaluate", Known, WIDE),
    of("POST", "/v1/drafts/{draft}/discard", OPERATIONS, ONE),
    of("POST", "/v1/drafts/{draft}/rebase", OPERATIONS, ONE),
    of("POST", "/v1/drafts/{draft}/return", OPERATIONS, ONE),
    of("POST", "/v1/drafts/{draft}/submission", OPERATIONS, ONE),
    of("POST", "/v1/drafts/{draft}/withdrawal", OPERATIONS, ONE),
    of("GET", "/v1/ended-instances", Known, WIDE),
    of("GET", "/v1/events", Known, ONE),
    of("GET", "/v1/exceptions", Known, ONE),
    of("GET", "/v1/exceptions/{exception}", Known, ONE),
    of("GET", "/v1/exceptions/{exception}/actions", Known, WIDE),
    of("POST", "/v1/exceptions/{exception}/assignment", ByCase, ONE),
    of("POST", "/v1/exceptions/{exception}/resolution", ByCase, ONE),
    of("POST", "/v1/imports/master/{kind}", ADMINISTRATION, MANY),
    of("POST", "/v1/imports/orders", SALES, MANY),
    of("GET", "/v1/fulfilment", Known, ONE),
    of("GET", "/v1/instances", Known, ONE).wide_with(&["version", "element", "incident"]),
    of("GET", "/v1/instances/{instance}", Known, ONE),
    of("GET", "/v1/instances/{instance}/history", Known, WIDE),
    of("POST", "/v1/instances/{instance}/operations", OPERATIONS, ONE),
    of("GET", "/v1/instances/{instance}/waiting", Known, ONE),
    of("GET", "/v1/invoices", Known, ONE),
    of("GET", "/v1/invoices/{invoice}", Known, ONE),
    of("POST", "/v1/invoices/{invoice}/credit-notes", FINANCE, ONE),
    of("GET", "/v1/invoices/{invoice}/pdf", Known, WIDE),
    of("GET", "/v1/invoices/{invoice}/ubl", Known, WIDE),
    of("GET", "/v1/invoices/{invoice}/disputes/{decision}/letter", Known, WIDE),
    of("POST", "/v1/invoices/{invoice}/disputes", BILLERS, ONE),
    of("POST", "/v1/invoices/{invoice}/disputes/settlement", ByCase, ONE),
    of("GET", "/v1/items", Known, ONE),
    of("GET", "/v1/items/{item}", Known, ONE),
    of("GET", "/v1/jobs", Known, ONE),
    of("POST", "/v1/jobs/activate", WORKERS, ONE),
    of("POST", "/v1/jobs/{job}/completion", WORKERS, ONE),
    of("POST", "/v1/jobs/{job}/error", WORKERS, ONE),
    of("POST", "/v1/jobs/{job}/failure", WORKERS, ONE),
    of("POST", "/v1/jobs/{job}/lease", WORKERS, ONE),
    of("POST", "/v1/lint", Known, WIDE),
    of("POST", "/v1/messages", WORKERS, ONE),
    of("GET", "/v1/names", Known, ONE),
    of("GET", "/v1/orders", Known, ONE).wide_with(&["today", "channel", "backordered"]),
    of("POST", "/v1/orders", SALES, ONE),
    of("GET", "/v1/orders/{order}", Known, ONE),
    of("POST", "/v1/orders/{order}/cancellations", SALES, ONE),
    of("POST", "/v1/orders/{order}/changes", SALES, ONE),
    of("GET", "/v1/orders/{order}/holds", Known, WIDE),
    of("POST", "/v1/orders/{order}/holds", HOLDERS, ONE),
    of("POST", "/v1/orders/{order}/holds/{kind}/release", ByCase, ONE),
    of("GET", "/v1/orders/{order}/instances", Known, ONE),
    of("POST", "/v1/orders/{order}/lines/{line}/correction", SALES, ONE),
    of("POST", "/v1/orders/{order}/milestones", BILLERS, ONE),
    of("GET", "/v1/orders/{order}/margins", CONTROLLING, ONE),
    of("GET", "/v1/orders/{order}/original", Known, ONE),
    of("POST", "/v1/orders/{order}/closing", REOPENERS, ONE),
    of("POST", "/v1/orders/{order}/rebillings", FINANCE, ONE),
    of("POST", "/v1/orders/{order}/reopening", REOPENERS, ONE),
    of("POST", "/v1/orders/{order}/substitutions", SALES, ONE),
    of("GET", "/v1/orders/{order}/timeline", Known, ONE),
    of("GET", "/v1/orders/{order}/waiting", Known, ONE),
    of("GET", "/v1/payments", Known, ONE).wide_with(&["today"]),
    of("GET", "/v1/payments/{payment}", Known, ONE),
    of("POST", "/v1/payments/{payment}/matches", FINANCE, ONE),
    of("POST", "/v1/payments/{payment}/on-account", FINANCE, ONE),
    of("POST", "/v1/payments/{payment}/unapplications", FINANCE, ONE),
    of("GET", "/v1/people", Known, ONE),
    of("GET", "/v1/price-books", Known, ONE),
    of("GET", "/v1/price-books/{book}", Known, ONE),
    of("GET", "/v1/process-map", Known, WIDE),
    of("GET", "/v1/processes", Known, ONE),
    of("POST", "/v1/processes", OPERATIONS, MANY),
    of("POST", "/v1/processes/{process}/instances", WORKERS, ONE),
    of("POST", "/v1/processes/{process}/rollback", OPERATIONS, ONE),
    of("GET", "/v1/processes/{process}/versions", Known, ONE),
    of("GET", "/v1/processes/{process}/versions/{version}", Known, ONE),
    of("GET", "/v1/processes/{process}/versions/{version}/passages", Known, WIDE),
    of("GET", "/v1/processes/{process}/versions/{version}/tokens", Known, WIDE),
    of("GET", "/v1/progress", Known, WIDE),
    of("GET", "/v1/rates", Known, ONE),
    of("GET", "/v1/reconciliations", Known, ONE),
    of("POST", "/v1/reconciliations", RECONCILERS, MANY),
    of("GET", "/v1/returns", Known, ONE),
    of("POST", "/v1/returns", SALES, ONE),
    of("GET", "/v1/returns/{return}", Known, ONE),
    of("GET", "/v1/session", Known, ONE),
    of("PUT", "/v1/session", Everybody, WIDE),
    of("DELETE", "/v1/session", ByCase, ONE),
    of("POST", "/v1/session/password", ByCase, WIDE),
    of("GET", "/v1/session/provider", Everybody, ONE),
    of("GET", "/v1/session/provider/callback", Everybody, WIDE),
    of("GET", "/v1/session/provider/sign-in", Everybody, ONE),
    of("GET", "/v1/session/second-factor", ByCase, ONE),
    of("POST", "/v1/session/second-factor/confirmation", ByCase, ONE),
    of("POST", "/v1/session/second-factor/removal", ByCase, WIDE),
    of("POST", "/v1/session/second-factor/setup", ByCase, WIDE),
    of("GET", "/v1/settings", ADMINISTRATION, ONE),
    of("GET", "/v1/shipments", Known, ONE),
    of("GET", "/v1/shipments/{shipment}", Known, ONE),
    of("POST", "/v1/shipments/{shipment}/deliveries", WAREHOUSE, ONE),
    of("POST", "/v1/shipments/{shipment}/intercept-answers", WAREHOUSE, ONE),
    of("POST", "/v1/signals", WORKERS, ONE),
    of("GET", "/v1/stock", Known, ONE),
    of("POST", "/v1/stock/adjustments", WAREHOUSE, ONE),
    of("POST", "/v1/stock/counts", WAREHOUSE, ONE),
    of("POST", "/v1/stock/inbound", WAREHOUSE, ONE),
    of("GET", "/v1/stock/quotas", Known, ONE),
    of("POST", "/v1/stock/quotas", SALES, ONE),
    of("POST", "/v1/stock/receipts", WAREHOUSE, ONE),
    of("POST", "/v1/stock/safety", WAREHOUSE, ONE),
    of("GET", "/v1/systems", Known, ONE),
    of("GET", "/v1/systems/{system}/calls", OPERATIONS, ONE),
    of("GET", "/v1/tasks", Known, WIDE),
    of("GET", "/v1/tasks/{instance}/{task}", Known, ONE),
    of("POST", "/v1/tasks/{instance}/{task}/assignment", ByCase, ONE),
    of("POST", "/v1/tasks/{instance}/{task}/changes", ByCase, ONE),
    of("POST", "/v1/tasks/{instance}/{task}/completion", ByCase, ONE),
    of("GET", "/v1/users", ADMINISTRATION, ONE),
    of("POST", "/v1/users", ByCase, ONE),
    of("GET", "/v1/users/{user}", ADMINISTRATION, ONE),
    of("POST", "/v1/users/{user}/disable", ByCase, ONE),
    of("POST", "/v1/users/{user}/enable", ByCase, ONE),
    of("POST", "/v1/users/{user}/end-sessions", ByCase, ONE),
    of("POST", "/v1/users/{user}/password", ADMINISTRATION, WIDE),
    of("GET", "/v1/views", Known, ONE),
    of("POST", "/v1/views", ByCase, ONE),
    of("POST", "/v1/views/{view}/remove", ByCase, ONE),
    of("POST", "/v1/users/{user}/provider", ADMINISTRATION, ONE),
    of("POST", "/v1/users/{user}/rights", ByCase, ONE),
    of("POST", "/v1/users/{user}/second-factor/removal", ByCase, ONE),
    of("GET", "/v1/webhooks", OPERATIONS, ONE),
    of("POST", "/v1/webhooks", OPERATIONS, ONE),
    of("GET", "/v1/webhooks/{webhook}", OPERATIONS, ONE),
    of("GET", "/v1/webhooks/{webhook}/deliveries", OPERATIONS, ONE),
    of("POST", "/v1/webhooks/{webhook}/disable", OPERATIONS, ONE),
    of("POST", "/v1/webhooks/{webhook}/enable", OPERATIONS, ONE),
    of("POST", "/v1/webhooks/{webhook}/redeliveries", OPERATIONS, WIDE),
    of("POST", "/v1/webhooks/{webhook}/remove", OPERATIONS, ONE),
    of("POST", "/v1/webhooks/{webhook}/secret", OPERATIONS, ONE),
    of("GET", "/v1/warehouse-orders", Known, ONE),
    of("GET", "/v1/warehouse-orders/{warehouse_order}", Known, ONE),
    of("POST", "/v1/warehouse-orders/{warehouse_order}/acknowledgements", WAREHOUSE, ONE),
    of("POST", "/v1/warehouse-orders/{warehouse_order}/cancel-answers", WAREHOUSE, ONE),
    of("POST", "/v1/warehouse-orders/{warehouse_order}/picks", WAREHOUSE, ONE),
    of("POST", "/v1/warehouse-orders/{warehouse_order}/redirect-answers", WAREHOUSE, ONE),
    of("POST", "/v1/warehouse-orders/{warehouse_order}/rejections", WAREHOUSE, ONE),
    of("POST", "/v1/warehouse-orders/{warehouse_order}/shipments", WAREHOUSE, ONE),
];

const fn of(method: &'static str, path: &'static str, permission: Permission, cost: u32) -> Operation {
    Operation { method, path, permission, cost, wide_with: &[] }
}

static BY_PATH: LazyLock<BTreeMap<(&str, &str), &Operation>> = LazyLock::new(|| {
    OPERATIONS_OF_THE_API.iter().map(|operation| ((operation.path, operation.method), operation)).collect()
});

impl Operation {
    const fn wide_with(self, parameters: &'static [&'static str]) -> Self {
        Self { wide_with: parameters, ..self }
    }

    /// What a request with that query takes from the caller's quota.
    pub(crate) fn cost_of(&self, query: Option<&str>) -> u32 {
        if self.wide_with.is_empty() {
            return self.cost;
        }
        let mut names = query.into_iter().flat_map(|query| query.split('&')).filter_map(|part| part.split('=').next());
        // no name needs to be escaped: one that is may be the dear one
        if names.any(|name| self.wide_with.contains(&name) || name.contains('%')) { WIDE } else { self.cost }
    }

    /// The operation at a path template.
    pub(crate) fn find(method: &str, path: &str) -> Option<&'static Self> {
        // what answers GET answers HEAD
        let method = if method == "HEAD" { "GET" } else { method };
        BY_PATH.get(&(path, method)).copied()
    }
}

/// Who answers for the operations of a subject: which people an integrator turns to.
pub(crate) fn owner(tag: &str) -> &'static str {
    match tag {
        "orders" | "returns" => "sales",
        "stock" | "fulfilment" => "warehouse",
        "finance" => "finance",
        "exceptions" | "processes" => "process owners",
        _ => "administration",
    }
}

/// What describes or watches the product is of this version of the API.
const CURRENT: &str = "v1";

/// The version of the API that an operation belongs to, which its path names if that may have a successor beside it.
pub(crate) fn version(path: &str) -> &str {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let is_version = first.strip_prefix('v').is_some_and(|rest| rest.parse::<u32>().is_ok());
    if is_version { first } else { CURRENT }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_that_is_described_is_governed_and_no_other() {
        let api = serde_json::to_value(crate::openapi()).unwrap();
        let mut described = BTreeSet::new();
        for (path, item) in api["paths"].as_object().unwrap() {
            described.extend(item.as_object().unwrap().keys().map(|method| (path.clone(), method.to_uppercase())));
        }
        let governed: BTreeSet<(String, String)> =
            BY_PATH.keys().map(|(path, method)| (path.to_string(), method.to_string())).collect();
        assert_eq!(governed.len(), OPERATIONS_OF_THE_API.len(), "an operation is there twice");
        assert_eq!(governed, described);
    }

    #[test]
    fn changes_are_for_roles_or_decided_by_case() {
        // a decision that is tried changes nothing
        let tried = ["/v1/decisions/{decision}/evaluate", "/v1/drafts/{draft}/decisions/{decision}/evaluate", "/v1/lint"];
        let open = [&["/v1/session"][..], &tried].concat();
        for operation in OPERATIONS_OF_THE_API.iter().filter(|operation| operation.method != "GET") {
            let is_guarded = matches!(operation.permission, Roles(_) | ByCase) || open.contains(&operation.path);
            assert!(is_guarded, "{} {}", operation.method, operation.path);
        }
    }

    #[test]
    fn what_a_query_asks_for_beside_may_cost_more() {
        let orders = Operation::find("GET", "/v1/orders").unwrap();
        assert_eq!(orders.cost_of(None), 1);
        assert_eq!(orders.cost_of(Some("status=today&todays=1&limit=5")), 1);
        assert_eq!(orders.cost_of(Some("limit=5&%74oday=shipped")), WIDE, "however it is spelt");
        // these are found by looking through rows
        for query in ["limit=5&today=shipped", "channel=edi", "status=open&backordered=true"] {
            assert_eq!(orders.cost_of(Some(query)), WIDE, "{query}");
        }
        let instances = Operation::find("GET", "/v1/instances").unwrap();
        assert_eq!((instances.cost_of(Some("process=a&state=incident")), instances.cost_of(Some("element=a"))), (1, WIDE));
        assert_eq!(Operation::find("GET", "/v1/invoices").unwrap().cost_of(Some("today=shipped")), 1);
    }

    #[test]
    fn versions_are_read_off_the_path() {
        assert_eq!((version("/v1/orders"), version("/v2/orders")), ("v1", "v2"));
        assert_eq!((version("/healthz"), version("/vendors/x")), (CURRENT, CURRENT));
    }
}
