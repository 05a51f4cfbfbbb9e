import { expect, it } from "vitest";
import { isMatched, matchedOf } from "./matched";

it("a payment of which a rest lies on account is matched as well, where it is counted and where it is listed", () => {
  expect(matchedOf({ applied: 507, on_account: 10, unmatched: 2 })).toBe(517);
  expect(
    ["applied", "on_account", "unmatched", "suspense", "reversed"].filter((status) => isMatched({ status })),
  ).toEqual(["applied", "on_account"]);
});
