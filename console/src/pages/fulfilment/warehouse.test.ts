import { expect, it } from "vitest";
import type { WarehouseOrder } from "../../api/types";
import { picks, shipped } from "./warehouse";

const line = (no: number, quantity: number, more: object = {}) =>
  ({ line: no, item: "X", quantity, ...more }) as WarehouseOrder["lines"][number];

it("proposes all that is still to come, and takes what is typed instead", () => {
  const lines = [line(1, 10, { shipped: 4, dropped: 1 }), line(2, 5)];
  expect(picks(lines, new Map())).toEqual([
    { line: 1, picked: 9 },
    { line: 2, picked: 5 },
  ]);
  expect(picks(lines, new Map([[2, 3]]))[1]).toEqual({ line: 2, picked: 3 });
  expect(shipped(lines, new Map())).toEqual([
    { line: 1, quantity: 5 },
    { line: 2, quantity: 5 },
  ]);
});

it("leaves lines out of a shipment of which nothing leaves", () => {
  expect(shipped([line(1, 4, { shipped: 4 }), line(2, 5)], new Map([[2, 0]]))).toEqual([]);
});
