import type { Payment, Progress } from "../../api/types";

/** A payment is matched when it was applied to what it pays, also if a rest of it lies on account. */
const MATCHED: readonly string[] = ["applied", "on_account"];

export const isMatched = ({ status }: Pick<Payment, "status">): boolean => MATCHED.includes(status);

/** How many payments are matched, wherever they are counted. */
export function matchedOf(counts: Progress["payments"]): number {
  return MATCHED.reduce((sum, status) => sum + Number(counts[status] ?? 0), 0);
}
