import { expect, it } from "vitest";
import { tokensAt } from "./counts";

it("where most instances stand comes first, and one that is stuck marks its element", () => {
  const elements = [
    { element: "pick", instances: 1, incidents: 0 },
    { element: "bill", instances: 700, incidents: 2 },
  ];
  expect(tokensAt({ instances: 701, incidents: 2, suspended: 0, elements })).toEqual([
    { element: "bill", count: 700, trouble: true },
    { element: "pick", count: 1, trouble: false },
  ]);
  expect(tokensAt(undefined)).toEqual([]);
});
