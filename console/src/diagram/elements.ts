import { words } from "../lib/words";

/** A step of a model that a token can stand at. */
export interface Element {
  readonly id: string;
  readonly name: string;
}

/** Tokens stand at activities, events and gateways; not at flows, data or lanes. */
const STEP =
  /<(?:\w+:)?(\w*[tT]ask|callActivity|subProcess|adHocSubProcess|transaction|\w+Event|\w+Gateway)\s([^>]*)>/g;

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", "#10": " " };

function attribute(attributes: string, name: string): string | undefined {
  const [, value] = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes) ?? [];
  return value?.replace(/&(#?\w+);/g, (whole, entity: string) => ENTITIES[entity] ?? whole);
}

/** What the drawing calls a step, from its id; the id in words where it is not in the file. */
export function namesOf(xml: string): (id: string) => string {
  const names = new Map(elementsOf(xml).map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? words(id);
}

/** The steps of a BPMN file, in its order. */
export function elementsOf(xml: string): Element[] {
  return [...xml.matchAll(STEP)].flatMap(([, , attributes = ""]) => {
    const id = attribute(attributes, "id");
    return id === undefined ? [] : [{ id, name: attribute(attributes, "name") || id }];
  });
}
