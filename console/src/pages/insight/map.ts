import type { CloudEvent } from "../../api/types";

/** What an order goes through, as the map shows it; other events are steps of these. */
const STEPS: ReadonlySet<string> = new Set([
  "order.received",
  "order.validated",
  "order.hold_placed",
  "order.hold_released",
  "order.approved",
  "order.promised",
  "inventory.backordered",
  "order.changed",
  "order.cancelled",
  "order.rejected",
  "order.released",
  "order.shipped",
  "order.invoiced",
  "order.closed",
]);

export interface Step {
  readonly id: string;
  /** How often it happened. */
  readonly count: number;
}

/** One step after another, in the same order. */
export interface Way {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  /** The middle of the times between the two, in milliseconds. */
  readonly median: number;
}

export interface ProcessMap {
  readonly steps: readonly Step[];
  readonly ways: readonly Way[];
  readonly orders: number;
}

const nameOf = (type: string): string => type.replace(/^com\.crossdock\./, "").replace(/\.v\d+$/, "");

/** The map of what happened: which step followed which in the same order, how often and after how long. */
export function mapOf(events: readonly CloudEvent[]): ProcessMap {
  const counts = new Map<string, number>();
  const ways = new Map<string, { from: string; to: string; times: number[] }>();
  const last = new Map<string, { step: string; at: number }>();
  for (const { type, subject, time } of events) {
    const step = nameOf(type);
    const [kind, order] = subject.split(" ", 2);
    if (kind !== "order" || order === undefined || !STEPS.has(step)) continue;
    const before = last.get(order);
    const at = Date.parse(time);
    // what happens to each line of an order at once is one step of the order
    if (before?.step === step) continue;
    counts.set(step, (counts.get(step) ?? 0) + 1);
    last.set(order, { step, at });
    if (!before) continue;
    const key = `${before.step} ${step}`;
    const way = ways.get(key) ?? { from: before.step, to: step, times: [] };
    way.times.push(at - before.at);
    ways.set(key, way);
  }
  return {
    steps: [...counts].map(([id, count]) => ({ id, count })),
    ways: [...ways.values()].map(({ from, to, times }) => ({ from, to, count: times.length, median: median(times) })),
    orders: last.size,
  };
}

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
