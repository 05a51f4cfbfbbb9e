import { words } from "../../lib/words";

/** `inventory.backordered` is told as “Backordered”. */
export const stepInWords = (step: string): string => words(step.split(".")[1] ?? step);

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** How hot a way is, from 0 to 1: of the median times, and on a scale on which ten times as long is a step. */
export function heat(of: number, all: readonly number[]): number {
  const most = Math.log10(1 + Math.max(0, ...all));
  return most === 0 ? 0 : Math.log10(1 + Math.max(0, of)) / most;
}
