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

/** What holds others, or waits with them, is no answer by itself. */
const AROUND: ReadonlySet<string> = new Set(["message", "items", "call"]);

/** Waits that are the answer to “why”: not those that only stand by, such as for a cancellation that may never come. */
export function reasons(instances: readonly Waiting[]): Wait[] {
  const all = unfold(instances);
  const firm = all.flatMap(({ waiting }) => answers(waiting));
  if (firm.length > 0) return firm;
  return all.flatMap(({ waiting }) => waiting).filter(({ waits_for }) => waits_for === "message");
}

/**
 * The firm waits of one instance. A message that was not waited for from the beginning is one, unless it came up together with
 * something firmer, whose way out it is; a timer that came up together with such a message says until when.
 */
function answers(waiting: readonly Wait[]): Wait[] {
  const [began] = waiting.map(({ since }) => since).sort();
  const firm = waiting.filter(({ waits_for }) => !AROUND.has(waits_for));
  const work = firm.filter(({ waits_for }) => waits_for !== "timer");
  const messages = waiting.filter(
    ({ waits_for, since }) =>
      waits_for === "message" && since !== began && !work.some((other) => other.since === since),
  );
  const isClock = ({ waits_for, since }: Wait): boolean =>
    waits_for === "timer" && messages.some((message) => message.since === since);
  return [
    ...firm.filter((wait) => !isClock(wait)),
    ...messages.map((message) => {
      const clock = firm.find((wait) => isClock(wait) && wait.since === message.since);
      return { ...message, until: message.until ?? clock?.until ?? null };
    }),
  ];
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
  // a moment is told beside it, in the reader's zone
  if (wait.waits_for === "timer") return `${wait.name}: its time has not come`;
  if (wait.waits_for === "message") return `${wait.name}: it goes on with ${wait.release}`;
  return `${wait.name} waits until ${wait.release}`;
}
