import type { ProcessVersion } from "../../api/types";

/** The latest version of everything that is deployed. */
export function latest(all: readonly ProcessVersion[]): ProcessVersion[] {
  const found = new Map<string, ProcessVersion>();
  for (const each of all) {
    if (each.version > (found.get(each.id)?.version ?? 0)) found.set(each.id, each);
  }
  return [...found.values()];
}
