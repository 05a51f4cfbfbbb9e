import { type Node, readXml } from "./xml";

export type Kind = "added" | "removed" | "changed" | "moved";

/** What is different about one element, in words. */
export interface Difference {
  readonly id: string;
  readonly kind: Kind;
  /** What it is: “Service task “Check credit””. */
  readonly what: string;
  /** What changed about it, one line each; empty for what is new, gone or only drawn elsewhere. */
  readonly changes: readonly string[];
}

interface Known {
  readonly what: string;
  readonly facts: ReadonlyMap<string, string>;
}

interface Read {
  readonly elements: ReadonlyMap<string, Known>;
  /** Where each element is drawn. */
  readonly shapes: ReadonlyMap<string, string>;
}

/** What only says how something is drawn, and by what program. */
const DRAWN = new Set(["BPMNDiagram", "DMNDI"]);
const NOT_SAID = new Set(["id", "exporter", "exporterVersion", "executionPlatform", "executionPlatformVersion"]);
/** Elements that follow from others: nobody looks for them. */
const FOLLOW = new Set(["incoming", "outgoing", "flowNodeRef"]);

/** What is different between two versions of a BPMN or DMN file: what is new and gone first, then what changed. */
export function differences(before: string, after: string): Difference[] {
  const [old, now] = [read(before), read(after)];
  const found: Difference[] = [];
  for (const [id, { what }] of now.elements) {
    if (!old.elements.has(id)) found.push({ id, kind: "added", what, changes: [] });
  }
  for (const [id, { what }] of old.elements) {
    if (!now.elements.has(id)) found.push({ id, kind: "removed", what, changes: [] });
  }
  for (const [id, known] of now.elements) {
    const was = old.elements.get(id);
    if (!was) continue;
    const changes = changesOf(was.facts, known.facts);
    if (changes.length > 0) found.push({ id, kind: "changed", what: known.what, changes });
    else if (old.shapes.get(id) !== now.shapes.get(id))
      found.push({ id, kind: "moved", what: known.what, changes: [] });
  }
  return found;
}

function changesOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) return [];
    if (was === undefined) return [`${name}: now ${quoted(is)}`];
    if (is === undefined) return [`${name}: no longer ${quoted(was)}`];
    return [`${name}: ${quoted(was)} became ${quoted(is)}`];
  });
}

const quoted = (value: string | undefined): string => (value ? `“${value}”` : "empty");

function read(xml: string): Read {
  const [elements, shapes] = [new Map<string, Known>(), new Map<string, string>()];
  const root = readXml(xml);
  const named = names(root);
  function visit(node: Node, above: readonly Node[]): void {
    if (DRAWN.has(node.tag)) {
      drawn(node, shapes);
      return;
    }
    if (FOLLOW.has(node.tag)) return;
    const { id } = node.attributes;
    if (id !== undefined) elements.set(id, { what: whatIs(node, above, named), facts: factsOf(node) });
    for (const child of node.children) visit(child, [...above, node]);
  }
  visit(root, []);
  return { elements, shapes };
}

/** The names of everything that has an id. */
function names(node: Node, found = new Map<string, string>()): Map<string, string> {
  const { id, name, label } = node.attributes;
  if (id !== undefined) found.set(id, name || label || id);
  for (const child of node.children) names(child, found);
  return found;
}

function drawn(node: Node, shapes: Map<string, string>): void {
  const of = node.attributes["bpmnElement"] ?? node.attributes["dmnElementRef"];
  if (of !== undefined) {
    const places = node.children.filter(({ tag }) => tag === "Bounds" || tag === "waypoint");
    shapes.set(of, JSON.stringify(places.map(({ attributes }) => attributes)));
  }
  for (const child of node.children) drawn(child, shapes);
}

/** What is said about an element: its attributes, and what is in it and has no id of its own. */
function factsOf(node: Node): Map<string, string> {
  const facts = new Map<string, string>();
  const say = (name: string, value: string): void => {
    let own = name;
    for (let number = 2; facts.has(own); number += 1) own = `${name} (${number})`;
    facts.set(own, value);
  };
  function visit(inner: Node, path: string): void {
    const { target, key, name, ...rest } = inner.attributes;
    // what stands in a list is known by the name that it has there
    const handle = path === "" ? undefined : (target ?? key ?? (inner.tag === "property" ? name : undefined));
    const place = handle === undefined ? path : `${path} “${handle}”`;
    const all = handle === undefined ? inner.attributes : rest;
    for (const [attribute, value] of Object.entries(all)) {
      if (NOT_SAID.has(attribute)) continue;
      say([place, plain(attribute)].filter(Boolean).join(" "), value);
    }
    if (inner.text !== "") say(place || "text", inner.text);
    for (const child of inner.children) {
      const isOwn = child.attributes["id"] !== undefined && !WITHIN.has(child.tag);
      if (isOwn || FOLLOW.has(child.tag) || DRAWN.has(child.tag)) continue;
      visit(child, [place, HOLDERS.has(child.tag) ? "" : plain(child.tag)].filter(Boolean).join(" "));
    }
  }
  visit(node, "");
  return facts;
}

/** What only holds others adds no word. */
const HOLDERS = new Set(["extensionElements", "ioMapping", "properties", "taskHeaders", "text"]);
/** Parts that have an id and are told with the element that they are in. */
const WITHIN = new Set([
  "conditionExpression",
  "timeDuration",
  "timeDate",
  "timeCycle",
  "inputExpression",
  "timerEventDefinition",
  "messageEventDefinition",
  "errorEventDefinition",
  "signalEventDefinition",
]);

/** `conditionExpression` becomes “condition expression”. */
function plain(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

function whatIs(node: Node, above: readonly Node[], named: ReadonlyMap<string, string>): string {
  const parent = above.at(-1);
  if (node.tag === "rule" && parent)
    return `Rule ${parent.children.filter(({ tag }) => tag === "rule").indexOf(node) + 1}`;
  if ((node.tag === "inputEntry" || node.tag === "outputEntry") && parent) return cell(node, parent, above, named);
  const { name, label, sourceRef, targetRef } = node.attributes;
  const tag = plain(node.tag);
  const kind = tag.charAt(0).toUpperCase() + tag.slice(1);
  if (name || label) return `${kind} “${name || label}”`;
  if (sourceRef !== undefined && targetRef !== undefined) {
    return `${kind} from “${named.get(sourceRef) ?? sourceRef}” to “${named.get(targetRef) ?? targetRef}”`;
  }
  const owner = [...above].reverse().find(({ attributes }) => attributes["id"] !== undefined);
  return owner ? `${kind} of ${named.get(owner.attributes["id"] ?? "") ?? owner.tag}` : kind;
}

/** A cell of a decision table by its rule and its column. */
function cell(node: Node, rule: Node, above: readonly Node[], named: ReadonlyMap<string, string>): string {
  const table = above.at(-2);
  const kind = node.tag === "inputEntry" ? "input" : "output";
  const column = rule.children.filter(({ tag }) => tag === node.tag).indexOf(node);
  const header = table?.children.filter(({ tag }) => tag === kind)[column];
  const { id = "", label, name } = header?.attributes ?? {};
  const expression = header?.children.find(({ tag }) => tag === "inputExpression")?.children[0]?.text;
  const title = label || name || expression || named.get(id) || `${kind} ${column + 1}`;
  const number = (table?.children.filter(({ tag }) => tag === "rule").indexOf(rule) ?? -1) + 1;
  return `Rule ${number}, ${title}`;
}
