import { describe, expect, it } from "vitest";
import type { Me } from "../../api/types";
import { mayNotChange, mayNotChangeRights, mayNotSee } from "./authority";
import { endOfDay, others, standingOf } from "./keys";
import { requestOf, wrongId, wrongLimit } from "./rights";

const me = (...roles: string[]): Me => ({ id: "ann", name: "Ann", kind: "user", roles });

describe("who administers", () => {
  it("is told why not, with the roles that one has", () => {
    expect(mayNotSee(me("sales"))).toBe("Only administrators and directors see who may do what. You are sales.");
    expect(mayNotSee(me("director"))).toBeUndefined();
    expect(mayNotChange(me("director"))).toMatch(/^Only administrators change .* You are director\.$/);
    expect(mayNotChange(me())).toMatch(/You have no role\.$/);
  });

  it("does not change his own rights", () => {
    expect(mayNotChangeRights(me("admin"), "ann")).toMatch(/^Nobody changes his own rights/);
    expect(mayNotChangeRights(me("admin"), "bob")).toBeUndefined();
  });
});

describe("rights that are typed", () => {
  it("have a name that is free and that the record can take", () => {
    expect(wrongId("ann.lee@sales", [])).toBeUndefined();
    expect(wrongId("Ann", [])).toMatch(/small letters/);
    expect(wrongId("process", [])).toMatch(/own name/);
    expect(wrongId("bob", ["bob"])).toMatch(/there already/);
  });

  it("have a limit in whole and part units of the currency, or none", () => {
    expect(wrongLimit("", 2)).toBeUndefined();
    expect(wrongLimit("2500.5", 2)).toBeUndefined();
    expect(wrongLimit("2500.505", 2)).toMatch(/At most 2 digits/);
    for (const wrong of ["-5", "£5", "1,000", "5."]) expect(wrongLimit(wrong, 2)).toMatch(/An amount such as/);
    expect(
      requestOf(
        {
          id: " bob ",
          name: "Bob",
          roles: ["sales"],
          limit: " ",
          jobTypes: [],
          companies: { sales: "CD, UK", warehouse: "US" },
        },
        "GBP",
      ),
    ).toEqual({
      id: "bob",
      name: "Bob",
      roles: ["sales"],
      companies: [{ role: "sales", companies: ["CD", "UK"] }],
      limit: null,
      job_types: [],
    });
  });
});

describe("a key", () => {
  const now = new Date("2026-11-26T09:00:00Z");
  const key = { prefix: "cd_live_3f9a1c07", created_at: "2026-01-01T00:00:00Z" };

  it("says whether it is accepted, until when, and why not", () => {
    expect(standingOf({ ...key, valid: true }, now)).toEqual({ tone: "green", text: "Accepted" });
    expect(standingOf({ ...key, valid: true, expires: "2026-12-01T00:00:00Z" }, now)).toEqual({
      tone: "orange",
      text: "Ends in 4 d",
    });
    expect(standingOf({ ...key, valid: false, expires: "2026-11-01T00:00:00Z" }, now).text).toBe("Expired");
    expect(standingOf({ ...key, valid: false, revoked_at: "2026-11-01T00:00:00Z" }, now).text).toBe("Revoked");
    expect(standingOf({ ...key, valid: true }, now, true).text).toBe("Not accepted: the client is shut out");
  });

  it("ends with the day that was chosen, and the others when the new one was taken over", () => {
    expect(endOfDay("")).toBeNull();
    expect(new Date(endOfDay("2027-12-31") ?? "").getTime()).toBe(new Date(2027, 11, 31, 23, 59, 59).getTime());
    expect(others("stay", now)).toBeNull();
    expect(others("now", now)).toBe("2026-11-26T09:01:00.000Z");
    expect(others("week", now)).toBe("2026-12-03T09:00:00.000Z");
  });
});
