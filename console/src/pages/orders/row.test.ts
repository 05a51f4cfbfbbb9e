import { describe, expect, it } from "vitest";
import type { Order } from "../../api/types";
import { sorted } from "../../components/Grid";
import { matches, type OrderRow, rowOf } from "./row";

const line = { ordered: 12, cancelled: 2, shipped: 4, promise: "2026-11-28" };
const order = {
  id: "SO-7",
  status: "on_hold",
  account: "17850",
  purchase_order: "PO 536365",
  channel: "edi",
  holds: [{ kind: "credit" }],
  lines: [line, { ...line, promise: "2026-12-01" }, { ...line, promise: null }],
} as unknown as Order;

describe("a row of the list of orders", () => {
  it("counts units without those that were cancelled, and has the latest promise", () => {
    expect(rowOf(order)).toMatchObject({ lines: 3, units: 30, shipped: 12, promised: "2026-12-01" });
  });

  it("counts the lines that wait for a day, and not those that have left without one", () => {
    const left = { ...line, shipped: 10, promise: null };
    const rowWith = (...lines: object[]) => rowOf({ ...order, lines } as unknown as Order);
    expect([rowOf(order).undated, rowWith(left).undated]).toEqual([1, 0]);
  });

  it("is found by every word that was typed", () => {
    expect(matches(rowOf(order), "536365 credit")).toBe(true);
    expect(matches(rowOf(order), "536365 price")).toBe(false);
  });

  it("is sorted with its numbers as numbers", () => {
    const rows = ["SO-10", "SO-9", "SO-100"].map((id) => ({ id }) as OrderRow);
    const columns = [{ id: "id", header: "Order", width: 1, cell: () => null, by: ({ id }: OrderRow) => id }];
    expect(sorted(rows, columns, { column: "id", descending: false }).map(({ id }) => id)).toEqual([
      "SO-9",
      "SO-10",
      "SO-100",
    ]);
  });
});
