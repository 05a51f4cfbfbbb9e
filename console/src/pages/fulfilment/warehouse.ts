import type { WarehouseOrder } from "../../api/types";

type Line = WarehouseOrder["lines"][number];

const OVER: ReadonlySet<string> = new Set(["completed", "rejected", "cancelled"]);

/** Whether nothing more comes of a warehouse order. */
export const isOver = ({ progress }: Pick<WarehouseOrder, "progress">): boolean => OVER.has(progress);

/** Units of a line that may still leave the warehouse. */
export const outstanding = ({ quantity, shipped, dropped }: Line): number => quantity - (shipped ?? 0) - (dropped ?? 0);

/** What is typed by line; what is not typed is as proposed. */
export type Typed = ReadonlyMap<number, number>;

/** Picked in all, by line: all that is still to come unless something else is typed. */
export function picks(lines: readonly Line[], typed: Typed): { line: number; picked: number }[] {
  return lines.map((line) => ({ line: line.line, picked: typed.get(line.line) ?? proposedPick(line) }));
}

export const proposedPick = (line: Line): number => line.quantity - (line.dropped ?? 0);

/** What is in a shipment: what is still to come of each line unless something else is typed; lines without units are left out. */
export function shipped(lines: readonly Line[], typed: Typed): { line: number; quantity: number }[] {
  return lines
    .map((line) => ({ line: line.line, quantity: typed.get(line.line) ?? outstanding(line) }))
    .filter(({ quantity }) => quantity > 0);
}
