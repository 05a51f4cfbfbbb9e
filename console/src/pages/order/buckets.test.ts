import { expect, it } from "vitest";
import type { OrderLine } from "../../api/types";
import { afterwards, correctable, waitsForSupply } from "./buckets";

const line = (no: number, given: Partial<OrderLine>) =>
  ({ line: no, ordered: 10, open: 0, cancelled: 0, backordered: 0, ...given }) as OrderLine;

it("a line is put right as long as none of it is promised, and something else is sent for what waits", () => {
  const lines = [
    line(1, { open: 10 }),
    line(2, { open: 8, cancelled: 2 }),
    line(3, { open: 4, allocated: 6 }),
    line(4, { backordered: 10 }),
    line(5, { cancelled: 10 }),
  ];
  expect(correctable({ lines }).map((each) => each.line)).toEqual([1, 2]);
  expect(waitsForSupply({ lines }).map((each) => each.line)).toEqual([4]);
});

it("what became of shipped units is told where something did", () => {
  const shipped = { shipped: 10, delivered: 4, cancel_failed: 0, returned: 2, sent_back: 0 };
  expect(afterwards(line(1, shipped))).toBe("4 delivered, 2 asked back");
  expect(afterwards(line(1, { ...shipped, delivered: 0, returned: 0 }))).toBe("");
});
