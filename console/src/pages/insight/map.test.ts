import { describe, expect, it } from "vitest";
import type { CloudEvent } from "../../api/types";
import { heat, mapOf, median } from "./map";

const event = (subject: string, name: string, second: number) =>
  ({
    type: `com.crossdock.${name}.v1`,
    subject,
    time: new Date(second * 1_000).toISOString(),
  }) as CloudEvent;

describe("the map of what happened", () => {
  it("counts which step followed which in the same order, and how long it took", () => {
    const found = mapOf([
      event("order SO-1", "order.received", 0),
      event("order SO-2", "order.received", 1),
      event("order SO-1", "order.approved", 10),
      event("order SO-2", "order.hold_placed", 2),
      event("order SO-2", "order.approved", 102),
    ]);
    expect(found.orders).toBe(2);
    expect(found.steps).toContainEqual({ id: "order.approved", count: 2 });
    expect(found.ways).toEqual([
      { from: "order.received", to: "order.approved", count: 1, median: 10_000 },
      { from: "order.received", to: "order.hold_placed", count: 1, median: 1_000 },
      { from: "order.hold_placed", to: "order.approved", count: 1, median: 100_000 },
    ]);
  });

  it("takes what happens to every line at once for one step, and leaves other records out", () => {
    const found = mapOf([
      event("order SO-1", "order.promised", 0),
      event("order SO-1", "order.promised", 0),
      event("invoice IN-1", "invoice.released", 1),
    ]);
    expect(found).toEqual({ steps: [{ id: "order.promised", count: 1 }], ways: [], orders: 1 });
  });

  it("has a middle of an even number of times, and no heat where nothing takes time", () => {
    expect([median([3, 1]), median([3, 1, 9]), median([])]).toEqual([2, 3, 0]);
    expect([heat(0, [0]), heat(999, [999])]).toEqual([0, 1]);
  });
});
