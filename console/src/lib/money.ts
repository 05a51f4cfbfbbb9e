/** Money as the API writes it: an exact decimal in major units, and its currency. It is never made a binary fraction to be added. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** How many digits a currency has behind the point. */
export function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** An amount in minor units as money. */
export function fromMinor(minor: number | bigint, currency: string): Money {
  const digits = digitsOf(currency);
  const value = BigInt(minor);
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const amount = digits === 0 ? whole : `${whole}.${text.slice(text.length - digits)}`;
  return { amount: value < 0n ? `-${amount}` : amount, currency };
}

/** In minor units, exactly. */
export function toMinor(money: Money): bigint {
  const digits = digitsOf(money.currency);
  const negative = money.amount.startsWith("-");
  const [whole = "0", fraction = ""] = money.amount.replace("-", "").split(".");
  const minor = BigInt(whole + fraction.padEnd(digits, "0").slice(0, digits));
  return negative ? -minor : minor;
}

/** “£1,234.50”: the exact digits, grouped, with the sign of the currency. */
export function formatMoney(money: Money): string {
  const negative = money.amount.startsWith("-");
  const [whole = "0", given = ""] = money.amount.replace("-", "").split(".");
  // a unit price may have fewer digits than the currency, or more: none is taken away
  const fraction = given.padEnd(digitsOf(money.currency), "0");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${negative ? "−" : ""}${sign(money.currency)}${grouped}${fraction === "" ? "" : `.${fraction}`}`;
}

function sign(currency: string): string {
  const parts = new Intl.NumberFormat("en", { style: "currency", currency }).formatToParts(0);
  const symbol = parts.find((part) => part.type === "currency")?.value ?? currency;
  return symbol.length > 1 ? `${symbol} ` : symbol;
}

/** One sum for each currency: different currencies are never added. */
export function sums(amounts: Iterable<Money>): Money[] {
  const totals = new Map<string, bigint>();
  for (const money of amounts) totals.set(money.currency, (totals.get(money.currency) ?? 0n) + toMinor(money));
  return [...totals].map(([currency, minor]) => fromMinor(minor, currency));
}

/** What an amount is when it is only compared, for sorting. */
export function size(money: Money): number {
  return Number(money.amount);
}
