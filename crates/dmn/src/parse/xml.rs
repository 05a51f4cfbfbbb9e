//! XML without regard to the prefix and to the namespace, of which DMN has one per version.

use roxmltree::Node;
use units::Text;

pub(super) type Xml<'a, 'x> = Node<'a, 'x>;

/// Its elements that belong to DMN; those of other namespaces are for others.
pub(super) fn elements<'a, 'x: 'a>(node: Xml<'a, 'x>) -> impl Iterator<Item = Xml<'a, 'x>> {
    let namespace = node.tag_name().namespace();
    node.children().filter(move |child| child.is_element() && child.tag_name().namespace() == namespace)
}

/// Its first element of this name.
pub(super) fn child<'a, 'x: 'a>(node: Xml<'a, 'x>, name: &str) -> Option<Xml<'a, 'x>> {
    elements(node).find(|child| child.tag_name().name() == name)
}

/// The text of the `text` element in it.
pub(super) fn text_of(node: Xml<'_, '_>) -> String {
    child(node, "text").map(inner_text).unwrap_or_default()
}

/// All text in it.
pub(super) fn inner_text(node: Xml<'_, '_>) -> String {
    node.descendants().filter_map(|part| if part.is_text() { part.text() } else { None }).collect()
}

/// The type that it names: by attribute, or as DMN 1.2 and later also have it, by element.
pub(super) fn type_ref(node: Xml<'_, '_>) -> Option<String> {
    let by_element = || child(node, "typeRef").map(inner_text);
    node.attribute("typeRef").map(str::to_owned).or_else(by_element).map(|name| name.trim().to_owned())
}

/// The tag that Camunda's modeler gives a version of a decision, in its extension elements.
pub(super) fn version_tag(node: Xml<'_, '_>) -> Option<Text> {
    let extensions = child(node, "extensionElements")?;
    let tag = extensions.children().find(|part| part.is_element() && part.tag_name().name() == "versionTag")?;
    tag.attribute("value").filter(|tag| !tag.is_empty()).map(Text::from)
}
