import { describe, expect, it } from "vitest";
import type { Exception, Order, Payment, Stock, System } from "../../api/types";
import { type Evidence, suggestionsFor } from "./suggest";

const gbp = (amount: string) => ({ amount, currency: "GBP" });
const one = (kind: string, actions: string[], reason = ""): Exception =>
  ({ id: "EX-1", kind, actions, reason }) as unknown as Exception;
const order = (backordered: number): Order =>
  ({ net: gbp("90.00"), tax: gbp("10.00"), lines: [{ item: "A", open: 0, backordered }] }) as unknown as Order;
const first = (of: Exception, evidence: Evidence) => suggestionsFor(of, evidence)[0]?.action;

describe("a suggestion", () => {
  it("for a price goes by how far it is off", () => {
    const price = (reason: string) => one("PRICE", ["release", "use_expected_price", "cancel"], reason);
    expect(first(price("line 1: 2.95 asked, 3.39 expected (list price): too low by 12.98 %"), {})).toBe(
      "use_expected_price",
    );
    expect(first(price("line 1: 3.35 asked, 3.39 expected (list price): too low by 1.18 %"), {})).toBe("release");
    const several = "line 1: too low by 1.12 %; line 4: 1.45 asked, 1.95 expected: too low by 25.64 %";
    expect(suggestionsFor(price(several), {})[0]?.because).toMatch(/up to 25.64 %/);
    expect(first(price("line 1: 4.00 asked, 3.39 expected: too high by 17.99 %"), {})).toBe("use_expected_price");
    expect(first(price("line 1: no price"), {})).toBeUndefined();
  });

  it("for credit is to check again once the account has room for the order, and not before", () => {
    const credit = one("CREDIT", ["release", "retry", "cancel"]);
    const owing = (exposure: string) =>
      ({ credit_limit: gbp("600.00"), exposure: gbp(exposure) }) as Evidence["account"];
    expect(first(credit, { account: owing("500.00"), order: order(0) })).toBe("retry");
    expect(first(credit, { account: owing("500.01"), order: order(0) })).toBeUndefined();
  });

  it("for a shortage looks at what is there, then at what comes, and concludes nothing from what it does not know", () => {
    const short = one("SHORTAGE", ["wait", "resource", "cancel"]);
    const stock = (available: number, inbound: Stock["inbound"]) =>
      ({ item: "A", node: "EAST", available, inbound }) as unknown as Stock;
    const coming = [{ document: "P-1", quantity: 5, eta: "2026-12-01" }] as unknown as Stock["inbound"];
    expect(first(short, { order: order(3), stocks: [stock(4, [])] })).toBe("resource");
    expect(suggestionsFor(short, { order: order(3), stocks: [stock(0, coming)] })).toEqual([
      { action: "wait", because: "5 units of A come to EAST on 1 Dec 2026" },
    ]);
    expect(first(short, { order: order(3), stocks: [stock(0, [])] })).toBeUndefined();
    expect(first(short, { order: order(3) })).toBeUndefined();
  });

  it("for an unmatched payment is the only candidate, and none where there are several", () => {
    const payment = one("PAYMENT-UNMATCHED", ["match", "put_on_account"]);
    const of = (...invoices: string[][]) =>
      ({
        account: "17850",
        candidates: invoices.map((each) => ({ invoices: each, evidence: "amount" })),
      }) as unknown as Payment;
    expect(suggestionsFor(payment, { payment: of(["IN-7"]) })[0]?.details).toEqual({ invoices: ["IN-7"] });
    expect(first(payment, { payment: of(["IN-7"], ["IN-8"]) })).toBeUndefined();
    expect(first(payment, { payment: of() })).toBe("put_on_account");
  });

  it("to try again waits until every system answers", () => {
    const system = (circuit: string) => ({ name: "erp", circuit }) as System;
    const broken = one("INTEGRATION", ["retry", "cancel"]);
    expect(first(broken, { systems: [system("closed")] })).toBe("retry");
    expect(first(broken, { systems: [system("closed"), system("open")] })).toBeUndefined();
    expect(first(one("TAX", ["degrade", "retry"]), { systems: [system("open")] })).toBe("degrade");
  });

  it("tells a habit from five decisions on, and offers only what the case offers", () => {
    const decided = (action: string, times: number) =>
      Array.from({ length: times }, () => ({ resolution: { action } }) as Exception);
    const deduction = one("DEDUCTION", ["write_off", "reject"]);
    expect(first(deduction, { decided: decided("write_off", 4) })).toBeUndefined();
    expect(first(deduction, { decided: [...decided("write_off", 4), ...decided("reject", 1)] })).toBe("write_off");
    expect(first(deduction, { decided: [...decided("write_off", 3), ...decided("reject", 3)] })).toBeUndefined();
    expect(first(one("DEDUCTION", ["reject"]), { decided: decided("write_off", 9) })).toBeUndefined();
  });
});
