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
    const entries = timeline(
      [
        event("1.0", "order.received", { channel: "file" }),
        event("1.4", "order.line_priced", { line: "L-1" }),
        event("1.5", "order.line_priced", { line: "L-2" }),
      ],
      "GBP",
    );
    expect(entries.map(({ title }) => title)).toEqual(["2 lines priced", "Received by file"]);
  });

  it("keeps book-keeping apart", () => {
    const [entry] = timeline([event("1.0", "order.exposure_moved", { amount: 1 })], "GBP");
    expect(entry?.isDetail).toBe(true);
  });

  it("has who decided and why", () => {
    const [entry] = timeline(
      [event("7.0", "exception.resolved", { action: "release", reason: "agreed by phone" }, "exception EX-3")],
      "GBP",
    );
    expect(entry).toMatchObject({
      title: "EX-3 resolved: release",
      reason: "agreed by phone",
      actor: "demo",
      isDetail: false,
    });
  });

  it("has words for events that it does not know", () => {
    expect(timeline([event("1.0", "order.address_changed")], "GBP")[0]?.title).toBe("Address changed");
    expect(timeline([event("1.0", "fulfilment.redirected", {}, "warehouse_order WO-7")], "GBP")[0]?.title).toBe(
      "Fulfilment WO-7 redirected",
    );
  });
});
