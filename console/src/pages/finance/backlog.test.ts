import { describe, expect, it } from "vitest";
import type { Exception, Invoice, Order } from "../../api/types";
import { backlogOf, times } from "./backlog";

const gbp = (amount: string) => ({ amount, currency: "GBP" });
const order = (billing: string, shipped: number, more: object = {}): Order =>
  ({
    id: "SO-1",
    account: "17850",
    billing,
    net: gbp("100.00"),
    received_at: "2026-11-20T08:00:00Z",
    lines: [{ ordered: 10, cancelled: 0, shipped, invoiced: 0, credited: 0, price: "1.255" }],
    ...more,
  }) as unknown as Order;

describe("the backlog of invoices", () => {
  it("has what has shipped and is not billed, with its value and the reason of its billing", () => {
    const [found] = backlogOf([order("on_complete=14", 4, { bill_at: "2026-12-04T08:00:00Z" })], [], []);
    expect(found).toMatchObject({ stage: "to bill", value: gbp("5.02") });
    expect(found?.why).toBe("Billed when all has shipped: 6 units to come, 4 Dec 2026 at the latest");
    expect(backlogOf([order("per_shipment", 0)], [], [])).toEqual([]);
  });

  it("leaves out units that are billed: an order that waits for its rest is no backlog of finance", () => {
    const line = { ordered: 10, cancelled: 0, shipped: 8, credited: 0, price: "2" };
    const of = (invoiced: number) =>
      backlogOf([order("per_shipment", 8, { lines: [{ ...line, invoiced }] })], [], []).map(({ value }) => value);
    expect(of(8)).toEqual([]);
    expect(of(5)).toEqual([gbp("6.00")]);
  });

  it("names the case that somebody has to decide first", () => {
    const asked = { id: "EX-9", kind: "BILLING-BLOCKED", order: "SO-1", reason: "no tax" } as Exception;
    expect(backlogOf([order("per_shipment", 4)], [], [asked])[0]).toMatchObject({
      why: "Billing blocked: no tax",
      exception: "EX-9",
    });
  });

  it("has what the ERP has not confirmed", () => {
    const invoice = { id: "IN-1", number: "LW-1", order: "SO-1", gross: gbp("12.00"), date: "2026-11-25" } as Invoice;
    expect(backlogOf([], [invoice], [])[0]).toMatchObject({ id: "LW-1", stage: "to book", value: gbp("12.00") });
    expect(backlogOf([], [{ ...invoice, erp_reference: "4711" }], [])).toEqual([]);
  });

  it("multiplies prices of any number of digits exactly", () => {
    expect(times("1.255", 4, "GBP")).toBe(502n);
    expect(times("0.0333", 3, "GBP")).toBe(10n);
    expect(times("7", 3, "JPY")).toBe(21n);
  });
});
