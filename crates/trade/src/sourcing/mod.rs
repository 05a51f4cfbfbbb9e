//! Sourcing: which node ships what (domain §1.1.7).
