import { describe, expect, it } from "vitest";
import { addressOf } from "../api/client";
import { toCsv } from "./csv";
import { placeOf } from "./identifier";
import { eventId, flag, moment, oneOf, text, understand } from "./search";
import { readSorting, writeSorting } from "./sorting";

describe("an address", () => {
  const read = understand({ status: oneOf(["open", "all"]), q: text, mine: flag });

  it("keeps what a page understands, so that an old link still opens", () => {
    expect(read({ status: "open", q: 536365, mine: "true", colour: "red" })).toEqual({
      status: "open",
      q: "536365",
      mine: true,
    });
    expect(read({ status: "nonsense", q: " " })).toEqual({});
  });

  it("keeps moments and events, and takes no number for an event", () => {
    const read = understand({ from: moment, open: eventId });
    expect(read({ from: "2026-11-26T08:00Z", open: "17.30" })).toEqual({ from: "2026-11-26T08:00Z", open: "17.30" });
    expect(read({ from: "yesterday", open: 17.3 })).toEqual({});
  });

  it("says what a list is sorted by", () => {
    expect(readSorting("-net")).toEqual({ column: "net", descending: true });
    expect(writeSorting(readSorting("net"))).toBe("net");
    expect(writeSorting(undefined)).toBeUndefined();
  });

  it("of the API has its parts escaped, and leaves out what was not given", () => {
    expect(addressOf("/v1/orders/{order}/waiting", { order: "SO/1" }, { after: undefined, limit: 5 })).toBe(
      "/v1/orders/SO%2F1/waiting?limit=5",
    );
    expect(() => addressOf("/v1/orders/{order}", {})).toThrow("needs order");
  });
});

describe("a number that was typed", () => {
  it("leads to what it names, however it was typed", () => {
    expect(placeOf("so 17")).toEqual({ to: "/orders/$order", params: { order: "SO-17" } });
    expect(placeOf("ex-3")).toEqual({ to: "/exceptions", search: { case: "EX-3", status: "all" } });
    expect(placeOf("17850")).toBeUndefined();
  });
});

describe("an export", () => {
  it("is read by spreadsheets as it was, and no text becomes a formula", () => {
    const columns = [
      { header: "name", value: (row: { name: string; units: number }) => row.name },
      { header: "units", value: (row: { name: string; units: number }) => row.units },
    ];
    const rows = [
      { name: 'a "b", c', units: 2 },
      { name: "=SUM(A1)", units: -1 },
      { name: "-12.50", units: 0 },
    ];
    expect(toCsv(rows, columns)).toBe('name,units\r\n"a ""b"", c",2\r\n\'=SUM(A1),-1\r\n-12.50,0\r\n');
  });
});
