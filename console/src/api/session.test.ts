import { describe, expect, it } from "vitest";
import { parse } from "./session";

describe("a stored session", () => {
  it("is read as it was stored", () => {
    for (const session of [
      { way: "key", key: "cd_live_1" },
      { way: "password", csrf: "abc" },
    ] as const) {
      expect(parse(JSON.stringify(session))).toEqual(session);
    }
  });

  it("is nothing where somebody else has stored something", () => {
    for (const stored of [
      "",
      "cd_live_1",
      "null",
      "{}",
      '{"way":"key"}',
      '{"way":"password","csrf":5}',
      '{"way":"no"}',
    ]) {
      expect(parse(stored)).toBeUndefined();
    }
  });
});
