import { describe, expect, it } from "vitest";
import type { CloudEvent } from "../../api/types";
import { timeline } from "./timeline";

function event(id: string, name: string, data: Record<string, unknown> = {}, subject = "order SO-2"): CloudEvent {
  return {
    id,
    type: `com.crossdock.${name}.v1`,
    subject,
    time: "2026-11-26T03:53:53Z",
    actor: "demo",
    data,
  } as unknown as CloudEvent;
}

describe("the timeline of an order", () => {
  it("tells the latest first, and what one command did to many lines once", () => {
    const entries = timeline([
      event("1.0", "order.received", { channel: "file" }),
      event("1.4", "order.line_priced", { line: "L-1" }),
      event("1.5", "order.line_priced", { line: "L-2" }),
    ]);
    expect(entries.map(({ title }) => title)).toEqual(["2 lines priced", "Received by file"]);
  });

  it("keeps book-keeping apart", () => {
    const [entry] = timeline([event("1.0", "order.exposure_moved")]);
    expect(entry?.isDetail).toBe(true);
  });

  it("keeps what the product records for itself apart, and not what it says about the order under the same family", () => {
    const [promised, reserved] = timeline([
      event("1.0", "inventory.reserved", {}, "stock 22650@EAST"),
      event("2.0", "inventory.repromised", { line: "L-3", was: "2026-12-01", promise: "2026-11-28" }),
    ]);
    expect(reserved?.isDetail).toBe(true);
    expect(promised).toMatchObject({ isDetail: false, title: "Line 3 promised anew for 28 Nov 2026" });
  });

  it("tells money as money", () => {
    const tax = { tax: { amount: "0.05", currency: "GBP" }, degraded: true };
    const [entry] = timeline([event("1.0", "tax.determined", tax)]);
    expect(entry?.title).toBe("Tax determined: £0.05, by our own computation");
  });

  it("leads to what an event is about, where that is not the order itself", () => {
    const [released, received] = timeline([
      event("1.0", "order.received"),
      event("2.0", "fulfilment.released", { node: "EAST" }, "warehouse_order WO-9"),
    ]);
    expect(released?.subject).toEqual({ kind: "warehouse_order", id: "WO-9" });
    expect(received?.subject).toBeUndefined();
  });

  it("tells of a warehouse that refuses with its reason, and leaves out what the order says itself", () => {
    const [completed, refused] = timeline([
      event("1.0", "fulfilment.rejected", { reason: "no room" }, "warehouse_order WO-9"),
      event("2.0", "fulfilment.completed", {}, "warehouse_order WO-9"),
    ]);
    expect(refused).toMatchObject({ title: "WO-9 refused by the warehouse", reason: "no room", isDetail: false });
    expect(completed?.isDetail).toBe(true);
  });

  it("has who decided and why", () => {
    const [entry] = timeline([
      event("7.0", "exception.resolved", { action: "release", reason: "agreed by phone" }, "exception EX-3"),
    ]);
    expect(entry).toMatchObject({
      title: "EX-3 resolved: release",
      reason: "agreed by phone",
      actor: "demo",
      isDetail: false,
    });
  });

  it("tells what a process has decided, by which rule", () => {
    const decisions = [
      { decision: "severity", result: "low", explained: [] },
      { decision: "credit-check", version: 2, result: "hold", explained: [{ rules: [{ number: 3 }] }] },
    ];
    const [entry] = timeline([event("1.0", "process.decided", { decisions }, "instance PI-1")]);
    expect(entry?.title).toBe("Decided by credit check, version 2, rule 3: hold");
  });

  it("tells a result of several values in words, beside the title", () => {
    const result = '{severity: "low", owner: "credit_clerk", respond: "PT2H", resolve: "P1D"}';
    const decisions = [{ decision: "exception-routing", version: 1, result, explained: [{ rules: [{ number: 2 }] }] }];
    const [entry] = timeline([event("1.0", "process.decided", { decisions }, "instance PI-1")]);
    expect(entry?.title).toBe("Decided by exception routing, version 1, rule 2");
    expect(entry?.outcome).toBe("severity: low, owner: credit clerk, respond: 2 h, resolve: 1 d");
  });

  it("has words for events that it does not know", () => {
    expect(timeline([event("1.0", "order.address_changed")])[0]?.title).toBe("Address changed");
    expect(timeline([event("1.0", "fulfilment.redirected", {}, "warehouse_order WO-7")])[0]?.title).toBe(
      "Fulfilment WO-7 redirected",
    );
    expect(timeline([event("1.0", "company.set", {}, "company company")])[0]?.title).toBe("Company set");
  });
});
