import { describe, expect, it } from "vitest";
import type { Wait, Waiting } from "../api/types";
import { reasons, sentence, tokensOf, unfold } from "./waiting";

function wait(element: string, waitsFor: string, more: Partial<Wait> = {}): Wait {
  return { element, name: element, key: 1, waits_for: waitsFor, since: "", release: "it is done", who: "", ...more };
}
function instance(id: string, waiting: Wait[]): Waiting {
  return { instance: id, process: "p", version: 1, state: "running", waiting };
}

const called = instance("PI-2", [wait("resolve", "task"), wait("hold-released", "message")]);
const outer = instance("PI-1", [
  wait("cancellation", "message"),
  wait("holds", "items"),
  wait("holds", "call", { called }),
]);

describe("why an instance waits", () => {
  it("is looked for in what it has called, too", () => {
    expect(unfold([outer]).map(({ instance: id }) => id)).toEqual(["PI-1", "PI-2"]);
    expect(reasons([outer]).map(({ element }) => element)).toEqual(["resolve"]);
  });

  it("is a message only when there is nothing firmer", () => {
    expect(reasons([instance("PI-3", [wait("supply", "message")])]).map(({ element }) => element)).toEqual(["supply"]);
  });

  it("is the message that it came to, with the time that it has; not the clock, and not what stood by from the beginning", () => {
    const later = "2026-11-26T19:00:07Z";
    const until = "2026-11-27T19:00:07Z";
    const standing = wait("cancellation", "message", { since: "2026-11-26T19:00:06Z" });
    const rest = wait("await-rest", "message", { since: later, release: "the message order.fulfilled" });
    const found = reasons([instance("PI-4", [standing, wait("rest-late", "timer", { since: later, until }), rest])]);
    expect(found.map(({ element, until: end }) => [element, end])).toEqual([["await-rest", until]]);
    expect(found.map(sentence)).toEqual(["await-rest: it goes on with the message order.fulfilled"]);
  });

  it("is the work, and not the message by which it may end", () => {
    const later = "2026-11-26T19:00:07Z";
    const standing = wait("cancellation", "message", { since: "2026-11-26T19:00:06Z" });
    const waits = [standing, wait("chase", "task", { since: later }), wait("paid", "message", { since: later })];
    expect(reasons([instance("PI-5", waits)]).map(({ element }) => element)).toEqual(["chase"]);
  });

  it("tells no bare moment: the page has it in the reader's zone", () => {
    const until = "2026-11-27T19:00:07.841Z";
    expect(sentence(wait("Rest is late", "timer", { until, release: `it is due at ${until}` }))).not.toContain(until);
  });

  it("names the system, its circuit and the last cause", () => {
    const effect = {
      id: "EF-1",
      capability: "tax.quote",
      status: "waiting",
      requested_at: "",
      system: "tax",
      circuit: "open",
      attempts: 3,
      cause: "refused",
    };
    expect(sentence(wait("Ask for tax", "effect", { effect }))).toBe(
      "Ask for tax waits for tax (tax.quote), waiting; tried 3 times; its circuit is open; last cause: refused",
    );
  });

  it("puts one token on an activity for each of its items", () => {
    expect(tokensOf(outer.waiting)).toEqual([
      { element: "cancellation", count: 1, trouble: false },
      { element: "holds", count: 1, trouble: false },
    ]);
    expect(tokensOf([wait("a", "incident")])[0]?.trouble).toBe(true);
  });
});
