//! The built-in functions, listed from their declarations.

use crate::output::{self, Finding, line};

pub(super) fn list(as_json: bool) -> anyhow::Result<Finding> {
    let functions = feel::functions();
    if as_json {
        output::json(&functions)?;
        return Ok(Finding::None);
    }
    let mut group = None;
    for function in functions {
        if group != Some(function.group) {
            group = Some(function.group);
            line(format_args!("\n{}", function.group.title()));
        }
        for form in &function.forms {
            line(format_args!("  {form} -> {}", function.gives));
        }
        line(format_args!("      {}", function.help));
    }
    Ok(Finding::None)
}
