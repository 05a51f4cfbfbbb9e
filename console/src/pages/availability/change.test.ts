import { describe, expect, it } from "vitest";
import type { Me } from "../../api/types";
import { mayNotChangeStock, mayNotPromise, type Typed, wrongIn } from "./change";

const typed = (more: Partial<Typed>): Typed => ({
  item: "A",
  node: "EAST",
  units: 5,
  blocked: 0,
  document: "C-1",
  reason: "found behind the rack",
  day: "",
  ...more,
});

describe("a change of stock", () => {
  it("of what was found or lost needs units, a document and a reason, and may be less", () => {
    expect(wrongIn("adjust", typed({ units: -3 }))).toBeUndefined();
    expect(wrongIn("adjust", typed({ units: 0 }))).toBe("the units");
    expect(wrongIn("adjust", typed({ units: 0, blocked: 2 }))).toBeUndefined();
    expect(wrongIn("adjust", typed({ document: " " }))).toBe("the document");
    expect(wrongIn("adjust", typed({ reason: "" }))).toBe("the reason");
  });

  it("of a count may find nothing, but not less than that", () => {
    expect(wrongIn("count", typed({ units: 0 }))).toBeUndefined();
    expect(wrongIn("count", typed({ units: -1 }))).toBe("the units");
  });

  it("of expected supply needs the day on which it comes", () => {
    expect(wrongIn("supply", typed({}))).toBe("the day");
    expect(wrongIn("supply", typed({ day: "2026-12-01", reason: "" }))).toBeUndefined();
  });

  it("is for the warehouse, and promises are for sales", () => {
    const me = (...roles: string[]) => ({ id: "x", roles }) as unknown as Me;
    expect(mayNotChangeStock(me("warehouse"))).toBeUndefined();
    expect(mayNotChangeStock(me("sales"))).toMatch(/You are sales/);
    expect(mayNotPromise(me("sales"))).toBeUndefined();
    expect(mayNotPromise(me("warehouse"))).toBe("This is for sales. You are warehouse.");
  });
});
