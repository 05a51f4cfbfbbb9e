import type { Exception, Progress } from "../../api/types";
import { AGES, type Age, ageOf, type Standing, standing } from "../../lib/time";

type Counts = Progress["orders"];

/** How many orders have one of the statuses. */
export function having(counts: Counts, statuses: readonly string[]): number {
  return statuses.reduce((sum, status) => sum + Number(counts[status] ?? 0), 0);
}

export function all(counts: Counts): number {
  return Object.values(counts).reduce((sum: number, each) => sum + Number(each), 0);
}

/** Open exceptions of which the time is over, or nearly over. */
export function byClock(open: readonly Exception[], now: Date): { late: number; soon: number } {
  const all = open.map(({ raised_at, resolve_by }) => standing(new Date(raised_at), new Date(resolve_by), now));
  const of = (wanted: Standing): number => all.filter((each) => each === wanted).length;
  return { late: of("late"), soon: of("soon") };
}

/** Open exceptions by type, the most frequent first, and by age. */
export function byTypeAndAge(
  open: readonly Exception[],
  now: Date,
): { kinds: string[]; ages: { age: Age; counts: number[] }[] } {
  const totals = new Map<string, number>();
  for (const { kind } of open) totals.set(kind, (totals.get(kind) ?? 0) + 1);
  const kinds = [...totals].sort(([a, x], [b, y]) => y - x || a.localeCompare(b)).map(([kind]) => kind);
  const ages = AGES.map((age) => ({
    age,
    counts: kinds.map(
      (kind) => open.filter((each) => each.kind === kind && ageOf(new Date(each.raised_at), now) === age).length,
    ),
  }));
  return { kinds, ages: ages.filter(({ counts }) => counts.some((each) => each > 0)) };
}
