//! Reconciliation: records that must agree (domain §1.10).
