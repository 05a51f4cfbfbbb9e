import { expect, it } from "vitest";
import type { Passage } from "../../api/types";
import { heatOf, stillThere } from "./heat";

const at = (element: string, more: Partial<Passage>): Passage => ({
  element,
  entered: 0,
  completed: 0,
  terminated: 0,
  incidents: 0,
  ...more,
});

it("is hottest where most have come, and cold things have no heat", () => {
  const heat = heatOf([at("a", { entered: 1_200 }), at("b", { entered: 300 }), at("c", {})], "often");
  expect(Object.fromEntries(heat)).toEqual({ a: { share: 1, label: "1,200" }, b: { share: 0.25, label: "300" } });
});

it("tells times by their tens, so that minutes are seen beside days", () => {
  const heat = heatOf([at("day", { median_ms: 999_000 }), at("moment", { median_ms: 9_000 })], "long");
  expect(heat.get("day")?.share).toBe(1);
  expect(heat.get("moment")?.share).toBeCloseTo(1 / 3);
});

it("has at an element what came and neither was done nor ended", () => {
  expect(stillThere(at("a", { entered: 5, completed: 2, terminated: 1 }))).toBe(2);
});
