//! The HTTP API: identity, idempotency, problems, OpenAPI, metrics.
