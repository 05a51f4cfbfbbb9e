import { describe, expect, it } from "vitest";
import { formatMoney, fromMinor, sums, toMinor } from "./money";

describe("money", () => {
  it("has its currency, grouped digits, and none taken away", () => {
    expect(formatMoney({ amount: "1234567.50", currency: "GBP" })).toBe("£1,234,567.50");
    expect(formatMoney({ amount: "-12.5", currency: "EUR" })).toBe("−€12.50");
    expect(formatMoney({ amount: "0.12345", currency: "USD" })).toBe("$0.12345");
    expect(formatMoney({ amount: "1200", currency: "JPY" })).toBe("¥1,200");
    expect(formatMoney({ amount: "5.00", currency: "CHF" })).toBe("CHF 5.00");
  });

  it("goes to minor units and back exactly, beyond what a binary fraction holds", () => {
    expect(toMinor({ amount: "90071992547409.93", currency: "EUR" })).toBe(9_007_199_254_740_993n);
    expect(fromMinor(9_007_199_254_740_993n, "EUR").amount).toBe("90071992547409.93");
    expect(fromMinor(-5, "GBP").amount).toBe("-0.05");
    expect(fromMinor(7, "JPY").amount).toBe("7");
  });

  it("is summed for each currency alone", () => {
    const amounts = [
      { amount: "0.10", currency: "EUR" },
      { amount: "0.20", currency: "EUR" },
      { amount: "1.00", currency: "GBP" },
    ];
    expect(sums(amounts)).toEqual([
      { amount: "0.30", currency: "EUR" },
      { amount: "1.00", currency: "GBP" },
    ]);
  });
});
