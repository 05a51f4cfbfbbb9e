import type { System } from "../../api/types";

/** What the state of a circuit breaker means for those who do not know the word. */
export function circuitWords(circuit: System["circuit"]): string {
  return { closed: "Reachable", open: "Away", half_open: "Being tried" }[circuit];
}

/** One sentence about what the circuit does now. */
export function circuitMeans(circuit: System["circuit"]): string {
  return {
    closed: "Calls go through.",
    open: "It failed too often: calls wait in the queue, and none is lost.",
    half_open: "One call is let through to see whether it is back.",
  }[circuit];
}
