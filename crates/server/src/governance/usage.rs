//! Who uses which operation, counted since the start.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use units::{Text, Timestamp};

use super::operation::Operation;

/// Requests of one caller to one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Count {
    /// All of them.
    pub(crate) requests: u64,
    /// Those that were refused: answered with 4xx.
    pub(crate) refused: u64,
    /// Those that failed through a fault of ours: answered with 5xx.
    pub(crate) failed: u64,
    /// When the last one came.
    pub(crate) last: Timestamp,
}

/// By path and method, and by caller.
type Counts = BTreeMap<(&'static str, &'static str), BTreeMap<Text, Count>>;

/// The counts of all callers and operations.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    counts: Mutex<Counts>,
}

impl Usage {
    pub(crate) fn count(&self, operation: &Operation, caller: &Text, status: StatusCode, now: Timestamp) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let callers = counts.entry((operation.path, operation.method)).or_default();
        let count = match callers.get_mut(caller) {
            Some(count) => count,
            None => callers.entry(caller.clone()).or_default(),
        };
        count.requests += 1;
        count.refused += u64::from(status.is_client_error());
        count.failed += u64::from(status.is_server_error());
        count.last = now;
    }

    /// Who has used an operation, by name.
    pub(crate) fn of(&self, operation: &Operation) -> Vec<(Text, Count)> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let callers = counts.get(&(operation.path, operation.method));
        callers.into_iter().flatten().map(|(caller, count)| (caller.clone(), *count)).collect()
    }

    /// What one caller has used, all operations together.
    pub(crate) fn by(&self, caller: &str) -> Count {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let own = counts.values().filter_map(|callers| callers.get(caller));
        own.fold(Count::default(), |all, count| Count {
            requests: all.requests + count.requests,
            refused: all.refused + count.refused,
            failed: all.failed + count.failed,
            last: all.last.max(count.last),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_operation_and_caller_and_by_how_they_ended() {
        let usage = Usage::default();
        let show = Operation::find("GET", "/v1/orders/{order}").unwrap();
        let list = Operation::find("HEAD", "/v1/orders").unwrap();
        let shop = Text::new("shop");
        usage.count(show, &shop, StatusCode::OK, Timestamp(1));
        usage.count(show, &shop, StatusCode::NOT_FOUND, Timestamp(2));
        usage.count(list, &shop, StatusCode::SERVICE_UNAVAILABLE, Timestamp(3));
        usage.count(show, &Text::new("edi"), StatusCode::OK, Timestamp(4));
        let of_show = usage.of(show);
        assert_eq!(of_show.len(), 2);
        assert_eq!(of_show[1].1, Count { requests: 2, refused: 1, failed: 0, last: Timestamp(2) });
        assert_eq!(usage.by("shop"), Count { requests: 3, refused: 1, failed: 1, last: Timestamp(3) });
    }
}
