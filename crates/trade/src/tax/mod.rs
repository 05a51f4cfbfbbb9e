//! Tax: our own computation, and how a quote is held against it (domain §1.4).
