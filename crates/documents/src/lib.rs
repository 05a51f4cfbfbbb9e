//! X12, camt, CSV and JSON to and from canonical documents; pure.
