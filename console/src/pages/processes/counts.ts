import type { Tokens } from "../../api/types";
import type { Token } from "../../diagram/Diagram";

/** How many instances stand at each element, where most stand first; in trouble where one of them is stuck. */
export function tokensAt(counted: Tokens | undefined): Token[] {
  const elements = (counted?.elements ?? []).toSorted((a, b) => b.instances - a.instances);
  return elements.map(({ element, instances, incidents }) => ({ element, count: instances, trouble: incidents > 0 }));
}
