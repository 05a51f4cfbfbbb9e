import type { Wait, Waiting } from "../api/types";
import type { Token } from "./Diagram";

/** An instance and all that it has called, the outer ones first. */
export function unfold(instances: readonly Waiting[]): Waiting[] {
  return instances.flatMap((instance) => [
    instance,
    ...unfold(instance.waiting.flatMap(({ called }) => (called ? [called] : []))),
  ]);
}

/** The tokens of an instance by element. */
export function tokensOf(waiting: readonly Wait[]): Token[] {
  const tokens = new Map<string, Token>();
  for (const wait of waiting) {
    // an activity that repeats waits with its body and with each item: the items are what one sees
    if (wait.waits_for === "items") continue;
    const before = tokens.get(wait.element);
    const trouble = wait.waits_for === "incident" || before?.trouble === true;
    tokens.set(wait.element, { element: wait.element, count: (before?.count ?? 0) + 1, trouble });
  }
  return [...tokens.values()];
}

/** Waits that are the answer to “why”: not those that only stand by, such as for a cancellation that may never come. */
export function reasons(instances: readonly Waiting[]): Wait[] {
  const all = unfold(instances).flatMap(({ waiting }) => waiting);
  const firm = all.filter(({ waits_for }) => waits_for !== "message" && waits_for !== "items" && waits_for !== "call");
  return firm.length > 0 ? firm : all.filter(({ waits_for }) => waits_for === "message");
}

/** One sentence: for what, and until when is told beside it. */
export function sentence(wait: Wait): string {
  if (wait.exception) return `${wait.name}: ${wait.exception.reason}`;
  if (wait.effect) {
    const { capability, system, status, circuit, attempts, cause } = wait.effect;
    const parts = [`${wait.name} waits for ${system ?? "a system"} (${capability}), ${status}`];
    if (attempts) parts.push(`tried ${attempts} ${attempts === 1 ? "time" : "times"}`);
    if (circuit && circuit !== "closed") parts.push(`its circuit is ${circuit.replace("_", " ")}`);
    if (cause) parts.push(`last cause: ${cause}`);
    return parts.join("; ");
  }
  return `${wait.name} waits until ${wait.release}`;
}
