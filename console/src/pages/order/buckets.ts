import type { Order, OrderLine } from "../../api/types";

/** The buckets of a line, from what is farthest to what is nearest, with their colours. */
export const BUCKETS = [
  { name: "shipped", words: "Shipped", colour: "#0b6e75" },
  { name: "picked", words: "Picked", colour: "#2aa3a4" },
  { name: "released", words: "At the warehouse", colour: "#6fc5c3" },
  { name: "allocated", words: "Allocated", colour: "#4a7fc1" },
  { name: "scheduled", words: "Scheduled", colour: "#8a6fb0" },
  { name: "backordered", words: "Backordered", colour: "#d9822b" },
  { name: "open", words: "Open", colour: "#a3adb8" },
  { name: "cancelled", words: "Cancelled", colour: "#5c6875" },
] as const;

export interface Part {
  readonly name: string;
  readonly words: string;
  readonly colour: string;
  readonly units: number;
}

/** The buckets of a line that hold units. Every unit is in exactly one. */
export function parts(line: OrderLine): Part[] {
  return BUCKETS.map((bucket) => ({ ...bucket, units: line[bucket.name] })).filter(({ units }) => units > 0);
}

/** “12 shipped, 3 backordered”. */
export function inWordsOf(line: OrderLine): string {
  return parts(line)
    .map(({ units, words }) => `${units} ${words.toLowerCase()}`)
    .join(", ");
}

/** What became of units that have shipped; a unit may be in several of these. */
export const AFTERWARDS = [
  { name: "delivered", words: "delivered" },
  { name: "cancel_failed", words: "cancelled too late" },
  { name: "returned", words: "asked back" },
  { name: "sent_back", words: "back, never billed" },
] as const;

/** “4 delivered, 2 asked back”; empty if nothing is known of what shipped. */
export function afterwards(line: OrderLine): string {
  return AFTERWARDS.filter(({ name }) => line[name] > 0)
    .map(({ name, words }) => `${line[name]} ${words}`)
    .join(", ");
}

/** Units that may still be cancelled or changed here: those that have not left. */
export function unshipped(line: OrderLine): number {
  return line.ordered - line.cancelled - line.shipped;
}

/** Lines of which no unit is promised yet: those may still be put right. */
export const correctable = ({ lines }: Pick<Order, "lines">): OrderLine[] =>
  lines.filter(({ open, cancelled, ordered }) => open > 0 && open + cancelled === ordered);

/** Lines for which something else may be sent. */
export const waitsForSupply = ({ lines }: Pick<Order, "lines">): OrderLine[] =>
  lines.filter(({ backordered }) => backordered > 0);
