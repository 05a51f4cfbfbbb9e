//! From XML to a model. Whatever is not known is refused where it stands.

mod boxed;
mod graph;
mod table;
mod types;
mod xml;

use std::collections::BTreeMap;
use std::sync::Arc;

use feel::{Declared, Expression, Mode, ParseError, UnaryTests};
use roxmltree::{Document, ParsingOptions};
use units::Text;

use crate::model::Graph;
use crate::types::Type;
use crate::{Finding, Severity};
use xml::{Xml, elements, type_ref};

/// More than any model needs, and few enough to refuse a bomb.
const MAX_NODES: u32 = 200_000;

/// DMN 1.1 to 1.5.
const NAMESPACES: [&str; 5] = [
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
];

/// What Camunda's modeler leaves in the models that it writes.
const CAMUNDA: &str = "http://camunda.org/schema/";

pub(crate) fn graph(xml: &str, others: &[&str]) -> Result<(Graph, Vec<Finding>), Vec<Finding>> {
    let (graph, findings, _) = all(xml, others)?;
    let refused = findings.iter().any(|finding| finding.severity == Severity::Error);
    if refused { Err(findings) } else { Ok((graph, findings)) }
}

/// The graph of a model that was deployed before anybody saw what is wrong with it, if nothing of it is missing.
pub(crate) fn deployed(xml: &str, others: &[&str]) -> Option<Graph> {
    all(xml, others).ok().and_then(|(graph, _, is_whole)| is_whole.then_some(graph))
}

/// What could be read, everything that is wrong, and whether nothing is missing.
fn all(xml: &str, others: &[&str]) -> Result<(Graph, Vec<Finding>, bool), Vec<Finding>> {
    let document = read(xml).map_err(|finding| vec![finding])?;
    let (mut readable, mut unreadable) = (Vec::new(), Vec::new());
    for other in others.iter().filter(|other| **other != xml) {
        match read(other) {
            Ok(document) => readable.push(document),
            Err(finding) => unreadable.push(finding),
        }
    }
    let (documents, is_complete) = with_imports(&document, &readable);
    // the model that is missing may be the one that cannot be read
    if !is_complete && !unreadable.is_empty() {
        return Err(unreadable);
    }
    let mut parser = Parser {
        sources: Vec::new(),
        at: 0,
        findings: Vec::new(),
        is_partial: false,
        types: BTreeMap::new(),
        places: BTreeMap::new(),
        below: 0,
        resolving: 0,
    };
    for document in documents {
        let source = parser.source(document.root_element());
        parser.sources.push(source);
    }
    let graph = parser.graph();
    Ok((graph, parser.findings, !parser.is_partial))
}

fn read(xml: &str) -> Result<Document<'_>, Finding> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(xml, options).map_err(|error| {
        let (cause, mend) = match error {
            roxmltree::Error::NodesLimitReached => {
                (format!("the file has more than {MAX_NODES} elements, texts and attributes"), "split the model")
            }
            roxmltree::Error::DtdDetected => ("it has a DOCTYPE, which is not allowed".into(), "take the DOCTYPE away"),
            _ => (format!("this is not well-formed XML: {error}"), "export the model again from the modeler"),
        };
        Finding {
            severity: Severity::Error,
            element: Text::default(),
            name: Text::default(),
            line: error.pos().row,
            cause: cause.into(),
            mend: mend.into(),
        }
    })
}

/// The namespace of a model, and those of the models that it imports; nothing of what cannot be read.
pub(crate) fn namespaces(xml: &str) -> (Text, Vec<Text>) {
    let Ok(document) = read(xml) else { return Default::default() };
    let root = document.root_element();
    let imports = elements(root).filter(|node| node.tag_name().name() == "import");
    let imported = imports.filter_map(|import| import.attribute("namespace")).map(Text::from).collect();
    (root.attribute("namespace").unwrap_or_default().into(), imported)
}

/// A model and those that it imports, directly or not, by their namespaces; and whether all of them are there. Others that
/// lie beside it are left alone.
fn with_imports<'a, 'x>(model: &'a Document<'x>, others: &'a [Document<'x>]) -> (Vec<&'a Document<'x>>, bool) {
    let namespace = |document: &'a Document<'x>| document.root_element().attribute("namespace").unwrap_or_default();
    let (mut found, mut is_complete, mut at) = (vec![model], true, 0);
    while let Some(document) = found.get(at).copied() {
        at += 1;
        let imports = elements(document.root_element()).filter(|node| node.tag_name().name() == "import");
        for wanted in imports.filter_map(|import| import.attribute("namespace")) {
            if found.iter().any(|known| namespace(known) == wanted) {
                continue;
            }
            match others.iter().find(|other| namespace(other) == wanted) {
                Some(other) => found.push(other),
                None => is_complete = false,
            }
        }
    }
    (found, is_complete)
}

/// One of the models that are read together.
struct Source<'a, 'x> {
    root: Xml<'a, 'x>,
    mode: Mode,
    /// Names of imports and the place of the source that each brings.
    imports: Vec<(Text, usize)>,
    definitions: BTreeMap<&'a str, Xml<'a, 'x>>,
    /// Where each line begins, in bytes.
    lines: Vec<usize>,
    /// Every name that the models declare, and the item definitions: in the standard's FEEL, a name may hold spaces and
    /// operators.
    declared: Declared,
}

/// An item definition as a type, and how deep it is nested.
type Resolved = (Arc<Type>, u32);

struct Parser<'a, 'x> {
    sources: Vec<Source<'a, 'x>>,
    /// The source that is being read.
    at: usize,
    findings: Vec<Finding>,
    /// Something could not be read, and is missing in the graph.
    is_partial: bool,
    /// Item definitions by source and name; nothing while one is being resolved.
    types: BTreeMap<(usize, String), Option<Resolved>>,
    /// The nodes of the graph by source and id.
    places: BTreeMap<(usize, &'a str), usize>,
    /// How deep the types are nested that the item definition at hand refers to.
    below: u32,
    /// How many item definitions are being resolved.
    resolving: u32,
}

impl<'a, 'x: 'a> Parser<'a, 'x> {
    fn find(&mut self, node: Xml<'a, 'x>, severity: Severity, cause: impl Into<Text>, mend: impl Into<Text>) {
        self.findings.push(Finding {
            severity,
            element: node.attribute("id").unwrap_or_default().into(),
            name: node.attribute("name").unwrap_or_default().into(),
            line: self.line(node),
            cause: cause.into(),
            mend: mend.into(),
        });
    }

    /// The line where an element starts, from 1.
    fn line(&self, node: Xml<'a, 'x>) -> u32 {
        let source = self.sources.iter().find(|source| std::ptr::eq(source.root.document(), node.document()));
        match source {
            Some(source) => {
                let before = source.lines.partition_point(|start| *start <= node.range().start);
                u32::try_from(before).unwrap_or(u32::MAX)
            }
            None => node.document().text_pos_at(node.range().start).row,
        }
    }

    /// Something cannot be read, or not as it is meant.
    fn refuse(&mut self, node: Xml<'a, 'x>, cause: impl Into<Text>, mend: impl Into<Text>) {
        self.is_partial = true;
        self.find(node, Severity::Error, cause, mend);
    }

    fn unknown(&mut self, node: Xml<'a, 'x>) {
        let cause = format!("the element `{}` is not supported here", node.tag_name().name());
        self.refuse(node, cause, "use what DMN 1.1 to 1.5 allows in this place");
    }

    fn source(&mut self, root: Xml<'a, 'x>) -> Source<'a, 'x> {
        let known = root.tag_name().namespace().is_some_and(|namespace| NAMESPACES.contains(&namespace));
        if !known || root.tag_name().name() != "definitions" {
            self.refuse(root, "this is no DMN model of version 1.1 to 1.5", "save it with the namespace of one of them");
        }
        let camunda = root.attributes().any(|attribute| {
            attribute.namespace().is_some_and(|namespace| namespace.starts_with(CAMUNDA))
                || attribute.name() == "exporter" && attribute.value().contains("Camunda")
        }) || root.attribute("namespace").is_some_and(|namespace| namespace.starts_with(CAMUNDA));
        let mode = if camunda { Mode::Camunda } else { Mode::Standard };
        let mut names: Vec<Text> = Vec::new();
        for node in root.descendants().filter(|node| node.is_element()) {
            let declares = matches!(
                node.tag_name().name(),
                "variable"
                    | "inputData"
                    | "decision"
                    | "businessKnowledgeModel"
                    | "decisionService"
                    | "itemComponent"
                    | "formalParameter"
                    | "parameter"
                    | "column"
                    | "output"
                    | "import"
            );
            let name = if declares { node.attribute("name") } else { node.attribute("iteratorVariable") };
            names.extend(name.map(Text::from));
        }
        names.sort_unstable();
        names.dedup();
        let definitions = elements(root)
            .filter(|node| node.tag_name().name() == "itemDefinition")
            .filter_map(|node| Some((node.attribute("name")?, node)))
            .collect();
        let text = root.document().input_text();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Source { root, mode, imports: Vec::new(), definitions, lines, declared: Declared { names, types: Vec::new() } }
    }

    /// Reads FEEL in the mode of the model and with the names that it declares.
    fn feel(&self, text: &str) -> Result<Expression, ParseError> {
        let source = &self.sources[self.at];
        Expression::parse_in(text, source.mode, &source.declared)
    }

    fn tests(&self, text: &str) -> Result<UnaryTests, ParseError> {
        let source = &self.sources[self.at];
        UnaryTests::parse_in(text, source.mode, &source.declared)
    }

    fn is_camunda(&self) -> bool {
        self.sources[self.at].mode == Mode::Camunda
    }

    /// Refuses a language that is not FEEL.
    fn language(&mut self, node: Xml<'a, 'x>) {
        for attribute in ["expressionLanguage", "typeLanguage"] {
            if let Some(language) = node.attribute(attribute)
                && !language.eq_ignore_ascii_case("feel")
                && !(language.contains("omg.org/spec/DMN/") || language.contains("omg.org/spec/FEEL/"))
            {
                self.refuse(node, format!("the language `{language}` is not supported"), "use FEEL");
            }
        }
    }

    fn unreadable(&mut self, node: Xml<'a, 'x>, text: &str, error: &ParseError) {
        let shown: String = text.trim().chars().take(80).collect();
        self.refuse(node, format!("`{shown}` is no FEEL: {error}"), "mend the expression");
    }

    /// The type that an element names; anything, if it names none.
    fn type_of(&mut self, node: Xml<'a, 'x>) -> Arc<Type> {
        match type_ref(node) {
            Some(name) if !name.is_empty() => self.named_type(node, &name),
            _ => Arc::new(Type::Any),
        }
    }

    /// The type that the `variable` of an element names.
    fn type_of_variable(&mut self, node: Xml<'a, 'x>) -> Arc<Type> {
        match xml::child(node, "variable") {
            Some(variable) => self.type_of(variable),
            None => Arc::new(Type::Any),
        }
    }

    fn ignored(name: &str) -> bool {
        matches!(name, "description" | "extensionElements" | "extension")
    }

    /// Its elements that say something.
    fn parts(node: Xml<'a, 'x>) -> impl Iterator<Item = Xml<'a, 'x>> {
        elements(node).filter(|child| !Self::ignored(child.tag_name().name()))
    }
}
