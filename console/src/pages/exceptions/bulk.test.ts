import { expect, it } from "vitest";
import type { Authority, Exception, Me } from "../../api/types";
import { leftAlone, obstacle } from "./bulk";

const exception = {
  kind: "PRICE-MISMATCH",
  deciders: ["sales"],
  actions: ["release"],
  amount_minor: 5,
} as unknown as Exception;
const sally: Me = { id: "sally", name: "Sally", kind: "user", roles: ["sales"] };
const said = (why_not: string | null) => [{ what: "release", why_not }] as unknown as Authority[];

it("what the product would refuse is left alone, with its words, though the roles and the limit would do", () => {
  expect(obstacle(exception, "release", sally, "GBP", said(null))).toBeUndefined();
  expect(obstacle(exception, "release", sally, "GBP", said("sally placed the order"))).toBe("sally placed the order.");
});

it("a case that has no such action is left alone", () => {
  expect(obstacle(exception, "write_off", sally, "GBP", said(null))).toMatch(/does not offer it/);
});

it("reasons are counted, the most frequent first", () => {
  expect(leftAlone(["a", undefined, "b", "b"])).toEqual([
    { why: "b", cases: 2 },
    { why: "a", cases: 1 },
  ]);
});
