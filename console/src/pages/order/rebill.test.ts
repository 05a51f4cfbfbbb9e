import { expect, it } from "vitest";
import type { Order } from "../../api/types";
import { rebillOf } from "./rebill";

const order = { lines: [1, 2].map((line) => ({ line, price: "2.50" })) } as unknown as Order;

it("only prices that differ are billed anew, and terms when they are given", () => {
  expect(rebillOf(order, { 1: "2.5", 2: "3" }, undefined)).toEqual({ body: { prices: [{ line: 2, price: "3" }] } });
  const terms = { net_days: "30", discount_percent: " 2", discount_days: "10" };
  expect(rebillOf(order, {}, terms)).toEqual({
    body: { terms: { net_days: 30, discount_percent: "2", discount_days: 10 } },
  });
  expect(rebillOf(order, { 1: "2.50" }, undefined)).toEqual({});
});

it("what is no price and no term is told", () => {
  expect(rebillOf(order, { 2: "two" }, undefined).wrong).toMatch(/line 2/);
  expect(rebillOf(order, {}, { net_days: "a month", discount_percent: "0", discount_days: "0" }).wrong).toMatch(/days/);
});
