import { describe, expect, it } from "vitest";
import type { Invoice } from "../../api/types";
import { creditOf, type TypedCredit } from "./credit";

const line = (order: string, no: number) => ({ order, line: no, item: "A", quantity: 10, price: "2.50" });
const invoice = (orders: string[]) =>
  ({
    orders,
    gross: { amount: "59.50", currency: "EUR" },
    lines: orders.flatMap((order) => [line(order, 1), line(order, 2)]),
  }) as unknown as Invoice;
const typed = (given: Partial<TypedCredit>): TypedCredit => ({
  way: "units",
  order: "SO-1",
  numbers: {},
  amount: "",
  ...given,
});

describe("a credit note", () => {
  it("names what was typed, and nothing else", () => {
    const one = invoice(["SO-1"]);
    expect(creditOf(one, typed({ numbers: { 1: "3", 2: "0" } }))).toEqual({
      body: { lines: [{ line: 1, quantity: 3 }] },
    });
    expect(creditOf(one, typed({ way: "prices", numbers: { 1: "2.5", 2: "2.40" } }))).toEqual({
      body: { prices: [{ line: 2, price: "2.40" }] },
    });
    expect(creditOf(one, typed({ way: "goodwill", amount: "5" }))).toEqual({
      body: { amount: { amount: "5", currency: "EUR" } },
    });
    expect(creditOf(one, typed({ way: "everything" }))).toEqual({ body: {} });
  });

  it("over several orders names the one that it is about", () => {
    expect(creditOf(invoice(["SO-1", "SO-2"]), typed({ order: "SO-2", numbers: { 1: "1" } }))).toEqual({
      body: { order: "SO-2", lines: [{ line: 1, quantity: 1 }] },
    });
  });

  it("is not sent with numbers that cannot be meant", () => {
    const one = invoice(["SO-1"]);
    expect(creditOf(one, typed({ numbers: { 1: "11" } })).wrong).toMatch(/10 units only/);
    expect(creditOf(one, typed({ numbers: { 1: "1.5" } })).wrong).toMatch(/whole units/);
    expect(creditOf(one, typed({ way: "prices", numbers: { 1: "2.60" } })).wrong).toMatch(/billed anew/);
    expect(creditOf(one, typed({ way: "goodwill", amount: "0" })).wrong).toMatch(/no amount/);
    expect(creditOf(one, typed({}))).toEqual({});
  });
});
