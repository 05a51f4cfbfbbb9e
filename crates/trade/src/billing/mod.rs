//! Invoices, credit notes and their numbering series.

mod state;

pub use state::{DocumentKind, Invoice, InvoiceEvent, InvoiceLine, Series, SeriesEvent, TaxLine};
