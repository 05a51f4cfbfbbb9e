import { describe, expect, it } from "vitest";
import { spread } from "./spread";

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
