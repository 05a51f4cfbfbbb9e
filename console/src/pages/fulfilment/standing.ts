import type { WarehouseOrder } from "../../api/types";
import { isOver } from "./warehouse";

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
  short: "The warehouse did not have some of the units, or refused them",
};

/** Why a warehouse order cannot be taken from its warehouse; nothing if it can. */
export function mayNotLeave(order: WarehouseOrder): string | undefined {
  const { id, shipments } = order;
  if (isOver(order)) return `${id} is over.`;
  if (shipments.length > 0)
    return `Part of ${id} has shipped: what is left is dropped by the warehouse, and then sourced again.`;
  return undefined;
}
