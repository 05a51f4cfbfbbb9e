import { describe, expect, it } from "vitest";
import { bodyOf, type Change, leftOf, missingIn } from "./quota";

const typed: Change = { verb: "allocate", node: "", group: "web", to: "", units: 5 };

describe("a change of what is kept for whom", () => {
  it("is for all warehouses unless it names one", () => {
    expect(bodyOf("A-1", typed)).toEqual({ item: "A-1", change: { allocate: { group: "web", quantity: 5 } } });
    expect(bodyOf("A-1", { ...typed, node: "EAST" })).toMatchObject({ node: "EAST" });
  });

  it("moves units from one group to another one", () => {
    const change: Change = { ...typed, verb: "reallocate", to: "key" };
    expect(bodyOf("A-1", change).change).toEqual({ reallocate: { from: "web", to: "key", quantity: 5 } });
    expect(missingIn({ ...change, to: "web" })).toBe("the other group");
  });

  it("wants whole units for a group, and nothing to share by weight", () => {
    expect(missingIn({ ...typed, units: 0 })).toBe("the units");
    expect(missingIn({ ...typed, group: "" })).toBe("the group");
    expect(missingIn({ ...typed, verb: "share", group: "", units: 0 })).toBeUndefined();
  });

  it("knows what a group has left, everywhere and at one warehouse", () => {
    const quota = { group: "web", quota: 9, reserved: 4 };
    const all = [
      { ...quota, node: "EAST", left: 5 },
      { ...quota, node: "WEST", left: 2 },
      { ...quota, node: "EAST", group: "key", left: 7 },
    ];
    expect([leftOf(all, "web", ""), leftOf(all, "web", "EAST")]).toEqual([7, 5]);
  });
});
