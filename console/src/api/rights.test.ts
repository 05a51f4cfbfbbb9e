import { expect, it } from "vitest";
import { authorityOf, mayNotPost } from "./rights";
import type { Me } from "./types";

const me = (...roles: string[]) => ({ roles }) as Me;

it("an operation is for the roles that the description of the API names, for administrators and for directors", () => {
  const why = (...roles: string[]) => mayNotPost("/v1/orders/{order}/holds", me(...roles));
  expect([why("sales"), why("credit_clerk"), why("admin"), why("warehouse", "director")]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(why("warehouse")).toBe("This is for sales, credit clerk, credit manager or operations. You are warehouse.");
  expect(why()).toMatch(/You are without a role\.$/);
});

it("nobody is refused before it is known who sits there", () => {
  expect(mayNotPost("/v1/orders", undefined)).toBeUndefined();
});

it("a limit is told where there is one, and where it counts", () => {
  const limited = { ...me("receivables"), limit: { amount: "500.00", currency: "GBP" } } as Me;
  const path = "/v1/invoices/{invoice}/credit-notes";
  expect(authorityOf(path, limited, "A credit note")).toBe(
    "This is for receivables or director. A credit note may come to £500.00 with you.",
  );
  expect(authorityOf(path, me("receivables"), "A credit note")).toBe("This is for receivables or director.");
});
