//! DMN models: decision tables and requirement graphs on FEEL.
