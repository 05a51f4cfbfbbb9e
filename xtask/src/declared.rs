//! What is declared once in the code and told in the documentation: fields and variants with their docs.
//!
//! Reads the source as `rustfmt` leaves it, which every change passes: one field or variant a line, attributes and docs above it.

use anyhow::Context;

use crate::workspace::Workspace;

/// A field of a struct, or a variant of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    /// As it is in the code.
    pub(crate) name: String,
    /// A field's type.
    pub(crate) kind: String,
    /// The text above it.
    pub(crate) docs: String,
    /// What it is when nothing is given; `None` where something must be.
    pub(crate) default: Option<String>,
}

/// The fields or variants of a type in a file.
pub(crate) fn read(workspace: &Workspace, file: &str, name: &str) -> anyhow::Result<Vec<Declared>> {
    let path = workspace.root.join(file);
    let text = std::fs::read_to_string(&path).with_context(|| format!("read {file}"))?;
    let found = parse(&text, name);
    anyhow::ensure!(!found.is_empty(), "{file}: there is no type {name} with fields or variants");
    Ok(found)
}

/// A variant of an enum with the names of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    /// As it is in the code.
    pub(crate) name: String,
    /// The text above it.
    pub(crate) docs: String,
    /// Its fields by name; those of a variant without names are not told.
    pub(crate) fields: Vec<String>,
}

/// The variants of an enum in a file.
pub(crate) fn variants(workspace: &Workspace, file: &str, name: &str) -> anyhow::Result<Vec<Variant>> {
    let path = workspace.root.join(file);
    let text = std::fs::read_to_string(&path).with_context(|| format!("read {file}"))?;
    let found = parse_variants(&text, name);
    anyhow::ensure!(!found.is_empty(), "{file}: there is no enum {name} with variants");
    Ok(found)
}

fn parse_variants(text: &str, name: &str) -> Vec<Variant> {
    let mut found: Vec<Variant> = Vec::new();
    let mut docs = Vec::new();
    let lines = text.lines().skip_while(|line| !line.ends_with(&format!("enum {name} {{"))).skip(1);
    for line in lines.take_while(|line| *line != "}") {
        let is_field = line.starts_with("        ");
        let line = line.trim();
        if let Some(doc) = line.strip_prefix("///") {
            docs.push(doc.trim());
            continue;
        }
        let word: String = line.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        if word.is_empty() {
            continue;
        }
        match found.last_mut() {
            Some(variant) if is_field => variant.fields.push(word),
            _ => found.push(Variant { name: word, docs: docs.join(" "), fields: Vec::new() }),
        }
        docs.clear();
    }
    found
}

fn parse(text: &str, name: &str) -> Vec<Declared> {
    let begins = |line: &&str| {
        ["struct", "enum"].iter().any(|kind| line.ends_with(&format!("{kind} {name} {{")) && !line.starts_with("//"))
    };
    let lines: Vec<&str> = text.lines().collect();
    let Some(start) = lines.iter().position(begins) else { return Vec::new() };
    // the attributes of the type itself stand right above it
    let above = lines[..start].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("///"));
    let all_default = above.into_iter().any(|line| line.starts_with("#[serde(") && line.contains("default"));
    let mut found = Vec::new();
    let (mut docs, mut default) = (Vec::new(), None);
    for line in lines[start + 1..].iter().take_while(|line| **line != "}").map(|line| line.trim()) {
        if let Some(doc) = line.strip_prefix("///") {
            docs.push(doc.trim());
        } else if line.starts_with("#[") {
            default = default.or_else(|| default_of(text, line));
        } else if let Some((name, kind)) = field(line) {
            let of_type = || all_default.then(|| in_default(text, name, lines[start])).flatten();
            let kind = kind.trim_end_matches(',').to_owned();
            let is_optional = kind.starts_with("Option<");
            let default = default.take().or_else(of_type).or_else(|| is_optional.then(String::new));
            found.push(Declared { name: name.to_owned(), kind, docs: docs.join(" "), default });
            docs.clear();
        }
    }
    found
}

/// Name and type of a field; a variant has no type.
fn field(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub ")).unwrap_or(line);
    let (name, kind) = line.split_once(": ").unwrap_or((line.trim_end_matches(','), ""));
    name.chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_')
        .then_some((name, kind))
        .filter(|(name, _)| !name.is_empty())
}

/// What `#[serde(default)]` or `#[serde(default = "function")]` gives.
fn default_of(text: &str, attribute: &str) -> Option<String> {
    let (_, rest) = attribute.split_once("default")?;
    let Some(function) = rest.strip_prefix(" = \"").and_then(|rest| rest.split('"').next()) else {
        return Some(String::new());
    };
    let (_, body) = text.split_once(&format!("fn {function}()"))?;
    Some(literal(body.lines().nth(1)?.trim()))
}

/// The value of a field in the one line of `Self { … }` of the type's `Default`.
fn in_default(text: &str, field: &str, declaration: &str) -> Option<String> {
    let name = declaration.trim_end_matches(" {").rsplit(' ').next()?;
    let Some((_, rest)) = text.split_once(&format!("impl Default for {name} {{")) else { return Some(String::new()) };
    let (_, rest) = rest.split_once(&format!("{field}: "))?;
    let value = rest.split([',', '}']).next()?.trim();
    Some(literal(value))
}

/// A number or a text as it is written in TOML; everything else is left to the text above the field.
fn literal(value: &str) -> String {
    let inner = value.trim_start_matches("Text::const_new(").trim_end_matches(')');
    let is_number = inner.chars().all(|letter| letter.is_ascii_digit() || "_.".contains(letter));
    if is_number || inner.starts_with('"') { inner.replace('_', "") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_told_with_their_docs_and_the_names_of_their_fields() {
        let source = "/// What happens.\n#[derive(Debug)]\npub enum Fact {\n    /// It is\n    /// done.\n    Done,\n    /// It moved.\n    \
                      Moved {\n        /// From where.\n        from: Bucket,\n        /// To where.\n        to: Bucket,\n    },\n    \
                      /// It was set.\n    Set(Box<Item>),\n}\n\npub enum Other {\n    /// Not this.\n    Foreign,\n}\n";
        let variant = |name: &str, docs: &str, fields: &[&str]| Variant {
            name: name.to_owned(),
            docs: docs.to_owned(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        };
        let found = parse_variants(source, "Fact");
        assert_eq!(
            found,
            [
                variant("Done", "It is done.", &[]),
                variant("Moved", "It moved.", &["from", "to"]),
                variant("Set", "It was set.", &[])
            ]
        );
    }

    const SOURCE: &str = r#"
/// A system.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemConfig {
    /// Its name.
    pub name: Text,
    /// How long an answer
    /// may take.
    #[serde(default = "ten_seconds")]
    pub timeout_ms: u64,
    /// What is fetched.
    #[serde(default)]
    pub poll: Option<PollConfig>,
}

/// Repeats.
#[serde(deny_unknown_fields, default)]
pub struct RetryConfig {
    /// The first pause.
    pub initial_ms: u64,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self { initial_ms: 1_200, max_ms: 2 }
    }
}

/// While it is down.
pub enum WhenDown {
    /// They wait.
    #[default]
    Queue,
}

fn ten_seconds() -> u64 {
    10_000
}
"#;

    #[test]
    fn fields_are_read_with_docs_and_defaults() {
        let fields = parse(SOURCE, "SystemConfig");
        let told: Vec<_> =
            fields.iter().map(|field| (field.name.as_str(), field.docs.as_str(), field.default.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("name", "Its name.", None),
                ("timeout_ms", "How long an answer may take.", Some("10000")),
                ("poll", "What is fetched.", Some("")),
            ]
        );
        assert_eq!(parse(SOURCE, "RetryConfig")[0].default.as_deref(), Some("1200"));
        let variants = parse(SOURCE, "WhenDown");
        assert_eq!((variants[0].name.as_str(), variants[0].docs.as_str()), ("Queue", "They wait."));
    }
}
