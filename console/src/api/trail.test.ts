import { describe, expect, it } from "vitest";
import { entryOf, lastBefore, matches, nameOf } from "./trail";
import type { CloudEvent } from "./types";

const event = (change: Partial<CloudEvent>): CloudEvent =>
  ({
    id: "17.3",
    type: "com.crossdock.order.hold_released.v1",
    subject: "order SO-17",
    actor: "sally",
    time: "2026-11-26T09:00:00.500Z",
    ...change,
  }) as CloudEvent;

describe("a search of the journal", () => {
  it("finds by whom, what and when; what is not asked for does not matter", () => {
    expect(matches(event({}), {})).toBe(true);
    expect(matches(event({}), { actor: "Sally", type: "hold released" })).toBe(true);
    expect(matches(event({}), { actor: "sal" })).toBe(false);
    expect(matches(event({}), { type: "order.hold" })).toBe(true);
    expect(matches(event({}), { type: "Order hold released" })).toBe(true);
    expect(matches(event({}), { type: "hold_placed" })).toBe(false);
    expect(matches(event({}), { from: "2026-11-26T09:00:00Z", to: "2026-11-26T09:01:00Z" })).toBe(true);
    expect(matches(event({}), { from: "2026-11-26T09:01:00Z" })).toBe(false);
    expect(matches(event({}), { to: "2026-11-26T08:59:00Z" })).toBe(false);
  });

  it("finds a subject with and without its kind, and with an order what belongs to it", () => {
    expect(matches(event({}), { subject: "so-17" })).toBe(true);
    expect(matches(event({}), { subject: "order SO-17" })).toBe(true);
    expect(matches(event({}), { subject: "SO-1" })).toBe(false);
    expect(matches(event({ subject: "stock 22650@EAST" }), { subject: "22650@east" })).toBe(true);
    expect(matches(event({ subject: "invoice IN-2", correlationid: "SO-17" }), { subject: "SO-17" })).toBe(true);
  });

  it("names events and their entries", () => {
    expect(nameOf(event({}))).toBe("order.hold_released");
    expect(entryOf("3003.41")).toBe(3003);
  });

  it("for a moment finds its place in a few steps", async () => {
    let steps = 0;
    const isLater = (position: number): Promise<boolean> => {
      steps += 1;
      return Promise.resolve(position > 4_711);
    };
    expect(await lastBefore(100_000, isLater)).toBe(4_711);
    expect(steps).toBeLessThan(18);
    expect(await lastBefore(10, () => Promise.resolve(true))).toBe(0);
    expect(await lastBefore(10, () => Promise.resolve(false))).toBe(10);
  });
});
