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
