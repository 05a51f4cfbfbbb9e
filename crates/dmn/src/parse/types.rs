//! Item definitions.

use std::sync::Arc;

use feel::HostType;
use units::Text;

use super::Parser;
use super::xml::{Xml, child, elements, text_of, type_ref};
use crate::types::Type;

/// How deep components may be nested, and how deep item definitions may refer to each other.
const MAX_DEPTH: u32 = 20;

impl<'a, 'x: 'a> Parser<'a, 'x> {
    /// Resolves every item definition, so that a wrong one is found though nobody uses it.
    pub(super) fn item_definitions(&mut self) {
        for source in 0..self.sources.len() {
            self.at = source;
            let root = self.sources[source].root;
            for definition in elements(root).filter(|node| node.tag_name().name() == "itemDefinition") {
                let name = definition.attribute("name").unwrap_or_default();
                if name.is_empty() {
                    self.refuse(definition, "the item definition has no name", "give it one");
                } else {
                    self.named_type(definition, name);
                }
            }
        }
        self.declare();
        self.at = 0;
    }

    /// Makes the item definitions known to `instance of`, imported ones under the name of their import.
    fn declare(&mut self) {
        let resolved = |source: usize, this: &Self| {
            let own = this.types.iter().filter(move |((of, _), _)| *of == source);
            own.filter_map(|((_, name), of)| Some((Text::from(name), of.clone()?.0))).collect::<Vec<_>>()
        };
        for source in 0..self.sources.len() {
            let mut types: Vec<(Text, Arc<dyn HostType>)> = Vec::new();
            types.extend(resolved(source, self).into_iter().map(|(name, of)| (name, of as Arc<dyn HostType>)));
            for (import, imported) in self.sources[source].imports.clone() {
                let imported = resolved(imported, self).into_iter();
                types.extend(imported.map(|(name, of)| (format!("{import}.{name}").into(), of as Arc<dyn HostType>)));
            }
            self.sources[source].declared.types = types;
        }
    }

    /// The type of this name, as it is seen in the source that is being read.
    pub(super) fn named_type(&mut self, node: Xml<'a, 'x>, name: &str) -> Arc<Type> {
        if let Some(of) = self.defined_type(node, name) {
            return of;
        }
        // DMN 1.1 and 1.2 write `feel:string`
        let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
        if let Some(of) = Type::built_in(local) {
            return Arc::new(of);
        }
        if local != name
            && let Some(of) = self.defined_type(node, local)
        {
            return of;
        }
        let import = self.sources[self.at].imports.iter().find_map(|(import, source)| {
            let rest = name.strip_prefix(import.as_str())?.strip_prefix('.')?;
            Some((*source, rest.to_owned()))
        });
        if let Some((source, rest)) = import {
            let here = std::mem::replace(&mut self.at, source);
            let of = self.defined_type(node, &rest);
            self.at = here;
            if let Some(of) = of {
                return of;
            }
        }
        self.refuse(node, format!("there is no type `{name}`"), "name a type of FEEL or an item definition of this model");
        Arc::new(Type::Any)
    }

    fn defined_type(&mut self, node: Xml<'a, 'x>, name: &str) -> Option<Arc<Type>> {
        let key = (self.at, name.to_owned());
        match self.types.get(&key) {
            Some(Some((of, depth))) => {
                let of = of.clone();
                self.below = self.below.max(*depth);
                return Some(of);
            }
            Some(None) => {
                self.refuse(node, format!("the type `{name}` contains itself"), "break the circle");
                return Some(Arc::new(Type::Any));
            }
            None => {}
        }
        let definition = self.sources[self.at].definitions.get(name).copied()?;
        self.types.insert(key.clone(), None);
        let outer = std::mem::take(&mut self.below);
        self.resolving += 1;
        let of = if self.resolving > MAX_DEPTH { None } else { Some(self.item(definition, 0)) };
        self.resolving -= 1;
        let depth = self.below + 1;
        let of = Arc::new(of.filter(|_| depth <= MAX_DEPTH).unwrap_or_else(|| {
            self.refuse(definition, "the item definitions are nested too deep", "refer to other types less deeply");
            Type::Any
        }));
        self.below = outer.max(depth.min(MAX_DEPTH));
        self.types.insert(key, Some((of.clone(), depth)));
        Some(of)
    }

    /// An item definition or a component of one.
    fn item(&mut self, node: Xml<'a, 'x>, depth: u32) -> Type {
        if depth > MAX_DEPTH {
            self.refuse(node, "the components are nested too deep", "give inner ones an item definition of their own");
            return Type::Any;
        }
        self.language(node);
        let mut components = Vec::new();
        let mut of = None;
        for part in Self::parts(node) {
            match part.tag_name().name() {
                "typeRef" | "allowedValues" | "typeConstraint" => {}
                "itemComponent" => {
                    let name = part.attribute("name").unwrap_or_default();
                    if name.is_empty() {
                        self.refuse(part, "the component has no name", "give it one");
                    }
                    let of = Arc::new(self.item(part, depth + 1));
                    components.push((name.into(), of));
                }
                "functionItem" => {
                    for parameter in Self::parts(part) {
                        self.type_of(parameter);
                    }
                    if let Some(output) = part.attribute("outputTypeRef") {
                        self.named_type(part, output);
                    }
                    of = Some(Type::Function);
                }
                _ => self.unknown(part),
            }
        }
        let of = match (of, type_ref(node)) {
            (Some(of), _) => of,
            (None, _) if !components.is_empty() => Type::Context(components),
            (None, Some(name)) if !name.is_empty() => (*self.named_type(node, &name)).clone(),
            _ => Type::Any,
        };
        let of = self.constrained(of, child(node, "allowedValues"));
        let of = if node.attribute("isCollection") == Some("true") { Type::List(Arc::new(of)) } else { of };
        self.constrained(of, child(node, "typeConstraint"))
    }

    fn constrained(&mut self, of: Type, constraint: Option<Xml<'a, 'x>>) -> Type {
        let Some(constraint) = constraint else { return of };
        let text = text_of(constraint);
        if text.trim().is_empty() {
            return of;
        }
        match self.tests(&text) {
            Ok(tests) => Type::Constrained(Arc::new(of), tests),
            Err(error) => {
                self.unreadable(constraint, &text, &error);
                of
            }
        }
    }
}
