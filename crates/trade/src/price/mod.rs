//! Prices: what is expected, what is tolerated, and the margin floor (domain §1.3).
