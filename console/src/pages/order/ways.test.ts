import { expect, it } from "vitest";
import { ways } from "./ways";

it("an order shows what runs for it before what has ended, and nothing twice", () => {
  const begun = [
    { id: "PI-9", process: "returns" },
    { id: "PI-5", process: "order-to-cash" },
    { id: "PI-2", process: "credit" },
  ];
  expect(ways([{ instance: "PI-5", process: "order-to-cash" }], begun)).toEqual([
    { id: "PI-5", process: "order-to-cash", isOver: false },
    { id: "PI-9", process: "returns", isOver: true },
    { id: "PI-2", process: "credit", isOver: true },
  ]);
});
