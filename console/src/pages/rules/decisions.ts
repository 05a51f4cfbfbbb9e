import { type Node, readXml } from "../../diagram/xml";

/** A decision of a model, and what it asks for. */
export interface Decision {
  readonly id: string;
  readonly name: string;
  /** The variables that its inputs begin with. */
  readonly inputs: readonly string[];
}

/** Everything of a tag in a model, wherever it stands. */
export function all(node: Node, tag: string): Node[] {
  return [...(node.tag === tag ? [node] : []), ...node.children.flatMap((child) => all(child, tag))];
}

/** The decisions of a model; none of what is no model. */
export function decisionsOf(xml: string): Decision[] {
  let root: Node;
  try {
    root = readXml(xml);
  } catch {
    return [];
  }
  const given = all(root, "inputData").map(({ attributes }) => attributes["name"] ?? "");
  return all(root, "decision").map((decision) => {
    const expressions = all(decision, "inputExpression").map((expression) => expression.children[0]?.text ?? "");
    const named = expressions.flatMap((text) => /^[\p{L}_][\p{L}\p{N}_]*/u.exec(text)?.[0] ?? []);
    const { id = "", name = "" } = decision.attributes;
    return { id, name: name || id, inputs: [...new Set([...named, ...given])].filter(Boolean) };
  });
}
