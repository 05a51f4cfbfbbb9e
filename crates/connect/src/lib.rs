//! Adapters to systems, and what keeps them resilient.
