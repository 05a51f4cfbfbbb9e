//! A component of a form, as its JSON says it.

use serde_json::{Map, Value as Json};

/// What a component does with data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One or several lines of text.
    Text,
    /// A number, or the text of one.
    Number,
    /// Yes or no.
    Checkbox,
    /// One of several options.
    Choice,
    /// Any of several options.
    Choices,
    /// A day, a time of day, or both.
    DateTime,
    /// A value that nobody types: an uploaded file, a computed value.
    Given,
    /// Components that lie together.
    Group,
    /// Components that are there once per item of a list.
    List,
    /// Nothing but what people see.
    Shown,
}

/// A component of a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a>(&'a Map<String, Json>);

impl<'a> Field<'a> {
    /// The components in a component, or in the form itself.
    pub(super) fn inside(container: &'a Json) -> impl Iterator<Item = Self> {
        let components = container.get("components").and_then(Json::as_array);
        components.into_iter().flatten().filter_map(|component| component.as_object().map(Self))
    }

    /// Those in it.
    pub(super) fn components(self) -> impl Iterator<Item = Self> {
        let components = self.get("components").and_then(Json::as_array);
        components.into_iter().flatten().filter_map(|component| component.as_object().map(Self))
    }

    pub(super) fn kind(self) -> Kind {
        let has = |name: &str| self.text(name).is_some_and(|text| !text.is_empty());
        match self.text("type").unwrap_or_default() {
            "group" => Kind::Group,
            "dynamiclist" if self.get("isRepeating") == Some(&Json::Bool(false)) || !has("path") => Kind::Group,
            "dynamiclist" => Kind::List,
            // without a key there is no value
            _ if !has("key") => Kind::Shown,
            "textfield" | "textarea" => Kind::Text,
            "number" => Kind::Number,
            "checkbox" => Kind::Checkbox,
            "radio" | "select" => Kind::Choice,
            "checklist" | "taglist" => Kind::Choices,
            "datetime" => Kind::DateTime,
            "filepicker" | "expression" => Kind::Given,
            _ => Kind::Shown,
        }
    }

    pub(super) fn get(self, name: &str) -> Option<&'a Json> {
        self.0.get(name)
    }

    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    /// The expression of a computed field.
    pub(super) fn computes(self) -> Option<&'a str> {
        let is_computed = self.text("type") == Some("expression") && self.kind() == Kind::Given;
        self.text("expression").filter(|text| is_computed && !text.trim().is_empty())
    }

    /// What its modeller asks of its value, by name.
    pub(super) fn rule(self, name: &str) -> Option<&'a Json> {
        self.get("validate")?.get(name)
    }

    /// Its name for people: the label, unless that is computed.
    pub(super) fn label(self) -> &'a str {
        let label = self.text("label").map(str::trim).filter(|label| !label.is_empty() && !label.starts_with('='));
        label.filter(|label| !label.contains("{{")).or_else(|| self.text("key")).unwrap_or("the field")
    }
}
