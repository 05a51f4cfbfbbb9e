import { expect, it } from "vitest";
import { ageing } from "./ageing";

it("what is open is sorted by how long it has been due, and the day itself is not over", () => {
  const item = (due: string, amount: string) => ({ due, open: { amount, currency: "GBP" } });
  const items = [
    item("2026-11-26", "1.00"),
    item("2026-11-25", "2.00"),
    item("2026-10-27", "4.00"),
    item("2026-10-26", "8.00"),
    item("2026-01-01", "16.00"),
  ];
  const sums = ageing(items, new Date(2026, 10, 26, 12), "GBP").map(({ sum }) => sum.amount);
  expect(sums).toEqual(["1.00", "6.00", "8.00", "0.00", "16.00"]);
});
