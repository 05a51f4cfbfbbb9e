import { describe, expect, it } from "vitest";
import type { Exception, Me } from "../../api/types";
import { mayNot, mayNotDecide } from "./authority";

const price = {
  owner: "sales",
  deciders: ["sales", "director"],
  assignee: null,
  amount_minor: 12_000,
} as unknown as Exception;
const somebody = (id: string, roles: string[]): Me => ({ id, name: id, kind: "user", roles });
const sally = somebody("sally", ["sales"]);

describe("authority over an exception", () => {
  it("is with its owner, and others are told whose it is", () => {
    expect(mayNotDecide(price, sally)).toBeUndefined();
    const wendy = somebody("wendy", ["warehouse"]);
    expect(mayNotDecide(price, wendy)).toBe("This is for sales or director. You are warehouse.");
  });

  it("is with whom it was given to", () => {
    expect(mayNotDecide({ ...price, assignee: "wendy" }, somebody("wendy", ["warehouse"]))).toBeUndefined();
  });

  it("ends at a person's limit where something is given away, and only there", () => {
    const limited: Me = { ...sally, limit: { amount: "100.00", currency: "GBP" } };
    expect(mayNot(price, "release", limited, "GBP")).toBe("£120.00 is at stake, and your limit is £100.00.");
    expect(mayNot(price, "use_expected_price", limited, "GBP")).toBeUndefined();
    expect(mayNot({ ...price, amount_minor: 10_000 }, "release", limited, "GBP")).toBeUndefined();
  });
});
