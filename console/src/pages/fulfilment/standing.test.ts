import { expect, it } from "vitest";
import type { WarehouseOrder } from "../../api/types";
import { mayNotLeave } from "./standing";

const one = (node: string, progress: string, more: Partial<WarehouseOrder> = {}): WarehouseOrder =>
  ({
    id: "WO-1",
    node,
    progress,
    lines: [],
    shipments: [],
    ...more,
  }) as unknown as WarehouseOrder;

it("takes nothing from a warehouse that has shipped of it, or that is done with it", () => {
  expect(mayNotLeave(one("EAST", "sent"))).toBeUndefined();
  expect(mayNotLeave(one("EAST", "picked", { shipments: ["SH-1"] }))).toMatch(/has shipped/);
  expect(mayNotLeave(one("EAST", "completed"))).toMatch(/is over/);
});
