import type { System } from "../../api/types";

type State = Pick<System, "circuit" | "calls_total">;

/** Nobody knows how a system is that was not called since the start. */
function isUnknown({ circuit, calls_total }: State): boolean {
  return circuit === "closed" && calls_total === 0;
}

/** What the state of a circuit breaker means for those who do not know the word. */
export function stateWords(system: State): string {
  if (isUnknown(system)) return "Not called yet";
  return { closed: "Reachable", open: "Away", half_open: "Being tried" }[system.circuit];
}

export function stateTone(system: State): "gray" | "green" | "red" | "orange" {
  if (isUnknown(system)) return "gray";
  return ({ closed: "green", open: "red", half_open: "orange" } as const)[system.circuit];
}

/** One sentence about what the circuit does now. */
export function stateMeans(system: State): string {
  if (isUnknown(system)) return "Nothing was asked of it since the server's start, so nobody knows how it is.";
  return {
    closed: "Calls go through.",
    open: "It failed too often: calls wait in the queue, and none is lost.",
    half_open: "One call is let through to see whether it is back.",
  }[system.circuit];
}
