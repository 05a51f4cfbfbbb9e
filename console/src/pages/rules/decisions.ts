import { type Node, readXml } from "../../diagram/xml";

/** A decision of a model, and what it asks for. */
export interface Decision {
  readonly id: string;
  readonly name: string;
  /** The variables that its inputs begin with, and those of the decisions that it requires, without what these compute. */
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
  const decisions = all(root, "decision");
  return decisions.map((decision) => {
    const required = requiredBy(decision, decisions);
    const computed = new Set(required.flatMap(namesOf));
    const named = [decision, ...required].flatMap(inputsOf).filter((name) => !computed.has(name));
    const { id = "", name = "" } = decision.attributes;
    return { id, name: name || id, inputs: [...new Set([...named, ...given])].filter(Boolean) };
  });
}

/** The variables that the inputs of a table begin with. */
function inputsOf(decision: Node): string[] {
  const expressions = all(decision, "inputExpression").map((expression) => expression.children[0]?.text ?? "");
  return expressions.flatMap((text) => /^[\p{L}_][\p{L}\p{N}_]*/u.exec(text)?.[0] ?? []);
}

/** What a decision's result may be called where it is required. */
function namesOf(decision: Node): string[] {
  const { id = "", name = "" } = decision.attributes;
  const variables = decision.children.filter(({ tag }) => tag === "variable");
  return [id, name, ...variables.map(({ attributes }) => attributes["name"] ?? "")];
}

/** All decisions that one requires, also by way of others. */
function requiredBy(decision: Node, decisions: readonly Node[]): Node[] {
  const found = new Set<Node>();
  const follow = (from: Node): void => {
    for (const { attributes } of all(from, "requiredDecision")) {
      const its = decisions.find(({ attributes: { id } }) => attributes["href"] === `#${id}`);
      if (!its || its === decision || found.has(its)) continue;
      found.add(its);
      follow(its);
    }
  };
  follow(decision);
  return [...found];
}
