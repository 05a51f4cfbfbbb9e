import type { Exception } from "../../api/types";
import { median } from "./map";

/** How a kind of exception was answered: how many, how many in time, and how long it took. */
export interface Level {
  readonly kind: string;
  readonly open: number;
  readonly late: number;
  readonly ended: number;
  readonly inTime: number;
  /** The middle of the times from raised to resolved, in milliseconds; nothing if none has ended. */
  readonly median: number | undefined;
}

/** The service levels of exceptions by kind, at a moment. */
export function levelsOf(exceptions: readonly Exception[], now: number): Level[] {
  const kinds = [...new Set(exceptions.map(({ kind }) => kind))].toSorted();
  return kinds.map((kind) => {
    const its = exceptions.filter((each) => each.kind === kind);
    const open = its.filter(({ status }) => status === "open" || status === "claimed");
    const ended = its.flatMap((each) => (each.ended_at ? [{ ...each, at: Date.parse(each.ended_at) }] : []));
    return {
      kind,
      open: open.length,
      late: open.filter(({ resolve_by }) => Date.parse(resolve_by) < now).length,
      ended: ended.length,
      inTime: ended.filter(({ at, resolve_by }) => at <= Date.parse(resolve_by)).length,
      median: ended.length === 0 ? undefined : median(ended.map(({ at, raised_at }) => at - Date.parse(raised_at))),
    };
  });
}
