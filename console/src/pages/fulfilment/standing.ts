import type { WarehouseOrder } from "../../api/types";

/** How a warehouse order stands; it may stand in several ways at once. */
export const STANDINGS = ["open", "unacknowledged", "late", "short"] as const;
export type Standing = (typeof STANDINGS)[number];

export const STANDING_NAMES: Readonly<Record<Standing, string>> = {
  open: "Released",
  unacknowledged: "Unacknowledged",
  late: "Late",
  short: "Short",
};

/** What each means, for whoever reads the figure. */
export const STANDING_MEANS: Readonly<Record<Standing, string>> = {
  open: "With the warehouse, and not all of it shipped",
  unacknowledged: "The warehouse has not said that it will do it",
  late: "Released before today, and not all of it shipped",
  short: "With the warehouse, which did not have some of the units, or refused them",
};

const OVER: ReadonlySet<string> = new Set(["completed", "rejected", "cancelled"]);
const UNANSWERED: ReadonlySet<string> = new Set(["created", "sent"]);

/** Whether the reader's day in which something was released is over. */
function isBefore(at: string, now: Date): boolean {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  return Date.parse(at) < midnight.getTime();
}

export function stands(order: WarehouseOrder, standing: Standing, now: Date): boolean {
  const isOpen = !OVER.has(order.progress);
  switch (standing) {
    case "open":
      return isOpen;
    case "unacknowledged":
      return UNANSWERED.has(order.progress);
    case "late":
      return isOpen && isBefore(order.released_at, now);
    case "short":
      return isOpen && order.lines.some(({ dropped }) => (dropped ?? 0) > 0);
  }
}

export interface Figures {
  readonly node: string;
  readonly counts: Readonly<Record<Standing, number>>;
}

/** How many warehouse orders of each warehouse stand in each way. A warehouse without any has its row of zeros. */
export function figuresOf(orders: readonly WarehouseOrder[], nodes: readonly string[], now: Date): Figures[] {
  const all = [...new Set([...nodes, ...orders.map(({ node }) => node)])].toSorted();
  return all.map((node) => {
    const its = orders.filter((order) => order.node === node);
    const count = (standing: Standing): number => its.filter((order) => stands(order, standing, now)).length;
    return {
      node,
      counts: {
        open: count("open"),
        unacknowledged: count("unacknowledged"),
        late: count("late"),
        short: count("short"),
      },
    };
  });
}

/** Why a warehouse order cannot be taken from its warehouse; nothing if it can. */
export function mayNotLeave({ id, progress, shipments }: WarehouseOrder): string | undefined {
  if (OVER.has(progress)) return `${id} is over.`;
  if (shipments.length > 0)
    return `Part of ${id} has shipped: what is left is dropped by the warehouse, and then sourced again.`;
  return undefined;
}
