import { whyNot } from "../../api/rights";
import type { Authority, Exception, Me } from "../../api/types";
import { words } from "../../lib/words";
import { mayNot } from "./authority";

/** Why a case is left alone when many are decided at once; nothing if it is decided. `said` is what the product says of its actions. */
export function obstacle(
  exception: Exception,
  action: string,
  me: Me,
  currency: string,
  said: readonly Authority[] | undefined,
): string | undefined {
  if (!exception.actions.includes(action)) return `${words(exception.kind)} does not offer it.`;
  return mayNot(exception, action, me, currency) ?? whyNot(said?.find(({ what }) => what === action));
}

/** How many cases are left alone for each reason, the most frequent first. */
export function leftAlone(whys: readonly (string | undefined)[]): { why: string; cases: number }[] {
  const counts = new Map<string, number>();
  for (const why of whys) if (why) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].map(([why, cases]) => ({ why, cases })).sort((a, b) => b.cases - a.cases);
}
