import { expect, it } from "vitest";
import { stepsOf } from "./steps";

it("a warehouse keeps its value on days on which only another one changes", () => {
  const nodes = [
    {
      node: "EAST",
      available: 5,
      steps: [
        { from: "2026-11-26", atp: 5 },
        { from: "2026-12-01", atp: 25 },
      ],
    },
    { node: "WEST", available: 2, steps: [{ from: "2026-11-26", atp: 2 }] },
  ];
  expect(stepsOf(nodes)).toEqual({
    categories: ["2026-11-26", "2026-12-01"],
    series: [
      { name: "EAST", values: [5, 25] },
      { name: "WEST", values: [2, 2] },
    ],
  });
});
