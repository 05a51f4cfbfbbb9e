import { expect, it } from "vitest";
import type { WarehouseOrder } from "../../api/types";
import { figuresOf, mayNotLeave } from "./standing";

const NOW = new Date(2026, 10, 26, 12);
const one = (node: string, progress: string, more: Partial<WarehouseOrder> = {}): WarehouseOrder =>
  ({
    id: "WO-1",
    node,
    progress,
    released_at: NOW.toISOString(),
    lines: [],
    shipments: [],
    ...more,
  }) as unknown as WarehouseOrder;

it("counts by warehouse what is released, unanswered, late and short, and has a row for each warehouse", () => {
  const yesterday = new Date(2026, 10, 25, 23).toISOString();
  const figures = figuresOf(
    [
      one("EAST", "sent"),
      one("EAST", "picked", { released_at: yesterday, lines: [{ dropped: 2 }] as WarehouseOrder["lines"] }),
      // what is over is short of nothing any more
      one("EAST", "completed", { released_at: yesterday, lines: [{ dropped: 2 }] as WarehouseOrder["lines"] }),
    ],
    ["EAST", "WEST"],
    NOW,
  );
  expect(figures).toEqual([
    { node: "EAST", counts: { open: 2, unacknowledged: 1, late: 1, short: 1 } },
    { node: "WEST", counts: { open: 0, unacknowledged: 0, late: 0, short: 0 } },
  ]);
});

it("takes nothing from a warehouse that has shipped of it, or that is done with it", () => {
  expect(mayNotLeave(one("EAST", "sent"))).toBeUndefined();
  expect(mayNotLeave(one("EAST", "picked", { shipments: ["SH-1"] }))).toMatch(/has shipped/);
  expect(mayNotLeave(one("EAST", "completed"))).toMatch(/is over/);
});
