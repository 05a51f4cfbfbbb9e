import { describe, expect, it } from "vitest";
import type { Order } from "../../api/types";
import { notNamed, rowsOf } from "./document";

const order = { purchase_order: "536365", lines: [{ item: "22423" }, { item: "84029E" }] } as unknown as Order;
const mine = (text: string) => rowsOf(text, order).map(({ isMine }) => isMine);

describe("the document that an order came in", () => {
  it("is marked where a file of many orders is about this one", () => {
    expect(mine("InvoiceNo,StockCode\n536364,1\n536365,22423\n536365,84029E\n5363651,7")).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(mine("InvoiceNo,StockCode\n536364,1\n536365,22423")).toEqual([true, false, true]);
  });

  it("is about the order as a whole where it holds no other", () => {
    expect(mine('{"purchase_order":"536365","lines":[]}')).toEqual([true, true, true, true]);
    expect(mine("another way to name it")).toEqual([true]);
  });

  it("is broken at the ends of its segments where it has no lines", () => {
    expect(rowsOf("ISA*00~BEG*00*SA*536365~PO1*1*48~", order).map(({ text }) => text)).toEqual([
      "ISA*00~",
      "BEG*00*SA*536365~",
      "PO1*1*48~",
    ]);
  });

  it("is about the order as a whole where it names it more than once", () => {
    const json = JSON.stringify({ purchase_order: "536365", note: "536365 again", lines: [{ item: "22423" }] });
    expect(mine(json).every(Boolean)).toBe(true);
    expect(mine("ISA*00~BEG*00*SA*536365~REF*PO*536365~PO1*1*48~").every(Boolean)).toBe(true);
  });

  it("tells which items were understood by another code", () => {
    const rows = rowsOf("no,code\n536365,22423\n536365,84029\n536364,84029E", order);
    expect([...notNamed(rows, order)]).toEqual(["84029E"]);
  });
});
