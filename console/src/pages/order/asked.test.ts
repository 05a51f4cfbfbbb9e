import { expect, it } from "vitest";
import type { Order } from "../../api/types";
import { differences, expected, linesOf } from "./asked";
import { rowsOf } from "./document";

const order = (...lines: [string, number, string][]): Order =>
  ({
    purchase_order: "536629",
    lines: lines.map(([item, ordered, price], at) => ({ line: at + 1, item, ordered, price })),
  }) as unknown as Order;
const compare = (text: string, of: Order) => [...differences(linesOf(text, rowsOf(text, of), of), of)];

it("a price and a quantity that are not those of the document are told, of each line", () => {
  const file = `InvoiceNo,StockCode,Description,Quantity,UnitPrice
536615,22632,"WARMER, RED",1,9.99
536629,22632,"WARMER, RED",6,2.10
536629,22633,HAND WARMER,12,1.85
536629,22634,"6"" SET",2,9.95`;
  const of = order(["22632", 6, "1.85"], ["22633", 6, "1.85"], ["22634", 2, "9.95"]);
  expect(compare(file, of)).toEqual([
    [1, { price: 2.1 }],
    [2, { quantity: 12 }],
  ]);
});

it("an item that is there twice is compared in order, and one that was put together is not", () => {
  const json = JSON.stringify([
    { purchase_order: "1", lines: [{ item: "A", quantity: 9, price: "9" }] },
    {
      purchase_order: "536629",
      lines: [
        { item: "A", quantity: "1", price: "2.00" },
        { item: "A", quantity: 3, price: 5 },
      ],
    },
  ]);
  expect(compare(json, order(["A", 1, "2.00"], ["A", 3, "4.00"]))).toEqual([[2, { price: 5 }]]);
  expect(compare(json, order(["A", 4, "4.00"]))).toEqual([]);
});

it("what is ordered in cases or without a price is not compared with units and theirs", () => {
  const file = "purchase_order,item,quantity,uom,price\n536629,A,2,CS,86.00\n536629,B,6,EA,";
  expect(compare(file, order(["A", 24, "7.17"], ["B", 6, "1.00"]))).toEqual([]);
});

it("the price that was expected is told for each line that a hold names", () => {
  const reason =
    "PRICE-LOW line 3: 0.42 asked, 0.55 expected (list price): too low by 23.64 %; PRICE-LOW line 14: 4 asked, 4.95 expected";
  const holds = [
    { kind: "price", reason },
    { kind: "credit", reason: "line 1: 2 asked, 3 expected" },
  ] as Order["holds"];
  expect([...expected({ holds })]).toEqual([
    [3, 0.55],
    [14, 4.95],
  ]);
});
