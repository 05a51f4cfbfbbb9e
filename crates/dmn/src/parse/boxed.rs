//! Boxed expressions.

use std::sync::Arc;

use feel::Expression;
use units::Text;

use super::Parser;
use super::xml::{Xml, child, text_of};
use crate::Severity;
use crate::boxed::{Boxed, Entry, FunctionBody, Iteration, Walk};

/// How deep boxed expressions may be nested.
const MAX_DEPTH: u32 = 40;

impl<'a, 'x: 'a> Parser<'a, 'x> {
    /// A boxed expression, whose value has to be of the type that it names.
    pub(super) fn boxed(&mut self, node: Xml<'a, 'x>, depth: u32) -> Option<Boxed> {
        if depth > MAX_DEPTH {
            self.refuse(node, "the expressions are nested too deep", "make decisions of the inner ones");
            return None;
        }
        self.language(node);
        let boxed = self.untyped(node, depth + 1)?;
        let of = self.type_of(node);
        Some(if of.is_any() { boxed } else { Boxed::Typed(Box::new(boxed), of) })
    }

    fn untyped(&mut self, node: Xml<'a, 'x>, depth: u32) -> Option<Boxed> {
        match node.tag_name().name() {
            "decisionTable" => self.table(node).map(Boxed::Table),
            "literalExpression" => self.expression(node).map(Boxed::Literal),
            "context" => self.context(node, depth),
            "functionDefinition" => self.function(node, depth).map(Boxed::Function),
            "invocation" => self.invocation(node, depth),
            "list" => Self::parts(node).map(|part| self.boxed(part, depth)).collect::<Option<Vec<_>>>().map(Boxed::List),
            "relation" => self.relation(node, depth),
            "conditional" => {
                let [condition, then, otherwise] = self.slots(node, ["if", "then", "else"], depth)?;
                Some(Boxed::Conditional(Box::new([condition, then, otherwise])))
            }
            "filter" => {
                let [list, condition] = self.slots(node, ["in", "match"], depth)?;
                Some(Boxed::Filter(Box::new([list, condition])))
            }
            "for" => self.iteration(node, Walk::For, "return", depth),
            "some" => self.iteration(node, Walk::Some, "satisfies", depth),
            "every" => self.iteration(node, Walk::Every, "satisfies", depth),
            _ => {
                self.unknown(node);
                None
            }
        }
    }

    /// The FEEL in the `text` of an element.
    pub(super) fn expression(&mut self, node: Xml<'a, 'x>) -> Option<Expression> {
        self.language(node);
        if child(node, "importedValues").is_some() {
            self.refuse(node, "imported values are not supported", "write the expression here");
            return None;
        }
        let text = text_of(node);
        if text.trim().is_empty() {
            // an empty box has no value (DMN 1.5, 10.2)
            return self.feel("null").ok();
        }
        match self.feel(&text) {
            Ok(expression) => {
                self.unknown_functions(node, &expression);
                Some(expression)
            }
            Err(error) => {
                self.unreadable(node, &text, &error);
                None
            }
        }
    }

    /// A function that nobody defines is a misspelling: in Camunda's models, where functions cannot be variables, it is
    /// refused; elsewhere a variable may hold it.
    fn unknown_functions(&mut self, node: Xml<'a, 'x>, expression: &Expression) {
        for name in expression.unknown_functions() {
            if !self.sources[self.at].declared.names.contains(name) {
                let severity = if self.is_camunda() { Severity::Error } else { Severity::Warning };
                self.find(node, severity, format!("there is no function `{name}`"), "look for a misspelling");
            }
        }
    }

    fn context(&mut self, node: Xml<'a, 'x>, depth: u32) -> Option<Boxed> {
        let mut entries: Vec<Entry> = Vec::new();
        for part in Self::parts(node) {
            if part.tag_name().name() != "contextEntry" {
                self.unknown(part);
                continue;
            }
            let variable = child(part, "variable");
            let name = variable.and_then(|variable| variable.attribute("name")).map(Text::from);
            let of = self.type_of_variable(part);
            let value = Self::parts(part).find(|inner| inner.tag_name().name() != "variable");
            let Some(value) = value else {
                self.refuse(part, "the context entry has no expression", "add one");
                continue;
            };
            if name.is_some() && entries.iter().any(|entry| entry.name == name) {
                self.refuse(part, "another entry of the context has the same name", "give every entry a name of its own");
            }
            if entries.iter().any(|entry| entry.name.is_none()) {
                self.refuse(part, "the entry stands after the result", "put the entry without name last");
            }
            let value = self.boxed(value, depth)?;
            entries.push(Entry { name, of, value });
        }
        Some(Boxed::Context(entries))
    }

    /// A function definition, or the encapsulated logic of a knowledge model.
    pub(super) fn function(&mut self, node: Xml<'a, 'x>, depth: u32) -> Option<Arc<FunctionBody>> {
        if let Some(kind) = node.attribute("kind").filter(|kind| !kind.is_empty() && *kind != "FEEL") {
            self.refuse(node, format!("functions of kind `{kind}` are not supported"), "write the function in FEEL");
            return None;
        }
        let (mut parameters, mut types, mut body) = (Vec::new(), Vec::new(), None);
        for part in Self::parts(node) {
            match part.tag_name().name() {
                "formalParameter" => {
                    let name = Text::from(part.attribute("name").unwrap_or_default());
                    if name.is_empty() || parameters.contains(&name) {
                        self.refuse(part, "a parameter has no name of its own", "give every parameter a name");
                    }
                    parameters.push(name);
                    types.push(self.type_of(part));
                }
                _ if body.is_none() => body = Some(self.boxed(part, depth)?),
                _ => self.unknown(part),
            }
        }
        let Some(body) = body else {
            self.refuse(node, "the function has no expression", "add one");
            return None;
        };
        let of = self.type_of(node);
        let body = if of.is_any() { body } else { Boxed::Typed(Box::new(body), of) };
        Some(Arc::new(FunctionBody { parameters, types, body }))
    }

    fn invocation(&mut self, node: Xml<'a, 'x>, depth: u32) -> Option<Boxed> {
        let (mut callee, mut bindings) = (None, Vec::new());
        for part in Self::parts(node) {
            match part.tag_name().name() {
                "binding" => {
                    let name =
                        child(part, "parameter").and_then(|parameter| parameter.attribute("name")).unwrap_or_default();
                    if name.is_empty() {
                        self.refuse(part, "the binding names no parameter", "name one");
                    }
                    let value = Self::parts(part).find(|inner| inner.tag_name().name() != "parameter");
                    let value = match value {
                        Some(value) => self.boxed(value, depth)?,
                        None => Boxed::Literal(self.feel("null").ok()?),
                    };
                    bindings.push((name.into(), value));
                }
                _ if callee.is_none() => callee = Some(self.boxed(part, depth)?),
                _ => self.unknown(part),
            }
        }
        let Some(callee) = callee else {
            self.refuse(node, "the invocation does not say what it calls", "name a function");
            return None;
        };
        Some(Boxed::Invocation { callee: Box::new(callee), bindings })
    }

    fn relation(&mut self, node: Xml<'a, 'x>, depth: u32) -> Option<Boxed> {
        let (mut columns, mut rows) = (Vec::new(), Vec::new());
        for part in Self::parts(node) {
            match part.tag_name().name() {
                "column" => columns.push(Text::from(part.attribute("name").unwrap_or_default())),
                "row" => {
                    let row = Self::parts(part).map(|cell| self.boxed(cell, depth)).collect::<Option<Vec<_>>>()?;
                    if row.len() != columns.len() {
                        let cause = format!("the row has {} cells, the relation {} columns", row.len(), columns.len());
                        self.refuse(part, cause, "fill every cell");
                    }
                    rows.push(row);
                }
                _ => self.unknown(part),
            }
        }
        Some(Boxed::Relation { columns, rows })
    }

    fn iteration(&mut self, node: Xml<'a, 'x>, kind: Walk, body: &'static str, depth: u32) -> Option<Boxed> {
        let variable = Text::from(node.attribute("iteratorVariable").unwrap_or_default());
        if variable.is_empty() {
            self.refuse(node, "the iteration has no variable", "name one");
        }
        let [over, body] = self.slots(node, ["in", body], depth)?;
        Some(Boxed::Iteration(Box::new(Iteration { kind, variable, over, body })))
    }

    /// The expressions in the elements of these names, all of which have to be there.
    fn slots<const N: usize>(&mut self, node: Xml<'a, 'x>, names: [&'static str; N], depth: u32) -> Option<[Boxed; N]> {
        for part in Self::parts(node).filter(|part| !names.contains(&part.tag_name().name())) {
            self.unknown(part);
        }
        let mut found = Vec::new();
        for name in names {
            let inner = child(node, name).and_then(|slot| Self::parts(slot).next());
            let Some(inner) = inner else {
                let kind = node.tag_name().name();
                self.refuse(node, format!("the `{kind}` has no expression for `{name}`"), "add one");
                return None;
            };
            found.push(self.boxed(inner, depth)?);
        }
        found.try_into().ok()
    }
}
