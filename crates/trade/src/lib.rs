//! The trade core: orders, stock, sourcing, credit, price, tax, billing, receivables, cash; pure.
