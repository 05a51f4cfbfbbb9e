import { fromMinor, type Money, toMinor } from "../../lib/money";

interface OpenItem {
  readonly invoice: string;
  readonly due: string;
  readonly open: Money;
}

/** Spreads money over open items: what is due first is paid first, and nothing gets more than is open. */
export function spread(money: Money, items: readonly OpenItem[]): { invoice: string; amount: Money }[] {
  let left = toMinor(money);
  const shares: { invoice: string; amount: Money }[] = [];
  for (const { invoice, open } of items.toSorted((a, b) => a.due.localeCompare(b.due))) {
    if (open.currency !== money.currency) continue;
    const share = smaller(left, toMinor(open));
    if (share <= 0n) continue;
    shares.push({ invoice, amount: fromMinor(share, money.currency) });
    left -= share;
  }
  return shares;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
