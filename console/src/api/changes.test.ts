import { describe, expect, it } from "vitest";
import { changesOf, concerns } from "./changes";
import type { CloudEvent } from "./types";

function event(subject: string, correlationid?: string): CloudEvent {
  return { subject, correlationid, type: "com.crossdock.x.y.v1" } as CloudEvent;
}

describe("changes", () => {
  it("of one order leave the pages of others alone", () => {
    const changes = changesOf([event("order SO-7", "SO-7")]);
    expect(concerns(changes, ["orders", "one", "SO-7", "timeline"])).toBe(true);
    expect(concerns(changes, ["orders", "one", "SO-8"])).toBe(false);
    expect(concerns(changes, ["orders", "list", {}])).toBe(true);
    expect(concerns(changes, ["payments", "list"])).toBe(false);
  });

  it("of a shipment reach the order that it belongs to", () => {
    const changes = changesOf([event("shipment SH-3", "SO-7")]);
    expect(concerns(changes, ["orders", "one", "SO-7"])).toBe(true);
    expect(concerns(changes, ["shipments", "list"])).toBe(true);
  });

  it("of master data, of what disagrees and of jobs reach the pages that show them", () => {
    expect(concerns(changesOf([event("item BRK-100")]), ["master", "items"])).toBe(true);
    expect(concerns(changesOf([event("price_book list:EU")]), ["master", "price-book", "list:EU"])).toBe(true);
    expect(concerns(changesOf([event("reconciliation reconciliation")]), ["reconciliations"])).toBe(true);
    expect(concerns(changesOf([event("job PI-7/3")]), ["instances", "list", {}])).toBe(true);
    expect(concerns(changesOf([event("account 10001")]), ["master", "items"])).toBe(false);
  });

  it("of an exception reach the user task that it may be", () => {
    expect(concerns(changesOf([event("exception EX-3")]), ["tasks", "PI-17", "4"])).toBe(true);
    expect(concerns(changesOf([event("payment PM-3")]), ["tasks", "PI-17", "4"])).toBe(false);
  });

  it("always move the figures", () => {
    expect(concerns(changesOf([event("series X")]), ["progress"])).toBe(true);
  });
});
