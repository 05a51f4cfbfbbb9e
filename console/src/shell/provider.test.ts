import { expect, test } from "vitest";
import { refusalIn, returnTo } from "./provider";

test("a refused sign-in is told in words, an unknown code too", () => {
  expect(refusalIn("?sign_in=no_role")).toContain("groups");
  expect(refusalIn("?sign_in=%3Cscript%3E")).toContain("log has the reason");
  expect(refusalIn("?status=held")).toBeUndefined();
});

test("the way back leads to the same page, and not to the refusal", () => {
  expect(returnTo({ pathname: "/orders", search: "?status=held&sign_in=denied", hash: "#x" })).toBe(
    "/orders?status=held#x",
  );
  expect(returnTo({ pathname: "/", search: "?sign_in=denied", hash: "" })).toBe("/");
});
