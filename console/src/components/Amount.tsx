import { formatMoney, type Money } from "../lib/money";

/** Money with its currency. */
export function Amount({ of }: { of: Money }) {
  return <span className="tabular nowrap">{formatMoney(of)}</span>;
}

/** One sum for each currency. */
export function Amounts({ of }: { of: readonly Money[] }) {
  if (of.length === 0) return <span className="muted">–</span>;
  return <span className="tabular nowrap">{of.map(formatMoney).join(" + ")}</span>;
}
