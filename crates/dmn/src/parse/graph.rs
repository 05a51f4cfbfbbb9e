//! Definitions: what there is in a model, and what requires what.

use units::Text;

use super::xml::{Xml, child, elements, version_tag};
use super::{Parser, Source};
use crate::Severity;
use crate::boxed::Boxed;
use crate::model::{Graph, Kind, Node, Requirement, Service};

/// An element that becomes a node, and the source in which it stands.
struct Draft<'a, 'x> {
    source: usize,
    xml: Xml<'a, 'x>,
}

impl<'a, 'x: 'a> Parser<'a, 'x> {
    pub(super) fn graph(&mut self) -> Graph {
        self.imports();
        self.item_definitions();
        let mut drafts: Vec<Draft<'a, 'x>> = Vec::new();
        for source in 0..self.sources.len() {
            self.at = source;
            let root = self.sources[source].root;
            self.language(root);
            for part in Self::parts(root) {
                match part.tag_name().name() {
                    "decision" | "inputData" | "businessKnowledgeModel" | "decisionService" => {
                        drafts.push(Draft { source, xml: part });
                    }
                    "import"
                    | "itemDefinition"
                    | "textAnnotation"
                    | "association"
                    | "group"
                    | "knowledgeSource"
                    | "performanceIndicator"
                    | "organizationUnit"
                    | "elementCollection"
                    | "businessContextElement" => {}
                    _ => self.unknown(part),
                }
            }
            if !drafts.iter().any(|draft| draft.source == source && draft.xml.tag_name().name() != "inputData")
                && source == 0
            {
                self.refuse(root, "there is no decision in the model", "add a decision");
            }
        }
        for (place, draft) in drafts.iter().enumerate() {
            let id = draft.xml.attribute("id").unwrap_or_default();
            if id.is_empty() {
                if draft.xml.tag_name().name() == "decision" {
                    self.refuse(draft.xml, "the decision has no id", "give it one");
                }
            } else if self.places.insert((draft.source, id), place).is_some() {
                self.refuse(draft.xml, "another element has the same id", "give every element an id of its own");
            }
        }
        let nodes: Vec<Node> = drafts.iter().map(|draft| self.node(draft)).collect();
        let nodes = named_parameters(nodes);
        let order = self.ordered(&nodes, &drafts);
        let root = self.sources[0].root;
        let name = Text::from(root.attribute("name").unwrap_or_default());
        // DMN lets the id be left out, and asks for a name
        let id = root.attribute("id").filter(|id| !id.is_empty()).map_or_else(|| name.clone(), Text::from);
        if id.is_empty() {
            self.refuse(
                root,
                "the model has neither id nor name, which would tell it from others",
                "give `definitions` an id",
            );
        }
        Graph { id, name, nodes, order }
    }

    /// Ties every import to the source of its namespace, whose names become known.
    fn imports(&mut self) {
        for at in 0..self.sources.len() {
            self.at = at;
            let root = self.sources[at].root;
            for import in elements(root).filter(|node| node.tag_name().name() == "import") {
                let namespace = import.attribute("namespace").unwrap_or_default();
                let kind = import.attribute("importType").unwrap_or_default();
                if !kind.contains("/DMN/") {
                    self.refuse(import, format!("imports of type `{kind}` are not supported"), "import DMN models only");
                    continue;
                }
                let found = self.sources.iter().position(|source| source.root.attribute("namespace") == Some(namespace));
                match found {
                    Some(found) if found != at => {
                        let name = import.attribute("name").unwrap_or_default();
                        let names = self.sources[found].declared.names.clone();
                        let source: &mut Source<'_, '_> = &mut self.sources[at];
                        source.imports.push((name.into(), found));
                        source.declared.names.extend(names);
                    }
                    _ => self.refuse(
                        import,
                        format!("the imported model of namespace `{namespace}` is not there"),
                        "give it together with this model",
                    ),
                }
            }
        }
        self.at = 0;
    }

    fn node(&mut self, draft: &Draft<'a, 'x>) -> Node {
        self.at = draft.source;
        let xml = draft.xml;
        let attribute = |name: &str| Text::from(xml.attribute(name).unwrap_or_default());
        let (id, name) = (attribute("id"), attribute("name"));
        // Camunda shows a result under the id of its decision, the standard under its name
        let fallback = if name.is_empty() || self.is_camunda() && !id.is_empty() { &id } else { &name };
        let named = child(xml, "variable").and_then(|variable| variable.attribute("name")).filter(|name| !name.is_empty());
        let variable = named.map_or_else(|| fallback.clone(), Text::from);
        let of = self.type_of_variable(xml);
        let line = self.line(xml);
        let mut node = Node {
            id,
            name,
            line,
            variable,
            of,
            version_tag: version_tag(xml),
            is_imported: draft.source != 0,
            requires: Vec::new(),
            kind: Kind::Input,
        };
        match xml.tag_name().name() {
            "decision" => node.kind = Kind::Decision(self.decision(draft, &mut node.requires)),
            "businessKnowledgeModel" => node.kind = self.knowledge(draft, &mut node.requires),
            "decisionService" => node.kind = Kind::Service(self.service(draft, &mut node.requires)),
            _ => {
                for part in Self::parts(xml).filter(|part| part.tag_name().name() != "variable") {
                    self.unknown(part);
                }
            }
        }
        node
    }

    fn decision(&mut self, draft: &Draft<'a, 'x>, requires: &mut Vec<Requirement>) -> Boxed {
        let mut logic = None;
        for part in Self::parts(draft.xml) {
            match part.tag_name().name() {
                "informationRequirement" | "knowledgeRequirement" => self.requirement(draft, part, requires),
                "variable"
                | "question"
                | "allowedAnswers"
                | "authorityRequirement"
                | "supportedObjective"
                | "impactedPerformanceIndicator"
                | "decisionMaker"
                | "decisionOwner"
                | "usingProcess"
                | "usingTask" => {}
                _ if logic.is_none() => logic = self.boxed(part, 0),
                _ => self.unknown(part),
            }
        }
        if logic.is_none() && !self.has_logic(draft.xml) {
            // the standard lets a decision be drawn before it is worked out; then it has no value
            let severity = if self.is_camunda() { Severity::Error } else { Severity::Warning };
            self.find(draft.xml, severity, "the decision has no logic", "add a decision table or an expression");
        }
        logic.unwrap_or(Boxed::Null)
    }

    /// Whether there is logic, though it may be none that can be read.
    fn has_logic(&self, decision: Xml<'a, 'x>) -> bool {
        const LOGIC: [&str; 11] = [
            "decisionTable",
            "literalExpression",
            "context",
            "functionDefinition",
            "invocation",
            "list",
            "relation",
            "conditional",
            "filter",
            "for",
            "some",
        ];
        Self::parts(decision).any(|part| LOGIC.contains(&part.tag_name().name()) || part.tag_name().name() == "every")
    }

    fn knowledge(&mut self, draft: &Draft<'a, 'x>, requires: &mut Vec<Requirement>) -> Kind {
        let mut body = None;
        for part in Self::parts(draft.xml) {
            match part.tag_name().name() {
                "variable" | "authorityRequirement" => {}
                "knowledgeRequirement" => self.requirement(draft, part, requires),
                "encapsulatedLogic" => body = self.function(part, 0),
                _ => self.unknown(part),
            }
        }
        match body {
            Some(body) => Kind::Knowledge(body),
            None => {
                self.refuse(draft.xml, "the business knowledge model has no logic", "add its encapsulated logic");
                Kind::Input
            }
        }
    }

    fn service(&mut self, draft: &Draft<'a, 'x>, requires: &mut Vec<Requirement>) -> Service {
        let mut service = Service { inputs: Vec::new(), parameters: Vec::new(), outputs: Vec::new() };
        let mut decisions = Vec::new();
        for part in Self::parts(draft.xml) {
            let kind = part.tag_name().name();
            match kind {
                "variable" => continue,
                "outputDecision" | "encapsulatedDecision" | "inputDecision" | "inputData" => {}
                _ => {
                    self.unknown(part);
                    continue;
                }
            }
            let Some(requirement) = self.referred(draft, part) else { continue };
            match kind {
                "outputDecision" => {
                    service.outputs.push(requirement.place);
                    requires.push(requirement);
                }
                "encapsulatedDecision" => requires.push(requirement),
                "inputData" => service.inputs.push(requirement.place),
                _ => decisions.push(requirement.place),
            }
        }
        service.inputs.extend(decisions);
        if service.outputs.is_empty() {
            self.refuse(draft.xml, "the decision service has no output decision", "add one");
        }
        service
    }

    fn requirement(&mut self, draft: &Draft<'a, 'x>, node: Xml<'a, 'x>, to: &mut Vec<Requirement>) {
        for part in Self::parts(node) {
            match part.tag_name().name() {
                "requiredDecision" | "requiredInput" | "requiredKnowledge" => to.extend(self.referred(draft, part)),
                // a decision maker writes these into DMN 1.1; nothing is computed from them
                "variable" => {}
                _ => self.unknown(part),
            }
        }
    }

    /// What an `href` points to: `#id`, or `namespace#id`.
    fn referred(&mut self, draft: &Draft<'a, 'x>, node: Xml<'a, 'x>) -> Option<Requirement> {
        let href = node.attribute("href").unwrap_or_default();
        let (namespace, id) = href.rsplit_once('#').unwrap_or(("", href));
        let here = &self.sources[draft.source];
        let is_here = namespace.is_empty() || here.root.attribute("namespace") == Some(namespace);
        let import = here
            .imports
            .iter()
            .find(|(_, source)| !is_here && self.sources[*source].root.attribute("namespace") == Some(namespace));
        let (source, import) = match import {
            Some((name, source)) => (*source, Some(name.clone())),
            None => (draft.source, None),
        };
        let known = is_here || import.is_some();
        let found = self.places.get(&(source, id)).copied().filter(|_| known);
        match found {
            Some(place) => Some(Requirement { place, import, is_visible: draft.xml.tag_name().name() != "decisionService" }),
            None => {
                let cause = format!("it requires `{href}`, which is not there");
                self.refuse(node, cause, "require what this model or an imported one has");
                None
            }
        }
    }

    /// The places after those that they require; a circle is refused.
    fn ordered(&mut self, nodes: &[Node], drafts: &[Draft<'a, 'x>]) -> Vec<usize> {
        let mut waits: Vec<usize> = nodes.iter().map(|node| node.requires.len()).collect();
        let mut required_by: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
        for (place, node) in nodes.iter().enumerate() {
            node.requires.iter().for_each(|required| required_by[required.place].push(place));
        }
        let mut order: Vec<usize> = (0..nodes.len()).filter(|place| waits[*place] == 0).collect();
        let mut next = 0;
        while let Some(place) = order.get(next).copied() {
            next += 1;
            for waiting in &required_by[place] {
                waits[*waiting] -= 1;
                if waits[*waiting] == 0 {
                    order.push(*waiting);
                }
            }
        }
        for (place, draft) in drafts.iter().enumerate().filter(|(place, _)| waits[*place] > 0) {
            let what = if matches!(nodes[place].kind, Kind::Decision(_)) { "decision" } else { "element" };
            self.refuse(draft.xml, format!("the {what} requires itself, directly or through others"), "break the circle");
        }
        order
    }
}

/// Services know their inputs by place; callers by name.
fn named_parameters(mut nodes: Vec<Node>) -> Vec<Node> {
    let variables: Vec<Text> = nodes.iter().map(|node| node.variable.clone()).collect();
    for node in &mut nodes {
        if let Kind::Service(service) = &mut node.kind {
            service.parameters = service.inputs.iter().filter_map(|place| variables.get(*place).cloned()).collect();
        }
    }
    nodes
}
