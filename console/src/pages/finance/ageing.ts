import { fromMinor, type Money, toMinor } from "../../lib/money";

interface Item {
  readonly due: string;
  readonly open: Money;
}

const DAY = 86_400_000;
const BANDS: readonly { readonly name: string; readonly until: number }[] = [
  { name: "Not due", until: 0 },
  { name: "1 to 30 days over", until: 30 },
  { name: "31 to 60 days over", until: 60 },
  { name: "61 to 90 days over", until: 90 },
  { name: "Over 90 days", until: Number.POSITIVE_INFINITY },
];

/** How much is open by how long it has been due. */
export function ageing(items: readonly Item[], now: Date, currency: string): { name: string; sum: Money }[] {
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  const sums = BANDS.map(() => 0n);
  for (const { due, open } of items) {
    const over = Math.round((today - Date.parse(`${due.slice(0, 10)}T00:00:00Z`)) / DAY);
    const band = BANDS.findIndex(({ until }) => over <= until);
    sums[band] = (sums[band] ?? 0n) + toMinor(open);
  }
  return BANDS.map(({ name }, index) => ({ name, sum: fromMinor(sums[index] ?? 0n, currency) }));
}
