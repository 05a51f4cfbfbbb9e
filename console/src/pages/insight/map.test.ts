import { expect, it } from "vitest";
import { heat, median } from "./map";

it("takes the middle of an even number of times between the two in the middle", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBe(0);
});

it("is hottest where it takes longest, on a scale of tens", () => {
  expect(heat(100, [0, 100])).toBe(1);
  expect(heat(0, [0, 100])).toBe(0);
  expect(heat(9, [9, 99])).toBeCloseTo(0.5);
  expect(heat(0, [])).toBe(0);
});
