import { expect, it } from "vitest";
import { runOf } from "./repromise";

it("serves all from the beginning, one after the other or by shares", () => {
  const all = [{ strategy: "redistribute" }];
  expect(runOf("A", "EAST", "first", "")).toEqual({ item: "A", node: "EAST", segments: all, share: false });
  expect(runOf("A", "EAST", "share", "")).toEqual({ item: "A", node: "EAST", segments: all, share: true });
});

it("takes nothing away from anybody where that is asked for", () => {
  expect(runOf("A", "EAST", "improve", "17850").segments).toEqual([{ strategy: "improve" }]);
});

it("lets certain accounts win, and treats all alike while none is named", () => {
  const named = runOf("A", "EAST", "these", "17850, 12748;1");
  expect(named.segments).toEqual([
    { strategy: "win", accounts: ["17850", "12748", "1"] },
    { strategy: "redistribute" },
  ]);
  expect(runOf("A", "EAST", "these", " ").segments).toEqual([{ strategy: "redistribute" }]);
});
