import { describe, expect, it } from "vitest";
import { outcomeTone, outcomeWords, readable } from "./calls";
import { stateTone, stateWords } from "./health";

describe("the state of a system", () => {
  it("is not called reachable before anybody has called it", () => {
    expect(stateWords({ circuit: "closed", calls_total: 0 })).toBe("Not called yet");
    expect(stateTone({ circuit: "closed", calls_total: 0 })).toBe("gray");
    expect(stateWords({ circuit: "closed", calls_total: 3 })).toBe("Reachable");
  });

  it("is away when the record says so, even before the first call", () => {
    expect(stateWords({ circuit: "open", calls_total: 0 })).toBe("Away");
  });
});

describe("a call", () => {
  it("has its outcome in words, and its body as people read it", () => {
    expect([outcomeWords("down"), outcomeTone("again")]).toEqual(["Not reached", "orange"]);
    expect(readable('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(readable("plain")).toBe("plain");
  });
});
