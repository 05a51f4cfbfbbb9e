import { describe, expect, it } from "vitest";
import { split, spread, wrongAmount } from "./spread";

const gbp = (amount: string) => ({ amount, currency: "GBP" });
const item = (invoice: string, due: string, open: string) => ({ invoice, due, open: gbp(open) });

describe("money that is spread over open items", () => {
  it("pays what is due first, and the rest in part", () => {
    const items = [item("IN-2", "2026-12-20", "50.00"), item("IN-1", "2026-12-01", "80.10")];
    expect(spread(gbp("100.00"), items)).toEqual([
      { invoice: "IN-1", amount: gbp("80.10") },
      { invoice: "IN-2", amount: gbp("19.90") },
    ]);
  });

  it("never gives an item more than is open, nor another currency", () => {
    expect(spread(gbp("100.00"), [item("IN-1", "2026-12-01", "30.00")])).toEqual([
      { invoice: "IN-1", amount: gbp("30.00") },
    ]);
    expect(spread({ amount: "100.00", currency: "EUR" }, [item("IN-1", "2026-12-01", "30.00")])).toEqual([]);
  });
});

describe("money that is split by hand", () => {
  const items = [item("IN-1", "2026-12-01", "80.00"), item("IN-2", "2026-12-20", "50.00")];

  it("gives an item what was typed, and the others what is left", () => {
    expect(split(gbp("100.00"), items, new Map([["IN-1", "30"]]))).toEqual([
      { invoice: "IN-1", amount: gbp("30.00") },
      { invoice: "IN-2", amount: gbp("50.00") },
    ]);
    expect(split(gbp("30.00"), items, new Map([["IN-2", "30.00"]]))).toEqual([
      { invoice: "IN-2", amount: gbp("30.00") },
    ]);
  });

  it("takes no amount that is more than is open, or none", () => {
    expect(wrongAmount("80.01", gbp("80.00"))).toMatch(/At most 80.00/);
    expect(wrongAmount("-1", gbp("80.00"))).toMatch(/such as/);
    expect(wrongAmount("0", gbp("80.00"))).toMatch(/More than nothing/);
    expect(wrongAmount("", gbp("80.00"))).toBeUndefined();
    expect(split(gbp("100.00"), items, new Map([["IN-1", "90"]]))[0]).toEqual({
      invoice: "IN-1",
      amount: gbp("80.00"),
    });
  });
});
