import type { Instance } from "../../api/types";
import type { Token } from "../../diagram/Diagram";

/** How many of some instances stand at each element. */
export function tokensAt(instances: readonly Instance[]): Token[] {
  const counts = new Map<string, { count: number; trouble: boolean }>();
  for (const { active, state } of instances) {
    for (const element of new Set(active)) {
      const before = counts.get(element) ?? { count: 0, trouble: false };
      counts.set(element, { count: before.count + 1, trouble: before.trouble || state === "incident" });
    }
  }
  return [...counts].map(([element, { count, trouble }]) => ({ element, count, trouble }));
}
