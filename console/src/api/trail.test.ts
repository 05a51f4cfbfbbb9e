import { describe, expect, it } from "vitest";
import { entryOf, isOfType, lastBefore, nameOf, questionOf } from "./trail";
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
  it("asks the product for everything that it understands, and for nothing else", () => {
    expect(questionOf({})).toEqual({});
    expect(questionOf({ subject: " SO-17 ", actor: "sally", from: "2026-11-26T09:00:00Z" })).toEqual({
      subject: "SO-17",
      actor: "sally",
      from: "2026-11-26T09:00:00Z",
    });
    expect(questionOf({ type: "order.hold" })).toEqual({ type: "order." });
    expect(questionOf({ type: "hold released" })).toEqual({});
  });

  it("finds a type by any part of it, as people write it", () => {
    expect(isOfType(event({}), undefined)).toBe(true);
    expect(isOfType(event({}), "order.hold")).toBe(true);
    expect(isOfType(event({}), "Order hold released")).toBe(true);
    expect(isOfType(event({}), "hold_placed")).toBe(false);
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
