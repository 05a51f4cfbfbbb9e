import type { PostBody } from "../../api/client";
import type { Order } from "../../api/types";
import type { Prices } from "./LineQuantities";

export type RebillBody = Omit<PostBody<"/v1/orders/{order}/rebillings">, "reason">;

/** Payment terms, as they are typed. */
export interface TypedTerms {
  readonly net_days: string;
  readonly discount_percent: string;
  readonly discount_days: string;
}

const isDays = (text: string): boolean => /^\d{1,4}$/.test(text.trim());
const isNumber = (text: string): boolean => /^\d+(\.\d+)?$/.test(text.trim());

/** What is billed anew, or what is wrong in what was typed; neither if nothing differs. */
export function rebillOf(
  order: Order,
  prices: Prices,
  terms: TypedTerms | undefined,
): { body?: RebillBody; wrong?: string } {
  const typed = Object.entries(prices).map(([line, price]) => ({ line: Number(line), price: price.trim() }));
  const wrong = typed.find(({ price }) => !isNumber(price));
  if (wrong) return { wrong: `The price of line ${wrong.line} is not a number such as 12.50.` };
  const changed = typed.filter(({ line, price }) => {
    const before = order.lines.find((each) => each.line === line);
    return before !== undefined && Number(before.price) !== Number(price);
  });
  if (terms && !(isDays(terms.net_days) && isDays(terms.discount_days)))
    return { wrong: "The days of the terms are not whole numbers." };
  if (terms && !isNumber(terms.discount_percent)) return { wrong: "The discount is not a number such as 2.5." };
  if (changed.length === 0 && !terms) return {};
  return {
    body: {
      ...(changed.length > 0 ? { prices: changed } : {}),
      ...(terms
        ? {
            terms: {
              net_days: Number(terms.net_days),
              discount_percent: terms.discount_percent.trim(),
              discount_days: Number(terms.discount_days),
            },
          }
        : {}),
    },
  };
}
