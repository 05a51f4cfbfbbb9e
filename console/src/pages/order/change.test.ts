import { describe, expect, it } from "vitest";
import type { Order } from "../../api/types";
import { changeOf, NOTHING_TYPED, wrongIn } from "./change";

const ORDER = {
  id: "SO-1",
  requested: "2026-12-01",
  lines: [
    { line: 1, item: "BRK-100", ordered: 10, cancelled: 2, price: "2.50" },
    { line: 2, item: "ANC-200", ordered: 4, cancelled: 0, price: "1.00" },
  ],
} as Order;

describe("a change of an order", () => {
  it("holds only what is other than before, and is none without it", () => {
    const same = { quantities: { 1: 8 }, prices: { 1: "2.5" }, added: [], requested: "2026-12-01" };
    expect(changeOf(ORDER, same)).toBeUndefined();
    expect(changeOf(ORDER, NOTHING_TYPED)).toBeUndefined();
    const typed = { ...same, quantities: { 1: 8, 2: 5 }, prices: { 1: "2.40", 2: "1" } };
    expect(changeOf(ORDER, typed)).toEqual({
      quantities: [{ line: 2, quantity: 5 }],
      prices: [{ line: 1, price: "2.40" }],
    });
  });

  it("adds lines with a price only where one was typed", () => {
    const added = [
      { item: " LMP-300 ", quantity: "2", price: "" },
      { item: "PNT-010", quantity: "1.5", price: "9.90" },
    ];
    expect(changeOf(ORDER, { ...NOTHING_TYPED, added })).toEqual({
      added: [
        { item: "LMP-300", quantity: "2" },
        { item: "PNT-010", quantity: "1.5", price: "9.90" },
      ],
    });
  });

  it("tells what cannot be sent before it is", () => {
    expect(wrongIn({ ...NOTHING_TYPED, prices: { 2: "cheap" } })).toContain("line 2");
    expect(wrongIn({ ...NOTHING_TYPED, added: [{ item: "", quantity: "1", price: "" }] })).toContain("no item");
    expect(wrongIn({ ...NOTHING_TYPED, added: [{ item: "X", quantity: "0", price: "" }] })).toContain("above zero");
    expect(wrongIn({ ...NOTHING_TYPED, prices: { 2: "3.10" } })).toBeUndefined();
  });
});
