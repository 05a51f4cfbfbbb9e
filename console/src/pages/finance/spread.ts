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

/** Why an amount that was typed for an item cannot be taken; nothing if it can, or if none was typed. */
export function wrongAmount(typed: string, open: Money): string | undefined {
  if (typed.trim() === "") return undefined;
  if (!/^\d+(\.\d+)?$/.test(typed.trim())) return "An amount such as 12.50";
  const minor = toMinor({ amount: typed.trim(), currency: open.currency });
  if (minor === 0n) return "More than nothing";
  return minor > toMinor(open) ? `At most ${open.amount}, which is open` : undefined;
}

/** The same where amounts were typed for some: these get theirs, and what is left is spread over the others. */
export function split(
  money: Money,
  items: readonly OpenItem[],
  typed: ReadonlyMap<string, string>,
): { invoice: string; amount: Money }[] {
  const given = items.flatMap(({ invoice, open }) => {
    const text = typed.get(invoice)?.trim() ?? "";
    if (text === "" || wrongAmount(text, open) !== undefined) return [];
    return [{ invoice, amount: fromMinor(toMinor({ amount: text, currency: open.currency }), open.currency) }];
  });
  const left = toMinor(money) - given.reduce((sum, { amount }) => sum + toMinor(amount), 0n);
  const others = items.filter(({ invoice }) => !given.some((each) => each.invoice === invoice));
  return [...given, ...(left > 0n ? spread(fromMinor(left, money.currency), others) : [])];
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
