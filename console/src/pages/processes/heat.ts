import type { Passage } from "../../api/types";
import type { Heat } from "../../diagram/Diagram";
import { span } from "../../lib/time";

/** What heat tells: how often an element was come to, how long it takes, or how often it was stuck. */
export const MEASURES = ["often", "long", "stuck"] as const;
export type Measure = (typeof MEASURES)[number];

const VALUES: Readonly<Record<Measure, (of: Passage) => number>> = {
  often: ({ entered }) => entered,
  long: ({ median_ms }) => median_ms ?? 0,
  stuck: ({ incidents }) => incidents,
};

const LABELS: Readonly<Record<Measure, (of: Passage) => string>> = {
  often: ({ entered }) => entered.toLocaleString("en"),
  long: ({ median_ms }) => span(median_ms ?? 0),
  stuck: ({ incidents }) => incidents.toLocaleString("en"),
};

/** How many tokens have come to an element and are there still. */
export const stillThere = ({ entered, completed, terminated }: Passage): number => entered - completed - terminated;

/** The heat of elements by a measure. Times are told by their tens: a day would leave no colour for minutes. */
export function heatOf(passages: readonly Passage[], measure: Measure): ReadonlyMap<string, Heat> {
  const value = VALUES[measure];
  const scale = measure === "long" ? (of: number) => Math.log10(1 + of / 1_000) : (of: number) => of;
  const most = Math.max(0, ...passages.map((each) => scale(value(each))));
  const shown = passages.filter((each) => value(each) > 0);
  return new Map(
    shown.map((each) => [
      each.element,
      { share: most === 0 ? 0 : scale(value(each)) / most, label: LABELS[measure](each) },
    ]),
  );
}
