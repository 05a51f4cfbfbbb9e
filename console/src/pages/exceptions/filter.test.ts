import { describe, expect, it } from "vitest";
import type { Exception, Me } from "../../api/types";
import { asListed, countOf, nextCase, queue } from "./filter";

const NOW = new Date("2026-11-26T12:00:00Z");

function exception(id: string, resolveBy: string, more: Partial<Exception> = {}): Exception {
  const base = {
    id,
    kind: "PRICE",
    severity: "low",
    owner: "sales",
    deciders: ["sales", "director"],
    reason: "",
    assignee: null,
  };
  return { ...base, raised_at: "2026-11-26T11:30:00Z", resolve_by: resolveBy, ...more } as Exception;
}

const late = exception("EX-1", "2026-11-26T11:00:00Z", { order: "SO-7" });
const soon = exception("EX-2", "2026-11-26T12:10:00Z", {
  kind: "TAX",
  owner: "receivables",
  deciders: ["receivables", "director"],
});
const later = exception("EX-3", "2026-11-28T12:00:00Z", { assignee: "carl" });
const all = [later, soon, late];
const ids = (list: readonly Exception[]): string[] => list.map(({ id }) => id);

describe("the queue", () => {
  it("is as long as the product counts it: to do is open and claimed", () => {
    const counts = { open: 30, claimed: 4, resolved: 100 };
    expect([countOf(counts, "open"), countOf(counts, "claimed"), countOf(counts, "all")]).toEqual([34, 4, 134]);
    expect(countOf(counts, "cleared")).toBe(0);
  });

  it("shows what is due first", () => {
    expect(ids(queue(all, {}, undefined, NOW))).toEqual(["EX-1", "EX-2", "EX-3"]);
  });

  it("of those that have ended keeps the order in which the product lists them, narrowed all the same", () => {
    expect(ids(asListed([later, soon, late], {}, undefined, NOW))).toEqual(["EX-3", "EX-2", "EX-1"]);
    expect(ids(asListed([later, soon, late], { owner: "sales" }, undefined, NOW))).toEqual(["EX-3", "EX-1"]);
  });

  it("is narrowed by every part of its address", () => {
    expect(ids(queue(all, { kind: "TAX" }, undefined, NOW))).toEqual(["EX-2"]);
    expect(ids(queue(all, { due: "late" }, undefined, NOW))).toEqual(["EX-1"]);
    expect(ids(queue(all, { assignee: "carl" }, undefined, NOW))).toEqual(["EX-3"]);
    expect(ids(queue(all, { q: "so-7" }, undefined, NOW))).toEqual(["EX-1"]);
    expect(ids(queue(all, { owner: "sales", age: "under 1 h" }, undefined, NOW))).toEqual(["EX-1", "EX-3"]);
  });

  it("leaves out what others have claimed when one looks at one's own", () => {
    const sally: Me = { id: "sally", name: "Sally", kind: "user", roles: ["sales"] };
    expect(ids(queue(all, { mine: true }, sally, NOW))).toEqual(["EX-1"]);
    expect(
      ids(queue(all, { mine: true }, { id: "carl", name: "Carl", kind: "user", roles: ["credit_clerk"] }, NOW)),
    ).toEqual(["EX-3"]);
  });

  it("opens the next case when one is done, and the one before at the end", () => {
    expect(nextCase([late, soon, later], "EX-1")).toBe("EX-2");
    expect(nextCase([late, soon, later], "EX-3")).toBe("EX-2");
    expect(nextCase([late], "EX-1")).toBeUndefined();
  });
});
